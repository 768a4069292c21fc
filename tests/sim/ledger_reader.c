#include "ledger_reader.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FOLDER     "_ledger/"
#define TEXT_BYTES ((size_t)1 << 20)

typedef enum line_kind { LINE_OF_TASK, LINE_OF_STREAM, LINE_DISCARDED, LINE_OTHER } line_kind;

/* A line that speaks of a task. */
typedef struct ledger_entry {
    const char *task;
    const char *key; /* Of the object in which it stands. */
    int number;
    line_kind kind;
    const char *folder;
    const cJSON *streams;
} ledger_entry;

/* An object that was read: none is written twice. */
typedef struct ledger_part {
    const sim_object *object;
    cJSON *lines;
} ledger_part;

struct sim_ledger {
    ledger_part *parts; /* In the order of their keys. */
    int part_count, part_capacity;
    ledger_entry *entries; /* Task by task, in the order of keys and lines. */
    int entry_count, entry_capacity;
    char *text; /* Room to unpack an object. */
};

/* ---- reading ---- */

static size_t inflate_object(const sim_object *object, char *text) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)object->body, .avail_in = (uInt)object->len};
    stream.next_out = (Bytef *)text;
    stream.avail_out = (uInt)TEXT_BYTES;
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) abort();
    const bool is_whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    inflateEnd(&stream);
    return is_whole ? TEXT_BYTES - stream.avail_out : 0;
}

static bool add_lines(cJSON *lines, const char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        cJSON *line = end ? cJSON_ParseWithLength(text + at, (size_t)(end - text) - at) : NULL;
        if (!line) return false;
        cJSON_AddItemToArray(lines, line);
        at = (size_t)(end - text) + 1;
    }
    return len > 0;
}

static const char *text_of(const cJSON *line, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, name));
    return text ? text : "";
}

static line_kind kind_of(const cJSON *line) {
    static const char *const NAMES[] = {"task", "stream", "discarded"};
    const char *type = text_of(line, "Type");
    for (int i = 0; i < LINE_OTHER; i++)
        if (strcmp(type, NAMES[i]) == 0) return (line_kind)i;
    return LINE_OTHER;
}

/* ---- the order ---- */

static int compare_entries(const ledger_entry *left, const ledger_entry *right) {
    int order = strcmp(left->task, right->task);
    if (order == 0) order = strcmp(left->key, right->key);
    return order != 0 ? order : left->number - right->number;
}

/* Where the entry stands, or would. */
static int position(const sim_ledger *ledger, const ledger_entry *entry) {
    int low = 0, high = ledger->entry_count;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (compare_entries(&ledger->entries[middle], entry) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_entry(sim_ledger *ledger, const ledger_entry *entry) {
    const int at = position(ledger, entry);
    ledger->entries =
        world_grow(ledger->entries, ledger->entry_count, &ledger->entry_capacity, sizeof *ledger->entries);
    memmove(ledger->entries + at + 1, ledger->entries + at,
            (size_t)(ledger->entry_count - at) * sizeof *ledger->entries);
    ledger->entries[at] = *entry;
    ledger->entry_count++;
}

static void add_part(sim_ledger *ledger, int at, const ledger_part *part) {
    const cJSON *line;
    int number = 0;
    ledger->parts = world_grow(ledger->parts, ledger->part_count, &ledger->part_capacity, sizeof *ledger->parts);
    memmove(ledger->parts + at + 1, ledger->parts + at, (size_t)(ledger->part_count - at) * sizeof *ledger->parts);
    ledger->parts[at] = *part;
    ledger->part_count++;
    cJSON_ArrayForEach(line, part->lines) {
        const ledger_entry entry = {.task = text_of(line, "TaskId"),
                                    .key = part->object->key,
                                    .number = number++,
                                    .kind = kind_of(line),
                                    .folder = text_of(line, "Folder"),
                                    .streams = cJSON_GetObjectItemCaseSensitive(line, "Streams")};
        if (entry.task[0]) add_entry(ledger, &entry);
    }
}

sim_ledger *ledger_open(void) {
    sim_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger) ledger->text = malloc(TEXT_BYTES);
    if (!ledger || !ledger->text) abort();
    return ledger;
}

void ledger_close(sim_ledger *ledger) {
    if (!ledger) return;
    for (int i = 0; i < ledger->part_count; i++) cJSON_Delete(ledger->parts[i].lines);
    free(ledger->parts);
    free(ledger->entries);
    free(ledger->text);
    free(ledger);
}

void ledger_follow(sim_ledger *ledger, sim_world *world) {
    const int first = world_object_position(world, FOLDER);
    for (int i = 0; first + i < world->object_count; i++) {
        const sim_object *object = world->objects[first + i];
        if (strncmp(object->key, FOLDER, sizeof FOLDER - 1) != 0) break;
        if (i < ledger->part_count && ledger->parts[i].object == object) continue;
        const ledger_part part = {object, cJSON_CreateArray()};
        if (!add_lines(part.lines, ledger->text, inflate_object(object, ledger->text)))
            world_violation(world, "%s is no ledger", object->key);
        add_part(ledger, i, &part);
    }
}

/* ---- questions ---- */

/* The next entry of the task behind `entry`, the first for NULL; NULL: it has no more. */
static const ledger_entry *next_of(const sim_ledger *ledger, const char *task, const ledger_entry *entry) {
    const ledger_entry first = {.task = task, .key = ""};
    const ledger_entry *next = entry ? entry + 1 : ledger->entries + position(ledger, &first);
    return next < ledger->entries + ledger->entry_count && strcmp(next->task, task) == 0 ? next : NULL;
}

bool ledger_has_task(const sim_ledger *ledger, const sim_task *task) {
    bool has = false;
    for (const ledger_entry *entry = NULL; (entry = next_of(ledger, task->id, entry)) != NULL;) {
        if (entry->kind == LINE_OF_TASK) has = strcmp(entry->folder, task->folder) == 0;
        if (entry->kind == LINE_DISCARDED) has = false;
    }
    return has;
}

static bool holds_text(const cJSON *list, const char *value) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) if (strcmp(cJSON_GetStringValue(item), value) == 0) return true;
    return false;
}

bool ledger_names_stream(const sim_ledger *ledger, const sim_task *task, const sim_stream *stream) {
    bool names = true;
    for (const ledger_entry *entry = NULL; (entry = next_of(ledger, task->id, entry)) != NULL;)
        if (entry->kind == LINE_OF_STREAM && strcmp(entry->folder, stream->folder) == 0)
            names = cJSON_GetArraySize(entry->streams) == 0 || holds_text(entry->streams, stream->name);
    return names;
}
