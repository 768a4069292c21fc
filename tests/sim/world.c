#include "world.h"

#include "late_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define START_MS   INT64_C(1795341600000) /* 2026-11-22 */
#define BLOCK_SIZE ((size_t)1 << 18)

typedef struct sim_block {
    struct sim_block *next;
    size_t size;
    _Alignas(16) char bytes[];
} sim_block;

/* ---- memory ---- */

static void *need(void *block) {
    if (block) return block;
    fprintf(stderr, "the simulator is out of memory\n");
    abort();
}

static sim_block *new_block(size_t size) {
    sim_block *block = need(malloc(sizeof *block + size));
    *block = (sim_block){.size = size};
    return block;
}

void *world_alloc(sim_world *world, size_t size) {
    size = (size + 15) & ~(size_t)15;
    while (world->block_used + size > world->block->size) {
        if (!world->block->next) world->block->next = new_block(size > BLOCK_SIZE ? size : BLOCK_SIZE);
        world->block = world->block->next;
        world->block_used = 0;
    }
    void *memory = world->block->bytes + world->block_used;
    world->block_used += size;
    return memset(memory, 0, size);
}

char *world_copy(sim_world *world, const char *text, size_t len) {
    char *copy = world_alloc(world, len + 1);
    if (len > 0) memcpy(copy, text, len);
    return copy;
}

char *world_format(sim_world *world, const char *format, ...) {
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return world_copy(world, text, len < (int)sizeof text ? (size_t)len : sizeof text - 1);
}

