/* One group on a bench: its streams as they are listed, what is planned of it, what earlier tasks left, and a bucket
 * that says what is in it and loses what is deleted. */
#ifndef TESTS_EXPORTER_SETTLE_BENCH_H
#define TESTS_EXPORTER_SETTLE_BENCH_H

#include "past_tasks.h"
#include "run_bench.h"
#include "slot.h"
#include "work.h"

#define SETTLE_ROOM 8
#define SETTLE_KEYS 24
#define SETTLE_NOW  INT64_C(1767323045000) /* The bench's clock stands there. */
#define SETTLE_HOUR INT64_C(3600000)
#define SETTLE_DAY  (24 * SETTLE_HOUR)
#define SETTLE_MADE (SETTLE_NOW - 100 * SETTLE_DAY) /* The group, and its streams. */

typedef struct settle_bench {
    run_bench *bench;
    run_context *run;
    group_work work;
    state_group *group;
    catalog_stream streams[SETTLE_ROOM];
    task_info infos[SETTLE_ROOM];
    past_task tasks[SETTLE_ROOM];
    past_tasks past;
    plan_unit units[SETTLE_ROOM];
    const char *keys[SETTLE_KEYS]; /* What is in the bucket; NULL: it went. */
    size_t key_count;
    const char *appears;        /* With the first that is deleted. */
    catalog_stream *listed_now; /* What CloudWatch Logs lists when it is asked; NULL: it refuses to. */
    size_t listed_now_count;
    bool is_forgetful;        /* The state accounts for none of the tasks. */
    const char *tasks_now;    /* As DescribeExportTasks lists them; NULL: it refuses to. */
    int64_t listing_takes_ms; /* Of CloudWatch Logs, which has more to tell then. */
    scripted_answer creation; /* Of a task: "t1", if nothing else. */
    scripted_answer deletion; /* Of a single object, where it is refused. */
    bool refuses_deletion;    /* Of a single object. */
    scripted_answer refusal;  /* "AccessDenied", if nothing else. */
    int refused_list;         /* The listing of that number, from 1, is refused; 0: none. */
    int lists, deletes, puts, listings, creations;
} settle_bench;

/* An empty group "g" that stands at nothing. NULL where memory is out. */
settle_bench *settle_bench_open(run_bench *bench);

/* In the order of their names. */
catalog_stream *settle_add_stream(settle_bench *b, const char *name);
plan_unit *settle_plan_stream(settle_bench *b, const catalog_stream *stream, int64_t from_ms);
plan_unit *settle_plan_prefix(settle_bench *b, const char *prefix, int64_t from_ms);
/* COMPLETED ten days ago, with the window up to its creation, under "x/<id>/". It may be changed until
 * `settle_look_back`. */
past_task *settle_add_task(settle_bench *b, state_unit_kind kind, const char *id, const char *prefix);
/* Another time of its end, and an hour before that of its making. */
void settle_end_task(past_task *task, int64_t ended_ms);
/* All tasks are there: the state accounts for them, and the run knows of them. */
smithy_status settle_look_back(settle_bench *b);
void settle_put(settle_bench *b, const char *key);
bool settle_is_there(const settle_bench *b, const char *key);

/* As run_bench_without_memory, for each digest that OpenSSL may refuse. */
void settle_without_digests(run_bench_scenario *scenario, void (*check)(run_bench *bench));

#endif
