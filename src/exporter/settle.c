#include "settle.h"

#include "folder.h"
#include "grow.h"
#include "order.h"
#include "past_tasks.h"
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>

/* Objects of a task can appear after it ended: a cleaned folder is looked at again for so long. */
#define RECHECK_MS (24LL * 3600 * 1000)

/* ---- the Go version's state ---- */

static const task_info *find_task(const task_list *tasks, smithy_str id) {
    for (size_t i = 0; i < tasks->count; i++)
        if (smithy_str_equal(tasks->items[i].id, id)) return &tasks->items[i];
    return NULL;
}

/* false: the task still runs. */
static bool correct_watermark(run_context *run, const state_carried *carried, const task_info *task) {
    state_stream *entry = state_find_stream(carried->group, carried->stream, STATE_UNKNOWN_TIME);
    if (!entry || !task) return true;
    switch (task->status) {
    case TASK_STATUS_COMPLETED: entry->exported_at = task->to_ms; return true;
    case TASK_STATUS_FAILED:
    case TASK_STATUS_CANCELLED: {
        const smithy_str folder = folder_of(run->state_memory, task->destination_prefix, task->id);
        entry->exported_at = task->from_ms > 0 ? task->from_ms - 1 : STATE_NOTHING;
        if (!smithy_str_equal(task->bucket, run->settings->destination_bucket)) return true;
        if (state_add_cleanup(&run->state, folder, (smithy_str){0}, run_now_ms(run)) != SMITHY_OK)
            run_fail(run, SMITHY_ERROR_MEMORY, "reading the first version's state");
        return true;
    }
    default: return false;
    }
}

bool settle_carried(run_context *run) {
    task_list tasks = {0};
    if (run->state.carried_count == 0) return true;
    const smithy_status status = task_list_all(run, &tasks, run->memory);
    if (status != SMITHY_OK) {
        run_fail(run, status, "looking for the first version's export tasks");
        return false;
    }
    for (size_t i = 0; i < run->state.carried_count && !run->failed; i++) {
        const state_carried *carried = &run->state.carried[i];
        if (correct_watermark(run, carried, find_task(&tasks, carried->task_id))) continue;
        run->answer->outcome = EXPORTER_OUTCOME_BUSY;
        snprintf(
            run->answer->message, sizeof run->answer->message,
            "export task %.*s of the first version of this tool still runs: its state is taken over when the task has "
            "ended; nothing was changed",
            SMITHY_STR_ARG(carried->task_id));
        return false;
    }
    exporter_log_line(run->log, EXPORTER_LOG_INFO, "took over the state of the first version",
                      EXPORTER_FIELD_I64("streams", (int64_t)run->state.carried_count));
    run->state.carried_count = 0;
    return !run->failed;
}

/* ---- folders that must be emptied ---- */

/* What a note says of a task that is not closed yet decides what the task counts for. */
static int64_t how_long(run_context *run, const state_cleanup *cleanup) {
    size_t start = cleanup->folder.len - 1; /* At its last slash, behind the task's id. */
    while (start > 0 && cleanup->folder.ptr[start - 1] != '/') start--;
    const smithy_str id = {cleanup->folder.ptr + start, cleanup->folder.len - 1 - start};
    return cleanup->keep.ptr && !state_has_task(&run->state, id) ? STATE_TASK_KEPT_MS : RECHECK_MS;
}

static void process_cleanups(run_context *run) {
    const int64_t now = run_now_ms(run);
    size_t kept = 0;
    for (size_t i = 0; i < run->state.cleanup_count; i++) {
        state_cleanup cleanup = run->state.cleanups[i];
        const bool done = !run_must_stop(run) && folder_clean_noted(run, &cleanup) &&
                          now - cleanup.since_ms > how_long(run, &cleanup);
        if (!done) run->state.cleanups[kept++] = cleanup;
    }
    run->state.cleanup_count = kept;
}

/* ---- tasks ---- */

