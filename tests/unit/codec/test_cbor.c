#include "failing_system.h"
#include "random_source.h"

#include <smithy/cbor.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>

static smithy_call *call;

static int start(void **state) {
    (void)state;
    call = smithy_call_create(NULL);
    return call ? 0 : -1;
}

static int finish(void **state) {
    (void)state;
    smithy_call_destroy(call);
    return 0;
}

/* A literal with its bytes, NULs too. */
#define BYTES(literal) ((smithy_str){(literal), sizeof(literal) - 1})

static const smithy_cbor_node *parse(smithy_str message) {
    const smithy_cbor_node *root = NULL;
    smithy_call_clear_error(call);
    if (smithy_cbor_parse(&root, message, call) != SMITHY_OK) fail_msg("%s", smithy_call_error(call)->message);
    return root;
}

static void check_refused(smithy_str message, const char *problem) {
    const smithy_cbor_node *root = NULL;
    smithy_call_clear_error(call);
    assert_int_equal(smithy_cbor_parse(&root, message, call), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(call)->message, problem);
    assert_non_null(root);
    assert_null(root->first);
}

/* ---- writing ---- */

static void write_structure(smithy_cbor_writer *w) {
    smithy_cbor_open_object(w);
    smithy_cbor_put_str(w, "s", SMITHY_STR("a"));
    smithy_cbor_put_bytes(w, "b", (smithy_bytes){(const uint8_t *)"\x01\x02", 2});
    smithy_cbor_put_bool(w, "t", (smithy_opt_bool)SMITHY_SET(true));
    smithy_cbor_put_i8(w, "i", (smithy_opt_i8)SMITHY_SET(-1));
    smithy_cbor_put_i16(w, "i", (smithy_opt_i16)SMITHY_SET(24));
    smithy_cbor_put_i32(w, "i", (smithy_opt_i32)SMITHY_SET(65536));
    smithy_cbor_put_i64(w, "i", (smithy_opt_i64)SMITHY_SET(INT64_MIN));
    smithy_cbor_put_f32(w, "f", (smithy_opt_f32)SMITHY_SET(7.625f));
    smithy_cbor_put_f64(w, "d", (smithy_opt_f64)SMITHY_SET(1.1));
    smithy_cbor_put_epoch(w, "e", (smithy_opt_time)SMITHY_SET(1363896240000));
    smithy_cbor_put_epoch(w, "e", (smithy_opt_time)SMITHY_SET(1363896240500));
    smithy_cbor_name(w, "l");
    smithy_cbor_open_array(w);
    smithy_cbor_value_null(w);
    smithy_cbor_value_str(w, (smithy_str){0});
    smithy_cbor_value_bytes(w, (smithy_bytes){0});
    smithy_cbor_value_bool(w, false);
    smithy_cbor_close_array(w);
    smithy_cbor_close_object(w);
}

static void items_have_the_bytes_of_rfc_8949(void **state) {
    (void)state;
    static const char EXPECTED[] = "\xBF"
                                   "\x61s\x61\x61"
                                   "\x61\x62\x42\x01\x02"
                                   "\x61t\xF5"
                                   "\x61i\x20"
                                   "\x61i\x18\x18"
                                   "\x61i\x1A\x00\x01\x00\x00"
                                   "\x61i\x3B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                                   "\x61\x66\xFA\x40\xF4\x00\x00"
                                   "\x61\x64\xFB\x3F\xF1\x99\x99\x99\x99\x99\x9A"
                                   "\x61\x65\xC1\x1A\x51\x4B\x67\xB0"
                                   "\x61\x65\xC1\xFB\x41\xD4\x52\xD9\xEC\x20\x00\x00"
                                   "\x61l\x9F\xF6\xF6\xF6\xF4\xFF"
                                   "\xFF";
    smithy_buffer out;
    smithy_cbor_writer w;
    smithy_buffer_init(&out, NULL, 1000);
    smithy_cbor_writer_init(&w, &out);
    write_structure(&w);
    assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
    assert_int_equal(out.len, sizeof EXPECTED - 1);
    assert_memory_equal(out.ptr, EXPECTED, out.len);
    smithy_buffer_deinit(&out);
}

