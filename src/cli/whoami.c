/* The command `whoami`. */
#include "whoami.h"

#include "log_writer.h"

#define PROGRAM          "cloudwatch-logs-s3-exporter"
#define ANSWER_MAX_BYTES ((size_t)1024 * 1024)

static const char *const OWN_FLAGS[] = {"--json", "--all", "--verbose", "--help", "-h", NULL};

static bool has_flag(size_t count, const char *const *args, const char *flag) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(args[i], flag) == 0) return true;
    return false;
}

/* One line on standard error, whatever else is told. */
static void complain(const cli_io *io, const char *problem) {
    (void)cli_print(io->err_fd, PROGRAM ": ");
    (void)cli_print(io->err_fd, problem);
    (void)cli_print(io->err_fd, "\n");
}

static int tell(const cli_io *io, size_t count, const char *const *args, const whoami_report *report) {
    const bool all = has_flag(count, args, "--all") || has_flag(count, args, "--verbose");
    smithy_buffer text;
    smithy_buffer_init(&text, io->system, ANSWER_MAX_BYTES);
    if (has_flag(count, args, "--json"))
        whoami_write_json(report, all, &text);
    else
        whoami_write_text(report, all, &text);
    const bool told =
        smithy_buffer_status(&text) == SMITHY_OK && exporter_write_all(io->out_fd, smithy_buffer_str(&text));
    smithy_buffer_deinit(&text);
    if (!told) complain(io, "the answer could not be written");
    if (report->problem[0]) complain(io, report->problem);
    const int exit_code = exporter_outcome_exit_code(report->outcome);
    return exit_code || told ? exit_code : CLI_EXIT_FAILED;
}

static int refuse(const cli_io *io, const smithy_error *error) {
    complain(io, error->message);
    return error->status == SMITHY_ERROR_CONFIG ? CLI_EXIT_USAGE : CLI_EXIT_FAILED;
}

static int whoami_with(const cli_io *io, size_t count, const char *const *args, smithy_call *call) {
    const exporter_settings_source source = {
        .host = EXPORTER_HOST_COMMAND,
        .command = "whoami",
        .need = EXPORTER_NEEDS_IDENTITY,
        .args = args,
        .arg_count = count,
        .own_flags = OWN_FLAGS,
    };
    exporter_settings settings;
    exporter_log_writer log;
    whoami_report report;
    if (exporter_settings_read(&source, &settings, call) != SMITHY_OK) return refuse(io, smithy_call_error(call));
    exporter_log_writer_init(&log, io->system, io->err_fd, EXPORTER_LOG_FORMAT_TERMINAL, EXPORTER_LOG_WARN);
    whoami_report_init(&report, &settings, io, &log.base, call);
    const int exit_code = tell(io, count, args, &report);
    whoami_report_deinit(&report);
    exporter_log_writer_deinit(&log);
    return exit_code;
}

int cli_whoami(const cli_io *io, size_t count, const char *const *args) {
    if (has_flag(count, args, "--help") || has_flag(count, args, "-h"))
        return cli_print(io->out_fd, cli_help_text(SMITHY_STR("whoami"))) ? 0 : CLI_EXIT_FAILED;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = io->system});
    if (!call) {
        complain(io, "out of memory");
        return CLI_EXIT_FAILED;
    }
    const int exit_code = whoami_with(io, count, args, call);
    smithy_call_destroy(call);
    return exit_code;
}
