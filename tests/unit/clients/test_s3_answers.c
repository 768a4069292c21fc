/* What S3 answers beyond success and failure: errors in a 200, conditions, HEADs, checksums; and where requests go. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <s3/s3.h>

#include <stdio.h>

#include <cmocka.h>

static client_bench bench;
static s3_client *client;

static void open_with(const s3_client_options *options, const scripted_answer *answers, size_t count) {
    client_bench_open(&bench, answers, count);
    client = s3_client_create(options, bench.call);
    assert_non_null(client);
}
#define OPEN(answers) open_with(NULL, answers, sizeof(answers) / sizeof(answers)[0])

static void close_bench(void) {
    s3_client_destroy(client);
    client_bench_close(&bench);
}

/* ---- 200 ---- */

#define COMPLETED                                                                                                  \
    {                                                                                                              \
        .status = 200, .body = "  \n \n<?xml version=\"1.0\"?><CompleteMultipartUploadResult><ETag>\"e-1\"</ETag>" \
                               "</CompleteMultipartUploadResult>"                                                  \
    }

static smithy_status complete(void) {
    s3_complete_multipart_upload_output output;
    const s3_complete_multipart_upload_input input = {
        .bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("k"), .upload_id = SMITHY_STR("u")};
    SMITHY_TRY(s3_complete_multipart_upload(client, &input, &output, bench.call));
    assert_string_equal(output.etag.ptr, "\"e-1\"");
    return SMITHY_OK;
}

static void an_error_in_a_200_is_a_500(void **state) {
    (void)state;
    static const char *const BODIES[] = {
        "<Error><Code>InternalError</Code><Message>We encountered an error.</Message></Error>",
        "<?xml version=\"1.0\"?>\n\n<Error><Code>SomethingNew</Code></Error>",
        " \n  <Error><Code>SlowDown</Code></Error>",
        "<CompleteMultipartUploadResult><ETag>\"e", /* Broken off. */
        "   \n",                                    /* Before its first word. */
        "not XML at all",
    };
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        const scripted_answer answers[] = {{.status = 200, .body = BODIES[i]}, COMPLETED};
        OPEN(answers);
        if (complete() != SMITHY_OK) fail_msg("after %s", BODIES[i]);
        assert_int_equal(bench.transport.request_count, 2);
        close_bench();
    }
}

static void an_error_in_a_200_that_stays_is_told(void **state) {
    (void)state;
    static const scripted_answer ANSWER = {
        .status = 200,
        .headers = "x-amz-request-id: R\nx-amz-id-2: H",
        .body = "<Error><Code>InternalError</Code><Message>We encountered an error.</Message></Error>"};
    const scripted_answer answers[] = {ANSWER, ANSWER, ANSWER};
    OPEN(answers);
    assert_int_equal(complete(), SMITHY_ERROR_SERVICE);
    const smithy_error *error = smithy_call_error(bench.call);
    assert_string_equal(error->code, "InternalError");
    assert_string_equal(error->request_id, "R");
    assert_string_equal(error->host_id, "H");
    assert_true(error->outcome_unknown);
    close_bench();
}

static void an_object_that_looks_like_an_error_is_an_object(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .body = "<Error><Code>InternalError</Code></Error>"}};
    s3_get_object_output output;
    const s3_get_object_input input = {.bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("k")};
    OPEN(ANSWERS);
    assert_int_equal(s3_get_object(client, &input, &output, bench.call), SMITHY_OK);
    assert_string_equal(output.body.ptr, ANSWERS[0].body);
    close_bench();
}

/* ---- conditions ---- */

static void a_condition_that_does_not_hold_is_one_of_the_errors(void **state) {
    (void)state;
    static const struct {
        int status;
        const char *body;
        s3_error_kind kind;
    } CASES[] = {
        {412, "<Error><Code>PreconditionFailed</Code></Error>", S3_ERROR_PRECONDITION_FAILED},
        {409, "<Error><Code>ConditionalRequestConflict</Code></Error>", S3_ERROR_CONDITIONAL_REQUEST_CONFLICT},
        {404, "<Error><Code>NoSuchKey</Code></Error>", S3_ERROR_NO_SUCH_KEY},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const scripted_answer answers[] = {{.status = CASES[i].status, .body = CASES[i].body}};
        s3_put_object_output output;
        const s3_put_object_input input = {
            .bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("k"), .if_match = SMITHY_STR("\"e\"")};
        OPEN(answers);
        assert_int_equal(s3_put_object(client, &input, &output, bench.call), SMITHY_ERROR_SERVICE);
        assert_int_equal(s3_error_of(bench.call), CASES[i].kind);
        assert_int_equal(bench.transport.request_count, 1); /* Nothing that another try would change. */
        assert_string_equal(scripted_request_header(&bench.transport, 0, "If-Match"), "\"e\"");
        close_bench();
    }
}

