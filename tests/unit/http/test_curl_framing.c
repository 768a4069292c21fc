/* Where an answer's body begins and ends, when it may be sent at all, and what no server can make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "curl_bench.h"

#include <cmocka.h>

#define MIB ((size_t)1024 * 1024)

/* ---- lengths ---- */

typedef struct framing {
    const char *answer;
    smithy_status status;
    const char *body;
} framing;

static void a_body_is_as_long_as_its_headers_say_or_the_answer_is_none(void **state) {
    (void)state;
    static const framing CASES[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", SMITHY_OK, "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world", SMITHY_OK, "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", SMITHY_OK, "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\n\r\nhello", SMITHY_OK, "hello"}, /* Up to the end of the connection. */
        {"HTTP/1.0 200 OK\r\n\r\nhello", SMITHY_OK, "hello"},
        {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", SMITHY_OK, ""},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", SMITHY_OK, ""},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", SMITHY_OK, "hello"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n", SMITHY_OK, "hello"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n", SMITHY_ERROR_TRANSPORT,
         NULL},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhi", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/0.9 200 OK\r\nContent-Length: 5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 2000 OK\r\nContent-Length: 5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 abc OK\r\nContent-Length: 5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"HTTP/1.1 099 Hm\r\nContent-Length: 5\r\n\r\nhello", SMITHY_ERROR_TRANSPORT, NULL},
        {"\r\n", SMITHY_ERROR_TRANSPORT, NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const loopback_step one[] = {READ, SEND(CASES[i].answer), END};
        const loopback_step *const connections[] = {one};
        bench b;
        OPEN(&b, connections);
        const smithy_status status = perform(&b);
        if (status != CASES[i].status) print_message("%s", CASES[i].answer);
        assert_int_equal(status, CASES[i].status);
        assert_int_equal(b.response.failure == SMITHY_HTTP_FAILURE_NONE, status == SMITHY_OK);
        if (CASES[i].body) assert_string_equal(b.response.body.ptr, CASES[i].body);
        close_bench(&b);
    }
}

static void an_error_may_be_long(void **state) {
    (void)state;
    static char answer[11 * 1024 * 1024];
    const size_t head = (size_t)sprintf(answer, "HTTP/1.1 500 Oops\r\nContent-Length: %zu\r\n\r\n", 10 * MIB);
    memset(answer + head, 'e', 10 * MIB);
    const loopback_step one[] = {
        READ, {.kind = LOOPBACK_SEND, .text = answer, .len = head + 10 * MIB}, {.kind = LOOPBACK_WAIT_EOF}, END};
    const loopback_step *const connections[] = {one};
    bench b;
    OPEN(&b, connections);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.status, 500);
    assert_int_equal(b.response.body.len, 10 * MIB);
    close_bench(&b);
}

/* ---- heads ---- */

static void heads_have_a_maximum(void **state) {
    (void)state;
    static char answer[512 * 1024];
    static const struct {
        size_t count, size;
        bool fits;
    } CASES[] = {{200, 10, true}, {257, 10, false}, {20, 8000, true}, {40, 8000, false}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        size_t len = (size_t)sprintf(answer, "HTTP/1.1 204 No Content\r\n");
        for (size_t n = 0; n < CASES[i].count; n++)
            len += (size_t)sprintf(answer + len, "X-%zu: %0*d\r\n", n, (int)CASES[i].size, 0);
        len += (size_t)sprintf(answer + len, "\r\n");
        const loopback_step one[] = {READ, {.kind = LOOPBACK_SEND, .text = answer, .len = len}, END};
        const loopback_step *const connections[] = {one};
        bench b;
        OPEN(&b, connections);
        assert_int_equal(perform(&b) == SMITHY_OK, CASES[i].fits);
        if (CASES[i].fits) assert_int_equal(b.response.headers.count, CASES[i].count);
        close_bench(&b);
    }
}

static void interim_answers_without_end_are_refused(void **state) {
    (void)state;
    static char answer[400 * 1024];
    size_t len = 0;
    while (len < sizeof answer - 64) len += (size_t)sprintf(answer + len, "HTTP/1.1 102 Processing\r\n\r\n");
    const loopback_step one[] = {
        READ, {.kind = LOOPBACK_SEND, .text = answer, .len = len}, {.kind = LOOPBACK_WAIT_EOF}, END};
    const loopback_step *const connections[] = {one};
    bench b;
    OPEN(&b, connections);
    assert_int_equal(perform(&b), SMITHY_ERROR_LIMIT);
    close_bench(&b);
}

/* ---- "Expect: 100-continue" ---- */

static uint8_t upload[2 * 1024 * 1024];

static void open_upload(bench *b, const loopback_step *const *connections, size_t len) {
    open_bench(b, connections, 1);
    b->request.method = SMITHY_STR("PUT");
    b->request.body.bytes = (smithy_bytes){upload, len};
}

static void only_bodies_from_two_mib_on_ask_first(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    static const size_t LENGTHS[] = {0, 1, 8 * 1024, 8 * 1024 + 1, 2 * 1024 * 1024 - 1, 2 * 1024 * 1024};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
        bench b;
        open_upload(&b, CONNECTIONS, LENGTHS[i]);
        assert_int_equal(perform(&b), SMITHY_OK);
        stop(&b);
        const bool asks = strstr(b.server.requests[0], "\r\nExpect: 100-continue\r\n") != NULL;
        assert_int_equal(asks, LENGTHS[i] >= sizeof upload);
        close_bench(&b);
    }
}

