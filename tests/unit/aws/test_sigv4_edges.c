/* What is signed for is whole or refused: missing settings, dates beyond the calendar, odd queries and headers, digests
 * that OpenSSL does not work out. */
#include "check.h"
#include "torture.h"

#include <smithy/buffer.h>
#include <smithy/sigv4.h>

#include <stdio.h>

#define NOW_MS INT64_C(1767323045000) /* 2026-01-02T03:04:05Z */

static smithy_call *call;
static smithy_credentials credentials;
static smithy_signing signing;
static smithy_http_request request;

static int set_up(void **state) {
    (void)state;
    call = smithy_call_create(NULL);
    credentials = (smithy_credentials){.access_key_id = SMITHY_STR_INIT("AKIDEXAMPLE"),
                                       .secret_access_key = SMITHY_STR_INIT("not-a-real-secret")};
    signing = (smithy_signing){.credentials = &credentials,
                               .region = SMITHY_STR_INIT("eu-west-1"),
                               .service = SMITHY_STR_INIT("logs"),
                               .time_ms = NOW_MS};
    request = (smithy_http_request){.method = SMITHY_STR_INIT("POST"), .url = SMITHY_STR_INIT("https://example.com/")};
    return call ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    smithy_call_destroy(call);
    return 0;
}

/* ---- what is missing ---- */

static void assert_refused(smithy_status expected) {
    smithy_chunk_chain chain = {0};
    smithy_call_clear_error(call);
    assert_int_equal(smithy_sigv4_sign(&signing, &request, call), expected);
    assert_null(smithy_headers_get(&request.headers, "Authorization").ptr);
    assert_true(*smithy_call_error(call)->message);
    smithy_call_clear_error(call);
    assert_int_equal(smithy_chunk_chain_begin(&chain, &signing, &request, call), expected);
    smithy_chunk_chain_deinit(&chain);
}

static void nothing_is_signed_without_credentials_region_or_name(void **state) {
    (void)state;
    signing.credentials = NULL;
    assert_refused(SMITHY_ERROR_CREDENTIALS);
    signing.credentials = &credentials;
    credentials.access_key_id = (smithy_str){0};
    assert_refused(SMITHY_ERROR_CREDENTIALS);
    credentials.access_key_id = SMITHY_STR("AKIDEXAMPLE");
    credentials.secret_access_key = SMITHY_STR("");
    assert_refused(SMITHY_ERROR_CREDENTIALS);
    credentials.secret_access_key = SMITHY_STR("not-a-real-secret");
    signing.service = SMITHY_STR("");
    assert_refused(SMITHY_ERROR_CONFIG);
    signing.service = SMITHY_STR("logs");
    signing.region = SMITHY_STR("");
    assert_refused(SMITHY_ERROR_CONFIG);
}

static void a_secret_that_is_none_gives_no_key(void **state) {
    (void)state;
    static char longest[1024];
    uint8_t key[SMITHY_SHA256_SIZE];
    memset(longest, 'x', sizeof longest);
    credentials.secret_access_key = SMITHY_STR("");
    assert_int_equal(smithy_sigv4_key(&signing, key), SMITHY_ERROR_CREDENTIALS);
    credentials.secret_access_key = (smithy_str){longest, sizeof longest};
    assert_int_equal(smithy_sigv4_key(&signing, key), SMITHY_ERROR_CREDENTIALS);
    assert_int_equal(smithy_sigv4_sign(&signing, &request, call), SMITHY_ERROR_CREDENTIALS);
}

static void a_date_beyond_the_calendar_is_refused(void **state) {
    (void)state;
    uint8_t key[SMITHY_SHA256_SIZE];
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 4096);
    signing.time_ms = INT64_MAX;
    assert_int_not_equal(smithy_sigv4_key(&signing, key), SMITHY_OK);
    assert_int_not_equal(smithy_sigv4_string_to_sign(&signing, SMITHY_STR("x"), &out), SMITHY_OK);
    assert_int_not_equal(smithy_sigv4_sign(&signing, &request, call), SMITHY_OK);
    smithy_buffer_deinit(&out);
}

/* ---- keys ---- */

static smithy_str signature_with(smithy_signing_cache *cache) {
    signing.cache = cache;
    assert_int_equal(smithy_sigv4_sign(&signing, &request, call), SMITHY_OK);
    return smithy_headers_get(&request.headers, "Authorization");
}

/* Parts too long to be remembered are not mixed up with others: the key is derived each time. */
static void a_cache_changes_no_signature_however_long_its_parts(void **state) {
    (void)state;
    static char text[512];
    static const size_t LENGTHS[] = {1, 40, 200, 250, 300, 500};
    smithy_signing_cache *cache = smithy_signing_cache_create(NULL);
    assert_non_null(cache);
    memset(text, 'r', sizeof text);
    for (size_t i = 0; i < 2 * sizeof LENGTHS / sizeof *LENGTHS; i++) {
        const smithy_str longer = {text, LENGTHS[i / 2]};
        credentials.secret_access_key = i % 2 ? longer : SMITHY_STR("not-a-real-secret");
        signing.region = i % 2 ? SMITHY_STR("eu-west-1") : longer;
        const smithy_str first = signature_with(cache), again = signature_with(cache), without = signature_with(NULL);
        assert_string_equal(first.ptr, without.ptr);
        assert_string_equal(again.ptr, without.ptr);
    }
    smithy_signing_cache_destroy(cache);
}

/* ---- what is made canonical ---- */

/* As a text: a buffer ends in a NUL. */
static void check_written(const smithy_buffer *out, const char *expected) {
    check_text(smithy_buffer_str(out), expected);
}

