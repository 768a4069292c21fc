#include "runtime_api.h"

#include "log_text.h"

#include <smithy/json.h>
#include <smithy/text.h>

#define API_VERSION        "/2018-06-01/runtime/"
#define CONNECT_TIMEOUT_MS 1000
#define RESULT_TIMEOUT_MS  10000
#define PATH_MAX_BYTES     4096
#define ERROR_MAX_BYTES    (64 * 1024)
#define MESSAGE_MAX_BYTES  4096

/* Where even the words for an error find no memory. */
#define BARE_ERROR "{\"errorMessage\":\"out of memory\",\"errorType\":\"Runtime.OutOfMemory\",\"stackTrace\":[]}"

static smithy_status perform(runtime_api *api, smithy_http_request *request, smithy_http_response *response) {
    *response = (smithy_http_response){0};
    request->no_proxy = true;
    request->no_expect = true;
    request->connect_timeout_ms = CONNECT_TIMEOUT_MS;
    request->max_body = RUNTIME_PAYLOAD_MAX;
    SMITHY_TRY(smithy_headers_add(&request->headers, SMITHY_STR("User-Agent"),
                                  SMITHY_STR("cloudwatch-logs-s3-exporter/" EXPORTER_VERSION), api->call));
    const smithy_status status = api->transport->perform(api->transport, request, response, api->call);
    api->http_status = response->status;
    return status;
}

static smithy_status refuse_status(runtime_api *api, const smithy_http_response *response) {
    return smithy_call_fail(api->call, SMITHY_ERROR_RESPONSE, "the Runtime API answered HTTP %d: %.*s",
                            response->status, response->body.len > 200 ? 200 : (int)response->body.len,
                            response->body.ptr ? response->body.ptr : "");
}

/* ---- next ---- */

/* The instant, where the header holds one that can be calculated with. */
static int64_t read_deadline(const smithy_headers *headers) {
    int64_t deadline_ms = 0;
    const smithy_str text = smithy_headers_get(headers, "Lambda-Runtime-Deadline-Ms");
    if (!smithy_str_to_i64(text, &deadline_ms)) return 0;
    return deadline_ms > 0 && deadline_ms < INT64_MAX / 2 ? deadline_ms : 0;
}

smithy_status runtime_api_next(runtime_api *api, runtime_invocation *invocation) {
    smithy_call_reset(api->call);
    api->http_status = 0;
    *invocation = (runtime_invocation){0};
    const smithy_str url =
        smithy_call_format(api->call, "http://%.*s" API_VERSION "invocation/next", SMITHY_STR_ARG(api->authority));
    if (!smithy_str_is_set(url)) return smithy_call_status(api->call);
    smithy_http_request request = {.method = SMITHY_STR("GET"), .url = url};
    smithy_http_response response;
    SMITHY_TRY(perform(api, &request, &response));
    if (response.status != 200) return refuse_status(api, &response);
    *invocation = (runtime_invocation){
        .event = response.body,
        .request_id = smithy_headers_get(&response.headers, "Lambda-Runtime-Aws-Request-Id"),
        .trace_id = smithy_headers_get(&response.headers, "Lambda-Runtime-Trace-Id"),
        .deadline_wall_ms = read_deadline(&response.headers),
    };
    if (invocation->request_id.len > 0) return SMITHY_OK;
    return smithy_call_fail(api->call, SMITHY_ERROR_RESPONSE, "the Runtime API sent an event without a request id");
}

/* ---- results ---- */

static smithy_status post(runtime_api *api, smithy_str url, smithy_str error_type, smithy_str json) {
    smithy_http_request request = {
        .method = SMITHY_STR("POST"),
        .url = url,
        .body = {.bytes = {(const uint8_t *)json.ptr, json.len}},
        .attempt_timeout_ms = RESULT_TIMEOUT_MS,
    };
    smithy_http_response response;
    const bool is_error = smithy_str_is_set(error_type);
    SMITHY_TRY(smithy_headers_add(
        &request.headers, SMITHY_STR("Content-Type"),
        is_error ? SMITHY_STR("application/vnd.aws.lambda.error+json") : SMITHY_STR("application/json"), api->call));
    if (is_error)
        SMITHY_TRY(smithy_headers_add(&request.headers, SMITHY_STR("Lambda-Runtime-Function-Error-Type"), error_type,
                                      api->call));
    SMITHY_TRY(perform(api, &request, &response));
    if (response.status < 200 || response.status > 299) return refuse_status(api, &response);
    return SMITHY_OK;
}

