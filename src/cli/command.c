#include "command.h"

#include "log_text.h"

#include <smithy/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define PROGRAM         "cloudwatch-logs-s3-exporter"
#define OUT_MAX_BYTES   ((size_t)256 * 1024 * 1024)
#define OWN_FLAGS_MAX   16
#define NAME_MAX_BYTES  2048
#define REPLY_MAX_BYTES 16

/* ---- arguments ---- */

typedef struct arguments {
    const char **rest; /* What is left for the settings. */
    size_t rest_count;
    const char *own[OWN_FLAGS_MAX]; /* For "did you mean". */
    bool wants_help;
} arguments;

static const cli_flag *find_flag(const cli_flag *flags, smithy_str name) {
    for (; flags && flags->name; flags++)
        if (smithy_str_equal(name, smithy_str_from(flags->name))) return flags;
    return NULL;
}

/* The flag's value: behind '=', or the next argument, which *index moves to. */
static smithy_status take_value(cli_command *command, const cli_flag *flag, size_t count, const char *const *args,
                                size_t *index) {
    const char *equals = strchr(args[*index], '=');
    if (flag->text->ptr)
        return smithy_call_fail(command->call, SMITHY_ERROR_CONFIG, "%s is given twice: give it once", flag->name);
    if (equals)
        *flag->text = smithy_str_from(equals + 1);
    else if (*index + 1 < count && strncmp(args[*index + 1], "--", 2) != 0)
        *flag->text = smithy_str_from(args[++*index]);
    if (flag->text->len > 0) return SMITHY_OK;
    return smithy_call_fail(command->call, SMITHY_ERROR_CONFIG, "%s has no value: give %s VALUE or %s=VALUE",
                            flag->name, flag->name, flag->name);
}

static smithy_status take_own_flag(cli_command *command, const cli_flag *flag, size_t count, const char *const *args,
                                   size_t *index) {
    if (flag->given) *flag->given = true;
    if (flag->text) return take_value(command, flag, count, args, index);
    if (!strchr(args[*index], '=')) return SMITHY_OK;
    return smithy_call_fail(command->call, SMITHY_ERROR_CONFIG, "%s takes no value", flag->name);
}

/* Takes out what is the command's own. */
static smithy_status sort_arguments(cli_command *command, const cli_command_kind *kind, size_t count,
                                    const char *const *args, arguments *sorted) {
    const cli_flag every[] = {{.name = "--json", .given = &command->as_json},
                              {.name = "--help", .given = &sorted->wants_help},
                              {.name = "-h", .given = &sorted->wants_help},
                              {.name = NULL}};
    size_t own = 0;
    for (const cli_flag *flag = every; flag->name; flag++) sorted->own[own++] = flag->name;
    for (const cli_flag *flag = kind->flags; flag && flag->name; flag++) sorted->own[own++] = flag->name;
    sorted->rest = smithy_call_alloc(command->call, count + 1, sizeof *sorted->rest);
    if (!sorted->rest) return smithy_call_status(command->call);
    for (size_t i = 0; i < count; i++) {
        const smithy_str name = {args[i], strcspn(args[i], "=")};
        const cli_flag *flag = find_flag(every, name);
        if (!flag) flag = find_flag(kind->flags, name);
        if (flag)
            SMITHY_TRY(take_own_flag(command, flag, count, args, &i));
        else
            sorted->rest[sorted->rest_count++] = args[i];
    }
    return SMITHY_OK;
}

static smithy_status read_settings(cli_command *command, const cli_command_kind *kind, const arguments *sorted) {
    const exporter_settings_source source = {
        .host = EXPORTER_HOST_COMMAND,
        .command = kind->name,
        .need = kind->need,
        .is_quiet = true,
        .args = sorted->rest,
        .arg_count = sorted->rest_count,
        .own_flags = sorted->own,
    };
    return exporter_settings_read(&source, &command->settings, command->call);
}

/* ---- the session ---- */

