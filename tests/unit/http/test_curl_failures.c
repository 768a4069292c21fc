/* Connections, failures, time and threads of the libcurl transport. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "curl_bench.h"

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- connections ---- */

static void a_connection_is_kept(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"), READ,
                                        SEND("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_false(b.response.reused);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_true(b.response.reused);
    assert_string_equal(b.response.body.ptr, "2");
    stop(&b);
    assert_int_equal(b.server.accepted, 1);
    close_bench(&b);
}

static void dropped_connections_are_not_used_again(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"), {.kind = LOOPBACK_WAIT_EOF}, END};
    static const loopback_step *const CONNECTIONS[] = {ONE, ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_OK);
    b.transport->drop_idle(b.transport);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_false(b.response.reused);
    close_bench(&b);
}

static void a_server_that_is_unwell_is_left(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        READ, SEND("HTTP/1.1 503 Slow Down\r\nContent-Length: 1\r\n\r\n1"), {.kind = LOOPBACK_WAIT_EOF}, END};
    static const loopback_step *const CONNECTIONS[] = {ONE, ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_false(b.response.reused);
    close_bench(&b);
}

static void what_comes_after_a_body_is_never_taken_for_an_answer(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        READ,
        SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        {.kind = LOOPBACK_WAIT_EOF},
        END};
    static const loopback_step TWO[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE, TWO};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_string_equal(b.response.body.ptr, "ok");
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_string_equal(b.response.body.ptr, "good");
    close_bench(&b);
}

/* The heart of the matter for calls that must not be made twice. */
static void a_request_on_a_dead_kept_connection_is_not_sent_again(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"), READ, END};
    static const loopback_step TWO[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE, TWO};
    static const char *const METHODS[] = {"GET", "DELETE", "POST", "PUT"};
    for (size_t i = 0; i < sizeof METHODS / sizeof METHODS[0]; i++)
        for (size_t body = 0; body <= 5; body += 5) {
            bench b;
            OPEN(&b, CONNECTIONS);
            b.request.method = smithy_str_from(METHODS[i]);
            if (i >= 2) b.request.body.bytes = (smithy_bytes){(const uint8_t *)"hello", body};
            assert_int_equal(perform(&b), SMITHY_OK);
            assert_int_equal(perform(&b), SMITHY_ERROR_TRANSPORT);
            assert_true(b.response.sent);
            assert_true(b.response.reused);
            assert_int_equal(b.response.status, 0);
            assert_true(b.response.failure == SMITHY_HTTP_FAILURE_RECEIVE ||
                        b.response.failure == SMITHY_HTTP_FAILURE_SEND);
            b.transport->drop_idle(b.transport);
            assert_int_equal(perform(&b), SMITHY_OK);
            assert_string_equal(b.response.body.ptr, "2");
            stop(&b);
            assert_int_equal(b.server.request_count, 3);
            close_bench(&b);
        }
}

/* ---- failures ---- */

/* A port that refuses, and that nobody else gets meanwhile: it is bound, and not listened at. */
static int take_port(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void a_refused_connection_was_not_sent(void **state) {
    (void)state;
    static const loopback_step *const NONE[] = {NULL};
    bench b;
    int port = 0;
    open_bench(&b, NONE, 0);
    const int fd = take_port(&port);
    snprintf(b.url, sizeof b.url, "http://127.0.0.1:%d/", port);
    b.request.url = smithy_str_from(b.url);
    assert_int_equal(perform(&b), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_CONNECT);
    assert_false(b.response.sent);
    assert_non_null(strstr(smithy_call_error(b.call)->message, "127.0.0.1"));
    close(fd);
    close_bench(&b);
}

static void a_name_without_address_is_told(void **state) {
    (void)state;
    static const loopback_step *const NONE[] = {NULL};
    bench b;
    open_bench(&b, NONE, 0);
    /* Too long a label for any name: no server is asked, who might take longer than a connection may. */
    b.request.url = SMITHY_STR("http://a-label-that-is-longer-than-the-sixty-three-bytes-that-names-have/");
    assert_int_equal(perform(&b), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_RESOLVE);
    close_bench(&b);
}

static void a_reset_after_the_request_is_a_failure_to_receive(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, {.kind = LOOPBACK_RESET}, END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_RECEIVE);
    assert_true(b.response.sent);
    assert_false(b.response.reused);
    close_bench(&b);
}

