/* What each value may be, told through flags: the bucket, the prefixes, the store, the flags themselves. */
#include "settings_reading.h"
#include "settings_values.h"

#include <stdlib.h>

static const char *const HOME_ONLY[] = {"HOME=/home/ann", NULL};

static void the_command_keeps_its_state_in_the_users_folder(void **state) {
    (void)state;
    static const char *const ARGS[] = {"--destination-s3-bucket", "my-archive", "--source-log-group-prefixes=/aws/",
                                       "--json", NULL};
    static const char *const XDG[] = {"HOME=/home/ann", "XDG_STATE_HOME=/var/state", NULL};
    static const char *const RELATIVE_XDG[] = {"HOME=/home/ann", "XDG_STATE_HOME=state", NULL};
    reading r;
    reading_args(&r, ARGS, HOME_ONLY);
    check_accepted(&r);
    check_text(r.settings.store_path, "/home/ann/.local/state/cloudwatch-logs-s3-exporter/my-archive.json");
    assert_true(r.settings.store_is_default);
    assert_int_equal(r.settings.store_type, EXPORTER_STORE_FILE);
    reading_end(&r);
    reading_args(&r, ARGS, XDG);
    check_accepted(&r);
    check_text(r.settings.store_path, "/var/state/cloudwatch-logs-s3-exporter/my-archive.json");
    reading_end(&r);
    reading_args(&r, ARGS, RELATIVE_XDG);
    check_accepted(&r);
    check_text(r.settings.store_path, "/home/ann/.local/state/cloudwatch-logs-s3-exporter/my-archive.json");
    reading_end(&r);
    reading_args(&r, ARGS, NULL);
    check_refused(&r, "no HOME", "--store-dsn", "file:///path");
    reading_end(&r);
}

/* ---- flags ---- */

typedef struct bad_args {
    const char *args[6];
    const char *name;
    const char *hint;
} bad_args;

#define NEEDED "--destination-s3-bucket=abc", "--source-log-group-prefixes=/a"

static void identity_is_read(void **state) {
    (void)state;
    static const char *const ARGS[] = {"--destination-s3-bucket=my-archive",
                                       "--source-log-group-prefixes=/a",
                                       "--store-dsn=file:///s",
                                       "--profile=dev ops",
                                       "--role-arn=arn:aws-cn:iam::123456789012:role/path/log-archive",
                                       "--external-id=a:b/c-1",
                                       NULL};
    reading r;
    reading_args(&r, ARGS, NULL);
    check_accepted(&r);
    assert_true(smithy_str_equal(r.settings.profile, SMITHY_STR("dev ops")));
    assert_true(
        smithy_str_equal(r.settings.role_arn, SMITHY_STR("arn:aws-cn:iam::123456789012:role/path/log-archive")));
    assert_true(smithy_str_equal(r.settings.external_id, SMITHY_STR("a:b/c-1")));
    reading_end(&r);
}

static void a_command_of_the_state_alone_needs_the_store_alone(void **state) {
    (void)state;
    static const char *const DSN[] = {"--store-dsn=file:///s", NULL};
    static const char *const BUCKET[] = {"--destination-s3-bucket=my-archive", NULL};
    static const char *const HOME[] = {"HOME=/home/me", NULL};
    reading r;
    reading_begin(&r, HOME);
    exporter_settings_source source = {.need = EXPORTER_NEEDS_STATE, .args = DSN, .arg_count = 1};
    assert_int_equal(exporter_settings_read(&source, &r.settings, r.call), SMITHY_OK);
    source.args = BUCKET;
    assert_int_equal(exporter_settings_read(&source, &r.settings, r.call), SMITHY_OK);
    assert_true(r.settings.store_is_default);
    source.arg_count = 0;
    r.status = exporter_settings_read(&source, &r.settings, r.call);
    check_refused(&r, "nothing", "--store-dsn is missing", "--destination-s3-bucket");
    reading_end(&r);
}

