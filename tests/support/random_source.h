/* Reproducible chance for property tests: the same seed, the same test. */
#ifndef TESTS_SUPPORT_RANDOM_SOURCE_H
#define TESTS_SUPPORT_RANDOM_SOURCE_H

#include <stddef.h>
#include <stdint.h>

typedef struct random_source {
    uint64_t state;
} random_source;

/* A 64-bit counter, mixed until its neighbours have nothing in common. */
static inline uint64_t random_next(random_source *source) {
    source->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = source->state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

/* 0 to limit - 1. */
static inline uint64_t random_below(random_source *source, uint64_t limit) {
    return random_next(source) % limit;
}

static inline void random_fill(random_source *source, void *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) ((unsigned char *)bytes)[i] = (unsigned char)random_next(source);
}

#endif
