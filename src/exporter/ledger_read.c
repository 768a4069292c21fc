#include "ledger_read.h"

#include "grow.h"
#include "ledger.h"
#include "pieces.h"

#include <smithy/json.h>
#include <smithy/text.h>

#define TEXT_MAX_BYTES (2 * LEDGER_PENDING_BYTES)

/* ---- one line ---- */

static smithy_status read_names(const cJSON *list, ledger_line *line, smithy_call *call) {
    for (const cJSON *item = list->child; item && line->name_count < LEDGER_NAMES_MAX; item = item->next)
        SMITHY_TRY(smithy_json_get_str(item, &line->names[line->name_count++], call));
    return SMITHY_OK;
}

static bool choose(smithy_str text, const char *const *words, size_t count, size_t *index) {
    for (*index = 0; *index < count; ++*index)
        if (smithy_str_equal(text, smithy_str_from(words[*index]))) return true;
    return false;
}

static smithy_status unknown_word(smithy_str word, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "the ledger says \"%.*s\", which this version does not know",
                            SMITHY_STR_ARG(word));
}

static smithy_status read_type(const cJSON *member, ledger_line *line, smithy_call *call) {
    static const char *const TYPES[] = {"task", "stream", "discarded", "late"};
    smithy_str word;
    size_t index;
    SMITHY_TRY(smithy_json_get_str(member, &word, call));
    if (!choose(word, TYPES, sizeof TYPES / sizeof *TYPES, &index)) return unknown_word(word, call);
    line->type = (ledger_line_type)index;
    return SMITHY_OK;
}

static smithy_status read_kind(const cJSON *member, ledger_line *line, smithy_call *call) {
    static const char *const KINDS[] = {"group", "prefix", "stream", "owed"};
    static const state_unit_kind VALUES[] = {STATE_UNIT_GROUP, STATE_UNIT_PREFIX, STATE_UNIT_STREAM, STATE_UNIT_OWED};
    smithy_str word;
    size_t index;
    SMITHY_TRY(smithy_json_get_str(member, &word, call));
    if (!choose(word, KINDS, sizeof KINDS / sizeof *KINDS, &index)) return unknown_word(word, call);
    line->kind = VALUES[index];
    return SMITHY_OK;
}

/* A task's "Streams" is a number, a stream's is the list of its names. */
static smithy_status read_member(const cJSON *member, ledger_line *line, smithy_call *call) {
    const struct {
        const char *name;
        smithy_str *value;
    } TEXTS[] = {{"TaskId", &line->task_id},   {"LogGroup", &line->group}, {"LogGroupArn", &line->arn},
                 {"Prefix", &line->prefix},    {"Key", &line->key},        {"Folder", &line->folder},
                 {"Replaces", &line->replaces}};
    const struct {
        const char *name;
        int64_t *value;
    } NUMBERS[] = {{"CreatedAt", &line->created_ms},
                   {"StreamCreatedAt", &line->stream_created_ms},
                   {"From", &line->from_ms},
                   {"To", &line->to_ms},
                   {"Objects", &line->objects},
                   {"Bytes", &line->bytes},
                   {"ClosedAt", &line->closed_ms},
                   {"Streams", &line->streams},
                   {"Events", &line->events},
                   {"RequestedAt", &line->requested_ms},
                   {"LostBefore", &line->lost_before_ms}};
    if (smithy_json_is(member, "Type")) return read_type(member, line, call);
    if (smithy_json_is(member, "Kind")) return read_kind(member, line, call);
    if (smithy_json_is(member, "Streams") && cJSON_IsArray(member)) return read_names(member, line, call);
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (smithy_json_is(member, TEXTS[i].name)) return smithy_json_get_str(member, TEXTS[i].value, call);
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        smithy_opt_i64 number = {0};
        if (!smithy_json_is(member, NUMBERS[i].name)) continue;
        SMITHY_TRY(smithy_json_get_i64(member, &number, call));
        *NUMBERS[i].value = number.value;
    }
    return SMITHY_OK;
}

static smithy_status read_line(smithy_str text, ledger_line *line, smithy_call *call) {
    smithy_json json;
    const cJSON *first;
    *line = (ledger_line){0};
    SMITHY_TRY(smithy_json_parse(&json, text, call));
    smithy_status status = smithy_json_object(json.root, &first, call);
    for (const cJSON *member = first; status == SMITHY_OK && member; member = member->next)
        status = read_member(member, line, call);
    smithy_json_free(&json);
    if (status == SMITHY_OK && line->task_id.len == 0)
        return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "a line of the ledger names no task");
    return status;
}

/* ---- one object ---- */

typedef struct ledger_reading {
    run_context *run;
    ledger_visit *visit;
    void *context;
    smithy_call *call, *line_call;
    smithy_buffer packed, text;
    size_t records; /* Of tasks, so far. */
} ledger_reading;

static smithy_status take_bytes(void *context, const uint8_t *bytes, size_t len) {
    smithy_buffer *packed = context;
    smithy_buffer_append(packed, bytes, len);
    return smithy_buffer_status(packed);
}

