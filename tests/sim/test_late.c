/* What objects that appear late, listings that miss a stream, and streams that are made again do to what is known. */
#include "stage.h"

#include <string.h>

/* ---- who took part in a task of the group ---- */

/* Its group went by streams, and on, while nobody knew of it: no hint, no folder. Then its object appears. */
static void who_turns_out_to_have_taken_part_is_owed_what_its_group_passed_over_since(void **context) {
    stage *s = *context;
    const int known = stage_add_stream(s, 0, "known", SIM_HOUR);
    stage_run(s);
    const int unknown = stage_add_stream(s, 0, "unknown", 0);
    s->world->streams[unknown].hint_lag_ms = 20 * SIM_HOUR;
    stage_put_event(s, known, 0);
    stage_wait(s, SIM_HOUR);
    stage_let_objects_be_late(s, 10 * SIM_HOUR);
    stage_run(s);
    stage_let_objects_be_late(s, 0);
    stage_put_event(s, known, 0);
    stage_put_event(s, unknown, 0);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_AUTO;
    assert_int_equal(stage_run(s)->tasks_created, 0);
    assert_int_equal(stage_read_state(s)->groups[0]->missed_count, 1);
    assert_int_equal(s->state.groups[0]->missed[0].count, 0);
    stage_wait(s, 20 * SIM_HOUR);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_said(s, "an object of an earlier task appeared late"), 1);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->objects, 1); /* What it got in between. */
    stage_finish(s);
}

/* "a/b" and "a-b" share a folder: what an old task has of the one is no reason to give up the other for ever. */
static void a_stream_whose_folder_is_another_ones_too_does_not_stop_its_group(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a-b", SIM_HOUR);
    const int other = world_add_stream(s->world, 0, "a/b");
    stage_let_objects_be_late(s, 10 * SIM_MINUTE);
    stage_run(s);
    stage_let_objects_be_late(s, 0);
    stage_wait(s, SIM_HOUR);
    stage_put_event(s, 0, 0);
    stage_put_event(s, other, 0);
    stage_wait(s, SIM_HOUR);
    stage_run(s);
    stage_wait(s, 3 * SIM_DAY);
    for (int i = 0; i < s->world->stream_count; i++) stage_put_event(s, i, 0);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    stage_finish(s);
}

/* What its group's task wrote of "a/b" is not visible yet when the window of "a-b" is closed, whose events are older.
 */
static void what_appears_late_in_a_folder_that_two_streams_share_stays(void **context) {
    stage *s = *context;
    const int first = stage_add_stream(s, 0, "a/b", SIM_HOUR);
    stage_run(s);
    const int second = stage_add_stream(s, 0, "a-b", 6 * SIM_HOUR);
    s->world->streams[second].hint_lag_ms = 3 * SIM_HOUR;
    stage_put_event(s, first, 0);
    stage_wait(s, SIM_HOUR);
    stage_let_objects_be_late(s, 10 * SIM_HOUR);
    stage_run(s);
    const int of_group = s->world->task_count - 1;
    assert_int_equal(stage_objects_of(s, of_group), 0);
    stage_let_objects_be_late(s, 0);
    stage_wait(s, 3 * SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    assert_string_equal(stage_last_task(s)->prefix, "a-b");
    stage_wait(s, 10 * SIM_HOUR);
    stage_run(s);
    assert_int_equal(stage_objects_of(s, of_group), 1);
    stage_finish(s);
}

/* ---- tasks that could not be settled ---- */

static sim_fault miss_while_settling(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (stage_asks(request, "DescribeLogStreams"))
        s->world->knobs.missing_per_mille = strstr(request->body, "logStreamNamePrefix") ? 1000 : 0;
    return SIM_FAULT_NONE;
}

static sim_fault refuse_the_save(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth;
    if (!stage_asks(request, "PutObject") || s->world->task_count == 0 ||
        s->world->tasks[0].status != SIM_TASK_COMPLETED)
        return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 403, "AccessDenied");
}

