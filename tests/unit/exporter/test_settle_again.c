/* Tasks of single streams that hold what is about to be exported again: which of them go, and which are left. */
#include "settle.h"
#include "settle_bench.h"

#define NOT_LISTED "the stream of an earlier run's task was not listed in time: deleted, its window is exported again"
#define OF_EARLIER "a task counted for the stream's earlier life: deleted, its window is exported again"
#define OBJECT     "x/t1/a/000000.gz"

/* A task of the stream "a", which is about to be exported from the beginning. */
static settle_bench *open(void **context) {
    settle_bench *b = settle_bench_open(*context);
    assert_non_null(b);
    settle_plan_stream(b, settle_add_stream(b, "a"), 0);
    settle_put(b, OBJECT);
    return b;
}

static past_task *add_task(settle_bench *b) {
    return settle_add_task(b, STATE_UNIT_STREAM, "t1", "a");
}

static void check_goes(settle_bench *b, const char *why) {
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    assert_int_equal(settle_what_comes_again(b->run, &b->work), SMITHY_OK);
    assert_false(settle_is_there(b, OBJECT));
    assert_true(state_has_task(&b->run->state, SMITHY_STR("t1")));
    assert_non_null(state_find_cleanup(&b->run->state, SMITHY_STR("x/t1/")));
    assert_int_equal(run_bench_said(b->bench, why), 1);
    assert_int_equal(b->bench->answer.objects_deleted, 1);
}

/* Nothing is asked, nothing is written. */
static void check_stays(settle_bench *b) {
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    assert_int_equal(settle_what_comes_again(b->run, &b->work), SMITHY_OK);
    assert_true(settle_is_there(b, OBJECT));
    assert_int_equal(b->bench->transport.request_count, 0);
    assert_int_equal(b->bench->store.saves, 0);
    assert_int_equal(b->bench->said_count, 0);
}

static void set_entry(settle_bench *b, int64_t exported_at, int64_t owed_to) {
    const state_stream entry = {
        .name = SMITHY_STR("a"), .created_ms = SETTLE_MADE, .exported_at = exported_at, .owed_to = owed_to};
    assert_int_equal(state_set_stream(&b->run->state, b->group, &entry), SMITHY_OK);
}

static smithy_status account(settle_bench *b) {
    uint64_t identity;
    SMITHY_TRY(state_identity(SMITHY_STR("a"), SETTLE_MADE, &identity));
    return state_account(&b->run->state, b->group, identity);
}

/* ---- what a stream has of its own ---- */

static void a_task_of_a_stream_that_nobody_has_met_goes(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    check_goes(b, OF_EARLIER);
}

static void a_task_of_a_stream_that_is_owed_all_goes(void **context) {
    settle_bench *b = open(context);
    add_task(b)->spec.kind = STATE_UNIT_OWED;
    set_entry(b, STATE_NOTHING, SETTLE_NOW - SETTLE_DAY);
    check_goes(b, OF_EARLIER);
}

static void a_task_of_a_stream_that_is_owed_the_rest_stays(void **context) {
    settle_bench *b = open(context);
    add_task(b)->spec.kind = STATE_UNIT_OWED;
    set_entry(b, SETTLE_NOW - 9 * SETTLE_DAY, SETTLE_NOW - SETTLE_DAY);
    check_stays(b);
}

static void a_task_of_a_stream_that_goes_its_own_way_stays(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    set_entry(b, SETTLE_NOW - 9 * SETTLE_DAY, STATE_NOT_OWED);
    check_stays(b);
}

/* Where it stands at nothing somebody moved it there. */
static void a_task_of_a_stream_whose_own_watermark_was_moved_back_stays(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    set_entry(b, STATE_NOTHING, STATE_NOT_OWED);
    check_stays(b);
}

static void a_task_of_a_stream_that_goes_with_its_group_stays(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    assert_int_equal(account(b), SMITHY_OK);
    check_stays(b);
}

static void a_task_that_the_state_does_not_know_goes_whatever_its_stream_has(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    b->is_forgetful = true;
    assert_int_equal(account(b), SMITHY_OK);
    check_goes(b, NOT_LISTED);
}

