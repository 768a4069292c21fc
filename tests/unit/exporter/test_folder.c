/* A task's folder: what is counted of it, what goes and what stays, and in which order that is written down. */
#include "folder.h"
#include "run_bench.h"

#include <stdio.h>

#define FOLDER "x/t1/"

static const smithy_str IN_FOLDER = SMITHY_STR_INIT(FOLDER);

static const char *url(run_bench *b, size_t index) {
    return run_bench_asked(b, index)->url;
}

/* ---- listing ---- */

static folder_content content;

static smithy_status list(run_bench *b) {
    return folder_list(&b->run, IN_FOLDER, &content, b->run.memory);
}

static void check_part(size_t index, const char *name, int64_t objects, int64_t bytes) {
    assert_true(index < content.count);
    check_text(content.parts[index].name, name);
    check_text(content.names[index], name);
    assert_int_equal(content.parts[index].objects, objects);
    assert_int_equal(content.parts[index].bytes, bytes);
}

static void a_folder_is_counted_stream_by_stream(void **context) {
    run_bench *b = *context;
    static const char *const FIRST[] = {FOLDER "a/000000.gz", FOLDER "a/000001.gz", FOLDER "b%2B/000000.gz"};
    static const char *const SECOND[] = {FOLDER "b+/000001.gz", FOLDER "c/000000.gz"};
    run_bench_then_page(b, FIRST, 3, "on");
    run_bench_then_page(b, SECOND, 2, NULL);
    assert_int_equal(list(b), SMITHY_OK);
    assert_int_equal(content.objects, 5);
    assert_int_equal(content.bytes, 10 + 20 + 30 + 10 + 20);
    assert_int_equal(content.count, 4); /* Nobody said that "%2B" is one character. */
    check_part(0, "a", 2, 30);
    check_part(1, "b%2B", 1, 30);
    check_part(2, "b+", 1, 10);
    check_part(3, "c", 1, 20);
    assert_non_null(strstr(url(b, 0), "prefix=x%2Ft1%2F"));
    assert_non_null(strstr(url(b, 0), "max-keys=500"));
    assert_non_null(strstr(url(b, 0), "encoding-type=url"));
    assert_non_null(strstr(url(b, 1), "continuation-token=on"));
    assert_int_equal(b->transport.request_count, 2);
}

/* Pages can overlap and come in another order: of that no stream becomes two. */
static void a_stream_that_comes_twice_is_one(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "b/0", FOLDER "a/0", FOLDER "b/1", FOLDER "ab/0", FOLDER "a/1"};
    run_bench_then_page(b, KEYS, 5, NULL);
    assert_int_equal(list(b), SMITHY_OK);
    assert_int_equal(content.count, 3);
    check_part(0, "a", 2, 70);
    check_part(1, "ab", 1, 40);
    check_part(2, "b", 2, 40);
}

static void two_streams_come_in_order(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "b/0", FOLDER "a/0"};
    run_bench_then_page(b, KEYS, 2, NULL);
    assert_int_equal(list(b), SMITHY_OK);
    check_part(0, "a", 1, 20);
    check_part(1, "b", 1, 10);
}

static void many_objects_of_a_stream_take_the_room_of_one(void **context) {
    run_bench *b = *context;
    const char *keys[100];
    for (size_t i = 0; i < 100; i++) keys[i] = FOLDER "a/0";
    run_bench_then_page(b, keys, 100, NULL);
    assert_int_equal(list(b), SMITHY_OK);
    check_part(0, "a", 100, 10 * 100 * 101 / 2);
    assert_in_range(content.capacity, 1, 8);
}

static void what_is_no_streams_is_counted_and_has_no_name(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER, FOLDER "aws-logs-write-test", FOLDER "/0", FOLDER "a/0"};
    run_bench_then_page(b, KEYS, 4, NULL);
    assert_int_equal(list(b), SMITHY_OK);
    assert_int_equal(content.objects, 4);
    assert_int_equal(content.bytes, 100);
    assert_int_equal(content.count, 1);
    check_part(0, "a", 1, 40);
}

