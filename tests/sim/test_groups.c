/* Groups that the settings do not want, and groups whose streams go ways of their own and meet again. */
#include "stage.h"

#include <stdio.h>
#include <string.h>

static int add_group(stage *s, const char *name) {
    const int group = world_add_group(s->world, name, true);
    stage_add_stream(s, group, "a", SIM_HOUR);
    return group;
}

static int tasks_of(const stage *s, const char *group) {
    int count = 0;
    for (int i = 0; i < s->world->task_count; i++) count += strcmp(s->world->tasks[i].group_name, group) == 0;
    return count;
}

/* ---- tags and patterns ---- */

static void want_a_tag(exporter_settings *settings) {
    static const exporter_tag TAGS[] = {{SMITHY_STR_INIT("team"), SMITHY_STR_INIT("a")}};
    settings->group_tags = (exporter_tag_list){TAGS, 1};
}

static sim_fault tell_tags(const sim_request *request, sim_reply *reply, const char *tags) {
    (void)stage_refuse(request, reply, 200, "");
    text_clear(&reply->body);
    text_add(&reply->body, "{\"tags\":{%s}}", tags);
    return SIM_FAULT_ANSWERED;
}

/* Of app/1 it may not be known, app/2 has another one, all others have it. */
static sim_fault answer_tags(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "ListTagsForResource")) return SIM_FAULT_NONE;
    if (strstr(request->body, "app/1")) return stage_refuse(request, reply, 400, "AccessDeniedException");
    return tell_tags(request, reply, strstr(request->body, "app/2") ? "\"team\":\"b\"" : "\"team\":\"a\"");
}

static sim_fault deny_tags(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "ListTagsForResource")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "AccessDeniedException");
}

static sim_fault fail_tags(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "ListTagsForResource")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

static void a_group_is_exported_where_its_tags_say_so(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    add_group(s, "app/1");
    add_group(s, "app/2");
    s->set = want_a_tag;
    s->befall = answer_tags;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(tasks_of(s, "app/0"), 1);
    assert_int_equal(s->world->task_count, 1);
    assert_int_equal(answer->groups_matched, 3);
    assert_int_equal(answer->groups_exported, 1);
    assert_int_equal(answer->groups_excluded, 1);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->units_failed, 1);
    assert_int_equal(answer->problem_count, 1);
    assert_string_equal(answer->problems[0].group, "app/1");
    assert_non_null(strstr(answer->problems[0].reason, "LogGroupTags needs its tags, which may not be read: allow "
                                                       "logs:ListTagsForResource on arn:aws:logs:"));
}

static void where_no_tags_may_be_read_something_is_to_be_changed(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    add_group(s, "app/1");
    s->set = want_a_tag;
    s->befall = deny_tags;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_int_equal(answer->groups_failed, 2);
    assert_int_equal(s->world->task_count, 0);
}

static void tags_that_no_setting_brings_are_no_configuration(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    s->set = want_a_tag;
    s->befall = fail_tags;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_non_null(strstr(answer->problems[0].reason, "reading its tags, which LogGroupTags needs: "));
}

static void exclude_second(exporter_settings *settings) {
    static const smithy_str PATTERNS[] = {SMITHY_STR_INIT("*/1")};
    settings->exclude_groups = (smithy_str_list){PATTERNS, 1};
}

static void a_group_whose_name_is_excluded_is_not_looked_at(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    add_group(s, "app/1");
    s->set = exclude_second;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->groups_excluded, 1);
    assert_int_equal(tasks_of(s, "app/1"), 0);
    assert_int_equal(stage_calls(s, "DescribeLogStreams"), 1);
}

/* ---- whose turn it is ---- */

static void expire(stage *s, const char *name, int days, int64_t age_ms) {
    sim_group *group = &s->world->groups[add_group(s, name)];
    group->created_ms = s->world->groups[0].created_ms - age_ms;
    s->world->groups[s->world->group_count - 1].retention_days = days;
}

/* To the millisecond. */
static void of_groups_that_expire_at_one_instant_the_first_by_name_goes_first(void **context) {
    stage *s = *context;
    static const char *const ORDER[] = {"app/1", "app/2", "app/3", "app/4"};
    expire(s, "app/2", 1, 0);
    expire(s, "app/1", 3, 2 * SIM_DAY);
    expire(s, "app/4", 7, SIM_DAY);
    expire(s, "app/3", 6, 0);
    assert_int_equal(stage_run(s)->tasks_completed, 4);
    for (int i = 0; i < 4; i++) assert_string_equal(s->world->tasks[i].group_name, ORDER[i]);
}

