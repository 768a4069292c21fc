/* awsJson: answers of CloudWatch Logs and DynamoDB, good ones and errors. */
#include "fuzz_client.h"

#include <dynamodb/dynamodb.h>
#include <logs/logs.h>

static const dynamodb_key_entry KEY[] = {
    {SMITHY_STR_INIT("id"), {.kind = DYNAMODB_ATTRIBUTE_VALUE_S, .s = SMITHY_STR_INIT("1")}}};

FUZZ_OPERATION(logs, describe_log_streams, .log_group_name = SMITHY_STR_INIT("g"))
FUZZ_OPERATION(logs, describe_log_groups, .limit = SMITHY_SET(50))
FUZZ_OPERATION(logs, describe_export_tasks, .limit = SMITHY_SET(50))
FUZZ_OPERATION(logs, filter_log_events, .log_group_name = SMITHY_STR_INIT("g"))
FUZZ_OPERATION(logs, put_log_events, .log_group_name = SMITHY_STR_INIT("g"), .log_stream_name = SMITHY_STR_INIT("s"),
               .log_events = {(const logs_input_log_event[1]){{.timestamp = SMITHY_SET(1), .message = {"m", 1}}}, 1})
FUZZ_OPERATION(dynamodb, get_item, .table_name = SMITHY_STR_INIT("t"), .key = {KEY, 1})
FUZZ_OPERATION(dynamodb, query, .table_name = SMITHY_STR_INIT("t"))
FUZZ_OPERATION(dynamodb, update_item, .table_name = SMITHY_STR_INIT("t"), .key = {KEY, 1})
FUZZ_OPERATION(dynamodb, describe_table, .table_name = SMITHY_STR_INIT("t"))

static fuzz_operation *const OPERATIONS[] = {
    run_describe_log_streams,
    run_describe_log_groups,
    run_describe_export_tasks,
    run_filter_log_events,
    run_put_log_events,
    run_get_item,
    run_query,
    run_update_item,
    run_describe_table,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_client_run(data, size, OPERATIONS, sizeof OPERATIONS / sizeof *OPERATIONS);
    return 0;
}
