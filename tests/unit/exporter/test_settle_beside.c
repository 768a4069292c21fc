/* What the task of a single stream meets at its end: a task of the whole group that holds some of the same time. */
#include "settle.h"
#include "settle_bench.h"

#include <stdlib.h>

#define RECENT_MS (SETTLE_NOW - 5 * SETTLE_HOUR)
#define FROM      (RECENT_MS - 10 * SETTLE_DAY) /* The window that is about to be closed, */
#define TO        (RECENT_MS - 2 * SETTLE_DAY)
#define BEFORE    (FROM - 1) /* and where the stream stands. */
#define GROUP_ARN "arn:aws:logs:eu-west-1:123456789012:log-group:g"

static export_slot slot;

/* "a" is owed the window, and a task of the group reached beyond both of its ends. */
static settle_bench *open(void **context) {
    settle_bench *b = settle_bench_open(*context);
    assert_non_null(b);
    settle_add_stream(b, "a");
    slot = (export_slot){.work = &b->work, .spec = {.from_ms = FROM, .to_ms = TO}};
    past_task *task = settle_add_task(b, STATE_UNIT_GROUP, "g1", "");
    settle_end_task(task, RECENT_MS);
    task->info->from_ms = FROM;
    return b;
}

static settle_bench *open_with_folder(void **context) {
    settle_bench *b = open(context);
    settle_put(b, "x/g1/a/0");
    return b;
}

static void set_entry(settle_bench *b, int64_t exported_at, int64_t owed_to) {
    const state_stream entry = {
        .name = SMITHY_STR("a"), .created_ms = SETTLE_MADE, .exported_at = exported_at, .owed_to = owed_to};
    assert_int_equal(state_set_stream(&b->run->state, b->group, &entry), SMITHY_OK);
}

static bool is_superseded(settle_bench *b) {
    bool superseded = true;
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->lists = 0;
    assert_int_equal(settle_beside(b->run, &slot, &b->streams[0], &superseded), SMITHY_OK);
    return superseded;
}

static const state_cleanup *noted(const settle_bench *b) {
    return state_find_cleanup(&b->run->state, SMITHY_STR("x/g1/a/"));
}

static const state_stream *entry_of(settle_bench *b) {
    return state_find_stream(b->group, SMITHY_STR("a"), SETTLE_MADE);
}

/* ---- what stands beside it ---- */

static void a_folder_beside_it_stands_in_for_the_window(void **context) {
    settle_bench *b = open_with_folder(context);
    assert_true(is_superseded(b));
    assert_int_equal(b->lists, 1);
    assert_null(noted(b));
}

static void without_a_folder_the_window_counts_and_what_appears_is_to_go(void **context) {
    settle_bench *b = open(context);
    assert_false(is_superseded(b));
    assert_int_equal(b->lists, 1);
    assert_non_null(noted(b));
    assert_null(noted(b)->keep.ptr);
    assert_int_equal(noted(b)->since_ms, SETTLE_NOW);
    assert_false(is_superseded(b)); /* That was given up. */
    assert_int_equal(b->lists, 0);
}

static void beside_an_old_task_nothing_is_to_appear_any_more(void **context) {
    settle_bench *b = open(context);
    b->infos[0].ended_ms = SETTLE_NOW - 48 * SETTLE_HOUR - 1;
    assert_false(is_superseded(b));
    assert_int_equal(b->lists, 1);
    assert_null(noted(b));
    b->infos[0].ended_ms++;
    assert_false(is_superseded(b));
    assert_non_null(noted(b));
}

static void a_task_that_shares_a_millisecond_stands_beside_it(void **context) {
    settle_bench *b = open_with_folder(context);
    task_info *task = &b->infos[0];
    task->from_ms = TO + 1;
    assert_false(is_superseded(b));
    assert_int_equal(b->lists, 0);
    task->from_ms = TO;
    assert_true(is_superseded(b));
    task->from_ms = 0;
    task->to_ms = FROM - 1;
    assert_false(is_superseded(b));
    task->to_ms = FROM;
    assert_true(is_superseded(b));
}

static void a_task_that_the_state_does_not_count_on_stands_beside_nothing(void **context) {
    settle_bench *b = open_with_folder(context);
    b->is_forgetful = true;
    assert_false(is_superseded(b));
    assert_int_equal(b->lists, 0);
    assert_null(noted(b));
}

/* The second by its id is the earliest; behind that one none is asked for any more. */
static void of_several_beside_it_the_earliest_counts(void **context) {
    settle_bench *b = open_with_folder(context);
    static const char *const IDS[] = {"g2", "g3"};
    for (size_t i = 0; i < 2; i++) {
        settle_end_task(settle_add_task(b, STATE_UNIT_GROUP, IDS[i], ""), RECENT_MS);
        b->infos[1 + i].from_ms = FROM;
    }
    b->infos[0].from_ms = FROM + 5;
    settle_put(b, "x/g2/a/0");
    settle_put(b, "x/g3/a/0");
    set_entry(b, BEFORE, TO);
    assert_true(is_superseded(b));
    assert_int_equal(b->lists, 2);
    assert_null(entry_of(b)); /* From its own watermark on it goes with its group. */
}

