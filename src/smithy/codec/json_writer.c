#include <smithy/json.h>
#include <smithy/text.h>

#include "core/utf8.h"

#include <math.h>

void smithy_json_writer_init(smithy_json_writer *w, smithy_buffer *out) {
    *w = (smithy_json_writer){.out = out};
}

/* ---- strings ---- */

/* What each byte of a string asks for: 0 nothing, else the letter of its short escape, 'u' for \u00XX, 'x' for a byte
 * that may begin a character of several bytes. */
static const char ESCAPES[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f',  'r', 'u', 'u', /* 00 */
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',  'u', 'u', 'u', /* 10 */
    0,   0,   '"', 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,    0,   0,   0,   /* 20 */
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,    0,   0,   0,   /* 30 */
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,    0,   0,   0,   /* 40 */
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   '\\', 0,   0,   0,   /* 50 */
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,    0,   0,   0,   /* 60 */
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,    0,   0,   0,   /* 70 */
    'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',  'x', 'x', 'x', /* 80 */
    'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',  'x', 'x', 'x', /* 90 */
    'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',  'x', 'x', 'x', /* A0 */
    'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',  'x', 'x', 'x', /* B0 */
    'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',  'x', 'x', 'x', /* C0 */
    'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',  'x', 'x', 'x', /* D0 */
    'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',  'x', 'x', 'x', /* E0 */
    'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',  'x', 'x', 'x', /* F0 */
};

static void append_escape(smithy_buffer *out, unsigned char byte, char escape) {
    static const char DIGITS[] = "0123456789abcdef";
    const char text[6] = {'\\', escape, '0', '0', DIGITS[byte >> 4], DIGITS[byte & 15]};
    smithy_buffer_append(out, text, escape == 'u' ? 6 : 2);
}

/* Everything between two characters that need an escape goes out in one append. */
static void append_quoted(smithy_buffer *out, const char *text, size_t len) {
    size_t run = 0, at = 0;
    smithy_buffer_append_char(out, '"');
    while (at < len) {
        const unsigned char byte = (unsigned char)text[at];
        const char escape = ESCAPES[byte];
        const size_t taken = escape == 'x' ? smithy_utf8_sequence(text + at, len - at) : 1;
        if (escape == 0 || (escape == 'x' && taken > 0)) {
            at += taken;
            continue;
        }
        smithy_buffer_append(out, text + run, at - run);
        if (escape == 'x')
            smithy_buffer_append(out, "\xEF\xBF\xBD", 3); /* U+FFFD */
        else
            append_escape(out, byte, escape);
        run = ++at;
    }
    if (run < len) smithy_buffer_append(out, text + run, len - run);
    smithy_buffer_append_char(out, '"');
}

/* ---- structure ---- */

/* Stands before each value and each name. */
static void begin(smithy_json_writer *w) {
    if (w->comma) smithy_buffer_append_char(w->out, ',');
    w->comma = true;
}

static void open(smithy_json_writer *w, char bracket) {
    begin(w);
    smithy_buffer_append_char(w->out, bracket);
    w->comma = false;
}

static void close(smithy_json_writer *w, char bracket) {
    smithy_buffer_append_char(w->out, bracket);
    w->comma = true;
}

void smithy_json_open_object(smithy_json_writer *w) {
    open(w, '{');
}

void smithy_json_close_object(smithy_json_writer *w) {
    close(w, '}');
}

void smithy_json_open_array(smithy_json_writer *w) {
    open(w, '[');
}

void smithy_json_close_array(smithy_json_writer *w) {
    close(w, ']');
}

void smithy_json_key(smithy_json_writer *w, smithy_str key) {
    begin(w);
    append_quoted(w->out, key.ptr, key.len);
    smithy_buffer_append_char(w->out, ':');
    w->comma = false;
}

void smithy_json_name(smithy_json_writer *w, const char *name) {
    smithy_json_key(w, smithy_str_from(name));
}

/* ---- values ---- */

static void value_raw(smithy_json_writer *w, const char *text, size_t len) {
    begin(w);
    smithy_buffer_append(w->out, text, len);
}

static void value_quoted(smithy_json_writer *w, const char *text, size_t len) {
    begin(w);
    append_quoted(w->out, text, len);
}

void smithy_json_value_null(smithy_json_writer *w) {
    value_raw(w, "null", 4);
}

void smithy_json_value_str(smithy_json_writer *w, smithy_str value) {
    if (smithy_str_is_set(value))
        value_quoted(w, value.ptr, value.len);
    else
        smithy_json_value_null(w);
}

