/* The connections that the libcurl transport keeps: how long, for whom, through a fork, and that none is ever lost. */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "curl_bench.h"
#include "echo_server.h"

#include <cmocka.h>

/* ---- a transport whose clock on the wall is set by hand ---- */

static atomic_llong wall_now_ms;

static int64_t fake_wall_ms(void *context) {
    (void)context;
    return atomic_load(&wall_now_ms);
}

typedef struct pool_bench {
    echo_server server;
    smithy_system system;
    smithy_transport *transport;
    char url[64];
} pool_bench;

static void open_pool(pool_bench *b) {
    echo_server_start(&b->server);
    atomic_store(&wall_now_ms, 1000000);
    b->system = *smithy_system_default();
    b->system.wall_ms = fake_wall_ms;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    b->transport = smithy_curl_transport_create(&(smithy_curl_options){.system = &b->system}, call);
    assert_non_null(b->transport);
    smithy_call_destroy(call);
    snprintf(b->url, sizeof b->url, "http://127.0.0.1:%d/", b->server.port);
}

static void close_pool(pool_bench *b) {
    smithy_transport_destroy(b->transport);
    echo_server_stop(&b->server);
}

/* -1: it failed; else whether the connection had been used before. */
static int get(const pool_bench *b) {
    smithy_call *call = smithy_call_create(NULL);
    const smithy_http_request request = {
        .method = SMITHY_STR_INIT("GET"), .url = smithy_str_from(b->url), .no_proxy = true};
    smithy_http_response response;
    const smithy_status status =
        call ? b->transport->perform(b->transport, &request, &response, call) : SMITHY_ERROR_MEMORY;
    const bool answered = status == SMITHY_OK && smithy_str_equal(response.body, SMITHY_STR("hi"));
    const int result = !answered ? -1 : response.reused;
    smithy_call_destroy(call);
    return result;
}

/* Until the server has no more than so many connections; for two seconds at most. */
static void wait_for_open(pool_bench *b, int count) {
    const struct timespec pause = {0, 1000000};
    for (int i = 0; i < 2000 && atomic_load(&b->server.open) > count; i++) nanosleep(&pause, NULL);
}

/* ---- age ---- */

static void a_connection_that_idled_for_ten_seconds_of_the_wall_clock_is_not_used(void **state) {
    (void)state;
    pool_bench b;
    open_pool(&b);
    assert_int_equal(get(&b), 0);
    atomic_fetch_add(&wall_now_ms, 10000);
    assert_int_equal(get(&b), 1);
    atomic_fetch_add(&wall_now_ms, 10001);
    assert_int_equal(get(&b), 0);
    close_pool(&b);
}

static void a_wall_clock_that_was_set_back_says_nothing_about_age(void **state) {
    (void)state;
    pool_bench b;
    open_pool(&b);
    assert_int_equal(get(&b), 0);
    atomic_fetch_sub(&wall_now_ms, 1);
    assert_int_equal(get(&b), 0);
    close_pool(&b);
}

/* ---- descriptors ---- */

static int open_descriptors(void) {
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory)) count++;
    closedir(directory);
    return count;
}

static void a_thousand_requests_leave_one_connection_and_no_descriptor(void **state) {
    (void)state;
    pool_bench b;
    open_pool(&b);
    assert_int_equal(get(&b), 0);
    const int before = open_descriptors();
    for (int i = 0; i < 1000; i++) assert_int_equal(get(&b), 1);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(atomic_load(&b.server.accepted), 1);
    close_pool(&b);
}

static void failures_leave_no_descriptor(void **state) {
    (void)state;
    pool_bench b;
    open_pool(&b);
    assert_int_equal(get(&b), 0);
    b.transport->drop_idle(b.transport);
    wait_for_open(&b, 0); /* The server's end is a descriptor of this process, too. */
    const int before = open_descriptors();
    snprintf(b.url, sizeof b.url, "http://127.0.0.1:1/");
    for (int i = 0; i < 100; i++) assert_int_equal(get(&b), -1);
    assert_int_equal(open_descriptors(), before);
    close_pool(&b);
}

