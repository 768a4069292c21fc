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

static const struct {
    const char *word;
    int (*run)(const cli_io *io, size_t count, const char *const *args);
} COMMANDS[] = {
    {"run", cli_run},           {"status", cli_status}, {"plan", cli_plan},     {"gaps", cli_gaps},
    {"verify", cli_verify},     {"report", cli_report}, {"cancel", cli_cancel}, {"state", cli_state},
    {"whoami", cli_whoami},     {"which", cli_which},   {"doctor", cli_doctor}, {"policy", cli_policy},
    {"backfill", cli_backfill},
};

/* The command that a misspelt word was meant for; NULL where none is near. */
static const char *nearest_command(smithy_str word) {
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++)
        if (settings_name_distance(word, smithy_str_from(COMMANDS[i].word)) == 1) return COMMANDS[i].word;
    return NULL;
}

/* One line that says what is wrong, and where to read on. */
static int refuse(const cli_io *io, const char *what, const char *arg) {
    char line[256];
    const char *nearest = nearest_command(smithy_str_from(arg));
    (void)snprintf(line, sizeof line, PROGRAM ": %s \"%.80s\"%s%s%s: see `" PROGRAM " help`\n", what, arg,
                   nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
    (void)cli_print(io->err_fd, line);
    return CLI_EXIT_USAGE;
}

/* Commands have one word, or two. */
static int help(const cli_io *io, size_t count, const char *const *args) {
    char words[64];
    if (count > 2) return refuse(io, "unexpected argument", args[2]);
    (void)snprintf(words, sizeof words, "%s%s%s", count > 0 ? args[0] : "", count > 1 ? " " : "",
                   count > 1 ? args[1] : "");
    const char *text = cli_help_text(count > 0 ? smithy_str_from(words) : (smithy_str){0});
    if (text) return print_answer(io, text);
    const bool is_first_known = cli_help_text(smithy_str_from(args[0])) != NULL;
    return is_first_known ? refuse(io, "unexpected argument", args[1]) : refuse(io, "unknown command", args[0]);
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
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++)
        if (is(command, COMMANDS[i].word)) return COMMANDS[i].run(io, count - 1, args + 1);
    if (is(command, "version") || is(command, "--version")) return version(io, count - 1, args + 1);
    if (is(command, "help") || is(command, "--help") || is(command, "-h")) return help(io, count - 1, args + 1);
    return refuse(io, "unknown command", command);
}
