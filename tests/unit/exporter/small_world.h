/* A smithy_system with an environment and clocks of its own, for tests of what surrounds a run. */
#ifndef TESTS_EXPORTER_SMALL_WORLD_H
#define TESTS_EXPORTER_SMALL_WORLD_H

#include "failing_system.h"

typedef struct small_world {
    failing_system memory;      /* memory.system is the one to hand out. */
    const char *const *entries; /* "NAME=value", ended by NULL; NULL: an empty environment. */
    int64_t wall_ms;
    int64_t mono_ms;
} small_world;

static inline const char *small_world_env(void *context, const char *name) {
    const small_world *world = (const small_world *)context;
    const size_t length = strlen(name);
    for (const char *const *entry = world->entries; entry && *entry; entry++)
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return *entry + length + 1;
    return NULL;
}

static inline int64_t small_world_wall_ms(void *context) {
    return ((const small_world *)context)->wall_ms;
}

static inline int64_t small_world_mono_ms(void *context) {
    return ((const small_world *)context)->mono_ms;
}

static inline void small_world_sleep_ms(void *context, int64_t ms) {
    ((small_world *)context)->mono_ms += ms;
    ((small_world *)context)->wall_ms += ms;
}

static inline void small_world_init(small_world *world, const char *const *entries) {
    *world = (small_world){.entries = entries, .wall_ms = INT64_C(1795341600000), .mono_ms = 5000};
    /* failing_system finds itself through the context; it is this structure's first member. */
    failing_system_init(&world->memory, 0);
    world->memory.system.env = small_world_env;
    world->memory.system.wall_ms = small_world_wall_ms;
    world->memory.system.mono_ms = small_world_mono_ms;
    world->memory.system.sleep_ms = small_world_sleep_ms;
}

#endif
