#include <smithy/credentials.h>

static smithy_status get(smithy_credentials_provider *provider, smithy_credentials *credentials, smithy_call *call) {
    (void)provider;
    (void)call;
    *credentials = (smithy_credentials){.source = "anonymous"};
    return SMITHY_OK;
}

static void destroy(smithy_credentials_provider *provider) {
    (void)provider; /* There is but one, and it has no state. */
}

smithy_credentials_provider *smithy_credentials_anonymous(void) {
    static smithy_credentials_provider anonymous = {get, destroy};
    return &anonymous;
}

bool smithy_credentials_is_anonymous(const smithy_credentials_provider *provider) {
    return provider->get == get;
}
