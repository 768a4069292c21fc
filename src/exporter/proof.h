/* Whether the archive is what the state says: from the ledger, the bucket, and by reading back.
 *
 *   windows     those that were closed for each group and stream touch, without gap or overlap, up to the state's E
 *   objects     what each task wrote is there, with the size that was noted
 *   read back   a stream's objects hold, as a multiset of stamp and message, what CloudWatch Logs holds of that window
 *
 * Nothing is written and no lease is taken. What precedes a group's or stream's first window in the ledger is not
 * judged: the state may be older than the ledger. */
#ifndef EXPORTER_PROOF_H
#define EXPORTER_PROOF_H

#include "ledger_read.h"

typedef enum proof_fault {
    PROOF_GAP = 0,     /* No window closed this range, and the state says that it is archived. */
    PROOF_OVERLAP,     /* Two windows hold this range of one stream. */
    PROOF_OBJECTS,     /* Objects are gone, or smaller than they were. */
    PROOF_MISSING,     /* CloudWatch Logs has an event that the archive does not have. */
    PROOF_TWICE,       /* The archive has an event more often than CloudWatch Logs. */
    PROOF_NOT_READABLE /* It could not be read back. */
} proof_fault;
#define PROOF_FAULTS (PROOF_NOT_READABLE + 1)
/* "gap", "overlap", "objects", "missing", "twice", "not-readable". */
const char *proof_fault_name(proof_fault fault);

#define PROOF_FINDINGS_MAX 1000

typedef struct proof_finding {
    proof_fault fault;
    smithy_str group;
    smithy_str stream; /* Empty: of the whole group. */
    smithy_str task_id;
    int64_t from_ms, to_ms;
    int64_t count; /* Of objects or events; 0: it is not about any. */
} proof_finding;

/* The last record of a task that counts. */
typedef struct proof_task {
    smithy_str id, group, arn, prefix, folder;
    state_unit_kind kind;
    bool is_discarded;
    smithy_str replaces; /* The task in whose place this one stands; empty: none. */
    int64_t created_ms, stream_created_ms, requested_ms, from_ms, to_ms, closed_ms, objects, bytes, lost_before_ms;
    size_t order;
} proof_task;

/* An object of late events, by its last record. */
typedef struct proof_late {
    smithy_str id, group, arn, folder, key;
    int64_t created_ms, from_ms, to_ms, events, bytes, lost_before_ms;
    size_t order;
} proof_late;

/* Texts live in run->memory. */
typedef struct proof {
    proof_task *tasks; /* By group's life, stream, window. */
    size_t task_count, task_capacity;
    const proof_task **by_id;
    proof_late *lates; /* By group's life, stream's folder, day. */
    size_t late_count, late_capacity;
    proof_finding *findings;
    size_t finding_count, finding_capacity; /* PROOF_FINDINGS_MAX are kept. */
    int64_t faults[PROOF_FAULTS];           /* All that were met. */
    int64_t ledger_objects, groups;
    int64_t lost; /* Windows and objects of late events that lack what was lost and could not be had again. */
    int64_t late_objects, late_archived; /* Those of late events that were looked at, and the events noted in them. */
    int64_t tasks_looked_at, objects, bytes;                  /* Whose objects were compared. */
    int64_t streams_read, streams_unnamed, events_read, late; /* Read back; late: ingested after the window closed. */
} proof;

/* Whether the task, by what it was asked for, holds the stream's events. */
bool proof_task_covers(const proof_task *task, smithy_str stream);

/* Each: false where run->answer says why it could not be done. Faults are in the proof. */

/* The ledger's tasks and objects of late events alone, or those noted at `since_ms` or later (0: all), for
 * proof_check_windows; the state was read before. */
smithy_status proof_collect(run_context *run, int64_t since_ms, proof *out) SMITHY_NODISCARD;
/* For proof_find_task. */
smithy_status proof_index(run_context *run, proof *out) SMITHY_NODISCARD;
/* Reads state and ledger. First of all. */
bool proof_open(run_context *run, proof *out);
void proof_check_windows(run_context *run, proof *out);
/* Windows of a stream's own tasks against the tasks of its group that hold a folder of it. */
bool proof_check_folders(run_context *run, proof *out);
bool proof_check_objects(run_context *run, proof *out);
/* Reads back `sample` streams' windows, drawn by chance; 0: all. */
bool proof_read_back(run_context *run, proof *out, size_t sample);

/* NULL for one that does not count. */
const proof_task *proof_find_task(const proof *out, smithy_str id);
/* The task of a stream's line; NULL where the line does not count, or belongs to a record of the task that another one
 * replaced: a killed run's and that of the run which settled its task tell the same streams. */
static inline const proof_task *proof_task_of(const proof *out, const ledger_line *line) {
    const proof_task *task = line->type == LEDGER_STREAM ? proof_find_task(out, line->task_id) : NULL;
    return task && task->order + 1 == line->order ? task : NULL;
}
bool proof_holds(const proof *out);
void proof_note(run_context *run, proof *out, const proof_finding *finding);

#endif
