#include "log_text.h"

#include <smithy/text.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool is_continuation(unsigned char byte) {
    return (byte & 0xc0) == 0x80;
}

/* The second byte's range where it is narrower than a continuation's: no overlong forms, no surrogates, nothing past
 * U+10FFFF. */
static bool is_second_allowed(unsigned char first, unsigned char second) {
    if (first == 0xe0) return second >= 0xa0;
    if (first == 0xed) return second <= 0x9f;
    if (first == 0xf0) return second >= 0x90;
    if (first == 0xf4) return second <= 0x8f;
    return true;
}

static size_t length_by_first(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return 2;
    if (first >= 0xe0 && first <= 0xef) return 3;
    if (first >= 0xf0 && first <= 0xf4) return 4;
    return 0;
}

size_t exporter_text_char_length(smithy_str text) {
    if (text.len == 0) return 0;
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    const size_t length = length_by_first(bytes[0]);
    if (length > text.len) return 0;
    for (size_t i = 1; i < length; i++)
        if (!is_continuation(bytes[i])) return 0;
    return length > 1 && !is_second_allowed(bytes[0], bytes[1]) ? 0 : length;
}

static void append_control(smithy_buffer *out, unsigned char c) {
    if (c == '\n')
        smithy_buffer_append_text(out, "\\n");
    else if (c == '\r')
        smithy_buffer_append_text(out, "\\r");
    else if (c == '\t')
        smithy_buffer_append_text(out, "\\t");
    else
        smithy_buffer_append_f(out, "\\x%02x", c);
}

/* U+0080 to U+009F: terminals take them for commands as they take ESC. */
static bool is_high_control(const char *ptr, size_t length) {
    return length == 2 && (unsigned char)ptr[0] == 0xc2 && (unsigned char)ptr[1] < 0xa0;
}

typedef enum style {
    STYLE_UTF8, /* As it is. */
    STYLE_LINE, /* Without control characters. */
    STYLE_QUOTED
} style;

static void append_char(smithy_buffer *out, const char *ptr, size_t length, style how) {
    const unsigned char first = (unsigned char)*ptr;
    if (length == 0)
        smithy_buffer_append_text(out, REPLACEMENT);
    else if (how != STYLE_UTF8 && (first < ' ' || first == 0x7f))
        append_control(out, first);
    else if (how != STYLE_UTF8 && is_high_control(ptr, length))
        smithy_buffer_append_f(out, "\\u00%02x", (unsigned char)ptr[1]);
    else if (how == STYLE_QUOTED && (first == '"' || first == '\\'))
        smithy_buffer_append_f(out, "\\%c", first);
    else
        smithy_buffer_append(out, ptr, length);
}

static void append_clean(smithy_buffer *out, smithy_str text, size_t max_bytes, style how) {
    size_t at = 0;
    while (at < text.len) {
        const char *ptr = text.ptr + at;
        const size_t length = exporter_text_char_length((smithy_str){ptr, text.len - at});
        const size_t taken = length ? length : 1;
        if (at + taken > max_bytes) {
            smithy_buffer_append_text(out, "...");
            return;
        }
        append_char(out, ptr, length, how);
        at += taken;
    }
}

void exporter_text_append_utf8(smithy_buffer *out, smithy_str text, size_t max_bytes) {
    append_clean(out, text, max_bytes, STYLE_UTF8);
}

void exporter_text_append_line(smithy_buffer *out, smithy_str text, size_t max_bytes) {
    append_clean(out, text, max_bytes, STYLE_LINE);
}

void exporter_text_append_quoted(smithy_buffer *out, smithy_str text, size_t max_bytes) {
    smithy_buffer_append_char(out, '"');
    append_clean(out, text, max_bytes, STYLE_QUOTED);
    smithy_buffer_append_char(out, '"');
}

static void append_seconds(smithy_buffer *out, const smithy_civil *t) {
    smithy_buffer_append_f(out, "%04d-%02d-%02dT%02d:%02d:%02d", t->year, t->month, t->day, t->hour, t->minute,
                           t->second);
}

void exporter_text_append_time(smithy_buffer *out, int64_t ms) {
    const smithy_civil t = smithy_time_to_civil(ms);
    append_seconds(out, &t);
    smithy_buffer_append_char(out, 'Z');
}

void exporter_text_append_time_ms(smithy_buffer *out, int64_t ms) {
    const smithy_civil t = smithy_time_to_civil(ms);
    append_seconds(out, &t);
    smithy_buffer_append_f(out, ".%03dZ", t.ms);
}
