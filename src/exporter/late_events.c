/* Which events may be late, and asking for them. */
#include "folder.h"
#include "late_group.h"
#include "lease.h"

#include <smithy/text.h>

#define NAMES_MAX  100 /* FilterLogEvents takes no more. */
#define PAGE_TRIES 6

/* ---- judging ---- */

smithy_status late_find_claim(state_group *group, const catalog_stream *stream, late_claim *claim) {
    standing s;
    SMITHY_TRY(standing_find(group, stream->name, stream->created_ms, &s));
    *claim = (late_claim){STATE_NOTHING, STATE_NOTHING, STATE_NOTHING};
    if (s.is_missed) return SMITHY_OK; /* The planner gives it its gap first. */
    if (standing_is_own(s.entry)) {
        *claim = (late_claim){s.entry->exported_at, s.entry->exported_at, s.entry->exported_at};
    } else if (standing_is_owed(s.entry)) {
        const int64_t owed_to = s.entry->owed_to, high = group->exported_at > owed_to ? group->exported_at : owed_to;
        *claim = (late_claim){s.entry->exported_at, owed_to, high};
    } else {
        const int64_t at = s.accounted ? group->exported_at : STATE_NOTHING;
        *claim = (late_claim){at, at, at};
    }
    return SMITHY_OK;
}

static bool is_claimed(const late_claim *claim, int64_t stamp_ms) {
    return stamp_ms <= claim->low || (stamp_ms > claim->gap_end && stamp_ms <= claim->high);
}

/* A task for the stream alone. What another one took along of it went, wherever the two hold the same instant. */
static bool is_its_own(const proof_task *task) {
    return task->kind != STATE_UNIT_GROUP && task->kind != STATE_UNIT_PREFIX;
}

/* Of a task that ended just now, the stream's folder went: it holds nothing of it, however late objects appear. */
static bool was_cleaned_of(const late_group *g, const late_stream *s, const proof_task *task) {
    char text[CATALOG_FOLDER_MAX];
    if (task->closed_ms <= g->now_ms - LATE_SETTLED_MS || s->stream->name.len > sizeof text) return false;
    const state_cleanup *note = state_find_cleanup(&g->run->state, task->folder);
    return note && !folder_is_kept(note->keep, catalog_folder(s->stream->name, text));
}

late_judgement late_judge(const late_group *g, const late_stream *s, const logs_filtered_log_event *event) {
    const int64_t stamp_ms = event->timestamp.value;
    int64_t requested_ms = INT64_MAX, closed_ms = -1;
    bool has_own = false;
    if (!is_claimed(&s->claim, stamp_ms)) return LATE_NOT_OURS;
    for (size_t i = 0; i < g->day_task_count; i++) {
        const proof_task *task = g->day_tasks[i];
        if (stamp_ms < task->from_ms || stamp_ms > task->to_ms || !proof_task_covers(task, s->stream->name)) continue;
        if ((has_own && !is_its_own(task)) || was_cleaned_of(g, s, task)) continue;
        const bool is_first = !has_own && is_its_own(task);
        has_own = has_own || is_first;
        if (is_first || task->requested_ms < requested_ms) requested_ms = task->requested_ms;
        if (is_first || task->closed_ms > closed_ms) closed_ms = task->closed_ms;
    }
    if (closed_ms < 0 || closed_ms > g->now_ms - LATE_SETTLED_MS) return LATE_NOT_OURS;
    const bool is_in_time = event->ingestion_time.value <= requested_ms - LATE_VISIBLE_MS;
    return is_in_time && !g->compares_all ? LATE_IN_TIME : LATE_SUSPECT;
}

/* ---- asking ---- */

