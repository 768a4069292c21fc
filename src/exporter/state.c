#include "state.h"

#include "grow.h"

#include <smithy/hash.h>
#include <smithy/text.h>
#include <stdio.h>
#include <stdlib.h>

smithy_status state_init(exporter_state *state, smithy_call *memory) {
    uint8_t random[8];
    char id[2 * sizeof random + 1];
    *state = (exporter_state){.memory = memory, .stream_prefix = SMITHY_STR(""), .sweep_round = STATE_NOTHING};
    const smithy_system *system = smithy_call_system(memory);
    if (system->random(system->context, random, sizeof random) != SMITHY_OK)
        return smithy_call_fail(memory, SMITHY_ERROR_IO, "the system gives no random numbers");
    smithy_hex_write(random, sizeof random, id);
    state->id = smithy_call_copy(memory, smithy_str_from(id));
    return smithy_call_status(memory);
}

bool state_is_fresh(const exporter_state *state) {
    for (size_t i = 0; i < state->group_count; i++)
        if (state->groups[i]->exported_at != STATE_NOTHING || state->groups[i]->stream_count > 0) return false;
    return state->task_count == 0;
}

/* ---- groups ---- */

/* Where `arn` stands in the sorted list, or would. */
static size_t group_position(const exporter_state *state, smithy_str arn) {
    size_t low = 0, high = state->group_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (smithy_str_compare(state->groups[middle]->arn, arn) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A creation time that one side does not know fits any. */
static bool same_life(int64_t known_ms, int64_t created_ms) {
    return known_ms == created_ms || known_ms == STATE_UNKNOWN_TIME || created_ms == STATE_UNKNOWN_TIME;
}

state_group *state_find_group(exporter_state *state, smithy_str arn, int64_t created_ms) {
    const size_t at = group_position(state, arn);
    if (at == state->group_count || !smithy_str_equal(state->groups[at]->arn, arn)) return NULL;
    return same_life(state->groups[at]->created_ms, created_ms) ? state->groups[at] : NULL;
}

state_group *state_find_other_life(exporter_state *state, smithy_str arn, int64_t created_ms) {
    const size_t at = group_position(state, arn);
    if (at == state->group_count || !smithy_str_equal(state->groups[at]->arn, arn)) return NULL;
    return same_life(state->groups[at]->created_ms, created_ms) ? NULL : state->groups[at];
}

static void start_over(state_group *group, smithy_str arn, int64_t created_ms) {
    *group = (state_group){.arn = arn,
                           .created_ms = created_ms,
                           .exported_at = STATE_NOTHING,
                           .converge_to = STATE_NOTHING,
                           .swept_at = STATE_NOTHING,
                           .compared_once = STATE_NOTHING,
                           .compared_at = STATE_NOTHING,
                           .swept_from = STATE_NOTHING,
                           .sweep_next = STATE_NOTHING};
}

state_group *state_add_group(exporter_state *state, smithy_str arn, int64_t created_ms) {
    const size_t at = group_position(state, arn);
    if (at < state->group_count && smithy_str_equal(state->groups[at]->arn, arn)) {
        state_group *group = state->groups[at];
        if (!same_life(group->created_ms, created_ms)) start_over(group, group->arn, created_ms);
        if (group->created_ms == STATE_UNKNOWN_TIME) group->created_ms = created_ms;
        return group;
    }
    state_group *group = smithy_call_alloc(state->memory, 1, sizeof *group);
    const smithy_str copy = smithy_call_copy(state->memory, arn);
    if (!group || !copy.ptr || !GROW(state->memory, state->groups, state->group_count, state->group_capacity))
        return NULL;
    start_over(group, copy, created_ms);
    memmove(state->groups + at + 1, state->groups + at, (state->group_count - at) * sizeof(state_group *));
    state->groups[at] = group;
    state->group_count++;
    return group;
}

/* ---- streams with an entry ---- */

static size_t stream_position(const state_group *group, smithy_str name) {
    size_t low = 0, high = group->stream_count;
    /* State is written in order: appending is the common case. */
    if (high > 0 && smithy_str_compare(group->streams[high - 1].name, name) < 0) return high;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (smithy_str_compare(group->streams[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

state_stream *state_find_stream(state_group *group, smithy_str name, int64_t created_ms) {
    const size_t at = stream_position(group, name);
    if (at == group->stream_count || !smithy_str_equal(group->streams[at].name, name)) return NULL;
    return same_life(group->streams[at].created_ms, created_ms) ? &group->streams[at] : NULL;
}

/* An earlier life of the name is over: the state speaks of it no more. */
static smithy_status forget_life(state_group *group, const state_stream *gone) {
    uint64_t identity;
    SMITHY_TRY(state_identity(gone->name, gone->created_ms, &identity));
    for (size_t i = group->accounted_count; i-- > 0;) {
        if (group->accounted[i] != identity) continue;
        group->accounted_count--;
        memmove(group->accounted + i, group->accounted + i + 1, (group->accounted_count - i) * sizeof identity);
        if (group->accounted_sorted > i) group->accounted_sorted--;
    }
    return SMITHY_OK;
}

smithy_status state_set_stream(exporter_state *state, state_group *group, const state_stream *entry) {
    const size_t at = stream_position(group, entry->name);
    if (at < group->stream_count && smithy_str_equal(group->streams[at].name, entry->name)) {
        const smithy_str name = group->streams[at].name;
        if (!same_life(group->streams[at].created_ms, entry->created_ms))
            SMITHY_TRY(forget_life(group, &group->streams[at]));
        group->streams[at] = *entry;
        group->streams[at].name = name;
        return SMITHY_OK;
    }
    const smithy_str name = smithy_call_copy(state->memory, entry->name);
    if (!name.ptr || !GROW_LARGE(state->memory, group->streams, group->stream_count, group->stream_capacity))
        return SMITHY_ERROR_MEMORY;
    memmove(group->streams + at + 1, group->streams + at, (group->stream_count - at) * sizeof(state_stream));
    group->streams[at] = *entry;
    group->streams[at].name = name;
    group->stream_count++;
    return SMITHY_OK;
}

void state_remove_stream(state_group *group, smithy_str name) {
    const size_t at = stream_position(group, name);
    if (at == group->stream_count || !smithy_str_equal(group->streams[at].name, name)) return;
    group->stream_count--;
    memmove(group->streams + at, group->streams + at + 1, (group->stream_count - at) * sizeof(state_stream));
}

bool state_has_own_entries(const state_group *group) {
    for (size_t i = 0; i < group->stream_count; i++)
        if (group->streams[i].owed_to == STATE_NOT_OWED) return true;
    return false;
}

bool state_knows_sibling(const state_group *group, smithy_str name) {
    size_t next = stream_position(group, name);
    if (next < group->stream_count && smithy_str_equal(group->streams[next].name, name)) next++;
    return next < group->stream_count && smithy_str_starts_with(group->streams[next].name, name);
}

/* ---- streams accounted for ---- */

#define STREAM_NAME_MAX 2048 /* Four bytes for each of the 512 characters that a name may have. */

smithy_status state_identity(smithy_str name, int64_t created_ms, uint64_t *identity) {
    uint8_t text[STREAM_NAME_MAX + 24];
    uint8_t digest[SMITHY_SHA256_SIZE];
    char number[24];
    const size_t len = name.len < STREAM_NAME_MAX ? name.len : STREAM_NAME_MAX;
    const int digits = snprintf(number, sizeof number, "%lld", (long long)created_ms);
    memcpy(text, name.ptr, len);
    text[len] = 0;
    memcpy(text + len + 1, number, (size_t)digits);
    SMITHY_TRY(smithy_sha256(text, len + 1 + (size_t)digits, digest));
    *identity = 0;
    for (size_t i = 0; i < 8; i++) *identity = *identity << 8 | digest[i];
    return SMITHY_OK;
}

#define ADDED_UNSORTED 64

static int compare_identities(const void *a, const void *b) {
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

size_t state_sort_identities(uint64_t *identities, size_t count) {
    size_t kept = 0;
    if (count > 1) qsort(identities, count, sizeof *identities, compare_identities);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || identities[i] != identities[i - 1]) identities[kept++] = identities[i];
    return kept;
}

void state_sort_accounted(state_group *group) {
    if (group->accounted_sorted == group->accounted_count) return;
    qsort(group->accounted, group->accounted_count, sizeof *group->accounted, compare_identities);
    group->accounted_sorted = group->accounted_count;
}

/* Those added since are looked through as they stand until they are many: to sort for each one anew would take minutes
 * where a hundred thousand streams join their group. */
bool state_is_accounted(state_group *group, uint64_t identity) {
    const size_t added = group->accounted_count - group->accounted_sorted;
    if (added > ADDED_UNSORTED && added > group->accounted_count / 16) state_sort_accounted(group);
    for (size_t i = group->accounted_sorted; i < group->accounted_count; i++)
        if (group->accounted[i] == identity) return true;
    return group->accounted_sorted > 0 && bsearch(&identity, group->accounted, group->accounted_sorted,
                                                  sizeof *group->accounted, compare_identities) != NULL;
}

smithy_status state_account(exporter_state *state, state_group *group, uint64_t identity) {
    if (!GROW_LARGE(state->memory, group->accounted, group->accounted_count, group->accounted_capacity))
        return SMITHY_ERROR_MEMORY;
    group->accounted[group->accounted_count++] = identity;
    return SMITHY_OK;
}

/* ---- folders of streams that nobody has seen yet ---- */

const state_folder *state_find_folder(const state_group *group, smithy_str folder) {
    for (size_t i = 0; i < group->folder_count; i++)
        if (smithy_str_equal(group->folders[i].folder, folder)) return &group->folders[i];
    return NULL;
}

smithy_status state_add_folder(exporter_state *state, state_group *group, smithy_str folder, int64_t exported_before) {
    if (state_find_folder(group, folder)) return SMITHY_OK;
    const smithy_str copy = smithy_call_copy(state->memory, folder);
    if (!copy.ptr || !GROW(state->memory, group->folders, group->folder_count, group->folder_capacity))
        return SMITHY_ERROR_MEMORY;
    group->folders[group->folder_count++] = (state_folder){copy, exported_before};
    return SMITHY_OK;
}

void state_remove_folder(state_group *group, smithy_str folder) {
    for (size_t i = 0; i < group->folder_count; i++)
        if (smithy_str_equal(group->folders[i].folder, folder)) {
            group->folders[i] = group->folders[--group->folder_count];
            return;
        }
}

/* ---- tasks, cleanups, the flight ---- */

static size_t task_position(const exporter_state *state, smithy_str id) {
    size_t low = 0, high = state->task_count;
    /* State is written in order: appending is the common case. */
    if (high > 0 && smithy_str_compare(state->tasks[high - 1].id, id) < 0) return high;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (smithy_str_compare(state->tasks[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const state_task *state_find_task(const exporter_state *state, smithy_str id) {
    const size_t at = task_position(state, id);
    return at < state->task_count && smithy_str_equal(state->tasks[at].id, id) ? &state->tasks[at] : NULL;
}

bool state_has_task(const exporter_state *state, smithy_str id) {
    return state_find_task(state, id) != NULL;
}

smithy_status state_add_task(exporter_state *state, smithy_str id, int64_t ended_ms) {
    const size_t at = task_position(state, id);
    if (at < state->task_count && smithy_str_equal(state->tasks[at].id, id)) {
        if (state->tasks[at].ended_ms < ended_ms) state->tasks[at].ended_ms = ended_ms;
        return SMITHY_OK;
    }
    const smithy_str copy = smithy_call_copy(state->memory, id);
    if (!copy.ptr || !GROW(state->memory, state->tasks, state->task_count, state->task_capacity))
        return SMITHY_ERROR_MEMORY;
    memmove(state->tasks + at + 1, state->tasks + at, (state->task_count - at) * sizeof *state->tasks);
    state->tasks[at] = (state_task){copy, ended_ms};
    state->task_count++;
    return SMITHY_OK;
}

const state_cleanup *state_find_cleanup(const exporter_state *state, smithy_str folder) {
    for (size_t i = 0; i < state->cleanup_count; i++)
        if (smithy_str_equal(state->cleanups[i].folder, folder)) return &state->cleanups[i];
    return NULL;
}

smithy_status state_add_cleanup(exporter_state *state, smithy_str folder, smithy_str keep, int64_t since_ms) {
    const state_cleanup cleanup = {smithy_call_copy(state->memory, folder), smithy_call_copy(state->memory, keep),
                                   since_ms, false};
    if (!cleanup.folder.ptr || (keep.ptr && !cleanup.keep.ptr) ||
        !GROW(state->memory, state->cleanups, state->cleanup_count, state->cleanup_capacity))
        return SMITHY_ERROR_MEMORY;
    state->cleanups[state->cleanup_count++] = cleanup;
    return SMITHY_OK;
}

smithy_status state_set_flight(exporter_state *state, const state_flight *flight) {
    state_flight copy = *flight;
    copy.task_id = smithy_call_copy(state->memory, flight->task_id);
    copy.task_name = smithy_call_copy(state->memory, flight->task_name);
    copy.group = smithy_call_copy(state->memory, flight->group);
    copy.prefix = smithy_call_copy(state->memory, flight->prefix);
    copy.destination_prefix = smithy_call_copy(state->memory, flight->destination_prefix);
    SMITHY_TRY(smithy_call_status(state->memory));
    state->flight = copy;
    return SMITHY_OK;
}

smithy_status state_add_edit(exporter_state *state, const state_edit *edit) {
    state_edit copy = *edit;
    copy.by = smithy_call_copy(state->memory, edit->by);
    copy.arn = smithy_call_copy(state->memory, edit->arn);
    copy.reason = smithy_call_copy(state->memory, edit->reason);
    SMITHY_TRY(smithy_call_status(state->memory));
    if (state->edit_count == STATE_EDITS_MAX) {
        state->edit_count--;
        memmove(state->edits, state->edits + 1, state->edit_count * sizeof *state->edits);
    }
    if (!GROW(state->memory, state->edits, state->edit_count, state->edit_capacity)) return SMITHY_ERROR_MEMORY;
    state->edits[state->edit_count++] = copy;
    return SMITHY_OK;
}

int64_t state_furthest(const exporter_state *state, smithy_str *arn) {
    int64_t furthest = STATE_NOTHING;
    *arn = (smithy_str){0};
    for (size_t i = 0; i < state->group_count; i++) {
        const state_group *group = state->groups[i];
        int64_t own = group->exported_at;
        for (size_t k = 0; k < group->stream_count; k++)
            if (group->streams[k].exported_at > own) own = group->streams[k].exported_at;
        if (own <= furthest) continue;
        furthest = own;
        *arn = group->arn;
    }
    return furthest;
}

/* ---- names ---- */

static bool find_text(smithy_str text, const char *wanted, size_t *at) {
    const size_t len = strlen(wanted);
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.ptr + i, wanted, len) == 0) return *at = i, true;
    return false;
}

bool state_split_arn(smithy_str arn, smithy_str *group_arn, smithy_str *group_name, smithy_str *stream_name) {
    static const char GROUP[] = ":log-group:", STREAM[] = ":log-stream:";
    size_t start, stop;
    *stream_name = (smithy_str){0};
    if (!smithy_str_starts_with(arn, SMITHY_STR("arn:")) || !find_text(arn, GROUP, &start)) return false;
    start += sizeof GROUP - 1;
    const smithy_str rest = {arn.ptr + start, arn.len - start};
    if (find_text(rest, STREAM, &stop))
        *stream_name = (smithy_str){rest.ptr + stop + sizeof STREAM - 1, rest.len - stop - (sizeof STREAM - 1)};
    else
        stop = rest.len >= 2 && memcmp(rest.ptr + rest.len - 2, ":*", 2) == 0 ? rest.len - 2 : rest.len;
    *group_name = (smithy_str){rest.ptr, stop};
    *group_arn = (smithy_str){arn.ptr, start + stop};
    return group_name->len > 0 && (!stream_name->ptr || stream_name->len > 0);
}
