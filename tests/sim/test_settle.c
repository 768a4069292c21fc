/* What a run makes of what earlier ones left: tasks by their names, folders that must be emptied, the first version's
 * state. */
#include "stage.h"

#include <stdio.h>
#include <string.h>

/* An hour's events of each of these streams, behind a first run that found nothing. */
static void begin(stage *s, const char *const *names, int count) {
    stage_run(s);
    for (int i = 0; i < count; i++) stage_add_stream(s, 0, names[i], SIM_HOUR);
    stage_wait(s, SIM_HOUR);
}

#define BEGIN(stage_, ...)                              \
    begin((stage_), (const char *const[]){__VA_ARGS__}, \
          (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))

static stage_planted whole_group(const stage *s) {
    return (stage_planted){.kind = STATE_UNIT_GROUP,
                           .group = "app/0",
                           .prefix = "",
                           .to_ms = s->world->now_ms,
                           .fate = SIM_TASK_COMPLETED};
}

static stage_planted single(const stage *s, const char *stream) {
    stage_planted task = whole_group(s);
    task.kind = STATE_UNIT_STREAM;
    task.prefix = stream;
    return task;
}

static bool state_knows(stage *s, int task) {
    (void)stage_read_state(s);
    return state_has_task(&s->state, smithy_str_from(s->world->tasks[task].id));
}

/* ---- adopted ---- */

static void a_finished_task_of_an_earlier_run_counts(void **context) {
    stage *s = *context;
    BEGIN(s, "a", "b");
    const stage_planted task = whole_group(s);
    const int number = stage_plant(s, &task);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(answer->tasks_created, 0);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->objects, 2);
    assert_int_equal(stage_objects_of(s, number), 2);
    assert_true(state_knows(s, number));
    assert_null(stage_read_state(s)->flight.task_name.ptr);
    stage_finish(s);
}

static sim_fault no_more_objects_are_late(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (stage_asks(request, "CreateExportTask")) s->world->knobs.late_objects_per_mille = 0;
    return SIM_FAULT_NONE;
}

/* Its stream has no folder yet when it ends, and is exported by itself at once: one of the two must go. */
static void late_objects_of_a_task_that_ran_when_it_was_found_are_no_copies(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    s->world->knobs.late_objects_per_mille = 1000;
    s->world->knobs.late_object_ms = 10 * SIM_MINUTE;
    s->world->knobs.running_ms = 20 * SIM_MINUTE;
    s->world->knobs.slow_per_mille = 0;
    stage_planted task = whole_group(s);
    task.fate = SIM_TASK_RUNNING;
    const int number = stage_plant(s, &task);
    assert_int_equal(s->world->tasks[number].status, SIM_TASK_RUNNING);
    s->world->knobs.running_ms = SIM_MINUTE;
    s->befall = no_more_objects_are_late;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_true(answer->tasks_created >= 1);
    s->befall = NULL;
    stage_finish(s);
}

static void a_task_that_was_settled_once_is_not_settled_again(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    const stage_planted task = whole_group(s);
    stage_plant(s, &task);
    stage_run(s);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(answer->objects_deleted, 0);
}

static void tasks_are_settled_in_the_order_of_their_making(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    stage_plant(s, &task);
    task.from_ms = task.to_ms + 1;
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    task.to_ms = s->world->now_ms;
    stage_plant(s, &task);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 2);
    assert_int_equal(answer->tasks_created, 0);
    stage_finish(s);
}

/* The second window's task has the smaller id. */
static void tasks_of_one_instant_are_settled_in_the_order_of_their_windows(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted first = whole_group(s);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    stage_planted second = whole_group(s);
    second.from_ms = first.to_ms + 1;
    s->world->dice.state = 3;
    const int later = stage_plant(s, &second), earlier = stage_plant(s, &first);
    sim_task *tasks = s->world->tasks;
    tasks[earlier].created_ms = tasks[later].created_ms;
    assert_true(strcmp(tasks[later].id, tasks[earlier].id) < 0);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 2);
    assert_int_equal(answer->tasks_created, 0);
    stage_finish(s);
}

static void a_finished_task_of_a_stream_without_siblings_needs_no_second_look(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a", "b");
    const stage_planted task = single(s, "a");
    stage_plant(s, &task);
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    assert_int_equal(stage_read_state(s)->cleanup_count, 0);
    stage_finish(s);
}

static void a_finished_task_of_a_stream_whose_sibling_was_silent_is_looked_at_again(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a");
    (void)world_add_stream(s->world, 0, "a-2");
    const stage_planted task = single(s, "a");
    const int number = stage_plant(s, &task);
    stage_wait(s, SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    assert_true(smithy_str_equal(s->state.cleanups[0].keep, SMITHY_STR("a")));
    assert_true(s->state.cleanups[0].since_ms >
                s->world->tasks[number].ended_ms + SIM_HOUR / 2); /* Since it is closed. */
    stage_finish(s);
}

static sim_fault refuse_streams(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DescribeLogStreams")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

static void a_run_that_cannot_list_an_earlier_tasks_streams_ends(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    const stage_planted task = whole_group(s);
    const int number = stage_plant(s, &task);
    s->befall = refuse_streams;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_FAILED);
    assert_non_null(strstr(answer->message, "settling an earlier run's task: "));
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(stage_calls(s, "DescribeLogStreams"), 1);
    assert_false(state_knows(s, number));
    s->befall = NULL;
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    stage_finish(s);
}

static void a_stream_that_joins_its_group_with_an_earlier_runs_task_does_so_when_that_ends(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_planted task = whole_group(s);
    task.from_ms = stage_run(s)->window_to_ms + 1;
    stage_wait(s, SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_MINUTE);
    task.to_ms = s->world->now_ms;
    task.fate = SIM_TASK_RUNNING;
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 11;
    const int number = stage_plant(s, &task);
    assert_int_equal(s->world->tasks[number].status, SIM_TASK_RUNNING);
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    const state_group *group = stage_read_state(s)->groups[0];
    assert_int_equal(group->stream_count, 1);
    assert_int_equal(group->streams[0].owed_to, task.from_ms - 1);
    assert_in_range(group->streams[0].since_ms, s->world->tasks[number].ended_ms - 1000, s->world->now_ms);
    stage_finish(s);
}

static void a_task_whose_window_is_archived_goes(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_run(s);
    stage_planted task = whole_group(s);
    task.to_ms -= 1000;
    const int number = stage_plant(s, &task);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_int_equal(answer->objects_deleted, 1);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(answer->tasks_completed, 0);
    assert_int_equal(stage_said(s, "deleting the output of a task whose window another one closed"), 1);
    assert_true(state_knows(s, number));
    stage_finish(s);
}

static void a_failed_task_goes_and_is_not_fought_for(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.fate = SIM_TASK_FAILED;
    const int number = stage_plant(s, &task);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_failed, 1);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(stage_objects_of(s, number), 0);
    stage_finish(s);
}

