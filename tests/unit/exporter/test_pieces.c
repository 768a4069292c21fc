#include "check.h"
#include "failing_system.h"
#include "pieces.h"

#include <stdlib.h>

#define PIECE 1000

typedef struct taken {
    smithy_buffer bytes; /* All pieces, one after another. */
    size_t sizes[4096];
    size_t count;
    bool ended;
} taken;

static smithy_status take(void *context, smithy_bytes piece, size_t index, bool is_last) {
    taken *t = context;
    assert_int_equal(index, t->count);
    assert_false(t->ended);
    if (!is_last) assert_int_equal(piece.len, PIECE);
    t->sizes[t->count++] = piece.len;
    t->ended = is_last;
    smithy_buffer_append(&t->bytes, piece.ptr, piece.len);
    return smithy_buffer_status(&t->bytes);
}

static smithy_status read_back(const taken *t, const smithy_system *system, smithy_buffer *text) {
    pieces_reader reader;
    size_t at = 0;
    SMITHY_TRY(pieces_reader_init(&reader, system, text));
    smithy_status status = SMITHY_OK;
    for (size_t i = 0; i < t->count && status == SMITHY_OK; i++) {
        status = pieces_reader_add(&reader, (smithy_bytes){(const uint8_t *)t->bytes.ptr + at, t->sizes[i]});
        at += t->sizes[i];
    }
    if (status == SMITHY_OK && !reader.ended) status = SMITHY_ERROR_RESPONSE;
    pieces_reader_deinit(&reader);
    return status;
}

static smithy_str random_text(size_t len) {
    char *text = malloc(len + 1);
    uint32_t state = 1;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525 + 1013904223;
        text[i] = (char)(state >> 24);
    }
    return (smithy_str){text, len};
}

static smithy_status round_trip(smithy_str given, const smithy_system *system, size_t *count) {
    taken t = {0};
    smithy_buffer text;
    smithy_buffer_init(&t.bytes, NULL, SIZE_MAX);
    smithy_buffer_init(&text, system, (size_t)1 << 30);
    const smithy_body body = pieces_body(given);
    smithy_status status = pieces_cut(system, &body, PIECE, take, &t);
    if (status == SMITHY_OK) {
        assert_true(t.ended);
        status = read_back(&t, system, &text);
    }
    if (status == SMITHY_OK) assert_true(smithy_str_equal(smithy_buffer_str(&text), given));
    *count = t.count;
    smithy_buffer_deinit(&text);
    smithy_buffer_deinit(&t.bytes);
    return status;
}

static void what_was_cut_is_read_back(void **unused) {
    static const size_t LENGTHS[] = {0, 1, 900, PIECE, PIECE + 1, 70000, 1000000};
    (void)unused;
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        const smithy_str text = random_text(LENGTHS[i]);
        size_t count;
        assert_int_equal(round_trip(text, smithy_system_default(), &count), SMITHY_OK);
        assert_in_range(count, LENGTHS[i] / PIECE, LENGTHS[i] / PIECE + 2);
        free((void *)(uintptr_t)text.ptr);
    }
}

/* ---- a source ---- */

typedef struct source {
    smithy_str text;
    size_t at;
    int starts;
    size_t fails_at; /* 0: never. */
} source;

static smithy_status read_source(void *context, uint8_t *bytes, size_t size, size_t *len) {
    source *s = context;
    const size_t left = s->text.len - s->at;
    if (s->fails_at > 0 && s->at >= s->fails_at) return SMITHY_ERROR_IO;
    *len = left < 999 ? left : 999;
    assert_true(*len <= size);
    if (*len > 0) memcpy(bytes, s->text.ptr + s->at, *len);
    s->at += *len;
    return SMITHY_OK;
}

static smithy_status rewind_source(void *context) {
    source *s = context;
    s->at = 0;
    s->starts++;
    return SMITHY_OK;
}

static smithy_status cut_source(source *s, taken *t) {
    const smithy_body body = {.read = read_source, .rewind = rewind_source, .context = s, .length = -1};
    *t = (taken){0};
    smithy_buffer_init(&t->bytes, NULL, SIZE_MAX);
    return pieces_cut(smithy_system_default(), &body, PIECE, take, t);
}

