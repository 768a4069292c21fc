#include "bench_clients.h"

#include "client/request_internal.h"

/* The generated file itself: its writer is its own. */
#include "../../generated/logs/src/ops/put_log_events.c"

smithy_status bench_encode(size_t count, size_t *length, smithy_call *call) {
    logs_input_log_event *events = smithy_call_alloc(call, count, sizeof *events);
    if (!events) return smithy_call_status(call);
    for (size_t i = 0; i < count; i++) {
        events[i].message = SMITHY_STR("127.0.0.1 - - \"GET /orders/17?full=1 HTTP/1.1\" 200 \"an agent\" 0.017");
        events[i].timestamp = (smithy_opt_i64)SMITHY_SET(1790000000000 + (int64_t)i);
    }
    const logs_put_log_events_input input = {
        .log_group_name = SMITHY_STR("/aws/lambda/checkout"),
        .log_stream_name = SMITHY_STR("2026/05/28/[$LATEST]0123456789abcdef"),
        .log_events = {events, count},
    };
    smithy_request request;
    request_init(&request, &OPERATION, SMITHY_PROTOCOL_AWS_JSON_1_1, smithy_call_system(call), call);
    const smithy_status status = OPERATION.write_request(&input, &request, call);
    *length = request.content.len;
    request_deinit(&request);
    return status;
}
