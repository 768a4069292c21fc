#include "settings_keys.h"
#include "settings_reading.h"

static void an_event_with_the_required_keys_gets_the_defaults(void **state) {
    (void)state;
    reading r;
    reading_event(&r, "{" REQUIRED_IN_EVENT "}", NULL);
    check_accepted(&r);
    check_text(r.settings.destination_bucket, "my-archive");
    assert_int_equal(r.settings.group_prefixes.count, 1);
    check_text(r.settings.group_prefixes.items[0], "/aws/");
    assert_int_equal(r.settings.store_type, EXPORTER_STORE_S3);
    assert_true(smithy_str_equal(r.settings.store_bucket, SMITHY_STR("my-state")));
    assert_true(smithy_str_equal(r.settings.store_key, SMITHY_STR("exporter.json")));
    assert_int_equal(r.settings.log_level, EXPORTER_LOG_INFO);
    assert_int_equal(r.settings.settle_delay_ms, 12 * 3600000);
    assert_int_equal(r.settings.late_events, EXPORTER_LATE_REPORT);
    assert_int_equal(r.settings.late_horizon_ms, 14 * 86400000);
    assert_int_equal(r.settings.timeout_reserve_ms, 30000);
    assert_int_equal(r.settings.export_unit, EXPORTER_UNIT_AUTO);
    check_text(r.settings.destination_prefix, "%Y/%m/%d/{group}/{stream}");
    assert_null(r.settings.region.ptr);
    assert_int_equal(r.settings.warnings.count, 0);
    reading_end(&r);
}

static void every_key_is_read_in_any_case(void **state) {
    (void)state;
    reading r;
    reading_event(&r,
                  "{\"destinationS3bucket\":\"my-archive\",\"SOURCELOGGROUPPREFIXES\":[\"/a\",\" /b \"],"
                  "\"state_store_type\":\"S3\",\"storeDsn\":\"s3://my-state/a/b\",\"log-level\":\"warn\","
                  "\"settleDelay\":\"1h30m\",\"timeoutReserve\":\"0\",\"exportUnit\":\"Stream\","
                  "\"destinationPrefix\":\"logs/{date}/{group}\",\"region\":\"eu-west-1\"}",
                  NULL);
    check_accepted(&r);
    assert_int_equal(r.settings.group_prefixes.count, 2);
    check_text(r.settings.group_prefixes.items[1], "/b");
    assert_int_equal(r.settings.log_level, EXPORTER_LOG_WARN);
    assert_int_equal(r.settings.settle_delay_ms, 5400000);
    assert_int_equal(r.settings.timeout_reserve_ms, 0);
    assert_int_equal(r.settings.export_unit, EXPORTER_UNIT_STREAM);
    check_text(r.settings.destination_prefix, "logs/{date}/{group}");
    check_text(r.settings.region, "eu-west-1");
    reading_end(&r);
}

static void the_event_goes_before_the_environment_and_that_before_the_default(void **state) {
    (void)state;
    static const char *const ENVIRONMENT[] = {"SETTLE_DELAY=1h", "TIMEOUT_RESERVE=10s",
                                              "LOG_LEVEL=", "REGION=eu-west-3", NULL};
    reading r;
    reading_event(&r, "{" REQUIRED_IN_EVENT ",\"SettleDelay\":\"2h\",\"Region\":null}", ENVIRONMENT);
    check_accepted(&r);
    assert_int_equal(r.settings.settle_delay_ms, 2 * 3600000);
    assert_int_equal(r.settings.timeout_reserve_ms, 10000);
    assert_int_equal(r.settings.log_level, EXPORTER_LOG_INFO);
    check_text(r.settings.region, "eu-west-3");
    reading_end(&r);
}

static const char *const WHOLE_ENVIRONMENT[] = {
    "DESTINATION_S3_BUCKET=my-archive", "SOURCE_LOG_GROUP_PREFIXES=[\"/a\"]", "STATE_STORE_TYPE=file",
    "STORE_DSN=file:///mnt/state.json", "AWS_LAMBDA_LOG_LEVEL=trace",         NULL};

static void an_eventbridge_envelope_is_opened(void **state) {
    (void)state;
    reading r;
    reading_event(&r,
                  "{\"version\":\"0\",\"id\":\"1\",\"detail-type\":\"Scheduled Event\",\"source\":\"aws.events\","
                  "\"region\":\"us-east-1\",\"resources\":[],\"detail\":{\"SettleDelay\":\"3h\"}}",
                  WHOLE_ENVIRONMENT);
    check_accepted(&r);
    assert_null(r.settings.region.ptr);
    assert_int_equal(r.settings.settle_delay_ms, 3 * 3600000);
    assert_int_equal(r.settings.warnings.count, 0);
    assert_int_equal(r.settings.log_level, EXPORTER_LOG_DEBUG);
    check_text(r.settings.store_path, "/mnt/state.json");
    reading_end(&r);
}

