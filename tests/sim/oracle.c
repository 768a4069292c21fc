#include "oracle.h"

#include "late_reader.h"
#include "ledger_reader.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- late events ---- */

static bool has_folder_in(const sim_world *world, const sim_task *task, const sim_stream *stream) {
    for (int i = 0; i < task->found.count; i++) {
        const sim_stream *other = &world->streams[world->events[task->found.items[i]].stream];
        if (strcmp(other->folder, stream->folder) == 0) return true;
    }
    return false;
}

/* A task of several streams is for those that a listing had shown; to a run that finds the task of an earlier one, for
 * those that were there before its window ended. */
static bool is_of_several(const sim_task *task, const sim_stream *stream) {
    const bool was_listed = stream->listed_count > 0 && stream->listed_ms[0] <= task->created_ms;
    return task_is_of_several(task) && strncmp(stream->name, task->prefix, strlen(task->prefix)) == 0 &&
           (was_listed || stream->created_ms <= task->to_ms);
}

static bool counts_for(const sim_task *task, const sim_stream *stream) {
    if (task->status != SIM_TASK_COMPLETED || task->is_foreign || task->group != stream->group) return false;
    return task_is_of_group(task) || strcmp(task->prefix, stream->name) == 0 || is_of_several(task, stream);
}

/* It had a folder in this task of its group, or in an earlier one, or had been exported on its own. */
static bool had_joined(const sim_world *world, const sim_task *task, const sim_stream *stream, bool before) {
    for (int i = 0; i < world->task_count; i++) {
        const sim_task *other = &world->tasks[i];
        if (!counts_for(other, stream) || other->read_ms > task->read_ms || (before && other == task)) continue;
        if (!task_is_of_group(other) || has_folder_in(world, other, stream)) return true;
    }
    return false;
}

/* In one and the same instant an event may come before the task reads, or behind it. */
static bool was_there(const sim_world *world, const sim_event *event, const sim_task *task) {
    if (event->visible_ms != task->read_ms) return event->visible_ms < task->read_ms;
    for (int i = 0; i < task->found.count; i++)
        if (&world->events[task->found.items[i]] == event) return true;
    return false;
}

static bool is_late(const sim_world *world, const sim_event *event) {
    const sim_stream *stream = &world->streams[event->stream];
    for (int i = 0; i < world->task_count; i++) {
        const sim_task *task = &world->tasks[i];
        if (!counts_for(task, stream) || event->timestamp > task->to_ms) continue;
        const bool is_unseen = !was_there(world, event, task);
        if (event->timestamp >= task->from_ms) {
            if (is_unseen && (!task_is_of_group(task) || had_joined(world, task, stream, false))) return true;
            continue;
        }
        /* It joined the group without showing that it owed something. */
        const bool joins =
            task_is_of_group(task) && has_folder_in(world, task, stream) && !had_joined(world, task, stream, true);
        if (joins && is_unseen) return true;
    }
    return false;
}

/* ---- counting ---- */

static void prepare(sim_oracle *oracle, const sim_world *world) {
    const size_t size = (size_t)world->event_count * sizeof *oracle->counts;
    if (world->event_count > oracle->count_capacity) {
        oracle->count_capacity = 2 * world->event_count;
        oracle->counts = realloc(oracle->counts, (size_t)oracle->count_capacity * sizeof *oracle->counts);
        if (!oracle->counts) abort();
    }
    if (size > 0) memset(oracle->counts, 0, size);
}

static bool is_wanted(const sim_world *world, const sim_stream *stream) {
    const char *prefix = world->knobs.stream_prefix;
    return !prefix || strncmp(stream->name, prefix, strlen(prefix)) == 0;
}

static bool is_alive(const sim_world *world, const sim_stream *stream) {
    const sim_group *group = &world->groups[stream->group];
    return is_wanted(world, stream) && !stream->deleted && !group->deleted && group->is_standard &&
           strncmp(group->name, "app", 3) == 0;
}

/* What comes to light after its task, in a folder that two streams share: nobody can tell whose it is, so it stays, and
 * may stand beside the same events of the stream's own task (docs/exactness.md, what is not covered). */
static bool may_be_anothers(const sim_world *world, const sim_object *object) {
    if (!object->is_delayed) return false;
    const sim_stream *stream = &world->streams[object->stream];
    for (int i = 0; i < world->stream_count; i++) {
        const sim_stream *other = &world->streams[i];
        if (i != object->stream && other->group == stream->group && strcmp(other->folder, stream->folder) == 0)
            return true;
    }
    return false;
}

