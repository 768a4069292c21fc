/* The page of the report, and what a survey's figures come to. */
#include "report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DAY INT64_C(86400000)
#define NOW (100 * DAY)

static survey_group group_named(const char *name) {
    return (survey_group){.name = smithy_str_from(name),
                          .created_ms = NOW - 10 * DAY,
                          .archived_to_ms = NOW - 2 * DAY,
                          .waiting_ms = SURVEY_UNKNOWN,
                          .expires_ms = SURVEY_UNKNOWN,
                          .next_due_ms = SURVEY_UNKNOWN,
                          .from_ms = SURVEY_UNKNOWN,
                          .to_ms = SURVEY_UNKNOWN,
                          .task_duration_ms = SURVEY_UNKNOWN,
                          .verdict = SURVEY_UP_TO_DATE};
}

static survey survey_of(survey_group *groups, size_t count) {
    survey all = {.groups = groups, .count = count, .now_ms = NOW, .horizon_ms = NOW - DAY};
    all.durations = (survey_durations){.median_ms = 40, .slow_ms = 90};
    for (size_t i = 0; i < count; i++) all.of_verdict[groups[i].verdict]++;
    return all;
}

static report_input input_of(const survey *all) {
    return (report_input){
        .all = all, .limit = 10, .since_ms = NOW - 10 * DAY, .state = SMITHY_STR("s3://b/k"), .windows_from = "a test"};
}

static smithy_buffer page_of(const report_input *input) {
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 1 << 20);
    report_write(input, &out);
    assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
    return out;
}

static size_t count_of(const char *text, const char *wanted) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, wanted)); at++) count++;
    return count;
}

static void hostile_names_are_text(void **state) {
    (void)state;
    survey_group group = group_named("</td><script>alert('x')</script>&\"\x01");
    group.reason = SMITHY_STR("<b>");
    const survey all = survey_of(&group, 1);
    const report_input input = input_of(&all);
    smithy_buffer page = page_of(&input);
    assert_null(strstr(page.ptr, "<script"));
    assert_null(strstr(page.ptr, "<b></div>"));
    assert_non_null(strstr(page.ptr, "&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\\x01"));
    smithy_buffer_deinit(&page);
}

static void a_bar_shows_what_the_group_has(void **state) {
    (void)state;
    survey_group group = group_named("g");
    const survey all = survey_of(&group, 1);
    const report_input input = input_of(&all);
    smithy_buffer page = page_of(&input);
    assert_non_null(strstr(page.ptr, "<rect class=\"archived\" x=\"0.00\" y=\"3\" width=\"800.00\""));
    assert_non_null(strstr(page.ptr, "<rect class=\"quiet\" x=\"800.00\" y=\"3\" width=\"100.00\""));
    assert_non_null(strstr(page.ptr, "<rect class=\"settling\" x=\"900.00\" y=\"3\" width=\"100.00\""));
    assert_null(strstr(page.ptr, "<rect class=\"due\""));
    smithy_buffer_deinit(&page);
}

static void what_retention_may_have_taken_is_marked(void **state) {
    (void)state;
    survey_group group = group_named("g");
    group.verdict = SURVEY_DUE;
    group.archived_to_ms = NOW - 8 * DAY;
    group.waiting_ms = NOW - 6 * DAY;
    group.retention_days = 5;
    group.risk = SURVEY_EXPIRED;
    const survey all = survey_of(&group, 1);
    const report_input input = input_of(&all);
    smithy_buffer page = page_of(&input);
    assert_non_null(strstr(page.ptr, "<rect class=\"due\" x=\"400.00\" y=\"3\" width=\"500.00\""));
    assert_non_null(strstr(page.ptr, "<rect class=\"lost\" x=\"400.00\" y=\"3\" width=\"100.00\""));
    assert_non_null(strstr(page.ptr, "overdue"));
    smithy_buffer_deinit(&page);
}

/* However many windows there are, a bar has no more pieces than a screen can show. */
static void narrow_windows_that_touch_are_one_piece(void **state) {
    (void)state;
    enum { WINDOWS = 20000 };
    static report_window windows[WINDOWS];
    survey_group group = group_named("g");
    const survey all = survey_of(&group, 1);
    report_input input = input_of(&all);
    const int64_t step = 8 * DAY / WINDOWS;
    for (int64_t i = 0; i < WINDOWS; i++)
        windows[i] = (report_window){.group = SMITHY_STR("g"),
                                     .from_ms = NOW - 10 * DAY + i * step,
                                     .to_ms = NOW - 10 * DAY + (i + 1) * step - 1};
    input.windows = windows;
    input.window_count = WINDOWS;
    smithy_buffer page = page_of(&input);
    assert_in_range(count_of(page.ptr, "<rect class=\"window\""), 1, 500);
    smithy_buffer_deinit(&page);

    /* A gap of a day stays one. */
    input.windows = (report_window[]){{.group = SMITHY_STR("g"), .from_ms = NOW - 9 * DAY, .to_ms = NOW - 8 * DAY},
                                      {.group = SMITHY_STR("g"), .from_ms = NOW - 7 * DAY, .to_ms = NOW - 6 * DAY}};
    input.window_count = 2;
    page = page_of(&input);
    assert_int_equal(count_of(page.ptr, "<rect class=\"window\""), 2);
    smithy_buffer_deinit(&page);
}