/* ---- streams that meet again ---- */

static sim_fault refuse_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (!stage_asks(request, "CreateExportTask")) return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidParameterException");
}

static void news_for_all(stage *s) {
    for (int i = 0; i < s->world->stream_count; i++) stage_put_event(s, i, 0);
    stage_wait(s, SIM_HOUR);
}

/* Where they are to meet was settled by a run that could not bring them there. */
static void streams_that_met_go_on_as_one_in_the_same_run(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    news_for_all(s);
    s->run.unit = EXPORTER_UNIT_AUTO;
    s->befall = refuse_creation;
    const int64_t meeting = stage_run(s)->window_to_ms;
    assert_int_equal(stage_read_state(s)->groups[0]->converge_to, meeting);
    news_for_all(s);
    s->befall = NULL;
    const int before = s->world->task_count;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->groups_exported, 1);
    assert_true(s->world->task_count > before + 1);
    assert_int_equal(s->world->tasks[before].to_ms, meeting);
    assert_string_equal(stage_last_task(s)->prefix, "");
    assert_true(task_is_of_group(stage_last_task(s)));
    assert_int_equal(stage_last_task(s)->from_ms, meeting + 1);
    assert_int_equal(stage_last_task(s)->to_ms, answer->window_to_ms);
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 0);
    stage_finish(s);
}

/* They stand where each of them got something last, and nothing came since. */
static void streams_that_have_no_news_meet_without_a_task(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    const int64_t meeting = stage_run(s)->window_to_ms;
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_AUTO;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_created, 0);
    assert_int_equal(answer->groups_idle, 1);
    assert_int_equal(stage_read_state(s)->groups[0]->stream_count, 0);
    assert_int_equal(s->state.groups[0]->exported_at, meeting);
    stage_finish(s);
}

/* ---- objects of the group's task that appear late ---- */

static void a_stream_whose_object_appeared_late_goes_on_behind_it_in_the_same_run(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_let_objects_be_late(s, 10 * SIM_MINUTE);
    const int64_t end = stage_run(s)->window_to_ms;
    assert_int_equal(s->result.answer.objects, 0);
    stage_let_objects_be_late(s, 0);
    stage_wait(s, SIM_HOUR);
    news_for_all(s);
    s->run.unit = EXPORTER_UNIT_STREAM;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->tasks_created, 1);
    assert_int_equal(stage_last_task(s)->from_ms, end + 1);
    assert_int_equal(stage_said(s, "an object of an earlier task appeared late"), 1);
    stage_finish(s);
}

static sim_fault let_late_objects_appear(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)reply;
    if (!stage_asks(request, "DescribeExportTasks") || !strstr(request->body, "taskId")) return SIM_FAULT_NONE;
    if (s->world->task_count == 2 && nth > 0) stage_wait(s, SIM_HOUR);
    return SIM_FAULT_NONE;
}

/* A task of its own finds, when it ends, that the group's holds the stream after all: it goes, and what is left is
 * planned anew at once. */
static void a_task_that_an_earlier_one_turns_out_to_stand_in_for_goes_and_the_rest_is_planned_anew(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_let_objects_be_late(s, SIM_HOUR);
    const int64_t end = stage_run(s)->window_to_ms;
    stage_let_objects_be_late(s, 0);
    stage_put_event(s, 0, 0);
    stage_wait(s, SIM_MINUTE);
    s->befall = let_late_objects_appear;
    s->run.unit = EXPORTER_UNIT_STREAM;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_said(s, "deleting the output of a task whose window another one closed"), 1);
    assert_int_equal(stage_objects(s, s->world->tasks[1].folder), 0);
    assert_int_equal(answer->tasks_created, 2);
    assert_int_equal(answer->tasks_completed, 1);
    assert_int_equal(stage_last_task(s)->from_ms, end + 1);
    assert_int_equal(answer->groups_failed, 0);
    stage_finish(s);
}

static int lists_since_creation; /* -1: not yet. */

static sim_fault refuse_first_list_of_close(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)s, (void)nth;
    if (stage_asks(request, "CreateExportTask")) lists_since_creation = 0;
    if (!stage_asks(request, "ListObjectsV2") || lists_since_creation < 0 || ++lists_since_creation != 1)
        return SIM_FAULT_NONE;
    return stage_refuse(request, reply, 400, "InvalidRequest");
}

/* Two streams that were silent when their group's window was closed, and hold old events now; a third one goes its own
 * way, so that they are exported together. */
