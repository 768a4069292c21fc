#include "doctor.h"

#include "destination.h"
#include "duration.h"
#include "filter.h"
#include "lease.h"
#include "preflight.h"
#include "task.h"
#include "work.h"

#include <smithy/text.h>
#include <stdarg.h>
#include <stdio.h>

#define SKEW_WORTH_TELLING (5 * EXPORTER_MS_PER_MINUTE)

const char *doctor_verdict_name(doctor_verdict verdict) {
    static const char *const NAMES[] = {"ok", "unknown", "warn", "FAIL"};
    return NAMES[verdict];
}

doctor_verdict doctor_worst(const doctor *d) {
    doctor_verdict worst = DOCTOR_OK;
    for (size_t i = 0; i < d->count; i++)
        if (d->findings[i].verdict > worst) worst = d->findings[i].verdict;
    return worst;
}

/* ---- findings ---- */

void doctor_note(doctor *d, const char *check, doctor_verdict verdict, const char *format, ...) {
    va_list args;
    if (d->count == DOCTOR_FINDINGS) return;
    doctor_finding *finding = &d->findings[d->count++];
    *finding = (doctor_finding){.check = check, .verdict = verdict};
    va_start(args, format);
    (void)vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
}

void doctor_note_error(doctor *d, const char *check, doctor_verdict verdict) {
    char text[RUN_ERROR_TEXT];
    const smithy_error *error = smithy_call_error(d->run->call);
    if (verdict == DOCTOR_FAIL && (error->http_status == 403 || strstr(error->code, "AccessDenied")))
        d->prints[POLICY_ROLE] = true;
    doctor_note(d, check, verdict, "%s", run_error_text(d->run, text, sizeof text));
}

void doctor_note_answer(doctor *d, const char *check) {
    exporter_answer *answer = d->run->answer;
    const smithy_error *error = smithy_call_error(d->run->call);
    if (error->http_status == 403 || strstr(error->code, "AccessDenied")) d->prints[POLICY_ROLE] = true;
    doctor_note(d, check, DOCTOR_FAIL, "%s", answer->message);
    answer->message[0] = 0;
    answer->outcome = EXPORTER_OUTCOME_DONE;
    d->run->failed = false;
}

/* ---- who and where ---- */

smithy_str doctor_account(const doctor *d) {
    if (d->identity.account.ptr) return d->identity.account;
    if (d->identity.credentials.account_id.ptr) return d->identity.credentials.account_id;
    return d->example ? destination_arn_part(d->example->arn, 4) : (smithy_str){0};
}

bool doctor_place(const doctor *d, policy_place *place) {
    *place = (policy_place){.settings = d->run->settings,
                            .region = smithy_client_region(logs_client_base(d->run->logs)),
                            .account = doctor_account(d),
                            .key_arn = d->key_arn};
    return place->account.ptr != NULL;
}

static bool examine_identity(doctor *d) {
    const whoami_report *who = &d->identity;
    const int64_t skew_ms = who->clock_skew_ms < 0 ? -who->clock_skew_ms : who->clock_skew_ms;
    char duration[EXPORTER_DURATION_TEXT_SIZE];
    const bool usable = who->credentials.source && who->outcome != EXPORTER_OUTCOME_CONFIGURATION;
    if (!who->problem[0])
        doctor_note(d, "credentials", DOCTOR_OK, "%.*s, by %s", SMITHY_STR_ARG(who->arn), who->credentials.source);
    else
        doctor_note(d, "credentials", usable ? DOCTOR_WARN : DOCTOR_FAIL, "%s", who->problem);
    doctor_note(d, "region", DOCTOR_OK, "%.*s (%.*s)", SMITHY_STR_ARG(who->region), SMITHY_STR_ARG(who->region_source));
    if (skew_ms >= SKEW_WORTH_TELLING) {
        (void)exporter_duration_write(skew_ms - skew_ms % EXPORTER_MS_PER_SECOND, duration);
        doctor_note(d, "clock", DOCTOR_WARN, "this machine's clock is %s %s AWS's: set it", duration,
                    who->clock_skew_ms > 0 ? "behind" : "ahead of");
    }
    return usable;
}

/* ---- the state ---- */

