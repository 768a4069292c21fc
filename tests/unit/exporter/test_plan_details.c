/* The limits of planning and closing: where a millisecond, or one stream more, makes the difference. */
#include "cover.h"
#include "planned_group.h"
#include "standing.h"

#include <string.h>

/* ---- what fits ---- */

static bool fits(fixture *f, state_unit_kind kind, const char *stream, int64_t from_ms, int64_t to_ms) {
    bool result;
    assert_int_equal(plan_fits(f->group, kind, smithy_str_from(stream), 10, from_ms, to_ms, &result), SMITHY_OK);
    return result;
}

static void a_groups_task_fits_right_behind_its_watermark(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    assert_true(fits(f, STATE_UNIT_GROUP, "", 501, 600));
    assert_false(fits(f, STATE_UNIT_GROUP, "", 500, 600));
    assert_false(fits(f, STATE_UNIT_GROUP, "", 502, 600));
    set_entry(f, "a", 10, 100, 200); /* Owed: it is with its group. */
    assert_true(fits(f, STATE_UNIT_GROUP, "", 501, 600));
    set_entry(f, "b", 10, 500, STATE_NOT_OWED); /* Goes its own way. */
    assert_false(fits(f, STATE_UNIT_GROUP, "", 501, 600));
}

static void a_streams_task_fits_behind_its_own_watermark(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    set_entry(f, "own", 10, 700, STATE_NOT_OWED);
    account(f, "with-group");
    assert_true(fits(f, STATE_UNIT_STREAM, "own", 701, 800));
    assert_false(fits(f, STATE_UNIT_STREAM, "own", 501, 800));
    assert_true(fits(f, STATE_UNIT_STREAM, "with-group", 501, 800));
    assert_false(fits(f, STATE_UNIT_STREAM, "with-group", 0, 800));
    assert_true(fits(f, STATE_UNIT_STREAM, "unknown", 0, 800));
    assert_false(fits(f, STATE_UNIT_STREAM, "unknown", 501, 800));
}

/* What is owed ends where the group took the stream along: a window across it would hold events twice. */
static void a_streams_task_does_not_fit_across_what_its_group_archived(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    set_entry(f, "touching", 10, 100, 500);
    set_entry(f, "parted", 10, 100, 300);
    assert_true(fits(f, STATE_UNIT_STREAM, "touching", 101, 800));
    assert_false(fits(f, STATE_UNIT_STREAM, "touching", 102, 800));
    assert_false(fits(f, STATE_UNIT_STREAM, "parted", 101, 800));
}

static void what_is_owed_fits_up_to_where_it_ends(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    set_entry(f, "a", 10, 100, 300);
    assert_true(fits(f, STATE_UNIT_OWED, "a", 101, 300));
    assert_true(fits(f, STATE_UNIT_OWED, "a", 101, 200));
    assert_false(fits(f, STATE_UNIT_OWED, "a", 101, 301));
    assert_false(fits(f, STATE_UNIT_OWED, "a", 100, 300));
    assert_false(fits(f, STATE_UNIT_OWED, "a", 301, 300));
    set_entry(f, "own", 10, 100, STATE_NOT_OWED); /* It stands by itself since: its group ends what it is owed. */
    assert_true(fits(f, STATE_UNIT_OWED, "own", 101, 500));
    assert_false(fits(f, STATE_UNIT_OWED, "own", 101, 501));
    assert_true(fits(f, STATE_UNIT_OWED, "unknown", 0, 500));
    assert_false(fits(f, STATE_UNIT_OWED, "unknown", 0, 501));
    assert_false(fits(f, STATE_UNIT_OWED, "unknown", 501, 500));
}

/* ---- closing what was owed ---- */

static void close_owed(fixture *f, const char *stream, int64_t to_ms) {
    assert_int_equal(plan_close(&f->state, f->group, NULL, STATE_UNIT_OWED, smithy_str_from(stream), 10, to_ms, NULL),
                     SMITHY_OK);
}

