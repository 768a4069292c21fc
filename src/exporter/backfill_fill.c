#include "backfill_fill.h"

#include "catalog_list.h"
#include "folder.h"
#include "late_group.h"

#include <stdio.h>
#include <stdlib.h>

/* What the state and the ledger say of a stream in the window. */
typedef enum owner {
    OWNER_OTHER, /* Nothing of it counts as archived there, or another window holds it: it must not be here, too. */
    OWNER_THIS,  /* It counts as archived, and no other window holds it. */
    OWNER_BOTH   /* Partly this, partly that, or by one record so and by another one otherwise. */
} owner;

typedef struct stream_folder {
    smithy_str folder;
    owner owner;
} stream_folder;

/* ---- whose a stream's part of the window is ---- */

static owner of_claim(const late_claim *claim, int64_t from_ms, int64_t to_ms) {
    const bool is_whole = to_ms <= claim->low || (from_ms > claim->gap_end && to_ms <= claim->high);
    const bool touches = from_ms <= claim->low || (to_ms > claim->gap_end && from_ms <= claim->high);
    return is_whole ? OWNER_THIS : touches ? OWNER_BOTH : OWNER_OTHER;
}

/* A task of one stream stands beside those of its group, which did not have the stream. */
static bool may_hold(const proof_task *task, const catalog_stream *stream, bool is_of_one) {
    switch (task->kind) {
    case STATE_UNIT_GROUP: return !is_of_one;
    case STATE_UNIT_PREFIX: return smithy_str_starts_with(stream->name, task->prefix);
    default:
        return smithy_str_equal(stream->name, task->prefix) &&
               (task->stream_created_ms == STATE_UNKNOWN_TIME || task->stream_created_ms == stream->created_ms);
    }
}

static owner of_windows(const backfill_fill *fill, const export_slot *slot, const catalog_stream *stream) {
    const int64_t from_ms = slot->spec.from_ms, to_ms = slot->spec.to_ms;
    for (size_t i = 0; i < fill->windows->task_count; i++) {
        const proof_task *task = &fill->windows->tasks[i];
        if ((fill->replaced && smithy_str_equal(task->id, fill->replaced->id)) || task->from_ms > to_ms ||
            task->to_ms < from_ms || !may_hold(task, stream, slot->unit.stream != NULL))
            continue;
        return task->from_ms <= from_ms && task->to_ms >= to_ms ? OWNER_OTHER : OWNER_BOTH;
    }
    return OWNER_THIS;
}

/* The window that is replaced held the stream's folder. */
static bool is_held(const backfill_fill *fill, smithy_str stream) {
    for (size_t i = 0; i < fill->held_count; i++)
        if (late_compare_folders(fill->held[i], stream) == 0) return true;
    return false;
}

static smithy_status find_owner(const export_slot *slot, const catalog_stream *stream, owner *found) {
    late_claim claim;
    standing s;
    const catalog_stream *single = slot->unit.stream;
    *found = OWNER_OTHER;
    if (single && !smithy_str_equal(single->name, stream->name)) return SMITHY_OK;
    if (single && single->created_ms != stream->created_ms) return SMITHY_OK; /* Made again since. */
    SMITHY_TRY(standing_find(slot->work->group, stream->name, stream->created_ms, &s));
    SMITHY_TRY(late_find_claim(slot->work->group, stream, &claim));
    *found = s.is_missed ? OWNER_BOTH : of_claim(&claim, slot->spec.from_ms, slot->spec.to_ms);
    if (*found == OWNER_OTHER && single) *found = OWNER_BOTH;
    if (*found != OWNER_THIS) return SMITHY_OK;
    *found = of_windows(slot->work->fill, slot, stream);
    if (*found == OWNER_OTHER && (single || is_held(slot->work->fill, stream->name))) *found = OWNER_BOTH;
    return SMITHY_OK;
}

/* ---- folders ---- */

static int compare_folders(const void *a, const void *b) {
    const stream_folder *left = a, *right = b;
    return smithy_str_compare(left->folder, right->folder);
}

