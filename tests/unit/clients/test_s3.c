/* What S3 does as no other service: encoded listings, a root that is the value, the source of a copy. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <s3/s3.h>

#include <cmocka.h>

static client_bench bench;
static s3_client *client;

static void open_bench(const scripted_answer *answer) {
    client_bench_open(&bench, answer, 1);
    client = s3_client_create(NULL, bench.call);
    assert_non_null(client);
}

static void close_bench(void) {
    s3_client_destroy(client);
    client_bench_close(&bench);
}

static void assert_text(smithy_str actual, smithy_str expected) {
    assert_int_equal(actual.len, expected.len);
    assert_memory_equal(actual.ptr, expected.ptr, expected.len);
    assert_int_equal(actual.ptr[actual.len], 0);
}

#define LISTING(encoding)                                                                                        \
    "<ListBucketResult><Name>a+b</Name><Prefix>p%2F</Prefix><StartAfter>p%2Fa+a</StartAfter>"                    \
    "<Delimiter>%2F</Delimiter><NextContinuationToken>t%2Bt</NextContinuationToken>" encoding                    \
    "<Contents><Key>p/%01+%2B%C3%BC</Key><ETag>&quot;e%20&quot;</ETag></Contents><Contents><Key>p/plain</Key></" \
    "Contents>"                                                                                                  \
    "<CommonPrefixes><Prefix>p/c+d/</Prefix></CommonPrefixes></ListBucketResult>"

static void list(const scripted_answer *answer, s3_list_objects_v2_output *output) {
    open_bench(answer);
    const s3_list_objects_v2_input input = {
        .bucket = SMITHY_STR_INIT("bucket"),
        .encoding_type = {.kind = S3_ENCODING_TYPE_URL},
    };
    assert_int_equal(s3_list_objects_v2(client, &input, output, bench.call), SMITHY_OK);
    assert_int_equal(output->contents.count, 2);
    assert_int_equal(output->common_prefixes.count, 1);
}

static void an_encoded_listing_is_decoded(void **state) {
    (void)state;
    const scripted_answer answer = {.status = 200, .body = LISTING("<EncodingType>url</EncodingType>")};
    s3_list_objects_v2_output output;
    list(&answer, &output);
    assert_text(output.prefix, SMITHY_STR("p/"));
    assert_text(output.start_after, SMITHY_STR("p/a a"));
    assert_text(output.delimiter, SMITHY_STR("/"));
    assert_text(output.contents.items[0].key, SMITHY_STR("p/\x01 +\xC3\xBC"));
    assert_text(output.contents.items[1].key, SMITHY_STR("p/plain"));
    assert_text(output.common_prefixes.items[0].prefix, SMITHY_STR("p/c d/"));
    close_bench();
}

static void what_is_no_key_is_never_decoded(void **state) {
    (void)state;
    const scripted_answer answer = {.status = 200, .body = LISTING("<EncodingType>url</EncodingType>")};
    s3_list_objects_v2_output output;
    list(&answer, &output);
    assert_text(output.name, SMITHY_STR("a+b"));
    assert_text(output.next_continuation_token, SMITHY_STR("t%2Bt"));
    assert_text(output.contents.items[0].etag, SMITHY_STR("\"e%20\""));
    close_bench();
}

/* A server that did not do what it was asked. */
static void a_listing_that_does_not_say_so_is_not_encoded(void **state) {
    (void)state;
    const scripted_answer answer = {.status = 200, .body = LISTING("")};
    s3_list_objects_v2_output output;
    list(&answer, &output);
    assert_text(output.prefix, SMITHY_STR("p%2F"));
    assert_text(output.contents.items[0].key, SMITHY_STR("p/%01+%2B%C3%BC"));
    close_bench();
}

static s3_get_bucket_location_output location(const char *body) {
    const scripted_answer answer = {.status = 200, .body = body};
    const s3_get_bucket_location_input input = {.bucket = SMITHY_STR_INIT("bucket")};
    s3_get_bucket_location_output output;
    open_bench(&answer);
    assert_int_equal(s3_get_bucket_location(client, &input, &output, bench.call), SMITHY_OK);
    close_bench();
    return output;
}

static void a_location_is_the_root_of_its_answer(void **state) {
    (void)state;
    const s3_get_bucket_location_output output =
        location("<?xml version=\"1.0\"?>\n<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                 "eu-central-1</LocationConstraint>");
    assert_int_equal(output.location_constraint.kind, S3_BUCKET_LOCATION_CONSTRAINT_EU_CENTRAL_1);
}

static void the_first_region_is_an_empty_location(void **state) {
    (void)state;
    const s3_get_bucket_location_output output =
        location("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>");
    assert_int_equal(output.location_constraint.kind, S3_BUCKET_LOCATION_CONSTRAINT_ABSENT);
}

static void the_source_of_a_copy_is_encoded(void **state) {
    (void)state;
    static const struct {
        smithy_str source;
        const char *header;
    } CASES[] = {
        {SMITHY_STR_INIT("from/a b/\xC3\xBC+%"), "from/a%20b/%C3%BC%2B%25"},
        {SMITHY_STR_INIT("from/what?"), "from/what%3F"},
        {SMITHY_STR_INIT("from/a b?versionId=x.y_z"), "from/a%20b?versionId=x.y_z"},
        {SMITHY_STR_INIT("from/?versionId=1?versionId=2"), "from/%3FversionId%3D1?versionId=2"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const scripted_answer answer = {.status = 200, .body = "<CopyObjectResult/>"};
        const s3_copy_object_input input = {
            .bucket = SMITHY_STR_INIT("to"),
            .key = SMITHY_STR_INIT("key"),
            .copy_source = CASES[i].source,
        };
        s3_copy_object_output output;
        open_bench(&answer);
        assert_int_equal(s3_copy_object(client, &input, &output, bench.call), SMITHY_OK);
        assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-copy-source"), CASES[i].header);
        close_bench();
    }
}

static void a_policy_is_the_answer_as_it_came(void **state) {
    (void)state;
    const scripted_answer answer = {.status = 200, .body = "{\"Statement\": []}"};
    const s3_get_bucket_policy_input input = {.bucket = SMITHY_STR_INIT("bucket")};
    s3_get_bucket_policy_output output;
    open_bench(&answer);
    assert_int_equal(s3_get_bucket_policy(client, &input, &output, bench.call), SMITHY_OK);
    assert_text(output.policy, SMITHY_STR("{\"Statement\": []}"));
    close_bench();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_encoded_listing_is_decoded),
        cmocka_unit_test(what_is_no_key_is_never_decoded),
        cmocka_unit_test(a_listing_that_does_not_say_so_is_not_encoded),
        cmocka_unit_test(a_location_is_the_root_of_its_answer),
        cmocka_unit_test(the_first_region_is_an_empty_location),
        cmocka_unit_test(the_source_of_a_copy_is_encoded),
        cmocka_unit_test(a_policy_is_the_answer_as_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
