/* The state in S3: who wins a save, and whose a save is whose answer was lost. */
#include "each_place.h"
#include "fake_system.h"
#include "scripted_transport.h"
#include "state_text.h"

#include <stdio.h>

#define MINE  "{\"nonce\":\"mine\"}"
#define THEIR "{\"nonce\":\"their\"}"

#define SAVED \
    { .status = 200, .headers = "ETag: \"e2\"" }
#define LOADED(content) \
    { .status = 200, .headers = "ETag: \"e1\"", .body = (content) }
#define ERROR(status_, code) \
    { .status = (status_), .body = "<Error><Code>" code "</Code></Error>" }
#define LOST \
    { .failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true }

typedef struct store_bench {
    fake_system fake;
    scripted_transport transport;
    smithy_call *call;
    s3_client *s3;
    state_store *store;
    smithy_buffer content;
} store_bench;

static store_bench bench;

static void open_with(const scripted_answer *answers, size_t count) {
    fake_system_init(&bench.fake, 5);
    scripted_transport_init(&bench.transport, &bench.fake, answers, count);
    bench.fake.system.transport = &bench.transport.base;
    fake_system_set_env(&bench.fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&bench.fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&bench.fake, "AWS_SECRET_ACCESS_KEY", "secret");
    bench.call = smithy_call_create(&(smithy_call_options){.system = &bench.fake.system});
    assert_non_null(bench.call);
    bench.s3 = s3_client_create(NULL, bench.call);
    assert_non_null(bench.s3);
    bench.store = store_open_s3(bench.s3, SMITHY_STR("bucket"), SMITHY_STR("state.json"), 0,
                                SMITHY_STR("s3://bucket/…"), NULL, &bench.fake.system, bench.call);
    assert_non_null(bench.store);
    smithy_buffer_init(&bench.content, &bench.fake.system, 1 << 20);
}
#define OPEN(answers) open_with(answers, sizeof(answers) / sizeof(answers)[0])

static void close_bench(void) {
    smithy_buffer_deinit(&bench.content);
    store_destroy(bench.store);
    s3_client_destroy(bench.s3);
    smithy_call_destroy(bench.call);
    scripted_transport_deinit(&bench.transport);
    assert_int_equal(bench.fake.live_blocks, 0);
    fake_system_deinit(&bench.fake);
}

static bool load(void) {
    bool exists = false;
    smithy_buffer_reset(&bench.content);
    assert_int_equal(store_load_text(bench.store, &bench.content, &exists, bench.call), SMITHY_OK);
    assert_int_equal(smithy_call_status(bench.call), SMITHY_OK);
    return exists;
}

static smithy_status save(bool *won) {
    return store_save_text(bench.store, SMITHY_STR(MINE), won, bench.call);
}

static void the_first_save_creates_and_the_next_replaces(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), SAVED, SAVED};
    bool won = false;
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_string_equal(scripted_request_header(&bench.transport, 1, "If-None-Match"), "*");
    assert_string_not_equal(scripted_request_header(&bench.transport, 1, "X-Amz-Content-Sha256"), "UNSIGNED-PAYLOAD");
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_string_equal(scripted_request_header(&bench.transport, 2, "If-Match"), "\"e2\"");
    close_bench();
}

static void a_save_that_another_one_overtook_has_lost(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), ERROR(412, "PreconditionFailed"), LOADED(THEIR)};
    bool won = true;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_false(won);
    close_bench();
}

static void a_lost_answer_is_looked_for_by_the_nonce(void **state) {
    (void)state;
    static const scripted_answer OURS[] = {LOADED(THEIR), LOST, ERROR(412, "PreconditionFailed"), LOADED(MINE), SAVED};
    static const scripted_answer THEIRS[] = {LOADED(THEIR), LOST, ERROR(412, "PreconditionFailed"), LOADED(THEIR)};
    bool won = false;
    OPEN(OURS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_int_equal(save(&won), SMITHY_OK); /* From the version that was read back. */
    assert_string_equal(scripted_request_header(&bench.transport, 4, "If-Match"), "\"e1\"");
    close_bench();
    OPEN(THEIRS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_false(won);
    close_bench();
}

static void an_answer_that_stays_lost_is_looked_for_too(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), LOST, LOST, LOST, LOADED(MINE), SAVED};
    bool won = false;
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_int_equal(save(&won), SMITHY_OK); /* It is there now. */
    assert_string_equal(scripted_request_header(&bench.transport, 5, "If-Match"), "\"e1\"");
    close_bench();
}

