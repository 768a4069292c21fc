/* Uploads: one request or parts, checked, conditional, whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>

#include "transfer_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static transfer_bench bench;
static const s3_put_object_input OBJECT = {
    .bucket = SMITHY_STR_INIT("bucket"), .key = SMITHY_STR_INIT("a/key"), .content_type = SMITHY_STR_INIT("text/x")};

static smithy_status upload_as(const s3_put_object_input *object, const s3_transfer_source *source) {
    return s3_transfer_upload(bench.client, object, source, &ONE_THREAD, &bench.result, bench.call);
}

static smithy_status upload_bytes(size_t len) {
    return upload_as(&OBJECT, &(s3_transfer_source){.bytes = {transfer_bytes(), len}});
}

static void assert_stored(size_t len) {
    assert_true(bench.s3.exists);
    assert_int_equal(bench.s3.len, len);
    assert_memory_equal(bench.s3.bytes, transfer_bytes(), len);
    assert_string_equal(bench.s3.content_type, "text/x");
    assert_int_equal(bench.result.length, len);
    assert_string_equal(bench.result.etag.ptr, bench.s3.etag);
    assert_non_null(bench.result.version_id.ptr);
    assert_false(bench.s3.is_open);
}

static void assert_nothing_left(void) {
    assert_false(bench.s3.exists);
    assert_false(bench.s3.is_open);
    assert_null(bench.result.etag.ptr);
}

/* ---- how many requests ---- */

static void a_small_one_is_one_request(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {0, 1, 8 * 1024 * 1024 - 1};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
        transfer_bench_open(&bench);
        assert_int_equal(upload_bytes(LENGTHS[i]), SMITHY_OK);
        assert_int_equal(bench.s3.counts[MEMORY_PUT], 1);
        assert_int_equal(bench.s3.counts[MEMORY_CREATE], 0);
        assert_int_equal(bench.result.parts, 1);
        assert_stored(LENGTHS[i]);
        transfer_bench_close(&bench);
    }
}

static void a_large_one_goes_in_parts(void **state) {
    (void)state;
    transfer_bench_open(&bench);
    assert_int_equal(upload_bytes(THREE), SMITHY_OK);
    assert_int_equal(bench.s3.counts[MEMORY_PUT], 0);
    assert_int_equal(bench.s3.counts[MEMORY_CREATE], 1);
    assert_int_equal(bench.s3.counts[MEMORY_PART], 3);
    assert_int_equal(bench.s3.counts[MEMORY_COMPLETE], 1);
    assert_int_equal(bench.s3.counts[MEMORY_ABORT], 0);
    assert_int_equal(bench.s3.longest_part, PART);
    assert_int_equal(bench.result.parts, 3);
    assert_stored(THREE);
    transfer_bench_close(&bench);
}

static void parts_that_fit_leave_no_empty_one(void **state) {
    (void)state;
    transfer_bench_open(&bench);
    assert_int_equal(upload_bytes(2 * PART), SMITHY_OK);
    assert_int_equal(bench.s3.counts[MEMORY_PART], 2);
    assert_stored(2 * PART);
    transfer_bench_close(&bench);
}

/* ---- files and streams ---- */

static void a_file_is_sent_where_it_is(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {0, 1000, THREE};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
        char path[] = "/tmp/upload-XXXXXX";
        const int fd = mkstemp(path);
        assert_int_equal(write(fd, transfer_bytes(), LENGTHS[i]), LENGTHS[i]);
        close(fd);
        transfer_bench_open(&bench);
        assert_int_equal(upload_as(&OBJECT, &(s3_transfer_source){.path = path}), SMITHY_OK);
        assert_stored(LENGTHS[i]);
        transfer_bench_close(&bench);
        unlink(path);
    }
}

static void a_file_that_is_not_there_is_named(void **state) {
    (void)state;
    static const char *const PATHS[] = {"/nonexistent/file", "/tmp"};
    for (size_t i = 0; i < 2; i++) {
        transfer_bench_open(&bench);
        assert_int_equal(upload_as(&OBJECT, &(s3_transfer_source){.path = PATHS[i]}), SMITHY_ERROR_IO);
        assert_non_null(strstr(smithy_call_error(bench.call)->message, PATHS[i]));
        assert_nothing_left();
        transfer_bench_close(&bench);
    }
}

typedef struct stream {
    size_t position, length, piece;
    size_t fails_at; /* 0: never. */
} stream;

