/* The state in a local file. Readers see the old document or the new one, never a part; two processes that save at once
 * are told apart by a lock beside the file and by what the file held when it was read. */
#include "store.h"

#include <smithy/hash.h>

typedef struct file_store {
    state_store base;
    const smithy_system *system;
    smithy_buffer path;
    smithy_buffer lock_path;
    bool exists;
    uint8_t digest[SMITHY_SHA256_SIZE]; /* Of the document as last loaded or saved. */
} file_store;

static smithy_status read_file(file_store *store, smithy_buffer *content, bool *exists, smithy_call *call) {
    const smithy_status status = store->system->file_read(store->system->context, store->path.ptr, content, exists);
    if (status == SMITHY_OK) return SMITHY_OK;
    return smithy_call_fail(call, status, "the state file %s cannot be read", store->path.ptr);
}

static smithy_status load(state_store *base, smithy_buffer *content, bool *exists, smithy_call *call) {
    file_store *store = (file_store *)base;
    SMITHY_TRY(read_file(store, content, exists, call));
    store->exists = *exists;
    return *exists ? smithy_sha256(content->ptr, content->len, store->digest) : SMITHY_OK;
}

/* Whether the file is still what this store last saw. */
static smithy_status is_unchanged(file_store *store, bool *unchanged, smithy_call *call) {
    smithy_buffer content;
    uint8_t digest[SMITHY_SHA256_SIZE] = {0};
    bool exists = false;
    smithy_buffer_init(&content, store->system, STORE_MAX_BYTES);
    smithy_status status = read_file(store, &content, &exists, call);
    if (status == SMITHY_OK && exists) status = smithy_sha256(content.ptr ? content.ptr : "", content.len, digest);
    *unchanged = exists == store->exists && (!exists || memcmp(digest, store->digest, sizeof digest) == 0);
    smithy_buffer_deinit(&content);
    return status;
}

static smithy_status save_locked(file_store *store, smithy_str content, bool *won, smithy_call *call) {
    SMITHY_TRY(is_unchanged(store, won, call));
    if (!*won) return SMITHY_OK;
    const smithy_status status =
        store->system->file_replace(store->system->context, store->path.ptr, content.ptr, content.len);
    if (status != SMITHY_OK)
        return smithy_call_fail(call, status, "the state file %s cannot be written", store->path.ptr);
    store->exists = true;
    return smithy_sha256(content.ptr, content.len, store->digest);
}

static smithy_status save(state_store *base, smithy_str content, bool *won, smithy_call *call) {
    file_store *store = (file_store *)base;
    const smithy_system *system = store->system;
    int lock = -1;
    *won = false;
    /* Whoever holds it is writing a document: a moment, never more. */
    for (int tries = 0; lock < 0 && tries < 50; tries++) {
        if (tries > 0) system->sleep_ms(system->context, 20);
        const smithy_status status = system->file_lock(system->context, store->lock_path.ptr, &lock);
        if (status != SMITHY_OK)
            return smithy_call_fail(call, status, "the lock %s cannot be taken", store->lock_path.ptr);
    }
    if (lock < 0) return SMITHY_OK;
    const smithy_status status = save_locked(store, content, won, call);
    system->file_unlock(system->context, lock);
    return status;
}

static void destroy(state_store *base) {
    file_store *store = (file_store *)base;
    smithy_buffer_deinit(&store->path);
    smithy_buffer_deinit(&store->lock_path);
    store->system->resize(store->system->context, store, 0);
}

state_store *store_open_file(smithy_str path, smithy_str dsn, const smithy_system *system, smithy_call *call) {
    file_store *store = system->resize(system->context, NULL, sizeof *store);
    if (!store) {
        (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    *store = (file_store){.base = {load, save, destroy, dsn}, .system = system};
    smithy_buffer_init(&store->path, system, 4096);
    smithy_buffer_init(&store->lock_path, system, 4096 + 8);
    smithy_buffer_append_str(&store->path, path);
    smithy_buffer_append_str(&store->lock_path, path);
    smithy_buffer_append_text(&store->lock_path, ".lock");
    smithy_status status = smithy_buffer_status(&store->path);
    if (status == SMITHY_OK) status = smithy_buffer_status(&store->lock_path);
    if (status == SMITHY_OK) return &store->base;
    (void)smithy_call_fail(call, status,
                           status == SMITHY_ERROR_LIMIT ? "the state file's path is too long" : "out of memory");
    destroy(&store->base);
    return NULL;
}
