#include "credentials/internal.h"

#include <smithy/text.h>

#include <pthread.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define MINUTE_MS ((int64_t)60 * 1000)
/* Before the end of a set: from then on one caller tries to get a new one, or all wait for it. At most a quarter, and a
 * sixth, of its life. */
#define ADVISORY_MS    (15 * MINUTE_MS)
#define MANDATORY_MS   (10 * MINUTE_MS)
#define ADVISORY_PART  4
#define MANDATORY_PART 6
/* After a try that failed and did no harm. */
#define TRY_AGAIN_MS MINUTE_MS
/* How much longer an expired set of instance metadata is used before the next try, and up to how much is added by
 * chance, so that a fleet does not ask all at once. */
#define STALE_MS        (10 * MINUTE_MS)
#define STALE_SPREAD_MS (5 * MINUTE_MS)
#define WAIT_SLICE_MS   100 /* How long a cancellation may go unnoticed. */
#define MAX_MEMORY      ((size_t)8 * 1024 * 1024)
#define FOREVER         INT64_MAX

typedef struct cached_provider {
    smithy_credentials_provider base;
    credentials_source *source;
    pthread_mutex_t lock;
    pthread_cond_t ended;       /* A load has. */
    smithy_credentials current; /* Zero: there is none. */
    int64_t advisory_ms;        /* Wall clock. */
    int64_t mandatory_ms;
    pid_t loader;         /* The process that loads: a fork may have left its thread behind. 0: nobody does. */
    uint64_t loads;       /* That have ended. */
    smithy_error failure; /* Of the last one, for those who waited for it; SMITHY_OK: none that is theirs too. */
} cached_provider;

static int64_t wall_ms(const cached_provider *self) {
    const smithy_system *system = self->source->setup.system;
    return system->wall_ms(system->context);
}

static int64_t mono_ms(const cached_provider *self) {
    const smithy_system *system = self->source->setup.system;
    return system->mono_ms(system->context);
}

static bool has_set(const cached_provider *self) {
    return self->current.memory != NULL;
}

static bool is_of_imds(const smithy_credentials *set) {
    return set->source && strcmp(set->source, SOURCE_IMDS) == 0;
}

/* ---- one load, without the lock ---- */

/* The caller's own end stays what it is; all else is for want of credentials. */
static smithy_status status_for_caller(smithy_status status, const cached_provider *self, const smithy_call *call) {
    const int64_t deadline = smithy_call_deadline(call);
    if (smithy_call_is_canceled(call)) return SMITHY_ERROR_CANCELED;
    if (deadline && mono_ms(self) >= deadline) return SMITHY_ERROR_TIMEOUT;
    if (status == SMITHY_ERROR_MEMORY || status == SMITHY_ERROR_CONFIG) return status;
    return SMITHY_ERROR_CREDENTIALS;
}

static smithy_status check_expiry(const cached_provider *self, const smithy_credentials *set, smithy_call *call) {
    char when[SMITHY_TIME_TEXT_SIZE];
    if (set->expires_ms == 0 || set->expires_ms > wall_ms(self) || is_of_imds(set)) return SMITHY_OK;
    smithy_time_write_date_time(set->expires_ms, when);
    return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "%s credentials: they expired at %s", set->source, when);
}

static smithy_status load(cached_provider *self, credentials_result *result, smithy_call *call) {
    SMITHY_TRY(credentials_setup_prepare(&self->source->setup, call));
    SMITHY_TRY(self->source->load(self->source, result, call));
    if (!result->credentials.memory)
        return smithy_call_fail(call, SMITHY_ERROR_CREDENTIALS, "no credentials: %.*s",
                                SMITHY_STR_ARG(result->missing));
    return check_expiry(self, &result->credentials, call);
}

