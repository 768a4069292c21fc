/* The ledger as it is read: every member in its place, lines in the order in which they count, and no line of what is
 * damaged taken for one. */
#include "ledger_read.h"
#include "run_bench.h"

#include <stdio.h>

#define SEEN_MAX 32

/* What the visitor saw, its texts copied. */
static ledger_line seen[SEEN_MAX];
static size_t seen_count;
static smithy_status visit_status; /* What the visitor answers, */
static size_t visit_at;            /* from this line on. */

static smithy_str keep(run_bench *b, smithy_str text) {
    return text.ptr ? smithy_str_from(run_bench_copy(b, "%.*s", SMITHY_STR_ARG(text))) : text;
}

static smithy_status visit(void *context, const ledger_line *line) {
    run_bench *b = context;
    assert_true(seen_count < SEEN_MAX);
    ledger_line *copy = &seen[seen_count++];
    *copy = *line;
    smithy_str *const texts[] = {&copy->task_id, &copy->folder, &copy->group,   &copy->arn,
                                 &copy->prefix,  &copy->key,    &copy->replaces};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = keep(b, *texts[i]);
    for (size_t i = 0; i < line->name_count; i++) copy->names[i] = keep(b, line->names[i]);
    return seen_count >= visit_at ? visit_status : SMITHY_OK;
}

static int64_t objects;

static smithy_status read_since(run_bench *b, int64_t since_ms) {
    seen_count = 0;
    objects = -1;
    return ledger_read(&b->run, since_ms, visit, b, &objects, b->run.call);
}

static void then_keys(run_bench *b, size_t count) {
    static const char *const KEYS[] = {"_ledger/0123456789abcdef/1.jsonl.gz", "_ledger/0123456789abcdef/2.jsonl.gz",
                                       "_ledger/0123456789abcdef/3.jsonl.gz"};
    run_bench_then_page(b, KEYS, count, NULL);
}

/* One object, which holds `text`. */
static smithy_status read_text(run_bench *b, const char *text) {
    then_keys(b, 1);
    run_bench_then_packed(b, text, SIZE_MAX);
    return read_since(b, 0);
}

static int set_up(void **context) {
    visit_status = SMITHY_OK;
    visit_at = 1;
    return run_bench_set_up(context);
}

/* ---- lines ---- */

#define TASK(id_) "{\"Type\":\"task\",\"TaskId\":\"" id_ "\"}\n"

static void each_member_is_read_into_its_place(void **context) {
    run_bench *b = *context;
    assert_int_equal(
        read_text(b, "{\"Type\":\"task\",\"TaskId\":\"t1\",\"LogGroup\":\"g\",\"LogGroupArn\":\"arn\",\"CreatedAt\":1,"
                     "\"Kind\":\"stream\",\"Prefix\":\"p\",\"StreamCreatedAt\":2,\"RequestedAt\":3,\"From\":4,\"To\":5,"
                     "\"Bucket\":\"b\",\"Folder\":\"x/t1/\",\"Streams\":6,\"Objects\":7,\"Bytes\":8,"
                     "\"Replaces\":\"t0\",\"LostBefore\":9,\"ClosedAt\":10,\"Later\":{\"x\":[1]}}\n"
                     "{\"Type\":\"stream\",\"TaskId\":\"t1\",\"Folder\":\"a-b\",\"Streams\":[\"a/b\",\"a-b\"],"
                     "\"Objects\":11,\"Bytes\":12}\n"
                     "{\"Type\":\"late\",\"TaskId\":\"l1\",\"Folder\":\"f\",\"Key\":\"k\",\"Events\":13}\n"),
        SMITHY_OK);
    assert_int_equal(objects, 1);
    assert_int_equal(seen_count, 3);
    const ledger_line *task = &seen[0];
    assert_int_equal(task->type, LEDGER_TASK);
    check_text(task->task_id, "t1");
    check_text(task->group, "g");
    check_text(task->arn, "arn");
    assert_int_equal(task->created_ms, 1);
    assert_int_equal(task->kind, STATE_UNIT_STREAM);
    check_text(task->prefix, "p");
    assert_int_equal(task->stream_created_ms, 2);
    assert_int_equal(task->requested_ms, 3);
    assert_int_equal(task->from_ms, 4);
    assert_int_equal(task->to_ms, 5);
    check_text(task->folder, "x/t1/");
    assert_int_equal(task->streams, 6);
    assert_int_equal(task->objects, 7);
    assert_int_equal(task->bytes, 8);
    check_text(task->replaces, "t0");
    assert_int_equal(task->lost_before_ms, 9);
    assert_int_equal(task->closed_ms, 10);
    assert_int_equal(task->name_count, 0);
    const ledger_line *stream = &seen[1];
    assert_int_equal(stream->type, LEDGER_STREAM);
    check_text(stream->folder, "a-b");
    assert_int_equal(stream->name_count, 2);
    check_text(stream->names[0], "a/b");
    check_text(stream->names[1], "a-b");
    assert_int_equal(stream->objects, 11);
    assert_int_equal(stream->bytes, 12);
    assert_null(stream->group.ptr); /* Nothing of the line before is left. */
    assert_int_equal(stream->to_ms, 0);
    const ledger_line *late = &seen[2];
    assert_int_equal(late->type, LEDGER_LATE);
    check_text(late->key, "k");
    assert_int_equal(late->events, 13);
}

