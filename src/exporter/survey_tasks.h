/* What the listed export tasks tell: who holds the slot, and how long a task takes. */
#ifndef EXPORTER_SURVEY_TASKS_H
#define EXPORTER_SURVEY_TASKS_H

#include "survey.h"

/* Lists them, and fills in `slot` and `durations`. */
smithy_status survey_list_tasks(run_context *run, survey *all) SMITHY_NODISCARD;
/* Half of this state's tasks for the group were as quick; SURVEY_UNKNOWN where none is listed. */
int64_t survey_task_duration_ms(const run_context *run, const survey *all, smithy_str group, smithy_call *scratch);
/* This state created it. */
bool survey_is_ours(const run_context *run, const task_info *task);

#endif
