/* What to do about a failure of `whoami`. */
#ifndef CLI_WHOAMI_ADVICE_H
#define CLI_WHOAMI_ADVICE_H

#include <smithy/error.h>

/* A clause for people; NULL where the error says all there is to say. */
const char *whoami_advice(const smithy_error *error);

#endif
