/* Where a client's operations go, as smithy_client_endpoint tells it before there is one. */
#include "check.h"
#include "client_bench.h"

#include <dynamodb/dynamodb.h>
#include <logs/logs.h>
#include <s3/s3.h>
#include <sts/sts.h>

static client_bench bench;

static int open_bench(void **state) {
    (void)state;
    client_bench_open(&bench, NULL, 0);
    return 0;
}

static int close_bench(void **state) {
    (void)state;
    assert_int_equal(bench.transport.request_count, 0);
    client_bench_close(&bench);
    return 0;
}

static const smithy_str NOBODY = {0};

static void check_endpoint(smithy_client *client, smithy_str account_id, const char *expected) {
    smithy_str url;
    assert_non_null(client);
    if (smithy_client_endpoint(client, account_id, &url, bench.call) != SMITHY_OK)
        fail_msg("%s", smithy_call_error(bench.call)->message);
    check_text(url, expected);
    smithy_client_destroy(client);
}

static void check_all(const char *logs, const char *s3, const char *dynamodb, const char *sts) {
    check_endpoint(logs_client_base(logs_client_create(NULL, bench.call)), NOBODY, logs);
    check_endpoint(s3_client_base(s3_client_create(NULL, bench.call)), NOBODY, s3);
    check_endpoint(dynamodb_client_base(dynamodb_client_create(NULL, bench.call)), NOBODY, dynamodb);
    check_endpoint(sts_client_base(sts_client_create(NULL, bench.call)), NOBODY, sts);
}

static void the_rules_are_asked_with_the_clients_settings(void **state) {
    (void)state;
    check_all("https://logs.eu-west-1.amazonaws.com", "https://s3.eu-west-1.amazonaws.com",
              "https://dynamodb.eu-west-1.amazonaws.com", "https://sts.eu-west-1.amazonaws.com");
    fake_system_set_env(&bench.fake, "AWS_REGION", "us-gov-west-1");
    fake_system_set_env(&bench.fake, "AWS_USE_FIPS_ENDPOINT", "true");
    fake_system_set_env(&bench.fake, "AWS_USE_DUALSTACK_ENDPOINT", "true");
    check_all("https://logs-fips.us-gov-west-1.api.aws", "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com",
              "https://dynamodb-fips.us-gov-west-1.api.aws", "https://sts-fips.us-gov-west-1.api.aws");
}

static void a_url_that_is_configured_is_the_endpoint(void **state) {
    (void)state;
    fake_system_set_env(&bench.fake, "AWS_ENDPOINT_URL", "http://localhost:4566");
    fake_system_set_env(&bench.fake, "AWS_ENDPOINT_URL_S3", "http://localhost:9000");
    check_all("http://localhost:4566", "http://localhost:9000", "http://localhost:4566", "http://localhost:4566");
}

static void an_account_has_its_own_where_the_rules_say_so(void **state) {
    (void)state;
    const smithy_str account = SMITHY_STR("123456789012");
    check_endpoint(dynamodb_client_base(dynamodb_client_create(NULL, bench.call)), account,
                   "https://123456789012.ddb.eu-west-1.amazonaws.com");
    check_endpoint(logs_client_base(logs_client_create(NULL, bench.call)), account,
                   "https://logs.eu-west-1.amazonaws.com");
    fake_system_set_env(&bench.fake, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled");
    check_endpoint(dynamodb_client_base(dynamodb_client_create(NULL, bench.call)), account,
                   "https://dynamodb.eu-west-1.amazonaws.com");
}

static void what_the_rules_refuse_is_an_error(void **state) {
    (void)state;
    smithy_str url;
    fake_system_set_env(&bench.fake, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "required");
    dynamodb_client *client = dynamodb_client_create(NULL, bench.call);
    smithy_client *base = dynamodb_client_base(client);
    assert_non_null(client);
    assert_int_equal(smithy_client_endpoint(base, NOBODY, &url, bench.call), SMITHY_ERROR_CONFIG);
    assert_null(url.ptr);
    assert_non_null(strstr(smithy_call_error(bench.call)->message, "AccountId"));
    /* An earlier failure is in no later one's way. */
    assert_int_equal(smithy_client_endpoint(base, SMITHY_STR("123456789012"), &url, bench.call), SMITHY_OK);
    dynamodb_client_destroy(client);
}

static void without_a_region_there_is_none(void **state) {
    (void)state;
    smithy_str url;
    fake_system_set_env(&bench.fake, "AWS_REGION", NULL);
    s3_client *client = s3_client_create(NULL, bench.call);
    assert_non_null(client);
    assert_int_equal(smithy_client_endpoint(s3_client_base(client), NOBODY, &url, bench.call), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(smithy_call_error(bench.call)->message, "no Region"));
    s3_client_destroy(client);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_rules_are_asked_with_the_clients_settings, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_url_that_is_configured_is_the_endpoint, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(an_account_has_its_own_where_the_rules_say_so, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(what_the_rules_refuse_is_an_error, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(without_a_region_there_is_none, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
