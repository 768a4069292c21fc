/* What the providers share. */
#ifndef SMITHY_AWS_CREDENTIALS_INTERNAL_H
#define SMITHY_AWS_CREDENTIALS_INTERNAL_H

#include <smithy/credentials.h>

/* SMITHY_ERROR_CREDENTIALS for a set that cannot sign, or that would break a header. `source` must be set. */
smithy_status credentials_check(const smithy_credentials *credentials, smithy_call *call);

#endif
