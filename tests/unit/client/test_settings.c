/* What a client is told: options first, then the environment, then the profile; and errors that say what to do. */
#include <setjmp.h>
#include <stdarg.h>

#include "fake_system.h"

#include "client/client_internal.h"

#include <cmocka.h>

#include <stdio.h>

static const smithy_service LOGS = {.id = "CloudWatch Logs"};

/* With settings of its own, as S3 has them. */
typedef struct own_settings {
    smithy_opt_bool use_arn_region;
    smithy_opt_bool force_path_style;
    smithy_opt_bool use_global_endpoint;
} own_settings;
static const smithy_service_setting OWN_SETTINGS[] = {
    {.name = "s3_use_arn_region",
     .option = "use_arn_region",
     .variable = "AWS_S3_USE_ARN_REGION",
     .key = "s3_use_arn_region",
     .block = "s3",
     .block_key = "use_arn_region",
     .offset = offsetof(own_settings, use_arn_region)},
    {.name = "addressing_style",
     .option = "force_path_style",
     .block = "s3",
     .block_key = "addressing_style",
     .offset = offsetof(own_settings, force_path_style),
     .words = (const char *const[]){"path", "virtual", "auto", NULL}},
    {.name = "regional_endpoint",
     .variable = "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
     .offset = offsetof(own_settings, use_global_endpoint),
     .words = (const char *const[]){"legacy", "regional", NULL}},
};
static const smithy_service S3 = {.id = "S3", .is_s3 = true, .settings = OWN_SETTINGS, .setting_count = 3};

static fake_system fake;
static smithy_call *call;
static aws_settings settings;

static int open_bench(void **state) {
    (void)state;
    fake_system_init(&fake, 1);
    const smithy_call_options options = {.system = &fake.system};
    call = smithy_call_create(&options);
    assert_non_null(call);
    fake_system_set_env(&fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&fake, "HOME", "/home/me");
    return call ? 0 : -1;
}

static int close_bench(void **state) {
    (void)state;
    aws_settings_deinit(&settings);
    smithy_call_destroy(call);
    const size_t left = fake.live_blocks;
    fake_system_deinit(&fake);
    return left == 0 ? 0 : -1;
}

/* What the file with profiles says, all of it. */
static void put_config(const char *text) {
    fake_system_put_file(&fake, "/home/me/.aws/config", text, strlen(text));
}

static smithy_status resolve_for(const smithy_service *service, const smithy_client_options *options,
                                 const own_settings *own, bool reads_files) {
    static const smithy_client_options DEFAULTS = {0};
    smithy_config *config = smithy_config_create(NULL, call);
    assert_non_null(config);
    const aws_settings_sources sources = {.service = service,
                                          .options = options ? options : &DEFAULTS,
                                          .own = own,
                                          .own_size = own ? sizeof *own : 0,
                                          .config = config,
                                          .reads_files = reads_files};
    smithy_call_clear_error(call);
    aws_settings_deinit(&settings);
    const smithy_status status = aws_settings_resolve(&settings, &sources, &fake.system, call);
    smithy_config_destroy(config); /* The settings keep what they need. */
    return status;
}

static smithy_status resolve(const smithy_client_options *options) {
    return resolve_for(&LOGS, options, NULL, true);
}

static smithy_status resolve_s3(const own_settings *own) {
    static const own_settings OPEN = {0};
    return resolve_for(&S3, NULL, own ? own : &OPEN, true);
}

static const char *message(void) {
    return smithy_call_error(call)->message;
}

static void the_defaults_are_those_of_the_sdks(void **state) {
    (void)state;
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.region.ptr, "eu-west-1");
    assert_null(settings.endpoint_url.ptr);
    assert_null(settings.app_id.ptr);
    assert_false(settings.use_fips);
    assert_false(settings.use_dual_stack);
    assert_true(settings.retries);
    assert_int_equal(settings.max_attempts, 3);
    assert_true(settings.calculates_checksums);
    assert_true(settings.validates_checksums);
    assert_true(settings.corrects_clock_skew);
}

