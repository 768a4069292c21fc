/* The state's text to the letter, and each way in which it can be damaged. */
#include "each_place.h"
#include "failing_system.h"
#include "state_text.h"

#include <stdio.h>
#include <string.h>

#define GROUP "arn:aws:logs:eu-west-1:123456789012:log-group:app"
#define HEAD  "{\"format\":\"cloudwatch-logs-s3-exporter/state\",\"version\":1,\"id\":\"0123456789abcdef\""

/* Everything that a state can hold. "AAAAAAAAAAE=" is the identity 1. */
static const char WHOLE[] =
    HEAD ",\"writer\":\"w\",\"lease\":{\"Owner\":\"o\",\"UntilMs\":1000},\"filter\":{\"LogStreamNamePrefix\":\"web\"},"
         "\"sweepRound\":7,\"flight\":{\"TaskId\":\"t9\",\"TaskName\":\"name\",\"LogGroupName\":\"app\","
         "\"LogStreamNamePrefix\":\"web\",\"Kind\":\"p\",\"From\":0,\"To\":99,\"DestinationPrefix\":\"x\","
         "\"CreatedAt\":98},"
         "\"edits\":["
         "\n {\"At\":5,\"By\":\"me\",\"LogGroupArn\":\"" GROUP "\",\"From\":3,\"To\":4,\"Reason\":\"why\"},"
         "\n {\"At\":6,\"By\":\"me\",\"LogStreamArn\":\"" GROUP ":log-stream:a\",\"To\":4,\"Reason\":\"so\"}],"
         "\"tasks\":[\n {\"TaskId\":\"t1\",\"EndedAt\":11},\n {\"TaskId\":\"t2\",\"EndedAt\":12}],"
         "\"cleanups\":["
         "\n {\"Folder\":\"x/t1/\",\"Since\":21,\"Cleaned\":false},"
         "\n {\"Folder\":\"x/t2/\",\"Keep\":\"a/b\",\"Since\":22,\"Cleaned\":true}],"
         "\"groups\":["
         "\n {\"LogGroupArn\":\"" GROUP "\",\"CreatedAt\":1,\"ExportedAt\":500,\"ConvergeTo\":600,\"SweptAt\":31,"
         "\"ComparedOnce\":35,\"ComparedAt\":32,\"SweptFrom\":33,\"SweepNext\":34,\"SweepIsPartial\":true,"
         "\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAQ=\","
         "\"Folders\":[{\"Folder\":\"f\",\"ExportedBefore\":41},{\"Folder\":\"g\"}],"
         "\"Missed\":[{\"ExportedAt\":51,\"OwedTo\":52,\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAg==\"},"
         "{\"OwedTo\":54,\"Accounted\":\"AAAAAAAAAAM=\",\"Folders\":[\"h\",\"i\"]}]},"
         "\n {\"LogGroupArn\":\"" GROUP "2\",\"CreatedAt\":2,\"ConvergeTo\":700}],"
         "\"streams\":["
         "\n {\"LogStreamArn\":\"" GROUP ":log-stream:a\",\"CreatedAt\":61,\"ExportedAt\":62},"
         "\n {\"LogStreamArn\":\"" GROUP ":log-stream:b\",\"ExportedAt\":63,\"OwedTo\":64,\"Since\":65},"
         "\n {\"LogStreamArn\":\"" GROUP "2:log-stream:c\",\"CreatedAt\":66,\"OwedTo\":67}]}\n";

typedef struct fixture {
    smithy_call *memory, *scratch;
    exporter_state state;
    smithy_buffer text;
} fixture;

static int set_up(void **context) {
    static fixture f;
    f = (fixture){.memory = smithy_call_create(NULL), .scratch = smithy_call_create(NULL)};
    smithy_buffer_init(&f.text, NULL, 1 << 20);
    assert_int_equal(state_init(&f.state, f.memory), SMITHY_OK);
    *context = &f;
    return 0;
}

static int tear_down(void **context) {
    fixture *f = *context;
    smithy_buffer_deinit(&f->text);
    smithy_call_destroy(f->memory);
    smithy_call_destroy(f->scratch);
    return 0;
}

static void a_whole_state_is_written_as_it_was_read(void **context) {
    fixture *f = *context;
    assert_int_equal(state_read(&f->state, smithy_str_from(WHOLE), f->scratch), SMITHY_OK);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    smithy_buffer_append_char(&f->text, 0);
    assert_string_equal(f->text.ptr, WHOLE);
}

