/* Sending again: when, how long after, and when never. */
#include <setjmp.h>
#include <stdarg.h>

#include "toy_bench.h"

#include <cmocka.h>

#define OK_ANSWER \
    { .status = 200, .body = "{\"name\":\"done\"}" }
#define SERVER_ERROR \
    { .status = 500, .body = "{\"__type\":\"InternalFailure\",\"message\":\"oops\"}" }
#define THROTTLED \
    { .status = 400, .body = "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}" }

static const toy_input INPUT = {.name = SMITHY_STR_INIT("x")};

#define OPEN(bench, service, options, answers) \
    toy_bench_open(bench, service, options, answers, sizeof(answers) / sizeof(answers)[0])

static void a_server_error_is_tried_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {SERVER_ERROR, SERVER_ERROR, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_string_equal(output.name.ptr, "done");
    assert_int_equal(toy_bench_error(&bench)->attempts, 3);
    assert_int_equal(bench.fake.slept_ms, 50 + 100);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "amz-sdk-request"), "attempt=1; max=3");
    assert_string_equal(scripted_request_header(&bench.transport, 2, "amz-sdk-request"), "attempt=3; max=3");
    toy_bench_close(&bench);
}

static void the_invocation_id_stays_and_the_signature_does_not(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 503, .takes_ms = 5000}, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    char first[64], first_date[32];
    snprintf(first, sizeof first, "%s", scripted_request_header(&bench.transport, 0, "amz-sdk-invocation-id"));
    assert_string_equal(first, scripted_request_header(&bench.transport, 1, "amz-sdk-invocation-id"));
    snprintf(first_date, sizeof first_date, "%s", scripted_request_header(&bench.transport, 0, "x-amz-date"));
    assert_string_not_equal(first_date, scripted_request_header(&bench.transport, 1, "x-amz-date"));
    toy_bench_close(&bench);
}

static void attempts_end_at_their_maximum_with_the_last_error(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        THROTTLED,
        SERVER_ERROR,
        {.status = 502, .body = "<html>bad gateway</html>", .headers = "x-amzn-requestid: r3"}};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    const smithy_error *error = toy_bench_error(&bench);
    assert_int_equal(error->attempts, 3);
    assert_int_equal(error->http_status, 502);
    assert_string_equal(error->code, "502");
    assert_string_equal(error->request_id, "r3");
    assert_string_equal(error->operation, "Echo");
    assert_true(error->outcome_unknown);
    assert_null(output.name.ptr);
    toy_bench_close(&bench);
}

static void throttling_waits_longer(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {THROTTLED, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_int_equal(bench.fake.slept_ms, 1000);
    toy_bench_close(&bench);
}

static void throttling_leaves_no_doubt_about_the_outcome(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 503, .body = "{\"__type\":\"SlowDown\"}"}};
    const smithy_client_options options = {.retry_mode = SMITHY_RETRY_OFF};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, &options, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_false(toy_bench_error(&bench)->outcome_unknown);
    assert_int_equal(bench.transport.request_count, 1);
    toy_bench_close(&bench);
}

static void dynamodb_tries_four_times_from_25_ms(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {SERVER_ERROR, SERVER_ERROR, SERVER_ERROR, SERVER_ERROR};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_DYNAMODB, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_int_equal(bench.transport.request_count, 4);
    assert_int_equal(bench.fake.slept_ms, 25 + 50 + 100);
    toy_bench_close(&bench);
}

static void the_service_may_ask_for_a_longer_wait(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 500, .headers = "x-amz-retry-after: 1500"}, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_int_equal(bench.fake.slept_ms, 1500);
    toy_bench_close(&bench);
}

static void a_modeled_retryable_error_is_tried_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 400, .body = "{\"__type\":\"ToyConflictException\"}"},
                                              OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_int_equal(bench.transport.request_count, 2);
    toy_bench_close(&bench);
}

static void a_client_error_is_not_tried_again(void **state) {
    (void)state;
    static const int STATUSES[] = {400, 403, 404, 409, 412, 429};
    for (size_t i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++) {
        const scripted_answer answers[] = {{.status = STATUSES[i]}, OK_ANSWER};
        toy_bench bench;
        toy_output output;
        OPEN(&bench, &TOY_JSON, NULL, answers);
        assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
        assert_int_equal(bench.transport.request_count, 1);
        assert_false(toy_bench_error(&bench)->outcome_unknown);
        toy_bench_close(&bench);
    }
}

