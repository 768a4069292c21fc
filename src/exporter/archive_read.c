#include "archive_read.h"

#include "folder.h"
#include "pieces.h"

#define TEXT_MAX_BYTES ((size_t)128 << 20)
#define FETCH_TRIES    3

typedef struct object_reading {
    const event_range *range;
    event_set *set;
    smithy_buffer text;  /* What no record was cut from yet. */
    smithy_buffer *kept; /* NULL: the text is not wanted. */
    pieces_reader reader;
    bool is_no_gzip;
    int64_t bytes;
} object_reading;

static smithy_status take_records(object_reading *r, bool is_all) {
    smithy_str rest = smithy_buffer_str(&r->text);
    for (size_t end; rest.len > 0 && (end = event_record_end(rest, is_all)) > 0;) {
        const smithy_str record = {rest.ptr, end};
        if (event_range_holds(r->range, record)) SMITHY_TRY(event_set_put(r->set, record));
        if (r->kept) smithy_buffer_append_str(r->kept, record);
        rest = (smithy_str){rest.ptr + end, rest.len - end};
    }
    if (rest.len > 0 && rest.len < r->text.len) memmove(r->text.ptr, rest.ptr, rest.len);
    r->text.len = rest.len;
    return r->kept ? smithy_buffer_status(r->kept) : SMITHY_OK;
}

static smithy_status take_piece(void *context, const uint8_t *bytes, size_t len) {
    object_reading *r = context;
    r->bytes += (int64_t)len;
    const smithy_status status = pieces_reader_add(&r->reader, (smithy_bytes){bytes, len});
    r->is_no_gzip = status == SMITHY_ERROR_RESPONSE;
    return status == SMITHY_OK ? take_records(r, false) : status;
}

/* Without a restart: what was put in the set cannot be told from the rest. */
static smithy_status read_once(run_context *run, smithy_str key, object_reading *r, archive_object *object) {
    smithy_sink sink = {take_piece, NULL, r};
    s3_get_object_output output;
    smithy_call *call = run_fresh_call(run);
    const s3_get_object_input input = {.bucket = run->settings->destination_bucket, .key = key, .body_sink = &sink};
    const smithy_status status = s3_get_object(run->s3, &input, &output, call);
    const smithy_error *error = smithy_call_error(call);
    object->exists = status == SMITHY_OK;
    object->etag[0] = 0;
    if (smithy_error_has_code(error, "NoSuchKey") || smithy_error_has_code(error, "404")) return SMITHY_OK;
    if (r->is_no_gzip) smithy_call_clear_error(call); /* Of whoever was to take it. */
    if (r->is_no_gzip || (status == SMITHY_OK && !r->reader.ended))
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%.*s is not a whole gzip text", SMITHY_STR_ARG(key));
    SMITHY_TRY(status);
    if (output.etag.len < sizeof object->etag) {
        memcpy(object->etag, output.etag.ptr ? output.etag.ptr : "", output.etag.len);
        object->etag[output.etag.len] = 0;
    }
    return take_records(r, true);
}

/* *broke: a part of it was put into the set. */
static smithy_status read_into(run_context *run, smithy_str key, const event_range *range, event_set *set,
                               archive_object *object, bool *broke) {
    object_reading r = {.range = range, .set = set, .kept = object->text};
    smithy_buffer_init(&r.text, run->system, TEXT_MAX_BYTES);
    if (r.kept) smithy_buffer_reset(r.kept);
    smithy_status status = pieces_reader_init(&r.reader, run->system, &r.text);
    if (status == SMITHY_OK) {
        status = read_once(run, key, &r, object);
        pieces_reader_deinit(&r.reader);
    }
    *broke = status != SMITHY_OK && r.bytes > 0;
    object->bytes = r.bytes;
    smithy_buffer_deinit(&r.text);
    return status;
}

/* By way of a set of its own, so that a broken body leaves nothing behind. */
smithy_status archive_read_object(run_context *run, smithy_str key, const event_range *range, event_set *set,
                                  archive_object *object) {
    smithy_status status = SMITHY_OK;
    bool broke = true;
    for (int tries = 0; tries < FETCH_TRIES && broke; tries++) {
        event_set own;
        if (run_must_stop(run)) return SMITHY_ERROR_CANCELED;
        event_set_init(&own, run->system);
        status = read_into(run, key, range, &own, object, &broke);
        if (status == SMITHY_OK) status = event_set_add(set, &own);
        event_set_deinit(&own);
        if (status != SMITHY_ERROR_TRANSPORT && status != SMITHY_ERROR_TIMEOUT) break;
    }
    return status;
}

smithy_status archive_read_folder(run_context *run, smithy_str prefix, const event_range *range, event_set *set) {
    s3_list_objects_v2_pages pages = {.input = folder_listing(run, prefix)};
    const s3_list_objects_v2_output *page = NULL;
    smithy_call *listing = smithy_call_create(&(smithy_call_options){.system = run->system});
    smithy_status status = listing ? SMITHY_OK : SMITHY_ERROR_MEMORY;
    if (listing) run_limit_call(run, listing);
    while (status == SMITHY_OK) {
        status = s3_list_objects_v2_next(run->s3, &pages, &page, listing);
        if (status != SMITHY_OK || !page) break;
        for (size_t i = 0; i < page->contents.count && status == SMITHY_OK; i++) {
            archive_object object = {0};
            status = archive_read_object(run, page->contents.items[i].key, range, set, &object);
        }
    }
    smithy_call_destroy(listing);
    return status;
}
