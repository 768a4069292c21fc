#include "session.h"

static int64_t stop_time(const exporter_options *options, int64_t now_mono_ms) {
    if (options->deadline_mono_ms == 0) return 0;
    const int64_t given = options->deadline_mono_ms - now_mono_ms;
    const int64_t wanted = options->settings->timeout_reserve_ms;
    const int64_t reserve = wanted < given / 4 ? wanted : given / 4;
    return options->deadline_mono_ms - reserve;
}

/* ---- clients ---- */

static bool make_logs(run_context *run) {
    const logs_client_options options = {.region = run->settings->region,
                                         .config = run->identity.config,
                                         .credentials = run->identity.credentials,
                                         .system = run->system};
    run->logs = logs_client_create(&options, run->call);
    return run->logs && smithy_client_prepare(logs_client_base(run->logs), run->call) == SMITHY_OK;
}

static bool make_s3(run_context *run) {
    const s3_client_options options = {.region = run->settings->region,
                                       .config = run->identity.config,
                                       .credentials = run->identity.credentials,
                                       .system = run->system};
    run->s3 = s3_client_create(&options, run->call);
    return run->s3 && smithy_client_prepare(s3_client_base(run->s3), run->call) == SMITHY_OK;
}

static bool make_dynamodb(run_context *run) {
    const dynamodb_client_options options = {.region = run->settings->region,
                                             .config = run->identity.config,
                                             .credentials = run->identity.credentials,
                                             .system = run->system};
    run->dynamodb = dynamodb_client_create(&options, run->call);
    return run->dynamodb && smithy_client_prepare(dynamodb_client_base(run->dynamodb), run->call) == SMITHY_OK;
}

static bool make_clients(run_context *run, session_reach reach) {
    const exporter_store_type store = run->settings->store_type;
    if (exporter_identity_open(&run->identity, run->settings, run->system, run->log, run->call) != SMITHY_OK)
        return false;
    if (reach == SESSION_AWS && !make_logs(run)) return false;
    if ((reach == SESSION_AWS || store == EXPORTER_STORE_S3) && !make_s3(run)) return false;
    return store != EXPORTER_STORE_DYNAMODB || make_dynamodb(run);
}

/* ---- all of it ---- */

bool session_open(run_context *run, const exporter_options *options, session_reach reach, exporter_answer *answer) {
    const smithy_system *system = options->system;
    const smithy_call_options call_options = {.system = system, .max_memory = (size_t)4 << 30};
    *answer = (exporter_answer){0};
    *run = (run_context){.options = options,
                         .settings = options->settings,
                         .system = system,
                         .log = options->log,
                         .answer = answer,
                         .started_mono_ms = system->mono_ms(system->context),
                         .call = smithy_call_create(&call_options),
                         .memory = smithy_call_create(&call_options),
                         .state_memory = smithy_call_create(&call_options)};
    smithy_buffer_init(&run->ledger.lines, system, LEDGER_PENDING_BYTES);
    run->stop_mono_ms = stop_time(options, run->started_mono_ms);
    if (!run->call || !run->memory || !run->state_memory) return run_fail(run, SMITHY_ERROR_MEMORY, "starting"), false;
    run->store = make_clients(run, reach)
                     ? store_open(options->settings, run->s3, run->dynamodb, run->log, system, run->call)
                     : NULL;
    if (!run->store) run_fail(run, smithy_call_status(run->call), "reading the settings");
    return run->store != NULL;
}

void session_close(run_context *run) {
    store_destroy(run->store);
    smithy_buffer_deinit(&run->ledger.lines);
    logs_client_destroy(run->logs);
    s3_client_destroy(run->s3);
    dynamodb_client_destroy(run->dynamodb);
    exporter_identity_close(&run->identity);
    smithy_call_destroy(run->state_memory);
    smithy_call_destroy(run->memory);
    smithy_call_destroy(run->call);
}
