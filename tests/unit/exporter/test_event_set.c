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

static void an_event_is_written_as_an_export_writes_it(void **state) {
    (void)state;
    smithy_buffer out;
    smithy_buffer_init(&out, smithy_system_default(), 1024);
    event_append(&out, INT64_C(1716858123456), SMITHY_STR("one\n  its second line"));
    event_append(&out, 0, SMITHY_STR(""));
    assert_true(smithy_str_equal(smithy_buffer_str(&out),
                                 SMITHY_STR(STAMP "one\n  its second line\n1970-01-01T00:00:00.000Z \n")));
    smithy_buffer_deinit(&out);
}

static void a_range_holds_both_its_ends(void **state) {
    (void)state;
    event_range range;
    event_range_init(&range, INT64_C(1716858123456), INT64_C(1716858123457));
    assert_true(event_range_holds(&range, SMITHY_STR("2024-05-28T01:02:03.456Z a")));
    assert_true(event_range_holds(&range, SMITHY_STR("2024-05-28T01:02:03.457Z a")));
    assert_false(event_range_holds(&range, SMITHY_STR("2024-05-28T01:02:03.455Z a")));
    assert_false(event_range_holds(&range, SMITHY_STR("2024-05-28T01:02:03.458Z a")));
    assert_false(event_range_holds(&range, SMITHY_STR("2024-05-28")));
}

/* A message with a line that begins with a stamp is two records. */
static void an_event_is_taken_as_a_whole_or_not_at_all(void **state) {
    (void)state;
    const smithy_str text = SMITHY_STR(STAMP "one\n" STAMP "two\n");
    event_set set;
    event_range range;
    event_range_init(&range, INT64_C(1716858123456), INT64_C(1716858123456));
    event_set_init(&set, smithy_system_default());
    assert_false(event_set_take_event(&set, &range, text, true));
    assert_int_equal(event_set_put(&set, SMITHY_STR(STAMP "one")), SMITHY_OK);
    assert_false(event_set_take_event(&set, &range, text, true));
    assert_true(event_set_take(&set, SMITHY_STR(STAMP "one")));
    assert_int_equal(event_set_put(&set, SMITHY_STR(STAMP "one")), SMITHY_OK);
    assert_int_equal(event_set_put(&set, SMITHY_STR(STAMP "two")), SMITHY_OK);
    assert_true(event_set_take_event(&set, &range, text, true));
    assert_false(event_set_take_event(&set, &range, text, true));
    event_set_deinit(&set);
}

static void a_record_beyond_the_range_is_not_asked_for(void **state) {
    (void)state;
    event_set set;
    event_range range;
    event_range_init(&range, INT64_C(1716858123456), INT64_C(1716858123456));
    event_set_init(&set, smithy_system_default());
    assert_int_equal(event_set_put(&set, SMITHY_STR(STAMP "one")), SMITHY_OK);
    assert_true(event_set_take_event(&set, &range, SMITHY_STR(STAMP "one\n2025-01-01T00:00:00.000Z two\n"), true));
    event_set_deinit(&set);
}

static void sets_add_up(void **state) {
    (void)state;
    event_set set, other;
    event_set_init(&set, smithy_system_default());
    event_set_init(&other, smithy_system_default());
    assert_int_equal(event_set_put(&set, SMITHY_STR(STAMP "a")), SMITHY_OK);
    for (int i = 0; i < 2; i++) assert_int_equal(event_set_put(&other, SMITHY_STR(STAMP "a")), SMITHY_OK);
    assert_int_equal(event_set_put(&other, SMITHY_STR(STAMP "b")), SMITHY_OK);
    assert_int_equal(event_set_add(&set, &other), SMITHY_OK);
    for (int i = 0; i < 3; i++) assert_true(event_set_take(&set, SMITHY_STR(STAMP "a")));
    assert_false(event_set_take(&set, SMITHY_STR(STAMP "a")));
    assert_true(event_set_take(&set, SMITHY_STR(STAMP "b")));
    event_set_deinit(&other);
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
        cmocka_unit_test(an_event_is_written_as_an_export_writes_it),
        cmocka_unit_test(a_range_holds_both_its_ends),
        cmocka_unit_test(an_event_is_taken_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_record_beyond_the_range_is_not_asked_for),
        cmocka_unit_test(sets_add_up),
        cmocka_unit_test(it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
