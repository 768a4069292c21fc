/* The state's tables, filled in any order, against the plain way; and what is remembered of a stream's earlier life. */
#include "each_place.h"
#include "state.h"

#include <stdio.h>

#define ARN  "arn:aws:logs:r:1:log-group:"
#define MANY 120

typedef struct fixture {
    smithy_call *memory;
    exporter_state state;
    state_group *group;
    char names[MANY][64]; /* In order. */
    size_t order[MANY];   /* In none. */
} fixture;

static int set_up(void **context) {
    static fixture f;
    uint32_t chance = 3;
    f = (fixture){.memory = smithy_call_create(NULL)};
    assert_non_null(f.memory);
    assert_int_equal(state_init(&f.state, f.memory), SMITHY_OK);
    f.group = state_add_group(&f.state, SMITHY_STR(ARN "a"), 1);
    assert_non_null(f.group);
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(f.names[i], sizeof f.names[i], ARN "n%03zu", i);
        f.order[i] = i;
    }
    for (size_t i = MANY - 1; i > 0; i--) {
        chance = chance * 1664525 + 1013904223;
        const size_t other = (chance >> 8) % (i + 1), kept = f.order[i];
        f.order[i] = f.order[other];
        f.order[other] = kept;
    }
    *context = &f;
    return 0;
}

static int tear_down(void **context) {
    smithy_call_destroy(((fixture *)*context)->memory);
    return 0;
}

static smithy_str name(const fixture *f, size_t i) {
    return smithy_str_from(f->names[i]);
}

/* ---- identities ---- */

static void identities_are_brought_in_order_each_once(void **context) {
    (void)context;
    uint64_t few[] = {7, UINT64_MAX, 7, 0, 7, 1, 0};
    static const uint64_t SORTED[] = {0, 1, 7, UINT64_MAX};
    assert_int_equal(state_sort_identities(few, 7), 4);
    assert_memory_equal(few, SORTED, sizeof SORTED);
    uint64_t two[] = {2, 1};
    assert_int_equal(state_sort_identities(two, 2), 2);
    assert_true(two[0] == 1 && two[1] == 2);
    uint64_t one[] = {5, 3};
    assert_int_equal(state_sort_identities(one, 1), 1);
    assert_true(one[0] == 5 && one[1] == 3);
    assert_int_equal(state_sort_identities(one, 0), 0);
    assert_int_equal(state_sort_identities(NULL, 0), 0);
}

/* ---- the state itself ---- */

static smithy_status count_up(void *context, void *bytes, size_t len) {
    (void)context;
    for (size_t i = 0; i < len; i++) ((uint8_t *)bytes)[i] = (uint8_t)(0xF9 + i);
    return SMITHY_OK;
}

static smithy_status no_chance(void *context, void *bytes, size_t len) {
    (void)context, (void)bytes, (void)len;
    return SMITHY_ERROR_IO;
}

/* Tasks of two states are told apart by it. */
static void the_id_of_a_state_is_drawn_or_there_is_no_state(void **context) {
    smithy_system system = *smithy_system_default();
    exporter_state state;
    (void)context;
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = &system});
    assert_non_null(memory);
    system.random = count_up;
    assert_int_equal(state_init(&state, memory), SMITHY_OK);
    check_text(state.id, "f9fafbfcfdfeff00");
    system.random = no_chance;
    assert_int_equal(state_init(&state, memory), SMITHY_ERROR_IO);
    assert_string_equal(smithy_call_error(memory)->message, "the system gives no random numbers");
    smithy_call_destroy(memory);
}

static void in_an_empty_state_nothing_is_found(void **context) {
    fixture *f = *context;
    smithy_str arn;
    assert_int_equal(state_init(&f->state, f->memory), SMITHY_OK);
    assert_true(state_is_fresh(&f->state));
    assert_int_equal(state_furthest(&f->state, &arn), STATE_NOTHING);
    assert_null(state_find_group(&f->state, SMITHY_STR(ARN "a"), 1));
    assert_null(state_find_other_life(&f->state, SMITHY_STR(ARN "a"), 1));
    assert_null(state_find_cleanup(&f->state, SMITHY_STR("x/1/")));
    assert_false(state_has_task(&f->state, SMITHY_STR("t")));
    f->group = state_add_group(&f->state, SMITHY_STR(ARN "a"), 1);
    assert_non_null(f->group);
    assert_null(state_find_stream(f->group, SMITHY_STR("s"), 1));
    state_remove_stream(f->group, SMITHY_STR("s"));
    assert_false(state_has_own_entries(f->group));
    assert_false(state_is_accounted(f->group, 0));
    assert_null(state_find_folder(f->group, SMITHY_STR("f")));
    state_remove_folder(f->group, SMITHY_STR("f"));
    assert_null(state_find_missed(f->group, 0));
    state_forget_missed(&f->state, f->group);
}

