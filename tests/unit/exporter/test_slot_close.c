/* What follows a task that was seen COMPLETED: what of its output counts, what goes, and what is left to a later run.
 */
#include "slot_close.h"

#include "settle_bench.h"

#include <stdio.h>

#define FROM       (SETTLE_NOW - 20 * SETTLE_DAY)
#define TO         (SETTLE_NOW - SETTLE_HOUR)
#define STANDS     (FROM - 1)
#define SUPERSEDED "deleting the output of a task whose window another one closed"

static export_slot slot;

/* A task that ended, "t1" under "x": of the streams of the group that the test adds. */
static settle_bench *open_bench(run_bench *bench, state_unit_kind kind, const char *prefix) {
    settle_bench *b = settle_bench_open(bench);
    if (!b) return NULL;
    bench->run.logs = logs_client_create(NULL, bench->run.call);
    if (!bench->run.logs) return NULL;
    slot = (export_slot){.phase = SLOT_RUNNING,
                         .work = &b->work,
                         .unit = {.kind = kind, .prefix = smithy_str_from(prefix), .from_ms = FROM, .to_ms = TO},
                         .wanted_to_ms = TO,
                         .spec = {.kind = kind,
                                  .group = b->work.catalog.name,
                                  .prefix = smithy_str_from(prefix),
                                  .from_ms = FROM,
                                  .to_ms = TO,
                                  .bucket = b->run->settings->destination_bucket,
                                  .destination_prefix = SMITHY_STR("x"),
                                  .attempt = 1,
                                  .requested_ms = SETTLE_NOW - 600},
                         .name = "a name",
                         .task_id = "t1",
                         .ended_ms = SETTLE_NOW - 500};
    b->run->state.flight = (state_flight){.task_name = SMITHY_STR("a name"), .task_id = SMITHY_STR("t1")};
    b->group->exported_at = STANDS;
    b->listed_now = b->streams;
    return b;
}

static settle_bench *open(void **context, state_unit_kind kind, const char *prefix) {
    settle_bench *b = open_bench(*context, kind, prefix);
    assert_non_null(b);
    return b;
}

static void add_stream(settle_bench *b, const char *name) {
    settle_add_stream(b, name);
    b->listed_now_count = b->work.catalog.stream_count;
}

static bool set_entry(settle_bench *b, const char *name, int64_t exported_at, int64_t owed_to) {
    const state_stream entry = {
        .name = smithy_str_from(name), .created_ms = SETTLE_MADE, .exported_at = exported_at, .owed_to = owed_to};
    return state_set_stream(&b->run->state, b->group, &entry) == SMITHY_OK;
}

/* Of "a", which stands by itself before the window. */
static settle_bench *open_single(void **context) {
    settle_bench *b = open(context, STATE_UNIT_STREAM, "a");
    add_stream(b, "a");
    slot.unit.stream = &b->streams[0];
    settle_put(b, "x/t1/a/0");
    assert_true(set_entry(b, "a", STANDS, STATE_NOT_OWED));
    return b;
}

/* Of "w-1" and "w-2", which stand there too; "w-9" stands elsewhere. */
static settle_bench *open_several(void **context) {
    settle_bench *b = open(context, STATE_UNIT_PREFIX, "w");
    static const char *const NAMES[] = {"w-1", "w-2", "w-9"};
    for (size_t i = 0; i < 3; i++) {
        add_stream(b, NAMES[i]);
        assert_true(set_entry(b, NAMES[i], i < 2 ? STANDS : STANDS - 5, STATE_NOT_OWED));
    }
    slot.unit.has_siblings = true;
    settle_put(b, "x/t1/w-1/0");
    settle_put(b, "x/t1/w-2/0");
    return b;
}

static bool is_known(const settle_bench *b) {
    return state_has_task(&b->run->state, SMITHY_STR("t1"));
}

static const state_cleanup *noted(const settle_bench *b) {
    return state_find_cleanup(&b->run->state, SMITHY_STR("x/t1/"));
}

static void check_closed(settle_bench *b, int64_t objects, int64_t streams) {
    const exporter_answer *answer = &b->bench->answer;
    if (!slot_close(b->run, &slot))
        fail_msg("left open: %s %s", answer->message, answer->problem_count ? answer->problems[0].reason : "");
    assert_true(is_known(b));
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(answer->objects, objects);
    assert_int_equal(answer->bytes, 10 * objects);
    assert_int_equal(answer->streams_exported, streams);
    assert_int_equal(b->run->progress.tasks_completed, 1);
    assert_int_equal(b->run->progress.bytes, 10 * objects);
    assert_int_equal(b->run->state.now_ms, SETTLE_NOW);
    assert_false(b->work.failed);
}

