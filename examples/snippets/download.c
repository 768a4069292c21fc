#include "snippet.h"

static smithy_status print(void *context, const uint8_t *bytes, size_t len) {
    return fwrite(bytes, 1, len, context) == len ? SMITHY_OK : SMITHY_ERROR_IO;
}

static smithy_status download(s3_client *s3, smithy_call *call) {
    smithy_sink sink = {.write = print, .context = stdout};
    const s3_get_object_input input = {
        .bucket = SMITHY_STR("my-bucket"),
        .key = SMITHY_STR("reports/2026.csv"),
        .body_sink = &sink, /* Takes the body as it comes; its length and checksum are looked at in the end. */
    };
    s3_get_object_output output;
    return s3_get_object(s3, &input, &output, call);
}

int main(void) {
    return with_s3(download);
}
