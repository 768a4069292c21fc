/* Which tasks a group needs, and where its watermarks stand afterwards. */
#include "plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NEVER CATALOG_ABSENT
#define BORN  1000

/* A group under test: its state, and what the service lists. */
typedef struct fixture {
    smithy_call *memory;
    exporter_state state;
    state_group *group;
    catalog_stream streams[8];
    catalog_group catalog;
    group_plan plan;
} fixture;

static int set_up(void **context) {
    static fixture f;
    f = (fixture){.memory = smithy_call_create(NULL)};
    assert_int_equal(state_init(&f.state, f.memory), SMITHY_OK);
    f.group = state_add_group(&f.state, SMITHY_STR("arn:aws:logs:r:1:log-group:g"), BORN);
    f.catalog = (catalog_group){.name = SMITHY_STR("g"), .streams = f.streams};
    *context = &f;
    return 0;
}

static int tear_down(void **context) {
    smithy_call_destroy(((fixture *)*context)->memory);
    return 0;
}

/* Lists one more stream; names must come in order. */
static void list(fixture *f, const char *name, int64_t first, int64_t last, int64_t ingested) {
    f->streams[f->catalog.stream_count++] = (catalog_stream){.name = smithy_str_from(name),
                                                             .created_ms = BORN,
                                                             .first_event_ms = first,
                                                             .last_event_ms = last,
                                                             .last_ingestion_ms = ingested};
}

static void relist(fixture *f) {
    f->catalog.stream_count = 0;
}

static plan_verdict make_plan(fixture *f, exporter_export_unit unit, int64_t horizon) {
    assert_int_equal(plan_group(&f->state, f->group, &f->catalog, unit, horizon, &f->plan, f->memory), SMITHY_OK);
    return f->plan.verdict;
}

static void expect_unit(const fixture *f, size_t at, state_unit_kind kind, const char *stream, int64_t from,
                        int64_t to) {
    assert_true(at < f->plan.unit_count);
    const plan_unit *unit = &f->plan.units[at];
    assert_int_equal(unit->kind, kind);
    assert_int_equal(unit->from_ms, from);
    assert_int_equal(unit->to_ms, to);
    assert_string_equal(unit->stream ? unit->stream->name.ptr : "", stream);
}

/* The unit's task completed and left these folders (sorted). */
static void complete(fixture *f, size_t at, size_t count, const char *const *folders) {
    smithy_str names[8];
    const plan_unit *unit = &f->plan.units[at];
    for (size_t i = 0; i < count; i++) names[i] = smithy_str_from(folders[i]);
    const plan_folders left = {names, count};
    assert_int_equal(plan_close(&f->state, f->group, &f->catalog, unit->kind,
                                unit->stream ? unit->stream->name : (smithy_str){0},
                                unit->stream ? unit->stream->created_ms : 0, unit->to_ms, &left),
                     SMITHY_OK);
}

static void a_first_export_is_one_task_from_the_first_instant(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    list(f, "b", 10, 20, 25);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 500), PLAN_DUE);
    assert_int_equal(f->plan.unit_count, 1);
    expect_unit(f, 0, STATE_UNIT_GROUP, "", 0, 500);
    assert_int_equal(f->plan.units[0].earliest_ms, 10);
}

static void the_next_window_begins_where_the_last_one_ended(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 50, 600, 605);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 700), PLAN_DUE);
    assert_int_equal(f->plan.unit_count, 1);
    expect_unit(f, 0, STATE_UNIT_GROUP, "", 501, 700);
}

static void a_group_without_news_is_idle_and_its_watermark_stays(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 900), PLAN_IDLE);
    assert_int_equal(f->group->exported_at, 500);
}

static void an_old_event_that_was_ingested_lately_is_due(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 50, 90, 800);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 900), PLAN_DUE);
}

static void a_stream_that_was_never_written_makes_no_task(void **context) {
    fixture *f = *context;
    list(f, "silent", NEVER, NEVER, NEVER);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 500), PLAN_EMPTY);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_STREAM, 500), PLAN_EMPTY);
    assert_int_equal(f->group->exported_at, STATE_NOTHING);
}

