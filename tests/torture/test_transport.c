/* Answers that arrive in every way that a network knows, over real sockets: what a client makes of them is the right
 * result or a clear error, and never wrong data. Each answer is cut, or its connection reset, after each of its bytes;
 * SMITHY_EVERY_BYTE unset: after every eleventh. */
#include "curl_bench.h"

#include <dynamodb/dynamodb.h>
#include <logs/logs.h>
#include <s3/s3.h>

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define CONTENT "hello, archive"

/* An operation, an answer to it, and whether what came of it is what the answer says. */
typedef struct subject {
    const char *name;
    const char *answer;
    smithy_status (*run)(const char *url, int max_attempts, bool *is_right, smithy_call *call);
    bool has_checksum; /* A byte of the body that changed must be noticed. */
} subject;

/* ---- the operations ---- */

typedef struct collected {
    char text[256];
    size_t len;
} collected;

static smithy_status collect(void *context, const uint8_t *bytes, size_t len) {
    collected *all = context;
    assert_true(all->len + len < sizeof all->text);
    memcpy(all->text + all->len, bytes, len);
    all->len += len;
    return SMITHY_OK;
}

static smithy_status collect_anew(void *context) {
    ((collected *)context)->len = 0;
    return SMITHY_OK;
}

static smithy_status run_get_object(const char *url, int max_attempts, bool *is_right, smithy_call *call) {
    const s3_client_options options = {
        .endpoint_url = smithy_str_from(url), .max_attempts = max_attempts, .force_path_style = SMITHY_SET(true)};
    s3_client *client = s3_client_create(&options, call);
    assert_non_null(client);
    collected all = {.len = 0};
    smithy_sink sink = {.write = collect, .restart = collect_anew, .context = &all};
    const s3_get_object_input input = {
        .bucket = SMITHY_STR_INIT("bucket"), .key = SMITHY_STR_INIT("key"), .body_sink = &sink};
    s3_get_object_output output;
    const smithy_status status = s3_get_object(client, &input, &output, call);
    *is_right = smithy_str_equal((smithy_str){all.text, all.len}, SMITHY_STR(CONTENT)) &&
                smithy_str_equal(output.etag, SMITHY_STR("\"e\""));
    s3_client_destroy(client);
    return status;
}

static smithy_status run_list_objects(const char *url, int max_attempts, bool *is_right, smithy_call *call) {
    const s3_client_options options = {
        .endpoint_url = smithy_str_from(url), .max_attempts = max_attempts, .force_path_style = SMITHY_SET(true)};
    s3_client *client = s3_client_create(&options, call);
    assert_non_null(client);
    const s3_list_objects_v2_input input = {.bucket = SMITHY_STR_INIT("bucket")};
    s3_list_objects_v2_output output;
    const smithy_status status = s3_list_objects_v2(client, &input, &output, call);
    *is_right = output.contents.count == 2 && smithy_str_equal(output.contents.items[1].key, SMITHY_STR("b"));
    s3_client_destroy(client);
    return status;
}

static smithy_status run_describe_streams(const char *url, int max_attempts, bool *is_right, smithy_call *call) {
    const logs_client_options options = {.endpoint_url = smithy_str_from(url), .max_attempts = max_attempts};
    logs_client *client = logs_client_create(&options, call);
    assert_non_null(client);
    const logs_describe_log_streams_input input = {.log_group_name = SMITHY_STR_INIT("g")};
    logs_describe_log_streams_output output;
    const smithy_status status = logs_describe_log_streams(client, &input, &output, call);
    *is_right = output.log_streams.count == 2 &&
                smithy_str_equal(output.log_streams.items[1].log_stream_name, SMITHY_STR("b")) &&
                smithy_str_equal(output.next_token, SMITHY_STR("t"));
    logs_client_destroy(client);
    return status;
}

static smithy_status run_get_item(const char *url, int max_attempts, bool *is_right, smithy_call *call) {
    static const dynamodb_key_entry KEY[] = {
        {SMITHY_STR_INIT("id"), {.kind = DYNAMODB_ATTRIBUTE_VALUE_S, .s = SMITHY_STR_INIT("1")}}};
    const dynamodb_client_options options = {.endpoint_url = smithy_str_from(url), .max_attempts = max_attempts};
    dynamodb_client *client = dynamodb_client_create(&options, call);
    assert_non_null(client);
    const dynamodb_get_item_input input = {.table_name = SMITHY_STR_INIT("t"), .key = {KEY, 1}};
    dynamodb_get_item_output output;
    const smithy_status status = dynamodb_get_item(client, &input, &output, call);
    *is_right = output.item.count == 1 && smithy_str_equal(output.item.items[0].value.s, SMITHY_STR("x"));
    dynamodb_client_destroy(client);
    return status;
}

