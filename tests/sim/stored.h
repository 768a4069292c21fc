/* What the state's store holds, whichever it is: kept, damaged and given back behind the exporter's back. */
#ifndef SIM_STORED_H
#define SIM_STORED_H

#include "world.h"

typedef struct sim_stored {
    sim_object object;
    sim_item *items;
    int item_count;
    const char *text; /* Of the file. */
    size_t len;
} sim_stored;

const char *stored_name(sim_store store);
/* By its name; -1: there is none such. */
int stored_by_name(const char *name);

/* False where there is no state. What is kept lives until the next reset. */
bool stored_keep(sim_world *world, sim_stored *kept);
void stored_restore(sim_world *world, const sim_stored *kept);
/* The store holds this document now. */
void stored_put(sim_world *world, const char *text, size_t len);
/* Of what it holds, only the first thousandths are left: of the document; or, where it is `raw`, of what the store
 * makes of it. */
void stored_cut(sim_world *world, int64_t thousandths, bool raw);

/* What earlier saves left behind is gone. */
void stored_check_tidy(sim_world *world);

#endif
