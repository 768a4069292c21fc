/* The words that only the REST protocols need: narrow numbers, lists of all types, maps, payloads, tokens. */
#include <setjmp.h>
#include <stdarg.h>

#include "toy_bench.h"

#include <cmocka.h>

static void (*write_with)(smithy_request *request);

static smithy_status write_request(const void *input, smithy_request *request, smithy_call *call) {
    (void)input, (void)call;
    write_with(request);
    return smithy_request_finish(request);
}

static const smithy_operation WRITTEN = {
    .name = "Written", .method = SMITHY_STR_INIT("PUT"), .write_request = write_request, .is_unsigned = true};

static const smithy_service TOY_REST_JSON = {.id = "Toy", .protocol = SMITHY_PROTOCOL_REST_JSON_1};

static smithy_status send(toy_bench *bench, void (*writer)(smithy_request *request)) {
    static const scripted_answer ANSWER[] = {{.status = 200}};
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("https://h")};
    const toy_input input = {.sink = NULL};
    toy_output output;
    write_with = writer;
    toy_bench_open(bench, &TOY_REST_JSON, &options, ANSWER, 1);
    return toy_bench_invoke(bench, &WRITTEN, &input, &output);
}

static const char *header(const toy_bench *bench, const char *name) {
    return scripted_request_header(&bench->transport, 0, name);
}

/* ---- scalars ---- */

static void write_scalars(smithy_request *request) {
    smithy_request_path(request, "/");
    smithy_request_label_i8(request, "a", (smithy_opt_i8)SMITHY_SET(-1));
    smithy_request_path(request, "/");
    smithy_request_label_i16(request, "b", (smithy_opt_i16)SMITHY_SET(2));
    smithy_request_path(request, "/");
    smithy_request_label_i32(request, "c", (smithy_opt_i32)SMITHY_SET(3));
    smithy_request_path(request, "/");
    smithy_request_label_f32(request, "d", (smithy_opt_f32)SMITHY_SET(4.1f));
    smithy_request_query_i8(request, "q1", (smithy_opt_i8)SMITHY_SET(1));
    smithy_request_query_i16(request, "q2", (smithy_opt_i16)SMITHY_SET(2));
    smithy_request_query_f32(request, "q3", (smithy_opt_f32)SMITHY_SET(1.1f));
    smithy_request_query_f32(request, "none", (smithy_opt_f32){0});
    smithy_request_header_i8(request, "h1", (smithy_opt_i8)SMITHY_SET(1));
    smithy_request_header_i16(request, "h2", (smithy_opt_i16)SMITHY_SET(123));
    smithy_request_header_f32(request, "h3", (smithy_opt_f32)SMITHY_SET(1.1f));
    smithy_request_header_f32(request, "none", (smithy_opt_f32){0});
    smithy_request_header_media(request, "h4", SMITHY_STR("true"));
    smithy_request_header_media(request, "none", (smithy_str){0});
}

static void narrow_numbers_keep_their_shortest_text(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_scalars), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url, "https://h/-1/2/3/4.1?q1=1&q2=2&q3=1.1");
    assert_string_equal(header(&bench, "h1"), "1");
    assert_string_equal(header(&bench, "h2"), "123");
    assert_string_equal(header(&bench, "h3"), "1.1");
    assert_string_equal(header(&bench, "h4"), "dHJ1ZQ==");
    assert_null(header(&bench, "none"));
    toy_bench_close(&bench);
}

/* ---- lists ---- */

static const bool FLAGS[] = {true, false};
static const int8_t I8S[] = {-1, 2};
static const int16_t I16S[] = {-3, 4};
static const int32_t I32S[] = {-5, 6};
static const int64_t I64S[] = {INT64_MIN, 8};
static const float F32S[] = {1.1f, 2.5f};
static const double F64S[] = {1.1, 1e300};
static const int64_t TIMES[] = {1576540098000, 1576540098500};

static void write_query_lists(smithy_request *request) {
    smithy_request_query_bool_list(request, "a", FLAGS, 2);
    smithy_request_query_i8_list(request, "b", I8S, 2);
    smithy_request_query_i16_list(request, "c", I16S, 2);
    smithy_request_query_i32_list(request, "d", I32S, 2);
    smithy_request_query_i64_list(request, "e", I64S, 2);
    smithy_request_query_f32_list(request, "f", F32S, 2);
    smithy_request_query_f64_list(request, "g", F64S, 2);
    smithy_request_query_time_list(request, "h", TIMES, 2, SMITHY_TIME_DATE_TIME);
    smithy_request_query_time_list(request, "i", TIMES, 1, SMITHY_TIME_EPOCH);
    smithy_request_query_i32_list(request, "none", NULL, 0);
    smithy_request_query_i32_list(request, "empty", I32S, 0);
}

