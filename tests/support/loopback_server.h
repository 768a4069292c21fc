/* An HTTP server on 127.0.0.1 in a thread, that plays a script: for each connection, a list of things to do. */
#ifndef TESTS_LOOPBACK_SERVER_H
#define TESTS_LOOPBACK_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

typedef enum loopback_step_kind {
    LOOPBACK_END = 0,    /* Of the script of a connection: it is closed. */
    LOOPBACK_READ,       /* One request, head and body (by its Content-Length); an Expect is answered by 100. */
    LOOPBACK_READ_HEAD,  /* Up to the blank line, with what else has come by then; an Expect is left waiting. */
    LOOPBACK_SEND,       /* `text`, of `len` bytes (0: strlen). */
    LOOPBACK_TRICKLE,    /* `text`, byte by byte with `ms` between. */
    LOOPBACK_WAIT,       /* `ms` */
    LOOPBACK_WAIT_EOF,   /* Until the client closes. */
    LOOPBACK_WAIT_CLOSE, /* The same, without reading; for `ms` at most, as a full window hides the close. */
    LOOPBACK_RESET       /* Closes with RST. */
} loopback_step_kind;

typedef struct loopback_step {
    loopback_step_kind kind;
    const char *text;
    size_t len;
    int ms;
} loopback_step;

#define LOOPBACK_MAX_REQUESTS 64
#define LOOPBACK_MAX_REQUEST  (1 << 16)

typedef struct loopback_server {
    int listener;
    int port;
    pthread_t thread;
    const loopback_step *const *connections; /* One script each, in the order of accepting. */
    size_t connection_count;
    atomic_int closed; /* Connections whose scripts were played to their ends. */
    /* What came, after loopback_server_stop. */
    char *requests[LOOPBACK_MAX_REQUESTS]; /* NUL-terminated; a body past 64 KiB is cut. */
    size_t request_count;
    size_t accepted;
    size_t left_over; /* Bytes that came while LOOPBACK_WAIT_EOF waited. */
} loopback_server;

void loopback_server_start(loopback_server *server, const loopback_step *const *connections, size_t count);
/* Ends the thread; what was not played is not. */
void loopback_server_stop(loopback_server *server);
void loopback_server_free(loopback_server *server);

#endif
