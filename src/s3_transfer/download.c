#include "s3_transfer/target.h"
#include "s3_transfer/whole_checksum.h"

#define MAX_BREAKS 100 /* Of one range. */

typedef struct download_job {
    s3_client *client;
    const s3_get_object_input *object;
    s3_transfer_options options;
    s3_transfer_result *result;
    smithy_call *call; /* The caller's; only under the crew's lock, or when the crew is gone. */
    download_target target;
    transfer_crew crew;
    smithy_str etag;
    int64_t length;
    int64_t part_size;
    int64_t parts;

    /* Under the crew's lock. */
    whole_checksum sum;
    int64_t next_to_fetch;
    int64_t next_to_write;
} download_job;

/* ---- which object ---- */

static smithy_status check_object(const s3_get_object_input *object, smithy_call *call) {
    if (object->range.ptr) return transfer_refuse(call, "Range");
    if (object->part_number.has) return transfer_refuse(call, "PartNumber");
    if (object->body_sink) return transfer_refuse(call, "body_sink");
    return SMITHY_OK;
}

static smithy_status take_facts(download_job *download, const s3_head_object_output *output) {
    smithy_call *call = download->call;
    if (!output->content_length.has || output->content_length.value < 0 || !output->etag.len)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "S3 tells no length and ETag of the object");
    download->length = output->content_length.value;
    download->etag = output->etag;
    download->part_size = transfer_part_size(download->options.part_size, download->length);
    download->parts = (download->length + download->part_size - 1) / download->part_size;
    *download->result = (s3_transfer_result){.length = download->length,
                                             .parts = (int)download->parts,
                                             .etag = output->etag,
                                             .version_id = output->version_id};
    const smithy_status status = whole_checksum_init(&download->sum, output);
    return status == SMITHY_OK ? status : smithy_call_fail(call, status, "the checksum is not to be had");
}

/* Length, ETag and checksum: what every range is held against. */
static smithy_status look(download_job *download) {
    const s3_get_object_input *object = download->object;
    s3_head_object_output output;
    const s3_head_object_input input = {
        .bucket = object->bucket,
        .if_match = object->if_match,
        .if_modified_since = object->if_modified_since,
        .if_none_match = object->if_none_match,
        .if_unmodified_since = object->if_unmodified_since,
        .key = object->key,
        .version_id = object->version_id,
        .sse_customer_algorithm = object->sse_customer_algorithm,
        .sse_customer_key = object->sse_customer_key,
        .sse_customer_key_md5 = object->sse_customer_key_md5,
        .request_payer = object->request_payer,
        .expected_bucket_owner = object->expected_bucket_owner,
        .checksum_mode = {.kind = S3_CHECKSUM_MODE_ENABLED},
    };
    SMITHY_TRY(s3_head_object(download->client, &input, &output, download->call));
    return take_facts(download, &output);
}

/* ---- one range ---- */

typedef struct download_range {
    int64_t first; /* In the object. */
    size_t length;
    size_t received; /* In the member's buffer. */
    uint8_t *bytes;
    bool is_wrong; /* Not what was asked for: not worth another try. */
} download_range;

static smithy_status take_bytes(void *context, const uint8_t *bytes, size_t len) {
    download_range *range = context;
    range->is_wrong = len > range->length - range->received;
    if (range->is_wrong) return SMITHY_ERROR_RESPONSE;
    memcpy(range->bytes + range->received, bytes, len);
    range->received += len;
    return SMITHY_OK;
}

/* "bytes 5-9/10" is what was asked for; an answer with the whole object says nothing. */
static bool is_asked_for(const download_job *download, const download_range *range, size_t from,
                         smithy_str content_range) {
    char expected[96];
    const int64_t first = range->first + (int64_t)from, last = range->first + (int64_t)range->length - 1;
    if (!content_range.ptr) return first == 0 && last + 1 == download->length;
    snprintf(expected, sizeof expected, "bytes %lld-%lld/%lld", (long long)first, (long long)last,
             (long long)download->length);
    return smithy_str_equal(content_range, smithy_str_from(expected));
}

static smithy_status get_rest(const download_job *download, download_range *range, smithy_call *call) {
    const size_t from = range->received;
    const bool is_all = download->parts == 1 && from == 0;
    smithy_sink sink = {.write = take_bytes, .context = range}; /* Not restarted: what came is kept. */
    s3_get_object_output output;
    s3_get_object_input input = *download->object;
    input.if_match = download->etag;
    input.if_none_match = (smithy_str){0};
    input.body_sink = &sink;
    if (!is_all) {
        input.range = smithy_call_format(call, "bytes=%lld-%lld", (long long)(range->first + (int64_t)from),
                                         (long long)(range->first + (int64_t)range->length - 1));
        if (!input.range.ptr) return smithy_call_status(call);
    }
    const smithy_status status = s3_get_object(download->client, &input, &output, call);
    if (status != SMITHY_OK && !range->is_wrong) return status;
    range->is_wrong = range->is_wrong || !is_asked_for(download, range, from, output.content_range);
    if (!range->is_wrong && range->received == range->length) return SMITHY_OK;
    smithy_call_clear_error(call);
    range->is_wrong = true;
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "S3 sends another range than the one that was asked for");
}

