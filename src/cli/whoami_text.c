/* `whoami` for people. */
#include "whoami.h"

#include "duration.h"
#include "log_text.h"

#define TEXT_MAX_BYTES     2048
#define LABEL_COLUMNS      18
#define SKEW_WORTH_TELLING (5 * EXPORTER_MS_PER_SECOND)

static void append_label(smithy_buffer *out, const char *label) {
    smithy_buffer_append_f(out, "%-*s", LABEL_COLUMNS, label);
}

/* "Region            eu-west-1 (AWS_REGION)" */
static void append_row(smithy_buffer *out, const char *label, smithy_str value, smithy_str source) {
    append_label(out, label);
    exporter_text_append_line(out, value, TEXT_MAX_BYTES);
    if (source.len > 0) {
        smithy_buffer_append_text(out, " (");
        exporter_text_append_line(out, source, TEXT_MAX_BYTES);
        smithy_buffer_append_char(out, ')');
    }
    smithy_buffer_append_char(out, '\n');
}

static void append_text_row(smithy_buffer *out, const char *label, const char *text) {
    append_row(out, label, smithy_str_from(text), (smithy_str){0});
}

static void append_if_set(smithy_buffer *out, const char *label, smithy_str value, smithy_str source) {
    if (value.ptr) append_row(out, label, value, source);
}

/* ---- who ---- */

static void append_expiry(const whoami_report *report, smithy_buffer *out) {
    char duration[EXPORTER_DURATION_TEXT_SIZE];
    const int64_t expires_ms = report->credentials.expires_ms;
    const int64_t left_ms = expires_ms - report->system->wall_ms(report->system->context);
    if (expires_ms == 0) {
        append_text_row(out, "  expires", "never, as far as is known");
        return;
    }
    append_label(out, "  expires");
    exporter_text_append_time(out, expires_ms);
    const int64_t shown_ms = left_ms < 0 ? -left_ms : left_ms;
    (void)exporter_duration_write(shown_ms - shown_ms % EXPORTER_MS_PER_SECOND, duration);
    smithy_buffer_append_f(out, left_ms < 0 ? ", %s ago\n" : ", in %s\n", duration);
}

static void append_credentials(const whoami_report *report, smithy_buffer *out) {
    const smithy_credentials *credentials = &report->credentials;
    append_text_row(out, "Credentials", credentials->source ? credentials->source : "none");
    if (!credentials->source) return;
    append_row(out, "  access key id", credentials->access_key_id, (smithy_str){0});
    append_expiry(report, out);
}

/* Its account may be known without STS. */
static void append_identity(const whoami_report *report, smithy_buffer *out) {
    const smithy_str account = report->account.ptr ? report->account : report->credentials.account_id;
    append_row(out, "Identity", report->arn.ptr ? report->arn : SMITHY_STR("unknown"), (smithy_str){0});
    append_if_set(out, "  account", account, (smithy_str){0});
}

static void append_clock(const whoami_report *report, smithy_buffer *out) {
    char duration[EXPORTER_DURATION_TEXT_SIZE];
    const int64_t skew_ms = report->clock_skew_ms;
    const int64_t shown_ms = skew_ms < 0 ? -skew_ms : skew_ms;
    if (shown_ms < SKEW_WORTH_TELLING) return;
    (void)exporter_duration_write(shown_ms - shown_ms % EXPORTER_MS_PER_SECOND, duration);
    append_label(out, "Clock");
    smithy_buffer_append_f(out, "%s %s the service's\n", duration, skew_ms > 0 ? "behind" : "ahead of");
}

/* ---- where ---- */

static void append_endpoints(const whoami_report *report, smithy_buffer *out) {
    smithy_buffer_append_text(out, "Endpoints\n");
    for (size_t i = 0; i < WHOAMI_SERVICES; i++) {
        const whoami_service *service = &report->services[i];
        if (!service->title) continue;
        smithy_buffer_append_text(out, "  ");
        smithy_buffer_append_f(out, "%-*s", LABEL_COLUMNS - 2, service->title);
        exporter_text_append_line(out, service->endpoint.ptr ? service->endpoint : SMITHY_STR("unknown"),
                                  TEXT_MAX_BYTES);
        smithy_buffer_append_char(out, '\n');
    }
}

static void append_network(const whoami_report *report, smithy_buffer *out) {
    const smithy_curl_settings *network = &report->network;
    smithy_buffer_append_text(out, "Network\n");
    append_if_set(out, "  proxy for http", network->proxy_for_http.value, network->proxy_for_http.source);
    append_if_set(out, "  proxy for https", network->proxy_for_https.value, network->proxy_for_https.source);
    append_if_set(out, "  but not for", network->no_proxy.value, network->no_proxy.source);
    if (!network->proxy_for_http.value.ptr && !network->proxy_for_https.value.ptr)
        append_text_row(out, "  proxies", "none");
    append_if_set(out, "  CA certificates", network->ca_file.value, network->ca_file.source);
    append_if_set(out, "  CA directory", network->ca_directory.value, network->ca_directory.source);
}

/* ---- settings ---- */

static void append_setting(const whoami_setting *setting, smithy_buffer *out) {
    smithy_buffer_append_text(out, "  ");
    if (setting->service) smithy_buffer_append_f(out, "%s.", setting->service);
    smithy_buffer_append_text(out, setting->name);
    if (setting->value.ptr) {
        smithy_buffer_append_text(out, " = ");
        exporter_text_append_line(out, setting->value, TEXT_MAX_BYTES);
    }
    smithy_buffer_append_text(out, setting->value.ptr ? " (" : " is not set (");
    exporter_text_append_line(out, setting->source, TEXT_MAX_BYTES);
    smithy_buffer_append_text(out, ")\n");
}

static void append_settings(const whoami_report *report, bool all, smithy_buffer *out) {
    whoami_cursor cursor = {0};
    whoami_setting setting;
    bool has_any = false, has_title = false;
    while (whoami_next_setting(report, &cursor, &setting)) {
        has_any = true;
        if (setting.is_default && !all) continue;
        if (!has_title) smithy_buffer_append_text(out, "Settings\n");
        has_title = true;
        append_setting(&setting, out);
    }
    if (has_title) return;
    append_text_row(out, "Settings", has_any ? "nothing but defaults; --all lists them" : "unknown");
}

void whoami_write_text(const whoami_report *report, bool all, smithy_buffer *out) {
    append_credentials(report, out);
    append_identity(report, out);
    append_clock(report, out);
    append_if_set(out, "Profile", report->profile, report->profile_source);
    append_row(out, "Region", report->region.ptr ? report->region : SMITHY_STR("unknown"), report->region_source);
    append_endpoints(report, out);
    append_network(report, out);
    append_settings(report, all, out);
}
