/* Moving a watermark by hand: a move back skips nothing, a move forward repeats nothing. */
#include "each_place.h"
#include "state_change.h"
#include "state_text.h"

#define BORN 1000

typedef struct fixture {
    smithy_call *memory;
    exporter_state state;
    state_group *group;
    catalog_stream streams[4];
    catalog_group catalog;
} fixture;

static catalog_stream stream_named(const char *name) {
    return (catalog_stream){.name = smithy_str_from(name), .created_ms = BORN};
}

static int set_up(void **context) {
    static fixture f;
    f = (fixture){.memory = smithy_call_create(NULL)};
    assert_non_null(f.memory);
    assert_int_equal(state_init(&f.state, f.memory), SMITHY_OK);
    f.group = state_add_group(&f.state, SMITHY_STR("arn:aws:logs:r:1:log-group:g"), BORN);
    f.streams[0] = stream_named("joined");
    f.streams[1] = stream_named("new");
    f.streams[2] = stream_named("owed");
    f.streams[3] = stream_named("own");
    f.catalog = (catalog_group){.name = SMITHY_STR("g"), .streams = f.streams, .stream_count = 4};
    *context = &f;
    return 0;
}

static int tear_down(void **context) {
    smithy_call_destroy(((fixture *)*context)->memory);
    return 0;
}

static bool is_accounted(fixture *f, const char *name) {
    uint64_t identity;
    assert_int_equal(state_identity(smithy_str_from(name), BORN, &identity), SMITHY_OK);
    return state_is_accounted(f->group, identity);
}

static void account(fixture *f, const char *name) {
    uint64_t identity;
    assert_int_equal(state_identity(smithy_str_from(name), BORN, &identity), SMITHY_OK);
    assert_int_equal(state_account(&f->state, f->group, identity), SMITHY_OK);
}

static void set_entry(fixture *f, const char *name, int64_t exported_at, int64_t owed_to) {
    const state_stream entry = {smithy_str_from(name), BORN, exported_at, owed_to, 0};
    assert_int_equal(state_set_stream(&f->state, f->group, &entry), SMITHY_OK);
}

static const state_stream *entry_of(fixture *f, const char *name) {
    return state_find_stream(f->group, smithy_str_from(name), BORN);
}

/* The group at 5000, with a stream of each kind. */
static void fill(fixture *f) {
    f->group->exported_at = 5000;
    account(f, "joined");
    account(f, "owed");
    set_entry(f, "owed", 1000, 4000);
    set_entry(f, "own", 3000, STATE_NOT_OWED);
}

static state_change foresee(fixture *f, const catalog_stream *stream, int64_t to_ms) {
    state_change change;
    assert_int_equal(state_change_foresee(f->group, stream, to_ms, &change), SMITHY_OK);
    return change;
}

#define CHECK_RANGE(change, kind, from, to)                \
    do {                                                   \
        assert_int_equal((change).kind##_from_ms, (from)); \
        assert_int_equal((change).kind##_to_ms, (to));     \
    } while (0)
#define CHECK_NONE(change, kind) assert_true((change).kind##_to_ms < (change).kind##_from_ms)

/* ---- groups ---- */

static void a_group_moved_back_repeats_and_skips_nothing(void **context) {
    fixture *f = *context;
    fill(f);
    const state_change change = foresee(f, NULL, 2000);
    assert_int_equal(change.from_ms, 5000);
    CHECK_RANGE(change, repeated, 2001, 5000);
    CHECK_NONE(change, skipped);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 2000), SMITHY_OK);
    assert_int_equal(f->group->exported_at, 2000);
    assert_true(is_accounted(f, "joined"));
    assert_false(is_accounted(f, "new")); /* Nothing of it is archived: it is still owed all. */
    assert_int_equal(entry_of(f, "own")->exported_at, 2000);
    assert_int_equal(entry_of(f, "owed")->exported_at, 1000);
    assert_int_equal(entry_of(f, "owed")->owed_to, 2000);
}

static void a_stream_behind_the_new_watermark_keeps_its_gap(void **context) {
    fixture *f = *context;
    fill(f);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 4500), SMITHY_OK);
    assert_int_equal(entry_of(f, "own")->exported_at, 3000);
    assert_int_equal(entry_of(f, "owed")->owed_to, 4000);
}

