/* A write whose answer was lost, and which was then refused because it had already been done. */
#include "s3_transfer/upload.h"

#include <s3/ops/head_object.h>
#include <smithy/hash.h>
#include <smithy/text.h>

#define ETAG_SIZE (2 * SMITHY_DIGEST_MAX_SIZE + 16)

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Out of "9a0364b9e99bb480dd25e1f0284c8555", with its quotes; false where it is none. */
static bool read_md5(smithy_str etag, uint8_t md5[SMITHY_MD5_SIZE]) {
    if (etag.len != 2 * SMITHY_MD5_SIZE + 2 || etag.ptr[0] != '"') return false;
    for (size_t i = 0; i < SMITHY_MD5_SIZE; i++) {
        const int high = digit_of(etag.ptr[1 + 2 * i]), low = digit_of(etag.ptr[2 + 2 * i]);
        if (high < 0 || low < 0) return false;
        md5[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

/* An object in parts has for its ETag the MD5 of its parts' ETags, and their number. */
static bool expected_etag(const upload_job *upload, char etag[ETAG_SIZE]) {
    smithy_digest_state state = {NULL};
    uint8_t md5[SMITHY_DIGEST_MAX_SIZE];
    char hex[2 * SMITHY_DIGEST_MAX_SIZE + 1];
    size_t len = 0;
    bool known = smithy_digest_init(&state, SMITHY_DIGEST_MD5) == SMITHY_OK;
    for (int i = 0; known && i < upload->count; i++)
        known = read_md5(upload->parts[i].etag, md5) && smithy_digest_update(&state, md5, SMITHY_MD5_SIZE) == SMITHY_OK;
    known = known && smithy_digest_final(&state, md5, &len) == SMITHY_OK;
    smithy_digest_deinit(&state);
    if (!known) return false;
    smithy_hex_write(md5, len, hex);
    snprintf(etag, ETAG_SIZE, "\"%s-%d\"", hex, upload->count);
    return true;
}

static bool has_nonce(const upload_job *upload, const s3_head_object_output *output) {
    for (size_t i = 0; i < output->metadata.count; i++) {
        const smithy_str_entry *entry = &output->metadata.items[i];
        if (smithy_str_equal_nocase(entry->key, SMITHY_STR(UPLOAD_NONCE)))
            return smithy_str_equal(entry->value, smithy_str_from(upload->nonce));
    }
    return false;
}

static bool is_ours(const upload_job *upload, const s3_head_object_output *output) {
    char etag[ETAG_SIZE];
    if (upload->nonce[0]) return has_nonce(upload, output);
    return expected_etag(upload, etag) && smithy_str_equal(output->etag, smithy_str_from(etag));
}

static bool may_be_done(const upload_job *upload, const smithy_error *error) {
    if (!error->outcome_unknown || error->status == SMITHY_ERROR_CANCELED) return false;
    const bool is_last =
        !upload->upload_id.ptr || (error->operation && strcmp(error->operation, "CompleteMultipartUpload") == 0);
    return is_last && (upload->nonce[0] || upload->upload_id.ptr);
}

smithy_status upload_settle(upload_job *upload, smithy_status status) {
    const smithy_error first = *smithy_call_error(upload->call);
    const s3_put_object_input *object = &upload->object;
    if (!may_be_done(upload, &first)) return status;
    s3_head_object_output output;
    const s3_head_object_input input = {
        .bucket = object->bucket,
        .key = object->key,
        .sse_customer_algorithm = object->sse_customer_algorithm,
        .sse_customer_key = object->sse_customer_key,
        .sse_customer_key_md5 = object->sse_customer_key_md5,
        .request_payer = object->request_payer,
        .expected_bucket_owner = object->expected_bucket_owner,
    };
    smithy_call_clear_error(upload->call);
    if (s3_head_object(upload->client, &input, &output, upload->call) == SMITHY_OK && is_ours(upload, &output)) {
        upload->result->etag = output.etag;
        upload->result->version_id = output.version_id;
        upload->result->parts = upload->upload_id.ptr ? upload->count : 1;
        upload->done = output.content_length.value;
        return SMITHY_OK;
    }
    smithy_call_clear_error(upload->call);
    *smithy_call_error_mutable(upload->call) = first;
    return status;
}
