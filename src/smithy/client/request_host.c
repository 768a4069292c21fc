#include "client/request_internal.h"

/* Of a label in a host name (RFC 1123). */
#define MAX_LABEL 63

static bool is_host_label(smithy_str text) {
    if (text.len == 0 || text.len > MAX_LABEL || text.ptr[0] == '-' || text.ptr[text.len - 1] == '-') return false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alphanumeric && c != '-') return false;
    }
    return true;
}

static void append(smithy_request *request, smithy_str text) {
    if (request->status != SMITHY_OK) return;
    const smithy_str joined =
        smithy_call_format(request->call, "%.*s%.*s", SMITHY_STR_ARG(request->host_prefix), SMITHY_STR_ARG(text));
    if (joined.ptr)
        request->host_prefix = joined;
    else
        request_fail(request, smithy_call_status(request->call));
}

void smithy_request_host(smithy_request *request, const char *literal) {
    append(request, smithy_str_from(literal));
}

void smithy_request_host_label(smithy_request *request, const char *member, smithy_str value) {
    if (is_host_label(value))
        append(request, value);
    else
        request_refuse(request, member, "is part of the host: 1 to 63 letters, digits and hyphens");
}

/* "foo.bar." or "foo-bar": whole labels, each of which stands by itself; only the last may go on in the endpoint. */
bool request_is_host_prefix(smithy_str prefix) {
    size_t start = 0;
    if (prefix.len == 0) return true;
    for (size_t i = 0; i < prefix.len; i++) {
        if (prefix.ptr[i] != '.') continue;
        if (!is_host_label((smithy_str){prefix.ptr + start, i - start})) return false;
        start = i + 1;
    }
    if (start == prefix.len) return true;
    const smithy_str rest = {prefix.ptr + start, prefix.len - start};
    const size_t hyphen = rest.ptr[rest.len - 1] == '-'; /* "data-" goes on in the endpoint's first label. */
    return is_host_label((smithy_str){rest.ptr, rest.len - hyphen});
}
