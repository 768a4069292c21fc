#include "connection.h"

#include "disk.h"

#include <smithy/text.h>
#include <stdio.h>
#include <string.h>

#define HANG_MS 300000 /* What cuts a connection that nobody else does. */

const char *sim_fault_name(sim_fault fault) {
    static const char *const NAMES[] = {"none",
                                        "throttled",
                                        "500",
                                        "500 after its effect",
                                        "503 in HTML",
                                        "not connected",
                                        "reset before its effect",
                                        "reset after its effect",
                                        "late effect",
                                        "truncated",
                                        "garbage",
                                        "hangs before its effect",
                                        "hangs after its effect",
                                        "conflict",
                                        "denied",
                                        "refused keys",
                                        "expired credentials",
                                        "slow"};
    return NAMES[fault];
}

/* ---- chance ---- */

static int64_t draw(sim_process *process, int64_t most) {
    return most <= 0 ? 0 : (int64_t)random_below(&process->chaos, (uint64_t)most + 1);
}

static sim_fault choose_fault(sim_process *process) {
    const sim_run *run = process->run;
    for (int i = 0; i < run->forced_count; i++)
        if (run->forced[i].at == process->requests) return run->forced[i].fault;
    if (run->watcher) return run->watcher->asked(run->watcher, &process->request, &process->reply);
    if (draw(process, 999) >= run->fault_per_mille) return SIM_FAULT_NONE;
    const sim_fault fault = (sim_fault)(1 + draw(process, SIM_FAULT_COUNT - 2));
    return fault == SIM_FAULT_DENIED && !run->may_be_denied ? SIM_FAULT_THROTTLE : fault;
}

/* ---- answers ---- */

static smithy_status add_header(smithy_http_response *response, const char *name, const char *value,
                                smithy_call *call) {
    const smithy_str copy = smithy_call_copy(call, smithy_str_from(value));
    if (!copy.ptr) return smithy_call_status(call);
    return smithy_headers_add(&response->headers, smithy_str_from(name), copy, call);
}

static smithy_status add_headers(sim_process *process, smithy_http_response *response, smithy_call *call) {
    static const char *const TYPES[] = {"application/x-amz-json-1.1", "application/xml", "application/x-amz-json-1.0"};
    const sim_reply *reply = &process->reply;
    char text[SMITHY_TIME_TEXT_SIZE + 64];
    smithy_time_write_http_date(process->world->now_ms / 1000 * 1000, text);
    SMITHY_TRY(add_header(response, "Date", text, call));
    SMITHY_TRY(add_header(response, process->request.service == SIM_S3 ? "x-amz-request-id" : "x-amzn-RequestId",
                          "4442587FB7D0A2F9", call));
    SMITHY_TRY(add_header(response, "Content-Type", TYPES[process->request.service], call));
    snprintf(text, sizeof text, "%zu", reply->body.len);
    SMITHY_TRY(add_header(response, "Content-Length", text, call));
    if (reply->retry_after_ms >= 0) {
        snprintf(text, sizeof text, "%d", reply->retry_after_ms);
        SMITHY_TRY(add_header(response, "x-amz-retry-after", text, call));
    }
    if (reply->has_crc) {
        snprintf(text, sizeof text, "%lu", reply->crc);
        SMITHY_TRY(add_header(response, "x-amz-crc32", text, call));
    }
    if (reply->etag == 0) return SMITHY_OK;
    snprintf(text, sizeof text, "\"%032d\"", reply->etag);
    return add_header(response, "ETag", text, call);
}

static smithy_status deliver(sim_process *process, const smithy_http_request *http, smithy_http_response *response,
                             size_t len, smithy_call *call) {
    const char *bytes = process->reply.body.ptr ? process->reply.body.ptr : "";
    response->status = process->reply.status;
    response->body_length = len;
    SMITHY_TRY(add_headers(process, response, call));
    if (http->sink && response->status < 300)
        return len > 0 ? http->sink->write(http->sink->context, (const uint8_t *)bytes, len) : SMITHY_OK;
    response->body = smithy_call_copy(call, (smithy_str){bytes, len});
    return response->body.ptr ? SMITHY_OK : smithy_call_status(call);
}