static void a_task_that_runs_is_waited_for(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.fate = SIM_TASK_RUNNING;
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 11;
    const int number = stage_plant(s, &task);
    assert_int_equal(s->world->tasks[number].status, SIM_TASK_RUNNING);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_int_equal(answer->tasks_created, 0);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->world->tasks[number].status, SIM_TASK_COMPLETED);
}

static void a_deadline_while_settling_leaves_the_task_in_flight(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.fate = SIM_TASK_RUNNING;
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 11;
    const int number = stage_plant(s, &task);
    s->run.timeout_ms = 8000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_true(answer->task_in_flight);
    assert_string_equal(stage_read_state(s)->flight.task_id.ptr, s->world->tasks[number].id);
    assert_int_equal(answer->groups_waiting, 1);
}

static sim_fault deny_poll(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DescribeExportTasks") || !strstr(request->body, "taskId")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 403, "AccessDeniedException");
}

static void a_run_that_fails_over_one_task_leaves_the_others(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    stage_plant(s, &task);
    task.from_ms = task.to_ms + 1;
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    task.to_ms = s->world->now_ms;
    stage_plant(s, &task);
    s->befall = deny_poll;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_string_equal(stage_read_state(s)->flight.task_id.ptr, s->world->tasks[0].id);
    s->befall = NULL;
    assert_int_equal(stage_run(s)->tasks_adopted, 2);
    stage_finish(s);
}

/* ---- told from their names ---- */

static void a_task_whose_name_fits_no_window_goes_when_it_has_ended(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.named_from_ms = 5;
    const int number = stage_plant(s, &task);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_true(state_knows(s, number));
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(
        stage_said(s, "a task of an earlier run cannot be told from its name: deleted, its window is exported again"),
        1);
    stage_finish(s);
}

static void a_task_of_another_state_is_a_strangers(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.state_id = "0123456789abcdef";
    const int number = stage_plant(s, &task);
    s->world->tasks[number].is_foreign = true;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_false(state_knows(s, number));
    assert_int_equal(answer->tasks_created, 1);
}

static void a_task_that_wrote_to_another_bucket_stays_there(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    const stage_planted task = whole_group(s);
    const int number = stage_plant(s, &task);
    s->world->tasks[number].bucket = "elsewhere";
    s->world->tasks[number].is_foreign = true;
    const int before = stage_objects_of(s, number);
    s->world->state_saved = NULL; /* The judge knows of one bucket. */
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), before);
    assert_int_equal(answer->objects_deleted, 0);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(answer->tasks_created, 1);
    assert_true(state_knows(s, number));
}

/* ---- one after the other ---- */

/* Behind what a story planted: a task of another group, which counts. */
static void expect_next_to_be_settled(stage *s) {
    stage_planted next = whole_group(s);
    next.group = "app/1";
    const int number = stage_plant(s, &next);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_true(state_knows(s, number));
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_null(s->state.flight.task_name.ptr);
}

static void begin_with_another_group(stage *s) {
    const int other = world_add_group(s->world, "app/1", true);
    BEGIN(s, "a");
    stage_add_stream(s, other, "a", SIM_HOUR);
    stage_wait(s, SIM_HOUR);
}

static void behind_a_task_in_another_bucket_others_are_settled(void **context) {
    stage *s = *context;
    begin_with_another_group(s);
    const stage_planted task = whole_group(s);
    const int number = stage_plant(s, &task);
    s->world->tasks[number].bucket = "elsewhere";
    s->world->tasks[number].is_foreign = true;
    s->world->state_saved = NULL; /* The judge knows of one bucket. */
    expect_next_to_be_settled(s);
}

static void behind_a_task_of_a_deleted_group_others_are_settled(void **context) {
    stage *s = *context;
    begin_with_another_group(s);
    const stage_planted task = whole_group(s);
    stage_plant(s, &task);
    s->world->groups[0].deleted = true;
    expect_next_to_be_settled(s);
}

static void behind_a_task_of_a_group_that_was_made_again_others_are_settled(void **context) {
    stage *s = *context;
    begin_with_another_group(s);
    const stage_planted task = whole_group(s);
    stage_plant(s, &task);
    world_schedule(s->world, (sim_happening){.at_ms = s->world->now_ms, .kind = SIM_RECREATE_GROUP, .subject = 0});
    stage_wait(s, SIM_HOUR);
    expect_next_to_be_settled(s);
}

static void behind_a_task_that_its_name_does_not_tell_others_are_settled(void **context) {
    stage *s = *context;
    begin_with_another_group(s);
    stage_planted task = whole_group(s);
    task.named_from_ms = 5;
    stage_plant(s, &task);
    expect_next_to_be_settled(s);
}