/* A past task that the state does not account for, or not for the group that is there now. */
typedef past_task leftover;

/* In the order in which they were created, which is the order in which they counted on each other. */
static int compare_leftovers(const void *a, const void *b) {
    const leftover *left = a, *right = b;
    int order = order_of(left->info->created_ms, right->info->created_ms);
    if (order == 0) order = order_of(left->spec.from_ms, right->spec.from_ms);
    return order ? order : smithy_str_compare(left->info->id, right->info->id);
}

static catalog_group *find_listed(const catalog *groups, smithy_str name) {
    for (size_t i = 0; i < groups->count; i++)
        if (smithy_str_equal(groups->groups[i].name, name)) return &groups->groups[i];
    return NULL;
}

/* The group was made again while a run was at it, which could not know: what that run's tasks wrote from then on is of
 * the new life, and was noted for the old one. */
static bool counts_for_earlier_life(run_context *run, const catalog *groups, const task_info *task) {
    const catalog_group *listed = find_listed(groups, task->group);
    return listed && task->status == TASK_STATUS_COMPLETED && listed->created_ms <= task->created_ms &&
           state_find_other_life(&run->state, listed->arn, listed->created_ms);
}

static bool is_any_made_again(run_context *run, const catalog *groups) {
    for (size_t i = 0; i < groups->count; i++)
        if (state_find_other_life(&run->state, groups->groups[i].arn, groups->groups[i].created_ms)) return true;
    return false;
}

static smithy_status collect(run_context *run, const catalog *groups, const past_tasks *past, leftover **found,
                             size_t *count) {
    const state_flight *flight = &run->state.flight;
    const bool has_earlier_lives = is_any_made_again(run, groups); /* Hardly ever; and tasks and groups may be many. */
    size_t capacity = 0;
    *found = NULL;
    *count = 0;
    for (size_t i = 0; i < past->count; i++) {
        const past_task *task = &past->items[i];
        const bool is_of_earlier_life = has_earlier_lives && counts_for_earlier_life(run, groups, task->info);
        if (!is_of_earlier_life && state_has_task(&run->state, task->info->id)) continue;
        if (!GROW(run->memory, *found, *count, capacity)) return SMITHY_ERROR_MEMORY;
        leftover *next = *found + (*count)++;
        *next = *task;
        if (!next->spec.prefix.ptr && smithy_str_equal(flight->task_name, next->info->name))
            next->spec.prefix = flight->prefix;
    }
    if (*count > 1) qsort(*found, *count, sizeof **found, compare_leftovers);
    return SMITHY_OK;
}

/* The output goes, and the task is accounted for. */
static void discard(run_context *run, const leftover *left, const char *why) {
    const smithy_str folder = folder_of(run->memory, left->info->destination_prefix, left->info->id);
    exporter_log_line(run->log, EXPORTER_LOG_WARN, why, EXPORTER_FIELD_STR("task", left->info->id),
                      EXPORTER_FIELD_STR("group", left->info->group));
    (void)folder_discard(run, folder, left->info->id);
}

static void keep_as_it_is(run_context *run, const leftover *left, const char *why) {
    exporter_log_line(run->log, EXPORTER_LOG_WARN, why, EXPORTER_FIELD_STR("task", left->info->id),
                      EXPORTER_FIELD_STR("group", left->info->group), EXPORTER_FIELD_STR("bucket", left->info->bucket));
    if (state_add_task(&run->state, left->info->id, run_now_ms(run)) != SMITHY_OK)
        run_fail(run, SMITHY_ERROR_MEMORY, "noting a task of an earlier run");
}

static smithy_status find_group(run_context *run, const catalog *groups, smithy_str name, catalog_group *group,
                                bool *exists) {
    const catalog_group *listed = find_listed(groups, name);
    *exists = listed != NULL;
    if (!listed) return catalog_find_group(run, name, group, exists);
    *group = *listed;
    return SMITHY_OK;
}

