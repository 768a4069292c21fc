/* What is missing of a group, and by which step it can be had again. */
#include "archive_read.h"
#include "backfill.h"
#include "catalog_list.h"
#include "folder.h"
#include "grow.h"
#include "late_group.h"
#include "lease.h"
#include "plan.h"
#include "preflight.h"
#include "work.h"

#include <smithy/text.h>
#include <stdio.h>

/* PutLogEvents takes no event that is older; a day more, for clocks. */
#define OLDER_THAN_GROUP_MS (15 * LATE_DAY_MS)

int64_t backfill_first_ms(const backfill *b) {
    const int64_t first_ms = b->catalog.created_ms - OLDER_THAN_GROUP_MS;
    return first_ms > 0 ? first_ms : 0;
}

/* ---- the ledger ---- */

static bool is_mine(const backfill *b, smithy_str arn, int64_t created_ms) {
    return created_ms == b->catalog.created_ms && smithy_str_equal(arn, b->catalog.arn);
}

/* Of a group's life, tasks stand together, and so do objects of late events. */
smithy_status backfill_read_ledger(backfill *b) {
    (void)run_fresh_call(b->run);
    SMITHY_TRY(proof_collect(b->run, 0, &b->index));
    SMITHY_TRY(proof_index(b->run, &b->index));
    b->mine = (proof){0};
    for (size_t i = 0; i < b->index.task_count; i++) {
        if (!is_mine(b, b->index.tasks[i].arn, b->index.tasks[i].created_ms)) continue;
        if (b->mine.task_count++ == 0) b->mine.tasks = &b->index.tasks[i];
    }
    for (size_t i = 0; i < b->index.late_count; i++) {
        if (!is_mine(b, b->index.lates[i].arn, b->index.lates[i].created_ms)) continue;
        if (b->mine.late_count++ == 0) b->mine.lates = &b->index.lates[i];
    }
    return SMITHY_OK;
}

/* ---- the group ---- */

static bool refuse(run_context *run, const char *format, smithy_str name, const char *more) {
    run->answer->outcome = EXPORTER_OUTCOME_CONFIGURATION;
    (void)snprintf(run->answer->message, sizeof run->answer->message, format, (int)(name.len < 600 ? name.len : 600),
                   name.ptr, more);
    return false;
}

static int64_t archived_to(const state_group *group) {
    int64_t at = group->exported_at;
    for (size_t i = 0; i < group->stream_count; i++)
        if (group->streams[i].exported_at > at) at = group->streams[i].exported_at;
    return at;
}

static bool find_group(backfill *b) {
    run_context *run = b->run;
    bool exists = false, complete = false;
    smithy_status status = catalog_find_group(run, b->request->group, &b->catalog, &exists);
    if (status != SMITHY_OK) return run_fail(run, status, "looking for the log group"), false;
    if (!exists)
        return refuse(run, "there is no log group %.*s in this account and Region%s", b->request->group,
                      ": what is not in CloudWatch Logs cannot be archived again");
    const char *why = work_why_left_out(&b->catalog);
    if (why) return refuse(run, "%.*s: %s", b->catalog.name, why);
    if (!preflight_account(run, &(catalog){.groups = &b->catalog, .count = 1})) return false;
    status = catalog_list_streams(run, &b->catalog, run->state.stream_prefix, &complete, b->listing);
    if (status != SMITHY_OK) return run_fail(run, status, "listing the group's streams"), false;
    if (!complete) return run_fail(run, SMITHY_ERROR_CANCELED, "listing the group's streams"), false;
    b->group = state_find_group(&run->state, b->catalog.arn, b->catalog.created_ms);
    b->archived_to_ms = b->group ? archived_to(b->group) : STATE_NOTHING;
    if (b->catalog.retention_days > 0) b->expired_before_ms = run_now_ms(run) - b->catalog.retention_days * LATE_DAY_MS;
    if (!b->group) return true;
    status = plan_recognize(&run->state, b->group, &b->catalog);
    if (status != SMITHY_OK) run_fail(run, status, "reading the state");
    return status == SMITHY_OK;
}

/* ---- items ---- */

static backfill_item *add(backfill *b, const backfill_item *item) {
    if (!GROW(b->run->memory, b->items, b->item_count, b->item_capacity)) {
        run_fail(b->run, SMITHY_ERROR_MEMORY, "planning a backfill");
        return NULL;
    }
    backfill_item *added = &b->items[b->item_count++];
    *added = *item;
    const int64_t first_ms = backfill_first_ms(b) > item->from_ms ? backfill_first_ms(b) : item->from_ms;
    if (first_ms < b->expired_before_ms) added->lost_before_ms = b->expired_before_ms;
    return added;
}

static bool is_in_range(const backfill *b, int64_t from_ms, int64_t to_ms) {
    return !b->request->has_range || (from_ms <= b->request->to_ms && to_ms >= b->request->from_ms);
}

