/* The state in an S3 object. Compare-and-swap is S3's own: If-Match on the ETag that was read, If-None-Match for the
 * first. After a lost answer the object is read back: the nonce in it tells whose it is. */
#include "advice.h"
#include "store.h"

#include <smithy/buffer.h>
#include <smithy/hash.h>
#include <smithy/text.h>
#include <stdio.h>

#define ETAG_MAX   128
#define SAVE_TRIES 6
#define ARN_MAX    1200

#define HELD_BYTES   ((size_t)1 << 20)
#define PIECE_BYTES  ((size_t)8 * 1024)
#define CHECKSUM_MAX 16

typedef struct s3_store {
    state_store base;
    const smithy_system *system;
    s3_client *s3;
    exporter_log *log;
    smithy_str bucket, key;
    bool exists;
    bool is_veiled; /* Reading it was answered 403: it may be there all the same. */
    char etag[ETAG_MAX];
    size_t held_bytes;
    smithy_buffer held, checksum; /* Of the document that is being saved. */
} s3_store;

/* ---- what S3 refuses ---- */

/* S3 tells who may list the bucket that an object is absent, and the others that they may not list it, or no more than
 * "Access Denied". Where it names another action than listing, the object itself is what may not be read. */
static bool may_be_absent(const smithy_error *error) {
    static const char ACTION[] = "is not authorized to perform: ";
    if (error->http_status != 403 || !smithy_error_has_code(error, "AccessDenied")) return false;
    const char *action = strstr(error->message, ACTION);
    return !action || strncmp(action + sizeof ACTION - 1, "s3:ListBucket ", 14) == 0;
}

/* Says of a bare "Access Denied" what is to be allowed. */
static smithy_status explain(const s3_store *store, smithy_status status, const char *action, smithy_call *call) {
    char arn[ARN_MAX];
    smithy_error *error = smithy_call_error_mutable(call);
    if (status != SMITHY_ERROR_SERVICE) return status;
    advice_write_s3_arn(smithy_client_region(s3_client_base(store->s3)), store->bucket, store->key, arn, sizeof arn);
    if (smithy_error_has_code(error, "AccessDenied") && !strstr(error->message, "authorized"))
        (void)snprintf(error->message, sizeof error->message, "allow %s on %.300s to whoever runs this", action, arn);
    if (smithy_error_has_code(error, "NoSuchBucket"))
        (void)snprintf(error->message, sizeof error->message,
                       "the bucket %.*s of StoreDSN does not exist: make it, or name another one",
                       SMITHY_STR_ARG(store->bucket));
    return status;
}

/* ---- reading ---- */

static smithy_status keep_etag(s3_store *store, smithy_str etag, smithy_call *call) {
    if (etag.len == 0 || etag.len >= sizeof store->etag)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "S3 gives no usable ETag for the state");
    memcpy(store->etag, etag.ptr, etag.len);
    store->etag[etag.len] = 0;
    return SMITHY_OK;
}

/* The object as it stands; *exists is false for 404, and for the 403 that S3 gives in its place to those who may not
 * list the bucket. */
static smithy_status fetch(s3_store *store, smithy_sink *content, bool *exists, smithy_str *etag, smithy_call *call) {
    const s3_get_object_input input = {.bucket = store->bucket, .key = store->key, .body_sink = content};
    s3_get_object_output output;
    const smithy_status status = s3_get_object(store->s3, &input, &output, call);
    *exists = status == SMITHY_OK;
    *etag = output.etag;
    if (status != SMITHY_ERROR_SERVICE) return status;
    const smithy_error *error = smithy_call_error(call);
    if (smithy_error_has_code(error, "NoSuchKey") || smithy_error_has_code(error, "404")) return SMITHY_OK;
    if (may_be_absent(error)) {
        store->is_veiled = true;
        exporter_log_line(
            store->log, EXPORTER_LOG_WARN,
            "the state cannot be read (403): taken for absent, as S3 answers so where s3:ListBucket is not "
            "granted",
            EXPORTER_FIELD_STR("state", store->base.name));
        return SMITHY_OK;
    }
    return explain(store, status, "s3:GetObject", call);
}

