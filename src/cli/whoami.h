/* What `whoami` finds out: as whom, from where and by which settings this program speaks to AWS. */
#ifndef CLI_WHOAMI_H
#define CLI_WHOAMI_H

#include "cli.h"
#include "context.h"

#include <smithy/http.h>
#include <sts/sts.h>

#define WHOAMI_SERVICES     4
#define WHOAMI_PROBLEM_SIZE 1024

typedef struct whoami_service {
    const char *name;      /* "logs" */
    const char *title;     /* "CloudWatch Logs" */
    smithy_client *client; /* NULL: it could not be made. */
    smithy_str endpoint;   /* Absent: there is none. */
} whoami_service;

/* Texts live in the call, or in the clients. What could not be found out is absent. */
typedef struct whoami_report {
    const exporter_settings *settings; /* Borrowed. */
    const smithy_system *system;
    smithy_call *call;

    exporter_identity identity;
    whoami_service services[WHOAMI_SERVICES];
    smithy_str profile;
    smithy_str profile_source;
    smithy_str region;
    smithy_str region_source;
    smithy_credentials credentials; /* `source` NULL: there are none. */
    smithy_str account;             /* As STS says. */
    smithy_str arn;
    smithy_str user_id;
    int64_t clock_skew_ms; /* STS's clock - ours. */
    smithy_curl_settings network;

    exporter_outcome outcome;
    smithy_status problem_status;
    char problem[WHOAMI_PROBLEM_SIZE]; /* One line: what went wrong first, and what to do. Empty: nothing. */
} whoami_report;

/* Asks for credentials and, with them, STS who they are: for two minutes at most, and no longer than it takes where
 * nobody answers. `log` hears what is no failure. `call` must outlive the report, `log` the asking. */
void whoami_report_init(whoami_report *report, const exporter_settings *settings, const cli_io *io, exporter_log *log,
                        smithy_call *call);
void whoami_report_deinit(whoami_report *report);

/* A setting of the clients. */
typedef struct whoami_setting {
    const char *service; /* Whose it is alone; NULL: all of them say the same. */
    const char *name;
    smithy_str value; /* Absent: it has none. */
    smithy_str source;
    bool is_default;
} whoami_setting;

/* Starts as zero. */
typedef struct whoami_cursor {
    size_t service;
    size_t index;
} whoami_cursor;

/* The next of the settings; false behind the last one. */
bool whoami_next_setting(const whoami_report *report, whoami_cursor *cursor, whoami_setting *setting);

/* `all`: settings that nobody has set, too. */
void whoami_write_text(const whoami_report *report, bool all, smithy_buffer *out);
void whoami_write_json(const whoami_report *report, bool all, smithy_buffer *out);

#endif
