/* S3's buckets that are not in the Region that was asked: how that shows, and how the request follows them. */
#include "client/invocation.h"

static bool is_head(const invocation *inv) {
    return smithy_str_equal(inv->operation->method, SMITHY_STR("HEAD"));
}

/* Making a bucket is no question to one that exists. */
static bool is_for_bucket(const invocation *inv) {
    return inv->client->service->bind_region && strcmp(inv->operation->name, "CreateBucket") != 0;
}

bool invocation_is_elsewhere(const invocation *inv) {
    const smithy_error *error = smithy_call_error(inv->call);
    const int http = inv->response.status;
    if (!inv->client->service->is_s3 || error->status != SMITHY_ERROR_SERVICE || !error->region[0]) return false;
    if (http == 301 || http == 302 || http == 307) return true;
    if (http == 400 && is_head(inv)) return true; /* A HEAD has no body to say it in. */
    return strcmp(error->code, "PermanentRedirect") == 0 || strcmp(error->code, "AuthorizationHeaderMalformed") == 0 ||
           strcmp(error->code, "IllegalLocationConstraintException") == 0;
}

/* What the endpoint rules turn into part of a host name, and only of the partition that the client is in: nothing that
 * an answer says takes a request, and a session token with it, out of that. */
static bool is_trusted_region(const invocation *inv, smithy_str region) {
    const smithy_partition own = smithy_partition_of(inv->client->settings.region);
    return smithy_endpoint_is_valid_host_label(region, false) &&
           smithy_str_equal(smithy_partition_of(region).name, own.name);
}

static bool may_follow(const invocation *inv, smithy_str region) {
    const smithy_client *client = inv->client;
    const int most = smithy_call_max_attempts(inv->call);
    const bool is_plain_bucket = inv->bucket.len && !smithy_str_starts_with(inv->bucket, SMITHY_STR("arn:"));
    const bool can_send_again = (!inv->http.body.read || inv->http.body.rewind) && (most == 0 || inv->attempts < most);
    return !inv->followed && is_for_bucket(inv) && is_plain_bucket && can_send_again &&
           !client->settings.endpoint_url.ptr && !smithy_str_equal(inv->endpoint.backend, SMITHY_STR("S3Express")) &&
           !smithy_str_equal(region, inv->endpoint.signing_region) && is_trusted_region(inv, region);
}

smithy_status invocation_bind_region(invocation *inv, void *params) {
    const smithy_service *service = inv->client->service;
    if (!is_for_bucket(inv)) return SMITHY_OK;
    inv->bucket = service->endpoint_bucket(params);
    if (!inv->region.ptr && inv->bucket.len)
        inv->region = bucket_regions_find(&inv->client->bucket_regions, inv->bucket, inv->call);
    if (inv->region.ptr) service->bind_region(inv->region, params);
    return smithy_call_status(inv->call);
}

smithy_status invocation_follow(invocation *inv, bool *followed) {
    *followed = false;
    if (!invocation_is_elsewhere(inv)) return SMITHY_OK;
    const smithy_error told = *smithy_call_error(inv->call);
    const smithy_str region = smithy_str_from(told.region);
    if (!may_follow(inv, region)) return SMITHY_OK;
    smithy_call_clear_error(inv->call);
    inv->followed = true;
    inv->region = smithy_call_copy(inv->call, region);
    const smithy_status status = inv->region.ptr ? invocation_locate(inv) : smithy_call_status(inv->call);
    if (status == SMITHY_ERROR_MEMORY || status == SMITHY_ERROR_LIMIT) return status;
    if (status == SMITHY_OK) {
        bucket_regions_note(&inv->client->bucket_regions, inv->bucket, inv->region, inv->client->system);
        *followed = true;
        return SMITHY_OK;
    }
    *smithy_call_error_mutable(inv->call) = told; /* No endpoint there: what S3 said stands. */
    return SMITHY_OK;
}