static void failures_of_transport_are_tried_again_but_trust_is_not(void **state) {
    (void)state;
    static const smithy_http_failure AGAIN[] = {SMITHY_HTTP_FAILURE_RESOLVE, SMITHY_HTTP_FAILURE_CONNECT,
                                                SMITHY_HTTP_FAILURE_TLS,     SMITHY_HTTP_FAILURE_SEND,
                                                SMITHY_HTTP_FAILURE_RECEIVE, SMITHY_HTTP_FAILURE_TIMEOUT};
    static const smithy_http_failure NEVER[] = {SMITHY_HTTP_FAILURE_TRUST, SMITHY_HTTP_FAILURE_DEADLINE,
                                                SMITHY_HTTP_FAILURE_CANCELED, SMITHY_HTTP_FAILURE_TOO_LARGE,
                                                SMITHY_HTTP_FAILURE_LOCAL};
    for (size_t i = 0; i < sizeof AGAIN / sizeof AGAIN[0]; i++) {
        const scripted_answer answers[] = {{.failure = AGAIN[i]}, OK_ANSWER};
        toy_bench bench;
        toy_output output;
        OPEN(&bench, &TOY_JSON, NULL, answers);
        assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
        toy_bench_close(&bench);
    }
    for (size_t i = 0; i < sizeof NEVER / sizeof NEVER[0]; i++) {
        const scripted_answer answers[] = {{.failure = NEVER[i]}, OK_ANSWER};
        toy_bench bench;
        toy_output output;
        OPEN(&bench, &TOY_JSON, NULL, answers);
        assert_int_not_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
        assert_int_equal(bench.transport.request_count, 1);
        toy_bench_close(&bench);
    }
}

static void an_unreadable_answer_is_tried_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .body = "{\"name\":"}, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_string_equal(output.name.ptr, "done");
    toy_bench_close(&bench);
}

static void a_lost_answer_leaves_the_outcome_unknown(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true}, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    smithy_call_set_max_attempts(bench.call, 1);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(bench.transport.request_count, 1);
    assert_true(toy_bench_error(&bench)->outcome_unknown);
    assert_int_equal(toy_bench_error(&bench)->http_status, 0);
    toy_bench_close(&bench);
}

static void a_request_that_never_left_has_no_effect(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.failure = SMITHY_HTTP_FAILURE_CONNECT}};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    smithy_call_set_max_attempts(bench.call, 1);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_TRANSPORT);
    assert_false(toy_bench_error(&bench)->outcome_unknown);
    toy_bench_close(&bench);
}

static void a_doubt_stays_when_a_later_attempt_is_refused(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true}, {.status = 400}};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_true(toy_bench_error(&bench)->outcome_unknown);
    toy_bench_close(&bench);
}

static void limit_exceeded_burns_nothing_when_one_attempt_is_asked_for(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 400, .body = "{\"__type\":\"LimitExceededException\"}"}};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    smithy_call_set_max_attempts(bench.call, 1);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_int_equal(bench.transport.request_count, 1);
    assert_int_equal(bench.fake.slept_ms, 0);
    assert_false(toy_bench_error(&bench)->outcome_unknown);
    toy_bench_close(&bench);
}

static void a_kept_connection_that_died_is_replaced_once_for_free(void **state) {
    (void)state;
#define DIED \
    { .failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true, .reused = true }
    static const scripted_answer ANSWERS[] = {DIED, DIED, SERVER_ERROR, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_int_equal(bench.transport.drops, 1);
    assert_int_equal(bench.transport.requests[0].at_mono_ms, bench.transport.requests[1].at_mono_ms);
    assert_true(bench.transport.requests[2].at_mono_ms > bench.transport.requests[1].at_mono_ms);
    assert_int_equal(bench.transport.request_count, 4); /* The free one, and three that count. */
    toy_bench_close(&bench);
}

static void a_kept_connection_that_died_is_not_replaced_for_a_single_attempt(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {DIED, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    smithy_call_set_max_attempts(bench.call, 1);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(bench.transport.request_count, 1);
    assert_true(toy_bench_error(&bench)->outcome_unknown);
    toy_bench_close(&bench);
}

static void no_wait_passes_the_deadline(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 400, .body = "{\"__type\":\"Throttling\"}", .takes_ms = 100},
                                              OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    smithy_call_set_timeout(bench.call, 1000);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_int_equal(bench.fake.slept_ms, 0);
    assert_string_equal(toy_bench_error(&bench)->code, "Throttling");
    toy_bench_close(&bench);
}

static void a_deadline_that_passed_sends_nothing(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    smithy_call_set_timeout(bench.call, 10);
    fake_system_advance(&bench.fake, 10);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_TIMEOUT);
    assert_int_equal(bench.transport.request_count, 0);
    assert_int_equal(toy_bench_error(&bench)->attempts, 0);
    assert_false(toy_bench_error(&bench)->outcome_unknown);
    toy_bench_close(&bench);
}

static void cancel_during_attempt(void *context, const smithy_http_request *request, size_t index) {
    (void)request, (void)index;
    smithy_call_cancel(context);
}