static void another_life_of_a_group_is_told_from_an_unknown_one(void **context) {
    fixture *f = *context;
    assert_ptr_equal(state_find_other_life(&f->state, SMITHY_STR(ARN "a"), 2), f->group);
    assert_null(state_find_other_life(&f->state, SMITHY_STR(ARN "a"), 1));
    assert_null(state_find_other_life(&f->state, SMITHY_STR(ARN "a"), STATE_UNKNOWN_TIME));
    assert_null(state_find_other_life(&f->state, SMITHY_STR(ARN "0"), 2));
    assert_null(state_find_other_life(&f->state, SMITHY_STR(ARN "b"), 2));
}

/* ---- tables in order ---- */

static void tasks_are_found_whatever_the_order_in_which_they_came(void **context) {
    fixture *f = *context;
    for (size_t i = 0; i < MANY; i++) {
        assert_false(state_has_task(&f->state, name(f, f->order[i])));
        assert_int_equal(state_add_task(&f->state, name(f, f->order[i]), (int64_t)f->order[i]), SMITHY_OK);
        for (size_t k = 0; k < MANY; k++) assert_int_equal(state_has_task(&f->state, name(f, f->order[k])), k <= i);
    }
    for (size_t i = 0; i < MANY; i++) {
        check_text(f->state.tasks[i].id, f->names[i]);
        assert_int_equal(f->state.tasks[i].ended_ms, i);
    }
    assert_false(state_has_task(&f->state, SMITHY_STR("zzz")));
    assert_false(state_has_task(&f->state, SMITHY_STR("")));
}

static void a_task_that_is_noted_again_stands_there_once_with_its_later_end(void **context) {
    fixture *f = *context;
    static const int64_t ENDS[] = {5, 9, 7};
    for (size_t i = 0; i < 3; i++) assert_int_equal(state_add_task(&f->state, SMITHY_STR("t"), ENDS[i]), SMITHY_OK);
    assert_int_equal(f->state.task_count, 1);
    assert_int_equal(f->state.tasks[0].ended_ms, 9);
}

static void groups_are_found_whatever_the_order_in_which_they_came(void **context) {
    fixture *f = *context;
    for (size_t i = 0; i < MANY; i++) {
        const size_t at = f->order[i];
        assert_null(state_find_group(&f->state, name(f, at), STATE_UNKNOWN_TIME));
        state_group *group = state_add_group(&f->state, name(f, at), (int64_t)at + 5);
        assert_non_null(group);
        assert_ptr_equal(state_add_group(&f->state, name(f, at), (int64_t)at + 5), group);
        for (size_t k = 0; k < MANY; k++)
            assert_int_equal(state_find_group(&f->state, name(f, f->order[k]), STATE_UNKNOWN_TIME) != NULL, k <= i);
    }
    assert_int_equal(f->state.group_count, MANY + 1);
    for (size_t i = 0; i < MANY; i++) {
        check_text(f->state.groups[i + 1]->arn, f->names[i]); /* The fixture's own is the first. */
        assert_non_null(state_find_group(&f->state, name(f, i), (int64_t)i + 5));
        assert_null(state_find_group(&f->state, name(f, i), (int64_t)i + 6)); /* Another life. */
    }
}

static void streams_are_found_replaced_and_removed_whatever_the_order(void **context) {
    fixture *f = *context;
    for (size_t i = 0; i < MANY; i++) {
        const size_t at = f->order[i];
        assert_null(state_find_stream(f->group, name(f, at), STATE_UNKNOWN_TIME));
        for (int64_t exported = 0; exported < 2; exported++) {
            const state_stream entry = {name(f, at), (int64_t)at + 5, exported, STATE_NOT_OWED, 0};
            assert_int_equal(state_set_stream(&f->state, f->group, &entry), SMITHY_OK);
        }
        assert_int_equal(f->group->stream_count, i + 1);
        for (size_t k = 0; k < MANY; k++)
            assert_int_equal(state_find_stream(f->group, name(f, f->order[k]), STATE_UNKNOWN_TIME) != NULL, k <= i);
    }
    for (size_t i = 0; i < MANY; i++) {
        check_text(f->group->streams[i].name, f->names[i]);
        assert_int_equal(f->group->streams[i].exported_at, 1);
        assert_null(state_find_stream(f->group, name(f, i), (int64_t)i + 6));
    }
    state_remove_stream(f->group, SMITHY_STR("zzz"));
    state_remove_stream(f->group, SMITHY_STR(""));
    for (size_t i = 0; i < MANY; i++) {
        state_remove_stream(f->group, name(f, f->order[i]));
        assert_int_equal(f->group->stream_count, MANY - 1 - i);
        for (size_t k = 0; k < MANY; k++)
            assert_int_equal(state_find_stream(f->group, name(f, f->order[k]), STATE_UNKNOWN_TIME) != NULL, k > i);
        state_remove_stream(f->group, name(f, f->order[i])); /* It is gone. */
    }
}

