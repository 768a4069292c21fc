/* Listing groups and streams: always to the end, by name, whatever a page holds. */
#ifndef EXPORTER_CATALOG_LIST_H
#define EXPORTER_CATALOG_LIST_H

#include "context.h"

typedef struct catalog {
    catalog_group *groups; /* By ARN, each once. */
    size_t count, capacity;
} catalog;

/* The groups that the settings' prefixes match, in run->memory. */
smithy_status catalog_list_groups(run_context *run, catalog *list) SMITHY_NODISCARD;
/* One group by its whole name. */
smithy_status catalog_find_group(run_context *run, smithy_str name, catalog_group *found,
                                 bool *exists) SMITHY_NODISCARD;
/* The group's streams (those that start with `prefix`; empty: all) into group->streams, in `memory`, sorted.
 * *complete is false where the run had to stop first. */
smithy_status catalog_list_streams(run_context *run, catalog_group *group, smithy_str prefix, bool *complete,
                                   smithy_call *memory) SMITHY_NODISCARD;

#endif
