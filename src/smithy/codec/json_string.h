/* The strings of a JSON text, with the disguises that codec/json_tree.h tells of. Internal. */
#ifndef SMITHY_CODEC_JSON_STRING_H
#define SMITHY_CODEC_JSON_STRING_H

#include <smithy/base.h>

typedef struct smithy_json_string {
    const char *problem; /* NULL: it is well-formed. */
    const char *end;     /* Its closing quote, or where the problem is. */
    size_t size;         /* The most bytes that it can mean. */
    bool has_escapes;
} smithy_json_string;

/* Of the string whose opening quote is the byte before `at`. */
smithy_json_string smithy_json_string_scan(const char *at, const char *end);

/* What a string without a problem means, and a NUL, into `text` of size + 1 bytes. */
void smithy_json_string_write(const char *at, const smithy_json_string *string, char *text);

#endif
