/* The command `run`. */
#include "cli.h"
#include "exporter.h"
#include "log_writer.h"
#include "metrics.h"
#include "progress.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define ANSWER_MAX_BYTES  ((size_t)1024 * 1024)
#define STATE_FOLDER_MODE 0700

static const char *const OWN_FLAGS[] = {"--json", "--help", "-h", NULL};

static bool has_flag(size_t count, const char *const *args, const char *flag) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(args[i], flag) == 0) return true;
    return false;
}

/* ---- the answer ---- */

/* Answers the exit code: the outcome's, unless nobody could be told of it. */
static int tell(const cli_io *io, bool as_json, const exporter_answer *answer) {
    smithy_buffer text;
    smithy_buffer_init(&text, io->system, ANSWER_MAX_BYTES);
    if (as_json)
        exporter_answer_write_json(answer, &text);
    else
        exporter_answer_write_text(answer, &text);
    if (as_json) smithy_buffer_append_char(&text, '\n');
    const bool told =
        smithy_buffer_status(&text) == SMITHY_OK && exporter_write_all(io->out_fd, smithy_buffer_str(&text));
    smithy_buffer_deinit(&text);
    if (told) return exporter_outcome_exit_code(answer->outcome);
    (void)cli_print(io->err_fd, "cloudwatch-logs-s3-exporter: the answer could not be written\n");
    const int exit_code = exporter_outcome_exit_code(answer->outcome);
    return exit_code ? exit_code : CLI_EXIT_FAILED;
}

/* The run never began: one line on standard error, and the answer where a program reads it. */
static int refuse(const cli_io *io, bool as_json, const exporter_answer *answer) {
    char line[sizeof answer->message + 64];
    (void)snprintf(line, sizeof line, "cloudwatch-logs-s3-exporter: %s\n", answer->message);
    (void)cli_print(io->err_fd, line);
    return as_json ? tell(io, true, answer) : exporter_outcome_exit_code(answer->outcome);
}

static int refuse_settings(const cli_io *io, bool as_json, const smithy_error *error) {
    exporter_answer answer = {0};
    const bool is_config = error->status == SMITHY_ERROR_CONFIG;
    answer.outcome = is_config ? EXPORTER_OUTCOME_CONFIGURATION : EXPORTER_OUTCOME_FAILED;
    if (is_config)
        (void)snprintf(answer.message, sizeof answer.message, "%s", error->message);
    else
        (void)smithy_error_format(error, answer.message, sizeof answer.message);
    return refuse(io, as_json, &answer);
}

/* ---- the run ---- */

/* Nobody can be asked to make the folder of a file that nobody named. `path` is changed while it is walked, and whole
 * again at the end. false with errno. */
static bool make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = mkdir(path, STATE_FOLDER_MODE) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made) return false;
    }
    return true;
}

static smithy_status make_state_folder(const exporter_settings *settings, smithy_call *call) {
    if (!settings->store_is_default) return SMITHY_OK;
    char *path = smithy_call_alloc(call, settings->store_path.len + 1, 1);
    if (!path) return smithy_call_status(call);
    memcpy(path, settings->store_path.ptr, settings->store_path.len);
    if (make_folders(path)) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                            "the folder of the state file %.300s cannot be made (%s): give --store-dsn", path,
                            strerror(errno));
}

static void export(const cli_io *io, const exporter_settings *settings, exporter_answer *answer) {
    exporter_log_writer writer;
    cli_progress progress;
    cli_progress_log log;
    exporter_log_writer_init(&writer, io->system, io->err_fd, EXPORTER_LOG_FORMAT_TERMINAL, settings->log_level);
    cli_progress_init(&progress, io->system, io->err_fd);
    cli_progress_log_init(&log, &writer.base, &progress);
    for (size_t i = 0; i < settings->warnings.count; i++)
        exporter_log_write(&log.base, EXPORTER_LOG_WARN, settings->warnings.items[i].ptr, NULL, 0);

    const int64_t now_ms = io->system->mono_ms(io->system->context);
    exporter_run(
        &(exporter_options){
            .system = io->system,
            .settings = settings,
            .log = &log.base,
            .observer = io->err_is_terminal ? &progress.base : NULL,
            .deadline_mono_ms = settings->timeout_ms > 0 ? now_ms + settings->timeout_ms : 0,
            .stop = io->stop,
        },
        answer);
    cli_progress_deinit(&progress);
    if (settings->metrics == EXPORTER_METRICS_EMF) metrics_write(answer, &writer);
    exporter_log_writer_deinit(&writer);
}

static int run_with(const cli_io *io, size_t count, const char *const *args, smithy_call *call) {
    const bool as_json = has_flag(count, args, "--json");
    const exporter_settings_source source = {
        .host = EXPORTER_HOST_COMMAND,
        .args = args,
        .arg_count = count,
        .own_flags = OWN_FLAGS,
    };
    exporter_settings settings;
    if (exporter_settings_read(&source, &settings, call) != SMITHY_OK ||
        make_state_folder(&settings, call) != SMITHY_OK)
        return refuse_settings(io, as_json, smithy_call_error(call));
    exporter_answer answer = {0};
    export(io, &settings, &answer);
    return tell(io, as_json, &answer);
}

int cli_run(const cli_io *io, size_t count, const char *const *args) {
    if (has_flag(count, args, "--help") || has_flag(count, args, "-h"))
        return cli_print(io->out_fd, cli_help_text(SMITHY_STR("run"))) ? 0 : CLI_EXIT_FAILED;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = io->system});
    if (!call) {
        (void)cli_print(io->err_fd, "cloudwatch-logs-s3-exporter: out of memory\n");
        return CLI_EXIT_FAILED;
    }
    const int exit_code = run_with(io, count, args, call);
    smithy_call_destroy(call);
    return exit_code;
}