/* It was made again: what its earlier life was owed says why nothing of that is archived. */
static void what_an_earlier_life_was_owed_stays_owed_to_that(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    set_entry(f, "a", 9, 100, 500);
    close_owed(f, "a", 500);
    assert_null(entry_of(f, "a"));
    assert_true(state_is_accounted(f->group, identity_of("a", 10)));
    const state_stream *earlier = state_find_stream(f->group, SMITHY_STR("a"), 9);
    assert_non_null(earlier);
    assert_int_equal(earlier->owed_to, 500);
}

static void all_of_what_is_owed_leaves_nothing(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    set_entry(f, "a", 10, 100, 300);
    close_owed(f, "a", 300);
    assert_null(entry_of(f, "a"));
    assert_true(is_accounted(f, "a"));
}

static void a_millisecond_less_leaves_a_millisecond(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    set_entry(f, "a", 10, 100, 300);
    close_owed(f, "a", 299);
    assert_int_equal(entry_of(f, "a")->exported_at, 299);
    assert_int_equal(entry_of(f, "a")->owed_to, 300);
    assert_true(is_accounted(f, "a"));
    close_owed(f, "b", 499);
    assert_int_equal(entry_of(f, "b")->owed_to, 500);
}

/* ---- one again ---- */

static void converge(fixture *f, int64_t to_ms) {
    assert_int_equal(plan_converge(&f->state, f->group, &f->catalog, to_ms), SMITHY_OK);
    assert_int_equal(f->group->exported_at, to_ms);
    assert_int_equal(f->group->converge_to, STATE_NOTHING);
}

static void who_has_arrived_needs_no_entry_and_who_has_not_is_owed_the_rest(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    f->group->converge_to = 900;
    set_entry(f, "arrived", 10, 900, STATE_NOT_OWED);
    set_entry(f, "behind", 10, 899, STATE_NOT_OWED);
    set_entry(f, "touching", 10, 100, 500);
    set_entry(f, "parted", 10, 100, 300);
    set_entry(f, "unknown", STATE_UNKNOWN_TIME, 900, STATE_NOT_OWED);
    set_entry(f, "unlisted", STATE_UNKNOWN_TIME, 900, STATE_NOT_OWED);
    list(f, "unknown", 1, 2);
    converge(f, 900);
    assert_true(is_accounted(f, "arrived"));
    assert_true(is_accounted(f, "unknown"));
    assert_int_equal(f->group->stream_count, 4);
    assert_int_equal(entry_of(f, "behind")->owed_to, 900);
    assert_int_equal(entry_of(f, "behind")->since_ms, NOW_MS);
    assert_int_equal(entry_of(f, "touching")->owed_to, 900);
    assert_int_equal(entry_of(f, "parted")->owed_to, 300);
    assert_int_equal(entry_of(f, "parted")->since_ms, 0);
    assert_int_equal(entry_of(f, "unlisted")->created_ms, STATE_UNKNOWN_TIME);
}

static void who_stood_with_the_group_is_owed_what_the_group_gains(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    account(f, "idle");
    list(f, "idle", 1, 2);
    list(f, "new", -1, -1);
    converge(f, 900);
    assert_int_equal(entry_of(f, "idle")->exported_at, 500);
    assert_int_equal(entry_of(f, "idle")->owed_to, 900);
    assert_int_equal(entry_of(f, "idle")->since_ms, NOW_MS);
    assert_null(entry_of(f, "new"));
}

static void a_group_that_gains_nothing_owes_nothing(void **context) {
    fixture *f = *context;
    f->group->exported_at = 900;
    account(f, "idle");
    account(f, "missing");
    list(f, "idle", 1, 2);
    converge(f, 900);
    assert_null(entry_of(f, "idle"));
    assert_int_equal(f->group->accounted_count, 2); /* Each once. */
    assert_int_equal(f->group->missed_count, 0);
}

