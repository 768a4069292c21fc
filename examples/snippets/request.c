#include "snippet.h"

static smithy_status show_object(s3_client *s3, smithy_call *call) {
    const s3_head_object_input input = {
        .bucket = SMITHY_STR("my-bucket"),
        .key = SMITHY_STR("reports/2026.csv"),
    };
    s3_head_object_output output;
    smithy_call_set_timeout(call, 10000); /* All of it within ten seconds, retries included. */
    SMITHY_TRY(s3_head_object(s3, &input, &output, call));
    printf("%lld bytes, %s\n", (long long)output.content_length.value, output.etag.ptr);
    return SMITHY_OK;
}

int main(void) {
    return with_s3(show_object);
}
