#include "slot.h"

#include "cut.h"
#include "destination.h"
#include "folder.h"
#include "lease.h"
#include "slot_close.h"

#include <stdio.h>

#define FIRST_POLL_MS             220
#define LAST_POLL_MS              5000
#define SEARCH_TRIES              6
#define REFUSALS_BEFORE_GIVING_UP 8
#define UNLISTED_TRIES            20
#define FAILURES_BEFORE_HALVING   2
#define HALVINGS_MAX              4
#define SHORTEST_PIECE_MS         60000

static void again_in(run_context *run, export_slot *slot, int64_t ms) {
    slot->next_mono_ms = run_mono_ms(run) + ms;
}

/* Half to all of `ms`, so that several runs do not ask in step. */
static int64_t jittered(const run_context *run, int64_t ms) {
    uint8_t chance = 0;
    if (run->system->random(run->system->context, &chance, sizeof chance) != SMITHY_OK) chance = 128;
    return ms / 2 + ms * chance / 510;
}

static void give_up(run_context *run, export_slot *slot, const char *reason) {
    work_problem(run, slot->work, reason);
    run->state.flight = (state_flight){0};
    slot->phase = SLOT_FREE;
}

static void give_up_on_error(run_context *run, export_slot *slot, const char *doing) {
    char text[RUN_ERROR_TEXT], reason[RUN_ERROR_TEXT + 128];
    if (run_must_stop(run)) {
        slot->phase = SLOT_FREE;
        run_fail(run, smithy_call_status(run->call), doing);
        return;
    }
    if (run_needs_change(run)) run->needs_change++;
    snprintf(reason, sizeof reason, "%s: %s", doing, run_error_text(run, text, sizeof text));
    give_up(run, slot, reason);
}

static void show_task(run_context *run, const export_slot *slot) {
    run->progress.group = slot->work->catalog.name;
    run->progress.unit = slot->unit.prefix;
    run->progress.task_age_ms = slot->phase == SLOT_RUNNING ? run_mono_ms(run) - slot->created_mono_ms : 0;
    run_show(run, run->slot_busy ? "waiting for the export slot" : "exporting");
}

/* ---- beginning ---- */

static size_t longest_name(const export_slot *slot) {
    size_t longest = 0;
    if (slot->unit.stream) return slot->unit.stream->name.len;
    for (size_t i = 0; i < slot->work->catalog.stream_count; i++)
        if (slot->work->catalog.streams[i].name.len > longest) longest = slot->work->catalog.streams[i].name.len;
    return longest;
}

static smithy_str expand_destination(run_context *run, const export_slot *slot, smithy_str stream) {
    const catalog_group *group = &slot->work->catalog;
    return destination_expand(run->settings->destination_prefix,
                              &(destination_values){.group = group->name,
                                                    .stream = stream,
                                                    .region = destination_arn_part(group->arn, 3),
                                                    .account = destination_arn_part(group->arn, 4),
                                                    .date_ms = run_now_ms(run),
                                                    .data_ms = slot->unit.to_ms},
                              slot->work->memory);
}

/* Where the unit's tasks write. A stream's name stands in the keys twice, in the prefix and as the task's own folder;
 * where that is too long the folder alone tells it. */
static bool choose_destination(run_context *run, export_slot *slot) {
    const smithy_str stream = slot->unit.stream ? slot->unit.stream->name : SMITHY_STR("");
    const size_t longest = longest_name(slot);
    smithy_str prefix = expand_destination(run, slot, stream);
    if (prefix.ptr && !destination_fits(prefix, longest)) prefix = expand_destination(run, slot, SMITHY_STR(""));
    if (!prefix.ptr) return run_fail(run, SMITHY_ERROR_MEMORY, "preparing an export task"), false;
    slot->spec.destination_prefix = prefix;
    if (destination_fits(prefix, longest)) return true;
    give_up(run, slot,
            "the keys would be longer than the 1,024 bytes that S3 takes: choose a shorter DestinationPrefix");
    return false;
}

