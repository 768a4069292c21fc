/* The first version's state: where its streams stand, by what became of its last tasks. */
#include "settle.h"
#include "settle_bench.h"

#define STANDS (SETTLE_NOW - 5 * SETTLE_DAY) /* As that version says. */
#define FROM   (SETTLE_NOW - 3 * SETTLE_DAY)
#define TO     (SETTLE_NOW - SETTLE_DAY)

static state_carried carried[3];

/* "a", "b" and so on, each with a last task "t-a", "t-b". */
static smithy_status carry(settle_bench *b, size_t count) {
    static const char *const NAMES[] = {"a", "b", "c"}, *const TASKS[] = {"t-a", "t-b", "t-c"};
    for (size_t i = 0; i < count; i++) {
        const state_stream entry = {.name = smithy_str_from(NAMES[i]),
                                    .created_ms = STATE_UNKNOWN_TIME,
                                    .exported_at = STANDS,
                                    .owed_to = STATE_NOT_OWED};
        carried[i] = (state_carried){b->group, entry.name, smithy_str_from(TASKS[i])};
        SMITHY_TRY(state_set_stream(&b->run->state, b->group, &entry));
    }
    b->run->state.carried = carried;
    b->run->state.carried_count = count;
    return SMITHY_OK;
}

static settle_bench *open(void **context, size_t count, const char *tasks) {
    run_bench *bench = *context;
    settle_bench *b = settle_bench_open(bench);
    assert_non_null(b);
    bench->run.logs = logs_client_create(NULL, bench->run.call);
    assert_non_null(bench->run.logs);
    assert_int_equal(carry(b, count), SMITHY_OK);
    b->tasks_now = tasks;
    return b;
}

static const char *task(run_bench *bench, const char *id, const char *status, int64_t from_ms, const char *bucket) {
    return run_bench_copy(
        bench,
        "{\"taskId\":\"%s\",\"taskName\":\"its own\",\"logGroupName\":\"g\",\"from\":%lld,"
        "\"to\":%lld,\"destination\":\"%s\",\"destinationPrefix\":\"x\",\"status\":{\"code\":\"%s\"}}",
        id, (long long)from_ms, (long long)TO, bucket, status);
}

static int64_t stands(settle_bench *b, const char *name) {
    const state_stream *entry = state_find_stream(b->group, smithy_str_from(name), STATE_UNKNOWN_TIME);
    assert_non_null(entry);
    return entry->exported_at;
}

static void where_nothing_was_carried_nothing_is_asked(void **context) {
    settle_bench *b = open(context, 0, NULL);
    assert_true(settle_carried(b->run));
    assert_int_equal(b->listings, 0);
    assert_int_equal(b->bench->said_count, 0);
}

static void each_stream_stands_where_its_last_task_left_it(void **context) {
    run_bench *bench = *context;
    const char *a = task(bench, "t-a", "COMPLETED", FROM, "archive");
    const char *c = task(bench, "t-c", "FAILED", FROM, "archive");
    settle_bench *b = open(context, 3, run_bench_copy(bench, "%s,%s", a, c));
    assert_true(settle_carried(b->run));
    assert_int_equal(stands(b, "a"), TO);
    assert_int_equal(stands(b, "b"), STANDS); /* Nobody knows what became of its task. */
    assert_int_equal(stands(b, "c"), FROM - 1);
    assert_int_equal(b->run->state.cleanup_count, 1);
    assert_true(smithy_str_equal(b->run->state.cleanups[0].folder, SMITHY_STR("x/t-c/")));
    assert_null(b->run->state.cleanups[0].keep.ptr);
    assert_int_equal(b->run->state.cleanups[0].since_ms, SETTLE_NOW);
    assert_int_equal(run_bench_said(bench, "took over the state of the first version"), 1);
}

static void what_was_taken_over_is_not_asked_about_again(void **context) {
    run_bench *bench = *context;
    settle_bench *b = open(context, 1, task(bench, "t-a", "COMPLETED", FROM, "archive"));
    assert_true(settle_carried(b->run));
    assert_int_equal(b->run->state.carried_count, 0);
    assert_true(settle_carried(b->run));
    assert_int_equal(b->listings, 1);
}

