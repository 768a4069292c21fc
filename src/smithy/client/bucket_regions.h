/* The Regions of buckets that turned out to be elsewhere than their client: found out once, then gone to at once. */
#ifndef SMITHY_CLIENT_BUCKET_REGIONS_H
#define SMITHY_CLIENT_BUCKET_REGIONS_H

#include <smithy/call.h>

#include <pthread.h>

#define BUCKET_REGIONS_MAX 64 /* The one that was noted first makes room. */

typedef struct known_bucket known_bucket;

/* Shareable between threads. Takes memory with its first entry. */
typedef struct bucket_regions {
    pthread_mutex_t lock;
    known_bucket *items;
    size_t count; /* Ever noted. */
} bucket_regions;

bool bucket_regions_init(bucket_regions *regions);
void bucket_regions_deinit(bucket_regions *regions, const smithy_system *system);

/* In the call's arena; absent for a bucket that is not known. */
smithy_str bucket_regions_find(bucket_regions *regions, smithy_str bucket, smithy_call *call);
/* A bucket that does not fit, or for which there is no memory, is not kept: its next request finds out again. */
void bucket_regions_note(bucket_regions *regions, smithy_str bucket, smithy_str region, const smithy_system *system);

#endif
