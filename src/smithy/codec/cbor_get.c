/* Values out of a parsed message. */
#include <smithy/cbor.h>
#include <smithy/text.h>

#include "codec/cbor_tags.h"

#include <float.h>
#include <math.h>

/* ---- what a node is ---- */

static const char *kind_of(const smithy_cbor_node *node) {
    static const char *const NAMES[] = {"null",   "a boolean", "an integer", "a float",
                                        "a text", "bytes",     "an array",   "a map"};
    return NAMES[node->kind];
}

static smithy_status wrong_kind(const smithy_cbor_node *node, const char *expected, smithy_call *call) {
    const smithy_str name = smithy_str_is_set(node->name) ? node->name : SMITHY_STR("a value without a name");
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%.*s: expected %s, got %s", SMITHY_STR_ARG(name), expected,
                            kind_of(node));
}

/* ---- maps and arrays ---- */

static size_t count_children(const smithy_cbor_node *first, bool sparse) {
    size_t count = 0;
    for (; first; first = first->next) count += sparse || !smithy_cbor_is_null(first);
    return count;
}

smithy_status smithy_cbor_object(const smithy_cbor_node *node, const smithy_cbor_node **first, smithy_call *call) {
    *first = NULL;
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (node->kind != SMITHY_CBOR_MAP) return wrong_kind(node, "a map", call);
    *first = node->first;
    return SMITHY_OK;
}

smithy_status smithy_cbor_array(const smithy_cbor_node *node, bool sparse, const smithy_cbor_node **first,
                                size_t *count, smithy_call *call) {
    *first = NULL;
    *count = 0;
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (node->kind != SMITHY_CBOR_ARRAY) return wrong_kind(node, "an array", call);
    *first = node->first;
    *count = count_children(node->first, sparse);
    return SMITHY_OK;
}

smithy_status smithy_cbor_map(const smithy_cbor_node *node, bool sparse, const smithy_cbor_node **first, size_t *count,
                              smithy_call *call) {
    *count = 0;
    SMITHY_TRY(smithy_cbor_object(node, first, call));
    *count = count_children(*first, sparse);
    return SMITHY_OK;
}

/* ---- texts and bytes ---- */

static smithy_status copy_text(smithy_str text, smithy_str *value, smithy_call *call) {
    const smithy_str copy = smithy_call_copy(call, text.ptr ? text : SMITHY_STR(""));
    if (!smithy_str_is_set(copy)) return smithy_call_status(call);
    *value = copy;
    return SMITHY_OK;
}

smithy_status smithy_cbor_get_key(const smithy_cbor_node *member, smithy_str *key, smithy_call *call) {
    return copy_text(member->name, key, call);
}

smithy_status smithy_cbor_get_str(const smithy_cbor_node *node, smithy_str *value, smithy_call *call) {
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (node->kind != SMITHY_CBOR_TEXT) return wrong_kind(node, "a text", call);
    return copy_text(node->text, value, call);
}

smithy_status smithy_cbor_get_bytes(const smithy_cbor_node *node, smithy_bytes *value, smithy_call *call) {
    smithy_str copy = {0};
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (node->kind != SMITHY_CBOR_BYTES) return wrong_kind(node, "bytes", call);
    SMITHY_TRY(copy_text(node->text, &copy, call));
    *value = (smithy_bytes){(const uint8_t *)copy.ptr, copy.len};
    return SMITHY_OK;
}

smithy_status smithy_cbor_get_bool(const smithy_cbor_node *node, smithy_opt_bool *value, smithy_call *call) {
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (node->kind != SMITHY_CBOR_BOOL) return wrong_kind(node, "a boolean", call);
    *value = (smithy_opt_bool){true, node->boolean};
    return SMITHY_OK;
}

/* ---- integers ---- */

/* 2^63, the first double that is past int64_t. */
#define I64_END 9223372036854775808.0

static bool whole_number(const smithy_cbor_node *node, int64_t *number) {
    if (node->kind == SMITHY_CBOR_INTEGER) {
        if (node->integer > INT64_MAX) return false;
        *number = node->negative ? -1 - (int64_t)node->integer : (int64_t)node->integer;
        return true;
    }
    if (node->kind != SMITHY_CBOR_FLOAT || !(node->real >= -I64_END && node->real < I64_END)) return false;
    if (floor(node->real) != node->real) return false;
    *number = (int64_t)node->real;
    return true;
}

