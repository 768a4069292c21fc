#include "late_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#define TEXT_BYTES ((size_t)1 << 20)

bool late_is_object(const sim_object *object) {
    return object->task < 0 && strstr(object->key, "/late-");
}

static size_t inflate_object(const sim_object *object, char *text) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)object->body, .avail_in = (uInt)object->len};
    stream.next_out = (Bytef *)text;
    stream.avail_out = (uInt)TEXT_BYTES;
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) abort();
    const bool is_whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    inflateEnd(&stream);
    return is_whole ? TEXT_BYTES - stream.avail_out : 0;
}

static bool holds(const sim_list *events, int event) {
    for (int i = 0; i < events->count; i++)
        if (events->items[i] == event) return true;
    return false;
}

static bool read_line(sim_world *world, sim_object *object, const char *line) {
    char expected[SIM_EVENT_LINE];
    const char *number = strstr(line, " event "), *day = strstr(object->key, "/late-") + strlen("/late-");
    const int event = number ? atoi(number + strlen(" event ")) : -1;
    if (event < 0 || event >= world->event_count) return false;
    world_event_line(world, event, expected);
    if (strcmp(line, expected) != 0 || strncmp(line, day, strlen("2026-11-22")) != 0) return false;
    list_add(world, &object->events, event);
    return true;
}

void late_read(sim_world *world, sim_object *object, const sim_object *replaced) {
    char *text = malloc(TEXT_BYTES + 1);
    if (!text) abort();
    text[inflate_object(object, text)] = 0;
    for (char *line = text, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        if (end) *end = 0;
        if (!end || !read_line(world, object, line)) {
            world_violation(world, "%s does not hold late events of its day", object->key);
            break;
        }
    }
    if (object->events.count == 0) world_violation(world, "%s holds nothing", object->key);
    for (int i = 0; replaced && i < replaced->events.count; i++)
        if (!holds(&object->events, replaced->events.items[i]))
            world_violation(world, "%s lost event %d", object->key, replaced->events.items[i]);
    world_trace(world, "     late events: %s, %d of them", object->key, object->events.count);
    free(text);
}
