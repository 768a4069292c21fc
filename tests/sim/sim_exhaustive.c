/* Small stories with a disturbance at every place where there can be one:
 *   sim_exhaustive kill | faults | nested | memory | pairs   [--story N] [--store NAME] [--at K] [--every N]
 *   [--verbose]
 * The story is played once undisturbed to count the run's requests, then once for each disturbance; the judge is the
 * one of the seeds. All of that with the state in S3, and at the places where a store is at work with each other one.
 */
#include "losses.h"
#include "stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct context {
    sim_world *world;
    sim_oracle oracle;
    sim_tally tally;
    int story, only_at;
    sim_store store;
    bool store_steps[SIM_STEPS_MAX];
    int every; /* How far failing allocations, and pairs of faults, are apart. */
    bool is_verbose;
    int64_t played, failed;
} context;

/* ---- stories: what stands before the run that is disturbed ---- */

static const sim_run PLAIN = {.name = "A",
                              .seed = 7,
                              .settle_ms = SIM_MINUTE,
                              .destination_prefix = "%Y/%m/%d/{group}/{stream}",
                              .latency_ms = 20};

static void put_events(sim_world *world, int stream, int count) {
    for (int i = 0; i < count; i++) world_put_event(world, stream, world->now_ms - i * SIM_HOUR, world->now_ms);
}

static void make_account(sim_world *world) {
    static const char *const NAMES[] = {"app", "app-2", "app-2/worker", "idle", "silent"};
    const int first = world_add_group(world, "app/0", true), second = world_add_group(world, "app/1", true);
    for (int i = 0; i < 5; i++) put_events(world, world_add_stream(world, first, NAMES[i]), i < 4 ? 3 : 0);
    put_events(world, world_add_stream(world, second, "web"), 5);
    world_advance(world, world->now_ms + SIM_HOUR);
}

static void put_news(sim_world *world) {
    world_advance(world, world->now_ms + SIM_DAY);
    put_events(world, 0, 2);
    put_events(world, 1, 1);
    put_events(world, world_add_stream(world, 0, "born-late"), 30);
    world_advance(world, world->now_ms + SIM_HOUR);
}

/* Of the first window of the first group all, of the rest every other one. */
static void lose_objects(sim_world *world) {
    int first = -1;
    for (int i = world->object_count; i-- > 0;) {
        const sim_object *object = world->objects[i];
        if (object->task < 0 || world->streams[object->stream].group != 0) continue;
        if (first < 0 && task_is_of_group(&world->tasks[object->task])) first = object->task;
        if (object->task == first || i % 2 == 0) world_delete_object(world, object->key);
    }
}

/* The run that is disturbed, after what came before it. */
static sim_run begin(context *c) {
    sim_world *world = c->world;
    sim_result result;
    sim_run run = PLAIN;
    world_reset(world, 42);
    world->knobs.store = c->store;
    world->knobs.piece_bytes = 300; /* The state grows beyond it. */
    oracle_watch(&c->oracle, world);
    make_account(world);
    switch (c->story) {
    case 0: break; /* The first run of all. */
    case 1:        /* Streams by themselves, then the group as one. */
        run.unit = EXPORTER_UNIT_STREAM;
        process_run(world, &run, &result);
        put_news(world);
        run.unit = EXPORTER_UNIT_AUTO;
        break;
    case 2: /* Late events, of two days and a stream that shares its name's beginning. */
        run.sweeps = true;
        run.late_horizon_ms = SIM_DAY;
        process_run(world, &run, &result);
        world_advance(world, world->now_ms + 2 * SIM_HOUR);
        put_events(world, 0, 30);
        put_events(world, 1, 2);
        world_advance(world, world->now_ms + SIM_HOUR);
        process_run(world, &run, &result);
        put_events(world, 1, 4);
        world_advance(world, world->now_ms + 2 * SIM_HOUR);
        break;
    case 3: /* A window lost all of its objects, one some, and so did late events: archived again. */
        run.sweeps = true;
        run.late_horizon_ms = SIM_DAY;
        process_run(world, &run, &result);
        put_news(world);
        process_run(world, &run, &result);
        world_advance(world, world->now_ms + 2 * SIM_HOUR);
        lose_objects(world);
        c->oracle.is_lossy = true;
        run.mends = "app/0";
        break;
    default: /* A task that an earlier run left in flight, and one that failed. */
        world->knobs.running_ms = 5 * SIM_MINUTE;
        run.timeout_ms = 5000;
        process_run(world, &run, &result);
        put_news(world);
        run.timeout_ms = 0;
        world->knobs.failed_per_mille = 400;
        break;
    }
    run.seed = 8;
    return run;
}