static void an_answer_cut_at_any_byte_is_never_a_success(void **state) {
    (void)state;
    static const char WHOLE[] = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 5\r\n\r\nhello";
    static const char CHUNKED[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    static const struct {
        const char *text;
        size_t len;
    } ANSWERS[] = {{WHOLE, sizeof WHOLE - 1}, {CHUNKED, sizeof CHUNKED - 1}};
    for (size_t i = 0; i < 2; i++)
        for (size_t len = 1; len < ANSWERS[i].len; len++) {
            const loopback_step one[] = {READ, {.kind = LOOPBACK_SEND, .text = ANSWERS[i].text, .len = len}, END};
            const loopback_step *const connections[] = {one};
            bench b;
            OPEN(&b, connections);
            const smithy_status status = perform(&b);
            /* The very last line end of the chunks may be missing: all that was promised is there. */
            if (status == SMITHY_OK)
                assert_true(i == 1 && len >= ANSWERS[i].len - 2);
            else
                assert_int_not_equal(b.response.failure, SMITHY_HTTP_FAILURE_NONE);
            close_bench(&b);
        }
}

static void an_answer_that_is_not_http_is_a_failure_to_receive(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("hello there\r\n\r\n"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_RECEIVE);
    close_bench(&b);
}

/* ---- time ---- */

static void an_attempt_ends_at_its_own_limit(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, {.kind = LOOPBACK_WAIT_EOF}, END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.attempt_timeout_ms = 1000; /* A machine at work may take its time to connect. */
    assert_int_equal(perform(&b), SMITHY_ERROR_TIMEOUT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_TIMEOUT);
    assert_true(b.response.sent);
    close_bench(&b);
}

static void an_attempt_ends_at_the_calls_deadline(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ,
                                        {.kind = LOOPBACK_TRICKLE, .text = "HTTP/1.1 200 OK\r\nX: y\r\n", .ms = 10},
                                        {.kind = LOOPBACK_WAIT_EOF},
                                        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    smithy_call_set_timeout(b.call, 300);
    assert_int_equal(perform(&b), SMITHY_ERROR_TIMEOUT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_DEADLINE);
    const smithy_system *system = smithy_call_system(b.call);
    system->sleep_ms(system->context, 5);                /* libcurl may have been early by a millisecond. */
    assert_int_equal(perform(&b), SMITHY_ERROR_TIMEOUT); /* And the next is not even tried. */
    assert_false(b.response.sent);
    close_bench(&b);
}

static void a_stall_ends_an_attempt(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"), {.kind = LOOPBACK_WAIT_EOF}, END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.stall_timeout_ms = 1000;
    assert_int_equal(perform(&b), SMITHY_ERROR_TIMEOUT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_TIMEOUT);
    close_bench(&b);
}

static void *cancel_soon(void *context) {
    const smithy_system *system = smithy_system_default();
    system->sleep_ms(system->context, 50);
    smithy_call_cancel(context);
    return NULL;
}

static void a_canceled_call_ends_the_exchange(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, {.kind = LOOPBACK_WAIT_EOF}, END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    pthread_t thread;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, b.call), 0);
    assert_int_equal(perform(&b), SMITHY_ERROR_CANCELED);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_CANCELED);
    pthread_join(thread, NULL);
    close_bench(&b);
}

/* ---- threads ---- */

#define THREADS       4
#define REQUESTS_EACH 10

typedef struct worker {
    const bench *shared;
    pthread_t thread;
    int succeeded;
} worker;

static void *work(void *context) {
    worker *self = context;
    for (int i = 0; i < REQUESTS_EACH; i++) {
        smithy_call *call = smithy_call_create(NULL);
        smithy_http_response response;
        smithy_transport *transport = self->shared->transport;
        if (call && transport->perform(transport, &self->shared->request, &response, call) == SMITHY_OK &&
            smithy_str_equal(response.body, SMITHY_STR("hi")))
            self->succeeded++;
        if (i % 3 == 0) transport->drop_idle(transport);
        smithy_call_destroy(call);
    }
    return NULL;
}

static void threads_share_a_transport(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        READ, SEND("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"), END};
    const loopback_step *connections[THREADS * REQUESTS_EACH];
    worker workers[THREADS];
    for (size_t i = 0; i < THREADS * REQUESTS_EACH; i++) connections[i] = ONE;
    bench b;
    OPEN(&b, connections);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.shared = &b};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].succeeded, REQUESTS_EACH);
    }
    close_bench(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_kept),
        cmocka_unit_test(dropped_connections_are_not_used_again),
        cmocka_unit_test(a_server_that_is_unwell_is_left),
        cmocka_unit_test(what_comes_after_a_body_is_never_taken_for_an_answer),
        cmocka_unit_test(a_request_on_a_dead_kept_connection_is_not_sent_again),
        cmocka_unit_test(a_refused_connection_was_not_sent),
        cmocka_unit_test(a_name_without_address_is_told),
        cmocka_unit_test(a_reset_after_the_request_is_a_failure_to_receive),
        cmocka_unit_test(an_answer_cut_at_any_byte_is_never_a_success),
        cmocka_unit_test(an_answer_that_is_not_http_is_a_failure_to_receive),
        cmocka_unit_test(an_attempt_ends_at_its_own_limit),
        cmocka_unit_test(an_attempt_ends_at_the_calls_deadline),
        cmocka_unit_test(a_stall_ends_an_attempt),
        cmocka_unit_test(a_canceled_call_ends_the_exchange),
        cmocka_unit_test(threads_share_a_transport),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
