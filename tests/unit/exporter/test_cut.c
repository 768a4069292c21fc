/* Windows cut at the ends of days, months and years. */
#include "cut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)
#define D0   (INT64_C(20000) * DAY) /* 2024-10-04 */

static const plan_unit WHOLE = {.kind = STATE_UNIT_GROUP, .prefix = SMITHY_STR_INIT("")};

static catalog_stream stream(const char *name, int64_t first_ms, int64_t last_ms) {
    return (catalog_stream){.name = smithy_str_from(name),
                            .created_ms = D0,
                            .first_event_ms = first_ms,
                            .last_event_ms = last_ms,
                            .last_ingestion_ms = last_ms};
}

static catalog_group group_of(catalog_stream *streams, size_t count) {
    return (catalog_group){.created_ms = D0, .streams = streams, .stream_count = count};
}

static int64_t end(const catalog_group *group, int64_t from_ms, int64_t to_ms) {
    return cut_end(EXPORTER_PERIOD_DAY, group, &WHOLE, from_ms, to_ms);
}

static void periods_begin_and_end_where_the_calendar_says(void **context) {
    (void)context;
    const int64_t leap = INT64_C(1709164800000); /* 2024-02-29 */
    assert_int_equal(exporter_period_start(EXPORTER_PERIOD_DAY, leap + 5), leap);
    assert_int_equal(exporter_period_end(EXPORTER_PERIOD_DAY, leap), leap + DAY - 1);
    assert_int_equal(exporter_period_start(EXPORTER_PERIOD_MONTH, leap), leap - 28 * DAY);
    assert_int_equal(exporter_period_end(EXPORTER_PERIOD_MONTH, leap), leap + DAY - 1);
    assert_int_equal(exporter_period_start(EXPORTER_PERIOD_YEAR, leap), leap - 59 * DAY);
    assert_int_equal(exporter_period_end(EXPORTER_PERIOD_YEAR, leap), leap + 307 * DAY - 1);
    assert_int_equal(exporter_period_start(EXPORTER_PERIOD_YEAR, 0), 0);
    assert_int_equal(exporter_period_end(EXPORTER_PERIOD_NONE, leap), INT64_MAX);
}

static void a_window_of_one_day_is_not_cut(void **context) {
    catalog_stream streams[] = {stream("a", D0, D0 + HOUR)};
    const catalog_group group = group_of(streams, 1);
    (void)context;
    assert_int_equal(end(&group, D0, D0 + 5 * HOUR), D0 + 5 * HOUR);
    assert_int_equal(end(&group, D0, D0 + DAY - 1), D0 + DAY - 1);
    assert_int_equal(cut_end(EXPORTER_PERIOD_NONE, &group, &WHOLE, 0, D0 + 9 * DAY), D0 + 9 * DAY);
}

static void a_day_that_may_hold_events_stands_alone(void **context) {
    catalog_stream streams[] = {stream("a", D0 + HOUR, D0 + 2 * DAY + HOUR)};
    const catalog_group group = group_of(streams, 1);
    (void)context;
    assert_int_equal(end(&group, D0 + 3 * HOUR, D0 + 2 * DAY + HOUR), D0 + DAY - 1);
    assert_int_equal(end(&group, D0 + DAY, D0 + 2 * DAY + HOUR), D0 + 2 * DAY - 1);
    assert_int_equal(end(&group, D0 + 2 * DAY, D0 + 2 * DAY + HOUR), D0 + 2 * DAY + HOUR);
}

static void years_before_the_first_event_are_one_piece(void **context) {
    catalog_stream streams[] = {stream("a", D0 + HOUR, D0 + 2 * HOUR), stream("b", -1, -1)};
    const catalog_group group = group_of(streams, 2);
    (void)context;
    assert_int_equal(end(&group, 0, D0 + DAY), D0 - 1);
    const plan_unit unit = {.kind = STATE_UNIT_GROUP, .prefix = SMITHY_STR(""), .from_ms = 0, .to_ms = D0 + 3 * HOUR};
    assert_int_equal(cut_count(EXPORTER_PERIOD_DAY, &group, &unit), 2);
    assert_int_equal(cut_count(EXPORTER_PERIOD_NONE, &group, &unit), 1);
}

