/* One export task and what can befall it: how often it is asked for, how long is waited, what becomes of its window. */
#include "stage.h"

#include <stdio.h>
#include <string.h>

static sim_fault throttle_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "CreateExportTask")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "ThrottlingException");
}

static sim_fault throttle_seven_creations(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    return nth <= 7 ? throttle_creation(s, request, nth, reply) : SIM_FAULT_NONE;
}

/* ---- creating ---- */

static void a_first_window_reaches_from_the_beginning_of_time_to_the_horizon(void **context) {
    stage *s = *context;
    s->run.settle_ms = SIM_MINUTE;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->world->task_count, 1);
    assert_int_equal(stage_last_task(s)->from_ms, 0);
    assert_int_equal(stage_last_task(s)->to_ms, answer->window_to_ms);
    assert_in_range(s->world->now_ms - answer->window_to_ms, SIM_MINUTE, SIM_MINUTE + 20000);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(answer->tasks_adopted, 0);
}

static void the_next_window_begins_a_millisecond_behind_the_last(void **context) {
    stage *s = *context;
    const int stream = stage_add_stream(s, 0, "a", SIM_HOUR);
    const int64_t end = stage_run(s)->window_to_ms;
    stage_wait(s, SIM_HOUR);
    stage_put_event(s, stream, SIM_MINUTE);
    stage_run(s);
    assert_int_equal(s->world->task_count, 2);
    assert_int_equal(stage_last_task(s)->from_ms, end + 1);
}

static void a_throttled_creation_is_asked_for_again_with_pauses_that_double(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = throttle_seven_creations;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 8);
    /* 1 + 2 + 4 + ... + 64 seconds, each half to whole. */
    assert_in_range(answer->duration_ms, 63500, 127000 + 15000);
}

static void a_creation_that_stays_throttled_is_given_up_after_eight_tries(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = throttle_creation;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 8);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->tasks_created, 0);
    assert_string_equal(answer->problems[0].group, "app/0");
    assert_non_null(strstr(answer->problems[0].reason, "creating the export task: "));
    assert_null(stage_read_state(s)->flight.task_name.ptr);
}

/* The pauses are drawn: runs do not ask in step. */
static void pauses_differ_from_run_to_run(void **context) {
    stage *s = *context;
    int64_t took[2];
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = throttle_creation;
    for (int i = 0; i < 2; i++) took[i] = stage_run(s)->duration_ms;
    assert_true(took[0] - took[1] > 500 || took[1] - took[0] > 500);
}

static const char *creation; /* What was asked for. */

static sim_fault note_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply, (void)nth;
    if (stage_asks(request, "CreateExportTask")) creation = world_copy(s->world, request->body, request->len);
    return SIM_FAULT_NONE;
}

/* An empty prefix would be refused. */
static void a_groups_task_is_asked_for_without_a_prefix(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = note_creation;
    stage_run(s);
    assert_null(strstr(creation, "logStreamNamePrefix"));
    assert_non_null(strstr(creation, "\"logGroupName\":\"app/0\""));
    assert_non_null(strstr(creation, "\"destination\":\"" SIM_BUCKET "\""));
    assert_non_null(strstr(creation, "\"destinationPrefix\":\"x/app/0\""));
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    stage_run(s);
    assert_non_null(strstr(creation, "\"logStreamNamePrefix\":\"a\""));
}

static void a_created_task_is_asked_about_and_not_searched(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.pending_ms = s->world->knobs.running_ms = 0;
    stage_run(s);
    assert_int_equal(stage_calls(s, "DescribeExportTasks"), 2); /* For earlier ones, and for this one. */
    assert_int_equal(stage_said(s, "task created"), 1);
}

static sim_fault no_connection_for_a_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)reply;
    return stage_asks(request, "CreateExportTask") && nth <= 2 ? SIM_FAULT_CONNECT : SIM_FAULT_NONE;
}

static void a_creation_that_was_never_sent_is_asked_for_again_and_not_searched(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = no_connection_for_a_creation;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 3);
    assert_int_equal(s->world->task_count, 1);
}

static sim_fault refuse_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "CreateExportTask")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

static sim_fault refuse_and_note_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)note_creation(s, request, nth, reply);
    return refuse_creation(s, request, nth, reply);
}

