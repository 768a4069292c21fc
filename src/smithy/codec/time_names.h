/* What writing and reading of dates share. Internal. */
#ifndef SMITHY_CODEC_TIME_NAMES_H
#define SMITHY_CODEC_TIME_NAMES_H

#include <stdint.h>

extern const char *const smithy_month_names[12];
extern const char *const smithy_weekday_names[7];
extern const char *const smithy_weekday_long_names[7];

/* `month` is 1 to 12. */
int smithy_days_in_month(int64_t year, int month);

#endif