/* The same identity may stand there twice, side by side, and is missed once. */
static void who_is_not_listed_is_noted_once_and_in_order(void **context) {
    fixture *f = *context;
    static const char *const NAMES[] = {"m1", "m2", "m3", "listed", "own"};
    f->group->exported_at = 500;
    for (int i = 0; i < 5; i++) account(f, NAMES[i]);
    account(f, "m2");
    account(f, "listed");
    list(f, "listed", 1, 2);
    set_entry(f, "own", 10, 899, STATE_NOT_OWED);
    assert_int_equal(state_add_folder(&f->state, f->group, SMITHY_STR("f"), 1), SMITHY_OK);
    converge(f, 900);
    assert_int_equal(f->group->missed_count, 1);
    const state_missed *missed = &f->group->missed[0];
    assert_int_equal(missed->exported_at, 500);
    assert_int_equal(missed->owed_to, 900);
    assert_int_equal(missed->count, 3);
    for (int i = 0; i < 3; i++) assert_true(state_missed_has(missed, identity_of(NAMES[i], 10)));
    assert_true(missed->identities[0] < missed->identities[1] && missed->identities[1] < missed->identities[2]);
    assert_int_equal(missed->folder_count, 1);
}

/* An entry has room for one gap, and who stands in no listing need not be among those accounted for. */
static void who_is_owed_something_further_back_and_is_not_listed_is_missed_as_well(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    set_entry(f, "gone", 10, 100, 300);
    set_entry(f, "touches", 10, 100, 500);
    set_entry(f, "here", 10, 100, 300);
    set_entry(f, "again", 9, 100, 300);
    list(f, "again", 50, 60);
    list(f, "here", 50, 60);
    assert_int_equal(plan_converge(&f->state, f->group, &f->catalog, 900), SMITHY_OK);
    assert_int_equal(f->group->missed_count, 1);
    const state_missed *missed = &f->group->missed[0];
    assert_int_equal(missed->exported_at, 500);
    assert_int_equal(missed->owed_to, 900);
    assert_int_equal(missed->count, 2);
    assert_true(state_missed_has(missed, identity_of("gone", 10)));
    assert_true(state_missed_has(missed, identity_of("again", 9)));
    assert_int_equal(entry_of(f, "gone")->owed_to, 300);
    assert_int_equal(entry_of(f, "touches")->owed_to, 900);
}

/* ---- who was missed ---- */

/* An object of one of them may tell of somebody. */
static void a_note_of_nobody_stays_as_long_as_tasks_from_before_it_are_kept(void **context) {
    fixture *f = *context;
    state_missed note = missed_note(f, 5, 0);
    note.since_ms = NOW_MS;
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    note = missed_note(f, 6, 1);
    note.since_ms = NOW_MS;
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    f->state.now_ms = NOW_MS + STATE_TASK_KEPT_MS;
    state_forget_missed(&f->state, f->group);
    assert_int_equal(f->group->missed_count, 2);
    f->state.now_ms++;
    state_forget_missed(&f->state, f->group);
    assert_int_equal(f->group->missed_count, 1); /* Somebody is missed there, however long. */
    assert_int_equal(f->group->missed[0].owed_to, 6);
}

static void who_took_part_in_a_task_is_missed_in_all_that_was_passed_over_since(void **context) {
    fixture *f = *context;
    for (int64_t end = 5; end <= 7; end++) {
        state_missed note = missed_note(f, end, end == 6 ? 1 : 0);
        note.exported_at = end - 1;
        assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    }
    assert_int_equal(state_miss_behind(&f->state, f->group, 5, 10), SMITHY_OK);
    assert_int_equal(f->group->missed[0].count, 0); /* It was archived up to there. */
    assert_int_equal(f->group->missed[1].count, 1); /* It was there already. */
    assert_int_equal(f->group->missed[2].count, 1);
    assert_true(state_missed_has(&f->group->missed[2], 10));
}

static void who_is_found_again_is_in_the_earliest_note_and_leaves_only_that(void **context) {
    fixture *f = *context;
    const state_missed first = missed_note(f, 5, 1), second = missed_note(f, 6, 3);
    assert_int_equal(state_add_missed(&f->state, f->group, &first), SMITHY_OK);
    assert_int_equal(state_add_missed(&f->state, f->group, &second), SMITHY_OK);
    const state_missed *found = state_find_missed(f->group, 10);
    assert_int_equal(found->owed_to, 5);
    state_remove_missed(f->group, found, 10); /* The only one: the note may be of use to others. */
    assert_int_equal(f->group->missed_count, 2);
    found = state_find_missed(f->group, 20);
    state_remove_missed(f->group, found, 25); /* Nobody. */
    assert_int_equal(found->count, 3);
    state_remove_missed(f->group, found, 20);
    assert_int_equal(found->count, 2);
    assert_int_equal(found->identities[0], 10);
    assert_int_equal(found->identities[1], 30);
    assert_null(state_find_missed(f->group, 20));
    assert_null(state_find_missed(f->group, 31));
}

