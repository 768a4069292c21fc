/* The words that generated code is written in: paths, queries, headers out; headers and documents in. */
#include <setjmp.h>
#include <stdarg.h>

#include "toy_bench.h"

#include <cmocka.h>

/* ---- requests: an operation whose writer is the test ---- */

static void (*write_with)(smithy_request *request);

static smithy_status write_request(const void *input, smithy_request *request, smithy_call *call) {
    (void)input, (void)call;
    write_with(request);
    return smithy_request_finish(request);
}

static const smithy_operation WRITTEN = {
    .name = "Written", .method = SMITHY_STR_INIT("GET"), .write_request = write_request, .is_unsigned = true};

static smithy_status send(toy_bench *bench, void (*writer)(smithy_request *request)) {
    static const scripted_answer ANSWER[] = {{.status = 200}};
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("https://h")};
    const toy_input input = {.sink = NULL};
    toy_output output;
    write_with = writer;
    toy_bench_open(bench, &TOY_S3, &options, ANSWER, 1);
    return toy_bench_invoke(bench, &WRITTEN, &input, &output);
}

static void write_path(smithy_request *request) {
    smithy_request_path(request, "/a/");
    smithy_request_label(request, "text", SMITHY_STR("x/y z"));
    smithy_request_path(request, "/");
    smithy_request_label_bool(request, "bool", (smithy_opt_bool)SMITHY_SET(true));
    smithy_request_path(request, "/");
    smithy_request_label_i64(request, "number", (smithy_opt_i64)SMITHY_SET(INT64_MIN));
    smithy_request_path(request, "/");
    smithy_request_label_f64(request, "real", (smithy_opt_f64)SMITHY_SET(1.5));
    smithy_request_path(request, "/");
    smithy_request_label_time(request, "time", (smithy_opt_time)SMITHY_SET(1398796238000), SMITHY_TIME_DATE_TIME);
    smithy_request_path(request, "/");
    smithy_request_greedy_label(request, "rest", SMITHY_STR("p/q?/#"));
}

static void a_path_is_encoded_label_by_label(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_path), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url,
                        "https://h/a/x%2Fy%20z/true/-9223372036854775808/1.5/2014-04-29T18%3A30%3A38Z/p/q%3F/%23");
    toy_bench_close(&bench);
}

static void write_query(smithy_request *request) {
    const smithy_str items[] = {SMITHY_STR_INIT("1"), SMITHY_STR_INIT("&2")};
    smithy_request_query(request, "delete");
    smithy_request_query_str(request, "absent", (smithy_str){0});
    smithy_request_query_str(request, "empty", SMITHY_STR(""));
    smithy_request_query_str(request, "a b", SMITHY_STR("c=d"));
    smithy_request_query_bool(request, "b", (smithy_opt_bool)SMITHY_SET(false));
    smithy_request_query_i32(request, "i", (smithy_opt_i32)SMITHY_SET(-7));
    smithy_request_query_i64(request, "none", (smithy_opt_i64){0});
    smithy_request_query_f64(request, "f", (smithy_opt_f64)SMITHY_SET(0.1));
    smithy_request_query_time(request, "t", (smithy_opt_time)SMITHY_SET(1398796238500), SMITHY_TIME_EPOCH);
    smithy_request_query_str_list(request, "l", (smithy_str_list){items, 2});
}

static void a_query_leaves_out_what_is_absent_and_keeps_what_is_empty(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_query), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url,
                        "https://h/?delete&empty=&a%20b=c%3Dd&b=false&i=-7&f=0.1&t=1398796238.5&l=1&l=%262");
    toy_bench_close(&bench);
}

