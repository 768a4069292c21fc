#include "codec/number_text.h"

#include <smithy/text.h>

/* A number of this many characters has no more digits than a double holds for certain. */
enum { EXACT_NUMBER = 15 };

static const char *skip_digits(const char *at, const char *end) {
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at;
}

/* ".5": NULL where no digit follows the point; `at` where there is no point. */
static const char *skip_fraction(const char *at, const char *end) {
    if (at == end || *at != '.') return at;
    const char *digits = at + 1;
    at = skip_digits(digits, end);
    return at == digits ? NULL : at;
}

static const char *skip_exponent(const char *at, const char *end) {
    if (at == end || (*at != 'e' && *at != 'E')) return at;
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    const char *digits = at;
    at = skip_digits(digits, end);
    return at == digits ? NULL : at;
}

/* Of a number without its sign and exponent; `point` is where its fraction begins, if it has one. */
static bool is_shortest(const char *digits, const char *point, const char *end, bool negative) {
    static const char MILLIONTH[] = "0.000000";
    const size_t len = (size_t)(end - digits);
    if (point == end) return !(negative && *digits == '0');
    return end[-1] != '0' && !(len >= sizeof MILLIONTH - 1 && memcmp(digits, MILLIONTH, sizeof MILLIONTH - 1) == 0);
}

smithy_number_text smithy_number_scan(const char *at, const char *end) {
    const smithy_number_text none = {0};
    const char *start = at;
    const bool negative = at < end && *at == '-';
    if (negative) at++;
    const char *digits = at;
    const char *point = skip_digits(at, end);
    if (point == digits || (*digits == '0' && point - digits > 1)) return none;
    const char *exponent = skip_fraction(point, end);
    const char *stop = exponent ? skip_exponent(exponent, end) : NULL;
    if (!stop) return none;
    const size_t len = (size_t)(stop - start);
    return (smithy_number_text){
        .len = len,
        .is_plain = len <= EXACT_NUMBER && stop == exponent && is_shortest(digits, point, exponent, negative),
    };
}

bool smithy_number_is_valid(smithy_str text) {
    return text.len > 0 && smithy_number_scan(text.ptr, text.ptr + text.len).len == text.len;
}