/* A task is for streams that were there when it was planned. That was behind its window: of one that was born in
 * between it may hold nothing yet. */
static void leave_out_younger(catalog_group *group, int64_t than_ms) {
    size_t kept = 0;
    for (size_t i = 0; i < group->stream_count; i++)
        if (group->streams[i].created_ms <= than_ms) group->streams[kept++] = group->streams[i];
    group->stream_count = kept;
}

/* Lists what closing the task's window needs: the whole group, or the one stream and its siblings. */
static smithy_status prepare_work(run_context *run, group_work *work, const leftover *left, plan_unit *unit,
                                  bool *complete) {
    SMITHY_TRY(catalog_list_streams(run, &work->catalog, left->spec.prefix, complete, work->memory));
    *unit = (plan_unit){
        .kind = left->spec.kind, .prefix = left->spec.prefix, .from_ms = left->spec.from_ms, .to_ms = left->spec.to_ms};
    if (left->spec.kind == STATE_UNIT_GROUP) return SMITHY_OK;
    if (left->spec.kind == STATE_UNIT_PREFIX) {
        unit->has_siblings = true;
        leave_out_younger(&work->catalog, left->spec.to_ms);
        return SMITHY_OK;
    }
    unit->stream = catalog_find_stream(&work->catalog, left->spec.prefix);
    unit->has_siblings = work->catalog.stream_count > 1; /* Where the stream itself is not listed, nobody asks. */
    if (unit->stream) return SMITHY_OK;
    catalog_stream *deleted = smithy_call_alloc(work->memory, 1, sizeof *deleted);
    if (!deleted) return SMITHY_ERROR_MEMORY;
    *deleted = (catalog_stream){.name = left->spec.prefix, .created_ms = STATE_UNKNOWN_TIME};
    unit->stream = deleted;
    return SMITHY_OK;
}

/* Brings one task to its end. false: the run must stop, and the slot holds the task. */
static bool see_through(run_context *run, export_slot *slot) {
    while (slot->phase != SLOT_FREE && !run_must_stop(run)) {
        slot_step(run, slot);
        if (slot->phase != SLOT_FREE) run_sleep_until(run, slot->next_mono_ms);
    }
    return slot->phase == SLOT_FREE;
}

/* Of a task of one stream its own folder stays, and what it took along of other streams goes. */
static void keep_own_folder(run_context *run, const leftover *left) {
    char text[CATALOG_FOLDER_MAX];
    int64_t deleted = 0;
    if (left->spec.kind != STATE_UNIT_STREAM && left->spec.kind != STATE_UNIT_OWED) return;
    const smithy_str folder = folder_of(run->memory, left->info->destination_prefix, left->info->id);
    if (left->spec.prefix.len > sizeof text) return;
    const smithy_status status =
        folder.ptr ? folder_clean(run, folder, catalog_folder(left->spec.prefix, text), &deleted) : SMITHY_ERROR_MEMORY;
    if (run_is_fatal(status)) run_fail(run, status, "emptying a folder");
}

/* A task of one stream that the listing does not show, or shows as made again since: what it holds counts for no stream
 * that there is. false: the task is to be seen through. */
static bool is_of_no_stream(run_context *run, const leftover *left, const plan_unit *unit) {
    const task_status status = left->info->status;
    if (!unit->stream || status == TASK_STATUS_FAILED || status == TASK_STATUS_CANCELLED) return false;
    const bool is_listed = unit->stream->created_ms != STATE_UNKNOWN_TIME;
    if (is_listed && unit->stream->created_ms <= left->info->created_ms) return false;
    if (status != TASK_STATUS_COMPLETED) return true; /* A later run sees how it ends. */
    keep_own_folder(run, left);
    /* A listing can miss a stream: a later run looks again. */
    if (is_listed) keep_as_it_is(run, left, "the stream of a finished task was made again since: its archive stays");
    return true;
}

