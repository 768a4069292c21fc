/* What a task's name tells, and what it must not be taken for. */
#include "each_place.h"
#include "task.h"

#include <stdio.h>
#include <string.h>

#define STATE "0123456789abcdef"

static const task_spec SPEC = {.kind = STATE_UNIT_STREAM,
                               .group = SMITHY_STR_INIT("app/0"),
                               .prefix = SMITHY_STR_INIT("web.1"),
                               .from_ms = 10,
                               .to_ms = 20,
                               .bucket = SMITHY_STR_INIT("archive"),
                               .destination_prefix = SMITHY_STR_INIT("x/y"),
                               .attempt = 3};

static task_info info_of(const task_spec *spec, const char *name) {
    return (task_info){.name = smithy_str_from(name),
                       .group = spec->group,
                       .bucket = spec->bucket,
                       .destination_prefix = spec->destination_prefix,
                       .from_ms = spec->from_ms,
                       .to_ms = spec->to_ms};
}

static bool read(const task_spec *spec, const char *name, task_spec *out, bool *whole) {
    const task_info info = info_of(spec, name);
    return task_read_name(&info, SMITHY_STR(STATE), SMITHY_STR("archive"), out, whole);
}

static void a_name_tells_kind_attempt_and_stream(void **context) {
    char name[TASK_NAME_MAX + 1];
    bool carries, whole;
    task_spec out;
    (void)context;
    assert_int_equal(task_write_name(&SPEC, SMITHY_STR(STATE), name, &carries), SMITHY_OK);
    assert_true(carries);
    assert_memory_equal(name, "cwl-s3-exporter." STATE ".s.", 35);
    assert_string_equal(name + strlen(name) - 8, ".3.web.1");
    assert_true(read(&SPEC, name, &out, &whole));
    assert_true(whole);
    assert_int_equal(out.kind, STATE_UNIT_STREAM);
    assert_int_equal(out.attempt, 3);
    assert_int_equal(out.from_ms, 10);
    assert_int_equal(out.to_ms, 20);
    assert_true(smithy_str_equal(out.prefix, SMITHY_STR("web.1")));
    assert_true(smithy_str_equal(out.group, SPEC.group));
    assert_true(smithy_str_equal(out.bucket, SPEC.bucket));
    assert_true(smithy_str_equal(out.destination_prefix, SPEC.destination_prefix));
}

static void each_part_of_what_is_asked_changes_the_name(void **context) {
    char first[TASK_NAME_MAX + 1], other[TASK_NAME_MAX + 1];
    bool carries;
    (void)context;
    task_spec specs[8];
    for (int i = 0; i < 8; i++) specs[i] = SPEC;
    specs[0].kind = STATE_UNIT_OWED;
    specs[1].group = SMITHY_STR("app/1");
    specs[2].prefix = SMITHY_STR("web.2");
    specs[3].from_ms = 11;
    specs[4].to_ms = 21;
    specs[5].bucket = SMITHY_STR("other");
    specs[6].destination_prefix = SMITHY_STR("x/z");
    specs[7].attempt = 4;
    assert_int_equal(task_write_name(&SPEC, SMITHY_STR(STATE), first, &carries), SMITHY_OK);
    for (int i = 0; i < 8; i++) {
        bool whole;
        task_spec out;
        assert_int_equal(task_write_name(&specs[i], SMITHY_STR(STATE), other, &carries), SMITHY_OK);
        assert_string_not_equal(other, first);
        /* The attempt is not hashed: an earlier one's task is as good. Kind and stream stand in the name itself. */
        if (i == 0 || i == 2 || i == 7) continue;
        assert_true(read(&specs[i], first, &out, &whole));
        assert_false(whole);
    }
}

/* No two lists of texts hash alike. */
static void what_moves_from_one_text_to_its_neighbour_changes_the_name(void **context) {
    char first[TASK_NAME_MAX + 1], other[TASK_NAME_MAX + 1];
    bool carries;
    task_spec moved = SPEC;
    (void)context;
    moved.bucket = SMITHY_STR("archivex");
    moved.destination_prefix = SMITHY_STR("/y");
    assert_int_equal(task_write_name(&SPEC, SMITHY_STR(STATE), first, &carries), SMITHY_OK);
    assert_int_equal(task_write_name(&moved, SMITHY_STR(STATE), other, &carries), SMITHY_OK);
    assert_string_not_equal(other, first);
}

