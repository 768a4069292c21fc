/* Where tasks write. */
#include "destination.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DAY      1716854462003 /* 2024-05-28T00:01:02.003Z */
#define DATA_DAY 1703980799999 /* 2023-12-30T23:59:59.999Z */

static void expect(const char *template_text, const char *group, const char *stream, const char *prefix) {
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    const destination_values values = {smithy_str_from(group),
                                       smithy_str_from(stream),
                                       SMITHY_STR("123456789012"),
                                       SMITHY_STR("eu-west-1"),
                                       DAY,
                                       DATA_DAY};
    assert_string_equal(destination_expand(smithy_str_from(template_text), &values, call).ptr, prefix);
    smithy_call_destroy(call);
}

#define FIRST_VERSION "%Y/%m/%d/{group}/{stream}"

static void the_default_is_the_first_versions_layout(void **context) {
    (void)context;
    expect(FIRST_VERSION, "/aws/lambda/checkout", "2024/05/28/[$LATEST]0f",
           "2024/05/28/aws/lambda/checkout/2024/05/28/[$LATEST]0f");
}

static void a_whole_group_leaves_the_stream_out(void **context) {
    (void)context;
    expect(FIRST_VERSION, "/app", "", "2024/05/28/app");
}

static void a_name_cannot_climb_out(void **context) {
    (void)context;
    expect(FIRST_VERSION, "../../etc", "..", "2024/05/28/%2E%2E/%2E%2E/etc/%2E%2E");
    expect(FIRST_VERSION, "a/./b", "c%2E", "2024/05/28/a/%2E/b/c%252E");
}

static void slashes_do_not_pile_up(void **context) {
    (void)context;
    expect("logs//{group}/", "/app", "", "logs/app");
}

static void a_template_that_leaves_nothing_gives_the_services_own_default(void **context) {
    (void)context;
    expect("{stream}", "g", "", "exportedlogs");
}

static void every_placeholder_is_filled_in(void **context) {
    (void)context;
    expect("{account}/{region}/{date}/%H/{group}", "g", "", "123456789012/eu-west-1/2024/05/28/00/g");
}

static void control_characters_are_written_by_their_codes(void **context) {
    (void)context;
    expect("{stream}", "", "a\nb", "a%0Ab");
}

static void the_events_own_date_is_told_from_the_tasks(void **context) {
    (void)context;
    expect("{data:%Y/%m/%d}/{group}", "g", "", "2023/12/30/g");
    expect("%Y/{data:%Y}", "g", "", "2024/2023");
    expect("dt={data:%Y-%m}/{group}", "g", "", "dt=2023-12/g");
}

static void the_hive_style_is_literal_text(void **context) {
    (void)context;
    expect("year={data:%Y}/month={data:%m}/day={data:%d}/{group}", "/aws/x", "", "year=2023/month=12/day=30/aws/x");
    expect("year=%Y/month=%m/day=%d/hour=%H/{group}", "/aws/x", "", "year=2024/month=05/day=28/hour=00/aws/x");
}

static exporter_period period(const char *text) {
    return destination_period(smithy_str_from(text));
}

static void the_finest_letter_of_the_events_date_says_how_the_archive_is_parted(void **context) {
    (void)context;
    assert_int_equal(period("%Y/%m/%d/{group}/{date}"), EXPORTER_PERIOD_NONE);
    assert_int_equal(period("{data:%Y/%m/%d}/{group}"), EXPORTER_PERIOD_DAY);
    assert_int_equal(period("y={data:%Y}/m={data:%m}/%d"), EXPORTER_PERIOD_MONTH);
    assert_int_equal(period("{data:%Y}"), EXPORTER_PERIOD_YEAR);
    assert_int_equal(period("{data:%d}/{data:%Y}"), EXPORTER_PERIOD_DAY);
}

static void what_is_no_placeholder_is_none(void **context) {
    (void)context;
    assert_int_equal(destination_placeholder(SMITHY_STR("{data:%Y-%m}x")), 12);
    assert_int_equal(destination_placeholder(SMITHY_STR("%Yx")), 2);
    assert_int_equal(destination_placeholder(SMITHY_STR("{data:%H}")), 0);
    assert_int_equal(destination_placeholder(SMITHY_STR("{data:}")), 0);
    assert_int_equal(destination_placeholder(SMITHY_STR("{data:x}")), 0);
    assert_int_equal(destination_placeholder(SMITHY_STR("{data:%Y")), 0);
    assert_int_equal(destination_placeholder(SMITHY_STR("{data:%Y{group}}")), 0);
    assert_int_equal(destination_placeholder(SMITHY_STR("{data:%")), 0);
    assert_int_equal(destination_placeholder(SMITHY_STR("group")), 0);
}

