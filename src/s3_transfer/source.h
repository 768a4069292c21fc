/* What is uploaded, part by part. Private to this folder. */
#ifndef S3_TRANSFER_SOURCE_H
#define S3_TRANSFER_SOURCE_H

#include "s3_transfer/transfer.h"

typedef struct upload_source {
    const s3_transfer_source *given;
    int fd;         /* -1: none. */
    int64_t length; /* -1: not known. */
    bool is_stream; /* Read once, in order: a part has to be held to be sent again. */
    bool is_at_end; /* Of a stream. */
    int64_t taken;  /* Bytes that parts were made of. */
} upload_source;

/* A piece of it, and where it is read from when it is sent. */
typedef struct source_part {
    smithy_body body;
    smithy_file_source file; /* What the body reads, where it is a file. */
    int64_t length;
} source_part;

/* Opens the file; finds out the length. */
smithy_status source_open(upload_source *source, const s3_transfer_source *given, smithy_call *call);
void source_close(upload_source *source);

/* The next piece, of `size` bytes, or fewer at the end. A stream's is held in the member's buffer. `part` stays where
 * it is while its body is in use. One thread at a time. */
smithy_status source_next(upload_source *source, int64_t size, source_part *part, crew_member *member);
/* Nothing is left; false as long as a stream has not said so. */
bool source_is_at_end(const upload_source *source);

#endif