/* The slot is free, and nothing was counted. */
static void check_open(settle_bench *b) {
    assert_false(slot_close(b->run, &slot));
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_int_equal(b->bench->answer.tasks_completed, 0);
    assert_int_equal(b->group->exported_at, STANDS);
}

static void check_problem(settle_bench *b, const char *doing) {
    check_open(b);
    assert_false(is_known(b));
    assert_false(b->run->failed);
    assert_true(b->work.failed);
    assert_int_equal(b->bench->answer.problem_count, 1);
    assert_int_equal(strncmp(b->bench->answer.problems[0].reason, doing, strlen(doing)), 0);
    assert_non_null(strstr(b->bench->answer.problems[0].reason, ". The next run goes on from here"));
    assert_non_null(b->run->state.flight.task_name.ptr);
}

/* Its output goes, and it is accounted for. */
static void check_superseded(settle_bench *b) {
    check_open(b);
    assert_true(is_known(b));
    assert_null(b->run->state.flight.task_name.ptr);
    assert_non_null(noted(b));
    assert_null(noted(b)->keep.ptr);
    for (size_t i = 0; i < b->key_count; i++) assert_true(!b->keys[i] || strncmp(b->keys[i], "x/t1/", 5) != 0);
    assert_int_equal(run_bench_said(b->bench, SUPERSEDED), 1);
    assert_false(b->work.failed);
}

/* ---- what counts ---- */

static void the_window_of_a_group_is_closed_and_kept_in_mind(void **context) {
    settle_bench *b = open(context, STATE_UNIT_GROUP, "");
    add_stream(b, "a");
    settle_put(b, "x/t1/a/0");
    settle_put(b, "x/t1/born-since/0");
    check_closed(b, 2, 2);
    assert_int_equal(b->group->exported_at, TO);
    assert_int_equal(b->group->folder_count, 1);
    assert_int_equal(b->deletes, 0);
    assert_int_equal(b->run->state.cleanup_count, 0);
    assert_int_equal(b->bench->answer.tasks_adopted, 0);
    assert_int_equal(b->work.closed_count, 1);
    const task_info *closed = &b->work.closed[0];
    assert_true(smithy_str_equal(closed->id, SMITHY_STR("t1")));
    assert_int_equal(closed->from_ms, FROM);
    assert_int_equal(closed->to_ms, TO);
    assert_int_equal(closed->created_ms, SETTLE_NOW - 600);
    assert_int_equal(closed->ended_ms, SETTLE_NOW - 500);
    assert_int_equal(closed->status, TASK_STATUS_COMPLETED);
}

static void an_adopted_one_is_counted_as_that(void **context) {
    settle_bench *b = open(context, STATE_UNIT_GROUP, "");
    slot.adopted = true;
    check_closed(b, 0, 0);
    assert_int_equal(b->bench->answer.tasks_adopted, 1);
}

static void a_stream_by_itself_needs_no_cleaning(void **context) {
    settle_bench *b = open_single(context);
    check_closed(b, 1, 1);
    assert_int_equal(b->run->state.cleanup_count, 0);
    assert_int_equal(b->work.closed_count, 0);
    assert_false(b->work.replans);
    assert_int_equal(state_find_stream(b->group, SMITHY_STR("a"), SETTLE_MADE)->exported_at, TO);
    assert_int_equal(b->group->exported_at, STANDS);
}

static void the_folder_of_a_stream_with_siblings_is_looked_at_again(void **context) {
    settle_bench *b = open_single(context);
    slot.unit.has_siblings = true;
    check_closed(b, 1, 1);
    assert_int_equal(b->deletes, 0);
    assert_true(smithy_str_equal(noted(b)->keep, SMITHY_STR("a")));
    assert_int_equal(noted(b)->since_ms, SETTLE_NOW);
    assert_false(noted(b)->cleaned);
}

/* The listing missed it. */
static void so_is_that_of_one_with_a_sibling_that_an_earlier_listing_showed(void **context) {
    settle_bench *b = open_single(context);
    assert_true(set_entry(b, "a-2", STANDS, STATE_NOT_OWED));
    check_closed(b, 1, 1);
    assert_true(smithy_str_equal(noted(b)->keep, SMITHY_STR("a")));
}

