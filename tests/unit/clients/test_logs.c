/* GetLogEvents, whose last page gives the token back that it was asked for. */
#include <setjmp.h>
#include <stdarg.h>

#include "client_bench.h"

#include <logs/logs.h>

#include <cmocka.h>

static void a_walk_ends_when_the_token_repeats(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .body = "{\"events\":[],\"nextForwardToken\":\"f/1\"}"},
        {.status = 200, .body = "{\"events\":[{\"timestamp\":1,\"message\":\"a\"}],\"nextForwardToken\":\"f/2\"}"},
        {.status = 200, .body = "{\"events\":[],\"nextForwardToken\":\"f/2\"}"},
    };
    client_bench bench;
    client_bench_open(&bench, ANSWERS, 3);
    logs_client *client = logs_client_create(NULL, bench.call);
    assert_non_null(client);
    logs_get_log_events_pages pages = {
        .input = {.log_stream_name = SMITHY_STR("s"), .start_from_head = SMITHY_SET(true)}};
    const logs_get_log_events_output *page = NULL;
    size_t page_count = 0, event_count = 0;
    while (logs_get_log_events_next(client, &pages, &page, bench.call) == SMITHY_OK && page) {
        page_count++;
        event_count += page->events.count;
    }
    assert_int_equal(smithy_call_status(bench.call), SMITHY_OK);
    assert_int_equal(page_count, 3);
    assert_int_equal(event_count, 1);
    logs_client_destroy(client);
    client_bench_close(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_ends_when_the_token_repeats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
