#include "s3_transfer/target.h"

#include <smithy/text.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SUFFIX_SIZE 38 /* "." and a UUID, with its NUL. */

static smithy_status check_one(const s3_transfer_target *given, smithy_call *call) {
    const int count = (given->path != NULL) + given->fd.has + (given->write != NULL);
    if (count == 1) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_INPUT, "the target is one of path, fd and write");
}

/* Beside the file that it will replace: a rename does not leave the file system. */
static smithy_status name_temporary(download_target *target, smithy_call *call) {
    const char *path = target->given->path;
    const size_t len = strlen(path);
    char uuid[37];
    const smithy_status status = smithy_uuid(target->system, uuid);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "there are no random bytes to be had");
    target->temporary = target->system->resize(target->system->context, NULL, len + SUFFIX_SIZE);
    if (!target->temporary) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    memcpy(target->temporary, path, len);
    snprintf(target->temporary + len, SUFFIX_SIZE, ".%s", uuid);
    return SMITHY_OK;
}

smithy_status target_open(download_target *target, const s3_transfer_target *given, smithy_call *call) {
    *target = (download_target){.given = given, .fd = -1, .system = smithy_call_system(call)};
    SMITHY_TRY(check_one(given, call));
    if (given->fd.has) target->fd = (int)given->fd.value;
    if (!given->path) return SMITHY_OK;
    SMITHY_TRY(name_temporary(target, call));
    target->fd = open(target->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return target->fd >= 0 ? SMITHY_OK : transfer_io_error(call, "cannot make", target->temporary);
}

static smithy_status write_all(const download_target *target, const uint8_t *bytes, size_t len, smithy_call *call) {
    while (len > 0) {
        const ssize_t written = write(target->fd, bytes, len);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            return transfer_io_error(call, "cannot write", target->temporary ? target->temporary : "the descriptor");
        bytes += written;
        len -= (size_t)written;
    }
    return SMITHY_OK;
}

smithy_status target_write(download_target *target, const uint8_t *bytes, size_t len, smithy_call *call) {
    if (!target->given->write) return write_all(target, bytes, len, call);
    const smithy_status status = target->given->write(target->given->context, bytes, len);
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(call, status, "the target refused the bytes");
}

static void free_temporary(download_target *target) {
    target->temporary = target->system->resize(target->system->context, target->temporary, 0);
}

smithy_status target_commit(download_target *target, smithy_call *call) {
    const char *path = target->given->path;
    if (!path) return SMITHY_OK;
    if (fsync(target->fd) != 0) return transfer_io_error(call, "cannot write", target->temporary);
    const bool is_closed = close(target->fd) == 0;
    target->fd = -1;
    if (!is_closed) return transfer_io_error(call, "cannot write", target->temporary);
    if (rename(target->temporary, path) != 0) return transfer_io_error(call, "cannot replace", path);
    free_temporary(target);
    return SMITHY_OK;
}

void target_close(download_target *target) {
    if (!target->given || !target->given->path) return;
    if (target->fd >= 0) close(target->fd);
    if (target->temporary) (void)unlink(target->temporary);
    free_temporary(target);
}
