/* awsQuery: answers of STS, errors above all. */
#include "fuzz_client.h"

#include <sts/sts.h>

#define ROLE .role_arn = SMITHY_STR_INIT("arn:aws:iam::123456789012:role/r"), .role_session_name = SMITHY_STR_INIT("me")

FUZZ_OPERATION(sts, assume_role, ROLE)
FUZZ_OPERATION(sts, assume_role_with_web_identity, ROLE, .web_identity_token = SMITHY_STR_INIT("token"))
FUZZ_OPERATION(sts, get_caller_identity, 0)

static fuzz_operation *const OPERATIONS[] = {run_assume_role, run_assume_role_with_web_identity,
                                             run_get_caller_identity};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_client_run(data, size, OPERATIONS, sizeof OPERATIONS / sizeof *OPERATIONS);
    return 0;
}