static smithy_status read_stream(void *context, uint8_t *bytes, size_t size, size_t *len) {
    stream *self = context;
    const size_t left = self->length - self->position;
    if (self->fails_at && self->position >= self->fails_at) return SMITHY_ERROR_IO;
    *len = left < size ? left : size;
    if (*len > self->piece) *len = self->piece;
    memcpy(bytes, transfer_bytes() + self->position, *len);
    self->position += *len;
    return SMITHY_OK;
}

static void a_stream_of_unknown_length_is_read_once(void **state) {
    (void)state;
    static const struct {
        size_t length;
        int puts, parts;
    } CASES[] = {{0, 1, 0},        {100, 1, 0},      {PART - 1, 1, 0}, {PART, 0, 1},
                 {PART + 1, 0, 2}, {2 * PART, 0, 2}, {THREE, 0, 3}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        stream self = {.length = CASES[i].length, .piece = 700001};
        transfer_bench_open(&bench);
        memory_s3_fail(&bench.s3, MEMORY_PART, 1, MEMORY_REFUSE, 0); /* Sent again out of the buffer. */
        assert_int_equal(upload_as(&OBJECT, &(s3_transfer_source){.read = read_stream, .context = &self}), SMITHY_OK);
        assert_int_equal(bench.s3.counts[MEMORY_PUT], CASES[i].puts);
        assert_int_equal(bench.s3.counts[MEMORY_PART], CASES[i].parts ? CASES[i].parts + 1 : 0);
        assert_stored(CASES[i].length);
        transfer_bench_close(&bench);
    }
}

static void a_stream_of_known_length_must_keep_its_word(void **state) {
    (void)state;
    static const struct {
        int64_t announced;
        smithy_status status;
    } CASES[] = {{1000, SMITHY_OK}, {999, SMITHY_ERROR_IO}, {1001, SMITHY_ERROR_IO}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        stream self = {.length = 1000, .piece = 300};
        const s3_transfer_source source = {.read = read_stream, .context = &self, .read_length = CASES[i].announced};
        transfer_bench_open(&bench);
        assert_int_equal(upload_as(&OBJECT, &source), CASES[i].status);
        if (CASES[i].status == SMITHY_OK)
            assert_stored(1000);
        else
            assert_nothing_left();
        transfer_bench_close(&bench);
    }
}

static void a_stream_that_fails_aborts_the_upload(void **state) {
    (void)state;
    stream self = {.length = THREE, .piece = PART, .fails_at = PART};
    transfer_bench_open(&bench);
    assert_int_equal(upload_as(&OBJECT, &(s3_transfer_source){.read = read_stream, .context = &self}), SMITHY_ERROR_IO);
    assert_int_equal(bench.s3.counts[MEMORY_ABORT], 1);
    assert_nothing_left();
    transfer_bench_close(&bench);
}

/* ---- failures ---- */

static void what_fails_for_good_is_aborted(void **state) {
    (void)state;
    static const struct {
        memory_op op;
        int nth;
    } CASES[] = {{MEMORY_PART, 1}, {MEMORY_PART, 3}, {MEMORY_COMPLETE, 1}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        transfer_bench_open(&bench);
        memory_s3_fail(&bench.s3, CASES[i].op, CASES[i].nth, MEMORY_DENY, 0);
        assert_int_equal(upload_bytes(THREE), SMITHY_ERROR_SERVICE);
        assert_true(smithy_error_has_code(smithy_call_error(bench.call), "AccessDenied"));
        assert_int_equal(bench.s3.counts[MEMORY_ABORT], 1);
        assert_nothing_left();
        transfer_bench_close(&bench);
    }
}

static void an_abort_that_fails_is_told(void **state) {
    (void)state;
    transfer_bench_open(&bench);
    memory_s3_fail(&bench.s3, MEMORY_PART, 2, MEMORY_DENY, 0);
    memory_s3_fail(&bench.s3, MEMORY_ABORT, 0, MEMORY_DENY, 0);
    assert_int_equal(upload_bytes(THREE), SMITHY_ERROR_SERVICE);
    assert_non_null(strstr(smithy_call_error(bench.call)->message, "the upload the-upload could not be aborted"));
    transfer_bench_close(&bench);
}

static void what_is_transient_is_sent_again(void **state) {
    (void)state;
    transfer_bench_open(&bench);
    memory_s3_fail(&bench.s3, MEMORY_CREATE, 1, MEMORY_REFUSE, 0);
    memory_s3_fail(&bench.s3, MEMORY_PART, 2, MEMORY_REFUSE, 0);
    memory_s3_fail(&bench.s3, MEMORY_PART, 4, MEMORY_LOSE, 0);
    memory_s3_fail(&bench.s3, MEMORY_COMPLETE, 1, MEMORY_ERROR_IN_200, 0);
    assert_int_equal(upload_bytes(THREE), SMITHY_OK);
    assert_stored(THREE);
    transfer_bench_close(&bench);
}

