/* Text by value. */
#include <smithy/base.h>

const char *smithy_status_name(smithy_status status) {
    switch (status) {
    case SMITHY_OK: return "ok";
    case SMITHY_ERROR_INPUT: return "input";
    case SMITHY_ERROR_MEMORY: return "memory";
    case SMITHY_ERROR_LIMIT: return "limit";
    case SMITHY_ERROR_CONFIG: return "config";
    case SMITHY_ERROR_CREDENTIALS: return "credentials";
    case SMITHY_ERROR_TRANSPORT: return "transport";
    case SMITHY_ERROR_TIMEOUT: return "timeout";
    case SMITHY_ERROR_CANCELED: return "canceled";
    case SMITHY_ERROR_RESPONSE: return "response";
    case SMITHY_ERROR_SERVICE: return "service";
    case SMITHY_ERROR_IO: return "io";
    }
    return "unknown";
}

/* tolower() would ask the locale. */
static unsigned char ascii_lower(char c) {
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool smithy_str_equal_nocase(smithy_str a, smithy_str b) {
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i])) return false;
    return true;
}

int smithy_str_compare(smithy_str a, smithy_str b) {
    const size_t common = a.len < b.len ? a.len : b.len;
    const int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool smithy_str_to_i64(smithy_str text, int64_t *value) {
    const bool negative = text.len > 0 && text.ptr[0] == '-';
    const uint64_t max = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t magnitude = 0;
    size_t at = negative ? 1 : 0;
    if (at == text.len) return false;
    for (; at < text.len; at++) {
        if (text.ptr[at] < '0' || text.ptr[at] > '9') return false;
        const uint64_t digit = (uint64_t)(text.ptr[at] - '0');
        if (magnitude > (max - digit) / 10) return false;
        magnitude = magnitude * 10 + digit;
    }
    /* -INT64_MIN does not exist, so the negative side is made without it. */
    if (negative)
        *value = magnitude == 0 ? 0 : -(int64_t)(magnitude - 1) - 1;
    else
        *value = (int64_t)magnitude;
    return true;
}
