#include "curl_exchange.h"

#include <limits.h>
#include <netinet/in.h>
#include <poll.h>

#define DEFAULT_CONNECT_TIMEOUT_MS 3100
#define MAX_IDLE_SECONDS           10L /* Peers and NATs forget idle connections. */
#define EXPECT_TIMEOUT_MS          1000L
#define TLS_RECORD_SIZE            ((size_t)16 * 1024)
#define SMALL_BODY                 ((int64_t)8 * 1024)

static bool is_method(const smithy_http_request *request, const char *method) {
    return smithy_str_equal(request->method, smithy_str_from(method));
}

static bool has_body(const smithy_http_request *request) {
    return curl_exchange_body_length(&request->body) > 0 || is_method(request, "POST") || is_method(request, "PUT") ||
           is_method(request, "PATCH");
}

/* ---- callbacks ---- */

static smithy_status read_body(curl_exchange *exchange, char *bytes, size_t size, size_t *len) {
    const smithy_body *body = &exchange->request->body;
    const size_t left = (size_t)curl_exchange_body_length(body) - exchange->body_sent;
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

/* The answer, or an end, has come. */
static bool has_something_to_read(const curl_exchange *exchange) {
    struct pollfd look = {.fd = exchange->connection, .events = POLLIN};
    return look.fd >= 0 && poll(&look, 1, 0) == 1;
}

/* A server that refuses a body before it has read it may close the connection right behind its answer; to send then
 * fails, and libcurl would not read what is there. So a piece is held back, once, for libcurl to read first. Where
 * there is no memory for it, it goes out. */
static bool holds_back(curl_exchange *exchange, const char *bytes, size_t len) {
    if (!has_something_to_read(exchange)) return false;
    smithy_buffer_append(&exchange->held, bytes, len);
    exchange->paused = smithy_buffer_status(&exchange->held) == SMITHY_OK;
    return exchange->paused;
}

static size_t release_held(curl_exchange *exchange, char *bytes) {
    const size_t len = exchange->held.len;
    memcpy(bytes, exchange->held.ptr, len);
    smithy_buffer_reset(&exchange->held);
    return len;
}

/* Over TLS a piece is one record: to encrypt more at once is the time in which an answer is overtaken by the end of its
 * connection. */
static size_t piece_size(const curl_exchange *exchange, size_t room) {
    return exchange->trust && room > TLS_RECORD_SIZE ? TLS_RECORD_SIZE : room;
}

static size_t on_read(char *bytes, size_t size, size_t count, void *context) {
    curl_exchange *exchange = context;
    size_t len = 0;
    if (exchange->held.len) return release_held(exchange, bytes);
    exchange->stopped = read_body(exchange, bytes, piece_size(exchange, size * count), &len);
    if (exchange->stopped != SMITHY_OK) return CURL_READFUNC_ABORT;
    return len && holds_back(exchange, bytes, len) ? CURL_READFUNC_PAUSE : len;
}

bool curl_exchange_has_begun(const curl_exchange *exchange) {
#if LIBCURL_VERSION_NUM >= 0x075000
    return exchange->begun;
#else /* There, what is said to a proxy counts as the request. */
    long request_size = 0;
    return !curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size) && request_size > 0;
#endif
}

/* libcurl sends a request again by itself when a connection that it had kept dies before the first byte of the answer.
 * Whether that may be done is the caller's to decide: the request may have taken effect. So it begins once, and from
 * then on no other socket is opened for it. Only where a server refused "Expect: 100-continue" as such (417), and the
 * body therefore never left, libcurl may ask without it. */
static bool refuses_to_send(curl_exchange *exchange) {
    const bool expect_failed = exchange->head_is_whole && exchange->response->status == 417 && exchange->body_sent == 0;
    exchange->resend_refused = curl_exchange_has_begun(exchange) && !expect_failed;
    return exchange->resend_refused;
}

