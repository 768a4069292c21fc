#include "client/settings.h"

#include <smithy/text.h>

#include "client/client_internal.h"

#define MAX_MEMORY          ((size_t)1024 * 1024)
#define MAX_ATTEMPTS_LIMIT  100
#define MAX_REGION          31 /* What smithy_error.region holds; a DNS label is 63 at most. */
#define MAX_APP_ID          50
#define MAX_MIN_COMPRESSION 10485760 /* Bytes of a body. */

static smithy_status refuse(const settings_reader *reader, aws_setting_id id, const char *allowed) {
    return aws_settings_refuse(reader, &reader->settings->texts[id], allowed);
}

static smithy_str text_of(const settings_reader *reader, aws_setting_id id) {
    return reader->settings->texts[id].value;
}

static bool is_word(const settings_reader *reader, aws_setting_id id, const char *word) {
    return smithy_str_equal_nocase(text_of(reader, id), smithy_str_from(word));
}

static smithy_status read_bool(const settings_reader *reader, aws_setting_id id, bool *result) {
    SMITHY_TRY(aws_settings_find(reader, id));
    return aws_settings_read_bool(reader, &reader->settings->texts[id], result);
}

/* For settings whose name says the opposite of the member's. */
static smithy_status read_negated(const settings_reader *reader, aws_setting_id id, bool *result) {
    bool value = false;
    SMITHY_TRY(read_bool(reader, id, &value));
    *result = !value;
    return SMITHY_OK;
}

/* ---- Region ---- */

static bool is_region(smithy_str text) {
    if (text.len == 0 || text.len > MAX_REGION || text.ptr[0] == '-' || text.ptr[text.len - 1] == '-') return false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-') return false;
    }
    return true;
}

static smithy_status read_region(const settings_reader *reader) {
    bool named;
    SMITHY_TRY(aws_settings_find(reader, AWS_SETTING_REGION));
    const smithy_str region = text_of(reader, AWS_SETTING_REGION);
    reader->settings->region = region;
    if (is_region(region) || (!region.ptr && !reader->sources->reads_files)) return SMITHY_OK;
    if (region.ptr) return refuse(reader, AWS_SETTING_REGION, "a Region is letters, digits and hyphens, as eu-west-1");
    const smithy_str profile = smithy_config_profile_name(reader->sources->config, &named);
    return smithy_call_fail(reader->call, SMITHY_ERROR_CONFIG,
                            "no Region: set AWS_REGION, for example to eu-west-1, or the key region in profile %.*s",
                            SMITHY_STR_ARG(profile));
}

/* ---- endpoint ---- */

static smithy_status read_endpoint(const settings_reader *reader) {
    smithy_url parts;
    SMITHY_TRY(aws_settings_find(reader, AWS_SETTING_IGNORE_ENDPOINT_URLS));
    SMITHY_TRY(aws_settings_find(reader, AWS_SETTING_ENDPOINT_URL));
    const smithy_str url = text_of(reader, AWS_SETTING_ENDPOINT_URL);
    reader->settings->endpoint_url = url;
    if (!url.ptr) return SMITHY_OK;
    if (memchr(url.ptr, '@', url.len)) /* What stands before it may be a password. */
        return smithy_call_fail(reader->call, SMITHY_ERROR_CONFIG,
                                "the endpoint URL of %.*s has an @: a name or a password cannot be given",
                                SMITHY_STR_ARG(reader->settings->texts[AWS_SETTING_ENDPOINT_URL].source));
    if (!smithy_url_parse(url, &parts))
        return refuse(reader, AWS_SETTING_ENDPOINT_URL,
                      "an endpoint is http:// or https://, a host, and perhaps a port and a path");
    return parts.query.ptr ? refuse(reader, AWS_SETTING_ENDPOINT_URL, "an endpoint has no query") : SMITHY_OK;
}