static void a_life_that_one_side_does_not_know_fits_any(void **context) {
    fixture *f = *context;
    state_group *group = state_add_group(&f->state, name(f, 0), STATE_UNKNOWN_TIME);
    assert_non_null(group);
    group->exported_at = 7;
    assert_ptr_equal(state_find_group(&f->state, name(f, 0), 9), group);
    assert_ptr_equal(state_add_group(&f->state, name(f, 0), 9), group);
    assert_int_equal(group->created_ms, 9); /* Known from now on. */
    assert_int_equal(group->exported_at, 7);
    assert_ptr_equal(state_add_group(&f->state, name(f, 0), STATE_UNKNOWN_TIME), group);
    assert_int_equal(group->created_ms, 9);
    assert_ptr_equal(state_add_group(&f->state, name(f, 0), 10), group);
    assert_int_equal(group->created_ms, 10);
    assert_int_equal(group->exported_at, STATE_NOTHING); /* It was made again. */
    const int64_t times[] = {group->converge_to, group->swept_at,   group->compared_once,
                             group->compared_at, group->swept_from, group->sweep_next};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) assert_int_equal(times[i], STATE_NOTHING);
}

/* Who adds something may take its text away. */
static void each_name_is_the_states_own(void **context) {
    fixture *f = *context;
    char text[] = "xyz/";
    const smithy_str given = smithy_str_from(text);
    state_stream entry = {given, 1, 5, STATE_NOT_OWED, 0};
    state_group *group = state_add_group(&f->state, given, 1);
    assert_non_null(group);
    assert_int_equal(state_add_folder(&f->state, group, given, 1), SMITHY_OK);
    assert_int_equal(state_add_task(&f->state, given, 1), SMITHY_OK);
    assert_int_equal(state_add_cleanup(&f->state, given, given, 1), SMITHY_OK);
    for (int again = 0; again < 2; again++) {
        memcpy(text, "xyz", 3);
        assert_int_equal(state_set_stream(&f->state, group, &entry), SMITHY_OK);
        memcpy(text, "abc", 3);
        check_text(group->streams[0].name, "xyz/");
    }
    check_text(group->arn, "xyz/");
    check_text(group->folders[0].folder, "xyz/");
    check_text(f->state.tasks[0].id, "xyz/");
    check_text(f->state.cleanups[0].folder, "xyz/");
    check_text(f->state.cleanups[0].keep, "xyz/");
}

/* ---- folders ---- */

static void a_folder_is_noted_once_and_goes_alone(void **context) {
    fixture *f = *context;
    static const char *const FOLDERS[] = {"a", "b", "c"};
    for (int64_t i = 0; i < 3; i++)
        assert_int_equal(state_add_folder(&f->state, f->group, smithy_str_from(FOLDERS[i]), i), SMITHY_OK);
    assert_int_equal(state_add_folder(&f->state, f->group, SMITHY_STR("b"), 99), SMITHY_OK);
    assert_int_equal(f->group->folder_count, 3);
    assert_int_equal(state_find_folder(f->group, SMITHY_STR("b"))->exported_before, 1);
    state_remove_folder(f->group, SMITHY_STR("d"));
    assert_int_equal(f->group->folder_count, 3);
    state_remove_folder(f->group, SMITHY_STR("a"));
    assert_int_equal(f->group->folder_count, 2);
    assert_null(state_find_folder(f->group, SMITHY_STR("a")));
    assert_int_equal(state_find_folder(f->group, SMITHY_STR("b"))->exported_before, 1);
    assert_int_equal(state_find_folder(f->group, SMITHY_STR("c"))->exported_before, 2);
    state_remove_folder(f->group, SMITHY_STR("b"));
    state_remove_folder(f->group, SMITHY_STR("c"));
    assert_int_equal(f->group->folder_count, 0);
    assert_null(state_find_folder(f->group, SMITHY_STR("c")));
    state_remove_folder(f->group, SMITHY_STR("c"));
    assert_int_equal(f->group->folder_count, 0);
}

/* ---- identities ---- */