static void what_was_owed_and_archived_meets_its_group_again(void **context) {
    fixture *f = *context;
    fill(f);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 1000), SMITHY_OK);
    assert_null(entry_of(f, "owed"));
    assert_true(is_accounted(f, "owed"));
    assert_int_equal(f->group->stream_count, 1);
}

static void notes_of_folders_move_back_too(void **context) {
    fixture *f = *context;
    fill(f);
    assert_int_equal(state_add_folder(&f->state, f->group, SMITHY_STR("born"), 4000), SMITHY_OK);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 2000), SMITHY_OK);
    assert_int_equal(f->group->folders[0].exported_before, 2000);
}

static void a_group_moved_forward_skips_for_all_its_streams(void **context) {
    fixture *f = *context;
    fill(f);
    f->group->converge_to = 7000;
    const state_change change = foresee(f, NULL, 9000);
    CHECK_NONE(change, repeated);
    CHECK_RANGE(change, skipped, 5001, 9000);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 9000), SMITHY_OK);
    assert_int_equal(f->group->exported_at, 9000);
    assert_int_equal(f->group->converge_to, STATE_NOTHING);
    assert_int_equal(f->group->stream_count, 0);
    for (size_t i = 0; i < f->catalog.stream_count; i++) assert_true(is_accounted(f, f->streams[i].name.ptr));
}

static void a_group_without_a_past_can_begin_later(void **context) {
    fixture *f = *context;
    const state_change change = foresee(f, NULL, 9000);
    assert_int_equal(change.from_ms, STATE_NOTHING);
    CHECK_RANGE(change, skipped, 0, 9000);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 9000), SMITHY_OK);
    assert_true(is_accounted(f, "new"));
}

static void a_group_moved_to_nothing_starts_over(void **context) {
    fixture *f = *context;
    fill(f);
    CHECK_RANGE(foresee(f, NULL, STATE_NOTHING), repeated, 0, 5000);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, STATE_NOTHING), SMITHY_OK);
    assert_int_equal(f->group->exported_at, STATE_NOTHING);
    assert_null(entry_of(f, "owed"));
    assert_int_equal(entry_of(f, "own")->exported_at, STATE_NOTHING);
}

/* As the first version left it: the group has no watermark, each stream has. */
static void a_group_of_single_streams_moves_each_that_is_further(void **context) {
    fixture *f = *context;
    set_entry(f, "own", 3000, STATE_NOT_OWED);
    set_entry(f, "joined", 1000, STATE_NOT_OWED);
    assert_int_equal(foresee(f, NULL, 2000).from_ms, 3000);
    state_remove_stream(f->group, SMITHY_STR("own"));
    assert_int_equal(foresee(f, NULL, 2000).from_ms, 1000); /* The only one that is left. */
    set_entry(f, "own", 3000, STATE_NOT_OWED);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 2000), SMITHY_OK);
    assert_int_equal(entry_of(f, "own")->exported_at, 2000);
    assert_int_equal(entry_of(f, "joined")->exported_at, 1000);
    assert_int_equal(f->group->exported_at, STATE_NOTHING);
}

/* ---- streams ---- */

static void what_follows_for_a_stream_goes_by_where_it_stands(void **context) {
    fixture *f = *context;
    fill(f);
    CHECK_RANGE(foresee(f, &f->streams[0], 2000), repeated, 2001, 5000);
    CHECK_RANGE(foresee(f, &f->streams[0], 6000), skipped, 5001, 6000);
    CHECK_RANGE(foresee(f, &f->streams[1], 2000), skipped, 0, 2000);
    CHECK_NONE(foresee(f, &f->streams[1], 2000), repeated);
    CHECK_RANGE(foresee(f, &f->streams[3], 4000), skipped, 3001, 4000);
    CHECK_RANGE(foresee(f, &f->streams[3], 1000), repeated, 1001, 3000);
}