static void assert_canonical(const char *url, const char *header, const char *query, const char *canonical_header) {
    smithy_buffer out;
    smithy_str signed_headers = {0};
    char expected[512];
    smithy_buffer_init(&out, NULL, 4096);
    smithy_http_request one = {.method = SMITHY_STR_INIT("GET"), .url = smithy_str_from(url)};
    assert_int_equal(smithy_headers_add(&one.headers, SMITHY_STR("X-Test"), smithy_str_from(header), call), SMITHY_OK);
    assert_int_equal(smithy_sigv4_canonical_request(&signing, &one, &out, &signed_headers, call), SMITHY_OK);
    snprintf(expected, sizeof expected, "GET\n/\n%s\n", query);
    assert_memory_equal(out.ptr, expected, strlen(expected));
    snprintf(expected, sizeof expected, "\nx-test:%s\n", canonical_header);
    assert_non_null(strstr(out.ptr, expected));
    smithy_buffer_deinit(&out);
}

static void odd_queries_and_headers_become_canonical(void **state) {
    (void)state;
    assert_canonical("https://example.com/?&&b=2&a", "v", "a=&b=2", "v");
    assert_canonical("https://example.com/?a=%41&a=%4&a=%zz&a=%4g&a=%", "v", "a=%25&a=%254&a=%254g&a=%25zz&a=%41", "v");
    assert_canonical("https://example.com/?a=1&a=1&a=0", "v", "a=0&a=1&a=1", "v");
    assert_canonical("https://example.com/?a=b c%20d", "v", "a=b%20c%20d", "v");
    assert_canonical("https://example.com/?", " \t a \r\n b\t\tc ", "", "a b c");
    assert_canonical("https://example.com", "a\x01z", "", "a\x01z");
}

/* As the published suite has it (get-header-key-duplicate). */
static void headers_of_one_name_are_joined_in_the_order_in_which_they_came(void **state) {
    (void)state;
    static const char *const HEADERS[][2] = {
        {"My-Header1", "value2"}, {"Zebra", "z"}, {"my-header1", "value2"}, {"MY-HEADER1", " value1 "}, {"A", "a"}};
    smithy_buffer out;
    smithy_str signed_headers = {0};
    smithy_buffer_init(&out, NULL, 4096);
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
        assert_int_equal(
            smithy_headers_add(&request.headers, smithy_str_from(HEADERS[i][0]), smithy_str_from(HEADERS[i][1]), call),
            SMITHY_OK);
    assert_int_equal(smithy_sigv4_canonical_request(&signing, &request, &out, &signed_headers, call), SMITHY_OK);
    check_written(&out, "POST\n/\n\n"
                        "a:a\nhost:example.com\nmy-header1:value2,value2,value1\nzebra:z\n\n"
                        "a;host;my-header1;zebra\n"
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_text(signed_headers, "a;host;my-header1;zebra");
    smithy_buffer_deinit(&out);
}

static void what_is_signed_names_the_day_the_scope_and_the_digest_of_the_request(void **state) {
    (void)state;
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 4096);
    assert_int_equal(smithy_sigv4_string_to_sign(&signing, SMITHY_STR(""), &out), SMITHY_OK);
    check_written(&out, "AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/eu-west-1/logs/aws4_request\n"
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    smithy_buffer_deinit(&out);
}

/* ---- memory and digests that are not to be had ---- */

static smithy_status sign_in_every_way(void) {
    uint8_t key[SMITHY_SHA256_SIZE];
    smithy_buffer canonical, to_sign;
    smithy_str signed_headers = {0};
    smithy_chunk_chain chain = {0};
    smithy_call_clear_error(call);
    smithy_buffer_init(&canonical, NULL, 4096);
    smithy_buffer_init(&to_sign, NULL, 4096);
    smithy_status status = smithy_sigv4_sign(&signing, &request, call);
    if (status == SMITHY_OK) status = smithy_chunk_chain_begin(&chain, &signing, &request, call);
    if (status == SMITHY_OK)
        status = smithy_sigv4_canonical_request(&signing, &request, &canonical, &signed_headers, call);
    if (status == SMITHY_OK) status = smithy_sigv4_string_to_sign(&signing, smithy_buffer_str(&canonical), &to_sign);
    if (status == SMITHY_OK) status = smithy_sigv4_key(&signing, key);
    smithy_chunk_chain_deinit(&chain);
    smithy_buffer_deinit(&to_sign);
    smithy_buffer_deinit(&canonical);
    return status;
}

static void what_is_not_to_be_had_is_told(void **state) {
    (void)state;
    static const uint8_t BODY[] = "body";
    if (torture_is_wanted()) skip(); /* It does the same to the whole test. */
    request.body.bytes = (smithy_bytes){BODY, 4};
    request.url = SMITHY_STR("https://example.com/?a=b c&d");
    signing.add_content_sha256 = true;
    for (int kind = 0; kind < TORTURE_KINDS; kind++) {
        size_t places = 1;
        for (size_t at = 1; at <= places + 1; at++) {
            torture_arm((torture_kind)kind, at, false);
            const smithy_status status = sign_in_every_way();
            places = torture_disarm().places[kind];
            assert_int_equal(status, at <= places ? SMITHY_ERROR_MEMORY : SMITHY_OK);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_signed_without_credentials_region_or_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_secret_that_is_none_gives_no_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_date_beyond_the_calendar_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cache_changes_no_signature_however_long_its_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(odd_queries_and_headers_become_canonical, set_up, tear_down),
        cmocka_unit_test_setup_teardown(headers_of_one_name_are_joined_in_the_order_in_which_they_came, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_signed_names_the_day_the_scope_and_the_digest_of_the_request, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_to_be_had_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("signing, at its edges", tests, NULL, NULL);
}