static void a_head_is_told_by_its_status(void **state) {
    (void)state;
    static const struct {
        int status;
        s3_error_kind kind;
    } CASES[] = {{304, S3_ERROR_NOT_MODIFIED},
                 {403, S3_ERROR_ACCESS_DENIED},
                 {404, S3_ERROR_NOT_FOUND},
                 {412, S3_ERROR_PRECONDITION_FAILED}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const scripted_answer answers[] = {
            {.status = CASES[i].status, .headers = "Content-Length: 243\nx-amz-request-id: R\nx-amz-id-2: H"}};
        char code[8];
        s3_head_object_output output;
        const s3_head_object_input input = {.bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("k")};
        OPEN(answers);
        assert_int_equal(s3_head_object(client, &input, &output, bench.call), SMITHY_ERROR_SERVICE);
        const smithy_error *error = smithy_call_error(bench.call);
        snprintf(code, sizeof code, "%d", CASES[i].status);
        assert_string_equal(error->code, code);
        assert_string_equal(error->request_id, "R");
        assert_string_equal(error->host_id, "H");
        assert_int_equal(s3_error_of(bench.call), CASES[i].kind);
        close_bench();
    }
}

/* ---- checksums of "abc" ---- */

static const struct {
    s3_checksum_algorithm_kind kind;
    const char *name;
    const char *header;
    const char *value;
} SUMS[] = {
    {S3_CHECKSUM_ALGORITHM_CRC32, "CRC32", "x-amz-checksum-crc32", "NSRBwg=="},
    {S3_CHECKSUM_ALGORITHM_CRC32C, "CRC32C", "x-amz-checksum-crc32c", "Nks/tw=="},
    {S3_CHECKSUM_ALGORITHM_CRC64NVME, "CRC64NVME", "x-amz-checksum-crc64nvme", "BeXKuz/B+us="},
    {S3_CHECKSUM_ALGORITHM_SHA1, "SHA1", "x-amz-checksum-sha1", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="},
    {S3_CHECKSUM_ALGORITHM_SHA256, "SHA256", "x-amz-checksum-sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
};

static void each_checksum_is_sent(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof SUMS / sizeof SUMS[0]; i++) {
        const scripted_answer answers[] = {{.status = 200, .headers = "ETag: \"e\""}};
        s3_put_object_output output;
        const s3_put_object_input input = {.bucket = SMITHY_STR("bucket"),
                                           .key = SMITHY_STR("k"),
                                           .body.bytes = {(const uint8_t *)"abc", 3},
                                           .checksum_algorithm = {.kind = SUMS[i].kind}};
        OPEN(answers);
        assert_int_equal(s3_put_object(client, &input, &output, bench.call), SMITHY_OK);
        assert_string_equal(scripted_request_header(&bench.transport, 0, SUMS[i].header), SUMS[i].value);
        assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-sdk-checksum-algorithm"), SUMS[i].name);
        close_bench();
    }
}

static smithy_status get(const char *header, const char *value, const char *body) {
    char headers[160];
    snprintf(headers, sizeof headers, "%s: %s", header, value);
    const scripted_answer answer = {.status = 200, .headers = headers, .body = body};
    const scripted_answer answers[] = {answer, answer, answer};
    s3_get_object_output output;
    const s3_get_object_input input = {.bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("k")};
    OPEN(answers);
    const smithy_status status = s3_get_object(client, &input, &output, bench.call);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-checksum-mode"), "ENABLED");
    assert_int_equal(bench.transport.request_count, status == SMITHY_OK ? 1 : 3);
    close_bench();
    return status;
}

static void each_checksum_is_verified(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof SUMS / sizeof SUMS[0]; i++) {
        assert_int_equal(get(SUMS[i].header, SUMS[i].value, "abc"), SMITHY_OK);
        assert_int_equal(get(SUMS[i].header, SUMS[i].value, "abd"), SMITHY_ERROR_RESPONSE);
    }
    /* The checksum of parts' checksums says nothing of the bytes. */
    assert_int_equal(get("x-amz-checksum-crc32", "AAAAAA==-3", "abc"), SMITHY_OK);
}