static void a_stream_moved_into_its_gap_skips_and_repeats(void **context) {
    fixture *f = *context;
    fill(f);
    const state_change change = foresee(f, &f->streams[2], 2000);
    CHECK_RANGE(change, skipped, 1001, 2000);
    CHECK_RANGE(change, repeated, 4001, 5000);
    CHECK_RANGE(foresee(f, &f->streams[2], 4500), skipped, 1001, 4000);
    CHECK_RANGE(foresee(f, &f->streams[2], 6000), skipped, 1001, 6000);
    CHECK_NONE(foresee(f, &f->streams[2], 6000), repeated);
    CHECK_RANGE(foresee(f, &f->streams[2], 5000), skipped, 1001, 4000); /* To where all of it ends. */
    CHECK_NONE(foresee(f, &f->streams[2], 5000), repeated);
    CHECK_RANGE(foresee(f, &f->streams[2], 1000), repeated, 4001,
                5000); /* To where it stands: its gap is no duplicate. */
    CHECK_NONE(foresee(f, &f->streams[2], 1000), skipped);
    CHECK_RANGE(foresee(f, &f->streams[2], 999), repeated, 1000, 5000);
}

static void a_stream_gets_an_entry_or_joins_its_group(void **context) {
    fixture *f = *context;
    fill(f);
    assert_int_equal(state_change_stream(&f->state, f->group, &f->streams[0], 2000), SMITHY_OK);
    assert_int_equal(entry_of(f, "joined")->exported_at, 2000);
    assert_int_equal(entry_of(f, "joined")->owed_to, STATE_NOT_OWED);
    assert_int_equal(f->group->exported_at, 5000);
    assert_int_equal(state_change_stream(&f->state, f->group, &f->streams[3], 5000), SMITHY_OK);
    assert_null(entry_of(f, "own"));
    assert_true(is_accounted(f, "own"));
}

/* ---- streams that were not listed ---- */

static void note_missed(fixture *f, int64_t exported_at, int64_t owed_to) {
    static uint64_t identity = 7;
    const state_missed missed = {.exported_at = exported_at, .owed_to = owed_to, .identities = &identity, .count = 1};
    assert_int_equal(state_add_missed(&f->state, f->group, &missed), SMITHY_OK);
}

/* Of those behind the new watermark nothing is owed that the group would not take along. */
static void what_unlisted_streams_are_owed_ends_with_the_new_watermark(void **context) {
    fixture *f = *context;
    fill(f);
    note_missed(f, 500, 1000);
    note_missed(f, 1500, 4000);
    note_missed(f, 2000, 4500);
    note_missed(f, 3000, 5000);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 2000), SMITHY_OK);
    assert_int_equal(f->group->missed_count, 2);
    assert_int_equal(f->group->missed[0].owed_to, 1000);
    assert_int_equal(f->group->missed[1].owed_to, 2000);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 400), SMITHY_OK);
    assert_int_equal(f->group->missed_count, 0);
}

static void a_move_forward_owes_unlisted_streams_nothing(void **context) {
    fixture *f = *context;
    fill(f);
    note_missed(f, 500, 1000);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 9000), SMITHY_OK);
    assert_int_equal(f->group->missed_count, 0);
}

/* An entry of a stream that is listed no more, and one whose life nobody knows. */
static void entries_of_streams_that_are_gone_are_settled_by_a_move_forward(void **context) {
    fixture *f = *context;
    fill(f);
    const state_stream unknown = {SMITHY_STR("unknown"), STATE_UNKNOWN_TIME, 100, STATE_NOT_OWED, 0};
    set_entry(f, "gone", 100, STATE_NOT_OWED);
    assert_int_equal(state_set_stream(&f->state, f->group, &unknown), SMITHY_OK);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 9000), SMITHY_OK);
    assert_true(is_accounted(f, "gone"));
    assert_int_equal(f->group->accounted_count, 5); /* The four that are listed, and that one. */
}

/* What was archived before a life was known stays an entry, which says how far. */
static void an_owed_entry_of_an_unknown_life_stays_one(void **context) {
    fixture *f = *context;
    fill(f);
    const state_stream unknown = {SMITHY_STR("unknown"), STATE_UNKNOWN_TIME, 2000, 4000, 0};
    assert_int_equal(state_set_stream(&f->state, f->group, &unknown), SMITHY_OK);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 1500), SMITHY_OK);
    const state_stream *entry = state_find_stream(f->group, SMITHY_STR("unknown"), STATE_UNKNOWN_TIME);
    assert_non_null(entry);
    assert_int_equal(entry->exported_at, 1500);
    assert_int_equal(entry->owed_to, STATE_NOT_OWED);
}

