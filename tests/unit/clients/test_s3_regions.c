/* Buckets in another Region than their client: how that is told, and when the request follows. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <s3/s3.h>

#include <cmocka.h>

static client_bench bench;
static s3_client *client;

static void open_with(const s3_client_options *options, const scripted_answer *answers, size_t count) {
    client_bench_open(&bench, answers, count);
    client = s3_client_create(options, bench.call);
    assert_non_null(client);
}
#define OPEN(options, answers) open_with(options, answers, sizeof(answers) / sizeof(answers)[0])

static void close_bench(void) {
    s3_client_destroy(client);
    client_bench_close(&bench);
}

#define BODY(code, more) "<Error><Code>" code "</Code><Message>No.</Message>" more "</Error>"
#define MOVED                                                                                             \
    {                                                                                                     \
        .status = 301, .headers = "x-amz-bucket-region: us-west-2\nx-amz-request-id: R1\nx-amz-id-2: H1", \
        .body = BODY("PermanentRedirect", "<Endpoint>bucket.s3-us-west-2.amazonaws.com</Endpoint>")       \
    }
#define LISTED \
    { .status = 200, .body = "<ListBucketResult><Name>bucket</Name></ListBucketResult>" }
#define FOUND \
    { .status = 200, .headers = "ETag: \"e\"" }

static smithy_status list(const char *bucket) {
    s3_list_objects_v2_output output;
    const s3_list_objects_v2_input input = {.bucket = smithy_str_from(bucket)};
    return s3_list_objects_v2(client, &input, &output, bench.call);
}

static smithy_status head(void) {
    s3_head_object_output output;
    const s3_head_object_input input = {.bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("k")};
    return s3_head_object(client, &input, &output, bench.call);
}

static void assert_sent_to(size_t index, const char *host, const char *scope) {
    char start[128];
    assert_true(index < bench.transport.request_count);
    snprintf(start, sizeof start, "https://%s/", host);
    const char *url = bench.transport.requests[index].url;
    if (strncmp(url, start, strlen(start)) != 0) fail_msg("sent to %s", url);
    assert_non_null(strstr(scripted_request_header(&bench.transport, index, "Authorization"), scope));
    assert_string_equal(scripted_request_header(&bench.transport, index, "Host"), host);
}

/* ---- following ---- */

static void a_request_follows_its_bucket_and_the_next_one_goes_there_at_once(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {MOVED, LISTED, LISTED, LISTED};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list("bucket"), SMITHY_OK);
    assert_int_equal(bench.transport.request_count, 2);
    assert_sent_to(0, "bucket.s3.eu-west-1.amazonaws.com", "/eu-west-1/s3/aws4_request");
    assert_sent_to(1, "bucket.s3.us-west-2.amazonaws.com", "/us-west-2/s3/aws4_request");
    assert_int_equal(bench.fake.slept_ms, 0);
    assert_string_equal(scripted_request_header(&bench.transport, 1, "amz-sdk-request"), "attempt=1; max=3");
    assert_int_equal(list("bucket"), SMITHY_OK);
    assert_sent_to(2, "bucket.s3.us-west-2.amazonaws.com", "/us-west-2/s3/aws4_request");
    assert_int_equal(list("other-bucket"), SMITHY_OK);
    assert_sent_to(3, "other-bucket.s3.eu-west-1.amazonaws.com", "/eu-west-1/s3/aws4_request");
    close_bench();
}

static void each_way_of_saying_elsewhere_is_understood(void **state) {
    (void)state;
    static const scripted_answer WAYS[] = {
        MOVED,
        {.status = 301, .body = BODY("PermanentRedirect", "<Region>us-west-2</Region>")},
        {.status = 307, .headers = "x-amz-bucket-region: us-west-2", .body = BODY("TemporaryRedirect", "")},
        {.status = 400, .body = BODY("AuthorizationHeaderMalformed", "<Region>us-west-2</Region>")},
        {.status = 400,
         .headers = "x-amz-bucket-region: us-west-2",
         .body = BODY("IllegalLocationConstraintException", "")},
    };
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        const scripted_answer answers[] = {WAYS[i], LISTED};
        OPEN(NULL, answers);
        assert_int_equal(list("bucket"), SMITHY_OK);
        assert_sent_to(1, "bucket.s3.us-west-2.amazonaws.com", "/us-west-2/s3/aws4_request");
        close_bench();
    }
}

static void a_head_says_it_in_its_headers(void **state) {
    (void)state;
    static const int STATUSES[] = {301, 307, 400};
    for (size_t i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++) {
        const scripted_answer answers[] = {{.status = STATUSES[i], .headers = "x-amz-bucket-region: us-west-2"}, FOUND};
        OPEN(NULL, answers);
        assert_int_equal(head(), SMITHY_OK);
        assert_sent_to(1, "bucket.s3.us-west-2.amazonaws.com", "/us-west-2/s3/aws4_request");
        close_bench();
    }
}

