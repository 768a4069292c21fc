#include "client/invocation.h"

#include <smithy/text.h>

/* ---- before ---- */

static smithy_status check_call(const invocation *inv) {
    if (smithy_call_is_canceled(inv->call)) return smithy_call_fail(inv->call, SMITHY_ERROR_CANCELED, "canceled");
    const smithy_system *system = smithy_call_system(inv->call);
    const int64_t deadline = smithy_call_deadline(inv->call);
    if (deadline == 0 || system->mono_ms(system->context) < deadline) return SMITHY_OK;
    return smithy_call_fail(inv->call, SMITHY_ERROR_TIMEOUT, "the deadline passed before the request was sent");
}

static smithy_status start_over(invocation *inv) {
    const smithy_body *body = &inv->http.body;
    if (body->rewind) {
        const smithy_status status = body->rewind(body->context);
        if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "the request's body cannot start over");
    }
    if (inv->sink.delivered) {
        const smithy_status status = inv->sink.target->restart(inv->sink.target->context);
        if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "the sink cannot start over");
    }
    watched_sink_reset(&inv->sink);
    return SMITHY_OK;
}

static smithy_status set_attempt_header(invocation *inv) {
    const smithy_str text = smithy_call_format(inv->call, "attempt=%d; max=%d", inv->retries + 1, inv->max_attempts);
    if (!text.ptr) return smithy_call_status(inv->call);
    return smithy_headers_set(&inv->http.headers, SMITHY_STR("amz-sdk-request"), text, inv->call);
}

/* ---- after ---- */

static void note_clock(invocation *inv) {
    const smithy_system *system = inv->client->system;
    int64_t date_ms = 0;
    inv->server_skew_ms = (smithy_opt_i64){0};
    const smithy_str date = smithy_response_header(&inv->response, "Date");
    if (!date.ptr || !smithy_time_read_http_date(date, &date_ms)) return;
    inv->server_skew_ms = (smithy_opt_i64){true, date_ms - system->wall_ms(system->context)};
    atomic_store(&inv->client->observed_skew_ms, inv->server_skew_ms.value);
}

static smithy_status send(invocation *inv) {
    smithy_transport *transport = inv->client->transport;
    inv->attempts++;
    response_tree_reset(&inv->tree);
    inv->response = (smithy_http_response){0};
    const smithy_status status = transport->perform(transport, &inv->http, &inv->response, inv->call);
    inv->response.tree = &inv->tree;
    note_clock(inv);
    if (status == SMITHY_OK) return SMITHY_OK;
    if (inv->response.failure == SMITHY_HTTP_FAILURE_NONE) inv->response.failure = SMITHY_HTTP_FAILURE_LOCAL;
    return smithy_call_fail(inv->call, status, "no answer came");
}

static smithy_status read_answer(invocation *inv) {
    const int http = inv->response.status;
    SMITHY_TRY(invocation_verify_body(inv));
    if (http < 200 || http > 299 || invocation_is_disguised_error(inv)) return invocation_read_error(inv);
    if (!inv->operation->read_response) return SMITHY_OK;
    const smithy_status status = inv->operation->read_response(&inv->response, inv->output, inv->call);
    if (status != SMITHY_OK) return smithy_call_fail(inv->call, status, "the answer cannot be read");
    return smithy_call_status(inv->call);
}

smithy_status invocation_attempt(invocation *inv) {
    smithy_call_clear_error(inv->call);
    SMITHY_TRY(check_call(inv));
    SMITHY_TRY(start_over(inv));
    SMITHY_TRY(set_attempt_header(inv));
    SMITHY_TRY(invocation_sign(inv));
    SMITHY_TRY(invocation_set_user_agent(inv));
    SMITHY_TRY(send(inv));
    return read_answer(inv);
}
