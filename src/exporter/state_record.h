/* One record of a state's text: an item of one of its lists, or one of its objects. Only for the state's reader. */
#ifndef EXPORTER_STATE_RECORD_H
#define EXPORTER_STATE_RECORD_H

#include "state.h"

#define STATE_LAST_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

typedef enum state_record {
    STATE_RECORD_GROUP,
    STATE_RECORD_STREAM,
    STATE_RECORD_TASK,
    STATE_RECORD_CLEANUP,
    STATE_RECORD_EDIT,
    STATE_RECORD_LEASE,
    STATE_RECORD_FILTER,
    STATE_RECORD_FLIGHT,
    STATE_RECORD_CARRIED /* Of the Go version's list. */
} state_record;

/* Into the state. SMITHY_ERROR_RESPONSE, with the call's error saying what, for text that is none; the call is reset.
 */
smithy_status state_read_record(exporter_state *state, state_record kind, smithy_str text,
                                smithy_call *call) SMITHY_NODISCARD;

#endif
