/* What state and plan must get right in detail: each of these was a change of the code that no other test had noticed.
 */
#include "plan.h"
#include "state_change.h"
#include "state_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARN "arn:aws:logs:eu-west-1:123456789012:log-group:g"

typedef struct fixture {
    smithy_call *memory, *scratch;
    exporter_state state;
    state_group *group;
    smithy_buffer text;
    catalog_stream streams[8];
    catalog_group catalog;
} fixture;

static int set_up(void **context) {
    static fixture f;
    f = (fixture){.memory = smithy_call_create(NULL), .scratch = smithy_call_create(NULL)};
    smithy_buffer_init(&f.text, NULL, 1 << 20);
    assert_int_equal(state_init(&f.state, f.memory), SMITHY_OK);
    f.group = state_add_group(&f.state, SMITHY_STR(ARN), 100);
    f.catalog = (catalog_group){.name = SMITHY_STR("g"), .streams = f.streams};
    *context = &f;
    return 0;
}

static int tear_down(void **context) {
    fixture *f = *context;
    smithy_buffer_deinit(&f->text);
    smithy_call_destroy(f->memory);
    smithy_call_destroy(f->scratch);
    return 0;
}

static void list(fixture *f, const char *name, int64_t created, int64_t first, int64_t last) {
    f->streams[f->catalog.stream_count++] = (catalog_stream){.name = smithy_str_from(name),
                                                             .created_ms = created,
                                                             .first_event_ms = first,
                                                             .last_event_ms = last,
                                                             .last_ingestion_ms = last};
}

static void set_entry(fixture *f, const char *name, int64_t created, int64_t exported_at, int64_t owed_to) {
    assert_int_equal(state_set_stream(&f->state, f->group,
                                      &(state_stream){.name = smithy_str_from(name),
                                                      .created_ms = created,
                                                      .exported_at = exported_at,
                                                      .owed_to = owed_to}),
                     SMITHY_OK);
}

static bool is_accounted(fixture *f, const char *name, int64_t created) {
    uint64_t identity;
    assert_int_equal(state_identity(smithy_str_from(name), created, &identity), SMITHY_OK);
    return state_is_accounted(f->group, identity);
}

static void write_and_read(fixture *f) {
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    assert_int_equal(state_init(&f->state, f->memory), SMITHY_OK);
    assert_int_equal(state_read(&f->state, smithy_buffer_str(&f->text), f->scratch), SMITHY_OK);
}

/* ---- as text ---- */

static void a_groups_creation_time_is_remembered(void **context) {
    fixture *f = *context;
    f->group->exported_at = 5000;
    write_and_read(f);
    assert_non_null(state_find_group(&f->state, SMITHY_STR(ARN), 100));
    assert_null(state_find_group(&f->state, SMITHY_STR(ARN), 101));
}

static size_t lines_of(fixture *f) {
    size_t lines = 0;
    f->text.len = 0;
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    const smithy_str text = smithy_buffer_str(&f->text);
    for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
    return lines;
}

static void each_group_stands_on_a_line_of_its_own(void **context) {
    fixture *f = *context;
    f->group->exported_at = 5000;
    const size_t lines = lines_of(f);
    state_group *second = state_add_group(&f->state, SMITHY_STR(ARN "2"), 100);
    assert_non_null(second);
    second->exported_at = 6000;
    assert_int_equal(lines_of(f), lines + 1);
}

static void a_cleanup_remembers_that_it_was_cleaned(void **context) {
    fixture *f = *context;
    assert_int_equal(state_add_cleanup(&f->state, SMITHY_STR("p/1/"), SMITHY_STR("a"), 7), SMITHY_OK);
    assert_int_equal(state_add_cleanup(&f->state, SMITHY_STR("p/2/"), SMITHY_STR("a"), 8), SMITHY_OK);
    f->state.cleanups[1].cleaned = true;
    write_and_read(f);
    assert_int_equal(f->state.cleanup_count, 2);
    assert_false(f->state.cleanups[0].cleaned);
    assert_true(f->state.cleanups[1].cleaned);
}

static void a_watermark_at_the_first_instant_is_one(void **context) {
    fixture *f = *context;
    f->group->exported_at = 0;
    write_and_read(f);
    f->group = state_find_group(&f->state, SMITHY_STR(ARN), 100);
    assert_non_null(f->group);
    assert_int_equal(f->group->exported_at, 0);
}

static void what_is_owed_up_to_before_the_watermark_is_damage(void **context) {
    fixture *f = *context;
    f->group->exported_at = 5000;
    set_entry(f, "a", 10, 900, 800);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    assert_int_equal(state_init(&f->state, f->memory), SMITHY_OK);
    assert_int_equal(state_read(&f->state, smithy_buffer_str(&f->text), f->scratch), SMITHY_ERROR_RESPONSE);
}

