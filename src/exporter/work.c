#include "work.h"

#include "grow.h"

group_work *work_create(run_context *run, const catalog_group *group) {
    group_work *created = run->system->resize(run->system->context, NULL, sizeof *created);
    smithy_call *memory =
        created ? smithy_call_create(&(smithy_call_options){.system = run->system, .max_memory = (size_t)4 << 30})
                : NULL;
    if (!memory) {
        if (created) run->system->resize(run->system->context, created, 0);
        run_fail(run, SMITHY_ERROR_MEMORY, "listing a group");
        return NULL;
    }
    *created = (group_work){.catalog = *group, .memory = memory};
    return created;
}

void work_destroy(run_context *run, group_work *work) {
    if (!work) return;
    smithy_call_destroy(work->memory);
    run->system->resize(run->system->context, work, 0);
}

smithy_status work_add_closed(group_work *work, const task_info *info) {
    if (!GROW(work->memory, work->closed, work->closed_count, work->closed_capacity)) return SMITHY_ERROR_MEMORY;
    task_info *added = &work->closed[work->closed_count];
    *added = *info;
    added->id = smithy_call_copy(work->memory, info->id);
    if (!added->id.ptr) return SMITHY_ERROR_MEMORY;
    work->closed_count++;
    return SMITHY_OK;
}

const char *work_why_left_out(const catalog_group *group) {
    if (!smithy_str_equal(group->log_class, SMITHY_STR("STANDARD")))
        return "only groups of the Standard class can be exported";
    return NULL;
}

void work_problem(run_context *run, group_work *work, const char *reason) {
    work->failed = true;
    run->answer->units_failed++;
    exporter_answer_problem(run->answer, work->catalog.name, "%s", reason);
    exporter_log_line(run->log, EXPORTER_LOG_ERROR, "not exported", EXPORTER_FIELD_STR("group", work->catalog.name),
                      EXPORTER_FIELD_TEXT("reason", reason));
}
