/* Folders of a stream that appeared in an earlier task after that had been read: which are looked for, what they mean,
 * and which go. */
#include "settle.h"
#include "settle_bench.h"

#include <stdlib.h>

#define OLD_MS    (SETTLE_NOW - 10 * SETTLE_DAY)
#define RECENT_MS (SETTLE_NOW - 5 * SETTLE_HOUR)

static settle_bench *open(void **context) {
    settle_bench *b = settle_bench_open(*context);
    assert_non_null(b);
    return b;
}

/* The whole group's, from the beginning up to an hour before `ended_ms`. */
static past_task *add_group_task(settle_bench *b, const char *id, int64_t ended_ms) {
    past_task *task = settle_add_task(b, STATE_UNIT_GROUP, id, "");
    settle_end_task(task, ended_ms);
    return task;
}

/* So that other tasks of ten days ago are none of the group's last ones. */
static void add_later_task(settle_bench *b) {
    settle_end_task(settle_add_task(b, STATE_UNIT_STREAM, "later", "zz"), OLD_MS + 5 * SETTLE_DAY);
}

/* "a", which is about to be exported from the beginning, and a task of its group that has a folder of it. */
static settle_bench *open_with_folder(void **context) {
    settle_bench *b = open(context);
    settle_plan_stream(b, settle_add_stream(b, "a"), 0);
    add_group_task(b, "g1", OLD_MS);
    settle_put(b, "x/g1/a/000000.gz");
    return b;
}

static size_t look(settle_bench *b) {
    size_t joined = 7;
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->lists = 0;
    assert_int_equal(settle_late_folders(b->run, &b->work, &joined), SMITHY_OK);
    return joined;
}

static bool is_accounted(settle_bench *b, const char *name) {
    uint64_t identity;
    assert_int_equal(state_identity(smithy_str_from(name), SETTLE_MADE, &identity), SMITHY_OK);
    return state_is_accounted(b->group, identity);
}

static void set_entry(settle_bench *b, const char *name, int64_t exported_at, int64_t owed_to) {
    const state_stream entry = {
        .name = smithy_str_from(name), .created_ms = SETTLE_MADE, .exported_at = exported_at, .owed_to = owed_to};
    assert_int_equal(state_set_stream(&b->run->state, b->group, &entry), SMITHY_OK);
}

static const state_stream *entry_of(settle_bench *b, const char *name) {
    return state_find_stream(b->group, smithy_str_from(name), SETTLE_MADE);
}

/* ---- which tasks are asked ---- */

static void a_stream_with_a_folder_in_a_task_of_its_group_joins_it(void **context) {
    settle_bench *b = open_with_folder(context);
    settle_put(b, "x/g1/ab/000000.gz");
    assert_int_equal(look(b), 1);
    assert_true(is_accounted(b, "a"));
    assert_null(entry_of(b, "a"));
    assert_int_equal(b->lists, 1);
    const char *url = run_bench_asked(b->bench, 0)->url;
    assert_non_null(strstr(url, "max-keys=1&"));
    assert_non_null(strstr(url, "prefix=x%2Fg1%2Fa%2F"));
}

static void what_stands_behind_the_plan_is_none_of_it(void **context) {
    settle_bench *b = open_with_folder(context);
    settle_plan_stream(b, settle_add_stream(b, "b"), 0);
    settle_put(b, "x/g1/b/000000.gz");
    b->work.plan.unit_count--;
    assert_int_equal(look(b), 1);
    assert_false(is_accounted(b, "b"));
}

static void a_stream_without_a_folder_does_not_join(void **context) {
    settle_bench *b = open_with_folder(context);
    b->keys[0] = "x/g1/ab/000000.gz";
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 1);
    assert_false(is_accounted(b, "a"));
}

static void a_task_of_the_very_millisecond_of_its_group_is_asked(void **context) {
    settle_bench *b = open_with_folder(context);
    b->infos[0].created_ms = SETTLE_MADE;
    assert_int_equal(look(b), 1);
}

