#include "snippet.h"

static smithy_status wait_for_report(s3_client *s3, smithy_call *call) {
    const s3_head_object_input input = {
        .bucket = SMITHY_STR("my-bucket"),
        .key = SMITHY_STR("reports/2026.csv"),
    };
    const smithy_wait_options options = {.max_wait_ms = 60000, .min_delay_ms = 200, .max_delay_ms = 5000};
    SMITHY_TRY(s3_wait_until_object_exists(s3, &input, &options, call)); /* Asks less and less often. */
    printf("it is there\n");
    return SMITHY_OK;
}

int main(void) {
    return with_s3(wait_for_report);
}
