#include "cli.h"

#include "log_writer.h"
#include "settings_keys.h"

#include <stdio.h>

#define PROGRAM "cloudwatch-logs-s3-exporter"

bool cli_print(int fd, const char *text) {
    return exporter_write_all(fd, smithy_str_from(text));
}

static bool is(const char *arg, const char *word) {
    return strcmp(arg, word) == 0;
}

static int print_answer(const cli_io *io, const char *text) {
    return cli_print(io->out_fd, text) ? 0 : CLI_EXIT_FAILED;
}

/* One line that says what is wrong, and where to read on. */
static int refuse(const cli_io *io, const char *what, const char *arg) {
    char line[256];
    const char *nearest =
        settings_name_distance(smithy_str_from(arg), SMITHY_STR("run")) == 1 ? " (did you mean run?)" : "";
    (void)snprintf(line, sizeof line, PROGRAM ": %s \"%.80s\"%s: see `" PROGRAM " help`\n", what, arg, nearest);
    (void)cli_print(io->err_fd, line);
    return CLI_EXIT_USAGE;
}

static int help(const cli_io *io, size_t count, const char *const *args) {
    if (count > 1) return refuse(io, "unexpected argument", args[1]);
    const char *text = cli_help_text(smithy_str_from(count == 1 ? args[0] : NULL));
    return text ? print_answer(io, text) : refuse(io, "unknown command", args[0]);
}

static int version(const cli_io *io, size_t count, const char *const *args) {
    if (count > 0) return refuse(io, "unexpected argument", args[0]);
    return print_answer(io, PROGRAM " " EXPORTER_VERSION "\n");
}

int cli_main(const cli_io *io, size_t count, const char *const *args) {
    if (count == 0) {
        (void)cli_print(io->err_fd, cli_help_text((smithy_str){0}));
        return CLI_EXIT_USAGE;
    }
    const char *command = args[0];
    if (is(command, "run")) return cli_run(io, count - 1, args + 1);
    if (is(command, "version") || is(command, "--version")) return version(io, count - 1, args + 1);
    if (is(command, "help") || is(command, "--help") || is(command, "-h")) return help(io, count - 1, args + 1);
    return refuse(io, "unknown command", command);
}