static void behind_a_broken_off_backfill_others_are_settled(void **context) {
    stage *s = *context;
    begin_with_another_group(s);
    stage_planted task = whole_group(s);
    task.kind = STATE_UNIT_BACKFILL;
    const int number = stage_plant(s, &task);
    expect_next_to_be_settled(s);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_true(state_knows(s, number));
}

static void behind_a_task_of_a_deleted_stream_others_are_settled(void **context) {
    stage *s = *context;
    begin_with_another_group(s);
    const stage_planted task = single(s, "a");
    const int number = stage_plant(s, &task);
    world_schedule(s->world, (sim_happening){.at_ms = s->world->now_ms, .kind = SIM_DELETE_STREAM, .subject = 0});
    stage_wait(s, SIM_MINUTE);
    expect_next_to_be_settled(s);
    assert_false(state_knows(s, number));
}

static void a_broken_off_backfill_that_runs_or_wrote_elsewhere_is_left_alone(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.kind = STATE_UNIT_BACKFILL;
    const int number = stage_plant(s, &task);
    s->world->tasks[number].bucket = "elsewhere";
    s->world->tasks[number].is_foreign = true;
    s->world->state_saved = NULL; /* The judge knows of one bucket. */
    stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_false(state_knows(s, number));
    task.fate = SIM_TASK_RUNNING;
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 11;
    const int second = stage_plant(s, &task);
    assert_int_equal(s->world->tasks[second].status, SIM_TASK_RUNNING);
    stage_run(s);
    assert_false(state_knows(s, second));
}

static sim_fault slow_deletes(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "DeleteObjects") ? SIM_FAULT_SLOW : SIM_FAULT_NONE;
}

/* The time is up over another task: what the state alone knows of the one in flight stays there. */
static void a_task_in_flight_that_was_not_reached_in_time_stays_in_the_state(void **context) {
    stage *s = *context;
    char *name = world_alloc(s->world, 501);
    memset(name, 'n', 500);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, name, SIM_HOUR);
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 3;
    s->run.timeout_ms = 15000;
    assert_true(stage_run(s)->task_in_flight);
    stage_wait(s, SIM_HOUR);
    s->world->knobs.running_ms = 1000;
    stage_planted other = whole_group(s);
    other.named_from_ms = 5;
    const int number = stage_plant(s, &other);
    s->world->tasks[number].created_ms = s->world->tasks[0].created_ms - 1; /* It is looked at first. */
    s->befall = slow_deletes;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(stage_read_state(s)->flight.prefix.len, 500);
    s->befall = NULL;
    s->run.timeout_ms = 0;
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    assert_int_equal(s->result.answer.tasks_created, 0);
    assert_null(stage_read_state(s)->flight.task_name.ptr);
}

/* ---- a group that is gone ---- */

static void make_group_again(stage *s) {
    world_schedule(s->world, (sim_happening){.at_ms = s->world->now_ms, .kind = SIM_RECREATE_GROUP, .subject = 0});
    stage_wait(s, SIM_HOUR);
}

static void the_archive_of_a_deleted_group_stays(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    const stage_planted task = whole_group(s);
    const int number = stage_plant(s, &task);
    s->world->groups[0].deleted = true;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_int_equal(answer->objects_deleted, 0);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_false(state_knows(s, number)); /* A listing can miss a group: a later run looks again. */
}

static void of_a_deleted_group_the_streams_own_folder_stays_and_its_siblings_go(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a", "a-2");
    const stage_planted task = single(s, "a");
    const int number = stage_plant(s, &task);
    assert_int_equal(stage_objects_of(s, number), 2);
    s->world->groups[0].deleted = true;
    assert_int_equal(stage_run(s)->objects_deleted, 1);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_false(state_knows(s, number));
}

static void what_a_failed_task_of_a_deleted_group_wrote_goes(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.fate = SIM_TASK_FAILED;
    const int number = stage_plant(s, &task);
    s->world->groups[0].deleted = true;
    stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_true(state_knows(s, number));
}

static void the_archive_of_a_group_that_was_made_again_stays(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    const stage_planted task = whole_group(s);
    const int number = stage_plant(s, &task);
    make_group_again(s);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_true(state_knows(s, number));
    assert_int_equal(stage_said(s, "the group of a finished task was made again since: its archive stays"), 1);
}

/* Another run, which lost its lease meanwhile, had made it for a window that was closed before it ended. */
static void of_a_group_that_was_made_again_what_another_task_archived_goes(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    task.to_ms = stage_read_state(s)->groups[0]->exported_at;
    const int number = stage_plant(s, &task);
    assert_int_equal(stage_objects_of(s, number), 1);
    make_group_again(s);
    stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_int_equal(stage_objects_of(s, number - 1), 1);
    assert_true(state_knows(s, number));
    assert_int_equal(stage_said(s, "deleting the output of a task whose window another one closed"), 1);
    assert_non_null(strstr(stage_ledger(s), "discarded"));
}

static void of_a_group_that_was_made_again_what_a_streams_own_task_archived_goes(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a", "b");
    stage_planted task = single(s, "a");
    assert_int_equal(stage_run(s)->tasks_completed, 2);
    task.to_ms = stage_read_state(s)->groups[0]->streams[0].exported_at;
    const int number = stage_plant(s, &task);
    make_group_again(s);
    stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_true(state_knows(s, number));
}

static void of_a_group_that_was_made_again_what_a_streams_own_task_archived_for_the_first_time_stays(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a", "b");
    stage_planted task = single(s, "a");
    assert_int_equal(stage_run(s)->tasks_completed, 2);
    task.from_ms = stage_read_state(s)->groups[0]->streams[0].exported_at + 1;
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    task.to_ms = s->world->now_ms;
    const int number = stage_plant(s, &task);
    make_group_again(s);
    stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 1);
}

