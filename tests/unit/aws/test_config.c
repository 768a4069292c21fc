/* Configuration: the form of the files, what they say together, where they are, and when they are read. */
#include "check.h"
#include "failing_system.h"
#include "fake_system.h"

#include <smithy/config.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define CONFIG      "/home/me/.aws/config"
#define CREDENTIALS "/home/me/.aws/credentials"

static fake_system fake;
static smithy_call *call;
static smithy_config *config;

static int open_bench(void **state) {
    (void)state;
    fake_system_init(&fake, 1);
    const smithy_call_options options = {.system = &fake.system};
    call = smithy_call_create(&options);
    assert_non_null(call);
    fake_system_set_env(&fake, "HOME", "/home/me");
    config = smithy_config_create(NULL, call);
    assert_non_null(config);
    return call && config ? 0 : -1;
}

static int close_bench(void **state) {
    (void)state;
    smithy_config_destroy(config);
    smithy_call_destroy(call);
    const size_t left = fake.live_blocks;
    fake_system_deinit(&fake);
    return left == 0 ? 0 : -1;
}

static void put(const char *path, const char *text) {
    fake_system_put_file(&fake, path, text, strlen(text));
}

static void start_over(const smithy_config_options *options) {
    smithy_config_destroy(config);
    config = smithy_config_create(options, call);
    assert_non_null(config);
    smithy_call_clear_error(call);
    assert_non_null(config);
}

static const char *message(void) {
    return smithy_call_error(call)->message;
}

/* The value of a key in the chosen profile; NULL where it has none. */
static const char *value_of(const char *key) {
    smithy_setting setting;
    if (smithy_config_get(config, NULL, key, &setting, call) != SMITHY_OK) fail_msg("%s", message());
    return setting.value.ptr;
}

static void check_problem(const char *text, const char *expected) {
    smithy_setting setting;
    put(CONFIG, text);
    start_over(NULL);
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), expected);
    assert_null(setting.value.ptr);
}

/* ---- form ---- */

static void what_is_wrong_is_told_with_file_and_line(void **state) {
    (void)state;
    check_problem("k = v", CONFIG ":1: Expected a profile definition");
    check_problem("\n# c\n[default", CONFIG ":3: Profile definition must end with ']'");
    check_problem("[default] x", CONFIG ":1: Profile definition must end with ']'");
    check_problem("[", CONFIG ":1: Profile definition must end with ']'");
    check_problem("[default]\n\nk : v", CONFIG ":3: Expected an '=' sign defining a property");
    check_problem("[default]\n= v", CONFIG ":2: Property did not have a name");
    check_problem("[default]\n  x", CONFIG ":2: Expected a property definition, found continuation");
    check_problem("  x", CONFIG ":1: Expected a profile definition, found continuation");
    check_problem("[default]\ns3 =\n\n a = b\n c", CONFIG ":5: Expected an '=' sign defining a sub-property");
    check_problem("[default]\ns3 =\n = b", CONFIG ":3: Sub-property did not have a name");
    check_problem("[default]\nk = \xFF\n", CONFIG ":2: The line is not UTF-8");
    check_problem("[default]\nk = v\n \xC3(\n", CONFIG ":3: The line is not UTF-8");
    fake_system_put_file(&fake, CONFIG, "[default]\nk = a\0b", 17);
    start_over(NULL);
    smithy_setting setting;
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), CONFIG ":2: The line holds a NUL byte");
}

/* A line may hold a secret. */
static void what_is_wrong_is_told_without_the_lines_content(void **state) {
    (void)state;
    smithy_setting setting;
    put(CREDENTIALS, "[default]\naws_secret_access_key wJalrXUtnFEMI\n");
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_null(strstr(message(), "wJalr"));
    assert_non_null(strstr(message(), CREDENTIALS ":2: "));
}

