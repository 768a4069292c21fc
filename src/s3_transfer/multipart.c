#include "s3_transfer/upload.h"

#include <s3/ops/abort_multipart_upload.h>
#include <s3/ops/create_multipart_upload.h>
#include <s3/ops/upload_part.h>

#define ABORT_TIMEOUT_MS 30000
#define FIRST_PARTS      64

/* ---- checksums ---- */

static const s3_checksum_algorithm CRC32 = {.kind = S3_CHECKSUM_ALGORITHM_CRC32};

/* Of the whole object, S3 can put together from its parts' only those. */
static bool is_crc(const s3_checksum_algorithm *algorithm) {
    return algorithm->kind == S3_CHECKSUM_ALGORITHM_CRC32 || algorithm->kind == S3_CHECKSUM_ALGORITHM_CRC32C ||
           algorithm->kind == S3_CHECKSUM_ALGORITHM_CRC64NVME;
}

static smithy_status choose_checksum(upload_job *upload, smithy_call *call) {
    const s3_put_object_input *object = &upload->object;
    const smithy_str others[] = {object->content_md5,       object->checksum_sha1,     object->checksum_sha256,
                                 object->checksum_sha512,   object->checksum_md5,      object->checksum_xxhash3,
                                 object->checksum_xxhash64, object->checksum_xxhash128};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i].ptr)
            return smithy_call_fail(call, SMITHY_ERROR_INPUT,
                                    "of an object in parts only a CRC can be checked as a whole");
    upload->algorithm = object->checksum_algorithm;
    if (object->checksum_crc32.ptr) upload->algorithm.kind = S3_CHECKSUM_ALGORITHM_CRC32;
    if (object->checksum_crc32c.ptr) upload->algorithm.kind = S3_CHECKSUM_ALGORITHM_CRC32C;
    if (object->checksum_crc64nvme.ptr) upload->algorithm.kind = S3_CHECKSUM_ALGORITHM_CRC64NVME;
    if (!upload->algorithm.kind) upload->algorithm = CRC32;
    if (is_crc(&upload->algorithm)) upload->checksum_type.kind = S3_CHECKSUM_TYPE_FULL_OBJECT;
    return SMITHY_OK;
}

/* ---- begin ---- */

static s3_create_multipart_upload_input create_input(const upload_job *upload) {
    const s3_put_object_input *object = &upload->object;
    return (s3_create_multipart_upload_input){
        .acl = object->acl,
        .bucket = object->bucket,
        .cache_control = object->cache_control,
        .content_disposition = object->content_disposition,
        .content_encoding = object->content_encoding,
        .content_language = object->content_language,
        .content_type = object->content_type,
        .expires = object->expires,
        .grant_full_control = object->grant_full_control,
        .grant_read = object->grant_read,
        .grant_read_acp = object->grant_read_acp,
        .grant_write_acp = object->grant_write_acp,
        .key = object->key,
        .metadata = object->metadata,
        .server_side_encryption = object->server_side_encryption,
        .storage_class = object->storage_class,
        .website_redirect_location = object->website_redirect_location,
        .sse_customer_algorithm = object->sse_customer_algorithm,
        .sse_customer_key = object->sse_customer_key,
        .sse_customer_key_md5 = object->sse_customer_key_md5,
        .sse_kms_key_id = object->sse_kms_key_id,
        .sse_kms_encryption_context = object->sse_kms_encryption_context,
        .bucket_key_enabled = object->bucket_key_enabled,
        .request_payer = object->request_payer,
        .tagging = object->tagging,
        .object_lock_mode = object->object_lock_mode,
        .object_lock_retain_until_date = object->object_lock_retain_until_date,
        .object_lock_legal_hold_status = object->object_lock_legal_hold_status,
        .expected_bucket_owner = object->expected_bucket_owner,
        .checksum_algorithm = upload->algorithm,
        .checksum_type = upload->checksum_type,
    };
}

smithy_status multipart_create(upload_job *upload, crew_member *member) {
    s3_create_multipart_upload_output output;
    if (upload->object.write_offset_bytes.has) return transfer_refuse(member->call, "WriteOffsetBytes");
    SMITHY_TRY(choose_checksum(upload, member->call));
    const s3_create_multipart_upload_input input = create_input(upload);
    SMITHY_TRY(s3_create_multipart_upload(upload->client, &input, &output, member->call));
    if (!output.upload_id.len) return smithy_call_fail(member->call, SMITHY_ERROR_RESPONSE, "S3 gives no UploadId");
    upload->upload_id = smithy_call_copy(upload->call, output.upload_id);
    if (upload->upload_id.ptr) return SMITHY_OK;
    return smithy_call_fail(member->call, smithy_call_status(upload->call), "no room for the upload");
}

/* ---- parts ---- */

/* Room for part `number` of the list, which lives in the caller's arena. The lock is held. */
static bool grow(upload_job *upload, int number) {
    if ((size_t)number <= upload->capacity) return true;
    size_t capacity = upload->capacity ? 2 * upload->capacity : FIRST_PARTS;
    while (capacity < (size_t)number) capacity *= 2;
    s3_completed_part *parts = smithy_call_alloc(upload->call, capacity, sizeof *parts);
    if (!parts) return false;
    if (upload->capacity) memcpy(parts, upload->parts, upload->capacity * sizeof *parts);
    upload->parts = parts;
    upload->capacity = capacity;
    return true;
}

