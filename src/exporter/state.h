/* What the exporter remembers between runs: for each group how far it is archived, and for single streams what differs.
 *
 * Every stream S of a group stands at a watermark E: each event stamped <= E that was exportable is archived, once.
 * Four records say so, in the order in which they are asked:
 *
 *   - an own entry: S stands at `exported_at`, whatever its group does (ExportUnit=stream, state of the Go version);
 *   - an owed entry: S is archived up to `exported_at`, and with its group from `owed_to` + 1 on; what lies between is
 *     exported by itself as soon as S shows that it may hold events there;
 *   - accounted for: S stands where its group stands;
 *   - none of these: nothing of S is archived, and it has never had a folder in any task's output.
 *
 * The last rule is what makes a group's single watermark exact: a stream that was born behind it is noticed by having
 * no folder, not by its creation time, which says nothing about what a task has read.
 *
 * One thread at a time. Everything lives in the arena of the call it was created with. */
#ifndef EXPORTER_STATE_H
#define EXPORTER_STATE_H

#include <smithy/call.h>

#define STATE_NOTHING      (-1)      /* A watermark before every event: timestamps start at 0. */
#define STATE_NOT_OWED     INT64_MIN /* owed_to of an own entry. */
#define STATE_UNKNOWN_TIME (-1)      /* created_ms of what the Go version left. */

typedef struct state_stream {
    smithy_str name;
    int64_t created_ms;  /* Its creationTime, or STATE_UNKNOWN_TIME. */
    int64_t exported_at; /* E; STATE_NOTHING. */
    int64_t owed_to;     /* STATE_NOT_OWED: an own entry. */
    int64_t since_ms;    /* When it turned out to be owed that; 0: not told. */
} state_stream;

/* A folder that a task wrote for a stream that its listing did not show: born in between. */
typedef struct state_folder {
    smithy_str folder;
    int64_t exported_before; /* The group's E when the task began: what lies up to it is not in the folder. */
} state_folder;

/* Streams accounted for that the listing by which their group became one did not show: each of them is owed
 * (exported_at, owed_to] when it shows up again. Most are gone for good. */
typedef struct state_missed {
    int64_t exported_at, owed_to;
    uint64_t *identities; /* In order. */
    size_t count;
    smithy_str *folders; /* Of such as have only left a folder yet. */
    size_t folder_count;
    int64_t since_ms; /* When the group passed over it. */
} state_missed;

typedef struct state_group {
    smithy_str arn; /* Without ":*" at its end. */
    int64_t created_ms;
    bool goes_by_names;  /* Not kept: objects may not be deleted, so only single streams can be made exact. */
    int64_t exported_at; /* The group's E; STATE_NOTHING while it has none of its own. */
    int64_t
        converge_to;  /* Where streams that differ are brought before they become one group; STATE_NOTHING: nowhere. */
    int64_t swept_at; /* When the last whole search for late events began; STATE_NOTHING: never. */
    int64_t compared_once; /* The same of the last one that left out no stream that was listed. */
    int64_t compared_at;   /* And of the one before that, for a listing can miss a stream: what was there a day before
                              need not be compared again. */
    int64_t swept_from;    /* Where they began in the events' time. */
    bool sweep_is_partial; /* The search that is under way left out a stream. */
    int64_t sweep_next;    /* Where the search that is under way goes on; STATE_NOTHING: none is. */

    uint64_t *accounted; /* state_identity of each stream accounted for. */
    size_t accounted_count, accounted_capacity, accounted_sorted;
    state_stream *streams; /* By name. */
    size_t stream_count, stream_capacity;
    state_folder *folders;
    size_t folder_count, folder_capacity;
    state_missed *missed; /* The earliest first. */
    size_t missed_count, missed_capacity;
} state_group;

/* A run's claim to be the only one. */
typedef struct state_lease {
    smithy_str owner; /* Absent: nobody. */
    int64_t until_ms; /* By the service's clock. */
} state_lease;