/* What broke off counts for nothing. */
static void what_is_looked_at_again_is_compared_from_its_start(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        LOADED(THEIR),
        LOST,
        ERROR(412, "PreconditionFailed"),
        {.status = 200, .headers = "ETag: \"e1\"", .body = THEIR, .failure = SMITHY_HTTP_FAILURE_RECEIVE},
        LOADED(MINE)};
    bool won = false;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_int_equal(bench.transport.request_count, 5);
    close_bench();
}

static void a_state_that_another_one_removed_is_not_made_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), ERROR(404, "NoSuchKey"), ERROR(404, "NoSuchKey")};
    bool won = true;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_false(won);
    assert_int_equal(bench.transport.request_count, 3);
    close_bench();
}

static void a_shorter_etag_takes_the_place_of_a_longer_one(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .headers = "ETag: \"long-etag\"", .body = THEIR}, LOADED(THEIR), SAVED};
    bool won = false;
    OPEN(ANSWERS);
    assert_true(load());
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_string_equal(scripted_request_header(&bench.transport, 2, "If-Match"), "\"e1\"");
    close_bench();
}

static void two_writes_that_meet_are_tried_again(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), ERROR(409, "ConditionalRequestConflict"), LOADED(THEIR),
                                              SAVED};
    bool won = false;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_true(won);
    assert_true(bench.fake.slept_ms > 0);
    close_bench();
}

static void what_is_refused_is_an_error(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), ERROR(403, "AccessDenied")};
    bool won = true;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_ERROR_SERVICE);
    assert_false(won);
    assert_int_equal(bench.transport.request_count, 2);
    close_bench();
}

#define DENIED(message) \
    { .status = 403, .body = "<Error><Code>AccessDenied</Code><Message>" message "</Message></Error>" }

static smithy_status load_status(bool *exists) {
    smithy_buffer_reset(&bench.content);
    return store_load_text(bench.store, &bench.content, exists, bench.call);
}

/* S3 says so of an object that is absent to who may not list the bucket. */
static void a_403_that_may_mean_absent_is_taken_for_that(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        DENIED("Access Denied"), DENIED("User: x is not authorized to perform: s3:ListBucket on resource: y"),
        ERROR(404, "NoSuchKey")};
    OPEN(ANSWERS);
    for (int i = 0; i < 3; i++) assert_false(load());
    close_bench();
}

static void a_403_that_names_another_action_is_told(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        DENIED("User: x is not authorized to perform: s3:GetObject on resource: y"),
        DENIED("User: x is not authorized to perform: s3:ListBucketVersions on resource: y"),
        ERROR(403, "InvalidAccessKeyId"), ERROR(400, "AccessDenied")};
    OPEN(ANSWERS);
    for (int i = 0; i < 4; i++) {
        bool exists = true;
        assert_int_equal(load_status(&exists), SMITHY_ERROR_SERVICE);
        assert_false(exists);
        /* In S3's own words, where it has any. */
        assert_int_equal(strstr(smithy_call_error(bench.call)->message, "allow s3:GetObject") != NULL, i == 3);
        smithy_call_reset(bench.call);
    }
    close_bench();
}

/* What was taken for absent, and can be read now. */
static void a_state_that_came_to_be_readable_is_somebody_elses(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {DENIED("Access Denied"), ERROR(412, "PreconditionFailed"), LOADED(THEIR)};
    bool won = true;
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(save(&won), SMITHY_OK);
    assert_false(won);
    close_bench();
}