static void a_failed_task_that_began_at_the_first_instants_leaves_little_or_nothing(void **context) {
    run_bench *bench = *context;
    const char *a = task(bench, "t-a", "FAILED", 1, "archive"), *b_task = task(bench, "t-b", "CANCELLED", 0, "archive");
    settle_bench *b = open(context, 2, run_bench_copy(bench, "%s,%s", a, b_task));
    assert_true(settle_carried(b->run));
    assert_int_equal(stands(b, "a"), 0);
    assert_int_equal(stands(b, "b"), STATE_NOTHING);
}

static void what_stands_in_another_bucket_is_left_there(void **context) {
    run_bench *bench = *context;
    settle_bench *b = open(context, 1, task(bench, "t-a", "CANCELLED", FROM, "elsewhere"));
    assert_true(settle_carried(b->run));
    assert_int_equal(stands(b, "a"), FROM - 1);
    assert_int_equal(b->run->state.cleanup_count, 0);
}

static void a_stream_whose_entry_is_gone_is_passed_over(void **context) {
    run_bench *bench = *context;
    const char *a = task(bench, "t-a", "RUNNING", FROM, "archive"),
               *c = task(bench, "t-b", "COMPLETED", FROM, "archive");
    settle_bench *b = open(context, 2, run_bench_copy(bench, "%s,%s", a, c));
    state_remove_stream(b->group, SMITHY_STR("a"));
    assert_true(settle_carried(b->run));
    assert_int_equal(stands(b, "b"), TO);
}

static void while_one_runs_nothing_is_taken_over(void **context) {
    run_bench *bench = *context;
    settle_bench *b = open(context, 2, task(bench, "t-b", "RUNNING", FROM, "archive"));
    assert_false(settle_carried(b->run));
    assert_false(b->run->failed);
    assert_int_equal(b->run->state.carried_count, 2);
    assert_int_equal(bench->answer.outcome, EXPORTER_OUTCOME_BUSY);
    assert_non_null(strstr(bench->answer.message, "export task t-b of the first version of this tool still runs"));
    assert_int_equal(bench->said_count, 0);
}

static void who_may_not_ask_takes_nothing_over(void **context) {
    settle_bench *b = open(context, 1, NULL);
    assert_false(settle_carried(b->run));
    assert_true(b->run->failed);
    assert_non_null(strstr(b->bench->answer.message, "looking for the first version's export tasks: "));
}

/* ---- memory that runs out ---- */

static settle_bench *last;

static smithy_status take_over(run_bench *bench) {
    smithy_status status = SMITHY_ERROR_MEMORY;
    bench->run.logs = logs_client_create(NULL, bench->run.call);
    last = bench->run.logs ? settle_bench_open(bench) : NULL;
    if (last && carry(last, 2) == SMITHY_OK) {
        const char *a = task(bench, "t-a", "FAILED", FROM, "archive");
        last->tasks_now = run_bench_copy(bench, "%s,%s", a, task(bench, "t-b", "COMPLETED", FROM, "archive"));
        if (settle_carried(&bench->run))
            status = SMITHY_OK;
        else
            assert_true(bench->run.failed);
    }
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    return status;
}

static void check_taken_over(run_bench *bench) {
    assert_false(bench->run.failed);
    assert_int_equal(stands(last, "a"), FROM - 1);
    assert_int_equal(stands(last, "b"), TO);
    assert_non_null(state_find_cleanup(&bench->run.state, SMITHY_STR("x/t-a/")));
    assert_int_equal(run_bench_said(bench, "took over the state of the first version"), 1);
}

static void without_memory_nothing_is_taken_over_in_part(void **context) {
    (void)context;
    run_bench_without_memory(take_over, check_taken_over);
}

static int tear_down(void **context) {
    run_bench *bench = *context;
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    return run_bench_tear_down(context);
}

#define CARRIED_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CARRIED_TEST(where_nothing_was_carried_nothing_is_asked),
        CARRIED_TEST(each_stream_stands_where_its_last_task_left_it),
        CARRIED_TEST(what_was_taken_over_is_not_asked_about_again),
        CARRIED_TEST(a_failed_task_that_began_at_the_first_instants_leaves_little_or_nothing),
        CARRIED_TEST(what_stands_in_another_bucket_is_left_there),
        CARRIED_TEST(a_stream_whose_entry_is_gone_is_passed_over),
        CARRIED_TEST(while_one_runs_nothing_is_taken_over),
        CARRIED_TEST(who_may_not_ask_takes_nothing_over),
        cmocka_unit_test(without_memory_nothing_is_taken_over_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
