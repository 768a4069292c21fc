/* Where streams stand, whom a task is for, and what becomes of them when their group is one again: the first and the
 * last of a list, what stands behind its end, and what two records say of one stream. */
#include "planned_group.h"
#include "standing.h"

#include <stdio.h>
#include <string.h>

/* What was listed last stands behind the end of the list, as what is left of an earlier one may. */
static void end_list_before_last(fixture *f) {
    f->catalog.stream_count--;
}

static void recognize(fixture *f) {
    assert_int_equal(plan_recognize(&f->state, f->group, &f->catalog), SMITHY_OK);
}

static void leave_folder(fixture *f, const char *folder, int64_t before) {
    assert_int_equal(state_add_folder(&f->state, f->group, smithy_str_from(folder), before), SMITHY_OK);
}

/* Of one stream, whom its group passed over from 100 on. */
static void note_missed(fixture *f, const char *name, int64_t owed_to) {
    state_missed note = missed_note(f, owed_to, 1);
    note.exported_at = 100;
    note.identities[0] = identity_of(name, 10);
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
}

static plan_members members_of(fixture *f, const char *prefix, int64_t from_ms) {
    plan_members members;
    assert_int_equal(
        plan_find_members(&f->state, f->group, &f->catalog, smithy_str_from(prefix), from_ms, &members, f->memory),
        SMITHY_OK);
    return members;
}

/* ---- recognized by a folder, or by having been missed ---- */

static void the_first_stream_of_a_list_is_recognized_by_its_folder(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "first", 1, 2);
    list(f, "second", 1, 2);
    leave_folder(f, "first", 300);
    recognize(f);
    assert_int_equal(f->group->folder_count, 0);
    assert_true(is_accounted(f, "first"));
    assert_int_equal(entry_of(f, "first")->exported_at, STATE_NOTHING);
    assert_int_equal(entry_of(f, "first")->owed_to, 300);
    assert_int_equal(entry_of(f, "first")->since_ms, NOW_MS);
    assert_false(is_accounted(f, "second"));
}

static void who_is_listed_no_more_is_not_recognized(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "listed", 1, 2);
    list(f, "other", 1, 2);
    list(f, "unlisted", 1, 2);
    end_list_before_last(f);
    leave_folder(f, "unlisted", 300);
    note_missed(f, "unlisted", 400);
    recognize(f);
    assert_int_equal(f->group->folder_count, 1);
    assert_false(is_accounted(f, "unlisted"));
    assert_null(entry_of(f, "unlisted"));
    assert_int_equal(f->group->missed[0].count, 1);
}

static void the_first_stream_of_a_list_is_owed_what_it_was_missed_in(void **context) {
    fixture *f = *context;
    f->group->exported_at = 900;
    list(f, "back", 1, 2);
    list(f, "other", 1, 2);
    note_missed(f, "back", 500);
    recognize(f);
    assert_int_equal(entry_of(f, "back")->exported_at, 100);
    assert_int_equal(entry_of(f, "back")->owed_to, 500);
    assert_int_equal(entry_of(f, "back")->since_ms, NOW_MS);
    assert_null(state_find_missed(f->group, identity_of("back", 10)));
}

/* Whose folder a note keeps is missed by that note from the moment on that the folder has a name. */
static void who_left_a_folder_and_was_missed_is_owed_both(void **context) {
    fixture *f = *context;
    f->group->exported_at = 900;
    state_missed note = missed_note(f, 500, 0);
    note.exported_at = 400;
    note.folders[0] = SMITHY_STR("a-b");
    note.folder_count = 1;
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    leave_folder(f, "a-b", 200);
    list(f, "a/b", 1, 2);
    recognize(f);
    assert_int_equal(entry_of(f, "a/b")->owed_to, 200);
    assert_non_null(state_find_missed(f->group, identity_of("a/b", 10)));
}