/* Each once, in order. Two streams that share a folder must agree on it. */
static smithy_status list_folders(const export_slot *slot, stream_folder **folders, size_t *count) {
    const catalog_group *listed = &slot->work->catalog;
    smithy_call *memory = slot->work->memory;
    size_t kept = 0;
    stream_folder *all = smithy_call_alloc(memory, listed->stream_count + 1, sizeof *all);
    if (!all) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < listed->stream_count; i++) {
        char *text = smithy_call_alloc(memory, listed->streams[i].name.len + 1, 1);
        if (!text) return SMITHY_ERROR_MEMORY;
        all[i].folder = catalog_folder(listed->streams[i].name, text);
        SMITHY_TRY(find_owner(slot, &listed->streams[i], &all[i].owner));
    }
    if (listed->stream_count > 1) qsort(all, listed->stream_count, sizeof *all, compare_folders);
    for (size_t i = 0; i < listed->stream_count; i++) {
        if (kept == 0 || compare_folders(&all[kept - 1], &all[i]) != 0)
            all[kept++] = all[i];
        else if (all[kept - 1].owner != all[i].owner)
            all[kept - 1].owner = OWNER_BOTH;
    }
    *folders = all;
    *count = kept;
    return SMITHY_OK;
}

static const stream_folder *find_folder(const stream_folder *folders, size_t count, smithy_str name) {
    const stream_folder key = {.folder = name};
    return count > 0 ? bsearch(&key, folders, count, sizeof key, compare_folders) : NULL;
}

static smithy_status join_kept(const export_slot *slot, const stream_folder *folders, size_t count) {
    size_t kept = 0;
    smithy_str *names = smithy_call_alloc(slot->work->memory, count + 1, sizeof *names);
    if (!names) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (folders[i].owner == OWNER_THIS) names[kept++] = folders[i].folder;
    slot->work->fill->keep = folder_join(slot->work->memory, names, kept);
    return slot->work->fill->keep.ptr ? SMITHY_OK : SMITHY_ERROR_MEMORY;
}

/* ---- the task's output ---- */

static void refuse(backfill_fill *fill, smithy_str folder, const char *why) {
    (void)snprintf(fill->reason, sizeof fill->reason, "\"%.*s\" %s", (int)(folder.len < 100 ? folder.len : 100),
                   folder.ptr, why);
}

/* *unknown: a folder of a stream that the listing does not show. A single stream's task may take along anybody. */
static void look(const export_slot *slot, const folder_content *content, const stream_folder *folders, size_t count,
                 bool *unknown) {
    backfill_fill *fill = slot->work->fill;
    *unknown = false;
    fill->reason[0] = 0;
    for (size_t i = 0; i < content->count && !fill->reason[0]; i++) {
        const stream_folder *found = find_folder(folders, count, content->parts[i].name);
        *unknown = !found && !slot->unit.stream;
        if (*unknown)
            refuse(fill, content->parts[i].name, "is of a stream that the listing does not show: try again");
        else if (found && found->owner == OWNER_BOTH)
            refuse(fill, content->parts[i].name,
                   "is archived in a part of this range: name the range in smaller pieces, or the stream alone");
    }
}

smithy_status backfill_fill_judge(run_context *run, const export_slot *slot, bool *refused) {
    backfill_fill *fill = slot->work->fill;
    stream_folder *folders;
    folder_content content;
    size_t count;
    bool unknown, complete = true;
    const smithy_str folder =
        folder_of(slot->work->memory, slot->spec.destination_prefix, smithy_str_from(slot->task_id));
    if (!folder.ptr) return SMITHY_ERROR_MEMORY;
    SMITHY_TRY(folder_list(run, folder, &content, slot->work->memory));
    SMITHY_TRY(list_folders(slot, &folders, &count));
    look(slot, &content, folders, count, &unknown);
    if (unknown) { /* Born since, or left out. */
        SMITHY_TRY(
            catalog_list_streams(run, &slot->work->catalog, run->state.stream_prefix, &complete, slot->work->memory));
        if (!complete) return SMITHY_ERROR_CANCELED;
        SMITHY_TRY(list_folders(slot, &folders, &count));
        look(slot, &content, folders, count, &unknown);
    }
    *refused = fill->reason[0] != 0;
    return join_kept(slot, folders, count);
}

task_spec backfill_fill_noted(const export_slot *slot) {
    backfill_fill *fill = slot->work->fill;
    task_spec noted = slot->spec;
    noted.kind = slot->unit.stream ? STATE_UNIT_STREAM : STATE_UNIT_GROUP;
    if (fill->replaced && !fill->has_replaced) noted.replaces = fill->replaced->id;
    if (fill->lost_before_ms > noted.from_ms)
        noted.lost_before_ms = fill->lost_before_ms <= noted.to_ms ? fill->lost_before_ms : noted.to_ms + 1;
    fill->has_replaced = true;
    return noted;
}
