#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

void fuzz_fail(const char *file, int line, const char *what) {
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    abort();
}

smithy_str fuzz_line(smithy_str *rest) {
    const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    const smithy_str line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
    const size_t taken = line.len + (end ? 1 : 0);
    if (rest->ptr) *rest = (smithy_str){rest->ptr + taken, rest->len - taken};
    return line;
}

smithy_str fuzz_exact(smithy_str text) {
    char *block = malloc(text.len ? text.len : 1);
    if (!block) abort();
    if (text.len) memcpy(block, text.ptr, text.len);
    return (smithy_str){block, text.len};
}

void fuzz_free(smithy_str exact) {
    free((void *)(uintptr_t)exact.ptr);
}