static void a_slash_that_would_leave_a_folder_without_a_name_is_written_by_its_code(void **context) {
    (void)context;
    expect("{group}/{stream}", "a//b", "c/", "a/%2Fb/c%2F");
    expect("{group}", "//a", "", "%2Fa");
}

/* Names that could climb out, or collide where slashes are dropped. */
static void every_name_comes_back_and_no_two_look_alike(void **context) {
    static const char *const NAMES[] = {"a",
                                        "a/b",
                                        "a-b",
                                        "a//b",
                                        "a///b",
                                        "a/",
                                        "a//",
                                        ".",
                                        "..",
                                        "../a",
                                        "a/../b",
                                        "a/./b",
                                        "%2E",
                                        "%2E%2E",
                                        "a%2Fb",
                                        "100%",
                                        "a\x01b",
                                        "%",
                                        "%25",
                                        "...",
                                        ".a",
                                        "2026/11/22/[$LATEST]0f",
                                        "\xc3\xa4/\xc3\xb6"};
    const size_t count = sizeof NAMES / sizeof *NAMES;
    smithy_str written[sizeof NAMES / sizeof *NAMES];
    smithy_call *call = smithy_call_create(NULL);
    (void)context;
    assert_non_null(call);
    for (size_t i = 0; i < count; i++) {
        const destination_values values = {.group = smithy_str_from(NAMES[i])};
        written[i] = destination_expand(SMITHY_STR("{group}"), &values, call);
        const smithy_str read = destination_read_name(written[i], call);
        assert_true(read.ptr && smithy_str_equal(read, values.group));
        for (size_t k = 0; k < i; k++) assert_false(smithy_str_equal(written[i], written[k]));
    }
    smithy_call_destroy(call);
}

static void what_was_never_written_is_not_read(void **context) {
    smithy_call *call = smithy_call_create(NULL);
    (void)context;
    assert_non_null(call);
    assert_null(destination_read_name(SMITHY_STR("a%2"), call).ptr);
    assert_null(destination_read_name(SMITHY_STR("a%2e"), call).ptr);
    assert_null(destination_read_name(SMITHY_STR("%"), call).ptr);
    assert_null(destination_read_name(SMITHY_STR("%zz"), call).ptr);
    smithy_call_destroy(call);
}

static void a_key_of_1024_bytes_fits_and_one_more_does_not(void **context) {
    (void)context;
    char text[1024];
    memset(text, 'p', sizeof text);
    const size_t rest = 1 + DESTINATION_TASK_ID_LEN + 1 + 512 + sizeof "/000000.gz" - 1;
    assert_true(destination_fits((smithy_str){text, 1024 - rest}, 512));
    assert_false(destination_fits((smithy_str){text, 1024 - rest + 1}, 512));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_is_the_first_versions_layout),
        cmocka_unit_test(a_whole_group_leaves_the_stream_out),
        cmocka_unit_test(a_name_cannot_climb_out),
        cmocka_unit_test(slashes_do_not_pile_up),
        cmocka_unit_test(a_template_that_leaves_nothing_gives_the_services_own_default),
        cmocka_unit_test(every_placeholder_is_filled_in),
        cmocka_unit_test(control_characters_are_written_by_their_codes),
        cmocka_unit_test(the_events_own_date_is_told_from_the_tasks),
        cmocka_unit_test(the_hive_style_is_literal_text),
        cmocka_unit_test(the_finest_letter_of_the_events_date_says_how_the_archive_is_parted),
        cmocka_unit_test(what_is_no_placeholder_is_none),
        cmocka_unit_test(a_slash_that_would_leave_a_folder_without_a_name_is_written_by_its_code),
        cmocka_unit_test(every_name_comes_back_and_no_two_look_alike),
        cmocka_unit_test(what_was_never_written_is_not_read),
        cmocka_unit_test(a_key_of_1024_bytes_fits_and_one_more_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