static void examine_state(doctor *d) {
    run_context *run = d->run;
    char until[SMITHY_TIME_TEXT_SIZE];
    if (!lease_load(run)) {
        doctor_note_answer(d, "state");
        return;
    }
    const state_lease *lease = &run->state.lease;
    doctor_note(d, "state", DOCTOR_OK, "%.*s: %zu groups%s", SMITHY_STR_ARG(run->store->name), run->state.group_count,
                run->state_exists ? "" : ", as it is not there yet: the next run is the first");
    (void)smithy_time_write_date_time(lease->until_ms / 1000 * 1000, until);
    if (lease->owner.ptr && lease->until_ms > run_now_ms(run))
        doctor_note(d, "lease", DOCTOR_WARN, "a run holds it until %s: others end as busy", until);
    else
        doctor_note(d, "lease", DOCTOR_OK, "free");
}

/* ---- the log groups ---- */

static bool is_left_out(run_context *run, const catalog_group *group) {
    smithy_str why = {0};
    if (work_why_left_out(group)) return true;
    /* Tags are asked for once, as an example: for all of them they may be many. */
    return run->settings->group_tags.count == 0 && filter_why_excluded(run, group, &why) == SMITHY_OK &&
           why.ptr != NULL;
}

static void examine_classes(doctor *d) {
    size_t others = 0;
    const catalog_group *first = NULL;
    for (size_t i = 0; i < d->groups.count; i++) {
        const catalog_group *group = &d->groups.groups[i];
        if (!work_why_left_out(group)) continue;
        if (others++ == 0) first = group;
    }
    if (others == 0)
        doctor_note(d, "log class", DOCTOR_OK, "all groups can be exported");
    else
        doctor_note(d, "log class", DOCTOR_WARN,
                    "%zu of %zu groups are not of the Standard class and cannot be exported, first %.*s (%.*s): make "
                    "them anew as Standard, use a subscription, or leave them out with ExcludeLogGroups",
                    others, d->groups.count, SMITHY_STR_ARG(first->name), SMITHY_STR_ARG(first->log_class));
}

/* An event can be exported when it is SettleDelay old, and is at the latest one period after that. */
static void examine_retention(doctor *d) {
    char settle[EXPORTER_DURATION_TEXT_SIZE], every[EXPORTER_DURATION_TEXT_SIZE];
    const int64_t settle_ms = d->run->settings->settle_delay_ms, needed_ms = settle_ms + d->every_ms;
    size_t lost = 0, close = 0;
    const catalog_group *first = NULL;
    for (size_t i = 0; i < d->groups.count; i++) {
        const catalog_group *group = &d->groups.groups[i];
        const int64_t kept_ms = group->retention_days * EXPORTER_MS_PER_DAY;
        if (kept_ms == 0 || kept_ms > needed_ms + d->every_ms || is_left_out(d->run, group)) continue;
        const bool is_lost = kept_ms <= needed_ms;
        if (!first || (is_lost && lost == 0)) first = group;
        lost += is_lost;
        close += !is_lost;
    }
    (void)exporter_duration_write(settle_ms, settle);
    (void)exporter_duration_write(d->every_ms, every);
    if (!first)
        doctor_note(d, "retention", DOCTOR_OK, "long enough for a run every %s behind SettleDelay %s", every, settle);
    else
        doctor_note(d, "retention", lost > 0 ? DOCTOR_FAIL : DOCTOR_WARN,
                    "%zu groups keep events too short a time for SettleDelay %s and a run every %s, first %.*s (%d "
                    "days): %s. Lengthen it, or run more often",
                    lost > 0 ? lost : close, settle, every, SMITHY_STR_ARG(first->name), (int)first->retention_days,
                    lost > 0 ? "events are deleted before they are archived"
                             : "one run that fails, and events are deleted before they are archived");
}

