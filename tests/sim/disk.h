/* A file system with one folder: what processes see of it, and what is left of it when the power fails. As POSIX has it
 * at its worst: what was written is safe once its file was synced, a name once its folder was; names that were not
 * become safe in the order in which they changed, or not at all. */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "world.h"

#include <sys/stat.h>
#include <sys/types.h>

/* As their namesakes, with errno. `process` is who asks. */
int disk_open(sim_world *world, int process, const char *path, int flags);
int disk_close(sim_world *world, int fd);
ssize_t disk_pread(sim_world *world, int fd, void *bytes, size_t len, off_t offset);
ssize_t disk_write(sim_world *world, int fd, const void *bytes, size_t len);
int disk_fsync(sim_world *world, int fd);
int disk_rename(sim_world *world, sim_writer by, const char *from, const char *to);
int disk_unlink(sim_world *world, const char *path);
/* Without waiting. */
int disk_lock(sim_world *world, int fd);
int disk_lstat(sim_world *world, const char *path, struct stat *info);

/* The process is gone: its files are closed, its locks free. */
void disk_forget(sim_world *world, int process);
/* Whoever ran is gone. What is left is drawn from the seed. */
void disk_lose_power(sim_world *world, uint64_t seed);

/* The file's text; NULL where there is none. */
const char *disk_text(const sim_world *world, const char *path, size_t *len);
/* It holds that, safely. */
void disk_put(sim_world *world, const char *path, const char *text, size_t len);

#endif
