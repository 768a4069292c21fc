/* The command `report`: a page with the coverage of each group over time, on standard output or in a file. */
#include "duration.h"
#include "lease.h"
#include "report.h"
#include "survey_view.h"

typedef struct report_request {
    smithy_str limit_text, since_text, output;
    size_t limit;
    int64_t since_ms; /* How far back; 0: to the beginning. */
} report_request;

static bool read_since(cli_command *command, report_request *request) {
    if (!request->since_text.ptr) return true;
    if (exporter_duration_read(request->since_text, &request->since_ms) && request->since_ms > 0) return true;
    return cli_command_fail(
        command, EXPORTER_OUTCOME_CONFIGURATION,
        "--since \"%.40s\" cannot be used: give how far the picture goes back as " EXPORTER_DURATION_FORM,
        request->since_text.ptr);
}

/* What the ledger tells, by the state as it stands; a survey plans with it, and so comes later. */
static bool read_ledger(run_context *run, report_input *input) {
    proof ledger;
    if (!lease_load(run)) return false;
    smithy_status status = proof_collect(run, 0, &ledger);
    if (status == SMITHY_OK && ledger.task_count > 0) {
        proof_check_windows(run, &ledger);
        status = report_use_ledger(run, &ledger, input);
    }
    if (status == SMITHY_OK || !run_is_fatal(status)) {
        if (status != SMITHY_OK)
            exporter_log_line(run->log, EXPORTER_LOG_WARN, "the ledger cannot be read: windows go by the list of tasks",
                              EXPORTER_FIELD_TEXT("error", smithy_call_error(run->call)->message));
        return !run->failed;
    }
    return run_fail(run, status, "reading the ledger"), false;
}

static bool write_page(cli_command *command, const report_request *request, const survey *all, report_input *input) {
    run_context *run = &command->run;
    if (!input->windows) {
        const smithy_status status = report_use_tasks(run, all, input);
        if (status != SMITHY_OK) return run_fail(run, status, "collecting the windows"), false;
    }
    input->all = all;
    input->limit = request->limit;
    input->since_ms = request->since_ms > 0 ? all->now_ms - request->since_ms : SURVEY_UNKNOWN;
    input->state = command->settings.store_dsn;
    report_write(input, &command->out);
    return true;
}

/* --output: the page goes there, and standard output is told so. */
static bool save(cli_command *command, const report_request *request, const survey *all) {
    const smithy_system *system = command->io->system;
    smithy_buffer *out = &command->out;
    smithy_status status = smithy_buffer_status(out);
    if (status == SMITHY_OK) status = system->file_replace(system->context, request->output.ptr, out->ptr, out->len);
    if (status != SMITHY_OK)
        return cli_command_fail(command, EXPORTER_OUTCOME_FAILED, "the report %.300s cannot be written",
                                request->output.ptr);
    smithy_buffer_reset(out);
    if (!command->as_json) {
        smithy_buffer_append_f(out, "%s: the coverage of %zu groups\n", request->output.ptr,
                               cli_listed(all, request->limit));
        return true;
    }
    smithy_json_writer json;
    smithy_json_writer_init(&json, out);
    smithy_json_open_object(&json);
    cli_json_survey(&json, command, all);
    cli_json_text(&json, "output", request->output);
    cli_json_count(&json, "groupsTotal", all->count + all->unseen);
    cli_json_count(&json, "groupsShown", cli_listed(all, request->limit));
    smithy_json_close_object(&json);
    smithy_buffer_append_char(out, '\n');
    return true;
}

static bool act(cli_command *command, void *context) {
    report_request *request = context;
    report_input input = {0};
    survey all;
    if (command->as_json && !request->output.ptr)
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION, "--json needs --output: the report is a page");
    if (!cli_command_read_limit(command, request->limit_text, CLI_GROUPS_LIMIT, &request->limit) ||
        !read_since(command, request) || !read_ledger(&command->run, &input) || !survey_take(&command->run, 0, &all) ||
        !write_page(command, request, &all, &input))
        return false;
    if (request->output.ptr && !save(command, request, &all)) return false;
    command->exit_code = cli_survey_exit_code(&all);
    return true;
}

int cli_report(const cli_io *io, size_t count, const char *const *args) {
    report_request request = {0};
    const cli_flag flags[] = {{.name = "--limit", .text = &request.limit_text},
                              {.name = "--since", .text = &request.since_text},
                              {.name = "--output", .text = &request.output},
                              {.name = NULL}};
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = "report",
                                               .need = EXPORTER_NEEDS_ALL,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &request});
}
