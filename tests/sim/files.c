#include "files.h"

#include "connection.h"
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <smithy/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

/* Whose call it is: system calls have no context. There is one thread. */
static sim_process *at_work;

/* ---- steps ---- */

static int fail(int error) {
    errno = error;
    return -1;
}

/* What becomes of the call: 0, or the errno before its effect. */
static int error_before(sim_fault fault) {
    switch (fault) {
    case SIM_FAULT_THROTTLE: return EINTR;
    case SIM_FAULT_500:
    case SIM_FAULT_CONNECT:
    case SIM_FAULT_RESET_BEFORE:
    case SIM_FAULT_LATE_EFFECT: return EIO;
    case SIM_FAULT_503_HTML:
    case SIM_FAULT_CONFLICT: return ENOSPC;
    case SIM_FAULT_DENIED: return EACCES;
    default: return 0;
    }
}

static bool fails_after(sim_fault fault) {
    return fault == SIM_FAULT_500_AFTER || fault == SIM_FAULT_RESET_AFTER;
}

/* A disk that does not answer for a while does not lose anything. */
static bool is_slow(sim_fault fault) {
    return fault == SIM_FAULT_SLOW || fault == SIM_FAULT_HANG_BEFORE || fault == SIM_FAULT_HANG_AFTER;
}

typedef struct step {
    sim_process *process;
    const char *what, *path;
    sim_fault fault;
} step;

/* false: the call fails without an effect. */
static bool begin(step *s, const char *what, const char *path) {
    *s = (step){.process = at_work, .what = what, .path = path};
    if (s->process->is_dead || !connection_begin_step(s->process, &s->fault)) return fail(EIO) == 0;
    const int error = error_before(s->fault);
    if (error == 0) return true;
    connection_end_step(s->process, what, path, sim_fault_name(s->fault), false);
    return fail(error) == 0;
}

static int end(step *s, int result) {
    const int error = errno;
    if (!connection_end_step(s->process, s->what, s->path, result < 0 ? "fails" : "done", is_slow(s->fault)))
        return fail(EIO);
    if (fails_after(s->fault)) return fail(EIO);
    errno = error;
    return result;
}

/* ---- system calls ---- */

static int sim_open(const char *path, int flags, ...) {
    step s;
    if (strncmp(path, SIM_FOLDER, sizeof SIM_FOLDER - 1) != 0)
        return fail(ENOENT); /* Of the user's files there is none. */
    if (!begin(&s, flags & O_CREAT ? "create" : "open", path)) return -1;
    const int fd = end(&s, disk_open(s.process->world, s.process->number, path, flags));
    const bool has_seen = fd >= 0 || errno == ENOENT;
    if (has_seen && strcmp(path, SIM_FILE) == 0) s.process->seen = s.process->world->version;
    return fd;
}

static int sim_close(int fd) {
    return at_work->is_dead ? 0 : disk_close(at_work->world, fd);
}

static ssize_t sim_pread(int fd, void *bytes, size_t len, off_t offset) {
    step s;
    if (offset > 0) return at_work->is_dead ? fail(EIO) : disk_pread(at_work->world, fd, bytes, len, offset);
    if (!begin(&s, "read", "")) return -1;
    return end(&s, (int)disk_pread(s.process->world, fd, bytes, len, offset));
}

static ssize_t sim_write(int fd, const void *bytes, size_t len) {
    step s;
    if (!begin(&s, "write", "")) return -1;
    if (s.fault == SIM_FAULT_TRUNCATED) len = (len + 1) / 2;
    return end(&s, (int)disk_write(s.process->world, fd, bytes, len));
}

static int sim_fsync(int fd) {
    step s;
    return begin(&s, "sync", "") ? end(&s, disk_fsync(s.process->world, fd)) : -1;
}

static int sim_rename(const char *from, const char *to) {
    step s;
    if (!begin(&s, "rename to", to)) return -1;
    const sim_writer by = {s.process->number, s.process->seen};
    const int result = disk_rename(s.process->world, by, from, to);
    if (result == 0) s.process->seen = s.process->world->version;
    return end(&s, result);
}

static int sim_unlink(const char *path) {
    step s;
    return begin(&s, "unlink", path) ? end(&s, disk_unlink(s.process->world, path)) : -1;
}

static int sim_flock(int fd, int operation) {
    step s;
    (void)operation;
    return begin(&s, "lock", "") ? end(&s, disk_lock(s.process->world, fd)) : -1;
}

static int sim_lstat(const char *path, struct stat *info) {
    return at_work->is_dead ? fail(EIO) : disk_lstat(at_work->world, path, info);
}

static char *sim_realpath(const char *path, char *resolved) {
    (void)path, (void)resolved;
    return NULL; /* There are no links. */
}

static ssize_t sim_getrandom(void *bytes, size_t len, unsigned flags) {
    (void)flags;
    random_fill(&at_work->chaos, bytes, len);
    return (ssize_t)len;
}

/* ---- the runtime's functions, over them ---- */

#define open                     sim_open
#define close                    sim_close
#define pread                    sim_pread
#define write(fd, bytes, len)    sim_write(fd, bytes, len)
#define fsync                    sim_fsync
#define rename                   sim_rename
#define unlink                   sim_unlink
#define flock                    sim_flock
#define lstat                    sim_lstat
#define realpath                 sim_realpath
#define getrandom                sim_getrandom
#define smithy_file_read         over_disk_read
#define smithy_file_stream       over_disk_stream
#define smithy_file_replace      over_disk_replace
#define smithy_file_replace_from over_disk_replace_from
#define smithy_file_lock         over_disk_lock
#define smithy_file_unlock       over_disk_unlock
#include "core/file.c"

/* ---- for a process ---- */

smithy_status files_read(void *process, const char *path, smithy_buffer *content, bool *exists) {
    sim_process *outer = at_work;
    at_work = process;
    const smithy_status status = over_disk_read(NULL, path, content, exists);
    at_work = outer;
    return status;
}

smithy_status files_stream(void *process, const char *path, smithy_sink *sink, bool *exists) {
    sim_process *outer = at_work;
    at_work = process;
    const smithy_status status = over_disk_stream(NULL, path, sink, exists);
    at_work = outer;
    return status;
}

smithy_status files_replace(void *process, const char *path, const void *bytes, size_t len) {
    sim_process *outer = at_work;
    at_work = process;
    const smithy_status status = over_disk_replace(NULL, path, bytes, len);
    at_work = outer;
    return status;
}

smithy_status files_replace_from(void *process, const char *path, const smithy_body *source) {
    sim_process *outer = at_work;
    at_work = process;
    const smithy_status status = over_disk_replace_from(NULL, path, source);
    at_work = outer;
    return status;
}

smithy_status files_lock(void *process, const char *path, int *handle) {
    sim_process *outer = at_work;
    at_work = process;
    const smithy_status status = over_disk_lock(NULL, path, handle);
    at_work = outer;
    return status;
}

void files_unlock(void *process, int handle) {
    sim_process *outer = at_work;
    at_work = process;
    over_disk_unlock(NULL, handle);
    at_work = outer;
}
