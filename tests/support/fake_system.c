#include "fake_system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_MS   INT64_C(1767323045000)
#define FAKE_PIECE 7

/* A test that outgrows the fake should know at once. */
static void need(bool condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "fake_system: %s\n", what);
    abort();
}

static char *copy(const void *bytes, size_t len) {
    char *block = malloc(len + 1);
    need(block != NULL, "out of memory");
    if (len) memcpy(block, bytes, len);
    block[len] = '\0';
    return block;
}

/* ---- clocks and chance ---- */

static int64_t fake_wall(void *context) {
    return ((fake_system *)context)->wall_ms;
}

static int64_t fake_mono(void *context) {
    return ((fake_system *)context)->mono_ms;
}

static void fake_sleep(void *context, int64_t ms) {
    fake_system *fake = context;
    need(fake->sleep_count < FAKE_MAX_SLEEPS, "too many sleeps");
    fake->sleeps[fake->sleep_count++] = ms;
    fake->slept_ms += ms;
    fake_system_advance(fake, ms);
}

/* xorshift64* */
static uint8_t next_byte(fake_system *fake) {
    fake->seed ^= fake->seed >> 12;
    fake->seed ^= fake->seed << 25;
    fake->seed ^= fake->seed >> 27;
    return (uint8_t)((fake->seed * UINT64_C(2685821657736338717)) >> 56);
}

static smithy_status fake_random(void *context, void *bytes, size_t len) {
    fake_system *fake = context;
    uint8_t *out = bytes;
    for (size_t i = 0; i < len; i++) out[i] = fake->chance_is_highest ? 0xFF : next_byte(fake);
    return SMITHY_OK;
}

/* ---- memory ---- */

static bool must_fail(fake_system *fake) {
    fake->allocations++;
    if (fake->fail_allocation == 0) return false;
    return fake->fail_ever_after ? fake->allocations >= fake->fail_allocation
                                 : fake->allocations == fake->fail_allocation;
}

static void *fake_resize(void *context, void *block, size_t size) {
    fake_system *fake = context;
    const smithy_system *real = smithy_system_default();
    if (size == 0) {
        if (block) fake->live_blocks--;
        return real->resize(real->context, block, 0);
    }
    if (must_fail(fake)) return NULL;
    void *grown = real->resize(real->context, block, size);
    if (grown && !block) fake->live_blocks++;
    return grown;
}

/* ---- environment ---- */

static fake_variable *find_variable(fake_system *fake, const char *name) {
    for (size_t i = 0; i < fake->variable_count; i++)
        if (strcmp(fake->variables[i].name, name) == 0) return &fake->variables[i];
    return NULL;
}

static const char *fake_env(void *context, const char *name) {
    const fake_variable *variable = find_variable(context, name);
    return variable ? variable->value : NULL;
}

void fake_system_set_env(fake_system *fake, const char *name, const char *value) {
    fake_variable *variable = find_variable(fake, name);
    if (!variable) {
        need(fake->variable_count < FAKE_MAX_VARIABLES, "too many variables");
        variable = &fake->variables[fake->variable_count++];
        *variable = (fake_variable){.name = copy(name, strlen(name))};
    }
    free(variable->value);
    variable->value = value ? copy(value, strlen(value)) : NULL;
}

/* ---- files ---- */

static fake_file *find_file(fake_system *fake, const char *path, bool make) {
    for (size_t i = 0; i < fake->file_count; i++)
        if (strcmp(fake->files[i].path, path) == 0) return &fake->files[i];
    if (!make) return NULL;
    need(fake->file_count < FAKE_MAX_FILES, "too many files");
    fake_file *file = &fake->files[fake->file_count++];
    *file = (fake_file){.path = copy(path, strlen(path))};
    return file;
}

void fake_system_put_file(fake_system *fake, const char *path, const void *bytes, size_t len) {
    fake_file *file = find_file(fake, path, true);
    free(file->bytes);
    file->bytes = copy(bytes, len);
    file->len = len;
    file->exists = true;
}

const fake_file *fake_system_file(const fake_system *fake, const char *path) {
    for (size_t i = 0; i < fake->file_count; i++)
        if (fake->files[i].exists && strcmp(fake->files[i].path, path) == 0) return &fake->files[i];
    return NULL;
}

