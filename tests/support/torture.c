#include "torture.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What "ever after" is: it ends for the sake of a test that tries again until there is memory. */
#define LONG_SHORTAGE 1000

/* ---- places ---- */

static struct {
    bool is_armed;
    torture_kind kind;
    size_t at;
    bool ever_after;
    torture_count count;
} now;

bool torture_must_fail(torture_kind kind) {
    if (!now.is_armed) return false;
    const size_t place = ++now.count.places[kind];
    if (now.at == 0 || kind != now.kind) return false;
    return place >= now.at && place - now.at < (now.ever_after ? LONG_SHORTAGE : 1);
}

void torture_arm(torture_kind kind, size_t at, bool ever_after) {
    now.kind = kind;
    now.at = at;
    now.ever_after = ever_after;
    now.count = (torture_count){{0}};
    now.is_armed = true;
}

torture_count torture_disarm(void) {
    now.is_armed = false;
    return now.count;
}

/* ---- the walk ---- */

static const char *wanted(void) {
    const char *value = getenv("SMITHY_TORTURE");
    return value && *value ? value : NULL;
}

bool torture_is_wanted(void) {
    return wanted() != NULL;
}

/* How many places of each kind are to fail. */
static size_t depth(void) {
    const char *value = wanted();
    if (!value) return 0;
    return strcmp(value, "all") == 0 ? SIZE_MAX : (size_t)strtoull(value, NULL, 10);
}

torture torture_begin(const char *name, const torture_count *count) {
    size_t seed = 5381;
    for (; *name; name++) seed = seed * 33 + (unsigned char)*name;
    return (torture){.count = *count, .seed = seed};
}

static size_t cases_of(size_t places) {
    return places < depth() ? places : depth();
}

/* Step number n of a kind is place n / 2, once alone and once with all after it. */
bool torture_next(torture *walk) {
    for (size_t kind = walk->kind; kind < TORTURE_KINDS; kind++, walk->step = 0) {
        const size_t places = walk->count.places[kind], cases = cases_of(places);
        if (walk->step / 2 >= cases) continue;
        const size_t nth = walk->step / 2;
        walk->kind = (torture_kind)kind;
        walk->at = cases == places ? nth + 1 : (walk->seed + nth * places / cases) % places + 1;
        walk->ever_after = walk->step % 2 != 0;
        walk->step++;
        return true;
    }
    return false;
}

void torture_arm_case(const torture *walk) {
    torture_arm(walk->kind, walk->at, walk->ever_after);
}

void torture_describe(const torture *walk, char *text, size_t size) {
    static const char *const KINDS[] = {"block", "piece", "foreign allocation"};
    snprintf(text, size, "%s %zu of %zu%s", KINDS[walk->kind], walk->at, walk->count.places[walk->kind],
             walk->ever_after ? " and all after it" : "");
}
