/* Days, months and years of UTC, as a destination may part the archive by. */
#ifndef EXPORTER_PERIOD_H
#define EXPORTER_PERIOD_H

#include <stdint.h>

typedef enum exporter_period {
    EXPORTER_PERIOD_NONE = 0, /* All time is one. */
    EXPORTER_PERIOD_DAY,
    EXPORTER_PERIOD_MONTH,
    EXPORTER_PERIOD_YEAR
} exporter_period;

/* The first and the last ms of the period that holds `ms`, which is not negative. */
int64_t exporter_period_start(exporter_period period, int64_t ms);
int64_t exporter_period_end(exporter_period period, int64_t ms);

/* "day", "month", "year". */
const char *exporter_period_name(exporter_period period);

#endif
