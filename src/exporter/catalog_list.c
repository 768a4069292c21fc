#include "catalog_list.h"

#include "grow.h"

#include <stdlib.h>

static smithy_str group_arn(const logs_log_group *group) {
    smithy_str arn = group->log_group_arn.ptr ? group->log_group_arn : group->arn;
    if (arn.len >= 2 && memcmp(arn.ptr + arn.len - 2, ":*", 2) == 0) arn.len -= 2;
    return arn;
}

static smithy_status keep_group(run_context *run, catalog *list, const logs_log_group *group) {
    const smithy_str log_class = group->log_group_class.wire.ptr ? group->log_group_class.wire : SMITHY_STR("STANDARD");
    const catalog_group copy = {
        .arn = smithy_call_copy(run->memory, group_arn(group)),
        .name = smithy_call_copy(run->memory, group->log_group_name),
        .created_ms = group->creation_time.has ? group->creation_time.value : STATE_UNKNOWN_TIME,
        .retention_days = group->retention_in_days.value,
        .log_class = smithy_call_copy(run->memory, log_class),
    };
    SMITHY_TRY(smithy_call_status(run->memory));
    if (!copy.arn.ptr || !copy.name.ptr) /* A group without them could be asked for nothing. */
        return smithy_call_fail(run->call, SMITHY_ERROR_RESPONSE, "a log group came without its name or ARN");
    if (!GROW(run->memory, list->groups, list->count, list->capacity)) return SMITHY_ERROR_MEMORY;
    list->groups[list->count++] = copy;
    return SMITHY_OK;
}

static smithy_status list_prefix(run_context *run, smithy_str prefix, catalog *list) {
    logs_describe_log_groups_pages pages = {
        .input = {.log_group_name_prefix = prefix.len > 0 ? prefix : (smithy_str){0}, .limit = SMITHY_SET(50)}};
    const logs_describe_log_groups_output *page;
    smithy_call *call = run_fresh_call(run);
    do {
        SMITHY_TRY(logs_describe_log_groups_next(run->logs, &pages, &page, call));
        for (size_t i = 0; page && i < page->log_groups.count; i++)
            SMITHY_TRY(keep_group(run, list, &page->log_groups.items[i]));
    } while (page);
    return SMITHY_OK;
}

static int compare_groups(const void *a, const void *b) {
    return smithy_str_compare(((const catalog_group *)a)->arn, ((const catalog_group *)b)->arn);
}

smithy_status catalog_list_groups(run_context *run, catalog *list) {
    const smithy_str_list *prefixes = &run->settings->group_prefixes;
    *list = (catalog){0};
    for (size_t i = 0; i < prefixes->count; i++) SMITHY_TRY(list_prefix(run, prefixes->items[i], list));
    /* Prefixes that overlap list a group twice. */
    size_t kept = 0;
    if (list->count > 1) qsort(list->groups, list->count, sizeof *list->groups, compare_groups);
    for (size_t i = 0; i < list->count; i++)
        if (kept == 0 || !smithy_str_equal(list->groups[kept - 1].arn, list->groups[i].arn))
            list->groups[kept++] = list->groups[i];
    list->count = kept;
    return SMITHY_OK;
}

smithy_status catalog_find_group(run_context *run, smithy_str name, catalog_group *found, bool *exists) {
    catalog list = {0};
    *exists = false;
    SMITHY_TRY(list_prefix(run, name, &list));
    for (size_t i = 0; i < list.count; i++)
        if (smithy_str_equal(list.groups[i].name, name)) {
            *found = list.groups[i];
            *exists = true;
        }
    return SMITHY_OK;
}

static int64_t hint(smithy_opt_i64 value) {
    return value.has ? value.value : CATALOG_ABSENT;
}

static smithy_status keep_stream(catalog_group *group, const logs_log_stream *stream, smithy_call *memory) {
    /* Nameless: it can be neither asked for nor exported by itself. */
    if (stream->log_stream_name.len == 0) return SMITHY_OK;
    const catalog_stream copy = {
        .name = smithy_call_copy(memory, stream->log_stream_name),
        .created_ms = stream->creation_time.has ? stream->creation_time.value : STATE_UNKNOWN_TIME,
        .first_event_ms = hint(stream->first_event_timestamp),
        .last_event_ms = hint(stream->last_event_timestamp),
        .last_ingestion_ms = hint(stream->last_ingestion_time),
    };
    if (!copy.name.ptr) return SMITHY_ERROR_MEMORY; /* Else it would be missing from the listing. */
    if (!GROW(memory, group->streams, group->stream_count, group->stream_capacity)) return SMITHY_ERROR_MEMORY;
    group->streams[group->stream_count++] = copy;
    return SMITHY_OK;
}

static int compare_streams(const void *a, const void *b) {
    return smithy_str_compare(((const catalog_stream *)a)->name, ((const catalog_stream *)b)->name);
}

/* Pages can repeat a stream when others come and go in between. */
static void sort_distinct(catalog_group *group) {
    size_t kept = 0;
    if (group->stream_count > 1) qsort(group->streams, group->stream_count, sizeof *group->streams, compare_streams);
    for (size_t i = 0; i < group->stream_count; i++)
        if (kept == 0 || !smithy_str_equal(group->streams[kept - 1].name, group->streams[i].name))
            group->streams[kept++] = group->streams[i];
    group->stream_count = kept;
}

smithy_status catalog_list_streams(run_context *run, catalog_group *group, smithy_str prefix, bool *complete,
                                   smithy_call *memory) {
    logs_describe_log_streams_pages pages = {
        .input = {.log_group_name = group->name,
                  .log_stream_name_prefix = prefix.len > 0 ? prefix : (smithy_str){0},
                  .order_by = {.kind = LOGS_ORDER_BY_LOG_STREAM_NAME},
                  .limit = SMITHY_SET(50)}};
    const logs_describe_log_streams_output *page;
    smithy_call *call = run_fresh_call(run);
    group->streams = NULL;
    group->stream_count = group->stream_capacity = 0;
    *complete = false;
    do {
        if (run_must_stop(run)) return SMITHY_OK;
        SMITHY_TRY(logs_describe_log_streams_next(run->logs, &pages, &page, call));
        for (size_t i = 0; page && i < page->log_streams.count; i++)
            SMITHY_TRY(keep_stream(group, &page->log_streams.items[i], memory));
    } while (page);
    sort_distinct(group);
    *complete = true;
    return SMITHY_OK;
}
