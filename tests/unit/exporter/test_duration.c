#include "check.h"
#include "duration.h"

static void check(const char *text, int64_t expected) {
    int64_t ms = -1;
    if (!exporter_duration_read(smithy_str_from(text), &ms)) fail_msg("%s was refused", text);
    if (ms != expected) fail_msg("%s became %lld", text, (long long)ms);
}

static void each_unit_is_read(void **state) {
    (void)state;
    check("0", 0);
    check("0s", 0);
    check("250ms", 250);
    check("30s", 30000);
    check("90m", 90 * 60000);
    check("12h", 12 * 3600000);
    check("7d", 7 * 86400000LL);
}

static void units_add_up_from_the_largest_on(void **state) {
    (void)state;
    check("1h30m", 5400000);
    check("1d2h3m4s5ms", 86400000 + 2 * 3600000 + 3 * 60000 + 4005);
    check("1m1ms", 60001);
}

static void anything_else_is_refused(void **state) {
    (void)state;
    static const char *const BAD[] = {"",     " ",    "12", "h",    "-1h",   "+1h",  "1.5h", "1H",
                                      "1 h",  "1h ",  "1w", "1hm",  "30m1h", "1h1h", "1s1s", "1ms1s",
                                      "0x1s", "1e3s", "00", "1h30", "--1s",  "1h-2m"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        int64_t ms = 7;
        if (exporter_duration_read(smithy_str_from(BAD[i]), &ms)) fail_msg("\"%s\" was taken", BAD[i]);
        assert_int_equal(ms, 7);
    }
}

static void what_does_not_fit_is_refused(void **state) {
    (void)state;
    int64_t ms = 0;
    check("9223372036854775807ms", INT64_MAX);
    assert_false(exporter_duration_read(SMITHY_STR("9223372036854775808ms"), &ms));
    assert_false(exporter_duration_read(SMITHY_STR("106751991168d"), &ms));
    assert_false(exporter_duration_read(SMITHY_STR("9223372036854775s999ms"), &ms));
    assert_true(exporter_duration_read(SMITHY_STR("9223372036854775s807ms"), &ms));
    assert_false(exporter_duration_read(SMITHY_STR("99999999999999999999999999s"), &ms));
}

static void check_written(int64_t ms, const char *expected) {
    char text[EXPORTER_DURATION_TEXT_SIZE];
    assert_int_equal(exporter_duration_write(ms, text), strlen(expected));
    assert_string_equal(text, expected);
}

static void the_two_largest_units_are_written(void **state) {
    (void)state;
    check_written(0, "0ms");
    check_written(-5, "0ms");
    check_written(350, "350ms");
    check_written(2000, "2s");
    check_written(2350, "2s");
    check_written(125000, "2m 5s");
    check_written(120000, "2m");
    check_written(5400000, "1h 30m");
    check_written(3601000, "1h");
    check_written(2 * 86400000LL + 3 * 3600000, "2d 3h");
    check_written(INT64_MAX, "106751991167d 7h");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_unit_is_read),
        cmocka_unit_test(units_add_up_from_the_largest_on),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(the_two_largest_units_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
