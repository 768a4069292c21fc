#include "run_bench.h"

#include "state_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define UNPACKED_MAX ((size_t)5 << 20)

/* ---- memory of the bench's own ---- */

static void *take(run_bench *bench, size_t size) {
    assert_true(bench->block_count < BENCH_BLOCKS_MAX);
    void *block = calloc(1, size);
    assert_non_null(block);
    return bench->blocks[bench->block_count++] = block;
}

char *run_bench_copy(run_bench *bench, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = take(bench, (size_t)len + 1);
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)len + 1, format, arguments);
    va_end(arguments);
    return text;
}

/* ---- the state ---- */

static smithy_status load(state_store *base, smithy_sink *content, bool *exists, smithy_call *call) {
    bench_store *store = (bench_store *)base;
    store->loads++;
    *exists = false;
    if (store->load_status != SMITHY_OK) return smithy_call_fail(call, store->load_status, "the store cannot be read");
    *exists = store->text != NULL;
    if (!store->text) return SMITHY_OK;
    for (; store->broken_loads > 0; store->broken_loads--) {
        SMITHY_TRY(content->write(content->context, (const uint8_t *)store->text, strlen(store->text) * 3 / 4));
        SMITHY_TRY(content->restart(content->context));
    }
    return content->write(content->context, (const uint8_t *)store->text, strlen(store->text));
}

static smithy_status save(state_store *base, const smithy_body *content, bool *won, smithy_call *call) {
    bench_store *store = (bench_store *)base;
    run_bench *bench = store->bench;
    store->saves++;
    store->was_saving = bench->run.saving;
    *won = false;
    if (store->before_save) store->before_save(bench);
    if (store->save_status != SMITHY_OK) return smithy_call_fail(call, store->save_status, "the store is full");
    if (store->lost_saves > 0) return store->lost_saves--, SMITHY_OK;
    smithy_buffer text;
    smithy_buffer_init(&text, &bench->fake.system, STATE_TEXT_MAX);
    const smithy_status status = text_of_body(content, &text);
    *won = status == SMITHY_OK;
    if (*won) store->text = run_bench_copy(bench, "%.*s", SMITHY_STR_ARG(smithy_buffer_str(&text)));
    smithy_buffer_deinit(&text);
    return *won ? SMITHY_OK : smithy_call_fail(call, status, "the state cannot be written");
}

static void leave(state_store *base) {
    (void)base; /* The bench's own. */
}

/* ---- life ---- */

static void write_line(exporter_log *log, exporter_log_level level, const char *message,
                       const exporter_log_field *fields, size_t count) {
    run_bench *bench = (run_bench *)((char *)log - offsetof(run_bench, log));
    (void)level, (void)fields, (void)count;
    assert_true(bench->said_count < BENCH_LINES_MAX);
    bench->said[bench->said_count++] = run_bench_copy(bench, "%s", message);
}

int run_bench_said(const run_bench *bench, const char *message) {
    int times = 0;
    for (size_t i = 0; i < bench->said_count; i++) times += strcmp(bench->said[i], message) == 0;
    return times;
}

static void open_run(run_bench *bench) {
    run_context *run = &bench->run;
    const smithy_call_options options = {.system = &bench->fake.system};
    *run = (run_context){.options = &bench->options,
                         .settings = &bench->settings,
                         .system = &bench->fake.system,
                         .log = &bench->log,
                         .answer = &bench->answer,
                         .store = &bench->store.base,
                         .call = smithy_call_create(&options),
                         .memory = smithy_call_create(&options),
                         .state_memory = smithy_call_create(&options)};
    assert_true(run->call && run->memory && run->state_memory);
    smithy_buffer_init(&run->ledger.lines, run->system, LEDGER_PENDING_BYTES);
    run->s3 = s3_client_create(NULL, run->call);
    assert_non_null(run->s3);
    assert_int_equal(state_init(&run->state, run->state_memory), SMITHY_OK);
    run->state.id = SMITHY_STR("0123456789abcdef");
    run->owner = SMITHY_STR("nonce");
}

