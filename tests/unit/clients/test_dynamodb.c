/* DynamoDB's endpoints: each account has one of its own, where the client knows the account. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <dynamodb/dynamodb.h>

#include <cmocka.h>

#define REGIONAL "https://dynamodb.eu-west-1.amazonaws.com/"

static const scripted_answer EMPTY = {.status = 200, .body = "{}"};
static client_bench bench;
static dynamodb_client *client;

static void open_client(void) {
    client = dynamodb_client_create(NULL, bench.call);
    assert_non_null(client);
}

static int open_bench(void **state) {
    (void)state;
    client_bench_open(&bench, &EMPTY, 1);
    return 0;
}

static int close_bench(void **state) {
    (void)state;
    dynamodb_client_destroy(client);
    client = NULL;
    client_bench_close(&bench);
    return 0;
}

static smithy_status describe(smithy_str table) {
    const dynamodb_describe_table_input input = {.table_name = table};
    dynamodb_describe_table_output output;
    return dynamodb_describe_table(client, &input, &output, bench.call);
}

static void assert_url_of(smithy_str table, const char *url) {
    assert_int_equal(describe(table), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url, url);
}

static void the_account_of_the_credentials_has_its_own_endpoint(void **state) {
    (void)state;
    open_client();
    assert_url_of(SMITHY_STR("table"), "https://111122223333.ddb.eu-west-1.amazonaws.com/");
}

static void the_account_in_a_tables_arn_counts_more(void **state) {
    (void)state;
    open_client();
    assert_url_of(SMITHY_STR("arn:aws:dynamodb:eu-west-1:444455556666:table/t"),
                  "https://444455556666.ddb.eu-west-1.amazonaws.com/");
}

static void without_an_account_the_regions_endpoint_is_taken(void **state) {
    (void)state;
    fake_system_set_env(&bench.fake, "AWS_ACCOUNT_ID", NULL);
    open_client();
    assert_url_of(SMITHY_STR("table"), REGIONAL);
}

static void the_endpoints_of_accounts_can_be_turned_off(void **state) {
    (void)state;
    fake_system_set_env(&bench.fake, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled");
    open_client();
    assert_url_of(SMITHY_STR("table"), REGIONAL);
}

static void an_endpoint_that_is_given_stays(void **state) {
    (void)state;
    fake_system_set_env(&bench.fake, "AWS_ENDPOINT_URL_DYNAMODB", "http://localhost:8000");
    open_client();
    assert_url_of(SMITHY_STR("table"), "http://localhost:8000/");
}

static void an_account_that_is_required_and_not_known_is_an_error(void **state) {
    (void)state;
    fake_system_set_env(&bench.fake, "AWS_ACCOUNT_ID", NULL);
    fake_system_set_env(&bench.fake, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "required");
    open_client();
    assert_int_equal(describe(SMITHY_STR("table")), SMITHY_ERROR_CONFIG);
    assert_int_equal(bench.transport.request_count, 0);
}

static void without_credentials_nothing_is_sent(void **state) {
    (void)state;
    fake_system_set_env(&bench.fake, "AWS_SECRET_ACCESS_KEY", NULL);
    open_client();
    assert_int_equal(describe(SMITHY_STR("table")), SMITHY_ERROR_CREDENTIALS);
    assert_int_equal(bench.transport.request_count, 0);
}

/* The rules look at the first of the tables that a request names. */
static void a_batch_goes_to_the_account_of_its_tables(void **state) {
    (void)state;
    static const dynamodb_key_entry KEY = {.key = SMITHY_STR_INIT("k"),
                                           .value = {.kind = DYNAMODB_ATTRIBUTE_VALUE_N, .n = SMITHY_STR_INIT("1")}};
    static const dynamodb_key KEYS = {&KEY, 1};
    static const dynamodb_batch_get_request_map_entry TABLES[] = {
        {.key = SMITHY_STR_INIT("arn:aws:dynamodb:eu-west-1:444455556666:table/t"), .value = {.keys = {&KEYS, 1}}},
        {.key = SMITHY_STR_INIT("arn:aws:dynamodb:eu-west-1:777788889999:table/u"), .value = {.keys = {&KEYS, 1}}},
    };
    const dynamodb_batch_get_item_input input = {.request_items = {TABLES, 2}};
    dynamodb_batch_get_item_output output;
    open_client();
    assert_int_equal(dynamodb_batch_get_item(client, &input, &output, bench.call), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].url, "https://444455556666.ddb.eu-west-1.amazonaws.com/");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_account_of_the_credentials_has_its_own_endpoint, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(the_account_in_a_tables_arn_counts_more, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(without_an_account_the_regions_endpoint_is_taken, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(the_endpoints_of_accounts_can_be_turned_off, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(an_endpoint_that_is_given_stays, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(an_account_that_is_required_and_not_known_is_an_error, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(without_credentials_nothing_is_sent, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_batch_goes_to_the_account_of_its_tables, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