#define LISTING \
    "<ListBucketResult><Contents><Key>a</Key></Contents><Contents><Key>b</Key></Contents></ListBucketResult>"
#define ITEM "{\"Item\":{\"a\":{\"S\":\"x\"}}}"

static const subject SUBJECTS[] = {
    {"GetObject",
     "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nx-amz-checksum-crc32: /7pqHQ==\r\nContent-Length: 14\r\n\r\n" CONTENT,
     run_get_object, true},
    {"ListObjectsV2", "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 103\r\n\r\n" LISTING,
     run_list_objects, false},
    {"DescribeLogStreams",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"logStreams\":[{\r\n3c\r\n"
     "\"logStreamName\":\"a\"},{\"logStreamName\":\"b\"}],\"nextToken\":\"t\"}\r\n0\r\n\r\n",
     run_describe_streams, false},
    {"GetItem", "HTTP/1.1 200 OK\r\nx-amz-crc32: 2791394670\r\nContent-Length: 24\r\n\r\n" ITEM, run_get_item, true},
};
#define SUBJECT_COUNT (sizeof SUBJECTS / sizeof *SUBJECTS)

/* ---- one exchange ---- */

static void no_sleep(void *context, int64_t ms) {
    (void)context;
    (void)ms;
}

static const char *environment(void *context, const char *name) {
    static const char *const VARIABLES[][2] = {{"AWS_REGION", "eu-west-1"},
                                               {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                               {"AWS_SECRET_ACCESS_KEY", "not-a-real-secret"}};
    (void)context;
    for (size_t i = 0; i < sizeof VARIABLES / sizeof *VARIABLES; i++)
        if (strcmp(name, VARIABLES[i][0]) == 0) return VARIABLES[i][1];
    return NULL;
}

typedef struct outcome {
    smithy_status status;
    bool is_right;
} outcome;

static outcome run_at(const subject *it, int port, int max_attempts) {
    smithy_system system = *smithy_system_default();
    system.sleep_ms = no_sleep;
    system.env = environment;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &system, .timeout_ms = 20000});
    assert_non_null(call);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    outcome result = {SMITHY_OK, false};
    result.status = it->run(url, max_attempts, &result.is_right, call);
    if (result.status == SMITHY_OK && !result.is_right) fail_msg("%s: wrong data", it->name);
    if (result.status != SMITHY_OK && !*smithy_call_error(call)->message) fail_msg("%s: nothing is said", it->name);
    smithy_call_destroy(call);
    return result;
}

/* What comes of `first` on the first connection, and the whole answer on the second. */
static outcome run(const subject *it, const loopback_step *first, int max_attempts) {
    const loopback_step good[] = {READ, SEND(it->answer), END};
    const loopback_step *const connections[] = {first, good};
    loopback_server server;
    loopback_server_start(&server, connections, 2);
    const outcome result = run_at(it, server.port, max_attempts);
    loopback_server_stop(&server);
    loopback_server_free(&server);
    return result;
}

static size_t stride(void) {
    return getenv("SMITHY_EVERY_BYTE") ? 1 : 11;
}

static bool is_about_the_answer(smithy_status status) {
    return status == SMITHY_ERROR_TRANSPORT || status == SMITHY_ERROR_RESPONSE || status == SMITHY_ERROR_SERVICE;
}

static void check_refused(const subject *it, outcome result, const char *how, size_t at) {
    if (!is_about_the_answer(result.status))
        fail_msg("%s, %s after %zu bytes: \"%s\"", it->name, how, at, smithy_status_name(result.status));
}

static void check_repaired(const subject *it, outcome result, const char *how, size_t at) {
    if (result.status != SMITHY_OK)
        fail_msg("%s, %s after %zu bytes, then whole: \"%s\"", it->name, how, at, smithy_status_name(result.status));
}

/* ---- what a network does ---- */

static void whole_answers_are_understood(void **state) {
    (void)state;
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        const loopback_step whole[] = {READ, SEND(SUBJECTS[i].answer), END};
        check_repaired(&SUBJECTS[i], run(&SUBJECTS[i], whole, 1), "whole", 0);
    }
}

/* Nothing listens there any more. */
static void a_refused_connection_is_an_error(void **state) {
    (void)state;
    static const loopback_step *const NONE[] = {NULL};
    loopback_server server;
    loopback_server_start(&server, NONE, 0);
    loopback_server_stop(&server);
    for (size_t i = 0; i < SUBJECT_COUNT; i++)
        assert_int_equal(run_at(&SUBJECTS[i], server.port, 2).status, SMITHY_ERROR_TRANSPORT);
}

