/* Where a download goes, in order. Private to this folder. */
#ifndef S3_TRANSFER_TARGET_H
#define S3_TRANSFER_TARGET_H

#include "s3_transfer/transfer.h"

typedef struct download_target {
    const s3_transfer_target *given;
    int fd;          /* -1: none. */
    char *temporary; /* The file that will be the one at given->path; NULL: none. */
    const smithy_system *system;
} download_target;

/* Makes the temporary file. */
smithy_status target_open(download_target *target, const s3_transfer_target *given, smithy_call *call);
smithy_status target_write(download_target *target, const uint8_t *bytes, size_t len, smithy_call *call);
/* All of it has come, and is right: the file takes its place. */
smithy_status target_commit(download_target *target, smithy_call *call);
/* Removes what was not committed. */
void target_close(download_target *target);

#endif
