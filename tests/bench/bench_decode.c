#include "bench_clients.h"

#include "client/response_tree.h"

/* The generated file itself: its reader is its own. */
#include "../../generated/logs/src/ops/describe_log_streams.c"

smithy_status bench_decode(smithy_str body, size_t *streams, smithy_call *call) {
    smithy_response_tree tree = {0};
    const smithy_http_response response = {.status = 200, .body = body, .tree = &tree};
    logs_describe_log_streams_output output = {0};
    const smithy_status status = OPERATION.read_response(&response, &output, call);
    *streams = output.log_streams.count;
    response_tree_reset(&tree);
    return status;
}
