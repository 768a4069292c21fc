/* Tasks and folders that earlier runs left: at the borders of time, of names and of memory. What a run makes of them
 * else the simulator's stories tell. */
#include "settle.h"
#include "settle_bench.h"

#include <stdlib.h>

#define MADE_MS  (SETTLE_NOW - 3 * SETTLE_HOUR) /* The tasks. */
#define ENDED_MS (SETTLE_NOW - 2 * SETTLE_HOUR)
#define TO       (SETTLE_NOW - 4 * SETTLE_HOUR)

static export_slot slot;
static catalog groups;
static char tasks_text[8192];

static settle_bench *open_bench(run_bench *bench) {
    settle_bench *b = settle_bench_open(bench);
    if (!b) return NULL;
    slot = (export_slot){0};
    tasks_text[0] = 0;
    b->tasks_now = tasks_text;
    b->listed_now = b->streams;
    groups = (catalog){.groups = &b->work.catalog, .count = 1};
    bench->run.logs = logs_client_create(NULL, bench->run.call);
    return bench->run.logs ? b : NULL;
}

static settle_bench *open(void **context) {
    settle_bench *b = open_bench(*context);
    assert_non_null(b);
    return b;
}

static catalog_stream *add_stream(settle_bench *b, const char *name) {
    b->listed_now_count++;
    return settle_add_stream(b, name);
}

typedef struct planted {
    state_unit_kind kind;
    const char *id, *prefix, *status;
    const char *bucket; /* NULL: the archive's. */
} planted;

/* As the service lists it. Its name. */
static const char *plant(settle_bench *b, const planted *task) {
    static char name[TASK_NAME_MAX + 1];
    bool carries;
    const char *bucket = task->bucket ? task->bucket : "archive";
    const task_spec spec = {.kind = task->kind,
                            .group = SMITHY_STR("g"),
                            .prefix = smithy_str_from(task->prefix),
                            .to_ms = TO,
                            .bucket = smithy_str_from(bucket),
                            .destination_prefix = SMITHY_STR("x"),
                            .attempt = 1};
    if (task_write_name(&spec, b->run->state.id, name, &carries) != SMITHY_OK) {
        b->run->failed = true; /* Some tests take digests away: they go no further then. */
        return NULL;
    }
    const size_t len = strlen(tasks_text);
    (void)snprintf(tasks_text + len, sizeof tasks_text - len,
                   "%s{\"taskId\":\"%s\",\"taskName\":\"%s\",\"logGroupName\":\"g\",\"from\":0,\"to\":%lld,"
                   "\"destination\":\"%s\",\"destinationPrefix\":\"x\",\"status\":{\"code\":\"%s\"},"
                   "\"executionInfo\":{\"creationTime\":%lld,\"completionTime\":%lld}}",
                   len > 0 ? "," : "", task->id, name, (long long)TO, bucket, task->status, (long long)MADE_MS,
                   (long long)ENDED_MS);
    return name;
}

static void settle(settle_bench *b) {
    settle_leftovers(b->run, &groups, &slot);
}

static bool knows(const settle_bench *b, const char *id) {
    return state_has_task(&b->run->state, smithy_str_from(id));
}

/* ---- how long something is remembered ---- */

static void an_emptied_folder_is_looked_at_for_a_day_and_no_longer(void **context) {
    settle_bench *b = open(context);
    const int64_t since = SETTLE_NOW - SETTLE_DAY;
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t0/"), (smithy_str){0}, since - 1), SMITHY_OK);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t1/"), (smithy_str){0}, since), SMITHY_OK);
    settle(b);
    assert_int_equal(b->lists, 2);
    assert_int_equal(b->run->state.cleanup_count, 1);
    assert_true(smithy_str_equal(b->run->state.cleanups[0].folder, SMITHY_STR("x/t1/")));
    assert_true(b->run->state.cleanups[0].cleaned);
}

/* What it says decides what the task counts for, until that is closed. */
static void a_note_of_a_task_that_is_not_closed_stays_for_two_weeks(void **context) {
    settle_bench *b = open(context);
    const int64_t since = SETTLE_NOW - STATE_TASK_KEPT_MS;
    const smithy_str keep = SMITHY_STR("a");
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t0/"), keep, since - 1), SMITHY_OK);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t1/"), keep, since), SMITHY_OK);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t2/"), keep, since), SMITHY_OK);
    assert_int_equal(state_add_task(&b->run->state, SMITHY_STR("t2"), SETTLE_NOW), SMITHY_OK);
    settle(b);
    assert_int_equal(b->run->state.cleanup_count, 1);
    assert_true(smithy_str_equal(b->run->state.cleanups[0].folder, SMITHY_STR("x/t1/")));
}

