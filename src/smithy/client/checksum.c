#include "client/invocation.h"

#include <smithy/text.h>

#define CHUNK             16384
#define MAX_CHECKSUM_TEXT 64

/* ---- of a request ---- */

typedef struct body_digest {
    uint8_t sha256[SMITHY_SHA256_SIZE];
    uint32_t crc32;
} body_digest;

static smithy_status digest_source(const smithy_body *body, smithy_sha256_state *sha256, body_digest *digest) {
    uint8_t chunk[CHUNK];
    int64_t total = 0;
    for (;;) {
        size_t len = 0;
        SMITHY_TRY(body->read(body->context, chunk, sizeof chunk, &len));
        if (len == 0) break;
        if (len > sizeof chunk) return SMITHY_ERROR_IO;
        total += (int64_t)len;
        if (total > body->length) return SMITHY_ERROR_IO;
        digest->crc32 = smithy_crc32(digest->crc32, chunk, len);
        SMITHY_TRY(smithy_sha256_update(sha256, chunk, len));
    }
    return total == body->length ? SMITHY_OK : SMITHY_ERROR_IO;
}

/* Reads a source once ahead of the first attempt; every attempt rewinds it. */
static smithy_status digest_body(const smithy_body *body, body_digest *digest) {
    *digest = (body_digest){.crc32 = 0};
    if (!body->read) {
        digest->crc32 = smithy_crc32(0, body->bytes.ptr, body->bytes.len);
        return smithy_sha256(body->bytes.ptr, body->bytes.len, digest->sha256);
    }
    smithy_sha256_state sha256;
    SMITHY_TRY(body->rewind(body->context));
    SMITHY_TRY(smithy_sha256_init(&sha256));
    const smithy_status status = digest_source(body, &sha256, digest);
    if (status == SMITHY_OK) return smithy_sha256_final(&sha256, digest->sha256);
    smithy_sha256_deinit(&sha256);
    return status;
}

static smithy_status set_base64_header(invocation *inv, const char *name, const void *bytes, size_t len) {
    smithy_buffer text;
    smithy_buffer_init(&text, inv->client->system, MAX_CHECKSUM_TEXT);
    smithy_base64_append(&text, bytes, len);
    const smithy_status status = smithy_buffer_status(&text);
    const smithy_str value = smithy_call_copy(inv->call, smithy_buffer_str(&text));
    smithy_buffer_deinit(&text);
    if (status != SMITHY_OK || !value.ptr) return smithy_call_fail(inv->call, SMITHY_ERROR_MEMORY, "out of memory");
    return smithy_headers_set(&inv->http.headers, smithy_str_from(name), value, inv->call);
}

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

static smithy_status add_flexible_checksum(invocation *inv, const body_digest *digest) {
    const smithy_operation *operation = inv->operation;
    smithy_str algorithm = {0};
    if (operation->checksum_algorithm) algorithm = operation->checksum_algorithm(inv->input);
    const bool wanted = algorithm.len || operation->requires_checksum || inv->client->settings.calculates_checksums;
    if (!wanted || caller_gave_checksum(&inv->http.headers)) return SMITHY_OK;
    if (!algorithm.len) algorithm = SMITHY_STR("CRC32");
    SMITHY_TRY(
        smithy_headers_set(&inv->http.headers, SMITHY_STR("x-amz-sdk-checksum-algorithm"), algorithm, inv->call));
    if (smithy_str_equal(algorithm, SMITHY_STR("CRC32"))) {
        const uint32_t crc = digest->crc32;
        const uint8_t bytes[] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc};
        return set_base64_header(inv, "x-amz-checksum-crc32", bytes, sizeof bytes);
    }
    if (smithy_str_equal(algorithm, SMITHY_STR("SHA256")))
        return set_base64_header(inv, "x-amz-checksum-sha256", digest->sha256, sizeof digest->sha256);
    return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT,
                            "the checksum %.*s is not worked out here: choose CRC32 or SHA256, or pass its value",
                            SMITHY_STR_ARG(algorithm));
}

static smithy_status add_md5(invocation *inv) {
    if (smithy_headers_get(&inv->http.headers, "Content-MD5").ptr) return SMITHY_OK;
    if (inv->http.body.read)
        return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT, "the operation needs Content-MD5: pass it, or bytes");
    uint8_t digest[SMITHY_MD5_SIZE];
    const smithy_status status = smithy_md5(inv->http.body.bytes.ptr, inv->http.body.bytes.len, digest);
    if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "MD5 is not to be had");
    return set_base64_header(inv, "Content-MD5", digest, sizeof digest);
}

/* A source that cannot start over cannot be read ahead of its sending. */
static smithy_status leave_unsigned(invocation *inv) {
    const bool is_https = smithy_str_starts_with(inv->http.url, SMITHY_STR("https:"));
    if (!inv->client->service->is_s3 || !is_https)
        return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT, "a body without rewind is sent only to S3, over https");
    if (inv->operation->requires_checksum)
        return smithy_call_fail(inv->call, SMITHY_ERROR_INPUT,
                                "the operation needs a checksum, and so a body with rewind");
    inv->payload_hash = SMITHY_STR("UNSIGNED-PAYLOAD");
    return SMITHY_OK;
}

