/* Asks one URL by the libcurl transport, and says what became of it: status, HTTP status, failure, message. What the
 * tests with real servers of TLS and with proxies run.
 *
 *   fetch URL [METHOD [BODY-BYTES]] */
#include <smithy/http.h>

#include <stdio.h>
#include <stdlib.h>

static const char *const FAILURES[] = {"none",    "resolve", "connect",  "tls",      "trust",     "send",
                                       "receive", "timeout", "deadline", "canceled", "too large", "local"};

static int fetch(const char *url, const char *method, size_t body_len, smithy_call *call) {
    uint8_t *body = calloc(body_len + 1, 1);
    smithy_http_response response = {0};
    smithy_transport *transport = smithy_curl_transport_create(NULL, call);
    const smithy_http_request request = {
        .method = smithy_str_from(method), .url = smithy_str_from(url), .body = {.bytes = {body, body_len}}};
    smithy_status status = smithy_call_status(call);
    if (transport && body) status = transport->perform(transport, &request, &response, call);
    printf("%s\n%d\n%s\n%d\n%s\n", smithy_status_name(status), response.status, FAILURES[response.failure],
           response.sent, smithy_call_error(call)->message);
    smithy_transport_destroy(transport);
    free(body);
    return status == SMITHY_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.timeout_ms = 20000});
    if (!call) return 2;
    const size_t body_len = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 0;
    const int result = fetch(argv[1], argc > 2 ? argv[2] : "GET", body_len, call);
    smithy_call_destroy(call);
    return result;
}
