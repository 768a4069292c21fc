#include "survey.h"

#include "catalog_list.h"
#include "cut.h"
#include "destination.h"
#include "duration.h"
#include "filter.h"
#include "grow.h"
#include "lease.h"
#include "settle.h"
#include "survey_tasks.h"
#include "work.h"

#include <stdlib.h>

#define SOON_MS        (3 * EXPORTER_MS_PER_DAY)
#define SOON_PART      4 /* A quarter of a short retention. */
#define DEFAULT_PERIOD EXPORTER_MS_PER_DAY

const char *survey_verdict_name(survey_verdict verdict) {
    static const char *const NAMES[] = {"due",      "up-to-date", "settling", "empty", "streams-differ",
                                        "excluded", "left-out",   "failed"};
    return NAMES[verdict];
}

const char *survey_risk_name(survey_risk risk) {
    static const char *const NAMES[] = {"none", "soon", "expired"};
    return NAMES[risk];
}

/* ---- one group ---- */

/* The lowest watermark that any known stream stands at. What is owed is a unit of its own, and shows as such. */
static int64_t archived_to(const state_group *group) {
    int64_t lowest = group->exported_at;
    bool has_own = false;
    for (size_t i = 0; i < group->stream_count; i++) {
        const state_stream *stream = &group->streams[i];
        if (stream->owed_to != STATE_NOT_OWED) continue;
        if (!has_own && group->exported_at == STATE_NOTHING) lowest = stream->exported_at;
        if (stream->exported_at < lowest) lowest = stream->exported_at;
        has_own = true;
    }
    return lowest;
}

static void count_streams(survey_group *seen, const group_work *work, int64_t active_since_ms) {
    seen->streams = work->catalog.stream_count;
    seen->streams_apart = work->group->stream_count;
    for (size_t i = 0; i < work->catalog.stream_count; i++)
        if (catalog_came_after(&work->catalog.streams[i], active_since_ms)) seen->streams_active++;
}

static void count_units(survey_group *seen, const group_plan *plan, const catalog_group *listed,
                        exporter_period period) {
    for (size_t i = 0; i < plan->unit_count; i++) {
        const plan_unit *unit = &plan->units[i];
        switch (unit->kind) {
        case STATE_UNIT_GROUP: seen->units_of_group++; break;
        case STATE_UNIT_PREFIX:
        case STATE_UNIT_STREAM: seen->units_of_stream++; break;
        case STATE_UNIT_OWED: seen->units_owed++; break;
        case STATE_UNIT_BACKFILL: break; /* No plan has any. */
        }
        seen->units_of_cuts += cut_count(period, listed, unit) - 1;
        if (seen->from_ms == SURVEY_UNKNOWN || unit->from_ms < seen->from_ms) seen->from_ms = unit->from_ms;
        if (unit->to_ms > seen->to_ms) seen->to_ms = unit->to_ms;
        /* A hint that is missing reads as the beginning of time. */
        const int64_t earliest = unit->earliest_ms > 0 ? unit->earliest_ms : seen->created_ms;
        if (seen->waiting_ms == SURVEY_UNKNOWN || earliest < seen->waiting_ms) seen->waiting_ms = earliest;
    }
}

static void judge_risk(survey_group *seen, int64_t now_ms) {
    if (seen->retention_days == 0 || seen->waiting_ms == SURVEY_UNKNOWN) return;
    const int64_t retention_ms = seen->retention_days * EXPORTER_MS_PER_DAY;
    const int64_t soon_ms = retention_ms / SOON_PART < SOON_MS ? retention_ms / SOON_PART : SOON_MS;
    seen->expires_ms = seen->waiting_ms + retention_ms;
    if (seen->expires_ms <= now_ms)
        seen->risk = SURVEY_EXPIRED;
    else if (seen->expires_ms - now_ms < soon_ms)
        seen->risk = SURVEY_SOON;
}

static survey_verdict verdict_of(const group_plan *plan) {
    switch (plan->verdict) {
    case PLAN_DUE: return SURVEY_DUE;
    case PLAN_IDLE: return SURVEY_UP_TO_DATE;
    case PLAN_YOUNG: return SURVEY_SETTLING;
    case PLAN_EMPTY: return SURVEY_EMPTY;
    case PLAN_DIFFERENT: break;
    }
    return SURVEY_DIFFERENT;
}