static void a_task_from_before_its_group_is_not_asked(void **context) {
    settle_bench *b = open_with_folder(context);
    b->infos[0].created_ms = SETTLE_MADE - 1;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
}

static void a_task_that_ended_as_the_stream_was_made_is_asked(void **context) {
    settle_bench *b = open_with_folder(context);
    b->streams[0].created_ms = b->infos[0].ended_ms;
    assert_int_equal(look(b), 1);
}

static void a_task_that_ended_before_the_stream_was_made_is_not_asked(void **context) {
    settle_bench *b = open_with_folder(context);
    b->streams[0].created_ms = b->infos[0].ended_ms + 1;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
}

static void a_task_that_the_state_does_not_count_on_is_not_asked(void **context) {
    settle_bench *b = open_with_folder(context);
    b->is_forgetful = true;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
}

static void a_task_that_may_run_yet_is_not_asked(void **context) {
    settle_bench *b = open_with_folder(context);
    b->infos[0].status = TASK_STATUS_ACTIVE;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
}

/* Its hints tell of nothing before the window's end: where the task is old, they have had time to. */
static void an_old_task_from_before_the_streams_first_event_is_not_asked(void **context) {
    settle_bench *b = open_with_folder(context);
    b->streams[0].first_event_ms = b->infos[0].to_ms + 1;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
    b->streams[0].first_event_ms = b->infos[0].to_ms;
    assert_int_equal(look(b), 1);
}

static void a_recent_task_is_asked_whatever_the_hints_say(void **context) {
    settle_bench *b = open_with_folder(context);
    settle_end_task(&b->tasks[0], SETTLE_NOW - 48 * SETTLE_HOUR - 1);
    b->streams[0].first_event_ms = b->infos[0].to_ms + 1;
    assert_int_equal(look(b), 0);
    settle_end_task(&b->tasks[0], SETTLE_NOW - 48 * SETTLE_HOUR);
    b->streams[0].first_event_ms = b->infos[0].to_ms + 1;
    assert_int_equal(look(b), 1);
}

static void a_task_whose_end_nobody_told_is_not_recent(void **context) {
    settle_bench *b = open_with_folder(context);
    b->infos[0].ended_ms = INT64_MAX;
    b->streams[0].first_event_ms = b->infos[0].to_ms + 1;
    assert_int_equal(look(b), 0);
}

static void a_folder_that_was_given_up_is_not_asked_for(void **context) {
    settle_bench *b = open_with_folder(context);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/g1/a/"), (smithy_str){0}, 5), SMITHY_OK);
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
}

static void what_this_run_closed_is_asked_behind_what_earlier_ones_left(void **context) {
    settle_bench *b = open_with_folder(context);
    task_info closed[2] = {b->infos[0], b->infos[0]};
    b->keys[0] = "x/c1/a/000000.gz";
    closed[0].id = SMITHY_STR("c0");
    closed[1].id = SMITHY_STR("c1");
    b->work.closed = closed;
    b->work.closed_count = 1;
    assert_int_equal(state_add_task(&b->run->state, closed[0].id, SETTLE_NOW), SMITHY_OK);
    assert_int_equal(state_add_task(&b->run->state, closed[1].id, SETTLE_NOW), SMITHY_OK);
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 2);
    b->work.closed_count = 2;
    assert_int_equal(look(b), 1);
    assert_int_equal(b->lists, 3);
}

/* ---- where the stream joins ---- */

static void a_stream_that_goes_its_own_way_does_not_join(void **context) {
    settle_bench *b = open_with_folder(context);
    set_entry(b, "a", OLD_MS - 20 * SETTLE_DAY, STATE_NOT_OWED);
    b->infos[0].from_ms = OLD_MS - 10 * SETTLE_DAY;
    b->units[0].from_ms = OLD_MS - 20 * SETTLE_DAY + 1;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
}