static void write_headers(smithy_request *request) {
    static const smithy_str ITEMS[] = {SMITHY_STR_INIT("a"), SMITHY_STR_INIT("b,c"), SMITHY_STR_INIT("d\"e")};
    static const smithy_str_entry ENTRIES[] = {{SMITHY_STR_INIT("One"), SMITHY_STR_INIT("1")},
                                               {SMITHY_STR_INIT("two"), SMITHY_STR_INIT("")}};
    smithy_request_header_str(request, "x-absent", (smithy_str){0});
    smithy_request_header_str(request, "x-text", SMITHY_STR("t"));
    smithy_request_header_bool(request, "x-bool", (smithy_opt_bool)SMITHY_SET(true));
    smithy_request_header_i32(request, "x-i32", (smithy_opt_i32)SMITHY_SET(3));
    smithy_request_header_i64(request, "x-i64", (smithy_opt_i64)SMITHY_SET(INT64_MAX));
    smithy_request_header_f64(request, "x-f64", (smithy_opt_f64)SMITHY_SET(2.5));
    smithy_request_header_time(request, "x-time", (smithy_opt_time)SMITHY_SET(1398796238000), SMITHY_TIME_HTTP_DATE);
    smithy_request_header_str_list(request, "x-list", (smithy_str_list){ITEMS, 3});
    smithy_request_prefix_headers(request, "x-meta-", (smithy_str_map){ENTRIES, 2});
}

static void headers_are_written_by_their_type(void **state) {
    (void)state;
    static const struct {
        const char *name, *value;
    } EXPECTED[] = {{"x-text", "t"},
                    {"x-bool", "true"},
                    {"x-i32", "3"},
                    {"x-i64", "9223372036854775807"},
                    {"x-f64", "2.5"},
                    {"x-time", "Tue, 29 Apr 2014 18:30:38 GMT"},
                    {"x-list", "a, \"b,c\", \"d\\\"e\""},
                    {"x-meta-One", "1"},
                    {"x-meta-two", ""}};
    toy_bench bench;
    assert_int_equal(send(&bench, write_headers), SMITHY_OK);
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++)
        assert_string_equal(scripted_request_header(&bench.transport, 0, EXPECTED[i].name), EXPECTED[i].value);
    assert_null(scripted_request_header(&bench.transport, 0, "x-absent"));
    toy_bench_close(&bench);
}

static void write_line_break(smithy_request *request) {
    smithy_request_header_str(request, "x-a", SMITHY_STR("a\r\nb: c"));
}

static void write_nul(smithy_request *request) {
    smithy_request_header_str(request, "x-a", (smithy_str){"a\0b", 3});
}

static void write_bad_key(smithy_request *request) {
    static const smithy_str_entry ENTRY[] = {{SMITHY_STR_INIT("a: b\r\n"), SMITHY_STR_INIT("1")}};
    smithy_request_prefix_headers(request, "x-meta-", (smithy_str_map){ENTRY, 1});
}

static void write_empty_label(smithy_request *request) {
    smithy_request_path(request, "/");
    smithy_request_label(request, "id", SMITHY_STR(""));
}

static void write_absent_label(smithy_request *request) {
    smithy_request_path(request, "/");
    smithy_request_label_i64(request, "id", (smithy_opt_i64){0});
}

static void write_long_path(smithy_request *request) {
    static char text[70000];
    memset(text, 'a', sizeof text);
    smithy_request_greedy_label(request, "id", (smithy_str){text, sizeof text});
}

static void what_cannot_be_sent_is_refused(void **state) {
    (void)state;
    static const struct {
        void (*writer)(smithy_request *request);
        smithy_status status;
    } CASES[] = {{write_line_break, SMITHY_ERROR_INPUT},   {write_nul, SMITHY_ERROR_INPUT},
                 {write_bad_key, SMITHY_ERROR_INPUT},      {write_empty_label, SMITHY_ERROR_INPUT},
                 {write_absent_label, SMITHY_ERROR_INPUT}, {write_long_path, SMITHY_ERROR_LIMIT}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        toy_bench bench;
        assert_int_equal(send(&bench, CASES[i].writer), CASES[i].status);
        assert_int_equal(bench.transport.request_count, 0);
        toy_bench_close(&bench);
    }
}

static void write_host(smithy_request *request) {
    request->host_prefix = SMITHY_STR("streaming-");
    smithy_request_path(request, "/x");
}

static void write_host_label(smithy_request *request) {
    smithy_request_host(request, "foo.");
    smithy_request_host_label(request, "label", SMITHY_STR("Bar-1"));
    smithy_request_host(request, ".");
}

static void write_bad_host(smithy_request *request) {
    request->host_prefix = SMITHY_STR("evil.com/");
}

static void write_empty_host(smithy_request *request) {
    smithy_request_host(request, "foo..");
}

static smithy_str host_label;

static void write_wrong_label(smithy_request *request) {
    smithy_request_host_label(request, "label", host_label);
    smithy_request_host(request, ".");
}

