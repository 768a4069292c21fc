#include "client/client_internal.h"

#define MAX_USER_AGENT 1024

/* ---- pieces of creation ---- */

static bool copy_text(const smithy_client *client, smithy_str *text) {
    if (!text->ptr) return true;
    char *copy = client->system->resize(client->system->context, NULL, text->len + 1);
    const smithy_str source = *text;
    *text = (smithy_str){copy, copy ? source.len : 0};
    if (!copy) return false;
    if (source.len) memcpy(copy, source.ptr, source.len);
    copy[source.len] = '\0';
    return true;
}

static void free_text(const smithy_client *client, smithy_str text) {
    /* Only texts that copy_text made come here. */
    client->system->resize(client->system->context, (void *)(uintptr_t)text.ptr, 0);
}

/* Takes the views that resolving gave and makes them the client's own; absent where memory is out. */
static bool own_settings(smithy_client *client, const aws_settings *resolved) {
    client->settings = *resolved;
    client->settings.region = client->settings.endpoint_url = client->settings.app_id = (smithy_str){0};
    smithy_str region = resolved->region, endpoint_url = resolved->endpoint_url, app_id = resolved->app_id;
    const bool copied_region = copy_text(client, &region);
    client->settings.region = region;
    const bool copied_endpoint = copy_text(client, &endpoint_url);
    client->settings.endpoint_url = endpoint_url;
    const bool copied_app_id = copy_text(client, &app_id);
    client->settings.app_id = app_id;
    return copied_region && copied_endpoint && copied_app_id;
}

static bool own_user_agent(smithy_client *client) {
    smithy_buffer text;
    smithy_buffer_init(&text, client->system, MAX_USER_AGENT);
    const bool written = user_agent_append(&text, client) == SMITHY_OK;
    smithy_str user_agent = smithy_buffer_str(&text);
    const bool copied = written && copy_text(client, &user_agent);
    if (copied) client->user_agent = user_agent;
    smithy_buffer_deinit(&text);
    return copied;
}

static bool own_service_settings(smithy_client *client, const void *settings, size_t size) {
    if (size == 0) return true;
    client->service_settings = client->system->resize(client->system->context, NULL, size);
    if (client->service_settings) memcpy(client->service_settings, settings, size);
    return client->service_settings != NULL;
}

static bool choose_transport(smithy_client *client, smithy_transport *given, smithy_call *call) {
    client->transport = given ? given : client->system->transport;
    if (client->transport) return true;
    const smithy_curl_options options = {.system = client->system};
    client->transport = smithy_curl_transport_create(&options, call);
    client->owns_transport = client->transport != NULL;
    return client->owns_transport;
}

static bool choose_credentials(smithy_client *client, smithy_credentials_provider *given, smithy_call *call) {
    client->credentials = given;
    if (given) return true;
    client->credentials = smithy_credentials_default(call);
    client->owns_credentials = client->credentials != NULL;
    return client->owns_credentials;
}

static void choose_retries(smithy_client *client) {
    client->retry = retry_policy_of(client->service);
    if (client->settings.max_attempts) client->retry.max_attempts = client->settings.max_attempts;
    if (!client->settings.retries) client->retry.max_attempts = 1;
}

static bool fill(smithy_client *client, const aws_settings *resolved, const smithy_client_options *options,
                 smithy_call *call) {
    if (!own_settings(client, resolved) || !own_user_agent(client)) return false;
    choose_retries(client);
    client->signing_cache = smithy_signing_cache_create(client->system);
    return client->signing_cache && choose_transport(client, options->transport, call) &&
           choose_credentials(client, options->credentials, call);
}

static smithy_client *allocate(const smithy_service *service, const smithy_system *system) {
    smithy_client *client = system->resize(system->context, NULL, sizeof *client);
    if (!client) return NULL;
    memset(client, 0, sizeof *client);
    client->service = service;
    client->system = system;
    atomic_init(&client->observed_skew_ms, 0);
    atomic_init(&client->signing_skew_ms, 0);
    if (retry_bucket_init(&client->bucket)) {
        if (bucket_regions_init(&client->bucket_regions)) return client;
        retry_bucket_deinit(&client->bucket);
    }
    system->resize(system->context, client, 0);
    return NULL;
}

/* ---- life ---- */

smithy_client *smithy_client_create(const smithy_service *service, const smithy_client_options *options,
                                    const void *settings, size_t settings_size, smithy_call *call) {
    static const smithy_client_options DEFAULTS = {0};
    if (!options) options = &DEFAULTS;
    const smithy_system *system = options->system ? options->system : smithy_call_system(call);
    aws_settings resolved;
    smithy_call_clear_error(call);
    if (aws_settings_resolve(&resolved, service->id, options, system, call) != SMITHY_OK) return NULL;
    smithy_client *client = allocate(service, system);
    if (client) client->attempt_timeout_ms = options->attempt_timeout_ms;
    if (client && own_service_settings(client, settings, settings_size) && fill(client, &resolved, options, call))
        return client;
    smithy_client_destroy(client);
    (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    return NULL;
}

void smithy_client_destroy(smithy_client *client) {
    if (!client) return;
    const smithy_system *system = client->system;
    if (client->owns_credentials) smithy_credentials_provider_destroy(client->credentials);
    if (client->owns_transport) smithy_transport_destroy(client->transport);
    smithy_signing_cache_destroy(client->signing_cache);
    retry_bucket_deinit(&client->bucket);
    bucket_regions_deinit(&client->bucket_regions, system);
    free_text(client, client->user_agent);
    free_text(client, client->settings.region);
    free_text(client, client->settings.endpoint_url);
    free_text(client, client->settings.app_id);
    system->resize(system->context, client->service_settings, 0);
    system->resize(system->context, client, 0);
}

/* ---- what endpoint rules and callers ask ---- */

const void *smithy_client_settings(const smithy_client *client) {
    return client->service_settings;
}

smithy_str smithy_client_region(const smithy_client *client) {
    return client->settings.region;
}

smithy_str smithy_client_endpoint_url(const smithy_client *client) {
    return client->settings.endpoint_url;
}

bool smithy_client_use_fips(const smithy_client *client) {
    return client->settings.use_fips;
}

bool smithy_client_use_dual_stack(const smithy_client *client) {
    return client->settings.use_dual_stack;
}

smithy_str smithy_client_account_id_endpoint_mode(const smithy_client *client) {
    return client->settings.account_id_endpoint_mode;
}

const smithy_system *smithy_client_system(const smithy_client *client) {
    return client->system;
}

int64_t smithy_client_clock_skew_ms(const smithy_client *client) {
    return atomic_load(&client->observed_skew_ms);
}
