#include "endpoint_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_text(const char *what, smithy_str actual, smithy_str expected) {
    if (smithy_str_is_set(actual) == smithy_str_is_set(expected) && smithy_str_equal(actual, expected)) return;
    fail_msg("%s is \"%.*s\", not \"%.*s\"", what, SMITHY_STR_ARG(actual), SMITHY_STR_ARG(expected));
}

static void assert_flag(const char *what, smithy_opt_bool actual, smithy_opt_bool expected) {
    if (actual.has != expected.has || actual.value != expected.value) fail_msg("%s differs", what);
}

static void assert_endpoint(const smithy_endpoint *actual, const smithy_endpoint *expected) {
    assert_text("url", actual->url, expected->url);
    assert_text("auth_scheme", actual->auth_scheme, expected->auth_scheme);
    assert_text("signing_name", actual->signing_name, expected->signing_name);
    assert_text("signing_region", actual->signing_region, expected->signing_region);
    assert_text("backend", actual->backend, expected->backend);
    assert_flag("disable_double_encoding", actual->disable_double_encoding, expected->disable_double_encoding);
    assert_flag("disable_normalize_path", actual->disable_normalize_path, expected->disable_normalize_path);
    assert_int_equal(actual->signing_region_set.count, expected->signing_region_set.count);
    for (size_t i = 0; i < expected->signing_region_set.count; i++)
        assert_text("signing_region_set", actual->signing_region_set.items[i], expected->signing_region_set.items[i]);
    assert_int_equal(actual->headers.count, expected->headers.count);
    for (size_t i = 0; i < expected->headers.count; i++) {
        assert_text("header", actual->headers.items[i].name, expected->headers.items[i].name);
        assert_text("header", actual->headers.items[i].value, expected->headers.items[i].value);
    }
}

void expect_endpoint(endpoint_resolver *resolve, const void *params, const smithy_endpoint *expected) {
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    smithy_endpoint endpoint;
    const smithy_status status = resolve(params, &endpoint, call);
    assert_string_equal(smithy_call_error(call)->message, "");
    assert_int_equal(status, SMITHY_OK);
    assert_endpoint(&endpoint, expected);
    smithy_call_destroy(call);
}

void expect_error(endpoint_resolver *resolve, const void *params, const char *message) {
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    smithy_endpoint endpoint;
    assert_int_equal(resolve(params, &endpoint, call), SMITHY_ERROR_CONFIG);
    assert_string_equal(smithy_call_error(call)->message, message);
    assert_null(endpoint.url.ptr);
    smithy_call_destroy(call);
}

static void run_one(void **state) {
    const endpoint_test *test = *state;
    test->run();
}

int run_endpoint_tests(const char *service, const endpoint_test *tests, size_t count) {
    endpoint_test *states = calloc(count, sizeof *states); /* cmocka wants them writable. */
    struct CMUnitTest *units = calloc(count, sizeof *units);
    if (!states || !units) abort();
    for (size_t i = 0; i < count; i++) {
        states[i] = tests[i];
        units[i] = (struct CMUnitTest){.name = tests[i].name, .test_func = run_one, .initial_state = &states[i]};
    }
    const int failed = _cmocka_run_group_tests(service, units, count, NULL, NULL);
    printf("endpoint tests: %s %zu passed, %d failed\n", service, count - (size_t)failed, failed);
    free(units);
    free(states);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
