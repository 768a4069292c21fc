/* Several parts at once, in real threads and real time. */
#include <setjmp.h>
#include <stdarg.h>

#include "memory_s3.h"

#include <s3_transfer/s3_transfer.h>

#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH ((size_t)42 * 1024 * 1024) /* Nine parts. */

static memory_s3 s3;
static smithy_system world;
static smithy_call *call;
static smithy_credentials_provider *credentials;
static s3_client *client;
static s3_transfer_result result;
static uint8_t *bytes, *copy;
static size_t copied;

static const s3_transfer_options FOUR = {.part_size = (int64_t)5 * 1024 * 1024, .threads = 4};

static int open_world(void **state) {
    (void)state;
    world = *smithy_system_default();
    memory_s3_init(&s3);
    s3.lingers = true;
    world.transport = &s3.base;
    call = smithy_call_create(&(smithy_call_options){.system = &world});
    credentials = smithy_credentials_static(SMITHY_STR("AKIDEXAMPLE"), SMITHY_STR("secret"), (smithy_str){0}, call);
    const s3_client_options options = {.region = SMITHY_STR("eu-west-1"), .credentials = credentials};
    client = s3_client_create(&options, call);
    bytes = malloc(LENGTH);
    copy = malloc(LENGTH);
    copied = 0;
    for (size_t i = 0; i < LENGTH; i++) bytes[i] = (uint8_t)(i * 31 + i / 4099);
    return client && bytes && copy ? 0 : -1;
}

static int close_world(void **state) {
    (void)state;
    s3_client_destroy(client);
    smithy_credentials_provider_destroy(credentials);
    smithy_call_destroy(call);
    memory_s3_deinit(&s3);
    free(bytes);
    free(copy);
    return 0;
}

static smithy_status upload(const s3_transfer_source *source) {
    const s3_put_object_input object = {.bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("k")};
    return s3_transfer_upload(client, &object, source, &FOUR, &result, call);
}

static smithy_status take_bytes(void *context, const uint8_t *from, size_t len) {
    (void)context;
    memcpy(copy + copied, from, len);
    copied += len;
    return SMITHY_OK;
}

static smithy_status download(void) {
    const s3_get_object_input object = {.bucket = SMITHY_STR("bucket"), .key = SMITHY_STR("k")};
    return s3_transfer_download(client, &object, &(s3_transfer_target){.write = take_bytes}, &FOUR, &result, call);
}

static size_t position;

/* Not for two threads at once: the sanitizer would tell. */
static smithy_status read_stream(void *context, uint8_t *to, size_t size, size_t *len) {
    (void)context;
    const size_t left = LENGTH - position;
    *len = left < size ? left : size;
    memcpy(to, bytes + position, *len);
    position += *len;
    return SMITHY_OK;
}

static void parts_go_up_together_and_stand_in_order(void **state) {
    (void)state;
    memory_s3_fail(&s3, MEMORY_PART, 2, MEMORY_REFUSE, 0);
    assert_int_equal(upload(&(s3_transfer_source){.bytes = {bytes, LENGTH}}), SMITHY_OK);
    assert_in_range(s3.most_at_work, 2, 4);
    assert_int_equal(result.parts, 9);
    assert_int_equal(s3.len, LENGTH);
    assert_memory_equal(s3.bytes, bytes, LENGTH);
}

static void a_stream_goes_up_in_order_too(void **state) {
    (void)state;
    position = 0;
    assert_int_equal(upload(&(s3_transfer_source){.read = read_stream}), SMITHY_OK);
    assert_in_range(s3.most_at_work, 2, 4);
    assert_int_equal(s3.len, LENGTH);
    assert_memory_equal(s3.bytes, bytes, LENGTH);
}

static void ranges_come_together_and_are_handed_on_in_order(void **state) {
    (void)state;
    memory_s3_put(&s3, bytes, LENGTH);
    s3.keeps_checksum = true;
    memory_s3_fail(&s3, MEMORY_GET, 1, MEMORY_BREAK, 1000000);
    memory_s3_fail(&s3, MEMORY_GET, 5, MEMORY_BREAK, 2000000);
    assert_int_equal(download(), SMITHY_OK);
    assert_in_range(s3.most_at_work, 2, 4);
    assert_true(result.is_verified);
    assert_int_equal(copied, LENGTH);
    assert_memory_equal(copy, bytes, LENGTH);
}

static void one_failure_ends_all(void **state) {
    (void)state;
    memory_s3_fail(&s3, MEMORY_PART, 3, MEMORY_DENY, 0);
    assert_int_equal(upload(&(s3_transfer_source){.bytes = {bytes, LENGTH}}), SMITHY_ERROR_SERVICE);
    assert_true(smithy_error_has_code(smithy_call_error(call), "AccessDenied"));
    assert_true(s3.counts[MEMORY_PART] < 9);
    assert_int_equal(s3.counts[MEMORY_ABORT], 1);
    assert_false(s3.is_open);
    memory_s3_put(&s3, bytes, LENGTH);
    memory_s3_fail(&s3, MEMORY_GET, 2, MEMORY_DENY, 0);
    assert_int_equal(download(), SMITHY_ERROR_SERVICE);
    assert_true(smithy_error_has_code(smithy_call_error(call), "AccessDenied"));
    assert_true(copied < LENGTH);
}

static void cancel(void *context, memory_op op, int nth) {
    (void)context;
    if ((op == MEMORY_GET || op == MEMORY_PART) && nth == 3) smithy_call_cancel(call);
}

static void a_cancellation_reaches_all(void **state) {
    (void)state;
    s3.on_request = cancel;
    assert_int_equal(upload(&(s3_transfer_source){.bytes = {bytes, LENGTH}}), SMITHY_ERROR_CANCELED);
    assert_false(s3.is_open);
    smithy_call_uncancel(call);
    memory_s3_put(&s3, bytes, LENGTH);
    assert_int_equal(download(), SMITHY_ERROR_CANCELED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_go_up_together_and_stand_in_order, open_world, close_world),
        cmocka_unit_test_setup_teardown(a_stream_goes_up_in_order_too, open_world, close_world),
        cmocka_unit_test_setup_teardown(ranges_come_together_and_are_handed_on_in_order, open_world, close_world),
        cmocka_unit_test_setup_teardown(one_failure_ends_all, open_world, close_world),
        cmocka_unit_test_setup_teardown(a_cancellation_reaches_all, open_world, close_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
