#include "period.h"

#include "duration.h"

#include <smithy/text.h>

/* The first ms of the month that lies `months` behind that of `ms`. */
static int64_t month_start(int64_t ms, int months) {
    const smithy_civil civil = smithy_time_to_civil(ms);
    const int count = civil.year * 12 + civil.month - 1 + months;
    return smithy_time_from_civil(&(smithy_civil){.year = count / 12, .month = count % 12 + 1, .day = 1});
}

/* January is its year's first. */
static int months_of_year(int64_t ms) {
    return smithy_time_to_civil(ms).month - 1;
}

int64_t exporter_period_start(exporter_period period, int64_t ms) {
    switch (period) {
    case EXPORTER_PERIOD_DAY: return ms - ms % EXPORTER_MS_PER_DAY;
    case EXPORTER_PERIOD_MONTH: return month_start(ms, 0);
    case EXPORTER_PERIOD_YEAR: return month_start(ms, -months_of_year(ms));
    case EXPORTER_PERIOD_NONE: break;
    }
    return 0;
}

int64_t exporter_period_end(exporter_period period, int64_t ms) {
    switch (period) {
    case EXPORTER_PERIOD_DAY: return ms - ms % EXPORTER_MS_PER_DAY + EXPORTER_MS_PER_DAY - 1;
    case EXPORTER_PERIOD_MONTH: return month_start(ms, 1) - 1;
    case EXPORTER_PERIOD_YEAR: return month_start(ms, 12 - months_of_year(ms)) - 1;
    case EXPORTER_PERIOD_NONE: break;
    }
    return INT64_MAX;
}

const char *exporter_period_name(exporter_period period) {
    static const char *const NAMES[] = {"", "day", "month", "year"};
    return NAMES[period];
}
