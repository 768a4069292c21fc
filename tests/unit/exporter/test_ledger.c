/* The ledger as it is written: each line to the letter, the names that a folder may stand for, objects that are there
 * once whatever becomes of their answers, and parts of a size that memory can hold. */
#include "ledger.h"
#include "run_bench.h"

#include <stdio.h>
#include <stdlib.h>

#define TIME "1767323045000" /* At which the bench's clock stands. */

#define STREAM(name_, created_) \
    { .name = SMITHY_STR_INIT(name_), .created_ms = (created_) }

/* By name, as they are listed. */
static catalog_stream streams[] = {
    STREAM("a", 1),     STREAM("a-b", 2), STREAM("a-b-c", 3),       STREAM("a.b", 4),  STREAM("a/b", 5),
    STREAM("a/b/c", 6), STREAM("b", 7),   STREAM("caf\xc3\xa9", 8), STREAM("cafz", 9),
};

static const catalog_group GROUP = {.arn = SMITHY_STR_INIT("arn:g"),
                                    .name = SMITHY_STR_INIT("g"),
                                    .created_ms = 77,
                                    .streams = streams,
                                    .stream_count = sizeof streams / sizeof *streams};

static task_spec spec_of(state_unit_kind kind, const char *prefix) {
    return (task_spec){.kind = kind,
                       .group = SMITHY_STR("g"),
                       .prefix = prefix ? smithy_str_from(prefix) : (smithy_str){0},
                       .from_ms = 10,
                       .to_ms = 20,
                       .bucket = SMITHY_STR("archive"),
                       .destination_prefix = SMITHY_STR("x/y"),
                       .requested_ms = 30};
}

#define PARTS_MAX 12

/* A task that wrote these folders, the first with one object of 100 bytes, the next with two of 200 in all, … */
static smithy_status add_task(run_bench *b, const task_spec *spec, const char *const *folders, size_t count) {
    folder_part parts[PARTS_MAX];
    folder_content content = {.objects = 5, .bytes = 600, .parts = parts, .count = count};
    assert_true(count <= PARTS_MAX);
    for (size_t i = 0; i < count; i++)
        parts[i] = (folder_part){smithy_str_from(folders[i]), (int64_t)i + 1, 100 * ((int64_t)i + 1)};
    return ledger_add_task(&b->run, spec, SMITHY_STR("t1"), &GROUP, &content);
}