/* States of other versions hold them: the SHA-256 of name, a zero and the time, its first eight bytes. */
static void the_identity_of_a_stream_never_changes(void **context) {
    (void)context;
    char longest[2050];
    uint64_t identity;
    memset(longest, 'x', sizeof longest);
    assert_int_equal(state_identity(SMITHY_STR("web/1"), INT64_C(1716768000000), &identity), SMITHY_OK);
    assert_true(identity == UINT64_C(0x0ba08f2ce76b98c1));
    for (size_t len = 2048; len <= 2049; len++) { /* No name is longer than 2,048 bytes. */
        assert_int_equal(state_identity((smithy_str){longest, len}, -1, &identity), SMITHY_OK);
        assert_true(identity == UINT64_C(0x9f4757eb99165f22));
    }
}

static void account(fixture *f, uint64_t identity) {
    assert_int_equal(state_account(&f->state, f->group, identity), SMITHY_OK);
}

static void each_identity_that_is_accounted_for_is_found(void **context) {
    fixture *f = *context;
    const uint64_t step = UINT64_C(0x9E3779B97F4A7C15);
    assert_false(state_is_accounted(f->group, 0));
    for (uint64_t i = 1; i <= 300; i++) {
        if (i == 2) state_sort_accounted(f->group); /* Of one alone. */
        assert_false(state_is_accounted(f->group, i * step));
        account(f, i * step);
        if (i % 50 == 0) state_sort_accounted(f->group);
        for (uint64_t k = 1; k <= 301; k++) assert_int_equal(state_is_accounted(f->group, k * step), k <= i);
    }
    state_sort_accounted(f->group);
    for (size_t i = 1; i < 300; i++) assert_true(f->group->accounted[i - 1] < f->group->accounted[i]);
}

/* A question does not sort what it can look through. */
static void only_many_that_were_added_are_put_in_order(void **context) {
    fixture *f = *context;
    const uint64_t step = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t count = 0;
    while (count < 10) account(f, ++count * step);
    assert_true(state_is_accounted(f->group, step));
    assert_int_equal(f->group->accounted_sorted, 0);
    while (count < 4000) account(f, ++count * step);
    state_sort_accounted(f->group);
    while (count < 4100) account(f, ++count * step);
    assert_true(state_is_accounted(f->group, count * step));
    assert_int_equal(f->group->accounted_sorted, 4000);
    while (count < 4400) account(f, ++count * step);
    assert_true(state_is_accounted(f->group, count * step));
    assert_int_equal(f->group->accounted_sorted, 4400);
}

/* The name's earlier life is over when an entry is made for another one. */
static void a_new_life_of_a_stream_forgets_the_one_before_and_no_other(void **context) {
    fixture *f = *context;
    uint64_t old;
    state_stream entry = {SMITHY_STR("s"), 100, 5, STATE_NOT_OWED, 0};
    assert_int_equal(state_identity(entry.name, 100, &old), SMITHY_OK);
    assert_true(old > 5 && old < UINT64_MAX);
    assert_int_equal(state_set_stream(&f->state, f->group, &entry), SMITHY_OK);
    account(f, UINT64_MAX);
    account(f, old);
    account(f, 5);
    state_sort_accounted(f->group);
    assert_int_equal(state_set_stream(&f->state, f->group, &entry), SMITHY_OK);
    assert_true(state_is_accounted(f->group, old)); /* It is the same life. */
    entry.created_ms = 200;
    assert_int_equal(state_set_stream(&f->state, f->group, &entry), SMITHY_OK);
    assert_int_equal(f->group->accounted_count, 2);
    account(f, 0);
    assert_false(state_is_accounted(f->group, old));
    assert_true(state_is_accounted(f->group, 0));
    assert_true(state_is_accounted(f->group, 5));
    assert_true(state_is_accounted(f->group, UINT64_MAX));
    entry.created_ms = 100;
    account(f, old); /* Behind what is sorted. */
    assert_int_equal(state_set_stream(&f->state, f->group, &entry), SMITHY_OK);
    assert_true(state_is_accounted(f->group, old)); /* The life that ended was the second one. */
    entry.created_ms = 300;
    assert_int_equal(state_set_stream(&f->state, f->group, &entry), SMITHY_OK);
    assert_false(state_is_accounted(f->group, old));
    assert_int_equal(f->group->accounted_count, 3);
    assert_int_equal(f->group->stream_count, 1);
}

/* ---- who was not listed ---- */

