#include "event_set.h"

#include <smithy/text.h>
#include <stdio.h>

#define STAMP_LEN      25 /* "2024-05-28T01:02:03.456Z " */
#define FIRST_CAPACITY 1024

/* ---- records ---- */

static bool is_stamp(smithy_str text) {
    static const char FORM[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
    if (text.len < STAMP_LEN) return false;
    for (size_t i = 0; i < STAMP_LEN; i++) {
        const bool is_digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        if (FORM[i] == 'd' ? !is_digit : text.ptr[i] != FORM[i]) return false;
    }
    return true;
}

size_t event_record_end(smithy_str text, bool is_all) {
    for (size_t at = 0;;) {
        const char *newline = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
        if (!newline) return is_all ? text.len : 0;
        at = (size_t)(newline - text.ptr) + 1;
        const smithy_str rest = {text.ptr + at, text.len - at};
        if (is_stamp(rest)) return at;
        if (rest.len < STAMP_LEN && !is_all) return 0;
    }
}

static void write_stamp(int64_t ms, char stamp[32]) {
    const smithy_civil t = smithy_time_to_civil(ms);
    (void)snprintf(stamp, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.year, t.month, t.day, t.hour, t.minute, t.second,
                   t.ms);
}

void event_range_init(event_range *range, int64_t from_ms, int64_t to_ms) {
    write_stamp(from_ms, range->from);
    write_stamp(to_ms, range->to);
}

bool event_range_holds(const event_range *range, smithy_str record) {
    return is_stamp(record) && memcmp(record.ptr, range->from, STAMP_LEN - 1) >= 0 &&
           memcmp(record.ptr, range->to, STAMP_LEN - 1) <= 0;
}

void event_append(smithy_buffer *out, int64_t stamp_ms, smithy_str message) {
    char stamp[32];
    write_stamp(stamp_ms, stamp);
    smithy_buffer_append_f(out, "%s ", stamp);
    smithy_buffer_append_str(out, message);
    smithy_buffer_append_char(out, '\n');
}

/* ---- the set ---- */

/* Line ends at the end of a message do not count: whether an export keeps them is nobody's promise. */
static uint64_t hash_of(smithy_str record) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    while (record.len > 0 && (record.ptr[record.len - 1] == '\n' || record.ptr[record.len - 1] == '\r')) record.len--;
    for (size_t i = 0; i < record.len; i++) hash = (hash ^ (unsigned char)record.ptr[i]) * UINT64_C(0x100000001b3);
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    hash ^= hash >> 33;
    return hash ? hash : 1;
}

void event_set_init(event_set *set, const smithy_system *system) {
    *set = (event_set){.system = system};
}

void event_set_deinit(event_set *set) {
    if (set->slots) set->system->resize(set->system->context, set->slots, 0);
    *set = (event_set){.system = set->system};
}

static event_count *slot_of(event_count *slots, size_t capacity, uint64_t hash) {
    size_t at = (size_t)hash & (capacity - 1);
    while (slots[at].hash && slots[at].hash != hash) at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static smithy_status make_room(event_set *set) {
    const size_t capacity = set->capacity ? 2 * set->capacity : FIRST_CAPACITY;
    if (set->used < set->capacity / 4 * 3) return SMITHY_OK;
    if (capacity > EVENT_SET_MAX) return SMITHY_ERROR_LIMIT;
    event_count *slots = set->system->resize(set->system->context, NULL, capacity * sizeof *slots);
    if (!slots) return SMITHY_ERROR_MEMORY;
    memset(slots, 0, capacity * sizeof *slots);
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].hash) *slot_of(slots, capacity, set->slots[i].hash) = set->slots[i];
    if (set->slots) set->system->resize(set->system->context, set->slots, 0);
    set->slots = slots;
    set->capacity = capacity;
    return SMITHY_OK;
}

static smithy_status put(event_set *set, uint64_t hash, int32_t times) {
    SMITHY_TRY(make_room(set));
    event_count *slot = slot_of(set->slots, set->capacity, hash);
    if (!slot->hash) set->used++;
    slot->hash = hash;
    slot->left += times;
    set->records += times;
    return SMITHY_OK;
}

smithy_status event_set_put(event_set *set, smithy_str record) {
    return put(set, hash_of(record), 1);
}

smithy_status event_set_add(event_set *set, const event_set *other) {
    for (size_t i = 0; i < other->capacity; i++)
        if (other->slots[i].left > 0) SMITHY_TRY(put(set, other->slots[i].hash, other->slots[i].left));
    return SMITHY_OK;
}

bool event_set_take(event_set *set, smithy_str record) {
    if (!set->slots) return false;
    event_count *slot = slot_of(set->slots, set->capacity, hash_of(record));
    if (slot->left == 0) return false;
    slot->left--;
    slot->was_taken = true;
    return true;
}

static void give_back(event_set *set, const event_range *range, smithy_str text, size_t until) {
    for (size_t at = 0; at < until;) {
        const smithy_str rest = {text.ptr + at, text.len - at};
        const smithy_str record = {rest.ptr, event_record_end(rest, true)};
        if (event_range_holds(range, record)) slot_of(set->slots, set->capacity, hash_of(record))->left++;
        at += record.len;
    }
}

bool event_set_take_event(event_set *set, const event_range *range, smithy_str text, bool or_none) {
    bool is_whole = true;
    for (size_t at = 0; at < text.len;) {
        const smithy_str rest = {text.ptr + at, text.len - at};
        const smithy_str record = {rest.ptr, event_record_end(rest, true)};
        if (event_range_holds(range, record) && !event_set_take(set, record)) {
            is_whole = false;
            if (or_none) {
                give_back(set, range, text, at);
                return false;
            }
        }
        at += record.len;
    }
    return is_whole;
}

int64_t event_set_surplus(const event_set *set) {
    int64_t surplus = 0;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].was_taken) surplus += set->slots[i].left;
    return surplus;
}
