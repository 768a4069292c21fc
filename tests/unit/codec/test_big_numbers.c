/* bigInteger and bigDecimal: text in, the same text out, in each format. */
#include "check.h"

#include <smithy/cbor.h>
#include <smithy/json.h>
#include <smithy/text.h>
#include <smithy/xml.h>

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

static const char *const NUMBERS[] = {"0",
                                      "-0",
                                      "1",
                                      "-1",
                                      "10",
                                      "100",
                                      "1.0",
                                      "1.10",
                                      "-1.5",
                                      "0.000001",
                                      "0.0000001",
                                      "1e1",
                                      "1E+2",
                                      "1.50e-3",
                                      "123456789012345",
                                      "1234567890123456",
                                      "9007199254740993",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "-18446744073709551616",
                                      "-18446744073709551617",
                                      "0.1234567890123",
                                      "0.12345678901234567890",
                                      "123456789012345678901234567890123456789012345678901234567890"};
#define COUNT (sizeof NUMBERS / sizeof NUMBERS[0])

static void numbers_are_told_from_other_text(void **state) {
    (void)state;
    static const char *const WRONG[] = {"", "-", "+1", "00", "01", "1.", ".1", "1e", "1e+", "1x", " 1", "1 ", "NaN"};
    for (size_t i = 0; i < COUNT; i++) assert_true(smithy_number_is_valid(smithy_str_from(NUMBERS[i])));
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        assert_false(smithy_number_is_valid(smithy_str_from(WRONG[i])));
    assert_false(smithy_number_is_valid((smithy_str){0}));
}

static void json_keeps_every_digit(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        smithy_buffer out;
        smithy_json_writer w;
        smithy_json json;
        smithy_str value = {0};
        smithy_buffer_init(&out, NULL, 1000);
        smithy_json_writer_init(&w, &out);
        smithy_json_open_object(&w);
        smithy_json_put_number(&w, "n", smithy_str_from(NUMBERS[i]));
        smithy_json_put_number(&w, "absent", (smithy_str){0});
        smithy_json_close_object(&w);
        assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
        assert_int_equal(smithy_json_parse(&json, smithy_buffer_str(&out), call), SMITHY_OK);
        assert_int_equal(smithy_json_get_number(json.root->child, &value, call), SMITHY_OK);
        check_text(value, NUMBERS[i]);
        assert_null(json.root->child->next);
        smithy_json_free(&json);
        smithy_buffer_deinit(&out);
    }
}

/* A text of nothing but the number is the shortest that may need more room when it is parsed. */
static void a_number_alone_is_a_json_text(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        smithy_json json;
        smithy_str value = {0};
        assert_int_equal(smithy_json_parse(&json, smithy_str_from(NUMBERS[i]), call), SMITHY_OK);
        assert_int_equal(smithy_json_get_number(json.root, &value, call), SMITHY_OK);
        check_text(value, NUMBERS[i]);
        smithy_json_free(&json);
    }
}

static void json_tells_numbers_from_texts(void **state) {
    (void)state;
    smithy_json json;
    smithy_str value = {0};
    assert_int_equal(smithy_json_parse(&json, SMITHY_STR("[\"1\", null, 1e5, 1234567890123456789012345]"), call),
                     SMITHY_OK);
    const cJSON *item = json.root->child;
    assert_false(smithy_json_is_number(item));
    assert_int_equal(smithy_json_get_number(item, &value, call), SMITHY_ERROR_RESPONSE);
    smithy_call_clear_error(call);
    assert_int_equal(smithy_json_get_number(item->next, &value, call), SMITHY_OK);
    assert_null(value.ptr);
    assert_true(smithy_json_is_number(item->next->next));
    assert_true(smithy_json_is_number(item->next->next->next));
    assert_true(smithy_json_is_string(item));
    for (const cJSON *other = item->next; other; other = other->next) assert_false(smithy_json_is_string(other));
    smithy_json_free(&json);
}

static void xml_keeps_every_digit(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        smithy_buffer out;
        smithy_xml_writer w;
        const smithy_xml_node *root = NULL;
        smithy_str value = {0};
        smithy_buffer_init(&out, NULL, 1000);
        smithy_xml_writer_init(&w, &out);
        smithy_xml_put_number(&w, "absent", (smithy_str){0});
        smithy_xml_put_number(&w, "n", smithy_str_from(NUMBERS[i]));
        assert_int_equal(smithy_xml_parse(smithy_buffer_str(&out), &root, call), SMITHY_OK);
        assert_int_equal(smithy_xml_get_number(root, &value, call), SMITHY_OK);
        check_text(value, NUMBERS[i]);
        smithy_buffer_deinit(&out);
    }
    const smithy_xml_node *root = NULL;
    smithy_str value = {0};
    assert_int_equal(smithy_xml_parse(SMITHY_STR("<n> 1.50\n</n>"), &root, call), SMITHY_OK);
    assert_int_equal(smithy_xml_get_number(root, &value, call), SMITHY_OK);
    check_text(value, "1.50");
    assert_int_equal(smithy_xml_parse(SMITHY_STR("<n>one</n>"), &root, call), SMITHY_OK);
    assert_int_equal(smithy_xml_get_number(root, &value, call), SMITHY_ERROR_RESPONSE);
    smithy_call_clear_error(call);
}

