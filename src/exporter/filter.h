/* Which of the groups that SourceLogGroupPrefixes list are wanted: ExcludeLogGroups and LogGroupTags. */
#ifndef EXPORTER_FILTER_H
#define EXPORTER_FILTER_H

#include "context.h"

/* Whether the whole of `name` is as `pattern` says: * stands for any text, ? for one character. */
bool filter_matches(smithy_str pattern, smithy_str name);

/* Why the settings leave the group out, in run->memory; absent: they do not. Its tags are asked for only where the
 * patterns leave it in. Where they cannot be read, the run's call says why. */
smithy_status filter_why_excluded(run_context *run, const catalog_group *group, smithy_str *why) SMITHY_NODISCARD;

/* Why its tags could not be read, and what to change, in one line. */
void filter_explain_failure(const run_context *run, const catalog_group *group, char *text, size_t size);
#define FILTER_FAILURE_TEXT (RUN_ERROR_TEXT + 1200)

#endif
