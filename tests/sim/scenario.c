#include "scenario.h"

#include "losses.h"
#include "stored.h"

#include <stdio.h>
#include <string.h>

#define FINAL_RUNS_MAX 8

typedef struct story {
    sim_world *world;
    random_source dice;
    sim_tally *tally;
    int64_t settle_ms;
    int64_t timeout_ms; /* Of most runs. */
    const char *destination_prefix;
    exporter_export_unit unit;
    random_source late_dice;  /* Its own, so that a story is the same with the sweep and without. */
    random_source store_dice; /* The same of the store. */
    bool sweeps;
    int64_t late_horizon_ms;
    random_source loss_dice;
    bool loses, has_late_objects;
    bool by_date; /* The archive is parted by the events' own date. */
    bool changes_unit, has_faults, has_kills, has_pairs, has_births, has_deaths, has_strangers, has_twins;
} story;

static int64_t draw(story *s, int64_t most) {
    return most <= 0 ? 0 : (int64_t)random_below(&s->dice, (uint64_t)most + 1);
}

static bool chance(story *s, int per_cent) {
    return draw(s, 99) < per_cent;
}

#define PICK(story_, table_) ((table_)[draw((story_), (int64_t)(sizeof(table_) / sizeof *(table_)) - 1)])

/* ---- the account ---- */

/* What is archived, and under which dates. */
static void draw_scope(story *s) {
    static const char *const STREAMS[] = {"a", "app", "app-2", "web"};
    static const struct {
        const char *prefix, *format;
    } BY_DATE[] = {{"{data:%Y/%m/%d}/{group}/{stream}", "%Y/%m/%d/app/"},
                   {"year={data:%Y}/month={data:%m}/{group}", "year=%Y/month=%m/app/"},
                   {"{data:%Y-%m-%d}", "%Y-%m-%d/"}};
    sim_knobs *knobs = &s->world->knobs;
    if (chance(s, 15)) knobs->stream_prefix = PICK(s, STREAMS);
    s->by_date = chance(s, 20);
    if (!s->by_date) return;
    const int way = (int)draw(s, 2);
    s->destination_prefix = BY_DATE[way].prefix;
    knobs->date_format = BY_DATE[way].format;
    knobs->late_objects_per_mille = 0; /* What appears behind a task that seemed empty stays under its one date. */
}

/* Where the state is kept; in a table, in items of any size. */
static void draw_store(story *s) {
    static const sim_store STORES[] = {SIM_STORE_S3, SIM_STORE_S3, SIM_STORE_DYNAMODB, SIM_STORE_FILE};
    static const size_t PIECES[] = {0, 0, 0, 200, 400, 800};
    sim_knobs *knobs = &s->world->knobs;
    knobs->store = STORES[random_below(&s->store_dice, sizeof STORES / sizeof *STORES)];
    if (s->world->only_store >= 0) knobs->store = (sim_store)s->world->only_store;
    knobs->piece_bytes = PIECES[random_below(&s->store_dice, sizeof PIECES / sizeof *PIECES)];
    knobs->has_crc = random_below(&s->store_dice, 2) == 0;
    if (s->by_date) knobs->piece_bytes = 0; /* A thousand tasks, each saved. */
}

