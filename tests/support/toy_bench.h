/* A client of the toy service on a fake system with scripted answers: what most tests of the engine set up. */
#ifndef TESTS_TOY_BENCH_H
#define TESTS_TOY_BENCH_H

#include "fake_system.h"
#include "scripted_transport.h"
#include "toy_service.h"

typedef struct toy_bench {
    fake_system fake;
    scripted_transport transport;
    smithy_call *call;
    smithy_client *client;
} toy_bench;

/* Keys and a Region are in the environment; jitter is at its highest. `options` may be NULL. */
void toy_bench_open(toy_bench *bench, const smithy_service *service, const smithy_client_options *options,
                    const scripted_answer *answers, size_t count);
/* Fails when memory of the fake was not given back. */
void toy_bench_close(toy_bench *bench);

smithy_status toy_bench_invoke(toy_bench *bench, const smithy_operation *operation, const toy_input *input,
                               toy_output *output);
const smithy_error *toy_bench_error(const toy_bench *bench);

#endif
