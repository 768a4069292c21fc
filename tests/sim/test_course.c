/* How a run comes on its way and how it ends: what it has looked at, what it says that waits, and that nothing is lost
 * where memory is missing. */
#include "stage.h"
#include "torture.h"

#include <stdio.h>
#include <string.h>

static int add_group(stage *s, const char *name, int64_t age_ms) {
    const int group = world_add_group(s->world, name, true);
    stage_add_stream(s, group, "a", age_ms);
    return group;
}

static void slow_task_after(stage *s) {
    s->world->knobs.slow_per_mille = 1000;
    s->world->dice.state = 3;
}

static sim_fault refuse(stage *s, const sim_request *request, sim_reply *reply, const char *operation) {
    (void)s;
    if (!stage_asks(request, operation)) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

/* ---- before it begins ---- */

static void of_two_groups_the_one_whose_events_expire_first_goes_first(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->groups[add_group(s, "app/1", SIM_HOUR)].retention_days = 7;
    assert_int_equal(stage_run(s)->tasks_completed, 2);
    assert_string_equal(s->world->tasks[0].group_name, "app/1");
    assert_string_equal(s->world->tasks[1].group_name, "app/0");
}

static void check_not_begun(const stage *s) {
    const exporter_answer *answer = &s->result.answer;
    assert_false(answer->lag_is_known);
    assert_int_equal(answer->groups_waiting, 0);
    assert_int_equal(stage_calls(s, "PutObject"), 0);
    assert_int_equal(stage_calls(s, "DescribeExportTasks"), 0);
}

static sim_fault lose_bucket(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "HeadBucket")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 404, "");
}

static void a_run_without_its_bucket_has_looked_at_nothing(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = lose_bucket;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    check_not_begun(s);
}

static void put_state(stage *s, const char *text) {
    s->world->state_saved = NULL; /* The judge has seen no such save. */
    world_put_text(s->world, SIM_STATE_KEY, text, strlen(text));
}

static void a_run_whose_state_is_damaged_has_looked_at_nothing(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    put_state(s, "{\"format\":\"x\"}");
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_FAILED);
    check_not_begun(s);
}

static void a_state_of_another_account_is_left_as_it_is(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    put_state(s, "{\"format\":\"cloudwatch-logs-s3-exporter/state\",\"version\":1,\"id\":\"0123456789abcdef\","
                 "\"groups\":[{\"LogGroupArn\":\"arn:aws:logs:" SIM_REGION ":999999999999:log-group:app/0\","
                 "\"CreatedAt\":1,\"ExportedAt\":2}]}");
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_non_null(strstr(answer->message, "is of the account 999999999999 and the log groups are of " SIM_ACCOUNT));
    check_not_begun(s);
}

/* ---- on its way ---- */

static sim_fault refuse_first_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    return nth == 1 ? refuse(s, request, reply, "CreateExportTask") : SIM_FAULT_NONE;
}

/* None waited when the first was given up. */
static void a_group_behind_one_that_failed_is_exported(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    add_group(s, "app/1", SIM_HOUR);
    s->befall = refuse_first_creation;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->groups_waiting, 0);
    assert_string_equal(stage_last_task(s)->group_name, "app/1");
}

static sim_fault take_long_for_first_page(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (stage_asks(request, "DescribeLogStreams") && nth == 1) stage_wait(s, 77000);
    return SIM_FAULT_NONE;
}

/* They would be one group again, if what was listed were all. */
static void streams_that_were_not_listed_to_their_end_do_not_meet(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_AUTO;
    s->run.timeout_ms = 100000;
    s->world->knobs.page_size = 1;
    s->befall = take_long_for_first_page;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_calls(s, "DescribeLogStreams"), 1);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(answer->groups_waiting, 1);
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 2);
    s->befall = NULL;
    s->run.timeout_ms = 0;
    stage_run(s);
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 0);
    stage_finish(s);
}

static void news_for_all(stage *s) {
    for (int i = 0; i < s->world->stream_count; i++) stage_put_event(s, i, 0);
    stage_wait(s, SIM_HOUR);
}

static struct {
    int tasks;
    int64_t end_ms;
} last_close;

/* The time is up, but for the reserve, while the window of the second task from there on is closed. */
static sim_fault take_long_for_last_folder(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (stage_asks(request, "ListObjectsV2") && s->world->task_count == last_close.tasks &&
        s->world->now_ms < last_close.end_ms)
        world_advance(s->world, last_close.end_ms);
    return SIM_FAULT_NONE;
}

