#include "protocol_bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const void *const protocol_no_items = "";

_Noreturn static void fail(protocol_bench *bench, const char *format, ...) SMITHY_PRINTF(2, 3);

static void fail(protocol_bench *bench, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(bench->failure, sizeof bench->failure, format, arguments);
    va_end(arguments);
    for (char *at = bench->failure; *at; at++)
        if (*at < ' ' || *at > '~') *at = '.'; /* One line, whatever a body holds. */
    longjmp(bench->leave, 1);
}

/* ---- requests ---- */

/* A URL's parts: views into it. */
typedef struct url_parts {
    smithy_str host;
    smithy_str path;
    smithy_str query; /* Without "?". */
} url_parts;

static url_parts split_url(const char *url) {
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    const char *path = host + strcspn(host, "/?");
    const char *query = path + strcspn(path, "?");
    url_parts parts = {{host, (size_t)(path - host)}, {path, (size_t)(query - path)}, smithy_str_from(query)};
    if (*query) parts.query = smithy_str_from(query + 1);
    return parts;
}

static void expect_text(protocol_bench *bench, const char *what, smithy_str actual, const char *expected) {
    if (expected && !smithy_str_equal(actual, smithy_str_from(expected)))
        fail(bench, "%s is \"%.*s\", not \"%s\"", what, SMITHY_STR_ARG(actual), expected);
}

/* Whether the query has the parameter, given with or without "=value". */
static bool query_has(smithy_str query, const char *wanted, bool with_value) {
    const char *at = query.ptr, *end = query.ptr + query.len;
    while (at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        stop = stop ? stop : end;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        const char *until = with_value || !equals ? stop : equals;
        if (smithy_str_equal((smithy_str){at, (size_t)(until - at)}, smithy_str_from(wanted))) return true;
        at = stop + 1;
    }
    return false;
}

static void expect_query(protocol_bench *bench, const protocol_request *expected, smithy_str query) {
    for (const char *const *one = expected->query_params; one && *one; one++)
        if (!query_has(query, *one, true)) fail(bench, "no \"%s\" in the query \"%.*s\"", *one, SMITHY_STR_ARG(query));
    for (const char *const *one = expected->require_query_params; one && *one; one++)
        if (!query_has(query, *one, false)) fail(bench, "no \"%s\" in the query \"%.*s\"", *one, SMITHY_STR_ARG(query));
    for (const char *const *one = expected->forbid_query_params; one && *one; one++)
        if (query_has(query, *one, false)) fail(bench, "\"%s\" is in the query \"%.*s\"", *one, SMITHY_STR_ARG(query));
}

/* The transport proper adds Content-Length where there is a body, and to methods that usually have one. */
static const char *header_of(const protocol_bench *bench, const char *name) {
    static char length[24];
    const scripted_request *request = &bench->transport.requests[0];
    const char *value = scripted_request_header(&bench->transport, 0, name);
    const bool wants_length = request->body_len || !strcmp(request->method, "POST") || !strcmp(request->method, "PUT");
    if (value || !wants_length || !smithy_str_equal_nocase(smithy_str_from(name), SMITHY_STR("Content-Length")))
        return value;
    snprintf(length, sizeof length, "%zu", request->body_len);
    return length;
}

static void expect_headers(protocol_bench *bench, const protocol_request *expected) {
    for (const char *const *one = expected->headers; one && *one; one++) {
        char name[128];
        const char *wanted = strstr(*one, ": ") + 2;
        snprintf(name, sizeof name, "%.*s", (int)(wanted - *one - 2), *one);
        const char *actual = header_of(bench, name);
        if (!actual) fail(bench, "no header %s", name);
        if (strcmp(actual, wanted) != 0) fail(bench, "the header %s is \"%s\", not \"%s\"", name, actual, wanted);
    }
    for (const char *const *one = expected->require_headers; one && *one; one++)
        if (!header_of(bench, *one)) fail(bench, "no header %s", *one);
    for (const char *const *one = expected->forbid_headers; one && *one; one++)
        if (header_of(bench, *one)) fail(bench, "the header %s is \"%s\"", *one, header_of(bench, *one));
}

void protocol_expect_request(protocol_bench *bench, const protocol_request *expected) {
    if (bench->transport.request_count != 1)
        fail(bench, "%zu requests: %s", bench->transport.request_count, smithy_call_error(bench->call)->message);
    const scripted_request *request = &bench->transport.requests[0];
    const url_parts url = split_url(request->url);
    expect_text(bench, "the method", smithy_str_from(request->method), expected->method);
    expect_text(bench, "the path", url.path, expected->uri);
    expect_text(bench, "the host", url.host, expected->host);
    expect_query(bench, expected, url.query);
    expect_headers(bench, expected);
    const smithy_str body = {request->body, request->body_len};
    const char *difference = protocol_body_difference(expected->body_kind, body, expected->body, bench->call);
    if (difference) fail(bench, "the body %s", difference);
}

