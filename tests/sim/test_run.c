/* A whole run: in which order it works, how long it holds the state, and what it answers. */
#include "stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int add_group(stage *s, const char *name, int retention_days, int64_t age_ms) {
    const int group = world_add_group(s->world, name, true);
    s->world->groups[group].retention_days = retention_days;
    if (age_ms >= 0) stage_add_stream(s, group, "a", age_ms);
    return group;
}

static const char *group_of_task(const stage *s, int task) {
    return s->world->tasks[task].group_name;
}

static bool is_of_state(const sim_request *request) {
    return request->service == SIM_S3 && strcmp(request->key, SIM_STATE_KEY) == 0;
}

/* ---- the order ---- */

static void the_group_whose_events_expire_first_goes_first(void **context) {
    stage *s = *context;
    add_group(s, "app/1", 0, SIM_HOUR);
    add_group(s, "app/2", 30, SIM_HOUR);
    add_group(s, "app/3", 7, SIM_HOUR);
    add_group(s, "app/4", 30, SIM_HOUR);
    stage_run(s);
    assert_int_equal(s->world->task_count, 4);
    assert_string_equal(group_of_task(s, 0), "app/3");
    assert_string_equal(group_of_task(s, 1), "app/2");
    assert_string_equal(group_of_task(s, 2), "app/4");
    assert_string_equal(group_of_task(s, 3), "app/1");
}

static void what_is_archived_already_does_not_make_a_group_urgent(void **context) {
    stage *s = *context;
    const int first = add_group(s, "app/1", 9, SIM_HOUR), second = add_group(s, "app/2", 10, -1);
    stage_run(s); /* Of app/1 all is archived now. */
    stage_wait(s, 3 * SIM_DAY);
    stage_run(s);
    stage_put_event(s, s->world->groups[first].streams.items[0], 0);
    stage_wait(s, SIM_HOUR);
    stage_run(s); /* So that its watermark is four days behind its creation. */
    stage_put_event(s, s->world->groups[first].streams.items[0], 0);
    stage_add_stream(s, second, "a", SIM_MINUTE);
    stage_wait(s, SIM_HOUR);
    const int before = s->world->task_count;
    stage_run(s);
    assert_int_equal(s->world->task_count, before + 2);
    assert_string_equal(group_of_task(s, before), "app/2");
}

static void three_groups_are_planned_ahead_and_no_more(void **context) {
    stage *s = *context;
    char name[16];
    for (int i = 1; i < 8; i++) {
        snprintf(name, sizeof name, "app/%d", i);
        add_group(s, name, 0, SIM_HOUR);
    }
    s->world->knobs.slow_per_mille = 1000;
    s->world->dice.state = 3;
    s->run.timeout_ms = SIM_MINUTE;
    const exporter_answer *answer = stage_run(s);
    assert_true(answer->task_in_flight);
    assert_int_equal(answer->groups_matched, 8);
    /* The empty app/0, and three that wait for the slot. */
    assert_int_equal(stage_calls(s, "DescribeLogStreams"), 4);
    assert_int_equal(answer->groups_waiting, 7);
    assert_int_equal(answer->groups_empty, 1);
    assert_int_equal(answer->streams_seen, 3);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_WORK_REMAINS);
    assert_string_equal(answer->message,
                        "the time was up: 7 groups wait and a task is in flight; the next run goes on");
}

/* ---- counts ---- */

