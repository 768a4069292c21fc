/* The fewest export tasks that bring streams of different watermarks to one instant.
 *
 * A task takes every stream whose name starts with its prefix. One prefix serves several streams only where each name
 * that starts with it stands at the same watermark: a clean node in the trie of the names. Clean nodes that lie highest
 * share no stream, and each that holds a stream that is due needs a task, so there can be no fewer. A stream that is
 * due and lies under no clean node goes by its full name, and what comes along is deleted. */
#ifndef EXPORTER_COVER_H
#define EXPORTER_COVER_H

#include <smithy/call.h>

typedef struct cover_name {
    smithy_str name;
    int64_t watermark;
    bool is_due;
    bool is_alone; /* It goes by itself, whatever its neighbours do. */
} cover_name;

typedef struct cover_unit {
    size_t first, count; /* Of the names: they follow each other. */
    smithy_str prefix;   /* Of all of them, and of no other name where count > 1. */
} cover_unit;

typedef struct cover {
    cover_unit *units;
    size_t count, capacity;
} cover;

/* `names` in order, each once. In the arena of `memory`. */
smithy_status cover_find(const cover_name *names, size_t count, cover *found, smithy_call *memory) SMITHY_NODISCARD;

#endif
