/* Making a client: what it takes from options and environment, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>

#include "toy_bench.h"

#include <cmocka.h>

static const toy_input INPUT = {.name = SMITHY_STR_INIT("x")};
static const scripted_answer OK_JSON[] = {{.status = 200, .body = "{}"}};

static void texts_and_settings_are_copied(void **state) {
    (void)state;
    char region[] = "us-east-2", url[] = "http://localhost:1/";
    int settings = 42;
    toy_bench bench;
    toy_bench_open(&bench, &TOY_JSON, NULL, NULL, 0);
    const smithy_client_options options = {.region = smithy_str_from(region),
                                           .endpoint_url = smithy_str_from(url),
                                           .use_fips = SMITHY_SET(true),
                                           .use_dual_stack = SMITHY_SET(true)};
    smithy_client *client = smithy_client_create(&TOY_JSON, &options, &settings, sizeof settings, bench.call);
    assert_non_null(client);
    region[0] = url[0] = 'X';
    settings = 0;
    assert_string_equal(smithy_client_region(client).ptr, "us-east-2");
    assert_string_equal(smithy_client_endpoint_url(client).ptr, "http://localhost:1/");
    assert_int_equal(*(const int *)smithy_client_settings(client), 42);
    assert_true(smithy_client_use_fips(client));
    assert_true(smithy_client_use_dual_stack(client));
    assert_ptr_equal(smithy_client_system(client), &bench.fake.system);
    assert_int_equal(smithy_client_clock_skew_ms(client), 0);
    smithy_client_destroy(client);
    toy_bench_close(&bench);
}

static void a_bad_setting_makes_no_client(void **state) {
    (void)state;
    toy_bench bench;
    toy_bench_open(&bench, &TOY_JSON, NULL, NULL, 0);
    fake_system_set_env(&bench.fake, "AWS_MAX_ATTEMPTS", "many");
    assert_null(smithy_client_create(&TOY_JSON, NULL, NULL, 0, bench.call));
    assert_int_equal(smithy_call_status(bench.call), SMITHY_ERROR_CONFIG);
    assert_string_equal(toy_bench_error(&bench)->message,
                        "AWS_MAX_ATTEMPTS is \"many\": a whole number from 1 to 100 is allowed");
    toy_bench_close(&bench);
}

static void a_client_makes_its_own_transport_without_any_io(void **state) {
    (void)state;
    toy_bench bench;
    toy_bench_open(&bench, &TOY_JSON, NULL, NULL, 0);
    bench.fake.system.transport = NULL;
    smithy_client *client = smithy_client_create(&TOY_JSON, NULL, NULL, 0, bench.call);
    assert_non_null(client);
    smithy_client_destroy(client);
    smithy_client_destroy(NULL);
    toy_bench_close(&bench);
}

static void options_choose_transport_and_credentials(void **state) {
    (void)state;
    toy_bench bench;
    toy_output output;
    scripted_transport other;
    toy_bench_open(&bench, &TOY_JSON, NULL, NULL, 0);
    scripted_transport_init(&other, &bench.fake, OK_JSON, 1);
    smithy_credentials_provider *keys =
        smithy_credentials_static(SMITHY_STR("OTHERKEY"), SMITHY_STR("s"), (smithy_str){0}, bench.call);
    const smithy_client_options options = {.transport = &other.base, .credentials = keys};
    smithy_client *client = smithy_client_create(&TOY_JSON, &options, NULL, 0, bench.call);
    assert_non_null(client);
    assert_int_equal(smithy_client_invoke(client, &TOY_ECHO, &INPUT, &output, bench.call), SMITHY_OK);
    assert_int_equal(bench.transport.request_count, 0);
    assert_non_null(strstr(scripted_request_header(&other, 0, "Authorization"), "Credential=OTHERKEY/"));
    smithy_client_destroy(client);
    smithy_credentials_provider_destroy(keys);
    scripted_transport_deinit(&other);
    toy_bench_close(&bench);
}

static void attempts_come_from_the_call_then_the_options_then_the_environment(void **state) {
    (void)state;
    const smithy_client_options options = {.max_attempts = 2};
    toy_bench bench;
    toy_output output;
    toy_bench_open(&bench, &TOY_JSON, &options, NULL, 0);
    fake_system_set_env(&bench.fake, "AWS_MAX_ATTEMPTS", "5");
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(toy_bench_error(&bench)->attempts, 2);
    smithy_call_set_max_attempts(bench.call, 4);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(toy_bench_error(&bench)->attempts, 4);
    smithy_call_set_max_attempts(bench.call, 0);
    smithy_client_destroy(bench.client);
    bench.client = smithy_client_create(&TOY_JSON, NULL, NULL, 0, bench.call);
    assert_non_null(bench.client);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(toy_bench_error(&bench)->attempts, 5);
    toy_bench_close(&bench);
}

static void a_service_without_rules_needs_an_endpoint(void **state) {
    (void)state;
    smithy_service bare = TOY_JSON;
    bare.resolve_endpoint = NULL;
    toy_bench bench;
    toy_output output;
    toy_bench_open(&bench, &bare, NULL, OK_JSON, 1);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_ERROR_CONFIG);
    smithy_client_destroy(bench.client);
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("https://h")};
    bench.client = smithy_client_create(&bare, &options, NULL, 0, bench.call);
    assert_non_null(bench.client);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &INPUT, &output), SMITHY_OK);
    toy_bench_close(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_settings_are_copied),
        cmocka_unit_test(a_bad_setting_makes_no_client),
        cmocka_unit_test(a_client_makes_its_own_transport_without_any_io),
        cmocka_unit_test(options_choose_transport_and_credentials),
        cmocka_unit_test(attempts_come_from_the_call_then_the_options_then_the_environment),
        cmocka_unit_test(a_service_without_rules_needs_an_endpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
