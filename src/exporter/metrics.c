#include "metrics.h"

#include "duration.h"
#include "log_text.h"

#include <smithy/json.h>

#define NAMESPACE      "CloudWatchLogsS3Exporter"
#define PROGRAM        "cloudwatch-logs-s3-exporter"
#define LINE_MAX_BYTES 16384
#define NAME_MAX_BYTES 256 /* Of a dimension's value CloudWatch takes 1,024 bytes. */

typedef struct metric {
    const char *name, *unit;
    int64_t value;
    bool is_known;
} metric;

#define METRICS 7

/* A second that has begun counts: an age of half a second is an age. */
static int64_t to_seconds(int64_t ms) {
    return (ms + EXPORTER_MS_PER_SECOND - 1) / EXPORTER_MS_PER_SECOND;
}

/* A run that failed as a whole is a failure, too, though it came to no window. */
static int64_t failed_units(const exporter_answer *answer) {
    const bool is_failure =
        exporter_outcome_exit_code(answer->outcome) == 1 || answer->outcome == EXPORTER_OUTCOME_CONFIGURATION;
    return answer->units_failed == 0 && is_failure ? 1 : answer->units_failed;
}

static void find_metrics(const exporter_answer *answer, metric found[METRICS]) {
    const metric all[METRICS] = {
        {"WindowsExported", "Count", answer->tasks_completed, true},
        {"FailedUnits", "Count", failed_units(answer), true},
        {"GroupsWaiting", "Count", answer->groups_waiting, true},
        {"LagSeconds", "Seconds", to_seconds(answer->lag_ms), answer->lag_is_known},
        {"RetentionRiskSeconds", "Seconds", answer->expires_in_ms / EXPORTER_MS_PER_SECOND, answer->expires},
        {"SlotBusySeconds", "Seconds", to_seconds(answer->slot_busy_ms), true},
        {"LateEvents", "Count", answer->late_events, true},
    };
    memcpy(found, all, sizeof all);
}

/* ---- the line ---- */

static void put_scratch(smithy_json_writer *json, smithy_buffer *scratch, const char *name) {
    smithy_json_put_str(json, name, smithy_buffer_str(scratch));
    if (smithy_buffer_status(scratch) != SMITHY_OK) json->out->status = smithy_buffer_status(scratch);
    smithy_buffer_reset(scratch);
}

/* What tells CloudWatch Logs which of the members are metrics. */
static void put_directive(smithy_json_writer *json, const metric *metrics, const char *dimension, int64_t now_ms) {
    smithy_json_name(json, "_aws");
    smithy_json_open_object(json);
    smithy_json_name(json, "Timestamp");
    smithy_json_value_i64(json, now_ms);
    smithy_json_name(json, "CloudWatchMetrics");
    smithy_json_open_array(json);
    smithy_json_open_object(json);
    smithy_json_put_str(json, "Namespace", SMITHY_STR(NAMESPACE));
    smithy_json_name(json, "Dimensions");
    smithy_json_open_array(json);
    smithy_json_open_array(json);
    smithy_json_value_str(json, smithy_str_from(dimension));
    smithy_json_close_array(json);
    smithy_json_close_array(json);
    smithy_json_name(json, "Metrics");
    smithy_json_open_array(json);
    for (size_t i = 0; i < METRICS; i++) {
        if (!metrics[i].is_known) continue;
        smithy_json_open_object(json);
        smithy_json_put_str(json, "Name", smithy_str_from(metrics[i].name));
        smithy_json_put_str(json, "Unit", smithy_str_from(metrics[i].unit));
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
    smithy_json_close_object(json);
    smithy_json_close_array(json);
    smithy_json_close_object(json);
}

/* Lambda drops lines below the function's level, those without one as INFO: this one has a level that passes. */
static smithy_str passing_level(const smithy_system *system) {
    const exporter_log_level level = exporter_log_level_of_lambda(system);
    const smithy_str wanted = smithy_str_from(system->env(system->context, "AWS_LAMBDA_LOG_LEVEL"));
    if (smithy_str_equal_nocase(wanted, SMITHY_STR("FATAL"))) return SMITHY_STR("FATAL");
    return smithy_str_from(exporter_log_level_name(level > EXPORTER_LOG_INFO ? level : EXPORTER_LOG_INFO));
}

void metrics_append(const exporter_answer *answer, const exporter_log_writer *log, smithy_buffer *line) {
    metric metrics[METRICS];
    smithy_buffer scratch;
    smithy_json_writer json;
    const smithy_system *system = log->system;
    const int64_t now_ms = system->wall_ms(system->context);
    const smithy_str function = smithy_str_from(system->env(system->context, "AWS_LAMBDA_FUNCTION_NAME"));
    const bool has_name = function.len > 0;
    const char *dimension = has_name ? "FunctionName" : "Service";
    find_metrics(answer, metrics);
    smithy_buffer_init(&scratch, system, 4 * NAME_MAX_BYTES);
    smithy_json_writer_init(&json, line);
    smithy_json_open_object(&json);
    put_directive(&json, metrics, dimension, now_ms);
    exporter_text_append_time_ms(&scratch, now_ms);
    put_scratch(&json, &scratch, "timestamp");
    smithy_json_put_str(&json, "level", passing_level(system));
    if (log->request_id[0]) smithy_json_put_str(&json, "requestId", smithy_str_from(log->request_id));
    smithy_json_put_str(&json, "message", SMITHY_STR("metrics"));
    exporter_text_append_utf8(&scratch, has_name ? function : SMITHY_STR(PROGRAM), NAME_MAX_BYTES);
    put_scratch(&json, &scratch, dimension);
    smithy_json_put_str(&json, "outcome", smithy_str_from(exporter_outcome_name(answer->outcome)));
    for (size_t i = 0; i < METRICS; i++) {
        if (!metrics[i].is_known) continue;
        smithy_json_name(&json, metrics[i].name);
        smithy_json_value_i64(&json, metrics[i].value);
    }
    smithy_json_close_object(&json);
    smithy_buffer_deinit(&scratch);
}

void metrics_write(const exporter_answer *answer, exporter_log_writer *log) {
    smithy_buffer line;
    smithy_buffer_init(&line, log->system, LINE_MAX_BYTES);
    metrics_append(answer, log, &line);
    smithy_buffer_append_char(&line, '\n');
    if (smithy_buffer_status(&line) == SMITHY_OK)
        (void)exporter_write_all(log->fd, smithy_buffer_str(&line));
    else
        exporter_log_write(&log->base, EXPORTER_LOG_WARN, "the metrics of this run are lost: out of memory", NULL, 0);
    smithy_buffer_deinit(&line);
}
