/* aws-chunked: whatever the source gives, in whatever pieces it is read, what goes out is framed content of just the
 * length that was announced.
 *
 * An input is four bytes (the chunk's size, the source's pieces, the reader's, the algorithm and whether it is signed)
 * and the content. */
#include "fuzz.h"

#include "client/chunked_body.h"

#include <stdlib.h>

typedef struct source {
    smithy_str content;
    size_t at, piece;
} source;

static smithy_status read_source(void *context, uint8_t *bytes, size_t size, size_t *len) {
    source *self = context;
    const size_t left = self->content.len - self->at;
    *len = size < self->piece ? size : self->piece;
    if (*len > left) *len = left;
    if (*len) memcpy(bytes, self->content.ptr + self->at, *len);
    self->at += *len;
    return SMITHY_OK;
}

static smithy_status rewind_source(void *context) {
    ((source *)context)->at = 0;
    return SMITHY_OK;
}

/* Chunks, undone: a size in hex, an extension, the content; and at the end the trailer. */
static void check_framing(smithy_str framed, smithy_str content) {
    size_t at = 0;
    for (;;) {
        smithy_str line = fuzz_line(&framed);
        FUZZ_CHECK(line.len >= 2 && line.ptr[line.len - 1] == '\r');
        const size_t size = (size_t)strtoull(line.ptr, NULL, 16);
        if (size == 0) break;
        FUZZ_CHECK(size <= content.len - at && size + 2 <= framed.len);
        FUZZ_CHECK(memcmp(framed.ptr, content.ptr + at, size) == 0);
        FUZZ_CHECK(memcmp(framed.ptr + size, "\r\n", 2) == 0);
        framed = (smithy_str){framed.ptr + size + 2, framed.len - size - 2};
        at += size;
    }
    FUZZ_CHECK(at == content.len);
    while (framed.len > 2) FUZZ_CHECK(smithy_str_starts_with(fuzz_line(&framed), SMITHY_STR("x-amz-")));
    FUZZ_CHECK(smithy_str_equal(framed, SMITHY_STR("\r\n")));
}

static void begin_chain(chunked_body *chunked, smithy_call *call) {
    const smithy_credentials credentials = {.access_key_id = SMITHY_STR_INIT("AKIDEXAMPLE"),
                                            .secret_access_key = SMITHY_STR_INIT("not-a-real-secret")};
    const smithy_signing signing = {.credentials = &credentials,
                                    .region = SMITHY_STR_INIT("eu-west-1"),
                                    .service = SMITHY_STR_INIT("s3"),
                                    .time_ms = 1};
    smithy_http_request request = {.method = SMITHY_STR_INIT("PUT"), .url = SMITHY_STR_INIT("https://example.com/")};
    FUZZ_CHECK(smithy_sigv4_sign(&signing, &request, call) == SMITHY_OK);
    FUZZ_CHECK(smithy_chunk_chain_begin(&chunked->chain, &signing, &request, call) == SMITHY_OK);
}

static void check_body(const smithy_body *body, size_t piece, smithy_str content) {
    smithy_buffer framed;
    uint8_t bytes[256];
    size_t len = 0;
    smithy_buffer_init(&framed, NULL, 1 << 24);
    do {
        FUZZ_CHECK(body->read(body->context, bytes, piece, &len) == SMITHY_OK);
        smithy_buffer_append(&framed, bytes, len);
    } while (len);
    FUZZ_CHECK(smithy_buffer_status(&framed) == SMITHY_OK);
    FUZZ_CHECK(body->length >= 0 && framed.len == (size_t)body->length);
    check_framing(smithy_buffer_str(&framed), content);
    smithy_buffer_deinit(&framed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const checksum_algorithm ALGORITHMS[] = {CHECKSUM_NONE,      CHECKSUM_CRC32, CHECKSUM_CRC32C,
                                                    CHECKSUM_CRC64NVME, CHECKSUM_SHA1,  CHECKSUM_SHA256};
    if (size < 4) return 0;
    const bool is_signed = (data[3] & 0x80) != 0;
    source from = {.content = {(const char *)data + 4, size - 4}, .piece = (size_t)data[1] + 1};
    const smithy_body whole = {
        .read = read_source, .rewind = rewind_source, .context = &from, .length = (int64_t)from.content.len};
    smithy_call *call = smithy_call_create(NULL);
    chunked_body chunked = {0};
    smithy_body body = {0};
    FUZZ_CHECK(chunked_body_init(&chunked, &whole, ALGORITHMS[(data[3] & 0x7F) % 6], is_signed, (size_t)data[0] + 1,
                                 &body, call) == SMITHY_OK);
    if (is_signed) begin_chain(&chunked, call);
    check_body(&body, (size_t)data[2] + 1, from.content);
    chunked_body_deinit(&chunked);
    smithy_call_destroy(call);
    return 0;
}
