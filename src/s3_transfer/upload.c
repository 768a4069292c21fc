#include "s3_transfer/upload.h"

#include <smithy/text.h>

/* A stream of unknown length: its parts grow with it, so that 10,000 of them hold more than an object may. */
#define GROWTH 1000

/* ---- what is asked for ---- */

static smithy_status check_object(const s3_put_object_input *object, smithy_call *call) {
    if (object->body.read || object->body.bytes.ptr) return transfer_refuse(call, "Body");
    if (object->content_length.has) return transfer_refuse(call, "ContentLength");
    return SMITHY_OK;
}

/* By the nonce a conditional write whose answer was lost is known again. */
static smithy_status add_nonce(upload_job *upload) {
    s3_put_object_input *object = &upload->object;
    if (!object->if_match.ptr && !object->if_none_match.ptr) return SMITHY_OK;
    const smithy_status status = smithy_uuid(smithy_call_system(upload->call), upload->nonce);
    if (status != SMITHY_OK) return smithy_call_fail(upload->call, status, "there are no random bytes to be had");
    smithy_str_entry *entries = smithy_call_alloc(upload->call, object->metadata.count + 1, sizeof *entries);
    if (!entries) return smithy_call_status(upload->call);
    if (object->metadata.count) memcpy(entries, object->metadata.items, object->metadata.count * sizeof *entries);
    entries[object->metadata.count] = (smithy_str_entry){SMITHY_STR(UPLOAD_NONCE), smithy_str_from(upload->nonce)};
    object->metadata = (smithy_str_map){entries, object->metadata.count + 1};
    return SMITHY_OK;
}

/* ---- one request ---- */

static void report(const upload_job *upload) {
    const s3_transfer_options *options = &upload->options;
    if (options->progress) options->progress(options->progress_context, upload->done, upload->source.length);
}

static smithy_status put(upload_job *upload, const source_part *part, crew_member *member) {
    s3_put_object_output output;
    s3_put_object_input input = upload->object;
    input.body = part->body;
    SMITHY_TRY(s3_put_object(upload->client, &input, &output, member->call));
    crew_lock(&upload->crew);
    upload->done = part->length;
    upload->result->parts = 1;
    upload->result->etag = smithy_call_copy(upload->call, output.etag);
    upload->result->version_id = smithy_call_copy(upload->call, output.version_id);
    report(upload);
    const smithy_status status = smithy_call_status(upload->call);
    crew_unlock(&upload->crew);
    return status == SMITHY_OK ? status : smithy_call_fail(member->call, status, "out of memory");
}

/* ---- many ---- */

static int64_t next_size(const upload_job *upload) {
    const upload_source *source = &upload->source;
    const int64_t size = upload->options.part_size;
    const bool is_small = source->length >= 0 && source->length < upload->options.threshold;
    if (is_small) return source->length;
    if (source->length >= 0) return transfer_part_size(size, source->length);
    const int64_t grown = (source->taken / GROWTH + MIB - 1) / MIB * MIB;
    if (grown <= size) return size;
    return grown < S3_TRANSFER_MAX_PART_SIZE ? grown : S3_TRANSFER_MAX_PART_SIZE;
}

/* The next part, for this member to send; *number is 0 when there is none. The lock is held. */
static smithy_status take(upload_job *upload, source_part *part, int *number, crew_member *member) {
    *number = 0;
    if (crew_is_over(&upload->crew) || (upload->count && source_is_at_end(&upload->source))) return SMITHY_OK;
    if (upload->count == S3_TRANSFER_MAX_PARTS)
        return smithy_call_fail(member->call, SMITHY_ERROR_LIMIT, "the source needs more than %d parts",
                                S3_TRANSFER_MAX_PARTS);
    SMITHY_TRY(source_next(&upload->source, next_size(upload), part, member));
    if (upload->count && part->length == 0) return SMITHY_OK; /* A stream has ended with the part before. */
    *number = ++upload->count;
    if (upload->count > 1 || source_is_at_end(&upload->source)) return SMITHY_OK;
    return multipart_create(upload, member);
}

static void note(upload_job *upload, const source_part *part) {
    crew_lock(&upload->crew);
    upload->done += part->length;
    report(upload);
    crew_unlock(&upload->crew);
}

static smithy_status work(void *context, crew_member *member) {
    upload_job *self = context;
    for (;;) {
        source_part part;
        int number = 0;
        crew_lock(&self->crew);
        const smithy_status status = take(self, &part, &number, member);
        const bool is_whole = !self->upload_id.ptr;
        crew_unlock(&self->crew);
        if (status != SMITHY_OK || number == 0) return status;
        if (is_whole) return put(self, &part, member);
        SMITHY_TRY(multipart_send(self, number, &part, member));
        note(self, &part);
        smithy_call_reset(member->call);
    }
}

/* ---- all of it ---- */

static int useful_threads(const upload_job *upload) {
    const int64_t length = upload->source.length;
    if (length < 0) return upload->options.threads;
    if (length < upload->options.threshold) return 1;
    const int64_t size = transfer_part_size(upload->options.part_size, length);
    return transfer_threads(&upload->options, (length + size - 1) / size);
}

static smithy_status send(upload_job *upload) {
    smithy_status status = crew_run(&upload->crew, useful_threads(upload), upload->call, work, upload);
    if (status == SMITHY_OK && upload->upload_id.ptr) status = multipart_complete(upload);
    if (status != SMITHY_OK) status = upload_settle(upload, status);
    if (status != SMITHY_OK && upload->upload_id.ptr) multipart_abort(upload);
    return status;
}

static smithy_status prepare(upload_job *upload, const s3_put_object_input *object,
                             const s3_transfer_options *options) {
    smithy_call_clear_error(upload->call);
    SMITHY_TRY(check_object(object, upload->call));
    SMITHY_TRY(transfer_options_resolve(&upload->options, options, upload->call));
    return add_nonce(upload);
}

smithy_status s3_transfer_upload(s3_client *client, const s3_put_object_input *object, const s3_transfer_source *source,
                                 const s3_transfer_options *options, s3_transfer_result *result, smithy_call *call) {
    upload_job self = {.client = client, .object = *object, .result = result, .call = call, .source.fd = -1};
    *result = (s3_transfer_result){0};
    smithy_status status = prepare(&self, object, options);
    if (status == SMITHY_OK) status = source_open(&self.source, source, call);
    if (status == SMITHY_OK) status = send(&self);
    source_close(&self.source);
    result->length = self.done;
    if (status != SMITHY_OK) *result = (s3_transfer_result){0};
    return status;
}
