#include "credentials/internal.h"

enum { ROLE_ARN, SESSION_NAME, EXTERNAL_ID, TEXTS };

typedef struct role_source {
    credentials_source base;
    smithy_credentials_provider *signer;
    int duration_seconds;
} role_source;

static smithy_status load(credentials_source *source, credentials_result *result, smithy_call *call) {
    const role_source *self = (const role_source *)source;
    const role_request role = {
        .role_arn = source->texts[ROLE_ARN],
        .session_name = source->texts[SESSION_NAME],
        .external_id = source->texts[EXTERNAL_ID],
        .duration_seconds = self->duration_seconds,
    };
    smithy_credentials set = {0};
    smithy_status status = self->signer->get(self->signer, &set, call);
    if (status == SMITHY_OK) status = credentials_assume_role(&source->setup, &role, &set, result, call);
    smithy_credentials_deinit(&set);
    return status;
}

smithy_credentials_provider *smithy_credentials_assume_role(const smithy_assume_role *role,
                                                            const smithy_credentials_options *options,
                                                            smithy_call *call) {
    const smithy_str texts[TEXTS] = {role->role_arn, role->session_name, role->external_id};
    smithy_call_clear_error(call);
    if (!role->role_arn.len || !role->source || role->duration_seconds < 0) {
        (void)smithy_call_fail(call, SMITHY_ERROR_INPUT,
                               "a role needs role_arn, a source, and a duration that is not negative");
        return NULL;
    }
    credentials_source *source = credentials_source_create(sizeof(role_source), texts, TEXTS, options, call);
    if (!source) return NULL;
    source->load = load;
    ((role_source *)source)->signer = role->source;
    ((role_source *)source)->duration_seconds = role->duration_seconds;
    return credentials_cached(source, call);
}
