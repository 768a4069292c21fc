#include "report.h"

#include "duration.h"
#include "report_html.h"

#include <smithy/text.h>

/* The picture's own units; it is stretched to what room there is. */
#define WIDTH     1000
#define NARROW    2 /* Windows that touch and are narrower are drawn as one. */
#define FIRST_DAY (30 * EXPORTER_MS_PER_DAY)

/* What the picture shows: from the left edge to the right one. */
typedef struct span {
    int64_t from_ms, to_ms;
} span;

/* ---- the time that is shown ---- */

static span choose_span(const report_input *input) {
    const survey *all = input->all;
    span shown = {input->since_ms, all->now_ms};
    if (shown.from_ms == SURVEY_UNKNOWN) {
        shown.from_ms = all->now_ms - FIRST_DAY;
        for (size_t i = 0; i < all->count && i < input->limit; i++) {
            const survey_group *group = &all->groups[i];
            if (group->created_ms >= 0 && group->created_ms < shown.from_ms) shown.from_ms = group->created_ms;
            if (group->waiting_ms >= 0 && group->waiting_ms < shown.from_ms) shown.from_ms = group->waiting_ms;
        }
    }
    if (shown.from_ms >= shown.to_ms) shown.from_ms = shown.to_ms - 1;
    return shown;
}

static double x_of(const span *shown, int64_t ms) {
    if (ms <= shown->from_ms) return 0;
    if (ms >= shown->to_ms) return WIDTH;
    return (double)(ms - shown->from_ms) * WIDTH / (double)(shown->to_ms - shown->from_ms);
}

/* ---- a bar ---- */

/* `title` is what a pointer that rests on it is told; its times are the piece's own. */
static void rect(smithy_buffer *out, const span *shown, const char *kind, int64_t from_ms, int64_t to_ms, int y,
                 int height, const char *title) {
    const double x = x_of(shown, from_ms), width = x_of(shown, to_ms) - x;
    if (from_ms > to_ms || to_ms < shown->from_ms || from_ms > shown->to_ms) return;
    smithy_buffer_append_f(out, "<rect class=\"%s\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\"><title>%s, ", kind,
                           x, y, width < 0.5 ? 0.5 : width, height, title);
    if (from_ms > 0) {
        report_html_time(out, from_ms);
        smithy_buffer_append_text(out, " – ");
    } else {
        smithy_buffer_append_text(out, "up to ");
    }
    report_html_time(out, to_ms);
    smithy_buffer_append_text(out, "</title></rect>");
}

static void draw_windows(smithy_buffer *out, const report_input *input, const span *shown, smithy_str group,
                         bool of_group) {
    const int64_t narrow_ms = (shown->to_ms - shown->from_ms) * NARROW / WIDTH;
    report_window drawn = {.from_ms = 1, .to_ms = 0};
    for (size_t i = 0; i < input->window_count; i++) {
        const report_window *window = &input->windows[i];
        if (!smithy_str_equal(window->group, group) || (window->stream.len == 0) != of_group) continue;
        const bool touches = window->from_ms <= drawn.to_ms + 1 && drawn.to_ms >= drawn.from_ms;
        if (touches && (window->to_ms - window->from_ms < narrow_ms || drawn.to_ms - drawn.from_ms < narrow_ms)) {
            if (window->to_ms > drawn.to_ms) drawn.to_ms = window->to_ms;
            continue;
        }
        rect(out, shown, of_group ? "window" : "single", drawn.from_ms, drawn.to_ms, of_group ? 3 : 15,
             of_group ? 11 : 4, of_group ? "Window of the whole group" : "Window of single streams");
        drawn = *window;
    }
    rect(out, shown, of_group ? "window" : "single", drawn.from_ms, drawn.to_ms, of_group ? 3 : 15, of_group ? 11 : 4,
         of_group ? "Window of the whole group" : "Window of single streams");
}

