/* Signatures against those of another implementation, and the care around them. */
#include <setjmp.h>
#include <stdarg.h>

#include "fake_system.h"

#include <smithy/sigv4.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1767323045000) /* 2026-01-02T03:04:05Z */

typedef struct sigv4_case {
    const char *name, *service, *region, *token, *method, *url;
    const char *headers; /* "Name: value\n…" */
    const char *body;
    const char *authorization;
} sigv4_case;

#include "sigv4_cases.h"

static int open_call(void **state) {
    *state = smithy_call_create(NULL);
    return *state ? 0 : -1;
}

static int close_call(void **state) {
    smithy_call_destroy(*state);
    return 0;
}

static smithy_credentials keys(const char *token) {
    return (smithy_credentials){.access_key_id = SMITHY_STR_INIT("AKIDEXAMPLE"),
                                .secret_access_key = SMITHY_STR_INIT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                                .session_token = smithy_str_from(token)};
}

static void add_headers(smithy_headers *headers, const char *text, smithy_call *call) {
    while (*text) {
        const size_t len = strcspn(text, "\n");
        const size_t name_len = strcspn(text, ":");
        assert_int_equal(smithy_headers_add(headers, (smithy_str){text, name_len},
                                            (smithy_str){text + name_len + 2, len - name_len - 2}, call),
                         SMITHY_OK);
        text += len + (text[len] == '\n');
    }
}

static smithy_http_request request_of(const sigv4_case *test, smithy_call *call) {
    smithy_http_request request = {.method = smithy_str_from(test->method), .url = smithy_str_from(test->url)};
    request.body.bytes = (smithy_bytes){(const uint8_t *)test->body, strlen(test->body)};
    add_headers(&request.headers, test->headers, call);
    return request;
}

static smithy_signing signing_of(const sigv4_case *test, const smithy_credentials *credentials) {
    const bool is_s3 = strcmp(test->service, "s3") == 0;
    return (smithy_signing){.credentials = credentials,
                            .region = smithy_str_from(test->region),
                            .service = smithy_str_from(test->service),
                            .time_ms = NOW_MS,
                            .normalize_path = !is_s3,
                            .double_encode_path = !is_s3,
                            .add_content_sha256 = is_s3};
}

static void signatures_are_those_of_botocore(void **state) {
    smithy_signing_cache *cache = smithy_signing_cache_create(NULL);
    assert_non_null(cache);
    /* Without the cache, with an empty one, and with a filled one. */
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
            const smithy_credentials credentials = keys(CASES[i].token);
            smithy_http_request request = request_of(&CASES[i], *state);
            smithy_signing signing = signing_of(&CASES[i], &credentials);
            if (round) signing.cache = cache;
            assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_OK);
            const char *authorization = smithy_headers_get(&request.headers, "authorization").ptr;
            if (strcmp(authorization, CASES[i].authorization) != 0) print_message("in the case %s\n", CASES[i].name);
            assert_string_equal(authorization, CASES[i].authorization);
        }
    smithy_signing_cache_destroy(cache);
}

static void signing_again_replaces_the_first_signature(void **state) {
    const smithy_credentials credentials = keys("TOKEN"), long_term = keys(NULL);
    smithy_http_request request = request_of(&CASES[0], *state);
    smithy_signing signing = signing_of(&CASES[0], &credentials);
    signing.time_ms += 86400000;
    assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_OK);
    const size_t with_token = request.headers.count;
    signing.time_ms = NOW_MS;
    signing.credentials = &long_term;
    assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_OK);
    assert_int_equal(request.headers.count, with_token - 1);
    assert_string_equal(smithy_headers_get(&request.headers, "Authorization").ptr, CASES[0].authorization);
}

static void the_cache_tells_secrets_days_regions_and_services_apart(void **state) {
    (void)state;
    smithy_signing_cache *cache = smithy_signing_cache_create(NULL);
    smithy_credentials credentials = keys(NULL), other = keys(NULL);
    other.secret_access_key = SMITHY_STR("other");
    const smithy_signing base = signing_of(&CASES[0], &credentials);
    smithy_signing variants[] = {base, base, base, base, base};
    variants[1].credentials = &other;
    variants[2].time_ms += 86400000;
    variants[3].region = SMITHY_STR("eu-west-2");
    variants[4].service = SMITHY_STR("s3");
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < 5; i++) {
            uint8_t plain[SMITHY_SHA256_SIZE], cached[SMITHY_SHA256_SIZE];
            variants[i].cache = NULL;
            assert_int_equal(smithy_sigv4_key(&variants[i], plain), SMITHY_OK);
            variants[i].cache = cache;
            assert_int_equal(smithy_sigv4_key(&variants[i], cached), SMITHY_OK);
            assert_memory_equal(plain, cached, sizeof plain);
        }
    smithy_signing_cache_destroy(cache);
}