#if LIBCURL_VERSION_NUM >= 0x075000
static int on_begin(void *context, char *peer, char *local, int peer_port, int local_port) {
    (void)peer, (void)local, (void)peer_port, (void)local_port;
    curl_exchange *exchange = context;
    if (refuses_to_send(exchange)) return CURL_PREREQFUNC_ABORT;
    exchange->begun = true;
    return CURL_PREREQFUNC_OK;
}
#endif

/* What is of no family that smithy_address knows is allowed by nobody. */
static bool is_allowed(const curl_exchange *exchange, const struct curl_sockaddr *address) {
    smithy_address own = {.is_v6 = address->family == AF_INET6};
    if (!exchange->request->allows) return true;
    if (own.is_v6)
        memcpy(own.bytes, &((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr, 16);
    else if (address->family == AF_INET)
        memcpy(own.bytes, &((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr, 4);
    else
        return false;
    return exchange->request->allows(&own);
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    curl_exchange *exchange = context;
    if (refuses_to_send(exchange)) return CURL_SOCKET_BAD;
    if (!is_allowed(exchange, address)) {
        exchange->address_refused = true;
        return CURL_SOCKET_BAD;
    }
    exchange->connection = -1;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
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
    ok = ok && !curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L); /* A new connection asks for the addresses. */
    ok = ok && !curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, EXPECT_TIMEOUT_MS);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A resolver that does not answer is left behind, instead of waited for. */
    ok = ok && !curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
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
    return ok && (!exchange->trust || curl_trust_apply(exchange->trust, easy));
}

/* Said in any case, as libcurl would look into the environment by itself. */
static bool set_proxy(const curl_exchange *exchange) {
    CURL *easy = exchange->easy;
    const char *url = exchange->proxy ? exchange->proxy->url : "";
    bool ok = !curl_easy_setopt(easy, CURLOPT_PROXY, url);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_NOPROXY, exchange->proxies->except);
    /* A libcurl that cannot speak TLS to proxies refuses it; it will refuse such a proxy as well. */
    curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
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
#if LIBCURL_VERSION_NUM >= 0x075000
    ok = ok && !curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_begin);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
#endif
    ok = ok && !curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    ok = ok && !curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
    /* A connection that is kept was opened by nobody who was asked. */
    ok = ok && !curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, exchange->request->allows ? 1L : 0L);
    return ok;
}

/* Such a body goes out with the headers in one piece. A libcurl that does not ask before it sends (on_begin) is not
 * given one, for it could send it again. */
static bool is_small(const smithy_body *body) {
#if LIBCURL_VERSION_NUM >= 0x075000
    return !body->read && curl_exchange_body_length(body) <= SMALL_BODY;
#else
    (void)body;
    return false;
#endif
}

static bool set_body(curl_exchange *exchange) {
    CURL *easy = exchange->easy;
    const smithy_body *body = &exchange->request->body;
    const curl_off_t length = (curl_off_t)curl_exchange_body_length(body);
    exchange->in_pieces = !is_small(body);
    if (exchange->in_pieces)
        return !curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) && !curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, length);
    const void *bytes = body->bytes.ptr;
    exchange->body_sent = (size_t)length;
    return !curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, length) &&
           !curl_easy_setopt(easy, CURLOPT_POSTFIELDS, length ? bytes : "");
}

static bool set_request(curl_exchange *exchange, const char *method, const char *url) {
    CURL *easy = exchange->easy;
    const smithy_http_request *request = exchange->request;
    bool ok = !curl_easy_setopt(easy, CURLOPT_URL, url);
    if (has_body(request)) {
        ok = ok && set_body(exchange);
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
    SMITHY_TRY(curl_exchange_add_headers(exchange));
    const bool ok = set_behaviour(exchange) && set_security(exchange) && set_proxy(exchange) &&
                    set_limits(exchange, left_ms) && set_callbacks(exchange) &&
                    set_request(exchange, method.ptr, url.ptr);
    if (!ok) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "libcurl did not take the request's settings");
    exchange->response->failure = SMITHY_HTTP_FAILURE_NONE;
    return SMITHY_OK;
}