static void cancel(void *context, memory_op op, int nth) {
    (void)context;
    if (op == MEMORY_PART && nth == 2) smithy_call_cancel(bench.call);
}

static void a_canceled_upload_is_aborted(void **state) {
    (void)state;
    transfer_bench_open(&bench);
    bench.s3.on_request = cancel;
    assert_int_equal(upload_bytes(THREE), SMITHY_ERROR_CANCELED);
    assert_int_equal(bench.s3.counts[MEMORY_ABORT], 1);
    assert_nothing_left();
    transfer_bench_close(&bench);
}

/* ---- lost answers ---- */

static void a_completion_whose_answer_is_lost_is_found(void **state) {
    (void)state;
    transfer_bench_open(&bench);
    memory_s3_fail(&bench.s3, MEMORY_COMPLETE, 1, MEMORY_LOSE, 0);
    assert_int_equal(upload_bytes(THREE), SMITHY_OK);
    assert_int_equal(bench.s3.counts[MEMORY_COMPLETE], 2); /* NoSuchUpload is its answer. */
    assert_int_equal(bench.s3.counts[MEMORY_HEAD], 1);
    assert_stored(THREE);
    transfer_bench_close(&bench);
}

static void a_conditional_write_whose_answer_is_lost_is_ours_by_its_nonce(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {1000, THREE};
    static const memory_op OPS[] = {MEMORY_PUT, MEMORY_COMPLETE};
    for (size_t i = 0; i < 2; i++) {
        s3_put_object_input object = OBJECT;
        object.if_none_match = SMITHY_STR("*");
        transfer_bench_open(&bench);
        memory_s3_fail(&bench.s3, OPS[i], 1, MEMORY_LOSE, 0);
        assert_int_equal(upload_as(&object, &(s3_transfer_source){.bytes = {transfer_bytes(), LENGTHS[i]}}), SMITHY_OK);
        assert_int_equal(strlen(bench.s3.nonce), 36);
        assert_stored(LENGTHS[i]);
        transfer_bench_close(&bench);
    }
}

static void somebody_elses_object_is_a_failed_precondition(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {1000, THREE};
    for (size_t i = 0; i < 2; i++) {
        s3_put_object_input object = OBJECT;
        object.if_none_match = SMITHY_STR("*");
        transfer_bench_open(&bench);
        memory_s3_put(&bench.s3, transfer_bytes(), LENGTHS[i]); /* The same bytes are not the same write. */
        assert_int_equal(upload_as(&object, &(s3_transfer_source){.bytes = {transfer_bytes(), LENGTHS[i]}}),
                         SMITHY_ERROR_SERVICE);
        assert_int_equal(s3_error_of(bench.call), S3_ERROR_PRECONDITION_FAILED);
        assert_false(bench.s3.is_open);
        transfer_bench_close(&bench);
    }
}

static void a_doubt_that_ends_with_anothers_object_is_a_failed_precondition(void **state) {
    (void)state;
    s3_put_object_input object = OBJECT;
    object.if_none_match = SMITHY_STR("*");
    transfer_bench_open(&bench);
    memory_s3_fail(&bench.s3, MEMORY_PUT, 1, MEMORY_LOSE, 0);
    memory_s3_fail(&bench.s3, MEMORY_HEAD, 1, MEMORY_REPLACE, 0);
    assert_int_equal(upload_as(&object, &(s3_transfer_source){.bytes = {transfer_bytes(), 10}}), SMITHY_ERROR_SERVICE);
    assert_int_equal(s3_error_of(bench.call), S3_ERROR_PRECONDITION_FAILED);
    transfer_bench_close(&bench);
}

/* ---- what cannot be ---- */

