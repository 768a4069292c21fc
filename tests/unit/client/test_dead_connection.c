/* A client over real connections that died while nobody looked, as a frozen Lambda's do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include "loopback_server.h"
#include "toy_service.h"

#include <cmocka.h>

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"name\":\"done\"}"

static const toy_input INPUT = {.name = SMITHY_STR_INIT("x")};

typedef struct client_bench {
    loopback_server server;
    smithy_call *call;
    smithy_credentials_provider *keys;
    smithy_client *client;
} client_bench;

static void open_client(client_bench *b, const loopback_step *const *connections, size_t count) {
    char url[64];
    loopback_server_start(&b->server, connections, count);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", b->server.port);
    b->call = smithy_call_create(NULL);
    assert_non_null(b->call);
    b->keys =
        smithy_credentials_static(SMITHY_STR("AKIDEXAMPLE"), SMITHY_STR("not-a-real-secret"), (smithy_str){0}, b->call);
    const smithy_client_options options = {
        .region = SMITHY_STR_INIT("eu-west-1"), .endpoint_url = smithy_str_from(url), .credentials = b->keys};
    b->client = smithy_client_create(&TOY_JSON, &options, NULL, 0, b->call);
    assert_non_null(b->client);
}

static void stop_client(client_bench *b) {
    smithy_client_destroy(b->client);
    loopback_server_stop(&b->server);
}

static void close_client(client_bench *b) {
    smithy_credentials_provider_destroy(b->keys);
    smithy_call_destroy(b->call);
    loopback_server_free(&b->server);
}

static smithy_status echo(client_bench *b) {
    toy_output output = {0};
    smithy_call_clear_error(b->call);
    const smithy_status status = smithy_client_invoke(b->client, &TOY_ECHO, &INPUT, &output, b->call);
    if (status == SMITHY_OK) assert_string_equal(output.name.ptr, "done");
    return status;
}

static const loopback_step GOOD[] = {
    {.kind = LOOPBACK_READ}, {.kind = LOOPBACK_SEND, .text = ANSWER}, {.kind = LOOPBACK_END}};
/* The second request comes, and nothing goes back: closed, or reset. */
static const loopback_step CLOSED[] = {
    {.kind = LOOPBACK_READ}, {.kind = LOOPBACK_SEND, .text = ANSWER}, {.kind = LOOPBACK_READ}, {.kind = LOOPBACK_END}};
static const loopback_step RESET[] = {{.kind = LOOPBACK_READ},
                                      {.kind = LOOPBACK_SEND, .text = ANSWER},
                                      {.kind = LOOPBACK_READ},
                                      {.kind = LOOPBACK_RESET},
                                      {.kind = LOOPBACK_END}};

static void a_request_on_a_dead_connection_is_sent_once_more_at_no_cost(void **state) {
    (void)state;
    static const loopback_step *const ENDS[] = {CLOSED, RESET};
    for (size_t i = 0; i < 2; i++) {
        const loopback_step *const connections[] = {ENDS[i], GOOD};
        client_bench b;
        open_client(&b, connections, 2);
        assert_int_equal(echo(&b), SMITHY_OK);
        assert_int_equal(echo(&b), SMITHY_OK);
        assert_int_equal(smithy_call_error(b.call)->attempts, 2);
        stop_client(&b);
        assert_int_equal(b.server.request_count, 3);
        /* Not one of the attempts that a service in trouble is asked with, so there was no wait, and no token spent. */
        assert_non_null(strstr(b.server.requests[1], "amz-sdk-request: attempt=1; max=3"));
        assert_non_null(strstr(b.server.requests[2], "amz-sdk-request: attempt=1; max=3"));
        close_client(&b);
    }
}

static void it_is_so_once_only(void **state) {
    (void)state;
    static const loopback_step DEAD[] = {{.kind = LOOPBACK_READ}, {.kind = LOOPBACK_RESET}, {.kind = LOOPBACK_END}};
    const loopback_step *const connections[] = {CLOSED, DEAD, GOOD};
    client_bench b;
    open_client(&b, connections, 3);
    assert_int_equal(echo(&b), SMITHY_OK);
    assert_int_equal(echo(&b), SMITHY_OK);
    assert_int_equal(smithy_call_error(b.call)->attempts, 3);
    stop_client(&b);
    assert_non_null(strstr(b.server.requests[3], "amz-sdk-request: attempt=2; max=3"));
    close_client(&b);
}

static void who_allows_one_attempt_learns_that_the_outcome_is_open(void **state) {
    (void)state;
    static const loopback_step *const CONNECTIONS[] = {CLOSED, GOOD};
    client_bench b;
    open_client(&b, CONNECTIONS, 2);
    assert_int_equal(echo(&b), SMITHY_OK);
    smithy_call_set_max_attempts(b.call, 1);
    assert_int_equal(echo(&b), SMITHY_ERROR_TRANSPORT);
    assert_true(smithy_call_error(b.call)->outcome_unknown);
    assert_int_equal(smithy_call_error(b.call)->attempts, 1);
    stop_client(&b);
    assert_int_equal(b.server.request_count, 2);
    close_client(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_on_a_dead_connection_is_sent_once_more_at_no_cost),
        cmocka_unit_test(it_is_so_once_only),
        cmocka_unit_test(who_allows_one_attempt_learns_that_the_outcome_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