static void each_kind_of_task_is_told_apart(void **context) {
    run_bench *b = *context;
    assert_int_equal(read_text(b, "{\"Type\":\"task\",\"TaskId\":\"1\",\"Kind\":\"group\"}\n"
                                  "{\"Type\":\"task\",\"TaskId\":\"2\",\"Kind\":\"prefix\"}\n"
                                  "{\"Type\":\"task\",\"TaskId\":\"3\",\"Kind\":\"stream\"}\n"
                                  "{\"Type\":\"task\",\"TaskId\":\"4\",\"Kind\":\"owed\"}\n"),
                     SMITHY_OK);
    assert_int_equal(seen_count, 4);
    assert_int_equal(seen[0].kind, STATE_UNIT_GROUP);
    assert_int_equal(seen[1].kind, STATE_UNIT_PREFIX);
    assert_int_equal(seen[2].kind, STATE_UNIT_STREAM);
    assert_int_equal(seen[3].kind, STATE_UNIT_OWED);
}

/* Tasks and what was discarded are counted; what belongs to them, or to none, follows. */
static void lines_are_numbered_over_all_objects(void **context) {
    run_bench *b = *context;
    static const size_t ORDER[] = {1, 1, 2, 2, 3, 4};
    then_keys(b, 2);
    run_bench_then_packed(b,
                          TASK("a") "{\"Type\":\"stream\",\"TaskId\":\"a\"}\n"
                                    "{\"Type\":\"discarded\",\"TaskId\":\"b\"}\n{\"Type\":\"late\",\"TaskId\":\"l\"}\n",
                          SIZE_MAX);
    run_bench_then_packed(b, TASK("c") TASK("d"), SIZE_MAX);
    assert_int_equal(read_since(b, 0), SMITHY_OK);
    assert_int_equal(objects, 2);
    assert_int_equal(seen_count, 6);
    for (size_t i = 0; i < seen_count; i++) assert_int_equal(seen[i].order, ORDER[i]);
    assert_int_equal(seen[2].type, LEDGER_DISCARDED);
}

static void a_last_line_needs_no_end(void **context) {
    run_bench *b = *context;
    assert_int_equal(read_text(b, TASK("a") "{\"Type\":\"task\",\"TaskId\":\"b\"}"), SMITHY_OK);
    assert_int_equal(seen_count, 2);
    check_text(seen[1].task_id, "b");
}

static void an_object_may_hold_no_line(void **context) {
    run_bench *b = *context;
    assert_int_equal(read_text(b, ""), SMITHY_OK);
    assert_int_equal(seen_count, 0);
    assert_int_equal(objects, 1);
}

