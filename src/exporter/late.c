#include "late_group.h"

#include "ledger.h"
#include "work.h"

#include <stdio.h>
#include <stdlib.h>

/* A group whose watermark lies so far back has nothing late to come: CloudWatch Logs takes no event that is older than
 * 14 days. */
#define OLDEST_MS (60 * LATE_DAY_MS)

/* ---- what the hints tell ---- */

/* Came after the window was closed, and the stream has nothing newer than the window: it lies in it, or before. */
static bool tells_of_late(const catalog_stream *stream, const late_claim *claim, int64_t settle_ms) {
    return claim->low == claim->high && claim->low != STATE_NOTHING && stream->last_event_ms != CATALOG_ABSENT &&
           stream->last_event_ms <= claim->low && stream->last_ingestion_ms > claim->low + settle_ms;
}

smithy_status late_count_hints(run_context *run, state_group *group, const catalog_group *listed) {
    int64_t found = 0;
    if (run->settings->late_events == EXPORTER_LATE_OFF) return SMITHY_OK;
    for (size_t i = 0; i < listed->stream_count; i++) {
        late_claim claim;
        SMITHY_TRY(late_find_claim(group, &listed->streams[i], &claim));
        found += tells_of_late(&listed->streams[i], &claim, run->settings->settle_delay_ms);
    }
    run->answer->late_streams += found;
    if (found > 0)
        exporter_log_line(run->log, EXPORTER_LOG_WARN, "streams got events behind what is archived",
                          EXPORTER_FIELD_STR("group", listed->name), EXPORTER_FIELD_I64("streams", found));
    return SMITHY_OK;
}

/* ---- the group's range ---- */

static int64_t day_of(int64_t ms) {
    return ms / LATE_DAY_MS * LATE_DAY_MS;
}

/* The highest watermark in it; STATE_NOTHING: nothing is archived. */
static int64_t watermark_of(const state_group *group) {
    int64_t highest = group->exported_at;
    for (size_t i = 0; i < group->stream_count; i++) {
        const state_stream *entry = &group->streams[i];
        if (entry->exported_at > highest) highest = entry->exported_at;
        if (entry->owed_to != STATE_NOT_OWED && entry->owed_to > highest) highest = entry->owed_to;
    }
    return highest;
}

static int64_t first_day(const run_context *run, const state_group *group) {
    const int64_t from = watermark_of(group) - run->settings->late_horizon_ms;
    return from > 0 ? day_of(from) : 0;
}

/* ---- its streams ---- */

static int compare_streams(const void *a, const void *b) {
    const late_stream *left = a, *right = b;
    return late_compare_folders(left->stream->name, right->stream->name);
}

void late_sort_streams(late_group *g) {
    if (g->count > 1) qsort(g->streams, g->count, sizeof *g->streams, compare_streams);
}

/* What was ingested until then was compared by two sweeps, or was there in time. */
static int64_t compared_until(const late_group *g) {
    const state_group *group = g->group;
    int64_t until = group->compared_at == STATE_NOTHING ? INT64_MAX : group->compared_at - LATE_HINTS_MS;
    for (size_t i = 0; i < g->task_count; i++) {
        const proof_task *task = &g->tasks[i];
        const bool is_new =
            group->compared_at == STATE_NOTHING || task->closed_ms > group->compared_at - LATE_SETTLED_MS;
        if (is_new && task->requested_ms - LATE_VISIBLE_MS < until) until = task->requested_ms - LATE_VISIBLE_MS;
    }
    return until;
}

static size_t same_folder(const late_group *g, size_t first) {
    size_t count = 1;
    while (first + count < g->count && compare_streams(&g->streams[first], &g->streams[first + count]) == 0) count++;
    return count;
}