static void each_member_is_read_into_its_place(void **context) {
    fixture *f = *context;
    assert_int_equal(state_read(&f->state, smithy_str_from(WHOLE), f->scratch), SMITHY_OK);
    assert_string_equal(f->state.lease.owner.ptr, "o");
    assert_int_equal(f->state.lease.until_ms, 1000);
    assert_string_equal(f->state.stream_prefix.ptr, "web");
    assert_int_equal(f->state.sweep_round, 7);
    assert_int_equal(f->state.flight.kind, STATE_UNIT_PREFIX);
    assert_int_equal(f->state.edit_count, 2);
    assert_int_equal(f->state.edits[1].from_ms, STATE_NOTHING);
    const state_group *group = state_find_group(&f->state, SMITHY_STR(GROUP), 1);
    assert_non_null(group);
    assert_int_equal(group->accounted_count, 4);
    assert_int_equal(group->accounted[0], 1);
    assert_int_equal(group->accounted[3], 4);
    assert_int_equal(group->folders[1].exported_before, STATE_NOTHING);
    assert_int_equal(group->missed_count, 2);
    assert_int_equal(group->missed[1].exported_at, STATE_NOTHING);
    assert_int_equal(group->missed[1].folder_count, 2);
    assert_string_equal(group->missed[1].folders[0].ptr, "h");
    assert_int_equal(group->streams[0].owed_to, STATE_NOT_OWED);
    assert_int_equal(group->streams[1].created_ms, STATE_UNKNOWN_TIME);
    assert_int_equal(group->streams[1].since_ms, 65);
}

/* What says nothing is not written: neither a group of which nothing is archived nor what nobody holds. */
static void what_says_nothing_is_not_written(void **context) {
    fixture *f = *context;
    f->state.id = SMITHY_STR("0123456789abcdef");
    assert_non_null(state_add_group(&f->state, SMITHY_STR(GROUP), 1));
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    smithy_buffer_append_char(&f->text, 0);
    assert_string_equal(f->text.ptr,
                        HEAD ",\"writer\":\"w\",\"tasks\":[],\"cleanups\":[],\"groups\":[],\"streams\":[]}\n");
}

static void a_group_is_worth_a_line_for_each_thing_that_it_knows(void **context) {
    fixture *f = *context;
    static const struct {
        int64_t exported_at, converge_to;
        bool accounts, has_stream, has_folder;
    } CASES[] = {{0, STATE_NOTHING, false, false, false},
                 {STATE_NOTHING, 0, false, false, false},
                 {STATE_NOTHING, STATE_NOTHING, true, false, false},
                 {STATE_NOTHING, STATE_NOTHING, false, true, false},
                 {STATE_NOTHING, STATE_NOTHING, false, false, true}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_int_equal(state_init(&f->state, f->memory), SMITHY_OK);
        state_group *group = state_add_group(&f->state, SMITHY_STR(GROUP), 1);
        assert_non_null(group);
        group->exported_at = CASES[i].exported_at;
        group->converge_to = CASES[i].converge_to;
        if (CASES[i].accounts) assert_int_equal(state_account(&f->state, group, 9), SMITHY_OK);
        if (CASES[i].has_folder) assert_int_equal(state_add_folder(&f->state, group, SMITHY_STR("f"), 1), SMITHY_OK);
        if (CASES[i].has_stream)
            assert_int_equal(
                state_set_stream(&f->state, group, &(state_stream){.name = SMITHY_STR("s"), .owed_to = STATE_NOT_OWED}),
                SMITHY_OK);
        smithy_buffer_reset(&f->text);
        assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
        smithy_buffer_append_char(&f->text, 0);
        assert_non_null(strstr(f->text.ptr, "\n {\"LogGroupArn\":\"" GROUP "\""));
    }
}

