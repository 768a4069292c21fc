#include "lambda.h"

#include "exporter.h"
#include "invocation_system.h"
#include "log_writer.h"
#include "metrics.h"
#include "runtime_api.h"

#include <stdio.h>

#define NEXT_FAILURES_MAX   3
#define NEXT_PAUSE_MS       100
#define RESPONSE_MAX_BYTES  ((size_t)1024 * 1024)
#define INVOCATION_MAX_MS   INT64_C(86400000)
#define HTTP_TOO_LARGE      413
#define HTTP_SERVER_FAILURE 500

typedef struct lambda {
    const smithy_system *system;
    invocation_system world;   /* What a run gets. */
    smithy_transport *own_api; /* NULL: the system's transport serves. */
    smithy_transport *own_aws;
    runtime_api api;
    smithy_call *call; /* The settings of an invocation live in it. */
    exporter_log_writer log;
} lambda;

static void log_text(lambda *self, exporter_log_level level, const char *message, const char *name, const char *text) {
    exporter_log_line(&self->log.base, level, message, EXPORTER_FIELD_TEXT(name, text));
}

static void log_call_error(lambda *self, const char *message, smithy_call *call) {
    char text[1024];
    (void)smithy_error_format(smithy_call_error(call), text, sizeof text);
    log_text(self, EXPORTER_LOG_ERROR, message, "error", text);
}

/* ---- the run ---- */

/* The platform tells the end by the time of day, the exporter counts on a clock that is never set. 0: none. */
static int64_t to_mono_deadline(lambda *self, int64_t deadline_wall_ms) {
    const smithy_system *system = self->system;
    if (deadline_wall_ms == 0) return 0;
    int64_t left_ms = deadline_wall_ms - system->wall_ms(system->context);
    if (left_ms < 0) left_ms = 0;
    if (left_ms > INVOCATION_MAX_MS) left_ms = INVOCATION_MAX_MS;
    const int64_t deadline_mono_ms = system->mono_ms(system->context) + left_ms;
    return deadline_mono_ms > 0 ? deadline_mono_ms : 1;
}

static void refuse_settings(lambda *self, exporter_answer *answer) {
    const smithy_error *error = smithy_call_error(self->call);
    const bool is_config = error->status == SMITHY_ERROR_CONFIG;
    answer->outcome = is_config ? EXPORTER_OUTCOME_CONFIGURATION : EXPORTER_OUTCOME_FAILED;
    if (is_config)
        (void)snprintf(answer->message, sizeof answer->message, "%s", error->message);
    else
        (void)smithy_error_format(error, answer->message, sizeof answer->message);
}

/* What could not be read asks for no other metrics than the default. */
static exporter_metrics run(lambda *self, const runtime_invocation *invocation, exporter_answer *answer) {
    const exporter_settings_source source = {.host = EXPORTER_HOST_LAMBDA, .event = invocation->event};
    exporter_settings settings;
    smithy_call_reset(self->call);
    if (exporter_settings_read(&source, &settings, self->call) != SMITHY_OK) {
        refuse_settings(self, answer);
        return EXPORTER_METRICS_EMF;
    }
    self->log.base.level = settings.log_level;
    for (size_t i = 0; i < settings.warnings.count; i++)
        exporter_log_write(&self->log.base, EXPORTER_LOG_WARN, settings.warnings.items[i].ptr, NULL, 0);
    exporter_run(
        &(exporter_options){
            .system = &self->world.base,
            .settings = &settings,
            .log = &self->log.base,
            .deadline_mono_ms = to_mono_deadline(self, invocation->deadline_wall_ms),
        },
        answer);
    return settings.metrics;
}

static void log_answer(lambda *self, const exporter_answer *answer) {
    const bool is_bad =
        exporter_outcome_exit_code(answer->outcome) == 1 || answer->outcome == EXPORTER_OUTCOME_CONFIGURATION;
    exporter_log_line(
        &self->log.base, is_bad ? EXPORTER_LOG_ERROR : EXPORTER_LOG_INFO, "run ended",
        EXPORTER_FIELD_TEXT("outcome", exporter_outcome_name(answer->outcome)),
        EXPORTER_FIELD_TEXT("reason", answer->message), EXPORTER_FIELD_I64("groupsMatched", answer->groups_matched),
        EXPORTER_FIELD_I64("groupsExported", answer->groups_exported),
        EXPORTER_FIELD_I64("groupsFailed", answer->groups_failed),
        EXPORTER_FIELD_I64("tasksCompleted", answer->tasks_completed), EXPORTER_FIELD_I64("objects", answer->objects),
        EXPORTER_FIELD_I64("bytes", answer->bytes), EXPORTER_FIELD_I64("durationMs", answer->duration_ms));
}

/* ---- its result ---- */

/* NULL: the outcome is a response. */
static const char *error_type_of(exporter_outcome outcome) {
    switch (outcome) {
    case EXPORTER_OUTCOME_DONE:
    case EXPORTER_OUTCOME_WORK_REMAINS:
    case EXPORTER_OUTCOME_BUSY: return NULL;
    case EXPORTER_OUTCOME_CONFIGURATION: return "Function.ConfigurationError";
    case EXPORTER_OUTCOME_INCOMPLETE: return "Function.IncompleteExport";
    case EXPORTER_OUTCOME_FAILED: return "Function.ExportFailed";
    }
    return "Function.ExportFailed";
}

