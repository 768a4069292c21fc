/* The truth: one account's log groups, streams and events, its export tasks, one bucket's objects, and the time.
 *
 * A model on purpose simpler than what it judges. An object that a task wrote holds the numbers of its events instead
 * of their text. Nothing here happens by itself: what is to come stands in a queue, and world_advance lets it come to
 * pass in order. One thread at a time; a world is reused from seed to seed. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "random_source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_BUCKET    "archive"
#define SIM_STATE_KEY "state/exporter.json"
#define SIM_TABLE     "states"
#define SIM_NAME      "archive" /* Of the state in the table. */
#define SIM_FOLDER    "/sim"
#define SIM_FILE      SIM_FOLDER "/state.json"
#define SIM_REGION    "eu-west-1"
#define SIM_ACCOUNT   "123456789012"
#define SIM_NEVER     INT64_MAX
#define SIM_MINUTE    INT64_C(60000)
#define SIM_HOUR      (60 * SIM_MINUTE)
#define SIM_DAY       (24 * SIM_HOUR)

typedef struct sim_list { /* Of numbers. */
    int *items;
    int count, capacity;
} sim_list;

typedef struct sim_event {
    int stream;
    int64_t timestamp;
    int64_t ingested_ms;
    int64_t visible_ms; /* An export task that reads at this time or later sees it. */
} sim_event;

/* A life of a stream: one that is made again under its old name is another one. */
typedef struct sim_stream {
    int group;
    char *name;
    char *folder; /* The name with "/" as "-". */
    int64_t created_ms;
    int64_t hint_lag_ms; /* How far behind DescribeLogStreams is. */
    bool deleted;
    sim_list events;
    int64_t *listed_ms; /* When DescribeLogStreams showed it. */
    int listed_count, listed_capacity;
} sim_stream;

typedef struct sim_group {
    char *name;
    char *arn;
    int64_t created_ms;
    int retention_days; /* 0: for ever. */
    bool is_standard;
    bool deleted;
    sim_list streams; /* All that it ever had. */
} sim_group;

typedef enum sim_task_status {
    SIM_TASK_PENDING,
    SIM_TASK_RUNNING,
    SIM_TASK_PENDING_CANCEL,
    SIM_TASK_COMPLETED,
    SIM_TASK_FAILED,
    SIM_TASK_CANCELLED
} sim_task_status;

typedef struct sim_task {
    char *id, *name, *group_name, *prefix, *destination_prefix;
    char *folder;       /* "<destinationPrefix>/<id>/" */
    const char *bucket; /* NULL: the archive's. */
    int group;
    int64_t from_ms, to_ms;
    int64_t created_ms, listed_ms, ended_ms;
    int64_t read_ms; /* When it read the events; SIM_NEVER: not yet. */
    sim_task_status status;
    sim_task_status fate; /* What it will end as. */
    bool is_foreign;
    sim_list found; /* The events that it read. */
} sim_task;

typedef struct sim_object {
    char *key;
    char *body; /* Of what is no task's. */
    size_t len, room;
    int etag;
    int task; /* -1: none's. */
    int stream;
    bool is_delayed; /* It came to light after its task had ended, or will. */
    sim_list events;
} sim_object;

/* An item of the table whose partition key is SIM_NAME. */
typedef struct sim_item {
    char *sort_key;
    char *text; /* All attributes as JSON; NULL: there is none. */
    char *before;
    int64_t changed_ms; /* When it was `before`. */
} sim_item;

/* A file, and what of it would be left without power. */
typedef struct sim_inode {
    char *bytes, *safe;
    size_t len, safe_len;
    bool is_dirty;
    int lock; /* The open file that holds it; -1: none. */
} sim_inode;

typedef struct sim_name {
    char *path;
    int inode;
} sim_name;

typedef struct sim_file {
    int inode; /* -1: it is closed. */
    int process;
} sim_file;

typedef struct sim_disk {
    sim_inode *inodes;
    int inode_count, inode_capacity;
    sim_name *names; /* As they are, */
    int name_count, name_capacity;
    sim_name *safe; /* as they would be left, */
    int safe_count, safe_capacity;
    sim_name *changes; /* and what lies between. */
    int change_count, change_capacity;
    sim_file *files; /* By descriptor. */
    int file_count, file_capacity;
    bool is_save_pending; /* The state's name stands for a new file, and that is not safe. */
} sim_disk;

