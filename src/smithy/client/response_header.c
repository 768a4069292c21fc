#include "client/response_header.h"

#include <smithy/text.h>

smithy_status response_refuse_header(const char *name, smithy_str value, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "the answer's header %s cannot be read: \"%.*s\"", name,
                            SMITHY_STR_ARG(value));
}

smithy_status smithy_response_header_str(const smithy_http_response *response, const char *name, smithy_str *value,
                                         smithy_call *call) {
    (void)call;
    const smithy_str text = smithy_response_header(response, name);
    if (text.ptr) *value = text;
    return SMITHY_OK;
}

smithy_status smithy_response_header_bool(const smithy_http_response *response, const char *name,
                                          smithy_opt_bool *value, smithy_call *call) {
    const smithy_str text = smithy_response_header(response, name);
    if (!text.ptr) return SMITHY_OK;
    const bool is_true = smithy_str_equal_nocase(text, SMITHY_STR("true"));
    if (!is_true && !smithy_str_equal_nocase(text, SMITHY_STR("false")))
        return response_refuse_header(name, text, call);
    *value = (smithy_opt_bool){true, is_true};
    return SMITHY_OK;
}

static smithy_status get_integer(const smithy_http_response *response, const char *name, int64_t min, int64_t max,
                                 smithy_opt_i64 *value, smithy_call *call) {
    const smithy_str text = smithy_response_header(response, name);
    int64_t number = 0;
    if (!text.ptr) return SMITHY_OK;
    if (!smithy_str_to_i64(text, &number) || number < min || number > max)
        return response_refuse_header(name, text, call);
    *value = (smithy_opt_i64){true, number};
    return SMITHY_OK;
}

smithy_status smithy_response_header_i8(const smithy_http_response *response, const char *name, smithy_opt_i8 *value,
                                        smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(response, name, INT8_MIN, INT8_MAX, &wide, call));
    *value = (smithy_opt_i8){wide.has, (int8_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_response_header_i16(const smithy_http_response *response, const char *name, smithy_opt_i16 *value,
                                         smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(response, name, INT16_MIN, INT16_MAX, &wide, call));
    *value = (smithy_opt_i16){wide.has, (int16_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_response_header_i32(const smithy_http_response *response, const char *name, smithy_opt_i32 *value,
                                         smithy_call *call) {
    smithy_opt_i64 wide = {value->has, value->value};
    SMITHY_TRY(get_integer(response, name, INT32_MIN, INT32_MAX, &wide, call));
    *value = (smithy_opt_i32){wide.has, (int32_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_response_header_i64(const smithy_http_response *response, const char *name, smithy_opt_i64 *value,
                                         smithy_call *call) {
    return get_integer(response, name, INT64_MIN, INT64_MAX, value, call);
}

smithy_status smithy_response_header_f32(const smithy_http_response *response, const char *name, smithy_opt_f32 *value,
                                         smithy_call *call) {
    const smithy_str text = smithy_response_header(response, name);
    float number = 0;
    if (!text.ptr) return SMITHY_OK;
    if (!smithy_f32_read(text, &number)) return response_refuse_header(name, text, call);
    *value = (smithy_opt_f32){true, number};
    return SMITHY_OK;
}

smithy_status smithy_response_header_f64(const smithy_http_response *response, const char *name, smithy_opt_f64 *value,
                                         smithy_call *call) {
    const smithy_str text = smithy_response_header(response, name);
    double number = 0;
    if (!text.ptr) return SMITHY_OK;
    if (!smithy_f64_read(text, &number)) return response_refuse_header(name, text, call);
    *value = (smithy_opt_f64){true, number};
    return SMITHY_OK;
}

bool response_read_time(smithy_str text, smithy_time_format format, int64_t *ms) {
    switch (format) {
    case SMITHY_TIME_EPOCH: return smithy_time_read_epoch(text, ms);
    case SMITHY_TIME_DATE_TIME: return smithy_time_read_date_time(text, ms);
    case SMITHY_TIME_HTTP_DATE: break;
    }
    return smithy_time_read_http_date(text, ms);
}

smithy_status smithy_response_header_time(const smithy_http_response *response, const char *name,
                                          smithy_time_format format, smithy_opt_time *value, smithy_call *call) {
    const smithy_str text = smithy_response_header(response, name);
    int64_t ms = 0;
    if (!text.ptr) return SMITHY_OK;
    if (!response_read_time(text, format, &ms)) return response_refuse_header(name, text, call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}

smithy_status smithy_response_header_media(const smithy_http_response *response, const char *name, smithy_str *value,
                                           smithy_call *call) {
    const smithy_str text = smithy_response_header(response, name);
    size_t len = 0;
    if (!text.ptr) return SMITHY_OK;
    char *decoded = smithy_call_alloc(call, smithy_base64_max(text.len) + 1, 1);
    if (!decoded) return smithy_call_status(call);
    if (!smithy_base64_read(text, (uint8_t *)decoded, &len)) return response_refuse_header(name, text, call);
    decoded[len] = '\0';
    *value = (smithy_str){decoded, len};
    return SMITHY_OK;
}

/* ---- prefix headers ---- */

static bool has_prefix(smithy_str name, smithy_str prefix) {
    return name.len >= prefix.len && smithy_str_equal_nocase((smithy_str){name.ptr, prefix.len}, prefix);
}

smithy_status smithy_response_prefix_headers(const smithy_http_response *response, const char *prefix,
                                             smithy_str_map *values, smithy_call *call) {
    const smithy_headers *headers = &response->headers;
    const smithy_str wanted = smithy_str_from(prefix);
    smithy_str_entry *items = smithy_call_alloc(call, headers->count, sizeof *items);
    size_t count = 0;
    if (!items) return smithy_call_status(call);
    for (size_t i = 0; i < headers->count; i++) {
        const smithy_header header = headers->items[i];
        if (!has_prefix(header.name, wanted)) continue;
        items[count++] = (smithy_str_entry){{header.name.ptr + wanted.len, header.name.len - wanted.len}, header.value};
    }
    *values = (smithy_str_map){items, count};
    return SMITHY_OK;
}
