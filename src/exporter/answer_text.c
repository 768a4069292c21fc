/* The answer for people: what was done, what was left out and why, what comes next, what to change. */
#include "answer_text.h"

#include "answer.h"
#include "duration.h"
#include "log_text.h"

#include <inttypes.h>
#include <stdio.h>

#define TEXT_MAX_BYTES 1024

void exporter_text_append_bytes(smithy_buffer *out, int64_t bytes) {
    static const char *const UNITS[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        smithy_buffer_append_f(out, "%" PRId64 " B", bytes);
        return;
    }
    size_t unit = 0;
    double value = (double)bytes / 1000;
    while (value >= 999.95 && unit + 1 < sizeof UNITS / sizeof UNITS[0]) {
        value /= 1000;
        unit++;
    }
    smithy_buffer_append_f(out, "%.1f %s", value, UNITS[unit]);
}

void exporter_text_append_number(smithy_buffer *out, int64_t number) {
    char digits[24];
    const int len = snprintf(digits, sizeof digits, "%" PRId64, number);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-') smithy_buffer_append_char(out, ',');
        smithy_buffer_append_char(out, digits[i]);
    }
}

void exporter_text_append_count(smithy_buffer *out, int64_t count, const char *noun) {
    exporter_text_append_number(out, count);
    smithy_buffer_append_f(out, " %s%s", noun, count == 1 ? "" : "s");
}

/* ---- the first line ---- */

static bool did_nothing(const exporter_answer *answer) {
    return answer->tasks_created == 0 && answer->tasks_completed == 0;
}

static void append_done(const exporter_answer *answer, smithy_buffer *out) {
    if (answer->groups_matched == 0)
        smithy_buffer_append_text(out, "Done, but no log group matches");
    else if (did_nothing(answer) && answer->groups_young > 0)
        smithy_buffer_append_text(out, "Done: nothing is due yet, all new events are younger than the settle delay");
    else if (did_nothing(answer))
        smithy_buffer_append_text(out, "Done: nothing new to archive");
    else
        smithy_buffer_append_text(out, "Done");
    if (answer->window_to_ms > 0 && answer->groups_exported + answer->groups_idle > 0) {
        smithy_buffer_append_text(out, "; all that is due until ");
        exporter_text_append_time(out, answer->window_to_ms);
        smithy_buffer_append_text(out, " is archived");
    }
    smithy_buffer_append_text(out, ".\n");
}

static void append_headline(const exporter_answer *answer, smithy_buffer *out) {
    switch (answer->outcome) {
    case EXPORTER_OUTCOME_DONE: append_done(answer, out); break;
    case EXPORTER_OUTCOME_WORK_REMAINS:
        smithy_buffer_append_text(out, "Stopped before the end: work remains, and the next run goes on from here.\n");
        break;
    case EXPORTER_OUTCOME_BUSY:
        smithy_buffer_append_text(out, "Busy: somebody else is at work. Try again later.\n");
        break;
    case EXPORTER_OUTCOME_CONFIGURATION:
        smithy_buffer_append_text(out, "Not run: a setting or a permission has to change first.\n");
        break;
    case EXPORTER_OUTCOME_INCOMPLETE:
        smithy_buffer_append_text(out, "Incomplete: some of it failed and is tried again by the next run; the rest is "
                                       "archived.\n");
        break;
    case EXPORTER_OUTCOME_FAILED: smithy_buffer_append_text(out, "Failed.\n"); break;
    }
    if (!answer->message[0]) return;
    smithy_buffer_append_text(out, "  ");
    exporter_text_append_line(out, smithy_str_from(answer->message), TEXT_MAX_BYTES);
    smithy_buffer_append_char(out, '\n');
}

/* ---- the counts ---- */

/* "groups   12 matched: 3 exported, 9 without new events": the parts that are not zero. */
static void append_parts(smithy_buffer *out, const char *before, const int64_t *counts, const char *const *words,
                         size_t parts) {
    const char *separator = before;
    for (size_t i = 0; i < parts; i++) {
        if (counts[i] == 0) continue;
        smithy_buffer_append_text(out, separator);
        exporter_text_append_number(out, counts[i]);
        smithy_buffer_append_f(out, " %s", words[i]);
        separator = ", ";
    }
    smithy_buffer_append_char(out, '\n');
}

static void append_groups(const exporter_answer *answer, smithy_buffer *out) {
    static const char *const WORDS[] = {
        "exported", "without new events", "with events younger than the settle delay only",
        "empty",    "excluded",           "left out",
        "failed",   "not reached in time"};
    const int64_t counts[] = {answer->groups_exported, answer->groups_idle,     answer->groups_young,
                              answer->groups_empty,    answer->groups_excluded, answer->groups_left_out,
                              answer->groups_failed,   answer->groups_waiting};
    smithy_buffer_append_text(out, "  groups   ");
    exporter_text_append_number(out, answer->groups_matched);
    smithy_buffer_append_text(out, " matched");
    append_parts(out, ": ", counts, WORDS, sizeof counts / sizeof counts[0]);
}

