#include "backfill.h"

#include "backfill_fill.h"
#include "catalog_list.h"
#include "lease.h"
#include "ledger.h"

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
    else if (fill->reason[0])
        backfill_fail(b, item, "%s", fill->reason);
    else if (work->failed)
        backfill_fail(b, item, "%s",
                      answer->problem_count > 0 ? answer->problems[answer->problem_count - 1].reason : "see the log");
    else if (!run_must_stop(b->run))
        item->result = BACKFILL_DONE;
}

static smithy_status fill(backfill *b, backfill_item *item) {
    run_context *run = b->run;
    backfill_fill filling = {.windows = &b->mine,
                             .replaced = item->action == BACKFILL_REDO ? item->task : NULL,
                             .lost_before_ms = item->lost_before_ms};
    const exporter_answer before = *run->answer;
    const catalog_stream *stream = item->stream.len > 0 ? find_stream(&b->catalog, item) : NULL;
    if (item->stream.len > 0 && !stream) {
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

static smithy_status do_item(backfill *b, backfill_item *item) {
    /* What was closed since is not to be taken for missing. */
    SMITHY_TRY(backfill_read_ledger(b));
    if (item->action == BACKFILL_FILL || item->action == BACKFILL_REDO) return fill(b, item);
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

bool backfill_do(backfill *b) {
    run_context *run = b->run;
    for (size_t i = 0; i < b->item_count && !run_must_stop(run); i++) {
        backfill_item *item = &b->items[i];
        if (item->result != BACKFILL_TO_DO) continue;
        run->progress.group = b->catalog.name;
        smithy_call_clear_error(run->call);
        const smithy_status status = do_item(b, item);
        if (status != SMITHY_OK) explain(b, item, status);
        /* What is there counts from here on. */
        if (!run->failed && !lease_save(run)) break;
    }
    return !run->failed && !run->lost_lease;
}

void backfill_close(backfill *b) {
    smithy_call_destroy(b->listing);
    b->listing = NULL;
}
