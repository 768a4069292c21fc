/* A folder's day: what is missing in the archive goes into its object of late events. */
#include "archive_read.h"
#include "destination.h"
#include "late_group.h"
#include "lease.h"
#include "ledger.h"
#include "pieces.h"

#include <smithy/hash.h>
#include <smithy/text.h>
#include <stdio.h>

#define TEXT_MAX_BYTES ((size_t)128 << 20)
#define WRITE_TRIES    4
#define HASH_LEN       16

typedef struct late_object {
    smithy_str folder, key, id;
    bool is_noted; /* The ledger knows it. */
    int64_t noted_bytes;
    event_range range;
    event_set set; /* What the archive holds of the day. */
    smithy_buffer text;
    smithy_buffer event;
    archive_object found; /* As it stands in the bucket. */
    int64_t added;
    bool judges_suspects;
} late_object;

/* ---- its key ---- */

static void hash_text(smithy_sha256_state *sha, smithy_str text, smithy_status *status) {
    const uint64_t len = text.len; /* With its length ahead, no two lists of texts hash alike. */
    if (*status == SMITHY_OK) *status = smithy_sha256_update(sha, &len, sizeof len);
    if (*status == SMITHY_OK && text.len > 0) *status = smithy_sha256_update(sha, text.ptr, text.len);
}

static smithy_status hash_place(const late_group *g, smithy_str folder, char hash[HASH_LEN + 1]) {
    smithy_sha256_state sha;
    uint8_t digest[SMITHY_SHA256_SIZE];
    char numbers[64];
    smithy_status status = SMITHY_OK;
    (void)snprintf(numbers, sizeof numbers, "%lld %lld", (long long)g->group->created_ms, (long long)g->day_ms);
    SMITHY_TRY(smithy_sha256_init(&sha));
    hash_text(&sha, g->run->state.id, &status);
    hash_text(&sha, g->catalog->arn, &status);
    hash_text(&sha, smithy_str_from(numbers), &status);
    hash_text(&sha, folder, &status);
    if (status == SMITHY_OK) status = smithy_sha256_final(&sha, digest);
    smithy_sha256_deinit(&sha);
    if (status == SMITHY_OK) smithy_hex_write(digest, HASH_LEN / 2, hash);
    return status;
}

static smithy_str destination(const run_context *run, const catalog_group *group, int64_t day_ms, smithy_call *memory) {
    return destination_expand(run->settings->destination_prefix,
                              &(destination_values){.group = group->name,
                                                    .stream = SMITHY_STR(""),
                                                    .region = destination_arn_part(group->arn, 3),
                                                    .account = destination_arn_part(group->arn, 4),
                                                    .date_ms = day_ms,
                                                    .data_ms = day_ms},
                              memory);
}

smithy_str late_day_folder(const run_context *run, const catalog_group *group, int64_t day_ms, smithy_call *memory) {
    const smithy_civil day = smithy_time_to_civil(day_ms);
    const smithy_str prefix = destination(run, group, day_ms, memory);
    if (!prefix.ptr) return prefix;
    return smithy_call_format(memory, "%.*s/late-%04d-%02d-%02d/", SMITHY_STR_ARG(prefix), day.year, day.month,
                              day.day);
}

/* The object that the ledger knows stays, whatever the settings say of keys today. */
static smithy_status choose_key(const late_group *g, late_object *o) {
    char hash[HASH_LEN + 1];
    const smithy_civil day = smithy_time_to_civil(g->day_ms);
    SMITHY_TRY(hash_place(g, o->folder, hash));
    o->id = smithy_call_format(g->memory, "late-%04d-%02d-%02d-%s", day.year, day.month, day.day, hash);
    if (o->is_noted) return o->id.ptr ? SMITHY_OK : SMITHY_ERROR_MEMORY;
    const smithy_str prefix = destination(g->run, g->catalog, g->day_ms, g->memory);
    const smithy_str day_folder = late_day_folder(g->run, g->catalog, g->day_ms, g->memory);
    if (!prefix.ptr || !day_folder.ptr || !o->id.ptr) return SMITHY_ERROR_MEMORY;
    if (!destination_fits(prefix, o->folder.len))
        return smithy_call_fail(g->run->call, SMITHY_ERROR_LIMIT,
                                "the keys would be longer than the 1,024 bytes that S3 takes: choose a shorter "
                                "DestinationPrefix");
    o->key =
        smithy_call_format(g->memory, "%.*s%.*s/%s.gz", SMITHY_STR_ARG(day_folder), SMITHY_STR_ARG(o->folder), hash);
    return o->key.ptr ? SMITHY_OK : SMITHY_ERROR_MEMORY;
}

