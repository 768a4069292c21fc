/* Streams whose folder in an earlier task appeared only after the task's folder had been read. */
#include "folder.h"
#include "past_tasks.h"
#include "settle.h"

/* Its output is to be deleted, and what cannot be deleted yet is no archive. */
static bool was_discarded(run_context *run, const task_info *task) {
    const smithy_str folder = folder_of(run_fresh_call(run), task->destination_prefix, task->id);
    return folder.ptr && folder_was_discarded(run, folder);
}

/* One of the group as it is today, which the state counts on, and which ended when the stream was there. */
static bool may_hold(run_context *run, const group_work *work, const catalog_stream *stream, const task_info *task) {
    /* The group may have been made again under its name since, and the stream too. */
    if (task->created_ms < work->catalog.created_ms || task->ended_ms < stream->created_ms) return false;
    return task->status == TASK_STATUS_COMPLETED && state_has_task(&run->state, task->id) && !was_discarded(run, task);
}

/* The tasks for the whole of the group: those of earlier runs, and behind them those that this one closed. */
typedef struct group_tasks {
    past_tasks past;
    const group_work *work;
} group_tasks;

static group_tasks of_group(const run_context *run, const group_work *work) {
    return (group_tasks){past_tasks_of(run->past, work->catalog.name, true), work};
}

/* NULL behind the last one. */
static const task_info *task_at(const group_tasks *tasks, size_t at) {
    if (at < tasks->past.count) return tasks->past.items[at].info;
    at -= tasks->past.count;
    return at < tasks->work->closed_count ? &tasks->work->closed[at] : NULL;
}

/* Objects can appear for so long after a task ended, and are looked for once more than that. */
#define LATE_MS (48LL * 3600 * 1000)

static bool is_recent(const run_context *run, const task_info *task) {
    return task->ended_ms != INT64_MAX && run_now_ms(run) - task->ended_ms <= LATE_MS;
}

/* "<destinationPrefix>/<taskId>/<the stream's folder>/" */
static smithy_str part_of(smithy_call *memory, const task_info *task, smithy_str stream) {
    char text[CATALOG_FOLDER_MAX];
    return smithy_call_format(memory, "%.*s/%.*s/%.*s/", SMITHY_STR_ARG(task->destination_prefix),
                              SMITHY_STR_ARG(task->id), SMITHY_STR_ARG(catalog_folder(stream, text)));
}

/* The stream is archived by a task of its own: what this one holds of it is to go. */
static bool was_given_up(run_context *run, const task_info *task, smithy_str stream) {
    const smithy_str part = part_of(run_fresh_call(run), task, stream);
    return part.ptr && state_find_cleanup(&run->state, part);
}

/* One for the whole of the group, whose window may hold events of the stream. */
static bool may_have_read(run_context *run, const group_work *work, const catalog_stream *stream,
                          const task_info *task) {
    const state_stream *owed = state_find_stream(work->group, stream->name, stream->created_ms);
    return may_hold(run, work, stream, task) && (task->to_ms >= stream->first_event_ms || is_recent(run, task)) &&
           (!owed || task->to_ms <= owed->owed_to) && !was_given_up(run, task, stream->name);
}

/* One for other streams, whose prefix the stream's name begins with: such a task takes along whoever bears it. */
static bool may_have_taken_along(run_context *run, const group_work *work, const catalog_stream *stream,
                                 const past_task *task) {
    if (task->spec.prefix.len == stream->name.len || !may_hold(run, work, stream, task->info)) return false;
    if (task->spec.kind != STATE_UNIT_PREFIX && task->spec.kind != STATE_UNIT_BACKFILL) return true;
    /* Another stream of that folder's name may be one that the task was for. */
    char text[CATALOG_FOLDER_MAX];
    const smithy_str folder = folder_of(run_fresh_call(run), task->info->destination_prefix, task->info->id);
    const state_cleanup *note = folder.ptr ? state_find_cleanup(&run->state, folder) : NULL;
    return note && !folder_is_kept(note->keep, catalog_folder(stream->name, text));
}

