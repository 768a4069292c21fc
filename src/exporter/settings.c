#include "settings_values.h"

#include "duration.h"

#define SETTLE_DELAY_DEFAULT_MS (12 * EXPORTER_MS_PER_HOUR)
#define LATE_HORIZON_DEFAULT_MS (14 * EXPORTER_MS_PER_DAY)
#define RESERVE_DEFAULT_MS      (30 * EXPORTER_MS_PER_SECOND)
#define DESTINATION_DEFAULT     "%Y/%m/%d/{group}/{stream}"

static const char *const LEVEL_NAMES[] = {"DEBUG", "INFO", "WARN", "ERROR"};

const char *exporter_log_level_name(exporter_log_level level) {
    return LEVEL_NAMES[level];
}

bool exporter_log_level_from(smithy_str text, exporter_log_level *level) {
    for (size_t i = 0; i < sizeof LEVEL_NAMES / sizeof LEVEL_NAMES[0]; i++) {
        if (!smithy_str_equal_nocase(text, smithy_str_from(LEVEL_NAMES[i]))) continue;
        *level = (exporter_log_level)i;
        return true;
    }
    return false;
}

exporter_log_level exporter_log_level_of_lambda(const smithy_system *system) {
    const smithy_str text = smithy_str_from(system->env(system->context, "AWS_LAMBDA_LOG_LEVEL"));
    exporter_log_level level = EXPORTER_LOG_INFO;
    if (smithy_str_equal_nocase(text, SMITHY_STR("TRACE"))) return EXPORTER_LOG_DEBUG;
    if (smithy_str_equal_nocase(text, SMITHY_STR("FATAL"))) return EXPORTER_LOG_ERROR;
    (void)exporter_log_level_from(text, &level);
    return level;
}

/* ---- what is missing ---- */

/* An unknown key of the event that may have been meant as `name`. */
static smithy_str find_misspelt(const settings_input *input, const char *name) {
    for (size_t i = 0; i < input->unknown_count; i++)
        if (settings_name_distance(input->unknown[i], smithy_str_from(name)) <= 2) return input->unknown[i];
    return (smithy_str){0};
}

static smithy_status refuse_missing_key(const settings_input *input, settings_key key, smithy_call *call) {
    const char *name = settings_key_spelling(key, input->host);
    const smithy_str misspelt = find_misspelt(input, name);
    if (smithy_str_is_set(misspelt))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is missing: did you mean it by \"%s\"?", name,
                                settings_show(misspelt).text);
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is missing: give %s, or set the variable %s", name,
                            input->host == EXPORTER_HOST_LAMBDA ? "it in the event" : "the flag",
                            SETTINGS_KEYS[key].variable);
}

static smithy_status require_keys(const settings_input *input, exporter_settings_need need, smithy_call *call) {
    for (int key = 0; key < SETTINGS_KEY_COUNT; key++)
        if (settings_key_is_required((settings_key)key, input->host, need) &&
            !settings_is_given(input, (settings_key)key))
            return refuse_missing_key(input, (settings_key)key, call);
    return SMITHY_OK;
}

/* ---- warnings ---- */

static smithy_str warn_of_unknown(smithy_str name, exporter_host host, smithy_call *call) {
    const settings_shown shown = settings_show(name);
    const char *nearest = settings_nearest_name(name, host);
    if (smithy_str_equal_nocase(name, SMITHY_STR("timeout")))
        return smithy_call_format(call, "%s is a flag of the command only: the function's own timeout counts here",
                                  shown.text);
    if (!nearest) return smithy_call_format(call, "unknown key \"%s\" is ignored", shown.text);
    return smithy_call_format(call, "unknown key \"%s\" is ignored: did you mean %s?", shown.text, nearest);
}

