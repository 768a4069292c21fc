/* The fewest tasks for streams that stand at different watermarks, against an oracle that tries every choice. */
#include "cover.h"

#include "random_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define NAMES_MAX      8
#define NAME_BYTES     16
#define CANDIDATES_MAX 128

typedef struct sample {
    char texts[NAMES_MAX][NAME_BYTES];
    cover_name names[NAMES_MAX];
    size_t count;
} sample;

static int compare_texts(const void *a, const void *b) {
    return strcmp(a, b);
}

/* Short names out of few letters, two of which begin with the same byte. */
static void draw_text(random_source *dice, char *text) {
    static const char *const LETTERS[] = {"a", "b", "-", "\xc3\xa9", "\xc3\xa8"};
    text[0] = 0;
    for (uint64_t i = 1 + random_below(dice, 4); i > 0; i--) strcat(text, LETTERS[random_below(dice, 5)]);
}

static void draw_sample(random_source *dice, sample *s) {
    const size_t wanted = 1 + (size_t)random_below(dice, NAMES_MAX);
    const uint64_t watermarks = 1 + random_below(dice, 3), due_of_four = random_below(dice, 5);
    for (size_t i = 0; i < wanted; i++) draw_text(dice, s->texts[i]);
    qsort(s->texts, wanted, sizeof s->texts[0], compare_texts);
    s->count = 0;
    for (size_t i = 0; i < wanted; i++) {
        const smithy_str name = smithy_str_from(s->texts[i]);
        if (s->count > 0 && smithy_str_equal(s->names[s->count - 1].name, name)) continue;
        s->names[s->count++] = (cover_name){.name = name,
                                            .watermark = (int64_t)random_below(dice, watermarks),
                                            .is_due = random_below(dice, 4) < due_of_four,
                                            .is_alone = random_below(dice, 12) == 0};
    }
}

/* ---- the oracle ---- */

/* Which names a task of this prefix takes. */
static unsigned taken_by(const sample *s, smithy_str prefix) {
    unsigned taken = 0;
    for (size_t i = 0; i < s->count; i++)
        if (smithy_str_starts_with(s->names[i].name, prefix)) taken |= 1u << i;
    return taken;
}

static bool is_exact(const sample *s, unsigned taken) {
    int64_t watermark = -1;
    for (size_t i = 0; i < s->count; i++) {
        if (!(taken & 1u << i)) continue;
        if (watermark < 0) watermark = s->names[i].watermark;
        if (s->names[i].watermark != watermark || (s->names[i].is_alone && taken != 1u << i)) return false;
    }
    return true;
}

static unsigned due_names(const sample *s) {
    unsigned due = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->names[i].is_due) due |= 1u << i;
    return due;
}

/* Every prefix of every name, character by character, that is exact; then the names that none of them serves. */
static size_t find_candidates(const sample *s, unsigned *candidates) {
    size_t count = 0;
    unsigned served = 0;
    for (size_t i = 0; i < s->count; i++)
        for (size_t len = 0; len <= s->names[i].name.len; len++) {
            const smithy_str name = s->names[i].name;
            if (len < name.len && ((unsigned char)name.ptr[len] & 0xc0) == 0x80) continue; /* Within a character. */
            const unsigned taken = taken_by(s, (smithy_str){name.ptr, len});
            if (!is_exact(s, taken)) continue;
            candidates[count++] = taken;
            served |= taken;
        }
    for (size_t i = 0; i < s->count; i++)
        if (!(served & 1u << i)) candidates[count++] = 1u << i;
    return count;
}

static unsigned fewest(const sample *s) {
    unsigned candidates[CANDIDATES_MAX], best[1u << NAMES_MAX];
    const size_t count = find_candidates(s, candidates);
    const unsigned due = due_names(s);
    best[0] = 0;
    for (unsigned wanted = 1; wanted < 1u << NAMES_MAX; wanted++) {
        best[wanted] = UINT16_MAX;
        for (size_t i = 0; i < count; i++) {
            if (!(candidates[i] & wanted)) continue;
            const unsigned rest = best[wanted & ~candidates[i]] + 1;
            if (rest < best[wanted]) best[wanted] = rest;
        }
    }
    return best[due];
}

/* ---- tests ---- */

/* What the units' tasks take, name by name: each due one in one of them. */
static void check_units(const sample *s, const cover *found) {
    unsigned exported = 0;
    for (size_t i = 0; i < found->count; i++) {
        const cover_unit *unit = &found->units[i];
        const unsigned meant = ((1u << unit->count) - 1) << unit->first;
        if (unit->count > 1)
            assert_int_equal(taken_by(s, unit->prefix), meant);
        else
            assert_true(smithy_str_equal(unit->prefix, s->names[unit->first].name));
        assert_true(is_exact(s, meant));
        assert_int_equal(exported & meant, 0);
        exported |= meant;
    }
    assert_int_equal(due_names(s) & ~exported, 0);
}