/* ---- who joins ---- */

static void a_stream_whose_window_begins_with_the_task_joins_its_group_there(void **context) {
    settle_bench *b = open_with_folder(context);
    set_entry(b, BEFORE, TO);
    assert_true(is_superseded(b));
    assert_null(entry_of(b));
}

static void a_stream_whose_window_begins_before_the_task_is_owed_what_lies_between(void **context) {
    settle_bench *b = open_with_folder(context);
    b->infos[0].from_ms = FROM + SETTLE_HOUR;
    set_entry(b, BEFORE, TO);
    assert_true(is_superseded(b));
    assert_int_equal(entry_of(b)->exported_at, BEFORE);
    assert_int_equal(entry_of(b)->owed_to, FROM + SETTLE_HOUR - 1);
}

static void a_stream_that_nobody_met_is_owed_what_lies_before_the_task(void **context) {
    settle_bench *b = open_with_folder(context);
    slot.spec.from_ms = 0;
    assert_true(is_superseded(b));
    assert_int_equal(entry_of(b)->exported_at, STATE_NOTHING);
    assert_int_equal(entry_of(b)->owed_to, FROM - 1);
}

static void who_stands_elsewhere_does_not_join(void **context) {
    settle_bench *b = open_with_folder(context);
    set_entry(b, BEFORE - 1, TO);
    assert_true(is_superseded(b));
    assert_int_equal(entry_of(b)->exported_at, BEFORE - 1);
    assert_int_equal(entry_of(b)->owed_to, TO);
}

static void with_a_task_that_began_before_its_window_nobody_joins(void **context) {
    settle_bench *b = open_with_folder(context);
    b->infos[0].from_ms = FROM - 1;
    set_entry(b, BEFORE, TO);
    assert_true(is_superseded(b));
    assert_int_equal(entry_of(b)->exported_at, BEFORE);
    assert_int_equal(entry_of(b)->owed_to, TO);
}

static void a_stream_that_goes_its_own_way_meets_nobody(void **context) {
    settle_bench *b = open_with_folder(context);
    set_entry(b, BEFORE, STATE_NOT_OWED);
    assert_false(is_superseded(b));
    assert_int_equal(b->lists, 0);
    assert_null(noted(b));
}

/* A service could tell anything. */
static void a_name_that_no_folder_can_have_meets_nobody(void **context) {
    settle_bench *b = open(context);
    const size_t len = 1 << 20;
    char *name = malloc(len);
    assert_non_null(name);
    memset(name, 'n', len);
    b->streams[0].name = (smithy_str){name, len};
    assert_false(is_superseded(b));
    b->streams[0].name.len = CATALOG_FOLDER_MAX + 1;
    assert_false(is_superseded(b));
    assert_int_equal(b->lists, 0);
    b->streams[0].name.len = CATALOG_FOLDER_MAX;
    assert_false(is_superseded(b));
    assert_int_equal(b->lists, 1);
    free(name);
}

/* ---- who wants it again ---- */

static void edit(settle_bench *b, const char *arn, int64_t at_ms, int64_t to_ms) {
    const state_edit moved = {.at_ms = at_ms,
                              .by = SMITHY_STR("me"),
                              .arn = smithy_str_from(arn),
                              .from_ms = SETTLE_NOW,
                              .to_ms = to_ms,
                              .reason = SMITHY_STR("again")};
    assert_int_equal(state_add_edit(&b->run->state, &moved), SMITHY_OK);
}

static void what_somebody_wants_again_is_exported_again(void **context) {
    settle_bench *b = open_with_folder(context);
    edit(b, GROUP_ARN, RECENT_MS, FROM - 1);
    assert_false(is_superseded(b));
    assert_int_equal(b->lists, 0);
    assert_null(noted(b));
}

static void edits_of_others_before_the_task_or_behind_the_window_change_nothing(void **context) {
    settle_bench *b = open_with_folder(context);
    edit(b, GROUP_ARN, RECENT_MS - 1, FROM - 1);
    edit(b, GROUP_ARN, RECENT_MS, FROM);
    edit(b, GROUP_ARN "2", RECENT_MS, FROM - 1);
    assert_true(is_superseded(b));
    edit(b, GROUP_ARN, SETTLE_NOW, STATE_NOTHING);
    assert_false(is_superseded(b));
}

/* ---- folders that two streams share ---- */

static void what_may_be_another_streams_is_not_to_go(void **context) {
    settle_bench *b = open(context);
    b->streams[0].name = SMITHY_STR("a-b");
    settle_add_stream(b, "a/b");
    assert_false(is_superseded(b));
    assert_int_equal(b->run->state.cleanup_count, 0);
}

