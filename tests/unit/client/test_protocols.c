/* What each protocol puts around a request and finds in an answer: forms, CBOR, compatible queries, compression. */
#include <setjmp.h>
#include <stdarg.h>

#include "toy_bench.h"

#include <cmocka.h>
#include <stdlib.h>
#include <zlib.h>

/* ---- a service of each protocol ---- */

static const smithy_service AWS_QUERY = {
    .id = "Toy", .api_version = "2020-01-08", .protocol = SMITHY_PROTOCOL_AWS_QUERY};
static const smithy_service EC2_QUERY = {
    .id = "Toy", .api_version = "2020-01-08", .protocol = SMITHY_PROTOCOL_EC2_QUERY};
static const smithy_service CBOR = {.id = "Toy",
                                    .target_prefix = "ToyService",
                                    .protocol = SMITHY_PROTOCOL_RPC_V2_CBOR,
                                    .error_facts = smithy_cbor_error_facts};
static const smithy_service COMPATIBLE = {.id = "Toy",
                                          .target_prefix = "ToyService",
                                          .protocol = SMITHY_PROTOCOL_RPC_V2_CBOR,
                                          .is_query_compatible = true,
                                          .error_facts = smithy_cbor_error_facts};
static const smithy_service COMPATIBLE_JSON = {
    .id = "Toy", .target_prefix = "ToyService", .protocol = SMITHY_PROTOCOL_AWS_JSON_1_0, .is_query_compatible = true};
static const smithy_service REST_JSON = {.id = "Toy", .protocol = SMITHY_PROTOCOL_REST_JSON_1};

static const smithy_client_options OPTIONS = {.endpoint_url = SMITHY_STR_INIT("https://h"),
                                              .retry_mode = SMITHY_RETRY_OFF};

static void open_bench(toy_bench *bench, const smithy_service *service, const scripted_answer *answer) {
    toy_bench_open(bench, service, &OPTIONS, answer, 1);
}

static const char *header(const toy_bench *bench, const char *name) {
    return scripted_request_header(&bench->transport, 0, name);
}

/* ---- forms ---- */

static smithy_status write_form(const void *in, smithy_request *request, smithy_call *call) {
    (void)call;
    smithy_request_path(request, "/");
    smithy_query_writer *form = smithy_request_query_form(request, "Echo", "2020-01-08");
    smithy_query_put_str(form, "Name", ((const toy_input *)in)->name);
    smithy_query_open_list(form, "List", "member", 0);
    smithy_query_close(form);
    return smithy_request_finish(request);
}

static smithy_status read_result(const smithy_http_response *response, void *out, smithy_call *call) {
    const smithy_xml_node *result = NULL;
    SMITHY_TRY(smithy_response_xml_result(response, "EchoResult", &result, call));
    const smithy_xml_node *name = result ? smithy_xml_child(result, "Name") : NULL;
    return name ? smithy_xml_get_str(name, &((toy_output *)out)->name, call) : SMITHY_OK;
}

static smithy_status read_xml_error(const smithy_http_response *response, void *detail, smithy_call *call) {
    const smithy_xml_node *error = NULL;
    SMITHY_TRY(smithy_response_xml_error(response, &error, call));
    const smithy_xml_node *resource = error ? smithy_xml_child(error, "Resource") : NULL;
    return resource ? smithy_xml_get_str(resource, &((toy_error *)detail)->resource, call) : SMITHY_OK;
}

static const smithy_error_shape XML_ERROR = {
    .code = "Customized", .http_status = 402, .size = sizeof(toy_error), .read = read_xml_error};
static const smithy_error_shape *const XML_ERRORS[] = {&XML_ERROR, NULL};

static const smithy_operation FORM = {.name = "Echo",
                                      .method = SMITHY_STR_INIT("POST"),
                                      .write_request = write_form,
                                      .read_response = read_result,
                                      .errors = XML_ERRORS,
                                      .is_unsigned = true,
                                      .output_size = sizeof(toy_output)};

