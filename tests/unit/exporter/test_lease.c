/* The lease: who may work on the state, how long, and what a run does that finds it gone. */
#include "lease.h"
#include "ledger.h"
#include "run_bench.h"

#include <stdio.h>

#define NOW  INT64_C(1767323045000) /* 2026-01-02T03:04:05Z, at which the bench's clock stands. */
#define DAY  INT64_C(86400000)
#define HEAD "{\"format\":\"cloudwatch-logs-s3-exporter/state\",\"version\":1,\"id\":\"00112233445566ff\""

/* A state in the store: its members behind the heading. */
static void put(run_bench *b, const char *members) {
    b->store.text = run_bench_copy(b, HEAD "%s}", members);
}

static void put_group(run_bench *b, int64_t exported_at) {
    put(b, run_bench_copy(b,
                          ",\"groups\":[{\"LogGroupArn\":\"arn:aws:logs:r:1:log-group:g\",\"CreatedAt\":1,"
                          "\"ExportedAt\":%lld}]",
                          (long long)exported_at));
}

static bool answers(const run_bench *b, const char *text) {
    return strstr(b->answer.message, text) != NULL;
}

/* ---- reading ---- */

static void a_state_that_is_not_there_is_an_empty_one(void **context) {
    run_bench *b = *context;
    b->run.state_exists = true;
    assert_true(lease_load(&b->run));
    assert_false(b->run.state_exists);
    assert_int_equal(b->run.state.group_count, 0);
    assert_int_equal(b->run.state.now_ms, NOW);
    assert_int_equal(b->run.state.id.len, 16);
    assert_string_equal(b->run.progress.phase, "starting");
    assert_int_equal(run_bench_said(b, "no state yet: this is a first run"), 1);
}

static void a_state_that_is_there_is_read(void **context) {
    run_bench *b = *context;
    put_group(b, NOW - DAY);
    assert_true(lease_load(&b->run));
    assert_true(b->run.state_exists);
    assert_string_equal(b->run.state.id.ptr, "00112233445566ff");
    assert_int_equal(b->run.state.group_count, 1);
    assert_int_equal(b->run.state.now_ms, NOW);
    assert_int_equal(run_bench_said(b, "state read"), 1);
    assert_false(b->run.failed);
}

static void a_state_that_broke_off_is_read_from_its_start(void **context) {
    run_bench *b = *context;
    put(b, ",\"groups\":[{\"LogGroupArn\":\"arn:aws:logs:r:1:log-group:g\",\"CreatedAt\":1,\"ExportedAt\":5}],"
           "\"streams\":[{\"LogStreamArn\":\"arn:aws:logs:r:1:log-group:g:log-stream:s\",\"ExportedAt\":7}]");
    b->store.broken_loads = 2;
    assert_true(lease_load(&b->run));
    assert_int_equal(b->run.state.group_count, 1);
    assert_int_equal(b->run.state.groups[0]->stream_count, 1);
    assert_int_equal(b->run.state.now_ms, NOW);
    assert_string_equal(b->run.state.id.ptr, "00112233445566ff");
}

static void nothing_is_kept_of_a_state_that_cannot_be_used(void **context) {
    run_bench *b = *context;
    put(b, ",\"groups\":[{\"LogGroupArn\":\"arn:aws:logs:r:1:log-group:g\",\"ExportedAt\":5}],\"tasks\":[{}]");
    assert_false(lease_load(&b->run));
    assert_int_equal(b->run.state.group_count, 0);
    assert_null(b->run.state.groups);
}

static void a_store_that_cannot_be_read_ends_the_run(void **context) {
    run_bench *b = *context;
    b->store.load_status = SMITHY_ERROR_SERVICE;
    assert_false(lease_load(&b->run));
    assert_true(b->run.failed);
    assert_true(answers(b, "reading the state: "));
    assert_true(answers(b, "the store cannot be read"));
    assert_int_equal(b->said_count, 1); /* That it ends. */
}

static void a_damaged_state_is_refused_and_the_first_failure_is_the_one_that_is_told(void **context) {
    run_bench *b = *context;
    put(b, ",\"tasks\":[{}]");
    assert_false(lease_load(&b->run));
    assert_true(b->run.failed);
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_FAILED);
    assert_true(answers(b, "the state memory://state cannot be used: a task has no TaskId. Nothing was changed"));
    put(b, ",\"groups\":[{}]");
    assert_false(lease_load(&b->run));
    assert_true(answers(b, "a task has no TaskId"));
}

