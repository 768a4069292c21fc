/* One self-contained HTML page: the coverage of each group over time. No scripts, nothing that is loaded. */
#ifndef EXPORTER_REPORT_H
#define EXPORTER_REPORT_H

#include "proof.h"
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
    const report_window *gaps; /* Ranges that the state counts on and no window closed. */
    size_t gap_count;
    const char *windows_from; /* Where the windows are known from: "the ledger". */
} report_input;

/* The windows and gaps that a ledger tells of, in run->memory, put into `input`; its windows were checked. */
smithy_status report_use_ledger(run_context *run, const proof *ledger, report_input *input) SMITHY_NODISCARD;
/* Where there is no ledger: the windows of this state's finished tasks that are still listed. */
smithy_status report_use_tasks(run_context *run, const survey *all, report_input *input) SMITHY_NODISCARD;

void report_write(const report_input *input, smithy_buffer *out);

#endif
