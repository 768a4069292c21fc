/* The Runtime API loop against a scripted transport, with a run that only answers. */
#include "exporter.h"
#include "lambda.h"
#include "small_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define GOOD_EVENT                                                                  \
    "{\"DestinationS3Bucket\":\"my-archive\",\"SourceLogGroupPrefixes\":\"/aws/\"," \
    "\"StateStoreType\":\"s3\",\"StoreDSN\":\"s3://my-state/exporter.json\"}"

/* What the Runtime API answers to one request. */
typedef struct step {
    int status;              /* 0: the connection breaks. */
    const char *request_id;  /* Of next; NULL: the header is missing. */
    const char *deadline_ms; /* Of next; NULL: the header is missing. */
    const char *trace_id;    /* Of next; NULL: the header is missing. */
    const char *body;
} step;

#define EXCHANGES_MAX 32

typedef struct exchange {
    char method[8];
    char url[256];
    char body[4096];
    char error_type[64];
    bool no_proxy;
    int64_t attempt_timeout_ms;
    int64_t stall_timeout_ms;
} exchange;

typedef struct scripted {
    smithy_transport transport; /* First: the transport is this structure. */
    const step *steps;
    size_t step_count;
    exchange exchanges[EXCHANGES_MAX];
    size_t count;
    int drops;
} scripted;

/* What the run of a test answers, and what it was told. */
typedef struct fake_run {
    exporter_answer answer;
    int calls;
    int64_t deadline_mono_ms;
    char trace_id[64];
    char log_text[64]; /* Written to the log at INFO. */
} fake_run;

static fake_run *current_run;

void exporter_run(const exporter_options *options, exporter_answer *answer) {
    const char *trace_id = options->system->env(options->system->context, "_X_AMZN_TRACE_ID");
    current_run->calls++;
    current_run->deadline_mono_ms = options->deadline_mono_ms;
    (void)snprintf(current_run->trace_id, sizeof current_run->trace_id, "%s", trace_id ? trace_id : "(none)");
    assert_non_null(options->system->transport);
    assert_true(smithy_str_equal(options->settings->destination_bucket, SMITHY_STR("my-archive")));
    if (current_run->log_text[0]) exporter_log_write(options->log, EXPORTER_LOG_INFO, current_run->log_text, NULL, 0);
    *answer = current_run->answer;
}

/* ---- the transport ---- */

static void record(scripted *script, const smithy_http_request *request) {
    assert_true(script->count < EXCHANGES_MAX);
    exchange *x = &script->exchanges[script->count++];
    (void)snprintf(x->method, sizeof x->method, "%.*s", SMITHY_STR_ARG(request->method));
    (void)snprintf(x->url, sizeof x->url, "%.*s", SMITHY_STR_ARG(request->url));
    (void)snprintf(x->body, sizeof x->body, "%.*s", (int)request->body.bytes.len,
                   request->body.bytes.ptr ? (const char *)request->body.bytes.ptr : "");
    (void)snprintf(x->error_type, sizeof x->error_type, "%.*s",
                   SMITHY_STR_ARG(smithy_headers_get(&request->headers, "lambda-runtime-function-error-type")));
    x->no_proxy = request->no_proxy;
    x->attempt_timeout_ms = request->attempt_timeout_ms;
    x->stall_timeout_ms = request->stall_timeout_ms;
}

static smithy_status add_header(smithy_http_response *response, const char *name, const char *value,
                                smithy_call *call) {
    if (!value) return SMITHY_OK;
    return smithy_headers_add(&response->headers, smithy_str_from(name), smithy_str_from(value), call);
}

/* Past the end of the script every connection breaks, which ends the loop after three tries. */
static smithy_status perform(smithy_transport *transport, const smithy_http_request *request,
                             smithy_http_response *response, smithy_call *call) {
    static const step BROKEN = {.status = 0};
    scripted *script = (scripted *)transport;
    const step *now = script->count < script->step_count ? &script->steps[script->count] : &BROKEN;
    record(script, request);
    *response = (smithy_http_response){.status = now->status, .body = smithy_str_from(now->body ? now->body : "")};
    if (now->status == 0) {
        response->failure = SMITHY_HTTP_FAILURE_CONNECT;
        return smithy_call_fail(call, SMITHY_ERROR_TRANSPORT, "connection refused");
    }
    SMITHY_TRY(add_header(response, "lambda-runtime-aws-request-id", now->request_id, call));
    SMITHY_TRY(add_header(response, "Lambda-Runtime-Deadline-Ms", now->deadline_ms, call));
    return add_header(response, "Lambda-Runtime-Trace-Id", now->trace_id, call);
}

