/* What the libcurl transport sends and reads, against a server that does what it likes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "curl_bench.h"

#include <smithy/buffer.h>

#include <cmocka.h>

/* ---- what is sent ---- */

static void a_request_goes_out_exactly_as_written(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(smithy_headers_add(&b.request.headers, SMITHY_STR("X-Empty"), SMITHY_STR(""), b.call), SMITHY_OK);
    assert_int_equal(smithy_headers_add(&b.request.headers, SMITHY_STR("Host"), SMITHY_STR("example.com"), b.call),
                     SMITHY_OK);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.status, 200);
    assert_string_equal(b.response.body.ptr, "hi");
    assert_int_equal(b.response.body_length, 2);
    assert_true(b.response.sent);
    assert_false(b.response.reused);
    stop(&b);
    const char *request = b.server.requests[0];
    assert_int_equal(strncmp(request, "GET /a//./../b?x=%20 HTTP/1.1\r\n", 31), 0);
    assert_non_null(strstr(request, "\r\nX-Empty:\r\n"));
    assert_non_null(strstr(request, "\r\nHost: example.com\r\n"));
    assert_non_null(strstr(request, "\r\nAccept-Encoding: identity\r\n"));
    assert_null(strstr(request, "Expect:"));
    assert_null(strstr(request, "\r\nAccept:"));
    assert_null(strstr(request, "User-Agent:"));
    close_bench(&b);
}

static void bytes_are_posted_with_their_length(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 204 No Content\r\n\r\n"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.method = SMITHY_STR("POST");
    b.request.body.bytes = (smithy_bytes){(const uint8_t *)"a\0b", 3};
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.status, 204);
    assert_string_equal(b.response.body.ptr, "");
    stop(&b);
    assert_non_null(strstr(b.server.requests[0], "\r\nContent-Length: 3\r\n"));
    assert_null(strstr(b.server.requests[0], "Content-Type"));
    assert_memory_equal(strstr(b.server.requests[0], "\r\n\r\n") + 4, "a\0b", 3);
    close_bench(&b);
}

static void a_post_without_body_says_so(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.method = SMITHY_STR("POST");
    assert_int_equal(perform(&b), SMITHY_OK);
    stop(&b);
    assert_non_null(strstr(b.server.requests[0], "\r\nContent-Length: 0\r\n"));
    close_bench(&b);
}

static bool is_this_machine(const smithy_address *address) {
    return !address->is_v6 && address->bytes[0] == 127 && address->bytes[3] == 1;
}

static bool is_another_machine(const smithy_address *address) {
    return !is_this_machine(address);
}

static void an_address_that_is_not_allowed_is_not_connected_to(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.allows = is_another_machine;
    assert_int_equal(perform(&b), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_CONNECT);
    assert_false(b.response.sent);
    assert_non_null(strstr(smithy_call_error(b.call)->message, "it has an address that is not allowed"));
    b.request.allows = is_this_machine;
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_string_equal(b.response.body.ptr, "hi");
    stop(&b);
    assert_int_equal(b.server.accepted, 1);
    close_bench(&b);
}

static void a_request_that_asks_for_the_address_uses_no_kept_connection(void **state) {
    (void)state;
    static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    static const loopback_step TWO[] = {READ, SEND(ANSWER), READ, SEND(ANSWER), END};
    static const loopback_step ONE[] = {READ, SEND(ANSWER), END};
    static const loopback_step *const CONNECTIONS[] = {TWO, ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(perform(&b), SMITHY_OK);
        assert_true(b.response.reused == (i == 1));
    }
    b.request.allows = is_another_machine;
    assert_int_equal(perform(&b), SMITHY_ERROR_TRANSPORT);
    b.request.allows = is_this_machine;
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_false(b.response.reused);
    stop(&b);
    assert_int_equal(b.server.accepted, 2);
    close_bench(&b);
}

