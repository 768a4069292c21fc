/* This state's own tasks among those that were listed when the run began, in an order in which they are found: there
 * are thousands of them, and what one stream may have to do with is asked for each of thousands of streams. */
#ifndef EXPORTER_PAST_TASKS_H
#define EXPORTER_PAST_TASKS_H

#include "task.h"

typedef struct past_task {
    task_info *info;
    task_spec spec;
    bool whole;                      /* The name's hash fits what the service echoes. */
    const struct past_task *shorter; /* Once sorted: the next one that takes along what this one was for. */
} past_task;

typedef struct past_tasks {
    past_task *items;
    size_t count;
} past_tasks;

/* Of `tasks`, which must stay, those that carry this state's id, as they were listed, whatever became of them. */
smithy_status past_tasks_read(const run_context *run, const task_list *tasks, past_tasks *found,
                              smithy_call *memory) SMITHY_NODISCARD;
/* Keeps those that are COMPLETED, or may be yet, and that their names tell whole, in the order that the questions below
 * need. */
void past_tasks_sort(past_tasks *tasks);

/* Those for the whole of the group of that name; or else its others, by prefix. `tasks` may be NULL: none. */
past_tasks past_tasks_of(const past_tasks *tasks, smithy_str group, bool of_group);
/* Of such others, one whose prefix `name` begins with; its shorter ones are the rest. NULL: none. */
const past_task *past_tasks_taking(const past_tasks *parts, smithy_str name);

#endif
