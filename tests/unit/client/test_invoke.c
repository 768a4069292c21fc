/* One operation on the wire: where it goes, what it carries, what comes back, and what happens without memory. */
#include <setjmp.h>
#include <stdarg.h>

#include "toy_bench.h"

#include <cmocka.h>

static const toy_input INPUT = {.name = SMITHY_STR_INIT("x")};

#define OPEN(bench, service, options, answers) \
    toy_bench_open(bench, service, options, answers, sizeof(answers) / sizeof(answers)[0])

static const scripted_answer OK_JSON[] = {{.status = 200, .body = "{\"name\":\"done\"}"}};
static const scripted_answer OK_XML[] = {{.status = 200, .body = "<Result><Name>n</Name></Result>"}};

static void a_json_request_is_a_post_with_its_target(void **state) {
    (void)state;
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, OK_JSON);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    const scripted_request *request = &bench.transport.requests[0];
    assert_string_equal(request->method, "POST");
    assert_string_equal(request->url, "https://toy.eu-west-1.amazonaws.com/");
    assert_string_equal(request->body, "{\"name\":\"x\"}");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "Content-Type"), "application/x-amz-json-1.1");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "X-Amz-Target"), "Toy_20140328.Echo");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "Host"), "toy.eu-west-1.amazonaws.com");
    assert_non_null(strstr(scripted_request_header(&bench.transport, 0, "Authorization"),
                           "Credential=AKIDEXAMPLE/20260102/eu-west-1/toy/aws4_request, SignedHeaders="));
    assert_null(scripted_request_header(&bench.transport, 0, "x-amz-content-sha256"));
    assert_int_equal(strlen(scripted_request_header(&bench.transport, 0, "amz-sdk-invocation-id")), 36);
    assert_string_equal(output.name.ptr, "done");
    toy_bench_close(&bench);
}

static void the_user_agent_names_this_product_and_no_other(void **state) {
    (void)state;
    const smithy_client_options options = {.app_id = SMITHY_STR_INIT("my app/1")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, &options, OK_JSON);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    const char *user_agent = scripted_request_header(&bench.transport, 0, "User-Agent");
    assert_int_equal(strncmp(user_agent, "smithy-c/", 9), 0);
    assert_non_null(strstr(user_agent, " ua/2.1 api/Toy-Logs#2014-03-28 "));
    assert_non_null(strstr(user_agent, " lang/c#11 m/E,g md/arch#"));
    assert_non_null(strstr(user_agent, " app/my-app-1"));
    toy_bench_close(&bench);
}

static const char *user_agent_of(const smithy_service *service, const smithy_client_options *options,
                                 const smithy_operation *operation, unsigned uses, char text[512]) {
    static const scripted_answer ANSWERS[] = {{.status = 200, .body = "{}"}};
    static smithy_sink sink = {.write = NULL};
    const toy_input input = {.name = SMITHY_STR_INIT("x"), .sink = &sink};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, service, options, ANSWERS);
    fake_system_set_env(&bench.fake, "AWS_EXECUTION_ENV", "AWS_Lambda (x)");
    smithy_call_set_uses(bench.call, uses);
    (void)toy_bench_invoke(&bench, operation, &input, &output);
    snprintf(text, 512, "%s", scripted_request_header(&bench.transport, 0, "User-Agent"));
    assert_int_equal(smithy_call_uses(bench.call), uses & SMITHY_CALL_WAITS);
    toy_bench_close(&bench);
    return text;
}

static void the_user_agent_tells_what_an_operation_makes_use_of(void **state) {
    (void)state;
    const smithy_client_options bare = {.retry_mode = SMITHY_RETRY_OFF};
    const smithy_client_options elsewhere = {.endpoint_url = SMITHY_STR_INIT("http://127.0.0.1:8080")};
    char text[512];
    assert_non_null(strstr(user_agent_of(&TOY_JSON, &bare, &TOY_ECHO, 0, text), " m/g "));
    assert_non_null(strstr(user_agent_of(&TOY_JSON, &bare, &TOY_UNSIGNED, 0, text), " exec-env/AWS_Lambda--x- md/"));
    assert_non_null(strstr(user_agent_of(&TOY_JSON, &elsewhere, &TOY_ECHO, 0, text), " m/E,N,g "));
    assert_non_null(strstr(user_agent_of(&TOY_JSON, NULL, &TOY_ECHO, SMITHY_CALL_WAITS, text), " m/B,E,g "));
    assert_non_null(strstr(user_agent_of(&TOY_JSON, NULL, &TOY_ECHO, SMITHY_CALL_PAGES, text), " m/C,E,g "));
    assert_non_null(strstr(user_agent_of(&TOY_S3, NULL, &TOY_PUT_OBJECT, 0, text), " m/E,U,Z"));
}

