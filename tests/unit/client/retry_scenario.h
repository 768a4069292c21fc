/* A story of retries, told step by step, and how the engine must live through it. */
#ifndef TESTS_RETRY_SCENARIO_H
#define TESTS_RETRY_SCENARIO_H

#include "toy_bench.h"

typedef enum retry_outcome { RETRY_SENT_AGAIN, RETRY_SUCCESS, RETRY_GIVEN_UP, RETRY_OUTCOME_ANY } retry_outcome;

#define RETRY_ANY (-1)

typedef struct retry_step {
    scripted_answer answer;
    retry_outcome
        outcome;      /* RETRY_SENT_AGAIN: the operation goes on; any other ends it, and the next step begins one. */
    int tokens;       /* In the bucket after it; RETRY_ANY: whatever. */
    int64_t delay_ms; /* What is waited after it; RETRY_ANY: whatever. */
} retry_step;

typedef struct retry_scenario {
    const char *name;
    const smithy_service *service;
    const smithy_operation *operation;
    int max_attempts;       /* 0: the service's own. */
    int initial_tokens;     /* RETRY_ANY: full. */
    int64_t max_backoff_ms; /* 0: the default. */
    int64_t timeout_ms;     /* Of each operation; 0: none. */
    const retry_step *steps;
    size_t step_count;
} retry_scenario;

/* Jitter is at its highest. Fails the test, with the scenario's name, where the engine does anything else. */
void retry_scenario_run(const retry_scenario *scenario);

#endif