static void each_group_is_counted_once_by_what_became_of_it(void **context) {
    stage *s = *context;
    s->run.settle_ms = SIM_HOUR;
    add_group(s, "app/due", 0, 2 * SIM_HOUR);
    add_group(s, "app/young", 0, SIM_MINUTE);
    add_group(s, "app/empty", 0, -1);
    s->world->groups[add_group(s, "app/rare", 0, 2 * SIM_HOUR)].is_standard = false;
    world_add_group(s->world, "else/1", true);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->groups_matched, 5);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->groups_young, 1);
    assert_int_equal(answer->groups_empty, 2);
    assert_int_equal(answer->groups_left_out, 1);
    assert_int_equal(answer->groups_idle, 0);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->groups_waiting, 0);
    assert_int_equal(answer->streams_seen, 2);
    assert_int_equal(answer->streams_exported, 1);
    assert_int_equal(answer->objects, 1);
    assert_true(answer->bytes > 0);
    assert_int_equal(answer->problem_count, 1);
    assert_string_equal(answer->problems[0].group, "app/rare");
    assert_string_equal(answer->problems[0].reason, "only groups of the Standard class can be exported");
    answer = stage_run(s);
    assert_int_equal(answer->groups_idle, 1);
    assert_int_equal(answer->groups_exported, 0);
}

static void objects_and_bytes_are_those_of_the_archive(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    s->world->knobs.events_per_object = 1;
    const int first = stage_add_stream(s, 0, "a", SIM_HOUR), second = stage_add_stream(s, 0, "a-2", SIM_HOUR);
    for (int i = 0; i < 3; i++) stage_put_event(s, first, i);
    stage_put_event(s, second, 9);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_completed, 2);
    assert_int_equal(answer->objects, 6);
    assert_int_equal(answer->streams_exported, 2);
    assert_int_equal(answer->objects_deleted, 2); /* What the task of "a" took along. */
    int64_t of_first = 0, of_second = 0;
    const char *ledger = stage_ledger(s), *at = strstr(ledger, "\"Type\":\"task\"");
    assert_non_null(at);
    assert_int_equal(sscanf(strstr(at, "\"Bytes\":"), "\"Bytes\":%" SCNd64, &of_first), 1);
    at = strstr(at + 1, "\"Type\":\"task\"");
    assert_non_null(at);
    assert_int_equal(sscanf(strstr(at, "\"Bytes\":"), "\"Bytes\":%" SCNd64, &of_second), 1);
    assert_int_equal(answer->bytes, of_first + of_second);
    assert_int_equal(of_first, 2 * of_second);
}

static void the_next_event_to_fall_due_is_told(void **context) {
    stage *s = *context;
    s->run.settle_ms = SIM_HOUR;
    stage_add_stream(s, 0, "a", 10 * SIM_MINUTE);
    const int64_t first = s->world->events[0].timestamp;
    stage_add_stream(s, 0, "b", 5 * SIM_MINUTE);
    add_group(s, "app/1", 0, 7 * SIM_MINUTE);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->groups_young, 2);
    assert_int_equal(answer->next_due_ms, first + SIM_HOUR);
    /* The world begins on 2026-11-22 at ten. */
    assert_non_null(strstr(answer->message, "all that came is younger than SettleDelay (1h)"));
    assert_non_null(strstr(answer->message, "falls due at 2026-11-22T10:50:00Z"));
    stage_add_stream(s, add_group(s, "app/2", 0, -1), "a", 2 * SIM_HOUR);
    answer = stage_run(s);
    assert_int_equal(answer->tasks_completed, 1);
    assert_string_equal(answer->message, ""); /* It has something to show for itself. */
}

static void a_run_that_matches_no_group_says_what_to_change(void **context) {
    stage *s = *context;
    s->world->groups[0].deleted = true;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->groups_matched, 0);
    assert_non_null(strstr(answer->message, "no log group in " SIM_REGION " starts with any of"));
    assert_non_null(strstr(answer->message, "first \"app\""));
}

static void a_run_with_nothing_to_do_has_nothing_to_say(void **context) {
    stage *s = *context;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_string_equal(answer->message, "");
    assert_int_equal(answer->next_due_ms, 0);
    assert_true(answer->duration_ms > 0);
    assert_in_range(s->result.duration_ms - answer->duration_ms, 0, 10);
}

