#include "client/invocation.h"
#include "client/request_internal.h"

#define STALL_TIMEOUT_MS 20000
#define MAX_URL          ((size_t)512 * 1024)
#define MAX_TRACE_ID     1024

static bool is_aws_json(const smithy_service *service) {
    return service->protocol == SMITHY_PROTOCOL_AWS_JSON_1_0 || service->protocol == SMITHY_PROTOCOL_AWS_JSON_1_1;
}

/* ---- what the operation writes ---- */

static smithy_str content_type_of(const smithy_service *service) {
    switch (service->protocol) {
    case SMITHY_PROTOCOL_AWS_JSON_1_0: return SMITHY_STR("application/x-amz-json-1.0");
    case SMITHY_PROTOCOL_AWS_JSON_1_1: return SMITHY_STR("application/x-amz-json-1.1");
    case SMITHY_PROTOCOL_REST_JSON_1: return SMITHY_STR("application/json");
    case SMITHY_PROTOCOL_REST_XML: return SMITHY_STR("application/xml");
    case SMITHY_PROTOCOL_AWS_QUERY:
    case SMITHY_PROTOCOL_EC2_QUERY: return SMITHY_STR("application/x-www-form-urlencoded");
    case SMITHY_PROTOCOL_RPC_V2_CBOR: break;
    }
    return SMITHY_STR("application/cbor");
}

/* rpcv2Cbor: the operation is named in the path. */
static void write_rpc_path(invocation *inv) {
    const smithy_service *service = inv->client->service;
    if (service->protocol != SMITHY_PROTOCOL_RPC_V2_CBOR) return;
    smithy_request_path(&inv->request, "/service/");
    smithy_request_path(&inv->request, service->target_prefix);
    smithy_request_path(&inv->request, "/operation/");
    smithy_request_path(&inv->request, inv->operation->name);
}

static smithy_status write_request(invocation *inv) {
    smithy_request *request = &inv->request;
    const smithy_service *service = inv->client->service;
    write_rpc_path(inv);
    if (inv->operation->write_request) SMITHY_TRY(inv->operation->write_request(inv->input, request, inv->call));
    SMITHY_TRY(request->status);
    bool has_document = request->json.out || request->xml.out || request->cbor.out || request->form.out;
    if (is_aws_json(service) && !request->body.bytes.ptr && !request->body.read) {
        static const uint8_t EMPTY_OBJECT[] = {'{', '}'};
        request->body = (smithy_body){.bytes = {EMPTY_OBJECT, sizeof EMPTY_OBJECT}};
        has_document = true;
    }
    if (!has_document || smithy_headers_get(&request->headers, "Content-Type").ptr) return SMITHY_OK;
    return smithy_headers_add(&request->headers, SMITHY_STR("Content-Type"), content_type_of(service), inv->call);
}

/* ---- where it goes ---- */

/* The account of the credentials is asked for only where it can change the endpoint. */
static smithy_status bind_account(invocation *inv, void *params) {
    const smithy_client *client = inv->client;
    if (!client_has_account_endpoints(client) || inv->operation->is_unsigned) return SMITHY_OK;
    SMITHY_TRY(invocation_get_credentials(inv));
    const smithy_str account_id = smithy_call_copy(inv->call, inv->credentials.account_id);
    if (inv->credentials.account_id.ptr && !account_id.ptr) return smithy_call_status(inv->call);
    client->service->bind_account(account_id, params);
    return SMITHY_OK;
}

static smithy_status resolve_endpoint(invocation *inv) {
    const smithy_client *client = inv->client;
    const smithy_service *service = client->service;
    void *params = NULL;
    if (inv->given_endpoint) {
        inv->endpoint = *inv->given_endpoint;
        return SMITHY_OK;
    }
    if (!service->resolve_endpoint) return client_endpoint_without_rules(client, &inv->endpoint, inv->call);
    SMITHY_TRY(client_endpoint_params(client, &params, inv->call));
    if (inv->operation->bind_endpoint) inv->operation->bind_endpoint(inv->input, params);
    if (inv->operation->collect_endpoint) SMITHY_TRY(inv->operation->collect_endpoint(inv->input, params, inv->call));
    SMITHY_TRY(bind_account(inv, params));
    SMITHY_TRY(invocation_bind_region(inv, params));
    return service->resolve_endpoint(params, &inv->endpoint, inv->call);
}

