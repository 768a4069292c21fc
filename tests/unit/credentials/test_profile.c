/* Which credentials a profile gives: the priorities inside of one, and the ways from one to another. */
#include "credentials_bench.h"

static const scripted_answer ROLE[] = {
    {.status = 200, .body = STS_ROLE("AssumeRole", "AKIDROLE", IN_AN_HOUR)},
    {.status = 200, .body = STS_ROLE("AssumeRole", "AKIDSECOND", IN_AN_HOUR)},
};

static void open_profile(bench *b, const char *config, const char *profile) {
    BENCH_OPEN(b, ROLE);
    bench_config(b, config);
    bench_use(b, smithy_credentials_profile(smithy_str_from(profile), &b->options, b->call));
}

/* Says which key signed request number `index`. */
static void check_signer(bench *b, size_t index, const char *access_key_id) {
    char expected[64];
    snprintf(expected, sizeof expected, "Credential=%s/", access_key_id);
    const char *authorization = scripted_request_header(&b->transport, index, "Authorization");
    assert_non_null(authorization);
    if (!strstr(authorization, expected)) fail_msg("signed by another than %s: %s", access_key_id, authorization);
}

static void keys_come_with_token_and_account(void **state) {
    (void)state;
    bench b;
    open_profile(&b,
                 "[default]\naws_access_key_id = AKIDONE\naws_secret_access_key = secret1\naws_session_token = t1\n"
                 "aws_account_id = 123456789012\n",
                 NULL);
    bench_expect(&b, "AKIDONE", "profile");
    check_text(b.got.secret_access_key, "secret1");
    check_text(b.got.session_token, "t1");
    check_text(b.got.account_id, "123456789012");
    assert_int_equal(b.got.expires_ms, 0);
    assert_int_equal(b.transport.request_count, 0);
    bench_close(&b);
}

static void a_role_is_assumed_with_the_source_profiles_keys(void **state) {
    (void)state;
    bench b;
    open_profile(&b,
                 "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/RoleA\nsource_profile = b\n"
                 "role_session_name = me\nexternal_id = ex/1\nduration_seconds = 1800\n"
                 "aws_access_key_id = IGNORED\naws_secret_access_key = ignored\n"
                 "[profile b]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret\n",
                 "a");
    bench_expect(&b, "AKIDROLE", "assume role");
    check_text(b.got.secret_access_key, "secret-of-AKIDROLE");
    check_text(b.got.session_token, "token-of-AKIDROLE");
    check_text(b.got.account_id, "123456789012");
    assert_int_equal(b.got.expires_ms, b.fake.wall_ms + HOUR_MS);
    assert_int_equal(b.transport.request_count, 1);
    assert_string_equal(b.transport.requests[0].url, "https://sts.eu-west-1.amazonaws.com/");
    assert_string_equal(b.transport.requests[0].body,
                        "Action=AssumeRole&Version=2011-06-15"
                        "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FRoleA&RoleSessionName=me"
                        "&DurationSeconds=1800&ExternalId=ex%2F1");
    check_signer(&b, 0, "AKIDBASE");
    bench_close(&b);
}

static void a_session_without_a_name_gets_one(void **state) {
    (void)state;
    bench b;
    open_profile(&b,
                 "[default]\nrole_arn = arn:aws:iam::123456789012:role/RoleA\nsource_profile = default\n"
                 "aws_access_key_id = AKIDOWN\naws_secret_access_key = secret\n",
                 NULL);
    bench_expect(&b, "AKIDROLE", "assume role");
    assert_true(bench_sent(&b, "&RoleSessionName=smithy-c-1767323045000"));
    check_signer(&b, 0, "AKIDOWN"); /* source_profile may be the profile itself, once. */
    bench_close(&b);
}

static void roles_are_assumed_one_on_top_of_the_other(void **state) {
    (void)state;
    bench b;
    open_profile(&b,
                 "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/RoleA\nsource_profile = b\n"
                 "[profile b]\nrole_arn = arn:aws:iam::123456789012:role/RoleB\nsource_profile = c\n"
                 "[profile c]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret\n",
                 "a");
    bench_expect(&b, "AKIDSECOND", "assume role");
    assert_non_null(strstr(b.transport.requests[0].body, "RoleB"));
    assert_non_null(strstr(b.transport.requests[1].body, "RoleA"));
    check_signer(&b, 0, "AKIDBASE");
    check_signer(&b, 1, "AKIDROLE");
    assert_string_equal(scripted_request_header(&b.transport, 1, "X-Amz-Security-Token"), "token-of-AKIDROLE");
    bench_close(&b);
}

