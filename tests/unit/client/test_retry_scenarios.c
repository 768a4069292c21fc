/* Each rule of retrying as a story: answers, and what the engine waits and pays after each. */
#include <setjmp.h>
#include <stdarg.h>

#include "retry_scenario.h"

#include <cmocka.h>

#define ERROR(status_, code) \
    { .status = (status_), .body = "{\"__type\":\"" code "\"}" }
#define HINT(value) \
    { .status = 500, .headers = "x-amz-retry-after: " value }
#define LOST(failure_) \
    { .failure = (failure_), .sent = true }
#define DONE \
    { .status = 200, .body = "{\"name\":\"x\"}" }

#define SCENARIO(text, steps_, ...) \
    { .name = (text), .steps = (steps_), .step_count = sizeof(steps_) / sizeof(steps_)[0], __VA_ARGS__ }
#define JSON     .service = &TOY_JSON, .operation = &TOY_ECHO, .initial_tokens = RETRY_ANY
#define DYNAMODB .service = &TOY_DYNAMODB, .operation = &TOY_ECHO, .initial_tokens = RETRY_ANY

static void run_all(const retry_scenario *scenarios, size_t count) {
    for (size_t i = 0; i < count; i++) retry_scenario_run(&scenarios[i]);
}
#define RUN(scenarios) run_all(scenarios, sizeof(scenarios) / sizeof(scenarios)[0])

/* ---- tokens ---- */

static void the_bucket_pays_and_gets_back(void **state) {
    (void)state;
    static const retry_step LAST_COST[] = {{ERROR(500, "A"), RETRY_SENT_AGAIN, 486, 50},
                                           {ERROR(400, "Throttling"), RETRY_SENT_AGAIN, 481, 2000},
                                           {DONE, RETRY_SUCCESS, 486, 0}};
    static const retry_step FIRST_TRY[] = {{DONE, RETRY_SUCCESS, 101, 0}, {DONE, RETRY_SUCCESS, 102, 0}};
    static const retry_step FULL[] = {{DONE, RETRY_SUCCESS, 500, 0}};
    static const retry_step FAILURE[] = {{ERROR(500, "A"), RETRY_SENT_AGAIN, 486, 50},
                                         {ERROR(400, "B"), RETRY_GIVEN_UP, 486, 0},
                                         {DONE, RETRY_SUCCESS, 487, 0}};
    static const retry_step JUST_ENOUGH[] = {{ERROR(503, "SlowDown"), RETRY_SENT_AGAIN, 0, 1000},
                                             {ERROR(503, "SlowDown"), RETRY_GIVEN_UP, 0, 0}};
    static const retry_step TOO_FEW[] = {{ERROR(500, "A"), RETRY_GIVEN_UP, 13, 0}};
    const retry_scenario scenarios[] = {
        SCENARIO("what the last retry cost comes back", LAST_COST, JSON),
        SCENARIO("a first try that succeeds brings one", FIRST_TRY, .service = &TOY_JSON, .operation = &TOY_ECHO,
                 .initial_tokens = 100),
        SCENARIO("a full bucket stays full", FULL, JSON),
        SCENARIO("a failure brings nothing back", FAILURE, JSON),
        SCENARIO("throttling costs five", JUST_ENOUGH, .service = &TOY_JSON, .operation = &TOY_ECHO,
                 .initial_tokens = 5),
        SCENARIO("thirteen are not fourteen", TOO_FEW, .service = &TOY_JSON, .operation = &TOY_ECHO,
                 .initial_tokens = 13),
    };
    RUN(scenarios);
}

/* ---- classes ---- */

