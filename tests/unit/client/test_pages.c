/* Walks over pages and over their items, by generated clients: a token that is a text, and one that is a map. */
#include "check.h"
#include "toy_bench.h"

#include <dynamodb/ops/query.h>
#include <logs/ops/describe_log_streams.h>

typedef struct world {
    fake_system fake;
    scripted_transport transport;
    smithy_call *call;
    logs_client *logs;
    dynamodb_client *dynamodb;
} world;

static void world_open(world *w, const scripted_answer *answers, size_t count) {
    fake_system_init(&w->fake, 7);
    fake_system_set_env(&w->fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&w->fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&w->fake, "AWS_SECRET_ACCESS_KEY", "not-a-real-secret");
    fake_system_set_env(&w->fake, "AWS_MAX_ATTEMPTS", "1");
    scripted_transport_init(&w->transport, &w->fake, answers, count);
    w->fake.system.transport = &w->transport.base;
    w->call = smithy_call_create(&(smithy_call_options){.system = &w->fake.system, .max_memory = (size_t)1024 * 1024});
    assert_non_null(w->call);
    w->logs = logs_client_create(NULL, w->call);
    w->dynamodb = dynamodb_client_create(NULL, w->call);
    assert_true(w->logs && w->dynamodb);
}

static void world_close(world *w) {
    logs_client_destroy(w->logs);
    dynamodb_client_destroy(w->dynamodb);
    smithy_call_destroy(w->call);
    scripted_transport_deinit(&w->transport);
    assert_int_equal(w->fake.live_blocks, 0);
    fake_system_deinit(&w->fake);
}

#define STREAM(name) "{\"logStreamName\":\"" name "\"}"
#define ANSWER(text) \
    { .status = 200, .body = (text) }

static const scripted_answer STREAMS[] = {
    ANSWER("{\"logStreams\":[" STREAM("a") "," STREAM("b") "],\"nextToken\":\"t1\"}"),
    ANSWER("{\"logStreams\":[],\"nextToken\":\"t2\"}"), /* Empty, and others follow. */
    ANSWER("{\"nextToken\":\"t3\"}"),
    {.failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true},
    ANSWER("{\"logStreams\":[" STREAM("c") "]}"),
};

static void items_come_from_every_page_and_after_a_failure(void **state) {
    (void)state;
    world w;
    world_open(&w, STREAMS, sizeof STREAMS / sizeof *STREAMS);
    logs_describe_log_streams_items items = {.pages = {.input = {.log_group_name = SMITHY_STR("shop")}}};
    const logs_log_stream *item = NULL;
    assert_int_equal(logs_describe_log_streams_next_item(w.logs, &items, &item, w.call), SMITHY_OK);
    check_text(item->log_stream_name, "a");
    assert_int_equal(logs_describe_log_streams_next_item(w.logs, &items, &item, w.call), SMITHY_OK);
    check_text(item->log_stream_name, "b");
    assert_int_equal(logs_describe_log_streams_next_item(w.logs, &items, &item, w.call), SMITHY_ERROR_TRANSPORT);
    assert_null(item);
    assert_int_equal(logs_describe_log_streams_next_item(w.logs, &items, &item, w.call), SMITHY_OK);
    check_text(item->log_stream_name, "c");
    for (int again = 0; again < 2; again++) {
        assert_int_equal(logs_describe_log_streams_next_item(w.logs, &items, &item, w.call), SMITHY_OK);
        assert_null(item);
    }
    assert_int_equal(w.transport.request_count, 5);
    assert_non_null(strstr(w.transport.requests[4].body, "\"nextToken\":\"t3\""));
    world_close(&w);
}

#define ROW(key) "{\"id\":{\"N\":\"" key "\"},\"text\":{\"S\":\"x\"}}"
#define KEY(key) "\"LastEvaluatedKey\":{\"id\":{\"N\":\"" key "\"}}"

static const scripted_answer ROWS[] = {
    ANSWER("{\"Items\":[" ROW("1") "," ROW("2") "]," KEY("2") "}"),
    {.failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true},
    {.failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true},
    ANSWER("{\"Items\":[" ROW("3") "]," KEY("3") "}"),
    ANSWER("{\"Items\":[" ROW("4") "]}"),
};

/* The next item's id, asked for again while the answers get lost. */
static smithy_str next_id(world *w, dynamodb_query_items *items) {
    const dynamodb_attribute_map *item = NULL;
    smithy_status status = SMITHY_OK;
    do status = dynamodb_query_next_item(w->dynamodb, items, &item, w->call);
    while (status == SMITHY_ERROR_TRANSPORT);
    assert_int_equal(status, SMITHY_OK);
    return item ? item->items[0].value.n : (smithy_str){0};
}

static void a_token_of_many_pieces_survives_lost_answers(void **state) {
    (void)state;
    world w;
    world_open(&w, ROWS, sizeof ROWS / sizeof *ROWS);
    dynamodb_query_items items = {.pages = {.input = {.table_name = SMITHY_STR("notes")}}};
    check_text(next_id(&w, &items), "1");
    check_text(next_id(&w, &items), "2");
    check_text(next_id(&w, &items), "3");
    check_text(next_id(&w, &items), "4");
    assert_null(next_id(&w, &items).ptr);
    assert_null(strstr(w.transport.requests[0].body, "ExclusiveStartKey"));
    for (size_t i = 1; i < 4; i++)
        assert_non_null(strstr(w.transport.requests[i].body, "\"ExclusiveStartKey\":{\"id\":{\"N\":\"2\"}}"));
    assert_non_null(strstr(w.transport.requests[4].body, "\"ExclusiveStartKey\":{\"id\":{\"N\":\"3\"}}"));
    world_close(&w);
}

static void memory_stays_bounded_over_many_pages(void **state) {
    (void)state;
    enum { TEXT = 100000 };
    static char body[TEXT + 200];
    static scripted_answer answers[20];
    const int head = snprintf(body, sizeof body, "{\"Items\":[{\"id\":{\"N\":\"1\"},\"text\":{\"S\":\"");
    memset(body + head, 'x', TEXT);
    (void)snprintf(body + head + TEXT, sizeof body - (size_t)head - TEXT, "\"}}]," KEY("1") "}");
    for (size_t i = 0; i < 20; i++) answers[i] = (scripted_answer)ANSWER(body);
    world w;
    world_open(&w, answers, 20); /* 2 MB and its copies, through a call of 1 MiB. */
    dynamodb_query_pages pages = {.input = {.table_name = SMITHY_STR("notes")}};
    const dynamodb_query_output *page = NULL;
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(dynamodb_query_next(w.dynamodb, &pages, &page, w.call), SMITHY_OK);
        assert_int_equal(page->items.items[0].items[1].value.s.len, TEXT);
    }
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_from_every_page_and_after_a_failure),
        cmocka_unit_test(a_token_of_many_pieces_survives_lost_answers),
        cmocka_unit_test(memory_stays_bounded_over_many_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
