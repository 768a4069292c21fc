/* Checksums and lengths of bodies, both ways; sinks and sources that start over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include "toy_bench.h"

#include <cmocka.h>

/* CRC-32 of "hello": 0x3610a686. */
#define HELLO_CRC32   "NhCmhg=="
#define HELLO_SHA256  "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
#define HELLO_CRC32C  "mnG7TA=="
#define HELLO_CRC64   "M3eFcAZSQlc="
#define HELLO_SHA1    "qvTGHdzF6KLavt4PO0gs2a6pQ00="
#define HELLO_CHUNKED "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:" HELLO_CRC32 "\r\n\r\n"
#define HELLO_MD5     "XUFAKrxLKna5cZ2REBfFkg=="

#define OPEN(bench, service, options, answers) \
    toy_bench_open(bench, service, options, answers, sizeof(answers) / sizeof(answers)[0])

static const scripted_answer OK_EMPTY[] = {{.status = 200}};

static smithy_body hello(void) {
    return (smithy_body){.bytes = {(const uint8_t *)"hello", 5}};
}

/* ---- requests ---- */

static void a_put_carries_a_crc32(void **state) {
    (void)state;
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = hello()};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-checksum-crc32"), HELLO_CRC32);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-sdk-checksum-algorithm"), "CRC32");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "content-type"), "application/octet-stream");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-content-sha256"),
                        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    toy_bench_close(&bench);
}

static void another_algorithm_may_be_chosen(void **state) {
    (void)state;
    static const struct {
        smithy_str algorithm;
        const char *header, *value;
    } CASES[] = {
        {SMITHY_STR_INIT("CRC32"), "x-amz-checksum-crc32", HELLO_CRC32},
        {SMITHY_STR_INIT("CRC32C"), "x-amz-checksum-crc32c", HELLO_CRC32C},
        {SMITHY_STR_INIT("CRC64NVME"), "x-amz-checksum-crc64nvme", HELLO_CRC64},
        {SMITHY_STR_INIT("SHA1"), "x-amz-checksum-sha1", HELLO_SHA1},
        {SMITHY_STR_INIT("SHA256"), "x-amz-checksum-sha256", HELLO_SHA256},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = hello(), .algorithm = CASES[i].algorithm};
        toy_bench bench;
        toy_output output;
        OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
        assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
        assert_string_equal(scripted_request_header(&bench.transport, 0, CASES[i].header), CASES[i].value);
        assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-sdk-checksum-algorithm"),
                            CASES[i].algorithm.ptr);
        if (i > 0) assert_null(scripted_request_header(&bench.transport, 0, "x-amz-checksum-crc32"));
        toy_bench_close(&bench);
    }
}

static void an_algorithm_that_is_not_here_is_refused(void **state) {
    (void)state;
    static const smithy_str NAMES[] = {SMITHY_STR_INIT("XXHASH3"), SMITHY_STR_INIT("MD5"), SMITHY_STR_INIT("CRC3")};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = hello(), .algorithm = NAMES[i]};
        toy_bench bench;
        toy_output output;
        OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
        assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_ERROR_INPUT);
        assert_int_equal(bench.transport.request_count, 0);
        toy_bench_close(&bench);
    }
}

static void the_callers_own_checksum_is_left_alone(void **state) {
    (void)state;
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = hello(), .crc32 = SMITHY_STR_INIT("mine")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-checksum-crc32"), "mine");
    assert_null(scripted_request_header(&bench.transport, 0, "x-amz-sdk-checksum-algorithm"));
    toy_bench_close(&bench);
}

static void when_required_leaves_out_only_what_is_not(void **state) {
    (void)state;
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = hello()};
    const scripted_answer answers[] = {{.status = 200}, {.status = 200}};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, answers);
    fake_system_set_env(&bench.fake, "AWS_REQUEST_CHECKSUM_CALCULATION", "when_required");
    smithy_client_destroy(bench.client);
    bench.client = smithy_client_create(&TOY_S3, NULL, NULL, 0, bench.call);
    assert_non_null(bench.client);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
    assert_null(scripted_request_header(&bench.transport, 0, "x-amz-checksum-crc32"));
    assert_int_equal(toy_bench_invoke(&bench, &TOY_DELETE, &input, &output), SMITHY_OK);
    assert_non_null(scripted_request_header(&bench.transport, 1, "x-amz-checksum-crc32"));
    toy_bench_close(&bench);
}