static void events_younger_than_the_horizon_are_told_and_make_no_task(void **context) {
    fixture *f = *context;
    list(f, "a", 600, 700, 705);
    list(f, "b", 550, 700, 705);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 500), PLAN_YOUNG);
    assert_int_equal(f->plan.youngest_first_ms, 550);
}

static void a_lagging_hint_of_the_first_event_does_not_hide_a_due_stream(void **context) {
    fixture *f = *context;
    list(f, "a", NEVER, NEVER, 300); /* Ingested, but the event hints are not there yet. */
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 500), PLAN_DUE);
}

static void stream_by_stream_siblings_are_marked(void **context) {
    fixture *f = *context;
    list(f, "app", 10, 20, 20);
    list(f, "app-2", 10, 20, 20);
    list(f, "web", 10, 20, 20);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_STREAM, 500), PLAN_DUE);
    assert_int_equal(f->plan.unit_count, 3);
    expect_unit(f, 0, STATE_UNIT_STREAM, "app", 0, 500);
    assert_true(f->plan.units[0].has_siblings);
    assert_false(f->plan.units[1].has_siblings);
    assert_false(f->plan.units[2].has_siblings);
}

static void stream_by_stream_each_has_its_own_watermark(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 20, 20);
    list(f, "b", 10, 20, 20);
    (void)make_plan(f, EXPORTER_UNIT_STREAM, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    (void)make_plan(f, EXPORTER_UNIT_STREAM, 600);
    assert_int_equal(f->plan.unit_count, 1);
    expect_unit(f, 0, STATE_UNIT_STREAM, "b", 0, 600);
}

static void a_stream_born_behind_the_watermark_is_owed_its_past(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 50, 90, 95);
    list(f, "late", 300, 320, 650);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 700), PLAN_DUE);
    assert_int_equal(f->plan.unit_count, 2);
    expect_unit(f, 0, STATE_UNIT_OWED, "late", 0, 500);
    expect_unit(f, 1, STATE_UNIT_GROUP, "", 501, 700);
    complete(f, 0, 1, (const char *[]){"late"});
    complete(f, 1, 0, NULL);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 900), PLAN_IDLE);
}

static void a_stream_that_took_part_unseen_is_recognized_by_its_folder(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 2, (const char *[]){"a", "new-one"}); /* Born between the listing and the task's reading. */
    relist(f);
    list(f, "a", 50, 90, 95);
    list(f, "new/one", 300, 320, 330);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 700), PLAN_IDLE);
    assert_int_equal(f->group->folder_count, 0);
}

static void a_folder_that_two_streams_share_hides_no_unknown_one(void **context) {
    fixture *f = *context;
    list(f, "a-b", 50, 90, 95);
    list(f, "a/b", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 2, (const char *[]){"a-b", "new"});
    assert_int_equal(f->group->folder_count, 1);
    list(f, "new", 300, 320, 330);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 700), PLAN_IDLE);
}

static void a_stream_that_joined_a_later_window_is_owed_what_lies_before_it(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 50, 600, 605);
    list(f, "b", NEVER, NEVER, NEVER); /* Its hints lag: it has events on both sides of 500. */
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 700);
    assert_int_equal(f->plan.unit_count, 1);
    complete(f, 0, 2, (const char *[]){"a", "b"});
    relist(f);
    list(f, "a", 50, 600, 605);
    list(f, "b", 400, 650, 660);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 800), PLAN_DUE);
    assert_int_equal(f->plan.unit_count, 1);
    expect_unit(f, 0, STATE_UNIT_OWED, "b", 0, 500);
    complete(f, 0, 1, (const char *[]){"b"});
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 900), PLAN_IDLE);
}

static void a_stream_whose_first_event_lies_in_the_window_it_joined_is_owed_nothing(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 50, 90, 95);
    list(f, "b", NEVER, NEVER, 620);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 700);
    complete(f, 0, 1, (const char *[]){"b"});
    relist(f);
    list(f, "a", 50, 90, 95);
    list(f, "b", 610, 610, 620);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 900), PLAN_IDLE);
    assert_int_equal(f->group->stream_count, 1); /* The hint may lag: it is believed a day later. */
    f->state.now_ms = 24 * 3600 * 1000 + 1;
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 900), PLAN_IDLE);
    assert_int_equal(f->group->stream_count, 0);
}

