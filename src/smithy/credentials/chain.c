#include "credentials/internal.h"

#include "aws/credentials/internal.h"

/* ---- what is kept: all but the environment's keys ---- */

static smithy_status load_web_identity(credentials_setup *setup, credentials_result *result, smithy_call *call) {
    return credentials_load_web_identity(setup, result, call);
}

static smithy_status load_container(credentials_setup *setup, credentials_result *result, smithy_call *call) {
    return credentials_load_container(setup, result, call);
}

static smithy_status load_own_profile(credentials_setup *setup, credentials_result *result, smithy_call *call) {
    return credentials_load_profile(setup, (smithy_str){0}, result, call);
}

/* The first that is configured decides. When none is, all their reasons make one line. */
static smithy_status load(credentials_source *source, credentials_result *result, smithy_call *call) {
    smithy_status (*const LOADS[])(credentials_setup *, credentials_result *, smithy_call *) = {
        load_own_profile, load_web_identity, load_container, credentials_load_imds};
    smithy_str reasons = SMITHY_STR("AWS_ACCESS_KEY_ID is not set");
    for (size_t i = 0; i < sizeof LOADS / sizeof *LOADS; i++) {
        SMITHY_TRY(LOADS[i](&source->setup, result, call));
        if (result->credentials.memory) return SMITHY_OK;
        reasons = smithy_call_format(call, "%.*s; %.*s", SMITHY_STR_ARG(reasons), SMITHY_STR_ARG(result->missing));
        if (!reasons.ptr) return smithy_call_status(call);
    }
    result->missing = reasons;
    return SMITHY_OK;
}

/* ---- the provider ---- */

typedef struct chain_provider {
    smithy_credentials_provider base;
    const smithy_system *system;
    smithy_credentials_provider *kept;
} chain_provider;

static smithy_status get(smithy_credentials_provider *provider, smithy_credentials *credentials, smithy_call *call) {
    const chain_provider *self = (const chain_provider *)provider;
    bool found = false;
    SMITHY_TRY(credentials_from_environment(self->system, credentials, &found, call));
    return found ? SMITHY_OK : self->kept->get(self->kept, credentials, call);
}

static void destroy(smithy_credentials_provider *provider) {
    chain_provider *self = (chain_provider *)provider;
    const smithy_system *system = self->system;
    smithy_credentials_provider_destroy(self->kept);
    system->resize(system->context, self, 0);
}

static smithy_credentials_provider *create_kept(const smithy_credentials_options *options, smithy_call *call) {
    credentials_source *source = credentials_source_create(sizeof *source, NULL, 0, options, call);
    if (!source) return NULL;
    source->load = load;
    return credentials_cached(source, call);
}

smithy_credentials_provider *smithy_credentials_chain(const smithy_credentials_options *options, smithy_call *call) {
    const smithy_system *system = options && options->system ? options->system : smithy_call_system(call);
    smithy_credentials_provider *kept = create_kept(options, call);
    if (!kept) return NULL;
    chain_provider *self = system->resize(system->context, NULL, sizeof *self);
    if (!self) {
        smithy_credentials_provider_destroy(kept);
        (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    *self = (chain_provider){.base = {get, destroy}, .system = system, .kept = kept};
    return &self->base;
}

smithy_credentials_provider *smithy_credentials_default(smithy_call *call) {
    return smithy_credentials_chain(NULL, call);
}
