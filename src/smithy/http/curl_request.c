#include "curl_exchange.h"

#include <limits.h>

#define DEFAULT_CONNECT_TIMEOUT_MS 3100
#define MAX_IDLE_SECONDS           20L                        /* Peers and NATs forget idle connections. */
#define EXPECT_FROM_BYTES          ((int64_t)2 * 1024 * 1024) /* Below it, waiting for "100 Continue" costs more. */

static bool is_method(const smithy_http_request *request, const char *method) {
    return smithy_str_equal(request->method, smithy_str_from(method));
}

static int64_t body_length(const smithy_body *body) {
    return body->read ? body->length : (int64_t)body->bytes.len;
}

static bool has_body(const smithy_http_request *request) {
    return body_length(&request->body) > 0 || is_method(request, "POST") || is_method(request, "PUT") ||
           is_method(request, "PATCH");
}

/* ---- callbacks ---- */

static smithy_status read_body(curl_exchange *exchange, char *bytes, size_t size, size_t *len) {
    const smithy_body *body = &exchange->request->body;
    const size_t left = (size_t)body_length(body) - exchange->body_sent;
    const size_t wanted = left < size ? left : size;
    *len = wanted;
    if (wanted == 0) return SMITHY_OK;
    if (body->read) {
        const smithy_status status = body->read(body->context, (uint8_t *)bytes, wanted, len);
        if (status != SMITHY_OK) return smithy_call_fail(exchange->call, status, "the request's body cannot be read");
        if (*len == 0 || *len > wanted)
            return smithy_call_fail(exchange->call, SMITHY_ERROR_IO, "the request's body ended before its length");
    } else {
        memcpy(bytes, body->bytes.ptr + exchange->body_sent, wanted);
    }
    exchange->body_sent += *len;
    return SMITHY_OK;
}

static size_t on_read(char *bytes, size_t size, size_t count, void *context) {
    curl_exchange *exchange = context;
    size_t len = 0;
    exchange->stopped = read_body(exchange, bytes, size * count, &len);
    return exchange->stopped == SMITHY_OK ? len : CURL_READFUNC_ABORT;
}

static int on_progress(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up) {
    (void)down_total, (void)down, (void)up_total, (void)up;
    const curl_exchange *exchange = context;
    return smithy_call_is_canceled(exchange->call) ? 1 : 0;
}

/* libcurl sends a request again by itself when a connection that it had kept dies before the first byte of the answer.
 * Whether that may be done is the caller's to decide: the request may have taken effect. So once a request has gone
 * out, no other socket is opened for it. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    curl_exchange *exchange = context;
    long request_size = 0;
    if (curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size) == CURLE_OK && request_size > 0) {
        exchange->resend_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- headers ---- */

static bool is_header_safe(smithy_header header) {
    if (header.name.len == 0) return false;
    for (size_t i = 0; i < header.name.len; i++)
        if ((unsigned char)header.name.ptr[i] <= ' ' || header.name.ptr[i] == ':') return false;
    for (size_t i = 0; i < header.value.len; i++)
        if (header.value.ptr[i] == '\r' || header.value.ptr[i] == '\n' || header.value.ptr[i] == '\0') return false;
    return true;
}

static smithy_status add_line(curl_exchange *exchange, const char *line) {
    struct curl_slist *lines = curl_slist_append(exchange->header_lines, line);
    if (!lines) return smithy_call_fail(exchange->call, SMITHY_ERROR_MEMORY, "out of memory");
    exchange->header_lines = lines;
    return SMITHY_OK;
}

static smithy_status add_header(curl_exchange *exchange, smithy_header header) {
    if (!is_header_safe(header))
        return smithy_call_fail(exchange->call, SMITHY_ERROR_INPUT, "the header %.*s holds a character that it cannot",
                                SMITHY_STR_ARG(header.name));
    /* "Name;" is how libcurl is told of a header without a value. */
    char *line = smithy_call_alloc(exchange->call, header.name.len + header.value.len + 3, 1);
    if (!line) return smithy_call_status(exchange->call);
    char *end = line;
    memcpy(end, header.name.ptr, header.name.len);
    end += header.name.len;
    *end++ = header.value.len ? ':' : ';';
    if (header.value.len) {
        *end++ = ' ';
        memcpy(end, header.value.ptr, header.value.len);
    }
    return add_line(exchange, line);
}

static smithy_status add_headers(curl_exchange *exchange) {
    const smithy_http_request *request = exchange->request;
    const smithy_headers *headers = &request->headers;
    for (size_t i = 0; i < headers->count; i++) {
        /* Framing is libcurl's. */
        if (smithy_str_equal_nocase(headers->items[i].name, SMITHY_STR("content-length"))) continue;
        if (smithy_str_equal_nocase(headers->items[i].name, SMITHY_STR("transfer-encoding"))) continue;
        SMITHY_TRY(add_header(exchange, headers->items[i]));
    }
    if (!smithy_headers_get(headers, "accept-encoding").ptr)
        SMITHY_TRY(add_line(exchange, "Accept-Encoding: identity"));
    if (!smithy_headers_get(headers, "accept").ptr) SMITHY_TRY(add_line(exchange, "Accept:"));
    if (body_length(&request->body) < EXPECT_FROM_BYTES) SMITHY_TRY(add_line(exchange, "Expect:"));
    return SMITHY_OK;
}

