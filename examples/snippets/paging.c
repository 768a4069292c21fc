#include "snippet.h"

static smithy_status list_streams(logs_client *logs, smithy_call *call) {
    logs_describe_log_streams_items items = {.pages = {.input = {.log_group_name = SMITHY_STR("my-group")}}};
    const logs_log_stream *stream = NULL;
    do {
        SMITHY_TRY(logs_describe_log_streams_next_item(logs, &items, &stream, call)); /* Asks for pages as it goes. */
        if (stream) printf("%s\n", stream->log_stream_name.ptr);
    } while (stream);
    return SMITHY_OK;
}

int main(void) {
    return with_logs(list_streams);
}
