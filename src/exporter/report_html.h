/* Pieces of HTML that a report is put together from. */
#ifndef EXPORTER_REPORT_HTML_H
#define EXPORTER_REPORT_HTML_H

#include <smithy/buffer.h>

/* Everything up to the body's content, with the styles of light and dark screens and of paper. */
void report_html_begin(smithy_buffer *out);
void report_html_end(smithy_buffer *out);

/* Foreign text as the content of an element or of a quoted attribute. */
void report_html_text(smithy_buffer *out, smithy_str text);
/* "2026-11-22 10:00:00 UTC"; "nothing yet" below 0. */
void report_html_time(smithy_buffer *out, int64_t ms);
/* "1d 4h"; "–" below 0. */
void report_html_duration(smithy_buffer *out, int64_t ms);
/* <tag class="name">number</tag> and the like: a tile with a figure. */
void report_html_tile(smithy_buffer *out, const char *kind, int64_t number, const char *words);

#endif