static void begin_with_several_behind(stage *s) {
    const int third = stage_add_stream(s, 0, "z", SIM_HOUR);
    for (int i = 1; i <= 2; i++) (void)world_add_stream(s->world, 0, i == 1 ? "w-1" : "w-2");
    stage_run(s);
    stage_put_event(s, third, 0);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_run(s);
    for (int i = 1; i <= 2; i++) stage_put_event(s, third + i, 3 * SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_AUTO;
    stage_wait(s, SIM_HOUR);
}

static void where_earlier_tasks_folders_cannot_be_read_the_window_of_several_stays_open(void **context) {
    stage *s = *context;
    begin_with_several_behind(s);
    lists_since_creation = -1;
    s->befall = refuse_first_list_of_close;
    const size_t before = stage_read_state(s)->task_count;
    const exporter_answer *answer = stage_run(s);
    assert_true(task_is_of_several(&s->world->tasks[2]));
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_non_null(strstr(answer->problems[0].reason, "looking into the folders of earlier tasks: "));
    assert_int_equal(stage_read_state(s)->task_count, before);
    s->befall = NULL;
    assert_int_equal(stage_run(s)->tasks_adopted, 1);
    stage_finish(s);
}

/* Somebody wrote an earlier watermark into the document itself: what the group's task holds is in its way. */
static void plans_that_are_overtaken_again_and_again_are_given_up(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_run(s);
    const int64_t end = stage_read_state(s)->groups[0]->exported_at;
    const sim_object *object = world_find_object(s->world, SIM_STATE_KEY);
    char *text = world_copy(s->world, object->body, object->len);
    char *at = strstr(text, world_format(s->world, "\"ExportedAt\":%lld", (long long)end));
    assert_non_null(at);
    const char *earlier = world_format(s->world, "\"ExportedAt\":%lld", (long long)(end - 2 * SIM_HOUR));
    memcpy(at, earlier, strlen(earlier));
    s->world->state_saved = NULL; /* The judge sees a claim taken back. */
    world_put_text(s->world, SIM_STATE_KEY, text, object->len);
    news_for_all(s);
    s->run.unit = EXPORTER_UNIT_STREAM;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_INCOMPLETE);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(answer->tasks_created, 9);
    assert_int_equal(answer->problem_count, 1);
    assert_non_null(strstr(answer->problems[0].reason, "set the watermark with `state edit`"));
    assert_int_equal(stage_objects(s, s->world->tasks[0].folder), 1);
}

/* Tasks of earlier runs are looked up by group, in whatever order they were made and are listed. */
static void late_objects_are_found_in_each_of_many_groups(void **context) {
    stage *s = *context;
    static const char *const NAMES[] = {"app/5", "app/1", "app/4", "app/2", "app/3"};
    stage_add_stream(s, 0, "a", SIM_HOUR);
    for (int i = 0; i < 5; i++) add_group(s, NAMES[i]);
    stage_let_objects_be_late(s, 10 * SIM_MINUTE);
    assert_int_equal(stage_run(s)->tasks_completed, 6);
    stage_let_objects_be_late(s, 0);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(stage_said(s, "an object of an earlier task appeared late"), 6);
    assert_int_equal(answer->tasks_created, 0);
    stage_finish(s);
}

/* ---- late objects, one by one ---- */

#define WINDOWS 9 /* One more than plans may be overtaken in a row. */

/* Those of all tasks: -1. */
static void let_object_appear(stage *s, const char *stream, int of_task, int64_t in_ms) {
    for (int i = 0; i < s->world->queue_count; i++) {
        sim_happening *next = &s->world->queue[i];
        if (next->kind == SIM_OBJECT_APPEARS && strcmp(s->world->streams[next->object->stream].name, stream) == 0 &&
            (of_task < 0 || next->object->task == of_task))
            next->at_ms = s->world->now_ms + in_ms;
    }
}

static int tasks_of_stream(const stage *s, const char *stream) {
    int count = 0;
    for (int i = 0; i < s->world->task_count; i++) count += strcmp(s->world->tasks[i].prefix, stream) == 0;
    return count;
}

/* Beside each of the stream's own tasks the last object of the group's tasks that had not come yet. */
static sim_fault let_object_appear_beside_its_task(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (!stage_asks(request, "DescribeExportTasks") || !strstr(request->body, "taskId")) return SIM_FAULT_NONE;
    const char *stream = stage_last_task(s)->prefix;
    let_object_appear(s, stream, WINDOWS - tasks_of_stream(s, stream), 0);
    stage_wait(s, 1);
    return SIM_FAULT_NONE;
}

