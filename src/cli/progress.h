/* The live line of a run on a terminal: one line, rewritten a few times a second, gone at the end. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "exporter.h"

#include <smithy/buffer.h>

typedef struct cli_progress {
    exporter_observer base; /* What to hand to the run. */
    const smithy_system *system;
    int fd;
    int64_t drawn_mono_ms; /* When it was drawn last; INT64_MIN: never. */
    size_t drawn_columns;  /* How many columns stand on the terminal now. */
    smithy_buffer line;    /* Kept from drawing to drawing. */
} cli_progress;

void cli_progress_init(cli_progress *progress, const smithy_system *system, int fd);
/* Clears the line. */
void cli_progress_deinit(cli_progress *progress);
/* Takes the line from the terminal, so that something else can be written; the next update draws it again. */
void cli_progress_clear(cli_progress *progress);

/* "exporting /aws/lambda/checkout 35s | groups 3/12 | tasks 2 | 1.2 MB", in at most `columns` columns of ASCII; a name
 * that is too long loses its middle. */
void cli_progress_format(const exporter_progress *state, size_t columns, smithy_buffer *out);

/* A log that takes the line away before it hands on to `inner`. */
typedef struct cli_progress_log {
    exporter_log base; /* What to hand to the run. */
    exporter_log *inner;
    cli_progress *progress;
} cli_progress_log;
void cli_progress_log_init(cli_progress_log *log, exporter_log *inner, cli_progress *progress);

#endif
