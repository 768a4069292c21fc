/* The table that holds the state, behind the exporter's back. */
#ifndef SIM_AWS_DYNAMODB_H
#define SIM_AWS_DYNAMODB_H

#include "world.h"

/* The document that the head names, in the world's memory; NULL where there is none, or not all of it. */
char *dynamodb_text(sim_world *world, size_t *len);
/* The head holds this document now. */
void dynamodb_put_text(sim_world *world, const char *text, size_t len);
/* Parts that the head does not name. */
int dynamodb_count_debris(const sim_world *world);
/* A part is missing, or the data of head or part breaks off. */
void dynamodb_damage(sim_world *world, int64_t thousandths);

#endif