static void a_refused_creation_fails_its_group_at_once(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = refuse_creation;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->groups_exported, 0);
    assert_int_equal(answer->groups_idle, 0);
    assert_int_equal(answer->problem_count, 1);
}

static sim_fault delete_group_before_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (stage_asks(request, "CreateExportTask") && nth == 1) s->world->groups[0].deleted = true;
    return SIM_FAULT_NONE;
}

static const char *passing_trouble;

static sim_fault trouble_once(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s;
    if (!stage_asks(request, "CreateExportTask") || nth > 1) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, passing_trouble);
}

static void a_creation_that_meets_passing_trouble_is_asked_for_again(void **context) {
    stage *s = *context;
    static const char *const CODES[] = {"ThrottlingException", "OperationAbortedException",
                                        "ServiceUnavailableException", "TooManyRequestsException"};
    const int stream = stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = trouble_once;
    for (int i = 0; i < 4; i++) {
        passing_trouble = CODES[i];
        assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
        assert_int_equal(s->result.answer.tasks_created, 1);
        assert_int_equal(stage_calls(s, "CreateExportTask"), 2);
        stage_put_event(s, stream, 0);
        stage_wait(s, SIM_HOUR);
    }
}

static void of_a_group_that_is_deleted_meanwhile_nothing_more_is_asked_for(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->befall = delete_group_before_creation;
    assert_int_equal(stage_run(s)->groups_idle, 1);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
}

static void a_group_that_is_deleted_meanwhile_is_nobodys_failure(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = delete_group_before_creation;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->groups_idle, 1);
    assert_int_equal(answer->groups_exported, 0);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
    assert_int_equal(stage_said(s, "the group was deleted meanwhile"), 1);
}

/* ---- an answer that was lost ---- */

static sim_fault lose_first_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)reply;
    return stage_asks(request, "CreateExportTask") && nth == 1 ? SIM_FAULT_RESET_AFTER : SIM_FAULT_NONE;
}

static sim_fault drop_first_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)reply;
    return stage_asks(request, "CreateExportTask") && nth == 1 ? SIM_FAULT_RESET_BEFORE : SIM_FAULT_NONE;
}

static sim_fault answer_without_task_id(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s;
    if (!stage_asks(request, "CreateExportTask") || nth > 1) return SIM_FAULT_NONE;
    (void)stage_refuse(request, reply, 200, "");
    text_clear(&reply->body);
    text_add(&reply->body, "{}");
    return SIM_FAULT_ANSWERED;
}

static void a_task_whose_answer_was_lost_is_found_by_its_name(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = lose_first_creation;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->world->task_count, 1);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
}

static sim_fault lose_creation_of_earlier(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    if (stage_asks(request, "DescribeExportTasks") && s->world->task_count == 1 && nth == 2)
        s->world->tasks[0].created_ms -= 5 * SIM_MINUTE;
    return lose_first_creation(s, request, nth, reply);
}

/* What had taken effect before it was asked for was an earlier run's. */
static void a_task_that_is_found_was_asked_for_when_it_was_created(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = lose_creation_of_earlier;
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    const long long created = (long long)s->world->tasks[0].created_ms;
    assert_true(s->world->now_ms - created > 5 * SIM_MINUTE);
    assert_non_null(strstr(stage_ledger(s), world_format(s->world, "\"RequestedAt\":%lld,", created)));
}

static void a_task_that_nobody_finds_is_searched_six_times_and_then_asked_for_again(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.pending_ms = s->world->knobs.running_ms = 0;
    stage_run(s); /* How often a run asks about tasks that loses nothing. */
    const int usual = stage_calls(s, "DescribeExportTasks");
    const int64_t quick = s->result.duration_ms;
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    s->befall = drop_first_creation;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 2);
    assert_int_equal(stage_calls(s, "DescribeExportTasks"), usual + 6);
    /* Half a second, then 1 + 2 + 3 + 4 + 5 seconds, each half to whole. */
    assert_in_range(answer->duration_ms - quick, 500 + 7500 - 500, 500 + 15000 + 1500);
    assert_non_null(strstr(stage_last_task(s)->name, ".2."));
}

static void a_created_task_without_an_id_is_one_whose_answer_was_lost(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = answer_without_task_id;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 2);
    assert_int_equal(s->world->task_count, 1);
    assert_int_equal(s->result.answer.tasks_created, 1);
    assert_int_equal(s->result.answer.tasks_failed, 0);
}