static void an_unknown_key_is_a_warning_with_the_nearest_name(void **state) {
    (void)state;
    reading r;
    reading_event(&r, "{" REQUIRED_IN_EVENT ",\"SettleDealy\":\"1h\",\"comment\":\"x\",\"timeout\":\"5m\"}", NULL);
    check_accepted(&r);
    assert_int_equal(r.settings.warnings.count, 3);
    assert_non_null(strstr(r.settings.warnings.items[0].ptr, "\"SettleDealy\" is ignored: did you mean SettleDelay?"));
    assert_non_null(strstr(r.settings.warnings.items[1].ptr, "\"comment\" is ignored"));
    assert_null(strstr(r.settings.warnings.items[1].ptr, "did you mean"));
    assert_non_null(strstr(r.settings.warnings.items[2].ptr, "the function's own timeout"));
    reading_end(&r);
}

static void a_state_in_the_functions_own_tmp_is_a_warning(void **state) {
    (void)state;
    static const char *const ENVIRONMENT[] = {"STATE_STORE_TYPE=file", "STORE_DSN=file:///tmp/s.json", NULL};
    reading r;
    reading_event(&r, "{\"DestinationS3Bucket\":\"my-archive\",\"SourceLogGroupPrefixes\":\"*\"}", ENVIRONMENT);
    check_accepted(&r);
    assert_int_equal(r.settings.warnings.count, 1);
    assert_non_null(strstr(r.settings.warnings.items[0].ptr, "/tmp"));
    reading_end(&r);
}

/* ---- refusals of events ---- */

typedef struct bad_event {
    const char *event; /* Behind the required keys where it begins with a comma. */
    const char *name;
    const char *hint;
} bad_event;

