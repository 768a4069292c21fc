/* What a run does when its time or its memory is up, and what it shows of itself until then. */
#include "stage.h"
#include "torture.h"

#include <stdio.h>
#include <string.h>

static void slow_task_after(stage *s) {
    s->world->knobs.slow_per_mille = 1000;
    s->world->dice.state = 3;
}

/* ---- what is shown ---- */

static struct {
    exporter_progress last;
    int64_t oldest_ms; /* Of the tasks. */
    int exporting, waiting, listing, settling, saving;
    char group[64], unit[64];
} display;

static void copy(char *to, size_t size, smithy_str text) {
    if (text.len > 0) snprintf(to, size, "%.*s", SMITHY_STR_ARG(text));
}

static void look(stage *s, const exporter_progress *progress) {
    (void)s;
    display.last = *progress;
    if (progress->task_age_ms > display.oldest_ms) display.oldest_ms = progress->task_age_ms;
    display.exporting += strcmp(progress->phase, "exporting") == 0;
    display.waiting += strcmp(progress->phase, "waiting for the export slot") == 0;
    display.listing += strcmp(progress->phase, "listing") == 0;
    display.settling += strcmp(progress->phase, "settling what earlier runs left") == 0;
    display.saving += strcmp(progress->phase, "saving") == 0;
    if (strcmp(progress->phase, "exporting") == 0) {
        copy(display.group, sizeof display.group, progress->group);
        copy(display.unit, sizeof display.unit, progress->unit);
    }
}

static const exporter_answer *run_and_look(stage *s) {
    memset(&display, 0, sizeof display);
    s->shown = look;
    return stage_run(s);
}

static void exclude_fourth(exporter_settings *settings) {
    static const smithy_str PATTERNS[] = {SMITHY_STR_INIT("app/excluded")};
    settings->exclude_groups = (smithy_str_list){PATTERNS, 1};
}

static sim_fault fail_one_listing(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DescribeLogStreams") || !strstr(request->body, "app/unlisted")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

static void at_the_end_every_group_is_shown_as_done(void **context) {
    stage *s = *context;
    s->run.settle_ms = SIM_HOUR;
    stage_add_stream(s, 0, "a", 2 * SIM_HOUR);
    stage_add_stream(s, world_add_group(s->world, "app/young", true), "a", SIM_MINUTE);
    world_add_group(s->world, "app/empty", true);
    world_add_group(s->world, "app/excluded", true);
    world_add_group(s->world, "app/unlisted", true);
    s->world->groups[world_add_group(s->world, "app/rare", true)].is_standard = false;
    s->set = exclude_fourth;
    s->befall = fail_one_listing;
    const exporter_answer *answer = run_and_look(s);
    assert_int_equal(answer->groups_matched, 6);
    assert_int_equal(display.last.groups_matched, 6);
    assert_int_equal(display.last.groups_done, 6);
    assert_int_equal(display.last.tasks_completed, 1);
    assert_int_equal(display.last.bytes, answer->bytes);
    assert_int_equal(display.settling, 1);
    assert_true(display.saving > 0);
    assert_int_equal(display.listing, 2); /* The groups, and the streams of the first while there is no task. */
}

static void want_a_tag(exporter_settings *settings) {
    static const exporter_tag TAGS[] = {{SMITHY_STR_INIT("team"), SMITHY_STR_INIT("a")}};
    settings->group_tags = (exporter_tag_list){TAGS, 1};
}

static sim_fault fail_tags(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "ListTagsForResource")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

static void a_group_whose_tags_cannot_be_read_is_shown_as_done(void **context) {
    stage *s = *context;
    s->set = want_a_tag;
    s->befall = fail_tags;
    run_and_look(s);
    assert_int_equal(display.last.groups_done, 1);
}

static int earlier; /* The task of an earlier run. */

static void plant(stage *s, state_unit_kind kind, const char *prefix) {
    earlier = stage_plant(
        s,
        &(stage_planted){
            .kind = kind, .group = "app/0", .prefix = prefix, .to_ms = s->world->now_ms, .fate = SIM_TASK_COMPLETED});
}

static sim_fault refuse_folders(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "ListObjectsV2")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 403, "AccessDenied");
}

static void a_group_whose_earlier_task_cannot_be_settled_is_shown_as_done(void **context) {
    stage *s = *context;
    stage_run(s);
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_wait(s, SIM_HOUR);
    plant(s, STATE_UNIT_GROUP, "");
    s->befall = refuse_folders;
    assert_int_equal(run_and_look(s)->groups_failed, 1);
    assert_int_equal(display.last.groups_done, 1);
}