static smithy_status collect_warnings(const settings_input *input, exporter_settings *settings, smithy_call *call) {
    smithy_str *lines = smithy_call_alloc(call, input->unknown_count + 1, sizeof *lines);
    if (!lines) return smithy_call_status(call);
    size_t count = 0;
    for (size_t i = 0; i < input->unknown_count; i++)
        lines[count++] = warn_of_unknown(input->unknown[i], input->host, call);
    if (input->host == EXPORTER_HOST_LAMBDA && smithy_str_starts_with(settings->store_path, SMITHY_STR("/tmp/")))
        lines[count++] = smithy_call_format(call,
                                            "%s is in the function's own /tmp: its state is lost with the "
                                            "execution environment, and everything is exported again then",
                                            settings_show(settings->store_dsn).text);
    settings->warnings = (smithy_str_list){lines, count};
    return smithy_call_status(call);
}

/* ---- all of them ---- */

static smithy_status read_durations(const settings_input *input, exporter_settings *settings, smithy_call *call) {
    const settings_value *values = input->values;
    if (settings_is_given(input, SETTINGS_SETTLE_DELAY))
        SMITHY_TRY(settings_read_duration(&values[SETTINGS_SETTLE_DELAY], 365 * EXPORTER_MS_PER_DAY, "365d",
                                          &settings->settle_delay_ms, call));
    if (settings_is_given(input, SETTINGS_TIMEOUT_RESERVE))
        SMITHY_TRY(settings_read_duration(&values[SETTINGS_TIMEOUT_RESERVE], EXPORTER_MS_PER_DAY, "1d",
                                          &settings->timeout_reserve_ms, call));
    if (settings_is_given(input, SETTINGS_LATE_HORIZON))
        SMITHY_TRY(settings_read_duration(&values[SETTINGS_LATE_HORIZON], 60 * EXPORTER_MS_PER_DAY, "60d",
                                          &settings->late_horizon_ms, call));
    if (settings_is_given(input, SETTINGS_TIMEOUT))
        SMITHY_TRY(settings_read_duration(&values[SETTINGS_TIMEOUT], 365 * EXPORTER_MS_PER_DAY, "365d",
                                          &settings->timeout_ms, call));
    return SMITHY_OK;
}

/* Whose credentials: the profile's, or a role that they may assume. */
static smithy_status read_identity(const settings_input *input, exporter_settings *settings, smithy_call *call) {
    const settings_value *values = input->values;
    if (settings_is_given(input, SETTINGS_PROFILE))
        SMITHY_TRY(settings_read_profile(&values[SETTINGS_PROFILE], &settings->profile, call));
    if (settings_is_given(input, SETTINGS_ROLE_ARN))
        SMITHY_TRY(settings_read_role_arn(&values[SETTINGS_ROLE_ARN], &settings->role_arn, call));
    if (!settings_is_given(input, SETTINGS_EXTERNAL_ID)) return SMITHY_OK;
    if (!smithy_str_is_set(settings->role_arn))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is of no use without %s: give both, or none",
                                settings_show(values[SETTINGS_EXTERNAL_ID].name).text,
                                settings_key_spelling(SETTINGS_ROLE_ARN, input->host));
    return settings_read_external_id(&values[SETTINGS_EXTERNAL_ID], &settings->external_id, call);
}

/* Which groups, and which of their streams. */
static smithy_status read_filters(const settings_input *input, exporter_settings *settings, smithy_call *call) {
    const settings_value *values = input->values;
    if (settings_is_given(input, SETTINGS_EXCLUDE_LOG_GROUPS))
        SMITHY_TRY(settings_read_patterns(&values[SETTINGS_EXCLUDE_LOG_GROUPS], &settings->exclude_groups, call));
    if (settings_is_given(input, SETTINGS_LOG_GROUP_TAGS))
        SMITHY_TRY(settings_read_tags(&values[SETTINGS_LOG_GROUP_TAGS], &settings->group_tags, call));
    if (settings_is_given(input, SETTINGS_LOG_STREAM_NAME_PREFIX))
        SMITHY_TRY(
            settings_read_stream_prefix(&values[SETTINGS_LOG_STREAM_NAME_PREFIX], &settings->stream_prefix, call));
    return SMITHY_OK;
}

