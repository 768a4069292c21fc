/* Export tasks as CloudWatch Logs runs them: one at a time, by prefix, inclusive at both ends, and not always well. */
#include "world.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SLOW_MS (15 * SIM_MINUTE)

bool task_is_active(const sim_task *task) {
    return task->status == SIM_TASK_PENDING || task->status == SIM_TASK_RUNNING ||
           task->status == SIM_TASK_PENDING_CANCEL;
}

/* An id ends in the task's number. */
const sim_task *task_find(const sim_world *world, const char *id) {
    const char *dash = strrchr(id, '-');
    const unsigned long number = dash ? strtoul(dash + 1, NULL, 16) : ULONG_MAX;
    if (number >= (unsigned long)world->task_count) return NULL;
    const sim_task *task = &world->tasks[number];
    return strcmp(task->id, id) == 0 ? task : NULL;
}

const char *task_status_text(sim_task_status status) {
    switch (status) {
    case SIM_TASK_PENDING: return "PENDING";
    case SIM_TASK_RUNNING: return "RUNNING";
    case SIM_TASK_PENDING_CANCEL: return "PENDING_CANCEL";
    case SIM_TASK_COMPLETED: return "COMPLETED";
    case SIM_TASK_FAILED: return "FAILED";
    case SIM_TASK_CANCELLED: break;
    }
    return "CANCELLED";
}

/* ---- creation ---- */

static const char *refusal(const sim_world *world, const sim_task_request *request) {
    const int group = world_find_group(world, request->group);
    if (group < 0) return "ResourceNotFoundException";
    if (!world->groups[group].is_standard || strcmp(request->bucket, SIM_BUCKET) != 0)
        return "InvalidParameterException";
    if (world->knobs.refuses_reversed_window && request->from_ms > request->to_ms) return "InvalidParameterException";
    if (world->knobs.refuses_before_creation && request->to_ms < world->groups[group].created_ms)
        return "InvalidParameterException";
    for (int i = 0; i < world->task_count; i++)
        if (task_is_active(&world->tasks[i])) return "LimitExceededException";
    return NULL;
}

static sim_task_status draw_fate(sim_world *world) {
    if (world_chance(world, world->knobs.failed_per_mille)) return SIM_TASK_FAILED;
    return world_chance(world, world->knobs.cancelled_per_mille) ? SIM_TASK_CANCELLED : SIM_TASK_COMPLETED;
}

static void plan_life(sim_world *world, int number, const sim_task_request *request) {
    const sim_knobs *knobs = &world->knobs;
    const bool is_slow = world_chance(world, knobs->slow_per_mille);
    const int64_t runs = world->now_ms + world_draw(world, is_slow ? SLOW_MS : knobs->pending_ms);
    const int64_t ends = runs + 50 + world_draw(world, is_slow || request->is_foreign ? SLOW_MS : knobs->running_ms);
    world_schedule(world, (sim_happening){.at_ms = runs, .kind = SIM_TASK_RUNS, .subject = number});
    world_schedule(world, (sim_happening){.at_ms = ends, .kind = SIM_TASK_ENDS, .subject = number});
}

/* Each stream can be a task's, and each task can bear one. */
#define BORN_MAX 60

/* A stream that no listing knew, with events as old as they may be, in time to be read or not. */
static void bear_stream(sim_world *world, const sim_task *task) {
    static const char *const ENDINGS[] = {"-0", "0", "new"};
    const char *ending = ENDINGS[world_draw(world, 2)];
    sim_happening birth = {.at_ms = world->now_ms + world_draw(world, world->knobs.running_ms),
                           .kind = SIM_CREATE_STREAM,
                           .subject = task->group,
                           .text = world_format(world, "%s%s", task->prefix, ending),
                           .age_count = 1 + (int)world_draw(world, SIM_BIRTH_EVENTS - 1)};
    for (int i = 0; i < birth.age_count; i++) birth.ages_ms[i] = world_draw(world, i % 2 ? SIM_HOUR : 14 * SIM_DAY);
    if (world->stream_count < BORN_MAX) world_schedule(world, birth);
}

int tasks_create(sim_world *world, const sim_task_request *request, const char **code) {
    *code = refusal(world, request);
    if (*code) return -1;
    WORLD_ROOM(world, tasks, task);
    const int number = world->task_count++;
    world->changes++;
    const char *id =
        world_format(world, "%08x-0000-4000-8000-%012x", (unsigned)world_draw(world, 0x7fffffff), (unsigned)number);
    world->tasks[number] = (sim_task){
        .id = world_copy(world, id, strlen(id)),
        .name = world_copy(world, request->name, strlen(request->name)),
        .group_name = world_copy(world, request->group, strlen(request->group)),
        .prefix = world_copy(world, request->prefix, strlen(request->prefix)),
        .destination_prefix = world_copy(world, request->destination_prefix, strlen(request->destination_prefix)),
        .folder = world_format(world, "%s/%s/", request->destination_prefix, id),
        .group = world_find_group(world, request->group),
        .from_ms = request->from_ms,
        .to_ms = request->to_ms,
        .created_ms = world->now_ms,
        .listed_ms = world->now_ms + world_draw(world, world->knobs.list_lag_ms),
        .read_ms = SIM_NEVER,
        .fate = request->is_foreign ? SIM_TASK_COMPLETED : draw_fate(world),
        .is_foreign = request->is_foreign,
    };
    plan_life(world, number, request);
    if (!request->is_foreign && world_chance(world, world->knobs.births_per_mille))
        bear_stream(world, &world->tasks[number]);
    if (!request->is_foreign) {
        const char *key = world_format(world, "%s/aws-logs-write-test", request->destination_prefix);
        world_put_text(world, key, "Permission Check Successful", 27);
    }
    world_trace(world, "     task %s%s: %s \"%s\" [%lld, %lld]", id, request->is_foreign ? " (a stranger's)" : "",
                request->group, request->prefix, (long long)request->from_ms, (long long)request->to_ms);
    return number;
}

