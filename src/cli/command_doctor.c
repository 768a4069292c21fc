/* The command `doctor`: what would keep a run from working, and what to change. */
#include "doctor.h"
#include "duration.h"
#include "log_text.h"

#include <stdio.h>

#define TEXT_MAX_BYTES   2048
#define EVERY_MAX_MS     (31 * EXPORTER_MS_PER_DAY)
#define EVERY_DEFAULT_MS EXPORTER_MS_PER_DAY
#define CHECK_COLUMNS    24

typedef struct doctor_request {
    smithy_str every_text;
} doctor_request;

static bool read_every(cli_command *command, smithy_str text, int64_t *every_ms) {
    *every_ms = EVERY_DEFAULT_MS;
    if (!text.ptr) return true;
    if (exporter_duration_read(text, every_ms) && *every_ms > 0 && *every_ms <= EVERY_MAX_MS) return true;
    return cli_command_fail(command, EXPORTER_OUTCOME_CONFIGURATION,
                            "--every \"%.40s\" cannot be used: give how often a run is started, such as 1h or 1d, up "
                            "to 31d",
                            text.ptr);
}

/* ---- for people ---- */

static const char *title_of(policy_kind kind) {
    switch (kind) {
    case POLICY_ROLE: return "The role that runs it needs this policy, or whoever runs it does:";
    case POLICY_BUCKET: return "The bucket needs these statements in its policy:";
    case POLICY_KEY: break;
    }
    return "The bucket's KMS key needs the last of these statements in its policy:";
}

static void write_text(const doctor *d, smithy_buffer *out) {
    policy_place place;
    for (size_t i = 0; i < d->count; i++) {
        const doctor_finding *finding = &d->findings[i];
        smithy_buffer_append_f(out, "%-7s  %-*s ", doctor_verdict_name(finding->verdict), CHECK_COLUMNS,
                               finding->check);
        exporter_text_append_line(out, smithy_str_from(finding->text), TEXT_MAX_BYTES);
        smithy_buffer_append_char(out, '\n');
    }
    if (!doctor_place(d, &place)) return;
    for (policy_kind kind = POLICY_ROLE; kind < POLICY_KINDS; kind++) {
        smithy_buffer compact;
        smithy_json_writer json;
        if (!d->prints[kind]) continue;
        smithy_buffer_init(&compact, out->system, out->max);
        smithy_json_writer_init(&json, &compact);
        policy_write(kind, &place, &json);
        smithy_buffer_append_f(out, "\n%s\n", title_of(kind));
        policy_indent(smithy_buffer_str(&compact), out);
        smithy_buffer_append_char(out, '\n');
        if (smithy_buffer_status(&compact) != SMITHY_OK) out->status = smithy_buffer_status(&compact);
        smithy_buffer_deinit(&compact);
    }
}

/* ---- for machines ---- */

static void write_findings(const doctor *d, smithy_json_writer *json) {
    smithy_json_name(json, "checks");
    smithy_json_open_array(json);
    for (size_t i = 0; i < d->count; i++) {
        smithy_json_open_object(json);
        cli_json_text(json, "check", smithy_str_from(d->findings[i].check));
        cli_json_text(json, "verdict", smithy_str_from(doctor_verdict_name(d->findings[i].verdict)));
        cli_json_text(json, "text", smithy_str_from(d->findings[i].text));
        smithy_json_close_object(json);
    }
    smithy_json_close_array(json);
}

/* null: nothing of it is known to be missing. */
static void write_policies(const doctor *d, smithy_json_writer *json) {
    policy_place place;
    const bool is_known = doctor_place(d, &place);
    smithy_json_name(json, "policies");
    smithy_json_open_object(json);
    for (policy_kind kind = POLICY_ROLE; kind < POLICY_KINDS; kind++) {
        smithy_json_name(json, policy_kind_name(kind));
        if (is_known && d->prints[kind])
            policy_write(kind, &place, json);
        else
            smithy_json_value_null(json);
    }
    smithy_json_close_object(json);
}

static void write_json(const doctor *d, exporter_outcome outcome, const char *message, smithy_buffer *out) {
    smithy_json_writer json;
    smithy_json_writer_init(&json, out);
    smithy_json_open_object(&json);
    cli_json_text(&json, "outcome", smithy_str_from(exporter_outcome_name(outcome)));
    cli_json_text(&json, "message", smithy_str_from(message));
    write_findings(d, &json);
    write_policies(d, &json);
    smithy_json_close_object(&json);
    smithy_buffer_append_char(out, '\n');
}

/* ---- all of it ---- */

static exporter_outcome judge(const doctor *d, char *message, size_t size) {
    size_t failed = 0, warned = 0;
    for (size_t i = 0; i < d->count; i++) {
        failed += d->findings[i].verdict == DOCTOR_FAIL;
        warned += d->findings[i].verdict == DOCTOR_WARN;
    }
    const bool cut_short = run_must_stop(d->run);
    if (cut_short)
        (void)snprintf(message, size, "the time was up before all was looked at");
    else if (failed > 0)
        (void)snprintf(message, size, "%zu of %zu checks found what has to change", failed, d->count);
    else
        (void)snprintf(message, size, "nothing is in the way of a run%s", warned > 0 ? "; see the warnings" : "");
    return failed > 0  ? EXPORTER_OUTCOME_CONFIGURATION
           : cut_short ? EXPORTER_OUTCOME_WORK_REMAINS
                       : EXPORTER_OUTCOME_DONE;
}

static bool act(cli_command *command, void *context) {
    const doctor_request *request = context;
    char message[128];
    int64_t every_ms;
    doctor d;
    if (!read_every(command, request->every_text, &every_ms)) return false;
    doctor_examine(&d, command, every_ms);
    cli_progress_clear(&command->progress);
    const exporter_outcome outcome = judge(&d, message, sizeof message);
    if (command->as_json)
        write_json(&d, outcome, message, &command->out);
    else {
        write_text(&d, &command->out);
        smithy_buffer_append_f(&command->out, "\n%c%s.\n", message[0] == 't' ? 'T' : message[0], message + 1);
    }
    command->exit_code = exporter_outcome_exit_code(outcome);
    doctor_end(&d);
    return true;
}

int cli_doctor(const cli_io *io, size_t count, const char *const *args) {
    doctor_request request = {0};
    const cli_flag flags[] = {{.name = "--every", .text = &request.every_text}, {.name = NULL}};
    return cli_command_run(io, count, args,
                           &(cli_command_kind){.name = "doctor",
                                               .need = EXPORTER_NEEDS_ALL,
                                               .reach = SESSION_AWS,
                                               .flags = flags,
                                               .act = act,
                                               .context = &request});
}