static void keys_of_a_source_profile_win_over_its_role(void **state) {
    (void)state;
    bench b;
    open_profile(&b,
                 "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/RoleA\nsource_profile = b\n"
                 "[profile b]\nrole_arn = arn:aws:iam::123456789012:role/RoleB\nsource_profile = c\n"
                 "aws_access_key_id = AKIDB\naws_secret_access_key = secret\n"
                 "[profile c]\naws_access_key_id = AKIDC\naws_secret_access_key = secret\n",
                 "a");
    bench_expect(&b, "AKIDROLE", "assume role");
    assert_int_equal(b.transport.request_count, 1);
    check_signer(&b, 0, "AKIDB");
    bench_close(&b);
}

static void a_short_or_odd_duration_is_mended(void **state) {
    (void)state;
    static const struct {
        const char *duration;
        const char *sent;
        const char *warning;
    } CASES[] = {{"60", "DurationSeconds=900", ""},
                 {"an hour", NULL, "duration_seconds is no number"},
                 {"-5", NULL, "duration_seconds is no number"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        bench b;
        char config[512];
        snprintf(config, sizeof config,
                 "[default]\nrole_arn = arn:aws:iam::123456789012:role/RoleA\nsource_profile = default\n"
                 "aws_access_key_id = AKIDOWN\naws_secret_access_key = secret\nduration_seconds = %s\n",
                 CASES[i].duration);
        open_profile(&b, config, NULL);
        bench_expect(&b, "AKIDROLE", "assume role");
        assert_int_equal(bench_sent(&b, "DurationSeconds"), CASES[i].sent != NULL);
        if (CASES[i].sent) assert_true(bench_sent(&b, CASES[i].sent));
        assert_non_null(strstr(b.warnings, CASES[i].warning));
        bench_close(&b);
    }
}

static void a_refused_role_is_told_in_the_services_words(void **state) {
    (void)state;
    static const scripted_answer DENIED[] = {
        {.status = 403, .body = STS_ERROR("AccessDenied", "User is not authorized to perform: sts:AssumeRole")}};
    bench b;
    BENCH_OPEN(&b, DENIED);
    bench_config(&b, "[default]\nrole_arn = arn:aws:iam::123456789012:role/RoleA\nsource_profile = default\n"
                     "aws_access_key_id = AKIDOWN\naws_secret_access_key = hush\n");
    bench_use(&b, smithy_credentials_profile((smithy_str){0}, &b.options, b.call));
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS,
                       "profile default: the role arn:aws:iam::123456789012:role/RoleA: AssumeRole: AccessDenied: User "
                       "is not authorized to perform: sts:AssumeRole");
    const smithy_error *error = smithy_call_error(b.call);
    assert_int_equal(error->http_status, 403);
    assert_int_equal(error->attempts, 1);
    assert_string_equal(error->request_id, "r-2");
    assert_null(strstr(smithy_call_error(b.call)->message, "hush"));
    bench_close(&b);
}

