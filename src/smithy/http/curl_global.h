/* What libcurl shares with the whole process. Private to the libcurl transport. */
#ifndef SMITHY_HTTP_CURL_GLOBAL_H
#define SMITHY_HTTP_CURL_GLOBAL_H

#include <signal.h>
#include <stdbool.h>

/* False when libcurl cannot be initialized. */
bool curl_global_ready(void);

/* Keeps SIGPIPE from this thread while TLS libraries write to sockets that may be closed. */
typedef struct sigpipe_guard {
    sigset_t before;
    bool was_pending;
} sigpipe_guard;
sigpipe_guard sigpipe_guard_begin(void);
void sigpipe_guard_end(const sigpipe_guard *guard);

#endif