static void a_list_in_the_query_is_a_parameter_for_each_item(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_query_lists), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url,
                        "https://h/?a=true&a=false&b=-1&b=2&c=-3&c=4&d=-5&d=6&e=-9223372036854775808&e=8&f=1.1&f=2.5"
                        "&g=1.1&g=1e300&h=2019-12-16T23%3A48%3A18Z&h=2019-12-16T23%3A48%3A18.5Z&i=1576540098");
    toy_bench_close(&bench);
}

static void write_header_lists(smithy_request *request) {
    smithy_request_header_bool_list(request, "a", FLAGS, 2);
    smithy_request_header_i8_list(request, "b", I8S, 2);
    smithy_request_header_i16_list(request, "c", I16S, 2);
    smithy_request_header_i32_list(request, "d", I32S, 2);
    smithy_request_header_i64_list(request, "e", I64S, 2);
    smithy_request_header_f32_list(request, "f", F32S, 2);
    smithy_request_header_f64_list(request, "g", F64S, 1);
    smithy_request_header_time_list(request, "h", TIMES, 2, SMITHY_TIME_HTTP_DATE);
    smithy_request_header_time_list(request, "i", TIMES, 2, SMITHY_TIME_EPOCH);
    smithy_request_header_i32_list(request, "none", NULL, 0);
    smithy_request_header_i32_list(request, "empty", I32S, 0);
    smithy_request_header_str_list(request, "no-texts", (smithy_str_list){0});
    smithy_request_header_str_list(request, "empty-texts", (smithy_str_list){(const smithy_str[]){{0}}, 0});
}

static void a_list_in_a_header_is_joined_and_an_empty_one_is_an_empty_header(void **state) {
    (void)state;
    static const struct {
        const char *name, *value;
    } EXPECTED[] = {{"a", "true, false"},
                    {"b", "-1, 2"},
                    {"c", "-3, 4"},
                    {"d", "-5, 6"},
                    {"e", "-9223372036854775808, 8"},
                    {"f", "1.1, 2.5"},
                    {"g", "1.1"},
                    {"h", "Mon, 16 Dec 2019 23:48:18 GMT, Mon, 16 Dec 2019 23:48:18.5 GMT"},
                    {"i", "1576540098, 1576540098.5"},
                    {"empty", ""},
                    {"empty-texts", ""}};
    toy_bench bench;
    assert_int_equal(send(&bench, write_header_lists), SMITHY_OK);
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++)
        assert_string_equal(header(&bench, EXPECTED[i].name), EXPECTED[i].value);
    assert_null(header(&bench, "none"));
    assert_null(header(&bench, "no-texts"));
    toy_bench_close(&bench);
}

static void write_long_list(smithy_request *request) {
    static int64_t many[10000];
    smithy_request_header_i64_list(request, "a", many, 30000 / 3);
    smithy_request_header_time_list(request, "a", many, 10000, SMITHY_TIME_HTTP_DATE);
}

static void a_header_has_a_longest_list(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_long_list), SMITHY_ERROR_LIMIT);
    toy_bench_close(&bench);
}

/* ---- maps ---- */

static void write_query_maps(smithy_request *request) {
    static const smithy_str_entry ENTRIES[] = {
        {SMITHY_STR_INIT("bar"), SMITHY_STR_INIT("fromMap")}, {SMITHY_STR_INIT("literal"), SMITHY_STR_INIT("x")},
        {SMITHY_STR_INIT("a&b"), SMITHY_STR_INIT("x")},       {SMITHY_STR_INIT("q ux"), SMITHY_STR_INIT("also=")},
        {SMITHY_STR_INIT("ba"), SMITHY_STR_INIT("")},         {SMITHY_STR_INIT("absent"), {0}}};
    static const smithy_str ITEMS[] = {SMITHY_STR_INIT("1"), SMITHY_STR_INIT("2")};
    static const smithy_str_list_entry LISTS[] = {
        {SMITHY_STR_INIT("bar"), {ITEMS, 2}}, {SMITHY_STR_INIT("baz"), {ITEMS, 2}}, {SMITHY_STR_INIT("none"), {0}}};
    smithy_request_query(request, "literal");
    smithy_request_query_str(request, "bar", SMITHY_STR("named"));
    smithy_request_query_str(request, "a&b", SMITHY_STR("named"));
    smithy_request_query_map(request, (smithy_str_map){ENTRIES, 6});
    smithy_request_query_list_map(request, (smithy_str_list_map){LISTS, 3});
}