static bool is_wanted(const backfill *b, smithy_str stream) {
    return b->request->stream.len == 0 || smithy_str_equal(b->request->stream, stream);
}

/* As much of it as is asked for. */
static void add_fill(backfill *b, smithy_str stream, int64_t from_ms, int64_t to_ms) {
    const backfill_request *request = b->request;
    if (request->has_range && request->from_ms > from_ms) from_ms = request->from_ms;
    if (request->has_range && request->to_ms < to_ms) to_ms = request->to_ms;
    if (from_ms <= to_ms)
        (void)add(b, &(backfill_item){.action = BACKFILL_FILL, .stream = stream, .from_ms = from_ms, .to_ms = to_ms});
}

static const proof_task *find_window(const backfill *b, smithy_str id) {
    for (size_t i = 0; i < b->mine.task_count; i++)
        if (smithy_str_equal(b->mine.tasks[i].id, id)) return &b->mine.tasks[i];
    return NULL;
}

static bool is_of_one(const proof_task *task) {
    return task->kind == STATE_UNIT_STREAM || task->kind == STATE_UNIT_OWED;
}

/* Between windows, as `gaps` finds them. */
static void add_gaps(backfill *b) {
    proof_check_windows(b->run, &b->mine);
    b->overlaps = b->mine.faults[PROOF_OVERLAP];
    for (size_t i = 0; i < b->mine.finding_count; i++) {
        const proof_finding *found = &b->mine.findings[i];
        const proof_task *beside = find_window(b, found->task_id);
        if (found->fault != PROOF_GAP || !beside) continue;
        const smithy_str stream = is_of_one(beside) ? beside->prefix : b->request->stream;
        if (is_wanted(b, stream)) add_fill(b, stream, found->from_ms, found->to_ms);
    }
}

/* Before the first window that the ledger knows: of the group, or of the stream. */
static int64_t first_window_ms(const backfill *b, smithy_str stream) {
    int64_t first_ms = INT64_MAX;
    for (size_t i = 0; i < b->mine.task_count; i++) {
        const proof_task *task = &b->mine.tasks[i];
        const bool holds = !is_of_one(task) ? smithy_str_starts_with(stream, task->prefix)
                                            : stream.len == 0 || smithy_str_equal(task->prefix, stream);
        if (holds && task->from_ms < first_ms) first_ms = task->from_ms;
    }
    return first_ms;
}

/* What the ledger knows nothing of is archived only where it is asked for by its range. */
static void add_beginning(backfill *b) {
    const bool is_one_group = b->group->exported_at != STATE_NOTHING;
    if (!b->request->has_range) return;
    if (is_one_group && b->request->stream.len == 0) {
        const int64_t first_ms = first_window_ms(b, SMITHY_STR(""));
        const int64_t end_ms = first_ms <= b->group->exported_at ? first_ms - 1 : b->group->exported_at;
        add_fill(b, SMITHY_STR(""), 0, end_ms);
        return;
    }
    for (size_t i = 0; i < b->catalog.stream_count; i++) {
        const catalog_stream *stream = &b->catalog.streams[i];
        late_claim claim;
        if (!is_wanted(b, stream->name) || late_find_claim(b->group, stream, &claim) != SMITHY_OK) continue;
        const int64_t first_ms = first_window_ms(b, stream->name);
        add_fill(b, stream->name, 0, first_ms <= claim.low ? first_ms - 1 : claim.low);
    }
}

/* ---- windows that lost objects ---- */

static const catalog_stream *find_folder(const backfill *b, smithy_str folder) {
    for (size_t i = 0; i < b->catalog.stream_count; i++)
        if (late_compare_folders(b->catalog.streams[i].name, folder) == 0) return &b->catalog.streams[i];
    return NULL;
}

typedef struct part_search {
    backfill *b;
    size_t first; /* Of the items. */
} part_search;

static smithy_status add_part(backfill *b, backfill_item *item, const ledger_line *line) {
    smithy_call *memory = b->run->memory;
    if (!GROW(memory, item->parts, item->part_count, item->part_capacity)) return SMITHY_ERROR_MEMORY;
    backfill_part *part = &item->parts[item->part_count++];
    *part = (backfill_part){.folder = smithy_call_copy(memory, line->folder),
                            .noted_objects = line->objects,
                            .noted_bytes = line->bytes,
                            .name_count = line->name_count};
    part->names = smithy_call_alloc(memory, line->name_count + 1, sizeof *part->names);
    for (size_t i = 0; part->names && i < line->name_count; i++)
        part->names[i] = smithy_call_copy(memory, line->names[i]);
    const catalog_stream *stream = find_folder(b, line->folder);
    part->is_listed = stream && stream->created_ms <= item->task->closed_ms;
    return smithy_call_status(memory);
}

