/* A scenario once for each place where memory can run out, and once more without:
 *
 *   for (each_place place = {0}; each_place_begin(&place);)
 *       if (each_place_end(&place, scenario())) check what it must have done;
 *
 * For programs that are linked with `torture`. The scenario makes all anew that it changes. */
#ifndef TESTS_EACH_PLACE_H
#define TESTS_EACH_PLACE_H

#include "check.h"
#include "torture.h"

typedef struct each_place {
    int kind;
    size_t at, places; /* From 1; of the kind, as far as is known. */
} each_place;

static inline bool each_place_begin(each_place *place) {
    if (torture_is_wanted()) skip(); /* It does the same to the whole test. */
    if (place->at > place->places) *place = (each_place){.kind = place->kind + 1};
    place->at++;
    if (place->kind < TORTURE_KINDS) torture_arm((torture_kind)place->kind, place->at, false);
    return place->kind < TORTURE_KINDS;
}

/* Whether the scenario says that it did all. Where it does not, memory must have been missing. */
static inline bool each_place_end(each_place *place, smithy_status status) {
    place->places = torture_disarm().places[place->kind];
    if (status != SMITHY_OK) assert_true(place->at <= place->places);
    return status == SMITHY_OK;
}

#endif