/* What stands behind a list's end is no part of it. */
static void an_entry_that_was_removed_is_not_moved(void **context) {
    fixture *f = *context;
    for (int forward = 0; forward < 2; forward++) {
        fill(f);
        set_entry(f, "zz", 100, STATE_NOT_OWED);
        state_remove_stream(f->group, SMITHY_STR("zz"));
        assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, forward ? 9000 : 2000), SMITHY_OK);
        assert_null(entry_of(f, "zz"));
        assert_false(is_accounted(f, "zz"));
    }
}

static void a_group_of_which_nothing_is_listed_settles_its_entries(void **context) {
    fixture *f = *context;
    const catalog_group empty = {.name = SMITHY_STR("g")};
    fill(f);
    assert_int_equal(state_change_group(&f->state, f->group, &empty, 9000), SMITHY_OK);
    assert_true(is_accounted(f, "own"));
    assert_true(is_accounted(f, "owed"));
    assert_int_equal(f->group->stream_count, 0);
}

static void the_only_note_of_unlisted_streams_ends_with_the_new_watermark(void **context) {
    fixture *f = *context;
    fill(f);
    note_missed(f, 500, 4000);
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 2000), SMITHY_OK);
    assert_int_equal(f->group->missed_count, 1);
    assert_int_equal(f->group->missed[0].owed_to, 2000);
}

/* A watermark that is where it was: nothing changes but that the group has nowhere to be brought. */
static void a_group_moved_to_where_it_stands_stays_there(void **context) {
    fixture *f = *context;
    fill(f);
    f->group->converge_to = 7000;
    assert_int_equal(state_change_group(&f->state, f->group, &f->catalog, 5000), SMITHY_OK);
    assert_int_equal(f->group->exported_at, 5000);
    assert_int_equal(f->group->converge_to, STATE_NOTHING);
    assert_int_equal(entry_of(f, "owed")->owed_to, 4000);
    assert_false(is_accounted(f, "new"));
}

static void a_stream_whose_life_is_unknown_gets_an_entry_wherever_it_is_moved(void **context) {
    fixture *f = *context;
    fill(f);
    const catalog_stream unknown = {.name = SMITHY_STR("unknown"), .created_ms = STATE_UNKNOWN_TIME};
    f->group->converge_to = 7000;
    assert_int_equal(state_change_stream(&f->state, f->group, &unknown, 5000), SMITHY_OK);
    assert_int_equal(state_find_stream(f->group, SMITHY_STR("unknown"), STATE_UNKNOWN_TIME)->exported_at, 5000);
    assert_int_equal(f->group->converge_to, STATE_NOTHING);
}

/* A group that stands at nothing is none that a stream could stand with. */
static void a_stream_moved_to_nothing_gets_an_entry(void **context) {
    fixture *f = *context;
    assert_int_equal(state_change_stream(&f->state, f->group, &f->streams[0], STATE_NOTHING), SMITHY_OK);
    assert_int_equal(entry_of(f, "joined")->exported_at, STATE_NOTHING);
    assert_false(is_accounted(f, "joined"));
}

/* ---- memory that runs out ---- */

/* A group with two streams that are owed something and gone, moved, or one of its listed streams. */
static smithy_status move(fixture *f, const catalog_stream *stream, int64_t to_ms) {
    smithy_call_reset(f->memory);
    SMITHY_TRY(state_init(&f->state, f->memory));
    f->group = state_add_group(&f->state, SMITHY_STR("arn:aws:logs:r:1:log-group:g"), BORN);
    if (!f->group) return SMITHY_ERROR_MEMORY;
    f->group->exported_at = 5000;
    const state_stream gone = {SMITHY_STR("gone"), BORN, 1000, 4000, 0},
                       lost = {SMITHY_STR("lost"), BORN, 1000, 4000, 0};
    SMITHY_TRY(state_set_stream(&f->state, f->group, &gone));
    SMITHY_TRY(state_set_stream(&f->state, f->group, &lost));
    if (stream) return state_change_stream(&f->state, f->group, stream, to_ms);
    return state_change_group(&f->state, f->group, &f->catalog, to_ms);
}

