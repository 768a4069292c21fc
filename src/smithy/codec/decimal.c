#include "codec/decimal.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXPONENT_LIMIT = 1000000 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int clamp_exponent(int64_t exponent) {
    if (exponent > EXPONENT_LIMIT) return EXPONENT_LIMIT;
    return exponent < -EXPONENT_LIMIT ? -EXPONENT_LIMIT : (int)exponent;
}

static void add_digit(smithy_decimal *decimal, char digit, int64_t *exponent) {
    if (decimal->count == 0 && digit == '0') return;
    if (decimal->count < SMITHY_DECIMAL_DIGITS) {
        decimal->digits[decimal->count++] = digit;
        return;
    }
    *exponent += 1;
    if (digit == '0') return;
    if (decimal->count == SMITHY_DECIMAL_DIGITS) {
        decimal->digits[decimal->count++] = '1';
        *exponent -= 1;
    }
}

/* "e+12" from `at` on. false where no digit follows. */
static bool read_exponent(smithy_str text, size_t at, int64_t *exponent) {
    bool negative = false;
    int64_t value = 0;
    at++;
    if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-')) negative = text.ptr[at++] == '-';
    if (at == text.len) return false;
    for (; at < text.len; at++) {
        if (!is_digit(text.ptr[at])) return false;
        if (value < EXPONENT_LIMIT * (int64_t)1000) value = value * 10 + (text.ptr[at] - '0');
    }
    *exponent += negative ? -value : value;
    return true;
}

bool smithy_decimal_read(smithy_str text, smithy_decimal *decimal) {
    size_t at = 0;
    int64_t exponent = 0;
    bool any_digit = false, after_point = false;
    decimal->count = 0;
    decimal->negative = text.len > 0 && text.ptr[0] == '-';
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) at++;

    for (; at < text.len; at++) {
        const char c = text.ptr[at];
        if (is_digit(c)) {
            any_digit = true;
            if (after_point) exponent--;
            add_digit(decimal, c, &exponent);
        } else if (c == '.' && !after_point) {
            after_point = true;
        } else {
            break;
        }
    }
    if (!any_digit) return false;
    if (at < text.len) {
        if (text.ptr[at] != 'e' && text.ptr[at] != 'E') return false;
        if (!read_exponent(text, at, &exponent)) return false;
    }
    decimal->exponent = clamp_exponent(exponent);
    return true;
}

/* The value for strtod as "-123e-2": without a point, a text means the same in every locale. */
enum { PLAIN_SIZE = SMITHY_DECIMAL_DIGITS + 16 };

static void write_plain(const smithy_decimal *decimal, char text[PLAIN_SIZE]) {
    size_t at = 0;
    if (decimal->negative) text[at++] = '-';
    memcpy(text + at, decimal->digits, decimal->count);
    at += decimal->count;
    if (decimal->count == 0) text[at++] = '0';
    snprintf(text + at, PLAIN_SIZE - at, "e%d", decimal->exponent);
}

/* Few digits and a small power of ten are both exact doubles, so one operation on them rounds once, rightly. */
static bool small_to_f64(const smithy_decimal *decimal, double *value) {
    static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const int power = decimal->exponent;
    if (FLT_EVAL_METHOD != 0 || decimal->count > 15 || power < -22 || power > 22) return false;
    int64_t integer = 0;
    for (size_t i = 0; i < decimal->count; i++) integer = integer * 10 + (decimal->digits[i] - '0');
    const double magnitude = power < 0 ? (double)integer / POWERS[-power] : (double)integer * POWERS[power];
    *value = decimal->negative ? -magnitude : magnitude;
    return true;
}

double smithy_decimal_to_f64(const smithy_decimal *decimal) {
    double value;
    if (small_to_f64(decimal, &value)) return value;
    char text[PLAIN_SIZE];
    write_plain(decimal, text);
    return strtod(text, NULL);
}

float smithy_decimal_to_f32(const smithy_decimal *decimal) {
    char text[PLAIN_SIZE];
    write_plain(decimal, text);
    return strtof(text, NULL);
}

bool smithy_decimal_to_i64(const smithy_decimal *decimal, int64_t *value) {
    const int64_t digits = (int64_t)decimal->count + decimal->exponent; /* Before the point. */
    char text[1 + 19];
    size_t len = 0;
    if (decimal->count > 0 && (digits < 1 || digits > 19)) return false;
    if (decimal->negative) text[len++] = '-';
    if (decimal->count == 0) text[len++] = '0';
    for (int64_t i = 0; decimal->count > 0 && i < digits; i++)
        text[len++] = i < (int64_t)decimal->count ? decimal->digits[i] : '0';
    for (int64_t i = digits; decimal->count > 0 && i < (int64_t)decimal->count; i++)
        if (decimal->digits[i] != '0') return false;
    return smithy_str_to_i64((smithy_str){text, len}, value);
}