static void a_host_prefix_goes_before_the_host_and_nowhere_else(void **state) {
    (void)state;
    toy_bench bench;
    assert_int_equal(send(&bench, write_host), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url, "https://streaming-h/x");
    toy_bench_close(&bench);
    assert_int_equal(send(&bench, write_host_label), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url, "https://foo.Bar-1.h/");
    toy_bench_close(&bench);
    assert_int_equal(send(&bench, write_bad_host), SMITHY_ERROR_INPUT);
    toy_bench_close(&bench);
    assert_int_equal(send(&bench, write_empty_host), SMITHY_ERROR_INPUT);
    toy_bench_close(&bench);
}

static void a_label_of_a_host_is_one_label(void **state) {
    (void)state;
    static const char LONG[] = "a23456789012345678901234567890123456789012345678901234567890123";
    static const char *const WRONG[] = {"", "a.b", "a/b", "a b", "-a", "a-", "\xC3\xA9", "a@"};
    toy_bench bench;
    host_label = smithy_str_from(LONG);
    assert_int_equal(send(&bench, write_wrong_label), SMITHY_OK);
    toy_bench_close(&bench);
    static const char LONGER[] = "a234567890123456789012345678901234567890123456789012345678901234";
    host_label = smithy_str_from(LONGER);
    assert_int_equal(send(&bench, write_wrong_label), SMITHY_ERROR_INPUT);
    toy_bench_close(&bench);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        host_label = smithy_str_from(WRONG[i]);
        assert_int_equal(send(&bench, write_wrong_label), SMITHY_ERROR_INPUT);
        assert_int_equal(bench.transport.request_count, 0);
        toy_bench_close(&bench);
    }
    host_label = (smithy_str){0};
    assert_int_equal(send(&bench, write_wrong_label), SMITHY_ERROR_INPUT);
    toy_bench_close(&bench);
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

static void set(const char *name, const char *value) {
    smithy_call_clear_error(call);
    assert_int_equal(smithy_headers_set(&response.headers, smithy_str_from(name), smithy_str_from(value), call),
                     SMITHY_OK);
}

static void header_values_are_read_by_their_type(void **state) {
    (void)state;
    smithy_str text = {0};
    smithy_opt_bool flag = {0};
    smithy_opt_i32 small = {0};
    smithy_opt_i64 large = {0};
    smithy_opt_f64 real = {0};
    smithy_opt_time time = {0};
    set("X", "true");
    assert_int_equal(smithy_response_header_str(&response, "x", &text, call), SMITHY_OK);
    assert_string_equal(text.ptr, "true");
    assert_int_equal(smithy_response_header_bool(&response, "x", &flag, call), SMITHY_OK);
    assert_true(flag.has && flag.value);
    set("X", "-12");
    assert_int_equal(smithy_response_header_i32(&response, "x", &small, call), SMITHY_OK);
    assert_int_equal(small.value, -12);
    assert_int_equal(smithy_response_header_i64(&response, "x", &large, call), SMITHY_OK);
    assert_int_equal(large.value, -12);
    set("X", "1.25");
    assert_int_equal(smithy_response_header_f64(&response, "x", &real, call), SMITHY_OK);
    assert_true(real.value == 1.25);
    set("X", "Tue, 29 Apr 2014 18:30:38 GMT");
    assert_int_equal(smithy_response_header_time(&response, "x", SMITHY_TIME_HTTP_DATE, &time, call), SMITHY_OK);
    assert_int_equal(time.value, 1398796238000);
    set("X", "2014-04-29T18:30:38Z");
    assert_int_equal(smithy_response_header_time(&response, "x", SMITHY_TIME_DATE_TIME, &time, call), SMITHY_OK);
    set("X", "1398796238.5");
    assert_int_equal(smithy_response_header_time(&response, "x", SMITHY_TIME_EPOCH, &time, call), SMITHY_OK);
    assert_int_equal(time.value, 1398796238500);
}

