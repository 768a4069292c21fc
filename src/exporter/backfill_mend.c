/* What is missing, event by event: found and archived as a sweep does it with late events. */
#include "backfill.h"

#include "folder.h"
#include "late_group.h"
#include "ledger.h"

/* ---- whose events ---- */

static bool is_damaged(const backfill_part *part) {
    return part->objects < part->noted_objects || part->bytes < part->noted_bytes;
}

static bool is_in_damage(const backfill_item *item, smithy_str stream) {
    for (size_t i = 0; i < item->part_count; i++)
        if (is_damaged(&item->parts[i]) && late_compare_folders(item->parts[i].folder, stream) == 0) return true;
    return false;
}

/* Streams of one folder are looked at together: they have all of their names in common. */
static bool is_wanted(const backfill *b, const backfill_item *item, smithy_str stream) {
    const smithy_str wish = b->request->stream;
    if (wish.len > 0 && late_compare_folders(wish, stream) != 0) return false;
    switch (item->action) {
    case BACKFILL_MEND: return is_in_damage(item, stream);
    case BACKFILL_LATE: return late_compare_folders(item->late->folder, stream) == 0;
    default: return true;
    }
}

static smithy_status choose_streams(backfill *b, const backfill_item *item, late_group *g) {
    g->streams = smithy_call_alloc(g->memory, b->catalog.stream_count + 1, sizeof *g->streams);
    g->day_tasks = smithy_call_alloc(g->memory, g->task_count + 1, sizeof *g->day_tasks);
    if (!g->streams || !g->day_tasks) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < b->catalog.stream_count; i++) {
        late_stream *s = &g->streams[g->count++];
        s->stream = &b->catalog.streams[i];
        SMITHY_TRY(late_find_claim(b->group, s->stream, &s->claim));
        s->is_wanted = s->claim.high != STATE_NOTHING && is_wanted(b, item, s->stream->name);
    }
    late_sort_streams(g);
    return SMITHY_OK;
}

static size_t count_wanted(const late_group *g, size_t *first) {
    size_t count = 0;
    for (size_t i = g->count; i-- > 0;) {
        if (!g->streams[i].is_wanted) continue;
        *first = i;
        count++;
    }
    return count;
}

/* ---- windows and days ---- */

static smithy_status mend_days(backfill *b, const backfill_item *item, late_group *g) {
    const int64_t first_ms = item->from_ms > backfill_first_ms(b) ? item->from_ms : backfill_first_ms(b);
    const int64_t last_ms = item->to_ms < b->archived_to_ms ? item->to_ms : b->archived_to_ms;
    size_t first = 0;
    if (count_wanted(g, &first) == 0) return SMITHY_OK;
    for (int64_t day_ms = first_ms / LATE_DAY_MS * LATE_DAY_MS; day_ms <= last_ms; day_ms += LATE_DAY_MS) {
        if (run_must_stop(b->run)) return SMITHY_ERROR_CANCELED;
        late_begin_day(g, day_ms, b->archived_to_ms);
        SMITHY_TRY(late_sweep_day(g));
    }
    return SMITHY_OK;
}

/* The object is gone, or smaller: what there is goes into it, be it nothing. */
static smithy_status mend_late(backfill *b, backfill_item *item, late_group *g) {
    size_t first = 0;
    const size_t count = count_wanted(g, &first);
    g->lost_before_ms = item->lost_before_ms > item->from_ms ? item->lost_before_ms : 0;
    late_begin_day(g, item->from_ms, b->archived_to_ms);
    if (count > 0) return late_sweep_folder(g, first, count);
    return ledger_add_late(b->run, &(ledger_late){.id = item->late->id,
                                                  .group = &b->catalog,
                                                  .folder = item->late->folder,
                                                  .key = item->late->key,
                                                  .from_ms = item->from_ms,
                                                  .to_ms = item->to_ms,
                                                  .lost_before_ms = item->to_ms + 1});
}

/* ---- what the ledger says of the window from now on ---- */

static smithy_status note_part(backfill *b, const backfill_item *item, const backfill_part *part) {
    ledger_line line = {.task_id = item->task->id,
                        .folder = part->folder,
                        .objects = part->objects,
                        .bytes = part->bytes,
                        .name_count = part->name_count < LEDGER_NAMES_MAX ? part->name_count : LEDGER_NAMES_MAX};
    for (size_t i = 0; i < line.name_count; i++) line.names[i] = part->names[i];
    return ledger_add_stream_again(b->run, &line);
}

static smithy_status note_window(backfill *b, const backfill_item *item) {
    const proof_task *task = item->task;
    ledger_line line = {.task_id = task->id,
                        .group = task->group,
                        .arn = task->arn,
                        .prefix = task->prefix,
                        .replaces = task->replaces,
                        .folder = task->folder,
                        .kind = task->kind,
                        .created_ms = task->created_ms,
                        .stream_created_ms = task->stream_created_ms,
                        .requested_ms = task->requested_ms,
                        .from_ms = task->from_ms,
                        .to_ms = task->to_ms,
                        .closed_ms = task->closed_ms,
                        .streams = (int64_t)item->part_count};
    for (size_t i = 0; i < item->part_count; i++) {
        line.objects += item->parts[i].objects;
        line.bytes += item->parts[i].bytes;
    }
    line.lost_before_ms = task->lost_before_ms;
    if (item->lost_before_ms > task->from_ms && item->lost_before_ms > line.lost_before_ms)
        line.lost_before_ms = item->lost_before_ms;
    SMITHY_TRY(ledger_add_again(b->run, &line));
    for (size_t i = 0; i < item->part_count; i++) SMITHY_TRY(note_part(b, item, &item->parts[i]));
    return SMITHY_OK;
}

/* Of a window of several streams, of which one was asked for, the others' objects are missing still. */
static bool is_all(const backfill *b, const backfill_item *item) {
    if (item->action != BACKFILL_MEND) return false;
    for (size_t i = 0; i < item->part_count && b->request->stream.len > 0; i++)
        if (is_damaged(&item->parts[i]) && late_compare_folders(item->parts[i].folder, b->request->stream) != 0)
            return false;
    return true;
}

/* ---- all of it ---- */

static smithy_status mend(backfill *b, backfill_item *item, late_group *g) {
    late_find_in_ledger(g);
    SMITHY_TRY(choose_streams(b, item, g));
    SMITHY_TRY(item->action == BACKFILL_LATE ? mend_late(b, item, g) : mend_days(b, item, g));
    if (is_all(b, item)) SMITHY_TRY(note_window(b, item));
    item->result = BACKFILL_DONE;
    return SMITHY_OK;
}

smithy_status backfill_mend(backfill *b, backfill_item *item) {
    late_group g = {
        .run = b->run,
        .index = &b->index,
        .catalog = &b->catalog,
        .group = b->group,
        .memory = smithy_call_create(&(smithy_call_options){.system = b->run->system, .max_memory = (size_t)4 << 30}),
        .paging = smithy_call_create(&(smithy_call_options){.system = b->run->system}),
        .now_ms = run_now_ms(b->run),
        .compares_all = true};
    run_show(b->run, "comparing with CloudWatch Logs");
    const smithy_status status = g.memory && g.paging ? mend(b, item, &g) : SMITHY_ERROR_MEMORY;
    smithy_call_destroy(g.paging);
    smithy_call_destroy(g.memory);
    return status;
}