/* One of each: what is written for none is not what is written for one. */
static const char SINGLE[] =
    HEAD ",\"writer\":\"w\",\"filter\":{\"LogStreamNamePrefix\":\"w\"},"
         "\"edits\":[\n {\"At\":0,\"By\":\"me\",\"LogGroupArn\":\"" GROUP "\",\"Reason\":\"why\"}],"
         "\"tasks\":[\n {\"TaskId\":\"t1\",\"EndedAt\":0}],"
         "\"cleanups\":[\n {\"Folder\":\"x/t1/\",\"Since\":0,\"Cleaned\":false}],"
         "\"groups\":["
         "\n {\"LogGroupArn\":\"" GROUP "\",\"Accounted\":\"AAAAAAAAAAE=\","
         "\"Folders\":[{\"Folder\":\"f\"}],"
         "\"Missed\":[{\"OwedTo\":54,\"Accounted\":\"AAAAAAAAAAM=\",\"Folders\":[\"h\"],\"Since\":1}]}],"
         "\"streams\":[\n {\"LogStreamArn\":\"" GROUP ":log-stream:b\",\"OwedTo\":64,\"Since\":1}]}\n";

static void one_of_each_is_written_as_it_was_read(void **context) {
    fixture *f = *context;
    assert_int_equal(state_read(&f->state, smithy_str_from(SINGLE), f->scratch), SMITHY_OK);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    smithy_buffer_append_char(&f->text, 0);
    assert_string_equal(f->text.ptr, SINGLE);
}

/* Times of which nothing is said are those at which no task and no lease is any more. */
static void what_is_left_out_is_zero_or_false(void **context) {
    fixture *f = *context;
    assert_int_equal(
        state_read(&f->state,
                   SMITHY_STR(HEAD
                              ",\"lease\":{\"Owner\":\"o\"},\"flight\":{\"TaskName\":\"n\",\"LogGroupName\":\"g\","
                              "\"Kind\":\"s\",\"From\":1,\"To\":2},\"tasks\":[{\"TaskId\":\"t\"}],"
                              "\"cleanups\":[{\"Folder\":\"x/t/\"}],\"edits\":[{\"By\":\"b\",\"LogGroupArn\":\"a\","
                              "\"Reason\":\"r\"}],\"groups\":[{\"LogGroupArn\":\"" GROUP "\","
                              "\"ExportedAt\":1,\"SweepIsPartial\":false,\"Missed\":[{\"OwedTo\":2}]}]}"),
                   f->scratch),
        SMITHY_OK);
    assert_int_equal(f->state.lease.until_ms, 0);
    assert_int_equal(f->state.flight.kind, STATE_UNIT_STREAM);
    assert_int_equal(f->state.flight.created_ms, 0);
    check_text(f->state.flight.prefix, "");
    assert_int_equal(f->state.tasks[0].ended_ms, 0);
    assert_int_equal(f->state.cleanups[0].since_ms, 0);
    assert_false(f->state.cleanups[0].cleaned);
    assert_int_equal(f->state.edits[0].at_ms, 0);
    const state_group *group = state_find_group(&f->state, SMITHY_STR(GROUP), STATE_UNKNOWN_TIME);
    assert_non_null(group);
    assert_false(group->sweep_is_partial);
    assert_int_equal(group->missed[0].since_ms, 0);
    assert_int_equal(group->missed[0].count, 0);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    smithy_buffer_append_char(&f->text, 0);
    assert_non_null(strstr(f->text.ptr, "\"Missed\":[{\"OwedTo\":2}]"));
}

/* ---- damage ---- */

static void expect_format_told_as(fixture *f, const char *format, const char *told) {
    char text[256], message[256];
    assert_int_equal(state_init(&f->state, f->memory), SMITHY_OK);
    smithy_call_reset(f->scratch);
    snprintf(text, sizeof text, "{\"format\":\"%s\",\"x\":1}", format);
    snprintf(message, sizeof message, "its format is %s, not \"cloudwatch-logs-s3-exporter/state\"", told);
    assert_int_equal(state_read(&f->state, smithy_str_from(text), f->scratch), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(f->scratch)->message, message);
}

#define TENS "123456789-123456789-123456789-123456789-123456789-123456789-123456789-"

static void no_more_than_eighty_bytes_of_another_format_are_told(void **context) {
    fixture *f = *context;
    expect_format_told_as(f, TENS "1234567", "\"" TENS "1234567\""); /* 79 with its quotes. */
    expect_format_told_as(f, TENS "12345678", "\"" TENS "12345678\"");
    expect_format_told_as(f, TENS "123456789", "\"" TENS "123456789");
    expect_format_told_as(f, TENS TENS, "\"" TENS "123456789");
}