static void draw_knobs(story *s) {
    static const int PAGES[] = {1, 2, 3, 50, 50, 50};
    static const int64_t HINT_LAGS[] = {0, 0, 5 * SIM_MINUTE, SIM_HOUR, 3 * SIM_HOUR};
    static const int64_t LIST_LAGS[] = {0, 0, 0, 0, 3000, 20000, 2 * SIM_MINUTE};
    static const int64_t SETTLES[] = {0, SIM_MINUTE, 10 * SIM_MINUTE, 12 * SIM_HOUR};
    static const int64_t RUNNING[] = {1000, 5000, 10000, SIM_MINUTE};
    static const int64_t TIMEOUTS[] = {0, 0, 4000, 15000, SIM_MINUTE, 15 * SIM_MINUTE};
    static const int MISSING[] = {50, 50, 300};
    static const char *const PREFIXES[] = {"%Y/%m/%d/{group}/{stream}", "exports/{group}", "exports"};
    sim_knobs *knobs = &s->world->knobs;
    s->settle_ms = PICK(s, SETTLES);
    s->timeout_ms = PICK(s, TIMEOUTS);
    s->destination_prefix = PICK(s, PREFIXES);
    s->unit = (exporter_export_unit)draw(s, 2);
    s->changes_unit = chance(s, 40);
    s->has_faults = chance(s, 60);
    s->has_kills = chance(s, 50);
    s->has_pairs = chance(s, 40);
    s->has_births = chance(s, 60);
    s->has_deaths = chance(s, 10);
    s->has_strangers = chance(s, 25);
    /* Two streams of one folder are told apart by the listing alone: it must not miss one of them. */
    s->has_twins = chance(s, 15);
    if (s->has_twins) s->has_births = false;
    knobs->reads_at_end = chance(s, 50);
    knobs->refuses_reversed_window = chance(s, 50);
    knobs->refuses_before_creation = chance(s, 50);
    knobs->has_empty_pages = chance(s, 20);
    knobs->page_size = PICK(s, PAGES);
    knobs->events_per_object = 1 + (int)draw(s, 4);
    knobs->hint_lag_ms = PICK(s, HINT_LAGS);
    knobs->list_lag_ms = PICK(s, LIST_LAGS);
    /* Where the settle delay is what the service needs, nothing is late but what comes late. */
    knobs->visible_lag_ms = chance(s, 80) ? s->settle_ms : draw(s, 12 * SIM_HOUR);
    knobs->running_ms = PICK(s, RUNNING);
    if (s->world->has_mode_changes) {
        s->changes_unit = true;
        s->timeout_ms = 0;
        s->settle_ms = SIM_MINUTE;
    }
    knobs->births_per_mille = s->has_births && chance(s, 25) ? 500 : 0;
    if (s->has_faults) {
        knobs->missing_per_mille = !s->has_twins && chance(s, 20) ? PICK(s, MISSING) : 0;
        knobs->repeat_per_mille = chance(s, 20) ? 300 : 0;
        knobs->late_objects_per_mille = chance(s, 20) ? 200 : 0;
        knobs->failed_per_mille = chance(s, 30) ? 200 : 0;
        knobs->cancelled_per_mille = chance(s, 10) ? 100 : 0;
        knobs->slow_per_mille = chance(s, 20) ? 100 : 0;
    }
}

static void draw_sweep(story *s) {
    static const int64_t HORIZONS[] = {6 * SIM_HOUR, SIM_DAY, 3 * SIM_DAY, 14 * SIM_DAY};
    s->late_horizon_ms = HORIZONS[random_below(&s->late_dice, 4)];
    s->sweeps = s->world->always_sweeps || random_below(&s->late_dice, 20) == 0;
}

static const char *draw_name(story *s) {
    /* The last three share a folder. */
    static const char *const NAMES[] = {"a",
                                        "a-b",
                                        "ab",
                                        "app",
                                        "app-2",
                                        "app-2/worker",
                                        "web",
                                        "web-1",
                                        "web-10",
                                        "q\"&<",
                                        "2026/11/22/[$LATEST]0f",
                                        "a/b/c",
                                        "a-b-c",
                                        "a-b/c"};
    const int count = (int)(sizeof NAMES / sizeof *NAMES);
    return NAMES[draw(s, s->has_twins ? count - 1 : count - 3)];
}

/* How long before its ingestion an event happened: mostly a moment, at most two weeks, and at times it is to come. */
static int64_t draw_age(story *s) {
    switch (draw(s, 9)) {
    case 0: return draw(s, 14 * SIM_DAY);
    case 1: return draw(s, SIM_DAY);
    case 2: return -draw(s, 2 * SIM_HOUR);
    case 3: return draw(s, SIM_HOUR);
    default: return draw(s, 5000);
    }
}