typedef enum state_unit_kind {
    STATE_UNIT_GROUP = 'g', /* Every stream that the state is of, (E, to]. */
    STATE_UNIT_PREFIX =
        'p', /* Streams whose names begin alike and that stand at one E, (E, to]; each gets an own entry. */
    STATE_UNIT_STREAM = 's',  /* One stream by its full name, (its E, to]; it gets an own entry. */
    STATE_UNIT_OWED = 'o',    /* One stream by its full name, up to where its group took it along. */
    STATE_UNIT_BACKFILL = 'b' /* A group's streams or one stream again, behind E: no watermark moves. */
} state_unit_kind;

/* A task that ran, or was about to be created, when the last save was made. */
typedef struct state_flight {
    smithy_str task_id;   /* Absent: not known to have been created. */
    smithy_str task_name; /* Absent: no flight. */
    smithy_str group;     /* Its name. */
    smithy_str prefix;    /* logStreamNamePrefix: the stream's full name; the state's own for a whole group. */
    state_unit_kind kind;
    int64_t from_ms, to_ms;
    smithy_str destination_prefix;
    int64_t created_ms; /* By the service's clock. */
} state_flight;

/* Something that must go from the archive, or be looked at again: under `folder` only `keep` may stay. */
typedef struct state_cleanup {
    smithy_str folder; /* "<destinationPrefix>/<taskId>/" */
    smithy_str keep;   /* The stream folders that stay, in order, with "/" between; absent: nothing stays. */
    int64_t since_ms;
    bool cleaned; /* It was clean once; objects can still appear for a while. */
} state_cleanup;

/* A list that misses a task once is no proof that the service has forgotten it: so long an accounted one is kept. */
#define STATE_TASK_KEPT_MS (14LL * 24 * 3600 * 1000)

/* An export task whose output the state accounts for. */
typedef struct state_task {
    smithy_str id;
    int64_t ended_ms; /* When it was accounted for. */
} state_task;

/* A watermark that a person moved: who, when, and why. */
typedef struct state_edit {
    int64_t at_ms;
    smithy_str by;
    smithy_str arn;         /* Of a group, or of a stream. */
    int64_t from_ms, to_ms; /* STATE_NOTHING: nothing archived. */
    smithy_str reason;
} state_edit;
#define STATE_EDITS_MAX 100 /* The oldest are forgotten. */

/* The Go version's note of the last task of a stream, to be asked about once. */
typedef struct state_carried {
    state_group *group;
    smithy_str stream;
    smithy_str task_id;
} state_carried;

typedef struct exporter_state {
    smithy_call *memory;
    int64_t now_ms; /* Not kept: the time by the service's clock, as those who change the state last said. */
    smithy_str id;  /* 16 hex digits, random, for this state's own tasks. */
    smithy_str
        stream_prefix;   /* LogStreamNamePrefix: all of this is said of streams whose names begin so; empty: all. */
    int64_t sweep_round; /* When the search for late events in all groups began that is under way; STATE_NOTHING: none
                            is. */
    state_lease lease;
    state_flight flight;
    state_group **groups; /* By ARN. */
    size_t group_count, group_capacity;
    state_cleanup *cleanups;
    size_t cleanup_count, cleanup_capacity;
    state_task *tasks; /* By id. */
    size_t task_count, task_capacity;
    state_edit *edits; /* The oldest first. */
    size_t edit_count, edit_capacity;
    state_carried *carried; /* Only right after the Go version's state was read. */
    size_t carried_count, carried_capacity;
} exporter_state;

/* An empty state with a fresh id. `memory` is the arena of all that follows; it is not reset by the state. */
smithy_status state_init(exporter_state *state, smithy_call *memory) SMITHY_NODISCARD;

/* NULL where there is none, or where it was made again since (another creation time): then it starts over. */
state_group *state_find_group(exporter_state *state, smithy_str arn, int64_t created_ms);
/* The group of this ARN that was created at another time; NULL where it knows none. */
state_group *state_find_other_life(exporter_state *state, smithy_str arn, int64_t created_ms);
/* As find, but makes one that stands at nothing. NULL when memory is out. */
state_group *state_add_group(exporter_state *state, smithy_str arn, int64_t created_ms);

