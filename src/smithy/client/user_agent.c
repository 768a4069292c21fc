#include "client/client_internal.h"

/* The set of characters that the AWS SDKs' common User-Agent form allows. */
static bool is_allowed(char c) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return alphanumeric || (c != '\0' && strchr("!$%&'*+-.^_`|~,", c));
}

static void append_word(smithy_buffer *out, smithy_str word) {
    for (size_t i = 0; i < word.len; i++) smithy_buffer_append_char(out, is_allowed(word.ptr[i]) ? word.ptr[i] : '-');
}

smithy_status user_agent_append(smithy_buffer *out, const smithy_client *client) {
    const smithy_system *system = client->system;
    const smithy_str execution = smithy_str_from(system->env(system->context, "AWS_EXECUTION_ENV"));
    smithy_buffer_append_text(out, "smithy-c/" SMITHY_VERSION " ua/2.1 api/");
    append_word(out, smithy_str_from(client->service->id));
    smithy_buffer_append_char(out, '#');
    append_word(out, smithy_str_from(client->service->api_version));
    smithy_buffer_append_text(out, " os/linux lang/c#11");
    if (execution.len) {
        smithy_buffer_append_text(out, " exec-env/");
        append_word(out, execution);
    }
    if (client->settings.app_id.len) {
        smithy_buffer_append_text(out, " app/");
        append_word(out, client->settings.app_id);
    }
    return smithy_buffer_status(out);
}
