/* The checksums that a request carries. */
#include "client/invocation.h"

#include <smithy/text.h>

#define CHUNK             16384
#define MAX_CHECKSUM_TEXT 64

/* What one look at the body gives: the hash that is signed, and the checksum that a header carries. */
typedef struct body_sums {
    body_checksum payload;
    body_checksum header;
} body_sums;

static smithy_status sums_init(body_sums *sums, checksum_algorithm algorithm) {
    sums->header.algorithm = CHECKSUM_NONE;
    SMITHY_TRY(body_checksum_init(&sums->payload, CHECKSUM_SHA256));
    return body_checksum_init(&sums->header, algorithm);
}

static void sums_deinit(body_sums *sums) {
    body_checksum_deinit(&sums->payload);
    body_checksum_deinit(&sums->header);
}

static smithy_status sums_update(body_sums *sums, const void *bytes, size_t len) {
    SMITHY_TRY(body_checksum_update(&sums->payload, bytes, len));
    return body_checksum_update(&sums->header, bytes, len);
}

static smithy_status sum_source(const smithy_body *body, body_sums *sums) {
    uint8_t chunk[CHUNK];
    int64_t total = 0;
    for (;;) {
        size_t len = 0;
        SMITHY_TRY(body->read(body->context, chunk, sizeof chunk, &len));
        if (len == 0) break;
        if (len > sizeof chunk) return SMITHY_ERROR_IO;
        total += (int64_t)len;
        if (total > body->length) return SMITHY_ERROR_IO;
        SMITHY_TRY(sums_update(sums, chunk, len));
    }
    return total == body->length ? SMITHY_OK : SMITHY_ERROR_IO;
}

/* Reads a source once ahead of the first attempt; every attempt rewinds it. */
static smithy_status sum_body(const smithy_body *body, body_sums *sums) {
    if (!body->read) return sums_update(sums, body->bytes.ptr, body->bytes.len);
    SMITHY_TRY(body->rewind(body->context));
    return sum_source(body, sums);
}

/* ---- which one ---- */

/* A checksum that the caller worked out; the headers that only name an algorithm do not count. */
static bool caller_gave_checksum(const smithy_headers *headers) {
    static const char *const NAMES[] = {"x-amz-checksum-crc32",    "x-amz-checksum-crc32c",  "x-amz-checksum-crc64nvme",
                                        "x-amz-checksum-sha1",     "x-amz-checksum-sha256",  "x-amz-checksum-sha512",
                                        "x-amz-checksum-md5",      "x-amz-checksum-xxhash3", "x-amz-checksum-xxhash64",
                                        "x-amz-checksum-xxhash128"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (smithy_headers_get(headers, NAMES[i]).ptr) return true;
    return false;
}

static smithy_status choose_flexible(invocation *inv, checksum_algorithm *algorithm) {
    const smithy_operation *operation = inv->operation;
    smithy_str name = {0};
    if (operation->checksum_algorithm) name = operation->checksum_algorithm(inv->input);
    const bool wanted = name.len || operation->requires_checksum || inv->client->settings.calculates_checksums;
    if (!wanted || caller_gave_checksum(&inv->http.headers)) return SMITHY_OK;
    if (!name.len) name = SMITHY_STR("CRC32");
    *algorithm = checksum_by_name(name);
    if (*algorithm == CHECKSUM_NONE)
        return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT,
                                "the checksum %.*s is not worked out here: choose CRC32, CRC32C, CRC64NVME, SHA1 or "
                                "SHA256, or pass its value",
                                SMITHY_STR_ARG(name));
    return smithy_headers_set(&inv->http.headers, SMITHY_STR("x-amz-sdk-checksum-algorithm"), name, inv->call);
}

static smithy_status choose(invocation *inv, checksum_algorithm *algorithm) {
    *algorithm = CHECKSUM_NONE;
    if (inv->operation->has_checksum) return choose_flexible(inv, algorithm);
    if (inv->operation->requires_checksum) *algorithm = CHECKSUM_MD5;
    if (inv->operation->has_tree_hash) *algorithm = CHECKSUM_TREE_HASH;
    if (smithy_headers_get(&inv->http.headers, checksum_header(*algorithm)).ptr) *algorithm = CHECKSUM_NONE;
    return SMITHY_OK;
}

/* ---- putting it down ---- */

static bool is_https(const invocation *inv) {
    return smithy_str_starts_with(inv->http.url, SMITHY_STR("https:"));
}

/* Into the call; absent when memory is out. */
static smithy_str hex_of(invocation *inv, const uint8_t *digest, size_t len) {
    char hex[2 * SMITHY_DIGEST_MAX_SIZE + 1];
    smithy_hex_write(digest, len, hex);
    return smithy_call_copy(inv->call, smithy_str_from(hex));
}

static smithy_status set_payload_hash(invocation *inv, body_sums *sums) {
    const smithy_opt_bool wanted = inv->client->settings.signs_payload;
    uint8_t digest[SMITHY_DIGEST_MAX_SIZE];
    size_t len = 0;
    if (inv->client->service->is_s3 && is_https(inv) && wanted.has && !wanted.value) {
        inv->payload_hash = SMITHY_STR("UNSIGNED-PAYLOAD");
        return SMITHY_OK;
    }
    SMITHY_TRY(body_checksum_final(&sums->payload, digest, &len));
    inv->payload_hash = hex_of(inv, digest, len);
    return inv->payload_hash.ptr ? SMITHY_OK : smithy_call_status(inv->call);
}

