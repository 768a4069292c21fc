#include "codec/json_scan.h"

#include "codec/number_text.h"
#include "codec/uri.h"
#include "core/utf8.h"

/* What a byte outside of strings means. */
enum outside { PLAIN, QUOTE, OPEN, CLOSE, COMMA, NUMBER, CONTROL };

static const unsigned char OUTSIDE[256] = {
    [0x00] = CONTROL, [0x01] = CONTROL, [0x02] = CONTROL, [0x03] = CONTROL, [0x04] = CONTROL, [0x05] = CONTROL,
    [0x06] = CONTROL, [0x07] = CONTROL, [0x08] = CONTROL, [0x0B] = CONTROL, [0x0C] = CONTROL, [0x0E] = CONTROL,
    [0x0F] = CONTROL, [0x10] = CONTROL, [0x11] = CONTROL, [0x12] = CONTROL, [0x13] = CONTROL, [0x14] = CONTROL,
    [0x15] = CONTROL, [0x16] = CONTROL, [0x17] = CONTROL, [0x18] = CONTROL, [0x19] = CONTROL, [0x1A] = CONTROL,
    [0x1B] = CONTROL, [0x1C] = CONTROL, [0x1D] = CONTROL, [0x1E] = CONTROL, [0x1F] = CONTROL, ['"'] = QUOTE,
    ['{'] = OPEN,     ['['] = OPEN,     ['}'] = CLOSE,    [']'] = CLOSE,    [','] = COMMA,    ['-'] = NUMBER,
    ['0'] = NUMBER,   ['1'] = NUMBER,   ['2'] = NUMBER,   ['3'] = NUMBER,   ['4'] = NUMBER,   ['5'] = NUMBER,
    ['6'] = NUMBER,   ['7'] = NUMBER,   ['8'] = NUMBER,   ['9'] = NUMBER,
};

typedef struct scanner {
    const char *at, *end, *start;
    size_t depth, values;
    smithy_json_scan result;
} scanner;

static void refuse(scanner *s, const char *problem) {
    if (s->result.problem) return;
    s->result.problem = problem;
    s->result.problem_at = (size_t)(s->at - s->start);
    s->at = s->end;
}

/* ---- numbers ---- */

static void scan_number(scanner *s) {
    const smithy_number_text number = smithy_number_scan(s->at, s->end);
    if (number.len == 0) {
        refuse(s, "a malformed number");
        return;
    }
    if (!number.is_plain) s->result.needs_shield = true;
    s->at += number.len;
}

/* ---- strings ---- */