static const bad_event BAD_EVENTS[] = {
    {"", "DestinationS3Bucket", "missing"},
    {"{", "the event", "JSON"},
    {"nonsense", "the event", "JSON"},
    {"{} {}", "the event", "JSON"},
    {"null", "the event is null", "object"},
    {"[]", "the event is a list", "object"},
    {"7", "the event is a number", "object"},
    {"\"text\"", "the event is a text", "object"},
    {"{}", "DestinationS3Bucket is missing", "DESTINATION_S3_BUCKET"},
    {"{\"DestinationS3Buckt\":\"b-c-d\"}", "DestinationS3Bucket is missing", "by \"DestinationS3Buckt\""},
    {"{\"DestinationS3Bucket\":\"abc\",\"SourceLogGroupPrefix\":\"/a\"}", "SourceLogGroupPrefixes is missing",
     "by \"SourceLogGroupPrefix\""},
    {"{\"DestinationS3Bucket\":\"abc\",\"SourceLogGroupPrefixes\":\"/a\"}", "StateStoreType is missing",
     "STATE_STORE_TYPE"},
    {"{\"DestinationS3Bucket\":\"abc\",\"SourceLogGroupPrefixes\":\"/a\",\"StateStoreType\":\"s3\"}",
     "StoreDSN is missing", "STORE_DSN"},
    {"{\"DestinationS3Bucket\":7}", "DestinationS3Bucket is a number", "give a text"},
    {"{\"DestinationS3Bucket\":1234567890123456789012345678901234567890}", "DestinationS3Bucket is a number",
     "give a text"},
    {"{\"DestinationS3Bucket\":[\"abc\"]}", "DestinationS3Bucket is a list", "give a text"},
    {"{\"DestinationS3Bucket\":\"abc\",\"SourceLogGroupPrefixes\":{}}", "SourceLogGroupPrefixes is an object", "list"},
    {"{\"DestinationS3Bucket\":\"abc\",\"SourceLogGroupPrefixes\":[\"/a\",1]}", "item 2 of SourceLogGroupPrefixes",
     "a number"},
    {"{\"DestinationS3Bucket\":\"abc\",\"SourceLogGroupPrefixes\":[\"/a\",null]}", "item 2 of SourceLogGroupPrefixes",
     "null"},
    {",\"SettleDelay\":12", "SettleDelay is a number", "in quotes"},
    {",\"SettleDelay\":true", "SettleDelay is true or false", "in quotes"},
    {",\"SettleDelay\":\"12\"", "SettleDelay \"12\"", "12h, 90m"},
    {",\"settleDelay\":\"366d\"", "settleDelay \"366d\"", "up to 365d"},
    {",\"TimeoutReserve\":\"2d\"", "TimeoutReserve \"2d\"", "up to 1d"},
    {",\"TimeoutReserve\":\"\"", "TimeoutReserve \"\"", "90m"},
    {",\"LogLevel\":\"VERBOSE\"", "LogLevel \"VERBOSE\"", "DEBUG, INFO, WARN or ERROR"},
    {",\"ExportUnit\":\"groups\"", "ExportUnit \"groups\"", "auto, group or stream"},
    {",\"Region\":\"EU West\"", "Region \"EU West\"", "eu-west-1"},
    {",\"Region\":\"evil.example/\"", "Region \"evil.example/\"", "eu-west-1"},
    {",\"Region\":\"a\\u0000b\"", "Region \"a?b\"", "eu-west-1"},
    {",\"Region\":\"eu-west-1\",\"region\":\"eu-west-1\"", "Region and region", "once"},
    {",\"DestinationPrefix\":\"{grop}/x\"", "DestinationPrefix \"{grop}/x\"", "{group}"},
    {",\"DestinationPrefix\":\"a/%j\"", "DestinationPrefix \"a/%j\"", "%Y %m %d %H"},
    {",\"DestinationPrefix\":\"a/%\"", "DestinationPrefix", "%Y %m %d %H"},
    {",\"DestinationPrefix\":\"a}\"", "DestinationPrefix", "template"},
    {",\"DestinationPrefix\":\"{data:%H}/x\"", "DestinationPrefix \"{data:%H}/x\"", "{data:%Y/%m/%d}"},
    {",\"DestinationPrefix\":\"{data:}/x\"", "DestinationPrefix", "template"},
    {",\"DestinationPrefix\":\"/a\"", "DestinationPrefix", "slash"},
    {",\"DestinationPrefix\":\"a/\"", "DestinationPrefix", "slash"},
    {",\"DestinationPrefix\":\"a//b\"", "DestinationPrefix", "empty folder"},
    {",\"DestinationPrefix\":\"\"", "DestinationPrefix", "template"},
    {",\"DestinationPrefix\":\"a\\nb\"", "DestinationPrefix \"a?b\"", "template"},
    {",\"LateEvents\":\"always\"", "LateEvents \"always\"", "report, sweep or off"},
    {",\"Metrics\":\"on\"", "Metrics \"on\"", "emf or off"},
    {",\"lateHorizon\":\"61d\"", "lateHorizon \"61d\"", "up to 60d"},
    {",\"ExcludeLogGroups\":\"\"", "ExcludeLogGroups \"\"", "patterns of whole names"},
    {",\"ExcludeLogGroups\":\"/a,,/b\"", "ExcludeLogGroups \"\"", "patterns of whole names"},
    {",\"ExcludeLogGroups\":[\"/a\",\"[ab]\"]", "ExcludeLogGroups \"[ab]\"", "* stands for any text"},
    {",\"ExcludeLogGroups\":\"/a,**\"", "ExcludeLogGroups", "would exclude every log group"},
    {",\"ExcludeLogGroups\":7", "ExcludeLogGroups is a number", "a list of texts"},
    {",\"LogGroupTags\":\"team\"", "LogGroupTags \"team\"", "key=value"},
    {",\"LogGroupTags\":\"=web\"", "LogGroupTags \"=web\"", "key=value"},
    {",\"LogGroupTags\":[\"a=b\",\"a=c\"]", "LogGroupTags", "the tag \"a\" twice"},
    {",\"LogStreamNamePrefix\":\"\"", "LogStreamNamePrefix \"\"", "leave it out"},
    {",\"LogStreamNamePrefix\":\"web*\"", "LogStreamNamePrefix \"web*\"", "without ':' and '*'"},
    {",\"LogStreamNamePrefix\":[\"web\"]", "LogStreamNamePrefix is a list", "a text, in quotes"},
    {",\"RoleArn\":\"a\"", "RoleArn", "the ARN of a role"},
    {",\"RoleArn\":\"arn:aws:iam::1234:role/a\"", "RoleArn", "the ARN of a role"},
    {",\"RoleArn\":\"arn:aws:iam::123456789012:user/a\"", "RoleArn", "the ARN of a role"},
    {",\"RoleArn\":\"arn:aws:iam::123456789012:role/\"", "RoleArn", "the ARN of a role"},
    {",\"RoleArn\":\"arn:aws:iam::123456789012:role/a b\"", "RoleArn", "the ARN of a role"},
    {",\"ExternalId\":\"abc\"", "ExternalId", "of no use without RoleArn"},
    {",\"RoleArn\":\"arn:aws:iam::123456789012:role/a\",\"ExternalId\":\"a\"", "ExternalId", "2 to 1,224"},
};