static void a_task_is_forgotten_after_two_weeks_and_not_before(void **context) {
    settle_bench *b = open(context);
    const int64_t ended = SETTLE_NOW - STATE_TASK_KEPT_MS;
    plant(b, &(planted){STATE_UNIT_GROUP, "listed", "", "COMPLETED", NULL});
    assert_int_equal(state_add_task(&b->run->state, SMITHY_STR("gone"), ended), SMITHY_OK);
    assert_int_equal(state_add_task(&b->run->state, SMITHY_STR("kept"), ended + 1), SMITHY_OK);
    assert_int_equal(state_add_task(&b->run->state, SMITHY_STR("listed"), 5), SMITHY_OK);
    settle(b);
    assert_false(knows(b, "gone"));
    assert_true(knows(b, "kept"));
    assert_true(knows(b, "listed"));
}

/* ---- what was made in the very millisecond of a task ---- */

static void a_group_that_was_made_as_its_task_was_is_its_new_life(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_GROUP, "t1", "", "COMPLETED", NULL});
    assert_int_equal(state_add_task(&b->run->state, SMITHY_STR("t1"), ENDED_MS), SMITHY_OK);
    b->work.catalog.created_ms = MADE_MS; /* The state knows of SETTLE_MADE. */
    settle_put(b, "x/t1/a/0");
    settle(b);
    assert_int_equal(
        run_bench_said(b->bench, "a task counted for the group's earlier life: deleted, its window is exported again"),
        1);
    assert_false(settle_is_there(b, "x/t1/a/0"));
}

static void a_stream_that_was_made_as_its_task_was_is_the_tasks_own(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", "a", "COMPLETED", NULL});
    add_stream(b, "a")->created_ms = MADE_MS;
    settle_put(b, "x/t1/a/0");
    settle(b);
    assert_int_equal(b->bench->answer.tasks_adopted, 1);
    assert_int_equal(b->bench->answer.groups_exported, 1);
    assert_int_equal(b->lists, 1);
    assert_true(knows(b, "t1"));
}

static void a_task_that_was_made_as_its_group_was_is_the_groups_own(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_GROUP, "t1", "", "COMPLETED", NULL});
    b->work.catalog.created_ms = MADE_MS;
    settle(b);
    assert_int_equal(b->bench->answer.tasks_adopted, 1);
}

static void a_member_that_was_made_as_its_tasks_window_ended_is_one(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_PREFIX, "t1", "w", "COMPLETED", NULL});
    add_stream(b, "w-1")->created_ms = TO;
    add_stream(b, "w-2")->created_ms = TO + 1;
    settle_put(b, "x/t1/w-1/0");
    settle_put(b, "x/t1/w-2/0");
    settle(b);
    assert_int_equal(b->bench->answer.tasks_adopted, 1);
    assert_true(settle_is_there(b, "x/t1/w-1/0"));
    assert_false(settle_is_there(b, "x/t1/w-2/0"));
}

/* ---- what does not stop the others, and what does ---- */

static void behind_a_task_of_a_groups_earlier_life_others_are_settled(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_GROUP, "t1", "", "COMPLETED", NULL});
    assert_int_equal(state_add_task(&b->run->state, SMITHY_STR("t1"), ENDED_MS), SMITHY_OK);
    plant(b, &(planted){STATE_UNIT_GROUP, "t2", "", "COMPLETED", NULL});
    b->work.catalog.created_ms = MADE_MS;
    settle(b);
    assert_int_equal(b->bench->answer.tasks_adopted, 1);
    assert_true(knows(b, "t2"));
}

static void a_window_that_cannot_be_closed_fails_its_group_and_no_other(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", "a", "COMPLETED", NULL});
    plant(b, &(planted){STATE_UNIT_STREAM, "t2", "b", "COMPLETED", NULL});
    add_stream(b, "a");
    add_stream(b, "b");
    b->refused_list = 1;
    settle(b);
    assert_int_equal(b->bench->answer.groups_failed, 1);
    assert_int_equal(b->bench->answer.groups_exported, 1);
    assert_false(knows(b, "t1"));
    assert_true(knows(b, "t2"));
}