/* No clock is off by a day. */
static void a_watermark_of_a_day_ahead_is_taken_and_one_of_more_is_refused(void **context) {
    run_bench *b = *context;
    put_group(b, NOW + DAY);
    assert_true(lease_load(&b->run));
    put_group(b, NOW + DAY + 1);
    assert_false(lease_load(&b->run));
    assert_true(answers(b, "ExportedAt 1767409445001 of arn:aws:logs:r:1:log-group:g lies in the future"));
    assert_true(b->run.failed);
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_FAILED);
}

static void a_state_that_is_read_again_takes_no_more_memory(void **context) {
    run_bench *b = *context;
    smithy_buffer members;
    smithy_buffer_init(&members, NULL, 1 << 20);
    smithy_buffer_append_text(&members, ",\"tasks\":[{\"TaskId\":\"first\"}");
    for (int i = 0; i < 4000; i++) {
        char task[64];
        snprintf(task, sizeof task, ",{\"TaskId\":\"00000000-0000-0000-0000-%012d\"}", i);
        smithy_buffer_append_text(&members, task);
    }
    smithy_buffer_append_text(&members, "]");
    put(b, members.ptr);
    smithy_buffer_deinit(&members);
    assert_true(lease_load(&b->run));
    const size_t blocks = b->fake.live_blocks;
    for (int i = 0; i < 3; i++) assert_true(lease_load(&b->run));
    assert_int_equal(b->fake.live_blocks, blocks);
    assert_int_equal(b->run.state.task_count, 4001);
}

/* ---- of which streams it is ---- */

static const smithy_str GROUPS[] = {SMITHY_STR_INIT("app")};

/* A state of streams that begin with "web", in which a group is archived, for a run of those that begin so. */
static bool load_for(run_bench *b, const char *prefix) {
    put(b, ",\"filter\":{\"LogStreamNamePrefix\":\"web\"},\"groups\":[{\"LogGroupArn\":"
           "\"arn:aws:logs:r:1:log-group:g\",\"CreatedAt\":1,\"ExportedAt\":5}]");
    b->settings.group_prefixes = (smithy_str_list){GROUPS, 1};
    b->settings.stream_prefix = smithy_str_from(prefix);
    return lease_load(&b->run);
}

static void a_state_stays_of_the_streams_that_it_is_of(void **context) {
    run_bench *b = *context;
    assert_true(load_for(b, "web"));
    assert_false(b->run.failed);
    assert_false(load_for(b, ""));
    assert_true(b->run.failed);
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_CONFIGURATION);
    assert_true(answers(b, "is of streams whose names begin with \"web\", and this run is of every stream. "));
}

static void a_long_prefix_is_told_as_far_as_a_hundred_bytes(void **context) {
    run_bench *b = *context;
    char prefix[121], begins[128];
    memset(prefix, 'p', 120);
    prefix[120] = 0;
    assert_false(load_for(b, prefix));
    (void)snprintf(begins, sizeof begins, "begin with \"%.100s\". ", prefix);
    assert_true(answers(b, begins));
}

static void a_command_of_the_state_alone_is_of_any_streams(void **context) {
    run_bench *b = *context;
    (void)load_for(b, "web");
    b->settings.group_prefixes.count = 0;
    b->settings.stream_prefix = SMITHY_STR("");
    assert_true(lease_load(&b->run));
    assert_string_equal(b->run.state.stream_prefix.ptr, "web");
}

static void a_state_that_says_nothing_becomes_one_of_this_runs_streams(void **context) {
    run_bench *b = *context;
    put(b, ",\"filter\":{\"LogStreamNamePrefix\":\"web\"}");
    b->settings.group_prefixes = (smithy_str_list){GROUPS, 1};
    b->settings.stream_prefix = SMITHY_STR("db");
    assert_true(lease_load(&b->run));
    check_text(b->run.state.stream_prefix, "db");
}

/* ---- taking ---- */

static const char *saved(const run_bench *b) {
    assert_non_null(b->store.text);
    return b->store.text;
}

static bool take(run_bench *b) {
    return lease_load(&b->run) && lease_take(&b->run);
}

static void a_lease_without_a_deadline_is_for_a_minute(void **context) {
    run_bench *b = *context;
    assert_true(take(b));
    assert_true(b->run.holds_lease);
    assert_int_equal(b->run.owner.len, 36);
    assert_int_equal(b->run.lease_taken_ms, NOW);
    assert_non_null(strstr(saved(b), run_bench_copy(b, "\"lease\":{\"Owner\":\"%s\",\"UntilMs\":%lld}",
                                                    b->run.owner.ptr, (long long)NOW + 60000)));
    assert_int_equal(b->run.lease_renew_mono_ms, b->fake.mono_ms + 30000);
    assert_int_equal(b->store.saves, 1);
    assert_true(b->store.was_saving);
    assert_false(b->run.saving);
}

