/* Writes the state as the JSON that state_json.c reads and describes. */
#include "state.h"
#include "state_format.h"

#include <smithy/json.h>
#include <smithy/text.h>

static void put_time(smithy_json_writer *json, const char *name, int64_t ms) {
    if (ms >= 0) smithy_json_put_i64(json, name, (smithy_opt_i64){true, ms});
}

static void write_identities(smithy_json_writer *json, const uint64_t *identities, size_t count) {
    if (count == 0) return;
    smithy_buffer *out = json->out;
    smithy_json_name(json, "Accounted");
    smithy_buffer_append_char(out, '"');
    /* Three identities are 24 bytes, 32 characters without padding: the text can be written in pieces. */
    for (size_t i = 0; i < count; i += 3) {
        uint8_t bytes[24];
        size_t len = 0;
        for (size_t k = i; k < count && k < i + 3; k++)
            for (int shift = 56; shift >= 0; shift -= 8) bytes[len++] = (uint8_t)(identities[k] >> shift);
        smithy_base64_append(out, bytes, len);
    }
    smithy_buffer_append_char(out, '"');
    json->comma = true;
}

static void write_folders(smithy_json_writer *json, const state_group *group) {
    if (group->folder_count == 0) return;
    smithy_json_name(json, "Folders");
    smithy_json_open_array(json);
    for (size_t i = 0; i < group->folder_count; i++) {
        smithy_json_open_object(json);
        smithy_json_put_str(json, "Folder", group->folders[i].folder);
        put_time(json, "ExportedBefore", group->folders[i].exported_before);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
}

static void write_missed_folders(smithy_json_writer *json, const state_missed *missed) {
    if (missed->folder_count == 0) return;
    smithy_json_name(json, "Folders");
    smithy_json_open_array(json);
    for (size_t i = 0; i < missed->folder_count; i++) smithy_json_value_str(json, missed->folders[i]);
    smithy_json_close_array(json);
}

static void write_missed(smithy_json_writer *json, const state_group *group) {
    if (group->missed_count == 0) return;
    smithy_json_name(json, "Missed");
    smithy_json_open_array(json);
    for (size_t i = 0; i < group->missed_count; i++) {
        smithy_json_open_object(json);
        put_time(json, "ExportedAt", group->missed[i].exported_at);
        put_time(json, "OwedTo", group->missed[i].owed_to);
        write_identities(json, group->missed[i].identities, group->missed[i].count);
        write_missed_folders(json, &group->missed[i]);
        if (group->missed[i].since_ms > 0) put_time(json, "Since", group->missed[i].since_ms);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
}

static void write_group(smithy_json_writer *json, const state_group *group) {
    smithy_json_open_object(json);
    smithy_json_put_str(json, "LogGroupArn", group->arn);
    put_time(json, "CreatedAt", group->created_ms);
    put_time(json, "ExportedAt", group->exported_at);
    put_time(json, "ConvergeTo", group->converge_to);
    put_time(json, "SweptAt", group->swept_at);
    put_time(json, "ComparedOnce", group->compared_once);
    put_time(json, "ComparedAt", group->compared_at);
    put_time(json, "SweptFrom", group->swept_from);
    put_time(json, "SweepNext", group->sweep_next);
    if (group->sweep_is_partial) smithy_json_put_bool(json, "SweepIsPartial", (smithy_opt_bool){true, true});
    write_identities(json, group->accounted, group->accounted_count);
    write_folders(json, group);
    write_missed(json, group);
    smithy_json_close_object(json);
}

/* `arn` is room to put the stream's own together in. */
static void write_stream(smithy_json_writer *json, const state_group *group, const state_stream *stream,
                         smithy_buffer *arn) {
    smithy_buffer_reset(arn);
    smithy_buffer_append_str(arn, group->arn);
    smithy_buffer_append_text(arn, ":log-stream:");
    smithy_buffer_append_str(arn, stream->name);
    smithy_json_open_object(json);
    smithy_json_put_str(json, "LogStreamArn", smithy_buffer_str(arn));
    put_time(json, "CreatedAt", stream->created_ms);
    put_time(json, "ExportedAt", stream->exported_at);
    if (stream->owed_to != STATE_NOT_OWED) smithy_json_put_i64(json, "OwedTo", (smithy_opt_i64){true, stream->owed_to});
    if (stream->since_ms > 0) put_time(json, "Since", stream->since_ms);
    smithy_json_close_object(json);
}

static void new_line(smithy_json_writer *json, bool first) {
    if (!first) smithy_buffer_append_char(json->out, ',');
    smithy_buffer_append_text(json->out, "\n ");
    json->comma = false;
}

/* Nothing of the group was ever archived: there is nothing to remember. */
static bool is_blank(const state_group *group) {
    return group->exported_at == STATE_NOTHING && group->converge_to == STATE_NOTHING && group->accounted_count == 0 &&
           group->stream_count == 0 && group->folder_count == 0;
}

static void write_groups(smithy_json_writer *json, const exporter_state *state) {
    bool first = true;
    smithy_json_name(json, "groups");
    smithy_json_open_array(json);
    for (size_t i = 0; i < state->group_count; i++) {
        if (is_blank(state->groups[i])) continue;
        new_line(json, first);
        first = false;
        write_group(json, state->groups[i]);
    }
    smithy_json_close_array(json);
}

static smithy_status write_streams(smithy_json_writer *json, const exporter_state *state) {
    smithy_buffer arn;
    bool first = true;
    smithy_buffer_init(&arn, smithy_call_system(state->memory), 8192);
    smithy_json_name(json, "streams");
    smithy_json_open_array(json);
    for (size_t i = 0; i < state->group_count; i++)
        for (size_t k = 0; k < state->groups[i]->stream_count && smithy_buffer_status(&arn) == SMITHY_OK; k++) {
            new_line(json, first);
            first = false;
            write_stream(json, state->groups[i], &state->groups[i]->streams[k], &arn);
        }
    smithy_json_close_array(json);
    const smithy_status status = smithy_buffer_status(&arn);
    smithy_buffer_deinit(&arn);
    return status;
}

static void write_tasks(smithy_json_writer *json, const exporter_state *state) {
    smithy_json_name(json, "tasks");
    smithy_json_open_array(json);
    for (size_t i = 0; i < state->task_count; i++) {
        new_line(json, i == 0);
        smithy_json_open_object(json);
        smithy_json_put_str(json, "TaskId", state->tasks[i].id);
        put_time(json, "EndedAt", state->tasks[i].ended_ms);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
    smithy_json_name(json, "cleanups");
    smithy_json_open_array(json);
    for (size_t i = 0; i < state->cleanup_count; i++) {
        new_line(json, i == 0);
        smithy_json_open_object(json);
        smithy_json_put_str(json, "Folder", state->cleanups[i].folder);
        smithy_json_put_str(json, "Keep", state->cleanups[i].keep);
        put_time(json, "Since", state->cleanups[i].since_ms);
        smithy_json_put_bool(json, "Cleaned", (smithy_opt_bool){true, state->cleanups[i].cleaned});
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
}

static void write_flight(smithy_json_writer *json, const state_flight *flight) {
    if (!flight->task_name.ptr) return;
    const char kind[2] = {(char)flight->kind, 0};
    smithy_json_name(json, "flight");
    smithy_json_open_object(json);
    smithy_json_put_str(json, "TaskId", flight->task_id);
    smithy_json_put_str(json, "TaskName", flight->task_name);
    smithy_json_put_str(json, "LogGroupName", flight->group);
    smithy_json_put_str(json, "LogStreamNamePrefix", flight->prefix);
    smithy_json_put_str(json, "Kind", smithy_str_from(kind));
    put_time(json, "From", flight->from_ms);
    put_time(json, "To", flight->to_ms);
    smithy_json_put_str(json, "DestinationPrefix", flight->destination_prefix);
    put_time(json, "CreatedAt", flight->created_ms);
    smithy_json_close_object(json);
}

static void write_edits(smithy_json_writer *json, const exporter_state *state) {
    smithy_str group, name, stream;
    if (state->edit_count == 0) return;
    smithy_json_name(json, "edits");
    smithy_json_open_array(json);
    for (size_t i = 0; i < state->edit_count; i++) {
        const state_edit *edit = &state->edits[i];
        const bool is_stream = state_split_arn(edit->arn, &group, &name, &stream) && stream.ptr;
        new_line(json, i == 0);
        smithy_json_open_object(json);
        put_time(json, "At", edit->at_ms);
        smithy_json_put_str(json, "By", edit->by);
        smithy_json_put_str(json, is_stream ? "LogStreamArn" : "LogGroupArn", edit->arn);
        put_time(json, "From", edit->from_ms);
        put_time(json, "To", edit->to_ms);
        smithy_json_put_str(json, "Reason", edit->reason);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
}

smithy_status state_write(const exporter_state *state, smithy_str writer, smithy_buffer *out) {
    smithy_json_writer json;
    smithy_json_writer_init(&json, out);
    smithy_json_open_object(&json);
    smithy_json_put_str(&json, "format", SMITHY_STR(STATE_FORMAT));
    smithy_json_put_i64(&json, "version", (smithy_opt_i64){true, STATE_VERSION});
    smithy_json_put_str(&json, "id", state->id);
    smithy_json_put_str(&json, "writer", writer);
    if (state->lease.owner.ptr) {
        smithy_json_name(&json, "lease");
        smithy_json_open_object(&json);
        smithy_json_put_str(&json, "Owner", state->lease.owner);
        put_time(&json, "UntilMs", state->lease.until_ms);
        smithy_json_close_object(&json);
    }
    if (state->stream_prefix.len > 0) {
        smithy_json_name(&json, "filter");
        smithy_json_open_object(&json);
        smithy_json_put_str(&json, "LogStreamNamePrefix", state->stream_prefix);
        smithy_json_close_object(&json);
    }
    put_time(&json, "sweepRound", state->sweep_round);
    write_flight(&json, &state->flight);
    write_edits(&json, state);
    write_tasks(&json, state);
    write_groups(&json, state);
    SMITHY_TRY(write_streams(&json, state));
    smithy_json_close_object(&json);
    smithy_buffer_append_char(out, '\n');
    return smithy_buffer_status(out);
}
