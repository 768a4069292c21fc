/* Patterns of log groups' names. */
#include "filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool matches(const char *pattern, const char *name) {
    return filter_matches(smithy_str_from(pattern), smithy_str_from(name));
}

static void a_pattern_is_of_the_whole_name(void **context) {
    (void)context;
    assert_true(matches("/app", "/app"));
    assert_false(matches("/app", "/app2"));
    assert_false(matches("/app", "/ap"));
    assert_false(matches("app", "/app"));
    assert_false(matches("/App", "/app"));
}

static void a_star_stands_for_any_text(void **context) {
    (void)context;
    assert_true(matches("*", ""));
    assert_true(matches("/app*", "/app"));
    assert_true(matches("*-debug", "/aws/lambda/x-debug"));
    assert_true(matches("/aws/*/x", "/aws/lambda/y/x"));
    assert_true(matches("*a*b*", "xxaxxbxx"));
    assert_true(matches("a*b", "aab-b"));
    assert_true(matches("**x", "x"));
    assert_false(matches("*-debug", "/x-debug-1"));
    assert_false(matches("a*b", "a"));
}

static void a_question_mark_stands_for_one_character(void **context) {
    (void)context;
    assert_true(matches("tmp-?", "tmp-1"));
    assert_false(matches("tmp-?", "tmp-"));
    assert_false(matches("tmp-?", "tmp-12"));
    assert_true(matches("?*", "x"));
    assert_false(matches("?*", ""));
}

/* Each star may begin anywhere: a matcher that tries them all again for each would never end. */
static void many_stars_take_no_time(void **context) {
    char name[512];
    (void)context;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = 0;
    assert_false(matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", name));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_of_the_whole_name),
        cmocka_unit_test(a_star_stands_for_any_text),
        cmocka_unit_test(a_question_mark_stands_for_one_character),
        cmocka_unit_test(many_stars_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
