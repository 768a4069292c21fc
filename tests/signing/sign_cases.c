/* sign_cases: reads one JSON object a line from standard input, and prints for each what the library makes of it, as
 * test_signing.py writes and reads them. */
#include <cjson/cJSON.h>
#include <s3/s3.h>
#include <smithy/sigv4.h>
#include <smithy/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <sts/sts.h>

#include "client/chunked_body.h"

#define MAX_LINE (1 << 20)

static int64_t now_ms;

static int64_t fixed_wall_ms(void *context) {
    (void)context;
    return now_ms;
}

/* ---- reading ---- */

static smithy_str text(const cJSON *object, const char *name) {
    const cJSON *member = cJSON_GetObjectItem(object, name);
    return smithy_str_from(cJSON_IsString(member) ? member->valuestring : NULL);
}

static int64_t number(const cJSON *object, const char *name) {
    const cJSON *member = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(member) ? (int64_t)member->valuedouble : 0;
}

static smithy_credentials credentials_of(const cJSON *test) {
    return (smithy_credentials){.access_key_id = text(test, "access_key_id"),
                                .secret_access_key = text(test, "secret_access_key"),
                                .session_token = text(test, "token")};
}

/* ---- a request, by itself ---- */

static smithy_status read_request(const cJSON *test, smithy_http_request *request, smithy_call *call) {
    const smithy_str body = text(test, "body");
    const cJSON *header = NULL;
    *request = (smithy_http_request){.method = text(test, "method"), .url = text(test, "url")};
    request->body.bytes = (smithy_bytes){(const uint8_t *)body.ptr, body.len};
    cJSON_ArrayForEach(header, cJSON_GetObjectItem(test, "headers")) {
        const smithy_str name = smithy_str_from(cJSON_GetArrayItem(header, 0)->valuestring);
        const smithy_str value = smithy_str_from(cJSON_GetArrayItem(header, 1)->valuestring);
        SMITHY_TRY(smithy_headers_add(&request->headers, name, value, call));
    }
    return SMITHY_OK;
}

static smithy_status sign(const cJSON *test, smithy_signing_cache *cache, smithy_str *result, smithy_call *call) {
    const bool is_s3 = cJSON_IsTrue(cJSON_GetObjectItem(test, "is_s3"));
    const smithy_credentials credentials = credentials_of(test);
    const smithy_signing signing = {.credentials = &credentials,
                                    .region = text(test, "region"),
                                    .service = text(test, "service"),
                                    .time_ms = now_ms,
                                    .normalize_path = !is_s3,
                                    .double_encode_path = !is_s3,
                                    .add_content_sha256 = is_s3,
                                    .payload_hash = text(test, "payload_hash"),
                                    .cache = cache};
    smithy_http_request request;
    SMITHY_TRY(read_request(test, &request, call));
    if (number(test, "expires_s"))
        return smithy_sigv4_presign(&signing, &request, number(test, "expires_s"), result, call);
    SMITHY_TRY(smithy_sigv4_sign(&signing, &request, call));
    *result = smithy_headers_get(&request.headers, "Authorization");
    return SMITHY_OK;
}

/* ---- an operation of a client ---- */

static smithy_status presign_s3(const cJSON *test, const smithy_client_options *own, smithy_presigned *presigned,
                                smithy_call *call) {
    const s3_client_options options = {.region = own->region, .credentials = own->credentials};
    const smithy_str operation = text(test, "operation"), bucket = text(test, "bucket"), key = text(test, "key");
    const int64_t expires_s = number(test, "expires_s");
    s3_client *s3 = s3_client_create(&options, call);
    smithy_status status = s3 ? SMITHY_ERROR_INPUT : smithy_call_status(call);
    if (s3 && smithy_str_equal(operation, SMITHY_STR("GetObject"))) {
        const s3_get_object_input input = {.bucket = bucket,
                                           .key = key,
                                           .version_id = text(test, "version_id"),
                                           .range = text(test, "range"),
                                           .response_content_type = text(test, "response_content_type")};
        status = s3_get_object_presign(s3, &input, expires_s, presigned, call);
    } else if (s3 && smithy_str_equal(operation, SMITHY_STR("PutObject"))) {
        const s3_put_object_input input = {.bucket = bucket, .key = key, .content_type = text(test, "content_type")};
        status = s3_put_object_presign(s3, &input, expires_s, presigned, call);
    } else if (s3 && smithy_str_equal(operation, SMITHY_STR("HeadObject"))) {
        const s3_head_object_input input = {.bucket = bucket, .key = key};
        status = s3_head_object_presign(s3, &input, expires_s, presigned, call);
    } else if (s3 && smithy_str_equal(operation, SMITHY_STR("DeleteObject"))) {
        const s3_delete_object_input input = {.bucket = bucket, .key = key};
        status = s3_delete_object_presign(s3, &input, expires_s, presigned, call);
    } else if (s3 && smithy_str_equal(operation, SMITHY_STR("UploadPart"))) {
        const s3_upload_part_input input = {.bucket = bucket,
                                            .key = key,
                                            .upload_id = text(test, "upload_id"),
                                            .part_number = {true, (int32_t)number(test, "part_number")}};
        status = s3_upload_part_presign(s3, &input, expires_s, presigned, call);
    }
    s3_client_destroy(s3);
    return status;
}

