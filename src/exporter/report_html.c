#include "report_html.h"

#include "answer_text.h"
#include "duration.h"
#include "log_text.h"

#include <smithy/text.h>

#define TEXT_MAX_BYTES 2048

static const char HEAD[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>Coverage of the log archive</title>\n"
    "<style>\n"
    ":root{--paper:#fff;--ink:#1c2127;--soft:#5c6670;--line:#dde2e7;--tile:#f5f7f9;\n"
    "--archived:#9bd3ae;--window:#3f9d63;--single:#2c6e9b;--quiet:#d7ebdd;--due:#f0a13c;--settling:#c9d0d8;--lost:#"
    "d6453d}\n"
    "@media "
    "(prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e6eaee;--soft:#98a3ae;--line:#2c343c;--tile:#1c2228;\n"
    "--archived:#2f6b46;--window:#57b67d;--single:#63a8d8;--quiet:#223a2b;--due:#d98a26;--settling:#3b444d;--lost:#"
    "e2605a}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;padding:2rem clamp(1rem,4vw,3rem);background:var(--paper);color:var(--ink);\n"
    "font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",sans-serif}\n"
    "h1{font-size:1.5rem;margin:0 0 .25rem}p{margin:.25rem 0;color:var(--soft)}\n"
    ".tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.25rem 0}\n"
    ".tile{background:var(--tile);border:1px solid var(--line);border-radius:8px;padding:.6rem 1rem;min-width:8rem}\n"
    ".tile b{display:block;font-size:1.5rem;font-weight:600;line-height:1.2}.tile span{color:var(--soft)}\n"
    ".tile.bad b{color:var(--lost)}.tile.warn b{color:var(--due)}\n"
    ".legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1rem 0;color:var(--soft);font-size:.875rem}\n"
    ".legend i{display:inline-block;width:1rem;height:.7rem;border-radius:2px;margin-right:.4rem}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;min-width:52rem}\n"
    "th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:middle}\n"
    "th{color:var(--soft);font-weight:500;font-size:.8125rem;white-space:nowrap}\n"
    "td.name{max-width:22rem;overflow-wrap:anywhere}td.number,th.number{text-align:right;white-space:nowrap}\n"
    "td.when{white-space:nowrap;font-variant-numeric:tabular-nums}td.why{color:var(--soft);font-size:.875rem}\n"
    "th.picture,td.picture{width:45%;min-width:16rem}\n"
    "svg{display:block;width:100%;height:22px}svg.axis{height:16px}\n"
    ".axis text{fill:var(--soft);font-size:11px}\n"
    ".track{fill:var(--tile)}.window,.single{stroke:var(--paper);stroke-width:1;vector-effect:non-scaling-stroke}."
    "archived{fill:var(--archived)}.window{fill:var(--window)}.single{fill:var(--single)}\n"
    ".quiet{fill:var(--quiet)}.due{fill:var(--due)}.settling{fill:var(--settling)}.lost{fill:var(--lost)}\n"
    ".bg-window{background:var(--window)}.bg-archived{background:var(--archived)}.bg-single{background:var(--single)}\n"
    ".bg-quiet{background:var(--quiet)}.bg-due{background:var(--due)}.bg-settling{background:var(--settling)}\n"
    ".bg-lost{background:var(--lost)}\n"
    ".soon{color:var(--due);font-weight:600}.expired{color:var(--lost);font-weight:600}\n"
    "@media print{body{padding:0}.tile{break-inside:avoid}tr{break-inside:avoid}}\n"
    "</style>\n"
    "</head>\n"
    "<body>\n";

void report_html_begin(smithy_buffer *out) {
    smithy_buffer_append_text(out, HEAD);
}

void report_html_end(smithy_buffer *out) {
    smithy_buffer_append_text(out, "</body>\n</html>\n");
}

static void append_escaped(smithy_buffer *out, smithy_str text) {
    for (size_t i = 0; i < text.len; i++) switch (text.ptr[i]) {
        case '&': smithy_buffer_append_text(out, "&amp;"); break;
        case '<': smithy_buffer_append_text(out, "&lt;"); break;
        case '>': smithy_buffer_append_text(out, "&gt;"); break;
        case '"': smithy_buffer_append_text(out, "&quot;"); break;
        case '\'': smithy_buffer_append_text(out, "&#39;"); break;
        default: smithy_buffer_append_char(out, text.ptr[i]);
        }
}

void report_html_text(smithy_buffer *out, smithy_str text) {
    smithy_buffer line;
    smithy_buffer_init(&line, out->system, 4 * TEXT_MAX_BYTES);
    exporter_text_append_line(&line, text, TEXT_MAX_BYTES);
    append_escaped(out, smithy_buffer_str(&line));
    if (smithy_buffer_status(&line) != SMITHY_OK) out->status = smithy_buffer_status(&line);
    smithy_buffer_deinit(&line);
}

void report_html_time(smithy_buffer *out, int64_t ms) {
    char text[SMITHY_TIME_TEXT_SIZE];
    if (ms < 0) {
        smithy_buffer_append_text(out, "nothing yet");
        return;
    }
    (void)smithy_time_write_date_time(ms - ms % EXPORTER_MS_PER_SECOND, text);
    smithy_buffer_append_f(out, "%.10s %.8s UTC", text, text + sizeof "2026-11-22T" - 1);
}

void report_html_duration(smithy_buffer *out, int64_t ms) {
    char text[EXPORTER_DURATION_TEXT_SIZE];
    if (ms < 0) {
        smithy_buffer_append_text(out, "–");
        return;
    }
    (void)exporter_duration_write(ms < EXPORTER_MS_PER_SECOND ? ms : ms - ms % EXPORTER_MS_PER_SECOND, text);
    smithy_buffer_append_text(out, text);
}

void report_html_tile(smithy_buffer *out, const char *kind, int64_t number, const char *words) {
    smithy_buffer_append_f(out, "<div class=\"tile %s\"><b>", kind);
    exporter_text_append_number(out, number);
    smithy_buffer_append_f(out, "</b><span>%s</span></div>\n", words);
}
