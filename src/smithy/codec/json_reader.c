#include <smithy/json.h>
#include <smithy/text.h>

#include "codec/decimal.h"
#include "codec/json_scan.h"

#include <math.h>

/* ---- parsing ---- */

static bool is_blank(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at == end;
}

/* One value and white space. *stopped_at is where cJSON gave up, or where the value ended. */
static cJSON *parse_one(smithy_str text, size_t *stopped_at) {
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, false);
    *stopped_at = end ? (size_t)(end - text.ptr) : 0;
    if (root && !is_blank(text.ptr + *stopped_at, text.ptr + text.len)) {
        cJSON_Delete(root);
        root = NULL;
    }
    return root;
}

/* As parse_one, from a shielded copy; *stopped_at counts in `text` all the same. */
static smithy_status parse_shielded(smithy_str text, smithy_call *call, cJSON **root, size_t *stopped_at) {
    smithy_buffer copy;
    /* The shortest number that is wrapped is "-0": two characters that become five. */
    smithy_buffer_init(&copy, smithy_call_system(call), text.len < SIZE_MAX / 3 ? text.len * 3 : SIZE_MAX);
    smithy_json_shield(text, SIZE_MAX, &copy);
    const smithy_status status = smithy_buffer_status(&copy);
    if (status == SMITHY_OK) {
        size_t stopped = 0;
        *root = parse_one(smithy_buffer_str(&copy), &stopped);
        if (!*root) {
            smithy_buffer_reset(&copy);
            *stopped_at = smithy_json_shield(text, stopped, &copy);
        } else if (!smithy_json_is_value(text, stopped_at)) {
            cJSON_Delete(*root);
            *root = NULL;
        }
    }
    smithy_buffer_deinit_secret(&copy);
    return status == SMITHY_OK ? status : smithy_call_fail(call, status, "out of memory");
}

smithy_status smithy_json_parse(smithy_json *json, smithy_str text, smithy_call *call) {
    *json = (smithy_json){0};
    if (text.len == 0) {
        json->root = cJSON_CreateObject();
        return json->root ? SMITHY_OK : smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    }
    const smithy_json_scan scan = smithy_json_scan_text(text);
    if (scan.problem)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "JSON at offset %zu: %s", scan.problem_at, scan.problem);

    size_t stopped_at = 0;
    json->shielded = scan.needs_shield;
    if (scan.needs_shield)
        SMITHY_TRY(parse_shielded(text, call, &json->root, &stopped_at));
    else
        json->root = parse_one(text, &stopped_at);
    if (json->root) return SMITHY_OK;
    size_t grammar_stopped_at = 0;
    if (smithy_json_is_value(text, &grammar_stopped_at))
        return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "JSON at offset %zu: not one JSON value", stopped_at);
}

void smithy_json_free(smithy_json *json) {
    cJSON_Delete(json->root);
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

static smithy_status copy_text(const char *text, smithy_str *value, smithy_call *call) {
    const smithy_str copy = smithy_call_copy(call, smithy_str_from(text));
    if (!smithy_str_is_set(copy)) return smithy_call_status(call);
    /* The copy is ours alone until it is handed out. */
    *value = (smithy_str){copy.ptr, smithy_json_reveal((char *)copy.ptr, copy.len)};
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
