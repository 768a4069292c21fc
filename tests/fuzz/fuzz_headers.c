/* Header values as members of every type and list read them; and the head of an answer, as it comes from the wire. */
#include "fuzz.h"

#include <smithy/operation.h>

#include "http/curl_exchange.h"

/* The head, line by line, as libcurl hands it over. */
static void read_head(smithy_str text, smithy_http_response *response, smithy_call *call) {
    curl_exchange exchange = {.response = response, .call = call};
    while (text.len) {
        const char *start = text.ptr;
        (void)fuzz_line(&text);
        const smithy_str line = fuzz_exact((smithy_str){start, (size_t)(text.ptr - start)});
        const size_t taken = curl_exchange_on_header((char *)(uintptr_t)line.ptr, 1, line.len, &exchange);
        FUZZ_CHECK(taken == line.len || exchange.stopped != SMITHY_OK);
        fuzz_free(line);
        if (exchange.stopped != SMITHY_OK) return;
    }
    FUZZ_CHECK(response->status >= 0 && response->status <= 999);
}

static void read_scalars(const smithy_http_response *response, const char *name, smithy_call *call) {
    smithy_str text = {0}, media = {0};
    smithy_opt_bool boolean = {0};
    smithy_opt_i8 small = {0};
    smithy_opt_i32 middle = {0};
    smithy_opt_i64 large = {0};
    smithy_opt_f32 narrow = {0};
    smithy_opt_f64 real = {0};
    smithy_opt_time time = {0};
    (void)!smithy_response_header_str(response, name, &text, call);
    (void)!smithy_response_header_media(response, name, &media, call);
    (void)!smithy_response_header_bool(response, name, &boolean, call);
    (void)!smithy_response_header_i8(response, name, &small, call);
    (void)!smithy_response_header_i32(response, name, &middle, call);
    (void)!smithy_response_header_i64(response, name, &large, call);
    (void)!smithy_response_header_f32(response, name, &narrow, call);
    (void)!smithy_response_header_f64(response, name, &real, call);
    (void)!smithy_response_header_time(response, name, SMITHY_TIME_HTTP_DATE, &time, call);
    (void)!smithy_response_header_time(response, name, SMITHY_TIME_DATE_TIME, &time, call);
    (void)!smithy_response_header_time(response, name, SMITHY_TIME_EPOCH, &time, call);
}

static void read_lists(const smithy_http_response *response, const char *name, smithy_call *call) {
    smithy_str_list texts = {0};
    const bool *booleans = NULL;
    const int16_t *shorts = NULL;
    const int64_t *longs = NULL, *times = NULL;
    const double *reals = NULL;
    size_t count = 0;
    if (smithy_response_header_str_list(response, name, &texts, call) == SMITHY_OK)
        for (size_t i = 0; i < texts.count; i++) FUZZ_CHECK(texts.items[i].ptr);
    (void)!smithy_response_header_bool_list(response, name, &booleans, &count, call);
    (void)!smithy_response_header_i16_list(response, name, &shorts, &count, call);
    (void)!smithy_response_header_i64_list(response, name, &longs, &count, call);
    (void)!smithy_response_header_f64_list(response, name, &reals, &count, call);
    (void)!smithy_response_header_time_list(response, name, SMITHY_TIME_HTTP_DATE, &times, &count, call);
    (void)!smithy_response_header_time_list(response, name, SMITHY_TIME_DATE_TIME, &times, &count, call);
    (void)!smithy_response_header_time_list(response, name, SMITHY_TIME_EPOCH, &times, &count, call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    smithy_call *call = smithy_call_create(NULL);
    smithy_http_response response = {0};
    smithy_str_map prefixed = {0};
    read_head((smithy_str){(const char *)data, size}, &response, call);
    smithy_call_clear_error(call);
    read_scalars(&response, "v", call);
    read_lists(&response, "v", call);
    (void)!smithy_response_prefix_headers(&response, "x-amz-meta-", &prefixed, call);
    smithy_call_destroy(call);
    return 0;
}
