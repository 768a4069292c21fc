#include "lag.h"

#include "duration.h"

/* A time that the hints do not tell is the group's making: what is older than that came late. */
static void note(run_context *run, const catalog_group *group, int64_t since_ms) {
    if (since_ms <= 0) since_ms = group->created_ms;
    if (since_ms <= 0) return;
    if (run->waiting_since_ms == 0 || since_ms < run->waiting_since_ms) run->waiting_since_ms = since_ms;
    if (group->retention_days == 0) return;
    const int64_t expires_ms = since_ms + group->retention_days * EXPORTER_MS_PER_DAY;
    if (run->expires_ms == 0 || expires_ms < run->expires_ms) run->expires_ms = expires_ms;
}

/* Units of several streams have no watermark of their own: where such a group is not done, none counts as closed. */
void lag_note_unit(run_context *run, const group_work *work, const plan_unit *unit) {
    int64_t watermark = unit->from_ms - 1;
    const smithy_str stream = unit->stream ? unit->stream->name : (smithy_str){0};
    const int64_t created_ms = unit->stream ? unit->stream->created_ms : 0;
    if (unit->kind != STATE_UNIT_PREFIX &&
        plan_watermark(work->group, unit->kind, stream, created_ms, &watermark) != SMITHY_OK)
        return;
    if (watermark < unit->to_ms)
        note(run, &work->catalog, unit->earliest_ms > watermark ? unit->earliest_ms : watermark + 1);
}

void lag_note_group(run_context *run, const group_work *work) {
    const bool is_done = !work->failed && work->next_unit >= work->plan.unit_count;
    if (work->gone) return;
    for (size_t i = 0; i < work->plan.unit_count; i++) {
        const plan_unit *unit = &work->plan.units[i];
        if (!is_done || unit->kind != STATE_UNIT_PREFIX) lag_note_unit(run, work, unit);
    }
    for (size_t i = 0; i < work->catalog.stream_count; i++) {
        const catalog_stream *stream = &work->catalog.streams[i];
        if (stream->last_event_ms <= run->horizon_ms) continue;
        note(run, &work->catalog,
             stream->first_event_ms > run->horizon_ms ? stream->first_event_ms : run->horizon_ms + 1);
    }
}

void lag_judge(run_context *run, bool looked) {
    exporter_answer *answer = run->answer;
    const int64_t now_ms = run_now_ms(run);
    answer->lag_is_known = looked;
    if (run->waiting_since_ms > 0 && run->waiting_since_ms < now_ms) answer->lag_ms = now_ms - run->waiting_since_ms;
    answer->expires = run->expires_ms > 0;
    if (answer->expires) answer->expires_in_ms = run->expires_ms - now_ms;
}
