#include "credentials/internal.h"

#include <smithy/buffer.h>

#define TIMEOUT_MS ((int64_t)60 * 1000)
#define MAX_OUTPUT ((size_t)64 * 1024)
#define MAX_ERRORS ((size_t)256)

static bool is_canceled(const void *call) {
    return smithy_call_is_canceled(call);
}

static int64_t timeout_of(const credentials_setup *setup, const smithy_call *call) {
    const int64_t deadline = smithy_call_deadline(call);
    if (deadline == 0) return TIMEOUT_MS;
    const int64_t left = deadline - setup->system->mono_ms(setup->system->context);
    if (left < 1) return 1;
    return left < TIMEOUT_MS ? left : TIMEOUT_MS;
}

/* Neither the command nor its output is told: both may hold secrets. What it says on standard error is for people. */
static smithy_status explain(smithy_status status, const smithy_command *command, smithy_call *call) {
    if (status == SMITHY_ERROR_MEMORY) return smithy_call_fail(call, status, "out of memory");
    if (status == SMITHY_ERROR_CANCELED) return smithy_call_fail(call, status, "canceled");
    if (status == SMITHY_ERROR_TIMEOUT)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "credential_process did not end within %lld ms",
                                (long long)command->timeout_ms);
    if (status == SMITHY_ERROR_LIMIT)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "credential_process wrote more than %zu bytes",
                                MAX_OUTPUT);
    if (status != SMITHY_OK)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "credential_process cannot be run");
    if (command->exit_code == 0) return SMITHY_OK;
    const smithy_str said = credentials_line(smithy_buffer_str(command->errors), MAX_ERRORS, call);
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "credential_process ended with exit code %d%s%.*s",
                            command->exit_code, said.len ? ": " : "", SMITHY_STR_ARG(said));
}

static smithy_status read_output(const credentials_setup *setup, smithy_str output, smithy_str account_id,
                                 credentials_result *result, smithy_call *call) {
    credentials_document document;
    SMITHY_TRY(credentials_blame(credentials_document_read(&document, output, call), call, "credential_process"));
    if (!document.version.has || document.version.value != 1)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "credential_process: \"Version\" is not the number 1");
    smithy_credentials set = {
        .access_key_id = document.access_key_id,
        .secret_access_key = document.secret_access_key,
        .session_token = document.session_token.len ? document.session_token : (smithy_str){0},
        .account_id = document.account_id.len ? document.account_id : account_id,
        .source = SOURCE_PROCESS,
    };
    if (document.expiration.ptr)
        SMITHY_TRY(credentials_read_expiration(document.expiration, SOURCE_PROCESS, &set.expires_ms, call));
    return credentials_found(result, &set, setup, call);
}

smithy_status credentials_load_process(const credentials_setup *setup, smithy_str command, smithy_str account_id,
                                       credentials_result *result, smithy_call *call) {
    const smithy_system *system = setup->system;
    const smithy_str line = smithy_call_copy(call, command);
    if (!line.ptr) return smithy_call_status(call);
    smithy_buffer output, errors;
    smithy_buffer_init(&output, system, MAX_OUTPUT);
    smithy_buffer_init(&errors, system, MAX_ERRORS);
    smithy_command run = {
        .line = line.ptr,
        .timeout_ms = timeout_of(setup, call),
        .is_canceled = is_canceled,
        .cancel_context = call,
        .output = &output,
        .errors = &errors,
    };
    smithy_status status = explain(system->run(system->context, &run), &run, call);
    if (status == SMITHY_OK) status = read_output(setup, smithy_buffer_str(&output), account_id, result, call);
    smithy_buffer_deinit_secret(&output);
    smithy_buffer_deinit_secret(&errors);
    return status;
}

/* ---- the provider ---- */

static smithy_status load(credentials_source *source, credentials_result *result, smithy_call *call) {
    return credentials_load_process(&source->setup, source->texts[0], (smithy_str){0}, result, call);
}

smithy_credentials_provider *smithy_credentials_process(smithy_str command, const smithy_credentials_options *options,
                                                        smithy_call *call) {
    credentials_source *source = credentials_source_create(sizeof *source, &command, 1, options, call);
    if (!source) return NULL;
    source->load = load;
    return credentials_cached(source, call);
}
