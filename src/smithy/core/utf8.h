/* UTF-8, for the writers and readers that must know where a character ends. Internal. */
#ifndef SMITHY_CORE_UTF8_H
#define SMITHY_CORE_UTF8_H

#include <stddef.h>

/* How many bytes (1 to 4) the character at `text` takes; 0 where the next bytes are no well-formed UTF-8: a stray or
 * missing continuation, an overlong form, a surrogate, a value beyond U+10FFFF, or nothing at all. */
size_t smithy_utf8_sequence(const char *text, size_t len);

/* How much of `text` is well-formed UTF-8, up to its first wrong byte. */
size_t smithy_utf8_valid_length(const char *text, size_t len);

/* The length of `text` without a character that was begun at its end and is not finished there. */
size_t smithy_utf8_cut(const char *text, size_t len);

#endif
