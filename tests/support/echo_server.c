#include "echo_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

typedef struct connection {
    echo_server *server;
    int fd;
} connection;

static void need(int condition, const char *what) {
    if (condition) return;
    perror(what);
    abort();
}

/* Requests have no bodies here. */
static void *serve_connection(void *context) {
    connection *self = context;
    char text[8192];
    size_t len = 0;
    for (ssize_t got; (got = recv(self->fd, text + len, sizeof text - 1 - len, 0)) > 0;) {
        len += (size_t)got;
        text[len] = '\0';
        if (!strstr(text, "\r\n\r\n")) continue;
        len = 0;
        atomic_fetch_add(&self->server->answered, 1);
        if (send(self->fd, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL) < 0) break;
    }
    close(self->fd);
    atomic_fetch_sub(&self->server->open, 1);
    free(self);
    return NULL;
}

static void *serve(void *context) {
    echo_server *server = context;
    for (int fd; (fd = accept(server->listener, NULL, NULL)) >= 0;) {
        pthread_t thread;
        connection *self = malloc(sizeof *self);
        need(self != NULL, "malloc");
        *self = (connection){server, fd};
        atomic_fetch_add(&server->accepted, 1);
        atomic_fetch_add(&server->open, 1);
        need(pthread_create(&thread, NULL, serve_connection, self) == 0, "pthread_create");
        pthread_detach(thread);
    }
    return NULL;
}

void echo_server_start(echo_server *server) {
    memset(server, 0, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(server->listener >= 0, "socket");
    need(bind(server->listener, (const struct sockaddr *)&address, sizeof address) == 0, "bind");
    need(listen(server->listener, 64) == 0, "listen");
    need(getsockname(server->listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
    server->port = ntohs(address.sin_port);
    need(pthread_create(&server->thread, NULL, serve, server) == 0, "pthread_create");
}

void echo_server_stop(echo_server *server) {
    const struct timespec pause = {0, 1000000};
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    while (atomic_load(&server->open) > 0) nanosleep(&pause, NULL);
}
