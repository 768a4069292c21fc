/* Lists in the query and in headers: an item is a text, whatever its type. */
#include "client/request_internal.h"

#define MAX_HEADER_VALUE ((size_t)64 * 1024)
#define ITEM_SIZE        SMITHY_TIME_TEXT_SIZE

_Static_assert(SMITHY_NUMBER_TEXT_SIZE <= ITEM_SIZE, "an item's text holds a number");

/* The text of one item, which may stand in `text`. */
typedef smithy_str item_text(const void *items, size_t index, char text[ITEM_SIZE]);

static smithy_str bool_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    (void)text;
    return request_bool_text(((const bool *)items)[index]);
}

static smithy_str i8_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_i64_text(((const int8_t *)items)[index], text);
}

static smithy_str i16_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_i64_text(((const int16_t *)items)[index], text);
}

static smithy_str i32_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_i64_text(((const int32_t *)items)[index], text);
}

static smithy_str i64_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_i64_text(((const int64_t *)items)[index], text);
}

static smithy_str f32_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_f32_text(((const float *)items)[index], text);
}

static smithy_str f64_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_f64_text(((const double *)items)[index], text);
}

static smithy_str epoch_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_time_text(((const int64_t *)items)[index], SMITHY_TIME_EPOCH, text);
}

static smithy_str date_time_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_time_text(((const int64_t *)items)[index], SMITHY_TIME_DATE_TIME, text);
}

static smithy_str http_date_item(const void *items, size_t index, char text[ITEM_SIZE]) {
    return request_time_text(((const int64_t *)items)[index], SMITHY_TIME_HTTP_DATE, text);
}

static item_text *time_item(smithy_time_format format) {
    switch (format) {
    case SMITHY_TIME_EPOCH: return epoch_item;
    case SMITHY_TIME_DATE_TIME: return date_time_item;
    case SMITHY_TIME_HTTP_DATE: break;
    }
    return http_date_item;
}

/* ---- query ---- */

static void query_list(smithy_request *request, const char *name, const void *items, size_t count, item_text *text_of) {
    char text[ITEM_SIZE];
    for (size_t i = 0; i < count; i++) smithy_request_query_str(request, name, text_of(items, i, text));
}

void smithy_request_query_str_list(smithy_request *request, const char *name, smithy_str_list values) {
    for (size_t i = 0; i < values.count; i++) smithy_request_query_str(request, name, values.items[i]);
}

void smithy_request_query_bool_list(smithy_request *request, const char *name, const bool *items, size_t count) {
    query_list(request, name, items, count, bool_item);
}

void smithy_request_query_i8_list(smithy_request *request, const char *name, const int8_t *items, size_t count) {
    query_list(request, name, items, count, i8_item);
}

void smithy_request_query_i16_list(smithy_request *request, const char *name, const int16_t *items, size_t count) {
    query_list(request, name, items, count, i16_item);
}

void smithy_request_query_i32_list(smithy_request *request, const char *name, const int32_t *items, size_t count) {
    query_list(request, name, items, count, i32_item);
}

void smithy_request_query_i64_list(smithy_request *request, const char *name, const int64_t *items, size_t count) {
    query_list(request, name, items, count, i64_item);
}

void smithy_request_query_f32_list(smithy_request *request, const char *name, const float *items, size_t count) {
    query_list(request, name, items, count, f32_item);
}

void smithy_request_query_f64_list(smithy_request *request, const char *name, const double *items, size_t count) {
    query_list(request, name, items, count, f64_item);
}

void smithy_request_query_time_list(smithy_request *request, const char *name, const int64_t *items, size_t count,
                                    smithy_time_format format) {
    query_list(request, name, items, count, time_item(format));
}

/* ---- headers ---- */

/* An item that a reader would take for several, or for a quoted one, is quoted. */
static void append_quoted(smithy_buffer *out, smithy_str item) {
    if (!memchr(item.ptr, ',', item.len) && !memchr(item.ptr, '"', item.len)) {
        smithy_buffer_append_str(out, item);
        return;
    }
    smithy_buffer_append_char(out, '"');
    for (size_t i = 0; i < item.len; i++) {
        if (item.ptr[i] == '"' || item.ptr[i] == '\\') smithy_buffer_append_char(out, '\\');
        smithy_buffer_append_char(out, item.ptr[i]);
    }
    smithy_buffer_append_char(out, '"');
}

static void add_joined(smithy_request *request, const char *name, smithy_buffer *joined) {
    const smithy_status status = smithy_buffer_status(joined);
    if (status == SMITHY_OK)
        request_add_header_copy(request, name, smithy_buffer_str(joined));
    else
        request_fail(request, smithy_call_fail(request->call, status, "the header %s is too long", name));
    smithy_buffer_deinit(joined);
}

void smithy_request_header_str_list(smithy_request *request, const char *name, smithy_str_list values) {
    if (!values.items) return;
    smithy_buffer joined;
    smithy_buffer_init(&joined, smithy_call_system(request->call), MAX_HEADER_VALUE);
    size_t used = 0;
    for (size_t i = 0; i < values.count; i++) {
        if (!values.items[i].ptr) continue;
        if (used++) smithy_buffer_append_text(&joined, ", ");
        append_quoted(&joined, values.items[i]);
    }
    add_joined(request, name, &joined);
}

/* Without quotes: a reader knows the comma of a date. */
static void header_list(smithy_request *request, const char *name, const void *items, size_t count,
                        item_text *text_of) {
    if (!items) return;
    char text[ITEM_SIZE];
    smithy_buffer joined;
    smithy_buffer_init(&joined, smithy_call_system(request->call), MAX_HEADER_VALUE);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) smithy_buffer_append_text(&joined, ", ");
        smithy_buffer_append_str(&joined, text_of(items, i, text));
    }
    add_joined(request, name, &joined);
}

void smithy_request_header_bool_list(smithy_request *request, const char *name, const bool *items, size_t count) {
    header_list(request, name, items, count, bool_item);
}

void smithy_request_header_i8_list(smithy_request *request, const char *name, const int8_t *items, size_t count) {
    header_list(request, name, items, count, i8_item);
}

void smithy_request_header_i16_list(smithy_request *request, const char *name, const int16_t *items, size_t count) {
    header_list(request, name, items, count, i16_item);
}

void smithy_request_header_i32_list(smithy_request *request, const char *name, const int32_t *items, size_t count) {
    header_list(request, name, items, count, i32_item);
}

void smithy_request_header_i64_list(smithy_request *request, const char *name, const int64_t *items, size_t count) {
    header_list(request, name, items, count, i64_item);
}

void smithy_request_header_f32_list(smithy_request *request, const char *name, const float *items, size_t count) {
    header_list(request, name, items, count, f32_item);
}

void smithy_request_header_f64_list(smithy_request *request, const char *name, const double *items, size_t count) {
    header_list(request, name, items, count, f64_item);
}

void smithy_request_header_time_list(smithy_request *request, const char *name, const int64_t *items, size_t count,
                                     smithy_time_format format) {
    header_list(request, name, items, count, time_item(format));
}