static void a_day_is_signed_with_its_own_key(void **state) {
    (void)state;
    /* The example of the AWS page "Derive a signing key". */
    smithy_credentials credentials = keys(NULL);
    credentials.secret_access_key = SMITHY_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    static const uint8_t EXPECTED[] = {0xf4, 0x78, 0x0e, 0x2d, 0x9f, 0x65, 0xfa, 0x89, 0x5f, 0x9c, 0x67,
                                       0xb3, 0x2c, 0xe1, 0xba, 0xf0, 0xb0, 0xd8, 0xa4, 0x35, 0x05, 0xa0,
                                       0x00, 0xa1, 0xa9, 0xe0, 0x90, 0xd4, 0x14, 0xdb, 0x40, 0x4d};
    const smithy_signing signing = {.credentials = &credentials,
                                    .region = SMITHY_STR_INIT("us-east-1"),
                                    .service = SMITHY_STR_INIT("iam"),
                                    .time_ms = INT64_C(1329264000000)}; /* 2012-02-15 */
    uint8_t key[SMITHY_SHA256_SIZE];
    assert_int_equal(smithy_sigv4_key(&signing, key), SMITHY_OK);
    assert_memory_equal(key, EXPECTED, sizeof key);
}

static void a_body_from_a_source_needs_its_hash(void **state) {
    smithy_file_source source = {.fd = -1, .length = 1};
    const smithy_credentials credentials = keys(NULL);
    smithy_http_request request = request_of(&CASES[0], *state);
    request.body = smithy_body_from_file(&source);
    smithy_signing signing = signing_of(&CASES[0], &credentials);
    assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_ERROR_INPUT);
    smithy_call_clear_error(*state);
    signing.payload_hash = SMITHY_STR("UNSIGNED-PAYLOAD");
    signing.add_content_sha256 = true;
    assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_OK);
    assert_string_equal(smithy_headers_get(&request.headers, "x-amz-content-sha256").ptr, "UNSIGNED-PAYLOAD");
}

static void what_is_missing_is_told(void **state) {
    smithy_credentials credentials = keys(NULL);
    smithy_http_request request = request_of(&CASES[0], *state);
    smithy_signing signing = signing_of(&CASES[0], &credentials);
    signing.region = (smithy_str){0};
    assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_ERROR_CONFIG);
    smithy_call_clear_error(*state);
    signing = signing_of(&CASES[0], &credentials);
    credentials.secret_access_key = SMITHY_STR("");
    assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_ERROR_CREDENTIALS);
    assert_null(smithy_headers_get(&request.headers, "Authorization").ptr);
}

/* ---- presigned URLs ---- */

static void a_presigned_url_carries_its_signature(void **state) {
    const smithy_credentials credentials = keys("TOKEN//+==");
    const smithy_signing signing = {.credentials = &credentials,
                                    .region = SMITHY_STR_INIT("eu-west-1"),
                                    .service = SMITHY_STR_INIT("s3"),
                                    .time_ms = NOW_MS,
                                    .payload_hash = SMITHY_STR_INIT("UNSIGNED-PAYLOAD")};
    const char *const urls[] = {"https://b.s3.eu-west-1.amazonaws.com/a%20b", "https://b.s3.eu-west-1.amazonaws.com/k?",
                                "https://b.s3.eu-west-1.amazonaws.com/k?versionId=3"};
    const char *const starts[] = {"/a%20b?X-Amz-Algorithm=", "/k?X-Amz-Algorithm=", "/k?versionId=3&X-Amz-Algorithm="};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        smithy_http_request request = {.method = SMITHY_STR_INIT("GET"), .url = smithy_str_from(urls[i])};
        smithy_str url;
        assert_int_equal(smithy_headers_add(&request.headers, SMITHY_STR("Range"), SMITHY_STR("bytes=0-1"), *state),
                         SMITHY_OK);
        assert_int_equal(smithy_sigv4_presign(&signing, &request, 60, &url, *state), SMITHY_OK);
        assert_non_null(strstr(url.ptr, starts[i]));
        assert_non_null(strstr(url.ptr, "AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-west-1%2Fs3%2F"
                                        "aws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders="
                                        "host%3Brange&X-Amz-Security-Token=TOKEN%2F%2F%2B%3D%3D&X-Amz-Signature="));
        assert_int_equal(request.headers.count, 1);
    }
}

static void a_presigned_url_is_valid_for_a_second_to_a_week(void **state) {
    const smithy_credentials credentials = keys(NULL);
    smithy_http_request request = {.method = SMITHY_STR_INIT("GET"), .url = SMITHY_STR_INIT("https://example.com/")};
    smithy_signing signing = signing_of(&CASES[0], &credentials);
    const int64_t good[] = {1, 604800}, bad[] = {INT64_MIN, -1, 0, 604801, INT64_MAX};
    smithy_str url;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(smithy_sigv4_presign(&signing, &request, good[i], &url, *state), SMITHY_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        smithy_call_clear_error(*state);
        assert_int_equal(smithy_sigv4_presign(&signing, &request, bad[i], &url, *state), SMITHY_ERROR_INPUT);
        assert_null(url.ptr);
    }
    smithy_call_clear_error(*state);
    signing.region = (smithy_str){0};
    assert_int_equal(smithy_sigv4_presign(&signing, &request, 60, &url, *state), SMITHY_ERROR_CONFIG);
    smithy_call_clear_error(*state);
    signing = signing_of(&CASES[0], &credentials);
    signing.time_ms = INT64_MAX;
    assert_int_equal(smithy_sigv4_presign(&signing, &request, 60, &url, *state), SMITHY_ERROR_INPUT);
}

