#include "codec/uri.h"
#include "sigv4_internal.h"

#include <stdlib.h>

/* ---- the URL ---- */

static smithy_str cut_default_port(smithy_str scheme, smithy_str authority) {
    const smithy_str port =
        smithy_str_equal_nocase(scheme, SMITHY_STR("https")) ? SMITHY_STR(":443") : SMITHY_STR(":80");
    if (authority.len > port.len && memcmp(authority.ptr + authority.len - port.len, port.ptr, port.len) == 0)
        authority.len -= port.len;
    return authority;
}

/* Where `a` or `b` stands first from `from` on; else the end. */
static size_t find(smithy_str text, size_t from, char a, char b) {
    while (from < text.len && text.ptr[from] != a && text.ptr[from] != b) from++;
    return from;
}

sigv4_url sigv4_split_url(smithy_str url) {
    sigv4_url parts = {.path = SMITHY_STR_INIT("/"), .query = SMITHY_STR_INIT("")};
    const size_t colon = find(url, 0, ':', ':');
    const size_t begin = colon + 3 <= url.len ? colon + 3 : url.len;
    const size_t authority_end = find(url, begin, '/', '?');
    const size_t path_end = find(url, authority_end, '?', '?');
    parts.scheme = (smithy_str){url.ptr, colon};
    parts.authority = cut_default_port(parts.scheme, (smithy_str){url.ptr + begin, authority_end - begin});
    if (path_end > authority_end) parts.path = (smithy_str){url.ptr + authority_end, path_end - authority_end};
    if (path_end < url.len) parts.query = (smithy_str){url.ptr + path_end + 1, url.len - path_end - 1};
    return parts;
}

/* ---- path ---- */

static void drop_last_segment(smithy_buffer *out) {
    while (out->len > 0)
        if (out->ptr[--out->len] == '/') break;
}

/* Resolves "." and "..", and makes "//" one. */
static void append_normalized(smithy_buffer *out, smithy_str path) {
    for (size_t at = 0; at < path.len;) {
        const size_t end = find(path, at, '/', '/');
        const smithy_str segment = {path.ptr + at, end - at};
        at = end + 1;
        if (segment.len == 0 || smithy_str_equal(segment, SMITHY_STR("."))) continue;
        if (smithy_str_equal(segment, SMITHY_STR(".."))) {
            drop_last_segment(out);
            continue;
        }
        smithy_buffer_append_char(out, '/');
        smithy_buffer_append_str(out, segment);
    }
    if (out->len == 0 || path.ptr[path.len - 1] == '/') smithy_buffer_append_char(out, '/');
}

static smithy_status append_path(const smithy_signing *signing, smithy_str path, smithy_buffer *out,
                                 const smithy_system *system) {
    smithy_buffer normalized;
    smithy_buffer_init(&normalized, system, SIGV4_MAX_TEXT);
    if (signing->normalize_path) {
        append_normalized(&normalized, path);
        path = smithy_buffer_str(&normalized);
    }
    if (signing->double_encode_path)
        smithy_uri_append(out, path, true);
    else
        smithy_buffer_append_str(out, path);
    const smithy_status status = smithy_buffer_status(&normalized);
    smithy_buffer_deinit(&normalized);
    return status;
}

/* ---- query ---- */

typedef struct query_item {
    smithy_str name;
    smithy_str value;
} query_item;

static int compare_items(const void *left, const void *right) {
    const query_item *a = left, *b = right;
    const int by_name = smithy_str_compare(a->name, b->name);
    return by_name ? by_name : smithy_str_compare(a->value, b->value);
}

static bool is_hex(char c) {
    return smithy_uri_hex_digit(c) >= 0;
}

static bool is_escape(smithy_str text, size_t at) {
    return text.ptr[at] == '%' && text.len - at > 2 && is_hex(text.ptr[at + 1]) && is_hex(text.ptr[at + 2]);
}

static bool is_encoded(smithy_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (!smithy_uri_is_unreserved(text.ptr[i]) && !is_escape(text, i)) return false;
    return true;
}

/* Encodes what is not yet encoded: an escape stays as it is. Absent when memory is out. */
static smithy_str encode_once(smithy_str text, smithy_call *call) {
    if (is_encoded(text)) return text;
    smithy_buffer out;
    smithy_buffer_init(&out, smithy_call_system(call), SIGV4_MAX_TEXT);
    for (size_t i = 0; i < text.len; i++) {
        if (is_escape(text, i))
            smithy_buffer_append_char(&out, '%');
        else
            smithy_uri_append(&out, (smithy_str){text.ptr + i, 1}, false);
    }
    const bool is_whole = smithy_buffer_status(&out) == SMITHY_OK;
    const smithy_str encoded = is_whole ? smithy_call_copy(call, smithy_buffer_str(&out)) : (smithy_str){0};
    smithy_buffer_deinit(&out);
    return encoded;
}

