/* Durations as people write them: 12h, 90m, 1h30m, 250ms, 7d, 0. */
#ifndef EXPORTER_DURATION_H
#define EXPORTER_DURATION_H

#include <smithy/base.h>

#define EXPORTER_MS_PER_SECOND INT64_C(1000)
#define EXPORTER_MS_PER_MINUTE (60 * EXPORTER_MS_PER_SECOND)
#define EXPORTER_MS_PER_HOUR   (60 * EXPORTER_MS_PER_MINUTE)
#define EXPORTER_MS_PER_DAY    (24 * EXPORTER_MS_PER_HOUR)

/* What the form is, for messages. */
#define EXPORTER_DURATION_FORM "a duration such as 12h, 90m, 1h30m or 0 (units d, h, m, s, ms)"

/* Whole numbers with the units d, h, m, s and ms, the larger unit first and each at most once; 0 alone needs none.
 * false for anything else and for what does not fit. */
bool exporter_duration_read(smithy_str text, int64_t *ms);

#define EXPORTER_DURATION_TEXT_SIZE 48

/* The two largest units that count: "1h 30m", "2m 5s", "350ms". Answers the length. */
size_t exporter_duration_write(int64_t ms, char text[EXPORTER_DURATION_TEXT_SIZE]);

#endif