/* Each a file, the profile that is asked, and what the one line says. */
static const struct {
    const char *config;
    const char *profile;
    const char *words;
} WRONG[] = {
    {"[default]\nrole_arn = arn:r\n", NULL, "neither source_profile nor credential_source"},
    {"[default]\nrole_arn = arn:r\nsource_profile = b\ncredential_source = Environment\n", NULL,
     "both source_profile and credential_source"},
    {"[default]\nrole_arn = arn:r\nsource_profile = b\n[profile b]\naws_access_key_id = AKID\n", NULL,
     "profile b: it has aws_access_key_id, but no aws_secret_access_key"},
    {"[default]\nrole_arn = arn:r\nsource_profile = b\n[profile b]\naws_secret_access_key = hush\n", NULL,
     "profile b: it has aws_secret_access_key, but no aws_access_key_id"},
    {"[default]\naws_access_key_id = AKID\n", NULL, "no aws_secret_access_key"},
    {"[default]\nrole_arn = arn:r\nsource_profile = b\n[profile b]\nregion = eu-west-1\n", NULL,
     "profile b: it says nothing of credentials"},
    {"[default]\nrole_arn = arn:r\nsource_profile = b\n", NULL,
     "its source_profile is b, and there is no such profile"},
    {"[profile a]\nrole_arn = arn:r\nsource_profile = b\n[profile b]\nrole_arn = arn:r\nsource_profile = a\n", "a",
     "source_profile runs in a loop: a -> b -> a"},
    {"[profile a]\nrole_arn = arn:r\nsource_profile = b\naws_access_key_id = AKID\naws_secret_access_key = hush\n"
     "[profile b]\nrole_arn = arn:r\nsource_profile = a\n",
     "a", "source_profile runs in a loop: a -> b -> a"},
    {"[profile z]\nrole_arn = arn:r\nsource_profile = a\n[profile a]\nrole_arn = arn:r\nsource_profile = b\n"
     "[profile b]\nrole_arn = arn:r\nsource_profile = a\n",
     "z", "source_profile runs in a loop: a -> b -> a"},
    {"[default]\nweb_identity_token_file = /token\n", NULL, "it has web_identity_token_file, but no role_arn"},
    {"[default]\nrole_arn = arn:r\ncredential_source = environment\n", NULL,
     "credential_source is \"environment\": Environment, EcsContainer or Ec2InstanceMetadata is allowed"},
    {"[default]\nrole_arn = arn:r\ncredential_source = Environment\n", NULL, "AWS_ACCESS_KEY_ID is not set"},
    {"[default]\nrole_arn = arn:r\ncredential_source = EcsContainer\n", NULL,
     "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set"},
    {"[default]\nrole_arn = arn:r\nsource_profile = b\nmfa_serial = arn:m\n[profile b]\naws_access_key_id = A\n", NULL,
     "mfa_serial is not supported"},
    {"[default]\nsso_session = s\nsso_account_id = 1\naws_access_key_id = A\naws_secret_access_key = hush\n", NULL,
     "credential_process = aws configure export-credentials --profile default"},
    {"[default]\nlogin_session = arn:l\n", NULL, "login_session is not supported"},
    {"[default]\naws_access_key_id = AK ID\naws_secret_access_key = hush\n", NULL, "a space"},
};

static void what_is_wrong_is_one_line_that_says_where(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        bench b;
        open_profile(&b, WRONG[i].config, WRONG[i].profile);
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, WRONG[i].words);
        assert_null(strstr(smithy_call_error(b.call)->message, "hush"));
        assert_int_equal(b.transport.request_count, 0);
        bench_close(&b);
    }
}

static void a_named_profile_has_to_exist(void **state) {
    (void)state;
    bench b;
    open_profile(&b, "[default]\nregion = eu-west-1\n", "other");
    bench_expect_error(&b, SMITHY_ERROR_CONFIG, "there is no profile other");
    bench_close(&b);
}

static void a_profile_without_credentials_is_no_credentials(void **state) {
    (void)state;
    bench b;
    open_profile(&b, "[default]\nregion = eu-west-1\n", NULL);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "no credentials: profile default has no credentials");
    bench_close(&b);
}

static void the_environment_can_be_the_source_of_a_role(void **state) {
    (void)state;
    bench b;
    open_profile(&b, "[default]\nrole_arn = arn:aws:iam::1:role/r-of-some-name\ncredential_source = Environment\n",
                 NULL);
    fake_system_set_env(&b.fake, "AWS_ACCESS_KEY_ID", "AKIDENV");
    fake_system_set_env(&b.fake, "AWS_SECRET_ACCESS_KEY", "secret");
    bench_expect(&b, "AKIDROLE", "assume role");
    check_signer(&b, 0, "AKIDENV");
    bench_close(&b);
}

static void sts_can_stand_elsewhere(void **state) {
    (void)state;
    bench b;
    open_profile(&b,
                 "[default]\nrole_arn = arn:aws:iam::1:role/r-of-some-name\nsource_profile = default\n"
                 "aws_access_key_id = AKIDOWN\naws_secret_access_key = secret\n",
                 NULL);
    fake_system_set_env(&b.fake, "AWS_ENDPOINT_URL_STS", "http://127.0.0.1:5000");
    bench_expect(&b, "AKIDROLE", "assume role");
    assert_string_equal(b.transport.requests[0].url, "http://127.0.0.1:5000/");
    bench_close(&b);
}

