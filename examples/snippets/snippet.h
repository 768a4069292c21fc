/* What the snippets have around them: a client whose Region and credentials come from the environment. */
#ifndef SNIPPET_H
#define SNIPPET_H

#include <logs/logs.h>
#include <s3/s3.h>
#include <stdio.h>

static inline int snippet_end(smithy_status status, smithy_call *call) {
    if (status != SMITHY_OK) smithy_error_print(stderr, smithy_call_error(call));
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}

static inline int with_s3(smithy_status (*snippet)(s3_client *s3, smithy_call *call)) {
    smithy_call *call = smithy_call_create(NULL);
    s3_client *s3 = s3_client_create(NULL, call);
    const smithy_status status = s3 ? snippet(s3, call) : smithy_call_status(call);
    s3_client_destroy(s3);
    return snippet_end(status, call);
}

static inline int with_logs(smithy_status (*snippet)(logs_client *logs, smithy_call *call)) {
    smithy_call *call = smithy_call_create(NULL);
    logs_client *logs = logs_client_create(NULL, call);
    const smithy_status status = logs ? snippet(logs, call) : smithy_call_status(call);
    logs_client_destroy(logs);
    return snippet_end(status, call);
}

#endif
