#include "duration.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct unit {
    smithy_str name;
    int64_t ms;
} unit;

/* From large to small: a duration walks it once, so a unit can neither repeat nor come too late. */
static const unit UNITS[] = {
    {SMITHY_STR_INIT("d"), EXPORTER_MS_PER_DAY},
    {SMITHY_STR_INIT("h"), EXPORTER_MS_PER_HOUR},
    {SMITHY_STR_INIT("m"), EXPORTER_MS_PER_MINUTE},
    {SMITHY_STR_INIT("s"), EXPORTER_MS_PER_SECOND},
    {SMITHY_STR_INIT("ms"), 1},
};
#define UNIT_COUNT (sizeof UNITS / sizeof UNITS[0])

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The characters of `text` from `at` on that are digits, or that are not. */
static smithy_str take_run(smithy_str text, size_t at, bool digits) {
    size_t end = at;
    while (end < text.len && is_digit(text.ptr[end]) == digits) end++;
    return (smithy_str){text.ptr + at, end - at};
}

static bool add_scaled(int64_t *total, int64_t number, int64_t scale) {
    if (number > (INT64_MAX - *total) / scale) return false;
    *total += number * scale;
    return true;
}

bool exporter_duration_read(smithy_str text, int64_t *ms) {
    if (smithy_str_equal(text, SMITHY_STR("0"))) {
        *ms = 0;
        return true;
    }
    int64_t total = 0;
    size_t next_unit = 0;
    size_t at = 0;
    while (at < text.len) {
        const smithy_str digits = take_run(text, at, true);
        const smithy_str name = take_run(text, at + digits.len, false);
        int64_t number = 0;
        if (!smithy_str_to_i64(digits, &number)) return false;
        while (next_unit < UNIT_COUNT && !smithy_str_equal(UNITS[next_unit].name, name)) next_unit++;
        if (next_unit == UNIT_COUNT || !add_scaled(&total, number, UNITS[next_unit].ms)) return false;
        next_unit++;
        at += digits.len + name.len;
    }
    if (text.len == 0) return false;
    *ms = total;
    return true;
}

size_t exporter_duration_write(int64_t ms, char text[EXPORTER_DURATION_TEXT_SIZE]) {
    if (ms < 0) ms = 0;
    size_t first = 0;
    while (first + 1 < UNIT_COUNT && ms < UNITS[first].ms) first++;
    const int64_t rest = ms % UNITS[first].ms;
    /* Below a second, and beside whole seconds, milliseconds are worth telling only alone. */
    const bool two = first + 2 < UNIT_COUNT && rest >= UNITS[first + 1].ms;
    int len = snprintf(text, EXPORTER_DURATION_TEXT_SIZE, "%" PRId64 "%s", ms / UNITS[first].ms, UNITS[first].name.ptr);
    if (two)
        len += snprintf(text + len, EXPORTER_DURATION_TEXT_SIZE - (size_t)len, " %" PRId64 "%s",
                        rest / UNITS[first + 1].ms, UNITS[first + 1].name.ptr);
    return (size_t)len;
}
