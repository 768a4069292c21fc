/* For tests of single stories: a small account, one run after another, and what a run asked, said, answered and left
 * behind. The judge of the seeds looks on at each save. */
#ifndef SIM_STAGE_H
#define SIM_STAGE_H

#include "oracle.h"
#include "process.h"
#include "state.h"
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define STAGE_OPERATIONS_MAX 16
#define STAGE_LINES_MAX      400

typedef struct stage stage;
struct stage {
    sim_watcher watcher;
    sim_world *world;
    sim_oracle oracle;
    sim_run run; /* What the next run is like. */
    sim_result result;
    /* What befalls a request; NULL: nothing does. `nth` is its number among the run's requests of its operation,
     * from 1. */
    sim_fault (*befall)(stage *s, const sim_request *request, int nth, sim_reply *reply);
    void (*set)(exporter_settings *settings);                   /* NULL: as the simulator's runs are set. */
    void (*shown)(stage *s, const exporter_progress *progress); /* Optional: sees what a live display may show. */
    struct {
        const char *operation;
        int count;
    } calls[STAGE_OPERATIONS_MAX]; /* Of the last run. */
    const char *lines[STAGE_LINES_MAX];
    int line_count;
    smithy_call *memory; /* Of `state`. */
    exporter_state state;
};

/* An account with an empty group, "app/0", number 0. */
int stage_set_up(void **context);
int stage_tear_down(void **context);

/* A stream of group `group`, with one event that happened `age_ms` ago. */
int stage_add_stream(stage *s, int group, const char *name, int64_t age_ms);
void stage_put_event(stage *s, int stream, int64_t age_ms);
void stage_wait(stage *s, int64_t ms);

/* One run as `s->run` says; the test fails where the judge finds anything wrong. */
const exporter_answer *stage_run(stage *s);
/* Runs until nothing is left to do, and judges the archive: each event once. */
void stage_finish(stage *s);

/* How often the last run asked for that, or said that. */
int stage_calls(const stage *s, const char *operation);
int stage_said(const stage *s, const char *message);

/* The state as it stands in the bucket. */
const exporter_state *stage_read_state(stage *s);
/* All lines of the ledger. */
const char *stage_ledger(stage *s);
const sim_task *stage_last_task(const stage *s);
int stage_objects(const stage *s, const char *prefix);
/* In the folder of the task of that number. */
int stage_objects_of(const stage *s, int task);
/* From now on what tasks write appears so long after they ended, at the most; 0: at once. */
void stage_let_objects_be_late(stage *s, int64_t ms);

/* A task as an earlier run would have made it. */
typedef struct stage_planted {
    state_unit_kind kind;
    const char *group, *prefix;
    int64_t from_ms, to_ms;
    int64_t named_from_ms; /* What its name says; 0: the same. */
    sim_task_status fate;
    const char *state_id; /* NULL: the state's own. */
} stage_planted;

/* Its number. A minute passes. */
int stage_plant(stage *s, const stage_planted *task);

sim_fault stage_refuse(const sim_request *request, sim_reply *reply, int status, const char *code);
bool stage_asks(const sim_request *request, const char *operation);

#endif
