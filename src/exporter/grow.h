/* Arrays that grow in a call's arena. */
#ifndef EXPORTER_GROW_H
#define EXPORTER_GROW_H

#include <smithy/call.h>

#define GROW_FIRST 8

/* Room for one more item; the old array stays in the arena until its reset, so all of them together cost at most twice
 * the last one. NULL when memory is out. */
static inline void *grow_array(smithy_call *memory, void *items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) return items;
    const size_t wanted = *capacity ? *capacity * 2 : GROW_FIRST;
    void *grown = smithy_call_alloc(memory, wanted, size);
    if (!grown) return NULL;
    if (count > 0) memcpy(grown, items, count * size);
    *capacity = wanted;
    return grown;
}

/* The same for an array that may come to hold a million: no pointer into the old one may be used any more. */
static inline void *grow_large(smithy_call *memory, void *items, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity) return items;
    const size_t wanted = *capacity ? *capacity * 2 : GROW_FIRST;
    void *grown = smithy_call_grow(memory, items, count, *capacity, wanted, size);
    if (grown) *capacity = wanted;
    return grown;
}

static inline bool grow_into(void *slot, void *grown) {
    if (!grown) return false;
    memcpy(slot, &grown, sizeof grown);
    return true;
}

/* GROW(memory, items, count, capacity): true when items[count] may be written. */
#define GROW(memory_, items_, count_, capacity_) \
    grow_into(&(items_), grow_array((memory_), (items_), (count_), &(capacity_), sizeof *(items_)))
#define GROW_LARGE(memory_, items_, count_, capacity_) \
    grow_into(&(items_), grow_large((memory_), (items_), (count_), &(capacity_), sizeof *(items_)))

#endif
