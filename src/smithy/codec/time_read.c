/* Timestamps out of text. Fractions finer than a millisecond are cut towards the past. */
#include <smithy/text.h>

#include "codec/decimal.h"
#include "codec/time_names.h"

/* 0000-01-01T00:00:00Z and the last millisecond of 9999. */
#define FIRST_MS (-INT64_C(62167219200000))
#define LAST_MS  INT64_C(253402300799999)

/* Text that is taken from its front; the first piece that does not fit makes it bad for good, so that a format reads
 * as a straight line. */
typedef struct cursor {
    const char *at, *end;
    bool bad;
} cursor;

static cursor cursor_on(smithy_str text) {
    if (text.len == 0) return (cursor){.bad = true};
    return (cursor){.at = text.ptr, .end = text.ptr + text.len};
}

static bool next_is(const cursor *c, char wanted) {
    return !c->bad && c->at < c->end && *c->at == wanted;
}

static bool next_is_digit(const cursor *c) {
    return !c->bad && c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

static void take_char(cursor *c, char wanted) {
    if (next_is(c, wanted))
        c->at++;
    else
        c->bad = true;
}

static void take_text(cursor *c, const char *wanted) {
    for (; *wanted != '\0'; wanted++) take_char(c, *wanted);
}

/* A letter of date-time in either case, as RFC 3339 has it. */
static void take_letter(cursor *c, char upper) {
    if (next_is(c, (char)(upper + ('a' - 'A'))))
        c->at++;
    else
        take_char(c, upper);
}

static int take_digits(cursor *c, int count) {
    int value = 0;
    for (; count > 0; count--) {
        if (!next_is_digit(c)) {
            c->bad = true;
            return 0;
        }
        value = value * 10 + (*c->at++ - '0');
    }
    return value;
}

/* The index of the name that stands next; 0 and bad when none does. */
static int take_name(cursor *c, const char *const *names, int count) {
    for (int i = 0; i < count && !c->bad; i++) {
        const size_t len = strlen(names[i]);
        if ((size_t)(c->end - c->at) < len || memcmp(c->at, names[i], len) != 0) continue;
        c->at += len;
        return i;
    }
    c->bad = true;
    return 0;
}

/* ".123456": the first three digits as ms. Nothing is fine too. */
static int take_fraction(cursor *c) {
    if (!next_is(c, '.')) return 0;
    c->at++;
    if (!next_is_digit(c)) c->bad = true;
    int ms = 0;
    for (int unit = 100; next_is_digit(c); unit /= 10) ms += (*c->at++ - '0') * unit;
    return ms;
}

static void take_time_of_day(cursor *c, smithy_civil *civil) {
    civil->hour = take_digits(c, 2);
    take_char(c, ':');
    civil->minute = take_digits(c, 2);
    take_char(c, ':');
    civil->second = take_digits(c, 2);
}

/* The whole text was taken and every field is in its range. A leap second counts as the second after it. */
static bool finish(const cursor *c, const smithy_civil *civil, int64_t offset_ms, int64_t *ms) {
    if (c->bad || c->at != c->end) return false;
    if (civil->month < 1 || civil->month > 12 || civil->day < 1) return false;
    if (civil->day > smithy_days_in_month(civil->year, civil->month)) return false;
    if (civil->hour > 23 || civil->minute > 59 || civil->second > 60) return false;
    const int64_t instant = smithy_time_from_civil(civil) - offset_ms;
    if (instant < FIRST_MS || instant > LAST_MS) return false;
    *ms = instant;
    return true;
}

/* "Z" or "+02:00". */
static int64_t take_offset(cursor *c) {
    const bool negative = next_is(c, '-');
    if (!negative && !next_is(c, '+')) {
        take_letter(c, 'Z');
        return 0;
    }
    c->at++;
    const int hours = take_digits(c, 2);
    take_char(c, ':');
    const int minutes = take_digits(c, 2);
    if (hours > 23 || minutes > 59) c->bad = true;
    const int64_t ms = (int64_t)(hours * 60 + minutes) * 60000;
    return negative ? -ms : ms;
}

bool smithy_time_read_date_time(smithy_str text, int64_t *ms) {
    cursor c = cursor_on(text);
    smithy_civil civil = {0};
    civil.year = take_digits(&c, 4);
    take_char(&c, '-');
    civil.month = take_digits(&c, 2);
    take_char(&c, '-');
    civil.day = take_digits(&c, 2);
    take_letter(&c, 'T');
    take_time_of_day(&c, &civil);
    civil.ms = take_fraction(&c);
    const int64_t offset_ms = take_offset(&c);
    return finish(&c, &civil, offset_ms, ms);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static bool read_imf_fixdate(smithy_str text, int64_t *ms) {
    cursor c = cursor_on(text);
    smithy_civil civil = {0};
    take_name(&c, smithy_weekday_names, 7);
    take_text(&c, ", ");
    civil.day = take_digits(&c, 2);
    take_char(&c, ' ');
    civil.month = take_name(&c, smithy_month_names, 12) + 1;
    take_char(&c, ' ');
    civil.year = take_digits(&c, 4);
    take_char(&c, ' ');
    take_time_of_day(&c, &civil);
    civil.ms = take_fraction(&c);
    take_text(&c, " GMT");
    return finish(&c, &civil, 0, ms);
}

/* Sunday, 06-Nov-94 08:49:37 GMT */
static bool read_rfc850(smithy_str text, int64_t *ms) {
    cursor c = cursor_on(text);
    smithy_civil civil = {0};
    take_name(&c, smithy_weekday_long_names, 7);
    take_text(&c, ", ");
    civil.day = take_digits(&c, 2);
    take_char(&c, '-');
    civil.month = take_name(&c, smithy_month_names, 12) + 1;
    take_char(&c, '-');
    const int year = take_digits(&c, 2);
    civil.year = year < 70 ? 2000 + year : 1900 + year;
    take_char(&c, ' ');
    take_time_of_day(&c, &civil);
    take_text(&c, " GMT");
    return finish(&c, &civil, 0, ms);
}

/* Sun Nov  6 08:49:37 1994 */
static bool read_asctime(smithy_str text, int64_t *ms) {
    cursor c = cursor_on(text);
    smithy_civil civil = {0};
    take_name(&c, smithy_weekday_names, 7);
    take_char(&c, ' ');
    civil.month = take_name(&c, smithy_month_names, 12) + 1;
    take_char(&c, ' ');
    const bool one_digit = next_is(&c, ' ');
    if (one_digit) c.at++;
    civil.day = take_digits(&c, one_digit ? 1 : 2);
    take_char(&c, ' ');
    take_time_of_day(&c, &civil);
    take_char(&c, ' ');
    civil.year = take_digits(&c, 4);
    return finish(&c, &civil, 0, ms);
}

bool smithy_time_read_http_date(smithy_str text, int64_t *ms) {
    return read_imf_fixdate(text, ms) || read_rfc850(text, ms) || read_asctime(text, ms);
}

/* floor(decimal * 1000), exactly: on the digits, since 1398796238.123 is no double. */
bool smithy_time_read_epoch(smithy_str text, int64_t *ms) {
    smithy_decimal decimal;
    if (!smithy_decimal_read(text, &decimal)) return false;
    const int64_t whole = (int64_t)decimal.count + decimal.exponent + 3; /* Digits of the result; more are cut. */
    if (decimal.count > 0 && whole > 16) return false;
    int64_t magnitude = 0;
    for (int64_t i = 0; i < whole; i++)
        magnitude = magnitude * 10 + (i < (int64_t)decimal.count ? decimal.digits[i] - '0' : 0);

    bool rest = false;
    for (int64_t i = whole > 0 ? whole : 0; i < (int64_t)decimal.count; i++) rest = rest || decimal.digits[i] != '0';
    const int64_t instant = decimal.negative ? -magnitude - (rest ? 1 : 0) : magnitude;
    if (instant < FIRST_MS || instant > LAST_MS) return false;
    *ms = instant;
    return true;
}