/* S3 was asked for no others. */
static void what_lies_outside_of_the_folder_is_left_alone(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {"x/t0/a/0", FOLDER "a/0", "x/t10/a/0"};
    run_bench_then_page(b, KEYS, 3, NULL);
    assert_int_equal(list(b), SMITHY_OK);
    assert_int_equal(content.objects, 1);
    check_part(0, "a", 1, 20);
}

static void a_folder_without_objects_has_nothing(void **context) {
    run_bench *b = *context;
    content = (folder_content){.objects = 5, .bytes = 6, .count = 7};
    run_bench_then_page(b, NULL, 0, NULL);
    assert_int_equal(list(b), SMITHY_OK);
    assert_int_equal(content.objects, 0);
    assert_int_equal(content.bytes, 0);
    assert_int_equal(content.count, 0);
    assert_non_null(content.names);
}

static void a_folder_that_cannot_be_listed_to_its_end_is_an_error(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "a/0"};
    run_bench_then_page(b, KEYS, 1, "on");
    run_bench_then(b, RUN_BENCH_ERROR(403, "AccessDenied"));
    assert_int_equal(list(b), SMITHY_ERROR_SERVICE);
}

/* ---- what stays ---- */

/* Against the plain way: each name is looked for in each list of some of them. */
static void every_folder_of_a_list_is_found_in_it_and_no_other(void **context) {
    run_bench *b = *context;
    static const char *const NAMES[] = {"", "!", "a", "aa", "ab", "b", "long-one", "long-one-2", "z"};
    const size_t all = sizeof NAMES / sizeof *NAMES;
    for (unsigned set = 0; set < 1u << all; set++) {
        smithy_str some[16];
        size_t count = 0;
        if (set & 1) continue; /* No folder is called "". */
        for (size_t i = 0; i < all; i++)
            if (set >> i & 1) some[count++] = smithy_str_from(NAMES[i]);
        smithy_call_reset(b->run.memory);
        const smithy_str keep = folder_join(b->run.memory, some, count);
        assert_non_null(keep.ptr);
        for (size_t i = 0; i < all; i++)
            if (folder_is_kept(keep, smithy_str_from(NAMES[i])) != (set >> i & 1))
                fail_msg("\"%s\" in \"%.*s\"", NAMES[i], SMITHY_STR_ARG(keep));
    }
}

static void folders_are_joined_by_what_no_folder_holds(void **context) {
    run_bench *b = *context;
    smithy_str names[200];
    for (size_t i = 0; i < 200; i++) names[i] = SMITHY_STR("n");
    names[0] = SMITHY_STR("a");
    names[1] = SMITHY_STR("bc");
    const smithy_str two = folder_join(b->run.memory, names, 2), none = folder_join(b->run.memory, names, 0);
    assert_true(smithy_str_equal(two, SMITHY_STR("a/bc")));
    assert_int_equal(none.len, 0);
    assert_non_null(none.ptr); /* Nothing stays, which is not that all may. */
    names[0] = SMITHY_STR("a name that is longer than what is lost between two pieces of memory");
    const smithy_str many = folder_join(b->run.memory, names, 200);
    (void)smithy_call_alloc(b->run.memory, 1000, 1); /* It lies behind what was joined. */
    assert_int_equal(many.len, names[0].len + 199 * 2 + 1);
    assert_int_equal(many.ptr[0], 'a');
    assert_int_equal(many.ptr[many.len - 1], 'n');
    assert_int_equal(many.ptr[many.len - 2], '/');
}

/* ---- emptying ---- */

#define DELETED ((scripted_answer){.status = 200, .body = "<DeleteResult></DeleteResult>"})

static size_t count_of(const char *text, const char *wanted) {
    size_t count = 0;
    for (; (text = strstr(text, wanted)); text++) count++;
    return count;
}

