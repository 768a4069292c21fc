#include "answer.h"
#include "answer_text.h"
#include "check.h"

#include <smithy/json.h>

#define TEN_O_CLOCK INT64_C(1795341600000) /* 2026-11-22T10:00:00Z */

typedef void write_answer(const exporter_answer *answer, smithy_buffer *out);

/* The text, which the caller frees by smithy_buffer_deinit. */
static const char *text_of(smithy_buffer *out, write_answer *write, const exporter_answer *answer) {
    smithy_buffer_init(out, NULL, 1 << 20);
    write(answer, out);
    assert_int_equal(smithy_buffer_status(out), SMITHY_OK);
    return out->ptr;
}

static void check_says(const exporter_answer *answer, const char *expected) {
    smithy_buffer out;
    const char *text = text_of(&out, exporter_answer_write_text, answer);
    if (!strstr(text, expected)) fail_msg("\"%s\" is not in:\n%s", expected, text);
    smithy_buffer_deinit(&out);
}

static void check_silent(const exporter_answer *answer, const char *unexpected) {
    smithy_buffer out;
    const char *text = text_of(&out, exporter_answer_write_text, answer);
    if (strstr(text, unexpected)) fail_msg("\"%s\" is in:\n%s", unexpected, text);
    smithy_buffer_deinit(&out);
}

static void exit_codes_are_the_documented_ones(void **state) {
    (void)state;
    assert_int_equal(exporter_outcome_exit_code(EXPORTER_OUTCOME_DONE), 0);
    assert_int_equal(exporter_outcome_exit_code(EXPORTER_OUTCOME_WORK_REMAINS), 2);
    assert_int_equal(exporter_outcome_exit_code(EXPORTER_OUTCOME_BUSY), 3);
    assert_int_equal(exporter_outcome_exit_code(EXPORTER_OUTCOME_CONFIGURATION), 4);
    assert_int_equal(exporter_outcome_exit_code(EXPORTER_OUTCOME_INCOMPLETE), 1);
    assert_int_equal(exporter_outcome_exit_code(EXPORTER_OUTCOME_FAILED), 1);
    assert_string_equal(exporter_outcome_name(EXPORTER_OUTCOME_WORK_REMAINS), "work-remains");
}

static void the_json_has_every_member_even_of_an_empty_answer(void **state) {
    (void)state;
    const exporter_answer answer = {0};
    smithy_buffer out;
    assert_string_equal(
        text_of(&out, exporter_answer_write_json, &answer),
        "{\"outcome\":\"done\",\"message\":\"\",\"workRemains\":false,\"windowTo\":null,\"nextDue\":null,"
        "\"groups\":{\"matched\":0,\"exported\":0,\"idle\":0,\"young\":0,\"empty\":0,\"excluded\":0,\"leftOut\":0,"
        "\"failed\":0,\"waiting\":0},\"streams\":{\"seen\":0,\"exported\":0},"
        "\"tasks\":{\"created\":0,\"completed\":0,\"failed\":0,\"adopted\":0,\"inFlight\":false},"
        "\"objects\":0,\"bytes\":0,\"objectsDeleted\":0,"
        "\"late\":{\"streams\":0,\"events\":0,\"objects\":0,\"groupsSwept\":0,\"groupsFailed\":0,\"groupsLeft\":0},"
        "\"problems\":[],\"problemsTotal\":0,"
        "\"durationMs\":0}");
    smithy_buffer_deinit(&out);
}

static void the_json_tells_what_happened(void **state) {
    (void)state;
    exporter_answer answer = {.outcome = EXPORTER_OUTCOME_WORK_REMAINS,
                              .message = "no \"time\"\xff",
                              .groups_matched = 3,
                              .groups_waiting = 2,
                              .tasks_created = 1,
                              .task_in_flight = true,
                              .bytes = INT64_C(9007199254740993),
                              .window_to_ms = TEN_O_CLOCK,
                              .next_due_ms = TEN_O_CLOCK + 1};
    exporter_answer_problem(&answer, SMITHY_STR("/a"), "class %s", "X");
    smithy_buffer out;
    const char *text = text_of(&out, exporter_answer_write_json, &answer);
    static const char *const EXPECTED[] = {"\"outcome\":\"work-remains\"",
                                           "\"message\":\"no \\\"time\\\"\xef\xbf\xbd\"",
                                           "\"workRemains\":true",
                                           "\"windowTo\":\"2026-11-22T10:00:00Z\"",
                                           "\"nextDue\":\"2026-11-22T10:00:00.001Z\"",
                                           "\"waiting\":2",
                                           "\"inFlight\":true",
                                           "\"bytes\":9007199254740993",
                                           "\"problems\":[{\"group\":\"/a\",\"reason\":\"class X\"}]",
                                           "\"problemsTotal\":1"};
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++)
        if (!strstr(text, EXPECTED[i])) fail_msg("%s is not in %s", EXPECTED[i], text);
    smithy_buffer_deinit(&out);
}

static void problems_past_the_array_are_counted_and_long_ones_cut(void **state) {
    (void)state;
    char group[600];
    memset(group, 'g', sizeof group);
    exporter_answer answer = {.outcome = EXPORTER_OUTCOME_INCOMPLETE};
    for (int i = 0; i < 50; i++)
        exporter_answer_problem(&answer, (smithy_str){group, sizeof group}, "number %0900d", i);
    assert_int_equal(answer.problem_count, EXPORTER_ANSWER_PROBLEMS);
    assert_int_equal(answer.problems_total, 50);
    assert_int_equal(strlen(answer.problems[19].group), sizeof answer.problems[19].group - 1);
    assert_int_equal(strlen(answer.problems[19].reason), sizeof answer.problems[19].reason - 1);
    check_says(&answer, "and 30 more");
}