static void a_folder_gets_its_name_in_all_notes(void **context) {
    fixture *f = *context;
    state_missed note = missed_note(f, 5, 3);
    note.folders[0] = SMITHY_STR("x");
    note.folders[1] = SMITHY_STR("y");
    note.folder_count = 2;
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    assert_int_equal(state_name_missed(&f->state, f->group, SMITHY_STR("x"), 25), SMITHY_OK);
    const state_missed *kept = &f->group->missed[0];
    assert_int_equal(kept->folder_count, 1);
    assert_true(smithy_str_equal(kept->folders[0], SMITHY_STR("y")));
    assert_int_equal(kept->count, 4);
    for (size_t i = 0; i < 4; i++) assert_int_equal(kept->identities[i], ((const uint64_t[]){10, 20, 25, 30})[i]);
    assert_int_equal(state_name_missed(&f->state, f->group, SMITHY_STR("y"), 10), SMITHY_OK);
    assert_int_equal(kept->count, 4); /* It is there already. */
    assert_int_equal(kept->folder_count, 0);
}

static void a_note_lives_as_long_as_a_folder_of_it(void **context) {
    fixture *f = *context;
    state_missed note = missed_note(f, 5, 1);
    note.folders[0] = SMITHY_STR("x");
    note.folder_count = 1;
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    state_remove_missed(f->group, &f->group->missed[0], 10);
    assert_int_equal(f->group->missed_count, 1);
}

/* One gap at a time: the entry has room for no more. */
static void who_is_missed_twice_is_owed_one_gap_after_the_other(void **context) {
    fixture *f = *context;
    const uint64_t identity = identity_of("back", 10);
    f->group->exported_at = 900;
    account(f, "back");
    for (int i = 0; i < 2; i++) {
        state_missed note = missed_note(f, 500 + 300 * i, 1);
        note.exported_at = 100 + 500 * i;
        note.identities[0] = identity;
        assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    }
    list(f, "back", 50, 850);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 900);
    assert_int_equal(made->unit_count, 1);
    assert_int_equal(made->units[0].kind, STATE_UNIT_OWED);
    assert_int_equal(made->units[0].from_ms, 101);
    assert_int_equal(made->units[0].to_ms, 500);
    assert_int_equal(entry_of(f, "back")->since_ms, NOW_MS);
    close_owed(f, "back", 500);
    made = plan(f, EXPORTER_UNIT_AUTO, 900);
    assert_int_equal(made->unit_count, 1);
    assert_int_equal(made->units[0].from_ms, 601);
    assert_int_equal(made->units[0].to_ms, 800);
    assert_int_equal(f->group->missed_count, 0);
}

/* ---- what is owed, by the hints ---- */

static void a_first_event_behind_what_is_owed_is_believed_after_a_day(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "a", 301, 400);
    account(f, "a");
    set_entry(f, "a", 10, STATE_NOTHING, 300)->since_ms = NOW_MS - DAY_MS;
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 500)->unit_count, 0);
    assert_non_null(entry_of(f, "a"));
    entry_of(f, "a")->since_ms--;
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 500)->unit_count, 0);
    assert_null(entry_of(f, "a"));
    assert_true(is_accounted(f, "a"));
}

static void a_first_event_at_the_end_of_what_is_owed_is_owed(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "a", 300, 400);
    account(f, "a");
    set_entry(f, "a", 10, STATE_NOTHING, 300)->since_ms = NOW_MS - 9 * DAY_MS;
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 500);
    assert_int_equal(made->unit_count, 1);
    assert_int_equal(made->units[0].from_ms, 0);
    assert_int_equal(made->units[0].to_ms, 300);
    assert_int_equal(made->units[0].earliest_ms, 300);
}

