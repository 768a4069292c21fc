#include "failing_system.h"
#include "random_source.h"

#include <smithy/json.h>

#include <math.h>

static smithy_buffer out;
static smithy_json_writer json;

static int start(void **state) {
    (void)state;
    smithy_buffer_init(&out, NULL, 10000);
    smithy_json_writer_init(&json, &out);
    return 0;
}

static int finish(void **state) {
    (void)state;
    smithy_buffer_deinit(&out);
    return 0;
}

static void check_written(const char *expected) {
    assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
    check_text(smithy_buffer_str(&out), expected);
}

static void commas_stand_between_and_nowhere_else(void **state) {
    (void)state;
    smithy_json_open_object(&json);
    smithy_json_name(&json, "empty");
    smithy_json_open_object(&json);
    smithy_json_close_object(&json);
    smithy_json_name(&json, "list");
    smithy_json_open_array(&json);
    smithy_json_value_i64(&json, 1);
    smithy_json_open_array(&json);
    smithy_json_close_array(&json);
    smithy_json_value_null(&json);
    smithy_json_open_object(&json);
    smithy_json_key(&json, SMITHY_STR("k\""));
    smithy_json_value_bool(&json, false);
    smithy_json_close_object(&json);
    smithy_json_close_array(&json);
    smithy_json_put_str(&json, "last", SMITHY_STR("x"));
    smithy_json_close_object(&json);
    check_written("{\"empty\":{},\"list\":[1,[],null,{\"k\\\"\":false}],\"last\":\"x\"}");
}

static void absent_members_leave_no_trace(void **state) {
    (void)state;
    smithy_json_open_object(&json);
    smithy_json_put_str(&json, "a", (smithy_str){0});
    smithy_json_put_bytes(&json, "a", (smithy_bytes){0});
    smithy_json_put_bool(&json, "a", (smithy_opt_bool){0});
    smithy_json_put_i8(&json, "a", (smithy_opt_i8){0});
    smithy_json_put_i16(&json, "a", (smithy_opt_i16){0});
    smithy_json_put_i32(&json, "a", (smithy_opt_i32){0});
    smithy_json_put_i64(&json, "a", (smithy_opt_i64){0});
    smithy_json_put_f32(&json, "a", (smithy_opt_f32){0});
    smithy_json_put_f64(&json, "a", (smithy_opt_f64){0});
    smithy_json_put_epoch(&json, "a", (smithy_opt_time){0});
    smithy_json_put_date_time(&json, "a", (smithy_opt_time){0});
    smithy_json_put_http_date(&json, "a", (smithy_opt_time){0});
    smithy_json_close_object(&json);
    check_written("{}");
}

static void every_type_has_its_form(void **state) {
    (void)state;
    const smithy_opt_time time = SMITHY_SET(INT64_C(1398796238500));
    smithy_json_open_object(&json);
    smithy_json_put_str(&json, "str", SMITHY_STR(""));
    smithy_json_put_bytes(&json, "bytes", (smithy_bytes){(const uint8_t *)"\xFB\xFF", 2});
    smithy_json_put_bytes(&json, "none", (smithy_bytes){(const uint8_t *)"", 0});
    smithy_json_put_bool(&json, "bool", (smithy_opt_bool)SMITHY_SET(true));
    smithy_json_put_i8(&json, "i8", (smithy_opt_i8)SMITHY_SET(INT8_MIN));
    smithy_json_put_i16(&json, "i16", (smithy_opt_i16)SMITHY_SET(INT16_MAX));
    smithy_json_put_i32(&json, "i32", (smithy_opt_i32)SMITHY_SET(INT32_MIN));
    smithy_json_put_i64(&json, "i64", (smithy_opt_i64)SMITHY_SET(INT64_MIN));
    smithy_json_put_f32(&json, "f32", (smithy_opt_f32)SMITHY_SET(0.1F));
    smithy_json_put_f64(&json, "f64", (smithy_opt_f64)SMITHY_SET(0.1));
    smithy_json_put_f64(&json, "nan", (smithy_opt_f64)SMITHY_SET((double)NAN));
    smithy_json_put_f32(&json, "inf", (smithy_opt_f32)SMITHY_SET(-INFINITY));
    smithy_json_put_epoch(&json, "epoch", time);
    smithy_json_put_date_time(&json, "date", time);
    smithy_json_put_http_date(&json, "http", time);
    smithy_json_close_object(&json);
    check_written("{\"str\":\"\",\"bytes\":\"+/8=\",\"none\":\"\",\"bool\":true,\"i8\":-128,\"i16\":32767,"
                  "\"i32\":-2147483648,\"i64\":-9223372036854775808,\"f32\":0.1,\"f64\":0.1,\"nan\":\"NaN\","
                  "\"inf\":\"-Infinity\",\"epoch\":1398796238.5,\"date\":\"2014-04-29T18:30:38.5Z\","
                  "\"http\":\"Tue, 29 Apr 2014 18:30:38.5 GMT\"}");
}

