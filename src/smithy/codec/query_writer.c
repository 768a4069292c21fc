#include <smithy/query.h>
#include <smithy/text.h>

/* What the names of all open levels may take: enough for hundreds of levels. */
#define MAX_PREFIX ((size_t)16 * 1024)

/* ---- names ---- */

static void fail(smithy_query_writer *w, smithy_status status) {
    if (w->out->status == SMITHY_OK) w->out->status = status;
}

/* A level ends with "/", which no encoded name holds; on the wire it is ".". */
static void open_level(smithy_query_writer *w, const char *name, const char *below) {
    if (name) smithy_uri_append(&w->prefix, smithy_str_from(name), false);
    if (name && below) smithy_buffer_append_char(&w->prefix, '.');
    if (below) smithy_uri_append(&w->prefix, smithy_str_from(below), false);
    smithy_buffer_append_char(&w->prefix, '/');
    fail(w, smithy_buffer_status(&w->prefix));
}

/* The open levels as a name; a level without a name of its own leaves no trace. */
static void append_prefix(smithy_query_writer *w, bool with_last_point) {
    const smithy_str prefix = smithy_buffer_str(&w->prefix);
    bool any = false, point = false; /* Something was written; a point is due before the next character. */
    for (size_t i = 0; i < prefix.len; i++) {
        if (prefix.ptr[i] == '/') {
            point = any;
            continue;
        }
        if (point) smithy_buffer_append_char(w->out, '.');
        smithy_buffer_append_char(w->out, prefix.ptr[i]);
        any = true;
        point = false;
    }
    if (point && with_last_point) smithy_buffer_append_char(w->out, '.');
}

static void begin_member(smithy_query_writer *w, const char *name) {
    smithy_buffer_append_char(w->out, '&');
    append_prefix(w, true);
    smithy_uri_append(w->out, smithy_str_from(name), false);
    smithy_buffer_append_char(w->out, '=');
}

static void begin_value(smithy_query_writer *w) {
    smithy_buffer_append_char(w->out, '&');
    append_prefix(w, false);
    smithy_buffer_append_char(w->out, '=');
}

/* ---- structure ---- */

void smithy_query_writer_init(smithy_query_writer *w, smithy_buffer *out, const char *action, const char *version) {
    *w = (smithy_query_writer){.out = out, .writes_empty_lists = true};
    smithy_buffer_init(&w->prefix, out->system, MAX_PREFIX);
    smithy_buffer_append_text(out, "Action=");
    smithy_uri_append(out, smithy_str_from(action), false);
    smithy_buffer_append_text(out, "&Version=");
    smithy_uri_append(out, smithy_str_from(version), false);
}

void smithy_query_writer_deinit(smithy_query_writer *w) {
    smithy_buffer_deinit(&w->prefix);
}

void smithy_query_open(smithy_query_writer *w, const char *name) {
    open_level(w, name, NULL);
}

void smithy_query_open_list(smithy_query_writer *w, const char *name, const char *item, size_t count) {
    if (count == 0 && w->writes_empty_lists) {
        if (name)
            begin_member(w, name);
        else
            begin_value(w);
    }
    open_level(w, name, item);
}

void smithy_query_open_map(smithy_query_writer *w, const char *name, const char *entry) {
    open_level(w, name, entry);
}

void smithy_query_open_item(smithy_query_writer *w, size_t number) {
    smithy_buffer_append_f(&w->prefix, "%zu/", number);
    fail(w, smithy_buffer_status(&w->prefix));
}

void smithy_query_close(smithy_query_writer *w) {
    smithy_buffer *prefix = &w->prefix;
    if (prefix->len == 0) return; /* Opening it failed. */
    do prefix->len--;
    while (prefix->len > 0 && prefix->ptr[prefix->len - 1] != '/');
    prefix->ptr[prefix->len] = '\0';
}

/* ---- texts of values ---- */

static void append_plain(smithy_query_writer *w, const char *text, size_t len) {
    smithy_uri_append(w->out, (smithy_str){text, len}, false);
}

static void append_bytes(smithy_query_writer *w, smithy_bytes value) {
    smithy_buffer text;
    smithy_buffer_init(&text, w->out->system, w->out->max);
    smithy_base64_append(&text, value.ptr, value.len);
    smithy_uri_append(w->out, smithy_buffer_str(&text), false);
    fail(w, smithy_buffer_status(&text));
    smithy_buffer_deinit_secret(&text);
}

static void append_bool(smithy_query_writer *w, bool value) {
    smithy_buffer_append_text(w->out, value ? "true" : "false");
}