static void an_operation_without_a_choice_gets_md5(void **state) {
    (void)state;
    const toy_input input = {.name = SMITHY_STR_INIT("k")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_MD5, &input, &output), SMITHY_OK);
    assert_string_equal(bench.transport.requests[0].body, "<Delete><Key>k</Key></Delete>");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "Content-MD5"), "vyd9alHhzaCDKYr/pn2nAA==");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "Content-Type"), "application/xml");
    toy_bench_close(&bench);
}

/* ---- sources ---- */

typedef struct source {
    const char *text;
    size_t at;
    int rewinds;
} source;

static smithy_status source_read(void *context, uint8_t *bytes, size_t size, size_t *len) {
    source *self = context;
    const size_t left = strlen(self->text) - self->at;
    *len = left < 2 ? left : 2;
    if (*len > size) *len = size;
    memcpy(bytes, self->text + self->at, *len);
    self->at += *len;
    return SMITHY_OK;
}

static smithy_status source_rewind(void *context) {
    source *self = context;
    self->at = 0;
    self->rewinds++;
    return SMITHY_OK;
}

static smithy_body body_of(source *self, int64_t length, bool rewinds) {
    return (smithy_body){
        .read = source_read, .rewind = rewinds ? source_rewind : NULL, .context = self, .length = length};
}

static void a_source_is_sent_again_from_its_start(void **state) {
    (void)state;
    source text = {.text = "hello"};
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, true)};
    const scripted_answer answers[] = {{.status = 500}, {.status = 200}};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, answers);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
    assert_int_equal(text.rewinds, 2); /* It is read once for each attempt, and not ahead. */
    assert_string_equal(bench.transport.requests[1].body, HELLO_CHUNKED);
    assert_string_equal(scripted_request_header(&bench.transport, 1, "x-amz-content-sha256"),
                        "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    assert_string_equal(scripted_request_header(&bench.transport, 1, "x-amz-trailer"), "x-amz-checksum-crc32");
    assert_string_equal(scripted_request_header(&bench.transport, 1, "x-amz-sdk-checksum-algorithm"), "CRC32");
    assert_string_equal(scripted_request_header(&bench.transport, 1, "x-amz-decoded-content-length"), "5");
    assert_string_equal(scripted_request_header(&bench.transport, 1, "content-encoding"), "aws-chunked");
    assert_null(scripted_request_header(&bench.transport, 1, "x-amz-checksum-crc32"));
    toy_bench_close(&bench);
}

/* S3 over http, where a test server may know no chunks. */
static void over_http_a_source_is_read_ahead(void **state) {
    (void)state;
    source text = {.text = "hello"};
    const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("http://localhost:1")};
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, true)};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, &options, OK_EMPTY);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
    assert_int_equal(text.rewinds, 2);
    assert_string_equal(bench.transport.requests[0].body, "hello");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-checksum-crc32"), HELLO_CRC32);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-content-sha256"),
                        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    toy_bench_close(&bench);
}

static void a_source_with_the_callers_checksum_is_sent_as_it_is(void **state) {
    (void)state;
    source text = {.text = "hello"};
    const toy_input input = {
        .name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, true), .crc32 = SMITHY_STR_INIT(HELLO_CRC32)};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
    assert_int_equal(text.rewinds, 1);
    assert_string_equal(bench.transport.requests[0].body, "hello");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
    assert_null(scripted_request_header(&bench.transport, 0, "content-encoding"));
    toy_bench_close(&bench);
}

static smithy_status write_encoded(const void *in, smithy_request *request, smithy_call *call) {
    smithy_request_header_str(request, "Content-Encoding", SMITHY_STR("gzip"));
    return TOY_PUT_OBJECT.write_request(in, request, call);
}