static void start_session(cli_command *command) {
    const smithy_system *system = command->io->system;
    const int64_t timeout_ms = command->settings.timeout_ms;
    exporter_log_writer_init(&command->writer, system, command->io->err_fd, EXPORTER_LOG_FORMAT_TERMINAL,
                             command->settings.log_level);
    cli_progress_init(&command->progress, system, command->io->err_fd);
    cli_progress_log_init(&command->log, &command->writer.base, &command->progress);
    for (size_t i = 0; i < command->settings.warnings.count; i++)
        exporter_log_write(&command->log.base, EXPORTER_LOG_WARN, command->settings.warnings.items[i].ptr, NULL, 0);
    command->options = (exporter_options){
        .system = system,
        .settings = &command->settings,
        .log = &command->log.base,
        .observer = command->io->err_is_terminal ? &command->progress.base : NULL,
        .deadline_mono_ms = timeout_ms > 0 ? system->mono_ms(system->context) + timeout_ms : 0,
        .stop = command->io->stop,
    };
}

static bool act(cli_command *command, const cli_command_kind *kind) {
    start_session(command);
    const bool done = session_open(&command->run, &command->options, kind->reach, &command->answer) &&
                      kind->act(command, kind->context);
    session_close(&command->run);
    cli_progress_deinit(&command->progress);
    exporter_log_writer_deinit(&command->writer);
    return done;
}

/* ---- the answer ---- */

static void write_refusal(cli_command *command) {
    smithy_json_writer json;
    smithy_buffer_reset(&command->out);
    smithy_json_writer_init(&json, &command->out);
    smithy_json_open_object(&json);
    cli_json_text(&json, "outcome", smithy_str_from(exporter_outcome_name(command->answer.outcome)));
    cli_json_text(&json, "message", smithy_str_from(command->answer.message));
    smithy_json_close_object(&json);
    smithy_buffer_append_char(&command->out, '\n');
}

static void refuse(cli_command *command) {
    char line[sizeof command->answer.message + 64];
    (void)snprintf(line, sizeof line, PROGRAM ": %s\n", command->answer.message);
    (void)cli_print(command->io->err_fd, line);
    command->exit_code = exporter_outcome_exit_code(command->answer.outcome);
    if (command->exit_code == 0) command->exit_code = CLI_EXIT_FAILED;
    if (command->as_json) write_refusal(command);
}

static void refuse_settings(cli_command *command) {
    const smithy_error *error = smithy_call_error(command->call);
    const bool is_config = error->status == SMITHY_ERROR_CONFIG;
    command->answer.outcome = is_config ? EXPORTER_OUTCOME_CONFIGURATION : EXPORTER_OUTCOME_FAILED;
    if (is_config)
        (void)snprintf(command->answer.message, sizeof command->answer.message, "%s", error->message);
    else
        (void)smithy_error_format(error, command->answer.message, sizeof command->answer.message);
    refuse(command);
}

static void print_out(cli_command *command) {
    const smithy_status status = smithy_buffer_status(&command->out);
    if (status == SMITHY_OK && exporter_write_all(command->io->out_fd, smithy_buffer_str(&command->out))) return;
    (void)cli_print(command->io->err_fd, PROGRAM ": the answer could not be written\n");
    if (command->exit_code == 0) command->exit_code = CLI_EXIT_FAILED;
}

static void run_with(cli_command *command, const cli_command_kind *kind, size_t count, const char *const *args) {
    arguments sorted = {0};
    const smithy_status status = sort_arguments(command, kind, count, args, &sorted);
    if (sorted.wants_help) {
        smithy_buffer_append_text(&command->out, cli_help_text(smithy_str_from(kind->name)));
    } else if (status != SMITHY_OK || read_settings(command, kind, &sorted) != SMITHY_OK) {
        refuse_settings(command);
    } else if (!act(command, kind)) {
        refuse(command);
    }
    print_out(command);
}

