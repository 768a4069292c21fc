#include "ledger.h"

#include "grow.h"
#include "pieces.h"
#include "store.h"

#include <smithy/json.h>
#include <smithy/text.h>
#include <stdlib.h>

#define WRITE_TRIES 5

/* ---- writing ---- */

/* "_ledger/<state id>/2026-11-23T02:45:55.123Z-<nonce>-0001.jsonl.gz" */
static smithy_str new_key(run_context *run, smithy_call *memory) {
    char time[SMITHY_TIME_TEXT_SIZE];
    (void)smithy_time_write_date_time(run->lease_taken_ms / 1000 * 1000, time);
    return smithy_call_format(memory, LEDGER_PREFIX "/%.*s/%s-%.*s-%04d.jsonl.gz", SMITHY_STR_ARG(run->state.id), time,
                              SMITHY_STR_ARG(run->owner), ++run->ledger.parts);
}

typedef struct ledger_object {
    run_context *run;
    smithy_call *call;
    smithy_str key;
} ledger_object;

/* No other run draws this nonce: where the key is there already, it is this very object, whose answer was lost. */
static smithy_status put(const ledger_object *object, smithy_bytes content, bool *again) {
    s3_put_object_output output;
    const s3_put_object_input input = {
        .bucket = object->run->settings->destination_bucket,
        .key = object->key,
        .body = {.bytes = content},
        .content_type = SMITHY_STR("application/gzip"),
        .if_none_match = SMITHY_STR("*"),
    };
    smithy_call_clear_error(object->call);
    const smithy_status status = s3_put_object(object->run->s3, &input, &output, object->call);
    const smithy_error *error = smithy_call_error(object->call);
    const bool is_there = status != SMITHY_OK && error->http_status == 412;
    *again = status != SMITHY_OK && !is_there && (error->http_status == 409 || error->outcome_unknown);
    if (is_there) smithy_call_clear_error(object->call);
    return is_there ? SMITHY_OK : status;
}

static smithy_status write_object(void *context, smithy_bytes content, size_t index, bool is_last) {
    const ledger_object *object = context;
    smithy_status status = SMITHY_OK;
    bool again = true;
    (void)index;
    if (!is_last) return SMITHY_ERROR_LIMIT;
    for (int tries = 0; tries < WRITE_TRIES && again; tries++) {
        if (tries > 0) store_pause(object->run->system, tries);
        status = put(object, content, &again);
    }
    return status;
}

smithy_status ledger_flush(run_context *run, smithy_call *call) {
    smithy_buffer *lines = &run->ledger.lines;
    if (lines->len == 0) return smithy_buffer_status(lines);
    SMITHY_TRY(smithy_buffer_status(lines));
    /* A try that failed may take effect yet: the next one, which may have more to say, goes under a key of its own. */
    ledger_object object = {run, call, new_key(run, run->memory)};
    if (!object.key.ptr) return SMITHY_ERROR_MEMORY;
    /* What cannot be compressed grows by five bytes in each sixteen thousand: one piece holds it all. */
    const size_t room = lines->len + lines->len / 1000 + 1024;
    const smithy_body text = pieces_body(smithy_buffer_str(lines));
    SMITHY_TRY(pieces_cut(run->system, &text, room, write_object, &object));
    exporter_log_line(run->log, EXPORTER_LOG_DEBUG, "ledger written", EXPORTER_FIELD_STR("key", object.key));
    smithy_buffer_reset(lines);
    return SMITHY_OK;
}

/* ---- lines ---- */

static void put_i64(smithy_json_writer *json, const char *name, int64_t value) {
    smithy_json_name(json, name);
    smithy_json_value_i64(json, value);
}

static smithy_json_writer open_line(run_context *run, const char *type) {
    smithy_json_writer json;
    smithy_json_writer_init(&json, &run->ledger.lines);
    smithy_json_open_object(&json);
    smithy_json_put_str(&json, "Type", smithy_str_from(type));
    return json;
}

static smithy_status close_line(run_context *run, smithy_json_writer *json) {
    smithy_json_close_object(json);
    smithy_buffer_append_char(&run->ledger.lines, '\n');
    return smithy_buffer_status(&run->ledger.lines);
}

/* As soon as a part is full it is written. */
static smithy_status close_part_line(run_context *run, smithy_json_writer *json) {
    SMITHY_TRY(close_line(run, json));
    if (run->ledger.lines.len < LEDGER_PART_BYTES) return SMITHY_OK;
    return ledger_flush(run, run_fresh_call(run));
}

static const char *kind_name(state_unit_kind kind) {
    switch (kind) {
    case STATE_UNIT_PREFIX: return "prefix";
    case STATE_UNIT_STREAM: return "stream";
    case STATE_UNIT_OWED: return "owed";
    default: return "group";
    }
}