static void the_one_with_the_slash_is_the_first_of_the_listing_or_not(void **context) {
    settle_bench *b = open(context);
    bool superseded;
    b->streams[0].name = SMITHY_STR("a-b");
    const catalog_stream *second = settle_add_stream(b, "a/b");
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    assert_int_equal(settle_beside(b->run, &slot, second, &superseded), SMITHY_OK);
    assert_false(superseded);
    assert_int_equal(b->run->state.cleanup_count, 0);
}

static void who_is_not_listed_shares_no_folder(void **context) {
    settle_bench *b = open(context);
    b->streams[0].name = SMITHY_STR("a-b");
    settle_add_stream(b, "a-c");
    settle_add_stream(b, "a/bc");
    settle_add_stream(b, "a/b");
    b->work.catalog.stream_count--; /* What stands behind the listing is none of it. */
    assert_false(is_superseded(b));
    assert_non_null(state_find_cleanup(&b->run->state, SMITHY_STR("x/g1/a-b/")));
}

/* ---- what goes wrong ---- */

static void folders_that_cannot_be_listed_are_an_error(void **context) {
    settle_bench *b = open_with_folder(context);
    bool superseded;
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->refused_list = 1;
    assert_int_equal(settle_beside(b->run, &slot, &b->streams[0], &superseded), SMITHY_ERROR_SERVICE);
    assert_null(noted(b));
}

static settle_bench *last;

static smithy_status meet(run_bench *bench, const char *key) {
    bool superseded;
    last = settle_bench_open(bench);
    if (!last) return SMITHY_ERROR_MEMORY;
    settle_add_stream(last, "a");
    slot = (export_slot){.work = &last->work, .spec = {.from_ms = 0, .to_ms = TO}};
    settle_end_task(settle_add_task(last, STATE_UNIT_GROUP, "g1", ""), RECENT_MS);
    settle_put(last, key);
    SMITHY_TRY(settle_look_back(last));
    SMITHY_TRY(settle_beside(last->run, &slot, &last->streams[0], &superseded));
    last->lists = superseded;
    return SMITHY_OK;
}

static smithy_status meet_one(run_bench *bench) {
    return meet(bench, "x/g1/a/0");
}

static void check_met(run_bench *bench) {
    uint64_t identity;
    (void)bench;
    assert_int_equal(last->lists, 1);
    assert_int_equal(state_identity(SMITHY_STR("a"), SETTLE_MADE, &identity), SMITHY_OK);
    assert_true(state_is_accounted(last->group, identity));
}

static smithy_status meet_nobody(run_bench *bench) {
    return meet(bench, "other");
}

static void check_given_up(run_bench *bench) {
    (void)bench;
    assert_int_equal(last->lists, 0);
    assert_non_null(noted(last));
}

static void without_memory_nothing_is_counted_twice(void **context) {
    (void)context;
    run_bench_without_memory(meet_one, check_met);
    run_bench_without_memory(meet_nobody, check_given_up);
}

static void without_digests_nothing_is_counted_twice(void **context) {
    (void)context;
    settle_without_digests(meet_one, check_met);
    settle_without_digests(meet_nobody, check_given_up);
}

#define BESIDE_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        BESIDE_TEST(a_folder_beside_it_stands_in_for_the_window),
        BESIDE_TEST(without_a_folder_the_window_counts_and_what_appears_is_to_go),
        BESIDE_TEST(beside_an_old_task_nothing_is_to_appear_any_more),
        BESIDE_TEST(a_task_that_shares_a_millisecond_stands_beside_it),
        BESIDE_TEST(a_task_that_the_state_does_not_count_on_stands_beside_nothing),
        BESIDE_TEST(of_several_beside_it_the_earliest_counts),
        BESIDE_TEST(a_stream_whose_window_begins_with_the_task_joins_its_group_there),
        BESIDE_TEST(a_stream_whose_window_begins_before_the_task_is_owed_what_lies_between),
        BESIDE_TEST(a_stream_that_nobody_met_is_owed_what_lies_before_the_task),
        BESIDE_TEST(who_stands_elsewhere_does_not_join),
        BESIDE_TEST(with_a_task_that_began_before_its_window_nobody_joins),
        BESIDE_TEST(a_stream_that_goes_its_own_way_meets_nobody),
        BESIDE_TEST(a_name_that_no_folder_can_have_meets_nobody),
        BESIDE_TEST(what_somebody_wants_again_is_exported_again),
        BESIDE_TEST(edits_of_others_before_the_task_or_behind_the_window_change_nothing),
        BESIDE_TEST(what_may_be_another_streams_is_not_to_go),
        BESIDE_TEST(the_one_with_the_slash_is_the_first_of_the_listing_or_not),
        BESIDE_TEST(who_is_not_listed_shares_no_folder),
        BESIDE_TEST(folders_that_cannot_be_listed_are_an_error),
        cmocka_unit_test(without_memory_nothing_is_counted_twice),
        cmocka_unit_test(without_digests_nothing_is_counted_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