int late_compare_folders(smithy_str a, smithy_str b) {
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        const unsigned char left = (unsigned char)(a.ptr[i] == '/' ? '-' : a.ptr[i]);
        const unsigned char right = (unsigned char)(b.ptr[i] == '/' ? '-' : b.ptr[i]);
        if (left != right) return left < right ? -1 : 1;
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

static late_stream *find_stream(late_group *g, size_t first, size_t count, smithy_str name) {
    size_t low = first, high = first + count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (late_compare_folders(g->streams[middle].stream->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < first + count && late_compare_folders(g->streams[low].stream->name, name) == 0; low++)
        if (smithy_str_equal(g->streams[low].stream->name, name)) return &g->streams[low];
    return NULL;
}

/* The wanted ones by name, where that are few enough; else all of the group. */
static smithy_str_list names_of(const late_group *g, size_t first, size_t count, smithy_str names[NAMES_MAX]) {
    size_t found = 0;
    for (size_t i = first; i < first + count; i++) {
        if (!g->streams[i].is_wanted) continue;
        if (found == NAMES_MAX) return (smithy_str_list){0};
        names[found++] = g->streams[i].stream->name;
    }
    return (smithy_str_list){names, found};
}

static bool is_passing(smithy_status status, const smithy_error *error) {
    if (status == SMITHY_ERROR_TRANSPORT || status == SMITHY_ERROR_TIMEOUT) return true;
    return status == SMITHY_ERROR_SERVICE && (error->http_status >= 500 || error->http_status == 429 ||
                                              strstr(error->code, "Throttl") || strstr(error->code, "LimitExceeded"));
}

/* FilterLogEvents has a rate of its own, which others in the account use too: it is waited for. */
static smithy_status next_page(late_group *g, logs_filter_log_events_pages *pages,
                               const logs_filter_log_events_output **page) {
    run_context *run = g->run;
    for (int tries = 1;; tries++) {
        lease_keep(run);
        if (run_must_stop(run)) return SMITHY_ERROR_CANCELED;
        const smithy_status status = logs_filter_log_events_next(run->logs, pages, page, g->paging);
        if (status == SMITHY_OK) return SMITHY_OK;
        if (tries == PAGE_TRIES || !is_passing(status, smithy_call_error(g->paging))) return status;
        run_sleep_until(run, run_mono_ms(run) + (INT64_C(500) << tries));
    }
}

typedef struct walk {
    late_group *g;
    size_t first, count; /* The streams. */
    late_visit *visit;
    void *context;
    bool has_visited;
} walk;

static smithy_status visit_page(walk *w, const logs_filtered_log_events *events) {
    for (size_t i = 0; i < events->count; i++) {
        late_stream *s = find_stream(w->g, w->first, w->count, events->items[i].log_stream_name);
        if (!s || !s->is_wanted) continue;
        w->has_visited = true;
        SMITHY_TRY(w->visit(w->g, s, &events->items[i], w->context));
    }
    return SMITHY_OK;
}

static smithy_status walk_names(walk *w, smithy_str_list names) {
    late_group *g = w->g;
    const smithy_str prefix =
        !names.items && g->run->state.stream_prefix.len > 0 ? g->run->state.stream_prefix : (smithy_str){0};
    logs_filter_log_events_pages pages = {.input = {.log_group_name = g->catalog->name,
                                                    .log_stream_names = names,
                                                    .log_stream_name_prefix = prefix,
                                                    .start_time = SMITHY_SET(g->day_ms),
                                                    .end_time = SMITHY_SET(g->end_ms)}};
    const logs_filter_log_events_output *page;
    smithy_call_clear_error(g->paging);
    run_limit_call(g->run, g->paging);
    for (;;) {
        SMITHY_TRY(next_page(g, &pages, &page));
        if (!page) return SMITHY_OK;
        SMITHY_TRY(visit_page(w, &page->events));
    }
}

/* A name that is gone makes the service refuse the others with it: then all are asked for. Not where it went while they
 * were being visited, for nothing may be visited twice: the next sweep lists the group anew. */
smithy_status late_walk(late_group *g, size_t first, size_t count, late_visit *visit, void *context) {
    smithy_str names[NAMES_MAX];
    const smithy_str_list wanted = names_of(g, first, count, names);
    walk w = {g, first, count, visit, context, false};
    smithy_status status = walk_names(&w, wanted);
    const smithy_error *error = smithy_call_error(g->paging);
    if (wanted.items && !w.has_visited && smithy_error_has_code(error, "ResourceNotFoundException"))
        status = walk_names(&w, (smithy_str_list){0});
    if (status != SMITHY_OK && error->status != SMITHY_OK) *smithy_call_error_mutable(g->run->call) = *error;
    return status;
}