/* Which life of the stream a task of a single one was for; STATE_UNKNOWN_TIME: it is gone. */
static int64_t stream_created_ms(const catalog_group *group, smithy_str name) {
    const catalog_stream *stream = catalog_find_stream(group, name);
    return stream ? stream->created_ms : STATE_UNKNOWN_TIME;
}

static smithy_status add_task_line(run_context *run, const task_spec *spec, smithy_str task_id,
                                   const catalog_group *group, const folder_content *content) {
    const smithy_str folder = folder_of(run->call, spec->destination_prefix, task_id);
    if (!folder.ptr) return SMITHY_ERROR_MEMORY; /* Before the line is begun: half of one would be written. */
    smithy_json_writer json = open_line(run, "task");
    smithy_json_put_str(&json, "TaskId", task_id);
    smithy_json_put_str(&json, "LogGroup", group->name);
    smithy_json_put_str(&json, "LogGroupArn", group->arn);
    put_i64(&json, "CreatedAt", group->created_ms);
    smithy_json_put_str(&json, "Kind", smithy_str_from(kind_name(spec->kind)));
    smithy_json_put_str(&json, "Prefix", spec->prefix.ptr ? spec->prefix : SMITHY_STR(""));
    if (spec->kind != STATE_UNIT_GROUP) put_i64(&json, "StreamCreatedAt", stream_created_ms(group, spec->prefix));
    put_i64(&json, "RequestedAt", spec->requested_ms);
    put_i64(&json, "From", spec->from_ms);
    put_i64(&json, "To", spec->to_ms);
    smithy_json_put_str(&json, "Bucket", spec->bucket);
    smithy_json_put_str(&json, "Folder", folder);
    put_i64(&json, "Streams", (int64_t)content->count);
    put_i64(&json, "Objects", content->objects);
    put_i64(&json, "Bytes", content->bytes);
    if (spec->replaces.ptr) smithy_json_put_str(&json, "Replaces", spec->replaces);
    if (spec->lost_before_ms > 0) put_i64(&json, "LostBefore", spec->lost_before_ms);
    put_i64(&json, "ClosedAt", run_now_ms(run));
    return close_line(run, &json);
}

/* ---- real names ---- */

/* The streams of the group that a task may have written, in the order of their folders. */
typedef struct named_folders {
    const catalog_stream **streams;
    size_t count, next;
} named_folders;

static int compare_as_folder(smithy_str a, smithy_str b) {
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        const unsigned char left = (unsigned char)(a.ptr[i] == '/' ? '-' : a.ptr[i]);
        const unsigned char right = (unsigned char)(b.ptr[i] == '/' ? '-' : b.ptr[i]);
        if (left != right) return left < right ? -1 : 1;
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

static int compare_folders(const void *a, const void *b) {
    const catalog_stream *const *left = a, *const *right = b;
    return compare_as_folder((*left)->name, (*right)->name);
}

/* A group's task has no prefix, which every name begins with. */
static bool is_of_several(const task_spec *spec) {
    return spec->kind == STATE_UNIT_GROUP || spec->kind == STATE_UNIT_PREFIX;
}

static smithy_status sort_by_folder(named_folders *named, const task_spec *spec, const catalog_group *group,
                                    smithy_call *memory) {
    const catalog_streams begin_so = catalog_streams_of(group, spec->prefix);
    named->streams = smithy_call_alloc(memory, begin_so.count, sizeof *named->streams);
    if (!named->streams) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < begin_so.count; i++)
        if (is_of_several(spec) || smithy_str_equal(begin_so.items[i].name, spec->prefix))
            named->streams[named->count++] = &begin_so.items[i];
    qsort(named->streams, named->count, sizeof *named->streams, compare_folders);
    return SMITHY_OK;
}

/* The names that `folder` may stand for: folders come in order. A stream that the listing did not show had its first
 * events since; where its folder has no "-" that is its name, for nothing else is written otherwise. */
static void put_names(smithy_json_writer *json, named_folders *named, const task_spec *spec, smithy_str folder) {
    size_t found = 0;
    smithy_json_name(json, "Streams");
    smithy_json_open_array(json);
    while (named->next < named->count && compare_as_folder(named->streams[named->next]->name, folder) < 0)
        named->next++;
    for (; named->next < named->count && compare_as_folder(named->streams[named->next]->name, folder) == 0; found++)
        smithy_json_value_str(json, named->streams[named->next++]->name);
    if (found == 0 && !is_of_several(spec))
        smithy_json_value_str(json, spec->prefix); /* Deleted since. */
    else if (found == 0 && !memchr(folder.ptr, '-', folder.len))
        smithy_json_value_str(json, folder);
    smithy_json_close_array(json);
}

