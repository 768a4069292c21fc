/* Downloads: whole or an error, in order, going on where an answer broke off. */
#include <setjmp.h>
#include <stdarg.h>

#include "transfer_bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static transfer_bench bench;
static const s3_get_object_input OBJECT = {.bucket = SMITHY_STR_INIT("bucket"), .key = SMITHY_STR_INIT("a/key")};

/* What a target got. */
typedef struct received {
    uint8_t *bytes;
    size_t len;
    size_t refuses_at; /* 0: never. */
} received;
static received got;

static smithy_status take_bytes(void *context, const uint8_t *bytes, size_t len) {
    received *self = context;
    if (self->refuses_at && self->len + len > self->refuses_at) return SMITHY_ERROR_IO;
    memcpy(self->bytes + self->len, bytes, len);
    self->len += len;
    return SMITHY_OK;
}

static void open_with(size_t len) {
    transfer_bench_open(&bench);
    memory_s3_put(&bench.s3, transfer_bytes(), len);
    got = (received){.bytes = malloc(THREE)};
    assert_non_null(got.bytes);
}

static void close_bench(void) {
    free(got.bytes);
    transfer_bench_close(&bench);
}

static smithy_status download(void) {
    const s3_transfer_target target = {.write = take_bytes, .context = &got};
    return s3_transfer_download(bench.client, &OBJECT, &target, &ONE_THREAD, &bench.result, bench.call);
}

static void assert_whole(size_t len) {
    assert_int_equal(got.len, len);
    assert_memory_equal(got.bytes, transfer_bytes(), len);
    assert_int_equal(bench.result.length, len);
    assert_string_equal(bench.result.etag.ptr, bench.s3.etag);
    assert_string_equal(bench.result.version_id.ptr, "v3");
}

/* ---- what comes ---- */

static void every_length_comes_whole(void **state) {
    (void)state;
    static const struct {
        size_t length;
        int requests;
    } CASES[] = {{0, 0}, {1, 1}, {PART - 1, 1}, {PART, 1}, {PART + 1, 2}, {2 * PART, 2}, {THREE, 3}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        open_with(CASES[i].length);
        assert_int_equal(download(), SMITHY_OK);
        assert_int_equal(bench.s3.counts[MEMORY_HEAD], 1);
        assert_int_equal(bench.s3.counts[MEMORY_GET], CASES[i].requests);
        assert_int_equal(bench.result.parts, CASES[i].requests);
        assert_false(bench.result.is_verified);
        assert_whole(CASES[i].length);
        close_bench();
    }
}

static void the_checksum_of_the_whole_is_verified(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {0, 10, THREE};
    for (size_t i = 0; i < 3; i++) {
        open_with(LENGTHS[i]);
        bench.s3.keeps_checksum = true;
        assert_int_equal(download(), SMITHY_OK);
        assert_true(bench.result.is_verified);
        assert_whole(LENGTHS[i]);
        close_bench();
    }
}

static void a_flipped_bit_is_found(void **state) {
    (void)state;
    open_with(THREE);
    bench.s3.keeps_checksum = true;
    memory_s3_fail(&bench.s3, MEMORY_GET, 2, MEMORY_FLIP, 0);
    assert_int_equal(download(), SMITHY_ERROR_RESPONSE);
    assert_string_equal(smithy_call_error(bench.call)->message, "the object does not match its CRC32");
    close_bench();
}

/* ---- what breaks ---- */

static void a_broken_answer_goes_on_behind_its_last_byte(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {1000, THREE};
    for (size_t i = 0; i < 2; i++) {
        open_with(LENGTHS[i]);
        bench.s3.keeps_checksum = true;
        memory_s3_fail(&bench.s3, MEMORY_GET, 1, MEMORY_BREAK, 600);
        memory_s3_fail(&bench.s3, MEMORY_GET, 2, MEMORY_BREAK, 1);
        memory_s3_fail(&bench.s3, MEMORY_GET, 3, MEMORY_REFUSE, 0);
        assert_int_equal(download(), SMITHY_OK);
        assert_true(bench.result.is_verified);
        assert_whole(LENGTHS[i]);
        close_bench();
    }
}