/* Streams that are where they were to meet, and the run had no time to say so. All have news. */
static void begin_with_streams_that_are_there(stage *s) {
    stage_add_stream(s, 0, "w-1", SIM_HOUR);
    stage_add_stream(s, 0, "w-2", SIM_HOUR);
    const int ahead = stage_add_stream(s, 0, "z", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_put_event(s, ahead, 0);
    stage_wait(s, SIM_HOUR);
    stage_run(s);
    news_for_all(s);
    s->run.unit = EXPORTER_UNIT_AUTO;
    s->run.timeout_ms = SIM_HOUR;
    last_close.tasks = s->world->task_count + 2;
    last_close.end_ms = s->world->now_ms + SIM_HOUR - 27000;
    s->befall = take_long_for_last_folder;
    stage_run(s);
    s->befall = NULL;
    s->run.timeout_ms = 0;
    news_for_all(s);
}

static void streams_that_are_where_they_meet_go_on_as_one_at_once(void **context) {
    stage *s = *context;
    begin_with_streams_that_are_there(s);
    const int64_t meeting = s->result.answer.window_to_ms;
    assert_int_equal(s->result.answer.outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(s->result.answer.tasks_completed, 2);
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 3);
    assert_int_equal(s->state.groups[0]->converge_to, meeting);
    stage_add_stream(s, 0, "n", SIM_HOUR / 2);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->groups_young, 0);
    assert_int_equal(answer->next_due_ms, 0);
    assert_true(task_is_of_group(stage_last_task(s)));
    assert_int_equal(stage_last_task(s)->from_ms, meeting + 1);
    stage_finish(s);
}

static sim_fault take_long_to_list(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (stage_asks(request, "DescribeLogStreams")) stage_wait(s, 10 * SIM_MINUTE);
    return SIM_FAULT_NONE;
}

/* A day later the hints of its first event are believed: a day after it was planned so, not after the run began. */
static void since_when_a_stream_is_owed_something_is_told_by_the_time_of_the_plan(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    stage_run(s);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_AUTO;
    s->befall = take_long_to_list;
    assert_int_equal(stage_run(s)->tasks_created, 0);
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 1);
    assert_in_range(s->state.groups[0]->streams[0].since_ms, s->world->now_ms - 5 * SIM_MINUTE, s->world->now_ms);
    s->befall = NULL;
    stage_finish(s);
}

static void want_a_tag(exporter_settings *settings) {
    static const exporter_tag TAGS[] = {{SMITHY_STR_INIT("team"), SMITHY_STR_INIT("a")}};
    settings->group_tags = (exporter_tag_list){TAGS, 1};
}

static sim_fault give_no_tags(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "ListTagsForResource") ? SIM_FAULT_HANG_BEFORE : SIM_FAULT_NONE;
}

/* It could not be exported in any case. But nobody knows yet whether it was to be. */
static void a_group_of_another_class_whose_tags_were_not_read_in_time_waits(void **context) {
    stage *s = *context;
    s->world->groups[0].is_standard = false;
    s->set = want_a_tag;
    s->befall = give_no_tags;
    s->run.timeout_ms = 15000;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_int_equal(answer->groups_waiting, 1);
    assert_int_equal(answer->groups_left_out, 0);
    assert_int_equal(answer->problem_count, 0);
}

/* ---- what waits ---- */

static sim_fault refuse_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth;
    return refuse(s, request, reply, "CreateExportTask");
}

static void what_could_not_be_exported_waits(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = refuse_creation;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->groups_failed, 1);
    assert_in_range(answer->lag_ms, SIM_HOUR, SIM_HOUR + SIM_MINUTE);
    s->befall = NULL;
    assert_int_equal(stage_run(s)->lag_ms, 0);
}

static void what_is_older_than_what_is_in_flight_waits_longer(void **context) {
    stage *s = *context;
    s->world->groups[0].retention_days = 7;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    add_group(s, "app/1", 5 * SIM_HOUR);
    slow_task_after(s);
    s->run.timeout_ms = 30000;
    const exporter_answer *answer = stage_run(s);
    assert_true(answer->task_in_flight);
    assert_string_equal(stage_last_task(s)->group_name, "app/0");
    assert_in_range(answer->lag_ms, 5 * SIM_HOUR, 5 * SIM_HOUR + SIM_MINUTE);
}

/* It belongs to no group of this run, which has come to none yet. When its first event was the state does not tell: at
 * the group's making, at the earliest. */