/* ---- moved by hand ---- */

static void an_unlisted_stream_is_accounted_for_when_its_group_moves_on(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 1, 2);
    list(f, "b", 10, 1, 2);
    set_entry(f, "gone", 7, 300, STATE_NOT_OWED);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 9000), SMITHY_OK);
    assert_true(is_accounted(f, "gone", 7));
    assert_true(is_accounted(f, "a", 10));
    assert_true(is_accounted(f, "b", 10));
}

static void an_earlier_life_of_a_listed_stream_is_not_accounted_for(void **context) {
    fixture *f = *context;
    list(f, "a", 10, 1, 2);
    list(f, "b", 10, 1, 2);
    set_entry(f, "a", 7, 300, STATE_NOT_OWED);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 9000), SMITHY_OK);
    assert_false(is_accounted(f, "a", 7));
    assert_true(is_accounted(f, "a", 10));
}

/* ---- plans ---- */

static void the_first_of_the_listed_streams_is_recognized_by_its_folder(void **context) {
    fixture *f = *context;
    f->group->exported_at = 5000;
    assert_int_equal(state_add_folder(&f->state, f->group, SMITHY_STR("a"), 400), SMITHY_OK);
    list(f, "a", 10, 1, 2);
    assert_int_equal(plan_recognize(&f->state, f->group, &f->catalog), SMITHY_OK);
    assert_true(is_accounted(f, "a", 10));
    assert_int_equal(f->group->folder_count, 0);
}

/* "/" comes before "-" in a folder's name and behind "." in a stream's. */
static void the_folders_of_several_are_in_order(void **context) {
    fixture *f = *context;
    plan_members members;
    const char *const names[] = {"a-b", "a.b", "a/a"}, *const folders[] = {"a-a", "a-b", "a.b"};
    for (size_t i = 0; i < 3; i++) {
        list(f, names[i], 10, 1, 2);
        set_entry(f, names[i], 10, 499, STATE_NOT_OWED);
    }
    assert_int_equal(plan_find_members(&f->state, f->group, &f->catalog, SMITHY_STR("a"), 500, &members, f->memory),
                     SMITHY_OK);
    assert_int_equal(members.count, 3);
    for (size_t i = 0; i < 3; i++) assert_true(smithy_str_equal(members.folders[i], smithy_str_from(folders[i])));
}

static void a_window_is_halved_from_where_events_are(void **context) {
    fixture *f = *context;
    group_plan plan;
    f->group->exported_at = 5000;
    list(f, "a", 10, 3000, 7000);
    set_entry(f, "a", 10, 4999, STATE_NOT_OWED);
    assert_int_equal(plan_group(&f->state, f->group, &f->catalog, EXPORTER_UNIT_STREAM, 8000, &plan, f->memory),
                     SMITHY_OK);
    assert_true(plan.unit_count > 0);
    for (size_t i = 0; i < plan.unit_count; i++) assert_true(plan.units[i].earliest_ms >= plan.units[i].from_ms);
}

static void several_begin_where_the_first_of_those_that_are_due_does(void **context) {
    fixture *f = *context;
    group_plan plan;
    list(f, "w-1", 10, 6500, 7500);
    list(f, "w-2", 10, 7000, 7600);
    list(f, "w-3", 10, 2000, 2000);
    set_entry(f, "w-1", 10, 4999, STATE_NOT_OWED);
    set_entry(f, "w-2", 10, 4999, STATE_NOT_OWED);
    set_entry(f, "w-3", 10, 4999, STATE_NOT_OWED);
    assert_int_equal(plan_group(&f->state, f->group, &f->catalog, EXPORTER_UNIT_AUTO, 8000, &plan, f->memory),
                     SMITHY_OK);
    assert_int_equal(plan.unit_count, 1);
    assert_int_equal(plan.units[0].kind, STATE_UNIT_PREFIX);
    assert_int_equal(plan.units[0].earliest_ms, 6500);
}

#define DETAIL(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        DETAIL(a_groups_creation_time_is_remembered),
        DETAIL(each_group_stands_on_a_line_of_its_own),
        DETAIL(a_cleanup_remembers_that_it_was_cleaned),
        DETAIL(a_watermark_at_the_first_instant_is_one),
        DETAIL(what_is_owed_up_to_before_the_watermark_is_damage),
        DETAIL(an_unlisted_stream_is_accounted_for_when_its_group_moves_on),
        DETAIL(an_earlier_life_of_a_listed_stream_is_not_accounted_for),
        DETAIL(the_first_of_the_listed_streams_is_recognized_by_its_folder),
        DETAIL(the_folders_of_several_are_in_order),
        DETAIL(a_window_is_halved_from_where_events_are),
        DETAIL(several_begin_where_the_first_of_those_that_are_due_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