static smithy_status get_integer(const smithy_cbor_node *node, int64_t min, int64_t max, smithy_opt_i64 *value,
                                 smithy_call *call) {
    int64_t number;
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (node->kind != SMITHY_CBOR_INTEGER && node->kind != SMITHY_CBOR_FLOAT)
        return wrong_kind(node, "an integer", call);
    if (!whole_number(node, &number) || number < min || number > max)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%.*s: expected an integer from %lld to %lld",
                                SMITHY_STR_ARG(node->name), (long long)min, (long long)max);
    *value = (smithy_opt_i64){true, number};
    return SMITHY_OK;
}

smithy_status smithy_cbor_get_i8(const smithy_cbor_node *node, smithy_opt_i8 *value, smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(node, INT8_MIN, INT8_MAX, &wide, call));
    *value = (smithy_opt_i8){wide.has, (int8_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_cbor_get_i16(const smithy_cbor_node *node, smithy_opt_i16 *value, smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(node, INT16_MIN, INT16_MAX, &wide, call));
    *value = (smithy_opt_i16){wide.has, (int16_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_cbor_get_i32(const smithy_cbor_node *node, smithy_opt_i32 *value, smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(node, INT32_MIN, INT32_MAX, &wide, call));
    *value = (smithy_opt_i32){wide.has, (int32_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_cbor_get_i64(const smithy_cbor_node *node, smithy_opt_i64 *value, smithy_call *call) {
    return get_integer(node, INT64_MIN, INT64_MAX, value, call);
}

/* ---- floats ---- */

static double real_of(const smithy_cbor_node *node) {
    if (node->kind == SMITHY_CBOR_FLOAT) return node->real;
    return node->negative ? -1.0 - (double)node->integer : (double)node->integer;
}

smithy_status smithy_cbor_get_f64(const smithy_cbor_node *node, smithy_opt_f64 *value, smithy_call *call) {
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (node->kind != SMITHY_CBOR_INTEGER && node->kind != SMITHY_CBOR_FLOAT) return wrong_kind(node, "a number", call);
    *value = (smithy_opt_f64){true, real_of(node)};
    return SMITHY_OK;
}

smithy_status smithy_cbor_get_f32(const smithy_cbor_node *node, smithy_opt_f32 *value, smithy_call *call) {
    smithy_opt_f64 wide = {false, 0};
    SMITHY_TRY(smithy_cbor_get_f64(node, &wide, call));
    if (!wide.has) return SMITHY_OK;
    if (isfinite(wide.value) && fabs(wide.value) > FLT_MAX)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%.*s: expected a number that fits a float",
                                SMITHY_STR_ARG(node->name));
    *value = (smithy_opt_f32){true, (float)wide.value};
    return SMITHY_OK;
}

/* ---- timestamps ---- */

/* The years 0 to 9999, as everywhere. */
#define MIN_SECONDS (-62167219200.0)
#define MAX_SECONDS 253402300799.999

/* Seconds with a fraction are no exact double; their shortest text is what was meant. */
static bool read_seconds(const smithy_cbor_node *node, int64_t *ms) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    const double seconds = real_of(node);
    if (!(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) return false;
    return smithy_time_read_epoch((smithy_str){text, smithy_f64_write(seconds, text)}, ms);
}

smithy_status smithy_cbor_get_epoch(const smithy_cbor_node *node, smithy_opt_time *value, smithy_call *call) {
    int64_t ms = 0;
    bool is_read = false;
    if (smithy_cbor_is_null(node)) return SMITHY_OK;
    if (node->kind == SMITHY_CBOR_TEXT && node->has_tag && node->tag == CBOR_TAG_DATE_TIME)
        is_read = smithy_time_read_date_time(node->text, &ms);
    else if (node->kind == SMITHY_CBOR_INTEGER || node->kind == SMITHY_CBOR_FLOAT)
        is_read = read_seconds(node, &ms);
    if (!is_read) return wrong_kind(node, "a timestamp in the years 0 to 9999", call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}