static void note(fixture *f, int64_t exported_at, const uint64_t *identities, size_t count, const char *folder) {
    state_missed missed = {.exported_at = exported_at, .owed_to = exported_at + 1, .count = count};
    missed.identities = smithy_call_alloc(f->memory, count, sizeof *identities);
    missed.folders = smithy_call_alloc(f->memory, 4, sizeof *missed.folders);
    assert_true(missed.identities && missed.folders);
    if (count > 0) memcpy(missed.identities, identities, count * sizeof *identities);
    if (folder) missed.folders[missed.folder_count++] = smithy_str_from(folder);
    assert_int_equal(state_add_missed(&f->state, f->group, &missed), SMITHY_OK);
}

static void the_earliest_note_of_a_missed_stream_is_found_first(void **context) {
    fixture *f = *context;
    static const uint64_t FIRST[] = {2, 4, 6}, SECOND[] = {4, 5};
    note(f, 10, FIRST, 3, NULL);
    note(f, 20, NULL, 0, NULL); /* Of nobody. */
    note(f, 30, SECOND, 2, NULL);
    assert_int_equal(f->group->missed_count, 3);
    for (uint64_t i = 0; i < 8; i++) {
        const state_missed *found = state_find_missed(f->group, i);
        if (i == 2 || i == 4 || i == 6)
            assert_int_equal(found->exported_at, 10);
        else if (i == 5)
            assert_int_equal(found->exported_at, 30);
        else
            assert_null(found);
    }
    state_remove_missed(f->group, &f->group->missed[0], 3); /* It has none such. */
    assert_int_equal(f->group->missed[0].count, 3);
    state_remove_missed(f->group, &f->group->missed[0], 4);
    assert_int_equal(state_find_missed(f->group, 4)->exported_at, 30);
    state_remove_missed(f->group, &f->group->missed[0], 2);
    assert_int_equal(state_find_missed(f->group, 6)->exported_at, 10);
    state_remove_missed(f->group, &f->group->missed[0], 6); /* The note's last. */
    assert_null(state_find_missed(f->group, 6));
    assert_int_equal(f->group->missed[0].count, 0);
    assert_int_equal(f->group->missed[2].count, 2);
}

/* Whoever only left a folder is told by it, in each note, once. */
static void a_folder_of_a_missed_stream_becomes_its_name(void **context) {
    fixture *f = *context;
    static const uint64_t SOME[] = {3, 7};
    note(f, 10, SOME, 2, "born");
    note(f, 20, NULL, 0, "born");
    note(f, 30, SOME, 1, "other");
    f->group->missed[0].folders[f->group->missed[0].folder_count++] = SMITHY_STR("later");
    assert_int_equal(state_name_missed(&f->state, f->group, SMITHY_STR("unknown"), 5), SMITHY_OK);
    assert_null(state_find_missed(f->group, 5));
    assert_int_equal(state_name_missed(&f->state, f->group, SMITHY_STR("born"), 5), SMITHY_OK);
    for (size_t i = 0; i < 3; i++) {
        const state_missed *missed = &f->group->missed[i];
        assert_int_equal(state_missed_has(missed, 5), i < 2);
        assert_int_equal(missed->folder_count, i == 1 ? 0 : 1);
        assert_int_equal(missed->count, i == 0 ? 3 : 1);
        for (size_t k = 1; k < missed->count; k++) assert_true(missed->identities[k - 1] < missed->identities[k]);
    }
    for (size_t i = 0; i < 2; i++) assert_true(state_missed_has(&f->group->missed[0], SOME[i])); /* As before. */
    check_text(f->group->missed[0].folders[0], "later");
    assert_int_equal(state_name_missed(&f->state, f->group, SMITHY_STR("other"), 3), SMITHY_OK);
    assert_int_equal(f->group->missed[2].count, 1); /* It was there. */
    for (size_t i = 0; i < 3; i++) state_remove_missed(f->group, &f->group->missed[0], (uint64_t[]){3, 5, 7}[i]);
    state_remove_missed(f->group, &f->group->missed[1], 5);
    f->state.now_ms = STATE_TASK_KEPT_MS;
    state_forget_missed(&f->state, f->group);
    assert_int_equal(f->group->missed_count, 3); /* A task from before them may be kept yet. */
    f->state.now_ms++;
    state_forget_missed(&f->state, f->group);
    assert_int_equal(f->group->missed_count, 2);
    assert_int_equal(f->group->missed[0].exported_at, 10); /* A folder is left. */
    assert_int_equal(f->group->missed[1].exported_at, 30);
}

static void a_note_of_nobody_but_a_folder_takes_its_first_name(void **context) {
    fixture *f = *context;
    smithy_str folder = SMITHY_STR("born");
    const state_missed missed = {.exported_at = 1, .owed_to = 2, .folders = &folder, .folder_count = 1};
    assert_int_equal(state_add_missed(&f->state, f->group, &missed), SMITHY_OK);
    assert_int_equal(state_name_missed(&f->state, f->group, folder, 5), SMITHY_OK);
    assert_int_equal(f->group->missed[0].count, 1);
    assert_int_equal(f->group->missed[0].folder_count, 0);
    assert_true(state_missed_has(&f->group->missed[0], 5));
}

