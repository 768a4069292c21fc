/* One self-contained HTML page: the coverage of each group over time. No scripts, nothing that is loaded. */
#ifndef EXPORTER_REPORT_H
#define EXPORTER_REPORT_H

#include "survey.h"

#include <smithy/buffer.h>

/* A window that a task closed. */
typedef struct report_window {
    smithy_str group;
    smithy_str stream; /* Empty: the whole group. */
    smithy_str task_id;
    int64_t from_ms, to_ms;
} report_window;

typedef struct report_input {
    const survey *all;
    size_t limit;                 /* Groups that are shown. */
    int64_t since_ms;             /* Where the picture begins; SURVEY_UNKNOWN: where the first event may lie. */
    smithy_str state;             /* The DSN. */
    const report_window *windows; /* By group, then time. */
    size_t window_count;
    const char *windows_from; /* Where the windows are known from: "the ledger". */
} report_input;

/* The windows of this state's finished tasks that are still listed, in run->memory, sorted as a report wants them. */
smithy_status report_windows(run_context *run, const survey *all, report_window **windows,
                             size_t *count) SMITHY_NODISCARD;

void report_write(const report_input *input, smithy_buffer *out);

#endif
