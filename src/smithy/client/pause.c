#include "client/pause.h"

#define SLEEP_SLICE_MS 250 /* How long a cancellation may go unnoticed. */

void pause_for_ms(const smithy_system *system, const smithy_call *call, int64_t delay_ms) {
    while (delay_ms > 0 && !smithy_call_is_canceled(call)) {
        const int64_t slice = delay_ms < SLEEP_SLICE_MS ? delay_ms : SLEEP_SLICE_MS;
        system->sleep_ms(system->context, slice);
        delay_ms -= slice;
    }
}
