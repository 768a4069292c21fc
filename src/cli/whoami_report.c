#include "whoami.h"

#include "whoami_advice.h"

#include <dynamodb/dynamodb.h>
#include <stdio.h>

/* A command that gives credentials has a minute, and may ask for a role after it. */
#define CREDENTIALS_TIMEOUT_MS ((int64_t)100 * 1000)
#define STS_TIMEOUT_MS         ((int64_t)10 * 1000)

enum { LOGS, S3, DYNAMODB, STS };

/* ---- what goes wrong ---- */

/* The first problem is the one that is told: what follows it, often only does so because of it. */
static void note(whoami_report *report, smithy_status status) {
    char line[WHOAMI_PROBLEM_SIZE / 2 + 256];
    const smithy_error *error = smithy_call_error(report->call);
    const char *advice = whoami_advice(error);
    if (report->problem[0]) return;
    report->problem_status = status;
    report->outcome = run_is_configuration(status, error) ? EXPORTER_OUTCOME_CONFIGURATION : EXPORTER_OUTCOME_FAILED;
    if (status == SMITHY_ERROR_CONFIG || (status == SMITHY_ERROR_CREDENTIALS && error->attempts == 0))
        (void)snprintf(line, sizeof line, "%s", error->message);
    else
        (void)smithy_error_format(error, line, sizeof line);
    (void)snprintf(report->problem, sizeof report->problem, "%s%s%s", line, advice ? ": " : "", advice ? advice : "");
}

static bool is_good(whoami_report *report, smithy_status status) {
    if (status != SMITHY_OK) note(report, status);
    return status == SMITHY_OK;
}

/* ---- clients ---- */

/* Each with the options that a run gives it. */
#define CLIENT_OPTIONS(report)                                                     \
    {                                                                              \
        .region = (report)->settings->region, .config = (report)->identity.config, \
        .credentials = (report)->identity.credentials, .system = (report)->system  \
    }

static smithy_client *make_client(const whoami_report *report, size_t service) {
    const logs_client_options logs = CLIENT_OPTIONS(report);
    const s3_client_options s3 = CLIENT_OPTIONS(report);
    const dynamodb_client_options dynamodb = CLIENT_OPTIONS(report);
    const sts_client_options sts = CLIENT_OPTIONS(report);
    switch (service) {
    case LOGS: return logs_client_base(logs_client_create(&logs, report->call));
    case S3: return s3_client_base(s3_client_create(&s3, report->call));
    case DYNAMODB: return dynamodb_client_base(dynamodb_client_create(&dynamodb, report->call));
    default: return sts_client_base(sts_client_create(&sts, report->call));
    }
}

static void make_clients(whoami_report *report) {
    static const whoami_service SERVICES[WHOAMI_SERVICES] = {
        [LOGS] = {.name = "logs", .title = "CloudWatch Logs"},
        [S3] = {.name = "s3", .title = "S3"},
        [DYNAMODB] = {.name = "dynamodb", .title = "DynamoDB"},
        [STS] = {.name = "sts", .title = "STS"},
    };
    for (size_t i = 0; i < WHOAMI_SERVICES; i++) {
        whoami_service *service = &report->services[i];
        *service = SERVICES[i];
        service->client = make_client(report, i);
        if (!service->client)
            note(report, smithy_call_status(report->call));
        else
            (void)is_good(report, smithy_client_prepare(service->client, report->call));
    }
}

static void find_endpoints(whoami_report *report) {
    for (size_t i = 0; i < WHOAMI_SERVICES; i++) {
        whoami_service *service = &report->services[i];
        if (!service->client) continue;
        (void)is_good(report, smithy_client_endpoint(service->client, report->credentials.account_id,
                                                     &service->endpoint, report->call));
    }
}

/* ---- settings ---- */

static smithy_str show_source(smithy_str source) {
    return smithy_str_equal(source, SMITHY_STR("the option region")) ? SMITHY_STR("--region or REGION") : source;
}

static bool find_setting(const smithy_client *client, const char *name, smithy_named_setting *setting) {
    for (size_t i = 0; smithy_client_setting(client, i, setting); i++)
        if (strcmp(setting->name, name) == 0) return true;
    return false;
}

