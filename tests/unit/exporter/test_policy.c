/* The policies that are printed, and how the bucket's is judged. */
#include "failing_system.h"
#include "policy.h"
#include "policy_check.h"

#include <stdio.h>

#define SERVICE  "logs.eu-west-1.amazonaws.com"
#define ACCOUNT  "111122223333"
#define OBJECT   "arn:aws:s3:::archive/2026/11/22/app/aws-logs-write-test"
#define LET_LOGS "\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"" SERVICE "\"}"
#define ON_ALL   "\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::archive/*\""

/* ---- judging ---- */

static policy_request put_object(void) {
    return (policy_request){.service = SMITHY_STR(SERVICE),
                            .action = SMITHY_STR("s3:PutObject"),
                            .resource = SMITHY_STR(OBJECT),
                            .account = SMITHY_STR(ACCOUNT),
                            .source_arn = SMITHY_STR("arn:aws:logs:eu-west-1:" ACCOUNT ":log-group:app")};
}

/* Of a policy with these statements; `sid` is what is told of the one that matters. */
static void expect(policy_verdict verdict, const char *sid, const char *statements) {
    char text[2048];
    policy_verdict found;
    smithy_str statement;
    const policy_request request = put_object();
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    (void)snprintf(text, sizeof text, "{\"Version\":\"2012-10-17\",\"Statement\":%s}", statements);
    assert_int_equal(policy_check(smithy_str_from(text), &request, &found, &statement, call), SMITHY_OK);
    assert_int_equal(found, verdict);
    assert_true(smithy_str_equal(statement, smithy_str_from(sid)));
    smithy_call_destroy(call);
}

#define ALLOW_ALL "{" LET_LOGS "," ON_ALL "}"

