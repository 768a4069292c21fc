/* What a client is told by its options, by the environment and by the files with profiles, in that order. */
#ifndef SMITHY_CLIENT_SETTINGS_H
#define SMITHY_CLIENT_SETTINGS_H

#include <smithy/client.h>

#include "core/arena.h"

typedef enum aws_setting_id {
    AWS_SETTING_REGION,
    AWS_SETTING_ENDPOINT_URL,
    AWS_SETTING_IGNORE_ENDPOINT_URLS,
    AWS_SETTING_USE_FIPS,
    AWS_SETTING_USE_DUAL_STACK,
    AWS_SETTING_ACCOUNT_ID_MODE,
    AWS_SETTING_RETRY_MODE,
    AWS_SETTING_MAX_ATTEMPTS,
    AWS_SETTING_DEFAULTS_MODE,
    AWS_SETTING_REQUEST_CHECKSUM,
    AWS_SETTING_RESPONSE_CHECKSUM,
    AWS_SETTING_SIGNS_PAYLOAD,
    AWS_SETTING_IGNORES_CLOCK_SKEW,
    AWS_SETTING_NO_COMPRESSION,
    AWS_SETTING_MIN_COMPRESSION,
    AWS_SETTING_CA_BUNDLE,
    AWS_SETTING_APP_ID,
    AWS_SETTING_COUNT
} aws_setting_id;

/* A setting as text. Absent: there is no value. */
typedef struct aws_setting {
    smithy_str value;
    smithy_str source; /* "the option region", "AWS_REGION", "profile dev in /home/me/.aws/config", "default" */
    const char *block; /* In the profile, where it stands there; else NULL. */
    const char *key;   /* Likewise. */
} aws_setting;

typedef struct aws_settings {
    smithy_str region;       /* Absent only where the files are not read yet. */
    smithy_str endpoint_url; /* Absent: the endpoint rules decide. */
    smithy_str app_id;       /* Absent: none. */
    smithy_str ca_bundle;    /* Absent: the transport's own. */
    bool use_fips;
    bool use_dual_stack;
    bool retries; /* false: one attempt. */
    int max_attempts;
    /* false: only where an operation requires it ("when_required"). */
    bool calculates_checksums;
    bool validates_checksums;
    smithy_opt_bool signs_payload; /* Of S3's requests over TLS. Absent: only bodies that are read ahead anyway. */
    bool corrects_clock_skew;
    smithy_str account_id_endpoint_mode; /* "preferred", "disabled" or "required": static text. */
    bool compresses_requests;
    int64_t min_compression_bytes; /* Shorter bodies are sent as they are. */

    void *own; /* The service's own settings, those that the caller left open filled in; NULL: it has none. */

    aws_setting texts[AWS_SETTING_COUNT];
    aws_setting *own_texts; /* One for each of the service's. */
    smithy_arena memory;    /* What all of that points to. */
} aws_settings;

/* Whom to ask, and about what. */
typedef struct aws_settings_sources {
    const smithy_service *service;
    const smithy_client_options *options;
    const void *own; /* The service's own, as the caller gave them. */
    size_t own_size;
    smithy_config *config;
    bool reads_files; /* false: options and environment only. */
} aws_settings_sources;

/* SMITHY_ERROR_CONFIG names the setting, where it stands, its value, and what is allowed. Needs no deinit where it
 * fails. */
smithy_status aws_settings_resolve(aws_settings *settings, const aws_settings_sources *sources,
                                   const smithy_system *system, smithy_call *call);
void aws_settings_deinit(aws_settings *settings);

/* The `index`th of the settings that concern the service; false behind the last one. */
bool aws_settings_list(const aws_settings *settings, const smithy_service *service, size_t index,
                       smithy_named_setting *setting);

/* setting_text.c, for settings.c: a setting's text, by precedence. */
typedef struct settings_reader {
    const aws_settings_sources *sources;
    aws_settings *settings;
    smithy_call *call;
} settings_reader;

smithy_status aws_settings_find(const settings_reader *reader, aws_setting_id id);
/* The service's own ones, as texts and into settings->own. */
smithy_status aws_settings_find_own(const settings_reader *reader);
/* Records what is wrong with a setting. */
smithy_status aws_settings_refuse(const settings_reader *reader, const aws_setting *setting, const char *allowed);
smithy_status aws_settings_read_bool(const settings_reader *reader, const aws_setting *setting, bool *result);

#endif