/* The entry of that stream; NULL where there is none, or where the stream was made again since. */
state_stream *state_find_stream(state_group *group, smithy_str name, int64_t created_ms);
/* Makes or replaces the entry. */
smithy_status state_set_stream(exporter_state *state, state_group *group, const state_stream *entry) SMITHY_NODISCARD;
void state_remove_stream(state_group *group, smithy_str name);
bool state_has_own_entries(const state_group *group);
/* There is an entry of another stream whose name begins so. */
bool state_knows_sibling(const state_group *group, smithy_str name);

/* What stands for a stream in the set of those accounted for: a hash of name and creation time. */
smithy_status state_identity(smithy_str name, int64_t created_ms, uint64_t *identity) SMITHY_NODISCARD;
bool state_is_accounted(state_group *group, uint64_t identity);
/* Brings identities in order, each once; how many are left. */
size_t state_sort_identities(uint64_t *identities, size_t count);
/* Brings `accounted` in order. */
void state_sort_accounted(state_group *group);
smithy_status state_account(exporter_state *state, state_group *group, uint64_t identity) SMITHY_NODISCARD;

/* The folder note of that name; NULL where there is none. */
const state_folder *state_find_folder(const state_group *group, smithy_str folder);
smithy_status state_add_folder(exporter_state *state, state_group *group, smithy_str folder,
                               int64_t exported_before) SMITHY_NODISCARD;
void state_remove_folder(state_group *group, smithy_str folder);

/* `missed` with its identities in order, whose memory is the state's from now on. */
smithy_status state_add_missed(exporter_state *state, state_group *group, const state_missed *missed) SMITHY_NODISCARD;
bool state_missed_has(const state_missed *missed, uint64_t identity);
/* The earliest note that has it; NULL where none has. */
const state_missed *state_find_missed(const state_group *group, uint64_t identity);
/* Who left that folder has this identity, in all notes. */
smithy_status state_name_missed(exporter_state *state, state_group *group, smithy_str folder,
                                uint64_t identity) SMITHY_NODISCARD;
/* Who has this identity was taken along up to `exported_to` by a task of the whole group, and by none of the windows
 * that the group passed over since. */
smithy_status state_miss_behind(exporter_state *state, state_group *group, int64_t exported_to,
                                uint64_t identity) SMITHY_NODISCARD;
/* Takes it out of the note that was just found. */
void state_remove_missed(state_group *group, const state_missed *found, uint64_t identity);
/* Notes without any stay as long as a task from before them is kept: its objects may tell of somebody yet. */
void state_forget_missed(const exporter_state *state, state_group *group);

/* NULL: the state does not account for it. */
const state_task *state_find_task(const exporter_state *state, smithy_str id);
bool state_has_task(const exporter_state *state, smithy_str id);
/* One that is there already ended when the later of the two says. */
smithy_status state_add_task(exporter_state *state, smithy_str id, int64_t ended_ms) SMITHY_NODISCARD;

/* The first note of that folder; NULL where there is none. */
const state_cleanup *state_find_cleanup(const exporter_state *state, smithy_str folder);
smithy_status state_add_cleanup(exporter_state *state, smithy_str folder, smithy_str keep,
                                int64_t since_ms) SMITHY_NODISCARD;

/* Copies the edit's texts. */
smithy_status state_add_edit(exporter_state *state, const state_edit *edit) SMITHY_NODISCARD;

/* Nothing is archived yet: the state may come to be of other streams. */
bool state_is_fresh(const exporter_state *state);

/* The watermark that lies furthest ahead, and whose it is. STATE_NOTHING where there is none. */
int64_t state_furthest(const exporter_state *state, smithy_str *arn);

/* Copies the flight's texts. */
smithy_status state_set_flight(exporter_state *state, const state_flight *flight) SMITHY_NODISCARD;

/* As text (state_read.h, state_write.h) it has at most 1 GiB: far above a state of a million streams, far below what
 * would hurt. */
#define STATE_TEXT_MAX ((size_t)1 << 30)

/* The parts of an ARN "arn:aws:logs:REGION:ACCOUNT:log-group:NAME[:*|:log-stream:STREAM]"; false for another text. */
bool state_split_arn(smithy_str arn, smithy_str *group_arn, smithy_str *group_name, smithy_str *stream_name);

#endif
