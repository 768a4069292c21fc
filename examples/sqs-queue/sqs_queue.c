/* Sends messages to an SQS queue, or takes all out of it and prints them. A queue that is not there is made.
 *
 *   sqs_queue QUEUE [TEXT...]
 */
#include <sqs/sqs.h>
#include <stdio.h>

#define BATCH 10 /* As many as the service gives at once. */

static smithy_status send(sqs_client *sqs, smithy_str url, const char *text, smithy_call *call) {
    const sqs_send_message_input input = {.queue_url = url, .message_body = smithy_str_from(text)};
    sqs_send_message_output output;
    SMITHY_TRY(sqs_send_message(sqs, &input, &output, call));
    printf("%.*s\n", SMITHY_STR_ARG(output.message_id));
    return SMITHY_OK;
}

/* A message is the reader's for a while, and gone once it is deleted. */
static smithy_status take(sqs_client *sqs, smithy_str url, const sqs_message *message, smithy_call *call) {
    const sqs_delete_message_input input = {.queue_url = url, .receipt_handle = message->receipt_handle};
    sqs_delete_message_output output;
    printf("%.*s\n", SMITHY_STR_ARG(message->body));
    return sqs_delete_message(sqs, &input, &output, call);
}

static smithy_status drain(sqs_client *sqs, smithy_str url, smithy_call *call) {
    const sqs_receive_message_input input = {
        .queue_url = url,
        .max_number_of_messages = SMITHY_SET(BATCH),
        .wait_time_seconds = SMITHY_SET(1),
    };
    sqs_receive_message_output output;
    do {
        SMITHY_TRY(sqs_receive_message(sqs, &input, &output, call));
        for (size_t i = 0; i < output.messages.count; i++) SMITHY_TRY(take(sqs, url, &output.messages.items[i], call));
    } while (output.messages.count > 0);
    return SMITHY_OK;
}

static smithy_status run(sqs_client *sqs, char **arguments, smithy_call *call) {
    const sqs_create_queue_input queue = {.queue_name = smithy_str_from(arguments[0])};
    sqs_create_queue_output output;
    SMITHY_TRY(sqs_create_queue(sqs, &queue, &output, call));
    if (!arguments[1]) return drain(sqs, output.queue_url, call);
    for (char **text = arguments + 1; *text; text++) SMITHY_TRY(send(sqs, output.queue_url, *text, call));
    return SMITHY_OK;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: sqs_queue QUEUE [TEXT...]\n");
        return 2;
    }
    smithy_call *call = smithy_call_create(NULL);
    sqs_client *sqs = sqs_client_create(NULL, call); /* Region and credentials by the environment. */
    const smithy_status status = sqs ? run(sqs, argv + 1, call) : smithy_call_status(call);
    if (status != SMITHY_OK) smithy_error_print(stderr, smithy_call_error(call));
    sqs_client_destroy(sqs);
    smithy_call_destroy(call);
    return status == SMITHY_OK ? 0 : 1;
}
