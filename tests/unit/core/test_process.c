/* Commands that run to their end, or are ended; and the addresses of hosts. */
#include "check.h"

#include <smithy/buffer.h>
#include <smithy/system.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const smithy_system *os(void) {
    return smithy_system_default();
}

typedef struct ran {
    smithy_buffer output;
    smithy_buffer errors;
    smithy_command command;
    smithy_status status;
    int64_t took_ms;
} ran;

static void run(ran *r, const char *line, int64_t timeout_ms) {
    *r = (ran){0};
    smithy_buffer_init(&r->output, os(), 100000);
    smithy_buffer_init(&r->errors, os(), 16);
    r->command = (smithy_command){.line = line, .timeout_ms = timeout_ms, .output = &r->output, .errors = &r->errors};
    const int64_t start = os()->mono_ms(os()->context);
    r->status = os()->run(os()->context, &r->command);
    r->took_ms = os()->mono_ms(os()->context) - start;
}

static void forget(ran *r) {
    smithy_buffer_deinit(&r->output);
    smithy_buffer_deinit(&r->errors);
}

static void output_and_exit_code_are_told(void **state) {
    (void)state;
    ran r;
    run(&r, "echo \"a b\" | tr a-z A-Z; echo oops >&2; exit 7", 10000);
    assert_int_equal(r.status, SMITHY_OK);
    assert_int_equal(r.command.exit_code, 7);
    check_text(smithy_buffer_str(&r.output), "A B\n");
    check_text(smithy_buffer_str(&r.errors), "oops\n");
    forget(&r);
    run(&r, "exec true", 10000);
    assert_int_equal(r.status, SMITHY_OK);
    assert_int_equal(r.command.exit_code, 0);
    assert_int_equal(r.output.len, 0);
    forget(&r);
    run(&r, "/nowhere/at/all 2>/dev/null", 10000);
    assert_int_equal(r.command.exit_code, 127);
    forget(&r);
    run(&r, "kill -TERM $$", 10000);
    assert_int_equal(r.command.exit_code, 128 + SIGTERM);
    forget(&r);
}

static void the_environment_is_the_programs_and_the_input_is_empty(void **state) {
    (void)state;
    ran r;
    setenv("SMITHY_TEST_VARIABLE", "seen", 1);
    run(&r, "cat; echo $SMITHY_TEST_VARIABLE", 10000);
    check_text(smithy_buffer_str(&r.output), "seen\n");
    forget(&r);
}

static void output_has_a_maximum_and_the_rest_of_the_errors_goes_by(void **state) {
    (void)state;
    ran r;
    run(&r, "head -c 100000 /dev/zero | tr '\\0' x", 10000);
    assert_int_equal(r.status, SMITHY_OK);
    assert_int_equal(r.output.len, 100000);
    forget(&r);
    run(&r, "head -c 100001 /dev/zero | tr '\\0' x", 10000);
    assert_int_equal(r.status, SMITHY_ERROR_LIMIT);
    forget(&r);
    run(&r, "head -c 300000 /dev/zero | tr '\\0' e >&2; echo done", 10000);
    assert_int_equal(r.status, SMITHY_OK);
    assert_int_equal(r.errors.len, 16);
    check_text(smithy_buffer_str(&r.output), "done\n");
    forget(&r);
    run(&r, "yes", 10000);
    assert_int_equal(r.status, SMITHY_ERROR_LIMIT);
    assert_true(r.took_ms < 5000);
    forget(&r);
}

