/* One upload on its way. Private to this folder. */
#ifndef S3_TRANSFER_UPLOAD_H
#define S3_TRANSFER_UPLOAD_H

#include "s3_transfer/source.h"

#include <s3/ops/complete_multipart_upload.h>

#define UPLOAD_NONCE "upload-nonce"

typedef struct upload_job {
    s3_client *client;
    s3_put_object_input object; /* The caller's, with the nonce where the write is conditional. */
    s3_transfer_options options;
    s3_transfer_result *result;
    smithy_call *call; /* The caller's; only under the crew's lock, or when the crew is gone. */
    upload_source source;
    transfer_crew crew;
    char nonce[37]; /* Empty: the write is not conditional. */

    /* Under the crew's lock. */
    int count;            /* Parts that were handed out. */
    int64_t done;         /* Bytes that S3 has. */
    smithy_str upload_id; /* Absent: it is one PutObject. */
    s3_checksum_algorithm algorithm;
    s3_checksum_type checksum_type;
    s3_completed_part *parts;
    size_t capacity;
} upload_job;

/* multipart.c: opens the upload in parts. The lock is held. */
smithy_status multipart_create(upload_job *upload, crew_member *member);
/* Sends a part, and notes what S3 answers. Without the lock. */
smithy_status multipart_send(upload_job *upload, int number, const source_part *part, crew_member *member);
smithy_status multipart_complete(upload_job *upload);
/* Gives back what S3 keeps of it; says so in the call's error where that fails. */
void multipart_abort(upload_job *upload);

/* lost_answer.c: SMITHY_OK where the error is but a lost answer, and the object is there as this upload made it; else
 * `status`, with the error as it was. */
smithy_status upload_settle(upload_job *upload, smithy_status status);

#endif