smithy_status invocation_add_checksums(invocation *inv) {
    const smithy_operation *operation = inv->operation;
    const smithy_body *body = &inv->http.body;
    if (body->read && !body->rewind) return leave_unsigned(inv);
    body_digest digest;
    const smithy_status status = digest_body(body, &digest);
    if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "the request's body cannot be read");
    char hex[2 * SMITHY_SHA256_SIZE + 1];
    smithy_hex_write(digest.sha256, sizeof digest.sha256, hex);
    inv->payload_hash = smithy_call_copy(inv->call, smithy_str_from(hex));
    if (!inv->payload_hash.ptr) return smithy_call_fail(inv->call, SMITHY_ERROR_MEMORY, "out of memory");
    if (operation->has_checksum) return add_flexible_checksum(inv, &digest);
    return operation->requires_checksum ? add_md5(inv) : SMITHY_OK;
}

/* ---- of an answer ---- */

static smithy_status watch_write(void *context, const uint8_t *bytes, size_t len) {
    watched_sink *sink = context;
    sink->delivered = sink->delivered || len > 0;
    sink->crc32 = smithy_crc32(sink->crc32, bytes, len);
    return sink->target->write(sink->target->context, bytes, len);
}

void watched_sink_init(watched_sink *sink, smithy_sink *target) {
    *sink = (watched_sink){.base = {.write = watch_write, .context = sink}, .target = target};
}

static bool has_no_body(const invocation *inv) {
    const int status = inv->response.status;
    return smithy_str_equal(inv->http.method, SMITHY_STR("HEAD")) || status == 204 || status == 304;
}

/* Every Content-Length must say what came; beside a Transfer-Encoding it counts for nothing (RFC 9112). */
static smithy_status verify_length(const invocation *inv) {
    const smithy_headers *headers = &inv->response.headers;
    if (has_no_body(inv) || smithy_headers_get(headers, "transfer-encoding").ptr) return SMITHY_OK;
    for (size_t i = 0; i < headers->count; i++) {
        if (!smithy_str_equal_nocase(headers->items[i].name, SMITHY_STR("content-length"))) continue;
        int64_t length = 0;
        const bool is_number = smithy_str_to_i64(headers->items[i].value, &length) && length >= 0;
        if (is_number && (uint64_t)length == inv->response.body_length) continue;
        return smithy_call_fail(inv->call, SMITHY_ERROR_RESPONSE,
                                "the body has %llu bytes, and Content-Length says %.*s",
                                (unsigned long long)inv->response.body_length, SMITHY_STR_ARG(headers->items[i].value));
    }
    return SMITHY_OK;
}

static uint32_t body_crc32(const invocation *inv) {
    if (inv->http.sink && inv->response.body.len == 0) return inv->sink.crc32;
    return smithy_crc32(0, inv->response.body.ptr, inv->response.body.len);
}

static smithy_status mismatch(const invocation *inv, const char *header) {
    return smithy_call_fail(inv->call, SMITHY_ERROR_RESPONSE, "the body does not match the checksum in %s", header);
}

/* x-amz-checksum-crc32, base64 of the big-endian number; "…-N" is the checksum of a list of parts, and says nothing
 * about the bytes. A partial answer may carry the whole object's. */
static smithy_status verify_flexible_checksum(const invocation *inv) {
    static const char NAME[] = "x-amz-checksum-crc32";
    const smithy_str text = smithy_response_header(&inv->response, NAME);
    if (!inv->validates_checksum || inv->response.status != 200 || !text.ptr || memchr(text.ptr, '-', text.len))
        return SMITHY_OK;
    uint8_t bytes[MAX_CHECKSUM_TEXT];
    size_t len = 0;
    if (text.len > MAX_CHECKSUM_TEXT || !smithy_base64_read(text, bytes, &len) || len != 4) return mismatch(inv, NAME);
    const uint32_t expected =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
    return expected == body_crc32(inv) ? SMITHY_OK : mismatch(inv, NAME);
}

/* DynamoDB's x-amz-crc32, decimal. */
static smithy_status verify_crc32_header(const invocation *inv) {
    static const char NAME[] = "x-amz-crc32";
    const smithy_str text = smithy_response_header(&inv->response, NAME);
    int64_t expected = 0;
    if (!text.ptr || has_no_body(inv)) return SMITHY_OK;
    if (!smithy_str_to_i64(text, &expected)) return mismatch(inv, NAME);
    return expected == (int64_t)body_crc32(inv) ? SMITHY_OK : mismatch(inv, NAME);
}

smithy_status invocation_verify_body(invocation *inv) {
    SMITHY_TRY(verify_length(inv));
    SMITHY_TRY(verify_crc32_header(inv));
    return verify_flexible_checksum(inv);
}