static void the_task_is_shown_with_its_group_its_stream_and_its_age(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    slow_task_after(s);
    run_and_look(s);
    const sim_task *task = stage_last_task(s);
    assert_string_equal(display.group, "app/0");
    assert_string_equal(display.unit, "a");
    assert_in_range(display.oldest_ms, task->ended_ms - task->created_ms - 6000,
                    task->ended_ms - task->created_ms + 6000);
    assert_true(display.exporting >= stage_calls(s, "DescribeExportTasks") - 1);
    assert_int_equal(display.waiting, 0);
}

static void take_slot(stage *s) {
    const char *code;
    assert_true(tasks_create(s->world,
                             &(sim_task_request){.name = "nightly",
                                                 .group = "app/0",
                                                 .prefix = "",
                                                 .bucket = SIM_BUCKET,
                                                 .destination_prefix = "theirs",
                                                 .to_ms = 1,
                                                 .is_foreign = true},
                             &code) >= 0);
    s->world->queue_count = 0; /* Nothing happens to it: it is in the slot until the end. */
}

static void who_waits_for_the_slot_is_shown_to_wait_and_tells_how_long(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    take_slot(s);
    s->run.timeout_ms = 10 * SIM_MINUTE;
    const exporter_answer *answer = run_and_look(s);
    assert_true(display.waiting > 10);
    assert_int_equal(display.oldest_ms, 0); /* There is no task. */
    assert_in_range(answer->slot_busy_ms, 9 * SIM_MINUTE, 10 * SIM_MINUTE);
    assert_string_equal(answer->message,
                        "another export task holds the account's only slot; nothing was exported, the next run goes "
                        "on");
}

/* ---- the time is up ---- */

/* Half a minute is kept for saving, and of short runs a quarter. */
static void a_run_that_waits_stops_when_only_its_reserve_is_left(void **context) {
    stage *s = *context;
    static const int64_t GIVEN[] = {20000, 100000, 119000, 121000, 10 * SIM_MINUTE};
    static const int64_t KEPT[] = {5000, 25000, 29750, 30000, 30000};
    stage_add_stream(s, 0, "a", SIM_HOUR);
    take_slot(s);
    for (int i = 0; i < 5; i++) {
        s->run.timeout_ms = GIVEN[i];
        assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_BUSY);
        assert_in_range(s->result.answer.duration_ms, GIVEN[i] - KEPT[i], GIVEN[i] - KEPT[i] + 300);
    }
}

static sim_fault slow_listing(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "DescribeLogStreams") ? SIM_FAULT_SLOW : SIM_FAULT_NONE;
}

static void a_group_that_was_not_listed_in_time_waits(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = slow_listing;
    s->run.timeout_ms = 15000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(answer->groups_waiting, 1);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->streams_seen, 0);
    assert_false(answer->task_in_flight);
    assert_false(answer->lag_is_known); /* Nothing was looked at. */
    assert_string_equal(answer->message, "the time was up: 1 groups wait; the next run goes on");
    s->befall = NULL;
    s->run.timeout_ms = 0;
    assert_true(stage_run(s)->lag_is_known);
}

static sim_fault slow_delete(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "DeleteObject") ? SIM_FAULT_SLOW : SIM_FAULT_NONE;
}

static void a_window_that_could_not_be_begun_in_time_is_nobodys_failure(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    s->befall = slow_delete;
    s->run.timeout_ms = 15000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->groups_waiting, 1);
    assert_false(answer->task_in_flight);
    assert_string_equal(answer->message, "the time was up while finding out whether objects may be deleted; the next "
                                         "run goes on");
}

static sim_fault slow_list(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "ListObjectsV2") ? SIM_FAULT_SLOW : SIM_FAULT_NONE;
}

static void a_window_that_could_not_be_closed_in_time_is_closed_by_the_next_run(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = slow_list;
    s->run.timeout_ms = 15000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->problem_count, 0);
    assert_true(answer->task_in_flight);
    assert_string_equal(stage_read_state(s)->flight.task_id.ptr, stage_last_task(s)->id);
    s->befall = NULL;
    s->run.timeout_ms = 0;
    stage_wait(s, SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    stage_finish(s);
}

static sim_fault slow_second_task(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (stage_asks(request, "CreateExportTask") && nth == 2) slow_task_after(s);
    return SIM_FAULT_NONE;
}

