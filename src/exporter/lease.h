/* The state under a lease: one run at a time reads it, keeps it in memory and writes it.
 *
 * A run with a deadline holds the lease until that and ten seconds more: a killed run is dead by then. One without
 * renews a minute at a time. A run that finds its lease gone writes nothing and starts nothing more. */
#ifndef EXPORTER_LEASE_H
#define EXPORTER_LEASE_H

#include "context.h"

/* Reads the state into the run, without changing anything outside. Failures are noted with run_fail. */
bool lease_load(run_context *run);
/* Writes the lease into the state that was loaded. false: busy (the answer says whose and until when), or failed. */
bool lease_take(run_context *run);
/* Renews it when that is due. */
void lease_keep(run_context *run);
/* Saves the state and goes on holding the lease. false (and lost_lease, or failed) where that did not work. */
bool lease_save(run_context *run);
/* Saves the state and gives the lease back. */
void lease_release(run_context *run);

#endif