#define STORY_COUNT 5

/* ---- one disturbance ---- */

static void describe(const sim_run *run, char *text, size_t size) {
    int len = snprintf(text, size, "%s", run->kill_at || run->nested || run->forced_count ? "" : "memory");
    if (run->kill_at)
        len += snprintf(text + len, size - (size_t)len, "%s at request %d %s its effect; ",
                        run->kill_by_power ? "without power" : "killed", run->kill_at,
                        run->kill_after_effect ? "after" : "before");
    if (run->nested)
        len += snprintf(text + len, size - (size_t)len, "another run at request %d %s its effect; ", run->nested_at,
                        run->nested_after_effect ? "after" : "before");
    if (run->fail_allocation)
        len += snprintf(text + len, size - (size_t)len, " fails at allocation %lld%s; ",
                        (long long)run->fail_allocation, run->fail_ever_after ? " and ever after" : "");
    for (int i = 0; i < run->forced_count && len < (int)size; i++)
        len += snprintf(text + len, size - (size_t)len, "request %d: %s; ", run->forced[i].at + 1,
                        sim_fault_name(run->forced[i].fault));
}

static void play(context *c, const sim_run *disturbance) {
    char text[256];
    sim_result result;
    sim_run run = begin(c);
    const sim_run calm = run;
    run.kill_at = disturbance->kill_at;
    run.kill_after_effect = disturbance->kill_after_effect;
    run.kill_by_power = disturbance->kill_by_power;
    run.forced_count = disturbance->forced_count;
    memcpy(run.forced, disturbance->forced, sizeof run.forced);
    run.fail_allocation = disturbance->fail_allocation;
    run.fail_ever_after = disturbance->fail_ever_after;
    run.nested = disturbance->nested;
    run.nested_at = disturbance->nested_at;
    run.nested_after_effect = disturbance->nested_after_effect;
    process_run(c->world, &run, &result);
    if (!c->world->violation[0]) scenario_finish(c->world, &c->oracle, &calm, &c->tally);
    c->played++;
    if (!c->world->violation[0]) return;
    c->failed++;
    describe(disturbance, text, sizeof text);
    printf("story %d, %s: %s%s\n", c->story, stored_name(c->store), text, c->world->violation);
    fflush(stdout);
}

static sim_result undisturbed(context *c) {
    sim_result result;
    sim_run run = begin(c);
    run.store_steps = c->store_steps;
    process_run(c->world, &run, &result);
    return result;
}

static bool is_asked_for(const context *c, int at) {
    return c->only_at == 0 || c->only_at == at;
}

/* At the run's request `at`, counted from 1. */
static bool is_wanted(const context *c, int at) {
    return is_asked_for(c, at) && (c->store == SIM_STORE_S3 || (at <= SIM_STEPS_MAX && c->store_steps[at - 1]));
}

/* ---- all of a kind ---- */

/* On a disk, after one step is before the next; and what is left without power is drawn three times. */
static void kill_everywhere(context *c, int requests) {
    const bool is_file = c->store == SIM_STORE_FILE;
    for (int at = 1; at <= requests; at++)
        for (int way = 0; way < (is_file ? 4 : 2) && is_wanted(c, at); way++)
            play(c, is_file ? &(sim_run){.kill_at = at, .kill_by_power = way}
                            : &(sim_run){.kill_at = at, .kill_after_effect = way});
}

static void each_fault(context *c, int requests) {
    for (int at = 0; at < requests; at++)
        for (int fault = 1; fault < SIM_FAULT_COUNT && is_wanted(c, at + 1); fault++)
            play(c, &(sim_run){.forced = {{at, (sim_fault)fault}}, .forced_count = 1});
}

static void nest_everywhere(context *c, int requests) {
    static const exporter_export_unit UNITS[] = {EXPORTER_UNIT_AUTO, EXPORTER_UNIT_STREAM};
    for (int at = 1; at <= requests; at++)
        for (int way = 0; way < 4 && is_wanted(c, at); way++) {
            sim_run nested = PLAIN;
            nested.name = "B";
            nested.seed = 9;
            nested.unit = UNITS[way / 2];
            play(c, &(sim_run){.nested = &nested, .nested_at = at, .nested_after_effect = way % 2});
        }
}