int cli_command_run(const cli_io *io, size_t count, const char *const *args, const cli_command_kind *kind) {
    cli_command *command = io->system->resize(io->system->context, NULL, sizeof *command);
    smithy_call *call = command ? smithy_call_create(&(smithy_call_options){.system = io->system}) : NULL;
    int exit_code = CLI_EXIT_FAILED;
    if (call) {
        *command = (cli_command){.io = io, .name = kind->name, .call = call};
        smithy_buffer_init(&command->out, io->system, OUT_MAX_BYTES);
        run_with(command, kind, count, args);
        exit_code = command->exit_code;
        smithy_buffer_deinit(&command->out);
    } else {
        (void)cli_print(io->err_fd, PROGRAM ": out of memory\n");
    }
    smithy_call_destroy(call);
    if (command) io->system->resize(io->system->context, command, 0);
    return exit_code;
}

bool cli_command_fail(cli_command *command, exporter_outcome outcome, const char *format, ...) {
    va_list args;
    command->answer.outcome = outcome;
    va_start(args, format);
    (void)vsnprintf(command->answer.message, sizeof command->answer.message, format, args);
    va_end(args);
    return false;
}

/* ---- asking ---- */

static bool read_reply(int fd, char *reply, size_t size) {
    size_t len = 0;
    char c = 0;
    while (c != '\n') {
        if (read(fd, &c, 1) != 1) return false;
        if (len + 1 < size) reply[len++] = c;
    }
    reply[len] = '\0';
    return true;
}

bool cli_command_ask(cli_command *command, bool assumed, const char *question, bool *yes) {
    char reply[REPLY_MAX_BYTES];
    *yes = assumed;
    if (assumed) return true;
    if (!command->io->in_is_terminal)
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "%s asks before it does this, and nobody is there to answer: give --yes",
                                command->name);
    cli_progress_clear(&command->progress);
    (void)cli_print(command->io->err_fd, question);
    (void)cli_print(command->io->err_fd, " [y/N] ");
    *yes = read_reply(command->io->in_fd, reply, sizeof reply) && (reply[0] == 'y' || reply[0] == 'Y');
    return true;
}

bool cli_command_read_limit(cli_command *command, smithy_str text, size_t otherwise, size_t *limit) {
    int64_t number = 0;
    *limit = otherwise;
    if (!text.ptr) return true;
    if (!smithy_str_to_i64(text, &number) || number < 1)
        return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                                "--limit \"%.40s\" cannot be used: give how many groups to list, from 1 on", text.ptr);
    *limit = (size_t)number;
    return true;
}

bool cli_command_read_time(smithy_str text, int64_t *ms) {
    char midnight[40];
    if (smithy_time_read_date_time(text, ms)) return *ms >= 0;
    if (text.len == sizeof "2026-11-22" - 1) {
        (void)snprintf(midnight, sizeof midnight, "%.*sT00:00:00Z", SMITHY_STR_ARG(text));
        return smithy_time_read_date_time(smithy_str_from(midnight), ms) && *ms >= 0;
    }
    return smithy_str_to_i64(text, ms) && *ms >= 0;
}

/* ---- JSON ---- */

void cli_json_text(smithy_json_writer *json, const char *name, smithy_str text) {
    smithy_json_name(json, name);
    smithy_json_value_str(json, text);
}

void cli_json_i64(smithy_json_writer *json, const char *name, int64_t value) {
    smithy_json_name(json, name);
    smithy_json_value_i64(json, value);
}

void cli_json_count(smithy_json_writer *json, const char *name, size_t count) {
    cli_json_i64(json, name, (int64_t)count);
}

void cli_json_bool(smithy_json_writer *json, const char *name, bool value) {
    smithy_json_name(json, name);
    smithy_json_value_bool(json, value);
}

void cli_json_time(smithy_json_writer *json, const char *name, int64_t ms) {
    smithy_json_name(json, name);
    if (ms < 0)
        smithy_json_value_null(json);
    else
        smithy_json_value_date_time(json, ms);
}

void cli_json_ms(smithy_json_writer *json, const char *name, int64_t ms) {
    smithy_json_name(json, name);
    if (ms < 0)
        smithy_json_value_null(json);
    else
        smithy_json_value_i64(json, ms);
}
