#include "report.h"

#include <stdlib.h>

static int compare_windows(const void *a, const void *b) {
    const report_window *left = a, *right = b;
    const int group = smithy_str_compare(left->group, right->group);
    if (group != 0) return group;
    if (left->from_ms != right->from_ms) return left->from_ms < right->from_ms ? -1 : 1;
    return smithy_str_compare(left->task_id, right->task_id);
}

smithy_status report_use_tasks(run_context *run, const survey *all, report_input *input) {
    report_window *windows = smithy_call_alloc(run->memory, all->tasks.count, sizeof *windows);
    size_t count = 0;
    if (!windows) return smithy_call_status(run->memory);
    for (size_t i = 0; i < all->tasks.count; i++) {
        const task_info *task = &all->tasks.items[i];
        task_spec spec;
        bool whole;
        if (task->status != TASK_STATUS_COMPLETED || !state_has_task(&run->state, task->id) ||
            !task_read_name(task, run->state.id, run->settings->destination_bucket, &spec, &whole))
            continue;
        windows[count++] = (report_window){.group = task->group,
                                           .stream = spec.kind == STATE_UNIT_GROUP ? (smithy_str){0} : spec.prefix,
                                           .task_id = task->id,
                                           .from_ms = task->from_ms,
                                           .to_ms = task->to_ms};
    }
    if (count > 1) qsort(windows, count, sizeof *windows, compare_windows);
    input->windows = windows;
    input->window_count = count;
    input->windows_from = "the list of export tasks";
    return SMITHY_OK;
}

smithy_status report_use_ledger(run_context *run, const proof *ledger, report_input *input) {
    report_window *windows = smithy_call_alloc(run->memory, ledger->task_count, sizeof *windows);
    report_window *gaps = smithy_call_alloc(run->memory, ledger->finding_count, sizeof *gaps);
    size_t count = 0, gap_count = 0;
    if (!windows || !gaps) return smithy_call_status(run->memory);
    for (size_t i = 0; i < ledger->task_count; i++) {
        const proof_task *task = &ledger->tasks[i];
        if (task->is_discarded) continue;
        windows[count++] = (report_window){.group = task->group,
                                           .stream = task->kind == STATE_UNIT_GROUP ? (smithy_str){0} : task->prefix,
                                           .task_id = task->id,
                                           .from_ms = task->from_ms,
                                           .to_ms = task->to_ms};
    }
    for (size_t i = 0; i < ledger->finding_count; i++) {
        const proof_finding *found = &ledger->findings[i];
        if (found->fault == PROOF_GAP)
            gaps[gap_count++] =
                (report_window){found->group, found->stream, found->task_id, found->from_ms, found->to_ms};
    }
    if (count > 1) qsort(windows, count, sizeof *windows, compare_windows);
    input->windows = windows;
    input->window_count = count;
    input->gaps = gaps;
    input->gap_count = gap_count;
    input->windows_from = "the ledger";
    return SMITHY_OK;
}
