/* Which windows touch, and what the state may claim by them. */
#include <setjmp.h>
#include <stdarg.h>

#include "proof.h"

#include <cmocka.h>

#define ARN  SMITHY_STR_INIT("arn:aws:logs:eu-west-1:123456789012:log-group:app")
#define LIFE 5

#define WHOLE(from, to)                                                                                          \
    {                                                                                                            \
        .id = SMITHY_STR_INIT("t"), .arn = ARN, .created_ms = LIFE, .kind = STATE_UNIT_GROUP, .from_ms = (from), \
        .to_ms = (to)                                                                                            \
    }
#define SINGLE(name, from, to)                                                                    \
    {                                                                                             \
        .id = SMITHY_STR_INIT("t"), .arn = ARN, .created_ms = LIFE, .kind = STATE_UNIT_STREAM,    \
        .prefix = SMITHY_STR_INIT(name), .stream_created_ms = 7, .from_ms = (from), .to_ms = (to) \
    }

typedef struct windows_bench {
    run_context run;
    exporter_answer answer;
    exporter_settings settings;
    state_group *group;
    proof proved;
} windows_bench;

static windows_bench bench;

static void open_bench(int64_t exported_at) {
    bench = (windows_bench){
        .run = {.system = smithy_system_default(), .answer = &bench.answer, .settings = &bench.settings}};
    bench.run.memory = smithy_call_create(NULL);
    assert_non_null(bench.run.memory);
    assert_int_equal(state_init(&bench.run.state, bench.run.memory), SMITHY_OK);
    bench.group = state_add_group(&bench.run.state, (smithy_str)ARN, LIFE);
    assert_non_null(bench.group);
    bench.group->exported_at = exported_at;
}

static void set_entry(const char *name, int64_t exported_at, int64_t owed_to) {
    const state_stream entry = {smithy_str_from(name), 7, exported_at, owed_to, 0};
    assert_int_equal(state_set_stream(&bench.run.state, bench.group, &entry), SMITHY_OK);
}

static void check(const proof_task *tasks, size_t count) {
    bench.proved = (proof){.tasks = (proof_task *)(uintptr_t)tasks, .task_count = count};
    proof_check_windows(&bench.run, &bench.proved);
}
#define CHECK(tasks) check(tasks, sizeof(tasks) / sizeof(tasks)[0])

static void expect(proof_fault fault, int64_t from_ms, int64_t to_ms) {
    assert_int_equal(bench.proved.finding_count, 1);
    assert_int_equal(bench.proved.findings[0].fault, fault);
    assert_int_equal(bench.proved.findings[0].from_ms, from_ms);
    assert_int_equal(bench.proved.findings[0].to_ms, to_ms);
    smithy_call_destroy(bench.run.memory);
}

static void expect_none(void) {
    assert_true(proof_holds(&bench.proved));
    smithy_call_destroy(bench.run.memory);
}

static void account(const char *name) {
    uint64_t identity;
    assert_int_equal(state_identity(smithy_str_from(name), 7, &identity), SMITHY_OK);
    assert_int_equal(state_account(&bench.run.state, bench.group, identity), SMITHY_OK);
}

static void windows_that_touch_hold(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(100, 199), WHOLE(200, 200)};
    open_bench(200);
    CHECK(TASKS);
    assert_int_equal(bench.proved.groups, 1);
    expect_none();
}

static void a_millisecond_between_two_is_a_gap(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(101, 199)};
    open_bench(199);
    CHECK(TASKS);
    expect(PROOF_GAP, 100, 100);
}

static void a_millisecond_in_two_is_an_overlap(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(99, 199)};
    open_bench(199);
    CHECK(TASKS);
    expect(PROOF_OVERLAP, 99, 99);
}

static void a_claim_beyond_the_last_window_is_a_gap(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99)};
    open_bench(150);
    CHECK(TASKS);
    expect(PROOF_GAP, 100, 150);
}

static void a_window_that_the_state_does_not_count_on_yet_is_no_fault(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(100, 199)};
    open_bench(99);
    CHECK(TASKS);
    expect_none();
}

static void streams_may_go_their_own_way_and_meet_again(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(200, 299), SINGLE("a", 100, 149), SINGLE("a", 150, 199)};
    open_bench(299);
    CHECK(TASKS);
    expect_none();
}

static void a_stream_that_was_left_out_between_is_a_gap(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(200, 299), SINGLE("a", 100, 199), SINGLE("b", 100, 149)};
    open_bench(299);
    account("b");
    CHECK(TASKS);
    expect(PROOF_GAP, 150, 199);
}

static void of_a_stream_that_is_gone_nobody_knows_what_it_was_owed(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(200, 299), SINGLE("a", 100, 199), SINGLE("b", 100, 149)};
    open_bench(299);
    account("a");
    CHECK(TASKS);
    expect_none();
}

static void what_is_owed_to_a_stream_that_a_listing_missed_is_no_gap(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(200, 299), SINGLE("a", 100, 199), SINGLE("b", 100, 149)};
    uint64_t identity;
    open_bench(299);
    account("b");
    assert_int_equal(state_identity(SMITHY_STR("b"), 7, &identity), SMITHY_OK);
    assert_int_equal(
        state_add_missed(&bench.run.state, bench.group, &(state_missed){149, 199, &identity, 1, NULL, 0, 0}),
        SMITHY_OK);
    CHECK(TASKS);
    expect_none();
}

static void what_a_stream_is_owed_is_no_gap(void **state) {
    (void)state;
    static const proof_task TASKS[] = {WHOLE(0, 99), WHOLE(200, 299), SINGLE("a", 100, 199), SINGLE("b", 100, 149)};
    open_bench(299);
    set_entry("b", 149, 199);
    CHECK(TASKS);
    expect_none();
}

static void a_stream_by_itself_reaches_to_its_own_watermark(void **state) {
    (void)state;
    static const proof_task TASKS[] = {SINGLE("a", 0, 99), SINGLE("b", 0, 99)};
    open_bench(STATE_NOTHING);
    set_entry("a", 99, STATE_NOT_OWED);
    set_entry("b", 120, STATE_NOT_OWED);
    CHECK(TASKS);
    expect(PROOF_GAP, 100, 120);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_that_touch_hold),
        cmocka_unit_test(a_millisecond_between_two_is_a_gap),
        cmocka_unit_test(a_millisecond_in_two_is_an_overlap),
        cmocka_unit_test(a_claim_beyond_the_last_window_is_a_gap),
        cmocka_unit_test(a_window_that_the_state_does_not_count_on_yet_is_no_fault),
        cmocka_unit_test(streams_may_go_their_own_way_and_meet_again),
        cmocka_unit_test(of_a_stream_that_is_gone_nobody_knows_what_it_was_owed),
        cmocka_unit_test(what_is_owed_to_a_stream_that_a_listing_missed_is_no_gap),
        cmocka_unit_test(a_stream_that_was_left_out_between_is_a_gap),
        cmocka_unit_test(what_a_stream_is_owed_is_no_gap),
        cmocka_unit_test(a_stream_by_itself_reaches_to_its_own_watermark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
