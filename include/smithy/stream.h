/* Bytes that come or go piece by piece: what an operation sends or takes, what a file is made of. */
#ifndef SMITHY_STREAM_H
#define SMITHY_STREAM_H

#include <smithy/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is sent: bytes, or a source that can start over (a retry sends it again). All zero: no body. */
typedef struct smithy_body {
    smithy_bytes bytes; /* Used when `read` is NULL. */
    /* Fills up to `size` bytes and sets *len; 0 is the end. SMITHY_ERROR_IO ends the operation. */
    smithy_status (*read)(void *context, uint8_t *bytes, size_t size, size_t *len);
    /* Back to the first byte; called before every attempt, the first included. NULL: cannot, so there is one attempt.
     */
    smithy_status (*rewind)(void *context);
    void *context;
    int64_t length; /* What `read` will give in all. Required with `read`: S3 wants it ahead of the body. */
} smithy_body;

/* Where a streamed body goes. */
typedef struct smithy_sink {
    /* SMITHY_OK takes all `len` bytes; any other status ends the operation with it. */
    smithy_status (*write)(void *context, const uint8_t *bytes, size_t len);
    /* An attempt failed in mid-body and another begins: forget what came. NULL: a body that breaks after its first byte
     * ends the operation. */
    smithy_status (*restart)(void *context);
    void *context;
} smithy_sink;

#ifdef __cplusplus
}
#endif

#endif