static void a_form_is_sent_and_its_result_found(void **state) {
    (void)state;
    static const scripted_answer ANSWER = {
        .status = 200,
        .body = "<EchoResponse xmlns=\"urn:x\"><EchoResult><Name>n</Name></EchoResult>"
                "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></EchoResponse>"};
    const toy_input input = {.name = SMITHY_STR_INIT("a b")};
    toy_bench bench;
    toy_output output;
    open_bench(&bench, &AWS_QUERY, &ANSWER);
    assert_int_equal(toy_bench_invoke(&bench, &FORM, &input, &output), SMITHY_OK);
    assert_string_equal(output.name.ptr, "n");
    assert_string_equal(bench.transport.requests[0].body, "Action=Echo&Version=2020-01-08&Name=a%20b&List=");
    assert_string_equal(header(&bench, "content-type"), "application/x-www-form-urlencoded");
    toy_bench_close(&bench);
}

static void ec2_writes_no_empty_list(void **state) {
    (void)state;
    static const scripted_answer ANSWER = {.status = 200};
    const toy_input input = {.sink = NULL};
    toy_bench bench;
    toy_output output;
    open_bench(&bench, &EC2_QUERY, &ANSWER);
    assert_int_equal(toy_bench_invoke(&bench, &FORM, &input, &output), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].body, "Action=Echo&Version=2020-01-08");
    assert_null(output.name.ptr);
    toy_bench_close(&bench);
}

