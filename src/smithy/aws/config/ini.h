/* The form of AWS's two files: "[section]" lines, "key = value" lines, and indented lines that continue a value.
 * Reads in place, in one pass and without taking memory. Internal. */
#ifndef SMITHY_AWS_CONFIG_INI_H
#define SMITHY_AWS_CONFIG_INI_H

#include <smithy/base.h>

typedef enum ini_kind { INI_END, INI_SECTION, INI_PROPERTY, INI_PROBLEM } ini_kind;

typedef struct ini_item {
    smithy_str name;  /* What stands in the brackets, trimmed; or the key. */
    smithy_str value; /* Of a property; lines that continue it follow a "\n" each. */
} ini_item;

/* Give it `text` and `end`, all else zero. *end is overwritten too: it has to be there. */
typedef struct ini_reader {
    char *text; /* What was not read yet. What was is overwritten with the items' texts, NUL-terminated. */
    char *end;
    bool in_section;
    size_t line;         /* Of the item or the problem, from 1. */
    const char *problem; /* What is wrong there, in words; says nothing of the line's content. */
    size_t lines_taken;
} ini_reader;

/* The next section or property. After INI_END and INI_PROBLEM there is none. */
ini_kind ini_next(ini_reader *reader, ini_item *item);

/* One key of a value that is a block: "\nkey = value\nkey2 = value2". Absent where the value is no block, or has no
 * such key. Keys are compared without case; the last one wins. The answer is a view, without a NUL at its end. */
smithy_str ini_block_get(smithy_str value, smithy_str key);

#endif
