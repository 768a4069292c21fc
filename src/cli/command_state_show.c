/* The command `state show`: what the state says, as it stands in the store. */
#include "answer_text.h"
#include "command_state.h"
#include "log_text.h"
#include "survey_view.h"
#include "table.h"

#define TEXT_MAX_BYTES 1024

typedef struct show_request {
    smithy_str limit_text;
    smithy_str group; /* Its single streams, too; absent: all groups. */
    size_t limit;
} show_request;

static bool is_wanted(const show_request *request, const state_group *group) {
    return !request->group.ptr || smithy_str_equal(request->group, group->arn) ||
           smithy_str_equal(request->group, cli_group_name(group->arn));
}

typedef struct entries {
    size_t own, owed;
} entries;

static entries count_entries(const state_group *group) {
    entries found = {0};
    for (size_t i = 0; i < group->stream_count; i++) {
        const bool own = group->streams[i].owed_to == STATE_NOT_OWED;
        found.own += own;
        found.owed += !own;
    }
    return found;
}

static size_t count_wanted(const exporter_state *state, const show_request *request) {
    size_t count = 0;
    for (size_t i = 0; i < state->group_count; i++) count += is_wanted(request, state->groups[i]);
    return count;
}

/* ---- for people ---- */

static void append_lease(const run_context *run, smithy_buffer *out) {
    const state_lease *lease = &run->state.lease;
    smithy_buffer_append_text(out, "Lease: ");
    if (!lease->owner.ptr) {
        smithy_buffer_append_text(out, "free.\n");
        return;
    }
    exporter_text_append_line(out, lease->owner, TEXT_MAX_BYTES);
    smithy_buffer_append_text(out,
                              lease->until_ms > run_now_ms(run) ? ", until " : ", given up by a run that ended at ");
    exporter_text_append_time(out, lease->until_ms);
    smithy_buffer_append_text(out, ".\n");
}

static void append_filter(const exporter_state *state, smithy_buffer *out) {
    if (state->stream_prefix.len == 0) return;
    smithy_buffer_append_text(out, "Of streams whose names begin with \"");
    exporter_text_append_line(out, state->stream_prefix, TEXT_MAX_BYTES);
    smithy_buffer_append_text(out, "\" alone (LogStreamNamePrefix).\n");
}

static void append_flight(const state_flight *flight, smithy_buffer *out) {
    if (!flight->task_name.ptr) return;
    smithy_buffer_append_text(out, "In flight: task ");
    exporter_text_append_line(out, flight->task_id.ptr ? flight->task_id : SMITHY_STR("of unknown id"), TEXT_MAX_BYTES);
    smithy_buffer_append_text(out, " on ");
    exporter_text_append_line(out, flight->group, TEXT_MAX_BYTES);
    if (flight->prefix.len > 0) {
        smithy_buffer_append_text(out, ", stream ");
        exporter_text_append_line(out, flight->prefix, TEXT_MAX_BYTES);
    }
    smithy_buffer_append_text(out, ", ");
    exporter_text_append_time(out, flight->from_ms);
    smithy_buffer_append_text(out, " to ");
    exporter_text_append_time(out, flight->to_ms);
    smithy_buffer_append_text(out, ".\n");
}

