#include "past_tasks.h"

#include <stdlib.h>

smithy_status past_tasks_read(const run_context *run, const task_list *tasks, past_tasks *found, smithy_call *memory) {
    *found = (past_tasks){.items = smithy_call_alloc(memory, tasks->count, sizeof *found->items)};
    if (!found->items) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < tasks->count; i++) {
        past_task *next = &found->items[found->count];
        next->info = &tasks->items[i];
        if (task_read_name(next->info, run->state.id, run->settings->destination_bucket, &next->spec, &next->whole))
            found->count++;
    }
    return SMITHY_OK;
}

static bool is_of_group(const past_task *task) {
    return task->spec.kind == STATE_UNIT_GROUP;
}

/* By group, those for the whole of it first. */
static int compare_parts(const past_task *task, smithy_str group, bool of_group) {
    const int order = smithy_str_compare(task->spec.group, group);
    if (order != 0 || is_of_group(task) == of_group) return order;
    return is_of_group(task) ? -1 : 1;
}

static int compare(const void *a, const void *b) {
    const past_task *left = a, *right = b;
    int order = compare_parts(left, right->spec.group, is_of_group(right));
    if (order == 0) order = smithy_str_compare(left->spec.prefix, right->spec.prefix);
    return order != 0 ? order : smithy_str_compare(left->info->id, right->info->id);
}

/* Of `task` and its shorter ones, the first that takes `name` along. What stands between a prefix and a name that
 * begins with it begins with it too, so from the last one before `name` on all that take it are on the way. */
static const past_task *find_taking(const past_task *task, smithy_str name) {
    while (task && !smithy_str_starts_with(name, task->spec.prefix)) task = task->shorter;
    return task;
}

void past_tasks_sort(past_tasks *tasks) {
    size_t kept = 0;
    for (size_t i = 0; i < tasks->count; i++) {
        const past_task task = tasks->items[i];
        const bool may_count = task.info->status == TASK_STATUS_COMPLETED || task.info->status == TASK_STATUS_ACTIVE;
        if (task.whole && may_count) tasks->items[kept++] = task;
    }
    tasks->count = kept;
    if (kept > 1) qsort(tasks->items, kept, sizeof *tasks->items, compare);
    for (size_t i = 1; i < kept; i++) {
        past_task *task = &tasks->items[i];
        if (compare_parts(task - 1, task->spec.group, is_of_group(task)) == 0)
            task->shorter = find_taking(task - 1, task->spec.prefix);
    }
}

/* Where that part of the order begins; or what stands behind it. */
static size_t position(const past_tasks *tasks, smithy_str group, bool of_group, bool behind) {
    size_t low = 0, high = tasks->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_parts(&tasks->items[middle], group, of_group) < (behind ? 1 : 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

past_tasks past_tasks_of(const past_tasks *tasks, smithy_str group, bool of_group) {
    if (!tasks || tasks->count == 0) return (past_tasks){0};
    const size_t first = position(tasks, group, of_group, false);
    return (past_tasks){tasks->items + first, position(tasks, group, of_group, true) - first};
}

const past_task *past_tasks_taking(const past_tasks *parts, smithy_str name) {
    size_t low = 0, high = parts->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (smithy_str_compare(parts->items[middle].spec.prefix, name) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? find_taking(&parts->items[low - 1], name) : NULL;
}