/* Of a run that could not save its state any more. */
static void leave_a_task(stage *s) {
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = refuse_the_save;
    assert_int_not_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    s->befall = NULL;
    stage_wait(s, SIM_HOUR);
}

static void a_task_whose_stream_was_missed_while_settling_goes_before_the_stream_is_exported(void **context) {
    stage *s = *context;
    leave_a_task(s);
    s->befall = miss_while_settling;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(stage_objects_of(s, 0), 0);
    assert_int_equal(stage_objects_of(s, 1), 1);
    s->befall = NULL;
    s->world->knobs.missing_per_mille = 0;
    stage_finish(s);
}

/* Where nothing of the stream is to be exported, a later run that lists it takes the task over. */
static void a_task_whose_stream_is_not_listed_at_all_is_left_to_a_later_run(void **context) {
    stage *s = *context;
    leave_a_task(s);
    s->world->knobs.missing_per_mille = 1000;
    assert_int_equal(stage_run(s)->tasks_created, 0);
    s->world->knobs.missing_per_mille = 0;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_int_equal(stage_objects_of(s, 0), 1);
    stage_finish(s);
}

/* ---- streams that are made again ---- */

static void make_first_again(stage *s) {
    const char *name = s->world->streams[0].name;
    if (s->world->streams[0].deleted) return;
    world_schedule(s->world, (sim_happening){.at_ms = s->world->now_ms, .kind = SIM_DELETE_STREAM, .subject = 0});
    stage_wait(s, 1);
    stage_add_stream(s, 0, name, SIM_HOUR);
}

static sim_fault make_again_before_a_task(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (stage_asks(request, "CreateExportTask")) make_first_again(s);
    return SIM_FAULT_NONE;
}

static sim_fault make_again_before_a_task_of_several(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (stage_asks(request, "CreateExportTask") && strstr(request->body, ".p.")) make_first_again(s);
    return SIM_FAULT_NONE;
}

/* Between the run's listing and its task: what the task wrote is of the new life, and was noted for the old one. */
static void what_was_archived_of_a_streams_new_life_for_its_old_one_is_exported_again(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = make_again_before_a_task;
    assert_int_equal(stage_run(s)->objects, 1);
    stage_wait(s, SIM_HOUR);
    s->befall = NULL;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(stage_objects_of(s, 0), 0);
    assert_int_equal(stage_objects_of(s, 1), 1);
    stage_finish(s);
}

/* The same in a task of several streams: what it took of the new one goes before its window is closed. */
static void a_stream_that_is_made_again_is_none_of_several_any_more(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a-1", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    const int other = stage_add_stream(s, 0, "other", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_put_event(s, other, 0);
    stage_wait(s, SIM_HOUR);
    stage_run(s);
    for (int i = 0; i < s->world->stream_count; i++) stage_put_event(s, i, 0);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_AUTO;
    s->befall = make_again_before_a_task_of_several;
    const exporter_answer *answer = stage_run(s);
    assert_true(s->world->streams[0].deleted);
    assert_int_equal(answer->objects_deleted, 1);
    stage_wait(s, SIM_HOUR);
    s->befall = NULL;
    stage_finish(s);
}

int main(void) {
#define STORY(name_) cmocka_unit_test_setup_teardown(name_, stage_set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        STORY(who_turns_out_to_have_taken_part_is_owed_what_its_group_passed_over_since),
        STORY(a_stream_whose_folder_is_another_ones_too_does_not_stop_its_group),
        STORY(what_appears_late_in_a_folder_that_two_streams_share_stays),
        STORY(a_task_whose_stream_was_missed_while_settling_goes_before_the_stream_is_exported),
        STORY(a_task_whose_stream_is_not_listed_at_all_is_left_to_a_later_run),
        STORY(a_stream_that_is_made_again_is_none_of_several_any_more),
        STORY(what_was_archived_of_a_streams_new_life_for_its_old_one_is_exported_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
