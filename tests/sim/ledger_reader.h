/* The ledger in the bucket, read by other code than the exporter's. */
#ifndef SIM_LEDGER_READER_H
#define SIM_LEDGER_READER_H

#include "world.h"

typedef struct sim_ledger sim_ledger;

sim_ledger *ledger_open(void);
void ledger_close(sim_ledger *ledger);
/* Reads what was written since. Notes a violation where an object is no ledger. */
void ledger_follow(sim_ledger *ledger, sim_world *world);
/* The last that is said of the task is that a window was closed by it. */
bool ledger_has_task(const sim_ledger *ledger, const sim_task *task);
/* What is said of the stream's folder in the task names the stream, or leaves the name open. */
bool ledger_names_stream(const sim_ledger *ledger, const sim_task *task, const sim_stream *stream);

#endif