/* In a call of its own: the arena holds secrets, and is gone when this returns. */
static smithy_status load_apart(cached_provider *self, smithy_credentials *fresh, smithy_error *failure,
                                const smithy_call *caller) {
    const smithy_call_options options = {.system = self->source->setup.system, .max_memory = MAX_MEMORY};
    credentials_result result = {0};
    smithy_call *call = smithy_call_create(&options);
    smithy_status status = SMITHY_ERROR_MEMORY;
    if (call) {
        smithy_call_follow(call, caller);
        status = load(self, &result, call);
    }
    *fresh = result.credentials;
    if (status != SMITHY_OK) {
        smithy_credentials_deinit(fresh);
        *failure = *smithy_call_error(call);
        status = failure->status = status_for_caller(status, self, caller);
    }
    smithy_call_destroy(call);
    return status;
}

/* ---- what becomes of it, with the lock ---- */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void take(cached_provider *self, const smithy_credentials *fresh, int64_t now) {
    smithy_credentials_deinit(&self->current);
    self->current = *fresh;
    self->advisory_ms = self->mandatory_ms = FOREVER;
    if (fresh->expires_ms == 0) return;
    const int64_t life = fresh->expires_ms - now;
    self->advisory_ms = fresh->expires_ms - least(ADVISORY_MS, life / ADVISORY_PART);
    self->mandatory_ms = fresh->expires_ms - least(MANDATORY_MS, life / MANDATORY_PART);
}

/* Goes on with a set of instance metadata that has expired: the service cannot give a better one, and those who take
 * the signatures may well be as late as it is. */
static void stretch(cached_provider *self, int64_t now) {
    const smithy_system *system = self->source->setup.system;
    uint32_t chance = 0;
    if (system->random(system->context, &chance, sizeof chance) != SMITHY_OK) chance = 0;
    self->current.expires_ms = now + STALE_MS + (int64_t)(chance % STALE_SPREAD_MS);
    self->advisory_ms = self->mandatory_ms = self->current.expires_ms;
}

static bool is_shared_failure(smithy_status status) {
    return status == SMITHY_ERROR_CREDENTIALS || status == SMITHY_ERROR_CONFIG;
}

/* Whether the old set serves on after a failed load. */
static bool survives(cached_provider *self, smithy_status status, int64_t now, bool *stale) {
    if (!has_set(self)) return false;
    if (now < self->mandatory_ms) {
        self->advisory_ms = least(now + TRY_AGAIN_MS, self->mandatory_ms);
        return true;
    }
    if (!is_of_imds(&self->current) || !is_shared_failure(status)) return false;
    *stale = now >= self->current.expires_ms;
    if (*stale)
        stretch(self, now);
    else
        self->advisory_ms = self->mandatory_ms = least(now + TRY_AGAIN_MS, self->current.expires_ms);
    return true;
}

/* Answers whether the caller has a set to go on with. */
static smithy_status settle(cached_provider *self, const smithy_credentials *fresh, const smithy_error *failure,
                            smithy_status status, bool *stale) {
    const int64_t now = wall_ms(self);
    self->failure.status = SMITHY_OK;
    if (status == SMITHY_OK) {
        take(self, fresh, now);
        *stale = fresh->expires_ms != 0 && fresh->expires_ms <= now;
        if (*stale) stretch(self, now);
        return SMITHY_OK;
    }
    if (survives(self, status, now, stale)) return SMITHY_OK;
    if (is_shared_failure(status)) self->failure = *failure;
    return status;
}

/* The line, and beside it what is known of the request that was made for a set: of STS, when it had to be asked. */
static smithy_status pass_on(const smithy_error *failure, smithy_status status, smithy_call *call) {
    smithy_error *error = smithy_call_error_mutable(call);
    if (error->status != SMITHY_OK) return status;
    (void)smithy_call_fail(call, status, "%s", failure->message);
    error->http_status = failure->http_status;
    error->attempts = failure->attempts;
    memcpy(error->request_id, failure->request_id, sizeof error->request_id);
    return status;
}

