/* A transport that answers from a list, and keeps what it was asked. */
#ifndef TESTS_SCRIPTED_TRANSPORT_H
#define TESTS_SCRIPTED_TRANSPORT_H

#include "fake_system.h"

#include <smithy/http.h>

#define SCRIPT_MAX_REQUESTS 64

typedef struct scripted_answer {
    int status;
    const char *headers; /* "Name: value\nName: value"; NULL: none. */
    const char *body;    /* NULL: empty. */
    size_t body_len;     /* 0: strlen(body). */
    /* No whole answer: the failure, and what the transport knows of it. With a status, it broke inside of the body. */
    smithy_http_failure failure;
    bool sent;
    bool reused;
    int64_t takes_ms; /* The clocks move on by it. */
} scripted_answer;

typedef struct scripted_request {
    char *method;
    char *url;
    char *headers; /* "Name: value\n" each. */
    char *body;
    size_t body_len;
    int64_t at_mono_ms;
} scripted_request;

typedef struct scripted_transport {
    smithy_transport base; /* Hand out &transport.base. */
    fake_system *fake;
    const scripted_answer *answers; /* A request past the last one fails to connect. */
    size_t answer_count;
    scripted_request requests[SCRIPT_MAX_REQUESTS];
    size_t request_count;
    int drops; /* Calls of drop_idle. */
    /* Optional: sees each request before its answer. */
    void (*on_request)(void *context, const smithy_http_request *request, size_t index);
    void *on_request_context;
} scripted_transport;

void scripted_transport_init(scripted_transport *transport, fake_system *fake, const scripted_answer *answers,
                             size_t count);
void scripted_transport_deinit(scripted_transport *transport);

/* The value of a header of request number `index`, in memory that the next call reuses; NULL where it has none. */
const char *scripted_request_header(const scripted_transport *transport, size_t index, const char *name);

#endif
