#include "curl_exchange.h"

#define EXPECT_FROM_BYTES ((int64_t)2 * 1024 * 1024) /* Below it, waiting for "100 Continue" costs more. */

static bool holds(smithy_str text, char c) {
    return text.len && memchr(text.ptr, c, text.len);
}

static bool is_header_safe(smithy_header header) {
    if (header.name.len == 0) return false;
    for (size_t i = 0; i < header.name.len; i++)
        if ((unsigned char)header.name.ptr[i] <= ' ' || header.name.ptr[i] == ':') return false;
    return !holds(header.value, '\r') && !holds(header.value, '\n') && !holds(header.value, '\0');
}

static smithy_status add_line(curl_exchange *exchange, const char *line) {
    struct curl_slist *lines = curl_slist_append(exchange->header_lines, line);
    if (!lines) return smithy_call_fail(exchange->call, SMITHY_ERROR_MEMORY, "out of memory");
    exchange->header_lines = lines;
    return SMITHY_OK;
}

static smithy_status add_header(curl_exchange *exchange, smithy_header header) {
    if (!is_header_safe(header))
        return smithy_call_fail(exchange->call, SMITHY_ERROR_INPUT, "the header %.*s holds a character that it cannot",
                                SMITHY_STR_ARG(header.name));
    /* "Name;" is how libcurl is told of a header without a value. */
    char *line = smithy_call_alloc(exchange->call, header.name.len + header.value.len + 3, 1);
    if (!line) return smithy_call_status(exchange->call);
    char *end = line;
    memcpy(end, header.name.ptr, header.name.len);
    end += header.name.len;
    *end++ = header.value.len ? ':' : ';';
    if (header.value.len) {
        *end++ = ' ';
        memcpy(end, header.value.ptr, header.value.len);
    }
    return add_line(exchange, line);
}

smithy_status curl_exchange_add_headers(curl_exchange *exchange) {
    const smithy_http_request *request = exchange->request;
    const smithy_headers *headers = &request->headers;
    for (size_t i = 0; i < headers->count; i++) {
        /* Framing is libcurl's. */
        if (smithy_str_equal_nocase(headers->items[i].name, SMITHY_STR("content-length"))) continue;
        if (smithy_str_equal_nocase(headers->items[i].name, SMITHY_STR("transfer-encoding"))) continue;
        SMITHY_TRY(add_header(exchange, headers->items[i]));
    }
    if (!smithy_headers_get(headers, "accept-encoding").ptr)
        SMITHY_TRY(add_line(exchange, "Accept-Encoding: identity"));
    if (!smithy_headers_get(headers, "accept").ptr) SMITHY_TRY(add_line(exchange, "Accept:"));
    /* libcurl would call a body a form's. */
    if (!smithy_headers_get(headers, "content-type").ptr) SMITHY_TRY(add_line(exchange, "Content-Type:"));
    if (request->no_expect || curl_exchange_body_length(&request->body) < EXPECT_FROM_BYTES)
        SMITHY_TRY(add_line(exchange, "Expect:"));
    return SMITHY_OK;
}
