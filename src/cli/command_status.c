/* The command `status`: how far each group is archived, what waits, and whether retention is about to take it. */
#include "answer_text.h"
#include "duration.h"
#include "survey_view.h"
#include "table.h"

typedef struct status_request {
    smithy_str limit_text;
    size_t limit;
} status_request;

static int64_t lag_of(const survey *all, const survey_group *group) {
    if (group->waiting_ms == SURVEY_UNKNOWN) return SURVEY_UNKNOWN;
    return all->now_ms > group->waiting_ms ? all->now_ms - group->waiting_ms : 0;
}

/* ---- for people ---- */

static void add_expiry(cli_table *table, const survey *all, const survey_group *group) {
    if (group->risk == SURVEY_EXPIRED)
        cli_table_text(table, SMITHY_STR("overdue"));
    else if (group->expires_ms == SURVEY_UNKNOWN)
        cli_table_text(table, SMITHY_STR("-"));
    else
        cli_table_duration(table, group->expires_ms - all->now_ms);
}

static void add_verdict(cli_table *table, const survey_group *group) {
    static const char *const RISKS[] = {"", ", expires soon", ", may have expired"};
    char text[64];
    (void)snprintf(text, sizeof text, "%s%s", cli_verdict_text(group->verdict), RISKS[group->risk]);
    cli_table_text(table, smithy_str_from(text));
}

static void append_table(const cli_command *command, const survey *all, size_t limit, smithy_buffer *out) {
    static const cli_column COLUMNS[] = {{.title = "GROUP"},
                                         {.title = "ARCHIVED UNTIL"},
                                         {.title = "LAG", .right = true},
                                         {.title = "EXPIRES IN", .right = true},
                                         {.title = "STREAMS", .right = true},
                                         {.title = "VERDICT"}};
    cli_table table;
    cli_table_init(&table, command->io->system, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
    for (size_t i = 0; i < cli_listed(all, limit); i++) {
        const survey_group *group = &all->groups[i];
        cli_table_text(&table, group->name);
        cli_table_time(&table, group->archived_to_ms);
        cli_table_duration(&table, lag_of(all, group));
        add_expiry(&table, all, group);
        cli_table_count(&table, group->streams);
        add_verdict(&table, group);
    }
    cli_table_write(&table, out);
    cli_table_deinit(&table);
}

static void append_risk(const survey *all, smithy_buffer *out) {
    if (all->at_risk[SURVEY_EXPIRED] > 0) {
        exporter_text_append_count(out, (int64_t)all->at_risk[SURVEY_EXPIRED], "group");
        smithy_buffer_append_text(out,
                                  ": retention has overtaken what is not archived yet, and events may be lost; run "
                                  "at once, or lengthen the retention.\n");
    }
    if (all->at_risk[SURVEY_SOON] > 0) {
        exporter_text_append_count(out, (int64_t)all->at_risk[SURVEY_SOON], "group");
        smithy_buffer_append_text(out, ": events expire soon that are not archived yet; run before they do.\n");
    }
}

static void write_text(cli_command *command, const survey *all, size_t limit) {
    smithy_buffer *out = &command->out;
    if (all->count > 0) {
        append_table(command, all, limit, out);
        smithy_buffer_append_char(out, '\n');
    }
    cli_append_summary(all, limit, out);
    append_risk(all, out);
    cli_append_reasons(all, limit, out);
}

/* ---- for programs ---- */

static void json_group(smithy_json_writer *json, const survey *all, const survey_group *group) {
    cli_json_text(json, "name", group->name);
    cli_json_text(json, "arn", group->arn);
    cli_json_text(json, "verdict", smithy_str_from(survey_verdict_name(group->verdict)));
    cli_json_text(json, "reason", group->reason);
    cli_json_time(json, "archivedUntil", group->archived_to_ms);
    cli_json_time(json, "oldestWaiting", group->waiting_ms);
    cli_json_ms(json, "lagMs", lag_of(all, group));
    cli_json_i64(json, "retentionDays", group->retention_days);
    cli_json_time(json, "expires", group->expires_ms);
    smithy_json_name(json, "daysLeft");
    if (group->expires_ms == SURVEY_UNKNOWN)
        smithy_json_value_null(json);
    else
        smithy_json_value_i64(json, (group->expires_ms - all->now_ms) / EXPORTER_MS_PER_DAY);
    cli_json_text(json, "risk", smithy_str_from(survey_risk_name(group->risk)));
    cli_json_time(json, "nextDue", group->next_due_ms);
    cli_json_count(json, "streams", group->streams);
    cli_json_count(json, "streamsApart", group->streams_apart);
}

static void write_json(cli_command *command, const survey *all, size_t limit) {
    smithy_json_writer json;
    smithy_json_writer_init(&json, &command->out);
    smithy_json_open_object(&json);
    cli_json_survey(&json, command, all);
    cli_json_groups(&json, all, limit, NULL, json_group);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(&command->out, '\n');
}

/* ---- the command ---- */

static bool act(cli_command *command, void *context) {
    status_request *request = context;
    survey all;
    if (!cli_command_read_limit(command, request->limit_text, CLI_GROUPS_LIMIT, &request->limit) ||
        !survey_take(&command->run, 0, &all))
        return false;
    if (command->as_json)
        write_json(command, &all, request->limit);
    else
        write_text(command, &all, request->limit);
    command->exit_code = cli_survey_exit_code(&all);
    if (command->exit_code == 0 && all.at_risk[SURVEY_EXPIRED] > 0) command->exit_code = CLI_EXIT_GAP;
    return true;
}

int cli_status(const cli_io *io, size_t count, const char *const *args) {
    status_request request = {0};
    const cli_flag flags[] = {{.name = "--limit", .text = &request.limit_text}, {.name = NULL}};
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = "status",
                                               .need = EXPORTER_NEEDS_ALL,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &request});
}