static void a_named_parameter_is_worth_more_than_a_maps(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_query_maps), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url,
                        "https://h/?literal&bar=named&a%26b=named&q%20ux=also%3D&ba=&baz=1&baz=2");
    toy_bench_close(&bench);
}

static void write_all_headers(smithy_request *request) {
    static const smithy_str_entry ENTRIES[] = {{SMITHY_STR_INIT("X-Foo"), SMITHY_STR_INIT("Foo")},
                                               {SMITHY_STR_INIT("hello"), SMITHY_STR_INIT("fromMap")}};
    smithy_request_header_str(request, "Hello", SMITHY_STR("There"));
    smithy_request_prefix_headers(request, "", (smithy_str_map){ENTRIES, 2});
}

static void a_named_header_is_worth_more_than_a_maps(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_all_headers), SMITHY_OK);
    assert_string_equal(header(&bench, "x-foo"), "Foo");
    assert_string_equal(header(&bench, "hello"), "There");
    assert_null(strstr(bench.transport.requests[0].headers, "fromMap"));
    toy_bench_close(&bench);
}

/* ---- bodies ---- */

static void write_text(smithy_request *request) {
    smithy_request_body_str(request, SMITHY_STR("raw"), NULL);
}

static void write_image(smithy_request *request) {
    smithy_request_header_str(request, "Content-Type", SMITHY_STR("image/jpg"));
    smithy_request_body_bytes(request, (smithy_bytes){(const uint8_t *)"1234", 4}, NULL);
}

static void write_bytes(smithy_request *request) {
    smithy_request_body_bytes(request, (smithy_bytes){(const uint8_t *)"1234", 4}, NULL);
}

static void write_nothing(smithy_request *request) {
    smithy_request_body_bytes(request, (smithy_bytes){0}, NULL);
    smithy_request_body_str(request, (smithy_str){0}, NULL);
}

static void write_document(smithy_request *request) {
    smithy_json_value_document(smithy_request_json(request), smithy_document_str(SMITHY_STR("hello")));
}

static void a_payload_has_the_content_type_of_its_kind(void **state) {
    (void)state;
    static const struct {
        void (*writer)(smithy_request *request);
        const char *content_type, *body;
    } CASES[] = {{write_text, "text/plain", "raw"},
                 {write_image, "image/jpg", "1234"},
                 {write_bytes, "application/octet-stream", "1234"},
                 {write_nothing, NULL, ""},
                 {write_document, "application/json", "\"hello\""}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        toy_bench bench;
        assert_int_equal(send(&bench, CASES[i].writer), SMITHY_OK);
        assert_string_equal(bench.transport.requests[0].body, CASES[i].body);
        if (CASES[i].content_type)
            assert_string_equal(header(&bench, "content-type"), CASES[i].content_type);
        else
            assert_null(header(&bench, "content-type"));
        toy_bench_close(&bench);
    }
}

static void write_bad_number(smithy_request *request) {
    smithy_json_value_number(smithy_request_json(request), SMITHY_STR("one"));
}

static void a_value_that_its_format_cannot_hold_is_the_callers_mistake(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_bad_number), SMITHY_ERROR_INPUT);
    assert_string_equal(toy_bench_error(&bench)->message, "the request's body holds a value that its format cannot");
    toy_bench_close(&bench);
}

/* ---- tokens ---- */

static void write_tokens(smithy_request *request) {
    smithy_request_header_str(request, "given", smithy_request_token(request, SMITHY_STR("mine")));
    smithy_request_header_str(request, "made", smithy_request_token(request, (smithy_str){0}));
}

static void a_token_is_made_where_none_is_given(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_tokens), SMITHY_OK);
    assert_string_equal(header(&bench, "given"), "mine");
    assert_string_equal(header(&bench, "made"), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    toy_bench_close(&bench);
}

/* ---- memory ---- */

static void write_everything(smithy_request *request) {
    smithy_request_host(request, "a.");
    write_scalars(request);
    write_query_maps(request);
    write_header_lists(request);
    write_all_headers(request);
    write_tokens(request);
    write_document(request);
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    size_t fail_at = 1;
    for (bool reached = true; reached; fail_at++) {
        static const scripted_answer ANSWER[] = {{.status = 200}};
        const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("https://h")};
        const toy_input input = {.sink = NULL};
        toy_bench bench;
        toy_output output;
        write_with = write_everything;
        toy_bench_open(&bench, &TOY_REST_JSON, &options, ANSWER, 1);
        bench.fake.fail_allocation = bench.fake.allocations + fail_at;
        const smithy_status status = toy_bench_invoke(&bench, &WRITTEN, &input, &output);
        reached = bench.fake.allocations >= bench.fake.fail_allocation;
        assert_int_equal(status, reached ? SMITHY_ERROR_MEMORY : SMITHY_OK);
        toy_bench_close(&bench);
    }
    assert_true(fail_at > 5);
}

