/* When a set is kept, when a new one is got, and what a failure then means. */
#include "credentials_bench.h"

#define MINUTE_MS ((int64_t)60000)

static const scripted_answer TWO[] = {{.status = 200, .body = METADATA_SET("AKIDONE", IN_AN_HOUR)},
                                      {.status = 200, .body = METADATA_SET("AKIDTWO", IN_TWO_HOURS)}};
static const scripted_answer ONE_THEN_403[] = {{.status = 200, .body = METADATA_SET("AKIDONE", IN_AN_HOUR)},
                                               {.status = 403},
                                               {.status = 403},
                                               {.status = 403},
                                               {.status = 200, .body = METADATA_SET("AKIDTWO", IN_TWO_HOURS)}};

static void open_cache(bench *b, const scripted_answer *answers, size_t count) {
    bench_open(b, answers, count);
    fake_system_set_env(&b->fake, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds");
    bench_use(b, smithy_credentials_container(&b->options, b->call));
    bench_expect(b, "AKIDONE", "container");
}
#define OPEN_CACHE(b, answers) open_cache(b, answers, sizeof(answers) / sizeof *(answers))

static void a_set_is_kept_until_15_minutes_before_its_end(void **state) {
    (void)state;
    bench b;
    OPEN_CACHE(&b, TWO);
    fake_system_advance(&b.fake, 45 * MINUTE_MS - 1);
    bench_expect(&b, "AKIDONE", "container");
    assert_int_equal(b.transport.request_count, 1);
    fake_system_advance(&b.fake, 1);
    bench_expect(&b, "AKIDTWO", "container");
    bench_close(&b);
}

static void a_failure_more_than_10_minutes_before_the_end_does_no_harm(void **state) {
    (void)state;
    bench b;
    OPEN_CACHE(&b, ONE_THEN_403);
    fake_system_advance(&b.fake, 46 * MINUTE_MS);
    bench_expect(&b, "AKIDONE", "container");
    assert_int_equal(b.transport.request_count, 2);
    bench_expect(&b, "AKIDONE", "container");
    assert_int_equal(b.transport.request_count, 2); /* Not with each signature. */
    fake_system_advance(&b.fake, MINUTE_MS);
    bench_expect(&b, "AKIDONE", "container");
    assert_int_equal(b.transport.request_count, 3);
    bench_close(&b);
}

static void a_failure_less_than_10_minutes_before_the_end_is_one(void **state) {
    (void)state;
    bench b;
    OPEN_CACHE(&b, ONE_THEN_403);
    fake_system_advance(&b.fake, 50 * MINUTE_MS);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "HTTP 403");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "HTTP 403");
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "HTTP 403");
    bench_expect(&b, "AKIDTWO", "container"); /* And it is asked again each time. */
    bench_close(&b);
}

static void a_short_life_has_short_margins(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .body = METADATA_SET("AKIDONE", "2026-01-02T03:16:05Z")},
                                              {.status = 403},
                                              {.status = 200, .body = METADATA_SET("AKIDTWO", IN_TWO_HOURS)}};
    bench b;
    OPEN_CACHE(&b, ANSWERS); /* Twelve minutes. */
    fake_system_advance(&b.fake, 9 * MINUTE_MS - 1);
    bench_expect(&b, "AKIDONE", "container");
    assert_int_equal(b.transport.request_count, 1);
    fake_system_advance(&b.fake, 1);
    bench_expect(&b, "AKIDONE", "container");
    assert_int_equal(b.transport.request_count, 2);
    fake_system_advance(&b.fake, MINUTE_MS);
    bench_expect(&b, "AKIDTWO", "container");
    bench_close(&b);
}

static void a_clock_that_jumps_ahead_brings_a_new_set(void **state) {
    (void)state;
    bench b;
    OPEN_CACHE(&b, TWO);
    b.fake.wall_ms += HOUR_MS;
    bench_expect(&b, "AKIDTWO", "container");
    bench_close(&b);
}

