/* How credentials are got: the sources, one file each, and the cache in front of them. Private to this folder. */
#ifndef SMITHY_CREDENTIALS_INTERNAL_H
#define SMITHY_CREDENTIALS_INTERNAL_H

#include <smithy/credentials.h>

/* smithy_credentials.source */
#define SOURCE_PROFILE      "profile"
#define SOURCE_PROCESS      "process"
#define SOURCE_ASSUME_ROLE  "assume role"
#define SOURCE_WEB_IDENTITY "web identity"
#define SOURCE_CONTAINER    "container"
#define SOURCE_IMDS         "instance metadata"

#define IMDS_MAX_TOKEN 1024

/* The session token of IMDSv2. A secret. */
typedef struct imds_token {
    char text[IMDS_MAX_TOKEN + 1];
    size_t len;                 /* 0: there is none. */
    int64_t refresh_at_mono_ms; /* From then on it is too old. */
} imds_token;

/* What sources are made with, and keep. One thread at a time loads: the cache sees to it. */
typedef struct credentials_setup {
    const smithy_system *system;
    smithy_config *config;
    smithy_transport *transport; /* NULL before credentials_setup_prepare, where none was given. */
    bool owns_config;
    bool owns_transport;
    smithy_str region; /* Own copy; absent: the configuration says it. */
    void (*warn)(void *context, const char *line);
    void *warn_context;
    imds_token token;
} credentials_setup;

/* What a source has: a set; or, where nothing asks for it, a clause for people that says so ("AWS_ROLE_ARN is not
 * set"), in the call's arena. */
typedef struct credentials_result {
    smithy_credentials credentials;
    smithy_str missing;
} credentials_result;

typedef struct credentials_source credentials_source;
struct credentials_source {
    /* With a call that nobody else sees: secrets may lie in its arena, and the message of its error becomes the line
     * that the user reads. */
    smithy_status (*load)(credentials_source *source, credentials_result *result, smithy_call *call);
    /* The texts that allocate_source copied, and nothing else. */
    smithy_str texts[4];
    credentials_setup setup;
};

/* ---- setup.c ---- */

/* A source of `size` bytes, which begins with a credentials_source, all else zero; its texts are copies of `texts`
 * (absent ones stay absent). NULL with the call's error set. */
credentials_source *credentials_source_create(size_t size, const smithy_str *texts, size_t text_count,
                                              const smithy_credentials_options *options, smithy_call *call);
void credentials_source_destroy(credentials_source *source);
/* Before the first load: makes what takes the configuration's files to make. */
smithy_status credentials_setup_prepare(credentials_setup *setup, smithy_call *call);
void credentials_warn(const credentials_setup *setup, const char *format, ...) SMITHY_PRINTF(2, 3);
/* Checks a set and copies it into the result. */
smithy_status credentials_found(credentials_result *result, const smithy_credentials *set,
                                const credentials_setup *setup, smithy_call *call);
/* Says why there is none. */
smithy_status credentials_missing(credentials_result *result, smithy_call *call, const char *format, ...)
    SMITHY_PRINTF(3, 4);
/* A variable of the environment, else absent. */
smithy_status credentials_variable(const credentials_setup *setup, const char *name, smithy_str *value,
                                   smithy_call *call);
/* Answers `status`; where it is a failure, its message now begins with these words. */
smithy_status credentials_blame(smithy_status status, smithy_call *call, const char *format, ...) SMITHY_PRINTF(3, 4);
/* Waits before another try. false where the call would not live to see it, or was canceled. */
bool credentials_pause(const credentials_setup *setup, const smithy_call *call, int64_t delay_ms);
/* Text from outside as a part of one line: at most `max` bytes, control characters as spaces. */
smithy_str credentials_line(smithy_str text, size_t max, smithy_call *call);
/* A small file in the call's arena, without white space at its ends where `trim`; SMITHY_ERROR_CREDENTIALS where it is
 * missing, empty, unreadable, or longer than `max`. `what` says what it holds. */