static void an_error_from_before_is_not_the_states(void **context) {
    fixture *f = *context;
    (void)smithy_call_fail(f->scratch, SMITHY_ERROR_SERVICE, "of something else");
    assert_int_equal(state_read(&f->state, SMITHY_STR("[]"), f->scratch), SMITHY_OK);
    assert_int_equal(smithy_call_status(f->scratch), SMITHY_OK);
}

typedef struct damage {
    const char *was, *is; /* In WHOLE. */
    const char *saying;   /* NULL: it is none. */
} damage;

/* The year 9999 ends with 253402300799999. */
static const damage DAMAGES[] = {
    {"\"id\":\"0123456789abcdef\",", "", "format, version or id is missing"},
    {"\"version\":1,", "", "format, version or id is missing"},
    {"\"format\":\"cloudwatch-logs-s3-exporter/state\",", "", "format, version or id is missing"},
    {"\"format\":\"cloudwatch-logs-s3-exporter/state\"", "\"format\":\"x\"", "its format is \"x\", not"},
    {"\"version\":1", "\"version\":0", "its version is not a number"},
    {"\"version\":1", "\"version\":\"1\"", "its version is not a number"},
    {"\"version\":1", "\"version\":2", "a newer version of this program wrote it (version 2; this one reads up to 1)"},
    {"0123456789abcdef", "g123456789abcdef", "its id is not 16 hexadecimal digits"},
    {"0123456789abcdef", "0123456789abcdeF", "its id is not 16 hexadecimal digits"},
    {"0123456789abcdef", "0123456789abcde", "its id is not 16 hexadecimal digits"},
    {"0123456789abcdef", "0123456789abcdef0", "its id is not 16 hexadecimal digits"},
    {"\"0123456789abcdef\"", "100123456789abcdef", "its id is not 16 hexadecimal digits"},
    {"\"sweepRound\":7", "\"sweepRound\":-1", "its sweepRound is no time in ms since 1970"},
    {"\"sweepRound\":7", "\"sweepRound\":0", NULL},
    {"\"sweepRound\":7", "\"sweepRound\":253402300799999", NULL},
    {"\"sweepRound\":7", "\"sweepRound\":253402300800000", "its sweepRound is no time in ms since 1970"},
    {"\"sweepRound\":7", "\"sweepRound\":true", "its sweepRound is no time in ms since 1970"},
    {"\"ExportedAt\":500", "\"ExportedAt\":-1", "ExportedAt is negative"},
    {"\"ExportedAt\":500", "\"ExportedAt\":0", NULL},
    {"\"ExportedAt\":500", "\"ExportedAt\":253402300799999", NULL},
    {"\"ExportedAt\":500", "\"ExportedAt\":253402300800000", "ExportedAt is no time in ms since 1970"},
    {"\"ExportedAt\":500", "\"ExportedAt\":\"500\"", ""},
    {"\"ConvergeTo\":600", "\"ConvergeTo\":-1", "ConvergeTo is negative"},
    {"\"SweptAt\":31", "\"SweptAt\":-1", "SweptAt is negative"},
    {"\"ComparedOnce\":35", "\"ComparedOnce\":-1", "ComparedOnce is negative"},
    {"\"ComparedAt\":32", "\"ComparedAt\":-1", "ComparedAt is negative"},
    {"\"SweptFrom\":33", "\"SweptFrom\":-1", "SweptFrom is negative"},
    {"\"SweepNext\":34", "\"SweepNext\":-1", "SweepNext is negative"},
    {"\"SweepIsPartial\":true", "\"SweepIsPartial\":1", ""},
    {"\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAQ=\"", "\"Accounted\":\"AAAA\"",
     "Accounted of " GROUP " is damaged"},
    {"\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAQ=\"", "\"Accounted\":\"!\"",
     "Accounted of " GROUP " is damaged"},
    {"\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAQ=\"", "\"Accounted\":\"\"", NULL},
    {"\"ExportedBefore\":41", "\"ExportedBefore\":-1", "ExportedBefore is negative"},
    {"{\"Folder\":\"g\"}", "{}", "an item of Folders has no Folder"},
    {"{\"Folder\":\"g\"}", "1", "expected"},
    {"\"ExportedBefore\":41", "\"ExportedBefore\":\"41\"", "ExportedBefore"},
    {"\"Folders\":[{", "\"Folders\":{\"a\":{", ""},
    {"\"Folders\":[{\"Folder\":\"f\",", "\"Folders\":7,\"Later\":[{", "expected"},
    {"\"Missed\":[{\"ExportedAt\":51", "\"Missed\":[{\"ExportedAt\":-1", "ExportedAt is negative"},
    {"\"OwedTo\":52", "\"OwedTo\":-1", "OwedTo is negative"},
    {"\"OwedTo\":52", "\"OwedTo\":\"52\"", "OwedTo"},
    {"{\"OwedTo\":54,\"Accounted\":\"AAAAAAAAAAM=\",\"Folders\":[\"h\",\"i\"]}", "54", "expected"},
    {"\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAg==\"", "\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAQ==\"",
     "Missed of " GROUP " is damaged"},
    {"\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAg==\"", "\"Accounted\":\"AAAAAAAAAAIAAAAAAAAAAQ==\"",
     "Missed of " GROUP " is damaged"},
    {"\"Accounted\":\"AAAAAAAAAAEAAAAAAAAAAg==\"", "\"Accounted\":\"!\"", "Accounted of " GROUP " is damaged"},
    {"[\"h\",\"i\"]", "[\"h\",1]", ""},
    {"[\"h\",\"i\"]", "7", ""},
    {"\"Missed\":[", "\"Missed\":1,\"x\":[", ""},
    {"{\"LogGroupArn\":\"" GROUP "2\"", "{\"LogGroupArn\":\"" GROUP "\"", GROUP " stands twice in it"},
    {"{\"LogGroupArn\":\"" GROUP "2\"", "{\"LogGroupArn\":\"" GROUP ":log-stream:x\"", "is not the ARN of a log group"},
    {"{\"LogGroupArn\":\"" GROUP "2\"", "{\"LogGroupArn\":\"app\"",
     "LogGroupArn \"app\" is not the ARN of a log group"},
    {"\"LogStreamArn\":\"" GROUP "2:log-stream:c\"", "\"LogStreamArn\":\"" GROUP "2\"",
     "is not the ARN of a log stream"},
    {"\"LogStreamArn\":\"" GROUP "2:log-stream:c\"", "\"LogStreamArn\":\"c\"", "is not the ARN of a log stream"},
    {"\"LogStreamArn\":\"" GROUP "2:log-stream:c\"", "\"LogStreamArn\":\"" GROUP "3:log-stream:c\"",
     "no group for the stream"},
    {"\"ExportedAt\":62", "\"ExportedAt\":-1", "ExportedAt is negative"},
    {"\"ExportedAt\":63", "\"ExportedAt\":64", NULL},
    {"\"ExportedAt\":63", "\"ExportedAt\":65", "lies before its ExportedAt"},
    {"\"OwedTo\":64", "\"OwedTo\":253402300799999", NULL},
    {"\"OwedTo\":64", "\"OwedTo\":253402300800000", "OwedTo is no time in ms since 1970"},
    {"{\"TaskId\":\"t1\",", "{", "a task has no TaskId"},
    {"\"Folder\":\"x/t1/\"", "\"Folder\":\"x/t1\"", "a cleanup has no Folder that ends in \"/\""},
    {"\"Folder\":\"x/t1/\"", "\"Folder\":\"/\"", "a cleanup has no Folder that ends in \"/\""},
    {"\"Folder\":\"x/t1/\"", "\"Folder\":\"x/\"", NULL},
    {"\"Folder\":\"x/t1/\",", "", "a cleanup has no Folder that ends in \"/\""},
    {"\"Cleaned\":true", "\"Cleaned\":\"yes\"", ""},
    {"\"TaskName\":\"name\",", "", "flight is not whole"},
    {"\"LogGroupName\":\"app\",", "", "flight is not whole"},
    {"\"Kind\":\"p\",", "", "flight is not whole"},
    {"\"Kind\":\"p\"", "\"Kind\":\"x\"", "flight is not whole"},
    {"\"Kind\":\"p\"", "\"Kind\":\"ps\"", "flight is not whole"},
    {"\"From\":0,", "", "flight is not whole"},
    {"\"To\":99,", "", "flight is not whole"},
    {"\"Kind\":\"p\"", "\"Kind\":\"g\"", NULL},
    {"\"Kind\":\"p\"", "\"Kind\":\"o\"", NULL},
    {"\"From\":3", "\"From\":-1", "From is negative"},
    {"\"To\":4,\"Reason\":\"why\"", "\"To\":-1,\"Reason\":\"why\"", "To is negative"},
    {"\"By\":\"me\",\"LogGroupArn\":\"" GROUP "\",", "\"By\":\"me\",", "an edit is not whole"},
    {"\"By\":\"me\",\"LogGroupArn\"", "\"LogGroupArn\"", "an edit is not whole"},
    {",\"Reason\":\"why\"", "", "an edit is not whole"},
    {"\"lease\":{\"Owner\":\"o\"", "\"lease\":{\"Owner\":1", ""},
    {"\"lease\":{\"Owner\":\"o\"", "\"lease\":{\"Later\":[1,{}]", NULL},
    {"\"filter\":{\"LogStreamNamePrefix\":\"web\"}", "\"filter\":{}", NULL},
    {"\"tasks\":[", "\"tasks\":{\"a\":[", "its tasks is not a list"},
    {"\"streams\":[", "\"streamers\":[", NULL},
};