/* What comes next is owed to it: a task behind that, up to where its group took it along. */
static void a_stream_that_is_owed_a_gap_joins_in_its_midst(void **context) {
    settle_bench *b = open_with_folder(context);
    task_info *task = &b->infos[0];
    task->from_ms = OLD_MS - 10 * SETTLE_DAY;
    set_entry(b, "a", OLD_MS - 20 * SETTLE_DAY, task->to_ms - 1);
    b->units[0].from_ms = OLD_MS - 20 * SETTLE_DAY + 1;
    assert_int_equal(look(b), 0); /* It reaches a millisecond too far. */
    assert_int_equal(b->lists, 0);
    set_entry(b, "a", OLD_MS - 20 * SETTLE_DAY, task->to_ms);
    assert_int_equal(look(b), 1);
    assert_int_equal(b->lists, 1);
    assert_int_equal(entry_of(b, "a")->exported_at, OLD_MS - 20 * SETTLE_DAY);
    assert_int_equal(entry_of(b, "a")->owed_to, task->from_ms - 1);
}

static void a_unit_that_is_not_what_comes_next_joins_nobody(void **context) {
    settle_bench *b = open_with_folder(context);
    b->units[0].from_ms = 1;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
}

static void a_task_that_begins_before_what_comes_next_is_not_asked(void **context) {
    settle_bench *b = open_with_folder(context);
    set_entry(b, "a", OLD_MS - 20 * SETTLE_DAY, OLD_MS);
    b->units[0].from_ms = OLD_MS - 20 * SETTLE_DAY + 1;
    b->infos[0].from_ms = b->units[0].from_ms - 1;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
    b->infos[0].from_ms++;
    assert_int_equal(look(b), 1);
}

/* The second by its id is the earliest; behind that one none is asked for any more. */
static void of_several_tasks_the_earliest_counts(void **context) {
    settle_bench *b = open_with_folder(context);
    static const int64_t FROM[] = {30, 20, 20, 25};
    static const char *const IDS[] = {"g1", "g2", "g3", "g4"};
    static const char *const KEYS[] = {"x/g1/a/0", "x/g2/a/0", "x/g3/a/0", "x/g4/a/0"};
    for (size_t i = 0; i < 4; i++) {
        if (i > 0) add_group_task(b, IDS[i], OLD_MS);
        b->infos[i].from_ms = FROM[i];
        settle_put(b, KEYS[i]);
    }
    assert_int_equal(look(b), 1);
    assert_int_equal(b->lists, 2);
    assert_int_equal(entry_of(b, "a")->exported_at, STATE_NOTHING);
    assert_int_equal(entry_of(b, "a")->owed_to, 19);
}

static void each_of_the_streams_of_a_unit_of_several_joins(void **context) {
    settle_bench *b = open(context);
    static const char *const NAMES[] = {"w-1", "w-2", "x"};
    for (size_t i = 0; i < 3; i++) settle_add_stream(b, NAMES[i]);
    settle_plan_prefix(b, "w", 0);
    add_group_task(b, "g1", OLD_MS);
    settle_put(b, "x/g1/w-1/0");
    settle_put(b, "x/g1/w-2/0");
    settle_put(b, "x/g1/x/0");
    assert_int_equal(look(b), 2);
    assert_true(is_accounted(b, "w-1") && is_accounted(b, "w-2"));
    assert_false(is_accounted(b, "x"));
}

static void where_the_whole_group_comes_next_nobody_is_asked_for(void **context) {
    settle_bench *b = open_with_folder(context);
    b->work.plan.unit_count = 0;
    settle_plan_prefix(b, "", 0)->kind = STATE_UNIT_GROUP;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
}

/* A service could tell anything. */
static void a_name_that_no_folder_can_have_is_asked_for_nowhere(void **context) {
    settle_bench *b = open_with_folder(context);
    const size_t len = 1 << 20;
    char *name = malloc(len);
    assert_non_null(name);
    memset(name, 'n', len);
    settle_add_task(b, STATE_UNIT_STREAM, "s1", "n");
    b->streams[0].name = (smithy_str){name, len};
    assert_int_equal(look(b), 0);
    b->streams[0].name.len = CATALOG_FOLDER_MAX + 1;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0);
    b->streams[0].name.len = CATALOG_FOLDER_MAX;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 2);
    free(name);
}

