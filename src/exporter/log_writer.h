/* An exporter_log that writes to a descriptor: one line of the log, one write(2), so that lines of several processes
 * never mix. Control characters are escaped and broken UTF-8 is replaced. One thread at a time. */
#ifndef EXPORTER_LOG_WRITER_H
#define EXPORTER_LOG_WRITER_H

#include "log.h"

#include <smithy/buffer.h>
#include <smithy/system.h>

typedef enum exporter_log_format {
    EXPORTER_LOG_FORMAT_TERMINAL = 0, /* 2026-11-22T10:00:00Z INFO  task completed group=/aws/… objects=3 */
    EXPORTER_LOG_FORMAT_JSON,         /* {"timestamp":…,"level":…,"requestId":…,"message":…,"group":…} */
    EXPORTER_LOG_FORMAT_LAMBDA_TEXT   /* 2026-11-22T10:00:00.000Z <tab> request id <tab> INFO <tab> message … */
} exporter_log_format;

typedef struct exporter_log_writer {
    exporter_log base; /* The log to hand out. */
    const smithy_system *system;
    int fd;
    exporter_log_format format;
    char request_id[80]; /* Of a Lambda's invocation; empty between them. */
    smithy_buffer line;  /* Kept from line to line. */
} exporter_log_writer;

/* `system` and `fd` are borrowed. Takes no memory until the first line. */
void exporter_log_writer_init(exporter_log_writer *writer, const smithy_system *system, int fd,
                              exporter_log_format format, exporter_log_level level);
void exporter_log_writer_deinit(exporter_log_writer *writer);
/* Absent: none. */
void exporter_log_writer_set_request_id(exporter_log_writer *writer, smithy_str request_id);

/* AWS_LAMBDA_LOG_FORMAT: JSON in any case, else text. */
exporter_log_format exporter_log_format_of_lambda(const smithy_system *system);

/* All of `text` to `fd`, whatever interrupts; false when the descriptor takes no more. */
bool exporter_write_all(int fd, smithy_str text);

#endif
