/* What generated operations have in common when they fail: nothing half-made is sent, and nothing half-read is left. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <dynamodb/dynamodb.h>
#include <logs/logs.h>
#include <s3/s3.h>

#include <cmocka.h>

/* Its groups are read before what is wrong. */
static const scripted_answer BROKEN = {.status = 200, .body = "{\"logGroups\":[{\"arn\":\"a\"}],\"nextToken\":{}}"};
static client_bench bench;

static int open_bench(void **state) {
    (void)state;
    client_bench_open(&bench, &BROKEN, 1);
    return 0;
}

static int close_bench(void **state) {
    (void)state;
    client_bench_close(&bench);
    return 0;
}

static void assert_refused(smithy_status status, const char *message) {
    assert_int_equal(status, SMITHY_ERROR_INPUT);
    assert_string_equal(smithy_call_error(bench.call)->message, message);
    assert_int_equal(bench.transport.request_count, 0);
}

static void an_object_without_a_key_is_told_before_anything_is_sent(void **state) {
    (void)state;
    s3_client *s3 = s3_client_create(NULL, bench.call);
    assert_non_null(s3);
    const s3_object_identifier objects[] = {{.key = SMITHY_STR_INIT("a")}, {.version_id = SMITHY_STR_INIT("v")}};
    const s3_delete wanted = {.objects = {objects, 2}};
    const s3_delete_objects_input input = {.bucket = SMITHY_STR_INIT("b"), .delete_ = &wanted};
    s3_delete_objects_output output;
    assert_refused(s3_delete_objects(s3, &input, &output, bench.call), "Delete.Objects[1].Key is required");
    s3_client_destroy(s3);
}

static void an_entry_of_a_map_is_told_by_its_key(void **state) {
    (void)state;
    dynamodb_client *dynamodb = dynamodb_client_create(NULL, bench.call);
    assert_non_null(dynamodb);
    const dynamodb_batch_get_request_map_entry tables[] = {{.key = SMITHY_STR_INIT("my-table")}};
    const dynamodb_batch_get_item_input input = {.request_items = {tables, 1}};
    dynamodb_batch_get_item_output output;
    assert_refused(dynamodb_batch_get_item(dynamodb, &input, &output, bench.call),
                   "RequestItems[\"my-table\"].Keys is required");
    dynamodb_client_destroy(dynamodb);
}

static void an_output_that_was_half_read_is_zeroed(void **state) {
    (void)state;
    logs_client *logs = logs_client_create(&(logs_client_options){.max_attempts = 1}, bench.call);
    assert_non_null(logs);
    const logs_describe_log_groups_input input = {.limit = SMITHY_SET(1)};
    const logs_describe_log_groups_output zeroed = {0};
    logs_describe_log_groups_output output;
    memset(&output, 0xA5, sizeof output);
    assert_int_equal(logs_describe_log_groups(logs, &input, &output, bench.call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(bench.transport.request_count, 1);
    assert_memory_equal(&output, &zeroed, sizeof output);
    logs_client_destroy(logs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_object_without_a_key_is_told_before_anything_is_sent, open_bench,
                                        close_bench),
        cmocka_unit_test_setup_teardown(an_entry_of_a_map_is_told_by_its_key, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(an_output_that_was_half_read_is_zeroed, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