static void an_old_note_of_nobody_is_forgotten(void **context) {
    fixture *f = *context;
    const state_missed note = missed_note(f, 500, 0);
    assert_int_equal(state_add_missed(&f->state, f->group, &note), SMITHY_OK);
    recognize(f);
    assert_int_equal(f->group->missed_count, 0);
}

/* No key has room for such a name, so no folder is its. */
static void a_name_that_no_folder_can_have_is_passed_over(void **context) {
    fixture *f = *context;
    static char name[6 * CATALOG_FOLDER_MAX + 1];
    const smithy_str folders[] = {SMITHY_STR("nobody's")};
    memset(name, 'a', sizeof name - 1);
    list(f, "a", 1, 900);
    list(f, name, 1, 900);
    leave_folder(f, "b", 300);
    f->group->exported_at = 500;
    recognize(f);
    assert_false(is_accounted(f, name));
    account(f, "a");
    const plan_members members = members_of(f, "a", 501);
    assert_int_equal(members.count, 1);
    assert_true(members.are_apart);
    assert_int_equal(members_of(f, "a", 0).count, 0); /* Where it would stand. */
    assert_int_equal(plan_close(&f->state, f->group, &f->catalog, STATE_UNIT_GROUP, (smithy_str){0}, 0, 600,
                                &(plan_folders){folders, 1}),
                     SMITHY_OK);
    assert_false(is_accounted(f, name));
    assert_int_equal(f->group->folder_count, 2);
}

/* ---- joining ---- */

static void join(fixture *f, const char *name, int64_t before, int64_t to) {
    const catalog_stream stream = {.name = smithy_str_from(name), .created_ms = 10};
    assert_int_equal(plan_join(&f->state, f->group, &stream, before, to), SMITHY_OK);
    assert_true(is_accounted(f, name));
}

static void who_joins_behind_nothing_is_owed_nothing(void **context) {
    fixture *f = *context;
    join(f, "a", STATE_NOTHING, 500);
    assert_null(entry_of(f, "a"));
    join(f, "b", 0, 500); /* The first millisecond. */
    assert_int_equal(entry_of(f, "b")->exported_at, STATE_NOTHING);
    assert_int_equal(entry_of(f, "b")->owed_to, 0);
    join(f, "a", STATE_NOTHING, 600);
    assert_int_equal(f->group->accounted_count, 2); /* Each once. */
}

static void who_joins_where_its_own_archive_ends_is_owed_nothing_more(void **context) {
    fixture *f = *context;
    set_entry(f, "at", 10, 300, 400);
    set_entry(f, "before", 10, 299, 400);
    join(f, "at", 300, 500);
    join(f, "before", 300, 500);
    assert_null(entry_of(f, "at"));
    assert_int_equal(entry_of(f, "before")->exported_at, 299);
    assert_int_equal(entry_of(f, "before")->owed_to, 300);
    assert_int_equal(entry_of(f, "before")->since_ms, NOW_MS);
}

static void who_joins_was_missed_in_what_its_group_passed_over_since(void **context) {
    fixture *f = *context;
    note_missed(f, "other", 500);
    f->group->missed[0].exported_at = 400;
    join(f, "late", STATE_NOTHING, 401);
    assert_null(state_find_missed(f->group, identity_of("late", 10)));
    join(f, "late", STATE_NOTHING, 400);
    assert_non_null(state_find_missed(f->group, identity_of("late", 10)));
}

/* ---- what is owed besides ---- */

static bool owes_more(fixture *f, const char *name) {
    bool more;
    assert_int_equal(plan_owes_more(f->group, smithy_str_from(name), 10, &more), SMITHY_OK);
    return more;
}

static void more_is_owed_to_who_was_missed_as_soon_as_its_entry_is_gone(void **context) {
    fixture *f = *context;
    note_missed(f, "missed", 500);
    set_entry(f, "entry", 10, 100, 300);
    assert_false(owes_more(f, "neither"));
    assert_false(owes_more(f, "entry"));
    assert_true(owes_more(f, "missed"));
    set_entry(f, "missed", 10, 100, 300);
    assert_false(owes_more(f, "missed"));
}

