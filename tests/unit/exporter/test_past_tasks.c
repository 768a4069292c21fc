/* Which earlier tasks may hold a stream, against looking at each of them; and where streams stand in a listing. */
#include "past_tasks.h"

#include "random_source.h"
#include "torture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define TASKS_MAX  24
#define NAME_BYTES 8
#define GROUPS     3
#define BUCKET     "archive"

typedef struct sample {
    char prefixes[TASKS_MAX][NAME_BYTES], groups[TASKS_MAX][NAME_BYTES], ids[TASKS_MAX][16];
    char names[TASKS_MAX][TASK_NAME_MAX + 1];
    task_info infos[TASKS_MAX];
    past_task tasks[TASKS_MAX];
    past_tasks sorted;
    size_t count;
} sample;

/* Out of two letters, so that many begin alike. */
static void draw_text(random_source *dice, char *text, uint64_t least) {
    size_t len = (size_t)(least + random_below(dice, 5 - least));
    text[len] = 0;
    while (len-- > 0) text[len] = "ab"[random_below(dice, 2)];
}

static void draw_sample(random_source *dice, sample *s) {
    static const state_unit_kind KINDS[] = {STATE_UNIT_GROUP, STATE_UNIT_PREFIX, STATE_UNIT_STREAM, STATE_UNIT_OWED};
    static const task_status STATUSES[] = {TASK_STATUS_COMPLETED, TASK_STATUS_COMPLETED, TASK_STATUS_ACTIVE,
                                           TASK_STATUS_FAILED, TASK_STATUS_CANCELLED};
    s->count = (size_t)random_below(dice, TASKS_MAX + 1);
    for (size_t i = 0; i < s->count; i++) {
        const state_unit_kind kind = KINDS[random_below(dice, 4)];
        draw_text(dice, s->prefixes[i], kind == STATE_UNIT_GROUP ? 0 : 1);
        snprintf(s->groups[i], NAME_BYTES, "g%d", (int)random_below(dice, GROUPS));
        snprintf(s->ids[i], sizeof s->ids[i], "id-%d", (int)random_below(dice, 1000));
        s->infos[i] = (task_info){.id = smithy_str_from(s->ids[i]), .status = STATUSES[random_below(dice, 5)]};
        s->tasks[i] = (past_task){
            .info = &s->infos[i],
            .spec = {.kind = kind, .group = smithy_str_from(s->groups[i]), .prefix = smithy_str_from(s->prefixes[i])},
            .whole = random_below(dice, 5) > 0};
    }
    s->sorted = (past_tasks){s->tasks, s->count};
}

static bool counts(const past_task *task, smithy_str group, bool of_group) {
    const bool may = task->info->status == TASK_STATUS_COMPLETED || task->info->status == TASK_STATUS_ACTIVE;
    return task->whole && may && smithy_str_equal(task->spec.group, group) &&
           (task->spec.kind == STATE_UNIT_GROUP) == of_group;
}

static void check_group(const sample *s, const past_task *all, smithy_str group, smithy_str name) {
    size_t of_group = 0, of_parts = 0, taking = 0, found = 0;
    for (size_t i = 0; i < s->count; i++) {
        of_group += counts(&all[i], group, true);
        of_parts += counts(&all[i], group, false);
        taking += counts(&all[i], group, false) && smithy_str_starts_with(name, all[i].spec.prefix);
    }
    const past_tasks parts = past_tasks_of(&s->sorted, group, false);
    assert_int_equal(past_tasks_of(&s->sorted, group, true).count, of_group);
    assert_int_equal(parts.count, of_parts);
    for (const past_task *task = past_tasks_taking(&parts, name); task; task = task->shorter, found++) {
        assert_true(counts(task, group, false));
        assert_true(smithy_str_starts_with(name, task->spec.prefix));
    }
    assert_int_equal(found, taking);
}

