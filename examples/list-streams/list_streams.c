/* Prints the streams of a log group, a page of fifty at a time, in the memory of one page.
 *
 *   list_streams /aws/lambda/checkout */
#include <logs/logs.h>
#include <stdio.h>

static smithy_status list_streams(logs_client *logs, const char *group, smithy_call *call) {
    logs_describe_log_streams_pages pages = {.input = {.log_group_name = smithy_str_from(group)}};
    const logs_describe_log_streams_output *page;
    do {
        SMITHY_TRY(logs_describe_log_streams_next(logs, &pages, &page, call));
        for (size_t i = 0; page && i < page->log_streams.count; i++)
            printf("%s\n", page->log_streams.items[i].log_stream_name.ptr);
    } while (page);
    return SMITHY_OK;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: list_streams LOG-GROUP\n");
        return 2;
    }
    smithy_call *call = smithy_call_create(NULL);
    logs_client *logs = logs_client_create(NULL, call); /* Region and credentials by the environment. */
    const smithy_status status = logs ? list_streams(logs, argv[1], call) : smithy_call_status(call);
    if (status != SMITHY_OK) smithy_error_print(stderr, smithy_call_error(call));
    logs_client_destroy(logs);
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}
