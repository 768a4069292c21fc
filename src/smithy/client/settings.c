#include "client/settings.h"

#include <smithy/text.h>

#define MAX_ATTEMPTS_LIMIT 100
#define MAX_REGION         31 /* What smithy_error.region holds; a DNS label is 63 at most. */
#define MAX_VARIABLE       128
#define MAX_APP_ID         50
/* Of bodies, in bytes. */
#define DEFAULT_MIN_COMPRESSION 10240
#define MAX_MIN_COMPRESSION     10485760

typedef struct environment {
    const smithy_system *system;
    smithy_call *call;
} environment;

/* Empty counts as unset. */
static smithy_str variable(const environment *env, const char *name) {
    const smithy_str value = smithy_str_from(env->system->env(env->system->context, name));
    return value.len ? value : (smithy_str){0};
}

static smithy_status refuse(const environment *env, const char *name, smithy_str value, const char *allowed) {
    return smithy_call_fail(env->call, SMITHY_ERROR_CONFIG, "%s is \"%.*s\": %s", name, SMITHY_STR_ARG(value), allowed);
}

static smithy_status read_bool(const environment *env, const char *name, smithy_opt_bool option, bool fallback,
                               bool *result) {
    const smithy_str value = variable(env, name);
    *result = option.has ? option.value : fallback;
    if (option.has || !value.ptr) return SMITHY_OK;
    *result = smithy_str_equal_nocase(value, SMITHY_STR("true"));
    if (*result || smithy_str_equal_nocase(value, SMITHY_STR("false"))) return SMITHY_OK;
    return refuse(env, name, value, "true or false is allowed");
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

static smithy_status read_region(const environment *env, smithy_str option, smithy_str *region) {
    const char *name = "the option region";
    *region = option;
    if (!region->ptr) {
        name = "AWS_REGION";
        *region = variable(env, name);
    }
    if (!region->ptr) {
        name = "AWS_DEFAULT_REGION";
        *region = variable(env, name);
    }
    if (!region->ptr)
        return smithy_call_fail(env->call, SMITHY_ERROR_CONFIG, "no Region: set AWS_REGION, for example to eu-west-1");
    return is_region(*region) ? SMITHY_OK
                              : refuse(env, name, *region, "a Region is letters, digits and hyphens, as eu-west-1");
}

/* ---- endpoint ---- */

/* "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS" out of "CloudWatch Logs". */
static void endpoint_variable(const char *service_id, char name[MAX_VARIABLE]) {
    static const char PREFIX[] = "AWS_ENDPOINT_URL_";
    size_t len = sizeof PREFIX - 1;
    memcpy(name, PREFIX, len);
    for (const char *c = service_id; *c && len < MAX_VARIABLE - 1; c++) {
        char out = *c;
        if (out >= 'a' && out <= 'z') out = (char)(out - 'a' + 'A');
        if (out == ' ' || out == '-') out = '_';
        name[len++] = out;
    }
    name[len] = '\0';
}

static smithy_status check_endpoint(const environment *env, const char *name, smithy_str url) {
    smithy_url parts;
    if (!smithy_url_parse(url, &parts))
        return refuse(env, name, url, "an endpoint is http:// or https://, a host, and perhaps a port and a path");
    if (parts.query.ptr) return refuse(env, name, url, "an endpoint has no query");
    return SMITHY_OK;
}

static smithy_status read_endpoint(const environment *env, const char *service_id, smithy_str option, smithy_str *url) {
    char name[MAX_VARIABLE];
    bool ignored = false;
    *url = option;
    if (url->ptr) return check_endpoint(env, "the option endpoint_url", *url);
    SMITHY_TRY(read_bool(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", (smithy_opt_bool){0}, false, &ignored));
    if (ignored) return SMITHY_OK;
    endpoint_variable(service_id, name);
    *url = variable(env, name);
    if (url->ptr) return check_endpoint(env, name, *url);
    *url = variable(env, "AWS_ENDPOINT_URL");
    return url->ptr ? check_endpoint(env, "AWS_ENDPOINT_URL", *url) : SMITHY_OK;
}

/* ---- retries ---- */

static smithy_status read_retry_mode(const environment *env, smithy_retry_mode option, bool *retries) {
    *retries = option != SMITHY_RETRY_OFF;
    if (option != SMITHY_RETRY_DEFAULT) return SMITHY_OK;
    const smithy_str value = variable(env, "AWS_RETRY_MODE");
    if (!value.ptr || smithy_str_equal_nocase(value, SMITHY_STR("standard"))) return SMITHY_OK;
    return refuse(env, "AWS_RETRY_MODE", value, "only standard is supported");
}

static smithy_status read_max_attempts(const environment *env, int option, int *max_attempts) {
    *max_attempts = option;
    if (option < 0 || option > MAX_ATTEMPTS_LIMIT)
        return smithy_call_fail(env->call, SMITHY_ERROR_CONFIG, "the option max_attempts is %d: 1 to %d is allowed",
                                option, MAX_ATTEMPTS_LIMIT);
    const smithy_str value = variable(env, "AWS_MAX_ATTEMPTS");
    if (option || !value.ptr) return SMITHY_OK;
    int64_t number = 0;
    if (!smithy_str_to_i64(value, &number) || number < 1 || number > MAX_ATTEMPTS_LIMIT)
        return refuse(env, "AWS_MAX_ATTEMPTS", value, "a whole number from 1 to 100 is allowed");
    *max_attempts = (int)number;
    return SMITHY_OK;
}

/* ---- the rest ---- */

static smithy_status read_when_supported(const environment *env, const char *name, bool *when_supported) {
    const smithy_str value = variable(env, name);
    *when_supported = !value.ptr || smithy_str_equal_nocase(value, SMITHY_STR("when_supported"));
    if (*when_supported || smithy_str_equal_nocase(value, SMITHY_STR("when_required"))) return SMITHY_OK;
    return refuse(env, name, value, "when_supported or when_required is allowed");
}

static smithy_status read_compression(const environment *env, aws_settings *settings) {
    static const char SIZE[] = "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES";
    bool disabled = false;
    SMITHY_TRY(read_bool(env, "AWS_DISABLE_REQUEST_COMPRESSION", (smithy_opt_bool){0}, false, &disabled));
    settings->compresses_requests = !disabled;
    settings->min_compression_bytes = DEFAULT_MIN_COMPRESSION;
    const smithy_str value = variable(env, SIZE);
    if (!value.ptr) return SMITHY_OK;
    const bool is_number = smithy_str_to_i64(value, &settings->min_compression_bytes);
    if (is_number && settings->min_compression_bytes >= 0 && settings->min_compression_bytes <= MAX_MIN_COMPRESSION)
        return SMITHY_OK;
    return refuse(env, SIZE, value, "a whole number from 0 to 10485760 is allowed");
}

static smithy_status read_account_id_mode(const environment *env, smithy_str *mode) {
    static const smithy_str MODES[] = {SMITHY_STR_INIT("preferred"), SMITHY_STR_INIT("disabled"),
                                       SMITHY_STR_INIT("required")};
    static const char NAME[] = "AWS_ACCOUNT_ID_ENDPOINT_MODE";
    const smithy_str value = variable(env, NAME);
    *mode = MODES[0];
    if (!value.ptr) return SMITHY_OK;
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++) {
        *mode = MODES[i];
        if (smithy_str_equal_nocase(value, MODES[i])) return SMITHY_OK;
    }
    return refuse(env, NAME, value, "preferred, disabled or required is allowed");
}

static smithy_status read_app_id(const environment *env, smithy_str option, smithy_str *app_id) {
    const char *name = option.ptr ? "the option app_id" : "AWS_SDK_UA_APP_ID";
    *app_id = option.ptr ? option : variable(env, name);
    return app_id->len <= MAX_APP_ID ? SMITHY_OK : refuse(env, name, *app_id, "at most 50 characters are allowed");
}

smithy_status aws_settings_resolve(aws_settings *settings, const char *service_id, const smithy_client_options *options,
                                   const smithy_system *system, smithy_call *call) {
    const environment env = {system, call};
    bool ignores_skew = false;
    *settings = (aws_settings){0};
    SMITHY_TRY(read_region(&env, options->region, &settings->region));
    SMITHY_TRY(read_endpoint(&env, service_id, options->endpoint_url, &settings->endpoint_url));
    SMITHY_TRY(read_bool(&env, "AWS_USE_FIPS_ENDPOINT", options->use_fips, false, &settings->use_fips));
    SMITHY_TRY(
        read_bool(&env, "AWS_USE_DUALSTACK_ENDPOINT", options->use_dual_stack, false, &settings->use_dual_stack));
    SMITHY_TRY(read_retry_mode(&env, options->retry_mode, &settings->retries));
    SMITHY_TRY(read_max_attempts(&env, options->max_attempts, &settings->max_attempts));
    SMITHY_TRY(read_when_supported(&env, "AWS_REQUEST_CHECKSUM_CALCULATION", &settings->calculates_checksums));
    SMITHY_TRY(read_when_supported(&env, "AWS_RESPONSE_CHECKSUM_VALIDATION", &settings->validates_checksums));
    SMITHY_TRY(read_bool(&env, "AWS_DISABLE_CLOCK_SKEW_CORRECTION", (smithy_opt_bool){0}, false, &ignores_skew));
    settings->corrects_clock_skew = !ignores_skew;
    SMITHY_TRY(read_account_id_mode(&env, &settings->account_id_endpoint_mode));
    SMITHY_TRY(read_compression(&env, settings));
    return read_app_id(&env, options->app_id, &settings->app_id);
}