static sim_fault lose_first_creation_and_hide_it(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    if (s->world->task_count == 1 && nth <= 2) {
        const bool is_searched = stage_asks(request, "DescribeExportTasks");
        if (is_searched || stage_asks(request, "CreateExportTask"))
            s->world->tasks[0].listed_ms = is_searched ? SIM_NEVER : s->world->now_ms;
    }
    return lose_first_creation(s, request, nth, reply);
}

/* ---- a slot that is taken ---- */

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
}

/* Nothing happens to it: it is in the slot until the end. */
static void keep_slot(stage *s) {
    take_slot(s);
    s->world->queue_count = 0;
}

static void a_taken_slot_is_asked_for_ever_more_rarely_and_its_holder_is_named_once(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    keep_slot(s);
    s->run.timeout_ms = 10 * SIM_MINUTE;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_BUSY);
    assert_int_equal(stage_said(s, "another export task holds the slot: waiting for it"), 1);
    /* 9 minutes and a half: half to all of 1, 2, ... 7 seconds, then of 10. */
    assert_in_range(stage_calls(s, "CreateExportTask"), 7 + (570 - 28) / 10, 9 + (570 - 14) / 5);
    assert_int_equal(answer->tasks_created, 0);
    assert_int_equal(answer->groups_waiting, 1);
    assert_false(answer->task_in_flight);
}

#define TRIES_MAX 32

static int64_t tried_at[TRIES_MAX];

static sim_fault note_tries(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (stage_asks(request, "CreateExportTask") && nth <= TRIES_MAX) tried_at[nth - 1] = s->world->now_ms;
    return SIM_FAULT_NONE;
}

/* Half to all of as many seconds as there were tries, and of ten from the eighth on. */
static void pauses_before_a_taken_slot_grow_by_a_second_seven_times(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    keep_slot(s);
    s->befall = note_tries;
    s->run.timeout_ms = 2 * SIM_MINUTE;
    for (int run = 0; run < 12; run++) {
        stage_run(s);
        const int tries = stage_calls(s, "CreateExportTask");
        assert_in_range(tries, 10, TRIES_MAX);
        for (int i = 1; i < tries; i++) {
            const int64_t pause = i < 8 ? 1000 * i : 10000;
            assert_in_range(tried_at[i] - tried_at[i - 1], pause / 2, pause + 200);
        }
    }
}

static void whoever_holds_the_slot_is_named_whatever_it_is_at(void **context) {
    stage *s = *context;
    static const sim_task_status HELD[] = {SIM_TASK_PENDING, SIM_TASK_RUNNING, SIM_TASK_PENDING_CANCEL};
    stage_add_stream(s, 0, "a", SIM_HOUR);
    keep_slot(s);
    s->run.timeout_ms = SIM_MINUTE;
    for (int i = 0; i < 3; i++) {
        s->world->tasks[0].status = HELD[i];
        assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_BUSY);
        assert_int_equal(stage_said(s, "another export task holds the slot: waiting for it"), 1);
    }
}

/* Lists lag: a task that nobody sees can hold the slot. */
static void a_slot_whose_holder_is_not_listed_is_waited_for(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    keep_slot(s);
    s->world->tasks[0].listed_ms = SIM_NEVER;
    s->run.timeout_ms = SIM_MINUTE;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_BUSY);
    assert_int_equal(stage_said(s, "another export task holds the slot: waiting for it"), 0);
    assert_true(stage_calls(s, "CreateExportTask") > 5);
}

/* Its answer was lost, and no list showed it until the search for it was over. */
static void a_slot_that_the_runs_own_task_holds_is_waited_for_as_that(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.slow_per_mille = 1000;
    s->world->dice.state = 3;
    s->befall = lose_first_creation_and_hide_it;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 2);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(s->world->task_count, 1);
    assert_int_equal(answer->slot_busy_ms, 0);
    stage_finish(s);
}

static void a_slot_that_gets_free_is_used(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    take_slot(s);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(s->world->task_count, 2);
}

/* ---- a task that fails ---- */

static sim_fault fail_first_tasks(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (stage_asks(request, "CreateExportTask")) s->world->knobs.failed_per_mille = nth <= 2 ? 1000 : 0;
    return SIM_FAULT_NONE;
}

