/* For comparisons in qsort. */
#ifndef EXPORTER_ORDER_H
#define EXPORTER_ORDER_H

#include <stdint.h>

/* Below, at or above 0, as `left` is below, at or above `right`. */
static inline int order_of(int64_t left, int64_t right) {
    return (left > right) - (left < right);
}

#endif
