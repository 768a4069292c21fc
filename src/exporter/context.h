/* What the parts of one run share. */
#ifndef EXPORTER_CONTEXT_H
#define EXPORTER_CONTEXT_H

#include "catalog.h"
#include "exporter.h"
#include "identity.h"
#include "ledger_pending.h"
#include "state.h"
#include "store.h"

#include <logs/logs.h>
#include <s3/s3.h>

typedef struct run_context {
    const exporter_options *options;
    const exporter_settings *settings;
    const smithy_system *system;
    exporter_log *log;
    exporter_answer *answer;
    exporter_progress progress;
    exporter_identity identity;
    logs_client *logs; /* NULL, as S3, where a command needs the state alone. */
    s3_client *s3;
    dynamodb_client *dynamodb; /* NULL where the state is elsewhere. */
    smithy_call *call;         /* Scratch: reset before every operation. */
    smithy_call *memory;       /* Lives as long as the run: the list of groups, what is said of tasks. */
    smithy_call *state_memory;
    exporter_state state;
    bool state_exists; /* It was there when it was read. */
    state_store *store;
    ledger_pending ledger;
    const struct past_tasks *past; /* Of those that were listed at the start; NULL until then. */
    smithy_str owner;              /* This run's name in the lease: a nonce. */
    bool holds_lease;
    int64_t lease_taken_ms;
    bool lost_lease;             /* Somebody else took it: nothing more is written or started. */
    int64_t lease_renew_mono_ms; /* 0: the lease lasts to the run's own end. */
    int64_t started_mono_ms;
    int64_t stop_mono_ms;      /* No task is started after it; 0: never. */
    int64_t horizon_ms;        /* H: no window ends behind it. */
    int delete_allowed;        /* Of objects under the destination: 0 not asked yet, 1 yes, -1 no. */
    bool slot_busy;            /* A stranger's task holds the export slot. */
    int64_t slot_busy_mono_ms; /* Since when. */
    int64_t waiting_since_ms;  /* The oldest event that waits; 0: none is known. */
    int64_t expires_ms;        /* When retention takes the first that waits; 0: never. */
    bool failed;               /* The run as a whole: the answer says why. */
    int64_t needs_change;      /* Groups that failed for what only a change by somebody can mend. */
    bool saving;               /* The state is being written, which may take what time is left. */
    bool is_broken_off;        /* Memory ran out in the middle of something, so the state may say half of it. */
} run_context;

/* The service's clock in ms: ours, corrected by the Date header of the last answer. */
int64_t run_now_ms(const run_context *run);
int64_t run_mono_ms(const run_context *run);
/* The deadline's reserve is reached, a signal came, or the lease is lost. */
bool run_must_stop(const run_context *run);
/* Sleeps until `mono_ms`, or until run_must_stop may have changed. */
void run_sleep_until(run_context *run, int64_t mono_ms);
/* Frees what the last operation left, and gives the next one its share of the time. */
smithy_call *run_fresh_call(run_context *run);
/* Another call than the run's own, with the same share of the time. */
void run_limit_call(const run_context *run, smithy_call *call);
/* The same for what must happen after the stop: saving the state. */
smithy_call *run_saving_call(run_context *run);
void run_show(run_context *run, const char *phase);
/* The call's last error as text in `text`, behind what to change, where that is known. */
const char *run_error_text(const run_context *run, char *text, size_t size);
#define RUN_ERROR_TEXT 640
/* The call's last error is one that only a change by somebody can mend. */
bool run_needs_change(const run_context *run);
/* Ends the run as a whole: notes the call's last error in the answer, behind `doing` ("listing the log groups"). */
void run_fail(run_context *run, smithy_status status, const char *doing);
/* A failure that no other group will be spared: credentials, memory, a cancelled run. */
bool run_is_fatal(smithy_status status);
/* What only a change by somebody can mend: a setting, a permission, credentials. */
bool run_is_configuration(smithy_status status, const smithy_error *error);

#endif