/* The value of the \uXXXX that stands at `at`; -1 where none does. */
static int unicode_escape(const char *at, const char *end) {
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
    int value = 0;
    for (int i = 2; i < 6; i++) {
        const int digit = smithy_uri_hex_digit(at[i]);
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* What an escape that begins at `at` is: its length in the text, and what must stand in its place (NULL: itself). */
static size_t escape_length(const char *at, const char *end, const char **disguise) {
    *disguise = NULL;
    if (end - at < 2) return 0;
    if (at[1] != 'u') return 2; /* Whether there is such an escape is for cJSON to say. */
    const int value = unicode_escape(at, end);
    if (value < 0) return 0;
    if (value == 0) *disguise = SMITHY_JSON_NUL;
    if (value < 0xD800 || value > 0xDFFF) return 6;
    const int other = unicode_escape(at + 6, end);
    if (value < 0xDC00 && other >= 0xDC00 && other <= 0xDFFF) return 12;
    *disguise = "\xEF\xBF\xBD";
    return 6;
}

static void scan_escape(scanner *s) {
    const char *disguise;
    const size_t len = escape_length(s->at, s->end, &disguise);
    if (len == 0) {
        refuse(s, "a malformed escape");
        return;
    }
    if (disguise) s->result.needs_shield = true;
    s->at += len;
}

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* Eight bytes, the first one lowest on any machine; compilers make one load of it. */
static uint64_t load_eight(const char *at) {
    const unsigned char *b = (const unsigned char *)at;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
           (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

/* The high bits of those of eight bytes that are '"', '\\', a control character, or not ASCII. A borrow from such a
 * byte may flag bytes above it for nothing; the lowest flag is always true, and no byte is missed. */
static uint64_t special_in(uint64_t eight) {
    const uint64_t quote = eight ^ (ONES * '"');
    const uint64_t backslash = eight ^ (ONES * '\\');
    return ((quote - ONES) | (backslash - ONES) | (eight - ONES * 0x20) | eight) & HIGHS;
}

/* To the next byte of a string that means something; by whole words, since most strings are plain. */
static const char *skip_plain(const char *at, const char *end) {
    for (; end - at >= 8; at += 8) {
        const uint64_t special = special_in(load_eight(at));
        if (special) return at + __builtin_ctzll(special) / 8;
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80) at++;
    return at;
}

static void scan_string(scanner *s) {
    s->at++;
    for (;;) {
        s->at = skip_plain(s->at, s->end);
        if (s->at == s->end) {
            refuse(s, "a string without its end");
            return;
        }
        if (*s->at == '"') {
            s->at++;
            return;
        }
        if (*s->at == '\\') {
            scan_escape(s);
        } else {
            const size_t len = (unsigned char)*s->at < 0x20 ? 0 : smithy_utf8_sequence(s->at, (size_t)(s->end - s->at));
            if (len == 0) refuse(s, (unsigned char)*s->at < 0x20 ? "a control character in a string" : "invalid UTF-8");
            s->at += len;
        }
        if (s->result.problem) return;
    }
}

/* ---- the whole text ---- */

static void scan_mark(scanner *s, enum outside mark) {
    if (mark == CONTROL || (mark == OPEN && ++s->depth > SMITHY_JSON_MAX_DEPTH)) {
        refuse(s, mark == CONTROL ? "a control character" : "nesting deeper than 512");
        return;
    }
    if (mark == CLOSE)
        s->depth -= s->depth > 0;
    else
        s->values++;
    s->at++;
}

smithy_json_scan smithy_json_scan_text(smithy_str text) {
    scanner s = {.at = text.ptr, .start = text.ptr, .end = text.ptr + text.len};
    while (s.at < s.end) {
        const enum outside meaning = OUTSIDE[(unsigned char)*s.at];
        if (meaning == PLAIN)
            s.at++;
        else if (meaning == QUOTE)
            scan_string(&s);
        else if (meaning == NUMBER)
            scan_number(&s);
        else
            scan_mark(&s, meaning);
    }
    if (s.values > SMITHY_JSON_MAX_VALUES) refuse(&s, "more than 2000000 values");
    return s.result;
}

/* ---- the shield ---- */

typedef struct shield {
    const char *at, *end;
    const char *run; /* Start of what is not copied yet. */
    smithy_buffer *out;
} shield;

static void flush(shield *s) {
    smithy_buffer_append(s->out, s->run, (size_t)(s->at - s->run));
    s->run = s->at;
}

/* `text` goes out in the place of the next `len` bytes. */
static void replace(shield *s, const char *text, size_t len) {
    flush(s);
    smithy_buffer_append_text(s->out, text);
    s->at += len;
    s->run = s->at;
}

static void shield_number(shield *s) {
    const smithy_number_text number = smithy_number_scan(s->at, s->end);
    if (!number.is_plain) {
        flush(s);
        smithy_buffer_append_char(s->out, '"');
        smithy_buffer_append_char(s->out, SMITHY_JSON_NUMBER);
    }
    s->at += number.len;
    if (!number.is_plain) {
        flush(s);
        smithy_buffer_append_char(s->out, '"');
    }
}

static void shield_string(shield *s) {
    s->at++;
    while (*s->at != '"') {
        if (*s->at != '\\') {
            s->at++;
            continue;
        }
        const char *disguise;
        const size_t len = escape_length(s->at, s->end, &disguise);
        if (disguise)
            replace(s, disguise, len);
        else
            s->at += len;
    }
    s->at++;
}

size_t smithy_json_shield(smithy_str text, size_t stop, smithy_buffer *out) {
    shield s = {.at = text.ptr, .end = text.ptr + text.len, .run = text.ptr, .out = out};
    while (s.at < s.end && out->len + (size_t)(s.at - s.run) < stop) {
        const unsigned char meaning = OUTSIDE[(unsigned char)*s.at];
        if (meaning == QUOTE)
            shield_string(&s);
        else if (meaning == NUMBER)
            shield_number(&s);
        else
            s.at++;
    }
    flush(&s);
    return (size_t)(s.at - text.ptr);
}

size_t smithy_json_reveal(char *text, size_t len) {
    char *from = memchr(text, SMITHY_JSON_NUL[0], len);
    if (!from) return len;
    const char *end = text + len;
    char *to = from;
    while (from < end) {
        const bool is_nul = *from == SMITHY_JSON_NUL[0];
        *to++ = is_nul ? '\0' : *from;
        from += is_nul ? 2 : 1;
    }
    *to = '\0';
    return (size_t)(to - text);
}