/* ---- whose task it is ---- */

static void a_task_of_a_stream_that_is_not_listed_stays(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    b->is_forgetful = true;
    b->streams[0].name = SMITHY_STR("a2"); /* "a" is no stream. */
    check_stays(b);
}

static void a_task_from_before_its_stream_or_its_group_stays(void **context) {
    settle_bench *b = open(context);
    const past_task *task = add_task(b);
    b->streams[0].created_ms = task->info->created_ms + 1;
    check_stays(b);
    b->streams[0].created_ms = SETTLE_MADE;
    b->work.catalog.created_ms = task->info->created_ms + 1;
    check_stays(b);
}

static void a_task_of_the_very_millisecond_of_its_stream_and_group_goes(void **context) {
    settle_bench *b = open(context);
    const past_task *task = add_task(b);
    b->streams[0].created_ms = b->work.catalog.created_ms = task->info->created_ms;
    check_goes(b, OF_EARLIER);
}

static void tasks_of_several_streams_and_of_the_whole_group_stay(void **context) {
    static const state_unit_kind OTHERS[] = {STATE_UNIT_PREFIX, STATE_UNIT_BACKFILL, STATE_UNIT_GROUP};
    settle_bench *b = open(context);
    for (size_t i = 0; i < 3; i++) {
        b->past.count = 0;
        add_task(b)->spec.kind = OTHERS[i];
        check_stays(b);
    }
}

/* Groups stand beside each other in what is known of earlier tasks. */
static void a_task_of_the_next_group_stays(void **context) {
    settle_bench *b = open(context);
    add_task(b)->spec.group = SMITHY_STR("h");
    check_stays(b);
}

static void a_task_that_wrote_to_another_bucket_stays(void **context) {
    settle_bench *b = open(context);
    add_task(b)->info->bucket = SMITHY_STR("elsewhere");
    check_stays(b);
}

/* ---- whether it comes again ---- */

static void a_task_of_a_stream_of_which_nothing_is_planned_stays(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    b->work.plan.unit_count = 0;
    settle_plan_stream(b, settle_add_stream(b, "a2"), 0);
    settle_plan_prefix(b, "a2", 0);
    settle_plan_prefix(b, "b", 0);
    check_stays(b);
}

static void a_task_of_a_stream_that_is_planned_with_others_goes(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    b->work.plan.unit_count = 0;
    settle_plan_stream(b, settle_add_stream(b, "b"), 0);
    settle_plan_prefix(b, "", 0);
    check_goes(b, OF_EARLIER);
}

static void a_task_that_was_discarded_before_is_not_discarded_again(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t1/"), (smithy_str){0}, 5), SMITHY_OK);
    check_stays(b);
}

/* A note of what may stay tells of siblings that were taken out. */
static void a_task_whose_folder_was_only_cleaned_goes(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t1/"), SMITHY_STR("a"), 5), SMITHY_OK);
    check_goes(b, OF_EARLIER);
}

static void behind_one_that_stays_others_go(void **context) {
    settle_bench *b = open(context);
    static const char *const NAMES[] = {"b", "c", "d"};
    add_task(b);
    for (size_t i = 0; i < 3; i++) {
        settle_plan_stream(b, settle_add_stream(b, NAMES[i]), 0);
        settle_add_task(b, STATE_UNIT_STREAM, NAMES[i], NAMES[i]);
    }
    b->infos[1].bucket = SMITHY_STR("elsewhere");
    set_entry(b, SETTLE_NOW, STATE_NOT_OWED);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/c/"), (smithy_str){0}, 5), SMITHY_OK);
    settle_put(b, "x/d/d/000000.gz");
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    assert_int_equal(settle_what_comes_again(b->run, &b->work), SMITHY_OK);
    assert_true(settle_is_there(b, OBJECT));
    assert_false(settle_is_there(b, "x/d/d/000000.gz"));
    assert_int_equal(run_bench_said(b->bench, OF_EARLIER), 1);
}

/* ---- what goes wrong ---- */

