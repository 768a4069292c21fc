/* The signature of a request: which one it takes, by whose credentials, and for what time. */
#include "client/invocation.h"

smithy_status invocation_get_credentials(invocation *inv) {
    smithy_credentials_provider *provider = inv->client->credentials;
    smithy_credentials_deinit(&inv->credentials);
    const smithy_status status = provider->get(provider, &inv->credentials, inv->call);
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(inv->call, status, "there are no credentials");
}

bool invocation_is_unsigned(const invocation *inv) {
    return inv->operation->is_unsigned || smithy_str_equal(inv->endpoint.auth_scheme, SMITHY_STR("none")) ||
           smithy_credentials_is_anonymous(inv->client->credentials);
}

/* All but whose credentials. */
static void fill(invocation *inv, smithy_signing *signing) {
    smithy_client *client = inv->client;
    const smithy_service *service = client->service;
    const smithy_endpoint *endpoint = &inv->endpoint;
    const smithy_system *system = client->system;
    inv->signed_skew_ms = atomic_load(&client->signing_skew_ms);
    *signing = (smithy_signing){
        .credentials = &inv->credentials,
        .region = endpoint->signing_region.ptr ? endpoint->signing_region : client->settings.region,
        .service = endpoint->signing_name.ptr ? endpoint->signing_name : smithy_str_from(service->signing_name),
        .time_ms = system->wall_ms(system->context) + inv->signed_skew_ms,
        .normalize_path = !service->is_s3 && !endpoint->disable_normalize_path.value,
        .double_encode_path = !service->is_s3 && !endpoint->disable_double_encoding.value,
        .add_content_sha256 = service->is_s3 || inv->operation->has_tree_hash,
        .payload_hash = inv->payload_hash,
        .cache = client->signing_cache,
    };
}

smithy_status invocation_set_signing(invocation *inv, smithy_signing *signing) {
    const smithy_str scheme = inv->endpoint.auth_scheme;
    if (scheme.ptr && !smithy_str_equal(scheme, SMITHY_STR("sigv4")))
        return smithy_call_fail(inv->call, SMITHY_ERROR_CONFIG,
                                "this endpoint needs the signature %.*s, which is not supported",
                                SMITHY_STR_ARG(scheme));
    SMITHY_TRY(invocation_get_credentials(inv));
    fill(inv, signing);
    return SMITHY_OK;
}

/* S3 Express: by the bucket's session, whose token has a header of its own. */
static smithy_status set_session_signing(invocation *inv, smithy_signing *signing) {
    SMITHY_TRY(invocation_get_session(inv));
    const smithy_str token = smithy_call_copy(inv->call, inv->credentials.session_token);
    if (!token.ptr) return smithy_call_status(inv->call);
    inv->credentials.session_token = (smithy_str){0};
    fill(inv, signing);
    return smithy_headers_set(&inv->http.headers, SMITHY_STR("x-amz-s3session-token"), token, inv->call);
}

smithy_status invocation_sign(invocation *inv) {
    smithy_signing signing;
    if (invocation_is_unsigned(inv)) return SMITHY_OK;
    const bool by_session = smithy_str_equal(inv->endpoint.auth_scheme, SMITHY_STR("sigv4-s3express"));
    SMITHY_TRY(by_session ? set_session_signing(inv, &signing) : invocation_set_signing(inv, &signing));
    SMITHY_TRY(smithy_sigv4_sign(&signing, &inv->http, inv->call));
    if (!inv->chunked.is_signed) return SMITHY_OK;
    return smithy_chunk_chain_begin(&inv->chunked.chain, &signing, &inv->http, inv->call);
}