static smithy_status visit(void *context, const ledger_line *line) {
    part_search *search = context;
    backfill *b = search->b;
    const proof_task *task = proof_task_of(&b->index, line);
    for (size_t i = search->first; task && i < b->item_count; i++)
        if (b->items[i].task == task) return add_part(b, &b->items[i], line);
    return SMITHY_OK;
}

/* What of the parts is there. */
static smithy_status look_at_parts(backfill *b, backfill_item *item, smithy_call *memory) {
    folder_content content;
    smithy_call_reset(memory);
    SMITHY_TRY(folder_list(b->run, item->task->folder, &content, memory));
    for (size_t i = 0, k = 0; i < item->part_count; i++) {
        backfill_part *part = &item->parts[i];
        for (k = 0; k < content.count && !smithy_str_equal(content.parts[k].name, part->folder);) k++;
        if (k < content.count) part->objects = content.parts[k].objects, part->bytes = content.parts[k].bytes;
        const bool is_damaged = part->objects < part->noted_objects || part->bytes < part->noted_bytes;
        item->streams_gone += is_damaged && !part->is_listed;
    }
    if (item->streams_gone > 0) item->lost_before_ms = item->to_ms + 1;
    return SMITHY_OK;
}

static bool is_noted(const backfill *b, smithy_str folder, int64_t day_ms) {
    for (size_t i = 0; i < b->mine.late_count; i++)
        if (b->mine.lates[i].from_ms == day_ms && smithy_str_equal(b->mine.lates[i].folder, folder)) return true;
    return false;
}

/* A sweep, or a backfill, can be ended between an object of late events and its note. */
static smithy_status has_unnoted_late_events(backfill *b, const proof_task *task, bool *has, smithy_call *memory) {
    const int64_t first_ms = backfill_first_ms(b) > task->from_ms ? backfill_first_ms(b) : task->from_ms;
    for (int64_t day_ms = first_ms - first_ms % LATE_DAY_MS; day_ms <= task->to_ms && !*has; day_ms += LATE_DAY_MS) {
        folder_content content;
        smithy_call_reset(memory);
        lease_keep(b->run);
        if (run_must_stop(b->run)) return SMITHY_ERROR_CANCELED;
        const smithy_str folder = late_day_folder(b->run, &b->catalog, day_ms, memory);
        if (!folder.ptr) return SMITHY_ERROR_MEMORY;
        SMITHY_TRY(folder_list(b->run, folder, &content, memory));
        for (size_t i = 0; i < content.count && !*has; i++) {
            const smithy_str stream = content.parts[i].name;
            const bool may_hold = !is_of_one(task) || late_compare_folders(stream, task->prefix) == 0;
            *has = may_hold && !is_noted(b, stream, day_ms);
        }
    }
    return SMITHY_OK;
}

/* Late events of the window are archived beside it: a task of it would hold them, too. */
static smithy_status has_late_events(backfill *b, const proof_task *task, bool *has) {
    event_range range;
    *has = false;
    event_range_init(&range, task->from_ms, task->to_ms);
    for (size_t i = 0; i < b->mine.late_count && !*has; i++) {
        const proof_late *late = &b->mine.lates[i];
        archive_object object = {0};
        event_set set;
        if (late->from_ms > task->to_ms || late->to_ms < task->from_ms) continue;
        if (is_of_one(task) && late_compare_folders(late->folder, task->prefix) != 0) continue;
        event_set_init(&set, b->run->system);
        const smithy_status status = archive_read_object(b->run, late->key, &range, &set, &object);
        *has = set.records > 0;
        event_set_deinit(&set);
        SMITHY_TRY(status);
    }
    return SMITHY_OK;
}

static smithy_status look_at_window(backfill *b, const proof_task *task, smithy_call *memory) {
    folder_content content;
    bool has_late = false;
    smithy_call_reset(memory);
    SMITHY_TRY(folder_list(b->run, task->folder, &content, memory));
    if (content.objects >= task->objects && content.bytes >= task->bytes) return SMITHY_OK;
    const bool is_single_wish = b->request->stream.len > 0 && !is_of_one(task);
    bool by_task = content.objects == 0 && task->kind != STATE_UNIT_PREFIX && !is_single_wish;
    if (by_task) SMITHY_TRY(has_late_events(b, task, &has_late));
    if (by_task && !has_late) SMITHY_TRY(has_unnoted_late_events(b, task, &has_late, memory));
    (void)add(
        b, &(backfill_item){.action = by_task && !has_late ? BACKFILL_REDO : BACKFILL_MEND,
                            .task = task,
                            .stream = is_of_one(task) ? task->prefix : SMITHY_STR(""),
                            .from_ms = task->from_ms,
                            .to_ms = task->to_ms,
                            .missing_objects = task->objects > content.objects ? task->objects - content.objects : 0});
    return SMITHY_OK;
}

