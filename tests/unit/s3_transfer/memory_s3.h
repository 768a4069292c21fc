/* An S3 of one object, in memory, as a transport: it does what it is asked, checks what it gets, and fails on demand.
 */
#ifndef TESTS_MEMORY_S3_H
#define TESTS_MEMORY_S3_H

#include <smithy/http.h>

#include <pthread.h>

#define MEMORY_S3_MAX_PARTS  10001
#define MEMORY_S3_MAX_FAULTS 16

typedef enum memory_op {
    MEMORY_PUT,
    MEMORY_CREATE,
    MEMORY_PART,
    MEMORY_COMPLETE,
    MEMORY_ABORT,
    MEMORY_HEAD,
    MEMORY_GET,
    MEMORY_OPS
} memory_op;

typedef enum memory_fault_kind {
    MEMORY_REFUSE,      /* 500, and nothing was done. */
    MEMORY_DENY,        /* 403 */
    MEMORY_LOSE,        /* It was done, and no answer comes. */
    MEMORY_BREAK,       /* GET: the body breaks off after `at` bytes. */
    MEMORY_TOO_LONG,    /* GET: one byte more than was asked for. */
    MEMORY_ANOTHER,     /* GET: the range before the one that was asked for. */
    MEMORY_IGNORE,      /* GET: the whole object, whatever range was asked for. */
    MEMORY_FLIP,        /* GET: one bit is another one. */
    MEMORY_REPLACE,     /* The object is another one from here on. */
    MEMORY_ERROR_IN_200 /* COMPLETE: 200, and an error in the body. */
} memory_fault_kind;

typedef struct memory_fault {
    memory_op op;
    int nth; /* Request of that kind, from 1; 0: each. */
    memory_fault_kind kind;
    size_t at;
} memory_fault;

typedef struct memory_part {
    uint8_t *bytes;
    size_t len;
} memory_part;

typedef struct memory_s3 {
    smithy_transport base; /* Hand out &s3.base. */
    pthread_mutex_t lock;
    bool exists;
    uint8_t *bytes;
    size_t len;
    char etag[80];
    char nonce[64]; /* Its metadata "upload-nonce". */
    char content_type[64];
    bool lingers;        /* Parts and ranges take a while, so that they meet. */
    bool keeps_checksum; /* HEAD tells the object's CRC32. */
    bool is_open;        /* The upload in parts. */
    char open_nonce[64];
    memory_part parts[MEMORY_S3_MAX_PARTS];
    int counts[MEMORY_OPS];
    int at_work, most_at_work; /* Parts and ranges on their way at once. */
    size_t longest_part;
    memory_fault faults[MEMORY_S3_MAX_FAULTS];
    size_t fault_count;
    void (*on_request)(void *context, memory_op op, int nth);
    void *context;
} memory_s3;

void memory_s3_init(memory_s3 *s3);
void memory_s3_deinit(memory_s3 *s3);
void memory_s3_put(memory_s3 *s3, const void *bytes, size_t len);
void memory_s3_fail(memory_s3 *s3, memory_op op, int nth, memory_fault_kind kind, size_t at);

#endif
