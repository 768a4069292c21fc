/* Bytes as base64 (RFC 4648, section 4) and as hex. */
#include <smithy/text.h>

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void smithy_base64_append(smithy_buffer *out, const void *bytes, size_t len) {
    const uint8_t *in = bytes;
    /* Beyond it the size of the text would overflow; no buffer holds that much either. */
    const bool too_long = len / 3 >= SIZE_MAX / 4 - 1;
    if (!smithy_buffer_reserve(out, too_long ? SIZE_MAX : (len + 2) / 3 * 4)) return;
    char *to = out->ptr + out->len;
    size_t left = len;
    for (; left >= 3; left -= 3, in += 3) {
        *to++ = ALPHABET[in[0] >> 2];
        *to++ = ALPHABET[(in[0] & 3) << 4 | in[1] >> 4];
        *to++ = ALPHABET[(in[1] & 15) << 2 | in[2] >> 6];
        *to++ = ALPHABET[in[2] & 63];
    }
    if (left > 0) {
        const unsigned second = left == 2 ? in[1] : 0;
        *to++ = ALPHABET[in[0] >> 2];
        *to++ = ALPHABET[(unsigned)(in[0] & 3) << 4 | second >> 4];
        *to++ = left == 2 ? ALPHABET[(second & 15) << 2] : '=';
        *to++ = '=';
    }
    *to = '\0';
    out->len = (size_t)(to - out->ptr);
}

/* One more than the six bits of a character; 0 for all that are none, which makes them large
 * when the one is taken off. */
static const uint8_t SEXTETS[256] = {
    ['A'] = 1, 2,  3,  4,  5,          6,  7,  8,  9,  10, 11,         12, 13, 14, 15,         16,
    17,        18, 19, 20, 21,         22, 23, 24, 25, 26, ['a'] = 27, 28, 29, 30, 31,         32,
    33,        34, 35, 36, 37,         38, 39, 40, 41, 42, 43,         44, 45, 46, 47,         48,
    49,        50, 51, 52, ['0'] = 53, 54, 55, 56, 57, 58, 59,         60, 61, 62, ['+'] = 63, ['/'] = 64};

/* The last four characters, some of which are padding. */
static bool read_padded(const uint8_t *in, size_t padding, uint8_t *bytes) {
    const unsigned a = SEXTETS[in[0]] - 1U, b = SEXTETS[in[1]] - 1U, c = padding == 2 ? 0 : SEXTETS[in[2]] - 1U;
    if ((a | b | c) > 63) return false;
    bytes[0] = (uint8_t)(a << 2 | b >> 4);
    if (padding == 1) bytes[1] = (uint8_t)(b << 4 | c >> 2);
    return true;
}

bool smithy_base64_read(smithy_str text, uint8_t *bytes, size_t *len) {
    *len = 0;
    if (text.len % 4 != 0) return false;
    size_t padding = 0;
    if (text.len > 0 && text.ptr[text.len - 1] == '=') padding = text.ptr[text.len - 2] == '=' ? 2 : 1;

    const uint8_t *in = (const uint8_t *)text.ptr;
    uint8_t *to = bytes;
    for (size_t left = text.len / 4 - (padding > 0); left > 0; left--, in += 4) {
        const unsigned a = SEXTETS[in[0]] - 1U, b = SEXTETS[in[1]] - 1U, c = SEXTETS[in[2]] - 1U,
                       d = SEXTETS[in[3]] - 1U;
        if ((a | b | c | d) > 63) return false;
        *to++ = (uint8_t)(a << 2 | b >> 4);
        *to++ = (uint8_t)(b << 4 | c >> 2);
        *to++ = (uint8_t)(c << 6 | d);
    }
    if (padding > 0 && !read_padded(in, padding, to)) return false;
    *len = (size_t)(to - bytes) + (padding > 0 ? 3 - padding : 0);
    return true;
}

/* Worked out rather than looked up, so that compilers do many at once. */
static char hex_digit(unsigned value) {
    return (char)(value + (value < 10 ? '0' : 'a' - 10));
}

void smithy_hex_write(const void *bytes, size_t len, char *text) {
    const uint8_t *in = bytes;
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = hex_digit(in[i] >> 4);
        text[2 * i + 1] = hex_digit(in[i] & 15U);
    }
    text[2 * len] = '\0';
}