/* ---- reading ---- */

/* The exporter tells by the name of its task. */
static bool has_kind(const sim_task *task, const char *kind) {
    return strlen(task->name) > 35 && strncmp(task->name + 32, kind, 3) == 0;
}

bool task_is_of_group(const sim_task *task) {
    return !task->is_foreign && (has_kind(task, ".g.") || has_kind(task, ".G."));
}

bool task_is_of_several(const sim_task *task) {
    return has_kind(task, ".p.") || has_kind(task, ".P.");
}

bool task_is_of_backfill(const sim_task *task) {
    return has_kind(task, ".b.") || has_kind(task, ".B.");
}

bool task_matches(const sim_task *task, const sim_stream *stream) {
    return stream->group == task->group && strncmp(stream->name, task->prefix, strlen(task->prefix)) == 0;
}

static void read_events(sim_world *world, sim_task *task) {
    task->read_ms = world->now_ms;
    const sim_list *streams = &world->groups[task->group].streams;
    for (int i = 0; i < streams->count; i++) {
        const sim_stream *stream = &world->streams[streams->items[i]];
        if (stream->deleted || !task_matches(task, stream)) continue;
        for (int k = 0; k < stream->events.count; k++) {
            const sim_event *event = &world->events[stream->events.items[k]];
            if (event->timestamp >= task->from_ms && event->timestamp <= task->to_ms &&
                event->visible_ms <= world->now_ms)
                list_add(world, &task->found, stream->events.items[k]);
        }
    }
}

void task_runs(sim_world *world, int number) {
    sim_task *task = &world->tasks[number];
    if (task->status != SIM_TASK_PENDING) return;
    task->status = SIM_TASK_RUNNING;
    if (!task->is_foreign && !world->knobs.reads_at_end) read_events(world, task);
}

/* ---- writing ---- */

/* An object can come to light after its task has ended. */
static void put_or_delay(sim_world *world, sim_object *object) {
    object->is_delayed = world_chance(world, world->knobs.late_objects_per_mille);
    if (object->is_delayed)
        world_schedule(world, (sim_happening){.at_ms = world->now_ms + world_draw(world, world->knobs.late_object_ms),
                                              .kind = SIM_OBJECT_APPEARS,
                                              .object = object});
    else
        world_put_object(world, object);
}

static sim_object *new_object(sim_world *world, int task, int stream, int number) {
    sim_object *object = world_alloc(world, sizeof *object);
    object->key = world_format(world, "%s%s/%06d.gz", world->tasks[task].folder, world->streams[stream].folder, number);
    object->task = task;
    object->stream = stream;
    return object;
}

/* Streams that share a folder share its numbers. */
static int next_number(const sim_world *world, sim_object *const *made, int count, int stream) {
    int number = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(world->streams[made[i]->stream].folder, world->streams[stream].folder) == 0) number++;
    return number;
}

/* The task's events, which stand stream by stream, in objects of a few each. */
static int fill_objects(sim_world *world, int number, sim_object **made) {
    const sim_list *found = &world->tasks[number].found;
    int count = 0;
    for (int i = 0; i < found->count; i++) {
        const int stream = world->events[found->items[i]].stream;
        const bool is_new = count == 0 || made[count - 1]->stream != stream ||
                            made[count - 1]->events.count >= world->knobs.events_per_object;
        if (is_new) {
            made[count] = new_object(world, number, stream, next_number(world, made, count, stream));
            count++;
        }
        list_add(world, &made[count - 1]->events, found->items[i]);
    }
    return count;
}

void task_ends(sim_world *world, int number) {
    sim_task *task = &world->tasks[number];
    if (!task_is_active(task)) return;
    if (!task->is_foreign && world->groups[task->group].deleted) task->fate = SIM_TASK_FAILED;
    if (!task->is_foreign && task->read_ms == SIM_NEVER) read_events(world, task);
    task->status = task->fate;
    task->ended_ms = world->now_ms;
    world_trace(world, "     task %s: %s, %d events", task->id, task_status_text(task->status), task->found.count);
    sim_object **made = world_alloc(world, (size_t)(task->found.count + 1) * sizeof *made);
    const bool is_whole = task->status == SIM_TASK_COMPLETED;
    const int count = fill_objects(world, number, made);
    const int written = is_whole ? count : (int)world_draw(world, count);
    for (int i = 0; i < written; i++) put_or_delay(world, made[i]);
}
