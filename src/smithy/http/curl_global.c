#include "curl_global.h"

#include <curl/curl.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

/* libcurl's own initialization is once in a process, and for libcurl before 7.84 not thread-safe by itself. */
static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static bool global_is_ready = false;

static void initialize(void) {
    global_is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

bool curl_global_ready(void) {
    return pthread_once(&global_once, initialize) == 0 && global_is_ready;
}

static void only_sigpipe(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

curl_guard curl_guard_begin(void) {
    curl_guard guard = {.was_pending = false};
    sigset_t sigpipe, pending;
    only_sigpipe(&sigpipe);
    pthread_sigmask(SIG_BLOCK, &sigpipe, &guard.before);
    /* One that waits already is not ours; only where the program blocks it one can. */
    if (sigismember(&guard.before, SIGPIPE) == 1 && sigpending(&pending) == 0)
        guard.was_pending = sigismember(&pending, SIGPIPE) == 1;
    ERR_set_mark();
    return guard;
}

void curl_guard_end(const curl_guard *guard) {
    sigset_t sigpipe;
    ERR_pop_to_mark();
    only_sigpipe(&sigpipe);
    const struct timespec no_wait = {0, 0};
    if (!guard->was_pending) sigtimedwait(&sigpipe, NULL, &no_wait); /* Ours, if there is one: take it away. */
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