typedef enum sim_store { SIM_STORE_S3, SIM_STORE_DYNAMODB, SIM_STORE_FILE, SIM_STORE_COUNT } sim_store;

/* Who writes a state, and which version of it that process has read or written last. */
typedef struct sim_writer {
    int process;
    int seen;
} sim_writer;

typedef enum sim_happening_kind {
    SIM_PUT_EVENT,      /* subject: event, already made; it appears in its stream. */
    SIM_CREATE_STREAM,  /* subject: group; text: name; with events so many ms ago. */
    SIM_DELETE_STREAM,  /* subject: stream. */
    SIM_RECREATE_GROUP, /* subject: group. */
    SIM_TASK_RUNS,      /* subject: task. */
    SIM_TASK_ENDS,      /* subject: task. */
    SIM_OBJECT_APPEARS, /* object. */
    SIM_EFFECT          /* effect(context): a request whose client has given up. */
} sim_happening_kind;

typedef struct sim_world sim_world;

#define SIM_BIRTH_EVENTS 4

typedef struct sim_happening {
    int64_t at_ms;
    int order;
    sim_happening_kind kind;
    int subject;
    char *text;
    sim_object *object;
    int64_t ages_ms[SIM_BIRTH_EVENTS];
    int age_count;
    void (*effect)(sim_world *world, void *context);
    void *context;
} sim_happening;

/* How this AWS behaves where its pages disagree or are silent, and how fast it is. */
typedef struct sim_knobs {
    sim_store store;    /* Of the state. */
    size_t piece_bytes; /* Of the state's text in one item; 0: as many as DynamoDB takes. */
    bool has_crc;       /* The table's answers tell their checksum. */
    bool reads_at_end;  /* A task reads its events at its end, not at its start. */
    bool refuses_reversed_window;
    bool refuses_before_creation;
    bool has_empty_pages;
    int page_size;
    int events_per_object;
    const char *date_format;   /* Of strftime: what the key of an object that holds an event begins with, of the event's
                                  date; NULL: anything. */
    const char *stream_prefix; /* The exporter is to archive no other streams. */
    int missing_per_mille;     /* Of a listing's items, missed. */
    int repeat_per_mille;      /* Of pages, that begin with the last item of the one before. */
    int late_objects_per_mille;
    int64_t late_object_ms;
    int64_t list_lag_ms; /* DescribeExportTasks shows a task so much later. */
    int64_t hint_lag_ms; /* The most. */
    int64_t visible_lag_ms;
    int64_t pending_ms, running_ms; /* The most. */
    int failed_per_mille, cancelled_per_mille, slow_per_mille;
    int births_per_mille; /* Of tasks, that a stream is born under whose prefix before they read. */
} sim_knobs;

struct sim_world {
    random_source dice;
    sim_knobs knobs;
    int64_t now_ms;

    sim_group *groups;
    int group_count, group_capacity;
    sim_stream *streams;
    int stream_count, stream_capacity;
    sim_event *events;
    int event_count, event_capacity;
    sim_task *tasks;
    int task_count, task_capacity;
    sim_object **objects; /* By key. */
    int object_count, object_capacity;
    sim_item *items; /* By sort key. */
    int item_count, item_capacity;
    sim_disk disk;
    sim_happening *queue;
    int queue_count, queue_capacity;
    int next_order, next_etag, next_id, next_process;

    int version;      /* Of the state: how often it was saved. */
    int version_by;   /* The process that saved it last. */
    int state_writes; /* Of all that the store holds. */
    int64_t changes;  /* Whatever the judge looks at: what happened, and what is in the bucket but for the state. */
    /* Told of each save of the state. */
    void (*state_saved)(sim_world *world, const char *text, size_t len);
    void *judge;

    bool is_traced;
    /* These stay over resets. */
    bool has_mode_changes; /* Busy groups, exported stream by stream and as one by turns. */
    bool always_loses;     /* In each story, objects of the archive are lost, and archived again. */
    bool always_sweeps;    /* Each story looks for late events, of which there are many. */
    bool is_frugal;        /* Bodies of requests, and of objects that are put again, take the memory of those before,
                              which nobody may have kept: for large accounts, without faults. */
    int only_store;        /* A sim_store; -1: stories have any. */
    char violation[512];   /* The first; empty: none. */

