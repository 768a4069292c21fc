/* The state in a file: what is read, who wins a save, and how long is waited for the lock. */
#include "each_place.h"
#include "fake_system.h"
#include "state_text.h"

#define PATH      "/var/lib/exporter/state.json"
#define LOCK_PATH PATH ".lock"

typedef struct file_bench {
    fake_system fake;
    smithy_call *call;
    state_store *store, *other; /* Two processes of one file. */
    smithy_buffer content;
    bool won, exists;
} file_bench;

static int set_up(void **context) {
    static file_bench b;
    b = (file_bench){0};
    fake_system_init(&b.fake, 5);
    b.call = smithy_call_create(&(smithy_call_options){.system = &b.fake.system});
    assert_non_null(b.call);
    b.store = store_open_file(SMITHY_STR(PATH), SMITHY_STR("file://" PATH), &b.fake.system, b.call);
    b.other = store_open_file(SMITHY_STR(PATH), SMITHY_STR("file://" PATH), &b.fake.system, b.call);
    assert_non_null(b.store);
    assert_non_null(b.other);
    smithy_buffer_init(&b.content, &b.fake.system, 1 << 20);
    *context = &b;
    return 0;
}

static int tear_down(void **context) {
    file_bench *b = *context;
    smithy_buffer_deinit(&b->content);
    store_destroy(b->store);
    store_destroy(b->other);
    smithy_call_destroy(b->call);
    assert_int_equal(b->fake.live_blocks, 0);
    fake_system_deinit(&b->fake);
    return 0;
}

static smithy_status load(file_bench *b, state_store *store) {
    smithy_buffer_reset(&b->content);
    const smithy_status status = store_load_text(store, &b->content, &b->exists, b->call);
    if (status == SMITHY_OK) assert_string_equal(smithy_call_error(b->call)->message, "");
    return status;
}

static smithy_status save(file_bench *b, state_store *store, const char *text) {
    return store_save_text(store, smithy_str_from(text), &b->won, b->call);
}

static void assert_file(const file_bench *b, const char *text) {
    const fake_file *file = fake_system_file(&b->fake, PATH);
    assert_non_null(file);
    assert_true(file->exists);
    assert_int_equal(file->len, strlen(text));
    assert_memory_equal(file->bytes, text, file->len);
}

static void assert_lock(const file_bench *b, bool is_locked) {
    bool found = false;
    for (size_t i = 0; i < b->fake.file_count; i++)
        found = found || (strcmp(b->fake.files[i].path, LOCK_PATH) == 0 && b->fake.files[i].locked);
    assert_int_equal(found, is_locked);
}

static void a_file_that_is_not_there_is_no_state_and_the_first_save_makes_it(void **context) {
    file_bench *b = *context;
    assert_int_equal(load(b, b->store), SMITHY_OK);
    assert_false(b->exists);
    assert_int_equal(save(b, b->store, "one"), SMITHY_OK);
    assert_true(b->won);
    assert_file(b, "one");
    assert_lock(b, false);
}

static void what_was_saved_is_read_and_can_be_replaced(void **context) {
    file_bench *b = *context;
    fake_system_put_file(&b->fake, PATH, "one", 3);
    assert_int_equal(load(b, b->store), SMITHY_OK);
    assert_true(b->exists);
    assert_int_equal(b->content.len, 3);
    assert_int_equal(save(b, b->store, "two"), SMITHY_OK);
    assert_true(b->won);
    assert_int_equal(save(b, b->store, "three"), SMITHY_OK);
    assert_true(b->won);
    assert_file(b, "three");
}

static void of_two_that_read_the_same_one_wins(void **context) {
    file_bench *b = *context;
    fake_system_put_file(&b->fake, PATH, "one", 3);
    assert_int_equal(load(b, b->store), SMITHY_OK);
    assert_int_equal(load(b, b->other), SMITHY_OK);
    assert_int_equal(save(b, b->store, "mine"), SMITHY_OK);
    assert_true(b->won);
    assert_int_equal(save(b, b->other, "theirs"), SMITHY_OK);
    assert_false(b->won);
    assert_file(b, "mine");
    assert_lock(b, false);
    assert_int_equal(load(b, b->other), SMITHY_OK); /* Who has read it may write it again. */
    assert_int_equal(save(b, b->other, "theirs"), SMITHY_OK);
    assert_true(b->won);
}

static void of_two_that_found_no_file_one_wins(void **context) {
    file_bench *b = *context;
    assert_int_equal(load(b, b->store), SMITHY_OK);
    assert_int_equal(load(b, b->other), SMITHY_OK);
    assert_int_equal(save(b, b->store, "mine"), SMITHY_OK);
    assert_int_equal(save(b, b->other, "theirs"), SMITHY_OK);
    assert_false(b->won);
    assert_file(b, "mine");
}