#define ADD_TASK(bench_, spec_, ...)                                \
    add_task((bench_), (spec_), (const char *const[]){__VA_ARGS__}, \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* What is noted, as a C string. */
static const char *noted(run_bench *b) {
    return run_bench_copy(b, "%.*s", SMITHY_STR_ARG(smithy_buffer_str(&b->run.ledger.lines)));
}

static bool notes(run_bench *b, const char *text) {
    return strstr(noted(b), text) != NULL;
}

static int set_up(void **context) {
    (void)run_bench_set_up(context);
    run_bench *b = *context;
    b->run.lease_taken_ms = b->fake.wall_ms - 300; /* The keys tell the second. */
    return 0;
}

/* ---- lines ---- */

static void a_task_is_told_whole(void **context) {
    run_bench *b = *context;
    const task_spec spec = spec_of(STATE_UNIT_GROUP, NULL);
    assert_int_equal(ADD_TASK(b, &spec, "b", "cafz"), SMITHY_OK);
    assert_string_equal(
        noted(b),
        "{\"Type\":\"task\",\"TaskId\":\"t1\",\"LogGroup\":\"g\",\"LogGroupArn\":\"arn:g\",\"CreatedAt\":77,"
        "\"Kind\":\"group\",\"Prefix\":\"\",\"RequestedAt\":30,\"From\":10,\"To\":20,\"Bucket\":\"archive\","
        "\"Folder\":\"x/y/t1/\",\"Streams\":2,\"Objects\":5,\"Bytes\":600,\"ClosedAt\":" TIME "}\n"
        "{\"Type\":\"stream\",\"TaskId\":\"t1\",\"Folder\":\"b\",\"Streams\":[\"b\"],\"Objects\":1,\"Bytes\":100}\n"
        "{\"Type\":\"stream\",\"TaskId\":\"t1\",\"Folder\":\"cafz\",\"Streams\":[\"cafz\"],\"Objects\":2,"
        "\"Bytes\":200}\n");
}

static void a_task_that_replaces_one_tells_which_and_what_was_lost(void **context) {
    run_bench *b = *context;
    task_spec spec = spec_of(STATE_UNIT_GROUP, "a");
    spec.replaces = SMITHY_STR("t0");
    spec.lost_before_ms = 1;
    assert_int_equal(add_task(b, &spec, NULL, 0), SMITHY_OK);
    assert_true(notes(b, "\"Kind\":\"group\",\"Prefix\":\"a\",\"RequestedAt\":30,"));
    assert_true(
        notes(b, "\"Streams\":0,\"Objects\":5,\"Bytes\":600,\"Replaces\":\"t0\",\"LostBefore\":1,\"ClosedAt\""));
}

static void a_task_of_single_streams_tells_their_kind_and_life(void **context) {
    run_bench *b = *context;
    const task_spec one = spec_of(STATE_UNIT_STREAM, "a/b"), owed = spec_of(STATE_UNIT_OWED, "b"),
                    several = spec_of(STATE_UNIT_PREFIX, "a-"), gone = spec_of(STATE_UNIT_STREAM, "gone/x");
    assert_int_equal(ADD_TASK(b, &one, "a-b"), SMITHY_OK);
    assert_true(notes(b, "\"Kind\":\"stream\",\"Prefix\":\"a/b\",\"StreamCreatedAt\":5,\"RequestedAt\":30"));
    assert_true(notes(b, "\"Folder\":\"a-b\",\"Streams\":[\"a/b\"],"));
    smithy_buffer_reset(&b->run.ledger.lines);
    assert_int_equal(ADD_TASK(b, &owed, "b"), SMITHY_OK);
    assert_true(notes(b, "\"Kind\":\"owed\",\"Prefix\":\"b\",\"StreamCreatedAt\":7,\"RequestedAt\":30"));
    smithy_buffer_reset(&b->run.ledger.lines);
    assert_int_equal(ADD_TASK(b, &several, "a-b", "a-b-c"), SMITHY_OK);
    assert_true(notes(b, "\"Kind\":\"prefix\",\"Prefix\":\"a-\",\"StreamCreatedAt\":-1,\"RequestedAt\":30"));
    assert_true(notes(b, "\"Folder\":\"a-b\",\"Streams\":[\"a-b\"],"));
    assert_true(notes(b, "\"Folder\":\"a-b-c\",\"Streams\":[\"a-b-c\"],"));
    smithy_buffer_reset(&b->run.ledger.lines);
    assert_int_equal(ADD_TASK(b, &gone, "gone-x"), SMITHY_OK);
    assert_true(notes(b, "\"Prefix\":\"gone/x\",\"StreamCreatedAt\":-1,"));
    assert_true(notes(b, "\"Folder\":\"gone-x\",\"Streams\":[\"gone/x\"],"));
}

static bool names_either(run_bench *b, const char *folder, const char *one, const char *other) {
    return notes(b, run_bench_copy(b, "\"Folder\":\"%s\",\"Streams\":[\"%s\",\"%s\"],", folder, one, other)) ||
           notes(b, run_bench_copy(b, "\"Folder\":\"%s\",\"Streams\":[\"%s\",\"%s\"],", folder, other, one));
}

/* "/" is written as "-". A stream that was not listed can be told where its folder has no "-". */
static void each_folder_is_told_with_the_names_it_may_stand_for(void **context) {
    run_bench *b = *context;
    const task_spec spec = spec_of(STATE_UNIT_GROUP, "");
    assert_int_equal(ADD_TASK(b, &spec, "a", "a-", "a-b", "a-b-c", "a-b-c-d", "a.b", "a.bc", "cafz", "caf\xc3\xa9",
                              "un-listed", "unlisted"),
                     SMITHY_OK);
    assert_true(notes(b, "\"Folder\":\"a\",\"Streams\":[\"a\"],"));
    assert_true(notes(b, "\"Folder\":\"a-\",\"Streams\":[],"));
    assert_true(names_either(b, "a-b", "a-b", "a/b"));
    assert_true(names_either(b, "a-b-c", "a-b-c", "a/b/c"));
    assert_true(notes(b, "\"Folder\":\"a-b-c-d\",\"Streams\":[],"));
    assert_true(notes(b, "\"Folder\":\"a.b\",\"Streams\":[\"a.b\"],"));
    assert_true(notes(b, "\"Folder\":\"a.bc\",\"Streams\":[\"a.bc\"],"));
    assert_true(notes(b, "\"Folder\":\"cafz\",\"Streams\":[\"cafz\"],"));
    assert_true(notes(b, "\"Folder\":\"caf\xc3\xa9\",\"Streams\":[\"caf\xc3\xa9\"],"));
    assert_true(notes(b, "\"Folder\":\"un-listed\",\"Streams\":[],"));
    assert_true(notes(b, "\"Folder\":\"unlisted\",\"Streams\":[\"unlisted\"],"));
}

/* Behind a name that is a part of a text stands whatever follows there. */
static void a_name_ends_where_it_ends(void **context) {
    run_bench *b = *context;
    catalog_stream some[] = {{.name = {"x/y~", 3}, .created_ms = 1}, {.name = {"x/y!/b", 6}, .created_ms = 2}};
    const catalog_group group = {
        .arn = SMITHY_STR("arn:g"), .name = SMITHY_STR("g"), .streams = some, .stream_count = 2};
    folder_part parts[] = {{SMITHY_STR("x-y"), 1, 1}, {SMITHY_STR("x-y!-b"), 1, 1}};
    folder_content content = {.parts = parts, .count = 2};
    const task_spec spec = spec_of(STATE_UNIT_GROUP, "");
    assert_int_equal(ledger_add_task(&b->run, &spec, SMITHY_STR("t1"), &group, &content), SMITHY_OK);
    assert_true(notes(b, "\"Folder\":\"x-y\",\"Streams\":[\"x/y\"],"));
    assert_true(notes(b, "\"Folder\":\"x-y!-b\",\"Streams\":[\"x/y!/b\"],"));
    smithy_buffer_reset(&b->run.ledger.lines);
    const catalog_group last = {.arn = group.arn, .name = group.name, .streams = some + 1, .stream_count = 1};
    folder_part two[] = {{{"x/", 1}, 1, 1}, {SMITHY_STR("x!-b"), 1, 1}};
    some[1].name = SMITHY_STR("x!/b");
    content = (folder_content){.parts = two, .count = 2};
    assert_int_equal(ledger_add_task(&b->run, &spec, SMITHY_STR("t1"), &last, &content), SMITHY_OK);
    assert_true(notes(b, "\"Folder\":\"x\",\"Streams\":[\"x\"],"));
    assert_true(notes(b, "\"Folder\":\"x!-b\",\"Streams\":[\"x!/b\"],"));
}

static void what_was_discarded_is_told(void **context) {
    run_bench *b = *context;
    assert_int_equal(ledger_add_discarded(&b->run, SMITHY_STR("t1"), SMITHY_STR("x/t1/")), SMITHY_OK);
    assert_string_equal(noted(b),
                        "{\"Type\":\"discarded\",\"TaskId\":\"t1\",\"Folder\":\"x/t1/\",\"ClosedAt\":" TIME "}\n");
}

static void an_object_of_late_events_is_told(void **context) {
    run_bench *b = *context;
    ledger_late late = {.id = SMITHY_STR("l1"),
                        .group = &GROUP,
                        .folder = SMITHY_STR("a-b"),
                        .key = SMITHY_STR("x/late/a-b.gz"),
                        .from_ms = 1,
                        .to_ms = 2,
                        .events = 3,
                        .bytes = 1};
    assert_int_equal(ledger_add_late(&b->run, &late), SMITHY_OK);
    assert_string_equal(noted(b),
                        "{\"Type\":\"late\",\"TaskId\":\"l1\",\"LogGroup\":\"g\",\"LogGroupArn\":\"arn:g\","
                        "\"CreatedAt\":77,\"From\":1,\"To\":2,\"Bucket\":\"archive\",\"Folder\":\"a-b\","
                        "\"Key\":\"x/late/a-b.gz\",\"Events\":3,\"Objects\":1,\"Bytes\":1,\"ClosedAt\":" TIME "}\n");
    late.bytes = 0;
    late.lost_before_ms = 1;
    smithy_buffer_reset(&b->run.ledger.lines);
    assert_int_equal(ledger_add_late(&b->run, &late), SMITHY_OK);
    assert_true(notes(b, "\"Events\":3,\"Objects\":0,\"Bytes\":0,\"LostBefore\":1,\"ClosedAt\":" TIME "}\n"));
}

static void what_is_said_again_is_what_was_said(void **context) {
    run_bench *b = *context;
    ledger_line task = {.type = LEDGER_TASK,
                        .task_id = SMITHY_STR("t1"),
                        .group = SMITHY_STR("g"),
                        .arn = SMITHY_STR("arn:g"),
                        .created_ms = 77,
                        .kind = STATE_UNIT_STREAM,
                        .prefix = SMITHY_STR("a/b"),
                        .stream_created_ms = 5,
                        .requested_ms = 30,
                        .from_ms = 10,
                        .to_ms = 20,
                        .folder = SMITHY_STR("x/y/t1/"),
                        .streams = 1,
                        .objects = 2,
                        .bytes = 3,
                        .closed_ms = 4};
    assert_int_equal(ledger_add_again(&b->run, &task), SMITHY_OK);
    assert_string_equal(
        noted(b), "{\"Type\":\"task\",\"TaskId\":\"t1\",\"LogGroup\":\"g\",\"LogGroupArn\":\"arn:g\",\"CreatedAt\":77,"
                  "\"Kind\":\"stream\",\"Prefix\":\"a/b\",\"StreamCreatedAt\":5,\"RequestedAt\":30,\"From\":10,"
                  "\"To\":20,\"Bucket\":\"archive\",\"Folder\":\"x/y/t1/\",\"Streams\":1,\"Objects\":2,\"Bytes\":3,"
                  "\"ClosedAt\":4}\n");
    task.replaces = SMITHY_STR("");
    smithy_buffer_reset(&b->run.ledger.lines);
    assert_int_equal(ledger_add_again(&b->run, &task), SMITHY_OK);
    assert_false(notes(b, "Replaces"));
    task.kind = STATE_UNIT_GROUP;
    task.replaces = SMITHY_STR("z");
    task.lost_before_ms = 1;
    smithy_buffer_reset(&b->run.ledger.lines);
    assert_int_equal(ledger_add_again(&b->run, &task), SMITHY_OK);
    assert_true(notes(b, "\"Kind\":\"group\",\"Prefix\":\"a/b\",\"RequestedAt\":30,"));
    assert_true(notes(b, "\"Bytes\":3,\"Replaces\":\"z\",\"LostBefore\":1,\"ClosedAt\":4}\n"));
    const ledger_line stream = {.type = LEDGER_STREAM,
                                .task_id = SMITHY_STR("t1"),
                                .folder = SMITHY_STR("a-b"),
                                .names = {SMITHY_STR("a/b"), SMITHY_STR("a-b")},
                                .name_count = 2,
                                .objects = 1,
                                .bytes = 2};
    smithy_buffer_reset(&b->run.ledger.lines);
    assert_int_equal(ledger_add_stream_again(&b->run, &stream), SMITHY_OK);
    assert_string_equal(noted(b),
                        "{\"Type\":\"stream\",\"TaskId\":\"t1\",\"Folder\":\"a-b\",\"Streams\":[\"a/b\",\"a-b\"],"
                        "\"Objects\":1,\"Bytes\":2}\n");
}

/* What a failure is told with is the last operation's. */
static void noting_a_task_leaves_no_error_of_an_earlier_operation(void **context) {
    run_bench *b = *context;
    const task_spec spec = spec_of(STATE_UNIT_GROUP, "");
    (void)smithy_call_fail(b->run.call, SMITHY_ERROR_SERVICE, "of something else");
    assert_int_equal(add_task(b, &spec, NULL, 0), SMITHY_OK);
    assert_int_equal(smithy_call_status(b->run.call), SMITHY_OK);
}

/* ---- objects ---- */

static const scripted_answer SAVED = {.status = 200, .headers = "ETag: \"e\""};

static smithy_status flush(run_bench *b) {
    return ledger_flush(&b->run, b->run.call);
}

static void note(run_bench *b) {
    assert_int_equal(ledger_add_discarded(&b->run, SMITHY_STR("t1"), SMITHY_STR("x/t1/")), SMITHY_OK);
}

static void what_was_noted_is_one_object_and_then_nothing_is_left_to_write(void **context) {
    run_bench *b = *context;
    note(b);
    const char *lines = noted(b);
    run_bench_then(b, SAVED);
    assert_int_equal(flush(b), SMITHY_OK);
    assert_int_equal(flush(b), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 1);
    assert_string_equal(run_bench_asked(b, 0)->method, "PUT");
    assert_non_null(strstr(run_bench_asked(b, 0)->url, "2026-01-02T03%3A04%3A04Z-nonce-0001.jsonl.gz"));
    assert_non_null(strstr(run_bench_asked(b, 0)->url, "/_ledger/0123456789abcdef/2026"));
    assert_string_equal(scripted_request_header(&b->transport, 0, "If-None-Match"), "*");
    assert_string_equal(scripted_request_header(&b->transport, 0, "Content-Type"), "application/gzip");
    assert_string_equal(run_bench_unpacked(b, 0), lines);
    assert_int_equal(b->fake.sleep_count, 0);
    assert_int_equal(run_bench_said(b, "ledger written"), 1);
}

/* As it is where an answer was lost and the client asked again by itself. */
static void an_object_that_is_there_already_is_this_one(void **context) {
    run_bench *b = *context;
    note(b);
    run_bench_then(b, RUN_BENCH_LOST);
    run_bench_then(b, RUN_BENCH_ERROR(412, "PreconditionFailed"));
    assert_int_equal(flush(b), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 2);
    assert_int_equal(smithy_call_status(b->run.call), SMITHY_OK);
    assert_int_equal(b->run.ledger.lines.len, 0);
}

static void two_writes_that_meet_are_tried_five_times_with_longer_pauses(void **context) {
    run_bench *b = *context;
    note(b);
    for (int i = 0; i < 5; i++) run_bench_then(b, RUN_BENCH_ERROR(409, "ConditionalRequestConflict"));
    assert_int_equal(flush(b), SMITHY_ERROR_SERVICE);
    assert_int_equal(smithy_call_error(b->run.call)->http_status, 409);
    assert_int_equal(b->transport.request_count, 5);
    assert_int_equal(b->fake.sleep_count, 4);
    for (int i = 0; i < 4; i++) assert_in_range(b->fake.sleeps[i], 100 << i, 300 << i);
    run_bench_then(b, RUN_BENCH_ERROR(409, "ConditionalRequestConflict"));
    run_bench_then(b, SAVED);
    assert_int_equal(flush(b), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 7);
}

static void an_answer_that_stays_lost_is_asked_for_again(void **context) {
    run_bench *b = *context;
    note(b);
    size_t lost = 0;
    for (; lost < 9; lost++) run_bench_then(b, RUN_BENCH_LOST); /* Three times the client, three times this. */
    run_bench_then(b, RUN_BENCH_ERROR(412, "PreconditionFailed"));
    assert_int_equal(flush(b), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 10);
}

static void what_no_waiting_mends_is_not_tried_again_and_stays_noted(void **context) {
    run_bench *b = *context;
    note(b);
    const char *lines = noted(b);
    run_bench_then(b, RUN_BENCH_ERROR(403, "AccessDenied"));
    assert_int_equal(flush(b), SMITHY_ERROR_SERVICE);
    assert_int_equal(b->transport.request_count, 1);
    assert_string_equal(noted(b), lines);
    run_bench_then(b, SAVED);
    assert_int_equal(flush(b), SMITHY_OK);
    assert_string_equal(run_bench_unpacked(b, 1), lines);
    /* What failed may take effect yet. */
    assert_non_null(strstr(run_bench_asked(b, 1)->url, "-0002.jsonl.gz"));
}

/* ---- parts ---- */

/* Notes a line of `len` bytes. */
static smithy_status note_line(run_bench *b, size_t len) {
    const size_t others =
        strlen("{\"Type\":\"stream\",\"TaskId\":\"t\",\"Folder\":\"\",\"Streams\":[],\"Objects\":0,\"Bytes\":0}\n");
    char *folder = malloc(len - others + 1);
    assert_non_null(folder);
    memset(folder, 'f', len - others);
    const ledger_line line = {.task_id = SMITHY_STR("t"), .folder = {folder, len - others}};
    const smithy_status status = ledger_add_stream_again(&b->run, &line);
    free(folder);
    return status;
}

static void a_part_is_written_when_it_is_full(void **context) {
    run_bench *b = *context;
    assert_int_equal(note_line(b, LEDGER_PART_BYTES - 1), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 0);
    assert_int_equal(b->run.ledger.lines.len, LEDGER_PART_BYTES - 1);
    smithy_buffer_reset(&b->run.ledger.lines);
    run_bench_then(b, SAVED);
    assert_int_equal(note_line(b, LEDGER_PART_BYTES), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 1);
    assert_int_equal(b->run.ledger.lines.len, 0);
    assert_int_equal(strlen(run_bench_unpacked(b, 0)), LEDGER_PART_BYTES);
    assert_int_equal(note_line(b, LEDGER_PART_BYTES), SMITHY_ERROR_TRANSPORT); /* Nobody answers any more. */
}

#define MANY 3000

static size_t count_lines(const char *text) {
    size_t count = 0;
    for (; (text = strchr(text, '\n')); text++) count++;
    return count;
}

static void a_task_of_many_streams_is_written_in_parts_that_end_with_a_line(void **context) {
    run_bench *b = *context;
    static char names[MANY][800];
    static folder_part parts[MANY];
    const task_spec spec = spec_of(STATE_UNIT_GROUP, "");
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "%05zu%0700d", i, 0);
        parts[i] = (folder_part){smithy_str_from(names[i]), 1, 1};
    }
    const folder_content content = {.parts = parts, .count = MANY};
    run_bench_then(b, SAVED);
    assert_int_equal(ledger_add_task(&b->run, &spec, SMITHY_STR("t1"), &GROUP, &content), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 1);
    const char *first = run_bench_unpacked(b, 0), *rest = noted(b);
    assert_true(strlen(first) >= LEDGER_PART_BYTES && strlen(first) < LEDGER_PART_BYTES + 2000);
    assert_int_equal(count_lines(first) + count_lines(rest), MANY + 1);
    assert_int_equal(first[strlen(first) - 1], '\n');
    assert_memory_equal(first, "{\"Type\":\"task\"", 14);
    assert_memory_equal(rest, "{\"Type\":\"stream\"", 16);
    assert_int_equal(ledger_add_task(&b->run, &spec, SMITHY_STR("t2"), &GROUP, &content), SMITHY_ERROR_TRANSPORT);
}