static smithy_status read_values(const settings_input *input, exporter_settings_need need, exporter_settings *settings,
                                 smithy_call *call) {
    const settings_value *values = input->values;
    if (settings_is_given(input, SETTINGS_DESTINATION_S3_BUCKET))
        SMITHY_TRY(settings_read_bucket(&values[SETTINGS_DESTINATION_S3_BUCKET], &settings->destination_bucket, call));
    if (settings_is_given(input, SETTINGS_SOURCE_LOG_GROUP_PREFIXES))
        SMITHY_TRY(
            settings_read_prefixes(&values[SETTINGS_SOURCE_LOG_GROUP_PREFIXES], &settings->group_prefixes, call));
    SMITHY_TRY(read_filters(input, settings, call));
    if (need != EXPORTER_NEEDS_IDENTITY) SMITHY_TRY(settings_read_store(input, settings, call));
    SMITHY_TRY(read_durations(input, settings, call));
    if (settings_is_given(input, SETTINGS_LOG_LEVEL))
        SMITHY_TRY(settings_read_log_level(&values[SETTINGS_LOG_LEVEL], &settings->log_level, call));
    if (settings_is_given(input, SETTINGS_EXPORT_UNIT))
        SMITHY_TRY(settings_read_export_unit(&values[SETTINGS_EXPORT_UNIT], &settings->export_unit, call));
    if (settings_is_given(input, SETTINGS_LATE_EVENTS))
        SMITHY_TRY(settings_read_late_events(&values[SETTINGS_LATE_EVENTS], &settings->late_events, call));
    if (settings_is_given(input, SETTINGS_METRICS))
        SMITHY_TRY(settings_read_metrics(&values[SETTINGS_METRICS], &settings->metrics, call));
    if (settings_is_given(input, SETTINGS_DESTINATION_PREFIX))
        SMITHY_TRY(settings_read_destination_prefix(&values[SETTINGS_DESTINATION_PREFIX], &settings->destination_prefix,
                                                    call));
    if (settings_is_given(input, SETTINGS_REGION))
        SMITHY_TRY(settings_read_region(&values[SETTINGS_REGION], &settings->region, call));
    return read_identity(input, settings, call);
}

static smithy_status read_all(const exporter_settings_source *source, exporter_settings *settings, smithy_call *call) {
    const smithy_system *system = smithy_call_system(call);
    const bool is_lambda = source->host == EXPORTER_HOST_LAMBDA;
    settings_input input = {.host = source->host};
    SMITHY_TRY(is_lambda ? settings_input_from_event(&input, source->event, call)
                         : settings_input_from_args(&input, source, call));
    settings_input_from_environment(&input, system);
    SMITHY_TRY(require_keys(&input, source->need, call));
    *settings = (exporter_settings){
        .log_level = is_lambda          ? exporter_log_level_of_lambda(system)
                     : source->is_quiet ? EXPORTER_LOG_WARN
                                        : EXPORTER_LOG_INFO,
        .metrics = is_lambda ? EXPORTER_METRICS_EMF : EXPORTER_METRICS_OFF,
        .settle_delay_ms = SETTLE_DELAY_DEFAULT_MS,
        .late_horizon_ms = LATE_HORIZON_DEFAULT_MS,
        .timeout_reserve_ms = RESERVE_DEFAULT_MS,
        .destination_prefix = SMITHY_STR(DESTINATION_DEFAULT),
        .stream_prefix = SMITHY_STR(""),
    };
    SMITHY_TRY(read_values(&input, source->need, settings, call));
    return collect_warnings(&input, settings, call);
}

smithy_status exporter_settings_read(const exporter_settings_source *source, exporter_settings *settings,
                                     smithy_call *call) {
    smithy_call_clear_error(call);
    const smithy_status status = read_all(source, settings, call);
    if (status != SMITHY_OK) *settings = (exporter_settings){0};
    return status;
}