static void the_region_of_sts_is_that_of_the_options_then_the_environments_then_the_profiles(void **state) {
    (void)state;
    static const char CONFIG[] =
        "[default]\nregion = sa-east-1\nrole_arn = arn:aws:iam::1:role/r-of-some-name\nsource_profile = default\n"
        "aws_access_key_id = AKIDOWN\naws_secret_access_key = secret\n";
    static const char *const URLS[] = {"https://sts.ca-central-1.amazonaws.com/",
                                       "https://sts.eu-west-1.amazonaws.com/", "https://sts.ap-south-1.amazonaws.com/",
                                       "https://sts.sa-east-1.amazonaws.com/"};
    for (size_t i = 0; i < sizeof URLS / sizeof *URLS; i++) {
        bench b;
        BENCH_OPEN(&b, ROLE);
        bench_config(&b, CONFIG);
        if (i == 0) b.options.region = SMITHY_STR("ca-central-1");
        if (i < 3) fake_system_set_env(&b.fake, "AWS_DEFAULT_REGION", "ap-south-1");
        if (i > 1) fake_system_set_env(&b.fake, "AWS_REGION", NULL);
        bench_use(&b, smithy_credentials_profile((smithy_str){0}, &b.options, b.call));
        bench_expect(&b, "AKIDROLE", "assume role");
        assert_string_equal(b.transport.requests[0].url, URLS[i]);
        bench_close(&b);
    }
}

static void no_region_is_told(void **state) {
    (void)state;
    bench b;
    open_profile(&b,
                 "[default]\nrole_arn = arn:aws:iam::1:role/r-of-some-name\nsource_profile = default\n"
                 "aws_access_key_id = AKIDOWN\naws_secret_access_key = secret\n",
                 NULL);
    fake_system_set_env(&b.fake, "AWS_REGION", NULL);
    bench_expect_error(&b, SMITHY_ERROR_CONFIG, "no Region");
    bench_close(&b);
}

static void a_role_can_be_assumed_without_any_profile(void **state) {
    (void)state;
    bench b;
    BENCH_OPEN(&b, ROLE);
    smithy_credentials_provider *source =
        smithy_credentials_static(SMITHY_STR("AKIDGIVEN"), SMITHY_STR("secret"), (smithy_str){0}, b.call);
    const smithy_assume_role role = {.role_arn = SMITHY_STR("arn:aws:iam::1:role/r-of-some-name"),
                                     .external_id = SMITHY_STR("x1"),
                                     .source = source};
    bench_use(&b, smithy_credentials_assume_role(&role, &b.options, b.call));
    bench_expect(&b, "AKIDROLE", "assume role");
    check_signer(&b, 0, "AKIDGIVEN");
    const smithy_assume_role empty = {.source = source};
    assert_null(smithy_credentials_assume_role(&empty, &b.options, b.call));
    assert_int_equal(smithy_call_status(b.call), SMITHY_ERROR_INPUT);
    smithy_credentials_provider_destroy(source);
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_come_with_token_and_account),
        cmocka_unit_test(a_role_is_assumed_with_the_source_profiles_keys),
        cmocka_unit_test(a_session_without_a_name_gets_one),
        cmocka_unit_test(roles_are_assumed_one_on_top_of_the_other),
        cmocka_unit_test(keys_of_a_source_profile_win_over_its_role),
        cmocka_unit_test(a_short_or_odd_duration_is_mended),
        cmocka_unit_test(a_refused_role_is_told_in_the_services_words),
        cmocka_unit_test(what_is_wrong_is_one_line_that_says_where),
        cmocka_unit_test(a_named_profile_has_to_exist),
        cmocka_unit_test(a_profile_without_credentials_is_no_credentials),
        cmocka_unit_test(the_environment_can_be_the_source_of_a_role),
        cmocka_unit_test(sts_can_stand_elsewhere),
        cmocka_unit_test(the_region_of_sts_is_that_of_the_options_then_the_environments_then_the_profiles),
        cmocka_unit_test(no_region_is_told),
        cmocka_unit_test(a_role_can_be_assumed_without_any_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
