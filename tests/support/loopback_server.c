#define _GNU_SOURCE /* POLLRDHUP */
#include "loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void need(int condition, const char *what) {
    if (condition) return;
    perror(what);
    abort();
}

static void wait_ms(int ms) {
    const struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* ---- requests ---- */

static size_t content_length(const char *head) {
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, "content-length:", 15) == 0) return (size_t)strtoul(line + 17, NULL, 10);
    return 0;
}

static size_t read_more(int fd, char *text, size_t len) {
    char scratch[4096];
    const ssize_t got = recv(fd, scratch, sizeof scratch, 0);
    if (got <= 0) return 0;
    for (ssize_t i = 0; i < got && len + (size_t)i < LOOPBACK_MAX_REQUEST - 1; i++) text[len + (size_t)i] = scratch[i];
    return (size_t)got;
}

static char *next_request(loopback_server *server) {
    need(server->request_count < LOOPBACK_MAX_REQUESTS, "too many requests");
    char *text = calloc(1, LOOPBACK_MAX_REQUEST);
    need(text != NULL, "calloc");
    server->requests[server->request_count++] = text;
    return text;
}

static void read_head(loopback_server *server, int fd) {
    char *text = next_request(server);
    for (size_t len = 0, got = 1; got > 0 && !strstr(text, "\r\n\r\n"); len += got) got = read_more(fd, text, len);
}

static void read_request(loopback_server *server, int fd) {
    char *text = next_request(server);
    size_t len = 0, wanted = 0;
    while (wanted == 0 || len < wanted) {
        const size_t got = read_more(fd, text, len);
        if (got == 0) return;
        len += got;
        const char *end = strstr(text, "\r\n\r\n");
        if (wanted == 0 && end) {
            wanted = (size_t)(end - text) + 4 + content_length(text);
            if (strstr(text, "100-continue")) (void)!send(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
        }
    }
}

/* ---- steps ---- */

static void send_all(int fd, const char *text, size_t len) {
    while (len) {
        const ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent <= 0) return;
        text += sent;
        len -= (size_t)sent;
    }
}

static void wait_for_eof(loopback_server *server, int fd) {
    char scratch[4096];
    for (ssize_t got; (got = recv(fd, scratch, sizeof scratch, 0)) > 0;) server->left_over += (size_t)got;
}

static void wait_for_close(int fd, int ms) {
    struct pollfd watched = {.fd = fd, .events = POLLRDHUP};
    poll(&watched, 1, ms);
}

static void play_step(loopback_server *server, int fd, const loopback_step *step) {
    const size_t len = step->len ? step->len : step->text ? strlen(step->text) : 0;
    const struct linger abrupt = {1, 0};
    switch (step->kind) {
    case LOOPBACK_END: break;
    case LOOPBACK_READ: read_request(server, fd); break;
    case LOOPBACK_READ_HEAD: read_head(server, fd); break;
    case LOOPBACK_SEND: send_all(fd, step->text, len); break;
    case LOOPBACK_TRICKLE:
        for (size_t i = 0; i < len; i++) {
            send_all(fd, step->text + i, 1);
            wait_ms(step->ms);
        }
        break;
    case LOOPBACK_WAIT: wait_ms(step->ms); break;
    case LOOPBACK_WAIT_EOF: wait_for_eof(server, fd); break;
    case LOOPBACK_WAIT_CLOSE: wait_for_close(fd, step->ms); break;
    case LOOPBACK_RESET: setsockopt(fd, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt); break;
    }
}

static void *serve(void *context) {
    loopback_server *server = context;
    for (size_t i = 0; i < server->connection_count; i++) {
        const int fd = accept(server->listener, NULL, NULL);
        if (fd < 0) return NULL; /* Stopped. */
        server->accepted++;
        for (const loopback_step *step = server->connections[i]; step->kind != LOOPBACK_END; step++)
            play_step(server, fd, step);
        close(fd);
        atomic_fetch_add(&server->closed, 1);
    }
    return NULL;
}

/* ---- life ---- */

void loopback_server_start(loopback_server *server, const loopback_step *const *connections, size_t count) {
    *server = (loopback_server){.connections = connections, .connection_count = count};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(server->listener >= 0, "socket");
    need(bind(server->listener, (const struct sockaddr *)&address, sizeof address) == 0, "bind");
    need(listen(server->listener, 16) == 0, "listen");
    need(getsockname(server->listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
    server->port = ntohs(address.sin_port);
    need(pthread_create(&server->thread, NULL, serve, server) == 0, "pthread_create");
}

void loopback_server_stop(loopback_server *server) {
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}

void loopback_server_free(loopback_server *server) {
    for (size_t i = 0; i < server->request_count; i++) free(server->requests[i]);
    server->request_count = 0;
}