/* ---- chunks ---- */

static void chunks_follow_a_signed_request(void **state) {
    const smithy_credentials credentials = keys(NULL);
    const smithy_signing signing = signing_of(&CASES[0], &credentials);
    smithy_http_request request = {.method = SMITHY_STR_INIT("PUT"), .url = SMITHY_STR_INIT("https://example.com/")};
    smithy_chunk_chain chain = {.system = NULL};
    char first[SMITHY_SIGNATURE_SIZE];
    assert_int_equal(smithy_chunk_chain_begin(&chain, &signing, &request, *state), SMITHY_ERROR_INPUT);
    smithy_call_clear_error(*state);
    assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_OK);
    for (int round = 0; round < 2; round++) { /* A retry begins anew, and comes to the same. */
        assert_int_equal(smithy_chunk_chain_begin(&chain, &signing, &request, *state), SMITHY_OK);
        assert_int_equal(smithy_chunk_chain_sign(&chain, "abc", 3), SMITHY_OK);
        if (round == 0) memcpy(first, chain.previous, sizeof first);
        assert_string_equal(chain.previous, first);
    }
    assert_int_equal(smithy_chunk_chain_sign(&chain, "abc", 3), SMITHY_OK);
    assert_string_not_equal(chain.previous, first);
    smithy_chunk_chain_deinit(&chain);
    smithy_chunk_chain_deinit(&chain);
}

/* Whatever allocation fails, it is told, and nothing stays behind. */
static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    const smithy_credentials credentials = keys("TOKEN");
    fake_system fake;
    for (size_t nth = 1; nth < 200; nth++) {
        fake_system_init(&fake, 1);
        fake.fail_allocation = nth;
        smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &fake.system});
        smithy_http_request request = {.method = SMITHY_STR_INIT("GET"),
                                       .url = SMITHY_STR_INIT("https://example.com/a/../b?c=d e&%41=")};
        smithy_signing signing = signing_of(&CASES[0], &credentials);
        smithy_chunk_chain chain = {.system = NULL};
        smithy_str url;
        smithy_status status = call ? smithy_sigv4_presign(&signing, &request, 60, &url, call) : SMITHY_ERROR_MEMORY;
        if (status == SMITHY_OK) status = smithy_sigv4_sign(&signing, &request, call);
        if (status == SMITHY_OK) status = smithy_chunk_chain_begin(&chain, &signing, &request, call);
        if (status == SMITHY_OK) status = smithy_chunk_chain_sign(&chain, "a", 1);
        smithy_chunk_chain_deinit(&chain);
        smithy_call_destroy(call);
        const bool failed = fake.allocations >= nth;
        assert_int_equal(status, failed ? SMITHY_ERROR_MEMORY : SMITHY_OK);
        assert_int_equal(fake.live_blocks, 0);
        fake_system_deinit(&fake);
        if (!failed) return;
    }
    fail();
}

static void signing_takes_microseconds(void **state) {
    const smithy_system *system = smithy_system_default();
    smithy_signing_cache *cache = smithy_signing_cache_create(NULL);
    const smithy_credentials credentials = keys("TOKEN");
    enum { ROUNDS = 2000 };
    const int64_t begin = system->mono_ms(system->context);
    for (int i = 0; i < ROUNDS; i++) {
        smithy_http_request request = request_of(&CASES[0], *state);
        smithy_signing signing = signing_of(&CASES[0], &credentials);
        signing.cache = cache;
        assert_int_equal(smithy_sigv4_sign(&signing, &request, *state), SMITHY_OK);
        smithy_call_reset(*state);
    }
    const int64_t took_ms = system->mono_ms(system->context) - begin;
    print_message("%.1f us a signature\n", (double)took_ms * 1000 / ROUNDS);
    assert_true(took_ms < ROUNDS); /* A bound that holds under sanitizers and load too. */
    smithy_signing_cache_destroy(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(signatures_are_those_of_botocore, open_call, close_call),
        cmocka_unit_test_setup_teardown(signing_again_replaces_the_first_signature, open_call, close_call),
        cmocka_unit_test(the_cache_tells_secrets_days_regions_and_services_apart),
        cmocka_unit_test(a_day_is_signed_with_its_own_key),
        cmocka_unit_test_setup_teardown(a_body_from_a_source_needs_its_hash, open_call, close_call),
        cmocka_unit_test_setup_teardown(what_is_missing_is_told, open_call, close_call),
        cmocka_unit_test_setup_teardown(a_presigned_url_carries_its_signature, open_call, close_call),
        cmocka_unit_test_setup_teardown(a_presigned_url_is_valid_for_a_second_to_a_week, open_call, close_call),
        cmocka_unit_test_setup_teardown(chunks_follow_a_signed_request, open_call, close_call),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test_setup_teardown(signing_takes_microseconds, open_call, close_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