static void a_bad_event_is_one_line_that_names_the_key_and_what_is_allowed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof BAD_EVENTS / sizeof BAD_EVENTS[0]; i++) {
        char event[1024];
        const bool is_rest = BAD_EVENTS[i].event[0] == ',';
        (void)snprintf(event, sizeof event, "%s%s%s", is_rest ? "{" REQUIRED_IN_EVENT : "", BAD_EVENTS[i].event,
                       is_rest ? "}" : "");
        reading r;
        reading_event(&r, event, NULL);
        check_refused(&r, event, BAD_EVENTS[i].name, BAD_EVENTS[i].hint);
        reading_end(&r);
    }
}

static bool is_text(smithy_str text, const char *expected) {
    return text.ptr && smithy_str_equal(text, smithy_str_from(expected));
}

static void filters_are_read_from_every_source(void **state) {
    (void)state;
    static const char *const ENVIRONMENT[] = {"EXCLUDE_LOG_GROUPS=[\"*-debug\", \"/tmp/?\"]", NULL};
    reading r;
    reading_event(&r,
                  "{" REQUIRED_IN_EVENT ",\"logGroupTags\":\"team=web, cost-center=1=2,empty=\","
                  "\"LogStreamNamePrefix\":\"web/ \"}",
                  ENVIRONMENT);
    check_accepted(&r);
    assert_int_equal(r.settings.exclude_groups.count, 2);
    assert_true(is_text(r.settings.exclude_groups.items[0], "*-debug"));
    assert_true(is_text(r.settings.exclude_groups.items[1], "/tmp/?"));
    assert_int_equal(r.settings.group_tags.count, 3);
    assert_true(is_text(r.settings.group_tags.items[0].key, "team"));
    assert_true(is_text(r.settings.group_tags.items[1].value, "1=2"));
    assert_true(is_text(r.settings.group_tags.items[2].value, ""));
    assert_true(is_text(r.settings.stream_prefix, "web/ "));
    reading_end(&r);
}

static void without_filters_all_is_wanted(void **state) {
    (void)state;
    reading r;
    reading_event(&r, "{" REQUIRED_IN_EVENT "}", NULL);
    check_accepted(&r);
    assert_int_equal(r.settings.exclude_groups.count, 0);
    assert_int_equal(r.settings.group_tags.count, 0);
    assert_true(is_text(r.settings.stream_prefix, ""));
    reading_end(&r);
}

static void late_events_can_be_told_in_the_environment(void **state) {
    (void)state;
    static const char *const ENVIRONMENT[] = {"LATE_EVENTS=Sweep", "LATE_HORIZON=3d", NULL};
    reading r;
    reading_event(&r, "{" REQUIRED_IN_EVENT "}", ENVIRONMENT);
    check_accepted(&r);
    assert_int_equal(r.settings.late_events, EXPORTER_LATE_SWEEP);
    assert_int_equal(r.settings.late_horizon_ms, 3 * 86400000);
    reading_end(&r);
}

static void metrics_are_written_by_the_function_and_not_by_the_command(void **state) {
    (void)state;
    static const char *const ENVIRONMENT[] = {"METRICS=Off", NULL};
    reading r;
    reading_event(&r, "{" REQUIRED_IN_EVENT "}", NULL);
    check_accepted(&r);
    assert_int_equal(r.settings.metrics, EXPORTER_METRICS_EMF);
    reading_end(&r);
    reading_event(&r, "{" REQUIRED_IN_EVENT "}", ENVIRONMENT);
    check_accepted(&r);
    assert_int_equal(r.settings.metrics, EXPORTER_METRICS_OFF);
    reading_end(&r);
    reading_event(&r, "{\"metrics\":\"EMF\"," REQUIRED_IN_EVENT "}", ENVIRONMENT);
    check_accepted(&r);
    assert_int_equal(r.settings.metrics, EXPORTER_METRICS_EMF);
    reading_end(&r);
}

static void an_event_past_its_maximum_is_refused(void **state) {
    (void)state;
    static char event[300 * 1024];
    memset(event, ' ', sizeof event - 1);
    reading r;
    reading_event(&r, event, NULL);
    check_refused(&r, "300 kB", "the event", "at most");
    reading_end(&r);
}

