/* A message as a tree, built by libcbor's events: it decodes one item at a time and takes no memory. */
#include <smithy/cbor.h>

#include "core/utf8.h"

#include <cbor/streaming.h>

enum { MAX_DEPTH = 512, MAX_ITEMS = 2000000 };

/* A container that has not ended yet, or a string that comes in pieces. */
typedef struct frame {
    smithy_cbor_kind kind;
    smithy_cbor_node *node; /* NULL for a string: it may turn out to be a key. */
    smithy_cbor_node *last; /* Of its children. */
    smithy_str key;         /* Of a map: the one whose value comes next; absent: a key comes next. */
    uint64_t left;          /* Values still to come, where their number was told. */
    bool is_indefinite;
    bool has_tag; /* Of a string: what stood before it. */
    uint64_t tag;
} frame;

typedef struct reader {
    smithy_call *call;
    smithy_str message;
    size_t at;
    smithy_status status;
    smithy_cbor_node *root; /* Set, with no frame open: the end. */
    size_t items;
    smithy_buffer pieces; /* Of the string that comes in pieces; those do not nest. */
    bool has_tag;
    uint64_t tag; /* Of the item that comes next. */
    size_t depth;
    frame frames[MAX_DEPTH];
} reader;

static void stop(reader *r, smithy_status status) {
    if (r->status == SMITHY_OK) r->status = status;
}

static void refuse(reader *r, const char *problem) {
    if (r->status != SMITHY_OK) return;
    stop(r, smithy_call_fail(r->call, SMITHY_ERROR_RESPONSE, "CBOR at offset %zu: %s", r->at, problem));
}

static frame *top(reader *r) {
    return r->depth > 0 ? &r->frames[r->depth - 1] : NULL;
}

static bool is_string(const frame *parent) {
    return parent && (parent->kind == SMITHY_CBOR_TEXT || parent->kind == SMITHY_CBOR_BYTES);
}

static void forget_tag(reader *r) {
    r->has_tag = false;
    r->tag = 0;
}

/* ---- what an item becomes ---- */

static bool expects_key(const frame *parent) {
    return parent && parent->kind == SMITHY_CBOR_MAP && !smithy_str_is_set(parent->key);
}

/* The node that the open container, or the message, begins or holds next. NULL when it must not be, or memory is out.
 */
static smithy_cbor_node *add(reader *r, smithy_cbor_kind kind) {
    frame *parent = top(r);
    if (r->status != SMITHY_OK) return NULL;
    if (is_string(parent)) refuse(r, "a string has a piece that is no string of its kind");
    if (expects_key(parent)) refuse(r, "a key that is not text");
    if (++r->items > MAX_ITEMS) refuse(r, "more than 2000000 items");
    if (r->status != SMITHY_OK) return NULL;
    smithy_cbor_node *node = smithy_call_alloc(r->call, 1, sizeof *node);
    if (!node) {
        stop(r, smithy_call_status(r->call));
        return NULL;
    }
    *node = (smithy_cbor_node){.kind = kind, .has_tag = r->has_tag, .tag = r->tag};
    forget_tag(r);
    if (!parent) {
        r->root = node;
        return node;
    }
    node->name = parent->key;
    if (parent->last)
        parent->last->next = node;
    else
        parent->node->first = node;
    parent->last = node;
    return node;
}

/* An item is whole: it counts for its container, which may be whole by that too. */
static void finish_item(reader *r) {
    for (;;) {
        frame *parent = top(r);
        if (!parent) return;
        parent->key = (smithy_str){0};
        if (parent->is_indefinite || --parent->left > 0) return;
        r->depth--;
    }
}

static void add_scalar(reader *r, smithy_cbor_node value) {
    smithy_cbor_node *node = add(r, value.kind);
    if (!node) return;
    node->boolean = value.boolean;
    node->negative = value.negative;
    node->integer = value.integer;
    node->real = value.real;
    node->text = value.text;
    finish_item(r);
}

static void push(reader *r, frame opened) {
    if (r->depth == MAX_DEPTH)
        refuse(r, "nesting deeper than 512");
    else
        r->frames[r->depth++] = opened;
}

