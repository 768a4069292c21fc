/* A libcurl transport, a call and a request for a loopback server: what the transport's tests set up. */
#ifndef TESTS_CURL_BENCH_H
#define TESTS_CURL_BENCH_H

#include "loopback_server.h"

#include <smithy/http.h>

/* Steps of a script. */
#define READ \
    { .kind = LOOPBACK_READ }
#define SEND(what) \
    { .kind = LOOPBACK_SEND, .text = (what) }
#define END \
    { .kind = LOOPBACK_END }

typedef struct bench {
    loopback_server server;
    smithy_transport *transport;
    smithy_call *call;
    char url[64];
    smithy_http_request request; /* GET /a//./../b?x=%20 */
    smithy_http_response response;
} bench;

void open_bench(bench *b, const loopback_step *const *connections, size_t count);
#define OPEN(b, connections) open_bench(b, connections, sizeof(connections) / sizeof(connections)[0])
smithy_status perform(bench *b);
/* Ends the server; its requests may be looked at then. */
void stop(bench *b);
void close_bench(bench *b);

#endif
