/* Where a stream stands: the one place that reads the four kinds of record that state.h tells of. Only for the
 * planner's own parts. */
#ifndef EXPORTER_STANDING_H
#define EXPORTER_STANDING_H

#include "catalog.h"
#include "state.h"

typedef struct standing {
    state_stream *entry; /* Own or owed; NULL: neither. */
    bool accounted;
    bool is_missed; /* More is owed to it than its entry says: state_missed. */
    uint64_t identity;
} standing;

smithy_status standing_find(state_group *group, smithy_str name, int64_t created_ms, standing *s) SMITHY_NODISCARD;

static inline bool standing_is_own(const state_stream *entry) {
    return entry && entry->owed_to == STATE_NOT_OWED;
}
static inline bool standing_is_owed(const state_stream *entry) {
    return entry && entry->owed_to != STATE_NOT_OWED;
}

/* Where the stream's next window begins behind. false: what it is owed lies apart from what its group has not exported
 * yet, so that one window does not do, and *watermark is that of the second. */
bool standing_has_one_gap(const state_group *group, const standing *s, int64_t *watermark);

/* A stream joins its group behind `joined_at`. It may hold earlier events, whatever its hints say today: of those, it
 * has what was archived of it by itself. */
smithy_status standing_join(exporter_state *state, state_group *group, const catalog_stream *stream, uint64_t identity,
                            int64_t joined_at) SMITHY_NODISCARD;

/* Streams born between a listing and the task's reading left a folder and nothing else: now the listing has them. */
smithy_status standing_recognize(exporter_state *state, state_group *group,
                                 const catalog_group *catalog) SMITHY_NODISCARD;

#endif
