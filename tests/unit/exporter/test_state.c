/* The state as text: what is written is read back, and nothing else is. */
#include "state_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ARN "arn:aws:logs:eu-west-1:123456789012:log-group:"

typedef struct fixture {
    smithy_call *memory, *scratch;
    exporter_state state;
    smithy_buffer text;
} fixture;

static int set_up(void **context) {
    static fixture f;
    f = (fixture){.memory = smithy_call_create(NULL), .scratch = smithy_call_create(NULL)};
    assert_non_null(f.memory);
    assert_non_null(f.scratch);
    smithy_buffer_init(&f.text, NULL, 64 << 20);
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

static void fill(exporter_state *state) {
    state_group *one = state_add_group(state, SMITHY_STR(ARN "/app"), 100);
    assert_non_null(one);
    state_group *two = state_add_group(state, SMITHY_STR(ARN "/aws/\"quoted\"\\group"), 200);
    assert_non_null(two);
    one->exported_at = 5000;
    for (uint64_t i = 1; i <= 100; i++)
        assert_int_equal(state_account(state, one, i * 0x0123456789abcdefULL), SMITHY_OK);
    assert_int_equal(state_add_folder(state, one, SMITHY_STR("born-between"), 400), SMITHY_OK);
    two->converge_to = 7000;
    state->sweep_round = 70;
    one->swept_at = 60;
    one->compared_once = 55;
    one->compared_at = 50;
    one->swept_from = 40;
    one->sweep_next = 45;
    one->sweep_is_partial = true;
    const state_stream owed = {SMITHY_STR("web/[1] \"x\" \xc3\xa9"), 150, STATE_NOTHING, 300, 77};
    const state_stream own = {SMITHY_STR("a"), STATE_UNKNOWN_TIME, 6000, STATE_NOT_OWED, 0};
    assert_int_equal(state_set_stream(state, two, &owed), SMITHY_OK);
    assert_int_equal(state_set_stream(state, two, &own), SMITHY_OK);
    assert_int_equal(state_add_task(state, SMITHY_STR("task-1"), 900), SMITHY_OK);
    assert_int_equal(state_add_cleanup(state, SMITHY_STR("p/task-0/"), SMITHY_STR("a"), 800), SMITHY_OK);
    state->lease = (state_lease){SMITHY_STR("owner-1"), 12345};
    assert_int_equal(state_set_flight(state, &(state_flight){.task_name = SMITHY_STR("n"),
                                                             .group = SMITHY_STR("/app"),
                                                             .prefix = SMITHY_STR(""),
                                                             .kind = STATE_UNIT_GROUP,
                                                             .from_ms = 0,
                                                             .to_ms = 9,
                                                             .destination_prefix = SMITHY_STR("p"),
                                                             .created_ms = 10}),
                     SMITHY_OK);
    static uint64_t missed[] = {3, 9};
    static smithy_str folder = SMITHY_STR_INIT("born");
    assert_int_equal(state_add_missed(state, state_find_group(state, SMITHY_STR(ARN "/app"), 100),
                                      &(state_missed){5, 8, missed, 2, &folder, 1, 6}),
                     SMITHY_OK);
}

/* Each one that is added is asked for at once, as where streams join their group. */
static void many_streams_are_accounted_for_one_by_one_in_no_time(void **context) {
    fixture *f = *context;
    const uint64_t step = 0x9E3779B97F4A7C15ULL; /* Odd: no two multiples are the same. */
    state_group *group = state_add_group(&f->state, SMITHY_STR(ARN "/app"), 100);
    assert_non_null(group);
    for (uint64_t i = 1; i <= 20000; i++) {
        assert_false(state_is_accounted(group, i * step));
        assert_int_equal(state_account(&f->state, group, i * step), SMITHY_OK);
        assert_true(state_is_accounted(group, i * step));
        assert_true(state_is_accounted(group, (i / 2 + 1) * step));
    }
    assert_true(group->accounted_sorted > 10000); /* Not looked through one by one. */
}

static void what_is_written_is_read_back_the_same(void **context) {
    fixture *f = *context;
    exporter_state copy;
    smithy_buffer again;
    fill(&f->state);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    assert_int_equal(state_init(&copy, f->memory), SMITHY_OK);
    assert_int_equal(state_read(&copy, smithy_buffer_str(&f->text), f->scratch), SMITHY_OK);
    assert_true(smithy_str_equal(copy.id, f->state.id));
    assert_int_equal(copy.lease.until_ms, 12345);
    state_group *one = state_find_group(&copy, SMITHY_STR(ARN "/app"), 100);
    assert_non_null(one);
    assert_int_equal(one->accounted_count, 100);
    assert_int_equal(copy.sweep_round, 70);
    assert_int_equal(one->swept_at, 60);
    assert_int_equal(one->compared_once, 55);
    assert_int_equal(one->compared_at, 50);
    assert_int_equal(one->swept_from, 40);
    assert_int_equal(one->sweep_next, 45);
    assert_true(one->sweep_is_partial);
    assert_true(state_is_accounted(one, 0x0123456789abcdefULL));
    assert_false(state_is_accounted(one, 12));
    assert_non_null(state_find_missed(one, 9));
    assert_int_equal(one->missed[0].owed_to, 8);
    assert_int_equal(one->missed[0].since_ms, 6);
    assert_int_equal(state_name_missed(&copy, one, SMITHY_STR("born"), 4), SMITHY_OK);
    assert_non_null(state_find_missed(one, 4));
    state_remove_missed(one, state_find_missed(one, 4), 4);
    assert_int_equal(state_name_missed(&copy, one, SMITHY_STR("born"), 4), SMITHY_OK);
    assert_null(state_find_missed(one, 4));
    assert_int_equal(state_read(&copy, smithy_buffer_str(&f->text), f->scratch), SMITHY_ERROR_RESPONSE);
    assert_int_equal(state_init(&copy, f->memory), SMITHY_OK);
    assert_int_equal(state_read(&copy, smithy_buffer_str(&f->text), f->scratch), SMITHY_OK);
    smithy_buffer_init(&again, NULL, 64 << 20);
    /* The sets may be in another order in memory; written twice they settle. */
    assert_int_equal(state_write(&copy, SMITHY_STR("w"), &again), SMITHY_OK);
    assert_int_equal(again.len, f->text.len);
    smithy_buffer_deinit(&again);
}

/* So many that a portion of the text does not hold them. */
static void fill_much(exporter_state *state) {
    char name[64];
    state_group *one = state_add_group(state, SMITHY_STR(ARN "/one"), 1), *two;
    assert_non_null(one);
    two = state_add_group(state, SMITHY_STR(ARN "/two"), 2);
    assert_non_null(two);
    for (uint64_t i = 1; i <= 10001; i++) assert_int_equal(state_account(state, one, i), SMITHY_OK);
    for (uint64_t i = 1; i <= 3072; i++) assert_int_equal(state_account(state, two, i), SMITHY_OK);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "stream-%06d", i);
        assert_int_equal(
            state_set_stream(state, i % 3 ? one : two, &(state_stream){smithy_str_from(name), i, i + 7, i + 9, 0}),
            SMITHY_OK);
    }
}

