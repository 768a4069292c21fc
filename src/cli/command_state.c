/* The command `state`: its words, and `state check`. */
#include "command_state.h"
#include "answer_text.h"
#include "log_text.h"

#include "settings_keys.h"

#define TEXT_MAX_BYTES 1024

/* ---- check ---- */

/* What is no damage, and yet worth a word. */
static void append_remarks(const run_context *run, smithy_buffer *out) {
    const exporter_state *state = &run->state;
    if (state->carried_count > 0 || (state->group_count > 0 && !state->id.ptr))
        smithy_buffer_append_text(out, "It is the first version's: the next run takes it over.\n");
    if (state->lease.owner.ptr && state->lease.until_ms > run_now_ms(run)) {
        smithy_buffer_append_text(out, "A run works on it until ");
        exporter_text_append_time(out, state->lease.until_ms);
        smithy_buffer_append_text(out, " at the latest.\n");
    } else if (state->lease.owner.ptr) {
        smithy_buffer_append_text(out, "Its last run ended without giving the lease back; the next one takes it.\n");
    }
    if (state->flight.task_name.ptr) {
        smithy_buffer_append_text(out, "A task was left in flight on ");
        exporter_text_append_line(out, state->flight.group, TEXT_MAX_BYTES);
        smithy_buffer_append_text(out, "; the next run settles it.\n");
    }
}

static void check_as_text(const cli_command *command, smithy_buffer *out) {
    const run_context *run = &command->run;
    if (!run->state_exists) {
        smithy_buffer_append_text(out, "There is no state yet: the next run is a first one, and exports everything.\n");
        return;
    }
    smithy_buffer_append_text(out, "A run can use the state: ");
    exporter_text_append_count(out, (int64_t)run->state.group_count, "group");
    smithy_buffer_append_text(out, ".\n");
    append_remarks(run, out);
}

static void check_as_json(const cli_command *command, smithy_buffer *out) {
    const run_context *run = &command->run;
    smithy_json_writer json;
    smithy_json_writer_init(&json, out);
    smithy_json_open_object(&json);
    cli_json_text(&json, "outcome", SMITHY_STR("done"));
    cli_json_text(&json, "message", SMITHY_STR(""));
    cli_json_text(&json, "state", command->settings.store_dsn);
    cli_json_bool(&json, "exists", run->state_exists);
    cli_json_count(&json, "groups", run->state.group_count);
    cli_json_bool(&json, "leased", run->state.lease.owner.ptr && run->state.lease.until_ms > run_now_ms(run));
    cli_json_bool(&json, "inFlight", run->state.flight.task_name.ptr != NULL);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(out, '\n');
}

static bool check(cli_command *command, void *context) {
    (void)context;
    if (!lease_load(&command->run)) return false;
    if (command->as_json)
        check_as_json(command, &command->out);
    else
        check_as_text(command, &command->out);
    return true;
}

static int cli_state_check(const cli_io *io, size_t count, const char *const *args) {
    return cli_command_run(
        io, count, args,
        &(cli_command_kind){.name = "state check", .need = EXPORTER_NEEDS_STATE, .reach = SESSION_STATE, .act = check});
}

/* ---- the words ---- */

int cli_state(const cli_io *io, size_t count, const char *const *args) {
    static const struct {
        const char *word;
        int (*run)(const cli_io *io, size_t count, const char *const *args);
    } WORDS[] = {{"show", cli_state_show}, {"check", cli_state_check}, {"edit", cli_state_edit}};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0] && count > 0; i++)
        if (strcmp(args[0], WORDS[i].word) == 0) return WORDS[i].run(io, count - 1, args + 1);
    if (count > 0 && (strcmp(args[0], "--help") == 0 || strcmp(args[0], "-h") == 0))
        return cli_print(io->out_fd, cli_help_text(SMITHY_STR("state"))) ? 0 : CLI_EXIT_FAILED;
    (void)cli_print(io->err_fd, "cloudwatch-logs-s3-exporter: state is followed by show, check or edit: see "
                                "`cloudwatch-logs-s3-exporter help state`\n");
    return CLI_EXIT_USAGE;
}
