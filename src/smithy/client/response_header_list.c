/* Headers that hold lists. */
#include "client/response_header.h"

#include <smithy/text.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static smithy_str trimmed(smithy_str text) {
    for (; text.len > 0 && is_blank(*text.ptr); text.ptr++) text.len--;
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) text.len--;
    return text;
}

/* ---- the whole list ---- */

/* A list may come in several headers of its name: then as one, in their order, with commas between. */
static smithy_status joined_header(const smithy_http_response *response, const char *name, smithy_str *text,
                                   smithy_call *call) {
    const smithy_headers *headers = &response->headers;
    const smithy_str wanted = smithy_str_from(name);
    *text = (smithy_str){0};
    for (size_t i = 0; i < headers->count; i++) {
        if (!smithy_str_equal_nocase(headers->items[i].name, wanted)) continue;
        const smithy_str value = headers->items[i].value;
        if (!text->ptr)
            *text = value;
        else
            *text = smithy_call_format(call, "%.*s,%.*s", SMITHY_STR_ARG(*text), SMITHY_STR_ARG(value));
        if (!text->ptr) return smithy_call_status(call);
    }
    return SMITHY_OK;
}

static size_t most_items(smithy_str text) {
    size_t most = 1;
    for (size_t i = 0; i < text.len; i++) most += text.ptr[i] == ',';
    return most;
}

/* ---- texts ---- */

/* `"a, \"b\""` from its first quote: the length of the value that is written to `out`, and past the closing quote. */
static bool unquote(smithy_str text, size_t *at, char *out, size_t *len) {
    *len = 0;
    for ((*at)++; *at < text.len && text.ptr[*at] != '"'; (*at)++) {
        if (text.ptr[*at] == '\\' && *at + 1 < text.len) (*at)++;
        out[(*len)++] = text.ptr[*at];
    }
    return (*at)++ < text.len;
}

/* Writes one item and its NUL to *out, which moves on. false for a quote that does not end. */
static bool read_text(smithy_str text, size_t *at, char **out, smithy_str *item) {
    char *copy = *out;
    size_t len = 0;
    while (*at < text.len && is_blank(text.ptr[*at])) (*at)++;
    if (*at < text.len && text.ptr[*at] == '"') {
        if (!unquote(text, at, copy, &len)) return false;
        while (*at < text.len && is_blank(text.ptr[*at])) (*at)++;
        if (*at < text.len && text.ptr[*at] != ',') return false;
    } else {
        while (*at < text.len && text.ptr[*at] != ',') copy[len++] = text.ptr[(*at)++];
        while (len && is_blank(copy[len - 1])) len--;
    }
    copy[len] = '\0';
    *item = (smithy_str){copy, len};
    *out += len + 1;
    (*at)++; /* The comma. */
    return true;
}

smithy_status smithy_response_header_str_list(const smithy_http_response *response, const char *name,
                                              smithy_str_list *values, smithy_call *call) {
    smithy_str text;
    SMITHY_TRY(joined_header(response, name, &text, call));
    if (!text.ptr) return SMITHY_OK;
    const size_t most = most_items(text);
    size_t count = 0;
    smithy_str *items = smithy_call_alloc(call, most, sizeof *items);
    char *out = smithy_call_alloc(call, text.len + most, 1); /* Each item with its NUL. */
    if (!items || !out) return smithy_call_status(call);
    for (size_t at = 0; at < text.len;)
        if (!read_text(text, &at, &out, &items[count++])) return response_refuse_header(name, text, call);
    *values = (smithy_str_list){items, count};
    return SMITHY_OK;
}

/* ---- all other types ---- */

/* Reads one item into its place. */
typedef bool read_item(smithy_str text, void *items, size_t index);

static bool is_weekday(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (!((text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'z'))) return false;
    return text.len >= 3;
}

static size_t comma_from(smithy_str text, size_t at) {
    while (at < text.len && text.ptr[at] != ',') at++;
    return at;
}

/* The item at *at, which moves past its comma. A weekday takes the rest of its date along. */
static smithy_str next_item(smithy_str text, size_t *at, bool has_dates) {
    const size_t start = *at;
    size_t end = comma_from(text, start);
    const smithy_str piece = trimmed((smithy_str){text.ptr + start, end - start});
    if (has_dates && end < text.len && is_weekday(piece)) end = comma_from(text, end + 1);
    *at = end + 1;
    return trimmed((smithy_str){text.ptr + start, end - start});
}

static smithy_status read_list(const smithy_http_response *response, const char *name, bool has_dates, size_t size,
                               read_item *read, const void **items, size_t *count, smithy_call *call) {
    smithy_str text;
    SMITHY_TRY(joined_header(response, name, &text, call));
    if (!text.ptr) return SMITHY_OK;
    void *room = smithy_call_alloc(call, most_items(text), size);
    size_t used = 0;
    if (!room) return smithy_call_status(call);
    for (size_t at = 0; at < text.len;)
        if (!read(next_item(text, &at, has_dates), room, used++)) return response_refuse_header(name, text, call);
    *items = room;
    *count = used;
    return SMITHY_OK;
}