/* ---- where requests go ---- */

static void a_bucket_is_addressed_as_its_name_and_endpoint_allow(void **state) {
    (void)state;
    static const struct {
        const char *bucket, *endpoint;
        bool path_style;
        const char *url;
    } CASES[] = {
        {"bucket", NULL, false, "https://bucket.s3.eu-west-1.amazonaws.com/"},
        {"bucket", NULL, true, "https://s3.eu-west-1.amazonaws.com/bucket"},
        {"dots.in.it", NULL, false, "https://s3.eu-west-1.amazonaws.com/dots.in.it"},
        {"Upper_Case", NULL, false, "https://s3.eu-west-1.amazonaws.com/Upper_Case"},
        {"bucket", "https://s3.example.com", false, "https://bucket.s3.example.com/"},
        {"bucket", "https://s3.example.com", true, "https://s3.example.com/bucket"},
        {"bucket", "https://s3.example.com/base/", true, "https://s3.example.com/base/bucket"},
        {"dots.in.it", "http://s3.example.com", false, "http://dots.in.it.s3.example.com/"},
        {"dots.in.it", "https://s3.example.com", false, "https://s3.example.com/dots.in.it"},
        {"bucket", "http://127.0.0.1:9000", false, "http://127.0.0.1:9000/bucket"},
        {"bucket", "http://[::1]:9000", false, "http://[::1]:9000/bucket"},
        {"bucket", "http://localhost:9000", true, "http://localhost:9000/bucket"},
        {"arn:aws:s3:us-west-2:111122223333:accesspoint/mine", NULL, false,
         "https://mine-111122223333.s3-accesspoint.us-west-2.amazonaws.com/"},
    };
    static const scripted_answer ANSWERS[] = {{.status = 200}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        s3_client_options options = {.endpoint_url = smithy_str_from(CASES[i].endpoint)};
        if (CASES[i].path_style) options.force_path_style = (smithy_opt_bool)SMITHY_SET(true);
        s3_head_bucket_output output;
        const s3_head_bucket_input input = {.bucket = smithy_str_from(CASES[i].bucket)};
        open_with(&options, ANSWERS, 1);
        assert_int_equal(s3_head_bucket(client, &input, &output, bench.call), SMITHY_OK);
        assert_string_equal(bench.transport.requests[0].url, CASES[i].url);
        const char *authority = strstr(CASES[i].url, "://") + 3;
        char host[128];
        snprintf(host, sizeof host, "%.*s", (int)strcspn(authority, "/"), authority);
        assert_string_equal(scripted_request_header(&bench.transport, 0, "Host"), host);
        close_bench();
    }
}

static void a_key_is_never_tidied(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .headers = "ETag: \"e\""}};
    s3_head_object_output output;
    const s3_head_object_input input = {.bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("/a//../b c+\xC3\xBC~")};
    OPEN(ANSWERS);
    assert_int_equal(s3_head_object(client, &input, &output, bench.call), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url,
                        "https://bucket.s3.eu-west-1.amazonaws.com//a//../b%20c%2B%C3%BC~");
    close_bench();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_in_a_200_is_a_500),
        cmocka_unit_test(an_error_in_a_200_that_stays_is_told),
        cmocka_unit_test(an_object_that_looks_like_an_error_is_an_object),
        cmocka_unit_test(a_condition_that_does_not_hold_is_one_of_the_errors),
        cmocka_unit_test(a_head_is_told_by_its_status),
        cmocka_unit_test(each_checksum_is_sent),
        cmocka_unit_test(each_checksum_is_verified),
        cmocka_unit_test(a_bucket_is_addressed_as_its_name_and_endpoint_allow),
        cmocka_unit_test(a_key_is_never_tidied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