static void sixteen_names_of_a_folder_are_told_and_no_more(void **context) {
    run_bench *b = *context;
    char text[256] = "{\"Type\":\"stream\",\"TaskId\":\"t\",\"Streams\":[";
    for (int i = 0; i < 18; i++) (void)sprintf(text + strlen(text), "%s\"s%d\"", i > 0 ? "," : "", i);
    assert_int_equal(read_text(b, strcat(text, "]}")), SMITHY_OK);
    assert_int_equal(seen[0].name_count, 16);
    check_text(seen[0].names[0], "s0");
    check_text(seen[0].names[15], "s15");
}

/* ---- what is no line ---- */

static void what_is_no_line_of_a_ledger_is_an_error_that_tells(void **context) {
    run_bench *b = *context;
    static const struct {
        const char *line, *message;
    } WRONG[] = {
        {"{\"Type\":\"window\",\"TaskId\":\"t\"}", "the ledger says \"window\", which this version does not know"},
        {"{\"Type\":\"task\",\"Kind\":\"few\",\"TaskId\":\"t\"}",
         "the ledger says \"few\", which this version does not know"},
        {"{\"Type\":\"task\"}", "a line of the ledger names no task"},
        {"{\"Type\":\"task\",\"TaskId\":\"\"}", "a line of the ledger names no task"},
        {"{\"Type\":1,\"TaskId\":\"t\"}", "Type"},
        {"{\"Kind\":1,\"TaskId\":\"t\"}", "Kind"},
        {"{\"TaskId\":5}", "TaskId"},
        {"{\"TaskId\":\"t\",\"From\":\"x\"}", "From"},
        {"{\"TaskId\":\"t\",\"Streams\":[1]}", ""},
        {"[]", ""},
        {"{\"TaskId\":\"t\"", ""},
        {"{}{}", ""},
        {"\n", ""},
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        const char *text = run_bench_copy(b, TASK("before") "%s\n", WRONG[i].line);
        assert_int_equal(read_text(b, text), SMITHY_ERROR_RESPONSE);
        assert_int_equal(seen_count, 1);
        assert_non_null(strstr(smithy_call_error(b->run.call)->message, WRONG[i].message));
        assert_true(strlen(smithy_call_error(b->run.call)->message) > 0);
    }
}

static void a_broken_object_is_an_error_that_names_it(void **context) {
    run_bench *b = *context;
    then_keys(b, 3);
    run_bench_then_packed(b, TASK("a"), SIZE_MAX);
    run_bench_then_packed(b, TASK("b"), 30);
    assert_int_equal(read_since(b, 0), SMITHY_ERROR_RESPONSE);
    assert_int_equal(seen_count, 1);
    assert_string_equal(smithy_call_error(b->run.call)->message,
                        "_ledger/0123456789abcdef/2.jsonl.gz is not a whole object of the ledger");
    assert_int_equal(b->transport.request_count, 3);
    then_keys(b, 1);
    run_bench_then(b, (scripted_answer){.status = 200, .body = TASK("a")});
    assert_int_equal(read_since(b, 0), SMITHY_ERROR_RESPONSE);
    assert_non_null(strstr(smithy_call_error(b->run.call)->message, "is not a whole object of the ledger"));
}

/* ---- objects ---- */

