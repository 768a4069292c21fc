/* Plays stories from many seeds:
 * sim_seeds [--seeds N] [--from S] [--seed S] [--verbose] [--keep-going] [--mode-changes] [--sweep] [--lose]
 *   [--store NAME] */
#include "scenario.h"
#include "stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct options {
    uint64_t from, count;
    bool is_verbose, keeps_going, sweeps, loses, has_mode_changes;
    int store; /* -1: each story has one of its own. */
} options;

static bool read_store(const char *name, options *o) {
    o->store = stored_by_name(name);
    return o->store >= 0;
}

static bool read_options(int argc, char **argv, options *o) {
    *o = (options){.from = 1, .count = 2000, .store = -1};
    for (int i = 1; i < argc; i++) {
        const bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--verbose") == 0)
            o->is_verbose = true;
        else if (strcmp(argv[i], "--keep-going") == 0)
            o->keeps_going = true;
        else if (strcmp(argv[i], "--mode-changes") == 0)
            o->has_mode_changes = true;
        else if (strcmp(argv[i], "--sweep") == 0)
            o->sweeps = true;
        else if (strcmp(argv[i], "--store") == 0 && has_value && read_store(argv[i + 1], o))
            i++;
        else if (strcmp(argv[i], "--lose") == 0)
            o->loses = true;
        else if (strcmp(argv[i], "--seeds") == 0 && has_value)
            o->count = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--from") == 0 && has_value)
            o->from = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && has_value) {
            o->from = strtoull(argv[++i], NULL, 10);
            o->count = 1;
        } else {
            fprintf(stderr,
                    "usage: %s [--seeds N] [--from S] [--seed S] [--verbose] [--keep-going] "
                    "[--mode-changes] [--sweep] [--lose] [--store s3|dynamodb|file]\n",
                    argv[0]);
            return false;
        }
    }
    return true;
}

static void print_replay(const char *program, const options *o, uint64_t seed) {
    printf("  replay: %s --seed %llu --verbose%s%s%s%s%s\n", program, (unsigned long long)seed,
           o->has_mode_changes ? " --mode-changes" : "", o->sweeps ? " --sweep" : "", o->loses ? " --lose" : "",
           o->store >= 0 ? " --store " : "", o->store >= 0 ? stored_name((sim_store)o->store) : "");
    fflush(stdout);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    options o;
    sim_tally tally = {0};
    sim_oracle oracle = {0};
    uint64_t failures = 0, played = 0;
    if (!read_options(argc, argv, &o)) return 2;
    sim_world *world = world_create();
    world->is_traced = o.is_verbose;
    world->has_mode_changes = o.has_mode_changes;
    world->always_sweeps = o.sweeps;
    world->only_store = o.store;
    world->always_loses = o.loses;
    const double start = seconds();
    for (; played < o.count && (failures == 0 || o.keeps_going); played++) {
        if (scenario_play(world, &oracle, o.from + played, &tally)) continue;
        failures++;
        printf("seed %llu: %s\n", (unsigned long long)(o.from + played), world->violation);
        print_replay(argv[0], &o, o.from + played);
    }
    const double took = seconds() - start;
    printf("%llu seeds from %llu, %llu failed, in %.1f s (%.0f a second): %lld runs, %lld done, %lld killed, %lld with "
           "another one inside, %lld requests, %lld tasks, %lld events, %lld saves, %lld late, %lld archived by "
           "sweeps, %lld objects lost and archived again, %lld times twice in a folder of two\n",
           (unsigned long long)played, (unsigned long long)o.from, (unsigned long long)failures, took,
           (double)played / took, (long long)tally.runs, (long long)tally.done, (long long)tally.kills,
           (long long)tally.nested, (long long)tally.requests, (long long)tally.tasks, (long long)tally.events,
           (long long)oracle.saves, (long long)oracle.late, (long long)tally.swept, (long long)tally.lost,
           (long long)oracle.shared);
    oracle_free(&oracle);
    world_destroy(world);
    return failures > 0;
}