/* Where each of them stood nobody looks up. */
static void of_a_group_that_was_made_again_what_a_task_of_several_archived_stays(void **context) {
    stage *s = *context;
    BEGIN(s, "a-1", "a-2");
    stage_planted task = single(s, "a");
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    task.kind = STATE_UNIT_PREFIX;
    task.to_ms = stage_read_state(s)->groups[0]->exported_at;
    const int number = stage_plant(s, &task);
    make_group_again(s);
    stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 2);
}

static void of_a_group_that_was_made_again_the_streams_own_folder_stays_and_its_siblings_go(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a", "a-2");
    const stage_planted task = single(s, "a");
    const int number = stage_plant(s, &task);
    assert_int_equal(stage_objects_of(s, number), 2);
    make_group_again(s);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_int_equal(answer->objects_deleted, 1);
    assert_true(state_knows(s, number));
    stage_finish(s);
}

/* Where the run cannot see it any more, and with events that are older than the window's end. */
static sim_fault make_again_before_the_task(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (nth > 1 || !stage_asks(request, "CreateExportTask")) return SIM_FAULT_NONE;
    world_schedule(s->world, (sim_happening){.at_ms = s->world->now_ms, .kind = SIM_RECREATE_GROUP, .subject = 0});
    stage_wait(s, 1);
    stage_add_stream(s, s->world->group_count - 1, "b", 2 * SIM_HOUR);
    return SIM_FAULT_NONE;
}

static void what_was_archived_of_a_groups_new_life_for_its_old_one_is_exported_again(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    s->befall = make_again_before_the_task;
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    s->befall = NULL;
    const int number = s->world->task_count - 1;
    assert_int_equal(stage_objects_of(s, number), 1); /* Of "b". */
    stage_wait(s, SIM_HOUR);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(
        stage_said(s, "a task counted for the group's earlier life: deleted, its window is exported again"), 1);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(stage_last_task(s)->from_ms, 0);
    stage_finish(s);
    stage_run(s);
    assert_int_equal(
        stage_said(s, "a task counted for the group's earlier life: deleted, its window is exported again"), 0);
}

static void what_a_failed_task_of_a_group_that_was_made_again_wrote_goes(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.fate = SIM_TASK_FAILED;
    const int number = stage_plant(s, &task);
    make_group_again(s);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_int_equal(answer->tasks_failed, 0); /* Nothing that is there failed. */
    assert_true(state_knows(s, number));
}

/* ---- a stream that is gone ---- */

static void delete_stream(stage *s, int stream) {
    world_schedule(s->world, (sim_happening){.at_ms = s->world->now_ms, .kind = SIM_DELETE_STREAM, .subject = stream});
    stage_wait(s, SIM_MINUTE);
}

static void of_a_deleted_stream_its_own_folder_stays_and_its_siblings_go(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a", "a-2");
    const stage_planted task = single(s, "a");
    const int number = stage_plant(s, &task);
    assert_int_equal(stage_objects_of(s, number), 2);
    delete_stream(s, 0);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_int_equal(answer->objects_deleted, 1);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_false(state_knows(s, number)); /* A listing can miss a stream: a later run looks again. */
    stage_finish(s);
}

static void a_stream_that_was_made_again_does_not_count_with_its_first_life(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a");
    const stage_planted task = single(s, "a");
    const int number = stage_plant(s, &task);
    delete_stream(s, 0);
    stage_wait(s, SIM_HOUR);
    stage_add_stream(s, 0, "a", SIM_MINUTE);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(stage_last_task(s)->from_ms, 0);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_true(state_knows(s, number));
    assert_int_equal(stage_said(s, "the stream of a finished task was made again since: its archive stays"), 1);
    stage_finish(s);
}

static void what_a_failed_task_of_a_deleted_stream_wrote_goes(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a", "b");
    stage_planted task = single(s, "a");
    task.fate = SIM_TASK_FAILED;
    const int number = stage_plant(s, &task);
    delete_stream(s, 0);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_true(state_knows(s, number));
    assert_int_equal(answer->tasks_failed, 1);
    stage_finish(s);
}

static void a_task_of_a_deleted_stream_is_left_while_it_runs(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    BEGIN(s, "a", "b");
    stage_planted task = single(s, "a");
    task.fate = SIM_TASK_RUNNING;
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 11;
    const int number = stage_plant(s, &task);
    delete_stream(s, 0);
    s->run.timeout_ms = 8000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_false(answer->task_in_flight);
    assert_false(state_knows(s, number));
}

/* ---- several streams ---- */

static void a_stream_that_is_younger_than_a_task_of_several_is_none_of_them(void **context) {
    stage *s = *context;
    BEGIN(s, "a-1", "a-2", "b");
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_planted task = single(s, "a");
    task.kind = STATE_UNIT_PREFIX;
    const int number = stage_plant(s, &task);
    assert_int_equal(stage_objects_of(s, number), 2);
    stage_wait(s, SIM_HOUR);
    stage_add_stream(s, 0, "a-3", SIM_DAY);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_int_equal(stage_objects_of(s, number), 2);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    (void)stage_read_state(s);
    const state_cleanup *note = state_find_cleanup(&s->state, smithy_str_from(s->world->tasks[number].folder));
    assert_non_null(note); /* Others may have come along. */
    assert_true(smithy_str_equal(note->keep, SMITHY_STR("a-1/a-2")));
    stage_finish(s);
}

