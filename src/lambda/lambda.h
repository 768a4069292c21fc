/* The exporter as a Lambda function: one run for each invocation, until the platform ends the process. */
#ifndef LAMBDA_LAMBDA_H
#define LAMBDA_LAMBDA_H

#include <smithy/system.h>

/* Serves the Runtime API that the environment's AWS_LAMBDA_RUNTIME_API names, and logs to `log_fd` (standard output).
 * Every invocation gets exactly one result. The transport of `system` serves both the Runtime API and AWS where it has
 * one; else this makes one for each, for the life of the process.
 *
 * Comes back only with a failure, and then with the exit code: the start failed, the Runtime API failed three times in
 * a row, or a result could not be handed over (the platform starts a new process then). */
int lambda_main(const smithy_system *system, int log_fd);

#endif
