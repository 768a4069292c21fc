/* The export slot, step by step: what it asks for when, what it shows, and what it leaves where it must give up. */
#include "slot.h"

#include "destination.h"
#include "settle_bench.h"

#include <stdio.h>

#define FROM           INT64_C(0)
#define TO             (SETTLE_NOW - SETTLE_HOUR)
#define REFUSED(code_) ((scripted_answer){.status = 400, .body = "{\"__type\":\"" code_ "\",\"message\":\"no\"}"})

static export_slot slot;
static char tasks_text[4096];

static settle_bench *open_bench(run_bench *bench) {
    settle_bench *b = settle_bench_open(bench);
    if (!b) return NULL;
    tasks_text[0] = 0;
    b->tasks_now = tasks_text;
    bench->settings.destination_prefix = SMITHY_STR("x");
    bench->run.logs = logs_client_create(NULL, bench->run.call);
    return bench->run.logs ? b : NULL;
}

static settle_bench *open(void **context) {
    settle_bench *b = open_bench(*context);
    assert_non_null(b);
    return b;
}

/* Puts a unit from the beginning into the slot. */
static void begin(settle_bench *b, state_unit_kind kind, const catalog_stream *stream, const char *prefix) {
    const plan_unit unit = {.kind = kind,
                            .stream = stream,
                            .prefix = smithy_str_from(prefix),
                            .from_ms = FROM,
                            .to_ms = TO,
                            .has_siblings = kind == STATE_UNIT_PREFIX};
    slot_begin(b->run, &slot, &b->work, &unit);
}

static settle_bench *open_single(void **context) {
    settle_bench *b = open(context);
    begin(b, STATE_UNIT_STREAM, settle_add_stream(b, "a"), "a");
    assert_int_equal(slot.phase, SLOT_CREATING);
    return b;
}

static void step(settle_bench *b) {
    run_sleep_until(b->run, slot.next_mono_ms);
    slot_step(b->run, &slot);
}

static int64_t pause_of(const settle_bench *b) {
    return slot.next_mono_ms - run_mono_ms(b->run);
}

static smithy_status (*real_random)(void *context, void *bytes, size_t len);

static smithy_status no_single_byte(void *context, void *bytes, size_t len) {
    return len == 1 ? SMITHY_ERROR_IO : real_random(context, bytes, len);
}

/* A pause is drawn by one byte, which is not to be had from now on. */
static void take_chance(settle_bench *b) {
    real_random = b->bench->fake.system.random;
    b->bench->fake.system.random = no_single_byte;
}

/* A task as the service lists it, named as a spec says. */
static void list_task(settle_bench *b, const char *name, const char *group, const task_spec *spec, const char *status) {
    const size_t len = strlen(tasks_text);
    char written[TASK_NAME_MAX + 1];
    bool carries;
    if (!name) {
        assert_int_equal(task_write_name(spec, b->run->state.id, written, &carries), SMITHY_OK);
        name = written;
    }
    (void)snprintf(tasks_text + len, sizeof tasks_text - len,
                   "%s{\"taskId\":\"t9\",\"taskName\":\"%s\",\"logGroupName\":\"%s\",\"from\":%lld,\"to\":%lld,"
                   "\"destination\":\"archive\",\"destinationPrefix\":\"%.*s\",\"status\":{\"code\":\"%s\"},"
                   "\"executionInfo\":{\"creationTime\":%lld,\"completionTime\":%lld}}",
                   len > 0 ? "," : "", name, group, (long long)spec->from_ms, (long long)spec->to_ms,
                   SMITHY_STR_ARG(spec->destination_prefix), status, (long long)(SETTLE_NOW - 700),
                   (long long)SETTLE_NOW);
}

/* ---- beginning ---- */

static void a_piece_is_asked_for_at_once(void **context) {
    settle_bench *b = open_single(context);
    assert_int_equal(pause_of(b), 0);
    assert_int_equal(slot.tries, 0);
    step(b);
    assert_int_equal(b->creations, 1);
    assert_int_equal(slot.phase, SLOT_RUNNING);
    assert_string_equal(slot.task_id, "t1");
    assert_int_equal(slot.tries, 0);
    assert_int_equal(slot.created_mono_ms, run_mono_ms(b->run));
    assert_int_equal(b->bench->answer.tasks_created, 1);
}