/* What came behind the cleaning is not counted; it goes with the next one. */
static void what_a_stream_took_along_goes_and_is_not_counted(void **context) {
    settle_bench *b = open_single(context);
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t0/"), (smithy_str){0}, 5), SMITHY_OK);
    settle_put(b, "x/t1/a-2/0");
    settle_put(b, "x/t1/a-2/1");
    b->appears = "x/t1/0/0";
    check_closed(b, 1, 1);
    assert_false(settle_is_there(b, "x/t1/a-2/1"));
    assert_true(settle_is_there(b, "x/t1/a/0"));
    assert_int_equal(b->bench->answer.objects_deleted, 2);
    assert_true(smithy_str_equal(noted(b)->keep, SMITHY_STR("a")));
    assert_true(noted(b)->cleaned);
    assert_false(b->run->state.cleanups[0].cleaned);
    const smithy_str lines = smithy_buffer_str(&b->run->ledger.lines);
    assert_non_null(strstr(lines.ptr, "\"Streams\":1,\"Objects\":1,\"Bytes\":10"));
}

static void where_the_cleaned_folder_cannot_be_read_the_window_stays_open(void **context) {
    settle_bench *b = open_single(context);
    settle_put(b, "x/t1/a-2/0");
    b->refused_list = 3; /* To count, to clean, to count again. */
    check_problem(b, "reading and cleaning the task's folder: ");
    assert_int_equal(b->lists, 3);
}

static void where_it_cannot_be_cleaned_the_window_stays_open(void **context) {
    settle_bench *b = open_single(context);
    settle_put(b, "x/t1/a-2/0");
    b->refused_list = 2;
    check_problem(b, "reading and cleaning the task's folder: ");
}

static void a_stream_that_is_owed_another_gap_is_planned_again(void **context) {
    settle_bench *b = open_single(context);
    uint64_t identity;
    slot.unit.kind = slot.spec.kind = STATE_UNIT_OWED;
    assert_int_equal(state_identity(SMITHY_STR("a"), SETTLE_MADE, &identity), SMITHY_OK);
    b->group->exported_at = SETTLE_NOW;
    assert_true(set_entry(b, "a", STANDS, TO));
    const state_missed missed = {
        .exported_at = TO + 5, .owed_to = TO + 9, .identities = &identity, .count = 1, .since_ms = SETTLE_NOW};
    assert_int_equal(state_add_missed(&b->run->state, b->group, &missed), SMITHY_OK);
    assert_true(slot_close(b->run, &slot));
    assert_true(b->work.replans);
}

/* ---- of several streams ---- */

static void of_several_streams_each_moves_on(void **context) {
    settle_bench *b = open_several(context);
    settle_add_stream(b, "w-99");
    b->work.catalog.stream_count--; /* What stands behind the listing is none of it. */
    assert_true(set_entry(b, "w-99", STANDS, STATE_NOT_OWED));
    check_closed(b, 2, 2);
    assert_int_equal(b->listings, 1);
    assert_int_equal(b->deletes, 0);
    assert_int_equal(b->bench->store.saves, 0);
    assert_true(smithy_str_equal(noted(b)->keep, SMITHY_STR("w-1/w-2")));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(state_find_stream(b->group, b->streams[i].name, SETTLE_MADE)->exported_at,
                         i < 2 ? TO : STANDS - 5);
    assert_int_equal(state_find_stream(b->group, SMITHY_STR("w-99"), SETTLE_MADE)->exported_at, STANDS);
}

static int deletes_at_save;

static void look_at_save(run_bench *bench) {
    (void)bench;
    deletes_at_save = ((settle_bench *)bench->transport.on_request_context)->deletes;
}

static void a_strangers_folder_goes_once_the_state_says_so(void **context) {
    settle_bench *b = open_several(context);
    settle_put(b, "x/t1/w-9/0");
    b->bench->store.before_save = look_at_save;
    deletes_at_save = -1;
    check_closed(b, 2, 2);
    assert_int_equal(deletes_at_save, 0);
    assert_int_equal(b->deletes, 1);
    assert_false(settle_is_there(b, "x/t1/w-9/0"));
    assert_non_null(strstr(b->bench->store.text, "w-1/w-2"));
}

static void where_the_state_cannot_say_so_nothing_goes(void **context) {
    settle_bench *b = open_several(context);
    settle_put(b, "x/t1/w-9/0");
    b->bench->store.save_status = SMITHY_ERROR_SERVICE;
    check_open(b);
    assert_true(b->run->failed);
    assert_int_equal(b->deletes, 0);
    assert_false(is_known(b));
}

static void where_the_lease_is_lost_nothing_goes_and_the_slot_holds_the_task(void **context) {
    settle_bench *b = open_several(context);
    settle_put(b, "x/t1/w-9/0");
    b->bench->store.lost_saves = 1;
    assert_false(slot_close(b->run, &slot));
    assert_true(b->run->lost_lease);
    assert_int_equal(slot.phase, SLOT_RUNNING);
    assert_int_equal(b->deletes, 0);
    assert_int_equal(b->bench->answer.problem_count, 0);
}

