/* Reading the ledger: its lines in the order in which they count. */
#ifndef EXPORTER_LEDGER_READ_H
#define EXPORTER_LEDGER_READ_H

#include "context.h"

#define LEDGER_NAMES_MAX 16 /* Of streams that share a folder; more are not told. */

typedef enum ledger_line_type { LEDGER_TASK, LEDGER_STREAM, LEDGER_DISCARDED, LEDGER_LATE } ledger_line_type;

/* Texts live until the visit ends. */
typedef struct ledger_line {
    ledger_line_type type;
    size_t order; /* Of all records of tasks, the how-manieth this is, or follows; from 1. */
    smithy_str task_id;
    smithy_str folder; /* The task's, with a slash at its end; of a stream, and of late events, its own, without. */
    int64_t objects, bytes, closed_ms;
    /* Of a task. */
    smithy_str group, arn, prefix, replaces;
    state_unit_kind kind;
    int64_t created_ms, stream_created_ms, requested_ms, from_ms, to_ms, streams, lost_before_ms;
    /* Of late events, whose group and range stand where a task's do. */
    smithy_str key;
    int64_t events;
    /* Of a stream. */
    smithy_str names[LEDGER_NAMES_MAX];
    size_t name_count;
} ledger_line;

typedef smithy_status ledger_visit(void *context, const ledger_line *line);

/* Reads every object of the ledger of the state in `run`, or those written at `since_ms` or later (0: all). The visitor
 * may use the run's own call. *objects counts them. SMITHY_ERROR_RESPONSE where one is no ledger; the error is in
 * `call`, which is reset for each object. */
smithy_status ledger_read(run_context *run, int64_t since_ms, ledger_visit *visit, void *context, int64_t *objects,
                          smithy_call *call) SMITHY_NODISCARD;

#endif
