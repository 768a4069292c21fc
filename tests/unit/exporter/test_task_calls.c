/* The calls about export tasks: what is asked, what is made of each answer, and what is kept of it. */
#include "run_bench.h"
#include "task.h"

#include <stdio.h>

#define BODY(text_)  ((scripted_answer){.status = 200, .body = (text_)})
#define NO(code_)    ((scripted_answer){.status = 400, .body = "{\"__type\":\"" code_ "\",\"message\":\"no\"}"})
#define PAGE(items_) BODY("{\"exportTasks\":[" items_ "]}")

static const task_spec SPEC = {.kind = STATE_UNIT_STREAM,
                               .group = SMITHY_STR_INIT("app/0"),
                               .prefix = SMITHY_STR_INIT("web.1"),
                               .from_ms = 10,
                               .to_ms = 20,
                               .bucket = SMITHY_STR_INIT("archive"),
                               .destination_prefix = SMITHY_STR_INIT("x/y"),
                               .attempt = 1};

static int set_up(void **context) {
    (void)run_bench_set_up(context);
    run_bench *b = *context;
    b->run.logs = logs_client_create(NULL, b->run.call);
    assert_non_null(b->run.logs);
    return 0;
}

static int tear_down(void **context) {
    run_bench *b = *context;
    logs_client_destroy(b->run.logs);
    return run_bench_tear_down(context);
}

static bool asks(const run_bench *b, size_t index, const char *text) {
    return strstr(run_bench_asked(b, index)->body, text) != NULL;
}

static task_creation create(run_bench *b, const task_spec *spec, smithy_str *id) {
    return task_create(&b->run, spec, SMITHY_STR("the-name"), id);
}

/* ---- creating ---- */

static void what_is_to_be_exported_is_asked_for(void **context) {
    run_bench *b = *context;
    smithy_str id;
    run_bench_then(b, BODY("{\"taskId\":\"t-1\"}"));
    assert_int_equal(create(b, &SPEC, &id), TASK_CREATED);
    check_text(id, "t-1");
    assert_true(asks(b, 0, "\"taskName\":\"the-name\""));
    assert_true(asks(b, 0, "\"logGroupName\":\"app/0\""));
    assert_true(asks(b, 0, "\"logStreamNamePrefix\":\"web.1\""));
    assert_true(asks(b, 0, "\"from\":10"));
    assert_true(asks(b, 0, "\"to\":20"));
    assert_true(asks(b, 0, "\"destination\":\"archive\""));
    assert_true(asks(b, 0, "\"destinationPrefix\":\"x/y\""));
}

static void a_prefix_of_one_letter_is_asked_for_and_an_empty_one_is_not(void **context) {
    run_bench *b = *context;
    smithy_str id;
    task_spec spec = SPEC;
    for (int i = 0; i < 2; i++) run_bench_then(b, BODY("{\"taskId\":\"t-1\"}"));
    spec.prefix = SMITHY_STR("w");
    assert_int_equal(create(b, &spec, &id), TASK_CREATED);
    assert_true(asks(b, 0, "\"logStreamNamePrefix\":\"w\""));
    spec.prefix = SMITHY_STR("");
    assert_int_equal(create(b, &spec, &id), TASK_CREATED);
    assert_false(asks(b, 1, "logStreamNamePrefix"));
}

/* Whoever sends it again makes two tasks of it. */
static void a_creation_is_sent_once_and_what_follows_it_may_be_sent_again(void **context) {
    run_bench *b = *context;
    smithy_str id = SMITHY_STR("old");
    task_info info;
    run_bench_then(b, NO("ThrottlingException"));
    run_bench_then(b, NO("ThrottlingException"));
    run_bench_then(b, PAGE(""));
    assert_int_equal(create(b, &SPEC, &id), TASK_NOT_NOW);
    assert_int_equal(b->transport.request_count, 1);
    assert_null(id.ptr);
    assert_int_equal(task_poll(&b->run, SMITHY_STR("t-1"), &info), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 3);
}

