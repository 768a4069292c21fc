/* One provider and many threads: one of them loads while the others wait or go on, and each gets a whole set. */
#include "check.h"

#include <smithy/buffer.h>
#include <smithy/credentials.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 16
#define TURNS   40
#define ENDLESS INT32_MAX

/* The real system, but for its commands, and a wall clock that a test turns. */
typedef struct world {
    smithy_system system;
    atomic_int runs;
    atomic_int running;
    atomic_int most_at_once;
    atomic_llong skew_ms;
    atomic_llong life_ms;
    atomic_int takes_ms;
    atomic_bool fails;
    atomic_bool stops; /* Whoever works without end. */
} world;

static int64_t wall_ms(void *context) {
    const smithy_system *os = smithy_system_default();
    return os->wall_ms(os->context) + atomic_load(&((world *)context)->skew_ms);
}

static const char *env(void *context, const char *name) {
    (void)context, (void)name;
    return NULL;
}

static smithy_status run(void *context, smithy_command *command) {
    world *w = context;
    const smithy_system *os = smithy_system_default();
    const int number = atomic_fetch_add(&w->runs, 1) + 1;
    const int now = atomic_fetch_add(&w->running, 1) + 1;
    if (now > atomic_load(&w->most_at_once)) atomic_store(&w->most_at_once, now);
    for (int slept = 0; slept < atomic_load(&w->takes_ms); slept += 10) {
        os->sleep_ms(os->context, 10);
        if (command->is_canceled(command->cancel_context)) break;
    }
    atomic_fetch_sub(&w->running, 1);
    command->exit_code = atomic_load(&w->fails) ? 9 : 0;
    if (command->is_canceled(command->cancel_context)) return SMITHY_ERROR_CANCELED;
    const int64_t expires_ms = wall_ms(w) + atomic_load(&w->life_ms);
    char when[40];
    const time_t seconds = (time_t)(expires_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    smithy_buffer_append_f(command->output,
                           "{\"Version\":1,\"AccessKeyId\":\"AKID%06d\",\"SecretAccessKey\":\"secret%06d\","
                           "\"SessionToken\":\"token%06d\",\"Expiration\":\"%s\"}",
                           number, number, number, when);
    return smithy_buffer_status(command->output);
}

static smithy_credentials_provider *open_world(world *w, int takes_ms) {
    memset(w, 0, sizeof *w);
    w->system = *smithy_system_default();
    w->system.context = w;
    w->system.wall_ms = wall_ms;
    w->system.env = env;
    w->system.run = run;
    atomic_store(&w->life_ms, 3600 * 1000);
    atomic_store(&w->takes_ms, takes_ms);
    const smithy_call_options call_options = {.system = &w->system};
    smithy_call *call = smithy_call_create(&call_options);
    smithy_credentials_provider *provider = smithy_credentials_process(SMITHY_STR("get"), NULL, call);
    assert_non_null(provider);
    smithy_call_destroy(call);
    return provider;
}

static void pause_ms(int64_t ms) {
    smithy_system_default()->sleep_ms(NULL, ms);
}

typedef struct worker {
    pthread_t thread;
    world *world;
    smithy_credentials_provider *provider;
    int rounds;
    int64_t timeout_ms;
    smithy_status status;
    bool torn; /* A set of two loads. */
    char message[512];
    smithy_call *call;
} worker;

static void *work(void *argument) {
    worker *self = argument;
    const smithy_call_options options = {.system = &self->world->system, .timeout_ms = self->timeout_ms};
    smithy_call *call = self->call ? self->call : smithy_call_create(&options);
    self->status = call ? SMITHY_OK : SMITHY_ERROR_MEMORY;
    for (int i = 0; i < self->rounds && self->status == SMITHY_OK && !atomic_load(&self->world->stops); i++) {
        smithy_credentials got = {0};
        self->status = self->provider->get(self->provider, &got, call);
        if (self->status == SMITHY_OK)
            self->torn = self->torn || memcmp(got.access_key_id.ptr + 4, got.secret_access_key.ptr + 6, 6) != 0 ||
                         memcmp(got.access_key_id.ptr + 4, got.session_token.ptr + 5, 6) != 0;
        smithy_credentials_deinit(&got);
        if (self->rounds == ENDLESS) pause_ms(1);
    }
    snprintf(self->message, sizeof self->message, "%s", smithy_call_error(call)->message);
    if (!self->call) smithy_call_destroy(call);
    return NULL;
}

static void start(worker *self, world *w, smithy_credentials_provider *provider, int rounds) {
    *self = (worker){
        .world = w, .provider = provider, .rounds = rounds, .timeout_ms = self->timeout_ms, .call = self->call};
    assert_int_equal(pthread_create(&self->thread, NULL, work, self), 0);
}

static void run_all(worker *workers, world *w, smithy_credentials_provider *provider, int rounds) {
    memset(workers, 0, THREADS * sizeof *workers);
    for (int i = 0; i < THREADS; i++) start(&workers[i], w, provider, rounds);
    for (int i = 0; i < THREADS; i++) pthread_join(workers[i].thread, NULL);
}

static void many_who_ask_at_once_share_one_load(void **state) {
    (void)state;
    world w;
    worker workers[THREADS];
    smithy_credentials_provider *provider = open_world(&w, 100);
    run_all(workers, &w, provider, 10);
    for (int i = 0; i < THREADS; i++) assert_int_equal(workers[i].status, SMITHY_OK);
    assert_int_equal(atomic_load(&w.runs), 1);
    smithy_credentials_provider_destroy(provider);
}

static void many_who_ask_at_once_share_one_failure(void **state) {
    (void)state;
    world w;
    worker workers[THREADS];
    smithy_credentials_provider *provider = open_world(&w, 1000);
    atomic_store(&w.fails, true);
    run_all(workers, &w, provider, 1);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(workers[i].status, SMITHY_ERROR_CREDENTIALS);
        assert_non_null(strstr(workers[i].message, "exit code 9"));
    }
    assert_int_equal(atomic_load(&w.runs), 1);
    smithy_credentials_provider_destroy(provider);
}

