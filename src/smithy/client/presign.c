#include <smithy/presign.h>

#include "client/invocation.h"
#include "client/request_internal.h"

#include <smithy/sigv4.h>

static bool is_query(const smithy_service *service) {
    return service->protocol == SMITHY_PROTOCOL_AWS_QUERY || service->protocol == SMITHY_PROTOCOL_EC2_QUERY;
}

/* Requests that are told apart by their path and query alone, or can be. */
static smithy_status check_protocol(const invocation *inv) {
    switch (inv->client->service->protocol) {
    case SMITHY_PROTOCOL_REST_JSON_1:
    case SMITHY_PROTOCOL_REST_XML:
    case SMITHY_PROTOCOL_AWS_QUERY:
    case SMITHY_PROTOCOL_EC2_QUERY: return SMITHY_OK;
    default: break;
    }
    return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT, "%s cannot be presigned: its body says what is asked for",
                            inv->operation->name);
}

/* The form, which is encoded as a query is, goes where a GET has its own. */
static smithy_status turn_into_get(invocation *inv) {
    const smithy_bytes form = inv->http.body.bytes;
    inv->http.url = smithy_call_format(inv->call, "%.*s?%.*s", SMITHY_STR_ARG(inv->http.url), (int)form.len,
                                       form.len ? (const char *)form.ptr : "");
    if (!inv->http.url.ptr) return smithy_call_status(inv->call);
    inv->http.method = SMITHY_STR("GET");
    inv->http.body = (smithy_body){.read = NULL};
    smithy_headers_remove(&inv->http.headers, "Content-Type");
    return SMITHY_OK;
}

static smithy_status copy_headers(const invocation *inv, smithy_headers *copies) {
    for (size_t i = 0; i < inv->http.headers.count; i++) {
        const smithy_header header = inv->http.headers.items[i];
        const smithy_str name = smithy_call_copy(inv->call, header.name);
        const smithy_str value = smithy_call_copy(inv->call, header.value);
        if (!name.ptr || !value.ptr) return smithy_call_status(inv->call);
        SMITHY_TRY(smithy_headers_add(copies, name, value, inv->call));
    }
    return SMITHY_OK;
}

static smithy_status presign(invocation *inv, int64_t expires_s, smithy_presigned *presigned) {
    smithy_signing signing;
    SMITHY_TRY(check_protocol(inv));
    SMITHY_TRY(client_prepare(inv->client, inv->call));
    SMITHY_TRY(invocation_build(inv));
    if (is_query(inv->client->service)) SMITHY_TRY(turn_into_get(inv));
    if (invocation_is_unsigned(inv))
        return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT, "%s takes no signature", inv->operation->name);
    /* Who will send it has a body of his own. */
    inv->http.body = (smithy_body){.read = NULL};
    if (inv->client->service->is_s3) inv->payload_hash = SMITHY_STR("UNSIGNED-PAYLOAD");
    SMITHY_TRY(invocation_set_signing(inv, &signing));
    SMITHY_TRY(smithy_sigv4_presign(&signing, &inv->http, expires_s, &presigned->url, inv->call));
    presigned->method = inv->http.method;
    return copy_headers(inv, &presigned->headers);
}

smithy_status smithy_client_presign(smithy_client *client, const smithy_operation *operation, const void *input,
                                    int64_t expires_s, smithy_presigned *presigned, smithy_call *call) {
    invocation inv = {.client = client, .operation = operation, .input = input, .call = call};
    *presigned = (smithy_presigned){0};
    smithy_call_clear_error(call);
    request_init(&inv.request, operation, client->service->protocol, client->system, call);
    const smithy_status status = presign(&inv, expires_s, presigned);
    if (status != SMITHY_OK) {
        *presigned = (smithy_presigned){0};
        (void)smithy_call_fail(call, status, "the request cannot be presigned");
        smithy_call_error_mutable(call)->operation = operation->name;
    }
    request_deinit(&inv.request);
    smithy_credentials_deinit(&inv.credentials);
    return status;
}