static void who_was_taken_along_is_missed_by_each_note_since(void **context) {
    fixture *f = *context;
    for (int64_t i = 1; i <= 4; i++) note(f, 10 * i, NULL, 0, NULL);
    f->group->missed_count--; /* It was one until now. */
    assert_int_equal(state_miss_behind(&f->state, f->group, 20, 5), SMITHY_OK);
    assert_int_equal(state_miss_behind(&f->state, f->group, 10, 6), SMITHY_OK);
    assert_int_equal(state_miss_behind(&f->state, f->group, 31, 7), SMITHY_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(state_missed_has(&f->group->missed[i], 5), i == 1 || i == 2);
        assert_int_equal(state_missed_has(&f->group->missed[i], 6), i < 3);
        assert_false(state_missed_has(&f->group->missed[i], 7));
    }
}

/* ---- what is asked of all of it ---- */

static void a_state_is_fresh_until_something_is_archived(void **context) {
    fixture *f = *context;
    assert_true(state_is_fresh(&f->state));
    f->group->exported_at = 0;
    assert_false(state_is_fresh(&f->state));
    f->group->exported_at = STATE_NOTHING;
    state_group *last = state_add_group(&f->state, SMITHY_STR(ARN "z"), 1);
    assert_non_null(last);
    last->exported_at = 0;
    assert_false(state_is_fresh(&f->state));
    last->exported_at = STATE_NOTHING;
    const state_stream entry = {SMITHY_STR("s"), 100, STATE_NOTHING, STATE_NOT_OWED, 0};
    assert_int_equal(state_set_stream(&f->state, last, &entry), SMITHY_OK);
    assert_false(state_is_fresh(&f->state));
    state_remove_stream(last, entry.name);
    assert_true(state_is_fresh(&f->state));
    assert_int_equal(state_add_task(&f->state, SMITHY_STR("t"), 1), SMITHY_OK);
    assert_false(state_is_fresh(&f->state));
}

static void the_furthest_watermark_is_a_groups_or_a_streams(void **context) {
    fixture *f = *context;
    smithy_str arn = SMITHY_STR("x");
    assert_int_equal(state_furthest(&f->state, &arn), STATE_NOTHING);
    assert_null(arn.ptr);
    state_group *last = state_add_group(&f->state, SMITHY_STR(ARN "z"), 1);
    assert_non_null(last);
    last->exported_at = f->group->exported_at = 5;
    assert_int_equal(state_furthest(&f->state, &arn), 5);
    check_text(arn, ARN "a"); /* The first of those. */
    for (int64_t i = 0; i < 3; i++) {
        const state_stream entry = {name(f, (size_t)i), 100, (const int64_t[]){4, 9, 6}[i], STATE_NOT_OWED, 0};
        assert_int_equal(state_set_stream(&f->state, last, &entry), SMITHY_OK);
    }
    assert_int_equal(state_furthest(&f->state, &arn), 9);
    check_text(arn, ARN "z");
    last->streams[0].exported_at = 12;
    assert_int_equal(state_furthest(&f->state, &arn), 12);
    assert_true(state_has_own_entries(last));
    assert_false(state_has_own_entries(f->group));
}

static void what_is_owed_is_no_entry_of_ones_own(void **context) {
    fixture *f = *context;
    const state_stream owed = {SMITHY_STR("a"), 100, 4, 5, 0}, own = {SMITHY_STR("b"), 100, 4, STATE_NOT_OWED, 0};
    assert_int_equal(state_set_stream(&f->state, f->group, &owed), SMITHY_OK);
    assert_false(state_has_own_entries(f->group));
    assert_int_equal(state_set_stream(&f->state, f->group, &own), SMITHY_OK);
    assert_true(state_has_own_entries(f->group));
    state_remove_stream(f->group, SMITHY_STR("a"));
    assert_true(state_has_own_entries(f->group)); /* The first is one, and the only one. */
}