/* What lies between the watermark and the horizon, and what retention may have taken of it. */
static void draw_rest(smithy_buffer *out, const survey *all, const span *shown, const survey_group *group) {
    const int64_t first = group->archived_to_ms + 1;
    const int64_t waiting =
        group->waiting_ms != SURVEY_UNKNOWN && group->waiting_ms > first ? group->waiting_ms : first;
    if (group->verdict == SURVEY_DUE || group->verdict == SURVEY_DIFFERENT)
        rect(out, shown, "due", waiting, all->horizon_ms, 3, 16, "Due, not archived");
    else if (group->verdict == SURVEY_UP_TO_DATE || (group->verdict == SURVEY_SETTLING && first > 0))
        rect(out, shown, "quiet", first, all->horizon_ms, 3, 16, "Nothing came");
    if (group->risk == SURVEY_EXPIRED)
        rect(out, shown, "lost", waiting, all->now_ms - group->retention_days * EXPORTER_MS_PER_DAY, 3, 16,
             "Older than the retention, not archived: may be lost");
    if (group->verdict != SURVEY_EMPTY)
        rect(out, shown, "settling", all->horizon_ms + 1 > first ? all->horizon_ms + 1 : first, all->now_ms, 3, 16,
             "Younger than the settle delay");
}

static void draw_gaps(smithy_buffer *out, const report_input *input, const span *shown, smithy_str group) {
    for (size_t i = 0; i < input->gap_count; i++)
        if (smithy_str_equal(input->gaps[i].group, group))
            rect(out, shown, "lost", input->gaps[i].from_ms, input->gaps[i].to_ms, 3, 16,
                 "A gap: no window of the ledger closed this");
}