static void an_answer_that_never_brings_a_byte_ends_it(void **state) {
    (void)state;
    open_with(1000);
    memory_s3_fail(&bench.s3, MEMORY_GET, 0, MEMORY_BREAK, 0);
    assert_int_equal(download(), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(bench.s3.counts[MEMORY_GET], 3); /* The client's own attempts. */
    close_bench();
}

static void a_trickle_ends_too(void **state) {
    (void)state;
    open_with(1000);
    memory_s3_fail(&bench.s3, MEMORY_GET, 0, MEMORY_BREAK, 1);
    assert_int_equal(download(), SMITHY_ERROR_TRANSPORT);
    assert_true(bench.s3.counts[MEMORY_GET] <= 101);
    close_bench();
}

static void another_range_is_an_error(void **state) {
    (void)state;
    static const memory_fault_kind KINDS[] = {MEMORY_TOO_LONG, MEMORY_ANOTHER, MEMORY_IGNORE};
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        open_with(THREE);
        memory_s3_fail(&bench.s3, MEMORY_GET, 2, KINDS[i], 0);
        assert_int_equal(download(), SMITHY_ERROR_RESPONSE);
        assert_int_equal(got.len, PART); /* Nothing of the wrong one. */
        close_bench();
    }
}

static void an_object_that_is_replaced_meanwhile_is_a_failed_precondition(void **state) {
    (void)state;
    open_with(THREE);
    memory_s3_fail(&bench.s3, MEMORY_GET, 2, MEMORY_REPLACE, 0);
    assert_int_equal(download(), SMITHY_ERROR_SERVICE);
    assert_int_equal(s3_error_of(bench.call), S3_ERROR_PRECONDITION_FAILED);
    close_bench();
}

static void an_object_that_is_not_there_is_not_found(void **state) {
    (void)state;
    open_with(1);
    bench.s3.exists = false;
    assert_int_equal(download(), SMITHY_ERROR_SERVICE);
    assert_int_equal(s3_error_of(bench.call), S3_ERROR_NOT_FOUND);
    close_bench();
}

static void a_target_that_refuses_ends_it(void **state) {
    (void)state;
    open_with(THREE);
    got.refuses_at = PART + 1;
    assert_int_equal(download(), SMITHY_ERROR_IO);
    assert_int_equal(bench.s3.counts[MEMORY_GET], 2);
    close_bench();
}

static void cancel(void *context, memory_op op, int nth) {
    (void)context;
    if (op == MEMORY_GET && nth == 2) smithy_call_cancel(bench.call);
}

static void a_canceled_download_ends(void **state) {
    (void)state;
    open_with(THREE);
    bench.s3.on_request = cancel;
    assert_int_equal(download(), SMITHY_ERROR_CANCELED);
    assert_int_equal(bench.s3.counts[MEMORY_GET], 2);
    close_bench();
}

/* ---- files ---- */

static char folder[] = "/tmp/download-XXXXXX";

static int files_in_folder(void) {
    int count = 0;
    DIR *list = opendir(folder);
    for (const struct dirent *entry = readdir(list); entry; entry = readdir(list)) count += entry->d_name[0] != '.';
    closedir(list);
    return count;
}

static smithy_status download_to(const char *path) {
    const s3_transfer_target target = {.path = path};
    return s3_transfer_download(bench.client, &OBJECT, &target, &ONE_THREAD, &bench.result, bench.call);
}

static void read_file(const char *path) {
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    got.len = 0;
    for (ssize_t len; (len = read(fd, got.bytes + got.len, THREE - got.len)) > 0;) got.len += (size_t)len;
    close(fd);
}

static void a_file_is_replaced_when_all_has_come(void **state) {
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s/file", folder);
    for (int round = 0; round < 2; round++) {
        const size_t len = round ? 17 : THREE;
        open_with(len);
        assert_int_equal(download_to(path), SMITHY_OK);
        read_file(path);
        assert_whole(len);
        assert_int_equal(files_in_folder(), 1);
        close_bench();
    }
    unlink(path);
}

