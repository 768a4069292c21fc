/* Waiting: when it polls, when it stops, and what it says then. Time is a fake's, and jitter at its highest or seeded.
 */
#include "check.h"
#include "fake_system.h"

#include <smithy/operation.h>
#include <smithy/waiter.h>

#define MAX_POLLS 64

/* What each poll answers; the last one over and over. */
typedef struct script {
    smithy_wait_state states[8];
    size_t count;
    smithy_status fails_with; /* A poll whose state is failure fails so. */
    int64_t takes_ms;
    size_t cancel_at; /* The poll, from 1, after which the call is canceled; 0: none. */
    fake_system *fake;
    size_t polls;
    int64_t at_ms[MAX_POLLS];
    size_t memory_taken;
    int64_t deadline;
} script;

static smithy_wait_state poll(void *client, const void *input, smithy_call *call) {
    script *played = client;
    (void)input;
    assert_true(played->polls < MAX_POLLS);
    assert_int_equal(smithy_call_status(call), SMITHY_OK);
    assert_non_null(smithy_call_alloc(call, 1, 100000)); /* Of a call of 256 KiB. */
    played->at_ms[played->polls] = played->fake->mono_ms;
    played->deadline = smithy_call_deadline(call);
    fake_system_advance(played->fake, played->takes_ms);
    const size_t last = played->count - 1;
    const smithy_wait_state state = played->states[played->polls < last ? played->polls : last];
    played->polls++;
    if (played->polls == played->cancel_at) smithy_call_cancel(call);
    if (state == SMITHY_WAIT_FAILURE && played->fails_with != SMITHY_OK)
        (void)smithy_call_fail(call, played->fails_with, "as the script says");
    return state;
}

static const smithy_waiter WAITER = {
    .name = "ToyReady",
    .min_delay_ms = 2000,
    .max_delay_ms = 15000,
    .poll = poll,
};

typedef struct bench {
    fake_system fake;
    smithy_call *call;
    script script;
} bench;

static void bench_open(bench *b, const script *played) {
    fake_system_init(&b->fake, 7);
    b->fake.chance_is_highest = true;
    b->call = smithy_call_create(&(smithy_call_options){.system = &b->fake.system, .max_memory = (size_t)256 * 1024});
    assert_non_null(b->call);
    b->script = *played;
    b->script.fake = &b->fake;
}

static smithy_status bench_wait(bench *b, const smithy_wait_options *options) {
    return smithy_wait(&WAITER, &b->script, NULL, options, b->call);
}

static void bench_close(bench *b) {
    smithy_call_destroy(b->call);
    assert_int_equal(b->fake.live_blocks, 0);
    fake_system_deinit(&b->fake);
}

static void a_first_success_waits_for_nothing(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_SUCCESS}, .count = 1});
    assert_int_equal(bench_wait(&b, NULL), SMITHY_OK);
    assert_int_equal(b.script.polls, 1);
    assert_int_equal(b.fake.slept_ms, 0);
    bench_close(&b);
}

static void pauses_double_up_to_the_longest(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY, SMITHY_WAIT_RETRY, SMITHY_WAIT_RETRY, SMITHY_WAIT_RETRY,
                                        SMITHY_WAIT_RETRY, SMITHY_WAIT_SUCCESS},
                             .count = 6});
    assert_int_equal(bench_wait(&b, NULL), SMITHY_OK);
    const int64_t pauses[] = {2000, 4000, 8000, 15000, 15000};
    for (size_t i = 0; i < 5; i++) assert_int_equal(b.script.at_ms[i + 1] - b.script.at_ms[i], pauses[i]);
    bench_close(&b);
}

static void jitter_stays_between_the_shortest_and_the_doubled_pause(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY}, .count = 1});
    b.fake.chance_is_highest = false;
    const smithy_wait_options options = {.max_wait_ms = 60000, .max_delay_ms = 4000};
    assert_int_equal(bench_wait(&b, &options), SMITHY_ERROR_TIMEOUT);
    bool differs = false;
    for (size_t i = 4; i + 2 < b.script.polls; i++) {
        const int64_t pause = b.script.at_ms[i + 1] - b.script.at_ms[i];
        assert_in_range(pause, 2000, 4000);
        differs = differs || pause != b.script.at_ms[i] - b.script.at_ms[i - 1];
    }
    assert_true(differs);
    bench_close(&b);
}

static void the_last_poll_comes_one_shortest_pause_before_the_end(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY}, .count = 1});
    const int64_t start = b.fake.mono_ms;
    assert_int_equal(bench_wait(&b, &(smithy_wait_options){.max_wait_ms = 20000}), SMITHY_ERROR_TIMEOUT);
    assert_int_equal(b.script.at_ms[b.script.polls - 1] - start, 18000);
    assert_int_equal(b.fake.mono_ms - start, 18000);
    assert_string_equal(smithy_call_error(b.call)->message,
                        "ToyReady: not reached within the time to wait, asked 5 times");
    bench_close(&b);
}

static void the_deadline_of_the_call_ends_the_wait_too(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY}, .count = 1, .takes_ms = 500});
    smithy_call_set_timeout(b.call, 10000);
    const int64_t deadline = smithy_call_deadline(b.call), start = b.fake.mono_ms;
    assert_int_equal(bench_wait(&b, NULL), SMITHY_ERROR_TIMEOUT);
    assert_true(b.fake.mono_ms <= deadline);
    assert_true(b.fake.mono_ms - start >= 8000);
    assert_int_equal(b.script.deadline, deadline);
    assert_int_equal(smithy_call_deadline(b.call), deadline);
    bench_close(&b);
}

