#include "snippet.h"

static smithy_status make_sure_of_group(logs_client *logs, smithy_call *call) {
    const logs_create_log_group_input input = {.log_group_name = SMITHY_STR("my-group")};
    logs_create_log_group_output output;
    const smithy_status status = logs_create_log_group(logs, &input, &output, call);
    switch (logs_error_of(call)) {
    case LOGS_ERROR_NONE: return status; /* It is there, or no answer of the service came. */
    case LOGS_ERROR_RESOURCE_ALREADY_EXISTS: printf("it was there\n"); return SMITHY_OK;
    case LOGS_ERROR_ACCESS_DENIED: printf("logs:CreateLogGroup is not allowed\n"); return status;
    default: printf("%s, request %s\n", smithy_call_error(call)->code, smithy_call_error(call)->request_id);
    }
    return status;
}

int main(void) {
    return with_logs(make_sure_of_group);
}
