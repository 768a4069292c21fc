#include "aws/credentials/internal.h"

#include <smithy/text.h>

typedef struct environment_provider {
    smithy_credentials_provider base;
    const smithy_system *system;
} environment_provider;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The variable without white space around it; absent when that leaves nothing. */
static smithy_str variable(const smithy_system *system, const char *name) {
    smithy_str value = smithy_str_from(system->env(system->context, name));
    while (value.len && is_blank(value.ptr[value.len - 1])) value.len--;
    while (value.len && is_blank(value.ptr[0])) {
        value.ptr++;
        value.len--;
    }
    return value.len ? value : (smithy_str){0};
}

static smithy_status read_expiration(const smithy_system *system, smithy_credentials *found, smithy_call *call) {
    const smithy_str text = variable(system, "AWS_CREDENTIAL_EXPIRATION");
    if (!text.ptr) return SMITHY_OK;
    if (!smithy_time_read_date_time(text, &found->expires_ms))
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                "AWS_CREDENTIAL_EXPIRATION is \"%.*s\", which is no time as 2026-01-31T12:00:00Z",
                                SMITHY_STR_ARG(text));
    if (system->wall_ms(system->context) < found->expires_ms) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                            "environment credentials: they expired at %.*s, as AWS_CREDENTIAL_EXPIRATION says",
                            SMITHY_STR_ARG(text));
}

smithy_status credentials_from_environment(const smithy_system *system, smithy_credentials *credentials, bool *found,
                                           smithy_call *call) {
    smithy_credentials set = {
        .access_key_id = variable(system, "AWS_ACCESS_KEY_ID"),
        .secret_access_key = variable(system, "AWS_SECRET_ACCESS_KEY"),
        .session_token = variable(system, "AWS_SESSION_TOKEN"),
        .account_id = variable(system, "AWS_ACCOUNT_ID"),
        .source = "environment",
    };
    *found = set.access_key_id.ptr || set.secret_access_key.ptr;
    if (!*found) return SMITHY_OK;
    if (!set.access_key_id.ptr || !set.secret_access_key.ptr)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s is set, but %s is not",
                                set.access_key_id.ptr ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                                set.access_key_id.ptr ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    SMITHY_TRY(credentials_check(&set, call));
    SMITHY_TRY(read_expiration(system, &set, call));
    const smithy_status status = smithy_credentials_copy(credentials, &set, smithy_call_system(call));
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(call, status, "out of memory");
}

static smithy_status get(smithy_credentials_provider *provider, smithy_credentials *credentials, smithy_call *call) {
    bool found = false;
    SMITHY_TRY(
        credentials_from_environment(((const environment_provider *)provider)->system, credentials, &found, call));
    if (found) return SMITHY_OK;
    return smithy_call_fail(
        call, SMITHY_ERROR_CREDENTIALS,
        "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN for temporary ones");
}

static void destroy(smithy_credentials_provider *provider) {
    const smithy_system *system = ((environment_provider *)provider)->system;
    system->resize(system->context, provider, 0);
}

smithy_credentials_provider *smithy_credentials_environment(smithy_call *call) {
    const smithy_system *system = smithy_call_system(call);
    environment_provider *self = system->resize(system->context, NULL, sizeof *self);
    if (!self) {
        (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    *self = (environment_provider){.base = {get, destroy}, .system = system};
    return &self->base;
}
