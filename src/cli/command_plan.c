/* The command `plan`: what a run would export, in how many tasks, and how long that may take; nothing is done. */
#include "answer_text.h"
#include "destination.h"
#include "duration.h"
#include "log_text.h"
#include "survey_view.h"
#include "table.h"

typedef struct plan_request {
    smithy_str limit_text, every_text;
    size_t limit;
    int64_t every_ms; /* 0: not asked. */
} plan_request;

/* All groups together. */
typedef struct totals {
    size_t groups, tasks, cuts;
    int64_t duration_ms, slow_ms; /* SURVEY_UNKNOWN. */
    size_t period_tasks;
    int64_t period_ms; /* How long the tasks of a period take. */
} totals;

static totals add_up(const survey *all, const exporter_settings *settings, int64_t every_ms) {
    const bool known = all->durations.median_ms != SURVEY_UNKNOWN;
    totals sum = {0};
    for (size_t i = 0; i < all->count; i++) {
        const survey_group *group = &all->groups[i];
        const size_t units = survey_units(group), period_tasks = survey_tasks_a_period(group, settings, every_ms);
        const int64_t one =
            group->task_duration_ms != SURVEY_UNKNOWN ? group->task_duration_ms : all->durations.median_ms;
        sum.groups += units > 0;
        sum.tasks += units;
        sum.cuts += group->units_of_cuts;
        sum.period_tasks += period_tasks;
        if (!known) continue;
        sum.duration_ms += one * (int64_t)units;
        sum.slow_ms += (one > all->durations.slow_ms ? one : all->durations.slow_ms) * (int64_t)units;
        sum.period_ms += one * (int64_t)period_tasks;
    }
    if (!known) sum.duration_ms = sum.slow_ms = sum.period_ms = SURVEY_UNKNOWN;
    return sum;
}

/* How the tasks of a period stand to the period. */
typedef enum fit { FIT_UNKNOWN, FIT_YES, FIT_NO } fit;

static fit judge_fit(const totals *sum, int64_t every_ms) {
    if (sum->period_tasks == 0) return FIT_YES;
    if (sum->period_ms == SURVEY_UNKNOWN) return FIT_UNKNOWN;
    return sum->period_ms <= every_ms ? FIT_YES : FIT_NO;
}

static const char *fit_name(fit value) {
    static const char *const NAMES[] = {"unknown", "yes", "no"};
    return NAMES[value];
}

/* ---- for people ---- */

static void append_duration(smithy_buffer *out, int64_t ms) {
    char text[EXPORTER_DURATION_TEXT_SIZE];
    (void)exporter_duration_write(ms - ms % EXPORTER_MS_PER_SECOND, text);
    smithy_buffer_append_text(out, ms < EXPORTER_MS_PER_SECOND ? "1s" : text);
}

static void append_headline(const survey *all, const totals *sum, smithy_buffer *out) {
    if (sum->tasks == 0) {
        smithy_buffer_append_text(out, "A run would export nothing now.\n");
        return;
    }
    smithy_buffer_append_text(out, "A run would export ");
    exporter_text_append_count(out, (int64_t)sum->groups, "group");
    smithy_buffer_append_text(out, " in ");
    exporter_text_append_count(out, (int64_t)sum->tasks, "task");
    smithy_buffer_append_text(out, ", events until ");
    exporter_text_append_time(out, all->horizon_ms);
    smithy_buffer_append_text(out, ".\n");
}

/* Why there are more tasks than groups and streams ask for. */
static void append_cuts(const totals *sum, smithy_str template_text, smithy_buffer *out) {
    if (sum->cuts == 0) return;
    exporter_text_append_count(out, (int64_t)sum->cuts, "task");
    smithy_buffer_append_f(out, " of these, as DestinationPrefix parts the archive by the events' %s, in UTC.\n",
                           exporter_period_name(destination_period(template_text)));
}

