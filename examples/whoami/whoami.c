/* Tells as whom and where a program with the clients would work, and which of its settings are not the default.
 *
 *   whoami [PROFILE] */
#include <smithy/text.h>
#include <stdio.h>
#include <sts/sts.h>

static void print_settings(sts_client *sts) {
    smithy_named_setting setting;
    for (size_t i = 0; smithy_client_setting(sts_client_base(sts), i, &setting); i++)
        if (setting.value.ptr && !smithy_str_equal(setting.source, SMITHY_STR("default")))
            printf("%s = %s (%s)\n", setting.name, setting.value.ptr, setting.source.ptr);
}

/* The key's id is no secret; the other two texts are. */
static void print_credentials(const smithy_credentials *credentials) {
    char expires[SMITHY_TIME_TEXT_SIZE] = "never";
    if (credentials->expires_ms) smithy_time_write_date_time(credentials->expires_ms, expires);
    printf("credentials of: %s\naccess key id: %s\nexpires: %s\n", credentials->source, credentials->access_key_id.ptr,
           expires);
}

static smithy_status tell(sts_client *sts, smithy_credentials_provider *provider, smithy_call *call) {
    smithy_credentials credentials = {0};
    smithy_str endpoint;
    sts_get_caller_identity_output caller;
    SMITHY_TRY(smithy_client_endpoint(sts_client_base(sts), (smithy_str){0}, &endpoint, call));
    printf("endpoint: %s\n", endpoint.ptr);
    print_settings(sts);
    SMITHY_TRY(provider->get(provider, &credentials, call));
    print_credentials(&credentials);
    smithy_credentials_deinit(&credentials);
    SMITHY_TRY(sts_get_caller_identity(sts, &(sts_get_caller_identity_input){0}, &caller, call));
    printf("account: %s\narn: %s\n", caller.account.ptr, caller.arn.ptr);
    return SMITHY_OK;
}

int main(int argc, char **argv) {
    smithy_call *call = smithy_call_create(&(smithy_call_options){.timeout_ms = 10000});
    /* One configuration and one provider for all that is made with them. */
    const smithy_config_options profile = {.profile = smithy_str_from(argc > 1 ? argv[1] : NULL)};
    smithy_config *config = smithy_config_create(&profile, call);
    smithy_credentials_provider *provider =
        smithy_credentials_chain(&(smithy_credentials_options){.config = config}, call);
    sts_client *sts = sts_client_create(&(sts_client_options){.config = config, .credentials = provider}, call);
    const bool told = sts && provider && tell(sts, provider, call) == SMITHY_OK;
    if (!told) smithy_error_print(stderr, smithy_call_error(call));
    sts_client_destroy(sts);
    smithy_credentials_provider_destroy(provider);
    smithy_config_destroy(config);
    smithy_call_destroy(call);
    return told ? 0 : 1;
}
