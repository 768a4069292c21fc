/* A JSON text as a tree of cJSON's nodes. Internal.
 *
 * The nodes are cJSON's, the parser is not: cJSON's own takes memory for each node and string one by one, takes \u0000
 * and bad hex digits for the end of a string, and lets control characters and broken UTF-8 pass. This one refuses what
 * is no JSON, and fills an arena in one pass. What such a node has no place for travels in it in disguise:
 *
 *   a number whose text its double would not give back        is a string of the byte C1 and the number
 *   \u0000                                                    is the bytes C0 80
 *   half of a surrogate pair without its other half           is U+FFFD
 *
 * C0 and C1 occur in no UTF-8, and all that is not UTF-8 is refused, so nothing real looks like a disguise. The other
 * numbers have at most 15 digits, and so are exact as doubles. */
#ifndef SMITHY_CODEC_JSON_TREE_H
#define SMITHY_CODEC_JSON_TREE_H

#include "core/arena.h"

#include <smithy/base.h>

#include <cjson/cJSON.h>

#define SMITHY_JSON_NUL    '\xC0' /* The first of its two bytes. */
#define SMITHY_JSON_NUMBER '\xC1'

enum { SMITHY_JSON_MAX_DEPTH = 512, SMITHY_JSON_MAX_VALUES = 2000000 };

typedef struct smithy_json_problem {
    const char *what;
    size_t at; /* The offset in the text. */
} smithy_json_problem;

/* The one value that `text` holds, in `arena`. SMITHY_ERROR_RESPONSE, with the problem, for what is none; or what the
 * arena answers. */
smithy_status smithy_json_tree(smithy_str text, smithy_arena *arena, const cJSON **root,
                               smithy_json_problem *problem) SMITHY_NODISCARD;

#endif
