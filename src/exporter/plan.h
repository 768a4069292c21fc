/* Which tasks a group needs, exactly: so that each event is in one of them, and in one only.
 *
 * A task exports every stream of its group whose name starts with its prefix. A whole group (the state's
 * LogStreamNamePrefix, mostly empty) is exact
 * where every stream stands at the group's watermark; so are streams whose names begin alike where all of them stand at
 * one; a single stream (its full name as the prefix) is made exact by
 * deleting, from that task's own folder, what it took along of the streams whose names merely start with it. */
#ifndef EXPORTER_PLAN_H
#define EXPORTER_PLAN_H

#include "catalog.h"
#include "settings.h"
#include "state.h"

typedef struct plan_unit {
    state_unit_kind kind;
    const catalog_stream *stream; /* NULL for more than one. */
    smithy_str prefix;            /* What its streams' names begin with: the name of a single one. */
    int64_t from_ms, to_ms;       /* Inclusive at both ends. */
    int64_t earliest_ms;          /* No event is known before it: where halving a window pays. */
    bool has_siblings;            /* Others may come along: the task's folder must be cleaned. */
} plan_unit;

typedef enum plan_verdict {
    PLAN_DUE = 0,  /* There are units. */
    PLAN_IDLE,     /* Nothing came since the watermark. */
    PLAN_YOUNG,    /* All that came is younger than the horizon. */
    PLAN_EMPTY,    /* No stream has ever shown an event. */
    PLAN_DIFFERENT /* ExportUnit=group, and the group's streams stand at different watermarks. */
} plan_verdict;

typedef struct group_plan {
    plan_verdict verdict;
    plan_unit *units; /* In the order in which they must run. */
    size_t unit_count, unit_capacity;
    int64_t youngest_first_ms; /* The earliest event that is known to lie behind the horizon; -1: none. */
    bool converges;            /* When all units are done, plan_converge makes the group one again. */
    int64_t converge_to_ms;
} group_plan;

/* Reads the hints of `catalog` (its streams sorted by name) against the state. Recognizes streams by folders that
 * earlier tasks left, which changes the state's notes but no watermark. `horizon_ms` is H: no window ends behind it. */
smithy_status plan_group(exporter_state *state, state_group *group, const catalog_group *catalog,
                         exporter_export_unit unit, int64_t horizon_ms, group_plan *plan,
                         smithy_call *memory) SMITHY_NODISCARD;

/* Streams that left a folder in a task before any listing showed them are known by `catalog` now. Without a plan,
 * before anything is asked of the group. */
smithy_status plan_recognize(exporter_state *state, state_group *group, const catalog_group *catalog) SMITHY_NODISCARD;

/* A task of the whole group, (exported_before, exported_to], turned out to have a folder of this stream: the stream
 * took part in it, and in none of the windows that its group passed over since. */
smithy_status plan_join(exporter_state *state, state_group *group, const catalog_stream *stream,
                        int64_t exported_before, int64_t exported_to) SMITHY_NODISCARD;

/* The watermark that a unit of this kind would start behind: `from` must be the next ms. Asked again before a task is
 * started or adopted, for earlier units may have failed. */
smithy_status plan_watermark(state_group *group, state_unit_kind kind, smithy_str stream, int64_t created_ms,
                             int64_t *watermark) SMITHY_NODISCARD;

/* Whether a finished task's window [from_ms, to_ms] is what comes next, now that the state may have moved on since the
 * task was planned: nothing of it is archived, and nothing is missing before it. */
smithy_status plan_fits(state_group *group, state_unit_kind kind, smithy_str stream, int64_t created_ms,
                        int64_t from_ms, int64_t to_ms, bool *fits) SMITHY_NODISCARD;
/* The stream is owed another gap, which its entry had no room for until now: the group is to be planned again. */
smithy_status plan_owes_more(state_group *group, smithy_str stream, int64_t created_ms, bool *more) SMITHY_NODISCARD;

/* Sorted distinct folder names of a task's output. */
typedef struct plan_folders {
    const smithy_str *names;
    size_t count;
} plan_folders;

/* Moves the watermarks after a unit's task was seen COMPLETED and its folder is clean. `to_ms` is the task's. `catalog`
 * may be NULL for a unit of a single stream. */
smithy_status plan_close(exporter_state *state, state_group *group, const catalog_group *catalog, state_unit_kind kind,
                         smithy_str stream, int64_t created_ms, int64_t to_ms,
                         const plan_folders *folders) SMITHY_NODISCARD;

/* The streams that a unit of kind STATE_UNIT_PREFIX is for. */
typedef struct plan_members {
    const catalog_stream **streams;
    size_t count;
    smithy_str *folders; /* Theirs, in order. */
    size_t folder_count;
    bool are_apart; /* No other stream of the listing writes into one of their folders. */
} plan_members;

/* Those of `catalog` that begin with `prefix` and whose next window begins at `from_ms`: no other one counts as taken
 * along, so what the task wrote of others must go. The listing must be older than the task, or hold only streams that
 * are. */
smithy_status plan_find_members(exporter_state *state, state_group *group, const catalog_group *catalog,
                                smithy_str prefix, int64_t from_ms, plan_members *members,
                                smithy_call *memory) SMITHY_NODISCARD;
/* As plan_close, for a unit of these streams. */
smithy_status plan_close_members(exporter_state *state, state_group *group, const plan_members *members,
                                 int64_t to_ms) SMITHY_NODISCARD;

/* Makes a group whose streams differ one again, standing at `to_ms`: those that are behind and idle are owed the gap.
 */
smithy_status plan_converge(exporter_state *state, state_group *group, const catalog_group *catalog,
                            int64_t to_ms) SMITHY_NODISCARD;

#endif