static void a_group_that_cannot_be_looked_for_ends_the_run(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_GROUP, "t1", "", "COMPLETED", NULL});
    groups.count = 0;
    b->listed_now = NULL;
    settle(b);
    assert_true(b->run->failed);
    assert_non_null(strstr(b->bench->answer.message, "looking for the group of an earlier run's task: "));
}

static void a_task_that_runs_for_a_group_that_is_gone_is_left(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_GROUP, "t1", "", "RUNNING", NULL});
    groups.count = 0;
    b->run->state.flight = (state_flight){.task_name = SMITHY_STR("n")};
    settle(b);
    assert_int_equal(b->listings, 2); /* Of tasks, and of groups. */
    assert_false(knows(b, "t1"));
    assert_null(b->run->state.flight.task_name.ptr);
}

/* The state knows of the flight until it is settled. */
static void check_flight_stays(settle_bench *b, int64_t time_ms) {
    b->run->state.flight = (state_flight){.task_name = SMITHY_STR("n")};
    b->run->stop_mono_ms = run_mono_ms(b->run) + time_ms;
    settle(b);
    assert_false(b->run->failed);
    assert_non_null(b->run->state.flight.task_name.ptr);
    assert_false(knows(b, "t1"));
}

static void streams_that_were_not_listed_in_time_leave_the_flight_noted(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_GROUP, "t1", "", "COMPLETED", NULL});
    b->listing_takes_ms = 7000; /* First the tasks are. */
    check_flight_stays(b, 10000);
    assert_int_equal(slot.phase, SLOT_FREE);
}

static void a_task_that_does_not_end_in_time_leaves_the_flight_noted(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_GROUP, "t1", "", "RUNNING", NULL});
    check_flight_stays(b, 10000);
    assert_int_equal(slot.phase, SLOT_RUNNING);
    work_destroy(b->run, slot.work);
}

/* ---- names ---- */

static const char *long_name(settle_bench *b) {
    return run_bench_copy(b->bench, "%0500d", 7);
}

/* The one in flight is another one: what it is for says nothing of this one. */
static void a_task_that_neither_name_nor_state_tells_goes(void **context) {
    settle_bench *b = open(context);
    const char *name = long_name(b);
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", name, "COMPLETED", NULL});
    b->run->state.flight = (state_flight){.task_name = SMITHY_STR("another"), .prefix = smithy_str_from(name)};
    add_stream(b, name);
    settle_put(b, "x/t1/a/0");
    settle(b);
    assert_int_equal(b->bench->answer.tasks_adopted, 0);
    assert_false(settle_is_there(b, "x/t1/a/0"));
    assert_true(knows(b, "t1"));
    assert_null(b->run->state.flight.task_name.ptr);
}

static void a_task_that_runs_and_that_nobody_can_tell_is_left(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", long_name(b), "RUNNING", NULL});
    settle(b);
    assert_int_equal(b->listings, 1);
    assert_false(knows(b, "t1"));
}

static void a_task_that_the_state_tells_counts(void **context) {
    settle_bench *b = open(context);
    const char *name = long_name(b);
    const char *task_name = plant(b, &(planted){STATE_UNIT_STREAM, "t1", name, "COMPLETED", NULL});
    b->run->state.flight = (state_flight){.task_name = smithy_str_from(task_name), .prefix = smithy_str_from(name)};
    add_stream(b, name);
    settle(b);
    assert_int_equal(b->bench->answer.tasks_adopted, 1);
}

/* A document could say anything. */
static void a_task_whose_stream_no_folder_can_be_called_after_is_left(void **context) {
    settle_bench *b = open(context);
    const size_t len = 1 << 20;
    char *prefix = malloc(len);
    assert_non_null(prefix);
    memset(prefix, 'n', len);
    const char *task_name = plant(b, &(planted){STATE_UNIT_STREAM, "t1", long_name(b), "COMPLETED", NULL});
    b->run->state.flight = (state_flight){.task_name = smithy_str_from(task_name), .prefix = (smithy_str){prefix, len}};
    b->work.catalog.created_ms = MADE_MS + 1;
    settle_put(b, "x/t1/a/0");
    settle(b);
    assert_true(settle_is_there(b, "x/t1/a/0"));
    assert_int_equal(b->lists, 0);
    assert_true(knows(b, "t1"));
    free(prefix);
}