static void the_region_is_the_options_then_aws_region_then_the_default_region(void **state) {
    (void)state;
    const smithy_client_options options = {.region = SMITHY_STR_INIT("us-east-1")};
    fake_system_set_env(&fake, "AWS_DEFAULT_REGION", "ap-south-1");
    assert_int_equal(resolve(&options), SMITHY_OK);
    assert_string_equal(settings.region.ptr, "us-east-1");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.region.ptr, "eu-west-1");
    fake_system_set_env(&fake, "AWS_REGION", "");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.region.ptr, "ap-south-1");
}

static void a_region_is_never_guessed(void **state) {
    (void)state;
    fake_system_set_env(&fake, "AWS_REGION", NULL);
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(),
                        "no Region: set AWS_REGION, for example to eu-west-1, or the key region in profile default");
}

static void a_region_that_would_change_the_host_is_refused(void **state) {
    (void)state;
    static const char *const BAD[] = {"eu-west-1.evil.com/", "eu west", "-eu", "eu-", "eu_west_1", "a@b"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_REGION", BAD[i]);
        assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
        assert_non_null(strstr(message(), "AWS_REGION is \""));
    }
}

static void the_services_own_endpoint_wins(void **state) {
    (void)state;
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("http://localhost:1")};
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL", "http://localhost:3");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://localhost:3");
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://localhost:2");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://localhost:2");
    fake_system_set_env(&fake, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_null(settings.endpoint_url.ptr);
    assert_int_equal(resolve(&options), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://localhost:1");
}

static void a_bad_endpoint_is_told_with_its_source(void **state) {
    (void)state;
    static const char *const BAD[] = {"localhost:8080", "ftp://x", "http://", "http://a/?q=1", "http://a b/"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", BAD[i]);
        assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
        assert_non_null(strstr(message(), "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"));
        assert_non_null(strstr(message(), BAD[i]));
    }
}

static void a_password_in_an_endpoint_is_refused_and_not_told(void **state) {
    (void)state;
    static const char *const BAD[] = {"https://me:hunter2@logs.example", "me:hunter2@logs.example:80"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_ENDPOINT_URL", BAD[i]);
        assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
        assert_string_equal(message(),
                            "the endpoint URL of AWS_ENDPOINT_URL has an @: a name or a password cannot be given");
    }
}

static void booleans_are_true_or_false_and_nothing_else(void **state) {
    (void)state;
    fake_system_set_env(&fake, "AWS_USE_FIPS_ENDPOINT", "True");
    fake_system_set_env(&fake, "AWS_USE_DUALSTACK_ENDPOINT", "false");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_true(settings.use_fips);
    assert_false(settings.use_dual_stack);
    fake_system_set_env(&fake, "AWS_USE_DUALSTACK_ENDPOINT", "yes");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "AWS_USE_DUALSTACK_ENDPOINT is \"yes\": true or false is allowed");
    const smithy_client_options options = {.use_dual_stack = SMITHY_SET(true)};
    assert_int_equal(resolve(&options), SMITHY_OK);
    assert_true(settings.use_dual_stack);
}

static void retry_modes_that_are_not_here_are_refused(void **state) {
    (void)state;
    const smithy_client_options standard = {.retry_mode = SMITHY_RETRY_STANDARD},
                                off = {.retry_mode = SMITHY_RETRY_OFF};
    fake_system_set_env(&fake, "AWS_RETRY_MODE", "adaptive");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(),
                        "AWS_RETRY_MODE is \"adaptive\": only standard is supported; set AWS_RETRY_MODE=standard");
    assert_int_equal(resolve(&standard), SMITHY_OK);
    assert_true(settings.retries);
    assert_int_equal(resolve(&off), SMITHY_OK);
    assert_false(settings.retries);
    fake_system_set_env(&fake, "AWS_RETRY_MODE", "standard");
    assert_int_equal(resolve(NULL), SMITHY_OK);
}

