/* The signatures of a body that is sent in chunks: each covers its chunk and the signature before it. */
#include "sigv4_internal.h"

/* The SHA-256 of nothing stands where a chunk could have headers. */
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* "20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n" */
static smithy_status set_scope(smithy_chunk_chain *chain, const smithy_signing *signing, const char *date,
                               smithy_call *call) {
    smithy_buffer text;
    smithy_buffer_init(&text, smithy_call_system(call), SIGV4_MAX_TEXT);
    smithy_buffer_append_text(&text, date);
    smithy_buffer_append_char(&text, '\n');
    sigv4_append_scope(signing, date, &text);
    smithy_buffer_append_char(&text, '\n');
    const smithy_status status = smithy_buffer_status(&text);
    chain->scope = smithy_call_copy(call, smithy_buffer_str(&text));
    smithy_buffer_deinit(&text);
    return chain->scope.ptr ? status : smithy_call_status(call);
}

/* The signature is the end of the header, in hex. */
static bool set_seed(smithy_chunk_chain *chain, smithy_str authorization) {
    const size_t len = SIGV4_HEX_SIZE - 1;
    if (authorization.len < len) return false;
    memcpy(chain->previous, authorization.ptr + authorization.len - len, len);
    chain->previous[len] = '\0';
    return true;
}

smithy_status smithy_chunk_chain_begin(smithy_chunk_chain *chain, const smithy_signing *signing,
                                       const smithy_http_request *request, smithy_call *call) {
    char date[SMITHY_TIME_TEXT_SIZE];
    smithy_chunk_chain_deinit(chain);
    SMITHY_TRY(sigv4_check(signing, call));
    if (!set_seed(chain, smithy_headers_get(&request->headers, "Authorization")))
        return smithy_call_fail(call, SMITHY_ERROR_INPUT, "chunks are signed after their request, which is not signed");
    chain->system = smithy_call_system(call);
    smithy_status status = sigv4_date(signing, date);
    if (status == SMITHY_OK) status = set_scope(chain, signing, date, call);
    if (status == SMITHY_OK) status = smithy_sha256_init(&chain->sha);
    if (status == SMITHY_OK) status = sigv4_key(signing, date, &chain->sha, chain->key);
    if (status == SMITHY_OK) return SMITHY_OK;
    smithy_chunk_chain_deinit(chain);
    return smithy_call_fail(call, status, "the chunks cannot be signed");
}

static smithy_status sign_next(smithy_chunk_chain *chain, const char *algorithm, const char *headers_hash,
                               const void *bytes, size_t len) {
    uint8_t digest[SMITHY_SHA256_SIZE];
    char hex[SIGV4_HEX_SIZE];
    smithy_buffer text;
    SMITHY_TRY(smithy_sha256_with(&chain->sha, bytes, len, digest));
    smithy_hex_write(digest, sizeof digest, hex);
    smithy_buffer_init(&text, chain->system, SIGV4_MAX_TEXT);
    smithy_buffer_append_text(&text, algorithm);
    smithy_buffer_append_str(&text, chain->scope);
    smithy_buffer_append_text(&text, chain->previous);
    smithy_buffer_append_text(&text, headers_hash);
    smithy_buffer_append_text(&text, hex);
    smithy_status status = smithy_buffer_status(&text);
    if (status == SMITHY_OK)
        status = smithy_hmac_sha256_with(&chain->sha, chain->key, sizeof chain->key, text.ptr, text.len, digest);
    if (status == SMITHY_OK) smithy_hex_write(digest, sizeof digest, chain->previous);
    smithy_buffer_deinit(&text);
    return status;
}

smithy_status smithy_chunk_chain_sign(smithy_chunk_chain *chain, const void *bytes, size_t len) {
    return sign_next(chain, SIGV4_ALGORITHM "-PAYLOAD\n", "\n" EMPTY_HASH "\n", bytes, len);
}

smithy_status smithy_chunk_chain_sign_trailer(smithy_chunk_chain *chain, smithy_str lines) {
    return sign_next(chain, SIGV4_ALGORITHM "-TRAILER\n", "\n", lines.ptr, lines.len);
}

void smithy_chunk_chain_deinit(smithy_chunk_chain *chain) {
    if (chain->sha.context) smithy_sha256_deinit(&chain->sha);
    smithy_cleanse(chain, sizeof *chain);
}
