/* Tables for people: columns as wide as what stands in them, two spaces between. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <smithy/buffer.h>
#include <smithy/call.h>

#define CLI_TABLE_COLUMNS 8

typedef struct cli_column {
    const char *title;
    bool right; /* Numbers. */
} cli_column;

/* Rows are kept until the table is written, as cells that end in NUL. One thread at a time. */
typedef struct cli_table {
    const cli_column *columns;
    size_t column_count;
    size_t widths[CLI_TABLE_COLUMNS];
    size_t at; /* The column of the next cell. */
    smithy_buffer cells;
} cli_table;

void cli_table_init(cli_table *table, const smithy_system *system, const cli_column *columns, size_t count);
void cli_table_deinit(cli_table *table);

/* The next cell of the present row. Foreign text is made fit for a line. */
void cli_table_text(cli_table *table, smithy_str text);
void cli_table_count(cli_table *table, size_t count);
/* To the second; "-" below 0. */
void cli_table_time(cli_table *table, int64_t ms);
/* "1h 30m"; "-" below 0. */
void cli_table_duration(cli_table *table, int64_t ms);

/* Titles and rows. */
void cli_table_write(const cli_table *table, smithy_buffer *out);

#endif
