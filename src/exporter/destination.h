/* Where a task writes: the DestinationPrefix template, filled in. */
#ifndef EXPORTER_DESTINATION_H
#define EXPORTER_DESTINATION_H

#include "period.h"

#include <smithy/call.h>

/* S3 keys have 1,024 bytes at most. Beyond the prefix a key holds "/<taskId>/<stream folder>/000000.gz". */
#define DESTINATION_KEY_MAX     1024
#define DESTINATION_TASK_ID_LEN 36
/* What CloudWatch Logs itself takes where it is told no prefix. */
#define DESTINATION_DEFAULT "exportedlogs"

typedef struct destination_values {
    smithy_str group;
    smithy_str stream; /* Empty for a whole group. */
    smithy_str account, region;
    int64_t date_ms; /* {date} and the strftime letters: when the task is made, in UTC. */
    int64_t data_ms; /* {data:…}: the day of the events, in UTC. */
} destination_values;

/* The template filled in, in the arena: without a slash at either end or two in a row,
 * and DESTINATION_DEFAULT where nothing is left. What a name could climb out by
 * is written as %2E ("." and ".."), and control characters and "%" by their codes, so that it can be read back. */
smithy_str destination_expand(smithy_str template_text, const destination_values *values, smithy_call *memory);

/* One of the parts of an ARN that colons part, counted from 0; absent where it has no such. */
smithy_str destination_arn_part(smithy_str arn, int wanted);

/* How the template parts the archive by the events' own date: by the finest letter in its {data:…}. */
exporter_period destination_period(smithy_str template_text);

/* The length of the placeholder that `text` begins with, {group} or {data:%Y/%m} or %Y; 0: none that there is. */
size_t destination_placeholder(smithy_str text);

/* The way back: a name out of its folders in a key, in the arena, but for a slash that it began with. Absent where
 * it is not what destination_expand writes. */
smithy_str destination_read_name(smithy_str folders, smithy_call *memory);

/* Whether each key of a task with this prefix fits, for the longest name of a stream that it may write. */
bool destination_fits(smithy_str prefix, size_t longest_stream_name);

#endif