static void a_group_of_which_a_part_is_archived_counts_as_exported(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->world->knobs.running_ms = 2 * SIM_MINUTE;
    s->run.timeout_ms = SIM_HOUR;
    for (uint64_t dice = 1; s->result.answer.groups_exported == 0 && dice < 50; dice++) {
        s->world->dice.state = dice;
        s->run.timeout_ms = 30000 + 5000 * (int64_t)dice;
        stage_run(s);
        if (!s->result.answer.task_in_flight) stage_wait(s, SIM_MINUTE);
    }
    assert_int_equal(s->result.answer.groups_exported, 1);
    assert_int_equal(s->result.answer.groups_waiting + s->result.answer.groups_idle + s->result.answer.groups_exported -
                         (s->result.answer.tasks_adopted > 0),
                     1 + (s->result.answer.groups_waiting > 0 && s->result.answer.tasks_adopted == 0));
}

/* ---- failures ---- */

static sim_fault deny_second_listing(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s;
    if (!stage_asks(request, "DescribeLogStreams") || nth < 2) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "AccessDeniedException");
}

static sim_fault deny_listings(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth;
    return deny_second_listing(s, request, 2, reply);
}

static sim_fault lose_group(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DescribeLogStreams")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "ResourceNotFoundException");
}

static sim_fault fail_listings(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DescribeLogStreams")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

static void a_group_that_cannot_be_listed_fails_and_others_go_on(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    add_group(s, "app/1", 0, SIM_HOUR);
    s->befall = deny_second_listing;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->groups_idle, 0);
    assert_string_equal(answer->problems[0].group, "app/1");
    assert_non_null(strstr(answer->problems[0].reason, "listing its streams: "));
    assert_non_null(strstr(answer->message, "1 of 2 groups could not be exported: app/1: "));
}

static void where_no_group_may_be_listed_something_is_to_be_changed(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    add_group(s, "app/1", 0, SIM_HOUR);
    s->befall = deny_listings;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_int_equal(answer->groups_failed, 2);
}

static void trouble_that_no_setting_mends_is_no_configuration(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = fail_listings;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 1);
}

static void a_group_that_was_deleted_before_its_listing_is_idle(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = lose_group;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->groups_idle, 1);
    assert_int_equal(answer->groups_failed, 0);
    assert_int_equal(answer->problem_count, 0);
}

static sim_fault deny_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "CreateExportTask")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "AccessDeniedException");
}

static void where_no_task_may_be_created_something_is_to_be_changed(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = deny_creation;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_int_equal(s->result.answer.groups_failed, 1);
}

static sim_fault deny_groups(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DescribeLogGroups")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "AccessDeniedException");
}

static void a_run_that_may_not_list_groups_changes_nothing(void **context) {
    stage *s = *context;
    s->befall = deny_groups;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_non_null(strstr(answer->message, "listing the log groups: "));
    assert_int_equal(stage_calls(s, "PutObject"), 0);
}

static void streams_at_different_watermarks_fail_where_only_groups_are_exported(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_GROUP;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->tasks_created, 0);
    assert_non_null(strstr(answer->problems[0].reason, "its streams stand at different watermarks"));
    s->run.unit = EXPORTER_UNIT_AUTO;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->result.answer.groups_exported, 1);
    assert_int_equal(s->result.answer.groups_failed, 0);
    stage_finish(s);
}

/* ---- one run at a time ---- */

static sim_run other_run(const stage *s) {
    sim_run other = s->run;
    other.name = "B";
    other.seed = 99;
    other.watcher = NULL;
    return other;
}

static void a_run_beside_another_does_nothing(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    const sim_run other = other_run(s);
    s->run.nested = &other;
    s->run.nested_at = 8;
    const exporter_answer *answer = stage_run(s);
    assert_true(s->result.nested_ran);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->result.nested_answer.outcome, EXPORTER_OUTCOME_BUSY);
    assert_int_equal(s->result.nested_answer.tasks_created, 0);
    assert_non_null(strstr(s->result.nested_answer.message, "works on the state s3://"));
    assert_int_equal(s->world->task_count, 1);
}

