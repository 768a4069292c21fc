#include "failing_system.h"

#include <smithy/query.h>

typedef struct form {
    smithy_buffer out;
    smithy_query_writer w;
} form;

static void open_form(form *f) {
    smithy_buffer_init(&f->out, NULL, 100000);
    smithy_query_writer_init(&f->w, &f->out, "Do", "2020-01-08");
}

static void check_form(form *f, const char *expected) {
    assert_int_equal(smithy_buffer_status(&f->out), SMITHY_OK);
    static const char BEGIN[] = "Action=Do&Version=2020-01-08";
    assert_memory_equal(f->out.ptr, BEGIN, sizeof BEGIN - 1);
    assert_string_equal(f->out.ptr + sizeof BEGIN - 1, expected);
    smithy_query_writer_deinit(&f->w);
    smithy_buffer_deinit(&f->out);
}

static void members_are_written_by_their_type(void **state) {
    (void)state;
    form f;
    open_form(&f);
    smithy_query_put_str(&f.w, "Text", SMITHY_STR("a b&c=\xC3\xA9"));
    smithy_query_put_str(&f.w, "Empty", SMITHY_STR(""));
    smithy_query_put_bytes(&f.w, "Bytes", (smithy_bytes){(const uint8_t *)"value", 5});
    smithy_query_put_bool(&f.w, "Yes", (smithy_opt_bool)SMITHY_SET(true));
    smithy_query_put_i8(&f.w, "I8", (smithy_opt_i8)SMITHY_SET(-8));
    smithy_query_put_i16(&f.w, "I16", (smithy_opt_i16)SMITHY_SET(16));
    smithy_query_put_i32(&f.w, "I32", (smithy_opt_i32)SMITHY_SET(32));
    smithy_query_put_i64(&f.w, "I64", (smithy_opt_i64)SMITHY_SET(INT64_MIN));
    smithy_query_put_f32(&f.w, "F32", (smithy_opt_f32)SMITHY_SET(1.1f));
    smithy_query_put_f64(&f.w, "F64", (smithy_opt_f64)SMITHY_SET(10.8));
    smithy_query_put_number(&f.w, "Big", SMITHY_STR("123456789012345678901234567890"));
    smithy_query_put_epoch(&f.w, "Epoch", (smithy_opt_time)SMITHY_SET(1422172800500));
    smithy_query_put_date_time(&f.w, "Date", (smithy_opt_time)SMITHY_SET(1422172800000));
    smithy_query_put_http_date(&f.w, "Http", (smithy_opt_time)SMITHY_SET(1422172800000));
    check_form(&f,
               "&Text=a%20b%26c%3D%C3%A9&Empty=&Bytes=dmFsdWU%3D&Yes=true&I8=-8&I16=16&I32=32"
               "&I64=-9223372036854775808&F32=1.1&F64=10.8&Big=123456789012345678901234567890"
               "&Epoch=1422172800.5&Date=2015-01-25T08%3A00%3A00Z&Http=Sun%2C%2025%20Jan%202015%2008%3A00%3A00%20GMT");
}

static void absent_members_are_left_out(void **state) {
    (void)state;
    form f;
    open_form(&f);
    smithy_query_put_str(&f.w, "a", (smithy_str){0});
    smithy_query_put_bytes(&f.w, "a", (smithy_bytes){0});
    smithy_query_put_bool(&f.w, "a", (smithy_opt_bool){0});
    smithy_query_put_i64(&f.w, "a", (smithy_opt_i64){0});
    smithy_query_put_f32(&f.w, "a", (smithy_opt_f32){0});
    smithy_query_put_f64(&f.w, "a", (smithy_opt_f64){0});
    smithy_query_put_number(&f.w, "a", (smithy_str){0});
    smithy_query_put_epoch(&f.w, "a", (smithy_opt_time){0});
    smithy_query_value_str(&f.w, (smithy_str){0});
    smithy_query_value_bytes(&f.w, (smithy_bytes){0});
    smithy_query_value_number(&f.w, (smithy_str){0});
    check_form(&f, "");
}

static void put_list(smithy_query_writer *w, const char *name, const char *item, size_t count) {
    static const smithy_str ITEMS[] = {SMITHY_STR_INIT("A"), SMITHY_STR_INIT("B")};
    smithy_query_open_list(w, name, item, count);
    for (size_t i = 0; i < count; i++) {
        smithy_query_open_item(w, i + 1);
        smithy_query_value_str(w, ITEMS[i]);
        smithy_query_close(w);
    }
    smithy_query_close(w);
}

static void lists_count_their_items(void **state) {
    (void)state;
    form f;
    open_form(&f);
    put_list(&f.w, "List", "member", 2);
    put_list(&f.w, "Flat", NULL, 2);
    smithy_query_open(&f.w, "Nested");
    put_list(&f.w, "List", "item", 1);
    smithy_query_close(&f.w);
    smithy_query_put_str(&f.w, "After", SMITHY_STR("1"));
    check_form(&f, "&List.member.1=A&List.member.2=B&Flat.1=A&Flat.2=B&Nested.List.item.1=A&After=1");
}

static void an_empty_list_is_written_where_the_protocol_wants_it(void **state) {
    (void)state;
    for (int ec2 = 0; ec2 < 2; ec2++) {
        form f;
        open_form(&f);
        f.w.writes_empty_lists = !ec2;
        put_list(&f.w, "List", "member", 0);
        smithy_query_open(&f.w, "Nested");
        put_list(&f.w, "Flat", NULL, 0);
        smithy_query_open(&f.w, "Value");
        put_list(&f.w, NULL, "member", 0);
        smithy_query_close(&f.w);
        smithy_query_close(&f.w);
        check_form(&f, ec2 ? "" : "&List=&Nested.Flat=&Nested.Value=");
    }
}