static void a_large_state_is_the_same_however_it_is_written_and_read(void **context) {
    fixture *f = *context;
    static const size_t PIECES[] = {1, 7, 4096, 32768, 1 << 20};
    fill(&f->state);
    fill_much(&f->state);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    const smithy_str text = smithy_buffer_str(&f->text);
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
        exporter_state copy;
        smithy_buffer again;
        smithy_call *memory = smithy_call_create(NULL);
        smithy_buffer_init(&again, NULL, 64 << 20);
        assert_int_equal(state_init(&copy, memory), SMITHY_OK);
        assert_int_equal(state_read_in_pieces(&copy, text, PIECES[i], f->scratch), SMITHY_OK);
        assert_int_equal(state_write(&copy, SMITHY_STR("w"), &again), SMITHY_OK);
        assert_true(smithy_str_equal(smithy_buffer_str(&again), text));
        state_group *one = state_find_group(&copy, SMITHY_STR(ARN "/one"), 1);
        assert_non_null(one);
        assert_int_equal(state_account(&copy, one, 99999), SMITHY_OK); /* It can grow. */
        for (uint64_t k = 1; k <= 10001; k++) assert_true(state_is_accounted(one, k));
        assert_true(state_is_accounted(one, 99999));
        smithy_buffer_deinit(&again);
        smithy_call_destroy(memory);
    }
}