/* As large as it can get, every byte escaped: far from what a Lambda may answer. */
static void the_largest_answer_stays_small(void **state) {
    (void)state;
    static exporter_answer answer;
    memset(&answer, 0x01, sizeof answer);
    answer.outcome = EXPORTER_OUTCOME_INCOMPLETE;
    answer.message[sizeof answer.message - 1] = '\0';
    answer.task_in_flight = true;
    answer.problem_count = EXPORTER_ANSWER_PROBLEMS;
    for (size_t i = 0; i < EXPORTER_ANSWER_PROBLEMS; i++) {
        answer.problems[i].group[sizeof answer.problems[i].group - 1] = '\0';
        answer.problems[i].reason[sizeof answer.problems[i].reason - 1] = '\0';
    }
    smithy_buffer out;
    (void)text_of(&out, exporter_answer_write_json, &answer);
    assert_true(out.len < 256 * 1024);
    smithy_buffer_deinit(&out);
}

/* ---- the text ---- */

static void a_run_that_archived_says_what(void **state) {
    (void)state;
    const exporter_answer answer = {.groups_matched = 1204,
                                    .groups_exported = 3,
                                    .groups_idle = 1201,
                                    .streams_seen = 9,
                                    .streams_exported = 5,
                                    .tasks_created = 3,
                                    .tasks_completed = 3,
                                    .objects = 1,
                                    .bytes = 1234567,
                                    .window_to_ms = TEN_O_CLOCK,
                                    .duration_ms = 125000};
    smithy_buffer out;
    assert_string_equal(text_of(&out, exporter_answer_write_text, &answer),
                        "Done; all that is due until 2026-11-22T10:00:00Z is archived.\n"
                        "  groups   1,204 matched: 3 exported, 1,201 without new events\n"
                        "  streams  9 seen, 5 exported\n"
                        "  tasks    3 created, 3 completed\n"
                        "  archive  1 object, 1.2 MB compressed\n"
                        "  took     2m 5s\n");
    smithy_buffer_deinit(&out);
}

static void a_run_that_found_only_young_events_says_when_they_fall_due(void **state) {
    (void)state;
    const exporter_answer answer = {.groups_matched = 2, .groups_young = 2, .next_due_ms = TEN_O_CLOCK};
    check_says(&answer, "nothing is due yet, all new events are younger than the settle delay");
    check_says(&answer, "2 with events younger than the settle delay only");
    check_says(&answer, "fall due from 2026-11-22T10:00:00Z on");
    check_says(&answer, "--settle-delay");
    check_silent(&answer, "nothing new");
    check_silent(&answer, "is archived");
}

static void what_the_message_says_of_young_events_is_not_said_twice(void **state) {
    (void)state;
    exporter_answer answer = {
        .groups_matched = 2, .groups_young = 2, .next_due_ms = TEN_O_CLOCK, .message = "come back at ten"};
    check_says(&answer, "come back at ten");
    check_silent(&answer, "Younger events");
    answer.tasks_created = 1;
    check_says(&answer, "Younger events");
}

static void a_run_that_matched_nothing_says_what_to_check(void **state) {
    (void)state;
    const exporter_answer answer = {.outcome = EXPORTER_OUTCOME_DONE, .window_to_ms = TEN_O_CLOCK};
    check_says(&answer, "no log group matches");
    check_says(&answer, "SourceLogGroupPrefixes");
    check_silent(&answer, "is archived");
}

static void each_outcome_has_its_own_first_line_and_the_message(void **state) {
    (void)state;
    static const struct {
        exporter_outcome outcome;
        const char *expected;
    } CASES[] = {{EXPORTER_OUTCOME_WORK_REMAINS, "work remains"},
                 {EXPORTER_OUTCOME_BUSY, "Try again later"},
                 {EXPORTER_OUTCOME_CONFIGURATION, "has to change first"},
                 {EXPORTER_OUTCOME_INCOMPLETE, "Incomplete"},
                 {EXPORTER_OUTCOME_FAILED, "Failed."}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const exporter_answer answer = {
            .outcome = CASES[i].outcome, .message = "because of\nthis", .groups_matched = 1};
        check_says(&answer, CASES[i].expected);
        check_says(&answer, "\n  because of\\nthis\n");
    }
}

static void check_bytes(int64_t bytes, const char *expected) {
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 100);
    exporter_text_append_bytes(&out, bytes);
    assert_string_equal(out.ptr, expected);
    smithy_buffer_deinit(&out);
}

static void bytes_are_written_in_three_digits_and_a_half(void **state) {
    (void)state;
    check_bytes(0, "0 B");
    check_bytes(999, "999 B");
    check_bytes(1000, "1.0 kB");
    check_bytes(999949, "999.9 kB");
    check_bytes(999999, "1.0 MB");
    check_bytes(INT64_C(5000000000), "5.0 GB");
    check_bytes(INT64_MAX, "9.2 EB");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_codes_are_the_documented_ones),
        cmocka_unit_test(the_json_has_every_member_even_of_an_empty_answer),
        cmocka_unit_test(the_json_tells_what_happened),
        cmocka_unit_test(problems_past_the_array_are_counted_and_long_ones_cut),
        cmocka_unit_test(the_largest_answer_stays_small),
        cmocka_unit_test(a_run_that_archived_says_what),
        cmocka_unit_test(a_run_that_found_only_young_events_says_when_they_fall_due),
        cmocka_unit_test(what_the_message_says_of_young_events_is_not_said_twice),
        cmocka_unit_test(a_run_that_matched_nothing_says_what_to_check),
        cmocka_unit_test(each_outcome_has_its_own_first_line_and_the_message),
        cmocka_unit_test(bytes_are_written_in_three_digits_and_a_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
