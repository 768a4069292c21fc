#include "failing_system.h"
#include "random_source.h"

#include <smithy/buffer.h>

#include <stdlib.h>

static void an_empty_buffer_is_present_text(void **state) {
    (void)state;
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, NULL, 10);
    check_text(smithy_buffer_str(&buffer), "");
    smithy_buffer_append(&buffer, NULL, 0);
    smithy_buffer_append_str(&buffer, (smithy_str){0});
    assert_int_equal(smithy_buffer_status(&buffer), SMITHY_OK);
    assert_null(buffer.ptr);
    smithy_buffer_deinit(&buffer);
}

static void appends_join_and_stay_terminated(void **state) {
    (void)state;
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, NULL, 1000);
    smithy_buffer_append_text(&buffer, "a");
    smithy_buffer_append_char(&buffer, '-');
    smithy_buffer_append_i64(&buffer, INT64_MIN);
    smithy_buffer_append_char(&buffer, ' ');
    smithy_buffer_append_i64(&buffer, INT64_MAX);
    smithy_buffer_append_i64(&buffer, 0);
    smithy_buffer_append_f(&buffer, " %s=%d", "n", 5);
    check_text(smithy_buffer_str(&buffer), "a--9223372036854775808 92233720368547758070 n=5");
    smithy_buffer_reset(&buffer);
    check_text(smithy_buffer_str(&buffer), "");
    smithy_buffer_deinit(&buffer);
    assert_null(buffer.ptr);
}

static void the_maximum_is_exact_and_a_failed_append_sticks(void **state) {
    (void)state;
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, NULL, 5);
    smithy_buffer_append_text(&buffer, "12345");
    assert_int_equal(smithy_buffer_status(&buffer), SMITHY_OK);
    smithy_buffer_append_char(&buffer, '6');
    assert_int_equal(smithy_buffer_status(&buffer), SMITHY_ERROR_LIMIT);
    buffer.len = 3; /* Even where there would be room again. */
    smithy_buffer_append_char(&buffer, '7');
    smithy_buffer_append_f(&buffer, "%d", 7);
    assert_int_equal(buffer.len, 3);
    smithy_buffer_reset(&buffer);
    smithy_buffer_append_f(&buffer, "%s", "123456");
    assert_int_equal(smithy_buffer_status(&buffer), SMITHY_ERROR_LIMIT);
    check_text(smithy_buffer_str(&buffer), "");
    smithy_buffer_deinit(&buffer);
    assert_int_equal(smithy_buffer_status(&buffer), SMITHY_OK);
}

static void a_maximum_of_all_memory_does_not_overflow(void **state) {
    (void)state;
    failing_system failing;
    failing_system_init(&failing, 2);
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, &failing.system, SIZE_MAX);
    smithy_buffer_append_char(&buffer, 'a');
    assert_false(smithy_buffer_reserve(&buffer, SIZE_MAX));
    assert_int_equal(smithy_buffer_status(&buffer), SMITHY_ERROR_LIMIT);
    smithy_buffer_reset(&buffer);
    assert_false(smithy_buffer_reserve(&buffer, SIZE_MAX - 1));
    assert_int_equal(smithy_buffer_status(&buffer), SMITHY_ERROR_MEMORY);
    smithy_buffer_deinit(&buffer);
    assert_int_equal(failing.live, 0);
}

static void reserve_gives_room_beyond_the_content(void **state) {
    (void)state;
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, NULL, 100000);
    smithy_buffer_append_char(&buffer, 'x');
    assert_true(smithy_buffer_reserve(&buffer, 99999));
    memset(buffer.ptr + buffer.len, 'y', 99999);
    buffer.len += 99999;
    assert_false(smithy_buffer_reserve(&buffer, 1));
    smithy_buffer_deinit(&buffer);
}

/* Remembers whether a block that held the secret was given back with it. */
typedef struct spy {
    smithy_system system;
    bool leaked;
} spy;

static void *spy_resize(void *context, void *block, size_t size) {
    spy *watching = context;
    if (block && size == 0 && memcmp(block, "secret", 6) == 0) watching->leaked = true;
    return smithy_system_default()->resize(NULL, block, size);
}

static void a_secret_is_overwritten_wherever_it_was(void **state) {
    (void)state;
    spy watching = {.system = *smithy_system_default()};
    watching.system.context = &watching;
    watching.system.resize = spy_resize;
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, &watching.system, 100000);
    for (int i = 0; i < 8000; i++) smithy_buffer_append_text(&buffer, "secret");
    smithy_buffer_deinit_secret(&buffer);
    assert_false(watching.leaked);
    smithy_buffer_append_text(&buffer, "secret");
    smithy_buffer_deinit(&buffer);
    assert_true(watching.leaked); /* The spy sees what it should. */
}

static void random_appends_equal_a_plain_copy(void **state) {
    (void)state;
    random_source chance = {42};
    unsigned char *expected = malloc(400000);
    size_t len = 0;
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, NULL, 400000);
    while (len < 300000) {
        const size_t piece = (size_t)random_below(&chance, 3000);
        random_fill(&chance, expected + len, piece);
        smithy_buffer_append(&buffer, expected + len, piece);
        len += piece;
        assert_int_equal(buffer.ptr ? buffer.ptr[buffer.len] : 0, 0);
    }
    assert_int_equal(buffer.len, len);
    assert_memory_equal(buffer.ptr, expected, len);
    smithy_buffer_deinit(&buffer);
    free(expected);
}

static smithy_status grow_past_every_step(const smithy_system *system, void *argument) {
    (void)argument;
    smithy_buffer buffer;
    smithy_buffer_init(&buffer, system, 1 << 20);
    for (int i = 0; i < 20000; i++) smithy_buffer_append_f(&buffer, "line %d of many\n", i);
    const smithy_status status = smithy_buffer_status(&buffer);
    smithy_buffer_deinit(&buffer);
    return status;
}

static void each_failed_allocation_is_told(void **state) {
    (void)state;
    assert_in_range(fail_each_allocation(grow_past_every_step, NULL), 8, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_present_text),
        cmocka_unit_test(appends_join_and_stay_terminated),
        cmocka_unit_test(the_maximum_is_exact_and_a_failed_append_sticks),
        cmocka_unit_test(a_maximum_of_all_memory_does_not_overflow),
        cmocka_unit_test(reserve_gives_room_beyond_the_content),
        cmocka_unit_test(a_secret_is_overwritten_wherever_it_was),
        cmocka_unit_test(random_appends_equal_a_plain_copy),
        cmocka_unit_test(each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
