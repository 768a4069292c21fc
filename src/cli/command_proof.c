/* The commands `gaps` and `verify`: whether the archive is what the state says. */
#include "answer_text.h"
#include "command.h"
#include "proof.h"
#include "table.h"

#define DEFAULT_SAMPLE 20

typedef struct proof_request {
    bool reads_back; /* verify */
    smithy_str sample_text;
    bool all;
} proof_request;

/* ---- for people ---- */

static void append_findings(const cli_command *command, const proof *p, smithy_buffer *out) {
    static const cli_column COLUMNS[] = {{.title = "FAULT"}, {.title = "GROUP"}, {.title = "STREAM"},
                                         {.title = "FROM"},  {.title = "TO"},    {.title = "COUNT", .right = true},
                                         {.title = "TASK"}};
    cli_table table;
    cli_table_init(&table, command->io->system, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
    for (size_t i = 0; i < p->finding_count; i++) {
        const proof_finding *finding = &p->findings[i];
        cli_table_text(&table, smithy_str_from(proof_fault_name(finding->fault)));
        cli_table_text(&table, finding->group);
        cli_table_text(&table, finding->stream.len > 0 ? finding->stream : SMITHY_STR("-"));
        cli_table_time(&table, finding->from_ms);
        cli_table_time(&table, finding->to_ms);
        cli_table_count(&table, (size_t)finding->count);
        cli_table_text(&table, finding->task_id);
    }
    cli_table_write(&table, out);
    cli_table_deinit(&table);
    smithy_buffer_append_char(out, '\n');
}

static int64_t all_faults(const proof *p) {
    int64_t all = 0;
    for (size_t i = 0; i < PROOF_FAULTS; i++) all += p->faults[i];
    return all;
}

static void append_read_back(const proof *p, smithy_buffer *out) {
    smithy_buffer_append_text(out, "Looked at the objects of ");
    exporter_text_append_count(out, p->tasks_looked_at, "task");
    smithy_buffer_append_text(out, ": ");
    exporter_text_append_count(out, p->objects, "object");
    smithy_buffer_append_text(out, ", ");
    exporter_text_append_bytes(out, p->bytes);
    smithy_buffer_append_text(out, ".\nRead back ");
    exporter_text_append_count(out, p->streams_read, "stream's window");
    smithy_buffer_append_text(out, ": ");
    exporter_text_append_count(out, p->events_read, "event");
    smithy_buffer_append_text(out, ".\n");
    if (p->late_objects > 0) {
        exporter_text_append_count(out, p->late_archived, "late event");
        smithy_buffer_append_text(out, " in ");
        exporter_text_append_count(out, p->late_objects, "object");
        smithy_buffer_append_text(out, " of their own.\n");
    }
    if (p->late > 0) {
        exporter_text_append_count(out, p->late, "event");
        smithy_buffer_append_text(out, " came after the window had been closed, and are not in the archive.\n");
    }
    if (p->streams_unnamed > 0) {
        exporter_text_append_count(out, p->streams_unnamed, "folder");
        smithy_buffer_append_text(out, " could not be read back: the ledger does not know of which stream.\n");
    }
}

static void write_text(cli_command *command, const proof *p, const proof_request *request) {
    smithy_buffer *out = &command->out;
    if (p->finding_count > 0) append_findings(command, p, out);
    exporter_text_append_count(out, (int64_t)p->task_count, "window");
    smithy_buffer_append_text(out, " of ");
    exporter_text_append_count(out, p->groups, "group");
    smithy_buffer_append_text(out, " in the ledger");
    smithy_buffer_append_text(
        out, p->faults[PROOF_GAP] + p->faults[PROOF_OVERLAP] == 0 ? ": they touch, without gap or overlap.\n" : ".\n");
    if (p->lost > 0) {
        exporter_text_append_count(out, p->lost, "window");
        smithy_buffer_append_text(
            out, " lost events that were no longer to be had when they were archived again (see the ledger).\n");
    }
    if (request->reads_back) append_read_back(p, out);
    if (proof_holds(p)) return;
    exporter_text_append_count(out, all_faults(p), "fault");
    smithy_buffer_append_text(out, " found.\n");
}

/* ---- for programs ---- */

static void json_finding(smithy_json_writer *json, const proof_finding *finding) {
    smithy_json_open_object(json);
    cli_json_text(json, "fault", smithy_str_from(proof_fault_name(finding->fault)));
    cli_json_text(json, "group", finding->group);
    cli_json_text(json, "stream", finding->stream.len > 0 ? finding->stream : (smithy_str){0});
    cli_json_text(json, "task", finding->task_id);
    cli_json_i64(json, "from", finding->from_ms);
    cli_json_i64(json, "to", finding->to_ms);
    cli_json_i64(json, "count", finding->count);
    smithy_json_close_object(json);
}

static void json_faults(smithy_json_writer *json, const proof *p) {
    smithy_json_name(json, "faults");
    smithy_json_open_object(json);
    for (size_t i = 0; i < PROOF_FAULTS; i++) cli_json_i64(json, proof_fault_name((proof_fault)i), p->faults[i]);
    smithy_json_close_object(json);
    smithy_json_name(json, "findings");
    smithy_json_open_array(json);
    for (size_t i = 0; i < p->finding_count; i++) json_finding(json, &p->findings[i]);
    smithy_json_close_array(json);
}

static void write_json(cli_command *command, const proof *p, const proof_request *request) {
    smithy_json_writer json;
    smithy_json_writer_init(&json, &command->out);
    smithy_json_open_object(&json);
    cli_json_bool(&json, "holds", proof_holds(p));
    cli_json_i64(&json, "groups", p->groups);
    cli_json_count(&json, "windows", p->task_count);
    cli_json_i64(&json, "ledgerObjects", p->ledger_objects);
    cli_json_i64(&json, "lost", p->lost);
    if (request->reads_back) {
        cli_json_i64(&json, "tasksLookedAt", p->tasks_looked_at);
        cli_json_i64(&json, "objects", p->objects);
        cli_json_i64(&json, "bytes", p->bytes);
        cli_json_i64(&json, "streamsRead", p->streams_read);
        cli_json_i64(&json, "streamsUnnamed", p->streams_unnamed);
        cli_json_i64(&json, "eventsRead", p->events_read);
        cli_json_i64(&json, "late", p->late);
        cli_json_i64(&json, "lateObjects", p->late_objects);
        cli_json_i64(&json, "lateArchived", p->late_archived);
    }
    json_faults(&json, p);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(&command->out, '\n');
}

/* ---- the commands ---- */

static bool read_sample(cli_command *command, const proof_request *request, size_t *sample) {
    int64_t number = DEFAULT_SAMPLE;
    if (request->sample_text.ptr && request->all)
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION, "give --sample or --all, not both");
    if (request->sample_text.ptr &&
        (!smithy_str_to_i64(request->sample_text, &number) || number < 1 || number > 1000000))
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "--sample \"%.40s\" cannot be used: give how many streams' windows to read back, from "
                                "1 to 1000000",
                                request->sample_text.ptr);
    *sample = request->all ? 0 : (size_t)number;
    return true;
}

