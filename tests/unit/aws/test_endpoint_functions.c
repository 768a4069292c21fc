#include <smithy/endpoint.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int setup(void **state) {
    *state = smithy_call_create(NULL);
    return *state ? 0 : -1;
}

static int teardown(void **state) {
    smithy_call_destroy(*state);
    return 0;
}

static void assert_text(smithy_str actual, const char *expected) {
    assert_non_null(actual.ptr);
    assert_int_equal(actual.len, strlen(expected));
    assert_memory_equal(actual.ptr, expected, actual.len);
}

/* ---- parseArn ---- */

static void an_arn_has_its_resource_split_at_colons_and_slashes(void **state) {
    smithy_arn arn;
    assert_true(smithy_endpoint_parse_arn(SMITHY_STR("arn:aws:s3:us-west-2:123:accesspoint/name:x"), &arn, *state));
    assert_text(arn.partition, "aws");
    assert_text(arn.service, "s3");
    assert_text(arn.region, "us-west-2");
    assert_text(arn.account_id, "123");
    assert_int_equal(arn.resource_id.count, 3);
    assert_text(arn.resource_id.items[0], "accesspoint");
    assert_text(arn.resource_id.items[1], "name");
    assert_text(arn.resource_id.items[2], "x");
}

static void region_and_account_of_an_arn_may_be_empty_and_so_may_parts_of_the_resource(void **state) {
    smithy_arn arn;
    assert_true(smithy_endpoint_parse_arn(SMITHY_STR("arn:aws:s3:::a//"), &arn, *state));
    assert_text(arn.region, "");
    assert_text(arn.account_id, "");
    assert_int_equal(arn.resource_id.count, 3);
    assert_text(arn.resource_id.items[1], "");
    assert_text(arn.resource_id.items[2], "");
}

static void what_is_no_arn_is_refused(void **state) {
    static const char *const TEXTS[] = {
        "", "arn", "arn:aws:s3:r:a", "arn:aws:s3:r:a:", "arn::s3:r:a:x", "arn:aws::r:a:x", "nra:aws:s3:r:a:x", "11111",
    };
    smithy_arn arn;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        assert_false(smithy_endpoint_parse_arn(smithy_str_from(TEXTS[i]), &arn, *state));
    assert_false(smithy_endpoint_parse_arn(smithy_str_from(NULL), &arn, *state));
}

/* ---- parseURL ---- */

static void a_url_has_its_path_as_written_and_normalized(void **state) {
    smithy_endpoint_url url;
    assert_true(smithy_endpoint_parse_url(SMITHY_STR("https://example.com:8443/a/b"), &url, *state));
    assert_text(url.scheme, "https");
    assert_text(url.authority, "example.com:8443");
    assert_text(url.path, "/a/b");
    assert_text(url.normalized_path, "/a/b/");
    assert_false(url.is_ip);
    assert_true(smithy_endpoint_parse_url(SMITHY_STR("http://example.com"), &url, *state));
    assert_int_equal(url.path.len, 0);
    assert_text(url.normalized_path, "/");
    assert_true(smithy_endpoint_parse_url(SMITHY_STR("http://example.com/a/"), &url, *state));
    assert_text(url.normalized_path, "/a/");
}

static void addresses_are_told_from_names(void **state) {
    smithy_endpoint_url url;
    assert_true(smithy_endpoint_parse_url(SMITHY_STR("http://127.0.0.1:9000"), &url, *state));
    assert_true(url.is_ip);
    assert_true(smithy_endpoint_parse_url(SMITHY_STR("https://[fe80::1]"), &url, *state));
    assert_true(url.is_ip);
    assert_text(url.authority, "[fe80::1]");
    assert_true(smithy_endpoint_parse_url(SMITHY_STR("https://127.0.0.1.example"), &url, *state));
    assert_false(url.is_ip);
}

