/* Where tasks write. */
#include "destination.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DAY 1716854462003 /* 2024-05-28T00:01:02.003Z */

static void expect(const char *template_text, const char *group, const char *stream, const char *prefix) {
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    const destination_values values = {smithy_str_from(group), smithy_str_from(stream), SMITHY_STR("123456789012"),
                                       SMITHY_STR("eu-west-1"), DAY};
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
    expect("logs//{group}/", "/app/", "", "logs/app");
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
        cmocka_unit_test(a_key_of_1024_bytes_fits_and_one_more_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
