/* Values out of a parsed document. */
#include <smithy/text.h>
#include <smithy/xml.h>

/* ---- finding ---- */

const smithy_xml_node *smithy_xml_child(const smithy_xml_node *parent, const char *name) {
    const smithy_xml_node *node = parent->first;
    while (node && !smithy_xml_is(node, name)) node = node->next;
    return node;
}

size_t smithy_xml_count(const smithy_xml_node *parent, const char *name) {
    size_t count = 0;
    for (const smithy_xml_node *node = parent->first; node; node = node->next) count += smithy_xml_is(node, name);
    return count;
}

smithy_str smithy_xml_get_attribute(const smithy_xml_node *node, const char *name) {
    const char *colon = strchr(name, ':');
    const smithy_str local = smithy_str_from(colon ? colon + 1 : name);
    for (const smithy_xml_attribute_node *at = node->attributes; at; at = at->next)
        if (smithy_str_equal(at->name, local)) return at->value;
    return (smithy_str){0};
}

/* ---- values ---- */

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* White space around a number or date means nothing (XML Schema collapses it). */
static smithy_str trimmed(const smithy_xml_node *node) {
    smithy_str text = node->text;
    while (text.len > 0 && is_space(text.ptr[0])) text = (smithy_str){text.ptr + 1, text.len - 1};
    while (text.len > 0 && is_space(text.ptr[text.len - 1])) text.len--;
    return text;
}

static smithy_status wrong_value(const smithy_xml_node *node, const char *expected, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%s: expected %s", node->name.ptr, expected);
}

smithy_status smithy_xml_get_str(const smithy_xml_node *node, smithy_str *value, smithy_call *call) {
    (void)call;
    *value = node->text;
    return SMITHY_OK;
}

smithy_status smithy_xml_get_bytes(const smithy_xml_node *node, smithy_bytes *value, smithy_call *call) {
    const smithy_str text = trimmed(node);
    uint8_t *bytes = smithy_call_alloc(call, smithy_base64_max(text.len), 1);
    if (!bytes) return smithy_call_status(call);
    size_t len;
    if (!smithy_base64_read(text, bytes, &len)) return wrong_value(node, "base64", call);
    *value = (smithy_bytes){bytes, len};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_bool(const smithy_xml_node *node, smithy_opt_bool *value, smithy_call *call) {
    const smithy_str text = trimmed(node);
    const bool is_true = smithy_str_equal(text, SMITHY_STR("true"));
    if (!is_true && !smithy_str_equal(text, SMITHY_STR("false"))) return wrong_value(node, "true or false", call);
    *value = (smithy_opt_bool){true, is_true};
    return SMITHY_OK;
}

static smithy_status get_integer(const smithy_xml_node *node, int64_t min, int64_t max, int64_t *value,
                                 smithy_call *call) {
    if (smithy_str_to_i64(trimmed(node), value) && *value >= min && *value <= max) return SMITHY_OK;
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%s: expected an integer from %lld to %lld", node->name.ptr,
                            (long long)min, (long long)max);
}

smithy_status smithy_xml_get_i8(const smithy_xml_node *node, smithy_opt_i8 *value, smithy_call *call) {
    int64_t integer;
    SMITHY_TRY(get_integer(node, INT8_MIN, INT8_MAX, &integer, call));
    *value = (smithy_opt_i8){true, (int8_t)integer};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_i16(const smithy_xml_node *node, smithy_opt_i16 *value, smithy_call *call) {
    int64_t integer;
    SMITHY_TRY(get_integer(node, INT16_MIN, INT16_MAX, &integer, call));
    *value = (smithy_opt_i16){true, (int16_t)integer};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_i32(const smithy_xml_node *node, smithy_opt_i32 *value, smithy_call *call) {
    int64_t integer;
    SMITHY_TRY(get_integer(node, INT32_MIN, INT32_MAX, &integer, call));
    *value = (smithy_opt_i32){true, (int32_t)integer};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_i64(const smithy_xml_node *node, smithy_opt_i64 *value, smithy_call *call) {
    int64_t integer;
    SMITHY_TRY(get_integer(node, INT64_MIN, INT64_MAX, &integer, call));
    *value = (smithy_opt_i64){true, integer};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_f32(const smithy_xml_node *node, smithy_opt_f32 *value, smithy_call *call) {
    float number;
    if (!smithy_f32_read(trimmed(node), &number)) return wrong_value(node, "a number that fits a float", call);
    *value = (smithy_opt_f32){true, number};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_f64(const smithy_xml_node *node, smithy_opt_f64 *value, smithy_call *call) {
    double number;
    if (!smithy_f64_read(trimmed(node), &number)) return wrong_value(node, "a number that fits a double", call);
    *value = (smithy_opt_f64){true, number};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_number(const smithy_xml_node *node, smithy_str *value, smithy_call *call) {
    const smithy_str text = trimmed(node);
    if (!smithy_number_is_valid(text)) return wrong_value(node, "a number", call);
    if (text.len == node->text.len) {
        *value = text;
        return SMITHY_OK;
    }
    const smithy_str copy = smithy_call_copy(call, text); /* For the NUL at its end. */
    if (!smithy_str_is_set(copy)) return smithy_call_status(call);
    *value = copy;
    return SMITHY_OK;
}

smithy_status smithy_xml_get_epoch(const smithy_xml_node *node, smithy_opt_time *value, smithy_call *call) {
    int64_t ms;
    if (!smithy_time_read_epoch(trimmed(node), &ms))
        return wrong_value(node, "seconds since 1970 in the years 0 to 9999", call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_date_time(const smithy_xml_node *node, smithy_opt_time *value, smithy_call *call) {
    int64_t ms;
    if (!smithy_time_read_date_time(trimmed(node), &ms)) return wrong_value(node, "a date-time", call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}

smithy_status smithy_xml_get_http_date(const smithy_xml_node *node, smithy_opt_time *value, smithy_call *call) {
    int64_t ms;
    if (!smithy_time_read_http_date(trimmed(node), &ms)) return wrong_value(node, "an http-date", call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}

/* ---- texts that are encoded once more ---- */

static bool is_among(const char *const *names, const smithy_xml_node *node) {
    for (; *names; names++)
        if (smithy_xml_is(node, *names)) return true;
    return false;
}

/* The characters are the tree's own, which nobody but its reader has seen yet, and decoding makes none longer. */
static void decode_text(smithy_xml_node *node) {
    char *text = (char *)(uintptr_t)node->text.ptr;
    const size_t len = smithy_uri_decode(node->text, text, true);
    if (len < node->text.len) text[len] = '\0';
    node->text.len = len;
}

static void decode_below(const smithy_xml_node *parent, const char *const *names) {
    for (const smithy_xml_node *child = parent->first; child; child = child->next) {
        if (child->text.len && is_among(names, child)) decode_text((smithy_xml_node *)(uintptr_t)child);
        decode_below(child, names);
    }
}

void smithy_xml_url_decode(const smithy_xml_node *root, const char *when, const char *const *names) {
    const smithy_xml_node *encoding = smithy_xml_child(root, when);
    if (encoding && smithy_str_equal(encoding->text, SMITHY_STR("url"))) decode_below(root, names);
}
