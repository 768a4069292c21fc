#include "ledger_reader.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FOLDER     "_ledger/"
#define TEXT_BYTES ((size_t)1 << 20)

/* A line that speaks of a task. */
typedef struct ledger_entry {
    const char *task;
    int number;
    const cJSON *line;
} ledger_entry;

struct sim_ledger {
    cJSON *lines;          /* In the order of their keys. */
    ledger_entry *entries; /* The same, task by task. */
    size_t count;
};

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

static int compare_entries(const void *a, const void *b) {
    const ledger_entry *left = a, *right = b;
    const int order = strcmp(left->task, right->task);
    return order != 0 ? order : left->number - right->number;
}

static void index_lines(sim_ledger *ledger) {
    const cJSON *line;
    ledger->entries = malloc(((size_t)cJSON_GetArraySize(ledger->lines) + 1) * sizeof *ledger->entries);
    if (!ledger->entries) abort();
    cJSON_ArrayForEach(line, ledger->lines) {
        const char *task = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, "TaskId"));
        if (!task) continue;
        ledger->entries[ledger->count] = (ledger_entry){task, (int)ledger->count, line};
        ledger->count++;
    }
    if (ledger->count > 1) qsort(ledger->entries, ledger->count, sizeof *ledger->entries, compare_entries);
}

/* The task's entries begin there; they end where another task is. */
static size_t first_entry(const sim_ledger *ledger, const char *task) {
    size_t low = 0, high = ledger->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(ledger->entries[middle].task, task) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const cJSON *line_of(const sim_ledger *ledger, size_t at, const char *task) {
    return at < ledger->count && strcmp(ledger->entries[at].task, task) == 0 ? ledger->entries[at].line : NULL;
}

sim_ledger *ledger_open(sim_world *world) {
    sim_ledger *ledger = calloc(1, sizeof *ledger);
    char *text = malloc(TEXT_BYTES);
    if (!ledger || !text) abort();
    ledger->lines = cJSON_CreateArray();
    for (int i = world_object_position(world, FOLDER); i < world->object_count; i++) {
        const sim_object *object = world->objects[i];
        if (strncmp(object->key, FOLDER, sizeof FOLDER - 1) != 0) break;
        if (!add_lines(ledger->lines, text, inflate_object(object, text)))
            world_violation(world, "%s is no ledger", object->key);
    }
    free(text);
    index_lines(ledger);
    return ledger;
}

void ledger_close(sim_ledger *ledger) {
    cJSON_Delete(ledger->lines);
    free(ledger->entries);
    free(ledger);
}

static bool is_text(const cJSON *line, const char *name, const char *value) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, name));
    return text && strcmp(text, value) == 0;
}

bool ledger_has_task(const sim_ledger *ledger, const sim_task *task) {
    const cJSON *line;
    bool has = false;
    for (size_t at = first_entry(ledger, task->id); (line = line_of(ledger, at, task->id)) != NULL; at++) {
        if (is_text(line, "Type", "task")) has = is_text(line, "Folder", task->folder);
        if (is_text(line, "Type", "discarded")) has = false;
    }
    return has;
}

static bool holds_text(const cJSON *list, const char *value) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) if (strcmp(cJSON_GetStringValue(item), value) == 0) return true;
    return false;
}

bool ledger_names_stream(const sim_ledger *ledger, const sim_task *task, const sim_stream *stream) {
    const cJSON *line;
    bool names = true;
    for (size_t at = first_entry(ledger, task->id); (line = line_of(ledger, at, task->id)) != NULL; at++) {
        if (!is_text(line, "Type", "stream") || !is_text(line, "Folder", stream->folder)) continue;
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(line, "Streams");
        names = cJSON_GetArraySize(list) == 0 || holds_text(list, stream->name);
    }
    return names;
}
