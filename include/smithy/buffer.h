/* A growing run of bytes with a mandatory maximum. One thread at a time. */
#ifndef SMITHY_BUFFER_H
#define SMITHY_BUFFER_H

#include <smithy/base.h>
#include <smithy/system.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A failed append leaves the content as it was and sticks: later appends do nothing, and smithy_buffer_status tells
 * what went wrong first, so that straight-line writers ask once at their end. */
struct smithy_buffer {
    char *ptr; /* NUL-terminated at ptr[len] when not NULL. */
    size_t len;
    size_t capacity;
    size_t max; /* len never exceeds it. */
    smithy_status status;
    const smithy_system *system;
};

/* `system` NULL: the default one. No memory is taken yet. */
SMITHY_API void smithy_buffer_init(smithy_buffer *buffer, const smithy_system *system, size_t max);
/* Frees the memory; the buffer may be used again, empty and without an error. */
SMITHY_API void smithy_buffer_deinit(smithy_buffer *buffer);
/* As deinit, after overwriting the content: for secrets. Growth overwrites the memory it leaves as long as the buffer
 * is smaller than 64 KiB, so no other copy stays behind. */
SMITHY_API void smithy_buffer_deinit_secret(smithy_buffer *buffer);
/* Empties it and clears its status; keeps the memory. */
SMITHY_API void smithy_buffer_reset(smithy_buffer *buffer);

SMITHY_API void smithy_buffer_append(smithy_buffer *buffer, const void *bytes, size_t len);
SMITHY_API void smithy_buffer_append_str(smithy_buffer *buffer, smithy_str text);
SMITHY_API void smithy_buffer_append_text(smithy_buffer *buffer, const char *text);
SMITHY_API void smithy_buffer_append_char(smithy_buffer *buffer, char c);
SMITHY_API void smithy_buffer_append_i64(smithy_buffer *buffer, int64_t value);
SMITHY_API void smithy_buffer_append_f(smithy_buffer *buffer, const char *format, ...) SMITHY_PRINTF(2, 3);
/* Room for `len` more bytes at ptr + len; false (and a status) where that cannot be. The caller adds to buffer->len. */
SMITHY_API bool smithy_buffer_reserve(smithy_buffer *buffer, size_t len);

/* SMITHY_OK, or the first failure: SMITHY_ERROR_MEMORY, SMITHY_ERROR_LIMIT, or SMITHY_ERROR_INPUT from a writer that
 * was given what its format cannot hold. */
static inline smithy_status smithy_buffer_status(const smithy_buffer *buffer) {
    return buffer->status;
}
/* A view of the content; present even when empty. Valid until the next append. */
static inline smithy_str smithy_buffer_str(const smithy_buffer *buffer) {
    smithy_str text = {buffer->ptr ? buffer->ptr : "", buffer->len};
    return text;
}

#ifdef __cplusplus
}
#endif

#endif
