/* What a run was, as CloudWatch metrics: one line of JSON in the embedded metric format, which CloudWatch Logs reads
 * out of the log. */
#ifndef EXPORTER_METRICS_H
#define EXPORTER_METRICS_H

#include "answer.h"
#include "log_writer.h"

/* Appends the line, without its newline. Of a Lambda it has the function's name as its one dimension, else the
 * program's. What is not known of the run is left out. */
void metrics_append(const exporter_answer *answer, const exporter_log_writer *log, smithy_buffer *line);
/* The line to the descriptor of the log, whatever the log's level. */
void metrics_write(const exporter_answer *answer, exporter_log_writer *log);

#endif