static void absent_items_of_a_sparse_list_are_null(void **state) {
    (void)state;
    smithy_json_open_array(&json);
    smithy_json_value_str(&json, (smithy_str){0});
    smithy_json_value_bytes(&json, (smithy_bytes){0});
    smithy_json_value_str(&json, SMITHY_STR("x"));
    smithy_json_close_array(&json);
    check_written("[null,null,\"x\"]");
}

static void only_what_must_be_is_escaped(void **state) {
    (void)state;
    smithy_json_value_str(&json, SMITHY_STR("\"\\/\b\f\n\r\t\x01\x1f\0\x7f \xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80'"));
    check_written("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u0000\x7f \xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80'\"");
}

static void a_byte_that_is_no_utf8_becomes_the_replacement_character(void **state) {
    (void)state;
    /* A stray continuation, an overlong NUL, a surrogate, beyond Unicode, and a character cut at the end. */
    smithy_json_value_str(&json, SMITHY_STR("a\x80z\xC0\x80z\xED\xA0\x80z\xF4\x90\x80\x80z\xE2\x82"));
#define FFFD "\xEF\xBF\xBD"
    check_written("\"a" FFFD "z" FFFD FFFD "z" FFFD FFFD FFFD "z" FFFD FFFD FFFD FFFD "z" FFFD FFFD "\"");
}

static void any_string_survives_writing_and_reading(void **state) {
    (void)state;
    static const char *const PIECES[] = {"a",
                                         "\"",
                                         "\\",
                                         "\n",
                                         "\x01",
                                         "\xC3\xA9",
                                         "\xE2\x82\xAC",
                                         "\xF0\x9F\x98\x80",
                                         "/",
                                         "u0000",
                                         "long plain text without anything"};
    random_source chance = {11};
    smithy_call *call = smithy_call_create(NULL);
    for (int round = 0; round < 3000; round++) {
        char text[300];
        size_t len = 0;
        for (uint64_t pieces = random_below(&chance, 8); pieces > 0; pieces--) {
            const char *piece = PIECES[random_below(&chance, sizeof PIECES / sizeof *PIECES)];
            const bool nul = random_below(&chance, 9) == 0;
            memcpy(text + len, nul ? "\0" : piece, nul ? 1 : strlen(piece));
            len += nul ? 1 : strlen(piece);
        }
        smithy_buffer_reset(&out);
        smithy_json_writer_init(&json, &out);
        smithy_json_value_str(&json, (smithy_str){text, len});
        smithy_json parsed;
        smithy_str back = {0};
        assert_int_equal(smithy_json_parse(&parsed, smithy_buffer_str(&out), call), SMITHY_OK);
        assert_int_equal(smithy_json_get_str(parsed.root, &back, call), SMITHY_OK);
        smithy_json_free(&parsed);
        assert_int_equal(back.len, len);
        assert_memory_equal(back.ptr, text, len);
        assert_int_equal(back.ptr[len], 0);
        smithy_call_reset(call);
    }
    smithy_call_destroy(call);
}

static smithy_status write_much(const smithy_system *system, void *argument) {
    (void)argument;
    smithy_buffer buffer;
    smithy_json_writer w;
    smithy_buffer_init(&buffer, system, 100000);
    smithy_json_writer_init(&w, &buffer);
    smithy_json_open_array(&w);
    for (int i = 0; i < 300; i++) {
        smithy_json_value_str(&w, SMITHY_STR("text\n"));
        smithy_json_value_bytes(&w, (smithy_bytes){(const uint8_t *)"bytes", 5});
        smithy_json_value_f64(&w, 1.5);
    }
    smithy_json_close_array(&w);
    const smithy_status status = smithy_buffer_status(&buffer);
    smithy_buffer_deinit(&buffer);
    return status;
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    assert_in_range(fail_each_allocation(write_much, NULL), 5, 20);
}

#define with_writer(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_writer(commas_stand_between_and_nowhere_else),
        with_writer(absent_members_leave_no_trace),
        with_writer(every_type_has_its_form),
        with_writer(absent_items_of_a_sparse_list_are_null),
        with_writer(only_what_must_be_is_escaped),
        with_writer(a_byte_that_is_no_utf8_becomes_the_replacement_character),
        with_writer(any_string_survives_writing_and_reading),
        cmocka_unit_test(each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
