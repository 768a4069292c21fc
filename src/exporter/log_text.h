/* Foreign text made fit for a line: well-formed UTF-8, of a bounded length, and without a byte that moves a cursor. */
#ifndef EXPORTER_LOG_TEXT_H
#define EXPORTER_LOG_TEXT_H

#include <smithy/buffer.h>

/* What is not well-formed UTF-8 becomes U+FFFD; what goes past `max_bytes` becomes "...". */
void exporter_text_append_utf8(smithy_buffer *out, smithy_str text, size_t max_bytes);
/* The same, and control characters as \n, \t, \x1b or \u009b. */
void exporter_text_append_line(smithy_buffer *out, smithy_str text, size_t max_bytes);
/* The same between quotation marks, with \" and \\ for those inside. */
void exporter_text_append_quoted(smithy_buffer *out, smithy_str text, size_t max_bytes);
/* How many bytes the character at the beginning of `text` takes; 0 where it is not well-formed, or nothing is left. */
size_t exporter_text_char_length(smithy_str text);

/* 2026-11-22T10:00:00Z: to the second, as people read it. */
void exporter_text_append_time(smithy_buffer *out, int64_t ms);
/* 2026-11-22T10:00:00.123Z: always with milliseconds, as machines sort it. */
void exporter_text_append_time_ms(smithy_buffer *out, int64_t ms);

#endif