static void a_group_that_was_exported_in_part_counts_as_exported_and_waits(void **context) {
    stage *s = *context;
    const int64_t age = SIM_HOUR;
    s->run.unit = EXPORTER_UNIT_STREAM;
    s->world->knobs.pending_ms = s->world->knobs.running_ms = 1000;
    stage_add_stream(s, 0, "a", age);
    stage_add_stream(s, 0, "b", age);
    s->befall = slow_second_task;
    s->run.timeout_ms = SIM_MINUTE;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(answer->tasks_completed, 1);
    assert_true(answer->task_in_flight);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->groups_waiting, 1);
    assert_int_equal(answer->groups_idle, 0);
    assert_true(answer->lag_is_known);
    assert_in_range(answer->lag_ms, age, age + SIM_MINUTE);
}

static void what_is_in_flight_is_what_waits_longest(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    slow_task_after(s);
    s->run.timeout_ms = 30000;
    const exporter_answer *answer = stage_run(s);
    assert_true(answer->task_in_flight);
    assert_in_range(answer->lag_ms, SIM_HOUR, SIM_HOUR + SIM_MINUTE);
}

static void events_that_are_too_young_wait(void **context) {
    stage *s = *context;
    s->run.settle_ms = SIM_HOUR;
    stage_add_stream(s, 0, "a", 10 * SIM_MINUTE);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->groups_young, 1);
    assert_in_range(answer->lag_ms, 10 * SIM_MINUTE, 11 * SIM_MINUTE);
    assert_non_null(strstr(answer->message, "all that came is younger than SettleDelay (1h)"));
}

static sim_fault slow_tags(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "ListTagsForResource") ? SIM_FAULT_HANG_BEFORE : SIM_FAULT_NONE;
}

static void a_group_whose_tags_were_not_read_in_time_waits(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->set = want_a_tag;
    s->befall = slow_tags;
    s->run.timeout_ms = 15000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(answer->groups_waiting, 1);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->groups_excluded, 0);
}

static sim_fault take_slot_behind_first(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (stage_asks(request, "CreateExportTask") && nth == 2) take_slot(s);
    return SIM_FAULT_NONE;
}

/* Something was exported: it is the time that was up. */
static void a_run_that_loses_the_slot_on_its_way_leaves_the_rest(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, world_add_group(s->world, "app/1", true), "a", SIM_HOUR);
    s->befall = take_slot_behind_first;
    s->run.timeout_ms = 2 * SIM_MINUTE;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(answer->groups_waiting, 1);
    assert_false(answer->task_in_flight);
    assert_string_equal(answer->message, "the time was up: 1 groups wait; the next run goes on");
}

static sim_fault lose_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "CreateExportTask") ? SIM_FAULT_RESET_AFTER : SIM_FAULT_NONE;
}

/* It may exist: whoever comes next looks for it. */
static void a_task_that_is_searched_when_the_time_is_up_is_in_flight(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.list_lag_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 3;
    s->befall = lose_creation;
    s->run.timeout_ms = 8000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
    assert_int_equal(answer->tasks_created, 0);
    assert_true(answer->task_in_flight);
    assert_string_equal(stage_read_state(s)->flight.task_name.ptr, stage_last_task(s)->name);
    assert_string_equal(answer->message,
                        "the time was up: 1 groups wait and a task is in flight; the next run goes on");
    s->befall = NULL;
    s->run.timeout_ms = 0;
    stage_wait(s, SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    stage_finish(s);
}

static sim_fault throttle_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "CreateExportTask")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "ThrottlingException");
}

/* Of one that its name cannot tell the state does, from before it was asked for: that stays, for an answer can lie. */
static void a_task_that_was_not_created_in_time_is_in_flight_where_the_state_told_of_it(void **context) {
    stage *s = *context;
    char *name = world_alloc(s->world, 501);
    memset(name, 'n', 500);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = throttle_creation;
    s->run.timeout_ms = 8000;
    assert_false(stage_run(s)->task_in_flight);
    assert_null(stage_read_state(s)->flight.task_name.ptr);
    s->world->streams[0].deleted = true;
    stage_add_stream(s, 0, name, SIM_HOUR);
    assert_true(stage_run(s)->task_in_flight);
    assert_int_equal(stage_read_state(s)->flight.prefix.len, 500);
}

/* ---- the memory is up ---- */

typedef void scene(stage *s);

/* Of the pieces of memory that the run takes each `step`-th is missing once: whoever says that all is done has done it
 * all, and who does not says why. */