static void a_folder_is_emptied_page_by_page(void **context) {
    run_bench *b = *context;
    static const char *const FIRST[] = {FOLDER "a/0", FOLDER "b/0", "x/t2/a/0"};
    static const char *const SECOND[] = {FOLDER "c/0"};
    int64_t deleted = 7;
    b->answer.objects_deleted = 100;
    run_bench_then_page(b, FIRST, 3, "on");
    run_bench_then(b, DELETED);
    run_bench_then_page(b, SECOND, 1, NULL);
    run_bench_then(b, DELETED);
    assert_int_equal(folder_clean(&b->run, IN_FOLDER, (smithy_str){0}, &deleted), SMITHY_OK);
    assert_int_equal(deleted, 3);
    assert_int_equal(b->answer.objects_deleted, 103);
    assert_int_equal(b->transport.request_count, 4);
    assert_non_null(strstr(url(b, 0), "max-keys=1000"));
    assert_non_null(strstr(url(b, 0), "prefix=x%2Ft1%2F"));
    const char *body = run_bench_asked(b, 1)->body;
    assert_non_null(strstr(body, "<Key>" FOLDER "a/0</Key>"));
    assert_non_null(strstr(body, "<Key>" FOLDER "b/0</Key>"));
    assert_int_equal(count_of(body, "<Key>"), 2);
    assert_non_null(strstr(body, "<Quiet>true</Quiet>"));
    assert_non_null(strstr(run_bench_asked(b, 3)->body, "<Key>" FOLDER "c/0</Key>"));
}

static void what_is_to_be_kept_stays(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "a/0", FOLDER "a-2/0", FOLDER "b/0", FOLDER "b/1", FOLDER "loose"};
    int64_t deleted;
    run_bench_then_page(b, KEYS, 5, NULL);
    run_bench_then(b, DELETED);
    assert_int_equal(folder_clean(&b->run, IN_FOLDER, SMITHY_STR("a/b"), &deleted), SMITHY_OK);
    assert_int_equal(deleted, 2);
    const char *body = run_bench_asked(b, 1)->body;
    assert_int_equal(count_of(body, "<Key>"), 2);
    assert_non_null(strstr(body, "<Key>" FOLDER "a-2/0</Key>"));
    assert_non_null(strstr(body, "<Key>" FOLDER "loose</Key>"));
}

static void nothing_is_asked_for_where_all_stays(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "a/0"};
    int64_t deleted = 7;
    run_bench_then_page(b, KEYS, 1, NULL);
    assert_int_equal(folder_clean(&b->run, IN_FOLDER, SMITHY_STR("a"), &deleted), SMITHY_OK);
    assert_int_equal(deleted, 0);
    assert_int_equal(b->transport.request_count, 1);
    run_bench_then_page(b, NULL, 0, NULL);
    assert_int_equal(folder_clean(&b->run, IN_FOLDER, (smithy_str){0}, &deleted), SMITHY_OK);
    assert_int_equal(b->transport.request_count, 2);
}

static void keys_that_s3_does_not_delete_are_an_error_that_tells(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "a/0", FOLDER "a/1", FOLDER "a/2"};
    int64_t deleted;
    run_bench_then_page(b, KEYS, 3, NULL);
    run_bench_then(b, (scripted_answer){
                          .status = 200,
                          .body = "<DeleteResult><Error><Key>" FOLDER "a/1</Key><Code>AccessDenied</Code></Error>"
                                  "<Error><Key>" FOLDER "a/2</Key><Code>InternalError</Code></Error></DeleteResult>"});
    assert_int_equal(folder_clean(&b->run, IN_FOLDER, (smithy_str){0}, &deleted), SMITHY_ERROR_SERVICE);
    assert_string_equal(smithy_call_error(b->run.call)->message,
                        "2 objects could not be deleted; first " FOLDER "a/1: AccessDenied");
    assert_int_equal(deleted, 0);
    assert_int_equal(b->answer.objects_deleted, 0);
}

