/* Whether a bucket's policy lets CloudWatch Logs write the archive: IAM's rules for a resource-based policy, as far as
 * they matter to one request of a service. */
#ifndef EXPORTER_POLICY_CHECK_H
#define EXPORTER_POLICY_CHECK_H

#include <smithy/call.h>

/* What the service would ask for. */
typedef struct policy_request {
    smithy_str service;    /* "logs.eu-west-1.amazonaws.com" */
    smithy_str action;     /* "s3:PutObject" */
    smithy_str resource;   /* "arn:aws:s3:::archive/2026/…" */
    smithy_str account;    /* aws:SourceAccount; absent: not known. */
    smithy_str source_arn; /* aws:SourceArn: the log group's, without ":*" at its end. */
} policy_request;

typedef enum policy_verdict {
    POLICY_ALLOWED = 0,
    POLICY_SILENT, /* No statement allows it. */
    POLICY_DENIED, /* A statement denies it. */
    POLICY_UNCLEAR /* It hangs on what only the service knows. */
} policy_verdict;

/* `statement`: the Sid of the one that denies it, or that it hangs on; absent where it has none. In the call's arena.
 * SMITHY_ERROR_RESPONSE for text that is no policy. */
smithy_status policy_check(smithy_str policy, const policy_request *request, policy_verdict *verdict,
                           smithy_str *statement, smithy_call *call) SMITHY_NODISCARD;

#endif