/* Killed as soon as its task is there. */
static void kill_run(stage *s, int64_t timeout_ms) {
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_run(s);
    int64_t before = 0;
    for (s->run.kill_at = 1; s->result.answer.tasks_created == 0 || before == 0; s->run.kill_at++) {
        stage_put_event(s, 0, 0);
        stage_wait(s, SIM_HOUR);
        s->run.timeout_ms = timeout_ms;
        before = s->world->task_count;
        stage_run(s);
        if (s->world->task_count > before) break;
    }
    assert_true(s->result.was_killed);
    s->run.kill_at = 0;
    s->run.timeout_ms = 0;
}

static void a_lease_without_a_deadline_lasts_a_minute(void **context) {
    stage *s = *context;
    kill_run(s, 0);
    const int64_t left = stage_read_state(s)->lease.until_ms - s->world->now_ms;
    assert_in_range(left, 50000, 60000);
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_BUSY);
    assert_int_equal(stage_calls(s, "PutObject"), 0);
    stage_wait(s, left + 1000); /* A run knows the time to the second. */
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    stage_finish(s);
}

static void a_lease_lasts_ten_seconds_longer_than_the_deadline(void **context) {
    stage *s = *context;
    kill_run(s, 10 * SIM_MINUTE);
    const int64_t until = stage_read_state(s)->lease.until_ms;
    assert_in_range(until - s->world->now_ms, 10 * SIM_MINUTE, 10 * SIM_MINUTE + 10000);
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_BUSY);
    stage_wait(s, until - s->world->now_ms + 1000); /* A run knows the time to the second. */
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    stage_finish(s);
}

static int state_saves;

static sim_fault count_saves(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    state_saves += is_of_state(request) && stage_asks(request, "PutObject");
    return SIM_FAULT_NONE;
}

static void a_run_without_a_deadline_renews_its_lease_each_half_minute(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.pending_ms = s->world->knobs.running_ms = 0;
    s->befall = count_saves;
    state_saves = 0;
    stage_run(s);
    const int usual = state_saves;
    assert_in_range(usual, 2, 4);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_HOUR);
    s->world->knobs.slow_per_mille = 1000;
    s->world->dice.state = 3;
    state_saves = 0;
    stage_run(s);
    const int64_t took = s->result.duration_ms;
    assert_true(took > 3 * SIM_MINUTE);
    assert_in_range(state_saves - usual, took / 35100 - 1, took / 30000 + 1);
}

static void a_run_with_a_deadline_saves_no_more_often_for_a_long_task(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.slow_per_mille = 1000;
    s->world->dice.state = 3;
    s->run.timeout_ms = 2 * SIM_HOUR;
    s->befall = count_saves;
    state_saves = 0;
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    assert_in_range(state_saves, 2, 4);
}

/* Somebody writes the state when the run is about to save it for the third time. */
static sim_fault write_in_between(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply, (void)nth;
    if (!is_of_state(request) || !stage_asks(request, "PutObject") || ++state_saves != 2) return SIM_FAULT_NONE;
    const sim_object *object = world_find_object(s->world, SIM_STATE_KEY);
    const char *text = world_copy(s->world, object->body, object->len);
    world_put_text(s->world, SIM_STATE_KEY, text, object->len);
    return SIM_FAULT_NONE;
}

static void a_run_whose_state_was_written_by_somebody_else_writes_nothing_more(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = write_in_between;
    state_saves = 0;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_FAILED);
    assert_non_null(strstr(answer->message, "was written by somebody else during this run"));
    assert_int_equal(stage_said(s, "the lease is lost"), 1);
    assert_int_equal(state_saves, 2);
}

static sim_fault refuse_saves(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!is_of_state(request) || !stage_asks(request, "PutObject")) return SIM_FAULT_NONE;
    state_saves++;
    return stage_refuse(request, reply, 412, "PreconditionFailed");
}

