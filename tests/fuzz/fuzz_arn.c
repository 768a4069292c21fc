/* ARNs, parsed URLs and names, as the endpoint rules' functions read them: an ARN's parts make the ARN again. */
#include "fuzz.h"

#include <smithy/buffer.h>
#include <smithy/endpoint.h>

/* The resource is compared with its separators alike. */
static void check_arn(smithy_str text, smithy_call *call) {
    smithy_arn arn;
    if (!smithy_endpoint_parse_arn(text, &arn, call)) return;
    smithy_buffer joined;
    smithy_buffer_init(&joined, NULL, 1 << 24);
    smithy_buffer_append_text(&joined, "arn");
    const smithy_str parts[] = {arn.partition, arn.service, arn.region, arn.account_id};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        smithy_buffer_append_char(&joined, ':');
        smithy_buffer_append_str(&joined, parts[i]);
    }
    for (size_t i = 0; i < arn.resource_id.count; i++) {
        smithy_buffer_append_char(&joined, ':');
        smithy_buffer_append_str(&joined, arn.resource_id.items[i]);
    }
    FUZZ_CHECK(smithy_buffer_status(&joined) == SMITHY_OK && joined.len == text.len);
    for (size_t i = 0; i < text.len; i++)
        FUZZ_CHECK(joined.ptr[i] == text.ptr[i] || (joined.ptr[i] == ':' && text.ptr[i] == '/'));
    smithy_buffer_deinit(&joined);
}

static void check_split(smithy_str text, smithy_call *call) {
    size_t len = 0;
    const smithy_str_list parts = smithy_endpoint_split(text, SMITHY_STR("--"), 0, call);
    for (size_t i = 0; i < parts.count; i++) len += parts.items[i].len + (i ? 2 : 0);
    FUZZ_CHECK(len == text.len);
    FUZZ_CHECK(parts.count && !smithy_endpoint_item(parts, (int)parts.count).ptr);
    FUZZ_CHECK(smithy_endpoint_item(parts, -1).ptr == parts.items[parts.count - 1].ptr);
}

static void check_url(smithy_str text, smithy_call *call) {
    smithy_endpoint_url url;
    if (!smithy_endpoint_parse_url(text, &url, call)) return;
    FUZZ_CHECK(url.normalized_path.len > 0 && url.normalized_path.ptr[0] == '/');
    FUZZ_CHECK(url.normalized_path.ptr[url.normalized_path.len - 1] == '/');
}

static void check_names(smithy_str text) {
    smithy_str part;
    const smithy_partition partition = smithy_partition_of(text);
    FUZZ_CHECK(partition.name.len && partition.dns_suffix.len);
    if (smithy_endpoint_substring(text, 1, 5, true, &part)) FUZZ_CHECK(part.len == 4);
    if (smithy_endpoint_is_virtual_hostable_s3_bucket(text, false))
        FUZZ_CHECK(smithy_endpoint_is_valid_host_label(text, false));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const smithy_str text = fuzz_exact((smithy_str){(const char *)data, size});
    smithy_call *call = smithy_call_create(NULL);
    check_arn(text, call);
    check_split(text, call);
    check_url(text, call);
    check_names(text);
    smithy_call_destroy(call);
    fuzz_free(text);
    return 0;
}
