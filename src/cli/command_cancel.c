/* The command `cancel`: cancels the export task of this state that is in flight, and nobody else's. */
#include "answer_text.h"
#include "command.h"
#include "lease.h"
#include "log_text.h"
#include "survey_tasks.h"

#include <stdio.h>

#define TEXT_MAX_BYTES 1024

typedef struct cancel_request {
    bool yes;
} cancel_request;

/* ---- what is said ---- */

static bool say(cli_command *command, const task_info *task, const char *text) {
    smithy_buffer *out = &command->out;
    smithy_json_writer json;
    if (!command->as_json) {
        smithy_buffer_append_text(out, text);
        smithy_buffer_append_char(out, '\n');
        return true;
    }
    smithy_json_writer_init(&json, out);
    smithy_json_open_object(&json);
    cli_json_text(&json, "outcome", SMITHY_STR("done"));
    cli_json_text(&json, "message", smithy_str_from(text));
    cli_json_bool(&json, "cancelled", task != NULL);
    cli_json_text(&json, "taskId", task ? task->id : (smithy_str){0});
    cli_json_text(&json, "group", task ? task->group : (smithy_str){0});
    smithy_json_close_object(&json);
    smithy_buffer_append_char(out, '\n');
    return true;
}

static bool ask(cli_command *command, const task_info *task, bool assumed, bool *yes) {
    smithy_buffer question;
    smithy_buffer_init(&question, command->io->system, 8 * TEXT_MAX_BYTES);
    smithy_buffer_append_text(&question, "Cancel task ");
    exporter_text_append_line(&question, task->id, TEXT_MAX_BYTES);
    smithy_buffer_append_text(&question, " on ");
    exporter_text_append_line(&question, task->group, TEXT_MAX_BYTES);
    smithy_buffer_append_text(&question, ", ");
    exporter_text_append_time(&question, task->from_ms);
    smithy_buffer_append_text(&question, " to ");
    exporter_text_append_time(&question, task->to_ms);
    smithy_buffer_append_text(&question, "?");
    const bool asked = smithy_buffer_status(&question) == SMITHY_OK &&
                       cli_command_ask(command, assumed, smithy_buffer_str(&question).ptr, yes);
    smithy_buffer_deinit(&question);
    return asked;
}

/* ---- doing it ---- */

static bool cancel(cli_command *command, const task_info *task) {
    run_context *run = &command->run;
    logs_cancel_export_task_output output;
    smithy_call *call = run_fresh_call(run);
    const smithy_status status =
        logs_cancel_export_task(run->logs, &(logs_cancel_export_task_input){.task_id = task->id}, &output, call);
    /* It ended before the request came. */
    if (status != SMITHY_OK && smithy_error_has_code(smithy_call_error(call), "InvalidOperationException"))
        return say(command, NULL, "The task has ended already; the next run settles it.");
    if (status != SMITHY_OK) return run_fail(run, status, "cancelling the export task"), false;
    return say(
        command, task,
        "Cancelled. The next run deletes what the task wrote, and exports its window again; a run that waits for "
        "it reports it.");
}

static bool act(cli_command *command, void *context) {
    const cancel_request *request = context;
    run_context *run = &command->run;
    task_list active = {0};
    bool yes = false;
    if (!lease_load(run)) return false;
    const smithy_status status = task_list_active(run, &active, run->memory);
    if (status != SMITHY_OK) return run_fail(run, status, "listing the export tasks"), false;
    if (active.count == 0) return say(command, NULL, "No export task is active: there is nothing to cancel.");
    const task_info *task = &active.items[0];
    if (!survey_is_ours(run, task))
        return cli_command_fail(command, EXPORTER_OUTCOME_BUSY,
                                "the active export task %.*s (\"%.*s\") is not of this state: it is not ours to cancel",
                                SMITHY_STR_ARG(task->id), (int)(task->name.len < 100 ? task->name.len : 100),
                                task->name.ptr ? task->name.ptr : "");
    if (!ask(command, task, request->yes, &yes)) return false;
    return yes ? cancel(command, task) : cli_command_fail(command, EXPORTER_OUTCOME_FAILED, "nothing was cancelled");
}

int cli_cancel(const cli_io *io, size_t count, const char *const *args) {
    cancel_request request = {0};
    const cli_flag flags[] = {{.name = "--yes", .given = &request.yes}, {.name = NULL}};
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = "cancel",
                                               .need = EXPORTER_NEEDS_STATE,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &request});
}
