/* Transfers to and from an S3 in memory; time is a fake's, in one thread. */
#ifndef TESTS_TRANSFER_BENCH_H
#define TESTS_TRANSFER_BENCH_H

#include "fake_system.h"
#include "memory_s3.h"

#include <s3_transfer/s3_transfer.h>

#define PART  ((size_t)5 * 1024 * 1024)
#define THREE ((size_t)12 * 1024 * 1024) /* Bytes of three parts. */

typedef struct transfer_bench {
    fake_system fake;
    memory_s3 s3;
    smithy_call *call;
    s3_client *client;
    s3_transfer_result result;
} transfer_bench;

void transfer_bench_open(transfer_bench *bench);
/* Fails when memory was not given back. */
void transfer_bench_close(transfer_bench *bench);

/* The same bytes each time, and no two parts of them alike; THREE of them. */
const uint8_t *transfer_bytes(void);

/* Parts of 5 MiB, in one thread. */
extern const s3_transfer_options ONE_THREAD;

#endif