static void settle_account(story *s) {
    const int groups = 1 + (int)draw(s, 3);
    char name[32];
    for (int i = 0; i < groups; i++) {
        snprintf(name, sizeof name, i == 3 ? "other/%d" : "app/%d", i);
        const int group = world_add_group(s->world, name, !chance(s, 3));
        s->world->groups[group].retention_days = (int)draw(s, 1) * (1 + (int)draw(s, 30));
        for (int64_t k = draw(s, 5) + (s->world->has_mode_changes ? 4 : 0); k > 0; k--) {
            const int stream = world_add_stream(s->world, group, draw_name(s));
            for (int64_t e = draw(s, 5); stream >= 0 && e > 0; e--)
                world_put_event(s->world, stream, s->world->now_ms - draw_age(s), s->world->now_ms);
        }
    }
}

/* ---- what happens beside the exporter ---- */

static void start_strangers_task(sim_world *world, void *context) {
    const char *code;
    (void)context;
    (void)tasks_create(world,
                       &(sim_task_request){.name = "nightly",
                                           .group = "app/0",
                                           .prefix = "",
                                           .bucket = SIM_BUCKET,
                                           .destination_prefix = "theirs",
                                           .from_ms = 0,
                                           .to_ms = 1,
                                           .is_foreign = true},
                       &code);
}

static void schedule_birth(story *s, int64_t at_ms) {
    const char *name = draw_name(s);
    sim_happening birth = {.at_ms = at_ms,
                           .kind = SIM_CREATE_STREAM,
                           .subject = (int)draw(s, s->world->group_count - 1),
                           .text = world_copy(s->world, name, strlen(name)),
                           .age_count = (int)draw(s, SIM_BIRTH_EVENTS)};
    for (int i = 0; i < birth.age_count; i++) birth.ages_ms[i] = draw_age(s);
    world_schedule(s->world, birth);
}

/* Events right at the end of the window that a run at `run_ms` closes: it knows the time to the second. */
static void put_edge_events(story *s, int64_t run_ms) {
    sim_world *world = s->world;
    const int64_t edge = run_ms / 1000 * 1000 - s->settle_ms;
    const int stream = (int)draw(s, world->stream_count - 1);
    for (int64_t stamp = edge - 1; stamp <= edge + 1; stamp++) {
        const int64_t earliest = stamp - 2 * SIM_HOUR;
        world_put_event(world, stream, stamp, earliest > world->now_ms ? earliest : world->now_ms);
    }
}

static void schedule_life(story *s, int64_t span_ms) {
    sim_world *world = s->world;
    for (int64_t i = draw(s, world->has_mode_changes ? 40 : 6); i > 0 && world->stream_count > 0; i--) {
        const int64_t at = world->now_ms + draw(s, span_ms);
        world_put_event(world, (int)draw(s, world->stream_count - 1), at - draw_age(s), at);
    }
    for (int64_t i = world->always_sweeps && world->stream_count > 0 ? 6 : 0; i > 0; i--) {
        const int64_t at = world->now_ms + (int64_t)random_below(&s->late_dice, (uint64_t)span_ms + 1);
        const int64_t age = (int64_t)random_below(&s->late_dice, i % 2 ? 3 * SIM_DAY : 14 * SIM_DAY);
        world_put_event(world, (int)random_below(&s->late_dice, (uint64_t)world->stream_count), at - age, at);
    }
    if (s->has_births && chance(s, 40)) schedule_birth(s, world->now_ms + draw(s, span_ms));
    if (s->has_strangers && chance(s, 30))
        world_schedule(world, (sim_happening){.at_ms = world->now_ms + draw(s, span_ms),
                                              .kind = SIM_EFFECT,
                                              .effect = start_strangers_task});
    if (s->has_deaths && world->stream_count > 0 && chance(s, 20))
        world_schedule(world, (sim_happening){.at_ms = world->now_ms + draw(s, span_ms),
                                              .kind = SIM_DELETE_STREAM,
                                              .subject = (int)draw(s, world->stream_count - 1)});
    if (s->has_deaths && chance(s, 10))
        world_schedule(world, (sim_happening){.at_ms = world->now_ms + draw(s, span_ms),
                                              .kind = SIM_RECREATE_GROUP,
                                              .subject = (int)draw(s, world->group_count - 1)});
}

/* ---- runs ---- */

