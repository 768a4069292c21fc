/* Whatever memory is missing, or digest, planning and closing say so: half a plan would be taken for a whole one. */
#include "plan.h"
#include "state.h"
#include "torture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define STREAMS 24

typedef struct fixture {
    smithy_call *memory;
    exporter_state state;
    state_group *group;
    catalog_stream streams[STREAMS];
    catalog_group catalog;
    group_plan plan;
    char names[STREAMS][16];
} fixture;

static fixture f;

static void set_entry(int at, int64_t exported_at, int64_t owed_to) {
    const catalog_stream *stream = &f.streams[at];
    assert_int_equal(state_set_stream(&f.state, f.group,
                                      &(state_stream){.name = stream->name,
                                                      .created_ms = stream->created_ms,
                                                      .exported_at = exported_at,
                                                      .owed_to = owed_to}),
                     SMITHY_OK);
}

static uint64_t identity_of(int at) {
    uint64_t identity;
    assert_int_equal(state_identity(f.streams[at].name, f.streams[at].created_ms, &identity), SMITHY_OK);
    return identity;
}

/* Streams of a group that stands at 500, with an event before and one behind that. */
static void begin(void) {
    f = (fixture){.memory = smithy_call_create(NULL)};
    assert_non_null(f.memory);
    assert_int_equal(state_init(&f.state, f.memory), SMITHY_OK);
    f.group = state_add_group(&f.state, SMITHY_STR("arn:aws:logs:eu-west-1:123456789012:log-group:g"), 100);
    assert_non_null(f.group);
    f.group->exported_at = 500;
    f.catalog = (catalog_group){.name = SMITHY_STR("g"), .streams = f.streams, .stream_count = STREAMS};
    for (int i = 0; i < STREAMS; i++) {
        snprintf(f.names[i], sizeof f.names[i], "%c-%02d", 'a' + i / 6, i);
        f.streams[i] = (catalog_stream){.name = smithy_str_from(f.names[i]),
                                        .created_ms = 10,
                                        .first_event_ms = 200,
                                        .last_event_ms = 900,
                                        .last_ingestion_ms = 900};
    }
}

/* Some of them stand by themselves, some with their group, some are owed something, and some have left a folder. */
static void begin_with_differences(void) {
    begin();
    for (int i = 0; i < 6; i++) set_entry(i, 300, STATE_NOT_OWED);
    for (int i = 6; i < 9; i++) assert_int_equal(state_account(&f.state, f.group, identity_of(i)), SMITHY_OK);
    for (int i = 9; i < 12; i++) set_entry(i, 100, 400);
    for (int i = 12; i < 15; i++)
        assert_int_equal(state_add_folder(&f.state, f.group, f.streams[i].name, 250), SMITHY_OK);
}

static smithy_status plan_as(exporter_export_unit unit) {
    return plan_group(&f.state, f.group, &f.catalog, unit, 1000, &f.plan, f.memory);
}

typedef smithy_status step(void);

/* Each piece of memory that the step takes is missing once, and each digest. */
static void fail_each(step *prepare, step *one, size_t least) {
    size_t failed = 0;
    if (torture_is_wanted()) return; /* That is what goes on. */
    for (int kind = TORTURE_PIECES; kind <= TORTURE_FOREIGN; kind++) {
        for (size_t at = 1;; at++) {
            assert_int_equal(prepare(), SMITHY_OK);
            torture_arm((torture_kind)kind, at, false);
            const smithy_status status = one();
            const size_t places = torture_disarm().places[kind];
            smithy_call_destroy(f.memory);
            if (places < at) {
                assert_int_equal(status, SMITHY_OK);
                break;
            }
            assert_int_not_equal(status, SMITHY_OK);
            failed++;
        }
    }
    assert_true(failed >= least);
}

static smithy_status differ(void) {
    begin_with_differences();
    return SMITHY_OK;
}

static smithy_status stand_alike(void) {
    begin();
    return SMITHY_OK;
}

static smithy_status plan_whole(void) {
    return plan_as(EXPORTER_UNIT_AUTO);
}

static smithy_status plan_each(void) {
    return plan_as(EXPORTER_UNIT_STREAM);
}

static void no_half_of_a_group_is_planned(void **context) {
    (void)context;
    fail_each(stand_alike, plan_whole, STREAMS);
}

static void no_half_of_the_streams_is_planned(void **context) {
    (void)context;
    fail_each(stand_alike, plan_each, STREAMS);
    fail_each(differ, plan_each, STREAMS);
}

static void no_half_of_what_covers_the_streams_is_planned(void **context) {
    (void)context;
    fail_each(differ, plan_whole, STREAMS);
}

static smithy_status find_and_close_members(void) {
    plan_members members;
    SMITHY_TRY(plan_find_members(&f.state, f.group, &f.catalog, SMITHY_STR("a-"), 301, &members, f.memory));
    assert_int_equal(members.count, 6);
    assert_true(members.are_apart);
    return plan_close_members(&f.state, f.group, &members, 1000);
}

