#include "slot_close.h"

#include "backfill_fill.h"
#include "cut.h"
#include "destination.h"
#include "folder.h"
#include "lease.h"
#include "ledger.h"
#include "past_tasks.h"
#include "settle.h"

#include <stdio.h>

static bool leave_open(run_context *run, export_slot *slot, smithy_status status, const char *doing) {
    char text[RUN_ERROR_TEXT], reason[RUN_ERROR_TEXT + 128];
    if (run_must_stop(run) && !run->failed) return false; /* Cut short: the task is recorded as in flight. */
    slot->phase = SLOT_FREE;
    if (run_is_fatal(status)) {
        run_fail(run, status, doing);
        return false;
    }
    if (run_needs_change(run)) run->needs_change++;
    snprintf(reason, sizeof reason, "%s: %s. The next run goes on from here", doing,
             run_error_text(run, text, sizeof text));
    work_problem(run, slot->work, reason);
    return false;
}

/* What appeared behind the cleaning goes with the next one. */
static void count_only(folder_content *content, smithy_str keep) {
    size_t kept = 0;
    for (size_t i = 0; i < content->count; i++) {
        const folder_part part = content->parts[i];
        if (folder_is_kept(keep, part.name)) {
            content->names[kept] = part.name;
            content->parts[kept++] = part;
        } else {
            content->objects -= part.objects;
            content->bytes -= part.bytes;
        }
    }
    content->count = kept;
}

/* A listing can miss one that an earlier one showed. */
static bool may_have_siblings(const export_slot *slot) {
    return slot->unit.has_siblings || state_knows_sibling(slot->work->group, slot->spec.prefix);
}

/* Takes out what a task wrote of streams it was not for, and remembers to look again: objects can appear late. */
static smithy_status clean_others(run_context *run, export_slot *slot, smithy_str folder, smithy_str keep,
                                  folder_content *content) {
    int64_t deleted = 0;
    bool alone = true;
    for (size_t i = 0; i < content->count && alone; i++) alone = folder_is_kept(keep, content->parts[i].name);
    if (alone && !may_have_siblings(slot)) return SMITHY_OK;
    SMITHY_TRY(state_add_cleanup(&run->state, folder, keep, run_now_ms(run)));
    if (alone) return SMITHY_OK;
    /* Another run that adopts the task may list other streams, and would count on what this one is about to delete. */
    if (slot->unit.kind == STATE_UNIT_PREFIX && !lease_save(run)) return SMITHY_ERROR_CANCELED;
    const smithy_status status = folder_clean(run, folder, keep, &deleted);
    if (status != SMITHY_OK) return status;
    run->state.cleanups[run->state.cleanup_count - 1].cleaned = true;
    exporter_log_line(run->log, EXPORTER_LOG_INFO, "deleted what the task took along of other streams",
                      EXPORTER_FIELD_STR("folder", folder), EXPORTER_FIELD_I64("objects", deleted));
    SMITHY_TRY(folder_list(run, folder, content, slot->work->memory));
    count_only(content, keep);
    return SMITHY_OK;
}

static smithy_status clean_siblings(run_context *run, export_slot *slot, smithy_str folder, folder_content *content) {
    char text[CATALOG_FOLDER_MAX];
    return clean_others(run, slot, folder, catalog_folder(slot->spec.prefix, text), content);
}

/* The folder was being cleaned before: a stream that was no member then is none now, whatever the listing says today.
 */
static void leave_out_cleaned(const run_context *run, smithy_str folder, plan_members *members) {
    const state_cleanup *note = NULL;
    size_t kept = 0;
    char text[CATALOG_FOLDER_MAX];
    for (size_t i = 0; i < run->state.cleanup_count; i++)
        if (smithy_str_equal(run->state.cleanups[i].folder, folder)) note = &run->state.cleanups[i];
    if (!note) return;
    for (size_t i = 0; i < members->count; i++) {
        if (!folder_is_kept(note->keep, catalog_folder(members->streams[i]->name, text))) continue;
        members->streams[kept++] = members->streams[i];
    }
    members->count = kept;
    /* Their folders stand in an order of their own; one that two of them share stays as long as one of them does. */
    kept = 0;
    for (size_t i = 0; i < members->folder_count; i++)
        if (folder_is_kept(note->keep, members->folders[i])) members->folders[kept++] = members->folders[i];
    members->folder_count = kept;
}

