#include "curl_pool.h"

#include "curl_exchange.h"

#define DEFAULT_MAX_BODY ((size_t)64 * 1024 * 1024)
#define MAX_PIECE        ((size_t)2 * 1024 * 1024) /* Of a request's body that libcurl asks for at once. */

typedef struct curl_transport {
    smithy_transport base;
    const smithy_system *system;
    curl_proxies proxies;
    curl_authorities authorities;
    curl_pool pool;
} curl_transport;

/* ---- one exchange ---- */

static bool is_https(smithy_str url) {
    return url.len >= 8 && smithy_str_equal_nocase((smithy_str){url.ptr, 8}, SMITHY_STR("https://"));
}

/* The authorities are loaded with the first connection that needs them. */
static smithy_status set_up(curl_transport *self, curl_exchange *exchange) {
    const smithy_http_request *request = exchange->request;
    exchange->proxies = &self->proxies;
    if (!request->no_proxy) exchange->proxy = curl_proxies_choose(&self->proxies, request->url);
    const bool tls = is_https(request->url) || (exchange->proxy && is_https(smithy_str_from(exchange->proxy->url)));
    if (!tls) return SMITHY_OK;
    exchange->response->failure = SMITHY_HTTP_FAILURE_TRUST;
    SMITHY_TRY(curl_authorities_get(&self->authorities, &exchange->trust, exchange->call));
    exchange->response->failure = SMITHY_HTTP_FAILURE_NONE;
    return SMITHY_OK;
}

/* After a failure, or an answer that says the host is unwell, the next attempt should not meet the same peer again. */
static bool is_worth_keeping(smithy_status status, const smithy_http_response *response) {
    return status == SMITHY_OK && response->status < 500;
}

static smithy_status exchange_on(curl_transport *self, curl_lane *lane, curl_exchange *exchange) {
    exchange->easy = lane->easy;
    SMITHY_TRY(set_up(self, exchange));
    SMITHY_TRY(curl_exchange_prepare(exchange));
    return curl_exchange_conclude(exchange, curl_exchange_run(exchange, lane->multi));
}

static smithy_status perform(smithy_transport *transport, const smithy_http_request *request,
                             smithy_http_response *response, smithy_call *call) {
    curl_transport *self = (curl_transport *)transport;
    *response = (smithy_http_response){.body = SMITHY_STR_INIT("")};
    curl_lane *lane = curl_pool_take(&self->pool);
    if (!lane) {
        response->failure = SMITHY_HTTP_FAILURE_LOCAL;
        return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "libcurl gave no handle");
    }
    curl_exchange exchange = {
        .request = request, .response = response, .call = call, .content_length = -1, .connection = -1};
    smithy_buffer_init(&exchange.collected, smithy_call_system(call),
                       request->max_body ? request->max_body : DEFAULT_MAX_BODY);
    smithy_buffer_init(&exchange.held, smithy_call_system(call), MAX_PIECE);
    const smithy_status status = exchange_on(self, lane, &exchange);
    smithy_buffer_deinit(&exchange.held);
    smithy_buffer_deinit(&exchange.collected);
    if (is_worth_keeping(status, response))
        curl_pool_give_back(&self->pool, lane);
    else
        curl_pool_close(&self->pool, lane);
    curl_slist_free_all(exchange.header_lines);
    return status;
}

/* ---- life ---- */

static void drop_idle(smithy_transport *transport) {
    curl_pool_drop_idle(&((curl_transport *)transport)->pool);
}

static void destroy(smithy_transport *transport) {
    curl_transport *self = (curl_transport *)transport;
    drop_idle(transport);
    curl_authorities_deinit(&self->authorities); /* After the connections that trust by them. */
    curl_proxies_deinit(&self->proxies, self->system);
    self->system->resize(self->system->context, self, 0);
}

smithy_transport *smithy_curl_transport_create(const smithy_curl_options *options, smithy_call *call) {
    static const smithy_curl_options DEFAULTS = {0};
    if (!options) options = &DEFAULTS;
    const smithy_system *system = options->system ? options->system : smithy_system_default();
    curl_transport *self = system->resize(system->context, NULL, sizeof *self);
    if (!self) {
        (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    memset(self, 0, sizeof *self);
    self->base = (smithy_transport){perform, drop_idle, destroy};
    self->system = system;
    curl_pool_init(&self->pool, system);
    if (curl_authorities_init(&self->authorities, options, system, call) == SMITHY_OK &&
        curl_proxies_init(&self->proxies, options, system, call) == SMITHY_OK)
        return &self->base;
    destroy(&self->base);
    return NULL;
}

void smithy_transport_destroy(smithy_transport *transport) {
    if (transport) transport->destroy(transport);
}