static void a_canceled_call_sends_no_more(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {SERVER_ERROR, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    bench.transport.on_request = cancel_during_attempt;
    bench.transport.on_request_context = bench.call;
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_CANCELED);
    assert_int_equal(bench.transport.request_count, 1);
    assert_int_equal(bench.fake.slept_ms, 0);
    assert_true(toy_bench_error(&bench)->outcome_unknown);
    toy_bench_close(&bench);
}

static void an_empty_bucket_ends_the_retries(void **state) {
    (void)state;
    scripted_answer answers[SCRIPT_MAX_REQUESTS];
    for (size_t i = 0; i < SCRIPT_MAX_REQUESTS; i++) answers[i] = (scripted_answer){.status = 500};
    toy_bench bench;
    toy_output output;
    toy_bench_open(&bench, &TOY_JSON, NULL, answers, SCRIPT_MAX_REQUESTS);
    for (int i = 0; i < 17; i++) (void)toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output); /* 34 of 35 retries. */
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_int_equal(toy_bench_error(&bench)->attempts, 2);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_int_equal(toy_bench_error(&bench)->attempts, 1);
    /* A long poll is asked again at once: it waits here. */
    const int64_t slept = bench.fake.slept_ms;
    assert_int_equal(toy_bench_invoke(&bench, &TOY_POLL, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_int_equal(toy_bench_error(&bench)->attempts, 1);
    assert_int_equal(bench.fake.slept_ms - slept, 50);
    toy_bench_close(&bench);
}

/* ---- clocks ---- */

static void a_refused_signature_is_tried_again_by_the_services_clock(void **state) {
    (void)state;
    /* The fake's clock says 2026-01-02T03:04:05Z. */
    static const scripted_answer ANSWERS[] = {{.status = 403,
                                               .headers = "Date: Fri, 02 Jan 2026 03:14:05 GMT",
                                               .body = "{\"__type\":\"InvalidSignatureException\"}"},
                                              OK_ANSWER,
                                              OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-date"), "20260102T030405Z");
    assert_string_equal(scripted_request_header(&bench.transport, 1, "x-amz-date"), "20260102T031405Z");
    assert_int_equal(smithy_client_clock_skew_ms(bench.client), 600000);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 2, "x-amz-date"), "20260102T031405Z");
    toy_bench_close(&bench);
}

static void a_refused_signature_with_a_right_clock_is_final(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 403,
                                               .headers = "Date: Fri, 02 Jan 2026 03:08:05 GMT", /* 240 s */
                                               .body = "{\"__type\":\"InvalidSignatureException\"}"},
                                              OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_int_equal(bench.transport.request_count, 1);
    toy_bench_close(&bench);
}

static void an_old_date_alone_moves_no_signature(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .body = "{}", .headers = "Date: Fri, 02 Jan 2026 01:04:05 GMT"}, OK_ANSWER};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_int_equal(smithy_client_clock_skew_ms(bench.client), -7200000);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 1, "x-amz-date"), "20260102T030405Z");
    toy_bench_close(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_error_is_tried_again),
        cmocka_unit_test(the_invocation_id_stays_and_the_signature_does_not),
        cmocka_unit_test(attempts_end_at_their_maximum_with_the_last_error),
        cmocka_unit_test(throttling_waits_longer),
        cmocka_unit_test(throttling_leaves_no_doubt_about_the_outcome),
        cmocka_unit_test(dynamodb_tries_four_times_from_25_ms),
        cmocka_unit_test(the_service_may_ask_for_a_longer_wait),
        cmocka_unit_test(a_modeled_retryable_error_is_tried_again),
        cmocka_unit_test(a_client_error_is_not_tried_again),
        cmocka_unit_test(failures_of_transport_are_tried_again_but_trust_is_not),
        cmocka_unit_test(an_unreadable_answer_is_tried_again),
        cmocka_unit_test(a_lost_answer_leaves_the_outcome_unknown),
        cmocka_unit_test(a_request_that_never_left_has_no_effect),
        cmocka_unit_test(a_doubt_stays_when_a_later_attempt_is_refused),
        cmocka_unit_test(limit_exceeded_burns_nothing_when_one_attempt_is_asked_for),
        cmocka_unit_test(a_kept_connection_that_died_is_replaced_once_for_free),
        cmocka_unit_test(a_kept_connection_that_died_is_not_replaced_for_a_single_attempt),
        cmocka_unit_test(no_wait_passes_the_deadline),
        cmocka_unit_test(a_deadline_that_passed_sends_nothing),
        cmocka_unit_test(a_canceled_call_sends_no_more),
        cmocka_unit_test(an_empty_bucket_ends_the_retries),
        cmocka_unit_test(a_refused_signature_is_tried_again_by_the_services_clock),
        cmocka_unit_test(a_refused_signature_with_a_right_clock_is_final),
        cmocka_unit_test(an_old_date_alone_moves_no_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
