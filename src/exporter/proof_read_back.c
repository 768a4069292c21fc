/* Reading back: what a task wrote of a stream, against what CloudWatch Logs holds of its window. */
#include "proof.h"

#include "archive_read.h"

#define TEXT_MAX_BYTES ((size_t)128 << 20)

/* A stream's folder in a task's output. */
typedef struct stream_window {
    const proof_task *task;
    smithy_str folder;
    smithy_str *names;
    size_t name_count;
} stream_window;

/* ---- the archive's side ---- */

/* What came late of the stream and lies in the window was archived beside the tasks. */
static smithy_status read_late(run_context *run, const proof *out, const stream_window *window,
                               const event_range *range, event_set *set) {
    for (size_t i = 0; i < out->late_count; i++) {
        const proof_late *late = &out->lates[i];
        archive_object object = {0};
        if (late->from_ms > window->task->to_ms || late->to_ms < window->task->from_ms ||
            late->created_ms != window->task->created_ms || !smithy_str_equal(late->arn, window->task->arn) ||
            !smithy_str_equal(late->folder, window->folder))
            continue;
        SMITHY_TRY(archive_read_object(run, late->key, range, set, &object));
    }
    return SMITHY_OK;
}

static smithy_status fetch(run_context *run, const proof *out, const stream_window *window, const event_range *range,
                           event_set *set, smithy_call *memory) {
    const smithy_str prefix =
        smithy_call_format(memory, "%.*s%.*s/", SMITHY_STR_ARG(window->task->folder), SMITHY_STR_ARG(window->folder));
    if (!prefix.ptr) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(archive_read_folder(run, prefix, range, set));
    return read_late(run, out, window, range, set);
}

/* ---- the service's side ---- */

typedef struct comparison {
    int64_t missing, late;
    event_set lent; /* Late events that took the place of their like. */
} comparison;

/* As an export writes it. All of its records must be there. */
static smithy_status compare_event(const stream_window *window, const event_range *range, event_set *set,
                                   const logs_filtered_log_event *event, smithy_buffer *text, comparison *result) {
    smithy_buffer_reset(text);
    event_append(text, event->timestamp.value, event->message);
    SMITHY_TRY(smithy_buffer_status(text));
    const bool is_late = event->ingestion_time.value > window->task->closed_ms;
    if (event_set_take_event(set, range, smithy_buffer_str(text), false))
        return is_late ? event_set_put(&result->lent, smithy_buffer_str(text)) : SMITHY_OK;
    if (is_late || event_set_take(&result->lent, smithy_buffer_str(text)))
        result->late++;
    else
        result->missing++;
    return SMITHY_OK;
}

static smithy_status compare(run_context *run, const stream_window *window, const event_range *range, event_set *set,
                             comparison *result) {
    logs_filter_log_events_pages pages = {.input = {.log_group_name = window->task->group,
                                                    .log_stream_names = {window->names, window->name_count},
                                                    .start_time = SMITHY_SET(window->task->from_ms),
                                                    .end_time = SMITHY_SET(window->task->to_ms)}};
    const logs_filter_log_events_output *page;
    smithy_buffer text;
    smithy_status status;
    smithy_buffer_init(&text, run->system, TEXT_MAX_BYTES);
    smithy_call *call = run_fresh_call(run);
    do {
        status = logs_filter_log_events_next(run->logs, &pages, &page, call);
        for (size_t i = 0; status == SMITHY_OK && page && i < page->events.count; i++)
            status = compare_event(window, range, set, &page->events.items[i], &text, result);
    } while (status == SMITHY_OK && page);
    smithy_buffer_deinit(&text);
    return status;
}

/* ---- one stream's window ---- */

static void note(run_context *run, proof *out, const stream_window *window, proof_fault fault, int64_t count) {
    const smithy_str name = window->name_count == 1 ? window->names[0] : window->folder;
    proof_note(run, out,
               &(proof_finding){.fault = fault,
                                .group = window->task->group,
                                .stream = smithy_call_copy(run->memory, name),
                                .task_id = window->task->id,
                                .from_ms = window->task->from_ms,
                                .to_ms = window->task->to_ms,
                                .count = count});
}

