/* Where the state is kept: one document, read whole, replaced by compare-and-swap. */
#ifndef EXPORTER_STORE_H
#define EXPORTER_STORE_H

#include "log.h"
#include "settings.h"

#include <dynamodb/dynamodb.h>
#include <s3/s3.h>
#include <smithy/buffer.h>

/* 1 GiB: far above a state of a million streams, far below what would hurt. */
#define STORE_MAX_BYTES ((size_t)1 << 30)

/* One thread at a time. */
typedef struct state_store state_store;
struct state_store {
    /* Reads the document into `content`, which is empty; *exists is false where there is none. Remembers which version
     * it read. `call` is scratch, here and below: it may be reset. */
    smithy_status (*load)(state_store *store, smithy_buffer *content, bool *exists, smithy_call *call);
    /* Replaces the version last loaded or saved by this store. SMITHY_OK with *won false when somebody else's save came
     * in between: nothing was written then. `content` must differ from every other save (it holds a nonce), for after a
     * lost answer the document is read back to see whose it is. */
    smithy_status (*save)(state_store *store, smithy_str content, bool *won, smithy_call *call);
    void (*destroy)(state_store *store);
    smithy_str name; /* For messages: the DSN. */
};

/* `s3` and `log` are borrowed. NULL with the call's error set. No I/O. */
state_store *store_open_s3(s3_client *s3, smithy_str bucket, smithy_str key, smithy_str dsn, exporter_log *log,
                           const smithy_system *system, smithy_call *call);
/* `name` is the partition key (pk) under which `table` holds it, with at most `piece_bytes` in an item; 0: as many as
 * an item may have. */
state_store *store_open_dynamodb(dynamodb_client *dynamodb, smithy_str table, smithy_str name, size_t piece_bytes,
                                 smithy_str dsn, const smithy_system *system, smithy_call *call);
state_store *store_open_file(smithy_str path, smithy_str dsn, const smithy_system *system, smithy_call *call);
/* By the settings' StateStoreType. `dynamodb` may be NULL for the other types. */
state_store *store_open(const exporter_settings *settings, s3_client *s3, dynamodb_client *dynamodb, exporter_log *log,
                        const smithy_system *system, smithy_call *call);
void store_destroy(state_store *store);

/* For the stores: the wait before a save is tried for the (tries + 1)th time, longer each time, and not the same for
 * two that met. */
void store_pause(const smithy_system *system, int tries);

#endif
