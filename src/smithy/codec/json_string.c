#include "codec/json_string.h"

#include "codec/uri.h"
#include "core/utf8.h"

/* ---- escapes ---- */

typedef struct escape {
    size_t len; /* 0: there is no such escape. */
    uint32_t character;
} escape;

/* The value of the \uXXXX that stands at `at`; -1 where none does. */
static int32_t unicode_escape(const char *at, const char *end) {
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
    int32_t value = 0;
    for (int i = 2; i < 6; i++) {
        const int digit = smithy_uri_hex_digit(at[i]);
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* A surrogate without its other half is U+FFFD. */
static escape read_unicode(const char *at, const char *end) {
    const int32_t value = unicode_escape(at, end);
    if (value < 0) return (escape){0};
    if (value < 0xD800 || value > 0xDFFF) return (escape){6, (uint32_t)value};
    const int32_t other = value < 0xDC00 ? unicode_escape(at + 6, end) : -1;
    if (other < 0xDC00 || other > 0xDFFF) return (escape){6, 0xFFFD};
    return (escape){12, 0x10000 + ((uint32_t)(value - 0xD800) << 10) + (uint32_t)(other - 0xDC00)};
}

/* The escape whose backslash stands at `at`. */
static escape read_escape(const char *at, const char *end) {
    static const char LETTERS[] = "\"\\/bfnrt", MEANINGS[] = "\"\\/\b\f\n\r\t";
    if (end - at < 2) return (escape){0};
    if (at[1] == 'u') return read_unicode(at, end);
    const char *letter = memchr(LETTERS, at[1], sizeof LETTERS - 1);
    return letter ? (escape){2, (unsigned char)MEANINGS[letter - LETTERS]} : (escape){0};
}

/* As UTF-8, but 0 as the two bytes that UTF-8 has not. */
static char *put_character(char *to, uint32_t character) {
    if (character > 0 && character < 0x80) {
        *to++ = (char)character;
        return to;
    }
    const int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const unsigned char FIRST[] = {0, 0xC0, 0xE0, 0xF0};
    *to++ = (char)(FIRST[more] | character >> (6 * more));
    for (int i = more - 1; i >= 0; i--) *to++ = (char)(0x80 | (character >> (6 * i) & 0x3F));
    return to;
}

/* ---- from one special byte to the next ---- */

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

/* ---- the whole string ---- */

/* The length of what is special at `at`; 0, with the problem, where nothing of a string can stand. */
static size_t special_length(const char *at, const char *end, smithy_json_string *string) {
    if (at == end) {
        string->problem = "a string without its end";
        return 0;
    }
    if (*at == '\\') {
        const size_t len = read_escape(at, end).len;
        string->has_escapes = true;
        if (len == 0) string->problem = "a malformed escape";
        return len;
    }
    if ((unsigned char)*at < 0x20) {
        string->problem = "a control character in a string";
        return 0;
    }
    const size_t len = smithy_utf8_sequence(at, (size_t)(end - at));
    if (len == 0) string->problem = "invalid UTF-8";
    return len;
}

smithy_json_string smithy_json_string_scan(const char *at, const char *end) {
    const char *start = at;
    smithy_json_string string = {0};
    for (;;) {
        at = skip_plain(at, end);
        if (at < end && *at == '"') break;
        at += special_length(at, end, &string);
        if (string.problem) break;
    }
    string.end = at;
    string.size = (size_t)(at - start);
    return string;
}

void smithy_json_string_write(const char *at, const smithy_json_string *string, char *text) {
    while (string->has_escapes) {
        const char *backslash = memchr(at, '\\', (size_t)(string->end - at));
        if (!backslash) break;
        memcpy(text, at, (size_t)(backslash - at));
        text += backslash - at;
        const escape found = read_escape(backslash, string->end);
        text = put_character(text, found.character);
        at = backslash + found.len;
    }
    const size_t rest = (size_t)(string->end - at);
    memcpy(text, at, rest);
    text[rest] = '\0';
}
