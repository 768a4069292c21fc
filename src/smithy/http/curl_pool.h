/* Connections between requests. Private to the libcurl transport. */
#ifndef SMITHY_HTTP_CURL_POOL_H
#define SMITHY_HTTP_CURL_POOL_H

#include <smithy/system.h>

#include <curl/curl.h>
#include <stdatomic.h>
#include <sys/types.h>

/* What one request at a time runs on: a handle and the few connections that it made, to one host or several. */
typedef struct curl_lane {
    CURLM *multi;
    CURL *easy;
    pid_t process; /* Whose connections they are. */
    int64_t idle_since_ms;
} curl_lane;

#define CURL_POOL_SIZE 16

/* The lanes that nobody uses. Taken from the front, so that one thread keeps to one lane. Without a lock: a fork in one
 * thread never leaves the child with one that another thread held. */
typedef struct curl_pool {
    const smithy_system *system;
    _Atomic(curl_lane *) idle[CURL_POOL_SIZE];
} curl_pool;

void curl_pool_init(curl_pool *pool, const smithy_system *system);
/* A lane whose connections are fresh enough to be tried, else a new one; NULL when memory is out. */
curl_lane *curl_pool_take(curl_pool *pool);
void curl_pool_give_back(curl_pool *pool, curl_lane *lane);
void curl_pool_drop_idle(curl_pool *pool);
/* Closes the connections of a lane that was taken. */
void curl_pool_close(curl_pool *pool, curl_lane *lane);

#endif
