#include "failing_system.h"
#include "random_source.h"

#include <smithy/call.h>

#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>

static void a_null_call_means_out_of_memory(void **state) {
    (void)state;
    assert_int_equal(smithy_call_status(NULL), SMITHY_ERROR_MEMORY);
    assert_string_equal(smithy_call_error(NULL)->message, "out of memory");
    smithy_call_destroy(NULL);
}

static void a_new_call_has_no_error_and_no_deadline(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    assert_int_equal(smithy_call_status(call), SMITHY_OK);
    assert_true(smithy_call_deadline(call) == 0);
    assert_false(smithy_call_is_canceled(call));
    assert_ptr_equal(smithy_call_system(call), smithy_system_default());
    smithy_call_destroy(call);
}

static void allocations_are_zeroed_aligned_and_apart(void **state) {
    (void)state;
    random_source chance = {7};
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    for (int round = 0; round < 3; round++) {
        unsigned char *blocks[400];
        size_t sizes[400];
        for (size_t i = 0; i < 400; i++) {
            sizes[i] = (size_t)random_below(&chance, i % 50 == 0 ? 200000 : 300);
            blocks[i] = smithy_call_alloc(call, sizes[i], 1);
            assert_non_null(blocks[i]);
            assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
            for (size_t at = 0; at < sizes[i]; at++) assert_int_equal(blocks[i][at], 0);
            memset(blocks[i], (int)i % 255 + 1, sizes[i]);
            smithy_call_copy(call, SMITHY_STR("odd"));
        }
        for (size_t i = 0; i < 400; i++)
            for (size_t at = 0; at < sizes[i]; at++) assert_int_equal(blocks[i][at], i % 255 + 1);
        smithy_call_reset(call);
    }
    smithy_call_destroy(call);
}

static smithy_system counted;
static size_t held_bytes; /* Of blocks too large to share one. */

static void *count_large(void *context, void *block, size_t size) {
    (void)context;
    size_t *start = block ? (size_t *)block - 2 : NULL;
    if (start && *start > 16 * 1024) held_bytes -= *start;
    if (size == 0) return free(start), NULL;
    size_t *grown = realloc(start, size + 2 * sizeof *grown);
    assert_non_null(grown);
    *grown = size;
    if (size > 16 * 1024) held_bytes += size;
    return grown + 2;
}

static void an_array_that_grows_keeps_its_items_and_gives_back_what_it_was(void **state) {
    (void)state;
    counted = *smithy_system_default();
    counted.resize = count_large;
    held_bytes = 0;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &counted});
    assert_non_null(call);
    uint32_t *items = NULL;
    size_t count = 0, capacity = 0;
    const smithy_str before = smithy_call_copy(call, SMITHY_STR("before"));
    while (count < 1 << 20) {
        if (count == capacity) {
            const size_t wanted = capacity ? 2 * capacity : 8;
            items = smithy_call_grow(call, items, count, capacity, wanted, sizeof *items);
            assert_non_null(items);
            capacity = wanted;
        }
        items[count] = (uint32_t)count;
        count++;
        if (count % 1000 == 0) assert_non_null(smithy_call_copy(call, SMITHY_STR("between")).ptr);
    }
    for (size_t i = 0; i < count; i++) assert_int_equal(items[i], i);
    assert_string_equal(before.ptr, "before");
    assert_in_range(held_bytes, capacity * sizeof *items, capacity * sizeof *items + 300000);
    assert_null(smithy_call_grow(call, items, count, capacity, SIZE_MAX / 2, sizeof *items));
    assert_int_equal(smithy_call_status(call), SMITHY_ERROR_LIMIT);
    assert_int_equal(items[count - 1], count - 1);
    smithy_call_destroy(call);
    assert_int_equal(held_bytes, 0);
}

static void nothing_is_still_a_pointer(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    assert_non_null(smithy_call_alloc(call, 0, 100));
    assert_non_null(smithy_call_alloc(call, 100, 0));
    smithy_call_destroy(call);
}

