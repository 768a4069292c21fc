/* What there is to do, group by group, without doing any of it: what the commands `status`, `plan` and `report` show.
 *
 * A survey reads the state, lists what the settings match, and asks the planner, as a run does; it takes no lease,
 * creates no task and writes nothing. */
#ifndef EXPORTER_SURVEY_H
#define EXPORTER_SURVEY_H

#include "context.h"
#include "task.h"

#define SURVEY_UNKNOWN (-1) /* A time or a duration that nobody knows. */

typedef enum survey_verdict {
    SURVEY_DUE = 0,    /* There are units. */
    SURVEY_UP_TO_DATE, /* Nothing came since the watermark. */
    SURVEY_SETTLING,   /* All that came is younger than the settle delay. */
    SURVEY_EMPTY,      /* No stream has ever shown an event. */
    SURVEY_DIFFERENT,  /* ExportUnit=group, and the streams stand at different watermarks. */
    SURVEY_EXCLUDED,   /* ExcludeLogGroups or LogGroupTags do not want it. */
    SURVEY_LEFT_OUT,   /* It cannot be exported at all. */
    SURVEY_FAILED      /* It could not be looked at. */
} survey_verdict;
#define SURVEY_VERDICTS (SURVEY_FAILED + 1)
/* "due", "up-to-date", "settling", "empty", "streams-differ", "excluded", "left-out", "failed". */
const char *survey_verdict_name(survey_verdict verdict);

/* Whether retention may take what is not archived yet. */
typedef enum survey_risk {
    SURVEY_SAFE = 0,
    SURVEY_SOON,   /* In less than three days, or a quarter of the retention. */
    SURVEY_EXPIRED /* It may have done so. */
} survey_risk;
/* "none", "soon", "expired". */
const char *survey_risk_name(survey_risk risk);

/* Texts live in run->memory. */
typedef struct survey_group {
    smithy_str name, arn;
    int64_t created_ms;
    int32_t retention_days; /* 0: events never expire. */
    survey_verdict verdict;
    smithy_str reason;      /* Why it is DIFFERENT, EXCLUDED, LEFT_OUT or FAILED. */
    int64_t archived_to_ms; /* Every stream that is known is archived up to there; STATE_NOTHING. */
    int64_t waiting_ms;     /* Nothing that waits is older, by the hints; SURVEY_UNKNOWN: nothing waits. */
    int64_t expires_ms;     /* When retention takes the oldest that waits; SURVEY_UNKNOWN: never, or nothing waits. */
    survey_risk risk;
    int64_t next_due_ms; /* When the oldest of what is too young falls due; SURVEY_UNKNOWN. */
    size_t streams;
    size_t streams_active; /* Something came in the last period, or day. */
    size_t streams_apart;  /* With a watermark of their own, or something owed. */
    size_t units_of_group, units_of_stream, units_owed;
    size_t units_of_cuts;     /* Tasks beyond these, since DestinationPrefix parts the archive by the events' date. */
    int64_t from_ms, to_ms;   /* All units lie in between; SURVEY_UNKNOWN without one. */
    int64_t task_duration_ms; /* Of one task, by what earlier ones took; SURVEY_UNKNOWN. */
} survey_group;

/* What DescribeExportTasks tells of tasks that were. */
typedef struct survey_durations {
    size_t tasks;   /* That the figures are of. */
    bool of_others; /* No task of this state is listed any more: they are of whoever exported in this account. */
    int64_t median_ms, slow_ms; /* Nine of ten were as quick; SURVEY_UNKNOWN. */
} survey_durations;

/* Who holds the account's one slot. */
typedef struct survey_slot {
    bool busy, ours;
    smithy_str task_id, task_name, group;
    int64_t since_ms;
} survey_slot;

typedef struct survey {
    survey_group *groups; /* Those at risk first, then by name. */
    size_t count, capacity;
    size_t of_verdict[SURVEY_VERDICTS];
    size_t at_risk[SURVEY_EXPIRED + 1];
    size_t unseen; /* Groups that the deadline, or a signal, kept from being looked at. */
    int64_t now_ms, horizon_ms;
    survey_durations durations;
    survey_slot slot;
    task_list tasks; /* All that are listed. */
} survey;

/* `period_ms` is how long a stream may be silent and still be active; 0: a day. false: run->answer says why. */
bool survey_take(run_context *run, int64_t period_ms, survey *out);

/* Tasks that the group's units come to, and how long they may take; SURVEY_UNKNOWN where no task tells. */
size_t survey_units(const survey_group *group);
int64_t survey_duration_ms(const survey *all, const survey_group *group);
/* The tasks of a run, once there is no backlog, of a group that is written to as in the last period. */
size_t survey_tasks_a_period(const survey_group *group, const exporter_settings *settings, int64_t period_ms);

#endif