static void a_large_file_is_sent_whole(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    FILE *file = tmpfile();
    assert_non_null(file);
    for (int i = 0; i < 3 * 1024 * 1024; i++) putc('a' + i % 26, file);
    fflush(file);
    smithy_file_source source = {.fd = fileno(file), .length = 3 * 1024 * 1024};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.method = SMITHY_STR("PUT");
    b.request.body = smithy_body_from_file(&source);
    assert_int_equal(perform(&b), SMITHY_OK);
    stop(&b);
    assert_non_null(strstr(b.server.requests[0], "\r\nContent-Length: 3145728\r\n"));
    assert_non_null(strstr(b.server.requests[0], "\r\nExpect: 100-continue\r\n"));
    fclose(file);
    close_bench(&b);
}

/* S3 refuses an upload without waiting for its end. */
static void an_answer_ahead_of_the_bodys_end_is_the_answer(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        SEND("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno"),
        {.kind = LOOPBACK_WAIT_EOF},
        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    static const uint8_t BYTES[3 * 1024 * 1024] = {0};
    static const size_t LENGTHS[] = {1, 1024 * 1024, sizeof BYTES};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
        bench b;
        OPEN(&b, CONNECTIONS);
        b.request.method = SMITHY_STR("PUT");
        b.request.body.bytes = (smithy_bytes){BYTES, LENGTHS[i]};
        assert_int_equal(perform(&b), SMITHY_OK);
        assert_int_equal(b.response.status, 403);
        assert_string_equal(b.response.body.ptr, "no");
        close_bench(&b);
    }
}

static void a_header_that_would_break_out_is_refused(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(smithy_headers_add(&b.request.headers, SMITHY_STR("X"), SMITHY_STR("a\r\nY: b"), b.call),
                     SMITHY_OK);
    assert_int_equal(perform(&b), SMITHY_ERROR_INPUT);
    assert_false(b.response.sent);
    stop(&b);
    assert_int_equal(b.server.accepted, 0);
    close_bench(&b);
}

/* Metadata services and the Runtime API are on this machine, and what they say is nobody else's business. */
static void a_request_without_proxy_goes_direct_whatever_is_set(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE, ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    smithy_transport_destroy(b.transport);
    b.transport = smithy_curl_transport_create(
        &(smithy_curl_options){.proxy = SMITHY_STR("http://127.0.0.1:1"), .no_proxy = SMITHY_STR("")}, b.call);
    assert_non_null(b.transport);
    assert_int_equal(perform(&b), SMITHY_OK);
    b.request.no_proxy = false;
    assert_int_equal(perform(&b), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_CONNECT);
    close_bench(&b);
}

static void the_options_say_no_proxy_to_the_environment(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    OPEN(&b, CONNECTIONS);
    smithy_transport_destroy(b.transport);
    b.transport = smithy_curl_transport_create(&(smithy_curl_options){.proxy = SMITHY_STR("")}, b.call);
    assert_non_null(b.transport);
    b.request.no_proxy = false;
    assert_int_equal(perform(&b), SMITHY_OK);
    unsetenv("http_proxy");
    close_bench(&b);
}

/* ---- what is read ---- */

static void interim_answers_are_skipped(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        READ,
        SEND("HTTP/1.1 103 Early Hints\r\nX-A: no\r\n\r\nHTTP/1.1 200 OK\r\nX-A:  yes \r\nContent-Length: 1\r\n\r\n!"),
        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.status, 200);
    assert_string_equal(smithy_headers_get(&b.response.headers, "x-a").ptr, "yes");
    assert_string_equal(b.response.body.ptr, "!");
    close_bench(&b);
}

static void chunks_are_joined_and_trailers_are_no_headers(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ,
                                        SEND("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                             "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n"),
                                        END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_string_equal(b.response.body.ptr, "abcde");
    assert_null(smithy_headers_get(&b.response.headers, "x-late").ptr);
    close_bench(&b);
}

static void a_head_has_no_body_whatever_its_length_says(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.method = SMITHY_STR("HEAD");
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.body_length, 0);
    assert_string_equal(smithy_headers_get(&b.response.headers, "content-length").ptr, "1000");
    close_bench(&b);
}

