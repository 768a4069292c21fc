/* Memory that runs out at a chosen place, once or from there on; and the walk through all places of a scenario.
 *
 * There are three kinds of memory, each counted by itself:
 *
 *   blocks   what the runtime takes by smithy_system.resize, where that is the default system's
 *   pieces   what is taken out of a call's arena, most of which needs no new block
 *   foreign  what expat, libcbor, zlib and OpenSSL take by malloc (only with AddressSanitizer, whose malloc can
 * be stood before, and for coverage), and OpenSSL's digests, which may fail without taking any
 *
 * A program is tortured by linking `torture` (tests/CMakeLists.txt), whose torture_memory.c stands before the functions
 * at the bottom of all three; without it no place is counted. The environment says how much: SMITHY_TORTURE=all fails
 * each place, a number so many places of each kind, spread evenly. One thread. */
#ifndef TESTS_TORTURE_H
#define TESTS_TORTURE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum torture_kind { TORTURE_BLOCKS, TORTURE_PIECES, TORTURE_FOREIGN } torture_kind;
#define TORTURE_KINDS 3

/* ---- by hand ---- */

typedef struct torture_count {
    size_t places[TORTURE_KINDS];
} torture_count;

/* From now on places are counted, and place number `at` of the kind (from 1; 0: none) fails, and with `ever_after` all
 * that follow. */
void torture_arm(torture_kind kind, size_t at, bool ever_after);
/* No place fails any more; what was counted since torture_arm. */
torture_count torture_disarm(void);

/* Asked at each place: counts it, and tells whether it fails. */
bool torture_must_fail(torture_kind kind);

/* ---- the walk ---- */

/* Whether SMITHY_TORTURE is set. */
bool torture_is_wanted(void);

typedef struct torture {
    torture_count count; /* Of the undisturbed scenario. */
    size_t seed;         /* Where a sample begins. */
    size_t step;
    torture_kind kind; /* The current case. */
    size_t at;
    bool ever_after;
} torture;

/* `name` decides which places a sample holds. */
torture torture_begin(const char *name, const torture_count *count);
/* The next case; false after the last one. */
bool torture_next(torture *walk);
void torture_arm_case(const torture *walk);
/* "block 5 of 17 and all after it". */
void torture_describe(const torture *walk, char *text, size_t size);

#endif