/* ---- responses ---- */

void protocol_bench_answer(protocol_bench *bench, const scripted_answer *answer) {
    bench->answer = *answer;
}

void protocol_expect(protocol_bench *bench, bool holds, const char *what) {
    /* The members of an error are left out where there is no memory for them: its code is worth more than they are. */
    if (!holds && bench->torture && bench->status == SMITHY_ERROR_SERVICE) longjmp(bench->leave, 1);
    if (!holds) fail(bench, "not so: %s", what);
}

void protocol_expect_ok(protocol_bench *bench) {
    const smithy_error *error = smithy_call_error(bench->call);
    if (bench->status != SMITHY_OK)
        fail(bench, "the operation failed: %s: %s: %s", smithy_status_name(bench->status), error->code, error->message);
}

void protocol_expect_error(protocol_bench *bench, int http_status, const char *code) {
    const smithy_error *error = smithy_call_error(bench->call);
    if (bench->status != SMITHY_ERROR_SERVICE)
        fail(bench, "the status is \"%s\", not \"service\": %s", smithy_status_name(bench->status), error->message);
    if (strcmp(error->code, code) != 0) fail(bench, "the code is \"%s\", not \"%s\"", error->code, code);
    if (error->http_status != http_status) fail(bench, "HTTP %d, not %d", error->http_status, http_status);
}

void protocol_expect_message(protocol_bench *bench, const char *message) {
    const char *actual = smithy_call_error(bench->call)->message;
    if (strcmp(actual, message) != 0) fail(bench, "the message is \"%s\", not \"%s\"", actual, message);
}

void protocol_expect_int(protocol_bench *bench, const char *what, bool has, int64_t actual, int64_t expected) {
    if (!has) fail(bench, "%s is absent, not %lld", what, (long long)expected);
    if (actual != expected) fail(bench, "%s is %lld, not %lld", what, (long long)actual, (long long)expected);
}

void protocol_expect_float(protocol_bench *bench, const char *what, bool has, double actual, double expected) {
    if (!has) fail(bench, "%s is absent, not %g", what, expected);
    const bool same = isnan(expected) ? isnan(actual) : !(actual < expected) && !(actual > expected) && !isnan(actual);
    if (!same) fail(bench, "%s is %.17g, not %.17g", what, actual, expected);
}

void protocol_expect_bytes(protocol_bench *bench, const char *what, smithy_str actual, smithy_str expected) {
    if (!actual.ptr) fail(bench, "%s is absent, not \"%.*s\"", what, SMITHY_STR_ARG(expected));
    if (!smithy_str_equal(actual, expected))
        fail(bench, "%s is \"%.*s\", not \"%.*s\"", what, SMITHY_STR_ARG(actual), SMITHY_STR_ARG(expected));
}

void protocol_expect_str(protocol_bench *bench, const char *what, smithy_str actual, smithy_str expected) {
    protocol_expect_bytes(bench, what, actual, expected);
    if (actual.ptr[actual.len] != '\0') fail(bench, "%s does not end with NUL", what);
}

void protocol_expect_document(protocol_bench *bench, const char *what, const smithy_document *actual,
                              const smithy_document *expected) {
    if (!smithy_document_equal(actual, expected)) fail(bench, "%s is another document", what);
}

void protocol_expect_count(protocol_bench *bench, const char *what, const void *items, size_t count, size_t expected) {
    if (!items) fail(bench, "%s is absent, not %zu items", what, expected);
    if (count != expected) fail(bench, "%s has %zu items, not %zu", what, count, expected);
}

size_t protocol_key(protocol_bench *bench, const char *what, const void *items, size_t size, size_t count,
                    smithy_str key) {
    for (size_t i = 0; i < count; i++) {
        smithy_str actual;
        memcpy(&actual, (const char *)items + i * size, sizeof actual);
        if (smithy_str_equal(actual, key)) return i;
    }
    fail(bench, "%s has no key \"%.*s\"", what, SMITHY_STR_ARG(key));
}

/* ---- running ---- */

typedef struct service_functions {
    void *(*create_client)(const void *options, const smithy_system *system, smithy_call *call);
    void (*destroy_client)(void *client);
} service_functions;

static smithy_status no_chance(void *context, void *bytes, size_t len) {
    (void)context;
    memset(bytes, 0, len);
    return SMITHY_OK;
}