/* It is another one; and the units behind this one still know theirs. */
static void a_stream_that_was_made_again_is_a_stranger(void **context) {
    settle_bench *b = open_several(context);
    catalog_stream now[] = {b->streams[0], b->streams[1], b->streams[2]};
    now[0].created_ms = SETTLE_NOW;
    b->listed_now = now;
    check_closed(b, 1, 1);
    assert_false(settle_is_there(b, "x/t1/w-1/0"));
    assert_true(smithy_str_equal(noted(b)->keep, SMITHY_STR("w-2")));
    assert_true(smithy_str_equal(b->work.catalog.streams[0].name, SMITHY_STR("w-1")));
    assert_true(smithy_str_equal(b->work.catalog.streams[1].name, SMITHY_STR("w-2")));
    assert_int_equal(b->work.catalog.stream_count, 3);
}

static void a_stream_that_is_not_listed_any_more_is_none(void **context) {
    settle_bench *b = open_several(context);
    b->listed_now = b->streams + 1;
    b->listed_now_count = 2;
    check_closed(b, 2, 2);
    assert_int_equal(b->deletes, 0);
}

static void where_the_streams_cannot_be_listed_again_the_window_stays_open(void **context) {
    settle_bench *b = open_several(context);
    b->listed_now = NULL;
    check_problem(b, "closing a window: ");
    assert_int_equal(b->lists, 0);
}

static void where_they_are_not_listed_in_time_the_slot_holds_the_task(void **context) {
    settle_bench *b = open_several(context);
    b->run->stop_mono_ms = 1;
    assert_false(slot_close(b->run, &slot));
    assert_int_equal(slot.phase, SLOT_RUNNING);
    assert_int_equal(b->listings, 0);
    assert_int_equal(b->lists, 0);
    assert_int_equal(b->bench->answer.problem_count, 0);
    assert_false(b->work.failed);
}

static void an_adopted_task_of_several_was_listed_just_now(void **context) {
    settle_bench *b = open_several(context);
    slot.adopted = true;
    check_closed(b, 2, 2);
    assert_int_equal(b->listings, 0);
}

static void check_taken_out(void **context, size_t stays) {
    settle_bench *b = open_several(context);
    slot.adopted = true;
    assert_int_equal(state_add_cleanup(&b->run->state, SMITHY_STR("x/t1/"), b->streams[stays].name, 5), SMITHY_OK);
    check_closed(b, 1, 1);
    for (size_t i = 0; i < 2; i++) {
        const smithy_str name = b->streams[i].name;
        assert_int_equal(state_find_stream(b->group, name, SETTLE_MADE)->exported_at, i == stays ? TO : STANDS);
        assert_int_equal(settle_is_there(b, i == 0 ? "x/t1/w-1/0" : "x/t1/w-2/0"), i == stays);
    }
}

static void what_was_being_taken_out_of_it_is_none_of_it(void **context) {
    check_taken_out(context, 0);
}

static void the_first_of_them_is_none_either(void **context) {
    check_taken_out(context, 1);
}

/* ---- what does not fit ---- */

static void a_task_of_several_that_nobody_stands_before_goes(void **context) {
    settle_bench *b = open_several(context);
    slot.adopted = true;
    slot.spec.from_ms = FROM + 7;
    check_superseded(b);
    assert_false(b->work.replans);
}

/* "w-2" is a member, and "w/2" writes into a folder of the same name. */
static void a_task_of_several_that_a_stranger_shares_a_folder_of_goes(void **context) {
    settle_bench *b = open_several(context);
    slot.adopted = true;
    b->streams[2].name = SMITHY_STR("w/2");
    assert_true(set_entry(b, "w/2", STANDS - 5, STATE_NOT_OWED));
    check_superseded(b);
}

static void a_task_of_streams_that_the_state_is_not_of_goes(void **context) {
    settle_bench *b = open_single(context);
    b->run->state.stream_prefix = SMITHY_STR("b");
    slot.adopted = true;
    check_superseded(b);
}

static void a_task_of_a_group_of_other_streams_goes(void **context) {
    settle_bench *b = open(context, STATE_UNIT_GROUP, "ab");
    b->run->state.stream_prefix = SMITHY_STR("a");
    slot.adopted = true;
    check_superseded(b);
}

static void a_task_of_the_streams_that_the_state_is_of_counts(void **context) {
    settle_bench *b = open_single(context);
    b->run->state.stream_prefix = SMITHY_STR("a");
    check_closed(b, 1, 1);
}

/* It left a folder in its group's task before anybody had listed it: what lies before that is owed to it, and no more.
 */