static void a_first_event_that_shows_late_is_owed_all_the_same(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 50, 90, 95);
    list(f, "b", 610, 610, 620); /* An event at 400 is not in the hints yet. */
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 700);
    complete(f, 0, 1, (const char *[]){"b"});
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 800), PLAN_IDLE);
    relist(f);
    list(f, "a", 50, 90, 95);
    list(f, "b", 400, 610, 620);
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 900), PLAN_DUE);
    assert_int_equal(f->plan.unit_count, 1);
    expect_unit(f, 0, STATE_UNIT_OWED, "b", 0, 500);
}

/* Each stream has been exported by itself, up to these instants. */
static void stand_alone(fixture *f, const int64_t *instants) {
    for (size_t i = 0; i < f->catalog.stream_count; i++)
        assert_int_equal(state_set_stream(&f->state, f->group,
                                          &(state_stream){.name = f->streams[i].name,
                                                          .created_ms = BORN,
                                                          .exported_at = instants[i],
                                                          .owed_to = STATE_NOT_OWED}),
                         SMITHY_OK);
}

static void streams_that_differ_are_brought_to_one_instant_and_then_go_as_one(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 600, 600);
    list(f, "b", 10, 600, 600);
    list(f, "idle", 10, 20, 20);
    stand_alone(f, (const int64_t[]){500, 400, 500});
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 700);
    assert_int_equal(f->plan.unit_count, 2);
    assert_true(f->plan.converges);
    expect_unit(f, 0, STATE_UNIT_STREAM, "b", 401, 700);
    complete(f, 0, 1, (const char *[]){"b"});
    /* A later run goes on to the same instant, not to its own. */
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 800);
    assert_int_equal(f->plan.unit_count, 1);
    expect_unit(f, 0, STATE_UNIT_STREAM, "a", 501, 700);
    complete(f, 0, 1, (const char *[]){"a"});
    assert_int_equal(plan_converge(&f->state, f->group, &f->catalog, 700), SMITHY_OK);
    assert_int_equal(f->group->exported_at, 700);
    assert_false(state_has_own_entries(f->group));
    /* The idle one is owed what lies between, once it shows that there may be any. */
    relist(f);
    list(f, "a", 10, 600, 600);
    list(f, "b", 10, 900, 900);
    list(f, "idle", 10, 650, 910);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 1000);
    assert_int_equal(f->plan.unit_count, 2);
    expect_unit(f, 0, STATE_UNIT_OWED, "idle", 501, 700);
    expect_unit(f, 1, STATE_UNIT_GROUP, "", 701, 1000);
}

static void a_stream_that_is_not_listed_when_its_group_becomes_one_is_owed_the_gap(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 90, 95);
    list(f, "b", 10, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 100);
    complete(f, 0, 2, (const char *[]){"a", "b"});
    f->streams[0].last_event_ms = 150;
    (void)make_plan(f, EXPORTER_UNIT_STREAM, 200);
    expect_unit(f, 0, STATE_UNIT_STREAM, "a", 101, 200);
    complete(f, 0, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 10, 150, 150);
    assert_int_equal(plan_converge(&f->state, f->group, &f->catalog, 300), SMITHY_OK);
    assert_int_equal(f->group->missed_count, 1);
    list(f, "b", 10, 150, 150);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 400);
    assert_int_equal(f->group->missed[0].count, 0);
    expect_unit(f, f->plan.unit_count - 1, STATE_UNIT_OWED, "b", 101, 300);
}

static void a_stream_that_is_owed_already_is_owed_the_gap_too(void **context) {
    fixture *f = *context;
    bool more = false;
    list(f, "a", 10, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 100);
    complete(f, 0, 1, (const char *[]){"a"});
    list(f, "b", 110, 150, 150);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 200);
    expect_unit(f, 0, STATE_UNIT_GROUP, "", 101, 200);
    complete(f, 0, 1, (const char *[]){"b"}); /* It joins, and is owed what came up to 100. */
    f->streams[0].last_event_ms = 250;
    f->streams[1].last_event_ms = 250;
    (void)make_plan(f, EXPORTER_UNIT_STREAM, 250);
    expect_unit(f, 1, STATE_UNIT_STREAM, "a", 201, 250);
    complete(f, 1, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 10, 250, 250);
    assert_int_equal(plan_converge(&f->state, f->group, &f->catalog, 300), SMITHY_OK);
    assert_int_equal(f->group->missed_count, 1);
    list(f, "b", 10, 250, 250);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 300);
    expect_unit(f, 0, STATE_UNIT_OWED, "b", 0, 100);
    complete(f, 0, 1, (const char *[]){"b"});
    assert_int_equal(plan_owes_more(f->group, SMITHY_STR("b"), BORN, &more), SMITHY_OK);
    assert_true(more);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 300);
    expect_unit(f, 0, STATE_UNIT_OWED, "b", 201, 300);
}

