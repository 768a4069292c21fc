#include "client/invocation.h"

#include "core/utf8.h"

/* ---- text for people ---- */

/* Shorter ones are no real keys, but may well be words. */
#define MIN_SECRET 8

/* How much of the text's beginning is a secret of the credentials: 0 for none. A service that quotes the request which
 * it refuses quotes the session token in it, and what an error says is printed and logged. */
static size_t secret_at(const smithy_credentials *credentials, smithy_str text) {
    const smithy_str secrets[] = {credentials->session_token, credentials->secret_access_key};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        if (secrets[i].len >= MIN_SECRET && smithy_str_starts_with(text, secrets[i])) return secrets[i].len;
    return 0;
}

/* One line, cut at the size, and never in the middle of a UTF-8 character. */
static void copy_line(char *out, size_t size, smithy_str text, const smithy_credentials *credentials) {
    size_t len = 0;
    while (text.len > 0 && len < size - 1) {
        const size_t secret = secret_at(credentials, text);
        const size_t taken = secret ? secret : 1;
        const unsigned char c = (unsigned char)text.ptr[0];
        out[len++] = secret ? '*' : c < ' ' || c == 0x7F ? ' ' : text.ptr[0];
        text.ptr += taken;
        text.len -= taken;
    }
    out[text.len > 0 ? smithy_utf8_cut(out, len) : len] = '\0';
}

static void copy_if_set(char *out, size_t size, smithy_str text) {
    static const smithy_credentials NONE = {0};
    if (text.len) copy_line(out, size, text, &NONE);
}

static void copy_message(smithy_error *error, const invocation *inv, smithy_str text) {
    if (text.len) copy_line(error->message, sizeof error->message, text, &inv->credentials);
}

/* ---- codes ---- */

/* "aws.protocoltests#FooError:http://…" is FooError. */
static smithy_str bare_code(smithy_str code) {
    const char *colon = code.len ? memchr(code.ptr, ':', code.len) : NULL;
    if (colon) code.len = (size_t)(colon - code.ptr);
    const char *hash = code.len ? memchr(code.ptr, '#', code.len) : NULL;
    if (!hash) return code;
    const size_t skipped = (size_t)(hash - code.ptr) + 1;
    return (smithy_str){code.ptr + skipped, code.len - skipped};
}

static smithy_str until(smithy_str text, char end) {
    const char *at = text.len ? memchr(text.ptr, end, text.len) : NULL;
    return at ? (smithy_str){text.ptr, (size_t)(at - text.ptr)} : text;
}

/* ---- JSON ---- */

static void take_text(const cJSON *member, smithy_str *target, smithy_call *call) {
    if (target->len || !smithy_json_is_string(member)) return;
    if (smithy_json_get_str(member, target, call) != SMITHY_OK) *target = (smithy_str){0};
}

static void find_in_json(invocation *inv, smithy_error_facts *found) {
    const cJSON *first = NULL;
    smithy_str type = {0};
    const smithy_str header = smithy_response_header(&inv->response, "x-amzn-errortype");
    if (smithy_response_json(&inv->response, &first, inv->call) != SMITHY_OK) first = NULL;
    for (const cJSON *member = first; member; member = member->next) {
        if (smithy_json_is(member, "code"))
            take_text(member, &found->code, inv->call);
        else if (smithy_json_is(member, "__type"))
            take_text(member, &type, inv->call);
        else if (smithy_json_is(member, "message") || smithy_json_is(member, "Message") ||
                 smithy_json_is(member, "errorMessage"))
            take_text(member, &found->message, inv->call);
    }
    if (!found->code.len) found->code = type;
    if (header.len) found->code = header;
}

/* ---- XML ---- */

static smithy_str child_text(const smithy_xml_node *parent, const char *name) {
    const smithy_xml_node *child = smithy_xml_child(parent, name);
    return child ? child->text : (smithy_str){0};
}

static void find_in_xml(invocation *inv, smithy_error_facts *found) {
    const smithy_xml_node *root = NULL, *error = NULL;
    if (smithy_response_xml(&inv->response, &root, inv->call) != SMITHY_OK || !root) return;
    if (smithy_response_xml_error(&inv->response, &error, inv->call) != SMITHY_OK || !error) return;
    found->code = child_text(error, "Code");
    found->message = child_text(error, "Message");
    found->host_id = child_text(error, "HostId");
    found->region = child_text(error, "Region");
    found->request_id = child_text(error, "RequestId");
    if (!found->request_id.len) found->request_id = child_text(root, "RequestId");
    if (!found->request_id.len) found->request_id = child_text(root, "RequestID");
}

static bool is_xml_protocol(smithy_protocol protocol) {
    return protocol == SMITHY_PROTOCOL_REST_XML || protocol == SMITHY_PROTOCOL_AWS_QUERY ||
           protocol == SMITHY_PROTOCOL_EC2_QUERY;
}

