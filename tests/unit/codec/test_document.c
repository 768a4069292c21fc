#include "failing_system.h"

#include <smithy/document.h>

#include <math.h>

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

static smithy_document read_text(const char *text) {
    smithy_json json;
    smithy_document document = {0};
    assert_int_equal(smithy_json_parse(&json, smithy_str_from(text), call), SMITHY_OK);
    assert_int_equal(smithy_json_get_document(json.root, &document, call), SMITHY_OK);
    smithy_json_free(&json);
    return document;
}

static void check_written(smithy_document document, const char *expected) {
    smithy_buffer out;
    smithy_json_writer w;
    smithy_buffer_init(&out, NULL, 100000);
    smithy_json_writer_init(&w, &out);
    smithy_json_value_document(&w, document);
    assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
    assert_string_equal(out.ptr, expected);
    smithy_buffer_deinit(&out);
}

static void every_text_survives_the_round_trip(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"true",
                                        "false",
                                        "10",
                                        "-0",
                                        "1.10",
                                        "1e400",
                                        "12345678901234567890123",
                                        "0.0000001",
                                        "\"\"",
                                        "\"a\\u0000b\"",
                                        "[]",
                                        "{}",
                                        "[null,true,\"hi\",[1,2],{\"foo\":{\"baz\":[3,4]}}]",
                                        "{\"b\":null,\"a\":1.0,\"b\":2}"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) check_written(read_text(TEXTS[i]), TEXTS[i]);
}

static void a_null_leaves_the_target_alone_but_is_kept_inside(void **state) {
    (void)state;
    assert_int_equal(read_text("null").kind, SMITHY_DOCUMENT_ABSENT);
    assert_int_equal(read_text("[null]").items[0].kind, SMITHY_DOCUMENT_NULL);
}

static void an_absent_document_is_no_member_and_a_null_item(void **state) {
    (void)state;
    smithy_buffer out;
    smithy_json_writer w;
    const smithy_document items[] = {{0}, smithy_document_null(), smithy_document_str((smithy_str){0})};
    smithy_buffer_init(&out, NULL, 1000);
    smithy_json_writer_init(&w, &out);
    smithy_json_open_object(&w);
    smithy_json_put_document(&w, "absent", (smithy_document){0});
    smithy_json_put_document(&w, "list", smithy_document_list(items, 3));
    smithy_json_close_object(&w);
    assert_string_equal(out.ptr, "{\"list\":[null,null,null]}");
    smithy_buffer_deinit(&out);
}

static void documents_can_be_made_by_hand(void **state) {
    (void)state;
    const smithy_document_entry entries[] = {
        {SMITHY_STR_INIT("yes"), smithy_document_bool(true)},
        {SMITHY_STR_INIT("i"), smithy_document_i64(INT64_MIN, call)},
        {SMITHY_STR_INIT("f"), smithy_document_f64(0.5, call)},
        {SMITHY_STR_INIT("nan"), smithy_document_f64((double)NAN, call)},
        {SMITHY_STR_INIT("n"), smithy_document_number(SMITHY_STR("1e3"))},
    };
    check_written(smithy_document_map(entries, 5),
                  "{\"yes\":true,\"i\":-9223372036854775808,\"f\":0.5,\"nan\":\"NaN\",\"n\":1e3}");
}

static void values_are_found_and_read(void **state) {
    (void)state;
    const smithy_document map = read_text("{\"i\":1e3,\"f\":1.5,\"s\":\"1\",\"inf\":\"Infinity\",\"big\":1e30}");
    int64_t integer = 0;
    double real = 0;
    assert_null(smithy_document_get(&map, "none"));
    assert_null(smithy_document_get(smithy_document_get(&map, "i"), "none"));
    assert_true(smithy_document_to_i64(smithy_document_get(&map, "i"), &integer));
    assert_int_equal(integer, 1000);
    assert_false(smithy_document_to_i64(smithy_document_get(&map, "f"), &integer));
    assert_false(smithy_document_to_i64(smithy_document_get(&map, "s"), &integer));
    assert_false(smithy_document_to_i64(smithy_document_get(&map, "big"), &integer));
    assert_true(smithy_document_to_f64(smithy_document_get(&map, "f"), &real));
    assert_true(real == 1.5);
    assert_false(smithy_document_to_f64(smithy_document_get(&map, "s"), &real));
    assert_true(smithy_document_to_f64(smithy_document_get(&map, "inf"), &real));
    assert_true(isinf(real));
}

static void equality_goes_by_content(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal;
    } CASES[] = {
        {"{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1e0}", true},
        {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"[1,2]", "[2,1]", false},
        {"\"1\"", "1", false},
        {"true", "false", false},
        {"[null]", "[null]", true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const smithy_document a = read_text(CASES[i].a), b = read_text(CASES[i].b);
        assert_int_equal(smithy_document_equal(&a, &b), CASES[i].equal);
    }
}

static void what_json_cannot_hold_is_refused(void **state) {
    (void)state;
    smithy_document deep[600];
    deep[0] = smithy_document_bool(true);
    for (size_t i = 1; i < 600; i++) deep[i] = smithy_document_list(&deep[i - 1], 1);
    const struct {
        smithy_document document;
        smithy_status status;
    } cases[] = {
        {smithy_document_number(SMITHY_STR("1.")), SMITHY_ERROR_INPUT},
        {deep[511], SMITHY_OK},
        {deep[512], SMITHY_ERROR_INPUT},
        {deep[599], SMITHY_ERROR_INPUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        smithy_buffer out;
        smithy_json_writer w;
        smithy_buffer_init(&out, NULL, 100000);
        smithy_json_writer_init(&w, &out);
        smithy_json_value_document(&w, cases[i].document);
        assert_int_equal(smithy_buffer_status(&out), cases[i].status);
        smithy_buffer_deinit(&out);
    }
}

static smithy_status read_some(const smithy_system *system, void *argument) {
    const smithy_call_options options = {.system = system};
    smithy_call *own = smithy_call_create(&options);
    smithy_json json;
    smithy_document document = {0};
    if (!own) return SMITHY_ERROR_MEMORY;
    smithy_status status = smithy_json_parse(&json, smithy_str_from(argument), own);
    if (status == SMITHY_OK) status = smithy_json_get_document(json.root, &document, own);
    smithy_json_free(&json);
    smithy_call_destroy(own);
    return status;
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    char text[20000] = "[{\"a\":1.50,\"b\":[\"";
    memset(text + strlen(text), 'x', 15000);
    strcat(text, "\"]}]");
    assert_in_range(fail_each_allocation(read_some, text), 3, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_survives_the_round_trip),
        cmocka_unit_test(a_null_leaves_the_target_alone_but_is_kept_inside),
        cmocka_unit_test(an_absent_document_is_no_member_and_a_null_item),
        cmocka_unit_test(documents_can_be_made_by_hand),
        cmocka_unit_test(values_are_found_and_read),
        cmocka_unit_test(equality_goes_by_content),
        cmocka_unit_test(what_json_cannot_hold_is_refused),
        cmocka_unit_test(each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
