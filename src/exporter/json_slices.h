/* Cuts a large JSON text into its members and items without building a tree of the whole: each slice is then parsed by
 * itself, so that reading a state of a million streams takes the memory of one of them. */
#ifndef EXPORTER_JSON_SLICES_H
#define EXPORTER_JSON_SLICES_H

#include <smithy/base.h>

typedef struct json_slices {
    smithy_str text;
    size_t at;
    char closer; /* The '}' or ']' that ends the container. */
    bool first;
    bool broken; /* The text is not JSON here; `at` tells where. */
} json_slices;

/* Starts on the object or array at the beginning of `text` (white space aside); false when it is neither. */
bool json_slices_open(json_slices *slices, smithy_str text);
/* The next member or item, verbatim: `name` (objects only) without its quotes and not unescaped. false at the end, or
 * where the text is broken. */
bool json_slices_next(json_slices *slices, smithy_str *name, smithy_str *value);
/* After the end: nothing but white space follows, and nothing was broken. */
bool json_slices_complete(const json_slices *slices);

#endif