static smithy_status check_variants(const settings_reader *reader) {
    const aws_settings *settings = reader->settings;
    if (!settings->endpoint_url.ptr || !reader->sources->reads_files) return SMITHY_OK;
    if (!settings->use_fips && !settings->use_dual_stack) return SMITHY_OK;
    const smithy_str url = settings->texts[AWS_SETTING_ENDPOINT_URL].source;
    const smithy_str variant =
        settings->texts[settings->use_fips ? AWS_SETTING_USE_FIPS : AWS_SETTING_USE_DUAL_STACK].source;
    return smithy_call_fail(reader->call, SMITHY_ERROR_CONFIG,
                            "an endpoint URL (%.*s) and %s endpoints (%.*s) exclude each other: take one of them away",
                            SMITHY_STR_ARG(url), settings->use_fips ? "FIPS" : "dual-stack", SMITHY_STR_ARG(variant));
}

/* ---- retries ---- */

static smithy_status read_retry_mode(const settings_reader *reader) {
    const aws_setting_id id = AWS_SETTING_RETRY_MODE;
    SMITHY_TRY(aws_settings_find(reader, id));
    reader->settings->retries = reader->sources->options->retry_mode != SMITHY_RETRY_OFF;
    if (!reader->settings->retries || is_word(reader, id, "standard")) return SMITHY_OK;
    return refuse(reader, id, "only standard is supported; set AWS_RETRY_MODE=standard");
}

static smithy_status read_max_attempts(const settings_reader *reader) {
    const aws_setting_id id = AWS_SETTING_MAX_ATTEMPTS;
    int64_t number = 0;
    SMITHY_TRY(aws_settings_find(reader, id));
    const smithy_str value = text_of(reader, id);
    if (!smithy_str_to_i64(value, &number) || number < 1 || number > MAX_ATTEMPTS_LIMIT)
        return refuse(reader, id, "a whole number from 1 to 100 is allowed");
    reader->settings->max_attempts = (int)number;
    return SMITHY_OK;
}

/* The modes that differ in nothing that is variable here. */
static smithy_status read_defaults_mode(const settings_reader *reader) {
    static const char *const MODES[] = {"standard", "in-region", "cross-region", "legacy"};
    SMITHY_TRY(aws_settings_find(reader, AWS_SETTING_DEFAULTS_MODE));
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++)
        if (is_word(reader, AWS_SETTING_DEFAULTS_MODE, MODES[i])) return SMITHY_OK;
    return refuse(reader, AWS_SETTING_DEFAULTS_MODE,
                  "standard, in-region, cross-region or legacy is supported; set AWS_DEFAULTS_MODE=standard");
}

/* ---- the rest ---- */

static smithy_status read_when_supported(const settings_reader *reader, aws_setting_id id, bool *when_supported) {
    SMITHY_TRY(aws_settings_find(reader, id));
    *when_supported = is_word(reader, id, "when_supported");
    if (*when_supported || is_word(reader, id, "when_required")) return SMITHY_OK;
    return refuse(reader, id, "when_supported or when_required is allowed");
}

static smithy_status read_compression(const settings_reader *reader) {
    const aws_setting_id id = AWS_SETTING_MIN_COMPRESSION;
    aws_settings *settings = reader->settings;
    SMITHY_TRY(read_negated(reader, AWS_SETTING_NO_COMPRESSION, &settings->compresses_requests));
    SMITHY_TRY(aws_settings_find(reader, id));
    const bool is_number = smithy_str_to_i64(text_of(reader, id), &settings->min_compression_bytes);
    if (is_number && settings->min_compression_bytes >= 0 && settings->min_compression_bytes <= MAX_MIN_COMPRESSION)
        return SMITHY_OK;
    return refuse(reader, id, "a whole number from 0 to 10485760 is allowed");
}

