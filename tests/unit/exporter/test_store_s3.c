/* The state in S3: who wins a save, and whose a save is whose answer was lost. */
#include <setjmp.h>
#include <stdarg.h>

#include "fake_system.h"
#include "scripted_transport.h"
#include "store.h"

#include <cmocka.h>

#define MINE  "{\"nonce\":\"mine\"}"
#define THEIR "{\"nonce\":\"their\"}"

#define SAVED \
    { .status = 200, .headers = "ETag: \"e2\"" }
#define LOADED(content) \
    { .status = 200, .headers = "ETag: \"e1\"", .body = (content) }
#define ERROR(status_, code) \
    { .status = (status_), .body = "<Error><Code>" code "</Code></Error>" }
#define LOST \
    { .failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true }

typedef struct store_bench {
    fake_system fake;
    scripted_transport transport;
    smithy_call *call;
    s3_client *s3;
    state_store *store;
    smithy_buffer content;
} store_bench;

static store_bench bench;

static void open_with(const scripted_answer *answers, size_t count) {
    fake_system_init(&bench.fake, 5);
    scripted_transport_init(&bench.transport, &bench.fake, answers, count);
    bench.fake.system.transport = &bench.transport.base;
    fake_system_set_env(&bench.fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&bench.fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&bench.fake, "AWS_SECRET_ACCESS_KEY", "secret");
    bench.call = smithy_call_create(&(smithy_call_options){.system = &bench.fake.system});
    assert_non_null(bench.call);
    bench.s3 = s3_client_create(NULL, bench.call);
    assert_non_null(bench.s3);
    bench.store = store_open_s3(bench.s3, SMITHY_STR("bucket"), SMITHY_STR("state.json"), SMITHY_STR("s3://bucket/…"),
                                NULL, &bench.fake.system, bench.call);
    assert_non_null(bench.store);
    smithy_buffer_init(&bench.content, &bench.fake.system, 1 << 20);
}
#define OPEN(answers) open_with(answers, sizeof(answers) / sizeof(answers)[0])

static void close_bench(void) {
    smithy_buffer_deinit(&bench.content);
    store_destroy(bench.store);
    s3_client_destroy(bench.s3);
    smithy_call_destroy(bench.call);
    scripted_transport_deinit(&bench.transport);
    assert_int_equal(bench.fake.live_blocks, 0);
    fake_system_deinit(&bench.fake);
}

static bool load(void) {
    bool exists = false;
    smithy_buffer_reset(&bench.content);
    assert_int_equal(bench.store->load(bench.store, &bench.content, &exists, bench.call), SMITHY_OK);
    return exists;
}

static smithy_status save(bool *won) {
    return bench.store->save(bench.store, SMITHY_STR(MINE), won, bench.call);
}

static void the_first_save_creates_and_the_next_replaces(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), SAVED, SAVED};
    bool won = false;
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_string_equal(scripted_request_header(&bench.transport, 1, "If-None-Match"), "*");
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_string_equal(scripted_request_header(&bench.transport, 2, "If-Match"), "\"e2\"");
    close_bench();
}

static void a_save_that_another_one_overtook_has_lost(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), ERROR(412, "PreconditionFailed"), LOADED(THEIR)};
    bool won = true;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_false(won);
    close_bench();
}

static void a_lost_answer_is_looked_for_by_the_nonce(void **state) {
    (void)state;
    static const scripted_answer OURS[] = {LOADED(THEIR), LOST, ERROR(412, "PreconditionFailed"), LOADED(MINE), SAVED};
    static const scripted_answer THEIRS[] = {LOADED(THEIR), LOST, ERROR(412, "PreconditionFailed"), LOADED(THEIR)};
    bool won = false;
    OPEN(OURS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_int_equal(save(&won), SMITHY_OK); /* From the version that was read back. */
    assert_string_equal(scripted_request_header(&bench.transport, 4, "If-Match"), "\"e1\"");
    close_bench();
    OPEN(THEIRS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_false(won);
    close_bench();
}

static void an_answer_that_stays_lost_is_looked_for_too(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), LOST, LOST, LOST, LOADED(MINE)};
    bool won = false;
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    close_bench();
}

static void two_writes_that_meet_are_tried_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), ERROR(409, "ConditionalRequestConflict"), LOADED(THEIR),
                                              SAVED};
    bool won = false;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_true(bench.fake.slept_ms > 0);
    close_bench();
}

static void what_is_refused_is_an_error(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), ERROR(403, "AccessDenied")};
    bool won = true;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_ERROR_SERVICE);
    assert_false(won);
    assert_int_equal(bench.transport.request_count, 2);
    close_bench();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_save_creates_and_the_next_replaces),
        cmocka_unit_test(a_save_that_another_one_overtook_has_lost),
        cmocka_unit_test(a_lost_answer_is_looked_for_by_the_nonce),
        cmocka_unit_test(an_answer_that_stays_lost_is_looked_for_too),
        cmocka_unit_test(two_writes_that_meet_are_tried_again),
        cmocka_unit_test(what_is_refused_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