    struct sim_block *blocks, *block; /* The memory of all texts and lists. */
    size_t block_used;
    char *body; /* Of the request, where the world is frugal. */
    int body_room;
};

sim_world *world_create(void);
void world_destroy(sim_world *world);
/* An empty account at the start of its time. */
void world_reset(sim_world *world, uint64_t seed);

/* Notes that an invariant does not hold. */
void world_violation(sim_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
void world_trace(const sim_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Zeroed memory that lives until the next reset. */
void *world_alloc(sim_world *world, size_t size);
/* For the body of a request, and its end. */
char *world_body(sim_world *world, size_t len);
char *world_copy(sim_world *world, const char *text, size_t len);
char *world_format(sim_world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for one more in a table of the world, whose memory outlives resets. */
void *world_grow(void *items, int count, int *capacity, size_t size);
#define WORLD_ROOM(world_, table_, one_) \
    ((world_)->table_ =                  \
         world_grow((world_)->table_, (world_)->one_##_count, &(world_)->one_##_capacity, sizeof *(world_)->table_))
void list_add(sim_world *world, sim_list *list, int item);

/* 0 to most, each as likely. */
int64_t world_draw(sim_world *world, int64_t most);
bool world_chance(sim_world *world, int per_mille);

void world_schedule(sim_world *world, sim_happening happening);
/* Lets time pass; not backwards. */
void world_advance(sim_world *world, int64_t to_ms);

/* The state was replaced. Whoever did it must have known the one before: it is a violation otherwise. */
void world_state_replaced(sim_world *world, sim_writer by);
/* The same, by this document, which is to be judged. */
void world_state_saved(sim_world *world, sim_writer by, const char *text, size_t len);

/* ---- logs ---- */

int world_add_group(sim_world *world, const char *name, bool is_standard);
int world_add_stream(sim_world *world, int group, const char *name);
/* A listing shows the stream now. */
void world_note_listed(sim_world *world, int stream);
/* The living one of that name; -1: none. */
int world_find_group(const sim_world *world, const char *name);
int world_find_stream(const sim_world *world, int group, const char *name);
/* An event that is put now, or at `at_ms`. */
void world_put_event(sim_world *world, int stream, int64_t timestamp, int64_t at_ms);

/* ---- objects ---- */

sim_object *world_find_object(const sim_world *world, const char *key);
void world_put_object(sim_world *world, sim_object *object);
#define SIM_EVENT_LINE 80
/* An event as an export writes it, its message being its number: "2026-11-22T10:00:00.123Z event 17". */
void world_event_line(const sim_world *world, int event, char line[SIM_EVENT_LINE]);
void world_put_text(sim_world *world, const char *key, const char *text, size_t len);
void world_delete_object(sim_world *world, const char *key);
/* The place of the first key >= `key`. */
int world_object_position(const sim_world *world, const char *key);

/* ---- tasks: tasks.c ---- */

typedef struct sim_task_request {
    const char *name, *group, *prefix, *bucket, *destination_prefix;
    int64_t from_ms, to_ms;
    bool is_foreign;
} sim_task_request;

/* The new task's number; or -1 and the error's code. */
int tasks_create(sim_world *world, const sim_task_request *request, const char **code);
bool task_is_active(const sim_task *task);
/* The task of that id; NULL: none. */
const sim_task *task_find(const sim_world *world, const char *id);
const char *task_status_text(sim_task_status status);
/* It is for every stream of its group, whoever it is. */
bool task_is_of_group(const sim_task *task);
/* It is for streams whose names begin alike; what it writes of others is not meant. */
bool task_is_of_several(const sim_task *task);
/* It is for a past range; what stays of it the state says. */
bool task_is_of_backfill(const sim_task *task);
/* It takes events of this stream, whatever their time. */
bool task_matches(const sim_task *task, const sim_stream *stream);
void task_runs(sim_world *world, int task);
void task_ends(sim_world *world, int task);

#endif