static void values_are_taken_as_they_are_written(void **state) {
    (void)state;
    put(CONFIG, "\xEF\xBB\xBF# a comment \xFF\r\n[default]\r\nPlain=v\r\nspaced \t=\t v w \t\r\nempty =\r\n"
                "equals = a=b==\r\nhash = a#b;c # comment\r\nquoted = \"x\"\r\nmany = one\r\n\ttwo # no comment\r\n"
                "\r\n; comment\r\n  three\r\nlast = \xC3\xA9");
    assert_string_equal(value_of("plain"), "v");
    assert_string_equal(value_of("spaced"), "v w");
    assert_null(value_of("empty"));
    assert_string_equal(value_of("equals"), "a=b==");
    assert_string_equal(value_of("hash"), "a#b;c");
    assert_string_equal(value_of("quoted"), "\"x\"");
    assert_string_equal(value_of("many"), "one\ntwo # no comment\nthree");
    assert_string_equal(value_of("last"), "\xC3\xA9");
    assert_null(value_of("absent"));
}

static void comments_may_be_indented_where_no_value_goes_on(void **state) {
    (void)state;
    put(CONFIG, "  # before\n[default]\n  ; after a section\ns3 =\n  # in a block\n  a = b\nk = v\n");
    smithy_setting setting;
    assert_int_equal(smithy_config_get_nested(config, "s3", "a", &setting, call), SMITHY_OK);
    assert_memory_equal(setting.value.ptr, "b", 1);
    assert_string_equal(value_of("s3"), "\na = b");
    assert_string_equal(value_of("k"), "v");
}

static void the_last_of_a_key_counts_in_a_block_too(void **state) {
    (void)state;
    smithy_setting setting;
    put(CONFIG, "[default]\ns3 =\n  A = 1\n  b = 2 ; comment\n  a = 3\n  in valid = 4\nother = a=1\n");
    assert_int_equal(smithy_config_get_nested(config, "s3", "a", &setting, call), SMITHY_OK);
    assert_true(smithy_str_equal(setting.value, SMITHY_STR("3")));
    assert_string_equal(setting.source.ptr, "profile default in " CONFIG);
    assert_int_equal(smithy_config_get_nested(config, "s3", "b", &setting, call), SMITHY_OK);
    assert_true(smithy_str_equal(setting.value, SMITHY_STR("2")));
    assert_int_equal(smithy_config_get_nested(config, "s3", "c", &setting, call), SMITHY_OK);
    assert_null(setting.value.ptr);
    assert_int_equal(smithy_config_get_nested(config, "other", "a", &setting, call), SMITHY_OK);
    assert_null(setting.value.ptr);
}

/* ---- what they say together ---- */

static void names_that_are_none_are_passed_over_with_what_belongs_to_them(void **state) {
    (void)state;
    char text[1024], name[300];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    snprintf(text, sizeof text,
             "[default]\nk = 1\nb ad = 2\n more\n[profile b ad]\nk = 3\n[%s]\nk = 4\n[profile %s]\nk = 5\n",
             "default x", name);
    put(CONFIG, text);
    assert_string_equal(value_of("k"), "1");
    assert_null(value_of("b ad"));
    const smithy_profile *profile;
    assert_int_equal(smithy_config_profile(config, smithy_str_from(name), &profile, call), SMITHY_OK);
    assert_null(profile);
    assert_null(smithy_profile_get(NULL, "k").value.ptr);
}

static void the_credentials_file_wins_key_by_key(void **state) {
    (void)state;
    smithy_setting setting;
    put(CONFIG, "[profile dev]\nregion = eu-west-1\naws_access_key_id = FROMCONFIG\n");
    put(CREDENTIALS, "[dev]\nAWS_ACCESS_KEY_ID = FROMCREDENTIALS\n[profile dev]\nregion = nowhere\n");
    fake_system_set_env(&fake, "AWS_PROFILE", "dev");
    assert_int_equal(smithy_config_get(config, NULL, "aws_access_key_id", &setting, call), SMITHY_OK);
    assert_string_equal(setting.value.ptr, "FROMCREDENTIALS");
    assert_string_equal(setting.source.ptr, "profile dev in " CREDENTIALS);
    assert_int_equal(smithy_config_get(config, NULL, "region", &setting, call), SMITHY_OK);
    assert_string_equal(setting.value.ptr, "eu-west-1");
    assert_string_equal(setting.source.ptr, "profile dev in " CONFIG);
}