/* What it holds of that window came after the plan, and is not yet to be read. */
static void a_stream_that_was_born_behind_the_window_of_a_task_of_several_is_none_of_them(void **context) {
    stage *s = *context;
    BEGIN(s, "a-1", "a-2", "b");
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_planted task = single(s, "a");
    task.kind = STATE_UNIT_PREFIX;
    stage_wait(s, SIM_MINUTE);
    const int born = stage_add_stream(s, 0, "a-3", SIM_DAY);
    s->world->events[s->world->streams[born].events.items[0]].visible_ms += 5 * SIM_HOUR;
    const int number = stage_plant(s, &task);
    assert_int_equal(stage_objects_of(s, number), 2);
    stage_wait(s, 6 * SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    assert_int_equal(stage_objects_of(s, number), 2);
    stage_finish(s);
}

static sim_fault refuse_first_folder(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s;
    if (!stage_asks(request, "ListObjectsV2") || nth != 1) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 403, "AccessDenied");
}

/* Further tasks of it would hold the same. */
static void a_group_whose_task_cannot_be_settled_is_left_alone_and_others_are_not(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    const stage_planted task = whole_group(s);
    stage_plant(s, &task);
    stage_put_event(s, 0, 0);
    stage_add_stream(s, world_add_group(s->world, "app/1", true), "b", SIM_HOUR);
    stage_wait(s, SIM_HOUR);
    s->befall = refuse_first_folder;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->problem_count, 1);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->tasks_created, 1);
    assert_string_equal(stage_last_task(s)->group_name, "app/1");
    s->befall = NULL;
    answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_int_equal(answer->tasks_created, 1); /* For what came since. */
    stage_finish(s);
}

/* ---- a task that a run in between did not see ---- */

static sim_fault refuse_second_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s;
    if (!stage_asks(request, "CreateExportTask") || nth != 2) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

/* A run that sees nothing of the task archives a stream up to where the group stands, which was born behind the task
 * and holds events of its window too. */
static void a_stream_that_was_archived_by_itself_since_is_not_taken_for_one_of_the_groups_task(void **context) {
    for (int hidden = 1; hidden <= 2; hidden++) {
        stage_tear_down(context);
        stage_set_up(context);
        stage *s = *context;
        stage_add_stream(s, 0, "a", SIM_HOUR);
        stage_run(s);
        const int64_t stands = stage_read_state(s)->groups[0]->exported_at;
        stage_put_event(s, 0, 0);
        stage_wait(s, SIM_HOUR);
        stage_planted task = whole_group(s);
        task.from_ms = stands + 1;
        const int number = stage_plant(s, &task);
        const int young = stage_add_stream(s, 0, "young", SIM_DAY);
        stage_put_event(s, young, 30 * SIM_MINUTE);
        s->world->tasks[number].listed_ms = s->world->now_ms + SIM_MINUTE;
        s->befall = refuse_second_creation;
        assert_int_equal(stage_run(s)->tasks_completed, 1);
        s->befall = NULL;
        stage_wait(s, SIM_MINUTE);
        /* Then that one's own task is not listed yet. */
        if (hidden == 2) s->world->tasks[number + 1].listed_ms = s->world->now_ms + SIM_MINUTE;
        assert_int_equal(stage_run(s)->tasks_adopted, 0);
        assert_int_equal(stage_said(s, "deleting the output of a task whose window another one closed"), 1);
        stage_wait(s, SIM_MINUTE);
        stage_finish(s);
    }
}

static sim_fault hide_second(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    if (!stage_asks(request, "DescribeLogStreams") || nth > 1) return SIM_FAULT_NONE;
    (void)stage_refuse(request, reply, 200, "");
    text_clear(&reply->body);
    text_add(&reply->body,
             "{\"logStreams\":[{\"logStreamName\":\"w-1\",\"creationTime\":%lld,\"firstEventTimestamp\":%lld,"
             "\"lastEventTimestamp\":%lld,\"lastIngestionTime\":%lld}]}",
             (long long)s->world->streams[0].created_ms, (long long)s->world->events[0].timestamp,
             (long long)s->world->events[0].timestamp, (long long)s->world->events[0].ingested_ms);
    return SIM_FAULT_ANSWERED;
}

/* One run begins to take a stream out of the task's folder, for its listing misses it, and dies somewhere. The next one
 * lists it, and must not count on what is half deleted. */
static void a_stream_that_was_being_taken_out_is_none_of_the_several_any_more(void **context) {
    int killed = 0;
    for (int at = 1; at <= 30; at++) {
        stage *s = *context;
        stage_tear_down(context);
        stage_set_up(context);
        s = *context;
        BEGIN(s, "w-1", "w-2");
        s->run.unit = EXPORTER_UNIT_STREAM;
        stage_planted task = single(s, "w");
        task.kind = STATE_UNIT_PREFIX;
        stage_plant(s, &task);
        s->befall = hide_second;
        s->run.kill_at = at;
        s->run.kill_after_effect = true;
        stage_run(s);
        killed += s->result.was_killed;
        s->befall = NULL;
        s->run.kill_at = 0;
        stage_wait(s, 2 * SIM_MINUTE);
        stage_run(s);
        stage_finish(s);
    }
    assert_in_range(killed, 15, 30);
}

static sim_fault hide_second_and_refuse_changes(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    if (stage_asks(request, "DeleteObjects")) return SIM_FAULT_REFUSED_KEYS;
    if (stage_asks(request, "CreateExportTask")) return stage_refuse(request, reply, 400, "InvalidParameterException");
    return hide_second(s, request, nth, reply);
}

/* The same, without a death: the rest of the task counts. */
static void of_several_streams_those_that_were_not_taken_out_are_archived(void **context) {
    stage *s = *context;
    BEGIN(s, "w-1", "w-2");
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_planted task = single(s, "w");
    task.kind = STATE_UNIT_PREFIX;
    const int number = stage_plant(s, &task);
    s->befall = hide_second_and_refuse_changes;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    assert_true(smithy_str_equal(s->state.cleanups[0].keep, SMITHY_STR("w-1")));
    s->befall = NULL;
    answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_int_equal(stage_objects_of(s, number), 1);
    stage_finish(s);
}