static void the_code_beats_the_status(void **state) {
    (void)state;
    static const retry_step SLOW_DOWN[] = {{ERROR(503, "SlowDown"), RETRY_SENT_AGAIN, 495, 1000},
                                           {DONE, RETRY_SUCCESS, 500, 0}};
    static const retry_step ALONE[] = {{{.status = 503}, RETRY_SENT_AGAIN, 486, 50}, {DONE, RETRY_SUCCESS, 500, 0}};
    static const retry_step HTML[] = {{{.status = 502, .body = "<html>bad gateway</html>"}, RETRY_SENT_AGAIN, 486, 50},
                                      {DONE, RETRY_SUCCESS, 500, 0}};
    static const retry_step BARE_429[] = {{{.status = 429}, RETRY_GIVEN_UP, 500, 0}};
    static const retry_step CODED_429[] = {{ERROR(429, "TooManyRequestsException"), RETRY_SENT_AGAIN, 495, 1000},
                                           {DONE, RETRY_SUCCESS, 500, 0}};
    static const retry_step TIMEOUT_400[] = {{ERROR(400, "RequestTimeout"), RETRY_SENT_AGAIN, 486, 50},
                                             {ERROR(400, "RequestTimeoutException"), RETRY_SENT_AGAIN, 472, 100},
                                             {DONE, RETRY_SUCCESS, 486, 0}};
    static const retry_step NOT_IMPLEMENTED[] = {{{.status = 501}, RETRY_GIVEN_UP, 500, 0}};
    static const retry_step MODELED[] = {{ERROR(400, "ToyConflictException"), RETRY_SENT_AGAIN, 486, 50},
                                         {DONE, RETRY_SUCCESS, 500, 0}};
    const retry_scenario scenarios[] = {
        SCENARIO("503 SlowDown is throttling", SLOW_DOWN, JSON),
        SCENARIO("503 alone is transient", ALONE, JSON),
        SCENARIO("a proxy's page is transient", HTML, JSON),
        SCENARIO("429 without a code is final", BARE_429, JSON),
        SCENARIO("429 with one is throttling", CODED_429, JSON),
        SCENARIO("400 with a transient code", TIMEOUT_400, JSON),
        SCENARIO("501 is final", NOT_IMPLEMENTED, JSON),
        SCENARIO("an error that the model calls retryable", MODELED, JSON),
    };
    RUN(scenarios);
}

static void each_throttling_code_is_one(void **state) {
    (void)state;
    static const char *const BODIES[] = {
        "{\"__type\":\"Throttling\"}",
        "{\"__type\":\"ThrottlingException\"}",
        "{\"__type\":\"ThrottledException\"}",
        "{\"__type\":\"RequestThrottledException\"}",
        "{\"__type\":\"TooManyRequestsException\"}",
        "{\"__type\":\"ProvisionedThroughputExceededException\"}",
        "{\"__type\":\"TransactionInProgressException\"}",
        "{\"__type\":\"RequestLimitExceeded\"}",
        "{\"__type\":\"BandwidthLimitExceeded\"}",
        "{\"__type\":\"LimitExceededException\"}",
        "{\"__type\":\"RequestThrottled\"}",
        "{\"__type\":\"SlowDown\"}",
        "{\"__type\":\"PriorRequestNotComplete\"}",
        "{\"__type\":\"EC2ThrottledException\"}",
    };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        const retry_step steps[] = {{{.status = 400, .body = BODIES[i]}, RETRY_SENT_AGAIN, 495, 1000},
                                    {DONE, RETRY_SUCCESS, 500, 0}};
        const retry_scenario scenario = SCENARIO(BODIES[i], steps, JSON);
        retry_scenario_run(&scenario);
    }
}

static void what_never_came_whole_is_transient(void **state) {
    (void)state;
    static const retry_step LOST_ONES[] = {{LOST(SMITHY_HTTP_FAILURE_TIMEOUT), RETRY_SENT_AGAIN, 486, 50},
                                           {LOST(SMITHY_HTTP_FAILURE_RECEIVE), RETRY_SENT_AGAIN, 472, 100},
                                           {DONE, RETRY_SUCCESS, 486, 0}};
    static const retry_step UNREADABLE[] = {{{.status = 200, .body = "{\"name\""}, RETRY_SENT_AGAIN, 486, 50},
                                            {DONE, RETRY_SUCCESS, 500, 0}};
    static const retry_step SHORT[] = {
        {{.status = 200, .headers = "Content-Length: 99", .body = "{\"name\":\"x\"}"}, RETRY_SENT_AGAIN, 486, 50},
        {DONE, RETRY_SUCCESS, 500, 0}};
    static const retry_step CRC[] = {
        {{.status = 200, .headers = "x-amz-crc32: 1", .body = "{\"name\":\"x\"}"}, RETRY_SENT_AGAIN, 486, 25},
        {{.status = 200, .headers = "x-amz-crc32: 2745614147", .body = "{}"}, RETRY_SUCCESS, 500, 0}};
    const retry_scenario scenarios[] = {
        SCENARIO("timeouts cost no more than others", LOST_ONES, JSON),
        SCENARIO("half a document", UNREADABLE, JSON),
        SCENARIO("a body shorter than announced", SHORT, JSON),
        SCENARIO("DynamoDB's checksum", CRC, DYNAMODB),
    };
    RUN(scenarios);
}

/* ---- waits ---- */