static void a_window_whose_task_failed_twice_is_halved(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", 10 * SIM_HOUR);
    const int64_t first = s->world->events[0].timestamp;
    s->befall = fail_first_tasks;
    const exporter_answer *answer = stage_run(s);
    const sim_task *tasks = s->world->tasks;
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_failed, 2);
    assert_int_equal(answer->tasks_created, 4);
    assert_int_equal(answer->tasks_completed, 2);
    assert_int_equal(tasks[1].to_ms, answer->window_to_ms);
    assert_int_equal(tasks[2].from_ms, 0);
    assert_int_equal(tasks[2].to_ms, first + (answer->window_to_ms - first) / 2);
    assert_int_equal(tasks[3].from_ms, tasks[2].to_ms + 1);
    assert_int_equal(tasks[3].to_ms, answer->window_to_ms);
    stage_finish(s);
}

static void a_window_is_halved_four_times_and_given_up_then(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", 10 * SIM_HOUR);
    s->world->knobs.failed_per_mille = 1000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_failed, 10);
    assert_int_equal(answer->tasks_created, 10);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 1);
    assert_non_null(strstr(answer->problems[0].reason, " failed"));
    assert_int_equal(stage_read_state(s)->task_count, 10);
    s->world->knobs.failed_per_mille = 0;
    stage_finish(s);
}

/* A failed task is tried again after 0.5 to 1 s, the second after 1 to 2. */
static void a_window_of_less_than_a_minute_is_not_halved(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", 50 * 1000);
    s->world->knobs.failed_per_mille = 1000;
    assert_int_equal(stage_run(s)->tasks_failed, 2);
}

static void a_window_of_more_than_a_minute_is_halved(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", 62 * 1000);
    s->world->knobs.failed_per_mille = 1000;
    assert_int_equal(stage_run(s)->tasks_failed, 4);
}

static void a_cancelled_task_is_not_fought_over(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", 10 * SIM_HOUR);
    s->world->knobs.cancelled_per_mille = 1000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(answer->tasks_failed, 1);
    assert_int_equal(answer->groups_failed, 1);
    assert_non_null(strstr(answer->problems[0].reason, " was cancelled"));
}

static void what_a_failed_task_wrote_is_deleted_and_counted(void **context) {
    stage *s = *context;
    const int stream = stage_add_stream(s, 0, "a", 10 * SIM_HOUR);
    for (int i = 0; i < 40; i++) stage_put_event(s, stream, i * SIM_MINUTE);
    s->befall = fail_first_tasks;
    const exporter_answer *answer = stage_run(s);
    assert_true(answer->objects_deleted > 0);
    for (int i = 0; i < 2; i++) assert_int_equal(stage_objects(s, s->world->tasks[i].folder), 0);
    int kept = 0;
    for (int i = 2; i < s->world->task_count; i++) kept += stage_objects(s, s->world->tasks[i].folder);
    assert_int_equal(answer->objects, kept);
    stage_finish(s);
}

/* ---- a task that is asked about ---- */

static void a_task_is_asked_about_ever_more_rarely_but_each_five_seconds(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.pending_ms = 0;
    s->world->knobs.running_ms = 0;
    stage_run(s);
    const int quick = stage_calls(s, "DescribeExportTasks");
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    s->world->knobs.slow_per_mille = 1000;
    s->world->dice.state = 3;
    const exporter_answer *answer = stage_run(s);
    const sim_task *task = stage_last_task(s);
    const int64_t took = task->ended_ms - task->created_ms;
    assert_int_equal(answer->tasks_completed, 1);
    assert_true(took > SIM_MINUTE);
    /* 0.25, 0.375, 0.56, 0.84, 1.27, 1.9, 2.85, 4.27 seconds, then 5. */
    assert_in_range(stage_calls(s, "DescribeExportTasks") - quick, (took - 12000) / 5020 + 6, took / 5000 + 9);
    assert_true(s->world->now_ms - task->ended_ms < 7000);
}

static bool is_poll(const sim_request *request) {
    return stage_asks(request, "DescribeExportTasks") && strstr(request->body, "taskId");
}

static sim_fault show_no_task(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth;
    if (!is_poll(request) || s->world->task_count > 1) return SIM_FAULT_NONE;
    (void)stage_refuse(request, reply, 200, "");
    text_clear(&reply->body);
    text_add(&reply->body, "{\"exportTasks\":[]}");
    return SIM_FAULT_ANSWERED;
}

