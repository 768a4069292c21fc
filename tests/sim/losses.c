#include "losses.h"

#include "late_reader.h"

#include <string.h>

#define MENDING_RUNS_MAX 6

static bool is_alive(const sim_world *world, int stream) {
    return !world->streams[stream].deleted && !world->groups[world->streams[stream].group].deleted;
}

/* What was archived of what is gone cannot be had again. */
static bool may_go(const sim_world *world, const sim_object *object) {
    if (late_is_object(object))
        return object->events.count > 0 && is_alive(world, world->events[object->events.items[0]].stream);
    return object->task >= 0 && !world->tasks[object->task].is_foreign && is_alive(world, object->stream);
}

typedef enum loss { LOSS_OF_SOME, LOSS_OF_TASKS, LOSS_OF_ALL, LOSS_OF_LATE, LOSS_KINDS } loss;

static bool goes(const sim_object *object, loss kind, random_source *dice, uint64_t salt) {
    const uint64_t of_task = (salt ^ (uint64_t)(object->task + 1) * 0x9E3779B97F4A7C15u) >> 17;
    switch (kind) {
    case LOSS_OF_SOME: return random_below(dice, 3) == 0;
    case LOSS_OF_TASKS: return object->task >= 0 && of_task % 2 == 0;
    case LOSS_OF_LATE: return late_is_object(object);
    default: return true;
    }
}

int losses_happen(sim_world *world, random_source *dice) {
    const loss kind = (loss)random_below(dice, LOSS_KINDS);
    const uint64_t salt = random_next(dice);
    int count = 0;
    for (int i = world->object_count; i-- > 0;) {
        const sim_object *object = world->objects[i];
        if (!may_go(world, object) || !goes(object, kind, dice, salt)) continue;
        world_trace(world, "somebody deletes %s", object->key);
        world_delete_object(world, object->key);
        count++;
    }
    return count;
}

static bool can_be_mended(const sim_group *group) {
    return !group->deleted && group->is_standard && strncmp(group->name, "app", 3) == 0;
}

const char *losses_draw_group(const sim_world *world, random_source *dice) {
    const int group = (int)random_below(dice, (uint64_t)world->group_count);
    return can_be_mended(&world->groups[group]) ? world->groups[group].name : NULL;
}

static bool mend(sim_world *world, sim_run *run, sim_tally *tally, sim_result *result) {
    for (int i = 0; i < MENDING_RUNS_MAX; i++) {
        run->seed++;
        process_run(world, run, result);
        tally->runs++;
        tally->requests += result->requests;
        if (result->answer.outcome == EXPORTER_OUTCOME_DONE) return true;
        world_advance(world, world->now_ms + SIM_MINUTE);
    }
    world_violation(world, "%d undisturbed backfills of %s did not mend it: %s: %s", MENDING_RUNS_MAX, run->mends,
                    exporter_outcome_name(result->answer.outcome), result->answer.message);
    return false;
}

bool losses_mend(sim_world *world, const sim_run *calm, sim_tally *tally) {
    sim_result result;
    sim_run run = *calm;
    bool is_mended = true;
    for (int i = 0; i < world->group_count && is_mended && !world->violation[0]; i++) {
        if (!can_be_mended(&world->groups[i])) continue;
        run.mends = world->groups[i].name;
        is_mended = mend(world, &run, tally, &result);
    }
    return is_mended && !world->violation[0];
}
