/* What to change, from the words in which services refuse. */
#include "advice.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define GROUP "arn:aws:logs:eu-west-1:1:log-group:"

static const advice_place PLACE = {SMITHY_STR_INIT("archive"), SMITHY_STR_INIT("eu-west-1")};

static smithy_error refusal(const char *operation, int http_status, const char *code, const char *message) {
    smithy_error error = {.status = SMITHY_ERROR_SERVICE, .operation = operation, .http_status = http_status};
    (void)snprintf(error.code, sizeof error.code, "%s", code);
    (void)snprintf(error.message, sizeof error.message, "%s", message);
    return error;
}

static void expect(const char *operation, const char *code, const char *message, const char *advice) {
    char text[ADVICE_TEXT];
    bool is_all;
    const smithy_error error = refusal(operation, 403, code, message);
    assert_true(advice_write(&error, &PLACE, text, &is_all));
    assert_string_equal(text, advice);
}

static void a_denial_names_action_resource_user_and_policy(void **context) {
    (void)context;
    expect("CreateExportTask", "AccessDeniedException",
           "User: arn:aws:sts::1:assumed-role/exporter/x is not authorized to perform: logs:CreateExportTask on "
           "resource: " GROUP
           "app:log-stream: because no identity-based policy allows the logs:CreateExportTask action",
           "allow logs:CreateExportTask on " GROUP "app:* to the role exporter (identity-based policy)");
    expect("DescribeLogGroups", "AccessDeniedException",
           "User: arn:aws:iam::1:user/ann is not authorized to perform: logs:DescribeLogGroups on resource: " GROUP
           ":log-stream:",
           "allow logs:DescribeLogGroups on " GROUP "* to arn:aws:iam::1:user/ann");
    expect("GetObject", "AccessDenied",
           "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: s3:GetObject on resource: "
           "\"arn:aws:s3:::b/k\" because no VPC endpoint policy allows the s3:GetObject action",
           "allow s3:GetObject on arn:aws:s3:::b/k to the role r (VPC endpoint policy)");
}

static void an_explicit_deny_is_told_from_a_missing_permission(void **context) {
    (void)context;
    expect("PutObject", "AccessDenied",
           "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: s3:PutObject on resource: "
           "\"arn:aws:s3:::b/k\" with an explicit deny in a resource-based policy",
           "a resource-based policy denies s3:PutObject on arn:aws:s3:::b/k to the role r explicitly: except it there");
}

static void a_bare_access_denied_is_told_by_its_operation(void **context) {
    (void)context;
    expect("ListObjectsV2", "AccessDenied", "Access Denied",
           "allow s3:ListBucket on arn:aws:s3:::archive to whoever runs this");
    expect("DeleteObjects", "AccessDenied", "Access Denied",
           "allow s3:DeleteObject on arn:aws:s3:::archive/* to whoever runs this");
}

static void a_bucket_that_cannot_be_written_is_told_by_its_statement(void **context) {
    (void)context;
    static const char MESSAGE[] = "GetBucketAcl call on the given bucket failed. Please check.";
    expect("CreateExportTask", "InvalidParameterException", MESSAGE,
           "the bucket's policy must allow the service logs.eu-west-1.amazonaws.com s3:GetBucketAcl on "
           "arn:aws:s3:::archive");
    const smithy_error error = refusal("CreateExportTask", 400, "AccessDeniedException", MESSAGE);
    assert_true(advice_is_of_bucket(&error));
    const smithy_error other = refusal("CreateExportTask", 400, "InvalidParameterException", "The time range is bad.");
    assert_false(advice_is_of_bucket(&other));
}

static void other_partitions_have_their_names(void **context) {
    (void)context;
    char arn[80];
    advice_write_s3_arn(SMITHY_STR("cn-north-1"), SMITHY_STR("b"), SMITHY_STR("k"), arn, sizeof arn);
    assert_string_equal(arn, "arn:aws-cn:s3:::b/k");
    advice_write_s3_arn(SMITHY_STR("us-gov-east-1"), SMITHY_STR("b"), (smithy_str){0}, arn, sizeof arn);
    assert_string_equal(arn, "arn:aws-us-gov:s3:::b");
}

static void what_is_not_known_has_no_advice(void **context) {
    (void)context;
    char text[ADVICE_TEXT];
    bool is_all;
    const smithy_error unknown = refusal("CreateExportTask", 400, "InvalidParameterException", "No.");
    const smithy_error other = refusal("GetObject", 500, "InternalError", "We encountered an internal error.");
    const smithy_error broken = {.status = SMITHY_ERROR_TRANSPORT, .message = "is not authorized to perform: x "};
    assert_false(advice_write(&unknown, &PLACE, text, &is_all));
    assert_false(advice_write(&other, &PLACE, text, &is_all));
    assert_false(advice_write(&broken, &PLACE, text, &is_all));
}

/* A service's message is as long as it likes. */
static void long_names_are_cut_and_nothing_is_overrun(void **context) {
    (void)context;
    char text[ADVICE_TEXT], message[512];
    bool is_all;
    memset(message, 'x', sizeof message);
    memcpy(message, "User: ", 6);
    static const char MIDDLE[] = " is not authorized to perform: a on resource: ";
    memcpy(message + 200, MIDDLE, sizeof MIDDLE - 1);
    message[sizeof message - 1] = 0;
    const smithy_error error = refusal("PutObject", 403, "AccessDenied", message);
    assert_true(advice_write(&error, &PLACE, text, &is_all));
    assert_true(strlen(text) < ADVICE_TEXT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_denial_names_action_resource_user_and_policy),
        cmocka_unit_test(an_explicit_deny_is_told_from_a_missing_permission),
        cmocka_unit_test(a_bare_access_denied_is_told_by_its_operation),
        cmocka_unit_test(a_bucket_that_cannot_be_written_is_told_by_its_statement),
        cmocka_unit_test(other_partitions_have_their_names),
        cmocka_unit_test(what_is_not_known_has_no_advice),
        cmocka_unit_test(long_names_are_cut_and_nothing_is_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
