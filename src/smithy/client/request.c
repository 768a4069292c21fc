#include "client/request_internal.h"

#include <inttypes.h>

#define MAX_PATH    ((size_t)64 * 1024)
#define MAX_QUERY   ((size_t)256 * 1024)
#define MAX_CONTENT ((size_t)64 * 1024 * 1024)

void request_init(smithy_request *request, const smithy_operation *operation, smithy_protocol protocol,
                  const smithy_system *system, smithy_call *call) {
    *request = (smithy_request){
        .call = call, .method = operation->method, .is_ec2_query = protocol == SMITHY_PROTOCOL_EC2_QUERY};
    if (request->method.len == 0) request->method = SMITHY_STR("POST");
    smithy_buffer_init(&request->path, system, MAX_PATH);
    smithy_buffer_init(&request->query, system, MAX_QUERY);
    smithy_buffer_init(&request->content, system, MAX_CONTENT);
}

void request_deinit(smithy_request *request) {
    smithy_buffer_deinit(&request->path);
    smithy_buffer_deinit(&request->query);
    smithy_buffer_deinit_secret(&request->content);
    if (request->form.out) smithy_query_writer_deinit(&request->form);
}

void request_fail(smithy_request *request, smithy_status status) {
    if (request->status == SMITHY_OK) request->status = status;
}

void request_refuse(smithy_request *request, const char *name, const char *what) {
    request_fail(request, smithy_call_fail(request->call, SMITHY_ERROR_INPUT, "%s %s", name, what));
}

void smithy_request_require(smithy_request *request, const char *member, bool has) {
    if (!has) request_refuse(request, member, "is required");
}

smithy_str request_keep(smithy_request *request, smithy_str text) {
    const smithy_str copy = smithy_call_copy(request->call, text);
    if (!copy.ptr) request_fail(request, smithy_call_status(request->call));
    return copy;
}

smithy_str smithy_request_token(smithy_request *request, smithy_str value) {
    char uuid[37];
    if (value.ptr || request->status != SMITHY_OK) return value;
    const smithy_status status = smithy_uuid(request->content.system, uuid);
    if (status == SMITHY_OK) return request_keep(request, smithy_str_from(uuid));
    request_fail(request, smithy_call_fail(request->call, status, "there are no random bytes to be had"));
    return value;
}

/* ---- values as text ---- */

smithy_str request_time_text(int64_t ms, smithy_time_format format, char text[SMITHY_TIME_TEXT_SIZE]) {
    switch (format) {
    case SMITHY_TIME_EPOCH: return (smithy_str){text, smithy_time_write_epoch(ms, text)};
    case SMITHY_TIME_DATE_TIME: return (smithy_str){text, smithy_time_write_date_time(ms, text)};
    case SMITHY_TIME_HTTP_DATE: break;
    }
    return (smithy_str){text, smithy_time_write_http_date(ms, text)};
}

smithy_str request_i64_text(int64_t value, char text[SMITHY_NUMBER_TEXT_SIZE]) {
    const int len = snprintf(text, SMITHY_NUMBER_TEXT_SIZE, "%" PRId64, value);
    return (smithy_str){text, (size_t)len};
}

smithy_str request_f32_text(float value, char text[SMITHY_NUMBER_TEXT_SIZE]) {
    return (smithy_str){text, smithy_f32_write(value, text)};
}

smithy_str request_f64_text(double value, char text[SMITHY_NUMBER_TEXT_SIZE]) {
    return (smithy_str){text, smithy_f64_write(value, text)};
}

smithy_str request_bool_text(bool value) {
    return value ? SMITHY_STR("true") : SMITHY_STR("false");
}

/* ---- body ---- */

smithy_json_writer *smithy_request_json(smithy_request *request) {
    smithy_json_writer_init(&request->json, &request->content);
    return &request->json;
}

smithy_xml_writer *smithy_request_xml(smithy_request *request) {
    smithy_xml_writer_init(&request->xml, &request->content);
    return &request->xml;
}

smithy_query_writer *smithy_request_query_form(smithy_request *request, const char *action, const char *version) {
    smithy_query_writer_init(&request->form, &request->content, action, version);
    request->form.writes_empty_lists = !request->is_ec2_query;
    return &request->form;
}

void smithy_request_body_bytes(smithy_request *request, smithy_bytes bytes, const char *content_type) {
    smithy_request_body(request, (smithy_body){.bytes = bytes},
                        content_type ? content_type : "application/octet-stream");
}

void smithy_request_body_str(smithy_request *request, smithy_str text, const char *content_type) {
    const smithy_bytes bytes = {(const uint8_t *)text.ptr, text.len};
    smithy_request_body(request, (smithy_body){.bytes = bytes}, content_type ? content_type : "text/plain");
}

void smithy_request_body(smithy_request *request, smithy_body body, const char *content_type) {
    request->body = body;
    if (!body.read && !body.bytes.ptr) return;
    if (body.read && body.length < 0) request_refuse(request, "the body", "needs a length that is not negative");
    if (content_type && !smithy_headers_get(&request->headers, "Content-Type").ptr)
        smithy_request_header_str(request, "Content-Type", smithy_str_from(content_type));
}

static const char *problem_of(smithy_status status) {
    if (status == SMITHY_ERROR_INPUT) return "holds a value that its format cannot";
    return status == SMITHY_ERROR_LIMIT ? "does not fit into its maximum" : "does not fit into memory";
}

static void check_buffer(smithy_request *request, const smithy_buffer *buffer, const char *what) {
    const smithy_status status = smithy_buffer_status(buffer);
    if (status == SMITHY_OK) return;
    request_fail(request, smithy_call_fail(request->call, status, "the request's %s %s", what, problem_of(status)));
}

smithy_status smithy_request_finish(smithy_request *request) {
    check_buffer(request, &request->path, "path");
    check_buffer(request, &request->query, "query");
    check_buffer(request, &request->content, "body");
    const bool written = request->json.out || request->xml.out || request->cbor.out || request->form.out;
    if (written) {
        const smithy_str content = smithy_buffer_str(&request->content);
        request->body = (smithy_body){.bytes = {(const uint8_t *)content.ptr, content.len}};
    }
    return request->status;
}
