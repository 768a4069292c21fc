/* The rules of retrying alone, by the private header. */
#include <setjmp.h>
#include <stdarg.h>

#include "client/retry.h"

#include <cmocka.h>

static void waits_grow_to_their_ceiling_and_stay_there(void **state) {
    (void)state;
    const smithy_service service = {.id = "Other"};
    const retry_policy policy = retry_policy_of(&service);
    const smithy_str none = {0};
    assert_int_equal(retry_delay_ms(&policy, 0, RETRY_TRANSIENT, RETRY_FRACTION_ONE, none), 50);
    assert_int_equal(retry_delay_ms(&policy, 3, RETRY_THROTTLING, RETRY_FRACTION_ONE, none), 8000);
    assert_int_equal(retry_delay_ms(&policy, 90, RETRY_TRANSIENT, RETRY_FRACTION_ONE, none), 20000);
    assert_int_equal(retry_delay_ms(&policy, 90, RETRY_TRANSIENT, 0, none), 0);
}

static void a_wait_is_the_nearest_millisecond(void **state) {
    (void)state;
    const smithy_service service = {.id = "Other"};
    const retry_policy policy = retry_policy_of(&service);
    const smithy_str none = {0};
    assert_int_equal(retry_delay_ms(&policy, 0, RETRY_TRANSIENT, UINT32_MAX, none), 50);
    assert_int_equal(retry_delay_ms(&policy, 0, RETRY_TRANSIENT, RETRY_FRACTION_ONE / 2, none), 25);
    assert_int_equal(retry_delay_ms(&policy, 90, RETRY_THROTTLING, UINT32_MAX, none), 20000);
}

static void a_senseless_hint_changes_nothing(void **state) {
    (void)state;
    const smithy_service service = {.id = "Other"};
    const retry_policy policy = retry_policy_of(&service);
    static const char *const HINTS[] = {"", "-5", "1.5", "soon", "99999999999999999999"};
    for (size_t i = 0; i < sizeof HINTS / sizeof HINTS[0]; i++)
        assert_int_equal(retry_delay_ms(&policy, 0, RETRY_TRANSIENT, RETRY_FRACTION_ONE, smithy_str_from(HINTS[i])),
                         50);
}

static void the_bucket_never_holds_more_than_it_can(void **state) {
    (void)state;
    retry_bucket bucket;
    assert_true(retry_bucket_init(&bucket));
    retry_bucket_refund(&bucket, 0);
    assert_int_equal(bucket.tokens, RETRY_BUCKET_CAPACITY);
    assert_int_equal(retry_bucket_take(&bucket, RETRY_TRANSIENT), 14);
    retry_bucket_refund(&bucket, 0);
    assert_int_equal(bucket.tokens, RETRY_BUCKET_CAPACITY - 13);
    retry_bucket_deinit(&bucket);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_grow_to_their_ceiling_and_stay_there),
        cmocka_unit_test(a_wait_is_the_nearest_millisecond),
        cmocka_unit_test(a_senseless_hint_changes_nothing),
        cmocka_unit_test(the_bucket_never_holds_more_than_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
