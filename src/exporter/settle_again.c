/* Tasks of single streams that hold what is about to be exported again. */
#include "folder.h"
#include "past_tasks.h"
#include "settle.h"

static bool is_planned(const group_work *work, smithy_str stream) {
    for (size_t i = 0; i < work->plan.unit_count; i++) {
        const plan_unit *unit = &work->plan.units[i];
        if (unit->stream ? smithy_str_equal(unit->stream->name, stream) : smithy_str_starts_with(stream, unit->prefix))
            return true;
    }
    return false;
}

/* No task of its own counts for it: it is owed all from the start, or nobody has met it. */
static smithy_status has_none_of_its_own(group_work *work, const catalog_stream *stream, bool *has_none) {
    uint64_t identity;
    const state_stream *entry = state_find_stream(work->group, stream->name, stream->created_ms);
    *has_none = entry && entry->owed_to != STATE_NOT_OWED && entry->exported_at == STATE_NOTHING;
    if (entry) return SMITHY_OK;
    SMITHY_TRY(state_identity(stream->name, stream->created_ms, &identity));
    *has_none = !state_is_accounted(work->group, identity);
    return SMITHY_OK;
}

/* Why what a task of a single stream holds is about to be exported again; NULL: it is not. */
static smithy_status find_why(run_context *run, group_work *work, const past_task *task, const char **why) {
    bool has_none;
    const task_info *info = task->info;
    const catalog_stream *stream = catalog_find_stream(&work->catalog, task->spec.prefix);
    *why = NULL;
    if (!stream || info->created_ms < stream->created_ms || info->created_ms < work->catalog.created_ms)
        return SMITHY_OK;
    if (!state_has_task(&run->state, info->id)) {
        *why = "the stream of an earlier run's task was not listed in time: deleted, its window is exported again";
        return SMITHY_OK;
    }
    /* It was made again after that run's listing, which could not know: the task was noted for its earlier life. */
    SMITHY_TRY(has_none_of_its_own(work, stream, &has_none));
    if (has_none) *why = "a task counted for the stream's earlier life: deleted, its window is exported again";
    return SMITHY_OK;
}

static bool is_of_one_stream(const run_context *run, const past_task *task) {
    return (task->spec.kind == STATE_UNIT_STREAM || task->spec.kind == STATE_UNIT_OWED) &&
           smithy_str_equal(task->info->bucket, run->settings->destination_bucket);
}

smithy_status settle_what_comes_again(run_context *run, group_work *work) {
    const past_tasks others = past_tasks_of(run->past, work->catalog.name, false);
    for (size_t i = 0; i < others.count; i++) {
        const past_task *task = &others.items[i];
        const char *why;
        if (!is_of_one_stream(run, task)) continue;
        SMITHY_TRY(find_why(run, work, task, &why));
        if (!why || !is_planned(work, task->spec.prefix)) continue;
        const smithy_str folder = folder_of(run->memory, task->info->destination_prefix, task->info->id);
        if (!folder.ptr) return SMITHY_ERROR_MEMORY; /* What has no name must not be deleted. */
        if (folder_was_discarded(run, folder)) continue;
        exporter_log_line(run->log, EXPORTER_LOG_WARN, why, EXPORTER_FIELD_STR("task", task->info->id),
                          EXPORTER_FIELD_STR("group", task->info->group));
        if (!folder_discard(run, folder, task->info->id)) return SMITHY_ERROR_CANCELED;
    }
    return SMITHY_OK;
}
