#include "curl_exchange.h"

#define MAX_HEADERS      256
#define MAX_HEADER_BYTES ((size_t)256 * 1024)
#define MAX_SET_ASIDE    ((int64_t)256 * 1024) /* For a body that is only announced. */

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static smithy_str trim(smithy_str text) {
    while (text.len && is_space(text.ptr[text.len - 1])) text.len--;
    while (text.len && is_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    return text;
}

/* The status of "HTTP/1.1 200 OK"; 0 for a line that has none. */
static int status_of(smithy_str line) {
    const char *space = memchr(line.ptr, ' ', line.len);
    if (!space || line.len - (size_t)(space - line.ptr) < 4) return 0;
    int status = 0;
    for (int i = 1; i <= 3; i++) {
        if (space[i] < '0' || space[i] > '9') return 0;
        status = status * 10 + (space[i] - '0');
    }
    return status;
}

/* What a body's length can be said to be; nothing is guessed from a header that contradicts itself. */
static smithy_status note_length(curl_exchange *exchange, smithy_str value) {
    int64_t length = 0;
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] < '0' || value.ptr[i] > '9') length = -1;
    if (length < 0 || !smithy_str_to_i64(value, &length))
        return smithy_call_fail(exchange->call, SMITHY_ERROR_RESPONSE, "the answer's Content-Length is not a length");
    if (exchange->content_length >= 0 && exchange->content_length != length)
        return smithy_call_fail(exchange->call, SMITHY_ERROR_RESPONSE, "the answer has two Content-Lengths");
    exchange->content_length = length;
    return SMITHY_OK;
}

static smithy_status keep_header(curl_exchange *exchange, smithy_str line) {
    const char *colon = memchr(line.ptr, ':', line.len);
    if (!colon || colon == line.ptr) return SMITHY_OK; /* Not a header: nothing that could be understood from it. */
    const size_t name_len = (size_t)(colon - line.ptr);
    const smithy_str name = trim((smithy_str){line.ptr, name_len});
    const smithy_str value = trim((smithy_str){colon + 1, line.len - name_len - 1});
    if (exchange->response->headers.count >= MAX_HEADERS)
        return smithy_call_fail(exchange->call, SMITHY_ERROR_LIMIT, "the answer has more than %d headers", MAX_HEADERS);
    if (smithy_str_equal_nocase(name, SMITHY_STR("content-length"))) SMITHY_TRY(note_length(exchange, value));
    const smithy_str kept_name = smithy_call_copy(exchange->call, name);
    const smithy_str kept_value = smithy_call_copy(exchange->call, value);
    if (!kept_name.ptr || !kept_value.ptr) return smithy_call_status(exchange->call);
    return smithy_headers_add(&exchange->response->headers, kept_name, kept_value, exchange->call);
}

static smithy_status read_header_line(curl_exchange *exchange, smithy_str line) {
    smithy_http_response *response = exchange->response;
    exchange->header_bytes += line.len;
    if (exchange->header_bytes > MAX_HEADER_BYTES)
        return smithy_call_fail(exchange->call, SMITHY_ERROR_LIMIT, "the answer's headers exceed %zu bytes",
                                MAX_HEADER_BYTES);
    if (smithy_str_starts_with(line, SMITHY_STR("HTTP/"))) {
        /* A new head: what came before it was an interim (1xx) answer. */
        response->headers.count = 0;
        response->status = status_of(line);
        exchange->content_length = -1;
        exchange->head_is_whole = false;
        return SMITHY_OK;
    }
    if (trim(line).len == 0) {
        exchange->head_is_whole = response->status >= 200;
        if (!exchange->head_is_whole) response->status = 0;
        return SMITHY_OK;
    }
    return exchange->head_is_whole ? SMITHY_OK : keep_header(exchange, line);
}

size_t curl_exchange_on_header(char *line, size_t size, size_t count, void *context) {
    curl_exchange *exchange = context;
    const smithy_str text = {line, size * count};
    exchange->stopped = read_header_line(exchange, text);
    return exchange->stopped == SMITHY_OK ? text.len : 0;
}

/* So that a body of ordinary size is not moved as it grows. */
static void set_aside(curl_exchange *exchange) {
    const int64_t length = exchange->content_length;
    if (length > 0 && length <= MAX_SET_ASIDE && (uint64_t)length <= exchange->collected.max)
        (void)smithy_buffer_reserve(&exchange->collected, (size_t)length); /* A failure sticks to the buffer. */
}

static smithy_status take_body(curl_exchange *exchange, const char *bytes, size_t len) {
    const smithy_http_response *response = exchange->response;
    smithy_sink *sink = exchange->request->sink;
    if (sink && response->status >= 200 && response->status < 300) {
        const smithy_status status = sink->write(sink->context, (const uint8_t *)bytes, len);
        if (status == SMITHY_OK) return SMITHY_OK;
        return smithy_call_fail(exchange->call, status, "the sink refused the answer's body");
    }
    if (exchange->collected.capacity == 0) set_aside(exchange);
    smithy_buffer_append(&exchange->collected, bytes, len);
    const smithy_status status = smithy_buffer_status(&exchange->collected);
    if (status == SMITHY_OK) return SMITHY_OK;
    return smithy_call_fail(exchange->call, status, "the answer's body exceeds %zu bytes", exchange->collected.max);
}

size_t curl_exchange_on_body(char *bytes, size_t size, size_t count, void *context) {
    curl_exchange *exchange = context;
    const size_t len = size * count;
    exchange->stopped = take_body(exchange, bytes, len);
    if (exchange->stopped != SMITHY_OK) return len + 1; /* Any other number ends the transfer; len may be 0. */
    exchange->response->body_length += len;
    return len;
}