static void attempts_are_a_number_from_1(void **state) {
    (void)state;
    static const char *const BAD[] = {"0", "-1", "three", "1.5", "101", "99999999999999999999"};
    const smithy_client_options options = {.max_attempts = 2}, negative = {.max_attempts = -1};
    fake_system_set_env(&fake, "AWS_MAX_ATTEMPTS", "7");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_int_equal(settings.max_attempts, 7);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_MAX_ATTEMPTS", BAD[i]);
        assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
        assert_non_null(strstr(message(), "AWS_MAX_ATTEMPTS"));
    }
    assert_int_equal(resolve(&options), SMITHY_OK);
    assert_int_equal(settings.max_attempts, 2);
    assert_int_equal(resolve(&negative), SMITHY_ERROR_CONFIG);
}

static void checksums_may_be_asked_for_only_where_required(void **state) {
    (void)state;
    fake_system_set_env(&fake, "AWS_REQUEST_CHECKSUM_CALCULATION", "WHEN_REQUIRED");
    fake_system_set_env(&fake, "AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_false(settings.calculates_checksums);
    assert_false(settings.validates_checksums);
    fake_system_set_env(&fake, "AWS_RESPONSE_CHECKSUM_VALIDATION", "never");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
}

static void compression_may_be_turned_off_or_begin_elsewhere(void **state) {
    (void)state;
    static const char *const BAD[] = {"-1", "10485761", "many", "1e3"};
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_true(settings.compresses_requests);
    assert_int_equal(settings.min_compression_bytes, 10240);
    fake_system_set_env(&fake, "AWS_DISABLE_REQUEST_COMPRESSION", "True");
    fake_system_set_env(&fake, "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "10485760");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_false(settings.compresses_requests);
    assert_int_equal(settings.min_compression_bytes, 10485760);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fake_system_set_env(&fake, "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", BAD[i]);
        assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
        assert_non_null(strstr(message(), "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES"));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

static void accounts_have_endpoints_of_their_own_unless_told_otherwise(void **state) {
    (void)state;
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.account_id_endpoint_mode.ptr, "preferred");
    fake_system_set_env(&fake, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "Required");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.account_id_endpoint_mode.ptr, "required");
    fake_system_set_env(&fake, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "sometimes");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "AWS_ACCOUNT_ID_ENDPOINT_MODE is \"sometimes\": preferred, disabled or required is"
                                   " allowed");
}

/* ---- precedence, one row a setting ---- */

typedef struct precedence {
    const char *name;
    const char *variable;
    const char *key;
    const char *low, *high; /* Two values that are allowed. */
    const char *fallback;   /* NULL: none. */
} precedence;

static const precedence ROWS[] = {
    {"region", "AWS_REGION", "region", "us-east-1", "us-west-2", NULL},
    {"region", "AWS_DEFAULT_REGION", "region", "us-east-1", "us-west-2", NULL},
    {"endpoint_url", "AWS_ENDPOINT_URL", "endpoint_url", "http://a", "http://b", NULL},
    {"endpoint_url", "AWS_ENDPOINT_URL_S3", "endpoint_url", "http://a", "http://b", NULL},
    {"ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls",
     "false", "true", "false"},
    {"use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", "false", "true", "false"},
    {"use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", "true", "false", "false"},
    {"retry_mode", "AWS_RETRY_MODE", "retry_mode", "Standard", "standard", "standard"},
    {"max_attempts", "AWS_MAX_ATTEMPTS", "max_attempts", "7", "8", "3"},
    {"defaults_mode", "AWS_DEFAULTS_MODE", "defaults_mode", "legacy", "in-region", "standard"},
    {"request_checksum_calculation", "AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation",
     "when_required", "when_supported", "when_supported"},
    {"response_checksum_validation", "AWS_RESPONSE_CHECKSUM_VALIDATION", "response_checksum_validation",
     "when_required", "when_supported", "when_supported"},
    {"disable_clock_skew_correction", "AWS_DISABLE_CLOCK_SKEW_CORRECTION", "disable_clock_skew_correction", "true",
     "false", "false"},
    {"disable_request_compression", "AWS_DISABLE_REQUEST_COMPRESSION", "disable_request_compression", "true", "false",
     "false"},
    {"request_min_compression_size_bytes", "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
     "request_min_compression_size_bytes", "1", "2", "10240"},
    {"ca_bundle", "AWS_CA_BUNDLE", "ca_bundle", "/a.pem", "/b.pem", NULL},
    {"sdk_ua_app_id", "AWS_SDK_UA_APP_ID", "sdk_ua_app_id", "one", "two", NULL},
    {"s3_use_arn_region", "AWS_S3_USE_ARN_REGION", "s3_use_arn_region", "true", "false", NULL},
};

