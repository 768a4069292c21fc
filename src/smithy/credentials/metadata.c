#include "credentials/internal.h"

smithy_status credentials_metadata_send(const credentials_setup *setup, const metadata_request *request,
                                        smithy_http_response *response, smithy_call *call) {
    smithy_http_request http = {
        .method = smithy_str_from(request->method),
        .url = request->url,
        .connect_timeout_ms = request->connect_timeout_ms,
        .attempt_timeout_ms = request->timeout_ms,
        .max_body = METADATA_MAX_BODY,
        .no_proxy = true,
        .allows = request->allows,
    };
    *response = (smithy_http_response){0};
    smithy_call_clear_error(call);
    for (size_t i = 0; i < request->header_count; i++)
        SMITHY_TRY(smithy_headers_add(&http.headers, request->headers[i].name, request->headers[i].value, call));
    return setup->transport->perform(setup->transport, &http, response, call);
}

bool credentials_metadata_must_stop(smithy_status status, const smithy_http_response *response) {
    return status == SMITHY_ERROR_MEMORY || status == SMITHY_ERROR_CANCELED ||
           response->failure == SMITHY_HTTP_FAILURE_DEADLINE || response->failure == SMITHY_HTTP_FAILURE_LOCAL;
}