static void who_bears_a_longer_name_is_a_sibling(void **context) {
    fixture *f = *context;
    static const char *const NAMES[] = {"ab", "b", "b-1", "c"};
    for (size_t i = 0; i < 4; i++) {
        const state_stream entry = {smithy_str_from(NAMES[i]), 100, 4, STATE_NOT_OWED, 0};
        assert_int_equal(state_set_stream(&f->state, f->group, &entry), SMITHY_OK);
    }
    assert_true(state_knows_sibling(f->group, SMITHY_STR("a"))); /* It has no entry itself. */
    assert_true(state_knows_sibling(f->group, SMITHY_STR("b")));
    assert_false(state_knows_sibling(f->group, SMITHY_STR("ab")));
    assert_false(state_knows_sibling(f->group, SMITHY_STR("b-1")));
    assert_false(state_knows_sibling(f->group, SMITHY_STR("c"))); /* What stands behind the last is none. */
    assert_false(state_knows_sibling(f->group, SMITHY_STR("d")));
}

static void a_cleanup_is_noted_as_not_done(void **context) {
    fixture *f = *context;
    assert_int_equal(state_add_cleanup(&f->state, SMITHY_STR("x/1/"), (smithy_str){0}, 5), SMITHY_OK);
    assert_int_equal(state_add_cleanup(&f->state, SMITHY_STR("x/2/"), SMITHY_STR(""), 6), SMITHY_OK);
    assert_int_equal(f->state.cleanup_count, 2);
    check_text(f->state.cleanups[0].folder, "x/1/");
    assert_null(f->state.cleanups[0].keep.ptr);
    assert_int_equal(f->state.cleanups[0].since_ms, 5);
    assert_false(f->state.cleanups[0].cleaned);
    check_text(f->state.cleanups[1].folder, "x/2/");
    check_text(f->state.cleanups[1].keep, "");
    assert_int_equal(state_add_cleanup(&f->state, SMITHY_STR("x/1/"), SMITHY_STR("later"), 7), SMITHY_OK);
    assert_ptr_equal(state_find_cleanup(&f->state, SMITHY_STR("x/1/")), &f->state.cleanups[0]); /* The first of them. */
    assert_ptr_equal(state_find_cleanup(&f->state, SMITHY_STR("x/2/")), &f->state.cleanups[1]);
    f->state.cleanup_count = 1;
    assert_null(state_find_cleanup(&f->state, SMITHY_STR("x/2/")));
}

/* ---- memory that runs out ---- */

static smithy_status fill(fixture *f) {
    static uint64_t missed_identity = 9;
    smithy_str folder = SMITHY_STR("born");
    const state_missed missed = {3, 4, &missed_identity, 1, &folder, 1, 5};
    smithy_call_reset(f->memory);
    SMITHY_TRY(state_init(&f->state, f->memory));
    f->group = state_add_group(&f->state, SMITHY_STR(ARN "a"), 1);
    if (!f->group) return SMITHY_ERROR_MEMORY;
    for (int64_t life = 1; life < 3; life++) {
        uint64_t identity;
        const state_stream entry = {SMITHY_STR("s"), life, 5, STATE_NOT_OWED, 0};
        SMITHY_TRY(state_set_stream(&f->state, f->group, &entry));
        SMITHY_TRY(state_identity(entry.name, life, &identity));
        SMITHY_TRY(state_account(&f->state, f->group, identity));
    }
    SMITHY_TRY(state_add_folder(&f->state, f->group, SMITHY_STR("f"), 1));
    SMITHY_TRY(state_add_missed(&f->state, f->group, &missed));
    SMITHY_TRY(state_name_missed(&f->state, f->group, SMITHY_STR("born"), 11));
    SMITHY_TRY(state_add_task(&f->state, SMITHY_STR("t"), 1));
    SMITHY_TRY(state_add_cleanup(&f->state, SMITHY_STR("x/1/"), SMITHY_STR("k"), 5));
    SMITHY_TRY(state_set_flight(&f->state, &(state_flight){.task_id = SMITHY_STR("i"),
                                                           .task_name = SMITHY_STR("n"),
                                                           .group = SMITHY_STR("g"),
                                                           .prefix = SMITHY_STR("p"),
                                                           .destination_prefix = SMITHY_STR("d")}));
    return state_add_edit(&f->state,
                          &(state_edit){.by = SMITHY_STR("b"), .arn = SMITHY_STR("a"), .reason = SMITHY_STR("r")});
}

static void without_memory_nothing_is_left_out_unnoticed(void **context) {
    fixture *f = *context;
    for (each_place place = {0}; each_place_begin(&place);) {
        if (!each_place_end(&place, fill(f))) continue;
        assert_int_equal(f->group->accounted_count, 1); /* The second life alone. */
        assert_true(f->group->accounted_sorted <= 1);
        check_text(f->group->streams[0].name, "s");
        check_text(f->group->folders[0].folder, "f");
        assert_int_equal(f->group->missed[0].count, 2);
        check_text(f->state.tasks[0].id, "t");
        check_text(f->state.cleanups[0].folder, "x/1/");
        check_text(f->state.cleanups[0].keep, "k");
        check_text(f->state.flight.task_id, "i");
        check_text(f->state.flight.task_name, "n");
        check_text(f->state.flight.group, "g");
        check_text(f->state.flight.prefix, "p");
        check_text(f->state.flight.destination_prefix, "d");
        check_text(f->state.edits[0].by, "b");
        check_text(f->state.edits[0].arn, "a");
        check_text(f->state.edits[0].reason, "r");
    }
}

