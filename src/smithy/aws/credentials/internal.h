/* What the providers share. */
#ifndef SMITHY_AWS_CREDENTIALS_INTERNAL_H
#define SMITHY_AWS_CREDENTIALS_INTERNAL_H

#include <smithy/credentials.h>

/* SMITHY_ERROR_CREDENTIALS for a set that cannot sign, or that would break a header. `source` must be set. */
smithy_status credentials_check(const smithy_credentials *credentials, smithy_call *call);

/* The keys of the environment's variables; *found false where neither is set. */
smithy_status credentials_from_environment(const smithy_system *system, smithy_credentials *credentials, bool *found,
                                           smithy_call *call);

#endif