/* A body that broke off, whose beginning is good. */
static bool can_go_on(const download_range *range, smithy_status status) {
    const bool broke =
        status == SMITHY_ERROR_TRANSPORT || status == SMITHY_ERROR_TIMEOUT || status == SMITHY_ERROR_RESPONSE;
    return broke && !range->is_wrong && range->received < range->length;
}

static bool is_past_deadline(const smithy_call *call) {
    const smithy_system *system = smithy_call_system(call);
    const int64_t deadline = smithy_call_deadline(call);
    return deadline != 0 && system->mono_ms(system->context) >= deadline;
}

static smithy_status fetch(const download_job *download, download_range *range, crew_member *member) {
    for (int breaks = 0;; breaks++) {
        const size_t before = range->received;
        const smithy_status status = get_rest(download, range, member->call);
        if (status == SMITHY_OK) return SMITHY_OK;
        const bool moved = range->received > before;
        if (!moved || breaks == MAX_BREAKS || !can_go_on(range, status) || is_past_deadline(member->call))
            return status;
    }
}

/* ---- all ranges ---- */

/* In their order: whoever has a later one waits. The lock is held. */
static smithy_status write_in_turn(download_job *self, int64_t index, const download_range *range,
                                   crew_member *member) {
    while (self->next_to_write != index && !crew_is_over(&self->crew))
        pthread_cond_wait(&self->crew.moved, &self->crew.lock);
    if (crew_is_over(&self->crew)) return SMITHY_OK; /* Another one says why. */
    const smithy_status summed = whole_checksum_update(&self->sum, range->bytes, range->length);
    if (summed != SMITHY_OK) return smithy_call_fail(member->call, summed, "the checksum is not to be had");
    SMITHY_TRY(target_write(&self->target, range->bytes, range->length, member->call));
    self->next_to_write++;
    const s3_transfer_options *options = &self->options;
    if (options->progress)
        options->progress(options->progress_context, range->first + (int64_t)range->length, self->length);
    pthread_cond_broadcast(&self->crew.moved);
    return SMITHY_OK;
}

static int64_t take_index(download_job *self) {
    crew_lock(&self->crew);
    const bool is_over = crew_is_over(&self->crew) || self->next_to_fetch == self->parts;
    const int64_t index = is_over ? -1 : self->next_to_fetch++;
    crew_unlock(&self->crew);
    return index;
}

static smithy_status work(void *context, crew_member *member) {
    download_job *self = context;
    for (int64_t index = take_index(self); index >= 0; index = take_index(self)) {
        download_range range = {.first = index * self->part_size};
        const int64_t left = self->length - range.first;
        range.length = (size_t)(left < self->part_size ? left : self->part_size);
        SMITHY_TRY(crew_buffer(member, range.length));
        range.bytes = member->buffer;
        SMITHY_TRY(fetch(self, &range, member));
        crew_lock(&self->crew);
        const smithy_status status = write_in_turn(self, index, &range, member);
        crew_unlock(&self->crew);
        SMITHY_TRY(status);
        smithy_call_reset(member->call);
    }
    return SMITHY_OK;
}

static smithy_status verify(download_job *self) {
    bool matches = false;
    const smithy_status status = whole_checksum_matches(&self->sum, &matches);
    if (status != SMITHY_OK) return smithy_call_fail(self->call, status, "the checksum is not to be had");
    if (!matches)
        return smithy_call_fail(self->call, SMITHY_ERROR_RESPONSE, "the object does not match its %s", self->sum.name);
    self->result->is_verified = self->sum.kind != WHOLE_NONE;
    return SMITHY_OK;
}

static smithy_status receive(download_job *self) {
    if (self->part_size > 0 && (uint64_t)self->part_size > SIZE_MAX)
        return smithy_call_fail(self->call, SMITHY_ERROR_LIMIT, "the object is too long");
    if (self->parts)
        SMITHY_TRY(crew_run(&self->crew, transfer_threads(&self->options, self->parts), self->call, work, self));
    SMITHY_TRY(verify(self));
    return target_commit(&self->target, self->call);
}

smithy_status s3_transfer_download(s3_client *client, const s3_get_object_input *object,
                                   const s3_transfer_target *target, const s3_transfer_options *options,
                                   s3_transfer_result *result, smithy_call *call) {
    download_job self = {.client = client, .object = object, .result = result, .call = call, .target.fd = -1};
    *result = (s3_transfer_result){0};
    smithy_call_clear_error(call);
    smithy_status status = check_object(object, call);
    if (status == SMITHY_OK) status = transfer_options_resolve(&self.options, options, call);
    if (status == SMITHY_OK) status = look(&self);
    if (status == SMITHY_OK) status = target_open(&self.target, target, call);
    if (status == SMITHY_OK) status = receive(&self);
    target_close(&self.target);
    whole_checksum_deinit(&self.sum);
    if (status != SMITHY_OK) *result = (s3_transfer_result){0};
    return status;
}