static void a_product_that_overflows_is_refused(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    assert_null(smithy_call_alloc(call, SIZE_MAX / 2, 3));
    assert_int_equal(smithy_call_status(call), SMITHY_ERROR_LIMIT);
    assert_null(smithy_call_alloc(call, SIZE_MAX, 1));
    assert_null(smithy_call_alloc(call, 1, SIZE_MAX - 8));
    smithy_call_destroy(call);
}

static void the_arena_never_exceeds_its_maximum(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.max_memory = 1000});
    assert_non_null(call);
    assert_non_null(smithy_call_alloc(call, 1, 1000));
    assert_null(smithy_call_alloc(call, 1, 1));
    assert_int_equal(smithy_call_status(call), SMITHY_ERROR_LIMIT);
    smithy_call_reset(call);
    assert_int_equal(smithy_call_status(call), SMITHY_OK);
    assert_null(smithy_call_alloc(call, 1, 1001));
    smithy_call_reset(call);
    size_t got = 0;
    while (smithy_call_alloc(call, 1, 16)) got += 16;
    assert_in_range(got, 900, 1000);
    smithy_call_destroy(call);
}

static void a_reset_gives_back_all_but_one_ordinary_block(void **state) {
    (void)state;
    failing_system counting;
    failing_system_init(&counting, 0);
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &counting.system});
    assert_non_null(call);
    for (int i = 0; i < 100; i++) smithy_call_alloc(call, 1, 20000);
    for (int i = 0; i < 100; i++) smithy_call_alloc(call, 1, 5000);
    smithy_call_reset(call);
    assert_int_equal(counting.live, 2); /* The call and the block. */
    const size_t before = counting.allocations;
    for (int i = 0; i < 10; i++) smithy_call_alloc(call, 1, 5000);
    assert_int_equal(counting.allocations, before);
    smithy_call_destroy(call);
    assert_int_equal(counting.live, 0);
}

static void copies_are_terminated_and_keep_absence(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    check_text(smithy_call_copy(call, (smithy_str){"abcdef", 3}), "abc");
    check_text(smithy_call_copy(call, SMITHY_STR("")), "");
    assert_null(smithy_call_copy(call, (smithy_str){0}).ptr);
    check_text(smithy_call_format(call, "%s/%05d", "x", 42), "x/00042");
    for (int len = 250; len < 260; len++) {
        const smithy_str text = smithy_call_format(call, "%*d", len, 7);
        assert_int_equal(text.len, len);
        assert_int_equal(strlen(text.ptr), len);
        assert_int_equal(text.ptr[len - 1], '7');
    }
    smithy_call_destroy(call);
}

static void what_the_outputs_held_is_overwritten(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    const smithy_str secret = smithy_call_copy(call, SMITHY_STR("wJalrXUtnFEMI"));
    smithy_call_reset(call); /* The first block stays, so looking at it is allowed. */
    for (size_t i = 0; i < secret.len; i++) assert_int_equal(secret.ptr[i], 0);
    smithy_call_destroy(call);
}

static void one_text_can_be_carried_over_a_reset(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    for (int i = 0; i < 50; i++) smithy_call_alloc(call, 1, 9000);
    smithy_str token = smithy_call_copy(call, SMITHY_STR("next/token"));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(smithy_call_reset_keeping(call, &token), SMITHY_OK);
        check_text(token, "next/token");
    }
    smithy_str absent = {0};
    assert_int_equal(smithy_call_reset_keeping(call, &absent), SMITHY_OK);
    assert_null(absent.ptr);
    smithy_str empty = SMITHY_STR("");
    assert_int_equal(smithy_call_reset_keeping(call, &empty), SMITHY_OK);
    check_text(empty, "");
    assert_int_equal(smithy_call_reset_keeping(call, NULL), SMITHY_OK);
    smithy_call_destroy(call);
}

static void a_turn_keeps_what_was_made_since_the_last_one(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.max_memory = (size_t)512 * 1024});
    assert_non_null(call);
    smithy_str last = smithy_call_copy(call, SMITHY_STR("page 0"));
    for (int page = 1; page < 20; page++) { /* Far more than fits at once. */
        smithy_call_turn(call, false);
        const smithy_str text = smithy_call_format(call, "page %d", page);
        assert_non_null(smithy_call_alloc(call, 1, (size_t)150 * 1024));
        assert_int_equal(last.len, text.len - (page == 10));
        assert_memory_equal(last.ptr, "page ", 5);
        last = text;
    }
    check_text(last, "page 19");
    smithy_call_destroy(call);
}

