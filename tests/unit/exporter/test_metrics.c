/* The line of metrics, as the embedded metric format wants it. */
#include "metrics.h"
#include "small_world.h"

#include <smithy/json.h>

static const char *const OF_LAMBDA[] = {"AWS_LAMBDA_FUNCTION_NAME=archiver", NULL};

/* The line of the answer, read back; freed by the caller. */
static cJSON *line_of(const exporter_answer *answer, const char *const *environment) {
    small_world world;
    exporter_log_writer log;
    smithy_buffer line;
    small_world_init(&world, environment);
    exporter_log_writer_init(&log, &world.memory.system, -1, EXPORTER_LOG_FORMAT_JSON, EXPORTER_LOG_ERROR);
    exporter_log_writer_set_request_id(&log, SMITHY_STR("id-1"));
    smithy_buffer_init(&line, &world.memory.system, 16384);
    metrics_append(answer, &log, &line);
    assert_int_equal(smithy_buffer_status(&line), SMITHY_OK);
    cJSON *json = cJSON_Parse(line.ptr);
    assert_non_null(json);
    smithy_buffer_deinit(&line);
    exporter_log_writer_deinit(&log);
    assert_int_equal(world.memory.live, 0);
    return json;
}

static const cJSON *directive_of(const cJSON *line) {
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(line, "_aws"), "CloudWatchMetrics")->child;
}

static const char *text(const cJSON *line, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, name));
}

static int number(const cJSON *line, const char *name) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(line, name);
    assert_true(cJSON_IsNumber(value));
    return value->valueint;
}

static const exporter_answer BUSY_DAY = {
    .tasks_completed = 5,
    .units_failed = 2,
    .groups_waiting = 7,
    .lag_is_known = true,
    .lag_ms = 61001,
    .expires = true,
    .expires_in_ms = -2500,
    .slot_busy_ms = 12000,
    .late_events = 9,
};

static void each_metric_is_declared_with_its_unit_and_is_a_number_of_the_line(void **state) {
    (void)state;
    static const char *const SECONDS[] = {"LagSeconds", "RetentionRiskSeconds", "SlotBusySeconds"};
    size_t declared = 0, seconds = 0;
    cJSON *line = line_of(&BUSY_DAY, OF_LAMBDA);
    const cJSON *directive = directive_of(line);
    const cJSON *metric;
    assert_string_equal(text(directive, "Namespace"), "CloudWatchLogsS3Exporter");
    cJSON_ArrayForEach(metric, cJSON_GetObjectItemCaseSensitive(directive, "Metrics")) {
        bool is_time = false;
        for (size_t i = 0; i < 3; i++) is_time |= strcmp(text(metric, "Name"), SECONDS[i]) == 0;
        assert_string_equal(text(metric, "Unit"), is_time ? "Seconds" : "Count");
        assert_true(cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(line, text(metric, "Name"))));
        declared++;
        seconds += is_time;
    }
    assert_int_equal(declared, 7);
    assert_int_equal(seconds, 3);
    assert_int_equal(number(line, "WindowsExported"), 5);
    assert_int_equal(number(line, "FailedUnits"), 2);
    assert_int_equal(number(line, "GroupsWaiting"), 7);
    assert_int_equal(number(line, "LagSeconds"), 62);
    assert_int_equal(number(line, "RetentionRiskSeconds"), -2);
    assert_int_equal(number(line, "SlotBusySeconds"), 12);
    assert_int_equal(number(line, "LateEvents"), 9);
    cJSON_Delete(line);
}

static void the_one_dimension_is_the_functions_name_or_the_programs(void **state) {
    (void)state;
    cJSON *line = line_of(&BUSY_DAY, OF_LAMBDA);
    const cJSON *dimensions = cJSON_GetObjectItemCaseSensitive(directive_of(line), "Dimensions");
    assert_int_equal(cJSON_GetArraySize(dimensions), 1);
    assert_int_equal(cJSON_GetArraySize(dimensions->child), 1);
    assert_string_equal(dimensions->child->child->valuestring, "FunctionName");
    assert_string_equal(text(line, "FunctionName"), "archiver");
    cJSON_Delete(line);
    line = line_of(&BUSY_DAY, NULL);
    dimensions = cJSON_GetObjectItemCaseSensitive(directive_of(line), "Dimensions");
    assert_string_equal(dimensions->child->child->valuestring, "Service");
    assert_string_equal(text(line, "Service"), "cloudwatch-logs-s3-exporter");
    cJSON_Delete(line);
}

