#include "exporter.h"

#include "catalog_list.h"
#include "duration.h"
#include "filter.h"
#include "lag.h"
#include "late.h"
#include "lease.h"
#include "order.h"
#include "preflight.h"
#include "session.h"
#include "settle.h"
#include "slot.h"

#include <smithy/text.h>
#include <stdio.h>
#include <stdlib.h>

/* Groups that are listed and planned ahead of the one whose task runs. */
#define LISTED_AHEAD 2
/* Plans in a row that close no window: what stands in their way will not go by itself. */
#define FRUITLESS_PLANS_MAX 8

/* The groups on their way: those still to be listed, and those that wait for the slot. */
typedef struct pipeline {
    catalog groups;
    size_t next_group;
    group_work *first, *last; /* Planned, in order; the first one has the slot. */
    size_t waiting;
    export_slot slot;
} pipeline;

/* ---- before anything is written ---- */

static int64_t expires_first(const run_context *run, const catalog_group *group) {
    if (group->retention_days == 0) return INT64_MAX;
    state_group *known = state_find_group((exporter_state *)&run->state, group->arn, group->created_ms);
    const int64_t since = known && known->exported_at > group->created_ms ? known->exported_at : group->created_ms;
    return since + group->retention_days * 86400000LL;
}

typedef struct urgency {
    int64_t expires_ms;
    catalog_group group;
} urgency;

static int compare_urgency(const void *a, const void *b) {
    const urgency *left = a, *right = b;
    const int order = order_of(left->expires_ms, right->expires_ms);
    return order ? order : smithy_str_compare(left->group.name, right->group.name);
}

/* The group whose unexported events expire first goes first. */
static bool sort_by_retention(run_context *run, catalog *groups) {
    urgency *order = smithy_call_alloc(run->memory, groups->count, sizeof *order);
    if (!order) return run_fail(run, SMITHY_ERROR_MEMORY, "sorting the log groups"), false;
    for (size_t i = 0; i < groups->count; i++)
        order[i] = (urgency){expires_first(run, &groups->groups[i]), groups->groups[i]};
    if (groups->count > 1) qsort(order, groups->count, sizeof *order, compare_urgency);
    for (size_t i = 0; i < groups->count; i++) groups->groups[i] = order[i].group;
    return true;
}

static bool prepare(run_context *run, pipeline *line) {
    run_show(run, "starting");
    if (!preflight_destination(run)) return false;
    run->horizon_ms = run_now_ms(run) - run->settings->settle_delay_ms;
    run->answer->window_to_ms = run->horizon_ms;
    if (!lease_load(run) || !settle_carried(run)) return false;
    run_show(run, "listing");
    const smithy_status status = catalog_list_groups(run, &line->groups);
    if (status != SMITHY_OK) return run_fail(run, status, "listing the log groups"), false;
    run->answer->groups_matched = run->progress.groups_matched = (int64_t)line->groups.count;
    if (!preflight_account(run, &line->groups)) return false;
    return sort_by_retention(run, &line->groups) && lease_take(run);
}

/* ---- planning ---- */

static void leave_out(run_context *run, const catalog_group *group, const char *reason) {
    run->answer->groups_left_out++;
    run->progress.groups_done++;
    exporter_answer_problem(run->answer, group->name, "%s", reason);
    exporter_log_line(run->log, EXPORTER_LOG_WARN, "left out", EXPORTER_FIELD_STR("group", group->name),
                      EXPORTER_FIELD_TEXT("reason", reason));
}

static void exclude(run_context *run, const catalog_group *group, smithy_str why) {
    run->answer->groups_excluded++;
    run->progress.groups_done++;
    exporter_log_line(run->log, EXPORTER_LOG_DEBUG, "excluded", EXPORTER_FIELD_STR("group", group->name),
                      EXPORTER_FIELD_STR("reason", why));
}

/* Whether the group is wanted cannot be told: it is not exported, and others are. */
static void filter_failed(run_context *run, const catalog_group *group, smithy_status status) {
    char reason[FILTER_FAILURE_TEXT];
    run->progress.groups_done++;
    if (run_is_fatal(status)) {
        run_fail(run, status, "reading the tags of a group");
        return;
    }
    if (run_needs_change(run)) run->needs_change++;
    filter_explain_failure(run, group, reason, sizeof reason);
    run->answer->groups_failed++;
    run->answer->units_failed++;
    exporter_answer_problem(run->answer, group->name, "%s", reason);
    exporter_log_line(run->log, EXPORTER_LOG_ERROR, "not exported", EXPORTER_FIELD_STR("group", group->name),
                      EXPORTER_FIELD_TEXT("reason", reason));
}

