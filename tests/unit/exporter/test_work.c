/* One group on its way: what it is made of, what is kept of its tasks, and what is said where it fails. */
#include "run_bench.h"
#include "work.h"

#include <stdio.h>

static const catalog_group GROUP = {.name = SMITHY_STR_INIT("app/0"), .created_ms = 3, .retention_days = 7};

static group_work *make(run_bench *b) {
    group_work *work = work_create(&b->run, &GROUP);
    assert_non_null(work);
    return work;
}

static void a_group_begins_with_what_was_listed_of_it_and_nothing_else(void **context) {
    run_bench *b = *context;
    group_work *work = make(b);
    check_text(work->catalog.name, "app/0");
    assert_int_equal(work->catalog.created_ms, 3);
    assert_int_equal(work->catalog.retention_days, 7);
    assert_null(work->group);
    assert_null(work->next);
    assert_null(work->closed);
    assert_int_equal(work->next_unit, 0);
    assert_int_equal(work->plan.unit_count, 0);
    assert_false(work->failed || work->exported || work->replans || work->gone);
    work_destroy(&b->run, work);
    work_destroy(&b->run, NULL);
}

/* Four GiB may be taken, and no byte more. */
static void a_groups_memory_has_its_own_limit(void **context) {
    run_bench *b = *context;
    const size_t most = (size_t)4 << 30;
    group_work *work = make(b);
    b->fake.fail_allocation = b->fake.allocations + 1;
    assert_null(smithy_call_alloc(work->memory, most, 1));
    assert_int_equal(smithy_call_status(work->memory), SMITHY_ERROR_MEMORY);
    smithy_call_reset(work->memory);
    assert_null(smithy_call_alloc(work->memory, most + 1, 1));
    assert_int_equal(smithy_call_status(work->memory), SMITHY_ERROR_LIMIT);
    work_destroy(&b->run, work);
}

static void a_group_without_memory_ends_the_run_and_leaves_nothing(void **context) {
    run_bench *b = *context;
    const size_t before = b->fake.live_blocks;
    for (size_t at = 1; at <= 2; at++) {
        b->run.failed = false;
        b->answer.message[0] = 0;
        b->fake.fail_allocation = b->fake.allocations + at;
        assert_null(work_create(&b->run, &GROUP));
        assert_int_equal(b->fake.live_blocks, before);
        assert_true(b->run.failed);
        assert_non_null(strstr(b->answer.message, "listing a group: "));
    }
}

static void each_closed_task_is_kept_with_an_id_of_its_own(void **context) {
    run_bench *b = *context;
    group_work *work = make(b);
    char id[8], expected[8];
    for (int i = 0; i < 40; i++) {
        snprintf(id, sizeof id, "t-%d", i);
        const task_info info = {.id = smithy_str_from(id), .group = GROUP.name, .from_ms = i, .to_ms = i + 1};
        assert_int_equal(work_add_closed(work, &info), SMITHY_OK);
    }
    assert_int_equal(work->closed_count, 40);
    for (int i = 0; i < 40; i++) {
        snprintf(expected, sizeof expected, "t-%d", i);
        check_text(work->closed[i].id, expected);
        check_text(work->closed[i].group, "app/0");
        assert_int_equal(work->closed[i].from_ms, i);
        assert_int_equal(work->closed[i].to_ms, i + 1);
    }
    work_destroy(&b->run, work);
}

static void only_groups_of_the_standard_class_can_be_exported(void **context) {
    static const smithy_str OTHERS[] = {SMITHY_STR_INIT("INFREQUENT_ACCESS"), SMITHY_STR_INIT("DELIVERY"), {0}};
    catalog_group group = GROUP;
    (void)context;
    group.log_class = SMITHY_STR("STANDARD");
    assert_null(work_why_left_out(&group));
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        group.log_class = OTHERS[i];
        assert_string_equal(work_why_left_out(&group), "only groups of the Standard class can be exported");
    }
}

static void a_unit_that_was_given_up_is_told_and_its_group_is_not_done(void **context) {
    run_bench *b = *context;
    group_work *work = make(b);
    for (int i = 0; i < 2; i++) work_problem(&b->run, work, "no such thing");
    assert_true(work->failed);
    assert_int_equal(b->answer.units_failed, 2);
    assert_int_equal(b->answer.problem_count, 2);
    assert_string_equal(b->answer.problems[1].group, "app/0");
    assert_string_equal(b->answer.problems[1].reason, "no such thing");
    assert_int_equal(run_bench_said(b, "not exported"), 2);
    work_destroy(&b->run, work);
}

/* ---- memory that runs out ---- */

static smithy_status close_two(run_bench *b) {
    group_work *work = work_create(&b->run, &GROUP);
    if (!work) return SMITHY_ERROR_MEMORY;
    const task_info infos[2] = {{.id = SMITHY_STR("t-1")}, {.id = SMITHY_STR("t-2")}};
    smithy_status status = work_add_closed(work, &infos[0]);
    if (status == SMITHY_OK) status = work_add_closed(work, &infos[1]);
    for (size_t i = 0; i < work->closed_count; i++) assert_int_equal(work->closed[i].id.len, 3);
    if (status == SMITHY_OK) assert_int_equal(work->closed_count, 2);
    work_destroy(&b->run, work);
    return status;
}

static void check_no_failure(run_bench *b) {
    assert_false(b->run.failed);
}

static void where_memory_runs_out_no_task_is_kept_without_its_id(void **context) {
    (void)context;
    run_bench_without_memory(close_two, check_no_failure);
}

#define WORK_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WORK_TEST(a_group_begins_with_what_was_listed_of_it_and_nothing_else),
        WORK_TEST(a_groups_memory_has_its_own_limit),
        WORK_TEST(a_group_without_memory_ends_the_run_and_leaves_nothing),
        WORK_TEST(each_closed_task_is_kept_with_an_id_of_its_own),
        WORK_TEST(only_groups_of_the_standard_class_can_be_exported),
        WORK_TEST(a_unit_that_was_given_up_is_told_and_its_group_is_not_done),
        cmocka_unit_test(where_memory_runs_out_no_task_is_kept_without_its_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