static void a_poll_may_not_outlast_the_wait(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY, SMITHY_WAIT_SUCCESS}, .count = 2});
    const int64_t start = b.fake.mono_ms;
    assert_int_equal(bench_wait(&b, &(smithy_wait_options){.max_wait_ms = 30000}), SMITHY_OK);
    assert_int_equal(b.script.deadline, start + 30000);
    assert_int_equal(smithy_call_deadline(b.call), 0);
    bench_close(&b);
}

static void a_cancellation_ends_the_pause(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY}, .count = 1, .cancel_at = 2});
    assert_int_equal(bench_wait(&b, NULL), SMITHY_ERROR_CANCELED);
    assert_int_equal(b.script.polls, 2);
    assert_int_equal(b.fake.slept_ms, 2000);
    bench_close(&b);
}

static void a_failure_keeps_the_error_of_the_operation(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY, SMITHY_WAIT_FAILURE},
                             .count = 2,
                             .fails_with = SMITHY_ERROR_TRANSPORT});
    assert_int_equal(bench_wait(&b, NULL), SMITHY_ERROR_TRANSPORT);
    assert_string_equal(smithy_call_error(b.call)->message, "as the script says");
    bench_close(&b);
}

static void a_failure_by_a_good_answer_has_a_code_of_its_own(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_FAILURE}, .count = 1});
    assert_int_equal(bench_wait(&b, NULL), SMITHY_ERROR_SERVICE);
    assert_true(smithy_error_has_code(smithy_call_error(b.call), SMITHY_WAIT_FAILED));
    bench_close(&b);
}

static void memory_stays_bounded_over_many_polls(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY}, .count = 1});
    const smithy_wait_options options = {.max_wait_ms = 3000, .min_delay_ms = 100, .max_delay_ms = 100};
    assert_int_equal(bench_wait(&b, &options), SMITHY_ERROR_TIMEOUT); /* And no poll ran out of its 256 KiB. */
    assert_true(b.script.polls > 10);
    bench_close(&b);
}

static void options_replace_the_pauses_of_the_model(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY, SMITHY_WAIT_RETRY, SMITHY_WAIT_RETRY, SMITHY_WAIT_SUCCESS},
                             .count = 4});
    assert_int_equal(bench_wait(&b, &(smithy_wait_options){.min_delay_ms = 10, .max_delay_ms = 25}), SMITHY_OK);
    assert_int_equal(b.fake.slept_ms, 10 + 20 + 25);
    bench_close(&b);
}

static void times_that_make_no_sense_are_refused(void **state) {
    (void)state;
    const smithy_wait_options wrong[] = {{.max_wait_ms = -1},
                                         {.min_delay_ms = -1},
                                         {.max_delay_ms = -1},
                                         {.max_delay_ms = 1999},
                                         {.min_delay_ms = 15001}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bench b;
        bench_open(&b, &(script){.states = {SMITHY_WAIT_SUCCESS}, .count = 1});
        assert_int_equal(bench_wait(&b, &wrong[i]), SMITHY_ERROR_INPUT);
        assert_int_equal(b.script.polls, 0);
        bench_close(&b);
    }
}

static void the_longest_times_do_not_overflow(void **state) {
    (void)state;
    bench b;
    bench_open(&b, &(script){.states = {SMITHY_WAIT_RETRY, SMITHY_WAIT_RETRY, SMITHY_WAIT_SUCCESS}, .count = 3});
    const smithy_wait_options longest = {.max_wait_ms = INT64_MAX, .max_delay_ms = INT64_MAX};
    assert_int_equal(bench_wait(&b, &longest), SMITHY_OK);
    assert_int_equal(b.fake.slept_ms, 2000 + 4000);
    bench_close(&b);
}

static void a_text_is_as_long_as_it_has_characters(void **state) {
    (void)state;
    assert_int_equal(smithy_wait_text_length(SMITHY_STR("")), 0);
    assert_int_equal(smithy_wait_text_length((smithy_str){0}), 0);
    assert_int_equal(smithy_wait_text_length(SMITHY_STR("gr\303\274n")), 4);
}

static void a_text_contains_its_parts(void **state) {
    (void)state;
    assert_true(smithy_wait_text_contains(SMITHY_STR("abcabd"), SMITHY_STR("abd")));
    assert_true(smithy_wait_text_contains(SMITHY_STR("a"), SMITHY_STR("")));
    assert_false(smithy_wait_text_contains(SMITHY_STR("ab"), SMITHY_STR("abc")));
    assert_false(smithy_wait_text_contains((smithy_str){0}, SMITHY_STR("a")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_success_waits_for_nothing),
        cmocka_unit_test(pauses_double_up_to_the_longest),
        cmocka_unit_test(jitter_stays_between_the_shortest_and_the_doubled_pause),
        cmocka_unit_test(the_last_poll_comes_one_shortest_pause_before_the_end),
        cmocka_unit_test(the_deadline_of_the_call_ends_the_wait_too),
        cmocka_unit_test(a_poll_may_not_outlast_the_wait),
        cmocka_unit_test(a_cancellation_ends_the_pause),
        cmocka_unit_test(a_failure_keeps_the_error_of_the_operation),
        cmocka_unit_test(a_failure_by_a_good_answer_has_a_code_of_its_own),
        cmocka_unit_test(memory_stays_bounded_over_many_polls),
        cmocka_unit_test(options_replace_the_pauses_of_the_model),
        cmocka_unit_test(times_that_make_no_sense_are_refused),
        cmocka_unit_test(the_longest_times_do_not_overflow),
        cmocka_unit_test(a_text_is_as_long_as_it_has_characters),
        cmocka_unit_test(a_text_contains_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
