/* A generated client whose service answers what the fuzzer made up.
 *
 * An input is an answer as people write one: which operation and the status, headers, an empty line, the body.
 *
 *     1 200
 *     Content-Type: application/x-amz-json-1.1
 *
 *     {"logStreams":[]}                                                                                             */
#ifndef TESTS_FUZZ_CLIENT_H
#define TESTS_FUZZ_CLIENT_H

#include "fuzz.h"

#include <smithy/client.h>
#include <smithy/http.h>

/* Makes a client of the environment, sends one operation, and destroys it. */
typedef void fuzz_operation(smithy_call *call);

/* No error's message holds the client's secret. */
void fuzz_client_run(const uint8_t *data, size_t size, fuzz_operation *const *operations, size_t count);

/* Garbage, which the operation is to replace. */
void fuzz_spoil(void *output, size_t size);
/* A failure leaves an output of zeros, and says what it was. */
void fuzz_check_output(smithy_status status, const void *output, size_t size, const smithy_call *call);

/* run_OPERATION: sends it with this input. */
#define FUZZ_OPERATION(service, operation, ...)                                            \
    static void run_##operation(smithy_call *call) {                                       \
        service##_client *client = service##_client_create(NULL, call);                    \
        FUZZ_CHECK(client);                                                                \
        const service##_##operation##_input input = {__VA_ARGS__};                         \
        service##_##operation##_output output;                                             \
        fuzz_spoil(&output, sizeof output);                                                \
        const smithy_status status = service##_##operation(client, &input, &output, call); \
        fuzz_check_output(status, &output, sizeof output, call);                           \
        service##_client_destroy(client);                                                  \
    }

#endif
