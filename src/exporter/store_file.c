/* The state in a local file. Readers see the old document or the new one, never a part; two processes that save at once
 * are told apart by a lock beside the file and by what the file held when it was read. */
#include "store.h"

#include <smithy/buffer.h>
#include <smithy/hash.h>

typedef struct file_store {
    state_store base;
    const smithy_system *system;
    smithy_buffer path;
    smithy_buffer lock_path;
    bool exists;
    uint8_t digest[SMITHY_SHA256_SIZE]; /* Of the document as last loaded or saved. */
} file_store;

/* ---- a document that passes, and its digest ---- */

typedef struct passage {
    smithy_sha256_state digest;
    smithy_sink *to;         /* NULL: only its digest is wanted. */
    const smithy_body *from; /* When it is written. */
} passage;

static smithy_status begin(passage *p) {
    smithy_sha256_deinit(&p->digest);
    return smithy_sha256_init(&p->digest);
}

static smithy_status pass_on(void *context, const uint8_t *bytes, size_t len) {
    passage *p = context;
    SMITHY_TRY(smithy_sha256_update(&p->digest, bytes, len));
    return p->to ? p->to->write(p->to->context, bytes, len) : SMITHY_OK;
}

static smithy_status pass_from(void *context, uint8_t *bytes, size_t size, size_t *len) {
    passage *p = context;
    SMITHY_TRY(p->from->read(p->from->context, bytes, size, len));
    return smithy_sha256_update(&p->digest, bytes, *len);
}

static smithy_status pass_again(void *context) {
    passage *p = context;
    SMITHY_TRY(begin(p));
    return p->from->rewind(p->from->context);
}

/* ---- reading ---- */

/* `content` NULL: only its digest is wanted. */
static smithy_status read_file(file_store *store, smithy_sink *content, bool *exists,
                               uint8_t digest[SMITHY_SHA256_SIZE], smithy_call *call) {
    passage p = {.to = content};
    smithy_sink sink = {.write = pass_on, .context = &p};
    smithy_status status = begin(&p);
    *exists = false;
    if (status == SMITHY_OK)
        status = store->system->file_stream(store->system->context, store->path.ptr, &sink, exists);
    if (status == SMITHY_OK) status = smithy_sha256_final(&p.digest, digest);
    smithy_sha256_deinit(&p.digest);
    if (status == SMITHY_OK) return SMITHY_OK;
    return smithy_call_fail(call, status, "the state file %s cannot be read", store->path.ptr);
}

static smithy_status load(state_store *base, smithy_sink *content, bool *exists, smithy_call *call) {
    file_store *store = (file_store *)base;
    SMITHY_TRY(read_file(store, content, exists, store->digest, call));
    store->exists = *exists;
    return SMITHY_OK;
}

/* Whether the file is still what this store last saw. */
static smithy_status is_unchanged(file_store *store, bool *unchanged, smithy_call *call) {
    uint8_t digest[SMITHY_SHA256_SIZE];
    bool exists;
    *unchanged = false;
    SMITHY_TRY(read_file(store, NULL, &exists, digest, call));
    *unchanged = exists == store->exists && (!exists || memcmp(digest, store->digest, sizeof digest) == 0);
    return SMITHY_OK;
}

/* ---- writing ---- */

static smithy_status replace(file_store *store, const smithy_body *content, uint8_t digest[SMITHY_SHA256_SIZE]) {
    const smithy_system *system = store->system;
    passage p = {.from = content};
    const smithy_body source = {.read = pass_from, .rewind = pass_again, .context = &p, .length = content->length};
    smithy_status status = system->file_replace_from(system->context, store->path.ptr, &source);
    if (status == SMITHY_OK) status = smithy_sha256_final(&p.digest, digest);
    smithy_sha256_deinit(&p.digest);
    return status;
}

static smithy_status save_locked(file_store *store, const smithy_body *content, bool *won, smithy_call *call) {
    SMITHY_TRY(is_unchanged(store, won, call));
    if (!*won) return SMITHY_OK;
    const smithy_status status = replace(store, content, store->digest);
    if (status != SMITHY_OK)
        return smithy_call_fail(call, status, "the state file %s cannot be written", store->path.ptr);
    store->exists = true;
    return SMITHY_OK;
}

static smithy_status save(state_store *base, const smithy_body *content, bool *won, smithy_call *call) {
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