static void a_url_with_a_query_or_another_scheme_is_refused(void **state) {
    smithy_endpoint_url url;
    assert_false(smithy_endpoint_parse_url(SMITHY_STR("https://example.com:8443?foo=bar&faz=baz"), &url, *state));
    assert_false(smithy_endpoint_parse_url(SMITHY_STR("https://example.com/?"), &url, *state));
    assert_false(smithy_endpoint_parse_url(SMITHY_STR("wss://example.com"), &url, *state));
    assert_false(smithy_endpoint_parse_url(SMITHY_STR("example.com"), &url, *state));
    assert_false(smithy_endpoint_parse_url(smithy_str_from(NULL), &url, *state));
}

/* ---- names ---- */

static void a_substring_counts_from_either_end(void **state) {
    (void)state;
    smithy_str part;
    assert_true(smithy_endpoint_substring(SMITHY_STR("abcdefg"), 0, 4, false, &part));
    assert_text(part, "abcd");
    assert_true(smithy_endpoint_substring(SMITHY_STR("abcdefg"), 0, 4, true, &part));
    assert_text(part, "defg");
    assert_true(smithy_endpoint_substring(SMITHY_STR("abcdefg"), 1, 3, true, &part));
    assert_text(part, "ef");
    assert_true(smithy_endpoint_substring(SMITHY_STR("abcd"), 0, 4, false, &part));
    assert_text(part, "abcd");
}

static void a_substring_of_short_or_non_ascii_text_is_nothing(void **state) {
    (void)state;
    smithy_str part;
    assert_false(smithy_endpoint_substring(SMITHY_STR("abc"), 0, 4, false, &part));
    assert_false(smithy_endpoint_substring(SMITHY_STR(""), 0, 1, true, &part));
    assert_false(smithy_endpoint_substring(SMITHY_STR("abc"), 2, 2, false, &part));
    assert_false(smithy_endpoint_substring(SMITHY_STR("abc"), -1, 2, false, &part));
    assert_false(smithy_endpoint_substring(SMITHY_STR("ab\xc3\xa9"), 0, 2, false, &part));
    assert_false(smithy_endpoint_substring(smithy_str_from(NULL), 0, 1, false, &part));
}

static void host_labels_are_letters_digits_and_inner_hyphens(void **state) {
    (void)state;
    char label[65];
    memset(label, 'a', sizeof label - 1);
    label[64] = '\0';
    assert_true(smithy_endpoint_is_valid_host_label(SMITHY_STR("Ab-9"), false));
    assert_true(smithy_endpoint_is_valid_host_label((smithy_str){label, 63}, false));
    assert_false(smithy_endpoint_is_valid_host_label((smithy_str){label, 64}, false));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR(""), false));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR("-a"), false));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR("a-"), false));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR("a_b"), false));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR("a.b"), false));
    assert_false(smithy_endpoint_is_valid_host_label((smithy_str){"a\0b", 3}, true));
}

static void each_label_between_dots_must_be_one(void **state) {
    (void)state;
    assert_true(smithy_endpoint_is_valid_host_label(SMITHY_STR("a.b.c-d"), true));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR("a..b"), true));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR("a."), true));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR(".a"), true));
    assert_false(smithy_endpoint_is_valid_host_label(SMITHY_STR(""), true));
    assert_false(smithy_endpoint_is_valid_host_label(smithy_str_from(NULL), true));
}

static void buckets_that_can_stand_in_a_host_name_are_known(void **state) {
    (void)state;
    assert_true(smithy_endpoint_is_virtual_hostable_s3_bucket(SMITHY_STR("my-bucket"), false));
    assert_true(smithy_endpoint_is_virtual_hostable_s3_bucket(SMITHY_STR("my.bucket"), true));
    assert_true(smithy_endpoint_is_virtual_hostable_s3_bucket(SMITHY_STR("1.2.3.4.5"), true));
    assert_false(smithy_endpoint_is_virtual_hostable_s3_bucket(SMITHY_STR("my.bucket"), false));
    assert_false(smithy_endpoint_is_virtual_hostable_s3_bucket(SMITHY_STR("ab"), false));
    assert_false(smithy_endpoint_is_virtual_hostable_s3_bucket(SMITHY_STR("Bucket"), true));
    assert_false(smithy_endpoint_is_virtual_hostable_s3_bucket(SMITHY_STR("192.168.5.4"), true));
    assert_false(smithy_endpoint_is_virtual_hostable_s3_bucket(SMITHY_STR("a.-b"), true));
}

