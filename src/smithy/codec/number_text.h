/* Numbers as JSON writes them, as text. Internal. */
#ifndef SMITHY_CODEC_NUMBER_TEXT_H
#define SMITHY_CODEC_NUMBER_TEXT_H

#include <smithy/base.h>

typedef struct smithy_number_text {
    size_t len;    /* 0: JSON has no such number. */
    bool is_plain; /* Writing the nearest double in the shortest way gives the same text: at most 15 digits, no
                    * exponent, no zero at the end of a fraction, no minus before a zero, nothing below a millionth. */
} smithy_number_text;

/* The longest number that stands at `at`. */
smithy_number_text smithy_number_scan(const char *at, const char *end);

#endif