static void an_adopted_task_is_asked_of_the_stream_that_left_a_folder(void **context) {
    settle_bench *b = open(context, STATE_UNIT_STREAM, "a");
    add_stream(b, "a");
    slot.unit.stream = &b->streams[0];
    slot.adopted = true;
    slot.spec.from_ms = 0;
    settle_put(b, "x/t1/a/0");
    assert_int_equal(state_add_folder(&b->run->state, b->group, SMITHY_STR("a"), STANDS - SETTLE_DAY), SMITHY_OK);
    check_superseded(b);
    assert_int_equal(b->group->folder_count, 0);
}

#define MADE (SETTLE_NOW - 600) /* The task. */

/* A task of the whole group that an earlier run left, and one for what a stream was owed, made so much later, which
 * counts. */
static settle_bench *open_overtaken(void **context, state_unit_kind kind, int64_t later_ms) {
    settle_bench *b = open(context, STATE_UNIT_GROUP, "");
    slot.adopted = true;
    add_stream(b, "young");
    settle_put(b, "x/t1/a/0");
    past_task *other = settle_add_task(b, kind, "o1", "young");
    settle_end_task(other, MADE + later_ms + SETTLE_HOUR); /* It is made an hour before. */
    b->run->lease_taken_ms = SETTLE_NOW + 1;
    return b;
}

static void look_back(settle_bench *b) {
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    slot.spec.group = b->work.catalog.name;
}

static void a_groups_task_goes_where_a_stream_was_archived_by_itself_since(void **context) {
    settle_bench *b = open_overtaken(context, STATE_UNIT_OWED, 0);
    look_back(b);
    check_superseded(b);
    assert_int_equal(b->group->exported_at, STANDS);
}

static void it_counts_where_that_was_before(void **context) {
    settle_bench *b = open_overtaken(context, STATE_UNIT_OWED, -1);
    look_back(b);
    check_closed(b, 1, 1);
}

static void it_counts_where_nobody_counts_on_the_other(void **context) {
    settle_bench *b = open_overtaken(context, STATE_UNIT_OWED, 5);
    b->is_forgetful = true;
    look_back(b);
    check_closed(b, 1, 1);
}

static void it_counts_where_that_was_in_another_group(void **context) {
    settle_bench *b = open_overtaken(context, STATE_UNIT_OWED, 5);
    b->tasks[0].spec.group = SMITHY_STR("h");
    look_back(b);
    check_closed(b, 1, 1);
}

static void it_counts_where_the_other_was_for_all_of_the_group(void **context) {
    settle_bench *b = open_overtaken(context, STATE_UNIT_GROUP, 5);
    look_back(b);
    check_closed(b, 1, 1);
}

static void it_counts_for_the_run_that_made_it(void **context) {
    settle_bench *b = open_overtaken(context, STATE_UNIT_OWED, 5);
    slot.adopted = false;
    look_back(b);
    check_closed(b, 1, 1);
}

/* Accounted for at that time, by a run before this one; the list does not tell whose it was. */
static settle_bench *open_unlisted(void **context, int64_t accounted_ms, int64_t lease_taken_ms) {
    settle_bench *b = open_overtaken(context, STATE_UNIT_OWED, -1);
    look_back(b);
    assert_int_equal(state_add_task(&b->run->state, SMITHY_STR("not listed"), accounted_ms), SMITHY_OK);
    b->run->lease_taken_ms = lease_taken_ms;
    return b;
}

static void a_groups_task_goes_where_one_that_is_not_listed_came_to_count_since(void **context) {
    check_superseded(open_unlisted(context, MADE, MADE + 1));
}

static void it_counts_where_that_one_came_to_count_before(void **context) {
    check_closed(open_unlisted(context, MADE - 1, SETTLE_NOW), 1, 1);
}

static void it_counts_where_this_run_came_to_count_on_that_one(void **context) {
    check_closed(open_unlisted(context, MADE + 5, MADE + 5), 1, 1);
}

static void a_task_that_another_one_stands_in_for_goes_and_the_rest_is_planned_anew(void **context) {
    settle_bench *b = open_several(context);
    settle_add_task(b, STATE_UNIT_GROUP, "g1", "");
    b->infos[0].from_ms = FROM;
    b->infos[0].to_ms = TO;
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    for (size_t i = 0; i < 2; i++) assert_true(set_entry(b, i ? "w-2" : "w-1", STANDS, SETTLE_NOW));
    b->group->exported_at = SETTLE_NOW;
    settle_put(b, "x/g1/w-1/0");
    assert_false(slot_close(b->run, &slot));
    assert_true(b->work.replans);
    assert_null(b->run->state.flight.task_name.ptr);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_false(settle_is_there(b, "x/t1/w-2/0"));
    assert_true(settle_is_there(b, "x/g1/w-1/0"));
    assert_int_equal(run_bench_said(b->bench, SUPERSEDED), 1);
}

