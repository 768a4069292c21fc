#include "client/request_internal.h"

/* ---- path ---- */

void smithy_request_path(smithy_request *request, const char *literal) {
    smithy_buffer_append_text(&request->path, literal);
}

static void append_label(smithy_request *request, const char *member, smithy_str value, bool keep_slash) {
    if (value.len == 0)
        request_refuse(request, member, "is part of the path, and must not be empty");
    else
        smithy_uri_append(&request->path, value, keep_slash);
}

void smithy_request_label(smithy_request *request, const char *member, smithy_str value) {
    append_label(request, member, value, false);
}

void smithy_request_greedy_label(smithy_request *request, const char *member, smithy_str value) {
    append_label(request, member, value, true);
}

void smithy_request_label_bool(smithy_request *request, const char *member, smithy_opt_bool value) {
    append_label(request, member, value.has ? request_bool_text(value.value) : (smithy_str){0}, false);
}

void smithy_request_label_i8(smithy_request *request, const char *member, smithy_opt_i8 value) {
    smithy_request_label_i64(request, member, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_label_i16(smithy_request *request, const char *member, smithy_opt_i16 value) {
    smithy_request_label_i64(request, member, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_label_i32(smithy_request *request, const char *member, smithy_opt_i32 value) {
    smithy_request_label_i64(request, member, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_label_i64(smithy_request *request, const char *member, smithy_opt_i64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    append_label(request, member, value.has ? request_i64_text(value.value, text) : (smithy_str){0}, false);
}

void smithy_request_label_f32(smithy_request *request, const char *member, smithy_opt_f32 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    append_label(request, member, value.has ? request_f32_text(value.value, text) : (smithy_str){0}, false);
}

void smithy_request_label_f64(smithy_request *request, const char *member, smithy_opt_f64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    append_label(request, member, value.has ? request_f64_text(value.value, text) : (smithy_str){0}, false);
}

void smithy_request_label_time(smithy_request *request, const char *member, smithy_opt_time value,
                               smithy_time_format format) {
    char text[SMITHY_TIME_TEXT_SIZE];
    append_label(request, member, value.has ? request_time_text(value.value, format, text) : (smithy_str){0}, false);
}

/* ---- query ---- */

void smithy_request_query(smithy_request *request, const char *literal) {
    if (request->query.len) smithy_buffer_append_char(&request->query, '&');
    smithy_buffer_append_text(&request->query, literal);
}

static void append_parameter(smithy_request *request, smithy_str name, smithy_str value) {
    if (!value.ptr) return;
    if (request->query.len) smithy_buffer_append_char(&request->query, '&');
    smithy_uri_append(&request->query, name, false);
    smithy_buffer_append_char(&request->query, '=');
    smithy_uri_append(&request->query, value, false);
}

void smithy_request_query_str(smithy_request *request, const char *name, smithy_str value) {
    append_parameter(request, smithy_str_from(name), value);
}

void smithy_request_query_bool(smithy_request *request, const char *name, smithy_opt_bool value) {
    if (value.has) smithy_request_query_str(request, name, request_bool_text(value.value));
}

void smithy_request_query_i8(smithy_request *request, const char *name, smithy_opt_i8 value) {
    smithy_request_query_i64(request, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_query_i16(smithy_request *request, const char *name, smithy_opt_i16 value) {
    smithy_request_query_i64(request, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_query_i32(smithy_request *request, const char *name, smithy_opt_i32 value) {
    smithy_request_query_i64(request, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_query_i64(smithy_request *request, const char *name, smithy_opt_i64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) smithy_request_query_str(request, name, request_i64_text(value.value, text));
}

void smithy_request_query_f32(smithy_request *request, const char *name, smithy_opt_f32 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) smithy_request_query_str(request, name, request_f32_text(value.value, text));
}

void smithy_request_query_f64(smithy_request *request, const char *name, smithy_opt_f64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) smithy_request_query_str(request, name, request_f64_text(value.value, text));
}

void smithy_request_query_time(smithy_request *request, const char *name, smithy_opt_time value,
                               smithy_time_format format) {
    char text[SMITHY_TIME_TEXT_SIZE];
    if (value.has) smithy_request_query_str(request, name, request_time_text(value.value, format, text));
}

/* Whether one of the parameters in `query` has that name. */
static bool has_parameter(smithy_str query, smithy_str encoded_name) {
    while (query.len > 0) {
        const char *end = memchr(query.ptr, '&', query.len);
        const size_t len = end ? (size_t)(end - query.ptr) : query.len;
        const char *equals = memchr(query.ptr, '=', len);
        const smithy_str name = {query.ptr, equals ? (size_t)(equals - query.ptr) : len};
        if (smithy_str_equal(name, encoded_name)) return true;
        const size_t skipped = end ? len + 1 : len;
        query = (smithy_str){query.ptr + skipped, query.len - skipped};
    }
    return false;
}

/* A member with a parameter of its own is worth more than an entry that happens to be named so. `before` is how long
 * the query was without the map. */
static bool is_taken(smithy_request *request, size_t before, smithy_str key) {
    smithy_buffer name;
    smithy_buffer_init(&name, request->query.system, request->query.max);
    smithy_uri_append(&name, key, false);
    const smithy_status status = smithy_buffer_status(&name);
    if (status != SMITHY_OK)
        request_fail(request, smithy_call_fail(request->call, status, "no room for the name of a parameter"));
    const smithy_str query = {smithy_buffer_str(&request->query).ptr, before};
    const bool taken = status != SMITHY_OK || has_parameter(query, smithy_buffer_str(&name));
    smithy_buffer_deinit(&name);
    return taken;
}

void smithy_request_query_map(smithy_request *request, smithy_str_map values) {
    const size_t before = request->query.len;
    for (size_t i = 0; i < values.count; i++)
        if (!is_taken(request, before, values.items[i].key))
            append_parameter(request, values.items[i].key, values.items[i].value);
}

void smithy_request_query_list_map(smithy_request *request, smithy_str_list_map values) {
    const size_t before = request->query.len;
    for (size_t i = 0; i < values.count; i++) {
        const smithy_str_list_entry *entry = &values.items[i];
        if (is_taken(request, before, entry->key)) continue;
        for (size_t j = 0; j < entry->value.count; j++) append_parameter(request, entry->key, entry->value.items[j]);
    }
}