static void a_failure_leaves_the_file_as_it_was(void **state) {
    (void)state;
    static const memory_fault_kind KINDS[] = {MEMORY_DENY, MEMORY_FLIP, MEMORY_REPLACE};
    char path[64];
    snprintf(path, sizeof path, "%s/file", folder);
    for (size_t i = 0; i < 3; i++) {
        FILE *file = fopen(path, "w");
        fputs("before", file);
        fclose(file);
        open_with(THREE);
        bench.s3.keeps_checksum = true;
        memory_s3_fail(&bench.s3, MEMORY_GET, 3, KINDS[i], 0);
        assert_int_not_equal(download_to(path), SMITHY_OK);
        read_file(path);
        assert_int_equal(got.len, 6);
        assert_memory_equal(got.bytes, "before", 6);
        assert_int_equal(files_in_folder(), 1);
        close_bench();
    }
    unlink(path);
}

static void a_folder_that_is_not_there_is_named(void **state) {
    (void)state;
    open_with(1);
    assert_int_equal(download_to("/nonexistent/folder/file"), SMITHY_ERROR_IO);
    assert_non_null(strstr(smithy_call_error(bench.call)->message, "/nonexistent/folder/file"));
    close_bench();
}

static void a_descriptor_is_written_in_order_and_stays_open(void **state) {
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s/descriptor", folder);
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    open_with(THREE);
    const s3_transfer_target target = {.fd = SMITHY_SET(fd)};
    assert_int_equal(s3_transfer_download(bench.client, &OBJECT, &target, &ONE_THREAD, &bench.result, bench.call),
                     SMITHY_OK);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), THREE);
    close(fd);
    read_file(path);
    assert_whole(THREE);
    unlink(path);
    close_bench();
}

/* ---- what cannot be ---- */

static void what_makes_no_sense_is_refused(void **state) {
    (void)state;
    const s3_transfer_target none = {.path = NULL}, two = {.path = "/tmp/x", .fd = SMITHY_SET(1)};
    s3_get_object_input ranged = OBJECT;
    ranged.range = SMITHY_STR("bytes=0-1");
    open_with(10);
    const s3_transfer_target one = {.write = take_bytes, .context = &got};
    assert_int_equal(s3_transfer_download(bench.client, &OBJECT, &none, NULL, &bench.result, bench.call),
                     SMITHY_ERROR_INPUT);
    assert_int_equal(s3_transfer_download(bench.client, &OBJECT, &two, NULL, &bench.result, bench.call),
                     SMITHY_ERROR_INPUT);
    assert_int_equal(s3_transfer_download(bench.client, &ranged, &one, NULL, &bench.result, bench.call),
                     SMITHY_ERROR_INPUT);
    assert_int_equal(bench.s3.counts[MEMORY_GET], 0);
    close_bench();
}

static void memory_that_runs_out_leaves_nothing(void **state) {
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s/file", folder);
    smithy_status status = SMITHY_ERROR_MEMORY;
    for (size_t nth = 1; status != SMITHY_OK; nth++) {
        open_with(1000);
        bench.fake.fail_allocation = bench.fake.allocations + nth;
        status = download_to(path);
        assert_true(status == SMITHY_OK || status == SMITHY_ERROR_MEMORY);
        assert_int_equal(files_in_folder(), status == SMITHY_OK);
        close_bench();
    }
    unlink(path);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_comes_whole),
        cmocka_unit_test(the_checksum_of_the_whole_is_verified),
        cmocka_unit_test(a_flipped_bit_is_found),
        cmocka_unit_test(a_broken_answer_goes_on_behind_its_last_byte),
        cmocka_unit_test(an_answer_that_never_brings_a_byte_ends_it),
        cmocka_unit_test(a_trickle_ends_too),
        cmocka_unit_test(another_range_is_an_error),
        cmocka_unit_test(an_object_that_is_replaced_meanwhile_is_a_failed_precondition),
        cmocka_unit_test(an_object_that_is_not_there_is_not_found),
        cmocka_unit_test(a_target_that_refuses_ends_it),
        cmocka_unit_test(a_canceled_download_ends),
        cmocka_unit_test(a_file_is_replaced_when_all_has_come),
        cmocka_unit_test(a_failure_leaves_the_file_as_it_was),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        cmocka_unit_test(a_descriptor_is_written_in_order_and_stays_open),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(memory_that_runs_out_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