/* Whether the settings want the group; it is dealt with where they do not. */
static bool is_wanted(run_context *run, pipeline *line, const catalog_group *group) {
    smithy_str why;
    const smithy_status status = filter_why_excluded(run, group, &why);
    if (status == SMITHY_OK && !why.ptr) return true;
    if (status != SMITHY_OK && run_must_stop(run)) return false; /* The group waits. */
    line->groups.groups[line->next_group++].is_excluded = true;
    if (status == SMITHY_OK)
        exclude(run, group, why);
    else
        filter_failed(run, group, status);
    return false;
}

static void note_due(run_context *run, const group_plan *plan) {
    if (plan->youngest_first_ms < 0) return;
    const int64_t due = plan->youngest_first_ms + run->settings->settle_delay_ms;
    if (run->answer->next_due_ms == 0 || due < run->answer->next_due_ms) run->answer->next_due_ms = due;
}

/* Counts a group that needs no task. */
static void pass_over(run_context *run, group_work *work) {
    switch (work->plan.verdict) {
    case PLAN_DUE: break;
    case PLAN_IDLE: run->answer->groups_idle++; break;
    case PLAN_YOUNG: run->answer->groups_young++; break;
    case PLAN_EMPTY: run->answer->groups_empty++; break;
    case PLAN_DIFFERENT:
        run->answer->groups_failed++;
        work_problem(
            run, work,
            "its streams stand at different watermarks, and ExportUnit=group wants one for all: use ExportUnit=auto, "
            "which brings them together");
        break;
    }
    lag_note_group(run, work);
    run->progress.groups_done++;
    exporter_log_line(run->log, EXPORTER_LOG_DEBUG, "nothing to export",
                      EXPORTER_FIELD_STR("group", work->catalog.name),
                      EXPORTER_FIELD_I64("streams", (int64_t)work->catalog.stream_count));
}

static smithy_status plan_once(run_context *run, group_work *work) {
    return plan_group(&run->state, work->group, &work->catalog, run->settings->export_unit, run->horizon_ms,
                      &work->plan, work->memory);
}

/* What earlier tasks have left of the planned streams can make it another plan. */
static smithy_status plan_and_look_back(run_context *run, group_work *work) {
    size_t joined;
    SMITHY_TRY(plan_once(run, work));
    SMITHY_TRY(settle_what_comes_again(run, work));
    SMITHY_TRY(settle_late_folders(run, work, &joined));
    return joined > 0 ? plan_once(run, work) : SMITHY_OK;
}

static smithy_status make_plan(run_context *run, group_work *work) {
    run->state.now_ms = run_now_ms(run);
    SMITHY_TRY(plan_and_look_back(run, work));
    if (work->plan.converges && work->plan.unit_count == 0) {
        /* All streams are where they were to meet: the group is one again, and may go on as one. */
        SMITHY_TRY(plan_converge(&run->state, work->group, &work->catalog, work->plan.converge_to_ms));
        SMITHY_TRY(plan_and_look_back(run, work));
    }
    /* To a plan that brings streams together all is young that lies behind where they meet. */
    if (!work->plan.converges) note_due(run, &work->plan);
    return SMITHY_OK;
}

static void enqueue(pipeline *line, group_work *work) {
    if (line->last)
        line->last->next = work;
    else
        line->first = work;
    line->last = work;
    line->waiting++;
}

static void listing_failed(run_context *run, group_work *work, smithy_status status) {
    char text[RUN_ERROR_TEXT], reason[RUN_ERROR_TEXT + 64];
    run->progress.groups_done++;
    if (smithy_error_has_code(smithy_call_error(run->call), "ResourceNotFoundException")) {
        run->answer->groups_idle++; /* Deleted since the groups were listed. */
        return;
    }
    if (run_is_fatal(status)) {
        run_fail(run, status, "listing the streams of a group");
        return;
    }
    if (run_needs_change(run)) run->needs_change++;
    snprintf(reason, sizeof reason, "listing its streams: %s", run_error_text(run, text, sizeof text));
    run->answer->groups_failed++;
    work_problem(run, work, reason);
}

/* Lists the next group's streams and plans its tasks. */
static void list_next_group(run_context *run, pipeline *line) {
    const catalog_group *group = &line->groups.groups[line->next_group];
    bool complete = false;
    if (line->slot.phase == SLOT_FREE) run_show(run, "listing");
    if (!is_wanted(run, line, group)) return;
    if (group->is_unsettled) { /* Which was told, and counted. */
        line->next_group++;
        run->progress.groups_done++;
        return;
    }
    const char *reason = work_why_left_out(group);
    if (reason) {
        line->next_group++;
        leave_out(run, group, reason);
        return;
    }
    group_work *work = work_create(run, group);
    if (!work) return;
    work->group = state_add_group(&run->state, group->arn, group->created_ms);
    smithy_status status =
        work->group ? catalog_list_streams(run, &work->catalog, run->state.stream_prefix, &complete, work->memory)
                    : SMITHY_ERROR_MEMORY;
    if (status == SMITHY_OK && complete) status = make_plan(run, work);
    if (status == SMITHY_OK ? !complete : run_must_stop(run)) { /* The run must stop: the group waits. */
        work_destroy(run, work);
        return;
    }
    line->next_group++;
    run->answer->streams_seen += (int64_t)work->catalog.stream_count;
    if (status == SMITHY_OK) status = late_count_hints(run, work->group, &work->catalog);
    if (status == SMITHY_OK && work->plan.verdict == PLAN_DUE) {
        enqueue(line, work);
        return;
    }
    if (status == SMITHY_OK)
        pass_over(run, work);
    else
        listing_failed(run, work, status);
    work_destroy(run, work);
}