static smithy_named_setting setting_of(const smithy_service *service, const char *name) {
    smithy_named_setting setting;
    for (size_t i = 0; aws_settings_list(&settings, service, i, &setting); i++)
        if (strcmp(setting.name, name) == 0) return setting;
    return (smithy_named_setting){0};
}

static void check_setting(const precedence *row, const char *value, const char *source) {
    if (resolve_s3(NULL) != SMITHY_OK) fail_msg("%s: %s", row->name, message());
    const smithy_named_setting setting = setting_of(&S3, row->name);
    if (value)
        assert_string_equal(setting.value.ptr, value);
    else
        assert_null(setting.value.ptr);
    assert_string_equal(setting.source.ptr, source);
}

static void the_environment_wins_over_the_profile_which_wins_over_the_default(void **state) {
    (void)state;
    static const char SOURCE[] = "profile default in /home/me/.aws/config";
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const precedence *row = &ROWS[i];
        const bool is_region = strcmp(row->name, "region") == 0;
        char config[256];
        put_config("");
        if (is_region) fake_system_set_env(&fake, "AWS_REGION", NULL);
        if (!is_region) check_setting(row, row->fallback, "default");
        snprintf(config, sizeof config, "[default]\n%s = %s\n", row->key, row->low);
        put_config(config);
        check_setting(row, row->low, SOURCE);
        fake_system_set_env(&fake, row->variable, row->high);
        check_setting(row, row->high, row->variable);
        fake_system_set_env(&fake, row->variable, " ");
        check_setting(row, row->low, SOURCE);
        fake_system_set_env(&fake, row->variable, NULL);
        fake_system_set_env(&fake, "AWS_REGION", "eu-west-1");
    }
}

static void options_win_over_all_else(void **state) {
    (void)state;
    const smithy_client_options options = {.region = SMITHY_STR_INIT("us-east-2"),
                                           .endpoint_url = SMITHY_STR_INIT("http://c"),
                                           .use_fips = SMITHY_SET(false),
                                           .use_dual_stack = SMITHY_SET(false),
                                           .retry_mode = SMITHY_RETRY_OFF,
                                           .max_attempts = 9,
                                           .app_id = SMITHY_STR_INIT("three")};
    static const char *const EXPECTED[][3] = {
        {"region", "us-east-2", "the option region"},
        {"endpoint_url", "http://c", "the option endpoint_url"},
        {"use_fips_endpoint", "false", "the option use_fips"},
        {"use_dualstack_endpoint", "false", "the option use_dual_stack"},
        {"retry_mode", "off", "the option retry_mode"},
        {"max_attempts", "9", "the option max_attempts"},
        {"sdk_ua_app_id", "three", "the option app_id"},
    };
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL", "http://b");
    fake_system_set_env(&fake, "AWS_USE_FIPS_ENDPOINT", "true");
    fake_system_set_env(&fake, "AWS_USE_DUALSTACK_ENDPOINT", "true");
    fake_system_set_env(&fake, "AWS_RETRY_MODE", "standard");
    fake_system_set_env(&fake, "AWS_MAX_ATTEMPTS", "2");
    fake_system_set_env(&fake, "AWS_SDK_UA_APP_ID", "two");
    assert_int_equal(resolve(&options), SMITHY_OK);
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        const smithy_named_setting setting = setting_of(&LOGS, EXPECTED[i][0]);
        assert_string_equal(setting.value.ptr, EXPECTED[i][1]);
        assert_string_equal(setting.source.ptr, EXPECTED[i][2]);
    }
    assert_false(settings.use_fips);
    assert_false(settings.retries);
    assert_int_equal(settings.max_attempts, 9);
}