static void a_state_that_others_keep_writing_is_given_up_after_three_tries(void **context) {
    stage *s = *context;
    stage_run(s);
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = refuse_saves;
    state_saves = 0;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_BUSY);
    assert_non_null(strstr(answer->message, "others keep writing the state"));
    assert_int_equal(state_saves, 3);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 0);
}

static void put_state(stage *s, int64_t exported_at) {
    const char *text =
        world_format(s->world,
                     "{\"format\":\"cloudwatch-logs-s3-exporter/state\",\"version\":1,\"id\":\"0123456789abcdef\","
                     "\"groups\":[{\"LogGroupArn\":\"%s\",\"CreatedAt\":%lld,\"ExportedAt\":%lld}]}",
                     s->world->groups[0].arn, (long long)s->world->groups[0].created_ms, (long long)exported_at);
    s->world->state_saved = NULL; /* The judge has seen no such save. */
    world_put_text(s->world, SIM_STATE_KEY, text, strlen(text));
}

static void a_watermark_of_more_than_a_day_ahead_is_refused(void **context) {
    stage *s = *context;
    put_state(s, s->world->now_ms + SIM_DAY + 5000);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_FAILED);
    assert_non_null(strstr(answer->message, "lies in the future"));
    assert_int_equal(stage_calls(s, "PutObject"), 0);
}

static void a_watermark_of_less_than_a_day_ahead_is_taken(void **context) {
    stage *s = *context;
    put_state(s, s->world->now_ms + SIM_DAY - 5000);
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
}

static void a_damaged_state_is_left_as_it_is(void **context) {
    stage *s = *context;
    s->world->state_saved = NULL;
    world_put_text(s->world, SIM_STATE_KEY, "{\"format\":\"x\"}", 14);
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_FAILED);
    assert_non_null(strstr(answer->message, "cannot be used: its format is \"x\""));
    assert_non_null(strstr(answer->message, "Nothing was changed"));
    assert_int_equal(stage_calls(s, "PutObject"), 0);
}

static void the_streams_that_an_archive_is_of_cannot_change(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->world->knobs.stream_prefix = "a";
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_string_equal(stage_last_task(s)->prefix, "a");
    s->world->knobs.stream_prefix = NULL;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_non_null(strstr(answer->message, "LogStreamNamePrefix cannot change"));
    assert_non_null(
        strstr(answer->message, "of streams whose names begin with \"a\", and this run is of every stream"));
    assert_int_equal(stage_calls(s, "PutObject"), 0);
}

static void a_state_that_says_nothing_yet_may_become_one_of_other_streams(void **context) {
    stage *s = *context;
    stage_run(s);
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->world->knobs.stream_prefix = "a";
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_string_equal(stage_read_state(s)->stream_prefix.ptr, "a");
}

/* ---- the bucket ---- */

static int head_status;

static sim_fault answer_head(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "HeadBucket")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, head_status, "");
}

static void a_bucket_that_is_not_there_is_to_be_changed(void **context) {
    stage *s = *context;
    s->befall = answer_head;
    head_status = 404;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_non_null(strstr(answer->message, "DestinationS3Bucket \"" SIM_BUCKET "\" does not exist"));
    assert_int_equal(stage_calls(s, "DescribeLogGroups"), 0);
}

static void a_bucket_that_may_not_be_looked_at_may_be_written_to_all_the_same(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = answer_head;
    head_status = 403;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->result.answer.tasks_completed, 1);
    head_status = 400;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
}

static void a_bucket_that_gives_no_answer_ends_the_run(void **context) {
    stage *s = *context;
    s->befall = answer_head;
    head_status = 500;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_FAILED);
    assert_non_null(strstr(answer->message, "looking at DestinationS3Bucket"));
}

/* ---- what may not be deleted ---- */

static sim_fault deny_deletes(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DeleteObject") && !stage_asks(request, "DeleteObjects")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 403, "AccessDenied");
}

static sim_fault fail_deletes(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "DeleteObject")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidRequest");
}

