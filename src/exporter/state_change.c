#include "state_change.h"

static bool is_own(const state_stream *entry) {
    return entry->owed_to == STATE_NOT_OWED;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* The furthest that any stream of the group stands. */
static int64_t furthest(const state_group *group) {
    int64_t at = group->exported_at;
    for (size_t i = 0; i < group->stream_count; i++)
        if (is_own(&group->streams[i])) at = most(at, group->streams[i].exported_at);
    return at;
}

/* ---- what follows ---- */

/* Where one stream stands: archived up to `at`, and between `again_from` and the group's watermark. */
typedef struct stand {
    int64_t at;
    int64_t owed_to; /* Of the gap; `at` where there is none. */
    int64_t end;     /* The last that is archived. */
} stand;

static smithy_status find_stand(state_group *group, const catalog_stream *stream, stand *found) {
    const state_stream *entry = state_find_stream(group, stream->name, stream->created_ms);
    uint64_t identity;
    SMITHY_TRY(state_identity(stream->name, stream->created_ms, &identity));
    int64_t at = state_is_accounted(group, identity) ? group->exported_at : STATE_NOTHING;
    if (entry) at = entry->exported_at;
    *found = (stand){at, at, at};
    if (!entry || is_own(entry)) return SMITHY_OK;
    found->owed_to = entry->owed_to;
    found->end = most(entry->owed_to, group->exported_at);
    return SMITHY_OK;
}

smithy_status state_change_foresee(state_group *group, const catalog_stream *stream, int64_t to_ms,
                                   state_change *change) {
    const int64_t all = furthest(group);
    stand s = {all, all, all};
    if (stream) SMITHY_TRY(find_stand(group, stream, &s));
    *change = (state_change){
        .from_ms = s.at,
        .to_ms = to_ms,
        .repeated_from_ms = most(to_ms, s.at <= to_ms ? s.owed_to : STATE_NOTHING) + 1,
        .repeated_to_ms = s.end,
        .skipped_from_ms = s.at + 1,
        .skipped_to_ms = to_ms,
    };
    /* Behind a gap, the first part of what is skipped alone was never archived. */
    if (s.owed_to > s.at && to_ms <= s.end) change->skipped_to_ms = least(to_ms, s.owed_to);
    return SMITHY_OK;
}

/* ---- doing it ---- */

static const catalog_stream *find_listed(const catalog_group *catalog, smithy_str name) {
    for (size_t i = 0; i < catalog->stream_count; i++)
        if (smithy_str_equal(catalog->streams[i].name, name)) return &catalog->streams[i];
    return NULL;
}

static smithy_status account(exporter_state *state, state_group *group, smithy_str name, int64_t created_ms) {
    uint64_t identity;
    SMITHY_TRY(state_identity(name, created_ms, &identity));
    return state_is_accounted(group, identity) ? SMITHY_OK : state_account(state, group, identity);
}

static smithy_status move_forward(exporter_state *state, state_group *group, const catalog_group *catalog) {
    for (size_t i = 0; i < catalog->stream_count; i++)
        SMITHY_TRY(account(state, group, catalog->streams[i].name, catalog->streams[i].created_ms));
    /* Entries of streams that are listed no more: what they say of earlier lives is settled by the move, too. */
    for (size_t i = 0; i < group->stream_count; i++) {
        const state_stream *entry = &group->streams[i];
        if (entry->created_ms != STATE_UNKNOWN_TIME && !find_listed(catalog, entry->name))
            SMITHY_TRY(account(state, group, entry->name, entry->created_ms));
    }
    group->stream_count = group->missed_count = 0;
    return SMITHY_OK;
}

/* What becomes of an entry. *kept false: its stream stands where its group does. */
static smithy_status move_entry_back(exporter_state *state, state_group *group, state_stream *entry, int64_t to_ms,
                                     bool *kept) {
    *kept = true;
    if (is_own(entry)) {
        entry->exported_at = least(entry->exported_at, to_ms);
        return SMITHY_OK;
    }
    entry->owed_to = least(entry->owed_to, to_ms);
    if (entry->exported_at < to_ms) return SMITHY_OK;
    entry->exported_at = to_ms;
    entry->owed_to = STATE_NOT_OWED;
    *kept = entry->created_ms == STATE_UNKNOWN_TIME;
    return *kept ? SMITHY_OK : account(state, group, entry->name, entry->created_ms);
}

static smithy_status move_back(exporter_state *state, state_group *group, int64_t to_ms) {
    size_t count = 0;
    for (size_t i = 0; i < group->stream_count; i++) {
        state_stream entry = group->streams[i];
        bool kept;
        SMITHY_TRY(move_entry_back(state, group, &entry, to_ms, &kept));
        if (kept) group->streams[count++] = entry;
    }
    group->stream_count = count;
    for (size_t i = 0; i < group->folder_count; i++)
        group->folders[i].exported_before = least(group->folders[i].exported_before, to_ms);
    while (group->missed_count > 0 && group->missed[group->missed_count - 1].exported_at >= to_ms)
        group->missed_count--;
    if (group->missed_count > 0) {
        state_missed *last = &group->missed[group->missed_count - 1];
        last->owed_to = least(last->owed_to, to_ms);
    }
    return SMITHY_OK;
}

smithy_status state_change_group(exporter_state *state, state_group *group, const catalog_group *catalog,
                                 int64_t to_ms) {
    const bool is_forward = to_ms > furthest(group);
    SMITHY_TRY(is_forward ? move_forward(state, group, catalog) : move_back(state, group, to_ms));
    if (is_forward || to_ms < group->exported_at) group->exported_at = to_ms;
    group->converge_to = STATE_NOTHING;
    return SMITHY_OK;
}

smithy_status state_change_stream(exporter_state *state, state_group *group, const catalog_stream *stream,
                                  int64_t to_ms) {
    group->converge_to = STATE_NOTHING;
    if (to_ms == group->exported_at && to_ms != STATE_NOTHING && stream->created_ms != STATE_UNKNOWN_TIME) {
        state_remove_stream(group, stream->name);
        return account(state, group, stream->name, stream->created_ms);
    }
    return state_set_stream(
        state, group,
        &(state_stream){
            .name = stream->name, .created_ms = stream->created_ms, .exported_at = to_ms, .owed_to = STATE_NOT_OWED});
}
