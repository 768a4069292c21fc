/* Tables: as wide as what stands in them. */
#include "failing_system.h"
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const cli_column COLUMNS[] = {{.title = "GROUP"}, {.title = "N", .right = true}, {.title = "WHY"}};

static void add_row(cli_table *table, const char *group, size_t count, const char *why) {
    cli_table_text(table, smithy_str_from(group));
    cli_table_count(table, count);
    cli_table_text(table, smithy_str_from(why));
}

static void check_table(const cli_table *table, const char *expected) {
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 4096);
    cli_table_write(table, &out);
    assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
    assert_string_equal(out.ptr, expected);
    smithy_buffer_deinit(&out);
}

static void columns_are_as_wide_as_their_widest_cell(void **state) {
    (void)state;
    cli_table table;
    cli_table_init(&table, NULL, COLUMNS, 3);
    add_row(&table, "/aws/lambda/a", 7, "");
    add_row(&table, "b", 12345, "since");
    check_table(&table, "GROUP               N  WHY\n"
                        "/aws/lambda/a       7  \n"
                        "b              12,345  since\n");
    cli_table_deinit(&table);
}

static void a_table_without_rows_is_its_titles(void **state) {
    (void)state;
    cli_table table;
    cli_table_init(&table, NULL, COLUMNS, 3);
    check_table(&table, "GROUP  N  WHY\n");
    cli_table_deinit(&table);
}

static void times_and_durations_may_be_unknown(void **state) {
    (void)state;
    static const cli_column TIMES[] = {{.title = "A"}, {.title = "B", .right = true}};
    cli_table table;
    cli_table_init(&table, NULL, TIMES, 2);
    cli_table_time(&table, -1);
    cli_table_duration(&table, -1);
    cli_table_time(&table, 0);
    cli_table_duration(&table, 3723999);
    check_table(&table, "A                         B\n"
                        "-                         -\n"
                        "1970-01-01T00:00:00Z  1h 2m\n");
    cli_table_deinit(&table);
}

static void foreign_text_stays_on_its_line(void **state) {
    (void)state;
    cli_table table;
    cli_table_init(&table, NULL, COLUMNS, 3);
    add_row(&table, "a\nb\x1b[2J", 0, "\xc3\xa4");
    check_table(&table, "GROUP        N  WHY\n"
                        "a\\nb\\x1b[2J  0  \xc3\xa4\n");
    cli_table_deinit(&table);
}

static void a_failed_allocation_is_told_by_the_buffer(void **state) {
    (void)state;
    failing_system memory;
    failing_system_init(&memory, 1);
    cli_table table;
    smithy_buffer out;
    cli_table_init(&table, &memory.system, COLUMNS, 3);
    smithy_buffer_init(&out, NULL, 4096);
    add_row(&table, "a", 1, "b");
    cli_table_write(&table, &out);
    assert_int_equal(smithy_buffer_status(&out), SMITHY_ERROR_MEMORY);
    smithy_buffer_deinit(&out);
    cli_table_deinit(&table);
    assert_int_equal(memory.live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(a_table_without_rows_is_its_titles),
        cmocka_unit_test(times_and_durations_may_be_unknown),
        cmocka_unit_test(foreign_text_stays_on_its_line),
        cmocka_unit_test(a_failed_allocation_is_told_by_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
