/* The command `backfill`: archives again what of one group is missing. */
#include "answer_text.h"
#include "backfill.h"
#include "command.h"
#include "command_state.h"
#include "lease.h"
#include "log_text.h"
#include "preflight.h"
#include "settle.h"
#include "table.h"

#include <stdio.h>

#define TEXT_MAX_BYTES 1024

typedef struct backfill_command {
    backfill_request request;
    smithy_str group, stream, from_text, to_text;
    bool all, objects_only, dry_run, yes;
} backfill_command;

/* ---- what is asked ---- */

static bool read_instant(cli_command *command, const char *flag, smithy_str text, int64_t otherwise, int64_t *ms) {
    *ms = otherwise;
    if (!text.ptr || cli_command_read_time(text, ms)) return true;
    return cli_command_fail(
        command, EXPORTER_OUTCOME_CONFIGURATION,
        "%s \"%.60s\" cannot be used: give a time such as 2026-11-22T10:00:00Z, a day, or the ms since 1970", flag,
        text.ptr);
}

static bool read_request(cli_command *command, backfill_command *asked) {
    const exporter_outcome bad = EXPORTER_OUTCOME_CONFIGURATION;
    backfill_request *request = &asked->request;
    if (!asked->group.ptr)
        return cli_command_fail(command, bad, "which log group? Give its name first: backfill GROUP [flags]");
    *request = (backfill_request){
        .group = smithy_str_starts_with(asked->group, SMITHY_STR("arn:")) ? cli_group_name(asked->group) : asked->group,
        .stream = asked->stream.ptr ? asked->stream : SMITHY_STR(""),
        .has_range = asked->from_text.ptr || asked->to_text.ptr};
    if (!read_instant(command, "--from", asked->from_text, 0, &request->from_ms) ||
        !read_instant(command, "--to", asked->to_text, INT64_MAX, &request->to_ms))
        return false;
    if (request->to_ms <= request->from_ms)
        return cli_command_fail(command, bad,
                                "--to must lie behind --from: it is the first instant that is not wanted");
    if (asked->all && request->has_range)
        return cli_command_fail(command, bad, "give --all or a range, not both: a range is compared anyhow");
    if (asked->objects_only && !request->has_range)
        return cli_command_fail(command, bad,
                                "--objects-only needs a range: without one no events are compared anyhow");
    request->to_ms -= request->to_ms != INT64_MAX;
    request->compares = asked->all || (request->has_range && !asked->objects_only);
    return true;
}

/* ---- for people ---- */

static void append_items(const cli_command *command, const backfill *b, smithy_buffer *out) {
    static const cli_column COLUMNS[] = {{.title = "STEP"},
                                         {.title = "STREAM"},
                                         {.title = "FROM"},
                                         {.title = "TO"},
                                         {.title = "OBJECTS GONE", .right = true},
                                         {.title = "ARCHIVED", .right = true},
                                         {.title = "EVENTS", .right = true},
                                         {.title = "RESULT"}};
    cli_table table;
    cli_table_init(&table, command->io->system, COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]);
    for (size_t i = 0; i < b->item_count; i++) {
        const backfill_item *item = &b->items[i];
        const smithy_str stream = item->late ? item->late->folder : item->stream;
        cli_table_text(&table, smithy_str_from(backfill_action_name(item->action)));
        cli_table_text(&table, stream.len > 0 ? stream : SMITHY_STR("-"));
        cli_table_time(&table, item->from_ms);
        cli_table_time(&table, item->to_ms);
        cli_table_count(&table, (size_t)item->missing_objects);
        cli_table_count(&table, (size_t)item->objects);
        cli_table_count(&table, (size_t)item->events);
        cli_table_text(&table, smithy_str_from(backfill_result_name(item->result)));
    }
    cli_table_write(&table, out);
    cli_table_deinit(&table);
    smithy_buffer_append_char(out, '\n');
}

/* What cannot be had any more, and what could not be done. */
static void append_remarks(const backfill *b, smithy_buffer *out) {
    for (size_t i = 0; i < b->item_count; i++) {
        const backfill_item *item = &b->items[i];
        if (item->streams_gone > 0) {
            exporter_text_append_count(out, (int64_t)item->streams_gone, "stream");
            smithy_buffer_append_text(out, " of the window until ");
            exporter_text_append_time(out, item->to_ms);
            smithy_buffer_append_text(out, " is deleted or was made again: what was lost of it cannot be had.\n");
        } else if (item->action != BACKFILL_COMPARE && item->lost_before_ms > item->from_ms) {
            smithy_buffer_append_text(out, "Events before ");
            exporter_text_append_time(out, item->lost_before_ms);
            smithy_buffer_append_f(out,
                                   " have expired (CloudWatch Logs keeps %d days of this group): what was lost of them "
                                   "cannot be had any more.\n",
                                   (int)b->catalog.retention_days);
        }
        if (!item->reason.ptr) continue;
        smithy_buffer_append_text(out, "Not done from ");
        exporter_text_append_time(out, item->from_ms);
        smithy_buffer_append_text(out, " to ");
        exporter_text_append_time(out, item->to_ms);
        smithy_buffer_append_text(out, ": ");
        exporter_text_append_line(out, item->reason, TEXT_MAX_BYTES);
        smithy_buffer_append_char(out, '\n');
    }
    if (b->overlaps > 0)
        smithy_buffer_append_text(out, "Windows overlap (see `gaps`): what stands in the archive twice is left.\n");
}

static void append_summary(const backfill *b, smithy_buffer *out) {
    exporter_text_append_line(out, b->catalog.name, TEXT_MAX_BYTES);
    if (b->archived_to_ms == STATE_NOTHING) {
        smithy_buffer_append_text(out, ": nothing of it is archived yet: the next run begins with its first event.\n");
        return;
    }
    smithy_buffer_append_text(out, ": archived until ");
    exporter_text_append_time(out, b->archived_to_ms);
    smithy_buffer_append_text(out, b->item_count == 0 ? "; nothing is missing.\n" : ".\n");
}