static void query_errors_have_members_and_request_ids(void **state) {
    (void)state;
    static const struct {
        const smithy_service *service;
        scripted_answer answer;
    } CASES[] = {
        {&AWS_QUERY,
         {.status = 402,
          .body = "<ErrorResponse><Error><Type>Sender</Type><Code>Customized</Code><Message>Hi</Message>"
                  "<Resource>r</Resource></Error><RequestId>foo-id</RequestId></ErrorResponse>"}},
        {&EC2_QUERY,
         {.status = 402,
          .body = "<Response><Errors><Error><Code>Customized</Code><Message>Hi</Message><Resource>r</Resource></Error>"
                  "</Errors><RequestID>foo-id</RequestID></Response>"}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const toy_input input = {.sink = NULL};
        toy_bench bench;
        toy_output output;
        open_bench(&bench, CASES[i].service, &CASES[i].answer);
        assert_int_equal(toy_bench_invoke(&bench, &FORM, &input, &output), SMITHY_ERROR_SERVICE);
        assert_string_equal(toy_bench_error(&bench)->code, "Customized");
        assert_string_equal(toy_bench_error(&bench)->message, "Hi");
        assert_string_equal(toy_bench_error(&bench)->request_id, "foo-id");
        const toy_error *detail = smithy_call_error_shape(bench.call, &XML_ERROR);
        assert_non_null(detail);
        assert_string_equal(detail->resource.ptr, "r");
        toy_bench_close(&bench);
    }
}

/* ---- CBOR ---- */

static smithy_status write_cbor(const void *in, smithy_request *request, smithy_call *call) {
    (void)call;
    smithy_cbor_writer *cbor = smithy_request_cbor(request);
    smithy_cbor_open_object(cbor);
    smithy_cbor_put_str(cbor, "name", ((const toy_input *)in)->name);
    smithy_cbor_close_object(cbor);
    return smithy_request_finish(request);
}

static smithy_status read_cbor(const smithy_http_response *response, void *out, smithy_call *call) {
    const smithy_cbor_node *member = NULL;
    SMITHY_TRY(smithy_response_cbor(response, &member, call));
    for (; member; member = member->next)
        if (smithy_cbor_is(member, "name")) SMITHY_TRY(smithy_cbor_get_str(member, &((toy_output *)out)->name, call));
    return SMITHY_OK;
}

static const smithy_error_shape CUSTOM = {.code = "Customized", .http_status = 400};
static const smithy_error_shape *const CBOR_ERRORS[] = {&CUSTOM, NULL};

static const smithy_operation CBOR_ECHO = {.name = "Echo",
                                           .method = SMITHY_STR_INIT("POST"),
                                           .write_request = write_cbor,
                                           .read_response = read_cbor,
                                           .errors = CBOR_ERRORS,
                                           .is_unsigned = true,
                                           .output_size = sizeof(toy_output)};
static const smithy_operation NO_INPUT = {.name = "Nothing", .is_unsigned = true};

#define CBOR_HEADERS "smithy-protocol: rpc-v2-cbor\nContent-Type: application/cbor"

static void a_cbor_operation_is_named_in_its_path(void **state) {
    (void)state;
    static const scripted_answer ANSWER = {.status = 200, .headers = CBOR_HEADERS, .body = "\xBF\x64name\x61n\xFF"};
    const toy_input input = {.name = SMITHY_STR_INIT("x")};
    toy_bench bench;
    toy_output output;
    open_bench(&bench, &CBOR, &ANSWER);
    assert_int_equal(toy_bench_invoke(&bench, &CBOR_ECHO, &input, &output), SMITHY_OK);
    assert_string_equal(output.name.ptr, "n");
    assert_string_equal(bench.transport.requests[0].method, "POST");
    assert_string_equal(bench.transport.requests[0].url, "https://h/service/ToyService/operation/Echo");
    assert_string_equal(bench.transport.requests[0].body, "\xBF\x64name\x61x\xFF");
    assert_string_equal(header(&bench, "smithy-protocol"), "rpc-v2-cbor");
    assert_string_equal(header(&bench, "accept"), "application/cbor");
    assert_string_equal(header(&bench, "content-type"), "application/cbor");
    assert_null(header(&bench, "x-amz-target"));
    assert_null(header(&bench, "x-amzn-query-mode"));
    toy_bench_close(&bench);
}

static void a_cbor_operation_without_input_has_no_body(void **state) {
    (void)state;
    static const scripted_answer ANSWER = {.status = 200, .headers = CBOR_HEADERS};
    const toy_input input = {.sink = NULL};
    toy_bench bench;
    toy_output output;
    open_bench(&bench, &COMPATIBLE, &ANSWER);
    assert_int_equal(toy_bench_invoke(&bench, &NO_INPUT, &input, &output), SMITHY_OK);
    assert_int_equal(bench.transport.requests[0].body_len, 0);
    assert_null(header(&bench, "content-type"));
    assert_string_equal(header(&bench, "accept"), "application/cbor");
    assert_string_equal(header(&bench, "x-amzn-query-mode"), "true");
    toy_bench_close(&bench);
}

static void an_answer_of_another_protocol_is_refused(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .body = "\xA0"},
                                              {.status = 200, .headers = "smithy-protocol: rpc-v2-json", .body = "{}"},
                                              {.status = 200, .headers = CBOR_HEADERS, .body = "\xFF"},
                                              {.status = 200, .headers = CBOR_HEADERS, .body = "\x01"}};
    const toy_input input = {.sink = NULL};
    for (size_t i = 0; i < sizeof ANSWERS / sizeof ANSWERS[0]; i++) {
        toy_bench bench;
        toy_output output;
        open_bench(&bench, &CBOR, &ANSWERS[i]);
        assert_int_equal(toy_bench_invoke(&bench, &CBOR_ECHO, &input, &output), SMITHY_ERROR_RESPONSE);
        toy_bench_close(&bench);
    }
}