/* ---- what the archive holds ---- */

/* The task may hold the folder of one of these streams. */
static bool may_hold(const late_group *g, const proof_task *task, size_t first, size_t count) {
    for (size_t i = first; i < first + count; i++)
        if (proof_task_covers(task, g->streams[i].stream->name)) return true;
    return false;
}

static smithy_status read_tasks(const late_group *g, late_object *o, size_t first, size_t count) {
    for (size_t i = 0; i < g->day_task_count; i++) {
        const proof_task *task = g->day_tasks[i];
        if (!may_hold(g, task, first, count)) continue;
        const smithy_str prefix =
            smithy_call_format(g->memory, "%.*s%.*s/", SMITHY_STR_ARG(task->folder), SMITHY_STR_ARG(o->folder));
        if (!prefix.ptr) return SMITHY_ERROR_MEMORY;
        lease_keep(g->run);
        SMITHY_TRY(archive_read_folder(g->run, prefix, &o->range, &o->set));
    }
    return SMITHY_OK;
}

/* More than one object, where the settings changed between a crash and the next sweep. */
static smithy_status read_lates(const late_group *g, late_object *o) {
    for (size_t i = 0; i < g->late_count; i++) {
        const proof_late *late = &g->lates[i];
        archive_object other = {0};
        if (late->from_ms != g->day_ms || !smithy_str_equal(late->folder, o->folder)) continue;
        if (o->is_noted)
            SMITHY_TRY(archive_read_object(g->run, late->key, &o->range, &o->set, &other));
        else
            o->key = late->key, o->noted_bytes = late->bytes;
        o->is_noted = true;
    }
    SMITHY_TRY(choose_key(g, o));
    o->found = (archive_object){.text = &o->text};
    return archive_read_object(g->run, o->key, &o->range, &o->set, &o->found);
}

/* ---- what CloudWatch Logs holds ---- */

/* First those that were there in time take what is theirs, so that one that came late is not taken for its like. */
static smithy_status compare(late_group *g, late_stream *s, const logs_filtered_log_event *event, void *context) {
    late_object *o = context;
    const late_judgement wanted = o->judges_suspects ? LATE_SUSPECT : LATE_IN_TIME;
    if (late_judge(g, s, event) != wanted) return SMITHY_OK;
    smithy_buffer_reset(&o->event);
    event_append(&o->event, event->timestamp.value, event->message);
    SMITHY_TRY(smithy_buffer_status(&o->event));
    const smithy_str text = smithy_buffer_str(&o->event);
    if (event_set_take_event(&o->set, &o->range, text, true) || !o->judges_suspects) return SMITHY_OK;
    smithy_buffer_append_str(&o->text, text);
    o->added++;
    return smithy_buffer_status(&o->text);
}

/* ---- writing ---- */

static int64_t count_records(smithy_str text) {
    int64_t count = 0;
    for (size_t at = 0; at < text.len; count++)
        at += event_record_end((smithy_str){text.ptr + at, text.len - at}, true);
    return count;
}

static smithy_status note(const late_group *g, late_object *o, int64_t bytes) {
    return ledger_add_late(g->run, &(ledger_late){.id = o->id,
                                                  .group = g->catalog,
                                                  .folder = o->folder,
                                                  .key = o->key,
                                                  .from_ms = g->day_ms,
                                                  .to_ms = g->day_ms + LATE_DAY_MS - 1,
                                                  .events = count_records(smithy_buffer_str(&o->text)),
                                                  .bytes = bytes,
                                                  .lost_before_ms = g->lost_before_ms});
}

typedef struct late_put {
    run_context *run;
    late_object *object;
    int64_t bytes;
} late_put;

