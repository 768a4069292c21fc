#include <smithy/waiter.h>

#include "client/pause.h"

#define DEFAULT_MAX_WAIT_MS ((int64_t)300 * 1000)

typedef struct schedule {
    int64_t min_delay_ms;
    int64_t max_delay_ms;
    int64_t max_wait_ms;
    int64_t end_mono_ms;
} schedule;

static int64_t now_ms(const smithy_call *call) {
    const smithy_system *system = smithy_call_system(call);
    return system->mono_ms(system->context);
}

static smithy_status make_schedule(schedule *times, const smithy_waiter *waiter, const smithy_wait_options *options,
                                   smithy_call *call) {
    static const smithy_wait_options DEFAULTS = {0};
    if (!options) options = &DEFAULTS;
    if (options->max_wait_ms < 0 || options->min_delay_ms < 0 || options->max_delay_ms < 0)
        return smithy_call_fail(call, SMITHY_ERROR_INPUT, "%s: a time to wait is negative", waiter->name);
    times->min_delay_ms = options->min_delay_ms ? options->min_delay_ms : waiter->min_delay_ms;
    times->max_delay_ms = options->max_delay_ms ? options->max_delay_ms : waiter->max_delay_ms;
    times->max_wait_ms = options->max_wait_ms ? options->max_wait_ms : DEFAULT_MAX_WAIT_MS;
    if (times->max_delay_ms < times->min_delay_ms)
        return smithy_call_fail(call, SMITHY_ERROR_INPUT, "%s: the longest pause is shorter than the shortest",
                                waiter->name);
    const int64_t now = now_ms(call), deadline = smithy_call_deadline(call);
    times->end_mono_ms = times->max_wait_ms > INT64_MAX - now ? INT64_MAX : now + times->max_wait_ms;
    if (deadline && deadline < times->end_mono_ms) times->end_mono_ms = deadline;
    if (times->end_mono_ms == 0) times->end_mono_ms = 1; /* As a deadline, 0 would be none. */
    return SMITHY_OK;
}

/* A pause from the shortest to `ceiling`, by chance; all of it where there is no chance to be had. */
static int64_t with_jitter(const smithy_call *call, int64_t shortest, int64_t ceiling) {
    const smithy_system *system = smithy_call_system(call);
    uint32_t number = 0;
    if (system->random(system->context, &number, sizeof number) != SMITHY_OK) number = UINT32_MAX;
    return shortest + (int64_t)((double)(ceiling - shortest) * ((double)number / (double)UINT32_MAX));
}

/* The pause after poll number `polls`. A last poll comes one shortest pause before the end. */
static int64_t delay_after(const schedule *times, int polls, int64_t left_ms, const smithy_call *call) {
    int64_t ceiling = times->min_delay_ms ? times->min_delay_ms : 1;
    for (int i = 1; i < polls && ceiling < times->max_delay_ms; i++)
        ceiling = ceiling > times->max_delay_ms / 2 ? times->max_delay_ms : ceiling * 2;
    if (ceiling < times->min_delay_ms) ceiling = times->min_delay_ms;
    const int64_t delay = with_jitter(call, times->min_delay_ms, ceiling);
    return left_ms - delay <= times->min_delay_ms ? left_ms - times->min_delay_ms : delay;
}

static smithy_status fail_by_answer(const smithy_waiter *waiter, smithy_call *call) {
    const smithy_status status = smithy_call_status(call);
    if (status != SMITHY_OK) return status;
    smithy_error *error = smithy_call_error_mutable(call);
    memcpy(error->code, SMITHY_WAIT_FAILED, sizeof SMITHY_WAIT_FAILED);
    return smithy_call_fail(call, SMITHY_ERROR_SERVICE, "%s: the resource is in a state that does not lead there",
                            waiter->name);
}

static smithy_status poll_until(const smithy_waiter *waiter, const schedule *times, void *client, const void *input,
                                smithy_call *call) {
    for (int polls = 1;; polls += polls < INT32_MAX) {
        smithy_call_reset(call);
        const smithy_wait_state state = waiter->poll(client, input, call);
        if (state == SMITHY_WAIT_FAILURE) return fail_by_answer(waiter, call);
        smithy_call_reset(call);
        if (state == SMITHY_WAIT_SUCCESS) return SMITHY_OK;
        const int64_t left = times->end_mono_ms - now_ms(call);
        if (left <= times->min_delay_ms)
            return smithy_call_fail(call, SMITHY_ERROR_TIMEOUT, "%s: not reached within the time to wait, asked %d %s",
                                    waiter->name, polls, polls == 1 ? "time" : "times");
        pause_for_ms(smithy_call_system(call), call, delay_after(times, polls, left, call));
        if (smithy_call_is_canceled(call))
            return smithy_call_fail(call, SMITHY_ERROR_CANCELED, "%s: canceled", waiter->name);
    }
}

smithy_status smithy_wait(const smithy_waiter *waiter, void *client, const void *input,
                          const smithy_wait_options *options, smithy_call *call) {
    schedule times = {0};
    smithy_call_clear_error(call);
    SMITHY_TRY(make_schedule(&times, waiter, options, call));
    /* A single poll, with its retries, may not outlast the wait either. */
    const int64_t deadline = smithy_call_deadline(call);
    smithy_call_set_deadline(call, times.end_mono_ms);
    smithy_call_set_uses(call, SMITHY_CALL_WAITS);
    const smithy_status status = poll_until(waiter, &times, client, input, call);
    smithy_call_set_uses(call, 0);
    smithy_call_set_deadline(call, deadline);
    return status;
}

/* ---- what acceptors ask of texts ---- */

size_t smithy_wait_text_length(smithy_str text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.ptr[i] & 0xC0) != 0x80) count++; /* Not a character's second byte or later. */
    return count;
}

bool smithy_wait_text_contains(smithy_str text, smithy_str part) {
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (part.len == 0 || memcmp(text.ptr + i, part.ptr, part.len) == 0) return true;
    return false;
}