/* Objects can appear for a while after a task ended: nobody can tell yet what is missing of it. */
static void leave_fresh(backfill *b, backfill_item *item) {
    char when[SMITHY_TIME_TEXT_SIZE];
    const int64_t settled_ms = item->task->closed_ms + LATE_SETTLED_MS;
    if (settled_ms <= run_now_ms(b->run)) return;
    (void)smithy_time_write_date_time(settled_ms / 1000 * 1000, when);
    backfill_fail(b, item,
                  "its task ended less than an hour ago, and objects of it can still appear: try again after %s", when);
}

static smithy_status look_at_windows(backfill *b, smithy_call *memory) {
    part_search search = {b, b->item_count};
    int64_t objects;
    for (size_t i = 0; i < b->mine.task_count && !run_must_stop(b->run); i++) {
        const proof_task *task = &b->mine.tasks[i];
        if (task->objects == 0 || !is_in_range(b, task->from_ms, task->to_ms)) continue;
        lease_keep(b->run);
        if (is_of_one(task) ? is_wanted(b, task->prefix)
                            : smithy_str_starts_with(b->request->stream, task->prefix) || b->request->stream.len == 0)
            SMITHY_TRY(look_at_window(b, task, memory));
    }
    if (b->item_count == search.first) return SMITHY_OK;
    (void)run_fresh_call(b->run);
    SMITHY_TRY(ledger_read(b->run, 0, visit, &search, &objects, memory));
    for (size_t i = search.first; i < b->item_count; i++) {
        leave_fresh(b, &b->items[i]);
        SMITHY_TRY(look_at_parts(b, &b->items[i], memory));
    }
    return SMITHY_OK;
}

/* ---- objects of late events ---- */

static smithy_status look_at_lates(backfill *b, smithy_call *memory) {
    for (size_t i = 0; i < b->mine.late_count && !run_must_stop(b->run); i++) {
        const proof_late *late = &b->mine.lates[i];
        folder_content content;
        if (!is_in_range(b, late->from_ms, late->to_ms)) continue;
        lease_keep(b->run);
        if (b->request->stream.len > 0 && late_compare_folders(b->request->stream, late->folder) != 0) continue;
        smithy_call_reset(memory);
        SMITHY_TRY(folder_list(b->run, late->key, &content, memory));
        if (content.objects > 0 && content.bytes >= late->bytes) continue;
        backfill_item *item = add(b, &(backfill_item){.action = BACKFILL_LATE,
                                                      .late = late,
                                                      .from_ms = late->from_ms,
                                                      .to_ms = late->to_ms,
                                                      .missing_objects = content.objects == 0});
        if (!item || find_folder(b, late->folder)) continue;
        item->streams_gone = 1;
        item->lost_before_ms = late->to_ms + 1;
    }
    return SMITHY_OK;
}

/* ---- all of it ---- */

static void add_comparison(backfill *b) {
    const backfill_request *request = b->request;
    const int64_t first_ms = backfill_first_ms(b);
    if (!request->compares) return;
    const int64_t from_ms = request->has_range && request->from_ms > first_ms ? request->from_ms : first_ms;
    const int64_t to_ms = request->has_range && request->to_ms < b->archived_to_ms ? request->to_ms : b->archived_to_ms;
    if (from_ms <= to_ms)
        (void)add(b, &(backfill_item){.action = BACKFILL_COMPARE, .from_ms = from_ms, .to_ms = to_ms});
}

/* What tasks do comes first: what they close is not to be taken for missing. */
static smithy_status find_items(backfill *b, smithy_call *memory) {
    SMITHY_TRY(backfill_read_ledger(b));
    add_gaps(b);
    add_beginning(b);
    SMITHY_TRY(look_at_windows(b, memory));
    SMITHY_TRY(look_at_lates(b, memory));
    add_comparison(b);
    return SMITHY_OK;
}

bool backfill_plan(backfill *b, run_context *run, const backfill_request *request) {
    *b = (backfill){.run = run, .request = request, .archived_to_ms = STATE_NOTHING};
    b->listing = smithy_call_create(&(smithy_call_options){.system = run->system, .max_memory = (size_t)4 << 30});
    smithy_call *memory =
        smithy_call_create(&(smithy_call_options){.system = run->system, .max_memory = (size_t)4 << 30});
    if (!b->listing || !memory) run_fail(run, SMITHY_ERROR_MEMORY, "planning a backfill");
    if (!run->failed && find_group(b) && b->archived_to_ms != STATE_NOTHING) {
        const smithy_status status = find_items(b, memory);
        if (status != SMITHY_OK) run_fail(run, status, "finding out what is missing");
    }
    smithy_call_destroy(memory);
    return !run->failed && run->answer->outcome == EXPORTER_OUTCOME_DONE;
}