/* ---- responses ---- */

static smithy_call *call;
static smithy_http_response response;

static int open_response(void **state) {
    (void)state;
    call = smithy_call_create(NULL);
    response = (smithy_http_response){.status = 200, .body = SMITHY_STR_INIT("")};
    return call ? 0 : -1;
}

static int close_response(void **state) {
    (void)state;
    smithy_call_destroy(call);
    return 0;
}

static void set(const char *value) {
    smithy_call_clear_error(call);
    assert_int_equal(smithy_headers_set(&response.headers, SMITHY_STR("X"), smithy_str_from(value), call), SMITHY_OK);
}

static void narrow_headers_are_read(void **state) {
    (void)state;
    smithy_opt_i8 i8 = {0};
    smithy_opt_i16 i16 = {0};
    smithy_opt_f32 f32 = {0};
    smithy_str media = {0};
    set("-128");
    assert_int_equal(smithy_response_header_i8(&response, "x", &i8, call), SMITHY_OK);
    assert_int_equal(smithy_response_header_i16(&response, "x", &i16, call), SMITHY_OK);
    assert_int_equal(i8.value, -128);
    assert_int_equal(i16.value, -128);
    set("128");
    assert_int_equal(smithy_response_header_i8(&response, "x", &i8, call), SMITHY_ERROR_RESPONSE);
    set("32768");
    assert_int_equal(smithy_response_header_i16(&response, "x", &i16, call), SMITHY_ERROR_RESPONSE);
    set("1.1");
    assert_int_equal(smithy_response_header_f32(&response, "x", &f32, call), SMITHY_OK);
    assert_true(f32.value == 1.1f);
    set("1e39");
    assert_int_equal(smithy_response_header_f32(&response, "x", &f32, call), SMITHY_ERROR_RESPONSE);
    set("dHJ1ZQ==");
    assert_int_equal(smithy_response_header_media(&response, "x", &media, call), SMITHY_OK);
    assert_string_equal(media.ptr, "true");
    set("!");
    assert_int_equal(smithy_response_header_media(&response, "x", &media, call), SMITHY_ERROR_RESPONSE);
}

static void lists_of_all_types_are_read(void **state) {
    (void)state;
    const bool *flags = NULL;
    const int8_t *i8 = NULL;
    const int16_t *i16 = NULL;
    const int32_t *i32 = NULL;
    const int64_t *i64 = NULL;
    const float *f32 = NULL;
    const double *f64 = NULL;
    size_t count = 0;
    set("true, False,true");
    assert_int_equal(smithy_response_header_bool_list(&response, "x", &flags, &count, call), SMITHY_OK);
    assert_true(count == 3 && flags[0] && !flags[1] && flags[2]);
    set("1, -2 ,3");
    assert_int_equal(smithy_response_header_i8_list(&response, "x", &i8, &count, call), SMITHY_OK);
    assert_int_equal(smithy_response_header_i16_list(&response, "x", &i16, &count, call), SMITHY_OK);
    assert_int_equal(smithy_response_header_i32_list(&response, "x", &i32, &count, call), SMITHY_OK);
    assert_int_equal(smithy_response_header_i64_list(&response, "x", &i64, &count, call), SMITHY_OK);
    assert_int_equal(smithy_response_header_f32_list(&response, "x", &f32, &count, call), SMITHY_OK);
    assert_int_equal(smithy_response_header_f64_list(&response, "x", &f64, &count, call), SMITHY_OK);
    assert_true(count == 3 && i8[1] == -2 && i16[1] == -2 && i32[1] == -2 && i64[1] == -2);
    assert_true(f32[2] == 3 && f64[2] == 3);
    set("");
    assert_int_equal(smithy_response_header_i32_list(&response, "x", &i32, &count, call), SMITHY_OK);
    assert_true(i32 && count == 0);
    i32 = NULL;
    assert_int_equal(smithy_response_header_i32_list(&response, "none", &i32, &count, call), SMITHY_OK);
    assert_null(i32);
}