/* What it holds is in doubt, and so is what a further task of its group would have to hold. */
static void leave_group_alone(run_context *run, const catalog *groups, const leftover *left) {
    catalog_group *listed = find_listed(groups, left->info->group);
    if (listed && !state_has_task(&run->state, left->info->id)) listed->is_unsettled = true;
}

static bool adopt(run_context *run, const catalog *groups, const catalog_group *group, const leftover *left,
                  export_slot *slot) {
    plan_unit unit;
    bool complete = false;
    group_work *work = work_create(run, group);
    if (!work) return false;
    work->group = state_add_group(&run->state, group->arn, group->created_ms);
    smithy_status status = work->group ? prepare_work(run, work, left, &unit, &complete) : SMITHY_ERROR_MEMORY;
    if (status != SMITHY_OK) run_fail(run, status, "settling an earlier run's task");
    if (status == SMITHY_OK && complete && !is_of_no_stream(run, left, &unit)) {
        slot_adopt(run, slot, work, &unit, &left->spec, left->info);
        if (!see_through(run, slot)) return false; /* The slot goes on to use the work. */
        leave_group_alone(run, groups, left);
        if (work->closed_count > 0) { /* It may have run yet when it was listed. */
            left->info->status = work->closed[0].status;
            left->info->ended_ms = work->closed[0].ended_ms;
        }
    }
    if (work->exported) run->answer->groups_exported++;
    if (work->failed) run->answer->groups_failed++;
    work_destroy(run, work);
    return status == SMITHY_OK && complete;
}

/* What its window holds of the group's earlier life is archived by another task, as that life's watermarks tell. */
static smithy_status is_archived(run_context *run, const catalog_group *group, const leftover *left, bool *archived) {
    state_group *life = state_find_other_life(&run->state, group->arn, group->created_ms);
    int64_t watermark = STATE_NOTHING;
    *archived = false;
    if (!life || left->spec.kind == STATE_UNIT_PREFIX) return SMITHY_OK; /* Each of several streams has its own. */
    SMITHY_TRY(plan_watermark(life, left->spec.kind, left->spec.prefix, STATE_UNKNOWN_TIME, &watermark));
    *archived = watermark >= left->spec.to_ms;
    return SMITHY_OK;
}

/* A finished task of the group's earlier life. */
static void settle_earlier_life(run_context *run, const catalog_group *group, const leftover *left) {
    bool archived;
    keep_own_folder(run, left);
    const smithy_status status = is_archived(run, group, left, &archived);
    if (status != SMITHY_OK)
        run_fail(run, status, "settling an earlier run's task");
    else if (archived)
        discard(run, left, "deleting the output of a task whose window another one closed");
    else
        keep_as_it_is(run, left, "the group of a finished task was made again since: its archive stays");
}

static bool settle_one(run_context *run, const catalog *groups, const leftover *left, export_slot *slot) {
    catalog_group group;
    bool exists = false;
    const bool active = left->info->status == TASK_STATUS_ACTIVE;
    if (left->spec.kind == STATE_UNIT_BACKFILL) {
        /* What it was to replace counts still. While it runs, the backfill can be taken up again. One that wrote to
         * another bucket is left to a run with that. */
        if (!active && smithy_str_equal(left->info->bucket, run->settings->destination_bucket))
            discard(run, left, "deleting the output of a backfill that was broken off");
        return true;
    }
    if (!smithy_str_equal(left->info->bucket, run->settings->destination_bucket)) {
        keep_as_it_is(run, left,
                      "a task of an earlier run wrote to another bucket: left there, its window is exported again");
        return true;
    }
    if (state_has_task(&run->state, left->info->id)) {
        discard(run, left, "a task counted for the group's earlier life: deleted, its window is exported again");
        return true;
    }
    const smithy_status status = find_group(run, groups, left->info->group, &group, &exists);
    if (status != SMITHY_OK) return run_fail(run, status, "looking for the group of an earlier run's task"), false;
    const bool made_again = exists && group.created_ms > left->info->created_ms;
    if (made_again && left->info->status == TASK_STATUS_COMPLETED) {
        settle_earlier_life(run, &group, left);
        return true;
    }
    if (!exists && left->info->status == TASK_STATUS_COMPLETED) {
        /* The archive of a deleted group stays, and a listing can miss a group: a later run looks again. */
        keep_own_folder(run, left);
        return true;
    }
    exists = exists && !made_again;
    if (!active && (!exists || !left->whole || !left->spec.prefix.ptr)) {
        discard(run, left,
                "a task of an earlier run cannot be told from its name: deleted, its window is exported again");
        return true;
    }
    if (!exists || !left->spec.prefix.ptr) return true; /* It runs still: a later run sees how it ends. */
    return adopt(run, groups, &group, left, slot);
}