static void those_that_take_a_stream_along_are_found(void **context) {
    (void)context;
    random_source dice = {7};
    sample s;
    past_task all[TASKS_MAX];
    char group[NAME_BYTES], name[NAME_BYTES];
    for (int round = 0; round < 20000; round++) {
        draw_sample(&dice, &s);
        memcpy(all, s.tasks, s.count * sizeof *all);
        past_tasks_sort(&s.sorted);
        snprintf(group, sizeof group, "g%d", round % GROUPS);
        draw_text(&dice, name, 1);
        check_group(&s, all, smithy_str_from(group), smithy_str_from(name));
    }
}

static void none_were_listed(void **context) {
    (void)context;
    const past_tasks none = past_tasks_of(NULL, SMITHY_STR("g"), false);
    assert_int_equal(none.count, 0);
    assert_null(past_tasks_taking(&none, SMITHY_STR("a")));
}

/* As DescribeExportTasks shows a task of this spec; `name` holds TASK_NAME_MAX + 1 bytes. */
static task_info listed(const task_spec *spec, const char *state_id, char *name) {
    bool carries_prefix;
    assert_int_equal(task_write_name(spec, smithy_str_from(state_id), name, &carries_prefix), SMITHY_OK);
    return (task_info){.id = SMITHY_STR("id"),
                       .name = smithy_str_from(name),
                       .group = spec->group,
                       .bucket = spec->bucket,
                       .destination_prefix = spec->destination_prefix,
                       .from_ms = spec->from_ms,
                       .to_ms = spec->to_ms,
                       .status = TASK_STATUS_COMPLETED};
}

/* What stands before and behind a list is none of it. */
static void tasks_beside_the_list_take_nothing_along(void **context) {
    (void)context;
    task_info info = {.id = SMITHY_STR("id"), .status = TASK_STATUS_COMPLETED};
    past_task tasks[4];
    for (size_t i = 0; i < 4; i++)
        tasks[i] = (past_task){.info = &info,
                               .spec = {.kind = STATE_UNIT_STREAM, .group = SMITHY_STR("g"), .prefix = SMITHY_STR("a")},
                               .whole = true};
    past_tasks list = {tasks + 1, 2};
    past_tasks_sort(&list);
    assert_int_equal(list.count, 2);
    assert_null(tasks[0].shorter);
    assert_null(tasks[1].shorter);
    assert_ptr_equal(tasks[2].shorter, &tasks[1]);
    assert_null(tasks[3].shorter);
    assert_null(past_tasks_taking(&list, SMITHY_STR("A"))); /* It would stand before all. */
}

static void of_tasks_alike_those_of_the_later_id_come_later(void **context) {
    (void)context;
    static const char *const IDS[] = {"id-3", "id-1", "id-2"};
    task_info infos[3];
    past_task tasks[3];
    for (size_t i = 0; i < 3; i++) {
        infos[i] = (task_info){.id = smithy_str_from(IDS[i]), .status = TASK_STATUS_COMPLETED};
        tasks[i] = (past_task){.info = &infos[i],
                               .spec = {.kind = STATE_UNIT_STREAM, .group = SMITHY_STR("g"), .prefix = SMITHY_STR("a")},
                               .whole = true};
    }
    past_tasks list = {tasks, 3};
    past_tasks_sort(&list);
    assert_ptr_equal(tasks[0].info, &infos[1]);
    assert_ptr_equal(tasks[1].info, &infos[2]);
    assert_ptr_equal(tasks[2].info, &infos[0]);
}

#define STATE_ID "0123456789abcdef"

static const exporter_settings SETTINGS = {.destination_bucket = SMITHY_STR_INIT(BUCKET)};
static const run_context RUN = {.settings = &SETTINGS, .state = {.id = SMITHY_STR_INIT(STATE_ID)}};
static const task_spec SPEC = {.kind = STATE_UNIT_STREAM,
                               .group = SMITHY_STR_INIT("app"),
                               .prefix = SMITHY_STR_INIT("web"),
                               .to_ms = 5,
                               .bucket = SMITHY_STR_INIT(BUCKET),
                               .destination_prefix = SMITHY_STR_INIT("logs"),
                               .attempt = 1};

