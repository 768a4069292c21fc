#include "core/utf8.h"

#include <stdbool.h>

static bool is_continuation(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

/* The second byte decides about overlong forms, surrogates and the upper end (Unicode, table 3-7). */
static bool second_byte_fits(unsigned char first, unsigned char second) {
    switch (first) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return is_continuation(second);
    }
}

static size_t length_by_first_byte(unsigned char first) {
    if (first < 0x80) return 1;
    if (first < 0xC2) return 0;
    if (first < 0xE0) return 2;
    if (first < 0xF0) return 3;
    return first <= 0xF4 ? 4 : 0;
}

size_t smithy_utf8_sequence(const char *text, size_t len) {
    const unsigned char *bytes = (const unsigned char *)text;
    if (len == 0) return 0;
    const size_t wanted = length_by_first_byte(bytes[0]);
    if (wanted <= 1) return wanted;
    if (wanted > len || !second_byte_fits(bytes[0], bytes[1])) return 0;
    for (size_t i = 2; i < wanted; i++)
        if (!is_continuation(bytes[i])) return 0;
    return wanted;
}

size_t smithy_utf8_cut(const char *text, size_t len) {
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        if (is_continuation(bytes[len - back])) continue;
        return length_by_first_byte(bytes[len - back]) > back ? len - back : len;
    }
    return len;
}

size_t smithy_utf8_valid_length(const char *text, size_t len) {
    size_t at = 0;
    while (at < len) {
        const size_t sequence = smithy_utf8_sequence(text + at, len - at);
        if (sequence == 0) break;
        at += sequence;
    }
    return at;
}