static void an_absent_header_changes_nothing(void **state) {
    (void)state;
    smithy_opt_i32 small = SMITHY_SET(5);
    smithy_str_list list = {0};
    smithy_str_map map = {0};
    assert_int_equal(smithy_response_header_i32(&response, "x", &small, call), SMITHY_OK);
    assert_int_equal(small.value, 5);
    assert_int_equal(smithy_response_header_str_list(&response, "x", &list, call), SMITHY_OK);
    assert_null(list.items);
    assert_int_equal(smithy_response_prefix_headers(&response, "x-", &map, call), SMITHY_OK);
    assert_non_null(map.items); /* There and empty. */
    assert_int_equal(map.count, 0);
}

static void a_header_of_another_type_is_named(void **state) {
    (void)state;
    smithy_opt_bool flag = {0};
    smithy_opt_i32 small = {0};
    smithy_opt_time time = {0};
    set("X", "yes");
    assert_int_equal(smithy_response_header_bool(&response, "x-none", &flag, call), SMITHY_OK);
    assert_int_equal(smithy_response_header_bool(&response, "X", &flag, call), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(call)->message, "the answer's header X cannot be read: \"yes\"");
    assert_false(flag.has);
    set("X", "2147483648");
    assert_int_equal(smithy_response_header_i32(&response, "X", &small, call), SMITHY_ERROR_RESPONSE);
    set("X", "yesterday");
    assert_int_equal(smithy_response_header_time(&response, "X", SMITHY_TIME_HTTP_DATE, &time, call),
                     SMITHY_ERROR_RESPONSE);
}

static void check_list(const char *text, const char *joined) {
    smithy_str_list list = {0};
    char actual[256] = "";
    set("X", text);
    assert_int_equal(smithy_response_header_str_list(&response, "X", &list, call), SMITHY_OK);
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(strlen(list.items[i].ptr), list.items[i].len);
        strcat(strcat(actual, list.items[i].ptr), "|");
    }
    assert_string_equal(actual, joined);
}

static void a_list_is_split_at_its_commas_but_not_inside_of_quotes(void **state) {
    (void)state;
    check_list("a", "a|");
    check_list("a, b ,c", "a|b|c|");
    check_list("\"b,c\", \"d\\\"e\"  , f", "b,c|d\"e|f|");
    check_list("a,,b", "a||b|");
    check_list("", "");
    smithy_str_list list = {0};
    set("X", "\"open");
    assert_int_equal(smithy_response_header_str_list(&response, "X", &list, call), SMITHY_ERROR_RESPONSE);
    set("X", "\"a\" b");
    assert_int_equal(smithy_response_header_str_list(&response, "X", &list, call), SMITHY_ERROR_RESPONSE);
}

static void prefix_headers_are_a_map(void **state) {
    (void)state;
    smithy_str_map map = {0};
    set("X-Meta-One", "1");
    set("x-meta-two", "2");
    set("x-met", "3");
    assert_int_equal(smithy_response_prefix_headers(&response, "x-meta-", &map, call), SMITHY_OK);
    assert_int_equal(map.count, 2);
    assert_string_equal(map.items[0].key.ptr, "One");
    assert_string_equal(map.items[1].value.ptr, "2");
}

static void a_document_is_read_only_inside_of_an_operation(void **state) {
    (void)state;
    const cJSON *first = NULL;
    const smithy_xml_node *root = NULL;
    assert_int_equal(smithy_response_json(&response, &first, call), SMITHY_ERROR_INPUT);
    assert_int_equal(smithy_response_xml(&response, &root, call), SMITHY_ERROR_INPUT);
}

#define RESPONSE_TEST(name) cmocka_unit_test_setup_teardown(name, open_response, close_response)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_encoded_label_by_label),
        cmocka_unit_test(a_query_leaves_out_what_is_absent_and_keeps_what_is_empty),
        cmocka_unit_test(headers_are_written_by_their_type),
        cmocka_unit_test(what_cannot_be_sent_is_refused),
        cmocka_unit_test(a_host_prefix_goes_before_the_host_and_nowhere_else),
        cmocka_unit_test(a_label_of_a_host_is_one_label),
        RESPONSE_TEST(header_values_are_read_by_their_type),
        RESPONSE_TEST(an_absent_header_changes_nothing),
        RESPONSE_TEST(a_header_of_another_type_is_named),
        RESPONSE_TEST(a_list_is_split_at_its_commas_but_not_inside_of_quotes),
        RESPONSE_TEST(prefix_headers_are_a_map),
        RESPONSE_TEST(a_document_is_read_only_inside_of_an_operation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
