/* Digests and checksums. SHA and HMAC are OpenSSL's; CRC-32 is zlib's, the other two are ours. Shareable: no state but
 * the caller's.
 */
#ifndef SMITHY_HASH_H
#define SMITHY_HASH_H

#include <smithy/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SMITHY_SHA256_SIZE 32
#define SMITHY_MD5_SIZE    16

/* SMITHY_ERROR_MEMORY, or SMITHY_ERROR_CONFIG where OpenSSL has no such digest (a FIPS build has no MD5). */
SMITHY_API smithy_status smithy_sha256(const void *bytes, size_t len,
                                       uint8_t digest[SMITHY_SHA256_SIZE]) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
                                            uint8_t digest[SMITHY_SHA256_SIZE]) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_md5(const void *bytes, size_t len, uint8_t digest[SMITHY_MD5_SIZE]) SMITHY_NODISCARD;

/* A digest in pieces. Memory is taken by init and given back by final or deinit. */
typedef enum smithy_digest_kind { SMITHY_DIGEST_MD5, SMITHY_DIGEST_SHA1, SMITHY_DIGEST_SHA256 } smithy_digest_kind;
#define SMITHY_DIGEST_MAX_SIZE 32
typedef struct smithy_digest_state {
    void *context;
} smithy_digest_state;
SMITHY_API smithy_status smithy_digest_init(smithy_digest_state *state, smithy_digest_kind kind) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_digest_update(smithy_digest_state *state, const void *bytes,
                                              size_t len) SMITHY_NODISCARD;
/* *len: the size of the kind's digest. */
SMITHY_API smithy_status smithy_digest_final(smithy_digest_state *state, uint8_t digest[SMITHY_DIGEST_MAX_SIZE],
                                             size_t *len) SMITHY_NODISCARD;
SMITHY_API void smithy_digest_deinit(smithy_digest_state *state);

/* SHA-256 in pieces: the same, by shorter names. */
typedef smithy_digest_state smithy_sha256_state;
SMITHY_NODISCARD static inline smithy_status smithy_sha256_init(smithy_sha256_state *state) {
    return smithy_digest_init(state, SMITHY_DIGEST_SHA256);
}
SMITHY_NODISCARD static inline smithy_status smithy_sha256_update(smithy_sha256_state *state, const void *bytes,
                                                                  size_t len) {
    return smithy_digest_update(state, bytes, len);
}
SMITHY_NODISCARD static inline smithy_status smithy_sha256_final(smithy_sha256_state *state,
                                                                 uint8_t digest[SMITHY_SHA256_SIZE]) {
    size_t len = 0;
    return smithy_digest_final(state, digest, &len);
}
static inline void smithy_sha256_deinit(smithy_sha256_state *state) {
    smithy_digest_deinit(state);
}

/* Whole digests one after another on one state, without memory of their own: for many short texts. `state` is fresh
 * from init or from one of these, and is again afterwards; after a failure it can only be deinited. */
SMITHY_API smithy_status smithy_sha256_with(smithy_sha256_state *state, const void *bytes, size_t len,
                                            uint8_t digest[SMITHY_SHA256_SIZE]) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_hmac_sha256_with(smithy_sha256_state *state, const void *key, size_t key_len,
                                                 const void *bytes, size_t len,
                                                 uint8_t digest[SMITHY_SHA256_SIZE]) SMITHY_NODISCARD;

/* CRC-32 (ISO-HDLC), CRC-32C (iSCSI) and CRC-64/NVME, in pieces: start with 0. */
SMITHY_API uint32_t smithy_crc32(uint32_t crc, const void *bytes, size_t len);
SMITHY_API uint32_t smithy_crc32c(uint32_t crc, const void *bytes, size_t len);
SMITHY_API uint64_t smithy_crc64nvme(uint64_t crc, const void *bytes, size_t len);

/* Overwrites memory so that the compiler cannot leave it out. */
SMITHY_API void smithy_cleanse(void *memory, size_t len);

#ifdef __cplusplus
}
#endif

#endif