static void a_file_that_was_deleted_meanwhile_is_not_made_again(void **context) {
    file_bench *b = *context;
    assert_int_equal(load(b, b->store), SMITHY_OK);
    assert_int_equal(save(b, b->store, "one"), SMITHY_OK);
    ((fake_file *)fake_system_file(&b->fake, PATH))->exists = false;
    assert_int_equal(save(b, b->store, "two"), SMITHY_OK);
    assert_false(b->won);
}

static void an_empty_file_is_a_document_like_any_other(void **context) {
    file_bench *b = *context;
    fake_system_put_file(&b->fake, PATH, "", 0);
    assert_int_equal(load(b, b->store), SMITHY_OK);
    assert_true(b->exists);
    assert_int_equal(save(b, b->store, "one"), SMITHY_OK);
    assert_true(b->won);
    assert_file(b, "one");
}

static void a_lock_that_is_held_is_waited_for_a_second_and_the_save_is_lost_then(void **context) {
    file_bench *b = *context;
    int handle;
    assert_int_equal(load(b, b->store), SMITHY_OK);
    assert_int_equal(b->fake.system.file_lock(&b->fake, LOCK_PATH, &handle), SMITHY_OK);
    b->won = true;
    assert_int_equal(save(b, b->store, "one"), SMITHY_OK);
    assert_false(b->won);
    assert_null(fake_system_file(&b->fake, PATH));
    assert_int_equal(b->fake.slept_ms, 49 * 20); /* Asked for fifty times. */
    assert_lock(b, true);                        /* Theirs still. */
    b->fake.system.file_unlock(&b->fake, handle);
    assert_int_equal(save(b, b->store, "one"), SMITHY_OK);
    assert_true(b->won);
    assert_int_equal(b->fake.slept_ms, 49 * 20);
}

static void what_cannot_be_read_or_written_is_told_with_its_path(void **context) {
    file_bench *b = *context;
    b->fake.file_fail = SMITHY_ERROR_IO;
    assert_int_equal(load(b, b->store), SMITHY_ERROR_IO);
    assert_string_equal(smithy_call_error(b->call)->message, "the state file " PATH " cannot be read");
    smithy_call_reset(b->call);
    assert_int_equal(save(b, b->store, "one"), SMITHY_ERROR_IO);
    assert_string_equal(smithy_call_error(b->call)->message, "the lock " LOCK_PATH " cannot be taken");
    assert_false(b->won);
}

static smithy_status cannot_read(void *context, const char *path, smithy_sink *content, bool *exists) {
    (void)context, (void)path, (void)content;
    *exists = false;
    return SMITHY_ERROR_IO;
}

static smithy_status cannot_replace(void *context, const char *path, const smithy_body *source) {
    (void)context, (void)path, (void)source;
    return SMITHY_ERROR_IO;
}

static void a_save_that_cannot_see_the_file_is_an_error_and_not_a_first_one(void **context) {
    file_bench *b = *context;
    assert_int_equal(load(b, b->store), SMITHY_OK);
    b->fake.system.file_stream = cannot_read;
    assert_int_equal(save(b, b->store, "one"), SMITHY_ERROR_IO);
    assert_null(fake_system_file(&b->fake, PATH));
    assert_lock(b, false);
}

static void a_save_that_cannot_write_is_an_error_and_gives_the_lock_back(void **context) {
    file_bench *b = *context;
    assert_int_equal(load(b, b->store), SMITHY_OK);
    b->fake.system.file_replace_from = cannot_replace;
    assert_int_equal(save(b, b->store, "one"), SMITHY_ERROR_IO);
    assert_string_equal(smithy_call_error(b->call)->message, "the state file " PATH " cannot be written");
    assert_lock(b, false);
}

static smithy_status cannot_give(void *context, uint8_t *bytes, size_t size, size_t *len) {
    (void)context, (void)bytes, (void)size;
    *len = 0;
    return SMITHY_ERROR_LIMIT;
}

static void a_document_that_cannot_be_given_replaces_nothing(void **context) {
    file_bench *b = *context;
    const smithy_body body = {.read = cannot_give, .rewind = text_sink_restart, .context = &b->content, .length = -1};
    fake_system_put_file(&b->fake, PATH, "one", 3);
    assert_int_equal(load(b, b->store), SMITHY_OK);
    assert_int_equal(b->store->save(b->store, &body, &b->won, b->call), SMITHY_ERROR_LIMIT);
    assert_file(b, "one");
    assert_lock(b, false);
}

static void a_path_may_have_four_thousand_and_ninety_six_bytes(void **context) {
    file_bench *b = *context;
    char path[4097];
    memset(path, 'p', sizeof path);
    state_store *store = store_open_file((smithy_str){path, 4096}, SMITHY_STR("file://"), &b->fake.system, b->call);
    assert_non_null(store);
    assert_int_equal(load(b, store), SMITHY_OK);
    assert_int_equal(save(b, store, "one"), SMITHY_OK);
    assert_true(b->won);
    store_destroy(store);
    assert_null(store_open_file((smithy_str){path, 4097}, SMITHY_STR("file://"), &b->fake.system, b->call));
    assert_string_equal(smithy_call_error(b->call)->message, "the state file's path is too long");
}