static smithy_status start_again(void *context) {
    smithy_buffer_reset(context);
    return SMITHY_OK;
}

static smithy_status unpack(ledger_reading *r) {
    pieces_reader reader;
    smithy_buffer_reset(&r->text);
    SMITHY_TRY(pieces_reader_init(&reader, r->run->system, &r->text));
    smithy_status status = pieces_reader_add(&reader, (smithy_bytes){(const uint8_t *)r->packed.ptr, r->packed.len});
    if (status == SMITHY_OK && !reader.ended) status = SMITHY_ERROR_RESPONSE;
    pieces_reader_deinit(&reader);
    return status;
}

static smithy_status visit_lines(ledger_reading *r) {
    const smithy_str text = smithy_buffer_str(&r->text);
    for (size_t at = 0; at < text.len;) {
        ledger_line line;
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        const size_t len = end ? (size_t)(end - text.ptr) - at : text.len - at;
        smithy_call_reset(r->line_call);
        smithy_status status = read_line((smithy_str){text.ptr + at, len}, &line, r->line_call);
        if (line.type == LEDGER_TASK || line.type == LEDGER_DISCARDED) r->records++;
        line.order = r->records;
        if (status != SMITHY_OK)
            return smithy_call_fail(r->call, status, "%.300s", smithy_call_error(r->line_call)->message);
        SMITHY_TRY(r->visit(r->context, &line));
        at += len + 1;
    }
    return SMITHY_OK;
}

static smithy_status read_object(ledger_reading *r, smithy_str key) {
    smithy_sink sink = {take_bytes, start_again, &r->packed};
    s3_get_object_output output;
    smithy_call_reset(r->call);
    smithy_buffer_reset(&r->packed);
    const s3_get_object_input input = {.bucket = r->run->settings->destination_bucket, .key = key, .body_sink = &sink};
    SMITHY_TRY(s3_get_object(r->run->s3, &input, &output, r->call));
    const smithy_status status = unpack(r);
    if (status == SMITHY_OK) return visit_lines(r);
    return smithy_call_fail(r->call, status,
                            status == SMITHY_ERROR_MEMORY ? "out of memory for %.*s"
                                                          : "%.*s is not a whole object of the ledger",
                            SMITHY_STR_ARG(key));
}

/* ---- all of them ---- */

typedef struct key_list {
    smithy_str *items;
    size_t count, capacity;
} key_list;

/* Keys sort as they were written: the first one that may be wanted. */
static smithy_str first_key(run_context *run, int64_t since_ms, smithy_call *memory) {
    char time[SMITHY_TIME_TEXT_SIZE];
    if (since_ms <= 0) return (smithy_str){0};
    (void)smithy_time_write_date_time(since_ms / 1000 * 1000, time);
    return smithy_call_format(memory, LEDGER_PREFIX "/%.*s/%s", SMITHY_STR_ARG(run->state.id), time);
}

static smithy_status list_keys(run_context *run, int64_t since_ms, key_list *keys, smithy_call *memory,
                               smithy_call *call) {
    s3_list_objects_v2_pages pages = {
        .input = {.bucket = run->settings->destination_bucket,
                  .prefix = smithy_call_format(memory, LEDGER_PREFIX "/%.*s/", SMITHY_STR_ARG(run->state.id)),
                  .start_after = first_key(run, since_ms, memory)}};
    const s3_list_objects_v2_output *page;
    SMITHY_TRY(smithy_call_status(memory));
    smithy_call_reset(call);
    do {
        SMITHY_TRY(s3_list_objects_v2_next(run->s3, &pages, &page, call));
        for (size_t i = 0; page && i < page->contents.count; i++) {
            const smithy_str copy = smithy_call_copy(memory, page->contents.items[i].key);
            if (!copy.ptr || !GROW(memory, keys->items, keys->count, keys->capacity)) return SMITHY_ERROR_MEMORY;
            keys->items[keys->count++] = copy;
        }
    } while (page);
    return SMITHY_OK;
}

smithy_status ledger_read(run_context *run, int64_t since_ms, ledger_visit *visit, void *context, int64_t *objects,
                          smithy_call *call) {
    key_list keys = {0};
    ledger_reading reading = {.run = run, .visit = visit, .context = context, .call = call};
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = run->system});
    reading.line_call = smithy_call_create(&(smithy_call_options){.system = run->system});
    smithy_buffer_init(&reading.packed, run->system, TEXT_MAX_BYTES);
    smithy_buffer_init(&reading.text, run->system, TEXT_MAX_BYTES);
    smithy_status status =
        memory && reading.line_call ? list_keys(run, since_ms, &keys, memory, call) : SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < keys.count && status == SMITHY_OK; i++) status = read_object(&reading, keys.items[i]);
    *objects = (int64_t)keys.count;
    smithy_buffer_deinit(&reading.packed);
    smithy_buffer_deinit(&reading.text);
    smithy_call_destroy(reading.line_call);
    smithy_call_destroy(memory);
    return status;
}
