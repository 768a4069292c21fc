/* Any XML text: what is read, and written again, reads the same; and every reader of a value looks at each element. */
#include "fuzz.h"

#include <smithy/xml.h>

static void write_node(smithy_xml_writer *w, const smithy_xml_node *node) {
    smithy_xml_open(w, node->name.ptr);
    for (const smithy_xml_attribute_node *a = node->attributes; a; a = a->next)
        smithy_xml_attribute(w, a->name.ptr, a->value);
    if (node->text.len) smithy_xml_value_str(w, node->text);
    for (const smithy_xml_node *child = node->first; child; child = child->next) write_node(w, child);
    smithy_xml_close(w, node->name.ptr);
}

static void check_same_attributes(const smithy_xml_attribute_node *a, const smithy_xml_attribute_node *b) {
    for (; a && b; a = a->next, b = b->next)
        FUZZ_CHECK(smithy_str_equal(a->name, b->name) && smithy_str_equal(a->value, b->value));
    FUZZ_CHECK(!a && !b);
}

static void check_same(const smithy_xml_node *a, const smithy_xml_node *b) {
    FUZZ_CHECK(smithy_str_equal(a->name, b->name) && smithy_str_equal(a->text, b->text));
    FUZZ_CHECK(a->text.ptr[a->text.len] == '\0' && a->name.ptr[a->name.len] == '\0');
    check_same_attributes(a->attributes, b->attributes);
    const smithy_xml_node *one = a->first, *other = b->first;
    for (; one && other; one = one->next, other = other->next) check_same(one, other);
    FUZZ_CHECK(!one && !other);
}

/* Names lose their prefix each time they are read: what then is no name, or stands twice, cannot be written again. */
static bool is_name(smithy_str name) {
    return name.len && !memchr(name.ptr, ':', name.len) && !strchr("-.0123456789", name.ptr[0]);
}

static bool has_unwritable_names(const smithy_xml_node *node) {
    if (!is_name(node->name)) return true;
    for (const smithy_xml_attribute_node *a = node->attributes; a; a = a->next) {
        if (!is_name(a->name)) return true;
        for (const smithy_xml_attribute_node *b = a->next; b; b = b->next)
            if (smithy_str_equal(a->name, b->name)) return true;
    }
    for (const smithy_xml_node *child = node->first; child; child = child->next)
        if (has_unwritable_names(child)) return true;
    return false;
}

static void read_values(const smithy_xml_node *node, smithy_call *call) {
    smithy_opt_bool boolean = {0};
    smithy_opt_i8 small = {0};
    smithy_opt_i64 large = {0};
    smithy_opt_f64 real = {0};
    smithy_opt_time time = {0};
    smithy_str number = {0};
    smithy_bytes bytes = {0};
    (void)!smithy_xml_get_bool(node, &boolean, call);
    (void)!smithy_xml_get_i8(node, &small, call);
    (void)!smithy_xml_get_i64(node, &large, call);
    (void)!smithy_xml_get_f64(node, &real, call);
    (void)!smithy_xml_get_number(node, &number, call);
    (void)!smithy_xml_get_bytes(node, &bytes, call);
    (void)!smithy_xml_get_epoch(node, &time, call);
    (void)!smithy_xml_get_date_time(node, &time, call);
    (void)!smithy_xml_get_http_date(node, &time, call);
    for (const smithy_xml_node *child = node->first; child; child = child->next) read_values(child, call);
}

static void check_round_trip(const smithy_xml_node *root, smithy_call *call) {
    smithy_buffer out;
    smithy_xml_writer writer;
    const smithy_xml_node *again = NULL;
    smithy_buffer_init(&out, NULL, 64 << 20);
    smithy_xml_writer_init(&writer, &out);
    write_node(&writer, root);
    FUZZ_CHECK(smithy_buffer_status(&out) == SMITHY_OK);
    FUZZ_CHECK(smithy_xml_parse(smithy_buffer_str(&out), &again, call) == SMITHY_OK);
    check_same(root, again);
    smithy_buffer_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const smithy_str text = fuzz_exact((smithy_str){(const char *)data, size});
    smithy_call *call = smithy_call_create(NULL);
    const smithy_xml_node *root = NULL;
    const smithy_status status = smithy_xml_parse(text, &root, call);
    if (status == SMITHY_OK) {
        if (!has_unwritable_names(root)) check_round_trip(root, call);
        read_values(root, call);
    } else {
        FUZZ_CHECK(status == SMITHY_ERROR_RESPONSE || status == SMITHY_ERROR_LIMIT);
    }
    smithy_call_destroy(call);
    fuzz_free(text);
    return 0;
}
