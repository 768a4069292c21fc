/* What a command stands on: which clients it has, how long it may work, and what is left of it. */
#include "run_bench.h"
#include "session.h"

#include <stdio.h>

/* The session under test stands beside the bench's own run. */
static run_context run;

static bool open_on(run_bench *b, session_reach reach) {
    return session_open(&run, &b->options, reach, &b->answer);
}

static void keep_in_file(run_bench *b) {
    b->settings.store_type = EXPORTER_STORE_FILE;
    b->settings.store_path = SMITHY_STR("/state.json");
    b->settings.store_dsn = SMITHY_STR("file:///state.json");
}

static void keep_in_s3(run_bench *b) {
    b->settings.store_type = EXPORTER_STORE_S3;
    b->settings.store_bucket = SMITHY_STR("archive");
    b->settings.store_key = SMITHY_STR("state.json");
    b->settings.store_dsn = SMITHY_STR("s3://archive/state.json");
}

static void keep_in_dynamodb(run_bench *b) {
    b->settings.store_type = EXPORTER_STORE_DYNAMODB;
    b->settings.store_table = b->settings.store_name = SMITHY_STR("states");
    b->settings.store_dsn = SMITHY_STR("dynamodb://states");
}

/* ---- clients ---- */

static void a_command_has_the_clients_that_it_needs_and_asks_nothing(void **context) {
    run_bench *b = *context;
    static const struct {
        void (*keep)(run_bench *b);
        session_reach reach;
        bool logs, s3, dynamodb;
    } CASES[] = {
        {keep_in_file, SESSION_STATE, false, false, false},    {keep_in_file, SESSION_AWS, true, true, false},
        {keep_in_s3, SESSION_STATE, false, true, false},       {keep_in_s3, SESSION_AWS, true, true, false},
        {keep_in_dynamodb, SESSION_STATE, false, false, true}, {keep_in_dynamodb, SESSION_AWS, true, true, true},
    };
    const size_t blocks = b->fake.live_blocks;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        CASES[i].keep(b);
        assert_true(open_on(b, CASES[i].reach));
        assert_int_equal(run.logs != NULL, CASES[i].logs);
        assert_int_equal(run.s3 != NULL, CASES[i].s3);
        assert_int_equal(run.dynamodb != NULL, CASES[i].dynamodb);
        check_text(run.store->name, b->settings.store_dsn.ptr);
        assert_false(run.failed);
        assert_string_equal(b->answer.message, "");
        session_close(&run);
        assert_int_equal(b->fake.live_blocks, blocks);
    }
    assert_int_equal(b->transport.request_count, 0);
}

static void a_store_that_nobody_named_ends_the_run(void **context) {
    run_bench *b = *context;
    b->settings.store_type = EXPORTER_STORE_NONE;
    assert_false(open_on(b, SESSION_STATE));
    assert_true(run.failed);
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_non_null(strstr(b->answer.message, "reading the settings: "));
    session_close(&run);
}

/* What is wrong with one client's settings is found before anything is asked, whichever client it is. */
static void a_setting_that_no_client_can_use_ends_the_run_before_it_begins(void **context) {
    run_bench *b = *context;
    static const struct {
        void (*keep)(run_bench *b);
        session_reach reach;
        const char *variable;
    } CASES[] = {
        {keep_in_file, SESSION_AWS, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"},
        {keep_in_file, SESSION_AWS, "AWS_ENDPOINT_URL_S3"},
        {keep_in_s3, SESSION_STATE, "AWS_ENDPOINT_URL_S3"},
        {keep_in_dynamodb, SESSION_STATE, "AWS_ENDPOINT_URL_DYNAMODB"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        CASES[i].keep(b);
        fake_system_set_env(&b->fake, CASES[i].variable, "nowhere");
        assert_false(open_on(b, CASES[i].reach));
        assert_true(run.failed);
        assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_CONFIGURATION);
        assert_non_null(strstr(b->answer.message, CASES[i].variable));
        session_close(&run);
        fake_system_set_env(&b->fake, CASES[i].variable, NULL);
    }
    assert_int_equal(b->transport.request_count, 0);
}

static void nothing_is_left_of_an_earlier_answer(void **context) {
    run_bench *b = *context;
    keep_in_file(b);
    b->answer.outcome = EXPORTER_OUTCOME_FAILED;
    b->answer.groups_matched = 3;
    (void)snprintf(b->answer.message, sizeof b->answer.message, "old");
    b->fake.mono_ms = 77;
    assert_true(open_on(b, SESSION_STATE));
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_DONE);
    assert_int_equal(b->answer.groups_matched, 0);
    assert_string_equal(b->answer.message, "");
    assert_int_equal(run.started_mono_ms, 77);
    assert_ptr_equal(run.answer, &b->answer);
    session_close(&run);
}