/* What the present piece of the unit asks of the service. */
static bool specify(run_context *run, export_slot *slot) {
    bool carries_prefix = true;
    slot->spec = (task_spec){.kind = slot->unit.kind,
                             .group = slot->work->catalog.name,
                             .prefix = slot->unit.prefix,
                             .from_ms = slot->unit.from_ms,
                             .to_ms = slot->unit.to_ms,
                             .bucket = run->settings->destination_bucket,
                             .destination_prefix = slot->spec.destination_prefix,
                             .attempt = slot->spec.attempt + 1,
                             .requested_ms = slot->spec.requested_ms};
    slot->task_id[0] = 0;
    slot->intent_saved = false;
    const smithy_status status = task_write_name(&slot->spec, run->state.id, slot->name, &carries_prefix);
    if (status != SMITHY_OK) return run_fail(run, status, "preparing an export task"), false;
    /* What is left of a backfill goes, whatever its prefix was. */
    if (carries_prefix || slot->unit.kind == STATE_UNIT_BACKFILL) return true;
    /* The name cannot tell the stream, so the state must, before the task exists. */
    if (slot_record(run, slot) != SMITHY_OK) return run_fail(run, SMITHY_ERROR_MEMORY, "recording a task"), false;
    return slot->intent_saved = lease_save(run);
}

/* Streams beside which others may come along can be made exact only by deleting what they left. */
static bool may_be_made_exact(run_context *run, export_slot *slot) {
    bool allowed = true;
    if (!slot->unit.has_siblings) return true;
    const smithy_status status = folder_may_delete(run, slot->spec.destination_prefix, &allowed);
    if (status != SMITHY_OK) {
        give_up_on_error(run, slot, "finding out whether objects may be deleted");
        return false;
    }
    if (allowed) return true;
    if (slot->unit.kind == STATE_UNIT_PREFIX) {
        slot->work->group->goes_by_names = slot->work->replans = true;
        return false;
    }
    give_up(
        run, slot,
        slot->unit.kind == STATE_UNIT_BACKFILL
            ? "a past range can be archived again only where s3:DeleteObject is allowed under the destination: what "
              "a task takes along that is archived already must go again"
            : "a stream whose name others start with can be exported by itself only where s3:DeleteObject is "
              "allowed under the destination: grant it, or let whole groups be exported (ExportUnit=auto on a fresh "
              "state)");
    return false;
}

static void create_at(run_context *run, export_slot *slot, int64_t in_ms) {
    slot->phase = SLOT_CREATING;
    slot->tries = 0;
    again_in(run, slot, in_ms);
}

/* The next piece of the window, at once or after a pause. */
static void start_piece(run_context *run, export_slot *slot, int64_t in_ms) {
    if (!specify(run, slot)) {
        slot->phase = SLOT_FREE;
        return;
    }
    create_at(run, slot, in_ms);
}

/* A piece of the window that was none yet: its destination may be another one. */
static void start_new_piece(run_context *run, export_slot *slot, int64_t in_ms) {
    slot->phase = SLOT_FREE;
    if (choose_destination(run, slot)) start_piece(run, slot, in_ms);
}

/* As much of the window as stands under one date of the destination. */
static void cut(const run_context *run, export_slot *slot) {
    const exporter_period period = destination_period(run->settings->destination_prefix);
    slot->unit.to_ms = cut_end(period, &slot->work->catalog, &slot->unit, slot->unit.from_ms, slot->wanted_to_ms);
}

/* Nothing is missing before it. Where a unit failed that this one counted on, the next run plans anew. */
static bool is_next(run_context *run, const group_work *work, const plan_unit *unit) {
    int64_t watermark = 0;
    if (unit->kind == STATE_UNIT_PREFIX || unit->kind == STATE_UNIT_BACKFILL) return true; /* They count on none. */
    const smithy_str stream = unit->stream ? unit->stream->name : (smithy_str){0};
    const smithy_status status =
        plan_watermark(work->group, unit->kind, stream, unit->stream ? unit->stream->created_ms : 0, &watermark);
    if (status != SMITHY_OK) run_fail(run, status, "planning a window");
    return status == SMITHY_OK && watermark + 1 == unit->from_ms;
}

void slot_begin(run_context *run, export_slot *slot, group_work *work, const plan_unit *unit) {
    *slot = (struct export_slot){.work = work, .unit = *unit, .wanted_to_ms = unit->to_ms};
    slot->spec.requested_ms = run_now_ms(run);
    if (!is_next(run, work, unit)) return;
    cut(run, slot);
    if (choose_destination(run, slot) && may_be_made_exact(run, slot)) start_piece(run, slot, 0);
}

