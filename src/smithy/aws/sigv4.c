#include "sigv4_internal.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

smithy_status sigv4_date(const smithy_signing *signing, char text[SMITHY_TIME_TEXT_SIZE]) {
    return smithy_time_write_amz(signing->time_ms, text) == SIGV4_DATE_SIZE - 1 ? SMITHY_OK : SMITHY_ERROR_INPUT;
}

smithy_status sigv4_append_scope(const smithy_signing *signing, smithy_buffer *out) {
    char date[SMITHY_TIME_TEXT_SIZE];
    SMITHY_TRY(sigv4_date(signing, date));
    smithy_buffer_append(out, date, 8);
    smithy_buffer_append_char(out, '/');
    smithy_buffer_append_str(out, signing->region);
    smithy_buffer_append_char(out, '/');
    smithy_buffer_append_str(out, signing->service);
    smithy_buffer_append_text(out, "/aws4_request");
    return smithy_buffer_status(out);
}

smithy_status smithy_sigv4_string_to_sign(const smithy_signing *signing, smithy_str canonical_request,
                                          smithy_buffer *out) {
    char date[SMITHY_TIME_TEXT_SIZE], hex[SIGV4_HEX_SIZE];
    uint8_t digest[SMITHY_SHA256_SIZE];
    SMITHY_TRY(sigv4_date(signing, date));
    SMITHY_TRY(smithy_sha256(canonical_request.ptr, canonical_request.len, digest));
    smithy_hex_write(digest, sizeof digest, hex);
    smithy_buffer_append_text(out, ALGORITHM "\n");
    smithy_buffer_append_text(out, date);
    smithy_buffer_append_char(out, '\n');
    SMITHY_TRY(sigv4_append_scope(signing, out));
    smithy_buffer_append_char(out, '\n');
    smithy_buffer_append_text(out, hex);
    return smithy_buffer_status(out);
}

/* ---- signing a request ---- */

static smithy_status check(const smithy_signing *signing, smithy_call *call) {
    const smithy_credentials *credentials = signing->credentials;
    if (!credentials || credentials->access_key_id.len == 0 || credentials->secret_access_key.len == 0)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "there are no credentials to sign with");
    if (signing->region.len == 0) return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "there is no Region to sign for");
    if (signing->service.len == 0) return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "there is no signing name");
    return SMITHY_OK;
}

static void remove_earlier(smithy_http_request *request) {
    smithy_headers_remove(&request->headers, "Authorization");
    smithy_headers_remove(&request->headers, "X-Amz-Date");
    smithy_headers_remove(&request->headers, "X-Amz-Security-Token");
    smithy_headers_remove(&request->headers, "X-Amz-Content-Sha256");
    smithy_headers_remove(&request->headers, "Host");
}

static smithy_status add_copy(smithy_http_request *request, smithy_str name, smithy_str value, smithy_call *call) {
    const smithy_str copy = smithy_call_copy(call, value);
    if (!copy.ptr) return smithy_call_status(call);
    return smithy_headers_add(&request->headers, name, copy, call);
}

static smithy_status add_needed_headers(const smithy_signing *signing, smithy_http_request *request,
                                        smithy_call *call) {
    char date[SMITHY_TIME_TEXT_SIZE];
    if (sigv4_date(signing, date) != SMITHY_OK)
        return smithy_call_fail(call, SMITHY_ERROR_INPUT, "the time to sign with is not in the years 0000 to 9999");
    const smithy_str host = sigv4_split_url(request->url).authority;
    SMITHY_TRY(smithy_headers_add(&request->headers, SMITHY_STR("Host"), host, call));
    SMITHY_TRY(add_copy(request, SMITHY_STR("X-Amz-Date"), smithy_str_from(date), call));
    if (signing->credentials->session_token.len)
        SMITHY_TRY(add_copy(request, SMITHY_STR("X-Amz-Security-Token"), signing->credentials->session_token, call));
    if (signing->add_content_sha256)
        SMITHY_TRY(add_copy(request, SMITHY_STR("X-Amz-Content-Sha256"), signing->payload_hash, call));
    return SMITHY_OK;
}

