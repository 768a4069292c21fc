#include "check.h"

#include <smithy/error.h>

static void check_line(const smithy_error *error, const char *expected) {
    char text[1200];
    const size_t len = smithy_error_format(error, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(expected));
}

static void a_service_error_tells_all_that_is_known(void **state) {
    (void)state;
    check_line(
        &(smithy_error){.status = SMITHY_ERROR_SERVICE,
                        .operation = "CreateExportTask",
                        .http_status = 400,
                        .attempts = 1,
                        .code = "LimitExceededException",
                        .message = "Resource limit exceeded.",
                        .request_id = "1b2c"},
        "CreateExportTask: LimitExceededException: Resource limit exceeded. (HTTP 400, request 1b2c, 1 attempt)");
}

static void what_is_unknown_is_left_out(void **state) {
    (void)state;
    check_line(&(smithy_error){.status = SMITHY_ERROR_CONFIG, .message = "no Region"}, "config: no Region");
    check_line(&(smithy_error){.status = SMITHY_OK}, "ok");
    check_line(&(smithy_error){.status = SMITHY_ERROR_TRANSPORT,
                               .operation = "PutObject",
                               .attempts = 3,
                               .outcome_unknown = true,
                               .message = "connection reset"},
               "PutObject: transport: connection reset (3 attempts, outcome unknown)");
    check_line(&(smithy_error){.status = SMITHY_ERROR_SERVICE, .code = "404", .http_status = 404}, "404 (HTTP 404)");
}

static void what_a_service_sends_cannot_break_the_line_or_steer_the_terminal(void **state) {
    (void)state;
    check_line(&(smithy_error){.status = SMITHY_ERROR_SERVICE,
                               .code = "A\nB",
                               .message = "one\r\ntwo\x1b[31m\x7f\xC2\x9B"
                                          "3 \xFFz \xC3\xA9 \xE2\x82",
                               .request_id = "i\td"},
               "A B: one  two [31m  3 ?z \xC3\xA9 ?? (request i d)");
}

static void a_line_is_cut_to_any_size_and_stays_terminated(void **state) {
    (void)state;
    const smithy_error error = {.status = SMITHY_ERROR_SERVICE,
                                .operation = "Op",
                                .code = "Code",
                                .message = "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC",
                                .attempts = 2};
    char whole[200], text[200];
    const size_t whole_len = smithy_error_format(&error, whole, sizeof whole);
    assert_int_equal(smithy_error_format(&error, text, 0), 0);
    for (size_t size = 1; size <= whole_len + 1; size++) {
        memset(text, 'x', sizeof text);
        const size_t len = smithy_error_format(&error, text, size);
        assert_true(len < size && size - 1 - len < 3);
        assert_int_equal(text[len], 0);
        assert_memory_equal(text, whole, len);
        assert_int_equal(text[size], 'x');
        assert_true(len == whole_len || ((unsigned char)whole[len] & 0xC0) != 0x80);
    }
}

static void printing_ends_the_line(void **state) {
    (void)state;
    char text[100] = {0};
    FILE *stream = fmemopen(text, sizeof text, "w");
    smithy_error_print(stream, &(smithy_error){.status = SMITHY_ERROR_IO, .message = "disk"});
    fclose(stream);
    assert_string_equal(text, "io: disk\n");
}

static void an_error_has_a_code_only_when_a_service_said_it(void **state) {
    (void)state;
    assert_true(smithy_error_has_code(&(smithy_error){.status = SMITHY_ERROR_SERVICE, .code = "X"}, "X"));
    assert_false(smithy_error_has_code(&(smithy_error){.status = SMITHY_ERROR_IO, .code = "X"}, "X"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_error_tells_all_that_is_known),
        cmocka_unit_test(what_is_unknown_is_left_out),
        cmocka_unit_test(what_a_service_sends_cannot_break_the_line_or_steer_the_terminal),
        cmocka_unit_test(a_line_is_cut_to_any_size_and_stays_terminated),
        cmocka_unit_test(printing_ends_the_line),
        cmocka_unit_test(an_error_has_a_code_only_when_a_service_said_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
