/* DynamoDB: one table with the keys pk and sk, of which one partition is used. Writes are serial and can have a
 * condition; an item has a largest size; a read that is not asked to be consistent may see what was; a query goes in
 * pages of bytes, of which the last may be empty. */
#include "aws_dynamodb.h"

#include "wire.h"

#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define ITEM_MAX   ((size_t)400 * 1024)
#define PIECE_MAX  ((size_t)350000)
#define ITEM_ROOM  ((size_t)160) /* What names and keys take beside a small piece. */
#define LAG_MS     5000
#define TEXT_BYTES ((size_t)1 << 20)
#define HEAD       "head"

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_of(const cJSON *object, const char *name, const char *kind) {
    const char *text = cJSON_GetStringValue(member(member(object, name), kind));
    return text ? text : "";
}

static size_t item_max(const sim_world *world) {
    return world->knobs.piece_bytes > 0 ? world->knobs.piece_bytes + ITEM_ROOM : ITEM_MAX;
}

/* ---- items ---- */

static int position(const sim_world *world, const char *sort_key) {
    int low = 0, high = world->item_count;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (strcmp(world->items[middle].sort_key, sort_key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static sim_item *find_item(const sim_world *world, const char *sort_key) {
    const int at = position(world, sort_key);
    return at < world->item_count && strcmp(world->items[at].sort_key, sort_key) == 0 ? &world->items[at] : NULL;
}

static cJSON *read_item(const sim_world *world, const char *sort_key) {
    const sim_item *item = find_item(world, sort_key);
    return item && item->text ? cJSON_Parse(item->text) : NULL;
}

static sim_item *make_item(sim_world *world, const char *sort_key) {
    const int at = position(world, sort_key);
    if (find_item(world, sort_key)) return &world->items[at];
    WORLD_ROOM(world, items, item);
    memmove(world->items + at + 1, world->items + at, (size_t)(world->item_count - at) * sizeof *world->items);
    world->items[at] = (sim_item){.sort_key = world_copy(world, sort_key, strlen(sort_key))};
    world->item_count++;
    return &world->items[at];
}

static void set_item(sim_world *world, const char *sort_key, const cJSON *value) {
    sim_item *item = make_item(world, sort_key);
    char *text = value ? cJSON_PrintUnformatted(value) : NULL;
    item->before = item->text;
    item->changed_ms = world->now_ms;
    item->text = text ? world_copy(world, text, strlen(text)) : NULL;
    cJSON_free(text);
}

static size_t base64_len(const char *text) {
    const size_t len = strlen(text);
    const size_t padding = len > 1 ? (size_t)(text[len - 1] == '=') + (size_t)(text[len - 2] == '=') : 0;
    return len / 4 * 3 - padding;
}

/* As DynamoDB counts: names and values. */
static size_t item_size(const cJSON *item) {
    const cJSON *attribute;
    size_t size = 0;
    cJSON_ArrayForEach(attribute, item) {
        const char *text = cJSON_GetStringValue(attribute->child);
        size += strlen(attribute->string);
        if (text) size += strcmp(attribute->child->string, "B") == 0 ? base64_len(text) : strlen(text);
    }
    return size;
}

/* ---- the state in it ---- */

static bool inflate_into(z_stream *stream, const char *base64) {
    const size_t len = base64_len(base64);
    unsigned char *data = malloc(len + 3);
    if (!data) abort();
    if (len > 0 && EVP_DecodeBlock(data, (const unsigned char *)base64, (int)strlen(base64)) < 0) abort();
    stream->next_in = data;
    stream->avail_in = (uInt)len;
    const int result = inflate(stream, Z_NO_FLUSH);
    free(data);
    return result == Z_STREAM_END;
}

static bool inflate_parts(sim_world *world, const cJSON *head, int parts, z_stream *stream) {
    bool ended = false;
    for (int i = 0; i < parts; i++) {
        char key[80];
        snprintf(key, sizeof key, "part#%s#%05d", text_of(head, "generation", "S"), i);
        cJSON *part = read_item(world, key);
        if (!part) return false;
        ended = inflate_into(stream, text_of(part, "data", "B"));
        cJSON_Delete(part);
    }
    return ended;
}

char *dynamodb_text(sim_world *world, size_t *len) {
    cJSON *head = read_item(world, HEAD);
    if (!head) return NULL;
    char *text = malloc(TEXT_BYTES);
    z_stream stream = {.next_out = (Bytef *)text, .avail_out = (uInt)TEXT_BYTES};
    if (!text || inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) abort();
    const int parts = atoi(text_of(head, "parts", "N"));
    const bool is_whole =
        parts > 0 ? inflate_parts(world, head, parts, &stream) : inflate_into(&stream, text_of(head, "data", "B"));
    *len = TEXT_BYTES - stream.avail_out;
    inflateEnd(&stream);
    char *copy = is_whole ? world_copy(world, text, *len) : NULL;
    free(text);
    cJSON_Delete(head);
    return copy;
}

static void set_attribute(cJSON *item, const char *name, const char *kind, const char *value) {
    cJSON *attribute = cJSON_CreateObject();
    cJSON_AddStringToObject(attribute, kind, value);
    cJSON_DeleteItemFromObject(item, name);
    cJSON_AddItemToObject(item, name, attribute);
}

void dynamodb_put_text(sim_world *world, const char *text, size_t len) {
    const size_t room = len + 1024;
    unsigned char *packed = malloc(room);
    char *base64 = malloc(2 * room);
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)len};
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    if (!packed || !base64 || deflateInit2(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&stream);
    EVP_EncodeBlock((unsigned char *)base64, packed, (int)(room - stream.avail_out));
    cJSON *head = read_item(world, HEAD);
    set_attribute(head, "parts", "N", "0");
    set_attribute(head, "data", "B", base64);
    set_item(world, HEAD, head);
    cJSON_Delete(head);
    free(packed);
    free(base64);
}

void dynamodb_damage(sim_world *world, int64_t thousandths) {
    cJSON *head = read_item(world, HEAD);
    char key[80] = HEAD;
    const int parts = atoi(text_of(head, "parts", "N"));
    if (parts > 0)
        snprintf(key, sizeof key, "part#%s#%05d", text_of(head, "generation", "S"), (int)(thousandths % parts));
    cJSON *item = read_item(world, key);
    const char *data = text_of(item, "data", "B");
    char *cut = world_copy(world, data, (strlen(data) - 1) / 4 * (size_t)thousandths / 1000 * 4);
    if (thousandths < 300)
        cJSON_DeleteItemFromObject(item, "data");
    else
        set_attribute(item, "data", "B", cut);
    set_item(world, key, parts > 0 && thousandths > 800 ? NULL : item);
    cJSON_Delete(item);
    cJSON_Delete(head);
}

int dynamodb_count_debris(const sim_world *world) {
    cJSON *head = read_item(world, HEAD);
    char prefix[80];
    int debris = 0;
    snprintf(prefix, sizeof prefix, "part#%s#", text_of(head, "generation", "S"));
    for (int i = 0; i < world->item_count; i++) {
        const sim_item *item = &world->items[i];
        debris +=
            item->text && strcmp(item->sort_key, HEAD) != 0 && strncmp(item->sort_key, prefix, strlen(prefix)) != 0;
    }
    cJSON_Delete(head);
    return debris;
}

/* The head or a part of what it names was written. */
static void check_state(sim_world *world, const sim_request *request, const char *sort_key) {
    char prefix[80];
    size_t len = 0;
    world->state_writes++;
    if (strcmp(sort_key, HEAD) == 0) {
        const char *text = dynamodb_text(world, &len);
        if (text)
            world_state_saved(world, request->by, text, len);
        else
            world_violation(world, "the head names a document that is not there whole");
        return;
    }
    cJSON *head = read_item(world, HEAD);
    snprintf(prefix, sizeof prefix, "part#%s#", text_of(head, "generation", "S"));
    const sim_item *item = find_item(world, sort_key);
    /* A repeated put of the same changes nothing. */
    const bool is_changed = !item || !item->text || !item->before || strcmp(item->text, item->before) != 0;
    if (head && is_changed && strncmp(sort_key, prefix, strlen(prefix)) == 0)
        world_violation(world, "%s of the part %s, which the head names", request->operation, sort_key);
    cJSON_Delete(head);
}

/* ---- conditions ---- */

/* Those that the exporter uses: attribute_not_exists(name), and name = :value. */
static bool holds(sim_world *world, const cJSON *input, const cJSON *item) {
    const char *condition = cJSON_GetStringValue(member(input, "ConditionExpression"));
    char name[64], value[64];
    if (!condition) return true;
    if (sscanf(condition, "attribute_not_exists(%63[a-z])", name) == 1) return !member(item, name);
    if (sscanf(condition, "%63[a-z] = :%62[a-z]", name, value + 1) == 2) {
        value[0] = ':';
        return cJSON_Compare(member(item, name), member(member(input, "ExpressionAttributeValues"), value), true);
    }
    world_violation(world, "the exporter asks for the condition %s", condition);
    return false;
}

/* ---- operations ---- */

static bool is_of_state(const cJSON *keys) {
    return strcmp(text_of(keys, "pk", "S"), SIM_NAME) == 0 && text_of(keys, "sk", "S")[0];
}

static const char *seen_text(sim_world *world, const cJSON *input, const sim_item *item) {
    if (!item) return NULL;
    const bool is_consistent = cJSON_IsTrue(member(input, "ConsistentRead"));
    if (is_consistent || world->now_ms - item->changed_ms > LAG_MS || world_chance(world, 500)) return item->text;
    return item->before;
}

static void get_item(sim_world *world, const sim_request *request, const cJSON *input, sim_reply *reply) {
    const cJSON *key = member(input, "Key");
    if (!is_of_state(key) || cJSON_GetArraySize(key) != 2) {
        reply_error(reply, request, 400, "ValidationException");
        return;
    }
    const char *text = seen_text(world, input, find_item(world, text_of(key, "sk", "S")));
    text_add(&reply->body, text ? "{\"Item\":%s}" : "{}", text);
}

static void put_item(sim_world *world, const sim_request *request, const cJSON *input, sim_reply *reply) {
    const cJSON *item = member(input, "Item");
    const char *sort_key = text_of(item, "sk", "S");
    if (!is_of_state(item) || item_size(item) > item_max(world)) {
        world_violation(world, "an item of %zu bytes is put, \"%s\"", item_size(item), sort_key);
        reply_error(reply, request, 400, "ValidationException");
        return;
    }
    cJSON *present = read_item(world, sort_key);
    if (holds(world, input, present)) {
        set_item(world, sort_key, item);
        check_state(world, request, sort_key);
        text_add(&reply->body, "{}");
    } else
        reply_error(reply, request, 400, "ConditionalCheckFailedException");
    cJSON_Delete(present);
}

static void delete_item(sim_world *world, const sim_request *request, const cJSON *input, sim_reply *reply) {
    const cJSON *key = member(input, "Key");
    const char *sort_key = text_of(key, "sk", "S");
    if (!is_of_state(key) || strcmp(sort_key, HEAD) == 0) {
        world_violation(world, "\"%s\" is deleted", sort_key);
        reply_error(reply, request, 400, "ValidationException");
        return;
    }
    if (find_item(world, sort_key)) set_item(world, sort_key, NULL);
    check_state(world, request, sort_key);
    text_add(&reply->body, "{}");
}

static void query(sim_world *world, const sim_request *request, const cJSON *input, sim_reply *reply) {
    const cJSON *values = member(input, "ExpressionAttributeValues");
    const char *condition = cJSON_GetStringValue(member(input, "KeyConditionExpression"));
    const char *prefix = text_of(values, ":part", "S");
    const char *after = text_of(member(input, "ExclusiveStartKey"), "sk", "S");
    if (!condition || strcmp(condition, "pk = :pk AND begins_with(sk, :part)") != 0 ||
        strcmp(text_of(values, ":pk", "S"), SIM_NAME) != 0) {
        world_violation(world, "the exporter queries for %s", condition ? condition : "nothing");
        reply_error(reply, request, 400, "ValidationException");
        return;
    }
    const char *last = NULL;
    size_t bytes = 0;
    int count = 0;
    const size_t page = item_max(world) * 5 / 2; /* As 1 MB is to 400 KB. */
    text_add(&reply->body, "{\"Items\":[");
    for (int i = position(world, prefix); i < world->item_count && bytes < page; i++) {
        const sim_item *item = &world->items[i];
        if (strncmp(item->sort_key, prefix, strlen(prefix)) != 0) break;
        const char *text = strcmp(item->sort_key, after) > 0 ? seen_text(world, input, item) : NULL;
        if (!text) continue;
        text_add(&reply->body, "%s{\"sk\":{\"S\":\"%s\"}}", count++ > 0 ? "," : "", item->sort_key);
        bytes += strlen(text) * 3 / 4;
        last = item->sort_key;
    }
    text_add(&reply->body, "],\"Count\":%d,\"ScannedCount\":%d", count, count);
    if (bytes >= page)
        text_add(&reply->body, ",\"LastEvaluatedKey\":{\"pk\":{\"S\":\"" SIM_NAME "\"},\"sk\":{\"S\":\"%s\"}}", last);
    text_add(&reply->body, "}");
}

/* ---- all ---- */

void dynamodb_answer(sim_world *world, const sim_request *request, sim_reply *reply) {
    const char *operation = request->operation;
    cJSON *input = cJSON_ParseWithLength(request->body, request->len);
    const char *table = cJSON_GetStringValue(member(input, "TableName"));
    reply->status = 200;
    text_clear(&reply->body);
    if (world->knobs.store != SIM_STORE_DYNAMODB || !table || strcmp(table, SIM_TABLE) != 0)
        reply_error(reply, request, 400, "ResourceNotFoundException");
    else if (strcmp(operation, "GetItem") == 0)
        get_item(world, request, input, reply);
    else if (strcmp(operation, "PutItem") == 0)
        put_item(world, request, input, reply);
    else if (strcmp(operation, "DeleteItem") == 0)
        delete_item(world, request, input, reply);
    else if (strcmp(operation, "Query") == 0)
        query(world, request, input, reply);
    else
        world_violation(world, "the exporter asks DynamoDB for %s", operation);
    reply->has_crc = world->knobs.has_crc && reply->body.len > 0;
    if (reply->has_crc) reply->crc = crc32(0, (const Bytef *)reply->body.ptr, (uInt)reply->body.len);
    cJSON_Delete(input);
}
