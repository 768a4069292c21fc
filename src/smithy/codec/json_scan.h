/* A look over a JSON text before cJSON parses it. Internal.
 *
 * cJSON keeps numbers as doubles and strings up to their first NUL, takes \u0000 and bad hex digits for the end of a
 * string, and lets control characters and broken UTF-8 pass. The scan refuses what is no JSON, and finds what cJSON
 * could not carry. Such a text is parsed from a shielded copy, where
 *
 *   a number whose text its double would not give back        is a string of the byte C1 and the number
 *   \u0000                                                    is the bytes C0 80
 *   half of a surrogate pair without its other half           is U+FFFD
 *
 * C0 and C1 occur in no UTF-8 and the scan refuses all that is not UTF-8, so nothing real looks like a disguise. The
 * other numbers have at most 15 digits, and so are exact as doubles. */
#ifndef SMITHY_CODEC_JSON_SCAN_H
#define SMITHY_CODEC_JSON_SCAN_H

#include <smithy/buffer.h>

#define SMITHY_JSON_NUL    "\xC0\x80"
#define SMITHY_JSON_NUMBER '\xC1'

enum { SMITHY_JSON_MAX_DEPTH = 512, SMITHY_JSON_MAX_VALUES = 2000000 };

typedef struct smithy_json_scan {
    const char
        *problem; /* Why this is no JSON that is read here; NULL: nothing found, the grammar is cJSON's matter. */
    size_t problem_at;
    bool needs_shield;
} smithy_json_scan;

smithy_json_scan smithy_json_scan_text(smithy_str text);

/* Whether a text in which the scan found no problem is one JSON value; else *stopped_at tells where it ceases to be
 * one. For what cJSON does not say: whether it wanted memory or syntax; and whether what is a string in the shield's
 * disguise may be one, since a name must not be a number. */
bool smithy_json_is_value(smithy_str text, size_t *stopped_at);

/* Appends the shielded form of a text in which the scan found no problem. Ends early once `out` holds `stop` bytes;
 * answers how far in `text` that was. */
size_t smithy_json_shield(smithy_str text, size_t stop, smithy_buffer *out);

/* Undoes the disguise of NULs, in place; answers the new length. */
size_t smithy_json_reveal(char *text, size_t len);

#endif
