#include "credentials/internal.h"

#include <runtime_sts/ops/assume_role.h>
#include <runtime_sts/ops/assume_role_with_web_identity.h>

enum { MIN_DURATION_S = 900, ATTEMPT_TIMEOUT_MS = 20000, IDENTITY_RETRIES = 3, FIRST_PAUSE_MS = 500 };
#define MAX_IDENTITY_TOKEN ((size_t)20000)
#define ACCOUNT_FIELD      4 /* arn:aws:sts::123456789012:assumed-role/… */

/* ---- the client, for one request ---- */

/* Signs with a set that somebody else holds. */
typedef struct lent_credentials {
    smithy_credentials_provider base;
    const smithy_credentials *set; /* NULL: nothing is signed. */
} lent_credentials;

static smithy_status lend(smithy_credentials_provider *provider, smithy_credentials *credentials, smithy_call *call) {
    const smithy_credentials *set = ((const lent_credentials *)provider)->set;
    if (!set) return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "this request is not signed");
    const smithy_status status = smithy_credentials_copy(credentials, set, smithy_call_system(call));
    return status == SMITHY_OK ? SMITHY_OK : smithy_call_fail(call, status, "out of memory");
}

static void take_back(smithy_credentials_provider *provider) {
    (void)provider;
}

static runtime_sts_client *create_client(const credentials_setup *setup, lent_credentials *lent, smithy_call *call) {
    const runtime_sts_client_options options = {
        .region = setup->region,
        .config = setup->config,
        .credentials = &lent->base,
        .system = setup->system,
        .transport = setup->transport,
        .attempt_timeout_ms = ATTEMPT_TIMEOUT_MS,
    };
    return runtime_sts_client_create(&options, call);
}

/* ---- what goes in ---- */

static smithy_str session_name_of(const credentials_setup *setup, smithy_str given, smithy_call *call) {
    const smithy_system *system = setup->system;
    if (given.len) return given;
    return smithy_call_format(call, "smithy-c-%lld", (long long)system->wall_ms(system->context));
}

/* ---- what comes out ---- */

static smithy_str account_of(smithy_str arn) {
    size_t field = 0, start = 0;
    for (size_t i = 0; i <= arn.len; i++) {
        if (i < arn.len && arn.ptr[i] != ':') continue;
        if (field == ACCOUNT_FIELD) return i > start ? (smithy_str){arn.ptr + start, i - start} : (smithy_str){0};
        field++;
        start = i + 1;
    }
    return (smithy_str){0};
}

static smithy_status take_answer(const runtime_sts_credentials *given, const runtime_sts_assumed_role_user *user,
                                 const char *source, const credentials_setup *setup, credentials_result *result,
                                 smithy_call *call) {
    if (!given || !given->session_token.len || !given->expiration.has)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "the answer of STS has no complete set of credentials");
    const smithy_credentials set = {
        .access_key_id = given->access_key_id,
        .secret_access_key = given->secret_access_key,
        .session_token = given->session_token,
        .account_id = user ? account_of(user->arn) : (smithy_str){0},
        .expires_ms = given->expiration.value,
        .source = source,
    };
    return credentials_found(result, &set, setup, call);
}

/* Operation, code and the service's own words as one message; the other facts stay beside it. */
static smithy_status explain(smithy_status status, smithy_str role_arn, smithy_call *call) {
    smithy_error *error = smithy_call_error_mutable(call);
    char line[sizeof error->message];
    if (status == SMITHY_OK || status == SMITHY_ERROR_MEMORY) return status;
    smithy_error words = *error;
    words.http_status = words.attempts = 0;
    words.request_id[0] = '\0';
    words.outcome_unknown = false;
    smithy_error_format(&words, line, sizeof line);
    memcpy(error->message, line, sizeof line);
    const smithy_str arn = credentials_line(role_arn, 200, call);
    return credentials_blame(status, call, "the role %.*s", SMITHY_STR_ARG(arn));
}

/* ---- AssumeRole ---- */

static smithy_status assume(runtime_sts_client *client, const credentials_setup *setup, const role_request *role,
                            credentials_result *result, smithy_call *call) {
    runtime_sts_assume_role_output output;
    runtime_sts_assume_role_input input = {
        .role_arn = role->role_arn,
        .role_session_name = session_name_of(setup, role->session_name, call),
        .external_id = role->external_id,
    };
    if (!input.role_session_name.ptr) return smithy_call_status(call);
    if (role->duration_seconds) {
        const bool too_short = role->duration_seconds < MIN_DURATION_S;
        input.duration_seconds = (smithy_opt_i32)SMITHY_SET(too_short ? MIN_DURATION_S : role->duration_seconds);
    }
    SMITHY_TRY(explain(runtime_sts_assume_role(client, &input, &output, call), role->role_arn, call));
    return take_answer(output.credentials, output.assumed_role_user, SOURCE_ASSUME_ROLE, setup, result, call);
}

smithy_status credentials_assume_role(const credentials_setup *setup, const role_request *role,
                                      const smithy_credentials *base, credentials_result *result, smithy_call *call) {
    lent_credentials lent = {{lend, take_back}, base};
    runtime_sts_client *client = create_client(setup, &lent, call);
    if (!client) return smithy_call_status(call);
    const smithy_status status = assume(client, setup, role, result, call);
    runtime_sts_client_destroy(client);
    return status;
}

/* ---- AssumeRoleWithWebIdentity ---- */

/* Beside what every client sends again, as where the identity's own service does not answer STS: a token may be refused
 * because its file was just being replaced, or because STS has not heard of its key yet. */
static bool is_worth_a_retry(const smithy_call *call) {
    return runtime_sts_error_of(call) == RUNTIME_STS_ERROR_INVALID_IDENTITY_TOKEN;
}

static smithy_status assume_with_identity(runtime_sts_client *client, const credentials_setup *setup,
                                          const smithy_web_identity *identity, credentials_result *result,
                                          smithy_call *call) {
    runtime_sts_assume_role_with_web_identity_output output;
    runtime_sts_assume_role_with_web_identity_input input = {
        .role_arn = identity->role_arn,
        .role_session_name = session_name_of(setup, identity->session_name, call),
    };
    if (!input.role_session_name.ptr) return smithy_call_status(call);
    for (int retry = 0;; retry++) {
        SMITHY_TRY(credentials_read_file(setup, identity->token_file, "the web identity token", MAX_IDENTITY_TOKEN,
                                         true, &input.web_identity_token, call));
        const smithy_status status = runtime_sts_assume_role_with_web_identity(client, &input, &output, call);
        if (status == SMITHY_OK) break;
        const bool again = retry < IDENTITY_RETRIES && is_worth_a_retry(call) &&
                           credentials_pause(setup, call, FIRST_PAUSE_MS << retry);
        if (!again) return explain(status, identity->role_arn, call);
        smithy_call_clear_error(call);
    }
    return take_answer(output.credentials, output.assumed_role_user, SOURCE_WEB_IDENTITY, setup, result, call);
}

smithy_status credentials_assume_role_with_web_identity(const credentials_setup *setup,
                                                        const smithy_web_identity *identity, credentials_result *result,
                                                        smithy_call *call) {
    lent_credentials lent = {{lend, take_back}, NULL};
    runtime_sts_client *client = create_client(setup, &lent, call);
    if (!client) return smithy_call_status(call);
    const smithy_status status = assume_with_identity(client, setup, identity, result, call);
    runtime_sts_client_destroy(client);
    return status;
}