static void count_event(sim_oracle *oracle, sim_world *world, int event, const sim_object *object, bool is_anothers) {
    const sim_stream *stream = &world->streams[world->events[event].stream];
    if (!is_wanted(world, stream))
        world_violation(world, "event %d of %s is archived, which was not asked for", event, stream->name);
    /* Whether a task of what is gone was one too many cannot be told any more. */
    if (++oracle->counts[event] < 2 || !is_alive(world, stream)) return;
    oracle->shared += is_anothers;
    if (oracle->counts[event] == 2 && !is_anothers)
        world_violation(world, "event %d of %s, stamped %lld, is archived twice, the second time in %s", event,
                        stream->name, (long long)world->events[event].timestamp, object->key);
}

static void count_object(sim_oracle *oracle, sim_world *world, const sim_object *object, bool anothers) {
    if (may_be_anothers(world, object) != anothers) return;
    for (int i = 0; i < object->events.count; i++)
        count_event(oracle, world, object->events.items[i], object, anothers);
}

/* What stands in the bucket, and what is known to appear there; with a state, only what that counts on. */
static void count_objects(sim_oracle *oracle, sim_world *world, const sim_state *state, bool anothers) {
    for (int i = 0; i < world->object_count; i++)
        if (!state || late_is_object(world->objects[i]) || state_commits(state, world, world->objects[i]))
            count_object(oracle, world, world->objects[i], anothers);
    for (int i = 0; i < world->queue_count; i++) {
        const sim_happening *it = &world->queue[i];
        if (it->kind == SIM_OBJECT_APPEARS && (!state || state_commits(state, world, it->object)))
            count_object(oracle, world, it->object, anothers);
    }
}

static void count_archive(sim_oracle *oracle, sim_world *world, const sim_state *state) {
    prepare(oracle, world);
    count_objects(oracle, world, state, false);
    count_objects(oracle, world, state, true);
}

/* ---- at a save ---- */

static void check_claim(sim_oracle *oracle, sim_world *world, int index, const sim_claim *claim) {
    const sim_claim *before = &oracle->claims[index];
    const bool had_high = before->high > before->gap_end;
    const bool keeps_high =
        !had_high || claim->low >= before->high || (claim->gap_end <= before->gap_end && claim->high >= before->high);
    if (claim->low < before->low || !keeps_high)
        world_violation(world, "the watermark of %s fell: (%lld, %lld-%lld) after (%lld, %lld-%lld)",
                        world->streams[index].name, (long long)claim->low, (long long)claim->gap_end,
                        (long long)claim->high, (long long)before->low, (long long)before->gap_end,
                        (long long)before->high);
    oracle->claims[index] = *claim;
}

static void check_events(sim_oracle *oracle, sim_world *world, const sim_stream *stream, const sim_claim *claim) {
    for (int i = 0; i < stream->events.count; i++) {
        const int number = stream->events.items[i];
        const sim_event *event = &world->events[number];
        if (oracle->counts[number] > 0 || !claim_covers(claim, event->timestamp)) continue;
        if (!is_late(world, event) && !oracle->is_lossy)
            world_violation(world, "event %d of %s, stamped %lld, is claimed to be archived and is missing", number,
                            stream->name, (long long)event->timestamp);
        oracle->late++;
    }
}

/* Nothing is counted on that the ledger does not know. */
static void check_ledger(sim_oracle *oracle, sim_world *world, const sim_state *state) {
    sim_ledger *ledger = oracle->ledger;
    ledger_follow(ledger, world);
    for (int i = 0; i < world->object_count; i++) {
        const sim_object *object = world->objects[i];
        if (!state_commits(state, world, object) || !is_alive(world, &world->streams[object->stream])) continue;
        const sim_task *task = &world->tasks[object->task];
        const sim_stream *stream = &world->streams[object->stream];
        if (!ledger_has_task(ledger, task))
            world_violation(world, "the state counts on task %s, and the ledger does not know it", task->id);
        if (!ledger_names_stream(ledger, task, stream))
            world_violation(world, "the ledger has another name for %s in task %s", stream->name, task->id);
    }
}

