/* The command `state edit`: moves one watermark, under the lease, and notes who did it and why. */
#include "answer_text.h"
#include "catalog_list.h"
#include "command_state.h"
#include "log_text.h"
#include "state_change.h"

#include <smithy/text.h>
#include <stdio.h>

#define TEXT_MAX_BYTES   1024
#define REASON_MAX_BYTES 500
#define USER_MAX_BYTES   64

typedef struct edit_request {
    smithy_str group, stream, to_text, reason;
    bool yes;
    int64_t to_ms;
    catalog_group found;          /* As CloudWatch Logs lists it. */
    const catalog_stream *single; /* Of `found`; NULL: the whole group. */
} edit_request;

/* ---- what is asked ---- */

static bool read_time(smithy_str text, int64_t *ms) {
    if (smithy_str_equal_nocase(text, SMITHY_STR("nothing"))) return *ms = STATE_NOTHING, true;
    return cli_command_read_time(text, ms);
}

static bool read_request(cli_command *command, edit_request *request) {
    const exporter_outcome bad = EXPORTER_OUTCOME_CONFIGURATION;
    if (!request->group.ptr) return cli_command_fail(command, bad, "--group is missing: name the log group");
    if (!request->to_text.ptr)
        return cli_command_fail(command, bad, "--to is missing: say up to when it is to count as archived");
    if (!request->reason.ptr)
        return cli_command_fail(command, bad,
                                "--reason is missing: it is kept in the state, for whoever wonders later");
    if (request->reason.len > REASON_MAX_BYTES)
        return cli_command_fail(command, bad, "--reason is too long: %d bytes at most", REASON_MAX_BYTES);
    if (read_time(request->to_text, &request->to_ms)) return true;
    return cli_command_fail(
        command, bad,
        "--to \"%.60s\" cannot be used: give a time such as 2026-11-22T10:00:00Z, a day, the ms since "
        "1970, or \"nothing\"",
        request->to_text.ptr);
}

static smithy_str group_name(smithy_str text) {
    return smithy_str_starts_with(text, SMITHY_STR("arn:")) ? cli_group_name(text) : text;
}

/* The group, and its streams, as they are now. */
static bool find_group(cli_command *command, edit_request *request) {
    run_context *run = &command->run;
    const smithy_str name = group_name(request->group);
    bool exists = false, complete = false;
    smithy_status status = catalog_find_group(run, name, &request->found, &exists);
    if (status != SMITHY_OK) return run_fail(run, status, "looking for the log group"), false;
    if (!exists)
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "there is no log group %.*s in this account and Region", SMITHY_STR_ARG(name));
    status = catalog_list_streams(run, &request->found, request->stream, &complete, run->memory);
    if (status != SMITHY_OK) return run_fail(run, status, "listing the group's streams"), false;
    if (!complete) return cli_command_fail(command, EXPORTER_OUTCOME_FAILED, "the time was up; nothing was changed");
    for (size_t i = 0; i < request->found.stream_count && request->stream.ptr; i++)
        if (smithy_str_equal(request->found.streams[i].name, request->stream))
            request->single = &request->found.streams[i];
    if (!request->stream.ptr || request->single) return true;
    return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION, "%.*s has no stream %.*s", SMITHY_STR_ARG(name),
                            SMITHY_STR_ARG(request->stream));
}

static state_group *group_in_state(cli_command *command, const edit_request *request) {
    return state_add_group(&command->run.state, request->found.arn, request->found.created_ms);
}

/* ---- may it be ---- */

static bool check_flight(cli_command *command, const edit_request *request) {
    const state_flight *flight = &command->run.state.flight;
    if (!flight->task_name.ptr || !smithy_str_equal(flight->group, request->found.name)) return true;
    return cli_command_fail(
        command, EXPORTER_OUTCOME_BUSY,
        "an export task of this group is in flight: run once, so that it is settled, and edit then");
}

static bool foresee(cli_command *command, const edit_request *request, state_change *change) {
    state_group *group = group_in_state(command, request);
    const smithy_status status =
        group ? state_change_foresee(group, request->single, request->to_ms, change) : SMITHY_ERROR_MEMORY;
    if (status != SMITHY_OK) return run_fail(&command->run, status, "reading the state"), false;
    if (request->to_ms > run_now_ms(&command->run))
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "--to \"%.60s\" lies in the future: what comes until then would be left out, for good",
                                request->to_text.ptr);
    if (change->from_ms == change->to_ms)
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "it stands there already; nothing was changed");
    return check_flight(command, request);
}

/* ---- what is said ---- */

static void append_instant(smithy_buffer *out, int64_t ms) {
    if (ms == STATE_NOTHING)
        smithy_buffer_append_text(out, "nothing");
    else
        exporter_text_append_time_ms(out, ms);
}

static void append_range(smithy_buffer *out, const char *before, int64_t from_ms, int64_t to_ms, const char *after) {
    if (from_ms > to_ms) return;
    smithy_buffer_append_text(out, before);
    if (from_ms > 0) {
        smithy_buffer_append_text(out, " from ");
        exporter_text_append_time_ms(out, from_ms);
    }
    smithy_buffer_append_text(out, " to ");
    exporter_text_append_time_ms(out, to_ms);
    smithy_buffer_append_text(out, after);
}

