#include "cut.h"

#include "duration.h"

/* PutLogEvents takes nothing that is older than 14 days, so no group holds events that are much older than itself. */
#define OLDEST_BEFORE_GROUP_MS (15 * EXPORTER_MS_PER_DAY)

static int64_t oldest_possible(const catalog_group *catalog) {
    const int64_t oldest = catalog->created_ms - OLDEST_BEFORE_GROUP_MS;
    return oldest > 0 ? oldest : 0;
}

/* The first instant from `from_ms` on at which the stream may hold an event, by its hints; INT64_MAX: it holds none. */
static int64_t next_of(const catalog_group *catalog, const catalog_stream *stream, int64_t from_ms) {
    const int64_t last = stream->last_event_ms >= 0 ? stream->last_event_ms : stream->last_ingestion_ms;
    if (last < from_ms) return INT64_MAX;
    const int64_t first = stream->first_event_ms >= 0 ? stream->first_event_ms : oldest_possible(catalog);
    return first > from_ms ? first : from_ms;
}

static int64_t next_event(const catalog_group *catalog, const plan_unit *unit, int64_t from_ms) {
    int64_t next = INT64_MAX;
    if (unit->stream) return next_of(catalog, unit->stream, from_ms);
    const catalog_streams streams = catalog_streams_of(catalog, unit->prefix);
    for (size_t i = 0; i < streams.count; i++) {
        const int64_t first = next_of(catalog, &streams.items[i], from_ms);
        if (first < next) next = first;
    }
    return next;
}

int64_t cut_end(exporter_period period, const catalog_group *catalog, const plan_unit *unit, int64_t from_ms,
                int64_t to_ms) {
    if (!cut_spans(period, from_ms, to_ms)) return to_ms;
    const int64_t first_end = exporter_period_end(period, from_ms);
    const int64_t next = next_event(catalog, unit, from_ms);
    if (next <= first_end) return first_end;
    if (next > to_ms) return to_ms;
    return exporter_period_start(period, next) - 1;
}

bool cut_spans(exporter_period period, int64_t from_ms, int64_t to_ms) {
    return exporter_period_end(period, from_ms) < to_ms;
}

/* In the middle of what can hold events at all, as long as a part of it can. */
int64_t cut_halve(exporter_period period, const catalog_group *catalog, int64_t from_ms, int64_t to_ms) {
    const int64_t last_start = exporter_period_start(period, to_ms);
    const int64_t oldest = oldest_possible(catalog);
    const int64_t first = oldest > from_ms && oldest < last_start ? oldest : from_ms;
    const int64_t end = exporter_period_end(period, first + (last_start - first) / 2);
    return end < to_ms ? end : last_start - 1;
}

size_t cut_count(exporter_period period, const catalog_group *catalog, const plan_unit *unit) {
    size_t count = 0;
    for (int64_t from = unit->from_ms; from <= unit->to_ms; count++)
        from = cut_end(period, catalog, unit, from, unit->to_ms) + 1;
    return count;
}