static void a_custom_endpoint_keeps_its_path_and_port(void **state) {
    (void)state;
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("http://127.0.0.1:8080/base/")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, &options, OK_JSON);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url, "http://127.0.0.1:8080/base/");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "Host"), "127.0.0.1:8080");
    toy_bench_close(&bench);
}

static void an_s3_key_keeps_its_dots_and_slashes(void **state) {
    (void)state;
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("https://s3.example.com/bucket")};
    const toy_input input = {.name = SMITHY_STR_INIT("a//./../b c+d/\xC3\xA9")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, &options, OK_XML);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_GET_OBJECT, &input, &output), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url, "https://s3.example.com/bucket/a//./../b%20c%2Bd/%C3%A9");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-content-sha256"),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    toy_bench_close(&bench);
}

static void a_bucket_in_the_endpoints_path_gets_no_slash(void **state) {
    (void)state;
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("https://s3.example.com/bucket")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, &options, OK_XML);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_LIST_OBJECTS, &INPUT, &output), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url, "https://s3.example.com/bucket?list-type=2&prefix=x");
    assert_string_equal(output.name.ptr, "n");
    toy_bench_close(&bench);
}

static void an_unsigned_operation_asks_for_no_credentials(void **state) {
    (void)state;
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, OK_JSON);
    fake_system_set_env(&bench.fake, "AWS_ACCESS_KEY_ID", NULL);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_UNSIGNED, &INPUT, &output), SMITHY_OK);
    assert_null(scripted_request_header(&bench.transport, 0, "Authorization"));
    toy_bench_close(&bench);
}

static void a_session_token_is_sent_and_never_told(void **state) {
    (void)state;
    toy_bench bench;
    toy_output output;
    static const scripted_answer DENIED[] = {{.status = 403, .body = "{\"__type\":\"Denied\"}"}};
    OPEN(&bench, &TOY_JSON, NULL, DENIED);
    fake_system_set_env(&bench.fake, "AWS_SESSION_TOKEN", "TOKEN-VALUE");
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_SERVICE);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "X-Amz-Security-Token"), "TOKEN-VALUE");
    char text[2048];
    smithy_error_format(toy_bench_error(&bench), text, sizeof text);
    assert_null(strstr(text, "TOKEN-VALUE"));
    toy_bench_close(&bench);
}

static void without_credentials_nothing_is_sent(void **state) {
    (void)state;
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, OK_JSON);
    fake_system_set_env(&bench.fake, "AWS_SECRET_ACCESS_KEY", " ");
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_CREDENTIALS);
    assert_int_equal(bench.transport.request_count, 0);
    assert_string_equal(toy_bench_error(&bench)->message, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    assert_string_equal(toy_bench_error(&bench)->operation, "Echo");
    toy_bench_close(&bench);
}

static void a_missing_member_is_named_and_nothing_is_sent(void **state) {
    (void)state;
    const toy_input empty = {.sink = NULL};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, OK_JSON);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &empty, &output), SMITHY_ERROR_INPUT);
    assert_string_equal(toy_bench_error(&bench)->message, "name is required");
    assert_int_equal(bench.transport.request_count, 0);
    toy_bench_close(&bench);
}

static void an_empty_key_is_refused(void **state) {
    (void)state;
    const toy_input empty = {.name = SMITHY_STR_INIT("")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, OK_XML);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_GET_OBJECT, &empty, &output), SMITHY_ERROR_INPUT);
    assert_int_equal(bench.transport.request_count, 0);
    toy_bench_close(&bench);
}

static void on_lambda_the_trace_goes_along(void **state) {
    (void)state;
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_JSON, NULL, OK_JSON);
    fake_system_set_env(&bench.fake, "AWS_LAMBDA_FUNCTION_NAME", "exporter");
    fake_system_set_env(&bench.fake, "_X_AMZN_TRACE_ID", "Root=1-5759e988;Parent=1\n2");
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "X-Amzn-Trace-Id"),
                        "Root=1-5759e988;Parent=1%0A2");
    assert_null(strstr(scripted_request_header(&bench.transport, 0, "Authorization"), "x-amzn-trace-id"));
    toy_bench_close(&bench);
}

/* ---- memory ---- */

typedef struct torture {
    const smithy_service *service;
    const smithy_operation *operation;
    toy_input input;
    scripted_answer answer;
    smithy_status status; /* With memory enough. */
} torture;