static void a_store_without_memory_is_none(void **context) {
    file_bench *b = *context;
    const size_t blocks = b->fake.live_blocks;
    for (size_t at = 1; at <= 3; at++) {
        b->fake.fail_allocation = b->fake.allocations + at;
        assert_null(store_open_file(SMITHY_STR(PATH), SMITHY_STR("file://" PATH), &b->fake.system, b->call));
        assert_int_equal(smithy_call_error(b->call)->status, SMITHY_ERROR_MEMORY);
        assert_int_equal(b->fake.live_blocks, blocks);
        smithy_call_reset(b->call);
    }
}

/* ---- what all stores share ---- */

static void the_settings_tell_which_store_is_opened(void **context) {
    file_bench *b = *context;
    exporter_settings settings = {
        .store_type = EXPORTER_STORE_FILE, .store_path = SMITHY_STR(PATH), .store_dsn = SMITHY_STR("file://" PATH)};
    state_store *store = store_open(&settings, NULL, NULL, NULL, &b->fake.system, b->call);
    assert_non_null(store);
    check_text(store->name, "file://" PATH);
    assert_int_equal(load(b, store), SMITHY_OK);
    assert_int_equal(save(b, store, "one"), SMITHY_OK);
    assert_file(b, "one");
    store_destroy(store);
    settings.store_type = EXPORTER_STORE_NONE;
    assert_null(store_open(&settings, NULL, NULL, NULL, &b->fake.system, b->call));
    assert_int_equal(smithy_call_status(b->call), SMITHY_ERROR_CONFIG);
    assert_string_equal(smithy_call_error(b->call)->message, "StateStoreType is missing: s3, dynamodb or file");
}

static smithy_status no_chance(void *context, void *bytes, size_t len) {
    (void)context, (void)bytes, (void)len;
    return SMITHY_ERROR_IO;
}

/* From half to one and a half of what doubles with each try. */
static void a_pause_doubles_and_differs_between_two_that_met(void **context) {
    file_bench *b = *context;
    b->fake.chance_is_highest = true;
    store_pause(&b->fake.system, 1);
    store_pause(&b->fake.system, 3);
    store_pause(&b->fake.system, 8);
    assert_int_equal(b->fake.sleeps[0], 200 * 383 / 256);
    assert_int_equal(b->fake.sleeps[1], 800 * 383 / 256);
    assert_int_equal(b->fake.sleeps[2], 25600 * 383 / 256);
    b->fake.system.random = no_chance;
    store_pause(&b->fake.system, 8);
    assert_int_equal(b->fake.sleeps[3], 25600);
}

static smithy_status load_and_save_twice(file_bench *b) {
    SMITHY_TRY(load(b, b->store));
    SMITHY_TRY(save(b, b->store, "one"));
    assert_true(b->won);
    return save(b, b->store, "two");
}

static void without_memory_no_save_counts_that_was_not_made(void **context) {
    file_bench *b = *context;
    for (each_place place = {0}; each_place_begin(&place);) {
        (void)torture_disarm();
        fake_system_put_file(&b->fake, PATH, "zero", 4);
        smithy_buffer_deinit(&b->content);
        smithy_buffer_init(&b->content, &b->fake.system, 1 << 20);
        smithy_call_reset(b->call);
        torture_arm((torture_kind)place.kind, place.at, false);
        if (each_place_end(&place, load_and_save_twice(b))) {
            assert_file(b, "two");
            assert_true(b->won);
        }
        assert_lock(b, false);
    }
}

#define FILE_TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_file_that_is_not_there_is_no_state_and_the_first_save_makes_it),
        FILE_TEST(what_was_saved_is_read_and_can_be_replaced),
        FILE_TEST(of_two_that_read_the_same_one_wins),
        FILE_TEST(of_two_that_found_no_file_one_wins),
        FILE_TEST(a_file_that_was_deleted_meanwhile_is_not_made_again),
        FILE_TEST(an_empty_file_is_a_document_like_any_other),
        FILE_TEST(a_lock_that_is_held_is_waited_for_a_second_and_the_save_is_lost_then),
        FILE_TEST(what_cannot_be_read_or_written_is_told_with_its_path),
        FILE_TEST(a_save_that_cannot_see_the_file_is_an_error_and_not_a_first_one),
        FILE_TEST(a_save_that_cannot_write_is_an_error_and_gives_the_lock_back),
        FILE_TEST(a_document_that_cannot_be_given_replaces_nothing),
        FILE_TEST(a_path_may_have_four_thousand_and_ninety_six_bytes),
        FILE_TEST(a_store_without_memory_is_none),
        FILE_TEST(the_settings_tell_which_store_is_opened),
        FILE_TEST(a_pause_doubles_and_differs_between_two_that_met),
        FILE_TEST(without_memory_no_save_counts_that_was_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
