#include "curl_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

void open_bench(bench *b, const loopback_step *const *connections, size_t count) {
    *b = (bench){.call = smithy_call_create(NULL)};
    assert_non_null(b->call);
    loopback_server_start(&b->server, connections, count);
    b->transport = smithy_curl_transport_create(NULL, b->call);
    assert_non_null(b->transport);
    snprintf(b->url, sizeof b->url, "http://127.0.0.1:%d/a//./../b?x=%%20", b->server.port);
    b->request =
        (smithy_http_request){.method = SMITHY_STR_INIT("GET"), .url = smithy_str_from(b->url), .no_proxy = true};
}

smithy_status perform(bench *b) {
    smithy_call_clear_error(b->call);
    return b->transport->perform(b->transport, &b->request, &b->response, b->call);
}

void stop(bench *b) {
    smithy_transport_destroy(b->transport);
    b->transport = NULL;
    loopback_server_stop(&b->server);
}

void close_bench(bench *b) {
    if (b->transport) stop(b);
    loopback_server_free(&b->server);
    smithy_call_destroy(b->call);
}
