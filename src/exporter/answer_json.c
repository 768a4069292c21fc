/* The answer for machines. Every member is always there, so that a state machine may look at any of them. */
#include "answer.h"
#include "log_text.h"

#include <smithy/json.h>

#define TEXT_MAX_BYTES 1024

static void put_i64(smithy_json_writer *json, const char *name, int64_t value) {
    smithy_json_name(json, name);
    smithy_json_value_i64(json, value);
}

static void put_bool(smithy_json_writer *json, const char *name, bool value) {
    smithy_json_name(json, name);
    smithy_json_value_bool(json, value);
}

/* Texts may hold what a service said: they are made well-formed first. */
static void put_text(smithy_json_writer *json, smithy_buffer *scratch, const char *name, const char *text) {
    smithy_buffer_reset(scratch);
    exporter_text_append_utf8(scratch, smithy_str_from(text), TEXT_MAX_BYTES);
    smithy_json_put_str(json, name, smithy_buffer_str(scratch));
    if (smithy_buffer_status(scratch) != SMITHY_OK) json->out->status = smithy_buffer_status(scratch);
}

/* null where no time is known. */
static void put_time(smithy_json_writer *json, const char *name, int64_t ms) {
    smithy_json_name(json, name);
    if (ms > 0)
        smithy_json_value_date_time(json, ms);
    else
        smithy_json_value_null(json);
}

static void put_groups(smithy_json_writer *json, const exporter_answer *answer) {
    smithy_json_name(json, "groups");
    smithy_json_open_object(json);
    put_i64(json, "matched", answer->groups_matched);
    put_i64(json, "exported", answer->groups_exported);
    put_i64(json, "idle", answer->groups_idle);
    put_i64(json, "young", answer->groups_young);
    put_i64(json, "empty", answer->groups_empty);
    put_i64(json, "excluded", answer->groups_excluded);
    put_i64(json, "leftOut", answer->groups_left_out);
    put_i64(json, "failed", answer->groups_failed);
    put_i64(json, "waiting", answer->groups_waiting);
    smithy_json_close_object(json);
}

static void put_streams_and_tasks(smithy_json_writer *json, const exporter_answer *answer) {
    smithy_json_name(json, "streams");
    smithy_json_open_object(json);
    put_i64(json, "seen", answer->streams_seen);
    put_i64(json, "exported", answer->streams_exported);
    smithy_json_close_object(json);

    smithy_json_name(json, "tasks");
    smithy_json_open_object(json);
    put_i64(json, "created", answer->tasks_created);
    put_i64(json, "completed", answer->tasks_completed);
    put_i64(json, "failed", answer->tasks_failed);
    put_i64(json, "adopted", answer->tasks_adopted);
    put_bool(json, "inFlight", answer->task_in_flight);
    smithy_json_close_object(json);
}

static void put_late(smithy_json_writer *json, const exporter_answer *answer) {
    smithy_json_name(json, "late");
    smithy_json_open_object(json);
    put_i64(json, "streams", answer->late_streams);
    put_i64(json, "events", answer->late_events);
    put_i64(json, "objects", answer->late_objects);
    put_i64(json, "groupsSwept", answer->late_groups_done);
    put_i64(json, "groupsFailed", answer->late_groups_failed);
    put_i64(json, "groupsLeft", answer->late_groups_left);
    smithy_json_close_object(json);
}

static void put_problems(smithy_json_writer *json, smithy_buffer *scratch, const exporter_answer *answer) {
    smithy_json_name(json, "problems");
    smithy_json_open_array(json);
    for (size_t i = 0; i < answer->problem_count; i++) {
        smithy_json_open_object(json);
        put_text(json, scratch, "group", answer->problems[i].group);
        put_text(json, scratch, "reason", answer->problems[i].reason);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
    put_i64(json, "problemsTotal", (int64_t)answer->problems_total);
}

void exporter_answer_write_json(const exporter_answer *answer, smithy_buffer *out) {
    smithy_buffer scratch;
    smithy_buffer_init(&scratch, out->system, 4 * TEXT_MAX_BYTES);
    smithy_json_writer json;
    smithy_json_writer_init(&json, out);
    smithy_json_open_object(&json);
    put_text(&json, &scratch, "outcome", exporter_outcome_name(answer->outcome));
    put_text(&json, &scratch, "message", answer->message);
    put_bool(&json, "workRemains", answer->outcome == EXPORTER_OUTCOME_WORK_REMAINS);
    put_time(&json, "windowTo", answer->window_to_ms);
    put_time(&json, "nextDue", answer->next_due_ms);
    put_groups(&json, answer);
    put_streams_and_tasks(&json, answer);
    put_i64(&json, "objects", answer->objects);
    put_i64(&json, "bytes", answer->bytes);
    put_i64(&json, "objectsDeleted", answer->objects_deleted);
    put_late(&json, answer);
    put_problems(&json, &scratch, answer);
    put_i64(&json, "durationMs", answer->duration_ms);
    smithy_json_close_object(&json);
    smithy_buffer_deinit(&scratch);
}
