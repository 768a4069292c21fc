#include "catalog.h"

/* Where a stream of that name stands, or would. */
static size_t position(const catalog_group *group, smithy_str name) {
    size_t low = 0, high = group->stream_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (smithy_str_compare(group->streams[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const catalog_stream *catalog_find_stream(const catalog_group *group, smithy_str name) {
    const size_t at = position(group, name);
    return at < group->stream_count && smithy_str_equal(group->streams[at].name, name) ? &group->streams[at] : NULL;
}

catalog_streams catalog_streams_of(const catalog_group *group, smithy_str prefix) {
    const size_t first = position(group, prefix);
    size_t end = first;
    while (end < group->stream_count && smithy_str_starts_with(group->streams[end].name, prefix)) end++;
    return (catalog_streams){group->stream_count > 0 ? group->streams + first : NULL, end - first};
}