static smithy_status set_hex_header(invocation *inv, const char *name, const uint8_t *digest, size_t len) {
    const smithy_str value = hex_of(inv, digest, len);
    if (!value.ptr) return smithy_call_status(inv->call);
    return smithy_headers_set(&inv->http.headers, smithy_str_from(name), value, inv->call);
}

static smithy_status set_header(invocation *inv, body_sums *sums) {
    uint8_t bytes[SMITHY_DIGEST_MAX_SIZE];
    size_t len = 0;
    const char *name = checksum_header(sums->header.algorithm);
    if (sums->header.algorithm == CHECKSUM_NONE) return SMITHY_OK;
    SMITHY_TRY(body_checksum_final(&sums->header, bytes, &len));
    if (sums->header.algorithm == CHECKSUM_TREE_HASH) return set_hex_header(inv, name, bytes, len);
    smithy_buffer text;
    smithy_buffer_init(&text, inv->client->system, MAX_CHECKSUM_TEXT);
    smithy_base64_append(&text, bytes, len);
    const smithy_status status = smithy_buffer_status(&text);
    const smithy_str value = smithy_call_copy(inv->call, smithy_buffer_str(&text));
    smithy_buffer_deinit(&text);
    if (status != SMITHY_OK || !value.ptr) return smithy_call_fail(inv->call, SMITHY_ERROR_MEMORY, "out of memory");
    return smithy_headers_set(&inv->http.headers, smithy_str_from(name), value, inv->call);
}

/* ---- a body that is read only while it is sent ---- */

/* S3 takes a body whose hash is not known ahead. Over https it is no loss, so that no source is read twice; over http
 * signed chunks cost more than a second look, and few servers but S3 know them, so only what cannot start over is sent
 * by them. */
static bool is_sent_unread(const invocation *inv, checksum_algorithm algorithm) {
    const smithy_body *body = &inv->http.body;
    const bool fits_trailer = algorithm != CHECKSUM_MD5 && algorithm != CHECKSUM_TREE_HASH;
    return body->read && inv->client->service->is_s3 && fits_trailer && (is_https(inv) || !body->rewind);
}

static smithy_status refuse_unread(invocation *inv) {
    return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT,
                            "%s signs or sums up its body ahead, so that the body needs a rewind",
                            inv->operation->name);
}

static smithy_str streaming_constant(bool is_signed, checksum_algorithm algorithm) {
    if (!is_signed) return SMITHY_STR("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    if (algorithm == CHECKSUM_NONE) return SMITHY_STR("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    return SMITHY_STR("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
}

static smithy_status add_chunked_headers(invocation *inv, checksum_algorithm algorithm, int64_t decoded_length) {
    smithy_headers *headers = &inv->http.headers;
    const smithy_str coding = smithy_headers_get(headers, "Content-Encoding");
    const smithy_str codings =
        smithy_call_format(inv->call, "%.*s%saws-chunked", SMITHY_STR_ARG(coding), coding.len ? "," : "");
    const smithy_str length = smithy_call_format(inv->call, "%lld", (long long)decoded_length);
    if (!codings.ptr || !length.ptr) return smithy_call_status(inv->call);
    SMITHY_TRY(smithy_headers_set(headers, SMITHY_STR("Content-Encoding"), codings, inv->call));
    SMITHY_TRY(smithy_headers_set(headers, SMITHY_STR("X-Amz-Decoded-Content-Length"), length, inv->call));
    if (invocation_is_unsigned(inv)) /* Else the signature brings it. */
        SMITHY_TRY(smithy_headers_set(headers, SMITHY_STR("X-Amz-Content-Sha256"), inv->payload_hash, inv->call));
    if (algorithm == CHECKSUM_NONE) return SMITHY_OK;
    return smithy_headers_set(headers, SMITHY_STR("X-Amz-Trailer"), smithy_str_from(checksum_header(algorithm)),
                              inv->call);
}

static smithy_status send_unread(invocation *inv, checksum_algorithm algorithm) {
    const smithy_body source = inv->http.body;
    const bool is_signed =
        (!is_https(inv) || inv->client->settings.signs_payload.value) && !invocation_is_unsigned(inv);
    if (!is_signed && algorithm == CHECKSUM_NONE) {
        inv->payload_hash = SMITHY_STR("UNSIGNED-PAYLOAD");
        return SMITHY_OK;
    }
    inv->payload_hash = streaming_constant(is_signed, algorithm);
    SMITHY_TRY(add_chunked_headers(inv, algorithm, source.length));
    return chunked_body_init(&inv->chunked, &source, algorithm, is_signed,
                             is_signed ? CHUNKED_SIGNED_SIZE : CHUNKED_UNSIGNED_SIZE, &inv->http.body, inv->call);
}

/* ---- all of it ---- */

static smithy_status add_sums(invocation *inv, body_sums *sums) {
    const smithy_status status = sum_body(&inv->http.body, sums);
    if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "the request's body cannot be read");
    SMITHY_TRY(set_payload_hash(inv, sums));
    return set_header(inv, sums);
}

smithy_status invocation_add_checksums(invocation *inv) {
    body_sums sums;
    checksum_algorithm algorithm;
    SMITHY_TRY(choose(inv, &algorithm));
    if (is_sent_unread(inv, algorithm)) return send_unread(inv, algorithm);
    if (inv->http.body.read && !inv->http.body.rewind) return refuse_unread(inv);
    smithy_status status = sums_init(&sums, algorithm);
    if (status == SMITHY_OK) status = add_sums(inv, &sums);
    sums_deinit(&sums);
    return status == SMITHY_OK ? status : smithy_call_fail(inv->call, status, "the checksum is not to be had");
}
