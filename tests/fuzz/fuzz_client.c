#include "fuzz_client.h"

#include "fake_system.h"

#define SECRET "hunter2+not/a/secret"

typedef struct fuzz_answer {
    smithy_transport transport;
    int status;
    smithy_str head; /* Lines. */
    smithy_str body;
    bool knows_secret; /* The fuzzer has come by it, and a message may quote what the service said. */
} fuzz_answer;

/* ---- the answer ---- */

/* Headers as the transport hands them out: a name, and a value without white space around it. */
static smithy_status add_headers(smithy_str head, smithy_http_response *response, smithy_call *call) {
    while (head.len) {
        const smithy_str line = fuzz_line(&head);
        const char *colon = memchr(line.ptr, ':', line.len);
        if (!colon || colon == line.ptr) continue;
        const size_t at = (size_t)(colon - line.ptr), skip = at + 1 < line.len && colon[1] == ' ' ? 2 : 1;
        const smithy_str name = smithy_call_copy(call, (smithy_str){line.ptr, at});
        const smithy_str value = smithy_call_copy(call, (smithy_str){colon + skip, line.len - at - skip});
        if (!name.ptr || !value.ptr) return smithy_call_status(call);
        SMITHY_TRY(smithy_headers_add(&response->headers, name, value, call));
    }
    return SMITHY_OK;
}

static smithy_status perform(smithy_transport *transport, const smithy_http_request *request,
                             smithy_http_response *response, smithy_call *call) {
    const fuzz_answer *answer = (const fuzz_answer *)transport;
    *response = (smithy_http_response){
        .status = answer->status, .body = SMITHY_STR_INIT(""), .body_length = answer->body.len, .sent = true};
    SMITHY_TRY(add_headers(answer->head, response, call));
    if (request->sink && answer->status >= 200 && answer->status < 300)
        return request->sink->write(request->sink->context, (const uint8_t *)answer->body.ptr, answer->body.len);
    response->body = smithy_call_copy(call, answer->body);
    return response->body.ptr ? SMITHY_OK : smithy_call_status(call);
}

static void drop_idle(smithy_transport *transport) {
    (void)transport;
}

/* ---- running ---- */

static void put_environment(fake_system *fake) {
    fake_system_set_env(fake, "AWS_REGION", "eu-west-1");
    fake_system_set_env(fake, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    fake_system_set_env(fake, "AWS_SECRET_ACCESS_KEY", SECRET);
    fake_system_set_env(fake, "AWS_MAX_ATTEMPTS", "2");
}

static smithy_str split_head(smithy_str *rest) {
    smithy_str head = {rest->ptr, 0};
    while (rest->len && fuzz_line(rest).len) head.len = (size_t)(rest->ptr - head.ptr);
    return head;
}

static bool holds_secret(const uint8_t *data, size_t size) {
    const size_t len = sizeof SECRET - 1;
    for (size_t at = 0; at + len <= size; at++)
        if (memcmp(data + at, SECRET, len) == 0) return true;
    return false;
}

static int status_of(smithy_str line) {
    if (line.len < 5) return 200;
    int status = 0;
    for (size_t i = 2; i < 5; i++) status = status * 10 + (line.ptr[i] - '0') % 10;
    return status >= 100 && status < 1000 ? status : 200;
}

void fuzz_client_run(const uint8_t *data, size_t size, fuzz_operation *const *operations, size_t count) {
    smithy_str rest = {(const char *)data, size};
    const smithy_str first = fuzz_line(&rest);
    fuzz_answer answer = {.transport = {perform, drop_idle, drop_idle}, .status = status_of(first)};
    answer.knows_secret = holds_secret(data, size);
    answer.head = split_head(&rest);
    answer.body = fuzz_exact(rest);
    fake_system fake;
    fake_system_init(&fake, 7);
    put_environment(&fake);
    fake.system.transport = &answer.transport;
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = &fake.system, .max_memory = 64 << 20});
    FUZZ_CHECK(call);
    operations[first.len ? (uint8_t)(first.ptr[0] - '0') % count : 0](call);
    FUZZ_CHECK(answer.knows_secret || !strstr(smithy_call_error(call)->message, SECRET));
    smithy_call_destroy(call);
    FUZZ_CHECK(fake.live_blocks == 0);
    fake_system_deinit(&fake);
    fuzz_free(answer.body);
}

void fuzz_spoil(void *output, size_t size) {
    memset(output, 0xA5, size);
}

void fuzz_check_output(smithy_status status, const void *output, size_t size, const smithy_call *call) {
    const smithy_error *error = smithy_call_error(call);
    if (status == SMITHY_OK) return;
    FUZZ_CHECK(error->status == status);
    for (size_t i = 0; i < size; i++) FUZZ_CHECK(((const uint8_t *)output)[i] == 0);
}