static void a_stream_with_siblings_fails_where_nothing_may_be_deleted(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    s->befall = deny_deletes;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(s->world->task_count, 1);
    assert_string_equal(stage_last_task(s)->prefix, "a-2");
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(stage_calls(s, "DeleteObject"), 1);
    assert_non_null(strstr(answer->problems[0].reason, "only where s3:DeleteObject is allowed"));
}

static void whether_objects_may_be_deleted_is_asked_once(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    stage_add_stream(s, 0, "a-2-3", SIM_HOUR);
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(s->world->task_count, 3);
    assert_int_equal(stage_calls(s, "DeleteObject"), 1);
}

static void where_it_cannot_be_told_whether_objects_may_be_deleted_the_group_waits(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    s->befall = fail_deletes;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->groups_failed, 1);
    assert_non_null(strstr(answer->problems[0].reason, "finding out whether objects may be deleted"));
    assert_string_equal(stage_last_task(s)->prefix, "a-2");
}

static sim_fault let_sibling_appear(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (!stage_asks(request, "DeleteObjects") || nth > 1) return SIM_FAULT_NONE;
    const char *key = world_format(s->world, "%sa-2/000009.gz", stage_last_task(s)->folder);
    world_schedule(s->world,
                   (sim_happening){.at_ms = s->world->now_ms + 5,
                                   .kind = SIM_OBJECT_APPEARS,
                                   .object = memcpy(world_alloc(s->world, sizeof(sim_object)),
                                                    &(sim_object){.key = world_copy(s->world, key, strlen(key)),
                                                                  .body = world_copy(s->world, "x", 1),
                                                                  .len = 1,
                                                                  .task = -1,
                                                                  .stream = -1},
                                                    sizeof(sim_object))});
    return SIM_FAULT_NONE;
}

static void what_a_sibling_leaves_behind_the_cleaning_is_not_counted(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    s->befall = let_sibling_appear;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->objects, 2);
    assert_int_equal(answer->streams_exported, 2);
    assert_non_null(strstr(stage_ledger(s), "\"Streams\":1,\"Objects\":1,"));
    assert_null(strstr(stage_ledger(s), "\"Streams\":2,"));
    assert_int_equal(stage_objects(s, world_format(s->world, "%sa-2/", s->world->tasks[0].folder)), 1);
    stage_wait(s, SIM_HOUR);
    assert_int_equal(stage_run(s)->objects_deleted, 1); /* The next run takes it out. */
}

static void a_single_stream_without_siblings_is_not_cleaned_nor_looked_at_again(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    stage_run(s);
    assert_int_equal(stage_calls(s, "DeleteObjects"), 0);
    assert_int_equal(stage_calls(s, "DeleteObject"), 0);
    assert_int_equal(stage_read_state(s)->cleanup_count, 0);
}

static void a_folder_with_siblings_is_noted_to_be_looked_at_again(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    stage_run(s);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    assert_string_equal(s->state.cleanups[0].folder.ptr, s->world->tasks[0].folder);
    assert_string_equal(s->state.cleanups[0].keep.ptr, "a");
    assert_true(s->state.cleanups[0].cleaned);
}

static sim_fault refuse_keys(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    return stage_asks(request, "DeleteObjects") ? SIM_FAULT_REFUSED_KEYS : SIM_FAULT_NONE;
}

static void a_window_stays_open_as_long_as_siblings_cannot_be_taken_out(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    s->befall = refuse_keys;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->tasks_completed, 1);
    assert_non_null(strstr(answer->problems[0].reason, "reading and cleaning the task's folder: "));
    assert_int_equal(stage_read_state(s)->task_count, 1);
    s->befall = NULL;
    stage_run(s);
    stage_finish(s);
}

static sim_fault refuse_lists(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "ListObjectsV2")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidRequest");
}

static void a_folder_that_cannot_be_read_fails_its_group_once(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = refuse_lists;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->problem_count, 1);
    assert_int_equal(stage_calls(s, "ListObjectsV2"), 1);
    s->befall = NULL;
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    stage_finish(s);
}

