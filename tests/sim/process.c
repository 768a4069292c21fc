#include "process.h"

#include "backfill.h"
#include "connection.h"
#include "files.h"
#include "lease.h"
#include "proof.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEAD_SLEEPS_MAX 1000 /* A dead process that sleeps more does not come to its end. */

/* ---- the system of a process ---- */

static int64_t own_time(const sim_process *process) {
    return process->is_dead ? process->died_ms + process->dead_ms : process->world->now_ms;
}

static int64_t wall_ms(void *context) {
    const sim_process *process = context;
    return own_time(process) + process->run->skew_ms;
}

int64_t process_mono_ms(const sim_process *process) {
    return own_time(process) - process->started_ms + 1000;
}

int64_t process_cpu_us(const sim_process *process) {
    struct timespec now;
    if (!process->run->measures || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t mono_ms(void *context) {
    return process_mono_ms(context);
}

static void sleep_ms(void *context, int64_t ms) {
    sim_process *process = context;
    if (process->is_dead) {
        process->dead_ms += ms;
        if (++process->dead_sleeps == DEAD_SLEEPS_MAX) world_violation(process->world, "a canceled run goes on and on");
        return;
    }
    const int64_t start_us = process_cpu_us(process);
    world_advance(process->world, process->world->now_ms + ms);
    process->result->aws_cpu_us += process_cpu_us(process) - start_us;
}

static smithy_status chance(void *context, void *bytes, size_t len) {
    random_fill(&((sim_process *)context)->dice, bytes, len);
    return SMITHY_OK;
}

static bool must_fail(sim_process *process) {
    const int64_t at = process->run->fail_allocation;
    process->allocations++;
    if (at == 0) return false;
    return process->run->fail_ever_after ? process->allocations >= at : process->allocations == at;
}

static void *resize(void *context, void *block, size_t size) {
    sim_process *process = context;
    if (size == 0) {
        if (block) process->live_blocks--;
        free(block);
        return NULL;
    }
    if (must_fail(process)) return NULL;
    void *grown = realloc(block, size);
    if (grown && !block) process->live_blocks++;
    return grown;
}

static const char *env(void *context, const char *name) {
    static const char *const VARIABLES[][2] = {{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"},
                                               {"AWS_REGION", SIM_REGION},
                                               {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                               {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}};
    (void)context;
    for (size_t i = 0; i < sizeof VARIABLES / sizeof *VARIABLES; i++)
        if (strcmp(name, VARIABLES[i][0]) == 0) return VARIABLES[i][1];
    return NULL;
}

static smithy_status no_run(void *context, smithy_command *command) {
    (void)context, (void)command;
    return SMITHY_ERROR_IO;
}

static smithy_status no_resolve(void *context, const char *host, smithy_address *addresses, size_t max, size_t *count) {
    (void)context, (void)host, (void)addresses, (void)max;
    *count = 0;
    return SMITHY_ERROR_TRANSPORT;
}

static smithy_system system_of(sim_process *process) {
    return (smithy_system){.context = process,
                           .wall_ms = wall_ms,
                           .mono_ms = mono_ms,
                           .sleep_ms = sleep_ms,
                           .random = chance,
                           .resize = resize,
                           .env = env,
                           .file_read = files_read,
                           .file_stream = files_stream,
                           .file_replace = files_replace,
                           .file_replace_from = files_replace_from,
                           .file_lock = files_lock,
                           .file_unlock = files_unlock,
                           .run = no_run,
                           .resolve = no_resolve,
                           .transport = &process->transport};
}

/* ---- what it says ---- */

static void write_line(exporter_log *log, exporter_log_level level, const char *message,
                       const exporter_log_field *fields, size_t count) {
    const sim_process *process = (const sim_process *)((const char *)log - offsetof(sim_process, log));
    char text[1024];
    if (process->run->watcher) process->run->watcher->said(process->run->watcher, message);
    int len =
        snprintf(text, sizeof text, "%s says %s: %s", process->run->name, exporter_log_level_name(level), message);
    for (size_t i = 0; i < count && len < (int)sizeof text - 1; i++)
        len += fields[i].text.ptr ? snprintf(text + len, sizeof text - (size_t)len, " %s=%.*s", fields[i].name,
                                             SMITHY_STR_ARG(fields[i].text))
                                  : snprintf(text + len, sizeof text - (size_t)len, " %s=%lld", fields[i].name,
                                             (long long)fields[i].number);
    world_trace(process->world, "%s", text);
}

static void show(exporter_observer *observer, const exporter_progress *progress) {
    const sim_process *process = (const sim_process *)((const char *)observer - offsetof(sim_process, observer));
    process->run->watcher->shown(process->run->watcher, progress);
}

/* ---- a run ---- */

/* An event that was not exportable in time may be missing, where there is any. */
static const proof_finding *first_fault(const sim_run *run, const proof *proved) {
    for (size_t i = 0; i < proved->finding_count; i++)
        if (proved->findings[i].fault != PROOF_MISSING || !run->may_miss) return &proved->findings[i];
    return NULL;
}

static void prove(sim_process *process, const exporter_options *options, exporter_answer *answer) {
    run_context run;
    proof proved;
    bool could = session_open(&run, options, SESSION_AWS, answer) && proof_open(&run, &proved);
    if (could) proof_check_windows(&run, &proved);
    could = could && proof_check_folders(&run, &proved) && proof_check_objects(&run, &proved) &&
            proof_read_back(&run, &proved, 0);
    const proof_finding *first = could ? first_fault(process->run, &proved) : NULL;
    if (!could)
        world_violation(process->world, "the archive cannot be proved: %s", answer->message);
    else if (first)
        world_violation(process->world, "the archive does not hold: %s of %.*s, stream \"%.*s\", %lld to %lld",
                        proof_fault_name(first->fault), SMITHY_STR_ARG(first->group), SMITHY_STR_ARG(first->stream),
                        (long long)first->from_ms, (long long)first->to_ms);
    session_close(&run);
}

static void judge_steps(const backfill *b, exporter_answer *answer) {
    for (size_t i = 0; i < b->item_count && answer->outcome == EXPORTER_OUTCOME_DONE; i++) {
        const backfill_item *item = &b->items[i];
        if (item->result == BACKFILL_DONE) continue;
        answer->outcome = item->result == BACKFILL_FAILED ? EXPORTER_OUTCOME_INCOMPLETE : EXPORTER_OUTCOME_WORK_REMAINS;
        (void)snprintf(answer->message, sizeof answer->message, "%s: %.*s", backfill_action_name(item->action),
                       SMITHY_STR_ARG(item->reason));
    }
}

static void mend(sim_process *process, const exporter_options *options, exporter_answer *answer) {
    run_context run;
    backfill b = {0};
    const backfill_request request = {
        .group = smithy_str_from(process->run->mends), .stream = SMITHY_STR(""), .compares = process->run->compares};
    if (session_open(&run, options, SESSION_AWS, answer) && lease_load(&run) && backfill_do(&b, &run, &request))
        judge_steps(&b, answer);
    for (size_t i = 0; i < b.item_count; i++)
        world_trace(process->world, "     %s %lld to %lld: %s, %lld objects, %lld events, %.*s",
                    backfill_action_name(b.items[i].action), (long long)b.items[i].from_ms, (long long)b.items[i].to_ms,
                    backfill_result_name(b.items[i].result), (long long)b.items[i].objects,
                    (long long)b.items[i].events, SMITHY_STR_ARG(b.items[i].reason));
    backfill_close(&b);
    session_close(&run);
}

static void run_exporter(sim_process *process, exporter_answer *answer) {
    static const smithy_str PREFIXES[] = {SMITHY_STR_INIT("app")};
    static const char *const DSNS[] = {"s3://" SIM_BUCKET "/" SIM_STATE_KEY, "dynamodb://" SIM_TABLE "/" SIM_NAME,
                                       "file://" SIM_FILE};
    static const exporter_store_type STORES[] = {EXPORTER_STORE_S3, EXPORTER_STORE_DYNAMODB, EXPORTER_STORE_FILE};
    const sim_knobs *knobs = &process->world->knobs;
    const sim_run *run = process->run;
    const smithy_system system = system_of(process);
    exporter_settings settings = {
        .destination_bucket = SMITHY_STR(SIM_BUCKET),
        .group_prefixes = {PREFIXES, 1},
        .store_type = STORES[knobs->store],
        .store_bucket = SMITHY_STR(SIM_BUCKET),
        .store_key = SMITHY_STR(SIM_STATE_KEY),
        .store_table = SMITHY_STR(SIM_TABLE),
        .store_name = SMITHY_STR(SIM_NAME),
        .store_piece_bytes = knobs->piece_bytes,
        .store_path = SMITHY_STR(SIM_FILE),
        .store_dsn = smithy_str_from(DSNS[knobs->store]),
        .settle_delay_ms = run->settle_ms,
        .timeout_reserve_ms = 30000,
        .export_unit = run->unit,
        .late_events = run->sweeps ? EXPORTER_LATE_SWEEP : EXPORTER_LATE_REPORT,
        .late_horizon_ms = run->late_horizon_ms,
        .destination_prefix = smithy_str_from(run->destination_prefix),
        .stream_prefix = smithy_str_from(knobs->stream_prefix ? knobs->stream_prefix : ""),
        .region = SMITHY_STR(SIM_REGION),
    };
    if (run->watcher) run->watcher->set(run->watcher, &settings);
    const exporter_options options = {
        .system = &system,
        .settings = &settings,
        .log = process->world->is_traced || run->watcher ? &process->log : NULL,
        .observer = run->watcher ? &process->observer : NULL,
        .deadline_mono_ms = run->timeout_ms ? process_mono_ms(process) + run->timeout_ms : 0,
    };
    if (run->mends)
        mend(process, &options, answer);
    else if (run->proves)
        prove(process, &options, answer);
    else
        exporter_run(&options, answer);
}

void process_run(sim_world *world, const sim_run *run, sim_result *result) {
    sim_process process = {.world = world,
                           .run = run,
                           .result = result,
                           .number = ++world->next_process,
                           .started_ms = world->now_ms,
                           .dice = {run->seed},
                           .log = {EXPORTER_LOG_DEBUG, write_line},
                           .observer = {show}};
    connection_init(&process);
    *result = (sim_result){0};
    world_trace(world, "%s starts: unit %d, timeout %lld s, clock %+lld s, faults %d per mille", run->name, run->unit,
                (long long)(run->timeout_ms / 1000), (long long)(run->skew_ms / 1000), run->fault_per_mille);
    run_exporter(&process, &result->answer);
    result->requests = process.requests;
    result->save_steps = process.save_steps;
    result->allocations = process.allocations;
    result->duration_ms = own_time(&process) - process.started_ms;
    result->was_killed = process.is_dead;
    world_trace(world, "%s ends: %s%s%s", run->name,
                process.is_dead ? "it was killed" : exporter_outcome_name(result->answer.outcome),
                result->answer.message[0] ? ": " : "", result->answer.message);
    for (size_t i = 0; i < result->answer.problem_count; i++)
        world_trace(world, "     problem: %s: %s", result->answer.problems[i].group, result->answer.problems[i].reason);
    if (process.live_blocks != 0)
        world_violation(world, "%lld blocks of memory were not freed", (long long)process.live_blocks);
    connection_deinit(&process);
}