static void a_lease_with_a_deadline_is_for_ten_seconds_more(void **context) {
    run_bench *b = *context;
    b->options.deadline_mono_ms = b->fake.mono_ms + 7000;
    assert_true(take(b));
    assert_int_equal(b->run.state.lease.until_ms, NOW + 17000);
    assert_int_equal(b->run.lease_renew_mono_ms, 0);
    fake_system_advance(&b->fake, 60000);
    lease_keep(&b->run);
    assert_int_equal(b->store.saves, 1); /* It is not renewed. */
}

static void each_save_is_told_from_every_other_one(void **context) {
    run_bench *b = *context;
    assert_true(take(b));
    const char *first = saved(b);
    assert_true(lease_save(&b->run));
    assert_string_not_equal(first, saved(b));
}

static void put_lease(run_bench *b, int64_t until_ms) {
    put(b, run_bench_copy(b, ",\"lease\":{\"Owner\":\"0123456789\",\"UntilMs\":%lld}", (long long)until_ms));
}

static void a_state_that_another_run_holds_is_busy_until_then(void **context) {
    run_bench *b = *context;
    put_lease(b, NOW + 61999);
    assert_false(take(b));
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_BUSY);
    assert_string_equal(b->answer.message, "another run (01234567…) works on the state memory://state until "
                                           "2026-01-02T03:05:06Z at the latest; this one did nothing");
    assert_false(b->run.holds_lease);
    assert_false(b->run.failed);
    assert_int_equal(b->store.saves, 0);
    put_lease(b, NOW + 1);
    assert_false(take(b));
}

static void a_lease_is_over_when_its_time_has_come(void **context) {
    run_bench *b = *context;
    put_lease(b, NOW);
    assert_true(take(b));
    assert_int_equal(b->store.saves, 1);
}

static void who_was_overtaken_sees_by_whom(void **context) {
    run_bench *b = *context;
    b->store.lost_saves = 1;
    assert_true(lease_load(&b->run));
    put_lease(b, NOW + 1000);
    assert_false(lease_take(&b->run));
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_BUSY);
    assert_true(answers(b, "another run (01234567…)"));
    assert_int_equal(b->store.loads, 2);
    assert_int_equal(b->store.saves, 1);
}

static void who_is_overtaken_three_times_gives_up(void **context) {
    run_bench *b = *context;
    b->store.lost_saves = 2;
    assert_true(take(b));
    assert_int_equal(b->store.saves, 3);
    b->store.lost_saves = 9;
    b->run.state.lease = (state_lease){0};
    b->run.holds_lease = false;
    b->store.text = NULL;
    assert_false(take(b));
    assert_int_equal(b->store.saves, 3 + 3);
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_BUSY);
    assert_true(answers(b, "others keep writing the state memory://state"));
    assert_false(b->run.holds_lease);
}

static void a_state_that_cannot_be_seen_again_ends_the_run(void **context) {
    run_bench *b = *context;
    b->store.lost_saves = 1;
    assert_true(lease_load(&b->run));
    b->store.load_status = SMITHY_ERROR_SERVICE;
    assert_false(lease_take(&b->run));
    assert_true(b->run.failed);
    assert_int_equal(b->store.saves, 1);
    assert_true(answers(b, "reading the state: "));
}

static void a_state_that_cannot_be_saved_ends_the_run(void **context) {
    run_bench *b = *context;
    b->store.save_status = SMITHY_ERROR_SERVICE;
    assert_false(take(b));
    assert_true(b->run.failed);
    assert_true(answers(b, "saving the state: "));
    assert_int_equal(b->store.saves, 1);
    assert_false(b->run.saving);
}

static smithy_status no_chance(void *context, void *bytes, size_t len) {
    (void)context, (void)bytes, (void)len;
    return SMITHY_ERROR_IO;
}

static void without_chance_nothing_is_taken(void **context) {
    run_bench *b = *context;
    b->fake.system.random = no_chance;
    assert_false(lease_load(&b->run));
    assert_true(b->run.failed);
    assert_true(answers(b, "starting an empty state: "));
    b->run.failed = false;
    assert_false(lease_take(&b->run));
    assert_true(b->run.failed);
    assert_true(answers(b, "drawing a random number"));
    assert_int_equal(b->store.saves, 0);
}

static int draws_until_none; /* Chance can be had so often yet. */

static smithy_status some_chance(void *context, void *bytes, size_t len) {
    (void)context;
    memset(bytes, draws_until_none, len);
    return draws_until_none-- == 0 ? SMITHY_ERROR_IO : SMITHY_OK;
}