static void a_redirect_is_an_answer(void **state) {
    (void)state;
    static const loopback_step ONE[] = {
        READ, SEND("HTTP/1.1 307 Temporary Redirect\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_int_equal(b.response.status, 307);
    close_bench(&b);
}

/* ---- sinks ---- */

static smithy_status sink_write(void *context, const uint8_t *bytes, size_t len) {
    smithy_buffer_append(context, bytes, len);
    return smithy_buffer_status(context);
}

static void a_sink_takes_the_body_of_a_success_only(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"), READ,
                                        SEND("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nerror"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    smithy_buffer taken;
    smithy_buffer_init(&taken, NULL, 100);
    smithy_sink sink = {.write = sink_write, .context = &taken};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.sink = &sink;
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_string_equal(taken.ptr, "body");
    assert_int_equal(b.response.body.len, 0);
    assert_int_equal(b.response.body_length, 4);
    assert_int_equal(perform(&b), SMITHY_OK);
    assert_string_equal(taken.ptr, "body");
    assert_string_equal(b.response.body.ptr, "error");
    smithy_buffer_deinit(&taken);
    close_bench(&b);
}

static smithy_status sink_refuse(void *context, const uint8_t *bytes, size_t len) {
    (void)context, (void)bytes, (void)len;
    return SMITHY_ERROR_IO;
}

static void a_sink_that_refuses_ends_the_exchange(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    smithy_sink sink = {.write = sink_refuse};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.sink = &sink;
    assert_int_equal(perform(&b), SMITHY_ERROR_IO);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_LOCAL);
    close_bench(&b);
}

static void a_body_past_its_maximum_is_refused(void **state) {
    (void)state;
    static const loopback_step ONE[] = {READ, SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"), END};
    static const loopback_step *const CONNECTIONS[] = {ONE};
    bench b;
    OPEN(&b, CONNECTIONS);
    b.request.max_body = 3;
    assert_int_equal(perform(&b), SMITHY_ERROR_LIMIT);
    assert_int_equal(b.response.failure, SMITHY_HTTP_FAILURE_TOO_LARGE);
    close_bench(&b);
}

static void headers_without_end_are_refused(void **state) {
    (void)state;
    static char head[40 * 8192];
    size_t len = (size_t)sprintf(head, "HTTP/1.1 200 OK\r\n");
    while (len < sizeof head - 9000) {
        len += (size_t)sprintf(head + len, "X-%zu: ", len);
        memset(head + len, 'a', 8000);
        len += 8000;
        len += (size_t)sprintf(head + len, "\r\n");
    }
    const loopback_step one[] = {READ, {.kind = LOOPBACK_SEND, .text = head, .len = len}, END};
    const loopback_step *const connections[] = {one};
    bench b;
    OPEN(&b, connections);
    assert_int_not_equal(perform(&b), SMITHY_OK);
    assert_int_not_equal(b.response.failure, SMITHY_HTTP_FAILURE_NONE);
    close_bench(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_goes_out_exactly_as_written),
        cmocka_unit_test(bytes_are_posted_with_their_length),
        cmocka_unit_test(a_post_without_body_says_so),
        cmocka_unit_test(an_address_that_is_not_allowed_is_not_connected_to),
        cmocka_unit_test(a_request_that_asks_for_the_address_uses_no_kept_connection),
        cmocka_unit_test(a_large_file_is_sent_whole),
        cmocka_unit_test(an_answer_ahead_of_the_bodys_end_is_the_answer),
        cmocka_unit_test(a_header_that_would_break_out_is_refused),
        cmocka_unit_test(a_request_without_proxy_goes_direct_whatever_is_set),
        cmocka_unit_test(the_options_say_no_proxy_to_the_environment),
        cmocka_unit_test(interim_answers_are_skipped),
        cmocka_unit_test(chunks_are_joined_and_trailers_are_no_headers),
        cmocka_unit_test(a_head_has_no_body_whatever_its_length_says),
        cmocka_unit_test(a_redirect_is_an_answer),
        cmocka_unit_test(a_sink_takes_the_body_of_a_success_only),
        cmocka_unit_test(a_sink_that_refuses_ends_the_exchange),
        cmocka_unit_test(a_body_past_its_maximum_is_refused),
        cmocka_unit_test(headers_without_end_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