static void without_memory_no_stream_is_left_out_unnoticed(void **context) {
    fixture *f = *context;
    for (each_place place = {0}; each_place_begin(&place);)
        if (each_place_end(&place, move(f, NULL, 9000))) {
            static const char *const NAMES[] = {"gone", "lost", "joined", "new", "owed", "own"};
            assert_int_equal(f->group->accounted_count, 6);
            for (size_t i = 0; i < 6; i++) assert_true(is_accounted(f, NAMES[i]));
        }
    for (each_place place = {0}; each_place_begin(&place);)
        if (each_place_end(&place, move(f, NULL, 500))) assert_int_equal(f->group->accounted_count, 2);
    for (each_place place = {0}; each_place_begin(&place);)
        if (each_place_end(&place, move(f, &f->streams[0], 5000))) assert_int_equal(f->group->accounted_count, 1);
    for (each_place place = {0}; each_place_begin(&place);)
        if (each_place_end(&place, move(f, &f->streams[0], 4000))) assert_int_equal(f->group->stream_count, 3);
}

static void without_memory_nothing_wrong_is_foreseen(void **context) {
    fixture *f = *context;
    fill(f);
    for (each_place place = {0}; each_place_begin(&place);) {
        state_change change;
        if (!each_place_end(&place, state_change_foresee(f->group, &f->streams[3], 6000, &change))) continue;
        CHECK_RANGE(change, skipped, 3001, 6000);
        CHECK_NONE(change, repeated);
    }
}

/* ---- the log of edits ---- */

static void edits_survive_the_text_and_the_oldest_are_forgotten(void **context) {
    fixture *f = *context;
    smithy_buffer text;
    exporter_state read;
    for (int i = 0; i < STATE_EDITS_MAX + 5; i++) {
        const state_edit edit = {.at_ms = i,
                                 .by = SMITHY_STR("me (1)"),
                                 .arn = SMITHY_STR("arn:aws:logs:r:1:log-group:g:log-stream:s/1"),
                                 .from_ms = STATE_NOTHING,
                                 .to_ms = 7,
                                 .reason = SMITHY_STR("a \"reason\"")};
        assert_int_equal(state_add_edit(&f->state, &edit), SMITHY_OK);
    }
    assert_int_equal(f->state.edit_count, STATE_EDITS_MAX);
    smithy_buffer_init(&text, NULL, 1 << 20);
    assert_int_equal(state_write(&f->state, SMITHY_STR("w"), &text), SMITHY_OK);
    assert_int_equal(state_init(&read, f->memory), SMITHY_OK);
    smithy_call *scratch = smithy_call_create(NULL);
    assert_non_null(scratch);
    assert_int_equal(state_read(&read, smithy_buffer_str(&text), scratch), SMITHY_OK);
    assert_int_equal(read.edit_count, STATE_EDITS_MAX);
    assert_int_equal(read.edits[0].at_ms, 5);
    assert_int_equal(read.edits[0].from_ms, STATE_NOTHING);
    assert_int_equal(read.edits[0].to_ms, 7);
    assert_string_equal(read.edits[0].reason.ptr, "a \"reason\"");
    assert_string_equal(read.edits[0].arn.ptr, "arn:aws:logs:r:1:log-group:g:log-stream:s/1");
    smithy_call_destroy(scratch);
    smithy_buffer_deinit(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_group_moved_back_repeats_and_skips_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stream_behind_the_new_watermark_keeps_its_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_owed_and_archived_meets_its_group_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notes_of_folders_move_back_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_moved_forward_skips_for_all_its_streams, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_without_a_past_can_begin_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_moved_to_nothing_starts_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_of_single_streams_moves_each_that_is_further, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_follows_for_a_stream_goes_by_where_it_stands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stream_moved_into_its_gap_skips_and_repeats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stream_gets_an_entry_or_joins_its_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_unlisted_streams_are_owed_ends_with_the_new_watermark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_move_forward_owes_unlisted_streams_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_of_streams_that_are_gone_are_settled_by_a_move_forward, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_owed_entry_of_an_unknown_life_stays_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_moved_to_where_it_stands_stays_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stream_whose_life_is_unknown_gets_an_entry_wherever_it_is_moved, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stream_moved_to_nothing_gets_an_entry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_entry_that_was_removed_is_not_moved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_of_which_nothing_is_listed_settles_its_entries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_only_note_of_unlisted_streams_ends_with_the_new_watermark, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_memory_nothing_wrong_is_foreseen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_no_stream_is_left_out_unnoticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(edits_survive_the_text_and_the_oldest_are_forgotten, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
