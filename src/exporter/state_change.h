/* Moving one watermark by hand: what follows from it, and doing it. Pure functions of the state and a listing. */
#ifndef EXPORTER_STATE_CHANGE_H
#define EXPORTER_STATE_CHANGE_H

#include "catalog.h"
#include "state.h"

/* A watermark, of a group with all its streams or of one stream, and where it is to stand. */
typedef struct state_change {
    int64_t from_ms, to_ms; /* STATE_NOTHING: nothing archived. */
    /* Moved back: what lies in between is exported again, and stands in the archive twice. Moved forward: what lies in
     * between and is not archived is skipped. Inclusive at both ends; `to` < `from`: nothing. */
    int64_t repeated_from_ms, repeated_to_ms;
    int64_t skipped_from_ms, skipped_to_ms;
} state_change;

/* `stream` NULL: the whole group. Changes nothing but the state's notes. */
smithy_status state_change_foresee(state_group *group, const catalog_stream *stream, int64_t to_ms,
                                   state_change *change) SMITHY_NODISCARD;

/* A group: back, those of its streams that stand further move to `to_ms`, and those that are behind stay there;
 * forward, all streams that `catalog` lists stand at `to_ms`. Nothing is skipped by a move back, nothing repeated by
 * one forward. */
smithy_status state_change_group(exporter_state *state, state_group *group, const catalog_group *catalog,
                                 int64_t to_ms) SMITHY_NODISCARD;
/* One stream stands at `to_ms`, whatever its group does. */
smithy_status state_change_stream(exporter_state *state, state_group *group, const catalog_stream *stream,
                                  int64_t to_ms) SMITHY_NODISCARD;

#endif