static void the_time_is_in_ms_for_metrics_and_in_words_for_the_log(void **state) {
    (void)state;
    cJSON *line = line_of(&BUSY_DAY, OF_LAMBDA);
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(line, "_aws"), "Timestamp");
    assert_true(time->valuedouble == 1795341600000.0);
    assert_string_equal(text(line, "timestamp"), "2026-11-22T10:00:00.000Z");
    assert_string_equal(text(line, "requestId"), "id-1");
    cJSON_Delete(line);
}

static void what_is_not_known_is_left_out(void **state) {
    (void)state;
    const exporter_answer busy = {.outcome = EXPORTER_OUTCOME_BUSY};
    cJSON *line = line_of(&busy, OF_LAMBDA);
    assert_null(cJSON_GetObjectItemCaseSensitive(line, "LagSeconds"));
    assert_null(cJSON_GetObjectItemCaseSensitive(line, "RetentionRiskSeconds"));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(directive_of(line), "Metrics")), 5);
    assert_int_equal(number(line, "FailedUnits"), 0);
    assert_string_equal(text(line, "outcome"), "busy");
    cJSON_Delete(line);
}

static void a_run_that_failed_as_a_whole_is_a_failed_unit(void **state) {
    (void)state;
    static const exporter_outcome OUTCOMES[] = {EXPORTER_OUTCOME_FAILED, EXPORTER_OUTCOME_CONFIGURATION,
                                                EXPORTER_OUTCOME_INCOMPLETE};
    for (size_t i = 0; i < 3; i++) {
        const exporter_answer failed = {.outcome = OUTCOMES[i]};
        cJSON *line = line_of(&failed, OF_LAMBDA);
        assert_int_equal(number(line, "FailedUnits"), 1);
        cJSON_Delete(line);
    }
}

static void the_line_passes_the_functions_own_level(void **state) {
    (void)state;
    static const char *const ROWS[][2] = {{"AWS_LAMBDA_LOG_LEVEL=TRACE", "INFO"},
                                          {"AWS_LAMBDA_LOG_LEVEL=INFO", "INFO"},
                                          {"AWS_LAMBDA_LOG_LEVEL=warn", "WARN"},
                                          {"AWS_LAMBDA_LOG_LEVEL=ERROR", "ERROR"},
                                          {"AWS_LAMBDA_LOG_LEVEL=Fatal", "FATAL"}};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const char *const environment[] = {ROWS[i][0], NULL};
        cJSON *line = line_of(&BUSY_DAY, environment);
        assert_string_equal(text(line, "level"), ROWS[i][1]);
        cJSON_Delete(line);
    }
}

static smithy_status append_once(const smithy_system *system, void *argument) {
    exporter_log_writer log;
    smithy_buffer line;
    exporter_log_writer_init(&log, system, -1, EXPORTER_LOG_FORMAT_JSON, EXPORTER_LOG_INFO);
    smithy_buffer_init(&line, system, 16384);
    metrics_append(argument, &log, &line);
    const smithy_status status = smithy_buffer_status(&line);
    smithy_buffer_deinit(&line);
    exporter_log_writer_deinit(&log);
    return status;
}

static void each_allocation_that_fails_is_told(void **state) {
    (void)state;
    exporter_answer answer = BUSY_DAY;
    (void)fail_each_allocation(append_once, &answer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_metric_is_declared_with_its_unit_and_is_a_number_of_the_line),
        cmocka_unit_test(the_one_dimension_is_the_functions_name_or_the_programs),
        cmocka_unit_test(the_time_is_in_ms_for_metrics_and_in_words_for_the_log),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(a_run_that_failed_as_a_whole_is_a_failed_unit),
        cmocka_unit_test(the_line_passes_the_functions_own_level),
        cmocka_unit_test(each_allocation_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