static void no_choice_of_prefixes_needs_fewer_tasks(void **context) {
    random_source dice = {7};
    (void)context;
    for (int round = 0; round < 5000; round++) {
        sample s;
        cover found;
        smithy_call *memory = smithy_call_create(NULL);
        assert_non_null(memory);
        draw_sample(&dice, &s);
        assert_int_equal(cover_find(s.names, s.count, &found, memory), SMITHY_OK);
        check_units(&s, &found);
        assert_int_equal(found.count, fewest(&s));
        smithy_call_destroy(memory);
    }
}

static cover find(const cover_name *names, size_t count, smithy_call **memory) {
    cover found;
    *memory = smithy_call_create(NULL);
    assert_non_null(*memory);
    assert_int_equal(cover_find(names, count, &found, *memory), SMITHY_OK);
    return found;
}

static void streams_at_one_watermark_are_one_task(void **context) {
    static const cover_name NAMES[] = {{SMITHY_STR_INIT("web-1"), 5, true, false},
                                       {SMITHY_STR_INIT("web-2"), 5, false, false},
                                       {SMITHY_STR_INIT("worker"), 5, true, false}};
    smithy_call *memory;
    const cover found = find(NAMES, 3, &memory);
    (void)context;
    assert_int_equal(found.count, 1);
    assert_true(smithy_str_equal(found.units[0].prefix, SMITHY_STR("w")));
    smithy_call_destroy(memory);
}

static void a_prefix_is_not_cut_within_a_character(void **context) {
    static const cover_name NAMES[] = {{SMITHY_STR_INIT("x\xc3\xa8"), 5, true, false},
                                       {SMITHY_STR_INIT("x\xc3\xa9"), 5, true, false},
                                       {SMITHY_STR_INIT("y"), 6, true, false}};
    smithy_call *memory;
    const cover found = find(NAMES, 3, &memory);
    (void)context;
    assert_int_equal(found.count, 2);
    assert_true(smithy_str_equal(found.units[0].prefix, SMITHY_STR("x")));
    smithy_call_destroy(memory);
}

static void a_stream_whose_siblings_stand_elsewhere_goes_by_its_full_name(void **context) {
    static const cover_name NAMES[] = {{SMITHY_STR_INIT("app"), 5, true, false},
                                       {SMITHY_STR_INIT("app-2"), 6, true, false},
                                       {SMITHY_STR_INIT("app-3"), 6, true, false}};
    smithy_call *memory;
    const cover found = find(NAMES, 3, &memory);
    (void)context;
    assert_int_equal(found.count, 2);
    assert_true(smithy_str_equal(found.units[0].prefix, SMITHY_STR("app")));
    assert_int_equal(found.units[0].count, 1);
    assert_true(smithy_str_equal(found.units[1].prefix, SMITHY_STR("app-")));
    smithy_call_destroy(memory);
}

static void where_nothing_is_due_there_is_no_task(void **context) {
    static const cover_name NAMES[] = {{SMITHY_STR_INIT("a"), 5, false, false}, {SMITHY_STR_INIT("b"), 6, false, true}};
    smithy_call *memory;
    (void)context;
    assert_int_equal(find(NAMES, 2, &memory).count, 0);
    smithy_call_destroy(memory);
}

/* Names are parts of a larger text here. */
static void what_stands_behind_the_shorter_name_is_not_its(void **context) {
    static const char TEXT[] = "abc";
    const cover_name names[] = {{{TEXT, 2}, 5, true, false}, {{TEXT, 3}, 5, true, false}};
    smithy_call *memory;
    const cover found = find(names, 2, &memory);
    (void)context;
    assert_int_equal(found.count, 1);
    assert_int_equal(found.units[0].count, 2);
    assert_int_equal(found.units[0].prefix.len, 2);
    smithy_call_destroy(memory);
}

static void of_broken_names_a_prefix_is_cut_before_what_is_no_character(void **context) {
    static const cover_name INSIDE[] = {{SMITHY_STR_INIT("\x80"
                                                         "a"),
                                         5, true, false},
                                        {SMITHY_STR_INIT("\x81"
                                                         "a"),
                                         5, true, false}},
                            HALF[] = {{SMITHY_STR_INIT("x\xc3"), 5, true, false},
                                      {SMITHY_STR_INIT("x\xc3\xa9"), 5, true, false}};
    smithy_call *memory;
    cover found = find(INSIDE, 2, &memory);
    (void)context;
    assert_int_equal(found.count, 1);
    assert_int_equal(found.units[0].prefix.len, 0);
    smithy_call_destroy(memory);
    found = find(HALF, 2, &memory);
    assert_int_equal(found.count, 1);
    assert_true(smithy_str_equal(found.units[0].prefix, SMITHY_STR("x")));
    smithy_call_destroy(memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_choice_of_prefixes_needs_fewer_tasks),
        cmocka_unit_test(streams_at_one_watermark_are_one_task),
        cmocka_unit_test(a_prefix_is_not_cut_within_a_character),
        cmocka_unit_test(a_stream_whose_siblings_stand_elsewhere_goes_by_its_full_name),
        cmocka_unit_test(where_nothing_is_due_there_is_no_task),
        cmocka_unit_test(what_stands_behind_the_shorter_name_is_not_its),
        cmocka_unit_test(of_broken_names_a_prefix_is_cut_before_what_is_no_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