static const bad_args BAD_ARGS[] = {
    {{"--destination-s3-bucket=abc", NULL}, "--source-log-group-prefixes is missing", "SOURCE_LOG_GROUP_PREFIXES"},
    {{NEEDED, "--settle-dely", "1h", NULL}, "--settle-dely", "did you mean --settle-delay?"},
    {{NEEDED, "--SettleDelay=1h", NULL}, "--SettleDelay", "did you mean --settle-delay?"},
    {{NEEDED, "--jsn", NULL}, "--jsn", "did you mean --json?"},
    {{NEEDED, "--completely-else", NULL}, "--completely-else", "help run"},
    {{NEEDED, "-x", NULL}, "-x", "help run"},
    {{NEEDED, "--settle-delay", NULL}, "--settle-delay has no value", "--settle-delay=VALUE"},
    {{NEEDED, "--settle-delay", "--json", NULL}, "--settle-delay has no value", "--settle-delay=VALUE"},
    {{NEEDED, "--settle-delay=", NULL}, "--settle-delay \"\"", "12h"},
    {{NEEDED, "--region=eu-west-1", "--region=eu-west-1", NULL}, "--region", "once"},
    {{NEEDED, "stray", NULL}, "\"stray\"", "--flag VALUE"},
    {{NEEDED, "", NULL}, "\"\"", "--flag VALUE"},
    {{NEEDED, "--timeout", "5", NULL}, "--timeout \"5\"", "90m"},
    {{NEEDED, "--role-arn=x", NULL}, "--role-arn", "the ARN of a role"},
    {{NEEDED, "--external-id=abc", NULL}, "--external-id", "of no use without --role-arn"},
    {{NEEDED, "--profile=", NULL}, "--profile", "the name of a profile"},
    {{NEEDED, "--late-events=always", NULL}, "--late-events \"always\"", "report, sweep or off"},
    {{NEEDED, "--state-store-type=redis", NULL}, "--state-store-type \"redis\"", "s3, dynamodb or file"},
    {{NEEDED, "--state-store-type=dynamodb", NULL}, "--store-dsn is missing", "dynamodb://table"},
    {{NEEDED, "--state-store-type=s3", NULL}, "--store-dsn is missing", "s3://bucket/key"},
    {{NEEDED, "--state-store-type=s3", "--store-dsn=file:///x", NULL}, "--store-dsn \"file:///x\"", "s3://bucket/key"},
    {{NEEDED, "--state-store-type=file", "--store-dsn=s3://abc/x", NULL}, "--store-dsn \"s3://abc/x\"", "file:///path"},
    {{NEEDED, "--store-dsn=dynamodb://", NULL}, "dynamodb://", "a table's name"},
    {{NEEDED, "--store-dsn=dynamodb://ab", NULL}, "dynamodb://ab", "a table's name"},
    {{NEEDED, "--store-dsn=dynamodb://a b c", NULL}, "dynamodb://a b c", "a table's name"},
    {{NEEDED, "--store-dsn=dynamodb://table/", NULL}, "dynamodb://table/", "partition key"},
    {{NEEDED, "--store-dsn=/var/state.json", NULL}, "\"/var/state.json\"", "file:///path"},
    {{NEEDED, "--store-dsn=s3://abc", NULL}, "s3://abc", "s3://bucket/key"},
    {{NEEDED, "--store-dsn=s3://abc/", NULL}, "s3://abc/", "a key that does not end in '/'"},
    {{NEEDED, "--store-dsn=s3://abc/folder/", NULL}, "s3://abc/folder/", "does not end in '/'"},
    {{NEEDED, "--store-dsn=s3://ab/key", NULL}, "s3://ab/key", "a bucket's name"},
    {{NEEDED, "--store-dsn=s3://abc//key", NULL}, "s3://abc//key", "s3://bucket/key"},
    {{NEEDED, "--store-dsn=file://host/x", NULL}, "file://host/x", "absolute path"},
    {{NEEDED, "--store-dsn=file:///", NULL}, "file:///", "absolute path"},
    {{NEEDED, "--store-dsn=file:///x/", NULL}, "file:///x/", "does not end in '/'"},
    {{NEEDED, "--store-dsn=file:///x\ny", NULL}, "file:///x?y", "absolute path"},
};

static void a_bad_flag_is_one_line_that_names_it_and_what_is_allowed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof BAD_ARGS / sizeof BAD_ARGS[0]; i++) {
        reading r;
        reading_args(&r, BAD_ARGS[i].args, HOME_ONLY);
        check_refused(&r, BAD_ARGS[i].hint, BAD_ARGS[i].name, BAD_ARGS[i].hint);
        reading_end(&r);
    }
}

static void flags_go_before_the_environment(void **state) {
    (void)state;
    static const char *const ARGS[] = {NEEDED, "--settle-delay", "0", "--timeout=1h", NULL};
    static const char *const ENVIRONMENT[] = {"SETTLE_DELAY=1h", "DESTINATION_S3_BUCKET=other", "TIMEOUT=7",
                                              "STORE_DSN=s3://my-state/k", NULL};
    reading r;
    reading_args(&r, ARGS, ENVIRONMENT);
    check_accepted(&r);
    check_text(r.settings.destination_bucket, "abc");
    assert_int_equal(r.settings.settle_delay_ms, 0);
    assert_int_equal(r.settings.timeout_ms, 3600000);
    assert_int_equal(r.settings.store_type, EXPORTER_STORE_S3);
    assert_false(r.settings.store_is_default);
    reading_end(&r);
}

static void a_bad_variable_is_named_as_such(void **state) {
    (void)state;
    static const char *const ARGS[] = {NEEDED, NULL};
    static const char *const ENVIRONMENT[] = {"HOME=/h", "SETTLE_DELAY=soon", NULL};
    reading r;
    reading_args(&r, ARGS, ENVIRONMENT);
    check_refused(&r, "variable", "SETTLE_DELAY \"soon\"", "12h");
    reading_end(&r);
}

/* ---- buckets ---- */

