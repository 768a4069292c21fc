#include "identity.h"

static void warn(void *context, const char *line) {
    exporter_log_write(context, EXPORTER_LOG_WARN, line, NULL, 0);
}

/* With RoleArn, all is done as that role; what the environment gives only asks for it. */
static void assume_role(exporter_identity *identity, const exporter_settings *settings,
                        const smithy_credentials_options *options, smithy_call *call) {
    identity->base = identity->credentials;
    const smithy_assume_role role = {
        .role_arn = settings->role_arn,
        .external_id = settings->external_id,
        .source = identity->base,
    };
    identity->credentials = smithy_credentials_assume_role(&role, options, call);
}

smithy_status exporter_identity_open(exporter_identity *identity, const exporter_settings *settings,
                                     const smithy_system *system, exporter_log *log, smithy_call *call) {
    const smithy_config_options config_options = {.system = system, .profile = settings->profile};
    *identity = (exporter_identity){.config = smithy_config_create(&config_options, call)};
    if (!identity->config) return smithy_call_status(call);
    const smithy_credentials_options options = {
        .system = system,
        .config = identity->config,
        .region = settings->region,
        .warn = log ? warn : NULL,
        .warn_context = log,
    };
    identity->credentials = smithy_credentials_chain(&options, call);
    if (!identity->credentials) return smithy_call_status(call);
    if (smithy_str_is_set(settings->role_arn)) assume_role(identity, settings, &options, call);
    return identity->credentials ? SMITHY_OK : smithy_call_status(call);
}

void exporter_identity_close(exporter_identity *identity) {
    smithy_credentials_provider_destroy(identity->credentials);
    smithy_credentials_provider_destroy(identity->base);
    smithy_config_destroy(identity->config);
    *identity = (exporter_identity){0};
}