/* http://…/invocation/<id>/<what>, in the call's arena. */
static smithy_status make_result_url(runtime_api *api, smithy_str request_id, const char *what, smithy_str *url) {
    smithy_buffer text;
    smithy_buffer_init(&text, smithy_call_system(api->call), PATH_MAX_BYTES);
    smithy_buffer_append_text(&text, "http://");
    smithy_buffer_append_str(&text, api->authority);
    smithy_buffer_append_text(&text, API_VERSION "invocation/");
    smithy_uri_append(&text, request_id, false);
    smithy_buffer_append_f(&text, "/%s", what);
    smithy_status status = smithy_buffer_status(&text);
    if (status == SMITHY_OK) {
        *url = smithy_call_copy(api->call, smithy_buffer_str(&text));
        if (!smithy_str_is_set(*url)) status = SMITHY_ERROR_MEMORY;
    }
    smithy_buffer_deinit(&text);
    if (status == SMITHY_OK) return SMITHY_OK;
    return smithy_call_fail(api->call, status, "the address of a result could not be made");
}

smithy_status runtime_api_respond(runtime_api *api, smithy_str request_id, smithy_str json) {
    smithy_str url = {0};
    api->http_status = 0;
    smithy_call_clear_error(api->call);
    SMITHY_TRY(make_result_url(api, request_id, "response", &url));
    return post(api, url, (smithy_str){0}, json);
}

static void write_error(smithy_buffer *out, const char *type, const char *message) {
    smithy_buffer text;
    smithy_buffer_init(&text, out->system, ERROR_MAX_BYTES);
    exporter_text_append_utf8(&text, smithy_str_from(message), MESSAGE_MAX_BYTES);
    smithy_json_writer json;
    smithy_json_writer_init(&json, out);
    smithy_json_open_object(&json);
    smithy_json_put_str(&json, "errorMessage", smithy_buffer_str(&text));
    smithy_json_put_str(&json, "errorType", smithy_str_from(type));
    smithy_json_name(&json, "stackTrace");
    smithy_json_open_array(&json);
    smithy_json_close_array(&json);
    smithy_json_close_object(&json);
    if (smithy_buffer_status(&text) != SMITHY_OK) out->status = smithy_buffer_status(&text);
    smithy_buffer_deinit(&text);
}

static smithy_status post_error(runtime_api *api, smithy_str url, const char *type, const char *message) {
    smithy_buffer json;
    smithy_buffer_init(&json, smithy_call_system(api->call), ERROR_MAX_BYTES);
    write_error(&json, type, message);
    const bool whole = smithy_buffer_status(&json) == SMITHY_OK;
    const smithy_status status =
        post(api, url, smithy_str_from(type), whole ? smithy_buffer_str(&json) : SMITHY_STR(BARE_ERROR));
    smithy_buffer_deinit(&json);
    return status;
}

smithy_status runtime_api_fail(runtime_api *api, smithy_str request_id, const char *type, const char *message) {
    smithy_str url = {0};
    api->http_status = 0;
    smithy_call_clear_error(api->call);
    SMITHY_TRY(make_result_url(api, request_id, "error", &url));
    return post_error(api, url, type, message);
}

smithy_status runtime_api_fail_init(runtime_api *api, const char *type, const char *message) {
    smithy_call_reset(api->call);
    api->http_status = 0;
    const smithy_str url =
        smithy_call_format(api->call, "http://%.*s" API_VERSION "init/error", SMITHY_STR_ARG(api->authority));
    if (!smithy_str_is_set(url)) return smithy_call_status(api->call);
    return post_error(api, url, type, message);
}
