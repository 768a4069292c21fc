/* Bodies in chunks: what goes out, byte for byte, however it is asked for; and what other clients sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include "client/chunked_body.h"
#include "fake_system.h"

#include <smithy/text.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#define FOLDER   SMITHY_VECTORS "/s3-http/aws_chunked"
#define MAX_BODY ((size_t)1 << 20)

/* ---- a source of one letter ---- */

typedef struct letters {
    int64_t length;
    int64_t at;
    size_t piece; /* The most that one read gives. */
    smithy_status fails;
} letters;

static smithy_status read_letters(void *context, uint8_t *bytes, size_t size, size_t *len) {
    letters *self = context;
    const int64_t left = self->length - self->at;
    *len = size < self->piece ? size : self->piece;
    if ((int64_t)*len > left) *len = (size_t)left;
    memset(bytes, 'a', *len);
    self->at += (int64_t)*len;
    return self->fails;
}

static smithy_status rewind_letters(void *context) {
    ((letters *)context)->at = 0;
    return SMITHY_OK;
}

static smithy_body body_of(letters *source, int64_t length) {
    return (smithy_body){.read = read_letters, .rewind = rewind_letters, .context = source, .length = length};
}

/* ---- all of a body ---- */

/* In reads of `size` bytes. */
static smithy_status read_all(const smithy_body *body, size_t size, smithy_buffer *out) {
    uint8_t bytes[4096];
    for (;;) {
        size_t len = 0;
        SMITHY_TRY(body->read(body->context, bytes, size, &len));
        if (len == 0) return smithy_buffer_status(out);
        smithy_buffer_append(out, bytes, len);
    }
}

static smithy_signing rust_signing(const smithy_credentials *credentials) {
    return (smithy_signing){.credentials = credentials,
                            .region = SMITHY_STR_INIT("us-east-1"),
                            .service = SMITHY_STR_INIT("s3"),
                            .time_ms = INT64_C(1234567890000)};
}

/* As if the request had been signed. */
static void begin_chain(chunked_body *chunked, smithy_str authorization, smithy_call *call) {
    const smithy_credentials credentials = {.access_key_id = SMITHY_STR_INIT("ANOTREAL"),
                                            .secret_access_key = SMITHY_STR_INIT("notrealrnrELgWzOk3IfjzDKtFBhDby")};
    const smithy_signing signing = rust_signing(&credentials);
    smithy_http_request request = {.method = SMITHY_STR_INIT("PUT")};
    assert_int_equal(smithy_headers_add(&request.headers, SMITHY_STR("Authorization"), authorization, call), SMITHY_OK);
    assert_int_equal(smithy_chunk_chain_begin(&chunked->chain, &signing, &request, call), SMITHY_OK);
}

static const smithy_str SEED =
    SMITHY_STR_INIT("Signature=4d5247cc603cc816a7ab5272ed9e47cf173e45bc42bfa68e1181267dd0f0bf73");

/* ---- the framing ---- */

