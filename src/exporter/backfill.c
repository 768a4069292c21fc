#include "backfill.h"

#include "backfill_fill.h"
#include "catalog_list.h"
#include "lease.h"
#include "ledger.h"
#include "settle.h"

#include <stdarg.h>
#include <stdio.h>

const char *backfill_action_name(backfill_action action) {
    static const char *const NAMES[] = {"fill", "redo", "mend", "late", "compare"};
    return NAMES[action];
}

const char *backfill_result_name(backfill_result result) {
    static const char *const NAMES[] = {"to-do", "done", "failed"};
    return NAMES[result];
}

void backfill_fail(backfill *b, backfill_item *item, const char *format, ...) {
    char text[RUN_ERROR_TEXT + 128];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    item->result = BACKFILL_FAILED;
    item->reason = smithy_call_copy(b->run->memory, smithy_str_from(text));
}

/* ---- by an export task ---- */

/* The one that the item is of, as it is listed. */
static const catalog_stream *find_stream(const catalog_group *listed, const backfill_item *item) {
    for (size_t i = 0; i < listed->stream_count; i++) {
        const catalog_stream *stream = &listed->streams[i];
        if (!smithy_str_equal(stream->name, item->stream)) continue;
        if (!item->task || item->task->kind == STATE_UNIT_GROUP || item->task->stream_created_ms == STATE_UNKNOWN_TIME)
            return stream;
        return item->task->stream_created_ms == stream->created_ms ? stream : NULL;
    }
    return NULL;
}

static void export(backfill *b, group_work *work, const plan_unit *unit) {
    run_context *run = b->run;
    export_slot slot;
    slot_begin(run, &slot, work, unit);
    while (slot.phase != SLOT_FREE && !run_must_stop(run)) {
        lease_keep(run);
        slot_step(run, &slot);
        if (slot.phase != SLOT_FREE) run_sleep_until(run, slot.next_mono_ms);
    }
}

/* What the answer counted, for the item alone. */
static void count(const exporter_answer *before, const exporter_answer *after, backfill_item *item) {
    item->tasks = after->tasks_completed - before->tasks_completed;
    item->objects = after->objects - before->objects + after->late_objects - before->late_objects;
    item->bytes = after->bytes - before->bytes;
    item->events = after->late_events - before->late_events;
}

static void conclude(backfill *b, backfill_item *item, const group_work *work, const backfill_fill *fill) {
    const exporter_answer *answer = b->run->answer;
    if (work->gone)
        backfill_fail(b, item, "the group was deleted meanwhile");
    else if (fill->reason[0] && item->action == BACKFILL_REDO && !fill->has_replaced)
        item->action = BACKFILL_MEND; /* Event by event it can be told what belongs there. */
    else if (fill->reason[0])
        backfill_fail(b, item, "%s", fill->reason);
    else if (work->failed)
        backfill_fail(b, item, "%s",
                      answer->problem_count > 0 ? answer->problems[answer->problem_count - 1].reason : "see the log");
    else if (!run_must_stop(b->run))
        item->result = BACKFILL_DONE;
}

static smithy_status name_held(backfill *b, const backfill_item *item, backfill_fill *filling) {
    smithy_str *held = smithy_call_alloc(b->run->memory, item->part_count + 1, sizeof *held);
    if (!held) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < item->part_count; i++) held[i] = item->parts[i].folder;
    filling->held = held;
    filling->held_count = item->part_count;
    return SMITHY_OK;
}

