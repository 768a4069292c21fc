/* The functions that endpoint rules call. Their meaning is that of "Rules engine standard library" and "AWS rules
 * engine library functions" in Smithy's documentation. */
#include <smithy/endpoint.h>
#include <smithy/text.h>
#include <stdarg.h>

enum { MAX_LABEL = 63, MIN_BUCKET = 3, MAX_BUCKET = 63 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static smithy_str slice(smithy_str text, size_t start, size_t stop) {
    return (smithy_str){text.ptr + start, stop - start};
}

/* Where the next of the `separators` stands at or after `from`, or the length. */
static size_t find_any(smithy_str text, const char *separators, size_t from) {
    size_t at = from;
    while (at < text.len && (text.ptr[at] == '\0' || strchr(separators, text.ptr[at]) == NULL)) at++;
    return at;
}

/* ---- ARNs ---- */

/* Every part between the separators, empty ones too. */
static smithy_str_list split_any(smithy_str text, const char *separators, smithy_call *call) {
    size_t count = 1;
    for (size_t at = find_any(text, separators, 0); at < text.len; at = find_any(text, separators, at + 1)) count++;
    smithy_str *items = smithy_call_alloc(call, count, sizeof *items);
    if (!items) return (smithy_str_list){NULL, 0};
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t stop = find_any(text, separators, start);
        items[i] = slice(text, start, stop);
        start = stop + 1;
    }
    return (smithy_str_list){items, count};
}

bool smithy_endpoint_parse_arn(smithy_str text, smithy_arn *arn, smithy_call *call) {
    smithy_str parts[5]; /* arn, partition, service, region, account */
    size_t start = 0;
    for (size_t i = 0; i < 5; i++) {
        const size_t stop = find_any(text, ":", start);
        if (stop == text.len) return false;
        parts[i] = slice(text, start, stop);
        start = stop + 1;
    }
    const smithy_str resource = slice(text, start, text.len);
    if (!smithy_str_equal(parts[0], SMITHY_STR("arn")) || parts[1].len == 0 || parts[2].len == 0 || resource.len == 0)
        return false;
    *arn = (smithy_arn){
        .partition = parts[1],
        .service = parts[2],
        .region = parts[3],
        .account_id = parts[4],
        .resource_id = split_any(resource, ":/", call),
    };
    return arn->resource_id.items != NULL;
}

/* ---- URLs ---- */

static smithy_str normalize_path(smithy_str path, smithy_call *call) {
    if (path.len == 0) return SMITHY_STR("/");
    if (path.ptr[path.len - 1] == '/') return path;
    return smithy_endpoint_format(call, "{}/", path);
}

bool smithy_endpoint_parse_url(smithy_str text, smithy_endpoint_url *url, smithy_call *call) {
    smithy_url parts;
    if (!smithy_url_parse(text, &parts) || smithy_str_is_set(parts.query)) return false;
    *url = (smithy_endpoint_url){
        .scheme = parts.scheme,
        .authority = parts.authority,
        .path = parts.path,
        .normalized_path = normalize_path(parts.path, call),
        .is_ip = parts.is_ip,
    };
    return smithy_str_is_set(url->normalized_path);
}

smithy_str smithy_endpoint_uri_encode(smithy_str text, smithy_call *call) {
    if (!smithy_str_is_set(text)) return text;
    if (text.len > SIZE_MAX / 4) {
        smithy_call_fail(call, SMITHY_ERROR_LIMIT, "text of %zu bytes is too long to be encoded", text.len);
        return (smithy_str){NULL, 0};
    }
    smithy_buffer encoded;
    smithy_buffer_init(&encoded, smithy_call_system(call), text.len * 3);
    smithy_uri_append(&encoded, text, false);
    smithy_str copy = {NULL, 0};
    if (smithy_buffer_status(&encoded) == SMITHY_OK)
        copy = smithy_call_copy(call, smithy_buffer_str(&encoded));
    else
        smithy_call_fail(call, smithy_buffer_status(&encoded), "out of memory");
    smithy_buffer_deinit(&encoded);
    return copy;
}

/* ---- names ---- */

bool smithy_endpoint_substring(smithy_str text, int start, int stop, bool reverse, smithy_str *part) {
    if (start < 0 || start >= stop || text.len < (size_t)stop) return false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] > 127) return false;
    const size_t from = (size_t)start;
    const size_t to = (size_t)stop;
    *part = reverse ? slice(text, text.len - to, text.len - from) : slice(text, from, to);
    return true;
}

static bool is_label(smithy_str label) {
    if (label.len == 0 || label.len > MAX_LABEL) return false;
    for (size_t i = 0; i < label.len; i++) {
        const char c = label.ptr[i];
        if (!is_lower(c) && !is_upper(c) && !is_digit(c) && c != '-') return false;
    }
    return label.ptr[0] != '-' && label.ptr[label.len - 1] != '-';
}

bool smithy_endpoint_is_valid_host_label(smithy_str text, bool allow_dots) {
    if (!allow_dots || text.len == 0) return is_label(text);
    for (size_t start = 0; start <= text.len;) {
        const size_t stop = find_any(text, ".", start);
        if (!is_label(slice(text, start, stop))) return false;
        start = stop + 1;
    }
    return true;
}

/* Four runs of digits, as an IPv4 address has: S3 does not take them for a bucket's name. */
static bool looks_like_ipv4(smithy_str text) {
    size_t dots = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '.')
            dots++;
        else if (!is_digit(text.ptr[i]))
            return false;
    }
    return dots == 3;
}

