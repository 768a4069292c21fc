/* credential_process: what a command must print, and what becomes of one that does not. */
#include "credentials_bench.h"

/* What the next commands do. */
typedef struct script {
    const char *output;
    const char *errors;
    int exit_code;
    smithy_status status;
    const char *line; /* Expected; NULL: any. */
    int64_t timeout_ms;
    size_t runs;
} script;

static smithy_status play(fake_system *fake, smithy_command *command) {
    script *s = fake->on_context;
    s->runs++;
    s->timeout_ms = command->timeout_ms;
    if (s->line) assert_string_equal(command->line, s->line);
    smithy_buffer_append_text(command->output, s->output ? s->output : "");
    smithy_buffer_append_text(command->errors, s->errors ? s->errors : "");
    command->exit_code = s->exit_code;
    return s->status ? s->status : smithy_buffer_status(command->output);
}

static void open_command(bench *b, script *s) {
    bench_open(b, NULL, 0);
    b->fake.on_run = play;
    b->fake.on_context = s;
    bench_use(b, smithy_credentials_process(SMITHY_STR("get --secret hush"), &b->options, b->call));
}

static void a_whole_set_is_taken(void **state) {
    (void)state;
    script s = {.line = "get --secret hush",
                .output = "{\"Version\": 1, \"AccessKeyId\": \"AKIDPROC\", \"SecretAccessKey\": \"s3cr3t\", "
                          "\"SessionToken\": \"tok\", \"Expiration\": \"2026-01-02T05:04:05+01:00\", "
                          "\"AccountId\": \"111122223333\"}\n"};
    bench b;
    open_command(&b, &s);
    bench_expect(&b, "AKIDPROC", "process");
    check_text(b.got.secret_access_key, "s3cr3t");
    check_text(b.got.session_token, "tok");
    check_text(b.got.account_id, "111122223333");
    assert_int_equal(b.got.expires_ms, b.fake.wall_ms + HOUR_MS);
    assert_int_equal(s.timeout_ms, 60000);
    bench_close(&b);
}

static void a_set_without_an_expiry_is_got_once(void **state) {
    (void)state;
    script s = {.output = "{\"Version\":1,\"AccessKeyId\":\"AKIDPROC\",\"SecretAccessKey\":\"x\"}"};
    bench b;
    open_command(&b, &s);
    for (int i = 0; i < 3; i++) {
        bench_expect(&b, "AKIDPROC", "process");
        assert_null(b.got.session_token.ptr);
        fake_system_advance(&b.fake, 1000 * HOUR_MS);
    }
    assert_int_equal(s.runs, 1);
    bench_close(&b);
}

static void a_profile_names_the_command_and_the_account(void **state) {
    (void)state;
    script s = {.line = "print me", .output = "{\"Version\":1,\"AccessKeyId\":\"AKIDPROC\",\"SecretAccessKey\":\"x\"}"};
    bench b;
    open_command(&b, &s);
    bench_config(&b, "[default]\ncredential_process = print me\naws_account_id = 444455556666\n"
                     "aws_access_key_id = IGNORED\naws_secret_access_key = ignored\n");
    bench_use(&b, smithy_credentials_profile((smithy_str){0}, &b.options, b.call));
    bench_expect(&b, "AKIDPROC", "process");
    check_text(b.got.account_id, "444455556666");
    bench_close(&b);
}

#define REST "\"AccessKeyId\":\"AKIDPROC\",\"SecretAccessKey\":\"h+sh\"}"

/* Outputs, and what is said of them; never a part of them. */
static const struct {
    const char *output;
    const char *words;
} WRONG[] = {
    {"", "\"Version\" is not the number 1"},
    {"h+sh", "credential_process: JSON at offset 0"},
    {"[1]", "credential_process: "},
    {"{" REST, "\"Version\" is not the number 1"},
    {"{\"Version\":\"1\"," REST, "\"Version\" is not the number 1"},
    {"{\"Version\":2," REST, "\"Version\" is not the number 1"},
    {"{\"Version\":1,\"SecretAccessKey\":\"h+sh\"}", "the access key id is missing"},
    {"{\"Version\":1,\"AccessKeyId\":\"AKIDPROC\"}", "the secret access key is missing"},
    {"{\"Version\":1,\"AccessKeyId\":7,\"SecretAccessKey\":\"h+sh\"}", "AccessKeyId"},
    {"{\"Version\":1,\"SessionToken\":\"a\\nb\"," REST, "another character"},
    {"{\"Version\":1,\"Expiration\":\"soon\"," REST, "is no time"},
    {"{\"Version\":1,\"Expiration\":\"2025-01-01T00:00:00Z\"," REST, "they expired at 2025-01-01T00:00:00Z"},
};

static void another_output_is_an_error_that_does_not_tell_it(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        script s = {.output = WRONG[i].output};
        bench b;
        open_command(&b, &s);
        bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, WRONG[i].words);
        assert_null(strstr(smithy_call_error(b.call)->message, "h+sh"));
        assert_null(strstr(smithy_call_error(b.call)->message, "hush"));
        bench_close(&b);
    }
}

static void a_command_that_fails_is_told_with_what_it_says_to_people(void **state) {
    (void)state;
    script s = {.output = "s3cr3t", .errors = "please log\nin", .exit_code = 3};
    bench b;
    open_command(&b, &s);
    bench_expect_error(&b, SMITHY_ERROR_CREDENTIALS, "credential_process ended with exit code 3: please log in");
    assert_null(strstr(smithy_call_error(b.call)->message, "s3cr3t"));
    static const struct {
        smithy_status status;
        smithy_status expected;
        const char *words;
    } CASES[] = {
        {SMITHY_ERROR_TIMEOUT, SMITHY_ERROR_CREDENTIALS, "did not end within 60000 ms"},
        {SMITHY_ERROR_LIMIT, SMITHY_ERROR_CREDENTIALS, "wrote more than 65536 bytes"},
        {SMITHY_ERROR_IO, SMITHY_ERROR_CREDENTIALS, "cannot be run"},
        {SMITHY_ERROR_MEMORY, SMITHY_ERROR_MEMORY, "out of memory"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        s.status = CASES[i].status;
        bench_expect_error(&b, CASES[i].expected, CASES[i].words);
    }
    bench_close(&b);
}

static void it_has_no_longer_than_the_call(void **state) {
    (void)state;
    script s = {.status = SMITHY_ERROR_TIMEOUT};
    bench b;
    open_command(&b, &s);
    smithy_call_set_timeout(b.call, 2500);
    assert_int_equal(bench_get(&b), SMITHY_ERROR_CREDENTIALS);
    assert_int_equal(s.timeout_ms, 2500);
    smithy_call_cancel(b.call);
    s.status = SMITHY_ERROR_CANCELED;
    assert_int_equal(bench_get(&b), SMITHY_ERROR_CANCELED);
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_set_is_taken),
        cmocka_unit_test(a_set_without_an_expiry_is_got_once),
        cmocka_unit_test(a_profile_names_the_command_and_the_account),
        cmocka_unit_test(another_output_is_an_error_that_does_not_tell_it),
        cmocka_unit_test(a_command_that_fails_is_told_with_what_it_says_to_people),
        cmocka_unit_test(it_has_no_longer_than_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
