/* The same exchanges by libcurl alone: what a call of a client cannot go below. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stdbool.h>

typedef struct bench_bare bench_bare;

/* To AWS_ENDPOINT_URL; NULL where memory is out, or the URL is not set. */
bench_bare *bench_bare_create(void);
void bench_bare_destroy(bench_bare *bare);

/* Headers as long as a client's, on a connection that stays; what comes is thrown away. */
bool bench_bare_post(bench_bare *bare, const char *target, const char *body);
bool bench_bare_get(bench_bare *bare, const char *path);

#endif
