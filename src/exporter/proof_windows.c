/* Do the windows of each group and stream touch? */
#include "proof.h"

/* The windows of one life of a group: tasks of the whole group, of streams that begin alike, of single streams. */
typedef struct life {
    const proof_task *whole, *several, *single;
    size_t whole_count, several_count, single_count;
    state_group *group; /* What the state says of it; NULL: nothing. */
} life;

static void note(run_context *run, proof *out, proof_fault fault, const proof_task *at, int64_t from_ms,
                 int64_t to_ms) {
    proof_note(run, out,
               &(proof_finding){.fault = fault,
                                .group = at->group,
                                .stream = at->prefix,
                                .task_id = at->id,
                                .from_ms = from_ms,
                                .to_ms = to_ms});
}

/* ---- whole groups ---- */

/* Streams went their own ways in this range and met at its end: it is judged stream by stream. */
static bool is_bridged(const life *l, int64_t from_ms, int64_t to_ms) {
    for (size_t i = 0; i < l->several_count + l->single_count; i++)
        if (l->several[i].from_ms <= to_ms && l->several[i].to_ms >= from_ms) return true;
    return false;
}

static void check_group(run_context *run, proof *out, const life *l) {
    if (l->whole_count == 0) return;
    const proof_task *last = &l->whole[l->whole_count - 1];
    for (const proof_task *at = l->whole + 1; at <= last; at++) {
        const int64_t end_ms = at[-1].to_ms;
        if (at->from_ms > end_ms + 1 && !is_bridged(l, end_ms + 1, at->from_ms - 1))
            note(run, out, PROOF_GAP, at, end_ms + 1, at->from_ms - 1);
        if (at->from_ms <= end_ms)
            note(run, out, PROOF_OVERLAP, at, at->from_ms, at->to_ms < end_ms ? at->to_ms : end_ms);
    }
    const int64_t claimed_ms = l->group ? l->group->exported_at : STATE_NOTHING;
    if (claimed_ms > last->to_ms && !is_bridged(l, last->to_ms + 1, claimed_ms))
        note(run, out, PROOF_GAP, last, last->to_ms + 1, claimed_ms);
}

/* ---- single streams ---- */

static const state_stream *entry_of(const life *l, const proof_task *at) {
    return l->group ? state_find_stream(l->group, at->prefix, at->stream_created_ms) : NULL;
}

/* The state knows that a stream is owed a range, which is exported as soon as the stream shows that it holds any. */
static bool is_owed(const life *l, const proof_task *at, int64_t from_ms, int64_t to_ms) {
    uint64_t identity;
    const state_stream *entry = entry_of(l, at);
    if (entry && entry->owed_to != STATE_NOT_OWED && from_ms > entry->exported_at && to_ms <= entry->owed_to)
        return true;
    if (!l->group || state_identity(at->prefix, at->stream_created_ms, &identity) != SMITHY_OK) return false;
    for (size_t i = 0; i < l->group->missed_count; i++) {
        const state_missed *missed = &l->group->missed[i];
        if (state_missed_has(missed, identity) && from_ms > missed->exported_at && to_ms <= missed->owed_to)
            return true;
    }
    return false;
}

/* Where the windows of the whole group, from `at_ms` on without a hole, end: the ms before `at_ms` where none holds it.
 */
static int64_t covered_by_group(const life *l, smithy_str stream, int64_t at_ms) {
    for (size_t i = 0; i < l->whole_count + l->several_count;) {
        const proof_task *task = &l->whole[i];
        const bool holds =
            smithy_str_starts_with(stream, task->prefix) && task->from_ms <= at_ms && at_ms <= task->to_ms;
        if (holds) at_ms = task->to_ms + 1;
        i = holds ? 0 : i + 1; /* Those of several streams stand in another order than the group's. */
    }
    return at_ms - 1;
}