static void a_folder_that_cannot_be_emptied_to_its_end_is_an_error(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "a/0"};
    int64_t deleted;
    run_bench_then_page(b, KEYS, 1, "on");
    run_bench_then(b, DELETED);
    run_bench_then(b, RUN_BENCH_ERROR(403, "AccessDenied"));
    assert_int_equal(folder_clean(&b->run, IN_FOLDER, (smithy_str){0}, &deleted), SMITHY_ERROR_SERVICE);
    run_bench_then_page(b, KEYS, 1, NULL);
    run_bench_then(b, RUN_BENCH_ERROR(403, "AccessDenied"));
    assert_int_equal(folder_clean(&b->run, IN_FOLDER, (smithy_str){0}, &deleted), SMITHY_ERROR_SERVICE);
    assert_int_equal(deleted, 0);
}

/* ---- what the state notes ---- */

static state_cleanup noted = {.folder = SMITHY_STR_INIT(FOLDER)};

static void an_emptied_folder_is_noted_as_such_and_told(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "a/0", FOLDER "b/0"};
    noted.keep = SMITHY_STR("b");
    noted.cleaned = false;
    run_bench_then_page(b, KEYS, 2, NULL);
    run_bench_then(b, DELETED);
    assert_true(folder_clean_noted(&b->run, &noted));
    assert_true(noted.cleaned);
    assert_int_equal(count_of(run_bench_asked(b, 1)->body, "<Key>"), 1);
    assert_int_equal(run_bench_said(b, "emptied a folder"), 1);
    noted.cleaned = false;
    run_bench_then_page(b, NULL, 0, NULL);
    assert_true(folder_clean_noted(&b->run, &noted));
    assert_true(noted.cleaned);
    assert_int_equal(run_bench_said(b, "emptied a folder"), 1); /* There was nothing. */
    assert_int_equal(b->answer.problem_count, 0);
}

static void a_folder_that_cannot_be_emptied_is_a_problem_and_stays_noted(void **context) {
    run_bench *b = *context;
    noted.cleaned = false;
    run_bench_then(b, RUN_BENCH_ERROR(403, "AccessDenied"));
    assert_false(folder_clean_noted(&b->run, &noted));
    assert_false(noted.cleaned);
    assert_false(b->run.failed); /* Others go on. */
    assert_int_equal(b->answer.problem_count, 1);
    assert_string_equal(b->answer.problems[0].group, FOLDER);
    assert_non_null(strstr(b->answer.problems[0].reason, "must be emptied and cannot: "));
    assert_int_equal(run_bench_said(b, "emptied a folder"), 0);
}

static void trouble_that_no_other_folder_is_spared_ends_the_run(void **context) {
    run_bench *b = *context;
    run_bench_then(b, (scripted_answer){.failure = SMITHY_HTTP_FAILURE_CANCELED});
    assert_false(folder_clean_noted(&b->run, &noted));
    assert_true(b->run.failed);
    assert_non_null(strstr(b->answer.message, "emptying a folder: "));
}

/* ---- discarding ---- */

static bool discard(run_bench *b) {
    b->run.holds_lease = true;
    return folder_discard(&b->run, IN_FOLDER, SMITHY_STR("t1"));
}

#define SAVED ((scripted_answer){.status = 200, .headers = "ETag: \"e\""})

static size_t asked_at_save;

static void count_requests(run_bench *b) {
    asked_at_save = b->transport.request_count;
}

static void a_task_is_discarded_in_ledger_and_state_before_its_first_object_goes(void **context) {
    run_bench *b = *context;
    static const char *const KEYS[] = {FOLDER "a/0"};
    run_bench_then(b, SAVED);
    run_bench_then_page(b, KEYS, 1, NULL);
    run_bench_then(b, DELETED);
    b->store.before_save = count_requests;
    assert_true(discard(b));
    assert_int_equal(b->store.saves, 1);
    assert_int_equal(asked_at_save, 1);
    assert_non_null(
        strstr(run_bench_unpacked(b, 0), "{\"Type\":\"discarded\",\"TaskId\":\"t1\",\"Folder\":\"" FOLDER "\","));
    assert_non_null(strstr(b->store.text, "\"TaskId\":\"t1\",\"EndedAt\":1767323045000"));
    assert_non_null(strstr(b->store.text, "\"Folder\":\"" FOLDER "\",\"Since\":1767323045000,\"Cleaned\":false"));
    assert_int_equal(b->answer.objects_deleted, 1);
    assert_int_equal(b->run.state.cleanup_count, 1);
    assert_true(b->run.state.cleanups[0].cleaned);
}