/* ---- the task in flight ---- */

static void a_task_in_flight_that_is_not_listed_any_more_goes(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 3;
    s->run.timeout_ms = 15000;
    assert_true(stage_run(s)->task_in_flight);
    stage_wait(s, SIM_HOUR);
    assert_int_equal(stage_objects_of(s, 0), 1);
    s->world->tasks[0].listed_ms = SIM_NEVER;
    s->run.timeout_ms = 0;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(stage_objects_of(s, 0), 0);
    assert_int_equal(answer->objects_deleted, 1);
    assert_true(state_knows(s, 0));
    assert_int_equal(stage_said(s, "the task that was in flight is no longer listed: deleted, to be exported again"),
                     1);
    assert_int_equal(stage_run(s)->objects_deleted, 0);
    stage_finish(s);
}

static sim_fault slow_lists(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "ListObjectsV2") ? SIM_FAULT_SLOW : SIM_FAULT_NONE;
}

/* The time is up over an earlier folder, before any task was listed: the one in flight is not missing. */
static void a_task_in_flight_that_was_not_looked_for_is_not_given_up(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    stage_run(s);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 3;
    s->run.timeout_ms = 15000;
    assert_true(stage_run(s)->task_in_flight);
    const int number = s->world->task_count - 1;
    stage_wait(s, SIM_HOUR);
    s->befall = slow_lists;
    stage_run(s);
    assert_int_equal(stage_calls(s, "DescribeExportTasks"), 0);
    assert_string_equal(stage_read_state(s)->flight.task_id.ptr, s->world->tasks[number].id);
    assert_false(state_knows(s, number));
    s->befall = NULL;
    s->run.timeout_ms = 0;
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    stage_finish(s);
}

/* ---- what is remembered, and for how long ---- */

static void a_task_is_forgotten_two_weeks_later_where_it_is_not_listed(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_run(s);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    stage_run(s);
    s->world->tasks[0].listed_ms = SIM_NEVER;
    s->world->state_saved = NULL; /* The judge counts on what the state knows of. */
    stage_wait(s, 13 * SIM_DAY);
    stage_run(s);
    assert_int_equal(stage_read_state(s)->task_count, 2);
    stage_wait(s, 2 * SIM_DAY);
    stage_run(s);
    assert_int_equal(stage_read_state(s)->task_count, 1);
    assert_true(state_knows(s, 1));
}

static void an_emptied_folder_is_looked_at_for_a_day(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.fate = SIM_TASK_FAILED;
    const int number = stage_plant(s, &task);
    stage_run(s);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    assert_true(s->state.cleanups[0].cleaned);
    stage_wait(s, SIM_DAY - SIM_HOUR);
    world_put_text(s->world, world_format(s->world, "%sa/000009.gz", s->world->tasks[number].folder), "x", 1);
    assert_int_equal(stage_run(s)->objects_deleted, 1);
    assert_int_equal(stage_said(s, "emptied a folder"), 1);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    stage_wait(s, 2 * SIM_HOUR);
    stage_run(s);
    assert_int_equal(stage_said(s, "emptied a folder"), 0);
    assert_int_equal(stage_read_state(s)->cleanup_count, 0);
}

static sim_fault refuse_keys(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "DeleteObjects") ? SIM_FAULT_REFUSED_KEYS : SIM_FAULT_NONE;
}

static void what_cannot_be_deleted_yet_counts_for_no_stream(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_run(s);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    stage_planted task = whole_group(s);
    task.to_ms -= 1000;
    const int number = stage_plant(s, &task);
    assert_int_equal(stage_objects_of(s, number), 2);
    s->befall = refuse_keys;
    stage_run(s);
    assert_int_equal(stage_said(s, "deleting the output of a task whose window another one closed"), 1);
    assert_int_equal(stage_said(s, "an object of an earlier task appeared late"), 0);
    s->befall = NULL;
    stage_finish(s);
    assert_int_equal(stage_objects_of(s, number), 0);
}

static void a_folder_that_cannot_be_emptied_is_told_and_kept_in_mind(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.named_from_ms = 5;
    const int number = stage_plant(s, &task);
    s->befall = refuse_keys;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->problem_count, 1);
    assert_string_equal(answer->problems[0].group, s->world->tasks[number].folder);
    assert_non_null(strstr(answer->problems[0].reason, "must be emptied and cannot: "));
    assert_non_null(strstr(answer->problems[0].reason, "1 objects could not be deleted"));
    assert_null(strstr(answer->message, "late events"));
    assert_int_equal(answer->objects_deleted, 0);
    assert_int_equal(answer->tasks_completed, 1); /* The rest goes on. */
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    assert_false(s->state.cleanups[0].cleaned);
    stage_wait(s, 2 * SIM_DAY);
    stage_run(s);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    s->befall = NULL;
    assert_int_equal(stage_run(s)->objects_deleted, 1);
    assert_int_equal(stage_read_state(s)->cleanup_count, 0);
    stage_finish(s);
}

static void a_folder_of_more_objects_than_one_request_deletes_is_emptied(void **context) {
    stage *s = *context;
    BEGIN(s, "a");
    stage_planted task = whole_group(s);
    task.named_from_ms = 5;
    s->world->knobs.events_per_object = 1;
    for (int i = 0; i < 1100; i++) stage_put_event(s, 0, i);
    const int number = stage_plant(s, &task);
    const int written = stage_objects_of(s, number);
    assert_int_equal(written, 1101);
    assert_int_equal(stage_run(s)->objects_deleted, written);
    assert_int_equal(stage_objects_of(s, number), 0);
}

/* ---- the first version's state ---- */

