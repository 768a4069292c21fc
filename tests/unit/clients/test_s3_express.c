/* Directory buckets of S3 Express One Zone, and public buckets: who signs what with whose keys. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <s3/s3.h>

#include <cmocka.h>

#define ONE "one--usw2-az1--x-s3"
#define TWO "two--usw2-az3--x-s3"

/* The fake's clock says 2026-01-02T03:04:05Z. */
#define SESSION(id, end)                                                                                             \
    {                                                                                                                \
        .status = 200,                                                                                               \
        .body = "<CreateSessionResult><Credentials><SessionToken>TOKEN-" id "</SessionToken><SecretAccessKey>S"      \
                "</SecretAccessKey><AccessKeyId>" id "</AccessKeyId><Expiration>2026-01-02T03:" end "Z</Expiration>" \
                "</Credentials></CreateSessionResult>"                                                               \
    }
#define LISTED \
    { .status = 200, .body = "<ListBucketResult/>" }

static client_bench bench;
static s3_client *client;

static void open_with(const s3_client_options *options, const scripted_answer *answers, size_t count) {
    client_bench_open(&bench, answers, count);
    fake_system_set_env(&bench.fake, "AWS_REGION", "us-west-2");
    client = s3_client_create(options, bench.call);
    assert_non_null(client);
}
#define OPEN(options, answers) open_with(options, answers, sizeof(answers) / sizeof(answers)[0])

static void close_bench(void) {
    s3_client_destroy(client);
    client_bench_close(&bench);
}

static smithy_status list(const char *bucket) {
    s3_list_objects_v2_output output;
    const s3_list_objects_v2_input input = {.bucket = smithy_str_from(bucket)};
    return s3_list_objects_v2(client, &input, &output, bench.call);
}

static void assert_request(size_t index, const char *url, const char *credential, const char *token) {
    assert_true(index < bench.transport.request_count);
    assert_string_equal(bench.transport.requests[index].url, url);
    const char *authorization = scripted_request_header(&bench.transport, index, "Authorization");
    assert_non_null(strstr(authorization, credential));
    assert_true(!strstr(authorization, "x-amz-s3session-token") == !token);
    const char *sent = scripted_request_header(&bench.transport, index, "x-amz-s3session-token");
    if (token)
        assert_string_equal(sent, token);
    else
        assert_null(sent);
    assert_null(scripted_request_header(&bench.transport, index, "X-Amz-Security-Token"));
}

#define KEYS        "Credential=AKIDEXAMPLE/20260102/us-west-2/s3express/aws4_request"
#define OF(id)      "Credential=" id "/20260102/us-west-2/s3express/aws4_request"
#define HOST(b, az) "https://" b ".s3express-" az ".us-west-2.amazonaws.com"

static void each_bucket_has_a_session_that_is_kept(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {SESSION("A", "09:05"), LISTED, LISTED,
                                              SESSION("B", "09:05"), LISTED, LISTED};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list(ONE), SMITHY_OK);
    assert_int_equal(list("regular-bucket"), SMITHY_OK);
    assert_int_equal(list(TWO), SMITHY_OK);
    assert_int_equal(list(ONE), SMITHY_OK);
    assert_request(0, HOST(ONE, "usw2-az1") "/?session", KEYS, NULL);
    assert_request(1, HOST(ONE, "usw2-az1") "/?list-type=2", OF("A"), "TOKEN-A");
    assert_request(2, "https://regular-bucket.s3.us-west-2.amazonaws.com/?list-type=2",
                   "Credential=AKIDEXAMPLE/20260102/us-west-2/s3/aws4_request", NULL);
    assert_request(3, HOST(TWO, "usw2-az3") "/?session", KEYS, NULL);
    assert_request(4, HOST(TWO, "usw2-az3") "/?list-type=2", OF("B"), "TOKEN-B");
    assert_request(5, HOST(ONE, "usw2-az1") "/?list-type=2", OF("A"), "TOKEN-A");
    close_bench();
}

static void a_session_that_ends_is_replaced(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {SESSION("A", "04:45"), LISTED, SESSION("B", "14:05"), LISTED};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list(ONE), SMITHY_OK);
    fake_system_advance(&bench.fake, 11000); /* 29 s before the end. */
    assert_int_equal(list(ONE), SMITHY_OK);
    assert_request(3, HOST(ONE, "usw2-az1") "/?list-type=2", OF("B"), "TOKEN-B");
    close_bench();
}

