#include "sigv4_internal.h"

#include <pthread.h>

#define CACHED_KEYS     8
#define MAX_SECRET_SIZE 512
#define MAX_PARTS_SIZE  256

/* All that a key is derived from, one after another with their lengths. The secret among them is no more of one than
 * the key, and both are overwritten in the end; its hash instead would cost a tenth of a signature. */
typedef struct key_parts {
    size_t len;
    uint8_t bytes[MAX_PARTS_SIZE];
} key_parts;

typedef struct cached_key {
    key_parts parts; /* Of no length: nothing is here. */
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
static bool put_part(key_parts *parts, smithy_str text) {
    const uint64_t text_len = text.len;
    if (text.len > MAX_PARTS_SIZE || parts->len + sizeof text_len + text.len > MAX_PARTS_SIZE) return false;
    memcpy(parts->bytes + parts->len, &text_len, sizeof text_len);
    if (text.len) memcpy(parts->bytes + parts->len + sizeof text_len, text.ptr, text.len);
    parts->len += sizeof text_len + text.len;
    return true;
}

/* false for names of a length that nothing real has; their keys are not kept. */
static bool put_parts(key_parts *parts, const smithy_signing *signing, smithy_str day) {
    parts->len = 0;
    return put_part(parts, signing->credentials->secret_access_key) && put_part(parts, day) &&
           put_part(parts, signing->region) && put_part(parts, signing->service);
}

static bool look_up(smithy_signing_cache *cache, const key_parts *parts, uint8_t key[SMITHY_SHA256_SIZE]) {
    bool found = false;
    pthread_mutex_lock(&cache->lock);
    for (size_t i = 0; i < CACHED_KEYS && !found; i++) {
        const cached_key *entry = &cache->keys[i];
        found = entry->parts.len == parts->len && memcmp(entry->parts.bytes, parts->bytes, parts->len) == 0;
        if (found) memcpy(key, entry->key, sizeof entry->key);
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

static void remember(smithy_signing_cache *cache, const key_parts *parts, const uint8_t key[SMITHY_SHA256_SIZE]) {
    pthread_mutex_lock(&cache->lock);
    cached_key *entry = &cache->keys[cache->next];
    cache->next = (cache->next + 1) % CACHED_KEYS;
    smithy_cleanse(entry, sizeof *entry);
    entry->parts.len = parts->len;
    memcpy(entry->parts.bytes, parts->bytes, parts->len);
    memcpy(entry->key, key, sizeof entry->key);
    pthread_mutex_unlock(&cache->lock);
}

static smithy_status find_or_derive(const smithy_signing *signing, smithy_str day, key_parts *parts,
                                    smithy_sha256_state *sha, uint8_t key[SMITHY_SHA256_SIZE]) {
    if (!put_parts(parts, signing, day)) return derive(signing, day, sha, key);
    if (look_up(signing->cache, parts, key)) return SMITHY_OK;
    SMITHY_TRY(derive(signing, day, sha, key));
    remember(signing->cache, parts, key);
    return SMITHY_OK;
}

smithy_status sigv4_key(const smithy_signing *signing, const char *date, smithy_sha256_state *sha,
                        uint8_t key[SMITHY_SHA256_SIZE]) {
    const smithy_str day = {date, 8};
    key_parts parts;
    if (!signing->cache) return derive(signing, day, sha, key);
    const smithy_status status = find_or_derive(signing, day, &parts, sha, key);
    smithy_cleanse(parts.bytes, parts.len);
    return status;
}

smithy_status smithy_sigv4_key(const smithy_signing *signing, uint8_t key[SMITHY_SHA256_SIZE]) {
    char date[SMITHY_TIME_TEXT_SIZE];
    smithy_sha256_state sha;
    SMITHY_TRY(sigv4_date(signing, date));
    SMITHY_TRY(smithy_sha256_init(&sha));
    const smithy_status status = sigv4_key(signing, date, &sha, key);
    smithy_sha256_deinit(&sha);
    return status;
}