/* Streams of one folder are looked at together, or not at all. */
static bool share_wishes(late_group *g) {
    bool any = false;
    for (size_t i = 0, count; i < g->count; i += count) {
        bool wanted = false;
        count = same_folder(g, i);
        for (size_t k = i; k < i + count; k++) wanted = wanted || g->streams[k].is_wanted;
        for (size_t k = i; k < i + count; k++) g->streams[k].is_wanted = wanted;
        any = any || wanted;
    }
    return any;
}

/* Nothing of it is left to a task, or to the planner, who may find that nothing is owed and claim it all. */
static bool is_judged(const late_group *g, const late_stream *s) {
    if (!catalog_has_shown_events(s->stream)) return true;
    return s->claim.high != STATE_NOTHING && (s->claim.low == s->claim.high || s->claim.gap_end < g->group->swept_from);
}

static smithy_status choose_streams(late_group *g, bool *any) {
    const int64_t from_ms = g->group->swept_from, until = compared_until(g);
    g->streams = smithy_call_alloc(g->memory, g->catalog->stream_count + 1, sizeof *g->streams);
    if (!g->streams) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < g->catalog->stream_count; i++) {
        late_stream *s = &g->streams[g->count++];
        s->stream = &g->catalog->streams[i];
        SMITHY_TRY(late_find_claim(g->group, s->stream, &s->claim));
        if (!is_judged(g, s)) g->group->sweep_is_partial = true;
        s->is_wanted = s->claim.high >= from_ms && s->stream->last_ingestion_ms > until;
    }
    late_sort_streams(g);
    *any = share_wishes(g);
    return SMITHY_OK;
}

/* ---- its part of the ledger ---- */

static bool is_of_life(const late_group *g, smithy_str arn, int64_t created_ms) {
    return created_ms == g->group->created_ms && smithy_str_equal(arn, g->catalog->arn);
}

/* Both lists have a group's life in one piece. */
void late_find_in_ledger(late_group *g) {
    const proof *index = g->index;
    for (size_t i = 0; i < index->task_count; i++) {
        if (!is_of_life(g, index->tasks[i].arn, index->tasks[i].created_ms)) continue;
        if (g->task_count++ == 0) g->tasks = &index->tasks[i];
    }
    for (size_t i = 0; i < index->late_count; i++) {
        if (!is_of_life(g, index->lates[i].arn, index->lates[i].created_ms)) continue;
        if (g->late_count++ == 0) g->lates = &index->lates[i];
    }
}

/* ---- a day ---- */

void late_begin_day(late_group *g, int64_t day_ms, int64_t watermark_ms) {
    g->day_ms = day_ms;
    g->end_ms = day_ms + LATE_DAY_MS - 1 < watermark_ms ? day_ms + LATE_DAY_MS - 1 : watermark_ms;
    g->day_task_count = 0;
    for (size_t i = 0; i < g->task_count; i++)
        if (g->tasks[i].from_ms <= g->end_ms && g->tasks[i].to_ms >= day_ms)
            g->day_tasks[g->day_task_count++] = &g->tasks[i];
}

/* An earlier sweep compared it already. */
static bool is_compared(const late_group *g, const logs_filtered_log_event *event) {
    if (g->compares_all || g->group->compared_at == STATE_NOTHING ||
        event->ingestion_time.value > g->group->compared_at - LATE_HINTS_MS)
        return false;
    for (size_t i = 0; i < g->day_task_count; i++)
        if (g->day_tasks[i]->closed_ms > g->group->compared_at - LATE_SETTLED_MS) return false;
    return true;
}

static smithy_status suspect(late_group *g, late_stream *s, const logs_filtered_log_event *event, void *context) {
    (void)context;
    if (!s->is_suspect) s->is_suspect = !is_compared(g, event) && late_judge(g, s, event) == LATE_SUSPECT;
    return SMITHY_OK;
}