static void drop_idle(smithy_transport *transport) {
    ((scripted *)transport)->drops++;
}

/* ---- a whole process ---- */

typedef struct process {
    small_world world;
    scripted script;
    fake_run run;
    int ends[2];
    char log[16384];
    int exit_code;
} process;

static const char *const ENVIRONMENT[] = {"AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001", "AWS_LAMBDA_LOG_FORMAT=JSON",
                                          "_X_AMZN_TRACE_ID=of-the-process", NULL};

static void start(process *p, const step *steps, size_t count) {
    *p = (process){
        .script = {.transport = {.perform = perform, .drop_idle = drop_idle}, .steps = steps, .step_count = count}};
    small_world_init(&p->world, ENVIRONMENT);
    p->world.memory.system.transport = &p->script.transport;
    current_run = &p->run;
}

static void serve(process *p) {
    assert_int_equal(pipe(p->ends), 0);
    assert_int_equal(fcntl(p->ends[0], F_SETFL, O_NONBLOCK), 0);
    p->exit_code = lambda_main(&p->world.memory.system, p->ends[1]);
    const ssize_t length = read(p->ends[0], p->log, sizeof p->log - 1);
    p->log[length > 0 ? length : 0] = '\0';
    (void)close(p->ends[0]);
    (void)close(p->ends[1]);
    assert_int_equal(p->world.memory.live, 0);
}

#define SERVE(p, ...)                                         \
    do {                                                      \
        const step steps_[] = {__VA_ARGS__};                  \
        start((p), steps_, sizeof steps_ / sizeof steps_[0]); \
        serve(p);                                             \
    } while (0)

#define NEXT(event_) \
    { .status = 200, .request_id = "id-1", .deadline_ms = "1795341660000", .trace_id = "Root=1", .body = event_ }
#define ACCEPTED \
    { .status = 202, .body = "{\"status\":\"OK\"}" }

static void check_exchange(const process *p, size_t index, const char *method, const char *path) {
    char url[256];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:9001/2018-06-01/runtime/%s", path);
    assert_true(index < p->script.count);
    assert_string_equal(p->script.exchanges[index].method, method);
    assert_string_equal(p->script.exchanges[index].url, url);
    assert_true(p->script.exchanges[index].no_proxy);
}

static void check_contains(const char *text, const char *expected) {
    if (!strstr(text, expected)) fail_msg("%s is not in %s", expected, text);
}

/* ---- results ---- */

static void a_run_that_is_done_is_a_response(void **state) {
    (void)state;
    process p;
    SERVE(&p, NEXT(GOOD_EVENT), ACCEPTED);
    assert_int_equal(p.run.calls, 1);
    check_exchange(&p, 0, "GET", "invocation/next");
    assert_int_equal(p.script.exchanges[0].attempt_timeout_ms, 0);
    assert_int_equal(p.script.exchanges[0].stall_timeout_ms, 0);
    check_exchange(&p, 1, "POST", "invocation/id-1/response");
    check_contains(p.script.exchanges[1].body, "\"outcome\":\"done\"");
    assert_string_equal(p.script.exchanges[1].error_type, "");
    check_exchange(&p, 2, "GET", "invocation/next");
    assert_int_equal(p.script.drops, 1);
}

static void the_deadline_is_carried_to_the_clock_that_never_steps(void **state) {
    (void)state;
    process p;
    SERVE(&p, NEXT(GOOD_EVENT), ACCEPTED);
    assert_int_equal(p.run.deadline_mono_ms, 5000 + 60000);
    SERVE(&p, {.status = 200, .request_id = "i", .deadline_ms = "5", .body = GOOD_EVENT}, ACCEPTED);
    assert_int_equal(p.run.deadline_mono_ms, 5000);
    SERVE(&p, {.status = 200, .request_id = "i", .deadline_ms = "soon", .body = GOOD_EVENT}, ACCEPTED);
    assert_int_equal(p.run.deadline_mono_ms, 0);
    check_contains(p.log, "told no deadline");
    SERVE(&p, {.status = 200, .request_id = "i", .deadline_ms = "9223372036854775807", .body = GOOD_EVENT}, ACCEPTED);
    assert_int_equal(p.run.deadline_mono_ms, 0);
}