static void chunks_come_on_top_of_other_codings(void **state) {
    (void)state;
    source text = {.text = "hello"};
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, true)};
    smithy_operation operation = TOY_PUT_OBJECT;
    operation.write_request = write_encoded;
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
    assert_int_equal(toy_bench_invoke(&bench, &operation, &input, &output), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "content-encoding"), "gzip,aws-chunked");
    toy_bench_close(&bench);
}

/* Nothing signs that request, so nothing else tells the service how its body comes. */
static void a_request_without_a_signature_tells_of_its_chunks(void **state) {
    (void)state;
    static const char *const ENDPOINTS[] = {"https://localhost:1", "http://localhost:1"};
    for (size_t i = 0; i < 2; i++) {
        source text = {.text = "hello"};
        const smithy_client_options options = {.endpoint_url = smithy_str_from(ENDPOINTS[i])};
        const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, false)};
        smithy_operation operation = TOY_PUT_OBJECT;
        operation.is_unsigned = true;
        toy_bench bench;
        toy_output output;
        OPEN(&bench, &TOY_S3, &options, OK_EMPTY);
        assert_int_equal(toy_bench_invoke(&bench, &operation, &input, &output), SMITHY_OK);
        assert_string_equal(bench.transport.requests[0].body, HELLO_CHUNKED);
        assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-content-sha256"),
                            "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        assert_null(scripted_request_header(&bench.transport, 0, "authorization"));
        toy_bench_close(&bench);
    }
}

static void md5_of_a_source_is_worked_out_too(void **state) {
    (void)state;
    source text = {.text = "hello"};
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, true)};
    smithy_operation operation = TOY_PUT_OBJECT;
    toy_bench bench;
    toy_output output;
    operation.has_checksum = false;
    operation.requires_checksum = true;
    OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
    assert_int_equal(toy_bench_invoke(&bench, &operation, &input, &output), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 0, "Content-MD5"), HELLO_MD5);
    toy_bench_close(&bench);
}

static void a_source_that_cannot_rewind_is_sent_once(void **state) {
    (void)state;
    source text = {.text = "hello"};
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, false)};
    const scripted_answer answers[] = {{.status = 500}, {.status = 200}};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, answers);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_ERROR_SERVICE);
    assert_int_equal(bench.transport.request_count, 1);
    assert_string_equal(bench.transport.requests[0].body, HELLO_CHUNKED);
    toy_bench_close(&bench);
}

/* "<hex>;chunk-signature=<64 digits>\r\n" and so on. */
static void over_http_its_chunks_are_signed(void **state) {
    (void)state;
    static const struct {
        const char *crc32; /* The caller's. */
        const char *payload;
        const char *end;
    } CASES[] = {
        {NULL, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
         "\r\nx-amz-checksum-crc32:" HELLO_CRC32 "\r\nx-amz-trailer-signature:"},
        {HELLO_CRC32, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        source text = {.text = "hello"};
        const smithy_client_options options = {.endpoint_url = SMITHY_STR_INIT("http://localhost:1")};
        const toy_input input = {
            .name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, false), .crc32 = smithy_str_from(CASES[i].crc32)};
        toy_bench bench;
        toy_output output;
        OPEN(&bench, &TOY_S3, &options, OK_EMPTY);
        assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
        const char *body = bench.transport.requests[0].body;
        assert_memory_equal(body, "5;chunk-signature=", 18);
        assert_memory_equal(body + 18 + 64, "\r\nhello\r\n0;chunk-signature=", 27);
        assert_memory_equal(body + 18 + 64 + 27 + 64, CASES[i].end, strlen(CASES[i].end));
        assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-content-sha256"), CASES[i].payload);
        toy_bench_close(&bench);
    }
}

/* payload_signing_enabled, over TLS: what it says holds of bodies in memory and of sources, and a source is read once
 * all the same. */