/* A retry begins anew in the midst of it. */
static void a_text_that_starts_over_is_the_same(void **context) {
    fixture *f = *context;
    state_writer writer;
    uint8_t piece[50001];
    fill_much(&f->state);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    state_writer_init(&writer, &f->state, SMITHY_STR("w"));
    const smithy_body body = state_writer_body(&writer);
    for (size_t start = 0; start < f->text.len; start += sizeof piece) {
        smithy_buffer again;
        smithy_buffer_init(&again, NULL, 64 << 20);
        for (size_t got = 0, len; got < start; got += len)
            assert_int_equal(
                body.read(body.context, piece, start - got < sizeof piece ? start - got : sizeof piece, &len),
                SMITHY_OK);
        assert_int_equal(text_of_body(&body, &again), SMITHY_OK);
        assert_true(smithy_str_equal(smithy_buffer_str(&again), smithy_buffer_str(&f->text)));
        assert_int_equal(body.rewind(body.context), SMITHY_OK);
        smithy_buffer_deinit(&again);
    }
    state_writer_deinit(&writer);
}

/* At once: a gigabyte is not written for this. */
static void a_state_of_more_than_a_gigabyte_is_neither_read_nor_written(void **context) {
    fixture *f = *context;
    state_reader reader;
    state_writer writer;
    uint8_t piece[64];
    size_t len;
    state_reader_init(&reader, &f->state, f->scratch);
    assert_int_equal(state_reader_add(&reader, "[ ", 2), SMITHY_OK);
    reader.cutter.at = STATE_TEXT_MAX - 3;
    assert_int_equal(state_reader_add(&reader, "   ", 3), SMITHY_OK);
    assert_int_equal(state_reader_add(&reader, " ", 1), SMITHY_ERROR_LIMIT);
    assert_string_equal(smithy_call_error(f->scratch)->message, "it is larger than 1073741824 bytes");
    assert_int_equal(state_reader_end(&reader), SMITHY_ERROR_LIMIT);
    state_reader_deinit(&reader);
    state_writer_init(&writer, &f->state, SMITHY_STR("w"));
    const smithy_body body = state_writer_body(&writer);
    writer.total = STATE_TEXT_MAX;
    assert_int_equal(body.read(body.context, piece, sizeof piece, &len), SMITHY_ERROR_LIMIT);
    state_writer_deinit(&writer);
}

/* It fits into one portion. */
static void a_state_of_a_gigabyte_is_written_byte_by_byte_if_need_be(void **context) {
    fixture *f = *context;
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    for (size_t more = 0; more < 2; more++) {
        state_writer writer;
        size_t at = 0, len = 1;
        state_writer_init(&writer, &f->state, SMITHY_STR("w"));
        writer.total = STATE_TEXT_MAX - f->text.len + more;
        const smithy_body body = state_writer_body(&writer);
        assert_int_equal(body.length, -1);
        for (uint8_t byte; !more && len > 0; at += len) {
            assert_int_equal(body.read(body.context, &byte, 1, &len), SMITHY_OK);
            if (len > 0) assert_int_equal(byte, f->text.ptr[at]);
        }
        assert_int_equal(at, more ? 0 : f->text.len);
        if (more) assert_int_equal(body.read(body.context, (uint8_t[1]){0}, 1, &len), SMITHY_ERROR_LIMIT);
        state_writer_deinit(&writer);
    }
}

/* Whoever brings it may find that it came damaged, and bring it again. */
static void a_damaged_text_is_taken_to_its_end_and_then_refused(void **context) {
    fixture *f = *context;
    state_reader reader;
    state_reader_init(&reader, &f->state, f->scratch);
    assert_int_equal(state_reader_add(&reader, "{]", 2), SMITHY_OK);
    assert_int_equal(state_reader_add(&reader, "[\"more\"]}", 9), SMITHY_OK);
    assert_int_equal(state_reader_end(&reader), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(f->scratch)->message, "it is not JSON: the document breaks at byte 1");
    state_reader_deinit(&reader);
}