static void folders_that_cannot_be_listed_are_an_error(void **context) {
    settle_bench *b = open_with_folder(context);
    size_t joined;
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->refused_list = 1;
    assert_int_equal(settle_late_folders(b->run, &b->work, &joined), SMITHY_ERROR_SERVICE);
    assert_int_equal(joined, 0);
}

static void of_a_unit_of_several_they_are_an_error_too(void **context) {
    settle_bench *b = open_with_folder(context);
    size_t joined;
    b->work.plan.unit_count = 0;
    settle_plan_prefix(b, "a", 0);
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->refused_list = 1;
    assert_int_equal(settle_late_folders(b->run, &b->work, &joined), SMITHY_ERROR_SERVICE);
}

/* ---- what others' tasks took along ---- */

/* "a-2", which is about to be exported from the beginning, in the folder of a task for "a". */
static settle_bench *open_taken_along(void **context, state_unit_kind kind) {
    settle_bench *b = open(context);
    settle_plan_stream(b, settle_add_stream(b, "a-2"), 0);
    settle_add_task(b, kind, "s1", "a");
    add_later_task(b);
    settle_put(b, "x/s1/a/0");
    settle_put(b, "x/s1/a-2/0");
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/s0/"), (smithy_str){0}, 5), SMITHY_OK);
    return b;
}

static void check_taken_out(settle_bench *b, bool goes) {
    assert_int_equal(look(b), 0);
    const state_cleanup *note = state_find_cleanup(&b->run->state, SMITHY_STR("x/s1/a-2/"));
    assert_true(settle_is_there(b, "x/s1/a/0"));
    assert_int_equal(settle_is_there(b, "x/s1/a-2/0"), !goes);
    assert_int_equal(note != NULL, goes);
    assert_false(b->run->state.cleanups[0].cleaned);
    if (!note) return;
    assert_true(note->cleaned);
    assert_null(note->keep.ptr);
    assert_int_equal(note->since_ms, SETTLE_NOW);
}

static void what_a_task_of_another_stream_took_along_goes(void **context) {
    check_taken_out(open_taken_along(context, STATE_UNIT_STREAM), true);
    assert_int_equal(((run_bench *)*context)->answer.objects_deleted, 1);
}

static void what_was_owed_to_another_stream_took_along_goes(void **context) {
    check_taken_out(open_taken_along(context, STATE_UNIT_OWED), true);
}

static void what_stands_behind_a_watermark_stays(void **context) {
    settle_bench *b = open_taken_along(context, STATE_UNIT_STREAM);
    set_entry(b, "a-2", 100, OLD_MS);
    b->units[0].from_ms = 101;
    check_taken_out(b, false);
    assert_int_equal(b->lists, 0);
}

/* Somebody set it back to nothing, and may want both. */
static void what_was_taken_along_of_a_stream_that_goes_its_own_way_stays(void **context) {
    settle_bench *b = open_taken_along(context, STATE_UNIT_STREAM);
    set_entry(b, "a-2", STATE_NOTHING, STATE_NOT_OWED);
    check_taken_out(b, false);
    assert_int_equal(b->lists, 0);
}

static void what_a_task_took_along_that_nobody_counts_on_stays(void **context) {
    settle_bench *b = open_taken_along(context, STATE_UNIT_STREAM);
    b->is_forgetful = true;
    check_taken_out(b, false);
}

static void a_streams_own_task_is_not_asked(void **context) {
    settle_bench *b = open_taken_along(context, STATE_UNIT_STREAM);
    b->tasks[0].spec.prefix = SMITHY_STR("a-2");
    check_taken_out(b, false);
    assert_int_equal(b->lists, 0);
}

static void where_nothing_was_taken_along_nothing_is_noted(void **context) {
    settle_bench *b = open_taken_along(context, STATE_UNIT_STREAM);
    b->keys[1] = NULL;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->run->state.cleanup_count, 1);
    assert_int_equal(b->lists, 1);
}

