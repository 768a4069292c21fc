/* What every fuzz target is written with: its one function, and a check that ends the process.
 *
 * A target is linked with libFuzzer in the preset `fuzz`, and with replay.c, which runs its corpus, in all others. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <smithy/base.h>

/* Runs one input; answers 0. Whatever is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, saying what did not hold. */
void fuzz_fail(const char *file, int line, const char *what);
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))

/* Takes the text up to the first line end off the front of `rest`; all of it where there is none. */
smithy_str fuzz_line(smithy_str *rest);
/* The text itself, in a block of just its size, so that a read past its end is seen. Freed by fuzz_free. */
smithy_str fuzz_exact(smithy_str text);
void fuzz_free(smithy_str exact);

#endif