static void an_empty_state_is_read_back(void **context) {
    fixture *f = *context;
    exporter_state copy;
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    assert_int_equal(state_init(&copy, f->memory), SMITHY_OK);
    assert_int_equal(state_read(&copy, smithy_buffer_str(&f->text), f->scratch), SMITHY_OK);
    assert_int_equal(copy.group_count, 0);
}

static void a_state_cut_at_any_byte_is_refused(void **context) {
    fixture *f = *context;
    fill(&f->state);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &f->text), SMITHY_OK);
    for (size_t len = 0; len < f->text.len - 1; len++) { /* The last byte is the line's end. */
        exporter_state copy;
        smithy_call *memory = smithy_call_create(NULL);
        assert_non_null(memory);
        assert_int_equal(state_init(&copy, memory), SMITHY_OK);
        smithy_call_reset(f->scratch);
        assert_int_equal(state_read(&copy, (smithy_str){f->text.ptr, len}, f->scratch), SMITHY_ERROR_RESPONSE);
        assert_true(smithy_call_error(f->scratch)->message[0] != 0);
        smithy_call_destroy(memory);
    }
}

static void expect_refused(fixture *f, const char *text, const char *saying) {
    exporter_state copy;
    assert_int_equal(state_init(&copy, f->memory), SMITHY_OK);
    smithy_call_reset(f->scratch);
    assert_int_equal(state_read(&copy, smithy_str_from(text), f->scratch), SMITHY_ERROR_RESPONSE);
    if (!strstr(smithy_call_error(f->scratch)->message, saying))
        fail_msg("\"%s\" does not say \"%s\"", smithy_call_error(f->scratch)->message, saying);
}

#define HEAD "{\"format\":\"cloudwatch-logs-s3-exporter/state\",\"version\":1,\"id\":\"0123456789abcdef\","

static void what_is_not_a_state_is_refused_with_the_reason(void **context) {
    fixture *f = *context;
    expect_refused(f, "", "it is not JSON: its start breaks at byte 0");
    expect_refused(f, "hello", "not JSON");
    expect_refused(f, "{}", "not a state");
    expect_refused(f, "{\"version\":1}", "not a state");
    expect_refused(f, "{\"format\":\"other\",\"version\":1}", "format");
    expect_refused(f, "{\"format\":\"cloudwatch-logs-s3-exporter/state\",\"version\":1,\"id\":\"0123456789abcde/\"}",
                   "hexadecimal");
    expect_refused(f, "{\"format\":\"cloudwatch-logs-s3-exporter/state\",\"version\":2,\"id\":\"0123456789abcdef\"}",
                   "newer");
    expect_refused(f, HEAD "\"groups\":[{\"LogGroupArn\":\"nonsense\"}]}", "ARN");
    expect_refused(f, HEAD "\"groups\":[{\"LogGroupArn\":\"" ARN "g\",\"ExportedAt\":-5}]}", "negative");
    expect_refused(f, HEAD "\"groups\":[{\"LogGroupArn\":\"" ARN "g\",\"ExportedAt\":9223372036854775807}]}", "1970");
    expect_refused(f, HEAD "\"groups\":[{\"LogGroupArn\":\"" ARN "g\",\"Accounted\":\"AAAA\"}]}", "damaged");
    expect_refused(f, HEAD "\"groups\":[{\"LogGroupArn\":\"" ARN "g\"},{\"LogGroupArn\":\"" ARN "g\"}]}", "twice");
    expect_refused(f, HEAD "\"streams\":[{\"LogStreamArn\":\"" ARN "g:log-stream:s\"}]}", "no group");
    expect_refused(f, HEAD "\"cleanups\":[{\"Folder\":\"/\"}]}", "Folder");
    expect_refused(f, HEAD "\"flight\":{\"TaskName\":\"n\"}}", "flight");
    expect_refused(f, HEAD "\"groups\":[]} trailing", "document");
    expect_refused(f, HEAD "\"groups\":[{\"LogGroupArn\":\"" ARN "g\"} {}]}", "it is not JSON: groups breaks at byte");
    expect_refused(f, HEAD "\"groups\":{}}", "its groups is not a list");
    expect_refused(f, HEAD "\"streams\":null}", "its streams is not a list");
    expect_refused(f, HEAD "\"lease\":[]}", "");
    expect_refused(f, HEAD "\"sweepRound\":[]}", "its sweepRound is no time in ms since 1970");
    expect_refused(f, "{\"format\":[]}", "its format is [, not");
}