/* ---- the ledger ---- */

/* Keys sort by the time at which their run began. */
static void a_ledgers_key_tells_when_its_run_began(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_run(s);
    const char *id = stage_read_state(s)->id.ptr;
    assert_int_equal(stage_objects(s, world_format(s->world, "_ledger/%s/2026-11-22T10:00:0", id)), 1);
    assert_int_equal(stage_objects(s, "_ledger/"), 1);
    const int at = world_object_position(s->world, "_ledger/");
    assert_non_null(strstr(s->world->objects[at]->key, "-0001.jsonl.gz"));
}

static void the_ledger_tells_all_of_a_task(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a/b", SIM_HOUR);
    stage_add_stream(s, 0, "c", SIM_HOUR);
    const exporter_answer *answer = stage_run(s);
    const sim_task *task = stage_last_task(s);
    const char *ledger = stage_ledger(s);
    assert_non_null(
        strstr(ledger, world_format(s->world,
                                    "{\"Type\":\"task\",\"TaskId\":\"%s\",\"LogGroup\":\"app/0\","
                                    "\"LogGroupArn\":\"%s\",\"CreatedAt\":%lld,\"Kind\":\"group\","
                                    "\"Prefix\":\"\",\"RequestedAt\":",
                                    task->id, s->world->groups[0].arn, (long long)s->world->groups[0].created_ms)));
    assert_non_null(
        strstr(ledger, world_format(s->world,
                                    "\"From\":0,\"To\":%lld,\"Bucket\":\"" SIM_BUCKET
                                    "\",\"Folder\":\"%s\",\"Streams\":2,\"Objects\":2,\"Bytes\":%lld,",
                                    (long long)answer->window_to_ms, task->folder, (long long)answer->bytes)));
    assert_non_null(strstr(ledger, world_format(s->world,
                                                "{\"Type\":\"stream\",\"TaskId\":\"%s\",\"Folder\":\"a-b\","
                                                "\"Streams\":[\"a/b\"],\"Objects\":1,\"Bytes\":%lld}\n",
                                                task->id, (long long)answer->bytes / 2)));
    int64_t requested = 0, closed = 0;
    assert_int_equal(sscanf(strstr(ledger, "\"RequestedAt\":"), "\"RequestedAt\":%" SCNd64, &requested), 1);
    assert_int_equal(sscanf(strstr(ledger, "\"ClosedAt\":"), "\"ClosedAt\":%" SCNd64, &closed), 1);
    assert_in_range(requested, task->created_ms - 2000, task->created_ms);
    assert_in_range(closed, task->ended_ms - 1000, task->ended_ms + 6000);
}

static sim_fault refuse_ledger(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "PutObject") || strncmp(request->key, "_ledger/", 8) != 0) return SIM_FAULT_NONE;
    state_saves++;
    return stage_refuse(request, reply, 409, "ConditionalRequestConflict");
}

static void a_ledger_that_cannot_be_written_is_tried_five_times(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = refuse_ledger;
    state_saves = 0;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_FAILED);
    assert_non_null(strstr(answer->message, "writing the ledger: "));
    assert_int_equal(state_saves % 5, 0);
    assert_true(state_saves > 0);
    assert_int_equal(stage_read_state(s)->task_count, 0); /* The state counts on nothing that is not in it. */
    s->befall = NULL;
    stage_wait(s, SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    stage_finish(s);
}

static sim_fault lose_first_ledger(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth, (void)reply;
    if (!stage_asks(request, "PutObject") || strncmp(request->key, "_ledger/", 8) != 0) return SIM_FAULT_NONE;
    return state_saves++ == 0 ? SIM_FAULT_RESET_AFTER : SIM_FAULT_NONE;
}