static void a_list_with_a_wrong_item_is_refused(void **state) {
    (void)state;
    const bool *flags = NULL;
    const int8_t *i8 = NULL;
    const double *f64 = NULL;
    const int64_t *times = NULL;
    size_t count = 0;
    set("1,,2");
    assert_int_equal(smithy_response_header_i8_list(&response, "x", &i8, &count, call), SMITHY_ERROR_RESPONSE);
    set("1, 128");
    assert_int_equal(smithy_response_header_i8_list(&response, "x", &i8, &count, call), SMITHY_ERROR_RESPONSE);
    set("yes");
    assert_int_equal(smithy_response_header_bool_list(&response, "x", &flags, &count, call), SMITHY_ERROR_RESPONSE);
    set("1.5, x");
    assert_int_equal(smithy_response_header_f64_list(&response, "x", &f64, &count, call), SMITHY_ERROR_RESPONSE);
    set("Mon, Tue, 1");
    assert_int_equal(smithy_response_header_time_list(&response, "x", SMITHY_TIME_HTTP_DATE, &times, &count, call),
                     SMITHY_ERROR_RESPONSE);
    assert_true(!i8 && !flags && !f64 && !times);
}

static void a_date_keeps_its_comma(void **state) {
    (void)state;
    const int64_t *times = NULL;
    size_t count = 0;
    set("Mon, 16 Dec 2019 23:48:18 GMT,  Monday, 16-Dec-19 23:48:18 GMT, Mon Dec 16 23:48:18 2019");
    assert_int_equal(smithy_response_header_time_list(&response, "x", SMITHY_TIME_HTTP_DATE, &times, &count, call),
                     SMITHY_OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) assert_true(times[i] == 1576540098000);
    set("2019-12-16T23:48:18Z, 2019-12-16T23:48:18.5Z");
    assert_int_equal(smithy_response_header_time_list(&response, "x", SMITHY_TIME_DATE_TIME, &times, &count, call),
                     SMITHY_OK);
    assert_true(count == 2 && times[1] == 1576540098500);
    set("1576540098");
    assert_int_equal(smithy_response_header_time_list(&response, "x", SMITHY_TIME_EPOCH, &times, &count, call),
                     SMITHY_OK);
    assert_true(count == 1 && times[0] == 1576540098000);
}

static void headers_of_one_name_are_one_list(void **state) {
    (void)state;
    smithy_str_list texts = {0};
    const int32_t *numbers = NULL;
    size_t count = 0;
    set("1, 2");
    assert_int_equal(smithy_headers_add(&response.headers, SMITHY_STR("x"), SMITHY_STR("3"), call), SMITHY_OK);
    assert_int_equal(smithy_response_header_str_list(&response, "X", &texts, call), SMITHY_OK);
    assert_int_equal(texts.count, 3);
    assert_string_equal(texts.items[2].ptr, "3");
    assert_int_equal(smithy_response_header_i32_list(&response, "X", &numbers, &count, call), SMITHY_OK);
    assert_true(count == 3 && numbers[2] == 3);
}

static void an_empty_body_is_no_payload(void **state) {
    (void)state;
    assert_null(smithy_response_body_str(&response).ptr);
    assert_null(smithy_response_body_bytes(&response).ptr);
    response.body = SMITHY_STR("x");
    assert_string_equal(smithy_response_body_str(&response).ptr, "x");
    assert_int_equal(smithy_response_body_bytes(&response).len, 1);
}

#define RESPONSE_TEST(name) cmocka_unit_test_setup_teardown(name, open_response, close_response)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_numbers_keep_their_shortest_text),
        cmocka_unit_test(a_list_in_the_query_is_a_parameter_for_each_item),
        cmocka_unit_test(a_list_in_a_header_is_joined_and_an_empty_one_is_an_empty_header),
        cmocka_unit_test(a_header_has_a_longest_list),
        cmocka_unit_test(a_named_parameter_is_worth_more_than_a_maps),
        cmocka_unit_test(a_named_header_is_worth_more_than_a_maps),
        cmocka_unit_test(a_payload_has_the_content_type_of_its_kind),
        cmocka_unit_test(a_value_that_its_format_cannot_hold_is_the_callers_mistake),
        cmocka_unit_test(a_token_is_made_where_none_is_given),
        cmocka_unit_test(each_failed_allocation_is_told),
        RESPONSE_TEST(narrow_headers_are_read),
        RESPONSE_TEST(lists_of_all_types_are_read),
        RESPONSE_TEST(a_list_with_a_wrong_item_is_refused),
        RESPONSE_TEST(a_date_keeps_its_comma),
        RESPONSE_TEST(headers_of_one_name_are_one_list),
        RESPONSE_TEST(an_empty_body_is_no_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