static void only_tasks_of_this_state_are_read(void **context) {
    (void)context;
    char own[TASK_NAME_MAX + 1], changed[TASK_NAME_MAX + 1], others[TASK_NAME_MAX + 1];
    task_info items[5] = {listed(&SPEC, STATE_ID, own),
                          listed(&SPEC, STATE_ID, changed),
                          listed(&SPEC, "fedcba9876543210", others),
                          {.name = SMITHY_STR("by hand")}};
    items[1].to_ms = 6;
    items[4] = items[0]; /* Behind the list. */
    const task_list tasks = {items, 4, 5};
    past_tasks found;
    smithy_call *memory = smithy_call_create(NULL);
    assert_non_null(memory);
    assert_int_equal(past_tasks_read(&RUN, &tasks, &found, memory), SMITHY_OK);
    assert_int_equal(found.count, 2);
    assert_ptr_equal(found.items[0].info, &items[0]);
    assert_true(found.items[0].whole);
    assert_false(found.items[1].whole); /* Its name tells of another window. */
    past_tasks_sort(&found);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].spec.prefix.ptr, "web");
    smithy_call_destroy(memory);
}

static void without_memory_none_are_read_and_it_is_said(void **context) {
    (void)context;
    char own[TASK_NAME_MAX + 1];
    task_info items[1] = {listed(&SPEC, STATE_ID, own)};
    const task_list tasks = {items, 1, 1};
    past_tasks found;
    smithy_call *memory = smithy_call_create(NULL);
    assert_non_null(memory);
    if (!torture_is_wanted()) { /* That goes through all places. */
        torture_arm(TORTURE_PIECES, 1, true);
        const smithy_status status = past_tasks_read(&RUN, &tasks, &found, memory);
        assert_int_equal(torture_disarm().places[TORTURE_PIECES], 1);
        assert_int_equal(status, SMITHY_ERROR_MEMORY);
        assert_int_equal(found.count, 0);
    }
    smithy_call_destroy(memory);
}

/* ---- listings ---- */

static void a_stream_is_found_among_those_that_begin_like_it(void **context) {
    (void)context;
    catalog_stream streams[] = {{.name = SMITHY_STR("a")},
                                {.name = SMITHY_STR("app")},
                                {.name = SMITHY_STR("app-1")},
                                {.name = SMITHY_STR("b")},
                                {.name = SMITHY_STR("web/1")}};
    const catalog_group group = {.streams = streams, .stream_count = 5}, empty = {0};
    for (size_t i = 0; i < 5; i++) assert_ptr_equal(catalog_find_stream(&group, streams[i].name), &streams[i]);
    assert_null(catalog_find_stream(&group, SMITHY_STR("ap")));
    assert_null(catalog_find_stream(&group, SMITHY_STR("web/2")));
    assert_null(catalog_find_stream(&empty, SMITHY_STR("a")));
    assert_int_equal(catalog_streams_of(&group, SMITHY_STR("")).count, 5);
    assert_int_equal(catalog_streams_of(&group, SMITHY_STR("a")).count, 3);
    assert_ptr_equal(catalog_streams_of(&group, SMITHY_STR("app")).items, &streams[1]);
    assert_int_equal(catalog_streams_of(&group, SMITHY_STR("app")).count, 2);
    assert_int_equal(catalog_streams_of(&group, SMITHY_STR("c")).count, 0);
    assert_int_equal(catalog_streams_of(&empty, SMITHY_STR("")).count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_take_a_stream_along_are_found),
        cmocka_unit_test(none_were_listed),
        cmocka_unit_test(tasks_beside_the_list_take_nothing_along),
        cmocka_unit_test(of_tasks_alike_those_of_the_later_id_come_later),
        cmocka_unit_test(only_tasks_of_this_state_are_read),
        cmocka_unit_test(without_memory_none_are_read_and_it_is_said),
        cmocka_unit_test(a_stream_is_found_among_those_that_begin_like_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