static smithy_status broken(smithy_http_response *response, smithy_http_failure failure, smithy_call *call) {
    response->failure = failure;
    response->sent = failure != SMITHY_HTTP_FAILURE_CONNECT;
    switch (failure) {
    case SMITHY_HTTP_FAILURE_CANCELED: return smithy_call_fail(call, SMITHY_ERROR_CANCELED, "killed");
    case SMITHY_HTTP_FAILURE_TIMEOUT:
    case SMITHY_HTTP_FAILURE_DEADLINE: return smithy_call_fail(call, SMITHY_ERROR_TIMEOUT, "too slow");
    default: return smithy_call_fail(call, SMITHY_ERROR_TRANSPORT, "broken");
    }
}

/* ---- effects ---- */

static void carry_out(sim_world *world, const sim_request *request, sim_reply *reply) {
    reply->code[0] = 0;
    reply->etag = 0;
    reply->retry_after_ms = -1;
    reply->has_crc = false;
    switch (request->service) {
    case SIM_LOGS: logs_answer(world, request, reply); break;
    case SIM_S3: s3_answer(world, request, reply); break;
    case SIM_DYNAMODB: dynamodb_answer(world, request, reply); break;
    }
}

static void late_effect(sim_world *world, void *context) {
    sim_reply reply = {0};
    carry_out(world, context, &reply);
    text_free(&reply.body);
}

static void schedule_effect(sim_process *process) {
    sim_request *copy = world_alloc(process->world, sizeof *copy);
    *copy = process->request;
    world_schedule(process->world, (sim_happening){.at_ms = process->world->now_ms + 500 + draw(process, 90000),
                                                   .kind = SIM_EFFECT,
                                                   .effect = late_effect,
                                                   .context = copy});
}

static void refuse(sim_process *process, int status, const char *code) {
    process->reply.retry_after_ms = -1;
    process->reply.has_crc = false;
    reply_error(&process->reply, &process->request, status, code);
}

static void answer_html(sim_process *process) {
    refuse(process, 503, "");
    text_clear(&process->reply.body);
    text_add(&process->reply.body, "<html><body>Service Unavailable<br></body>");
}

static void refuse_keys(sim_process *process) {
    refuse(process, 500, "InternalError");
    if (strcmp(process->request.operation, "DeleteObjects") != 0) return;
    process->reply.status = 200;
    text_clear(&process->reply.body);
    text_add(&process->reply.body,
             "<DeleteResult><Error><Key>k</Key><Code>InternalError</Code></Error></DeleteResult>");
}

static void throttle(sim_process *process) {
    static const char *const TABLE[] = {"ProvisionedThroughputExceededException", "ThrottlingException",
                                        "RequestLimitExceeded"};
    switch (process->request.service) {
    case SIM_LOGS: refuse(process, 400, "ThrottlingException"); break;
    case SIM_S3: refuse(process, 503, "SlowDown"); break;
    case SIM_DYNAMODB: refuse(process, 400, TABLE[draw(process, 2)]); return;
    }
    if (draw(process, 3) == 0) process->reply.retry_after_ms = (int)draw(process, 60000);
}

static const char *internal_error(const sim_process *process) {
    static const char *const CODES[] = {"InternalFailure", "InternalError", "InternalServerError"};
    return CODES[process->request.service];
}

