/* The STS client: forms, answers in XML, errors by their own codes. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <sts/sts.h>

#include <cmocka.h>

static client_bench bench;
static sts_client *client;

static void open_bench(const scripted_answer *answers, size_t count) {
    client_bench_open(&bench, answers, count);
    client = sts_client_create(NULL, bench.call);
    assert_non_null(client);
}

static void close_bench(void) {
    sts_client_destroy(client);
    client_bench_close(&bench);
}

static smithy_status assume_with_web_identity(sts_assume_role_with_web_identity_output *output) {
    const sts_assume_role_with_web_identity_input input = {
        .role_arn = SMITHY_STR_INIT("arn:aws:iam::111122223333:role/r"),
        .role_session_name = SMITHY_STR_INIT("session"),
        .web_identity_token = SMITHY_STR_INIT("a.b"),
    };
    return sts_assume_role_with_web_identity(client, &input, output, bench.call);
}

#define ERROR(code) \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>why</Message></Error></ErrorResponse>"

static const char ASSUMED[] =
    "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA</AccessKeyId>"
    "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration>"
    "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";

static void a_web_identity_is_sent_without_a_signature(void **state) {
    (void)state;
    const scripted_answer answer = {.status = 200, .body = ASSUMED};
    sts_assume_role_with_web_identity_output output;
    open_bench(&answer, 1);
    fake_system_set_env(&bench.fake, "AWS_SECRET_ACCESS_KEY", NULL);
    assert_int_equal(assume_with_web_identity(&output), SMITHY_OK);
    assert_string_equal(output.credentials->access_key_id.ptr, "ASIA");
    assert_int_equal(output.credentials->expiration.value, 1767326645000);
    assert_null(scripted_request_header(&bench.transport, 0, "Authorization"));
    assert_string_equal(bench.transport.requests[0].url, "https://sts.eu-west-1.amazonaws.com/");
    assert_string_equal(bench.transport.requests[0].body,
                        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
                        "&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=session"
                        "&WebIdentityToken=a.b");
    close_bench();
}

/* The model calls it InvalidIdentityTokenException, and the service does not. */
static void errors_are_known_by_the_codes_of_the_service(void **state) {
    (void)state;
    const scripted_answer answer = {.status = 400, .body = ERROR("InvalidIdentityToken")};
    sts_assume_role_with_web_identity_output output;
    open_bench(&answer, 1);
    assert_int_equal(assume_with_web_identity(&output), SMITHY_ERROR_SERVICE);
    assert_int_equal(sts_error_of(bench.call), STS_ERROR_INVALID_IDENTITY_TOKEN);
    assert_string_equal(smithy_call_error(bench.call)->message, "why");
    assert_int_equal(bench.transport.request_count, 1);
    close_bench();
}

static void an_identity_provider_out_of_reach_is_asked_again(void **state) {
    (void)state;
    const scripted_answer answers[] = {
        {.status = 400, .body = ERROR("IDPCommunicationError")},
        {.status = 200, .body = ASSUMED},
    };
    sts_assume_role_with_web_identity_output output;
    open_bench(answers, 2);
    assert_int_equal(assume_with_web_identity(&output), SMITHY_OK);
    assert_int_equal(bench.transport.request_count, 2);
    close_bench();
}

static void a_role_is_assumed_with_a_signature(void **state) {
    (void)state;
    const scripted_answer answer = {.status = 200,
                                    .body = "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"};
    static const sts_tag TAGS[] = {{.key = SMITHY_STR_INIT("k"), .value = SMITHY_STR_INIT("a & b")}};
    const sts_assume_role_input input = {
        .role_arn = SMITHY_STR_INIT("r"),
        .role_session_name = SMITHY_STR_INIT("s"),
        .tags = {TAGS, 1},
        .transitive_tag_keys = {&TAGS[0].key, 0},
    };
    sts_assume_role_output output;
    open_bench(&answer, 1);
    assert_int_equal(sts_assume_role(client, &input, &output, bench.call), SMITHY_OK);
    assert_non_null(scripted_request_header(&bench.transport, 0, "Authorization"));
    assert_string_equal(bench.transport.requests[0].body,
                        "Action=AssumeRole&Version=2011-06-15&RoleArn=r&RoleSessionName=s&Tags.member.1.Key=k"
                        "&Tags.member.1.Value=a%20%26%20b&TransitiveTagKeys=");
    close_bench();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_web_identity_is_sent_without_a_signature),
        cmocka_unit_test(errors_are_known_by_the_codes_of_the_service),
        cmocka_unit_test(an_identity_provider_out_of_reach_is_asked_again),
        cmocka_unit_test(a_role_is_assumed_with_a_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
