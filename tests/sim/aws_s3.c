/* S3, path-style: what the exporter uses of it, strongly consistent, with conditional writes. */
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* ---- reading ---- */

/* What a task wrote, as an export looks: gzip, a line for each event. */
static void add_exported(sim_world *world, const sim_object *object, sim_text *out) {
    sim_text text = {0};
    for (int i = 0; i < object->events.count; i++) {
        char line[SIM_EVENT_LINE];
        world_event_line(world, object->events.items[i], line);
        text_add(&text, "%s\n", line);
    }
    const size_t room = text.len + 128;
    char *packed = world_alloc(world, room);
    z_stream stream = {.next_in = (Bytef *)text.ptr, .avail_in = (uInt)text.len};
    stream.next_out = (Bytef *)packed;
    stream.avail_out = (uInt)room;
    if (deflateInit2(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 1, Z_DEFAULT_STRATEGY) != Z_OK) abort();
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) abort();
    deflateEnd(&stream);
    text_add_bytes(out, packed, room - stream.avail_out);
    text_free(&text);
}

static void get_object(sim_world *world, const sim_request *request, sim_reply *reply) {
    const sim_object *object = world_find_object(world, request->key);
    if (!object) {
        reply_error(reply, request, 404, "NoSuchKey");
        return;
    }
    reply->etag = object->etag;
    if (object->task >= 0)
        add_exported(world, object, &reply->body);
    else
        text_add_bytes(&reply->body, object->body, object->len);
}

static void add_object(sim_text *out, const sim_object *object) {
    text_add(out, "<Contents><Key>");
    text_add_xml(out, object->key);
    text_add(out, "</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified><ETag>&quot;%032d&quot;</ETag>",
             object->etag);
    text_add(out, "<Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>",
             object->task >= 0 ? 20 + 30 * object->events.count : (int)object->len);
}

static void list_objects(sim_world *world, const sim_request *request, sim_reply *reply) {
    const char *prefix = request_query(world, request, "prefix"), *most = request_query(world, request, "max-keys");
    const char *token = request_query(world, request, "continuation-token");
    int room = most ? atoi(most) : 1000, count = 0;
    /* Small pages are small here, too. */
    if (world->knobs.page_size < 50 && room > 2 * world->knobs.page_size) room = 2 * world->knobs.page_size;
    if (!prefix) prefix = "";
    const char *after = request_query(world, request, "start-after");
    int at = world_object_position(world, token ? token : prefix);
    while (!token && after && at < world->object_count && strcmp(world->objects[at]->key, after) <= 0) at++;
    text_add(&reply->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
                           "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                           "<Name>" SIM_BUCKET "</Name>");
    for (; at < world->object_count && count < room; at++, count++) {
        if (strncmp(world->objects[at]->key, prefix, strlen(prefix)) != 0) break;
        add_object(&reply->body, world->objects[at]);
    }
    const bool goes_on = at < world->object_count && strncmp(world->objects[at]->key, prefix, strlen(prefix)) == 0;
    text_add(&reply->body, "<KeyCount>%d</KeyCount><IsTruncated>%s</IsTruncated>", count, goes_on ? "true" : "false");
    if (goes_on) {
        text_add(&reply->body, "<NextContinuationToken>");
        text_add_xml(&reply->body, world->objects[at]->key);
        text_add(&reply->body, "</NextContinuationToken>");
    }
    text_add(&reply->body, "</ListBucketResult>");
}

/* ---- writing ---- */

static void put_object(sim_world *world, const sim_request *request, sim_reply *reply) {
    const sim_object *present = world_find_object(world, request->key);
    char etag[48];
    snprintf(etag, sizeof etag, "\"%032d\"", present ? present->etag : 0);
    if (request->if_none_match && present) {
        reply_error(reply, request, 412, "PreconditionFailed");
    } else if (request->if_match && !present) {
        reply_error(reply, request, 404, "NoSuchKey");
    } else if (request->if_match && strcmp(request->if_match, etag) != 0) {
        reply_error(reply, request, 412, "PreconditionFailed");
    } else {
        world_put_text(world, request->key, request->body, request->len);
        if (request_is_of_state(request)) {
            world->state_writes++;
            world_state_saved(world, request->by, request->body, request->len);
        }
        reply->etag = world_find_object(world, request->key)->etag;
    }
}

/* Only what a task of ours wrote may go. */
static void delete_key(sim_world *world, const char *key) {
    static const char TEST[] = "/cwl-s3-exporter-delete-test";
    const sim_object *object = world_find_object(world, key);
    const size_t len = strlen(key);
    if (!object && len >= sizeof TEST - 1 && strcmp(key + len - (sizeof TEST - 1), TEST) == 0) return;
    bool is_in_folder = false;
    for (int i = 0; i < world->task_count && !is_in_folder; i++)
        is_in_folder =
            !world->tasks[i].is_foreign && strncmp(key, world->tasks[i].folder, strlen(world->tasks[i].folder)) == 0;
    if (!is_in_folder) world_violation(world, "%s is deleted, which lies in no task's folder", key);
    world_delete_object(world, key);
}

static const char *unescaped(sim_world *world, const char *text, size_t len) {
    static const char *const ENTITIES[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
    char *out = world_alloc(world, len + 1);
    size_t written = 0;
    for (size_t i = 0; i < len;) {
        size_t skip = 1;
        out[written] = text[i];
        for (size_t k = 0; k < sizeof ENTITIES / sizeof *ENTITIES; k++) {
            const size_t entity = strlen(ENTITIES[k][0]);
            if (i + entity > len || memcmp(text + i, ENTITIES[k][0], entity) != 0) continue;
            out[written] = ENTITIES[k][1][0];
            skip = entity;
        }
        i += skip;
        written++;
    }
    return out;
}

static void delete_objects(sim_world *world, const sim_request *request, sim_reply *reply) {
    text_add(&reply->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult>");
    for (const char *at = request->body; (at = strstr(at, "<Key>"));) {
        at += 5;
        const char *end = strstr(at, "</Key>");
        if (!end) break;
        delete_key(world, unescaped(world, at, (size_t)(end - at)));
        at = end;
    }
    text_add(&reply->body, "</DeleteResult>");
}

/* ---- all ---- */

void s3_answer(sim_world *world, const sim_request *request, sim_reply *reply) {
    const char *operation = request->operation;
    reply->status = 200;
    reply->etag = 0;
    text_clear(&reply->body);
    if (strcmp(request->bucket, SIM_BUCKET) != 0) {
        reply_error(reply, request, 404, "NoSuchBucket");
    } else if (strcmp(operation, "GetObject") == 0) {
        get_object(world, request, reply);
    } else if (strcmp(operation, "ListObjectsV2") == 0) {
        list_objects(world, request, reply);
    } else if (strcmp(operation, "PutObject") == 0) {
        put_object(world, request, reply);
    } else if (strcmp(operation, "DeleteObjects") == 0) {
        delete_objects(world, request, reply);
    } else if (strcmp(operation, "DeleteObject") == 0) {
        delete_key(world, request->key);
        reply->status = 204;
    } else if (strcmp(operation, "HeadBucket") != 0)
        world_violation(world, "the exporter asks S3 for %s", operation);
}