/* ---- exporting ---- */

/* A group whose streams have met is one again; what came since they were to meet is still to be exported. */
static bool goes_on_as_one(run_context *run, group_work *work) {
    if (work->failed || work->gone || !work->plan.converges) return false;
    smithy_status status = plan_converge(&run->state, work->group, &work->catalog, work->plan.converge_to_ms);
    if (status == SMITHY_OK) status = make_plan(run, work);
    if (status != SMITHY_OK) run_fail(run, status, "bringing a group's streams together");
    work->next_unit = 0;
    return status == SMITHY_OK && work->plan.verdict == PLAN_DUE;
}

/* What was planned cannot be done: other units can. */
static bool is_planned_anew(run_context *run, group_work *work) {
    if (!work->replans || work->gone) return false;
    work->replans = false;
    if (++work->fruitless_plans > FRUITLESS_PLANS_MAX) {
        work_problem(run, work,
                     "each of its plans is overtaken by what an earlier task of the whole group wrote, which the state "
                     "does not count: if the state was changed by hand, set the watermark with `state edit`");
        return false;
    }
    const smithy_status status = make_plan(run, work);
    if (status != SMITHY_OK) run_fail(run, status, "planning a group's tasks again");
    work->next_unit = 0;
    return true;
}

static void finish_first(run_context *run, pipeline *line) {
    group_work *work = line->first;
    if (is_planned_anew(run, work)) return;
    if (goes_on_as_one(run, work)) return;
    lag_note_group(run, work);
    if (work->exported) run->answer->groups_exported++;
    if (work->failed) run->answer->groups_failed++;
    if (!work->exported && !work->failed) run->answer->groups_idle++;
    run->progress.groups_done++;
    line->first = work->next;
    if (!line->first) line->last = NULL;
    line->waiting--;
    work_destroy(run, work);
}

/* Gives the free slot to the next unit, or the group's end to a group without one. */
static void fill_slot(run_context *run, pipeline *line) {
    group_work *work = line->first;
    if (work->next_unit < work->plan.unit_count && !work->gone)
        slot_begin(run, &line->slot, work, &work->plan.units[work->next_unit++]);
    else
        finish_first(run, line);
}

static bool may_list(const pipeline *line) {
    return line->next_group < line->groups.count && line->waiting <= LISTED_AHEAD;
}

/* One thing at a time: a due step of the slot first, then the next group's listing, then sleep until the next step. */
static void export_all(run_context *run, pipeline *line) {
    export_slot *slot = &line->slot;
    while (!run_must_stop(run)) {
        lease_keep(run);
        if (slot->phase == SLOT_FREE && line->first)
            fill_slot(run, line);
        else if (slot->phase != SLOT_FREE && run_mono_ms(run) >= slot->next_mono_ms)
            slot_step(run, slot);
        else if (may_list(line))
            list_next_group(run, line);
        else if (slot->phase != SLOT_FREE)
            run_sleep_until(run, slot->next_mono_ms);
        else
            return;
    }
}

/* ---- the end ---- */

static bool is_created(const export_slot *slot) {
    return slot->phase == SLOT_RUNNING || slot->phase == SLOT_SEARCHING ||
           (slot->phase == SLOT_CREATING && slot->intent_saved);
}

/* Whoever comes next finds the task in flight in the state. */
static void record_flight(run_context *run, pipeline *line) {
    if (!is_created(&line->slot)) return;
    run->answer->task_in_flight = true;
    if (slot_record(run, &line->slot) != SMITHY_OK) run_fail(run, SMITHY_ERROR_MEMORY, "recording the task in flight");
}

static void drop_rest(run_context *run, pipeline *line) {
    run->answer->groups_waiting += (int64_t)(line->groups.count - line->next_group + line->waiting);
    group_work *held = line->slot.phase != SLOT_FREE ? line->slot.work : NULL;
    if (held) lag_note_unit(run, held, &line->slot.unit);
    for (group_work *work = line->first; work;) {
        struct group_work *next = work->next;
        if (work == held) held = NULL;
        if (work->exported) run->answer->groups_exported++;
        lag_note_group(run, work);
        work_destroy(run, work);
        work = next;
    }
    work_destroy(run, held); /* One that was being settled belongs to no list. */
}