static smithy_status check_host_prefix(const invocation *inv) {
    const smithy_str prefix = inv->request.host_prefix;
    if (request_is_host_prefix(prefix)) return SMITHY_OK;
    return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT, "\"%.*s\" cannot be part of a host name",
                            SMITHY_STR_ARG(prefix));
}

static void append_url(const invocation *inv, const smithy_url *endpoint, smithy_buffer *out) {
    const smithy_request *request = &inv->request;
    const smithy_str path = request->path.len ? smithy_buffer_str(&request->path) : SMITHY_STR("/");
    smithy_str base = endpoint->path;
    if (base.len && base.ptr[base.len - 1] == '/') base.len--;
    smithy_buffer_append_str(out, endpoint->scheme);
    smithy_buffer_append_text(out, "://");
    if (!endpoint->is_ip) smithy_buffer_append_str(out, request->host_prefix);
    smithy_buffer_append_str(out, endpoint->authority);
    smithy_buffer_append_str(out, base);
    /* S3 names a bucket "/bucket", in the path of its endpoint; the operation's own path is then empty. */
    const bool path_is_whole = inv->client->service->is_s3 && base.len && path.len == 1;
    if (!path_is_whole) smithy_buffer_append_str(out, path);
    if (request->query.len) smithy_buffer_append_char(out, '?');
    smithy_buffer_append_str(out, smithy_buffer_str(&request->query));
}

static smithy_status set_url(invocation *inv) {
    smithy_url endpoint;
    if (!smithy_url_parse(inv->endpoint.url, &endpoint))
        return smithy_call_fail(inv->call, SMITHY_ERROR_CONFIG, "the endpoint \"%.*s\" is not a URL",
                                SMITHY_STR_ARG(inv->endpoint.url));
    SMITHY_TRY(check_host_prefix(inv));
    smithy_buffer url;
    smithy_buffer_init(&url, inv->client->system, MAX_URL);
    append_url(inv, &endpoint, &url);
    const smithy_status status = smithy_buffer_status(&url);
    if (status == SMITHY_OK) inv->http.url = smithy_call_copy(inv->call, smithy_buffer_str(&url));
    smithy_buffer_deinit(&url);
    if (inv->http.url.ptr) return SMITHY_OK;
    return smithy_call_fail(inv->call, status == SMITHY_OK ? SMITHY_ERROR_MEMORY : status, "no room for the URL");
}

smithy_status invocation_locate(invocation *inv) {
    inv->endpoint = (smithy_endpoint){0};
    inv->http.url = (smithy_str){0};
    SMITHY_TRY(resolve_endpoint(inv));
    return set_url(inv);
}

/* ---- headers that all requests have ---- */

static smithy_status add_invocation_id(invocation *inv) {
    char uuid[37];
    const smithy_status status = smithy_uuid(inv->client->system, uuid);
    if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "there are no random bytes to be had");
    const smithy_str id = smithy_call_copy(inv->call, smithy_str_from(uuid));
    if (!id.ptr) return smithy_call_status(inv->call);
    return smithy_headers_set(&inv->http.headers, SMITHY_STR("amz-sdk-invocation-id"), id, inv->call);
}

/* On Lambda, a request belongs to the trace of the invocation that makes it. */
static smithy_status add_trace_id(invocation *inv) {
    const smithy_system *system = inv->client->system;
    const smithy_str function = smithy_str_from(system->env(system->context, "AWS_LAMBDA_FUNCTION_NAME"));
    const smithy_str trace = smithy_str_from(system->env(system->context, "_X_AMZN_TRACE_ID"));
    if (!function.len || !trace.len || smithy_headers_get(&inv->http.headers, "X-Amzn-Trace-Id").ptr) return SMITHY_OK;
    smithy_buffer text;
    smithy_buffer_init(&text, system, MAX_TRACE_ID);
    for (size_t i = 0; i < trace.len; i++) {
        const unsigned char c = (unsigned char)trace.ptr[i];
        if (c < ' ' || c > '~')
            smithy_buffer_append_f(&text, "%%%02X", c);
        else
            smithy_buffer_append_char(&text, (char)c);
    }
    const bool fits = smithy_buffer_status(&text) == SMITHY_OK;
    const smithy_str value = fits ? smithy_call_copy(inv->call, smithy_buffer_str(&text)) : (smithy_str){0};
    smithy_buffer_deinit(&text);
    if (!value.ptr) return smithy_call_status(inv->call); /* A trace id that is too long is left out. */
    return smithy_headers_add(&inv->http.headers, SMITHY_STR("X-Amzn-Trace-Id"), value, inv->call);
}

