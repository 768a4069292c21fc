/* How old the oldest event is that is not archived, and when retention takes it: by the hints of the groups that a run
 * has looked at. Those that it did not reach are not in it. */
#ifndef EXPORTER_LAG_H
#define EXPORTER_LAG_H

#include "work.h"

/* Notes what of the group waits now: the windows of its plan that are not closed, and what came behind the horizon. */
void lag_note_group(run_context *run, const group_work *work);
/* The same of one unit alone. */
void lag_note_unit(run_context *run, const group_work *work, const plan_unit *unit);
/* At the run's end: into the answer. `looked`: at least one group was looked at, or there is none. */
void lag_judge(run_context *run, bool looked);

#endif
