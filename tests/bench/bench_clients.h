/* What bench_clients measures: one operation's generated reader and another's writer, without a connection. */
#ifndef TESTS_BENCH_CLIENTS_H
#define TESTS_BENCH_CLIENTS_H

#include <smithy/call.h>

/* Reads a page of DescribeLogStreams; answers how many streams it has. The caller resets the call. */
smithy_status bench_decode(smithy_str body, size_t *streams, smithy_call *call);

/* Writes a PutLogEvents of `count` events; answers the length of its body. The caller resets the call. */
smithy_status bench_encode(size_t count, size_t *length, smithy_call *call);

#endif
