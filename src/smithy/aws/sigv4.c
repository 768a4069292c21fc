#include "sigv4_internal.h"

smithy_status sigv4_date(const smithy_signing *signing, char text[SMITHY_TIME_TEXT_SIZE]) {
    return smithy_time_write_amz(signing->time_ms, text) == SIGV4_DATE_SIZE - 1 ? SMITHY_OK : SMITHY_ERROR_INPUT;
}

void sigv4_append_scope(const smithy_signing *signing, const char *date, smithy_buffer *out) {
    smithy_buffer_append(out, date, 8);
    smithy_buffer_append_char(out, '/');
    smithy_buffer_append_str(out, signing->region);
    smithy_buffer_append_char(out, '/');
    smithy_buffer_append_str(out, signing->service);
    smithy_buffer_append_text(out, "/aws4_request");
}

/* ---- what every signature starts with ---- */

smithy_status sigv4_work_init(sigv4_work *work, const smithy_signing *signing, smithy_call *call) {
    *work = (sigv4_work){.sha = {NULL}};
    smithy_buffer_init(&work->canonical, smithy_call_system(call), SIGV4_MAX_TEXT);
    smithy_buffer_init(&work->text, smithy_call_system(call), SIGV4_MAX_TEXT);
    if (sigv4_date(signing, work->date) != SMITHY_OK)
        return smithy_call_fail(call, SMITHY_ERROR_INPUT, "the time to sign with is not in the years 0000 to 9999");
    const smithy_status status = smithy_sha256_init(&work->sha);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "SHA-256 is not to be had");
    return SMITHY_OK;
}

void sigv4_work_deinit(sigv4_work *work) {
    smithy_sha256_deinit(&work->sha);
    smithy_buffer_deinit(&work->text);
    smithy_buffer_deinit_secret(&work->canonical);
}

smithy_status sigv4_check(const smithy_signing *signing, smithy_call *call) {
    const smithy_credentials *credentials = signing->credentials;
    if (!credentials || credentials->access_key_id.len == 0 || credentials->secret_access_key.len == 0)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "there are no credentials to sign with");
    if (signing->region.len == 0) return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "there is no Region to sign for");
    if (signing->service.len == 0) return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "there is no signing name");
    return SMITHY_OK;
}

smithy_status sigv4_settle_payload(smithy_signing *signing, const smithy_http_request *request, sigv4_work *work,
                                   char hex[SIGV4_HEX_SIZE], smithy_call *call) {
    uint8_t digest[SMITHY_SHA256_SIZE];
    if (signing->payload_hash.ptr) return SMITHY_OK;
    if (request->body.read)
        return smithy_call_fail(call, SMITHY_ERROR_INPUT,
                                "a streamed body is signed by its payload_hash, which is absent");
    const smithy_bytes bytes = request->body.bytes;
    const smithy_status status = smithy_sha256_with(&work->sha, bytes.ptr, bytes.len, digest);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "SHA-256 is not to be had");
    smithy_hex_write(digest, sizeof digest, hex);
    signing->payload_hash = (smithy_str){hex, SIGV4_HEX_SIZE - 1};
    return SMITHY_OK;
}

/* ---- string to sign ---- */

static smithy_status append_string_to_sign(const smithy_signing *signing, const char *date,
                                           const uint8_t digest[SMITHY_SHA256_SIZE], smithy_buffer *out) {
    char hex[SIGV4_HEX_SIZE];
    smithy_hex_write(digest, SMITHY_SHA256_SIZE, hex);
    smithy_buffer_append_text(out, SIGV4_ALGORITHM "\n");
    smithy_buffer_append_text(out, date);
    smithy_buffer_append_char(out, '\n');
    sigv4_append_scope(signing, date, out);
    smithy_buffer_append_char(out, '\n');
    smithy_buffer_append_text(out, hex);
    return smithy_buffer_status(out);
}

smithy_status smithy_sigv4_string_to_sign(const smithy_signing *signing, smithy_str canonical_request,
                                          smithy_buffer *out) {
    char date[SMITHY_TIME_TEXT_SIZE];
    uint8_t digest[SMITHY_SHA256_SIZE];
    SMITHY_TRY(sigv4_date(signing, date));
    SMITHY_TRY(smithy_sha256(canonical_request.ptr, canonical_request.len, digest));
    return append_string_to_sign(signing, date, digest, out);
}

