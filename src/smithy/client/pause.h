/* A sleep that a cancellation ends. Internal. */
#ifndef SMITHY_CLIENT_PAUSE_H
#define SMITHY_CLIENT_PAUSE_H

#include <smithy/call.h>

/* Returns after `delay_ms`, or soon after the call was canceled. */
void pause_for_ms(const smithy_system *system, const smithy_call *call, int64_t delay_ms);

#endif