static smithy_status add_stream_line(run_context *run, smithy_str task_id, const task_spec *spec, named_folders *named,
                                     const folder_part *part) {
    smithy_json_writer json = open_line(run, "stream");
    smithy_json_put_str(&json, "TaskId", task_id);
    smithy_json_put_str(&json, "Folder", part->name);
    put_names(&json, named, spec, part->name);
    put_i64(&json, "Objects", part->objects);
    put_i64(&json, "Bytes", part->bytes);
    return close_part_line(run, &json);
}

smithy_status ledger_add_task(run_context *run, const task_spec *spec, smithy_str task_id, const catalog_group *group,
                              const folder_content *content) {
    named_folders named = {0};
    smithy_call *memory = smithy_call_create(&(smithy_call_options){.system = run->system});
    (void)run_fresh_call(run);
    if (!memory) return SMITHY_ERROR_MEMORY;
    smithy_status status = add_task_line(run, spec, task_id, group, content);
    if (status == SMITHY_OK) status = sort_by_folder(&named, spec, group, memory);
    for (size_t i = 0; i < content->count && status == SMITHY_OK; i++)
        status = add_stream_line(run, task_id, spec, &named, &content->parts[i]);
    smithy_call_destroy(memory);
    return status;
}

smithy_status ledger_add_late(run_context *run, const ledger_late *late) {
    smithy_json_writer json = open_line(run, "late");
    smithy_json_put_str(&json, "TaskId", late->id);
    smithy_json_put_str(&json, "LogGroup", late->group->name);
    smithy_json_put_str(&json, "LogGroupArn", late->group->arn);
    put_i64(&json, "CreatedAt", late->group->created_ms);
    put_i64(&json, "From", late->from_ms);
    put_i64(&json, "To", late->to_ms);
    smithy_json_put_str(&json, "Bucket", run->settings->destination_bucket);
    smithy_json_put_str(&json, "Folder", late->folder);
    smithy_json_put_str(&json, "Key", late->key);
    put_i64(&json, "Events", late->events);
    put_i64(&json, "Objects", late->bytes > 0);
    put_i64(&json, "Bytes", late->bytes);
    if (late->lost_before_ms > 0) put_i64(&json, "LostBefore", late->lost_before_ms);
    put_i64(&json, "ClosedAt", run_now_ms(run));
    return close_part_line(run, &json);
}

/* ---- what is said again ---- */

smithy_status ledger_add_again(run_context *run, const ledger_line *task) {
    smithy_json_writer json = open_line(run, "task");
    smithy_json_put_str(&json, "TaskId", task->task_id);
    smithy_json_put_str(&json, "LogGroup", task->group);
    smithy_json_put_str(&json, "LogGroupArn", task->arn);
    put_i64(&json, "CreatedAt", task->created_ms);
    smithy_json_put_str(&json, "Kind", smithy_str_from(kind_name(task->kind)));
    smithy_json_put_str(&json, "Prefix", task->prefix);
    if (task->kind != STATE_UNIT_GROUP) put_i64(&json, "StreamCreatedAt", task->stream_created_ms);
    put_i64(&json, "RequestedAt", task->requested_ms);
    put_i64(&json, "From", task->from_ms);
    put_i64(&json, "To", task->to_ms);
    smithy_json_put_str(&json, "Bucket", run->settings->destination_bucket);
    smithy_json_put_str(&json, "Folder", task->folder);
    put_i64(&json, "Streams", task->streams);
    put_i64(&json, "Objects", task->objects);
    put_i64(&json, "Bytes", task->bytes);
    if (task->replaces.len > 0) smithy_json_put_str(&json, "Replaces", task->replaces);
    if (task->lost_before_ms > 0) put_i64(&json, "LostBefore", task->lost_before_ms);
    put_i64(&json, "ClosedAt", task->closed_ms);
    return close_line(run, &json);
}

smithy_status ledger_add_stream_again(run_context *run, const ledger_line *stream) {
    smithy_json_writer json = open_line(run, "stream");
    smithy_json_put_str(&json, "TaskId", stream->task_id);
    smithy_json_put_str(&json, "Folder", stream->folder);
    smithy_json_name(&json, "Streams");
    smithy_json_open_array(&json);
    for (size_t i = 0; i < stream->name_count; i++) smithy_json_value_str(&json, stream->names[i]);
    smithy_json_close_array(&json);
    put_i64(&json, "Objects", stream->objects);
    put_i64(&json, "Bytes", stream->bytes);
    return close_part_line(run, &json);
}

smithy_status ledger_add_discarded(run_context *run, smithy_str task_id, smithy_str folder) {
    smithy_json_writer json = open_line(run, "discarded");
    smithy_json_put_str(&json, "TaskId", task_id);
    smithy_json_put_str(&json, "Folder", folder);
    put_i64(&json, "ClosedAt", run_now_ms(run));
    return close_line(run, &json);
}