/* Nobody gets the key of one set with the token of another, while sets change all the time. A set lives for an hour;
 * who asks after a turn of the clock has waited for the load that was under way, so no load sees the clock turn twice.
 */
static void every_set_is_whole(void **state) {
    (void)state;
    world w;
    worker workers[THREADS], turner = {0};
    smithy_credentials_provider *provider = open_world(&w, 0);
    memset(workers, 0, sizeof workers);
    for (int i = 0; i < THREADS; i++) start(&workers[i], &w, provider, ENDLESS);
    for (int i = 0; i < TURNS && turner.status == SMITHY_OK; i++) {
        atomic_fetch_add(&w.skew_ms, 50 * 60 * 1000 + 1);
        start(&turner, &w, provider, 1);
        pthread_join(turner.thread, NULL);
    }
    atomic_store(&w.stops, true);
    for (int i = 0; i < THREADS; i++) pthread_join(workers[i].thread, NULL);
    assert_int_equal(turner.status, SMITHY_OK);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(workers[i].status, SMITHY_OK);
        assert_false(workers[i].torn);
    }
    assert_int_equal(atomic_load(&w.most_at_once), 1);
    assert_true(atomic_load(&w.runs) >= TURNS / 2);
    smithy_credentials_provider_destroy(provider);
}

static void while_one_tries_early_the_others_go_on(void **state) {
    (void)state;
    world w;
    worker slow = {0}, quick = {0};
    smithy_credentials_provider *provider = open_world(&w, 0);
    start(&quick, &w, provider, 1);
    pthread_join(quick.thread, NULL);
    atomic_store(&w.skew_ms, 47 * 60 * 1000);
    atomic_store(&w.takes_ms, 2000);
    start(&slow, &w, provider, 1);
    while (atomic_load(&w.running) == 0) pause_ms(1);
    start(&quick, &w, provider, 100);
    pthread_join(quick.thread, NULL);
    assert_int_equal(quick.status, SMITHY_OK);
    assert_int_equal(atomic_load(&w.running), 1); /* It did not wait. */
    atomic_store(&w.takes_ms, 0);
    pthread_join(slow.thread, NULL);
    assert_int_equal(atomic_load(&w.runs), 2);
    smithy_credentials_provider_destroy(provider);
}