/* ---- the streams of one task ---- */

static void the_first_and_the_last_of_a_list_are_members_and_none_behind_it(void **context) {
    fixture *f = *context;
    list(f, "w-1", 1, 900);
    list(f, "w-2", 1, 900);
    list(f, "w-3", 1, 900);
    end_list_before_last(f);
    const plan_members members = members_of(f, "w", 0);
    assert_int_equal(members.count, 2);
    assert_ptr_equal(members.streams[0], &f->streams[0]);
    assert_ptr_equal(members.streams[1], &f->streams[1]);
    assert_int_equal(members.folder_count, 2);
    assert_true(smithy_str_equal(members.folders[1], SMITHY_STR("w-2")));
}

static void who_begins_otherwise_is_no_member(void **context) {
    fixture *f = *context;
    list(f, "v", 1, 900);
    list(f, "w", 1, 900);
    list(f, "x", 1, 900);
    const plan_members members = members_of(f, "w", 0);
    assert_int_equal(members.count, 1);
    assert_ptr_equal(members.streams[0], &f->streams[1]);
}

static void who_is_owed_more_than_one_window_is_no_member(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    for (size_t i = 0; i < 4; i++) {
        static const char *const NAMES[] = {"w-missed", "w-one", "w-parted", "w-touching"};
        list(f, NAMES[i], 1, 900);
        account(f, NAMES[i]);
    }
    set_entry(f, "w-missed", 10, 500, STATE_NOT_OWED);
    note_missed(f, "w-missed", 400);
    set_entry(f, "w-parted", 10, 100, 300);
    set_entry(f, "w-touching", 10, 200, 500);
    plan_members members = members_of(f, "w", 501);
    assert_int_equal(members.count, 1);
    assert_ptr_equal(members.streams[0], &f->streams[1]);
    members = members_of(f, "w", 201); /* Its window begins where what it is owed does. */
    assert_int_equal(members.count, 1);
    assert_ptr_equal(members.streams[0], &f->streams[3]);
}

static void a_stranger_is_found_wherever_it_stands_in_the_list(void **context) {
    fixture *f = *context;
    list(f, "w-1", 1, 900);
    list(f, "w/1", 1, 900);
    set_entry(f, "w-1", 10, 200, STATE_NOT_OWED);
    set_entry(f, "w/1", 10, 100, STATE_NOT_OWED);
    assert_false(members_of(f, "w", 101).are_apart); /* It is the first. */
    assert_false(members_of(f, "w", 201).are_apart); /* It is the last. */
    end_list_before_last(f);
    assert_true(members_of(f, "w", 201).are_apart); /* It is none of them. */
}

static void strangers_without_members_share_nothing(void **context) {
    fixture *f = *context;
    list(f, "w-1", 1, 900);
    list(f, "w/1", 1, 900);
    const plan_members members = members_of(f, "w", 501);
    assert_int_equal(members.count, 0);
    assert_true(members.are_apart);
}

/* The task does not export it. */
static void who_begins_otherwise_writes_into_no_members_folder(void **context) {
    fixture *f = *context;
    list(f, "w-1", 1, 900);
    list(f, "w/1", 1, 900);
    set_entry(f, "w-1", 10, 200, STATE_NOT_OWED);
    const plan_members members = members_of(f, "w/", 0);
    assert_int_equal(members.count, 1);
    assert_true(members.are_apart);
}

