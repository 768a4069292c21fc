/* Is what each task wrote still there? */
#include "folder.h"
#include "proof.h"

typedef struct folder_sum {
    int64_t objects, bytes;
} folder_sum;

static smithy_status sum_folder(run_context *run, smithy_str folder, folder_sum *sum) {
    s3_list_objects_v2_pages pages = {.input = folder_listing(run, folder)};
    const s3_list_objects_v2_output *page;
    smithy_call *call = run_fresh_call(run);
    *sum = (folder_sum){0};
    do {
        SMITHY_TRY(s3_list_objects_v2_next(run->s3, &pages, &page, call));
        for (size_t i = 0; page && i < page->contents.count; i++) {
            sum->objects++;
            sum->bytes += page->contents.items[i].size.value;
        }
    } while (page);
    return SMITHY_OK;
}

static bool check_lates(run_context *run, proof *out) {
    for (size_t i = 0; i < out->late_count && !run_must_stop(run); i++) {
        const proof_late *late = &out->lates[i];
        folder_sum sum;
        const smithy_status status = sum_folder(run, late->key, &sum);
        if (status != SMITHY_OK) {
            run_fail(run, status, "looking at the objects of late events");
            return false;
        }
        out->objects += sum.objects;
        out->bytes += sum.bytes;
        out->late_objects++;
        out->late_archived += late->events;
        if (sum.objects > 0 && sum.bytes >= late->bytes) continue;
        proof_note(run, out,
                   &(proof_finding){.fault = PROOF_OBJECTS,
                                    .group = late->group,
                                    .stream = late->folder,
                                    .task_id = late->id,
                                    .from_ms = late->from_ms,
                                    .to_ms = late->to_ms,
                                    .count = sum.objects > 0 ? 0 : 1});
    }
    return !run->failed;
}

/* More than was noted is no fault: objects can appear late. */
bool proof_check_objects(run_context *run, proof *out) {
    run_show(run, "looking at the objects");
    for (size_t i = 0; i < out->task_count && !run_must_stop(run); i++) {
        const proof_task *task = &out->tasks[i];
        folder_sum sum;
        const smithy_status status = sum_folder(run, task->folder, &sum);
        if (status != SMITHY_OK) {
            run_fail(run, status, "looking at the objects of a task");
            return false;
        }
        out->tasks_looked_at++;
        out->objects += sum.objects;
        out->bytes += sum.bytes;
        if (sum.objects >= task->objects && sum.bytes >= task->bytes) continue;
        proof_note(run, out,
                   &(proof_finding){.fault = PROOF_OBJECTS,
                                    .group = task->group,
                                    .stream = task->prefix,
                                    .task_id = task->id,
                                    .from_ms = task->from_ms,
                                    .to_ms = task->to_ms,
                                    .count = task->objects > sum.objects ? task->objects - sum.objects : 0});
    }
    return !run->failed && check_lates(run, out);
}