static void append_time_needed(const survey *all, const totals *sum, smithy_buffer *out) {
    const survey_durations *durations = &all->durations;
    if (sum->tasks == 0) return;
    if (sum->duration_ms == SURVEY_UNKNOWN) {
        smithy_buffer_append_text(out, "How long that takes cannot be told: no finished export task is listed yet.\n");
        return;
    }
    smithy_buffer_append_text(out, "That takes about ");
    append_duration(out, sum->duration_ms);
    smithy_buffer_append_text(out, ", ");
    append_duration(out, sum->slow_ms);
    smithy_buffer_append_text(out, " if all tasks are slow, judging by ");
    exporter_text_append_count(out, (int64_t)durations->tasks, "finished task");
    smithy_buffer_append_text(out, durations->of_others ? " of others.\n" : ".\n");
}

static void append_fit(const totals *sum, int64_t every_ms, smithy_buffer *out) {
    if (every_ms == 0) return;
    smithy_buffer_append_text(out, "Every ");
    append_duration(out, every_ms);
    smithy_buffer_append_text(out, ": about ");
    exporter_text_append_count(out, (int64_t)sum->period_tasks, "task");
    smithy_buffer_append_text(out, " a time, by what was written in the last such period");
    switch (judge_fit(sum, every_ms)) {
    case FIT_UNKNOWN: smithy_buffer_append_text(out, "; whether that fits cannot be told yet.\n"); return;
    case FIT_YES:
        if (sum->period_tasks > 0) {
            smithy_buffer_append_text(out, ", ");
            append_duration(out, sum->period_ms);
        }
        smithy_buffer_append_text(out, ": it fits.\n");
        return;
    case FIT_NO:
        smithy_buffer_append_text(out, ", ");
        append_duration(out, sum->period_ms);
        smithy_buffer_append_text(out,
                                  ": it does not fit, and the archive would fall behind. Run less often, or choose "
                                  "ExportUnit=auto, which makes one task of a group.\n");
        return;
    }
}

static void add_units(cli_table *table, const survey_group *group) {
    char text[96];
    const size_t single = group->units_of_stream + group->units_owed;
    if (group->units_of_group == 0)
        (void)snprintf(text, sizeof text, "%zu single stream%s", single, single == 1 ? "" : "s");
    else if (single == 0)
        (void)snprintf(text, sizeof text, "the whole group");
    else
        (void)snprintf(text, sizeof text, "the whole group, %zu single stream%s first", single, single == 1 ? "" : "s");
    cli_table_text(table, smithy_str_from(text));
}

