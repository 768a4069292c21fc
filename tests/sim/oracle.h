/* The judge: what must hold of the archive, whatever happened on the way.
 *
 *   committed      an object whose task the state accounts for, unless the state says that it must go
 *   claimed        the state says that this stream's events of this time are archived
 *   swept          written by a sweep to an object of late events: committed from then on
 *   late           not yet visible to export when a task read that closed its window, or that its stream joined its
 *                  group by: such an event is allowed to be missing, not to be there twice
 *
 * At each save of the state: no event is in two committed objects; each claimed event is in one, or late; no claim is
 * taken back; each committed object's task is in the ledger. At the end, when nothing disturbs any more: every event
 * that is due is in the bucket once, or late and not at all; and nothing is in the bucket twice, committed or not. What
 * comes to light after its task in a folder that two streams share is let pass if it stands twice: it is not covered.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "state_reader.h"

typedef struct sim_oracle {
    sim_claim *claims; /* By stream, as of the last save. */
    int claim_count, claim_capacity;
    int *counts; /* By event. */
    int count_capacity;
    char *judged; /* What the last save says of the archive, and the world's changes until then. */
    size_t judged_len;
    int64_t judged_changes;
    struct sim_ledger *ledger;
    bool is_lossy;       /* Somebody takes out of the archive what is claimed to be there. */
    bool misses;         /* At the end: an event is late, and not archived. */
    int64_t saves, late; /* Since the beginning, to see that something happens. */
    int64_t shared;      /* Counted twice for what came to light late in a folder of two streams. */
} sim_oracle;

/* Puts the oracle on watch in a world that was just reset. */
void oracle_watch(sim_oracle *oracle, sim_world *world);
void oracle_free(sim_oracle *oracle);
/* All events stamped up to `horizon_ms` are due. Late ones stamped at `swept_from_ms` or later are no exception. */
void oracle_judge_end(sim_oracle *oracle, sim_world *world, int64_t horizon_ms, int64_t swept_from_ms);

#endif
