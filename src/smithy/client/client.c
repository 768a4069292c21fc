#include "client/client_internal.h"

#include <stdalign.h>

#define MAX_MEMORY ((size_t)1024 * 1024)

/* ---- pieces of creation ---- */

static bool copy_text(smithy_client *client, smithy_str *text) {
    void *memory = NULL;
    if (!text->ptr) return true;
    if (smithy_arena_take(&client->memory, text->len + 1, 1, &memory) != SMITHY_OK) return false;
    char *copy = memory;
    if (text->len) memcpy(copy, text->ptr, text->len);
    copy[text->len] = '\0';
    text->ptr = copy;
    return true;
}

static bool copy_options(smithy_client *client, const smithy_client_options *options, const void *own, size_t size) {
    client->options = *options;
    client->attempt_timeout_ms = options->attempt_timeout_ms;
    if (size) {
        if (smithy_arena_take(&client->memory, size, alignof(max_align_t), &client->own_options) != SMITHY_OK)
            return false;
        memcpy(client->own_options, own, size);
        client->own_options_size = size;
    }
    return copy_text(client, &client->options.region) && copy_text(client, &client->options.endpoint_url) &&
           copy_text(client, &client->options.app_id);
}

static bool choose_config(smithy_client *client, smithy_config *given, smithy_call *call) {
    client->config = given;
    if (given) return true;
    const smithy_config_options options = {.system = client->system};
    client->config = smithy_config_create(&options, call);
    client->owns_config = client->config != NULL;
    return client->owns_config;
}

/* What is wrong in options and environment is told at once. */
static bool look_early(smithy_client *client, smithy_call *call) {
    const aws_settings_sources sources = {.service = client->service,
                                          .options = &client->options,
                                          .own = client->own_options,
                                          .own_size = client->own_options_size,
                                          .config = client->config};
    return aws_settings_resolve(&client->early, &sources, client->system, call) == SMITHY_OK;
}

static bool choose_credentials(smithy_client *client, smithy_credentials_provider *given, smithy_call *call) {
    client->credentials = given;
    if (given) return true;
    const smithy_credentials_options options = {.system = client->system,
                                                .config = client->config,
                                                .transport = client->options.transport,
                                                .region = client->options.region};
    client->credentials = smithy_credentials_chain(&options, call);
    client->owns_credentials = client->credentials != NULL;
    return client->owns_credentials;
}

static bool init_locks(smithy_client *client) {
    if (pthread_mutex_init(&client->prepare_lock, NULL) != 0) return false;
    if (retry_bucket_init(&client->bucket)) {
        if (bucket_regions_init(&client->bucket_regions)) {
            if (express_sessions_init(&client->express)) return true;
            bucket_regions_deinit(&client->bucket_regions, client->system);
        }
        retry_bucket_deinit(&client->bucket);
    }
    pthread_mutex_destroy(&client->prepare_lock);
    return false;
}

static smithy_client *allocate(const smithy_service *service, const smithy_system *system) {
    smithy_client *client = system->resize(system->context, NULL, sizeof *client);
    if (!client) return NULL;
    memset(client, 0, sizeof *client);
    client->service = service;
    client->system = system;
    smithy_arena_init(&client->memory, system, MAX_MEMORY);
    atomic_init(&client->is_prepared, false);
    atomic_init(&client->observed_skew_ms, 0);
    atomic_init(&client->signing_skew_ms, 0);
    if (init_locks(client)) return client;
    system->resize(system->context, client, 0);
    return NULL;
}

/* ---- life ---- */

smithy_client *smithy_client_create(const smithy_service *service, const smithy_client_options *options,
                                    const void *settings, size_t settings_size, smithy_call *call) {
    static const smithy_client_options DEFAULTS = {0};
    if (!options) options = &DEFAULTS;
    const smithy_system *system = options->system ? options->system : smithy_call_system(call);
    smithy_call_clear_error(call);
    smithy_client *client = allocate(service, system);
    if (client && copy_options(client, options, settings, settings_size) &&
        choose_config(client, options->config, call) && look_early(client, call) &&
        choose_credentials(client, options->credentials, call)) {
        client->signing_cache = smithy_signing_cache_create(system);
        if (client->signing_cache) return client;
    }
    smithy_client_destroy(client);
    (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    return NULL;
}

smithy_status smithy_client_prepare(smithy_client *client, smithy_call *call) {
    smithy_call_clear_error(call);
    return client_prepare(client, call);
}

void smithy_client_destroy(smithy_client *client) {
    if (!client) return;
    const smithy_system *system = client->system;
    client_setup_deinit(client);
    if (client->owns_credentials) smithy_credentials_provider_destroy(client->credentials);
    smithy_signing_cache_destroy(client->signing_cache);
    aws_settings_deinit(&client->early);
    if (client->owns_config) smithy_config_destroy(client->config);
    smithy_arena_deinit(&client->memory);
    express_sessions_deinit(&client->express, system);
    bucket_regions_deinit(&client->bucket_regions, system);
    retry_bucket_deinit(&client->bucket);
    pthread_mutex_destroy(&client->prepare_lock);
    system->resize(system->context, client, 0);
}

/* ---- what endpoint rules and callers ask ---- */

static const aws_settings *settings_of(const smithy_client *client) {
    const bool is_prepared = atomic_load_explicit(&client->is_prepared, memory_order_acquire);
    return is_prepared ? &client->settings : &client->early;
}

bool smithy_client_setting(const smithy_client *client, size_t index, smithy_named_setting *setting) {
    return aws_settings_list(settings_of(client), client->service, index, setting);
}

const void *smithy_client_settings(const smithy_client *client) {
    return settings_of(client)->own;
}

smithy_str smithy_client_region(const smithy_client *client) {
    return settings_of(client)->region;
}

smithy_str smithy_client_endpoint_url(const smithy_client *client) {
    return settings_of(client)->endpoint_url;
}

bool smithy_client_use_fips(const smithy_client *client) {
    return settings_of(client)->use_fips;
}

bool smithy_client_use_dual_stack(const smithy_client *client) {
    return settings_of(client)->use_dual_stack;
}

smithy_str smithy_client_account_id_endpoint_mode(const smithy_client *client) {
    return settings_of(client)->account_id_endpoint_mode;
}

const smithy_system *smithy_client_system(const smithy_client *client) {
    return client->system;
}

int64_t smithy_client_clock_skew_ms(const smithy_client *client) {
    return atomic_load(&client->observed_skew_ms);
}
