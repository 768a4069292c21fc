/* Presigned URLs by the clients: nothing is sent, nothing is added that who uses them would have to know. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <s3/s3.h>
#include <sts/sts.h>

#include <cmocka.h>

static client_bench bench;

static void check_url(smithy_str url, const char *start, const char *signed_headers) {
    assert_memory_equal(url.ptr, start, strlen(start));
    const char *names = strstr(url.ptr, "&X-Amz-SignedHeaders=");
    assert_non_null(names);
    names += strlen("&X-Amz-SignedHeaders=");
    assert_memory_equal(names, signed_headers, strlen(signed_headers));
    assert_int_equal(names[strlen(signed_headers)], '&');
    assert_non_null(strstr(names, "&X-Amz-Signature="));
}

static void a_download_needs_its_url_alone(void **state) {
    (void)state;
    client_bench_open(&bench, NULL, 0);
    s3_client *s3 = s3_client_create(NULL, bench.call);
    assert_non_null(s3);
    const s3_get_object_input input = {.bucket = SMITHY_STR_INIT("bucket"), .key = SMITHY_STR_INIT("a b/c")};
    smithy_presigned presigned;
    assert_int_equal(s3_get_object_presign(s3, &input, 900, &presigned, bench.call), SMITHY_OK);
    assert_string_equal(presigned.method.ptr, "GET");
    check_url(presigned.url,
              "https://bucket.s3.eu-west-1.amazonaws.com/a%20b/c?x-id=GetObject&X-Amz-Algorithm=AWS4-HMAC-SHA256"
              "&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260102T030405Z"
              "&X-Amz-Expires=900&X-Amz-SignedHeaders=host&",
              "host");
    assert_int_equal(presigned.headers.count, 0);
    assert_int_equal(bench.transport.request_count, 0);
    s3_client_destroy(s3);
    client_bench_close(&bench);
}

/* The default checksum would be that of a body that is not there; what the caller fixes is fixed. */
static void an_upload_fixes_only_what_it_was_given(void **state) {
    (void)state;
    client_bench_open(&bench, NULL, 0);
    s3_client *s3 = s3_client_create(NULL, bench.call);
    assert_non_null(s3);
    s3_put_object_input input = {.bucket = SMITHY_STR_INIT("bucket"), .key = SMITHY_STR_INIT("k")};
    smithy_presigned presigned;
    assert_int_equal(s3_put_object_presign(s3, &input, 60, &presigned, bench.call), SMITHY_OK);
    assert_string_equal(presigned.method.ptr, "PUT");
    check_url(presigned.url, "https://bucket.s3.eu-west-1.amazonaws.com/k?x-id=PutObject&X-Amz-", "host");
    assert_int_equal(presigned.headers.count, 0);

    char content_type[] = "text/csv";
    input.content_type = smithy_str_from(content_type);
    assert_int_equal(s3_put_object_presign(s3, &input, 60, &presigned, bench.call), SMITHY_OK);
    memset(content_type, 'x', sizeof content_type - 1); /* What is handed out does not point to the input. */
    check_url(presigned.url, "https://bucket.s3.eu-west-1.amazonaws.com/k?x-id=PutObject&X-Amz-",
              "content-type%3Bhost");
    assert_int_equal(presigned.headers.count, 1);
    assert_string_equal(presigned.headers.items[0].name.ptr, "Content-Type");
    assert_string_equal(presigned.headers.items[0].value.ptr, "text/csv");
    s3_client_destroy(s3);
    client_bench_close(&bench);
}

static void a_query_operation_becomes_a_get(void **state) {
    (void)state;
    client_bench_open(&bench, NULL, 0);
    fake_system_set_env(&bench.fake, "AWS_SESSION_TOKEN", "TOKEN//+==");
    sts_client *sts = sts_client_create(NULL, bench.call);
    assert_non_null(sts);
    const sts_get_caller_identity_input input = {0};
    smithy_presigned presigned;
    assert_int_equal(sts_get_caller_identity_presign(sts, &input, 60, &presigned, bench.call), SMITHY_OK);
    assert_string_equal(presigned.method.ptr, "GET");
    check_url(
        presigned.url,
        "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=", "host");
    assert_non_null(strstr(presigned.url.ptr, "&X-Amz-Security-Token=TOKEN%2F%2F%2B%3D%3D&X-Amz-Signature="));
    assert_int_equal(presigned.headers.count, 0);
    sts_client_destroy(sts);
    client_bench_close(&bench);
}

static void what_cannot_be_presigned_is_told(void **state) {
    (void)state;
    static const struct {
        const char *bucket, *key, *secret;
        int64_t expires_s;
        smithy_status status;
    } CASES[] = {
        {"bucket", "k", "secret", 0, SMITHY_ERROR_INPUT},    {"bucket", "k", "secret", 604801, SMITHY_ERROR_INPUT},
        {"bucket", NULL, "secret", 60, SMITHY_ERROR_INPUT},  {NULL, "k", "secret", 60, SMITHY_ERROR_INPUT},
        {"bucket", "k", NULL, 60, SMITHY_ERROR_CREDENTIALS}, {"bucket", "k", "secret", 60, SMITHY_OK},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        client_bench_open(&bench, NULL, 0);
        fake_system_set_env(&bench.fake, "AWS_SECRET_ACCESS_KEY", CASES[i].secret);
        fake_system_set_env(&bench.fake, "AWS_EC2_METADATA_DISABLED", "true");
        s3_client *s3 = s3_client_create(NULL, bench.call);
        assert_non_null(s3);
        const s3_get_object_input input = {.bucket = smithy_str_from(CASES[i].bucket),
                                           .key = smithy_str_from(CASES[i].key)};
        smithy_presigned presigned;
        assert_int_equal(s3_get_object_presign(s3, &input, CASES[i].expires_s, &presigned, bench.call),
                         CASES[i].status);
        if (CASES[i].status != SMITHY_OK) {
            assert_null(presigned.url.ptr);
            assert_string_equal(smithy_call_error(bench.call)->operation, "GetObject");
        }
        s3_client_destroy(s3);
        client_bench_close(&bench);
    }
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    bool failed = true;
    for (size_t nth = 1; failed && nth < 500; nth++) {
        client_bench_open(&bench, NULL, 0);
        const size_t before = bench.fake.allocations;
        bench.fake.fail_allocation = before + nth;
        s3_client *s3 = s3_client_create(NULL, bench.call);
        const s3_put_object_input input = {.bucket = SMITHY_STR_INIT("bucket"),
                                           .key = SMITHY_STR_INIT("k"),
                                           .content_type = SMITHY_STR_INIT("text/csv")};
        smithy_presigned presigned = {.url = {NULL, 0}};
        const smithy_status status =
            s3 ? s3_put_object_presign(s3, &input, 60, &presigned, bench.call) : smithy_call_status(bench.call);
        failed = bench.fake.allocations >= before + nth;
        assert_int_equal(status, failed ? SMITHY_ERROR_MEMORY : SMITHY_OK);
        if (failed) assert_null(presigned.url.ptr);
        s3_client_destroy(s3);
        client_bench_close(&bench);
    }
    assert_false(failed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_download_needs_its_url_alone),  cmocka_unit_test(an_upload_fixes_only_what_it_was_given),
        cmocka_unit_test(a_query_operation_becomes_a_get), cmocka_unit_test(what_cannot_be_presigned_is_told),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