/* The flight's task is not listed any more: what it wrote is in doubt, so it goes and is exported again. */
static void settle_unlisted_flight(run_context *run, const task_list *tasks) {
    const state_flight *flight = &run->state.flight;
    if (!flight->task_id.ptr || find_task(tasks, flight->task_id) || state_has_task(&run->state, flight->task_id))
        return;
    task_info info = {.id = flight->task_id, .group = flight->group, .destination_prefix = flight->destination_prefix};
    discard(run, &(leftover){.info = &info},
            "the task that was in flight is no longer listed: deleted, to be exported again");
}

/* Of the state's tasks, those in the list: both may be long. */
static bool *find_listed_tasks(run_context *run, const task_list *tasks) {
    bool *listed = smithy_call_alloc(run->memory, run->state.task_count, sizeof *listed);
    for (size_t i = 0; listed && i < tasks->count; i++) {
        const state_task *task = state_find_task(&run->state, tasks->items[i].id);
        if (task) listed[task - run->state.tasks] = true;
    }
    return listed;
}

static void forget_old_tasks(run_context *run, const task_list *tasks) {
    const int64_t now = run_now_ms(run);
    const bool *listed = find_listed_tasks(run, tasks);
    size_t kept = 0;
    if (!listed) {
        run_fail(run, SMITHY_ERROR_MEMORY, "looking for earlier export tasks");
        return;
    }
    for (size_t i = 0; i < run->state.task_count; i++) {
        const state_task task = run->state.tasks[i];
        if (now - task.ended_ms < STATE_TASK_KEPT_MS || listed[i]) run->state.tasks[kept++] = task;
    }
    run->state.task_count = kept;
}

/* What this state's tasks, as they are listed now, leave to be settled. */
static smithy_status look_back(run_context *run, const catalog *groups, task_list *tasks, leftover **found,
                               size_t *count) {
    past_tasks *past = smithy_call_alloc(run->memory, 1, sizeof *past);
    if (!past) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(task_list_all(run, tasks, run->memory));
    SMITHY_TRY(past_tasks_read(run, tasks, past, run->memory));
    SMITHY_TRY(collect(run, groups, past, found, count));
    past_tasks_sort(past);
    run->past = past;
    return SMITHY_OK;
}

void settle_leftovers(run_context *run, catalog *groups, export_slot *slot) {
    task_list tasks = {0};
    leftover *found = NULL;
    size_t count = 0;
    run_show(run, "settling what earlier runs left");
    process_cleanups(run);
    const smithy_status status = run_must_stop(run) ? SMITHY_OK : look_back(run, groups, &tasks, &found, &count);
    if (status != SMITHY_OK) run_fail(run, status, "looking for earlier export tasks");
    if (run_must_stop(run)) return;
    settle_unlisted_flight(run, &tasks);
    for (size_t i = 0; i < count; i++)
        if (run_must_stop(run) || !settle_one(run, groups, &found[i], slot)) return;
    run->state.flight = (state_flight){0};
    forget_old_tasks(run, &tasks);
}