static void maps_have_numbered_entries(void **state) {
    (void)state;
    form f;
    open_form(&f);
    smithy_query_open_map(&f.w, "Map", "entry");
    smithy_query_open_item(&f.w, 1);
    smithy_query_put_str(&f.w, "key", SMITHY_STR("foo"));
    smithy_query_open(&f.w, "value");
    put_list(&f.w, NULL, "member", 2);
    smithy_query_close(&f.w);
    smithy_query_close(&f.w);
    smithy_query_close(&f.w);
    smithy_query_open_map(&f.w, "Flat", NULL);
    smithy_query_open_item(&f.w, 1);
    smithy_query_put_str(&f.w, "K", SMITHY_STR("bar"));
    smithy_query_open(&f.w, "V");
    smithy_query_put_bool(&f.w, "hi", (smithy_opt_bool)SMITHY_SET(false));
    smithy_query_close(&f.w);
    smithy_query_close(&f.w);
    smithy_query_close(&f.w);
    check_form(&f, "&Map.entry.1.key=foo&Map.entry.1.value.member.1=A&Map.entry.1.value.member.2=B"
                   "&Flat.1.K=bar&Flat.1.V.hi=false");
}

static void lists_of_lists_are_numbered_twice(void **state) {
    (void)state;
    form f;
    open_form(&f);
    smithy_query_open_list(&f.w, "Outer", "member", 1);
    smithy_query_open_item(&f.w, 1);
    put_list(&f.w, NULL, "member", 2);
    put_list(&f.w, NULL, NULL, 1);
    smithy_query_close(&f.w);
    smithy_query_close(&f.w);
    check_form(&f, "&Outer.member.1.member.1=A&Outer.member.1.member.2=B&Outer.member.1.1=A");
}

static void every_value_may_be_an_item(void **state) {
    (void)state;
    form f;
    open_form(&f);
    smithy_query_open_list(&f.w, "L", NULL, 1);
    smithy_query_open_item(&f.w, 1);
    smithy_query_value_bytes(&f.w, (smithy_bytes){(const uint8_t *)"", 0});
    smithy_query_value_bool(&f.w, false);
    smithy_query_value_i64(&f.w, -1);
    smithy_query_value_f32(&f.w, 0.5f);
    smithy_query_value_f64(&f.w, 1e300);
    smithy_query_value_number(&f.w, SMITHY_STR("1.50"));
    smithy_query_value_epoch(&f.w, 1000);
    smithy_query_value_date_time(&f.w, 0);
    smithy_query_value_http_date(&f.w, 0);
    check_form(&f, "&L.1=&L.1=false&L.1=-1&L.1=0.5&L.1=1e300&L.1=1.50&L.1=1&L.1=1970-01-01T00%3A00%3A00Z"
                   "&L.1=Thu%2C%2001%20Jan%201970%2000%3A00%3A00%20GMT");
}

static void a_point_in_a_name_does_not_confuse_the_levels(void **state) {
    (void)state;
    form f;
    open_form(&f);
    smithy_query_open(&f.w, "a.b");
    smithy_query_put_str(&f.w, "c", SMITHY_STR("1"));
    smithy_query_close(&f.w);
    smithy_query_put_str(&f.w, "d", SMITHY_STR("2"));
    check_form(&f, "&a.b.c=1&d=2");
}

static void text_that_is_no_number_is_refused(void **state) {
    (void)state;
    static const char *const WRONG[] = {"", "+1", "01", "1.", ".5", "1e", "0x1", "NaN", "1 ", "--1"};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        form f;
        open_form(&f);
        smithy_query_put_number(&f.w, "n", smithy_str_from(WRONG[i]));
        assert_int_equal(smithy_buffer_status(&f.out), SMITHY_ERROR_INPUT);
        smithy_query_writer_deinit(&f.w);
        smithy_buffer_deinit(&f.out);
    }
}

static void levels_without_end_are_refused_and_closing_is_safe(void **state) {
    (void)state;
    form f;
    open_form(&f);
    for (int i = 0; i < 5000; i++) smithy_query_open(&f.w, "member");
    assert_int_equal(smithy_buffer_status(&f.out), SMITHY_ERROR_LIMIT);
    for (int i = 0; i < 6000; i++) smithy_query_close(&f.w);
    smithy_query_writer_deinit(&f.w);
    smithy_buffer_deinit(&f.out);
}

static smithy_status write_some(const smithy_system *system, void *argument) {
    (void)argument;
    smithy_buffer out;
    smithy_query_writer w;
    smithy_buffer_init(&out, system, 100000);
    smithy_query_writer_init(&w, &out, "Do", "1");
    put_list(&w, "List", "member", 2);
    smithy_query_put_bytes(&w, "Bytes", (smithy_bytes){(const uint8_t *)"value", 5});
    const smithy_status status = smithy_buffer_status(&out);
    smithy_query_writer_deinit(&w);
    smithy_buffer_deinit(&out);
    return status;
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    assert_in_range(fail_each_allocation(write_some, NULL), 3, 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_written_by_their_type),
        cmocka_unit_test(absent_members_are_left_out),
        cmocka_unit_test(lists_count_their_items),
        cmocka_unit_test(an_empty_list_is_written_where_the_protocol_wants_it),
        cmocka_unit_test(maps_have_numbered_entries),
        cmocka_unit_test(lists_of_lists_are_numbered_twice),
        cmocka_unit_test(every_value_may_be_an_item),
        cmocka_unit_test(a_point_in_a_name_does_not_confuse_the_levels),
        cmocka_unit_test(text_that_is_no_number_is_refused),
        cmocka_unit_test(levels_without_end_are_refused_and_closing_is_safe),
        cmocka_unit_test(each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
