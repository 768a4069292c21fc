#include "table.h"

#include "answer_text.h"
#include "duration.h"
#include "log_text.h"

#define CELLS_MAX_BYTES ((size_t)256 * 1024 * 1024)
#define TEXT_MAX_BYTES  1024

void cli_table_init(cli_table *table, const smithy_system *system, const cli_column *columns, size_t count) {
    *table = (cli_table){.columns = columns, .column_count = count};
    for (size_t i = 0; i < count; i++) table->widths[i] = strlen(columns[i].title);
    smithy_buffer_init(&table->cells, system, CELLS_MAX_BYTES);
}

void cli_table_deinit(cli_table *table) {
    smithy_buffer_deinit(&table->cells);
}

/* Characters, not bytes: close enough to columns for names of groups, which are ASCII. */
static size_t width_of(const char *text) {
    size_t width = 0;
    for (; *text; text++)
        if (((unsigned char)*text & 0xC0) != 0x80) width++;
    return width;
}

/* What was appended since `start` is a cell. */
static void end_cell(cli_table *table, size_t start) {
    smithy_buffer_append_char(&table->cells, '\0');
    if (smithy_buffer_status(&table->cells) != SMITHY_OK) return;
    const size_t width = width_of(table->cells.ptr + start);
    if (width > table->widths[table->at]) table->widths[table->at] = width;
    table->at = (table->at + 1) % table->column_count;
}

void cli_table_text(cli_table *table, smithy_str text) {
    const size_t start = table->cells.len;
    exporter_text_append_line(&table->cells, text, TEXT_MAX_BYTES);
    end_cell(table, start);
}

void cli_table_count(cli_table *table, size_t count) {
    const size_t start = table->cells.len;
    exporter_text_append_number(&table->cells, (int64_t)count);
    end_cell(table, start);
}

void cli_table_time(cli_table *table, int64_t ms) {
    const size_t start = table->cells.len;
    if (ms < 0)
        smithy_buffer_append_char(&table->cells, '-');
    else
        exporter_text_append_time(&table->cells, ms);
    end_cell(table, start);
}

void cli_table_duration(cli_table *table, int64_t ms) {
    char text[EXPORTER_DURATION_TEXT_SIZE];
    const size_t start = table->cells.len;
    if (ms >= EXPORTER_MS_PER_SECOND) ms -= ms % EXPORTER_MS_PER_SECOND;
    (void)exporter_duration_write(ms < 0 ? 0 : ms, text);
    smithy_buffer_append_text(&table->cells, ms < 0 ? "-" : text);
    end_cell(table, start);
}

static void append_spaces(smithy_buffer *out, size_t count) {
    for (size_t i = 0; i < count; i++) smithy_buffer_append_char(out, ' ');
}

/* The last column is not filled up: no line ends in spaces. */
static void write_cell(const cli_table *table, size_t column, const char *text, smithy_buffer *out) {
    const size_t room = table->widths[column] - width_of(text);
    const bool is_last = column + 1 == table->column_count;
    if (column > 0) smithy_buffer_append_text(out, "  ");
    if (table->columns[column].right) append_spaces(out, room);
    smithy_buffer_append_text(out, text);
    if (!table->columns[column].right && !is_last) append_spaces(out, room);
    if (is_last) smithy_buffer_append_char(out, '\n');
}

void cli_table_write(const cli_table *table, smithy_buffer *out) {
    if (smithy_buffer_status(&table->cells) != SMITHY_OK) {
        out->status = smithy_buffer_status(&table->cells);
        return;
    }
    for (size_t i = 0; i < table->column_count; i++) write_cell(table, i, table->columns[i].title, out);
    size_t column = 0;
    for (size_t at = 0; at < table->cells.len; at += strlen(table->cells.ptr + at) + 1) {
        write_cell(table, column, table->cells.ptr + at, out);
        column = (column + 1) % table->column_count;
    }
}
