/* Retries by the SDKs' own tables, through the whole engine; from a sibling folder of test vectors, where there is one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "client/client_internal.h"
#include "retry_scenario.h"

#include <smithy/text.h>

#include <cmocka.h>

#define MAX_STEPS 16

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
    return cJSON_IsNumber(member) ? member->valueint : RETRY_ANY;
}

static const char *string(const cJSON *object, const char *name) {
    const cJSON *member = cJSON_GetObjectItem(object, name);
    return cJSON_IsString(member) ? member->valuestring : NULL;
}

/* ---- standard mode ---- */

typedef struct step_texts {
    char headers[128];
    char body[128];
} step_texts;

static scripted_answer answer_of(const cJSON *response, step_texts *texts) {
    const char *code = string(response, "error_code");
    const char *hint = string(cJSON_GetObjectItem(response, "headers"), "x-amz-retry-after");
    if (code)
        snprintf(texts->body, sizeof texts->body, "{\"__type\":\"%s\"}", code);
    else
        snprintf(texts->body, sizeof texts->body, "{}");
    if (hint) snprintf(texts->headers, sizeof texts->headers, "x-amz-retry-after: %s", hint);
    return (scripted_answer){
        .status = number(response, "status"), .headers = hint ? texts->headers : NULL, .body = texts->body};
}

static retry_outcome outcome_of(const char *text) {
    if (strcmp(text, "retry_request") == 0) return RETRY_SENT_AGAIN;
    return strcmp(text, "success") == 0 ? RETRY_SUCCESS : RETRY_GIVEN_UP;
}

static void run_case(const cJSON *test) {
    const cJSON *given = cJSON_GetObjectItem(test, "given"), *one = NULL;
    const char *service = string(given, "service");
    const bool is_dynamodb = service && strcmp(service, "dynamodb") == 0;
    static step_texts texts[MAX_STEPS];
    retry_step steps[MAX_STEPS];
    size_t count = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(test, "steps")) {
        const cJSON *expected = cJSON_GetObjectItem(one, "expected");
        const int delay_ms = number(expected, "delay_ms");
        assert_true(count < MAX_STEPS);
        steps[count] = (retry_step){.answer = answer_of(cJSON_GetObjectItem(one, "response"), &texts[count]),
                                    .outcome = outcome_of(string(expected, "outcome")),
                                    .tokens = number(expected, "retry_quota"),
                                    .delay_ms = delay_ms == RETRY_ANY ? 0 : delay_ms};
        count++;
    }
    const retry_scenario scenario = {
        .name = string(test, "name"),
        .service = is_dynamodb ? &TOY_DYNAMODB : &TOY_JSON,
        .operation = cJSON_IsTrue(cJSON_GetObjectItem(given, "long_polling")) ? &TOY_POLL : &TOY_ECHO,
        .max_attempts = is_dynamodb ? 0 : number(given, "max_attempts"),
        .initial_tokens = number(given, "initial_tokens"),
        .max_backoff_ms = number(given, "max_backoff_ms"),
        .steps = steps,
        .step_count = count,
    };
    retry_scenario_run(&scenario);
}

static void standard_mode_follows_the_table(void **state) {
    (void)state;
    cJSON *file = load("standard-2.1.json");
    if (!file) skip();
    int count = 0;
    const cJSON *test = NULL;
    cJSON_ArrayForEach(test, cJSON_GetObjectItem(file, "cases")) {
        run_case(test);
        count++;
    }
    assert_true(count >= 19);
    cJSON_Delete(file);
}

/* ---- clock skew ---- */

static void run_skew(const cJSON *test, int index) {
    const char *code = string(test, "error_code");
    const cJSON *candidate = cJSON_GetObjectItem(test, "candidate_skew_s");
    char headers[80] = "", body[128] = "{}", date[SMITHY_TIME_TEXT_SIZE];
    if (code) snprintf(body, sizeof body, "{\"__type\":\"%s\"}", code);
    toy_bench bench;
    scripted_answer answers[] = {{.status = 403, .headers = headers, .body = body}, {.status = 200, .body = "{}"}};
    toy_bench_open(&bench, &TOY_JSON, NULL, answers, 2);
    if (cJSON_IsNumber(candidate)) {
        smithy_time_write_http_date(bench.fake.wall_ms + (int64_t)candidate->valueint * 1000, date);
        snprintf(headers, sizeof headers, "Date: %s", date);
    }
    atomic_store(&bench.client->signing_skew_ms, (long long)number(test, "attempt_skew_s") * 1000);
    toy_output output;
    const toy_input input = {.name = SMITHY_STR_INIT("x")};
    const bool recovered = toy_bench_invoke(&bench, &TOY_ECHO, &input, &output) == SMITHY_OK;
    const bool wanted = cJSON_IsTrue(cJSON_GetObjectItem(test, "retryable")) != 0;
    if (recovered != wanted) fail_msg("case %d (%s): sent again: %d", index, code ? code : "no code", recovered);
    toy_bench_close(&bench);
}

static void clock_skew_follows_the_table(void **state) {
    (void)state;
    cJSON *file = load("clock-skew.json");
    if (!file) skip();
    int count = 0;
    const cJSON *test = NULL;
    cJSON_ArrayForEach(test, cJSON_GetObjectItem(file, "cases")) run_skew(test, count++);
    assert_true(count >= 18);
    cJSON_Delete(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_mode_follows_the_table),
        cmocka_unit_test(clock_skew_follows_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
