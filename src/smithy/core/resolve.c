#include "core/process.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

static bool read_address(const struct addrinfo *info, smithy_address *address) {
    *address = (smithy_address){.is_v6 = info->ai_family == AF_INET6};
    if (info->ai_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, info->ai_addr, sizeof v6);
        memcpy(address->bytes, &v6.sin6_addr, sizeof v6.sin6_addr);
        return true;
    }
    if (info->ai_family != AF_INET) return false;
    struct sockaddr_in v4;
    memcpy(&v4, info->ai_addr, sizeof v4);
    memcpy(address->bytes, &v4.sin_addr, sizeof v4.sin_addr);
    return true;
}

smithy_status smithy_host_resolve(void *context, const char *host, smithy_address *addresses, size_t max,
                                  size_t *count) {
    (void)context;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    *count = 0;
    const int failed = getaddrinfo(host, NULL, &hints, &found);
    if (failed == EAI_MEMORY) return SMITHY_ERROR_MEMORY;
    if (failed) return SMITHY_ERROR_TRANSPORT;
    smithy_status status = SMITHY_OK;
    for (const struct addrinfo *info = found; info && status == SMITHY_OK; info = info->ai_next) {
        smithy_address address;
        if (!read_address(info, &address)) continue;
        if (*count == max)
            status = SMITHY_ERROR_LIMIT;
        else
            addresses[(*count)++] = address;
    }
    freeaddrinfo(found);
    return status == SMITHY_OK && *count == 0 ? SMITHY_ERROR_TRANSPORT : status;
}
