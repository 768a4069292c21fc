/* Recorded conversations of other clients with S3, from a sibling folder of test vectors, where there is one: the same
 * operations ask the same of the same hosts, by the same keys, and take the same answers for good or bad. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <cjson/cJSON.h>
#include <s3/s3.h>
#include <smithy/text.h>

#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MAX_EXCHANGES 16
#define MAX_TEXT      4096

typedef struct exchange {
    const cJSON *request;
    char headers[MAX_TEXT]; /* Of the answer. */
    char *body;
    bool is_whole; /* The recording goes on to the end of the answer. */
} exchange;

typedef struct recording {
    cJSON *json;
    exchange exchanges[MAX_EXCHANGES];
    scripted_answer answers[MAX_EXCHANGES];
    size_t count;
} recording;

static const char *string(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

static const char *header_of(const exchange *x, const char *name) {
    return cJSON_GetStringValue(
        cJSON_GetArrayItem(cJSON_GetObjectItem(cJSON_GetObjectItem(x->request, "headers"), name), 0));
}

/* ---- reading ---- */

static void take_response(exchange *x, scripted_answer *answer, const cJSON *response) {
    const cJSON *whole = cJSON_GetObjectItem(cJSON_GetObjectItem(response, "response"), "Ok"), *one = NULL;
    size_t len = 0;
    answer->status = cJSON_GetObjectItem(whole, "status")->valueint;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(whole, "headers")) {
        len += (size_t)snprintf(x->headers + len, MAX_TEXT - len, "%s%s: %s", len ? "\n" : "", one->string,
                                cJSON_GetArrayItem(one, 0)->valuestring);
        assert_true(len < MAX_TEXT);
    }
    answer->headers = x->headers;
}

static void take_data(exchange *x, const cJSON *data) {
    const char *text = string(cJSON_GetObjectItem(data, "data"), "Utf8");
    if (strcmp(string(data, "direction"), "Response") != 0) return;
    const size_t len = x->body ? strlen(x->body) : 0;
    x->body = realloc(x->body, len + strlen(text) + 1);
    assert_non_null(x->body);
    strcpy(x->body + len, text);
}

static void take_event(recording *r, const cJSON *event) {
    const cJSON *action = cJSON_GetObjectItem(event, "action"), *part = action->child;
    if (strcmp(part->string, "Request") == 0) {
        assert_true(r->count < MAX_EXCHANGES);
        r->exchanges[r->count++].request = cJSON_GetObjectItem(part, "request");
        return;
    }
    exchange *x = &r->exchanges[r->count - 1];
    if (strcmp(part->string, "Response") == 0) take_response(x, &r->answers[r->count - 1], part);
    if (strcmp(part->string, "Data") == 0) take_data(x, part);
    if (strcmp(part->string, "Eof") == 0 && strcmp(string(part, "direction"), "Response") == 0) x->is_whole = true;
}

/* NULL where it is not there. */
static recording *load(const char *name) {
    char path[1024];
    smithy_buffer text;
    bool exists = false;
    const smithy_system *system = smithy_system_default();
    snprintf(path, sizeof path, "%s/s3-http/%s.json", SMITHY_VECTORS, name);
    smithy_buffer_init(&text, system, 1 << 22);
    assert_int_equal(system->file_read(system->context, path, &text, &exists), SMITHY_OK);
    recording *r = NULL;
    if (exists) {
        r = calloc(1, sizeof *r);
        assert_non_null(r);
        r->json = cJSON_ParseWithLength(text.ptr, text.len);
        assert_non_null(r->json);
        const cJSON *event = NULL;
        cJSON_ArrayForEach(event, cJSON_GetObjectItem(r->json, "events")) take_event(r, event);
        for (size_t i = 0; i < r->count; i++) r->answers[i].body = r->exchanges[i].body;
    }
    smithy_buffer_deinit(&text);
    return r;
}