/* ---- time ---- */

static void the_reserve_is_what_was_wanted_and_at_most_a_quarter_of_the_time(void **context) {
    run_bench *b = *context;
    static const struct {
        int64_t now_ms, deadline_ms, reserve_ms, stop_ms;
    } CASES[] = {
        {500, 0, 30000, 0},                                   /* No deadline, no stop. */
        {500, 900500, 30000, 870500},                         /* What was wanted, */
        {500, 1500, 230, 1270},       {500, 1500, 249, 1251}, /* */
        {500, 1500, 250, 1250},       {500, 1500, 300, 1250}, /* and a quarter. */
        {500, 1500, 30000, 1250},     {-399, 1, 30000, -99},  /* */
    };
    keep_in_file(b);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        b->fake.mono_ms = CASES[i].now_ms;
        b->options.deadline_mono_ms = CASES[i].deadline_ms;
        b->settings.timeout_reserve_ms = CASES[i].reserve_ms;
        assert_true(open_on(b, SESSION_STATE));
        assert_int_equal(run.stop_mono_ms, CASES[i].stop_ms);
        session_close(&run);
    }
}

/* ---- memory ---- */

/* Four GiB may be taken, and no byte more. */
static void check_limit(run_bench *b, smithy_call *memory) {
    const size_t most = (size_t)4 << 30;
    b->fake.fail_allocation = b->fake.allocations + 1;
    smithy_call_reset(memory);
    if (!smithy_call_alloc(memory, most, 1)) assert_int_equal(smithy_call_status(memory), SMITHY_ERROR_MEMORY);
    smithy_call_reset(memory);
    assert_null(smithy_call_alloc(memory, most + 1, 1));
    assert_int_equal(smithy_call_status(memory), SMITHY_ERROR_LIMIT);
}

static void each_memory_of_a_run_has_its_own_limit(void **context) {
    run_bench *b = *context;
    keep_in_file(b);
    assert_true(open_on(b, SESSION_STATE));
    check_limit(b, run.memory);
    check_limit(b, run.state_memory);
    session_close(&run);
}

static void the_ledgers_lines_are_kept_from_the_start(void **context) {
    run_bench *b = *context;
    keep_in_file(b);
    assert_true(open_on(b, SESSION_STATE));
    smithy_buffer_append_text(&run.ledger.lines, "a line");
    check_text(smithy_buffer_str(&run.ledger.lines), "a line");
    session_close(&run);
}

static void without_memory_no_command_begins_and_nothing_is_left_of_it(void **context) {
    run_bench *b = *context;
    const size_t blocks = b->fake.live_blocks;
    b->options.log = NULL;
    keep_in_dynamodb(b);
    assert_true(open_on(b, SESSION_AWS)); /* What is made once for all is there now. */
    session_close(&run);
    const size_t before = b->fake.allocations;
    assert_true(open_on(b, SESSION_AWS));
    session_close(&run);
    const size_t places = b->fake.allocations - before;
    assert_true(places > 5);
    for (size_t at = 1; at <= places; at++) {
        b->fake.fail_allocation = b->fake.allocations + at;
        assert_false(open_on(b, SESSION_AWS));
        b->fake.fail_allocation = 0;
        assert_true(run.failed);
        assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_FAILED);
        assert_non_null(strstr(b->answer.message, at <= 3 ? "starting: " : "reading the settings: "));
        session_close(&run);
        assert_int_equal(b->fake.live_blocks, blocks);
    }
}

#define SESSION_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_command_has_the_clients_that_it_needs_and_asks_nothing),
        SESSION_TEST(a_store_that_nobody_named_ends_the_run),
        SESSION_TEST(a_setting_that_no_client_can_use_ends_the_run_before_it_begins),
        SESSION_TEST(nothing_is_left_of_an_earlier_answer),
        SESSION_TEST(the_reserve_is_what_was_wanted_and_at_most_a_quarter_of_the_time),
        SESSION_TEST(each_memory_of_a_run_has_its_own_limit),
        SESSION_TEST(the_ledgers_lines_are_kept_from_the_start),
        SESSION_TEST(without_memory_no_command_begins_and_nothing_is_left_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
