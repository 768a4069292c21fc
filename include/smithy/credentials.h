/* Credentials and where they come from. */
#ifndef SMITHY_CREDENTIALS_H
#define SMITHY_CREDENTIALS_H

#include <smithy/call.h>
#include <smithy/config.h>
#include <smithy/http.h>

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
    const char *source;       /* Which provider it is of, for people: "environment", "static", "profile", "process",
                                 "assume role", "web identity", "container", "instance metadata". Static text. */
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
     * wrong and what to do; never a secret in it. Where STS had to be asked, the error tells attempts, HTTP status and
     * request id of that: no status, and it was not reached. */
    smithy_status (*get)(smithy_credentials_provider *provider, smithy_credentials *credentials, smithy_call *call);
    void (*destroy)(smithy_credentials_provider *provider);
};

/* Keys that the program has. They are copied. NULL with the call's error set. */
SMITHY_API smithy_credentials_provider *smithy_credentials_static(smithy_str access_key_id,
                                                                  smithy_str secret_access_key,
                                                                  smithy_str session_token, smithy_call *call);
/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ACCOUNT_ID, AWS_CREDENTIAL_EXPIRATION, read at each
 * get; blank counts as unset. */
SMITHY_API smithy_credentials_provider *smithy_credentials_environment(smithy_call *call);

/* No credentials: requests are not signed, as for a public bucket. One for the whole program; destroying it does
 * nothing. */
SMITHY_API smithy_credentials_provider *smithy_credentials_anonymous(void);
SMITHY_API bool smithy_credentials_is_anonymous(const smithy_credentials_provider *provider);

/* ---- providers that read files, run commands, or ask services ----
 *
 * Each keeps what it got until shortly before it expires: from 15 minutes before on, one thread at a time tries to get
 * a new set while the others go on with the old one, and a failure is no harm; from 10 minutes before on, all wait for
 * that one thread, and fail as it does. (A set that lives less than an hour: the last quarter of its life, and the last
 * sixth.) A set without an expiry is kept for good. A new set that has expired already is an error; but for instance
 * metadata, whose sets are used beyond their end while no newer one is to be had.
 *
 * No I/O before the first get. A get ends with the deadline and the cancellation of its call, and whatever secrets it
 * needs on its way are in no memory of that call. */

typedef struct smithy_credentials_options {
    const smithy_system *system; /* Optional; default the call's. Borrowed. */
    smithy_config *config;       /* Optional; default an own one. Borrowed. Its profile is the one that is asked. */
    smithy_transport *transport; /* Optional; default system->transport, else an own libcurl one. Borrowed. */
    smithy_str region;           /* Optional; of STS; default as for any client. Copied. */
    /* Optional: told, in one line, what the user had better know though it is no failure. From any thread. */
    void (*warn)(void *context, const char *line);
    void *warn_context;
} smithy_credentials_options;

/* All of these: NULL with the call's error set; `options` NULL: all defaults; texts are copied. */

/* What a client uses when it is given none: the first of these that is configured decides, and its failure is final.
 *   1. the environment's keys (looked at with each get, and never kept)
 *   2. the profile
 *   3. AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN
 *   4. a container's credentials
 *   5. instance metadata */
SMITHY_API smithy_credentials_provider *smithy_credentials_chain(const smithy_credentials_options *options,
                                                                 smithy_call *call);
/* The chain with all defaults. */
SMITHY_API smithy_credentials_provider *smithy_credentials_default(smithy_call *call);

/* A profile of the configuration files; absent: the configuration's own. Its keys, its credential_process, its web
 * identity, or the role it assumes with what source_profile or credential_source name. */
SMITHY_API smithy_credentials_provider *
smithy_credentials_profile(smithy_str profile, const smithy_credentials_options *options, smithy_call *call);

typedef struct smithy_assume_role {
    smithy_str role_arn;
    smithy_str session_name;             /* Optional; default one with the time in it. */
    smithy_str external_id;              /* Optional. */
    int duration_seconds;                /* Optional; default STS's, an hour; less than 900 counts as 900. */
    smithy_credentials_provider *source; /* Signs the request. Borrowed: must outlive the provider. */
} smithy_assume_role;
SMITHY_API smithy_credentials_provider *smithy_credentials_assume_role(const smithy_assume_role *role,
                                                                       const smithy_credentials_options *options,
                                                                       smithy_call *call);

typedef struct smithy_web_identity {
    smithy_str role_arn;
    smithy_str token_file;   /* Read anew for each request. */
    smithy_str session_name; /* Optional; default one with the time in it. */
} smithy_web_identity;
/* `identity` NULL: AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME, read at each request. */
SMITHY_API smithy_credentials_provider *smithy_credentials_web_identity(const smithy_web_identity *identity,
                                                                        const smithy_credentials_options *options,
                                                                        smithy_call *call);

/* A command for /bin/sh that prints a set as JSON, as credential_process in a profile does. It has a minute. */
SMITHY_API smithy_credentials_provider *
smithy_credentials_process(smithy_str command, const smithy_credentials_options *options, smithy_call *call);
/* AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI: tasks of ECS, pods of EKS. */
SMITHY_API smithy_credentials_provider *smithy_credentials_container(const smithy_credentials_options *options,
                                                                     smithy_call *call);
/* The role of an EC2 instance, by IMDSv2 alone. */
SMITHY_API smithy_credentials_provider *smithy_credentials_imds(const smithy_credentials_options *options,
                                                                smithy_call *call);
SMITHY_API void smithy_credentials_provider_destroy(smithy_credentials_provider *provider);

#ifdef __cplusplus
}
#endif

#endif
