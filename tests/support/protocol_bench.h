/* What the generated protocol tests are written with: a client over a scripted transport, and checks that say in one
 * line what differs. A check that fails leaves the test. */
#ifndef TESTS_PROTOCOL_BENCH_H
#define TESTS_PROTOCOL_BENCH_H

#include "fake_system.h"
#include "scripted_transport.h"
#include "torture.h"

#include <math.h>
#include <setjmp.h>
#include <smithy/call.h>
#include <smithy/document.h>

typedef struct protocol_bench {
    fake_system fake; /* Its chance is all zeros: tokens are 00000000-0000-4000-8000-000000000000. */
    scripted_transport transport;
    scripted_answer answer;
    smithy_call *call;
    void *client;         /* The service's own. */
    smithy_status status; /* The operation's. */
    void *output;         /* The operation's, of that size. */
    size_t output_size;
    const struct torture *torture; /* The memory that runs out; NULL: none does. */
    torture_count places;          /* What was counted while the client was made and the operation ran. */
    jmp_buf leave;
    char failure[2048]; /* Empty: none. */
} protocol_bench;

typedef enum protocol_test_kind { PROTOCOL_REQUEST, PROTOCOL_RESPONSE } protocol_test_kind;

typedef struct protocol_test {
    protocol_test_kind kind;
    const char *id;
    void (*run)(protocol_bench *bench);
    const void *options; /* The client's, of the service's own type. */
    const char *skipped; /* Why it is not run; NULL: it is. */
} protocol_test;

/* Runs them all, prints a line for each and one in sum, and answers what main is to return. Where torture is wanted
 * (torture.h), each is run again for each place where memory can run out: it says so and leaves an output of zeros, or
 * is as right as ever; and nothing leaks. */
int protocol_run(const char *protocol, const char *model, const protocol_test *tests, size_t count,
                 void *(*create_client)(const void *options, const smithy_system *system, smithy_call *call),
                 void (*destroy_client)(void *client));

/* RUN(operation, &input, &output): what stands in the output before is garbage; after a failure it is zeros. */
void protocol_before_run(protocol_bench *bench, void *output, size_t size);
void protocol_after_run(protocol_bench *bench, smithy_status status);
#define RUN(operation, input, output)                        \
    (protocol_before_run(bench, (output), sizeof *(output)), \
     protocol_after_run(bench, operation(bench->client, (input), (output), bench->call)))

/* The items of a list or map that is there and empty. */
extern const void *const protocol_no_items;

/* ---- requests ---- */

/* How two bodies are compared: by what they mean, or byte by byte. */
typedef enum protocol_body_kind {
    PROTOCOL_BODY_ANY = 0,
    PROTOCOL_BODY_BYTES,
    PROTOCOL_BODY_JSON,
    PROTOCOL_BODY_XML,
    PROTOCOL_BODY_FORM,
    PROTOCOL_BODY_CBOR
} protocol_body_kind;

/* Lists end with NULL; NULL: not looked at. Query parameters as they are on the wire. */
typedef struct protocol_request {
    const char *method;
    const char *uri; /* The path. */
    const char *host;
    const char *const *query_params; /* "name=value" */
    const char *const *forbid_query_params;
    const char *const *require_query_params;
    const char *const *headers; /* "Name: value" */
    const char *const *forbid_headers;
    const char *const *require_headers;
    protocol_body_kind body_kind;
    smithy_str body;
} protocol_request;

/* The one request that was sent. */
void protocol_expect_request(protocol_bench *bench, const protocol_request *expected);

/* NULL when the two mean the same; else where they differ, in the call's arena. */
const char *protocol_body_difference(protocol_body_kind kind, smithy_str actual, smithy_str expected,
                                     smithy_call *call);

/* ---- responses ---- */

/* What the transport is going to answer. Borrowed. */
void protocol_bench_answer(protocol_bench *bench, const scripted_answer *answer);

void protocol_expect(protocol_bench *bench, bool holds, const char *what);
void protocol_expect_ok(protocol_bench *bench);
void protocol_expect_error(protocol_bench *bench, int http_status, const char *code);
void protocol_expect_message(protocol_bench *bench, const char *message);
void protocol_expect_int(protocol_bench *bench, const char *what, bool has, int64_t actual, int64_t expected);
void protocol_expect_float(protocol_bench *bench, const char *what, bool has, double actual, double expected);
/* A text that the library decoded: a NUL follows it. */
void protocol_expect_str(protocol_bench *bench, const char *what, smithy_str actual, smithy_str expected);
void protocol_expect_bytes(protocol_bench *bench, const char *what, smithy_str actual, smithy_str expected);
void protocol_expect_document(protocol_bench *bench, const char *what, const smithy_document *actual,
                              const smithy_document *expected);
void protocol_expect_count(protocol_bench *bench, const char *what, const void *items, size_t count, size_t expected);
/* The index of the entry of that key in a map, each of whose entries begins with its key. */
size_t protocol_key(protocol_bench *bench, const char *what, const void *items, size_t size, size_t count,
                    smithy_str key);

/* In a test all of them speak of `bench`, and name what they look at as it is written. */
#define EXPECT(condition)           protocol_expect(bench, (condition), #condition)
#define EXPECT_OK()                 protocol_expect_ok(bench)
#define EXPECT_ERROR(status_, code) protocol_expect_error(bench, (status_), (code))
#define EXPECT_MESSAGE(message)     protocol_expect_message(bench, (message))
#define EXPECT_INT(opt, expected)   protocol_expect_int(bench, #opt, (opt).has, (opt).value, (expected))
#define EXPECT_FLOAT(opt, expected) \
    protocol_expect_float(bench, #opt, (opt).has, (double)(opt).value, (double)(expected))
#define EXPECT_PLAIN_INT(actual, expected) protocol_expect_int(bench, #actual, true, (actual), (expected))
#define EXPECT_PLAIN_FLOAT(actual, expected) \
    protocol_expect_float(bench, #actual, true, (double)(actual), (double)(expected))
#define EXPECT_STR(actual, expected) protocol_expect_str(bench, #actual, (actual), SMITHY_STR(expected))
#define EXPECT_BYTES(actual, expected) \
    protocol_expect_bytes(bench, #actual, (smithy_str){(const char *)(actual).ptr, (actual).len}, SMITHY_STR(expected))
#define EXPECT_DOCUMENT(actual, expected) protocol_expect_document(bench, #actual, &(actual), &(expected))
#define EXPECT_COUNT(list, expected)      protocol_expect_count(bench, #list, (list).items, (list).count, (expected))
#define KEY(map, key)                     protocol_key(bench, #map, (map).items, sizeof *(map).items, (map).count, SMITHY_STR(key))

#endif
