#include "client/client_internal.h"

#include <stdalign.h>
#include <stdio.h>

#define MAX_VARIABLE 128
#define S3_BLOCK     "s3"

typedef struct setting_row {
    const char *name; /* For people; and the key of a profile. */
    const char *variable;
    const char *option;   /* Its name in the options; NULL: it is no option. */
    const char *s3_key;   /* In the block s3 of a profile, for that service. */
    const char *fallback; /* NULL: none, or the service's. */
} setting_row;

static const setting_row ROWS[AWS_SETTING_COUNT] = {
    [AWS_SETTING_REGION] = {"region", "AWS_REGION", "region", NULL, NULL},
    [AWS_SETTING_ENDPOINT_URL] = {"endpoint_url", "AWS_ENDPOINT_URL", "endpoint_url", NULL, NULL},
    [AWS_SETTING_IGNORE_ENDPOINT_URLS] = {"ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                                          NULL, NULL, "false"},
    [AWS_SETTING_USE_FIPS] = {"use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT", "use_fips", NULL, "false"},
    [AWS_SETTING_USE_DUAL_STACK] = {"use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT", "use_dual_stack",
                                    "use_dualstack_endpoint", "false"},
    [AWS_SETTING_ACCOUNT_ID_MODE] = {"account_id_endpoint_mode", "AWS_ACCOUNT_ID_ENDPOINT_MODE", NULL, NULL,
                                     "preferred"},
    [AWS_SETTING_RETRY_MODE] = {"retry_mode", "AWS_RETRY_MODE", "retry_mode", NULL, "standard"},
    [AWS_SETTING_MAX_ATTEMPTS] = {"max_attempts", "AWS_MAX_ATTEMPTS", "max_attempts", NULL, NULL},
    [AWS_SETTING_DEFAULTS_MODE] = {"defaults_mode", "AWS_DEFAULTS_MODE", NULL, NULL, "standard"},
    [AWS_SETTING_REQUEST_CHECKSUM] = {"request_checksum_calculation", "AWS_REQUEST_CHECKSUM_CALCULATION", NULL, NULL,
                                      "when_supported"},
    [AWS_SETTING_RESPONSE_CHECKSUM] = {"response_checksum_validation", "AWS_RESPONSE_CHECKSUM_VALIDATION", NULL, NULL,
                                       "when_supported"},
    [AWS_SETTING_SIGNS_PAYLOAD] = {"payload_signing_enabled", NULL, NULL, "payload_signing_enabled", NULL},
    [AWS_SETTING_IGNORES_CLOCK_SKEW] = {"disable_clock_skew_correction", "AWS_DISABLE_CLOCK_SKEW_CORRECTION", NULL,
                                        NULL, "false"},
    [AWS_SETTING_NO_COMPRESSION] = {"disable_request_compression", "AWS_DISABLE_REQUEST_COMPRESSION", NULL, NULL,
                                    "false"},
    [AWS_SETTING_MIN_COMPRESSION] = {"request_min_compression_size_bytes", "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
                                     NULL, NULL, "10240"},
    [AWS_SETTING_CA_BUNDLE] = {"ca_bundle", "AWS_CA_BUNDLE", NULL, NULL, NULL},
    [AWS_SETTING_APP_ID] = {"sdk_ua_app_id", "AWS_SDK_UA_APP_ID", "app_id", NULL, NULL},
};

/* ---- texts ---- */

static smithy_status keep(const settings_reader *reader, smithy_str *text) {
    void *memory = NULL;
    if (!text->ptr) return SMITHY_OK;
    const smithy_status status = smithy_arena_take(&reader->settings->memory, text->len + 1, 1, &memory);
    if (status != SMITHY_OK) return smithy_call_fail(reader->call, status, "no memory for a client's settings");
    char *copy = memory;
    if (text->len) memcpy(copy, text->ptr, text->len);
    copy[text->len] = '\0';
    text->ptr = copy;
    return SMITHY_OK;
}

static smithy_status keep_setting(const settings_reader *reader, aws_setting *setting) {
    SMITHY_TRY(keep(reader, &setting->value));
    return keep(reader, &setting->source);
}

static smithy_str bool_text(smithy_opt_bool value) {
    if (!value.has) return (smithy_str){0};
    return value.value ? SMITHY_STR("true") : SMITHY_STR("false");
}

smithy_status aws_settings_refuse(const settings_reader *reader, const aws_setting *setting, const char *allowed) {
    char key[MAX_VARIABLE] = "";
    if (setting->block)
        snprintf(key, sizeof key, "%s.%s in ", setting->block, setting->key);
    else if (setting->key)
        snprintf(key, sizeof key, "%s in ", setting->key);
    return smithy_call_fail(reader->call, SMITHY_ERROR_CONFIG, "%s%.*s is \"%.*s\": %s", key,
                            SMITHY_STR_ARG(setting->source), SMITHY_STR_ARG(setting->value), allowed);
}

smithy_status aws_settings_read_bool(const settings_reader *reader, const aws_setting *setting, bool *result) {
    *result = smithy_str_equal_nocase(setting->value, SMITHY_STR("true"));
    if (*result || smithy_str_equal_nocase(setting->value, SMITHY_STR("false"))) return SMITHY_OK;
    return aws_settings_refuse(reader, setting, "true or false is allowed");
}

/* ---- sources ---- */

/* Each does nothing where the setting is known already. */

static void ask_option(aws_setting *setting, const char *name, smithy_str value, char source[MAX_VARIABLE]) {
    if (!value.ptr) return;
    snprintf(source, MAX_VARIABLE, "the option %s", name);
    *setting = (aws_setting){.value = value, .source = smithy_str_from(source)};
}

static void take(aws_setting *setting, const smithy_setting *found, const char *block, const char *key) {
    if (found->value.ptr) *setting = (aws_setting){found->value, found->source, block, key};
}

static smithy_status ask_environment(const settings_reader *reader, aws_setting *setting, const char *variable) {
    smithy_setting found;
    if (setting->value.ptr || !variable) return SMITHY_OK;
    SMITHY_TRY(smithy_config_get(reader->sources->config, variable, NULL, &found, reader->call));
    take(setting, &found, NULL, NULL);
    return SMITHY_OK;
}

static smithy_status ask_profile(const settings_reader *reader, aws_setting *setting, const char *key) {
    smithy_setting found;
    if (setting->value.ptr || !key || !reader->sources->reads_files) return SMITHY_OK;
    SMITHY_TRY(smithy_config_get(reader->sources->config, NULL, key, &found, reader->call));
    take(setting, &found, NULL, key);
    return SMITHY_OK;
}

static smithy_status ask_block(const settings_reader *reader, aws_setting *setting, const char *block,
                               const char *key) {
    smithy_setting found;
    if (setting->value.ptr || !block || !key || !reader->sources->reads_files) return SMITHY_OK;
    SMITHY_TRY(smithy_config_get_nested(reader->sources->config, block, key, &found, reader->call));
    take(setting, &found, block, key);
    return SMITHY_OK;
}

static smithy_status ask_services(const settings_reader *reader, aws_setting *setting, const char *service) {
    smithy_setting found;
    if (setting->value.ptr || !reader->sources->reads_files) return SMITHY_OK;
    SMITHY_TRY(smithy_config_get_service(reader->sources->config, service, "endpoint_url", &found, reader->call));
    take(setting, &found, NULL, "endpoint_url");
    return SMITHY_OK;
}

/* ---- the settings of all services ---- */

static const char *retry_mode_text(smithy_retry_mode mode) {
    switch (mode) {
    case SMITHY_RETRY_STANDARD: return "standard";
    case SMITHY_RETRY_OFF: return "off";
    case SMITHY_RETRY_DEFAULT: break;
    }
    return NULL;
}

static smithy_str option_text(const smithy_client_options *options, aws_setting_id id, char number[MAX_VARIABLE]) {
    switch (id) {
    case AWS_SETTING_REGION: return options->region;
    case AWS_SETTING_ENDPOINT_URL: return options->endpoint_url;
    case AWS_SETTING_USE_FIPS: return bool_text(options->use_fips);
    case AWS_SETTING_USE_DUAL_STACK: return bool_text(options->use_dual_stack);
    case AWS_SETTING_RETRY_MODE: return smithy_str_from(retry_mode_text(options->retry_mode));
    case AWS_SETTING_APP_ID: return options->app_id;
    case AWS_SETTING_MAX_ATTEMPTS:
        if (options->max_attempts == 0) break;
        snprintf(number, MAX_VARIABLE, "%d", options->max_attempts);
        return smithy_str_from(number);
    default: break;
    }
    return (smithy_str){0};
}

/* "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS" and "cloudwatch_logs" out of "CloudWatch Logs". */
static void name_service(const char *id, char variable[MAX_VARIABLE], char section[MAX_VARIABLE]) {
    static const char PREFIX[] = "AWS_ENDPOINT_URL_";
    const size_t start = sizeof PREFIX - 1;
    size_t len = 0;
    memcpy(variable, PREFIX, start);
    for (; id[len] && start + len < MAX_VARIABLE - 1; len++) {
        const char c = id[len] == ' ' || id[len] == '-' ? '_' : id[len];
        const bool is_lower = c >= 'a' && c <= 'z', is_upper = c >= 'A' && c <= 'Z';
        variable[start + len] = is_lower ? (char)(c - 'a' + 'A') : c;
        section[len] = is_upper ? (char)(c - 'A' + 'a') : c;
    }
    variable[start + len] = section[len] = '\0';
}

static smithy_status ask_for_endpoint(const settings_reader *reader, aws_setting *setting,
                                      char variable[MAX_VARIABLE]) {
    char section[MAX_VARIABLE];
    bool ignored = false;
    if (setting->value.ptr) return SMITHY_OK;
    SMITHY_TRY(aws_settings_read_bool(reader, &reader->settings->texts[AWS_SETTING_IGNORE_ENDPOINT_URLS], &ignored));
    if (ignored) return SMITHY_OK;
    name_service(reader->sources->service->id, variable, section);
    SMITHY_TRY(ask_environment(reader, setting, variable));
    SMITHY_TRY(ask_environment(reader, setting, "AWS_ENDPOINT_URL"));
    SMITHY_TRY(ask_services(reader, setting, section));
    return ask_profile(reader, setting, "endpoint_url");
}

static smithy_status ask_all(const settings_reader *reader, aws_setting_id id, aws_setting *setting) {
    const setting_row *row = &ROWS[id];
    SMITHY_TRY(ask_environment(reader, setting, row->variable));
    if (id == AWS_SETTING_REGION) SMITHY_TRY(ask_environment(reader, setting, "AWS_DEFAULT_REGION"));
    if (row->s3_key && reader->sources->service->is_s3) SMITHY_TRY(ask_block(reader, setting, S3_BLOCK, row->s3_key));
    return row->variable ? ask_profile(reader, setting, row->name) : SMITHY_OK;
}

smithy_status aws_settings_find(const settings_reader *reader, aws_setting_id id) {
    const setting_row *row = &ROWS[id];
    char name[MAX_VARIABLE], number[MAX_VARIABLE];
    aws_setting *setting = &reader->settings->texts[id];
    *setting = (aws_setting){0};
    ask_option(setting, row->option, option_text(reader->sources->options, id, number), name);
    if (id == AWS_SETTING_ENDPOINT_URL)
        SMITHY_TRY(ask_for_endpoint(reader, setting, name));
    else
        SMITHY_TRY(ask_all(reader, id, setting));
    if (!setting->value.ptr) {
        const char *fallback = row->fallback;
        if (id == AWS_SETTING_MAX_ATTEMPTS) {
            snprintf(number, sizeof number, "%d", retry_policy_of(reader->sources->service).max_attempts);
            fallback = number;
        }
        *setting = (aws_setting){.value = smithy_str_from(fallback), .source = SMITHY_STR("default")};
    }
    return keep_setting(reader, setting);
}

/* ---- the service's own ---- */

static smithy_status read_own(const settings_reader *reader, const smithy_service_setting *row,
                              const aws_setting *setting, smithy_opt_bool *value) {
    value->has = true;
    if (!row->words) return aws_settings_read_bool(reader, setting, &value->value);
    value->value = smithy_str_equal_nocase(setting->value, smithy_str_from(row->words[0]));
    for (const char *const *word = row->words; *word; word++)
        if (smithy_str_equal_nocase(setting->value, smithy_str_from(*word))) return SMITHY_OK;
    char allowed[MAX_VARIABLE] = "";
    for (const char *const *word = row->words; *word; word++) {
        const size_t len = strlen(allowed);
        snprintf(allowed + len, sizeof allowed - len, "%s%s", *word,
                 word[1] ? (word[2] ? ", " : " or ") : " is allowed");
    }
    return aws_settings_refuse(reader, setting, allowed);
}

static smithy_status find_one(const settings_reader *reader, const smithy_service_setting *row, aws_setting *setting) {
    char source[MAX_VARIABLE];
    smithy_opt_bool *value = (smithy_opt_bool *)(void *)((char *)reader->settings->own + row->offset);
    *setting = (aws_setting){0};
    ask_option(setting, row->option, bool_text(*value), source);
    const bool is_option = setting->value.ptr != NULL;
    SMITHY_TRY(ask_environment(reader, setting, row->variable));
    SMITHY_TRY(ask_profile(reader, setting, row->key));
    SMITHY_TRY(ask_block(reader, setting, row->block, row->block_key));
    if (!setting->value.ptr) setting->source = SMITHY_STR("default");
    SMITHY_TRY(keep_setting(reader, setting));
    return is_option || !setting->value.ptr ? SMITHY_OK : read_own(reader, row, setting, value);
}

smithy_status aws_settings_find_own(const settings_reader *reader) {
    const aws_settings_sources *sources = reader->sources;
    const smithy_service *service = sources->service;
    aws_settings *settings = reader->settings;
    void *texts = NULL;
    if (sources->own_size == 0) return SMITHY_OK;
    smithy_status status =
        smithy_arena_take(&settings->memory, sources->own_size, alignof(max_align_t), &settings->own);
    if (status == SMITHY_OK)
        status = smithy_arena_take(&settings->memory, service->setting_count * sizeof *settings->own_texts,
                                   alignof(aws_setting), &texts);
    if (status != SMITHY_OK) return smithy_call_fail(reader->call, status, "no memory for a client's settings");
    memcpy(settings->own, sources->own, sources->own_size);
    settings->own_texts = texts;
    for (size_t i = 0; i < service->setting_count; i++)
        SMITHY_TRY(find_one(reader, &service->settings[i], &settings->own_texts[i]));
    return SMITHY_OK;
}

/* ---- for people ---- */

static bool concerns(const smithy_service *service, aws_setting_id id) {
    if (id == AWS_SETTING_ACCOUNT_ID_MODE) return service->bind_account != NULL;
    return id != AWS_SETTING_SIGNS_PAYLOAD || service->is_s3;
}

static smithy_named_setting named(const char *name, const aws_setting *setting) {
    return (smithy_named_setting){name, setting->value, setting->source};
}

bool aws_settings_list(const aws_settings *settings, const smithy_service *service, size_t index,
                       smithy_named_setting *setting) {
    for (int id = 0; id < AWS_SETTING_COUNT; id++) {
        if (!concerns(service, (aws_setting_id)id) || index-- > 0) continue;
        *setting = named(ROWS[id].name, &settings->texts[id]);
        return true;
    }
    if (!settings->own_texts || index >= service->setting_count) return false;
    *setting = named(service->settings[index].name, &settings->own_texts[index]);
    return true;
}
