/* Windows cut at the ends of days (months, years) of UTC, for a destination that is parted by the events' own date.
 *
 * A period that may hold events, by the hints of the streams, is a piece of its own. A run of periods in which no
 * stream shows any is one piece, however long: years before the first event cost one task. Hints lag, so such a piece
 * may turn out to hold something; then its output goes and it is halved, until each period that holds events stands
 * alone. */
#ifndef EXPORTER_CUT_H
#define EXPORTER_CUT_H

#include "catalog.h"
#include "period.h"
#include "plan.h"

/* Where the first piece of [from_ms, to_ms] ends. `unit` tells whose events are exported. */
int64_t cut_end(exporter_period period, const catalog_group *catalog, const plan_unit *unit, int64_t from_ms,
                int64_t to_ms);

/* Whether [from_ms, to_ms] holds parts of several periods: nothing was expected in it. */
bool cut_spans(exporter_period period, int64_t from_ms, int64_t to_ms);

/* Where the first half ends of a window that spans periods. */
int64_t cut_halve(exporter_period period, const catalog_group *catalog, int64_t from_ms, int64_t to_ms);

/* The pieces of a unit, as far as the hints tell. */
size_t cut_count(exporter_period period, const catalog_group *catalog, const plan_unit *unit);

#endif
