/* One story drawn from one seed: an account, what its applications do, runs of the exporter and what befalls them, and
 * an end without disturbances at which everything must be right. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "oracle.h"
#include "process.h"

typedef struct sim_tally { /* To see that the stories are worth telling. */
    int64_t runs, requests, kills, nested, done, tasks, events, swept, lost;
} sim_tally;

/* False where something did not hold: world->violation says what. */
bool scenario_play(sim_world *world, sim_oracle *oracle, uint64_t seed, sim_tally *tally);

/* Lets all that is under way end, archives again what is lost (run->mends), then runs the exporter until it has nothing
 * left to do, and judges the archive. */
void scenario_finish(sim_world *world, sim_oracle *oracle, const sim_run *run, sim_tally *tally);

#endif
