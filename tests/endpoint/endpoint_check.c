#include "endpoint_check.h"

#include "torture.h"

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

/* What a test expects: this endpoint, or (NULL) this message. */
typedef struct expectation {
    const smithy_endpoint *endpoint;
    const char *message;
} expectation;

static void assert_expected(const expectation *expected, smithy_status status, const smithy_endpoint *endpoint,
                            const smithy_call *call) {
    assert_string_equal(smithy_call_error(call)->message, expected->endpoint ? "" : expected->message);
    assert_int_equal(status, expected->endpoint ? SMITHY_OK : SMITHY_ERROR_CONFIG);
    if (expected->endpoint)
        assert_endpoint(endpoint, expected->endpoint);
    else
        assert_null(endpoint->url.ptr);
}

static void assert_zeros(const smithy_endpoint *endpoint) {
    const smithy_endpoint zeros = {0};
    assert_endpoint(endpoint, &zeros);
}

/* With memory that runs out here, then there: it is said, or makes no difference. */
static void expect_under_torture(endpoint_resolver *resolve, const void *params, const expectation *expected,
                                 const torture_count *places) {
    torture walk = torture_begin(expected->endpoint ? expected->endpoint->url.ptr : expected->message, places);
    while (torture_next(&walk)) {
        smithy_call *call = smithy_call_create(NULL);
        smithy_endpoint endpoint;
        assert_non_null(call);
        memset(&endpoint, 0xA5, sizeof endpoint);
        torture_arm_case(&walk);
        const smithy_status status = resolve(params, &endpoint, call);
        torture_disarm();
        if (status == SMITHY_ERROR_MEMORY)
            assert_zeros(&endpoint);
        else
            assert_expected(expected, status, &endpoint, call);
        smithy_call_destroy(call);
    }
}

static void expect(endpoint_resolver *resolve, const void *params, const expectation *expected) {
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    smithy_endpoint endpoint;
    torture_arm(TORTURE_BLOCKS, 0, false);
    const smithy_status status = resolve(params, &endpoint, call);
    const torture_count places = torture_disarm();
    assert_expected(expected, status, &endpoint, call);
    smithy_call_destroy(call);
    if (torture_is_wanted()) expect_under_torture(resolve, params, expected, &places);
}

void expect_endpoint(endpoint_resolver *resolve, const void *params, const smithy_endpoint *expected) {
    expect(resolve, params, &(expectation){.endpoint = expected});
}

void expect_error(endpoint_resolver *resolve, const void *params, const char *message) {
    expect(resolve, params, &(expectation){.message = message});
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
