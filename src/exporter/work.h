/* One group on its way through a run: its listing, its plan, and how far that has come. */
#ifndef EXPORTER_WORK_H
#define EXPORTER_WORK_H

#include "context.h"
#include "plan.h"
#include "task.h"

typedef struct group_work {
    catalog_group catalog;
    state_group *group;
    smithy_call *memory; /* Holds the streams and the plan; freed when the group is done. */
    group_plan plan;
    size_t next_unit;
    bool failed;         /* A unit was given up: the group is not done. */
    bool exported;       /* At least one window was closed. */
    bool replans;        /* The group must be planned again. */
    bool gone;           /* Deleted while the run worked on it. */
    int fruitless_plans; /* Made again, without a window closed since. */
    task_info *closed;   /* Tasks for the whole of the group that this run saw to their end. */
    size_t closed_count, closed_capacity;
    struct backfill_fill *fill; /* Of units of kind STATE_UNIT_BACKFILL. */
    struct group_work *next;
} group_work;

group_work *work_create(run_context *run, const catalog_group *group);
void work_destroy(run_context *run, group_work *work);
/* `info` ended, and its window is closed. Texts other than the id must live as long as the work. */
smithy_status work_add_closed(group_work *work, const task_info *info) SMITHY_NODISCARD;
/* Why no task can export the group, whatever is in it; NULL: nothing speaks against it. */
const char *work_why_left_out(const catalog_group *group);
/* Notes in the answer why a unit of the group, or the whole of it, was given up. */
void work_problem(run_context *run, group_work *work, const char *reason);

#endif