static void the_profile_says_whether_payloads_are_signed(void **state) {
    (void)state;
    static const char *const HASH = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    const struct {
        const char *says;
        bool is_source;
        const char *crc32; /* The caller's. */
        const char *payload;
    } cases[] = {
        {"true", true, NULL, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"},
        {"true", true, HELLO_CRC32, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
        {"true", false, NULL, HASH},
        {"false", true, NULL, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
        {"false", true, HELLO_CRC32, "UNSIGNED-PAYLOAD"},
        {"false", false, NULL, "UNSIGNED-PAYLOAD"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char config[80];
        source text = {.text = "hello"};
        const toy_input input = {.name = SMITHY_STR_INIT("k"),
                                 .body = cases[i].is_source ? body_of(&text, 5, true) : hello(),
                                 .crc32 = smithy_str_from(cases[i].crc32)};
        toy_bench bench;
        toy_output output;
        OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
        snprintf(config, sizeof config, "[default]\ns3 =\n  payload_signing_enabled = %s\n", cases[i].says);
        fake_system_set_env(&bench.fake, "AWS_CONFIG_FILE", "/config");
        fake_system_put_file(&bench.fake, "/config", config, strlen(config));
        assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_OK);
        assert_memory_equal(bench.transport.requests[0].url, "https:", 6);
        assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-content-sha256"), cases[i].payload);
        assert_int_equal(text.rewinds, cases[i].is_source);
        const bool in_signed_chunks = strncmp(cases[i].payload, "STREAMING-AWS4", 14) == 0;
        assert_true((strstr(bench.transport.requests[0].body, ";chunk-signature=") != NULL) == in_signed_chunks);
        toy_bench_close(&bench);
    }
}

static void what_is_summed_up_ahead_needs_a_rewind(void **state) {
    (void)state;
    source text = {.text = "hello"};
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = body_of(&text, 5, false)};
    smithy_operation operation = TOY_PUT_OBJECT;
    toy_bench bench;
    toy_output output;
    operation.has_checksum = false;
    operation.requires_checksum = true; /* MD5 */
    OPEN(&bench, &TOY_S3, NULL, OK_EMPTY);
    assert_int_equal(toy_bench_invoke(&bench, &operation, &input, &output), SMITHY_ERROR_INPUT);
    assert_int_equal(bench.transport.request_count, 0);
    toy_bench_close(&bench);
}

static void a_source_of_another_length_is_refused(void **state) {
    (void)state;
    static const char *const ENDPOINTS[] = {"https://localhost:1", "http://localhost:1"};
    for (size_t i = 0; i < 2; i++)
        for (int64_t length = 4; length <= 6; length += 2) {
            source text = {.text = "hello"};
            const smithy_client_options options = {.endpoint_url = smithy_str_from(ENDPOINTS[i])};
            const toy_input input = {.name = SMITHY_STR_INIT("k"), .body = body_of(&text, length, true)};
            toy_bench bench;
            toy_output output;
            OPEN(&bench, &TOY_S3, &options, OK_EMPTY);
            assert_int_equal(toy_bench_invoke(&bench, &TOY_PUT_OBJECT, &input, &output), SMITHY_ERROR_IO);
            toy_bench_close(&bench);
        }
}

/* ---- sinks ---- */

typedef struct taker {
    smithy_sink sink;
    smithy_buffer taken;
    int restarts;
} taker;

static smithy_status take(void *context, const uint8_t *bytes, size_t len) {
    taker *self = context;
    smithy_buffer_append(&self->taken, bytes, len);
    return smithy_buffer_status(&self->taken);
}

static smithy_status restart(void *context) {
    taker *self = context;
    smithy_buffer_reset(&self->taken);
    self->restarts++;
    return SMITHY_OK;
}

static void taker_open(taker *self, bool restarts) {
    *self = (taker){.sink = {.write = take, .restart = restarts ? restart : NULL, .context = self}};
    smithy_buffer_init(&self->taken, NULL, 100);
}

static void a_sink_starts_over_when_a_body_broke(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .body = "hel", .failure = SMITHY_HTTP_FAILURE_RECEIVE},
        {.status = 200, .headers = "x-amz-checksum-crc32: " HELLO_CRC32, .body = "hello"}};
    taker kept;
    taker_open(&kept, true);
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .sink = &kept.sink};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_GET_OBJECT, &input, &output), SMITHY_OK);
    assert_int_equal(kept.restarts, 1);
    assert_string_equal(kept.taken.ptr, "hello");
    assert_string_equal(scripted_request_header(&bench.transport, 0, "x-amz-checksum-mode"), "ENABLED");
    smithy_buffer_deinit(&kept.taken);
    toy_bench_close(&bench);
}