/* What the state says of the archive: all but its head, which tells of the run. */
static bool was_judged(sim_oracle *oracle, const sim_world *world, const char *text, size_t len) {
    static const char START[] = "\"tasks\":[";
    size_t at = 0;
    while (at + sizeof START <= len && memcmp(text + at, START, sizeof START - 1) != 0) at++;
    const bool is_same = world->changes == oracle->judged_changes && oracle->judged_len == len - at &&
                         memcmp(oracle->judged, text + at, len - at) == 0;
    if (is_same) return true;
    oracle->judged = realloc(oracle->judged, len + 1);
    if (!oracle->judged) abort();
    memcpy(oracle->judged, text + at, len - at);
    oracle->judged_len = len - at;
    oracle->judged_changes = world->changes;
    return false;
}

static void state_saved(sim_world *world, const char *text, size_t len) {
    sim_oracle *oracle = world->judge;
    oracle->saves++;
    if (was_judged(oracle, world, text, len)) return;
    sim_state *state = state_open(text, len);
    if (!state) {
        world_violation(world, "what was saved is not a state");
        return;
    }
    count_archive(oracle, world, state);
    check_ledger(oracle, world, state);
    for (int i = 0; i < world->stream_count; i++) {
        WORLD_ROOM(oracle, claims, claim);
        if (i == oracle->claim_count)
            oracle->claims[oracle->claim_count++] = (sim_claim){SIM_NOTHING, SIM_NOTHING, SIM_NOTHING};
        if (!is_alive(world, &world->streams[i])) continue;
        const sim_claim claim = state_claim(state, world, &world->streams[i]);
        check_claim(oracle, world, i, &claim);
        check_events(oracle, world, &world->streams[i], &claim);
    }
    state_close(state);
}

/* ---- at the end ---- */

static void check_date(sim_world *world, const sim_object *object) {
    for (int i = 0; i < object->events.count; i++) {
        const sim_event *event = &world->events[object->events.items[i]];
        const time_t seconds = (time_t)(event->timestamp / 1000);
        struct tm date;
        const sim_group *group = &world->groups[world->streams[event->stream].group];
        if (world->knobs.refuses_before_creation && event->timestamp < group->created_ms) continue;
        /* What is gone from the service stays as it was archived: it cannot be had again, cut by date. */
        if (!is_alive(world, &world->streams[event->stream])) continue;
        char expected[64];
        if (!gmtime_r(&seconds, &date) || strftime(expected, sizeof expected, world->knobs.date_format, &date) == 0)
            abort();
        if (strncmp(object->key, expected, strlen(expected)) != 0)
            world_violation(world, "event %d, stamped %lld, stands under another date: %s", object->events.items[i],
                            (long long)event->timestamp, object->key);
    }
}

/* Each event under the date of its own. */
static void check_dates(sim_world *world) {
    for (int i = 0; i < world->object_count && world->knobs.date_format; i++) {
        const sim_object *object = world->objects[i];
        if (object->task >= 0 && !world->tasks[object->task].is_foreign) check_date(world, object);
    }
}

void oracle_judge_end(sim_oracle *oracle, sim_world *world, int64_t horizon_ms, int64_t swept_from_ms) {
    count_archive(oracle, world, NULL);
    check_dates(world);
    oracle->misses = false;
    for (int i = 0; i < world->event_count; i++) {
        const sim_event *event = &world->events[i];
        const sim_stream *stream = &world->streams[event->stream];
        if (oracle->counts[i] > 0 || event->timestamp > horizon_ms || !is_alive(world, stream)) continue;
        oracle->misses = true;
        if (event->timestamp >= swept_from_ms && is_late(world, event))
            world_violation(world, "event %d of %s, stamped %lld, came late and no sweep archived it", i, stream->name,
                            (long long)event->timestamp);
        if (!is_late(world, event))
            world_violation(world, "event %d of %s, stamped %lld, is due and was never archived", i, stream->name,
                            (long long)event->timestamp);
    }
}

void oracle_watch(sim_oracle *oracle, sim_world *world) {
    oracle->claim_count = 0;
    oracle->judged_len = 0;
    oracle->judged_changes = -1;
    ledger_close(oracle->ledger);
    oracle->ledger = ledger_open();
    oracle->is_lossy = false;
    world->state_saved = state_saved;
    world->judge = oracle;
}

void oracle_free(sim_oracle *oracle) {
    free(oracle->claims);
    free(oracle->counts);
    free(oracle->judged);
    ledger_close(oracle->ledger);
    *oracle = (sim_oracle){0};
}
