/* Characters of a URI. Internal. */
#ifndef SMITHY_CODEC_URI_H
#define SMITHY_CODEC_URI_H

#include <stdbool.h>

bool smithy_uri_is_unreserved(char c);
/* The value of a hex digit, or -1. */
int smithy_uri_hex_digit(char c);

#endif