static void what_makes_no_sense_is_refused_before_any_request(void **state) {
    (void)state;
    const s3_transfer_source none = {.path = NULL}, both = {.bytes = {transfer_bytes(), 1}, .path = "/tmp"};
    const s3_transfer_source one = {.bytes = {transfer_bytes(), 1}};
    const s3_transfer_options bad[] = {
        {.part_size = 1}, {.part_size = -1}, {.threads = 33}, {.threads = -1}, {.threshold = -1}};
    s3_put_object_input with_body = OBJECT;
    with_body.body.bytes = (smithy_bytes){transfer_bytes(), 1};
    transfer_bench_open(&bench);
    assert_int_equal(upload_as(&OBJECT, &none), SMITHY_ERROR_INPUT);
    assert_int_equal(upload_as(&OBJECT, &both), SMITHY_ERROR_INPUT);
    assert_int_equal(upload_as(&with_body, &one), SMITHY_ERROR_INPUT);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(s3_transfer_upload(bench.client, &OBJECT, &one, &bad[i], &bench.result, bench.call),
                         SMITHY_ERROR_INPUT);
    for (int i = 0; i < MEMORY_OPS; i++) assert_int_equal(bench.s3.counts[i], 0);
    transfer_bench_close(&bench);
}

static void a_checksum_of_the_whole_is_taken_where_parts_allow_it(void **state) {
    (void)state;
    s3_put_object_input object = OBJECT;
    object.checksum_sha256 = SMITHY_STR("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=");
    transfer_bench_open(&bench);
    assert_int_equal(upload_as(&object, &(s3_transfer_source){.bytes = {transfer_bytes(), THREE}}), SMITHY_ERROR_INPUT);
    assert_int_equal(bench.s3.counts[MEMORY_CREATE], 0);
    transfer_bench_close(&bench);
}

static int64_t last_done, last_total;
static int reports;

static void note_progress(void *context, int64_t done, int64_t total) {
    (void)context;
    assert_true(done > last_done);
    last_done = done;
    last_total = total;
    reports++;
}

static void progress_is_told_after_each_part(void **state) {
    (void)state;
    s3_transfer_options options = ONE_THREAD;
    options.progress = note_progress;
    last_done = reports = 0;
    transfer_bench_open(&bench);
    const s3_transfer_source source = {.bytes = {transfer_bytes(), THREE}};
    assert_int_equal(s3_transfer_upload(bench.client, &OBJECT, &source, &options, &bench.result, bench.call),
                     SMITHY_OK);
    assert_int_equal(reports, 3);
    assert_int_equal(last_done, THREE);
    assert_int_equal(last_total, THREE);
    transfer_bench_close(&bench);
}

static void memory_that_runs_out_leaves_nothing(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {1000, 2 * PART};
    for (size_t i = 0; i < 2; i++) {
        smithy_status status = SMITHY_ERROR_MEMORY;
        /* Of many parts not every allocation, which takes long. */
        for (size_t nth = 1; status != SMITHY_OK; nth += i ? 13 : 1) {
            stream self = {.length = LENGTHS[i], .piece = PART};
            transfer_bench_open(&bench);
            bench.fake.fail_allocation = bench.fake.allocations + nth;
            const s3_transfer_options options = {.part_size = (int64_t)PART, .threshold = (int64_t)PART, .threads = 1};
            status =
                s3_transfer_upload(bench.client, &OBJECT, &(s3_transfer_source){.read = read_stream, .context = &self},
                                   &options, &bench.result, bench.call);
            assert_true(status == SMITHY_OK || status == SMITHY_ERROR_MEMORY);
            assert_false(bench.s3.is_open);
            transfer_bench_close(&bench);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_one_is_one_request),
        cmocka_unit_test(a_large_one_goes_in_parts),
        cmocka_unit_test(parts_that_fit_leave_no_empty_one),
        cmocka_unit_test(a_file_is_sent_where_it_is),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(a_stream_of_unknown_length_is_read_once),
        cmocka_unit_test(a_stream_of_known_length_must_keep_its_word),
        cmocka_unit_test(a_stream_that_fails_aborts_the_upload),
        cmocka_unit_test(what_fails_for_good_is_aborted),
        cmocka_unit_test(an_abort_that_fails_is_told),
        cmocka_unit_test(what_is_transient_is_sent_again),
        cmocka_unit_test(a_canceled_upload_is_aborted),
        cmocka_unit_test(a_completion_whose_answer_is_lost_is_found),
        cmocka_unit_test(a_conditional_write_whose_answer_is_lost_is_ours_by_its_nonce),
        cmocka_unit_test(somebody_elses_object_is_a_failed_precondition),
        cmocka_unit_test(a_doubt_that_ends_with_anothers_object_is_a_failed_precondition),
        cmocka_unit_test(what_makes_no_sense_is_refused_before_any_request),
        cmocka_unit_test(a_checksum_of_the_whole_is_taken_where_parts_allow_it),
        cmocka_unit_test(progress_is_told_after_each_part),
        cmocka_unit_test(memory_that_runs_out_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
