/* Units of several streams whose names begin alike. */
#include "plan.h"
#include "standing.h"

#include <stdlib.h>

bool standing_has_one_gap(const state_group *group, const standing *s, int64_t *watermark) {
    *watermark = s->accounted || standing_is_owed(s->entry) ? group->exported_at : STATE_NOTHING;
    if (standing_is_own(s->entry)) *watermark = s->entry->exported_at;
    if (!standing_is_owed(s->entry)) return true;
    /* What is owed touches the group's watermark: one window. */
    if (s->entry->owed_to == group->exported_at) *watermark = s->entry->exported_at;
    return s->entry->owed_to == group->exported_at;
}

static int compare_names(const void *a, const void *b) {
    return smithy_str_compare(*(const smithy_str *)a, *(const smithy_str *)b);
}

/* Whether the stream's own window begins at `from_ms`. */
static smithy_status begins_at(state_group *group, const catalog_stream *stream, int64_t from_ms, bool *begins) {
    standing s;
    int64_t watermark;
    SMITHY_TRY(standing_find(group, stream->name, stream->created_ms, &s));
    *begins = !s.is_missed && standing_has_one_gap(group, &s, &watermark) && watermark + 1 == from_ms;
    return SMITHY_OK;
}

/* A stream that is not among them, but shares one's folder, cannot be parted from it. */
static bool shares_folder(const plan_members *members, const catalog_stream *stream) {
    char text[CATALOG_FOLDER_MAX];
    if (members->count == 0 || stream->name.len > sizeof text) return false;
    const smithy_str folder = catalog_folder(stream->name, text);
    return bsearch(&folder, members->folders, members->folder_count, sizeof folder, compare_names) != NULL;
}

static smithy_status find_strangers(state_group *group, const catalog_group *catalog, smithy_str prefix,
                                    int64_t from_ms, plan_members *members) {
    for (size_t i = 0; i < catalog->stream_count && members->are_apart; i++) {
        const catalog_stream *stream = &catalog->streams[i];
        bool begins;
        if (!smithy_str_starts_with(stream->name, prefix)) continue;
        SMITHY_TRY(begins_at(group, stream, from_ms, &begins));
        if (!begins && shares_folder(members, stream)) members->are_apart = false;
    }
    return SMITHY_OK;
}

smithy_status plan_find_members(exporter_state *state, state_group *group, const catalog_group *catalog,
                                smithy_str prefix, int64_t from_ms, plan_members *members, smithy_call *memory) {
    char text[CATALOG_FOLDER_MAX];
    SMITHY_TRY(standing_recognize(state, group, catalog)); /* An adopted task is closed without a plan. */
    *members = (plan_members){.streams = smithy_call_alloc(memory, catalog->stream_count, sizeof *members->streams),
                              .folders = smithy_call_alloc(memory, catalog->stream_count, sizeof *members->folders),
                              .are_apart = true};
    if (!members->streams || !members->folders) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < catalog->stream_count; i++) {
        const catalog_stream *stream = &catalog->streams[i];
        bool begins;
        if (stream->name.len > sizeof text || !smithy_str_starts_with(stream->name, prefix)) continue;
        SMITHY_TRY(begins_at(group, stream, from_ms, &begins));
        if (!begins) continue;
        members->streams[members->count] = stream;
        members->folders[members->count++] = smithy_call_copy(memory, catalog_folder(stream->name, text));
        members->folder_count = members->count;
    }
    SMITHY_TRY(smithy_call_status(memory));
    if (members->count > 1) qsort(members->folders, members->count, sizeof *members->folders, compare_names);
    return find_strangers(group, catalog, prefix, from_ms, members);
}

smithy_status plan_close_members(exporter_state *state, state_group *group, const plan_members *members,
                                 int64_t to_ms) {
    for (size_t i = 0; i < members->count; i++) {
        const catalog_stream *stream = members->streams[i];
        SMITHY_TRY(state_set_stream(state, group,
                                    &(state_stream){.name = stream->name,
                                                    .created_ms = stream->created_ms,
                                                    .exported_at = to_ms,
                                                    .owed_to = STATE_NOT_OWED}));
    }
    return SMITHY_OK;
}