/* It was taken for absent, and writing it where there is none was refused: it is there. */
static void a_state_that_may_not_be_read_is_told_by_its_save(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {DENIED("Access Denied"), ERROR(412, "PreconditionFailed"),
                                              DENIED("Access Denied")};
    bool won = true;
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(save(&won), SMITHY_ERROR_CONFIG);
    assert_false(won);
    assert_non_null(
        strstr(smithy_call_error(bench.call)->message,
               "the state exists and may not be read: allow s3:GetObject on arn:aws:s3:::bucket/state.json"));
    close_bench();
}

static void a_bare_denial_says_what_is_to_be_allowed(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), DENIED("Access Denied")};
    bool won = true;
    OPEN(ANSWERS);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_ERROR_SERVICE);
    assert_string_equal(smithy_call_error(bench.call)->message,
                        "allow s3:PutObject on arn:aws:s3:::bucket/state.json to whoever runs this");
    close_bench();
}

static void a_bucket_that_is_not_there_is_told(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchBucket")};
    bool exists = true;
    OPEN(ANSWERS);
    assert_int_equal(load_status(&exists), SMITHY_ERROR_SERVICE);
    assert_string_equal(smithy_call_error(bench.call)->message,
                        "the bucket bucket of StoreDSN does not exist: make it, or name another one");
    close_bench();
}

static void a_state_without_a_usable_etag_is_no_state(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {
        {.status = 200, .body = THEIR},
        {.status = 200,
         .body = THEIR,
         .headers = "ETag: "
                    "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
                    "890123456789012345678901234567"},
        {.status = 200,
         .body = THEIR,
         .headers = "ETag: "
                    "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
                    "89012345678901234567890123456"}};
    OPEN(ANSWERS);
    for (int i = 0; i < 2; i++) {
        bool exists;
        assert_int_equal(load_status(&exists), SMITHY_ERROR_RESPONSE);
        assert_string_equal(smithy_call_error(bench.call)->message, "S3 gives no usable ETag for the state");
        smithy_call_reset(bench.call);
    }
    assert_true(load()); /* 127 bytes. */
    close_bench();
}

static void writes_that_keep_meeting_are_given_up_after_six(void **state) {
    (void)state;
    static const scripted_answer CONFLICT = ERROR(409, "ConditionalRequestConflict"), READ = LOADED(THEIR);
    scripted_answer answers[13] = {LOADED(THEIR)};
    bool won = true;
    for (int i = 0; i < 6; i++) {
        answers[1 + 2 * i] = CONFLICT;
        answers[2 + 2 * i] = READ;
    }
    OPEN(answers);
    assert_true(load());
    assert_int_equal(save(&won), SMITHY_ERROR_SERVICE);
    assert_false(won);
    assert_int_equal(bench.transport.request_count, 13);
    assert_int_equal(bench.fake.sleep_count, 5);
    assert_true(smithy_error_has_code(smithy_call_error(bench.call), "ConditionalRequestConflict"));
    close_bench();
}

/* ---- a document that is not held ---- */

#define HELD  1000
#define LARGE 20001

static char large[LARGE + 1];

/* A store that holds no more than HELD bytes, and a text of `len`. */
static smithy_str open_streaming(const scripted_answer *answers, size_t count, size_t len) {
    open_with(answers, count);
    store_destroy(bench.store);
    bench.store = store_open_s3(bench.s3, SMITHY_STR("bucket"), SMITHY_STR("state.json"), HELD,
                                SMITHY_STR("s3://bucket/…"), NULL, &bench.fake.system, bench.call);
    assert_non_null(bench.store);
    for (size_t i = 0; i < LARGE; i++) large[i] = (char)('a' + i * i % 26);
    return (smithy_str){large, len};
}

static const char *checksum_of(size_t request) {
    return scripted_request_header(&bench.transport, request, "x-amz-checksum-crc32");
}

static void assert_sent(size_t request, smithy_str text) {
    const scripted_request *sent = &bench.transport.requests[request];
    assert_int_equal(sent->body_len, text.len);
    assert_memory_equal(sent->body, text.ptr, text.len);
}

