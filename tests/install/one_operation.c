/* Calls one operation of a client that has several. */
#include <logs/logs.h>

int main(void) {
    smithy_call *call = smithy_call_create(NULL);
    logs_client *logs = logs_client_create(NULL, call);
    logs_create_log_group_output output;
    const smithy_status status =
        logs ? logs_create_log_group(logs, &(logs_create_log_group_input){0}, &output, call) : smithy_call_status(call);
    logs_client_destroy(logs);
    smithy_call_destroy(call);
    return (int)status;
}
