/* What a backfill does with a window that lost its objects, and what others do with a backfill that was broken off. */
#include "stage.h"
#include "task.h"

#include <stdio.h>
#include <string.h>

/* Two streams in a window that is closed for two hours, and another one that nobody exported yet. */
static void begin(stage *s) {
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    stage_wait(s, SIM_HOUR);
    stage_run(s);
    stage_wait(s, 2 * SIM_HOUR);
    stage_add_stream(s, 0, "young", 6 * SIM_HOUR);
    stage_wait(s, SIM_MINUTE);
}

static void lose(stage *s, const char *part) {
    s->oracle.is_lossy = true;
    for (int i = s->world->object_count; i-- > 0;)
        if (s->world->objects[i]->task >= 0 && strstr(s->world->objects[i]->key, part))
            world_delete_object(s->world, s->world->objects[i]->key);
}

static const exporter_answer *mend(stage *s) {
    s->run.mends = "app/0";
    const exporter_answer *answer = stage_run(s);
    s->run.mends = NULL;
    return answer;
}

static bool ledger_says(stage *s, const char *text) {
    return strstr(stage_ledger(s), text) != NULL;
}

static void nothing_is_done_where_nothing_is_missing(void **context) {
    stage *s = *context;
    begin(s);
    const exporter_answer *answer = mend(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_created, 0);
    stage_finish(s);
}

static void a_lost_window_is_exported_again_without_what_was_not_in_it(void **context) {
    stage *s = *context;
    begin(s);
    lose(s, "/");
    const exporter_answer *answer = mend(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(answer->objects, 2);
    assert_int_equal(answer->objects_deleted, 1); /* Of the one that the next run exports. */
    assert_true(ledger_says(s, "\"Replaces\":"));
    s->oracle.is_lossy = false;
    stage_finish(s);
}

static void a_stream_of_a_window_comes_back_event_by_event(void **context) {
    stage *s = *context;
    begin(s);
    lose(s, "/a/");
    const exporter_answer *answer = mend(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_created, 0);
    assert_int_equal(answer->late_events, 1);
    assert_false(ledger_says(s, "\"Replaces\":"));
    s->oracle.is_lossy = false;
    stage_finish(s);
}

static void a_watermark_does_not_move(void **context) {
    stage *s = *context;
    begin(s);
    const int64_t before = stage_read_state(s)->groups[0]->exported_at;
    lose(s, "/");
    mend(s);
    assert_int_equal(stage_read_state(s)->groups[0]->exported_at, before);
}

/* Its folder is looked at for a day. Then a stream is exported by itself, whose siblings are looked for. */
static void a_window_that_came_back_stays(void **context) {
    stage *s = *context;
    begin(s);
    lose(s, "/");
    mend(s);
    const sim_task *task = stage_last_task(s);
    const char *folder = task->folder;
    s->oracle.is_lossy = false;
    static const char *const LATER[] = {"later-too", "later", "later-yet"};
    for (int i = 0; i < 3; i++) {
        stage_wait(s, 15 * SIM_HOUR);
        stage_run(s);
        stage_add_stream(s, 0, LATER[i], 20 * SIM_HOUR);
    }
    assert_int_equal(stage_objects(s, folder), 2);
    stage_finish(s);
}

/* ---- one that was broken off ---- */

static bool is_late_object_there(const stage *s) {
    for (int i = 0; i < s->world->object_count; i++)
        if (strstr(s->world->objects[i]->key, "/late-")) return true;
    return false;
}

static sim_fault refuse_the_note(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth;
    if (!stage_asks(request, "PutObject") || !is_late_object_there(s)) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 403, "AccessDenied");
}

/* By a sweep that ended between the object and its note in the ledger. */
static void archive_late_event_without_note(stage *s) {
    stage_put_event(s, 0, 150 * SIM_MINUTE);
    s->run.sweeps = true;
    s->run.late_horizon_ms = SIM_DAY;
    s->befall = refuse_the_note;
    assert_true(stage_run(s)->outcome != EXPORTER_OUTCOME_DONE);
    s->befall = NULL;
    s->run.sweeps = false;
    assert_true(is_late_object_there(s) && !ledger_says(s, "\"late\""));
    stage_wait(s, SIM_HOUR);
}