static smithy_status fake_file_read(void *context, const char *path, smithy_buffer *content, bool *exists) {
    fake_system *fake = context;
    const fake_file *file = fake_system_file(fake, path);
    *exists = file != NULL;
    if (fake->file_fail != SMITHY_OK) return fake->file_fail;
    if (file) smithy_buffer_append(content, file->bytes, file->len);
    return smithy_buffer_status(content);
}

static smithy_status fake_file_replace(void *context, const char *path, const void *bytes, size_t len) {
    fake_system *fake = context;
    if (fake->file_fail != SMITHY_OK) return fake->file_fail;
    fake_system_put_file(fake, path, bytes, len);
    return SMITHY_OK;
}

/* A few bytes at a time, so that whoever takes them cannot count on more. */
static smithy_status fake_file_stream(void *context, const char *path, smithy_sink *sink, bool *exists) {
    fake_system *fake = context;
    const fake_file *file = fake_system_file(fake, path);
    *exists = file != NULL;
    if (fake->file_fail != SMITHY_OK) return fake->file_fail;
    for (size_t at = 0; file && at < file->len; at += FAKE_PIECE) {
        const size_t left = file->len - at;
        SMITHY_TRY(
            sink->write(sink->context, (const uint8_t *)file->bytes + at, left < FAKE_PIECE ? left : FAKE_PIECE));
    }
    return SMITHY_OK;
}

static smithy_status fake_file_replace_from(void *context, const char *path, const smithy_body *source) {
    fake_system *fake = context;
    uint8_t *content = NULL;
    size_t total = 0, len = 1;
    if (fake->file_fail != SMITHY_OK) return fake->file_fail;
    smithy_status status = source->rewind(source->context);
    for (; status == SMITHY_OK && len > 0; total += len) {
        content = realloc(content, total + FAKE_PIECE);
        need(content != NULL, "out of memory");
        len = 0;
        status = source->read(source->context, content + total, FAKE_PIECE, &len);
    }
    if (status == SMITHY_OK) fake_system_put_file(fake, path, content, total);
    free(content);
    return status;
}

static smithy_status fake_file_lock(void *context, const char *path, int *handle) {
    fake_system *fake = context;
    *handle = -1;
    if (fake->file_fail != SMITHY_OK) return fake->file_fail;
    fake_file *file = find_file(fake, path, true);
    if (file->locked) return SMITHY_OK;
    file->locked = true;
    *handle = (int)(file - fake->files);
    return SMITHY_OK;
}

static void fake_file_unlock(void *context, int handle) {
    fake_system *fake = context;
    need(handle >= 0 && (size_t)handle < fake->file_count, "unlock of what was not locked");
    fake->files[handle].locked = false;
}

static smithy_status fake_run(void *context, smithy_command *command) {
    fake_system *fake = context;
    return fake->on_run ? fake->on_run(fake, command) : SMITHY_ERROR_IO;
}

static smithy_status fake_resolve(void *context, const char *host, smithy_address *addresses, size_t max,
                                  size_t *count) {
    fake_system *fake = context;
    *count = 0;
    return fake->on_resolve ? fake->on_resolve(fake, host, addresses, max, count) : SMITHY_ERROR_TRANSPORT;
}

/* ---- life ---- */

void fake_system_advance(fake_system *fake, int64_t ms) {
    fake->wall_ms += ms;
    fake->mono_ms += ms;
}

void fake_system_init(fake_system *fake, uint64_t seed) {
    *fake = (fake_system){.wall_ms = START_MS, .mono_ms = 1000000, .seed = seed ? seed : 1};
    fake->system = (smithy_system){
        .context = fake,
        .wall_ms = fake_wall,
        .mono_ms = fake_mono,
        .sleep_ms = fake_sleep,
        .random = fake_random,
        .resize = fake_resize,
        .env = fake_env,
        .file_read = fake_file_read,
        .file_stream = fake_file_stream,
        .file_replace = fake_file_replace,
        .file_replace_from = fake_file_replace_from,
        .file_lock = fake_file_lock,
        .file_unlock = fake_file_unlock,
        .run = fake_run,
        .resolve = fake_resolve,
    };
}

void fake_system_deinit(fake_system *fake) {
    for (size_t i = 0; i < fake->variable_count; i++) {
        free(fake->variables[i].name);
        free(fake->variables[i].value);
    }
    for (size_t i = 0; i < fake->file_count; i++) {
        free(fake->files[i].path);
        free(fake->files[i].bytes);
    }
    *fake = (fake_system){0};
}