static void write_text(cli_command *command, const backfill *b) {
    append_summary(b, &command->out);
    if (b->item_count > 0) append_items(command, b, &command->out);
    append_remarks(b, &command->out);
}

/* ---- for programs ---- */

static void json_item(smithy_json_writer *json, const backfill_item *item) {
    const smithy_str stream = item->late ? item->late->folder : item->stream;
    smithy_json_open_object(json);
    cli_json_text(json, "step", smithy_str_from(backfill_action_name(item->action)));
    cli_json_text(json, "result", smithy_str_from(backfill_result_name(item->result)));
    cli_json_text(json, "reason", item->reason);
    cli_json_text(json, "stream", stream.len > 0 ? stream : (smithy_str){0});
    cli_json_text(json, "task", item->task ? item->task->id : item->late ? item->late->id : (smithy_str){0});
    cli_json_i64(json, "from", item->from_ms);
    cli_json_i64(json, "to", item->to_ms);
    cli_json_i64(json, "objectsGone", item->missing_objects);
    cli_json_count(json, "streamsGone", item->streams_gone);
    cli_json_ms(json, "lostBefore", item->lost_before_ms > item->from_ms ? item->lost_before_ms : -1);
    cli_json_i64(json, "tasks", item->tasks);
    cli_json_i64(json, "objects", item->objects);
    cli_json_i64(json, "bytes", item->bytes);
    cli_json_i64(json, "events", item->events);
    smithy_json_close_object(json);
}

static void write_json(cli_command *command, const backfill *b, const backfill_command *asked) {
    static const char *const OUTCOMES[] = {"done", "incomplete", "work-remains"};
    smithy_json_writer json;
    smithy_json_writer_init(&json, &command->out);
    smithy_json_open_object(&json);
    cli_json_text(&json, "outcome", smithy_str_from(OUTCOMES[command->exit_code]));
    cli_json_text(&json, "message", SMITHY_STR(""));
    cli_json_text(&json, "group", b->catalog.name);
    cli_json_bool(&json, "dryRun", asked->dry_run);
    cli_json_ms(&json, "archivedTo", b->archived_to_ms);
    cli_json_i64(&json, "overlaps", b->overlaps);
    smithy_json_name(&json, "steps");
    smithy_json_open_array(&json);
    for (size_t i = 0; i < b->item_count; i++) json_item(&json, &b->items[i]);
    smithy_json_close_array(&json);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(&command->out, '\n');
}

/* ---- doing it ---- */

static void judge(cli_command *command, const backfill *b, bool is_dry) {
    command->exit_code = 0;
    for (size_t i = 0; i < b->item_count; i++) {
        const backfill_result result = b->items[i].result;
        if (result == BACKFILL_FAILED && command->exit_code == 0) command->exit_code = CLI_EXIT_FAILED;
        if (result == BACKFILL_TO_DO && !is_dry) command->exit_code = CLI_EXIT_WORK_REMAINS;
    }
}

static bool show_and_ask(cli_command *command, const backfill *b, const backfill_command *asked, bool *yes) {
    smithy_buffer text;
    smithy_buffer_init(&text, command->io->system, (size_t)1 << 24);
    append_summary(b, &text);
    append_items(command, b, &text);
    append_remarks(b, &text);
    if (!asked->yes) (void)exporter_write_all(command->io->err_fd, smithy_buffer_str(&text));
    smithy_buffer_deinit(&text);
    return cli_command_ask(command, asked->yes, "Archive it again?", yes);
}

static bool answer(cli_command *command, const backfill *b, const backfill_command *asked, bool is_dry) {
    judge(command, b, is_dry);
    if (command->as_json)
        write_json(command, b, asked);
    else
        write_text(command, b);
    return true;
}

static bool act(cli_command *command, void *context) {
    backfill_command *asked = context;
    run_context *run = &command->run;
    backfill b = {0};
    bool yes = false;
    if (!read_request(command, asked) || !preflight_destination(run) || !lease_load(run) || !settle_carried(run))
        return false;
    bool done = backfill_plan(&b, run, &asked->request);
    const bool is_dry = asked->dry_run || b.item_count == 0;
    if (done && !is_dry) {
        done = show_and_ask(command, &b, asked, &yes);
        backfill_close(&b);
        if (done && !yes) done = cli_command_fail(command, EXPORTER_OUTCOME_FAILED, "nothing was archived again");
        done = done && backfill_do(&b, run, &asked->request);
    }
    if (done) done = answer(command, &b, asked, is_dry);
    backfill_close(&b);
    return done;
}

int cli_backfill(const cli_io *io, size_t count, const char *const *args) {
    backfill_command asked = {0};
    const cli_flag flags[] = {{.name = "--group", .text = &asked.group},
                              {.name = "--stream", .text = &asked.stream},
                              {.name = "--from", .text = &asked.from_text},
                              {.name = "--to", .text = &asked.to_text},
                              {.name = "--all", .given = &asked.all},
                              {.name = "--objects-only", .given = &asked.objects_only},
                              {.name = "--dry-run", .given = &asked.dry_run},
                              {.name = "--yes", .given = &asked.yes},
                              {.name = NULL}};
    const bool is_named = count > 0 && args[0][0] != '-';
    if (is_named) asked.group = smithy_str_from(args[0]);
    return cli_command_run(io, is_named ? count - 1 : count, is_named ? args + 1 : args,
                           &(cli_command_kind){.name = "backfill",
                                               .need = EXPORTER_NEEDS_ARCHIVE,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &asked});
}