static void a_task_that_is_not_listed_twenty_times_counts_as_failed(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = show_no_task;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_failed, 1);
    assert_int_equal(answer->tasks_created, 2);
    assert_int_equal(stage_objects(s, s->world->tasks[0].folder), 0);
    assert_in_range(s->world->tasks[1].created_ms - s->world->tasks[0].created_ms, 60000, 90000);
    stage_finish(s);
}

static sim_fault show_no_task_at_times(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    return nth % 15 ? show_no_task(s, request, nth, reply) : SIM_FAULT_NONE;
}

static void a_task_that_is_listed_again_in_between_is_waited_for(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.slow_per_mille = 1000;
    s->world->dice.state = 3;
    s->befall = show_no_task_at_times;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_failed, 0);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(answer->tasks_completed, 1);
}

static sim_fault deny_poll(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    return is_poll(request) ? stage_refuse(request, reply, 403, "AccessDeniedException") : SIM_FAULT_NONE;
}

static void a_run_that_may_not_ask_about_its_task_ends_and_leaves_it_in_flight(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = deny_poll;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_true(answer->task_in_flight);
    assert_non_null(strstr(answer->message, "asking about the export task"));
    assert_string_equal(stage_read_state(s)->flight.task_id.ptr, stage_last_task(s)->id);
    stage_finish(s);
}

static sim_fault throttle_polls(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s;
    if (!is_poll(request) || nth > 20) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "ThrottlingException");
}

static void a_task_that_cannot_be_asked_about_for_a_while_goes_on(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = throttle_polls;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(answer->tasks_failed, 0);
}

/* ---- names that are too long ---- */

static const char *long_name(stage *s, size_t len) {
    char *name = world_alloc(s->world, len + 1);
    memset(name, 'n', len);
    return name;
}

/* 1,024 bytes: the prefix, "/", the task's id of 36, "/", the stream's name, "/000000.gz". */
#define ROOM_FOR_PREFIX(name_len_) (1024 - 1 - 36 - 1 - (name_len_)-10)

static void keys_may_be_as_long_as_s3_takes(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "short", SIM_HOUR);
    stage_add_stream(s, 0, long_name(s, 500), SIM_HOUR);
    s->run.destination_prefix = long_name(s, ROOM_FOR_PREFIX(500));
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
}

static void keys_that_would_be_a_byte_too_long_fail_their_group(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "short", SIM_HOUR);
    stage_add_stream(s, 0, long_name(s, 500), SIM_HOUR);
    s->run.destination_prefix = long_name(s, ROOM_FOR_PREFIX(500) + 1);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(s->world->task_count, 0);
    assert_non_null(strstr(answer->problems[0].reason, "the keys would be longer than"));
}

static void a_stream_by_itself_counts_with_its_own_name(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "short", SIM_HOUR);
    stage_add_stream(s, 0, long_name(s, 500), SIM_HOUR);
    s->run.destination_prefix = long_name(s, ROOM_FOR_PREFIX(499));
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(s->world->task_count, 1);
    assert_string_equal(stage_last_task(s)->prefix, "short");
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->groups_exported, 1);
}

static void a_name_that_is_too_long_to_stand_in_the_key_twice_stands_there_once(void **context) {
    stage *s = *context;
    const char *name = long_name(s, 500);
    s->run.unit = EXPORTER_UNIT_STREAM;
    s->run.destination_prefix = "archive/{stream}";
    stage_add_stream(s, 0, name, SIM_HOUR);
    stage_add_stream(s, 0, "short", SIM_HOUR);
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->world->task_count, 2);
    for (int i = 0; i < 2; i++) {
        const sim_task *task = &s->world->tasks[i];
        assert_string_equal(task->destination_prefix, strcmp(task->prefix, name) == 0 ? "archive" : "archive/short");
    }
}

static void region_account_and_date_stand_in_the_key(void **context) {
    stage *s = *context;
    s->run.destination_prefix = "{account}/{region}/%Y-%m-%d";
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_run(s);
    assert_string_equal(stage_last_task(s)->destination_prefix, SIM_ACCOUNT "/" SIM_REGION "/2026-11-22");
}

/* ---- windows that are cut by date ---- */

static void cut_by_date(stage *s) {
    s->run.destination_prefix = "{data:%Y/%m/%d}/{group}";
    s->world->knobs.date_format = "%Y/%m/%d/app/";
}