static smithy_status clean_strangers(run_context *run, export_slot *slot, const plan_members *members,
                                     smithy_str folder, folder_content *content) {
    const smithy_str keep = folder_join(slot->work->memory, members->folders, members->folder_count);
    if (!keep.ptr) return SMITHY_ERROR_MEMORY;
    return clean_others(run, slot, folder, keep, content);
}

static void count(run_context *run, const export_slot *slot, const folder_content *content) {
    exporter_answer *answer = run->answer;
    answer->tasks_completed++;
    if (slot->adopted) answer->tasks_adopted++;
    answer->objects += content->objects;
    answer->bytes += content->bytes;
    answer->streams_exported += (int64_t)content->count;
    run->progress.tasks_completed++;
    run->progress.bytes += content->bytes;
    exporter_log_line(run->log, EXPORTER_LOG_INFO, "task completed", EXPORTER_FIELD_TEXT("task", slot->task_id),
                      EXPORTER_FIELD_STR("group", slot->spec.group), EXPORTER_FIELD_STR("stream", slot->spec.prefix),
                      EXPORTER_FIELD_I64("streams", (int64_t)content->count),
                      EXPORTER_FIELD_I64("objects", content->objects), EXPORTER_FIELD_I64("bytes", content->bytes));
}

/* An adopted task counts only where the watermark stands right before its window: otherwise what it holds is archived
 * already, or more is missing than it holds; then it goes, and the window is exported as planned. */
static bool is_of_these_streams(const run_context *run, const task_spec *spec) {
    return spec->kind == STATE_UNIT_GROUP ? smithy_str_equal(spec->prefix, run->state.stream_prefix)
                                          : smithy_str_starts_with(spec->prefix, run->state.stream_prefix);
}

/* Leaves in `still`, which is the listing, those that are there still. One that was made again since is another stream,
 * and what the task took of it a stranger's. A listing can miss a stream: that it is not shown says nothing. */
static smithy_status list_again(run_context *run, const export_slot *slot, catalog_group *still) {
    const catalog_group *listed = &slot->work->catalog;
    catalog_group now = *listed;
    bool complete;
    SMITHY_TRY(catalog_list_streams(run, &now, slot->spec.prefix, &complete, slot->work->memory));
    if (!complete) return SMITHY_ERROR_CANCELED;
    still->stream_count = 0;
    still->streams = smithy_call_alloc(slot->work->memory, listed->stream_count, sizeof *still->streams);
    if (!still->streams) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < listed->stream_count; i++) {
        const catalog_stream *found = catalog_find_stream(&now, listed->streams[i].name);
        if (!found || found->created_ms == listed->streams[i].created_ms)
            still->streams[still->stream_count++] = listed->streams[i];
    }
    return SMITHY_OK;
}

static bool is_listed(const past_tasks *tasks, smithy_str id) {
    for (size_t i = 0; tasks && i < tasks->count; i++)
        if (smithy_str_equal(tasks->items[i].info->id, id)) return true;
    return false;
}

/* An earlier run that did not see this task of the whole group may have archived a stream by itself since, up to where
 * the group stands: the group's next window counts for that stream too, which may be younger than the task. */
static bool was_overtaken(const run_context *run, const export_slot *slot) {
    const past_tasks others = past_tasks_of(run->past, slot->spec.group, false);
    for (size_t i = 0; i < others.count; i++) {
        const past_task *other = &others.items[i];
        if (other->spec.kind == STATE_UNIT_OWED && other->info->created_ms >= slot->spec.requested_ms &&
            state_has_task(&run->state, other->info->id))
            return true;
    }
    /* A list can miss a task. */
    for (size_t i = 0; i < run->state.task_count; i++) {
        const state_task *task = &run->state.tasks[i];
        if (task->ended_ms >= slot->spec.requested_ms && task->ended_ms < run->lease_taken_ms &&
            !is_listed(run->past, task->id))
            return true;
    }
    return false;
}

