#include "failing_system.h"
#include "random_source.h"

#include <smithy/json.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static smithy_call *call;
static smithy_json json;

static int start(void **state) {
    (void)state;
    call = smithy_call_create(NULL);
    json = (smithy_json){0};
    return call ? 0 : -1;
}

static int finish(void **state) {
    (void)state;
    smithy_json_free(&json);
    smithy_call_destroy(call);
    return 0;
}

static const cJSON *parse(const char *text) {
    smithy_json_free(&json);
    smithy_call_clear_error(call);
    if (smithy_json_parse(&json, smithy_str_from(text), call) != SMITHY_OK)
        fail_msg("%s: %s", text, smithy_call_error(call)->message);
    return json.root;
}

/* Of an object with one member. */
static const cJSON *member(const char *text) {
    const cJSON *first = NULL;
    assert_int_equal(smithy_json_object(parse(text), &first, call), SMITHY_OK);
    assert_non_null(first);
    return first;
}

static void check_refused(smithy_status status, const char *message) {
    assert_int_equal(status, SMITHY_ERROR_RESPONSE);
    assert_int_equal(smithy_call_status(call), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(call)->message, message);
    smithy_call_clear_error(call);
}

static void check_malformed(const char *text, size_t len, const char *message) {
    smithy_json parsed;
    const smithy_status status = smithy_json_parse(&parsed, (smithy_str){text, len}, call);
    if (status == SMITHY_OK) fail_msg("taken: %s", text);
    assert_null(parsed.root);
    check_refused(status, message);
}

/* ---- texts that are JSON, and that are not ---- */

static void an_empty_text_is_an_empty_object(void **state) {
    (void)state;
    const cJSON *first = parse("{}");
    assert_int_equal(smithy_json_object(parse(""), &first, call), SMITHY_OK);
    assert_null(first);
    assert_true(cJSON_IsObject(json.root));
}

static void any_value_with_space_around_it_is_a_text(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "null", " 1 ", "\t[]\r\n", "\"\"", "{\"a\":[{},[],true,false]}", "\xEF\xBB\xBF{}", "\357\273\2774"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) parse(TEXTS[i]);
}