static smithy_status add_protocol(invocation *inv) {
    const smithy_service *service = inv->client->service;
    smithy_headers *headers = &inv->http.headers;
    if (service->is_query_compatible)
        SMITHY_TRY(smithy_headers_set(headers, SMITHY_STR("x-amzn-query-mode"), SMITHY_STR("true"), inv->call));
    if (service->protocol == SMITHY_PROTOCOL_RPC_V2_CBOR) {
        SMITHY_TRY(smithy_headers_set(headers, SMITHY_STR("Smithy-Protocol"), SMITHY_STR("rpc-v2-cbor"), inv->call));
        return smithy_headers_set(headers, SMITHY_STR("Accept"), SMITHY_STR("application/cbor"), inv->call);
    }
    if (!is_aws_json(service)) return SMITHY_OK;
    const smithy_str target = smithy_call_format(inv->call, "%s.%s", service->target_prefix, inv->operation->name);
    if (!target.ptr) return smithy_call_status(inv->call);
    return smithy_headers_set(headers, SMITHY_STR("X-Amz-Target"), target, inv->call);
}

static smithy_status add_endpoint_headers(invocation *inv) {
    for (size_t i = 0; i < inv->endpoint.headers.count; i++) {
        const smithy_header header = inv->endpoint.headers.items[i];
        SMITHY_TRY(smithy_headers_add(&inv->http.headers, header.name, header.value, inv->call));
    }
    return SMITHY_OK;
}

static smithy_status add_headers(invocation *inv) {
    smithy_headers *headers = &inv->http.headers;
    SMITHY_TRY(add_protocol(inv));
    SMITHY_TRY(add_invocation_id(inv));
    SMITHY_TRY(add_trace_id(inv));
    if (!inv->validates_checksum || smithy_headers_get(headers, "x-amz-checksum-mode").ptr) return SMITHY_OK;
    return smithy_headers_add(headers, SMITHY_STR("x-amz-checksum-mode"), SMITHY_STR("ENABLED"), inv->call);
}

/* ---- all of it ---- */

static void set_limits(invocation *inv) {
    const smithy_client *client = inv->client;
    const int asked = smithy_call_max_attempts(inv->call);
    inv->max_attempts = asked ? asked : client->retry.max_attempts;
    if (inv->http.body.read && !inv->http.body.rewind) inv->max_attempts = 1;
    inv->http.attempt_timeout_ms = client->attempt_timeout_ms;
    inv->http.stall_timeout_ms = inv->operation->is_long_poll ? 0 : STALL_TIMEOUT_MS;
    smithy_sink *target = inv->operation->body_sink ? inv->operation->body_sink(inv->input) : NULL;
    watched_sink_init(&inv->sink, target, inv);
    inv->http.sink = target ? &inv->sink.base : NULL;
}

smithy_status invocation_build(invocation *inv) {
    SMITHY_TRY(write_request(inv));
    SMITHY_TRY(invocation_locate(inv));
    inv->http.method = inv->request.method;
    inv->http.headers = inv->request.headers;
    inv->http.body = inv->request.body;
    return add_endpoint_headers(inv);
}

smithy_status invocation_prepare(invocation *inv) {
    const smithy_client *client = inv->client;
    inv->validates_checksum = inv->operation->validates_response_checksum && client->settings.validates_checksums;
    SMITHY_TRY(invocation_build(inv));
    set_limits(inv);
    SMITHY_TRY(add_headers(inv));
    SMITHY_TRY(invocation_compress(inv));
    return invocation_add_checksums(inv);
}