static const char *damaged(const damage *how, char *text, size_t size) {
    const char *at = strstr(WHOLE, how->was);
    assert_non_null(at);
    snprintf(text, size, "%.*s%s%s", (int)(at - WHOLE), WHOLE, how->is, at + strlen(how->was));
    return text;
}

static void each_damage_is_refused_and_each_limit_is_taken(void **context) {
    fixture *f = *context;
    char text[sizeof WHOLE + 256];
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        const damage *how = &DAMAGES[i];
        assert_int_equal(state_init(&f->state, f->memory), SMITHY_OK);
        smithy_call_reset(f->scratch);
        const smithy_status status =
            state_read(&f->state, smithy_str_from(damaged(how, text, sizeof text)), f->scratch);
        if (!how->saying) {
            if (status != SMITHY_OK) fail_msg("%s is refused: %s", how->is, smithy_call_error(f->scratch)->message);
            continue;
        }
        if (status != SMITHY_ERROR_RESPONSE) fail_msg("%s for %s is taken", how->is, how->was);
        if (!strstr(smithy_call_error(f->scratch)->message, how->saying))
            fail_msg("%s: %s", how->is, smithy_call_error(f->scratch)->message);
    }
}

static void a_zero_is_no_digit_of_an_id(void **context) {
    static const char TEXT[] = "{\"id\":\"0123456789abcde\0\"}";
    fixture *f = *context;
    assert_int_equal(state_read(&f->state, (smithy_str){TEXT, sizeof TEXT - 1}, f->scratch), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(f->scratch)->message, "its id is not 16 hexadecimal digits");
}

