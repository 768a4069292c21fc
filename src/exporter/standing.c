#include "standing.h"

smithy_status standing_find(state_group *group, smithy_str name, int64_t created_ms, standing *s) {
    *s = (standing){.entry = state_find_stream(group, name, created_ms)};
    SMITHY_TRY(state_identity(name, created_ms, &s->identity));
    s->accounted = state_is_accounted(group, s->identity);
    s->is_missed = state_find_missed(group, s->identity) != NULL;
    return SMITHY_OK;
}

smithy_status standing_join(exporter_state *state, state_group *group, const catalog_stream *stream, uint64_t identity,
                            int64_t joined_at) {
    if (!state_is_accounted(group, identity)) SMITHY_TRY(state_account(state, group, identity));
    const state_stream *entry = state_find_stream(group, stream->name, stream->created_ms);
    const int64_t archived = standing_is_owed(entry) ? entry->exported_at : STATE_NOTHING;
    if (joined_at <= archived) {
        if (entry) state_remove_stream(group, stream->name);
        return SMITHY_OK;
    }
    return state_set_stream(state, group,
                            &(state_stream){.name = stream->name,
                                            .created_ms = stream->created_ms,
                                            .exported_at = archived,
                                            .owed_to = joined_at,
                                            .since_ms = state->now_ms});
}

/* A stream that was not listed when its group became one is back. One gap at a time: its entry has room for no more. */
static smithy_status owe_what_was_missed(exporter_state *state, state_group *group, const catalog_group *catalog) {
    for (size_t i = 0; i < catalog->stream_count && group->missed_count > 0; i++) {
        const catalog_stream *stream = &catalog->streams[i];
        standing s;
        SMITHY_TRY(standing_find(group, stream->name, stream->created_ms, &s));
        if (!s.is_missed || s.entry) continue;
        const state_missed *missed = state_find_missed(group, s.identity);
        SMITHY_TRY(state_set_stream(state, group,
                                    &(state_stream){.name = stream->name,
                                                    .created_ms = stream->created_ms,
                                                    .exported_at = missed->exported_at,
                                                    .owed_to = missed->owed_to,
                                                    .since_ms = state->now_ms}));
        state_remove_missed(group, missed, s.identity);
    }
    return SMITHY_OK;
}

smithy_status standing_recognize(exporter_state *state, state_group *group, const catalog_group *catalog) {
    char text[CATALOG_FOLDER_MAX];
    for (size_t i = 0; i < catalog->stream_count && group->folder_count > 0; i++) {
        const catalog_stream *stream = &catalog->streams[i];
        if (stream->name.len > sizeof text) continue;
        const state_folder *note = state_find_folder(group, catalog_folder(stream->name, text));
        if (!note) continue;
        standing s;
        SMITHY_TRY(standing_find(group, stream->name, stream->created_ms, &s));
        if (!s.entry && !s.accounted)
            SMITHY_TRY(standing_join(state, group, stream, s.identity, note->exported_before));
        SMITHY_TRY(state_name_missed(state, group, note->folder, s.identity));
        state_remove_folder(group, note->folder);
    }
    SMITHY_TRY(owe_what_was_missed(state, group, catalog));
    state_forget_missed(state, group);
    return SMITHY_OK;
}
