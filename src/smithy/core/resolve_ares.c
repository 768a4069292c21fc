/* Addresses of a host by c-ares, for a static program: glibc's own look-up would load what the system has of it. */
#include "core/process.h"

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/select.h>
#include <sys/socket.h>

typedef struct answer {
    smithy_address *addresses;
    size_t max, count;
    smithy_status status;
} answer;

static bool read_address(const struct ares_addrinfo_node *node, smithy_address *address) {
    *address = (smithy_address){.is_v6 = node->ai_family == AF_INET6};
    if (node->ai_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, node->ai_addr, sizeof v6);
        memcpy(address->bytes, &v6.sin6_addr, sizeof v6.sin6_addr);
        return true;
    }
    if (node->ai_family != AF_INET) return false;
    struct sockaddr_in v4;
    memcpy(&v4, node->ai_addr, sizeof v4);
    memcpy(address->bytes, &v4.sin_addr, sizeof v4.sin_addr);
    return true;
}

static smithy_status status_of(int code) {
    if (code == ARES_SUCCESS) return SMITHY_OK;
    return code == ARES_ENOMEM ? SMITHY_ERROR_MEMORY : SMITHY_ERROR_TRANSPORT;
}

static void on_answer(void *user, int code, int timeouts, struct ares_addrinfo *found) {
    (void)timeouts;
    answer *a = user;
    a->status = status_of(code);
    for (const struct ares_addrinfo_node *node = found ? found->nodes : NULL; node && a->status == SMITHY_OK;
         node = node->ai_next) {
        smithy_address address;
        if (!read_address(node, &address)) continue;
        if (a->count == a->max)
            a->status = SMITHY_ERROR_LIMIT;
        else
            a->addresses[a->count++] = address;
    }
    if (found) ares_freeaddrinfo(found);
}

/* Until every query is answered, or c-ares' own timeouts gave it up. */
static void wait(ares_channel channel) {
    for (;;) {
        fd_set readable, writable;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        const int sockets = ares_fds(channel, &readable, &writable);
        if (sockets == 0) return;
        struct timeval room;
        const int ready = select(sockets, &readable, &writable, NULL, ares_timeout(channel, NULL, &room));
        if (ready < 0) {
            FD_ZERO(&readable);
            FD_ZERO(&writable);
        }
        ares_process(channel, &readable, &writable);
    }
}

smithy_status smithy_host_resolve(void *context, const char *host, smithy_address *addresses, size_t max,
                                  size_t *count) {
    (void)context;
    *count = 0;
    ares_channel channel;
    const int failed = ares_init(&channel);
    if (failed) return status_of(failed);
    const struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    answer a = {.addresses = addresses, .max = max, .status = SMITHY_ERROR_TRANSPORT};
    ares_getaddrinfo(channel, host, NULL, &hints, on_answer, &a);
    wait(channel);
    ares_destroy(channel);
    *count = a.count;
    return a.status == SMITHY_OK && a.count == 0 ? SMITHY_ERROR_TRANSPORT : a.status;
}
