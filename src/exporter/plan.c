#include "plan.h"

#include "cover.h"
#include "grow.h"
#include "order.h"
#include "standing.h"

#include <stdlib.h>

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

static smithy_status add(planning *p, plan_unit unit, int64_t watermark) {
    if (unit.to_ms <= watermark) return SMITHY_OK; /* An empty window makes no task. */
    if (!GROW(p->memory, p->plan->units, p->plan->unit_count, p->plan->unit_capacity)) return SMITHY_ERROR_MEMORY;
    unit.from_ms = watermark + 1;
    if (unit.earliest_ms < unit.from_ms) unit.earliest_ms = unit.from_ms;
    p->plan->units[p->plan->unit_count++] = unit;
    return SMITHY_OK;
}

static smithy_status add_unit(planning *p, state_unit_kind kind, const catalog_stream *stream, int64_t watermark,
                              int64_t to_ms, int64_t earliest_ms) {
    const plan_unit unit = {.kind = kind,
                            .stream = stream,
                            .prefix = stream ? stream->name : p->state->stream_prefix,
                            .to_ms = to_ms,
                            .earliest_ms = earliest_ms,
                            .has_siblings = stream && has_siblings(p->catalog, stream)};
    return add(p, unit, watermark);
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

/* The hint of a stream's first event lags by an hour or more; a day after the stream was met it is believed. */
#define BELIEVE_HINT_MS (24LL * 3600 * 1000)

/* Nothing is left between a stream and its group: all of it is archived, or its first event came behind it. */
static bool is_nothing_owed(const planning *p, const catalog_stream *stream, const state_stream *entry) {
    if (entry->exported_at >= entry->owed_to) return true;
    return entry->exported_at == STATE_NOTHING && stream->first_event_ms > entry->owed_to &&
           p->state->now_ms - entry->since_ms > BELIEVE_HINT_MS;
}

/* What a stream is owed from before it joined its group, as soon as its hints say that there may be any. */
static smithy_status plan_owed(planning *p, const catalog_stream *stream, const standing *s) {
    const int64_t group_at = p->group->exported_at;
    if (standing_is_owed(s->entry)) {
        if (is_nothing_owed(p, stream, s->entry)) return settle_entry(p, stream, s);
        if (!catalog_came_after(stream, s->entry->exported_at)) return SMITHY_OK;
        /* Unless there is more, for which its entry has no room: that does not wait until the hint is believed. */
        if (s->entry->exported_at == STATE_NOTHING && stream->first_event_ms > s->entry->owed_to && !s->is_missed)
            return SMITHY_OK;
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
        SMITHY_TRY(standing_find(p->group, stream->name, stream->created_ms, &s));
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
    int64_t watermark;
    SMITHY_TRY(standing_find(p->group, stream->name, stream->created_ms, &s));
    /* What is owed goes first, by itself, whatever the hints say: the stream's two gaps cannot be told by one
     * watermark. */
    if (!standing_has_one_gap(p->group, &s, &watermark))
        SMITHY_TRY(
            add_unit(p, STATE_UNIT_OWED, stream, s.entry->exported_at, s.entry->owed_to, stream->first_event_ms));
    /* An entry of its own would hide what it is owed besides. */
    if (s.is_missed || !is_due(p, stream, watermark, to_ms)) return SMITHY_OK;
    return add_unit(p, STATE_UNIT_STREAM, stream, watermark, to_ms, stream->first_event_ms);
}

static smithy_status plan_each(planning *p, int64_t to_ms) {
    for (size_t i = 0; i < p->catalog->stream_count; i++) SMITHY_TRY(plan_stream(p, &p->catalog->streams[i], to_ms));
    return SMITHY_OK;
}

static smithy_status describe(planning *p, const catalog_stream *stream, int64_t to_ms, cover_name *name) {
    standing s;
    *name = (cover_name){.name = stream->name};
    SMITHY_TRY(standing_find(p->group, stream->name, stream->created_ms, &s));
    name->is_alone =
        !standing_has_one_gap(p->group, &s, &name->watermark) || s.is_missed || stream->name.len > CATALOG_FOLDER_MAX;
    name->is_due = name->is_alone || (to_ms > name->watermark && is_due(p, stream, name->watermark, to_ms));
    return SMITHY_OK;
}

static smithy_status plan_together(planning *p, const cover_unit *part, const cover_name *names, int64_t to_ms) {
    plan_unit unit = {.kind = STATE_UNIT_PREFIX,
                      .prefix = part->prefix,
                      .to_ms = to_ms,
                      .earliest_ms = INT64_MAX,
                      .has_siblings = true}; /* Whoever is born meanwhile under such a name. */
    for (size_t i = part->first; i < part->first + part->count; i++)
        if (names[i].is_due && p->catalog->streams[i].first_event_ms < unit.earliest_ms)
            unit.earliest_ms = p->catalog->streams[i].first_event_ms;
    return add(p, unit, names[part->first].watermark);
}

/* With the fewest tasks. */
static smithy_status plan_cover(planning *p, int64_t to_ms) {
    const size_t count = p->catalog->stream_count;
    cover found;
    cover_name *names = smithy_call_alloc(p->memory, count, sizeof *names);
    if (!names) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < count; i++) SMITHY_TRY(describe(p, &p->catalog->streams[i], to_ms, &names[i]));
    SMITHY_TRY(cover_find(names, count, &found, p->memory));
    for (size_t i = 0; i < found.count; i++) {
        const cover_unit *part = &found.units[i];
        SMITHY_TRY(part->count > 1 ? plan_together(p, part, names, to_ms)
                                   : plan_stream(p, &p->catalog->streams[part->first], to_ms));
    }
    return SMITHY_OK;
}

static int64_t furthest_own_entry(const state_group *group) {
    int64_t furthest = STATE_NOTHING;
    for (size_t i = 0; i < group->stream_count; i++)
        if (standing_is_own(&group->streams[i]) && group->streams[i].exported_at > furthest)
            furthest = group->streams[i].exported_at;
    return furthest;
}

static int64_t last_end(const state_group *group) {
    const int64_t furthest = furthest_own_entry(group);
    return furthest > group->exported_at ? furthest : group->exported_at;
}

/* What a stream is owed lies before its own window, so it runs first. */
static int compare_units(const void *a, const void *b) {
    const plan_unit *left = a, *right = b;
    const int order = order_of(left->from_ms, right->from_ms);
    return order ? order : smithy_str_compare(left->prefix, right->prefix);
}

/* By streams, those furthest behind first. To converge, all of them are brought to one instant that stays the
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
    SMITHY_TRY(converge && !p->group->goes_by_names ? plan_cover(p, to_ms) : plan_each(p, to_ms));
    /* Where none of them has anything new no window is closed, and none is claimed: they meet where the last one ended.
     */
    if (p->plan->converges && p->plan->unit_count == 0) p->plan->converge_to_ms = last_end(p->group);
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
    SMITHY_TRY(standing_recognize(state, group, catalog));
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
