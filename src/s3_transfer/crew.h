/* Threads that work off one list together, and stop at the first failure. */
#ifndef S3_TRANSFER_CREW_H
#define S3_TRANSFER_CREW_H

#include <smithy/call.h>

#include <pthread.h>

#define CREW_MAX 32

typedef struct transfer_crew transfer_crew;

typedef struct crew_member {
    transfer_crew *crew;
    smithy_call *call; /* Its own: follows the leader's deadline and cancellation. */
    uint8_t *buffer;   /* Its own; NULL until crew_buffer. */
    size_t buffer_size;
    pthread_t thread;
} crew_member;

struct transfer_crew {
    pthread_mutex_t lock; /* Around all that members share. */
    pthread_cond_t moved; /* Something that others wait for has come; or one has failed. */
    smithy_call *leader;  /* The caller's; touched under the lock alone, while others are at work. */
    const smithy_system *system;
    smithy_status status; /* Of the first that failed. */
    smithy_error error;
    crew_member members[CREW_MAX];
    int count;
    smithy_status (*work)(void *context, crew_member *member);
    void *context;
};

/* Runs `work` with `threads` members at once, the caller's thread among them; with fewer where threads cannot be had.
 * Answers when all have returned; the first failure is the leader's error then. */
smithy_status crew_run(transfer_crew *crew, int threads, smithy_call *leader,
                       smithy_status (*work)(void *context, crew_member *member), void *context);

/* At least `size` bytes at member->buffer, which crew_run frees; what was in it is lost where it grows. */
smithy_status crew_buffer(crew_member *member, size_t size);

void crew_lock(transfer_crew *crew);
void crew_unlock(transfer_crew *crew);
/* One has failed: the others need not go on. The lock is held. */
bool crew_is_over(const transfer_crew *crew);

#endif
