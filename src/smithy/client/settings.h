/* What a client is told by its options and by the environment, in that order. Reads no files. */
#ifndef SMITHY_CLIENT_SETTINGS_H
#define SMITHY_CLIENT_SETTINGS_H

#include <smithy/client.h>

typedef struct aws_settings {
    smithy_str region;
    smithy_str endpoint_url; /* Absent: the endpoint rules decide. */
    smithy_str app_id;       /* Absent: none. */
    bool use_fips;
    bool use_dual_stack;
    bool retries;     /* false: one attempt. */
    int max_attempts; /* 0: the service's default. */
    /* false: only where an operation requires it ("when_required"). */
    bool calculates_checksums;
    bool validates_checksums;
    bool corrects_clock_skew;
    smithy_str account_id_endpoint_mode; /* "preferred", "disabled" or "required": static text. */
    bool compresses_requests;
    int64_t min_compression_bytes; /* Shorter bodies are sent as they are. */
} aws_settings;

/* `service_id` as in the model ("CloudWatch Logs"). Texts are views of the options or the environment.
 * SMITHY_ERROR_CONFIG names the option or variable, its value, and what is allowed. */
smithy_status aws_settings_resolve(aws_settings *settings, const char *service_id, const smithy_client_options *options,
                                   const smithy_system *system, smithy_call *call);

#endif
