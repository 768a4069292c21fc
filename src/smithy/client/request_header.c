#include "client/request_internal.h"

#define MAX_HEADER_VALUE ((size_t)64 * 1024)

static bool is_value_safe(smithy_str value) {
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] == '\r' || value.ptr[i] == '\n' || value.ptr[i] == '\0') return false;
    return true;
}

static bool is_name_safe(smithy_str name) {
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] > '~' || name.ptr[i] == ':') return false;
    return name.len > 0;
}

static void add(smithy_request *request, smithy_str name, smithy_str value) {
    if (request->status != SMITHY_OK) return;
    if (!is_name_safe(name)) {
        request_refuse(request, "a metadata key", "holds a character that the name of a header cannot");
        return;
    }
    if (!is_value_safe(value)) {
        const smithy_status status = smithy_call_fail(
            request->call, SMITHY_ERROR_INPUT, "the header %.*s must not hold CR, LF or NUL", SMITHY_STR_ARG(name));
        request_fail(request, status);
        return;
    }
    request_fail(request, smithy_headers_add(&request->headers, name, value, request->call));
}

/* For values that were written to the stack. */
static void add_copy(smithy_request *request, const char *name, smithy_str value) {
    const smithy_str copy = smithy_call_copy(request->call, value);
    if (copy.ptr)
        add(request, smithy_str_from(name), copy);
    else
        request_fail(request, smithy_call_status(request->call));
}

void smithy_request_header_str(smithy_request *request, const char *name, smithy_str value) {
    if (value.ptr) add(request, smithy_str_from(name), value);
}

void smithy_request_header_bool(smithy_request *request, const char *name, smithy_opt_bool value) {
    if (value.has) add(request, smithy_str_from(name), request_bool_text(value.value));
}

void smithy_request_header_i32(smithy_request *request, const char *name, smithy_opt_i32 value) {
    smithy_request_header_i64(request, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_header_i64(smithy_request *request, const char *name, smithy_opt_i64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) add_copy(request, name, request_i64_text(value.value, text));
}

void smithy_request_header_f64(smithy_request *request, const char *name, smithy_opt_f64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) add_copy(request, name, request_f64_text(value.value, text));
}

void smithy_request_header_time(smithy_request *request, const char *name, smithy_opt_time value,
                                smithy_time_format format) {
    char text[SMITHY_TIME_TEXT_SIZE];
    if (value.has) add_copy(request, name, request_time_text(value.value, format, text));
}

/* An item that a reader would take for several, or for a quoted one, is quoted. */
static void append_item(smithy_buffer *out, smithy_str item) {
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

void smithy_request_header_str_list(smithy_request *request, const char *name, smithy_str_list values) {
    if (!values.items) return;
    smithy_buffer joined;
    smithy_buffer_init(&joined, smithy_call_system(request->call), MAX_HEADER_VALUE);
    size_t used = 0;
    for (size_t i = 0; i < values.count; i++) {
        if (!values.items[i].ptr) continue;
        if (used++) smithy_buffer_append_text(&joined, ", ");
        append_item(&joined, values.items[i]);
    }
    const smithy_status status = smithy_buffer_status(&joined);
    if (status != SMITHY_OK)
        request_fail(request, smithy_call_fail(request->call, status, "the header %s is too long", name));
    else if (used)
        add_copy(request, name, smithy_buffer_str(&joined));
    smithy_buffer_deinit(&joined);
}

void smithy_request_prefix_headers(smithy_request *request, const char *prefix, smithy_str_map values) {
    for (size_t i = 0; i < values.count; i++) {
        const smithy_str_entry entry = values.items[i];
        if (!entry.value.ptr) continue;
        const smithy_str name = smithy_call_format(request->call, "%s%.*s", prefix, SMITHY_STR_ARG(entry.key));
        if (!name.ptr) {
            request_fail(request, smithy_call_status(request->call));
            return;
        }
        add(request, name, entry.value);
    }
}