/* The lock is held. */
static bool note_part(upload_job *upload, int number, const s3_upload_part_output *output) {
    if (!grow(upload, number)) return false;
    upload->parts[number - 1] = (s3_completed_part){
        .etag = smithy_call_copy(upload->call, output->etag),
        .checksum_crc32 = smithy_call_copy(upload->call, output->checksum_crc32),
        .checksum_crc32c = smithy_call_copy(upload->call, output->checksum_crc32c),
        .checksum_crc64nvme = smithy_call_copy(upload->call, output->checksum_crc64nvme),
        .checksum_sha1 = smithy_call_copy(upload->call, output->checksum_sha1),
        .checksum_sha256 = smithy_call_copy(upload->call, output->checksum_sha256),
        .part_number = SMITHY_SET(number),
    };
    return smithy_call_status(upload->call) == SMITHY_OK;
}

smithy_status multipart_send(upload_job *upload, int number, const source_part *part, crew_member *member) {
    const s3_put_object_input *object = &upload->object;
    s3_upload_part_output output;
    const s3_upload_part_input input = {
        .body = part->body,
        .bucket = object->bucket,
        .checksum_algorithm = upload->algorithm,
        .key = object->key,
        .part_number = SMITHY_SET(number),
        .upload_id = upload->upload_id,
        .sse_customer_algorithm = object->sse_customer_algorithm,
        .sse_customer_key = object->sse_customer_key,
        .sse_customer_key_md5 = object->sse_customer_key_md5,
        .request_payer = object->request_payer,
        .expected_bucket_owner = object->expected_bucket_owner,
    };
    SMITHY_TRY(s3_upload_part(upload->client, &input, &output, member->call));
    if (!output.etag.len) return smithy_call_fail(member->call, SMITHY_ERROR_RESPONSE, "S3 gives no ETag for a part");
    crew_lock(&upload->crew);
    const bool noted = note_part(upload, number, &output);
    const smithy_status why = smithy_call_status(upload->call);
    crew_unlock(&upload->crew);
    return noted ? SMITHY_OK : smithy_call_fail(member->call, why, "no room for the list of parts");
}

/* ---- end ---- */

smithy_status multipart_complete(upload_job *upload) {
    const s3_put_object_input *object = &upload->object;
    const s3_completed_multipart_upload list = {.parts = {upload->parts, (size_t)upload->count}};
    s3_complete_multipart_upload_output output;
    const s3_complete_multipart_upload_input input = {
        .bucket = object->bucket,
        .key = object->key,
        .multipart_upload = &list,
        .upload_id = upload->upload_id,
        .checksum_crc32 = object->checksum_crc32,
        .checksum_crc32c = object->checksum_crc32c,
        .checksum_crc64nvme = object->checksum_crc64nvme,
        .checksum_type = upload->checksum_type,
        .mpu_object_size = SMITHY_SET(upload->done),
        .request_payer = object->request_payer,
        .expected_bucket_owner = object->expected_bucket_owner,
        .if_match = object->if_match,
        .if_none_match = object->if_none_match,
        .sse_customer_algorithm = object->sse_customer_algorithm,
        .sse_customer_key = object->sse_customer_key,
        .sse_customer_key_md5 = object->sse_customer_key_md5,
    };
    SMITHY_TRY(s3_complete_multipart_upload(upload->client, &input, &output, upload->call));
    if (!output.etag.len) return smithy_call_fail(upload->call, SMITHY_ERROR_RESPONSE, "S3 gives no ETag");
    upload->result->etag = output.etag;
    upload->result->version_id = output.version_id;
    upload->result->parts = upload->count;
    return SMITHY_OK;
}

/* Also for a caller who has canceled, or whose time is up: parts that stay are paid for. */
void multipart_abort(upload_job *upload) {
    const s3_put_object_input *object = &upload->object;
    const smithy_call_options options = {.system = smithy_call_system(upload->call), .timeout_ms = ABORT_TIMEOUT_MS};
    smithy_call *call = smithy_call_create(&options);
    s3_abort_multipart_upload_output output;
    const s3_abort_multipart_upload_input input = {
        .bucket = object->bucket,
        .key = object->key,
        .upload_id = upload->upload_id,
        .request_payer = object->request_payer,
        .expected_bucket_owner = object->expected_bucket_owner,
    };
    smithy_status status = SMITHY_ERROR_MEMORY;
    if (call) status = s3_abort_multipart_upload(upload->client, &input, &output, call);
    const bool is_gone = status == SMITHY_OK || (call && s3_error_of(call) == S3_ERROR_NO_SUCH_UPLOAD);
    if (!is_gone) {
        smithy_error *error = smithy_call_error_mutable(upload->call);
        const size_t len = strlen(error->message);
        snprintf(error->message + len, sizeof error->message - len, "; the upload %.*s could not be aborted: %s",
                 SMITHY_STR_ARG(upload->upload_id), smithy_call_error(call)->message);
    }
    smithy_call_destroy(call);
}