static void a_sink_that_cannot_start_over_ends_the_operation(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .body = "hel", .failure = SMITHY_HTTP_FAILURE_RECEIVE},
                                              {.status = 200, .body = "hello"}};
    taker kept;
    taker_open(&kept, false);
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .sink = &kept.sink};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_GET_OBJECT, &input, &output), SMITHY_ERROR_TRANSPORT);
    assert_int_equal(bench.transport.request_count, 1);
    smithy_buffer_deinit(&kept.taken);
    toy_bench_close(&bench);
}

static void a_sink_that_saw_nothing_is_not_restarted(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 503, .body = "<Error><Code>SlowDown</Code></Error>"},
                                              {.status = 200, .body = "hello"}};
    taker kept;
    taker_open(&kept, false);
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .sink = &kept.sink};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_GET_OBJECT, &input, &output), SMITHY_OK);
    assert_string_equal(kept.taken.ptr, "hello");
    smithy_buffer_deinit(&kept.taken);
    toy_bench_close(&bench);
}

/* ---- answers ---- */

/* GetObject of one answer, once. */
static smithy_status get(const scripted_answer *answer) {
    taker kept;
    taker_open(&kept, true);
    const toy_input input = {.name = SMITHY_STR_INIT("k"), .sink = &kept.sink};
    toy_bench bench;
    toy_output output;
    toy_bench_open(&bench, &TOY_S3, NULL, answer, 1);
    smithy_call_set_max_attempts(bench.call, 1);
    const smithy_status status = toy_bench_invoke(&bench, &TOY_GET_OBJECT, &input, &output);
    smithy_buffer_deinit(&kept.taken);
    toy_bench_close(&bench);
    return status;
}

static void an_objects_checksum_must_match(void **state) {
    (void)state;
    static const struct {
        const char *headers;
        int http_status;
        smithy_status status;
    } CASES[] = {
        {"x-amz-checksum-crc32: " HELLO_CRC32, 200, SMITHY_OK},
        {"x-amz-checksum-crc32: AAAAAA==", 200, SMITHY_ERROR_RESPONSE},
        {"x-amz-checksum-crc32: not base64!", 200, SMITHY_ERROR_RESPONSE},
        {"x-amz-checksum-crc32: ", 200, SMITHY_ERROR_RESPONSE},
        {"x-amz-checksum-crc32: AAAAAA==-3", 200, SMITHY_OK}, /* Of a list of parts. */
        {"x-amz-checksum-crc32: AAAAAA==", 206, SMITHY_OK},   /* Of the whole, where this is a part. */
        {"x-amz-checksum-xxhash3: AAAAAA==", 200, SMITHY_OK}, /* Not one that is known here. */
        {"x-amz-checksum-crc32c: " HELLO_CRC32C, 200, SMITHY_OK},
        {"x-amz-checksum-crc32c: " HELLO_CRC32, 200, SMITHY_ERROR_RESPONSE},
        {"x-amz-checksum-crc64nvme: " HELLO_CRC64, 200, SMITHY_OK},
        {"x-amz-checksum-crc64nvme: " HELLO_CRC32, 200, SMITHY_ERROR_RESPONSE},
        {"x-amz-checksum-sha1: " HELLO_SHA1, 200, SMITHY_OK},
        {"x-amz-checksum-sha1: " HELLO_SHA256, 200, SMITHY_ERROR_RESPONSE},
        {"x-amz-checksum-sha256: " HELLO_SHA256, 200, SMITHY_OK},
        {"x-amz-checksum-crc32: AAAAAA==-3\nx-amz-checksum-sha256: " HELLO_SHA1, 200, SMITHY_ERROR_RESPONSE},
        {"x-amz-crc32: 907060870", 200, SMITHY_OK},
        {"x-amz-crc32: 907060871", 200, SMITHY_ERROR_RESPONSE},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const scripted_answer answer = {.status = CASES[i].http_status, .headers = CASES[i].headers, .body = "hello"};
        assert_int_equal(get(&answer), CASES[i].status);
    }
}