static void the_calls_deadline_and_cancellation_hold_inside(void **state) {
    (void)state;
    static const scripted_answer SLOW[] = {{.status = 500, .takes_ms = 1500}, {.status = 500, .takes_ms = 1500}};
    bench b;
    BENCH_OPEN(&b, SLOW);
    fake_system_set_env(&b.fake, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds");
    bench_use(&b, smithy_credentials_container(&b.options, b.call));
    smithy_call_cancel(b.call);
    assert_int_equal(bench_get(&b), SMITHY_ERROR_CANCELED);
    smithy_call_uncancel(b.call);
    smithy_call_set_timeout(b.call, 1);
    fake_system_advance(&b.fake, 1);
    assert_int_equal(bench_get(&b), SMITHY_ERROR_TIMEOUT);
    bench_close(&b);
}

static void nobody_waits_for_a_try_that_the_deadline_forbids(void **state) {
    (void)state;
    static const scripted_answer TROUBLE[] = {{.status = 500}, {.status = 500}, {.status = 500}};
    bench b;
    BENCH_OPEN(&b, TROUBLE);
    fake_system_set_env(&b.fake, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds");
    bench_use(&b, smithy_credentials_container(&b.options, b.call));
    smithy_call_set_timeout(b.call, 1500);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "HTTP 500");
    assert_int_equal(b.transport.request_count, 2);
    assert_int_equal(b.fake.slept_ms, 1000);
    bench_close(&b);
}

static void the_callers_arena_holds_none_of_it(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .body = METADATA_SET("AKIDONE", IN_AN_HOUR)}};
    bench b;
    BENCH_OPEN(&b, ANSWERS);
    fake_system_set_env(&b.fake, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds");
    bench_use(&b, smithy_credentials_container(&b.options, b.call));
    const smithy_call_options tiny = {.system = &b.fake.system, .max_memory = 1};
    smithy_call *call = smithy_call_create(&tiny);
    assert_non_null(call);
    assert_int_equal(b.provider->get(b.provider, &b.got, call), SMITHY_OK);
    smithy_call_destroy(call);
    bench_close(&b);
}

/* Every allocation fails once, the first and all after it too; the set comes or "out of memory" does, and nothing is
 * lost. */
static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .body = STS_ROLE("AssumeRoleWithWebIdentity", "AKIDWEB", IN_AN_HOUR)},
        {.status = 200, .body = STS_ROLE("AssumeRole", "AKIDROLE", IN_AN_HOUR)},
        {.status = 200, .body = STS_ROLE("AssumeRole", "AKIDROLE", IN_AN_HOUR)}};
    for (int ever_after = 0; ever_after < 2; ever_after++) {
        bool was_reached = true;
        for (size_t fail_at = 1; was_reached; fail_at++) {
            bench b;
            BENCH_OPEN(&b, ANSWERS);
            fake_system_put_file(&b.fake, "/jwt", "eyJ", 3);
            bench_config(&b, "[default]\nrole_arn = arn:aws:iam::123456789012:role/RoleA\nsource_profile = b\n"
                             "[profile b]\nrole_arn = arn:aws:iam::123456789012:role/RoleB\n"
                             "web_identity_token_file = /jwt\n");
            const size_t before = b.fake.allocations;
            b.fake.fail_allocation = before + fail_at;
            b.fake.fail_ever_after = ever_after != 0;
            b.provider = smithy_credentials_chain(&b.options, b.call);
            smithy_status status = b.provider ? SMITHY_OK : smithy_call_status(b.call);
            if (status == SMITHY_OK) status = b.provider->get(b.provider, &b.got, b.call);
            was_reached = b.fake.allocations >= before + fail_at;
            if (was_reached && status == SMITHY_OK) check_text(b.got.access_key_id, "AKIDROLE");
            if (status != SMITHY_OK) assert_string_equal(smithy_status_name(status), "memory");
            if (!was_reached) assert_int_equal(status, SMITHY_OK);
            bench_close(&b);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_kept_until_15_minutes_before_its_end),
        cmocka_unit_test(a_failure_more_than_10_minutes_before_the_end_does_no_harm),
        cmocka_unit_test(a_failure_less_than_10_minutes_before_the_end_is_one),
        cmocka_unit_test(a_short_life_has_short_margins),
        cmocka_unit_test(a_clock_that_jumps_ahead_brings_a_new_set),
        cmocka_unit_test(the_calls_deadline_and_cancellation_hold_inside),
        cmocka_unit_test(nobody_waits_for_a_try_that_the_deadline_forbids),
        cmocka_unit_test(the_callers_arena_holds_none_of_it),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
