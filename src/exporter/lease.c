#include "lease.h"

#include "ledger.h"
#include "state_read.h"
#include "state_write.h"

#include <smithy/text.h>
#include <stdio.h>

#define PAST_DEADLINE_MS 10000
#define RENEWED_MS       60000
#define RENEW_BEFORE_MS  30000
#define FUTURE_MS        (24LL * 3600 * 1000) /* No clock that signs requests is off by a day. */
#define TAKE_TRIES       3
#define PREFIX_SHOWN     100 /* As many bytes of a prefix are told. */
#define PREFIX_TEXT      (PREFIX_SHOWN + 60)

/* ---- reading ---- */

static void refuse(run_context *run, smithy_status status, smithy_call *call) {
    const smithy_error *error = smithy_call_error(call);
    if (run->failed) return;
    run->failed = true;
    run->answer->outcome = EXPORTER_OUTCOME_FAILED;
    snprintf(run->answer->message, sizeof run->answer->message,
             "the state %.*s cannot be used: %.300s. Nothing was changed; restore an earlier version of it, or move it "
             "away to "
             "start over (which exports everything again)",
             SMITHY_STR_ARG(run->store->name), error->message[0] ? error->message : smithy_status_name(status));
}

/* A watermark in the future would leave out, for good, what comes until then. */
static bool is_of_the_past(run_context *run) {
    smithy_str arn;
    const int64_t furthest = state_furthest(&run->state, &arn);
    if (furthest <= run_now_ms(run) + FUTURE_MS) return true;
    (void)smithy_call_fail(run->state_memory, SMITHY_ERROR_RESPONSE, "ExportedAt %lld of %.*s lies in the future",
                           (long long)furthest, SMITHY_STR_ARG(arn));
    refuse(run, SMITHY_ERROR_RESPONSE, run->state_memory);
    return false;
}

static void show_prefix(smithy_str prefix, char *text, size_t size) {
    if (prefix.len == 0)
        (void)snprintf(text, size, "of every stream");
    else
        (void)snprintf(text, size, "of streams whose names begin with \"%.*s\"",
                       (int)(prefix.len < PREFIX_SHOWN ? prefix.len : PREFIX_SHOWN), prefix.ptr);
}

/* A watermark is of all streams whose names begin with one prefix. Under another one it says too much or too little of
 * some: the state of an archive is of one prefix for good. A command of the state alone is of any. */
static bool is_of_these_streams(run_context *run) {
    char present[PREFIX_TEXT], wanted[PREFIX_TEXT];
    const smithy_str prefix = run->settings->stream_prefix;
    if (run->settings->group_prefixes.count == 0 || smithy_str_equal(run->state.stream_prefix, prefix)) return true;
    if (state_is_fresh(&run->state)) {
        run->state.stream_prefix = smithy_call_copy(run->state_memory, prefix);
        if (run->state.stream_prefix.ptr) return true;
        run_fail(run, SMITHY_ERROR_MEMORY, "starting an empty state");
        return false;
    }
    show_prefix(run->state.stream_prefix, present, sizeof present);
    show_prefix(prefix, wanted, sizeof wanted);
    run->failed = true;
    run->answer->outcome = EXPORTER_OUTCOME_CONFIGURATION;
    snprintf(run->answer->message, sizeof run->answer->message,
             "LogStreamNamePrefix cannot change: the state %.*s tells how far the archive is %s, and this run is %s. "
             "Give LogStreamNamePrefix as before, or another StoreDSN for another archive",
             SMITHY_STR_ARG(run->store->name), present, wanted);
    return false;
}

/* A document on its way from the store into the run's state. */
typedef struct loading {
    run_context *run;
    smithy_call *scratch; /* Of the reader: the store has a call of its own. */
    state_reader reader;
} loading;

/* An empty state, and from its first byte on the document. */
static smithy_status begin(void *context) {
    loading *l = context;
    exporter_state *state = &l->run->state;
    state_reader_deinit(&l->reader);
    smithy_call_reset(l->scratch);
    smithy_call_reset(l->run->state_memory);
    SMITHY_TRY(state_init(state, l->run->state_memory));
    state->now_ms = run_now_ms(l->run);
    state_reader_init(&l->reader, state, l->scratch);
    return SMITHY_OK;
}

static smithy_status take(void *context, const uint8_t *bytes, size_t len) {
    loading *l = context;
    return state_reader_add(&l->reader, bytes, len);
}

/* What came is whole: a state, or what is to be refused. */
static bool finish(loading *l) {
    run_context *run = l->run;
    const smithy_status status = state_reader_end(&l->reader);
    if (status == SMITHY_OK) return is_of_the_past(run);
    refuse(run, status, smithy_call_status(l->scratch) != SMITHY_OK ? l->scratch : run->state_memory);
    return false;
}

static bool load_into(loading *l, bool *exists) {
    run_context *run = l->run;
    smithy_sink sink = {take, begin, l};
    smithy_status status = begin(l);
    if (status != SMITHY_OK) {
        run_fail(run, status, "starting an empty state");
        return false;
    }
    status = run->store->load(run->store, &sink, exists, run_fresh_call(run));
    if (status == SMITHY_ERROR_LIMIT && status == l->reader.status) return finish(l);
    if (status != SMITHY_OK) {
        run_fail(run, status, "reading the state");
        return false;
    }
    run->state_exists = *exists;
    return !*exists || finish(l);
}

