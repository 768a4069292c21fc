#include "client/client_internal.h"

#define MAX_USER_AGENT 1024

static smithy_status resolve(smithy_client *client, smithy_call *call) {
    const aws_settings_sources sources = {.service = client->service,
                                          .options = &client->options,
                                          .own = client->own_options,
                                          .own_size = client->own_options_size,
                                          .config = client->config,
                                          .reads_files = true};
    return aws_settings_resolve(&client->settings, &sources, client->system, call);
}

static smithy_status write_text(smithy_client *client, smithy_str *out,
                                smithy_status (*append)(smithy_buffer *out, const smithy_client *client),
                                smithy_call *call) {
    smithy_buffer text;
    void *memory = NULL;
    smithy_buffer_init(&text, client->system, MAX_USER_AGENT);
    smithy_status status = append(&text, client);
    if (status == SMITHY_OK) status = smithy_arena_take(&client->settings.memory, text.len + 1, 1, &memory);
    if (status == SMITHY_OK) {
        memcpy(memory, smithy_buffer_str(&text).ptr, text.len + 1);
        *out = (smithy_str){memory, text.len};
    }
    smithy_buffer_deinit(&text);
    return status == SMITHY_OK ? status : smithy_call_fail(call, status, "no room for the User-Agent");
}

static void choose_retries(smithy_client *client) {
    client->retry = retry_policy_of(client->service);
    client->retry.max_attempts = client->settings.retries ? client->settings.max_attempts : 1;
}

static smithy_status choose_transport(smithy_client *client, smithy_call *call) {
    client->transport = client->options.transport ? client->options.transport : client->system->transport;
    if (client->transport) return SMITHY_OK;
    const smithy_curl_options options = {.system = client->system,
                                         .ca_file = client->settings.ca_bundle,
                                         .ca_setting = client->settings.texts[AWS_SETTING_CA_BUNDLE].source};
    client->transport = smithy_curl_transport_create(&options, call);
    client->owns_transport = client->transport != NULL;
    return client->transport ? SMITHY_OK : smithy_call_status(call);
}

static smithy_status set_up(smithy_client *client, smithy_call *call) {
    SMITHY_TRY(resolve(client, call));
    SMITHY_TRY(write_text(client, &client->user_agent, user_agent_append_head, call));
    SMITHY_TRY(write_text(client, &client->user_agent_tail, user_agent_append_tail, call));
    choose_retries(client);
    return choose_transport(client, call);
}

void client_setup_deinit(smithy_client *client) {
    if (client->owns_transport) smithy_transport_destroy(client->transport);
    client->owns_transport = false;
    client->transport = NULL;
    client->user_agent = client->user_agent_tail = (smithy_str){0};
    aws_settings_deinit(&client->settings);
}

smithy_status client_prepare(smithy_client *client, smithy_call *call) {
    if (atomic_load_explicit(&client->is_prepared, memory_order_acquire)) return SMITHY_OK;
    pthread_mutex_lock(&client->prepare_lock);
    smithy_status status = SMITHY_OK;
    if (!atomic_load_explicit(&client->is_prepared, memory_order_relaxed)) {
        status = set_up(client, call);
        if (status == SMITHY_OK)
            atomic_store_explicit(&client->is_prepared, true, memory_order_release);
        else
            client_setup_deinit(client);
    }
    pthread_mutex_unlock(&client->prepare_lock);
    return status;
}