static void append_table(const cli_command *command, const survey *all, size_t limit, smithy_buffer *out) {
    static const cli_column COLUMNS[] = {{.title = "GROUP"},
                                         {.title = "FROM"},
                                         {.title = "TO"},
                                         {.title = "TASKS", .right = true},
                                         {.title = "ABOUT", .right = true},
                                         {.title = "EACH EXPORTS"}};
    cli_table table;
    cli_table_init(&table, command->io->system, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
    for (size_t i = 0, listed = 0; i < all->count && listed < limit; i++) {
        const survey_group *group = &all->groups[i];
        if (survey_units(group) == 0) continue;
        listed++;
        cli_table_text(&table, group->name);
        if (group->from_ms == 0)
            cli_table_text(&table, SMITHY_STR("the first event"));
        else
            cli_table_time(&table, group->from_ms);
        cli_table_time(&table, group->to_ms);
        cli_table_count(&table, survey_units(group));
        cli_table_duration(&table, survey_duration_ms(all, group));
        add_units(&table, group);
    }
    cli_table_write(&table, out);
    cli_table_deinit(&table);
}

static void write_text(cli_command *command, const survey *all, const totals *sum, const plan_request *request) {
    smithy_buffer *out = &command->out;
    append_headline(all, sum, out);
    append_cuts(sum, command->settings.destination_prefix, out);
    append_time_needed(all, sum, out);
    append_fit(sum, request->every_ms, out);
    if (sum->tasks > 0) {
        smithy_buffer_append_char(out, '\n');
        append_table(command, all, request->limit, out);
    }
    smithy_buffer_append_char(out, '\n');
    cli_append_summary(all, SIZE_MAX, out);
    if (sum->groups > request->limit)
        smithy_buffer_append_f(out, "%zu groups with tasks not listed: see --limit.\n", sum->groups - request->limit);
    cli_append_reasons(all, request->limit, out);
}

/* ---- for programs ---- */

static void json_group(smithy_json_writer *json, const survey *all, const survey_group *group) {
    cli_json_text(json, "name", group->name);
    cli_json_text(json, "arn", group->arn);
    cli_json_text(json, "verdict", smithy_str_from(survey_verdict_name(group->verdict)));
    cli_json_text(json, "reason", group->reason);
    cli_json_count(json, "tasks", survey_units(group));
    cli_json_count(json, "tasksOfGroup", group->units_of_group);
    cli_json_count(json, "tasksOfStreams", group->units_of_stream);
    cli_json_count(json, "tasksOfOwed", group->units_owed);
    cli_json_count(json, "tasksOfCuts", group->units_of_cuts);
    cli_json_time(json, "from", group->from_ms);
    cli_json_time(json, "to", group->to_ms);
    cli_json_ms(json, "durationMs", survey_units(group) > 0 ? survey_duration_ms(all, group) : 0);
    cli_json_time(json, "nextDue", group->next_due_ms);
    cli_json_count(json, "streams", group->streams);
    cli_json_count(json, "streamsActive", group->streams_active);
}

static bool is_of_interest(const survey_group *group) {
    return survey_units(group) > 0 || smithy_str_is_set(group->reason);
}

static void json_schedule(smithy_json_writer *json, const totals *sum, int64_t every_ms) {
    smithy_json_name(json, "schedule");
    if (every_ms == 0) {
        smithy_json_value_null(json);
        return;
    }
    smithy_json_open_object(json);
    cli_json_i64(json, "everyMs", every_ms);
    cli_json_count(json, "tasks", sum->period_tasks);
    cli_json_ms(json, "durationMs", sum->period_ms);
    cli_json_text(json, "fits", smithy_str_from(fit_name(judge_fit(sum, every_ms))));
    smithy_json_close_object(json);
}

static void write_json(cli_command *command, const survey *all, const totals *sum, const plan_request *request) {
    smithy_json_writer json;
    smithy_json_writer_init(&json, &command->out);
    smithy_json_open_object(&json);
    cli_json_survey(&json, command, all);
    cli_json_count(&json, "tasks", sum->tasks);
    cli_json_count(&json, "tasksOfCuts", sum->cuts);
    cli_json_ms(&json, "durationMs", sum->duration_ms);
    cli_json_ms(&json, "slowDurationMs", sum->slow_ms);
    cli_json_count(&json, "judgedByTasks", all->durations.tasks);
    cli_json_bool(&json, "judgedByTasksOfOthers", all->durations.of_others);
    json_schedule(&json, sum, request->every_ms);
    cli_json_groups(&json, all, request->limit, is_of_interest, json_group);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(&command->out, '\n');
}

/* ---- the command ---- */

static bool read_every(cli_command *command, plan_request *request) {
    if (!request->every_text.ptr) return true;
    if (exporter_duration_read(request->every_text, &request->every_ms) && request->every_ms > 0) return true;
    return cli_command_fail(
        command, EXPORTER_OUTCOME_CONFIGURATION,
        "--every \"%.40s\" cannot be used: give the period of the schedule as " EXPORTER_DURATION_FORM,
        request->every_text.ptr);
}

static bool act(cli_command *command, void *context) {
    plan_request *request = context;
    survey all;
    if (!cli_command_read_limit(command, request->limit_text, CLI_GROUPS_LIMIT, &request->limit) ||
        !read_every(command, request) || !survey_take(&command->run, request->every_ms, &all))
        return false;
    const totals sum = add_up(&all, &command->settings, request->every_ms);
    if (command->as_json)
        write_json(command, &all, &sum, request);
    else
        write_text(command, &all, &sum, request);
    command->exit_code = cli_survey_exit_code(&all);
    if (command->exit_code == 0 && request->every_ms > 0 && judge_fit(&sum, request->every_ms) == FIT_NO)
        command->exit_code = CLI_EXIT_WORK_REMAINS;
    return true;
}

int cli_plan(const cli_io *io, size_t count, const char *const *args) {
    plan_request request = {0};
    const cli_flag flags[] = {{.name = "--limit", .text = &request.limit_text},
                              {.name = "--every", .text = &request.every_text},
                              {.name = NULL}};
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = "plan",
                                               .need = EXPORTER_NEEDS_ALL,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &request});
}