static void what_an_unfinished_sweep_archived_is_not_exported_beside_it(void **context) {
    stage *s = *context;
    begin(s);
    archive_late_event_without_note(s);
    lose(s, "/");
    const exporter_answer *answer = mend(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    s->oracle.is_lossy = false;
    stage_finish(s);
}

/* The days that it was at lie behind the horizon by then. */
static void an_unfinished_sweep_goes_on_however_much_later(void **context) {
    stage *s = *context;
    begin(s);
    archive_late_event_without_note(s);
    stage_wait(s, 4 * SIM_DAY);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    s->run.sweeps = true;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_true(ledger_says(s, "\"late\""));
    stage_finish(s);
}

/* ---- windows of the group and of several of its streams, which hold the same time ---- */

static void what_several_streams_lost_comes_back_although_their_groups_window_was_exported_again(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "web", SIM_HOUR);
    stage_run(s);
    stage_wait(s, SIM_HOUR);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_add_stream(s, 0, "x-1", 6 * SIM_HOUR);
    stage_add_stream(s, 0, "x-2", 6 * SIM_HOUR);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_AUTO;
    stage_run(s);
    assert_true(task_is_of_several(stage_last_task(s)));
    stage_wait(s, 2 * SIM_HOUR);
    lose(s, "/");
    assert_int_equal(mend(s)->outcome, EXPORTER_OUTCOME_DONE);
    s->oracle.is_lossy = false;
    stage_finish(s);
}

/* A killed backfill's task, which has ended since. */
static int leave_a_task(stage *s, int kill_at) {
    const int before = s->world->task_count;
    lose(s, "/");
    s->run.kill_at = kill_at;
    mend(s);
    s->run.kill_at = 0;
    stage_wait(s, SIM_HOUR);
    return s->world->task_count > before ? before : -1;
}

static void what_a_killed_backfill_left_is_deleted_by_a_run(void **context) {
    stage *s = *context;
    int number = -1;
    begin(s);
    for (int at = 5; number < 0; at++) number = leave_a_task(s, at);
    assert_true(stage_objects(s, s->world->tasks[number].folder) > 0);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(stage_objects(s, s->world->tasks[number].folder), 0);
    assert_int_equal(mend(s)->outcome, EXPORTER_OUTCOME_DONE);
    s->oracle.is_lossy = false;
    stage_finish(s);
}

static void a_backfill_is_never_taken_for_the_next_window(void **context) {
    stage *s = *context;
    char name[TASK_NAME_MAX + 1];
    bool carries;
    const char *code;
    begin(s);
    const exporter_state *state = stage_read_state(s);
    const task_spec spec = {.kind = STATE_UNIT_BACKFILL,
                            .group = SMITHY_STR("app/0"),
                            .prefix = SMITHY_STR(""),
                            .from_ms = state->groups[0]->exported_at + 1,
                            .to_ms = s->world->now_ms,
                            .bucket = SMITHY_STR(SIM_BUCKET),
                            .destination_prefix = SMITHY_STR("x"),
                            .attempt = 1};
    assert_int_equal(task_write_name(&spec, state->id, name, &carries), SMITHY_OK);
    const int number = tasks_create(s->world,
                                    &(sim_task_request){.name = name,
                                                        .group = "app/0",
                                                        .prefix = "",
                                                        .bucket = SIM_BUCKET,
                                                        .destination_prefix = "x",
                                                        .from_ms = spec.from_ms,
                                                        .to_ms = spec.to_ms},
                                    &code);
    stage_wait(s, SIM_HOUR);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 0);
    assert_int_equal(stage_objects(s, s->world->tasks[number].folder), 0);
    stage_finish(s);
}

int main(void) {
#define STORY(name_) cmocka_unit_test_setup_teardown(name_, stage_set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        STORY(nothing_is_done_where_nothing_is_missing),
        STORY(a_lost_window_is_exported_again_without_what_was_not_in_it),
        STORY(a_stream_of_a_window_comes_back_event_by_event),
        STORY(a_watermark_does_not_move),
        STORY(a_window_that_came_back_stays),
        STORY(what_an_unfinished_sweep_archived_is_not_exported_beside_it),
        STORY(an_unfinished_sweep_goes_on_however_much_later),
        STORY(what_several_streams_lost_comes_back_although_their_groups_window_was_exported_again),
        STORY(what_a_killed_backfill_left_is_deleted_by_a_run),
        STORY(a_backfill_is_never_taken_for_the_next_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