static void the_trace_id_is_the_invocations_own_or_none(void **state) {
    (void)state;
    process p;
    SERVE(&p, NEXT(GOOD_EVENT), ACCEPTED);
    assert_string_equal(p.run.trace_id, "Root=1");
    SERVE(&p, NEXT(GOOD_EVENT), ACCEPTED, {.status = 200, .request_id = "id-2", .body = GOOD_EVENT}, ACCEPTED);
    assert_string_equal(p.run.trace_id, "(none)");
    assert_int_equal(p.run.calls, 2);
    assert_int_equal(p.script.drops, 2);
    check_exchange(&p, 3, "POST", "invocation/id-2/response");
}

static void each_outcome_has_its_result(void **state) {
    (void)state;
    static const struct {
        exporter_outcome outcome;
        const char *error_type; /* "": a response. */
    } CASES[] = {{EXPORTER_OUTCOME_DONE, ""},
                 {EXPORTER_OUTCOME_WORK_REMAINS, ""},
                 {EXPORTER_OUTCOME_BUSY, ""},
                 {EXPORTER_OUTCOME_CONFIGURATION, "Function.ConfigurationError"},
                 {EXPORTER_OUTCOME_INCOMPLETE, "Function.IncompleteExport"},
                 {EXPORTER_OUTCOME_FAILED, "Function.ExportFailed"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const step steps[] = {NEXT(GOOD_EVENT), ACCEPTED};
        process p;
        start(&p, steps, 2);
        p.run.answer = (exporter_answer){.outcome = CASES[i].outcome, .message = "in \"words\""};
        serve(&p);
        const bool is_error = CASES[i].error_type[0] != '\0';
        check_exchange(&p, 1, "POST", is_error ? "invocation/id-1/error" : "invocation/id-1/response");
        assert_string_equal(p.script.exchanges[1].error_type, CASES[i].error_type);
        check_contains(p.script.exchanges[1].body,
                       is_error ? "{\"errorMessage\":\"in \\\"words\\\"\",\"errorType\":\"Function." : "\"outcome\":");
    }
}

static void an_error_without_words_names_its_outcome(void **state) {
    (void)state;
    const step steps[] = {NEXT(GOOD_EVENT), ACCEPTED};
    process p;
    start(&p, steps, 2);
    p.run.answer.outcome = EXPORTER_OUTCOME_FAILED;
    serve(&p);
    check_contains(p.script.exchanges[1].body, "\"errorMessage\":\"failed\"");
}

static void a_bad_event_is_a_configuration_error_and_no_run(void **state) {
    (void)state;
    process p;
    SERVE(&p, NEXT("{\"DestinationS3Bucket\":7}"), ACCEPTED, NEXT("no json"), ACCEPTED, NEXT(GOOD_EVENT), ACCEPTED);
    assert_int_equal(p.run.calls, 1);
    assert_string_equal(p.script.exchanges[1].error_type, "Function.ConfigurationError");
    check_contains(p.script.exchanges[1].body, "DestinationS3Bucket is a number");
    assert_string_equal(p.script.exchanges[3].error_type, "Function.ConfigurationError");
    check_exchange(&p, 5, "POST", "invocation/id-1/response");
}

static void the_request_id_is_encoded_in_the_path(void **state) {
    (void)state;
    process p;
    SERVE(&p, {.status = 200, .request_id = "../a b?#", .body = GOOD_EVENT}, ACCEPTED);
    check_exchange(&p, 1, "POST", "invocation/..%2Fa%20b%3F%23/response");
}

/* ---- failures of the Runtime API ---- */

static void three_failures_of_next_in_a_row_end_the_process(void **state) {
    (void)state;
    process p;
    SERVE(&p, {.status = 0});
    assert_int_equal(p.exit_code, 1);
    assert_int_equal(p.script.count, 3);
    SERVE(&p, {.status = 0}, {.status = 403}, NEXT(GOOD_EVENT), ACCEPTED, {.status = 0}, {.status = 0},
          NEXT(GOOD_EVENT), ACCEPTED);
    assert_int_equal(p.run.calls, 2);
    assert_int_equal(p.script.count, 8 + 3);
}

static void an_event_without_a_request_id_counts_as_a_failure(void **state) {
    (void)state;
    process p;
    SERVE(&p, {.status = 200, .body = GOOD_EVENT}, {.status = 200, .body = GOOD_EVENT},
          {.status = 200, .body = GOOD_EVENT}, NEXT(GOOD_EVENT));
    assert_int_equal(p.run.calls, 0);
    assert_int_equal(p.script.count, 3);
}

static void a_container_error_ends_the_process_at_once(void **state) {
    (void)state;
    process p;
    SERVE(&p, {.status = 500, .body = "container error"});
    assert_int_equal(p.script.count, 1);
    assert_int_equal(p.exit_code, 1);
    check_contains(p.log, "container error");
}

static void a_result_that_is_refused_ends_the_process(void **state) {
    (void)state;
    process p;
    SERVE(&p, NEXT(GOOD_EVENT), {.status = 400, .body = "InvalidRequestID"}, NEXT(GOOD_EVENT));
    assert_int_equal(p.script.count, 2);
    assert_int_equal(p.exit_code, 1);
    check_contains(p.log, "InvalidRequestID");
    SERVE(&p, NEXT(GOOD_EVENT), {.status = 0}, NEXT(GOOD_EVENT));
    assert_int_equal(p.script.count, 2);
    assert_int_equal(p.exit_code, 1);
}

/* The platform has made a result of its own then: a second one would be refused. */
static void a_result_that_is_too_large_is_not_followed_by_another(void **state) {
    (void)state;
    process p;
    SERVE(&p, NEXT(GOOD_EVENT), {.status = 413}, NEXT(GOOD_EVENT), ACCEPTED);
    assert_int_equal(p.run.calls, 2);
    check_exchange(&p, 2, "GET", "invocation/next");
}

static void a_process_without_a_runtime_api_does_not_start(void **state) {
    (void)state;
    static const char *const NOTHING[] = {NULL};
    process p;
    start(&p, NULL, 0);
    p.world.entries = NOTHING;
    serve(&p);
    assert_int_equal(p.exit_code, 1);
    assert_int_equal(p.script.count, 0);
    check_contains(p.log, "AWS_LAMBDA_RUNTIME_API");
}

/* ---- the log ---- */

static void lines_carry_the_request_id_and_end_with_the_outcome(void **state) {
    (void)state;
    const step steps[] = {NEXT(GOOD_EVENT), ACCEPTED};
    process p;
    start(&p, steps, 2);
    (void)snprintf(p.run.log_text, sizeof p.run.log_text, "hello");
    serve(&p);
    check_contains(p.log, "\"requestId\":\"id-1\",\"message\":\"hello\"");
    check_contains(p.log, "\"message\":\"run ended\",\"outcome\":\"done\"");
}

static void a_warning_of_the_settings_is_logged(void **state) {
    (void)state;
    process p;
    SERVE(&p,
          NEXT("{\"Comment\":\"x\","
               "\"DestinationS3Bucket\":\"my-archive\",\"SourceLogGroupPrefixes\":\"/a\","
               "\"StateStoreType\":\"s3\",\"StoreDSN\":\"s3://my-state/k\"}"),
          ACCEPTED);
    check_contains(p.log, "\"level\":\"WARN\"");
    check_contains(p.log, "Comment");
}

static void the_log_level_of_one_event_does_not_stay_for_the_next(void **state) {
    (void)state;
    const step steps[] = {NEXT("{\"LogLevel\":\"ERROR\",\"Metrics\":\"off\",\"DestinationS3Bucket\":\"my-archive\","
                               "\"SourceLogGroupPrefixes\":\"/a\",\"StateStoreType\":\"s3\","
                               "\"StoreDSN\":\"s3://my-state/k\"}"),
                          ACCEPTED,
                          {.status = 200, .request_id = "id-2", .deadline_ms = "1795341660000", .body = GOOD_EVENT},
                          ACCEPTED};
    process p;
    start(&p, steps, 4);
    (void)snprintf(p.run.log_text, sizeof p.run.log_text, "hello");
    serve(&p);
    assert_null(strstr(p.log, "\"requestId\":\"id-1\""));
    check_contains(p.log, "\"requestId\":\"id-2\",\"message\":\"hello\"");
}

/* ---- metrics ---- */

static void the_metrics_of_a_run_are_a_line_whatever_the_level(void **state) {
    (void)state;
    const step steps[] = {NEXT("{\"LogLevel\":\"ERROR\",\"DestinationS3Bucket\":\"my-archive\","
                               "\"SourceLogGroupPrefixes\":\"/a\",\"StateStoreType\":\"s3\","
                               "\"StoreDSN\":\"s3://my-state/k\"}"),
                          ACCEPTED};
    process p;
    start(&p, steps, 2);
    p.run.answer.tasks_completed = 3;
    serve(&p);
    check_contains(p.log, "{\"_aws\":{\"Timestamp\":");
    check_contains(p.log, "\"requestId\":\"id-1\",\"message\":\"metrics\"");
    check_contains(p.log, "\"WindowsExported\":3");
}

static void settings_that_are_refused_are_a_failed_unit(void **state) {
    (void)state;
    process p;
    SERVE(&p, NEXT("{}"), ACCEPTED);
    check_contains(p.log, "\"FailedUnits\":1");
}

static void metrics_can_be_switched_off(void **state) {
    (void)state;
    process p;
    SERVE(&p,
          NEXT("{\"Metrics\":\"off\",\"DestinationS3Bucket\":\"my-archive\",\"SourceLogGroupPrefixes\":\"/a\","
               "\"StateStoreType\":\"s3\",\"StoreDSN\":\"s3://my-state/k\"}"),
          ACCEPTED);
    assert_null(strstr(p.log, "_aws"));
}

/* ---- memory ---- */

/* Whatever fails: no leak, no crash, and never two results for one invocation. */
static void every_failed_allocation_leaves_one_result_at_most(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        const step steps[] = {NEXT(GOOD_EVENT), ACCEPTED};
        process p;
        start(&p, steps, 2);
        p.world.memory.fail_at = fail_at;
        serve(&p);
        size_t results = 0;
        for (size_t i = 0; i < p.script.count; i++) results += strstr(p.script.exchanges[i].url, "/id-1/") != NULL;
        assert_true(results <= 1);
        assert_int_equal(p.exit_code, 1);
        if (p.world.memory.allocations < fail_at) break;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_is_done_is_a_response),
        cmocka_unit_test(the_deadline_is_carried_to_the_clock_that_never_steps),
        cmocka_unit_test(the_metrics_of_a_run_are_a_line_whatever_the_level),
        cmocka_unit_test(settings_that_are_refused_are_a_failed_unit),
        cmocka_unit_test(metrics_can_be_switched_off),
        cmocka_unit_test(the_trace_id_is_the_invocations_own_or_none),
        cmocka_unit_test(each_outcome_has_its_result),
        cmocka_unit_test(an_error_without_words_names_its_outcome),
        cmocka_unit_test(a_bad_event_is_a_configuration_error_and_no_run),
        cmocka_unit_test(the_request_id_is_encoded_in_the_path),
        cmocka_unit_test(three_failures_of_next_in_a_row_end_the_process),
        cmocka_unit_test(an_event_without_a_request_id_counts_as_a_failure),
        cmocka_unit_test(a_container_error_ends_the_process_at_once),
        cmocka_unit_test(a_result_that_is_refused_ends_the_process),
        cmocka_unit_test(a_result_that_is_too_large_is_not_followed_by_another),
        cmocka_unit_test(a_process_without_a_runtime_api_does_not_start),
        cmocka_unit_test(lines_carry_the_request_id_and_end_with_the_outcome),
        cmocka_unit_test(a_warning_of_the_settings_is_logged),
        cmocka_unit_test(the_log_level_of_one_event_does_not_stay_for_the_next),
        cmocka_unit_test(every_failed_allocation_leaves_one_result_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
