#include "context.h"

#include "advice.h"

#include <stdio.h>

int64_t run_mono_ms(const run_context *run) {
    return run->system->mono_ms(run->system->context);
}

static int64_t skew_ms(const run_context *run) {
    int64_t skew = 0;
    if (run->logs) skew = smithy_client_clock_skew_ms(logs_client_base(run->logs));
    if (skew == 0 && run->s3) skew = smithy_client_clock_skew_ms(s3_client_base(run->s3));
    if (skew == 0 && run->dynamodb) skew = smithy_client_clock_skew_ms(dynamodb_client_base(run->dynamodb));
    return skew;
}

int64_t run_now_ms(const run_context *run) {
    return run->system->wall_ms(run->system->context) + skew_ms(run);
}

bool run_must_stop(const run_context *run) {
    if (run->lost_lease || run->failed) return true;
    if (run->options->stop && *run->options->stop) return true;
    return run->stop_mono_ms != 0 && run_mono_ms(run) >= run->stop_mono_ms;
}

void run_sleep_until(run_context *run, int64_t mono_ms) {
    if (run->stop_mono_ms != 0 && mono_ms > run->stop_mono_ms) mono_ms = run->stop_mono_ms;
    const int64_t left = mono_ms - run_mono_ms(run);
    if (left > 0) run->system->sleep_ms(run->system->context, left);
}

void run_limit_call(const run_context *run, smithy_call *call) {
    smithy_call_watch(call, run->options->stop);
    /* What is under way at the stop may take a part of the reserve; the rest belongs to saving the state. */
    const int64_t end = run->options->deadline_mono_ms;
    smithy_call_set_deadline(call, end == 0 ? 0 : run->stop_mono_ms + (end - run->stop_mono_ms) / 3);
}

smithy_call *run_fresh_call(run_context *run) {
    smithy_call_reset(run->call);
    run_limit_call(run, run->call);
    return run->call;
}

smithy_call *run_saving_call(run_context *run) {
    smithy_call_reset(run->call);
    smithy_call_watch(run->call, NULL); /* Whoever stops the run wants its state saved. */
    smithy_call_set_deadline(run->call, run->options->deadline_mono_ms);
    return run->call;
}

void run_show(run_context *run, const char *phase) {
    run->progress.phase = phase;
    if (run->options->observer) run->options->observer->progress(run->options->observer, &run->progress);
}

static advice_place place_of(const run_context *run) {
    return (advice_place){.bucket = run->settings->destination_bucket,
                          .region = run->logs ? smithy_client_region(logs_client_base(run->logs)) : (smithy_str){0}};
}

const char *run_error_text(const run_context *run, char *text, size_t size) {
    char advice[ADVICE_TEXT];
    bool is_all;
    const advice_place place = place_of(run);
    smithy_error error = *smithy_call_error(run->call);
    size_t len = 0;
    if (advice_write(&error, &place, advice, &is_all)) {
        /* First what to do, so that a short line has it; what was answered follows, unless the advice is made of it. */
        const int written = snprintf(text, size, "%s. ", advice);
        len = written > 0 && (size_t)written < size ? (size_t)written : size - 1;
        if (is_all) error.message[0] = 0;
    }
    smithy_error_format(&error, text + len, size - len);
    return text;
}

bool run_needs_change(const run_context *run) {
    char advice[ADVICE_TEXT];
    bool is_all;
    const advice_place place = place_of(run);
    const smithy_error *error = smithy_call_error(run->call);
    return run_is_configuration(error->status, error) || advice_write(error, &place, advice, &is_all);
}

bool run_is_fatal(smithy_status status) {
    switch (status) {
    case SMITHY_ERROR_MEMORY:
    case SMITHY_ERROR_CONFIG:
    case SMITHY_ERROR_CREDENTIALS:
    case SMITHY_ERROR_CANCELED: return true;
    default: return false;
    }
}

/* STS, which gives some credentials, could not be reached, or has trouble of its own. */
static bool is_trouble_of_sts(const smithy_error *error) {
    return error->attempts > 0 && (error->http_status == 0 || error->http_status >= 500);
}

bool run_is_configuration(smithy_status status, const smithy_error *error) {
    if (status == SMITHY_ERROR_CREDENTIALS) return !is_trouble_of_sts(error);
    if (status == SMITHY_ERROR_CONFIG || status == SMITHY_ERROR_INPUT) return true;
    if (status != SMITHY_ERROR_SERVICE) return false;
    return error->http_status == 401 || error->http_status == 403 || strstr(error->code, "AccessDenied") ||
           strstr(error->code, "Signature") || strstr(error->code, "UnrecognizedClient") ||
           strstr(error->code, "InvalidClientToken") || strstr(error->code, "ExpiredToken") ||
           strstr(error->code, "InvalidToken") || strstr(error->code, "NoSuchBucket") || error->http_status == 301 ||
           advice_is_of_bucket(error);
}

/* The call was cut short because the run ends: nobody's failure. */
static bool is_time_up(const run_context *run, smithy_status status) {
    return (status == SMITHY_ERROR_TIMEOUT || status == SMITHY_ERROR_CANCELED) && !run->saving && run_must_stop(run);
}

static void note_failure(run_context *run, smithy_status status, const char *doing) {
    char text[RUN_ERROR_TEXT];
    const smithy_error *error = smithy_call_error(run->call);
    run->answer->outcome =
        run_is_configuration(status, error) ? EXPORTER_OUTCOME_CONFIGURATION : EXPORTER_OUTCOME_FAILED;
    if (error->status == SMITHY_OK)
        snprintf(text, sizeof text, "%s", smithy_status_name(status));
    else
        run_error_text(run, text, sizeof text);
    snprintf(run->answer->message, sizeof run->answer->message, "%s: %s", doing, text);
    exporter_log_line(run->log, EXPORTER_LOG_ERROR, "the run ends", EXPORTER_FIELD_TEXT("doing", doing),
                      EXPORTER_FIELD_TEXT("error", text));
}

void run_fail(run_context *run, smithy_status status, const char *doing) {
    if (status == SMITHY_ERROR_MEMORY) run->is_broken_off = true;
    if (run->failed) return;
    const bool time_up = is_time_up(run, status);
    run->failed = true;
    if (!time_up) {
        note_failure(run, status, doing);
        return;
    }
    run->answer->outcome = EXPORTER_OUTCOME_WORK_REMAINS;
    snprintf(run->answer->message, sizeof run->answer->message, "the time was up while %s; the next run goes on",
             doing);
}
