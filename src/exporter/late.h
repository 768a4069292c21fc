/* Late events: those that arrive behind their stream's watermark, where no window will come again.
 *
 * The sweep asks CloudWatch Logs for what it holds of [E - LateHorizon, E], a group and a day (UTC) at a time, and of
 * the streams that may hold something late compares it with the archive, as a multiset of stamp and message. What is
 * missing is written to one object for a stream and a day,
 *
 *   <destination prefix of that day>/late-2026-11-22/<the stream's folder>/<hash>.gz
 *
 * whose key depends on group, folder and day alone. It is only ever replaced by what it held and more, and only in the
 * version that was read (If-Match). So a sweep that is killed anywhere, repeated or run twice at once leaves each event
 * there once. The ledger is told of the object before the state counts the day as swept.
 *
 * All groups once are a round, which goes on from run to run where the time is short. */
#ifndef EXPORTER_LATE_H
#define EXPORTER_LATE_H

#include "catalog_list.h"
#include "context.h"

/* Goes on with the round, or begins one. What could not be swept is a problem in the answer. */
void late_sweep(run_context *run, const catalog *groups);

/* Counts the streams whose hints say that something came behind their watermark since it was set. */
smithy_status late_count_hints(run_context *run, state_group *group, const catalog_group *listed) SMITHY_NODISCARD;

#endif