static void profile_default_puts_the_plain_one_out_of_force(void **state) {
    (void)state;
    put(CONFIG, "[default]\nk = plain\nother = plain\n[profile default]\nk = prefixed\n");
    put(CREDENTIALS, "[default]\nthird = credentials\n");
    assert_string_equal(value_of("k"), "prefixed");
    assert_null(value_of("other"));
    assert_string_equal(value_of("third"), "credentials");
}

static void services_have_a_section_that_the_profile_names(void **state) {
    (void)state;
    smithy_setting setting;
    put(CONFIG, "[services local]\ns3 =\n  endpoint_url = http://localhost:1\n[profile a]\nservices = local\n"
                "[profile b]\nservices = nowhere\n[profile local]\n");
    start_over(&(smithy_config_options){.profile = SMITHY_STR("a")});
    assert_int_equal(smithy_config_get_service(config, "s3", "endpoint_url", &setting, call), SMITHY_OK);
    assert_true(smithy_str_equal(setting.value, SMITHY_STR("http://localhost:1")));
    assert_string_equal(setting.source.ptr, "services local in " CONFIG);
    assert_int_equal(smithy_config_get_service(config, "sts", "endpoint_url", &setting, call), SMITHY_OK);
    assert_null(setting.value.ptr);
    start_over(&(smithy_config_options){.profile = SMITHY_STR("b")});
    assert_int_equal(smithy_config_get_service(config, "s3", "endpoint_url", &setting, call), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(),
                        "profile b in " CONFIG " says services = nowhere, but there is no section [services nowhere]");
}

static void the_environment_is_asked_before_the_profile_and_blank_is_unset(void **state) {
    (void)state;
    smithy_setting setting;
    put(CONFIG, "[default]\nk = file\nblank =\n");
    fake_system_set_env(&fake, "VARIABLE", "environment");
    assert_int_equal(smithy_config_get(config, "VARIABLE", "k", &setting, call), SMITHY_OK);
    assert_string_equal(setting.value.ptr, "environment");
    assert_string_equal(setting.source.ptr, "VARIABLE");
    fake_system_set_env(&fake, "VARIABLE", " \t");
    assert_int_equal(smithy_config_get(config, "VARIABLE", "k", &setting, call), SMITHY_OK);
    assert_string_equal(setting.value.ptr, "file");
    assert_int_equal(smithy_config_get(config, "VARIABLE", "blank", &setting, call), SMITHY_OK);
    assert_null(setting.value.ptr);
    assert_null(setting.source.ptr);
}

/* ---- which profile, and where ---- */

static void a_profile_that_is_named_has_to_exist(void **state) {
    (void)state;
    smithy_setting setting;
    bool named = true;
    assert_true(smithy_str_equal(smithy_config_profile_name(config, &named), SMITHY_STR("default")));
    assert_false(named);
    assert_null(value_of("k"));
    start_over(&(smithy_config_options){.profile = SMITHY_STR("mine")});
    fake_system_set_env(&fake, "AWS_PROFILE", "theirs");
    assert_true(smithy_str_equal(smithy_config_profile_name(config, &named), SMITHY_STR("mine")));
    assert_true(named);
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(),
                        "the caller names the profile \"mine\", which is neither in " CONFIG " nor in " CREDENTIALS);
    start_over(NULL);
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(message(), "AWS_PROFILE names the profile \"theirs\""));
}

static void files_are_where_they_are_said_to_be(void **state) {
    (void)state;
    smithy_setting setting;
    put("/etc/aws", "[default]\nk = etc\n");
    put("/home/me/mine", "[default]\nk = home\n");
    fake_system_set_env(&fake, "AWS_CONFIG_FILE", "/etc/aws");
    assert_string_equal(value_of("k"), "etc");
    fake_system_set_env(&fake, "AWS_SHARED_CREDENTIALS_FILE", "~/mine");
    start_over(NULL);
    assert_string_equal(value_of("k"), "home");
    start_over(
        &(smithy_config_options){.config_file = SMITHY_STR("~/mine"), .credentials_file = SMITHY_STR("/etc/aws")});
    assert_string_equal(value_of("k"), "etc");
    fake_system_set_env(&fake, "AWS_CONFIG_FILE", "/nowhere");
    fake_system_set_env(&fake, "AWS_SHARED_CREDENTIALS_FILE", NULL);
    start_over(NULL);
    assert_null(value_of("k"));
    start_over(&(smithy_config_options){.config_file = SMITHY_STR("/nowhere")});
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "there is no file /nowhere");
}