/* Nothing that follows tells that one of these failed. */
static smithy_status do_last(fixture *f, int what) {
    smithy_str folder = SMITHY_STR("born");
    const state_missed missed = {.exported_at = 3, .owed_to = 4, .folders = &folder, .folder_count = 1};
    const state_flight flight = {.task_id = SMITHY_STR("i"),
                                 .task_name = SMITHY_STR("n"),
                                 .group = SMITHY_STR("g"),
                                 .prefix = SMITHY_STR("p"),
                                 .destination_prefix = SMITHY_STR("d")};
    smithy_call_reset(f->memory);
    SMITHY_TRY(state_init(&f->state, f->memory));
    f->group = state_add_group(&f->state, SMITHY_STR(ARN "a"), 1);
    if (!f->group) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(state_add_missed(&f->state, f->group, &missed));
    switch (what) {
    case 0: return state_name_missed(&f->state, f->group, folder, 11);
    case 1: return state_miss_behind(&f->state, f->group, 3, 11);
    case 2: return state_add_cleanup(&f->state, SMITHY_STR("x/1/"), SMITHY_STR("k"), 5);
    default: return state_set_flight(&f->state, &flight);
    }
}

static void check_last(const fixture *f, int what) {
    if (what < 2) assert_true(state_missed_has(&f->group->missed[0], 11));
    if (what == 2) {
        check_text(f->state.cleanups[0].folder, "x/1/");
        check_text(f->state.cleanups[0].keep, "k");
    }
    if (what < 3) return;
    check_text(f->state.flight.task_id, "i");
    check_text(f->state.flight.task_name, "n");
    check_text(f->state.flight.group, "g");
    check_text(f->state.flight.prefix, "p");
    check_text(f->state.flight.destination_prefix, "d");
}

static void without_memory_what_is_done_last_is_done_or_told(void **context) {
    fixture *f = *context;
    for (int what = 0; what < 4; what++)
        for (each_place place = {0}; each_place_begin(&place);)
            if (each_place_end(&place, do_last(f, what))) check_last(f, what);
}

#define TABLE_TEST(name_) cmocka_unit_test_setup_teardown(name_, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_are_brought_in_order_each_once),
        TABLE_TEST(the_id_of_a_state_is_drawn_or_there_is_no_state),
        TABLE_TEST(in_an_empty_state_nothing_is_found),
        TABLE_TEST(another_life_of_a_group_is_told_from_an_unknown_one),
        TABLE_TEST(tasks_are_found_whatever_the_order_in_which_they_came),
        TABLE_TEST(a_task_that_is_noted_again_stands_there_once_with_its_later_end),
        TABLE_TEST(groups_are_found_whatever_the_order_in_which_they_came),
        TABLE_TEST(streams_are_found_replaced_and_removed_whatever_the_order),
        TABLE_TEST(a_life_that_one_side_does_not_know_fits_any),
        TABLE_TEST(each_name_is_the_states_own),
        TABLE_TEST(a_folder_is_noted_once_and_goes_alone),
        TABLE_TEST(the_identity_of_a_stream_never_changes),
        TABLE_TEST(each_identity_that_is_accounted_for_is_found),
        TABLE_TEST(only_many_that_were_added_are_put_in_order),
        TABLE_TEST(a_new_life_of_a_stream_forgets_the_one_before_and_no_other),
        TABLE_TEST(the_earliest_note_of_a_missed_stream_is_found_first),
        TABLE_TEST(a_folder_of_a_missed_stream_becomes_its_name),
        TABLE_TEST(a_note_of_nobody_but_a_folder_takes_its_first_name),
        TABLE_TEST(who_was_taken_along_is_missed_by_each_note_since),
        TABLE_TEST(a_state_is_fresh_until_something_is_archived),
        TABLE_TEST(the_furthest_watermark_is_a_groups_or_a_streams),
        TABLE_TEST(what_is_owed_is_no_entry_of_ones_own),
        TABLE_TEST(who_bears_a_longer_name_is_a_sibling),
        TABLE_TEST(a_cleanup_is_noted_as_not_done),
        TABLE_TEST(without_memory_nothing_is_left_out_unnoticed),
        TABLE_TEST(without_memory_what_is_done_last_is_done_or_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
