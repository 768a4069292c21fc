/* What a run is told: the keys of a Lambda's event, environment variables and command-line flags, as one checked set.
 *
 * A key is written in PascalCase or camelCase in an event (any case is taken), in kebab-case as a flag, in upper snake
 * case as a variable: SettleDelay, settleDelay, --settle-delay, SETTLE_DELAY. */
#ifndef EXPORTER_SETTINGS_H
#define EXPORTER_SETTINGS_H

#include <smithy/base.h>
#include <smithy/call.h>

typedef enum exporter_store_type {
    EXPORTER_STORE_NONE = 0,
    EXPORTER_STORE_S3,
    EXPORTER_STORE_DYNAMODB,
    EXPORTER_STORE_FILE
} exporter_store_type;

typedef enum exporter_export_unit {
    EXPORTER_UNIT_AUTO = 0, /* A group in one task where that is exact, else its streams until it is. */
    EXPORTER_UNIT_GROUP,    /* Only whole groups; one whose streams differ is reported and left. */
    EXPORTER_UNIT_STREAM    /* A task for each stream, as the first version of this tool did. */
} exporter_export_unit;

typedef enum exporter_late_events {
    EXPORTER_LATE_REPORT = 0, /* Counted where the hints tell. */
    EXPORTER_LATE_SWEEP,      /* Archived, too. */
    EXPORTER_LATE_OFF
} exporter_late_events;

typedef enum exporter_metrics {
    EXPORTER_METRICS_EMF = 0, /* A line in CloudWatch's embedded metric format at the end of a run. */
    EXPORTER_METRICS_OFF
} exporter_metrics;

typedef enum exporter_log_level {
    EXPORTER_LOG_DEBUG = 0,
    EXPORTER_LOG_INFO,
    EXPORTER_LOG_WARN,
    EXPORTER_LOG_ERROR
} exporter_log_level;

typedef struct exporter_tag {
    smithy_str key, value;
} exporter_tag;

typedef struct exporter_tag_list {
    const exporter_tag *items;
    size_t count;
} exporter_tag_list;

/* Texts live in the call that the settings were read with, which must not be reset while they are used. */
typedef struct exporter_settings {
    smithy_str destination_bucket;  /* DestinationS3Bucket; required. */
    smithy_str_list group_prefixes; /* SourceLogGroupPrefixes; required. "*" alone stands here as an empty prefix: every
                                       group. Trimmed; one that another covers is left out. */
    smithy_str_list exclude_groups; /* ExcludeLogGroups: patterns of whole names, with * and ?. */
    exporter_tag_list group_tags;   /* LogGroupTags: a group needs all of them. */
    smithy_str stream_prefix;       /* LogStreamNamePrefix: only streams whose names begin so; empty: all. */
    exporter_store_type store_type; /* StateStoreType; required for Lambda, default file for the command. */
    smithy_str store_bucket;        /* Of StoreDSN s3://bucket/key. */
    smithy_str store_key;           /* Of StoreDSN s3://bucket/key. */
    smithy_str store_table;         /* Of StoreDSN dynamodb://table[/name]. */
    smithy_str store_name;          /* Of StoreDSN dynamodb://table/name; default the program's name. */
    size_t store_piece_bytes;       /* Of the state in one item of the table, or held for S3; 0: as many as fit, or as
                                       the store finds right. No key sets it. */
    smithy_str store_path;          /* Of StoreDSN file:///path. */
    smithy_str store_dsn;           /* As given. */
    exporter_log_level log_level;   /* LogLevel; default INFO. */
    exporter_metrics metrics;       /* Metrics; default EMF for Lambda, OFF for the command. */
    int64_t settle_delay_ms;        /* SettleDelay; default 12 h. */
    int64_t timeout_reserve_ms;     /* TimeoutReserve; default 30 s. */
    exporter_export_unit export_unit; /* ExportUnit; default auto. */
    exporter_late_events late_events; /* LateEvents; default report. */
    int64_t late_horizon_ms;          /* LateHorizon; default 14 d. */
    smithy_str destination_prefix;    /* DestinationPrefix; default "%Y/%m/%d/{group}/{stream}". */
    smithy_str region;                /* Region; absent: the environment's. */
    smithy_str profile;               /* --profile; the command only; absent: AWS_PROFILE, or "default". */
    smithy_str role_arn;              /* RoleArn: all is done as this role; absent: as who the environment says. */
    smithy_str external_id;           /* ExternalId, for that role. */
    int64_t timeout_ms;               /* --timeout; the command only; 0: none. */
    bool store_is_default;            /* Nobody named a store: store_path is the command's own choice. */
    smithy_str_list warnings;         /* What a person should hear of, one line each: an unknown key, above all. */
} exporter_settings;

/* Who reads them: it decides what is required, and how messages spell a key. */
typedef enum exporter_host { EXPORTER_HOST_COMMAND = 0, EXPORTER_HOST_LAMBDA } exporter_host;

/* What a command cannot go without. */
typedef enum exporter_settings_need {
    EXPORTER_NEEDS_ALL = 0, /* Bucket and prefixes. */
    EXPORTER_NEEDS_ARCHIVE, /* The bucket. */
    EXPORTER_NEEDS_STATE,   /* The store of the state, which StoreDSN names, or the command's default for the bucket. */
    EXPORTER_NEEDS_IDENTITY /* Nothing: Region, profile and role have defaults. What else is given is checked. */
} exporter_settings_need;

typedef struct exporter_settings_source {
    exporter_host host;          /* Required. */
    const char *command;         /* Of the command: what its help is asked for by; default "run". */
    exporter_settings_need need; /* Of the command. */
    bool is_quiet;               /* Of the command: LogLevel is WARN where nobody says otherwise. */
    smithy_str event;            /* Of a Lambda: the event's JSON. The settings of an EventBridge event as EventBridge
                                    makes it are its "detail". */
    const char *const *args; /* Of the command: `--flag value` or `--flag=value`, what follows the command's name. */
    size_t arg_count;        /* Of the command. */
    const char *const *own_flags; /* Optional; flags without a value that the command has dealt with itself ("--json"),
                                     ended by NULL. */
} exporter_settings_source;

/* Reads and checks everything, and calls nothing. What a source leaves open, the call's system's environment fills, and
 * then the defaults. SMITHY_ERROR_CONFIG with one line in the call's error: it names the key as the user wrote it, the
 * value, and what is allowed. On failure `*settings` is zeroed. */
smithy_status exporter_settings_read(const exporter_settings_source *source, exporter_settings *settings,
                                     smithy_call *call) SMITHY_NODISCARD;

/* "DEBUG", "INFO", "WARN", "ERROR". */
const char *exporter_log_level_name(exporter_log_level level);
/* Any case; false for another word. */
bool exporter_log_level_from(smithy_str text, exporter_log_level *level);
/* AWS_LAMBDA_LOG_LEVEL, with TRACE as DEBUG and FATAL as ERROR; INFO where it says nothing. */
exporter_log_level exporter_log_level_of_lambda(const smithy_system *system);

#endif
