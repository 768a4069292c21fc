/* The exporter's state as JSON, read by other code than the exporter's: what it claims to have archived. */
#ifndef SIM_STATE_READER_H
#define SIM_STATE_READER_H

#include "world.h"

#define SIM_NOTHING (-1)

/* What the state says of one stream: archived up to `low`, and again from `gap_end` + 1 to `high`. Without a gap the
 * three are the same. */
typedef struct sim_claim {
    int64_t low, gap_end, high;
} sim_claim;

static inline bool claim_covers(const sim_claim *claim, int64_t timestamp) {
    return timestamp <= claim->low || (timestamp > claim->gap_end && timestamp <= claim->high);
}

typedef struct sim_state sim_state;

/* NULL where it is no state. */
sim_state *state_open(const char *text, size_t len);
void state_close(sim_state *state);
sim_claim state_claim(const sim_state *state, const sim_world *world, const sim_stream *stream);
/* The state counts on this object. */
bool state_commits(const sim_state *state, const sim_world *world, const sim_object *object);

#endif
