#include "plan.h"

#include "grow.h"

#include <stdlib.h>

/* Where a stream stands, read off the four kinds of record that state.h tells of. */
typedef struct standing {
    state_stream *entry; /* Own or owed; NULL: neither. */
    bool accounted;
    uint64_t identity;
} standing;

static smithy_status find_standing(state_group *group, smithy_str name, int64_t created_ms, standing *s) {
    *s = (standing){.entry = state_find_stream(group, name, created_ms)};
    SMITHY_TRY(state_identity(name, created_ms, &s->identity));
    s->accounted = state_is_accounted(group, s->identity);
    return SMITHY_OK;
}

static bool is_own(const state_stream *entry) {
    return entry && entry->owed_to == STATE_NOT_OWED;
}
static bool is_owed(const state_stream *entry) {
    return entry && entry->owed_to != STATE_NOT_OWED;
}

/* ---- streams that earlier tasks have met ---- */

/* A stream joins its group behind `joined_at`. It may hold earlier events, whatever its hints say today. */
static smithy_status join(exporter_state *state, state_group *group, const catalog_stream *stream, uint64_t identity,
                          int64_t joined_at) {
    SMITHY_TRY(state_account(state, group, identity));
    if (joined_at == STATE_NOTHING) return SMITHY_OK;
    return state_set_stream(state, group,
                            &(state_stream){.name = stream->name,
                                            .created_ms = stream->created_ms,
                                            .exported_at = STATE_NOTHING,
                                            .owed_to = joined_at});
}

smithy_status plan_join(exporter_state *state, state_group *group, const catalog_stream *stream,
                        int64_t exported_before) {
    uint64_t identity;
    SMITHY_TRY(state_identity(stream->name, stream->created_ms, &identity));
    return join(state, group, stream, identity, exported_before);
}

/* Streams born between a listing and the task's reading left a folder and nothing else: now the listing has them. */
static smithy_status recognize(exporter_state *state, state_group *group, const catalog_group *catalog) {
    char text[CATALOG_FOLDER_MAX];
    if (group->folder_count == 0) return SMITHY_OK;
    for (size_t i = 0; i < catalog->stream_count; i++) {
        const catalog_stream *stream = &catalog->streams[i];
        if (stream->name.len > sizeof text) continue;
        const state_folder *note = state_find_folder(group, catalog_folder(stream->name, text));
        if (!note) continue;
        standing s;
        SMITHY_TRY(find_standing(group, stream->name, stream->created_ms, &s));
        if (!s.entry && !s.accounted) SMITHY_TRY(join(state, group, stream, s.identity, note->exported_before));
        state_remove_folder(group, note->folder);
    }
    return SMITHY_OK;
}

/* ---- units ---- */

typedef struct planning {
    exporter_state *state;
    state_group *group;
    const catalog_group *catalog;
    int64_t horizon_ms;
    group_plan *plan;
    smithy_call *memory;
} planning;

/* In sorted order the names that start with `name` follow it at once. */
static bool has_siblings(const catalog_group *catalog, const catalog_stream *stream) {
    const catalog_stream *next = stream + 1;
    return next < catalog->streams + catalog->stream_count && smithy_str_starts_with(next->name, stream->name);
}

static smithy_status add_unit(planning *p, state_unit_kind kind, const catalog_stream *stream, int64_t watermark,
                              int64_t to_ms, int64_t earliest_ms) {
    if (to_ms <= watermark) return SMITHY_OK; /* An empty window makes no task. */
    if (!GROW(p->memory, p->plan->units, p->plan->unit_count, p->plan->unit_capacity)) return SMITHY_ERROR_MEMORY;
    p->plan->units[p->plan->unit_count++] =
        (plan_unit){.kind = kind,
                    .stream = stream,
                    .from_ms = watermark + 1,
                    .to_ms = to_ms,
                    .earliest_ms = earliest_ms > watermark + 1 ? earliest_ms : watermark + 1,
                    .has_siblings = stream && has_siblings(p->catalog, stream)};
    return SMITHY_OK;
}