static void nothing_goes_where_the_state_cannot_say_so(void **context) {
    run_bench *b = *context;
    run_bench_then(b, SAVED);
    b->store.save_status = SMITHY_ERROR_SERVICE;
    assert_false(discard(b));
    assert_int_equal(b->transport.request_count, 1);
    assert_true(b->run.failed);
    assert_non_null(strstr(b->answer.message, "saving the state: "));
}

static void a_folder_that_has_no_name_is_none(void **context) {
    run_bench *b = *context;
    assert_false(folder_discard(&b->run, (smithy_str){0}, SMITHY_STR("t1")));
    assert_int_equal(b->transport.request_count, 0);
    assert_true(b->run.failed);
    assert_non_null(strstr(b->answer.message, "noting a task whose output must go: memory"));
}

/* Of several that are noted, the one that was discarded is emptied. */
static void what_was_noted_before_waits_for_its_turn(void **context) {
    run_bench *b = *context;
    assert_int_equal(state_add_cleanup(&b->run.state, SMITHY_STR("x/t0/"), (smithy_str){0}, 5), SMITHY_OK);
    run_bench_then(b, SAVED);
    run_bench_then_page(b, NULL, 0, NULL);
    assert_true(discard(b));
    assert_non_null(strstr(url(b, 1), "prefix=x%2Ft1%2F"));
    assert_false(b->run.state.cleanups[0].cleaned);
    assert_true(b->run.state.cleanups[1].cleaned);
}

/* ---- whether objects may be deleted ---- */

static bool may_delete(run_bench *b) {
    bool allowed = false;
    assert_int_equal(folder_may_delete(&b->run, SMITHY_STR("x/y"), &allowed), SMITHY_OK);
    return allowed;
}

static void who_may_delete_what_is_not_there_may_delete(void **context) {
    run_bench *b = *context;
    run_bench_then(b, (scripted_answer){.status = 204});
    assert_true(may_delete(b));
    assert_true(may_delete(b)); /* It was asked once. */
    assert_int_equal(b->transport.request_count, 1);
    assert_string_equal(run_bench_asked(b, 0)->method, "DELETE");
    assert_non_null(strstr(url(b, 0), "/x/y/cwl-s3-exporter-delete-test"));
}

static void who_may_not_delete_is_told_so(void **context) {
    run_bench *b = *context;
    run_bench_then(b, RUN_BENCH_ERROR(403, "AccessDenied"));
    assert_false(may_delete(b));
    assert_false(may_delete(b));
    assert_int_equal(b->transport.request_count, 1);
}

static void another_answer_tells_nothing(void **context) {
    run_bench *b = *context;
    bool allowed;
    run_bench_then(b, RUN_BENCH_ERROR(400, "InvalidRequest"));
    assert_int_equal(folder_may_delete(&b->run, SMITHY_STR("x/y"), &allowed), SMITHY_ERROR_SERVICE);
    run_bench_then(b, (scripted_answer){.status = 204});
    assert_true(may_delete(b));
    assert_int_equal(b->transport.request_count, 2);
}

/* ---- memory that runs out ---- */

static const char *const PAGE[] = {FOLDER "a/0", FOLDER "b/0", FOLDER "a/1"};

static smithy_status list_one(run_bench *b) {
    run_bench_answer_in_kind(b, PAGE, 3);
    return list(b);
}

static void check_listed(run_bench *b) {
    (void)b;
    assert_int_equal(content.count, 2);
    check_part(0, "a", 2, 40);
    check_part(1, "b", 1, 20);
}

