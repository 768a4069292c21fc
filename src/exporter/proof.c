#include "proof.h"

#include "grow.h"
#include "lease.h"

#include <stdlib.h>

const char *proof_fault_name(proof_fault fault) {
    static const char *const NAMES[] = {"gap", "overlap", "objects", "missing", "twice", "not-readable"};
    return NAMES[fault];
}

bool proof_task_covers(const proof_task *task, smithy_str stream) {
    switch (task->kind) {
    case STATE_UNIT_GROUP: return true;
    case STATE_UNIT_PREFIX: return smithy_str_starts_with(stream, task->prefix);
    default: return smithy_str_equal(stream, task->prefix);
    }
}

bool proof_holds(const proof *out) {
    for (size_t i = 0; i < PROOF_FAULTS; i++)
        if (out->faults[i] > 0) return false;
    return true;
}

void proof_note(run_context *run, proof *out, const proof_finding *finding) {
    out->faults[finding->fault]++;
    if (out->finding_count == PROOF_FINDINGS_MAX) return;
    if (!GROW(run->memory, out->findings, out->finding_count, out->finding_capacity)) {
        run_fail(run, SMITHY_ERROR_MEMORY, "noting what does not hold");
        return;
    }
    out->findings[out->finding_count++] = *finding;
}

/* ---- the tasks of the ledger ---- */

typedef struct task_collection {
    run_context *run;
    proof *out;
} task_collection;

/* Tasks of one group stand together: its texts are kept once for all of them. */
static smithy_str copy_unless(smithy_call *memory, smithy_str text, smithy_str known) {
    return known.ptr && smithy_str_equal(text, known) ? known : smithy_call_copy(memory, text);
}

static smithy_status collect_late(proof *out, const ledger_line *line, smithy_call *memory) {
    if (!GROW(memory, out->lates, out->late_count, out->late_capacity)) return SMITHY_ERROR_MEMORY;
    const proof_late *last = out->late_count > 0 ? &out->lates[out->late_count - 1] : NULL;
    out->lates[out->late_count] =
        (proof_late){.id = smithy_call_copy(memory, line->task_id),
                     .group = copy_unless(memory, line->group, last ? last->group : (smithy_str){0}),
                     .arn = copy_unless(memory, line->arn, last ? last->arn : (smithy_str){0}),
                     .folder = copy_unless(memory, line->folder, last ? last->folder : (smithy_str){0}),
                     .key = smithy_call_copy(memory, line->key),
                     .created_ms = line->created_ms,
                     .from_ms = line->from_ms,
                     .to_ms = line->to_ms,
                     .events = line->events,
                     .bytes = line->bytes,
                     .lost_before_ms = line->lost_before_ms,
                     .order = out->late_count};
    out->late_count++;
    return smithy_call_status(memory);
}

static smithy_status collect_task(void *context, const ledger_line *line) {
    task_collection *collection = context;
    proof *out = collection->out;
    smithy_call *memory = collection->run->memory;
    if (line->type == LEDGER_STREAM) return SMITHY_OK;
    if (line->type == LEDGER_LATE) return collect_late(out, line, memory);
    if (!GROW(memory, out->tasks, out->task_count, out->task_capacity)) return SMITHY_ERROR_MEMORY;
    const proof_task *last = out->task_count > 0 ? &out->tasks[out->task_count - 1] : NULL;
    out->tasks[out->task_count] =
        (proof_task){.id = smithy_call_copy(memory, line->task_id),
                     .group = copy_unless(memory, line->group, last ? last->group : (smithy_str){0}),
                     .arn = copy_unless(memory, line->arn, last ? last->arn : (smithy_str){0}),
                     .prefix = smithy_call_copy(memory, line->prefix),
                     .folder = smithy_call_copy(memory, line->folder),
                     .kind = line->kind,
                     .is_discarded = line->type == LEDGER_DISCARDED,
                     .created_ms = line->created_ms,
                     .stream_created_ms = line->stream_created_ms,
                     .requested_ms = line->requested_ms > 0 ? line->requested_ms : line->to_ms,
                     .from_ms = line->from_ms,
                     .to_ms = line->to_ms,
                     .closed_ms = line->closed_ms,
                     .objects = line->objects,
                     .bytes = line->bytes,
                     .replaces = smithy_call_copy(memory, line->replaces.ptr ? line->replaces : SMITHY_STR("")),
                     .lost_before_ms = line->lost_before_ms,
                     .order = out->task_count};
    out->task_count++;
    return smithy_call_status(memory);
}

static int compare_records(const void *a, const void *b) {
    const proof_task *left = a, *right = b;
    const int order = smithy_str_compare(left->id, right->id);
    if (order != 0) return order;
    return left->order < right->order ? -1 : left->order > right->order;
}

static int rank_of(const proof_task *task) {
    return task->kind == STATE_UNIT_GROUP ? 0 : task->kind == STATE_UNIT_PREFIX ? 1 : 2;
}

/* By a group's life, whole groups first, those of several streams, then by a stream's life; windows in order. */
static int compare_windows(const void *a, const void *b) {
    const proof_task *left = a, *right = b;
    int order = smithy_str_compare(left->arn, right->arn);
    if (order != 0) return order;
    if (left->created_ms != right->created_ms) return left->created_ms < right->created_ms ? -1 : 1;
    if (rank_of(left) != rank_of(right)) return rank_of(left) - rank_of(right);
    order = smithy_str_compare(left->prefix, right->prefix);
    if (order != 0) return order;
    if (left->stream_created_ms != right->stream_created_ms)
        return left->stream_created_ms < right->stream_created_ms ? -1 : 1;
    if (left->from_ms != right->from_ms) return left->from_ms < right->from_ms ? -1 : 1;
    return compare_records(a, b);
}