bool smithy_endpoint_is_virtual_hostable_s3_bucket(smithy_str text, bool allow_dots) {
    if (text.len < MIN_BUCKET || text.len > MAX_BUCKET) return false;
    for (size_t i = 0; i < text.len; i++)
        if (is_upper(text.ptr[i])) return false;
    return smithy_endpoint_is_valid_host_label(text, allow_dots) && !looks_like_ipv4(text);
}

/* ---- lists ---- */

/* Where `delimiter` stands next at or after `from`, or the length. */
static size_t find_text(smithy_str text, smithy_str delimiter, size_t from) {
    for (size_t at = from; at + delimiter.len <= text.len; at++)
        if (memcmp(text.ptr + at, delimiter.ptr, delimiter.len) == 0) return at;
    return text.len;
}

smithy_str_list smithy_endpoint_split(smithy_str text, smithy_str delimiter, int limit, smithy_call *call) {
    if (!smithy_str_is_set(text) || delimiter.len == 0) return (smithy_str_list){NULL, 0};
    const size_t max = limit > 0 ? (size_t)limit : SIZE_MAX;
    size_t count = 1;
    for (size_t at = find_text(text, delimiter, 0); at < text.len && count < max; count++)
        at = find_text(text, delimiter, at + delimiter.len);
    smithy_str *items = smithy_call_alloc(call, count, sizeof *items);
    if (!items) return (smithy_str_list){NULL, 0};
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t stop = i + 1 < count ? find_text(text, delimiter, start) : text.len;
        items[i] = slice(text, start, stop);
        start = stop + delimiter.len;
    }
    return (smithy_str_list){items, count};
}

/* The room is the count's next power of two, so that the list itself tells when it is full. */
smithy_status smithy_endpoint_collect(smithy_str_list *list, smithy_str text, smithy_call *call) {
    if (!smithy_str_is_set(text)) return SMITHY_OK;
    smithy_str *items = (smithy_str *)list->items;
    if ((list->count & (list->count - 1)) == 0) {
        items = smithy_call_alloc(call, list->count ? 2 * list->count : 1, sizeof *items);
        if (!items) return smithy_call_status(call);
        if (list->count) memcpy(items, list->items, list->count * sizeof *items);
    }
    items[list->count] = text;
    *list = (smithy_str_list){items, list->count + 1};
    return SMITHY_OK;
}

smithy_str smithy_endpoint_item(smithy_str_list list, int index) {
    const size_t distance = index < 0 ? (size_t)(-(index + 1)) + 1 : (size_t)index;
    if (index < 0) return distance <= list.count ? list.items[list.count - distance] : (smithy_str){NULL, 0};
    return distance < list.count ? list.items[distance] : (smithy_str){NULL, 0};
}

/* ---- templates ---- */

/* The length of the filled-in template; written to `out` too unless that is NULL. */
static size_t fill(const char *template_text, va_list *texts, char *out) {
    size_t len = 0;
    for (const char *at = template_text; *at != '\0'; at++) {
        smithy_str piece = {at, 1};
        if ((*at == '{' || *at == '}') && at[1] == *at) {
            at++;
        } else if (*at == '{' && at[1] == '}') {
            piece = va_arg(*texts, smithy_str);
            at++;
        }
        if (out && piece.len > 0) memcpy(out + len, piece.ptr, piece.len);
        len += piece.len;
    }
    return len;
}

static smithy_str format(smithy_call *call, const char *template_text, va_list *texts) {
    va_list again;
    va_copy(again, *texts);
    const size_t len = fill(template_text, texts, NULL);
    char *out = smithy_call_alloc(call, len + 1, 1);
    if (out) fill(template_text, &again, out);
    va_end(again);
    return (smithy_str){out, out ? len : 0};
}

smithy_str smithy_endpoint_format(smithy_call *call, const char *template_text, ...) {
    va_list texts;
    va_start(texts, template_text);
    const smithy_str text = format(call, template_text, &texts);
    va_end(texts);
    return text;
}

smithy_status smithy_endpoint_at(smithy_endpoint *endpoint, smithy_call *call, const char *template_text, ...) {
    va_list texts;
    va_start(texts, template_text);
    endpoint->url = format(call, template_text, &texts);
    va_end(texts);
    return smithy_str_is_set(endpoint->url) ? SMITHY_OK : SMITHY_ERROR_MEMORY;
}

smithy_status smithy_endpoint_with(smithy_endpoint *endpoint, smithy_call *call, const smithy_endpoint *properties,
                                   smithy_str signing_region, const char *template_text, ...) {
    const smithy_headers headers = endpoint->headers;
    *endpoint = *properties;
    endpoint->headers = headers;
    if (smithy_str_is_set(signing_region)) endpoint->signing_region = signing_region;
    va_list texts;
    va_start(texts, template_text);
    endpoint->url = format(call, template_text, &texts);
    va_end(texts);
    return smithy_str_is_set(endpoint->url) ? SMITHY_OK : SMITHY_ERROR_MEMORY;
}

smithy_status smithy_endpoint_error(smithy_call *call, const char *template_text, ...) {
    va_list texts;
    va_start(texts, template_text);
    const smithy_str text = format(call, template_text, &texts);
    va_end(texts);
    if (!smithy_str_is_set(text)) return SMITHY_ERROR_MEMORY;
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%.*s", SMITHY_STR_ARG(text));
}

smithy_status smithy_endpoint_finish(smithy_status status, smithy_endpoint *endpoint, const smithy_call *call) {
    const smithy_status met = smithy_call_status(call);
    if (met == SMITHY_ERROR_MEMORY || met == SMITHY_ERROR_LIMIT) status = met;
    if (status != SMITHY_OK) *endpoint = (smithy_endpoint){0};
    return status;
}
