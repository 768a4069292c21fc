/* Streams that the listing by which their group became one did not show. */
#include "grow.h"
#include "state.h"

#include <stdlib.h>

static size_t position(const state_missed *missed, uint64_t identity) {
    size_t low = 0, high = missed->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (missed->identities[middle] < identity)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const state_missed *missed, size_t at, uint64_t identity) {
    return at < missed->count && missed->identities[at] == identity;
}

bool state_missed_has(const state_missed *missed, uint64_t identity) {
    return is_at(missed, position(missed, identity), identity);
}

smithy_status state_add_missed(exporter_state *state, state_group *group, const state_missed *missed) {
    if (!GROW(state->memory, group->missed, group->missed_count, group->missed_capacity)) return SMITHY_ERROR_MEMORY;
    group->missed[group->missed_count++] = *missed;
    return SMITHY_OK;
}

const state_missed *state_find_missed(const state_group *group, uint64_t identity) {
    for (size_t i = 0; i < group->missed_count; i++)
        if (state_missed_has(&group->missed[i], identity)) return &group->missed[i];
    return NULL;
}

static smithy_status insert(exporter_state *state, state_missed *missed, uint64_t identity) {
    const size_t at = position(missed, identity);
    if (is_at(missed, at, identity)) return SMITHY_OK;
    uint64_t *grown = smithy_call_alloc(state->memory, missed->count + 1, sizeof *grown);
    if (!grown) return SMITHY_ERROR_MEMORY;
    for (size_t i = 0; i < at; i++) grown[i] = missed->identities[i];
    for (size_t i = at; i < missed->count; i++) grown[i + 1] = missed->identities[i];
    grown[at] = identity;
    missed->identities = grown;
    missed->count++;
    return SMITHY_OK;
}

smithy_status state_name_missed(exporter_state *state, state_group *group, smithy_str folder, uint64_t identity) {
    for (size_t i = 0; i < group->missed_count; i++) {
        state_missed *missed = &group->missed[i];
        for (size_t k = missed->folder_count; k-- > 0;) {
            if (!smithy_str_equal(missed->folders[k], folder)) continue;
            missed->folders[k] = missed->folders[--missed->folder_count];
            SMITHY_TRY(insert(state, missed, identity));
        }
    }
    return SMITHY_OK;
}

smithy_status state_miss_behind(exporter_state *state, state_group *group, int64_t exported_to, uint64_t identity) {
    for (size_t i = 0; i < group->missed_count; i++)
        if (group->missed[i].exported_at >= exported_to) SMITHY_TRY(insert(state, &group->missed[i], identity));
    return SMITHY_OK;
}

void state_remove_missed(state_group *group, const state_missed *found, uint64_t identity) {
    state_missed *missed = &group->missed[found - group->missed];
    const size_t at = position(missed, identity);
    if (!is_at(missed, at, identity)) return;
    missed->count--;
    memmove(missed->identities + at, missed->identities + at + 1, (missed->count - at) * sizeof *missed->identities);
}

static bool is_of_use(const exporter_state *state, const state_missed *missed) {
    return missed->count + missed->folder_count > 0 || state->now_ms - missed->since_ms <= STATE_TASK_KEPT_MS;
}

void state_forget_missed(const exporter_state *state, state_group *group) {
    size_t kept = 0;
    for (size_t i = 0; i < group->missed_count; i++)
        if (is_of_use(state, &group->missed[i])) group->missed[kept++] = group->missed[i];
    group->missed_count = kept;
}
