/* Percent-encoding, URLs and base64: what was encoded decodes to itself, and a URL's parts are its text. */
#include "fuzz.h"

#include <smithy/text.h>

#include <stdlib.h>

static void check_percent_encoding(smithy_str text, bool keep_slash) {
    smithy_buffer encoded;
    smithy_buffer_init(&encoded, NULL, 1 << 24);
    smithy_uri_append(&encoded, text, keep_slash);
    FUZZ_CHECK(smithy_buffer_status(&encoded) == SMITHY_OK);
    FUZZ_CHECK(encoded.len == 0 || !memchr(encoded.ptr, '+', encoded.len));
    const size_t len = encoded.len ? smithy_uri_decode(smithy_buffer_str(&encoded), encoded.ptr, true) : 0;
    FUZZ_CHECK(len == text.len && (len == 0 || memcmp(encoded.ptr, text.ptr, len) == 0));
    smithy_buffer_deinit(&encoded);
}

static void check_decoding(smithy_str text) {
    char *out = malloc(text.len ? text.len : 1);
    if (!out) abort();
    FUZZ_CHECK(smithy_uri_decode(text, out, false) <= text.len);
    free(out);
}

static void check_base64(smithy_str text) {
    smithy_buffer encoded;
    uint8_t *bytes = malloc(smithy_base64_max(text.len * 2 + 8));
    size_t len = 0;
    if (!bytes) abort();
    smithy_buffer_init(&encoded, NULL, 1 << 24);
    smithy_base64_append(&encoded, text.ptr, text.len);
    FUZZ_CHECK(smithy_base64_read(smithy_buffer_str(&encoded), bytes, &len));
    FUZZ_CHECK(len == text.len && (len == 0 || memcmp(bytes, text.ptr, len) == 0));
    smithy_buffer_reset(&encoded);
    if (smithy_base64_read(text, bytes, &len)) {
        smithy_base64_append(&encoded, bytes, len);
        FUZZ_CHECK(encoded.len == text.len);
        for (size_t i = 0; i < text.len; i++) /* The bits that padding leaves over may be any. */
            FUZZ_CHECK(encoded.ptr[i] == text.ptr[i] || text.ptr[i + 1] == '=');
    }
    smithy_buffer_deinit(&encoded);
    free(bytes);
}

/* The parts stand in the text, in their order. */
static void check_url(smithy_str text) {
    smithy_url url;
    if (!smithy_url_parse(text, &url)) return;
    const char *end = text.ptr + text.len;
    FUZZ_CHECK(url.scheme.ptr == text.ptr && (url.scheme.len == 4 || url.scheme.len == 5));
    FUZZ_CHECK(url.authority.ptr == url.scheme.ptr + url.scheme.len + 3 && url.authority.len > 0);
    FUZZ_CHECK(url.host.ptr >= url.authority.ptr && url.host.len > 0 && url.host.len <= url.authority.len);
    FUZZ_CHECK(url.path.len == 0 || (*url.path.ptr == '/' && url.path.ptr == url.authority.ptr + url.authority.len));
    FUZZ_CHECK(!url.query.ptr || url.query.ptr + url.query.len == end);
    for (const char *at = text.ptr; at < end; at++) FUZZ_CHECK(*at > ' ' && *at != 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const smithy_str text = fuzz_exact((smithy_str){(const char *)data, size});
    check_percent_encoding(text, false);
    check_percent_encoding(text, true);
    check_decoding(text);
    check_base64(text);
    check_url(text);
    fuzz_free(text);
    return 0;
}
