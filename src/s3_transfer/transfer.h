/* What uploads and downloads share. Private to this folder. */
#ifndef S3_TRANSFER_TRANSFER_H
#define S3_TRANSFER_TRANSFER_H

#include "s3_transfer/crew.h"

#include <s3_transfer/s3_transfer.h>

#define MIB ((int64_t)1024 * 1024)

/* Options with their defaults. SMITHY_ERROR_INPUT names the one that is out of its range. */
smithy_status transfer_options_resolve(s3_transfer_options *resolved, const s3_transfer_options *given,
                                       smithy_call *call);

/* "<name> is taken by the transfer itself": a member of the caller's input that must be absent. */
smithy_status transfer_refuse(smithy_call *call, const char *member);

/* How many members are of use for `parts` parts. */
int transfer_threads(const s3_transfer_options *options, int64_t parts);

/* SMITHY_ERROR_IO "<what> <path>: <why>", by errno. */
smithy_status transfer_io_error(smithy_call *call, const char *what, const char *path);

/* Parts of `part_size` bytes, or of more where `length` needs more than 10,000 of them. */
int64_t transfer_part_size(int64_t part_size, int64_t length);

#endif