static smithy_status load(state_store *base, smithy_sink *content, bool *exists, smithy_call *call) {
    s3_store *store = (s3_store *)base;
    smithy_str etag;
    SMITHY_TRY(fetch(store, content, exists, &etag, call));
    store->exists = *exists;
    if (!*exists) smithy_call_clear_error(call);
    return *exists ? keep_etag(store, etag, call) : SMITHY_OK;
}

/* ---- writing ---- */

/* A document that is to be saved. A small one is held, so that its request is signed with all that it says; of a large
 * one the request's headers tell length and checksum, and it is written anew each time that it is sent. */
typedef struct document {
    const smithy_body *content;
    int64_t length;
    smithy_str checksum; /* CRC32, as a header has it. */
    smithy_str held;     /* Absent: it is too large for that. */
} document;

static smithy_status look_at(s3_store *store, document *d, uint32_t *sum) {
    uint8_t piece[PIECE_BYTES];
    SMITHY_TRY(d->content->rewind(d->content->context));
    for (;;) {
        size_t len = 0;
        SMITHY_TRY(d->content->read(d->content->context, piece, sizeof piece, &len));
        if (len == 0) return SMITHY_OK;
        if (d->length <= (int64_t)store->held_bytes) smithy_buffer_append(&store->held, piece, len);
        SMITHY_TRY(smithy_buffer_status(&store->held));
        *sum = smithy_crc32(*sum, piece, len);
        d->length += (int64_t)len;
    }
}

/* What is said of the document ahead of it is kept in the store until the next one. */
static smithy_status measure(s3_store *store, const smithy_body *content, document *d, smithy_call *call) {
    uint32_t sum = 0;
    *d = (document){.content = content};
    smithy_buffer_reset(&store->held);
    smithy_buffer_reset(&store->checksum);
    smithy_status status = look_at(store, d, &sum);
    const uint8_t bytes[] = {(uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8), (uint8_t)sum};
    smithy_base64_append(&store->checksum, bytes, sizeof bytes);
    if (status == SMITHY_OK) status = smithy_buffer_status(&store->checksum);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "the state cannot be written");
    d->checksum = smithy_buffer_str(&store->checksum);
    if (d->length <= (int64_t)store->held_bytes) d->held = smithy_buffer_str(&store->held);
    return SMITHY_OK;
}

/* Whether what is read is what was to be written. */
typedef struct comparison {
    const smithy_body *content;
    bool differs;
} comparison;

static smithy_status compare(void *context, const uint8_t *bytes, size_t len) {
    comparison *c = context;
    while (len > 0 && !c->differs) {
        uint8_t piece[PIECE_BYTES];
        size_t got = 0;
        SMITHY_TRY(c->content->read(c->content->context, piece, len < sizeof piece ? len : sizeof piece, &got));
        c->differs = got == 0 || memcmp(bytes, piece, got) != 0;
        bytes += got;
        len -= got;
    }
    return SMITHY_OK;
}

static smithy_status compare_again(void *context) {
    comparison *c = context;
    c->differs = false;
    return c->content->rewind(c->content->context);
}

/* Nothing of it is left to be compared. */
static smithy_status compare_end(comparison *c) {
    uint8_t byte;
    size_t got = 0;
    if (!c->differs) SMITHY_TRY(c->content->read(c->content->context, &byte, 1, &got));
    c->differs = c->differs || got > 0;
    return SMITHY_OK;
}

/* The object now holds exactly `content`: the save whose answer was lost, or refused on its own repetition, is ours. */
static smithy_status is_ours(s3_store *store, const smithy_body *content, bool *ours, smithy_call *call) {
    comparison c = {.content = content};
    smithy_sink sink = {compare, compare_again, &c};
    smithy_str etag;
    bool exists;
    smithy_call_clear_error(call);
    SMITHY_TRY(compare_again(&c));
    SMITHY_TRY(fetch(store, &sink, &exists, &etag, call));
    SMITHY_TRY(compare_end(&c));
    *ours = exists && !c.differs;
    if (!*ours) return SMITHY_OK;
    store->exists = true;
    return keep_etag(store, etag, call);
}

