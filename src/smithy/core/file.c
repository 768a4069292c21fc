#include "core/file.h"

#include <smithy/buffer.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024, PIECE_SIZE = 32 * 1024, TEMPORARY_TRIES = 8 };

/* ---- read ---- */

/* One piece from the end of `content` on; *done at the end of the file. A full buffer asks for one byte more, to tell a
 * file that just fits from one that is too long. */
static smithy_status read_piece(int fd, size_t start, smithy_buffer *content, bool *done) {
    char probe;
    const size_t left = content->max - content->len;
    const size_t room = left < READ_SIZE ? left : READ_SIZE;
    if (room > 0 && !smithy_buffer_reserve(content, room)) return content->status;

    char *target = room > 0 ? content->ptr + content->len : &probe;
    const ssize_t got = pread(fd, target, room > 0 ? room : 1, (off_t)(content->len - start));
    if (got < 0) return errno == EINTR ? SMITHY_OK : SMITHY_ERROR_IO;
    *done = got == 0;
    if (*done) return SMITHY_OK;
    if (room == 0) {
        content->status = SMITHY_ERROR_LIMIT;
        return SMITHY_ERROR_LIMIT;
    }
    content->len += (size_t)got;
    content->ptr[content->len] = '\0';
    return SMITHY_OK;
}

/* *fd < 0 with SMITHY_OK: there is none. */
static smithy_status open_to_read(const char *path, int *fd) {
    /* O_NONBLOCK: a FIFO in the file's place is an error, not a wait without end. */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return *fd >= 0 || errno == ENOENT || errno == ENOTDIR ? SMITHY_OK : SMITHY_ERROR_IO;
}

smithy_status smithy_file_read(void *context, const char *path, smithy_buffer *content, bool *exists) {
    int fd;
    (void)context;
    const smithy_status opened = open_to_read(path, &fd);
    *exists = fd >= 0;
    if (fd < 0) return opened;

    const size_t start = content->len;
    smithy_status status = smithy_buffer_status(content);
    for (bool done = false; status == SMITHY_OK && !done;) status = read_piece(fd, start, content, &done);
    close(fd);
    if (status != SMITHY_OK && content->ptr) {
        content->len = start;
        content->ptr[start] = '\0';
    }
    return status;
}

static smithy_status stream_pieces(int fd, smithy_sink *sink) {
    uint8_t piece[PIECE_SIZE];
    for (off_t at = 0;;) {
        const ssize_t got = pread(fd, piece, sizeof piece, at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0 ? SMITHY_OK : SMITHY_ERROR_IO;
        SMITHY_TRY((sink->write)(sink->context, piece, (size_t)got)); /* Not write(2), which a simulation replaces. */
        at += got;
    }
}

smithy_status smithy_file_stream(void *context, const char *path, smithy_sink *sink, bool *exists) {
    int fd;
    (void)context;
    smithy_status status = open_to_read(path, &fd);
    *exists = fd >= 0;
    if (fd < 0) return status;
    status = stream_pieces(fd, sink);
    close(fd);
    return status;
}

/* ---- replace ---- */

static smithy_status write_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        const ssize_t written = write(fd, bytes, len);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return SMITHY_ERROR_IO;
        bytes += written;
        len -= (size_t)written;
    }
    return SMITHY_OK;
}

/* Creates a file that nobody else has, named after `path`. Answers its descriptor, or -1. */
static int create_temporary(const char *path, char name[PATH_MAX]) {
    for (int tries = 0; tries < TEMPORARY_TRIES; tries++) {
        uint64_t chance = 0;
        if (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance) return -1;
        const int len = snprintf(name, PATH_MAX, "%s.%016llx.tmp", path, (unsigned long long)chance);
        if (len < 0 || len >= PATH_MAX) return -1;
        const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

static smithy_status write_source(int fd, const smithy_body *source) {
    char piece[PIECE_SIZE];
    if (!source->read) return write_all(fd, (const char *)source->bytes.ptr, source->bytes.len);
    SMITHY_TRY(source->rewind(source->context));
    for (;;) {
        size_t len = 0;
        SMITHY_TRY(source->read(source->context, (uint8_t *)piece, sizeof piece, &len));
        if (len == 0) return SMITHY_OK;
        SMITHY_TRY(write_all(fd, piece, len));
    }
}

static smithy_status fill_and_close(int fd, const smithy_body *source) {
    smithy_status status = write_source(fd, source);
    if (status == SMITHY_OK && fsync(fd) != 0) status = SMITHY_ERROR_IO;
    if (close(fd) != 0) status = SMITHY_ERROR_IO;
    return status;
}

/* The rename itself is safe on the disk only once its directory is. A file system that cannot sync a directory
 * (EINVAL) has no such step. */
static smithy_status sync_directory_of(const char *path) {
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof directory) return SMITHY_ERROR_IO;
    memcpy(directory, path, len);
    directory[len] = '\0';
    if (len == 0) strcpy(directory, slash ? "/" : ".");

    const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return SMITHY_ERROR_IO;
    const bool synced = fsync(fd) == 0 || errno == EINVAL;
    close(fd);
    return synced ? SMITHY_OK : SMITHY_ERROR_IO;
}

/* Where the new file goes: through symbolic links, so that the link stays and what it points to is replaced. */
static smithy_status resolve_target(const char *path, char target[PATH_MAX]) {
    struct stat info;
    if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode)) return realpath(path, target) ? SMITHY_OK : SMITHY_ERROR_IO;
    const size_t len = strlen(path);
    if (len >= PATH_MAX) return SMITHY_ERROR_IO;
    memcpy(target, path, len + 1);
    return SMITHY_OK;
}

smithy_status smithy_file_replace_from(void *context, const char *path, const smithy_body *source) {
    (void)context;
    char target[PATH_MAX], temporary[PATH_MAX];
    SMITHY_TRY(resolve_target(path, target));
    const int fd = create_temporary(target, temporary);
    if (fd < 0) return SMITHY_ERROR_IO;
    smithy_status status = fill_and_close(fd, source);
    if (status == SMITHY_OK && rename(temporary, target) != 0) status = SMITHY_ERROR_IO;
    if (status != SMITHY_OK) {
        unlink(temporary);
        return status;
    }
    return sync_directory_of(target);
}

smithy_status smithy_file_replace(void *context, const char *path, const void *bytes, size_t len) {
    return smithy_file_replace_from(context, path, &(smithy_body){.bytes = {bytes, len}});
}

/* ---- lock ---- */

/* flock() belongs to the open file, not to the process, so two threads conflict as two processes do. */
smithy_status smithy_file_lock(void *context, const char *path, int *handle) {
    (void)context;
    *handle = -1;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return SMITHY_ERROR_IO;
    int result;
    do {
        result = flock(fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result == 0) {
        *handle = fd;
        return SMITHY_OK;
    }
    const bool is_taken = errno == EWOULDBLOCK;
    close(fd);
    return is_taken ? SMITHY_OK : SMITHY_ERROR_IO;
}

void smithy_file_unlock(void *context, int handle) {
    (void)context;
    if (handle >= 0) close(handle);
}
