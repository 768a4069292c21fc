#include "aws/config/ini.h"
#include "aws/config/location.h"
#include "aws/config/profiles.h"

#include <pthread.h>
#include <stdatomic.h>

struct smithy_config {
    const smithy_system *system;
    smithy_arena texts; /* Of the options. */
    smithy_config_options options;
    pthread_mutex_t lock;
    atomic_bool loaded; /* What is below then stays as it is, and is read without the lock. */
    smithy_arena paths;
    profile_set profiles;
    const smithy_profile *profile;  /* The chosen one; NULL where the files do not have it. */
    const smithy_profile *services; /* What it names; NULL where it names none. */
};

#define MAX_TEXTS ((size_t)1024 * 1024)

/* ---- life ---- */

static smithy_status copy_text(smithy_arena *arena, smithy_str *text) {
    void *memory;
    if (!text->ptr) return SMITHY_OK;
    SMITHY_TRY(smithy_arena_take(arena, text->len + 1, 1, &memory));
    char *copy = memory;
    if (text->len) memcpy(copy, text->ptr, text->len);
    copy[text->len] = '\0';
    text->ptr = copy;
    return SMITHY_OK;
}

static smithy_status copy_options(smithy_config *config, const smithy_config_options *options) {
    config->options = *options;
    SMITHY_TRY(copy_text(&config->texts, &config->options.profile));
    SMITHY_TRY(copy_text(&config->texts, &config->options.config_file));
    return copy_text(&config->texts, &config->options.credentials_file);
}

smithy_config *smithy_config_create(const smithy_config_options *options, smithy_call *call) {
    static const smithy_config_options DEFAULTS = {0};
    if (!options) options = &DEFAULTS;
    const smithy_system *system = options->system ? options->system : smithy_call_system(call);
    smithy_config *config = system->resize(system->context, NULL, sizeof *config);
    if (config) {
        memset(config, 0, sizeof *config);
        config->system = system;
        atomic_init(&config->loaded, false);
        smithy_arena_init(&config->texts, system, MAX_TEXTS);
        smithy_arena_init(&config->paths, system, MAX_TEXTS);
        profile_set_init(&config->profiles, system);
        const bool locks = pthread_mutex_init(&config->lock, NULL) == 0;
        if (locks && copy_options(config, options) == SMITHY_OK) return config;
        if (locks) pthread_mutex_destroy(&config->lock);
        smithy_arena_deinit(&config->texts);
        system->resize(system->context, config, 0);
    }
    (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    return NULL;
}

static void forget_files(smithy_config *config) {
    profile_set_deinit(&config->profiles);
    profile_set_init(&config->profiles, config->system);
    smithy_arena_deinit(&config->paths);
    config->profile = config->services = NULL;
}

void smithy_config_destroy(smithy_config *config) {
    if (!config) return;
    const smithy_system *system = config->system;
    forget_files(config);
    smithy_arena_deinit(&config->texts);
    pthread_mutex_destroy(&config->lock);
    system->resize(system->context, config, 0);
}

/* ---- the environment ---- */

static bool is_blank(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ' && text.ptr[i] != '\t') return false;
    return true;
}

static smithy_str variable(const smithy_config *config, const char *name) {
    const smithy_str value = smithy_str_from(config->system->env(config->system->context, name));
    return is_blank(value) ? (smithy_str){0} : value;
}

smithy_str smithy_config_profile_name(const smithy_config *config, bool *named) {
    const smithy_str from_environment = variable(config, "AWS_PROFILE");
    const smithy_str name = config->options.profile.ptr ? config->options.profile : from_environment;
    *named = name.ptr != NULL;
    return *named ? name : SMITHY_STR("default");
}

/* ---- the files ---- */

static smithy_status read_file(smithy_config *config, profile_file file, smithy_str *path, smithy_call *call) {
    const bool is_config = file == PROFILE_CONFIG_FILE;
    const smithy_str option = is_config ? config->options.config_file : config->options.credentials_file;
    bool exists = false;
    SMITHY_TRY(profile_path(config->system, &config->paths, is_config, option, path, call));
    if (path->ptr) SMITHY_TRY(profile_set_read(&config->profiles, file, *path, &exists, call));
    if (exists || !option.ptr) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "there is no file %s", path->ptr);
}