static void find_region(whoami_report *report) {
    smithy_named_setting setting;
    const smithy_client *client = report->services[LOGS].client;
    if (!client || !find_setting(client, "region", &setting) || !setting.value.ptr) return;
    report->region = setting.value;
    report->region_source = show_source(setting.source);
}

static void find_profile(whoami_report *report) {
    bool named = false;
    report->profile = smithy_config_profile_name(report->identity.config, &named);
    report->profile_source = SMITHY_STR("default");
    if (named) report->profile_source = SMITHY_STR("AWS_PROFILE");
    if (smithy_str_is_set(report->settings->profile)) report->profile_source = SMITHY_STR("--profile");
}

static void find_network(whoami_report *report) {
    smithy_named_setting bundle = {0};
    const smithy_client *client = report->services[LOGS].client;
    smithy_curl_options options = {.system = report->system};
    if (client && find_setting(client, "ca_bundle", &bundle) && bundle.value.ptr) {
        options.ca_file = bundle.value;
        options.ca_setting = bundle.source;
    }
    (void)is_good(report, smithy_curl_describe(&options, &report->network, report->call));
}

static bool is_shared(const whoami_report *report, const smithy_named_setting *setting) {
    for (size_t i = 0; i < WHOAMI_SERVICES; i++) {
        smithy_named_setting other;
        const smithy_client *client = report->services[i].client;
        if (!client) continue;
        if (!find_setting(client, setting->name, &other)) return false;
        if (!smithy_str_equal(other.value, setting->value) || !smithy_str_equal(other.source, setting->source))
            return false;
    }
    return true;
}

/* What all clients say is the first one's to tell. */
static bool is_told_already(const whoami_report *report, size_t service) {
    for (size_t i = 0; i < service; i++)
        if (report->services[i].client) return true;
    return false;
}

bool whoami_next_setting(const whoami_report *report, whoami_cursor *cursor, whoami_setting *setting) {
    for (; cursor->service < WHOAMI_SERVICES; *cursor = (whoami_cursor){.service = cursor->service + 1}) {
        smithy_named_setting named;
        const whoami_service *service = &report->services[cursor->service];
        while (service->client && smithy_client_setting(service->client, cursor->index++, &named)) {
            const bool shared = is_shared(report, &named);
            if (shared && is_told_already(report, cursor->service)) continue;
            *setting = (whoami_setting){
                .service = shared ? NULL : service->name,
                .name = named.name,
                .value = named.value,
                .source = show_source(named.source),
                .is_default = smithy_str_equal(named.source, SMITHY_STR("default")),
            };
            return true;
        }
    }
    return false;
}

/* ---- who ---- */

static bool find_credentials(whoami_report *report) {
    smithy_credentials_provider *provider = report->identity.credentials;
    smithy_call_clear_error(report->call);
    smithy_call_set_timeout(report->call, CREDENTIALS_TIMEOUT_MS);
    return is_good(report, provider->get(provider, &report->credentials, report->call));
}

/* By the same provider: STS is asked with what was found, not with what might be found next. */
static void ask_sts(whoami_report *report) {
    static const sts_get_caller_identity_input INPUT = {0};
    sts_get_caller_identity_output output;
    smithy_client *client = report->services[STS].client;
    if (!client) return;
    smithy_call_set_timeout(report->call, STS_TIMEOUT_MS);
    const smithy_status status = sts_get_caller_identity((sts_client *)client, &INPUT, &output, report->call);
    report->clock_skew_ms = smithy_client_clock_skew_ms(client);
    if (!is_good(report, status)) return;
    report->account = output.account;
    report->arn = output.arn;
    report->user_id = output.user_id;
}

void whoami_report_init(whoami_report *report, const exporter_settings *settings, const cli_io *io, exporter_log *log,
                        smithy_call *call) {
    *report = (whoami_report){.settings = settings, .system = io->system, .call = call};
    smithy_call_watch(call, io->stop);
    if (!is_good(report, exporter_identity_open(&report->identity, settings, io->system, log, call))) return;
    find_profile(report);
    make_clients(report);
    find_region(report);
    find_network(report);
    const bool found = find_credentials(report);
    find_endpoints(report);
    if (found) ask_sts(report);
}

void whoami_report_deinit(whoami_report *report) {
    for (size_t i = 0; i < WHOAMI_SERVICES; i++) smithy_client_destroy(report->services[i].client);
    smithy_credentials_deinit(&report->credentials);
    exporter_identity_close(&report->identity);
}
