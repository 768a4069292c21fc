/* Open enumerations, as generated code keeps them: a kind to switch over beside the value as it is on the wire, so that
 * a value newer than the model survives a round trip.
 *
 * A table holds an enumeration's wire values sorted and indexed by kind: row 0 stands for absent, and `unknown`, the
 * kind of a value that is not in the table, is the count of its rows. */
#ifndef SMITHY_ENUM_H
#define SMITHY_ENUM_H

#include <smithy/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smithy_enum_row {
    smithy_str wire;
} smithy_enum_row;

/* The kind of a text: 0 for an absent one. */
static inline int smithy_enum_kind(const smithy_enum_row *table, int unknown, smithy_str wire) {
    int low = 1, high = unknown;
    if (!smithy_str_is_set(wire)) return 0;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        const int order = smithy_str_compare(table[middle].wire, wire);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return unknown;
}

/* The text of a kind; of the unknown kind, `wire` itself. Absent for kind 0. */
static inline smithy_str smithy_enum_wire(const smithy_enum_row *table, int unknown, int kind, smithy_str wire) {
    const smithy_str absent = {NULL, 0};
    if (kind == unknown) return wire;
    return kind > 0 && kind < unknown ? table[kind].wire : absent;
}

/* The same for enumerations of integers. */
typedef struct smithy_int_enum_row {
    int32_t wire;
} smithy_int_enum_row;

static inline int smithy_int_enum_kind(const smithy_int_enum_row *table, int unknown, smithy_opt_i32 wire) {
    int low = 1, high = unknown;
    if (!wire.has) return 0;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (table[middle].wire == wire.value) return middle;
        if (table[middle].wire < wire.value)
            low = middle + 1;
        else
            high = middle;
    }
    return unknown;
}

static inline smithy_opt_i32 smithy_int_enum_wire(const smithy_int_enum_row *table, int unknown, int kind,
                                                  int32_t wire) {
    smithy_opt_i32 result = {kind > 0 && kind <= unknown, wire};
    if (kind > 0 && kind < unknown) result.value = table[kind].wire;
    return result;
}

#ifdef __cplusplus
}
#endif

#endif
