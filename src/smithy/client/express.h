/* Sessions of S3 Express One Zone: one for each bucket and set of keys, which its requests are signed with. */
#ifndef SMITHY_CLIENT_EXPRESS_H
#define SMITHY_CLIENT_EXPRESS_H

#include <smithy/credentials.h>

#include <pthread.h>

typedef struct express_session express_session;

/* Shareable between threads. Takes memory with its first session. */
typedef struct express_sessions {
    pthread_mutex_t lock;
    express_session *items;
    size_t count; /* Ever kept. */
} express_sessions;

bool express_sessions_init(express_sessions *sessions);
/* Overwrites the keys. */
void express_sessions_deinit(express_sessions *sessions, const smithy_system *system);

#endif