/* The world begins on 2026-11-22 at ten. */
static int64_t end_of_first_day(const stage *s) {
    return s->world->groups[0].created_ms / SIM_DAY * SIM_DAY + SIM_DAY - 1;
}

static void a_window_of_several_days_is_cut_where_events_are(void **context) {
    stage *s = *context;
    const int64_t first_day = end_of_first_day(s);
    cut_by_date(s);
    const int stream = stage_add_stream(s, 0, "a", SIM_MINUTE);
    stage_wait(s, 3 * SIM_DAY);
    stage_put_event(s, stream, SIM_MINUTE);
    stage_wait(s, SIM_MINUTE);
    const exporter_answer *answer = stage_run(s);
    const sim_task *tasks = s->world->tasks;
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_created, 5); /* Until the first day, it, each day that may hold something. */
    assert_int_equal(tasks[0].from_ms, 0);
    assert_int_equal(tasks[0].to_ms, first_day - SIM_DAY);
    assert_int_equal(tasks[1].to_ms, first_day);
    assert_string_equal(tasks[1].destination_prefix, "2026/11/22/app/0");
    assert_int_equal(tasks[4].to_ms, answer->window_to_ms);
    assert_string_equal(tasks[4].destination_prefix, "2026/11/25/app/0");
    for (int i = 1; i < 5; i++) assert_int_equal(tasks[i].from_ms, tasks[i - 1].to_ms + 1);
    stage_finish(s);
}

static void where_no_window_may_end_before_its_group_was_made_the_first_day_takes_what_is_older(void **context) {
    stage *s = *context;
    const int64_t first_day = end_of_first_day(s);
    cut_by_date(s);
    s->world->knobs.refuses_before_creation = true;
    const int stream = stage_add_stream(s, 0, "a", SIM_MINUTE);
    stage_wait(s, SIM_DAY);
    stage_put_event(s, stream, SIM_MINUTE);
    stage_wait(s, SIM_MINUTE);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 3); /* One of them was refused. */
    assert_int_equal(s->world->task_count, 2);
    assert_int_equal(s->world->tasks[0].from_ms, 0);
    assert_int_equal(s->world->tasks[0].to_ms, first_day);
    assert_string_equal(s->world->tasks[0].destination_prefix, "2026/11/22/app/0");
    assert_int_equal(s->world->tasks[1].from_ms, first_day + 1);
    assert_int_equal(s->world->tasks[1].to_ms, answer->window_to_ms);
    stage_finish(s);
}

static void a_first_day_that_is_not_over_ends_at_the_horizon(void **context) {
    stage *s = *context;
    cut_by_date(s);
    s->world->knobs.refuses_before_creation = true;
    stage_add_stream(s, 0, "a", SIM_MINUTE);
    stage_wait(s, SIM_HOUR);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->world->task_count, 1);
    assert_int_equal(s->world->tasks[0].from_ms, 0);
    assert_int_equal(s->world->tasks[0].to_ms, answer->window_to_ms);
    stage_finish(s);
}

static sim_fault refuse_dated(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "CreateExportTask")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "ValidationException");
}

static void another_refusal_of_an_early_window_fails_the_group(void **context) {
    stage *s = *context;
    cut_by_date(s);
    stage_add_stream(s, 0, "a", SIM_MINUTE);
    stage_wait(s, SIM_DAY);
    s->befall = refuse_dated;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
    assert_int_equal(answer->groups_failed, 1);
}

/* It is not before that. */
static void a_refused_window_that_ends_as_its_group_is_made_is_not_joined_to_what_follows(void **context) {
    stage *s = *context;
    const int64_t day_before = end_of_first_day(s) - SIM_DAY;
    cut_by_date(s);
    stage_add_stream(s, 0, "a", SIM_MINUTE);
    s->world->groups[0].created_ms = day_before;
    stage_wait(s, SIM_DAY);
    s->befall = refuse_and_note_creation;
    assert_int_equal(stage_run(s)->groups_failed, 1);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
    assert_non_null(strstr(creation, world_format(s->world, "\"to\":%lld", (long long)day_before)));
}