/* By name "a-z" comes before "a/a", and its folder comes behind that one's. */
static void the_folder_of_the_first_by_name_is_found_where_it_is_the_last(void **context) {
    fixture *f = *context;
    list(f, "a-z", 1, 900);
    list(f, "a/a", 1, 900);
    list(f, "a/z", 1, 900);
    set_entry(f, "a/z", 10, 200, STATE_NOT_OWED);
    const plan_members members = members_of(f, "a", 0);
    assert_int_equal(members.folder_count, 2);
    assert_true(smithy_str_equal(members.folders[0], SMITHY_STR("a-a")));
    assert_true(smithy_str_equal(members.folders[1], SMITHY_STR("a-z")));
    assert_false(members.are_apart);
}

static void a_folder_gives_the_members_of_a_task_their_past(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    list(f, "w-1", 1, 900);
    list(f, "w-2", 1, 900);
    account(f, "w-1");
    leave_folder(f, "w-2", STATE_NOTHING); /* It took part in all that its group exported. */
    assert_int_equal(members_of(f, "w", 501).count, 2);
    assert_int_equal(f->group->folder_count, 0);
}

/* ---- a closed group ---- */

static void close_group(fixture *f, const smithy_str *names, size_t count, int64_t to_ms) {
    assert_int_equal(plan_close(&f->state, f->group, &f->catalog, STATE_UNIT_GROUP, (smithy_str){0}, 0, to_ms,
                                &(plan_folders){names, count}),
                     SMITHY_OK);
}

static void who_left_the_only_folder_has_taken_part_and_nobody_behind_the_list(void **context) {
    fixture *f = *context;
    const smithy_str names[] = {SMITHY_STR("first"), SMITHY_STR("unlisted")};
    f->group->exported_at = 500;
    list(f, "first", 1, 2);
    list(f, "other", 1, 2);
    list(f, "unlisted", 1, 2);
    end_list_before_last(f);
    close_group(f, names, 1, 600);
    assert_true(is_accounted(f, "first"));
    assert_int_equal(entry_of(f, "first")->owed_to, 500);
    assert_false(is_accounted(f, "other"));
    assert_int_equal(f->group->folder_count, 0); /* What stands behind the names is none of them. */
    close_group(f, names, 2, 700);
    assert_int_equal(f->group->folder_count, 1);
    assert_int_equal(f->group->folders[0].exported_before, 600);
    assert_false(is_accounted(f, "unlisted"));
}

static void who_stands_somewhere_already_stays_there_when_its_group_is_closed(void **context) {
    fixture *f = *context;
    const smithy_str names[] = {SMITHY_STR("known"), SMITHY_STR("owed")};
    f->group->exported_at = 500;
    list(f, "known", 1, 2);
    list(f, "owed", 1, 2);
    account(f, "known");
    set_entry(f, "owed", 10, 100, 300);
    close_group(f, names, 2, 600);
    assert_null(entry_of(f, "known"));
    assert_int_equal(entry_of(f, "owed")->exported_at, 100);
    assert_int_equal(entry_of(f, "owed")->owed_to, 300);
    assert_int_equal(f->group->accounted_count, 1);
    assert_int_equal(f->group->folder_count, 0);
}

/* ---- one again ---- */

#define MANY 12

static void converge(fixture *f, int64_t to_ms) {
    assert_int_equal(plan_converge(&f->state, f->group, &f->catalog, to_ms), SMITHY_OK);
}

static void account_many(fixture *f, char names[MANY][8]) {
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], 8, "s-%02d", i);
        account(f, names[i]);
    }
}

/* Whoever of many is listed is not missed, the others are, and a stranger is neither. */
static void each_of_many_is_found_among_those_that_are_accounted_for(void **context) {
    fixture *f = *context;
    for (int at = 0; at < MANY; at++) {
        char names[MANY][8], arn[] = ARN "-00";
        snprintf(arn + sizeof arn - 3, 3, "%02d", at);
        f->group = state_add_group(&f->state, smithy_str_from(arn), 100);
        assert_non_null(f->group);
        f->group->exported_at = 500;
        account_many(f, names);
        account(f, names[(at + 1) % MANY]); /* Twice. */
        f->catalog.stream_count = 0;
        list(f, names[at], 1, 2);
        list(f, "stranger", 1, 2);
        list(f, names[(at + 2) % MANY], 1, 2);
        end_list_before_last(f);
        converge(f, 900);
        assert_int_equal(f->group->missed_count, 1);
        assert_int_equal(f->group->missed[0].count, MANY - 1);
        for (int i = 0; i < MANY; i++)
            assert_int_equal(state_missed_has(&f->group->missed[0], identity_of(names[i], 10)), i != at);
        assert_int_equal(f->group->stream_count, 1); /* Only who was listed is left behind. */
        assert_int_equal(entry_of(f, names[at])->owed_to, 900);
    }
}

