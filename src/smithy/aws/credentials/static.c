#include "aws/credentials/internal.h"

typedef struct static_provider {
    smithy_credentials_provider base;
    const smithy_system *system;
    smithy_credentials credentials;
} static_provider;

static smithy_status get(smithy_credentials_provider *provider, smithy_credentials *credentials, smithy_call *call) {
    const static_provider *self = (const static_provider *)provider;
    const smithy_status status = smithy_credentials_copy(credentials, &self->credentials, smithy_call_system(call));
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(call, status, "out of memory");
}

static void destroy(smithy_credentials_provider *provider) {
    static_provider *self = (static_provider *)provider;
    const smithy_system *system = self->system;
    smithy_credentials_deinit(&self->credentials);
    system->resize(system->context, self, 0);
}

smithy_credentials_provider *smithy_credentials_static(smithy_str access_key_id, smithy_str secret_access_key,
                                                       smithy_str session_token, smithy_call *call) {
    const smithy_system *system = smithy_call_system(call);
    const smithy_credentials given = {
        .access_key_id = access_key_id,
        .secret_access_key = secret_access_key,
        .session_token = session_token.len ? session_token : (smithy_str){0},
        .source = "static",
    };
    if (credentials_check(&given, call) != SMITHY_OK) return NULL;
    static_provider *self = system->resize(system->context, NULL, sizeof *self);
    if (self) *self = (static_provider){.base = {get, destroy}, .system = system};
    if (self && smithy_credentials_copy(&self->credentials, &given, system) == SMITHY_OK) return &self->base;
    system->resize(system->context, self, 0);
    (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    return NULL;
}