static void a_text_of_one_letter_counts_as_much_as_a_longer_one(void **context) {
    char first[TASK_NAME_MAX + 1], other[TASK_NAME_MAX + 1];
    bool carries;
    task_spec specs[2] = {SPEC, SPEC};
    (void)context;
    specs[0].group = SMITHY_STR("a");
    specs[1].group = SMITHY_STR("b");
    assert_int_equal(task_write_name(&specs[0], SMITHY_STR(STATE), first, &carries), SMITHY_OK);
    assert_int_equal(task_write_name(&specs[1], SMITHY_STR(STATE), other, &carries), SMITHY_OK);
    assert_string_not_equal(other, first);
}

/* It would be found again as another task, or as none. */
static void a_name_that_cannot_be_hashed_is_an_error(void **context) {
    char expected[TASK_NAME_MAX + 1], name[TASK_NAME_MAX + 1];
    bool carries, whole;
    (void)context;
    assert_int_equal(task_write_name(&SPEC, SMITHY_STR(STATE), expected, &carries), SMITHY_OK);
    for (each_place place = {0}; each_place_begin(&place);)
        if (each_place_end(&place, task_write_name(&SPEC, SMITHY_STR(STATE), name, &carries)))
            assert_string_equal(name, expected);
    task_spec out;
    for (each_place place = {0}; each_place_begin(&place);) {
        assert_true(read(&SPEC, expected, &out, &whole));
        (void)each_place_end(&place, whole ? SMITHY_OK : SMITHY_ERROR_MEMORY);
    }
}

static void a_groups_task_has_an_empty_stream(void **context) {
    char name[TASK_NAME_MAX + 1];
    bool carries, whole;
    task_spec spec = SPEC, out;
    (void)context;
    spec.kind = STATE_UNIT_GROUP;
    spec.prefix = (smithy_str){0};
    assert_int_equal(task_write_name(&spec, SMITHY_STR(STATE), name, &carries), SMITHY_OK);
    assert_true(carries);
    assert_true(read(&spec, name, &out, &whole));
    assert_true(whole);
    assert_non_null(out.prefix.ptr);
    assert_int_equal(out.prefix.len, 0);
}

/* 16 + 17 + 2 + 17 + 2 bytes stand ahead of the stream. */
#define AHEAD (sizeof "cwl-s3-exporter." STATE ".s.0123456789abcdef.3." - 1)

static void a_name_that_has_no_room_for_the_stream_says_so_by_a_capital(void **context) {
    char stream[TASK_NAME_MAX], name[TASK_NAME_MAX + 1];
    bool carries, whole;
    task_spec spec = SPEC, out;
    (void)context;
    memset(stream, 'n', sizeof stream);
    spec.prefix = (smithy_str){stream, TASK_NAME_MAX - AHEAD};
    assert_int_equal(task_write_name(&spec, SMITHY_STR(STATE), name, &carries), SMITHY_OK);
    assert_true(carries);
    assert_int_equal(strlen(name), TASK_NAME_MAX);
    spec.prefix.len++;
    assert_int_equal(task_write_name(&spec, SMITHY_STR(STATE), name, &carries), SMITHY_OK);
    assert_false(carries);
    assert_memory_equal(name, "cwl-s3-exporter." STATE ".S.", 35);
    assert_true(read(&spec, name, &out, &whole));
    assert_true(whole);
    assert_int_equal(out.kind, STATE_UNIT_STREAM);
    assert_null(out.prefix.ptr);
}

/* The hash is all that tells them apart. */
static void streams_whose_names_have_no_room_have_different_names_all_the_same(void **context) {
    char stream[TASK_NAME_MAX], first[TASK_NAME_MAX + 1], other[TASK_NAME_MAX + 1];
    bool carries;
    task_spec spec = SPEC;
    (void)context;
    memset(stream, 'n', sizeof stream);
    spec.prefix = (smithy_str){stream, sizeof stream};
    assert_int_equal(task_write_name(&spec, SMITHY_STR(STATE), first, &carries), SMITHY_OK);
    stream[sizeof stream - 1] = 'm';
    assert_int_equal(task_write_name(&spec, SMITHY_STR(STATE), other, &carries), SMITHY_OK);
    assert_false(carries);
    assert_string_not_equal(other, first);
}

