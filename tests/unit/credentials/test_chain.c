/* The chain: who is asked, in which order, and what ends the search. */
#include "credentials_bench.h"

#define KEYS "[default]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n"

static const scripted_answer TASK[] = {{.status = 200, .body = METADATA_SET("AKIDTASK", IN_AN_HOUR)}};
static const scripted_answer WEB[] = {
    {.status = 200, .body = STS_ROLE("AssumeRoleWithWebIdentity", "AKIDWEB", IN_AN_HOUR)}};
static const scripted_answer INSTANCE[] = {{.status = 200, .body = "t0ken"},
                                           {.status = 200, .body = "role"},
                                           {.status = 200, .body = METADATA_SET("AKIDIMDS", IN_AN_HOUR)}};

static void set_keys(bench *b) {
    fake_system_set_env(&b->fake, "AWS_ACCESS_KEY_ID", "AKIDENV");
    fake_system_set_env(&b->fake, "AWS_SECRET_ACCESS_KEY", "secret");
}

static void set_web_identity(bench *b) {
    fake_system_set_env(&b->fake, "AWS_WEB_IDENTITY_TOKEN_FILE", "/token");
    fake_system_set_env(&b->fake, "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/Web");
    fake_system_put_file(&b->fake, "/token", "eyJ.one", 7);
}

static void set_container(bench *b) {
    fake_system_set_env(&b->fake, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds");
}

static void open_chain(bench *b, const scripted_answer *answers, size_t count) {
    bench_open(b, answers, count);
    bench_use(b, smithy_credentials_chain(&b->options, b->call));
}
#define OPEN_CHAIN(b, answers) open_chain(b, answers, sizeof(answers) / sizeof *(answers))

static void the_environment_is_first(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    set_keys(&b);
    set_web_identity(&b);
    set_container(&b);
    bench_config(&b, KEYS);
    bench_expect(&b, "AKIDENV", "environment");
    assert_int_equal(b.transport.request_count, 0);
    bench_close(&b);
}

static void the_environments_keys_need_no_file(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    set_keys(&b);
    bench_config(&b, "this is no file of profiles");
    bench_expect(&b, "AKIDENV", "environment");
    bench_close(&b);
}

static void blank_variables_are_not_set(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    fake_system_set_env(&b.fake, "AWS_ACCESS_KEY_ID", "");
    fake_system_set_env(&b.fake, "AWS_SECRET_ACCESS_KEY", "  ");
    bench_config(&b, KEYS);
    bench_expect(&b, "AKIDPROFILE", "profile");
    bench_close(&b);
}

static void half_of_the_environments_keys_is_an_error(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    fake_system_set_env(&b.fake, "AWS_ACCESS_KEY_ID", "AKIDENV");
    bench_config(&b, KEYS);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    bench_close(&b);
}

static void keys_of_the_environment_can_expire(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    set_keys(&b);
    fake_system_set_env(&b.fake, "AWS_CREDENTIAL_EXPIRATION", "2026-01-02T04:04:05+00:00");
    bench_expect(&b, "AKIDENV", "environment");
    assert_int_equal(b.got.expires_ms, b.fake.wall_ms + HOUR_MS);
    fake_system_advance(&b.fake, HOUR_MS);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "expired at 2026-01-02T04:04:05+00:00");
    fake_system_set_env(&b.fake, "AWS_CREDENTIAL_EXPIRATION", "later");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "AWS_CREDENTIAL_EXPIRATION is \"later\"");
    bench_close(&b);
}

static void the_profile_is_second(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    set_web_identity(&b);
    set_container(&b);
    bench_config(&b, KEYS);
    bench_expect(&b, "AKIDPROFILE", "profile");
    bench_close(&b);
}

static void the_profile_of_the_configuration_is_asked(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    bench_config(&b, KEYS "[profile dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = secret\n");
    fake_system_set_env(&b.fake, "AWS_PROFILE", "dev");
    bench_expect(&b, "AKIDDEV", "profile");
    bench_close(&b);
}

static void web_identity_is_third(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, WEB);
    set_web_identity(&b);
    set_container(&b);
    bench_config(&b, "[default]\nregion = eu-west-1\n");
    bench_expect(&b, "AKIDWEB", "web identity");
    bench_close(&b);
}