static void a_body_must_have_its_content_length(void **state) {
    (void)state;
    static const struct {
        const char *headers;
        smithy_status status;
    } CASES[] = {
        {"Content-Length: 5", SMITHY_OK},
        {"Content-Length: 4", SMITHY_ERROR_RESPONSE},
        {"content-length: 6", SMITHY_ERROR_RESPONSE},
        {"Content-Length: -5", SMITHY_ERROR_RESPONSE},
        {"Content-Length: five", SMITHY_ERROR_RESPONSE},
        {"Content-Length: 5\nContent-Length: 5", SMITHY_OK},
        {"Content-Length: 5\nContent-Length: 6", SMITHY_ERROR_RESPONSE},
        {"Content-Length: 6\nTransfer-Encoding: chunked", SMITHY_OK},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const scripted_answer answer = {.status = 200, .headers = CASES[i].headers, .body = "hello"};
        assert_int_equal(get(&answer), CASES[i].status);
    }
}

static void a_head_may_tell_the_length_of_what_it_does_not_send(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .headers = "Content-Length: 1000"}};
    const toy_input input = {.name = SMITHY_STR_INIT("k")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_S3, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_HEAD_OBJECT, &input, &output), SMITHY_OK);
    toy_bench_close(&bench);
}

static void dynamodbs_crc32_must_match_and_is_tried_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {{.status = 200, .body = "{}", .headers = "x-amz-crc32: 1"},
                                              {.status = 200, .body = "{}", .headers = "x-amz-crc32: 2745614147"}};
    const toy_input input = {.name = SMITHY_STR_INIT("k")};
    toy_bench bench;
    toy_output output;
    OPEN(&bench, &TOY_DYNAMODB, NULL, ANSWERS);
    assert_int_equal(toy_bench_invoke(&bench, &TOY_ECHO, &input, &output), SMITHY_OK);
    assert_int_equal(bench.transport.request_count, 2);
    toy_bench_close(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_carries_a_crc32),
        cmocka_unit_test(another_algorithm_may_be_chosen),
        cmocka_unit_test(an_algorithm_that_is_not_here_is_refused),
        cmocka_unit_test(md5_of_a_source_is_worked_out_too),
        cmocka_unit_test(the_callers_own_checksum_is_left_alone),
        cmocka_unit_test(when_required_leaves_out_only_what_is_not),
        cmocka_unit_test(an_operation_without_a_choice_gets_md5),
        cmocka_unit_test(a_source_is_sent_again_from_its_start),
        cmocka_unit_test(over_http_a_source_is_read_ahead),
        cmocka_unit_test(a_source_with_the_callers_checksum_is_sent_as_it_is),
        cmocka_unit_test(chunks_come_on_top_of_other_codings),
        cmocka_unit_test(a_request_without_a_signature_tells_of_its_chunks),
        cmocka_unit_test(a_source_that_cannot_rewind_is_sent_once),
        cmocka_unit_test(over_http_its_chunks_are_signed),
        cmocka_unit_test(the_profile_says_whether_payloads_are_signed),
        cmocka_unit_test(what_is_summed_up_ahead_needs_a_rewind),
        cmocka_unit_test(a_source_of_another_length_is_refused),
        cmocka_unit_test(a_sink_starts_over_when_a_body_broke),
        cmocka_unit_test(a_sink_that_cannot_start_over_ends_the_operation),
        cmocka_unit_test(a_sink_that_saw_nothing_is_not_restarted),
        cmocka_unit_test(an_objects_checksum_must_match),
        cmocka_unit_test(a_body_must_have_its_content_length),
        cmocka_unit_test(a_head_may_tell_the_length_of_what_it_does_not_send),
        cmocka_unit_test(dynamodbs_crc32_must_match_and_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
