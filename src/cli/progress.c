#include "progress.h"

#include "answer_text.h"
#include "duration.h"
#include "log_writer.h"

#include <inttypes.h>
#include <sys/ioctl.h>

#define INTERVAL_MS     200
#define LINE_MAX_BYTES  4096
#define COLUMNS_DEFAULT 80
#define COLUMNS_MAX     500
#define NAME_COLUMNS    16 /* The least of a name that is worth showing. */
#define GAP             "..."

/* ---- the text ---- */

/* Bytes that are no printable ASCII may take any number of columns. */
static void append_ascii(smithy_buffer *out, smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        smithy_buffer_append_char(out, text.ptr[i] >= ' ' && text.ptr[i] <= '~' ? text.ptr[i] : '?');
}

/* Both ends of a name tell more than its middle. */
static void append_shortened(smithy_buffer *out, smithy_str name, size_t columns) {
    if (name.len <= columns) {
        append_ascii(out, name);
        return;
    }
    const size_t kept = columns - (sizeof GAP - 1);
    const size_t head = kept / 2;
    append_ascii(out, (smithy_str){name.ptr, head});
    smithy_buffer_append_text(out, GAP);
    append_ascii(out, (smithy_str){name.ptr + name.len - (kept - head), kept - head});
}

static void append_counts(smithy_buffer *out, const exporter_progress *state) {
    if (smithy_str_is_set(state->group)) {
        char age[EXPORTER_DURATION_TEXT_SIZE];
        (void)exporter_duration_write(state->task_age_ms - state->task_age_ms % EXPORTER_MS_PER_SECOND, age);
        smithy_buffer_append_f(out, " %s", state->task_age_ms < EXPORTER_MS_PER_SECOND ? "0s" : age);
    }
    smithy_buffer_append_f(out, " | groups %" PRId64 "/%" PRId64 " | tasks %" PRId64 " | ", state->groups_done,
                           state->groups_matched, state->tasks_completed);
    exporter_text_append_bytes(out, state->bytes);
}

static void append_name(smithy_buffer *out, const exporter_progress *state, size_t columns) {
    if (!smithy_str_is_set(state->group)) return;
    const bool has_unit = smithy_str_is_set(state->unit);
    size_t room = columns > out->len + 1 ? columns - out->len - 1 : 0;
    if (room < NAME_COLUMNS) room = NAME_COLUMNS;
    smithy_buffer_append_char(out, ' ');
    append_shortened(out, state->group, has_unit ? room / 2 : room);
    if (!has_unit) return;
    smithy_buffer_append_char(out, ' ');
    append_shortened(out, state->unit, room - room / 2 - 1);
}

void cli_progress_format(const exporter_progress *state, size_t columns, smithy_buffer *out) {
    smithy_buffer counts;
    smithy_buffer_init(&counts, out->system, LINE_MAX_BYTES);
    append_counts(&counts, state);
    smithy_buffer_append_text(out, state->phase ? state->phase : "working");
    append_name(out, state, columns > counts.len ? columns - counts.len : 0);
    smithy_buffer_append_str(out, smithy_buffer_str(&counts));
    smithy_buffer_deinit(&counts);
    if (out->len <= columns) return;
    out->len = columns;
    out->ptr[columns] = '\0';
}

/* ---- the terminal ---- */

/* One column stays free: a terminal that is full to its last one may wrap. */
static size_t usable_columns(int fd) {
    struct winsize size = {0};
    size_t columns = COLUMNS_DEFAULT;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) columns = size.ws_col;
    return (columns > COLUMNS_MAX ? COLUMNS_MAX : columns) - 1;
}

static void append_spaces(smithy_buffer *out, size_t count) {
    for (size_t i = 0; i < count; i++) smithy_buffer_append_char(out, ' ');
}

/* Spaces over what was longer before: every terminal understands that. */
static void draw(cli_progress *progress, const exporter_progress *state) {
    smithy_buffer text;
    smithy_buffer_init(&text, progress->system, LINE_MAX_BYTES);
    cli_progress_format(state, usable_columns(progress->fd), &text);
    smithy_buffer_reset(&progress->line);
    smithy_buffer_append_char(&progress->line, '\r');
    smithy_buffer_append_str(&progress->line, smithy_buffer_str(&text));
    if (progress->drawn_columns > text.len) append_spaces(&progress->line, progress->drawn_columns - text.len);
    if (smithy_buffer_status(&text) == SMITHY_OK && smithy_buffer_status(&progress->line) == SMITHY_OK) {
        (void)exporter_write_all(progress->fd, smithy_buffer_str(&progress->line));
        progress->drawn_columns = text.len;
    }
    smithy_buffer_deinit(&text);
}

static void update(exporter_observer *observer, const exporter_progress *state) {
    cli_progress *progress = (cli_progress *)observer;
    const int64_t now_ms = progress->system->mono_ms(progress->system->context);
    if (progress->drawn_mono_ms != INT64_MIN && now_ms - progress->drawn_mono_ms < INTERVAL_MS) return;
    progress->drawn_mono_ms = now_ms;
    draw(progress, state);
}

void cli_progress_clear(cli_progress *progress) {
    if (progress->drawn_columns == 0) return;
    smithy_buffer_reset(&progress->line);
    smithy_buffer_append_char(&progress->line, '\r');
    append_spaces(&progress->line, progress->drawn_columns);
    smithy_buffer_append_char(&progress->line, '\r');
    if (smithy_buffer_status(&progress->line) == SMITHY_OK)
        (void)exporter_write_all(progress->fd, smithy_buffer_str(&progress->line));
    progress->drawn_columns = 0;
}

void cli_progress_init(cli_progress *progress, const smithy_system *system, int fd) {
    *progress = (cli_progress){
        .base = {.progress = update},
        .system = system,
        .fd = fd,
        .drawn_mono_ms = INT64_MIN,
    };
    smithy_buffer_init(&progress->line, system, 2 * LINE_MAX_BYTES);
}

void cli_progress_deinit(cli_progress *progress) {
    cli_progress_clear(progress);
    smithy_buffer_deinit(&progress->line);
}

/* ---- the log beside it ---- */

static void write_log(exporter_log *log, exporter_log_level level, const char *message,
                      const exporter_log_field *fields, size_t count) {
    const cli_progress_log *self = (const cli_progress_log *)log;
    cli_progress_clear(self->progress);
    /* What the log takes away is drawn again at the next update, not a moment later. */
    self->progress->drawn_mono_ms = INT64_MIN;
    self->inner->write(self->inner, level, message, fields, count);
}

void cli_progress_log_init(cli_progress_log *log, exporter_log *inner, cli_progress *progress) {
    *log =
        (cli_progress_log){.base = {.level = inner->level, .write = write_log}, .inner = inner, .progress = progress};
}
