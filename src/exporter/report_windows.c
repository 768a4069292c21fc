#include "grow.h"
#include "report.h"

#include <stdlib.h>

static int compare_windows(const void *a, const void *b) {
    const report_window *left = a, *right = b;
    const int group = smithy_str_compare(left->group, right->group);
    if (group != 0) return group;
    if (left->from_ms != right->from_ms) return left->from_ms < right->from_ms ? -1 : 1;
    return smithy_str_compare(left->task_id, right->task_id);
}

smithy_status report_windows(run_context *run, const survey *all, report_window **windows, size_t *count) {
    size_t capacity = 0;
    *windows = NULL;
    *count = 0;
    for (size_t i = 0; i < all->tasks.count; i++) {
        const task_info *task = &all->tasks.items[i];
        task_spec spec;
        bool whole;
        if (task->status != TASK_STATUS_COMPLETED || !state_has_task(&run->state, task->id) ||
            !task_read_name(task, run->state.id, run->settings->destination_bucket, &spec, &whole))
            continue;
        if (!GROW(run->memory, *windows, *count, capacity)) return smithy_call_status(run->memory);
        (*windows)[(*count)++] =
            (report_window){.group = task->group,
                            .stream = spec.kind == STATE_UNIT_GROUP ? (smithy_str){0} : spec.prefix,
                            .task_id = task->id,
                            .from_ms = task->from_ms,
                            .to_ms = task->to_ms};
    }
    if (*count > 1) qsort(*windows, *count, sizeof **windows, compare_windows);
    return SMITHY_OK;
}