typedef struct counted_source {
    size_t position;
    int rewinds;
} counted_source;

static smithy_status read_source(void *context, uint8_t *bytes, size_t size, size_t *len) {
    static const char TEXT[] = "the whole body";
    counted_source *source = context;
    const size_t left = sizeof TEXT - 1 - source->position;
    *len = left < size ? left : size;
    memcpy(bytes, TEXT + source->position, *len);
    source->position += *len;
    return SMITHY_OK;
}

static smithy_status rewind_source(void *context) {
    counted_source *source = context;
    source->position = 0;
    source->rewinds++;
    return SMITHY_OK;
}

static smithy_status put(counted_source *source, bool rewinds) {
    s3_put_object_output output;
    const s3_put_object_input input = {
        .bucket = SMITHY_STR("bucket"),
        .key = SMITHY_STR("k"),
        .body = {.read = read_source, .rewind = rewinds ? rewind_source : NULL, .context = source, .length = 14}};
    return s3_put_object(client, &input, &output, bench.call);
}

static void a_body_starts_over_there(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {MOVED, FOUND};
    counted_source source = {0, 0};
    OPEN(NULL, ANSWERS);
    assert_int_equal(put(&source, true), SMITHY_OK);
    assert_sent_to(1, "bucket.s3.us-west-2.amazonaws.com", "/us-west-2/s3/aws4_request");
    assert_string_equal(bench.transport.requests[0].body, bench.transport.requests[1].body);
    close_bench();
}

static void retries_go_on_where_the_bucket_is(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 503}, MOVED, {.status = 500}, LISTED};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list("bucket"), SMITHY_OK);
    assert_sent_to(3, "bucket.s3.us-west-2.amazonaws.com", "/us-west-2/s3/aws4_request");
    close_bench();
}

static void dots_and_settings_hold_there_too(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {MOVED, LISTED};
    const s3_client_options dual = {.use_dual_stack = SMITHY_SET(true)};
    OPEN(&dual, ANSWERS);
    assert_int_equal(list("my.bucket"), SMITHY_OK);
    assert_sent_to(1, "s3.dualstack.us-west-2.amazonaws.com", "/us-west-2/s3/aws4_request");
    assert_non_null(strstr(bench.transport.requests[1].url, "/my.bucket?"));
    close_bench();
}

/* ---- not following ---- */

static void assert_told(const char *region) {
    char line[512];
    const smithy_error *error = smithy_call_error(bench.call);
    assert_int_equal(bench.transport.request_count, 1);
    assert_string_equal(error->region, region);
    smithy_error_format(error, line, sizeof line);
    assert_non_null(strstr(line, region));
    assert_null(strchr(line, '\n'));
}

static void it_follows_once(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        MOVED, {.status = 301, .headers = "x-amz-bucket-region: eu-central-1", .body = BODY("PermanentRedirect", "")}};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list("bucket"), SMITHY_ERROR_SERVICE);
    assert_int_equal(bench.transport.request_count, 2);
    assert_string_equal(smithy_call_error(bench.call)->region, "eu-central-1");
    assert_string_equal(smithy_call_error(bench.call)->message, "No. (the bucket is in the Region eu-central-1)");
    close_bench();
}

static void the_same_region_is_not_asked_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 307, .headers = "x-amz-bucket-region: eu-west-1", .body = BODY("TemporaryRedirect", "")}, LISTED};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list("bucket"), SMITHY_ERROR_SERVICE);
    assert_told("eu-west-1");
    close_bench();
}

static void a_custom_endpoint_is_never_left(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {MOVED, LISTED};
    const s3_client_options options = {.endpoint_url = SMITHY_STR("http://127.0.0.1:9000")};
    OPEN(&options, ANSWERS);
    assert_int_equal(list("bucket"), SMITHY_ERROR_SERVICE);
    assert_told("us-west-2");
    close_bench();
}

static void an_access_point_is_not_followed(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {MOVED, LISTED};
    OPEN(NULL, ANSWERS);
    assert_int_equal(list("arn:aws:s3:eu-west-1:111122223333:accesspoint/mine"), SMITHY_ERROR_SERVICE);
    assert_told("us-west-2");
    close_bench();
}

static void a_bucket_that_is_made_is_not_followed(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 400,
                                               .headers = "x-amz-bucket-region: us-west-2",
                                               .body = BODY("IllegalLocationConstraintException", "")},
                                              FOUND};
    OPEN(NULL, ANSWERS);
    s3_create_bucket_output output;
    const s3_create_bucket_input input = {.bucket = SMITHY_STR("bucket")};
    assert_int_equal(s3_create_bucket(client, &input, &output, bench.call), SMITHY_ERROR_SERVICE);
    assert_told("us-west-2");
    close_bench();
}

