/* A whole outside world in memory, decided by one seed: clocks that move only when told to (sleeping is telling), an
 * environment, files, locks, chance, and memory that can run out. */
#ifndef TESTS_FAKE_SYSTEM_H
#define TESTS_FAKE_SYSTEM_H

#include <smithy/buffer.h>
#include <smithy/system.h>

#define FAKE_MAX_SLEEPS    256
#define FAKE_MAX_VARIABLES 64
#define FAKE_MAX_FILES     32

typedef struct fake_variable {
    char *name;
    char *value; /* NULL: unset. */
} fake_variable;

typedef struct fake_file {
    char *path;
    char *bytes;
    size_t len;
    bool exists; /* A lock may stand on a file that is not there. */
    bool locked;
} fake_file;

typedef struct fake_system {
    smithy_system system; /* Hand out &fake.system. */

    int64_t wall_ms; /* Both move with sleeps, and as the test likes. */
    int64_t mono_ms;
    int64_t sleeps[FAKE_MAX_SLEEPS];
    size_t sleep_count;
    int64_t slept_ms; /* All of them together. */

    uint64_t seed;
    bool chance_is_highest; /* Every random byte is 0xFF: jitter waits its longest. */

    size_t live_blocks;      /* Taken and not given back. */
    size_t allocations;      /* So far. */
    size_t fail_allocation;  /* The one, counted from 1, that fails; 0: none. */
    bool fail_ever_after;    /* And all that follow it. */
    smithy_status file_fail; /* What the next operations on files answer instead; SMITHY_OK: they work. */

    fake_variable variables[FAKE_MAX_VARIABLES];
    size_t variable_count;
    fake_file files[FAKE_MAX_FILES];
    size_t file_count;

    /* What a command does, and which addresses a host has; NULL: commands cannot be run, no host has an address. */
    smithy_status (*on_run)(struct fake_system *fake, smithy_command *command);
    smithy_status (*on_resolve)(struct fake_system *fake, const char *host, smithy_address *addresses, size_t max,
                                size_t *count);
    void *on_context; /* Theirs. */
} fake_system;

/* 2026-01-02T03:04:05Z, an empty environment, no files. */
void fake_system_init(fake_system *fake, uint64_t seed);
void fake_system_deinit(fake_system *fake);

/* `value` NULL unsets. */
void fake_system_set_env(fake_system *fake, const char *name, const char *value);
void fake_system_advance(fake_system *fake, int64_t ms);
void fake_system_put_file(fake_system *fake, const char *path, const void *bytes, size_t len);
/* NULL where there is none. */
const fake_file *fake_system_file(const fake_system *fake, const char *path);

#endif