/* ---- options ---- */

static long as_long(int64_t ms) {
    return ms > INT_MAX ? INT_MAX : (long)ms;
}

/* What is left for this exchange: the smaller of its own limit and the call's deadline; 0: no limit. */
static smithy_status time_left(const curl_exchange *exchange, int64_t *left_ms) {
    *left_ms = exchange->request->attempt_timeout_ms;
    const int64_t deadline = smithy_call_deadline(exchange->call);
    if (deadline == 0) return SMITHY_OK;
    const smithy_system *system = smithy_call_system(exchange->call);
    const int64_t until_deadline = deadline - system->mono_ms(system->context);
    if (until_deadline <= 0) return SMITHY_ERROR_TIMEOUT;
    if (*left_ms == 0 || until_deadline < *left_ms) *left_ms = until_deadline;
    return SMITHY_OK;
}

static bool set_limits(const curl_exchange *exchange, int64_t left_ms) {
    CURL *easy = exchange->easy;
    const smithy_http_request *request = exchange->request;
    const int64_t connect_ms = request->connect_timeout_ms ? request->connect_timeout_ms : DEFAULT_CONNECT_TIMEOUT_MS;
    bool ok = !curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, as_long(connect_ms));
    ok = ok && !curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, as_long(left_ms));
    ok = ok && !curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, MAX_IDLE_SECONDS);
    if (request->stall_timeout_ms > 0) {
        ok = ok && !curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
        ok = ok && !curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, as_long((request->stall_timeout_ms + 999) / 1000));
    }
    return ok;
}

static bool set_security(const curl_exchange *exchange) {
    CURL *easy = exchange->easy;
#if LIBCURL_VERSION_NUM >= 0x075500
    bool ok = !curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    bool ok = !curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    ok = ok && !curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (exchange->ca_file) ok = ok && !curl_easy_setopt(easy, CURLOPT_CAINFO, exchange->ca_file);
    return ok;
}

static bool set_behaviour(const curl_exchange *exchange) {
    CURL *easy = exchange->easy;
    bool ok = !curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (exchange->request->no_proxy) ok = ok && !curl_easy_setopt(easy, CURLOPT_PROXY, "");
    return ok;
}

static bool set_callbacks(curl_exchange *exchange) {
    CURL *easy = exchange->easy;
    bool ok = !curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->message);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, curl_exchange_on_header);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, curl_exchange_on_body);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_READDATA, exchange);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_XFERINFODATA, exchange);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
    return ok;
}

static bool set_request(const curl_exchange *exchange, const char *method, const char *url) {
    CURL *easy = exchange->easy;
    const smithy_http_request *request = exchange->request;
    bool ok = !curl_easy_setopt(easy, CURLOPT_URL, url);
    if (has_body(request)) {
        ok = ok && !curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        ok = ok && !curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)body_length(&request->body));
    } else if (is_method(request, "HEAD")) {
        ok = ok && !curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    ok = ok && !curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->header_lines);
    return ok;
}

smithy_status curl_exchange_prepare(curl_exchange *exchange) {
    const smithy_http_request *request = exchange->request;
    smithy_call *call = exchange->call;
    int64_t left_ms = 0;
    if (smithy_call_is_canceled(call)) {
        exchange->response->failure = SMITHY_HTTP_FAILURE_CANCELED;
        return smithy_call_fail(call, SMITHY_ERROR_CANCELED, "canceled before the request was sent");
    }
    if (time_left(exchange, &left_ms) != SMITHY_OK) {
        exchange->response->failure = SMITHY_HTTP_FAILURE_DEADLINE;
        return smithy_call_fail(call, SMITHY_ERROR_TIMEOUT, "the deadline passed before the request was sent");
    }
    exchange->response->failure = SMITHY_HTTP_FAILURE_LOCAL;
    if (request->body.read && request->body.length < 0)
        return smithy_call_fail(call, SMITHY_ERROR_INPUT, "the length of the request's body is negative");
    const smithy_str method = smithy_call_copy(call, request->method);
    const smithy_str url = smithy_call_copy(call, request->url);
    if (!method.ptr || !url.ptr) return smithy_call_fail(call, SMITHY_ERROR_INPUT, "the request has no method or URL");
    SMITHY_TRY(add_headers(exchange));
    const bool ok = set_behaviour(exchange) && set_security(exchange) && set_limits(exchange, left_ms) &&
                    set_callbacks(exchange) && set_request(exchange, method.ptr, url.ptr);
    if (!ok) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "libcurl did not take the request's settings");
    exchange->response->failure = SMITHY_HTTP_FAILURE_NONE;
    return SMITHY_OK;
}