/* A stream whose hints tell of no event yet holds one, in a day that seemed to hold none. */
static void a_window_that_holds_what_no_hint_told_of_is_exported_again_by_date(void **context) {
    stage *s = *context;
    cut_by_date(s);
    stage_add_stream(s, 0, "a", SIM_MINUTE);
    const int other = world_add_stream(s->world, 0, "b");
    s->world->streams[other].hint_lag_ms = 10 * SIM_DAY;
    stage_wait(s, 4 * SIM_DAY);
    stage_put_event(s, 0, SIM_MINUTE);
    stage_put_event(s, other, 10 * SIM_DAY);
    stage_wait(s, SIM_MINUTE);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_true(stage_said(s, "a window in which no event was expected holds some: exported again, cut by date") > 0);
    assert_int_equal(stage_objects(s, s->world->tasks[0].folder), 0);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->groups_failed, 0);
    stage_finish(s);
}

static sim_fault deny_deletes(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DeleteObject") && !stage_asks(request, "DeleteObjects")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 403, "AccessDenied");
}

static void where_nothing_may_be_deleted_it_stays_where_it_is(void **context) {
    stage *s = *context;
    cut_by_date(s);
    s->world->knobs.date_format = NULL; /* It stands under the window's last day. */
    stage_add_stream(s, 0, "a", SIM_MINUTE);
    const int other = world_add_stream(s->world, 0, "b");
    s->world->streams[other].hint_lag_ms = 10 * SIM_DAY;
    stage_wait(s, 4 * SIM_DAY);
    stage_put_event(s, other, 10 * SIM_DAY);
    stage_wait(s, SIM_MINUTE);
    s->befall = deny_deletes;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(stage_said(s, "a window in which no event was expected holds some: exported again, cut by date"),
                     0);
    assert_int_equal(stage_objects(s, s->world->tasks[0].folder), 1);
    stage_finish(s);
}

static size_t told_len; /* Of the prefix that the state told of when the task was asked for. */

static sim_fault look_at_state(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (stage_asks(request, "CreateExportTask")) told_len = stage_read_state(s)->flight.prefix.len;
    return SIM_FAULT_NONE;
}

static void a_name_that_tells_the_stream_needs_no_word_in_the_state(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, long_name(s, 400), SIM_HOUR);
    s->befall = look_at_state;
    told_len = 1;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(told_len, 0);
    stage_add_stream(s, 0, long_name(s, 500), SIM_HOUR);
    stage_wait(s, SIM_HOUR);
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(told_len, 500);
    assert_null(stage_read_state(s)->flight.task_name.ptr);
}

/* A stream's name of 500 characters does not fit into a task's name of 512 beside the rest. */
static void a_task_that_its_name_cannot_tell_is_told_by_the_state_before_it_exists(void **context) {
    stage *s = *context;
    const char *name = long_name(s, 500);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, name, SIM_HOUR);
    s->world->knobs.running_ms = 10 * SIM_MINUTE;
    s->world->dice.state = 3;
    s->run.timeout_ms = 15000;
    const exporter_answer *answer = stage_run(s);
    assert_true(answer->task_in_flight);
    assert_int_equal(stage_read_state(s)->flight.prefix.len, 500);
    assert_null(strstr(stage_last_task(s)->name, name));
    stage_wait(s, SIM_HOUR);
    s->run.timeout_ms = 0;
    answer = stage_run(s);
    assert_int_equal(answer->tasks_adopted, 1);
    assert_int_equal(answer->tasks_created, 0);
    stage_finish(s);
}

static bool is_creation_lost;

static sim_fault lose_creation_and_state(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    if (drop_first_creation(s, request, nth, reply) != SIM_FAULT_NONE) {
        is_creation_lost = true;
        return SIM_FAULT_RESET_BEFORE;
    }
    if (!is_creation_lost || !stage_asks(request, "PutObject") || !request_is_of_state(request)) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 403, "AccessDenied");
}

/* It was searched six times, and the next one, which the state cannot tell of, is not asked for. */
static void a_task_that_nobody_found_is_not_in_flight_where_the_next_one_cannot_be_told_of(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, long_name(s, 500), SIM_HOUR);
    is_creation_lost = false;
    s->befall = lose_creation_and_state;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
    assert_false(answer->task_in_flight);
    s->befall = NULL;
    stage_wait(s, SIM_HOUR);
    stage_finish(s);
}

