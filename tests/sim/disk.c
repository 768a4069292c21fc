#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER_INODE 0
#define NO_INODE     (-1)

static int fail(int error) {
    errno = error;
    return -1;
}

/* ---- names ---- */

static bool is_folder(const char *path) {
    return strcmp(path, SIM_FOLDER) == 0;
}

static bool is_in_folder(const char *path) {
    return strncmp(path, SIM_FOLDER "/", sizeof SIM_FOLDER) == 0;
}

static int find_name(const sim_disk *disk, const char *path) {
    for (int i = 0; i < disk->name_count; i++)
        if (strcmp(disk->names[i].path, path) == 0) return i;
    return -1;
}

static int find_inode(const sim_disk *disk, const char *path) {
    const int at = find_name(disk, path);
    return at >= 0 ? disk->names[at].inode : NO_INODE;
}

static void set_name(sim_disk *disk, const char *path, int inode) {
    const int at = find_name(disk, path);
    if (inode == NO_INODE) {
        if (at >= 0) disk->names[at] = disk->names[--disk->name_count];
    } else if (at >= 0) {
        disk->names[at].inode = inode;
    } else {
        WORLD_ROOM(disk, names, name);
        disk->names[disk->name_count++] = (sim_name){(char *)(uintptr_t)path, inode};
    }
}

/* A name stands for another file now, or for none; that is not safe yet. */
static void change_name(sim_world *world, const char *path, int inode) {
    sim_disk *disk = &world->disk;
    const char *copy = world_copy(world, path, strlen(path));
    set_name(disk, copy, inode);
    WORLD_ROOM(disk, changes, change);
    disk->changes[disk->change_count++] = (sim_name){(char *)(uintptr_t)copy, inode};
}

/* What the names stood for before the changes that are not safe. */
static void keep_safe_names(sim_world *world) {
    sim_disk *disk = &world->disk;
    disk->safe_count = 0;
    for (int i = 0; i < disk->name_count; i++) {
        WORLD_ROOM(disk, safe, safe);
        disk->safe[disk->safe_count++] = disk->names[i];
    }
    disk->change_count = 0;
}

/* ---- files ---- */

static int make_inode(sim_world *world) {
    sim_disk *disk = &world->disk;
    WORLD_ROOM(disk, inodes, inode);
    disk->inodes[disk->inode_count] = (sim_inode){.bytes = "", .safe = "", .is_dirty = true, .lock = -1};
    return disk->inode_count++;
}

/* The folder itself is there from the beginning. */
static void begin(sim_world *world) {
    if (world->disk.inode_count == 0) (void)make_inode(world);
}

static sim_file *find_file(sim_world *world, int fd) {
    return fd >= 0 && fd < world->disk.file_count && world->disk.files[fd].inode != NO_INODE ? &world->disk.files[fd]
                                                                                             : NULL;
}

static sim_inode *inode_of(sim_world *world, int fd) {
    const sim_file *file = find_file(world, fd);
    return file ? &world->disk.inodes[file->inode] : NULL;
}

int disk_open(sim_world *world, int process, const char *path, int flags) {
    sim_disk *disk = &world->disk;
    begin(world);
    int inode = is_folder(path) ? FOLDER_INODE : find_inode(disk, path);
    if (inode != NO_INODE && (flags & O_CREAT) && (flags & O_EXCL)) return fail(EEXIST);
    if (inode == NO_INODE && (!(flags & O_CREAT) || !is_in_folder(path))) return fail(ENOENT);
    if (inode == NO_INODE) {
        inode = make_inode(world);
        change_name(world, path, inode);
    }
    WORLD_ROOM(disk, files, file);
    disk->files[disk->file_count] = (sim_file){.inode = inode, .process = process};
    return disk->file_count++;
}

int disk_close(sim_world *world, int fd) {
    sim_file *file = find_file(world, fd);
    if (!file) return fail(EBADF);
    if (world->disk.inodes[file->inode].lock == fd) world->disk.inodes[file->inode].lock = -1;
    file->inode = NO_INODE;
    return 0;
}

ssize_t disk_pread(sim_world *world, int fd, void *bytes, size_t len, off_t offset) {
    const sim_inode *inode = inode_of(world, fd);
    if (!inode) return fail(EBADF);
    const size_t at = (size_t)offset < inode->len ? (size_t)offset : inode->len;
    const size_t got = inode->len - at < len ? inode->len - at : len;
    if (got > 0) memcpy(bytes, inode->bytes + at, got);
    return (ssize_t)got;
}