static void open_container(reader *r, smithy_cbor_kind kind, uint64_t count, bool is_indefinite) {
    smithy_cbor_node *node = add(r, kind);
    if (!node) return;
    if (count == 0 && !is_indefinite)
        finish_item(r);
    else
        push(r, (frame){.kind = kind, .node = node, .left = count, .is_indefinite = is_indefinite});
}

/* ---- strings ---- */

/* A whole string, in one piece or joined: a key, where one is expected, else a value. */
static void deliver_string(reader *r, smithy_cbor_kind kind, smithy_str text) {
    frame *parent = top(r);
    if (kind == SMITHY_CBOR_TEXT && expects_key(parent)) {
        parent->key = text;
        forget_tag(r);
    } else {
        add_scalar(r, (smithy_cbor_node){.kind = kind, .text = text});
    }
}

static void on_piece(reader *r, smithy_cbor_kind kind, smithy_str text) {
    const frame *parent = top(r);
    if (r->status != SMITHY_OK) return;
    if (kind == SMITHY_CBOR_TEXT && smithy_utf8_valid_length(text.ptr, text.len) < text.len) refuse(r, "invalid UTF-8");
    if (r->status != SMITHY_OK) return;
    if (!is_string(parent) || parent->kind != kind) {
        deliver_string(r, kind, text);
        return;
    }
    if (r->has_tag) refuse(r, "a tag inside of a string");
    smithy_buffer_append_str(&r->pieces, text);
    const smithy_status status = smithy_buffer_status(&r->pieces);
    if (status != SMITHY_OK) stop(r, smithy_call_fail(r->call, status, "out of memory"));
}

static void open_string(reader *r, smithy_cbor_kind kind) {
    if (r->status != SMITHY_OK) return;
    if (is_string(top(r))) {
        refuse(r, "a string inside of a string");
        return;
    }
    smithy_buffer_reset(&r->pieces);
    push(r, (frame){.kind = kind, .is_indefinite = true, .has_tag = r->has_tag, .tag = r->tag});
    forget_tag(r);
}

static void close_string(reader *r) {
    const frame ended = r->frames[--r->depth];
    const smithy_str text = smithy_call_copy(r->call, smithy_buffer_str(&r->pieces));
    r->has_tag = ended.has_tag;
    r->tag = ended.tag;
    if (smithy_str_is_set(text))
        deliver_string(r, ended.kind, text);
    else
        stop(r, smithy_call_status(r->call));
}

/* ---- libcbor's events ---- */

static void on_unsigned(void *context, uint64_t value) {
    add_scalar(context, (smithy_cbor_node){.kind = SMITHY_CBOR_INTEGER, .integer = value});
}

static void on_negative(void *context, uint64_t value) {
    add_scalar(context, (smithy_cbor_node){.kind = SMITHY_CBOR_INTEGER, .integer = value, .negative = true});
}

static void on_uint8(void *context, uint8_t value) {
    on_unsigned(context, value);
}

static void on_uint16(void *context, uint16_t value) {
    on_unsigned(context, value);
}

static void on_uint32(void *context, uint32_t value) {
    on_unsigned(context, value);
}

static void on_negint8(void *context, uint8_t value) {
    on_negative(context, value);
}

static void on_negint16(void *context, uint16_t value) {
    on_negative(context, value);
}

static void on_negint32(void *context, uint32_t value) {
    on_negative(context, value);
}

static void on_double(void *context, double value) {
    add_scalar(context, (smithy_cbor_node){.kind = SMITHY_CBOR_FLOAT, .real = value});
}

static void on_float(void *context, float value) {
    on_double(context, (double)value);
}

static void on_bool(void *context, bool value) {
    add_scalar(context, (smithy_cbor_node){.kind = SMITHY_CBOR_BOOL, .boolean = value});
}

static void on_null(void *context) {
    add_scalar(context, (smithy_cbor_node){.kind = SMITHY_CBOR_NULL});
}

static void on_text(void *context, cbor_data bytes, size_t len) {
    on_piece(context, SMITHY_CBOR_TEXT, (smithy_str){(const char *)bytes, len});
}

static void on_bytes(void *context, cbor_data bytes, size_t len) {
    on_piece(context, SMITHY_CBOR_BYTES, (smithy_str){(const char *)bytes, len});
}

