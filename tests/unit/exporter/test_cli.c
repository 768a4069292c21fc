/* The command's words, flags, answers and exit codes, with a run that only answers. */
#include "cli.h"
#include "exporter.h"
#include "small_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct fake_run {
    exporter_answer answer;
    int calls;
    int64_t deadline_mono_ms;
    bool had_observer;
    const volatile int *stop;
    char store_path[512];
} fake_run;

static fake_run *current_run;

void exporter_run(const exporter_options *options, exporter_answer *answer) {
    current_run->calls++;
    current_run->deadline_mono_ms = options->deadline_mono_ms;
    current_run->had_observer = options->observer != NULL;
    current_run->stop = options->stop;
    (void)snprintf(current_run->store_path, sizeof current_run->store_path, "%.*s",
                   SMITHY_STR_ARG(options->settings->store_path));
    exporter_log_write(options->log, EXPORTER_LOG_INFO, "the run says this", NULL, 0);
    if (options->observer) options->observer->progress(options->observer, &(exporter_progress){.phase = "saving"});
    *answer = current_run->answer;
}

typedef struct session {
    small_world world;
    fake_run run;
    bool is_terminal;
    char out[65536];
    char err[65536];
    int exit_code;
} session;

static const char *const ENVIRONMENT[] = {"STORE_DSN=file:///tmp/state.json", NULL};

static void begin(session *s) {
    *s = (session){.exit_code = -1};
    small_world_init(&s->world, ENVIRONMENT);
    current_run = &s->run;
}

static void drain(int fd, char *text, size_t size) {
    const ssize_t length = read(fd, text, size - 1);
    text[length > 0 ? length : 0] = '\0';
    (void)close(fd);
}

static void run_command(session *s, const char *const *args) {
    static const volatile int stop = 0;
    int out[2], err[2];
    size_t count = 0;
    while (args[count]) count++;
    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(err), 0);
    const cli_io io = {.system = &s->world.memory.system,
                       .out_fd = out[1],
                       .err_fd = err[1],
                       .err_is_terminal = s->is_terminal,
                       .stop = &stop};
    s->exit_code = cli_main(&io, count, args);
    (void)close(out[1]);
    (void)close(err[1]);
    drain(out[0], s->out, sizeof s->out);
    drain(err[0], s->err, sizeof s->err);
    assert_int_equal(s->world.memory.live, 0);
}

#define COMMAND(s, ...)                                  \
    do {                                                 \
        const char *const args_[] = {__VA_ARGS__, NULL}; \
        run_command((s), args_);                         \
    } while (0)

#define NEEDED "--destination-s3-bucket=my-archive", "--source-log-group-prefixes=/aws/"

static void check_contains(const char *text, const char *expected) {
    if (!strstr(text, expected)) fail_msg("%s is not in %s", expected, text);
}

/* ---- help, version, words ---- */

static void without_a_command_help_goes_to_standard_error(void **state) {
    (void)state;
    static const char *const NOTHING[] = {NULL};
    session s;
    begin(&s);
    run_command(&s, NOTHING);
    assert_int_equal(s.exit_code, 4);
    assert_string_equal(s.out, "");
    check_contains(s.err, "Usage");
}

static void help_that_is_asked_for_goes_to_standard_output(void **state) {
    (void)state;
    static const char *const WAYS[][4] = {
        {"help"},         {"--help"},        {"-h"},          {"help", "run"},         {"help", "version"},
        {"help", "help"}, {"run", "--help"}, {"run", "-h"},   {"status", "--help"},    {"plan", "-h"},
        {"report", "-h"}, {"cancel", "-h"},  {"state", "-h"}, {"state", "show", "-h"}, {"help", "state", "edit"}};
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        session s;
        begin(&s);
        run_command(&s, WAYS[i]);
        assert_int_equal(s.exit_code, 0);
        assert_string_equal(s.err, "");
        check_contains(s.out, "Usage");
        assert_int_equal(s.run.calls, 0);
    }
}

