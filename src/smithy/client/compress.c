/* requestCompression: gzip, by zlib. */
#include "client/invocation.h"

#include <zlib.h>

#define WINDOW_BITS_GZIP (15 + 16) /* The largest window, and gzip's frame around it. */
#define MEMORY_LEVEL     8         /* zlib's own default. */

/* ---- zlib's memory is the system's ---- */

static voidpf take(voidpf system, uInt count, uInt size) {
    const smithy_system *self = system;
    return self->resize(self->context, NULL, (size_t)count * size);
}

static void give_back(voidpf system, voidpf block) {
    const smithy_system *self = system;
    self->resize(self->context, block, 0);
}

/* ---- the body ---- */

/* deflateBound says how long the result is at most, so one call does it all. */
static smithy_status deflate_into(z_stream *stream, smithy_bytes bytes, smithy_buffer *out) {
    const uLong bound = deflateBound(stream, (uLong)bytes.len);
    if (!smithy_buffer_reserve(out, bound)) return smithy_buffer_status(out);
    /* zlib takes what it does not write to as it is, without const. */
    stream->next_in = (Bytef *)(uintptr_t)bytes.ptr;
    stream->avail_in = (uInt)bytes.len;
    stream->next_out = (Bytef *)out->ptr;
    stream->avail_out = (uInt)bound;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END) return SMITHY_ERROR_LIMIT;
    out->len = bound - stream->avail_out;
    return SMITHY_OK;
}

static smithy_status gzip(const smithy_system *system, smithy_bytes bytes, smithy_buffer *out) {
    z_stream stream = {.zalloc = take, .zfree = give_back, .opaque = (voidpf)(uintptr_t)system};
    if (bytes.len > out->max) return SMITHY_ERROR_LIMIT;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_BITS_GZIP, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return SMITHY_ERROR_MEMORY;
    const smithy_status status = deflate_into(&stream, bytes, out);
    deflateEnd(&stream);
    return status;
}

static smithy_status note_encoding(invocation *inv) {
    static const char NAME[] = "Content-Encoding";
    const smithy_str before = smithy_headers_get(&inv->http.headers, NAME);
    smithy_str value = SMITHY_STR("gzip");
    if (before.len) value = smithy_call_format(inv->call, "%.*s, gzip", SMITHY_STR_ARG(before));
    if (!value.ptr) return smithy_call_status(inv->call);
    return smithy_headers_set(&inv->http.headers, SMITHY_STR("Content-Encoding"), value, inv->call);
}

/* A source is sent as it is: its length would have to be told ahead of its compression. */
smithy_status invocation_compress(invocation *inv) {
    const aws_settings *settings = &inv->client->settings;
    smithy_body *body = &inv->http.body;
    if (!inv->operation->compresses_request || !settings->compresses_requests || body->read) return SMITHY_OK;
    if (body->bytes.len == 0 || body->bytes.len < (uint64_t)settings->min_compression_bytes) return SMITHY_OK;
    const smithy_status status = gzip(inv->client->system, body->bytes, &inv->compressed);
    if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "the request's body cannot be compressed");
    const smithy_str content = smithy_buffer_str(&inv->compressed);
    body->bytes = (smithy_bytes){(const uint8_t *)content.ptr, content.len};
    return note_encoding(inv);
}