static smithy_status still_fits(run_context *run, const export_slot *slot, smithy_str folder, plan_members *members,
                                bool *fits) {
    if (!is_of_these_streams(run, &slot->spec)) {
        *fits = false; /* A run with another LogStreamNamePrefix left it before anything was archived. */
        return SMITHY_OK;
    }
    if (slot->unit.kind == STATE_UNIT_PREFIX) {
        catalog_group still = slot->work->catalog; /* An adopted task's was listed just now. */
        if (!slot->adopted) SMITHY_TRY(list_again(run, slot, &still));
        SMITHY_TRY(plan_find_members(&run->state, slot->work->group, &still, slot->spec.prefix, slot->spec.from_ms,
                                     members, slot->work->memory));
        leave_out_cleaned(run, folder, members);
        *fits = members->count > 0 && members->are_apart;
        return SMITHY_OK;
    }
    *fits = true;
    if (!slot->adopted) return SMITHY_OK;
    SMITHY_TRY(plan_recognize(&run->state, slot->work->group, &slot->work->catalog));
    const catalog_stream *stream = slot->unit.stream;
    SMITHY_TRY(plan_fits(slot->work->group, slot->unit.kind, stream ? stream->name : (smithy_str){0},
                         stream ? stream->created_ms : 0, slot->spec.from_ms, slot->spec.to_ms, fits));
    *fits = *fits && !(slot->unit.kind == STATE_UNIT_GROUP && was_overtaken(run, slot));
    return SMITHY_OK;
}

static void discard_superseded(run_context *run, export_slot *slot, smithy_str folder) {
    exporter_log_line(run->log, EXPORTER_LOG_WARN, "deleting the output of a task whose window another one closed",
                      EXPORTER_FIELD_TEXT("task", slot->task_id), EXPORTER_FIELD_STR("folder", folder));
    if (folder_discard(run, folder, smithy_str_from(slot->task_id))) run->state.flight = (state_flight){0};
    slot->phase = SLOT_FREE;
}

/* A window of several dates, which nothing was expected in, and which holds events: they would stand under one date.
 * Where nothing may be deleted they stay there. */
static smithy_status is_surprise(run_context *run, export_slot *slot, const folder_content *content, bool *surprise) {
    const exporter_period period = destination_period(run->settings->destination_prefix);
    *surprise = content->objects > 0 && !slot->is_joined && cut_spans(period, slot->spec.from_ms, slot->spec.to_ms);
    return *surprise ? folder_may_delete(run, slot->spec.destination_prefix, surprise) : SMITHY_OK;
}

static void discard_surprise(run_context *run, export_slot *slot, smithy_str folder) {
    exporter_log_line(run->log, EXPORTER_LOG_INFO,
                      "a window in which no event was expected holds some: exported again, cut by date",
                      EXPORTER_FIELD_TEXT("task", slot->task_id), EXPORTER_FIELD_STR("folder", folder));
    slot->phase = SLOT_FREE;
    if (!folder_discard(run, folder, smithy_str_from(slot->task_id))) return;
    run->state.flight = (state_flight){0};
    slot->is_surprised = true;
}

static smithy_status clean(run_context *run, export_slot *slot, const plan_members *members, smithy_str folder,
                           folder_content *content) {
    switch (slot->unit.kind) {
    case STATE_UNIT_GROUP: return SMITHY_OK;
    case STATE_UNIT_PREFIX: return clean_strangers(run, slot, members, folder, content);
    case STATE_UNIT_BACKFILL: return clean_others(run, slot, folder, slot->work->fill->keep, content);
    default: return clean_siblings(run, slot, folder, content);
    }
}

static smithy_status move_watermarks(run_context *run, const export_slot *slot, const plan_members *members,
                                     const folder_content *content) {
    const catalog_stream *stream = slot->unit.stream;
    const plan_folders folders = {content->names, content->count};
    if (slot->unit.kind == STATE_UNIT_BACKFILL) return SMITHY_OK;
    if (slot->unit.kind == STATE_UNIT_PREFIX)
        return plan_close_members(&run->state, slot->work->group, members, slot->spec.to_ms);
    return plan_close(&run->state, slot->work->group, &slot->work->catalog, slot->unit.kind,
                      stream ? stream->name : (smithy_str){0}, stream ? stream->created_ms : 0, slot->spec.to_ms,
                      &folders);
}