static void a_large_document_is_sent_as_a_small_one_is(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), SAVED, SAVED, SAVED};
    static const size_t LENGTHS[] = {HELD - 1, HELD, HELD + 1};
    const smithy_str text = open_streaming(ANSWERS, 4, LARGE);
    assert_false(load());
    for (size_t i = 0; i < 3; i++) {
        bool won = false;
        assert_int_equal(store_save_text(bench.store, (smithy_str){text.ptr, LENGTHS[i]}, &won, bench.call), SMITHY_OK);
        assert_true(won);
        assert_sent(i + 1, (smithy_str){text.ptr, LENGTHS[i]});
        assert_non_null(checksum_of(i + 1));
        assert_int_equal(strlen(checksum_of(i + 1)), 8);
        const char *hash = scripted_request_header(&bench.transport, i + 1, "X-Amz-Content-Sha256");
        assert_int_equal(strcmp(hash, "UNSIGNED-PAYLOAD") == 0, LENGTHS[i] > HELD);
    }
    assert_string_equal(scripted_request_header(&bench.transport, 3, "If-Match"), "\"e2\"");
    assert_string_equal(scripted_request_header(&bench.transport, 3, "Content-Type"), "application/json");
    close_bench();
}

/* The CRC-32 of nine bytes that everybody knows: 0xCBF43926. */
static void the_checksum_is_of_the_whole_document(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), SAVED};
    bool won = false;
    open_with(ANSWERS, 2);
    store_destroy(bench.store);
    bench.store = store_open_s3(bench.s3, SMITHY_STR("bucket"), SMITHY_STR("state.json"), 1,
                                SMITHY_STR("s3://bucket/…"), NULL, &bench.fake.system, bench.call);
    assert_false(load());
    assert_int_equal(store_save_text(bench.store, SMITHY_STR("123456789"), &won, bench.call), SMITHY_OK);
    assert_string_equal(checksum_of(1), "y/Q5Jg==");
    assert_string_equal(scripted_request_header(&bench.transport, 1, "X-Amz-Content-Sha256"), "UNSIGNED-PAYLOAD");
    close_bench();
}

static void each_attempt_sends_it_from_its_start(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), {.status = 500}, LOST, SAVED};
    bool won = false;
    const smithy_str text = open_streaming(ANSWERS, 4, LARGE);
    assert_false(load());
    assert_int_equal(store_save_text(bench.store, text, &won, bench.call), SMITHY_OK);
    assert_true(won);
    for (size_t i = 1; i < 4; i++) assert_sent(i, text);
    close_bench();
}

/* What is there now is compared with what was sent, to the last byte. */
static void a_large_document_is_known_again_by_all_of_it(void **state) {
    (void)state;
    static char there[LARGE + 2];
    static const size_t LENGTHS[] = {LARGE, LARGE - 1, LARGE + 1, LARGE, LARGE, 0};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        const scripted_answer answers[] = {LOADED(THEIR),
                                           LOST,
                                           ERROR(412, "PreconditionFailed"),
                                           {.status = 200, .headers = "ETag: \"e3\"", .body = there},
                                           SAVED};
        bool won = false;
        const smithy_str text = open_streaming(answers, 5, LARGE);
        snprintf(there, sizeof there, "%sx", text.ptr);
        there[LENGTHS[i]] = 0;
        if (i == 3) there[LARGE - 1] ^= 1;
        if (i == 4) there[0] ^= 1;
        assert_true(load());
        assert_int_equal(store_save_text(bench.store, text, &won, bench.call), SMITHY_OK);
        assert_int_equal(won, i == 0);
        if (won) {
            assert_int_equal(store_save_text(bench.store, text, &won, bench.call), SMITHY_OK);
            assert_string_equal(scripted_request_header(&bench.transport, 4, "If-Match"), "\"e3\"");
        }
        close_bench();
    }
}

static smithy_status fails(void *context, uint8_t *bytes, size_t size, size_t *len) {
    (void)context, (void)bytes, (void)size, (void)len;
    return SMITHY_ERROR_LIMIT;
}

static smithy_status cannot_rewind(void *context) {
    (void)context;
    return SMITHY_ERROR_IO;
}

static void a_document_that_cannot_be_written_is_not_sent(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), SAVED};
    const smithy_body body = {.read = fails, .rewind = text_sink_restart, .context = &bench.content, .length = -1};
    bool won = true;
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(bench.store->save(bench.store, &body, &won, bench.call), SMITHY_ERROR_LIMIT);
    assert_false(won);
    assert_int_equal(bench.transport.request_count, 1);
    close_bench();
}