static smithy_status read_account_id_mode(const settings_reader *reader) {
    static const smithy_str MODES[] = {SMITHY_STR_INIT("preferred"), SMITHY_STR_INIT("disabled"),
                                       SMITHY_STR_INIT("required")};
    const aws_setting_id id = AWS_SETTING_ACCOUNT_ID_MODE;
    SMITHY_TRY(aws_settings_find(reader, id));
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++) {
        reader->settings->account_id_endpoint_mode = MODES[i];
        if (smithy_str_equal_nocase(text_of(reader, id), MODES[i])) return SMITHY_OK;
    }
    return refuse(reader, id, "preferred, disabled or required is allowed");
}

static smithy_status read_payload_signing(const settings_reader *reader) {
    const aws_setting *setting = &reader->settings->texts[AWS_SETTING_SIGNS_PAYLOAD];
    smithy_opt_bool *signs = &reader->settings->signs_payload;
    SMITHY_TRY(aws_settings_find(reader, AWS_SETTING_SIGNS_PAYLOAD));
    signs->has = setting->value.ptr != NULL;
    return signs->has ? aws_settings_read_bool(reader, setting, &signs->value) : SMITHY_OK;
}

static smithy_status read_app_id(const settings_reader *reader) {
    SMITHY_TRY(aws_settings_find(reader, AWS_SETTING_APP_ID));
    reader->settings->app_id = text_of(reader, AWS_SETTING_APP_ID);
    if (reader->settings->app_id.len <= MAX_APP_ID) return SMITHY_OK;
    return refuse(reader, AWS_SETTING_APP_ID, "at most 50 characters are allowed");
}

static smithy_status read_ca_bundle(const settings_reader *reader) {
    SMITHY_TRY(aws_settings_find(reader, AWS_SETTING_CA_BUNDLE));
    reader->settings->ca_bundle = text_of(reader, AWS_SETTING_CA_BUNDLE);
    return SMITHY_OK;
}

/* ---- all of them ---- */

static smithy_status resolve(const settings_reader *reader) {
    aws_settings *settings = reader->settings;
    SMITHY_TRY(read_region(reader));
    SMITHY_TRY(read_endpoint(reader));
    SMITHY_TRY(read_bool(reader, AWS_SETTING_USE_FIPS, &settings->use_fips));
    SMITHY_TRY(read_bool(reader, AWS_SETTING_USE_DUAL_STACK, &settings->use_dual_stack));
    SMITHY_TRY(check_variants(reader));
    SMITHY_TRY(read_account_id_mode(reader));
    SMITHY_TRY(read_retry_mode(reader));
    SMITHY_TRY(read_max_attempts(reader));
    SMITHY_TRY(read_defaults_mode(reader));
    SMITHY_TRY(read_when_supported(reader, AWS_SETTING_REQUEST_CHECKSUM, &settings->calculates_checksums));
    SMITHY_TRY(read_when_supported(reader, AWS_SETTING_RESPONSE_CHECKSUM, &settings->validates_checksums));
    SMITHY_TRY(read_payload_signing(reader));
    SMITHY_TRY(read_negated(reader, AWS_SETTING_IGNORES_CLOCK_SKEW, &settings->corrects_clock_skew));
    SMITHY_TRY(read_compression(reader));
    SMITHY_TRY(read_ca_bundle(reader));
    SMITHY_TRY(read_app_id(reader));
    return aws_settings_find_own(reader);
}

smithy_status aws_settings_resolve(aws_settings *settings, const aws_settings_sources *sources,
                                   const smithy_system *system, smithy_call *call) {
    const settings_reader reader = {sources, settings, call};
    *settings = (aws_settings){0};
    smithy_arena_init(&settings->memory, system, MAX_MEMORY);
    const smithy_status status = resolve(&reader);
    if (status != SMITHY_OK) aws_settings_deinit(settings);
    return status;
}

void aws_settings_deinit(aws_settings *settings) {
    smithy_arena_deinit(&settings->memory);
    *settings = (aws_settings){0};
}