static void append_tasks(const exporter_answer *answer, smithy_buffer *out) {
    static const char *const WORDS[] = {"completed", "failed", "taken over from an earlier run",
                                        "still running, settled by the next run"};
    const int64_t counts[] = {answer->tasks_completed, answer->tasks_failed, answer->tasks_adopted,
                              answer->task_in_flight ? 1 : 0};
    smithy_buffer_append_text(out, "  tasks    ");
    exporter_text_append_number(out, answer->tasks_created);
    smithy_buffer_append_text(out, " created");
    append_parts(out, ", ", counts, WORDS, sizeof counts / sizeof counts[0]);
}

static void append_objects(const exporter_answer *answer, smithy_buffer *out) {
    smithy_buffer_append_text(out, "  archive  ");
    exporter_text_append_count(out, answer->objects, "object");
    smithy_buffer_append_text(out, ", ");
    exporter_text_append_bytes(out, answer->bytes);
    smithy_buffer_append_text(out, " compressed");
    if (answer->objects_deleted > 0) {
        smithy_buffer_append_text(out, "; ");
        exporter_text_append_count(out, answer->objects_deleted, "object");
        smithy_buffer_append_text(out, " of failed or shared tasks deleted");
    }
    smithy_buffer_append_char(out, '\n');
}

static void append_late(const exporter_answer *answer, smithy_buffer *out) {
    static const char *const WORDS[] = {"groups swept", "groups left for the next run"};
    const int64_t counts[] = {answer->late_groups_done, answer->late_groups_left};
    if (answer->late_groups_done + answer->late_groups_left > 0) {
        smithy_buffer_append_text(out, "  late     ");
        exporter_text_append_count(out, answer->late_events, "event");
        smithy_buffer_append_text(out, " archived");
        append_parts(out, "; ", counts, WORDS, sizeof counts / sizeof counts[0]);
    } else if (answer->late_streams > 0) {
        smithy_buffer_append_text(out, "  late     ");
        exporter_text_append_count(out, answer->late_streams, "stream");
        smithy_buffer_append_text(out, " got events behind what is archived: LateEvents=sweep archives them\n");
    }
}

static void append_counts(const exporter_answer *answer, smithy_buffer *out) {
    char took[EXPORTER_DURATION_TEXT_SIZE];
    append_groups(answer, out);
    smithy_buffer_append_text(out, "  streams  ");
    exporter_text_append_number(out, answer->streams_seen);
    smithy_buffer_append_text(out, " seen, ");
    exporter_text_append_number(out, answer->streams_exported);
    smithy_buffer_append_text(out, " exported\n");
    append_tasks(answer, out);
    append_objects(answer, out);
    append_late(answer, out);
    (void)exporter_duration_write(answer->duration_ms, took);
    smithy_buffer_append_f(out, "  took     %s\n", took);
}

/* ---- what to know, what to do ---- */

static void append_problems(const exporter_answer *answer, smithy_buffer *out) {
    if (answer->problems_total == 0) return;
    smithy_buffer_append_text(out, "Failed or left out:\n");
    for (size_t i = 0; i < answer->problem_count; i++) {
        smithy_buffer_append_text(out, "  ");
        if (answer->problems[i].group[0]) {
            exporter_text_append_line(out, smithy_str_from(answer->problems[i].group), TEXT_MAX_BYTES);
            smithy_buffer_append_text(out, ": ");
        }
        exporter_text_append_line(out, smithy_str_from(answer->problems[i].reason), TEXT_MAX_BYTES);
        smithy_buffer_append_char(out, '\n');
    }
    if (answer->problems_total > answer->problem_count)
        smithy_buffer_append_f(out, "  and %zu more: see the log\n", answer->problems_total - answer->problem_count);
}

static void append_young(const exporter_answer *answer, smithy_buffer *out) {
    if (answer->groups_young == 0 && answer->next_due_ms <= 0) return;
    /* A run that did nothing has said it in its message. */
    if (did_nothing(answer) && answer->message[0]) return;
    smithy_buffer_append_text(out, "Younger events ");
    if (answer->next_due_ms > 0) {
        smithy_buffer_append_text(out, "fall due from ");
        exporter_text_append_time(out, answer->next_due_ms);
        smithy_buffer_append_text(out, " on");
    } else {
        smithy_buffer_append_text(out, "fall due when the settle delay has passed");
    }
    smithy_buffer_append_text(out, ": run again then. A shorter SettleDelay (--settle-delay 1h) takes them sooner, but "
                                   "CloudWatch Logs may need up to 12h until all events can be exported, and what "
                                   "comes later would be left out.\n");
}

static void append_no_match(const exporter_answer *answer, smithy_buffer *out) {
    if (answer->outcome != EXPORTER_OUTCOME_DONE || answer->groups_matched > 0) return;
    smithy_buffer_append_text(out, "Check SourceLogGroupPrefixes (names begin with them, case matters), the Region, "
                                   "and the account of the credentials.\n");
}

void exporter_answer_write_text(const exporter_answer *answer, smithy_buffer *out) {
    append_headline(answer, out);
    if (answer->outcome == EXPORTER_OUTCOME_CONFIGURATION && answer->groups_matched == 0) {
        append_problems(answer, out);
        return;
    }
    append_counts(answer, out);
    append_problems(answer, out);
    append_young(answer, out);
    append_no_match(answer, out);
}