static void members_of_a_later_version_are_passed_over(void **context) {
    fixture *f = *context;
    assert_int_equal(
        state_read(&f->state,
                   SMITHY_STR(HEAD "\"more\":[1,{\"groups\":[{}]}],\"most\":{\"tasks\":[{}]},\"groups\":[]}"),
                   f->scratch),
        SMITHY_OK);
}

static void the_first_versions_state_is_carried_over(void **context) {
    fixture *f = *context;
    const char *text = "[{\"LogGroupArn\":\"" ARN "/app:*\",\"LogStreamArn\":\"" ARN
                       "/app:log-stream:web/1\",\"ExportedAt\":1000,\"TaskId\":\"t-1\"},"
                       "{\"LogGroupArn\":\"" ARN "/app:*\",\"LogStreamArn\":\"" ARN
                       "/app:log-stream:web/2\",\"ExportedAt\":0,\"TaskId\":\"\"}]";
    assert_int_equal(state_read(&f->state, smithy_str_from(text), f->scratch), SMITHY_OK);
    state_group *group = state_find_group(&f->state, SMITHY_STR(ARN "/app"), 77);
    assert_non_null(group);
    const state_stream *stream = state_find_stream(group, SMITHY_STR("web/1"), 99);
    assert_non_null(stream);
    assert_int_equal(stream->exported_at, 999);
    assert_int_equal(stream->owed_to, STATE_NOT_OWED);
    assert_int_equal(state_find_stream(group, SMITHY_STR("web/2"), 99)->exported_at, STATE_NOTHING);
    assert_int_equal(f->state.carried_count, 1);
}

static void an_empty_list_is_the_first_versions_empty_state(void **context) {
    fixture *f = *context;
    assert_int_equal(state_read(&f->state, SMITHY_STR("[]\n"), f->scratch), SMITHY_OK);
    assert_int_equal(f->state.group_count, 0);
}

static void a_damaged_state_of_the_first_version_is_refused(void **context) {
    fixture *f = *context;
    expect_refused(f, "[{\"LogGroupArn\":\"x\"}]", "ARN");
    expect_refused(f, "[{\"LogStreamArn\":\"" ARN "g:log-stream:s\"}]", "ExportedAt");
    expect_refused(f, "[null", "the list breaks at byte 5");
    expect_refused(f, "[null]", "ARN");
    expect_refused(f, "[1,]", "object");
}

static void a_group_made_again_starts_over(void **context) {
    fixture *f = *context;
    state_group *group = state_add_group(&f->state, SMITHY_STR(ARN "g"), 100);
    assert_non_null(group);
    group->exported_at = 5;
    assert_null(state_find_group(&f->state, SMITHY_STR(ARN "g"), 101));
    assert_int_equal(state_add_group(&f->state, SMITHY_STR(ARN "g"), 101)->exported_at, STATE_NOTHING);
}

#define STATE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        STATE_TEST(many_streams_are_accounted_for_one_by_one_in_no_time),
        STATE_TEST(what_is_written_is_read_back_the_same),
        STATE_TEST(a_large_state_is_the_same_however_it_is_written_and_read),
        STATE_TEST(a_text_that_starts_over_is_the_same),
        STATE_TEST(a_state_of_more_than_a_gigabyte_is_neither_read_nor_written),
        STATE_TEST(a_state_of_a_gigabyte_is_written_byte_by_byte_if_need_be),
        STATE_TEST(a_damaged_text_is_taken_to_its_end_and_then_refused),
        STATE_TEST(an_empty_state_is_read_back),
        STATE_TEST(a_state_cut_at_any_byte_is_refused),
        STATE_TEST(what_is_not_a_state_is_refused_with_the_reason),
        STATE_TEST(members_of_a_later_version_are_passed_over),
        STATE_TEST(the_first_versions_state_is_carried_over),
        STATE_TEST(an_empty_list_is_the_first_versions_empty_state),
        STATE_TEST(a_damaged_state_of_the_first_version_is_refused),
        STATE_TEST(a_group_made_again_starts_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