static void all_pages_of_the_ledgers_list_are_read(void **context) {
    run_bench *b = *context;
    static const char *const FIRST[] = {"_ledger/0123456789abcdef/1", "_ledger/0123456789abcdef/2"};
    static const char *const SECOND[] = {"_ledger/0123456789abcdef/3"};
    run_bench_then_page(b, FIRST, 2, "on");
    run_bench_then_page(b, SECOND, 1, NULL);
    run_bench_then_packed(b, TASK("1"), SIZE_MAX);
    run_bench_then_packed(b, TASK("2"), SIZE_MAX);
    run_bench_then_packed(b, TASK("3"), SIZE_MAX);
    assert_int_equal(read_since(b, 0), SMITHY_OK);
    assert_int_equal(objects, 3);
    assert_int_equal(seen_count, 3);
    for (size_t i = 0; i < 3; i++) {
        check_text(seen[i].task_id, (const char *const[]){"1", "2", "3"}[i]);
        assert_non_null(
            strstr(run_bench_asked(b, 2 + i)->url, (const char *const[]){"abcdef/1", "abcdef/2", "abcdef/3"}[i]));
    }
    assert_non_null(strstr(run_bench_asked(b, 0)->url, "prefix=_ledger%2F0123456789abcdef%2F"));
    assert_null(strstr(run_bench_asked(b, 0)->url, "start-after"));
    assert_non_null(strstr(run_bench_asked(b, 1)->url, "continuation-token=on"));
}

/* Keys begin with the time of their run, to the second. */
static void only_what_was_written_since_is_listed(void **context) {
    run_bench *b = *context;
    then_keys(b, 0);
    assert_int_equal(read_since(b, INT64_C(1767323045999)), SMITHY_OK);
    assert_non_null(
        strstr(run_bench_asked(b, 0)->url, "start-after=_ledger%2F0123456789abcdef%2F2026-01-02T03%3A04%3A05Z"));
    then_keys(b, 0);
    assert_int_equal(read_since(b, 1), SMITHY_OK);
    assert_non_null(
        strstr(run_bench_asked(b, 1)->url, "start-after=_ledger%2F0123456789abcdef%2F1970-01-01T00%3A00%3A00Z"));
    then_keys(b, 0);
    assert_int_equal(read_since(b, -5), SMITHY_OK);
    assert_null(strstr(run_bench_asked(b, 2)->url, "start-after"));
    assert_int_equal(objects, 0);
}

/* The second answer is the whole object again. */
static void a_body_that_broke_off_is_read_from_its_start(void **context) {
    run_bench *b = *context;
    then_keys(b, 1);
    run_bench_then_packed(b, TASK("a"), 30);
    b->answers[1].failure = SMITHY_HTTP_FAILURE_RECEIVE;
    run_bench_then_packed(b, TASK("a"), SIZE_MAX);
    assert_int_equal(read_since(b, 0), SMITHY_OK);
    assert_int_equal(seen_count, 1);
    assert_int_equal(b->transport.request_count, 3);
}

static void what_s3_refuses_is_an_error(void **context) {
    run_bench *b = *context;
    run_bench_then(b, RUN_BENCH_ERROR(403, "AccessDenied"));
    assert_int_equal(read_since(b, 0), SMITHY_ERROR_SERVICE);
    assert_int_equal(objects, 0);
    then_keys(b, 2);
    run_bench_then(b, RUN_BENCH_ERROR(404, "NoSuchKey"));
    assert_int_equal(read_since(b, 0), SMITHY_ERROR_SERVICE);
    assert_true(smithy_error_has_code(smithy_call_error(b->run.call), "NoSuchKey"));
    assert_int_equal(b->transport.request_count, 3);
    assert_int_equal(seen_count, 0);
}

static void a_visitor_ends_the_reading(void **context) {
    run_bench *b = *context;
    visit_status = SMITHY_ERROR_CANCELED;
    visit_at = 2;
    then_keys(b, 2);
    run_bench_then_packed(b, TASK("1") TASK("2") TASK("3"), SIZE_MAX);
    assert_int_equal(read_since(b, 0), SMITHY_ERROR_CANCELED);
    assert_int_equal(seen_count, 2);
    assert_int_equal(b->transport.request_count, 2);
}

static void an_earlier_error_is_not_this_readings(void **context) {
    run_bench *b = *context;
    (void)smithy_call_fail(b->run.call, SMITHY_ERROR_SERVICE, "of something else");
    then_keys(b, 0);
    assert_int_equal(read_since(b, 0), SMITHY_OK);
    assert_int_equal(smithy_call_status(b->run.call), SMITHY_OK);
}

