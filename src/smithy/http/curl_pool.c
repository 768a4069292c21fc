#include "curl_pool.h"

#include "curl_global.h"

#include <unistd.h>

#define MAX_IDLE_MS          10000 /* By the clock on the wall: a frozen machine's own may stand still. */
#define CONNECTIONS_PER_LANE 4L

void curl_pool_init(curl_pool *pool, const smithy_system *system) {
    pool->system = system;
    for (size_t i = 0; i < CURL_POOL_SIZE; i++) atomic_init(&pool->idle[i], NULL);
}

static int64_t wall_ms(const curl_pool *pool) {
    return pool->system->wall_ms(pool->system->context);
}

/* ---- one lane ---- */

void curl_pool_close(curl_pool *pool, curl_lane *lane) {
    const curl_guard guard = curl_guard_begin(); /* TLS says goodbye, perhaps to a peer that is gone. */
    if (lane->easy) curl_easy_cleanup(lane->easy);
    if (lane->multi) curl_multi_cleanup(lane->multi);
    curl_guard_end(&guard);
    pool->system->resize(pool->system->context, lane, 0);
}

static curl_lane *open_lane(curl_pool *pool) {
    if (!curl_global_ready()) return NULL;
    curl_lane *lane = pool->system->resize(pool->system->context, NULL, sizeof *lane);
    if (!lane) return NULL;
    *lane = (curl_lane){.multi = curl_multi_init(), .easy = curl_easy_init(), .process = getpid()};
    if (lane->multi && lane->easy &&
        curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_PER_LANE) == CURLM_OK)
        return lane;
    curl_pool_close(pool, lane);
    return NULL;
}

/* ---- the pool ---- */

static curl_lane *take_from(curl_pool *pool, size_t i) {
    curl_lane *lane = atomic_exchange(&pool->idle[i], NULL);
    /* In a forked child the parent's connections are let go without a word: to close them would end them there. */
    return lane && lane->process == getpid() ? lane : NULL;
}

static bool is_fresh(const curl_pool *pool, const curl_lane *lane) {
    const int64_t idle_ms = wall_ms(pool) - lane->idle_since_ms;
    return idle_ms >= 0 && idle_ms <= MAX_IDLE_MS;
}

curl_lane *curl_pool_take(curl_pool *pool) {
    for (size_t i = 0; i < CURL_POOL_SIZE; i++) {
        curl_lane *lane = take_from(pool, i);
        if (!lane) continue;
        if (is_fresh(pool, lane)) {
            curl_easy_reset(lane->easy);
            return lane;
        }
        curl_pool_close(pool, lane);
    }
    return open_lane(pool);
}

void curl_pool_give_back(curl_pool *pool, curl_lane *lane) {
    lane->idle_since_ms = wall_ms(pool);
    for (size_t i = 0; i < CURL_POOL_SIZE; i++) {
        curl_lane *none = NULL;
        if (atomic_compare_exchange_strong(&pool->idle[i], &none, lane)) return;
    }
    curl_pool_close(pool, lane);
}

void curl_pool_drop_idle(curl_pool *pool) {
    for (size_t i = 0; i < CURL_POOL_SIZE; i++) {
        curl_lane *lane = take_from(pool, i);
        if (lane) curl_pool_close(pool, lane);
    }
}
