#include "curl_exchange.h"

#include <pthread.h>
#include <unistd.h>

#define MAX_IDLE_HANDLES 16
#define DEFAULT_MAX_BODY ((size_t)64 * 1024 * 1024)

/* Each handle carries its own connections. A handle serves one request at a time; the last one used is taken first, so
 * that one thread keeps to one set of connections. */
typedef struct curl_transport {
    smithy_transport base;
    const smithy_system *system;
    char *ca_file; /* NULL: libcurl's own. */
    pthread_mutex_t lock;
    CURL *idle[MAX_IDLE_HANDLES];
    size_t idle_count;
    pid_t process; /* Whose connections they are. */
} curl_transport;

/* ---- the pool ---- */

static void close_handle(CURL *easy) {
    const sigpipe_guard guard = sigpipe_guard_begin();
    curl_easy_cleanup(easy);
    sigpipe_guard_end(&guard);
}

/* In a forked child the parent's connections are let go without a word: to close them here would end them there. */
static void forget_after_fork(curl_transport *self) {
    if (self->process == getpid()) return;
    self->idle_count = 0;
    self->process = getpid();
}

static CURL *take_handle(curl_transport *self) {
    CURL *easy = NULL;
    pthread_mutex_lock(&self->lock);
    forget_after_fork(self);
    if (self->idle_count) easy = self->idle[--self->idle_count];
    pthread_mutex_unlock(&self->lock);
    if (easy) {
        curl_easy_reset(easy); /* Keeps connections, TLS sessions and resolved names. */
        return easy;
    }
    return curl_global_ready() ? curl_easy_init() : NULL;
}

static void give_back_handle(curl_transport *self, CURL *easy) {
    pthread_mutex_lock(&self->lock);
    forget_after_fork(self);
    const bool kept = self->idle_count < MAX_IDLE_HANDLES;
    if (kept) self->idle[self->idle_count++] = easy;
    pthread_mutex_unlock(&self->lock);
    if (!kept) close_handle(easy);
}

static void drop_idle(smithy_transport *transport) {
    curl_transport *self = (curl_transport *)transport;
    CURL *dropped[MAX_IDLE_HANDLES];
    pthread_mutex_lock(&self->lock);
    forget_after_fork(self);
    const size_t count = self->idle_count;
    memcpy(dropped, self->idle, count * sizeof(CURL *));
    self->idle_count = 0;
    pthread_mutex_unlock(&self->lock);
    for (size_t i = 0; i < count; i++) close_handle(dropped[i]);
}

/* ---- what became of an exchange ---- */

static smithy_http_failure timeout_failure(const curl_exchange *exchange) {
    const smithy_system *system = smithy_call_system(exchange->call);
    const int64_t deadline = smithy_call_deadline(exchange->call);
    if (deadline && system->mono_ms(system->context) >= deadline) return SMITHY_HTTP_FAILURE_DEADLINE;
    curl_off_t connected = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_CONNECT_TIME_T, &connected);
    return connected == 0 && !exchange->response->sent ? SMITHY_HTTP_FAILURE_CONNECT : SMITHY_HTTP_FAILURE_TIMEOUT;
}

static smithy_http_failure failure_of(CURLcode code, const curl_exchange *exchange) {
    if (exchange->resend_refused) return SMITHY_HTTP_FAILURE_RECEIVE;
    if (exchange->stopped == SMITHY_ERROR_LIMIT) return SMITHY_HTTP_FAILURE_TOO_LARGE;
    if (exchange->stopped != SMITHY_OK) return SMITHY_HTTP_FAILURE_LOCAL;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return SMITHY_HTTP_FAILURE_RESOLVE;
    case CURLE_COULDNT_CONNECT: return SMITHY_HTTP_FAILURE_CONNECT;
    case CURLE_SSL_CONNECT_ERROR: return SMITHY_HTTP_FAILURE_TLS;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE: return SMITHY_HTTP_FAILURE_TRUST;
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND: return SMITHY_HTTP_FAILURE_SEND;
    case CURLE_OPERATION_TIMEDOUT: return timeout_failure(exchange);
    case CURLE_ABORTED_BY_CALLBACK: return SMITHY_HTTP_FAILURE_CANCELED;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_URL_MALFORMAT:
    case CURLE_FAILED_INIT: return SMITHY_HTTP_FAILURE_LOCAL;
    case CURLE_UNSUPPORTED_PROTOCOL: /* A scheme, or an answer that is not HTTP. */
        return exchange->response->sent ? SMITHY_HTTP_FAILURE_RECEIVE : SMITHY_HTTP_FAILURE_LOCAL;
    default: return exchange->response->sent ? SMITHY_HTTP_FAILURE_RECEIVE : SMITHY_HTTP_FAILURE_CONNECT;
    }
}

static smithy_status status_of(CURLcode code, const curl_exchange *exchange) {
    switch (exchange->response->failure) {
    case SMITHY_HTTP_FAILURE_NONE: return SMITHY_OK;
    case SMITHY_HTTP_FAILURE_TIMEOUT:
    case SMITHY_HTTP_FAILURE_DEADLINE: return SMITHY_ERROR_TIMEOUT;
    case SMITHY_HTTP_FAILURE_CANCELED: return SMITHY_ERROR_CANCELED;
    case SMITHY_HTTP_FAILURE_TOO_LARGE: return SMITHY_ERROR_LIMIT;
    case SMITHY_HTTP_FAILURE_LOCAL:
        if (exchange->stopped != SMITHY_OK) return exchange->stopped;
        return code == CURLE_OUT_OF_MEMORY ? SMITHY_ERROR_MEMORY : SMITHY_ERROR_INPUT;
    default: return SMITHY_ERROR_TRANSPORT;
    }
}

