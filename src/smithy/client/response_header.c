#include <smithy/operation.h>
#include <smithy/text.h>

static smithy_status refuse(const char *name, smithy_str value, smithy_call *call) {
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
    if (!is_true && !smithy_str_equal_nocase(text, SMITHY_STR("false"))) return refuse(name, text, call);
    *value = (smithy_opt_bool){true, is_true};
    return SMITHY_OK;
}

smithy_status smithy_response_header_i32(const smithy_http_response *response, const char *name, smithy_opt_i32 *value,
                                         smithy_call *call) {
    smithy_opt_i64 wide = {0};
    SMITHY_TRY(smithy_response_header_i64(response, name, &wide, call));
    if (!wide.has) return SMITHY_OK;
    if (wide.value < INT32_MIN || wide.value > INT32_MAX)
        return refuse(name, smithy_response_header(response, name), call);
    *value = (smithy_opt_i32){true, (int32_t)wide.value};
    return SMITHY_OK;
}

smithy_status smithy_response_header_i64(const smithy_http_response *response, const char *name, smithy_opt_i64 *value,
                                         smithy_call *call) {
    const smithy_str text = smithy_response_header(response, name);
    int64_t number = 0;
    if (!text.ptr) return SMITHY_OK;
    if (!smithy_str_to_i64(text, &number)) return refuse(name, text, call);
    *value = (smithy_opt_i64){true, number};
    return SMITHY_OK;
}

smithy_status smithy_response_header_f64(const smithy_http_response *response, const char *name, smithy_opt_f64 *value,
                                         smithy_call *call) {
    const smithy_str text = smithy_response_header(response, name);
    double number = 0;
    if (!text.ptr) return SMITHY_OK;
    if (!smithy_f64_read(text, &number)) return refuse(name, text, call);
    *value = (smithy_opt_f64){true, number};
    return SMITHY_OK;
}

static bool read_time(smithy_str text, smithy_time_format format, int64_t *ms) {
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
    if (!read_time(text, format, &ms)) return refuse(name, text, call);
    *value = (smithy_opt_time){true, ms};
    return SMITHY_OK;
}

/* ---- lists ---- */

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

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
static bool read_item(smithy_str text, size_t *at, char **out, smithy_str *item) {
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
    const smithy_str text = smithy_response_header(response, name);
    if (!text.ptr) return SMITHY_OK;
    size_t most = 1, count = 0;
    for (size_t i = 0; i < text.len; i++) most += text.ptr[i] == ',';
    smithy_str *items = smithy_call_alloc(call, most, sizeof *items);
    char *out = smithy_call_alloc(call, text.len + most, 1); /* Each item with its NUL. */
    if (!items || !out) return smithy_call_status(call);
    for (size_t at = 0; at < text.len;)
        if (!read_item(text, &at, &out, &items[count++])) return refuse(name, text, call);
    *values = (smithy_str_list){items, count};
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
    smithy_str_entry *items = NULL;
    size_t count = 0;
    for (size_t i = 0; i < headers->count; i++) {
        const smithy_header header = headers->items[i];
        if (!has_prefix(header.name, wanted)) continue;
        if (!items) items = smithy_call_alloc(call, headers->count, sizeof *items);
        if (!items) return smithy_call_status(call);
        items[count++] = (smithy_str_entry){{header.name.ptr + wanted.len, header.name.len - wanted.len}, header.value};
    }
    if (items) *values = (smithy_str_map){items, count};
    return SMITHY_OK;
}
