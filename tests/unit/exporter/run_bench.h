/* A run whose S3 answers from a list and whose state is in memory: for tests of what a run writes down and reads back.
 */
#ifndef TESTS_EXPORTER_RUN_BENCH_H
#define TESTS_EXPORTER_RUN_BENCH_H

#include "context.h"
#include "each_place.h"
#include "fake_system.h"
#include "scripted_transport.h"

#define BENCH_BLOCKS_MAX 256
#define BENCH_LINES_MAX  16

/* Where the state is kept; the last that was saved is in `text`. */
typedef struct bench_store {
    state_store base;
    struct run_bench *bench;
    char *text; /* NULL: there is none. */
    int loads, saves;
    int broken_loads; /* So many that come next break off in their midst, and begin again. */
    smithy_status load_status, save_status;
    int lost_saves;  /* So many that come next are lost to somebody else. */
    bool was_saving; /* During the last save the run knew that it was at it. */
    void (*before_save)(struct run_bench *bench);
} bench_store;

typedef struct run_bench {
    fake_system fake;
    scripted_transport transport;
    scripted_answer answers[SCRIPT_MAX_REQUESTS];
    size_t count;
    exporter_settings settings;
    exporter_options options;
    exporter_log log;
    char *said[BENCH_LINES_MAX]; /* The log's lines, without their fields. */
    size_t said_count;
    exporter_answer answer;
    run_context run;
    bench_store store;
    void *blocks[BENCH_BLOCKS_MAX]; /* Texts of answers, freed at the end. */
    size_t block_count;
} run_bench;

/* For cmocka: *context is the bench. */
int run_bench_set_up(void **context);
int run_bench_tear_down(void **context);

/* What S3 answers next. */
void run_bench_then(run_bench *bench, scripted_answer answer);
/* An object that holds `text`, compressed, or the first `len` bytes of what it is then. */
void run_bench_then_packed(run_bench *bench, const char *text, size_t len);
/* A page of a listing: its keys, each of an object of 10 bytes more than the one before, from 10; `next`: how the
 * following page is asked for, NULL: there is none. */
void run_bench_then_page(run_bench *bench, const char *const *keys, size_t count, const char *next);
/* From now on each listing is answered with this page, and each other request with what it wants, however often it
 * comes: a client without memory may ask again. */
void run_bench_answer_in_kind(run_bench *bench, const char *const *keys, size_t count);
#define RUN_BENCH_ERROR(status_, code_) \
    ((scripted_answer){.status = (status_), .body = "<Error><Code>" code_ "</Code><Message>no</Message></Error>"})
#define RUN_BENCH_LOST ((scripted_answer){.failure = SMITHY_HTTP_FAILURE_RECEIVE, .sent = true})

const scripted_request *run_bench_asked(const run_bench *bench, size_t index);
/* The text that request number `index` put, compressed. Until the bench is taken down. */
const char *run_bench_unpacked(run_bench *bench, size_t index);
char *run_bench_copy(run_bench *bench, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* How often the log said that. */
int run_bench_said(const run_bench *bench, const char *message);

/* Does it once for each place where memory can run out, on a bench of its own each time. */
typedef smithy_status run_bench_scenario(run_bench *bench);
/* What is OK must have left all that `check` asks for. */
void run_bench_without_memory(run_bench_scenario *scenario, void (*check)(run_bench *bench));

#endif