static void an_entry_that_is_owed_nothing_goes(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "a", 1, 400);
    set_entry(f, "a", 10, 300, 300);
    plan(f, EXPORTER_UNIT_AUTO, 500);
    assert_null(entry_of(f, "a"));
    assert_true(is_accounted(f, "a"));
    assert_int_equal(f->group->accounted_count, 1);
    set_entry(f, "a", 10, 300, 300);
    plan(f, EXPORTER_UNIT_AUTO, 500);
    assert_int_equal(f->group->accounted_count, 1); /* Once is enough. */
}

static void an_unknown_stream_whose_first_event_is_the_watermark_is_owed_it(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "at", 500, 500);
    list(f, "behind", 501, 501);
    list(f, "silent", -1, -1);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 500);
    assert_int_equal(made->unit_count, 1);
    assert_true(smithy_str_equal(made->units[0].prefix, SMITHY_STR("at")));
    assert_int_equal(made->units[0].to_ms, 500);
    assert_int_equal(made->youngest_first_ms, 501);
}

static void an_event_at_the_first_instant_is_one(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "a", 0, 0);
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 500)->unit_count, 1);
}

static void a_window_of_one_millisecond_is_one_and_an_empty_one_is_none(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    account(f, "a");
    list(f, "a", 1, 501);
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 500)->unit_count, 0);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 501);
    assert_int_equal(made->unit_count, 1);
    assert_int_equal(made->units[0].from_ms, 501);
    assert_int_equal(made->units[0].to_ms, 501);
}

static void an_event_at_the_horizon_is_due_and_one_behind_it_is_too_young(void **context) {
    fixture *f = *context;
    list(f, "a", 500, 500);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 499);
    assert_int_equal(made->verdict, PLAN_YOUNG);
    assert_int_equal(made->youngest_first_ms, 500);
    assert_int_equal(made->unit_count, 0);
    made = plan(f, EXPORTER_UNIT_AUTO, 500);
    assert_int_equal(made->verdict, PLAN_DUE);
    assert_int_equal(made->youngest_first_ms, -1);
    assert_int_equal(made->units[0].to_ms, 500);
}

static void the_earliest_event_of_a_group_is_that_of_a_due_stream(void **context) {
    fixture *f = *context;
    list(f, "a", 0, 700);
    list(f, "b", 300, 700);
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 800)->units[0].earliest_ms, 0);
    f->streams[0].first_event_ms = 400;
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 800)->units[0].earliest_ms, 300);
    f->streams[0].first_event_ms = f->streams[1].first_event_ms = -1; /* The hints lag. */
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 800)->units[0].earliest_ms, 0);
}

/* ---- streams that differ ---- */

static void streams_meet_at_the_horizon_or_at_the_furthest_of_them(void **context) {
    fixture *f = *context;
    list(f, "a", 1, 2000);
    list(f, "b", 1, 2000);
    set_entry(f, "a", 10, 100, STATE_NOT_OWED);
    set_entry(f, "b", 10, 700, STATE_NOT_OWED);
    assert_true(plan(f, EXPORTER_UNIT_AUTO, 600)->converges == false); /* The furthest is ahead of the horizon. */
    assert_int_equal(f->group->converge_to, 700);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 700);
    assert_true(made->converges);
    assert_int_equal(made->converge_to_ms, 700);
    assert_int_equal(made->unit_count, 1);
    assert_int_equal(made->units[0].to_ms, 700);
    made = plan(f, EXPORTER_UNIT_AUTO, 900); /* It stays where it was. */
    assert_int_equal(made->converge_to_ms, 700);
    entry_of(f, "b")->exported_at = 800;
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 900)->converge_to_ms, 800);
    f->group->converge_to = STATE_NOTHING;
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 900)->converge_to_ms, 900);
}

static void streams_meet_where_the_furthest_one_that_goes_by_itself_stands(void **context) {
    fixture *f = *context;
    f->group->exported_at = 100;
    set_entry(f, "a", 10, 700, STATE_NOT_OWED);
    set_entry(f, "b", 10, 600, STATE_NOT_OWED);
    set_entry(f, "c", 10, 800, 900); /* Owed. */
    set_entry(f, "d", 10, 900, STATE_NOT_OWED);
    state_remove_stream(f->group, SMITHY_STR("d"));
    for (const char *const *name = (const char *const[]){"a", "b", "c", NULL}; *name; name++) list(f, *name, 1, 1000);
    plan(f, EXPORTER_UNIT_AUTO, 650);
    assert_int_equal(f->group->converge_to, 700);
}

