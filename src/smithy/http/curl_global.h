/* What libcurl shares with the whole process. Private to the libcurl transport. */
#ifndef SMITHY_HTTP_CURL_GLOBAL_H
#define SMITHY_HTTP_CURL_GLOBAL_H

#include <signal.h>
#include <stdbool.h>

/* False when libcurl cannot be initialized. */
bool curl_global_ready(void);

/* Around what libcurl does: this thread gets no SIGPIPE of TLS libraries that write to closed sockets, and finds none
 * of their complaints in OpenSSL's queue of errors afterwards. */
typedef struct curl_guard {
    sigset_t before;
    bool was_pending;
} curl_guard;
curl_guard curl_guard_begin(void);
void curl_guard_end(const curl_guard *guard);

#endif