static void errors_in_cbor_are_found(void **state) {
    (void)state;
#define CBOR_ERROR "\xA2\x66__type\x6Bns.x#Error:\x67message\x62Hi"
    static const struct {
        scripted_answer answer;
        const char *code, *message;
    } CASES[] = {
        {{.status = 400, .headers = CBOR_HEADERS, .body = CBOR_ERROR}, "Error", "Hi"},
        {{.status = 400, .headers = CBOR_HEADERS "\nx-amzn-query-error: Customized;Sender", .body = CBOR_ERROR},
         "Customized",
         "Hi"},
        {{.status = 500, .headers = CBOR_HEADERS, .body = "\xA1\x66__type\x01"}, "500", "\xA1\x66__type\x01"},
        {{.status = 503, .headers = "Content-Type: text/html", .body = "<html>busy</html>"},
         "503",
         "<html>busy</html>"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const toy_input input = {.sink = NULL};
        toy_bench bench;
        toy_output output;
        open_bench(&bench, &COMPATIBLE, &CASES[i].answer);
        assert_int_equal(toy_bench_invoke(&bench, &CBOR_ECHO, &input, &output), SMITHY_ERROR_SERVICE);
        assert_string_equal(toy_bench_error(&bench)->code, CASES[i].code);
        if (i != 2) assert_string_equal(toy_bench_error(&bench)->message, CASES[i].message);
        toy_bench_close(&bench);
    }
}

/* ---- JSON ---- */

static void a_compatible_json_service_asks_for_query_errors(void **state) {
    (void)state;
    static const scripted_answer ANSWER = {.status = 400,
                                           .headers = "x-amzn-query-error: Customized;Sender",
                                           .body = "{\"__type\":\"ns#CustomCodeError\",\"message\":\"Hi\"}"};
    const toy_input input = {.sink = NULL};
    toy_bench bench;
    toy_output output;
    open_bench(&bench, &COMPATIBLE_JSON, &ANSWER);
    assert_int_equal(toy_bench_invoke(&bench, &NO_INPUT, &input, &output), SMITHY_ERROR_SERVICE);
    assert_string_equal(toy_bench_error(&bench)->code, "Customized");
    assert_string_equal(header(&bench, "x-amzn-query-mode"), "true");
    assert_string_equal(header(&bench, "x-amz-target"), "ToyService.Nothing");
    toy_bench_close(&bench);
}

static smithy_status read_any(const smithy_http_response *response, void *out, smithy_call *call) {
    const cJSON *root = NULL;
    SMITHY_TRY(smithy_response_json_root(response, &root, call));
    return root ? smithy_json_get_str(root, &((toy_output *)out)->name, call) : SMITHY_OK;
}

static void a_payload_may_be_any_json_value_or_none(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .body = "\"hello\""}, {.status = 200, .body = "null"}, {.status = 200}};
    const smithy_operation operation = {
        .name = "Any", .read_response = read_any, .is_unsigned = true, .output_size = sizeof(toy_output)};
    const toy_input input = {.sink = NULL};
    for (size_t i = 0; i < 3; i++) {
        toy_bench bench;
        toy_output output;
        open_bench(&bench, &REST_JSON, &ANSWERS[i]);
        assert_int_equal(toy_bench_invoke(&bench, &operation, &input, &output), SMITHY_OK);
        assert_int_equal(output.name.ptr != NULL, i == 0);
        assert_int_equal(bench.transport.requests[0].body_len, 0);
        assert_null(header(&bench, "content-type"));
        toy_bench_close(&bench);
    }
}

/* ---- compression ---- */

static smithy_status write_body(const void *in, smithy_request *request, smithy_call *call) {
    const toy_input *input = in;
    (void)call;
    smithy_request_path(request, "/");
    smithy_request_header_str(request, "Content-Encoding", input->name);
    smithy_request_body(request, input->body, "application/octet-stream");
    return smithy_request_finish(request);
}

static const smithy_operation PUT_METRICS = {.name = "PutMetrics",
                                             .method = SMITHY_STR_INIT("POST"),
                                             .write_request = write_body,
                                             .is_unsigned = true,
                                             .requires_checksum = true,
                                             .compresses_request = true};

static void inflate_gzip(const scripted_request *request, uint8_t *out, size_t size, size_t *len) {
    z_stream stream = {.next_in = (Bytef *)request->body,
                       .avail_in = (uInt)request->body_len,
                       .next_out = out,
                       .avail_out = (uInt)size};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    *len = size - stream.avail_out;
    inflateEnd(&stream);
}

static void check_compressed(size_t len, const char *encoding, const char *expected) {
    static const scripted_answer ANSWER = {.status = 200};
    uint8_t *bytes = calloc(1, len), *back = calloc(1, len + 1);
    size_t back_len = 0;
    assert_true(bytes && back);
    memset(bytes, 'x', len);
    const toy_input input = {.name = smithy_str_from(encoding), .body = {.bytes = {bytes, len}}};
    toy_bench bench;
    toy_output output;
    open_bench(&bench, &REST_JSON, &ANSWER);
    assert_int_equal(toy_bench_invoke(&bench, &PUT_METRICS, &input, &output), SMITHY_OK);
    assert_string_equal(header(&bench, "content-encoding"), expected);
    inflate_gzip(&bench.transport.requests[0], back, len + 1, &back_len);
    assert_int_equal(back_len, len);
    assert_memory_equal(back, bytes, len);
    free(bytes);
    free(back);
    toy_bench_close(&bench);
}