static void those_furthest_behind_go_first_and_by_name_then(void **context) {
    fixture *f = *context;
    static const char *const NAMES[] = {"a", "b", "c", "d"};
    static const int64_t AT[] = {300, 100, 300, 200};
    for (int i = 0; i < 4; i++) {
        list(f, NAMES[i], 1, 900);
        set_entry(f, NAMES[i], 10, AT[i], STATE_NOT_OWED);
    }
    const group_plan *made = plan(f, EXPORTER_UNIT_STREAM, 800);
    assert_int_equal(made->unit_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(
            smithy_str_equal(made->units[i].prefix, smithy_str_from(((const char *const[]){"b", "d", "a", "c"})[i])));
}

/* Two gaps cannot be told by one watermark: what is owed goes first, whatever the hints say, and by itself. */
static void a_stream_of_two_gaps_gets_the_first_alone(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "a", 1, 900);
    account(f, "a");
    set_entry(f, "a", 10, 100, 300);
    const group_plan *made = plan(f, EXPORTER_UNIT_STREAM, 800);
    assert_int_equal(made->unit_count, 2);
    assert_int_equal(made->units[0].kind, STATE_UNIT_OWED);
    assert_int_equal(made->units[0].from_ms, 101);
    assert_int_equal(made->units[0].to_ms, 300);
    assert_int_equal(made->units[1].kind, STATE_UNIT_STREAM);
    assert_int_equal(made->units[1].from_ms, 501);
    entry_of(f, "a")->owed_to = 500; /* Touching: one window. */
    made = plan(f, EXPORTER_UNIT_STREAM, 800);
    assert_int_equal(made->unit_count, 1);
    assert_int_equal(made->units[0].from_ms, 101);
    assert_int_equal(made->units[0].to_ms, 800);
}

static void names_alike_are_siblings_of_the_shorter_one_alone(void **context) {
    fixture *f = *context;
    list(f, "a", 1, 900);
    list(f, "a-2", 1, 900);
    list(f, "b", 1, 900);
    const group_plan *made = plan(f, EXPORTER_UNIT_STREAM, 800);
    assert_int_equal(made->unit_count, 3);
    assert_true(made->units[0].has_siblings);
    assert_false(made->units[1].has_siblings);
    assert_false(made->units[2].has_siblings);
}

/* ---- several ---- */

static void a_closed_group_remembers_the_folder_that_nobody_explains_and_meets_nowhere(void **context) {
    fixture *f = *context;
    const smithy_str names[] = {SMITHY_STR("x")};
    f->group->converge_to = 700;
    assert_int_equal(plan_close(&f->state, f->group, &f->catalog, STATE_UNIT_GROUP, (smithy_str){0}, 0, 600,
                                &(plan_folders){names, 1}),
                     SMITHY_OK);
    assert_int_equal(f->group->exported_at, 600);
    assert_int_equal(f->group->converge_to, STATE_NOTHING);
    assert_int_equal(f->group->folder_count, 1);
}

static void what_stood_in_the_list_once_is_nobodys_sibling(void **context) {
    fixture *f = *context;
    list(f, "a", 1, 100);
    list(f, "ab", 1, 100);
    assert_true(plan(f, EXPORTER_UNIT_STREAM, 200)->units[0].has_siblings);
    f->catalog.stream_count--;
    assert_false(plan(f, EXPORTER_UNIT_STREAM, 200)->units[0].has_siblings);
}

/* Whose gaps lie apart, or who is owed more than an entry says, is in no task of several. */
static void who_is_owed_something_goes_alone_where_streams_are_to_meet(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "w-1", 1, 1000);
    list(f, "w-2", 1, 1000);
    list(f, "w-3", 1, 1000);
    list(f, "w-4", 1, 1000);
    for (size_t i = 0; i < 3; i++) account(f, (const char *const[]){"w-1", "w-2", "w-3"}[i]);
    set_entry(f, "w-3", 10, 100, 300);
    set_entry(f, "w-4", 10, 500, STATE_NOT_OWED);
    state_missed note = missed_note(f, 400, 1);
    note.identities[0] = identity_of("w-4", 10);
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 900);
    bool is_owed = false;
    for (size_t i = 0; i < made->unit_count; i++) {
        const plan_unit *unit = &made->units[i];
        is_owed = is_owed || unit->kind == STATE_UNIT_OWED;
        if (unit->kind != STATE_UNIT_PREFIX) continue;
        assert_false(smithy_str_starts_with(SMITHY_STR("w-3"), unit->prefix));
        assert_false(smithy_str_starts_with(SMITHY_STR("w-4"), unit->prefix));
    }
    assert_true(is_owed);
}

