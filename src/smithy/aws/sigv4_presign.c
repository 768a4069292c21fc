/* Presigned URLs: what a signature adds stands in the query. */
#include "sigv4_internal.h"

/* "?", or "&" where there is a query already. */
static void append_separator(smithy_buffer *url) {
    const smithy_str text = smithy_buffer_str(url); /* There may be no memory for it. */
    const char *mark = memchr(text.ptr, '?', text.len);
    if (!mark)
        smithy_buffer_append_char(url, '?');
    else if (mark + 1 < text.ptr + text.len)
        smithy_buffer_append_char(url, '&');
}

static smithy_status append_credential(const smithy_signing *signing, sigv4_work *work, smithy_buffer *url) {
    smithy_buffer *scope = &work->text;
    sigv4_append_scope(signing, work->date, scope);
    SMITHY_TRY(smithy_buffer_status(scope));
    smithy_buffer_append_text(url, "&X-Amz-Credential=");
    smithy_uri_append(url, signing->credentials->access_key_id, false);
    smithy_buffer_append_text(url, "%2F");
    smithy_uri_append(url, smithy_buffer_str(scope), false);
    return smithy_buffer_status(url);
}

/* The request's URL with everything but the signature. `work` lends a buffer. */
static smithy_status append_unsigned_url(const smithy_signing *signing, const smithy_http_request *request,
                                         int64_t expires_s, smithy_str signed_headers, sigv4_work *work,
                                         smithy_buffer *url) {
    smithy_buffer_append_str(url, request->url);
    SMITHY_TRY(smithy_buffer_status(url));
    append_separator(url);
    smithy_buffer_append_text(url, "X-Amz-Algorithm=" SIGV4_ALGORITHM);
    SMITHY_TRY(append_credential(signing, work, url));
    smithy_buffer_append_text(url, "&X-Amz-Date=");
    smithy_buffer_append_text(url, work->date);
    smithy_buffer_append_text(url, "&X-Amz-Expires=");
    smithy_buffer_append_i64(url, expires_s);
    smithy_buffer_append_text(url, "&X-Amz-SignedHeaders=");
    smithy_uri_append(url, signed_headers, false);
    if (signing->credentials->session_token.len) {
        smithy_buffer_append_text(url, "&X-Amz-Security-Token=");
        smithy_uri_append(url, signing->credentials->session_token, false);
    }
    return smithy_buffer_status(url);
}

static smithy_status append_url(smithy_signing *signing, const smithy_http_request *request, int64_t expires_s,
                                sigv4_work *work, smithy_buffer *url, smithy_call *call) {
    char payload_hash[SIGV4_HEX_SIZE], signature[SIGV4_HEX_SIZE];
    sigv4_headers headers;
    SMITHY_TRY(sigv4_settle_payload(signing, request, work, payload_hash, call));
    SMITHY_TRY(sigv4_collect_headers(request, &headers, call));
    SMITHY_TRY(append_unsigned_url(signing, request, expires_s, headers.names, work, url));
    SMITHY_TRY(
        sigv4_append_canonical(signing, request->method, smithy_buffer_str(url), &headers, &work->canonical, call));
    SMITHY_TRY(sigv4_sign_canonical(signing, work, signature));
    smithy_buffer_append_text(url, "&X-Amz-Signature=");
    smithy_buffer_append_text(url, signature);
    return smithy_buffer_status(url);
}

static smithy_status presign(smithy_signing *signing, const smithy_http_request *request, int64_t expires_s,
                             sigv4_work *work, smithy_str *url, smithy_call *call) {
    smithy_buffer text;
    smithy_buffer_init(&text, smithy_call_system(call), SIGV4_MAX_TEXT);
    const smithy_status status = append_url(signing, request, expires_s, work, &text, call);
    if (status == SMITHY_OK) *url = smithy_call_copy(call, smithy_buffer_str(&text));
    smithy_buffer_deinit_secret(&text);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "the request cannot be signed");
    return url->ptr ? SMITHY_OK : smithy_call_status(call);
}

smithy_status smithy_sigv4_presign(const smithy_signing *signing, const smithy_http_request *request, int64_t expires_s,
                                   smithy_str *url, smithy_call *call) {
    smithy_signing settled = *signing;
    sigv4_work work;
    *url = (smithy_str){0};
    SMITHY_TRY(sigv4_check(&settled, call));
    if (expires_s < 1 || expires_s > SMITHY_PRESIGN_MAX_S)
        return smithy_call_fail(call, SMITHY_ERROR_INPUT, "a presigned URL is valid for 1 to %d seconds, not %lld",
                                SMITHY_PRESIGN_MAX_S, (long long)expires_s);
    smithy_status status = sigv4_work_init(&work, &settled, call);
    if (status == SMITHY_OK) status = presign(&settled, request, expires_s, &work, url, call);
    sigv4_work_deinit(&work);
    return status;
}