static void a_document_is_saved_from_its_start_wherever_it_stands(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), SAVED, SAVED};
    bool won = true;
    text_source source = {SMITHY_STR(MINE), 5};
    smithy_body body = text_source_body(&source);
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(bench.store->save(bench.store, &body, &won, bench.call), SMITHY_OK);
    assert_sent(1, SMITHY_STR(MINE));
    body.rewind = cannot_rewind;
    assert_int_equal(bench.store->save(bench.store, &body, &won, bench.call), SMITHY_ERROR_IO);
    assert_false(won);
    assert_int_equal(bench.transport.request_count, 2);
    close_bench();
}

/* It reads so often to its end, and fails from then on. */
typedef struct tiring_source {
    text_source source;
    int starts_left;
    size_t fails_at;
    bool cannot_start; /* Nor begin anew. */
} tiring_source;

static smithy_status tiring_read(void *context, uint8_t *bytes, size_t size, size_t *len) {
    tiring_source *t = context;
    *len = 0;
    if (t->starts_left < 0 && t->source.at >= t->fails_at) return SMITHY_ERROR_IO;
    return text_source_read(&t->source, bytes, size, len);
}

static smithy_status tiring_rewind(void *context) {
    tiring_source *t = context;
    t->starts_left--;
    if (t->starts_left < 0 && t->cannot_start) return SMITHY_ERROR_IO;
    return text_source_rewind(&t->source);
}

/* Whose it is cannot be told then: at its first byte, behind its last, and where it does not begin anew. */
static void a_document_that_cannot_be_compared_is_an_error(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), ERROR(412, "PreconditionFailed"), LOADED(MINE)};
    static const size_t FAILS_AT[] = {0, sizeof MINE - 1, sizeof MINE};
    for (size_t i = 0; i < 3; i++) {
        bool won = true;
        tiring_source source = {{SMITHY_STR(MINE), 0}, 1, FAILS_AT[i], i == 2};
        const smithy_body body = {.read = tiring_read, .rewind = tiring_rewind, .context = &source, .length = -1};
        OPEN(ANSWERS);
        assert_true(load());
        assert_int_equal(bench.store->save(bench.store, &body, &won, bench.call), SMITHY_ERROR_IO);
        assert_false(won);
        close_bench();
    }
}

/* ---- memory that runs out ---- */

static smithy_status save_large(smithy_str text, bool *won) {
    return store_save_text(bench.store, text, won, bench.call);
}

static void without_memory_no_large_document_is_sent_in_part(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), SAVED};
    for (each_place place = {0}; each_place_begin(&place);) {
        bool won = false;
        (void)torture_disarm();
        const smithy_str text = open_streaming(ANSWERS, 2, LARGE);
        assert_false(load());
        torture_arm((torture_kind)place.kind, place.at, false);
        if (each_place_end(&place, save_large(text, &won))) {
            assert_true(won);
            assert_sent(1, text);
            assert_int_equal(strlen(checksum_of(1)), 8);
        } else
            assert_false(won);
        close_bench();
    }
}

/* A megabyte of it would be held for the rest of the run. */
static void what_was_held_is_given_back_by_each_save(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {ERROR(404, "NoSuchKey"), SAVED, SAVED};
    bool won = false;
    OPEN(ANSWERS);
    assert_false(load());
    assert_int_equal(save(&won), SMITHY_OK);
    smithy_call_reset(bench.call);
    state_store *other = store_open_s3(bench.s3, SMITHY_STR("bucket"), SMITHY_STR("other.json"), 0,
                                       SMITHY_STR("s3://…"), NULL, &bench.fake.system, bench.call);
    assert_non_null(other);
    const size_t blocks = bench.fake.live_blocks;
    assert_int_equal(store_save_text(other, SMITHY_STR(MINE), &won, bench.call), SMITHY_OK);
    smithy_call_reset(bench.call);
    assert_int_equal(bench.fake.live_blocks, blocks + 1); /* The checksum's. */
    store_destroy(other);
    close_bench();
}