static void what_cannot_be_discarded_stays_in_flight(void **context) {
    settle_bench *b = open_single(context);
    b->run->state.stream_prefix = SMITHY_STR("b");
    b->bench->store.save_status = SMITHY_ERROR_SERVICE;
    check_open(b);
    assert_true(b->run->failed);
    assert_non_null(b->run->state.flight.task_name.ptr);
    assert_true(settle_is_there(b, "x/t1/a/0"));
}

/* ---- windows of several dates ---- */

static settle_bench *open_dated(void **context) {
    settle_bench *b = open_single(context);
    b->bench->settings.destination_prefix = SMITHY_STR("x/{data:%Y}");
    slot.spec.from_ms = SETTLE_MADE - 400 * SETTLE_DAY;
    return b;
}

static void a_window_that_holds_what_nobody_expected_goes(void **context) {
    settle_bench *b = open_dated(context);
    check_open(b);
    assert_true(slot.is_surprised);
    assert_true(is_known(b));
    assert_null(b->run->state.flight.task_name.ptr);
    assert_false(settle_is_there(b, "x/t1/a/0"));
    assert_false(b->work.failed);
}

static void where_it_cannot_be_discarded_it_stays_in_flight(void **context) {
    settle_bench *b = open_dated(context);
    b->bench->store.save_status = SMITHY_ERROR_SERVICE;
    check_open(b);
    assert_false(slot.is_surprised);
    assert_non_null(b->run->state.flight.task_name.ptr);
}

static void where_nothing_may_be_deleted_it_counts(void **context) {
    settle_bench *b = open_dated(context);
    b->refuses_deletion = true;
    check_closed(b, 1, 1);
    assert_false(slot.is_surprised);
}

static void a_window_that_the_service_does_not_take_apart_counts(void **context) {
    settle_bench *b = open_dated(context);
    slot.is_joined = true;
    check_closed(b, 1, 1);
}

static void an_empty_window_of_several_dates_counts(void **context) {
    settle_bench *b = open_dated(context);
    b->keys[0] = NULL;
    check_closed(b, 0, 0);
    assert_int_equal(b->run->delete_allowed, 0);
}

/* ---- what goes wrong ---- */

static void a_folder_that_may_not_be_read_needs_a_change(void **context) {
    settle_bench *b = open_single(context);
    b->refused_list = 1;
    check_problem(b, "reading and cleaning the task's folder: ");
    assert_int_equal(b->run->needs_change, 1);
}

static void trouble_that_no_other_group_is_spared_ends_the_run(void **context) {
    settle_bench *b = open_single(context);
    b->refused_list = 1;
    b->refusal = (scripted_answer){.failure = SMITHY_HTTP_FAILURE_CANCELED};
    check_open(b);
    assert_true(b->run->failed);
    assert_false(b->work.failed);
    assert_non_null(strstr(b->bench->answer.message, "reading and cleaning the task's folder: "));
}

static void passing_trouble_needs_none(void **context) {
    settle_bench *b = open_several(context);
    b->listed_now = NULL;
    check_problem(b, "closing a window: ");
    assert_int_equal(b->run->needs_change, 0);
}

static void earlier_folders_that_cannot_be_read_leave_the_window_open(void **context) {
    settle_bench *b = open_single(context);
    assert_true(set_entry(b, "a", STANDS, SETTLE_NOW));
    settle_add_task(b, STATE_UNIT_GROUP, "g1", "");
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->refused_list = 1;
    check_problem(b, "looking into the folders of earlier tasks: ");
}

static void so_they_do_of_several_streams(void **context) {
    settle_bench *b = open_several(context);
    b->group->exported_at = SETTLE_NOW;
    for (size_t i = 0; i < 2; i++) assert_true(set_entry(b, i ? "w-2" : "w-1", STANDS, SETTLE_NOW));
    settle_add_task(b, STATE_UNIT_GROUP, "g1", "");
    assert_int_equal(settle_look_back(b), SMITHY_OK);
    b->refused_list = 1;
    assert_false(slot_close(b->run, &slot));
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_int_equal(b->bench->answer.problem_count, 1);
    assert_non_null(strstr(b->bench->answer.problems[0].reason, "looking into the folders of earlier tasks: "));
    assert_false(is_known(b));
}

/* ---- memory that runs out ---- */

static settle_bench *last;

static smithy_status finish(run_bench *bench) {
    const bool is_closed = slot_close(&bench->run, &slot);
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    if (is_closed) return SMITHY_OK;
    assert_int_equal(bench->answer.tasks_completed, 0);
    assert_true(bench->run.failed || last->work.failed);
    return SMITHY_ERROR_MEMORY;
}