void slot_adopt(run_context *run, export_slot *slot, group_work *work, const plan_unit *unit, const task_spec *spec,
                const task_info *info) {
    *slot = (struct export_slot){.phase = SLOT_RUNNING,
                                 .work = work,
                                 .unit = *unit,
                                 .wanted_to_ms = unit->to_ms,
                                 .spec = *spec,
                                 .poll_ms = FIRST_POLL_MS,
                                 .created_mono_ms = run_mono_ms(run),
                                 .adopted = true};
    slot->spec.requested_ms = info->created_ms;
    snprintf(slot->name, sizeof slot->name, "%.*s", SMITHY_STR_ARG(info->name));
    snprintf(slot->task_id, sizeof slot->task_id, "%.*s", SMITHY_STR_ARG(info->id));
    again_in(run, slot, 0);
}

smithy_status slot_record(run_context *run, const export_slot *slot) {
    return state_set_flight(
        &run->state, &(state_flight){.task_id = slot->task_id[0] ? smithy_str_from(slot->task_id) : (smithy_str){0},
                                     .task_name = smithy_str_from(slot->name),
                                     .group = slot->spec.group,
                                     .prefix = slot->spec.prefix,
                                     .kind = slot->spec.kind,
                                     .from_ms = slot->spec.from_ms,
                                     .to_ms = slot->spec.to_ms,
                                     .destination_prefix = slot->spec.destination_prefix,
                                     .created_ms = run_now_ms(run)});
}

/* ---- creating ---- */

static void end_wait(run_context *run) {
    if (run->slot_busy) run->answer->slot_busy_ms += run_mono_ms(run) - run->slot_busy_mono_ms;
    run->slot_busy = false;
}

static void task_is_running(run_context *run, export_slot *slot, smithy_str task_id) {
    snprintf(slot->task_id, sizeof slot->task_id, "%.*s", SMITHY_STR_ARG(task_id));
    slot->phase = SLOT_RUNNING;
    slot->tries = 0;
    slot->poll_ms = FIRST_POLL_MS;
    slot->created_mono_ms = run_mono_ms(run);
    end_wait(run);
    run->answer->tasks_created++;
    again_in(run, slot, FIRST_POLL_MS);
    exporter_log_line(run->log, EXPORTER_LOG_INFO, "task created", EXPORTER_FIELD_TEXT("task", slot->task_id),
                      EXPORTER_FIELD_STR("group", slot->spec.group), EXPORTER_FIELD_STR("stream", slot->spec.prefix),
                      EXPORTER_FIELD_I64("from", slot->spec.from_ms), EXPORTER_FIELD_I64("to", slot->spec.to_ms),
                      EXPORTER_FIELD_STR("prefix", slot->spec.destination_prefix));
}

/* The task was created for the present piece, by this attempt or by one whose answer was lost. */
static bool is_for_this_piece(run_context *run, const export_slot *slot, const task_info *info) {
    task_spec spec;
    bool whole;
    if (state_has_task(&run->state, info->id)) return false; /* Its output goes, or is archived already. */
    if (smithy_str_equal(info->name, smithy_str_from(slot->name))) return true;
    return task_read_name(info, run->state.id, slot->spec.bucket, &spec, &whole) && whole && spec.prefix.ptr &&
           spec.kind == slot->spec.kind && spec.from_ms == slot->spec.from_ms && spec.to_ms == slot->spec.to_ms &&
           smithy_str_equal(spec.group, slot->spec.group) && smithy_str_equal(spec.prefix, slot->spec.prefix) &&
           smithy_str_equal(spec.destination_prefix, slot->spec.destination_prefix);
}

/* It may be an earlier run's. */
static void task_is_found(run_context *run, export_slot *slot, const task_info *info) {
    if (info->created_ms < slot->spec.requested_ms) slot->spec.requested_ms = info->created_ms;
    task_is_running(run, slot, info->id);
}