static void each_allocation(context *c, int64_t allocations) {
    for (int64_t at = 1; at <= allocations; at += c->every)
        for (int ever = 0; ever < 2 && is_asked_for(c, (int)at); ever++)
            play(c, &(sim_run){.fail_allocation = at, .fail_ever_after = ever});
}

/* Two disturbances: the few faults that differ in what they leave behind, or a fault and then the end. */
static void each_pair(context *c, int requests) {
    int64_t number = 0;
    static const sim_fault FAULTS[] = {SIM_FAULT_THROTTLE,    SIM_FAULT_500_AFTER,   SIM_FAULT_RESET_BEFORE,
                                       SIM_FAULT_RESET_AFTER, SIM_FAULT_LATE_EFFECT, SIM_FAULT_TRUNCATED};
    const int count = (int)(sizeof FAULTS / sizeof *FAULTS);
    for (int first = 0; first < requests; first++)
        for (int second = first + 1; second < requests + 4 && is_wanted(c, first + 1); second++)
            for (int pair = 0; pair < count * (count + 2); pair++) {
                if (number++ % c->every != 0) continue;
                sim_run run = {.forced = {{first, FAULTS[pair / (count + 2)]}}, .forced_count = 1};
                const int other = pair % (count + 2);
                if (other >= count) {
                    run.kill_at = second + 1;
                    run.kill_after_effect = other > count;
                } else {
                    run.forced[1].at = second;
                    run.forced[1].fault = FAULTS[other];
                    run.forced_count = 2;
                }
                play(c, &run);
            }
}

static bool play_story(context *c, const char *what) {
    const sim_result usual = undisturbed(c);
    if (strcmp(what, "kill") == 0)
        kill_everywhere(c, usual.requests);
    else if (strcmp(what, "faults") == 0)
        each_fault(c, usual.requests);
    else if (strcmp(what, "nested") == 0)
        nest_everywhere(c, usual.requests);
    else if (strcmp(what, "memory") == 0)
        each_allocation(c, usual.allocations);
    else if (strcmp(what, "pairs") == 0)
        each_pair(c, usual.requests);
    else
        return false;
    return true;
}

static bool read_options(context *c, int argc, char **argv, int *only_story, int *only_store) {
    *only_story = *only_store = -1;
    for (int i = 2; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--verbose") == 0) {
            c->is_verbose = true;
            continue;
        }
        if (strcmp(argv[i], "--story") == 0 && value[0])
            *only_story = atoi(value);
        else if (strcmp(argv[i], "--store") == 0 && stored_by_name(value) >= 0)
            *only_store = stored_by_name(value);
        else if (strcmp(argv[i], "--at") == 0 && value[0])
            c->only_at = atoi(value);
        else if (strcmp(argv[i], "--every") == 0 && atoi(value) > 0)
            c->every = atoi(value);
        else
            return false;
        i++;
    }
    return argc > 1;
}

int main(int argc, char **argv) {
    context c = {.every = 1};
    int only_story, only_store;
    bool is_known = read_options(&c, argc, argv, &only_story, &only_store);
    c.world = world_create();
    c.world->is_traced = c.is_verbose;
    for (int i = 0; is_known && i < SIM_STORE_COUNT * STORY_COUNT; i++) {
        c.store = (sim_store)(i / STORY_COUNT);
        c.story = i % STORY_COUNT;
        const bool is_wanted_store = only_store < 0 || only_store == (int)c.store;
        if (is_wanted_store && (only_story < 0 || only_story == c.story)) is_known = play_story(&c, argv[1]);
    }
    if (is_known)
        printf("%lld stories, %lld failed, %lld runs, %lld requests\n", (long long)c.played, (long long)c.failed,
               (long long)c.tally.runs, (long long)c.tally.requests);
    else
        fprintf(stderr,
                "usage: %s kill|faults|nested|memory|pairs [--story N] [--store s3|dynamodb|file] [--at K] [--every N] "
                "[--verbose]\n",
                argv[0]);
    oracle_free(&c.oracle);
    world_destroy(c.world);
    return !is_known ? 2 : c.failed > 0;
}
