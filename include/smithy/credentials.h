/* Credentials and where they come from. */
#ifndef SMITHY_CREDENTIALS_H
#define SMITHY_CREDENTIALS_H

#include <smithy/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One consistent set. init it, have a provider fill it, deinit it: deinit overwrites the secrets. */
typedef struct smithy_credentials {
    smithy_str access_key_id;
    smithy_str secret_access_key;
    smithy_str session_token; /* Absent for long-term keys. */
    smithy_str account_id;    /* Absent when the provider does not know. */
    int64_t expires_ms;       /* Wall clock; 0: never. */
    const char *source;       /* "environment", "static": static text for people. */
    void *memory;             /* The library's: what the texts point into. */
    size_t memory_len;
    const smithy_system *system;
} smithy_credentials;

SMITHY_API void smithy_credentials_deinit(smithy_credentials *credentials);
/* Copies the texts of `from` into `credentials`, whose earlier content is let go. */
SMITHY_API smithy_status smithy_credentials_copy(smithy_credentials *credentials, const smithy_credentials *from,
                                                 const smithy_system *system) SMITHY_NODISCARD;

/* Shareable between threads. */
typedef struct smithy_credentials_provider smithy_credentials_provider;
struct smithy_credentials_provider {
    /* Fills `credentials` (zeroed by the caller). SMITHY_ERROR_CREDENTIALS with one line that says what is missing or
     * wrong and what to do; never a secret in it. */
    smithy_status (*get)(smithy_credentials_provider *provider, smithy_credentials *credentials, smithy_call *call);
    void (*destroy)(smithy_credentials_provider *provider);
};

/* Keys that the program has. They are copied. NULL with the call's error set. */
SMITHY_API smithy_credentials_provider *smithy_credentials_static(smithy_str access_key_id,
                                                                  smithy_str secret_access_key,
                                                                  smithy_str session_token, smithy_call *call);
/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ACCOUNT_ID, read at each get; blank counts as unset.
 */
SMITHY_API smithy_credentials_provider *smithy_credentials_environment(smithy_call *call);
/* What a client uses when it is given none. */
SMITHY_API smithy_credentials_provider *smithy_credentials_default(smithy_call *call);
SMITHY_API void smithy_credentials_provider_destroy(smithy_credentials_provider *provider);

#ifdef __cplusplus
}
#endif

#endif