static void find(invocation *inv, smithy_error_facts *found) {
    const smithy_service *service = inv->client->service;
    if (is_xml_protocol(service->protocol)) {
        find_in_xml(inv, found);
        return;
    }
    if (service->error_facts)
        service->error_facts(&inv->response, found, inv->call);
    else
        find_in_json(inv, found);
    found->code = bare_code(found->code);
    /* "Code;Sender": what the clients of a service that once spoke awsQuery know the error by. */
    const smithy_str query_error = smithy_response_header(&inv->response, "x-amzn-query-error");
    if (query_error.len) found->code = until(query_error, ';');
}

/* ---- the call's error ---- */

void invocation_note_answer(invocation *inv) {
    smithy_error *error = smithy_call_error_mutable(inv->call);
    const smithy_http_response *response = &inv->response;
    if (response->failure != SMITHY_HTTP_FAILURE_NONE) return;
    error->http_status = response->status;
    copy_if_set(error->request_id, sizeof error->request_id, smithy_response_header(response, "x-amz-request-id"));
    copy_if_set(error->request_id, sizeof error->request_id, smithy_response_header(response, "x-amzn-requestid"));
    copy_if_set(error->host_id, sizeof error->host_id, smithy_response_header(response, "x-amz-id-2"));
}

/* One line for the caller whose bucket is in another Region; S3 says it in a HEAD's headers alone, for one. */
static void tell_region(const invocation *inv, smithy_error *error, bool has_message) {
    char text[sizeof error->region + 40];
    if (!invocation_is_elsewhere(inv) || strstr(error->message, error->region)) return;
    snprintf(text, sizeof text, "the bucket is in the Region %s", error->region);
    const size_t len = has_message ? strlen(error->message) : 0;
    snprintf(error->message + len, sizeof error->message - len, len ? " (%s)" : "%s", text);
}

static void record(invocation *inv, const smithy_error_facts *found) {
    smithy_error *error = smithy_call_error_mutable(inv->call);
    (void)smithy_call_fail(inv->call, SMITHY_ERROR_SERVICE, "the answer has no message");
    copy_message(error, inv, found->message);
    snprintf(error->code, sizeof error->code, "%d", inv->response.status);
    copy_if_set(error->code, sizeof error->code, found->code);
    copy_if_set(error->request_id, sizeof error->request_id, found->request_id);
    copy_if_set(error->host_id, sizeof error->host_id, found->host_id);
    copy_if_set(error->region, sizeof error->region, found->region);
    tell_region(inv, error, found->message.len != 0);
    invocation_note_answer(inv);
}

static void read_shape(invocation *inv) {
    const smithy_error_shape *shape = retry_find_shape(inv->operation, smithy_call_error(inv->call)->code);
    if (!shape || !shape->read || shape->size == 0) return;
    void *detail = smithy_call_alloc(inv->call, 1, shape->size);
    if (!detail || shape->read(&inv->response, detail, inv->call) != SMITHY_OK) return;
    smithy_call_set_error_shape(inv->call, shape, detail);
}

smithy_status invocation_read_error(invocation *inv) {
    smithy_error_facts found = {0};
    find(inv, &found);
    /* A body that is no error document is told as it is. */
    if (!found.code.len && !found.message.len) found.message = inv->response.body;
    const smithy_str bucket_region = smithy_response_header(&inv->response, "x-amz-bucket-region");
    if (bucket_region.len) found.region = bucket_region;
    const smithy_status parsed = smithy_call_status(inv->call);
    if (parsed == SMITHY_ERROR_MEMORY || parsed == SMITHY_ERROR_LIMIT) return parsed;
    smithy_call_clear_error(inv->call);
    record(inv, &found);
    read_shape(inv);
    return SMITHY_ERROR_SERVICE;
}

/* The white space by which S3 keeps a connection alive while it works; no XML declaration may stand after it. */
static void skip_keep_alive(smithy_str *body) {
    size_t blank = 0;
    while (blank < body->len && strchr(" \t\r\n", body->ptr[blank])) blank++;
    if (blank == body->len || body->ptr[blank] != '<') return;
    body->ptr += blank;
    body->len -= blank;
}

/* S3 begins to answer 200 before some operations are done, and may end with an <Error>. What cannot be parsed counts as
 * one too: read_response will say so. An object's own bytes are never looked at. */
bool invocation_is_disguised_error(invocation *inv) {
    if (!inv->client->service->is_s3 || inv->operation->is_streaming_output || inv->http.sink) return false;
    skip_keep_alive(&inv->response.body);
    const smithy_str body = inv->response.body;
    if (body.len == 0 || body.ptr[0] != '<') return false;
    const smithy_xml_node *root = NULL;
    return smithy_response_xml(&inv->response, &root, inv->call) == SMITHY_OK && root && smithy_xml_is(root, "Error");
}
