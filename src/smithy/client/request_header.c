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

void request_add_header(smithy_request *request, smithy_str name, smithy_str value) {
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

void request_add_header_copy(smithy_request *request, const char *name, smithy_str value) {
    const smithy_str copy = request_keep(request, value);
    if (copy.ptr) request_add_header(request, smithy_str_from(name), copy);
}

void smithy_request_header_str(smithy_request *request, const char *name, smithy_str value) {
    if (value.ptr) request_add_header(request, smithy_str_from(name), value);
}

void smithy_request_header_bool(smithy_request *request, const char *name, smithy_opt_bool value) {
    if (value.has) request_add_header(request, smithy_str_from(name), request_bool_text(value.value));
}

void smithy_request_header_i8(smithy_request *request, const char *name, smithy_opt_i8 value) {
    smithy_request_header_i64(request, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_header_i16(smithy_request *request, const char *name, smithy_opt_i16 value) {
    smithy_request_header_i64(request, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_header_i32(smithy_request *request, const char *name, smithy_opt_i32 value) {
    smithy_request_header_i64(request, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_header_i64(smithy_request *request, const char *name, smithy_opt_i64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) request_add_header_copy(request, name, request_i64_text(value.value, text));
}

void smithy_request_header_f32(smithy_request *request, const char *name, smithy_opt_f32 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) request_add_header_copy(request, name, request_f32_text(value.value, text));
}

void smithy_request_header_f64(smithy_request *request, const char *name, smithy_opt_f64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) request_add_header_copy(request, name, request_f64_text(value.value, text));
}

void smithy_request_header_time(smithy_request *request, const char *name, smithy_opt_time value,
                                smithy_time_format format) {
    char text[SMITHY_TIME_TEXT_SIZE];
    if (value.has) request_add_header_copy(request, name, request_time_text(value.value, format, text));
}

/* Adds a header of what was written, and lets the buffer go. */
static void add_written(smithy_request *request, const char *name, smithy_buffer *text) {
    const smithy_status status = smithy_buffer_status(text);
    if (status == SMITHY_OK)
        request_add_header_copy(request, name, smithy_buffer_str(text));
    else
        request_fail(request, smithy_call_fail(request->call, status, "the header %s is too long", name));
    smithy_buffer_deinit(text);
}

void smithy_request_header_media(smithy_request *request, const char *name, smithy_str value) {
    if (!value.ptr) return;
    smithy_buffer text;
    smithy_buffer_init(&text, smithy_call_system(request->call), MAX_HEADER_VALUE);
    smithy_base64_append(&text, value.ptr, value.len);
    add_written(request, name, &text);
}

/* Where "?versionId=" and the rest begin; the last one counts, since a key may hold anything. */
static size_t version_at(smithy_str path) {
    static const char VERSION[] = "?versionId=";
    const size_t size = sizeof VERSION - 1;
    for (size_t at = path.len; at-- > 0;)
        if (path.len - at > size && memcmp(path.ptr + at, VERSION, size) == 0) return at;
    return path.len;
}

void smithy_request_header_path(smithy_request *request, const char *name, smithy_str value) {
    if (!value.ptr) return;
    const size_t path_len = version_at(value);
    smithy_buffer text;
    smithy_buffer_init(&text, smithy_call_system(request->call), MAX_HEADER_VALUE);
    smithy_uri_append(&text, (smithy_str){value.ptr, path_len}, true);
    smithy_buffer_append_str(&text, (smithy_str){value.ptr + path_len, value.len - path_len});
    add_written(request, name, &text);
}

static bool has_header(const smithy_headers *headers, size_t count, smithy_str name) {
    for (size_t i = 0; i < count; i++)
        if (smithy_str_equal_nocase(headers->items[i].name, name)) return true;
    return false;
}

/* A member with a header of its own is worth more than an entry that happens to be named so. */
void smithy_request_prefix_headers(smithy_request *request, const char *prefix, smithy_str_map values) {
    const size_t before = request->headers.count;
    for (size_t i = 0; i < values.count; i++) {
        const smithy_str_entry entry = values.items[i];
        if (!entry.value.ptr) continue;
        const smithy_str name = smithy_call_format(request->call, "%s%.*s", prefix, SMITHY_STR_ARG(entry.key));
        if (!name.ptr) {
            request_fail(request, smithy_call_status(request->call));
            return;
        }
        if (!has_header(&request->headers, before, name)) request_add_header(request, name, entry.value);
    }
}
