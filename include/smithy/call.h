/* One conversation with a service: the arena its outputs live in, the last error, the deadline, the cancel flag.
 *
 * One thread at a time, but for smithy_call_cancel. Make one, use it for many operations, reset it when their outputs
 * are no longer needed. */
#ifndef SMITHY_CALL_H
#define SMITHY_CALL_H

#include <smithy/base.h>
#include <smithy/error.h>
#include <smithy/system.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smithy_call smithy_call;

typedef struct smithy_call_options {
    const smithy_system *system; /* Optional; default smithy_system_default(). Borrowed. */
    int64_t timeout_ms;          /* Optional; default none. As smithy_call_set_timeout. */
    size_t max_memory;           /* Optional; default 256 MiB. What the arena may hold before SMITHY_ERROR_LIMIT. */
} smithy_call_options;

/* NULL only when memory is out. `options` NULL: all defaults. */
SMITHY_API smithy_call *smithy_call_create(const smithy_call_options *options);
/* Frees the call and every output in it. NULL is fine. */
SMITHY_API void smithy_call_destroy(smithy_call *call);

/* Frees all outputs and clears the error. The deadline and the cancel flag stay. What the outputs held is overwritten,
 * here and by destroy, as it may be a secret; up to 64 KiB of the memory is kept for the next ones. */
SMITHY_API void smithy_call_reset(smithy_call *call);
/* As reset, but carries one text over to the new life of the arena (NULL or absent: none); a paginator's token. */
SMITHY_API smithy_status smithy_call_reset_keeping(smithy_call *call, smithy_str *text) SMITHY_NODISCARD;
/* As reset, but what was made since the last turn lives until the next one: a paginator's token of many pieces. The
 * maximum holds for both together. `again`: the operation since the last turn failed, so only what it left is freed. */
SMITHY_API void smithy_call_turn(smithy_call *call, bool again);

/* All that follows must end within `timeout_ms` from now, retries and waits included; 0 takes the limit away. */
SMITHY_API void smithy_call_set_timeout(smithy_call *call, int64_t timeout_ms);
/* The same as an instant of system->mono_ms; 0 takes the limit away. */
SMITHY_API void smithy_call_set_deadline(smithy_call *call, int64_t deadline_mono_ms);
/* 0: none. */
SMITHY_API int64_t smithy_call_deadline(const smithy_call *call);

/* How often the operations that follow may be sent at most, whatever their client says; 0: the client's own number.
 * With 1, an operation whose answer is lost is never sent again: its error says outcome_unknown. */
SMITHY_API void smithy_call_set_max_attempts(smithy_call *call, int max_attempts);
SMITHY_API int smithy_call_max_attempts(const smithy_call *call);

/* Ends the operation that runs, and any later one, with SMITHY_ERROR_CANCELED. From any thread or signal handler. */
SMITHY_API void smithy_call_cancel(smithy_call *call);
SMITHY_API void smithy_call_uncancel(smithy_call *call);
/* A flag of the caller's that cancels just so while it is not 0: what a signal handler sets. Borrowed; NULL: none. */
SMITHY_API void smithy_call_watch(smithy_call *call, const volatile int *flag);

/* Takes over the deadline of `leader`, and is canceled with it from now on: for work inside of an operation that keeps
 * its memory and its errors to itself. Borrowed. */
SMITHY_API void smithy_call_follow(smithy_call *call, const smithy_call *leader);

/* The error of the last operation that failed; never NULL; status SMITHY_OK when none did since the last reset. For a
 * NULL call it says that memory is out. */
SMITHY_API const smithy_error *smithy_call_error(const smithy_call *call);
SMITHY_API smithy_status smithy_call_status(const smithy_call *call);

/* ---- for generated code, the runtime, and whoever writes an operation by hand ---- */

SMITHY_API const smithy_system *smithy_call_system(const smithy_call *call);
SMITHY_API bool smithy_call_is_canceled(const smithy_call *call);

/* What the operations that follow are part of, as bits: a waiter sets and clears the first one. The second holds for
 * one operation after smithy_call_turn or smithy_call_reset_keeping, which paginators alone call. */
#define SMITHY_CALL_WAITS 1u
#define SMITHY_CALL_PAGES 2u
SMITHY_API void smithy_call_set_uses(smithy_call *call, unsigned uses);
SMITHY_API unsigned smithy_call_uses(const smithy_call *call);

/* `count` zeroed items of `size` bytes that live until the next reset. NULL (with the error recorded) when memory or
 * the arena's maximum is used up, or the product overflows. A count of 0 answers a pointer that is not NULL. */
SMITHY_API void *smithy_call_alloc(smithy_call *call, size_t count, size_t size);
/* An array of `count` items of `size` bytes, which was allocated with room for `capacity` of them, moved into one with
 * room for `wanted`; behind the `count` it is not zeroed. The memory of the old one goes back at once where it is
 * large, so that nothing may point into it any more. NULL, as above, with the old one as it was. */
SMITHY_API void *smithy_call_grow(smithy_call *call, void *items, size_t count, size_t capacity, size_t wanted,
                                  size_t size);
/* A NUL-terminated copy in the arena; absent for an absent one, and when memory is out (see smithy_call_status). */
SMITHY_API smithy_str smithy_call_copy(smithy_call *call, smithy_str text);
/* printf into the arena. Absent when memory is out. */
SMITHY_API smithy_str smithy_call_format(smithy_call *call, const char *format, ...) SMITHY_PRINTF(2, 3);

/* Records a failure and answers `status`, so that `return smithy_call_fail(call, …)` reads well. It keeps the first of
 * several failures of one operation. */
SMITHY_API smithy_status smithy_call_fail(smithy_call *call, smithy_status status, const char *format, ...)
    SMITHY_PRINTF(3, 4);
/* The error itself, for the layers that fill in codes and ids. */
SMITHY_API smithy_error *smithy_call_error_mutable(smithy_call *call);
/* Clears the error before a new operation or attempt. */
SMITHY_API void smithy_call_clear_error(smithy_call *call);

/* The modeled error structure of the last service error, when the service sent one that the operation knows: `shape` is
 * the address of the static row it was read by. Generated accessors wrap this. */
SMITHY_API void smithy_call_set_error_shape(smithy_call *call, const void *shape, void *detail);
SMITHY_API const void *smithy_call_error_shape(const smithy_call *call, const void *shape);

#ifdef __cplusplus
}
#endif

#endif
