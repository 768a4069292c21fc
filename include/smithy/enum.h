/* Open enumerations, as generated code keeps them: a kind to switch over beside the value as it is on the wire, so that
 * a value newer than the model survives a round trip.
 *
 * A table holds an enumeration's wire values sorted and indexed by kind: entry 0 stands for absent, and `unknown`, the
 * kind of a value that is not in the table, is the count of its entries. */
#ifndef SMITHY_ENUM_H
#define SMITHY_ENUM_H

#include <smithy/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kind of a text: 0 for an absent one. */
static inline int smithy_enum_kind(const smithy_str *table, int unknown, smithy_str wire) {
    int low = 1, high = unknown;
    if (!smithy_str_is_set(wire)) return 0;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        const int order = smithy_str_compare(table[middle], wire);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return unknown;
}

/* The text of a kind; of the unknown kind, `wire` itself. Absent for kind 0. */
static inline smithy_str smithy_enum_wire(const smithy_str *table, int unknown, int kind, smithy_str wire) {
    if (kind == unknown) return wire;
    return kind > 0 && kind < unknown ? table[kind] : table[0];
}

/* The same for enumerations of integers. */
static inline int smithy_int_enum_kind(const int32_t *table, int unknown, smithy_opt_i32 wire) {
    int low = 1, high = unknown;
    if (!wire.has) return 0;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (table[middle] == wire.value) return middle;
        if (table[middle] < wire.value)
            low = middle + 1;
        else
            high = middle;
    }
    return unknown;
}

static inline smithy_opt_i32 smithy_int_enum_wire(const int32_t *table, int unknown, int kind, int32_t wire) {
    smithy_opt_i32 result = {kind > 0 && kind <= unknown, wire};
    if (kind > 0 && kind < unknown) result.value = table[kind];
    return result;
}

#ifdef __cplusplus
}
#endif

#endif