static void a_unit_that_something_is_missing_before_is_not_begun(void **context) {
    settle_bench *b = open(context);
    b->group->exported_at = 5;
    begin(b, STATE_UNIT_GROUP, NULL, "");
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_false(b->work.failed);
}

/* What stands behind the listing is none of it. */
static void the_longest_name_of_a_group_is_one_of_its_listing(void **context) {
    settle_bench *b = open(context);
    settle_add_stream(b, "a");
    settle_add_stream(b, run_bench_copy(b->bench, "%01000d", 1));
    b->work.catalog.stream_count--;
    begin(b, STATE_UNIT_GROUP, NULL, "");
    assert_int_equal(slot.phase, SLOT_CREATING);
    b->work.catalog.stream_count++;
    begin(b, STATE_UNIT_GROUP, NULL, "");
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_true(b->work.failed);
}

static void a_group_without_streams_needs_no_room_for_a_name(void **context) {
    settle_bench *b = open(context);
    static char prefix[2000];
    size_t len = 0;
    memset(prefix, 'p', sizeof prefix);
    while (destination_fits((smithy_str){prefix, len + 1}, 0)) len++;
    assert_in_range(len, 1, 1024);
    b->bench->settings.destination_prefix = (smithy_str){prefix, len};
    begin(b, STATE_UNIT_GROUP, NULL, "");
    assert_int_equal(slot.phase, SLOT_CREATING);
}

static void a_task_that_its_name_cannot_tell_waits_for_the_state(void **context) {
    settle_bench *b = open(context);
    const char *name = run_bench_copy(b->bench, "%0500d", 1);
    const catalog_stream *stream = settle_add_stream(b, name);
    begin(b, STATE_UNIT_STREAM, stream, name);
    assert_int_equal(slot.phase, SLOT_CREATING);
    assert_true(slot.intent_saved);
    assert_int_equal(b->bench->store.saves, 1);
    assert_int_equal(b->run->state.flight.prefix.len, 500);
    assert_null(b->run->state.flight.task_id.ptr);
    b->bench->store.lost_saves = 1;
    begin(b, STATE_UNIT_STREAM, stream, name);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_false(slot.intent_saved);
}

/* ---- what can be made exact only by deleting ---- */

static void several_streams_go_one_by_one_where_nothing_may_be_deleted(void **context) {
    settle_bench *b = open(context);
    settle_add_stream(b, "w-1");
    b->refuses_deletion = true;
    begin(b, STATE_UNIT_PREFIX, NULL, "w");
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_true(b->group->goes_by_names);
    assert_true(b->work.replans);
    assert_false(b->work.failed);
}

static const char *refused_for(settle_bench *b, state_unit_kind kind) {
    const plan_unit unit = {
        .kind = kind, .stream = &b->streams[0], .prefix = SMITHY_STR("a"), .to_ms = TO, .has_siblings = true};
    b->refuses_deletion = true;
    slot_begin(b->run, &slot, &b->work, &unit);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_true(b->work.failed);
    assert_false(b->group->goes_by_names);
    assert_int_equal(b->bench->answer.problem_count, 1);
    return b->bench->answer.problems[0].reason;
}

static void a_stream_with_siblings_is_not_begun_then(void **context) {
    settle_bench *b = open(context);
    settle_add_stream(b, "a");
    assert_non_null(strstr(refused_for(b, STATE_UNIT_STREAM), "a stream whose name others start with"));
}

static void a_past_range_is_not_begun_either(void **context) {
    settle_bench *b = open(context);
    settle_add_stream(b, "a");
    assert_non_null(strstr(refused_for(b, STATE_UNIT_BACKFILL), "a past range can be archived again only"));
}

static void where_that_cannot_be_found_out_the_unit_is_given_up(void **context) {
    settle_bench *b = open(context);
    settle_add_stream(b, "a");
    b->deletion = RUN_BENCH_ERROR(400, "InvalidRequest");
    assert_non_null(strstr(refused_for(b, STATE_UNIT_STREAM), "finding out whether objects may be deleted: "));
    assert_int_equal(b->creations, 0);
}

/* ---- pauses ---- */