/* Of a task of several streams only what it was not for is known to be a stranger's. */
static void of_a_task_of_several_goes_what_was_taken_out_before(void **context) {
    static const state_unit_kind KINDS[] = {STATE_UNIT_PREFIX, STATE_UNIT_BACKFILL};
    static const struct {
        const char *keep;
        bool goes;
    } NOTES[] = {{NULL, false}, {"a-2", false}, {"a-1", true}};
    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t i = 0; i < 3; i++) {
            settle_bench *b = open_taken_along(context, KINDS[kind]);
            if (NOTES[i].keep)
                assert_int_equal(
                    state_add_cleanup(&b->run->state, SMITHY_STR("x/s1/"), smithy_str_from(NOTES[i].keep), SETTLE_NOW),
                    SMITHY_OK);
            check_taken_out(b, NOTES[i].goes);
            run_bench_tear_down(context);
            run_bench_set_up(context);
        }
    }
}

static void where_that_cannot_be_listed_it_is_an_error(void **context) {
    settle_bench *b = open_taken_along(context, STATE_UNIT_STREAM);
    size_t joined;
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->refused_list = 1;
    assert_int_equal(settle_late_folders(b->run, &b->work, &joined), SMITHY_ERROR_SERVICE);
}

/* ---- siblings that nobody knew when a stream's own task was closed ---- */

/* A task for "a" that ended a while ago; "a-2" was there by then. */
static settle_bench *open_with_sibling(void **context) {
    settle_bench *b = open(context);
    settle_add_stream(b, "a");
    settle_add_stream(b, "a-2");
    settle_end_task(settle_add_task(b, STATE_UNIT_STREAM, "s1", "a"), RECENT_MS);
    settle_put(b, "x/s1/a/0");
    settle_put(b, "x/s1/a-2/0");
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/s0/"), (smithy_str){0}, 5), SMITHY_OK);
    return b;
}

static void check_watched(settle_bench *b, bool is_watched) {
    assert_int_equal(look(b), 0);
    const state_cleanup *note = state_find_cleanup(&b->run->state, SMITHY_STR("x/s1/"));
    assert_int_equal(note != NULL, is_watched);
    assert_true(settle_is_there(b, "x/s1/a/0"));
    assert_int_equal(settle_is_there(b, "x/s1/a-2/0"), !is_watched);
    assert_false(b->run->state.cleanups[0].cleaned);
    if (!is_watched) assert_int_equal(b->lists, 0);
    if (!note) return;
    assert_true(note->cleaned);
    assert_true(smithy_str_equal(note->keep, SMITHY_STR("a")));
    assert_int_equal(note->since_ms, b->infos[0].ended_ms);
}

static void the_folder_of_a_stream_with_a_sibling_is_watched(void **context) {
    settle_bench *b = open_with_sibling(context);
    check_watched(b, true);
    const int lists = b->lists;
    assert_int_equal(look(b), 0);
    assert_int_equal(b->lists, 0); /* It is noted. */
    assert_int_equal(lists, 1);
    assert_int_equal(b->run->state.cleanup_count, 2);
}

static void so_is_that_of_what_a_stream_was_owed(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->tasks[0].spec.kind = STATE_UNIT_OWED;
    check_watched(b, true);
}

static void a_folder_of_several_streams_is_not_watched(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->tasks[0].spec.kind = STATE_UNIT_PREFIX;
    check_watched(b, false);
}

/* Groups stand beside each other in what is known of earlier tasks. */
static void a_folder_of_the_next_group_is_not_watched(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->tasks[0].spec.group = SMITHY_STR("h");
    check_watched(b, false);
}

/* And a task of the same group that ended so long after it, long ago too. */
static settle_bench *open_with_later(void **context, int64_t later_ms, state_unit_kind kind) {
    settle_bench *b = open_with_sibling(context);
    settle_end_task(&b->tasks[0], OLD_MS);
    settle_end_task(settle_add_task(b, kind, "later", kind == STATE_UNIT_GROUP ? "" : "zz"), OLD_MS + later_ms);
    return b;
}