static void no_member_is_missed(void **context) {
    (void)context;
    fail_each(differ, find_and_close_members, STREAMS);
}

static smithy_status close_whole(void) {
    static smithy_str names[] = {SMITHY_STR_INIT("b-07"), SMITHY_STR_INIT("d-18"), SMITHY_STR_INIT("nobody's")};
    return plan_close(&f.state, f.group, &f.catalog, STATE_UNIT_GROUP, SMITHY_STR(""), 0, 1000,
                      &(plan_folders){names, 3});
}

static smithy_status owe(void) {
    begin();
    for (int i = 9; i < 12; i++) set_entry(i, 100, 400);
    for (int i = 12; i < 15; i++)
        assert_int_equal(state_add_folder(&f.state, f.group, f.streams[i].name, 250), SMITHY_OK);
    return SMITHY_OK;
}

static void no_half_of_a_groups_window_is_closed(void **context) {
    (void)context;
    fail_each(owe, close_whole, 10);
}

static smithy_status close_one_of_each(void) {
    const catalog_stream *own = &f.streams[0], *owed = &f.streams[9], *unknown = &f.streams[20];
    bool fits, more;
    int64_t watermark;
    SMITHY_TRY(plan_watermark(f.group, STATE_UNIT_STREAM, own->name, own->created_ms, &watermark));
    SMITHY_TRY(plan_fits(f.group, STATE_UNIT_STREAM, own->name, own->created_ms, 301, 1000, &fits));
    assert_true(fits && watermark == 300);
    SMITHY_TRY(plan_close(&f.state, f.group, NULL, STATE_UNIT_STREAM, own->name, own->created_ms, 1000, NULL));
    SMITHY_TRY(plan_close(&f.state, f.group, NULL, STATE_UNIT_OWED, owed->name, owed->created_ms, 350, NULL));
    SMITHY_TRY(plan_close(&f.state, f.group, NULL, STATE_UNIT_OWED, owed->name, owed->created_ms, 400, NULL));
    SMITHY_TRY(plan_close(&f.state, f.group, NULL, STATE_UNIT_STREAM, unknown->name, unknown->created_ms, 700, NULL));
    SMITHY_TRY(plan_join(&f.state, f.group, &f.streams[21], 250, 300));
    SMITHY_TRY(plan_join(&f.state, f.group, &f.streams[22], STATE_NOTHING, 300));
    return plan_owes_more(f.group, owed->name, owed->created_ms, &more);
}

static void no_half_of_a_streams_window_is_closed(void **context) {
    (void)context;
    fail_each(differ, close_one_of_each, 10);
}

/* The last ones are listed no more. */
static smithy_status meet(void) {
    f.catalog.stream_count = 8;
    SMITHY_TRY(plan_converge(&f.state, f.group, &f.catalog, 1000));
    assert_int_equal(f.group->exported_at, 1000);
    assert_int_equal(f.group->missed_count, 1);
    return SMITHY_OK;
}

static void streams_meet_all_or_not_at_all(void **context) {
    (void)context;
    fail_each(differ, meet, 20);
}

static smithy_status miss(void) {
    begin_with_differences();
    SMITHY_TRY(meet());
    f.catalog.stream_count = STREAMS;
    return SMITHY_OK;
}

static smithy_status recognize(void) {
    return plan_recognize(&f.state, f.group, &f.catalog);
}

static void who_was_missed_is_recognized_or_it_is_said(void **context) {
    (void)context;
    fail_each(miss, recognize, 10);
}

/* ---- the very piece that one record needs, where everything else has room ---- */

static smithy_status begin_with_shorter_name(void) {
    begin();
    f.streams[0].name = SMITHY_STR("a-0"); /* The next five begin with it. */
    set_entry(0, 300, STATE_NOT_OWED);
    for (int i = 1; i < STREAMS; i++) set_entry(i, 400, STATE_NOT_OWED);
    return SMITHY_OK;
}

static void a_stream_whose_name_others_begin_with_is_planned_or_it_is_said(void **context) {
    (void)context;
    fail_each(begin_with_shorter_name, plan_whole, STREAMS);
}

/* One stream that nobody accounts for yet, with all that it is owed archived. */
static smithy_status arrive(void) {
    begin();
    f.catalog.stream_count = 1;
    set_entry(0, 400, 400);
    return SMITHY_OK;
}

static void who_is_owed_nothing_more_is_accounted_for_or_it_is_said(void **context) {
    (void)context;
    fail_each(arrive, plan_whole, 2);
    fail_each(arrive, plan_each, 2);
}

static smithy_status close_owed(void) {
    return plan_close(&f.state, f.group, NULL, STATE_UNIT_OWED, f.streams[0].name, f.streams[0].created_ms, 400, NULL);
}

static void who_got_what_it_was_owed_is_accounted_for_or_it_is_said(void **context) {
    (void)context;
    fail_each(arrive, close_owed, 2);
}

static smithy_status meet_at_400(void) {
    f.group->exported_at = 100;
    return plan_converge(&f.state, f.group, &f.catalog, 400);
}

