/* What CloudWatch Logs says there is: groups, and the streams of one group with their hints.
 *
 * The hints (first and last event, last ingestion) are eventually consistent: they tell that something changed, never
 * that nothing did. */
#ifndef EXPORTER_CATALOG_H
#define EXPORTER_CATALOG_H

#include <smithy/call.h>

#define CATALOG_ABSENT (-1) /* A hint that the service does not give: the stream has never shown an event. */

typedef struct catalog_stream {
    smithy_str name;
    int64_t created_ms;
    int64_t first_event_ms;
    int64_t last_event_ms;
    int64_t last_ingestion_ms;
} catalog_stream;

typedef struct catalog_group {
    smithy_str arn; /* Without ":*" at its end. */
    smithy_str name;
    int64_t created_ms;
    int32_t retention_days;  /* 0: events never expire. */
    smithy_str log_class;    /* "STANDARD", "INFREQUENT_ACCESS", … */
    bool is_excluded;        /* The settings leave it out. */
    bool is_unsettled;       /* A task that an earlier run made of it could not be settled. */
    catalog_stream *streams; /* By name; NULL until the group was listed. */
    size_t stream_count, stream_capacity;
} catalog_group;

/* The stream's hints say that something may have come after `watermark`. Both absent: nothing ever came. */
static inline bool catalog_came_after(const catalog_stream *stream, int64_t watermark) {
    return stream->last_ingestion_ms > watermark || stream->last_event_ms > watermark;
}

/* The stream of that name; NULL: none. */
const catalog_stream *catalog_find_stream(const catalog_group *group, smithy_str name);
/* Those whose names begin with `prefix`. */
typedef struct catalog_streams {
    const catalog_stream *items;
    size_t count;
} catalog_streams;
catalog_streams catalog_streams_of(const catalog_group *group, smithy_str prefix);

static inline bool catalog_has_shown_events(const catalog_stream *stream) {
    return stream->last_ingestion_ms >= 0 || stream->last_event_ms >= 0 || stream->first_event_ms >= 0;
}

/* The name of the folder that a task makes for a stream, "/" being written as "-". `folder` has room for the name. */
static inline smithy_str catalog_folder(smithy_str name, char *folder) {
    for (size_t i = 0; i < name.len; i++) folder[i] = name.ptr[i] == '/' ? '-' : name.ptr[i];
    return (smithy_str){folder, name.len};
}
#define CATALOG_FOLDER_MAX 2048

#endif