static void a_source_is_cut_from_its_beginning_to_its_end(void **unused) {
    (void)unused;
    source s = {.text = random_text(70000), .at = 5};
    smithy_buffer text;
    taken t;
    smithy_buffer_init(&text, NULL, 1 << 20);
    assert_int_equal(cut_source(&s, &t), SMITHY_OK);
    assert_int_equal(s.starts, 1);
    assert_int_equal(read_back(&t, smithy_system_default(), &text), SMITHY_OK);
    assert_true(smithy_str_equal(smithy_buffer_str(&text), s.text));
    smithy_buffer_deinit(&t.bytes);
    smithy_buffer_deinit(&text);
    free((void *)(uintptr_t)s.text.ptr);
}

static void a_source_that_fails_ends_the_cutting_without_a_last_piece(void **unused) {
    (void)unused;
    source s = {.text = random_text(70000), .fails_at = 35000};
    taken t;
    assert_int_equal(cut_source(&s, &t), SMITHY_ERROR_IO);
    assert_false(t.ended);
    smithy_buffer_deinit(&t.bytes);
    free((void *)(uintptr_t)s.text.ptr);
}

static smithy_status cannot_rewind(void *context) {
    (void)context;
    return SMITHY_ERROR_IO;
}

static void a_source_that_cannot_begin_is_not_cut(void **unused) {
    (void)unused;
    source s = {.text = SMITHY_STR("text")};
    taken t = {0};
    const smithy_body body = {.read = read_source, .rewind = cannot_rewind, .context = &s, .length = -1};
    assert_int_equal(pieces_cut(smithy_system_default(), &body, PIECE, take, &t), SMITHY_ERROR_IO);
    assert_int_equal(t.count, 0);
}

static void nothing_may_follow_the_end_not_even_an_empty_piece(void **unused) {
    (void)unused;
    taken t = {0};
    smithy_buffer text;
    pieces_reader reader;
    smithy_buffer_init(&text, NULL, 1 << 20);
    smithy_buffer_init(&t.bytes, NULL, SIZE_MAX);
    const smithy_body body = pieces_body(SMITHY_STR("text"));
    assert_int_equal(pieces_cut(smithy_system_default(), &body, PIECE, take, &t), SMITHY_OK);
    const uint8_t *bytes = (const uint8_t *)t.bytes.ptr;
    assert_int_equal(pieces_reader_init(&reader, smithy_system_default(), &text), SMITHY_OK);
    assert_int_equal(pieces_reader_add(&reader, (smithy_bytes){bytes, t.bytes.len}), SMITHY_OK);
    assert_true(reader.ended);
    assert_int_equal(pieces_reader_add(&reader, (smithy_bytes){bytes, 0}), SMITHY_ERROR_RESPONSE);
    pieces_reader_deinit(&reader);
    smithy_buffer_deinit(&text);
    smithy_buffer_deinit(&t.bytes);
}

/* Each in a buffer that held a longer one. */
static void what_is_read_ends_with_a_zero(void **unused) {
    static const char *const TEXTS[] = {"a longer text", "short", ""};
    (void)unused;
    smithy_buffer text;
    smithy_buffer_init(&text, NULL, 1 << 20);
    for (size_t i = 0; i < 3; i++) {
        taken t = {0};
        smithy_buffer_init(&t.bytes, NULL, SIZE_MAX);
        const smithy_body body = pieces_body(smithy_str_from(TEXTS[i]));
        assert_int_equal(pieces_cut(smithy_system_default(), &body, PIECE, take, &t), SMITHY_OK);
        smithy_buffer_reset(&text);
        memset(text.ptr ? text.ptr : (char[1]){0}, 'x', text.ptr ? 20 : 0);
        assert_int_equal(read_back(&t, smithy_system_default(), &text), SMITHY_OK);
        assert_string_equal(text.ptr, TEXTS[i]);
        smithy_buffer_deinit(&t.bytes);
    }
    smithy_buffer_deinit(&text);
}