/* Whether any process of that number is left; waits a moment for init to reap it. */
static bool is_gone(pid_t pid) {
    for (int i = 0; i < 200; i++) {
        if (kill(pid, 0) != 0) return true;
        os()->sleep_ms(os()->context, 10);
        char path[64], line[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        FILE *file = fopen(path, "r");
        if (!file) return true;
        if (!fgets(line, sizeof line, file)) line[0] = '\0';
        fclose(file);
        if (strstr(line, ") Z")) return true;
    }
    return false;
}

static void one_that_takes_too_long_is_killed_with_its_children(void **state) {
    (void)state;
    ran r;
    run(&r, "sleep 60 & echo $!; echo $$; sleep 60; echo never", 300);
    assert_int_equal(r.status, SMITHY_ERROR_TIMEOUT);
    assert_true(r.took_ms >= 300 && r.took_ms < 5000);
    char *end = NULL;
    const long child = strtol(r.output.ptr, &end, 10), shell = strtol(end, NULL, 10);
    assert_true(child > 1 && shell > 1);
    assert_true(is_gone((pid_t)child));
    assert_true(is_gone((pid_t)shell));
    forget(&r);
    run(&r, "exec >&-; sleep 60", 300); /* Its output has ended; it has not. */
    assert_int_equal(r.status, SMITHY_ERROR_TIMEOUT);
    forget(&r);
}

static bool is_canceled(const void *context) {
    return os()->mono_ms(os()->context) >= *(const int64_t *)context;
}

static void one_can_be_canceled(void **state) {
    (void)state;
    smithy_buffer output;
    smithy_buffer_init(&output, os(), 100);
    const int64_t start = os()->mono_ms(os()->context), at = start + 200;
    smithy_command command = {.line = "sleep 60", .is_canceled = is_canceled, .cancel_context = &at, .output = &output};
    assert_int_equal(os()->run(os()->context, &command), SMITHY_ERROR_CANCELED);
    assert_true(os()->mono_ms(os()->context) - start < 5000);
    smithy_buffer_deinit(&output);
}

static void what_it_leaves_in_the_background_is_not_waited_for(void **state) {
    (void)state;
    ran r;
    run(&r, "sleep 3 >/dev/null & echo started", 10000);
    assert_int_equal(r.status, SMITHY_OK);
    check_text(smithy_buffer_str(&r.output), "started\n");
    assert_true(r.took_ms < 2500);
    forget(&r);
}

static void *run_many(void *argument) {
    for (int i = 0; i < 20; i++) {
        ran r;
        run(&r, "echo x", 20000);
        if (r.status != SMITHY_OK || r.command.exit_code != 0 || r.output.len != 2) *(int *)argument += 1;
        forget(&r);
    }
    return NULL;
}

static void threads_can_run_commands_at_once(void **state) {
    (void)state;
    pthread_t threads[4];
    int failures[4] = {0};
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, run_many, &failures[i]), 0);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 4; i++) assert_int_equal(failures[i], 0);
}

/* ---- addresses ---- */

static void an_address_as_text_is_itself(void **state) {
    (void)state;
    static const uint8_t V6[16] = {0xFD, 0, 0x0E, 0xC2, [15] = 0x23};
    static const uint8_t V4[4] = {169, 254, 170, 2};
    smithy_address found[4];
    size_t count = 0;
    assert_int_equal(os()->resolve(os()->context, "169.254.170.2", found, 4, &count), SMITHY_OK);
    assert_int_equal(count, 1);
    assert_false(found[0].is_v6);
    assert_memory_equal(found[0].bytes, V4, 4);
    assert_int_equal(os()->resolve(os()->context, "fd00:ec2::23", found, 4, &count), SMITHY_OK);
    assert_int_equal(count, 1);
    assert_true(found[0].is_v6);
    assert_memory_equal(found[0].bytes, V6, 16);
}

static void a_name_has_addresses_or_it_has_not(void **state) {
    (void)state;
    smithy_address found[8];
    size_t count = 9;
    assert_int_equal(os()->resolve(os()->context, "localhost", found, 8, &count), SMITHY_OK);
    assert_true(count >= 1);
    assert_int_equal(os()->resolve(os()->context, "localhost", found, 0, &count), SMITHY_ERROR_LIMIT);
    assert_int_equal(os()->resolve(os()->context, "a-label-that-is-longer-than-the-sixty-three-bytes-that-names-have",
                                   found, 8, &count),
                     SMITHY_ERROR_TRANSPORT);
    assert_int_equal(count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_exit_code_are_told),
        cmocka_unit_test(the_environment_is_the_programs_and_the_input_is_empty),
        cmocka_unit_test(output_has_a_maximum_and_the_rest_of_the_errors_goes_by),
        cmocka_unit_test(one_that_takes_too_long_is_killed_with_its_children),
        cmocka_unit_test(one_can_be_canceled),
        cmocka_unit_test(what_it_leaves_in_the_background_is_not_waited_for),
        cmocka_unit_test(threads_can_run_commands_at_once),
        cmocka_unit_test(an_address_as_text_is_itself),
        cmocka_unit_test(a_name_has_addresses_or_it_has_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