ssize_t disk_write(sim_world *world, int fd, const void *bytes, size_t len) {
    sim_inode *inode = inode_of(world, fd);
    if (!inode) return fail(EBADF);
    char *grown = world_alloc(world, inode->len + len + 1);
    memcpy(grown, inode->bytes, inode->len);
    memcpy(grown + inode->len, bytes, len);
    inode->bytes = grown;
    inode->len += len;
    inode->is_dirty = true;
    return (ssize_t)len;
}

static void sync_folder(sim_world *world) {
    sim_disk *disk = &world->disk;
    keep_safe_names(world);
    if (!disk->is_save_pending) return;
    disk->is_save_pending = false;
    size_t len = 0;
    const char *text = disk_text(world, SIM_FILE, &len);
    if (text && world->state_saved) world->state_saved(world, text, len);
}

int disk_fsync(sim_world *world, int fd) {
    sim_inode *inode = inode_of(world, fd);
    if (!inode) return fail(EBADF);
    inode->safe = inode->bytes;
    inode->safe_len = inode->len;
    inode->is_dirty = false;
    if (inode == &world->disk.inodes[FOLDER_INODE]) sync_folder(world);
    return 0;
}

int disk_rename(sim_world *world, sim_writer by, const char *from, const char *to) {
    const int inode = find_inode(&world->disk, from);
    if (inode == NO_INODE) return fail(ENOENT);
    if (!is_in_folder(to)) return fail(EXDEV);
    change_name(world, to, inode);
    change_name(world, from, NO_INODE);
    if (strcmp(to, SIM_FILE) != 0) return 0;
    world->state_writes++;
    world_state_replaced(world, by);
    world->disk.is_save_pending = true;
    return 0;
}

int disk_unlink(sim_world *world, const char *path) {
    if (find_inode(&world->disk, path) == NO_INODE) return fail(ENOENT);
    change_name(world, path, NO_INODE);
    return 0;
}

int disk_lock(sim_world *world, int fd) {
    sim_inode *inode = inode_of(world, fd);
    if (!inode) return fail(EBADF);
    if (inode->lock >= 0 && inode->lock != fd) return fail(EWOULDBLOCK);
    inode->lock = fd;
    return 0;
}

int disk_lstat(sim_world *world, const char *path, struct stat *info) {
    if (find_inode(&world->disk, path) == NO_INODE) return fail(ENOENT);
    *info = (struct stat){.st_mode = S_IFREG | 0600};
    return 0;
}

/* ---- ends ---- */

void disk_forget(sim_world *world, int process) {
    for (int fd = 0; fd < world->disk.file_count; fd++)
        if (world->disk.files[fd].process == process) (void)disk_close(world, fd);
}

/* A file that was not synced is what it was, or a part of what it was to be. */
static void damage(random_source *dice, sim_inode *inode) {
    if (!inode->is_dirty) return;
    if (random_below(dice, 3) == 0) {
        inode->bytes = inode->safe;
        inode->len = inode->safe_len;
    } else
        inode->len = (size_t)random_below(dice, inode->len + 1);
    inode->is_dirty = false;
    inode->safe = inode->bytes;
    inode->safe_len = inode->len;
}

void disk_lose_power(sim_world *world, uint64_t seed) {
    random_source dice = {seed};
    sim_disk *disk = &world->disk;
    begin(world);
    for (int fd = 0; fd < disk->file_count; fd++) (void)disk_close(world, fd);
    const int kept = (int)random_below(&dice, (uint64_t)disk->change_count + 1);
    world_trace(world, "     the power fails: of %d changed names %d are safe", disk->change_count, kept);
    disk->name_count = 0;
    for (int i = 0; i < disk->safe_count; i++) set_name(disk, disk->safe[i].path, disk->safe[i].inode);
    for (int i = 0; i < kept; i++) set_name(disk, disk->changes[i].path, disk->changes[i].inode);
    keep_safe_names(world);
    for (int i = 0; i < disk->inode_count; i++) damage(&dice, &disk->inodes[i]);
    disk->is_save_pending = false;
}

/* ---- behind everybody's back ---- */

const char *disk_text(const sim_world *world, const char *path, size_t *len) {
    const int inode = find_inode(&world->disk, path);
    if (inode == NO_INODE) return NULL;
    *len = world->disk.inodes[inode].len;
    return world->disk.inodes[inode].bytes;
}

void disk_put(sim_world *world, const char *path, const char *text, size_t len) {
    const int number = find_inode(&world->disk, path);
    if (number == NO_INODE) return;
    sim_inode *inode = &world->disk.inodes[number];
    inode->bytes = inode->safe = world_copy(world, text, len);
    inode->len = inode->safe_len = len;
    inode->is_dirty = false;
}