static void who_shares_a_members_folder_and_is_none_cannot_be_parted(void **context) {
    fixture *f = *context;
    plan_members members;
    list(f, "w-1", 1, 900);
    list(f, "w/1", 1, 900);
    list(f, "x", 1, 900);
    set_entry(f, "w-1", 10, 100, STATE_NOT_OWED);
    set_entry(f, "w/1", 10, 200, STATE_NOT_OWED);
    assert_int_equal(plan_find_members(&f->state, f->group, &f->catalog, SMITHY_STR("w"), 101, &members, f->memory),
                     SMITHY_OK);
    assert_int_equal(members.count, 1);
    assert_false(members.are_apart);
    entry_of(f, "w/1")->exported_at = 100;
    assert_int_equal(plan_find_members(&f->state, f->group, &f->catalog, SMITHY_STR("w"), 101, &members, f->memory),
                     SMITHY_OK);
    assert_int_equal(members.count, 2);
    assert_true(members.are_apart);
    assert_int_equal(plan_close_members(&f->state, f->group, &members, 900), SMITHY_OK);
    assert_int_equal(entry_of(f, "w-1")->exported_at, 900);
    assert_int_equal(entry_of(f, "w/1")->exported_at, 900);
    assert_int_equal(entry_of(f, "w/1")->owed_to, STATE_NOT_OWED);
}

static void who_has_an_entry_or_is_accounted_for_joins_no_more(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "own", 1, 400);
    list(f, "known", 1, 400);
    set_entry(f, "own", 10, 100, STATE_NOT_OWED);
    account(f, "known");
    assert_int_equal(state_add_folder(&f->state, f->group, SMITHY_STR("own"), 50), SMITHY_OK);
    assert_int_equal(state_add_folder(&f->state, f->group, SMITHY_STR("known"), 50), SMITHY_OK);
    assert_int_equal(plan_recognize(&f->state, f->group, &f->catalog), SMITHY_OK);
    assert_int_equal(f->group->folder_count, 0);
    assert_int_equal(entry_of(f, "own")->exported_at, 100);
    assert_int_equal(entry_of(f, "own")->owed_to, STATE_NOT_OWED);
    assert_null(entry_of(f, "known"));
    assert_int_equal(f->group->accounted_count, 1);
}

/* It is owed nothing more by a note as long as its entry tells of another gap. */
static void who_was_missed_and_goes_by_itself_keeps_its_entry(void **context) {
    fixture *f = *context;
    f->group->exported_at = 900;
    state_missed note = missed_note(f, 500, 1);
    note.identities[0] = identity_of("back", 10);
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    list(f, "other", 1, 2);
    list(f, "back", 50, 850);
    set_entry(f, "back", 10, 600, 700);
    assert_int_equal(plan_recognize(&f->state, f->group, &f->catalog), SMITHY_OK);
    assert_int_equal(entry_of(f, "back")->exported_at, 600);
    assert_int_equal(f->group->missed_count, 1);
    assert_null(entry_of(f, "other"));
}

/* Four bytes for each of the 512 characters that a name may have. */
static void a_name_of_2048_bytes_has_a_folder(void **context) {
    fixture *f = *context;
    static char name[2049];
    plan_members members;
    memset(name, 'n', 2048);
    list(f, name, 1, 900);
    list(f, "nx", 1, 900);
    assert_int_equal(plan_find_members(&f->state, f->group, &f->catalog, SMITHY_STR("n"), 0, &members, f->memory),
                     SMITHY_OK);
    assert_int_equal(members.count, 2);
    assert_int_equal(state_add_folder(&f->state, f->group, (smithy_str){name, 2048}, 7), SMITHY_OK);
    f->group->exported_at = 500;
    assert_int_equal(plan_recognize(&f->state, f->group, &f->catalog), SMITHY_OK);
    assert_int_equal(f->group->folder_count, 0);
    assert_true(is_accounted(f, name));
}