static void a_folder_that_nobody_explains_when_its_group_becomes_one_is_owed_the_gap(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 100);
    complete(f, 0, 2, (const char *[]){"a", "b"});
    assert_int_equal(plan_converge(&f->state, f->group, &f->catalog, 300), SMITHY_OK);
    list(f, "b", 10, 150, 150);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 400);
    assert_int_equal(f->plan.unit_count, 1);
    expect_unit(f, 0, STATE_UNIT_OWED, "b", 101, 300);
}

/* The task of this unit, which is for several streams, completed. */
static size_t complete_together(fixture *f, const plan_unit *unit) {
    plan_members members;
    assert_int_equal(unit->kind, STATE_UNIT_PREFIX);
    assert_int_equal(
        plan_find_members(&f->state, f->group, &f->catalog, unit->prefix, unit->from_ms, &members, f->memory),
        SMITHY_OK);
    assert_true(members.are_apart);
    assert_int_equal(plan_close_members(&f->state, f->group, &members, unit->to_ms), SMITHY_OK);
    return members.count;
}

static void streams_that_stand_alike_and_begin_alike_are_one_task(void **context) {
    fixture *f = *context;
    list(f, "app-1", 10, 600, 600);
    list(f, "app-2", 10, 20, 20);
    list(f, "app-3", 10, 600, 600);
    list(f, "web", 10, 600, 600);
    stand_alone(f, (const int64_t[]){500, 500, 500, 400});
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 700);
    assert_int_equal(f->plan.unit_count, 2);
    expect_unit(f, 0, STATE_UNIT_STREAM, "web", 401, 700);
    assert_true(smithy_str_equal(f->plan.units[1].prefix, SMITHY_STR("app-")));
    assert_int_equal(f->plan.units[1].from_ms, 501);
    assert_int_equal(complete_together(f, &f->plan.units[1]), 3); /* The idle one moves with the rest. */
    complete(f, 0, 1, (const char *[]){"web"});
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 800), PLAN_IDLE);
}

static void a_stream_that_stands_elsewhere_is_none_of_the_several(void **context) {
    fixture *f = *context;
    plan_members members;
    list(f, "a", 10, 600, 600);
    list(f, "a-b", 10, 600, 600);
    list(f, "a/b", 10, 600, 600);
    stand_alone(f, (const int64_t[]){500, 500, 400});
    assert_int_equal(plan_find_members(&f->state, f->group, &f->catalog, SMITHY_STR("a"), 501, &members, f->memory),
                     SMITHY_OK);
    assert_int_equal(members.count, 2);
    assert_false(members.are_apart); /* It writes into the folder of one of them. */
}

static void where_nothing_may_be_deleted_streams_go_by_their_names(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 600, 600);
    list(f, "b", 10, 600, 600);
    stand_alone(f, (const int64_t[]){500, 500});
    f->group->goes_by_names = true;
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 700);
    assert_int_equal(f->plan.unit_count, 2);
    expect_unit(f, 0, STATE_UNIT_STREAM, "a", 501, 700);
    expect_unit(f, 1, STATE_UNIT_STREAM, "b", 501, 700);
}

static void whole_groups_only_refuses_streams_that_differ(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 20, 20);
    (void)make_plan(f, EXPORTER_UNIT_STREAM, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    assert_int_equal(make_plan(f, EXPORTER_UNIT_GROUP, 700), PLAN_DIFFERENT);
    assert_int_equal(f->plan.unit_count, 0);
}