/* Its answer is lost, and what the client sent again was refused. */
static smithy_status load_and_save(bool *won) {
    bool exists = false;
    SMITHY_TRY(store_load_text(bench.store, &bench.content, &exists, bench.call));
    assert_true(exists);
    return save(won);
}

static void without_memory_no_save_counts_that_was_not_made(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {LOADED(THEIR), LOST, ERROR(412, "PreconditionFailed"), LOADED(MINE)};
    for (each_place place = {0}; each_place_begin(&place);) {
        bool won = false;
        (void)torture_disarm();
        OPEN(ANSWERS);
        torture_arm((torture_kind)place.kind, place.at, false);
        if (each_place_end(&place, load_and_save(&won))) {
            assert_true(won);
            assert_int_equal(bench.transport.request_count, 4);
            assert_string_equal(scripted_request_header(&bench.transport, 1, "If-Match"), "\"e1\"");
            assert_sent(1, SMITHY_STR(MINE));
            assert_true(smithy_str_equal(smithy_buffer_str(&bench.content), SMITHY_STR(THEIR)));
        } else
            assert_false(won);
        close_bench();
    }
}

static void a_store_without_memory_is_none(void **state) {
    (void)state;
    static const scripted_answer ANSWERS[] = {SAVED};
    OPEN(ANSWERS);
    const size_t blocks = bench.fake.live_blocks;
    bench.fake.fail_allocation = bench.fake.allocations + 1;
    assert_null(store_open_s3(bench.s3, SMITHY_STR("b"), SMITHY_STR("k"), 0, SMITHY_STR("d"), NULL, &bench.fake.system,
                              bench.call));
    assert_int_equal(smithy_call_status(bench.call), SMITHY_ERROR_MEMORY);
    assert_int_equal(bench.fake.live_blocks, blocks);
    close_bench();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_looked_at_again_is_compared_from_its_start),
        cmocka_unit_test(a_state_that_another_one_removed_is_not_made_again),
        cmocka_unit_test(a_shorter_etag_takes_the_place_of_a_longer_one),
        cmocka_unit_test(a_state_that_came_to_be_readable_is_somebody_elses),
        cmocka_unit_test(a_document_is_saved_from_its_start_wherever_it_stands),
        cmocka_unit_test(a_document_that_cannot_be_compared_is_an_error),
        cmocka_unit_test(without_memory_no_large_document_is_sent_in_part),
        cmocka_unit_test(what_was_held_is_given_back_by_each_save),
        cmocka_unit_test(the_first_save_creates_and_the_next_replaces),
        cmocka_unit_test(a_save_that_another_one_overtook_has_lost),
        cmocka_unit_test(a_lost_answer_is_looked_for_by_the_nonce),
        cmocka_unit_test(an_answer_that_stays_lost_is_looked_for_too),
        cmocka_unit_test(two_writes_that_meet_are_tried_again),
        cmocka_unit_test(what_is_refused_is_an_error),
        cmocka_unit_test(a_403_that_may_mean_absent_is_taken_for_that),
        cmocka_unit_test(a_403_that_names_another_action_is_told),
        cmocka_unit_test(a_state_that_may_not_be_read_is_told_by_its_save),
        cmocka_unit_test(a_bare_denial_says_what_is_to_be_allowed),
        cmocka_unit_test(a_bucket_that_is_not_there_is_told),
        cmocka_unit_test(a_state_without_a_usable_etag_is_no_state),
        cmocka_unit_test(writes_that_keep_meeting_are_given_up_after_six),
        cmocka_unit_test(a_large_document_is_sent_as_a_small_one_is),
        cmocka_unit_test(the_checksum_is_of_the_whole_document),
        cmocka_unit_test(each_attempt_sends_it_from_its_start),
        cmocka_unit_test(a_large_document_is_known_again_by_all_of_it),
        cmocka_unit_test(a_document_that_cannot_be_written_is_not_sent),
        cmocka_unit_test(without_memory_no_save_counts_that_was_not_made),
        cmocka_unit_test(a_store_without_memory_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