static void a_ledger_object_whose_answer_was_lost_is_there_once(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->befall = lose_first_ledger;
    state_saves = 0;
    assert_int_equal(stage_run(s)->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(state_saves, 2);
    assert_int_equal(stage_objects(s, "_ledger/"), 1);
}

#define RUN_TEST(name_) cmocka_unit_test_setup_teardown(name_, stage_set_up, stage_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        RUN_TEST(the_group_whose_events_expire_first_goes_first),
        RUN_TEST(what_is_archived_already_does_not_make_a_group_urgent),
        RUN_TEST(three_groups_are_planned_ahead_and_no_more),
        RUN_TEST(each_group_is_counted_once_by_what_became_of_it),
        RUN_TEST(objects_and_bytes_are_those_of_the_archive),
        RUN_TEST(the_next_event_to_fall_due_is_told),
        RUN_TEST(a_run_that_matches_no_group_says_what_to_change),
        RUN_TEST(a_run_with_nothing_to_do_has_nothing_to_say),
        RUN_TEST(a_group_of_which_a_part_is_archived_counts_as_exported),
        RUN_TEST(a_group_that_cannot_be_listed_fails_and_others_go_on),
        RUN_TEST(where_no_group_may_be_listed_something_is_to_be_changed),
        RUN_TEST(trouble_that_no_setting_mends_is_no_configuration),
        RUN_TEST(a_group_that_was_deleted_before_its_listing_is_idle),
        RUN_TEST(where_no_task_may_be_created_something_is_to_be_changed),
        RUN_TEST(a_run_that_may_not_list_groups_changes_nothing),
        RUN_TEST(streams_at_different_watermarks_fail_where_only_groups_are_exported),
        RUN_TEST(a_run_beside_another_does_nothing),
        RUN_TEST(a_lease_without_a_deadline_lasts_a_minute),
        RUN_TEST(a_lease_lasts_ten_seconds_longer_than_the_deadline),
        RUN_TEST(a_run_without_a_deadline_renews_its_lease_each_half_minute),
        RUN_TEST(a_run_with_a_deadline_saves_no_more_often_for_a_long_task),
        RUN_TEST(a_run_whose_state_was_written_by_somebody_else_writes_nothing_more),
        RUN_TEST(a_state_that_others_keep_writing_is_given_up_after_three_tries),
        RUN_TEST(a_watermark_of_more_than_a_day_ahead_is_refused),
        RUN_TEST(a_watermark_of_less_than_a_day_ahead_is_taken),
        RUN_TEST(a_damaged_state_is_left_as_it_is),
        RUN_TEST(the_streams_that_an_archive_is_of_cannot_change),
        RUN_TEST(a_state_that_says_nothing_yet_may_become_one_of_other_streams),
        RUN_TEST(a_bucket_that_is_not_there_is_to_be_changed),
        RUN_TEST(a_bucket_that_may_not_be_looked_at_may_be_written_to_all_the_same),
        RUN_TEST(a_bucket_that_gives_no_answer_ends_the_run),
        RUN_TEST(a_stream_with_siblings_fails_where_nothing_may_be_deleted),
        RUN_TEST(whether_objects_may_be_deleted_is_asked_once),
        RUN_TEST(where_it_cannot_be_told_whether_objects_may_be_deleted_the_group_waits),
        RUN_TEST(what_a_sibling_leaves_behind_the_cleaning_is_not_counted),
        RUN_TEST(a_single_stream_without_siblings_is_not_cleaned_nor_looked_at_again),
        RUN_TEST(a_folder_with_siblings_is_noted_to_be_looked_at_again),
        RUN_TEST(a_window_stays_open_as_long_as_siblings_cannot_be_taken_out),
        RUN_TEST(a_folder_that_cannot_be_read_fails_its_group_once),
        RUN_TEST(a_ledgers_key_tells_when_its_run_began),
        RUN_TEST(the_ledger_tells_all_of_a_task),
        RUN_TEST(a_ledger_that_cannot_be_written_is_tried_five_times),
        RUN_TEST(a_ledger_object_whose_answer_was_lost_is_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