static void a_body_that_cannot_start_over_stays(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {MOVED, FOUND};
    counted_source source = {0, 0};
    OPEN(NULL, ANSWERS);
    assert_int_equal(put(&source, false), SMITHY_ERROR_SERVICE);
    assert_told("us-west-2");
    close_bench();
}

static void no_answer_leads_out_of_the_partition_or_of_aws(void **state) {
    (void)state;
    static const char *const REGIONS[] = {"cn-north-1", "us-gov-west-1", "evil.example.com/", "a b", "..", "-"};
    for (size_t i = 0; i < sizeof REGIONS / sizeof REGIONS[0]; i++) {
        char headers[80];
        snprintf(headers, sizeof headers, "x-amz-bucket-region: %s", REGIONS[i]);
        const scripted_answer answers[] = {{.status = 301, .headers = headers, .body = BODY("PermanentRedirect", "")},
                                           LISTED};
        OPEN(NULL, answers);
        assert_int_equal(list("bucket"), SMITHY_ERROR_SERVICE);
        assert_told(REGIONS[i]);
        close_bench();
    }
}

static void one_attempt_is_one(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {MOVED, LISTED};
    OPEN(NULL, ANSWERS);
    smithy_call_set_max_attempts(bench.call, 1);
    assert_int_equal(list("bucket"), SMITHY_ERROR_SERVICE);
    assert_told("us-west-2");
    close_bench();
}

/* ---- what is remembered ---- */

static void what_is_remembered_has_a_bound(void **state) {
    (void)state;
    static scripted_answer answers[SCRIPT_MAX_REQUESTS];
    char bucket[32];
    for (size_t i = 0; i < SCRIPT_MAX_REQUESTS; i++)
        answers[i] = i % 2 ? (scripted_answer)LISTED : (scripted_answer)MOVED;
    OPEN(NULL, answers);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < SCRIPT_MAX_REQUESTS / 2; i++) {
            snprintf(bucket, sizeof bucket, "bucket-%d-%d", round, i);
            assert_int_equal(list(bucket), SMITHY_OK);
        }
        scripted_transport_deinit(&bench.transport);
    }
    const size_t blocks = bench.fake.live_blocks;
    /* Of 96 buckets the last 64 are known, and the first has to be told again. */
    assert_int_equal(list("bucket-0-0"), SMITHY_OK);
    assert_int_equal(bench.transport.request_count, 2);
    (void)list("bucket-2-31");
    assert_sent_to(2, "bucket-2-31.s3.us-west-2.amazonaws.com", "/us-west-2/s3/aws4_request");
    assert_true(bench.fake.live_blocks <= blocks + 2); /* The arena's. */
    close_bench();
}

static void a_bucket_that_moved_again_is_found_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        MOVED,
        LISTED,
        {.status = 301, .headers = "x-amz-bucket-region: eu-west-1", .body = BODY("PermanentRedirect", "")},
        LISTED,
        LISTED};
    OPEN(NULL, ANSWERS);
    for (int i = 0; i < 3; i++) assert_int_equal(list("bucket"), SMITHY_OK);
    assert_sent_to(3, "bucket.s3.eu-west-1.amazonaws.com", "/eu-west-1/s3/aws4_request");
    assert_sent_to(4, "bucket.s3.eu-west-1.amazonaws.com", "/eu-west-1/s3/aws4_request");
    close_bench();
}

static void memory_that_runs_out_is_told_and_nothing_leaks(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {MOVED, LISTED};
    smithy_status status = SMITHY_ERROR_MEMORY;
    for (size_t nth = 1; status != SMITHY_OK; nth++) {
        OPEN(NULL, ANSWERS);
        bench.fake.fail_allocation = bench.fake.allocations + nth;
        status = list("bucket");
        assert_true(status == SMITHY_OK || status == SMITHY_ERROR_MEMORY);
        close_bench();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_follows_its_bucket_and_the_next_one_goes_there_at_once),
        cmocka_unit_test(each_way_of_saying_elsewhere_is_understood),
        cmocka_unit_test(a_head_says_it_in_its_headers),
        cmocka_unit_test(a_body_starts_over_there),
        cmocka_unit_test(retries_go_on_where_the_bucket_is),
        cmocka_unit_test(dots_and_settings_hold_there_too),
        cmocka_unit_test(it_follows_once),
        cmocka_unit_test(the_same_region_is_not_asked_again),
        cmocka_unit_test(a_custom_endpoint_is_never_left),
        cmocka_unit_test(an_access_point_is_not_followed),
        cmocka_unit_test(a_bucket_that_is_made_is_not_followed),
        cmocka_unit_test(a_body_that_cannot_start_over_stays),
        cmocka_unit_test(no_answer_leads_out_of_the_partition_or_of_aws),
        cmocka_unit_test(one_attempt_is_one),
        cmocka_unit_test(what_is_remembered_has_a_bound),
        cmocka_unit_test(a_bucket_that_moved_again_is_found_again),
        cmocka_unit_test(memory_that_runs_out_is_told_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