static void a_failed_turn_is_taken_again(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.max_memory = (size_t)512 * 1024});
    assert_non_null(call);
    const smithy_str kept = smithy_call_copy(call, SMITHY_STR("token"));
    smithy_call_turn(call, false);
    for (int attempt = 0; attempt < 20; attempt++) {
        assert_non_null(smithy_call_alloc(call, 1, (size_t)300 * 1024));
        (void)smithy_call_fail(call, SMITHY_ERROR_TRANSPORT, "lost");
        smithy_call_turn(call, true);
        assert_int_equal(smithy_call_status(call), SMITHY_OK);
        check_text(kept, "token");
    }
    smithy_call_destroy(call);
}

static void a_turn_and_a_reset_share_one_maximum(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.max_memory = (size_t)256 * 1024});
    assert_non_null(call);
    assert_non_null(smithy_call_alloc(call, 1, (size_t)200 * 1024));
    smithy_call_turn(call, false);
    assert_null(smithy_call_alloc(call, 1, (size_t)200 * 1024));
    assert_int_equal(smithy_call_status(call), SMITHY_ERROR_LIMIT);
    smithy_call_reset(call);
    assert_non_null(smithy_call_alloc(call, 1, (size_t)200 * 1024));
    smithy_call_destroy(call);
}

static void the_first_failure_is_kept(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    assert_int_equal(smithy_call_fail(call, SMITHY_ERROR_IO, "disk %d", 1), SMITHY_ERROR_IO);
    assert_int_equal(smithy_call_fail(call, SMITHY_ERROR_INPUT, "later"), SMITHY_ERROR_INPUT);
    assert_int_equal(smithy_call_status(call), SMITHY_ERROR_IO);
    assert_string_equal(smithy_call_error(call)->message, "disk 1");
    smithy_call_clear_error(call);
    assert_int_equal(smithy_call_status(call), SMITHY_OK);
    assert_string_equal(smithy_call_error(call)->message, "");
    smithy_call_destroy(call);
}

static void a_long_message_is_cut_between_characters(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    char text[600];
    for (size_t lead = 0; lead < 4; lead++) {
        memset(text, 'a', lead);
        for (size_t i = lead; i + 4 < sizeof text; i += 4) memcpy(text + i, "\xF0\x9F\x98\x80", 5);
        smithy_call_clear_error(call);
        smithy_call_fail(call, SMITHY_ERROR_IO, "%s", text);
        const size_t len = strlen(smithy_call_error(call)->message);
        assert_int_equal((len - lead) % 4, 0);
        assert_in_range(len, 508, 511);
    }
    smithy_call_destroy(call);
}

static void a_modeled_error_is_found_by_its_shape_until_cleared(void **state) {
    (void)state;
    static const int SHAPE = 1, OTHER = 2;
    int detail = 3;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    assert_null(smithy_call_error_shape(call, NULL));
    smithy_call_set_error_shape(call, &SHAPE, &detail);
    assert_ptr_equal(smithy_call_error_shape(call, &SHAPE), &detail);
    assert_null(smithy_call_error_shape(call, &OTHER));
    smithy_call_clear_error(call);
    assert_null(smithy_call_error_shape(call, &SHAPE));
    smithy_call_destroy(call);
}

static int64_t late_clock(void *context) {
    return *(const int64_t *)context;
}

static void a_timeout_becomes_an_instant_that_cannot_overflow(void **state) {
    (void)state;
    int64_t now = 5000;
    smithy_system system = *smithy_system_default();
    system.context = &now;
    system.mono_ms = late_clock;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &system, .timeout_ms = 250});
    assert_non_null(call);
    assert_true(smithy_call_deadline(call) == 5250);
    smithy_call_reset(call);
    assert_true(smithy_call_deadline(call) == 5250);
    smithy_call_set_timeout(call, INT64_MAX);
    assert_true(smithy_call_deadline(call) == INT64_MAX);
    smithy_call_set_timeout(call, 0);
    assert_true(smithy_call_deadline(call) == 0);
    now = -10;
    smithy_call_set_timeout(call, 10);
    assert_true(smithy_call_deadline(call) != 0);
    smithy_call_set_deadline(call, 77);
    assert_true(smithy_call_deadline(call) == 77);
    smithy_call_destroy(call);
}

