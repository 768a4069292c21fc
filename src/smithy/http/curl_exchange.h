/* One request on one libcurl handle. Private to the libcurl transport. */
#ifndef SMITHY_HTTP_CURL_EXCHANGE_H
#define SMITHY_HTTP_CURL_EXCHANGE_H

#include "curl_proxy.h"
#include "curl_trust.h"

#include <smithy/buffer.h>
#include <smithy/http.h>

#include <curl/curl.h>

typedef struct curl_exchange {
    CURL *easy;
    const smithy_http_request *request;
    smithy_http_response *response;
    smithy_call *call;
    const curl_trust *trust;     /* NULL: not an https request, and no https proxy. */
    const curl_proxies *proxies; /* The transport's. */
    const curl_proxy *proxy;     /* The one that this request would go through; NULL: none. */
    struct curl_slist *header_lines;
    bool in_pieces;          /* The request's body is sent as libcurl asks for it. */
    size_t body_sent;        /* Of request->body.bytes or of its source. */
    smithy_buffer held;      /* A piece of it that waits until the answer, which has begun, was looked at. */
    int connection;          /* The socket that the request goes out on; -1: not known. */
    bool paused;             /* libcurl was told to wait with sending. */
    smithy_buffer collected; /* The body, unless the sink takes it. */
    size_t header_bytes;
    int64_t content_length; /* As the answer's header says; -1: it does not. */
    bool head_is_whole;     /* The blank line after the final status' headers came: what follows are trailers. */
    bool begun;             /* libcurl was about to send the request; see curl_exchange_has_begun. */
    bool resend_refused;    /* libcurl wanted to send the request a second time on its own. */
    bool address_refused;   /* An address of the host is none that the request allows. */
    smithy_status stopped;  /* Why one of our callbacks ended the exchange. */
    bool canceled;
    bool stalled;
    uint64_t moved; /* Bytes, in both directions, … */
    int64_t moved_at_ms;
    char message[CURL_ERROR_SIZE];
} curl_exchange;

/* curl_request.c: everything that libcurl must know before it performs. */
smithy_status curl_exchange_prepare(curl_exchange *exchange);
/* The connection, and the tunnel through a proxy, stand: what goes out from here on is the request. */
bool curl_exchange_has_begun(const curl_exchange *exchange);

/* curl_header_lines.c: the request's headers as libcurl takes them. */
smithy_status curl_exchange_add_headers(curl_exchange *exchange);

/* curl_run.c: performs, until it is done, canceled or stalled. */
CURLcode curl_exchange_run(curl_exchange *exchange, CURLM *multi);

/* curl_answer.c: what libcurl calls while the answer comes in, with the exchange as their context. */
size_t curl_exchange_on_header(char *line, size_t size, size_t count, void *context);
size_t curl_exchange_on_body(char *bytes, size_t size, size_t count, void *context);

/* curl_failure.c: what became of it: fills in the response, and the call's error. */
smithy_status curl_exchange_conclude(curl_exchange *exchange, CURLcode code);

/* Of a request's body, which may be empty. */
static inline int64_t curl_exchange_body_length(const smithy_body *body) {
    return body->read ? body->length : (int64_t)body->bytes.len;
}

#endif