static void without_chance_a_pause_is_three_quarters(void **context) {
    settle_bench *b = open_single(context);
    take_chance(b);
    b->creation = REFUSED("ThrottlingException");
    for (int tries = 1; tries < 8; tries++) {
        step(b);
        const int64_t whole = INT64_C(500) << tries;
        assert_int_equal(pause_of(b), whole / 2 + whole * 128 / 510);
    }
    step(b);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_int_equal(b->creations, 8);
}

static void before_a_search_half_a_second_passes(void **context) {
    settle_bench *b = open_single(context);
    take_chance(b);
    b->creation = RUN_BENCH_LOST;
    slot.tries = 3;
    step(b);
    assert_int_equal(slot.phase, SLOT_SEARCHING);
    assert_int_equal(pause_of(b), 500);
    for (int tries = 1; tries < 6; tries++) {
        step(b);
        assert_int_equal(pause_of(b), 500 * tries + 1000 * tries * 128 / 510);
    }
    step(b);
    assert_int_equal(slot.phase, SLOT_CREATING);
    assert_int_equal(b->listings, 6);
}

static void a_new_piece_begins_afresh_after_a_pause(void **context) {
    settle_bench *b = open_single(context);
    take_chance(b);
    step(b);
    slot.tries = 5;
    slot.intent_saved = true;
    b->run->state.flight = (state_flight){.task_name = SMITHY_STR("n")};
    (void)snprintf(slot.task_id, sizeof slot.task_id, "t9");
    list_task(b, NULL, "g", &slot.spec, "FAILED");
    step(b);
    assert_int_equal(slot.phase, SLOT_CREATING);
    assert_string_equal(slot.task_id, "");
    assert_false(slot.intent_saved);
    assert_int_equal(slot.tries, 0);
    assert_int_equal(slot.spec.attempt, 2);
    assert_null(b->run->state.flight.task_name.ptr);
    assert_int_equal(pause_of(b), 500 + 1000 * 128 / 510);
    assert_int_equal(b->bench->answer.tasks_failed, 1);
    assert_true(state_has_task(&b->run->state, SMITHY_STR("t9")));
}

static void a_task_that_is_found_is_asked_about_soon(void **context) {
    settle_bench *b = open_single(context);
    b->creation = RUN_BENCH_LOST;
    step(b);
    list_task(b, slot.name, "g", &slot.spec, "RUNNING");
    step(b);
    assert_int_equal(slot.phase, SLOT_RUNNING);
    assert_int_equal(pause_of(b), 220);
    assert_int_equal(slot.tries, 0);
}

/* ---- how it ends ---- */

/* "t9" was created for the present piece. */
static void run_task(settle_bench *b, const char *status) {
    step(b);
    (void)snprintf(slot.task_id, sizeof slot.task_id, "t9");
    list_task(b, NULL, "g", &slot.spec, status);
}

static void a_window_of_a_minute_is_halved(void **context) {
    settle_bench *b = open_single(context);
    slot.unit.to_ms = slot.wanted_to_ms = 60000;
    slot.failures = 1;
    run_task(b, "FAILED");
    step(b);
    assert_int_equal(slot.phase, SLOT_CREATING);
    assert_int_equal(slot.spec.to_ms, 30000);
    assert_int_equal(slot.halvings, 1);
    assert_int_equal(slot.failures, 0);
}

static void what_another_run_began_is_not_begun_again(void **context) {
    settle_bench *b = open_single(context);
    run_task(b, "FAILED");
    slot.adopted = true;
    step(b);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_false(b->work.failed);
    assert_int_equal(b->bench->answer.tasks_failed, 1);
}

static void who_lost_the_lease_begins_nothing_more(void **context) {
    settle_bench *b = open_single(context);
    run_task(b, "FAILED");
    b->bench->store.lost_saves = 1;
    step(b);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_true(b->run->lost_lease);
}

static void a_closed_window_frees_the_slot(void **context) {
    settle_bench *b = open_single(context);
    b->work.fruitless_plans = 3;
    b->run->state.flight = (state_flight){.task_name = SMITHY_STR("n")};
    run_task(b, "COMPLETED");
    step(b);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_true(b->work.exported);
    assert_int_equal(b->work.fruitless_plans, 0);
    assert_int_equal(slot.ended_ms, SETTLE_NOW);
    assert_null(b->run->state.flight.task_name.ptr);
    assert_int_equal(b->creations, 1);
}