static smithy_status presign_sts(const cJSON *test, const smithy_client_options *own, smithy_presigned *presigned,
                                 smithy_call *call) {
    const sts_client_options options = {.region = own->region, .credentials = own->credentials};
    const sts_get_caller_identity_input input = {0};
    sts_client *sts = sts_client_create(&options, call);
    if (!sts) return smithy_call_status(call);
    const smithy_status status =
        sts_get_caller_identity_presign(sts, &input, number(test, "expires_s"), presigned, call);
    sts_client_destroy(sts);
    return status;
}

/* "METHOD URL", and "Name: value" of each header behind it. */
static smithy_status presign(const cJSON *test, smithy_str *result, smithy_call *call) {
    const smithy_credentials keys = credentials_of(test);
    smithy_presigned presigned = {.method = {NULL, 0}};
    smithy_credentials_provider *provider =
        smithy_credentials_static(keys.access_key_id, keys.secret_access_key, keys.session_token, call);
    if (!provider) return smithy_call_status(call);
    const smithy_client_options own = {.region = text(test, "region"), .credentials = provider};
    const bool is_sts = smithy_str_equal(text(test, "operation"), SMITHY_STR("GetCallerIdentity"));
    const smithy_status status =
        is_sts ? presign_sts(test, &own, &presigned, call) : presign_s3(test, &own, &presigned, call);
    smithy_credentials_provider_destroy(provider);
    if (status != SMITHY_OK) return status;
    *result = smithy_call_format(call, "%s %s", presigned.method.ptr, presigned.url.ptr);
    for (size_t i = 0; i < presigned.headers.count && result->ptr; i++)
        *result = smithy_call_format(call, "%s %s: %s", result->ptr, presigned.headers.items[i].name.ptr,
                                     presigned.headers.items[i].value.ptr);
    return result->ptr ? SMITHY_OK : smithy_call_status(call);
}

/* ---- a body in chunks ---- */

static smithy_status read_pattern(void *context, uint8_t *bytes, size_t size, size_t *len) {
    int64_t *left = context;
    *len = (uint64_t)*left < size ? (size_t)*left : size;
    for (size_t i = 0; i < *len; i++) bytes[i] = (uint8_t)((*left - (int64_t)i) * 31 >> 3);
    *left -= (int64_t)*len;
    return SMITHY_OK;
}

static smithy_status hash_of(const smithy_body *body, smithy_str *result, smithy_call *call) {
    static uint8_t bytes[50000];
    uint8_t digest[SMITHY_SHA256_SIZE];
    char hex[2 * SMITHY_SHA256_SIZE + 1];
    int64_t total = 0;
    size_t len = 0;
    smithy_sha256_state sha;
    SMITHY_TRY(smithy_sha256_init(&sha));
    do {
        SMITHY_TRY(body->read(body->context, bytes, sizeof bytes, &len));
        SMITHY_TRY(smithy_sha256_update(&sha, bytes, len));
        total += (int64_t)len;
    } while (len);
    SMITHY_TRY(smithy_sha256_final(&sha, digest));
    smithy_hex_write(digest, sizeof digest, hex);
    *result = smithy_call_format(call, "%s %lld %lld", hex, (long long)total, (long long)body->length);
    return result->ptr ? SMITHY_OK : smithy_call_status(call);
}

static smithy_status frame(const cJSON *test, smithy_str *result, smithy_call *call) {
    int64_t left = number(test, "length");
    const smithy_body source = {.read = read_pattern, .context = &left, .length = left};
    chunked_body chunked;
    smithy_body body;
    smithy_status status = chunked_body_init(&chunked, &source, checksum_by_name(text(test, "algorithm")), false,
                                             CHUNKED_UNSIGNED_SIZE, &body, call);
    if (status == SMITHY_OK) status = hash_of(&body, result, call);
    chunked_body_deinit(&chunked);
    return status;
}

/* ---- all of them ---- */

static void answer(const char *line, smithy_signing_cache *cache, smithy_call *call) {
    cJSON *test = cJSON_Parse(line);
    smithy_str result = {NULL, 0};
    smithy_status status = SMITHY_ERROR_INPUT;
    now_ms = number(test, "time_ms");
    if (text(test, "operation").ptr)
        status = presign(test, &result, call);
    else if (text(test, "algorithm").ptr)
        status = frame(test, &result, call);
    else if (test)
        status = sign(test, cache, &result, call);
    if (status == SMITHY_OK)
        puts(result.ptr);
    else
        printf("error: %s %s\n", smithy_status_name(status), smithy_call_error(call)->message);
    cJSON_Delete(test);
    smithy_call_reset(call);
}

int main(void) {
    smithy_system system = *smithy_system_default();
    system.wall_ms = fixed_wall_ms;
    char *line = malloc(MAX_LINE);
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &system});
    smithy_signing_cache *cache = smithy_signing_cache_create(NULL);
    if (!line || !call || !cache) return 1;
    while (fgets(line, MAX_LINE, stdin)) answer(line, cache, call);
    smithy_signing_cache_destroy(cache);
    smithy_call_destroy(call);
    free(line);
    return 0;
}