bool lease_load(run_context *run) {
    loading l = {.run = run, .scratch = smithy_call_create(&(smithy_call_options){.system = run->system})};
    bool exists = false;
    run_show(run, "starting");
    if (!l.scratch) return run_fail(run, SMITHY_ERROR_MEMORY, "reading the state"), false;
    const bool read = load_into(&l, &exists);
    const size_t bytes = l.reader.cutter.at;
    state_reader_deinit(&l.reader);
    smithy_call_destroy(l.scratch);
    if (!read) {
        run->state = (exporter_state){.memory = run->state_memory}; /* Nothing of what is not whole and good. */
        return false;
    }
    exporter_log_line(run->log, EXPORTER_LOG_INFO, exists ? "state read" : "no state yet: this is a first run",
                      EXPORTER_FIELD_STR("state", run->store->name),
                      EXPORTER_FIELD_I64("groups", (int64_t)run->state.group_count),
                      EXPORTER_FIELD_I64("bytes", (int64_t)bytes));
    return is_of_these_streams(run);
}

/* ---- writing ---- */

static bool new_nonce(run_context *run, char nonce[37]) {
    const smithy_status status = smithy_uuid(run->system, nonce);
    if (status != SMITHY_OK) run_fail(run, status, "drawing a random number");
    return status == SMITHY_OK;
}

/* One compare-and-swap of what is in memory; *won false: somebody else wrote since. */
static bool write_state(run_context *run, bool *won) {
    state_writer writer;
    char nonce[37];
    if (!new_nonce(run, nonce)) return false;
    run->saving = true;
    state_writer_init(&writer, &run->state, smithy_str_from(nonce));
    const smithy_body content = state_writer_body(&writer);
    smithy_call *call = run_saving_call(run);
    smithy_status status = ledger_flush(run, call); /* What the state counts on is in the ledger already. */
    const bool is_noted = status == SMITHY_OK;
    if (is_noted) status = run->store->save(run->store, &content, won, call);
    if (status != SMITHY_OK) run_fail(run, status, is_noted ? "saving the state" : "writing the ledger");
    state_writer_deinit(&writer);
    run->saving = false;
    return status == SMITHY_OK;
}

static int64_t lease_end_ms(const run_context *run) {
    const int64_t deadline = run->options->deadline_mono_ms;
    return run_now_ms(run) + (deadline != 0 ? deadline - run_mono_ms(run) + PAST_DEADLINE_MS : RENEWED_MS);
}

static void extend(run_context *run) {
    run->state.lease = (state_lease){run->owner, lease_end_ms(run)};
    run->lease_renew_mono_ms =
        run->options->deadline_mono_ms != 0 ? 0 : run_mono_ms(run) + RENEWED_MS - RENEW_BEFORE_MS;
}

static bool busy(run_context *run) {
    char until[SMITHY_TIME_TEXT_SIZE];
    smithy_time_write_date_time(run->state.lease.until_ms / 1000 * 1000, until);
    run->answer->outcome = EXPORTER_OUTCOME_BUSY;
    snprintf(run->answer->message, sizeof run->answer->message,
             "another run (%.8s…) works on the state %.*s until %s at the latest; this one did nothing",
             run->state.lease.owner.ptr, SMITHY_STR_ARG(run->store->name), until);
    return false;
}

bool lease_take(run_context *run) {
    char owner[37];
    if (!new_nonce(run, owner)) return false;
    run->owner = smithy_call_copy(run->memory, smithy_str_from(owner));
    if (!run->owner.ptr) return run_fail(run, SMITHY_ERROR_MEMORY, "taking the state"), false;
    for (int tries = 0; tries < TAKE_TRIES; tries++) {
        bool won;
        if (run->state.lease.owner.ptr && run->state.lease.until_ms > run_now_ms(run)) return busy(run);
        /* Before it is written, as is its end: who takes it after that end is later, however long the writing takes. */
        run->lease_taken_ms = run_now_ms(run);
        extend(run);
        if (!write_state(run, &won)) return false;
        if (won) return run->holds_lease = true;
        if (!lease_load(run)) return false; /* Somebody was faster: see who. */
    }
    run->answer->outcome = EXPORTER_OUTCOME_BUSY;
    snprintf(run->answer->message, sizeof run->answer->message,
             "others keep writing the state %.*s, or it exists and may not be read; this run did nothing",
             SMITHY_STR_ARG(run->store->name));
    return false;
}

bool lease_save(run_context *run) {
    bool won;
    if (!run->holds_lease || run->lost_lease || run->is_broken_off) return false;
    if (!write_state(run, &won)) return false;
    if (won) return true;
    run->lost_lease = true;
    run->answer->outcome = EXPORTER_OUTCOME_FAILED;
    snprintf(
        run->answer->message, sizeof run->answer->message,
        "the state %.*s was written by somebody else during this run, which wrote nothing more; tasks it started are "
        "settled by the next run",
        SMITHY_STR_ARG(run->store->name));
    exporter_log_line(run->log, EXPORTER_LOG_ERROR, "the lease is lost", EXPORTER_FIELD_STR("state", run->store->name));
    return false;
}

void lease_keep(run_context *run) {
    if (!run->holds_lease || run->lost_lease || run->lease_renew_mono_ms == 0) return;
    if (run_mono_ms(run) < run->lease_renew_mono_ms) return;
    extend(run);
    (void)lease_save(run);
}

/* A run that memory ran out on ends as one that was killed: what it saved last stands. */
void lease_release(run_context *run) {
    if (!run->holds_lease || run->lost_lease || run->is_broken_off) return;
    run_show(run, "saving");
    run->state.lease = (state_lease){0};
    if (lease_save(run)) run->holds_lease = false;
}
