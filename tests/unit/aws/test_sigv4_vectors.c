/* The published signature suite, from a sibling folder of test vectors where there is one: canonical request, string to
 * sign and signature of each case, by headers and as a presigned URL; and the chain of a body's chunks. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <smithy/sigv4.h>
#include <smithy/text.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#define FOLDER SMITHY_VECTORS "/sigv4"
#define CHUNKS SMITHY_VECTORS "/sigv4-streaming/chunked.json"

/* In the call's arena. */
static smithy_str load(const char *test, const char *file, smithy_call *call) {
    const smithy_system *system = smithy_system_default();
    char path[1024];
    smithy_buffer text;
    bool exists = false;
    snprintf(path, sizeof path, "%s/%s/%s", FOLDER, test, file);
    smithy_buffer_init(&text, system, 1 << 20);
    assert_int_equal(system->file_read(system->context, path, &text, &exists), SMITHY_OK);
    assert_true(exists);
    const smithy_str kept = smithy_call_copy(call, smithy_buffer_str(&text));
    smithy_buffer_deinit(&text);
    return kept;
}

/* ---- request.txt ---- */

static smithy_str take_line(smithy_str *text) {
    const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    smithy_str line = {text->ptr, end ? (size_t)(end - text->ptr) : text->len};
    const size_t taken = line.len + (end ? 1 : 0);
    text->ptr += taken;
    text->len -= taken;
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    return line;
}

/* "GET /a b HTTP/1.1": the target is all between the first and the last space. */
static void read_request_line(smithy_str line, smithy_http_request *request, smithy_call *call) {
    const char *first = memchr(line.ptr, ' ', line.len);
    const char *last = line.ptr + line.len - strlen(" HTTP/1.1");
    assert_true(first && last > first);
    request->method = (smithy_str){line.ptr, (size_t)(first - line.ptr)};
    request->url = smithy_call_format(call, "https://example.amazonaws.com%.*s", (int)(last - first - 1), first + 1);
}

static smithy_http_request read_request(smithy_str text, smithy_call *call) {
    smithy_http_request request = {.sink = NULL};
    read_request_line(take_line(&text), &request, call);
    while (text.len) {
        const smithy_str line = take_line(&text);
        if (line.len == 0) break;
        const char *colon = memchr(line.ptr, ':', line.len);
        if (line.ptr[0] == ' ' || !colon) { /* A header that goes on. */
            smithy_header *header = &request.headers.items[request.headers.count - 1];
            header->value.len = (size_t)(line.ptr + line.len - header->value.ptr);
            continue;
        }
        const size_t name_len = (size_t)(colon - line.ptr);
        const smithy_str value = {colon + 1, line.len - name_len - 1};
        assert_int_equal(smithy_headers_add(&request.headers, (smithy_str){line.ptr, name_len}, value, call),
                         SMITHY_OK);
    }
    request.body.bytes = (smithy_bytes){(const uint8_t *)text.ptr, text.len};
    return request;
}

/* ---- context.json ---- */

typedef struct signing_context {
    cJSON *json;
    smithy_credentials credentials;
    smithy_signing signing;
} signing_context;

static smithy_str text_of(const cJSON *object, const char *name) {
    const cJSON *member = cJSON_GetObjectItem(object, name);
    return smithy_str_from(cJSON_IsString(member) ? member->valuestring : NULL);
}

static bool flag(const cJSON *object, const char *name) {
    return cJSON_IsTrue(cJSON_GetObjectItem(object, name)) != 0;
}

static void read_context(const char *test, signing_context *context, smithy_call *call) {
    context->json = cJSON_Parse(load(test, "context.json", call).ptr);
    assert_non_null(context->json);
    const cJSON *credentials = cJSON_GetObjectItem(context->json, "credentials");
    context->credentials = (smithy_credentials){.access_key_id = text_of(credentials, "access_key_id"),
                                                .secret_access_key = text_of(credentials, "secret_access_key"),
                                                .session_token = text_of(credentials, "token")};
    /* A token that is added after signing is one that the signature does not know. */
    if (flag(context->json, "omit_session_token")) context->credentials.session_token = (smithy_str){0};
    context->signing = (smithy_signing){.credentials = &context->credentials,
                                        .region = text_of(context->json, "region"),
                                        .service = text_of(context->json, "service"),
                                        .normalize_path = flag(context->json, "normalize"),
                                        .double_encode_path = true,
                                        .add_content_sha256 = flag(context->json, "sign_body")};
    assert_true(smithy_time_read_date_time(text_of(context->json, "timestamp"), &context->signing.time_ms));
}

/* ---- a case ---- */

static void check_text(const char *test, const char *file, smithy_str actual, smithy_call *call) {
    const smithy_str expected = load(test, file, call);
    if (!smithy_str_equal(actual, expected))
        print_message("%s/%s\n-- expected:\n%s\n-- actual:\n%.*s\n", test, file, expected.ptr, SMITHY_STR_ARG(actual));
    assert_true(smithy_str_equal(actual, expected));
}

/* The canonical request and the string to sign of a request that is as it was signed. */
static void check_steps(const char *test, const char *how, const smithy_signing *signing,
                        const smithy_http_request *request, smithy_call *call) {
    smithy_buffer canonical, to_sign;
    smithy_str signed_headers;
    char file[64];
    smithy_buffer_init(&canonical, NULL, 1 << 20);
    smithy_buffer_init(&to_sign, NULL, 1 << 20);
    assert_int_equal(smithy_sigv4_canonical_request(signing, request, &canonical, &signed_headers, call), SMITHY_OK);
    snprintf(file, sizeof file, "%s-canonical-request.txt", how);
    check_text(test, file, smithy_buffer_str(&canonical), call);
    assert_int_equal(smithy_sigv4_string_to_sign(signing, smithy_buffer_str(&canonical), &to_sign), SMITHY_OK);
    snprintf(file, sizeof file, "%s-string-to-sign.txt", how);
    check_text(test, file, smithy_buffer_str(&to_sign), call);
    smithy_buffer_deinit(&to_sign);
    smithy_buffer_deinit(&canonical);
}