static void what_an_earlier_run_left_in_flight_waits(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    slow_task_after(s);
    s->run.timeout_ms = 30000;
    assert_true(stage_run(s)->task_in_flight);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(s->world->task_count, 1);
    assert_true(answer->task_in_flight);
    const int64_t age_ms = s->world->now_ms - s->world->groups[0].created_ms;
    assert_in_range(answer->lag_ms, age_ms - 5000, age_ms);
    assert_false(answer->lag_is_known);
    s->run.timeout_ms = 0;
    stage_finish(s);
}

/* ---- late events ---- */

/* The hints tell of them: what came last is no younger than what is archived, and came since. */
static void streams_that_got_events_behind_what_is_archived_are_counted(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    assert_int_equal(stage_run(s)->late_streams, 0);
    stage_wait(s, SIM_HOUR);
    stage_put_event(s, 0, 3 * SIM_HOUR);
    stage_wait(s, SIM_HOUR);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->late_streams, 1);
    assert_int_equal(stage_said(s, "streams got events behind what is archived"), 1);
}

static void sweep(stage *s) {
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_run(s);
    stage_wait(s, SIM_DAY);
    s->run.sweeps = true;
    s->run.late_horizon_ms = 3 * SIM_DAY;
}

static sim_fault refuse_first_search(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    return nth == 1 ? refuse(s, request, reply, "FilterLogEvents") : SIM_FAULT_NONE;
}

static void a_group_that_could_not_be_searched_is_told_as_such(void **context) {
    stage *s = *context;
    sweep(s);
    s->befall = refuse_first_search;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->late_groups_failed, 1);
    assert_non_null(strstr(answer->message, "1 of 1 groups could not be searched for late events: app/0: "));
}

static sim_fault take_long_for_first_search(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (stage_asks(request, "FilterLogEvents") && nth == 1) stage_wait(s, 77000);
    return SIM_FAULT_NONE;
}

static void a_group_that_was_not_searched_in_time_waits(void **context) {
    stage *s = *context;
    sweep(s);
    s->run.timeout_ms = 100000;
    s->befall = take_long_for_first_search;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->late_groups_left, 1);
    assert_int_equal(answer->groups_waiting, 0);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_string_equal(answer->message,
                        "the time was up: 1 groups wait to be searched for late events; the next run goes on");
}

/* ---- where memory is missing ---- */

typedef void scene(stage *s);

static int earlier; /* The task of an earlier run. */

/* Of the pieces of memory that the run takes each `step`-th is missing once. Who says that all is done has done it all,
 * and the run of which one says that it failed has not only lost a group of many: for the next one the memory is
 * missing, too. */
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
        if (answer->outcome != EXPORTER_OUTCOME_FAILED) {
            judge(s);
            continue;
        }
        failed++;
        if (!strstr(answer->message, "memory")) fail_msg("piece %zu: %s", at, answer->message);
    }
    assert_true(failed > 30);
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
    assert_int_equal(s->result.answer.outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->result.answer.tasks_completed, 1);
}

static void where_memory_is_missing_for_a_group_the_run_fails(void **context) {
    fail_each(context, prepare_tags, judge_tags, 1);
}

static void prepare_met(stage *s) {
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_AUTO;
}

static void judge_met(stage *s) {
    assert_int_equal(s->result.answer.outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 0);
    assert_int_equal(s->result.answer.groups_idle, 1);
}

static void where_memory_is_missing_streams_meet_or_the_run_fails(void **context) {
    fail_each(context, prepare_met, judge_met, 1);
}

static void judge_gone_on(stage *s) {
    assert_int_equal(s->result.answer.outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->result.answer.tasks_completed, 1);
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 0);
}

static void where_memory_is_missing_streams_that_met_go_on_as_one_or_the_run_fails(void **context) {
    fail_each(context, begin_with_streams_that_are_there, judge_gone_on, 2);
}

static sim_fault hide_stream_once(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (stage_asks(request, "DescribeLogStreams")) s->world->streams[0].deleted = nth == 1;
    return SIM_FAULT_NONE;
}

/* A task of an earlier run whose stream the first listing misses: what it wrote goes, and is exported again. */
static void prepare_missed(stage *s) {
    stage_run(s);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_wait(s, SIM_HOUR);
    earlier = stage_plant(s, &(stage_planted){.kind = STATE_UNIT_STREAM,
                                              .group = "app/0",
                                              .prefix = "a",
                                              .to_ms = s->world->now_ms,
                                              .fate = SIM_TASK_COMPLETED});
    s->befall = hide_stream_once;
}

static void judge_missed(stage *s) {
    assert_int_equal(s->result.answer.outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->result.answer.tasks_completed, 1);
    assert_int_equal(stage_objects_of(s, earlier), 0);
    assert_int_equal(stage_objects(s, stage_last_task(s)->folder), 1);
}

