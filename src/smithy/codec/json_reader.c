#include <smithy/json.h>
#include <smithy/text.h>

#include "codec/decimal.h"
#include "codec/json_tree.h"

#include <math.h>
#include <stdalign.h>

/* ---- parsing ---- */

/* About what the tree of a service's answer takes, so that one of ordinary size lies in one piece. */
static size_t expected_size(size_t len) {
    const size_t most = (size_t)256 * 1024;
    return len < most / 5 * 2 ? 512 + len / 2 * 5 : most;
}

static smithy_status build(smithy_json *json, smithy_str text, smithy_arena *memory, smithy_json_problem *problem) {
    void *own = NULL;
    SMITHY_TRY(smithy_arena_reserve(memory, expected_size(text.len)));
    SMITHY_TRY(smithy_json_tree(text, memory, &json->root, problem));
    SMITHY_TRY(smithy_arena_take(memory, sizeof *memory, alignof(smithy_arena), &own));
    *(smithy_arena *)own = *memory; /* It lies in itself: nothing is taken from it any more. */
    json->memory = own;
    return SMITHY_OK;
}

smithy_status smithy_json_parse(smithy_json *json, smithy_str text, smithy_call *call) {
    smithy_arena memory;
    smithy_json_problem problem = {0};
    *json = (smithy_json){0};
    smithy_arena_init(&memory, smithy_call_system(call), SIZE_MAX); /* Bounded by the text, and by the values in it. */
    const smithy_status status = build(json, text.len ? text : SMITHY_STR("{}"), &memory, &problem);
    if (status == SMITHY_OK) return SMITHY_OK;
    smithy_arena_deinit(&memory);
    json->root = NULL;
    if (status != SMITHY_ERROR_RESPONSE) return smithy_call_fail(call, status, "out of memory");
    return smithy_call_fail(call, status, "JSON at offset %zu: %s", problem.at, problem.what);
}

void smithy_json_free(smithy_json *json) {
    if (json->memory) {
        smithy_arena memory = *json->memory;
        smithy_arena_deinit(&memory);
    }
    *json = (smithy_json){0};
}

/* ---- what a node is ---- */

/* cJSON's own questions are calls into another library. */
static bool is_kind(const cJSON *json, int kind) {
    return (json->type & 0xFF) == kind;
}

/* The number in its disguise; absent for any other node. */
static smithy_str disguised_number(const cJSON *json) {
    if (!is_kind(json, cJSON_String) || json->valuestring[0] != SMITHY_JSON_NUMBER) return (smithy_str){0};
    return smithy_str_from(json->valuestring + 1);
}

bool smithy_json_is_string(const cJSON *json) {
    return is_kind(json, cJSON_String) && json->valuestring[0] != SMITHY_JSON_NUMBER;
}

bool smithy_json_is_number(const cJSON *json) {
    return is_kind(json, cJSON_Number) || smithy_str_is_set(disguised_number(json));
}

static const char *kind_of(const cJSON *json) {
    if (is_kind(json, cJSON_Object)) return "an object";
    if (is_kind(json, cJSON_Array)) return "an array";
    if (cJSON_IsBool(json)) return "a boolean";
    if (smithy_json_is_string(json)) return "a string";
    return is_kind(json, cJSON_NULL) ? "null" : "a number";
}

static const char *name_of(const cJSON *json) {
    return json->string ? json->string : "a value without a name";
}

static smithy_status wrong_kind(const cJSON *json, const char *expected, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%s: expected %s, got %s", name_of(json), expected,
                            kind_of(json));
}

static smithy_status wrong_value(const cJSON *json, const char *expected, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%s: expected %s", name_of(json), expected);
}

/* ---- objects and arrays ---- */

static size_t count_children(const cJSON *first, bool sparse) {
    size_t count = 0;
    for (; first; first = first->next) count += sparse || !is_kind(first, cJSON_NULL);
    return count;
}

smithy_status smithy_json_object(const cJSON *json, const cJSON **first, smithy_call *call) {
    *first = NULL;
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!is_kind(json, cJSON_Object)) return wrong_kind(json, "an object", call);
    *first = json->child;
    return SMITHY_OK;
}

