/* A past range archived again: what `verify` and `gaps` find missing of one group, and nothing that is there.
 *
 *   fill      a range that no window of the ledger closed, by an export task
 *   redo      a window whose objects are all gone, by an export task whose record Replaces the lost one's
 *   mend      a window that lost some of its objects: what CloudWatch Logs has and the archive has not goes, event by
 *             event, to the objects of late events; then the ledger says what the window's folder holds now
 *   late      an object of late events that is gone or smaller, in the same way
 *   compare   a range, event by event, whatever its objects look like
 *
 * No watermark moves, and no object that the ledger counts is deleted or replaced by less. A task of a backfill bears a
 * name of its own: whoever finds one that the state does not account for deletes its output, and the window that it was
 * to replace counts as before. So each step can be broken off anywhere and done again. */
#ifndef EXPORTER_BACKFILL_H
#define EXPORTER_BACKFILL_H

#include "proof.h"

typedef enum backfill_action {
    BACKFILL_FILL = 0,
    BACKFILL_REDO,
    BACKFILL_MEND,
    BACKFILL_LATE,
    BACKFILL_COMPARE
} backfill_action;
/* "fill", "redo", "mend", "late", "compare". */
const char *backfill_action_name(backfill_action action);

typedef enum backfill_result {
    BACKFILL_TO_DO = 0,
    BACKFILL_DONE,
    BACKFILL_FAILED /* Not done, and nothing is changed: `reason` says why. */
} backfill_result;
/* "to-do", "done", "failed". */
const char *backfill_result_name(backfill_result result);

typedef struct backfill_request {
    smithy_str group;  /* Its name. */
    smithy_str stream; /* Empty: all. */
    bool has_range;
    bool compares; /* Event by event, also what looks whole. */
    int64_t from_ms, to_ms;
} backfill_request;

/* A stream's folder in a window that lost objects. */
typedef struct backfill_part {
    smithy_str folder;
    smithy_str *names;
    size_t name_count;
    int64_t noted_objects, noted_bytes; /* By the ledger. */
    int64_t objects, bytes;             /* As they are. */
    bool is_listed;                     /* A stream that there is may have written it. */
} backfill_part;

typedef struct backfill_item {
    backfill_action action;
    backfill_result result;
    smithy_str stream; /* Of fill and redo: the one; else empty. */
    const proof_task *task;
    const proof_late *late;
    int64_t from_ms, to_ms;
    int64_t lost_before_ms;  /* What lies before it may have expired, or its stream is gone; 0: all can be had. */
    int64_t missing_objects; /* Of a window, or of late events. */
    size_t streams_gone;     /* That wrote it and are deleted, or were made again. */
    backfill_part *parts;
    size_t part_count, part_capacity;
    int64_t tasks, objects, bytes, events; /* What was done. */
    smithy_str reason;
} backfill_item;

/* Texts live in run->memory. */
typedef struct backfill {
    run_context *run;
    const backfill_request *request;
    catalog_group catalog;
    smithy_call *listing; /* Holds the catalog's streams. */
    state_group *group;   /* NULL: the state knows nothing of it. */
    int64_t archived_to_ms;
    int64_t expired_before_ms; /* By the group's retention; 0: nothing expires. */
    proof index;               /* The whole ledger's. */
    proof mine;                /* Its part that is of this life of the group. */
    backfill_item *items;
    size_t item_count, item_capacity;
    int64_t overlaps;     /* Which it does not mend. */
    bool has_new_windows; /* Since the ledger was read. */
} backfill;

/* Finds out what there is to do; changes nothing. The state was read before. false: run->answer says why not. */
bool backfill_plan(backfill *b, run_context *run, const backfill_request *request);
/* Does it: takes the lease, settles what earlier runs left, plans, and archives. The state was read before. false:
 * run->answer says why. An item that failed by itself says so; those that are left to do, where the run had to stop. */
bool backfill_do(backfill *b, run_context *run, const backfill_request *request);
void backfill_close(backfill *b);

/* ---- for its own parts ---- */

/* The ledger as it is now. */
smithy_status backfill_read_ledger(backfill *b) SMITHY_NODISCARD;
/* No event of the group can be older. */
int64_t backfill_first_ms(const backfill *b);
/* Compares and archives event by event. */
smithy_status backfill_mend(backfill *b, backfill_item *item) SMITHY_NODISCARD;
void backfill_fail(backfill *b, backfill_item *item, const char *format, ...) SMITHY_PRINTF(3, 4);

#endif
