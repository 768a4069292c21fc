/* Instance metadata: version 2 of the service alone, quick where there is none, and patient with its credentials. */
#include "credentials_bench.h"

#define TOKEN_URL "http://169.254.169.254/latest/api/token"
#define ROLES_URL "http://169.254.169.254/latest/meta-data/iam/security-credentials/"

#define TOKEN \
    { .status = 200, .body = "t0ken==", .headers = "x-aws-ec2-metadata-token-ttl-seconds: 21600" }
#define ROLE \
    { .status = 200, .body = "my-role\n" }
#define SET(id, expiration) \
    { .status = 200, .body = METADATA_SET(id, expiration) }

static const scripted_answer WHOLE[] = {TOKEN, ROLE, SET("AKIDIMDS", IN_AN_HOUR), ROLE, SET("AKIDNEXT", IN_TWO_HOURS)};

static void open_imds(bench *b, const scripted_answer *answers, size_t count) {
    bench_open(b, answers, count);
    bench_use(b, smithy_credentials_imds(&b->options, b->call));
}
#define OPEN_IMDS(b, answers) open_imds(b, answers, sizeof(answers) / sizeof *(answers))

static void a_token_comes_first_and_serves_for_long(void **state) {
    (void)state;
    bench b;
    OPEN_IMDS(&b, WHOLE);
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    check_text(b.got.session_token, "token-of-AKIDIMDS");
    assert_int_equal(b.got.expires_ms, b.fake.wall_ms + HOUR_MS);
    assert_string_equal(b.transport.requests[0].method, "PUT");
    assert_string_equal(b.transport.requests[0].url, TOKEN_URL);
    assert_string_equal(scripted_request_header(&b.transport, 0, "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
    assert_string_equal(b.transport.requests[1].method, "GET");
    assert_string_equal(b.transport.requests[1].url, ROLES_URL);
    assert_string_equal(scripted_request_header(&b.transport, 1, "x-aws-ec2-metadata-token"), "t0ken==");
    assert_string_equal(b.transport.requests[2].url, ROLES_URL "my-role");
    assert_string_equal(scripted_request_header(&b.transport, 2, "x-aws-ec2-metadata-token"), "t0ken==");
    fake_system_advance(&b.fake, HOUR_MS - 60000);
    bench_expect(&b, "AKIDNEXT", "instance metadata");
    assert_int_equal(b.transport.request_count, 5);
    bench_close(&b);
}

static void a_token_is_renewed_two_minutes_before_its_end(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .body = "short", .headers = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 3000"},
        ROLE,
        SET("AKIDIMDS", IN_AN_HOUR),
        {.status = 200, .body = "second"},
        ROLE,
        SET("AKIDNEXT", IN_TWO_HOURS)};
    bench b;
    OPEN_IMDS(&b, ANSWERS);
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    fake_system_advance(&b.fake, (3000 - 119) * 1000);
    bench_expect(&b, "AKIDNEXT", "instance metadata");
    assert_string_equal(b.transport.requests[3].url, TOKEN_URL);
    assert_string_equal(scripted_request_header(&b.transport, 4, "x-aws-ec2-metadata-token"), "second");
    bench_close(&b);
}

static void where_nothing_answers_it_gives_up_within_a_second(void **state) {
    (void)state;
    static const smithy_http_failure FAILURES[] = {SMITHY_HTTP_FAILURE_CONNECT, SMITHY_HTTP_FAILURE_TIMEOUT,
                                                   SMITHY_HTTP_FAILURE_RECEIVE, SMITHY_HTTP_FAILURE_RESOLVE};
    for (size_t i = 0; i < sizeof FAILURES / sizeof *FAILURES; i++) {
        const scripted_answer answers[] = {{.failure = FAILURES[i]}, TOKEN};
        bench b;
        OPEN_IMDS(&b, answers);
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "no credentials: nothing answers at http://169.254.169.254");
        assert_int_equal(b.transport.request_count, 1);
        assert_int_equal(b.fake.slept_ms, 0);
        bench_close(&b);
    }
}

static void note_request(void *context, const smithy_http_request *request, size_t index) {
    smithy_http_request *seen = context;
    seen[index] = *request;
}

static void every_request_is_short_and_goes_past_proxies(void **state) {
    (void)state;
    smithy_http_request seen[8] = {0};
    bench b;
    OPEN_IMDS(&b, WHOLE);
    b.transport.on_request = note_request;
    b.transport.on_request_context = seen;
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    for (size_t i = 0; i < 3; i++) {
        assert_true(seen[i].no_proxy);
        assert_true(seen[i].attempt_timeout_ms > 0 && seen[i].attempt_timeout_ms <= 1000);
        assert_true(seen[i].connect_timeout_ms > 0 && seen[i].connect_timeout_ms <= 1000);
        assert_int_equal(seen[i].max_body, 10000);
    }
    assert_true(seen[0].attempt_timeout_ms < 1000);
    bench_close(&b);
}