/* What the service, or the way to it, makes of the request. */
static void take_effect(sim_process *process, sim_fault fault) {
    const bool is_s3 = process->request.service == SIM_S3;
    switch (fault) {
    case SIM_FAULT_THROTTLE: throttle(process); return;
    case SIM_FAULT_500: refuse(process, 500, internal_error(process)); return;
    case SIM_FAULT_503_HTML: answer_html(process); return;
    case SIM_FAULT_DENIED: refuse(process, is_s3 ? 403 : 400, is_s3 ? "AccessDenied" : "AccessDeniedException"); return;
    case SIM_FAULT_EXPIRED: refuse(process, 400, is_s3 ? "ExpiredToken" : "ExpiredTokenException"); return;
    case SIM_FAULT_REFUSED_KEYS: refuse_keys(process); return;
    case SIM_FAULT_CONFLICT:
        if (process->request.if_match || process->request.if_none_match)
            refuse(process, 409, "ConditionalRequestConflict");
        else
            refuse(process, 503, "ServiceUnavailableException");
        return;
    case SIM_FAULT_CONNECT:
    case SIM_FAULT_RESET_BEFORE:
    case SIM_FAULT_HANG_BEFORE: return;
    case SIM_FAULT_ANSWERED: return;
    case SIM_FAULT_LATE_EFFECT: schedule_effect(process); return;
    default: carry_out(process->world, &process->request, &process->reply);
    }
    if (process->reply.status < 300 && request_is_of_state(&process->request)) process->seen = process->world->version;
    if (fault == SIM_FAULT_500_AFTER) refuse(process, 500, internal_error(process));
}

static bool has_answer_body(const sim_process *process) {
    return process->reply.status == 200 && process->reply.body.len > 0 && process->reply.etag == 0;
}

/* ---- one exchange ---- */

static int64_t time_limit(const sim_process *process, const smithy_http_request *http, const smithy_call *call,
                          smithy_http_failure *failure) {
    int64_t limit = HANG_MS;
    *failure = SMITHY_HTTP_FAILURE_RECEIVE;
    if (http->stall_timeout_ms > 0 && http->stall_timeout_ms < limit) {
        limit = http->stall_timeout_ms;
        *failure = SMITHY_HTTP_FAILURE_TIMEOUT;
    }
    if (http->attempt_timeout_ms > 0 && http->attempt_timeout_ms < limit) {
        limit = http->attempt_timeout_ms;
        *failure = SMITHY_HTTP_FAILURE_TIMEOUT;
    }
    const int64_t deadline = smithy_call_deadline(call);
    if (deadline != 0 && deadline - process_mono_ms(process) < limit) {
        limit = deadline - process_mono_ms(process);
        *failure = SMITHY_HTTP_FAILURE_DEADLINE;
    }
    return limit < 0 ? 0 : limit;
}

static bool dies(sim_process *process, bool after_effect) {
    const sim_run *run = process->run;
    if (run->kill_at != process->requests + 1 || run->kill_after_effect != after_effect) return false;
    process->is_dead = true;
    process->died_ms = process->world->now_ms;
    world_trace(process->world, "%s is killed", run->name);
    disk_forget(process->world, process->number);
    if (run->kill_by_power) disk_lose_power(process->world, (uint64_t)run->kill_by_power);
    return true;
}

static void let_nested_run(sim_process *process, bool after_effect) {
    const sim_run *run = process->run;
    sim_result nested;
    if (!run->nested || run->nested_at != process->requests + 1 || run->nested_after_effect != after_effect) return;
    world_advance(process->world, process->world->now_ms + run->nested_pause_ms);
    process_run(process->world, run->nested, &nested);
    process->result->nested_ran = true;
    process->result->nested_answer = nested.answer;
}

static void trace(sim_process *process, sim_fault fault, const char *outcome) {
    if (!process->world->is_traced) return;
    request_describe(&process->request, &process->line);
    world_trace(process->world, "%s #%d %s -> %s%s%s%s", process->run->name, process->requests + 1, process->line.ptr,
                outcome, process->reply.code[0] ? " " : "", process->reply.code,
                fault != SIM_FAULT_NONE ? " (fault)" : "");
}

