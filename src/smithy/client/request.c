#include "client/request_internal.h"

#include <inttypes.h>

#define MAX_PATH    ((size_t)64 * 1024)
#define MAX_QUERY   ((size_t)256 * 1024)
#define MAX_CONTENT ((size_t)64 * 1024 * 1024)

void request_init(smithy_request *request, const smithy_operation *operation, const smithy_system *system,
                  smithy_call *call) {
    *request = (smithy_request){.call = call, .method = operation->method};
    if (request->method.len == 0) request->method = SMITHY_STR("POST");
    smithy_buffer_init(&request->path, system, MAX_PATH);
    smithy_buffer_init(&request->query, system, MAX_QUERY);
    smithy_buffer_init(&request->content, system, MAX_CONTENT);
}

void request_deinit(smithy_request *request) {
    smithy_buffer_deinit(&request->path);
    smithy_buffer_deinit(&request->query);
    smithy_buffer_deinit_secret(&request->content);
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

void smithy_request_body(smithy_request *request, smithy_body body, const char *content_type) {
    request->body = body;
    if (!body.read && !body.bytes.ptr) return;
    if (body.read && body.length < 0) request_refuse(request, "the body", "needs a length that is not negative");
    if (content_type && !smithy_headers_get(&request->headers, "Content-Type").ptr)
        smithy_request_header_str(request, "Content-Type", smithy_str_from(content_type));
}

static void check_buffer(smithy_request *request, const smithy_buffer *buffer, const char *what) {
    const smithy_status status = smithy_buffer_status(buffer);
    if (status == SMITHY_OK) return;
    request_fail(request, smithy_call_fail(request->call, status, "the request's %s does not fit into %s", what,
                                           status == SMITHY_ERROR_LIMIT ? "its maximum" : "memory"));
}

smithy_status smithy_request_finish(smithy_request *request) {
    check_buffer(request, &request->path, "path");
    check_buffer(request, &request->query, "query");
    check_buffer(request, &request->content, "body");
    const bool written = request->json.out || request->xml.out;
    if (written) {
        const smithy_str content = smithy_buffer_str(&request->content);
        request->body = (smithy_body){.bytes = {(const uint8_t *)content.ptr, content.len}};
    }
    return request->status;
}