#define SLOT_TEST(name_) cmocka_unit_test_setup_teardown(name_, stage_set_up, stage_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        SLOT_TEST(a_first_window_reaches_from_the_beginning_of_time_to_the_horizon),
        SLOT_TEST(the_next_window_begins_a_millisecond_behind_the_last),
        SLOT_TEST(a_throttled_creation_is_asked_for_again_with_pauses_that_double),
        SLOT_TEST(a_creation_that_stays_throttled_is_given_up_after_eight_tries),
        SLOT_TEST(pauses_differ_from_run_to_run),
        SLOT_TEST(a_groups_task_is_asked_for_without_a_prefix),
        SLOT_TEST(a_created_task_is_asked_about_and_not_searched),
        SLOT_TEST(a_creation_that_was_never_sent_is_asked_for_again_and_not_searched),
        SLOT_TEST(a_refused_creation_fails_its_group_at_once),
        SLOT_TEST(a_group_that_is_deleted_meanwhile_is_nobodys_failure),
        SLOT_TEST(a_task_whose_answer_was_lost_is_found_by_its_name),
        SLOT_TEST(a_task_that_is_found_was_asked_for_when_it_was_created),
        SLOT_TEST(a_task_that_nobody_finds_is_searched_six_times_and_then_asked_for_again),
        SLOT_TEST(a_created_task_without_an_id_is_one_whose_answer_was_lost),
        SLOT_TEST(a_taken_slot_is_asked_for_ever_more_rarely_and_its_holder_is_named_once),
        SLOT_TEST(pauses_before_a_taken_slot_grow_by_a_second_seven_times),
        SLOT_TEST(a_slot_whose_holder_is_not_listed_is_waited_for),
        SLOT_TEST(a_slot_that_gets_free_is_used),
        SLOT_TEST(a_slot_that_the_runs_own_task_holds_is_waited_for_as_that),
        SLOT_TEST(a_window_whose_task_failed_twice_is_halved),
        SLOT_TEST(a_window_is_halved_four_times_and_given_up_then),
        SLOT_TEST(a_window_of_less_than_a_minute_is_not_halved),
        SLOT_TEST(a_window_of_more_than_a_minute_is_halved),
        SLOT_TEST(a_cancelled_task_is_not_fought_over),
        SLOT_TEST(what_a_failed_task_wrote_is_deleted_and_counted),
        SLOT_TEST(a_task_is_asked_about_ever_more_rarely_but_each_five_seconds),
        SLOT_TEST(a_task_that_is_not_listed_twenty_times_counts_as_failed),
        SLOT_TEST(a_task_that_is_listed_again_in_between_is_waited_for),
        SLOT_TEST(a_run_that_may_not_ask_about_its_task_ends_and_leaves_it_in_flight),
        SLOT_TEST(a_task_that_cannot_be_asked_about_for_a_while_goes_on),
        SLOT_TEST(keys_may_be_as_long_as_s3_takes),
        SLOT_TEST(keys_that_would_be_a_byte_too_long_fail_their_group),
        SLOT_TEST(a_stream_by_itself_counts_with_its_own_name),
        SLOT_TEST(a_name_that_is_too_long_to_stand_in_the_key_twice_stands_there_once),
        SLOT_TEST(region_account_and_date_stand_in_the_key),
        SLOT_TEST(a_window_of_several_days_is_cut_where_events_are),
        SLOT_TEST(where_no_window_may_end_before_its_group_was_made_the_first_day_takes_what_is_older),
        SLOT_TEST(a_first_day_that_is_not_over_ends_at_the_horizon),
        SLOT_TEST(another_refusal_of_an_early_window_fails_the_group),
        SLOT_TEST(a_refused_window_that_ends_as_its_group_is_made_is_not_joined_to_what_follows),
        SLOT_TEST(a_window_that_holds_what_no_hint_told_of_is_exported_again_by_date),
        SLOT_TEST(where_nothing_may_be_deleted_it_stays_where_it_is),
        SLOT_TEST(a_name_that_tells_the_stream_needs_no_word_in_the_state),
        SLOT_TEST(a_task_that_its_name_cannot_tell_is_told_by_the_state_before_it_exists),
        SLOT_TEST(a_task_that_nobody_found_is_not_in_flight_where_the_next_one_cannot_be_told_of),
        SLOT_TEST(a_creation_that_meets_passing_trouble_is_asked_for_again),
        SLOT_TEST(of_a_group_that_is_deleted_meanwhile_nothing_more_is_asked_for),
        SLOT_TEST(whoever_holds_the_slot_is_named_whatever_it_is_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