static void note_young(planning *p, const catalog_stream *stream) {
    if (p->plan->youngest_first_ms < 0 || stream->first_event_ms < p->plan->youngest_first_ms)
        p->plan->youngest_first_ms = stream->first_event_ms;
}

/* Something may lie in (watermark, to]. */
static bool is_due(planning *p, const catalog_stream *stream, int64_t watermark, int64_t to_ms) {
    if (!catalog_came_after(stream, watermark)) return false;
    if (stream->first_event_ms <= to_ms) return true;
    note_young(p, stream);
    return false;
}

/* Nothing is left between the stream and its group; the entry stood in for a creation time that was not known. */
static smithy_status settle_entry(planning *p, const catalog_stream *stream, const standing *s) {
    if (!s->accounted) SMITHY_TRY(state_account(p->state, p->group, s->identity));
    state_remove_stream(p->group, stream->name);
    return SMITHY_OK;
}

/* The hint of a stream's first event lags by an hour or more; a day after its window was closed it is believed. */
#define BELIEVE_HINT_MS (24LL * 3600 * 1000)

/* Nothing is left between a stream and its group: all of it is archived, or its first event came behind it. */
static bool is_nothing_owed(const planning *p, const catalog_stream *stream, const state_stream *entry) {
    if (entry->exported_at >= entry->owed_to) return true;
    return entry->exported_at == STATE_NOTHING && stream->first_event_ms > entry->owed_to &&
           p->horizon_ms - entry->owed_to > BELIEVE_HINT_MS;
}

/* What a stream is owed from before it joined its group, as soon as its hints say that there may be any. */
static smithy_status plan_owed(planning *p, const catalog_stream *stream, const standing *s) {
    const int64_t group_at = p->group->exported_at;
    if (is_owed(s->entry)) {
        if (is_nothing_owed(p, stream, s->entry)) return settle_entry(p, stream, s);
        if (!catalog_came_after(stream, s->entry->exported_at)) return SMITHY_OK;
        if (s->entry->exported_at == STATE_NOTHING && stream->first_event_ms > s->entry->owed_to) return SMITHY_OK;
        return add_unit(p, STATE_UNIT_OWED, stream, s->entry->exported_at, s->entry->owed_to, stream->first_event_ms);
    }
    if (s->accounted || group_at == STATE_NOTHING || stream->first_event_ms < 0 || stream->first_event_ms > group_at)
        return SMITHY_OK;
    return add_unit(p, STATE_UNIT_OWED, stream, STATE_NOTHING, group_at, stream->first_event_ms);
}

/* The group as one: what single streams are owed first, then one task for all. */
static smithy_status plan_whole(planning *p) {
    bool due = false;
    int64_t earliest = INT64_MAX;
    for (size_t i = 0; i < p->catalog->stream_count; i++) {
        const catalog_stream *stream = &p->catalog->streams[i];
        standing s;
        SMITHY_TRY(find_standing(p->group, stream->name, stream->created_ms, &s));
        SMITHY_TRY(plan_owed(p, stream, &s));
        if (!is_due(p, stream, p->group->exported_at, p->horizon_ms)) continue;
        due = true;
        if (stream->first_event_ms >= 0 && stream->first_event_ms < earliest) earliest = stream->first_event_ms;
    }
    if (!due) return SMITHY_OK;
    return add_unit(p, STATE_UNIT_GROUP, NULL, p->group->exported_at, p->horizon_ms,
                    earliest == INT64_MAX ? 0 : earliest);
}

