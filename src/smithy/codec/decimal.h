/* Decimal text as digits and an exponent, exactly: what floating-point numbers and epoch seconds are read from.
 * Internal. No function here asks the locale. */
#ifndef SMITHY_CODEC_DECIMAL_H
#define SMITHY_CODEC_DECIMAL_H

#include <smithy/base.h>

/* More significant digits than any decision between two neighbouring doubles needs (767). */
enum { SMITHY_DECIMAL_DIGITS = 800 };

/* digits * 10^exponent, the digits read as one integer. */
typedef struct smithy_decimal {
    bool negative;
    int exponent;                           /* Clamped to +-1,000,000. */
    size_t count;                           /* 0 for zero. The first digit is not '0'. */
    char digits[SMITHY_DECIMAL_DIGITS + 1]; /* Not terminated. Digits beyond the array leave a last '1' when one of them
                                             * is not 0: enough to round rightly. */
} smithy_decimal;

/* "-12.5e+3" and its like: an optional sign, digits with at most one point among or around them, an optional exponent.
 * false for anything else. */
bool smithy_decimal_read(smithy_str text, smithy_decimal *decimal);

/* The nearest double or float; an infinity where the value is too large. */
double smithy_decimal_to_f64(const smithy_decimal *decimal);
float smithy_decimal_to_f32(const smithy_decimal *decimal);

/* The value itself; false where it has a fraction or does not fit. */
bool smithy_decimal_to_i64(const smithy_decimal *decimal, int64_t *value);

#endif