static void who_arrived_where_streams_meet_is_accounted_for_or_it_is_said(void **context) {
    (void)context;
    fail_each(arrive, meet_at_400, 2);
}

/* One stream that left a folder in the first task of its group. */
static smithy_status leave_folder(void) {
    begin();
    f.catalog.stream_count = 1;
    f.group->exported_at = STATE_NOTHING;
    return state_add_folder(&f.state, f.group, f.streams[0].name, STATE_NOTHING);
}

static void who_is_recognized_is_accounted_for_or_it_is_said(void **context) {
    (void)context;
    fail_each(leave_folder, recognize, 2);
}

static smithy_status find_members(void) {
    plan_members members;
    return plan_find_members(&f.state, f.group, &f.catalog, SMITHY_STR("a"), 0, &members, f.memory);
}

static void members_are_recognized_first_or_it_is_said(void **context) {
    (void)context;
    fail_each(leave_folder, find_members, 2);
}

static smithy_status begin_with_one(void) {
    begin();
    f.catalog.stream_count = 1;
    f.group->exported_at = STATE_NOTHING;
    return SMITHY_OK;
}

static smithy_status close_first_window(void) {
    static const smithy_str names[] = {SMITHY_STR_INIT("a-00")};
    return plan_close(&f.state, f.group, &f.catalog, STATE_UNIT_GROUP, SMITHY_STR(""), 0, 1000,
                      &(plan_folders){names, 1});
}

static void who_took_part_is_accounted_for_or_it_is_said(void **context) {
    (void)context;
    fail_each(begin_with_one, close_first_window, 2);
    fail_each(leave_folder, close_first_window, 2);
}

static smithy_status join(void) {
    return plan_join(&f.state, f.group, &f.streams[0], STATE_NOTHING, 300);
}

/* Its group has passed over a window since. */
static smithy_status pass_over(void) {
    SMITHY_TRY(begin_with_one());
    return state_add_missed(&f.state, f.group, &(state_missed){.exported_at = 500, .owed_to = 600});
}

static void who_joins_is_accounted_for_or_it_is_said(void **context) {
    (void)context;
    fail_each(begin_with_one, join, 2);
    fail_each(pass_over, join, 3);
}

/* Its folder is known by a note of whom the group passed over, and it joins behind nothing. */
static smithy_status be_missed_by_folder(void) {
    static smithy_str folders[1];
    SMITHY_TRY(leave_folder());
    folders[0] = f.streams[0].name;
    SMITHY_TRY(state_account(&f.state, f.group, identity_of(0)));
    set_entry(0, 100, STATE_NOT_OWED);
    return state_add_missed(&f.state, f.group,
                            &(state_missed){.exported_at = 1, .owed_to = 2, .folders = folders, .folder_count = 1});
}

static void who_left_a_folder_is_missed_or_it_is_said(void **context) {
    (void)context;
    fail_each(be_missed_by_folder, recognize, 2);
}

static smithy_status stand_with_group(void) {
    begin();
    for (int i = 0; i < 6; i++) SMITHY_TRY(state_account(&f.state, f.group, identity_of(i)));
    return SMITHY_OK;
}

static smithy_status find_and_close_all(void) {
    plan_members members;
    SMITHY_TRY(plan_find_members(&f.state, f.group, &f.catalog, SMITHY_STR("a-"), 501, &members, f.memory));
    assert_int_equal(members.count, 6);
    return plan_close_members(&f.state, f.group, &members, 1000);
}

static void each_member_gets_an_entry_or_it_is_said(void **context) {
    (void)context;
    fail_each(stand_with_group, find_and_close_all, 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_half_of_a_group_is_planned),
        cmocka_unit_test(no_half_of_the_streams_is_planned),
        cmocka_unit_test(no_half_of_what_covers_the_streams_is_planned),
        cmocka_unit_test(no_member_is_missed),
        cmocka_unit_test(no_half_of_a_groups_window_is_closed),
        cmocka_unit_test(no_half_of_a_streams_window_is_closed),
        cmocka_unit_test(streams_meet_all_or_not_at_all),
        cmocka_unit_test(who_was_missed_is_recognized_or_it_is_said),
        cmocka_unit_test(a_stream_whose_name_others_begin_with_is_planned_or_it_is_said),
        cmocka_unit_test(who_is_owed_nothing_more_is_accounted_for_or_it_is_said),
        cmocka_unit_test(who_got_what_it_was_owed_is_accounted_for_or_it_is_said),
        cmocka_unit_test(who_arrived_where_streams_meet_is_accounted_for_or_it_is_said),
        cmocka_unit_test(who_is_recognized_is_accounted_for_or_it_is_said),
        cmocka_unit_test(members_are_recognized_first_or_it_is_said),
        cmocka_unit_test(who_took_part_is_accounted_for_or_it_is_said),
        cmocka_unit_test(who_joins_is_accounted_for_or_it_is_said),
        cmocka_unit_test(who_left_a_folder_is_missed_or_it_is_said),
        cmocka_unit_test(each_member_gets_an_entry_or_it_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
