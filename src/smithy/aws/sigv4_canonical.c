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

static size_t find_any(smithy_str text, size_t from, const char *characters) {
    while (from < text.len && (text.ptr[from] == '\0' || !strchr(characters, text.ptr[from]))) from++;
    return from;
}

sigv4_url sigv4_split_url(smithy_str url) {
    sigv4_url parts = {.path = SMITHY_STR_INIT("/"), .query = SMITHY_STR_INIT("")};
    const size_t colon = find_any(url, 0, ":");
    const size_t begin = colon + 3 <= url.len ? colon + 3 : url.len;
    const size_t authority_end = find_any(url, begin, "/?");
    const size_t path_end = find_any(url, authority_end, "?");
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
        const size_t end = find_any(path, at, "/");
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
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* Encodes what is not yet encoded: an escape stays as it is. */
static smithy_str encode_once(smithy_str text, smithy_call *call) {
    bool plain = true;
    smithy_buffer out;
    smithy_buffer_init(&out, smithy_call_system(call), SIGV4_MAX_TEXT);
    for (size_t i = 0; i < text.len; i++) {
        const bool is_escape =
            text.ptr[i] == '%' && i + 2 < text.len && is_hex(text.ptr[i + 1]) && is_hex(text.ptr[i + 2]);
        const size_t before = out.len;
        if (is_escape)
            smithy_buffer_append_char(&out, '%');
        else
            smithy_uri_append(&out, (smithy_str){text.ptr + i, 1}, false);
        plain = plain && out.len == before + 1;
    }
    const smithy_str encoded = smithy_buffer_status(&out) != SMITHY_OK ? (smithy_str){0}
                               : plain                                 ? text
                                       : smithy_call_copy(call, smithy_buffer_str(&out));
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
        const size_t end = find_any(query, at, "&");
        const size_t equals = find_any((smithy_str){query.ptr, end}, at, "=");
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

typedef struct signed_header {
    smithy_str name; /* Lower-case. */
    smithy_str value;
    size_t order; /* On the wire: qsort is not stable. */
} signed_header;

static int compare_headers(const void *left, const void *right) {
    const signed_header *a = left, *b = right;
    const int by_name = smithy_str_compare(a->name, b->name);
    if (by_name) return by_name;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* What proxies and HTTP libraries change on the way. `name` is lower-case. */
static bool is_unsigned_header(smithy_str name) {
    static const smithy_str UNSIGNED[] = {
        SMITHY_STR_INIT("authorization"),     SMITHY_STR_INIT("connection"), SMITHY_STR_INIT("expect"),
        SMITHY_STR_INIT("keep-alive"),        SMITHY_STR_INIT("te"),         SMITHY_STR_INIT("trailer"),
        SMITHY_STR_INIT("transfer-encoding"), SMITHY_STR_INIT("upgrade"),    SMITHY_STR_INIT("user-agent"),
        SMITHY_STR_INIT("x-amzn-trace-id"),
    };
    for (size_t i = 0; i < sizeof UNSIGNED / sizeof UNSIGNED[0]; i++)
        if (smithy_str_equal(name, UNSIGNED[i])) return true;
    return smithy_str_starts_with(name, SMITHY_STR("proxy-"));
}

static smithy_str lower(smithy_str text, smithy_call *call) {
    char *copy = smithy_call_alloc(call, text.len + 1, 1);
    if (!copy) return (smithy_str){0};
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        copy[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return (smithy_str){copy, text.len};
}

static smithy_status collect_headers(const smithy_http_request *request, signed_header **collected, size_t *count,
                                     smithy_call *call) {
    const smithy_headers *headers = &request->headers;
    signed_header *items = smithy_call_alloc(call, headers->count + 1, sizeof *items);
    if (!items) return smithy_call_status(call);
    size_t used = 0;
    bool has_host = false;
    for (size_t i = 0; i < headers->count; i++) {
        const smithy_str name = lower(headers->items[i].name, call);
        if (!name.ptr) return smithy_call_status(call);
        if (is_unsigned_header(name)) continue;
        has_host = has_host || smithy_str_equal(name, SMITHY_STR("host"));
        items[used++] = (signed_header){name, headers->items[i].value, i};
    }
    if (!has_host)
        items[used++] =
            (signed_header){SMITHY_STR_INIT("host"), sigv4_split_url(request->url).authority, headers->count};
    qsort(items, used, sizeof *items, compare_headers);
    *collected = items;
    *count = used;
    return SMITHY_OK;
}

/* The value without white space around it, and with each inner run of it as one space. */
static void append_header_value(smithy_buffer *out, smithy_str value) {
    bool pending_space = false, begun = false;
    for (size_t i = 0; i < value.len; i++) {
        const char c = value.ptr[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            pending_space = begun;
            continue;
        }
        if (pending_space) smithy_buffer_append_char(out, ' ');
        smithy_buffer_append_char(out, c);
        pending_space = false;
        begun = true;
    }
}

static void append_headers(smithy_buffer *out, const signed_header *headers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i && smithy_str_equal(headers[i].name, headers[i - 1].name)) {
            smithy_buffer_append_char(out, ',');
        } else {
            if (i) smithy_buffer_append_char(out, '\n');
            smithy_buffer_append_str(out, headers[i].name);
            smithy_buffer_append_char(out, ':');
        }
        append_header_value(out, headers[i].value);
    }
    smithy_buffer_append_char(out, '\n');
}

static smithy_str join_names(const signed_header *headers, size_t count, smithy_call *call) {
    smithy_buffer names;
    smithy_buffer_init(&names, smithy_call_system(call), SIGV4_MAX_TEXT);
    for (size_t i = 0; i < count; i++) {
        if (i && smithy_str_equal(headers[i].name, headers[i - 1].name)) continue;
        if (i) smithy_buffer_append_char(&names, ';');
        smithy_buffer_append_str(&names, headers[i].name);
    }
    const bool ok = smithy_buffer_status(&names) == SMITHY_OK;
    const smithy_str joined = ok ? smithy_call_copy(call, smithy_buffer_str(&names)) : (smithy_str){0};
    smithy_buffer_deinit(&names);
    return joined;
}

/* ---- payload ---- */

static smithy_status append_payload_hash(const smithy_signing *signing, const smithy_http_request *request,
                                         smithy_buffer *out, smithy_call *call) {
    if (signing->payload_hash.ptr) {
        smithy_buffer_append_str(out, signing->payload_hash);
        return SMITHY_OK;
    }
    if (request->body.read)
        return smithy_call_fail(call, SMITHY_ERROR_INPUT,
                                "a streamed body is signed by its payload_hash, which is absent");
    uint8_t digest[SMITHY_SHA256_SIZE];
    char hex[SIGV4_HEX_SIZE];
    const smithy_status status = smithy_sha256(request->body.bytes.ptr, request->body.bytes.len, digest);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "SHA-256 is not to be had");
    smithy_hex_write(digest, sizeof digest, hex);
    smithy_buffer_append_text(out, hex);
    return SMITHY_OK;
}

smithy_status smithy_sigv4_canonical_request(const smithy_signing *signing, const smithy_http_request *request,
                                             smithy_buffer *out, smithy_str *signed_headers, smithy_call *call) {
    const sigv4_url url = sigv4_split_url(request->url);
    signed_header *headers = NULL;
    size_t count = 0;
    SMITHY_TRY(collect_headers(request, &headers, &count, call));
    *signed_headers = join_names(headers, count, call);
    if (!signed_headers->ptr) return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");

    smithy_buffer_append_str(out, request->method);
    smithy_buffer_append_char(out, '\n');
    if (append_path(signing, url.path, out, smithy_call_system(call)) != SMITHY_OK)
        return smithy_call_fail(call, SMITHY_ERROR_MEMORY, "out of memory");
    smithy_buffer_append_char(out, '\n');
    SMITHY_TRY(append_query(url.query, out, call));
    smithy_buffer_append_char(out, '\n');
    append_headers(out, headers, count);
    smithy_buffer_append_char(out, '\n');
    smithy_buffer_append_str(out, *signed_headers);
    smithy_buffer_append_char(out, '\n');
    SMITHY_TRY(append_payload_hash(signing, request, out, call));
    if (smithy_buffer_status(out) == SMITHY_OK) return SMITHY_OK;
    return smithy_call_fail(call, smithy_buffer_status(out), "the canonical request does not fit into memory");
}
