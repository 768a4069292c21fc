/* Streams whose folder in an earlier task appeared only after the task's folder had been read. */
#include "folder.h"
#include "settle.h"

/* A finished task of this state and of the group as it is today, which ended when the stream was there. */
static bool may_hold(run_context *run, const group_work *work, const catalog_stream *stream, const task_info *task,
                     task_spec *spec) {
    bool whole;
    if (task->status != TASK_STATUS_COMPLETED || !smithy_str_equal(task->group, work->catalog.name)) return false;
    if (!task_read_name(task, run->state.id, run->settings->destination_bucket, spec, &whole) || !whole) return false;
    /* The group may have been made again under its name since, and the stream too. */
    if (task->created_ms < work->catalog.created_ms || task->ended_ms < stream->created_ms) return false;
    return state_has_task(&run->state, task->id);
}

/* One for the whole of the group, whose window may hold events of the stream. */
static bool may_have_read(run_context *run, const group_work *work, const catalog_stream *stream,
                          const task_info *task) {
    task_spec spec;
    return may_hold(run, work, stream, task, &spec) && spec.kind == STATE_UNIT_GROUP &&
           task->to_ms >= stream->first_event_ms;
}

/* One for other streams, which takes along whoever bears such a name. */
static bool may_have_taken_along(run_context *run, const group_work *work, const catalog_stream *stream,
                                 const task_info *task) {
    task_spec spec;
    return may_hold(run, work, stream, task, &spec) && spec.kind != STATE_UNIT_GROUP &&
           spec.prefix.len < stream->name.len && smithy_str_starts_with(stream->name, spec.prefix);
}

static smithy_status has_folder(run_context *run, const task_info *task, const catalog_stream *stream, bool *found) {
    char text[CATALOG_FOLDER_MAX];
    s3_list_objects_v2_output output;
    *found = false;
    if (stream->name.len > sizeof text) return SMITHY_OK;
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
    char text[CATALOG_FOLDER_MAX];
    if (stream->name.len > sizeof text) return SMITHY_OK;
    const smithy_str folder =
        smithy_call_format(run->state_memory, "%.*s/%.*s/%.*s/", SMITHY_STR_ARG(task->destination_prefix),
                           SMITHY_STR_ARG(task->id), SMITHY_STR_ARG(catalog_folder(stream->name, text)));
    if (!folder.ptr) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(state_add_cleanup(&run->state, folder, (smithy_str){0}, run_now_ms(run)));
    (void)folder_clean_noted(run, &run->state.cleanups[run->state.cleanup_count - 1]);
    return SMITHY_OK;
}

static smithy_status drop_late_folders(run_context *run, const group_work *work, const catalog_stream *stream) {
    const task_list *tasks = run->tasks;
    for (size_t i = 0; tasks && i < tasks->count; i++) {
        bool found;
        if (!may_have_taken_along(run, work, stream, &tasks->items[i])) continue;
        SMITHY_TRY(has_folder(run, &tasks->items[i], stream, &found));
        if (found) SMITHY_TRY(drop_folder(run, stream, &tasks->items[i]));
    }
    return SMITHY_OK;
}

/* The earliest of the group's tasks that has a folder of the stream; NULL where none has. */
static smithy_status find_first_part(run_context *run, const group_work *work, const catalog_stream *stream,
                                     const task_info **first) {
    const task_list *tasks = run->tasks;
    *first = NULL;
    for (size_t i = 0; tasks && i < tasks->count; i++) {
        const task_info *task = &tasks->items[i];
        bool found;
        if (!may_have_read(run, work, stream, task) || (*first && (*first)->from_ms <= task->from_ms)) continue;
        SMITHY_TRY(has_folder(run, task, stream, &found));
        if (found) *first = task;
    }
    return SMITHY_OK;
}

smithy_status settle_late_folders(run_context *run, group_work *work, size_t *joined) {
    *joined = 0;
    for (size_t i = 0; i < work->plan.unit_count; i++) {
        const plan_unit *unit = &work->plan.units[i];
        const task_info *task;
        if (!unit->stream || unit->from_ms != 0) continue;
        if (state_find_stream(work->group, unit->stream->name, unit->stream->created_ms)) continue;
        SMITHY_TRY(drop_late_folders(run, work, unit->stream));
        if (unit->kind != STATE_UNIT_OWED) continue;
        SMITHY_TRY(find_first_part(run, work, unit->stream, &task));
        if (!task) continue;
        const int64_t before = task->from_ms > 0 ? task->from_ms - 1 : STATE_NOTHING;
        SMITHY_TRY(plan_join(&run->state, work->group, unit->stream, before));
        ++*joined;
        exporter_log_line(run->log, EXPORTER_LOG_INFO, "an object of an earlier task appeared late",
                          EXPORTER_FIELD_STR("group", work->catalog.name),
                          EXPORTER_FIELD_STR("stream", unit->stream->name), EXPORTER_FIELD_STR("task", task->id));
    }
    return SMITHY_OK;
}
