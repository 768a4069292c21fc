/* AWS Signature Version 4: of a request, in its headers or in a URL that is handed on, and of a body sent in chunks. */
#ifndef SMITHY_SIGV4_H
#define SMITHY_SIGV4_H

#include <smithy/credentials.h>
#include <smithy/hash.h>
#include <smithy/http.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Signing keys that were derived before: one serves a whole day. Shareable between threads. */
typedef struct smithy_signing_cache smithy_signing_cache;

/* NULL when memory is out. `system` NULL: the default one. */
SMITHY_API smithy_signing_cache *smithy_signing_cache_create(const smithy_system *system);
/* Overwrites the keys. NULL is fine. */
SMITHY_API void smithy_signing_cache_destroy(smithy_signing_cache *cache);

typedef struct smithy_signing {
    const smithy_credentials *credentials; /* Required. */
    smithy_str region;                     /* Required. */
    smithy_str service;                    /* Required; the signing name: "logs", "s3". */
    int64_t time_ms;                       /* Required; the service's clock as well as it is known. */
    bool normalize_path;                   /* Resolve "." "..", and "//" in the path first. All services but S3. */
    bool double_encode_path;               /* Percent-encode the encoded path once more. All services but S3. */
    bool add_content_sha256;               /* Send x-amz-content-sha256 too (S3). */
    smithy_str payload_hash; /* Optional; hex SHA-256, or a constant such as UNSIGNED-PAYLOAD. Default: the hash of the
                                request's bytes; Required for a body that is read from a source. */
    smithy_signing_cache *cache; /* Optional; default none: the key is derived anew. */
} smithy_signing;

/* Removes what an earlier attempt added, then sets X-Amz-Date, X-Amz-Security-Token (temporary credentials),
 * x-amz-content-sha256 (where asked for), Host and Authorization on the request, whose url and other headers must be
 * final. New texts live in the call's arena. */
SMITHY_API smithy_status smithy_sigv4_sign(const smithy_signing *signing, smithy_http_request *request,
                                           smithy_call *call) SMITHY_NODISCARD;

/* The longest that a presigned URL may be valid: a week. */
#define SMITHY_PRESIGN_MAX_S 604800

/* The request as a URL that works by itself for `expires_s` (1 to SMITHY_PRESIGN_MAX_S) seconds from signing->time_ms,
 * or for as long as the credentials do, where that is shorter. Whoever uses it sends the method and the headers that
 * the request has, which must be none that signing adds. add_content_sha256 does not count; for S3 the payload_hash is
 * "UNSIGNED-PAYLOAD". `*url` lives in the call's arena: it is as good as the permission it carries. */
SMITHY_API smithy_status smithy_sigv4_presign(const smithy_signing *signing, const smithy_http_request *request,
                                              int64_t expires_s, smithy_str *url, smithy_call *call) SMITHY_NODISCARD;

#define SMITHY_SIGNATURE_SIZE (2 * SMITHY_SHA256_SIZE + 1) /* In hex, with its NUL. */

/* The signatures of the chunks of an aws-chunked body, whose request is signed with the payload_hash
 * "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", with "-TRAILER" behind it where a trailer follows. All zero: not begun. */
typedef struct smithy_chunk_chain {
    char previous[SMITHY_SIGNATURE_SIZE]; /* The last signature, in hex: what the caller writes down. */
    /* The library's. */
    uint8_t key[SMITHY_SHA256_SIZE];
    smithy_str scope;
    smithy_sha256_state sha;
    const smithy_system *system;
} smithy_chunk_chain;

/* `request` has just been signed with `signing`. Begins anew where the chain had begun before. Its texts live in the
 * call's arena. */
SMITHY_API smithy_status smithy_chunk_chain_begin(smithy_chunk_chain *chain, const smithy_signing *signing,
                                                  const smithy_http_request *request,
                                                  smithy_call *call) SMITHY_NODISCARD;
/* The next chunk's bytes; the last chunk is of none. */
SMITHY_API smithy_status smithy_chunk_chain_sign(smithy_chunk_chain *chain, const void *bytes,
                                                 size_t len) SMITHY_NODISCARD;
/* After the last chunk: "name:value\n" of each trailing header. */
SMITHY_API smithy_status smithy_chunk_chain_sign_trailer(smithy_chunk_chain *chain, smithy_str lines) SMITHY_NODISCARD;
/* Overwrites the key. Any time, also twice. */
SMITHY_API void smithy_chunk_chain_deinit(smithy_chunk_chain *chain);

/* The parts, for tests and for those who sign something else. Each appends to `out`. */
SMITHY_API smithy_status smithy_sigv4_canonical_request(const smithy_signing *signing,
                                                        const smithy_http_request *request, smithy_buffer *out,
                                                        smithy_str *signed_headers, smithy_call *call) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_sigv4_string_to_sign(const smithy_signing *signing, smithy_str canonical_request,
                                                     smithy_buffer *out) SMITHY_NODISCARD;
SMITHY_API smithy_status smithy_sigv4_key(const smithy_signing *signing,
                                          uint8_t key[SMITHY_SHA256_SIZE]) SMITHY_NODISCARD;

#ifdef __cplusplus
}
#endif

#endif
