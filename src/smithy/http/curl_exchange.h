/* One request on one libcurl handle. Private to the libcurl transport. */
#ifndef SMITHY_HTTP_CURL_EXCHANGE_H
#define SMITHY_HTTP_CURL_EXCHANGE_H

#include <smithy/buffer.h>
#include <smithy/http.h>

#include <curl/curl.h>
#include <signal.h>

typedef struct curl_exchange {
    CURL *easy;
    const smithy_http_request *request;
    smithy_http_response *response;
    smithy_call *call;
    const char *ca_file; /* NULL: libcurl's own. */
    struct curl_slist *header_lines;
    size_t body_sent;        /* Of request->body.bytes or of its source. */
    smithy_buffer collected; /* The body, unless the sink takes it. */
    size_t header_bytes;
    bool head_is_whole;    /* The blank line after the final status' headers came: what follows are trailers. */
    bool resend_refused;   /* libcurl wanted to send the request a second time on its own. */
    smithy_status stopped; /* Why one of our callbacks ended the exchange. */
    char message[CURL_ERROR_SIZE];
} curl_exchange;

/* curl_request.c: everything that libcurl must know before it performs. */
smithy_status curl_exchange_prepare(curl_exchange *exchange);

/* curl_answer.c: what libcurl calls while the answer comes in, with the exchange as their context. */
size_t curl_exchange_on_header(char *line, size_t size, size_t count, void *context);
size_t curl_exchange_on_body(char *bytes, size_t size, size_t count, void *context);

/* curl_global.c. False when libcurl cannot be initialized. */
bool curl_global_ready(void);

/* Keeps SIGPIPE from this thread while TLS libraries write to sockets that may be closed. */
typedef struct sigpipe_guard {
    sigset_t before;
    bool was_pending;
} sigpipe_guard;
sigpipe_guard sigpipe_guard_begin(void);
void sigpipe_guard_end(const sigpipe_guard *guard);

#endif