/* ---- memory ---- */

static size_t blocks_at_first, blocks_at_last, lines_visited;

static smithy_status weigh(void *context, const ledger_line *line) {
    run_bench *b = context;
    (void)line;
    if (lines_visited++ == 1) blocks_at_first = b->fake.live_blocks;
    blocks_at_last = b->fake.live_blocks;
    return SMITHY_OK;
}

static void a_ledger_of_many_lines_and_objects_takes_the_memory_of_few(void **context) {
    run_bench *b = *context;
    static char text[4000 * 280], page[64][16];
    const char *keys[60];
    for (size_t i = 0, len = 0; i < 4000; i++)
        len += (size_t)sprintf(text + len, "{\"Type\":\"task\",\"TaskId\":\"%04zu\",\"Folder\":\"%0220d\"}\n", i, 0);
    for (size_t i = 0; i < 60; i++) keys[i] = strcpy(page[i], "_ledger/k");
    lines_visited = 0;
    run_bench_then_page(b, keys, 60, NULL);
    for (size_t i = 0; i < 59; i++) run_bench_then_packed(b, TASK("a"), SIZE_MAX);
    run_bench_then_packed(b, text, SIZE_MAX);
    assert_int_equal(ledger_read(&b->run, 0, weigh, b, &objects, b->run.call), SMITHY_OK);
    assert_int_equal(lines_visited, 59 + 4000);
    assert_in_range(blocks_at_last, 1, blocks_at_first + 2);
}

static smithy_status read_two_objects(run_bench *b) {
    visit_status = SMITHY_OK;
    then_keys(b, 2);
    run_bench_then_packed(b, TASK("1") "{\"Type\":\"stream\",\"TaskId\":\"1\",\"Streams\":[\"s\",\"t\"]}\n", SIZE_MAX);
    run_bench_then_packed(b, TASK("2"), SIZE_MAX);
    const smithy_status status = read_since(b, INT64_C(1767323045999));
    assert_int_not_equal(status, SMITHY_ERROR_RESPONSE); /* Nothing is damaged. */
    return status;
}

static void check_two_objects(run_bench *b) {
    assert_int_equal(objects, 2);
    assert_int_equal(seen_count, 3);
    assert_int_equal(seen[1].name_count, 2);
    check_text(seen[1].names[1], "t");
    check_text(seen[2].task_id, "2");
    assert_non_null(strstr(run_bench_asked(b, 0)->url, "start-after"));
    assert_non_null(strstr(run_bench_asked(b, 0)->url, "prefix=_ledger%2F0123456789abcdef%2F"));
}

static void without_memory_no_line_is_missing_unnoticed(void **context) {
    (void)context;
    run_bench_without_memory(read_two_objects, check_two_objects);
}

#define READ_TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        READ_TEST(each_member_is_read_into_its_place),
        READ_TEST(each_kind_of_task_is_told_apart),
        READ_TEST(lines_are_numbered_over_all_objects),
        READ_TEST(a_last_line_needs_no_end),
        READ_TEST(an_object_may_hold_no_line),
        READ_TEST(sixteen_names_of_a_folder_are_told_and_no_more),
        READ_TEST(what_is_no_line_of_a_ledger_is_an_error_that_tells),
        READ_TEST(a_broken_object_is_an_error_that_names_it),
        READ_TEST(all_pages_of_the_ledgers_list_are_read),
        READ_TEST(only_what_was_written_since_is_listed),
        READ_TEST(a_body_that_broke_off_is_read_from_its_start),
        READ_TEST(what_s3_refuses_is_an_error),
        READ_TEST(a_visitor_ends_the_reading),
        READ_TEST(an_earlier_error_is_not_this_readings),
        READ_TEST(a_ledger_of_many_lines_and_objects_takes_the_memory_of_few),
        cmocka_unit_test(without_memory_no_line_is_missing_unnoticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
