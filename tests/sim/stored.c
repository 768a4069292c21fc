#include "stored.h"

#include "aws_dynamodb.h"
#include "disk.h"

#include <string.h>

static const char *const NAMES[SIM_STORE_COUNT] = {"s3", "dynamodb", "file"};

const char *stored_name(sim_store store) {
    return NAMES[store];
}

int stored_by_name(const char *name) {
    for (int i = 0; i < SIM_STORE_COUNT; i++)
        if (strcmp(NAMES[i], name) == 0) return i;
    return -1;
}

/* ---- S3 ---- */

static bool keep_object(sim_world *world, sim_stored *kept) {
    const sim_object *object = world_find_object(world, SIM_STATE_KEY);
    if (object) kept->object = *object;
    return object != NULL;
}

static void put_object(sim_world *world, const char *text, size_t len) {
    sim_object *object = world_find_object(world, SIM_STATE_KEY);
    object->body = world_copy(world, text, len);
    object->len = len;
}

/* ---- DynamoDB ---- */

static bool keep_items(sim_world *world, sim_stored *kept) {
    kept->item_count = world->item_count;
    kept->items = world_alloc(world, (size_t)world->item_count * sizeof *kept->items);
    if (world->item_count > 0) memcpy(kept->items, world->items, (size_t)world->item_count * sizeof *kept->items);
    return world->item_count > 0;
}

static void restore_items(sim_world *world, const sim_stored *kept) {
    world->item_count = kept->item_count; /* There was room for them. */
    memcpy(world->items, kept->items, (size_t)kept->item_count * sizeof *kept->items);
}

/* ---- all ---- */

bool stored_keep(sim_world *world, sim_stored *kept) {
    *kept = (sim_stored){0};
    switch (world->knobs.store) {
    case SIM_STORE_DYNAMODB: return keep_items(world, kept) && dynamodb_text(world, &(size_t){0});
    case SIM_STORE_FILE: return (kept->text = disk_text(world, SIM_FILE, &kept->len)) != NULL;
    default: return keep_object(world, kept);
    }
}

void stored_restore(sim_world *world, const sim_stored *kept) {
    switch (world->knobs.store) {
    case SIM_STORE_DYNAMODB: restore_items(world, kept); break;
    case SIM_STORE_FILE: disk_put(world, SIM_FILE, kept->text, kept->len); break;
    default: put_object(world, kept->object.body, kept->object.len);
    }
}

void stored_put(sim_world *world, const char *text, size_t len) {
    switch (world->knobs.store) {
    case SIM_STORE_DYNAMODB: dynamodb_put_text(world, text, len); break;
    case SIM_STORE_FILE: disk_put(world, SIM_FILE, text, len); break;
    default: put_object(world, text, len);
    }
}

static const char *text_of(sim_world *world, size_t *len) {
    switch (world->knobs.store) {
    case SIM_STORE_DYNAMODB: return dynamodb_text(world, len);
    case SIM_STORE_FILE: return disk_text(world, SIM_FILE, len);
    default: *len = world_find_object(world, SIM_STATE_KEY)->len; return world_find_object(world, SIM_STATE_KEY)->body;
    }
}

void stored_cut(sim_world *world, int64_t thousandths, bool raw) {
    size_t len = 0;
    if (raw && world->knobs.store == SIM_STORE_DYNAMODB) {
        dynamodb_damage(world, thousandths);
        return;
    }
    const char *text = text_of(world, &len);
    stored_put(world, text, (len - 1) * (size_t)thousandths / 1000);
}

void stored_check_tidy(sim_world *world) {
    const int debris = dynamodb_count_debris(world);
    if (debris > 0) world_violation(world, "%d parts are in the table that no head names", debris);
}
