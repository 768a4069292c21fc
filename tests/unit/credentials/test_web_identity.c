/* Roles that are assumed with a token of another identity service. */
#include "credentials_bench.h"

#define ROLE_ARN "arn:aws:iam::123456789012:role/Web"

static void open_web(bench *b, const scripted_answer *answers, size_t count) {
    bench_open(b, answers, count);
    fake_system_set_env(&b->fake, "AWS_WEB_IDENTITY_TOKEN_FILE", "/token");
    fake_system_set_env(&b->fake, "AWS_ROLE_ARN", ROLE_ARN);
    fake_system_put_file(&b->fake, "/token", "eyJ.one\n", 8);
    bench_use(b, smithy_credentials_web_identity(NULL, &b->options, b->call));
}
#define OPEN_WEB(b, answers) open_web(b, answers, sizeof(answers) / sizeof *(answers))

static const scripted_answer ROLE[] = {
    {.status = 200, .body = STS_ROLE("AssumeRoleWithWebIdentity", "AKIDWEB", IN_AN_HOUR)},
    {.status = 200, .body = STS_ROLE("AssumeRoleWithWebIdentity", "AKIDNEXT", IN_TWO_HOURS)},
};

static void the_request_carries_the_token_and_no_signature(void **state) {
    (void)state;
    bench b;
    OPEN_WEB(&b, ROLE);
    fake_system_set_env(&b.fake, "AWS_ROLE_SESSION_NAME", "pod-1");
    bench_expect(&b, "AKIDWEB", "web identity");
    check_text(b.got.account_id, "123456789012");
    assert_string_equal(b.transport.requests[0].body,
                        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
                        "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FWeb&RoleSessionName=pod-1"
                        "&WebIdentityToken=eyJ.one");
    assert_null(scripted_request_header(&b.transport, 0, "Authorization"));
    bench_close(&b);
}

static void the_token_is_read_anew_for_each_set(void **state) {
    (void)state;
    bench b;
    OPEN_WEB(&b, ROLE);
    bench_expect(&b, "AKIDWEB", "web identity");
    fake_system_put_file(&b.fake, "/token", "eyJ.two", 7);
    fake_system_advance(&b.fake, HOUR_MS - 5 * 60 * 1000);
    bench_expect(&b, "AKIDNEXT", "web identity");
    assert_true(bench_sent(&b, "WebIdentityToken=eyJ.two"));
    bench_close(&b);
}

static void a_profile_can_say_it_and_sign_a_further_role_with_it(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .body = STS_ROLE("AssumeRoleWithWebIdentity", "AKIDWEB", IN_AN_HOUR)},
        {.status = 200, .body = STS_ROLE("AssumeRole", "AKIDROLE", IN_AN_HOUR)}};
    bench b;
    BENCH_OPEN(&b, ANSWERS);
    fake_system_put_file(&b.fake, "/jwt", "eyJ.file", 8);
    bench_config(&b, "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/RoleA\nsource_profile = b\n"
                     "[profile b]\nrole_arn = arn:aws:iam::123456789012:role/RoleB\nweb_identity_token_file = /jwt\n"
                     "role_session_name = some_session\n");
    bench_use(&b, smithy_credentials_profile(SMITHY_STR("a"), &b.options, b.call));
    bench_expect(&b, "AKIDROLE", "assume role");
    assert_true(bench_sent(&b, "RoleB&RoleSessionName=some_session&WebIdentityToken=eyJ.file"));
    assert_non_null(strstr(scripted_request_header(&b.transport, 1, "Authorization"), "Credential=AKIDWEB/"));
    bench_close(&b);
}