/* It was taken for absent, and is not. */
static smithy_status unreadable(const s3_store *store, smithy_call *call) {
    char arn[ARN_MAX];
    advice_write_s3_arn(smithy_client_region(s3_client_base(store->s3)), store->bucket, store->key, arn, sizeof arn);
    smithy_call_clear_error(call);
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "the state exists and may not be read: allow s3:GetObject on %.300s to whoever runs this",
                            arn);
}

static smithy_status put(s3_store *store, const document *d, smithy_call *call) {
    s3_put_object_output output;
    s3_put_object_input input = {
        .bucket = store->bucket,
        .key = store->key,
        .body = {.bytes = {(const uint8_t *)d->held.ptr, d->held.len}},
        .content_type = SMITHY_STR("application/json"),
    };
    if (!d->held.ptr) {
        input.body = *d->content;
        input.body.length = d->length;
        input.checksum_crc32 = d->checksum;
    }
    if (store->exists)
        input.if_match = smithy_str_from(store->etag);
    else
        input.if_none_match = SMITHY_STR("*");
    SMITHY_TRY(s3_put_object(store->s3, &input, &output, call));
    store->exists = true;
    return keep_etag(store, output.etag, call);
}

static smithy_status replace(s3_store *store, const document *d, bool *won, smithy_call *call) {
    smithy_status status = SMITHY_OK;
    for (int tries = 0; tries < SAVE_TRIES; tries++) {
        if (tries > 0) store_pause(store->system, tries);
        smithy_call_clear_error(call);
        status = put(store, d, call);
        *won = status == SMITHY_OK;
        if (*won) return SMITHY_OK;
        const smithy_error *error = smithy_call_error(call);
        const bool conflict = error->http_status == 409; /* Two writes met: this one may try again. */
        const bool lost = error->http_status == 412 || error->http_status == 404;
        if (!conflict && !lost && !error->outcome_unknown) return explain(store, status, "s3:PutObject", call);
        const smithy_error first = *error;
        store->is_veiled = false;
        SMITHY_TRY(is_ours(store, d->content, won, call));
        if (lost && store->is_veiled) return unreadable(store, call);
        if (*won || lost) return SMITHY_OK;
        *smithy_call_error_mutable(call) = first;
    }
    return status;
}

static smithy_status save(state_store *base, const smithy_body *content, bool *won, smithy_call *call) {
    s3_store *store = (s3_store *)base;
    document d;
    *won = false;
    smithy_status status = measure(store, content, &d, call);
    if (status == SMITHY_OK) status = replace(store, &d, won, call);
    smithy_buffer_deinit(&store->held); /* A megabyte, maybe: not for the rest of the run. */
    return status;
}

static void destroy(state_store *base) {
    s3_store *store = (s3_store *)base;
    smithy_buffer_deinit(&store->held);
    smithy_buffer_deinit(&store->checksum);
    store->system->resize(store->system->context, store, 0);
}

state_store *store_open_s3(s3_client *s3, smithy_str bucket, smithy_str key, size_t held_bytes, smithy_str dsn,
                           exporter_log *log, const smithy_system *system, smithy_call *call) {
    s3_store *store = system->resize(system->context, NULL, sizeof *store);
    if (!store) {
        (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    *store = (s3_store){.base = {load, save, destroy, dsn},
                        .system = system,
                        .s3 = s3,
                        .log = log,
                        .bucket = bucket,
                        .key = key,
                        .held_bytes = held_bytes > 0 ? held_bytes : HELD_BYTES};
    smithy_buffer_init(&store->held, system, store->held_bytes + PIECE_BYTES);
    smithy_buffer_init(&store->checksum, system, CHECKSUM_MAX);
    return &store->base;
}