static void a_long_body_is_compressed(void **state) {
    (void)state;
    check_compressed(10240, NULL, "gzip");
    check_compressed(1000000, "custom", "custom, gzip");
}

static void send_uncompressed(const char *variable, const char *value, const smithy_body *body) {
    static const scripted_answer ANSWER = {.status = 200};
    const toy_input input = {.body = *body};
    toy_bench bench;
    toy_output output;
    open_bench(&bench, &REST_JSON, &ANSWER);
    if (variable) fake_system_set_env(&bench.fake, variable, value);
    smithy_client_destroy(bench.client);
    bench.client = smithy_client_create(&REST_JSON, &OPTIONS, NULL, 0, bench.call);
    assert_non_null(bench.client);
    assert_int_equal(toy_bench_invoke(&bench, &PUT_METRICS, &input, &output), SMITHY_OK);
    assert_null(header(&bench, "content-encoding"));
    toy_bench_close(&bench);
}

static smithy_status read_zeros(void *context, uint8_t *bytes, size_t size, size_t *len) {
    size_t *left = context;
    *len = size < *left ? size : *left;
    memset(bytes, 0, *len);
    *left -= *len;
    return SMITHY_OK;
}

static smithy_status rewind_zeros(void *context) {
    *(size_t *)context = 20000;
    return SMITHY_OK;
}

static void other_bodies_are_sent_as_they_are(void **state) {
    (void)state;
    static uint8_t bytes[10240];
    size_t left = 20000;
    const smithy_body shorter = {.bytes = {bytes, 10239}}, none = {.read = NULL}, longer = {.bytes = {bytes, 10240}};
    const smithy_body source = {.read = read_zeros, .rewind = rewind_zeros, .context = &left, .length = 20000};
    send_uncompressed(NULL, NULL, &shorter);
    send_uncompressed(NULL, NULL, &none);
    send_uncompressed(NULL, NULL, &source);
    send_uncompressed("AWS_DISABLE_REQUEST_COMPRESSION", "true", &longer);
    send_uncompressed("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "10241", &longer);
    send_uncompressed("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "0", &none);
}

static void compression_fails_only_for_want_of_memory(void **state) {
    (void)state;
    static const scripted_answer ANSWER = {.status = 200};
    static uint8_t bytes[20000];
    const toy_input input = {.body = {.bytes = {bytes, sizeof bytes}}};
    size_t fail_at = 1;
    for (bool reached = true; reached; fail_at++) {
        toy_bench bench;
        toy_output output;
        open_bench(&bench, &REST_JSON, &ANSWER);
        bench.fake.fail_allocation = bench.fake.allocations + fail_at;
        const smithy_status status = toy_bench_invoke(&bench, &PUT_METRICS, &input, &output);
        reached = bench.fake.allocations >= bench.fake.fail_allocation;
        assert_int_equal(status, reached ? SMITHY_ERROR_MEMORY : SMITHY_OK);
        toy_bench_close(&bench);
    }
    assert_true(fail_at > 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_sent_and_its_result_found),
        cmocka_unit_test(ec2_writes_no_empty_list),
        cmocka_unit_test(query_errors_have_members_and_request_ids),
        cmocka_unit_test(a_cbor_operation_is_named_in_its_path),
        cmocka_unit_test(a_cbor_operation_without_input_has_no_body),
        cmocka_unit_test(an_answer_of_another_protocol_is_refused),
        cmocka_unit_test(errors_in_cbor_are_found),
        cmocka_unit_test(a_compatible_json_service_asks_for_query_errors),
        cmocka_unit_test(a_payload_may_be_any_json_value_or_none),
        cmocka_unit_test(a_long_body_is_compressed),
        cmocka_unit_test(other_bodies_are_sent_as_they_are),
        cmocka_unit_test(compression_fails_only_for_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