/* The hash of the bytes, where the caller has not said what stands for the payload. */
static smithy_status settle_payload_hash(smithy_signing *signing, const smithy_http_request *request,
                                         char hex[SIGV4_HEX_SIZE], smithy_call *call) {
    if (signing->payload_hash.ptr || request->body.read) return SMITHY_OK;
    uint8_t digest[SMITHY_SHA256_SIZE];
    const smithy_status status = smithy_sha256(request->body.bytes.ptr, request->body.bytes.len, digest);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "SHA-256 is not to be had");
    smithy_hex_write(digest, sizeof digest, hex);
    signing->payload_hash = (smithy_str){hex, SIGV4_HEX_SIZE - 1};
    return SMITHY_OK;
}

static smithy_status sign_text(const smithy_signing *signing, smithy_str text, char hex[SIGV4_HEX_SIZE]) {
    uint8_t key[SMITHY_SHA256_SIZE], mac[SMITHY_SHA256_SIZE];
    SMITHY_TRY(smithy_sigv4_key(signing, key));
    const smithy_status status = smithy_hmac_sha256(key, sizeof key, text.ptr, text.len, mac);
    smithy_cleanse(key, sizeof key);
    if (status == SMITHY_OK) smithy_hex_write(mac, sizeof mac, hex);
    return status;
}

static smithy_status append_authorization(const smithy_signing *signing, smithy_str signed_headers,
                                          smithy_str canonical_request, smithy_buffer *out) {
    char signature[SIGV4_HEX_SIZE];
    SMITHY_TRY(smithy_sigv4_string_to_sign(signing, canonical_request, out));
    SMITHY_TRY(sign_text(signing, smithy_buffer_str(out), signature));
    smithy_buffer_reset(out);
    smithy_buffer_append_text(out, ALGORITHM " Credential=");
    smithy_buffer_append_str(out, signing->credentials->access_key_id);
    smithy_buffer_append_char(out, '/');
    SMITHY_TRY(sigv4_append_scope(signing, out));
    smithy_buffer_append_text(out, ", SignedHeaders=");
    smithy_buffer_append_str(out, signed_headers);
    smithy_buffer_append_text(out, ", Signature=");
    smithy_buffer_append_text(out, signature);
    return smithy_buffer_status(out);
}

static smithy_status add_authorization(const smithy_signing *signing, smithy_http_request *request,
                                       smithy_buffer *canonical, smithy_buffer *text, smithy_call *call) {
    smithy_str signed_headers;
    SMITHY_TRY(smithy_sigv4_canonical_request(signing, request, canonical, &signed_headers, call));
    const smithy_status status = append_authorization(signing, signed_headers, smithy_buffer_str(canonical), text);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "the request cannot be signed");
    return add_copy(request, SMITHY_STR("Authorization"), smithy_buffer_str(text), call);
}

smithy_status smithy_sigv4_sign(const smithy_signing *signing, smithy_http_request *request, smithy_call *call) {
    char payload_hash[SIGV4_HEX_SIZE];
    smithy_signing settled = *signing;
    SMITHY_TRY(check(&settled, call));
    remove_earlier(request);
    SMITHY_TRY(settle_payload_hash(&settled, request, payload_hash, call));
    SMITHY_TRY(add_needed_headers(&settled, request, call));
    smithy_buffer canonical, text;
    smithy_buffer_init(&canonical, smithy_call_system(call), SIGV4_MAX_TEXT);
    smithy_buffer_init(&text, smithy_call_system(call), SIGV4_MAX_TEXT);
    const smithy_status status = add_authorization(&settled, request, &canonical, &text, call);
    smithy_buffer_deinit(&text);
    smithy_buffer_deinit_secret(&canonical); /* It holds the session token. */
    return status;
}
