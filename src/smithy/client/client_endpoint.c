/* Where a client's operations go, as far as that does not depend on the operation. */
#include "client/client_internal.h"

bool client_has_account_endpoints(const smithy_client *client) {
    const aws_settings *settings = &client->settings;
    if (!client->service->bind_account || settings->endpoint_url.ptr) return false;
    return !smithy_str_equal(settings->account_id_endpoint_mode, SMITHY_STR("disabled"));
}

smithy_status client_endpoint_without_rules(const smithy_client *client, smithy_endpoint *endpoint, smithy_call *call) {
    *endpoint = (smithy_endpoint){.url = client->settings.endpoint_url};
    if (endpoint->url.ptr) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s has no endpoint rules: give it an endpoint_url",
                            client->service->id);
}

smithy_status client_endpoint_params(const smithy_client *client, void **params, smithy_call *call) {
    const smithy_service *service = client->service;
    *params = smithy_call_alloc(call, 1, service->endpoint_params_size);
    if (!*params) return smithy_call_status(call);
    if (service->endpoint_defaults) service->endpoint_defaults(client, *params);
    return SMITHY_OK;
}

static smithy_status resolve(smithy_client *client, smithy_str account_id, smithy_endpoint *endpoint,
                             smithy_call *call) {
    const smithy_service *service = client->service;
    void *params = NULL;
    SMITHY_TRY(client_prepare(client, call));
    if (!service->resolve_endpoint) return client_endpoint_without_rules(client, endpoint, call);
    SMITHY_TRY(client_endpoint_params(client, &params, call));
    if (client_has_account_endpoints(client)) service->bind_account(account_id, params);
    return service->resolve_endpoint(params, endpoint, call);
}

smithy_status smithy_client_endpoint(smithy_client *client, smithy_str account_id, smithy_str *url, smithy_call *call) {
    smithy_endpoint endpoint = {0};
    *url = (smithy_str){0};
    smithy_call_clear_error(call);
    SMITHY_TRY(resolve(client, account_id, &endpoint, call));
    *url = smithy_call_copy(call, endpoint.url);
    return smithy_call_status(call);
}