/* Names are parts of a larger text here: what stands behind them is not theirs. */
static void what_stands_behind_a_name_does_not_count(void **context) {
    fixture *f = *context;
    const char text[] = "ab\x80"
                        "ab\x80";
    const cover_name names[] = {{.name = {text, 2}, .watermark = 1, .is_due = true},
                                {.name = {text + 3, 3}, .watermark = 1, .is_due = true}};
    cover found;
    assert_int_equal(cover_find(names, 1, &found, f->memory), SMITHY_OK);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.units[0].prefix.len, 2);
    assert_int_equal(cover_find(names, 0, &found, f->memory), SMITHY_OK);
    assert_int_equal(found.count, 0);
}

#define DETAIL(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        DETAIL(a_groups_task_fits_right_behind_its_watermark),
        DETAIL(a_streams_task_fits_behind_its_own_watermark),
        DETAIL(a_streams_task_does_not_fit_across_what_its_group_archived),
        DETAIL(what_is_owed_fits_up_to_where_it_ends),
        DETAIL(what_an_earlier_life_was_owed_stays_owed_to_that),
        DETAIL(all_of_what_is_owed_leaves_nothing),
        DETAIL(a_millisecond_less_leaves_a_millisecond),
        DETAIL(who_has_arrived_needs_no_entry_and_who_has_not_is_owed_the_rest),
        DETAIL(who_stood_with_the_group_is_owed_what_the_group_gains),
        DETAIL(a_group_that_gains_nothing_owes_nothing),
        DETAIL(who_is_not_listed_is_noted_once_and_in_order),
        DETAIL(a_note_of_nobody_stays_as_long_as_tasks_from_before_it_are_kept),
        DETAIL(who_is_owed_something_further_back_and_is_not_listed_is_missed_as_well),
        DETAIL(who_took_part_in_a_task_is_missed_in_all_that_was_passed_over_since),
        DETAIL(who_is_found_again_is_in_the_earliest_note_and_leaves_only_that),
        DETAIL(a_folder_gets_its_name_in_all_notes),
        DETAIL(a_note_lives_as_long_as_a_folder_of_it),
        DETAIL(who_is_missed_twice_is_owed_one_gap_after_the_other),
        DETAIL(a_first_event_behind_what_is_owed_is_believed_after_a_day),
        DETAIL(a_first_event_at_the_end_of_what_is_owed_is_owed),
        DETAIL(an_entry_that_is_owed_nothing_goes),
        DETAIL(an_unknown_stream_whose_first_event_is_the_watermark_is_owed_it),
        DETAIL(an_event_at_the_first_instant_is_one),
        DETAIL(a_window_of_one_millisecond_is_one_and_an_empty_one_is_none),
        DETAIL(an_event_at_the_horizon_is_due_and_one_behind_it_is_too_young),
        DETAIL(the_earliest_event_of_a_group_is_that_of_a_due_stream),
        DETAIL(streams_meet_at_the_horizon_or_at_the_furthest_of_them),
        DETAIL(those_furthest_behind_go_first_and_by_name_then),
        DETAIL(streams_meet_where_the_furthest_one_that_goes_by_itself_stands),
        DETAIL(a_stream_of_two_gaps_gets_the_first_alone),
        DETAIL(names_alike_are_siblings_of_the_shorter_one_alone),
        DETAIL(a_closed_group_remembers_the_folder_that_nobody_explains_and_meets_nowhere),
        DETAIL(what_stood_in_the_list_once_is_nobodys_sibling),
        DETAIL(who_shares_a_members_folder_and_is_none_cannot_be_parted),
        DETAIL(who_is_owed_something_goes_alone_where_streams_are_to_meet),
        DETAIL(who_has_an_entry_or_is_accounted_for_joins_no_more),
        DETAIL(who_was_missed_and_goes_by_itself_keeps_its_entry),
        DETAIL(a_name_of_2048_bytes_has_a_folder),
        DETAIL(what_stands_behind_a_name_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