static void a_refused_token_is_final_and_version_1_is_never_asked(void **state) {
    (void)state;
    static const int STATUSES[] = {400, 403, 404, 405};
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++) {
        const scripted_answer answers[] = {{.status = STATUSES[i]}, ROLE, SET("AKIDV1", IN_AN_HOUR)};
        char words[64];
        snprintf(words, sizeof words, "answers HTTP %d when asked for a token", STATUSES[i]);
        bench b;
        OPEN_IMDS(&b, answers);
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, words);
        assert_int_equal(b.transport.request_count, 1);
        bench_close(&b);
    }
}

static void trouble_is_met_with_four_tries(void **state) {
    (void)state;
    static const scripted_answer HEALS[] = {{.status = 500},
                                            TOKEN,
                                            {.status = 503},
                                            {.failure = SMITHY_HTTP_FAILURE_TIMEOUT},
                                            ROLE,
                                            SET("AKIDIMDS", IN_AN_HOUR)};
    static const scripted_answer STAYS[] = {TOKEN,           {.status = 500}, {.status = 500},
                                            {.status = 500}, {.status = 500}, ROLE};
    bench b;
    OPEN_IMDS(&b, HEALS);
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    bench_close(&b);
    OPEN_IMDS(&b, STAYS);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "answers HTTP 500 when asked for credentials");
    assert_int_equal(b.transport.request_count, 5);
    bench_close(&b);
}

static void a_401_takes_a_new_token(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        TOKEN, {.status = 401}, {.status = 200, .body = "second"}, ROLE, SET("AKIDIMDS", IN_AN_HOUR)};
    bench b;
    OPEN_IMDS(&b, ANSWERS);
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    assert_string_equal(b.transport.requests[2].method, "PUT");
    assert_string_equal(scripted_request_header(&b.transport, 3, "x-aws-ec2-metadata-token"), "second");
    bench_close(&b);
}

static void a_refused_question_is_final(void **state) {
    (void)state;
    static const int STATUSES[] = {400, 403};
    for (size_t i = 0; i < 2; i++) {
        const scripted_answer answers[] = {TOKEN, {.status = STATUSES[i]}, ROLE};
        bench b;
        OPEN_IMDS(&b, answers);
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "when asked for credentials");
        assert_int_equal(b.transport.request_count, 2);
        bench_close(&b);
    }
}

static void an_instance_without_a_role_has_no_credentials(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[][2] = {{TOKEN, {.status = 404, .body = "<html>"}}, {TOKEN, {.status = 200}}};
    for (size_t i = 0; i < 2; i++) {
        bench b;
        OPEN_IMDS(&b, ANSWERS[i]);
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "no credentials: this instance has no role");
        bench_close(&b);
    }
}

static void odd_answers_are_errors(void **state) {
    (void)state;
    static const struct {
        scripted_answer answers[3];
        const char *words;
    } CASES[] = {
        {{{.status = 200, .body = "two words"}}, "something that is no token"},
        {{{.status = 200}}, "something that is no token"},
        {{{.status = 200, .body = "a\r\nHost: b"}}, "something that is no token"},
        {{TOKEN, {.status = 200, .body = "../../other"}}, "something that is no role's name"},
        {{TOKEN, {.status = 200, .body = "a?b"}}, "something that is no role's name"},
        {{TOKEN, ROLE, {.status = 404}}, "answers HTTP 404 when asked for credentials"},
        {{TOKEN, ROLE, {.status = 200, .body = "<html>"}}, "instance metadata: JSON"},
        {{TOKEN,
          ROLE,
          {.status = 200, .body = "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot\"}"}},
         "the service answers AssumeRoleUnauthorizedAccess: EC2 cannot"},
        {{TOKEN,
          ROLE,
          {.status = 200, .body = "{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}"}},
         "the answer has no Token"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        bench b;
        OPEN_IMDS(&b, CASES[i].answers);
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, CASES[i].words);
        bench_close(&b);
    }
}

static void it_can_be_turned_off(void **state) {
    (void)state;
    bench b;
    OPEN_IMDS(&b, WHOLE);
    fake_system_set_env(&b.fake, "AWS_EC2_METADATA_DISABLED", "True");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "turned off by AWS_EC2_METADATA_DISABLED");
    assert_int_equal(b.transport.request_count, 0);
    fake_system_set_env(&b.fake, "AWS_EC2_METADATA_DISABLED", "false");
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    bench_close(&b);
}