static void stream_by_stream_goes_on_where_the_group_stood(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 20, 20);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    relist(f);
    list(f, "a", 10, 600, 600);
    list(f, "new", 550, 600, 600);
    (void)make_plan(f, EXPORTER_UNIT_STREAM, 700);
    assert_int_equal(f->plan.unit_count, 2);
    expect_unit(f, 0, STATE_UNIT_STREAM, "new", 0, 700);
    expect_unit(f, 1, STATE_UNIT_STREAM, "a", 501, 700);
}

static void a_stream_made_again_under_its_name_starts_over(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 20, 20);
    (void)make_plan(f, EXPORTER_UNIT_STREAM, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    f->streams[0].created_ms = BORN + 400;
    f->streams[0].first_event_ms = 450;
    f->streams[0].last_ingestion_ms = 480;
    (void)make_plan(f, EXPORTER_UNIT_STREAM, 700);
    assert_int_equal(f->plan.unit_count, 1);
    expect_unit(f, 0, STATE_UNIT_STREAM, "a", 0, 700);
}

static void half_of_what_is_owed_leaves_the_other_half_owed(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    list(f, "late", 300, 320, 650);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 700);
    f->plan.units[0].to_ms = 400;
    complete(f, 0, 1, (const char *[]){"late"});
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 700);
    expect_unit(f, 0, STATE_UNIT_OWED, "late", 401, 500);
}

static void a_horizon_before_the_watermark_makes_no_window(void **context) {
    fixture *f = *context;
    list(f, "a", 50, 90, 95);
    (void)make_plan(f, EXPORTER_UNIT_AUTO, 500);
    complete(f, 0, 1, (const char *[]){"a"});
    f->streams[0].last_ingestion_ms = 600;
    assert_int_equal(make_plan(f, EXPORTER_UNIT_AUTO, 400), PLAN_IDLE);
    assert_int_equal(f->plan.unit_count, 0);
}

#define PLAN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        PLAN_TEST(a_first_export_is_one_task_from_the_first_instant),
        PLAN_TEST(the_next_window_begins_where_the_last_one_ended),
        PLAN_TEST(a_group_without_news_is_idle_and_its_watermark_stays),
        PLAN_TEST(an_old_event_that_was_ingested_lately_is_due),
        PLAN_TEST(a_stream_that_was_never_written_makes_no_task),
        PLAN_TEST(events_younger_than_the_horizon_are_told_and_make_no_task),
        PLAN_TEST(a_lagging_hint_of_the_first_event_does_not_hide_a_due_stream),
        PLAN_TEST(stream_by_stream_siblings_are_marked),
        PLAN_TEST(stream_by_stream_each_has_its_own_watermark),
        PLAN_TEST(a_stream_born_behind_the_watermark_is_owed_its_past),
        PLAN_TEST(a_stream_that_took_part_unseen_is_recognized_by_its_folder),
        PLAN_TEST(a_folder_that_two_streams_share_hides_no_unknown_one),
        PLAN_TEST(a_stream_that_joined_a_later_window_is_owed_what_lies_before_it),
        PLAN_TEST(a_stream_whose_first_event_lies_in_the_window_it_joined_is_owed_nothing),
        PLAN_TEST(a_first_event_that_shows_late_is_owed_all_the_same),
        PLAN_TEST(streams_that_differ_are_brought_to_one_instant_and_then_go_as_one),
        PLAN_TEST(a_stream_that_is_not_listed_when_its_group_becomes_one_is_owed_the_gap),
        PLAN_TEST(a_stream_that_is_owed_already_is_owed_the_gap_too),
        PLAN_TEST(a_folder_that_nobody_explains_when_its_group_becomes_one_is_owed_the_gap),
        PLAN_TEST(streams_that_stand_alike_and_begin_alike_are_one_task),
        PLAN_TEST(a_stream_that_stands_elsewhere_is_none_of_the_several),
        PLAN_TEST(where_nothing_may_be_deleted_streams_go_by_their_names),
        PLAN_TEST(whole_groups_only_refuses_streams_that_differ),
        PLAN_TEST(stream_by_stream_goes_on_where_the_group_stood),
        PLAN_TEST(a_stream_made_again_under_its_name_starts_over),
        PLAN_TEST(half_of_what_is_owed_leaves_the_other_half_owed),
        PLAN_TEST(a_horizon_before_the_watermark_makes_no_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
