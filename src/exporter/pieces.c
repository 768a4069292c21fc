#include "pieces.h"

#define GZIP       (MAX_WBITS + 16)
#define LEVEL      6
#define MEM_LEVEL  8
#define SOME_BYTES ((size_t)16 * 1024)
#define READ_BYTES ((size_t)64 * 1024)

/* ---- zlib's memory ---- */

static voidpf take_memory(voidpf context, uInt items, uInt size) {
    const smithy_system *system = context;
    return system->resize(system->context, NULL, (size_t)items * size);
}

static void give_memory(voidpf context, voidpf block) {
    const smithy_system *system = context;
    system->resize(system->context, block, 0);
}

static z_stream stream_of(const smithy_system *system) {
    return (z_stream){.zalloc = take_memory, .zfree = give_memory, .opaque = (voidpf)(uintptr_t)system};
}

static smithy_status status_of(int zlib) {
    if (zlib == Z_OK || zlib == Z_STREAM_END || zlib == Z_BUF_ERROR) return SMITHY_OK;
    return zlib == Z_MEM_ERROR ? SMITHY_ERROR_MEMORY : SMITHY_ERROR_RESPONSE;
}

/* ---- cutting ---- */

typedef struct cutting {
    z_stream stream;
    const smithy_body *text;
    size_t given;             /* Of its bytes, where it is no source. */
    bool is_all;              /* There is no more. */
    uint8_t some[SOME_BYTES]; /* Of the source. */
} cutting;

/* zlib counts in 32 bits. */
static smithy_bytes next_bytes(cutting *c) {
    const smithy_bytes all = c->text->bytes;
    const size_t left = all.len - c->given;
    const smithy_bytes next = {left > 0 ? all.ptr + c->given : all.ptr, left < UINT32_MAX / 2 ? left : UINT32_MAX / 2};
    c->given += next.len;
    return next;
}

/* More to compress, where there is none at hand. */
static smithy_status supply(cutting *c) {
    smithy_bytes next = {c->some, 0};
    if (c->stream.avail_in > 0 || c->is_all) return SMITHY_OK;
    if (c->text->read)
        SMITHY_TRY(c->text->read(c->text->context, c->some, sizeof c->some, &next.len));
    else
        next = next_bytes(c);
    c->stream.next_in = (z_const Bytef *)(uintptr_t)next.ptr;
    c->stream.avail_in = (uInt)next.len;
    c->is_all = next.len == 0;
    return SMITHY_OK;
}

static smithy_status cut(cutting *c, uint8_t *piece, size_t size, pieces_take *take, void *context) {
    if (c->text->read) SMITHY_TRY(c->text->rewind(c->text->context));
    for (size_t index = 0;; index++) {
        int result = Z_OK;
        c->stream.next_out = piece;
        c->stream.avail_out = (uInt)size;
        while (result == Z_OK && c->stream.avail_out > 0) {
            SMITHY_TRY(supply(c));
            result = deflate(&c->stream, c->is_all ? Z_FINISH : Z_NO_FLUSH);
        }
        SMITHY_TRY(status_of(result));
        const bool is_last = result == Z_STREAM_END;
        SMITHY_TRY(take(context, (smithy_bytes){piece, size - c->stream.avail_out}, index, is_last));
        if (is_last) return SMITHY_OK;
    }
}

smithy_status pieces_cut(const smithy_system *system, const smithy_body *text, size_t size, pieces_take *take,
                         void *context) {
    cutting c = {.stream = stream_of(system), .text = text};
    uint8_t *piece = system->resize(system->context, NULL, size);
    if (!piece) return SMITHY_ERROR_MEMORY;
    smithy_status status = status_of(deflateInit2(&c.stream, LEVEL, Z_DEFLATED, GZIP, MEM_LEVEL, Z_DEFAULT_STRATEGY));
    if (status == SMITHY_OK) {
        status = cut(&c, piece, size, take, context);
        deflateEnd(&c.stream);
    }
    system->resize(system->context, piece, 0);
    return status;
}

/* ---- reading ---- */

smithy_status pieces_reader_init(pieces_reader *reader, const smithy_system *system, smithy_buffer *text) {
    *reader = (pieces_reader){.stream = stream_of(system), .text = text};
    return status_of(inflateInit2(&reader->stream, GZIP));
}

smithy_status pieces_reader_add(pieces_reader *reader, smithy_bytes piece) {
    z_stream *stream = &reader->stream;
    if (reader->ended || piece.len > UINT32_MAX / 2) return SMITHY_ERROR_RESPONSE;
    stream->next_in = (z_const Bytef *)(uintptr_t)piece.ptr;
    stream->avail_in = (uInt)piece.len;
    do {
        if (!smithy_buffer_reserve(reader->text, READ_BYTES)) return smithy_buffer_status(reader->text);
        stream->next_out = (Bytef *)reader->text->ptr + reader->text->len;
        stream->avail_out = (uInt)READ_BYTES;
        const int result = inflate(stream, Z_NO_FLUSH);
        SMITHY_TRY(status_of(result));
        reader->text->len += READ_BYTES - stream->avail_out;
        reader->text->ptr[reader->text->len] = '\0';
        reader->ended = result == Z_STREAM_END;
    } while (!reader->ended && stream->avail_out == 0);
    return reader->ended && stream->avail_in > 0 ? SMITHY_ERROR_RESPONSE : SMITHY_OK;
}

void pieces_reader_deinit(pieces_reader *reader) {
    inflateEnd(&reader->stream);
}