/* A stream is owed one gap at a time: once that is closed there is room for the next. */
static smithy_status ask_for_more(const export_slot *slot) {
    const catalog_stream *stream = slot->unit.stream;
    bool more = false;
    if (slot->unit.kind != STATE_UNIT_OWED) return SMITHY_OK;
    SMITHY_TRY(plan_owes_more(slot->work->group, stream->name, stream->created_ms, &more));
    if (more) slot->work->replans = true;
    return SMITHY_OK;
}

/* Whether a task of the whole group turned out to hold what this one was for. */
static smithy_status look_beside(run_context *run, const export_slot *slot, const plan_members *members,
                                 bool *superseded) {
    *superseded = false;
    if (slot->unit.kind == STATE_UNIT_BACKFILL) return backfill_fill_judge(run, slot, superseded);
    for (size_t i = 0; i < members->count && !*superseded; i++)
        SMITHY_TRY(settle_beside(run, slot, members->streams[i], superseded));
    return slot->unit.stream ? settle_beside(run, slot, slot->unit.stream, superseded) : SMITHY_OK;
}

/* Objects of it may appear yet, beside which the group's other units of this run stand. */
static smithy_status note_closed(const export_slot *slot) {
    if (slot->unit.kind != STATE_UNIT_GROUP) return SMITHY_OK;
    return work_add_closed(slot->work, &(task_info){.id = smithy_str_from(slot->task_id),
                                                    .group = slot->spec.group,
                                                    .destination_prefix = slot->spec.destination_prefix,
                                                    .from_ms = slot->spec.from_ms,
                                                    .to_ms = slot->spec.to_ms,
                                                    .created_ms = slot->spec.requested_ms,
                                                    .ended_ms = slot->ended_ms,
                                                    .status = TASK_STATUS_COMPLETED});
}

bool slot_close(run_context *run, export_slot *slot) {
    folder_content content;
    plan_members members = {0};
    bool fits, surprise = false;
    const smithy_str folder =
        folder_of(slot->work->memory, slot->spec.destination_prefix, smithy_str_from(slot->task_id));
    if (!folder.ptr) return leave_open(run, slot, SMITHY_ERROR_MEMORY, "closing a window");
    run->state.now_ms = run_now_ms(run);
    smithy_status status = still_fits(run, slot, folder, &members, &fits);
    if (status != SMITHY_OK) return leave_open(run, slot, status, "closing a window");
    bool superseded = false;
    status = fits ? look_beside(run, slot, &members, &superseded) : SMITHY_OK;
    if (status != SMITHY_OK) return leave_open(run, slot, status, "looking into the folders of earlier tasks");
    if (!fits || superseded) {
        if (superseded) slot->work->replans = true;
        discard_superseded(run, slot, folder);
        return false;
    }
    status = folder_list(run, folder, &content, slot->work->memory);
    if (status == SMITHY_OK) status = clean(run, slot, &members, folder, &content);
    if (status == SMITHY_OK) status = is_surprise(run, slot, &content, &surprise);
    if (status != SMITHY_OK) return leave_open(run, slot, status, "reading and cleaning the task's folder");
    if (surprise) {
        discard_surprise(run, slot, folder);
        return false;
    }
    const task_spec noted = slot->work->fill ? backfill_fill_noted(slot) : slot->spec;
    status = ledger_add_task(run, &noted, smithy_str_from(slot->task_id), &slot->work->catalog, &content);
    if (status != SMITHY_OK) return leave_open(run, slot, status, "writing the ledger");
    status = move_watermarks(run, slot, &members, &content);
    if (status == SMITHY_OK) status = ask_for_more(slot);
    if (status == SMITHY_OK) status = state_add_task(&run->state, smithy_str_from(slot->task_id), run_now_ms(run));
    if (status == SMITHY_OK) status = note_closed(slot);
    if (status != SMITHY_OK) return leave_open(run, slot, SMITHY_ERROR_MEMORY, "moving a watermark");
    count(run, slot, &content);
    return true;
}