static void what_is_no_json_is_refused_with_its_offset(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } CASES[] = {
        {"{} x", "JSON at offset 2: not one JSON value"},
        {"{}{}", "JSON at offset 2: not one JSON value"},
        {"[1,]", "JSON at offset 3: not one JSON value"},
        {"tru", "JSON at offset 0: not one JSON value"},
        {" ", "JSON at offset 1: not one JSON value"},
        {"\xEF\xBB\xBF", "JSON at offset 3: not one JSON value"},
        {"[1", "JSON at offset 2: not one JSON value"},
        {"{\"a\"", "JSON at offset 4: not one JSON value"},
        {"{\"a\":", "JSON at offset 5: not one JSON value"},
        {"{\"a\":1,}", "JSON at offset 7: not one JSON value"},
        {"[,1]", "JSON at offset 1: not one JSON value"},
        {"[1}", "JSON at offset 2: not one JSON value"},
        {"{\"a\":1]", "JSON at offset 6: not one JSON value"},
        {"[nul]", "JSON at offset 1: not one JSON value"},
        {"[truex]", "JSON at offset 5: not one JSON value"},
        {"[\"a\\2,\"b", "JSON at offset 3: a malformed escape"},
        {"[1 2]", "JSON at offset 3: not one JSON value"},
        {"{\"a\",1}", "JSON at offset 4: not one JSON value"},
        {"{5e356:[]}", "JSON at offset 1: not one JSON value"},
        {"[}", "JSON at offset 1: not one JSON value"},
        {"[1]]", "JSON at offset 3: not one JSON value"},
        {"<html>", "JSON at offset 0: not one JSON value"},
        {"[01]", "JSON at offset 1: a malformed number"},
        {"[1.]", "JSON at offset 1: a malformed number"},
        {"[-]", "JSON at offset 1: a malformed number"},
        {"[1e+]", "JSON at offset 1: a malformed number"},
        {"[\"a", "JSON at offset 3: a string without its end"},
        {"[\"a\\", "JSON at offset 3: a malformed escape"},
        {"[\"\\u12g4\"]", "JSON at offset 2: a malformed escape"},
        {"[\"\\u12\"]", "JSON at offset 2: a malformed escape"},
        {"[\"a\nb\"]", "JSON at offset 3: a control character in a string"},
        {"[\"\x80\"]", "JSON at offset 2: invalid UTF-8"},
        {"[\"\xC0\x80\"]", "JSON at offset 2: invalid UTF-8"},
        {"[\"\xC1"
         "1234567890123456\"]",
         "JSON at offset 2: invalid UTF-8"},
        {"[\"\xED\xA0\x80\"]", "JSON at offset 2: invalid UTF-8"},
        {"[\x01]", "JSON at offset 1: a control character"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        check_malformed(CASES[i].text, strlen(CASES[i].text), CASES[i].message);
    check_malformed("[1,\0 2]", 7, "JSON at offset 3: a control character");
    check_malformed("[\"a\0b\"]", 7, "JSON at offset 3: a control character in a string");
    check_malformed("{}\0", 3, "JSON at offset 2: a control character");
}

static void an_offset_behind_a_disguise_counts_in_the_real_text(void **state) {
    (void)state;
    check_malformed("[\"\\u0000\", 12345678901234567890, ?]", 34, "JSON at offset 33: not one JSON value");
    check_malformed("[1e5] x", 7, "JSON at offset 5: not one JSON value");
}

static void nesting_is_limited_to_512(void **state) {
    (void)state;
    char text[1100];
    memset(text, '[', 512);
    memset(text + 512, ']', 512);
    text[1024] = '\0';
    parse(text);
    memset(text, '[', 513);
    memset(text + 513, ']', 513);
    text[1026] = '\0';
    check_malformed(text, 1026, "JSON at offset 512: nesting deeper than 512");
}

static void the_number_of_values_is_limited(void **state) {
    (void)state;
    enum { MOST = 2000000, SIZE = 2 * MOST };
    char *text = malloc(SIZE + 1);
    for (size_t i = 0; i < SIZE; i++) text[i] = i % 2 == 0 ? ',' : '1';
    text[0] = '[';
    text[SIZE - 2] = ']'; /* The array is one as well. */
    smithy_json parsed;
    assert_int_equal(smithy_json_parse(&parsed, (smithy_str){text, SIZE - 1}, call), SMITHY_OK);
    smithy_json_free(&parsed);
    text[SIZE - 2] = ',';
    text[SIZE] = ']';
    check_refused(smithy_json_parse(&parsed, (smithy_str){text, SIZE + 1}, call),
                  "JSON at offset 3999999: more than 2000000 values");
    free(text);
}

/* ---- structure ---- */

static void null_counts_as_absent(void **state) {
    (void)state;
    const cJSON *first = parse("[]");
    size_t count = 9;
    assert_int_equal(smithy_json_object(parse("null"), &first, call), SMITHY_OK);
    assert_null(first);
    assert_int_equal(smithy_json_array(parse("null"), false, &first, &count, call), SMITHY_OK);
    assert_null(first);
    assert_int_equal(count, 0);

    const cJSON *null = member("{\"a\":null}");
    smithy_str str = SMITHY_STR("kept");
    smithy_bytes bytes = {(const uint8_t *)"kept", 4};
    smithy_opt_bool yes = SMITHY_SET(true);
    smithy_opt_i8 i8 = SMITHY_SET(1);
    smithy_opt_i64 i64 = SMITHY_SET(1);
    smithy_opt_f32 f32 = SMITHY_SET(1);
    smithy_opt_f64 f64 = SMITHY_SET(1);
    smithy_opt_time time = SMITHY_SET(1);
    assert_true(smithy_json_is_null(null));
    assert_int_equal(smithy_json_get_str(null, &str, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_bytes(null, &bytes, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_bool(null, &yes, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_i8(null, &i8, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_i64(null, &i64, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_f32(null, &f32, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_f64(null, &f64, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_epoch(null, &time, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_date_time(null, &time, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_http_date(null, &time, call), SMITHY_OK);
    assert_true(str.len == 4 && bytes.len == 4 && yes.has && i8.has && i64.has && f32.has && f64.has && time.has);
}

static void nulls_are_counted_only_in_sparse_lists_and_maps(void **state) {
    (void)state;
    const cJSON *first;
    size_t count;
    const cJSON *list = parse("[1,null,2,null]");
    assert_int_equal(smithy_json_array(list, false, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 2);
    assert_int_equal(smithy_json_array(list, true, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 4);
    const cJSON *map = parse("{\"a\":null,\"b\":1}");
    assert_int_equal(smithy_json_map(map, false, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 1);
    assert_int_equal(smithy_json_map(map, true, &first, &count, call), SMITHY_OK);
    assert_int_equal(count, 2);
    assert_true(smithy_json_is(first, "a"));
}

static void another_type_is_refused_by_name(void **state) {
    (void)state;
    const cJSON *first;
    size_t count;
    smithy_str str;
    smithy_bytes bytes;
    smithy_opt_bool yes;
    smithy_opt_i32 i32 = {0};
    smithy_opt_f64 f64;
    smithy_opt_time time;
    check_refused(smithy_json_array(member("{\"logStreams\":5}"), false, &first, &count, call),
                  "logStreams: expected an array, got a number");
    check_refused(smithy_json_object(member("{\"a\":[]}"), &first, call), "a: expected an object, got an array");
    check_refused(smithy_json_map(member("{\"a\":\"x\"}"), false, &first, &count, call),
                  "a: expected an object, got a string");
    check_refused(smithy_json_get_str(member("{\"a\":12345678901234567890}"), &str, call),
                  "a: expected a string, got a number");
    check_refused(smithy_json_get_str(parse("true"), &str, call),
                  "a value without a name: expected a string, got a boolean");
    check_refused(smithy_json_get_bytes(member("{\"a\":{}}"), &bytes, call), "a: expected base64, got an object");
    check_refused(smithy_json_get_bytes(member("{\"a\":\"x\"}"), &bytes, call), "a: expected base64");
    check_refused(smithy_json_get_bool(member("{\"a\":1}"), &yes, call), "a: expected a boolean, got a number");
    check_refused(smithy_json_get_i32(member("{\"a\":\"1\"}"), &i32, call), "a: expected an integer, got a string");
    check_refused(smithy_json_get_f64(member("{\"a\":\"1\"}"), &f64, call), "a: expected a number, got a string");
    check_refused(smithy_json_get_epoch(member("{\"a\":\"1\"}"), &time, call),
                  "a: expected seconds since 1970, got a string");
    check_refused(smithy_json_get_date_time(member("{\"a\":1e9}"), &time, call),
                  "a: expected a date-time, got a number");
    check_refused(smithy_json_get_date_time(member("{\"a\":\"x\"}"), &time, call), "a: expected a date-time");
    check_refused(smithy_json_get_http_date(member("{\"a\":\"x\"}"), &time, call), "a: expected an http-date");
}

/* ---- numbers ---- */

static void check_i64(const char *number, int64_t expected) {
    char text[900];
    smithy_opt_i64 value = {0};
    snprintf(text, sizeof text, "{\"a\":%s}", number);
    if (smithy_json_get_i64(member(text), &value, call) != SMITHY_OK) fail_msg("not read: %s", number);
    assert_true(value.has);
    if (value.value != expected) fail_msg("%s read as %lld", number, (long long)value.value);
}

static void integers_arrive_exact_whatever_their_size_and_spelling(void **state) {
    (void)state;
    check_i64("0", 0);
    check_i64("-0", 0);
    check_i64("-0.0", 0);
    check_i64("1.0", 1);
    check_i64("150e-1", 15);
    check_i64("1.5e1", 15);
    check_i64("0e5", 0);
    check_i64("9007199254740993", INT64_C(9007199254740993));
    check_i64("-9007199254740993", -INT64_C(9007199254740993));
    check_i64("999999999999999", INT64_C(999999999999999));
    check_i64("123456789012345e4", INT64_C(1234567890123450000));
    check_i64("9223372036854775807", INT64_MAX);
    check_i64("-9223372036854775808", INT64_MIN);
    check_i64("9223372036854775807.000", INT64_MAX);
    check_i64("0.00000000000000000000000000005e29", 5);
}

static void integers_that_do_not_fit_are_refused(void **state) {
    (void)state;
    static const char *const NUMBERS[] = {
        "1.5",    "1e-1", "9223372036854775808",    "-9223372036854775809",          "1e400",
        "-1e400", "1e19", "1.00000000000000000001", "123456789012345678901234567890"};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        char text[100];
        smithy_opt_i64 value = {0};
        snprintf(text, sizeof text, "{\"storedBytes\":%s}", NUMBERS[i]);
        check_refused(smithy_json_get_i64(member(text), &value, call),
                      "storedBytes: expected an integer from -9223372036854775808 to 9223372036854775807");
        assert_false(value.has);
    }
    smithy_opt_i8 i8 = {0};
    smithy_opt_i16 i16 = {0};
    smithy_opt_i32 i32 = {0};
    assert_int_equal(smithy_json_get_i8(member("{\"a\":-128}"), &i8, call), SMITHY_OK);
    assert_int_equal(i8.value, -128);
    check_refused(smithy_json_get_i8(member("{\"a\":128}"), &i8, call), "a: expected an integer from -128 to 127");
    check_refused(smithy_json_get_i16(member("{\"a\":-32769}"), &i16, call),
                  "a: expected an integer from -32768 to 32767");
    check_refused(smithy_json_get_i32(member("{\"a\":2147483648}"), &i32, call),
                  "a: expected an integer from -2147483648 to 2147483647");
}

static void check_f64(const char *number, double expected) {
    char text[900];
    smithy_opt_f64 value = {0};
    snprintf(text, sizeof text, "{\"a\":%s}", number);
    if (smithy_json_get_f64(member(text), &value, call) != SMITHY_OK) fail_msg("not read: %s", number);
    assert_true(value.has);
    assert_memory_equal(&value.value, &expected, sizeof expected);
}

static void doubles_are_read_in_any_spelling(void **state) {
    (void)state;
    check_f64("1", 1);
    check_f64("-0", -0.0);
    check_f64("0.1", 0.1);
    check_f64("1.7976931348623157e308", 1.7976931348623157e308);
    check_f64("5e-324", 5e-324);
    check_f64("1e-999", 0);
    check_f64("\"Infinity\"", (double)INFINITY);
    check_f64("\"-Infinity\"", (double)-INFINITY);
    smithy_opt_f64 value = {0};
    smithy_opt_f32 small = {0};
    assert_int_equal(smithy_json_get_f64(member("{\"a\":\"NaN\"}"), &value, call), SMITHY_OK);
    assert_true(isnan(value.value));
    assert_int_equal(smithy_json_get_f32(member("{\"a\":0.1}"), &small, call), SMITHY_OK);
    assert_true(small.value == 0.1F);
    check_refused(smithy_json_get_f64(member("{\"a\":1e400}"), &value, call),
                  "a: expected a number that fits a double");
    check_refused(smithy_json_get_f32(member("{\"a\":1e39}"), &small, call), "a: expected a number that fits a float");
}

static void timestamps_are_read_to_the_millisecond(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } CASES[] = {
        {"{\"a\":1398796238}", 1398796238000},         {"{\"a\":1398796238.123}", 1398796238123},
        {"{\"a\":1398796238.1}", 1398796238100},       {"{\"a\":1.398796238123E9}", 1398796238123},
        {"{\"a\":1398796238.1239999}", 1398796238123}, {"{\"a\":-0.001}", -1},
        {"{\"a\":253402300799.999}", 253402300799999},
    };
    smithy_opt_time time = {0};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_int_equal(smithy_json_get_epoch(member(CASES[i].text), &time, call), SMITHY_OK);
        assert_true(time.value == CASES[i].ms);
    }
    assert_int_equal(smithy_json_get_date_time(member("{\"a\":\"2014-04-29T18:30:38.5Z\"}"), &time, call), SMITHY_OK);
    assert_true(time.value == 1398796238500);
    assert_int_equal(smithy_json_get_http_date(member("{\"a\":\"Tue, 29 Apr 2014 18:30:38 GMT\"}"), &time, call),
                     SMITHY_OK);
    assert_true(time.value == 1398796238000);
    check_refused(smithy_json_get_epoch(member("{\"a\":1e300}"), &time, call),
                  "a: expected seconds since 1970 in the years 0 to 9999");
}

/* ---- strings ---- */

static void check_str(const char *text, const char *expected, size_t len) {
    smithy_str value = {0};
    assert_int_equal(smithy_json_get_str(member(text), &value, call), SMITHY_OK);
    assert_int_equal(value.len, len);
    assert_memory_equal(value.ptr, expected, len + 1);
}

static void strings_arrive_whole(void **state) {
    (void)state;
    check_str("{\"a\":\"\"}", "", 0);
    check_str("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "\"\\/\b\f\n\r\t", 8);
    check_str("{\"a\":\"\\u00e9\\u20AC\\ud83d\\ude00\"}", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9);
    check_str("{\"a\":\"x\\u0000y\\u0000\"}", "x\0y\0", 4);
    check_str("{\"a\":\"\\u0000\"}", "\0", 1);
    check_str("{\"a\":\"\\\\u0000\"}", "\\u0000", 6);
    check_str("{\"a\":\"\\\\\\u0000\"}", "\\\0", 2);
    check_str("{\"a\":\"12345678901234567890 \\u0000\"}", "12345678901234567890 \0", 22);
}

static void half_a_surrogate_pair_is_the_replacement_character(void **state) {
    (void)state;
    check_str("{\"a\":\"<\\ud83d>\"}", "<\xEF\xBF\xBD>", 5);
    check_str("{\"a\":\"<\\ude00>\"}", "<\xEF\xBF\xBD>", 5);
    check_str("{\"a\":\"\\ud83d\\ud83d\\ude00\"}", "\xEF\xBF\xBD\xF0\x9F\x98\x80", 7);
    check_str("{\"a\":\"\\ud83d\\u0041\"}",
              "\xEF\xBF\xBD"
              "A",
              4);
    check_str("{\"a\":\"\\ud83d\"}", "\xEF\xBF\xBD", 3);
}

static void keys_arrive_whole_too(void **state) {
    (void)state;
    smithy_str key = {0};
    assert_int_equal(smithy_json_get_key(member("{\"a\\u0000b\":12345678901234567890}"), &key, call), SMITHY_OK);
    assert_int_equal(key.len, 3);
    assert_memory_equal(key.ptr, "a\0b", 4);
    assert_int_equal(smithy_json_get_key(member("{\"\":1}"), &key, call), SMITHY_OK);
    check_text(key, "");
}

static void what_was_read_outlives_the_tree(void **state) {
    (void)state;
    smithy_str text = {0};
    smithy_bytes bytes = {0};
    assert_int_equal(smithy_json_get_str(member("{\"a\":\"YWJj\"}"), &text, call), SMITHY_OK);
    assert_int_equal(smithy_json_get_bytes(json.root->child, &bytes, call), SMITHY_OK);
    smithy_json_free(&json);
    check_text(text, "YWJj");
    assert_int_equal(bytes.len, 3);
    assert_memory_equal(bytes.ptr, "abc", 3);
    assert_int_equal(smithy_json_get_bytes(member("{\"a\":\"\"}"), &bytes, call), SMITHY_OK);
    assert_true(bytes.ptr && bytes.len == 0);
}

/* ---- hostile input, and no memory ---- */

static void damaged_texts_never_do_harm(void **state) {
    (void)state;
    static const char SEED[] =
        "{\"logStreams\":[{\"arn\":\"a:b\\u0000c\\ud83d\\ude00\",\"creationTime\":1714000000000123,"
        "\"x\":1.5E9,\"y\":[true,null,-0.25]}],\"nextToken\":\"f/\xC3\xA9\"}";
    random_source chance = {2024};
    for (int round = 0; round < 20000; round++) {
        char text[sizeof SEED];
        memcpy(text, SEED, sizeof SEED);
        for (uint64_t damage = 1 + random_below(&chance, 3); damage > 0; damage--) {
            const size_t at = (size_t)random_below(&chance, sizeof SEED - 1);
            const size_t from = (size_t)random_below(&chance, sizeof SEED - 1);
            text[at] = random_below(&chance, 2) ? (char)random_next(&chance) : SEED[from];
        }
        const size_t len = (size_t)random_below(&chance, sizeof SEED);
        /* On the heap and without a NUL, so that a sanitizer sees one byte too far. */
        char *exact = malloc(len + 1);
        memcpy(exact, text, len);
        exact = realloc(exact, len > 0 ? len : 1);
        smithy_json parsed;
        const smithy_status status = smithy_json_parse(&parsed, (smithy_str){exact, len}, call);
        assert_true(status == SMITHY_OK ? parsed.root != NULL : parsed.root == NULL);
        smithy_json_free(&parsed);
        smithy_call_reset(call);
        free(exact);
    }
}

static smithy_status read_all(const smithy_system *system, void *argument) {
    (void)argument;
    smithy_call *own = smithy_call_create(&(smithy_call_options){.system = system});
    if (!own) return SMITHY_ERROR_MEMORY;
    smithy_json parsed;
    smithy_str text;
    smithy_bytes bytes;
    /* The values of the list take more than is set aside for such a text. */
    enum { LIST = 4000 };
    char list[LIST];
    smithy_buffer document;
    memset(list, ',', LIST);
    for (size_t i = 0; i < LIST; i += 2) list[i] = '1';
    smithy_buffer_init(&document, NULL, 2 * LIST);
    smithy_buffer_append_text(&document, "{\"a\\u0000\":\"YWJj\",\"b\":1e5,\"c\":[");
    smithy_buffer_append(&document, list, LIST - 1);
    smithy_buffer_append_text(&document, "]}");
    smithy_status status = smithy_buffer_status(&document);
    if (status == SMITHY_OK) status = smithy_json_parse(&parsed, smithy_buffer_str(&document), own);
    if (status == SMITHY_OK) status = smithy_json_get_key(parsed.root->child, &text, own);
    if (status == SMITHY_OK) status = smithy_json_get_str(parsed.root->child, &text, own);
    if (status == SMITHY_OK) status = smithy_json_get_bytes(parsed.root->child, &bytes, own);
    smithy_json_free(&parsed);
    smithy_buffer_deinit(&document);
    smithy_call_destroy(own);
    return status;
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    assert_in_range(fail_each_allocation(read_all, NULL), 3, 10);
}

/* ---- beside cJSON ---- */

static bool is_disguised(const char *text) {
    return text && (strchr(text, '\xC0') || strchr(text, '\xC1'));
}

static void check_same_text(const char *ours, const char *theirs) {
    assert_int_equal(ours != NULL, theirs != NULL);
    if (ours) assert_string_equal(ours, theirs);
}

/* Node by node, but for what cJSON's parser changes. */
static void check_same_tree(const cJSON *ours, const cJSON *theirs) {
    for (; ours && theirs; ours = ours->next, theirs = theirs->next) {
        if (is_disguised(ours->string) || is_disguised(ours->valuestring)) continue;
        assert_int_equal(ours->type, theirs->type);
        check_same_text(ours->string, theirs->string);
        check_same_text(ours->valuestring, theirs->valuestring);
        assert_int_equal(ours->valueint, theirs->valueint);
        assert_memory_equal(&ours->valuedouble, &theirs->valuedouble, sizeof ours->valuedouble);
        if (ours->next) assert_ptr_equal(ours->next->prev, ours);
        check_same_tree(ours->child, theirs->child);
    }
    assert_null(ours);
    assert_null(theirs);
}

static void check_beside_cjson(const char *text) {
    cJSON *theirs = cJSON_Parse(text);
    assert_non_null(theirs);
    check_same_tree(parse(text), theirs);
    cJSON_Delete(theirs);
}

static void a_tree_is_the_one_that_cjson_would_make(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "[]",
        "{}",
        "[1,-1,0,0.5,-0.25,999999999999999,2147483647,2147483648,-2147483648,-2147483649,0.000001,123.456,0.1]",
        "{\"a\":{\"b\":[true,false,null,{}]},\"a\":\"twice\",\"\":[[],[[]]]}",
        "[\"\",\"plain\",\"a tab\\t and \\\"quotes\\\" and \\\\ \\/ \\b\\f\\n\\r\"]",
        "[\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"]",
        " { \"eight--8\" : \"sixteen--------6\" , \"\xC3\xA9\" : \"\xF0\x9F\x98\x80\" } ",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) check_beside_cjson(TEXTS[i]);
}

static void numbers_are_the_doubles_that_cjson_reads(void **state) {
    (void)state;
    random_source chance = {15};
    for (int round = 0; round < 20000; round++) {
        char text[40];
        const int places = (int)random_below(&chance, 9);
        const double number = (double)(int64_t)random_below(&chance, 1000000) / 1000 - 500;
        snprintf(text, sizeof text, "[%.*f,%lld]", places, number,
                 (long long)random_below(&chance, UINT64_C(1) << (1 + random_below(&chance, 50))));
        cJSON *theirs = cJSON_Parse(text);
        check_same_tree(parse(text), theirs);
        cJSON_Delete(theirs);
    }
}

static void *no_malloc(size_t size) {
    fail_msg("cJSON takes %zu bytes", size);
    return NULL;
}

static void no_free(void *memory) {
    fail_msg("cJSON frees %p", memory);
}

/* They are the whole program's, which may use cJSON for itself. */
static void the_hooks_of_cjson_are_left_alone(void **state) {
    (void)state;
    cJSON_Hooks hooks = {no_malloc, no_free};
    cJSON_InitHooks(&hooks);
    parse("{\"a\":[1,1e5,\"x\",{}]}");
    smithy_json_free(&json);
    cJSON_InitHooks(NULL);
}

#define with_call(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_call(an_empty_text_is_an_empty_object),
        with_call(any_value_with_space_around_it_is_a_text),
        with_call(what_is_no_json_is_refused_with_its_offset),
        with_call(an_offset_behind_a_disguise_counts_in_the_real_text),
        with_call(nesting_is_limited_to_512),
        with_call(the_number_of_values_is_limited),
        with_call(null_counts_as_absent),
        with_call(nulls_are_counted_only_in_sparse_lists_and_maps),
        with_call(another_type_is_refused_by_name),
        with_call(integers_arrive_exact_whatever_their_size_and_spelling),
        with_call(integers_that_do_not_fit_are_refused),
        with_call(doubles_are_read_in_any_spelling),
        with_call(timestamps_are_read_to_the_millisecond),
        with_call(strings_arrive_whole),
        with_call(half_a_surrogate_pair_is_the_replacement_character),
        with_call(keys_arrive_whole_too),
        with_call(what_was_read_outlives_the_tree),
        with_call(damaged_texts_never_do_harm),
        cmocka_unit_test(each_failed_allocation_is_told),
        with_call(a_tree_is_the_one_that_cjson_would_make),
        with_call(numbers_are_the_doubles_that_cjson_reads),
        with_call(the_hooks_of_cjson_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