smithy_status late_sweep_day(late_group *g) {
    if (g->day_task_count == 0) return SMITHY_OK;
    for (size_t i = 0; i < g->count; i++) g->streams[i].is_suspect = false;
    SMITHY_TRY(late_walk(g, 0, g->count, suspect, NULL));
    for (size_t i = 0, count; i < g->count; i += count) {
        bool is_suspect = false;
        count = same_folder(g, i);
        for (size_t k = i; k < i + count; k++) is_suspect = is_suspect || g->streams[k].is_suspect;
        if (is_suspect) SMITHY_TRY(late_sweep_folder(g, i, count));
    }
    return SMITHY_OK;
}

static smithy_status sweep_days(late_group *g) {
    const int64_t watermark_ms = watermark_of(g->group);
    g->day_tasks = smithy_call_alloc(g->memory, g->task_count + 1, sizeof *g->day_tasks);
    if (!g->day_tasks) return SMITHY_ERROR_MEMORY;
    while (g->group->sweep_next <= watermark_ms) {
        late_begin_day(g, g->group->sweep_next, watermark_ms);
        SMITHY_TRY(late_sweep_day(g));
        g->group->sweep_next += LATE_DAY_MS;
    }
    return SMITHY_OK;
}

/* ---- a group ---- */

/* Where a sweep goes on, or begins. A horizon that grew makes all of it new. */
static void begin_group(run_context *run, state_group *group) {
    const int64_t from_ms = first_day(run, group);
    if (group->swept_from == STATE_NOTHING || from_ms < group->swept_from)
        group->compared_once = group->compared_at = group->sweep_next = STATE_NOTHING;
    if (group->sweep_next != STATE_NOTHING) return;
    group->sweep_is_partial = false;
    group->swept_from = group->sweep_next = from_ms;
}

static smithy_status sweep_listed(late_group *g) {
    bool any = false, complete = false;
    SMITHY_TRY(catalog_list_streams(g->run, g->catalog, g->run->state.stream_prefix, &complete, g->memory));
    if (!complete) return SMITHY_ERROR_CANCELED;
    begin_group(g->run, g->group);
    late_find_in_ledger(g);
    SMITHY_TRY(choose_streams(g, &any));
    if (any) SMITHY_TRY(sweep_days(g));
    g->group->swept_at = g->run->state.sweep_round;
    if (!g->group->sweep_is_partial) {
        g->group->compared_at = g->group->compared_once;
        g->group->compared_once = g->group->swept_at;
    }
    g->group->sweep_next = STATE_NOTHING;
    return SMITHY_OK;
}

static void group_failed(run_context *run, group_work *work, smithy_status status) {
    char text[RUN_ERROR_TEXT], reason[RUN_ERROR_TEXT + 64];
    if (run_is_fatal(status)) {
        run_fail(run, status, "looking for late events");
        return;
    }
    if (smithy_error_has_code(smithy_call_error(run->call), "ResourceNotFoundException")) return; /* Deleted since. */
    (void)snprintf(reason, sizeof reason, "late events: %s",
                   smithy_call_error(run->call)->status == SMITHY_OK ? smithy_status_name(status)
                                                                     : run_error_text(run, text, sizeof text));
    run->answer->late_groups_failed++;
    work_problem(run, work, reason);
}

/* false: the run must stop. */
static bool sweep_group(run_context *run, const proof *index, const catalog_group *group) {
    smithy_status status = SMITHY_ERROR_MEMORY;
    group_work *work = work_create(run, group);
    late_group g = {.run = run,
                    .index = index,
                    .group = state_find_group(&run->state, group->arn, group->created_ms),
                    .now_ms = run_now_ms(run),
                    .paging = smithy_call_create(&(smithy_call_options){.system = run->system})};
    run->progress.group = group->name;
    run_show(run, "looking for late events");
    if (work && g.paging) {
        g.catalog = &work->catalog;
        g.memory = work->memory;
        smithy_call_clear_error(run->call);
        status = sweep_listed(&g);
    }
    const bool stops = run_must_stop(run);
    if (status == SMITHY_OK)
        run->answer->late_groups_done++;
    else if (work && !stops)
        group_failed(run, work, status);
    else if (!stops)
        run_fail(run, status, "looking for late events");
    smithy_call_destroy(g.paging);
    work_destroy(run, work);
    return status == SMITHY_OK || !run_must_stop(run);
}