static exporter_export_unit draw_unit(story *s) {
    if (s->world->has_mode_changes) return chance(s, 50) ? EXPORTER_UNIT_AUTO : EXPORTER_UNIT_STREAM;
    return s->changes_unit ? (exporter_export_unit)draw(s, 2) : s->unit;
}

static sim_run draw_run(story *s, const char *name) {
    static const int FAULTS[] = {0, 5, 20, 20, 100, 300};
    static const int64_t LATENCIES[] = {20, 20, 200, 2000};
    sim_run run = {.name = name,
                   .seed = random_next(&s->dice),
                   .unit = draw_unit(s),
                   .settle_ms = s->settle_ms,
                   .destination_prefix = s->destination_prefix,
                   .timeout_ms = s->timeout_ms,
                   .latency_ms = PICK(s, LATENCIES)};
    run.sweeps = s->sweeps && random_below(&s->late_dice, 10) < 7;
    run.late_horizon_ms = s->late_horizon_ms;
    if (chance(s, 10)) run.skew_ms = draw(s, 20 * SIM_MINUTE) - 10 * SIM_MINUTE;
    if (s->has_faults) run.fault_per_mille = PICK(s, FAULTS);
    run.may_be_denied = chance(s, 30) && !s->by_date; /* What may not be deleted stays under one date. */
    if (s->has_kills && chance(s, 50)) {
        run.kill_at = 1 + (int)draw(s, chance(s, 50) ? 60 : 20);
        run.kill_after_effect = chance(s, 50);
        if (run.sweeps) run.kill_at += (int)random_below(&s->late_dice, 2) * (int)random_below(&s->late_dice, 300);
    }
    return run;
}

static void count_run(story *s, const sim_result *result) {
    s->tally->runs++;
    s->tally->requests += result->requests;
    s->tally->kills += result->was_killed;
    s->tally->nested += result->nested_ran;
    s->tally->done += result->answer.outcome == EXPORTER_OUTCOME_DONE;
    s->tally->tasks += result->answer.tasks_completed;
    s->tally->swept += result->answer.late_events;
}

/* A sweep asks about each day of each group, in pages that may hold one event. */
static void check_requests(sim_world *world, const sim_run *run, const sim_result *result) {
    const int most = run->sweeps ? 20000 : 600;
    const int64_t allowed = most + result->save_steps + 200 * (result->duration_ms / SIM_MINUTE) +
                            20 * result->answer.tasks_created + 4 * world->task_count;
    if (result->requests > allowed)
        world_violation(world, "%d requests in %lld s", result->requests, (long long)(result->duration_ms / 1000));
}

/* A stranger's task in the slot, or one that fails, ends no run as failed; faults may, and a time that is up. */
static void check_outcome(sim_world *world, const sim_run *run, const sim_result *result) {
    if (run->fault_per_mille == 0 && run->timeout_ms == 0 && !run->nested && !result->was_killed &&
        result->answer.outcome == EXPORTER_OUTCOME_FAILED)
        world_violation(world, "a run without faults failed: %s", result->answer.message);
}

static void let_run(story *s) {
    sim_result result;
    sim_run run = draw_run(s, "A"), nested = draw_run(s, "B");
    if (s->has_pairs && chance(s, 50)) {
        run.nested = &nested;
        run.nested_at = 1 + (int)draw(s, 40);
        if (run.sweeps) run.nested_at += (int)random_below(&s->late_dice, 2) * (int)random_below(&s->late_dice, 300);
        run.nested_after_effect = chance(s, 50);
        run.nested_pause_ms = chance(s, 30) ? draw(s, 3 * SIM_MINUTE) : 0;
    }
    if (s->world->knobs.store == SIM_STORE_FILE)
        run.kill_by_power = (int)random_below(&s->store_dice, 2) * (1 + (int)random_below(&s->store_dice, 1000));
    process_run(s->world, &run, &result);
    count_run(s, &result);
    if (!run.nested) check_requests(s->world, &run, &result);
    check_outcome(s->world, &run, &result);
}

