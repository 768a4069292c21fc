#include "codec/bignum.h"

/* number * 10 + digit, in place; the number stands at the end of its `size` bytes and takes up `len` of them. */
static size_t shift_in(uint8_t *bytes, size_t size, size_t len, unsigned digit) {
    unsigned carry = digit;
    for (size_t i = 0; i < len; i++) {
        uint8_t *byte = &bytes[size - 1 - i];
        carry += *byte * 10u;
        *byte = (uint8_t)carry;
        carry >>= 8;
    }
    if (carry == 0) return len;
    bytes[size - 1 - len] = (uint8_t)carry;
    return len + 1;
}

bool smithy_bignum_from_digits(smithy_str digits, uint8_t bytes[SMITHY_BIGNUM_BYTES], size_t *len) {
    *len = 0;
    while (digits.len > 0 && *digits.ptr == '0') digits = (smithy_str){digits.ptr + 1, digits.len - 1};
    if (digits.len > SMITHY_BIGNUM_DIGITS) return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9') return false;
        *len = shift_in(bytes, SMITHY_BIGNUM_BYTES, *len, (unsigned)(digits.ptr[i] - '0'));
    }
    memmove(bytes, bytes + SMITHY_BIGNUM_BYTES - *len, *len);
    return true;
}

/* number / 10, in place; answers the rest. */
static unsigned shift_out(uint8_t *bytes, size_t len) {
    unsigned rest = 0;
    for (size_t i = 0; i < len; i++) {
        rest = rest << 8 | bytes[i];
        bytes[i] = (uint8_t)(rest / 10);
        rest %= 10;
    }
    return rest;
}

static void reverse(char *text, size_t len) {
    for (size_t i = 0; i < len / 2; i++) {
        const char c = text[i];
        text[i] = text[len - 1 - i];
        text[len - 1 - i] = c;
    }
}

bool smithy_bignum_to_digits(uint8_t *bytes, size_t len, char text[SMITHY_BIGNUM_TEXT], size_t *text_len) {
    size_t count = 0;
    for (; len > 0 && *bytes == 0; bytes++) len--;
    if (len > SMITHY_BIGNUM_BYTES) return false;
    do {
        text[count++] = (char)('0' + shift_out(bytes, len));
        for (; len > 0 && *bytes == 0; bytes++) len--;
    } while (len > 0);
    reverse(text, count);
    text[count] = '\0';
    *text_len = count;
    return true;
}

bool smithy_bignum_add_one(uint8_t *bytes, size_t len) {
    for (size_t i = len; i > 0; i--)
        if (++bytes[i - 1] != 0) return false;
    bytes[-1] = 1;
    return true;
}

void smithy_bignum_take_one(uint8_t *bytes, size_t len) {
    for (size_t i = len; i > 0; i--)
        if (bytes[i - 1]-- != 0) return;
}