static void fail_each(void **context, scene *prepare, scene *judge, size_t step) {
    size_t failed = 0, total = 0;
    if (torture_is_wanted()) return;
    for (size_t at = 0; at <= total; at += step) {
        stage_tear_down(context);
        stage_set_up(context);
        stage *s = *context;
        prepare(s);
        torture_arm(TORTURE_PIECES, at, false);
        const exporter_answer *answer = stage_run(s);
        const size_t places = torture_disarm().places[TORTURE_PIECES];
        if (at == 0) total = places;
        if (answer->outcome == EXPORTER_OUTCOME_DONE) {
            judge(s);
            continue;
        }
        failed++;
        if (!strstr(answer->message, "memory")) fail_msg("piece %zu: %s", at, answer->message);
    }
    assert_true(failed > 30);
}

static void prepare_siblings(stage *s) {
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
}

static void judge_siblings(stage *s) {
    assert_int_equal(s->result.answer.tasks_completed, 2);
    assert_int_equal(s->result.answer.groups_exported, 1);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
}

static void without_memory_siblings_are_not_said_to_be_done(void **context) {
    fail_each(context, prepare_siblings, judge_siblings, 1);
}

static sim_fault answer_tags(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "ListTagsForResource")) return SIM_FAULT_NONE;
    (void)stage_refuse(request, reply, 200, "");
    text_clear(&reply->body);
    text_add(&reply->body, "{\"tags\":{\"team\":\"a\"}}");
    return SIM_FAULT_ANSWERED;
}

static void prepare_tags(stage *s) {
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->set = want_a_tag;
    s->befall = answer_tags;
}

static void judge_tags(stage *s) {
    assert_int_equal(s->result.answer.tasks_completed, 1);
}

static void without_memory_no_group_is_left_out(void **context) {
    fail_each(context, prepare_tags, judge_tags, 1);
}

static void news_for_all(stage *s) {
    for (int i = 0; i < s->world->stream_count; i++) stage_put_event(s, i, 0);
    stage_wait(s, SIM_HOUR);
}

static sim_fault refuse_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "CreateExportTask")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

/* Streams that are to meet, and go on as one. */
static void prepare_meeting(stage *s) {
    stage_add_stream(s, 0, "w-1", SIM_HOUR);
    stage_add_stream(s, 0, "w-2", SIM_HOUR);
    stage_add_stream(s, 0, "z", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_put_event(s, 2, 0);
    stage_wait(s, SIM_HOUR);
    stage_run(s);
    news_for_all(s);
    s->run.unit = EXPORTER_UNIT_AUTO;
    s->befall = refuse_creation;
    stage_run(s);
    news_for_all(s);
    s->befall = NULL;
}

static void judge_meeting(stage *s) {
    assert_int_equal(stage_last_task(s)->to_ms, s->result.answer.window_to_ms);
    assert_true(task_is_of_group(stage_last_task(s)));
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 0);
}

static void without_memory_streams_do_not_meet(void **context) {
    fail_each(context, prepare_meeting, judge_meeting, 1);
}

static void prepare_late_object(stage *s) {
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.late_objects_per_mille = 1000;
    s->world->knobs.late_object_ms = SIM_HOUR;
    stage_run(s);
    s->world->knobs.late_objects_per_mille = 0;
    stage_wait(s, SIM_HOUR);
    news_for_all(s);
    s->run.unit = EXPORTER_UNIT_STREAM;
}

static void judge_late_object(stage *s) {
    assert_int_equal(s->result.answer.tasks_created, 1);
    assert_int_equal(s->result.answer.tasks_completed, 1);
}

static void without_memory_late_objects_are_not_passed_over(void **context) {
    fail_each(context, prepare_late_object, judge_late_object, 1);
}

static void exclude_all(exporter_settings *settings) {
    static const smithy_str PATTERNS[] = {SMITHY_STR_INIT("app/*")};
    settings->exclude_groups = (smithy_str_list){PATTERNS, 1};
}

#define MANY_GROUPS 900

static void prepare_many_groups(stage *s) {
    for (int i = 1; i < MANY_GROUPS; i++)
        (void)world_add_group(s->world, world_format(s->world, "app/%04d", MANY_GROUPS - i), true);
    s->set = exclude_all;
}

static void judge_many_groups(stage *s) {
    assert_int_equal(s->result.answer.groups_excluded, MANY_GROUPS);
}

static void without_memory_many_groups_are_not_sorted(void **context) {
    fail_each(context, prepare_many_groups, judge_many_groups, 199);
}

