/* Static and environment credentials. */
#include <setjmp.h>
#include <stdarg.h>

#include "fake_system.h"

#include <smithy/credentials.h>

#include <cmocka.h>

typedef struct bench {
    fake_system fake;
    smithy_call *call;
} bench;

static bench shared;

static int open_bench(void **state) {
    fake_system_init(&shared.fake, 1);
    const smithy_call_options options = {.system = &shared.fake.system};
    shared.call = smithy_call_create(&options);
    assert_non_null(shared.call);
    *state = &shared;
    return shared.call ? 0 : -1;
}

static int close_bench(void **state) {
    (void)state;
    smithy_call_destroy(shared.call);
    const size_t left = shared.fake.live_blocks;
    fake_system_deinit(&shared.fake);
    return left == 0 ? 0 : -1;
}

static smithy_status get(bench *b, smithy_credentials_provider *provider, smithy_credentials *credentials) {
    *credentials = (smithy_credentials){0};
    smithy_call_clear_error(b->call);
    return provider->get(provider, credentials, b->call);
}

static void the_environment_is_read_at_each_get(void **state) {
    bench *b = *state;
    smithy_credentials credentials;
    smithy_credentials_provider *provider = smithy_credentials_default(b->call);
    assert_non_null(provider);
    assert_int_equal(get(b, provider, &credentials), SMITHY_ERROR_CREDENTIALS);
    fake_system_set_env(&b->fake, "AWS_ACCESS_KEY_ID", " AKID\n");
    fake_system_set_env(&b->fake, "AWS_SECRET_ACCESS_KEY", "secret");
    assert_int_equal(get(b, provider, &credentials), SMITHY_OK);
    assert_string_equal(credentials.access_key_id.ptr, "AKID");
    assert_string_equal(credentials.secret_access_key.ptr, "secret");
    assert_null(credentials.session_token.ptr);
    assert_null(credentials.account_id.ptr);
    assert_int_equal(credentials.expires_ms, 0);
    smithy_credentials_deinit(&credentials);
    fake_system_set_env(&b->fake, "AWS_SESSION_TOKEN", "token");
    fake_system_set_env(&b->fake, "AWS_ACCOUNT_ID", "123456789012");
    assert_int_equal(get(b, provider, &credentials), SMITHY_OK);
    assert_string_equal(credentials.session_token.ptr, "token");
    assert_string_equal(credentials.account_id.ptr, "123456789012");
    smithy_credentials_deinit(&credentials);
    smithy_credentials_provider_destroy(provider);
}

static void half_a_pair_is_an_error_that_names_the_half(void **state) {
    bench *b = *state;
    smithy_credentials credentials;
    smithy_credentials_provider *provider = smithy_credentials_environment(b->call);
    assert_non_null(provider);
    fake_system_set_env(&b->fake, "AWS_SECRET_ACCESS_KEY", "secret");
    fake_system_set_env(&b->fake, "AWS_ACCESS_KEY_ID", " \t");
    assert_int_equal(get(b, provider, &credentials), SMITHY_ERROR_CREDENTIALS);
    assert_string_equal(smithy_call_error(b->call)->message,
                        "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
    smithy_credentials_provider_destroy(provider);
}

static void a_token_that_would_break_a_header_is_refused_and_not_told(void **state) {
    bench *b = *state;
    smithy_credentials credentials;
    smithy_credentials_provider *provider = smithy_credentials_environment(b->call);
    assert_non_null(provider);
    fake_system_set_env(&b->fake, "AWS_ACCESS_KEY_ID", "AKID");
    fake_system_set_env(&b->fake, "AWS_SECRET_ACCESS_KEY", "secret");
    fake_system_set_env(&b->fake, "AWS_SESSION_TOKEN", "to\r\nken");
    assert_int_equal(get(b, provider, &credentials), SMITHY_ERROR_CREDENTIALS);
    assert_null(strstr(smithy_call_error(b->call)->message, "ken\""));
    assert_null(strstr(smithy_call_error(b->call)->message, "secret\""));
    smithy_credentials_provider_destroy(provider);
}

static void static_keys_are_copied(void **state) {
    bench *b = *state;
    char secret[] = "secret";
    smithy_credentials credentials;
    smithy_credentials_provider *provider =
        smithy_credentials_static(SMITHY_STR("AKID"), smithy_str_from(secret), SMITHY_STR(""), b->call);
    assert_non_null(provider);
    memset(secret, 'x', sizeof secret - 1);
    assert_int_equal(get(b, provider, &credentials), SMITHY_OK);
    assert_string_equal(credentials.secret_access_key.ptr, "secret");
    assert_null(credentials.session_token.ptr);
    assert_string_equal(credentials.source, "static");
    smithy_credentials_deinit(&credentials);
    smithy_credentials_provider_destroy(provider);
}

static void static_keys_without_a_secret_are_refused(void **state) {
    bench *b = *state;
    assert_null(smithy_credentials_static(SMITHY_STR("AKID"), (smithy_str){0}, (smithy_str){0}, b->call));
    assert_int_equal(smithy_call_status(b->call), SMITHY_ERROR_CREDENTIALS);
}

static void a_copy_may_replace_what_it_copies(void **state) {
    bench *b = *state;
    const smithy_credentials first = {.access_key_id = SMITHY_STR_INIT("a"),
                                      .secret_access_key = SMITHY_STR_INIT("b"),
                                      .expires_ms = 5,
                                      .source = "static"};
    smithy_credentials credentials = {0};
    assert_int_equal(smithy_credentials_copy(&credentials, &first, &b->fake.system), SMITHY_OK);
    assert_int_equal(smithy_credentials_copy(&credentials, &credentials, &b->fake.system), SMITHY_OK);
    assert_string_equal(credentials.secret_access_key.ptr, "b");
    assert_int_equal(credentials.expires_ms, 5);
    smithy_credentials_deinit(&credentials);
    assert_null(credentials.access_key_id.ptr);
}

static void memory_may_run_out(void **state) {
    bench *b = *state;
    smithy_credentials credentials;
    b->fake.fail_ever_after = true;
    b->fake.fail_allocation = 1;
    assert_null(smithy_credentials_environment(b->call));
    assert_int_equal(smithy_call_status(b->call), SMITHY_ERROR_MEMORY);
    b->fake.fail_allocation = 0;
    smithy_call_clear_error(b->call);
    smithy_credentials_provider *provider =
        smithy_credentials_static(SMITHY_STR("AKID"), SMITHY_STR("b"), (smithy_str){0}, b->call);
    assert_non_null(provider);
    b->fake.fail_allocation = 1;
    assert_int_equal(get(b, provider, &credentials), SMITHY_ERROR_MEMORY);
    b->fake.fail_allocation = 0;
    smithy_credentials_provider_destroy(provider);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_environment_is_read_at_each_get, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(half_a_pair_is_an_error_that_names_the_half, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_token_that_would_break_a_header_is_refused_and_not_told, open_bench,
                                        close_bench),
        cmocka_unit_test_setup_teardown(static_keys_are_copied, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(static_keys_without_a_secret_are_refused, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_copy_may_replace_what_it_copies, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(memory_may_run_out, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