/* A person reads it in a window of 120 columns. */
static void no_line_of_the_help_is_too_long(void **state) {
    (void)state;
    static const char *const COMMANDS[] = {NULL,    "run",        "status",      "plan",       "report",  "cancel",
                                           "state", "state show", "state check", "state edit", "version", "help"};
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++)
        for (const char *line = cli_help_text(smithy_str_from(COMMANDS[i])); *line;) {
            const char *end_of_line = strchr(line, '\n');
            assert_non_null(end_of_line);
            if (end_of_line - line > 120) fail_msg("%.*s", (int)(end_of_line - line), line);
            line = end_of_line + 1;
        }
}

static void the_version_is_printed(void **state) {
    (void)state;
    session s;
    begin(&s);
    COMMAND(&s, "version");
    assert_int_equal(s.exit_code, 0);
    assert_string_equal(s.out, "cloudwatch-logs-s3-exporter " EXPORTER_VERSION "\n");
    COMMAND(&s, "--version");
    assert_int_equal(s.exit_code, 0);
}

static void unknown_words_are_usage_errors(void **state) {
    (void)state;
    static const struct {
        const char *args[4];
        const char *expected;
    } CASES[] = {{{"rnu"}, "\"rnu\" (did you mean run?)"},
                 {{"export"}, "unknown command \"export\":"},
                 {{"help", "export"}, "unknown command \"export\""},
                 {{"help", "run", "now"}, "unexpected argument \"now\""},
                 {{"help", "state", "now"}, "unexpected argument \"now\""},
                 {{"state"}, "show, check or edit"},
                 {{"state", "shwo"}, "show, check or edit"},
                 {{"statsu"}, "(did you mean status?)"},
                 {{"version", "now"}, "unexpected argument \"now\""},
                 {{"run", "now"}, "\"now\" stands alone"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        session s;
        begin(&s);
        run_command(&s, CASES[i].args);
        assert_int_equal(s.exit_code, 4);
        assert_string_equal(s.out, "");
        check_contains(s.err, CASES[i].expected);
        assert_int_equal(s.run.calls, 0);
    }
}

/* ---- run ---- */

static void the_answer_is_on_standard_output_and_the_log_on_standard_error(void **state) {
    (void)state;
    session s;
    begin(&s);
    s.run.answer.groups_matched = 1;
    COMMAND(&s, "run", NEEDED);
    assert_int_equal(s.exit_code, 0);
    assert_string_equal(s.err, "2026-11-22T10:00:00Z INFO  the run says this\n");
    check_contains(s.out, "Done: nothing new to archive");
    assert_int_equal(s.run.deadline_mono_ms, 0);
    assert_false(s.run.had_observer);
    assert_non_null((const void *)(uintptr_t)s.run.stop);
}

static void json_is_one_object_and_nothing_else(void **state) {
    (void)state;
    session s;
    begin(&s);
    COMMAND(&s, "run", "--json", NEEDED);
    assert_int_equal(s.exit_code, 0);
    assert_int_equal(s.out[0], '{');
    assert_string_equal(strchr(s.out, '\n'), "\n");
    assert_int_equal(s.out[strlen(s.out) - 2], '}');
}

static void each_outcome_has_its_exit_code(void **state) {
    (void)state;
    for (int outcome = EXPORTER_OUTCOME_DONE; outcome <= EXPORTER_OUTCOME_FAILED; outcome++) {
        session s;
        begin(&s);
        s.run.answer.outcome = (exporter_outcome)outcome;
        COMMAND(&s, "run", NEEDED);
        assert_int_equal(s.exit_code, exporter_outcome_exit_code((exporter_outcome)outcome));
    }
}

static void a_bad_setting_is_one_line_and_no_run(void **state) {
    (void)state;
    session s;
    begin(&s);
    COMMAND(&s, "run", NEEDED, "--settle-dely=1h");
    assert_int_equal(s.exit_code, 4);
    assert_int_equal(s.run.calls, 0);
    assert_string_equal(s.out, "");
    assert_string_equal(s.err, "cloudwatch-logs-s3-exporter: --settle-dely is not a flag of this command: did you mean "
                               "--settle-delay?\n");
}

static void a_bad_setting_is_an_object_too_where_one_is_expected(void **state) {
    (void)state;
    session s;
    begin(&s);
    COMMAND(&s, "run", "--json");
    assert_int_equal(s.exit_code, 4);
    check_contains(s.out, "{\"outcome\":\"configuration\",\"message\":\"--destination-s3-bucket is missing");
    check_contains(s.err, "--destination-s3-bucket is missing");
}

static void a_timeout_is_a_deadline(void **state) {
    (void)state;
    session s;
    begin(&s);
    COMMAND(&s, "run", NEEDED, "--timeout", "1m");
    assert_int_equal(s.run.deadline_mono_ms, 5000 + 60000);
}

static void the_live_line_is_gone_before_the_answer(void **state) {
    (void)state;
    session s;
    begin(&s);
    s.is_terminal = true;
    COMMAND(&s, "run", NEEDED);
    assert_true(s.run.had_observer);
    check_contains(s.err, "\rsaving | groups 0/0");
    assert_string_equal(s.err + strlen(s.err) - 3, "  \r");
}

static void the_folder_of_the_commands_own_state_is_made(void **state) {
    (void)state;
    char folder[] = "/tmp/cli-test-XXXXXX";
    char home[64];
    char made[256];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(home, sizeof home, "HOME=%s", folder);
    const char *const environment[] = {home, NULL};
    session s;
    begin(&s);
    s.world.entries = environment;
    COMMAND(&s, "run", NEEDED);
    assert_int_equal(s.exit_code, 0);
    (void)snprintf(made, sizeof made, "%s/.local/state/cloudwatch-logs-s3-exporter", folder);
    struct stat found;
    assert_int_equal(stat(made, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    check_contains(s.run.store_path, made);
    for (char *end = made + strlen(made); end > made + strlen(folder) - 1; end = strrchr(made, '/')) {
        *end = '\0';
        assert_int_equal(rmdir(made), 0);
    }
}

static void a_folder_that_cannot_be_made_is_a_configuration_error(void **state) {
    (void)state;
    static const char *const NOWHERE[] = {"HOME=/dev/null", NULL};
    session s;
    begin(&s);
    s.world.entries = NOWHERE;
    COMMAND(&s, "run", NEEDED);
    assert_int_equal(s.exit_code, 4);
    assert_int_equal(s.run.calls, 0);
    check_contains(s.err, "--store-dsn");
}

static void an_answer_that_nobody_takes_is_a_failure(void **state) {
    (void)state;
    static const char *const ARGS[] = {"run", NEEDED};
    session s;
    begin(&s);
    const int full = open("/dev/full", O_WRONLY);
    const int err = open("/dev/null", O_WRONLY);
    assert_true(full >= 0 && err >= 0);
    const cli_io io = {.system = &s.world.memory.system, .out_fd = full, .err_fd = err};
    assert_int_equal(cli_main(&io, 3, ARGS), 1);
    (void)close(full);
    (void)close(err);
}

static void every_failed_allocation_is_told(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        session s;
        begin(&s);
        s.world.memory.fail_at = fail_at;
        COMMAND(&s, "run", NEEDED);
        const bool was_reached = s.world.memory.allocations >= fail_at;
        if (was_reached && s.exit_code == 0) check_contains(s.err, "a log line was lost");
        if (!was_reached) break;
        assert_true(s.exit_code == 1 || s.exit_code == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_command_help_goes_to_standard_error),
        cmocka_unit_test(help_that_is_asked_for_goes_to_standard_output),
        cmocka_unit_test(no_line_of_the_help_is_too_long),
        cmocka_unit_test(the_version_is_printed),
        cmocka_unit_test(unknown_words_are_usage_errors),
        cmocka_unit_test(the_answer_is_on_standard_output_and_the_log_on_standard_error),
        cmocka_unit_test(json_is_one_object_and_nothing_else),
        cmocka_unit_test(each_outcome_has_its_exit_code),
        cmocka_unit_test(a_bad_setting_is_one_line_and_no_run),
        cmocka_unit_test(a_bad_setting_is_an_object_too_where_one_is_expected),
        cmocka_unit_test(a_timeout_is_a_deadline),
        cmocka_unit_test(the_live_line_is_gone_before_the_answer),
        cmocka_unit_test(the_folder_of_the_commands_own_state_is_made),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_a_configuration_error),
        cmocka_unit_test(an_answer_that_nobody_takes_is_a_failure),
        cmocka_unit_test(every_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