/* As the first version left it: a stream, archived up to before `exported_at`, by the world's first task. */
static void put_first_versions_state(stage *s, int64_t exported_at, const char *task_id) {
    const char *text = world_format(s->world,
                                    "[{\"LogGroupArn\":\"%s\",\"LogStreamArn\":\"%s:log-stream:a\",\"ExportedAt\":%lld,"
                                    "\"TaskId\":\"%s\"}]",
                                    s->world->groups[0].arn, s->world->groups[0].arn, (long long)exported_at, task_id);
    s->world->state_saved = NULL; /* The judge has not seen what that version archived. */
    world_put_text(s->world, SIM_STATE_KEY, text, strlen(text));
}

static int first_versions_task(stage *s, sim_task_status fate) {
    const char *code;
    const int number = tasks_create(s->world,
                                    &(sim_task_request){.name = "its own name",
                                                        .group = "app/0",
                                                        .prefix = "a",
                                                        .bucket = SIM_BUCKET,
                                                        .destination_prefix = "x/first",
                                                        .from_ms = s->world->now_ms - 2 * SIM_HOUR,
                                                        .to_ms = s->world->now_ms - 1000},
                                    &code);
    s->world->tasks[number].fate = fate;
    if (fate != SIM_TASK_RUNNING) stage_wait(s, SIM_MINUTE);
    return number;
}

static int64_t next_window(stage *s) {
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_MINUTE);
    s->run.unit = EXPORTER_UNIT_STREAM;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->result.answer.tasks_created, 1);
    return stage_last_task(s)->from_ms;
}

static void a_completed_task_of_the_first_version_is_taken_over(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    const int number = first_versions_task(s, SIM_TASK_COMPLETED);
    put_first_versions_state(s, s->world->tasks[number].from_ms + 5, s->world->tasks[number].id);
    assert_int_equal(next_window(s), s->world->tasks[number].to_ms + 1);
    assert_int_equal(stage_objects_of(s, number), 1);
    assert_int_equal(stage_said(s, "took over the state of the first version"), 1);
}

static void what_a_failed_task_of_the_first_version_wrote_goes(void **context) {
    stage *s = *context;
    const int stream = stage_add_stream(s, 0, "a", SIM_HOUR);
    for (int i = 0; i < 40; i++) stage_put_event(s, stream, i * SIM_MINUTE);
    const int number = first_versions_task(s, SIM_TASK_FAILED);
    const int left = stage_objects_of(s, number);
    assert_true(left > 0);
    put_first_versions_state(s, s->world->tasks[number].to_ms + 1, s->world->tasks[number].id);
    assert_int_equal(next_window(s), s->world->tasks[number].from_ms);
    assert_int_equal(stage_objects_of(s, number), 0);
    assert_int_equal(s->result.answer.objects_deleted, left);
}

static void what_a_cancelled_task_of_the_first_version_wrote_to_another_bucket_stays(void **context) {
    stage *s = *context;
    const int stream = stage_add_stream(s, 0, "a", SIM_HOUR);
    for (int i = 0; i < 40; i++) stage_put_event(s, stream, i * SIM_MINUTE);
    const int number = first_versions_task(s, SIM_TASK_CANCELLED);
    const int left = stage_objects_of(s, number);
    assert_true(left > 0);
    s->world->tasks[number].bucket = "elsewhere";
    put_first_versions_state(s, s->world->tasks[number].to_ms + 1, s->world->tasks[number].id);
    assert_int_equal(next_window(s), s->world->tasks[number].from_ms);
    assert_int_equal(stage_objects_of(s, number), left);
    assert_int_equal(stage_read_state(s)->cleanup_count, 0);
}

static void a_failed_first_task_of_the_first_version_leaves_nothing_archived(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    const int number = first_versions_task(s, SIM_TASK_FAILED);
    s->world->tasks[number].from_ms = 0;
    put_first_versions_state(s, s->world->tasks[number].to_ms + 1, s->world->tasks[number].id);
    assert_int_equal(next_window(s), 0);
}

static void a_task_of_the_first_version_that_nobody_knows_changes_nothing(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    const int64_t exported_at = s->world->now_ms - SIM_MINUTE;
    put_first_versions_state(s, exported_at, "gone");
    assert_int_equal(next_window(s), exported_at);
}

static void a_running_task_of_the_first_version_makes_the_run_do_nothing(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    const int number = first_versions_task(s, SIM_TASK_RUNNING);
    put_first_versions_state(s, s->world->now_ms - SIM_MINUTE, s->world->tasks[number].id);
    const int etag = world_find_object(s->world, SIM_STATE_KEY)->etag;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_BUSY);
    assert_non_null(strstr(answer->message, "of the first version of this tool still runs"));
    assert_int_equal(stage_calls(s, "CreateExportTask"), 0);
    assert_int_equal(world_find_object(s->world, SIM_STATE_KEY)->etag, etag);
}

static sim_fault deny_tasks(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DescribeExportTasks")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "AccessDeniedException");
}

static void a_run_that_may_not_look_for_the_first_versions_tasks_does_nothing(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    put_first_versions_state(s, s->world->now_ms - SIM_MINUTE, "some-task");
    s->befall = deny_tasks;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_non_null(strstr(answer->message, "looking for the first version's export tasks"));
    assert_int_equal(stage_calls(s, "PutObject"), 0);
}

static void a_run_that_may_not_look_for_tasks_exports_nothing(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = deny_tasks;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_non_null(strstr(answer->message, "looking for earlier export tasks"));
    assert_int_equal(stage_calls(s, "CreateExportTask"), 0);
    assert_null(stage_read_state(s)->lease.owner.ptr); /* And leaves the state to the next one. */
}

