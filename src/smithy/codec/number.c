/* Floating-point numbers as text. */
#include <smithy/text.h>

#include "codec/decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* Plain notation from 0.000001 up to this many digits before the point, an exponent outside: as ECMAScript writes. */
enum { PLAIN_MAX_POINT = 21, PLAIN_MIN_POINT = -5 };

static size_t put_text(const char *source, char text[SMITHY_NUMBER_TEXT_SIZE]) {
    const size_t len = strlen(source);
    memcpy(text, source, len + 1);
    return len;
}

/* `precision` digits of |value|, rightly rounded. */
static void take_digits(double value, int precision, smithy_decimal *decimal) {
    char text[48];
    smithy_decimal *d = decimal;
    snprintf(text, sizeof text, "%.*e", precision - 1, fabs(value));
    d->negative = signbit(value) != 0;
    d->count = 0;
    const char *at = text;
    /* The point, or whatever the locale has in its place, is passed over. */
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9') d->digits[d->count++] = *at;
    smithy_decimal exponent;
    smithy_decimal_read(smithy_str_from(at + 1), &exponent);
    int power = 0;
    for (size_t i = 0; i < exponent.count; i++) power = power * 10 + (exponent.digits[i] - '0');
    d->exponent = (exponent.negative ? -power : power) - (precision - 1);
}

/* The next decimal of as many digits, away from zero. */
static void step_outwards(smithy_decimal *d) {
    while (d->count > 0 && d->digits[d->count - 1] == '9') {
        d->count--;
        d->exponent++;
    }
    if (d->count == 0)
        d->digits[d->count++] = '1';
    else
        d->digits[d->count - 1]++;
}

static void drop_zeros(smithy_decimal *d) {
    while (d->count > 1 && d->digits[d->count - 1] == '0') {
        d->count--;
        d->exponent++;
    }
}

typedef bool reads_back(const smithy_decimal *decimal, double value);

static bool reads_back_f64(const smithy_decimal *decimal, double value) {
    return smithy_decimal_to_f64(decimal) == value;
}

static bool reads_back_f32(const smithy_decimal *decimal, double value) {
    return smithy_decimal_to_f32(decimal) == (float)value;
}

static bool is_power_of_two(double value) {
    int exponent;
    return fabs(frexp(value, &exponent)) == 0.5;
}

/* The fewest digits, from `precision` to `enough`, that read back as the value. A power of two has more room outwards
 * than inwards, so there a decimal that is not the nearest of its length may do. */
static void find_shortest(double value, int precision, int enough, reads_back *same, smithy_decimal *decimal) {
    for (;; precision++) {
        take_digits(value, precision, decimal);
        if (precision == enough || same(decimal, value)) break;
        if (!is_power_of_two(value)) continue;
        step_outwards(decimal);
        if (same(decimal, value)) break;
    }
    drop_zeros(decimal);
}

/* Sign, digits and point, or an exponent of ten. */
static size_t lay_out(const smithy_decimal *d, char text[SMITHY_NUMBER_TEXT_SIZE]) {
    const int count = (int)d->count;
    const int point = count + d->exponent; /* How many digits stand before the point. */
    const char *sign = d->negative ? "-" : "";
    int len;
    if (point > PLAIN_MAX_POINT || point < PLAIN_MIN_POINT)
        len = snprintf(text, SMITHY_NUMBER_TEXT_SIZE, "%s%c%s%.*se%d", sign, d->digits[0], count > 1 ? "." : "",
                       count - 1, d->digits + 1, point - 1);
    else if (point <= 0)
        len = snprintf(text, SMITHY_NUMBER_TEXT_SIZE, "%s0.%.*s%.*s", sign, -point, "00000", count, d->digits);
    else if (point >= count)
        len = snprintf(text, SMITHY_NUMBER_TEXT_SIZE, "%s%.*s%.*s", sign, count, d->digits, point - count,
                       "00000000000000000000");
    else
        len = snprintf(text, SMITHY_NUMBER_TEXT_SIZE, "%s%.*s.%.*s", sign, point, d->digits, count - point,
                       d->digits + point);
    return (size_t)len;
}

/* NaN, the infinities and the zeros; 0 for all other values. */
static size_t write_special(double value, char text[SMITHY_NUMBER_TEXT_SIZE]) {
    if (isnan(value)) return put_text("NaN", text);
    if (isinf(value)) return put_text(value > 0 ? "Infinity" : "-Infinity", text);
    if (value == 0) return put_text(signbit(value) ? "-0" : "0", text);
    return 0;
}

/* Any value of no more than FLT_DIG or DBL_DIG digits survives that precision, so the search starts there, except
 * among the subnormal numbers, which have fewer. */
size_t smithy_f64_write(double value, char text[SMITHY_NUMBER_TEXT_SIZE]) {
    const size_t special = write_special(value, text);
    if (special > 0) return special;
    smithy_decimal decimal;
    find_shortest(value, fpclassify(value) == FP_SUBNORMAL ? 1 : DBL_DIG, 17, reads_back_f64, &decimal);
    return lay_out(&decimal, text);
}

size_t smithy_f32_write(float value, char text[SMITHY_NUMBER_TEXT_SIZE]) {
    const size_t special = write_special((double)value, text);
    if (special > 0) return special;
    smithy_decimal decimal;
    find_shortest((double)value, fpclassify(value) == FP_SUBNORMAL ? 1 : FLT_DIG, 9, reads_back_f32, &decimal);
    return lay_out(&decimal, text);
}

static bool read_special(smithy_str text, double *value) {
    if (smithy_str_equal(text, SMITHY_STR("NaN")))
        *value = NAN;
    else if (smithy_str_equal(text, SMITHY_STR("Infinity")))
        *value = INFINITY;
    else if (smithy_str_equal(text, SMITHY_STR("-Infinity")))
        *value = -INFINITY;
    else
        return false;
    return true;
}

bool smithy_f64_read(smithy_str text, double *value) {
    smithy_decimal decimal;
    if (read_special(text, value)) return true;
    if (!smithy_decimal_read(text, &decimal)) return false;
    const double result = smithy_decimal_to_f64(&decimal);
    if (isinf(result)) return false;
    *value = result;
    return true;
}

bool smithy_f32_read(smithy_str text, float *value) {
    smithy_decimal decimal;
    double special;
    if (read_special(text, &special)) {
        *value = (float)special;
        return true;
    }
    if (!smithy_decimal_read(text, &decimal)) return false;
    const float result = smithy_decimal_to_f32(&decimal);
    if (isinf(result)) return false;
    *value = result;
    return true;
}
