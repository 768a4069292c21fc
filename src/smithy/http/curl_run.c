#include "curl_exchange.h"
#include "curl_global.h"

#include <sys/select.h>

/* How long a cancellation may go unnoticed. */
#define SLICE_MS 200

/* ---- what ends an exchange from our side ---- */

static int64_t now_ms(const curl_exchange *exchange) {
    const smithy_system *system = smithy_call_system(exchange->call);
    return system->mono_ms(system->context);
}

/* Grows with each byte, whichever way it goes. */
static uint64_t bytes_moved(const curl_exchange *exchange) {
    curl_off_t uploaded = 0;
    long request_size = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size);
    return (uint64_t)uploaded + (uint64_t)request_size + exchange->header_bytes + exchange->response->body_length;
}

/* Until the request begins, the limit for connecting holds. */
static bool has_stalled(curl_exchange *exchange) {
    const int64_t limit_ms = exchange->request->stall_timeout_ms;
    if (limit_ms <= 0 || !curl_exchange_has_begun(exchange)) return false;
    const uint64_t moved = bytes_moved(exchange);
    const int64_t now = now_ms(exchange);
    if (moved != exchange->moved || exchange->moved_at_ms == 0) {
        exchange->moved = moved;
        exchange->moved_at_ms = now;
    }
    return now - exchange->moved_at_ms >= limit_ms;
}

static bool is_over(curl_exchange *exchange) {
    exchange->canceled = smithy_call_is_canceled(exchange->call);
    exchange->stalled = !exchange->canceled && has_stalled(exchange);
    return exchange->canceled || exchange->stalled;
}

/* ---- libcurl's turn ---- */

static bool find_result(CURLM *multi, CURLcode *result) {
    int left = 0;
    for (const CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return true;
    }
    return false;
}

/* The connection that the body goes out on, for curl_request.c to look at: libcurl itself tells it only afterwards. */
static void find_connection(curl_exchange *exchange, CURLM *multi) {
    fd_set in, out, other;
    int last = -1;
    if (!exchange->in_pieces || exchange->connection >= 0 || exchange->body_sent == 0) return;
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&other);
    if (curl_multi_fdset(multi, &in, &out, &other, &last) != CURLM_OK) return;
    for (int fd = 0; fd <= last; fd++)
        if (FD_ISSET(fd, &out)) exchange->connection = fd;
}

/* A piece of the body was held back for the answer to be read first: see curl_request.c. */
static bool goes_on_sending(curl_exchange *exchange) {
    if (!exchange->paused) return true;
    exchange->paused = false;
    return curl_easy_pause(exchange->easy, CURLPAUSE_CONT) == CURLE_OK;
}

static CURLcode drive(curl_exchange *exchange, CURLM *multi) {
    CURLcode result = CURLE_FAILED_INIT;
    for (;;) {
        int running = 0;
        if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
        if (find_result(multi, &result)) return result;
        if (is_over(exchange)) return exchange->canceled ? CURLE_ABORTED_BY_CALLBACK : CURLE_OPERATION_TIMEDOUT;
        find_connection(exchange, multi);
        if (!goes_on_sending(exchange)) return CURLE_OUT_OF_MEMORY;
        if (curl_multi_poll(multi, NULL, 0, SLICE_MS, NULL) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    }
}

CURLcode curl_exchange_run(curl_exchange *exchange, CURLM *multi) {
    const curl_guard guard = curl_guard_begin();
    CURLcode result = CURLE_OUT_OF_MEMORY;
    if (curl_multi_add_handle(multi, exchange->easy) == CURLM_OK) {
        result = drive(exchange, multi);
        curl_multi_remove_handle(multi, exchange->easy);
    }
    curl_guard_end(&guard);
    return result;
}
