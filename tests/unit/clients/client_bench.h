/* A generated client on a fake system with scripted answers. */
#ifndef TESTS_CLIENT_BENCH_H
#define TESTS_CLIENT_BENCH_H

#include "fake_system.h"
#include "scripted_transport.h"

#include <smithy/client.h>

typedef struct client_bench {
    fake_system fake;
    scripted_transport transport;
    smithy_call *call;
} client_bench;

/* Keys, an account and the Region eu-west-1 are in the environment. */
void client_bench_open(client_bench *bench, const scripted_answer *answers, size_t count);
/* After the client was destroyed. Fails when memory was not given back. */
void client_bench_close(client_bench *bench);

#endif
