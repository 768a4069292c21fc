/* What large accounts cost: tasks, calls, time and the exporter's own CPU, as AWS's clock goes by.
 *
 *     bench_scale [STREAMS]
 *     bench_scale --groups GROUPS
 *
 * With a task for each stream, STREAMS (10,000) in one group and in groups of a hundred. The price grows with the
 * square of the number of tasks, for each run lists all earlier ones: a thousand groups are played alone, on demand.
 *
 * The real exporter and its clients in the simulator's world: a call takes 5 to 80 ms, a task is PENDING for up to 2 s
 * and RUNNING for up to 20 s, whatever it holds. Runs of 15 minutes, as a Lambda's, one right after the other until all
 * is archived. At the end every event is in the archive once. CPU is that of this process without the world's. */
#include "process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENTS_OF_A_STREAM 2
#define RUN_MS             (15 * SIM_MINUTE)
#define RUNS_MAX           10000
#define CHANGED_PER_MILLE  10 /* Of the streams, from one day to the next. */

typedef struct cost {
    int64_t runs, tasks, calls, virtual_ms, cpu_us;
} cost;

static void fail(const char *what) {
    fprintf(stderr, "bench_scale: %s\n", what);
    exit(1);
}

static int64_t cpu_us(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0) fail("no clock");
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- the account ---- */

static void put_events(sim_world *world, int stream, int64_t oldest_ms) {
    for (int i = 0; i < EVENTS_OF_A_STREAM; i++)
        world_put_event(world, stream, world->now_ms - 1 - world_draw(world, oldest_ms), world->now_ms);
}

static void fill(sim_world *world, int groups, int streams) {
    char name[64];
    world_reset(world, 1);
    world->knobs.pending_ms = 2000;
    world->knobs.running_ms = 20000;
    for (int g = 0; g < groups; g++) {
        snprintf(name, sizeof name, "app/service-%06d", g);
        const int group = world_add_group(world, name, true);
        for (int s = 0; s < streams; s++) {
            snprintf(name, sizeof name, "2026/11/22/[$LATEST]%032d", s);
            put_events(world, world_add_stream(world, group, name), SIM_DAY);
        }
    }
    world_advance(world, world->now_ms + SIM_MINUTE);
}

static void let_a_day_pass(sim_world *world) {
    world_advance(world, world->now_ms + SIM_DAY);
    for (int i = 0; i < world->stream_count; i++)
        if (world_chance(world, CHANGED_PER_MILLE)) put_events(world, i, SIM_HOUR);
    world_advance(world, world->now_ms + SIM_MINUTE);
}

/* ---- runs ---- */

static cost export_all(sim_world *world, exporter_export_unit unit) {
    cost total = {0};
    sim_result result;
    const int64_t start_ms = world->now_ms, start_us = cpu_us();
    do {
        const sim_run run = {.name = "run",
                             .seed = (uint64_t)total.runs + 1,
                             .unit = unit,
                             .destination_prefix = "%Y/%m/%d/{group}/{stream}",
                             .timeout_ms = RUN_MS,
                             .latency_ms = 75,
                             .measures = true};
        process_run(world, &run, &result);
        total.runs++;
        total.tasks += result.answer.tasks_created;
        total.calls += result.requests;
        total.cpu_us -= result.aws_cpu_us;
    } while (result.answer.outcome == EXPORTER_OUTCOME_WORK_REMAINS && total.runs < RUNS_MAX);
    if (result.answer.outcome != EXPORTER_OUTCOME_DONE) fail(result.answer.message);
    if (world->violation[0]) fail(world->violation);
    total.cpu_us += cpu_us() - start_us;
    total.virtual_ms = world->now_ms - start_ms;
    return total;
}

static void check_archive(const sim_world *world) {
    unsigned char *counts = calloc((size_t)world->event_count, 1);
    if (!counts) fail("out of memory");
    for (int i = 0; i < world->object_count; i++)
        for (int k = 0; world->objects[i]->task >= 0 && k < world->objects[i]->events.count; k++)
            counts[world->objects[i]->events.items[k]]++;
    for (int i = 0; i < world->event_count; i++)
        if (counts[i] != 1) fail("an event is not in the archive once");
    free(counts);
}

/* ---- the table ---- */

static void print_cost(const char *what, const char *unit, const cost *c) {
    char time[32];
    const int64_t minutes = (c->virtual_ms + SIM_MINUTE / 2) / SIM_MINUTE;
    if (c->virtual_ms < 10 * SIM_MINUTE)
        snprintf(time, sizeof time, "%" PRId64 " s", (c->virtual_ms + 500) / 1000);
    else
        snprintf(time, sizeof time, "%" PRId64 " h %02" PRId64 " min", minutes / 60, minutes % 60);
    printf("  %-46s %-6s %8" PRId64 " %10" PRId64 " %8" PRId64 " %13s %10.2f s\n", what, unit, c->tasks, c->calls,
           c->runs, time, (double)c->cpu_us / 1e6);
    fflush(stdout);
}

static void measure(sim_world *world, int groups, int streams, exporter_export_unit unit) {
    char what[64];
    const char *word = unit == EXPORTER_UNIT_STREAM ? "stream" : "auto";
    snprintf(what, sizeof what, "%d group%s of %d streams: first run", groups, groups == 1 ? "" : "s", streams);
    fill(world, groups, streams);
    cost c = export_all(world, unit);
    check_archive(world);
    print_cost(what, word, &c);
    let_a_day_pass(world);
    c = export_all(world, unit);
    check_archive(world);
    print_cost("  a day later, 1 stream in 100 changed", word, &c);
    c = export_all(world, unit);
    print_cost("  nothing changed", word, &c);
}

static void measure_all(sim_world *world, int streams) {
    if (streams < 100) fail("STREAMS is a number from 100 on");
    measure(world, 1, 10000, EXPORTER_UNIT_AUTO);
    if (streams > 1000) measure(world, 1, 1000, EXPORTER_UNIT_STREAM);
    measure(world, 1, streams, EXPORTER_UNIT_STREAM);
    measure(world, 1000, 100, EXPORTER_UNIT_AUTO);
    measure(world, streams / 100, 100, EXPORTER_UNIT_STREAM);
}

int main(int argc, char **argv) {
    const bool groups_alone = argc == 3 && strcmp(argv[1], "--groups") == 0;
    sim_world *world = world_create();
    world->is_frugal = true;
    printf("  %-46s %-6s %8s %10s %8s %13s %12s\n", "", "unit", "tasks", "calls", "runs", "virtual time", "CPU");
    if (groups_alone)
        measure(world, atoi(argv[2]), 100, EXPORTER_UNIT_STREAM);
    else
        measure_all(world, argc > 1 ? atoi(argv[1]) : 10000);
    world_destroy(world);
    return 0;
}
