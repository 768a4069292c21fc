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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