static void describe(run_context *run, const survey *all, survey_group *seen, const group_work *work,
                     int64_t period_ms) {
    const group_plan *plan = &work->plan;
    seen->verdict = verdict_of(plan);
    if (seen->verdict == SURVEY_DIFFERENT)
        seen->reason = SMITHY_STR("its streams stand at different watermarks, and ExportUnit=group wants one for all");
    seen->archived_to_ms = archived_to(work->group);
    count_streams(seen, work, all->now_ms - period_ms);
    count_units(seen, plan, &work->catalog, destination_period(run->settings->destination_prefix));
    if (plan->youngest_first_ms >= 0) {
        const int64_t first =
            plan->youngest_first_ms > seen->archived_to_ms ? plan->youngest_first_ms : seen->archived_to_ms + 1;
        seen->next_due_ms = plan->youngest_first_ms + run->settings->settle_delay_ms;
        if (seen->waiting_ms == SURVEY_UNKNOWN || first < seen->waiting_ms) seen->waiting_ms = first;
    }
    judge_risk(seen, all->now_ms);
    seen->task_duration_ms = survey_task_duration_ms(run, all, seen->name, work->memory);
}

static smithy_status plan_work(run_context *run, group_work *work) {
    const exporter_export_unit unit = run->settings->export_unit;
    SMITHY_TRY(plan_group(&run->state, work->group, &work->catalog, unit, run->horizon_ms, &work->plan, work->memory));
    if (!work->plan.converges || work->plan.unit_count > 0) return SMITHY_OK;
    SMITHY_TRY(plan_converge(&run->state, work->group, &work->catalog, work->plan.converge_to_ms));
    return plan_group(&run->state, work->group, &work->catalog, unit, run->horizon_ms, &work->plan, work->memory);
}

/* SMITHY_OK with *complete false: the survey must stop. */
static smithy_status look(run_context *run, const survey *all, survey_group *seen, group_work *work, int64_t period_ms,
                          bool *complete) {
    work->group = state_add_group(&run->state, work->catalog.arn, work->catalog.created_ms);
    if (!work->group) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(catalog_list_streams(run, &work->catalog, run->state.stream_prefix, complete, work->memory));
    if (!*complete) return SMITHY_OK;
    SMITHY_TRY(plan_work(run, work));
    describe(run, all, seen, work, period_ms);
    return SMITHY_OK;
}

static void note_failure(run_context *run, survey_group *seen, smithy_status status) {
    char text[RUN_ERROR_TEXT];
    if (run_is_fatal(status)) {
        run_fail(run, status, "listing the streams of a group");
        return;
    }
    seen->verdict = SURVEY_FAILED;
    seen->reason = smithy_call_copy(run->memory, smithy_str_from(run_error_text(run, text, sizeof text)));
}

/* Whether the group is to be looked at; its verdict, where not. */
static bool filter(run_context *run, const catalog_group *group, survey_group *seen, bool *complete) {
    char text[FILTER_FAILURE_TEXT];
    const smithy_status status = filter_why_excluded(run, group, &seen->reason);
    const char *left_out = work_why_left_out(group);
    if (status != SMITHY_OK && (run_is_fatal(status) || run_must_stop(run))) {
        run_fail(run, status, "reading the tags of a group");
        *complete = false;
    } else if (status != SMITHY_OK) {
        filter_explain_failure(run, group, text, sizeof text);
        seen->verdict = SURVEY_FAILED;
        seen->reason = smithy_call_copy(run->memory, smithy_str_from(text));
    } else if (seen->reason.ptr)
        seen->verdict = SURVEY_EXCLUDED;
    else if (left_out) {
        seen->verdict = SURVEY_LEFT_OUT;
        seen->reason = smithy_str_from(left_out);
    } else
        return true;
    return false;
}

