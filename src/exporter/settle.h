/* What earlier runs left: tasks that carry this state's name and that the state does not account for, folders that must
 * be emptied, and the Go version's last tasks. */
#ifndef EXPORTER_SETTLE_H
#define EXPORTER_SETTLE_H

#include "catalog_list.h"
#include "slot.h"

/* Corrects the watermarks of the Go version's state by what became of its last tasks. Only reads. false: one of them
 * still runs (the answer says so), or run->failed. */
bool settle_carried(run_context *run);

/* Before the units of a plan are exported: deletes the output of earlier tasks of single streams that hold some of it,
 * and that nothing counts on. Their streams were not listed when they were to be settled, or were made again before
 * they were created. SMITHY_ERROR_CANCELED where the run has failed. */
smithy_status settle_what_comes_again(run_context *run, group_work *work) SMITHY_NODISCARD;

/* Before a stream is exported as one that has nothing in the archive: looks once more for a folder of it in its group's
 * tasks, as far as run->past tells of them. Objects can appear after a task was seen COMPLETED,
 * when its folder was read. *joined counts the streams that turned out to have taken part; the group must be planned
 * again then. */
smithy_status settle_late_folders(run_context *run, group_work *work, size_t *joined) SMITHY_NODISCARD;

/* Before the window of a stream's own task is closed: a task of the whole group may hold some of the same time,
 * although it had no folder of the stream. *superseded where that folder is there by now: then the own task's output
 * must go, and the stream has joined its group in that task. Otherwise what appears in it later is noted as to be
 * deleted, but where another stream has a folder of that name. */
smithy_status settle_beside(run_context *run, const export_slot *slot, const catalog_stream *stream,
                            bool *superseded) SMITHY_NODISCARD;

/* Adopts, or takes out of the archive, every task of this state that it does not account for; empties what must be.
 * Needs the lease. Leaves what is listed of its tasks in run->past, and marks the groups of tasks that could not be
 * settled. Returns early when the run must stop; `slot` then holds the task that is still in flight. */
void settle_leftovers(run_context *run, catalog *groups, export_slot *slot);

#endif
