/* Which profiles a set of credentials takes, and in which order. Private to this folder. */
#ifndef SMITHY_CREDENTIALS_PROFILE_H
#define SMITHY_CREDENTIALS_PROFILE_H

#include "aws/credentials/internal.h"
#include "credentials/internal.h"

#define MAX_PROFILES 32

typedef struct profile_step {
    const smithy_profile *profile;
    smithy_str name;
} profile_step;

typedef struct profile_plan {
    profile_step base;                /* Whose credentials come first. */
    bool base_is_keys;                /* It was reached through a chain and has keys: they win over all else in it. */
    profile_step roles[MAX_PROFILES]; /* To be assumed with them, the last first. */
    size_t role_count;
} profile_plan;

/* Follows source_profile from profile `name` (absent: the configuration's own) on. Where that one does not exist and
 * nobody named it, result->missing says so and base.profile is NULL. */
smithy_status profile_plan_make(profile_plan *plan, const credentials_setup *setup, smithy_str name,
                                credentials_result *result, smithy_call *call);

smithy_str profile_value(const profile_step *step, const char *key);
/* Whether one of the two keys is there. */
bool profile_has_keys(const profile_step *step);

#endif