static void behind_the_first_piece_of_a_window_the_next_one_begins(void **context) {
    settle_bench *b = open_single(context);
    slot.unit.to_ms = slot.spec.to_ms = TO / 2;
    slot.failures = 1;
    slot.is_joined = true;
    run_task(b, "COMPLETED");
    step(b);
    assert_int_equal(slot.phase, SLOT_CREATING);
    assert_int_equal(slot.spec.from_ms, TO / 2 + 1);
    assert_int_equal(slot.spec.to_ms, TO);
    assert_int_equal(slot.failures, 0);
    assert_false(slot.is_joined);
}

/* Hints told of no event in a window of several dates. */
static void a_window_that_holds_what_nobody_expected_is_begun_in_part(void **context) {
    settle_bench *b = open_single(context);
    b->bench->settings.destination_prefix = SMITHY_STR("x/{data:%Y}");
    settle_put(b, "x/t9/a/0");
    slot.failures = 1;
    run_task(b, "COMPLETED");
    (void)snprintf(slot.name, sizeof slot.name, "another");
    slot.spec.destination_prefix = SMITHY_STR("x");
    step(b);
    assert_int_equal(slot.phase, SLOT_CREATING);
    assert_true(slot.spec.to_ms < TO);
    assert_int_equal(slot.failures, 0);
    assert_false(slot.is_surprised);
    assert_false(settle_is_there(b, "x/t9/a/0"));
}

/* A service that takes no window that ends before its group was made. */
static void an_early_window_is_joined_to_what_ends_as_its_group_is_made(void **context) {
    settle_bench *b = open_single(context);
    b->bench->settings.destination_prefix = SMITHY_STR("x/{data:%Y}");
    b->work.catalog.created_ms = slot.wanted_to_ms;
    slot.unit.to_ms = slot.wanted_to_ms - 1;
    b->creation = REFUSED("InvalidParameterException");
    step(b);
    assert_int_equal(slot.phase, SLOT_CREATING);
    assert_true(slot.is_joined);
    assert_int_equal(slot.spec.to_ms, slot.wanted_to_ms);
}

/* ---- giving up ---- */

static void a_refused_task_is_in_flight_no_more(void **context) {
    settle_bench *b = open_single(context);
    b->run->state.flight = (state_flight){.task_name = SMITHY_STR("n")};
    b->creation = REFUSED("InvalidParameterException");
    step(b);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_null(b->run->state.flight.task_name.ptr);
    assert_true(b->work.failed);
    assert_int_equal(b->run->needs_change, 0);
    assert_false(b->run->failed);
}

static void what_a_permission_is_missing_for_needs_a_change(void **context) {
    settle_bench *b = open_single(context);
    b->creation = REFUSED("AccessDeniedException");
    step(b);
    assert_true(b->work.failed);
    assert_int_equal(b->run->needs_change, 1);
}

/* Its group did not fail. */
static void a_task_that_is_refused_as_the_time_is_up_ends_the_run(void **context) {
    settle_bench *b = open_single(context);
    b->creation = REFUSED("InvalidParameterException");
    b->creation.takes_ms = 1000;
    b->run->stop_mono_ms = run_mono_ms(b->run) + 500;
    step(b);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_true(b->run->failed);
    assert_false(b->work.failed);
}

static void what_nobody_can_create_a_task_with_ends_the_run(void **context) {
    settle_bench *b = open_single(context);
    b->creation = (scripted_answer){.failure = SMITHY_HTTP_FAILURE_CANCELED};
    step(b);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_true(b->run->failed);
    assert_non_null(strstr(b->bench->answer.message, "creating an export task: "));
}

static void a_group_that_is_gone_is_told_and_nobodys_failure(void **context) {
    settle_bench *b = open_single(context);
    b->creation = REFUSED("ResourceNotFoundException");
    step(b);
    assert_int_equal(slot.phase, SLOT_FREE);
    assert_true(b->work.gone);
    assert_false(b->work.failed);
}

/* ---- whose task it is ---- */

