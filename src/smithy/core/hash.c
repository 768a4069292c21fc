#include <smithy/hash.h>

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdatomic.h>

#define SHA256_BLOCK_SIZE 64

/* What a failed OpenSSL call since the last ERR_set_mark means: that there is no such algorithm here (MD5 where only
 * FIPS is allowed), or else that memory is out, which is all that can go wrong with one that is there. The program's
 * own error queue stays as it was. */
static smithy_status take_openssl_error(void) {
    const bool unsupported = ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_UNSUPPORTED;
    ERR_pop_to_mark();
    return unsupported ? SMITHY_ERROR_CONFIG : SMITHY_ERROR_MEMORY;
}

/* OpenSSL looks an algorithm up by its name with every use, at the price of hashing some hundred bytes, unless it has
 * been fetched. So each is fetched with its first use in the process, and kept. */
static _Atomic(const EVP_MD *) fetched[SMITHY_DIGEST_SHA256 + 1];

/* The first algorithm that is fetched makes OpenSSL read its configuration file, unless it is told not to. */
static void leave_configuration(void) {
#ifdef SMITHY_NO_OPENSSL_CONFIG
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
#endif
}

/* NULL where it is not to be had; call take_openssl_error then. */
static const EVP_MD *type_of(smithy_digest_kind kind) {
    static const char *const NAMES[] = {
        [SMITHY_DIGEST_MD5] = "MD5", [SMITHY_DIGEST_SHA1] = "SHA1", [SMITHY_DIGEST_SHA256] = "SHA256"};
    const EVP_MD *type = atomic_load(&fetched[kind]);
    if (type) return type;
    leave_configuration();
    EVP_MD *mine = EVP_MD_fetch(NULL, NAMES[kind], NULL);
    if (!mine || atomic_compare_exchange_strong(&fetched[kind], &type, mine)) return mine;
    EVP_MD_free(mine); /* Another thread was faster. */
    return type;
}

static smithy_status digest_once(smithy_digest_kind kind, const void *bytes, size_t len, uint8_t *digest) {
    ERR_set_mark();
    const EVP_MD *type = type_of(kind);
    if (!type || !EVP_Digest(len > 0 ? bytes : "", len, digest, NULL, type, NULL)) return take_openssl_error();
    ERR_pop_to_mark();
    return SMITHY_OK;
}

smithy_status smithy_sha256(const void *bytes, size_t len, uint8_t digest[SMITHY_SHA256_SIZE]) {
    return digest_once(SMITHY_DIGEST_SHA256, bytes, len, digest);
}

smithy_status smithy_md5(const void *bytes, size_t len, uint8_t digest[SMITHY_MD5_SIZE]) {
    return digest_once(SMITHY_DIGEST_MD5, bytes, len, digest);
}

smithy_status smithy_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
                                 uint8_t digest[SMITHY_SHA256_SIZE]) {
    smithy_sha256_state state;
    SMITHY_TRY(smithy_sha256_init(&state));
    const smithy_status status = smithy_hmac_sha256_with(&state, key, key_len, bytes, len, digest);
    smithy_sha256_deinit(&state);
    return status;
}

/* ---- one after another ---- */

static bool sha256_parts(EVP_MD_CTX *context, smithy_bytes first, smithy_bytes second, uint8_t *digest) {
    if (first.len > 0 && !EVP_DigestUpdate(context, first.ptr, first.len)) return false;
    if (second.len > 0 && !EVP_DigestUpdate(context, second.ptr, second.len)) return false;
    return EVP_DigestFinal_ex(context, digest, NULL) && EVP_DigestInit_ex(context, NULL, NULL);
}

smithy_status smithy_sha256_with(smithy_sha256_state *state, const void *bytes, size_t len,
                                 uint8_t digest[SMITHY_SHA256_SIZE]) {
    ERR_set_mark();
    if (!sha256_parts(state->context, (smithy_bytes){bytes, len}, (smithy_bytes){0}, digest))
        return take_openssl_error();
    ERR_pop_to_mark();
    return SMITHY_OK;
}

/* RFC 2104, by the digest itself: OpenSSL's own HMAC takes memory and looks its digest up with every use. */
static bool hmac_parts(EVP_MD_CTX *context, smithy_bytes key, smithy_bytes text, uint8_t *digest) {
    uint8_t pad[SHA256_BLOCK_SIZE] = {0}, inner[SMITHY_SHA256_SIZE];
    bool done = true;
    if (key.len > sizeof pad)
        done = sha256_parts(context, key, (smithy_bytes){0}, pad);
    else if (key.len > 0)
        memcpy(pad, key.ptr, key.len);
    for (size_t i = 0; i < sizeof pad; i++) pad[i] ^= 0x36;
    done = done && sha256_parts(context, (smithy_bytes){pad, sizeof pad}, text, inner);
    for (size_t i = 0; i < sizeof pad; i++) pad[i] ^= 0x36 ^ 0x5c;
    done = done && sha256_parts(context, (smithy_bytes){pad, sizeof pad}, (smithy_bytes){inner, sizeof inner}, digest);
    smithy_cleanse(pad, sizeof pad);
    smithy_cleanse(inner, sizeof inner);
    return done;
}

smithy_status smithy_hmac_sha256_with(smithy_sha256_state *state, const void *key, size_t key_len, const void *bytes,
                                      size_t len, uint8_t digest[SMITHY_SHA256_SIZE]) {
    if (key_len > INT_MAX) return SMITHY_ERROR_LIMIT;
    ERR_set_mark();
    if (!hmac_parts(state->context, (smithy_bytes){key, key_len}, (smithy_bytes){bytes, len}, digest))
        return take_openssl_error();
    ERR_pop_to_mark();
    return SMITHY_OK;
}

/* ---- in pieces ---- */

smithy_status smithy_digest_init(smithy_digest_state *state, smithy_digest_kind kind) {
    ERR_set_mark();
    const EVP_MD *type = type_of(kind);
    EVP_MD_CTX *context = type ? EVP_MD_CTX_new() : NULL;
    state->context = context;
    if (!context || !EVP_DigestInit_ex(context, type, NULL)) {
        const smithy_status status = take_openssl_error();
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

/* What a compiler does not know it cannot leave out. As quick as memset, where OPENSSL_cleanse goes by words: each call
 * overwrites what it held. */
static void *(*const volatile overwrite)(void *memory, int byte, size_t len) = memset;

void smithy_cleanse(void *memory, size_t len) {
    if (memory && len > 0) overwrite(memory, 0, len);
}