static void check_headers(const char *test, const signing_context *context, smithy_call *call) {
    smithy_http_request request = read_request(load(test, "request.txt", call), call);
    assert_int_equal(smithy_sigv4_sign(&context->signing, &request, call), SMITHY_OK);
    const smithy_str authorization = smithy_headers_get(&request.headers, "Authorization");
    const char *signature = strstr(authorization.ptr, "Signature=");
    assert_non_null(signature);
    check_text(test, "header-signature.txt", smithy_str_from(signature + strlen("Signature=")), call);

    check_steps(test, "header", &context->signing, &request, call);
}

static void check_query(const char *test, const signing_context *context, smithy_call *call) {
    smithy_http_request request = read_request(load(test, "request.txt", call), call);
    const cJSON *expires_s = cJSON_GetObjectItem(context->json, "expiration_in_seconds");
    smithy_str url;
    assert_int_equal(smithy_sigv4_presign(&context->signing, &request, (int64_t)expires_s->valuedouble, &url, call),
                     SMITHY_OK);
    const char *signature = strstr(url.ptr, "&X-Amz-Signature=");
    assert_non_null(signature);
    check_text(test, "query-signature.txt", smithy_str_from(signature + strlen("&X-Amz-Signature=")), call);
    request.url = (smithy_str){url.ptr, (size_t)(signature - url.ptr)};
    check_steps(test, "query", &context->signing, &request, call);
}

static void check_case(const char *test) {
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    signing_context context;
    read_context(test, &context, call);
    check_headers(test, &context, call);
    check_query(test, &context, call);
    cJSON_Delete(context.json);
    smithy_call_destroy(call);
}

static void every_case_of_the_suite_holds(void **state) {
    (void)state;
    DIR *folder = opendir(FOLDER);
    if (!folder) {
        print_message("skipped: %s is not there\n", FOLDER);
        skip();
    }
    int count = 0;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (strchr(entry->d_name, '.')) continue; /* Licences, and the folder itself. */
        check_case(entry->d_name);
        count++;
    }
    closedir(folder);
    print_message("%d cases\n", count);
    assert_true(count > 30);
}

/* ---- chunks ---- */

static void check_chunks(const cJSON *suite, const cJSON *test, smithy_call *call) {
    static uint8_t body[66560];
    memset(body, 'a', sizeof body);
    const size_t sizes[] = {65536, 1024, 0};
    const smithy_credentials credentials = {.access_key_id = text_of(suite, "access_key_id"),
                                            .secret_access_key = text_of(suite, "secret_access_key")};
    const smithy_signing signing = {.credentials = &credentials,
                                    .region = text_of(suite, "region"),
                                    .service = text_of(suite, "service"),
                                    .time_ms = INT64_C(1369353600000)}; /* 2013-05-24 */
    const smithy_str seed =
        smithy_call_format(call, "AWS4-HMAC-SHA256 …, Signature=%s", text_of(test, "seed_signature").ptr);
    smithy_http_request request = {.method = SMITHY_STR_INIT("PUT")};
    assert_int_equal(smithy_headers_add(&request.headers, SMITHY_STR("Authorization"), seed, call), SMITHY_OK);
    smithy_chunk_chain chain = {.system = NULL};
    assert_int_equal(smithy_chunk_chain_begin(&chain, &signing, &request, call), SMITHY_OK);
    const cJSON *signatures = cJSON_GetObjectItem(test, "chunk_signatures");
    const uint8_t *at = body;
    for (int i = 0; i < 3; at += sizes[i++]) {
        assert_int_equal(smithy_chunk_chain_sign(&chain, at, sizes[i]), SMITHY_OK);
        assert_string_equal(chain.previous, cJSON_GetArrayItem(signatures, i)->valuestring);
    }
    if (text_of(test, "trailer").ptr) {
        assert_int_equal(smithy_chunk_chain_sign_trailer(&chain, text_of(test, "trailer")), SMITHY_OK);
        assert_string_equal(chain.previous, text_of(test, "trailer_signature").ptr);
    }
    smithy_chunk_chain_deinit(&chain);
}

static void chunks_are_signed_one_after_another(void **state) {
    (void)state;
    const smithy_system *system = smithy_system_default();
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    smithy_buffer text;
    bool exists = false;
    smithy_buffer_init(&text, system, 1 << 20);
    const smithy_status status = system->file_read(system->context, CHUNKS, &text, &exists);
    cJSON *suite = exists && status == SMITHY_OK ? cJSON_Parse(text.ptr) : NULL;
    smithy_buffer_deinit(&text);
    if (!exists) {
        smithy_call_destroy(call);
        print_message("skipped: %s is not there\n", CHUNKS);
        skip();
    }
    assert_non_null(suite);
    const cJSON *test = NULL;
    int count = 0;
    cJSON_ArrayForEach(test, cJSON_GetObjectItem(suite, "cases")) {
        check_chunks(suite, test, call);
        count++;
    }
    assert_int_equal(count, 2);
    cJSON_Delete(suite);
    smithy_call_destroy(call);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_of_the_suite_holds),
                                       cmocka_unit_test(chunks_are_signed_one_after_another)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