void smithy_json_value_bytes(smithy_json_writer *w, smithy_bytes value) {
    if (!value.ptr) {
        smithy_json_value_null(w);
        return;
    }
    begin(w);
    smithy_buffer_append_char(w->out, '"');
    smithy_base64_append(w->out, value.ptr, value.len);
    smithy_buffer_append_char(w->out, '"');
}

void smithy_json_value_bool(smithy_json_writer *w, bool value) {
    if (value)
        value_raw(w, "true", 4);
    else
        value_raw(w, "false", 5);
}

void smithy_json_value_i64(smithy_json_writer *w, int64_t value) {
    begin(w);
    smithy_buffer_append_i64(w->out, value);
}

void smithy_json_value_f32(smithy_json_writer *w, float value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    const size_t len = smithy_f32_write(value, text);
    if (isfinite(value))
        value_raw(w, text, len);
    else
        value_quoted(w, text, len);
}

void smithy_json_value_f64(smithy_json_writer *w, double value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    const size_t len = smithy_f64_write(value, text);
    if (isfinite(value))
        value_raw(w, text, len);
    else
        value_quoted(w, text, len);
}

/* The member stays without a value then, but nobody will send it: the status sticks. */
void smithy_json_value_number(smithy_json_writer *w, smithy_str value) {
    if (!smithy_str_is_set(value))
        smithy_json_value_null(w);
    else if (smithy_number_is_valid(value))
        value_raw(w, value.ptr, value.len);
    else if (w->out->status == SMITHY_OK)
        w->out->status = SMITHY_ERROR_INPUT;
}

void smithy_json_value_epoch(smithy_json_writer *w, int64_t ms) {
    char text[SMITHY_TIME_TEXT_SIZE];
    value_raw(w, text, smithy_time_write_epoch(ms, text));
}

void smithy_json_value_date_time(smithy_json_writer *w, int64_t ms) {
    char text[SMITHY_TIME_TEXT_SIZE];
    value_quoted(w, text, smithy_time_write_date_time(ms, text));
}

void smithy_json_value_http_date(smithy_json_writer *w, int64_t ms) {
    char text[SMITHY_TIME_TEXT_SIZE];
    value_quoted(w, text, smithy_time_write_http_date(ms, text));
}

/* ---- members ---- */

void smithy_json_put_str(smithy_json_writer *w, const char *name, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    smithy_json_name(w, name);
    smithy_json_value_str(w, value);
}

void smithy_json_put_bytes(smithy_json_writer *w, const char *name, smithy_bytes value) {
    if (!value.ptr) return;
    smithy_json_name(w, name);
    smithy_json_value_bytes(w, value);
}

void smithy_json_put_bool(smithy_json_writer *w, const char *name, smithy_opt_bool value) {
    if (!value.has) return;
    smithy_json_name(w, name);
    smithy_json_value_bool(w, value.value);
}

void smithy_json_put_i8(smithy_json_writer *w, const char *name, smithy_opt_i8 value) {
    smithy_json_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_json_put_i16(smithy_json_writer *w, const char *name, smithy_opt_i16 value) {
    smithy_json_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_json_put_i32(smithy_json_writer *w, const char *name, smithy_opt_i32 value) {
    smithy_json_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_json_put_i64(smithy_json_writer *w, const char *name, smithy_opt_i64 value) {
    if (!value.has) return;
    smithy_json_name(w, name);
    smithy_json_value_i64(w, value.value);
}

void smithy_json_put_f32(smithy_json_writer *w, const char *name, smithy_opt_f32 value) {
    if (!value.has) return;
    smithy_json_name(w, name);
    smithy_json_value_f32(w, value.value);
}

void smithy_json_put_f64(smithy_json_writer *w, const char *name, smithy_opt_f64 value) {
    if (!value.has) return;
    smithy_json_name(w, name);
    smithy_json_value_f64(w, value.value);
}

void smithy_json_put_number(smithy_json_writer *w, const char *name, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    smithy_json_name(w, name);
    smithy_json_value_number(w, value);
}

void smithy_json_put_epoch(smithy_json_writer *w, const char *name, smithy_opt_time value) {
    if (!value.has) return;
    smithy_json_name(w, name);
    smithy_json_value_epoch(w, value.value);
}

void smithy_json_put_date_time(smithy_json_writer *w, const char *name, smithy_opt_time value) {
    if (!value.has) return;
    smithy_json_name(w, name);
    smithy_json_value_date_time(w, value.value);
}

void smithy_json_put_http_date(smithy_json_writer *w, const char *name, smithy_opt_time value) {
    if (!value.has) return;
    smithy_json_name(w, name);
    smithy_json_value_http_date(w, value.value);
}
