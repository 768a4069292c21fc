#include "client/invocation.h"
#include "client/pause.h"
#include "client/request_internal.h"

#define MAX_COMPRESSED ((size_t)1024 * 1024 * 1024)

/* ---- what a failed attempt leaves behind ---- */

/* A request that left, and that no usable answer tells the effect of. A throttled one had none. */
static bool is_effect_open(const invocation *inv, smithy_status status, retry_class class_) {
    const smithy_http_response *response = &inv->response;
    if (response->failure != SMITHY_HTTP_FAILURE_NONE) return response->sent;
    if (status == SMITHY_ERROR_SERVICE)
        return (response->status >= 500 || response->status < 300) && class_ != RETRY_THROTTLING;
    return response->status != 0;
}

static bool is_clock_skew(const invocation *inv) {
    return inv->client->settings.corrects_clock_skew && inv->server_skew_ms.has &&
           retry_is_clock_skew(smithy_call_error(inv->call), inv->signed_skew_ms, inv->server_skew_ms.value);
}

static retry_class classify(invocation *inv) {
    const smithy_client *client = inv->client;
    if (is_clock_skew(inv)) {
        atomic_store(&inv->client->signing_skew_ms, inv->server_skew_ms.value);
        return RETRY_TRANSIENT;
    }
    const smithy_error *error = smithy_call_error(inv->call);
    /* S3's error in a 200 is a 500. */
    if (error->status == SMITHY_ERROR_SERVICE && inv->response.status < 300 && inv->response.status >= 200) {
        const retry_class class_ = retry_classify(client->service, inv->operation, error, SMITHY_HTTP_FAILURE_NONE);
        return class_ == RETRY_NEVER ? RETRY_TRANSIENT : class_;
    }
    return retry_classify(client->service, inv->operation, error, inv->response.failure);
}

/* ---- waiting ---- */

static uint64_t jitter(const invocation *inv) {
    const smithy_system *system = inv->client->system;
    uint32_t number = 0;
    if (system->random(system->context, &number, sizeof number) != SMITHY_OK) return RETRY_FRACTION_ONE;
    return number;
}

static bool fits_deadline(const invocation *inv, int64_t delay_ms) {
    const smithy_system *system = smithy_call_system(inv->call);
    const int64_t deadline = smithy_call_deadline(inv->call);
    return deadline == 0 || delay_ms < deadline - system->mono_ms(system->context);
}

static void pause_for(const invocation *inv, int64_t delay_ms) {
    pause_for_ms(inv->client->system, inv->call, delay_ms);
}

/* ---- deciding ---- */

static bool can_start_over(const invocation *inv) {
    return !inv->sink.delivered || inv->sink.target->restart;
}

/* A connection that was kept too long dies with the next request, before any byte of an answer: that says nothing about
 * the service, so a fresh connection is tried once at no cost. */
static bool take_fresh_connection(invocation *inv, bool *used) {
    const smithy_http_response *response = &inv->response;
    const bool died = response->failure == SMITHY_HTTP_FAILURE_SEND || response->failure == SMITHY_HTTP_FAILURE_RECEIVE;
    if (*used || !died || !response->reused || response->status != 0 || inv->max_attempts < 2) return false;
    smithy_transport *transport = inv->client->transport;
    if (transport->drop_idle) transport->drop_idle(transport);
    *used = true;
    return true;
}

/* Whether to try again, after the wait that this takes. */
static bool wait_for_retry(invocation *inv, retry_class class_, int *last_cost) {
    smithy_client *client = inv->client;
    const retry_policy *policy = &client->retry;
    if (class_ == RETRY_NEVER || !can_start_over(inv) || inv->retries + 1 >= inv->max_attempts) return false;
    const smithy_str hint = smithy_response_header(&inv->response, "x-amz-retry-after");
    const int64_t delay_ms = retry_delay_ms(policy, inv->retries, class_, jitter(inv), hint);
    if (!fits_deadline(inv, delay_ms)) return false;
    const int cost = retry_bucket_take(&client->bucket, class_);
    if (cost == 0) {
        /* Its callers ask again at once, so the wait is theirs too. */
        if (inv->operation->is_long_poll)
            pause_for(inv, retry_delay_ms(policy, inv->retries, RETRY_TRANSIENT, jitter(inv), hint));
        return false;
    }
    *last_cost = cost;
    inv->retries++;
    pause_for(inv, delay_ms);
    return true;
}

static void forget_output(const invocation *inv) {
    if (inv->operation->output_size) memset(inv->output, 0, inv->operation->output_size);
}

static smithy_status run(invocation *inv) {
    bool fresh_used = false, followed = false;
    int last_cost = 0;
    SMITHY_TRY(client_prepare(inv->client, inv->call));
    SMITHY_TRY(invocation_prepare(inv));
    for (;;) {
        const int attempts_before = inv->attempts;
        const smithy_status status = invocation_attempt(inv);
        if (status == SMITHY_OK) {
            retry_bucket_refund(&inv->client->bucket, last_cost);
            return SMITHY_OK;
        }
        forget_output(inv);
        if (inv->attempts == attempts_before) return status; /* It never got as far as the network. */
        const retry_class class_ = classify(inv);
        inv->outcome_unknown = inv->outcome_unknown || is_effect_open(inv, status, class_);
        if (take_fresh_connection(inv, &fresh_used)) continue;
        SMITHY_TRY(invocation_follow(inv, &followed));
        if (followed) continue;
        if (!wait_for_retry(inv, class_, &last_cost)) return status;
    }
}

static smithy_status conclude(invocation *inv, smithy_status status) {
    smithy_error *error = smithy_call_error_mutable(inv->call);
    error->operation = inv->operation->name;
    if (inv->attempts) error->attempts = inv->attempts; /* Else they are those of the request for credentials. */
    if (status == SMITHY_OK) return SMITHY_OK;
    forget_output(inv);
    (void)smithy_call_fail(inv->call, status, "failed without saying why");
    if (inv->attempts) invocation_note_answer(inv);
    error->outcome_unknown = inv->outcome_unknown;
    return status;
}

smithy_status client_invoke_at(smithy_client *client, const smithy_endpoint *endpoint,
                               const smithy_operation *operation, const void *input, void *output, smithy_call *call) {
    invocation inv = {.client = client,
                      .operation = operation,
                      .input = input,
                      .output = output,
                      .call = call,
                      .given_endpoint = endpoint,
                      .uses = smithy_call_uses(call)};
    smithy_call_set_uses(call, inv.uses & ~SMITHY_CALL_PAGES);
    smithy_call_clear_error(call);
    request_init(&inv.request, operation, client->service->protocol, client->system, call);
    smithy_buffer_init(&inv.compressed, client->system, MAX_COMPRESSED);
    const smithy_status status = conclude(&inv, run(&inv));
    response_tree_reset(&inv.tree);
    watched_sink_reset(&inv.sink);
    chunked_body_deinit(&inv.chunked);
    smithy_buffer_deinit_secret(&inv.compressed);
    request_deinit(&inv.request);
    smithy_credentials_deinit(&inv.credentials);
    return status;
}

smithy_status smithy_client_invoke(smithy_client *client, const smithy_operation *operation, const void *input,
                                   void *output, smithy_call *call) {
    return client_invoke_at(client, NULL, operation, input, output, call);
}