static void what_is_no_number_is_never_written(void **state) {
    (void)state;
    smithy_buffer out;
    smithy_json_writer json;
    smithy_xml_writer xml;
    smithy_cbor_writer cbor;
    char digits[1100];
    memset(digits, '9', sizeof digits);
    smithy_buffer_init(&out, NULL, 10000);
    smithy_json_writer_init(&json, &out);
    smithy_json_put_number(&json, "n", SMITHY_STR("1,\"x\":2"));
    assert_int_equal(smithy_buffer_status(&out), SMITHY_ERROR_INPUT);
    smithy_buffer_reset(&out);
    smithy_xml_writer_init(&xml, &out);
    smithy_xml_put_number(&xml, "n", SMITHY_STR("<a/>"));
    assert_int_equal(smithy_buffer_status(&out), SMITHY_ERROR_INPUT);
    static const char *const WRONG[] = {"x", "1e1000001", "1e99999999999999999999"};
    smithy_cbor_writer_init(&cbor, &out);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        smithy_buffer_reset(&out);
        smithy_cbor_put_number(&cbor, "n", smithy_str_from(WRONG[i]));
        assert_int_equal(smithy_buffer_status(&out), SMITHY_ERROR_INPUT);
    }
    smithy_buffer_reset(&out);
    smithy_cbor_value_number(&cbor, (smithy_str){digits, 1001});
    assert_int_equal(smithy_buffer_status(&out), SMITHY_ERROR_INPUT);
    smithy_buffer_deinit(&out);
}

static void check_cbor(const char *text, const char *bytes, size_t len, const char *back) {
    smithy_buffer out;
    smithy_cbor_writer w;
    const smithy_cbor_node *root = NULL;
    smithy_str value = {0};
    smithy_buffer_init(&out, NULL, 2000);
    smithy_cbor_writer_init(&w, &out);
    smithy_cbor_value_number(&w, smithy_str_from(text));
    assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
    if (bytes) {
        assert_int_equal(out.len, len);
        assert_memory_equal(out.ptr, bytes, len);
    }
    assert_int_equal(smithy_cbor_parse(&root, smithy_buffer_str(&out), call), SMITHY_OK);
    assert_int_equal(smithy_cbor_get_number(root, &value, call), SMITHY_OK);
    check_text(value, back);
    smithy_buffer_deinit(&out);
}

static void cbor_has_integers_bignums_and_decimals(void **state) {
    (void)state;
    /* RFC 8949, appendix A and section 3.4. */
    check_cbor("0", "\x00", 1, "0");
    check_cbor("-0", "\x00", 1, "0");
    check_cbor("-1", "\x20", 1, "-1");
    check_cbor("18446744073709551615", "\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9, "18446744073709551615");
    check_cbor("18446744073709551616", "\xC2\x49\x01\0\0\0\0\0\0\0\0", 11, "18446744073709551616");
    check_cbor("-18446744073709551616", "\x3B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9, "-18446744073709551616");
    check_cbor("-18446744073709551617", "\xC3\x49\x01\0\0\0\0\0\0\0\0", 11, "-18446744073709551617");
    check_cbor("273.15", "\xC4\x82\x21\x19\x6A\xB3", 6, "27315e-2");
    check_cbor("-1.5E+3", "\xC4\x82\x02\x2E", 4, "-15e2");
    check_cbor("1.0", "\xC4\x82\x20\x0A", 4, "10e-1");
    check_cbor("0e0", "\xC4\x82\x00\x00", 4, "0");
    char nines[1001];
    memset(nines, '9', 1000);
    nines[1000] = '\0';
    check_cbor(nines, NULL, 0, nines);
}

static void wrong_bignums_are_refused(void **state) {
    (void)state;
    char huge[600] = "\xC2\x59\x02\x00\x01"; /* 512 bytes. */
    static const struct {
        const char *bytes;
        size_t len;
    } CASES[] = {
        {"\x61\x31", 2},                         /* "1" */
        {"\x41\x31", 2},                         /* bytes without a tag */
        {"\xC4\x82\x61\x31\x01", 5},             /* the exponent is a text */
        {"\xC4\x81\x01", 3},                     /* no mantissa */
        {"\xC4\x83\x01\x01\x01", 5},             /* too much */
        {"\xC4\x82\x1A\x7F\xFF\xFF\xFF\x01", 8}, /* the exponent is too large */
        {"\x82\x01\x01", 3},                     /* no tag */
        {"\xF9\x7E\x00", 3},                     /* NaN */
    };
    const smithy_cbor_node *root = NULL;
    smithy_str value = {0};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(smithy_cbor_parse(&root, (smithy_str){CASES[i].bytes, CASES[i].len}, call), SMITHY_OK);
        assert_int_equal(smithy_cbor_get_number(root, &value, call), SMITHY_ERROR_RESPONSE);
        smithy_call_clear_error(call);
    }
    assert_int_equal(smithy_cbor_parse(&root, (smithy_str){huge, 516}, call), SMITHY_OK);
    assert_int_equal(smithy_cbor_get_number(root, &value, call), SMITHY_ERROR_RESPONSE);
    smithy_call_clear_error(call);
    assert_null(value.ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_told_from_other_text),
        cmocka_unit_test(json_keeps_every_digit),
        cmocka_unit_test(a_number_alone_is_a_json_text),
        cmocka_unit_test(json_tells_numbers_from_texts),
        cmocka_unit_test(xml_keeps_every_digit),
        cmocka_unit_test(what_is_no_number_is_never_written),
        cmocka_unit_test(cbor_has_integers_bignums_and_decimals),
        cmocka_unit_test(wrong_bignums_are_refused),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
