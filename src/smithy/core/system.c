#include <smithy/system.h>

#include "core/file.h"
#include "core/process.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t now_ms(clockid_t clock) {
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t default_wall_ms(void *context) {
    (void)context;
    return now_ms(CLOCK_REALTIME);
}

static int64_t default_mono_ms(void *context) {
    (void)context;
    return now_ms(CLOCK_MONOTONIC);
}

/* A signal ends the sleep: whoever sleeps looks at its cancel flag next. */
static void default_sleep_ms(void *context, int64_t ms) {
    (void)context;
    if (ms <= 0) return;
    const struct timespec duration = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&duration, NULL);
}

static smithy_status default_random(void *context, void *bytes, size_t len) {
    (void)context;
    char *target = bytes;
    while (len > 0) {
        const ssize_t got = getrandom(target, len, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return SMITHY_ERROR_IO;
        target += got;
        len -= (size_t)got;
    }
    return SMITHY_OK;
}

static void *default_resize(void *context, void *block, size_t size) {
    (void)context;
    if (size > 0) return realloc(block, size);
    free(block);
    return NULL;
}

static const char *default_env(void *context, const char *name) {
    (void)context;
    return getenv(name);
}

const smithy_system *smithy_system_default(void) {
    static const smithy_system SYSTEM = {
        .wall_ms = default_wall_ms,
        .mono_ms = default_mono_ms,
        .sleep_ms = default_sleep_ms,
        .random = default_random,
        .resize = default_resize,
        .env = default_env,
        .file_read = smithy_file_read,
        .file_stream = smithy_file_stream,
        .file_replace = smithy_file_replace,
        .file_replace_from = smithy_file_replace_from,
        .file_lock = smithy_file_lock,
        .file_unlock = smithy_file_unlock,
        .run = smithy_process_run,
        .resolve = smithy_host_resolve,
    };
    return &SYSTEM;
}
