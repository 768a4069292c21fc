#include "plan.h"
#include "standing.h"

#include <stdlib.h>

smithy_status plan_recognize(exporter_state *state, state_group *group, const catalog_group *catalog) {
    return standing_recognize(state, group, catalog);
}

smithy_status plan_join(exporter_state *state, state_group *group, const catalog_stream *stream,
                        int64_t exported_before, int64_t exported_to) {
    uint64_t identity;
    SMITHY_TRY(state_identity(stream->name, stream->created_ms, &identity));
    SMITHY_TRY(state_miss_behind(state, group, exported_to, identity));
    return standing_join(state, group, stream, identity, exported_before);
}

smithy_status plan_watermark(state_group *group, state_unit_kind kind, smithy_str stream, int64_t created_ms,
                             int64_t *watermark) {
    standing s;
    *watermark = group->exported_at;
    if (kind == STATE_UNIT_GROUP || kind == STATE_UNIT_PREFIX) return SMITHY_OK;
    SMITHY_TRY(standing_find(group, stream, created_ms, &s));
    if (s.entry)
        *watermark = s.entry->exported_at;
    else if (!s.accounted)
        *watermark = STATE_NOTHING;
    return SMITHY_OK;
}

smithy_status plan_fits(state_group *group, state_unit_kind kind, smithy_str stream, int64_t created_ms,
                        int64_t from_ms, int64_t to_ms, bool *fits) {
    int64_t watermark;
    SMITHY_TRY(plan_watermark(group, kind, stream, created_ms, &watermark));
    *fits = watermark + 1 == from_ms;
    if (kind == STATE_UNIT_GROUP) {
        /* A stream that has gone its own way since is in the task all the same. */
        *fits = *fits && !state_has_own_entries(group);
        return SMITHY_OK;
    }
    const state_stream *entry = state_find_stream(group, stream, created_ms);
    /* Behind what is owed, its group has taken the stream along. What is owed to nobody ends where the group stands. */
    const int64_t owed_to = standing_is_owed(entry) ? entry->owed_to : group->exported_at;
    if (kind == STATE_UNIT_OWED)
        *fits = *fits && to_ms <= owed_to;
    else
        *fits = *fits && owed_to == group->exported_at;
    return SMITHY_OK;
}

smithy_status plan_owes_more(state_group *group, smithy_str stream, int64_t created_ms, bool *more) {
    standing s;
    SMITHY_TRY(standing_find(group, stream, created_ms, &s));
    *more = s.is_missed && !s.entry;
    return SMITHY_OK;
}

static int compare_names(const void *a, const void *b) {
    return smithy_str_compare(*(const smithy_str *)a, *(const smithy_str *)b);
}

static const smithy_str *find_folder(const plan_folders *folders, smithy_str folder) {
    return folders->count > 0 ? bsearch(&folder, folders->names, folders->count, sizeof folder, compare_names) : NULL;
}

/* Every stream with a folder took part; a folder that no listed stream explains is noted for the next listing. */
static smithy_status close_group(exporter_state *state, state_group *group, const catalog_group *catalog, int64_t to_ms,
                                 const plan_folders *folders) {
    SMITHY_TRY(standing_recognize(state, group, catalog)); /* An adopted task is closed without a plan. */
    const int64_t before = group->exported_at;
    char text[CATALOG_FOLDER_MAX];
    bool *explained = smithy_call_alloc(state->memory, folders->count, sizeof *explained);
    if (!explained) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < catalog->stream_count; i++) {
        const catalog_stream *stream = &catalog->streams[i];
        if (stream->name.len > sizeof text) continue;
        const smithy_str *folder = find_folder(folders, catalog_folder(stream->name, text));
        if (!folder) continue;
        standing s;
        explained[folder - folders->names] = true;
        SMITHY_TRY(standing_find(group, stream->name, stream->created_ms, &s));
        if (!s.entry && !s.accounted) SMITHY_TRY(standing_join(state, group, stream, s.identity, before));
    }
    for (size_t i = 0; i < folders->count; i++)
        if (!explained[i]) SMITHY_TRY(state_add_folder(state, group, folders->names[i], before));
    group->exported_at = to_ms;
    group->converge_to = STATE_NOTHING;
    return SMITHY_OK;
}

smithy_status plan_close(exporter_state *state, state_group *group, const catalog_group *catalog, state_unit_kind kind,
                         smithy_str stream, int64_t created_ms, int64_t to_ms, const plan_folders *folders) {
    standing s;
    if (kind == STATE_UNIT_GROUP) return close_group(state, group, catalog, to_ms, folders);
    SMITHY_TRY(standing_find(group, stream, created_ms, &s));
    if (kind == STATE_UNIT_STREAM)
        return state_set_stream(
            state, group,
            &(state_stream){.name = stream, .created_ms = created_ms, .exported_at = to_ms, .owed_to = STATE_NOT_OWED});
    /* A part of what was owed (a halved window) leaves the rest owed. */
    const int64_t owed_to = standing_is_owed(s.entry) ? s.entry->owed_to : group->exported_at;
    if (!s.accounted) SMITHY_TRY(state_account(state, group, s.identity));
    if (to_ms < owed_to)
        return state_set_stream(
            state, group,
            &(state_stream){.name = stream, .created_ms = created_ms, .exported_at = to_ms, .owed_to = owed_to});
    if (s.entry) state_remove_stream(group, stream); /* One of an earlier life tells what that was owed. */
    return SMITHY_OK;
}