/* A run that has no name of its own takes nothing, and a save that could not be told from others is not made. */
static void each_number_that_cannot_be_drawn_ends_the_run(void **context) {
    run_bench *b = *context;
    assert_true(lease_load(&b->run));
    b->fake.system.random = some_chance;
    for (int i = 0; i < 2; i++) {
        draws_until_none = i;
        b->run.failed = false;
        assert_false(lease_take(&b->run));
        assert_true(b->run.failed);
        assert_true(answers(b, "drawing a random number"));
        assert_int_equal(b->store.saves, 0);
    }
}

/* ---- saving ---- */

static void what_the_state_counts_on_is_in_the_ledger_before(void **context) {
    run_bench *b = *context;
    assert_true(take(b));
    assert_int_equal(ledger_add_discarded(&b->run, SMITHY_STR("t1"), SMITHY_STR("x/t1/")), SMITHY_OK);
    run_bench_then(b, RUN_BENCH_ERROR(403, "AccessDenied"));
    assert_false(lease_save(&b->run));
    assert_int_equal(b->store.saves, 1);
    assert_true(b->run.failed);
    assert_true(answers(b, "writing the ledger: "));
    b->run.failed = false;
    run_bench_then(b, (scripted_answer){.status = 200, .headers = "ETag: \"e\""});
    assert_true(lease_save(&b->run));
    assert_int_equal(b->store.saves, 2);
    assert_int_equal(b->transport.request_count, 2);
}

static void who_does_not_hold_the_state_does_not_write_it(void **context) {
    run_bench *b = *context;
    assert_true(lease_load(&b->run));
    assert_false(lease_save(&b->run));
    lease_release(&b->run);
    b->run.lease_renew_mono_ms = 1;
    lease_keep(&b->run);
    assert_int_equal(b->store.saves, 0);
    assert_null(b->run.state.lease.owner.ptr);
}

static void who_lost_the_state_writes_nothing_more(void **context) {
    run_bench *b = *context;
    assert_true(take(b));
    b->store.lost_saves = 1;
    assert_false(lease_save(&b->run));
    assert_true(b->run.lost_lease);
    assert_true(run_must_stop(&b->run));
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_FAILED);
    assert_true(answers(b, "the state memory://state was written by somebody else during this run"));
    assert_int_equal(run_bench_said(b, "the lease is lost"), 1);
    fake_system_advance(&b->fake, 60000);
    lease_keep(&b->run);
    assert_int_equal(b->run.state.lease.until_ms, NOW + 60000);
    lease_release(&b->run);
    assert_false(lease_save(&b->run));
    assert_int_equal(b->store.saves, 2);
    assert_non_null(b->run.state.lease.owner.ptr); /* It is the other one's to give back. */
}

/* A save may take what time is left: where that runs out, something failed, and it is not only that the time was up. */
static void a_save_that_takes_too_long_is_a_failure(void **context) {
    run_bench *b = *context;
    assert_true(take(b));
    b->run.stop_mono_ms = b->fake.mono_ms;
    b->store.save_status = SMITHY_ERROR_TIMEOUT;
    assert_false(lease_save(&b->run));
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_FAILED);
    assert_true(answers(b, "saving the state: "));
}

/* ---- keeping and giving back ---- */

static void a_lease_is_renewed_half_a_minute_before_its_end(void **context) {
    run_bench *b = *context;
    assert_true(take(b));
    fake_system_advance(&b->fake, 29999);
    lease_keep(&b->run);
    assert_int_equal(b->store.saves, 1);
    fake_system_advance(&b->fake, 1);
    lease_keep(&b->run);
    assert_int_equal(b->store.saves, 2);
    assert_int_equal(b->run.state.lease.until_ms, NOW + 30000 + 60000);
    assert_non_null(strstr(saved(b), run_bench_copy(b, "\"UntilMs\":%lld}", (long long)NOW + 90000)));
    lease_keep(&b->run);
    assert_int_equal(b->store.saves, 2);
    assert_int_equal(b->run.lease_taken_ms, NOW); /* It is the same lease. */
}

static void a_lease_is_given_back_with_the_state(void **context) {
    run_bench *b = *context;
    assert_true(take(b));
    lease_release(&b->run);
    assert_false(b->run.holds_lease);
    assert_null(strstr(saved(b), "\"lease\""));
    assert_int_equal(b->store.saves, 2);
    assert_string_equal(b->run.progress.phase, "saving");
    lease_release(&b->run);
    assert_int_equal(b->store.saves, 2);
}