static void what_a_profile_says_wrong_is_told_with_its_place(void **state) {
    (void)state;
    put_config("[default]\nuse_fips_endpoint = yes\n");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "use_fips_endpoint in profile default in /home/me/.aws/config is \"yes\": true or "
                                   "false is allowed");
    put_config("[default]\ns3 =\n  addressing_style = dns\n");
    assert_int_equal(resolve_s3(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "s3.addressing_style in profile default in /home/me/.aws/config is \"dns\": path, "
                                   "virtual or auto is allowed");
    put_config("[default]\nretry_mode = legacy\n");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "retry_mode in profile default in /home/me/.aws/config is \"legacy\": only standard "
                                   "is supported; set AWS_RETRY_MODE=standard");
    put_config("[default]\ndefaults_mode = auto\n");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(message(), "set AWS_DEFAULTS_MODE=standard"));
}

static void endpoints_go_from_the_narrow_to_the_wide_and_from_near_to_far(void **state) {
    (void)state;
    put_config("[default]\nendpoint_url = http://4\nservices = local\n"
               "[services local]\ncloudwatch_logs =\n  endpoint_url = http://3 # of the laptop\n");
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL", "http://2");
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://1");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://1");
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", NULL);
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://2");
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL", NULL);
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://3");
    assert_string_equal(setting_of(&LOGS, "endpoint_url").source.ptr, "services local in /home/me/.aws/config");
    assert_int_equal(resolve_s3(NULL), SMITHY_OK);
    assert_string_equal(settings.endpoint_url.ptr, "http://4");
    fake_system_set_env(&fake, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_null(settings.endpoint_url.ptr);
}

static void an_endpoint_of_ones_own_excludes_fips_and_dual_stack(void **state) {
    (void)state;
    put_config("[default]\nuse_fips_endpoint = true\n");
    fake_system_set_env(&fake, "AWS_ENDPOINT_URL", "http://localhost:1");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "an endpoint URL (AWS_ENDPOINT_URL) and FIPS endpoints (profile default in "
                                   "/home/me/.aws/config) exclude each other: take one of them away");
    put_config("");
    fake_system_set_env(&fake, "AWS_USE_DUALSTACK_ENDPOINT", "true");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(message(), "dual-stack endpoints (AWS_USE_DUALSTACK_ENDPOINT)"));
    fake_system_set_env(&fake, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assert_int_equal(resolve(NULL), SMITHY_OK);
}

static void a_services_own_settings_are_filled_in_where_the_caller_left_them_open(void **state) {
    (void)state;
    const own_settings given = {.use_arn_region = SMITHY_SET(false), .force_path_style = SMITHY_SET(false)};
    put_config("[default]\ns3 =\n  addressing_style = PATH\n  use_arn_region = true\n");
    fake_system_set_env(&fake, "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "legacy");
    assert_int_equal(resolve_s3(NULL), SMITHY_OK);
    const own_settings *own = settings.own;
    assert_true(own->force_path_style.has && own->force_path_style.value);
    assert_true(own->use_arn_region.has && own->use_arn_region.value);
    assert_true(own->use_global_endpoint.has && own->use_global_endpoint.value);
    fake_system_set_env(&fake, "AWS_S3_USE_ARN_REGION", "false");
    fake_system_set_env(&fake, "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "Regional");
    assert_int_equal(resolve_s3(NULL), SMITHY_OK);
    own = settings.own;
    assert_true(own->use_arn_region.has && !own->use_arn_region.value);
    assert_true(own->use_global_endpoint.has && !own->use_global_endpoint.value);
    assert_int_equal(resolve_s3(&given), SMITHY_OK);
    own = settings.own;
    assert_true(own->force_path_style.has && !own->force_path_style.value);
    assert_string_equal(setting_of(&S3, "addressing_style").source.ptr, "the option force_path_style");
    put_config("");
    fake_system_set_env(&fake, "AWS_S3_USE_ARN_REGION", NULL);
    fake_system_set_env(&fake, "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", NULL);
    assert_int_equal(resolve_s3(NULL), SMITHY_OK);
    own = settings.own;
    assert_false(own->force_path_style.has || own->use_arn_region.has || own->use_global_endpoint.has);
}

static void the_block_s3_is_for_s3_alone(void **state) {
    (void)state;
    put_config("[default]\ns3 =\n  use_dualstack_endpoint = true\n  payload_signing_enabled = false\n");
    assert_int_equal(resolve_s3(NULL), SMITHY_OK);
    assert_true(settings.use_dual_stack);
    assert_true(settings.signs_payload.has && !settings.signs_payload.value);
    assert_int_equal(resolve(NULL), SMITHY_OK);
    assert_false(settings.use_dual_stack);
    assert_false(settings.signs_payload.has);
    assert_null(setting_of(&LOGS, "payload_signing_enabled").name);
}

static void without_the_files_only_options_and_environment_speak(void **state) {
    (void)state;
    put_config("not even a profile");
    fake_system_set_env(&fake, "AWS_REGION", NULL);
    fake_system_set_env(&fake, "AWS_MAX_ATTEMPTS", "4");
    assert_int_equal(resolve_for(&LOGS, NULL, NULL, false), SMITHY_OK);
    assert_null(settings.region.ptr);
    assert_int_equal(settings.max_attempts, 4);
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "/home/me/.aws/config:1: Expected a profile definition");
}

static void defaults_modes_that_change_nothing_here_are_accepted(void **state) {
    (void)state;
    static const char *const GOOD[] = {"standard", "in-region", "cross-region", "legacy", "LEGACY"};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        fake_system_set_env(&fake, "AWS_DEFAULTS_MODE", GOOD[i]);
        assert_int_equal(resolve(NULL), SMITHY_OK);
    }
    fake_system_set_env(&fake, "AWS_DEFAULTS_MODE", "mobile");
    assert_int_equal(resolve(NULL), SMITHY_ERROR_CONFIG);
}