int run_bench_set_up(void **context) {
    static run_bench bench;
    bench = (run_bench){.settings = {.destination_bucket = SMITHY_STR_INIT("archive")},
                        .log = {EXPORTER_LOG_DEBUG, write_line},
                        .store = {.base = {load, save, leave, SMITHY_STR_INIT("memory://state")}, .bench = &bench}};
    bench.options = (exporter_options){.system = &bench.fake.system, .settings = &bench.settings, .log = &bench.log};
    fake_system_init(&bench.fake, 5);
    scripted_transport_init(&bench.transport, &bench.fake, bench.answers, 0);
    bench.fake.system.transport = &bench.transport.base;
    fake_system_set_env(&bench.fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(&bench.fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&bench.fake, "AWS_SECRET_ACCESS_KEY", "secret");
    open_run(&bench);
    *context = &bench;
    return 0;
}

int run_bench_tear_down(void **context) {
    run_bench *bench = *context;
    run_context *run = &bench->run;
    smithy_buffer_deinit(&run->ledger.lines);
    s3_client_destroy(run->s3);
    smithy_call_destroy(run->state_memory);
    smithy_call_destroy(run->memory);
    smithy_call_destroy(run->call);
    scripted_transport_deinit(&bench->transport);
    for (size_t i = 0; i < bench->block_count; i++) free(bench->blocks[i]);
    bench->block_count = 0;
    assert_int_equal(bench->fake.live_blocks, 0);
    fake_system_deinit(&bench->fake);
    return 0;
}

/* ---- answers ---- */

void run_bench_then(run_bench *bench, scripted_answer answer) {
    assert_true(bench->count < SCRIPT_MAX_REQUESTS);
    bench->answers[bench->count++] = answer;
    bench->transport.answer_count = bench->count;
}

void run_bench_then_packed(run_bench *bench, const char *text, size_t len) {
    const size_t room = strlen(text) + 128;
    char *packed = take(bench, room);
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)strlen(text)};
    stream.next_out = (Bytef *)packed;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t whole = room - stream.avail_out;
    deflateEnd(&stream);
    run_bench_then(bench, (scripted_answer){.status = 200, .body = packed, .body_len = len < whole ? len : whole});
}

void run_bench_then_page(run_bench *bench, const char *const *keys, size_t count, const char *next) {
    size_t room = 512;
    for (size_t i = 0; i < count; i++) room += strlen(keys[i]) + 80;
    char *text = take(bench, room);
    size_t len =
        (size_t)snprintf(text, room, "<ListBucketResult><IsTruncated>%s</IsTruncated>", next ? "true" : "false");
    if (next)
        len += (size_t)snprintf(text + len, room - len, "<NextContinuationToken>%s</NextContinuationToken>", next);
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, room - len, "<Contents><Key>%s</Key><Size>%zu</Size></Contents>", keys[i],
                                10 * (i + 1));
    (void)snprintf(text + len, room - len, "</ListBucketResult>");
    run_bench_then(bench, (scripted_answer){.status = 200, .body = text});
}

static void answer_in_kind(void *context, const smithy_http_request *request, size_t index) {
    run_bench *bench = context;
    assert_true(index < SCRIPT_MAX_REQUESTS - 1);
    const scripted_answer page = bench->answers[SCRIPT_MAX_REQUESTS - 1];
    scripted_answer *answer = &bench->answers[index];
    if (smithy_str_equal(request->method, SMITHY_STR("GET")))
        *answer = page;
    else if (smithy_str_equal(request->method, SMITHY_STR("POST")))
        *answer = (scripted_answer){.status = 200, .body = "<DeleteResult></DeleteResult>"};
    else
        *answer = (scripted_answer){.status = 200, .headers = "ETag: \"e\""};
}

void run_bench_answer_in_kind(run_bench *bench, const char *const *keys, size_t count) {
    bench->count = SCRIPT_MAX_REQUESTS - 1;
    run_bench_then_page(bench, keys, count, NULL);
    bench->transport.on_request = answer_in_kind;
    bench->transport.on_request_context = bench;
}

/* ---- requests ---- */

const scripted_request *run_bench_asked(const run_bench *bench, size_t index) {
    assert_true(index < bench->transport.request_count);
    return &bench->transport.requests[index];
}

const char *run_bench_unpacked(run_bench *bench, size_t index) {
    const scripted_request *request = run_bench_asked(bench, index);
    char *text = take(bench, UNPACKED_MAX);
    z_stream stream = {.next_in = (Bytef *)request->body, .avail_in = (uInt)request->body_len};
    stream.next_out = (Bytef *)text;
    stream.avail_out = (uInt)UNPACKED_MAX - 1;
    assert_int_equal(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    return text;
}

/* ---- memory that runs out ---- */

void run_bench_without_memory(run_bench_scenario *scenario, void (*check)(run_bench *bench)) {
    /* The answers are made of foreign memory, too, which is not to run out. */
    for (each_place place = {0}; each_place_begin(&place) && place.kind != TORTURE_FOREIGN;) {
        const torture_kind kind = (torture_kind)place.kind;
        void *context;
        (void)torture_disarm();
        (void)run_bench_set_up(&context);
        torture_arm(kind, place.at, false);
        if (each_place_end(&place, scenario(context))) check(context);
        (void)run_bench_tear_down(&context);
    }
    (void)torture_disarm();
}