/* ---- a stream that is gone ---- */

static void a_task_that_runs_for_a_stream_that_was_made_again_is_not_touched(void **context) {
    settle_bench *b = open(context);
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", "a", "RUNNING", NULL});
    add_stream(b, "a")->created_ms = MADE_MS + 1;
    settle_put(b, "x/t1/a-2/0");
    settle(b);
    assert_int_equal(b->lists, 0);
    assert_false(knows(b, "t1"));
    assert_true(settle_is_there(b, "x/t1/a-2/0"));
}

/* What it took along of others is to go. */
static void leave_finished_task_of_deleted_stream(settle_bench *b) {
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", "a", "COMPLETED", NULL});
    settle_put(b, "x/t1/a/0");
    settle_put(b, "x/t1/a-2/0");
    settle_put(b, "others");
}

static void a_folder_that_may_not_be_read_then_is_left(void **context) {
    settle_bench *b = open(context);
    leave_finished_task_of_deleted_stream(b);
    b->refused_list = 1;
    settle(b);
    assert_int_equal(b->lists, 1);
    assert_false(b->run->failed);
}

static void trouble_that_no_other_folder_is_spared_ends_the_run(void **context) {
    settle_bench *b = open(context);
    leave_finished_task_of_deleted_stream(b);
    b->refused_list = 1;
    b->refusal = (scripted_answer){.failure = SMITHY_HTTP_FAILURE_CANCELED};
    settle(b);
    assert_true(b->run->failed);
    assert_non_null(strstr(b->bench->answer.message, "emptying a folder: "));
}

/* ---- memory that runs out ---- */

static settle_bench *last;

/* Whatever comes of it, nothing goes that is nobody's. */
static smithy_status settle_in_scarcity(run_bench *bench, void (*leave)(settle_bench *b)) {
    last = open_bench(bench);
    if (last) {
        leave(last);
        settle(last);
        assert_true(settle_is_there(last, "others"));
        if (slot.phase != SLOT_FREE) work_destroy(&bench->run, slot.work); /* The run would. */
    }
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    return last && !bench->run.failed ? SMITHY_OK : SMITHY_ERROR_MEMORY;
}

static smithy_status settle_deleted_stream(run_bench *bench) {
    return settle_in_scarcity(bench, leave_finished_task_of_deleted_stream);
}

static void check_own_folder_stays(run_bench *bench) {
    (void)bench;
    assert_true(settle_is_there(last, "x/t1/a/0"));
    assert_false(settle_is_there(last, "x/t1/a-2/0"));
}

static void leave_failed_task_of_deleted_stream(settle_bench *b) {
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", "a", "FAILED", NULL});
    settle_put(b, "x/t1/a/0");
    settle_put(b, "others");
}

static smithy_status settle_failed(run_bench *bench) {
    return settle_in_scarcity(bench, leave_failed_task_of_deleted_stream);
}

static void check_task_is_known(run_bench *bench) {
    (void)bench;
    assert_true(knows(last, "t1"));
}

static void leave_task_elsewhere(settle_bench *b) {
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", "a", "COMPLETED", "elsewhere"});
    settle_put(b, "others");
}

static smithy_status settle_elsewhere(run_bench *bench) {
    return settle_in_scarcity(bench, leave_task_elsewhere);
}

static void leave_two_tasks(settle_bench *b) {
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", "a", "COMPLETED", NULL});
    plant(b, &(planted){STATE_UNIT_STREAM, "t2", "b", "COMPLETED", NULL});
    add_stream(b, "a");
    add_stream(b, "b");
    settle_put(b, "others");
}

static smithy_status settle_two(run_bench *bench) {
    return settle_in_scarcity(bench, leave_two_tasks);
}

static void check_two_are_adopted(run_bench *bench) {
    assert_int_equal(bench->answer.tasks_adopted, 2);
    assert_int_equal(bench->answer.groups_exported, 2);
    assert_int_equal(bench->answer.groups_failed, 0);
    assert_true(knows(last, "t1") && knows(last, "t2"));
}