static smithy_status append_query(smithy_str query, smithy_buffer *out, smithy_call *call) {
    size_t count = query.len > 0;
    for (size_t i = 0; i < query.len; i++) count += query.ptr[i] == '&';
    query_item *items = smithy_call_alloc(call, count, sizeof *items);
    if (!items) return smithy_call_status(call);
    size_t used = 0;
    for (size_t at = 0; at < query.len;) {
        const size_t end = find(query, at, '&', '&');
        const size_t equals = find((smithy_str){query.ptr, end}, at, '=', '=');
        const size_t value_at = equals < end ? equals + 1 : end;
        const smithy_str name = encode_once((smithy_str){query.ptr + at, equals - at}, call);
        const smithy_str value = encode_once((smithy_str){query.ptr + value_at, end - value_at}, call);
        if (!name.ptr || !value.ptr) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
        if (end > at) items[used++] = (query_item){name, value};
        at = end + 1;
    }
    if (used) qsort(items, used, sizeof *items, compare_items);
    for (size_t i = 0; i < used; i++) {
        if (i) smithy_buffer_append_char(out, '&');
        smithy_buffer_append_str(out, items[i].name);
        smithy_buffer_append_char(out, '=');
        smithy_buffer_append_str(out, items[i].value);
    }
    return SMITHY_OK;
}

/* ---- headers ---- */

static int compare_headers(const void *left, const void *right) {
    const sigv4_header *a = left, *b = right;
    const int by_name = smithy_str_compare(a->name, b->name);
    if (by_name) return by_name;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* What proxies, tracers and HTTP libraries change on the way. `name` is lower-case. */
static bool is_unsigned_header(smithy_str name) {
    static const smithy_str UNSIGNED[] = {
        SMITHY_STR_INIT("authorization"),   SMITHY_STR_INIT("baggage"),    SMITHY_STR_INIT("connection"),
        SMITHY_STR_INIT("expect"),          SMITHY_STR_INIT("keep-alive"), SMITHY_STR_INIT("te"),
        SMITHY_STR_INIT("traceparent"),     SMITHY_STR_INIT("tracestate"), SMITHY_STR_INIT("trailer"),
        SMITHY_STR_INIT("upgrade"),         SMITHY_STR_INIT("user-agent"), SMITHY_STR_INIT("transfer-encoding"),
        SMITHY_STR_INIT("x-amzn-trace-id"),
    };
    for (size_t i = 0; i < sizeof UNSIGNED / sizeof UNSIGNED[0]; i++)
        if (smithy_str_equal(name, UNSIGNED[i])) return true;
    return smithy_str_starts_with(name, SMITHY_STR("proxy-"));
}

static char *write_lower(char *out, smithy_str text) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        *out++ = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return out;
}

static size_t length_of_names(const smithy_headers *headers) {
    size_t length = 0;
    for (size_t i = 0; i < headers->count; i++) length += headers->items[i].name.len;
    return length;
}

static bool repeats_name(const sigv4_headers *headers, size_t i) {
    return i > 0 && smithy_str_equal(headers->items[i].name, headers->items[i - 1].name);
}

static smithy_status join_names(sigv4_headers *headers, smithy_call *call) {
    size_t size = 1;
    for (size_t i = 0; i < headers->count; i++) size += headers->items[i].name.len + 1;
    char *names = smithy_call_alloc(call, size, 1);
    if (!names) return smithy_call_status(call);
    size_t len = 0;
    for (size_t i = 0; i < headers->count; i++) {
        const smithy_str name = headers->items[i].name;
        if (repeats_name(headers, i)) continue;
        if (len) names[len++] = ';';
        if (name.len) memcpy(names + len, name.ptr, name.len);
        len += name.len;
    }
    headers->names = (smithy_str){names, len};
    return SMITHY_OK;
}