static void judge(run_context *run) {
    exporter_answer *answer = run->answer;
    answer->duration_ms = run_mono_ms(run) - run->started_mono_ms;
    if (run->slot_busy) answer->slot_busy_ms += run_mono_ms(run) - run->slot_busy_mono_ms;
    if (answer->outcome != EXPORTER_OUTCOME_DONE || run->failed || run->lost_lease) return;
    const bool remains = answer->task_in_flight || answer->groups_waiting > 0 || answer->late_groups_left > 0;
    /* Not one group could be exported, and no later run could: there is something to be changed first. */
    if (answer->tasks_completed == 0 && answer->groups_failed > 0 && run->needs_change == answer->groups_failed)
        answer->outcome = EXPORTER_OUTCOME_CONFIGURATION;
    else if (answer->groups_failed > 0 || answer->problems_total > (size_t)answer->groups_left_out)
        answer->outcome = EXPORTER_OUTCOME_INCOMPLETE;
    else if (remains && run->slot_busy && answer->tasks_completed == 0)
        answer->outcome = EXPORTER_OUTCOME_BUSY;
    else if (remains)
        answer->outcome = EXPORTER_OUTCOME_WORK_REMAINS;
}

/* A run with nothing to show for itself says why. */
static void explain_done(run_context *run) {
    exporter_answer *answer = run->answer;
    char due[SMITHY_TIME_TEXT_SIZE], delay[EXPORTER_DURATION_TEXT_SIZE];
    if (answer->outcome != EXPORTER_OUTCOME_DONE || answer->tasks_completed > 0) return;
    if (answer->groups_matched == 0)
        snprintf(
            answer->message, sizeof answer->message,
            "no log group in %.*s starts with any of SourceLogGroupPrefixes, first \"%.*s\": change the prefixes (case "
            "matters), the Region, or the account of the credentials",
            SMITHY_STR_ARG(smithy_client_region(logs_client_base(run->logs))),
            SMITHY_STR_ARG(run->settings->group_prefixes.items[0]));
    else if (answer->groups_young > 0) {
        (void)smithy_time_write_date_time(answer->next_due_ms / 1000 * 1000, due);
        (void)exporter_duration_write(run->settings->settle_delay_ms, delay);
        snprintf(
            answer->message, sizeof answer->message,
            "all that came is younger than SettleDelay (%s); the first of it falls due at %s. CloudWatch may "
            "take 12 "
            "hours to make events exportable: choose a shorter SettleDelay only where leaving some out is acceptable",
            delay, due);
    }
}

static void explain_incomplete(exporter_answer *answer) {
    const bool is_late = answer->groups_failed == 0 && answer->late_groups_failed > 0;
    snprintf(answer->message, sizeof answer->message, "%lld of %lld groups could not be %s: %.200s%s%s",
             (long long)(is_late ? answer->late_groups_failed : answer->groups_failed),
             (long long)answer->groups_matched, is_late ? "searched for late events" : "exported",
             answer->problems[0].group, answer->problem_count > 0 ? ": " : "", answer->problems[0].reason);
}

static void explain(run_context *run) {
    exporter_answer *answer = run->answer;
    if (answer->message[0]) return;
    switch (answer->outcome) {
    case EXPORTER_OUTCOME_BUSY:
        snprintf(answer->message, sizeof answer->message,
                 "another export task holds the account's only slot; nothing was exported, the next run goes on");
        break;
    case EXPORTER_OUTCOME_WORK_REMAINS:
        snprintf(answer->message, sizeof answer->message, "the time was up: %lld groups wait%s; the next run goes on",
                 (long long)(answer->groups_waiting > 0 ? answer->groups_waiting : answer->late_groups_left),
                 answer->task_in_flight        ? " and a task is in flight"
                 : answer->groups_waiting == 0 ? " to be searched for late events"
                                               : "");
        break;
    case EXPORTER_OUTCOME_CONFIGURATION:
    case EXPORTER_OUTCOME_INCOMPLETE: explain_incomplete(answer); break;
    default: explain_done(run); break;
    }
}

void exporter_run(const exporter_options *options, exporter_answer *answer) {
    run_context run;
    pipeline line = {0};
    if (session_open(&run, options, SESSION_AWS, answer) && prepare(&run, &line)) {
        settle_leftovers(&run, &line.groups, &line.slot);
        if (line.slot.phase == SLOT_FREE) export_all(&run, &line);
        late_sweep(&run, &line.groups);
        record_flight(&run, &line);
        drop_rest(&run, &line);
        lag_judge(&run, line.next_group > 0 || line.groups.count == 0);
        lease_release(&run);
    }
    judge(&run);
    explain(&run);
    session_close(&run);
}