/* ---- memory that runs out ---- */

static smithy_status read_and_write(fixture *f, const char *what) {
    smithy_call_reset(f->memory);
    smithy_call_reset(f->scratch);
    smithy_buffer_deinit(&f->text);
    smithy_buffer_init(&f->text, NULL, 1 << 20);
    SMITHY_TRY(state_init(&f->state, f->memory));
    SMITHY_TRY(state_read(&f->state, smithy_str_from(what), f->scratch));
    return state_write(&f->state, SMITHY_STR("w"), &f->text);
}

static void without_memory_nothing_of_a_state_is_left_out_unnoticed(void **context) {
    fixture *f = *context;
    static const char *const TEXTS[] = {WHOLE, SINGLE};
    for (size_t i = 0; i < 2; i++)
        for (each_place place = {0}; each_place_begin(&place);)
            if (each_place_end(&place, read_and_write(f, TEXTS[i]))) {
                smithy_buffer_append_char(&f->text, 0);
                assert_string_equal(f->text.ptr, TEXTS[i]);
            }
}

/* ---- memory that is given back ---- */

/* A record's memory is that of the next one; what the state takes stays until its call ends. */
static void reading_takes_the_memory_of_one_record_and_writing_that_of_a_portion(void **context) {
    failing_system failing;
    exporter_state state;
    smithy_buffer text, again;
    char record[256];
    (void)context;
    failing_system_init(&failing, 0);
    smithy_buffer_init(&text, NULL, 16 << 20);
    smithy_buffer_init(&again, NULL, 16 << 20);
    smithy_buffer_append_text(&text, HEAD ",\"groups\":[{\"LogGroupArn\":\"" GROUP "\"}],\"streams\":[");
    for (int i = 0; i < 5000; i++) {
        snprintf(record, sizeof record, "%s{\"LogStreamArn\":\"" GROUP ":log-stream:%08d\",\"Later\":\"%0100d\"}",
                 i > 0 ? "," : "", i, i);
        smithy_buffer_append_text(&text, record);
    }
    smithy_buffer_append_text(&text, "]}");
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = &failing.system});
    assert_non_null(memory);
    smithy_call *scratch = smithy_call_create(&(smithy_call_options){.system = &failing.system});
    assert_non_null(scratch);
    assert_int_equal(state_init(&state, memory), SMITHY_OK);
    assert_int_equal(state_read_in_pieces(&state, smithy_buffer_str(&text), 1000, scratch), SMITHY_OK);
    const size_t read = failing.live;
    smithy_call_destroy(scratch);
    assert_true(read - failing.live <= 4);
    const size_t kept = failing.live;
    assert_int_equal(state_write(&state, SMITHY_STR("w"), &again), SMITHY_OK);
    assert_int_equal(failing.live, kept);
    smithy_call_destroy(memory);
    assert_int_equal(failing.live, 0);
    smithy_buffer_deinit(&text);
    smithy_buffer_deinit(&again);
}