smithy_status credentials_read_file(const credentials_setup *setup, smithy_str path, const char *what, size_t max,
                                    bool trim, smithy_str *content, smithy_call *call);

/* ---- cache.c ---- */

/* Takes the source over, also when it fails. NULL with the call's error set. */
smithy_credentials_provider *credentials_cached(credentials_source *source, smithy_call *call);

/* ---- document.c ---- */

/* A set as JSON, as commands and metadata services write it. Absent members stay so. */
typedef struct credentials_document {
    smithy_opt_i64 version; /* Absent for what is no number, too. */
    smithy_str access_key_id;
    smithy_str secret_access_key;
    smithy_str token;         /* "Token" */
    smithy_str session_token; /* "SessionToken" */
    smithy_str account_id;
    smithy_str expiration;
    smithy_str code;
    smithy_str message;
} credentials_document;

smithy_status credentials_document_read(credentials_document *document, smithy_str text, smithy_call *call);
/* The set of a metadata service, which must be complete. */
smithy_status credentials_document_take(const credentials_document *document, const char *source,
                                        const credentials_setup *setup, credentials_result *result, smithy_call *call);
smithy_status credentials_read_expiration(smithy_str text, const char *source, int64_t *ms, smithy_call *call);

/* ---- metadata.c ---- */

typedef struct metadata_request {
    const char *method;
    smithy_str url;
    smithy_header headers[2];
    size_t header_count;
    int64_t connect_timeout_ms;
    int64_t timeout_ms;                            /* Of the whole exchange. */
    bool (*allows)(const smithy_address *address); /* As in smithy_http_request. */
} metadata_request;

#define METADATA_MAX_BODY 10000

/* Sends once, past all proxies. The call's error is cleared first. */
smithy_status credentials_metadata_send(const credentials_setup *setup, const metadata_request *request,
                                        smithy_http_response *response, smithy_call *call);
/* Whether the call's own end is what ended it: no reason to try again, or to look elsewhere. */
bool credentials_metadata_must_stop(smithy_status status, const smithy_http_response *response);

/* ---- sources ---- */

typedef struct role_request {
    smithy_str role_arn;
    smithy_str session_name; /* Absent: one is made. */
    smithy_str external_id;  /* Absent: none. */
    int duration_seconds;    /* 0: STS decides. */
} role_request;

/* sts.c */
smithy_status credentials_assume_role(const credentials_setup *setup, const role_request *role,
                                      const smithy_credentials *base, credentials_result *result, smithy_call *call);
smithy_status credentials_assume_role_with_web_identity(const credentials_setup *setup,
                                                        const smithy_web_identity *identity, credentials_result *result,
                                                        smithy_call *call);
/* web_identity.c */
smithy_status credentials_load_web_identity(const credentials_setup *setup, credentials_result *result,
                                            smithy_call *call);
/* process.c; `account_id` is the set's where the command names none. */
smithy_status credentials_load_process(const credentials_setup *setup, smithy_str command, smithy_str account_id,
                                       credentials_result *result, smithy_call *call);
/* container.c */
smithy_status credentials_load_container(const credentials_setup *setup, credentials_result *result, smithy_call *call);
/* container_address.c: what the authorization token may be sent to; of such URLs, SMITHY_ERROR_CREDENTIALS for one that
 * is none. */
bool credentials_allows_container_address(const smithy_address *address);
smithy_status credentials_check_container_url(const credentials_setup *setup, smithy_str url, smithy_call *call);
/* imds.c */
smithy_status credentials_load_imds(credentials_setup *setup, credentials_result *result, smithy_call *call);
/* profile.c; `name` absent: the configuration's own. */
smithy_status credentials_load_profile(credentials_setup *setup, smithy_str name, credentials_result *result,
                                       smithy_call *call);

#endif
