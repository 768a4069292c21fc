#include "invocation_system.h"

static const smithy_system *outer_of(void *context) {
    return ((const invocation_system *)context)->outer;
}

static int64_t wall_ms(void *context) {
    const smithy_system *outer = outer_of(context);
    return outer->wall_ms(outer->context);
}

static int64_t mono_ms(void *context) {
    const smithy_system *outer = outer_of(context);
    return outer->mono_ms(outer->context);
}

static void sleep_ms(void *context, int64_t ms) {
    const smithy_system *outer = outer_of(context);
    outer->sleep_ms(outer->context, ms);
}

static smithy_status fill_random(void *context, void *bytes, size_t len) {
    const smithy_system *outer = outer_of(context);
    return outer->random(outer->context, bytes, len);
}

static void *resize(void *context, void *block, size_t size) {
    const smithy_system *outer = outer_of(context);
    return outer->resize(outer->context, block, size);
}

static const char *env(void *context, const char *name) {
    const invocation_system *inner = context;
    if (strcmp(name, "_X_AMZN_TRACE_ID") == 0) return inner->trace_id[0] ? inner->trace_id : NULL;
    return inner->outer->env(inner->outer->context, name);
}

static smithy_status file_read(void *context, const char *path, smithy_buffer *content, bool *exists) {
    const smithy_system *outer = outer_of(context);
    return outer->file_read(outer->context, path, content, exists);
}

static smithy_status file_stream(void *context, const char *path, smithy_sink *sink, bool *exists) {
    const smithy_system *outer = outer_of(context);
    return outer->file_stream(outer->context, path, sink, exists);
}

static smithy_status file_replace(void *context, const char *path, const void *bytes, size_t len) {
    const smithy_system *outer = outer_of(context);
    return outer->file_replace(outer->context, path, bytes, len);
}

static smithy_status file_replace_from(void *context, const char *path, const smithy_body *source) {
    const smithy_system *outer = outer_of(context);
    return outer->file_replace_from(outer->context, path, source);
}

static smithy_status file_lock(void *context, const char *path, int *handle) {
    const smithy_system *outer = outer_of(context);
    return outer->file_lock(outer->context, path, handle);
}

static void file_unlock(void *context, int handle) {
    const smithy_system *outer = outer_of(context);
    outer->file_unlock(outer->context, handle);
}

static smithy_status run(void *context, smithy_command *command) {
    const smithy_system *outer = outer_of(context);
    return outer->run(outer->context, command);
}

static smithy_status resolve(void *context, const char *host, smithy_address *addresses, size_t max, size_t *count) {
    const smithy_system *outer = outer_of(context);
    return outer->resolve(outer->context, host, addresses, max, count);
}

void invocation_system_init(invocation_system *inner, const smithy_system *outer, smithy_transport *transport) {
    *inner = (invocation_system){
        .base = {.context = inner,
                 .wall_ms = wall_ms,
                 .mono_ms = mono_ms,
                 .sleep_ms = sleep_ms,
                 .random = fill_random,
                 .resize = resize,
                 .env = env,
                 .file_read = file_read,
                 .file_stream = file_stream,
                 .file_replace = file_replace,
                 .file_replace_from = file_replace_from,
                 .file_lock = file_lock,
                 .file_unlock = file_unlock,
                 .run = run,
                 .resolve = resolve,
                 .transport = transport},
        .outer = outer,
    };
}

void invocation_system_set_trace_id(invocation_system *inner, smithy_str trace_id) {
    const size_t length = trace_id.len < sizeof inner->trace_id ? trace_id.len : 0;
    if (length > 0) memcpy(inner->trace_id, trace_id.ptr, length);
    inner->trace_id[length] = '\0';
}