static void on_text_start(void *context) {
    open_string(context, SMITHY_CBOR_TEXT);
}

static void on_bytes_start(void *context) {
    open_string(context, SMITHY_CBOR_BYTES);
}

static void on_array(void *context, size_t count) {
    open_container(context, SMITHY_CBOR_ARRAY, count, false);
}

static void on_array_start(void *context) {
    open_container(context, SMITHY_CBOR_ARRAY, 0, true);
}

static void on_map(void *context, size_t count) {
    open_container(context, SMITHY_CBOR_MAP, count, false);
}

static void on_map_start(void *context) {
    open_container(context, SMITHY_CBOR_MAP, 0, true);
}

static void on_tag(void *context, uint64_t tag) {
    reader *r = context;
    r->has_tag = true;
    r->tag = tag;
}

static void on_break(void *context) {
    reader *r = context;
    const frame *ended = top(r);
    if (r->status != SMITHY_OK) return;
    if (!ended || !ended->is_indefinite || smithy_str_is_set(ended->key) || r->has_tag) {
        refuse(r, "an end of nothing, or in the middle of a member");
    } else if (is_string(ended)) {
        close_string(r);
    } else {
        r->depth--;
        finish_item(r);
    }
}

static const struct cbor_callbacks EVENTS = {
    .uint8 = on_uint8,
    .uint16 = on_uint16,
    .uint32 = on_uint32,
    .uint64 = on_unsigned,
    .negint8 = on_negint8,
    .negint16 = on_negint16,
    .negint32 = on_negint32,
    .negint64 = on_negative,
    .byte_string_start = on_bytes_start,
    .byte_string = on_bytes,
    .string_start = on_text_start,
    .string = on_text,
    .indef_array_start = on_array_start,
    .array_start = on_array,
    .indef_map_start = on_map_start,
    .map_start = on_map,
    .tag = on_tag,
    .float2 = on_float,
    .float4 = on_float,
    .float8 = on_double,
    .undefined = on_null,
    .null = on_null,
    .boolean = on_bool,
    .indef_break = on_break,
};

/* ---- the message ---- */

/* The initial bytes of tags 0 to 23. libcbor 0.8 takes those that nobody had a use for then for an error. */
enum { FIRST_SHORT_TAG = 0xC0, LAST_SHORT_TAG = 0xD7 };

static bool read_short_tag(reader *r) {
    if (r->at == r->message.len) return false;
    const unsigned char byte = (unsigned char)r->message.ptr[r->at];
    if (byte < FIRST_SHORT_TAG || byte > LAST_SHORT_TAG) return false;
    on_tag(r, byte - (uint64_t)FIRST_SHORT_TAG);
    r->at++;
    return true;
}

static void read_item(reader *r) {
    if (read_short_tag(r)) return;
    const unsigned char *bytes = (const unsigned char *)r->message.ptr + r->at;
    const struct cbor_decoder_result result = cbor_stream_decode(bytes, r->message.len - r->at, &EVENTS, r);
    if (result.status == CBOR_DECODER_NEDATA)
        refuse(r, "the message ends too early");
    else if (result.status != CBOR_DECODER_FINISHED)
        refuse(r, "no item of a known kind");
    r->at += result.read;
}

static smithy_status read_all(reader *r) {
    do read_item(r);
    while (r->status == SMITHY_OK && (!r->root || r->depth > 0));
    if (r->at < r->message.len) refuse(r, "bytes after the end");
    return r->status;
}

smithy_status smithy_cbor_parse(const smithy_cbor_node **root, smithy_str message, smithy_call *call) {
    static const smithy_cbor_node EMPTY_MAP = {.kind = SMITHY_CBOR_MAP};
    *root = &EMPTY_MAP;
    if (message.len == 0) return SMITHY_OK;
    reader r = {.call = call, .message = message};
    smithy_buffer_init(&r.pieces, smithy_call_system(call), message.len);
    const smithy_status status = read_all(&r);
    smithy_buffer_deinit_secret(&r.pieces);
    *root = status == SMITHY_OK ? r.root : &EMPTY_MAP;
    return status;
}
