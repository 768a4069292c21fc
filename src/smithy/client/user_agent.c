/* The User-Agent of the AWS SDKs' common form, by this product's own name:
 *
 *   smithy-c/0.1.0 ua/2.1 api/S3#2006-03-01 os/linux#6.1.0 lang/c#11 exec-env/AWS_Lambda_provided.al2023 m/E,Z,b,g
 *   md/arch#x86_64 app/archive
 *
 * All but m/, which tells what an operation makes use of, is a client's for its life. */
#include "client/invocation.h"

#include <sys/utsname.h>

#define MAX_FEATURES 64

/* ---- what a client is ---- */

static bool is_allowed(char c) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return alphanumeric || (c != '\0' && strchr("!$%&'*+-.^_`|~,", c));
}

static void append_word(smithy_buffer *out, smithy_str word) {
    for (size_t i = 0; i < word.len; i++) smithy_buffer_append_char(out, is_allowed(word.ptr[i]) ? word.ptr[i] : '-');
}

smithy_status user_agent_append_head(smithy_buffer *out, const smithy_client *client) {
    const smithy_system *system = client->system;
    const smithy_str execution = smithy_str_from(system->env(system->context, "AWS_EXECUTION_ENV"));
    struct utsname machine;
    smithy_buffer_append_text(out, "smithy-c/" SMITHY_VERSION " ua/2.1 api/");
    append_word(out, smithy_str_from(client->service->id));
    smithy_buffer_append_char(out, '#');
    append_word(out, smithy_str_from(client->service->api_version));
    smithy_buffer_append_text(out, " os/linux");
    if (uname(&machine) == 0) {
        smithy_buffer_append_char(out, '#');
        append_word(out, smithy_str_from(machine.release));
    }
    smithy_buffer_append_text(out, " lang/c#11");
    if (execution.len) {
        smithy_buffer_append_text(out, " exec-env/");
        append_word(out, execution);
    }
    return smithy_buffer_status(out);
}

smithy_status user_agent_append_tail(smithy_buffer *out, const smithy_client *client) {
    struct utsname machine;
    if (uname(&machine) == 0) {
        smithy_buffer_append_text(out, " md/arch#");
        append_word(out, smithy_str_from(machine.machine));
    }
    if (client->settings.app_id.len) {
        smithy_buffer_append_text(out, " app/");
        append_word(out, client->settings.app_id);
    }
    return smithy_buffer_status(out);
}

/* ---- what an operation makes use of ---- */

static void add_feature(smithy_buffer *out, bool used, char id) {
    if (!used) return;
    smithy_buffer_append_text(out, out->len ? "," : " m/");
    smithy_buffer_append_char(out, id);
}

static void add_checksums(smithy_buffer *out, const invocation *inv) {
    static const struct {
        smithy_str algorithm;
        char id;
    } IDS[] = {{SMITHY_STR_INIT("CRC32"), 'U'},
               {SMITHY_STR_INIT("CRC32C"), 'V'},
               {SMITHY_STR_INIT("CRC64NVME"), 'W'},
               {SMITHY_STR_INIT("SHA1"), 'X'},
               {SMITHY_STR_INIT("SHA256"), 'Y'}};
    const aws_settings *settings = &inv->client->settings;
    const smithy_str algorithm = smithy_headers_get(&inv->http.headers, "x-amz-sdk-checksum-algorithm");
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++)
        add_feature(out, smithy_str_equal(algorithm, IDS[i].algorithm), IDS[i].id);
    if (inv->operation->has_checksum) add_feature(out, true, settings->calculates_checksums ? 'Z' : 'a');
    if (inv->operation->validates_response_checksum) add_feature(out, true, settings->validates_checksums ? 'b' : 'c');
}

static void add_credentials(smithy_buffer *out, const char *source) {
    static const struct {
        const char *source;
        char id;
    } IDS[] = {{"environment", 'g'}, {"profile", 'n'},   {"assume role", 'i'},      {"web identity", 'k'},
               {"process", 'w'},     {"container", 'z'}, {"instance metadata", '0'}};
    for (size_t i = 0; source && i < sizeof IDS / sizeof IDS[0]; i++)
        add_feature(out, strcmp(source, IDS[i].source) == 0, IDS[i].id);
}

smithy_status invocation_set_user_agent(invocation *inv) {
    const smithy_client *client = inv->client;
    smithy_buffer features;
    smithy_buffer_init(&features, client->system, MAX_FEATURES);
    add_feature(&features, inv->uses & SMITHY_CALL_WAITS, 'B');
    add_feature(&features, inv->uses & SMITHY_CALL_PAGES, 'C');
    add_feature(&features, client->settings.retries, 'E');
    add_feature(&features, client->settings.endpoint_url.ptr, 'N');
    add_checksums(&features, inv);
    add_credentials(&features, inv->credentials.source);
    const smithy_status status = smithy_buffer_status(&features);
    smithy_str text = {0};
    if (status == SMITHY_OK)
        text = smithy_call_format(inv->call, "%s%.*s%s", client->user_agent.ptr,
                                  SMITHY_STR_ARG(smithy_buffer_str(&features)), client->user_agent_tail.ptr);
    smithy_buffer_deinit(&features);
    if (!text.ptr) return smithy_call_fail(inv->call, SMITHY_ERROR_MEMORY, "no room for the User-Agent");
    return smithy_headers_set(&inv->http.headers, SMITHY_STR("User-Agent"), text, inv->call);
}