static smithy_status fill(backfill *b, backfill_item *item) {
    run_context *run = b->run;
    backfill_fill filling = {.windows = &b->mine,
                             .replaced = item->action == BACKFILL_REDO ? item->task : NULL,
                             .lost_before_ms = item->lost_before_ms};
    const exporter_answer before = *run->answer;
    SMITHY_TRY(name_held(b, item, &filling));
    const catalog_stream *stream = item->stream.len > 0 ? find_stream(&b->catalog, item) : NULL;
    if (item->stream.len > 0 && !stream) {
        if (item->action == BACKFILL_REDO)
            item->action = BACKFILL_MEND; /* Which notes that it is lost. */
        else
            backfill_fail(b, item, "the stream is gone, and its events with it");
        return SMITHY_OK;
    }
    group_work *work = work_create(run, &b->catalog);
    if (!work) return SMITHY_ERROR_MEMORY;
    work->group = b->group;
    work->fill = &filling;
    const plan_unit unit = {.kind = STATE_UNIT_BACKFILL,
                            .stream = stream,
                            .prefix = stream ? stream->name : run->state.stream_prefix,
                            .from_ms = item->from_ms,
                            .to_ms = item->to_ms,
                            .earliest_ms = backfill_first_ms(b),
                            .has_siblings = true};
    export(b, work, &unit);
    count(&before, run->answer, item);
    conclude(b, item, work, &filling);
    work_destroy(run, work);
    return SMITHY_OK;
}

/* ---- all of it ---- */

static bool is_by_task(const backfill_item *item) {
    return item->action == BACKFILL_FILL || item->action == BACKFILL_REDO;
}

static smithy_status do_item(backfill *b, backfill_item *item) {
    if (is_by_task(item)) {
        b->has_new_windows = true;
        return fill(b, item);
    }
    /* What was closed since is not to be taken for missing. */
    if (b->has_new_windows) SMITHY_TRY(backfill_read_ledger(b));
    b->has_new_windows = false;
    const exporter_answer before = *b->run->answer;
    const smithy_status status = backfill_mend(b, item);
    count(&before, b->run->answer, item);
    return status;
}

static void explain(backfill *b, backfill_item *item, smithy_status status) {
    char text[RUN_ERROR_TEXT];
    if (run_is_fatal(status))
        run_fail(b->run, status, "archiving a past range again");
    else if (!run_must_stop(b->run))
        backfill_fail(b, item, "%s",
                      smithy_call_error(b->run->call)->status == SMITHY_OK ? smithy_status_name(status)
                                                                           : run_error_text(b->run, text, sizeof text));
}

static void do_items(backfill *b, bool by_task) {
    run_context *run = b->run;
    for (size_t i = 0; i < b->item_count && !run_must_stop(run); i++) {
        backfill_item *item = &b->items[i];
        if (item->result != BACKFILL_TO_DO || is_by_task(item) != by_task) continue;
        run->progress.group = b->catalog.name;
        smithy_call_clear_error(run->call);
        const smithy_status status = do_item(b, item);
        if (status != SMITHY_OK) explain(b, item, status);
        /* What is there counts from here on. */
        if (!run->failed && !lease_save(run)) return;
    }
}

static void wait_for(run_context *run, smithy_str task_id) {
    run->answer->outcome = EXPORTER_OUTCOME_WORK_REMAINS;
    (void)snprintf(run->answer->message, sizeof run->answer->message,
                   "task %.*s of an earlier run is still running; nothing was archived again", SMITHY_STR_ARG(task_id));
}

bool backfill_do(backfill *b, run_context *run, const backfill_request *request) {
    catalog none = {0};
    export_slot slot = {0};
    *b = (backfill){.run = run};
    if (!lease_take(run)) return false;
    settle_leftovers(run, &none, &slot);
    if (slot.phase != SLOT_FREE) wait_for(run, smithy_str_from(slot.task_id));
    /* What the lease or an earlier task changed is looked at anew; and in the ledger it stands only when it was saved.
     */
    else if (!run_must_stop(run) && lease_save(run) && backfill_plan(b, run, request)) {
        /* Days have events of several windows: what tasks can bring is not to be archived event by event before. */
        do_items(b, true);
        do_items(b, false);
    } else if (run->answer->outcome == EXPORTER_OUTCOME_DONE)
        run_fail(run, SMITHY_ERROR_CANCELED, "finding out what is missing");
    if (slot.phase != SLOT_FREE) work_destroy(run, slot.work);
    lease_release(run);
    return !run->failed && !run->lost_lease && run->answer->outcome == EXPORTER_OUTCOME_DONE;
}

void backfill_close(backfill *b) {
    smithy_call_destroy(b->listing);
    b->listing = NULL;
}