static smithy_status plan_stream(planning *p, const catalog_stream *stream, int64_t to_ms) {
    standing s;
    SMITHY_TRY(find_standing(p->group, stream->name, stream->created_ms, &s));
    int64_t watermark = s.accounted || is_owed(s.entry) ? p->group->exported_at : STATE_NOTHING;
    if (is_own(s.entry)) watermark = s.entry->exported_at;
    if (is_owed(s.entry)) {
        /* What is owed touches the group's watermark: one window. Else it goes first, by itself, whatever the hints
         * say: the stream's two gaps cannot be told by one watermark. */
        if (s.entry->owed_to == p->group->exported_at)
            watermark = s.entry->exported_at;
        else
            SMITHY_TRY(
                add_unit(p, STATE_UNIT_OWED, stream, s.entry->exported_at, s.entry->owed_to, stream->first_event_ms));
    }
    if (!is_due(p, stream, watermark, to_ms)) return SMITHY_OK;
    return add_unit(p, STATE_UNIT_STREAM, stream, watermark, to_ms, stream->first_event_ms);
}

static int64_t furthest_own_entry(const state_group *group) {
    int64_t furthest = STATE_NOTHING;
    for (size_t i = 0; i < group->stream_count; i++)
        if (is_own(&group->streams[i]) && group->streams[i].exported_at > furthest)
            furthest = group->streams[i].exported_at;
    return furthest;
}

/* What a stream is owed lies before its own window, so it runs first. */
static int compare_units(const void *a, const void *b) {
    const plan_unit *left = a, *right = b;
    if (left->from_ms != right->from_ms) return left->from_ms < right->from_ms ? -1 : 1;
    return left->stream < right->stream ? -1 : left->stream > right->stream;
}

/* Stream by stream, those furthest behind first. To converge, all of them are brought to one instant that stays the
 * same from run to run until they are there: a moving one would never be reached by many streams in short runs. */
static smithy_status plan_streams(planning *p, bool converge) {
    int64_t to_ms = p->horizon_ms;
    if (converge) {
        const int64_t furthest = furthest_own_entry(p->group);
        if (p->group->converge_to == STATE_NOTHING) p->group->converge_to = p->horizon_ms;
        if (p->group->converge_to < furthest) p->group->converge_to = furthest;
        if (p->group->converge_to <= p->horizon_ms) {
            to_ms = p->group->converge_to;
            p->plan->converges = true;
            p->plan->converge_to_ms = to_ms;
        }
    }
    for (size_t i = 0; i < p->catalog->stream_count; i++) SMITHY_TRY(plan_stream(p, &p->catalog->streams[i], to_ms));
    if (p->plan->unit_count > 1) qsort(p->plan->units, p->plan->unit_count, sizeof *p->plan->units, compare_units);
    return SMITHY_OK;
}

static plan_verdict judge(const planning *p) {
    if (p->plan->unit_count > 0) return PLAN_DUE;
    if (p->plan->youngest_first_ms >= 0) return PLAN_YOUNG;
    for (size_t i = 0; i < p->catalog->stream_count; i++)
        if (catalog_has_shown_events(&p->catalog->streams[i])) return PLAN_IDLE;
    return PLAN_EMPTY;
}

smithy_status plan_group(exporter_state *state, state_group *group, const catalog_group *catalog,
                         exporter_export_unit unit, int64_t horizon_ms, group_plan *out, smithy_call *memory) {
    planning p = {state, group, catalog, horizon_ms, out, memory};
    *out = (group_plan){.youngest_first_ms = -1};
    SMITHY_TRY(recognize(state, group, catalog));
    const bool differs = state_has_own_entries(group);
    if (unit == EXPORTER_UNIT_GROUP && differs) {
        out->verdict = PLAN_DIFFERENT;
        return SMITHY_OK;
    }
    if (unit == EXPORTER_UNIT_STREAM)
        SMITHY_TRY(plan_streams(&p, false));
    else if (differs)
        SMITHY_TRY(plan_streams(&p, true));
    else
        SMITHY_TRY(plan_whole(&p));
    out->verdict = judge(&p);
    return SMITHY_OK;
}

/* ---- watermarks ---- */