static void memory_may_run_out_at_any_point(void **state) {
    (void)state;
    put_config("[default]\nmax_attempts = 2\ns3 =\n  addressing_style = path\n");
    for (size_t fail_at = 1;; fail_at++) {
        assert_true(fail_at < 1000);
        fake.fail_allocation = fake.allocations + fail_at;
        smithy_config *config = smithy_config_create(NULL, call);
        static const smithy_client_options DEFAULTS = {0};
        static const own_settings OPEN = {0};
        const aws_settings_sources sources = {&S3, &DEFAULTS, &OPEN, sizeof OPEN, config, true};
        smithy_call_clear_error(call);
        aws_settings_deinit(&settings);
        const smithy_status status =
            config ? aws_settings_resolve(&settings, &sources, &fake.system, call) : SMITHY_ERROR_MEMORY;
        const bool was_reached = fake.allocations >= fake.fail_allocation;
        fake.fail_allocation = 0;
        smithy_config_destroy(config);
        assert_int_equal(status, was_reached ? SMITHY_ERROR_MEMORY : SMITHY_OK);
        if (!was_reached) break;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_defaults_are_those_of_the_sdks),
        TEST(the_region_is_the_options_then_aws_region_then_the_default_region),
        TEST(a_region_is_never_guessed),
        TEST(a_region_that_would_change_the_host_is_refused),
        TEST(the_services_own_endpoint_wins),
        TEST(a_bad_endpoint_is_told_with_its_source),
        TEST(a_password_in_an_endpoint_is_refused_and_not_told),
        TEST(booleans_are_true_or_false_and_nothing_else),
        TEST(retry_modes_that_are_not_here_are_refused),
        TEST(attempts_are_a_number_from_1),
        TEST(accounts_have_endpoints_of_their_own_unless_told_otherwise),
        TEST(checksums_may_be_asked_for_only_where_required),
        TEST(compression_may_be_turned_off_or_begin_elsewhere),
        TEST(the_environment_wins_over_the_profile_which_wins_over_the_default),
        TEST(options_win_over_all_else),
        TEST(what_a_profile_says_wrong_is_told_with_its_place),
        TEST(endpoints_go_from_the_narrow_to_the_wide_and_from_near_to_far),
        TEST(an_endpoint_of_ones_own_excludes_fips_and_dual_stack),
        TEST(a_services_own_settings_are_filled_in_where_the_caller_left_them_open),
        TEST(the_block_s3_is_for_s3_alone),
        TEST(without_the_files_only_options_and_environment_speak),
        TEST(defaults_modes_that_change_nothing_here_are_accepted),
        TEST(memory_may_run_out_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