static void without_a_home_there_are_no_files_but_those_that_are_named(void **state) {
    (void)state;
    smithy_setting setting;
    put(CONFIG, "[default]\nk = v\n");
    fake_system_set_env(&fake, "HOME", NULL);
    assert_null(value_of("k"));
    fake_system_set_env(&fake, "AWS_CONFIG_FILE", CONFIG);
    start_over(NULL);
    assert_string_equal(value_of("k"), "v");
    fake_system_set_env(&fake, "AWS_CONFIG_FILE", "~/.aws/config");
    start_over(NULL);
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), "AWS_CONFIG_FILE is ~/.aws/config, but HOME is not set");
    fake_system_set_env(&fake, "AWS_CONFIG_FILE", NULL);
    fake_system_set_env(&fake, "AWS_PROFILE", "dev");
    start_over(NULL);
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(message(), "names the profile \"dev\""));
}

/* ---- when they are read ---- */

static void nothing_is_read_before_the_first_question_about_a_profile(void **state) {
    (void)state;
    smithy_setting setting;
    bool named;
    fake.file_fail = SMITHY_ERROR_IO; /* Whoever reads a file now fails. */
    fake_system_set_env(&fake, "VARIABLE", "v");
    start_over(NULL);
    (void)smithy_config_profile_name(config, &named);
    assert_int_equal(smithy_config_get(config, "VARIABLE", "k", &setting, call), SMITHY_OK);
    assert_int_equal(smithy_config_get(config, "OTHER", NULL, &setting, call), SMITHY_OK);
    assert_int_equal(smithy_config_get(config, "OTHER", "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(message(), CONFIG " cannot be read"));
    assert_non_null(strstr(message(), "AWS_CONFIG_FILE"));
}

static void a_failure_is_not_kept_and_what_was_read_is(void **state) {
    (void)state;
    smithy_setting setting;
    put(CONFIG, "k = v\n");
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    smithy_call_clear_error(call);
    put(CONFIG, "[default]\nk = v\n");
    assert_string_equal(value_of("k"), "v");
    put(CONFIG, "[default]\nk = w\n");
    assert_string_equal(value_of("k"), "v");
}

typedef struct counted_system {
    smithy_system base;
    atomic_int reads;
} counted_system;

static smithy_status count_reads(void *context, const char *path, smithy_buffer *content, bool *exists) {
    counted_system *counted = context;
    const smithy_system *real = smithy_system_default();
    atomic_fetch_add(&counted->reads, 1);
    real->sleep_ms(real->context, 5); /* So that the threads meet here, if they can. */
    *exists = true;
    smithy_buffer_append_text(content, strstr(path, "credentials") ? "[default]\nb = 2\n" : "[default]\na = 1\n");
    return smithy_buffer_status(content);
}

static const char *home_only(void *context, const char *name) {
    (void)context;
    return strcmp(name, "HOME") == 0 ? "/home/me" : NULL;
}

static void *ask(void *shared) {
    smithy_call *own = smithy_call_create(NULL);
    if (!own) return NULL;
    smithy_setting setting;
    const smithy_status status = smithy_config_get(shared, NULL, "b", &setting, own);
    const bool good = status == SMITHY_OK && smithy_str_equal(setting.value, SMITHY_STR("2"));
    smithy_call_destroy(own);
    return good ? shared : NULL;
}

static void threads_that_ask_at_once_read_the_files_once(void **state) {
    (void)state;
    counted_system counted = {.base = *smithy_system_default()};
    counted.base.context = &counted;
    counted.base.file_read = count_reads;
    counted.base.env = home_only;
    smithy_config *shared = smithy_config_create(&(smithy_config_options){.system = &counted.base}, call);
    assert_non_null(shared);
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask, shared), 0);
    for (size_t i = 0; i < 8; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, shared);
    }
    assert_int_equal(atomic_load(&counted.reads), 2);
    smithy_config_destroy(shared);
}

