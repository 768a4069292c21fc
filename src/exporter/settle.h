/* What earlier runs left: tasks that carry this state's name and that the state does not account for, folders that must
 * be emptied, and the Go version's last tasks. */
#ifndef EXPORTER_SETTLE_H
#define EXPORTER_SETTLE_H

#include "catalog_list.h"
#include "slot.h"

/* Corrects the watermarks of the Go version's state by what became of its last tasks. Only reads. false: one of them
 * still runs (the answer says so), or run->failed. */
bool settle_carried(run_context *run);

/* Adopts, or takes out of the archive, every task of this state that it does not account for; empties what must be.
 * Needs the lease. Returns early when the run must stop; `slot` then holds the task that is still in flight. */
void settle_leftovers(run_context *run, const catalog *groups, export_slot *slot);

#endif