/* With the lock, which it gives up while it loads. */
static smithy_status refresh(cached_provider *self, smithy_call *call) {
    smithy_credentials fresh = {0};
    smithy_error failure = {0};
    bool stale = false;
    self->loader = getpid();
    pthread_mutex_unlock(&self->lock);
    smithy_status status = load_apart(self, &fresh, &failure, call);
    pthread_mutex_lock(&self->lock);
    status = settle(self, &fresh, &failure, status, &stale);
    self->loader = 0;
    self->loads++;
    pthread_cond_broadcast(&self->ended);
    if (status != SMITHY_OK) return pass_on(&failure, status, call);
    if (!stale) return SMITHY_OK;
    pthread_mutex_unlock(&self->lock);
    credentials_warn(&self->source->setup,
                     "the credentials of instance metadata have expired and it has no newer ones: they are used on");
    pthread_mutex_lock(&self->lock);
    return SMITHY_OK;
}

/* ---- get ---- */

static smithy_status check_caller(const cached_provider *self, smithy_call *call) {
    const int64_t deadline = smithy_call_deadline(call);
    if (smithy_call_is_canceled(call)) return smithy_call_fail(call, SMITHY_ERROR_CANCELED, "canceled");
    if (deadline && mono_ms(self) >= deadline)
        return smithy_call_fail(call, SMITHY_ERROR_TIMEOUT, "the deadline passed while credentials were waited for");
    return SMITHY_OK;
}

static bool somebody_loads(const cached_provider *self) {
    return self->loader != 0 && self->loader == getpid();
}

/* The condition's clock is the one that mono_ms tells. */
static void wait_a_while(cached_provider *self) {
    const int64_t until = mono_ms(self) + WAIT_SLICE_MS;
    const struct timespec end = {.tv_sec = (time_t)(until / 1000), .tv_nsec = (long)(until % 1000) * 1000000};
    pthread_cond_timedwait(&self->ended, &self->lock, &end);
}

/* For the load that another thread is at; its failure is ours, unless it was that thread's alone. */
static smithy_status wait_for_load(cached_provider *self, smithy_call *call) {
    const uint64_t before = self->loads;
    while (somebody_loads(self) && self->loads == before) {
        SMITHY_TRY(check_caller(self, call));
        wait_a_while(self);
    }
    if (self->loads == before || self->failure.status == SMITHY_OK) return SMITHY_OK;
    return pass_on(&self->failure, self->failure.status, call);
}

/* With the lock: until there is a set that is good for now. */
static smithy_status make_ready(cached_provider *self, smithy_call *call) {
    for (;;) {
        const int64_t now = wall_ms(self);
        if (has_set(self) && now < self->advisory_ms) return SMITHY_OK;
        if (!somebody_loads(self)) return refresh(self, call);
        if (has_set(self) && now < self->mandatory_ms) return SMITHY_OK;
        SMITHY_TRY(wait_for_load(self, call));
    }
}

static smithy_status get(smithy_credentials_provider *provider, smithy_credentials *credentials, smithy_call *call) {
    cached_provider *self = (cached_provider *)provider;
    pthread_mutex_lock(&self->lock);
    smithy_status status = make_ready(self, call);
    if (status == SMITHY_OK) {
        status = smithy_credentials_copy(credentials, &self->current, smithy_call_system(call));
        if (status != SMITHY_OK) (void)smithy_call_fail(call, status, "out of memory");
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

/* ---- life ---- */

static void destroy(smithy_credentials_provider *provider) {
    cached_provider *self = (cached_provider *)provider;
    const smithy_system *system = self->source->setup.system;
    smithy_credentials_deinit(&self->current);
    pthread_cond_destroy(&self->ended);
    pthread_mutex_destroy(&self->lock);
    credentials_source_destroy(self->source);
    system->resize(system->context, self, 0);
}

static bool init_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) return false;
    const bool done =
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

static bool init_locks(cached_provider *self) {
    if (pthread_mutex_init(&self->lock, NULL) != 0) return false;
    if (init_condition(&self->ended)) return true;
    pthread_mutex_destroy(&self->lock);
    return false;
}

smithy_credentials_provider *credentials_cached(credentials_source *source, smithy_call *call) {
    const smithy_system *system = source->setup.system;
    cached_provider *self = system->resize(system->context, NULL, sizeof *self);
    if (self) *self = (cached_provider){.base = {get, destroy}, .source = source};
    if (self && init_locks(self)) return &self->base;
    system->resize(system->context, self, 0);
    credentials_source_destroy(source);
    (void)smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    return NULL;
}