smithy_status sigv4_sign_canonical(const smithy_signing *signing, sigv4_work *work, char signature[SIGV4_HEX_SIZE]) {
    uint8_t digest[SMITHY_SHA256_SIZE], key[SMITHY_SHA256_SIZE], mac[SMITHY_SHA256_SIZE];
    smithy_buffer *text = &work->text;
    SMITHY_TRY(smithy_sha256_with(&work->sha, work->canonical.ptr, work->canonical.len, digest));
    smithy_buffer_reset(text);
    SMITHY_TRY(append_string_to_sign(signing, work->date, digest, text));
    SMITHY_TRY(sigv4_key(signing, work->date, &work->sha, key));
    const smithy_status status = smithy_hmac_sha256_with(&work->sha, key, sizeof key, text->ptr, text->len, mac);
    smithy_cleanse(key, sizeof key);
    if (status == SMITHY_OK) smithy_hex_write(mac, sizeof mac, signature);
    return status;
}

/* ---- signing by headers ---- */

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

static smithy_status add_needed_headers(const smithy_signing *signing, const char *date, smithy_http_request *request,
                                        smithy_call *call) {
    const smithy_str host = sigv4_split_url(request->url).authority;
    SMITHY_TRY(smithy_headers_add(&request->headers, SMITHY_STR("Host"), host, call));
    SMITHY_TRY(add_copy(request, SMITHY_STR("X-Amz-Date"), smithy_str_from(date), call));
    if (signing->credentials->session_token.len)
        SMITHY_TRY(add_copy(request, SMITHY_STR("X-Amz-Security-Token"), signing->credentials->session_token, call));
    if (signing->add_content_sha256)
        SMITHY_TRY(add_copy(request, SMITHY_STR("X-Amz-Content-Sha256"), signing->payload_hash, call));
    return SMITHY_OK;
}

static smithy_status append_authorization(const smithy_signing *signing, smithy_str signed_headers, sigv4_work *work) {
    char signature[SIGV4_HEX_SIZE];
    smithy_buffer *out = &work->text;
    SMITHY_TRY(sigv4_sign_canonical(signing, work, signature));
    smithy_buffer_reset(out);
    smithy_buffer_append_text(out, SIGV4_ALGORITHM " Credential=");
    smithy_buffer_append_str(out, signing->credentials->access_key_id);
    smithy_buffer_append_char(out, '/');
    sigv4_append_scope(signing, work->date, out);
    smithy_buffer_append_text(out, ", SignedHeaders=");
    smithy_buffer_append_str(out, signed_headers);
    smithy_buffer_append_text(out, ", Signature=");
    smithy_buffer_append_text(out, signature);
    return smithy_buffer_status(out);
}

static smithy_status sign(smithy_signing *signing, smithy_http_request *request, sigv4_work *work, smithy_call *call) {
    char payload_hash[SIGV4_HEX_SIZE];
    sigv4_headers headers;
    remove_earlier(request);
    SMITHY_TRY(sigv4_settle_payload(signing, request, work, payload_hash, call));
    SMITHY_TRY(add_needed_headers(signing, work->date, request, call));
    SMITHY_TRY(sigv4_collect_headers(request, &headers, call));
    SMITHY_TRY(sigv4_append_canonical(signing, request->method, request->url, &headers, &work->canonical, call));
    const smithy_status status = append_authorization(signing, headers.names, work);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "the request cannot be signed");
    return add_copy(request, SMITHY_STR("Authorization"), smithy_buffer_str(&work->text), call);
}

smithy_status smithy_sigv4_sign(const smithy_signing *signing, smithy_http_request *request, smithy_call *call) {
    smithy_signing settled = *signing;
    sigv4_work work;
    SMITHY_TRY(sigv4_check(&settled, call));
    smithy_status status = sigv4_work_init(&work, &settled, call);
    if (status == SMITHY_OK) status = sign(&settled, request, &work, call);
    sigv4_work_deinit(&work);
    return status;
}