static void the_folder_of_a_task_long_before_the_groups_last_one_is_not_watched(void **context) {
    check_watched(open_with_later(context, 48 * SETTLE_HOUR + 1, STATE_UNIT_GROUP), false);
}

static void nor_is_it_where_the_last_one_was_another_streams(void **context) {
    check_watched(open_with_later(context, 48 * SETTLE_HOUR + 1, STATE_UNIT_STREAM), false);
}

/* No run has closed a task of the group since its objects may have appeared: none may have looked. */
static void where_it_was_one_of_the_last_it_is_watched_however_old(void **context) {
    check_watched(open_with_later(context, 48 * SETTLE_HOUR, STATE_UNIT_GROUP), true);
}

static void so_it_is_where_it_was_the_last(void **context) {
    settle_bench *b = open_with_sibling(context);
    settle_end_task(&b->tasks[0], OLD_MS);
    check_watched(b, true);
}

static void a_task_that_counts_for_nobody_is_not_the_last_one(void **context) {
    settle_bench *b = open_with_later(context, 5 * SETTLE_DAY, STATE_UNIT_GROUP);
    b->tasks[1].info->status = TASK_STATUS_ACTIVE;
    check_watched(b, true);
}

static void nor_is_one_whose_end_nobody_told(void **context) {
    settle_bench *b = open_with_later(context, 5 * SETTLE_DAY, STATE_UNIT_GROUP);
    b->tasks[1].info->ended_ms = INT64_MAX;
    check_watched(b, true);
}

static void the_folder_of_a_task_that_nobody_counts_on_is_not_watched(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->is_forgetful = true;
    check_watched(b, false);
}

static void the_folder_of_a_stream_without_a_sibling_is_not_watched(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->work.catalog.stream_count = 1; /* What stands behind the listing is none of it. */
    check_watched(b, false);
}

static void a_sibling_that_was_made_as_the_task_ended_is_one(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->streams[1].created_ms = b->infos[0].ended_ms;
    check_watched(b, true);
}

static void a_sibling_that_was_made_later_is_none(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->streams[1].created_ms = b->infos[0].ended_ms + 1;
    check_watched(b, false);
}

static void a_sibling_of_a_stream_that_is_not_listed_is_one(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->streams[0] = b->streams[1];
    b->work.catalog.stream_count = 1;
    check_watched(b, true);
}

static void a_task_whose_stream_nobody_knows_is_not_watched(void **context) {
    settle_bench *b = open_with_sibling(context);
    b->tasks[0].spec.prefix = (smithy_str){0};
    check_watched(b, false);
}

static void a_task_whose_stream_no_folder_can_be_called_after_is_not_watched(void **context) {
    settle_bench *b = open_with_sibling(context);
    const size_t len = 1 << 20;
    char *name = malloc(len);
    assert_non_null(name);
    memset(name, 'a', len);
    b->tasks[0].spec.prefix = (smithy_str){name, len - 1};
    b->streams[1].name = (smithy_str){name, len};
    check_watched(b, false);
    free(name);
}

static void behind_one_that_is_watched_others_are(void **context) {
    settle_bench *b = open_with_sibling(context);
    settle_add_stream(b, "b");
    settle_add_stream(b, "b/2");
    settle_end_task(settle_add_task(b, STATE_UNIT_STREAM, "s2", "b"), RECENT_MS);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/s1/"), SMITHY_STR("a"), 5), SMITHY_OK);
    assert_int_equal(look(b), 0);
    assert_non_null(state_find_cleanup(&b->run->state, SMITHY_STR("x/s2/")));
    assert_int_equal(b->run->state.cleanup_count, 3);
}

/* ---- memory that runs out ---- */

static smithy_status begin(run_bench *bench, settle_bench **made) {
    settle_bench *b = *made = settle_bench_open(bench);
    if (!b) return SMITHY_ERROR_MEMORY;
    settle_add_stream(b, "a");
    settle_plan_stream(b, settle_add_stream(b, "a-2"), 0);
    settle_put(b, "other");
    return SMITHY_OK;
}

