/* A source of content coding aws-chunked: another source's bytes in chunks, and their checksum behind them. So a body
 * is read once, while it is sent. Private to this folder. */
#ifndef SMITHY_CLIENT_CHUNKED_BODY_H
#define SMITHY_CLIENT_CHUNKED_BODY_H

#include "client/body_checksum.h"

#include <smithy/buffer.h>
#include <smithy/http.h>
#include <smithy/sigv4.h>

/* Signed, a chunk is kept whole, since its signature goes ahead of it; S3 wants at least 8 KiB in all but the last.
 * Unsigned, it passes through, so that its size costs nothing. */
#define CHUNKED_SIGNED_SIZE   ((size_t)64 * 1024)
#define CHUNKED_UNSIGNED_SIZE ((size_t)1024 * 1024)

/* All zero: of no use, and nothing to free. */
typedef struct chunked_body {
    smithy_body source;
    size_t chunk_size;
    checksum_algorithm algorithm; /* CHECKSUM_NONE: no trailer. */
    bool is_signed;
    smithy_chunk_chain chain; /* To be begun before the first byte is read, where is_signed. */

    int64_t source_left; /* Behind the chunk that has begun. */
    body_checksum sum;
    uint8_t *chunk;     /* Of chunk_size, where is_signed. */
    uint8_t *chunk_at;  /* What is left of it. */
    size_t chunk_left;  /* Of the chunk that has begun. */
    smithy_buffer text; /* Framing that goes out next, … */
    size_t text_at;     /* … from here on. */
    bool is_ended;      /* The text is the last. */
} chunked_body;

/* `source` has a `read`. *body is what is sent: it can start over where the source can. Memory is the call's. */
smithy_status chunked_body_init(chunked_body *chunked, const smithy_body *source, checksum_algorithm algorithm,
                                bool is_signed, size_t chunk_size, smithy_body *body, smithy_call *call);
/* Any time, also twice. */
void chunked_body_deinit(chunked_body *chunked);

#endif