static void silent_days_between_and_behind_are_one_piece(void **context) {
    catalog_stream streams[] = {stream("a", D0, D0 + HOUR), stream("b", D0 + 9 * DAY + HOUR, D0 + 9 * DAY + HOUR)};
    const catalog_group group = group_of(streams, 2);
    (void)context;
    assert_int_equal(end(&group, D0 + DAY, D0 + 30 * DAY), D0 + 9 * DAY - 1);
    assert_int_equal(end(&group, D0 + 10 * DAY, D0 + 30 * DAY), D0 + 30 * DAY);
}

static void only_the_units_own_streams_count(void **context) {
    catalog_stream streams[] = {stream("a", D0, D0 + 20 * DAY), stream("ab", D0 + 5 * DAY, D0 + 6 * DAY)};
    const catalog_group group = group_of(streams, 2);
    const plan_unit of_ab = {.kind = STATE_UNIT_STREAM, .stream = &streams[1], .prefix = streams[1].name};
    const plan_unit of_prefix = {.kind = STATE_UNIT_PREFIX, .prefix = SMITHY_STR("ab")};
    (void)context;
    assert_int_equal(cut_end(EXPORTER_PERIOD_DAY, &group, &of_ab, D0, D0 + 20 * DAY), D0 + 5 * DAY - 1);
    assert_int_equal(cut_end(EXPORTER_PERIOD_DAY, &group, &of_prefix, D0, D0 + 20 * DAY), D0 + 5 * DAY - 1);
    assert_int_equal(end(&group, D0, D0 + 20 * DAY), D0 + DAY - 1);
}

static void a_missing_first_event_costs_no_task_for_each_day_since_1970(void **context) {
    catalog_stream streams[] = {stream("a", -1, D0 + DAY)};
    const catalog_group group = group_of(streams, 1);
    const plan_unit unit = {.kind = STATE_UNIT_GROUP, .prefix = SMITHY_STR(""), .from_ms = 0, .to_ms = D0 + DAY};
    (void)context;
    assert_true(cut_count(EXPORTER_PERIOD_DAY, &group, &unit) < 20);
}

/* Wherever a hidden event lies, halving comes to a piece of its day alone, in few steps. */
static void halving_ends_with_single_days(void **context) {
    const catalog_group group = group_of(NULL, 0);
    (void)context;
    for (int64_t hidden = 0; hidden <= D0 + 9 * DAY; hidden += 777 * HOUR) {
        int64_t from = 0, to = D0 + 9 * DAY + HOUR;
        int steps = 0;
        while (cut_spans(EXPORTER_PERIOD_DAY, from, to)) {
            const int64_t half = cut_halve(EXPORTER_PERIOD_DAY, &group, from, to);
            assert_true(half >= from && half < to && (half + 1) % DAY == 0);
            if (hidden <= half)
                to = half;
            else
                from = half + 1;
            assert_true(++steps < 40);
        }
        assert_true(from <= hidden && hidden <= to);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_begin_and_end_where_the_calendar_says),
        cmocka_unit_test(a_window_of_one_day_is_not_cut),
        cmocka_unit_test(a_day_that_may_hold_events_stands_alone),
        cmocka_unit_test(years_before_the_first_event_are_one_piece),
        cmocka_unit_test(silent_days_between_and_behind_are_one_piece),
        cmocka_unit_test(only_the_units_own_streams_count),
        cmocka_unit_test(a_missing_first_event_costs_no_task_for_each_day_since_1970),
        cmocka_unit_test(halving_ends_with_single_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