static smithy_status look_at(settle_bench *b) {
    size_t joined;
    SMITHY_TRY(settle_look_back(b));
    SMITHY_TRY(settle_late_folders(b->run, &b->work, &joined));
    b->lists = (int)joined;
    return SMITHY_OK;
}

static settle_bench *last;

static smithy_status look_for_nothing(run_bench *bench) {
    SMITHY_TRY(begin(bench, &last));
    add_group_task(last, "g1", OLD_MS);
    return look_at(last);
}

static void check_nobody_joined(run_bench *bench) {
    (void)bench;
    assert_int_equal(last->lists, 0);
    assert_int_equal(last->run->state.cleanup_count, 0);
}

static smithy_status look_for_one(run_bench *bench) {
    SMITHY_TRY(begin(bench, &last));
    add_group_task(last, "g1", OLD_MS);
    settle_put(last, "x/g1/a-2/0");
    return look_at(last);
}

static smithy_status look_for_several(run_bench *bench) {
    SMITHY_TRY(begin(bench, &last));
    last->work.plan.unit_count = 0;
    settle_plan_prefix(last, "a-", 0);
    add_group_task(last, "g1", OLD_MS);
    settle_put(last, "x/g1/a-2/0");
    return look_at(last);
}

static void check_one_joined(run_bench *bench) {
    (void)bench;
    assert_int_equal(last->lists, 1);
    assert_true(is_accounted(last, "a-2"));
}

static smithy_status look_for_what_was_taken_along(run_bench *bench) {
    SMITHY_TRY(begin(bench, &last));
    settle_add_task(last, STATE_UNIT_STREAM, "s1", "a");
    add_later_task(last);
    settle_put(last, "x/s1/a-2/0");
    return look_at(last);
}

static void check_noted(run_bench *bench, const char *folder) {
    const state_cleanup *note = state_find_cleanup(&bench->run.state, smithy_str_from(folder));
    assert_non_null(note);
    assert_int_equal(bench->answer.problem_count, note->cleaned ? 0 : 1);
    if (note->cleaned) assert_false(settle_is_there(last, "x/s1/a-2/0"));
}

static void check_dropped(run_bench *bench) {
    check_noted(bench, "x/s1/a-2/");
}

static smithy_status look_for_siblings(run_bench *bench) {
    SMITHY_TRY(begin(bench, &last));
    last->work.plan.unit_count = 0;
    settle_end_task(settle_add_task(last, STATE_UNIT_STREAM, "s1", "a"), RECENT_MS);
    settle_put(last, "x/s1/a-2/0");
    return look_at(last);
}

static void check_siblings_noted(run_bench *bench) {
    check_noted(bench, "x/s1/");
}

static void without_memory_nothing_late_is_passed_over_or_made_up(void **context) {
    (void)context;
    run_bench_without_memory(look_for_nothing, check_nobody_joined);
    run_bench_without_memory(look_for_one, check_one_joined);
    run_bench_without_memory(look_for_several, check_one_joined);
    run_bench_without_memory(look_for_what_was_taken_along, check_dropped);
    run_bench_without_memory(look_for_siblings, check_siblings_noted);
}

static void without_digests_nothing_late_is_passed_over_or_made_up(void **context) {
    (void)context;
    settle_without_digests(look_for_one, check_one_joined);
    settle_without_digests(look_for_several, check_one_joined);
    settle_without_digests(look_for_what_was_taken_along, check_dropped);
    settle_without_digests(look_for_siblings, check_siblings_noted);
}

