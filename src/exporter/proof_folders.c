/* Is a stream in a task of its whole group although a task of its own holds the same time? */
#include "proof.h"

#include <stdlib.h>

typedef struct folder_check {
    run_context *run;
    proof *out;
} folder_check;

/* Tasks are in the order of proof_open. */
static int compare_stream(const proof_task *task, const proof_task *whole, smithy_str name) {
    const int order = smithy_str_compare(task->arn, whole->arn);
    if (order != 0) return order;
    if (task->created_ms != whole->created_ms) return task->created_ms < whole->created_ms ? -1 : 1;
    return task->kind == STATE_UNIT_GROUP || task->kind == STATE_UNIT_PREFIX ? -1
                                                                             : smithy_str_compare(task->prefix, name);
}

/* The first of the stream's own tasks; task_count where it has none. */
static size_t find_own(const proof *out, const proof_task *whole, smithy_str name) {
    size_t low = 0, high = out->task_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_stream(&out->tasks[middle], whole, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static smithy_status visit(void *context, const ledger_line *line) {
    const folder_check *check = context;
    const proof *out = check->out;
    const proof_task *whole = proof_task_of(out, line);
    /* Streams that share a folder cannot be told apart by it. */
    if (!whole || whole->kind != STATE_UNIT_GROUP || line->name_count != 1) return SMITHY_OK;
    for (size_t i = find_own(out, whole, line->names[0]); i < out->task_count; i++) {
        const proof_task *own = &out->tasks[i];
        if (compare_stream(own, whole, line->names[0]) != 0) break;
        if (own->from_ms > whole->to_ms || own->to_ms < whole->from_ms) continue;
        if (own->stream_created_ms > whole->closed_ms) continue; /* Another life of its name. */
        proof_note(check->run, check->out,
                   &(proof_finding){.fault = PROOF_OVERLAP,
                                    .group = own->group,
                                    .stream = own->prefix,
                                    .task_id = own->id,
                                    .from_ms = own->from_ms > whole->from_ms ? own->from_ms : whole->from_ms,
                                    .to_ms = own->to_ms < whole->to_ms ? own->to_ms : whole->to_ms});
    }
    return SMITHY_OK;
}

bool proof_check_folders(run_context *run, proof *out) {
    folder_check check = {run, out};
    int64_t objects;
    const smithy_status status = ledger_read(run, 0, visit, &check, &objects, run_fresh_call(run));
    if (status != SMITHY_OK) run_fail(run, status, "reading the ledger");
    return !run->failed;
}