smithy_status smithy_json_array(const cJSON *json, bool sparse, const cJSON **first, size_t *count, smithy_call *call) {
    *first = NULL;
    *count = 0;
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!is_kind(json, cJSON_Array)) return wrong_kind(json, "an array", call);
    *first = json->child;
    *count = count_children(json->child, sparse);
    return SMITHY_OK;
}

smithy_status smithy_json_map(const cJSON *json, bool sparse, const cJSON **first, size_t *count, smithy_call *call) {
    *count = 0;
    SMITHY_TRY(smithy_json_object(json, first, call));
    *count = count_children(*first, sparse);
    return SMITHY_OK;
}

/* ---- texts and bytes ---- */

/* Undoes the disguise of NULs, in place; answers the new length. */
static size_t reveal(char *text, size_t len) {
    char *from = memchr(text, SMITHY_JSON_NUL, len);
    if (!from) return len;
    const char *end = text + len;
    char *to = from;
    while (from < end) {
        const bool is_nul = *from == SMITHY_JSON_NUL;
        *to++ = is_nul ? '\0' : *from;
        from += is_nul ? 2 : 1;
    }
    *to = '\0';
    return (size_t)(to - text);
}

static smithy_status copy_text(const char *text, smithy_str *value, smithy_call *call) {
    const smithy_str copy = smithy_call_copy(call, smithy_str_from(text));
    if (!smithy_str_is_set(copy)) return smithy_call_status(call);
    /* The copy is ours alone until it is handed out. */
    *value = (smithy_str){copy.ptr, reveal((char *)copy.ptr, copy.len)};
    return SMITHY_OK;
}

smithy_status smithy_json_get_key(const cJSON *member, smithy_str *key, smithy_call *call) {
    return copy_text(member->string, key, call);
}

smithy_status smithy_json_get_str(const cJSON *json, smithy_str *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!smithy_json_is_string(json)) return wrong_kind(json, "a string", call);
    return copy_text(json->valuestring, value, call);
}

smithy_status smithy_json_get_bytes(const cJSON *json, smithy_bytes *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!smithy_json_is_string(json)) return wrong_kind(json, "base64", call);
    const smithy_str text = smithy_str_from(json->valuestring);
    uint8_t *bytes = smithy_call_alloc(call, smithy_base64_max(text.len), 1);
    if (!bytes) return smithy_call_status(call);
    size_t len;
    if (!smithy_base64_read(text, bytes, &len)) return wrong_value(json, "base64", call);
    *value = (smithy_bytes){bytes, len};
    return SMITHY_OK;
}

/* ---- numbers ---- */

smithy_status smithy_json_get_bool(const cJSON *json, smithy_opt_bool *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!cJSON_IsBool(json)) return wrong_kind(json, "a boolean", call);
    *value = (smithy_opt_bool){true, cJSON_IsTrue(json) != 0};
    return SMITHY_OK;
}

/* An integral number of any spelling (1, 1.0, 1e0). */
static bool read_integer(const cJSON *json, int64_t *integer) {
    const smithy_str text = disguised_number(json);
    if (smithy_str_is_set(text)) {
        smithy_decimal decimal;
        return smithy_decimal_read(text, &decimal) && smithy_decimal_to_i64(&decimal, integer);
    }
    *integer = (int64_t)json->valuedouble; /* At most 15 digits. */
    return (double)*integer == json->valuedouble;
}

static smithy_status get_integer(const cJSON *json, int64_t min, int64_t max, smithy_opt_i64 *value,
                                 smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!smithy_json_is_number(json)) return wrong_kind(json, "an integer", call);
    int64_t integer;
    if (!read_integer(json, &integer) || integer < min || integer > max)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "%s: expected an integer from %lld to %lld", name_of(json),
                                (long long)min, (long long)max);
    *value = (smithy_opt_i64){true, integer};
    return SMITHY_OK;
}