static smithy_status choose_services(smithy_config *config, smithy_call *call) {
    const smithy_setting name = smithy_profile_get(config->profile, "services");
    if (is_blank(name.value)) return SMITHY_OK;
    config->services = profile_set_find(&config->profiles, SECTION_SERVICES, name.value);
    if (config->services) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "%.*s says services = %.*s, but there is no section [services %.*s]",
                            SMITHY_STR_ARG(name.source), SMITHY_STR_ARG(name.value), SMITHY_STR_ARG(name.value));
}

static const char *path_or_none(smithy_str path) {
    return path.ptr ? path.ptr : "(no HOME)/.aws";
}

static smithy_status choose_profile(smithy_config *config, smithy_str config_path, smithy_str credentials_path,
                                    smithy_call *call) {
    bool named;
    const smithy_str name = smithy_config_profile_name(config, &named);
    config->profile = profile_set_find(&config->profiles, SECTION_PROFILE, name);
    if (config->profile) return choose_services(config, call);
    if (!named) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "%s names the profile \"%.*s\", which is neither in %s nor in %s",
                            config->options.profile.ptr ? "the caller" : "AWS_PROFILE", SMITHY_STR_ARG(name),
                            path_or_none(config_path), path_or_none(credentials_path));
}

static smithy_status load_files(smithy_config *config, smithy_call *call) {
    smithy_str config_path, credentials_path;
    SMITHY_TRY(read_file(config, PROFILE_CONFIG_FILE, &config_path, call));
    SMITHY_TRY(read_file(config, PROFILE_CREDENTIALS_FILE, &credentials_path, call));
    SMITHY_TRY(profile_set_finish(&config->profiles, call));
    return choose_profile(config, config_path, credentials_path, call);
}

/* A failure leaves nothing behind, so that it is found anew, or is gone, the next time. */
static smithy_status load(smithy_config *config, smithy_call *call) {
    if (atomic_load_explicit(&config->loaded, memory_order_acquire)) return SMITHY_OK;
    pthread_mutex_lock(&config->lock);
    smithy_status status = SMITHY_OK;
    if (!atomic_load_explicit(&config->loaded, memory_order_relaxed)) {
        status = load_files(config, call);
        if (status == SMITHY_OK)
            atomic_store_explicit(&config->loaded, true, memory_order_release);
        else
            forget_files(config);
    }
    pthread_mutex_unlock(&config->lock);
    return status;
}

/* ---- asking ---- */

static void set_unless_blank(smithy_setting *setting, smithy_str value, smithy_str source) {
    if (!is_blank(value)) *setting = (smithy_setting){value, source};
}

smithy_status smithy_config_get(smithy_config *config, const char *variable_name, const char *key,
                                smithy_setting *setting, smithy_call *call) {
    *setting = (smithy_setting){0};
    if (variable_name) set_unless_blank(setting, variable(config, variable_name), smithy_str_from(variable_name));
    if (setting->value.ptr || !key) return SMITHY_OK;
    SMITHY_TRY(load(config, call));
    const smithy_setting found = smithy_profile_get(config->profile, key);
    set_unless_blank(setting, found.value, found.source);
    return SMITHY_OK;
}

static void get_in_block(const smithy_profile *section, const char *block, const char *key, smithy_setting *setting) {
    const smithy_setting found = smithy_profile_get(section, block);
    set_unless_blank(setting, ini_block_get(found.value, smithy_str_from(key)), found.source);
}

smithy_status smithy_config_get_nested(smithy_config *config, const char *block, const char *key,
                                       smithy_setting *setting, smithy_call *call) {
    *setting = (smithy_setting){0};
    SMITHY_TRY(load(config, call));
    get_in_block(config->profile, block, key, setting);
    return SMITHY_OK;
}

smithy_status smithy_config_get_service(smithy_config *config, const char *service, const char *key,
                                        smithy_setting *setting, smithy_call *call) {
    *setting = (smithy_setting){0};
    SMITHY_TRY(load(config, call));
    get_in_block(config->services, service, key, setting);
    return SMITHY_OK;
}

smithy_status smithy_config_profile(smithy_config *config, smithy_str name, const smithy_profile **profile,
                                    smithy_call *call) {
    *profile = NULL;
    SMITHY_TRY(load(config, call));
    *profile = profile_set_find(&config->profiles, SECTION_PROFILE, name);
    return SMITHY_OK;
}