static void its_place_can_be_set(void **state) {
    (void)state;
    static const struct {
        const char *endpoint; /* Of the environment, */
        const char *mode;
        const char *config; /* and of the profile. */
        const char *url;    /* NULL: refused with the words. */
        const char *words;
    } CASES[] = {
        {"http://override:456", NULL, "", "http://override:456/latest/api/token", NULL},
        {"http://override:456/", NULL, "", "http://override:456/latest/api/token", NULL},
        {NULL, NULL, "ec2_metadata_service_endpoint = http://override:456", "http://override:456/latest/api/token",
         NULL},
        {"http://override:456", NULL, "ec2_metadata_service_endpoint = http://wrong:456",
         "http://override:456/latest/api/token", NULL},
        {NULL, "IPv4", "", TOKEN_URL, NULL},
        {NULL, "IPv6", "", "http://[fd00:ec2::254]/latest/api/token", NULL},
        {NULL, NULL, "ec2_metadata_service_endpoint_mode = IPv6", "http://[fd00:ec2::254]/latest/api/token", NULL},
        {"http://169.254.169.200", "IPv6", "", "http://169.254.169.200/latest/api/token", NULL},
        {NULL, "error", "", NULL,
         "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: the mode of the metadata service is \"error\""},
        {NULL, NULL, "ec2_metadata_service_endpoint_mode = IPv7", NULL, "is \"IPv7\": IPv4 or IPv6 is allowed"},
        {"not a uri", NULL, "", NULL, "\"not a uri\", which is no URL"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char config[256];
        snprintf(config, sizeof config, "[default]\n%s\n", CASES[i].config);
        bench b;
        OPEN_IMDS(&b, WHOLE);
        bench_config(&b, config);
        fake_system_set_env(&b.fake, "AWS_EC2_METADATA_SERVICE_ENDPOINT", CASES[i].endpoint);
        fake_system_set_env(&b.fake, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", CASES[i].mode);
        if (CASES[i].url) {
            bench_expect(&b, "AKIDIMDS", "instance metadata");
            assert_string_equal(b.transport.requests[0].url, CASES[i].url);
        } else {
            bench_expect_error(&b, SMITHY_ERROR_CONFIG, CASES[i].words);
        }
        bench_close(&b);
    }
}

static void a_set_that_has_expired_is_used_on_with_a_warning(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {TOKEN, ROLE, SET("AKIDOLD", LONG_AGO), ROLE,
                                              SET("AKIDNEW", IN_TWO_HOURS)};
    bench b;
    OPEN_IMDS(&b, ANSWERS);
    bench_expect(&b, "AKIDOLD", "instance metadata");
    const int64_t more = b.got.expires_ms - b.fake.wall_ms;
    assert_true(more >= 10 * 60000 && more < 15 * 60000);
    assert_non_null(strstr(b.warnings, "have expired"));
    fake_system_advance(&b.fake, more - 1);
    bench_expect(&b, "AKIDOLD", "instance metadata");
    assert_int_equal(b.transport.request_count, 3);
    fake_system_advance(&b.fake, 1);
    bench_expect(&b, "AKIDNEW", "instance metadata");
    bench_close(&b);
}

static void a_refresh_that_fails_leaves_the_last_good_set(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {TOKEN, ROLE, SET("AKIDIMDS", IN_AN_HOUR)};
    bench b;
    OPEN_IMDS(&b, ANSWERS);
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    fake_system_advance(&b.fake, HOUR_MS - 60000); /* All must wait for a new one, and there is none. */
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    assert_string_equal(b.warnings, "");
    const size_t before = b.transport.request_count;
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    assert_int_equal(b.transport.request_count, before); /* Not again at once. */
    fake_system_advance(&b.fake, HOUR_MS);               /* Long over. */
    bench_expect(&b, "AKIDIMDS", "instance metadata");
    assert_true(b.got.expires_ms > b.fake.wall_ms);
    assert_non_null(strstr(b.warnings, "have expired"));
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_comes_first_and_serves_for_long),
        cmocka_unit_test(a_token_is_renewed_two_minutes_before_its_end),
        cmocka_unit_test(where_nothing_answers_it_gives_up_within_a_second),
        cmocka_unit_test(every_request_is_short_and_goes_past_proxies),
        cmocka_unit_test(a_refused_token_is_final_and_version_1_is_never_asked),
        cmocka_unit_test(trouble_is_met_with_four_tries),
        cmocka_unit_test(a_401_takes_a_new_token),
        cmocka_unit_test(a_refused_question_is_final),
        cmocka_unit_test(an_instance_without_a_role_has_no_credentials),
        cmocka_unit_test(odd_answers_are_errors),
        cmocka_unit_test(it_can_be_turned_off),
        cmocka_unit_test(its_place_can_be_set),
        cmocka_unit_test(a_set_that_has_expired_is_used_on_with_a_warning),
        cmocka_unit_test(a_refresh_that_fails_leaves_the_last_good_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