static void unload(recording *r) {
    for (size_t i = 0; i < r->count; i++) free(r->exchanges[i].body);
    cJSON_Delete(r->json);
    free(r);
}

/* ---- the same world ---- */

static client_bench bench;

/* Its clock, keys and Region are the recording's. */
static s3_client *open_client(const recording *r) {
    const exchange *first = &r->exchanges[0];
    const char *date = header_of(first, "x-amz-date"), *attempt = header_of(first, "amz-sdk-request");
    const char *uri = string(first->request, "uri");
    s3_client_options options = {.region =
                                     strstr(uri, "us-west-2") ? SMITHY_STR("us-west-2") : SMITHY_STR("us-east-1")};
    client_bench_open(&bench, r->answers, r->count);
    fake_system_set_env(&bench.fake, "AWS_ACCESS_KEY_ID", "ANOTREAL");
    fake_system_set_env(&bench.fake, "AWS_SESSION_TOKEN", header_of(first, "x-amz-security-token"));
    if (!header_of(first, "authorization")) options.credentials = smithy_credentials_anonymous();
    if (attempt && strstr(attempt, "max=1")) options.max_attempts = 1;
    if (date) {
        smithy_civil civil = {0};
        assert_int_equal(sscanf(date, "%4d%2d%2dT%2d%2d%2d", &civil.year, &civil.month, &civil.day, &civil.hour,
                                &civil.minute, &civil.second),
                         6);
        bench.fake.wall_ms = smithy_time_from_civil(&civil);
    }
    s3_client *client = s3_client_create(&options, bench.call);
    assert_non_null(client);
    return client;
}

/* ---- the same operations ---- */

typedef struct target {
    char bucket[128], key[512], prefix[128];
    int list_version; /* 0: it is no listing. */
    smithy_opt_i32 max_keys;
} target;

static target target_of(const char *uri) {
    target t = {0};
    const char *host = strstr(uri, "://") + 3, *path = strchr(host, '/'), *query = strchr(path, '?');
    snprintf(t.bucket, sizeof t.bucket, "%.*s", (int)(strstr(host, ".s3") - host), host);
    const size_t len = query ? (size_t)(query - path - 1) : strlen(path + 1);
    t.key[smithy_uri_decode((smithy_str){path + 1, len}, t.key, false)] = '\0';
    const char *prefix = query ? strstr(query, "prefix=") : NULL, *max = query ? strstr(query, "max-keys=") : NULL;
    if (prefix) snprintf(t.prefix, sizeof t.prefix, "%s", prefix + strlen("prefix="));
    if (!t.key[0]) t.list_version = query && strstr(query, "list-type=2") ? 2 : 1;
    if (max) t.max_keys = (smithy_opt_i32)SMITHY_SET(atoi(max + strlen("max-keys=")));
    return t;
}

static smithy_status ask(s3_client *client, const exchange *x) {
    const target t = target_of(string(x->request, "uri"));
    const smithy_str bucket = smithy_str_from(t.bucket), key = smithy_str_from(t.key);
    if (t.list_version == 1) {
        s3_list_objects_output output;
        return s3_list_objects(client, &(s3_list_objects_input){.bucket = bucket, .max_keys = t.max_keys}, &output,
                               bench.call);
    }
    if (t.list_version == 2) {
        s3_list_objects_v2_output output;
        s3_list_objects_v2_input input = {.bucket = bucket, .max_keys = t.max_keys};
        if (t.prefix[0]) input.prefix = smithy_str_from(t.prefix);
        return s3_list_objects_v2(client, &input, &output, bench.call);
    }
    if (strcmp(string(x->request, "method"), "HEAD") == 0) {
        s3_head_object_output output;
        return s3_head_object(client, &(s3_head_object_input){.bucket = bucket, .key = key}, &output, bench.call);
    }
    s3_get_object_output output;
    return s3_get_object(client, &(s3_get_object_input){.bucket = bucket, .key = key}, &output, bench.call);
}

