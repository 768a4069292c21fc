/* restXml: answers of S3, listings and headers above all. */
#include "fuzz_client.h"

#include <s3/s3.h>

#define BUCKET .bucket = SMITHY_STR_INIT("bucket")
#define OBJECT BUCKET, .key = SMITHY_STR_INIT("a/b c")

static const s3_object_identifier OBJECTS[] = {{.key = SMITHY_STR_INIT("k")}};
static const s3_delete DELETE = {.objects = {OBJECTS, 1}};

FUZZ_OPERATION(s3, list_objects_v2, BUCKET, .encoding_type = {.kind = S3_ENCODING_TYPE_URL})
FUZZ_OPERATION(s3, get_object, OBJECT)
FUZZ_OPERATION(s3, head_object, OBJECT)
FUZZ_OPERATION(s3, copy_object, OBJECT, .copy_source = SMITHY_STR_INIT("b/k"))
FUZZ_OPERATION(s3, delete_objects, BUCKET, .delete_ = &DELETE)
FUZZ_OPERATION(s3, complete_multipart_upload, OBJECT, .upload_id = SMITHY_STR_INIT("u"))
FUZZ_OPERATION(s3, get_bucket_location, BUCKET)
FUZZ_OPERATION(s3, get_bucket_encryption, BUCKET)
FUZZ_OPERATION(s3, get_bucket_policy, BUCKET)

static fuzz_operation *const OPERATIONS[] = {
    run_list_objects_v2,     run_get_object,
    run_head_object,         run_copy_object,
    run_delete_objects,      run_complete_multipart_upload,
    run_get_bucket_location, run_get_bucket_encryption,
    run_get_bucket_policy,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_client_run(data, size, OPERATIONS, sizeof OPERATIONS / sizeof *OPERATIONS);
    return 0;
}
