#include "state_write.h"

#include "state_format.h"

#include <smithy/text.h>

#define PORTION    ((size_t)32 * 1024)
#define IDENTITIES 3072 /* A multiple of three: so many of a group's are written at a time. */
#define ARN_MAX    8192

static void put_time(smithy_json_writer *json, const char *name, int64_t ms) {
    if (ms >= 0) smithy_json_put_i64(json, name, (smithy_opt_i64){true, ms});
}

/* Three identities are 24 bytes, 32 characters without padding: the text can be written in pieces. */
static void append_identities(smithy_buffer *out, const uint64_t *identities, size_t count) {
    for (size_t i = 0; i < count; i += 3) {
        uint8_t bytes[24];
        size_t len = 0;
        for (size_t k = i; k < count && k < i + 3; k++)
            for (int shift = 56; shift >= 0; shift -= 8) bytes[len++] = (uint8_t)(identities[k] >> shift);
        smithy_base64_append(out, bytes, len);
    }
}

static void begin_identities(smithy_json_writer *json) {
    smithy_json_name(json, "Accounted");
    smithy_buffer_append_char(json->out, '"');
}

static void end_identities(smithy_json_writer *json) {
    smithy_buffer_append_char(json->out, '"');
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

static void write_identities(smithy_json_writer *json, const state_missed *missed) {
    if (missed->count == 0) return;
    begin_identities(json);
    append_identities(json->out, missed->identities, missed->count);
    end_identities(json);
}

static void write_missed(smithy_json_writer *json, const state_group *group) {
    if (group->missed_count == 0) return;
    smithy_json_name(json, "Missed");
    smithy_json_open_array(json);
    for (size_t i = 0; i < group->missed_count; i++) {
        smithy_json_open_object(json);
        put_time(json, "ExportedAt", group->missed[i].exported_at);
        put_time(json, "OwedTo", group->missed[i].owed_to);
        write_identities(json, &group->missed[i]);
        write_missed_folders(json, &group->missed[i]);
        if (group->missed[i].since_ms > 0) put_time(json, "Since", group->missed[i].since_ms);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
}

/* Up to those accounted for. */
static void begin_group(smithy_json_writer *json, const state_group *group) {
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
}

static void end_group(smithy_json_writer *json, const state_group *group) {
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

static void write_head(smithy_json_writer *json, const exporter_state *state, smithy_str nonce) {
    smithy_json_open_object(json);
    smithy_json_put_str(json, "format", SMITHY_STR(STATE_FORMAT));
    smithy_json_put_i64(json, "version", (smithy_opt_i64){true, STATE_VERSION});
    smithy_json_put_str(json, "id", state->id);
    smithy_json_put_str(json, "writer", nonce);
    if (state->lease.owner.ptr) {
        smithy_json_name(json, "lease");
        smithy_json_open_object(json);
        smithy_json_put_str(json, "Owner", state->lease.owner);
        put_time(json, "UntilMs", state->lease.until_ms);
        smithy_json_close_object(json);
    }
    if (state->stream_prefix.len > 0) {
        smithy_json_name(json, "filter");
        smithy_json_open_object(json);
        smithy_json_put_str(json, "LogStreamNamePrefix", state->stream_prefix);
        smithy_json_close_object(json);
    }
    put_time(json, "sweepRound", state->sweep_round);
    write_flight(json, &state->flight);
    write_edits(json, state);
    write_tasks(json, state);
}

/* ---- portions ---- */

static void begin_list(state_writer *writer, const char *name) {
    smithy_json_name(&writer->json, name);
    smithy_json_open_array(&writer->json);
    writer->group = writer->item = 0;
    writer->is_first = true;
}

static void begin_line(state_writer *writer) {
    new_line(&writer->json, writer->is_first);
    writer->is_first = false;
}

static void close_group(state_writer *writer) {
    end_group(&writer->json, writer->state->groups[writer->group++]);
    writer->next = STATE_WRITER_GROUPS;
}

static void next_group(state_writer *writer) {
    const exporter_state *state = writer->state;
    while (writer->group < state->group_count && is_blank(state->groups[writer->group])) writer->group++;
    if (writer->group == state->group_count) {
        smithy_json_close_array(&writer->json);
        begin_list(writer, "streams");
        writer->next = STATE_WRITER_STREAMS;
        return;
    }
    begin_line(writer);
    begin_group(&writer->json, state->groups[writer->group]);
    if (state->groups[writer->group]->accounted_count == 0) {
        close_group(writer);
        return;
    }
    begin_identities(&writer->json);
    writer->item = 0;
    writer->next = STATE_WRITER_ACCOUNTED;
}

static void next_identities(state_writer *writer) {
    const state_group *group = writer->state->groups[writer->group];
    const size_t left = group->accounted_count - writer->item;
    append_identities(&writer->text, group->accounted + writer->item, left < IDENTITIES ? left : IDENTITIES);
    writer->item += IDENTITIES;
    if (left > IDENTITIES) return;
    end_identities(&writer->json);
    close_group(writer);
}

static void next_stream(state_writer *writer) {
    const exporter_state *state = writer->state;
    while (writer->group < state->group_count && writer->item == state->groups[writer->group]->stream_count) {
        writer->group++;
        writer->item = 0;
    }
    if (writer->group == state->group_count) {
        smithy_json_close_array(&writer->json);
        smithy_json_close_object(&writer->json);
        smithy_buffer_append_char(&writer->text, '\n');
        writer->next = STATE_WRITER_END;
        return;
    }
    const state_group *group = state->groups[writer->group];
    begin_line(writer);
    write_stream(&writer->json, group, &group->streams[writer->item++], &writer->arn);
}

static void write_next(state_writer *writer) {
    switch (writer->next) {
    case STATE_WRITER_HEAD:
        write_head(&writer->json, writer->state, writer->nonce);
        begin_list(writer, "groups");
        writer->next = STATE_WRITER_GROUPS;
        return;
    case STATE_WRITER_GROUPS: next_group(writer); return;
    case STATE_WRITER_ACCOUNTED: next_identities(writer); return;
    case STATE_WRITER_STREAMS: next_stream(writer); return;
    case STATE_WRITER_END: return;
    }
}

/* The next portion; an empty one is the end. */
static smithy_status write_portion(state_writer *writer) {
    smithy_buffer_reset(&writer->text);
    writer->given = 0;
    while (writer->text.len < PORTION && writer->next != STATE_WRITER_END) {
        write_next(writer);
        SMITHY_TRY(smithy_buffer_status(&writer->text));
        SMITHY_TRY(smithy_buffer_status(&writer->arn));
    }
    writer->total += writer->text.len;
    return writer->total <= STATE_TEXT_MAX ? SMITHY_OK : SMITHY_ERROR_LIMIT;
}

/* ---- as a source ---- */

static smithy_status read_text(void *context, uint8_t *bytes, size_t size, size_t *len) {
    state_writer *writer = context;
    if (writer->given == writer->text.len) SMITHY_TRY(write_portion(writer));
    const size_t left = writer->text.len - writer->given;
    *len = left < size ? left : size;
    if (*len > 0) memcpy(bytes, writer->text.ptr + writer->given, *len);
    writer->given += *len;
    return SMITHY_OK;
}

static smithy_status start_over(void *context) {
    state_writer *writer = context;
    smithy_buffer_reset(&writer->text);
    smithy_buffer_reset(&writer->arn);
    smithy_json_writer_init(&writer->json, &writer->text);
    writer->given = writer->total = 0;
    writer->next = STATE_WRITER_HEAD;
    return SMITHY_OK;
}

void state_writer_init(state_writer *writer, const exporter_state *state, smithy_str nonce) {
    const smithy_system *system = smithy_call_system(state->memory);
    *writer = (state_writer){.state = state, .nonce = nonce};
    smithy_buffer_init(&writer->text, system, STATE_TEXT_MAX);
    smithy_buffer_init(&writer->arn, system, ARN_MAX);
    (void)start_over(writer);
}

void state_writer_deinit(state_writer *writer) {
    smithy_buffer_deinit(&writer->text);
    smithy_buffer_deinit(&writer->arn);
}

smithy_body state_writer_body(state_writer *writer) {
    return (smithy_body){.read = read_text, .rewind = start_over, .context = writer, .length = -1};
}
