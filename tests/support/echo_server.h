/* An HTTP server on 127.0.0.1 that answers every request on every connection, all at once, until it is stopped. */
#ifndef TESTS_ECHO_SERVER_H
#define TESTS_ECHO_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

typedef struct echo_server {
    int listener;
    int port;
    pthread_t thread;
    atomic_int accepted;
    atomic_int answered;
    atomic_int open;
} echo_server;

/* The answer is "200 OK" with the body "hi". */
void echo_server_start(echo_server *server);
/* Waits until its clients have closed all connections. */
void echo_server_stop(echo_server *server);

#endif
