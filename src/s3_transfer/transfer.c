#include "s3_transfer/transfer.h"

#include <errno.h>

#define DEFAULT_SIZE    (8 * MIB)
#define DEFAULT_THREADS 4

static smithy_status check(int64_t value, int64_t least, int64_t most, const char *name, smithy_call *call) {
    if (value >= least && value <= most) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_INPUT, "%s is %lld: %lld to %lld is allowed", name, (long long)value,
                            (long long)least, (long long)most);
}

smithy_status transfer_options_resolve(s3_transfer_options *resolved, const s3_transfer_options *given,
                                       smithy_call *call) {
    *resolved = given ? *given : (s3_transfer_options){0};
    if (!resolved->part_size) resolved->part_size = DEFAULT_SIZE;
    if (!resolved->threshold) resolved->threshold = DEFAULT_SIZE;
    if (!resolved->threads) resolved->threads = DEFAULT_THREADS;
    SMITHY_TRY(check(resolved->part_size, S3_TRANSFER_MIN_PART_SIZE, S3_TRANSFER_MAX_PART_SIZE, "part_size", call));
    SMITHY_TRY(check(resolved->threshold, 1, S3_TRANSFER_MAX_PART_SIZE, "threshold", call));
    return check(resolved->threads, 1, S3_TRANSFER_MAX_THREADS, "threads", call);
}

smithy_status transfer_refuse(smithy_call *call, const char *member) {
    return smithy_call_fail(call, SMITHY_ERROR_INPUT, "%s must be absent: the transfer sets it itself", member);
}

int transfer_threads(const s3_transfer_options *options, int64_t parts) {
    return parts < options->threads ? (int)parts : options->threads;
}

smithy_status transfer_io_error(smithy_call *call, const char *what, const char *path) {
    char why[128] = "";
    const int code = errno;
    if (strerror_r(code, why, sizeof why) != 0) snprintf(why, sizeof why, "error %d", code);
    return smithy_call_fail(call, SMITHY_ERROR_IO, "%s %s: %s", what, path, why);
}

int64_t transfer_part_size(int64_t part_size, int64_t length) {
    const int64_t least = length / S3_TRANSFER_MAX_PARTS + (length % S3_TRANSFER_MAX_PARTS != 0);
    if (least <= part_size) return part_size;
    return (least + MIB - 1) / MIB * MIB;
}