static int64_t next_of_group(const life *l, smithy_str stream, int64_t at_ms) {
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < l->whole_count + l->several_count; i++) {
        const proof_task *task = &l->whole[i];
        if (task->from_ms >= at_ms && task->from_ms < next_ms && smithy_str_starts_with(stream, task->prefix))
            next_ms = task->from_ms;
    }
    return next_ms;
}

/* The state speaks of this life of the stream. Of one that is gone, with its group or for another one of its name,
 * nobody knows any more what it was owed. */
static bool is_claimed(const life *l, const proof_task *at) {
    uint64_t identity;
    if (!l->group || state_identity(at->prefix, at->stream_created_ms, &identity) != SMITHY_OK) return false;
    return at->stream_created_ms == STATE_UNKNOWN_TIME || entry_of(l, at) || state_is_accounted(l->group, identity);
}

/* [from_ms, to_ms] lies between two windows of a stream, or behind the last one: the group's must fill it. */
static void check_between(run_context *run, proof *out, const life *l, const proof_task *at, int64_t from_ms,
                          int64_t to_ms) {
    while (from_ms <= to_ms) {
        const int64_t covered = covered_by_group(l, at->prefix, from_ms);
        if (covered >= from_ms) {
            from_ms = covered + 1;
            continue;
        }
        const int64_t next = next_of_group(l, at->prefix, from_ms);
        const int64_t end = next <= to_ms ? next - 1 : to_ms;
        if (!is_owed(l, at, from_ms, end)) note(run, out, PROOF_GAP, at, from_ms, end);
        from_ms = end + 1;
    }
}

/* How far the stream must be archived behind its last window of its own. */
static int64_t claimed_to(const life *l, const proof_task *at, int64_t otherwise) {
    const state_stream *entry = entry_of(l, at);
    if (entry && entry->owed_to == STATE_NOT_OWED) return entry->exported_at;
    return l->whole_count > 0 ? l->whole[l->whole_count - 1].to_ms : otherwise;
}

static void check_stream(run_context *run, proof *out, const life *l, const proof_task *tasks, size_t count) {
    int64_t end_ms = tasks[0].to_ms;
    for (size_t i = 1; i < count; i++) {
        const proof_task *at = &tasks[i];
        if (at->from_ms <= end_ms)
            note(run, out, PROOF_OVERLAP, at, at->from_ms, at->to_ms < end_ms ? at->to_ms : end_ms);
        else if (is_claimed(l, at))
            check_between(run, out, l, at, end_ms + 1, at->from_ms - 1);
        if (at->to_ms > end_ms) end_ms = at->to_ms;
    }
    const proof_task *last = &tasks[count - 1];
    if (is_claimed(l, last)) check_between(run, out, l, last, end_ms + 1, claimed_to(l, last, end_ms));
}

static bool is_same_stream(const proof_task *a, const proof_task *b) {
    return smithy_str_equal(a->prefix, b->prefix) && a->stream_created_ms == b->stream_created_ms;
}

static void check_life(run_context *run, proof *out, const life *l) {
    check_group(run, out, l);
    for (size_t i = 0, count; i < l->single_count; i += count) {
        for (count = 1; i + count < l->single_count; count++)
            if (!is_same_stream(&l->single[i], &l->single[i + count])) break;
        check_stream(run, out, l, &l->single[i], count);
    }
}

void proof_check_windows(run_context *run, proof *out) {
    for (size_t i = 0; i < out->task_count;) {
        const proof_task *first = &out->tasks[i];
        life l = {.whole = first, .group = state_find_group(&run->state, first->arn, first->created_ms)};
        for (; i < out->task_count; i++) {
            const proof_task *task = &out->tasks[i];
            if (!smithy_str_equal(task->arn, first->arn) || task->created_ms != first->created_ms) break;
            if (task->kind == STATE_UNIT_GROUP)
                l.whole_count++;
            else if (task->kind == STATE_UNIT_PREFIX)
                l.several_count++;
            else
                l.single_count++;
        }
        l.several = l.whole + l.whole_count;
        l.single = l.several + l.several_count;
        out->groups++;
        check_life(run, out, &l);
    }
}
