#include "check.h"
#include "random_source.h"

#include <smithy/text.h>

typedef struct time_row {
    int64_t ms;
    const char *date_time, *http_date, *with_offset;
} time_row;

static const time_row TIMES[] = {
#include "tables/time.inc"
};

typedef size_t writer(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]);
typedef bool reader(smithy_str text, int64_t *ms);

static void check_write(writer *write, int64_t ms, const char *expected) {
    char text[SMITHY_TIME_TEXT_SIZE];
    const size_t len = write(ms, text);
    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(expected));
}

static void check_read(reader *read, const char *text, int64_t expected) {
    int64_t ms = 12345;
    if (!read(smithy_str_from(text), &ms)) fail_msg("not read: %s", text);
    if (ms != expected) fail_msg("%s read as %lld instead of %lld", text, (long long)ms, (long long)expected);
}

static void check_refused(reader *read, const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int64_t ms = 12345;
        if (read(smithy_str_from(texts[i]), &ms)) fail_msg("taken: %s", texts[i]);
        assert_true(ms == 12345);
    }
}

static void dates_agree_with_another_library(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
        const time_row *row = &TIMES[i];
        check_write(smithy_time_write_date_time, row->ms, row->date_time);
        check_write(smithy_time_write_http_date, row->ms, row->http_date);
        check_read(smithy_time_read_date_time, row->date_time, row->ms);
        check_read(smithy_time_read_http_date, row->http_date, row->ms);
        check_read(smithy_time_read_date_time, row->with_offset, row->ms);
    }
}

static void every_day_of_ten_thousand_years_follows_the_one_before(void **state) {
    (void)state;
    smithy_civil before = smithy_time_to_civil(-INT64_C(62167219200000));
    assert_int_equal(before.year, 0);
    for (int64_t ms = -INT64_C(62167219200000) + 86400000; ms < INT64_C(253402300800000); ms += 86400000) {
        const smithy_civil day = smithy_time_to_civil(ms);
        const bool next_day = day.year == before.year && day.month == before.month && day.day == before.day + 1;
        const bool next_month = day.year == before.year && day.month == before.month + 1 && day.day == 1;
        const bool next_year = day.year == before.year + 1 && day.month == 1 && day.day == 1 && before.month == 12;
        if (next_day + next_month + next_year != 1) fail_msg("after %d-%d-%d", before.year, before.month, before.day);
        if (day.weekday != (before.weekday + 1) % 7) fail_msg("weekday");
        if (smithy_time_from_civil(&day) != ms) fail_msg("not back: %lld", (long long)ms);
        before = day;
    }
    assert_true(before.year == 9999 && before.month == 12 && before.day == 31);
}

static void any_instant_survives_its_texts(void **state) {
    (void)state;
    random_source chance = {99};
    for (int i = 0; i < 100000; i++) {
        const int64_t ms = (int64_t)random_below(&chance, UINT64_C(315569520000000)) - INT64_C(62167219200000);
        char text[SMITHY_TIME_TEXT_SIZE];
        int64_t back = 0;
        assert_true(smithy_time_read_date_time((smithy_str){text, smithy_time_write_date_time(ms, text)}, &back));
        assert_true(back == ms);
        assert_true(smithy_time_read_http_date((smithy_str){text, smithy_time_write_http_date(ms, text)}, &back));
        assert_true(back == ms);
        assert_true(smithy_time_read_epoch((smithy_str){text, smithy_time_write_epoch(ms, text)}, &back));
        assert_true(back == ms);
    }
}

static void the_ends_of_time_fit_their_text(void **state) {
    (void)state;
    check_write(smithy_time_write_http_date, INT64_MIN, "Sun, 16 May -292275055 16:47:04.192 GMT");
    check_write(smithy_time_write_date_time, INT64_MAX, "292278994-08-17T07:12:55.807Z");
    check_write(smithy_time_write_epoch, INT64_MIN, "-9223372036854775.808");
    check_write(smithy_time_write_amz, INT64_MIN, "-2922750550516T164704Z");
    assert_true(smithy_time_from_civil(&(smithy_civil){.year = 2147483647, .month = 1, .day = 1}) == INT64_MAX);
    assert_true(smithy_time_from_civil(&(smithy_civil){.year = -2147483647, .month = 1, .day = 1}) == INT64_MIN);
}

static void fractions_are_written_only_where_there_are_some(void **state) {
    (void)state;
    check_write(smithy_time_write_epoch, 1398796238000, "1398796238");
    check_write(smithy_time_write_epoch, 1398796238500, "1398796238.5");
    check_write(smithy_time_write_epoch, 1398796238123, "1398796238.123");
    check_write(smithy_time_write_epoch, -1, "-0.001");
    check_write(smithy_time_write_epoch, -1500, "-1.5");
    check_write(smithy_time_write_epoch, 0, "0");
    check_write(smithy_time_write_amz, 1398796238123, "20140429T183038Z");
    check_write(smithy_time_write_date_time, -1, "1969-12-31T23:59:59.999Z");
}

