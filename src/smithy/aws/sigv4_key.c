#include "sigv4_internal.h"

#include <pthread.h>

#define CACHED_KEYS     8
#define MAX_SECRET_SIZE 512
#define MAX_PARTS_SIZE  1024

/* A key is found by the digest of all that it is derived from, so that no secret is kept beside it. */
typedef struct cached_key {
    bool used;
    uint8_t id[SMITHY_SHA256_SIZE];
    uint8_t key[SMITHY_SHA256_SIZE];
} cached_key;

struct smithy_signing_cache {
    const smithy_system *system;
    pthread_mutex_t lock;
    size_t next; /* The entry that is replaced next. */
    cached_key keys[CACHED_KEYS];
};

smithy_signing_cache *smithy_signing_cache_create(const smithy_system *system) {
    if (!system) system = smithy_system_default();
    smithy_signing_cache *cache = system->resize(system->context, NULL, sizeof *cache);
    if (!cache) return NULL;
    *cache = (smithy_signing_cache){.system = system};
    if (pthread_mutex_init(&cache->lock, NULL) == 0) return cache;
    system->resize(system->context, cache, 0);
    return NULL;
}

void smithy_signing_cache_destroy(smithy_signing_cache *cache) {
    if (!cache) return;
    const smithy_system *system = cache->system;
    pthread_mutex_destroy(&cache->lock);
    smithy_cleanse(cache, sizeof *cache);
    system->resize(system->context, cache, 0);
}

/* ---- derivation ---- */

static smithy_status hmac_step(smithy_sha256_state *sha, uint8_t key[SMITHY_SHA256_SIZE], smithy_str text) {
    uint8_t next[SMITHY_SHA256_SIZE];
    const smithy_status status = smithy_hmac_sha256_with(sha, key, SMITHY_SHA256_SIZE, text.ptr, text.len, next);
    if (status == SMITHY_OK) memcpy(key, next, sizeof next);
    smithy_cleanse(next, sizeof next);
    return status;
}

static smithy_status derive(const smithy_signing *signing, smithy_str day, smithy_sha256_state *sha,
                            uint8_t key[SMITHY_SHA256_SIZE]) {
    const smithy_str secret = signing->credentials->secret_access_key;
    char start[4 + MAX_SECRET_SIZE] = {'A', 'W', 'S', '4'};
    if (secret.len == 0 || secret.len > MAX_SECRET_SIZE) return SMITHY_ERROR_CREDENTIALS;
    memcpy(start + 4, secret.ptr, secret.len);
    smithy_status status = smithy_hmac_sha256_with(sha, start, 4 + secret.len, day.ptr, day.len, key);
    smithy_cleanse(start, sizeof start);
    if (status == SMITHY_OK) status = hmac_step(sha, key, signing->region);
    if (status == SMITHY_OK) status = hmac_step(sha, key, signing->service);
    if (status == SMITHY_OK) status = hmac_step(sha, key, SMITHY_STR("aws4_request"));
    return status;
}

/* ---- the cache ---- */

/* A part with its length ahead, so that no two lists of parts look the same. */
static bool put_part(uint8_t *parts, size_t *len, smithy_str text) {
    const uint64_t text_len = text.len;
    if (text.len > MAX_PARTS_SIZE || *len + sizeof text_len + text.len > MAX_PARTS_SIZE) return false;
    memcpy(parts + *len, &text_len, sizeof text_len);
    if (text.len) memcpy(parts + *len + sizeof text_len, text.ptr, text.len);
    *len += sizeof text_len + text.len;
    return true;
}

/* *fits: false for names of a length that nothing real has; their keys are not kept. */
static smithy_status identify(const smithy_signing *signing, smithy_str day, smithy_sha256_state *sha,
                              uint8_t id[SMITHY_SHA256_SIZE], bool *fits) {
    uint8_t parts[MAX_PARTS_SIZE];
    size_t len = 0;
    *fits = put_part(parts, &len, signing->credentials->secret_access_key) && put_part(parts, &len, day) &&
            put_part(parts, &len, signing->region) && put_part(parts, &len, signing->service);
    const smithy_status status = *fits ? smithy_sha256_with(sha, parts, len, id) : SMITHY_OK;
    smithy_cleanse(parts, len);
    return status;
}

static bool look_up(smithy_signing_cache *cache, const uint8_t id[SMITHY_SHA256_SIZE],
                    uint8_t key[SMITHY_SHA256_SIZE]) {
    bool found = false;
    pthread_mutex_lock(&cache->lock);
    for (size_t i = 0; i < CACHED_KEYS && !found; i++) {
        const cached_key *entry = &cache->keys[i];
        found = entry->used && memcmp(entry->id, id, sizeof entry->id) == 0;
        if (found) memcpy(key, entry->key, sizeof entry->key);
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

static void remember(smithy_signing_cache *cache, const uint8_t id[SMITHY_SHA256_SIZE],
                     const uint8_t key[SMITHY_SHA256_SIZE]) {
    pthread_mutex_lock(&cache->lock);
    cached_key *entry = &cache->keys[cache->next];
    cache->next = (cache->next + 1) % CACHED_KEYS;
    entry->used = true;
    memcpy(entry->id, id, sizeof entry->id);
    memcpy(entry->key, key, sizeof entry->key);
    pthread_mutex_unlock(&cache->lock);
}

smithy_status sigv4_key(const smithy_signing *signing, smithy_sha256_state *sha, uint8_t key[SMITHY_SHA256_SIZE]) {
    char date[SMITHY_TIME_TEXT_SIZE];
    uint8_t id[SMITHY_SHA256_SIZE];
    bool is_cached = signing->cache != NULL;
    SMITHY_TRY(sigv4_date(signing, date));
    const smithy_str day = {date, 8};
    if (is_cached) SMITHY_TRY(identify(signing, day, sha, id, &is_cached));
    if (is_cached && look_up(signing->cache, id, key)) return SMITHY_OK;
    SMITHY_TRY(derive(signing, day, sha, key));
    if (is_cached) remember(signing->cache, id, key);
    return SMITHY_OK;
}

smithy_status smithy_sigv4_key(const smithy_signing *signing, uint8_t key[SMITHY_SHA256_SIZE]) {
    smithy_sha256_state sha;
    SMITHY_TRY(smithy_sha256_init(&sha));
    const smithy_status status = sigv4_key(signing, &sha, key);
    smithy_sha256_deinit(&sha);
    return status;
}