/* ---- the round ---- */

typedef struct due_group {
    const catalog_group *listed;
    const state_group *known;
} due_group;

/* The one that is under way first, then those that have waited longest. */
static int compare_due(const void *a, const void *b) {
    const due_group *left = a, *right = b;
    const bool left_began = left->known->sweep_next != STATE_NOTHING;
    if (left_began != (right->known->sweep_next != STATE_NOTHING)) return left_began ? -1 : 1;
    if (left->known->swept_at != right->known->swept_at) return left->known->swept_at < right->known->swept_at ? -1 : 1;
    return smithy_str_compare(left->listed->arn, right->listed->arn);
}

static size_t find_due(run_context *run, const catalog *groups, due_group *due) {
    const int64_t oldest_ms = run_now_ms(run) - run->settings->late_horizon_ms - OLDEST_MS;
    size_t count = 0;
    for (size_t i = 0; i < groups->count; i++) {
        const catalog_group *listed = &groups->groups[i];
        const state_group *known = state_find_group(&run->state, listed->arn, listed->created_ms);
        if (!known || listed->is_excluded || work_why_left_out(listed) || known->swept_at >= run->state.sweep_round)
            continue;
        if (watermark_of(known) == STATE_NOTHING || watermark_of(known) < oldest_ms) continue;
        due[count++] = (due_group){listed, known};
    }
    if (count > 1) qsort(due, count, sizeof *due, compare_due);
    return count;
}

static void begin_round(run_context *run) {
    if (run->state.sweep_round != STATE_NOTHING) return;
    run->state.sweep_round = run_now_ms(run);
    for (size_t i = 0; i < run->state.group_count; i++) run->state.groups[i]->sweep_next = STATE_NOTHING;
}

/* Where the group's sweep begins, or goes on: one that was broken off long ago goes on behind the horizon of today. */
static int64_t next_day(const run_context *run, const state_group *group) {
    const int64_t from_ms = first_day(run, group);
    return group->sweep_next != STATE_NOTHING && group->sweep_next < from_ms ? group->sweep_next : from_ms;
}

/* Windows that hold events of these days were closed later than these. */
static smithy_status read_ledger(run_context *run, const due_group *due, size_t count, proof *index) {
    int64_t since_ms = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        const int64_t from_ms = next_day(run, due[i].known);
        if (from_ms < since_ms) since_ms = from_ms;
    }
    /* What this run closed counts, too: a stream may stand in a fresh window where an old one seems to hold it. */
    SMITHY_TRY(ledger_flush(run, run_fresh_call(run)));
    (void)run_fresh_call(run);
    return proof_collect(run, since_ms - LATE_DAY_MS, index);
}

void late_sweep(run_context *run, const catalog *groups) {
    proof index;
    if (run->settings->late_events != EXPORTER_LATE_SWEEP || run->failed || run->lost_lease) return;
    begin_round(run);
    due_group *due = smithy_call_alloc(run->memory, groups->count + 1, sizeof *due);
    const size_t count = due ? find_due(run, groups, due) : 0;
    size_t reached = 0;
    smithy_status status = due ? SMITHY_OK : SMITHY_ERROR_MEMORY;
    if (count > 0 && !run_must_stop(run)) status = read_ledger(run, due, count, &index);
    if (status != SMITHY_OK) run_fail(run, status, "looking for late events");
    while (reached < count && !run_must_stop(run) && sweep_group(run, &index, due[reached].listed)) reached++;
    run->answer->late_groups_left = (int64_t)(count - reached);
    if (reached == count && !run->failed) run->state.sweep_round = STATE_NOTHING;
}