/* The ledger knows it, and the state does not: the run ended before it could save, and the next one settles the task.
 */
static bool is_unsettled(run_context *run, const proof_task *task) {
    return run_now_ms(run) - task->closed_ms < STATE_TASK_KEPT_MS && !state_has_task(&run->state, task->id);
}

/* Tasks are in the order of their ids, each once. A task that was replaced by one that was replaced, is. */
static void leave_out_replaced(proof *out) {
    size_t kept = 0;
    for (size_t i = 0; i < out->task_count; i++) {
        const proof_task key = {.id = out->tasks[i].replaces, .order = SIZE_MAX};
        size_t low = 0, high = key.id.len > 0 ? out->task_count : 0;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if (compare_records(&out->tasks[middle], &key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low > 0 && smithy_str_equal(out->tasks[low - 1].id, key.id)) out->tasks[low - 1].is_discarded = true;
    }
    for (size_t i = 0; i < out->task_count; i++)
        if (!out->tasks[i].is_discarded) out->tasks[kept++] = out->tasks[i];
    out->task_count = kept;
}

/* Of several records of one task the last counts; what was discarded is no part of the archive. */
static void keep_what_counts(run_context *run, proof *out) {
    size_t kept = 0;
    if (out->task_count > 1) qsort(out->tasks, out->task_count, sizeof *out->tasks, compare_records);
    for (size_t i = 0; i < out->task_count; i++) {
        const bool is_last = i + 1 == out->task_count || !smithy_str_equal(out->tasks[i].id, out->tasks[i + 1].id);
        if (is_last && !out->tasks[i].is_discarded && !is_unsettled(run, &out->tasks[i]))
            out->tasks[kept++] = out->tasks[i];
    }
    out->task_count = kept;
    leave_out_replaced(out);
    if (out->task_count > 1) qsort(out->tasks, out->task_count, sizeof *out->tasks, compare_windows);
}

/* One object's records stand together, the last one behind the others. */
static int compare_lates(const void *a, const void *b) {
    const proof_late *left = a, *right = b;
    int order = smithy_str_compare(left->arn, right->arn);
    if (order != 0) return order;
    if (left->created_ms != right->created_ms) return left->created_ms < right->created_ms ? -1 : 1;
    order = smithy_str_compare(left->folder, right->folder);
    if (order != 0) return order;
    if (left->from_ms != right->from_ms) return left->from_ms < right->from_ms ? -1 : 1;
    order = smithy_str_compare(left->key, right->key);
    if (order != 0) return order;
    return left->order < right->order ? -1 : left->order > right->order;
}

static void keep_last_lates(proof *out) {
    size_t kept = 0;
    if (out->late_count > 1) qsort(out->lates, out->late_count, sizeof *out->lates, compare_lates);
    for (size_t i = 0; i < out->late_count; i++) {
        const bool is_last = i + 1 == out->late_count || !smithy_str_equal(out->lates[i].key, out->lates[i + 1].key);
        if (!is_last) continue;
        out->lost += out->lates[i].lost_before_ms > 0;
        if (out->lates[i].bytes > 0) out->lates[kept++] = out->lates[i];
    }
    out->late_count = kept;
}

static int compare_ids(const void *a, const void *b) {
    const proof_task *const *left = a, *const *right = b;
    return smithy_str_compare((*left)->id, (*right)->id);
}

smithy_status proof_index(run_context *run, proof *out) {
    out->by_id = smithy_call_alloc(run->memory, out->task_count + 1, sizeof *out->by_id);
    if (!out->by_id) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < out->task_count; i++) out->by_id[i] = &out->tasks[i];
    if (out->task_count > 1) qsort(out->by_id, out->task_count, sizeof *out->by_id, compare_ids);
    return SMITHY_OK;
}

const proof_task *proof_find_task(const proof *out, smithy_str id) {
    const proof_task key = {.id = id}, *wanted = &key;
    if (out->task_count == 0) return NULL;
    const proof_task **found = bsearch(&wanted, out->by_id, out->task_count, sizeof *out->by_id, compare_ids);
    return found ? *found : NULL;
}

smithy_status proof_collect(run_context *run, int64_t since_ms, proof *out) {
    task_collection collection = {run, out};
    *out = (proof){0};
    run_show(run, "reading the ledger");
    SMITHY_TRY(ledger_read(run, since_ms, collect_task, &collection, &out->ledger_objects, run->call));
    keep_what_counts(run, out);
    keep_last_lates(out);
    for (size_t i = 0; i < out->task_count; i++) out->lost += out->tasks[i].lost_before_ms > 0;
    return SMITHY_OK;
}

bool proof_open(run_context *run, proof *out) {
    if (!lease_load(run)) return false;
    smithy_status status = proof_collect(run, 0, out);
    if (status == SMITHY_OK) status = proof_index(run, out);
    if (status != SMITHY_OK) run_fail(run, status, "reading the ledger");
    return status == SMITHY_OK;
}
