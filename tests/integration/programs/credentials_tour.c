/* Gets credentials as a client would, or from one provider, and prints what came, a line a fact.
 *
 *   credentials_tour                     the chain
 *   credentials_tour role ARN            a role, assumed with what the chain has
 *
 * Prints how long it took as well, in ms. A failure is its one line, and exit status 1. */
#include <smithy/credentials.h>

#include <stdio.h>
#include <string.h>

static void print(const char *title, smithy_str text) {
    if (text.ptr) printf("%s %.*s\n", title, SMITHY_STR_ARG(text));
}

static smithy_credentials_provider *choose(int argc, char **argv, smithy_credentials_provider *chain,
                                           smithy_call *call) {
    if (argc != 3 || strcmp(argv[1], "role") != 0) return NULL;
    const smithy_assume_role role = {.role_arn = smithy_str_from(argv[2]), .source = chain};
    return smithy_credentials_assume_role(&role, NULL, call);
}

static smithy_status tour(int argc, char **argv, smithy_call *call) {
    const smithy_system *system = smithy_call_system(call);
    smithy_credentials got = {0};
    smithy_credentials_provider *chain = smithy_credentials_default(call);
    if (!chain) return smithy_call_status(call);
    smithy_credentials_provider *role = choose(argc, argv, chain, call);
    smithy_credentials_provider *provider = role ? role : chain;
    const int64_t start = system->mono_ms(system->context);
    smithy_status status = provider->get(provider, &got, call);
    printf("took %lld\n", (long long)(system->mono_ms(system->context) - start));
    if (status == SMITHY_OK) {
        printf("source %s\n", got.source);
        print("key", got.access_key_id);
        print("account", got.account_id);
        printf("expires %lld\n", (long long)got.expires_ms);
    }
    smithy_credentials_deinit(&got);
    smithy_credentials_provider_destroy(role);
    smithy_credentials_provider_destroy(chain);
    return status;
}

int main(int argc, char **argv) {
    smithy_call *call = smithy_call_create(NULL);
    const smithy_status status = call ? tour(argc, argv, call) : SMITHY_ERROR_MEMORY;
    if (status != SMITHY_OK) smithy_error_print(stderr, smithy_call_error(call));
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}