static void *cancel(void *call) {
    smithy_call_cancel(call);
    return NULL;
}

static void another_thread_cancels_until_it_is_taken_back(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel, call), 0);
    while (!smithy_call_is_canceled(call)) smithy_system_default()->sleep_ms(NULL, 1);
    pthread_join(thread, NULL);
    smithy_call_reset(call);
    assert_true(smithy_call_is_canceled(call));
    smithy_call_uncancel(call);
    assert_false(smithy_call_is_canceled(call));
    smithy_call_destroy(call);
}

static smithy_status use_a_call(const smithy_system *system, void *argument) {
    (void)argument;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = system});
    if (!call) return smithy_call_status(call);
    smithy_str token = smithy_call_copy(call, SMITHY_STR("token"));
    for (int i = 0; i < 5 && token.ptr; i++)
        if (!smithy_call_alloc(call, 3, 10000)) break;
    smithy_status status = smithy_call_status(call);
    if (status == SMITHY_OK) status = smithy_call_reset_keeping(call, &token);
    if (status == SMITHY_OK) {
        smithy_call_format(call, "%70000d", 1);
        status = smithy_call_status(call);
    }
    smithy_call_destroy(call);
    return status;
}

static void a_call_that_follows_ends_with_its_leader(void **state) {
    (void)state;
    static volatile int flag;
    smithy_call *leader = smithy_call_create(NULL), *between = smithy_call_create(NULL),
                *last = smithy_call_create(NULL);
    assert_non_null(leader);
    assert_non_null(between);
    assert_non_null(last);
    smithy_call_set_deadline(leader, 12345);
    smithy_call_follow(between, leader);
    smithy_call_follow(last, between);
    assert_int_equal(smithy_call_deadline(last), 12345);
    assert_false(smithy_call_is_canceled(last));
    smithy_call_cancel(leader);
    assert_true(smithy_call_is_canceled(last));
    smithy_call_uncancel(leader);
    smithy_call_watch(leader, &flag);
    flag = 1;
    assert_true(smithy_call_is_canceled(last));
    flag = 0;
    smithy_call_cancel(last);
    assert_false(smithy_call_is_canceled(leader));
    smithy_call_destroy(last);
    smithy_call_destroy(between);
    smithy_call_destroy(leader);
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    assert_in_range(fail_each_allocation(use_a_call, NULL), 6, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_null_call_means_out_of_memory),
        cmocka_unit_test(a_new_call_has_no_error_and_no_deadline),
        cmocka_unit_test(allocations_are_zeroed_aligned_and_apart),
        cmocka_unit_test(an_array_that_grows_keeps_its_items_and_gives_back_what_it_was),
        cmocka_unit_test(nothing_is_still_a_pointer),
        cmocka_unit_test(a_product_that_overflows_is_refused),
        cmocka_unit_test(the_arena_never_exceeds_its_maximum),
        cmocka_unit_test(a_reset_gives_back_all_but_one_ordinary_block),
        cmocka_unit_test(copies_are_terminated_and_keep_absence),
        cmocka_unit_test(what_the_outputs_held_is_overwritten),
        cmocka_unit_test(one_text_can_be_carried_over_a_reset),
        cmocka_unit_test(a_turn_keeps_what_was_made_since_the_last_one),
        cmocka_unit_test(a_failed_turn_is_taken_again),
        cmocka_unit_test(a_turn_and_a_reset_share_one_maximum),
        cmocka_unit_test(the_first_failure_is_kept),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(a_modeled_error_is_found_by_its_shape_until_cleared),
        cmocka_unit_test(a_timeout_becomes_an_instant_that_cannot_overflow),
        cmocka_unit_test(another_thread_cancels_until_it_is_taken_back),
        cmocka_unit_test(a_call_that_follows_ends_with_its_leader),
        cmocka_unit_test(each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