static smithy_status respond(lambda *self, smithy_str request_id, const exporter_answer *answer) {
    smithy_buffer json;
    smithy_buffer_init(&json, self->system, RESPONSE_MAX_BYTES);
    exporter_answer_write_json(answer, &json);
    const smithy_status status =
        smithy_buffer_status(&json) == SMITHY_OK
            ? runtime_api_respond(&self->api, request_id, smithy_buffer_str(&json))
            : runtime_api_fail(&self->api, request_id, "Runtime.OutOfMemory",
                               "the run ended, and there was no memory left for its answer: give the function more");
    smithy_buffer_deinit(&json);
    return status;
}

/* false: the result did not get through, and nobody knows what the platform holds now. */
static bool hand_over(lambda *self, smithy_str request_id, const exporter_answer *answer) {
    const char *error_type = error_type_of(answer->outcome);
    const char *message = answer->message[0] ? answer->message : exporter_outcome_name(answer->outcome);
    const smithy_status status =
        error_type ? runtime_api_fail(&self->api, request_id, error_type, message) : respond(self, request_id, answer);
    if (status == SMITHY_OK) return true;
    log_call_error(self, "the result could not be handed over", self->api.call);
    /* The platform has then noted a result of its own for this invocation. */
    return self->api.http_status == HTTP_TOO_LARGE;
}

/* After a freeze the peers of idle connections are gone; a trace id is one invocation's. */
static void begin_invocation(lambda *self, const runtime_invocation *invocation) {
    exporter_log_writer_set_request_id(&self->log, invocation->request_id);
    self->log.base.level = exporter_log_level_of_lambda(self->system);
    invocation_system_set_trace_id(&self->world, invocation->trace_id);
    self->world.base.transport->drop_idle(self->world.base.transport);
    if (invocation->deadline_wall_ms == 0)
        log_text(self, EXPORTER_LOG_WARN, "the Runtime API told no deadline", "header", "Lambda-Runtime-Deadline-Ms");
}

static bool serve_one(lambda *self, const runtime_invocation *invocation) {
    exporter_answer answer = {0};
    begin_invocation(self, invocation);
    const exporter_metrics metrics = run(self, invocation, &answer);
    log_answer(self, &answer);
    if (metrics == EXPORTER_METRICS_EMF) metrics_write(&answer, &self->log);
    const bool handed_over = hand_over(self, invocation->request_id, &answer);
    exporter_log_writer_set_request_id(&self->log, (smithy_str){0});
    return handed_over;
}

/* Comes back only when the process has to end. */
static void serve(lambda *self) {
    int failures = 0;
    while (failures < NEXT_FAILURES_MAX) {
        runtime_invocation invocation;
        if (runtime_api_next(&self->api, &invocation) == SMITHY_OK) {
            failures = 0;
            if (!serve_one(self, &invocation)) return;
            continue;
        }
        log_call_error(self, "no event could be had from the Runtime API", self->api.call);
        if (self->api.http_status >= HTTP_SERVER_FAILURE) return; /* "Non-recoverable": the page asks for an exit. */
        failures++;
        self->system->sleep_ms(self->system->context, NEXT_PAUSE_MS * failures);
    }
}

/* ---- the start and the end of the process ---- */

static smithy_status init_api(lambda *self) {
    const smithy_system *system = self->system;
    self->api.authority = smithy_str_from(system->env(system->context, "AWS_LAMBDA_RUNTIME_API"));
    self->api.call = smithy_call_create(&(smithy_call_options){.system = system});
    if (!self->api.call) return SMITHY_ERROR_MEMORY;
    if (self->api.authority.len == 0)
        return smithy_call_fail(self->api.call, SMITHY_ERROR_CONFIG, "AWS_LAMBDA_RUNTIME_API is not set");
    self->api.transport = system->transport;
    if (!self->api.transport)
        self->api.transport = self->own_api =
            smithy_curl_transport_create(&(smithy_curl_options){.system = system}, self->api.call);
    return self->api.transport ? SMITHY_OK : smithy_call_status(self->api.call);
}

static smithy_status init_runs(lambda *self) {
    smithy_transport *aws = self->system->transport;
    if (!aws)
        aws = self->own_aws =
            smithy_curl_transport_create(&(smithy_curl_options){.system = self->system}, self->api.call);
    if (!aws) return smithy_call_status(self->api.call);
    invocation_system_init(&self->world, self->system, aws);
    self->call = smithy_call_create(&(smithy_call_options){.system = &self->world.base});
    return self->call ? SMITHY_OK : SMITHY_ERROR_MEMORY;
}

static bool init(lambda *self) {
    if (init_api(self) != SMITHY_OK) {
        log_call_error(self, "the start failed", self->api.call);
        return false;
    }
    const smithy_status status = init_runs(self);
    if (status == SMITHY_OK) return true;
    log_text(self, EXPORTER_LOG_ERROR, "the start failed", "error", smithy_status_name(status));
    if (runtime_api_fail_init(&self->api, "Runtime.InitError", smithy_status_name(status)) != SMITHY_OK)
        log_call_error(self, "the failure could not be told", self->api.call);
    return false;
}

static void deinit(lambda *self) {
    smithy_call_destroy(self->call);
    smithy_call_destroy(self->api.call);
    if (self->own_aws) smithy_transport_destroy(self->own_aws);
    if (self->own_api) smithy_transport_destroy(self->own_api);
    exporter_log_writer_deinit(&self->log);
}

int lambda_main(const smithy_system *system, int log_fd) {
    lambda self = {.system = system};
    exporter_log_writer_init(&self.log, system, log_fd, exporter_log_format_of_lambda(system),
                             exporter_log_level_of_lambda(system));
    if (init(&self)) serve(&self);
    deinit(&self);
    return 1;
}