/* Somebody's task is active. It may be our own, whose answer was lost; else we say whose it is, and wait. */
static void wait_for_slot(run_context *run, export_slot *slot) {
    task_list active = {0};
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = run->system});
    if (memory && task_list_active(run, &active, memory) == SMITHY_OK) {
        for (size_t i = 0; i < active.count; i++) {
            if (is_for_this_piece(run, slot, &active.items[i])) {
                task_is_found(run, slot, &active.items[i]);
                smithy_call_destroy(memory);
                return;
            }
        }
        if (active.count > 0 && !run->slot_busy)
            exporter_log_line(run->log, EXPORTER_LOG_WARN, "another export task holds the slot: waiting for it",
                              EXPORTER_FIELD_STR("task", active.items[0].id),
                              EXPORTER_FIELD_STR("name", active.items[0].name),
                              EXPORTER_FIELD_STR("group", active.items[0].group));
    }
    smithy_call_destroy(memory);
    if (!run->slot_busy) run->slot_busy_mono_ms = run_mono_ms(run);
    run->slot_busy = true;
    slot->tries++;
    again_in(run, slot, jittered(run, slot->tries < 8 ? 1000LL * slot->tries : 10000));
}

/* A service that takes no window that ends before its group was made leaves the dates before that in one piece with the
 * group's first. */
static bool is_joined_to_creation(run_context *run, export_slot *slot) {
    const exporter_period period = destination_period(run->settings->destination_prefix);
    const int64_t created_ms = slot->work->catalog.created_ms;
    const bool is_too_early = slot->unit.to_ms < created_ms && slot->wanted_to_ms >= created_ms;
    if (period == EXPORTER_PERIOD_NONE || !is_too_early ||
        !smithy_error_has_code(smithy_call_error(run->call), "InvalidParameterException"))
        return false;
    const int64_t end_ms = exporter_period_end(period, created_ms);
    slot->unit.to_ms = end_ms < slot->wanted_to_ms ? end_ms : slot->wanted_to_ms;
    slot->is_joined = true;
    start_new_piece(run, slot, 0);
    return true;
}

static void create(run_context *run, export_slot *slot) {
    smithy_str task_id;
    switch (task_create(run, &slot->spec, smithy_str_from(slot->name), &task_id)) {
    case TASK_CREATED: task_is_running(run, slot, task_id); return;
    case TASK_SLOT_BUSY: wait_for_slot(run, slot); return;
    case TASK_NOT_NOW:
        if (++slot->tries < REFUSALS_BEFORE_GIVING_UP)
            again_in(run, slot, jittered(run, 500LL << slot->tries));
        else
            give_up_on_error(run, slot, "creating the export task");
        return;
    case TASK_LOST_ANSWER:
        slot->phase = SLOT_SEARCHING;
        slot->tries = 0;
        again_in(run, slot, 500);
        return;
    case TASK_GROUP_GONE:
        slot->work->gone = true;
        slot->phase = SLOT_FREE;
        exporter_log_line(run->log, EXPORTER_LOG_WARN, "the group was deleted meanwhile",
                          EXPORTER_FIELD_STR("group", slot->spec.group));
        return;
    case TASK_REFUSED:
        if (!is_joined_to_creation(run, slot)) give_up_on_error(run, slot, "creating the export task");
        return;
    case TASK_FATAL:
        slot->phase = SLOT_FREE;
        run_fail(run, smithy_call_status(run->call), "creating an export task");
        return;
    }
}

/* The task that was asked for may exist, may come to exist, or not: its name tells, and a list that does not show it at
 * once is asked again. One that turns up later still is settled by the next run. */
static void search(run_context *run, export_slot *slot) {
    task_list tasks = {0};
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = run->system});
    const smithy_status status = memory ? task_list_all(run, &tasks, memory) : SMITHY_ERROR_MEMORY;
    for (size_t i = 0; status == SMITHY_OK && i < tasks.count; i++)
        if (is_for_this_piece(run, slot, &tasks.items[i])) {
            task_is_found(run, slot, &tasks.items[i]);
            break;
        }
    smithy_call_destroy(memory);
    if (slot->phase == SLOT_RUNNING) return;
    if (++slot->tries < SEARCH_TRIES) {
        again_in(run, slot, jittered(run, 1000LL * slot->tries));
        return;
    }
    start_piece(run, slot, 0);
}

/* ---- running ---- */

/* Half the window, as long as there is one to halve: a task that dies of its size has a chance then. */
static bool halve(export_slot *slot) {
    const int64_t first = slot->unit.earliest_ms > slot->unit.from_ms ? slot->unit.earliest_ms : slot->unit.from_ms;
    if (slot->halvings >= HALVINGS_MAX || slot->unit.to_ms - first < SHORTEST_PIECE_MS) return false;
    slot->unit.to_ms = first + (slot->unit.to_ms - first) / 2;
    slot->halvings++;
    slot->failures = 0;
    return true;
}