static void epoch_seconds_come_in_any_spelling(void **state) {
    (void)state;
    check_read(smithy_time_read_epoch, "1398796238", 1398796238000);
    check_read(smithy_time_read_epoch, "1398796238.123", 1398796238123);
    check_read(smithy_time_read_epoch, "1.398796238123E9", 1398796238123);
    check_read(smithy_time_read_epoch, "1.5e9", 1500000000000);
    check_read(smithy_time_read_epoch, "13987962380e-1", 1398796238000);
    check_read(smithy_time_read_epoch, "0", 0);
    check_read(smithy_time_read_epoch, "0e99999999", 0);
    check_read(smithy_time_read_epoch, "1e-99999999", 0);
    check_read(smithy_time_read_epoch, "253402300799.999", INT64_C(253402300799999));
    check_read(smithy_time_read_epoch, "-62167219200", -INT64_C(62167219200000));
}

static void what_is_finer_than_a_millisecond_is_cut_towards_the_past(void **state) {
    (void)state;
    check_read(smithy_time_read_epoch, "1.0009999", 1000);
    check_read(smithy_time_read_epoch, "0.0001", 0);
    check_read(smithy_time_read_epoch, "-0.0001", -1);
    check_read(smithy_time_read_epoch, "-1.0010", -1001);
    check_read(smithy_time_read_epoch, "-1.00101", -1002);
    check_read(smithy_time_read_date_time, "1969-12-31T23:59:59.9999999Z", -1);
    check_read(smithy_time_read_date_time, "1970-01-01T00:00:00.0009Z", 0);
}

static void epoch_text_that_is_none_is_refused(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"",      " 1",         "1 ",   "1e",   "e5",           "-",
                                        "1.2.3", "NaN",        "0x10", "1e5x", "253402300800", "-62167219200.1",
                                        "1e13",  "1e99999999", "1,5",  ".",    "--1"};
    check_refused(smithy_time_read_epoch, TEXTS, sizeof TEXTS / sizeof *TEXTS);
}

static void date_times_take_what_rfc_3339_allows(void **state) {
    (void)state;
    check_read(smithy_time_read_date_time, "2014-04-29t18:30:38z", 1398796238000);
    check_read(smithy_time_read_date_time, "2014-04-29T20:30:38+02:00", 1398796238000);
    check_read(smithy_time_read_date_time, "2014-04-29T18:30:38-00:00", 1398796238000);
    check_read(smithy_time_read_date_time, "2016-12-31T23:59:60Z", INT64_C(1483228800000));
    check_read(smithy_time_read_date_time, "0000-02-29T00:00:00Z", -INT64_C(62162121600000));
}

static void date_times_that_are_none_are_refused(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "",
        "2014-04-29",
        "2014-04-29T18:30:38",
        "2014-04-29 18:30:38Z",
        "2014-04-29T18:30:38Z ",
        "2014-04-29T18:30Z",
        "2014-13-01T00:00:00Z",
        "2014-00-01T00:00:00Z",
        "2014-04-31T00:00:00Z",
        "2014-04-00T00:00:00Z",
        "2015-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2014-04-29T24:00:00Z",
        "2014-04-29T18:60:00Z",
        "2014-04-29T18:30:61Z",
        "2014-04-29T18:30:38.Z",
        "2014-04-29T18:30:38,5Z",
        "2014-04-29T18:30:38+24:00",
        "2014-04-29T18:30:38+02:60",
        "2014-04-29T18:30:38+0200",
        "2014-04-29T18:30:38+02",
        "+2014-04-29T18:30:38Z",
        "12014-04-29T18:30:38Z",
        "9999-12-31T23:59:59-00:01",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:60Z",
    };
    check_refused(smithy_time_read_date_time, TEXTS, sizeof TEXTS / sizeof *TEXTS);
}

static void http_dates_come_in_three_forms(void **state) {
    (void)state;
    check_read(smithy_time_read_http_date, "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000);
    check_read(smithy_time_read_http_date, "Sun, 06 Nov 1994 08:49:37.25 GMT", 784111777250);
    check_read(smithy_time_read_http_date, "Sunday, 06-Nov-94 08:49:37 GMT", 784111777000);
    check_read(smithy_time_read_http_date, "Sun Nov  6 08:49:37 1994", 784111777000);
    check_read(smithy_time_read_http_date, "Wed Nov 16 08:49:37 1994", 784975777000);
    check_read(smithy_time_read_http_date, "Tuesday, 01-Jan-69 00:00:00 GMT", INT64_C(3124224000000));
    check_read(smithy_time_read_http_date, "Thursday, 01-Jan-70 00:00:00 GMT", 0);
}

static void http_dates_that_are_none_are_refused(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov 06 08:49:37 1994 GMT",
    };
    check_refused(smithy_time_read_http_date, TEXTS, sizeof TEXTS / sizeof *TEXTS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_agree_with_another_library),
        cmocka_unit_test(every_day_of_ten_thousand_years_follows_the_one_before),
        cmocka_unit_test(any_instant_survives_its_texts),
        cmocka_unit_test(the_ends_of_time_fit_their_text),
        cmocka_unit_test(fractions_are_written_only_where_there_are_some),
        cmocka_unit_test(epoch_seconds_come_in_any_spelling),
        cmocka_unit_test(what_is_finer_than_a_millisecond_is_cut_towards_the_past),
        cmocka_unit_test(epoch_text_that_is_none_is_refused),
        cmocka_unit_test(date_times_take_what_rfc_3339_allows),
        cmocka_unit_test(date_times_that_are_none_are_refused),
        cmocka_unit_test(http_dates_come_in_three_forms),
        cmocka_unit_test(http_dates_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