static void who_has_an_entry_is_missed_only_where_that_has_no_room_for_the_gap(void **context) {
    fixture *f = *context;
    static const char *const NAMES[] = {"own", "parted", "touching", "was"};
    f->group->exported_at = 500;
    for (int i = 0; i < 4; i++) account(f, NAMES[i]);
    set_entry(f, "own", 10, 800, STATE_NOT_OWED);
    set_entry(f, "parted", 10, 100, 499);
    set_entry(f, "touching", 10, 100, 500);
    set_entry(f, "was", 10, 800, STATE_NOT_OWED);
    state_remove_stream(f->group, SMITHY_STR("was")); /* It stands behind the end of the entries. */
    converge(f, 900);
    assert_int_equal(f->group->missed_count, 1);
    assert_int_equal(f->group->missed[0].count, 2);
    assert_true(state_missed_has(&f->group->missed[0], identity_of("parted", 10)));
    assert_true(state_missed_has(&f->group->missed[0], identity_of("was", 10)));
    assert_int_equal(f->group->stream_count, 3);
    assert_int_equal(entry_of(f, "parted")->owed_to, 499);
    assert_int_equal(entry_of(f, "touching")->owed_to, 900);
}

/* Nothing was archived of nobody: nobody can have been passed over. */
static void a_group_of_nothing_and_nobody_misses_nobody(void **context) {
    fixture *f = *context;
    set_entry(f, "own", 10, 900, STATE_NOT_OWED);
    converge(f, 900);
    assert_int_equal(f->group->missed_count, 0);
    assert_true(is_accounted(f, "own"));
}

static void a_group_of_nothing_misses_the_only_one_that_it_accounts_for(void **context) {
    fixture *f = *context;
    account(f, "gone");
    converge(f, 900);
    assert_int_equal(f->group->missed_count, 1);
    assert_int_equal(f->group->missed[0].exported_at, STATE_NOTHING);
    assert_int_equal(f->group->missed[0].count, 1);
    assert_int_equal(f->group->missed[0].since_ms, NOW_MS);
}

static void a_group_of_nothing_misses_the_only_one_that_left_a_folder(void **context) {
    fixture *f = *context;
    leave_folder(f, "gone", STATE_NOTHING);
    converge(f, 900);
    assert_int_equal(f->group->missed_count, 1);
    assert_int_equal(f->group->missed[0].folder_count, 1);
}

/* An object of an earlier task may tell of somebody yet. */
static void what_a_group_of_nobody_passes_over_is_noted(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    converge(f, 900);
    assert_int_equal(f->group->missed_count, 1);
    assert_int_equal(f->group->missed[0].count, 0);
    assert_int_equal(f->group->missed[0].folder_count, 0);
    assert_int_equal(f->group->missed[0].exported_at, 500);
    assert_int_equal(f->group->missed[0].owed_to, 900);
}

/* ---- planning ---- */