static void append_groups(const cli_command *command, const show_request *request, smithy_buffer *out) {
    static const cli_column COLUMNS[] = {{.title = "GROUP"},
                                         {.title = "ARCHIVED UNTIL"},
                                         {.title = "STREAMS", .right = true},
                                         {.title = "OF THEIR OWN", .right = true},
                                         {.title = "OWED", .right = true}};
    const exporter_state *state = &command->run.state;
    cli_table table;
    cli_table_init(&table, command->io->system, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
    for (size_t i = 0, listed = 0; i < state->group_count && listed < request->limit; i++) {
        const state_group *group = state->groups[i];
        if (!is_wanted(request, group)) continue;
        const entries found = count_entries(group);
        listed++;
        cli_table_text(&table, cli_group_name(group->arn));
        cli_table_time(&table, group->exported_at);
        cli_table_count(&table, group->accounted_count);
        cli_table_count(&table, found.own);
        cli_table_count(&table, found.owed);
    }
    cli_table_write(&table, out);
    cli_table_deinit(&table);
}

static void append_streams(const cli_command *command, const state_group *group, size_t limit, smithy_buffer *out) {
    static const cli_column COLUMNS[] = {{.title = "STREAM"}, {.title = "ARCHIVED UNTIL"}, {.title = "OWED UNTIL"}};
    cli_table table;
    if (group->stream_count == 0) return;
    cli_table_init(&table, command->io->system, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
    for (size_t i = 0; i < group->stream_count && i < limit; i++) {
        const state_stream *stream = &group->streams[i];
        cli_table_text(&table, stream->name);
        cli_table_time(&table, stream->exported_at);
        cli_table_time(&table, stream->owed_to == STATE_NOT_OWED ? -1 : stream->owed_to);
    }
    smithy_buffer_append_char(out, '\n');
    cli_table_write(&table, out);
    cli_table_deinit(&table);
    if (group->stream_count > limit)
        smithy_buffer_append_f(out, "%zu streams not listed: see --limit.\n", group->stream_count - limit);
}

static void append_edits(const cli_command *command, smithy_buffer *out) {
    static const cli_column COLUMNS[] = {{.title = "EDITED"}, {.title = "BY"}, {.title = "WHAT"},
                                         {.title = "FROM"},   {.title = "TO"}, {.title = "REASON"}};
    const exporter_state *state = &command->run.state;
    cli_table table;
    if (state->edit_count == 0) return;
    cli_table_init(&table, command->io->system, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
    for (size_t i = 0; i < state->edit_count; i++) {
        const state_edit *edit = &state->edits[i];
        smithy_str group, name, stream = {0};
        cli_table_time(&table, edit->at_ms);
        cli_table_text(&table, edit->by);
        cli_table_text(&table, !state_split_arn(edit->arn, &group, &name, &stream) ? edit->arn
                               : stream.ptr                                        ? stream
                                                                                   : name);
        cli_table_time(&table, edit->from_ms);
        cli_table_time(&table, edit->to_ms);
        cli_table_text(&table, edit->reason);
    }
    smithy_buffer_append_char(out, '\n');
    cli_table_write(&table, out);
    cli_table_deinit(&table);
}

static void write_text(cli_command *command, const show_request *request) {
    const exporter_state *state = &command->run.state;
    smithy_buffer *out = &command->out;
    const size_t wanted = count_wanted(state, request);
    smithy_buffer_append_text(out, "State ");
    exporter_text_append_line(out, command->settings.store_dsn, TEXT_MAX_BYTES);
    smithy_buffer_append_text(out, command->run.state_exists ? ", id " : ": there is none yet.\n");
    if (!command->run.state_exists) return;
    exporter_text_append_line(out, state->id, TEXT_MAX_BYTES);
    smithy_buffer_append_f(out, ": %zu groups, %zu tasks accounted for, %zu folders to be cleaned or looked at.\n",
                           state->group_count, state->task_count, state->cleanup_count);
    append_lease(&command->run, out);
    append_filter(&command->run.state, out);
    append_flight(&state->flight, out);
    smithy_buffer_append_char(out, '\n');
    append_groups(command, request, out);
    if (wanted > request->limit)
        smithy_buffer_append_f(out, "%zu groups not listed: see --limit.\n", wanted - request->limit);
    for (size_t i = 0; i < state->group_count && request->group.ptr; i++)
        if (is_wanted(request, state->groups[i])) append_streams(command, state->groups[i], request->limit, out);
    append_edits(command, out);
}

/* ---- for programs ---- */

static void json_group(smithy_json_writer *json, const state_group *group, const show_request *request) {
    const entries found = count_entries(group);
    smithy_json_open_object(json);
    cli_json_text(json, "name", cli_group_name(group->arn));
    cli_json_text(json, "arn", group->arn);
    cli_json_time(json, "createdAt", group->created_ms);
    cli_json_time(json, "archivedUntil", group->exported_at);
    cli_json_time(json, "convergesTo", group->converge_to);
    cli_json_count(json, "streams", group->accounted_count);
    cli_json_count(json, "streamsOfTheirOwn", found.own);
    cli_json_count(json, "streamsOwed", found.owed);
    if (request->group.ptr) {
        smithy_json_name(json, "entries");
        smithy_json_open_array(json);
        for (size_t i = 0; i < group->stream_count && i < request->limit; i++) {
            const state_stream *stream = &group->streams[i];
            smithy_json_open_object(json);
            cli_json_text(json, "stream", stream->name);
            cli_json_time(json, "archivedUntil", stream->exported_at);
            cli_json_time(json, "owedUntil", stream->owed_to == STATE_NOT_OWED ? -1 : stream->owed_to);
            smithy_json_close_object(json);
        }
        smithy_json_close_array(json);
    }
    smithy_json_close_object(json);
}

static void json_head(smithy_json_writer *json, const cli_command *command) {
    const exporter_state *state = &command->run.state;
    cli_json_text(json, "outcome", SMITHY_STR("done"));
    cli_json_text(json, "message", SMITHY_STR(""));
    cli_json_text(json, "state", command->settings.store_dsn);
    cli_json_bool(json, "exists", command->run.state_exists);
    cli_json_text(json, "id", state->id);
    cli_json_text(json, "logStreamNamePrefix", state->stream_prefix);
    smithy_json_name(json, "lease");
    smithy_json_open_object(json);
    cli_json_text(json, "owner", state->lease.owner);
    cli_json_time(json, "until", state->lease.owner.ptr ? state->lease.until_ms : -1);
    smithy_json_close_object(json);
    smithy_json_name(json, "flight");
    smithy_json_open_object(json);
    cli_json_text(json, "taskId", state->flight.task_id);
    cli_json_text(json, "taskName", state->flight.task_name);
    cli_json_text(json, "group", state->flight.group);
    cli_json_text(json, "stream", state->flight.prefix.len > 0 ? state->flight.prefix : (smithy_str){0});
    cli_json_time(json, "from", state->flight.task_name.ptr ? state->flight.from_ms : -1);
    cli_json_time(json, "to", state->flight.task_name.ptr ? state->flight.to_ms : -1);
    smithy_json_close_object(json);
    cli_json_count(json, "tasksAccounted", state->task_count);
    cli_json_count(json, "cleanups", state->cleanup_count);
}

static void json_edits(smithy_json_writer *json, const exporter_state *state) {
    smithy_json_name(json, "edits");
    smithy_json_open_array(json);
    for (size_t i = 0; i < state->edit_count; i++) {
        const state_edit *edit = &state->edits[i];
        smithy_json_open_object(json);
        cli_json_time(json, "at", edit->at_ms);
        cli_json_text(json, "by", edit->by);
        cli_json_text(json, "arn", edit->arn);
        cli_json_time(json, "from", edit->from_ms);
        cli_json_time(json, "to", edit->to_ms);
        cli_json_text(json, "reason", edit->reason);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
}

static void write_json(cli_command *command, const show_request *request) {
    const exporter_state *state = &command->run.state;
    const size_t wanted = count_wanted(state, request);
    smithy_json_writer json;
    smithy_json_writer_init(&json, &command->out);
    smithy_json_open_object(&json);
    json_head(&json, command);
    smithy_json_name(&json, "groups");
    smithy_json_open_array(&json);
    for (size_t i = 0, listed = 0; i < state->group_count && listed < request->limit; i++)
        if (is_wanted(request, state->groups[i])) {
            json_group(&json, state->groups[i], request);
            listed++;
        }
    smithy_json_close_array(&json);
    cli_json_count(&json, "groupsTotal", wanted);
    cli_json_count(&json, "groupsLeftUnlisted", wanted > request->limit ? wanted - request->limit : 0);
    json_edits(&json, state);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(&command->out, '\n');
}

/* ---- the command ---- */

static bool act(cli_command *command, void *context) {
    show_request *request = context;
    if (!cli_command_read_limit(command, request->limit_text, CLI_GROUPS_LIMIT, &request->limit) ||
        !lease_load(&command->run))
        return false;
    if (request->group.ptr && count_wanted(&command->run.state, request) == 0)
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION, "the state knows no log group %.200s",
                                request->group.ptr);
    if (command->as_json)
        write_json(command, request);
    else
        write_text(command, request);
    return true;
}

int cli_state_show(const cli_io *io, size_t count, const char *const *args) {
    show_request request = {0};
    const cli_flag flags[] = {
        {.name = "--limit", .text = &request.limit_text}, {.name = "--group", .text = &request.group}, {.name = NULL}};
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = "state show",
                                               .need = EXPORTER_NEEDS_STATE,
                                               .reach = SESSION_STATE,
                                               .flags = flags,
                                               .act = act,
                                               .context = &request});
}
