#include "client/bucket_regions.h"

#define MAX_BUCKET 63
#define MAX_REGION 31

struct known_bucket {
    char bucket[MAX_BUCKET + 1];
    char region[MAX_REGION + 1];
};

bool bucket_regions_init(bucket_regions *regions) {
    regions->items = NULL;
    regions->count = 0;
    return pthread_mutex_init(&regions->lock, NULL) == 0;
}

void bucket_regions_deinit(bucket_regions *regions, const smithy_system *system) {
    system->resize(system->context, regions->items, 0);
    pthread_mutex_destroy(&regions->lock);
}

/* NULL where there is none. The lock is held. */
static known_bucket *find(const bucket_regions *regions, smithy_str bucket) {
    const size_t held = regions->count < BUCKET_REGIONS_MAX ? regions->count : BUCKET_REGIONS_MAX;
    for (size_t i = 0; i < held; i++)
        if (smithy_str_equal(smithy_str_from(regions->items[i].bucket), bucket)) return &regions->items[i];
    return NULL;
}

smithy_str bucket_regions_find(bucket_regions *regions, smithy_str bucket, smithy_call *call) {
    char region[MAX_REGION + 1] = "";
    pthread_mutex_lock(&regions->lock);
    const known_bucket *known = find(regions, bucket);
    if (known) memcpy(region, known->region, sizeof region);
    pthread_mutex_unlock(&regions->lock);
    return region[0] ? smithy_call_copy(call, smithy_str_from(region)) : (smithy_str){0};
}

/* The entry to write to; NULL when memory is out. The lock is held. */
static known_bucket *take(bucket_regions *regions, const smithy_system *system) {
    if (!regions->items)
        regions->items = system->resize(system->context, NULL, BUCKET_REGIONS_MAX * sizeof *regions->items);
    return regions->items ? &regions->items[regions->count++ % BUCKET_REGIONS_MAX] : NULL;
}

void bucket_regions_note(bucket_regions *regions, smithy_str bucket, smithy_str region, const smithy_system *system) {
    if (bucket.len > MAX_BUCKET || region.len > MAX_REGION) return;
    pthread_mutex_lock(&regions->lock);
    known_bucket *entry = find(regions, bucket);
    if (!entry) entry = take(regions, system);
    if (entry) {
        *entry = (known_bucket){{0}, {0}};
        memcpy(entry->bucket, bucket.ptr, bucket.len);
        memcpy(entry->region, region.ptr, region.len);
    }
    pthread_mutex_unlock(&regions->lock);
}
