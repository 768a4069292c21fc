#include "sigv4_internal.h"

#include <pthread.h>

#define CACHED_KEYS     8
#define MAX_SECRET_SIZE 512

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

static smithy_status hmac_step(uint8_t key[SMITHY_SHA256_SIZE], smithy_str text) {
    uint8_t next[SMITHY_SHA256_SIZE];
    const smithy_status status = smithy_hmac_sha256(key, SMITHY_SHA256_SIZE, text.ptr, text.len, next);
    if (status == SMITHY_OK) memcpy(key, next, sizeof next);
    smithy_cleanse(next, sizeof next);
    return status;
}

static smithy_status derive(const smithy_signing *signing, smithy_str day, uint8_t key[SMITHY_SHA256_SIZE]) {
    const smithy_str secret = signing->credentials->secret_access_key;
    char start[4 + MAX_SECRET_SIZE] = {'A', 'W', 'S', '4'};
    if (secret.len == 0 || secret.len > MAX_SECRET_SIZE) return SMITHY_ERROR_CREDENTIALS;
    memcpy(start + 4, secret.ptr, secret.len);
    smithy_status status = smithy_hmac_sha256(start, 4 + secret.len, day.ptr, day.len, key);
    smithy_cleanse(start, sizeof start);
    if (status == SMITHY_OK) status = hmac_step(key, signing->region);
    if (status == SMITHY_OK) status = hmac_step(key, signing->service);
    if (status == SMITHY_OK) status = hmac_step(key, SMITHY_STR("aws4_request"));
    return status;
}

/* ---- the cache ---- */

static smithy_status hash_part(smithy_sha256_state *state, smithy_str text) {
    const uint64_t len = text.len; /* Ahead of each text, so that no two lists of parts look the same. */
    SMITHY_TRY(smithy_sha256_update(state, &len, sizeof len));
    return smithy_sha256_update(state, text.ptr, text.len);
}

static smithy_status identify(const smithy_signing *signing, smithy_str day, uint8_t id[SMITHY_SHA256_SIZE]) {
    smithy_sha256_state state;
    SMITHY_TRY(smithy_sha256_init(&state));
    smithy_status status = hash_part(&state, signing->credentials->secret_access_key);
    if (status == SMITHY_OK) status = hash_part(&state, day);
    if (status == SMITHY_OK) status = hash_part(&state, signing->region);
    if (status == SMITHY_OK) status = hash_part(&state, signing->service);
    if (status == SMITHY_OK) return smithy_sha256_final(&state, id);
    smithy_sha256_deinit(&state);
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

smithy_status smithy_sigv4_key(const smithy_signing *signing, uint8_t key[SMITHY_SHA256_SIZE]) {
    char date[SMITHY_TIME_TEXT_SIZE];
    SMITHY_TRY(sigv4_date(signing, date));
    const smithy_str day = {date, 8};
    if (!signing->cache) return derive(signing, day, key);
    uint8_t id[SMITHY_SHA256_SIZE];
    SMITHY_TRY(identify(signing, day, id));
    if (look_up(signing->cache, id, key)) return SMITHY_OK;
    SMITHY_TRY(derive(signing, day, key));
    remember(signing->cache, id, key);
    return SMITHY_OK;
}