static smithy_status put_piece(void *context, smithy_bytes content, size_t index, bool is_last) {
    late_put *put = context;
    const late_object *o = put->object;
    s3_put_object_output output;
    s3_put_object_input input = {.bucket = put->run->settings->destination_bucket,
                                 .key = o->key,
                                 .body = {.bytes = content},
                                 .content_type = SMITHY_STR("application/gzip")};
    if (index > 0 || !is_last) return SMITHY_ERROR_LIMIT;
    if (o->found.exists)
        input.if_match = smithy_str_from(o->found.etag);
    else
        input.if_none_match = SMITHY_STR("*");
    put->bytes = (int64_t)content.len;
    return s3_put_object(put->run->s3, &input, &output, run_fresh_call(put->run));
}

/* A run that ends between the object and its note leaves it to the next sweep to note it, which must come by here even
 * where the horizon has moved on. */
static bool save_intent(late_group *g) {
    if (!g->intent_saved) g->intent_saved = lease_save(g->run);
    return g->intent_saved;
}

/* *again: another version stands there, or this one, whose answer was lost. */
static smithy_status replace(late_group *g, late_object *o, bool *again) {
    late_put put = {.run = g->run, .object = o};
    const size_t room = o->text.len + o->text.len / 1000 + 1024; /* One piece holds it all. */
    if (o->found.exists && !o->found.etag[0])
        return smithy_call_fail(run_fresh_call(g->run), SMITHY_ERROR_RESPONSE, "S3 gives no usable ETag for %.*s",
                                SMITHY_STR_ARG(o->key));
    if (!save_intent(g)) return SMITHY_ERROR_CANCELED;
    const smithy_body text = pieces_body(smithy_buffer_str(&o->text));
    const smithy_status status = pieces_cut(g->run->system, &text, room, put_piece, &put);
    const smithy_error *error = smithy_call_error(g->run->call);
    *again = status != SMITHY_OK && (error->http_status == 412 || error->http_status == 409 ||
                                     error->http_status == 404 || error->outcome_unknown);
    SMITHY_TRY(status);
    g->run->answer->late_events += o->added;
    g->run->answer->late_objects++;
    exporter_log_line(g->run->log, EXPORTER_LOG_INFO, "late events archived",
                      EXPORTER_FIELD_STR("group", g->catalog->name), EXPORTER_FIELD_STR("stream", o->folder),
                      EXPORTER_FIELD_I64("events", o->added), EXPORTER_FIELD_STR("key", o->key));
    return note(g, o, put.bytes);
}

/* ---- all of it ---- */

static smithy_status sweep_once(late_group *g, late_object *o, size_t first, size_t count, bool *again) {
    SMITHY_TRY(read_tasks(g, o, first, count));
    SMITHY_TRY(read_lates(g, o));
    if (!g->compares_all) SMITHY_TRY(late_walk(g, first, count, compare, o));
    o->judges_suspects = true;
    SMITHY_TRY(late_walk(g, first, count, compare, o));
    if (o->added > 0) return replace(g, o, again);
    const bool is_as_noted = o->is_noted && o->noted_bytes == o->found.bytes;
    if (!o->found.exists && o->is_noted && g->compares_all)
        return note(g, o, 0); /* Nothing of it can be had any more. */
    return o->found.exists && !is_as_noted ? note(g, o, o->found.bytes) : SMITHY_OK;
}

static smithy_str folder_of_stream(const late_group *g, const late_stream *s) {
    char *text = smithy_call_alloc(g->memory, s->stream->name.len + 1, 1);
    return text ? catalog_folder(s->stream->name, text) : (smithy_str){0};
}

smithy_status late_sweep_folder(late_group *g, size_t first, size_t count) {
    smithy_status status = SMITHY_OK;
    const smithy_str folder = folder_of_stream(g, &g->streams[first]);
    bool again = true;
    if (!folder.ptr) return SMITHY_ERROR_MEMORY;
    for (int tries = 0; tries < WRITE_TRIES && again; tries++) {
        late_object o = {.folder = folder};
        again = false;
        if (tries > 0) store_pause(g->run->system, tries);
        event_range_init(&o.range, g->day_ms, g->day_ms + LATE_DAY_MS - 1);
        event_set_init(&o.set, g->run->system);
        smithy_buffer_init(&o.text, g->run->system, TEXT_MAX_BYTES);
        smithy_buffer_init(&o.event, g->run->system, TEXT_MAX_BYTES);
        status = sweep_once(g, &o, first, count, &again);
        smithy_buffer_deinit(&o.event);
        smithy_buffer_deinit(&o.text);
        event_set_deinit(&o.set);
    }
    return status;
}
