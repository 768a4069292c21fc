#include "retry_scenario.h"

#include "client/client_internal.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef struct run {
    const retry_scenario *scenario;
    toy_bench bench;
    scripted_answer answers[SCRIPT_MAX_REQUESTS];
    int tokens[SCRIPT_MAX_REQUESTS]; /* In the bucket when each request was sent. */
} run;

static void need(const run *self, size_t step, const char *what, int64_t actual, int64_t wanted) {
    if (wanted == RETRY_ANY || actual == wanted) return;
    fail_msg("%s, step %zu: %s is %lld, not %lld", self->scenario->name, step + 1, what, (long long)actual,
             (long long)wanted);
}

static void note_tokens(void *context, const smithy_http_request *request, size_t index) {
    run *self = context;
    (void)request;
    self->tokens[index] = self->bench.client->bucket.tokens;
}

static void open_run(run *self) {
    const retry_scenario *scenario = self->scenario;
    const smithy_client_options options = {.max_attempts = scenario->max_attempts};
    for (size_t i = 0; i < scenario->step_count; i++) self->answers[i] = scenario->steps[i].answer;
    toy_bench_open(&self->bench, scenario->service, &options, self->answers, scenario->step_count);
    self->bench.transport.on_request = note_tokens;
    self->bench.transport.on_request_context = self;
    assert_int_equal(smithy_client_prepare(self->bench.client, self->bench.call), SMITHY_OK);
    if (scenario->initial_tokens != RETRY_ANY) self->bench.client->bucket.tokens = scenario->initial_tokens;
    if (scenario->max_backoff_ms) self->bench.client->retry.max_backoff_ms = scenario->max_backoff_ms;
}

/* The steps of one operation, the last of which ends it. */
static void check(const run *self, size_t first, size_t last, smithy_status status) {
    const retry_step *steps = self->scenario->steps;
    const scripted_transport *transport = &self->bench.transport;
    need(self, last, "the number of requests", (int64_t)transport->request_count, (int64_t)last + 1);
    for (size_t i = first; i < last; i++) {
        const int64_t waited =
            transport->requests[i + 1].at_mono_ms - transport->requests[i].at_mono_ms - steps[i].answer.takes_ms;
        need(self, i, "the wait", waited, steps[i].delay_ms);
        need(self, i, "the bucket", self->tokens[i + 1], steps[i].tokens);
    }
    const int64_t waited =
        self->bench.fake.mono_ms - transport->requests[last].at_mono_ms - steps[last].answer.takes_ms;
    need(self, last, "the wait", waited, steps[last].delay_ms);
    need(self, last, "the bucket", self->bench.client->bucket.tokens, steps[last].tokens);
    if (steps[last].outcome != RETRY_OUTCOME_ANY)
        need(self, last, "success", status == SMITHY_OK, steps[last].outcome == RETRY_SUCCESS);
}

void retry_scenario_run(const retry_scenario *scenario) {
    static const toy_input INPUT = {.name = SMITHY_STR_INIT("x")};
    static run self;
    self = (run){.scenario = scenario};
    open_run(&self);
    for (size_t first = 0, last = 0; first < scenario->step_count; first = ++last) {
        toy_output output;
        while (last + 1 < scenario->step_count && scenario->steps[last].outcome == RETRY_SENT_AGAIN) last++;
        if (scenario->timeout_ms) smithy_call_set_timeout(self.bench.call, scenario->timeout_ms);
        const smithy_status status = toy_bench_invoke(&self.bench, scenario->operation, &INPUT, &output);
        check(&self, first, last, status);
    }
    toy_bench_close(&self.bench);
}