static void without_memory_nothing_is_settled_in_part(void **context) {
    (void)context;
    run_bench_without_memory(settle_deleted_stream, check_own_folder_stays);
    run_bench_without_memory(settle_failed, check_task_is_known);
    run_bench_without_memory(settle_elsewhere, check_task_is_known);
    run_bench_without_memory(settle_two, check_two_are_adopted);
}

/* The group stood behind the task's window in that life; but of the stream nothing was archived. */
static void leave_task_of_earlier_life(settle_bench *b) {
    plant(b, &(planted){STATE_UNIT_STREAM, "t1", "a", "COMPLETED", NULL});
    b->work.catalog.created_ms = MADE_MS + 1;
    b->group->exported_at = SETTLE_NOW;
    settle_put(b, "x/t1/a/0");
    settle_put(b, "others");
}

/* And here it was. */
static void leave_archived_task_of_earlier_life(settle_bench *b) {
    const state_stream entry = {
        .name = SMITHY_STR("a"), .created_ms = SETTLE_MADE, .exported_at = TO, .owed_to = STATE_NOT_OWED};
    leave_task_of_earlier_life(b);
    if (state_set_stream(&b->run->state, b->group, &entry) != SMITHY_OK) b->run->failed = true;
}

static smithy_status settle_earlier_life(run_bench *bench) {
    return settle_in_scarcity(bench, leave_task_of_earlier_life);
}

static smithy_status settle_archived_earlier_life(run_bench *bench) {
    return settle_in_scarcity(bench, leave_archived_task_of_earlier_life);
}

static void check_archive_stays(run_bench *bench) {
    check_task_is_known(bench);
    assert_true(settle_is_there(last, "x/t1/a/0"));
}

static void check_copy_goes(run_bench *bench) {
    check_task_is_known(bench);
    assert_false(settle_is_there(last, "x/t1/a/0"));
}

static void without_digests_nothing_is_taken_for_archived_or_not(void **context) {
    (void)context;
    settle_without_digests(settle_earlier_life, check_archive_stays);
    settle_without_digests(settle_archived_earlier_life, check_copy_goes);
}

static int tear_down(void **context) {
    run_bench *bench = *context;
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    return run_bench_tear_down(context);
}

#define LEFTOVER_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        LEFTOVER_TEST(an_emptied_folder_is_looked_at_for_a_day_and_no_longer),
        LEFTOVER_TEST(a_note_of_a_task_that_is_not_closed_stays_for_two_weeks),
        LEFTOVER_TEST(a_task_is_forgotten_after_two_weeks_and_not_before),
        LEFTOVER_TEST(a_group_that_was_made_as_its_task_was_is_its_new_life),
        LEFTOVER_TEST(a_stream_that_was_made_as_its_task_was_is_the_tasks_own),
        LEFTOVER_TEST(a_task_that_was_made_as_its_group_was_is_the_groups_own),
        LEFTOVER_TEST(a_member_that_was_made_as_its_tasks_window_ended_is_one),
        LEFTOVER_TEST(behind_a_task_of_a_groups_earlier_life_others_are_settled),
        LEFTOVER_TEST(a_window_that_cannot_be_closed_fails_its_group_and_no_other),
        LEFTOVER_TEST(a_group_that_cannot_be_looked_for_ends_the_run),
        LEFTOVER_TEST(a_task_that_runs_for_a_group_that_is_gone_is_left),
        LEFTOVER_TEST(streams_that_were_not_listed_in_time_leave_the_flight_noted),
        LEFTOVER_TEST(a_task_that_does_not_end_in_time_leaves_the_flight_noted),
        LEFTOVER_TEST(a_task_that_neither_name_nor_state_tells_goes),
        LEFTOVER_TEST(a_task_that_runs_and_that_nobody_can_tell_is_left),
        LEFTOVER_TEST(a_task_that_the_state_tells_counts),
        LEFTOVER_TEST(a_task_whose_stream_no_folder_can_be_called_after_is_left),
        LEFTOVER_TEST(a_task_that_runs_for_a_stream_that_was_made_again_is_not_touched),
        LEFTOVER_TEST(a_folder_that_may_not_be_read_then_is_left),
        LEFTOVER_TEST(trouble_that_no_other_folder_is_spared_ends_the_run),
        cmocka_unit_test(without_memory_nothing_is_settled_in_part),
        cmocka_unit_test(without_digests_nothing_is_taken_for_archived_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
