#include "snippet.h"

static smithy_status share(s3_client *s3, smithy_call *call) {
    const s3_get_object_input input = {
        .bucket = SMITHY_STR("my-bucket"),
        .key = SMITHY_STR("reports/2026.csv"),
    };
    smithy_presigned link;
    SMITHY_TRY(s3_get_object_presign(s3, &input, 3600, &link, call)); /* Whoever has it may download, for an hour. */
    printf("%s\n", link.url.ptr);
    return SMITHY_OK;
}

int main(void) {
    return with_s3(share);
}
