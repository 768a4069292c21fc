#include <smithy/hash.h>

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

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

smithy_status smithy_sha256_init(smithy_sha256_state *state) {
    ERR_set_mark();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    state->context = context;
    if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL)) {
        const smithy_status status = context ? take_openssl_error() : SMITHY_ERROR_MEMORY;
        if (!context) ERR_pop_to_mark();
        smithy_sha256_deinit(state);
        return status;
    }
    ERR_pop_to_mark();
    return SMITHY_OK;
}

smithy_status smithy_sha256_update(smithy_sha256_state *state, const void *bytes, size_t len) {
    if (len == 0) return SMITHY_OK;
    ERR_set_mark();
    if (!EVP_DigestUpdate(state->context, bytes, len)) return take_openssl_error();
    ERR_pop_to_mark();
    return SMITHY_OK;
}

smithy_status smithy_sha256_final(smithy_sha256_state *state, uint8_t digest[SMITHY_SHA256_SIZE]) {
    ERR_set_mark();
    const bool done = EVP_DigestFinal_ex(state->context, digest, NULL) == 1;
    const smithy_status status = done ? SMITHY_OK : take_openssl_error();
    if (done) ERR_pop_to_mark();
    smithy_sha256_deinit(state);
    return status;
}

void smithy_sha256_deinit(smithy_sha256_state *state) {
    EVP_MD_CTX_free(state->context);
    state->context = NULL;
}

uint32_t smithy_crc32(uint32_t crc, const void *bytes, size_t len) {
    if (len == 0) return crc; /* zlib would answer its start value for NULL. */
    return (uint32_t)crc32_z(crc, bytes, len);
}

void smithy_cleanse(void *memory, size_t len) {
    if (memory && len > 0) OPENSSL_cleanse(memory, len);
}
