#include <smithy/hash.h>

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

/* What a failed OpenSSL call since the last ERR_set_mark means. The program's own error queue stays as it was. */
static smithy_status take_openssl_error(void) {
    const bool memory = ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
    ERR_pop_to_mark();
    return memory ? SMITHY_ERROR_MEMORY : SMITHY_ERROR_CONFIG;
}

static smithy_status digest_once(const EVP_MD *type, const void *bytes, size_t len, uint8_t *digest) {
    ERR_set_mark();
    if (!EVP_Digest(len > 0 ? bytes : "", len, digest, NULL, type, NULL)) return take_openssl_error();
    ERR_pop_to_mark();
    return SMITHY_OK;
}

smithy_status smithy_sha256(const void *bytes, size_t len, uint8_t digest[SMITHY_SHA256_SIZE]) {
    return digest_once(EVP_sha256(), bytes, len, digest);
}

smithy_status smithy_md5(const void *bytes, size_t len, uint8_t digest[SMITHY_MD5_SIZE]) {
    return digest_once(EVP_md5(), bytes, len, digest);
}

smithy_status smithy_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
                                 uint8_t digest[SMITHY_SHA256_SIZE]) {
    if (key_len > INT_MAX) return SMITHY_ERROR_LIMIT;
    ERR_set_mark();
    if (!HMAC(EVP_sha256(), key_len > 0 ? key : "", (int)key_len, len > 0 ? bytes : (const void *)"", len, digest,
              NULL))
        return take_openssl_error();
    ERR_pop_to_mark();
    return SMITHY_OK;
}

/* ---- in pieces ---- */

static const EVP_MD *type_of(smithy_digest_kind kind) {
    switch (kind) {
    case SMITHY_DIGEST_MD5: return EVP_md5();
    case SMITHY_DIGEST_SHA1: return EVP_sha1();
    case SMITHY_DIGEST_SHA256: break;
    }
    return EVP_sha256();
}

smithy_status smithy_digest_init(smithy_digest_state *state, smithy_digest_kind kind) {
    ERR_set_mark();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    state->context = context;
    if (!context || !EVP_DigestInit_ex(context, type_of(kind), NULL)) {
        const smithy_status status = context ? take_openssl_error() : SMITHY_ERROR_MEMORY;
        if (!context) ERR_pop_to_mark();
        smithy_digest_deinit(state);
        return status;
    }
    ERR_pop_to_mark();
    return SMITHY_OK;
}

smithy_status smithy_digest_update(smithy_digest_state *state, const void *bytes, size_t len) {
    if (len == 0) return SMITHY_OK;
    ERR_set_mark();
    if (!EVP_DigestUpdate(state->context, bytes, len)) return take_openssl_error();
    ERR_pop_to_mark();
    return SMITHY_OK;
}

smithy_status smithy_digest_final(smithy_digest_state *state, uint8_t digest[SMITHY_DIGEST_MAX_SIZE], size_t *len) {
    unsigned size = 0;
    ERR_set_mark();
    const bool done = EVP_DigestFinal_ex(state->context, digest, &size) == 1;
    const smithy_status status = done ? SMITHY_OK : take_openssl_error();
    if (done) ERR_pop_to_mark();
    smithy_digest_deinit(state);
    *len = size;
    return status;
}

void smithy_digest_deinit(smithy_digest_state *state) {
    EVP_MD_CTX_free(state->context);
    state->context = NULL;
}

void smithy_cleanse(void *memory, size_t len) {
    if (memory && len > 0) OPENSSL_cleanse(memory, len);
}
