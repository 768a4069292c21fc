/* Whether the body of an answer is the one that was sent. */
#include "client/invocation.h"

#include <smithy/text.h>

#define MAX_CHECKSUM_TEXT 64
#define CRC32_HEADER      "x-amz-crc32" /* DynamoDB's, decimal. */

static bool has_no_body(const invocation *inv) {
    const int status = inv->response.status;
    return smithy_str_equal(inv->http.method, SMITHY_STR("HEAD")) || status == 204 || status == 304;
}

/* The checksum that the answer announces, with its text, in base64. "…-N" is the checksum of a list of parts, and says
 * nothing about the bytes. A partial answer may carry the whole object's. */
static checksum_algorithm announced(const invocation *inv, smithy_str *text) {
    if (!inv->validates_checksum || inv->response.status != 200) return CHECKSUM_NONE;
    for (int i = CHECKSUM_CRC32; i <= CHECKSUM_SHA256; i++) {
        *text = smithy_response_header(&inv->response, checksum_header((checksum_algorithm)i));
        if (text->ptr && !memchr(text->ptr, '-', text->len)) return (checksum_algorithm)i;
    }
    return CHECKSUM_NONE;
}

/* ---- a body that streams ---- */

/* The answer's headers are there when its first byte is. */
static smithy_status begin_sums(watched_sink *sink) {
    smithy_str text;
    sink->delivered = true;
    if (smithy_response_header(&sink->invocation->response, CRC32_HEADER).ptr)
        SMITHY_TRY(body_checksum_init(&sink->crc32, CHECKSUM_CRC32));
    return body_checksum_init(&sink->announced, announced(sink->invocation, &text));
}

static smithy_status watch_write(void *context, const uint8_t *bytes, size_t len) {
    watched_sink *sink = context;
    if (len == 0) return SMITHY_OK;
    if (!sink->delivered) SMITHY_TRY(begin_sums(sink));
    SMITHY_TRY(body_checksum_update(&sink->crc32, bytes, len));
    SMITHY_TRY(body_checksum_update(&sink->announced, bytes, len));
    return sink->target->write(sink->target->context, bytes, len);
}

void watched_sink_init(watched_sink *sink, smithy_sink *target, const invocation *inv) {
    *sink = (watched_sink){
        .base = {.write = watch_write, .context = sink}, .target = target, .invocation = inv, .delivered = false};
}

void watched_sink_reset(watched_sink *sink) {
    sink->delivered = false;
    body_checksum_deinit(&sink->crc32);
    body_checksum_deinit(&sink->announced);
}

/* ---- what must hold ---- */

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

static smithy_status mismatch(const invocation *inv, const char *header) {
    return smithy_call_fail(inv->call, SMITHY_ERROR_RESPONSE, "the body does not match the checksum in %s", header);
}

/* The checksum of the body, from the sink that took it or from what was collected. */
static smithy_status sum_up(const invocation *inv, body_checksum *streamed, checksum_algorithm algorithm,
                            uint8_t value[SMITHY_DIGEST_MAX_SIZE], size_t *len) {
    body_checksum collected;
    if (inv->sink.delivered) return body_checksum_final(streamed, value, len);
    smithy_status status = body_checksum_init(&collected, algorithm);
    if (status == SMITHY_OK) status = body_checksum_update(&collected, inv->response.body.ptr, inv->response.body.len);
    if (status == SMITHY_OK) status = body_checksum_final(&collected, value, len);
    body_checksum_deinit(&collected);
    return status;
}

static smithy_status verify_announced(invocation *inv) {
    smithy_str text;
    uint8_t expected[MAX_CHECKSUM_TEXT], value[SMITHY_DIGEST_MAX_SIZE];
    size_t expected_len = 0, len = 0;
    const checksum_algorithm algorithm = announced(inv, &text);
    if (algorithm == CHECKSUM_NONE) return SMITHY_OK;
    const char *header = checksum_header(algorithm);
    if (text.len > MAX_CHECKSUM_TEXT || !smithy_base64_read(text, expected, &expected_len))
        return mismatch(inv, header);
    const smithy_status status = sum_up(inv, &inv->sink.announced, algorithm, value, &len);
    if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "the checksum %s is not to be had", header);
    return len == expected_len && memcmp(value, expected, len) == 0 ? SMITHY_OK : mismatch(inv, header);
}

static smithy_status verify_crc32(invocation *inv) {
    const smithy_str text = smithy_response_header(&inv->response, CRC32_HEADER);
    uint8_t value[SMITHY_DIGEST_MAX_SIZE];
    size_t len = 0;
    int64_t expected = 0;
    if (!text.ptr || has_no_body(inv)) return SMITHY_OK;
    if (!smithy_str_to_i64(text, &expected)) return mismatch(inv, CRC32_HEADER);
    SMITHY_TRY(sum_up(inv, &inv->sink.crc32, CHECKSUM_CRC32, value, &len));
    const uint32_t crc = (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
    return expected == (int64_t)crc ? SMITHY_OK : mismatch(inv, CRC32_HEADER);
}

smithy_status invocation_verify_body(invocation *inv) {
    SMITHY_TRY(verify_length(inv));
    SMITHY_TRY(verify_crc32(inv));
    return verify_announced(inv);
}
