/* Waiting until a resource is as a program needs it: an operation asked again and again, by the Smithy waiters
 * specification. Programs call the generated <service>_wait_until_<name>; only smithy_wait_options is theirs to fill.
 */
#ifndef SMITHY_WAITER_H
#define SMITHY_WAITER_H

#include <smithy/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero: every default. */
typedef struct smithy_wait_options {
    int64_t max_wait_ms;  /* Optional; default 300000 ms. The call's deadline holds as well. */
    int64_t min_delay_ms; /* Optional; default the model's. The shortest pause between two calls. */
    int64_t max_delay_ms; /* Optional; default the model's. The longest. */
} smithy_wait_options;

/* smithy_error.code, with SMITHY_ERROR_SERVICE, where the service answered well and its answer says that what is waited
 * for cannot come any more. */
#define SMITHY_WAIT_FAILED "WaiterFailed"

/* ---- for generated code ---- */

typedef enum smithy_wait_state {
    SMITHY_WAIT_RETRY,
    SMITHY_WAIT_SUCCESS,
    SMITHY_WAIT_FAILURE, /* With the call's error where the operation failed. */
} smithy_wait_state;

/* A waiter: static, one for each in the model. */
typedef struct smithy_waiter {
    const char *name;
    int64_t min_delay_ms;
    int64_t max_delay_ms;
    /* Calls the operation once, and judges what came of it. */
    smithy_wait_state (*poll)(void *client, const void *input, smithy_call *call);
} smithy_waiter;

/* JMESPath's length and contains of a text: in characters, not bytes. */
SMITHY_API size_t smithy_wait_text_length(smithy_str text);
SMITHY_API bool smithy_wait_text_contains(smithy_str text, smithy_str part);

/* Polls until success, failure, or the end of the time: SMITHY_OK; the error that the operation failed with, or
 * SMITHY_WAIT_FAILED; SMITHY_ERROR_TIMEOUT. SMITHY_ERROR_CANCELED within a quarter of a second. Each poll begins with a
 * reset of the call. `options` NULL: every default. */
SMITHY_API smithy_status smithy_wait(const smithy_waiter *waiter, void *client, const void *input,
                                     const smithy_wait_options *options, smithy_call *call) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
