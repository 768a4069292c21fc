/* Where the state is kept: one document, read and written as a stream, replaced by compare-and-swap. */
#ifndef EXPORTER_STORE_H
#define EXPORTER_STORE_H

#include "log.h"
#include "settings.h"

#include <dynamodb/dynamodb.h>
#include <s3/s3.h>
#include <smithy/stream.h>

/* One thread at a time. */
typedef struct state_store state_store;
struct state_store {
    /* Reads the document into `content`; *exists is false where there is none. Remembers which version it read. What
     * came counts only with SMITHY_OK, and may be restarted before that. `call` is scratch, here and below: it may be
     * reset.
     */
    smithy_status (*load)(state_store *store, smithy_sink *content, bool *exists, smithy_call *call);
    /* Replaces the version last loaded or saved by this store. SMITHY_OK with *won false when somebody else's save came
     * in between: nothing was written then. `content` reads and rewinds, and gives the same each time; its length is
     * not asked for. It must differ from every other save (it holds a nonce), for after a lost answer the document is
     * read back to see whose it is. */
    smithy_status (*save)(state_store *store, const smithy_body *content, bool *won, smithy_call *call);
    void (*destroy)(state_store *store);
    smithy_str name; /* For messages: the DSN. */
};

/* `s3` and `log` are borrowed. A document of more than `held_bytes` is not held in memory while it is sent; 0: the
 * store's own number. NULL with the call's error set. No I/O. */
state_store *store_open_s3(s3_client *s3, smithy_str bucket, smithy_str key, size_t held_bytes, smithy_str dsn,
                           exporter_log *log, const smithy_system *system, smithy_call *call);
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
