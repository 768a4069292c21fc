/* A smithy_system that runs out of memory at a chosen allocation and counts what is not freed; and the loop that fails
 * the 1st, the 2nd, … allocation of a scenario until it gets through. */
#ifndef TESTS_SUPPORT_FAILING_SYSTEM_H
#define TESTS_SUPPORT_FAILING_SYSTEM_H

#include "check.h"

#include <smithy/system.h>

typedef struct failing_system {
    smithy_system system; /* The default one but for resize. Refers to this struct: do not copy. */
    size_t fail_at;       /* The allocation that fails, counted from 1; 0: none. */
    size_t allocations;   /* So far, the failed one too. */
    size_t live;          /* Blocks that were not freed yet. */
} failing_system;

static inline void *failing_system_resize(void *context, void *block, size_t size) {
    failing_system *failing = (failing_system *)context;
    const smithy_system *real = smithy_system_default();
    if (size == 0) {
        if (block) failing->live--;
        return real->resize(real->context, block, 0);
    }
    if (++failing->allocations == failing->fail_at) return NULL;
    void *result = real->resize(real->context, block, size);
    if (result && !block) failing->live++;
    return result;
}

static inline void failing_system_init(failing_system *failing, size_t fail_at) {
    *failing = (failing_system){.system = *smithy_system_default(), .fail_at = fail_at};
    failing->system.context = failing;
    failing->system.resize = failing_system_resize;
}

/* A piece of work that frees all it took and answers what became of it. */
typedef smithy_status failing_scenario(const smithy_system *system, void *argument);

/* Fails each allocation of the scenario in turn. A run with a failure must answer SMITHY_ERROR_MEMORY, the first one
 * without must answer SMITHY_OK, and none may leak. Answers how many allocations the scenario makes. */
static inline size_t fail_each_allocation(failing_scenario *scenario, void *argument) {
    for (size_t fail_at = 1;; fail_at++) {
        failing_system failing;
        failing_system_init(&failing, fail_at);
        const smithy_status status = scenario(&failing.system, argument);
        const bool was_reached = failing.allocations >= fail_at;
        assert_string_equal(smithy_status_name(status), was_reached ? "memory" : "ok");
        assert_int_equal(failing.live, 0);
        if (!was_reached) return fail_at - 1;
    }
}

#endif