/* The request and its answer, or what keeps it from coming. */
static smithy_status exchange(sim_process *process, const smithy_http_request *http, smithy_http_response *response,
                              sim_fault fault, smithy_call *call) {
    sim_world *world = process->world;
    smithy_http_failure limit_failure;
    const int64_t start = world->now_ms, limit = time_limit(process, http, call, &limit_failure);
    const int64_t latency =
        fault == SIM_FAULT_SLOW ? 20000 + draw(process, 100000) : 5 + draw(process, process->run->latency_ms);
    char outcome[24];
    if (fault != SIM_FAULT_ANSWERED) {
        process->reply.status = 0;
        process->reply.code[0] = 0;
    }
    if (fault == SIM_FAULT_CONNECT) {
        trace(process, fault, sim_fault_name(fault));
        return broken(response, SMITHY_HTTP_FAILURE_CONNECT, call);
    }
    world_advance(world, start + (latency / 2 < limit ? latency / 2 : limit));
    let_nested_run(process, false);
    if (dies(process, false)) return broken(response, SMITHY_HTTP_FAILURE_CANCELED, call);
    take_effect(process, fault);
    snprintf(outcome, sizeof outcome, "%d", process->reply.status);
    trace(process, fault, process->reply.status && fault != SIM_FAULT_RESET_AFTER ? outcome : sim_fault_name(fault));
    let_nested_run(process, true);
    if (dies(process, true)) return broken(response, SMITHY_HTTP_FAILURE_CANCELED, call);
    if (fault == SIM_FAULT_HANG_BEFORE || fault == SIM_FAULT_HANG_AFTER ||
        world->now_ms - start + latency / 2 > limit) {
        world_advance(world, start + limit);
        return broken(response, limit_failure, call);
    }
    world_advance(world, world->now_ms + latency / 2);
    if (fault == SIM_FAULT_RESET_BEFORE || fault == SIM_FAULT_RESET_AFTER || fault == SIM_FAULT_LATE_EFFECT)
        return broken(response, SMITHY_HTTP_FAILURE_RECEIVE, call);
    if (fault == SIM_FAULT_TRUNCATED) {
        SMITHY_TRY(deliver(process, http, response, process->reply.body.len / 2, call));
        return broken(response, SMITHY_HTTP_FAILURE_RECEIVE, call);
    }
    response->sent = true;
    if (fault == SIM_FAULT_GARBAGE && has_answer_body(process)) process->reply.body.len /= 2;
    return deliver(process, http, response, process->reply.body.len, call);
}

static void mark_step(const sim_process *process, bool is_of_store) {
    if (process->run->store_steps && process->requests < SIM_STEPS_MAX)
        process->run->store_steps[process->requests] = is_of_store;
}

bool connection_begin_step(sim_process *process, sim_fault *fault) {
    mark_step(process, true);
    *fault = choose_fault(process);
    let_nested_run(process, false);
    return !dies(process, false);
}

bool connection_end_step(sim_process *process, const char *what, const char *path, const char *outcome, bool is_slow) {
    world_trace(process->world, "%s #%d %s %s -> %s", process->run->name, process->requests + 1, what, path, outcome);
    let_nested_run(process, true);
    if (dies(process, true)) return false;
    if (is_slow) world_advance(process->world, process->world->now_ms + 20000 + draw(process, 100000));
    process->requests++;
    process->save_steps++;
    return true;
}

static smithy_status perform(smithy_transport *transport, const smithy_http_request *http,
                             smithy_http_response *response, smithy_call *call) {
    sim_process *process = (sim_process *)transport;
    *response = (smithy_http_response){.body = SMITHY_STR("")};
    if (process->is_dead) return broken(response, SMITHY_HTTP_FAILURE_CANCELED, call);
    const int64_t start_us = process_cpu_us(process);
    request_read(process->world, http, &process->request);
    process->request.by = (sim_writer){process->number, process->seen};
    mark_step(process, process->request.service == SIM_DYNAMODB || request_is_of_state(&process->request));
    const sim_fault fault = choose_fault(process);
    const smithy_status status = exchange(process, http, response, fault, call);
    process->requests++;
    process->save_steps += process->request.service == SIM_DYNAMODB;
    process->result->aws_cpu_us += process_cpu_us(process) - start_us;
    return status;
}

static void drop_idle(smithy_transport *transport) {
    (void)transport; /* It keeps none. */
}

static void destroy(smithy_transport *transport) {
    (void)transport; /* The process's own. */
}

void connection_init(sim_process *process) {
    process->transport = (smithy_transport){perform, drop_idle, destroy};
    process->chaos = (random_source){process->run->seed ^ UINT64_C(0x5DEECE66D)};
}

void connection_deinit(sim_process *process) {
    text_free(&process->reply.body);
    text_free(&process->line);
}
