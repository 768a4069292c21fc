/* A system as one invocation sees it: another one's, with the invocation's trace id in the environment and a transport.
 *
 * AWS asks a runtime to put the trace id into _X_AMZN_TRACE_ID. setenv would do that for the whole process, and getenv
 * of another thread (a resolver's, say) must not run beside it; so the variable is answered from here. */
#ifndef LAMBDA_INVOCATION_SYSTEM_H
#define LAMBDA_INVOCATION_SYSTEM_H

#include <smithy/system.h>

typedef struct invocation_system {
    smithy_system base; /* What to hand out; its context is this structure, which so must not move. */
    const smithy_system *outer;
    char trace_id[1024]; /* Empty: none. */
} invocation_system;

void invocation_system_init(invocation_system *inner, const smithy_system *outer, smithy_transport *transport);
/* Absent, or too long to be one: none. */
void invocation_system_set_trace_id(invocation_system *inner, smithy_str trace_id);

#endif