smithy_status smithy_json_get_i8(const cJSON *json, smithy_opt_i8 *value, smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(json, INT8_MIN, INT8_MAX, &wide, call));
    *value = (smithy_opt_i8){wide.has, (int8_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_json_get_i16(const cJSON *json, smithy_opt_i16 *value, smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(json, INT16_MIN, INT16_MAX, &wide, call));
    *value = (smithy_opt_i16){wide.has, (int16_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_json_get_i32(const cJSON *json, smithy_opt_i32 *value, smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(json, INT32_MIN, INT32_MAX, &wide, call));
    *value = (smithy_opt_i32){wide.has, (int32_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_json_get_i64(const cJSON *json, smithy_opt_i64 *value, smithy_call *call) {
    return get_integer(json, INT64_MIN, INT64_MAX, value, call);
}

/* "NaN" and the infinities come as strings; no other number does. */
static bool is_special(smithy_str text) {
    double value;
    return smithy_f64_read(text, &value) && !isfinite(value);
}

/* A number as text, where it came as one; absent for a plain double. SMITHY_ERROR_RESPONSE for another kind. */
static smithy_status number_text(const cJSON *json, smithy_str *text, smithy_call *call) {
    *text = disguised_number(json);
    if (is_kind(json, cJSON_Number) || smithy_str_is_set(*text)) return SMITHY_OK;
    if (!smithy_json_is_string(json) || !is_special(smithy_str_from(json->valuestring)))
        return wrong_kind(json, "a number", call);
    *text = smithy_str_from(json->valuestring);
    return SMITHY_OK;
}

smithy_status smithy_json_get_f32(const cJSON *json, smithy_opt_f32 *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    smithy_str text;
    float number = 0;
    SMITHY_TRY(number_text(json, &text, call));
    if (!smithy_str_is_set(text))
        number = (float)json->valuedouble; /* At most 15 digits: no infinity. */
    else if (!smithy_f32_read(text, &number))
        return wrong_value(json, "a number that fits a float", call);
    *value = (smithy_opt_f32){true, number};
    return SMITHY_OK;
}

smithy_status smithy_json_get_f64(const cJSON *json, smithy_opt_f64 *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    smithy_str text;
    double number = json->valuedouble;
    SMITHY_TRY(number_text(json, &text, call));
    if (smithy_str_is_set(text) && !smithy_f64_read(text, &number))
        return wrong_value(json, "a number that fits a double", call);
    *value = (smithy_opt_f64){true, number};
    return SMITHY_OK;
}

smithy_status smithy_json_get_number(const cJSON *json, smithy_str *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    char shortest[SMITHY_NUMBER_TEXT_SIZE];
    smithy_str text = disguised_number(json);
    if (!smithy_str_is_set(text)) {
        if (!is_kind(json, cJSON_Number)) return wrong_kind(json, "a number", call);
        text = (smithy_str){shortest, smithy_f64_write(json->valuedouble, shortest)};
    }
    const smithy_str copy = smithy_call_copy(call, text);
    if (!smithy_str_is_set(copy)) return smithy_call_status(call);
    *value = copy;
    return SMITHY_OK;
}

/* ---- timestamps ---- */

/* Seconds with a fraction are no exact double; their shortest text is what was sent. */
static bool read_epoch(const cJSON *json, int64_t *ms) {
    char shortest[SMITHY_NUMBER_TEXT_SIZE];
    smithy_str text = disguised_number(json);
    if (!smithy_str_is_set(text)) text = (smithy_str){shortest, smithy_f64_write(json->valuedouble, shortest)};
    return smithy_time_read_epoch(text, ms);
}

smithy_status smithy_json_get_epoch(const cJSON *json, smithy_opt_time *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!smithy_json_is_number(json)) return wrong_kind(json, "seconds since 1970", call);
    int64_t ms;
    if (!read_epoch(json, &ms)) return wrong_value(json, "seconds since 1970 in the years 0 to 9999", call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}

smithy_status smithy_json_get_date_time(const cJSON *json, smithy_opt_time *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!smithy_json_is_string(json)) return wrong_kind(json, "a date-time", call);
    int64_t ms;
    if (!smithy_time_read_date_time(smithy_str_from(json->valuestring), &ms))
        return wrong_value(json, "a date-time", call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}

smithy_status smithy_json_get_http_date(const cJSON *json, smithy_opt_time *value, smithy_call *call) {
    if (is_kind(json, cJSON_NULL)) return SMITHY_OK;
    if (!smithy_json_is_string(json)) return wrong_kind(json, "an http-date", call);
    int64_t ms;
    if (!smithy_time_read_http_date(smithy_str_from(json->valuestring), &ms))
        return wrong_value(json, "an http-date", call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}