/* There was no room for one. */
static void a_ledger_that_lacks_a_line_takes_no_more_and_is_not_written(void **context) {
    run_bench *b = *context;
    assert_int_equal(note_line(b, 200), SMITHY_OK);
    smithy_buffer *lines = &b->run.ledger.lines;
    lines->status = SMITHY_ERROR_MEMORY;
    assert_int_equal(note_line(b, 200), SMITHY_ERROR_MEMORY);
    assert_int_equal(flush(b), SMITHY_ERROR_MEMORY);
    assert_int_equal(b->transport.request_count, 0);
    assert_int_equal(lines->len, 200);
}

/* ---- memory that runs out ---- */

static smithy_status note_all(run_bench *b) {
    const task_spec spec = spec_of(STATE_UNIT_GROUP, "");
    smithy_status status = ADD_TASK(b, &spec, "a", "a-b", "unlisted");
    if (status == SMITHY_OK) status = ledger_add_discarded(&b->run, SMITHY_STR("t9"), SMITHY_STR("x/t9/"));
    if (status != SMITHY_OK) return status;
    run_bench_answer_in_kind(b, NULL, 0);
    return flush(b);
}

static void check_all(run_bench *b) {
    const char *text = run_bench_unpacked(b, b->transport.request_count - 1);
    assert_int_equal(count_lines(text), 5);
    assert_non_null(strstr(text, "\"Folder\":\"x/y/t1/\""));
    assert_non_null(strstr(text, "\"Folder\":\"a-b\",\"Streams\":[\"a"));
    assert_non_null(strstr(text, "\"t9\""));
    assert_int_equal(b->run.ledger.lines.len, 0);
}