/* ---- the first version's ---- */

#define CARRIED(members) "[{\"LogGroupArn\":\"x\",\"LogStreamArn\":\"" GROUP ":log-stream:a\"" members "}]"

static void a_watermark_of_the_first_version_ends_a_millisecond_before(void **context) {
    fixture *f = *context;
    assert_int_equal(state_read(&f->state, SMITHY_STR(CARRIED(",\"ExportedAt\":0,\"TaskId\":\"t\"")), f->scratch),
                     SMITHY_OK);
    const state_group *group = state_find_group(&f->state, SMITHY_STR(GROUP), 77);
    assert_non_null(group);
    assert_int_equal(group->stream_count, 1);
    assert_int_equal(group->streams[0].exported_at, STATE_NOTHING);
    assert_int_equal(group->streams[0].owed_to, STATE_NOT_OWED);
    assert_int_equal(group->streams[0].created_ms, STATE_UNKNOWN_TIME);
    assert_int_equal(f->state.carried_count, 1);
    assert_string_equal(f->state.carried[0].task_id.ptr, "t");
    assert_string_equal(f->state.carried[0].stream.ptr, "a");
}

static void a_record_of_the_first_version_may_be_without_a_task(void **context) {
    fixture *f = *context;
    assert_int_equal(state_read(&f->state, SMITHY_STR(CARRIED(",\"ExportedAt\":5,\"TaskId\":\"\"")), f->scratch),
                     SMITHY_OK);
    assert_int_equal(f->state.carried_count, 0);
    assert_int_equal(state_find_group(&f->state, SMITHY_STR(GROUP), 1)->streams[0].exported_at, 4);
}

static smithy_status read_carried(fixture *f, const char *text) {
    smithy_call_reset(f->memory);
    smithy_call_reset(f->scratch);
    SMITHY_TRY(state_init(&f->state, f->memory));
    return state_read(&f->state, smithy_str_from(text), f->scratch);
}

static void without_memory_no_stream_of_the_first_version_is_left_out_unnoticed(void **context) {
    fixture *f = *context;
    for (each_place place = {0}; each_place_begin(&place);) {
        if (!each_place_end(&place, read_carried(f, CARRIED(",\"ExportedAt\":5,\"TaskId\":\"t\"")))) continue;
        assert_int_equal(state_find_group(&f->state, SMITHY_STR(GROUP), 1)->stream_count, 1);
        assert_int_equal(f->state.carried_count, 1);
        check_text(f->state.carried[0].stream, "a");
        check_text(f->state.carried[0].task_id, "t");
    }
    for (each_place place = {0}; each_place_begin(&place);)
        if (each_place_end(&place, read_carried(f, CARRIED(",\"ExportedAt\":5"))))
            assert_int_equal(state_find_group(&f->state, SMITHY_STR(GROUP), 1)->stream_count, 1);
}