static smithy_status has_folder(run_context *run, const task_info *task, const catalog_stream *stream, bool *found) {
    char text[CATALOG_FOLDER_MAX];
    s3_list_objects_v2_output output;
    smithy_call *call = run_fresh_call(run);
    const smithy_str folder = folder_of(call, task->destination_prefix, task->id);
    const smithy_str prefix = smithy_call_format(call, "%.*s%.*s/", SMITHY_STR_ARG(folder),
                                                 SMITHY_STR_ARG(catalog_folder(stream->name, text)));
    SMITHY_TRY(smithy_call_status(call));
    s3_list_objects_v2_input input = folder_listing(run, prefix);
    input.max_keys = (smithy_opt_i32)SMITHY_SET(1);
    SMITHY_TRY(s3_list_objects_v2(run->s3, &input, &output, call));
    *found = output.contents.count > 0;
    return SMITHY_OK;
}

/* Such a folder was to be deleted when its task ended, and appeared later. */
static smithy_status drop_folder(run_context *run, const catalog_stream *stream, const task_info *task) {
    const smithy_str folder = part_of(run->state_memory, task, stream->name);
    if (!folder.ptr) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(state_add_cleanup(&run->state, folder, (smithy_str){0}, run_now_ms(run)));
    (void)folder_clean_noted(run, &run->state.cleanups[run->state.cleanup_count - 1]);
    return SMITHY_OK;
}

static smithy_status drop_late_folders(run_context *run, const group_work *work, const catalog_stream *stream) {
    const past_tasks others = past_tasks_of(run->past, work->catalog.name, false);
    for (const past_task *task = past_tasks_taking(&others, stream->name); task; task = task->shorter) {
        bool found;
        if (!may_have_taken_along(run, work, stream, task)) continue;
        SMITHY_TRY(has_folder(run, task->info, stream, &found));
        if (found) SMITHY_TRY(drop_folder(run, stream, task->info));
    }
    return SMITHY_OK;
}

/* The earliest of the group's tasks, of those that begin there or later, that has a folder of the stream; NULL where
 * none has. */
static smithy_status find_first_part(run_context *run, const group_work *work, const catalog_stream *stream,
                                     int64_t from_ms, const task_info **first) {
    const group_tasks tasks = of_group(run, work);
    *first = NULL;
    const task_info *task;
    for (size_t i = 0; (task = task_at(&tasks, i)) != NULL; i++) {
        bool found;
        if (task->from_ms < from_ms || (*first && (*first)->from_ms <= task->from_ms)) continue;
        if (!may_have_read(run, work, stream, task)) continue;
        SMITHY_TRY(has_folder(run, task, stream, &found));
        if (found) *first = task;
    }
    return SMITHY_OK;
}

/* What comes next of it was never archived with its group, as far as is known. */
static bool may_have_taken_part(const group_work *work, const catalog_stream *stream, int64_t from_ms) {
    const state_stream *entry = state_find_stream(work->group, stream->name, stream->created_ms);
    if (entry && entry->owed_to == STATE_NOT_OWED) return false;
    return from_ms == (entry ? entry->exported_at : STATE_NOTHING) + 1;
}

/* ---- what a stream's own task meets at its end ---- */

/* Somebody moved the group's watermark back behind this window after the task had ended, and wants it again. */
static bool was_edited_since(const run_context *run, const export_slot *slot, const task_info *task) {
    for (size_t i = 0; i < run->state.edit_count; i++) {
        const state_edit *edit = &run->state.edits[i];
        if (edit->at_ms >= task->ended_ms && edit->to_ms < slot->spec.from_ms &&
            smithy_str_equal(edit->arn, slot->work->group->arn))
            return true;
    }
    return false;
}

static bool is_beside(run_context *run, const export_slot *slot, const catalog_stream *stream, const task_info *task) {
    return task->from_ms <= slot->spec.to_ms && task->to_ms >= slot->spec.from_ms &&
           may_hold(run, slot->work, stream, task) && !was_given_up(run, task, stream->name) &&
           !was_edited_since(run, slot, task);
}

