/* Reading back: what a task wrote of a stream, against what CloudWatch Logs holds of its window. */
#include "proof.h"

#include "event_set.h"
#include "pieces.h"

#include <smithy/text.h>

#define TEXT_MAX_BYTES ((size_t)128 << 20)
#define FETCH_TRIES    3

/* A stream's folder in a task's output. */
typedef struct stream_window {
    const proof_task *task;
    smithy_str folder;
    smithy_str *names;
    size_t name_count;
} stream_window;

/* ---- the archive's side ---- */

typedef struct object_reading {
    event_set *set;
    smithy_buffer text;
    pieces_reader reader;
} object_reading;

static smithy_status take_records(object_reading *r, bool is_all) {
    smithy_str rest = smithy_buffer_str(&r->text);
    for (size_t end; rest.len > 0 && (end = event_record_end(rest, is_all)) > 0;) {
        SMITHY_TRY(event_set_put(r->set, (smithy_str){rest.ptr, end}));
        rest = (smithy_str){rest.ptr + end, rest.len - end};
    }
    if (rest.len > 0 && rest.len < r->text.len) memmove(r->text.ptr, rest.ptr, rest.len);
    r->text.len = rest.len;
    return SMITHY_OK;
}

static smithy_status take_piece(void *context, const uint8_t *bytes, size_t len) {
    object_reading *r = context;
    SMITHY_TRY(pieces_reader_add(&r->reader, (smithy_bytes){bytes, len}));
    return take_records(r, false);
}

static smithy_status read_object(run_context *run, smithy_str key, event_set *set, smithy_call *call) {
    object_reading r = {.set = set};
    smithy_sink sink = {take_piece, NULL, &r};
    s3_get_object_output output;
    smithy_buffer_init(&r.text, run->system, TEXT_MAX_BYTES);
    smithy_status status = pieces_reader_init(&r.reader, run->system, &r.text);
    if (status == SMITHY_OK) {
        const s3_get_object_input input = {.bucket = run->settings->destination_bucket, .key = key, .body_sink = &sink};
        status = s3_get_object(run->s3, &input, &output, call);
        if (status == SMITHY_OK && !r.reader.ended) status = SMITHY_ERROR_RESPONSE;
        if (status == SMITHY_OK) status = take_records(&r, true);
        pieces_reader_deinit(&r.reader);
    }
    smithy_buffer_deinit(&r.text);
    return status;
}

static smithy_status read_folder(run_context *run, const stream_window *window, event_set *set, smithy_call *memory) {
    s3_list_objects_v2_pages pages = {
        .input = {.bucket = run->settings->destination_bucket,
                  .prefix = smithy_call_format(memory, "%.*s%.*s/", SMITHY_STR_ARG(window->task->folder),
                                               SMITHY_STR_ARG(window->folder))}};
    const s3_list_objects_v2_output *page;
    smithy_call *listing = smithy_call_create(&(smithy_call_options){.system = run->system});
    smithy_status status = listing && pages.input.prefix.ptr ? SMITHY_OK : SMITHY_ERROR_MEMORY;
    for (page = NULL; status == SMITHY_OK;) {
        status = s3_list_objects_v2_next(run->s3, &pages, &page, listing);
        if (status != SMITHY_OK || !page) break;
        for (size_t i = 0; i < page->contents.count && status == SMITHY_OK; i++)
            status = read_object(run, page->contents.items[i].key, set, run_fresh_call(run));
    }
    smithy_call_destroy(listing);
    return status;
}

/* A body that broke in its middle has put a part of its records in: all begins anew. */
static smithy_status fetch(run_context *run, const stream_window *window, event_set *set, smithy_call *memory) {
    smithy_status status = SMITHY_OK;
    for (int tries = 0; tries < FETCH_TRIES; tries++) {
        event_set_deinit(set);
        status = read_folder(run, window, set, memory);
        if (status != SMITHY_ERROR_TRANSPORT && status != SMITHY_ERROR_TIMEOUT) break;
    }
    return status;
}

/* ---- the service's side ---- */

typedef struct comparison {
    int64_t missing, late;
} comparison;

/* As an export writes it. All of its records must be there. */
static smithy_status compare_event(const stream_window *window, event_set *set, const logs_filtered_log_event *event,
                                   smithy_buffer *text, comparison *result) {
    char stamp[SMITHY_TIME_TEXT_SIZE];
    bool is_there = true;
    const int64_t ms = event->timestamp.value;
    (void)smithy_time_write_date_time(ms / 1000 * 1000, stamp); /* "2024-05-28T01:02:03Z" */
    smithy_buffer_reset(text);
    smithy_buffer_append_f(text, "%.19s.%03dZ ", stamp, (int)(ms % 1000));
    smithy_buffer_append_str(text, event->message);
    SMITHY_TRY(smithy_buffer_status(text));
    smithy_str rest = smithy_buffer_str(text);
    while (rest.len > 0) {
        const size_t end = event_record_end(rest, true);
        is_there = event_set_take(set, (smithy_str){rest.ptr, end}) && is_there;
        rest = (smithy_str){rest.ptr + end, rest.len - end};
    }
    if (is_there) return SMITHY_OK;
    if (event->ingestion_time.value > window->task->closed_ms)
        result->late++;
    else
        result->missing++;
    return SMITHY_OK;
}

static smithy_status compare(run_context *run, const stream_window *window, event_set *set, comparison *result) {
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
            status = compare_event(window, set, &page->events.items[i], &text, result);
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
    event_set_init(&set, run->system);
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = run->system});
    smithy_status status = memory ? fetch(run, window, &set, memory) : SMITHY_ERROR_MEMORY;
    out->events_read += set.records;
    if (status == SMITHY_OK) status = compare(run, window, &set, &result);
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
    if (status == SMITHY_OK) status = ledger_read(run, visit, &r, &objects, call);
    for (size_t i = 0; i < r.drawn_count && status == SMITHY_OK && !run_must_stop(run); i++)
        status = read_window(run, out, &r.drawn[i]);
    if (status != SMITHY_OK) run_fail(run, status, "reading back");
    smithy_call_destroy(call);
    return !run->failed;
}
