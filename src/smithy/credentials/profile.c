#include "credentials/internal.h"

#include "credentials/profile.h"

/* ---- the set that a chain of roles begins with ---- */

static smithy_status load_keys(const credentials_setup *setup, const profile_step *step, credentials_result *result,
                               smithy_call *call) {
    const smithy_credentials set = {
        .access_key_id = profile_value(step, "aws_access_key_id"),
        .secret_access_key = profile_value(step, "aws_secret_access_key"),
        .session_token = profile_value(step, "aws_session_token"),
        .account_id = profile_value(step, "aws_account_id"),
        .source = SOURCE_PROFILE,
    };
    if (set.access_key_id.ptr && set.secret_access_key.ptr) return credentials_found(result, &set, setup, call);
    const bool has_id = set.access_key_id.ptr != NULL;
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "it has %s, but no %s",
                            has_id ? "aws_access_key_id" : "aws_secret_access_key",
                            has_id ? "aws_secret_access_key" : "aws_access_key_id");
}

static smithy_status load_environment(const credentials_setup *setup, credentials_result *result, smithy_call *call) {
    bool found = false;
    SMITHY_TRY(credentials_from_environment(setup->system, &result->credentials, &found, call));
    return found ? SMITHY_OK : credentials_missing(result, call, "AWS_ACCESS_KEY_ID is not set");
}

static smithy_status load_named_source(credentials_setup *setup, smithy_str name, credentials_result *result,
                                       smithy_call *call) {
    if (smithy_str_equal(name, SMITHY_STR("Environment"))) return load_environment(setup, result, call);
    if (smithy_str_equal(name, SMITHY_STR("EcsContainer"))) return credentials_load_container(setup, result, call);
    if (smithy_str_equal(name, SMITHY_STR("Ec2InstanceMetadata"))) return credentials_load_imds(setup, result, call);
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                            "credential_source is \"%.*s\": Environment, EcsContainer or Ec2InstanceMetadata is "
                            "allowed",
                            SMITHY_STR_ARG(name));
}

static smithy_status load_web_identity(const credentials_setup *setup, const profile_step *step,
                                       credentials_result *result, smithy_call *call) {
    const smithy_web_identity identity = {
        .role_arn = profile_value(step, "role_arn"),
        .token_file = profile_value(step, "web_identity_token_file"),
        .session_name = profile_value(step, "role_session_name"),
    };
    if (!identity.role_arn.ptr)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "it has web_identity_token_file, but no role_arn");
    return credentials_assume_role_with_web_identity(setup, &identity, result, call);
}

static bool is_sso(const profile_step *step) {
    static const char *const KEYS[] = {"sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "sso_region"};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (profile_value(step, KEYS[i]).ptr) return true;
    return false;
}

static smithy_status refuse_login(const profile_step *step, const char *what, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                            "%s is not supported: let the AWS CLI do it, by another profile with credential_process = "
                            "aws configure export-credentials --profile %.*s",
                            what, SMITHY_STR_ARG(step->name));
}

static smithy_status load_base(credentials_setup *setup, const profile_plan *plan, credentials_result *result,
                               smithy_call *call) {
    const profile_step *step = &plan->base;
    const smithy_str source = profile_value(step, "credential_source");
    const smithy_str command = profile_value(step, "credential_process");
    if (plan->base_is_keys) return load_keys(setup, step, result, call);
    if (source.ptr) return load_named_source(setup, source, result, call);
    if (profile_value(step, "web_identity_token_file").ptr) return load_web_identity(setup, step, result, call);
    if (is_sso(step)) return refuse_login(step, "IAM Identity Center (sso_session, sso_start_url)", call);
    if (profile_value(step, "login_session").ptr) return refuse_login(step, "login_session", call);
    if (command.ptr) {
        const smithy_str account_id = profile_value(step, "aws_account_id");
        return credentials_load_process(setup, command, account_id, result, call);
    }
    if (profile_has_keys(step)) return load_keys(setup, step, result, call);
    return credentials_missing(result, call, "it says nothing of credentials");
}

/* What is missing at the foundation of roles is a failure: somebody asked for it. */
static smithy_status need_base(credentials_setup *setup, const profile_plan *plan, credentials_result *result,
                               smithy_call *call) {
    SMITHY_TRY(load_base(setup, plan, result, call));
    const bool is_asked_for = plan->role_count > 0 || profile_value(&plan->base, "credential_source").ptr;
    if (result->credentials.memory || !is_asked_for) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%.*s", SMITHY_STR_ARG(result->missing));
}

/* ---- the roles on top of it ---- */

static int duration_of(const credentials_setup *setup, const profile_step *step) {
    int64_t seconds = 0;
    const smithy_str text = profile_value(step, "duration_seconds");
    if (!text.ptr) return 0;
    if (smithy_str_to_i64(text, &seconds) && seconds > 0 && seconds <= INT32_MAX) return (int)seconds;
    credentials_warn(setup, "profile %.*s: duration_seconds is no number of seconds, and is ignored",
                     SMITHY_STR_ARG(step->name));
    return 0;
}

static smithy_status assume(const credentials_setup *setup, const profile_step *step, credentials_result *result,
                            smithy_call *call) {
    smithy_credentials base = result->credentials;
    const role_request role = {
        .role_arn = profile_value(step, "role_arn"),
        .session_name = profile_value(step, "role_session_name"),
        .external_id = profile_value(step, "external_id"),
        .duration_seconds = duration_of(setup, step),
    };
    result->credentials = (smithy_credentials){0};
    const smithy_status status = credentials_assume_role(setup, &role, &base, result, call);
    smithy_credentials_deinit(&base);
    return credentials_blame(status, call, "profile %.*s", SMITHY_STR_ARG(step->name));
}

smithy_status credentials_load_profile(credentials_setup *setup, smithy_str name, credentials_result *result,
                                       smithy_call *call) {
    profile_plan plan;
    SMITHY_TRY(profile_plan_make(&plan, setup, name, result, call));
    if (!plan.base.profile) return SMITHY_OK;
    const smithy_str base = plan.base.name;
    SMITHY_TRY(credentials_blame(need_base(setup, &plan, result, call), call, "profile %.*s", SMITHY_STR_ARG(base)));
    if (!result->credentials.memory)
        return credentials_missing(result, call, "profile %.*s has no credentials", SMITHY_STR_ARG(base));
    for (size_t i = plan.role_count; i > 0; i--) SMITHY_TRY(assume(setup, &plan.roles[i - 1], result, call));
    return SMITHY_OK;
}

/* ---- the provider ---- */

static smithy_status load(credentials_source *source, credentials_result *result, smithy_call *call) {
    return credentials_load_profile(&source->setup, source->texts[0], result, call);
}

smithy_credentials_provider *smithy_credentials_profile(smithy_str profile, const smithy_credentials_options *options,
                                                        smithy_call *call) {
    credentials_source *source = credentials_source_create(sizeof *source, &profile, 1, options, call);
    if (!source) return NULL;
    source->load = load;
    return credentials_cached(source, call);
}
