/* Every wait of the libcurl transport ends: by its own limit, by a cancellation, by a stall; and a long poll's does
 * not.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "curl_bench.h"

#include <cmocka.h>

#define CANCEL_AFTER_MS 60
#define NOTICED_MS      (CANCEL_AFTER_MS + 250)
#define SLACK_MS \
    2000 /* For a machine with other work to do; without the limit each would wait for longer, or for good. */
#define RESOLVER_MS 1500

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_ms(int ms) {
    const struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* libcurl asks this one: a program's own functions come before those of libraries. */
__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints, struct addrinfo **result) {
    (void)node, (void)service, (void)hints, (void)result;
    pause_ms(RESOLVER_MS);
    return EAI_AGAIN;
}

/* ---- a port that never accepts ---- */

typedef struct deaf_port {
    int listener;
    int callers[8];
    int port;
} deaf_port;

/* Its queue is full, so what else comes is left without an answer. */
static void open_deaf_port(deaf_port *self) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    self->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(self->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(self->listener, 0), 0);
    assert_int_equal(getsockname(self->listener, (struct sockaddr *)&address, &size), 0);
    self->port = ntohs(address.sin_port);
    for (size_t i = 0; i < 8; i++) {
        self->callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(self->callers[i], (const struct sockaddr *)&address, sizeof address);
    }
    pause_ms(20);
}

static void close_deaf_port(deaf_port *self) {
    for (size_t i = 0; i < 8; i++) close(self->callers[i]);
    close(self->listener);
}

/* ---- stages of a request, at each of which it hangs ---- */

typedef enum stage { RESOLVING, CONNECTING, SHAKING_HANDS, SENDING, WAITING, RECEIVING, STAGE_COUNT } stage;

static const loopback_step DEAF[] = {{.kind = LOOPBACK_WAIT_CLOSE, .ms = 700}, END};
static const loopback_step SILENT[] = {READ, {.kind = LOOPBACK_WAIT_EOF}, END};
static const loopback_step TRICKLING[] = {
    READ,
    SEND("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
    {.kind = LOOPBACK_TRICKLE, .text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .ms = 20},
    {.kind = LOOPBACK_WAIT_EOF},
    END};

typedef struct stage_bench {
    bench b;
    deaf_port deaf;
    const loopback_step *scripts[1];
} stage_bench;

static void open_stage(stage_bench *s, stage at) {
    static const uint8_t MUCH[32 * 1024 * 1024] = {0}; /* More than the sockets' buffers take. */
    s->scripts[0] = at == RECEIVING ? TRICKLING : at == WAITING ? SILENT : DEAF;
    open_deaf_port(&s->deaf);
    open_bench(&s->b, s->scripts, 1);
    smithy_http_request *request = &s->b.request;
    if (at == RESOLVING) snprintf(s->b.url, sizeof s->b.url, "http://slow.example:%d/", s->deaf.port);
    if (at == CONNECTING) snprintf(s->b.url, sizeof s->b.url, "http://127.0.0.1:%d/", s->deaf.port);
    if (at == SHAKING_HANDS) snprintf(s->b.url, sizeof s->b.url, "https://127.0.0.1:%d/", s->b.server.port);
    request->url = smithy_str_from(s->b.url);
    if (at != SENDING) return;
    request->method = SMITHY_STR("PUT");
    request->body.bytes = (smithy_bytes){MUCH, sizeof MUCH};
    request->no_expect = true; /* The second in which "100 Continue" is waited for would come first. */
}

static void close_stage(stage_bench *s) {
    close_bench(&s->b);
    close_deaf_port(&s->deaf);
}

/* ---- cancellation ---- */

static void *cancel_soon(void *call) {
    pause_ms(CANCEL_AFTER_MS);
    smithy_call_cancel(call);
    return NULL;
}

static void another_thread_cancels_at_every_stage(void **state) {
    (void)state;
    for (stage at = 0; at < STAGE_COUNT; at++) {
        stage_bench s;
        pthread_t thread;
        open_stage(&s, at);
        const int64_t begin = now_ms();
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, s.b.call), 0);
        assert_int_equal(perform(&s.b), SMITHY_ERROR_CANCELED);
        assert_in_range(now_ms() - begin, CANCEL_AFTER_MS, NOTICED_MS + SLACK_MS);
        assert_int_equal(s.b.response.failure, SMITHY_HTTP_FAILURE_CANCELED);
        assert_int_equal(s.b.response.sent, at >= SENDING);
        pthread_join(thread, NULL);
        close_stage(&s);
    }
}

static smithy_call *canceled_by_signal;
static volatile int stop_flag;

static void on_alarm(int number) {
    (void)number;
    if (canceled_by_signal) smithy_call_cancel(canceled_by_signal);
    stop_flag = 1;
}