static void who_waits_keeps_a_deadline_and_can_be_canceled(void **state) {
    (void)state;
    world w;
    worker slow = {0}, late = {.timeout_ms = 50}, canceled = {0};
    smithy_credentials_provider *provider = open_world(&w, 5000);
    const smithy_call_options options = {.system = &w.system};
    canceled.call = smithy_call_create(&options);
    start(&slow, &w, provider, 1);
    while (atomic_load(&w.running) == 0) pause_ms(1);
    start(&late, &w, provider, 1);
    start(&canceled, &w, provider, 1);
    pthread_join(late.thread, NULL);
    smithy_call_cancel(canceled.call);
    pthread_join(canceled.thread, NULL);
    assert_int_equal(late.status, SMITHY_ERROR_TIMEOUT);
    assert_int_equal(canceled.status, SMITHY_ERROR_CANCELED);
    assert_int_equal(atomic_load(&w.running), 1);
    atomic_store(&w.takes_ms, 0);
    pthread_join(slow.thread, NULL);
    assert_int_equal(slow.status, SMITHY_OK);
    smithy_call_destroy(canceled.call);
    smithy_credentials_provider_destroy(provider);
}

/* Its cancellation is the loader's own: those who waited for it load themselves. */
static void a_loader_that_is_canceled_does_not_take_the_others_along(void **state) {
    (void)state;
    world w;
    worker first = {0}, second = {0};
    smithy_credentials_provider *provider = open_world(&w, 5000);
    const smithy_call_options options = {.system = &w.system};
    first.call = smithy_call_create(&options);
    start(&first, &w, provider, 1);
    while (atomic_load(&w.running) == 0) pause_ms(1);
    start(&second, &w, provider, 1);
    smithy_call_cancel(first.call);
    pthread_join(first.thread, NULL);
    assert_int_equal(first.status, SMITHY_ERROR_CANCELED);
    atomic_store(&w.takes_ms, 0);
    pthread_join(second.thread, NULL);
    assert_int_equal(second.status, SMITHY_OK);
    assert_int_equal(atomic_load(&w.runs), 2);
    smithy_call_destroy(first.call);
    smithy_credentials_provider_destroy(provider);
}

/* The child has no thread that loads, and must not wait for one. */
static void after_a_fork_the_child_loads_itself(void **state) {
    (void)state;
    world w;
    worker slow = {0};
    smithy_credentials_provider *provider = open_world(&w, 3000);
    start(&slow, &w, provider, 1);
    while (atomic_load(&w.running) == 0) pause_ms(1);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const smithy_call_options options = {.system = &w.system, .timeout_ms = 5000};
        smithy_call *call = smithy_call_create(&options);
        smithy_credentials got = {0};
        atomic_store(&w.takes_ms, 0);
        _exit(call && provider->get(provider, &got, call) == SMITHY_OK ? 0 : 1);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    atomic_store(&w.takes_ms, 0);
    pthread_join(slow.thread, NULL);
    smithy_credentials_provider_destroy(provider);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_who_ask_at_once_share_one_load),
        cmocka_unit_test(many_who_ask_at_once_share_one_failure),
        cmocka_unit_test(every_set_is_whole),
        cmocka_unit_test(while_one_tries_early_the_others_go_on),
        cmocka_unit_test(who_waits_keeps_a_deadline_and_can_be_canceled),
        cmocka_unit_test(a_loader_that_is_canceled_does_not_take_the_others_along),
        cmocka_unit_test(after_a_fork_the_child_loads_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