/* ---- hostile files ---- */

static void put_repeated(const char *head, const char *piece, size_t count) {
    const size_t len = strlen(piece), start = strlen(head);
    char *text = malloc(start + len * count);
    assert_non_null(text);
    memcpy(text, head, start);
    for (size_t i = 0; i < count; i++) memcpy(text + start + i * len, piece, len);
    fake_system_put_file(&fake, CONFIG, text, start + len * count);
    free(text);
}

static void files_have_a_maximum(void **state) {
    (void)state;
    smithy_setting setting;
    put_repeated("[default]\n", "#2345678\n", 16 * 1024 * 1024 / 9 + 1);
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_string_equal(message(), CONFIG " is larger than 16777216 bytes");
    put_repeated("", "[default]\n", 500001);
    start_over(NULL);
    assert_int_equal(smithy_config_get(config, NULL, "k", &setting, call), SMITHY_ERROR_CONFIG);
    assert_non_null(strstr(message(), "more than 500000 sections and keys"));
}

static void many_of_the_same_take_no_longer_than_many_others(void **state) {
    (void)state;
    put_repeated("[default]\nk = v\n", "same = v\n", 100000);
    assert_string_equal(value_of("k"), "v");
    put_repeated("[default]\nk = v\n", " continued\n", 100000);
    start_over(NULL);
    assert_int_equal(strlen(value_of("k")), 1 + 10 * 100000);
}

static smithy_status one_of_two_files(void *context, const char *path, smithy_buffer *content, bool *exists) {
    (void)context;
    *exists = true;
    smithy_buffer_append_text(content, strstr(path, "credentials")
                                           ? "[default]\nk = v\n[b]\n"
                                           : "[default]\nservices = s\ns3 =\n  a = b\n[services s]\n[profile c]\n");
    return smithy_buffer_status(content);
}

static smithy_status load_and_ask(const smithy_system *system, void *argument) {
    smithy_system own = *system;
    (void)argument;
    own.file_read = one_of_two_files;
    own.env = home_only;
    const smithy_call_options options = {.system = &own};
    smithy_call *own_call = smithy_call_create(&options);
    smithy_config *own_config = own_call ? smithy_config_create(NULL, own_call) : NULL;
    smithy_setting setting;
    const smithy_status status =
        own_config ? smithy_config_get_nested(own_config, "s3", "a", &setting, own_call) : SMITHY_ERROR_MEMORY;
    smithy_config_destroy(own_config);
    smithy_call_destroy(own_call);
    return status;
}

static void memory_may_run_out_at_any_point(void **state) {
    (void)state;
    assert_true(fail_each_allocation(load_and_ask, NULL) > 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_is_wrong_is_told_with_file_and_line),
        TEST(what_is_wrong_is_told_without_the_lines_content),
        TEST(values_are_taken_as_they_are_written),
        TEST(comments_may_be_indented_where_no_value_goes_on),
        TEST(the_last_of_a_key_counts_in_a_block_too),
        TEST(names_that_are_none_are_passed_over_with_what_belongs_to_them),
        TEST(the_credentials_file_wins_key_by_key),
        TEST(profile_default_puts_the_plain_one_out_of_force),
        TEST(services_have_a_section_that_the_profile_names),
        TEST(the_environment_is_asked_before_the_profile_and_blank_is_unset),
        TEST(a_profile_that_is_named_has_to_exist),
        TEST(files_are_where_they_are_said_to_be),
        TEST(without_a_home_there_are_no_files_but_those_that_are_named),
        TEST(nothing_is_read_before_the_first_question_about_a_profile),
        TEST(a_failure_is_not_kept_and_what_was_read_is),
        TEST(threads_that_ask_at_once_read_the_files_once),
        TEST(files_have_a_maximum),
        TEST(many_of_the_same_take_no_longer_than_many_others),
        TEST(memory_may_run_out_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