static void a_hint_is_followed_within_bounds(void **state) {
    (void)state;
    static const retry_step HINTS[] = {{HINT("700"), RETRY_SENT_AGAIN, 486, 700},
                                       {HINT("7"), RETRY_SENT_AGAIN, 472, 100},
                                       {HINT("86400000"), RETRY_SENT_AGAIN, 458, 5200},
                                       {HINT("-1"), RETRY_SENT_AGAIN, 444, 400},
                                       {HINT("1.5"), RETRY_SENT_AGAIN, 430, 800},
                                       {HINT("99999999999999999999"), RETRY_SENT_AGAIN, 416, 1600},
                                       {DONE, RETRY_SUCCESS, 430, 0}};
    static const retry_step THROTTLED[] = {
        {{.status = 400, .headers = "x-amz-retry-after: 9000", .body = "{\"__type\":\"Throttling\"}"},
         RETRY_SENT_AGAIN,
         495,
         6000},
        {DONE, RETRY_SUCCESS, 500, 0}};
    const retry_scenario scenarios[] = {
        SCENARIO("between the backoff and five seconds more", HINTS, JSON, .max_attempts = 9),
        SCENARIO("from throttling's own backoff", THROTTLED, JSON),
    };
    RUN(scenarios);
}

static void waits_double_up_to_twenty_seconds(void **state) {
    (void)state;
    static const retry_step THROTTLING[] = {{ERROR(400, "Throttling"), RETRY_SENT_AGAIN, RETRY_ANY, 1000},
                                            {ERROR(400, "Throttling"), RETRY_SENT_AGAIN, RETRY_ANY, 2000},
                                            {ERROR(400, "Throttling"), RETRY_SENT_AGAIN, RETRY_ANY, 4000},
                                            {ERROR(400, "Throttling"), RETRY_SENT_AGAIN, RETRY_ANY, 8000},
                                            {ERROR(400, "Throttling"), RETRY_SENT_AGAIN, RETRY_ANY, 16000},
                                            {ERROR(400, "Throttling"), RETRY_SENT_AGAIN, RETRY_ANY, 20000},
                                            {DONE, RETRY_SUCCESS, RETRY_ANY, 0}};
    static const retry_step DYNAMO[] = {
        {ERROR(500, "A"), RETRY_SENT_AGAIN, 486, 25},
        {ERROR(400, "ProvisionedThroughputExceededException"), RETRY_SENT_AGAIN, 481, 2000},
        {ERROR(500, "A"), RETRY_SENT_AGAIN, 467, 100},
        {ERROR(500, "A"), RETRY_GIVEN_UP, 467, 0}};
    const retry_scenario scenarios[] = {
        SCENARIO("throttling", THROTTLING, JSON, .max_attempts = 9),
        SCENARIO("DynamoDB: four attempts from 25 ms, throttling from 1 s", DYNAMO, DYNAMODB),
    };
    RUN(scenarios);
}

static void no_wait_is_begun_that_the_deadline_cuts_short(void **state) {
    (void)state;
    static const retry_step FITS[] = {{ERROR(500, "A"), RETRY_SENT_AGAIN, 486, 50}, {DONE, RETRY_SUCCESS, 500, 0}};
    static const retry_step DOES_NOT[] = {{ERROR(400, "Throttling"), RETRY_GIVEN_UP, 500, 0}};
    static const retry_step USED_UP[] = {{{.status = 500, .takes_ms = 460}, RETRY_GIVEN_UP, 500, 0}};
    const retry_scenario scenarios[] = {
        SCENARIO("it fits", FITS, JSON, .timeout_ms = 500),
        SCENARIO("it does not: nothing is paid", DOES_NOT, JSON, .timeout_ms = 500),
        SCENARIO("the attempt left too little", USED_UP, JSON, .timeout_ms = 500),
    };
    RUN(scenarios);
}

static void a_long_poll_waits_where_it_may_not_go_on(void **state) {
    (void)state;
    static const retry_step EMPTY[] = {{ERROR(500, "A"), RETRY_GIVEN_UP, 3, 50},
                                       {ERROR(400, "Throttling"), RETRY_GIVEN_UP, 3, 50}};
    static const retry_step ENDED[] = {{ERROR(500, "A"), RETRY_SENT_AGAIN, 486, 50},
                                       {ERROR(500, "A"), RETRY_GIVEN_UP, 486, 0}};
    static const retry_step FINAL[] = {{ERROR(400, "A"), RETRY_GIVEN_UP, 3, 0}};
    const retry_scenario scenarios[] = {
        SCENARIO("the bucket is empty", EMPTY, .service = &TOY_JSON, .operation = &TOY_POLL, .initial_tokens = 3),
        SCENARIO("attempts are used up", ENDED, .service = &TOY_JSON, .operation = &TOY_POLL,
                 .initial_tokens = RETRY_ANY, .max_attempts = 2),
        SCENARIO("an error that is final", FINAL, .service = &TOY_JSON, .operation = &TOY_POLL, .initial_tokens = 3),
    };
    RUN(scenarios);
}

/* ---- what is sent again ---- */

typedef struct changing_provider {
    smithy_credentials_provider base;
    const smithy_system *system;
    int calls;
} changing_provider;

