/* A document, compressed (gzip) and cut into pieces of a size that a store takes. */
#ifndef EXPORTER_PIECES_H
#define EXPORTER_PIECES_H

#include <smithy/buffer.h>
#include <smithy/stream.h>
#include <zlib.h>

/* Takes one piece after another; `index` counts from 0. Any status but SMITHY_OK ends the cutting with it. */
typedef smithy_status pieces_take(void *context, smithy_bytes piece, size_t index, bool is_last);

/* Cuts `text`, a source from its beginning on; every piece but the last has `size` bytes. There is always a last one.
 */
smithy_status pieces_cut(const smithy_system *system, const smithy_body *text, size_t size, pieces_take *take,
                         void *context) SMITHY_NODISCARD;
static inline smithy_body pieces_body(smithy_str text) {
    return (smithy_body){.bytes = {(const uint8_t *)text.ptr, text.len}};
}

/* The way back, piece by piece. */
typedef struct pieces_reader {
    z_stream stream;
    smithy_buffer *text; /* What came out so far is appended here; its maximum holds. */
    bool ended;          /* The document is whole. */
} pieces_reader;

smithy_status pieces_reader_init(pieces_reader *reader, const smithy_system *system,
                                 smithy_buffer *text) SMITHY_NODISCARD;
/* SMITHY_ERROR_RESPONSE for what is not the next piece of a document. */
smithy_status pieces_reader_add(pieces_reader *reader, smithy_bytes piece) SMITHY_NODISCARD;
void pieces_reader_deinit(pieces_reader *reader);

#endif
