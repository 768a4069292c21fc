/* What an input lacks, told with the way to it. */
#include <setjmp.h>
#include <stdarg.h>

#include "toy_bench.h"

#include <cmocka.h>

static smithy_status write_request(const void *input, smithy_request *request, smithy_call *call) {
    const smithy_place *const *place = input;
    (void)call;
    smithy_request_lacks(request, *place, "Key");
    return smithy_request_finish(request);
}

/* A request that lacks the member Key at `place` is not sent, with this message. */
static void assert_lacks(const smithy_place *place, const char *message) {
    static const smithy_operation LACKING = {
        .name = "Lacking", .method = SMITHY_STR_INIT("GET"), .write_request = write_request, .is_unsigned = true};
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("https://h")};
    toy_bench bench;
    toy_output output;
    toy_bench_open(&bench, &TOY_S3, &options, NULL, 0);
    assert_int_equal(smithy_client_invoke(bench.client, &LACKING, &place, &output, bench.call), SMITHY_ERROR_INPUT);
    assert_string_equal(smithy_call_error(bench.call)->message, message);
    assert_int_equal(bench.transport.request_count, 0);
    toy_bench_close(&bench);
}

static void a_member_of_the_input_is_named(void **state) {
    (void)state;
    assert_lacks(NULL, "Key is required");
}

static void the_way_goes_through_members_items_and_entries(void **state) {
    (void)state;
    const smithy_place outer = smithy_place_member(NULL, "Delete");
    const smithy_place objects = smithy_place_member(&outer, "Objects");
    const smithy_place third = smithy_place_item(&objects, 3);
    assert_lacks(&third, "Delete.Objects[3].Key is required");

    const smithy_place tables = smithy_place_member(NULL, "RequestItems");
    const smithy_place table = smithy_place_entry(&tables, SMITHY_STR("my-table"));
    const smithy_place request = smithy_place_item(&table, SIZE_MAX);
    assert_lacks(&request, "RequestItems[\"my-table\"][18446744073709551615].Key is required");
}

static void a_key_may_be_anything(void **state) {
    (void)state;
    const smithy_place map = smithy_place_member(NULL, "Map");
    const smithy_place empty = smithy_place_entry(&map, SMITHY_STR(""));
    assert_lacks(&empty, "Map[\"\"].Key is required");
    const smithy_place lines = smithy_place_entry(&map, SMITHY_STR("a\nb"));
    assert_lacks(&lines, "Map[\"a b\"].Key is required");
    const smithy_place long_one = smithy_place_entry(&map, SMITHY_STR("0123456789012345678901234567890123456789more"));
    assert_lacks(&long_one, "Map[\"0123456789012345678901234567890123456789\"].Key is required");
}

/* What is recursive can be deep. */
static void of_a_long_way_the_end_is_told(void **state) {
    (void)state;
    smithy_place places[100] = {smithy_place_member(NULL, "Tree")};
    for (size_t i = 1; i < 100; i++) places[i] = smithy_place_member(&places[i - 1], "Left");

    char expected[512] = "...";
    for (size_t i = 0; i < 50; i++) strcat(expected, i ? ".Left" : "Left");
    strcat(expected, ".Key is required");
    assert_lacks(&places[99], expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_of_the_input_is_named),
        cmocka_unit_test(the_way_goes_through_members_items_and_entries),
        cmocka_unit_test(a_key_may_be_anything),
        cmocka_unit_test(of_a_long_way_the_end_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