static void damage_of_the_first_versions_state_is_told(void **context) {
    fixture *f = *context;
    static const char *const CASES[][2] = {
        {CARRIED(""), "has no ExportedAt"},
        {CARRIED(",\"ExportedAt\":-1"), "has no ExportedAt"},
        {"[{\"LogStreamArn\":\"" GROUP "\",\"ExportedAt\":1}]", "is not the ARN of a log stream"},
        {"[{\"LogStreamArn\":\"a\",\"ExportedAt\":1}]", "is not the ARN of a log stream"},
        {CARRIED(",\"ExportedAt\":1") "x", "it is not JSON: the list breaks at byte"},
        {"[1]", ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_int_equal(state_init(&f->state, f->memory), SMITHY_OK);
        smithy_call_reset(f->scratch);
        assert_int_equal(state_read(&f->state, smithy_str_from(CASES[i][0]), f->scratch), SMITHY_ERROR_RESPONSE);
        assert_non_null(strstr(smithy_call_error(f->scratch)->message, CASES[i][1]));
    }
}

/* ---- ARNs ---- */

static void an_arn_is_split_into_group_and_stream(void **context) {
    static const struct {
        const char *arn, *group, *stream; /* NULL group: it is none. NULL stream: it has none. */
    } CASES[] = {
        {GROUP, "app", NULL},
        {GROUP ":*", "app", NULL},
        {GROUP ":x", "app:x", NULL},
        {GROUP ":log-stream:a/b:c", "app", "a/b:c"},
        {"arn:aws:logs:r:a:log-group:*", "*", NULL},
        {"arn:aws:logs:r:a:log-group::*", NULL, NULL},
        {"arn:aws:logs:r:a:log-group:", NULL, NULL},
        {"arn:aws:logs:r:a:log-group::log-stream:s", NULL, NULL},
        {GROUP ":log-stream:", NULL, NULL},
        {"arn:aws:logs:r:a:log-groups:x", NULL, NULL},
        {"urn:aws:logs:r:a:log-group:x", NULL, NULL},
        {"arn:", NULL, NULL},
        {"", NULL, NULL},
    };
    (void)context;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        smithy_str group_arn, group, stream;
        const bool is_one = state_split_arn(smithy_str_from(CASES[i].arn), &group_arn, &group, &stream);
        assert_int_equal(is_one, CASES[i].group != NULL);
        if (!is_one) continue;
        assert_true(smithy_str_equal(group, smithy_str_from(CASES[i].group)));
        assert_true(smithy_str_starts_with(smithy_str_from(CASES[i].arn), group_arn));
        assert_ptr_equal(group_arn.ptr + group_arn.len, group.ptr + group.len);
        assert_int_equal(stream.ptr != NULL, CASES[i].stream != NULL);
        if (stream.ptr) assert_true(smithy_str_equal(stream, smithy_str_from(CASES[i].stream)));
    }
}

static void an_arn_ends_where_its_text_does(void **context) {
    static const char TEXT[] = GROUP ":*:log-stream:s";
    smithy_str group_arn, group, stream;
    (void)context;
    assert_true(state_split_arn((smithy_str){TEXT, sizeof GROUP + 1}, &group_arn, &group, &stream));
    assert_true(smithy_str_equal(group, SMITHY_STR("app")));
    assert_true(smithy_str_equal(group_arn, SMITHY_STR(GROUP)));
    assert_null(stream.ptr);
}

#define TEXT_TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEXT_TEST(a_whole_state_is_written_as_it_was_read),
        TEXT_TEST(each_member_is_read_into_its_place),
        TEXT_TEST(what_says_nothing_is_not_written),
        TEXT_TEST(a_group_is_worth_a_line_for_each_thing_that_it_knows),
        TEXT_TEST(one_of_each_is_written_as_it_was_read),
        TEXT_TEST(what_is_left_out_is_zero_or_false),
        TEXT_TEST(no_more_than_eighty_bytes_of_another_format_are_told),
        TEXT_TEST(an_error_from_before_is_not_the_states),
        TEXT_TEST(reading_takes_the_memory_of_one_record_and_writing_that_of_a_portion),
        TEXT_TEST(a_zero_is_no_digit_of_an_id),
        TEXT_TEST(each_damage_is_refused_and_each_limit_is_taken),
        TEXT_TEST(without_memory_nothing_of_a_state_is_left_out_unnoticed),
        TEXT_TEST(a_watermark_of_the_first_version_ends_a_millisecond_before),
        TEXT_TEST(a_record_of_the_first_version_may_be_without_a_task),
        TEXT_TEST(without_memory_no_stream_of_the_first_version_is_left_out_unnoticed),
        TEXT_TEST(damage_of_the_first_versions_state_is_told),
        TEXT_TEST(an_arn_is_split_into_group_and_stream),
        TEXT_TEST(an_arn_ends_where_its_text_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
