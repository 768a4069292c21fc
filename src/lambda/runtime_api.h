/* The Lambda Runtime API, version 2018-06-01 ("Using the Lambda runtime API for custom runtimes"). One thread at a
 * time. */
#ifndef LAMBDA_RUNTIME_API_H
#define LAMBDA_RUNTIME_API_H

#include <smithy/http.h>

/* What a request or a result may hold: 6 MiB and the 100 bytes that the platform adds for itself. */
#define RUNTIME_PAYLOAD_MAX ((size_t)6 * 1024 * 1024 + 100)

typedef struct runtime_api {
    smithy_transport *transport; /* Borrowed. */
    smithy_str authority;        /* host:port, of AWS_LAMBDA_RUNTIME_API. Borrowed. */
    smithy_call *call;           /* Borrowed; nobody else's. Its error tells what a function below failed with. */
    int http_status;             /* Of the last exchange; 0: no answer came. */
} runtime_api;

/* Lives until the next runtime_api_next. */
typedef struct runtime_invocation {
    smithy_str event;
    smithy_str request_id;
    smithy_str trace_id;      /* Absent: none. */
    int64_t deadline_wall_ms; /* 0: none was told. */
} runtime_invocation;

/* Waits, for as long as it takes, for the next event. */
smithy_status runtime_api_next(runtime_api *api, runtime_invocation *invocation) SMITHY_NODISCARD;
/* The invocation's result; `json` within RUNTIME_PAYLOAD_MAX. */
smithy_status runtime_api_respond(runtime_api *api, smithy_str request_id, smithy_str json) SMITHY_NODISCARD;
/* The invocation's result where it failed. `type` as "Function.Name". */
smithy_status runtime_api_fail(runtime_api *api, smithy_str request_id, const char *type,
                               const char *message) SMITHY_NODISCARD;
/* The process cannot serve invocations at all. `type` as "Runtime.Name". */
smithy_status runtime_api_fail_init(runtime_api *api, const char *type, const char *message) SMITHY_NODISCARD;

#endif