static smithy_status other_keys_each_time(smithy_credentials_provider *provider, smithy_credentials *credentials,
                                          smithy_call *call) {
    changing_provider *self = (changing_provider *)provider;
    (void)call;
    const smithy_credentials next = {
        .access_key_id = self->calls++ ? SMITHY_STR("AKIDSECOND") : SMITHY_STR("AKIDFIRST"),
        .secret_access_key = SMITHY_STR("secret"),
        .session_token = self->calls == 1 ? SMITHY_STR("first-token") : (smithy_str){0},
    };
    return smithy_credentials_copy(credentials, &next, self->system);
}

static void each_attempt_is_signed_with_new_time_and_credentials(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 500, .takes_ms = 1500}, DONE};
    changing_provider provider = {.base = {.get = other_keys_each_time}, .system = smithy_system_default()};
    const smithy_client_options options = {.credentials = &provider.base};
    const toy_input input = {.name = SMITHY_STR_INIT("x")};
    toy_bench bench;
    toy_output output;
    toy_bench_open(&bench, &TOY_JSON, &options, ANSWERS, 2);
    provider.system = &bench.fake.system;
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &input, &output), SMITHY_OK);
    const scripted_transport *sent = &bench.transport;
    assert_non_null(strstr(scripted_request_header(sent, 0, "Authorization"), "AKIDFIRST/20260102/"));
    assert_string_equal(scripted_request_header(sent, 0, "x-amz-security-token"), "first-token");
    assert_string_equal(scripted_request_header(sent, 0, "x-amz-date"), "20260102T030405Z");
    assert_non_null(strstr(scripted_request_header(sent, 1, "Authorization"), "AKIDSECOND/20260102/"));
    assert_null(scripted_request_header(sent, 1, "x-amz-security-token"));
    assert_string_equal(scripted_request_header(sent, 1, "x-amz-date"), "20260102T030406Z");
    assert_string_equal(sent->requests[0].body, sent->requests[1].body);
    toy_bench_close(&bench);
}

static void cancel_at_the_first_sleep(void *context, int64_t ms) {
    toy_bench *bench = context;
    bench->fake.mono_ms += ms;
    smithy_call_cancel(bench->call);
}

static void a_wait_ends_soon_after_it_is_canceled(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(400, "Throttling"), DONE};
    const toy_input input = {.name = SMITHY_STR_INIT("x")};
    toy_bench bench;
    toy_output output;
    toy_bench_open(&bench, &TOY_JSON, NULL, ANSWERS, 2);
    const int64_t start = bench.fake.mono_ms;
    /* The fake's own functions take the fake, and the bench begins with it. */
    bench.fake.system.sleep_ms = cancel_at_the_first_sleep;
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &input, &output), SMITHY_ERROR_CANCELED);
    assert_int_equal(bench.transport.request_count, 1);
    assert_true(bench.fake.mono_ms - start <= 250); /* Of a wait of a second. */
    toy_bench_close(&bench);
}

static void the_environment_says_how_often(void **state) {
    (void)state;
    static const struct {
        const char *value;
        size_t requests;
    } CASES[] = {{"1", 1}, {"2", 2}, {"6", 6}};
    static const scripted_answer ANSWERS[] = {{.status = 500}, {.status = 500}, {.status = 500},
                                              {.status = 500}, {.status = 500}, {.status = 500}};
    const toy_input input = {.name = SMITHY_STR_INIT("x")};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        toy_bench bench;
        toy_output output;
        toy_bench_open(&bench, &TOY_DYNAMODB, NULL, ANSWERS, 6);
        smithy_client_destroy(bench.client);
        fake_system_set_env(&bench.fake, "AWS_MAX_ATTEMPTS", CASES[i].value);
        bench.client = smithy_client_create(&TOY_DYNAMODB, NULL, NULL, 0, bench.call);
        assert_non_null(bench.client);
        assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &input, &output), SMITHY_ERROR_SERVICE);
        assert_int_equal(bench.transport.request_count, CASES[i].requests);
        toy_bench_close(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bucket_pays_and_gets_back),
        cmocka_unit_test(the_code_beats_the_status),
        cmocka_unit_test(each_throttling_code_is_one),
        cmocka_unit_test(what_never_came_whole_is_transient),
        cmocka_unit_test(a_hint_is_followed_within_bounds),
        cmocka_unit_test(waits_double_up_to_twenty_seconds),
        cmocka_unit_test(no_wait_is_begun_that_the_deadline_cuts_short),
        cmocka_unit_test(a_long_poll_waits_where_it_may_not_go_on),
        cmocka_unit_test(each_attempt_is_signed_with_new_time_and_credentials),
        cmocka_unit_test(a_wait_ends_soon_after_it_is_canceled),
        cmocka_unit_test(the_environment_says_how_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