static void draw_bar(smithy_buffer *out, const report_input *input, const span *shown, const survey_group *group) {
    smithy_buffer_append_text(out,
                              "<svg viewBox=\"0 0 1000 22\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"");
    report_html_text(out, group->name);
    smithy_buffer_append_text(out, " is archived until ");
    report_html_time(out, group->archived_to_ms);
    smithy_buffer_append_text(out, "\"><rect class=\"track\" x=\"0\" y=\"3\" width=\"1000\" height=\"16\"/>");
    if (group->archived_to_ms != STATE_NOTHING)
        rect(out, shown, "archived",
             group->created_ms >= 0 && group->created_ms < group->archived_to_ms ? group->created_ms : 0,
             group->archived_to_ms, 3, 16, "Archived");
    draw_windows(out, input, shown, group->name, true);
    draw_windows(out, input, shown, group->name, false);
    draw_gaps(out, input, shown, group->name);
    draw_rest(out, input->all, shown, group);
    smithy_buffer_append_text(out, "</svg>");
}

static void draw_axis(smithy_buffer *out, const span *shown) {
    static const char *const ANCHORS[] = {"start", "middle", "end"};
    smithy_buffer_append_text(out, "<svg class=\"axis\" role=\"presentation\">");
    for (int i = 0; i < 3; i++) {
        char text[SMITHY_TIME_TEXT_SIZE];
        const int64_t at = shown->from_ms + (shown->to_ms - shown->from_ms) * i / 2;
        (void)smithy_time_write_date_time(at, text);
        smithy_buffer_append_f(out, "<text x=\"%d%%\" y=\"12\" text-anchor=\"%s\">%.10s</text>", i * 50, ANCHORS[i],
                               text);
    }
    smithy_buffer_append_text(out, "</svg>");
}

/* ---- the page ---- */

static void write_head(const report_input *input, smithy_buffer *out) {
    const survey *all = input->all;
    smithy_buffer_append_text(out, "<h1>Coverage of the log archive</h1>\n<p>As of ");
    report_html_time(out, all->now_ms);
    smithy_buffer_append_text(out, ", by the state ");
    report_html_text(out, input->state);
    smithy_buffer_append_text(out, ". What is due ends at ");
    report_html_time(out, all->horizon_ms);
    smithy_buffer_append_text(out, ".</p>\n<div class=\"tiles\">\n");
    report_html_tile(out, "", (int64_t)all->count, "groups");
    report_html_tile(out, "", (int64_t)all->of_verdict[SURVEY_UP_TO_DATE], "up to date");
    report_html_tile(out, all->of_verdict[SURVEY_DUE] > 0 ? "warn" : "", (int64_t)all->of_verdict[SURVEY_DUE], "due");
    report_html_tile(out, all->at_risk[SURVEY_SOON] > 0 ? "warn" : "", (int64_t)all->at_risk[SURVEY_SOON],
                     "expire soon");
    report_html_tile(out, all->at_risk[SURVEY_EXPIRED] > 0 ? "bad" : "", (int64_t)all->at_risk[SURVEY_EXPIRED],
                     "may have lost events");
    if (input->gap_count > 0) report_html_tile(out, "bad", (int64_t)input->gap_count, "gaps in the ledger");
    smithy_buffer_append_text(out, "</div>\n");
}

static void write_legend(const report_input *input, smithy_buffer *out) {
    static const char *const KINDS[][2] = {{"archived", "archived, by the state"},
                                           {"window", "a window of the whole group"},
                                           {"single", "windows of single streams"},
                                           {"quiet", "nothing came"},
                                           {"due", "due, not archived"},
                                           {"settling", "younger than the settle delay"},
                                           {"lost", "a gap, or what retention may have taken"}};
    smithy_buffer_append_text(out, "<div class=\"legend\">");
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        smithy_buffer_append_f(out, "<span><i class=\"bg-%s\"></i>%s</span>", KINDS[i][0], KINDS[i][1]);
    smithy_buffer_append_f(out, "</div>\n<p>Windows as far as %s tells of them.</p>\n", input->windows_from);
}

static void write_verdict(const survey_group *group, smithy_buffer *out) {
    static const char *const TEXTS[] = {"due",      "up to date", "settling", "empty", "streams differ",
                                        "left out", "failed"};
    static const char *const RISKS[] = {"", " · <span class=\"soon\">expires soon</span>",
                                        " · <span class=\"expired\">may have expired</span>"};
    smithy_buffer_append_f(out, "<td>%s%s", TEXTS[group->verdict], RISKS[group->risk]);
    if (smithy_str_is_set(group->reason)) {
        smithy_buffer_append_text(out, "<div class=\"why\">");
        report_html_text(out, group->reason);
        smithy_buffer_append_text(out, "</div>");
    }
    smithy_buffer_append_text(out, "</td>");
}

static void write_row(const report_input *input, const span *shown, const survey_group *group, smithy_buffer *out) {
    const survey *all = input->all;
    int64_t left_ms = group->expires_ms == SURVEY_UNKNOWN ? SURVEY_UNKNOWN : group->expires_ms - all->now_ms;
    int64_t lag_ms = group->waiting_ms == SURVEY_UNKNOWN ? SURVEY_UNKNOWN : all->now_ms - group->waiting_ms;
    smithy_buffer_append_text(out, "<tr><td class=\"name\">");
    report_html_text(out, group->name);
    smithy_buffer_append_text(out, "</td><td class=\"picture\">");
    draw_bar(out, input, shown, group);
    smithy_buffer_append_text(out, "</td><td class=\"when\">");
    report_html_time(out, group->archived_to_ms);
    smithy_buffer_append_text(out, "</td><td class=\"number\">");
    report_html_duration(out, lag_ms);
    smithy_buffer_append_text(out, "</td><td class=\"number\">");
    if (group->risk == SURVEY_EXPIRED)
        smithy_buffer_append_text(out, "<span class=\"expired\">overdue</span>");
    else
        report_html_duration(out, left_ms);
    smithy_buffer_append_text(out, "</td>");
    write_verdict(group, out);
    smithy_buffer_append_text(out, "</tr>\n");
}

static void write_table(const report_input *input, smithy_buffer *out) {
    const span shown = choose_span(input);
    smithy_buffer_append_text(out, "<div class=\"scroll\"><table>\n<thead><tr><th>Group</th><th class=\"picture\">");
    draw_axis(out, &shown);
    smithy_buffer_append_text(out, "</th><th>Archived until</th><th class=\"number\">Lag</th>"
                                   "<th class=\"number\">Expires in</th><th>Verdict</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < input->all->count && i < input->limit; i++)
        write_row(input, &shown, &input->all->groups[i], out);
    smithy_buffer_append_text(out, "</tbody>\n</table></div>\n");
}

void report_write(const report_input *input, smithy_buffer *out) {
    const survey *all = input->all;
    report_html_begin(out);
    write_head(input, out);
    if (all->count > 0) {
        write_legend(input, out);
        write_table(input, out);
    } else {
        smithy_buffer_append_text(out, "<p>No log group matches.</p>\n");
    }
    if (all->count > input->limit)
        smithy_buffer_append_f(out, "<p>%zu groups are not shown.</p>\n", all->count - input->limit);
    if (all->unseen > 0)
        smithy_buffer_append_f(out, "<p>%zu groups were not looked at: the time was up.</p>\n", all->unseen);
    report_html_end(out);
}
