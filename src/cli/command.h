/* What the commands share: flags of their own beside the settings', a session, a way to answer. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli.h"
#include "log_writer.h"
#include "progress.h"
#include "session.h"

#include <smithy/json.h>

/* A flag of one command's own. */
typedef struct cli_flag {
    const char *name; /* "--limit" */
    smithy_str *text; /* Takes its value; NULL: it has none. */
    bool *given;      /* Optional. */
} cli_flag;

/* A command from its arguments to its answer. */
typedef struct cli_command {
    const cli_io *io;
    const char *name; /* "status"; of the help, and of messages. */
    bool as_json;
    exporter_settings settings;
    exporter_options options;
    exporter_log_writer writer;
    cli_progress progress;
    cli_progress_log log;
    smithy_call *call; /* Texts of the arguments and of the settings. */
    run_context run;
    exporter_answer answer; /* Why it could not be done; `message` and `outcome` alone are used. */
    smithy_buffer out;      /* What goes to standard output at the end. */
    int exit_code;
} cli_command;

/* What a command is made of. */
typedef struct cli_command_kind {
    const char *name;
    exporter_settings_need need;
    session_reach reach;
    const cli_flag *flags; /* Its own; ended by a NULL name. --json and --help are every command's. */
    /* Does it, and writes what there is to say to command->out. false: command->answer says why not. */
    bool (*act)(cli_command *command, void *context);
    void *context;
} cli_command_kind;

/* From the arguments (what follows the command's words) to the exit code. */
int cli_command_run(const cli_io *io, size_t count, const char *const *args, const cli_command_kind *kind);

/* Notes why the command could not do what it was asked, for `return cli_command_fail(…)`: false. */
bool cli_command_fail(cli_command *command, exporter_outcome outcome, const char *format, ...) SMITHY_PRINTF(3, 4);

/* Asks a person on the terminal; *yes where `assumed` (the flag --yes), or the answer was yes. false: nobody is there
 * to be asked, and the answer says so. */
bool cli_command_ask(cli_command *command, bool assumed, const char *question, bool *yes);

/* 2026-11-22T10:00:00Z, a day, or the ms since 1970; false for anything else. */
bool cli_command_read_time(smithy_str text, int64_t *ms);

/* A whole number from 1 on; absent: `otherwise`. */
bool cli_command_read_limit(cli_command *command, smithy_str text, size_t otherwise, size_t *limit);

/* ---- members of an answer in JSON ---- */

/* null where it is absent. */
void cli_json_text(smithy_json_writer *json, const char *name, smithy_str text);
void cli_json_count(smithy_json_writer *json, const char *name, size_t count);
void cli_json_i64(smithy_json_writer *json, const char *name, int64_t value);
void cli_json_bool(smithy_json_writer *json, const char *name, bool value);
/* null below 0: unknown. */
void cli_json_time(smithy_json_writer *json, const char *name, int64_t ms);
void cli_json_ms(smithy_json_writer *json, const char *name, int64_t ms);

#endif
