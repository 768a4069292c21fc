/* Export tasks: their names, which carry what DescribeExportTasks does not echo, and the calls about them.
 *
 * A name is  cwl-s3-exporter.<state id>.<kind>.<hash>.<attempt>.<stream prefix>  where the hash covers group, prefix,
 * window, bucket and destination prefix, so that a task found after a crash or a lost answer can be told to be ours and
 * whole. Where name and prefix do not fit in 512 characters the prefix is left out, the kind stands in upper case, and
 * the state is written before the task is created. */
#ifndef EXPORTER_TASK_H
#define EXPORTER_TASK_H

#include "context.h"

#define TASK_NAME_MAX 512

/* What a task is to do. */
typedef struct task_spec {
    state_unit_kind kind;
    smithy_str group;  /* Its name. */
    smithy_str prefix; /* The stream's full name, or what several begin with; LogStreamNamePrefix for a whole group. */
    int64_t from_ms, to_ms;
    smithy_str bucket;
    smithy_str destination_prefix;
    int attempt;          /* From 1. */
    int64_t requested_ms; /* No task of it reads events earlier. */
    /* Of the ledger alone. */
    smithy_str replaces;    /* The task whose window this one closes again; absent: none. */
    int64_t lost_before_ms; /* What lay before it may have been lost and is no longer to be had; 0: nothing. */
} task_spec;

typedef enum task_status {
    TASK_STATUS_ACTIVE, /* PENDING, RUNNING, PENDING_CANCEL, or a word this version does not know. */
    TASK_STATUS_COMPLETED,
    TASK_STATUS_FAILED,
    TASK_STATUS_CANCELLED,
    TASK_STATUS_UNLISTED /* DescribeExportTasks does not show it. */
} task_status;

/* A task as the service lists it. Texts live in the arena it was listed with. */
typedef struct task_info {
    smithy_str id, name, group, bucket, destination_prefix, message;
    int64_t from_ms, to_ms, created_ms;
    int64_t ended_ms; /* INT64_MAX while it runs, or where the service does not say. */
    task_status status;
} task_info;

typedef struct task_list {
    task_info *items;
    size_t count, capacity;
} task_list;

typedef enum task_creation {
    TASK_CREATED,
    TASK_SLOT_BUSY,   /* LimitExceededException: a task is active already. */
    TASK_NOT_NOW,     /* Throttled, or the service has trouble and did not take it: later. */
    TASK_LOST_ANSWER, /* It may have been created. */
    TASK_GROUP_GONE,
    TASK_REFUSED, /* This unit cannot be exported as things are: see the call's error. */
    TASK_FATAL    /* Nothing can: see the call's error. */
} task_creation;

/* `name` holds TASK_NAME_MAX + 1 bytes. *carries_prefix is false where the prefix did not fit. */
smithy_status task_write_name(const task_spec *spec, smithy_str state_id, char *name,
                              bool *carries_prefix) SMITHY_NODISCARD;
/* Reads the name back. false for a task that does not carry this state's id. The prefix is absent where the name could
 * not hold it; spec's other members come from `info`. *whole is false where the hash does not fit them. */
bool task_read_name(const task_info *info, smithy_str state_id, smithy_str bucket, task_spec *spec, bool *whole);

/* One attempt, never resent: a lost answer is told, not retried. `task_id` lives in the call's arena. */
task_creation task_create(run_context *run, const task_spec *spec, smithy_str name, smithy_str *task_id);
/* The task's present state; *status is TASK_STATUS_UNLISTED where there is none of that id. */
smithy_status task_poll(run_context *run, smithy_str task_id, task_info *info) SMITHY_NODISCARD;
/* Appends every task that is listed, in whatever state; texts are copied to `memory`. */
smithy_status task_list_all(run_context *run, task_list *list, smithy_call *memory) SMITHY_NODISCARD;
/* The active ones only. */
smithy_status task_list_active(run_context *run, task_list *list, smithy_call *memory) SMITHY_NODISCARD;

#endif
