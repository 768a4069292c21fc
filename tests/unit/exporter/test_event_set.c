/* Events as a multiset, and where a record ends. */
#include <setjmp.h>
#include <stdarg.h>

#include "event_set.h"

#include <cmocka.h>
#include <stdio.h>

#define STAMP "2024-05-28T01:02:03.456Z "

static void a_record_ends_where_the_next_stamp_begins(void **state) {
    (void)state;
    const smithy_str text = SMITHY_STR(STAMP "one\n  its second line\n" STAMP "two\n");
    const size_t first = sizeof(STAMP "one\n  its second line\n") - 1;
    assert_int_equal(event_record_end(text, true), first);
    const smithy_str rest = {text.ptr + first, text.len - first};
    assert_int_equal(event_record_end(rest, true), rest.len);
}

static void a_record_that_may_go_on_is_not_there_yet(void **state) {
    (void)state;
    assert_int_equal(event_record_end(SMITHY_STR(STAMP "one"), false), 0);
    assert_int_equal(event_record_end(SMITHY_STR(STAMP "one\n"), false), 0);
    assert_int_equal(event_record_end(SMITHY_STR(STAMP "one\n2024-05-28T01:02:0"), false), 0);
    assert_int_equal(event_record_end(SMITHY_STR(STAMP "one\n2024-05-28T01:02:03.456Z "), false),
                     sizeof(STAMP "one\n") - 1);
}

static void a_line_that_is_no_stamp_goes_on(void **state) {
    (void)state;
    const smithy_str text = SMITHY_STR(STAMP "one\n2024-05-28 01:02:03.456Z and so on\n");
    assert_int_equal(event_record_end(text, true), text.len);
}

static void what_was_put_in_can_be_taken_as_often(void **state) {
    (void)state;
    event_set set;
    event_set_init(&set, smithy_system_default());
    assert_false(event_set_take(&set, SMITHY_STR(STAMP "a")));
    assert_int_equal(event_set_put(&set, SMITHY_STR(STAMP "a\n")), SMITHY_OK);
    assert_int_equal(event_set_put(&set, SMITHY_STR(STAMP "a")), SMITHY_OK);
    assert_int_equal(event_set_put(&set, SMITHY_STR(STAMP "b")), SMITHY_OK);
    assert_int_equal(event_set_surplus(&set), 0);
    assert_true(event_set_take(&set, SMITHY_STR(STAMP "a")));
    assert_int_equal(event_set_surplus(&set), 1); /* b is not there to be taken: it says nothing. */
    assert_true(event_set_take(&set, SMITHY_STR(STAMP "a\n")));
    assert_false(event_set_take(&set, SMITHY_STR(STAMP "a")));
    assert_int_equal(event_set_surplus(&set), 0);
    event_set_deinit(&set);
}

static void it_grows(void **state) {
    (void)state;
    event_set set;
    char text[64];
    event_set_init(&set, smithy_system_default());
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < 20000; i++) {
            const int len = snprintf(text, sizeof text, STAMP "%d", i);
            const smithy_str record = {text, (size_t)len};
            if (pass == 0)
                assert_int_equal(event_set_put(&set, record), SMITHY_OK);
            else
                assert_true(event_set_take(&set, record));
        }
    assert_int_equal(set.records, 20000);
    event_set_deinit(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_ends_where_the_next_stamp_begins),
        cmocka_unit_test(a_record_that_may_go_on_is_not_there_yet),
        cmocka_unit_test(a_line_that_is_no_stamp_goes_on),
        cmocka_unit_test(what_was_put_in_can_be_taken_as_often),
        cmocka_unit_test(it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