static void bench_open(protocol_bench *bench, const torture *walk) {
    *bench = (protocol_bench){.answer = {.status = 200}, .torture = walk};
    fake_system_init(&bench->fake, 7);
    bench->fake.system.random = no_chance;
    fake_system_set_env(&bench->fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(&bench->fake, "AWS_SECRET_ACCESS_KEY", "not-a-real-secret");
    scripted_transport_init(&bench->transport, &bench->fake, &bench->answer, 1);
    bench->fake.system.transport = &bench->transport.base;
    const smithy_call_options options = {.system = &bench->fake.system};
    bench->call = smithy_call_create(&options);
    if (!bench->call) abort();
}

static void bench_close(protocol_bench *bench, const service_functions *service) {
    service->destroy_client(bench->client);
    smithy_call_destroy(bench->call);
    scripted_transport_deinit(&bench->transport);
    if (bench->fake.live_blocks && !*bench->failure)
        snprintf(bench->failure, sizeof bench->failure, "%zu blocks of memory are left", bench->fake.live_blocks);
    fake_system_deinit(&bench->fake);
}

/* Memory was made to run out, and the library says that it did: all that is asked of it. */
static void leave_if_out_of_memory(protocol_bench *bench) {
    if (bench->torture && smithy_call_status(bench->call) == SMITHY_ERROR_MEMORY) longjmp(bench->leave, 1);
}

void protocol_before_run(protocol_bench *bench, void *output, size_t size) {
    bench->output = memset(output, 0xA5, size);
    bench->output_size = size;
}

void protocol_after_run(protocol_bench *bench, smithy_status status) {
    bench->places = torture_disarm();
    bench->status = status;
    const smithy_status said = smithy_call_status(bench->call);
    if (status != said)
        fail(bench, "the operation's status is \"%s\", its error's \"%s\"", smithy_status_name(status),
             smithy_status_name(said));
    for (size_t i = 0; status != SMITHY_OK && i < bench->output_size; i++)
        if (((const uint8_t *)bench->output)[i] != 0) fail(bench, "the operation failed and left an output");
    leave_if_out_of_memory(bench);
}

static void play(protocol_bench *bench, const protocol_test *test, const service_functions *service,
                 const torture *walk) {
    bench_open(bench, walk);
    if (setjmp(bench->leave) == 0) {
        if (walk)
            torture_arm_case(walk);
        else
            torture_arm(TORTURE_BLOCKS, 0, false);
        bench->client = service->create_client(test->options, &bench->fake.system, bench->call);
        if (!bench->client) {
            torture_disarm();
            leave_if_out_of_memory(bench);
            fail(bench, "no client: %s", smithy_call_error(bench->call)->message);
        }
        test->run(bench);
    }
    bench_close(bench, service);
}

/* With memory that runs out here, then there. */
static void play_tortured(protocol_bench *bench, const protocol_test *test, const service_functions *service) {
    torture walk = torture_begin(test->id, &bench->places);
    char failure[sizeof bench->failure];
    while (!*bench->failure && torture_next(&walk)) play(bench, test, service, &walk);
    if (!*bench->failure) return;
    char place[128];
    torture_describe(&walk, place, sizeof place);
    memcpy(failure, bench->failure, sizeof failure);
    snprintf(bench->failure, sizeof bench->failure, "%s fails: %.1900s", place, failure);
}

static bool run_one(const protocol_test *test, const service_functions *service) {
    static protocol_bench bench;
    const char *kind = test->kind == PROTOCOL_REQUEST ? "request" : "response";
    if (test->skipped) {
        printf("not run %-8s %s: %s\n", kind, test->id, test->skipped);
        return false;
    }
    play(&bench, test, service, NULL);
    if (torture_is_wanted() && !*bench.failure) play_tortured(&bench, test, service);
    const bool passed = !*bench.failure;
    printf("%-7s %-8s %s%s%s\n", passed ? "ok" : "FAILED", kind, test->id, passed ? "" : ": ", bench.failure);
    return passed;
}

int protocol_run(const char *protocol, const char *model, const protocol_test *tests, size_t count,
                 void *(*create_client)(const void *options, const smithy_system *system, smithy_call *call),
                 void (*destroy_client)(void *client)) {
    const service_functions service = {create_client, destroy_client};
    size_t all[2] = {0}, passed[2] = {0}, failed = 0;
    for (size_t i = 0; i < count; i++) {
        const bool ok = run_one(&tests[i], &service);
        all[tests[i].kind]++;
        passed[tests[i].kind] += ok;
        failed += !ok && !tests[i].skipped;
    }
    printf("protocol tests: %s requests %zu of %zu, responses %zu of %zu (%s)\n", protocol, passed[PROTOCOL_REQUEST],
           all[PROTOCOL_REQUEST], passed[PROTOCOL_RESPONSE], all[PROTOCOL_RESPONSE], model);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