static bool act(cli_command *command, void *context) {
    const proof_request *request = context;
    proof p;
    size_t sample = 0;
    if (!read_sample(command, request, &sample) || !proof_open(&command->run, &p)) return false;
    proof_check_windows(&command->run, &p);
    if (command->run.failed || !proof_check_folders(&command->run, &p)) return false;
    if (request->reads_back && (!proof_check_objects(&command->run, &p) || !proof_read_back(&command->run, &p, sample)))
        return false;
    if (command->as_json)
        write_json(command, &p, request);
    else
        write_text(command, &p, request);
    if (run_must_stop(&command->run)) command->exit_code = CLI_EXIT_WORK_REMAINS;
    if (!proof_holds(&p)) command->exit_code = CLI_EXIT_GAP;
    return true;
}

static int prove(const cli_io *io, size_t count, const char *const *args, const char *name, const cli_flag *flags,
                 proof_request *request) {
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = name,
                                               .need = EXPORTER_NEEDS_ALL,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = request});
}

int cli_gaps(const cli_io *io, size_t count, const char *const *args) {
    proof_request request = {0};
    return prove(io, count, args, "gaps", NULL, &request);
}

int cli_verify(const cli_io *io, size_t count, const char *const *args) {
    proof_request request = {.reads_back = true};
    const cli_flag flags[] = {
        {.name = "--sample", .text = &request.sample_text}, {.name = "--all", .given = &request.all}, {.name = NULL}};
    return prove(io, count, args, "verify", flags, &request);
}