static void encoding_leaves_only_unreserved_characters(void **state) {
    assert_text(smithy_endpoint_uri_encode(SMITHY_STR("a b/c~\xc3\xa9"), *state), "a%20b%2Fc~%C3%A9");
    assert_text(smithy_endpoint_uri_encode(SMITHY_STR(""), *state), "");
    assert_null(smithy_endpoint_uri_encode(smithy_str_from(NULL), *state).ptr);
}

/* ---- lists ---- */

static void split_keeps_empty_parts(void **state) {
    const smithy_str_list parts = smithy_endpoint_split(SMITHY_STR("--a----b"), SMITHY_STR("--"), 0, *state);
    assert_int_equal(parts.count, 4);
    assert_text(parts.items[0], "");
    assert_text(parts.items[1], "a");
    assert_text(parts.items[2], "");
    assert_text(parts.items[3], "b");
    assert_int_equal(smithy_endpoint_split(SMITHY_STR("--"), SMITHY_STR("--"), 0, *state).count, 2);
    assert_int_equal(smithy_endpoint_split(SMITHY_STR(""), SMITHY_STR("--"), 0, *state).count, 1);
}

static void split_leaves_the_rest_in_the_last_part_of_a_limit(void **state) {
    const smithy_str_list parts = smithy_endpoint_split(SMITHY_STR("a--b--c"), SMITHY_STR("--"), 2, *state);
    assert_int_equal(parts.count, 2);
    assert_text(parts.items[1], "b--c");
    const smithy_str_list whole = smithy_endpoint_split(SMITHY_STR("a--b"), SMITHY_STR("--"), 1, *state);
    assert_int_equal(whole.count, 1);
    assert_text(whole.items[0], "a--b");
    assert_null(smithy_endpoint_split(SMITHY_STR("a"), SMITHY_STR(""), 0, *state).items);
}

static void collecting_keeps_the_order_and_passes_absent_texts_over(void **state) {
    smithy_str_list list = {NULL, 0};
    assert_int_equal(smithy_endpoint_collect(&list, (smithy_str){NULL, 0}, *state), SMITHY_OK);
    assert_null(list.items);
    for (char c = 'a'; c <= 'q'; c++) {
        const smithy_str text = smithy_call_format(*state, "%c", c);
        assert_int_equal(smithy_endpoint_collect(&list, text, *state), SMITHY_OK);
    }
    assert_int_equal(list.count, 17);
    assert_text(list.items[0], "a");
    assert_text(list.items[7], "h");
    assert_text(list.items[8], "i");
    assert_text(list.items[16], "q");
}

static void items_count_from_either_end_and_are_absent_outside(void **state) {
    (void)state;
    const smithy_str items[] = {SMITHY_STR_INIT("a"), SMITHY_STR_INIT("b")};
    const smithy_str_list list = {items, 2};
    assert_text(smithy_endpoint_item(list, 1), "b");
    assert_text(smithy_endpoint_item(list, -2), "a");
    assert_null(smithy_endpoint_item(list, 2).ptr);
    assert_null(smithy_endpoint_item(list, -3).ptr);
    assert_null(smithy_endpoint_item((smithy_str_list){NULL, 0}, 0).ptr);
    assert_null(smithy_endpoint_item(list, INT32_MIN).ptr);
}

/* ---- templates ---- */

static void a_template_takes_its_texts_in_order_and_doubled_braces_are_braces(void **state) {
    assert_text(smithy_endpoint_format(*state, "https://{}.s3.{}/{{x}}", SMITHY_STR("b"), SMITHY_STR("r")),
                "https://b.s3.r/{x}");
    assert_text(smithy_endpoint_format(*state, "{}{}", SMITHY_STR("a{}"), smithy_str_from(NULL)), "a{}");
    assert_text(smithy_endpoint_format(*state, ""), "");
}