static sim_fault let_objects_of_last_appear(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (!stage_asks(request, "ListObjectsV2")) return SIM_FAULT_NONE;
    let_object_appear(s, "z", -1, 0);
    let_object_appear(s, "a", -1, 2 * SIM_DAY);
    let_object_appear(s, "b", -1, 2 * SIM_DAY);
    stage_wait(s, 1);
    return SIM_FAULT_NONE;
}

/* The group's tasks hold "a" each time, and "b" the last time, and nothing tells of it yet. */
static void begin_with_late_windows(stage *s) {
    const int first = stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "z", SIM_HOUR);
    s->world->streams[first].hint_lag_ms = 10 * SIM_DAY;
    stage_let_objects_be_late(s, SIM_HOUR);
    s->befall = let_objects_of_last_appear;
    for (int i = 0; i < WINDOWS; i++) {
        if (i == WINDOWS - 1) stage_add_stream(s, 0, "b", SIM_MINUTE);
        assert_int_equal(stage_run(s)->tasks_created, 1);
        assert_int_equal(s->result.answer.objects, 1);
        news_for_all(s);
    }
    stage_let_objects_be_late(s, 0);
    s->world->streams[first].hint_lag_ms = 0;
}

/* Nine tasks of "a" are overtaken. One of "b" is, and beside the second of those one counts. */
static void plans_may_be_overtaken_again_once_a_window_was_closed(void **context) {
    stage *s = *context;
    begin_with_late_windows(s);
    s->run.unit = EXPORTER_UNIT_STREAM;
    s->befall = let_object_appear_beside_its_task;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(answer->problem_count, 0);
    assert_int_equal(stage_said(s, "deleting the output of a task whose window another one closed"), WINDOWS + 1);
    assert_int_equal(answer->tasks_created, WINDOWS + 5); /* "b" is owed what came before, which is nothing. */
    assert_int_equal(answer->tasks_completed, 4);
    stage_finish(s);
}

/* ---- what one unit counts on another for ---- */

static sim_fault refuse_first_creation(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    return nth == 1 ? refuse_creation(s, request, nth, reply) : SIM_FAULT_NONE;
}

/* "b" had its first events in the group's second window, and may hold some of the first. */
static void behind_what_a_stream_is_owed_and_did_not_get_nothing_of_it_is_exported(void **context) {
    stage *s = *context;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    const int64_t first_end = stage_run(s)->window_to_ms;
    stage_wait(s, SIM_HOUR);
    const int second = stage_add_stream(s, 0, "b", SIM_MINUTE);
    stage_wait(s, SIM_MINUTE);
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    assert_int_equal(stage_read_state(s)->groups[0]->streams[0].owed_to, first_end);
    stage_put_event(s, second, 0);
    stage_wait(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    s->befall = refuse_first_creation;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->groups_failed, 1);
    assert_int_equal(stage_calls(s, "CreateExportTask"), 1);
    assert_int_equal(stage_read_state(s)->groups[0]->streams[0].owed_to, first_end);
    s->befall = NULL;
    assert_int_equal(stage_run(s)->tasks_completed, 2);
    stage_finish(s);
}

/* ---- what a stream's own task takes along ---- */

/* Its objects may appear yet. */
static void a_sibling_of_which_nothing_was_found_is_looked_for_again(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    (void)world_add_stream(s->world, 0, "a-2");
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    assert_int_equal(s->result.answer.objects_deleted, 0);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    assert_true(smithy_str_equal(s->state.cleanups[0].keep, SMITHY_STR("a")));
    assert_false(s->state.cleanups[0].cleaned);
    stage_finish(s);
}

static sim_fault miss_second(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    s->world->streams[1].deleted = stage_asks(request, "DescribeLogStreams");
    return SIM_FAULT_NONE;
}

static void the_folder_of_a_stream_that_has_no_sibling_is_not_looked_at_again(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "b", SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_completed, 2);
    assert_int_equal(stage_read_state(s)->cleanup_count, 0);
}

/* And after them as long as no run has closed another task of the group, for until then nobody may have looked. */
static void a_folder_that_a_sibling_was_taken_out_of_is_looked_at_for_two_days(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_completed, 2);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    const int64_t end = s->world->tasks[0].ended_ms + 2 * SIM_DAY;
    assert_string_equal(s->world->tasks[0].prefix, "a");
    stage_wait(s, end - s->world->now_ms - 5000);
    stage_run(s);
    assert_true(s->world->now_ms < end);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    stage_wait(s, end - s->world->now_ms + 1000);
    stage_add_stream(s, 0, "z", SIM_HOUR);
    assert_int_equal(stage_run(s)->tasks_completed, 1);
    assert_int_equal(stage_read_state(s)->cleanup_count, 1);
    stage_run(s);
    assert_int_equal(stage_read_state(s)->cleanup_count, 0);
}