static void chunks_and_trailer_are_framed(void **state) {
    (void)state;
    static const struct {
        int64_t length;
        const char *framed;
    } CASES[] = {
        {0, "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"},
        {1, "1\r\na\r\n0\r\nx-amz-checksum-crc32:6Le+Qw==\r\n\r\n"},
        {4, "4\r\naaaa\r\n0\r\nx-amz-checksum-crc32:rZjlRQ==\r\n\r\n"},
        {9, "4\r\naaaa\r\n4\r\naaaa\r\n1\r\na\r\n0\r\nx-amz-checksum-crc32:d7feZg==\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        smithy_call *call = smithy_call_create(NULL);
        assert_non_null(call);
        letters source = {.length = CASES[i].length, .piece = 3};
        const smithy_body plain = body_of(&source, source.length);
        chunked_body chunked;
        smithy_body body;
        smithy_buffer out;
        smithy_buffer_init(&out, NULL, MAX_BODY);
        assert_int_equal(chunked_body_init(&chunked, &plain, CHECKSUM_CRC32, false, 4, &body, call), SMITHY_OK);
        assert_int_equal(read_all(&body, 4096, &out), SMITHY_OK);
        assert_string_equal(out.ptr, CASES[i].framed);
        smithy_buffer_deinit(&out);
        chunked_body_deinit(&chunked);
        smithy_call_destroy(call);
    }
}

/* One form of one body: its bytes and its length are the same however it is read, and again after a rewind. */
static void check_form(int64_t length, checksum_algorithm algorithm, bool is_signed, smithy_call *call) {
    smithy_buffer first;
    smithy_buffer_init(&first, NULL, MAX_BODY);
    for (size_t size = 1; size <= 4096; size = size * 3 + 1) {
        letters source = {.length = length, .piece = size % 2 ? 4096 : 5};
        const smithy_body plain = body_of(&source, length);
        chunked_body chunked;
        smithy_body body;
        assert_int_equal(chunked_body_init(&chunked, &plain, algorithm, is_signed, 16, &body, call), SMITHY_OK);
        for (int round = 0; round < 2; round++) {
            smithy_buffer out;
            smithy_buffer_init(&out, NULL, MAX_BODY);
            if (round) assert_int_equal(body.rewind(body.context), SMITHY_OK);
            if (is_signed) begin_chain(&chunked, SEED, call);
            assert_int_equal(read_all(&body, size, &out), SMITHY_OK);
            assert_int_equal(out.len, body.length);
            if (first.len == 0) smithy_buffer_append_str(&first, smithy_buffer_str(&out));
            assert_int_equal(out.len, first.len);
            assert_memory_equal(out.ptr, first.ptr, out.len);
            smithy_buffer_deinit(&out);
        }
        chunked_body_deinit(&chunked);
        chunked_body_deinit(&chunked);
    }
    smithy_buffer_deinit(&first);
}

static void the_length_is_known_ahead(void **state) {
    (void)state;
    for (int64_t length = 0; length <= 300; length += length < 40 ? 1 : 13)
        for (int algorithm = CHECKSUM_NONE; algorithm <= CHECKSUM_SHA256; algorithm++) {
            smithy_call *call = smithy_call_create(NULL);
            assert_non_null(call);
            check_form(length, (checksum_algorithm)algorithm, false, call);
            check_form(length, (checksum_algorithm)algorithm, true, call);
            smithy_call_destroy(call);
        }
}

/* ---- what goes wrong ---- */

static void a_length_that_cannot_be_counted_is_refused(void **state) {
    (void)state;
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    letters source = {.length = 1, .piece = 1};
    const smithy_body plain = body_of(&source, INT64_MAX);
    chunked_body chunked;
    smithy_body body;
    assert_int_equal(chunked_body_init(&chunked, &plain, CHECKSUM_CRC32, false, 16, &body, call), SMITHY_ERROR_INPUT);
    chunked_body_deinit(&chunked);
    smithy_call_destroy(call);
}

static void a_source_must_keep_its_word(void **state) {
    (void)state;
    static const struct {
        letters source;
        smithy_status status;
    } CASES[] = {
        {{.length = 19, .piece = 4}, SMITHY_ERROR_IO}, /* Said to be 20. */
        {{.length = 21, .piece = 4}, SMITHY_ERROR_IO},
        {{.length = 20, .piece = 4, .fails = SMITHY_ERROR_CANCELED}, SMITHY_ERROR_CANCELED},
        {{.length = 20, .piece = 4}, SMITHY_OK},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        for (int is_signed = 0; is_signed < 2; is_signed++) {
            smithy_call *call = smithy_call_create(NULL);
            assert_non_null(call);
            letters source = CASES[i].source;
            const smithy_body plain = body_of(&source, 20);
            chunked_body chunked;
            smithy_body body;
            smithy_buffer out;
            smithy_buffer_init(&out, NULL, MAX_BODY);
            assert_int_equal(chunked_body_init(&chunked, &plain, CHECKSUM_CRC32, is_signed, 16, &body, call),
                             SMITHY_OK);
            if (is_signed) begin_chain(&chunked, SEED, call);
            assert_int_equal(read_all(&body, 7, &out), CASES[i].status);
            smithy_buffer_deinit(&out);
            chunked_body_deinit(&chunked);
            smithy_call_destroy(call);
        }
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    for (size_t nth = 1; nth < 100; nth++) {
        fake_system fake;
        smithy_buffer out;
        smithy_body body = {.length = 0};
        chunked_body chunked = {.is_signed = false};
        letters source = {.length = 40, .piece = 40};
        const smithy_body plain = body_of(&source, 40);
        fake_system_init(&fake, 1);
        smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &fake.system});
        assert_non_null(call);
        fake.fail_allocation = fake.allocations + nth;
        smithy_buffer_init(&out, NULL, MAX_BODY);
        smithy_status status = chunked_body_init(&chunked, &plain, CHECKSUM_SHA256, true, 16, &body, call);
        if (status == SMITHY_OK) {
            const size_t failing = fake.fail_allocation;
            fake.fail_allocation = 0;
            begin_chain(&chunked, SEED, call);
            fake.fail_allocation = failing + nth;
            status = read_all(&body, 4096, &out);
        }
        const bool failed = status != SMITHY_OK;
        if (failed) assert_int_equal(status, SMITHY_ERROR_MEMORY);
        smithy_buffer_deinit(&out);
        chunked_body_deinit(&chunked);
        smithy_call_destroy(call);
        assert_int_equal(fake.live_blocks, 0);
        fake_system_deinit(&fake);
        if (!failed && nth > 20) return;
    }
    fail();
}

