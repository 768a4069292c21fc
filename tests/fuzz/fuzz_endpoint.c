/* Endpoint rules: whatever a bucket, a Region or an endpoint is called, the rules refuse, or answer a URL that is one.
 *
 * An input is lines: flags, Region, bucket, endpoint; an empty one is absent. */
#include "fuzz.h"

#include <dynamodb/endpoint.h>
#include <logs/endpoint.h>
#include <s3/endpoint.h>
#include <sts/endpoint.h>

#include <smithy/text.h>

static smithy_str taken(smithy_str *rest, smithy_call *call) {
    const smithy_str line = fuzz_line(rest);
    return line.len ? smithy_call_copy(call, line) : (smithy_str){0};
}

static smithy_opt_bool flag(unsigned flags, unsigned bit) {
    return (smithy_opt_bool){(flags >> bit & 1) != 0, true};
}

/* The rules look at a Region and an endpoint that the client has checked before. */
static void check(smithy_status status, smithy_endpoint *endpoint, smithy_call *call) {
    if (status == SMITHY_OK) {
        smithy_url url;
        FUZZ_CHECK(endpoint->url.ptr && endpoint->url.ptr[endpoint->url.len] == '\0');
        (void)smithy_url_parse(endpoint->url, &url);
    } else {
        FUZZ_CHECK(status == SMITHY_ERROR_CONFIG);
        FUZZ_CHECK(!endpoint->url.ptr);
    }
    smithy_call_clear_error(call);
}

static void resolve_s3(unsigned flags, smithy_str region, smithy_str bucket, smithy_str url, smithy_call *call) {
    smithy_endpoint endpoint;
    const s3_endpoint_params params = {
        .bucket = bucket,
        .region = region,
        .endpoint = url,
        .use_fips = flag(flags, 0),
        .use_dual_stack = flag(flags, 1),
        .force_path_style = flag(flags, 2),
        .accelerate = flag(flags, 3),
        .use_arn_region = {(flags >> 4 & 1) != 0, (flags >> 5 & 1) != 0},
        .disable_multi_region_access_points = flag(flags, 6),
        .use_s3_express_control_endpoint = flag(flags, 7),
    };
    check(s3_resolve_endpoint(&params, &endpoint, call), &endpoint, call);
}

static void resolve_others(unsigned flags, smithy_str region, smithy_str arn, smithy_str url, smithy_call *call) {
    smithy_endpoint endpoint;
    const logs_endpoint_params logs = {
        .region = region, .use_fips = flag(flags, 0), .use_dual_stack = flag(flags, 1), .endpoint = url};
    check(logs_resolve_endpoint(&logs, &endpoint, call), &endpoint, call);
    const sts_endpoint_params sts = {
        .region = region, .use_fips = flag(flags, 0), .use_dual_stack = flag(flags, 1), .endpoint = url};
    check(sts_resolve_endpoint(&sts, &endpoint, call), &endpoint, call);
    const dynamodb_endpoint_params dynamodb = {.region = region,
                                               .use_fips = flag(flags, 0),
                                               .use_dual_stack = flag(flags, 1),
                                               .endpoint = url,
                                               .resource_arn = arn};
    check(dynamodb_resolve_endpoint(&dynamodb, &endpoint, call), &endpoint, call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    smithy_call *call = smithy_call_create(NULL);
    smithy_str rest = {(const char *)data, size};
    unsigned flags = 0;
    const smithy_str first = fuzz_line(&rest);
    for (size_t i = 0; i < first.len && i < 8; i++) flags |= (unsigned)(first.ptr[i] == '1') << i;
    const smithy_str region = taken(&rest, call), bucket = taken(&rest, call), url = taken(&rest, call);
    resolve_s3(flags, region, bucket, url, call);
    resolve_others(flags, region, bucket, url, call);
    smithy_call_destroy(call);
    return 0;
}