static void a_refusal_carries_its_message(void **state) {
    assert_int_equal(smithy_endpoint_error(*state, "no `{}` here", SMITHY_STR("%s")), SMITHY_ERROR_CONFIG);
    assert_string_equal(smithy_call_error(*state)->message, "no `%s` here");
}

static void a_signing_region_replaces_that_of_the_properties_and_headers_stay(void **state) {
    static const smithy_endpoint PROPERTIES = {
        .auth_scheme = SMITHY_STR_INIT("sigv4"),
        .signing_region = SMITHY_STR_INIT("old"),
        .disable_double_encoding = SMITHY_SET(true),
    };
    smithy_endpoint endpoint = {0};
    assert_int_equal(smithy_headers_add(&endpoint.headers, SMITHY_STR("x"), SMITHY_STR("y"), *state), SMITHY_OK);
    assert_int_equal(
        smithy_endpoint_with(&endpoint, *state, &PROPERTIES, SMITHY_STR("new"), "https://{}", SMITHY_STR("h")),
        SMITHY_OK);
    assert_text(endpoint.url, "https://h");
    assert_text(endpoint.signing_region, "new");
    assert_true(endpoint.disable_double_encoding.value);
    assert_int_equal(endpoint.headers.count, 1);
    assert_int_equal(smithy_endpoint_with(&endpoint, *state, &PROPERTIES, smithy_str_from(NULL), "https://h"),
                     SMITHY_OK);
    assert_text(endpoint.signing_region, "old");
}

static void a_memory_failure_on_the_way_is_the_end_whatever_the_rules_said(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.max_memory = 1});
    assert_non_null(call);
    smithy_endpoint endpoint = {.url = SMITHY_STR_INIT("https://wrong")};
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_null(smithy_endpoint_uri_encode((smithy_str){text, 1 << 20}, call).ptr);
    assert_int_equal(smithy_endpoint_finish(SMITHY_OK, &endpoint, call), SMITHY_ERROR_LIMIT);
    assert_null(endpoint.url.ptr);
    free(text);
    smithy_call_destroy(call);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_arn_has_its_resource_split_at_colons_and_slashes, setup, teardown),
        cmocka_unit_test_setup_teardown(region_and_account_of_an_arn_may_be_empty_and_so_may_parts_of_the_resource,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_arn_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_url_has_its_path_as_written_and_normalized, setup, teardown),
        cmocka_unit_test_setup_teardown(addresses_are_told_from_names, setup, teardown),
        cmocka_unit_test_setup_teardown(a_url_with_a_query_or_another_scheme_is_refused, setup, teardown),
        cmocka_unit_test(a_substring_counts_from_either_end),
        cmocka_unit_test(a_substring_of_short_or_non_ascii_text_is_nothing),
        cmocka_unit_test(host_labels_are_letters_digits_and_inner_hyphens),
        cmocka_unit_test(each_label_between_dots_must_be_one),
        cmocka_unit_test(buckets_that_can_stand_in_a_host_name_are_known),
        cmocka_unit_test_setup_teardown(encoding_leaves_only_unreserved_characters, setup, teardown),
        cmocka_unit_test_setup_teardown(split_keeps_empty_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(split_leaves_the_rest_in_the_last_part_of_a_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(collecting_keeps_the_order_and_passes_absent_texts_over, setup, teardown),
        cmocka_unit_test(items_count_from_either_end_and_are_absent_outside),
        cmocka_unit_test_setup_teardown(a_template_takes_its_texts_in_order_and_doubled_braces_are_braces, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_refusal_carries_its_message, setup, teardown),
        cmocka_unit_test_setup_teardown(a_signing_region_replaces_that_of_the_properties_and_headers_stay, setup,
                                        teardown),
        cmocka_unit_test(a_memory_failure_on_the_way_is_the_end_whatever_the_rules_said),
    };
    return cmocka_run_group_tests_name("endpoint functions", tests, NULL, NULL);
}
