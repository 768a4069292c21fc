/* Streams that differ become one group again. */
#include "plan.h"
#include "standing.h"

/* A stream that the group's watermark speaks for, and that is idle behind it, stays owed what lies up to `to_ms`. */
static smithy_status leave_behind(exporter_state *state, state_group *group, const catalog_group *catalog,
                                  int64_t to_ms) {
    for (size_t i = 0; i < catalog->stream_count && group->exported_at < to_ms; i++) {
        const catalog_stream *stream = &catalog->streams[i];
        standing s;
        SMITHY_TRY(standing_find(group, stream->name, stream->created_ms, &s));
        if (!s.accounted || s.entry) continue;
        SMITHY_TRY(state_set_stream(state, group,
                                    &(state_stream){.name = stream->name,
                                                    .created_ms = stream->created_ms,
                                                    .exported_at = group->exported_at,
                                                    .owed_to = to_ms,
                                                    .since_ms = state->now_ms}));
    }
    return SMITHY_OK;
}

static void mark(bool *seen, const uint64_t *identities, size_t count, uint64_t identity) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (identities[middle] < identity)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < count && identities[low] == identity) seen[low] = true;
}

static smithy_status mark_known(const state_group *group, const catalog_group *catalog, const uint64_t *identities,
                                size_t count, bool *seen) {
    uint64_t identity;
    for (size_t i = 0; i < catalog->stream_count; i++) {
        SMITHY_TRY(state_identity(catalog->streams[i].name, catalog->streams[i].created_ms, &identity));
        mark(seen, identities, count, identity);
    }
    /* Those have entries, which say where they stand; but of one that is owed something further back, an entry has no
     * room for the gap that its group passes over now. */
    for (size_t i = 0; i < group->stream_count; i++) {
        if (standing_is_owed(&group->streams[i]) && group->streams[i].owed_to < group->exported_at) continue;
        SMITHY_TRY(state_identity(group->streams[i].name, group->streams[i].created_ms, &identity));
        mark(seen, identities, count, identity);
    }
    return SMITHY_OK;
}

static bool is_listed(const catalog_group *catalog, const state_stream *entry) {
    const catalog_stream *stream = catalog_find_stream(catalog, entry->name);
    return stream && stream->created_ms == entry->created_ms;
}

/* Those that are owed something further back need not be among those accounted for. */
static smithy_status miss_entries(const state_group *group, const catalog_group *catalog, state_missed *missed) {
    for (size_t i = 0; i < group->stream_count; i++) {
        const state_stream *entry = &group->streams[i];
        if (!standing_is_owed(entry) || entry->owed_to >= group->exported_at || is_listed(catalog, entry)) continue;
        SMITHY_TRY(state_identity(entry->name, entry->created_ms, &missed->identities[missed->count++]));
    }
    return SMITHY_OK;
}

/* A listing can miss a stream. One that the group's watermark speaks for is owed the gap when it shows up again; so is
 * one of whom nobody knows yet, if an object of an earlier task of the group tells that it took part in that. */
static smithy_status note_missed(exporter_state *state, state_group *group, const catalog_group *catalog,
                                 int64_t to_ms) {
    const size_t count = group->accounted_count;
    if (group->exported_at >= to_ms || (group->exported_at == STATE_NOTHING && count + group->folder_count == 0))
        return SMITHY_OK;
    state_sort_accounted(group);
    bool *seen = smithy_call_alloc(state->memory, count, sizeof *seen);
    const size_t room = count + group->stream_count;
    state_missed missed = {.exported_at = group->exported_at,
                           .owed_to = to_ms,
                           .identities = smithy_call_alloc(state->memory, room, sizeof *missed.identities),
                           .folders = smithy_call_alloc(state->memory, group->folder_count, sizeof *missed.folders),
                           .folder_count = group->folder_count,
                           .since_ms = state->now_ms};
    if (!seen || !missed.identities || !missed.folders) return SMITHY_ERROR_MEMORY;
    /* What the listing could explain is noted no more. */
    for (size_t i = 0; i < group->folder_count; i++) missed.folders[i] = group->folders[i].folder;
    SMITHY_TRY(mark_known(group, catalog, group->accounted, count, seen));
    for (size_t i = 0; i < count; i++)
        if (!seen[i] && (i == 0 || group->accounted[i] != group->accounted[i - 1]))
            missed.identities[missed.count++] = group->accounted[i];
    SMITHY_TRY(miss_entries(group, catalog, &missed));
    missed.count = state_sort_identities(missed.identities, missed.count);
    return state_add_missed(state, group, &missed);
}

/* What becomes of an entry when its group is one again at `to_ms`. */
static state_stream converge_entry(const exporter_state *state, const state_group *group, const catalog_group *catalog,
                                   state_stream entry, int64_t to_ms) {
    if (standing_is_own(&entry) || entry.owed_to == group->exported_at) {
        entry.owed_to = to_ms;
        entry.since_ms = state->now_ms;
    }
    if (entry.created_ms == STATE_UNKNOWN_TIME) {
        const catalog_stream *stream = catalog_find_stream(catalog, entry.name);
        if (stream) entry.created_ms = stream->created_ms;
    }
    return entry;
}

smithy_status plan_converge(exporter_state *state, state_group *group, const catalog_group *catalog, int64_t to_ms) {
    SMITHY_TRY(note_missed(state, group, catalog, to_ms));
    SMITHY_TRY(leave_behind(state, group, catalog, to_ms));
    size_t kept = 0;
    for (size_t i = 0; i < group->stream_count; i++) {
        const state_stream entry = converge_entry(state, group, catalog, group->streams[i], to_ms);
        /* A stream that is there already needs no entry, if the set can tell it by its creation time. */
        if (entry.exported_at >= to_ms && entry.created_ms != STATE_UNKNOWN_TIME) {
            uint64_t identity;
            SMITHY_TRY(state_identity(entry.name, entry.created_ms, &identity));
            SMITHY_TRY(state_account(state, group, identity));
        } else
            group->streams[kept++] = entry;
    }
    group->stream_count = kept;
    group->exported_at = to_ms;
    group->converge_to = STATE_NOTHING;
    return SMITHY_OK;
}