static void a_lease_that_cannot_be_given_back_is_held_on(void **context) {
    run_bench *b = *context;
    assert_true(take(b));
    b->store.save_status = SMITHY_ERROR_SERVICE;
    lease_release(&b->run);
    assert_true(b->run.holds_lease);
    assert_true(b->run.failed);
}

/* ---- memory that runs out ---- */

/* Each failure is told, and ends the run. */
static smithy_status result_of(const run_bench *b, bool is_done) {
    if (is_done) return SMITHY_OK;
    assert_true(b->run.failed);
    assert_true(b->answer.message[0] != 0);
    assert_int_equal(b->answer.outcome, EXPORTER_OUTCOME_FAILED);
    return SMITHY_ERROR_MEMORY;
}

static smithy_status take_and_give_back(run_bench *b) {
    put_group(b, 5);
    b->settings.group_prefixes = (smithy_str_list){GROUPS, 1};
    b->settings.stream_prefix = SMITHY_STR("");
    if (!take(b)) return result_of(b, false);
    lease_release(&b->run);
    return result_of(b, !b->run.holds_lease);
}

static void check_given_back(run_bench *b) {
    assert_int_equal(b->store.saves, 2);
    assert_non_null(strstr(b->store.text, "\"ExportedAt\":5"));
    assert_null(strstr(b->store.text, "\"lease\""));
}

static smithy_status begin_for_some_streams(run_bench *b) {
    b->settings.group_prefixes = (smithy_str_list){GROUPS, 1};
    b->settings.stream_prefix = SMITHY_STR("web");
    return result_of(b, take(b));
}

static void check_begun(run_bench *b) {
    assert_non_null(strstr(b->store.text, "\"filter\":{\"LogStreamNamePrefix\":\"web\"}"));
    assert_non_null(strstr(b->store.text, "\"lease\":{\"Owner\":\""));
}

static void without_memory_no_half_state_is_saved(void **context) {
    (void)context;
    run_bench_without_memory(take_and_give_back, check_given_back);
    run_bench_without_memory(begin_for_some_streams, check_begun);
}

#define LEASE_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        LEASE_TEST(a_state_that_is_not_there_is_an_empty_one),
        LEASE_TEST(a_state_that_is_there_is_read),
        LEASE_TEST(a_state_that_broke_off_is_read_from_its_start),
        LEASE_TEST(nothing_is_kept_of_a_state_that_cannot_be_used),
        LEASE_TEST(a_store_that_cannot_be_read_ends_the_run),
        LEASE_TEST(a_damaged_state_is_refused_and_the_first_failure_is_the_one_that_is_told),
        LEASE_TEST(a_watermark_of_a_day_ahead_is_taken_and_one_of_more_is_refused),
        LEASE_TEST(a_state_that_is_read_again_takes_no_more_memory),
        LEASE_TEST(a_state_stays_of_the_streams_that_it_is_of),
        LEASE_TEST(a_long_prefix_is_told_as_far_as_a_hundred_bytes),
        LEASE_TEST(a_command_of_the_state_alone_is_of_any_streams),
        LEASE_TEST(a_state_that_says_nothing_becomes_one_of_this_runs_streams),
        LEASE_TEST(a_lease_without_a_deadline_is_for_a_minute),
        LEASE_TEST(a_lease_with_a_deadline_is_for_ten_seconds_more),
        LEASE_TEST(each_save_is_told_from_every_other_one),
        LEASE_TEST(a_state_that_another_run_holds_is_busy_until_then),
        LEASE_TEST(a_lease_is_over_when_its_time_has_come),
        LEASE_TEST(who_was_overtaken_sees_by_whom),
        LEASE_TEST(who_is_overtaken_three_times_gives_up),
        LEASE_TEST(a_state_that_cannot_be_seen_again_ends_the_run),
        LEASE_TEST(a_state_that_cannot_be_saved_ends_the_run),
        LEASE_TEST(without_chance_nothing_is_taken),
        LEASE_TEST(each_number_that_cannot_be_drawn_ends_the_run),
        LEASE_TEST(what_the_state_counts_on_is_in_the_ledger_before),
        LEASE_TEST(who_does_not_hold_the_state_does_not_write_it),
        LEASE_TEST(who_lost_the_state_writes_nothing_more),
        LEASE_TEST(a_save_that_takes_too_long_is_a_failure),
        LEASE_TEST(a_lease_is_renewed_half_a_minute_before_its_end),
        LEASE_TEST(a_lease_is_given_back_with_the_state),
        LEASE_TEST(a_lease_that_cannot_be_given_back_is_held_on),
        cmocka_unit_test(without_memory_no_half_state_is_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
