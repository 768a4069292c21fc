/* A URL taken apart. */
#include <smithy/text.h>

#include "codec/uri.h"

static smithy_str slice(smithy_str text, size_t from, size_t to) {
    return (smithy_str){text.ptr + from, to - from};
}

/* Where one of `wanted` stands first; text.len when none does. */
static size_t find_any(smithy_str text, const char *wanted) {
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == '\0' || !strchr(wanted, text.ptr[at]))) at++;
    return at;
}

/* Only unreserved characters, whole escapes, and those of `also`. */
static bool all_allowed(smithy_str text, const char *also) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (smithy_uri_is_unreserved(c)) continue;
        if (c == '%') {
            if (text.len - i < 3) return false;
            if (smithy_uri_hex_digit(text.ptr[i + 1]) < 0 || smithy_uri_hex_digit(text.ptr[i + 2]) < 0) return false;
            i += 2;
        } else if (c == '\0' || !strchr(also, c)) {
            return false;
        }
    }
    return true;
}

/* A number up to 255 without leading zeros at `*at`. */
static bool take_octet(smithy_str text, size_t *at) {
    const size_t start = *at;
    int value = 0;
    while (*at < text.len && *at - start < 3 && text.ptr[*at] >= '0' && text.ptr[*at] <= '9')
        value = value * 10 + (text.ptr[(*at)++] - '0');
    const size_t digits = *at - start;
    return digits > 0 && value <= 255 && (digits == 1 || text.ptr[start] != '0');
}

static bool is_ipv4(smithy_str text) {
    size_t at = 0;
    for (int part = 0; part < 4; part++) {
        if (part > 0 && (at == text.len || text.ptr[at++] != '.')) return false;
        if (!take_octet(text, &at)) return false;
    }
    return at == text.len;
}

/* What stands in brackets: hex groups and colons, a dotted IPv4 end; whether it is an address that exists is for the
 * resolver to say. */
static bool looks_like_ipv6(smithy_str text) {
    size_t colons = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        colons += c == ':';
        if (c != ':' && c != '.' && smithy_uri_hex_digit(c) < 0) return false;
    }
    return colons >= 2 && colons <= 7 && text.len <= 45;
}

static bool is_port(smithy_str text) {
    int64_t port;
    return text.len <= 5 && smithy_str_to_i64(text, &port) && port >= 1 && port <= 65535;
}

/* host[:port] or [address][:port]; a user name's "@" is no character of either. */
static bool parse_authority(smithy_url *url) {
    const smithy_str text = url->authority;
    size_t end;
    if (text.len > 0 && text.ptr[0] == '[') {
        const size_t close = find_any(text, "]");
        if (close == text.len) return false;
        url->host = slice(text, 1, close);
        url->is_ip = looks_like_ipv6(url->host);
        if (!url->is_ip) return false;
        end = close + 1;
    } else {
        end = find_any(text, ":");
        url->host = slice(text, 0, end);
        if (url->host.len == 0 || !all_allowed(url->host, "!$&'()*+,;=")) return false;
        url->is_ip = is_ipv4(url->host);
    }
    if (end == text.len) return true;
    url->port = slice(text, end + 1, text.len);
    return text.ptr[end] == ':' && is_port(url->port);
}

bool smithy_url_parse(smithy_str text, smithy_url *url) {
    *url = (smithy_url){0};
    if (text.len == 0) return false;
    const size_t colon = find_any(text, ":");
    url->scheme = slice(text, 0, colon);
    if (!smithy_str_equal_nocase(url->scheme, SMITHY_STR("http")) &&
        !smithy_str_equal_nocase(url->scheme, SMITHY_STR("https")))
        return false;
    smithy_str rest = slice(text, colon, text.len);
    if (!smithy_str_starts_with(rest, SMITHY_STR("://"))) return false;
    rest = slice(rest, 3, rest.len);

    const size_t authority_end = find_any(rest, "/?#");
    url->authority = slice(rest, 0, authority_end);
    rest = slice(rest, authority_end, rest.len);
    const size_t path_end = find_any(rest, "?");
    url->path = slice(rest, 0, path_end);
    if (path_end < rest.len) url->query = slice(rest, path_end + 1, rest.len);

    /* A fragment never goes over the wire, so "#" is no character of a path or query. */
    return parse_authority(url) && all_allowed(url->path, "/!$&'()*+,;=:@") &&
           all_allowed(url->query, "/?!$&'()*+,;=:@");
}