static void text_that_repeats_itself_takes_few_pieces(void **unused) {
    (void)unused;
    char *text = malloc(1000000);
    size_t count;
    memset(text, 'a', 1000000);
    assert_int_equal(round_trip((smithy_str){text, 1000000}, smithy_system_default(), &count), SMITHY_OK);
    assert_in_range(count, 1, 2);
    free(text);
}

static smithy_status read_all(smithy_bytes bytes, size_t max) {
    pieces_reader reader;
    smithy_buffer text;
    smithy_buffer_init(&text, NULL, max);
    assert_int_equal(pieces_reader_init(&reader, smithy_system_default(), &text), SMITHY_OK);
    smithy_status status = pieces_reader_add(&reader, bytes);
    if (status == SMITHY_OK && !reader.ended) status = SMITHY_ERROR_RESPONSE;
    pieces_reader_deinit(&reader);
    smithy_buffer_deinit(&text);
    return status;
}

static void a_piece_that_was_cut_short_or_changed_is_refused(void **unused) {
    (void)unused;
    taken t = {0};
    const smithy_str text = random_text(600);
    smithy_buffer_init(&t.bytes, NULL, SIZE_MAX);
    const smithy_body body = pieces_body(text);
    assert_int_equal(pieces_cut(smithy_system_default(), &body, PIECE, take, &t), SMITHY_OK);
    uint8_t *bytes = (uint8_t *)t.bytes.ptr;
    assert_int_equal(read_all((smithy_bytes){bytes, t.bytes.len}, 100000), SMITHY_OK);
    for (size_t len = 0; len < t.bytes.len; len++)
        assert_int_equal(read_all((smithy_bytes){bytes, len}, 100000), SMITHY_ERROR_RESPONSE);
    smithy_buffer_append_char(&t.bytes, 'x'); /* Behind its end. */
    bytes = (uint8_t *)t.bytes.ptr;
    assert_int_equal(read_all((smithy_bytes){bytes, t.bytes.len}, 100000), SMITHY_ERROR_RESPONSE);
    t.bytes.len--;
    bytes[t.bytes.len / 2] ^= 1;
    assert_int_equal(read_all((smithy_bytes){bytes, t.bytes.len}, 100000), SMITHY_ERROR_RESPONSE);
    smithy_buffer_deinit(&t.bytes);
    free((void *)(uintptr_t)text.ptr);
}

static void a_text_past_the_maximum_is_refused(void **unused) {
    (void)unused;
    taken t = {0};
    char *zeros = calloc(1, 1000000);
    smithy_buffer_init(&t.bytes, NULL, SIZE_MAX);
    const smithy_body body = pieces_body((smithy_str){zeros, 1000000});
    assert_int_equal(pieces_cut(smithy_system_default(), &body, PIECE, take, &t), SMITHY_OK);
    assert_int_equal(t.count, 1 + (t.bytes.len > PIECE));
    assert_int_equal(read_all((smithy_bytes){(const uint8_t *)t.bytes.ptr, t.sizes[0]}, 200000), SMITHY_ERROR_LIMIT);
    smithy_buffer_deinit(&t.bytes);
    free(zeros);
}

static smithy_status cut_and_read(const smithy_system *system, void *argument) {
    size_t count;
    return round_trip(*(const smithy_str *)argument, system, &count);
}

static void memory_that_runs_out_is_told_and_nothing_leaks(void **unused) {
    (void)unused;
    smithy_str text = random_text(5000);
    assert_true(fail_each_allocation(cut_and_read, &text) > 5);
    free((void *)(uintptr_t)text.ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_cut_is_read_back),
        cmocka_unit_test(a_source_is_cut_from_its_beginning_to_its_end),
        cmocka_unit_test(a_source_that_fails_ends_the_cutting_without_a_last_piece),
        cmocka_unit_test(a_source_that_cannot_begin_is_not_cut),
        cmocka_unit_test(nothing_may_follow_the_end_not_even_an_empty_piece),
        cmocka_unit_test(what_is_read_ends_with_a_zero),
        cmocka_unit_test(text_that_repeats_itself_takes_few_pieces),
        cmocka_unit_test(a_piece_that_was_cut_short_or_changed_is_refused),
        cmocka_unit_test(a_text_past_the_maximum_is_refused),
        cmocka_unit_test(memory_that_runs_out_is_told_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