static smithy_status clean_one(run_bench *b) {
    int64_t deleted;
    bool allowed;
    run_bench_answer_in_kind(b, PAGE, 3);
    const smithy_str keep = folder_join(b->run.memory, &(smithy_str){"b", 1}, 1);
    if (!keep.ptr) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(folder_clean(&b->run, IN_FOLDER, keep, &deleted));
    return folder_may_delete(&b->run, SMITHY_STR("x"), &allowed);
}

static void check_cleaned(run_bench *b) {
    assert_int_equal(b->answer.objects_deleted, 2);
    assert_int_equal(b->run.delete_allowed, 1);
}

static smithy_status discard_one(run_bench *b) {
    run_bench_answer_in_kind(b, PAGE, 3);
    if (discard(b)) return SMITHY_OK;
    assert_true(b->run.failed);
    assert_int_equal(b->answer.objects_deleted, 0);
    return SMITHY_ERROR_MEMORY;
}

static void check_discarded(run_bench *b) {
    assert_non_null(strstr(run_bench_unpacked(b, 0), "\"discarded\""));
    assert_non_null(strstr(b->store.text, "\"TaskId\":\"t1\""));
    assert_non_null(strstr(b->store.text, FOLDER));
    const bool is_cleaned = b->run.state.cleanups[0].cleaned;
    assert_int_equal(b->answer.objects_deleted, is_cleaned ? 3 : 0);
    assert_int_equal(b->answer.problem_count, !is_cleaned);
}

static void without_memory_nothing_is_left_out_unnoticed(void **context) {
    (void)context;
    run_bench_without_memory(list_one, check_listed);
    run_bench_without_memory(clean_one, check_cleaned);
    run_bench_without_memory(discard_one, check_discarded);
}

#define FOLDER_TEST(name_) cmocka_unit_test_setup_teardown(name_, run_bench_set_up, run_bench_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_folder_is_counted_stream_by_stream),
        FOLDER_TEST(a_stream_that_comes_twice_is_one),
        FOLDER_TEST(two_streams_come_in_order),
        FOLDER_TEST(many_objects_of_a_stream_take_the_room_of_one),
        FOLDER_TEST(what_is_no_streams_is_counted_and_has_no_name),
        FOLDER_TEST(what_lies_outside_of_the_folder_is_left_alone),
        FOLDER_TEST(a_folder_without_objects_has_nothing),
        FOLDER_TEST(a_folder_that_cannot_be_listed_to_its_end_is_an_error),
        FOLDER_TEST(every_folder_of_a_list_is_found_in_it_and_no_other),
        FOLDER_TEST(folders_are_joined_by_what_no_folder_holds),
        FOLDER_TEST(a_folder_is_emptied_page_by_page),
        FOLDER_TEST(what_is_to_be_kept_stays),
        FOLDER_TEST(nothing_is_asked_for_where_all_stays),
        FOLDER_TEST(keys_that_s3_does_not_delete_are_an_error_that_tells),
        FOLDER_TEST(a_folder_that_cannot_be_emptied_to_its_end_is_an_error),
        FOLDER_TEST(an_emptied_folder_is_noted_as_such_and_told),
        FOLDER_TEST(a_folder_that_cannot_be_emptied_is_a_problem_and_stays_noted),
        FOLDER_TEST(trouble_that_no_other_folder_is_spared_ends_the_run),
        FOLDER_TEST(a_task_is_discarded_in_ledger_and_state_before_its_first_object_goes),
        FOLDER_TEST(nothing_goes_where_the_state_cannot_say_so),
        FOLDER_TEST(a_folder_that_has_no_name_is_none),
        FOLDER_TEST(what_was_noted_before_waits_for_its_turn),
        FOLDER_TEST(who_may_delete_what_is_not_there_may_delete),
        FOLDER_TEST(who_may_not_delete_is_told_so),
        FOLDER_TEST(another_answer_tells_nothing),
        cmocka_unit_test(without_memory_nothing_is_left_out_unnoticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
