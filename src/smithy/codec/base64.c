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

/* The six bits of a character, or -1. */
static int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

bool smithy_base64_read(smithy_str text, uint8_t *bytes, size_t *len) {
    *len = 0;
    if (text.len % 4 != 0) return false;
    size_t padding = 0;
    if (text.len > 0 && text.ptr[text.len - 1] == '=') padding = text.ptr[text.len - 2] == '=' ? 2 : 1;

    uint32_t bits = 0;
    size_t written = 0;
    for (size_t i = 0; i < text.len - padding; i++) {
        const int value = sextet(text.ptr[i]);
        if (value < 0) return false;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 == 0) continue;
        /* After the 2nd, 3rd and 4th character of four, 4, 2 and 0 bits wait for the next. */
        bytes[written++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *len = written;
    return true;
}

void smithy_hex_write(const void *bytes, size_t len, char *text) {
    static const char DIGITS[] = "0123456789abcdef";
    const uint8_t *in = bytes;
    for (size_t i = 0; i < len; i++) {
        *text++ = DIGITS[in[i] >> 4];
        *text++ = DIGITS[in[i] & 15];
    }
    *text = '\0';
}