#define SETTLE_TEST(name_) cmocka_unit_test_setup_teardown(name_, stage_set_up, stage_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        SETTLE_TEST(a_finished_task_of_an_earlier_run_counts),
        SETTLE_TEST(late_objects_of_a_task_that_ran_when_it_was_found_are_no_copies),
        SETTLE_TEST(a_task_that_was_settled_once_is_not_settled_again),
        SETTLE_TEST(tasks_are_settled_in_the_order_of_their_making),
        SETTLE_TEST(a_stream_that_joins_its_group_with_an_earlier_runs_task_does_so_when_that_ends),
        SETTLE_TEST(tasks_of_one_instant_are_settled_in_the_order_of_their_windows),
        SETTLE_TEST(a_finished_task_of_a_stream_without_siblings_needs_no_second_look),
        SETTLE_TEST(a_finished_task_of_a_stream_whose_sibling_was_silent_is_looked_at_again),
        SETTLE_TEST(a_run_that_cannot_list_an_earlier_tasks_streams_ends),
        SETTLE_TEST(a_task_whose_window_is_archived_goes),
        SETTLE_TEST(a_failed_task_goes_and_is_not_fought_for),
        SETTLE_TEST(a_task_that_runs_is_waited_for),
        SETTLE_TEST(a_deadline_while_settling_leaves_the_task_in_flight),
        SETTLE_TEST(a_run_that_fails_over_one_task_leaves_the_others),
        SETTLE_TEST(a_task_whose_name_fits_no_window_goes_when_it_has_ended),
        SETTLE_TEST(a_task_of_another_state_is_a_strangers),
        SETTLE_TEST(a_task_that_wrote_to_another_bucket_stays_there),
        SETTLE_TEST(behind_a_task_in_another_bucket_others_are_settled),
        SETTLE_TEST(behind_a_task_of_a_deleted_group_others_are_settled),
        SETTLE_TEST(behind_a_task_of_a_group_that_was_made_again_others_are_settled),
        SETTLE_TEST(behind_a_task_that_its_name_does_not_tell_others_are_settled),
        SETTLE_TEST(behind_a_broken_off_backfill_others_are_settled),
        SETTLE_TEST(behind_a_task_of_a_deleted_stream_others_are_settled),
        SETTLE_TEST(a_broken_off_backfill_that_runs_or_wrote_elsewhere_is_left_alone),
        SETTLE_TEST(a_task_in_flight_that_was_not_reached_in_time_stays_in_the_state),
        SETTLE_TEST(the_archive_of_a_deleted_group_stays),
        SETTLE_TEST(of_a_deleted_group_the_streams_own_folder_stays_and_its_siblings_go),
        SETTLE_TEST(what_a_failed_task_of_a_deleted_group_wrote_goes),
        SETTLE_TEST(the_archive_of_a_group_that_was_made_again_stays),
        SETTLE_TEST(of_a_group_that_was_made_again_what_another_task_archived_goes),
        SETTLE_TEST(of_a_group_that_was_made_again_what_a_streams_own_task_archived_goes),
        SETTLE_TEST(of_a_group_that_was_made_again_what_a_streams_own_task_archived_for_the_first_time_stays),
        SETTLE_TEST(of_a_group_that_was_made_again_what_a_task_of_several_archived_stays),
        SETTLE_TEST(of_a_group_that_was_made_again_the_streams_own_folder_stays_and_its_siblings_go),
        SETTLE_TEST(what_was_archived_of_a_groups_new_life_for_its_old_one_is_exported_again),
        SETTLE_TEST(what_a_failed_task_of_a_group_that_was_made_again_wrote_goes),
        SETTLE_TEST(of_a_deleted_stream_its_own_folder_stays_and_its_siblings_go),
        SETTLE_TEST(a_stream_that_was_made_again_does_not_count_with_its_first_life),
        SETTLE_TEST(what_a_failed_task_of_a_deleted_stream_wrote_goes),
        SETTLE_TEST(a_task_of_a_deleted_stream_is_left_while_it_runs),
        SETTLE_TEST(a_stream_that_is_younger_than_a_task_of_several_is_none_of_them),
        SETTLE_TEST(a_stream_that_was_born_behind_the_window_of_a_task_of_several_is_none_of_them),
        SETTLE_TEST(a_group_whose_task_cannot_be_settled_is_left_alone_and_others_are_not),
        SETTLE_TEST(a_stream_that_was_archived_by_itself_since_is_not_taken_for_one_of_the_groups_task),
        SETTLE_TEST(a_stream_that_was_being_taken_out_is_none_of_the_several_any_more),
        SETTLE_TEST(of_several_streams_those_that_were_not_taken_out_are_archived),
        SETTLE_TEST(a_task_in_flight_that_is_not_listed_any_more_goes),
        SETTLE_TEST(a_task_in_flight_that_was_not_looked_for_is_not_given_up),
        SETTLE_TEST(a_task_is_forgotten_two_weeks_later_where_it_is_not_listed),
        SETTLE_TEST(an_emptied_folder_is_looked_at_for_a_day),
        SETTLE_TEST(what_cannot_be_deleted_yet_counts_for_no_stream),
        SETTLE_TEST(a_folder_that_cannot_be_emptied_is_told_and_kept_in_mind),
        SETTLE_TEST(a_folder_of_more_objects_than_one_request_deletes_is_emptied),
        SETTLE_TEST(a_completed_task_of_the_first_version_is_taken_over),
        SETTLE_TEST(what_a_failed_task_of_the_first_version_wrote_goes),
        SETTLE_TEST(what_a_cancelled_task_of_the_first_version_wrote_to_another_bucket_stays),
        SETTLE_TEST(a_failed_first_task_of_the_first_version_leaves_nothing_archived),
        SETTLE_TEST(a_task_of_the_first_version_that_nobody_knows_changes_nothing),
        SETTLE_TEST(a_running_task_of_the_first_version_makes_the_run_do_nothing),
        SETTLE_TEST(a_run_that_may_not_look_for_the_first_versions_tasks_does_nothing),
        SETTLE_TEST(a_run_that_may_not_look_for_tasks_exports_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
