/* cmocka and what it wants included before it, and checks it lacks. */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <smithy/base.h>

/* `text`, present and equal to a C string; its NUL must be there too. For what the library decoded. */
static inline void check_text(smithy_str text, const char *expected) {
    assert_non_null(text.ptr);
    assert_string_equal(text.ptr, expected);
    assert_int_equal(text.len, strlen(expected));
}

#endif