/* What somebody asked for who has given up since: nothing of it is the next run's. */
static void let_late_effects_come(sim_world *world) {
    int64_t last_ms = world->now_ms;
    for (int i = 0; i < world->queue_count; i++)
        if (world->queue[i].kind == SIM_EFFECT && world->queue[i].at_ms > last_ms) last_ms = world->queue[i].at_ms;
    world_advance(world, last_ms);
}

/* A state that is cut, empty, of a newer version, or no state: the run says so, does nothing, and leaves it as it is.
 */
static void let_run_with_damaged_state(story *s) {
    static const char *const OTHERS[] = {
        "", "null", "{\"format\":\"cloudwatch-logs-s3-exporter/state\",\"version\":99,\"id\":\"0123456789abcdef\"}"};
    sim_stored whole;
    let_late_effects_come(s->world);
    if (!stored_keep(s->world, &whole)) return;
    const char *other = PICK(s, OTHERS);
    const int tasks = s->world->task_count;
    sim_result result;
    sim_run run = draw_run(s, "D");
    run.fault_per_mille = run.kill_at = 0;
    const bool is_cut = chance(s, 50);
    if (is_cut)
        stored_cut(s->world, draw(s, 999), chance(s, 50));
    else
        stored_put(s->world, other, strlen(other));
    const int writes = s->world->state_writes;
    process_run(s->world, &run, &result);
    count_run(s, &result);
    int own = 0;
    for (int i = tasks; i < s->world->task_count; i++) own += !s->world->tasks[i].is_foreign;
    if (result.answer.outcome == EXPORTER_OUTCOME_DONE || own > 0 || s->world->state_writes != writes)
        world_violation(s->world, "a damaged state is taken for one: %s, %d tasks",
                        exporter_outcome_name(result.answer.outcome), own);
    stored_restore(s->world, &whole);
}

/* ---- the end ---- */

static void calm_down(sim_world *world, const sim_run *run) {
    sim_knobs *knobs = &world->knobs;
    const int64_t lag = knobs->visible_lag_ms > knobs->hint_lag_ms ? knobs->visible_lag_ms : knobs->hint_lag_ms;
    world_advance(world, world->now_ms + 9 * SIM_HOUR + run->settle_ms + lag);
    knobs->failed_per_mille = knobs->cancelled_per_mille = knobs->slow_per_mille = 0;
    knobs->missing_per_mille = knobs->repeat_per_mille = knobs->late_objects_per_mille = 0;
    knobs->list_lag_ms = 0;
    knobs->births_per_mille = 0;
}

static bool run_until_done(sim_world *world, sim_run *run, sim_tally *tally, sim_result *result) {
    story s = {.world = world, .tally = tally};
    for (int i = 0; i < FINAL_RUNS_MAX; i++) {
        run->seed++;
        process_run(world, run, result);
        count_run(&s, result);
        check_requests(world, run, result);
        world_advance(world, world->now_ms + SIM_MINUTE);
        if (result->answer.outcome == EXPORTER_OUTCOME_DONE) return true;
    }
    world_violation(world, "%d undisturbed runs did not end the work: %s: %s", FINAL_RUNS_MAX,
                    exporter_outcome_name(result->answer.outcome), result->answer.message);
    return false;
}

/* The first may end the round of an earlier run; the windows that the runs closed must have settled. */
static bool sweep_all(sim_world *world, sim_run *run, sim_tally *tally, sim_result *result) {
    for (int i = 0; i < 2; i++) {
        world_advance(world, world->now_ms + 2 * SIM_HOUR);
        if (!run_until_done(world, run, tally, result)) return false;
    }
    return true;
}

