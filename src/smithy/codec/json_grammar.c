#include "codec/json_scan.h"
#include "codec/number_text.h"

enum expected { A_VALUE, A_VALUE_OR_END, A_NAME, A_NAME_OR_END, WHAT_FOLLOWS };

typedef struct grammar {
    const char *at, *end;
    char closers[SMITHY_JSON_MAX_DEPTH]; /* Of what is open. */
    size_t depth;
    enum expected expected;
} grammar;

static void skip_blanks(grammar *g) {
    while (g->at < g->end && (*g->at == ' ' || *g->at == '\t' || *g->at == '\n' || *g->at == '\r')) g->at++;
}

static bool take_text(grammar *g, smithy_str text) {
    if ((size_t)(g->end - g->at) < text.len || memcmp(g->at, text.ptr, text.len) != 0) return false;
    g->at += text.len;
    return true;
}

/* The scan has found its end, and that what follows \u is hex. */
static bool take_string(grammar *g) {
    if (!take_text(g, SMITHY_STR("\""))) return false;
    for (; *g->at != '"'; g->at++)
        if (*g->at == '\\' && !memchr("\"\\/bfnrtu", *++g->at, 9)) return false;
    g->at++;
    return true;
}

static bool take_number(grammar *g) {
    const size_t len = smithy_number_scan(g->at, g->end).len;
    g->at += len;
    return len > 0;
}

static bool open_container(grammar *g) {
    const bool is_object = *g->at++ == '{';
    g->closers[g->depth++] = is_object ? '}' : ']';
    g->expected = is_object ? A_NAME_OR_END : A_VALUE_OR_END;
    return true;
}

static bool close_container(grammar *g) {
    if (g->depth == 0 || *g->at != g->closers[g->depth - 1]) return false;
    g->at++;
    g->depth--;
    g->expected = WHAT_FOLLOWS;
    return true;
}

static bool take_value(grammar *g) {
    if (*g->at == '{' || *g->at == '[') return g->depth < SMITHY_JSON_MAX_DEPTH && open_container(g);
    g->expected = WHAT_FOLLOWS;
    if (*g->at == '"') return take_string(g);
    return take_text(g, SMITHY_STR("true")) || take_text(g, SMITHY_STR("false")) || take_text(g, SMITHY_STR("null")) ||
           take_number(g);
}

static bool take_name(grammar *g) {
    g->expected = A_VALUE;
    if (!take_string(g)) return false;
    skip_blanks(g);
    return take_text(g, SMITHY_STR(":"));
}

static bool take_what_follows(grammar *g) {
    if (g->depth == 0) return false;
    if (!take_text(g, SMITHY_STR(","))) return close_container(g);
    g->expected = g->closers[g->depth - 1] == '}' ? A_NAME : A_VALUE;
    return true;
}

static bool take_next(grammar *g) {
    switch (g->expected) {
    case A_VALUE: return take_value(g);
    case A_VALUE_OR_END: return close_container(g) || take_value(g);
    case A_NAME: return take_name(g);
    case A_NAME_OR_END: return close_container(g) || take_name(g);
    case WHAT_FOLLOWS: break;
    }
    return take_what_follows(g);
}

bool smithy_json_is_value(smithy_str text, size_t *stopped_at) {
    grammar g = {.at = text.ptr, .end = text.ptr + text.len};
    bool fits = true;
    /* A byte order mark, which cJSON passes over where at least two bytes follow. */
    if (text.len > 4) (void)take_text(&g, SMITHY_STR("\xEF\xBB\xBF"));
    for (skip_blanks(&g); fits && g.at < g.end; skip_blanks(&g)) {
        *stopped_at = (size_t)(g.at - text.ptr);
        fits = take_next(&g);
    }
    return fits && g.depth == 0 && g.expected == WHAT_FOLLOWS;
}
