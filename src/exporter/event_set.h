/* Events as a multiset: how often each text came, in sixteen bytes an event.
 *
 * A record is what begins with a stamp at the start of a line, in an exported text, and runs up to the next one. A
 * message with such a line of its own is several records, wherever it is read from. */
#ifndef EXPORTER_EVENT_SET_H
#define EXPORTER_EVENT_SET_H

#include <smithy/base.h>
#include <smithy/buffer.h>
#include <smithy/system.h>

#define EVENT_SET_MAX ((size_t)1 << 23) /* 128 MiB. */

typedef struct event_count {
    uint64_t hash; /* 0: free. */
    int32_t left;  /* Not taken yet. */
    bool was_taken;
} event_count;

typedef struct event_set {
    const smithy_system *system;
    event_count *slots;
    size_t used, capacity;
    int64_t records; /* That were put in. */
} event_set;

void event_set_init(event_set *set, const smithy_system *system);
void event_set_deinit(event_set *set);

/* SMITHY_ERROR_LIMIT past EVENT_SET_MAX different ones. */
smithy_status event_set_put(event_set *set, smithy_str record) SMITHY_NODISCARD;
/* Puts in all that is left in `other`. */
smithy_status event_set_add(event_set *set, const event_set *other) SMITHY_NODISCARD;
/* Takes one out; false where none is left. */
bool event_set_take(event_set *set, smithy_str record);
/* How many were not taken although one like them was. */
int64_t event_set_surplus(const event_set *set);

/* Both ends of a range of time, inclusive, as stamps, which sort as they are read. */
typedef struct event_range {
    char from[32], to[32];
} event_range;

void event_range_init(event_range *range, int64_t from_ms, int64_t to_ms);
bool event_range_holds(const event_range *range, smithy_str record);

/* Appends an event as an export writes it: its stamp, a space, the message, a newline. */
void event_append(smithy_buffer *out, int64_t stamp_ms, smithy_str message);
/* Takes out all records of an event's text that lie in the range; false where one of them was not there. `or_none`:
 * nothing is taken then. */
bool event_set_take_event(event_set *set, const event_range *range, smithy_str text, bool or_none);

/* The end of the record that `text` begins with. `is_all`: nothing follows `text`; otherwise a record that may go on is
 * not there yet, and 0 is the answer. */
size_t event_record_end(smithy_str text, bool is_all);

#endif