/* "logs.eu-west-1.amazonaws.com: Connection refused". Only the authority of the URL is told. */
static smithy_status report(CURLcode code, const curl_exchange *exchange) {
    const smithy_str url = exchange->request->url;
    size_t begin = 0, end;
    for (size_t i = 0; i + 2 < url.len && begin == 0; i++)
        if (memcmp(url.ptr + i, "://", 3) == 0) begin = i + 3;
    for (end = begin; end < url.len && url.ptr[end] != '/' && url.ptr[end] != '?'; end++) continue;
    const char *reason = exchange->message[0] ? exchange->message : curl_easy_strerror(code);
    if (exchange->resend_refused) reason = "the kept connection was closed before an answer came";
    if (exchange->response->failure == SMITHY_HTTP_FAILURE_CANCELED) reason = "canceled";
    return smithy_call_fail(exchange->call, status_of(code, exchange), "%.*s: %s", (int)(end - begin), url.ptr + begin,
                            reason);
}

static smithy_status conclude(CURLcode code, curl_exchange *exchange) {
    smithy_http_response *response = exchange->response;
    long request_size = 0, connects = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size);
    curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &connects);
    response->sent = request_size > 0;
    response->reused = response->sent && (connects == 0 || exchange->resend_refused);
    if (code == CURLE_OK && !exchange->head_is_whole) {
        code = CURLE_RECV_ERROR; /* libcurl takes a connection that closes inside of the headers for a success. */
        snprintf(exchange->message, sizeof exchange->message, "the connection was closed inside of the headers");
    }
    if (code != CURLE_OK) {
        response->failure = failure_of(code, exchange);
        return report(code, exchange);
    }
    response->body = smithy_call_copy(exchange->call, smithy_buffer_str(&exchange->collected));
    if (response->body.ptr) return SMITHY_OK;
    response->failure = SMITHY_HTTP_FAILURE_LOCAL;
    return smithy_call_status(exchange->call);
}

/* After a failure, or an answer that says the host is unwell, the next attempt should not meet the same peer again. */
static bool is_worth_keeping(smithy_status status, const smithy_http_response *response) {
    return status == SMITHY_OK && response->status < 500;
}

static smithy_status perform(smithy_transport *transport, const smithy_http_request *request,
                             smithy_http_response *response, smithy_call *call) {
    curl_transport *self = (curl_transport *)transport;
    *response = (smithy_http_response){.body = SMITHY_STR_INIT("")};
    curl_exchange exchange = {
        .request = request, .response = response, .call = call, .ca_file = self->ca_file, .easy = take_handle(self)};
    if (!exchange.easy) {
        response->failure = SMITHY_HTTP_FAILURE_LOCAL;
        return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "libcurl gave no handle");
    }
    smithy_buffer_init(&exchange.collected, smithy_call_system(call),
                       request->max_body ? request->max_body : DEFAULT_MAX_BODY);
    smithy_status status = curl_exchange_prepare(&exchange);
    if (status == SMITHY_OK) {
        const sigpipe_guard guard = sigpipe_guard_begin();
        const CURLcode code = curl_easy_perform(exchange.easy);
        sigpipe_guard_end(&guard);
        status = conclude(code, &exchange);
    }
    smithy_buffer_deinit(&exchange.collected);
    if (is_worth_keeping(status, response))
        give_back_handle(self, exchange.easy);
    else
        close_handle(exchange.easy);
    curl_slist_free_all(exchange.header_lines);
    return status;
}

/* ---- life ---- */

static void destroy(smithy_transport *transport) {
    curl_transport *self = (curl_transport *)transport;
    const smithy_system *system = self->system;
    drop_idle(transport);
    pthread_mutex_destroy(&self->lock);
    system->resize(system->context, self->ca_file, 0);
    system->resize(system->context, self, 0);
}

static bool copy_ca_file(curl_transport *self, smithy_str ca_file) {
    if (ca_file.len == 0) return true;
    self->ca_file = self->system->resize(self->system->context, NULL, ca_file.len + 1);
    if (!self->ca_file) return false;
    memcpy(self->ca_file, ca_file.ptr, ca_file.len);
    self->ca_file[ca_file.len] = '\0';
    return true;
}

smithy_transport *smithy_curl_transport_create(const smithy_curl_options *options, smithy_call *call) {
    const smithy_system *system = options && options->system ? options->system : smithy_system_default();
    smithy_str ca_file = options ? options->ca_file : (smithy_str){0};
    if (ca_file.len == 0) ca_file = smithy_str_from(system->env(system->context, "AWS_CA_BUNDLE"));
    curl_transport *self = system->resize(system->context, NULL, sizeof *self);
    if (!self) {
        (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    *self = (curl_transport){.base = {perform, drop_idle, destroy}, .system = system, .process = getpid()};
    if (!copy_ca_file(self, ca_file) || pthread_mutex_init(&self->lock, NULL) != 0) {
        system->resize(system->context, self->ca_file, 0);
        system->resize(system->context, self, 0);
        (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    return &self->base;
}

void smithy_transport_destroy(smithy_transport *transport) {
    if (transport) transport->destroy(transport);
}