/* Neither by an event that would be due nor by one that would be young. */
static void who_stands_behind_the_list_is_not_planned(void **context) {
    fixture *f = *context;
    list(f, "a", -1, -1);
    list(f, "b", 1, 900);
    for (int young = 0; young < 2; young++) {
        f->streams[1].first_event_ms = f->streams[1].last_event_ms = young ? 5000 : 900;
        f->catalog.stream_count = 1;
        for (int as = 0; as < 3; as++) {
            if (as == 2) set_entry(f, "a", 10, 500, STATE_NOT_OWED); /* Streams differ. */
            const group_plan *made = plan(f, as == 1 ? EXPORTER_UNIT_STREAM : EXPORTER_UNIT_AUTO, 1000);
            assert_int_equal(made->verdict, PLAN_EMPTY);
            assert_int_equal(made->unit_count, 0);
            assert_int_equal(made->youngest_first_ms, -1);
        }
        state_remove_stream(f->group, SMITHY_STR("a"));
    }
}

static void the_earliest_event_of_several_is_that_of_a_due_one(void **context) {
    fixture *f = *context;
    list(f, "a-1", 300, 900);
    list(f, "a-2", 100, 50); /* Nothing came since. */
    list(f, "a-3", 200, 900);
    list(f, "a-4", 250, 900);
    for (int i = 0; i < 4; i++) set_entry(f, f->streams[i].name.ptr, 10, 50, STATE_NOT_OWED);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 1000);
    assert_int_equal(made->unit_count, 1);
    assert_int_equal(made->units[0].kind, STATE_UNIT_PREFIX);
    assert_int_equal(made->units[0].earliest_ms, 200);
    assert_true(made->units[0].has_siblings);
}

static void two_streams_are_several(void **context) {
    fixture *f = *context;
    list(f, "a-1", 1, 900);
    list(f, "a-2", 1, 900);
    list(f, "b", 1, 900);
    for (int i = 0; i < 3; i++) set_entry(f, f->streams[i].name.ptr, 10, i < 2 ? 60 : 50, STATE_NOT_OWED);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 1000);
    assert_int_equal(made->unit_count, 2);
    assert_int_equal(made->units[0].kind, STATE_UNIT_STREAM);
    assert_int_equal(made->units[1].kind, STATE_UNIT_PREFIX);
    assert_true(smithy_str_equal(made->units[1].prefix, SMITHY_STR("a-")));
    assert_int_equal(made->units[1].from_ms, 61);
}

/* No window is closed up to the horizon where none is exported. */
static void streams_without_news_meet_where_the_last_of_them_or_their_group_stands(void **context) {
    fixture *f = *context;
    list(f, "a", 1, 300);
    list(f, "b", 1, 300);
    set_entry(f, "a", 10, 400, STATE_NOT_OWED);
    set_entry(f, "b", 10, 600, STATE_NOT_OWED);
    f->group->exported_at = 100;
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 900);
    assert_true(made->converges);
    assert_int_equal(made->unit_count, 0);
    assert_int_equal(made->converge_to_ms, 600);
    f->group->exported_at = 700;
    assert_int_equal(plan(f, EXPORTER_UNIT_AUTO, 900)->converge_to_ms, 700);
    f->streams[0].last_event_ms = 800; /* One has news. */
    made = plan(f, EXPORTER_UNIT_AUTO, 900);
    assert_int_equal(made->unit_count, 1);
    assert_int_equal(made->converge_to_ms, 900);
}

/* An entry of its own would hide what it is owed besides. */
static void who_was_missed_is_in_no_task_of_several(void **context) {
    fixture *f = *context;
    f->group->exported_at = 500;
    static const char *const NAMES[] = {"w-1", "w-2", "w-3"};
    for (int i = 0; i < 3; i++) {
        list(f, NAMES[i], 1, 1000);
        account(f, NAMES[i]);
    }
    set_entry(f, "w-3", 10, 500, STATE_NOT_OWED);
    note_missed(f, "w-3", 400);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 900);
    assert_int_equal(made->unit_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(made->units[i].kind, STATE_UNIT_STREAM);
        assert_true(smithy_str_equal(made->units[i].prefix, smithy_str_from(NAMES[i])));
    }
}