static void a_session_is_for_the_keys_that_asked_for_it(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {SESSION("A", "09:05"), LISTED, SESSION("B", "09:05"), LISTED};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list(ONE), SMITHY_OK);
    fake_system_set_env(&bench.fake, "AWS_ACCESS_KEY_ID", "AKIDOTHER");
    assert_int_equal(list(ONE), SMITHY_OK);
    assert_request(2, HOST(ONE, "usw2-az1") "/?session",
                   "Credential=AKIDOTHER/20260102/us-west-2/s3express/aws4_request", NULL);
    close_bench();
}

static void a_session_that_is_refused_says_why(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 403, .body = "<Error><Code>AccessDenied</Code><Message>No session.</Message></Error>"}};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list(ONE), SMITHY_ERROR_SERVICE);
    assert_string_equal(smithy_call_error(bench.call)->message, "No session.");
    assert_int_equal(bench.transport.request_count, 1);
    close_bench();
}

static void half_a_session_is_none(void **state) {
    (void)state;
    static const char WITHOUT_AN_END[] =
        "<CreateSessionResult><Credentials><SessionToken>T</SessionToken><SecretAccessKey>S</SecretAccessKey>"
        "<AccessKeyId>A</AccessKeyId><Expiration>soon</Expiration></Credentials></CreateSessionResult>";
    static const char *const BODIES[] = {
        "<CreateSessionResult/>",
        "<CreateSessionResult><Credentials><AccessKeyId>A</AccessKeyId></Credentials></CreateSessionResult>",
        WITHOUT_AN_END};
    for (size_t i = 0; i < 3; i++) {
        const scripted_answer answer = {.status = 200, .body = BODIES[i]};
        const scripted_answer answers[] = {answer, answer, answer};
        OPEN(NULL, answers);
        assert_int_equal(list(ONE), SMITHY_ERROR_RESPONSE);
        close_bench();
    }
}

static void sessions_can_be_turned_off(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LISTED};
    const s3_client_options options = {.disable_s3_express_session_auth = SMITHY_SET(true)};
    OPEN(&options, ANSWERS);
    assert_int_equal(list(ONE), SMITHY_OK);
    assert_request(0, HOST(ONE, "usw2-az1") "/?list-type=2", KEYS, NULL);
    close_bench();
}

static void memory_that_runs_out_is_told(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {SESSION("A", "09:05"), LISTED};
    smithy_status status = SMITHY_ERROR_MEMORY;
    for (size_t nth = 1; status != SMITHY_OK; nth++) {
        OPEN(NULL, ANSWERS);
        bench.fake.fail_allocation = bench.fake.allocations + nth;
        status = list(ONE);
        assert_true(status == SMITHY_OK || status == SMITHY_ERROR_MEMORY);
        close_bench();
    }
}

/* ---- without credentials ---- */

static void an_anonymous_request_is_not_signed(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LISTED, {.status = 200, .headers = "ETag: \"e\""}};
    const s3_client_options options = {.credentials = smithy_credentials_anonymous()};
    s3_put_object_output output;
    const s3_put_object_input input = {
        .bucket = SMITHY_STR("public"), .key = SMITHY_STR("k"), .body.bytes = {(const uint8_t *)"x", 1}};
    OPEN(&options, ANSWERS);
    assert_int_equal(list("public"), SMITHY_OK);
    assert_int_equal(s3_put_object(client, &input, &output, bench.call), SMITHY_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_null(scripted_request_header(&bench.transport, i, "Authorization"));
        assert_null(scripted_request_header(&bench.transport, i, "X-Amz-Date"));
    }
    assert_string_equal(bench.transport.requests[0].url, "https://public.s3.us-west-2.amazonaws.com/?list-type=2");
    close_bench();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bucket_has_a_session_that_is_kept),
        cmocka_unit_test(a_session_that_ends_is_replaced),
        cmocka_unit_test(a_session_is_for_the_keys_that_asked_for_it),
        cmocka_unit_test(a_session_that_is_refused_says_why),
        cmocka_unit_test(half_a_session_is_none),
        cmocka_unit_test(sessions_can_be_turned_off),
        cmocka_unit_test(memory_that_runs_out_is_told),
        cmocka_unit_test(an_anonymous_request_is_not_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