/* Stands at a watermark of its own, which no task of the whole group has passed by itself: only somebody's edit can
 * have moved it back behind one, who wants it again. */
static bool stands_alone(const export_slot *slot, const catalog_stream *stream) {
    const state_stream *entry = state_find_stream(slot->work->group, stream->name, stream->created_ms);
    return entry && entry->owed_to == STATE_NOT_OWED;
}

/* The earliest of the tasks beside it that have a folder of the stream; NULL where none has. */
static smithy_status find_beside(run_context *run, const export_slot *slot, const catalog_stream *stream,
                                 const task_info **first) {
    const group_tasks tasks = of_group(run, slot->work);
    const task_info *task;
    *first = NULL;
    for (size_t i = 0; (task = task_at(&tasks, i)) != NULL; i++) {
        bool found;
        if ((*first && (*first)->from_ms <= task->from_ms) || !is_beside(run, slot, stream, task)) continue;
        SMITHY_TRY(has_folder(run, task, stream, &found));
        if (found) *first = task;
    }
    return SMITHY_OK;
}

/* "a/b" and "a-b": another stream of the listing writes into a folder of the same name. */
static bool shares_its_folder(const group_work *work, const catalog_stream *stream) {
    char text[CATALOG_FOLDER_MAX], other_text[CATALOG_FOLDER_MAX];
    const smithy_str folder = catalog_folder(stream->name, text);
    for (size_t i = 0; i < work->catalog.stream_count; i++) {
        const catalog_stream *other = &work->catalog.streams[i];
        if (other->name.len != stream->name.len || smithy_str_equal(other->name, stream->name)) continue;
        if (smithy_str_equal(catalog_folder(other->name, other_text), folder)) return true;
    }
    return false;
}

/* What appears later of the stream in a task beside it is to go; but not where that may be another stream's. */
static smithy_status give_up_beside(run_context *run, const export_slot *slot, const catalog_stream *stream) {
    const group_tasks tasks = of_group(run, slot->work);
    const task_info *task;
    for (size_t i = 0; (task = task_at(&tasks, i)) != NULL; i++) {
        if (!is_recent(run, task) || !is_beside(run, slot, stream, task)) continue;
        if (shares_its_folder(slot->work, stream)) return SMITHY_OK;
        const smithy_str part = part_of(run->state_memory, task, stream->name);
        if (!part.ptr) return SMITHY_ERROR_MEMORY;
        SMITHY_TRY(state_add_cleanup(&run->state, part, (smithy_str){0}, run_now_ms(run)));
    }
    return SMITHY_OK;
}

smithy_status settle_beside(run_context *run, const export_slot *slot, const catalog_stream *stream, bool *superseded) {
    const task_info *task;
    *superseded = false;
    if (stream->name.len > CATALOG_FOLDER_MAX || stands_alone(slot, stream)) return SMITHY_OK;
    SMITHY_TRY(find_beside(run, slot, stream, &task));
    *superseded = task != NULL;
    if (!task) return give_up_beside(run, slot, stream);
    /* It joins at once: whether its hints admit it to that task is no question any more. */
    const bool joins =
        task->from_ms >= slot->spec.from_ms && may_have_taken_part(slot->work, stream, slot->spec.from_ms);
    return joins ? plan_join(&run->state, slot->work->group, stream, task->from_ms - 1, task->to_ms) : SMITHY_OK;
}

/* ---- siblings that nobody knew when a stream's own task was closed ---- */

static bool has_sibling(const group_work *work, const task_info *task, smithy_str prefix) {
    const catalog_streams found = catalog_streams_of(&work->catalog, prefix);
    for (size_t i = 0; i < found.count; i++)
        if (found.items[i].name.len > prefix.len && found.items[i].created_ms <= task->ended_ms) return true;
    return false;
}