/* The listing missed it when the task was made, and nobody ran for days after its object had come to light. */
static void what_a_sibling_left_late_goes_whenever_the_next_run_comes(void **context) {
    stage *s = *context;
    const int shorter = stage_add_stream(s, 0, "a", SIM_HOUR), longer = stage_add_stream(s, 0, "a-2", SIM_HOUR);
    stage_run(s);
    stage_put_event(s, shorter, 0);
    stage_put_event(s, longer, 0);
    stage_wait(s, SIM_HOUR);
    stage_let_objects_be_late(s, SIM_HOUR);
    s->run.unit = EXPORTER_UNIT_STREAM;
    s->befall = miss_second;
    stage_run(s);
    s->befall = NULL;
    stage_let_objects_be_late(s, 0);
    assert_string_equal(s->world->tasks[1].prefix, "a");
    assert_int_equal(stage_read_state(s)->cleanup_count, 0);
    stage_wait(s, 5 * SIM_DAY);
    assert_int_equal(stage_objects_of(s, 1), 2);
    stage_run(s);
    assert_int_equal(stage_objects_of(s, 1), 1);
    stage_finish(s);
}

static sim_fault let_more_appear_with_the_deletion(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    (void)nth, (void)reply;
    if (!stage_asks(request, "DeleteObjects")) return SIM_FAULT_NONE;
    let_object_appear(s, "a", -1, 0);
    stage_wait(s, 1);
    return SIM_FAULT_NONE;
}

static sim_fault delay_objects(stage *s, const sim_request *request, int nth, sim_reply *reply) {
    if (stage_asks(request, "CreateExportTask")) stage_let_objects_be_late(s, nth == 1 ? SIM_HOUR : 0);
    if (!stage_asks(request, "ListObjectsV2")) return let_more_appear_with_the_deletion(s, request, nth, reply);
    let_object_appear(s, "a-2", -1, 0);
    stage_wait(s, 1);
    return SIM_FAULT_NONE;
}

/* The stream's own object appears while its sibling's is deleted. */
static void what_appears_until_the_window_is_closed_is_counted(void **context) {
    stage *s = *context;
    s->run.unit = EXPORTER_UNIT_STREAM;
    stage_add_stream(s, 0, "a", SIM_HOUR);
    stage_add_stream(s, 0, "a-2", SIM_HOUR);
    s->befall = delay_objects;
    const exporter_answer *answer = stage_run(s);
    assert_int_equal(answer->tasks_completed, 2);
    assert_int_equal(answer->objects_deleted, 1);
    assert_int_equal(answer->objects, 2);
    assert_int_equal(answer->streams_exported, 2);
    stage_finish(s);
}

#define STORY(name_) cmocka_unit_test_setup_teardown(name_, stage_set_up, stage_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORY(a_group_is_exported_where_its_tags_say_so),
        STORY(where_no_tags_may_be_read_something_is_to_be_changed),
        STORY(tags_that_no_setting_brings_are_no_configuration),
        STORY(a_group_whose_name_is_excluded_is_not_looked_at),
        STORY(streams_that_met_go_on_as_one_in_the_same_run),
        STORY(streams_that_have_no_news_meet_without_a_task),
        STORY(a_stream_whose_object_appeared_late_goes_on_behind_it_in_the_same_run),
        STORY(a_task_that_an_earlier_one_turns_out_to_stand_in_for_goes_and_the_rest_is_planned_anew),
        STORY(where_earlier_tasks_folders_cannot_be_read_the_window_of_several_stays_open),
        STORY(plans_that_are_overtaken_again_and_again_are_given_up),
        STORY(late_objects_are_found_in_each_of_many_groups),
        STORY(plans_may_be_overtaken_again_once_a_window_was_closed),
        STORY(behind_what_a_stream_is_owed_and_did_not_get_nothing_of_it_is_exported),
        STORY(a_sibling_of_which_nothing_was_found_is_looked_for_again),
        STORY(the_folder_of_a_stream_that_has_no_sibling_is_not_looked_at_again),
        STORY(a_folder_that_a_sibling_was_taken_out_of_is_looked_at_for_two_days),
        STORY(what_a_sibling_left_late_goes_whenever_the_next_run_comes),
        STORY(what_appears_until_the_window_is_closed_is_counted),
        STORY(of_groups_that_expire_at_one_instant_the_first_by_name_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