static void where_memory_is_missing_nothing_comes_twice(void **context) {
    fail_each(context, prepare_missed, judge_missed, 1);
}

static sim_fault let_late_objects_appear(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (!stage_asks(request, "DescribeExportTasks") || !strstr(request->body, "taskId")) return SIM_FAULT_NONE;
    if (s->world->task_count == 2 && nth > 0) stage_wait(s, SIM_HOUR);
    return SIM_FAULT_NONE;
}

/* The stream's own task finds, when it ends, that the group's holds it after all. */
static void prepare_overtaken(stage *s) {
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_let_objects_be_late(s, SIM_HOUR);
    stage_run(s);
    stage_let_objects_be_late(s, 0);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_MINUTE);
    s->befall = let_late_objects_appear;
    s->run.unit = EXPORTER_UNIT_STREAM;
}

static void judge_overtaken(stage *s) {
    assert_int_equal(s->result.answer.outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->result.answer.tasks_created, 2);
    assert_int_equal(s->result.answer.tasks_completed, 1);
}

static void where_memory_is_missing_a_group_that_is_overtaken_is_planned_anew_or_the_run_fails(void **context) {
    fail_each(context, prepare_overtaken, judge_overtaken, 1);
}

/* A task in flight whose name does not tell its stream: the state must. */
static void prepare_flight(stage *s) {
    char *name = world_alloc(s->world, 501);
    memset(name, 'n', 500);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, name, SIM_HOUR);
    slow_task_after(s);
    s->run.timeout_ms = 15000;
}

static void judge_flight(stage *s) {
    assert_int_equal(s->result.answer.outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_true(s->result.answer.task_in_flight);
    assert_string_equal(stage_read_state(s)->flight.task_id.ptr, stage_last_task(s)->id);
}

static void where_memory_is_missing_for_the_task_in_flight_the_run_fails(void **context) {
    fail_each(context, prepare_flight, judge_flight, 1);
}

/* Not of the pieces, but of the blocks that they are taken from. */
static void where_a_block_is_missing_the_run_fails_or_does_it_all(void **context) {
    int64_t total = 0;
    if (torture_is_wanted()) return;
    for (int64_t at = 0; at <= total; at++) {
        stage_tear_down(context);
        stage_set_up(context);
        stage *s = *context;
        stage_add_stream(s, 0, "a", SIM_HOUR);
        s->run.fail_allocation = at;
        const exporter_answer *answer = stage_run(s);
        if (at == 0) total = s->result.allocations;
        if (answer->outcome == EXPORTER_OUTCOME_DONE)
            assert_int_equal(answer->tasks_completed, 1);
        else
            assert_int_equal(answer->outcome, EXPORTER_OUTCOME_FAILED);
    }
    assert_true(total > 10);
}

#define STORY(name_) cmocka_unit_test_setup_teardown(name_, stage_set_up, stage_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORY(of_two_groups_the_one_whose_events_expire_first_goes_first),
        STORY(a_run_without_its_bucket_has_looked_at_nothing),
        STORY(a_run_whose_state_is_damaged_has_looked_at_nothing),
        STORY(a_state_of_another_account_is_left_as_it_is),
        STORY(a_group_behind_one_that_failed_is_exported),
        STORY(streams_that_were_not_listed_to_their_end_do_not_meet),
        STORY(streams_that_are_where_they_meet_go_on_as_one_at_once),
        STORY(since_when_a_stream_is_owed_something_is_told_by_the_time_of_the_plan),
        STORY(a_group_of_another_class_whose_tags_were_not_read_in_time_waits),
        STORY(what_could_not_be_exported_waits),
        STORY(what_is_older_than_what_is_in_flight_waits_longer),
        STORY(what_an_earlier_run_left_in_flight_waits),
        STORY(streams_that_got_events_behind_what_is_archived_are_counted),
        STORY(a_group_that_could_not_be_searched_is_told_as_such),
        STORY(a_group_that_was_not_searched_in_time_waits),
        STORY(where_memory_is_missing_for_a_group_the_run_fails),
        STORY(where_memory_is_missing_streams_meet_or_the_run_fails),
        STORY(where_memory_is_missing_streams_that_met_go_on_as_one_or_the_run_fails),
        STORY(where_memory_is_missing_nothing_comes_twice),
        STORY(where_memory_is_missing_a_group_that_is_overtaken_is_planned_anew_or_the_run_fails),
        STORY(where_memory_is_missing_for_the_task_in_flight_the_run_fails),
        STORY(where_a_block_is_missing_the_run_fails_or_does_it_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