/* When the last of the group's tasks ended that the state counts on; 0: there is none. */
static int64_t last_end(run_context *run, const group_work *work) {
    const catalog_stream anybody = {.created_ms = 0};
    int64_t last = 0;
    for (int of_group = 0; of_group < 2; of_group++) {
        const past_tasks tasks = past_tasks_of(run->past, work->catalog.name, of_group);
        for (size_t i = 0; i < tasks.count; i++) {
            const task_info *task = tasks.items[i].info;
            const bool is_later = task->ended_ms > last && task->ended_ms != INT64_MAX;
            if (is_later && may_hold(run, work, &anybody, task)) last = task->ended_ms;
        }
    }
    return last;
}

/* Their objects may appear yet, or did since; or long ago, when no run has closed a task of the group since that. */
static smithy_status watch_siblings(run_context *run, const group_work *work) {
    const past_tasks others = past_tasks_of(run->past, work->catalog.name, false);
    const int64_t last = last_end(run, work);
    for (size_t i = 0; i < others.count; i++) {
        const task_info *task = others.items[i].info;
        const smithy_str prefix = others.items[i].spec.prefix;
        const catalog_stream anybody = {.created_ms = 0};
        char text[CATALOG_FOLDER_MAX];
        const state_unit_kind kind = others.items[i].spec.kind;
        if (kind != STATE_UNIT_STREAM && kind != STATE_UNIT_OWED) continue;
        if (!is_recent(run, task) && last - task->ended_ms > LATE_MS) continue;
        if (!prefix.ptr || prefix.len > sizeof text || !may_hold(run, work, &anybody, task)) continue;
        if (!has_sibling(work, task, prefix)) continue;
        const smithy_str folder = folder_of(run->state_memory, task->destination_prefix, task->id);
        if (!folder.ptr) return SMITHY_ERROR_MEMORY;
        if (state_find_cleanup(&run->state, folder)) continue;
        SMITHY_TRY(state_add_cleanup(&run->state, folder, catalog_folder(prefix, text), task->ended_ms));
        (void)folder_clean_noted(run, &run->state.cleanups[run->state.cleanup_count - 1]);
    }
    return SMITHY_OK;
}

/* ---- before an export ---- */

/* The stream, whose next window is planned to begin at `from_ms`, joins its group where that turns out to hold it. */
static smithy_status join_late(run_context *run, group_work *work, const catalog_stream *stream, int64_t from_ms,
                               size_t *joined) {
    const task_info *task;
    if (stream->name.len > CATALOG_FOLDER_MAX || !may_have_taken_part(work, stream, from_ms)) return SMITHY_OK;
    if (from_ms == 0) SMITHY_TRY(drop_late_folders(run, work, stream));
    SMITHY_TRY(find_first_part(run, work, stream, from_ms, &task));
    if (!task) return SMITHY_OK;
    SMITHY_TRY(plan_join(&run->state, work->group, stream, task->from_ms - 1, task->to_ms));
    ++*joined;
    exporter_log_line(run->log, EXPORTER_LOG_INFO, "an object of an earlier task appeared late",
                      EXPORTER_FIELD_STR("group", work->catalog.name), EXPORTER_FIELD_STR("stream", stream->name),
                      EXPORTER_FIELD_STR("task", task->id));
    return SMITHY_OK;
}

static smithy_status join_late_members(run_context *run, group_work *work, const plan_unit *unit, size_t *joined) {
    plan_members members;
    SMITHY_TRY(plan_find_members(&run->state, work->group, &work->catalog, unit->prefix, unit->from_ms, &members,
                                 work->memory));
    for (size_t i = 0; i < members.count; i++)
        SMITHY_TRY(join_late(run, work, members.streams[i], unit->from_ms, joined));
    return SMITHY_OK;
}

smithy_status settle_late_folders(run_context *run, group_work *work, size_t *joined) {
    *joined = 0;
    SMITHY_TRY(watch_siblings(run, work));
    for (size_t i = 0; i < work->plan.unit_count; i++) {
        const plan_unit *unit = &work->plan.units[i];
        if (unit->stream)
            SMITHY_TRY(join_late(run, work, unit->stream, unit->from_ms, joined));
        else if (unit->kind == STATE_UNIT_PREFIX)
            SMITHY_TRY(join_late_members(run, work, unit, joined));
    }
    return SMITHY_OK;
}
