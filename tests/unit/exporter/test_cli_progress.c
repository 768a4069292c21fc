#include "progress.h"
#include "small_world.h"

#include <fcntl.h>
#include <unistd.h>

static const exporter_progress EXPORTING = {
    .groups_done = 3,
    .groups_matched = 12,
    .tasks_completed = 2,
    .bytes = 1234567,
    .group = SMITHY_STR_INIT("/aws/lambda/checkout"),
    .phase = "exporting",
    .task_age_ms = 35400,
};

static void check_format(const exporter_progress *state, size_t columns, const char *expected) {
    smithy_buffer out;
    smithy_buffer_init(&out, NULL, 4096);
    cli_progress_format(state, columns, &out);
    assert_int_equal(smithy_buffer_status(&out), SMITHY_OK);
    assert_string_equal(out.ptr, expected);
    smithy_buffer_deinit(&out);
}

static void the_line_tells_group_age_and_counts(void **state) {
    (void)state;
    check_format(&EXPORTING, 100, "exporting /aws/lambda/checkout 35s | groups 3/12 | tasks 2 | 1.2 MB");
    const exporter_progress listing = {.phase = "listing", .groups_matched = 7};
    check_format(&listing, 100, "listing | groups 0/7 | tasks 0 | 0 B");
    check_format(&(exporter_progress){0}, 100, "working | groups 0/0 | tasks 0 | 0 B");
}

static void a_narrow_terminal_shortens_the_name_first(void **state) {
    (void)state;
    check_format(&EXPORTING, 64, "exporting /aws/la...heckout 35s | groups 3/12 | tasks 2 | 1.2 MB");
    check_format(&EXPORTING, 20, "exporting /aws/l...h");
}

static void the_line_never_has_more_columns_than_the_terminal(void **state) {
    (void)state;
    exporter_progress state_of_run = EXPORTING;
    state_of_run.unit = SMITHY_STR("2026/11/22/[$LATEST]\xe6\x97\xa5\x1b[2J");
    for (size_t columns = 1; columns < 200; columns++) {
        smithy_buffer out;
        smithy_buffer_init(&out, NULL, 4096);
        cli_progress_format(&state_of_run, columns, &out);
        assert_true(out.len <= columns);
        for (size_t i = 0; i < out.len; i++) assert_true(out.ptr[i] >= ' ' && out.ptr[i] <= '~');
        smithy_buffer_deinit(&out);
    }
}

/* ---- on a terminal ---- */

typedef struct terminal {
    small_world world;
    cli_progress progress;
    int ends[2];
    char text[4096];
} terminal;

static void begin(terminal *t) {
    small_world_init(&t->world, NULL);
    assert_int_equal(pipe(t->ends), 0);
    assert_int_equal(fcntl(t->ends[0], F_SETFL, O_NONBLOCK), 0);
    cli_progress_init(&t->progress, &t->world.memory.system, t->ends[1]);
}

static const char *written(terminal *t) {
    const ssize_t length = read(t->ends[0], t->text, sizeof t->text - 1);
    t->text[length > 0 ? length : 0] = '\0';
    return t->text;
}

static void end(terminal *t) {
    cli_progress_deinit(&t->progress);
    assert_int_equal(t->world.memory.live, 0);
    (void)close(t->ends[0]);
    (void)close(t->ends[1]);
}

static void updates_are_drawn_a_few_times_a_second(void **state) {
    (void)state;
    const exporter_progress listing = {.phase = "listing"};
    terminal t;
    begin(&t);
    t.progress.base.progress(&t.progress.base, &listing);
    assert_string_equal(written(&t), "\rlisting | groups 0/0 | tasks 0 | 0 B");
    t.world.mono_ms += 199;
    t.progress.base.progress(&t.progress.base, &listing);
    assert_string_equal(written(&t), "");
    t.world.mono_ms += 1;
    t.progress.base.progress(&t.progress.base, &listing);
    assert_string_equal(written(&t), "\rlisting | groups 0/0 | tasks 0 | 0 B");
    end(&t);
}

static void a_shorter_line_covers_a_longer_one_and_the_end_covers_all(void **state) {
    (void)state;
    terminal t;
    begin(&t);
    t.progress.base.progress(&t.progress.base, &(exporter_progress){.phase = "starting"});
    (void)written(&t);
    t.world.mono_ms += 1000;
    t.progress.base.progress(&t.progress.base, &(exporter_progress){.phase = "saving"});
    assert_string_equal(written(&t), "\rsaving | groups 0/0 | tasks 0 | 0 B  ");
    cli_progress_clear(&t.progress);
    assert_string_equal(written(&t), "\r                                   \r");
    cli_progress_clear(&t.progress);
    assert_string_equal(written(&t), "");
    end(&t);
}

static void write_through(exporter_log *log, exporter_log_level level, const char *message,
                          const exporter_log_field *fields, size_t count) {
    (void)log;
    (void)level;
    (void)message;
    (void)fields;
    (void)count;
}

static void a_line_of_the_log_takes_the_live_line_away(void **state) {
    (void)state;
    terminal t;
    begin(&t);
    exporter_log inner = {.level = EXPORTER_LOG_INFO, .write = write_through};
    cli_progress_log log;
    cli_progress_log_init(&log, &inner, &t.progress);
    t.progress.base.progress(&t.progress.base, &(exporter_progress){.phase = "saving"});
    (void)written(&t);
    exporter_log_write(&log.base, EXPORTER_LOG_INFO, "hello", NULL, 0);
    assert_string_equal(written(&t), "\r                                   \r");
    t.progress.base.progress(&t.progress.base, &(exporter_progress){.phase = "saving"});
    assert_string_equal(written(&t), "\rsaving | groups 0/0 | tasks 0 | 0 B");
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_tells_group_age_and_counts),
        cmocka_unit_test(a_narrow_terminal_shortens_the_name_first),
        cmocka_unit_test(the_line_never_has_more_columns_than_the_terminal),
        cmocka_unit_test(updates_are_drawn_a_few_times_a_second),
        cmocka_unit_test(a_shorter_line_covers_a_longer_one_and_the_end_covers_all),
        cmocka_unit_test(a_line_of_the_log_takes_the_live_line_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
