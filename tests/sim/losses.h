/* What people do to an archive: objects of it go; and the command that gets them back. */
#ifndef SIM_LOSSES_H
#define SIM_LOSSES_H

#include "scenario.h"

/* Objects of streams that there are, some, whole tasks' or all. Answers how many went. */
int losses_happen(sim_world *world, random_source *dice);
/* A group that can be mended; NULL: there is none. */
const char *losses_draw_group(const sim_world *world, random_source *dice);
/* Archives again, undisturbed, what every group lost. false: that did not come to an end, which is a violation. */
bool losses_mend(sim_world *world, const sim_run *calm, sim_tally *tally);

#endif