static void a_request_may_say_that_it_does_not_ask(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    open_upload(&b, CONNECTIONS, sizeof upload);
    b.request.no_expect = true;
    assert_int_equal(perform(&b), SMITHY_OK);
    stop(&b);
    assert_null(strstr(b.server.requests[0], "Expect"));
    close_bench(&b);
}

static void a_final_answer_instead_of_100_keeps_the_body_here(void **state) {
    (void)state;
    static const loopback_step ONE[] = {{.kind = LOOPBACK_READ_HEAD},
                                        SEND("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
                                        {.kind = LOOPBACK_WAIT_EOF},
                                        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    open_upload(&b, CONNECTIONS, sizeof upload);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.status, 403);
    assert_string_equal(b.response.body.ptr, "no");
    stop(&b);
    assert_int_equal(b.server.left_over, 0);
    close_bench(&b);
}

static void a_server_that_says_nothing_gets_the_body_after_a_second(void **state) {
    (void)state;
    static const loopback_step ONE[] = {{.kind = LOOPBACK_READ_HEAD}, {.kind = LOOPBACK_WAIT_EOF}, END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    open_upload(&b, CONNECTIONS, sizeof upload);
    b.request.attempt_timeout_ms = 1800;
    assert_int_equal(perform(&b), SMITHY_ERROR_TIMEOUT);
    stop(&b);
    assert_int_equal(b.server.left_over, sizeof upload);
    close_bench(&b);
}

/* libcurl asks again without "Expect" by itself: the first request had no effect, as its body never left. */
static void a_server_that_does_not_know_expect_gets_the_body_without_it(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        {.kind = LOOPBACK_READ_HEAD},
        SEND("HTTP/1.1 417 Expectation Failed\r\nX-Of: 417\r\nContent-Length: 4\r\n\r\nwhat"),
        READ,
        SEND("HTTP/1.1 200 OK\r\nX-Of: 200\r\nContent-Length: 2\r\n\r\nok"),
        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    open_upload(&b, CONNECTIONS, sizeof upload);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.status, 200);
    assert_string_equal(b.response.body.ptr, "ok");
    assert_string_equal(smithy_headers_get(&b.response.headers, "x-of").ptr, "200");
    close_bench(&b);
}

/* ---- answers that come while the body is on its way ---- */

typedef struct slow_body {
    loopback_server *server; /* NULL: it is not waited for. */
    int pieces;
} slow_body;

/* Before the second piece, waits until the server has answered and gone, or a moment. */
static smithy_status read_slowly(void *context, uint8_t *bytes, size_t size, size_t *len) {
    slow_body *body = context;
    const struct timespec pause = {0, 10000000};
    const int most = body->server ? 2000 : 30;
    if (++body->pieces == 2)
        for (int i = 0; i < most && !(body->server && atomic_load(&body->server->closed)); i++) nanosleep(&pause, NULL);
    memset(bytes, 'b', size);
    *len = size;
    return SMITHY_OK;
}

static void an_answer_ahead_of_a_reset_is_read_and_the_rest_of_the_body_stays_here(void **state) {
    (void)state;
    static const loopback_step ONE[] = {{.kind = LOOPBACK_READ_HEAD},
                                        SEND("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
                                        {.kind = LOOPBACK_RESET},
                                        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    open_upload(&b, CONNECTIONS, 0);
    slow_body body = {.server = &b.server};
    b.request.body = (smithy_body){.read = read_slowly, .context = &body, .length = (int64_t)MIB};
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.status, 403);
    assert_string_equal(b.response.body.ptr, "no");
    close_bench(&b);
}

static void what_is_no_answer_yet_does_not_hold_the_body_up(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        {.kind = LOOPBACK_READ_HEAD},       SEND("HTTP/1.1 102 Processing\r\n\r\n"),
        {.kind = LOOPBACK_WAIT, .ms = 500}, SEND("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nConte"),
        {.kind = LOOPBACK_WAIT_EOF},        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    open_upload(&b, CONNECTIONS, 0);
    slow_body body = {0};
    b.request.body = (smithy_body){.read = read_slowly, .context = &body, .length = 400000};
    b.request.attempt_timeout_ms = 1500;
    assert_int_equal(perform(&b), SMITHY_ERROR_TIMEOUT);
    stop(&b);
    assert_true(b.server.left_over > 200000);
    close_bench(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_as_long_as_its_headers_say_or_the_answer_is_none),
        cmocka_unit_test(an_error_may_be_long),
        cmocka_unit_test(heads_have_a_maximum),
        cmocka_unit_test(interim_answers_without_end_are_refused),
        cmocka_unit_test(only_bodies_from_two_mib_on_ask_first),
        cmocka_unit_test(a_request_may_say_that_it_does_not_ask),
        cmocka_unit_test(a_final_answer_instead_of_100_keeps_the_body_here),
        cmocka_unit_test(a_server_that_says_nothing_gets_the_body_after_a_second),
        cmocka_unit_test(a_server_that_does_not_know_expect_gets_the_body_without_it),
        cmocka_unit_test(an_answer_ahead_of_a_reset_is_read_and_the_rest_of_the_body_stays_here),
        cmocka_unit_test(what_is_no_answer_yet_does_not_hold_the_body_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