static void given_texts_are_used_without_any_variable(void **state) {
    (void)state;
    bench b;
    BENCH_OPEN(&b, ROLE);
    fake_system_put_file(&b.fake, "/jwt", "eyJ.given", 9);
    const smithy_web_identity identity = {.role_arn = SMITHY_STR(ROLE_ARN), .token_file = SMITHY_STR("/jwt")};
    bench_use(&b, smithy_credentials_web_identity(&identity, &b.options, b.call));
    bench_expect(&b, "AKIDWEB", "web identity");
    assert_true(bench_sent(&b, "eyJ.given"));
    const smithy_web_identity half = {.role_arn = SMITHY_STR(ROLE_ARN)};
    assert_null(smithy_credentials_web_identity(&half, &b.options, b.call));
    bench_close(&b);
}

static void a_token_that_sts_cannot_check_is_read_and_sent_again(void **state) {
    (void)state;
    static const scripted_answer INVALID = {.status = 400, .body = STS_ERROR("InvalidIdentityToken", "no")};
    static const scripted_answer UNREACHED = {.status = 400, .body = STS_ERROR("IDPCommunicationError", "no")};
    const scripted_answer heals[] = {INVALID, UNREACHED, UNREACHED, INVALID, INVALID, ROLE[0]};
    bench b;
    OPEN_WEB(&b, heals);
    bench_expect(&b, "AKIDWEB", "web identity");
    assert_int_equal(b.transport.request_count, 6);
    assert_true(b.fake.slept_ms > 0);
    bench_close(&b);

    const scripted_answer stays[] = {INVALID, INVALID, INVALID, INVALID, ROLE[0]};
    OPEN_WEB(&b, stays);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "InvalidIdentityToken: no");
    assert_int_equal(b.transport.request_count, 4);
    bench_close(&b);

    const scripted_answer alone[] = {UNREACHED, UNREACHED, UNREACHED, ROLE[0]};
    OPEN_WEB(&b, alone);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "IDPCommunicationError: no");
    assert_int_equal(b.transport.request_count, 3);
    bench_close(&b);
}

static void another_refusal_is_final_and_the_token_is_never_told(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 403, .body = STS_ERROR("AccessDenied", "not you")}};
    bench b;
    OPEN_WEB(&b, ANSWERS);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "AccessDenied: not you");
    assert_int_equal(b.transport.request_count, 1);
    assert_null(strstr(smithy_call_error(b.call)->message, "eyJ"));
    bench_close(&b);
}

static void an_answer_without_a_whole_set_is_an_error(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200,
         .body = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult/>"
                 "</AssumeRoleWithWebIdentityResponse>"}};
    bench b;
    OPEN_WEB(&b, ANSWERS);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "no complete set");
    bench_close(&b);
}

static void what_is_missing_is_named(void **state) {
    (void)state;
    bench b;
    OPEN_WEB(&b, ROLE);
    fake_system_set_env(&b.fake, "AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "there is no file /nowhere");
    fake_system_put_file(&b.fake, "/nowhere", " \n", 2);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "the web identity token in /nowhere is empty");
    static char long_token[20001];
    memset(long_token, 'x', sizeof long_token);
    fake_system_put_file(&b.fake, "/nowhere", long_token, sizeof long_token);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "longer than 20000 bytes");
    b.fake.file_fail = SMITHY_ERROR_IO;
    assert_int_not_equal(bench_get(&b), SMITHY_OK);
    b.fake.file_fail = SMITHY_OK;
    fake_system_set_env(&b.fake, "AWS_ROLE_ARN", "");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
    fake_system_set_env(&b.fake, "AWS_WEB_IDENTITY_TOKEN_FILE", "");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "no credentials: AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    assert_int_equal(b.transport.request_count, 0);
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_carries_the_token_and_no_signature),
        cmocka_unit_test(the_token_is_read_anew_for_each_set),
        cmocka_unit_test(a_profile_can_say_it_and_sign_a_further_role_with_it),
        cmocka_unit_test(given_texts_are_used_without_any_variable),
        cmocka_unit_test(a_token_that_sts_cannot_check_is_read_and_sent_again),
        cmocka_unit_test(another_refusal_is_final_and_the_token_is_never_told),
        cmocka_unit_test(an_answer_without_a_whole_set_is_an_error),
        cmocka_unit_test(what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
