/* What a client is told: options first, then the environment; and errors that say what to do. */
#include <setjmp.h>
#include <stdarg.h>

#include "fake_system.h"

#include "client/settings.h"

#include <cmocka.h>

static fake_system fake;
static smithy_call *call;

static int open_bench(void **state) {
    (void)state;
    fake_system_init(&fake, 1);
    const smithy_call_options options = {.system = &fake.system};
    call = smithy_call_create(&options);
    fake_system_set_env(&fake, "AWS_REGION", "eu-west-1");
    return call ? 0 : -1;
}

static int close_bench(void **state) {
    (void)state;
    smithy_call_destroy(call);
    fake_system_deinit(&fake);
    return 0;
}

static smithy_status resolve(aws_settings *settings, const smithy_client_options *options) {
    static const smithy_client_options DEFAULTS = {0};
    smithy_call_clear_error(call);
    return aws_settings_resolve(settings, "CloudWatch Logs", options ? options : &DEFAULTS, &fake.system, call);
}

static const char *message(void) {
    return smithy_call_error(call)->message;
}

static void the_defaults_are_those_of_the_sdks(void **state) {
    (void)state;
    aws_settings settings;
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_string_equal(settings.region.ptr, "eu-west-1");
    assert_null(settings.endpoint_url.ptr);
    assert_null(settings.app_id.ptr);
    assert_false(settings.use_fips);
    assert_false(settings.use_dual_stack);
    assert_true(settings.retries);
    assert_int_equal(settings.max_attempts, 0);
    assert_true(settings.calculates_checksums);
    assert_true(settings.validates_checksums);
    assert_true(settings.corrects_clock_skew);
}

static void the_region_is_the_options_then_aws_region_then_the_default_region(void **state) {
    (void)state;
    const smithy_client_options options = {.region = SMITHY_STR_INIT("us-east-1")};
    aws_settings settings;
    fake_system_set_env(&fake, "AWS_DEFAULT_REGION", "ap-south-1");
    assert_int_equal(resolve(&settings, &options), SMITHY_OK);
    assert_string_equal(settings.region.ptr, "us-east-1");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_string_equal(settings.region.ptr, "eu-west-1");
    fake_system_set_env(&fake, "AWS_REGION", "");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_string_equal(settings.region.ptr, "ap-south-1");
}

static void a_region_is_never_guessed(void **state) {
    (void)state;
    aws_settings settings;
    fake_system_set_env(&fake, "AWS_REGION", NULL);
    assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "no Region: set AWS_REGION, for example to eu-west-1");
}

static void a_region_that_would_change_the_host_is_refused(void **state) {
    (void)state;
    static const char *const BAD[] = {"eu-west-1.evil.com/", "eu west", "-eu", "eu-", "eu_west_1", "a@b"};
    aws_settings settings;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_REGION", BAD[i]);
        assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
        assert_non_null(strstr(message(), "AWS_REGION is \""));
    }
}

static void the_services_own_endpoint_wins(void **state) {
    (void)state;
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("http://localhost:1")};
    aws_settings settings;
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL", "http://localhost:3");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://localhost:3");
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://localhost:2");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://localhost:2");
    fake_system_set_env(&fake, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_null(settings.endpoint_url.ptr);
    assert_int_equal(resolve(&settings, &options), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://localhost:1");
}

static void a_bad_endpoint_is_told_with_its_source(void **state) {
    (void)state;
    static const char *const BAD[] = {"localhost:8080", "ftp://x", "http://", "http://a/?q=1", "http://a b/"};
    aws_settings settings;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", BAD[i]);
        assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
        assert_non_null(strstr(message(), "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"));
        assert_non_null(strstr(message(), BAD[i]));
    }
}

static void booleans_are_true_or_false_and_nothing_else(void **state) {
    (void)state;
    aws_settings settings;
    fake_system_set_env(&fake, "AWS_USE_FIPS_ENDPOINT", "True");
    fake_system_set_env(&fake, "AWS_USE_DUALSTACK_ENDPOINT", "false");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_true(settings.use_fips);
    assert_false(settings.use_dual_stack);
    fake_system_set_env(&fake, "AWS_USE_DUALSTACK_ENDPOINT", "yes");
    assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "AWS_USE_DUALSTACK_ENDPOINT is \"yes\": true or false is allowed");
    const smithy_client_options options = {.use_dual_stack = SMITHY_SET(true)};
    assert_int_equal(resolve(&settings, &options), SMITHY_OK);
    assert_true(settings.use_dual_stack);
}