static bool is_found(void **context, const char *name, const char *group, void (*change)(task_spec *spec)) {
    settle_bench *b = open_single(context);
    task_spec spec = slot.spec;
    spec.attempt = 7; /* Of another run. */
    spec.group = smithy_str_from(group);
    if (change) change(&spec);
    list_task(b, name, group, &spec, "RUNNING");
    b->creation = REFUSED("LimitExceededException");
    step(b);
    const bool found = slot.phase == SLOT_RUNNING;
    if (found) {
        assert_string_equal(slot.task_id, "t9");
        assert_int_equal(slot.spec.requested_ms, SETTLE_NOW - 700);
        assert_false(b->run->slot_busy);
    } else {
        assert_int_equal(slot.phase, SLOT_CREATING);
        assert_true(b->run->slot_busy);
    }
    logs_client_destroy(b->run->logs);
    b->run->logs = NULL;
    run_bench_tear_down(context);
    run_bench_set_up(context);
    return found;
}

static void of_another_kind(task_spec *spec) {
    spec->kind = STATE_UNIT_OWED;
}

static void from_elsewhere(task_spec *spec) {
    spec->from_ms++;
}

static void to_elsewhere(task_spec *spec) {
    spec->to_ms--;
}

static void for_another(task_spec *spec) {
    spec->prefix = SMITHY_STR("b");
}

static void into_another(task_spec *spec) {
    spec->destination_prefix = SMITHY_STR("y");
}

static void the_task_in_the_slot_is_ours_where_it_is_for_just_this_piece(void **context) {
    assert_true(is_found(context, NULL, "g", NULL));
    assert_false(is_found(context, NULL, "h", NULL));
    assert_false(is_found(context, NULL, "g", of_another_kind));
    assert_false(is_found(context, NULL, "g", from_elsewhere));
    assert_false(is_found(context, NULL, "g", to_elsewhere));
    assert_false(is_found(context, NULL, "g", for_another));
    assert_false(is_found(context, NULL, "g", into_another));
    assert_false(is_found(context, "nightly", "g", NULL));
}

static void the_task_of_our_very_name_is_ours_whatever_is_echoed(void **context) {
    settle_bench *b = open_single(context);
    const char *name = run_bench_copy(b->bench, "%s", slot.name);
    list_task(b, name, "echo", &slot.spec, "RUNNING");
    b->creation = REFUSED("LimitExceededException");
    step(b);
    assert_int_equal(slot.phase, SLOT_RUNNING);
}

static void a_task_that_the_state_accounts_for_is_not_the_one(void **context) {
    settle_bench *b = open_single(context);
    list_task(b, slot.name, "g", &slot.spec, "RUNNING");
    assert_int_equal(state_add_task(&b->run->state, SMITHY_STR("t9"), 5), SMITHY_OK);
    b->creation = REFUSED("LimitExceededException");
    step(b);
    assert_int_equal(slot.phase, SLOT_CREATING);
}

/* ---- waiting for the slot ---- */

static void waiting_is_counted_from_its_first_refusal_to_the_creation(void **context) {
    settle_bench *b = open_single(context);
    take_chance(b);
    b->creation = REFUSED("LimitExceededException");
    int64_t waited = 0;
    for (int tries = 1; tries <= 9; tries++) {
        step(b);
        const int64_t whole = tries < 8 ? INT64_C(1000) * tries : 10000;
        assert_int_equal(pause_of(b), whole / 2 + whole * 128 / 510);
        waited += pause_of(b);
    }
    assert_true(b->run->slot_busy);
    b->creation = (scripted_answer){.status = 200, .body = "{\"taskId\":\"t1\"}"};
    step(b);
    assert_false(b->run->slot_busy);
    assert_int_equal(b->bench->answer.slot_busy_ms, waited);
    assert_int_equal(slot.tries, 0);
}

/* ---- adopting ---- */

