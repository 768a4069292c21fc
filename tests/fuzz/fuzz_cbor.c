/* Any CBOR item: what is read, and written again, reads the same; and every reader of a value looks at each item. */
#include "fuzz.h"

#include <smithy/cbor.h>

static void write_node(smithy_cbor_writer *w, const smithy_cbor_node *node) {
    switch (node->kind) {
    case SMITHY_CBOR_NULL: smithy_cbor_value_null(w); break;
    case SMITHY_CBOR_BOOL: smithy_cbor_value_bool(w, node->boolean); break;
    case SMITHY_CBOR_INTEGER:
        smithy_cbor_value_i64(w, node->negative ? -1 - (int64_t)node->integer : (int64_t)node->integer);
        break;
    case SMITHY_CBOR_FLOAT: smithy_cbor_value_f64(w, node->real); break;
    case SMITHY_CBOR_TEXT: smithy_cbor_value_str(w, node->text); break;
    case SMITHY_CBOR_BYTES:
        smithy_cbor_value_bytes(w, (smithy_bytes){(const uint8_t *)node->text.ptr, node->text.len});
        break;
    case SMITHY_CBOR_ARRAY:
        smithy_cbor_open_array(w);
        for (const smithy_cbor_node *item = node->first; item; item = item->next) write_node(w, item);
        smithy_cbor_close_array(w);
        break;
    case SMITHY_CBOR_MAP:
        smithy_cbor_open_object(w);
        for (const smithy_cbor_node *member = node->first; member; member = member->next) {
            smithy_cbor_key(w, member->name);
            write_node(w, member);
        }
        smithy_cbor_close_object(w);
        break;
    }
}

/* Tags are not written: what remains is what they stood before. Integers beyond int64_t have no writer. */
static bool can_be_written(const smithy_cbor_node *node) {
    if (node->kind == SMITHY_CBOR_INTEGER && node->integer > INT64_MAX) return false;
    for (const smithy_cbor_node *child = node->first; child; child = child->next)
        if (!can_be_written(child)) return false;
    return true;
}

static void check_same(const smithy_cbor_node *a, const smithy_cbor_node *b) {
    FUZZ_CHECK(a->kind == b->kind);
    FUZZ_CHECK(a->kind != SMITHY_CBOR_BOOL || a->boolean == b->boolean);
    FUZZ_CHECK(a->kind != SMITHY_CBOR_INTEGER || (a->negative == b->negative && a->integer == b->integer));
    FUZZ_CHECK(a->kind != SMITHY_CBOR_FLOAT || a->real != a->real || memcmp(&a->real, &b->real, sizeof a->real) == 0);
    FUZZ_CHECK(smithy_str_equal(a->text, b->text) && smithy_str_equal(a->name, b->name));
    const smithy_cbor_node *one = a->first, *other = b->first;
    for (; one && other; one = one->next, other = other->next) check_same(one, other);
    FUZZ_CHECK(!one && !other);
}

static void read_values(const smithy_cbor_node *node, smithy_call *call) {
    smithy_str text = {0}, number = {0};
    smithy_bytes bytes = {0};
    smithy_opt_bool boolean = {0};
    smithy_opt_i8 small = {0};
    smithy_opt_i64 large = {0};
    smithy_opt_f32 narrow = {0};
    smithy_opt_f64 real = {0};
    smithy_opt_time time = {0};
    (void)!smithy_cbor_get_str(node, &text, call);
    (void)!smithy_cbor_get_bytes(node, &bytes, call);
    (void)!smithy_cbor_get_bool(node, &boolean, call);
    (void)!smithy_cbor_get_i8(node, &small, call);
    (void)!smithy_cbor_get_i64(node, &large, call);
    (void)!smithy_cbor_get_f32(node, &narrow, call);
    (void)!smithy_cbor_get_f64(node, &real, call);
    (void)!smithy_cbor_get_number(node, &number, call);
    (void)!smithy_cbor_get_epoch(node, &time, call);
    for (const smithy_cbor_node *child = node->first; child; child = child->next) read_values(child, call);
}

static void check_round_trip(const smithy_cbor_node *root, smithy_call *call) {
    smithy_buffer out;
    smithy_cbor_writer writer;
    const smithy_cbor_node *again = NULL;
    smithy_buffer_init(&out, NULL, 64 << 20);
    smithy_cbor_writer_init(&writer, &out);
    write_node(&writer, root);
    FUZZ_CHECK(smithy_buffer_status(&out) == SMITHY_OK);
    FUZZ_CHECK(smithy_cbor_parse(&again, smithy_buffer_str(&out), call) == SMITHY_OK);
    check_same(root, again);
    smithy_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const smithy_str message = fuzz_exact((smithy_str){(const char *)data, size});
    smithy_call *call = smithy_call_create(NULL);
    const smithy_cbor_node *root = NULL;
    const smithy_status status = smithy_cbor_parse(&root, message, call);
    if (status == SMITHY_OK) {
        if (can_be_written(root)) check_round_trip(root, call);
        read_values(root, call);
    } else {
        FUZZ_CHECK(status == SMITHY_ERROR_RESPONSE || status == SMITHY_ERROR_LIMIT);
    }
    smithy_call_destroy(call);
    fuzz_free(message);
    return 0;
}
