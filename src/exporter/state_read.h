/* Reads a state's text as it comes, piece by piece: what state_write.h wrote, of this or an older version, or what the
 * Go version wrote. It takes the memory of the state and of one record. */
#ifndef EXPORTER_STATE_READ_H
#define EXPORTER_STATE_READ_H

#include "json_cutter.h"
#include "state.h"

typedef struct state_reader {
    exporter_state *state;
    smithy_call *call; /* Scratch: reset with each record. */
    json_cutter cutter;
    int list; /* The state_record of the list's items; -1: they say nothing to this version. */
    bool has_format, has_id;
    int64_t version;
    smithy_status status; /* The first failure. */
} state_reader;

/* Into `state`, which is empty; it must be thrown away where the text is not whole and good. */
void state_reader_init(state_reader *reader, exporter_state *state, smithy_call *call);
void state_reader_deinit(state_reader *reader);

/* The next bytes. A text that turns out to be damaged is taken to its end all the same (whoever brings it may find that
 * it came damaged, and begin again); only memory that runs out, and too much text, end it here. */
smithy_status state_reader_add(state_reader *reader, const void *bytes, size_t len) SMITHY_NODISCARD;
/* The text ends here. SMITHY_ERROR_RESPONSE, with the call's error saying what and where, for anything but a state. */
smithy_status state_reader_end(state_reader *reader) SMITHY_NODISCARD;

#endif