static void an_adopted_task_is_asked_about_at_once_and_recorded_by_its_id(void **context) {
    settle_bench *b = open(context);
    const plan_unit unit = {.kind = STATE_UNIT_STREAM, .prefix = SMITHY_STR("a"), .from_ms = FROM, .to_ms = TO};
    const task_spec spec = {.kind = STATE_UNIT_STREAM, .group = SMITHY_STR("g"), .prefix = SMITHY_STR("a")};
    const task_info info = {.id = SMITHY_STR("t"), .name = SMITHY_STR("a name"), .created_ms = 77};
    b->bench->fake.mono_ms += 5000;
    slot_adopt(b->run, &slot, &b->work, &unit, &spec, &info);
    assert_int_equal(slot.phase, SLOT_RUNNING);
    assert_int_equal(pause_of(b), 0);
    assert_int_equal(slot.spec.requested_ms, 77);
    assert_string_equal(slot.name, "a name");
    assert_int_equal(slot.wanted_to_ms, TO);
    assert_int_equal(slot.created_mono_ms, run_mono_ms(b->run));
    assert_int_equal(slot_record(b->run, &slot), SMITHY_OK);
    assert_true(smithy_str_equal(b->run->state.flight.task_id, SMITHY_STR("t")));
    assert_true(smithy_str_equal(b->run->state.flight.task_name, SMITHY_STR("a name")));
    assert_int_equal(b->run->state.flight.created_ms, SETTLE_NOW);
}

/* ---- what is shown ---- */

static void the_task_is_shown_with_its_age_once_there_is_one(void **context) {
    settle_bench *b = open_single(context);
    list_task(b, NULL, "g", &slot.spec, "RUNNING");
    step(b);
    assert_true(smithy_str_equal(b->run->progress.group, SMITHY_STR("g")));
    assert_true(smithy_str_equal(b->run->progress.unit, SMITHY_STR("a")));
    assert_int_equal(b->run->progress.task_age_ms, 0);
    assert_string_equal(b->run->progress.phase, "exporting");
    step(b);
    assert_int_equal(b->run->progress.task_age_ms, 220);
    b->run->slot_busy = true;
    slot_step(b->run, &slot);
    assert_string_equal(b->run->progress.phase, "waiting for the export slot");
}

/* ---- asking about it ---- */

static void it_is_asked_about_ever_more_rarely(void **context) {
    settle_bench *b = open_single(context);
    (void)list_task(b, NULL, "g", &slot.spec, "RUNNING");
    step(b);
    (void)snprintf(slot.task_id, sizeof slot.task_id, "t9");
    assert_int_equal(pause_of(b), 220);
    for (int64_t ms = 220 * 3 / 2; ms < 5000; ms = ms * 3 / 2) {
        step(b);
        assert_int_equal(pause_of(b), ms);
    }
    step(b);
    assert_int_equal(pause_of(b), 5000);
    step(b);
    assert_int_equal(pause_of(b), 5000);
}

static void before_it_is_due_nothing_is_asked(void **context) {
    settle_bench *b = open_single(context);
    step(b);
    slot_step(b->run, &slot);
    assert_int_equal(b->listings, 0);
    step(b);
    assert_int_equal(b->listings, 1);
}

static void what_is_not_listed_the_twentieth_time_failed(void **context) {
    settle_bench *b = open_single(context);
    step(b);
    slot.tries = 18;
    step(b);
    assert_int_equal(slot.phase, SLOT_RUNNING);
    assert_int_equal(slot.tries, 19);
    step(b);
    assert_int_equal(slot.phase, SLOT_CREATING);
    assert_int_equal(b->bench->answer.tasks_failed, 1);
}

static void what_is_listed_in_between_begins_to_count_again(void **context) {
    settle_bench *b = open_single(context);
    run_task(b, "RUNNING");
    slot.tries = 18;
    step(b);
    assert_int_equal(slot.tries, 0);
}

/* ---- what goes wrong ---- */

static settle_bench *last;

static smithy_status end(run_bench *bench) {
    const bool is_asked_for = slot.phase == SLOT_CREATING;
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    if (!is_asked_for) assert_true(bench->run.failed || (last && last->work.failed));
    return is_asked_for ? SMITHY_OK : SMITHY_ERROR_MEMORY;
}

static smithy_status begin_one(run_bench *bench) {
    slot.phase = SLOT_FREE;
    last = open_bench(bench);
    if (last)
        begin(last, STATE_UNIT_STREAM, settle_add_stream(last, "a"), "a");
    else
        bench->run.failed = true;
    return end(bench);
}

static smithy_status begin_untold(run_bench *bench) {
    slot.phase = SLOT_FREE;
    last = open_bench(bench);
    const char *name = run_bench_copy(bench, "%0500d", 1);
    if (last)
        begin(last, STATE_UNIT_STREAM, settle_add_stream(last, name), name);
    else
        bench->run.failed = true;
    return end(bench);
}

