/* What the generated endpoint tests are written with. */
#ifndef ENDPOINT_CHECK_H
#define ENDPOINT_CHECK_H

#include <smithy/endpoint.h>

typedef smithy_status endpoint_resolver(const void *params, smithy_endpoint *endpoint, smithy_call *call);

/* `params` of the service's own type lead to this endpoint, every member compared; or to SMITHY_ERROR_CONFIG with this
 * message. Where torture is wanted (torture.h), also with memory that runs out: that is said, or makes no difference.
 */
void expect_endpoint(endpoint_resolver *resolve, const void *params, const smithy_endpoint *expected);
void expect_error(endpoint_resolver *resolve, const void *params, const char *message);

typedef struct endpoint_test {
    const char *name;
    void (*run)(void);
} endpoint_test;

/* Each as a cmocka test of its own, then a line of counts. Answers main's exit status. */
int run_endpoint_tests(const char *service, const endpoint_test *tests, size_t count);

#endif