static const torture SCENARIOS[] = {
    {&TOY_JSON, &TOY_ECHO, {.name = SMITHY_STR_INIT("x")}, {.status = 200, .body = "{\"name\":\"done\"}"}, SMITHY_OK},
    {&TOY_JSON,
     &TOY_ECHO,
     {.name = SMITHY_STR_INIT("x")},
     {.status = 400, .body = "{\"__type\":\"ToyNotFoundException\",\"resource\":\"r\"}"},
     SMITHY_ERROR_SERVICE},
    {&TOY_S3,
     &TOY_PUT_OBJECT,
     {.name = SMITHY_STR_INIT("k"), .body = {.bytes = {(const uint8_t *)"hello", 5}}},
     {.status = 200},
     SMITHY_OK},
    {&TOY_S3,
     &TOY_LIST_OBJECTS,
     {.name = SMITHY_STR_INIT("k")},
     {.status = 200, .body = "<Result><Name>n</Name></Result>"},
     SMITHY_OK},
    {&TOY_S3,
     &TOY_LIST_OBJECTS,
     {.name = SMITHY_STR_INIT("k")},
     {.status = 200, .body = "<Error><Code>InternalError</Code></Error>"},
     SMITHY_ERROR_SERVICE},
};

/* false once the allocation that should fail is past the last one. */
static bool survives(const torture *scenario, size_t fail_allocation, bool ever_after) {
    toy_bench bench; /* A new one, so that its arena starts without memory. */
    toy_output output;
    toy_bench_open(&bench, scenario->service, NULL, &scenario->answer, 1);
    smithy_call_set_max_attempts(bench.call, 1);
    bench.fake.allocations = 0;
    bench.fake.fail_ever_after = ever_after;
    bench.fake.fail_allocation = fail_allocation;
    const smithy_status status = toy_bench_invoke(&bench, scenario->operation, &scenario->input, &output);
    const bool reached = bench.fake.allocations >= fail_allocation;
    if (status != scenario->status) {
        assert_int_equal(status, SMITHY_ERROR_MEMORY);
        assert_int_equal(toy_bench_error(&bench)->status, SMITHY_ERROR_MEMORY);
    }
    if (status != SMITHY_OK) assert_null(output.name.ptr);
    if (!reached) assert_int_equal(status, scenario->status);
    bench.fake.fail_allocation = 0;
    toy_bench_close(&bench);
    return reached;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof SCENARIOS / sizeof SCENARIOS[0]; i++)
        for (int ever_after = 0; ever_after <= 1; ever_after++) {
            size_t n = 1;
            while (survives(&SCENARIOS[i], n, ever_after != 0)) n++;
            assert_true(n > 3);
        }
}

static void a_client_that_runs_out_of_memory_leaves_none_behind(void **state) {
    (void)state;
    toy_bench bench;
    OPEN(&bench, &TOY_JSON, NULL, OK_JSON);
    const size_t before = bench.fake.live_blocks;
    for (size_t n = 1;; n++) {
        bench.fake.allocations = 0;
        bench.fake.fail_allocation = n;
        smithy_client *client = smithy_client_create(&TOY_JSON, NULL, NULL, 0, bench.call);
        bench.fake.fail_allocation = 0;
        if (client) {
            smithy_client_destroy(client);
            assert_true(n > 4);
            break;
        }
        assert_int_equal(smithy_call_status(bench.call), SMITHY_ERROR_MEMORY);
        assert_int_equal(bench.fake.live_blocks, before);
    }
    toy_bench_close(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_json_request_is_a_post_with_its_target),
        cmocka_unit_test(the_user_agent_names_this_product_and_no_other),
        cmocka_unit_test(the_user_agent_tells_what_an_operation_makes_use_of),
        cmocka_unit_test(a_custom_endpoint_keeps_its_path_and_port),
        cmocka_unit_test(an_s3_key_keeps_its_dots_and_slashes),
        cmocka_unit_test(a_bucket_in_the_endpoints_path_gets_no_slash),
        cmocka_unit_test(an_unsigned_operation_asks_for_no_credentials),
        cmocka_unit_test(a_session_token_is_sent_and_never_told),
        cmocka_unit_test(without_credentials_nothing_is_sent),
        cmocka_unit_test(a_missing_member_is_named_and_nothing_is_sent),
        cmocka_unit_test(an_empty_key_is_refused),
        cmocka_unit_test(on_lambda_the_trace_goes_along),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_client_that_runs_out_of_memory_leaves_none_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
