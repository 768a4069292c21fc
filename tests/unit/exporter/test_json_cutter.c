/* Cutting a JSON text that comes in pieces: the same wherever it is cut, and no further than it is JSON. */
#include "check.h"
#include "failing_system.h"
#include "json_cutter.h"

#include <smithy/buffer.h>
#include <stdio.h>
#include <stdlib.h>

#define VALUE_MAX 64

/* What was cut, a line for each: "m name=value", "l name", "i name=value". */
typedef struct cuts {
    smithy_buffer text;
    int left; /* So many are taken before one is refused. */
} cuts;

static smithy_status take(void *context, const json_cut *cut) {
    static const char KINDS[] = {[JSON_CUT_MEMBER] = 'm', [JSON_CUT_LIST] = 'l', [JSON_CUT_ITEM] = 'i'};
    cuts *c = context;
    if (c->left-- == 0) return SMITHY_ERROR_CANCELED;
    smithy_buffer_append_f(&c->text, "%c %.*s", KINDS[cut->kind], cut->name.ptr ? (int)cut->name.len : 1,
                           cut->name.ptr ? cut->name.ptr : "-");
    if (cut->kind != JSON_CUT_LIST) smithy_buffer_append_f(&c->text, "=%.*s", SMITHY_STR_ARG(cut->value));
    smithy_buffer_append_char(&c->text, '\n');
    return SMITHY_OK;
}

/* In pieces of `size` bytes. *at: where it ended; *whole: as a document does. */
static smithy_status cut(cuts *c, const char *text, size_t size, size_t *at, bool *whole) {
    json_cutter cutter;
    smithy_status status = SMITHY_OK;
    smithy_buffer_reset(&c->text);
    json_cutter_init(&cutter, take, c, NULL, VALUE_MAX);
    const size_t len = strlen(text);
    for (size_t i = 0; i < len && status == SMITHY_OK; i += size) {
        /* A copy of its own, so that nothing is looked at behind it. */
        char *piece = malloc(size);
        const size_t some = len - i < size ? len - i : size;
        assert_non_null(piece);
        memcpy(piece, text + i, some);
        status = json_cutter_add(&cutter, piece, some);
        free(piece);
    }
    *at = cutter.at;
    *whole = json_cutter_is_whole(&cutter);
    json_cutter_deinit(&cutter);
    return status;
}

static void expect_cuts(const char *text, const char *wanted) {
    cuts c = {.left = -1};
    smithy_buffer_init(&c.text, NULL, 1 << 16);
    for (size_t size = 1; size <= strlen(text); size++) {
        size_t at;
        bool whole;
        assert_int_equal(cut(&c, text, size, &at, &whole), SMITHY_OK);
        assert_true(whole);
        assert_int_equal(at, strlen(text));
        assert_true(smithy_str_equal(smithy_buffer_str(&c.text), smithy_str_from(wanted)));
    }
    smithy_buffer_deinit(&c.text);
}

static void members_and_items_are_cut_wherever_the_pieces_end(void **unused) {
    (void)unused;
    expect_cuts("{}", "");
    expect_cuts(" [ ] \r\n\t", "l -\n");
    expect_cuts("[1]", "l -\ni -=1\n");
    expect_cuts("[[1,2],{\"a\":[]},\"]\",null , -1.5e3]",
                "l -\ni -=[1,2]\ni -={\"a\":[]}\ni -=\"]\"\ni -=null\ni -=-1.5e3\n");
    expect_cuts(" { \"a\" : 12 , \"b\":[1,{\"c\":\"]}\\\"\"}] ,\"d\":null}\n",
                "m a=12\nl b\ni b=1\ni b={\"c\":\"]}\\\"\"}\nm d=null\n");
    expect_cuts("{\"a\":{\"b\":[{}],\"c\":\"}\"},\"list\":[],\"e\":\"\\\\\",\"f\":[ ]}",
                "m a={\"b\":[{}],\"c\":\"}\"}\nl list\nm e=\"\\\\\"\nl f\n");
    expect_cuts("{\"a\\\"b\":true,\"\":[3 ]}", "m a\\\"b=true\nl \ni =3\n");
}

static void a_text_that_ends_too_early_is_not_whole(void **unused) {
    static const char TEXT[] = "{\"a\":{\"b\":1},\"c\":[1,\"x\",[2]],\"d\":12}";
    (void)unused;
    cuts c = {.left = -1};
    smithy_buffer_init(&c.text, NULL, 1 << 16);
    for (size_t len = 0; len < sizeof TEXT - 1; len++) {
        char text[sizeof TEXT];
        size_t at;
        bool whole;
        snprintf(text, sizeof text, "%.*s", (int)len, TEXT);
        assert_int_equal(cut(&c, text, 3, &at, &whole), SMITHY_OK);
        assert_false(whole);
        assert_int_equal(at, len);
    }
    smithy_buffer_deinit(&c.text);
}