static void a_statement_counts_for_its_principal_action_and_resource(void **context) {
    (void)context;
    expect(POLICY_SILENT, NULL, "[]");
    expect(POLICY_ALLOWED, NULL, ALLOW_ALL);
    expect(POLICY_ALLOWED, NULL, "[" ALLOW_ALL "]");
    expect(POLICY_ALLOWED, NULL, "{" LET_LOGS ",\"Action\":[\"s3:getobject\",\"S3:Put*\"],\"Resource\":[\"x\",\"*\"]}");
    expect(POLICY_ALLOWED, NULL,
           "{" LET_LOGS ",\"NotAction\":\"s3:GetObject\",\"NotResource\":\"arn:aws:s3:::other/*\"}");
    expect(POLICY_SILENT, NULL, "{" LET_LOGS ",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}");
    expect(POLICY_SILENT, NULL, "{" LET_LOGS ",\"NotAction\":\"s3:*\",\"Resource\":\"*\"}");
    expect(POLICY_SILENT, NULL, "{" LET_LOGS ",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::archive\"}");
    expect(POLICY_SILENT, NULL,
           "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":[\"logs.us-east-1.amazonaws.com\"]}," ON_ALL "}");
    expect(POLICY_SILENT, NULL, "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" ACCOUNT "\"}," ON_ALL "}");
    expect(POLICY_SILENT, NULL, "{\"Effect\":\"Allow\"," ON_ALL "}");
}

static void conditions_are_those_of_a_request_of_the_service(void **context) {
    (void)context;
    static const struct {
        const char *condition;
        policy_verdict verdict;
    } ROWS[] = {
        {"{}", POLICY_ALLOWED},
        {"{\"StringEquals\":{\"aws:SourceAccount\":\"" ACCOUNT "\"}}", POLICY_ALLOWED},
        {"{\"StringEquals\":{\"AWS:sourceaccount\":[\"1\",\"" ACCOUNT "\"]}}", POLICY_ALLOWED},
        {"{\"StringEquals\":{\"aws:SourceAccount\":\"1\"}}", POLICY_SILENT},
        {"{\"StringNotEquals\":{\"aws:SourceAccount\":\"1\"}}", POLICY_ALLOWED},
        {"{\"StringNotEquals\":{\"aws:SourceAccount\":[\"1\",\"" ACCOUNT "\"]}}", POLICY_SILENT},
        {"{\"StringLike\":{\"aws:SourceAccount\":\"1111*\"}}", POLICY_ALLOWED},
        {"{\"StringEqualsIgnoreCase\":{\"s3:x-amz-acl\":\"Bucket-Owner-Full-Control\"}}", POLICY_ALLOWED},
        {"{\"StringEquals\":{\"s3:x-amz-acl\":\"private\"}}", POLICY_SILENT},
        {"{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:logs:eu-west-1:" ACCOUNT ":log-group:*\"}}", POLICY_ALLOWED},
        {"{\"ArnEquals\":{\"aws:SourceArn\":\"arn:aws:logs:eu-west-1:" ACCOUNT ":log-group:app:*\"}}", POLICY_ALLOWED},
        {"{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:logs:us-east-1:" ACCOUNT ":*\"}}", POLICY_SILENT},
        {"{\"Bool\":{\"aws:SecureTransport\":true}}", POLICY_ALLOWED},
        {"{\"Bool\":{\"aws:SecureTransport\":\"false\"}}", POLICY_SILENT},
        {"{\"Null\":{\"aws:SourceVpce\":\"true\"}}", POLICY_ALLOWED},
        {"{\"Null\":{\"aws:SourceVpce\":true}}", POLICY_ALLOWED},
        {"{\"Null\":{\"aws:SourceAccount\":\"true\"}}", POLICY_SILENT},
        {"{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-1\"}}", POLICY_SILENT},
        {"{\"StringEqualsIfExists\":{\"aws:PrincipalOrgID\":\"o-1\"}}", POLICY_ALLOWED},
        {"{\"StringEquals\":{\"aws:SourceOrgID\":\"o-1\"}}", POLICY_UNCLEAR},
        {"{\"ForAnyValue:StringEquals\":{\"aws:SourceAccount\":\"1\"}}", POLICY_UNCLEAR},
        {"{\"StringEquals\":{\"aws:SourceOrgID\":\"o-1\",\"aws:SourceAccount\":\"1\"}}", POLICY_SILENT},
        {"{\"StringEquals\":{\"aws:SourceAccount\":5}}", POLICY_UNCLEAR},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char statement[1024];
        (void)snprintf(statement, sizeof statement, "[{" LET_LOGS "," ON_ALL ",\"Condition\":%s}]", ROWS[i].condition);
        print_message("%s\n", ROWS[i].condition);
        expect(ROWS[i].verdict, NULL, statement);
    }
}

#define DENY(principal, condition)                                                                               \
    "{\"Sid\":\"guard\",\"Effect\":\"Deny\",\"Principal\":" principal ",\"Action\":\"s3:*\",\"Resource\":\"*\"," \
    "\"Condition\":" condition "}"

static void a_deny_wins_and_its_statement_is_told(void **context) {
    (void)context;
    expect(POLICY_DENIED, "guard", "[" DENY("\"*\"", "{}") "," ALLOW_ALL "]");
    expect(POLICY_DENIED, "guard", "[" ALLOW_ALL "," DENY("{\"AWS\":\"*\"}", "{}") "]");
    expect(POLICY_ALLOWED, NULL, "[" ALLOW_ALL "," DENY("{\"AWS\":\"" ACCOUNT "\"}", "{}") "]");
    expect(POLICY_ALLOWED, NULL, "[" ALLOW_ALL "," DENY("\"*\"", "{\"Bool\":{\"aws:SecureTransport\":\"false\"}}") "]");
    expect(POLICY_UNCLEAR, "guard",
           "[" ALLOW_ALL "," DENY("\"*\"", "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}") "]");
    expect(POLICY_SILENT, NULL, "[" DENY("\"*\"", "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}") "]");
}

static void who_is_not_documented_to_be_the_service_is_unclear(void **context) {
    (void)context;
    expect(POLICY_UNCLEAR, "open", "[{\"Sid\":\"open\",\"Effect\":\"Allow\",\"Principal\":\"*\"," ON_ALL "}]");
    expect(POLICY_UNCLEAR, NULL,
           "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"logs.amazonaws.com\"}," ON_ALL "}");
    expect(POLICY_UNCLEAR, NULL, "{\"Effect\":\"Allow\",\"NotPrincipal\":{\"AWS\":\"1\"}," ON_ALL "}");
}

static void what_is_no_policy_is_an_error(void **context) {
    (void)context;
    static const char *const TEXTS[] = {"{", "[]", "{}", "7", "\"x\"", "{\"Version\":\"2012-10-17\"}"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        policy_verdict verdict;
        smithy_str statement;
        const policy_request request = put_object();
        smithy_call *call = smithy_call_create(NULL);
        assert_non_null(call);
        assert_int_equal(policy_check(smithy_str_from(TEXTS[i]), &request, &verdict, &statement, call),
                         SMITHY_ERROR_RESPONSE);
        smithy_call_destroy(call);
    }
    expect(POLICY_SILENT, NULL, "[1,\"x\",null,{\"Effect\":7},{\"Effect\":\"Allow\",\"Principal\":[]}]");
    expect(POLICY_UNCLEAR, NULL, "{" LET_LOGS ",\"Action\":[7],\"Resource\":\"*\"}");
}

/* ---- printing ---- */

static exporter_settings some_settings(void) {
    static const smithy_str PREFIXES[] = {SMITHY_STR_INIT("app"), SMITHY_STR_INIT("")};
    return (exporter_settings){.destination_bucket = SMITHY_STR("archive"),
                               .group_prefixes = {PREFIXES, 2},
                               .store_type = EXPORTER_STORE_S3,
                               .store_bucket = SMITHY_STR("states"),
                               .store_key = SMITHY_STR("a \"b\\.json")};
}

static void write_policy(policy_kind kind, smithy_str region, smithy_buffer *out) {
    const exporter_settings settings = some_settings();
    const policy_place place = {.settings = &settings, .region = region, .account = SMITHY_STR(ACCOUNT)};
    smithy_json_writer json;
    smithy_buffer_init(out, NULL, 65536);
    smithy_json_writer_init(&json, out);
    policy_write(kind, &place, &json);
    assert_int_equal(smithy_buffer_status(out), SMITHY_OK);
}

static void the_buckets_policy_lets_the_service_do_what_it_asks_for(void **context) {
    (void)context;
    smithy_buffer text;
    policy_verdict verdict;
    smithy_str statement;
    policy_request request = put_object();
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    write_policy(POLICY_BUCKET, SMITHY_STR("eu-west-1"), &text);
    assert_int_equal(policy_check(smithy_buffer_str(&text), &request, &verdict, &statement, call), SMITHY_OK);
    assert_int_equal(verdict, POLICY_ALLOWED);
    request.action = SMITHY_STR("s3:GetBucketAcl");
    request.resource = SMITHY_STR("arn:aws:s3:::archive");
    assert_int_equal(policy_check(smithy_buffer_str(&text), &request, &verdict, &statement, call), SMITHY_OK);
    assert_int_equal(verdict, POLICY_ALLOWED);
    request.account = SMITHY_STR("999999999999");
    assert_int_equal(policy_check(smithy_buffer_str(&text), &request, &verdict, &statement, call), SMITHY_OK);
    assert_int_equal(verdict, POLICY_SILENT);
    smithy_buffer_deinit(&text);
    smithy_call_destroy(call);
}

/* The same value, over several lines. */
static void what_people_read_is_the_same_json(void **context) {
    (void)context;
    for (policy_kind kind = POLICY_ROLE; kind < POLICY_KINDS; kind++) {
        smithy_buffer text, pretty;
        write_policy(kind, SMITHY_STR("us-gov-west-1"), &text);
        smithy_buffer_init(&pretty, NULL, 65536);
        policy_indent(smithy_buffer_str(&text), &pretty);
        cJSON *one = cJSON_Parse(text.ptr), *other = cJSON_Parse(pretty.ptr);
        assert_non_null(one);
        assert_true(cJSON_Compare(one, other, true));
        assert_non_null(strstr(pretty.ptr, "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n"));
        assert_non_null(
            strstr(pretty.ptr, kind == POLICY_KEY ? "arn:aws-us-gov:iam::" : "arn:aws-us-gov:s3:::archive"));
        cJSON_Delete(one);
        cJSON_Delete(other);
        smithy_buffer_deinit(&text);
        smithy_buffer_deinit(&pretty);
    }
}

static smithy_status judge_once(const smithy_system *system, void *argument) {
    policy_verdict verdict;
    smithy_str statement;
    const policy_request request = put_object();
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = system});
    (void)argument;
    if (!call) return SMITHY_ERROR_MEMORY;
    const smithy_status status =
        policy_check(SMITHY_STR("{\"Statement\":" ALLOW_ALL "}"), &request, &verdict, &statement, call);
    assert_true(status != SMITHY_OK || verdict == POLICY_ALLOWED);
    smithy_call_destroy(call);
    return status;
}

static void each_allocation_that_fails_is_told(void **context) {
    (void)context;
    (void)fail_each_allocation(judge_once, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_counts_for_its_principal_action_and_resource),
        cmocka_unit_test(conditions_are_those_of_a_request_of_the_service),
        cmocka_unit_test(a_deny_wins_and_its_statement_is_told),
        cmocka_unit_test(who_is_not_documented_to_be_the_service_is_unclear),
        cmocka_unit_test(what_is_no_policy_is_an_error),
        cmocka_unit_test(the_buckets_policy_lets_the_service_do_what_it_asks_for),
        cmocka_unit_test(what_people_read_is_the_same_json),
        cmocka_unit_test(each_allocation_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