/* "ANOTREAL/20090213/us-west-2/s3express/aws4_request" */
static void scope_of(const char *authorization, char scope[256]) {
    const char *at = authorization ? strstr(authorization, "Credential=") : NULL;
    snprintf(scope, 256, "%.*s", at ? (int)strcspn(at, ",") : 0, at ? at : "");
}

static void assert_same_header(const exchange *x, size_t index, const char *name) {
    const char *recorded = header_of(x, name), *sent = scripted_request_header(&bench.transport, index, name);
    assert_true(!recorded == !sent);
    if (recorded) assert_string_equal(sent, recorded);
}

static void assert_same(const exchange *x, size_t index) {
    char recorded[256], sent[256];
    const scripted_request *request = &bench.transport.requests[index];
    assert_string_equal(request->method, string(x->request, "method"));
    assert_string_equal(request->url, string(x->request, "uri"));
    scope_of(header_of(x, "authorization"), recorded);
    scope_of(scripted_request_header(&bench.transport, index, "authorization"), sent);
    assert_string_equal(sent, recorded);
    assert_same_header(x, index, "x-amz-s3session-token");
    assert_same_header(x, index, "x-amz-security-token");
    if (recorded[0]) assert_same_header(x, index, "x-amz-content-sha256");
    const char *attempt = header_of(x, "amz-sdk-request");
    if (attempt) /* Without the time at which the client gives up, which this one does not tell. */
        assert_string_equal(scripted_request_header(&bench.transport, index, "amz-sdk-request"),
                            strstr(attempt, "attempt="));
}

/* What the client asks for by itself, or again, is no operation of its own. */
static bool is_operation(const exchange *x) {
    const char *attempt = header_of(x, "amz-sdk-request");
    return !strstr(string(x->request, "uri"), "?session") && (!attempt || strstr(attempt, "attempt=1"));
}

static void replay(const char *name, smithy_status expected) {
    recording *r = load(name);
    if (!r) skip();
    s3_client *client = open_client(r);
    for (size_t i = 0; i < r->count; i++) {
        if (!is_operation(&r->exchanges[i])) continue;
        const smithy_status status = ask(client, &r->exchanges[i]);
        if (r->exchanges[i].is_whole) assert_int_equal(status, expected);
    }
    assert_true(bench.transport.request_count >= r->count);
    for (size_t i = 0; i < r->count; i++) assert_same(&r->exchanges[i], i);
    s3_client_destroy(client);
    client_bench_close(&bench);
    unload(r);
}

static void a_body_of_another_length_is_an_error(void **state) {
    (void)state;
    replay("content-length-enforcement/get-object-short", SMITHY_ERROR_RESPONSE);
    replay("content-length-enforcement/get-object-long", SMITHY_ERROR_RESPONSE);
}

static void a_head_has_a_length_and_no_body(void **state) {
    (void)state;
    replay("content-length-enforcement/head-object", SMITHY_OK);
}

static void attempts_are_counted_and_told(void **state) {
    (void)state;
    replay("request-information-headers/three-retries_and-then-success", SMITHY_OK);
    replay("request-information-headers/three-successful-attempts", SMITHY_OK);
    replay("request-information-headers/slow-network-and-late-client-clock", SMITHY_OK);
}

static void directory_buckets_have_sessions(void **state) {
    (void)state;
    replay("express/mixed-auths", SMITHY_OK);
}

static void public_buckets_need_no_credentials(void **state) {
    (void)state;
    replay("no_auth/get-object", SMITHY_OK);
    replay("no_auth/head-object", SMITHY_OK);
    replay("no_auth/list-objects", SMITHY_OK);
    replay("no_auth/list-objects-v2", SMITHY_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_of_another_length_is_an_error), cmocka_unit_test(a_head_has_a_length_and_no_body),
        cmocka_unit_test(attempts_are_counted_and_told),        cmocka_unit_test(directory_buckets_have_sessions),
        cmocka_unit_test(public_buckets_need_no_credentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
