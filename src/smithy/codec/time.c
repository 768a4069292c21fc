/* Instants and civil dates, by arithmetic alone: no time zone and no locale of the process takes part. */
#include <smithy/text.h>

#include "codec/time_names.h"

#include <stdio.h>

enum { MS_PER_SECOND = 1000, MS_PER_DAY = 86400000, DAYS_PER_400_YEARS = 146097, DAYS_BEFORE_1970 = 719528 };
/* Beyond it, milliseconds overflow 64 bits. */
enum { YEAR_LIMIT = 280000000 };

const char *const smithy_month_names[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
const char *const smithy_weekday_names[7] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
const char *const smithy_weekday_long_names[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};

static int64_t floor_div(int64_t value, int64_t by) {
    return value / by - (value % by < 0);
}

static bool is_leap(int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* From 0000-01-01 to the first day of `year`. Year 0 is a leap year: each of the three terms rounds upwards. */
static int64_t days_before_year(int64_t year) {
    return year * 365 + floor_div(year + 3, 4) - floor_div(year + 99, 100) + floor_div(year + 399, 400);
}

int smithy_days_in_month(int64_t year, int month) {
    static const int DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return DAYS[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

smithy_civil smithy_time_to_civil(int64_t ms) {
    const int64_t days = floor_div(ms, MS_PER_DAY);
    const int in_day = (int)((ms % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY);
    const int64_t since_zero = days + DAYS_BEFORE_1970;

    /* The mean length of a year is right to within a year. */
    int64_t year = floor_div(since_zero * 400, DAYS_PER_400_YEARS);
    while (days_before_year(year) > since_zero) year--;
    while (days_before_year(year + 1) <= since_zero) year++;

    int day = (int)(since_zero - days_before_year(year)) + 1, month = 1;
    for (; day > smithy_days_in_month(year, month); month++) day -= smithy_days_in_month(year, month);

    return (smithy_civil){
        .year = (int)year,
        .month = month,
        .day = day,
        .hour = in_day / 3600000,
        .minute = in_day / 60000 % 60,
        .second = in_day / MS_PER_SECOND % 60,
        .ms = in_day % MS_PER_SECOND,
        .weekday = (int)(((days + 4) % 7 + 7) % 7), /* 1970-01-01 was a Thursday. */
    };
}

int64_t smithy_time_from_civil(const smithy_civil *civil) {
    if (civil->year > YEAR_LIMIT) return INT64_MAX;
    if (civil->year < -YEAR_LIMIT) return INT64_MIN;
    const int64_t months = (int64_t)civil->year * 12 + civil->month - 1;
    const int64_t year = floor_div(months, 12);
    int64_t days = days_before_year(year) - DAYS_BEFORE_1970 + civil->day - 1;
    for (int month = 1; month <= (int)(months - year * 12); month++) days += smithy_days_in_month(year, month);
    return days * MS_PER_DAY + (int64_t)civil->hour * 3600000 + (int64_t)civil->minute * 60000 +
           (int64_t)civil->second * MS_PER_SECOND + civil->ms;
}

/* ".5" or ".123"; nothing for whole seconds. */
static const char *fraction(int ms, char text[5]) {
    text[0] = '\0';
    if (ms == 0) return text;
    text[0] = '.';
    text[1] = (char)('0' + ms / 100);
    text[2] = (char)('0' + ms / 10 % 10);
    text[3] = (char)('0' + ms % 10);
    text[4] = '\0';
    for (size_t end = 3; text[end] == '0'; end--) text[end] = '\0';
    return text;
}

size_t smithy_time_write_date_time(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]) {
    const smithy_civil c = smithy_time_to_civil(ms);
    char part[5];
    return (size_t)snprintf(text, SMITHY_TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", c.year, c.month, c.day,
                            c.hour, c.minute, c.second, fraction(c.ms, part));
}

size_t smithy_time_write_http_date(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]) {
    const smithy_civil c = smithy_time_to_civil(ms);
    char part[5];
    return (size_t)snprintf(text, SMITHY_TIME_TEXT_SIZE, "%s, %02d %s %04d %02d:%02d:%02d%s GMT",
                            smithy_weekday_names[c.weekday], c.day, smithy_month_names[c.month - 1], c.year, c.hour,
                            c.minute, c.second, fraction(c.ms, part));
}

size_t smithy_time_write_epoch(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]) {
    const uint64_t magnitude = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    char part[5];
    return (size_t)snprintf(text, SMITHY_TIME_TEXT_SIZE, "%s%llu%s", ms < 0 ? "-" : "",
                            (unsigned long long)(magnitude / MS_PER_SECOND),
                            fraction((int)(magnitude % MS_PER_SECOND), part));
}

static char *write_two(char *text, int number) {
    *text++ = (char)('0' + number / 10);
    *text++ = (char)('0' + number % 10);
    return text;
}

/* Without snprintf, since every signature needs one. */
static size_t write_amz(const smithy_civil *c, char *text) {
    char *end = write_two(text, c->year / 100);
    end = write_two(end, c->year % 100);
    end = write_two(end, c->month);
    end = write_two(end, c->day);
    *end++ = 'T';
    end = write_two(end, c->hour);
    end = write_two(end, c->minute);
    end = write_two(end, c->second);
    *end++ = 'Z';
    *end = '\0';
    return (size_t)(end - text);
}

size_t smithy_time_write_amz(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]) {
    const smithy_civil c = smithy_time_to_civil(ms);
    if (c.year >= 0 && c.year <= 9999) return write_amz(&c, text);
    return (size_t)snprintf(text, SMITHY_TIME_TEXT_SIZE, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour,
                            c.minute, c.second);
}