static void bucket_names_follow_the_rules_of_s3(void **state) {
    (void)state;
    static const char *const GOOD[] = {"abc",      "my.bucket-1",
                                       "0bucket9", "192.168.0",
                                       "a-b",      "a23456789012345678901234567890123456789012345678901234567890123"};
    static const char *const BAD[] = {"",
                                      "ab",
                                      "Abc",
                                      "a_b",
                                      "-abc",
                                      "abc-",
                                      ".abc",
                                      "abc.",
                                      "a..b",
                                      "192.168.0.1",
                                      "xn--abc",
                                      "sthree-abc",
                                      "abc-s3alias",
                                      "abc--ol-s3",
                                      "abc--x-s3",
                                      "s3://abc",
                                      "arn:aws:s3:::abc",
                                      "abc/def",
                                      "a b",
                                      "a234567890123456789012345678901234567890123456789012345678901234"};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        if (!settings_is_bucket_name(smithy_str_from(GOOD[i]))) fail_msg("%s was refused", GOOD[i]);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (settings_is_bucket_name(smithy_str_from(BAD[i]))) fail_msg("%s was taken", BAD[i]);
}

/* ---- prefixes ---- */

static void check_prefixes(const char *given, const char *expected) {
    char flag[1024];
    char kept[1024] = "";
    (void)snprintf(flag, sizeof flag, "--source-log-group-prefixes=%s", given);
    const char *const args[] = {"--destination-s3-bucket=abc", flag, NULL};
    reading r;
    reading_args(&r, args, HOME_ONLY);
    check_accepted(&r);
    for (size_t i = 0; i < r.settings.group_prefixes.count; i++)
        (void)snprintf(kept + strlen(kept), sizeof kept - strlen(kept), "<%s>", r.settings.group_prefixes.items[i].ptr);
    assert_string_equal(kept, expected);
    reading_end(&r);
}

static void prefixes_are_trimmed_and_listed_once(void **state) {
    (void)state;
    check_prefixes("/a", "</a>");
    check_prefixes(" /b , /a ", "</b></a>");
    check_prefixes("[\"/b\", \" /a\"]", "</b></a>");
    check_prefixes("/aws/lambda/,/aws/,/ecs", "</aws/></ecs>");
    check_prefixes("/a,/a,/a", "</a>");
    check_prefixes("/ab,/a,/abc,/b", "</a></b>");
    check_prefixes("*", "<>");
    check_prefixes("/a,*,/b", "<>");
    check_prefixes("*,*", "<>");
    check_prefixes("a_B/.#-9", "<a_B/.#-9>");
}

static void bad_prefixes_are_refused(void **state) {
    (void)state;
    char long_prefix[514];
    memset(long_prefix, 'a', sizeof long_prefix - 1);
    long_prefix[sizeof long_prefix - 1] = '\0';
    const struct {
        const char *given;
        const char *hint;
    } bad[] = {{"", "empty prefix"},    {" ", "empty prefix"},   {"/a,,/b", "empty prefix"},
               {"/a,", "empty prefix"}, {"[]", "an empty list"}, {"[\"\"]", "empty prefix"},
               {"[1]", "item 1"},       {"[\"/a\"", "JSON"},     {"/a/*", "it needs no *"},
               {"/a b", "a-z"},         {"/a\xc3\xa9", "a-z"},   {long_prefix, "512"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char flag[1024];
        (void)snprintf(flag, sizeof flag, "--source-log-group-prefixes=%s", bad[i].given);
        const char *const args[] = {"--destination-s3-bucket=abc", flag, NULL};
        reading r;
        reading_args(&r, args, HOME_ONLY);
        check_refused(&r, flag, "--source-log-group-prefixes", bad[i].hint);
        reading_end(&r);
    }
}

static void more_than_a_thousand_prefixes_are_refused(void **state) {
    (void)state;
    static char flag[4096] = "--source-log-group-prefixes=";
    for (int i = 0; i < 1001; i++) strcat(flag, i == 0 ? "/a" : ",/a");
    const char *const args[] = {"--destination-s3-bucket=abc", flag, NULL};
    reading r;
    reading_args(&r, args, HOME_ONLY);
    check_refused(&r, "1001 prefixes", "--source-log-group-prefixes", "1000");
    reading_end(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_is_read),
        cmocka_unit_test(a_command_of_the_state_alone_needs_the_store_alone),
        cmocka_unit_test(the_command_keeps_its_state_in_the_users_folder),
        cmocka_unit_test(a_bad_flag_is_one_line_that_names_it_and_what_is_allowed),
        cmocka_unit_test(flags_go_before_the_environment),
        cmocka_unit_test(a_bad_variable_is_named_as_such),
        cmocka_unit_test(bucket_names_follow_the_rules_of_s3),
        cmocka_unit_test(prefixes_are_trimmed_and_listed_once),
        cmocka_unit_test(bad_prefixes_are_refused),
        cmocka_unit_test(more_than_a_thousand_prefixes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
