/* The objects of late events, read by other code than the exporter's. */
#ifndef SIM_LATE_READER_H
#define SIM_LATE_READER_H

#include "world.h"

/* By its key. */
bool late_is_object(const sim_object *object);
/* Fills in the object's events from its text; one that does not hold what stands in its key's day, or less than the
 * object that it replaces (NULL: none), is a violation. */
void late_read(sim_world *world, sim_object *object, const sim_object *replaced);

#endif
