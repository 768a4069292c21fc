/* What all clients share: settings, and the engine behind the generated functions. A generated `logs_client` is one of
 * these with its service's rules. Immutable after creation, and shareable between threads. */
#ifndef SMITHY_CLIENT_H
#define SMITHY_CLIENT_H

#include <smithy/call.h>
#include <smithy/config.h>
#include <smithy/credentials.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smithy_client smithy_client;
typedef struct smithy_service smithy_service; /* smithy/operation.h */

typedef enum smithy_retry_mode {
    SMITHY_RETRY_DEFAULT = 0, /* AWS_RETRY_MODE, else standard. */
    SMITHY_RETRY_STANDARD,
    SMITHY_RETRY_OFF
} smithy_retry_mode;

/* The settings that every generated client has, under the same names. Texts are copied. What is left out is taken from
 * the environment, then from the chosen profile, then a default; docs/configuration.md names them all. */
typedef struct smithy_client_options {
    smithy_str region;       /* Optional; default AWS_REGION, then AWS_DEFAULT_REGION, then the profile's; never
                                guessed. */
    smithy_str endpoint_url; /* Optional; default AWS_ENDPOINT_URL_<SERVICE>, then AWS_ENDPOINT_URL, then the
                                profile's, then the model's endpoint rules. */
    smithy_config *config;   /* Optional; default one of the client's own. Borrowed: must outlive the client. */
    smithy_credentials_provider *credentials; /* Optional; default smithy_credentials_default(). Borrowed: must outlive
                                                 the client. */
    const smithy_system *system;              /* Optional; default the call's. Borrowed. */
    smithy_transport *transport;    /* Optional; default system->transport, else an own libcurl one. Borrowed. */
    smithy_opt_bool use_fips;       /* Optional; default AWS_USE_FIPS_ENDPOINT, then the profile's, else false. */
    smithy_opt_bool use_dual_stack; /* Optional; default AWS_USE_DUALSTACK_ENDPOINT, then the profile's, else false. */
    smithy_retry_mode retry_mode;   /* Optional; default standard. */
    int max_attempts;               /* Optional; default AWS_MAX_ATTEMPTS, then the profile's, else 3 (DynamoDB 4). */
    int64_t attempt_timeout_ms;     /* Optional; default none: an attempt may take what the call's deadline
                                       leaves it. */
    smithy_str app_id;              /* Optional; default AWS_SDK_UA_APP_ID, then the profile's. Goes into the
                                       User-Agent. */
} smithy_client_options;

/* ---- for generated clients ---- */

/* `settings`: the service's own settings (its clientContextParams), copied; read back by smithy_client_settings.
 * NULL with the call's error set: SMITHY_ERROR_CONFIG names the setting and where it came from. */
SMITHY_API smithy_client *smithy_client_create(const smithy_service *service, const smithy_client_options *options,
                                               const void *settings, size_t settings_size, smithy_call *call);
/* NULL is fine. No operation may be running. */
SMITHY_API void smithy_client_destroy(smithy_client *client);

/* Reads the files with profiles now, which else the first operation does, so that a program learns what is wrong in
 * them before it begins: SMITHY_ERROR_CONFIG says it in one line. Once is enough; from any thread. */
SMITHY_API smithy_status smithy_client_prepare(smithy_client *client, smithy_call *call) SMITHY_NODISCARD;

/* ---- what a client goes by. Before smithy_client_prepare, or the first operation, this is what options and
 * environment alone say. ---- */

/* A setting for people. None is a secret. */
typedef struct smithy_named_setting {
    const char *name;  /* "use_fips_endpoint" */
    smithy_str value;  /* Absent: it has none. */
    smithy_str source; /* "the option region", "AWS_REGION", "profile dev in /home/me/.aws/config", "default" */
} smithy_named_setting;
/* The `index`th setting, from 0; false behind the last one. */
SMITHY_API bool smithy_client_setting(const smithy_client *client, size_t index, smithy_named_setting *setting);

SMITHY_API const void *smithy_client_settings(const smithy_client *client);
/* Absent only before the files are read. */
SMITHY_API smithy_str smithy_client_region(const smithy_client *client);
/* Absent when the endpoint rules decide. */
SMITHY_API smithy_str smithy_client_endpoint_url(const smithy_client *client);
/* Where operations go that name no bucket, table or the like: the URL that is configured, else what the endpoint rules
 * make of Region, FIPS, dual stack and, for DynamoDB, the account of the credentials (absent: they do not know it).
 * Reads the files as smithy_client_prepare does; nothing is sent. *url lives in the call. SMITHY_ERROR_CONFIG says why
 * there is no such place. */
SMITHY_API smithy_status smithy_client_endpoint(smithy_client *client, smithy_str account_id, smithy_str *url,
                                                smithy_call *call) SMITHY_NODISCARD;
SMITHY_API bool smithy_client_use_fips(const smithy_client *client);
SMITHY_API bool smithy_client_use_dual_stack(const smithy_client *client);
/* Whether accounts' own endpoints are used, as AWS_ACCOUNT_ID_ENDPOINT_MODE says: "preferred", "disabled" or
 * "required". */
SMITHY_API smithy_str smithy_client_account_id_endpoint_mode(const smithy_client *client);
SMITHY_API const smithy_system *smithy_client_system(const smithy_client *client);
/* server's clock - ours, in ms, as the last answer's Date header told; 0 before the first answer. */
SMITHY_API int64_t smithy_client_clock_skew_ms(const smithy_client *client);

#ifdef __cplusplus
}
#endif

#endif