void scenario_finish(sim_world *world, sim_oracle *oracle, const sim_run *calm, sim_tally *tally) {
    sim_result result;
    sim_run run = *calm;
    calm_down(world, &run);
    if (run.mends && !losses_mend(world, &run, tally)) return;
    run.mends = NULL;
    oracle->is_lossy = false;
    if (!run_until_done(world, &run, tally, &result)) return;
    if (run.sweeps && !sweep_all(world, &run, tally, &result)) return;
    const int64_t to_ms = result.answer.window_to_ms;
    oracle_judge_end(oracle, world, to_ms, run.sweeps ? to_ms - run.late_horizon_ms : SIM_NEVER);
    tally->events += world->event_count;
    run.seed++;
    world_advance(world, world->now_ms + 1000);
    process_run(world, &run, &result);
    if (result.answer.outcome == EXPORTER_OUTCOME_DONE && result.answer.tasks_created == 0) {
        stored_check_tidy(world);
        run.proves = true;
        run.may_miss = oracle->misses;
        process_run(world, &run, &result);
    } else
        world_violation(world, "a run of an account where nothing happens is %s and makes %lld tasks",
                        exporter_outcome_name(result.answer.outcome), (long long)result.answer.tasks_created);
}

/* Somebody deletes objects, and backfills are disturbed as runs are; in the end all must be there again. */
static void lose(story *s, sim_oracle *oracle, const sim_run *calm) {
    sim_world *world = s->world;
    sim_run run = *calm;
    sim_result result;
    run.mends = "app";
    run.compares = s->has_late_objects; /* The ledger does not tell of an object that appeared late. */
    world_advance(world, world->now_ms + 2 * SIM_HOUR);
    oracle->is_lossy = true;
    s->tally->lost += losses_happen(world, &s->loss_dice);
    s->dice = s->loss_dice;
    for (int64_t i = draw(s, 4); i > 0 && !world->violation[0]; i--) {
        sim_run disturbed = draw_run(s, "M");
        disturbed.mends = losses_draw_group(world, &s->dice);
        disturbed.compares = chance(s, 30);
        if (disturbed.compares) run.compares = true; /* One that was broken off is asked for again as it was. */
        if (!disturbed.mends || chance(s, 20))
            let_run(s);
        else
            process_run(world, &disturbed, &result);
        world_advance(world, world->now_ms + draw(s, 3 * SIM_MINUTE));
    }
    if (!world->violation[0]) scenario_finish(world, oracle, &run, s->tally);
}

bool scenario_play(sim_world *world, sim_oracle *oracle, uint64_t seed, sim_tally *tally) {
    static const int64_t GAPS[] = {0, 1000, SIM_MINUTE, 5 * SIM_MINUTE, SIM_HOUR, 13 * SIM_HOUR, 2 * SIM_DAY};
    story s = {.world = world,
               .dice = {seed * 2 + 1},
               .late_dice = {seed * 2 + 2},
               .loss_dice = {seed * 2 + 3},
               .store_dice = {~seed},
               .tally = tally};
    world_reset(world, seed);
    oracle_watch(oracle, world);
    draw_knobs(&s);
    draw_sweep(&s);
    s.has_late_objects = world->knobs.late_objects_per_mille > 0;
    s.loses = world->always_loses || random_below(&s.loss_dice, 20) == 0;
    const random_source dice = s.dice;
    s.dice = (random_source){seed * 2}; /* Of its own: what else happens does not depend on it. */
    draw_scope(&s);
    s.dice = dice;
    draw_store(&s);
    settle_account(&s);
    for (int64_t rounds = 1 + draw(&s, 6); rounds > 0 && !world->violation[0]; rounds--) {
        const int64_t gap = PICK(&s, GAPS);
        schedule_life(&s, gap + 2 * SIM_MINUTE);
        if (world->stream_count > 0 && chance(&s, 30)) put_edge_events(&s, world->now_ms + gap);
        world_advance(world, world->now_ms + gap);
        let_run(&s);
        if (s.has_faults && chance(&s, 5)) let_run_with_damaged_state(&s);
    }
    const sim_run calm = {.name = "C",
                          .seed = random_next(&s.dice),
                          .unit = chance(&s, 70) ? EXPORTER_UNIT_AUTO : EXPORTER_UNIT_STREAM,
                          .settle_ms = s.settle_ms,
                          .destination_prefix = s.destination_prefix,
                          .sweeps = s.sweeps,
                          .late_horizon_ms = s.late_horizon_ms,
                          .latency_ms = 20};
    if (!world->violation[0]) scenario_finish(world, oracle, &calm, tally);
    if (s.loses && !world->violation[0]) lose(&s, oracle, &calm);
    return !world->violation[0];
}