static void check_finished(run_bench *bench) {
    assert_true(is_known(last));
    assert_int_equal(bench->answer.tasks_completed, 1);
    assert_false(bench->run.failed);
    assert_non_null(strstr(smithy_buffer_str(&bench->run.ledger.lines).ptr, "\"w-1\""));
}

static smithy_status begin(run_bench *bench, state_unit_kind kind, const char *prefix) {
    static const char *const NAMES[] = {"w-1", "w-2"};
    last = open_bench(bench, kind, prefix);
    if (!last) {
        logs_client_destroy(bench->run.logs);
        bench->run.logs = NULL;
        return SMITHY_ERROR_MEMORY;
    }
    for (size_t i = 0; i < 2; i++) add_stream(last, NAMES[i]);
    settle_put(last, "x/t1/w-1/0");
    settle_put(last, "x/t1/w-2/0");
    settle_put(last, "x/t1/w-3/0");
    return SMITHY_OK;
}

static smithy_status close_group(run_bench *bench) {
    SMITHY_TRY(begin(bench, STATE_UNIT_GROUP, ""));
    slot.adopted = true;
    return finish(bench);
}

static void check_group(run_bench *bench) {
    check_finished(bench);
    assert_int_equal(last->group->exported_at, TO);
    assert_int_equal(last->group->folder_count, 1);
    assert_int_equal(last->work.closed_count, 1);
    assert_int_equal(bench->answer.objects, 3);
    assert_int_equal(bench->answer.streams_exported, 3);
}

static bool stand_before(settle_bench *b) {
    return set_entry(b, "w-1", STANDS, STATE_NOT_OWED) && set_entry(b, "w-2", STANDS, STATE_NOT_OWED);
}

static smithy_status close_several(run_bench *bench) {
    SMITHY_TRY(begin(bench, STATE_UNIT_PREFIX, "w"));
    if (stand_before(last)) return finish(bench);
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    return SMITHY_ERROR_MEMORY;
}

