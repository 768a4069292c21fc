/* `whoami` for programs: one object, whose members are there whatever could not be found out; then they are null. */
#include "whoami.h"

#include <smithy/json.h>

static void put_text(smithy_json_writer *json, const char *name, smithy_str text) {
    smithy_json_name(json, name);
    smithy_json_value_str(json, text);
}

static void put_sourced(smithy_json_writer *json, const char *name, smithy_str value, smithy_str source) {
    smithy_json_name(json, name);
    if (!value.ptr) {
        smithy_json_value_null(json);
        return;
    }
    smithy_json_open_object(json);
    put_text(json, "value", value);
    put_text(json, "source", source);
    smithy_json_close_object(json);
}

static void put_credentials(smithy_json_writer *json, const smithy_credentials *credentials) {
    smithy_json_name(json, "credentials");
    if (!credentials->source) {
        smithy_json_value_null(json);
        return;
    }
    smithy_json_open_object(json);
    put_text(json, "source", smithy_str_from(credentials->source));
    put_text(json, "accessKeyId", credentials->access_key_id);
    put_text(json, "accountId", credentials->account_id);
    smithy_json_name(json, "expires");
    if (credentials->expires_ms)
        smithy_json_value_date_time(json, credentials->expires_ms);
    else
        smithy_json_value_null(json);
    smithy_json_close_object(json);
}

static void put_identity(smithy_json_writer *json, const whoami_report *report) {
    smithy_json_name(json, "identity");
    if (!report->arn.ptr) {
        smithy_json_value_null(json);
        return;
    }
    smithy_json_open_object(json);
    put_text(json, "account", report->account);
    put_text(json, "arn", report->arn);
    put_text(json, "userId", report->user_id);
    smithy_json_name(json, "clockSkewMs");
    smithy_json_value_i64(json, report->clock_skew_ms);
    smithy_json_close_object(json);
}

static void put_endpoints(smithy_json_writer *json, const whoami_report *report) {
    smithy_json_name(json, "endpoints");
    smithy_json_open_object(json);
    for (size_t i = 0; i < WHOAMI_SERVICES; i++)
        if (report->services[i].name) put_text(json, report->services[i].name, report->services[i].endpoint);
    smithy_json_close_object(json);
}

static void put_network(smithy_json_writer *json, const smithy_curl_settings *network) {
    smithy_json_name(json, "network");
    smithy_json_open_object(json);
    put_sourced(json, "proxyForHttp", network->proxy_for_http.value, network->proxy_for_http.source);
    put_sourced(json, "proxyForHttps", network->proxy_for_https.value, network->proxy_for_https.source);
    put_sourced(json, "noProxy", network->no_proxy.value, network->no_proxy.source);
    put_sourced(json, "caFile", network->ca_file.value, network->ca_file.source);
    put_sourced(json, "caDirectory", network->ca_directory.value, network->ca_directory.source);
    smithy_json_close_object(json);
}

static void put_settings(smithy_json_writer *json, const whoami_report *report, bool all) {
    whoami_cursor cursor = {0};
    whoami_setting setting;
    smithy_json_name(json, "settings");
    smithy_json_open_array(json);
    while (whoami_next_setting(report, &cursor, &setting)) {
        if (setting.is_default && !all) continue;
        smithy_json_open_object(json);
        put_text(json, "service", smithy_str_from(setting.service));
        put_text(json, "name", smithy_str_from(setting.name));
        put_text(json, "value", setting.value);
        put_text(json, "source", setting.source);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
}

static void put_problem(smithy_json_writer *json, const whoami_report *report) {
    smithy_json_name(json, "problem");
    if (!report->problem[0]) {
        smithy_json_value_null(json);
        return;
    }
    smithy_json_open_object(json);
    put_text(json, "kind", smithy_str_from(smithy_status_name(report->problem_status)));
    put_text(json, "message", smithy_str_from(report->problem));
    smithy_json_close_object(json);
}

void whoami_write_json(const whoami_report *report, bool all, smithy_buffer *out) {
    smithy_json_writer json;
    smithy_json_writer_init(&json, out);
    smithy_json_open_object(&json);
    put_credentials(&json, &report->credentials);
    put_identity(&json, report);
    put_sourced(&json, "profile", report->profile, report->profile_source);
    put_sourced(&json, "region", report->region, report->region_source);
    put_endpoints(&json, report);
    put_network(&json, &report->network);
    put_settings(&json, report, all);
    put_problem(&json, report);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(out, '\n');
}