static void a_name_whose_stream_was_changed_is_not_whole(void **context) {
    char name[TASK_NAME_MAX + 1];
    bool carries, whole;
    task_spec out;
    (void)context;
    assert_int_equal(task_write_name(&SPEC, SMITHY_STR(STATE), name, &carries), SMITHY_OK);
    name[strlen(name) - 1] = '2';
    assert_true(read(&SPEC, name, &out, &whole));
    assert_false(whole);
}

static void every_kind_is_read_back(void **context) {
    static const state_unit_kind KINDS[] = {STATE_UNIT_GROUP, STATE_UNIT_PREFIX, STATE_UNIT_STREAM, STATE_UNIT_OWED};
    char name[TASK_NAME_MAX + 1];
    (void)context;
    for (size_t i = 0; i < 4; i++)
        for (int capital = 0; capital < 2; capital++) {
            bool whole;
            task_spec out;
            snprintf(name, sizeof name, "cwl-s3-exporter." STATE ".%c.hash.1.", (char)KINDS[i] - 32 * capital);
            assert_true(read(&SPEC, name, &out, &whole));
            assert_int_equal(out.kind, KINDS[i]);
            assert_int_equal(whole, capital);
        }
}

static void a_task_that_wrote_to_another_bucket_is_not_whole(void **context) {
    char name[TASK_NAME_MAX + 1];
    bool carries, whole;
    task_spec spec = SPEC, out;
    (void)context;
    spec.bucket = SMITHY_STR("elsewhere");
    assert_int_equal(task_write_name(&spec, SMITHY_STR(STATE), name, &carries), SMITHY_OK);
    assert_true(read(&spec, name, &out, &whole));
    assert_false(whole);
}

static void other_names_are_other_peoples(void **context) {
    static const char *const NAMES[] = {
        "",
        "nightly",
        "cwl-s3-exporter",
        "cwl-s3-exporter." STATE,
        "cwl-s3-exporter." STATE ".s",
        "cwl-s3-exporter." STATE ".s.hash",
        "cwl-s3-exporter." STATE ".s.hash.1",
        "cwl-s3-exporter." STATE ".s.hash.one.web",
        "cwl-s3-exporter." STATE ".x.hash.1.web",
        "cwl-s3-exporter." STATE ".ss.hash.1.web",
        "cwl-s3-exporter." STATE "..hash.1.web",
        "cwl-s3-exporter.fedcba9876543210.s.hash.1.web",
        "cwl-s3-exporterr." STATE ".s.hash.1.web",
    };
    (void)context;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        bool carries, whole;
        char own[TASK_NAME_MAX + 1];
        task_spec out;
        /* One that is ours comes before each. */
        assert_int_equal(task_write_name(&SPEC, SMITHY_STR(STATE), own, &carries), SMITHY_OK);
        assert_true(read(&SPEC, own, &out, &whole));
        assert_false(read(&SPEC, NAMES[i], &out, &whole));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_tells_kind_attempt_and_stream),
        cmocka_unit_test(each_part_of_what_is_asked_changes_the_name),
        cmocka_unit_test(what_moves_from_one_text_to_its_neighbour_changes_the_name),
        cmocka_unit_test(a_text_of_one_letter_counts_as_much_as_a_longer_one),
        cmocka_unit_test(a_name_that_cannot_be_hashed_is_an_error),
        cmocka_unit_test(a_groups_task_has_an_empty_stream),
        cmocka_unit_test(a_name_that_has_no_room_for_the_stream_says_so_by_a_capital),
        cmocka_unit_test(streams_whose_names_have_no_room_have_different_names_all_the_same),
        cmocka_unit_test(a_name_whose_stream_was_changed_is_not_whole),
        cmocka_unit_test(every_kind_is_read_back),
        cmocka_unit_test(a_task_that_wrote_to_another_bucket_is_not_whole),
        cmocka_unit_test(other_names_are_other_peoples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