static void append_change(const edit_request *request, const state_change *change, smithy_buffer *out) {
    exporter_text_append_line(out, request->found.name, TEXT_MAX_BYTES);
    if (request->single) {
        smithy_buffer_append_text(out, ", stream ");
        exporter_text_append_line(out, request->single->name, TEXT_MAX_BYTES);
    }
    smithy_buffer_append_text(out, ": archived until ");
    append_instant(out, change->from_ms);
    smithy_buffer_append_text(out, " -> ");
    append_instant(out, change->to_ms);
    smithy_buffer_append_text(out, "\n");
    append_range(out, "  Duplicates: events", change->repeated_from_ms, change->repeated_to_ms,
                 " are exported again, and stand in the archive twice.\n");
    append_range(out, "  Omissions: events", change->skipped_from_ms, change->skipped_to_ms,
                 " that are not archived are skipped, for good.\n");
}

static void json_range(smithy_json_writer *json, const char *name, int64_t from_ms, int64_t to_ms) {
    smithy_json_name(json, name);
    if (from_ms > to_ms) {
        smithy_json_value_null(json);
        return;
    }
    smithy_json_open_object(json);
    cli_json_time(json, "from", from_ms);
    cli_json_time(json, "to", to_ms);
    smithy_json_close_object(json);
}

static void write_json(cli_command *command, const edit_request *request, const state_change *change) {
    smithy_json_writer json;
    smithy_json_writer_init(&json, &command->out);
    smithy_json_open_object(&json);
    cli_json_text(&json, "outcome", SMITHY_STR("done"));
    cli_json_text(&json, "message", SMITHY_STR(""));
    cli_json_text(&json, "group", request->found.name);
    cli_json_text(&json, "stream", request->stream);
    cli_json_time(&json, "from", change->from_ms);
    cli_json_time(&json, "to", change->to_ms);
    json_range(&json, "repeated", change->repeated_from_ms, change->repeated_to_ms);
    json_range(&json, "skipped", change->skipped_from_ms, change->skipped_to_ms);
    cli_json_text(&json, "reason", request->reason);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(&command->out, '\n');
}

/* ---- doing it ---- */

/* "who (nonce)": the user that the environment tells, and this command's name in the lease. */
static smithy_str author(run_context *run) {
    const char *user = run->system->env(run->system->context, "USER");
    if (!user || !user[0]) user = run->system->env(run->system->context, "LOGNAME");
    return smithy_call_format(run->memory, "%.*s (%.8s)", USER_MAX_BYTES, user && user[0] ? user : "somebody",
                              run->owner.ptr);
}

static smithy_status apply(run_context *run, const edit_request *request, state_group *group,
                           const state_change *change) {
    state_edit edit = {.at_ms = run_now_ms(run),
                       .by = author(run),
                       .arn = request->found.arn,
                       .from_ms = change->from_ms,
                       .to_ms = change->to_ms,
                       .reason = request->reason};
    if (request->single)
        edit.arn = smithy_call_format(run->memory, "%.*s:log-stream:%.*s", SMITHY_STR_ARG(request->found.arn),
                                      SMITHY_STR_ARG(request->single->name));
    SMITHY_TRY(smithy_call_status(run->memory));
    SMITHY_TRY(request->single ? state_change_stream(&run->state, group, request->single, change->to_ms)
                               : state_change_group(&run->state, group, &request->found, change->to_ms));
    return state_add_edit(&run->state, &edit);
}

/* Between the question and the lease somebody may have written. */
static bool is_still_so(cli_command *command, const edit_request *request, const state_change *asked) {
    state_change change;
    if (!foresee(command, request, &change)) return false;
    if (change.from_ms == asked->from_ms) return true;
    return cli_command_fail(command, EXPORTER_OUTCOME_BUSY, "a run moved it in the meantime; nothing was changed");
}

static bool do_it(cli_command *command, const edit_request *request, const state_change *change) {
    run_context *run = &command->run;
    if (!lease_take(run)) return false;
    const bool may = is_still_so(command, request, change);
    if (may) {
        const smithy_status status = apply(run, request, group_in_state(command, request), change);
        /* What is in memory is half a change then: it is not saved, and the lease ends by itself. */
        if (status != SMITHY_OK) return run_fail(run, status, "changing the state"), false;
    }
    lease_release(run);
    return may && !run->failed && !run->lost_lease;
}

static bool act(cli_command *command, void *context) {
    edit_request *request = context;
    state_change change;
    bool yes = false;
    if (!read_request(command, request) || !lease_load(&command->run) || !find_group(command, request) ||
        !foresee(command, request, &change))
        return false;
    if (!command->as_json) append_change(request, &change, &command->out);
    if (!request->yes && !command->as_json) {
        (void)exporter_write_all(command->io->err_fd, smithy_buffer_str(&command->out));
        smithy_buffer_reset(&command->out);
    }
    if (!cli_command_ask(command, request->yes, "Move it?", &yes)) return false;
    if (!yes) return cli_command_fail(command, EXPORTER_OUTCOME_FAILED, "nothing was changed");
    if (!do_it(command, request, &change)) return false;
    if (command->as_json)
        write_json(command, request, &change);
    else
        smithy_buffer_append_text(&command->out, "Moved.\n");
    return true;
}

int cli_state_edit(const cli_io *io, size_t count, const char *const *args) {
    edit_request request = {0};
    const cli_flag flags[] = {
        {.name = "--group", .text = &request.group}, {.name = "--stream", .text = &request.stream},
        {.name = "--to", .text = &request.to_text},  {.name = "--reason", .text = &request.reason},
        {.name = "--yes", .given = &request.yes},    {.name = NULL}};
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = "state edit",
                                               .need = EXPORTER_NEEDS_STATE,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &request});
}
