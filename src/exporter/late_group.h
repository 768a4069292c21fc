/* One group in the sweep. Only for its own parts. */
#ifndef EXPORTER_LATE_GROUP_H
#define EXPORTER_LATE_GROUP_H

#include "event_set.h"
#include "late.h"
#include "proof.h"
#include "standing.h"

#define LATE_DAY_MS  INT64_C(86400000)
#define LATE_HOUR_MS INT64_C(3600000)
/* So long at most an event takes until a task can see it. One that was there so long before its task was asked for is
 * archived. */
#define LATE_VISIBLE_MS (12 * LATE_HOUR_MS)
/* A task's objects can appear after it ended: its window is not judged sooner. */
#define LATE_SETTLED_MS LATE_HOUR_MS
/* Hints lag, by hours at the most: what they show a day later is so. */
#define LATE_HINTS_MS LATE_DAY_MS

/* Archived up to `low`, and again from `gap_end` + 1 to `high`. Without a gap all three are the same. */
typedef struct late_claim {
    int64_t low, gap_end, high;
} late_claim;

smithy_status late_find_claim(state_group *group, const catalog_stream *stream, late_claim *claim) SMITHY_NODISCARD;

typedef struct late_stream {
    const catalog_stream *stream;
    late_claim claim;
    bool is_wanted;  /* It may hold something that no sweep has compared. */
    bool is_suspect; /* It does, on the day that is looked at. */
} late_stream;

typedef struct late_group {
    run_context *run;
    const proof *index;
    catalog_group *catalog;
    state_group *group;
    smithy_call *memory; /* The group's. */
    smithy_call *paging;
    int64_t now_ms;
    int64_t lost_before_ms; /* What is noted of an object says so; 0: nothing. */
    bool compares_all;      /* A backfill: whatever is claimed and not there is archived, when it came says nothing. */
    late_stream *streams;   /* By folder: those that share one stand together. */
    size_t count;
    const proof_task *tasks; /* Of this life of the group. */
    size_t task_count;
    const proof_late *lates;
    size_t late_count;
    const proof_task **day_tasks;
    size_t day_task_count;
    bool intent_saved;      /* The state tells that the sweep is at this day, or at an earlier one. */
    int64_t day_ms, end_ms; /* The day, up to the group's watermark at most. */
} late_group;

/* The group's part of the ledger's index. */
void late_find_in_ledger(late_group *g);
/* Streams by folder. */
void late_sort_streams(late_group *g);
/* Looks at [day_ms, the day's end], up to `watermark_ms` at most; day_tasks has room for all tasks. */
void late_begin_day(late_group *g, int64_t day_ms, int64_t watermark_ms);
/* Archives what is missing on that day of the wanted streams. */
smithy_status late_sweep_day(late_group *g) SMITHY_NODISCARD;

/* "<destination>/late-YYYY-MM-DD/", under which the objects of a day stand, a folder for each stream. Absent: no
 * memory. */
smithy_str late_day_folder(const run_context *run, const catalog_group *group, int64_t day_ms, smithy_call *memory);

/* What an event is by its times. */
typedef enum late_judgement {
    LATE_NOT_OURS, /* It is not claimed to be archived, or its window is not known or too fresh to be judged. */
    LATE_IN_TIME,  /* Its task could see it. */
    LATE_SUSPECT   /* Its task may have missed it. */
} late_judgement;

late_judgement late_judge(const late_group *g, const late_stream *s, const logs_filtered_log_event *event);

typedef smithy_status late_visit(late_group *g, late_stream *s, const logs_filtered_log_event *event, void *context);

/* What CloudWatch Logs holds of the day, of the wanted ones among streams[first] and the `count` - 1 behind it. Errors
 * are in run->call: ResourceNotFoundException where the group is gone, or a stream went while it was visited. */
smithy_status late_walk(late_group *g, size_t first, size_t count, late_visit *visit, void *context) SMITHY_NODISCARD;

/* Compares a folder's day, which streams[first] and the `count` - 1 behind it share, and archives what is missing. */
smithy_status late_sweep_folder(late_group *g, size_t first, size_t count) SMITHY_NODISCARD;

/* As the folders of two streams compare. */
int late_compare_folders(smithy_str a, smithy_str b);

#endif