/* A task in flight, whose name does not tell its stream. */
static void prepare_flight(stage *s) {
    char *name = world_alloc(s->world, 501);
    memset(name, 'n', 500);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, name, SIM_HOUR);
    slow_task_after(s);
    s->run.timeout_ms = 15000;
    stage_run(s);
    stage_wait(s, SIM_HOUR);
    s->run.timeout_ms = 0;
}

static void judge_flight(stage *s) {
    assert_int_equal(s->result.answer.tasks_adopted, 1);
    assert_int_equal(s->result.answer.tasks_created, 0);
    assert_null(stage_read_state(s)->flight.task_name.ptr);
}

static void without_memory_a_task_in_flight_is_not_lost(void **context) {
    fail_each(context, prepare_flight, judge_flight, 1);
}

static sim_fault bear_stream_before_the_task(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (nth == 1 && stage_asks(request, "CreateExportTask")) stage_add_stream(s, 0, "b", 2 * SIM_HOUR);
    return SIM_FAULT_NONE;
}

/* A stream's own task, which holds what the group's holds of it: it was not listed yet when that was closed. */
static void prepare_stranger(stage *s) {
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = bear_stream_before_the_task;
    stage_run(s);
    s->befall = NULL;
    s->run.unit = EXPORTER_UNIT_STREAM;
    s->world->tasks[0].listed_ms = SIM_NEVER; /* The state alone tells of it. */
    plant(s, STATE_UNIT_STREAM, "b");
}

static void judge_stranger(stage *s) {
    assert_int_equal(s->result.answer.tasks_adopted, 0);
    assert_int_equal(stage_objects(s, s->world->tasks[earlier].folder), 0);
    assert_int_equal(stage_objects(s, s->world->tasks[0].folder), 2);
}

static void without_memory_a_stream_that_is_in_its_groups_task_is_recognized(void **context) {
    fail_each(context, prepare_stranger, judge_stranger, 1);
}

/* A task of several streams, of which one was to be taken out. */
static void prepare_several(stage *s) {
    stage_run(s);
    stage_add_stream(s, 0, "w-1", SIM_HOUR);
    stage_add_stream(s, 0, "w-2", SIM_HOUR);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    plant(s, STATE_UNIT_PREFIX, "w");
    stage_add_stream(s, 0, "w-3", SIM_MINUTE);
}

static void judge_several(stage *s) {
    assert_int_equal(s->result.answer.tasks_adopted, 1);
    assert_int_equal(stage_objects(s, s->world->tasks[earlier].folder), 2);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
}

static void without_memory_a_task_of_several_streams_is_not_lost(void **context) {
    fail_each(context, prepare_several, judge_several, 1);
}

#define STORY(name_) cmocka_unit_test_setup_teardown(name_, stage_set_up, stage_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORY(at_the_end_every_group_is_shown_as_done),
        STORY(a_group_whose_tags_cannot_be_read_is_shown_as_done),
        STORY(a_group_whose_earlier_task_cannot_be_settled_is_shown_as_done),
        STORY(the_task_is_shown_with_its_group_its_stream_and_its_age),
        STORY(who_waits_for_the_slot_is_shown_to_wait_and_tells_how_long),
        STORY(a_run_that_waits_stops_when_only_its_reserve_is_left),
        STORY(a_group_that_was_not_listed_in_time_waits),
        STORY(a_window_that_could_not_be_begun_in_time_is_nobodys_failure),
        STORY(a_window_that_could_not_be_closed_in_time_is_closed_by_the_next_run),
        STORY(a_group_that_was_exported_in_part_counts_as_exported_and_waits),
        STORY(what_is_in_flight_is_what_waits_longest),
        STORY(events_that_are_too_young_wait),
        STORY(without_memory_siblings_are_not_said_to_be_done),
        STORY(without_memory_no_group_is_left_out),
        STORY(without_memory_streams_do_not_meet),
        STORY(without_memory_late_objects_are_not_passed_over),
        STORY(without_memory_many_groups_are_not_sorted),
        STORY(without_memory_a_task_in_flight_is_not_lost),
        STORY(without_memory_a_stream_that_is_in_its_groups_task_is_recognized),
        STORY(without_memory_a_task_of_several_streams_is_not_lost),
        STORY(a_group_whose_tags_were_not_read_in_time_waits),
        STORY(a_run_that_loses_the_slot_on_its_way_leaves_the_rest),
        STORY(a_task_that_is_searched_when_the_time_is_up_is_in_flight),
        STORY(a_task_that_was_not_created_in_time_is_in_flight_where_the_state_told_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
