#include "codec/json_tree.h"

#include "codec/json_string.h"
#include "codec/number_text.h"

#include <limits.h>
#include <stdalign.h>

enum expected { A_VALUE, A_VALUE_OR_END, A_NAME, A_NAME_OR_END, WHAT_FOLLOWS };

/* An array or object that is open; the text itself is one, of one value. */
typedef struct container {
    cJSON *node;
    cJSON *last; /* Of its values; NULL: it has none yet. */
} container;

typedef struct parser {
    const char *at, *end, *start;
    smithy_arena *arena;
    smithy_status status;
    smithy_json_problem problem;
    enum expected expected;
    char *name; /* Of the member whose value is next. */
    size_t values;
    size_t depth;
    container open[1 + SMITHY_JSON_MAX_DEPTH];
} parser;

/* ---- what stops it ---- */

static void refuse(parser *p, const char *at, const char *what) {
    p->status = SMITHY_ERROR_RESPONSE;
    p->problem = (smithy_json_problem){what, (size_t)(at - p->start)};
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool stands_control(const parser *p) {
    return p->at < p->end && (unsigned char)*p->at < ' ' && !is_blank(*p->at);
}

static void refuse_what_stands(parser *p) {
    refuse(p, p->at, stands_control(p) ? "a control character" : "not one JSON value");
}

static void *take_memory(parser *p, size_t size, size_t align) {
    void *memory = NULL;
    p->status = smithy_arena_take(p->arena, size, align, &memory);
    return memory;
}

/* ---- texts ---- */

static bool stands(const parser *p, char c) {
    return p->at < p->end && *p->at == c;
}

static void skip_blanks(parser *p) {
    while (p->at < p->end && is_blank(*p->at)) p->at++;
}

/* NULL where it is refused, or memory is out. */
static char *take_string(parser *p) {
    const smithy_json_string string = smithy_json_string_scan(p->at + 1, p->end);
    if (string.problem) {
        refuse(p, string.end, string.problem);
        return NULL;
    }
    char *text = take_memory(p, string.size + 1, 1);
    if (text) smithy_json_string_write(p->at + 1, &string, text);
    p->at = string.end + 1;
    return text;
}

/* ---- the tree ---- */

/* The next value of the innermost container. */
static cJSON *add_node(parser *p) {
    cJSON *node = take_memory(p, sizeof *node, alignof(cJSON));
    if (!node) return NULL;
    container *parent = &p->open[p->depth];
    *node = (cJSON){.prev = parent->last, .string = p->name};
    if (parent->last)
        parent->last->next = node;
    else
        parent->node->child = node;
    parent->last = node;
    p->name = NULL;
    if (++p->values > SMITHY_JSON_MAX_VALUES) refuse(p, p->at, "more than 2000000 values");
    return node;
}

static void open_container(parser *p, cJSON *node, int kind) {
    if (p->depth == SMITHY_JSON_MAX_DEPTH) {
        refuse(p, p->at, "nesting deeper than 512");
        return;
    }
    node->type = kind;
    p->open[++p->depth] = (container){.node = node};
    p->at++;
    p->expected = kind == cJSON_Object ? A_NAME_OR_END : A_VALUE_OR_END;
}

static bool in_object(const parser *p) {
    return p->open[p->depth].node->type == cJSON_Object;
}

static bool close_container(parser *p) {
    const container *closed = &p->open[p->depth];
    if (p->depth == 0 || !stands(p, in_object(p) ? '}' : ']')) return false;
    if (closed->last) closed->node->child->prev = closed->last; /* As cJSON has it. */
    p->at++;
    p->depth--;
    p->expected = WHAT_FOLLOWS;
    return true;
}

/* ---- values ---- */

enum { EXACT_DIGITS = 15 }; /* So many are exact in a double. */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* To the first byte that is no digit, or that is one too many. */
static int64_t take_digits(const char **at, const char *end) {
    int64_t digits = 0;
    if (end - *at > EXACT_DIGITS) end = *at + EXACT_DIGITS;
    for (; *at < end && is_digit(**at); ++*at) digits = digits * 10 + (**at - '0');
    return digits;
}

/* The length of a plain number without sign and fraction, as most are; 0 where another one stands. */
static size_t take_plain_integer(const parser *p, double *value) {
    const char *at = p->at;
    *value = (double)take_digits(&at, p->end);
    const size_t len = (size_t)(at - p->at);
    const bool goes_on = at < p->end && (is_digit(*at) || *at == '.' || *at == 'e' || *at == 'E');
    return goes_on || (*p->at == '0' && len > 1) ? 0 : len;
}

/* Of at most 15 characters and no exponent: digits and divisor are exact, so their quotient is the nearest double. */
static double plain_value(const char *at, const char *end) {
    const bool negative = *at == '-';
    at += negative;
    double value = (double)take_digits(&at, end);
    if (at < end) {
        const char *fraction = ++at;
        const double below_one = (double)take_digits(&at, end);
        double divisor = 1;
        for (; fraction < end; fraction++) divisor *= 10;
        value = (value * divisor + below_one) / divisor;
    }
    return negative ? -value : value;
}

static int as_int(double value) {
    if (value >= INT_MAX) return INT_MAX;
    return value <= INT_MIN ? INT_MIN : (int)value;
}

static void disguise_number(parser *p, cJSON *node, size_t len) {
    char *text = take_memory(p, 1 + len + 1, 1);
    if (!text) return;
    text[0] = SMITHY_JSON_NUMBER;
    memcpy(text + 1, p->at, len);
    text[1 + len] = '\0';
    node->type = cJSON_String;
    node->valuestring = text;
}

static void set_number(cJSON *node, double value) {
    node->type = cJSON_Number;
    node->valuedouble = value;
    node->valueint = as_int(value);
}

static void take_number(parser *p, cJSON *node) {
    double integer;
    const size_t len = take_plain_integer(p, &integer);
    if (len) {
        set_number(node, integer);
        p->at += len;
        return;
    }
    const smithy_number_text number = smithy_number_scan(p->at, p->end);
    if (number.len == 0)
        refuse(p, p->at, "a malformed number");
    else if (number.is_plain)
        set_number(node, plain_value(p->at, p->at + number.len));
    else
        disguise_number(p, node, number.len);
    p->at += number.len;
}

static void take_word(parser *p, cJSON *node, smithy_str word, int kind) {
    if ((size_t)(p->end - p->at) < word.len || memcmp(p->at, word.ptr, word.len) != 0) {
        refuse_what_stands(p);
        return;
    }
    node->type = kind;
    node->valueint = kind == cJSON_True;
    p->at += word.len;
}

static void take_text(parser *p, cJSON *node) {
    node->type = cJSON_String;
    node->valuestring = take_string(p);
}

static void take_value(parser *p) {
    cJSON *node = add_node(p);
    p->expected = WHAT_FOLLOWS;
    if (p->status != SMITHY_OK) return;
    switch (*p->at) {
    case '{': open_container(p, node, cJSON_Object); break;
    case '[': open_container(p, node, cJSON_Array); break;
    case '"': take_text(p, node); break;
    case 't': take_word(p, node, SMITHY_STR("true"), cJSON_True); break;
    case 'f': take_word(p, node, SMITHY_STR("false"), cJSON_False); break;
    case 'n': take_word(p, node, SMITHY_STR("null"), cJSON_NULL); break;
    default:
        if (*p->at == '-' || is_digit(*p->at))
            take_number(p, node);
        else
            refuse_what_stands(p);
    }
}

static void take_name(parser *p) {
    if (!stands(p, '"')) {
        refuse_what_stands(p);
        return;
    }
    p->name = take_string(p);
    if (p->status != SMITHY_OK) return;
    skip_blanks(p);
    if (stands(p, ':'))
        p->at++;
    else
        refuse_what_stands(p);
    p->expected = A_VALUE;
}

static void take_what_follows(parser *p) {
    if (close_container(p)) return;
    if (!stands(p, ',')) {
        refuse_what_stands(p);
        return;
    }
    p->at++;
    p->expected = in_object(p) ? A_NAME : A_VALUE;
}

/* ---- the whole text ---- */

static void take_next(parser *p) {
    skip_blanks(p);
    if (p->at == p->end) {
        refuse_what_stands(p);
        return;
    }
    switch (p->expected) {
    case A_VALUE: take_value(p); break;
    case A_VALUE_OR_END:
        if (!close_container(p)) take_value(p);
        break;
    case A_NAME: take_name(p); break;
    case A_NAME_OR_END:
        if (!close_container(p)) take_name(p);
        break;
    case WHAT_FOLLOWS: take_what_follows(p); break;
    }
}

static void skip_byte_order_mark(parser *p) {
    static const char MARK[] = {'\xEF', '\xBB', '\xBF'};
    if ((size_t)(p->end - p->at) >= sizeof MARK && memcmp(p->at, MARK, sizeof MARK) == 0) p->at += sizeof MARK;
}

/* A problem there is told where the value ends. */
static void expect_the_end(parser *p) {
    const char *value_end = p->at;
    skip_blanks(p);
    if (stands_control(p))
        refuse_what_stands(p);
    else if (p->at < p->end)
        refuse(p, value_end, "not one JSON value");
}

smithy_status smithy_json_tree(smithy_str text, smithy_arena *arena, const cJSON **root, smithy_json_problem *problem) {
    cJSON whole = {.type = cJSON_Array};
    parser p; /* Not cleared: most of what could be open never is. */
    p.start = p.at = text.ptr;
    p.end = text.ptr + text.len;
    p.arena = arena;
    p.status = SMITHY_OK;
    p.expected = A_VALUE;
    p.name = NULL;
    p.values = p.depth = 0;
    p.open[0] = (container){.node = &whole};
    skip_byte_order_mark(&p);
    do take_next(&p);
    while (p.status == SMITHY_OK && (p.depth > 0 || p.expected != WHAT_FOLLOWS));
    if (p.status == SMITHY_OK) expect_the_end(&p);
    *root = p.status == SMITHY_OK ? whole.child : NULL;
    if (p.status == SMITHY_ERROR_RESPONSE) *problem = p.problem;
    return p.status;
}
