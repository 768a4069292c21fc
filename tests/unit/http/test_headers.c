/* Headers by name without case, and bodies out of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <smithy/http.h>

#include <cmocka.h>

static int open_call(void **state) {
    *state = smithy_call_create(NULL);
    return *state ? 0 : -1;
}

static int close_call(void **state) {
    smithy_call_destroy(*state);
    return 0;
}

static void add(smithy_headers *headers, const char *name, const char *value, smithy_call *call) {
    assert_int_equal(smithy_headers_add(headers, smithy_str_from(name), smithy_str_from(value), call), SMITHY_OK);
}

static void names_are_found_without_case(void **state) {
    smithy_headers headers = {0};
    add(&headers, "Content-Type", "text/plain", *state);
    assert_string_equal(smithy_headers_get(&headers, "content-TYPE").ptr, "text/plain");
    assert_null(smithy_headers_get(&headers, "content").ptr);
}

static void the_first_of_several_is_answered(void **state) {
    smithy_headers headers = {0};
    add(&headers, "a", "1", *state);
    add(&headers, "A", "2", *state);
    assert_string_equal(smithy_headers_get(&headers, "a").ptr, "1");
}

static void set_replaces_all_of_a_name_in_the_place_of_the_first(void **state) {
    smithy_headers headers = {0};
    add(&headers, "a", "1", *state);
    add(&headers, "b", "2", *state);
    add(&headers, "A", "3", *state);
    assert_int_equal(smithy_headers_set(&headers, SMITHY_STR("a"), SMITHY_STR("4"), *state), SMITHY_OK);
    assert_int_equal(headers.count, 2);
    assert_string_equal(headers.items[0].value.ptr, "4");
    assert_int_equal(smithy_headers_set(&headers, SMITHY_STR("c"), SMITHY_STR("5"), *state), SMITHY_OK);
    assert_int_equal(headers.count, 3);
}

static void remove_takes_all_of_a_name(void **state) {
    smithy_headers headers = {0};
    add(&headers, "a", "1", *state);
    add(&headers, "b", "2", *state);
    add(&headers, "A", "3", *state);
    smithy_headers_remove(&headers, "a");
    assert_int_equal(headers.count, 1);
    assert_string_equal(headers.items[0].name.ptr, "b");
}

static void there_may_be_a_thousand_and_no_more(void **state) {
    smithy_headers headers = {0};
    for (int i = 0; i < 1024; i++) add(&headers, "a", "1", *state);
    assert_int_equal(smithy_headers_add(&headers, SMITHY_STR("a"), SMITHY_STR("1"), *state), SMITHY_ERROR_LIMIT);
}

static int temporary_file(const char *content) {
    char path[] = "/tmp/smithy-body-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    return fd;
}

static void a_files_part_is_read_and_read_again(void **state) {
    (void)state;
    smithy_file_source source = {.fd = temporary_file("0123456789"), .offset = 2, .length = 5};
    const smithy_body body = smithy_body_from_file(&source);
    for (int round = 0; round < 2; round++) {
        uint8_t bytes[4];
        size_t len = 0;
        assert_int_equal(body.rewind(body.context), SMITHY_OK);
        assert_int_equal(body.read(body.context, bytes, sizeof bytes, &len), SMITHY_OK);
        assert_int_equal(len, 4);
        assert_memory_equal(bytes, "2345", 4);
        assert_int_equal(body.read(body.context, bytes, sizeof bytes, &len), SMITHY_OK);
        assert_int_equal(len, 1);
        assert_int_equal(body.read(body.context, bytes, sizeof bytes, &len), SMITHY_OK);
        assert_int_equal(len, 0);
    }
    close(source.fd);
}

static void a_file_that_became_shorter_is_an_error(void **state) {
    (void)state;
    smithy_file_source source = {.fd = temporary_file("01"), .length = 5};
    const smithy_body body = smithy_body_from_file(&source);
    uint8_t bytes[8];
    size_t len = 0;
    assert_int_equal(body.read(body.context, bytes, sizeof bytes, &len), SMITHY_OK);
    assert_int_equal(len, 2);
    assert_int_equal(body.read(body.context, bytes, sizeof bytes, &len), SMITHY_ERROR_IO);
    close(source.fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_found_without_case, open_call, close_call),
        cmocka_unit_test_setup_teardown(the_first_of_several_is_answered, open_call, close_call),
        cmocka_unit_test_setup_teardown(set_replaces_all_of_a_name_in_the_place_of_the_first, open_call, close_call),
        cmocka_unit_test_setup_teardown(remove_takes_all_of_a_name, open_call, close_call),
        cmocka_unit_test_setup_teardown(there_may_be_a_thousand_and_no_more, open_call, close_call),
        cmocka_unit_test(a_files_part_is_read_and_read_again),
        cmocka_unit_test(a_file_that_became_shorter_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
