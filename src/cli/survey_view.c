#include "survey_view.h"

#include "answer_text.h"
#include "duration.h"
#include "log_text.h"

#define TEXT_MAX_BYTES 1024

const char *cli_verdict_text(survey_verdict verdict) {
    static const char *const TEXTS[] = {"due",      "up to date", "settling", "empty", "streams differ",
                                        "excluded", "left out",   "failed"};
    return TEXTS[verdict];
}

size_t cli_listed(const survey *all, size_t limit) {
    return all->count < limit ? all->count : limit;
}

/* ---- for people ---- */

static void append_slot(const survey_slot *slot, smithy_buffer *out) {
    if (!slot->busy) return;
    smithy_buffer_append_f(out, "The export slot is taken by %s task ",
                           slot->ours ? "this state's" : "somebody else's");
    exporter_text_append_line(out, slot->task_id, TEXT_MAX_BYTES);
    smithy_buffer_append_text(out, " on ");
    exporter_text_append_line(out, slot->group, TEXT_MAX_BYTES);
    if (slot->since_ms > 0) {
        smithy_buffer_append_text(out, ", since ");
        exporter_text_append_time(out, slot->since_ms);
    }
    smithy_buffer_append_text(out, ".\n");
}

static void append_verdicts(const survey *all, smithy_buffer *out) {
    const char *separator = ": ";
    for (int verdict = 0; verdict < SURVEY_VERDICTS; verdict++) {
        if (all->of_verdict[verdict] == 0) continue;
        smithy_buffer_append_text(out, separator);
        exporter_text_append_number(out, (int64_t)all->of_verdict[verdict]);
        smithy_buffer_append_f(out, " %s", cli_verdict_text((survey_verdict)verdict));
        separator = ", ";
    }
    smithy_buffer_append_text(out, ".\n");
}

void cli_append_summary(const survey *all, size_t limit, smithy_buffer *out) {
    if (all->count == 0 && all->unseen == 0) {
        smithy_buffer_append_text(out, "No log group matches: check SourceLogGroupPrefixes (case matters), the Region, "
                                       "and the account of the credentials.\n");
        return;
    }
    exporter_text_append_count(out, (int64_t)all->count, "group");
    append_verdicts(all, out);
    if (all->count > limit) {
        exporter_text_append_count(out, (int64_t)(all->count - limit), "group");
        smithy_buffer_append_text(out, " not listed: see --limit.\n");
    }
    if (all->unseen > 0) {
        exporter_text_append_count(out, (int64_t)all->unseen, "group");
        smithy_buffer_append_text(out, " not looked at: the time was up.\n");
    }
    append_slot(&all->slot, out);
}

static bool has_reason(const survey_group *group) {
    return smithy_str_is_set(group->reason);
}

void cli_append_reasons(const survey *all, size_t limit, smithy_buffer *out) {
    size_t listed = 0, more = 0;
    for (size_t i = 0; i < all->count; i++) {
        const survey_group *group = &all->groups[i];
        if (!has_reason(group)) continue;
        if (listed == limit) {
            more++;
            continue;
        }
        smithy_buffer_append_text(out, listed++ == 0 ? "Excluded, left out, or failed:\n  " : "  ");
        exporter_text_append_line(out, group->name, TEXT_MAX_BYTES);
        smithy_buffer_append_text(out, ": ");
        exporter_text_append_line(out, group->reason, TEXT_MAX_BYTES);
        smithy_buffer_append_char(out, '\n');
    }
    if (more > 0) smithy_buffer_append_f(out, "  and %zu more: see --limit\n", more);
}

/* ---- for programs ---- */

static void json_slot(smithy_json_writer *json, const survey_slot *slot) {
    smithy_json_name(json, "slot");
    smithy_json_open_object(json);
    cli_json_bool(json, "busy", slot->busy);
    cli_json_bool(json, "ours", slot->ours);
    cli_json_text(json, "taskId", slot->task_id);
    cli_json_text(json, "taskName", slot->task_name);
    cli_json_text(json, "group", slot->group);
    cli_json_time(json, "since", slot->busy ? slot->since_ms : SURVEY_UNKNOWN);
    smithy_json_close_object(json);
}

void cli_json_survey(smithy_json_writer *json, const cli_command *command, const survey *all) {
    cli_json_text(json, "outcome", SMITHY_STR("done"));
    cli_json_text(json, "message", SMITHY_STR(""));
    cli_json_text(json, "state", command->settings.store_dsn);
    cli_json_time(json, "now", all->now_ms);
    cli_json_time(json, "windowTo", all->horizon_ms);
    cli_json_i64(json, "settleDelayMs", command->settings.settle_delay_ms);
    smithy_json_name(json, "verdicts");
    smithy_json_open_object(json);
    for (int verdict = 0; verdict < SURVEY_VERDICTS; verdict++)
        cli_json_count(json, survey_verdict_name((survey_verdict)verdict), all->of_verdict[verdict]);
    smithy_json_close_object(json);
    json_slot(json, &all->slot);
}

void cli_json_groups(smithy_json_writer *json, const survey *all, size_t limit,
                     bool (*wanted)(const survey_group *group),
                     void (*write)(smithy_json_writer *json, const survey *all, const survey_group *group)) {
    size_t listed = 0, left = 0;
    smithy_json_name(json, "groups");
    smithy_json_open_array(json);
    for (size_t i = 0; i < all->count; i++) {
        if (wanted && !wanted(&all->groups[i])) continue;
        if (listed == limit) {
            left++;
            continue;
        }
        listed++;
        smithy_json_open_object(json);
        write(json, all, &all->groups[i]);
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
    cli_json_count(json, "groupsTotal", all->count + all->unseen);
    cli_json_count(json, "groupsLeftUnlisted", left);
    cli_json_count(json, "groupsUnseen", all->unseen);
}

int cli_survey_exit_code(const survey *all) {
    if (all->of_verdict[SURVEY_FAILED] > 0) return CLI_EXIT_FAILED;
    return all->unseen > 0 ? CLI_EXIT_WORK_REMAINS : 0;
}
