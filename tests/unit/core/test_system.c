#include "check.h"

#include <smithy/buffer.h>
#include <smithy/system.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each test works in a folder of its own. */
static char folder[64];

static int enter_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/smithy-system-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static size_t count_files(void) {
    size_t count = 0;
    DIR *listing = opendir(folder);
    for (const struct dirent *entry; (entry = readdir(listing));) count += entry->d_name[0] != '.';
    closedir(listing);
    return count;
}

static int leave_folder(void **state) {
    (void)state;
    DIR *listing = opendir(folder);
    for (const struct dirent *entry; (entry = readdir(listing));)
        if (unlink(entry->d_name) != 0) rmdir(entry->d_name);
    closedir(listing);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static const smithy_system *os(void) {
    return smithy_system_default();
}

static smithy_status replace(const char *path, const char *text) {
    return os()->file_replace(os()->context, path, text, strlen(text));
}

static void check_file(const char *path, const char *expected) {
    smithy_buffer content;
    bool exists = false;
    smithy_buffer_init(&content, NULL, 1000);
    assert_int_equal(os()->file_read(os()->context, path, &content, &exists), SMITHY_OK);
    assert_true(exists);
    check_text(smithy_buffer_str(&content), expected);
    smithy_buffer_deinit(&content);
}

/* ---- clocks, chance, memory ---- */

static void clocks_run_in_milliseconds(void **state) {
    (void)state;
    const int64_t wall = os()->wall_ms(os()->context), mono = os()->mono_ms(os()->context);
    assert_true(wall > INT64_C(1700000000000));
    os()->sleep_ms(os()->context, 20);
    assert_in_range(os()->mono_ms(os()->context) - mono, 19, 5000);
    os()->sleep_ms(os()->context, 0);
    os()->sleep_ms(os()->context, -5);
}

static void on_alarm(int signal) {
    (void)signal;
}

static void a_signal_ends_the_sleep(void **state) {
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);
    const struct itimerval soon = {.it_value = {.tv_usec = 30000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    const int64_t start = os()->mono_ms(os()->context);
    os()->sleep_ms(os()->context, 20000);
    assert_true(os()->mono_ms(os()->context) - start < 10000);
}

static void chance_fills_every_byte(void **state) {
    (void)state;
    unsigned char seen[64] = {0};
    for (int round = 0; round < 64; round++) {
        unsigned char bytes[64] = {0};
        assert_int_equal(os()->random(os()->context, bytes, sizeof bytes), SMITHY_OK);
        for (size_t i = 0; i < sizeof bytes; i++) seen[i] |= bytes[i];
    }
    for (size_t i = 0; i < sizeof seen; i++) assert_int_not_equal(seen[i], 0);
}

static void resize_is_three_functions_in_one(void **state) {
    (void)state;
    char *block = os()->resize(os()->context, NULL, 10);
    assert_non_null(block);
    memcpy(block, "123456789", 10);
    block = os()->resize(os()->context, block, 100000);
    assert_string_equal(block, "123456789");
    assert_null(os()->resize(os()->context, block, 0));
    assert_null(os()->resize(os()->context, NULL, 0));
}

static void the_environment_is_read(void **state) {
    (void)state;
    setenv("SMITHY_TEST_VARIABLE", "value", 1);
    assert_string_equal(os()->env(os()->context, "SMITHY_TEST_VARIABLE"), "value");
    unsetenv("SMITHY_TEST_VARIABLE");
    assert_null(os()->env(os()->context, "SMITHY_TEST_VARIABLE"));
}

/* ---- files ---- */

static void a_missing_file_is_no_failure(void **state) {
    (void)state;
    smithy_buffer content;
    bool exists = true;
    smithy_buffer_init(&content, NULL, 10);
    assert_int_equal(os()->file_read(os()->context, "missing", &content, &exists), SMITHY_OK);
    assert_false(exists);
    assert_int_equal(replace("plain", "x"), SMITHY_OK);
    exists = true;
    assert_int_equal(os()->file_read(os()->context, "plain/inside", &content, &exists), SMITHY_OK);
    assert_false(exists);
    smithy_buffer_deinit(&content);
}

static void what_is_no_plain_file_is_an_error_at_once(void **state) {
    (void)state;
    smithy_buffer content;
    bool exists = false;
    smithy_buffer_init(&content, NULL, 10);
    assert_int_equal(os()->file_read(os()->context, ".", &content, &exists), SMITHY_ERROR_IO);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(os()->file_read(os()->context, "pipe", &content, &exists), SMITHY_ERROR_IO);
    smithy_buffer_deinit(&content);
}

static void reading_appends_and_holds_the_maximum(void **state) {
    (void)state;
    smithy_buffer content;
    bool exists = false;
    assert_int_equal(replace("five", "12345"), SMITHY_OK);
    smithy_buffer_init(&content, NULL, 7);
    smithy_buffer_append_text(&content, "ab");
    assert_int_equal(os()->file_read(os()->context, "five", &content, &exists), SMITHY_OK);
    check_text(smithy_buffer_str(&content), "ab12345");
    smithy_buffer_deinit(&content);

    smithy_buffer_init(&content, NULL, 6);
    smithy_buffer_append_text(&content, "ab");
    assert_int_equal(os()->file_read(os()->context, "five", &content, &exists), SMITHY_ERROR_LIMIT);
    check_text(smithy_buffer_str(&content), "ab");
    smithy_buffer_deinit(&content);
}

static void a_large_file_is_read_in_whole(void **state) {
    (void)state;
    enum { SIZE = 300001 };
    char *bytes = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++) bytes[i] = (char)(i * 31 % 251);
    assert_int_equal(os()->file_replace(os()->context, "large", bytes, SIZE), SMITHY_OK);
    smithy_buffer content;
    bool exists = false;
    smithy_buffer_init(&content, NULL, SIZE);
    assert_int_equal(os()->file_read(os()->context, "large", &content, &exists), SMITHY_OK);
    assert_int_equal(content.len, SIZE);
    assert_memory_equal(content.ptr, bytes, SIZE);
    smithy_buffer_deinit(&content);
    free(bytes);
}

typedef struct stream {
    smithy_buffer text;
    size_t at;
    smithy_status status; /* Behind `until` bytes. */
    size_t until;
} stream;

static smithy_status take_some(void *context, const uint8_t *bytes, size_t len) {
    stream *s = context;
    smithy_buffer_append(&s->text, bytes, len);
    return s->text.len > s->until ? s->status : SMITHY_OK;
}

static smithy_status give_some(void *context, uint8_t *bytes, size_t size, size_t *len) {
    stream *s = context;
    const size_t left = s->text.len - s->at;
    *len = left < size ? left : size;
    if (*len > 7001) *len = 7001;
    memcpy(bytes, s->text.ptr + s->at, *len);
    s->at += *len;
    return s->at > s->until ? s->status : SMITHY_OK;
}

static smithy_status give_again(void *context) {
    ((stream *)context)->at = 0;
    return SMITHY_OK;
}

static smithy_status replace_from(const char *path, stream *s) {
    const smithy_body source = {.read = give_some, .rewind = give_again, .context = s, .length = -1};
    return os()->file_replace_from(os()->context, path, &source);
}

static smithy_status stream_file(const char *path, stream *s, bool *exists) {
    smithy_sink sink = {.write = take_some, .context = s};
    return os()->file_stream(os()->context, path, &sink, exists);
}

static void a_file_is_written_and_read_as_a_stream(void **state) {
    (void)state;
    enum { SIZE = 300001 };
    stream out = {.at = 5}, in = {0};
    bool exists = false;
    smithy_buffer_init(&out.text, NULL, SIZE);
    smithy_buffer_init(&in.text, NULL, SIZE);
    for (size_t i = 0; i < SIZE; i++) smithy_buffer_append_char(&out.text, (char)(i * 31 % 251));
    assert_int_equal(smithy_buffer_status(&out.text), SMITHY_OK);
    assert_int_equal(replace_from("streamed", &out), SMITHY_OK);
    assert_int_equal(stream_file("streamed", &in, &exists), SMITHY_OK);
    assert_true(exists);
    assert_true(smithy_str_equal(smithy_buffer_str(&in.text), smithy_buffer_str(&out.text)));
    smithy_buffer_deinit(&in.text);
    smithy_buffer_deinit(&out.text);
}

static void who_takes_or_gives_a_stream_can_end_it(void **state) {
    (void)state;
    stream out = {.status = SMITHY_ERROR_MEMORY, .until = 20000}, in = {.status = SMITHY_ERROR_LIMIT, .until = 50000};
    bool exists = false;
    assert_int_equal(replace("state", "old"), SMITHY_OK);
    smithy_buffer_init(&out.text, NULL, 100000);
    smithy_buffer_init(&in.text, NULL, 100000);
    for (size_t i = 0; i < 100000; i++) smithy_buffer_append_char(&out.text, 'x');
    assert_int_equal(smithy_buffer_status(&out.text), SMITHY_OK);
    assert_int_equal(replace_from("state", &out), SMITHY_ERROR_MEMORY);
    check_file("state", "old");
    assert_int_equal(count_files(), 1);
    out.status = SMITHY_OK;
    assert_int_equal(replace_from("state", &out), SMITHY_OK);
    assert_int_equal(stream_file("state", &in, &exists), SMITHY_ERROR_LIMIT);
    assert_in_range(in.text.len, 50001, 99999);
    smithy_buffer_deinit(&in.text);
    smithy_buffer_deinit(&out.text);
}

static void a_stream_of_no_file_is_none_and_of_no_plain_one_an_error(void **state) {
    (void)state;
    stream in = {0};
    bool exists = true;
    smithy_buffer_init(&in.text, NULL, 10);
    assert_int_equal(stream_file("missing", &in, &exists), SMITHY_OK);
    assert_false(exists);
    assert_int_equal(stream_file(".", &in, &exists), SMITHY_ERROR_IO);
    assert_int_equal(in.text.len, 0);
    smithy_buffer_deinit(&in.text);
}

static void replacing_leaves_one_private_file(void **state) {
    (void)state;
    assert_int_equal(replace("state", "old"), SMITHY_OK);
    assert_int_equal(chmod("state", 0644), 0);
    assert_int_equal(replace("state", "new"), SMITHY_OK);
    check_file("state", "new");
    struct stat info;
    assert_int_equal(stat("state", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(replace("empty", ""), SMITHY_OK);
    check_file("empty", "");
    assert_int_equal(count_files(), 2);
}

static void a_symbolic_link_stays_and_its_target_is_replaced(void **state) {
    (void)state;
    assert_int_equal(replace("target", "old"), SMITHY_OK);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(replace("link", "new"), SMITHY_OK);
    struct stat info;
    assert_int_equal(lstat("link", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    check_file("target", "new");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(replace("dangling", "x"), SMITHY_ERROR_IO);
    assert_int_equal(count_files(), 3);
}

static void a_failed_replacement_leaves_nothing_behind(void **state) {
    (void)state;
    assert_int_equal(mkdir("directory", 0700), 0);
    assert_int_equal(replace("directory", "x"), SMITHY_ERROR_IO);
    assert_int_equal(count_files(), 1);
    assert_int_equal(replace("missing/file", "x"), SMITHY_ERROR_IO);
    char *path = malloc(10000);
    memset(path, 'a', 9999);
    path[9999] = '\0';
    assert_int_equal(replace(path, "x"), SMITHY_ERROR_IO);
    free(path);
    assert_int_equal(count_files(), 1);
}

/* ---- locks ---- */

static void a_lock_conflicts_even_within_one_process(void **state) {
    (void)state;
    int first = -1, second = 5;
    assert_int_equal(os()->file_lock(os()->context, "lock", &first), SMITHY_OK);
    assert_true(first >= 0);
    assert_int_equal(os()->file_lock(os()->context, "lock", &second), SMITHY_OK);
    assert_int_equal(second, -1);
    os()->file_unlock(os()->context, second);
    os()->file_unlock(os()->context, first);
    assert_int_equal(os()->file_lock(os()->context, "lock", &second), SMITHY_OK);
    assert_true(second >= 0);
    os()->file_unlock(os()->context, second);
    assert_int_equal(os()->file_lock(os()->context, "missing/lock", &first), SMITHY_ERROR_IO);
}

static void the_end_of_a_process_releases_its_lock(void **state) {
    (void)state;
    const pid_t child = fork();
    if (child == 0) {
        int handle = -1;
        const smithy_status status = os()->file_lock(os()->context, "lock", &handle);
        _exit(status == SMITHY_OK && handle >= 0 ? 0 : 1);
    }
    int result = -1;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
    int handle = -1;
    assert_int_equal(os()->file_lock(os()->context, "lock", &handle), SMITHY_OK);
    assert_true(handle >= 0);
    os()->file_unlock(os()->context, handle);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_run_in_milliseconds),
        cmocka_unit_test(a_signal_ends_the_sleep),
        cmocka_unit_test(chance_fills_every_byte),
        cmocka_unit_test(resize_is_three_functions_in_one),
        cmocka_unit_test(the_environment_is_read),
        in_folder(a_missing_file_is_no_failure),
        in_folder(what_is_no_plain_file_is_an_error_at_once),
        in_folder(reading_appends_and_holds_the_maximum),
        in_folder(a_large_file_is_read_in_whole),
        in_folder(a_file_is_written_and_read_as_a_stream),
        in_folder(who_takes_or_gives_a_stream_can_end_it),
        in_folder(a_stream_of_no_file_is_none_and_of_no_plain_one_an_error),
        in_folder(replacing_leaves_one_private_file),
        in_folder(a_symbolic_link_stays_and_its_target_is_replaced),
        in_folder(a_failed_replacement_leaves_nothing_behind),
        in_folder(a_lock_conflicts_even_within_one_process),
        in_folder(the_end_of_a_process_releases_its_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