static void task_failed(run_context *run, export_slot *slot, smithy_str message, bool cancelled) {
    char reason[RUN_ERROR_TEXT + 128];
    snprintf(reason, sizeof reason, "export task %s %s%s%.*s", slot->task_id, cancelled ? "was cancelled" : "failed",
             message.len > 0 ? ": " : "", (int)(message.len < 300 ? message.len : 300), message.ptr ? message.ptr : "");
    run->answer->tasks_failed++;
    exporter_log_line(run->log, EXPORTER_LOG_WARN, cancelled ? "task cancelled" : "task failed",
                      EXPORTER_FIELD_TEXT("task", slot->task_id), EXPORTER_FIELD_STR("group", slot->spec.group),
                      EXPORTER_FIELD_STR("status", message));
    const smithy_str folder =
        folder_of(slot->work->memory, slot->spec.destination_prefix, smithy_str_from(slot->task_id));
    const bool discarded = folder_discard(run, folder, smithy_str_from(slot->task_id));
    run->state.flight = (state_flight){0};
    /* What another run began is planned anew; what a person cancelled is not fought over. */
    if (slot->adopted || !discarded || run->failed) {
        slot->phase = SLOT_FREE;
        return;
    }
    const bool is_too_big = ++slot->failures >= FAILURES_BEFORE_HALVING;
    if (cancelled || (is_too_big && !halve(slot))) {
        give_up(run, slot, reason);
        return;
    }
    start_new_piece(run, slot, jittered(run, 500LL << slot->failures));
}

/* Hints told of no event in a window of several dates, and there are some: half of it, until each stands under its own.
 */
static void cut_again(run_context *run, export_slot *slot) {
    const exporter_period period = destination_period(run->settings->destination_prefix);
    slot->unit.to_ms = cut_halve(period, &slot->work->catalog, slot->unit.from_ms, slot->unit.to_ms);
    slot->is_surprised = false;
    slot->failures = 0;
    start_new_piece(run, slot, 0);
}

static void task_completed(run_context *run, export_slot *slot) {
    const bool is_closed = slot_close(run, slot);
    if (slot->is_surprised && !slot->adopted && !run->failed) cut_again(run, slot);
    if (!is_closed) return;
    slot->work->exported = true;
    slot->work->fruitless_plans = 0;
    run->state.flight = (state_flight){0};
    slot->phase = SLOT_FREE;
    if (slot->adopted || slot->unit.to_ms >= slot->wanted_to_ms) return;
    /* A window that was halved or cut goes on where its first piece ended. */
    slot->unit.from_ms = slot->unit.to_ms + 1;
    slot->is_joined = false;
    slot->failures = 0;
    cut(run, slot);
    start_new_piece(run, slot, 0);
}

static void poll(run_context *run, export_slot *slot) {
    task_info info;
    const smithy_status status = task_poll(run, smithy_str_from(slot->task_id), &info);
    slot->poll_ms = slot->poll_ms * 3 / 2 < LAST_POLL_MS ? slot->poll_ms * 3 / 2 : LAST_POLL_MS;
    again_in(run, slot, slot->poll_ms);
    if (status != SMITHY_OK) {
        if (run_is_fatal(status) || smithy_call_error(run->call)->http_status == 403)
            run_fail(run, status, "asking about the export task");
        return; /* The task goes on whether we can see it or not. */
    }
    switch (info.status) {
    case TASK_STATUS_ACTIVE: slot->tries = 0; return;
    case TASK_STATUS_COMPLETED:
        slot->ended_ms = info.ended_ms;
        task_completed(run, slot);
        return;
    case TASK_STATUS_FAILED: task_failed(run, slot, info.message, false); return;
    case TASK_STATUS_CANCELLED: task_failed(run, slot, info.message, true); return;
    case TASK_STATUS_UNLISTED:
        if (++slot->tries >= UNLISTED_TRIES) task_failed(run, slot, SMITHY_STR("it is no longer listed"), false);
        return;
    }
}

void slot_step(run_context *run, export_slot *slot) {
    show_task(run, slot);
    if (run_mono_ms(run) < slot->next_mono_ms) return;
    switch (slot->phase) {
    case SLOT_FREE: break;
    case SLOT_CREATING: create(run, slot); break;
    case SLOT_SEARCHING: search(run, slot); break;
    case SLOT_RUNNING: poll(run, slot); break;
    }
}