static void absent_members_are_left_out(void **state) {
    (void)state;
    smithy_buffer out;
    smithy_cbor_writer w;
    smithy_buffer_init(&out, NULL, 1000);
    smithy_cbor_writer_init(&w, &out);
    smithy_cbor_put_str(&w, "a", (smithy_str){0});
    smithy_cbor_put_bytes(&w, "a", (smithy_bytes){0});
    smithy_cbor_put_bool(&w, "a", (smithy_opt_bool){0});
    smithy_cbor_put_i8(&w, "a", (smithy_opt_i8){0});
    smithy_cbor_put_f32(&w, "a", (smithy_opt_f32){0});
    smithy_cbor_put_f64(&w, "a", (smithy_opt_f64){0});
    smithy_cbor_put_number(&w, "a", (smithy_str){0});
    smithy_cbor_put_epoch(&w, "a", (smithy_opt_time){0});
    assert_int_equal(out.len, 0);
    smithy_buffer_deinit(&out);
}

static void text_that_is_no_utf8_is_repaired(void **state) {
    (void)state;
    static const char EXPECTED[] = "\x68"
                                   "a\xEF\xBF\xBD"
                                   "b\xEF\xBF\xBD"
                                   "\x61z";
    smithy_buffer out;
    smithy_cbor_writer w;
    smithy_buffer_init(&out, NULL, 1000);
    smithy_cbor_writer_init(&w, &out);
    smithy_cbor_value_str(&w, SMITHY_STR("a\xFF"
                                         "b\xC3"));
    smithy_cbor_key(&w, SMITHY_STR("z"));
    assert_int_equal(out.len, sizeof EXPECTED - 1);
    assert_memory_equal(out.ptr, EXPECTED, out.len);
    smithy_buffer_deinit(&out);
}

/* ---- reading ---- */

static void an_empty_message_is_an_empty_map(void **state) {
    (void)state;
    const smithy_cbor_node *first = NULL;
    assert_int_equal(smithy_cbor_object(parse(SMITHY_STR("")), &first, call), SMITHY_OK);
    assert_null(first);
}

static void members_are_found_by_name(void **state) {
    (void)state;
    const smithy_cbor_node *member = NULL;
    smithy_str text = {0};
    assert_int_equal(smithy_cbor_object(parse(BYTES("\xA2\x63one\x61x\x60\xF6")), &member, call), SMITHY_OK);
    assert_true(smithy_cbor_is(member, "one"));
    assert_false(smithy_cbor_is(member, "on"));
    assert_int_equal(smithy_cbor_get_str(member, &text, call), SMITHY_OK);
    check_text(text, "x");
    assert_int_equal(smithy_cbor_get_key(member->next, &text, call), SMITHY_OK);
    check_text(text, "");
    assert_true(smithy_cbor_is_null(member->next));
    assert_null(member->next->next);
}

static void lengths_may_be_told_or_not(void **state) {
    (void)state;
    static const smithy_str SAME[] = {
        SMITHY_STR_INIT("\xA2\x61l\x82\x01\x02\x61t\x62hi"),
        SMITHY_STR_INIT("\xBF\x61l\x9F\x01\x02\xFF\x61t\x7F\x61h\x61i\xFF\xFF"),
        SMITHY_STR_INIT("\xBF\x7F\x61l\x60\xFF\x98\x02\x01\x02\x78\x01t\x7F\x62hi\xFF\xFF"),
    };
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        const smithy_cbor_node *member = NULL, *item = NULL;
        size_t count = 0;
        smithy_str text = {0};
        assert_int_equal(smithy_cbor_object(parse(SAME[i]), &member, call), SMITHY_OK);
        assert_true(smithy_cbor_is(member, "l"));
        assert_int_equal(smithy_cbor_array(member, false, &item, &count, call), SMITHY_OK);
        assert_int_equal(count, 2);
        assert_int_equal(item->next->integer, 2);
        assert_int_equal(smithy_cbor_get_str(member->next, &text, call), SMITHY_OK);
        check_text(text, "hi");
    }
}