static void the_container_is_fourth(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    set_container(&b);
    bench_expect(&b, "AKIDTASK", "container");
    bench_close(&b);
}

static void instance_metadata_are_last(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, INSTANCE);
    bench_config(&b, "[default]\nregion = eu-west-1\n");
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    bench_close(&b);
}

/* Each provider that is configured and fails, with all that come after it in order. */
static void one_that_is_configured_and_fails_ends_the_search(void **state) {
    (void)state;
    static const struct {
        const char *config;
        bool web, container;
        smithy_status status;
        const char *words;
    } CASES[] = {
        {"[default]\naws_access_key_id = A\n", true, true, SMITHY_ERROR_CREDENTIALS, "no aws_secret_access_key"},
        {"[default]\nsso_session = s\n", true, true, SMITHY_ERROR_CREDENTIALS, "not supported"},
        {"no section\n", true, true, SMITHY_ERROR_CONFIG, "/config"},
        {"", true, true, SMITHY_ERROR_CREDENTIALS, "there is no file /gone"},
        {"", false, true, SMITHY_ERROR_CREDENTIALS, "nowhere.example cannot be resolved"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        bench b;
        OPEN_CHAIN(&b, INSTANCE);
        bench_config(&b, CASES[i].config);
        if (CASES[i].web) {
            set_web_identity(&b);
            fake_system_set_env(&b.fake, "AWS_WEB_IDENTITY_TOKEN_FILE", "/gone");
        }
        if (CASES[i].container)
            fake_system_set_env(&b.fake, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://nowhere.example/");
        bench_expect_error(&b, CASES[i].status, CASES[i].words);
        assert_int_equal(b.transport.request_count, 0);
        bench_close(&b);
    }
}

static void when_there_are_none_one_line_says_where_was_looked(void **state) {
    (void)state;
    static const scripted_answer NOBODY[] = {{.failure = SMITHY_HTTP_FAILURE_CONNECT}};
    bench b;
    OPEN_CHAIN(&b, NOBODY);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS,
                       "no credentials: AWS_ACCESS_KEY_ID is not set; there is no profile default; "
                       "AWS_WEB_IDENTITY_TOKEN_FILE is not set; AWS_CONTAINER_CREDENTIALS_FULL_URI is not set; "
                       "nothing answers at http://169.254.169.254");
    bench_close(&b);
}

static void what_is_found_is_kept_but_the_environment_is_looked_at_each_time(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, TASK);
    set_container(&b);
    bench_expect(&b, "AKIDTASK", "container");
    bench_expect(&b, "AKIDTASK", "container");
    assert_int_equal(b.transport.request_count, 1);
    set_keys(&b);
    bench_expect(&b, "AKIDENV", "environment");
    bench_close(&b);
}

static void nothing_is_done_before_it_is_asked(void **state) {
    (void)state;
    bench b;
    OPEN_CHAIN(&b, INSTANCE);
    assert_int_equal(b.transport.request_count, 0);
    b.fake.file_fail = SMITHY_ERROR_IO;
    smithy_credentials_provider *fallback = smithy_credentials_default(b.call);
    assert_non_null(fallback);
    smithy_credentials_provider_destroy(fallback);
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_is_first),
        cmocka_unit_test(the_environments_keys_need_no_file),
        cmocka_unit_test(blank_variables_are_not_set),
        cmocka_unit_test(half_of_the_environments_keys_is_an_error),
        cmocka_unit_test(keys_of_the_environment_can_expire),
        cmocka_unit_test(the_profile_is_second),
        cmocka_unit_test(the_profile_of_the_configuration_is_asked),
        cmocka_unit_test(web_identity_is_third),
        cmocka_unit_test(the_container_is_fourth),
        cmocka_unit_test(instance_metadata_are_last),
        cmocka_unit_test(one_that_is_configured_and_fails_ends_the_search),
        cmocka_unit_test(when_there_are_none_one_line_says_where_was_looked),
        cmocka_unit_test(what_is_found_is_kept_but_the_environment_is_looked_at_each_time),
        cmocka_unit_test(nothing_is_done_before_it_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
