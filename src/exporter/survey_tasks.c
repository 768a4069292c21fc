#include "survey_tasks.h"

#include <stdlib.h>

/* Nine of ten tasks were as quick. */
#define SLOW_PART(count) ((count)*9 / 10)

bool survey_is_ours(const run_context *run, const task_info *task) {
    task_spec spec;
    bool whole;
    return task_read_name(task, run->state.id, run->settings->destination_bucket, &spec, &whole);
}

static bool took_a_time(const task_info *task) {
    return task->status == TASK_STATUS_COMPLETED && task->ended_ms != INT64_MAX && task->created_ms > 0 &&
           task->ended_ms >= task->created_ms;
}

static int compare_durations(const void *a, const void *b) {
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

/* The durations of the tasks that count, sorted, in `found`, which has room for all. An absent group: any. */
static size_t collect(const run_context *run, const task_list *tasks, bool ours, smithy_str group, int64_t *found) {
    size_t count = 0;
    for (size_t i = 0; i < tasks->count; i++) {
        const task_info *task = &tasks->items[i];
        if (!took_a_time(task) || (ours && !survey_is_ours(run, task))) continue;
        if (group.ptr && !smithy_str_equal(task->group, group)) continue;
        found[count++] = task->ended_ms - task->created_ms;
    }
    if (count > 1) qsort(found, count, sizeof *found, compare_durations);
    return count;
}

static int64_t *room_for(const task_list *tasks, smithy_call *memory) {
    return smithy_call_alloc(memory, tasks->count + 1, sizeof(int64_t));
}

static smithy_status measure(run_context *run, survey *all) {
    survey_durations *durations = &all->durations;
    int64_t *found = room_for(&all->tasks, run->memory);
    *durations = (survey_durations){.median_ms = SURVEY_UNKNOWN, .slow_ms = SURVEY_UNKNOWN};
    if (!found) return smithy_call_status(run->memory);
    durations->tasks = collect(run, &all->tasks, true, (smithy_str){0}, found);
    if (durations->tasks == 0) {
        durations->tasks = collect(run, &all->tasks, false, (smithy_str){0}, found);
        durations->of_others = durations->tasks > 0;
    }
    if (durations->tasks == 0) return SMITHY_OK;
    durations->median_ms = found[durations->tasks / 2];
    durations->slow_ms = found[SLOW_PART(durations->tasks)];
    return SMITHY_OK;
}

static void find_holder(const run_context *run, survey *all) {
    for (size_t i = 0; i < all->tasks.count; i++) {
        const task_info *task = &all->tasks.items[i];
        if (task->status != TASK_STATUS_ACTIVE) continue;
        all->slot = (survey_slot){.busy = true,
                                  .ours = survey_is_ours(run, task),
                                  .task_id = task->id,
                                  .task_name = task->name,
                                  .group = task->group,
                                  .since_ms = task->created_ms};
        return;
    }
}

smithy_status survey_list_tasks(run_context *run, survey *all) {
    SMITHY_TRY(task_list_all(run, &all->tasks, run->memory));
    find_holder(run, all);
    return measure(run, all);
}

int64_t survey_task_duration_ms(const run_context *run, const survey *all, smithy_str group, smithy_call *scratch) {
    const bool has_own = all->durations.tasks > 0 && !all->durations.of_others;
    int64_t *found = has_own ? room_for(&all->tasks, scratch) : NULL;
    const size_t count = found ? collect(run, &all->tasks, true, group, found) : 0;
    return count > 0 ? found[count / 2] : SURVEY_UNKNOWN;
}