static void connections_are_not_for_programs_that_are_started(void **state) {
    (void)state;
    pool_bench b;
    int seen = 0;
    open_pool(&b);
    assert_int_equal(get(&b), 0);
    for (int fd = 0; fd < 256; fd++) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        if (getpeername(fd, (struct sockaddr *)&peer, &size) != 0 || peer.sin_family != AF_INET) continue;
        if (ntohs(peer.sin_port) != b.server.port) continue;
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        seen++;
    }
    assert_int_equal(seen, 1);
    close_pool(&b);
}

/* ---- threads ---- */

#define THREADS       24 /* More than are kept. */
#define REQUESTS_EACH 40

typedef struct worker {
    const pool_bench *bench;
    pthread_t thread;
    int answered;
} worker;

static void *work(void *context) {
    worker *self = context;
    for (int i = 0; i < REQUESTS_EACH; i++) {
        self->answered += get(self->bench) >= 0;
        if (i % 8 == 7) self->bench->transport->drop_idle(self->bench->transport);
        if (i % 16 == 9) atomic_fetch_add(&wall_now_ms, 10001);
    }
    return NULL;
}

static void start_workers(worker *workers, const pool_bench *b) {
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.bench = b};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
}

static void join_workers(worker *workers) {
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].answered, REQUESTS_EACH);
    }
}

static void many_threads_share_a_transport(void **state) {
    (void)state;
    pool_bench b;
    worker workers[THREADS];
    open_pool(&b);
    start_workers(workers, &b);
    join_workers(workers);
    close_pool(&b);
}

static void no_more_than_sixteen_idle_connections_are_kept(void **state) {
    (void)state;
    pool_bench b;
    worker workers[THREADS];
    open_pool(&b);
    start_workers(workers, &b);
    join_workers(workers);
    wait_for_open(&b, 16);
    assert_in_range(atomic_load(&b.server.open), 0, 16);
    close_pool(&b);
}

/* ---- forks ---- */

static int run_child(const pool_bench *b) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(20); /* It would hang where a lock of another thread's was copied. */
        const bool fresh = get(b) == 0 && get(b) == 1;
        smithy_transport_destroy(b->transport);
        _exit(fresh ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

static void a_child_opens_its_own_connections_and_leaves_the_parents(void **state) {
    (void)state;
    pool_bench b;
    open_pool(&b);
    assert_int_equal(get(&b), 0);
    assert_int_equal(run_child(&b), 0);
    assert_int_equal(get(&b), 1);
    close_pool(&b);
}

/* A sanitizer's allocator is not: it may be locked by a thread that the child does not have. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOCATOR_SURVIVES_FORK 0
#else
#define ALLOCATOR_SURVIVES_FORK 1
#endif

static void a_fork_while_other_threads_use_the_pool_is_safe(void **state) {
    (void)state;
    if (!ALLOCATOR_SURVIVES_FORK) {
        print_message("skipped: this build's allocator does not survive a fork\n");
        skip();
    }
    pool_bench b;
    worker workers[THREADS];
    open_pool(&b);
    start_workers(workers, &b);
    for (int i = 0; i < 20; i++) assert_int_equal(run_child(&b), 0);
    join_workers(workers);
    close_pool(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_that_idled_for_ten_seconds_of_the_wall_clock_is_not_used),
        cmocka_unit_test(a_wall_clock_that_was_set_back_says_nothing_about_age),
        cmocka_unit_test(a_thousand_requests_leave_one_connection_and_no_descriptor),
        cmocka_unit_test(failures_leave_no_descriptor),
        cmocka_unit_test(connections_are_not_for_programs_that_are_started),
        cmocka_unit_test(many_threads_share_a_transport),
        cmocka_unit_test(no_more_than_sixteen_idle_connections_are_kept),
        cmocka_unit_test(a_child_opens_its_own_connections_and_leaves_the_parents),
        cmocka_unit_test(a_fork_while_other_threads_use_the_pool_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