smithy_status sigv4_collect_headers(const smithy_http_request *request, sigv4_headers *headers, smithy_call *call) {
    const smithy_headers *all = &request->headers;
    sigv4_header *items = smithy_call_alloc(call, all->count + 1, sizeof *items);
    char *names = smithy_call_alloc(call, length_of_names(all), 1);
    if (!items || !names) return smithy_call_status(call);
    size_t used = 0;
    bool has_host = false;
    for (size_t i = 0; i < all->count; i++) {
        const smithy_str name = {names, all->items[i].name.len};
        names = write_lower(names, all->items[i].name);
        if (is_unsigned_header(name)) continue;
        has_host = has_host || smithy_str_equal(name, SMITHY_STR("host"));
        items[used++] = (sigv4_header){name, all->items[i].value, i};
    }
    if (!has_host)
        items[used++] = (sigv4_header){SMITHY_STR_INIT("host"), sigv4_split_url(request->url).authority, all->count};
    qsort(items, used, sizeof *items, compare_headers);
    *headers = (sigv4_headers){.items = items, .count = used};
    return join_names(headers, call);
}

static bool is_space(char c) {
    return (unsigned char)c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

/* The value without white space around it, and with each inner run of it as one space. */
static void append_header_value(smithy_buffer *out, smithy_str value) {
    bool begun = false;
    for (size_t at = 0; at < value.len;) {
        size_t end = at;
        while (end < value.len && !is_space(value.ptr[end])) end++;
        if (end > at) {
            if (begun) smithy_buffer_append_char(out, ' ');
            smithy_buffer_append(out, value.ptr + at, end - at);
            begun = true;
        }
        at = end + 1;
    }
}

static void append_headers(smithy_buffer *out, const sigv4_headers *headers) {
    for (size_t i = 0; i < headers->count; i++) {
        if (repeats_name(headers, i)) {
            smithy_buffer_append_char(out, ',');
        } else {
            if (i) smithy_buffer_append_char(out, '\n');
            smithy_buffer_append_str(out, headers->items[i].name);
            smithy_buffer_append_char(out, ':');
        }
        append_header_value(out, headers->items[i].value);
    }
    smithy_buffer_append_char(out, '\n');
}

/* ---- all of it ---- */

/* About as long as the canonical request will be, so that it is not moved as it grows. */
static size_t expected_length(smithy_str url, const sigv4_headers *headers) {
    size_t length = url.len + 2 * headers->names.len + 2 * SIGV4_HEX_SIZE;
    for (size_t i = 0; i < headers->count; i++) length += headers->items[i].value.len + 2;
    return length;
}

smithy_status sigv4_append_canonical(const smithy_signing *signing, smithy_str method, smithy_str url,
                                     const sigv4_headers *headers, smithy_buffer *out, smithy_call *call) {
    const sigv4_url parts = sigv4_split_url(url);
    (void)smithy_buffer_reserve(out, expected_length(url, headers)); /* A failure sticks to the buffer. */
    smithy_buffer_append_str(out, method);
    smithy_buffer_append_char(out, '\n');
    const smithy_status status = append_path(signing, parts.path, out, smithy_call_system(call));
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "the path does not fit into memory");
    smithy_buffer_append_char(out, '\n');
    SMITHY_TRY(append_query(parts.query, out, call));
    smithy_buffer_append_char(out, '\n');
    append_headers(out, headers);
    smithy_buffer_append_char(out, '\n');
    smithy_buffer_append_str(out, headers->names);
    smithy_buffer_append_char(out, '\n');
    smithy_buffer_append_str(out, signing->payload_hash);
    if (smithy_buffer_status(out) == SMITHY_OK) return SMITHY_OK;
    return smithy_call_fail(call, smithy_buffer_status(out), "the canonical request does not fit into memory");
}

static smithy_status canonical_request(const smithy_signing *signing, const smithy_http_request *request,
                                       sigv4_work *work, smithy_buffer *out, smithy_str *signed_headers,
                                       smithy_call *call) {
    smithy_signing settled = *signing;
    char payload_hash[SIGV4_HEX_SIZE];
    sigv4_headers headers;
    SMITHY_TRY(sigv4_settle_payload(&settled, request, work, payload_hash, call));
    SMITHY_TRY(sigv4_collect_headers(request, &headers, call));
    *signed_headers = headers.names;
    return sigv4_append_canonical(&settled, request->method, request->url, &headers, out, call);
}

smithy_status smithy_sigv4_canonical_request(const smithy_signing *signing, const smithy_http_request *request,
                                             smithy_buffer *out, smithy_str *signed_headers, smithy_call *call) {
    sigv4_work work;
    smithy_status status = sigv4_work_init(&work, signing, call);
    if (status == SMITHY_OK) status = canonical_request(signing, request, &work, out, signed_headers, call);
    sigv4_work_deinit(&work);
    return status;
}