static void where_the_state_cannot_say_so_nothing_goes_and_the_run_ends(void **context) {
    settle_bench *b = open(context);
    add_task(b);
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->bench->store.save_status = SMITHY_ERROR_SERVICE;
    assert_int_equal(settle_what_comes_again(b->run, &b->work), SMITHY_ERROR_CANCELED);
    assert_true(b->run->failed);
    assert_true(settle_is_there(b, OBJECT));
}

static smithy_status settle(run_bench *bench, bool is_accounted) {
    settle_bench *b = settle_bench_open(bench);
    if (!b) return SMITHY_ERROR_MEMORY;
    settle_plan_stream(b, settle_add_stream(b, "a"), 0);
    settle_put(b, OBJECT);
    add_task(b);
    SMITHY_TRY(settle_look_back(b));
    if (is_accounted) SMITHY_TRY(account(b));
    return settle_what_comes_again(b->run, &b->work);
}

static smithy_status settle_one_that_goes(run_bench *bench) {
    return settle(bench, false);
}

static smithy_status settle_one_that_stays(run_bench *bench) {
    const smithy_status status = settle(bench, true);
    if (status != SMITHY_OK) assert_int_equal(bench->transport.request_count, 0);
    return status;
}

static void check_discarded(run_bench *bench) {
    const state_cleanup *note = state_find_cleanup(&bench->run.state, SMITHY_STR("x/t1/"));
    assert_non_null(note);
    assert_int_equal(bench->answer.objects_deleted, note->cleaned ? 1 : 0);
    assert_int_equal(bench->answer.problem_count, note->cleaned ? 0 : 1);
}

static void check_kept(run_bench *bench) {
    assert_int_equal(bench->transport.request_count, 0);
}

static void without_memory_no_task_goes_or_stays_by_chance(void **context) {
    (void)context;
    run_bench_without_memory(settle_one_that_goes, check_discarded);
    run_bench_without_memory(settle_one_that_stays, check_kept);
}

static void without_digests_no_task_goes_or_stays_by_chance(void **context) {
    (void)context;
    settle_without_digests(settle_one_that_goes, check_discarded);
    settle_without_digests(settle_one_that_stays, check_kept);
}

#define AGAIN_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        AGAIN_TEST(a_task_of_a_stream_that_nobody_has_met_goes),
        AGAIN_TEST(a_task_of_a_stream_that_is_owed_all_goes),
        AGAIN_TEST(a_task_of_a_stream_that_is_owed_the_rest_stays),
        AGAIN_TEST(a_task_of_a_stream_that_goes_its_own_way_stays),
        AGAIN_TEST(a_task_of_a_stream_whose_own_watermark_was_moved_back_stays),
        AGAIN_TEST(a_task_of_a_stream_that_goes_with_its_group_stays),
        AGAIN_TEST(a_task_that_the_state_does_not_know_goes_whatever_its_stream_has),
        AGAIN_TEST(a_task_of_a_stream_that_is_not_listed_stays),
        AGAIN_TEST(a_task_from_before_its_stream_or_its_group_stays),
        AGAIN_TEST(a_task_of_the_very_millisecond_of_its_stream_and_group_goes),
        AGAIN_TEST(tasks_of_several_streams_and_of_the_whole_group_stay),
        AGAIN_TEST(a_task_of_the_next_group_stays),
        AGAIN_TEST(a_task_that_wrote_to_another_bucket_stays),
        AGAIN_TEST(a_task_of_a_stream_of_which_nothing_is_planned_stays),
        AGAIN_TEST(a_task_of_a_stream_that_is_planned_with_others_goes),
        AGAIN_TEST(a_task_that_was_discarded_before_is_not_discarded_again),
        AGAIN_TEST(a_task_whose_folder_was_only_cleaned_goes),
        AGAIN_TEST(behind_one_that_stays_others_go),
        AGAIN_TEST(where_the_state_cannot_say_so_nothing_goes_and_the_run_ends),
        cmocka_unit_test(without_memory_no_task_goes_or_stays_by_chance),
        cmocka_unit_test(without_digests_no_task_goes_or_stays_by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
