#include <smithy/text.h>
#include <smithy/xml.h>

#include "core/utf8.h"

void smithy_xml_writer_init(smithy_xml_writer *w, smithy_buffer *out) {
    *w = (smithy_xml_writer){.out = out};
}

/* ---- escapes ---- */

/* Line ends, tabs, U+0085 and U+2028 are legal as they stand, but a reader may turn them into a space or a line feed.
 * "" for a character that needs nothing. */
static const char *escape_of(const char *at, size_t len) {
    switch (*at) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\t': return "&#x9;";
    case '\n': return "&#xA;";
    case '\r': return "&#xD;";
    default: break;
    }
    if (len == 2 && memcmp(at, "\xC2\x85", 2) == 0) return "&#x85;";
    if (len == 3 && memcmp(at, "\xE2\x80\xA8", 3) == 0) return "&#x2028;";
    return "";
}

/* XML has no way at all to write the other control characters, U+FFFE and U+FFFF. */
static bool is_forbidden(const char *at, size_t len) {
    if (len == 1) return (unsigned char)*at < 0x20 && *at != '\t' && *at != '\n' && *at != '\r';
    return len == 3 && (memcmp(at, "\xEF\xBF\xBE", 3) == 0 || memcmp(at, "\xEF\xBF\xBF", 3) == 0);
}

static bool is_plain_ascii(char c) {
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '&' && c != '<' && c != '>' && c != '"';
}

/* A text that XML cannot hold fails the buffer: an object's key that arrived changed would name another object. */
static void append_escaped(smithy_buffer *out, smithy_str text) {
    size_t run = 0, at = 0;
    while (at < text.len) {
        if (is_plain_ascii(text.ptr[at])) {
            at++;
            continue;
        }
        const size_t len = smithy_utf8_sequence(text.ptr + at, text.len - at);
        if (len == 0 || is_forbidden(text.ptr + at, len)) {
            if (out->status == SMITHY_OK) out->status = SMITHY_ERROR_INPUT;
            return;
        }
        const char *escape = escape_of(text.ptr + at, len);
        if (*escape != '\0') {
            smithy_buffer_append(out, text.ptr + run, at - run);
            smithy_buffer_append_text(out, escape);
            run = at + len;
        }
        at += len;
    }
    if (run < text.len) smithy_buffer_append(out, text.ptr + run, text.len - run);
}

/* ---- structure ---- */

static void end_tag(smithy_xml_writer *w) {
    if (w->tag_open) smithy_buffer_append_char(w->out, '>');
    w->tag_open = false;
}

void smithy_xml_open(smithy_xml_writer *w, const char *name) {
    end_tag(w);
    smithy_buffer_append_char(w->out, '<');
    smithy_buffer_append_text(w->out, name);
    w->tag_open = true;
}

void smithy_xml_close(smithy_xml_writer *w, const char *name) {
    if (w->tag_open) {
        smithy_buffer_append_text(w->out, "/>");
        w->tag_open = false;
        return;
    }
    smithy_buffer_append_text(w->out, "</");
    smithy_buffer_append_text(w->out, name);
    smithy_buffer_append_char(w->out, '>');
}

static void attribute(smithy_xml_writer *w, const char *prefix, const char *name, smithy_str value) {
    smithy_buffer_append_char(w->out, ' ');
    smithy_buffer_append_text(w->out, prefix);
    smithy_buffer_append_text(w->out, name);
    smithy_buffer_append_text(w->out, "=\"");
    append_escaped(w->out, value);
    smithy_buffer_append_char(w->out, '"');
}

void smithy_xml_namespace(smithy_xml_writer *w, const char *prefix, const char *uri) {
    if (prefix && *prefix != '\0')
        attribute(w, "xmlns:", prefix, smithy_str_from(uri));
    else
        attribute(w, "", "xmlns", smithy_str_from(uri));
}

void smithy_xml_attribute(smithy_xml_writer *w, const char *name, smithy_str value) {
    if (smithy_str_is_set(value)) attribute(w, "", name, value);
}

/* ---- values ---- */

static void value_raw(smithy_xml_writer *w, const char *text, size_t len) {
    end_tag(w);
    smithy_buffer_append(w->out, text, len);
}

