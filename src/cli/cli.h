/* The command `cloudwatch-logs-s3-exporter`: what it understands, and how it answers. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <smithy/system.h>

/* What the process gives the command. */
typedef struct cli_io {
    const smithy_system *system; /* Required. */
    int out_fd;                  /* Answers. */
    int err_fd;                  /* Logs, usage errors, the live line. */
    int in_fd;                   /* What a person answers; read where one is asked. */
    bool in_is_terminal;         /* There is somebody to be asked. */
    bool err_is_terminal;        /* There is somebody to see a live line. */
    const volatile int *stop;    /* Optional; as in exporter_options. */
} cli_io;

/* A usage error is a configuration error: 2 means that work remains. */
#define CLI_EXIT_FAILED       1
#define CLI_EXIT_WORK_REMAINS 2
#define CLI_EXIT_USAGE        4
#define CLI_EXIT_GAP          5 /* Events may be gone that are not in the archive. */

/* `args` without the program's own name. Answers the exit code. */
int cli_main(const cli_io *io, size_t count, const char *const *args);

/* ---- the parts ---- */

/* `run`: `args` are what follows the command's name. */
int cli_run(const cli_io *io, size_t count, const char *const *args);
int cli_status(const cli_io *io, size_t count, const char *const *args);
int cli_gaps(const cli_io *io, size_t count, const char *const *args);
int cli_verify(const cli_io *io, size_t count, const char *const *args);
int cli_which(const cli_io *io, size_t count, const char *const *args);
int cli_plan(const cli_io *io, size_t count, const char *const *args);
int cli_doctor(const cli_io *io, size_t count, const char *const *args);
/* `args` may begin with role, bucket or key. */
int cli_policy(const cli_io *io, size_t count, const char *const *args);
int cli_backfill(const cli_io *io, size_t count, const char *const *args);
int cli_cancel(const cli_io *io, size_t count, const char *const *args);
int cli_report(const cli_io *io, size_t count, const char *const *args);
/* `args` begin with show, check or edit. */
int cli_state(const cli_io *io, size_t count, const char *const *args);
int cli_whoami(const cli_io *io, size_t count, const char *const *args);

/* The help of a command, of all of them for an absent one; NULL for one that does not exist. */
const char *cli_help_text(smithy_str command);

/* Text to a descriptor; false when it takes no more. */
bool cli_print(int fd, const char *text);

#endif