static void a_hostile_value_is_cut_and_stays_on_its_line(void **state) {
    (void)state;
    char event[8192];
    char value[4096];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    (void)snprintf(event, sizeof event, "{" REQUIRED_IN_EVENT ",\"LogLevel\":\"\\u001b[2J\\r\\n%s\"}", value);
    reading r;
    reading_event(&r, event, NULL);
    check_refused(&r, "long", "LogLevel \"?[2J??xxx", "DEBUG");
    reading_end(&r);
}

static void every_failed_allocation_is_told(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        reading r;
        reading_begin(&r, NULL);
        r.world.memory.allocations = 0;
        r.world.memory.fail_at = fail_at;
        const exporter_settings_source source = {.host = EXPORTER_HOST_LAMBDA,
                                                 .event = SMITHY_STR("{" REQUIRED_IN_EVENT ",\"unknown\":\"x\"}")};
        const smithy_status status = exporter_settings_read(&source, &r.settings, r.call);
        const bool was_reached = r.world.memory.allocations >= fail_at;
        assert_string_equal(smithy_status_name(status), was_reached ? "memory" : "ok");
        reading_end(&r);
        assert_int_equal(r.world.memory.live, 0);
        if (!was_reached) break;
    }
}

/* Whatever the bytes, there are settings or there is one line. */
static void mutated_events_never_do_harm(void **state) {
    (void)state;
    static const char SEED[] = "{" REQUIRED_IN_EVENT ",\"SettleDelay\":\"1h\",\"x\":[{\"y\":1e9,\"z\":\"\\u0041\"}]}";
    uint32_t random = 2463534242u;
    for (int round = 0; round < 20000; round++) {
        char event[sizeof SEED];
        memcpy(event, SEED, sizeof SEED);
        for (int change = 0; change < 1 + round % 4; change++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            const size_t at = random % (sizeof SEED - 1);
            event[at] = (round & 1) != 0 ? (char)(random >> 24) : "{}[]\",:\\/0*\n"[(random >> 16) % 12];
        }
        reading r;
        reading_begin(&r, NULL);
        const size_t length = round % 7 == 0 ? random % sizeof SEED : sizeof SEED - 1;
        const exporter_settings_source source = {.host = EXPORTER_HOST_LAMBDA, .event = {event, length}};
        r.status = exporter_settings_read(&source, &r.settings, r.call);
        if (r.status != SMITHY_OK) check_refused(&r, event, "", "");
        reading_end(&r);
        assert_int_equal(r.world.memory.live, 0);
    }
}

/* ---- names ---- */

static void distance_counts_letters_and_swaps(void **state) {
    (void)state;
    assert_int_equal(settings_name_distance(SMITHY_STR("Region"), SMITHY_STR("region")), 0);
    assert_int_equal(settings_name_distance(SMITHY_STR("--log-level"), SMITHY_STR("LogLevel")), 0);
    assert_int_equal(settings_name_distance(SMITHY_STR("regoin"), SMITHY_STR("region")), 1);
    assert_int_equal(settings_name_distance(SMITHY_STR("regio"), SMITHY_STR("region")), 1);
    assert_int_equal(settings_name_distance(SMITHY_STR(""), SMITHY_STR("region")), 6);
    assert_int_equal(settings_name_distance(SMITHY_STR("kitten"), SMITHY_STR("sitting")), 3);
    char name[100];
    memset(name, 'a', sizeof name);
    assert_true(settings_name_distance((smithy_str){name, sizeof name}, SMITHY_STR("region")) == SIZE_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_with_the_required_keys_gets_the_defaults),
        cmocka_unit_test(every_key_is_read_in_any_case),
        cmocka_unit_test(the_event_goes_before_the_environment_and_that_before_the_default),
        cmocka_unit_test(an_eventbridge_envelope_is_opened),
        cmocka_unit_test(an_unknown_key_is_a_warning_with_the_nearest_name),
        cmocka_unit_test(a_state_in_the_functions_own_tmp_is_a_warning),
        cmocka_unit_test(a_bad_event_is_one_line_that_names_the_key_and_what_is_allowed),
        cmocka_unit_test(filters_are_read_from_every_source),
        cmocka_unit_test(without_filters_all_is_wanted),
        cmocka_unit_test(late_events_can_be_told_in_the_environment),
        cmocka_unit_test(metrics_are_written_by_the_function_and_not_by_the_command),
        cmocka_unit_test(an_event_past_its_maximum_is_refused),
        cmocka_unit_test(a_hostile_value_is_cut_and_stays_on_its_line),
        cmocka_unit_test(every_failed_allocation_is_told),
        cmocka_unit_test(mutated_events_never_do_harm),
        cmocka_unit_test(distance_counts_letters_and_swaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
