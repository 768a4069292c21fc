#include <smithy/cbor.h>

#include "codec/cbor_tags.h"
#include "core/utf8.h"

#include <cbor/encoding.h>

/* An item's bytes before its content: an initial one and a number of eight at most. */
#define HEAD_SIZE 9

void smithy_cbor_writer_init(smithy_cbor_writer *w, smithy_buffer *out) {
    *w = (smithy_cbor_writer){.out = out};
}

/* ---- structure ---- */

void smithy_cbor_open_object(smithy_cbor_writer *w) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_indef_map_start(head, sizeof head));
}

void smithy_cbor_close_object(smithy_cbor_writer *w) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_break(head, sizeof head));
}

void smithy_cbor_open_array(smithy_cbor_writer *w) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_indef_array_start(head, sizeof head));
}

void smithy_cbor_close_array(smithy_cbor_writer *w) {
    smithy_cbor_close_object(w);
}

/* ---- texts ---- */

static void append_text(smithy_cbor_writer *w, smithy_str text) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_string_start(text.len, head, sizeof head));
    smithy_buffer_append_str(w->out, text);
}

/* The length stands before the text, so the text must be repaired before anything is written. */
static void append_repaired(smithy_cbor_writer *w, smithy_str text) {
    smithy_buffer repaired;
    smithy_buffer_init(&repaired, w->out->system, w->out->max);
    while (text.len > 0) {
        const size_t valid = smithy_utf8_valid_length(text.ptr, text.len);
        const size_t skipped = valid < text.len ? valid + 1 : valid;
        smithy_buffer_append(&repaired, text.ptr, valid);
        if (valid < text.len) smithy_buffer_append(&repaired, "\xEF\xBF\xBD", 3); /* U+FFFD */
        text = (smithy_str){text.ptr + skipped, text.len - skipped};
    }
    append_text(w, smithy_buffer_str(&repaired));
    if (w->out->status == SMITHY_OK) w->out->status = smithy_buffer_status(&repaired);
    smithy_buffer_deinit_secret(&repaired);
}

void smithy_cbor_key(smithy_cbor_writer *w, smithy_str key) {
    if (smithy_utf8_valid_length(key.ptr, key.len) == key.len)
        append_text(w, key);
    else
        append_repaired(w, key);
}

void smithy_cbor_name(smithy_cbor_writer *w, const char *name) {
    append_text(w, smithy_str_from(name));
}

/* ---- values ---- */

void smithy_cbor_value_null(smithy_cbor_writer *w) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_null(head, sizeof head));
}

void smithy_cbor_value_str(smithy_cbor_writer *w, smithy_str value) {
    if (smithy_str_is_set(value))
        smithy_cbor_key(w, value);
    else
        smithy_cbor_value_null(w);
}

void smithy_cbor_value_bytes(smithy_cbor_writer *w, smithy_bytes value) {
    unsigned char head[HEAD_SIZE];
    if (!value.ptr) {
        smithy_cbor_value_null(w);
        return;
    }
    smithy_buffer_append(w->out, head, cbor_encode_bytestring_start(value.len, head, sizeof head));
    smithy_buffer_append(w->out, value.ptr, value.len);
}

void smithy_cbor_value_bool(smithy_cbor_writer *w, bool value) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_bool(value, head, sizeof head));
}

void smithy_cbor_value_i64(smithy_cbor_writer *w, int64_t value) {
    unsigned char head[HEAD_SIZE];
    const size_t len = value < 0 ? cbor_encode_negint((uint64_t)(-1 - value), head, sizeof head)
                                 : cbor_encode_uint((uint64_t)value, head, sizeof head);
    smithy_buffer_append(w->out, head, len);
}

void smithy_cbor_value_f32(smithy_cbor_writer *w, float value) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_single(value, head, sizeof head));
}

void smithy_cbor_value_f64(smithy_cbor_writer *w, double value) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_double(value, head, sizeof head));
}

void smithy_cbor_value_epoch(smithy_cbor_writer *w, int64_t ms) {
    unsigned char head[HEAD_SIZE];
    smithy_buffer_append(w->out, head, cbor_encode_tag(CBOR_TAG_EPOCH, head, sizeof head));
    if (ms % 1000 == 0)
        smithy_cbor_value_i64(w, ms / 1000);
    else
        smithy_cbor_value_f64(w, (double)ms / 1000);
}

/* ---- members ---- */

void smithy_cbor_put_str(smithy_cbor_writer *w, const char *name, smithy_str value) {
    if (!smithy_str_is_set(value)) return;
    smithy_cbor_name(w, name);
    smithy_cbor_value_str(w, value);
}

void smithy_cbor_put_bytes(smithy_cbor_writer *w, const char *name, smithy_bytes value) {
    if (!value.ptr) return;
    smithy_cbor_name(w, name);
    smithy_cbor_value_bytes(w, value);
}

void smithy_cbor_put_bool(smithy_cbor_writer *w, const char *name, smithy_opt_bool value) {
    if (!value.has) return;
    smithy_cbor_name(w, name);
    smithy_cbor_value_bool(w, value.value);
}

void smithy_cbor_put_i8(smithy_cbor_writer *w, const char *name, smithy_opt_i8 value) {
    smithy_cbor_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_cbor_put_i16(smithy_cbor_writer *w, const char *name, smithy_opt_i16 value) {
    smithy_cbor_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_cbor_put_i32(smithy_cbor_writer *w, const char *name, smithy_opt_i32 value) {
    smithy_cbor_put_i64(w, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_cbor_put_i64(smithy_cbor_writer *w, const char *name, smithy_opt_i64 value) {
    if (!value.has) return;
    smithy_cbor_name(w, name);
    smithy_cbor_value_i64(w, value.value);
}

void smithy_cbor_put_f32(smithy_cbor_writer *w, const char *name, smithy_opt_f32 value) {
    if (!value.has) return;
    smithy_cbor_name(w, name);
    smithy_cbor_value_f32(w, value.value);
}

void smithy_cbor_put_f64(smithy_cbor_writer *w, const char *name, smithy_opt_f64 value) {
    if (!value.has) return;
    smithy_cbor_name(w, name);
    smithy_cbor_value_f64(w, value.value);
}

void smithy_cbor_put_epoch(smithy_cbor_writer *w, const char *name, smithy_opt_time value) {
    if (!value.has) return;
    smithy_cbor_name(w, name);
    smithy_cbor_value_epoch(w, value.value);
}