static void without_memory_no_line_is_left_out_unnoticed(void **context) {
    (void)context;
    run_bench_without_memory(note_all, check_all);
}

#define LEDGER_TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(a_task_is_told_whole),
        LEDGER_TEST(a_task_that_replaces_one_tells_which_and_what_was_lost),
        LEDGER_TEST(a_task_of_single_streams_tells_their_kind_and_life),
        LEDGER_TEST(each_folder_is_told_with_the_names_it_may_stand_for),
        LEDGER_TEST(a_name_ends_where_it_ends),
        LEDGER_TEST(what_was_discarded_is_told),
        LEDGER_TEST(an_object_of_late_events_is_told),
        LEDGER_TEST(what_is_said_again_is_what_was_said),
        LEDGER_TEST(noting_a_task_leaves_no_error_of_an_earlier_operation),
        LEDGER_TEST(what_was_noted_is_one_object_and_then_nothing_is_left_to_write),
        LEDGER_TEST(an_object_that_is_there_already_is_this_one),
        LEDGER_TEST(two_writes_that_meet_are_tried_five_times_with_longer_pauses),
        LEDGER_TEST(an_answer_that_stays_lost_is_asked_for_again),
        LEDGER_TEST(what_no_waiting_mends_is_not_tried_again_and_stays_noted),
        LEDGER_TEST(a_part_is_written_when_it_is_full),
        LEDGER_TEST(a_task_of_many_streams_is_written_in_parts_that_end_with_a_line),
        LEDGER_TEST(a_ledger_that_lacks_a_line_takes_no_more_and_is_not_written),
        cmocka_unit_test(without_memory_no_line_is_left_out_unnoticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