void smithy_xml_value_str(smithy_xml_writer *w, smithy_str value) {
    end_tag(w);
    append_escaped(w->out, value);
}

void smithy_xml_value_bytes(smithy_xml_writer *w, smithy_bytes value) {
    end_tag(w);
    smithy_base64_append(w->out, value.ptr, value.len);
}

void smithy_xml_value_bool(smithy_xml_writer *w, bool value) {
    if (value)
        value_raw(w, "true", 4);
    else
        value_raw(w, "false", 5);
}

void smithy_xml_value_i64(smithy_xml_writer *w, int64_t value) {
    end_tag(w);
    smithy_buffer_append_i64(w->out, value);
}

void smithy_xml_value_f32(smithy_xml_writer *w, float value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    value_raw(w, text, smithy_f32_write(value, text));
}

void smithy_xml_value_f64(smithy_xml_writer *w, double value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    value_raw(w, text, smithy_f64_write(value, text));
}

void smithy_xml_value_number(smithy_xml_writer *w, smithy_str value) {
    if (smithy_number_is_valid(value))
        value_raw(w, value.ptr, value.len);
    else if (w->out->status == SMITHY_OK)
        w->out->status = SMITHY_ERROR_INPUT;
}

void smithy_xml_value_epoch(smithy_xml_writer *w, int64_t ms) {
    char text[SMITHY_TIME_TEXT_SIZE];
    value_raw(w, text, smithy_time_write_epoch(ms, text));
}

void smithy_xml_value_date_time(smithy_xml_writer *w, int64_t ms) {
    char text[SMITHY_TIME_TEXT_SIZE];
    value_raw(w, text, smithy_time_write_date_time(ms, text));
}

void smithy_xml_value_http_date(smithy_xml_writer *w, int64_t ms) {
    char text[SMITHY_TIME_TEXT_SIZE];
    value_raw(w, text, smithy_time_write_http_date(ms, text));
}

/* ---- members ---- */

void smithy_xml_put_str(smithy_xml_writer *w, const char *name, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    smithy_xml_open(w, name);
    smithy_xml_value_str(w, value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_bytes(smithy_xml_writer *w, const char *name, smithy_bytes value) {
    if (!value.ptr) return;
    smithy_xml_open(w, name);
    smithy_xml_value_bytes(w, value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_bool(smithy_xml_writer *w, const char *name, smithy_opt_bool value) {
    if (!value.has) return;
    smithy_xml_open(w, name);
    smithy_xml_value_bool(w, value.value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_i8(smithy_xml_writer *w, const char *name, smithy_opt_i8 value) {
    smithy_xml_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_xml_put_i16(smithy_xml_writer *w, const char *name, smithy_opt_i16 value) {
    smithy_xml_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_xml_put_i32(smithy_xml_writer *w, const char *name, smithy_opt_i32 value) {
    smithy_xml_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_xml_put_i64(smithy_xml_writer *w, const char *name, smithy_opt_i64 value) {
    if (!value.has) return;
    smithy_xml_open(w, name);
    smithy_xml_value_i64(w, value.value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_f32(smithy_xml_writer *w, const char *name, smithy_opt_f32 value) {
    if (!value.has) return;
    smithy_xml_open(w, name);
    smithy_xml_value_f32(w, value.value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_f64(smithy_xml_writer *w, const char *name, smithy_opt_f64 value) {
    if (!value.has) return;
    smithy_xml_open(w, name);
    smithy_xml_value_f64(w, value.value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_number(smithy_xml_writer *w, const char *name, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    smithy_xml_open(w, name);
    smithy_xml_value_number(w, value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_epoch(smithy_xml_writer *w, const char *name, smithy_opt_time value) {
    if (!value.has) return;
    smithy_xml_open(w, name);
    smithy_xml_value_epoch(w, value.value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_date_time(smithy_xml_writer *w, const char *name, smithy_opt_time value) {
    if (!value.has) return;
    smithy_xml_open(w, name);
    smithy_xml_value_date_time(w, value.value);
    smithy_xml_close(w, name);
}

void smithy_xml_put_http_date(smithy_xml_writer *w, const char *name, smithy_opt_time value) {
    if (!value.has) return;
    smithy_xml_open(w, name);
    smithy_xml_value_http_date(w, value.value);
    smithy_xml_close(w, name);
}
