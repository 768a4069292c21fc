/* Visits every operation of the STS client and prints what it answers, a line a fact.
 *
 *   sts_tour identity
 *   sts_tour role ARN           as the credentials' owner
 *   sts_tour web-identity ARN   needs no credentials
 *
 * Endpoint and credentials come from the environment. */
#include <stdio.h>
#include <string.h>
#include <sts/sts.h>

static void print(const char *title, smithy_str text) {
    printf("%s %.*s\n", title, SMITHY_STR_ARG(text));
}

static smithy_status identity(sts_client *client, smithy_call *call) {
    const sts_get_caller_identity_input input = {0};
    sts_get_caller_identity_output output;
    SMITHY_TRY(sts_get_caller_identity(client, &input, &output, call));
    print("account", output.account);
    print("arn", output.arn);
    return SMITHY_OK;
}

static void print_role(const sts_credentials *credentials, const sts_assumed_role_user *user) {
    print("key", credentials->access_key_id);
    print("token", credentials->session_token);
    print("arn", user->arn);
    printf("expires %lld\n", (long long)credentials->expiration.value);
}

static smithy_status role(sts_client *client, const char *arn, smithy_call *call) {
    static const sts_tag TAGS[] = {{.key = SMITHY_STR_INIT("team"), .value = SMITHY_STR_INIT("a & b")}};
    static const sts_policy_descriptor_type POLICIES[] = {
        {.arn = SMITHY_STR_INIT("arn:aws:iam::aws:policy/ReadOnlyAccess")},
    };
    const sts_assume_role_input input = {
        .role_arn = smithy_str_from(arn),
        .role_session_name = SMITHY_STR_INIT("tour"),
        .duration_seconds = SMITHY_SET(900),
        .policy_arns = {POLICIES, 1},
        .tags = {TAGS, 1},
    };
    sts_assume_role_output output;
    SMITHY_TRY(sts_assume_role(client, &input, &output, call));
    print_role(output.credentials, output.assumed_role_user);
    return SMITHY_OK;
}

static smithy_status web_identity(sts_client *client, const char *arn, smithy_call *call) {
    const sts_assume_role_with_web_identity_input input = {
        .role_arn = smithy_str_from(arn),
        .role_session_name = SMITHY_STR_INIT("tour"),
        .web_identity_token = SMITHY_STR_INIT("aToken"),
    };
    sts_assume_role_with_web_identity_output output;
    SMITHY_TRY(sts_assume_role_with_web_identity(client, &input, &output, call));
    print_role(output.credentials, output.assumed_role_user);
    return SMITHY_OK;
}

static smithy_status visit(sts_client *client, int argc, char **argv, smithy_call *call) {
    if (argc == 2 && strcmp(argv[1], "identity") == 0) return identity(client, call);
    if (argc == 3 && strcmp(argv[1], "role") == 0) return role(client, argv[2], call);
    if (argc == 3 && strcmp(argv[1], "web-identity") == 0) return web_identity(client, argv[2], call);
    return smithy_call_fail(call, SMITHY_ERROR_INPUT, "usage: sts_tour identity | role ARN | web-identity ARN");
}

int main(int argc, char **argv) {
    smithy_call *call = smithy_call_create(NULL);
    sts_client *client = call ? sts_client_create(NULL, call) : NULL;
    const smithy_status status = client ? visit(client, argc, argv, call) : smithy_call_error(call)->status;
    if (status != SMITHY_OK)
        fprintf(stderr, "%s: %s\n", smithy_call_error(call)->code, smithy_call_error(call)->message);
    sts_client_destroy(client);
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}