smithy_status plan_watermark(state_group *group, state_unit_kind kind, smithy_str stream, int64_t created_ms,
                             int64_t *watermark) {
    standing s;
    *watermark = group->exported_at;
    if (kind == STATE_UNIT_GROUP) return SMITHY_OK;
    SMITHY_TRY(find_standing(group, stream, created_ms, &s));
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
    if (is_own(entry)) return SMITHY_OK;
    /* Behind what is owed, its group has taken the stream along. */
    const int64_t owed_to = is_owed(entry) ? entry->owed_to : group->exported_at;
    if (kind == STATE_UNIT_OWED)
        *fits = *fits && to_ms <= owed_to;
    else
        *fits = *fits && owed_to == group->exported_at;
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
    SMITHY_TRY(recognize(state, group, catalog)); /* An adopted task is closed without a plan. */
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
        SMITHY_TRY(find_standing(group, stream->name, stream->created_ms, &s));
        if (!s.entry && !s.accounted) SMITHY_TRY(join(state, group, stream, s.identity, before));
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
    SMITHY_TRY(find_standing(group, stream, created_ms, &s));
    if (kind == STATE_UNIT_STREAM)
        return state_set_stream(
            state, group,
            &(state_stream){.name = stream, .created_ms = created_ms, .exported_at = to_ms, .owed_to = STATE_NOT_OWED});
    /* A part of what was owed (a halved window) leaves the rest owed. */
    const int64_t owed_to = is_owed(s.entry) ? s.entry->owed_to : group->exported_at;
    if (!s.accounted) SMITHY_TRY(state_account(state, group, s.identity));
    if (to_ms < owed_to)
        return state_set_stream(
            state, group,
            &(state_stream){.name = stream, .created_ms = created_ms, .exported_at = to_ms, .owed_to = owed_to});
    state_remove_stream(group, stream);
    return SMITHY_OK;
}

/* ---- one group again ---- */

/* A stream that the group's watermark speaks for, and that is idle behind it, stays owed what lies up to `to_ms`. */
static smithy_status leave_behind(exporter_state *state, state_group *group, const catalog_group *catalog,
                                  int64_t to_ms) {
    for (size_t i = 0; i < catalog->stream_count && group->exported_at < to_ms; i++) {
        const catalog_stream *stream = &catalog->streams[i];
        standing s;
        SMITHY_TRY(find_standing(group, stream->name, stream->created_ms, &s));
        if (!s.accounted || s.entry) continue;
        SMITHY_TRY(state_set_stream(state, group,
                                    &(state_stream){.name = stream->name,
                                                    .created_ms = stream->created_ms,
                                                    .exported_at = group->exported_at,
                                                    .owed_to = to_ms}));
    }
    return SMITHY_OK;
}

static const catalog_stream *find_by_name(const catalog_group *catalog, smithy_str name) {
    size_t low = 0, high = catalog->stream_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = smithy_str_compare(catalog->streams[middle].name, name);
        if (order == 0) return &catalog->streams[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* What becomes of an entry when its group is one again at `to_ms`. */
static state_stream converge_entry(const state_group *group, const catalog_group *catalog, state_stream entry,
                                   int64_t to_ms) {
    if (is_own(&entry) || entry.owed_to == group->exported_at) entry.owed_to = to_ms;
    if (entry.created_ms == STATE_UNKNOWN_TIME) {
        const catalog_stream *stream = find_by_name(catalog, entry.name);
        if (stream) entry.created_ms = stream->created_ms;
    }
    return entry;
}

smithy_status plan_converge(exporter_state *state, state_group *group, const catalog_group *catalog, int64_t to_ms) {
    SMITHY_TRY(leave_behind(state, group, catalog, to_ms));
    size_t kept = 0;
    for (size_t i = 0; i < group->stream_count; i++) {
        const state_stream entry = converge_entry(group, catalog, group->streams[i], to_ms);
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
