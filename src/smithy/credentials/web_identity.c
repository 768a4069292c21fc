#include "credentials/internal.h"

smithy_status credentials_load_web_identity(const credentials_setup *setup, credentials_result *result,
                                            smithy_call *call) {
    smithy_web_identity identity = {0};
    SMITHY_TRY(credentials_variable(setup, "AWS_WEB_IDENTITY_TOKEN_FILE", &identity.token_file, call));
    if (!identity.token_file.ptr) return credentials_missing(result, call, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    SMITHY_TRY(credentials_variable(setup, "AWS_ROLE_ARN", &identity.role_arn, call));
    if (!identity.role_arn.ptr)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
    SMITHY_TRY(credentials_variable(setup, "AWS_ROLE_SESSION_NAME", &identity.session_name, call));
    return credentials_assume_role_with_web_identity(setup, &identity, result, call);
}

/* ---- the provider ---- */

enum { ROLE_ARN, TOKEN_FILE, SESSION_NAME, TEXTS };

static smithy_status load_given(credentials_source *source, credentials_result *result, smithy_call *call) {
    const smithy_web_identity identity = {
        .role_arn = source->texts[ROLE_ARN],
        .token_file = source->texts[TOKEN_FILE],
        .session_name = source->texts[SESSION_NAME],
    };
    return credentials_assume_role_with_web_identity(&source->setup, &identity, result, call);
}

static smithy_status load_of_environment(credentials_source *source, credentials_result *result, smithy_call *call) {
    return credentials_load_web_identity(&source->setup, result, call);
}

smithy_credentials_provider *smithy_credentials_web_identity(const smithy_web_identity *identity,
                                                             const smithy_credentials_options *options,
                                                             smithy_call *call) {
    smithy_str texts[TEXTS] = {{0}};
    if (identity) {
        texts[ROLE_ARN] = identity->role_arn;
        texts[TOKEN_FILE] = identity->token_file;
        texts[SESSION_NAME] = identity->session_name;
    }
    if (identity && (!identity->role_arn.len || !identity->token_file.len)) {
        smithy_call_clear_error(call);
        (void)smithy_call_fail(call, SMITHY_ERROR_INPUT, "a web identity needs role_arn and token_file");
        return NULL;
    }
    credentials_source *source = credentials_source_create(sizeof *source, texts, TEXTS, options, call);
    if (!source) return NULL;
    source->load = identity ? load_given : load_of_environment;
    return credentials_cached(source, call);
}
