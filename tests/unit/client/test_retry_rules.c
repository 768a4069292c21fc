/* The rules of retrying by the tables of a sibling folder of test vectors, where there is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/retry.h"

#include <cmocka.h>

static cJSON *load(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/retry/%s", SMITHY_VECTORS, name);
    smithy_buffer text;
    bool exists = false;
    const smithy_system *system = smithy_system_default();
    smithy_buffer_init(&text, system, 1 << 20);
    assert_int_equal(system->file_read(system->context, path, &text, &exists), SMITHY_OK);
    cJSON *json = exists ? cJSON_ParseWithLength(text.ptr, text.len) : NULL;
    if (!exists)
        print_message("skipped: %s is not there\n", path);
    else
        assert_non_null(json);
    smithy_buffer_deinit(&text);
    return json;
}

static int number(const cJSON *object, const char *name) {
    const cJSON *member = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(member) ? member->valueint : -1;
}

static const char *string(const cJSON *object, const char *name) {
    const cJSON *member = cJSON_GetObjectItem(object, name);
    return cJSON_IsString(member) ? member->valuestring : NULL;
}

/* ---- standard mode ---- */

typedef struct scenario {
    smithy_service service;
    smithy_operation operation;
    retry_policy policy;
    retry_bucket bucket;
    int retries;
    int last_cost;
} scenario;

static void begin(scenario *run, const cJSON *given) {
    const char *service = string(given, "service");
    const bool is_dynamodb = service && strcmp(service, "dynamodb") == 0;
    memset(run, 0, sizeof *run);
    run->service.id = is_dynamodb ? "DynamoDB" : "Other";
    run->operation.is_long_poll = cJSON_IsTrue(cJSON_GetObjectItem(given, "long_polling")) != 0;
    run->policy = retry_policy_of(&run->service);
    if (is_dynamodb) assert_int_equal(run->policy.max_attempts, number(given, "max_attempts"));
    run->policy.max_attempts = number(given, "max_attempts");
    run->policy.max_backoff_ms = number(given, "max_backoff_ms");
    assert_true(retry_bucket_init(&run->bucket));
    run->bucket.tokens = number(given, "initial_tokens");
}

/* The same order of questions as the engine's; the waits come back in *delay_ms, -1 for none. */
static const char *step(scenario *run, const cJSON *response, int64_t *delay_ms) {
    const char *hint = string(cJSON_GetObjectItem(response, "headers"), "x-amz-retry-after");
    const char *code = string(response, "error_code");
    smithy_error error = {.status = SMITHY_ERROR_SERVICE, .http_status = number(response, "status")};
    snprintf(error.code, sizeof error.code, "%s", code ? code : "");
    *delay_ms = -1;
    if (error.http_status < 300) {
        retry_bucket_refund(&run->bucket, run->last_cost);
        run->retries = run->last_cost = 0;
        return "success";
    }
    const retry_class class_ = retry_classify(&run->service, &run->operation, &error, SMITHY_HTTP_FAILURE_NONE);
    if (class_ == RETRY_NEVER) return "fail_request";
    if (run->retries + 1 >= run->policy.max_attempts) return "max_attempts_exceeded";
    const int cost = retry_bucket_take(&run->bucket, class_);
    const bool waits = cost || run->operation.is_long_poll;
    const retry_class wait_class = cost ? class_ : RETRY_TRANSIENT;
    if (waits)
        *delay_ms = retry_delay_ms(&run->policy, run->retries, wait_class, RETRY_FRACTION_ONE, smithy_str_from(hint));
    if (!cost) return "retry_quota_exceeded";
    run->last_cost = cost;
    run->retries++;
    return "retry_request";
}

static void standard_mode_follows_the_table(void **state) {
    (void)state;
    cJSON *file = load("standard-2.1.json");
    if (!file) skip();
    int count = 0;
    const cJSON *test = NULL;
    cJSON_ArrayForEach(test, cJSON_GetObjectItem(file, "cases")) {
        scenario run;
        const cJSON *one = NULL;
        begin(&run, cJSON_GetObjectItem(test, "given"));
        cJSON_ArrayForEach(one, cJSON_GetObjectItem(test, "steps")) {
            const cJSON *expected = cJSON_GetObjectItem(one, "expected");
            int64_t delay_ms = 0;
            assert_string_equal(step(&run, cJSON_GetObjectItem(one, "response"), &delay_ms),
                                string(expected, "outcome"));
            if (number(expected, "retry_quota") >= 0)
                assert_int_equal(run.bucket.tokens, number(expected, "retry_quota"));
            assert_int_equal(delay_ms, number(expected, "delay_ms"));
        }
        retry_bucket_deinit(&run.bucket);
        count++;
    }
    assert_int_equal(count, 19);
    cJSON_Delete(file);
}

/* ---- clock skew ---- */

static void clock_skew_follows_the_table(void **state) {
    (void)state;
    cJSON *file = load("clock-skew.json");
    if (!file) skip();
    int count = 0;
    const cJSON *test = NULL;
    cJSON_ArrayForEach(test, cJSON_GetObjectItem(file, "cases")) {
        smithy_error error = {.status = SMITHY_ERROR_SERVICE};
        const char *code = string(test, "error_code");
        const cJSON *candidate = cJSON_GetObjectItem(test, "candidate_skew_s");
        snprintf(error.code, sizeof error.code, "%s", code ? code : "");
        const int64_t attempt_ms = (int64_t)cJSON_GetObjectItem(test, "attempt_skew_s")->valueint * 1000;
        const bool retryable =
            cJSON_IsNumber(candidate) && retry_is_clock_skew(&error, attempt_ms, (int64_t)candidate->valueint * 1000);
        assert_int_equal(retryable, cJSON_IsTrue(cJSON_GetObjectItem(test, "retryable")) != 0);
        count++;
    }
    assert_int_equal(count, 18);
    cJSON_Delete(file);
}

/* ---- without the tables ---- */

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
        cmocka_unit_test(standard_mode_follows_the_table),
        cmocka_unit_test(clock_skew_follows_the_table),
        cmocka_unit_test(waits_grow_to_their_ceiling_and_stay_there),
        cmocka_unit_test(a_senseless_hint_changes_nothing),
        cmocka_unit_test(the_bucket_never_holds_more_than_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