static bool read_bool(smithy_str text, void *items, size_t index) {
    const bool is_true = smithy_str_equal_nocase(text, SMITHY_STR("true"));
    ((bool *)items)[index] = is_true;
    return is_true || smithy_str_equal_nocase(text, SMITHY_STR("false"));
}

static bool read_integer(smithy_str text, int64_t min, int64_t max, int64_t *number) {
    return smithy_str_to_i64(text, number) && *number >= min && *number <= max;
}

static bool read_i8(smithy_str text, void *items, size_t index) {
    int64_t number;
    if (!read_integer(text, INT8_MIN, INT8_MAX, &number)) return false;
    ((int8_t *)items)[index] = (int8_t)number;
    return true;
}

static bool read_i16(smithy_str text, void *items, size_t index) {
    int64_t number;
    if (!read_integer(text, INT16_MIN, INT16_MAX, &number)) return false;
    ((int16_t *)items)[index] = (int16_t)number;
    return true;
}

static bool read_i32(smithy_str text, void *items, size_t index) {
    int64_t number;
    if (!read_integer(text, INT32_MIN, INT32_MAX, &number)) return false;
    ((int32_t *)items)[index] = (int32_t)number;
    return true;
}

static bool read_i64(smithy_str text, void *items, size_t index) {
    return smithy_str_to_i64(text, (int64_t *)items + index);
}

static bool read_f32(smithy_str text, void *items, size_t index) {
    return smithy_f32_read(text, (float *)items + index);
}

static bool read_f64(smithy_str text, void *items, size_t index) {
    return smithy_f64_read(text, (double *)items + index);
}

static bool read_epoch(smithy_str text, void *items, size_t index) {
    return response_read_time(text, SMITHY_TIME_EPOCH, (int64_t *)items + index);
}

static bool read_date_time(smithy_str text, void *items, size_t index) {
    return response_read_time(text, SMITHY_TIME_DATE_TIME, (int64_t *)items + index);
}

static bool read_http_date(smithy_str text, void *items, size_t index) {
    return response_read_time(text, SMITHY_TIME_HTTP_DATE, (int64_t *)items + index);
}

smithy_status smithy_response_header_bool_list(const smithy_http_response *response, const char *name,
                                               const bool **items, size_t *count, smithy_call *call) {
    const void *list = *items;
    SMITHY_TRY(read_list(response, name, false, sizeof **items, read_bool, &list, count, call));
    *items = list;
    return SMITHY_OK;
}

smithy_status smithy_response_header_i8_list(const smithy_http_response *response, const char *name,
                                             const int8_t **items, size_t *count, smithy_call *call) {
    const void *list = *items;
    SMITHY_TRY(read_list(response, name, false, sizeof **items, read_i8, &list, count, call));
    *items = list;
    return SMITHY_OK;
}

smithy_status smithy_response_header_i16_list(const smithy_http_response *response, const char *name,
                                              const int16_t **items, size_t *count, smithy_call *call) {
    const void *list = *items;
    SMITHY_TRY(read_list(response, name, false, sizeof **items, read_i16, &list, count, call));
    *items = list;
    return SMITHY_OK;
}

smithy_status smithy_response_header_i32_list(const smithy_http_response *response, const char *name,
                                              const int32_t **items, size_t *count, smithy_call *call) {
    const void *list = *items;
    SMITHY_TRY(read_list(response, name, false, sizeof **items, read_i32, &list, count, call));
    *items = list;
    return SMITHY_OK;
}

smithy_status smithy_response_header_i64_list(const smithy_http_response *response, const char *name,
                                              const int64_t **items, size_t *count, smithy_call *call) {
    const void *list = *items;
    SMITHY_TRY(read_list(response, name, false, sizeof **items, read_i64, &list, count, call));
    *items = list;
    return SMITHY_OK;
}

smithy_status smithy_response_header_f32_list(const smithy_http_response *response, const char *name,
                                              const float **items, size_t *count, smithy_call *call) {
    const void *list = *items;
    SMITHY_TRY(read_list(response, name, false, sizeof **items, read_f32, &list, count, call));
    *items = list;
    return SMITHY_OK;
}

smithy_status smithy_response_header_f64_list(const smithy_http_response *response, const char *name,
                                              const double **items, size_t *count, smithy_call *call) {
    const void *list = *items;
    SMITHY_TRY(read_list(response, name, false, sizeof **items, read_f64, &list, count, call));
    *items = list;
    return SMITHY_OK;
}

smithy_status smithy_response_header_time_list(const smithy_http_response *response, const char *name,
                                               smithy_time_format format, const int64_t **items, size_t *count,
                                               smithy_call *call) {
    static read_item *const READERS[] = {[SMITHY_TIME_EPOCH] = read_epoch,
                                         [SMITHY_TIME_DATE_TIME] = read_date_time,
                                         [SMITHY_TIME_HTTP_DATE] = read_http_date};
    const void *list = *items;
    const bool has_dates = format == SMITHY_TIME_HTTP_DATE;
    SMITHY_TRY(read_list(response, name, has_dates, sizeof **items, READERS[format], &list, count, call));
    *items = list;
    return SMITHY_OK;
}