/* `last`: how the connection ends after `len` bytes of the answer. */
static void break_off(const subject *it, size_t len, loopback_step_kind last, const char *how) {
    const loopback_step part = {.kind = LOOPBACK_SEND, .text = it->answer, .len = len};
    const loopback_step steps[] = {READ, len ? part : (loopback_step){.kind = LOOPBACK_WAIT}, {.kind = last}, END};
    const outcome once = run(it, steps, 1);
    if (once.status != SMITHY_OK) check_refused(it, once, how, len); /* All was there but the end of the last chunk. */
    check_repaired(it, run(it, steps, 2), how, len);
}

static void an_answer_cut_at_any_byte_is_an_error_or_sent_for_again(void **state) {
    (void)state;
    for (size_t i = 0; i < SUBJECT_COUNT; i++)
        for (size_t len = 0; len < strlen(SUBJECTS[i].answer); len += stride())
            break_off(&SUBJECTS[i], len, LOOPBACK_END, "cut");
}

static void a_connection_reset_at_any_byte_is_an_error_or_made_again(void **state) {
    (void)state;
    for (size_t i = 0; i < SUBJECT_COUNT; i++)
        for (size_t len = 0; len < strlen(SUBJECTS[i].answer); len += stride())
            break_off(&SUBJECTS[i], len, LOOPBACK_RESET, "reset");
}

static void errors_of_a_busy_server_are_told_or_waited_for(void **state) {
    (void)state;
    static const char *const ANSWERS[] = {
        "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
        "HTTP/1.1 503 Slow Down\r\nContent-Length: 36\r\n\r\n<Error><Code>SlowDown</Code></Error>\n",
    };
    for (size_t i = 0; i < SUBJECT_COUNT; i++)
        for (size_t k = 0; k < sizeof ANSWERS / sizeof *ANSWERS; k++) {
            const loopback_step steps[] = {READ, SEND(ANSWERS[k]), END};
            assert_int_equal(run(&SUBJECTS[i], steps, 1).status, SMITHY_ERROR_SERVICE);
            check_repaired(&SUBJECTS[i], run(&SUBJECTS[i], steps, 2), ANSWERS[k], 0);
        }
}

/* 429 says nothing by itself: its code does, to those who can read it. */
static void too_many_requests_are_told_or_waited_for(void **state) {
    (void)state;
    const char *answer =
        "HTTP/1.1 429 Too Many\r\nRetry-After: 1\r\nContent-Length: 32\r\n\r\n{\"__type\":\"ThrottlingException\"}";
    const loopback_step steps[] = {READ, SEND(answer), END};
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        const bool speaks_json = SUBJECTS[i].run == run_describe_streams || SUBJECTS[i].run == run_get_item;
        assert_int_equal(run(&SUBJECTS[i], steps, 1).status, SMITHY_ERROR_SERVICE);
        assert_int_equal(run(&SUBJECTS[i], steps, 2).status, speaks_json ? SMITHY_OK : SMITHY_ERROR_SERVICE);
    }
}

/* ---- what a network should not do ---- */

static void a_byte_of_a_body_that_changed_is_noticed_by_the_checksum(void **state) {
    (void)state;
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        if (!SUBJECTS[i].has_checksum) continue;
        char answer[512];
        snprintf(answer, sizeof answer, "%s", SUBJECTS[i].answer);
        for (char *at = strstr(answer, "\r\n\r\n") + 4; *at; at++) {
            *at ^= 1;
            const loopback_step steps[] = {READ, SEND(answer), END};
            check_refused(&SUBJECTS[i], run(&SUBJECTS[i], steps, 1), "a bit flipped", (size_t)(at - answer));
            *at ^= 1;
        }
    }
}

static void an_answer_may_come_byte_by_byte(void **state) {
    (void)state;
    for (size_t i = 0; i < SUBJECT_COUNT; i++) {
        const loopback_step steps[] = {READ, {.kind = LOOPBACK_TRICKLE, .text = SUBJECTS[i].answer, .ms = 0}, END};
        check_repaired(&SUBJECTS[i], run(&SUBJECTS[i], steps, 1), "trickled", 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_answers_are_understood),
        cmocka_unit_test(a_refused_connection_is_an_error),
        cmocka_unit_test(an_answer_cut_at_any_byte_is_an_error_or_sent_for_again),
        cmocka_unit_test(a_connection_reset_at_any_byte_is_an_error_or_made_again),
        cmocka_unit_test(errors_of_a_busy_server_are_told_or_waited_for),
        cmocka_unit_test(too_many_requests_are_told_or_waited_for),
        cmocka_unit_test(a_byte_of_a_body_that_changed_is_noticed_by_the_checksum),
        cmocka_unit_test(an_answer_may_come_byte_by_byte),
    };
    return cmocka_run_group_tests_name("torture of the transport", tests, NULL, NULL);
}
