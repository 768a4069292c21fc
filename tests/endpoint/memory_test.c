/* Resolving in too little memory fails as such: it never gives another endpoint, nor half of one. */
#include <s3/endpoint.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ENOUGH = 64 * 1024 };

static const s3_endpoint_params ACCESS_POINT = {
    .region = SMITHY_STR_INIT("us-west-2"),
    .bucket = SMITHY_STR_INIT("arn:aws:s3:us-west-2:123456789012:accesspoint:reports"),
};
static const s3_endpoint_params PATH_STYLE = {
    .region = SMITHY_STR_INIT("us-west-2"),
    .bucket = SMITHY_STR_INIT("Reports & more"),
    .endpoint = SMITHY_STR_INIT("https://localhost:9000/base"),
};

/* The URL with so much memory; false where there was too little of it. */
static bool resolve_within(size_t max_memory, const s3_endpoint_params *params, const char *url) {
    smithy_call *call = smithy_call_create(&(smithy_call_options){.max_memory = max_memory});
    assert_non_null(call);
    smithy_endpoint endpoint;
    const smithy_status status = s3_resolve_endpoint(params, &endpoint, call);
    if (status == SMITHY_OK) {
        assert_string_equal(endpoint.url.ptr, url);
    } else {
        assert_int_equal(status, SMITHY_ERROR_LIMIT);
        assert_null(endpoint.url.ptr);
        assert_null(endpoint.auth_scheme.ptr);
    }
    smithy_call_destroy(call);
    return status == SMITHY_OK;
}

static void assert_right_or_refused(const s3_endpoint_params *params, const char *url) {
    assert_false(resolve_within(1, params, url));
    for (size_t max_memory = 2; max_memory < 1024; max_memory++) resolve_within(max_memory, params, url);
    assert_true(resolve_within(ENOUGH, params, url));
}

static void an_access_point_is_resolved_or_refused(void **state) {
    (void)state;
    assert_right_or_refused(&ACCESS_POINT, "https://reports-123456789012.s3-accesspoint.us-west-2.amazonaws.com");
}

static void a_custom_endpoint_is_resolved_or_refused(void **state) {
    (void)state;
    assert_right_or_refused(&PATH_STYLE, "https://localhost:9000/base/Reports%20%26%20more");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_access_point_is_resolved_or_refused),
        cmocka_unit_test(a_custom_endpoint_is_resolved_or_refused),
    };
    return cmocka_run_group_tests_name("endpoint memory", tests, NULL, NULL);
}
