#include "credentials/profile.h"

/* The way from the first profile on. */
typedef struct walk {
    profile_plan *plan;
    const credentials_setup *setup;
    smithy_call *call;
    smithy_str names[MAX_PROFILES];
    size_t count;
} walk;

smithy_str profile_value(const profile_step *step, const char *key) {
    return smithy_profile_get(step->profile, key).value;
}

bool profile_has_keys(const profile_step *step) {
    return profile_value(step, "aws_access_key_id").ptr || profile_value(step, "aws_secret_access_key").ptr;
}

/* ---- loops ---- */

static smithy_status refuse_loop(const walk *way, smithy_str again) {
    smithy_str line = again;
    for (size_t i = way->count; i > 0 && line.ptr; i--) {
        line = smithy_call_format(way->call, "%.*s -> %.*s", SMITHY_STR_ARG(way->names[i - 1]), SMITHY_STR_ARG(line));
        if (smithy_str_equal(way->names[i - 1], again)) break;
    }
    if (!line.ptr) return smithy_call_status(way->call);
    return smithy_call_fail(way->call, SMITHY_ERROR_CREDENTIALS, "source_profile runs in a loop: %.*s",
                            SMITHY_STR_ARG(line));
}

static smithy_status remember(walk *way, smithy_str name) {
    for (size_t i = 0; i < way->count; i++)
        if (smithy_str_equal(way->names[i], name)) return refuse_loop(way, name);
    if (way->count == MAX_PROFILES)
        return smithy_call_fail(way->call, SMITHY_ERROR_CREDENTIALS,
                                "source_profile leads through more than %d "
                                "profiles",
                                MAX_PROFILES);
    way->names[way->count++] = name;
    return SMITHY_OK;
}

/* ---- one profile ---- */

/* A profile with a web identity needs no other to assume its role. */
static bool assumes_role(const profile_step *step) {
    return profile_value(step, "role_arn").ptr && !profile_value(step, "web_identity_token_file").ptr;
}

/* *next: the profile that signs for this role; absent where it is this one itself. */
static smithy_status find_next(const profile_step *step, smithy_str *next, smithy_call *call) {
    const smithy_str source_profile = profile_value(step, "source_profile");
    const bool names_source = profile_value(step, "credential_source").ptr != NULL;
    *next = (smithy_str){0};
    if (profile_value(step, "mfa_serial").ptr)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                "profile %.*s: mfa_serial is not supported, as nobody is asked for a code here: get "
                                "temporary credentials with the AWS CLI (aws configure export-credentials --profile "
                                "%.*s) and set them in the environment",
                                SMITHY_STR_ARG(step->name), SMITHY_STR_ARG(step->name));
    if (source_profile.ptr && names_source)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                "profile %.*s: it has both source_profile and credential_source: one is allowed",
                                SMITHY_STR_ARG(step->name));
    if (!source_profile.ptr && !names_source)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS,
                                "profile %.*s: it has role_arn, but neither source_profile nor credential_source nor "
                                "web_identity_token_file",
                                SMITHY_STR_ARG(step->name));
    if (source_profile.ptr && !smithy_str_equal(source_profile, step->name)) *next = source_profile;
    return SMITHY_OK;
}

/* *name: the next profile; absent where this one is the base. */
static smithy_status visit(walk *way, const profile_step *step, smithy_str *name) {
    profile_plan *plan = way->plan;
    SMITHY_TRY(remember(way, step->name));
    plan->base_is_keys = way->count > 1 && profile_has_keys(step);
    *name = (smithy_str){0};
    if (!plan->base_is_keys && assumes_role(step)) {
        SMITHY_TRY(find_next(step, name, way->call));
        plan->roles[plan->role_count++] = *step;
    }
    if (!name->ptr) plan->base = *step;
    return SMITHY_OK;
}

/* ---- the way ---- */

static smithy_status find_first(const credentials_setup *setup, smithy_str name, profile_step *step,
                                credentials_result *result, smithy_call *call) {
    bool is_named = name.len > 0;
    *step = (profile_step){.name = is_named ? name : smithy_config_profile_name(setup->config, &is_named)};
    SMITHY_TRY(smithy_config_profile(setup->config, step->name, &step->profile, call));
    if (step->profile) return SMITHY_OK;
    if (is_named)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "there is no profile %.*s", SMITHY_STR_ARG(step->name));
    return credentials_missing(result, call, "there is no profile %.*s", SMITHY_STR_ARG(step->name));
}

static smithy_status find_source(const walk *way, smithy_str name, profile_step *step) {
    const smithy_str from = step->name;
    *step = (profile_step){.name = name};
    SMITHY_TRY(smithy_config_profile(way->setup->config, name, &step->profile, way->call));
    if (step->profile) return SMITHY_OK;
    return smithy_call_fail(way->call, SMITHY_ERROR_CREDENTIALS,
                            "profile %.*s: its source_profile is %.*s, and there is no such profile",
                            SMITHY_STR_ARG(from), SMITHY_STR_ARG(name));
}

smithy_status profile_plan_make(profile_plan *plan, const credentials_setup *setup, smithy_str name,
                                credentials_result *result, smithy_call *call) {
    walk way = {.plan = plan, .setup = setup, .call = call};
    profile_step step;
    smithy_str next = {0};
    *plan = (profile_plan){0};
    SMITHY_TRY(find_first(setup, name, &step, result, call));
    if (!step.profile) return SMITHY_OK;
    SMITHY_TRY(visit(&way, &step, &next));
    while (next.ptr) {
        SMITHY_TRY(find_source(&way, next, &step));
        SMITHY_TRY(visit(&way, &step, &next));
    }
    return SMITHY_OK;
}