/* false: the survey must stop before this group. */
static bool add_group(run_context *run, survey *all, const catalog_group *group, int64_t period_ms) {
    survey_group seen = {
        .name = group->name,
        .arn = group->arn,
        .created_ms = group->created_ms,
        .retention_days = group->retention_days,
        .archived_to_ms = STATE_NOTHING,
        .waiting_ms = SURVEY_UNKNOWN,
        .expires_ms = SURVEY_UNKNOWN,
        .next_due_ms = SURVEY_UNKNOWN,
        .from_ms = SURVEY_UNKNOWN,
        .to_ms = SURVEY_UNKNOWN,
        .task_duration_ms = SURVEY_UNKNOWN,
    };
    bool complete = true;
    if (filter(run, group, &seen, &complete)) {
        group_work *work = work_create(run, group);
        const smithy_status status = work ? look(run, all, &seen, work, period_ms, &complete) : SMITHY_ERROR_MEMORY;
        if (status != SMITHY_OK && run_must_stop(run)) complete = false;
        if (status != SMITHY_OK && complete) note_failure(run, &seen, status);
        work_destroy(run, work);
    }
    if (!complete || run->failed) return false;
    if (!GROW(run->memory, all->groups, all->count, all->capacity))
        return run_fail(run, SMITHY_ERROR_MEMORY, "listing the log groups"), false;
    all->groups[all->count++] = seen;
    all->of_verdict[seen.verdict]++;
    all->at_risk[seen.risk]++;
    return true;
}

/* ---- all of them ---- */

static int compare_groups(const void *a, const void *b) {
    const survey_group *left = a, *right = b;
    if (left->risk != right->risk) return left->risk > right->risk ? -1 : 1;
    if (left->risk != SURVEY_SAFE && left->expires_ms != right->expires_ms)
        return left->expires_ms < right->expires_ms ? -1 : 1;
    return smithy_str_compare(left->name, right->name);
}

static void look_at_all(run_context *run, const catalog *groups, int64_t period_ms, survey *all) {
    for (size_t i = 0; i < groups->count; i++) {
        run_show(run, "looking");
        if (run_must_stop(run) || !add_group(run, all, &groups->groups[i], period_ms)) {
            all->unseen = groups->count - i;
            break;
        }
        run->progress.groups_done++;
    }
    if (all->count > 1) qsort(all->groups, all->count, sizeof *all->groups, compare_groups);
}

bool survey_take(run_context *run, int64_t period_ms, survey *all) {
    catalog groups;
    *all = (survey){0};
    if (!lease_load(run) || !settle_carried(run)) return false;
    smithy_status status = survey_list_tasks(run, all);
    if (status != SMITHY_OK) return run_fail(run, status, "listing the export tasks"), false;
    status = catalog_list_groups(run, &groups);
    if (status != SMITHY_OK) return run_fail(run, status, "listing the log groups"), false;
    all->now_ms = run_now_ms(run);
    all->horizon_ms = run->horizon_ms = all->now_ms - run->settings->settle_delay_ms;
    run->progress.groups_matched = (int64_t)groups.count;
    look_at_all(run, &groups, period_ms > 0 ? period_ms : DEFAULT_PERIOD, all);
    return !run->failed;
}

size_t survey_units(const survey_group *group) {
    return group->units_of_group + group->units_of_stream + group->units_owed + group->units_of_cuts;
}

int64_t survey_duration_ms(const survey *all, const survey_group *group) {
    const int64_t one = group->task_duration_ms != SURVEY_UNKNOWN ? group->task_duration_ms : all->durations.median_ms;
    return one == SURVEY_UNKNOWN ? SURVEY_UNKNOWN : one * (int64_t)survey_units(group);
}

/* How many ends of days, months or years lie in a span, at least. */
static size_t count_cuts(const exporter_settings *settings, int64_t span_ms) {
    switch (destination_period(settings->destination_prefix)) {
    case EXPORTER_PERIOD_DAY: return (size_t)(span_ms / EXPORTER_MS_PER_DAY);
    case EXPORTER_PERIOD_MONTH: return (size_t)(span_ms / (31 * EXPORTER_MS_PER_DAY));
    case EXPORTER_PERIOD_YEAR: return (size_t)(span_ms / (366 * EXPORTER_MS_PER_DAY));
    case EXPORTER_PERIOD_NONE: break;
    }
    return 0;
}

size_t survey_tasks_a_period(const survey_group *group, const exporter_settings *settings, int64_t period_ms) {
    if (group->verdict == SURVEY_EXCLUDED || group->verdict == SURVEY_LEFT_OUT || group->verdict == SURVEY_FAILED)
        return 0;
    const size_t pieces = 1 + count_cuts(settings, period_ms);
    if (settings->export_unit == EXPORTER_UNIT_STREAM) return group->streams_active * pieces;
    return group->streams_active > 0 ? pieces : 0;
}