static void check_begun(run_bench *bench) {
    assert_false(bench->run.failed);
    assert_int_equal(strncmp(slot.name, "cwl-s3-exporter.0123456789abcdef.s.", 35), 0);
    assert_true(smithy_str_equal(slot.spec.destination_prefix, SMITHY_STR("x")));
}

static void check_told(run_bench *bench) {
    assert_false(bench->run.failed);
    assert_int_equal(bench->run.state.flight.prefix.len, 500);
    assert_non_null(strstr(bench->store.text, slot.name));
}

static void without_memory_no_piece_is_begun(void **context) {
    (void)context;
    run_bench_without_memory(begin_one, check_begun);
    run_bench_without_memory(begin_untold, check_told);
}

static void without_digests_no_piece_is_begun(void **context) {
    (void)context;
    settle_without_digests(begin_one, check_begun);
    settle_without_digests(begin_untold, check_told);
}

static int tear_down(void **context) {
    run_bench *bench = *context;
    logs_client_destroy(bench->run.logs);
    bench->run.logs = NULL;
    return run_bench_tear_down(context);
}

#define SLOT_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        SLOT_TEST(a_piece_is_asked_for_at_once),
        SLOT_TEST(a_unit_that_something_is_missing_before_is_not_begun),
        SLOT_TEST(the_longest_name_of_a_group_is_one_of_its_listing),
        SLOT_TEST(a_group_without_streams_needs_no_room_for_a_name),
        SLOT_TEST(a_task_that_its_name_cannot_tell_waits_for_the_state),
        SLOT_TEST(several_streams_go_one_by_one_where_nothing_may_be_deleted),
        SLOT_TEST(a_stream_with_siblings_is_not_begun_then),
        SLOT_TEST(a_past_range_is_not_begun_either),
        SLOT_TEST(where_that_cannot_be_found_out_the_unit_is_given_up),
        SLOT_TEST(without_chance_a_pause_is_three_quarters),
        SLOT_TEST(before_a_search_half_a_second_passes),
        SLOT_TEST(a_new_piece_begins_afresh_after_a_pause),
        SLOT_TEST(a_task_that_is_found_is_asked_about_soon),
        SLOT_TEST(a_window_of_a_minute_is_halved),
        SLOT_TEST(what_another_run_began_is_not_begun_again),
        SLOT_TEST(who_lost_the_lease_begins_nothing_more),
        SLOT_TEST(a_closed_window_frees_the_slot),
        SLOT_TEST(behind_the_first_piece_of_a_window_the_next_one_begins),
        SLOT_TEST(a_window_that_holds_what_nobody_expected_is_begun_in_part),
        SLOT_TEST(an_early_window_is_joined_to_what_ends_as_its_group_is_made),
        SLOT_TEST(a_refused_task_is_in_flight_no_more),
        SLOT_TEST(what_a_permission_is_missing_for_needs_a_change),
        SLOT_TEST(a_task_that_is_refused_as_the_time_is_up_ends_the_run),
        SLOT_TEST(what_nobody_can_create_a_task_with_ends_the_run),
        SLOT_TEST(a_group_that_is_gone_is_told_and_nobodys_failure),
        SLOT_TEST(the_task_in_the_slot_is_ours_where_it_is_for_just_this_piece),
        SLOT_TEST(the_task_of_our_very_name_is_ours_whatever_is_echoed),
        SLOT_TEST(a_task_that_the_state_accounts_for_is_not_the_one),
        SLOT_TEST(waiting_is_counted_from_its_first_refusal_to_the_creation),
        SLOT_TEST(an_adopted_task_is_asked_about_at_once_and_recorded_by_its_id),
        SLOT_TEST(the_task_is_shown_with_its_age_once_there_is_one),
        SLOT_TEST(it_is_asked_about_ever_more_rarely),
        SLOT_TEST(before_it_is_due_nothing_is_asked),
        SLOT_TEST(what_is_not_listed_the_twentieth_time_failed),
        SLOT_TEST(what_is_listed_in_between_begins_to_count_again),
        cmocka_unit_test(without_memory_no_piece_is_begun),
        cmocka_unit_test(without_digests_no_piece_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
