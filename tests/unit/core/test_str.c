#include "check.h"

static void every_status_has_a_name(void **state) {
    (void)state;
    for (int status = SMITHY_OK; status <= SMITHY_ERROR_IO; status++)
        assert_string_not_equal(smithy_status_name((smithy_status)status), "unknown");
    assert_string_equal(smithy_status_name((smithy_status)99), "unknown");
}

static void equality_without_case_is_for_ascii_letters_only(void **state) {
    (void)state;
    assert_true(smithy_str_equal_nocase(SMITHY_STR("Content-Type"), SMITHY_STR("cONTENT-tYPE")));
    assert_false(smithy_str_equal_nocase(SMITHY_STR("a"), SMITHY_STR("ab")));
    assert_false(smithy_str_equal_nocase(SMITHY_STR("@"), SMITHY_STR("`")));
    assert_false(smithy_str_equal_nocase(SMITHY_STR("["), SMITHY_STR("{")));
    assert_false(smithy_str_equal_nocase(SMITHY_STR("\xC4"), SMITHY_STR("\xE4")));
    assert_true(smithy_str_equal_nocase((smithy_str){0}, SMITHY_STR("")));
}

static void compare_orders_by_bytes_then_length(void **state) {
    (void)state;
    assert_int_equal(smithy_str_compare(SMITHY_STR("ab"), SMITHY_STR("ab")), 0);
    assert_true(smithy_str_compare(SMITHY_STR("ab"), SMITHY_STR("abc")) < 0);
    assert_true(smithy_str_compare(SMITHY_STR("b"), SMITHY_STR("abc")) > 0);
    assert_true(smithy_str_compare(SMITHY_STR("\xFF"), SMITHY_STR("a")) > 0);
    assert_true(smithy_str_compare((smithy_str){0}, SMITHY_STR("a")) < 0);
    assert_int_equal(smithy_str_compare((smithy_str){0}, SMITHY_STR("")), 0);
}

static void check_i64(const char *text, int64_t expected) {
    int64_t value = 77;
    assert_true(smithy_str_to_i64(smithy_str_from(text), &value));
    assert_true(value == expected);
}

static void integers_are_read_to_the_ends_of_their_range(void **state) {
    (void)state;
    check_i64("0", 0);
    check_i64("-0", 0);
    check_i64("007", 7);
    check_i64("-1", -1);
    check_i64("9223372036854775807", INT64_MAX);
    check_i64("-9223372036854775808", INT64_MIN);
}

static void what_is_no_integer_is_refused(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"",
                                        "-",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "1e3",
                                        "0x10",
                                        "9223372036854775808",
                                        "1\x7f",
                                        "--1",
                                        "1-1",
                                        "-9223372036854775809",
                                        "99999999999999999999999"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        int64_t value = 77;
        assert_false(smithy_str_to_i64(smithy_str_from(TEXTS[i]), &value));
        assert_true(value == 77);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(equality_without_case_is_for_ascii_letters_only),
        cmocka_unit_test(compare_orders_by_bytes_then_length),
        cmocka_unit_test(integers_are_read_to_the_ends_of_their_range),
        cmocka_unit_test(what_is_no_integer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