static void examine_groups(doctor *d) {
    run_context *run = d->run;
    if (catalog_list_groups(run, &d->groups) != SMITHY_OK) {
        doctor_note_error(d, "log groups", DOCTOR_FAIL);
        return;
    }
    if (d->groups.count == 0) {
        doctor_note(d, "log groups", DOCTOR_WARN,
                    "none matches SourceLogGroupPrefixes: change the prefixes (case matters), the Region or the "
                    "account");
        return;
    }
    doctor_note(d, "log groups", DOCTOR_OK, "%zu match", d->groups.count);
    if (!preflight_account(run, &d->groups)) doctor_note_answer(d, "state");
    examine_classes(d);
    examine_retention(d);
    for (size_t i = 0; i < d->groups.count && !d->example; i++)
        if (!is_left_out(run, &d->groups.groups[i])) d->example = &d->groups.groups[i];
}

/* ---- the role, as far as reading tells ---- */

static void note_action(doctor *d, const char *action, smithy_status status) {
    if (status == SMITHY_OK)
        doctor_note(d, action, DOCTOR_OK, "allowed");
    else
        doctor_note_error(d, action, DOCTOR_FAIL);
}

static void examine_streams(doctor *d) {
    logs_describe_log_streams_output output;
    run_context *run = d->run;
    note_action(d, "logs:DescribeLogStreams",
                logs_describe_log_streams(
                    run->logs,
                    &(logs_describe_log_streams_input){.log_group_name = d->example->name, .limit = SMITHY_SET(1)},
                    &output, run_fresh_call(run)));
}

static void examine_events(doctor *d) {
    logs_filter_log_events_output output;
    run_context *run = d->run;
    const logs_filter_log_events_input input = {.log_group_name = d->example->name,
                                                .start_time = SMITHY_SET(0),
                                                .end_time = SMITHY_SET(1),
                                                .limit = SMITHY_SET(1)};
    note_action(d, "logs:FilterLogEvents", logs_filter_log_events(run->logs, &input, &output, run_fresh_call(run)));
}

static void examine_tags(doctor *d) {
    logs_list_tags_for_resource_output output;
    run_context *run = d->run;
    const logs_list_tags_for_resource_input input = {.resource_arn = d->example->arn};
    note_action(d, "logs:ListTagsForResource",
                logs_list_tags_for_resource(run->logs, &input, &output, run_fresh_call(run)));
}

static void examine_slot(doctor *d) {
    task_list tasks = {0};
    if (task_list_active(d->run, &tasks, d->run->memory) != SMITHY_OK)
        doctor_note_error(d, "export slot", DOCTOR_FAIL);
    else if (tasks.count == 0)
        doctor_note(d, "export slot", DOCTOR_OK, "free");
    else
        doctor_note(d, "export slot", DOCTOR_WARN,
                    "task %.*s \"%.*s\" on %.*s holds the account's only one: runs wait for its end",
                    SMITHY_STR_ARG(tasks.items[0].id), SMITHY_STR_ARG(tasks.items[0].name),
                    SMITHY_STR_ARG(tasks.items[0].group));
}

static void examine_role(doctor *d) {
    const exporter_settings *settings = d->run->settings;
    examine_slot(d);
    if (d->example) examine_streams(d);
    if (d->example && settings->late_events == EXPORTER_LATE_SWEEP) examine_events(d);
    if (d->example && settings->group_tags.count > 0) examine_tags(d);
    doctor_note(d, "writing", DOCTOR_UNKNOWN,
                "whether logs:CreateExportTask, s3:PutObject and s3:DeleteObject are allowed is told by doing them "
                "alone; `policy role` prints all that is needed");
}

/* ---- all of it ---- */

void doctor_examine(doctor *d, cli_command *command, int64_t every_ms) {
    static void (*const EXAMINATIONS[])(doctor *) = {examine_state, examine_groups, doctor_examine_bucket,
                                                     doctor_examine_bucket_policy, examine_role};
    *d = (doctor){.command = command, .run = &command->run, .every_ms = every_ms};
    whoami_report_init(&d->identity, &command->settings, command->io, &command->log.base, command->call);
    if (!examine_identity(d)) {
        doctor_note(d, "the rest", DOCTOR_UNKNOWN, "not looked at without credentials");
        return;
    }
    for (size_t i = 0; i < sizeof EXAMINATIONS / sizeof *EXAMINATIONS && !run_must_stop(d->run); i++)
        EXAMINATIONS[i](d);
}

void doctor_end(doctor *d) {
    whoami_report_deinit(&d->identity);
}