static void what_is_not_json_is_told_at_its_byte(void **unused) {
    static const struct {
        const char *text;
        size_t at;
    } CASES[] = {{"x", 0},           {"\"a\"", 0},       {"]", 0},
                 {"[]]", 2},         {"{}x", 2},         {"{a}", 1},
                 {"{,}", 1},         {"{]", 1},          {"[}", 1},
                 {"[,1]", 1},        {"[1,]", 3},        {"[1}", 2},
                 {"[1 2]", 3},       {"[:1]", 1},        {"{\"a\"}", 4},
                 {"{\"a\" 1}", 5},   {"{\"a\":}", 5},    {"{\"a\":,}", 5},
                 {"{\"a\":]}", 5},   {"{\"a\":1]", 6},   {"{\"a\":1,}", 7},
                 {"{\"a\":1,2}", 7}, {"{\"a\":[1}", 7},  {"{\"a\":[]]", 7},
                 {"{\"a\"::1}", 5},  {"{\"a\":[,]}", 6}, {"{\"a\":\"b\"c}", 8},
                 {"[{}{}]", 3}};
    (void)unused;
    cuts c = {.left = -1};
    smithy_buffer_init(&c.text, NULL, 1 << 16);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        for (size_t size = 1; size <= strlen(CASES[i].text); size++) {
            size_t at;
            bool whole;
            const smithy_status status = cut(&c, CASES[i].text, size, &at, &whole);
            if (status != SMITHY_ERROR_RESPONSE || at != CASES[i].at)
                fail_msg("%s: %s at %zu", CASES[i].text, smithy_status_name(status), at);
        }
    smithy_buffer_deinit(&c.text);
}

static void who_refuses_a_cut_ends_it(void **unused) {
    (void)unused;
    for (int left = 0; left < 4; left++) {
        cuts c = {.left = left};
        size_t at;
        bool whole;
        smithy_buffer_init(&c.text, NULL, 1 << 16);
        assert_int_equal(cut(&c, "{\"a\":1,\"b\":[2,3]}", 100, &at, &whole), SMITHY_ERROR_CANCELED);
        assert_int_equal(c.left, -1);
        smithy_buffer_deinit(&c.text);
    }
}

/* One that lies in a single piece need not be held. */
static void a_value_that_comes_in_pieces_has_a_maximum(void **unused) {
    char text[VALUE_MAX + 16];
    (void)unused;
    for (int more = 0; more < 2; more++) {
        cuts c = {.left = -1};
        size_t at;
        bool whole;
        smithy_buffer_init(&c.text, NULL, 1 << 16);
        snprintf(text, sizeof text, "[\"%.*s\"]", VALUE_MAX - 2 + more,
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert_int_equal(cut(&c, text, 1, &at, &whole), more ? SMITHY_ERROR_LIMIT : SMITHY_OK);
        assert_int_equal(whole, !more);
        c.left = -1;
        assert_int_equal(cut(&c, text, sizeof text, &at, &whole), SMITHY_OK);
        assert_true(whole);
        smithy_buffer_deinit(&c.text);
    }
}

static smithy_status cut_in_threes(const smithy_system *system, void *text) {
    cuts c = {.left = -1};
    json_cutter cutter;
    smithy_status status = SMITHY_OK;
    smithy_buffer_init(&c.text, NULL, 1 << 16);
    json_cutter_init(&cutter, take, &c, system, VALUE_MAX);
    const size_t len = strlen(text);
    for (size_t i = 0; i < len && status == SMITHY_OK; i += 3)
        status = json_cutter_add(&cutter, (const char *)text + i, len - i < 3 ? len - i : 3);
    json_cutter_deinit(&cutter);
    smithy_buffer_deinit(&c.text);
    return status;
}

static void memory_that_runs_out_is_told_and_nothing_leaks(void **unused) {
    char text[] = "{\"name\":\"value\",\"list\":[\"item\"]}";
    (void)unused;
    assert_true(fail_each_allocation(cut_in_threes, text) >= 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_items_are_cut_wherever_the_pieces_end),
        cmocka_unit_test(a_text_that_ends_too_early_is_not_whole),
        cmocka_unit_test(what_is_not_json_is_told_at_its_byte),
        cmocka_unit_test(who_refuses_a_cut_ends_it),
        cmocka_unit_test(a_value_that_comes_in_pieces_has_a_maximum),
        cmocka_unit_test(memory_that_runs_out_is_told_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
