/* Percent-encoding (RFC 3986). */
#include <smithy/text.h>

#include "codec/uri.h"

bool smithy_uri_is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '~';
}

int smithy_uri_hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void smithy_uri_append(smithy_buffer *out, smithy_str text, bool keep_slash) {
    static const char DIGITS[] = "0123456789ABCDEF";
    size_t run = 0; /* Start of what needs no encoding and is not written yet. */
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (smithy_uri_is_unreserved(c) || (keep_slash && c == '/')) continue;
        const char escape[3] = {'%', DIGITS[(unsigned char)c >> 4], DIGITS[(unsigned char)c & 15]};
        smithy_buffer_append(out, text.ptr + run, i - run);
        smithy_buffer_append(out, escape, sizeof escape);
        run = i + 1;
    }
    if (run < text.len) smithy_buffer_append(out, text.ptr + run, text.len - run);
}

size_t smithy_uri_decode(smithy_str text, char *out, bool plus_is_space) {
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%' && text.len - i > 2) {
            const int high = smithy_uri_hex_digit(text.ptr[i + 1]);
            const int low = smithy_uri_hex_digit(text.ptr[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (char)(high << 4 | low);
                i += 2;
            }
        }
        out[len++] = c;
    }
    return len;
}