/* What is wrong with this one alone is noted; anything else ends it all. */
static bool is_of_one(run_context *run, smithy_status status) {
    if (run_is_fatal(status) || run_must_stop(run)) return false;
    return status == SMITHY_ERROR_LIMIT || status == SMITHY_ERROR_RESPONSE ||
           smithy_error_has_code(smithy_call_error(run->call), "ResourceNotFoundException") ||
           smithy_error_has_code(smithy_call_error(run->call), "NoSuchKey");
}

static smithy_status read_window(run_context *run, proof *out, const stream_window *window) {
    comparison result = {0};
    event_set set;
    event_range range;
    event_range_init(&range, window->task->from_ms, window->task->to_ms);
    event_set_init(&set, run->system);
    event_set_init(&result.lent, run->system);
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = run->system});
    smithy_status status = memory ? fetch(run, out, window, &range, &set, memory) : SMITHY_ERROR_MEMORY;
    out->events_read += set.records;
    if (status == SMITHY_OK) status = compare(run, window, &range, &set, &result);
    if (status == SMITHY_OK) {
        const int64_t surplus = event_set_surplus(&set);
        out->streams_read++;
        out->late += result.late;
        if (result.missing > 0) note(run, out, window, PROOF_MISSING, result.missing);
        if (surplus > 0) note(run, out, window, PROOF_TWICE, surplus);
    } else if (is_of_one(run, status)) {
        note(run, out, window, PROOF_NOT_READABLE, 0);
        status = SMITHY_OK;
    }
    event_set_deinit(&result.lent);
    event_set_deinit(&set);
    smithy_call_destroy(memory);
    return status;
}

/* ---- which ---- */

typedef struct reading_back {
    run_context *run;
    proof *out;
    size_t sample; /* 0: all, as they come. */
    stream_window *drawn;
    size_t drawn_count;
    uint64_t seen;
} reading_back;

static smithy_status keep(stream_window *drawn, const stream_window *window, smithy_call *memory) {
    *drawn = *window;
    drawn->folder = smithy_call_copy(memory, window->folder);
    drawn->names = smithy_call_alloc(memory, window->name_count, sizeof *drawn->names);
    for (size_t i = 0; drawn->names && i < window->name_count; i++)
        drawn->names[i] = smithy_call_copy(memory, window->names[i]);
    return smithy_call_status(memory);
}

/* Each of those seen so far has the same chance to be among those drawn. */
static smithy_status draw(reading_back *r, const stream_window *window) {
    const smithy_system *system = r->run->system;
    uint64_t chance = 0;
    r->seen++;
    if (r->drawn_count < r->sample) return keep(&r->drawn[r->drawn_count++], window, r->run->memory);
    SMITHY_TRY(system->random(system->context, &chance, sizeof chance));
    chance %= r->seen;
    return chance < r->sample ? keep(&r->drawn[chance], window, r->run->memory) : SMITHY_OK;
}

static smithy_status visit(void *context, const ledger_line *line) {
    reading_back *r = context;
    smithy_str names[LEDGER_NAMES_MAX];
    const proof_task *task = proof_task_of(r->out, line);
    if (!task) return SMITHY_OK;
    if (line->name_count == 0) {
        r->out->streams_unnamed++;
        return SMITHY_OK;
    }
    memcpy(names, line->names, sizeof names);
    const stream_window window = {task, line->folder, names, line->name_count};
    if (r->sample > 0) return draw(r, &window);
    return run_must_stop(r->run) ? SMITHY_ERROR_CANCELED : read_window(r->run, r->out, &window);
}

bool proof_read_back(run_context *run, proof *out, size_t sample) {
    reading_back r = {.run = run, .out = out, .sample = sample};
    int64_t objects;
    run_show(run, "reading back");
    r.drawn = smithy_call_alloc(run->memory, sample + 1, sizeof *r.drawn);
    smithy_call *call = smithy_call_create(&(smithy_call_options){.system = run->system});
    smithy_status status = r.drawn && call ? SMITHY_OK : SMITHY_ERROR_MEMORY;
    if (status == SMITHY_OK) status = ledger_read(run, 0, visit, &r, &objects, call);
    for (size_t i = 0; i < r.drawn_count && status == SMITHY_OK && !run_must_stop(run); i++)
        status = read_window(run, out, &r.drawn[i]);
    if (status != SMITHY_OK) run_fail(run, status, "reading back");
    smithy_call_destroy(call);
    return !run->failed;
}