static void append_f32(smithy_query_writer *w, float value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    append_plain(w, text, smithy_f32_write(value, text));
}

static void append_f64(smithy_query_writer *w, double value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    append_plain(w, text, smithy_f64_write(value, text));
}

static void append_number(smithy_query_writer *w, smithy_str value) {
    if (smithy_number_is_valid(value))
        append_plain(w, value.ptr, value.len);
    else
        fail(w, SMITHY_ERROR_INPUT);
}

typedef size_t write_time(int64_t ms, char text[SMITHY_TIME_TEXT_SIZE]);

static void append_time(smithy_query_writer *w, int64_t ms, write_time *write) {
    char text[SMITHY_TIME_TEXT_SIZE];
    append_plain(w, text, write(ms, text));
}

/* ---- members ---- */

void smithy_query_put_str(smithy_query_writer *w, const char *name, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    begin_member(w, name);
    smithy_uri_append(w->out, value, false);
}

void smithy_query_put_bytes(smithy_query_writer *w, const char *name, smithy_bytes value) {
    if (!value.ptr) return;
    begin_member(w, name);
    append_bytes(w, value);
}

void smithy_query_put_bool(smithy_query_writer *w, const char *name, smithy_opt_bool value) {
    if (!value.has) return;
    begin_member(w, name);
    append_bool(w, value.value);
}

void smithy_query_put_i8(smithy_query_writer *w, const char *name, smithy_opt_i8 value) {
    smithy_query_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_query_put_i16(smithy_query_writer *w, const char *name, smithy_opt_i16 value) {
    smithy_query_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_query_put_i32(smithy_query_writer *w, const char *name, smithy_opt_i32 value) {
    smithy_query_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_query_put_i64(smithy_query_writer *w, const char *name, smithy_opt_i64 value) {
    if (!value.has) return;
    begin_member(w, name);
    smithy_buffer_append_i64(w->out, value.value);
}

void smithy_query_put_f32(smithy_query_writer *w, const char *name, smithy_opt_f32 value) {
    if (!value.has) return;
    begin_member(w, name);
    append_f32(w, value.value);
}

void smithy_query_put_f64(smithy_query_writer *w, const char *name, smithy_opt_f64 value) {
    if (!value.has) return;
    begin_member(w, name);
    append_f64(w, value.value);
}

void smithy_query_put_number(smithy_query_writer *w, const char *name, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    begin_member(w, name);
    append_number(w, value);
}

static void put_time(smithy_query_writer *w, const char *name, smithy_opt_time value, write_time *write) {
    if (!value.has) return;
    begin_member(w, name);
    append_time(w, value.value, write);
}

void smithy_query_put_epoch(smithy_query_writer *w, const char *name, smithy_opt_time value) {
    put_time(w, name, value, smithy_time_write_epoch);
}

void smithy_query_put_date_time(smithy_query_writer *w, const char *name, smithy_opt_time value) {
    put_time(w, name, value, smithy_time_write_date_time);
}

void smithy_query_put_http_date(smithy_query_writer *w, const char *name, smithy_opt_time value) {
    put_time(w, name, value, smithy_time_write_http_date);
}

/* ---- values ---- */

void smithy_query_value_str(smithy_query_writer *w, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    begin_value(w);
    smithy_uri_append(w->out, value, false);
}

void smithy_query_value_bytes(smithy_query_writer *w, smithy_bytes value) {
    if (!value.ptr) return;
    begin_value(w);
    append_bytes(w, value);
}

void smithy_query_value_bool(smithy_query_writer *w, bool value) {
    begin_value(w);
    append_bool(w, value);
}

void smithy_query_value_i64(smithy_query_writer *w, int64_t value) {
    begin_value(w);
    smithy_buffer_append_i64(w->out, value);
}

void smithy_query_value_f32(smithy_query_writer *w, float value) {
    begin_value(w);
    append_f32(w, value);
}

void smithy_query_value_f64(smithy_query_writer *w, double value) {
    begin_value(w);
    append_f64(w, value);
}

void smithy_query_value_number(smithy_query_writer *w, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    begin_value(w);
    append_number(w, value);
}

void smithy_query_value_epoch(smithy_query_writer *w, int64_t ms) {
    begin_value(w);
    append_time(w, ms, smithy_time_write_epoch);
}

void smithy_query_value_date_time(smithy_query_writer *w, int64_t ms) {
    begin_value(w);
    append_time(w, ms, smithy_time_write_date_time);
}

void smithy_query_value_http_date(smithy_query_writer *w, int64_t ms) {
    begin_value(w);
    append_time(w, ms, smithy_time_write_http_date);
}