static void a_name_that_no_folder_can_have_is_in_no_task_of_several(void **context) {
    fixture *f = *context;
    static char name[CATALOG_FOLDER_MAX + 2];
    memset(name, 'w', sizeof name - 1);
    list(f, "wa", 1, 1000);
    list(f, name, 1, 1000);
    set_entry(f, "wa", 10, 500, STATE_NOT_OWED);
    set_entry(f, name, 10, 500, STATE_NOT_OWED);
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 900);
    assert_int_equal(made->unit_count, 2);
    for (size_t i = 0; i < 2; i++) assert_int_equal(made->units[i].kind, STATE_UNIT_STREAM);
}

/* Its event behind the meeting's instant is not one behind the horizon. */
static void who_has_arrived_where_streams_meet_has_no_young_event(void **context) {
    fixture *f = *context;
    list(f, "a", 700, 1000);
    list(f, "b", 1, 600);
    set_entry(f, "a", 10, 600, STATE_NOT_OWED);
    set_entry(f, "b", 10, 600, STATE_NOT_OWED);
    f->group->converge_to = 600;
    const group_plan *made = plan(f, EXPORTER_UNIT_AUTO, 900);
    assert_int_equal(made->unit_count, 0);
    assert_true(made->converges);
    assert_int_equal(made->youngest_first_ms, -1);
    assert_int_equal(made->verdict, PLAN_IDLE);
}

#define STANDING(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        STANDING(the_first_stream_of_a_list_is_recognized_by_its_folder),
        STANDING(who_is_listed_no_more_is_not_recognized),
        STANDING(the_first_stream_of_a_list_is_owed_what_it_was_missed_in),
        STANDING(who_left_a_folder_and_was_missed_is_owed_both),
        STANDING(an_old_note_of_nobody_is_forgotten),
        STANDING(a_name_that_no_folder_can_have_is_passed_over),
        STANDING(who_joins_behind_nothing_is_owed_nothing),
        STANDING(who_joins_where_its_own_archive_ends_is_owed_nothing_more),
        STANDING(who_joins_was_missed_in_what_its_group_passed_over_since),
        STANDING(more_is_owed_to_who_was_missed_as_soon_as_its_entry_is_gone),
        STANDING(the_first_and_the_last_of_a_list_are_members_and_none_behind_it),
        STANDING(who_begins_otherwise_is_no_member),
        STANDING(who_is_owed_more_than_one_window_is_no_member),
        STANDING(a_stranger_is_found_wherever_it_stands_in_the_list),
        STANDING(strangers_without_members_share_nothing),
        STANDING(who_begins_otherwise_writes_into_no_members_folder),
        STANDING(the_folder_of_the_first_by_name_is_found_where_it_is_the_last),
        STANDING(a_folder_gives_the_members_of_a_task_their_past),
        STANDING(who_left_the_only_folder_has_taken_part_and_nobody_behind_the_list),
        STANDING(who_stands_somewhere_already_stays_there_when_its_group_is_closed),
        STANDING(each_of_many_is_found_among_those_that_are_accounted_for),
        STANDING(who_has_an_entry_is_missed_only_where_that_has_no_room_for_the_gap),
        STANDING(a_group_of_nothing_and_nobody_misses_nobody),
        STANDING(a_group_of_nothing_misses_the_only_one_that_it_accounts_for),
        STANDING(a_group_of_nothing_misses_the_only_one_that_left_a_folder),
        STANDING(what_a_group_of_nobody_passes_over_is_noted),
        STANDING(who_stands_behind_the_list_is_not_planned),
        STANDING(the_earliest_event_of_several_is_that_of_a_due_one),
        STANDING(two_streams_are_several),
        STANDING(streams_without_news_meet_where_the_last_of_them_or_their_group_stands),
        STANDING(who_was_missed_is_in_no_task_of_several),
        STANDING(a_name_that_no_folder_can_have_is_in_no_task_of_several),
        STANDING(who_has_arrived_where_streams_meet_has_no_young_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