/* ---- recordings of another client ---- */

static const char *string_at(const cJSON *object, const char *const *path) {
    for (; *path; path++) object = cJSON_GetObjectItem(object, *path);
    return cJSON_IsString(object) ? object->valuestring : NULL;
}

static cJSON *load(const char *name) {
    const smithy_system *system = smithy_system_default();
    char path[1024];
    smithy_buffer text;
    bool exists = false;
    snprintf(path, sizeof path, "%s/%s.json", FOLDER, name);
    smithy_buffer_init(&text, system, MAX_BODY);
    assert_int_equal(system->file_read(system->context, path, &text, &exists), SMITHY_OK);
    cJSON *json = exists ? cJSON_Parse(text.ptr) : NULL;
    smithy_buffer_deinit(&text);
    return json;
}

/* The bytes of the request, and its Authorization. */
static void read_recording(const cJSON *json, smithy_buffer *sent, smithy_str *authorization) {
    static const char *const DATA[] = {"action", "Data", "data", "Utf8", NULL};
    static const char *const DIRECTION[] = {"action", "Data", "direction", NULL};
    const cJSON *event = NULL;
    cJSON_ArrayForEach(event, cJSON_GetObjectItem(json, "events")) {
        const char *direction = string_at(event, DIRECTION), *data = string_at(event, DATA);
        if (direction && data && strcmp(direction, "Request") == 0) smithy_buffer_append_text(sent, data);
        const cJSON *action = cJSON_GetObjectItem(event, "action");
        const cJSON *request = cJSON_GetObjectItem(cJSON_GetObjectItem(action, "Request"), "request");
        const cJSON *headers = cJSON_GetObjectItem(request, "headers");
        const cJSON *value = cJSON_GetArrayItem(cJSON_GetObjectItem(headers, "authorization"), 0);
        if (cJSON_IsString(value)) *authorization = smithy_str_from(value->valuestring);
    }
}

static void check_recording(const char *name, const cJSON *json, int64_t length, size_t chunk_size, bool is_signed) {
    smithy_call *call = smithy_call_create(NULL);
    assert_non_null(call);
    letters source = {.length = length, .piece = 4096};
    const smithy_body plain = body_of(&source, length);
    smithy_str authorization = {NULL, 0};
    chunked_body chunked;
    smithy_body body;
    smithy_buffer sent, out;
    smithy_buffer_init(&sent, NULL, MAX_BODY);
    smithy_buffer_init(&out, NULL, MAX_BODY);
    read_recording(json, &sent, &authorization);
    assert_int_equal(smithy_buffer_status(&sent), SMITHY_OK);
    assert_int_equal(chunked_body_init(&chunked, &plain, CHECKSUM_CRC32, is_signed, chunk_size, &body, call),
                     SMITHY_OK);
    if (is_signed) begin_chain(&chunked, authorization, call);
    assert_int_equal(read_all(&body, 4096, &out), SMITHY_OK);
    if (strcmp(out.ptr, sent.ptr) != 0) print_message("%s\n%.300s\n%.300s\n", name, out.ptr, sent.ptr);
    assert_string_equal(out.ptr, sent.ptr);
    smithy_buffer_deinit(&out);
    smithy_buffer_deinit(&sent);
    chunked_body_deinit(&chunked);
    smithy_call_destroy(call);
}

static void recorded_uploads_are_the_same(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t length;
        size_t chunk_size;
        bool is_signed;
    } CASES[] = {
        {"chunk-signing", 10240, 8192, true},
        {"custom-chunk-size", 10240, 8192, false},
        {"no-chunking", 66560, CHUNKED_UNSIGNED_SIZE, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cJSON *json = load(CASES[i].name);
        if (!json) {
            print_message("skipped: %s is not there\n", FOLDER);
            skip();
        }
        check_recording(CASES[i].name, json, CASES[i].length, CASES[i].chunk_size, CASES[i].is_signed);
        cJSON_Delete(json);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_and_trailer_are_framed),
        cmocka_unit_test(the_length_is_known_ahead),
        cmocka_unit_test(a_length_that_cannot_be_counted_is_refused),
        cmocka_unit_test(a_source_must_keep_its_word),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(recorded_uploads_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