static void check_several(run_bench *bench) {
    check_finished(bench);
    assert_int_equal(bench->answer.objects, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(state_find_stream(last->group, last->streams[i].name, SETTLE_MADE)->exported_at, TO);
    assert_true(noted(last)->cleaned);
    assert_true(smithy_str_equal(noted(last)->keep, SMITHY_STR("w-1/w-2")));
}

/* What it is owed behind the window is told by a note. */
static smithy_status close_owed(run_bench *bench) {
    static uint64_t identity;
    SMITHY_TRY(begin(bench, STATE_UNIT_OWED, "w-1"));
    slot.unit.stream = &last->streams[0];
    slot.adopted = true;
    last->group->exported_at = SETTLE_NOW;
    const state_missed missed = {
        .exported_at = TO + 5, .owed_to = TO + 9, .identities = &identity, .count = 1, .since_ms = SETTLE_NOW};
    if (state_identity(SMITHY_STR("w-1"), SETTLE_MADE, &identity) == SMITHY_OK && set_entry(last, "w-1", STANDS, TO) &&
        state_add_missed(&bench->run.state, last->group, &missed) == SMITHY_OK)
        return finish(bench);
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    return SMITHY_ERROR_MEMORY;
}

static void check_owed(run_bench *bench) {
    check_finished(bench);
    assert_int_equal(bench->answer.objects, 1);
    assert_true(last->work.replans);
}

/* It left a folder in its group's task: more is missing before the window than the task holds. */
static smithy_status close_what_does_not_fit(run_bench *bench) {
    SMITHY_TRY(begin(bench, STATE_UNIT_STREAM, "w-1"));
    slot.unit.stream = &last->streams[0];
    slot.adopted = true;
    slot.spec.from_ms = 0;
    const smithy_status status =
        state_add_folder(&bench->run.state, last->group, SMITHY_STR("w-1"), STANDS - SETTLE_DAY);
    if (status == SMITHY_OK) assert_false(slot_close(&bench->run, &slot));
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    if (bench->run.failed) assert_int_equal(bench->answer.objects_deleted, 0);
    return status == SMITHY_OK && bench->run.failed ? SMITHY_ERROR_MEMORY : status;
}

static void check_gone(run_bench *bench) {
    assert_int_equal(run_bench_said(bench, SUPERSEDED), 1);
    assert_true(is_known(last));
    assert_non_null(noted(last));
    assert_int_equal(last->group->folder_count, 0);
}

static void without_memory_no_window_is_half_closed(void **context) {
    (void)context;
    run_bench_without_memory(close_what_does_not_fit, check_gone);
    run_bench_without_memory(close_group, check_group);
    run_bench_without_memory(close_several, check_several);
    run_bench_without_memory(close_owed, check_owed);
}

static void without_digests_no_window_is_half_closed(void **context) {
    (void)context;
    settle_without_digests(close_what_does_not_fit, check_gone);
    settle_without_digests(close_group, check_group);
    settle_without_digests(close_owed, check_owed);
}

static int tear_down(void **context) {
    run_bench *bench = *context;
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    return run_bench_tear_down(context);
}

#define CLOSE_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CLOSE_TEST(the_window_of_a_group_is_closed_and_kept_in_mind),
        CLOSE_TEST(an_adopted_one_is_counted_as_that),
        CLOSE_TEST(a_stream_by_itself_needs_no_cleaning),
        CLOSE_TEST(the_folder_of_a_stream_with_siblings_is_looked_at_again),
        CLOSE_TEST(so_is_that_of_one_with_a_sibling_that_an_earlier_listing_showed),
        CLOSE_TEST(what_a_stream_took_along_goes_and_is_not_counted),
        CLOSE_TEST(where_the_cleaned_folder_cannot_be_read_the_window_stays_open),
        CLOSE_TEST(where_it_cannot_be_cleaned_the_window_stays_open),
        CLOSE_TEST(a_stream_that_is_owed_another_gap_is_planned_again),
        CLOSE_TEST(of_several_streams_each_moves_on),
        CLOSE_TEST(a_strangers_folder_goes_once_the_state_says_so),
        CLOSE_TEST(where_the_state_cannot_say_so_nothing_goes),
        CLOSE_TEST(where_the_lease_is_lost_nothing_goes_and_the_slot_holds_the_task),
        CLOSE_TEST(a_stream_that_was_made_again_is_a_stranger),
        CLOSE_TEST(a_stream_that_is_not_listed_any_more_is_none),
        CLOSE_TEST(where_the_streams_cannot_be_listed_again_the_window_stays_open),
        CLOSE_TEST(where_they_are_not_listed_in_time_the_slot_holds_the_task),
        CLOSE_TEST(an_adopted_task_of_several_was_listed_just_now),
        CLOSE_TEST(what_was_being_taken_out_of_it_is_none_of_it),
        CLOSE_TEST(the_first_of_them_is_none_either),
        CLOSE_TEST(trouble_that_no_other_group_is_spared_ends_the_run),
        CLOSE_TEST(a_task_of_several_that_nobody_stands_before_goes),
        CLOSE_TEST(a_task_of_several_that_a_stranger_shares_a_folder_of_goes),
        CLOSE_TEST(a_task_of_streams_that_the_state_is_not_of_goes),
        CLOSE_TEST(a_task_of_a_group_of_other_streams_goes),
        CLOSE_TEST(a_task_of_the_streams_that_the_state_is_of_counts),
        CLOSE_TEST(an_adopted_task_is_asked_of_the_stream_that_left_a_folder),
        CLOSE_TEST(a_groups_task_goes_where_a_stream_was_archived_by_itself_since),
        CLOSE_TEST(it_counts_where_that_was_before),
        CLOSE_TEST(it_counts_where_nobody_counts_on_the_other),
        CLOSE_TEST(it_counts_where_that_was_in_another_group),
        CLOSE_TEST(it_counts_where_the_other_was_for_all_of_the_group),
        CLOSE_TEST(it_counts_for_the_run_that_made_it),
        CLOSE_TEST(a_groups_task_goes_where_one_that_is_not_listed_came_to_count_since),
        CLOSE_TEST(it_counts_where_that_one_came_to_count_before),
        CLOSE_TEST(it_counts_where_this_run_came_to_count_on_that_one),
        CLOSE_TEST(a_task_that_another_one_stands_in_for_goes_and_the_rest_is_planned_anew),
        CLOSE_TEST(what_cannot_be_discarded_stays_in_flight),
        CLOSE_TEST(a_window_that_holds_what_nobody_expected_goes),
        CLOSE_TEST(where_it_cannot_be_discarded_it_stays_in_flight),
        CLOSE_TEST(where_nothing_may_be_deleted_it_counts),
        CLOSE_TEST(a_window_that_the_service_does_not_take_apart_counts),
        CLOSE_TEST(an_empty_window_of_several_dates_counts),
        CLOSE_TEST(a_folder_that_may_not_be_read_needs_a_change),
        CLOSE_TEST(passing_trouble_needs_none),
        CLOSE_TEST(earlier_folders_that_cannot_be_read_leave_the_window_open),
        CLOSE_TEST(so_they_do_of_several_streams),
        cmocka_unit_test(without_memory_no_window_is_half_closed),
        cmocka_unit_test(without_digests_no_window_is_half_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