/* By cancel, or by a flag that is watched. */
static void a_signal_handler_cancels_at_every_stage(void **state) {
    (void)state;
    const struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 2 * STAGE_COUNT; i++) {
        stage_bench s;
        open_stage(&s, (stage)(i / 2));
        stop_flag = 0;
        canceled_by_signal = i % 2 ? s.b.call : NULL;
        if (i % 2 == 0) smithy_call_watch(s.b.call, &stop_flag);
        timer_t timer;
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
        const struct itimerspec soon = {.it_value = {0, CANCEL_AFTER_MS * 1000000L}};
        assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
        const int64_t begin = now_ms();
        assert_int_equal(timer_settime(timer, 0, &soon, NULL), 0);
        assert_int_equal(perform(&s.b), SMITHY_ERROR_CANCELED);
        assert_in_range(now_ms() - begin, CANCEL_AFTER_MS, NOTICED_MS + SLACK_MS);
        timer_delete(timer);
        canceled_by_signal = NULL;
        close_stage(&s);
    }
}

/* ---- limits ---- */

static void the_limit_for_connecting_holds_until_the_request_begins(void **state) {
    (void)state;
    for (stage at = RESOLVING; at <= SHAKING_HANDS; at++) {
        stage_bench s;
        open_stage(&s, at);
        s.b.request.connect_timeout_ms = 200;
        const int64_t begin = now_ms();
        const smithy_status status = perform(&s.b);
        assert_in_range(now_ms() - begin, 150, 200 + SLACK_MS + 200);
        assert_true(status == SMITHY_ERROR_TRANSPORT);
        assert_true(s.b.response.failure == SMITHY_HTTP_FAILURE_CONNECT ||
                    s.b.response.failure == SMITHY_HTTP_FAILURE_RESOLVE);
        assert_false(s.b.response.sent);
        close_stage(&s);
    }
}

static void connecting_takes_three_seconds_at_most_where_nothing_is_said(void **state) {
    (void)state;
    stage_bench s;
    open_stage(&s, CONNECTING);
    const int64_t begin = now_ms();
    assert_int_equal(perform(&s.b), SMITHY_ERROR_TRANSPORT);
    assert_in_range(now_ms() - begin, 3000, 3100 + SLACK_MS + 200);
    close_stage(&s);
}

static void the_calls_deadline_holds_at_every_stage(void **state) {
    (void)state;
    for (stage at = 0; at < STAGE_COUNT; at++) {
        stage_bench s;
        open_stage(&s, at);
        smithy_call_set_timeout(s.b.call, 150);
        const int64_t begin = now_ms();
        assert_int_equal(perform(&s.b), SMITHY_ERROR_TIMEOUT);
        assert_in_range(now_ms() - begin, 100, 150 + SLACK_MS + 200);
        assert_int_equal(s.b.response.failure, SMITHY_HTTP_FAILURE_DEADLINE);
        close_stage(&s);
    }
}

static void a_request_that_stands_still_ends_whichever_way_it_went(void **state) {
    (void)state;
    static const stage STILL[] = {SENDING, WAITING};
    for (size_t i = 0; i < 2; i++) {
        stage_bench s;
        open_stage(&s, STILL[i]);
        s.b.request.stall_timeout_ms = 300;
        const int64_t begin = now_ms();
        assert_int_equal(perform(&s.b), SMITHY_ERROR_TIMEOUT);
        assert_in_range(now_ms() - begin, 300, 300 + SLACK_MS + 200);
        assert_int_equal(s.b.response.failure, SMITHY_HTTP_FAILURE_TIMEOUT);
        assert_non_null(strstr(smithy_call_error(s.b.call)->message, "no byte moved"));
        close_stage(&s);
    }
}

/* A line of the head counts when it is complete. */
static void a_trickle_is_no_stall(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ,
                                        {.kind = LOOPBACK_TRICKLE,
                                         .text = "HTTP/1.1 200 OK\r\nContent-Length: 52\r\n\r\n"
                                                 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
                                         .ms = 20},
                                        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.stall_timeout_ms = 1500;
    const int64_t begin = now_ms();
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_true(now_ms() - begin > 1500);
    close_bench(&b);
}

static void a_long_poll_waits_as_long_as_it_takes(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        READ, {.kind = LOOPBACK_WAIT, .ms = 1500}, SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.connect_timeout_ms = 300;
    assert_int_equal(perform(&b), SMITHY_OK);
    close_bench(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_thread_cancels_at_every_stage),
        cmocka_unit_test(a_signal_handler_cancels_at_every_stage),
        cmocka_unit_test(the_limit_for_connecting_holds_until_the_request_begins),
        cmocka_unit_test(connecting_takes_three_seconds_at_most_where_nothing_is_said),
        cmocka_unit_test(the_calls_deadline_holds_at_every_stage),
        cmocka_unit_test(a_request_that_stands_still_ends_whichever_way_it_went),
        cmocka_unit_test(a_trickle_is_no_stall),
        cmocka_unit_test(a_long_poll_waits_as_long_as_it_takes),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    pause_ms(RESOLVER_MS); /* Resolvers that were left behind end, and free what they have. */
    return failed;
}