static void each_refusal_says_what_to_do(void **context) {
    run_bench *b = *context;
    static const struct {
        scripted_answer answer;
        task_creation creation;
    } CASES[] = {
        {{.status = 200, .body = "{\"taskId\":\"t\"}"}, TASK_CREATED},
        {{.status = 200, .body = "{\"taskId\":\"\"}"}, TASK_LOST_ANSWER},
        {{.status = 200, .body = "{}"}, TASK_LOST_ANSWER},
        {{.failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true}, TASK_LOST_ANSWER},
        {{.failure = SMITHY_HTTP_FAILURE_TIMEOUT, .sent = true}, TASK_LOST_ANSWER},
        {{.failure = SMITHY_HTTP_FAILURE_CONNECT}, TASK_NOT_NOW},
        {{.failure = SMITHY_HTTP_FAILURE_TIMEOUT}, TASK_NOT_NOW},
        {{.failure = SMITHY_HTTP_FAILURE_CANCELED}, TASK_FATAL},
        {{.status = 400, .body = "{\"__type\":\"LimitExceededException\"}"}, TASK_SLOT_BUSY},
        {{.status = 400, .body = "{\"__type\":\"ResourceNotFoundException\"}"}, TASK_GROUP_GONE},
        {{.status = 400, .body = "{\"__type\":\"ThrottlingException\"}"}, TASK_NOT_NOW},
        {{.status = 400, .body = "{\"__type\":\"OperationAbortedException\"}"}, TASK_NOT_NOW},
        {{.status = 400, .body = "{\"__type\":\"ServiceUnavailableException\"}"}, TASK_NOT_NOW},
        {{.status = 400, .body = "{\"__type\":\"TooManyRequestsException\"}"}, TASK_NOT_NOW},
        {{.status = 400, .body = "{\"__type\":\"InvalidParameterException\",\"message\":\"no\"}"}, TASK_REFUSED},
        {{.status = 400, .body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"}, TASK_REFUSED},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        smithy_str id;
        run_bench_then(b, CASES[i].answer);
        if (create(b, &SPEC, &id) != CASES[i].creation) fail_msg("case %zu", i);
    }
}

static void a_bucket_that_no_task_can_use_is_fatal(void **context) {
    run_bench *b = *context;
    smithy_str id;
    run_bench_then(b, (scripted_answer){.status = 400,
                                        .body = "{\"__type\":\"InvalidParameterException\",\"message\":"
                                                "\"GetBucketAcl call on the given bucket failed.\"}"});
    assert_int_equal(create(b, &SPEC, &id), TASK_FATAL);
}

/* ---- looking ---- */

#define WHOLE                                                                                                  \
    "{\"taskId\":\"t-2\",\"taskName\":\"n\",\"logGroupName\":\"g\",\"from\":5,\"to\":6,\"destination\":\"b\"," \
    "\"destinationPrefix\":\"p\",\"status\":{\"code\":\"COMPLETED\",\"message\":\"m\"},\"executionInfo\":{\""  \
    "creationTime\":7,\"completionTime\":8}}"

static void check_whole(const task_info *info) {
    check_text(info->id, "t-2");
    check_text(info->name, "n");
    check_text(info->group, "g");
    check_text(info->bucket, "b");
    check_text(info->destination_prefix, "p");
    check_text(info->message, "m");
    assert_int_equal(info->from_ms, 5);
    assert_int_equal(info->to_ms, 6);
    assert_int_equal(info->created_ms, 7);
    assert_int_equal(info->ended_ms, 8);
    assert_int_equal(info->status, TASK_STATUS_COMPLETED);
}

static void a_task_is_found_by_its_id_among_others(void **context) {
    run_bench *b = *context;
    task_info info;
    run_bench_then(b, PAGE("{\"taskId\":\"t-1\"}," WHOLE ",{\"taskId\":\"t-3\"}"));
    assert_int_equal(task_poll(&b->run, SMITHY_STR("t-2"), &info), SMITHY_OK);
    assert_true(asks(b, 0, "\"taskId\":\"t-2\""));
    check_whole(&info);
    run_bench_then(b, PAGE(WHOLE));
    assert_int_equal(task_poll(&b->run, SMITHY_STR("t-2"), &info), SMITHY_OK);
    check_whole(&info);
}

static void a_task_that_is_not_listed_is_told_as_such(void **context) {
    run_bench *b = *context;
    task_info info = {.status = TASK_STATUS_ACTIVE, .from_ms = 9};
    run_bench_then(b, PAGE("{\"taskId\":\"t-1\"},{\"taskId\":\"t-3\"}"));
    assert_int_equal(task_poll(&b->run, SMITHY_STR("t-2"), &info), SMITHY_OK);
    assert_int_equal(info.status, TASK_STATUS_UNLISTED);
    assert_int_equal(info.from_ms, 0);
    run_bench_then(b, PAGE(""));
    assert_int_equal(task_poll(&b->run, SMITHY_STR("t-2"), &info), SMITHY_OK);
    assert_int_equal(info.status, TASK_STATUS_UNLISTED);
}

static void a_task_that_cannot_be_looked_at_is_an_error(void **context) {
    run_bench *b = *context;
    task_info info = {.status = TASK_STATUS_COMPLETED};
    run_bench_then(b, NO("AccessDeniedException"));
    assert_int_equal(task_poll(&b->run, SMITHY_STR("t-2"), &info), SMITHY_ERROR_SERVICE);
    assert_int_equal(info.status, TASK_STATUS_UNLISTED);
}

/* What is left out, and words of later versions, are of a task that may still run. */
static void a_task_of_which_nothing_is_said_is_active_and_has_not_ended(void **context) {
    run_bench *b = *context;
    static const struct {
        const char *said;
        task_status status;
        int64_t created_ms, ended_ms;
    } CASES[] = {
        {"", TASK_STATUS_ACTIVE, 0, INT64_MAX},
        {",\"status\":{}", TASK_STATUS_ACTIVE, 0, INT64_MAX},
        {",\"status\":{\"code\":\"RESTING\"}", TASK_STATUS_ACTIVE, 0, INT64_MAX},
        {",\"status\":{\"code\":\"PENDING\"},\"executionInfo\":{}", TASK_STATUS_ACTIVE, 0, INT64_MAX},
        {",\"status\":{\"code\":\"RUNNING\"},\"executionInfo\":{\"creationTime\":3}", TASK_STATUS_ACTIVE, 3, INT64_MAX},
        {",\"status\":{\"code\":\"PENDING_CANCEL\"}", TASK_STATUS_ACTIVE, 0, INT64_MAX},
        {",\"status\":{\"code\":\"FAILED\"},\"executionInfo\":{\"completionTime\":4}", TASK_STATUS_FAILED, 0, 4},
        {",\"status\":{\"code\":\"CANCELLED\"}", TASK_STATUS_CANCELLED, 0, INT64_MAX},
        {",\"status\":{\"code\":\"COMPLETED\"}", TASK_STATUS_COMPLETED, 0, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        task_info info;
        run_bench_then(b, BODY(run_bench_copy(b, "{\"exportTasks\":[{\"taskId\":\"t\"%s}]}", CASES[i].said)));
        assert_int_equal(task_poll(&b->run, SMITHY_STR("t"), &info), SMITHY_OK);
        assert_int_equal(info.status, CASES[i].status);
        assert_int_equal(info.created_ms, CASES[i].created_ms);
        assert_int_equal(info.ended_ms, CASES[i].ended_ms);
    }
}

/* ---- listing ---- */

static task_list list;

static void all_tasks_of_all_pages_are_kept_when_their_answers_are_gone(void **context) {
    run_bench *b = *context;
    list = (task_list){0};
    run_bench_then(b, BODY("{\"exportTasks\":[" WHOLE ",{\"taskId\":\"t-3\"}],\"nextToken\":\"on\"}"));
    run_bench_then(b, BODY("{\"exportTasks\":[],\"nextToken\":\"and on\"}"));
    run_bench_then(b, PAGE("{\"taskId\":\"t-4\"}"));
    assert_int_equal(task_list_all(&b->run, &list, b->run.memory), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 3);
    assert_false(asks(b, 0, "statusCode"));
    assert_true(asks(b, 1, "\"nextToken\":\"on\""));
    assert_true(asks(b, 2, "\"nextToken\":\"and on\""));
    (void)run_fresh_call(&b->run);
    assert_int_equal(list.count, 3);
    check_whole(&list.items[0]);
    check_text(list.items[1].id, "t-3");
    check_text(list.items[2].id, "t-4");
}

static void tasks_are_appended_to_those_that_are_there(void **context) {
    run_bench *b = *context;
    list = (task_list){0};
    for (int i = 0; i < 40; i++) {
        run_bench_then(b, PAGE(WHOLE));
        assert_int_equal(task_list_all(&b->run, &list, b->run.memory), SMITHY_OK);
    }
    assert_int_equal(list.count, 40);
    for (int i = 0; i < 40; i++) check_whole(&list.items[i]);
}

static void a_listing_that_breaks_off_is_an_error(void **context) {
    run_bench *b = *context;
    list = (task_list){0};
    run_bench_then(b, BODY("{\"exportTasks\":[],\"nextToken\":\"on\"}"));
    run_bench_then(b, NO("AccessDeniedException"));
    assert_int_equal(task_list_all(&b->run, &list, b->run.memory), SMITHY_ERROR_SERVICE);
}

static void a_run_that_must_stop_asks_for_no_other_page(void **context) {
    run_bench *b = *context;
    list = (task_list){0};
    b->run.stop_mono_ms = b->fake.mono_ms + 50;
    run_bench_then(b, (scripted_answer){.status = 200, .body = "{\"nextToken\":\"on\"}", .takes_ms = 60});
    assert_int_equal(task_list_all(&b->run, &list, b->run.memory), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 1);
}

static void the_active_ones_are_asked_for_by_each_of_their_three_words(void **context) {
    run_bench *b = *context;
    list = (task_list){0};
    run_bench_then(b, PAGE("{\"taskId\":\"a\"}"));
    run_bench_then(b, PAGE("{\"taskId\":\"b\"}"));
    run_bench_then(b, PAGE("{\"taskId\":\"c\"}"));
    assert_int_equal(task_list_active(&b->run, &list, b->run.memory), SMITHY_OK);
    assert_true(asks(b, 0, "\"statusCode\":\"RUNNING\""));
    assert_true(asks(b, 1, "\"statusCode\":\"PENDING\""));
    assert_true(asks(b, 2, "\"statusCode\":\"PENDING_CANCEL\""));
    assert_int_equal(list.count, 3);
}

static void where_one_of_the_three_fails_the_whole_listing_does(void **context) {
    run_bench *b = *context;
    for (int failing = 0; failing < 3; failing++) {
        list = (task_list){0};
        for (int i = 0; i < failing; i++) run_bench_then(b, PAGE(""));
        run_bench_then(b, NO("AccessDeniedException"));
        assert_int_equal(task_list_active(&b->run, &list, b->run.memory), SMITHY_ERROR_SERVICE);
    }
}

/* ---- memory that runs out ---- */

static smithy_status list_twice(run_bench *b) {
    list = (task_list){0};
    const smithy_call_options options = {.system = &b->fake.system};
    b->run.logs = logs_client_create(NULL, b->run.call);
    smithy_call *memory = smithy_call_create(&options);
    smithy_status status = b->run.logs && memory ? SMITHY_OK : SMITHY_ERROR_MEMORY;
    run_bench_then(b, BODY("{\"exportTasks\":[" WHOLE "," WHOLE "]}"));
    if (status == SMITHY_OK) status = task_list_all(&b->run, &list, memory);
    if (status == SMITHY_OK) {
        assert_int_equal(list.count, 2);
        for (int i = 0; i < 2; i++) check_whole(&list.items[i]);
    }
    smithy_call_destroy(memory);
    logs_client_destroy(b->run.logs);
    return status;
}

static void check_nothing_more(run_bench *b) {
    assert_int_equal(b->transport.request_count, 1);
}

static void where_memory_runs_out_a_listing_is_whole_or_an_error(void **context) {
    (void)context;
    run_bench_without_memory(list_twice, check_nothing_more);
}

#define TASK_TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TASK_TEST(what_is_to_be_exported_is_asked_for),
        TASK_TEST(a_prefix_of_one_letter_is_asked_for_and_an_empty_one_is_not),
        TASK_TEST(a_creation_is_sent_once_and_what_follows_it_may_be_sent_again),
        TASK_TEST(each_refusal_says_what_to_do),
        TASK_TEST(a_bucket_that_no_task_can_use_is_fatal),
        TASK_TEST(a_task_is_found_by_its_id_among_others),
        TASK_TEST(a_task_that_is_not_listed_is_told_as_such),
        TASK_TEST(a_task_that_cannot_be_looked_at_is_an_error),
        TASK_TEST(a_task_of_which_nothing_is_said_is_active_and_has_not_ended),
        TASK_TEST(all_tasks_of_all_pages_are_kept_when_their_answers_are_gone),
        TASK_TEST(tasks_are_appended_to_those_that_are_there),
        TASK_TEST(a_listing_that_breaks_off_is_an_error),
        TASK_TEST(a_run_that_must_stop_asks_for_no_other_page),
        TASK_TEST(the_active_ones_are_asked_for_by_each_of_their_three_words),
        TASK_TEST(where_one_of_the_three_fails_the_whole_listing_does),
        cmocka_unit_test(where_memory_runs_out_a_listing_is_whole_or_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
