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

void smithy_request_label_i64(smithy_request *request, const char *member, smithy_opt_i64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    append_label(request, member, value.has ? request_i64_text(value.value, text) : (smithy_str){0}, false);
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

void smithy_request_query_str(smithy_request *request, const char *name, smithy_str value) {
    if (!value.ptr) return;
    if (request->query.len) smithy_buffer_append_char(&request->query, '&');
    smithy_uri_append(&request->query, smithy_str_from(name), false);
    smithy_buffer_append_char(&request->query, '=');
    smithy_uri_append(&request->query, value, false);
}

void smithy_request_query_bool(smithy_request *request, const char *name, smithy_opt_bool value) {
    if (value.has) smithy_request_query_str(request, name, request_bool_text(value.value));
}

void smithy_request_query_i32(smithy_request *request, const char *name, smithy_opt_i32 value) {
    smithy_request_query_i64(request, name, (smithy_opt_i64){value.has, value.value});
}

void smithy_request_query_i64(smithy_request *request, const char *name, smithy_opt_i64 value) {
    char text[SMITHY_NUMBER_TEXT_SIZE];
    if (value.has) smithy_request_query_str(request, name, request_i64_text(value.value, text));
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

void smithy_request_query_str_list(smithy_request *request, const char *name, smithy_str_list values) {
    for (size_t i = 0; i < values.count; i++) smithy_request_query_str(request, name, values.items[i]);
}