#define LATE_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        LATE_TEST(a_stream_with_a_folder_in_a_task_of_its_group_joins_it),
        LATE_TEST(what_stands_behind_the_plan_is_none_of_it),
        LATE_TEST(a_stream_without_a_folder_does_not_join),
        LATE_TEST(a_task_of_the_very_millisecond_of_its_group_is_asked),
        LATE_TEST(a_task_from_before_its_group_is_not_asked),
        LATE_TEST(a_task_that_ended_as_the_stream_was_made_is_asked),
        LATE_TEST(a_task_that_ended_before_the_stream_was_made_is_not_asked),
        LATE_TEST(a_task_that_the_state_does_not_count_on_is_not_asked),
        LATE_TEST(a_task_that_may_run_yet_is_not_asked),
        LATE_TEST(an_old_task_from_before_the_streams_first_event_is_not_asked),
        LATE_TEST(a_recent_task_is_asked_whatever_the_hints_say),
        LATE_TEST(a_task_whose_end_nobody_told_is_not_recent),
        LATE_TEST(a_folder_that_was_given_up_is_not_asked_for),
        LATE_TEST(what_this_run_closed_is_asked_behind_what_earlier_ones_left),
        LATE_TEST(a_stream_that_goes_its_own_way_does_not_join),
        LATE_TEST(a_stream_that_is_owed_a_gap_joins_in_its_midst),
        LATE_TEST(a_unit_that_is_not_what_comes_next_joins_nobody),
        LATE_TEST(a_task_that_begins_before_what_comes_next_is_not_asked),
        LATE_TEST(of_several_tasks_the_earliest_counts),
        LATE_TEST(each_of_the_streams_of_a_unit_of_several_joins),
        LATE_TEST(where_the_whole_group_comes_next_nobody_is_asked_for),
        LATE_TEST(a_name_that_no_folder_can_have_is_asked_for_nowhere),
        LATE_TEST(folders_that_cannot_be_listed_are_an_error),
        LATE_TEST(of_a_unit_of_several_they_are_an_error_too),
        LATE_TEST(what_a_task_of_another_stream_took_along_goes),
        LATE_TEST(what_was_owed_to_another_stream_took_along_goes),
        LATE_TEST(what_stands_behind_a_watermark_stays),
        LATE_TEST(what_was_taken_along_of_a_stream_that_goes_its_own_way_stays),
        LATE_TEST(what_a_task_took_along_that_nobody_counts_on_stays),
        LATE_TEST(a_streams_own_task_is_not_asked),
        LATE_TEST(where_nothing_was_taken_along_nothing_is_noted),
        LATE_TEST(of_a_task_of_several_goes_what_was_taken_out_before),
        LATE_TEST(where_that_cannot_be_listed_it_is_an_error),
        LATE_TEST(the_folder_of_a_stream_with_a_sibling_is_watched),
        LATE_TEST(so_is_that_of_what_a_stream_was_owed),
        LATE_TEST(a_folder_of_several_streams_is_not_watched),
        LATE_TEST(a_folder_of_the_next_group_is_not_watched),
        LATE_TEST(the_folder_of_a_task_long_before_the_groups_last_one_is_not_watched),
        LATE_TEST(nor_is_it_where_the_last_one_was_another_streams),
        LATE_TEST(where_it_was_one_of_the_last_it_is_watched_however_old),
        LATE_TEST(so_it_is_where_it_was_the_last),
        LATE_TEST(a_task_that_counts_for_nobody_is_not_the_last_one),
        LATE_TEST(nor_is_one_whose_end_nobody_told),
        LATE_TEST(the_folder_of_a_task_that_nobody_counts_on_is_not_watched),
        LATE_TEST(the_folder_of_a_stream_without_a_sibling_is_not_watched),
        LATE_TEST(a_sibling_that_was_made_as_the_task_ended_is_one),
        LATE_TEST(a_sibling_that_was_made_later_is_none),
        LATE_TEST(a_sibling_of_a_stream_that_is_not_listed_is_one),
        LATE_TEST(a_task_whose_stream_nobody_knows_is_not_watched),
        LATE_TEST(a_task_whose_stream_no_folder_can_be_called_after_is_not_watched),
        LATE_TEST(behind_one_that_is_watched_others_are),
        cmocka_unit_test(without_memory_nothing_late_is_passed_over_or_made_up),
        cmocka_unit_test(without_digests_nothing_late_is_passed_over_or_made_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