static void nulls_count_only_where_they_may_be(void **state) {
    (void)state;
    const smithy_cbor_node *first = NULL;
    size_t count = 9;
    const smithy_cbor_node *list = parse(BYTES("\x83\x01\xF6\xF7"));
    assert_int_equal(smithy_cbor_array(list, false, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 1);
    assert_int_equal(smithy_cbor_array(list, true, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 3);
    const smithy_cbor_node *map = parse(BYTES("\xA2\x61\x61\xF6\x61\x62\x01"));
    assert_int_equal(smithy_cbor_map(map, false, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 1);
    assert_int_equal(smithy_cbor_map(map, true, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 2);
    assert_int_equal(smithy_cbor_array(parse(BYTES("\xF6")), true, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 0);
}

static void numbers_of_all_widths_are_read(void **state) {
    (void)state;
    static const struct {
        smithy_str message;
        double value;
    } CASES[] = {
        {SMITHY_STR_INIT("\x17"), 23},
        {SMITHY_STR_INIT("\x38\x63"), -100},
        {SMITHY_STR_INIT("\x39\x03\xE7"), -1000},
        {SMITHY_STR_INIT("\x1A\x00\x0F\x42\x40"), 1000000},
        {SMITHY_STR_INIT("\x1B\x00\x00\x00\xE8\xD4\xA5\x10\x00"), 1e12},
        {SMITHY_STR_INIT("\xF9\x3E\x00"), 1.5},
        {SMITHY_STR_INIT("\xF9\x00\x50"), 4.76837158203125e-06},
        {SMITHY_STR_INIT("\xFA\x40\xF4\x00\x00"), 7.625},
        {SMITHY_STR_INIT("\xFB\xC0\x10\x66\x66\x66\x66\x66\x66"), -4.1},
        {SMITHY_STR_INIT("\xF9\x7C\x00"), (double)INFINITY},
        {SMITHY_STR_INIT("\xF9\xFC\x00"), -(double)INFINITY},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        smithy_opt_f64 value = {0};
        assert_int_equal(smithy_cbor_get_f64(parse(CASES[i].message), &value, call), SMITHY_OK);
        assert_true(value.has && value.value == CASES[i].value);
    }
    smithy_opt_f32 nan = {0};
    assert_int_equal(smithy_cbor_get_f32(parse(BYTES("\xF9\x7C\x01")), &nan, call), SMITHY_OK);
    assert_true(nan.has && isnan(nan.value));
}

static void an_integer_must_fit_its_type(void **state) {
    (void)state;
    smithy_opt_i8 i8 = {0};
    smithy_opt_i16 i16 = {0};
    smithy_opt_i32 i32 = {0};
    smithy_opt_i64 i64 = {0};
    assert_int_equal(smithy_cbor_get_i8(parse(BYTES("\x38\x7F")), &i8, call), SMITHY_OK);
    assert_int_equal(i8.value, -128);
    assert_int_equal(smithy_cbor_get_i8(parse(BYTES("\x18\x80")), &i8, call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_cbor_get_i16(parse(BYTES("\x19\x80\x00")), &i16, call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_cbor_get_i32(parse(BYTES("\x3A\x80\x00\x00\x00")), &i32, call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_cbor_get_i32(parse(BYTES("\xF9\x45\x00")), &i32, call), SMITHY_OK);
    assert_int_equal(i32.value, 5); /* 5.0 */
    assert_int_equal(smithy_cbor_get_i32(parse(BYTES("\xF9\x3E\x00")), &i32, call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_cbor_get_i64(parse(BYTES("\x3B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF")), &i64, call), SMITHY_OK);
    assert_true(i64.value == INT64_MIN);
    static const smithy_str OUTSIDE[] = {SMITHY_STR_INIT("\x1B\x80\x00\x00\x00\x00\x00\x00\x00"),
                                         SMITHY_STR_INIT("\x3B\x80\x00\x00\x00\x00\x00\x00\x00"),
                                         SMITHY_STR_INIT("\xFB\x43\xE0\x00\x00\x00\x00\x00\x00"), /* 2^63 */
                                         SMITHY_STR_INIT("\xF9\x7E\x00"), SMITHY_STR_INIT("\x61\x31")};
    for (size_t i = 0; i < sizeof OUTSIDE / sizeof OUTSIDE[0]; i++)
        assert_int_equal(smithy_cbor_get_i64(parse(OUTSIDE[i]), &i64, call), SMITHY_ERROR_RESPONSE);
    assert_true(i64.value == INT64_MIN);
}

static void timestamps_come_in_three_forms(void **state) {
    (void)state;
    static const struct {
        smithy_str message;
        int64_t ms;
    } CASES[] = {
        {SMITHY_STR_INIT("\xC1\x1A\x51\x4B\x67\xB0"), 1363896240000},
        {SMITHY_STR_INIT("\xC1\xFB\x41\xD4\x52\xD9\xEC\x20\x00\x00"), 1363896240500},
        {SMITHY_STR_INIT("\xC1\xFB\x41\xCC\x37\xDB\x38\x0F\xBE\x77"), 946845296123},
        {SMITHY_STR_INIT("\x20"), -1000},
        {SMITHY_STR_INIT("\xC0\x74"
                         "2013-03-21T20:04:00Z"),
         1363896240000},
    };
    smithy_opt_time value = {0};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(smithy_cbor_get_epoch(parse(CASES[i].message), &value, call), SMITHY_OK);
        assert_int_equal(value.value, CASES[i].ms);
    }
    static const smithy_str WRONG[] = {
        SMITHY_STR_INIT("\x61\x30"), SMITHY_STR_INIT("\xC0\x61\x30"), SMITHY_STR_INIT("\xF9\x7E\x00"),
        SMITHY_STR_INIT("\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), SMITHY_STR_INIT("\xF5")};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        assert_int_equal(smithy_cbor_get_epoch(parse(WRONG[i]), &value, call), SMITHY_ERROR_RESPONSE);
}

static void another_kind_is_refused_by_name(void **state) {
    (void)state;
    const smithy_cbor_node *member = parse(BYTES("\xA1\x61n\x01"))->first;
    smithy_str text = {0};
    smithy_bytes bytes = {0};
    smithy_opt_bool flag = {0};
    smithy_opt_f64 real = {0};
    const smithy_cbor_node *first = NULL;
    size_t count = 0;
    assert_int_equal(smithy_cbor_get_str(member, &text, call), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(call)->message, "n: expected a text, got an integer");
    assert_int_equal(smithy_cbor_get_bytes(member, &bytes, call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_cbor_get_bool(member, &flag, call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_cbor_get_f64(parse(BYTES("\x61x")), &real, call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_cbor_object(member, &first, call), SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_cbor_array(member, false, &first, &count, call), SMITHY_ERROR_RESPONSE);
    smithy_opt_f32 narrow = {0};
    assert_int_equal(smithy_cbor_get_f32(parse(BYTES("\xFB\x7F\xE0\0\0\0\0\0\0")), &narrow, call),
                     SMITHY_ERROR_RESPONSE);
}

static void tags_that_mean_nothing_here_are_passed_over(void **state) {
    (void)state;
    /* Self-described CBOR around a map whose key and value are tagged. */
    const smithy_cbor_node *root = parse(BYTES("\xD9\xD9\xF7\xA1\xC6\x61k\xD8\x20\x61v"));
    smithy_str text = {0};
    assert_true(smithy_cbor_is(root->first, "k"));
    assert_int_equal(root->first->tag, 32);
    assert_int_equal(smithy_cbor_get_str(root->first, &text, call), SMITHY_OK);
    check_text(text, "v");
    /* A tag belongs to a string in pieces as a whole. */
    root = parse(BYTES("\xC2\x5F\x41\x01\x41\x00\xFF"));
    assert_true(root->has_tag && root->tag == 2 && root->text.len == 2);
}

static void malformed_messages_are_refused_with_their_offset(void **state) {
    (void)state;
    static const struct {
        smithy_str message;
        const char *problem;
    } CASES[] = {
        {SMITHY_STR_INIT("\x18"), "CBOR at offset 0: the message ends too early"},
        {SMITHY_STR_INIT("\x82\x01"), "CBOR at offset 2: the message ends too early"},
        {SMITHY_STR_INIT("\xBF\x61\x61"), "CBOR at offset 3: the message ends too early"},
        {SMITHY_STR_INIT("\x63hi"), "CBOR at offset 0: the message ends too early"},
        {SMITHY_STR_INIT("\x7B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFx"), "CBOR at offset 0: the message ends too early"},
        {SMITHY_STR_INIT("\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), "CBOR at offset 10: the message ends too early"},
        {SMITHY_STR_INIT("\xC1"), "CBOR at offset 1: the message ends too early"},
        {SMITHY_STR_INIT("\x01\x02"), "CBOR at offset 1: bytes after the end"},
        {SMITHY_STR_INIT("\x1C"), "CBOR at offset 0: no item of a known kind"},
        {SMITHY_STR_INIT("\xF8\x20"), "CBOR at offset 0: no item of a known kind"},
        {SMITHY_STR_INIT("\xFF"), "CBOR at offset 0: an end of nothing, or in the middle of a member"},
        {SMITHY_STR_INIT("\x81\xFF"), "CBOR at offset 1: an end of nothing, or in the middle of a member"},
        {SMITHY_STR_INIT("\xBF\x61\x61\xFF"), "CBOR at offset 3: an end of nothing, or in the middle of a member"},
        {SMITHY_STR_INIT("\x9F\xC1\xFF"), "CBOR at offset 2: an end of nothing, or in the middle of a member"},
        {SMITHY_STR_INIT("\xA1\x01\x02"), "CBOR at offset 1: a key that is not text"},
        {SMITHY_STR_INIT("\xA1\x41\x61\x02"), "CBOR at offset 1: a key that is not text"},
        {SMITHY_STR_INIT("\x61\xFF"), "CBOR at offset 0: invalid UTF-8"},
        {SMITHY_STR_INIT("\x7F\x61\xC3\x61\xA9\xFF"), "CBOR at offset 1: invalid UTF-8"},
        {SMITHY_STR_INIT("\x7F\x41\x61\xFF"), "CBOR at offset 1: a string has a piece that is no string of its kind"},
        {SMITHY_STR_INIT("\x7F\x01\xFF"), "CBOR at offset 1: a string has a piece that is no string of its kind"},
        {SMITHY_STR_INIT("\x7F\x80\xFF"), "CBOR at offset 1: a string has a piece that is no string of its kind"},
        {SMITHY_STR_INIT("\x7F\x7F\xFF\xFF"), "CBOR at offset 1: a string inside of a string"},
        {SMITHY_STR_INIT("\x7F\xC1\x61\x61\xFF"), "CBOR at offset 2: a tag inside of a string"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) check_refused(CASES[i].message, CASES[i].problem);
}

static void depth_and_number_have_a_limit(void **state) {
    (void)state;
    const size_t many = 2000002;
    char *bytes = malloc(many);
    memset(bytes, 0x81, 513);
    bytes[512] = 0x01;
    (void)parse((smithy_str){bytes, 513});
    bytes[512] = (char)0x81;
    bytes[513] = 0x01;
    check_refused((smithy_str){bytes, 514}, "CBOR at offset 512: nesting deeper than 512");
    memset(bytes, 0, many);
    bytes[0] = (char)0x9F;
    check_refused((smithy_str){bytes, many}, "CBOR at offset 2000000: more than 2000000 items");
    free(bytes);
    smithy_call_reset(call);
}

static void no_message_of_chance_does_harm(void **state) {
    (void)state;
    random_source chance = {11};
    uint8_t bytes[64];
    for (int round = 0; round < 200000; round++) {
        const size_t len = (size_t)random_below(&chance, sizeof bytes);
        const smithy_cbor_node *root = NULL;
        random_fill(&chance, bytes, len);
        /* More containers than chance alone would make. */
        for (size_t i = 0; i < len; i += 3) bytes[i] = (uint8_t[]){0x9F, 0xBF, 0x7F, 0x82, 0xA1, 0xFF}[bytes[i] % 6];
        const smithy_status status = smithy_cbor_parse(&root, (smithy_str){(const char *)bytes, len}, call);
        assert_true(status == SMITHY_OK || status == SMITHY_ERROR_RESPONSE);
        smithy_call_reset(call);
    }
}

static smithy_status there_and_back(const smithy_system *system, void *argument) {
    const smithy_call_options options = {.system = system};
    const smithy_cbor_node *root = NULL;
    smithy_bytes bytes = {0};
    smithy_buffer out;
    smithy_cbor_writer w;
    smithy_call *own = smithy_call_create(&options);
    if (!own) return SMITHY_ERROR_MEMORY;
    smithy_buffer_init(&out, system, 100000);
    smithy_cbor_writer_init(&w, &out);
    smithy_cbor_open_array(&w);
    smithy_cbor_value_str(&w, SMITHY_STR("\xFF"));
    smithy_cbor_value_bytes(&w, (smithy_bytes){argument, 20000});
    smithy_buffer_append(&out, "\x7F\x61x\xFF", 4);
    smithy_cbor_close_array(&w);
    smithy_status status = smithy_buffer_status(&out);
    if (status == SMITHY_OK) status = smithy_cbor_parse(&root, smithy_buffer_str(&out), own);
    if (status == SMITHY_OK) status = smithy_cbor_get_bytes(root->first->next, &bytes, own);
    smithy_buffer_deinit(&out);
    smithy_call_destroy(own);
    return status;
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    static uint8_t bytes[20000];
    assert_in_range(fail_each_allocation(there_and_back, bytes), 5, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_have_the_bytes_of_rfc_8949),
        cmocka_unit_test(absent_members_are_left_out),
        cmocka_unit_test(text_that_is_no_utf8_is_repaired),
        cmocka_unit_test(an_empty_message_is_an_empty_map),
        cmocka_unit_test(members_are_found_by_name),
        cmocka_unit_test(lengths_may_be_told_or_not),
        cmocka_unit_test(nulls_count_only_where_they_may_be),
        cmocka_unit_test(numbers_of_all_widths_are_read),
        cmocka_unit_test(an_integer_must_fit_its_type),
        cmocka_unit_test(timestamps_come_in_three_forms),
        cmocka_unit_test(another_kind_is_refused_by_name),
        cmocka_unit_test(tags_that_mean_nothing_here_are_passed_over),
        cmocka_unit_test(malformed_messages_are_refused_with_their_offset),
        cmocka_unit_test(depth_and_number_have_a_limit),
        cmocka_unit_test(no_message_of_chance_does_harm),
        cmocka_unit_test(each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
