/* Reading archived objects: their records as a multiset. */
#ifndef EXPORTER_ARCHIVE_READ_H
#define EXPORTER_ARCHIVE_READ_H

#include "context.h"
#include "event_set.h"

/* What was read of one object. */
typedef struct archive_object {
    bool exists;
    smithy_buffer *text; /* Optional; the whole text is kept in it, up to its maximum. */
    int64_t bytes;       /* As stored. */
    char etag[128];      /* Empty: S3 gave none of use. */
} archive_object;

/* Puts the records of `range` into `set`. One that is not there is no failure. A body that broke in its middle is asked
 * for again as a whole: the set is then what it was before, and what was read. Errors are in run->call. */
smithy_status archive_read_object(run_context *run, smithy_str key, const event_range *range, event_set *set,
                                  archive_object *object) SMITHY_NODISCARD;
/* All objects whose keys begin with `prefix`. */
smithy_status archive_read_folder(run_context *run, smithy_str prefix, const event_range *range,
                                  event_set *set) SMITHY_NODISCARD;

#endif