static void gaps_of_the_ledger_are_marked_and_counted(void **state) {
    (void)state;
    survey_group group = group_named("g");
    const survey all = survey_of(&group, 1);
    report_input input = input_of(&all);
    input.gaps = (report_window[]){{.group = SMITHY_STR("g"), .from_ms = NOW - 5 * DAY, .to_ms = NOW - 4 * DAY},
                                   {.group = SMITHY_STR("other"), .from_ms = NOW - 5 * DAY, .to_ms = NOW - 4 * DAY}};
    input.gap_count = 2;
    smithy_buffer page = page_of(&input);
    assert_int_equal(count_of(page.ptr, "<rect class=\"lost\""), 1);
    assert_non_null(strstr(page.ptr, "<b>2</b><span>gaps in the ledger"));
    smithy_buffer_deinit(&page);
}

static void groups_beyond_the_limit_are_counted(void **state) {
    (void)state;
    survey_group groups[] = {group_named("first"), group_named("second"), group_named("third")};
    const survey all = survey_of(groups, 3);
    report_input input = input_of(&all);
    input.limit = 1;
    smithy_buffer page = page_of(&input);
    assert_null(strstr(page.ptr, "second"));
    assert_non_null(strstr(page.ptr, "2 groups are not shown"));
    smithy_buffer_deinit(&page);
}

/* ---- figures ---- */

static void a_groups_time_is_its_tasks_by_its_own_measure(void **state) {
    (void)state;
    survey_group group = group_named("g");
    const survey all = survey_of(&group, 1);
    group.units_of_group = 1;
    group.units_owed = 2;
    assert_int_equal(survey_units(&group), 3);
    assert_int_equal(survey_duration_ms(&all, &group), 120);
    group.task_duration_ms = 7;
    assert_int_equal(survey_duration_ms(&all, &group), 21);
    group.task_duration_ms = SURVEY_UNKNOWN;
    const survey unknown = {.durations = {.median_ms = SURVEY_UNKNOWN}};
    assert_int_equal(survey_duration_ms(&unknown, &group), SURVEY_UNKNOWN);
}

static void a_period_costs_a_task_for_each_group_or_stream_that_is_written_to(void **state) {
    (void)state;
    const exporter_settings automatic = {.destination_prefix = SMITHY_STR("{group}")};
    const exporter_settings by_streams = {.destination_prefix = SMITHY_STR("{group}"),
                                          .export_unit = EXPORTER_UNIT_STREAM};
    survey_group group = group_named("g");
    assert_int_equal(survey_tasks_a_period(&group, &automatic, 0), 0);
    group.streams_active = 9;
    assert_int_equal(survey_tasks_a_period(&group, &automatic, 0), 1);
    assert_int_equal(survey_tasks_a_period(&group, &by_streams, 0), 9);
    group.verdict = SURVEY_LEFT_OUT;
    assert_int_equal(survey_tasks_a_period(&group, &by_streams, 0), 0);
}

static void a_period_costs_one_more_task_for_each_midnight_where_the_archive_is_parted_by_days(void **state) {
    (void)state;
    const exporter_settings by_day = {.destination_prefix = SMITHY_STR("{data:%Y/%m/%d}/{group}")};
    survey_group group = group_named("g");
    group.streams_active = 9;
    assert_int_equal(survey_tasks_a_period(&group, &by_day, 3600 * 1000), 1);
    assert_int_equal(survey_tasks_a_period(&group, &by_day, 48 * 3600 * 1000), 3);
    group.units_of_group = 1;
    group.units_of_cuts = 6;
    assert_int_equal(survey_units(&group), 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_names_are_text),
        cmocka_unit_test(a_bar_shows_what_the_group_has),
        cmocka_unit_test(what_retention_may_have_taken_is_marked),
        cmocka_unit_test(narrow_windows_that_touch_are_one_piece),
        cmocka_unit_test(gaps_of_the_ledger_are_marked_and_counted),
        cmocka_unit_test(groups_beyond_the_limit_are_counted),
        cmocka_unit_test(a_groups_time_is_its_tasks_by_its_own_measure),
        cmocka_unit_test(a_period_costs_a_task_for_each_group_or_stream_that_is_written_to),
        cmocka_unit_test(a_period_costs_one_more_task_for_each_midnight_where_the_archive_is_parted_by_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