void list_add(sim_world *world, sim_list *list, int item) {
    if (list->count == list->capacity) {
        const int capacity = list->capacity ? 2 * list->capacity : 8;
        int *items = world_alloc(world, (size_t)capacity * sizeof *items);
        if (list->count > 0) memcpy(items, list->items, (size_t)list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
}

void *world_grow(void *items, int count, int *capacity, size_t size) {
    if (count < *capacity) return items;
    *capacity = *capacity ? 2 * *capacity : 64;
    return need(realloc(items, (size_t)*capacity * size));
}

char *world_body(sim_world *world, size_t len) {
    if (!world->is_frugal) return world_alloc(world, len + 1);
    while ((size_t)world->body_room <= len)
        world->body = world_grow(world->body, world->body_room, &world->body_room, 1);
    world->body[len] = 0;
    return world->body;
}

/* ---- life ---- */

sim_world *world_create(void) {
    sim_world *world = need(calloc(1, sizeof *world));
    world->blocks = new_block(BLOCK_SIZE);
    world->only_store = -1;
    world_reset(world, 0);
    return world;
}

void world_destroy(sim_world *world) {
    for (sim_block *block = world->blocks; block;) {
        sim_block *next = block->next;
        free(block);
        block = next;
    }
    free(world->groups);
    free(world->streams);
    free(world->events);
    free(world->tasks);
    free(world->objects);
    free(world->items);
    free(world->disk.inodes);
    free(world->disk.names);
    free(world->disk.safe);
    free(world->disk.changes);
    free(world->disk.files);
    free(world->queue);
    free(world->body);
    free(world);
}

void world_reset(sim_world *world, uint64_t seed) {
    world->dice = (random_source){seed};
    world->knobs = (sim_knobs){.page_size = 50,
                               .events_per_object = 4,
                               .pending_ms = 500,
                               .running_ms = 5000,
                               .late_object_ms = 20 * SIM_MINUTE};
    world->now_ms = START_MS;
    world->group_count = world->stream_count = world->event_count = world->task_count = 0;
    world->object_count = world->queue_count = world->item_count = 0;
    world->next_order = world->next_etag = world->next_id = world->next_process = 0;
    world->disk.inode_count = world->disk.name_count = world->disk.safe_count = 0;
    world->disk.change_count = world->disk.file_count = 0;
    world->disk.is_save_pending = false;
    world->version = world->version_by = world->state_writes = 0;
    world->changes = 0;
    world->violation[0] = 0;
    world->block = world->blocks;
    world->block_used = 0;
}

void world_trace(const sim_world *world, const char *format, ...) {
    if (!world->is_traced) return;
    const int64_t at = world->now_ms - START_MS;
    va_list arguments;
    printf("%3lldd %02lld:%02lld:%02lld.%03lld  ", (long long)(at / SIM_DAY), (long long)(at / SIM_HOUR % 24),
           (long long)(at / SIM_MINUTE % 60), (long long)(at / 1000 % 60), (long long)(at % 1000));
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void world_violation(sim_world *world, const char *format, ...) {
    char text[sizeof world->violation];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    world_trace(world, "VIOLATION: %s", text);
    if (!world->violation[0]) memcpy(world->violation, text, sizeof text);
}

int64_t world_draw(sim_world *world, int64_t most) {
    return most <= 0 ? 0 : (int64_t)random_below(&world->dice, (uint64_t)most + 1);
}

bool world_chance(sim_world *world, int per_mille) {
    return per_mille > 0 && world_draw(world, 999) < per_mille;
}

/* ---- time ---- */

void world_schedule(sim_world *world, sim_happening happening) {
    WORLD_ROOM(world, queue, queue);
    happening.order = world->next_order++;
    world->changes++;
    world->queue[world->queue_count++] = happening;
}

static bool is_before(const sim_happening *a, const sim_happening *b) {
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void delete_stream(sim_world *world, int stream) {
    if (world->streams[stream].deleted) return;
    world_trace(world, "     the stream %s of %s is deleted", world->streams[stream].name,
                world->groups[world->streams[stream].group].name);
    world->streams[stream].deleted = true;
}

static void recreate_group(sim_world *world, int group) {
    if (world->groups[group].deleted) return;
    world_trace(world, "     the group %s is deleted and made again", world->groups[group].name);
    world->groups[group].deleted = true;
    const int made = world_add_group(world, world->groups[group].name, true);
    for (int i = 0, count = world->stream_count; i < count; i++) {
        if (world->streams[i].group != group || world->streams[i].deleted) continue;
        world->streams[i].deleted = true;
        world_add_stream(world, made, world->streams[i].name);
    }
}

static void put_event(sim_world *world, int number) {
    const sim_event *event = &world->events[number];
    sim_stream *stream = &world->streams[event->stream];
    if (stream->deleted) return;
    list_add(world, &stream->events, number);
    world_trace(world, "     event %d: %s, stamped %lld (%+lld s), visible after %lld s", number, stream->name,
                (long long)event->timestamp, (long long)((event->timestamp - world->now_ms) / 1000),
                (long long)((event->visible_ms - world->now_ms) / 1000));
}

static void bear_stream(sim_world *world, const sim_happening *it) {
    const int stream = world_add_stream(world, it->subject, it->text);
    for (int i = 0; stream >= 0 && i < it->age_count; i++)
        world_put_event(world, stream, world->now_ms - it->ages_ms[i], world->now_ms);
}

static void happen(sim_world *world, const sim_happening *it) {
    world->changes++;
    switch (it->kind) {
    case SIM_PUT_EVENT: put_event(world, it->subject); break;
    case SIM_CREATE_STREAM: bear_stream(world, it); break;
    case SIM_DELETE_STREAM: delete_stream(world, it->subject); break;
    case SIM_RECREATE_GROUP: recreate_group(world, it->subject); break;
    case SIM_TASK_RUNS: task_runs(world, it->subject); break;
    case SIM_TASK_ENDS: task_ends(world, it->subject); break;
    case SIM_OBJECT_APPEARS: world_put_object(world, it->object); break;
    case SIM_EFFECT:
        world_trace(world, "     the effect of a request whose client has given up:");
        it->effect(world, it->context);
        break;
    }
}

void world_advance(sim_world *world, int64_t to_ms) {
    for (;;) {
        int first = -1;
        for (int i = 0; i < world->queue_count; i++)
            if (world->queue[i].at_ms <= to_ms && (first < 0 || is_before(&world->queue[i], &world->queue[first])))
                first = i;
        if (first < 0) break;
        const sim_happening it = world->queue[first];
        world->queue[first] = world->queue[--world->queue_count];
        if (it.at_ms > world->now_ms) world->now_ms = it.at_ms;
        happen(world, &it);
    }
    if (to_ms > world->now_ms) world->now_ms = to_ms;
}

/* ---- the state ---- */

void world_state_replaced(sim_world *world, sim_writer by) {
    if (by.seen != world->version && by.process != world->version_by)
        world_violation(world, "process %d wrote over version %d of the state, which process %d had saved: it knew %d",
                        by.process, world->version, world->version_by, by.seen);
    world->version++;
    world->version_by = by.process;
}

void world_state_saved(sim_world *world, sim_writer by, const char *text, size_t len) {
    world_state_replaced(world, by);
    if (world->state_saved) world->state_saved(world, text, len);
}

/* ---- logs ---- */

int world_add_group(sim_world *world, const char *name, bool is_standard) {
    WORLD_ROOM(world, groups, group);
    world->groups[world->group_count] =
        (sim_group){.name = world_copy(world, name, strlen(name)),
                    .arn = world_format(world, "arn:aws:logs:" SIM_REGION ":" SIM_ACCOUNT ":log-group:%s", name),
                    .created_ms = world->now_ms,
                    .is_standard = is_standard};
    world_trace(world, "     group %s, created at %lld", name, (long long)world->now_ms);
    return world->group_count++;
}

int world_add_stream(sim_world *world, int group, const char *name) {
    if (world->groups[group].deleted || world_find_stream(world, group, name) >= 0) return -1;
    world->changes++;
    WORLD_ROOM(world, streams, stream);
    sim_stream *stream = &world->streams[world->stream_count];
    *stream = (sim_stream){.group = group,
                           .name = world_copy(world, name, strlen(name)),
                           .folder = world_copy(world, name, strlen(name)),
                           .created_ms = world->now_ms,
                           .hint_lag_ms = world_draw(world, world->knobs.hint_lag_ms)};
    for (char *c = stream->folder; *c; c++)
        if (*c == '/') *c = '-';
    list_add(world, &world->groups[group].streams, world->stream_count);
    world_trace(world, "     stream %s of %s, created at %lld, hints %lld s behind", name, world->groups[group].name,
                (long long)world->now_ms, (long long)(stream->hint_lag_ms / 1000));
    return world->stream_count++;
}

void world_note_listed(sim_world *world, int number) {
    sim_stream *stream = &world->streams[number];
    if (stream->listed_count == 0) world->changes++;
    if (stream->listed_count == stream->listed_capacity) {
        const int capacity = stream->listed_capacity ? 2 * stream->listed_capacity : 8;
        int64_t *times = world_alloc(world, (size_t)capacity * sizeof *times);
        if (stream->listed_count > 0) memcpy(times, stream->listed_ms, (size_t)stream->listed_count * sizeof *times);
        stream->listed_ms = times;
        stream->listed_capacity = capacity;
    }
    stream->listed_ms[stream->listed_count++] = world->now_ms;
}

int world_find_group(const sim_world *world, const char *name) {
    for (int i = 0; i < world->group_count; i++)
        if (!world->groups[i].deleted && strcmp(world->groups[i].name, name) == 0) return i;
    return -1;
}

int world_find_stream(const sim_world *world, int group, const char *name) {
    const sim_list *streams = &world->groups[group].streams;
    for (int i = 0; i < streams->count; i++) {
        const sim_stream *stream = &world->streams[streams->items[i]];
        if (!stream->deleted && strcmp(stream->name, name) == 0) return streams->items[i];
    }
    return -1;
}

void world_put_event(sim_world *world, int stream, int64_t timestamp, int64_t at_ms) {
    world->changes++;
    WORLD_ROOM(world, events, event);
    world->events[world->event_count] =
        (sim_event){.stream = stream,
                    .timestamp = timestamp,
                    .ingested_ms = at_ms,
                    .visible_ms = at_ms + world_draw(world, world->knobs.visible_lag_ms)};
    if (at_ms <= world->now_ms)
        put_event(world, world->event_count);
    else
        world_schedule(world, (sim_happening){.at_ms = at_ms, .kind = SIM_PUT_EVENT, .subject = world->event_count});
    world->event_count++;
}

/* ---- objects ---- */

int world_object_position(const sim_world *world, const char *key) {
    int low = 0, high = world->object_count;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (strcmp(world->objects[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

sim_object *world_find_object(const sim_world *world, const char *key) {
    const int at = world_object_position(world, key);
    return at < world->object_count && strcmp(world->objects[at]->key, key) == 0 ? world->objects[at] : NULL;
}

void world_put_object(sim_world *world, sim_object *object) {
    const int at = world_object_position(world, object->key);
    object->etag = ++world->next_etag;
    if (strcmp(object->key, SIM_STATE_KEY) != 0) world->changes++;
    if (late_is_object(object)) late_read(world, object, world_find_object(world, object->key));
    if (at < world->object_count && strcmp(world->objects[at]->key, object->key) == 0) {
        world->objects[at] = object;
    } else {
        WORLD_ROOM(world, objects, object);
        memmove(world->objects + at + 1, world->objects + at,
                (size_t)(world->object_count - at) * sizeof *world->objects);
        world->objects[at] = object;
        world->object_count++;
    }
    if (object->task >= 0) world_trace(world, "     object %s, %d events", object->key, object->events.count);
}

void world_event_line(const sim_world *world, int event, char line[SIM_EVENT_LINE]) {
    const int64_t ms = world->events[event].timestamp;
    const time_t seconds = (time_t)(ms / 1000);
    char stamp[32];
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(line, SIM_EVENT_LINE, "%s.%03dZ event %d", stamp, (int)(ms % 1000), event);
}

static void overwrite(sim_world *world, sim_object *object, const char *text, size_t len) {
    if (len >= object->room) {
        object->room = 2 * len + 1;
        object->body = world_alloc(world, object->room);
    }
    memcpy(object->body, text, len);
    object->body[len] = 0;
    object->len = len;
    world_put_object(world, object);
}

void world_put_text(sim_world *world, const char *key, const char *text, size_t len) {
    sim_object *present = world->is_frugal ? world_find_object(world, key) : NULL;
    if (present && present->task < 0) {
        overwrite(world, present, text, len);
        return;
    }
    sim_object *object = world_alloc(world, sizeof *object);
    *object = (sim_object){.key = world_copy(world, key, strlen(key)),
                           .body = world_copy(world, text, len),
                           .len = len,
                           .task = -1,
                           .stream = -1};
    world_put_object(world, object);
}

void world_delete_object(sim_world *world, const char *key) {
    const int at = world_object_position(world, key);
    if (at == world->object_count || strcmp(world->objects[at]->key, key) != 0) return;
    world->changes++;
    world->object_count--;
    memmove(world->objects + at, world->objects + at + 1, (size_t)(world->object_count - at) * sizeof *world->objects);
}
