/* What a run did, what it left out and why, what is left to do. Of a fixed size however many streams there are: a
 * Lambda may answer 6 MB at most. */
#ifndef EXPORTER_ANSWER_H
#define EXPORTER_ANSWER_H

#include <smithy/buffer.h>
#include <smithy/error.h>

typedef enum exporter_outcome {
    EXPORTER_OUTCOME_DONE = 0,      /* All that is due is archived. */
    EXPORTER_OUTCOME_WORK_REMAINS,  /* The deadline came first; the next run goes on. */
    EXPORTER_OUTCOME_BUSY,          /* Another run holds the state's lease, or a stranger's task the export slot. */
    EXPORTER_OUTCOME_CONFIGURATION, /* A setting, a permission, credentials: nothing helps but a change. */
    EXPORTER_OUTCOME_INCOMPLETE,    /* Some unit failed; the rest is archived. */
    EXPORTER_OUTCOME_FAILED         /* The run itself failed. */
} exporter_outcome;

/* "done", "work-remains", "busy", "configuration", "incomplete", "failed". */
const char *exporter_outcome_name(exporter_outcome outcome);
/* EXPORT.md's exit codes: 0 done, 2 work remains, 3 busy, 4 configuration or permission, 1 anything else. */
int exporter_outcome_exit_code(exporter_outcome outcome);

#define EXPORTER_ANSWER_PROBLEMS 20

/* One thing that went wrong, or was left out, in words. */
typedef struct exporter_problem {
    char group[520];
    char reason[768];
} exporter_problem;

typedef struct exporter_answer {
    exporter_outcome outcome;
    char
        message[1200]; /* One line: why the outcome is not DONE, or what a person should know of a run that did nothing.
                        */

    int64_t groups_matched;
    int64_t groups_exported; /* At least one window closed. */
    int64_t groups_idle;     /* Nothing came since. */
    int64_t groups_young;    /* All that came is younger than the settle delay. */
    int64_t groups_empty;    /* No stream has ever held an event. */
    int64_t groups_excluded; /* By ExcludeLogGroups or LogGroupTags. */
    int64_t groups_left_out; /* Not exportable: log class, key length; see problems. */
    int64_t groups_failed;   /* See problems. */
    int64_t groups_waiting;  /* Not reached before the deadline. */

    int64_t streams_seen;
    int64_t streams_exported; /* Streams whose folder is in a task of this run. */

    int64_t tasks_created;
    int64_t tasks_completed;
    int64_t tasks_failed;  /* FAILED and CANCELLED, each try. */
    int64_t tasks_adopted; /* Left by an earlier run and settled by this one. */
    bool task_in_flight;

    int64_t objects;
    int64_t bytes;           /* As stored, compressed. */
    int64_t objects_deleted; /* Of failed tasks, and of streams that a task matched beside the one it was for. */

    int64_t late_streams;     /* Whose hints say that something came behind their watermark after it was set. */
    int64_t late_events;      /* Archived by this run's sweep. */
    int64_t late_objects;     /* Written by it, or replaced. */
    int64_t late_groups_done; /* Swept by this run to their end. */
    int64_t late_groups_failed;
    int64_t late_groups_left; /* Of the round, not reached before the deadline. */

    int64_t window_to_ms; /* H: what came until then is archived where nothing failed. */
    int64_t next_due_ms;  /* When the next younger event falls due; 0: none is known. */
    int64_t duration_ms;

    int64_t units_failed;  /* Windows that were given up, and groups that could not be looked at. */
    int64_t slot_busy_ms;  /* Waited for a stranger's export task. */
    bool lag_is_known;     /* Groups were looked at. */
    int64_t lag_ms;        /* How old the oldest event is that waits, by the hints; 0: none does. */
    bool expires;          /* Retention is to take something that waits. */
    int64_t expires_in_ms; /* How soon; below 0: it may have done so. */

    exporter_problem problems[EXPORTER_ANSWER_PROBLEMS];
    size_t problem_count;  /* Kept in `problems`. */
    size_t problems_total; /* Met. */
} exporter_answer;

/* Notes one more problem; past the array's end it is only counted. */
void exporter_answer_problem(exporter_answer *answer, smithy_str group, const char *format, ...) SMITHY_PRINTF(3, 4);
/* The answer as one JSON object, the same for `--json` and for Lambda. */
void exporter_answer_write_json(const exporter_answer *answer, smithy_buffer *out);
/* The answer for people: a few lines. */
void exporter_answer_write_text(const exporter_answer *answer, smithy_buffer *out);

#endif