static void retry_modes_that_are_not_here_are_refused(void **state) {
    (void)state;
    const smithy_client_options standard = {.retry_mode = SMITHY_RETRY_STANDARD},
                                off = {.retry_mode = SMITHY_RETRY_OFF};
    aws_settings settings;
    fake_system_set_env(&fake, "AWS_RETRY_MODE", "adaptive");
    assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "AWS_RETRY_MODE is \"adaptive\": only standard is supported");
    assert_int_equal(resolve(&settings, &standard), SMITHY_OK);
    assert_true(settings.retries);
    assert_int_equal(resolve(&settings, &off), SMITHY_OK);
    assert_false(settings.retries);
    fake_system_set_env(&fake, "AWS_RETRY_MODE", "standard");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
}

static void attempts_are_a_number_from_1(void **state) {
    (void)state;
    static const char *const BAD[] = {"0", "-1", "three", "1.5", "101", "99999999999999999999"};
    const smithy_client_options options = {.max_attempts = 2}, negative = {.max_attempts = -1};
    aws_settings settings;
    fake_system_set_env(&fake, "AWS_MAX_ATTEMPTS", "7");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_int_equal(settings.max_attempts, 7);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_MAX_ATTEMPTS", BAD[i]);
        assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
        assert_non_null(strstr(message(), "AWS_MAX_ATTEMPTS"));
    }
    assert_int_equal(resolve(&settings, &options), SMITHY_OK);
    assert_int_equal(settings.max_attempts, 2);
    assert_int_equal(resolve(&settings, &negative), SMITHY_ERROR_CONFIG);
}

static void checksums_may_be_asked_for_only_where_required(void **state) {
    (void)state;
    aws_settings settings;
    fake_system_set_env(&fake, "AWS_REQUEST_CHECKSUM_CALCULATION", "WHEN_REQUIRED");
    fake_system_set_env(&fake, "AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_false(settings.calculates_checksums);
    assert_false(settings.validates_checksums);
    fake_system_set_env(&fake, "AWS_RESPONSE_CHECKSUM_VALIDATION", "never");
    assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
}

static void compression_may_be_turned_off_or_begin_elsewhere(void **state) {
    (void)state;
    static const char *const BAD[] = {"-1", "10485761", "many", "1e3"};
    aws_settings settings;
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_true(settings.compresses_requests);
    assert_int_equal(settings.min_compression_bytes, 10240);
    fake_system_set_env(&fake, "AWS_DISABLE_REQUEST_COMPRESSION", "True");
    fake_system_set_env(&fake, "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "10485760");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_false(settings.compresses_requests);
    assert_int_equal(settings.min_compression_bytes, 10485760);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", BAD[i]);
        assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
        assert_non_null(strstr(message(), "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES"));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

static void accounts_have_endpoints_of_their_own_unless_told_otherwise(void **state) {
    (void)state;
    aws_settings settings;
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_string_equal(settings.account_id_endpoint_mode.ptr, "preferred");
    fake_system_set_env(&fake, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "Required");
    assert_int_equal(resolve(&settings, NULL), SMITHY_OK);
    assert_string_equal(settings.account_id_endpoint_mode.ptr, "required");
    fake_system_set_env(&fake, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "sometimes");
    assert_int_equal(resolve(&settings, NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "AWS_ACCOUNT_ID_ENDPOINT_MODE is \"sometimes\": preferred, disabled or required is"
                                   " allowed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_defaults_are_those_of_the_sdks),
        TEST(the_region_is_the_options_then_aws_region_then_the_default_region),
        TEST(a_region_is_never_guessed),
        TEST(a_region_that_would_change_the_host_is_refused),
        TEST(the_services_own_endpoint_wins),
        TEST(a_bad_endpoint_is_told_with_its_source),
        TEST(booleans_are_true_or_false_and_nothing_else),
        TEST(retry_modes_that_are_not_here_are_refused),
        TEST(attempts_are_a_number_from_1),
        TEST(accounts_have_endpoints_of_their_own_unless_told_otherwise),
        TEST(checksums_may_be_asked_for_only_where_required),
        TEST(compression_may_be_turned_off_or_begin_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
