#include "filter.h"

#include <stdio.h>

/* A star first stands for nothing, and for one character more each time that what follows it does not fit. */
bool filter_matches(smithy_str pattern, smithy_str name) {
    size_t at = 0, in = 0, star = SIZE_MAX, resume = 0;
    while (in < name.len) {
        if (at < pattern.len && pattern.ptr[at] == '*') {
            star = at++;
            resume = in;
        } else if (at < pattern.len && (pattern.ptr[at] == '?' || pattern.ptr[at] == name.ptr[in])) {
            at++;
            in++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            in = ++resume;
        } else
            return false;
    }
    while (at < pattern.len && pattern.ptr[at] == '*') at++;
    return at == pattern.len;
}

static bool has_tag(const smithy_str_map *tags, const exporter_tag *wanted) {
    for (size_t i = 0; i < tags->count; i++)
        if (smithy_str_equal(tags->items[i].key, wanted->key))
            return smithy_str_equal(tags->items[i].value, wanted->value);
    return false;
}

static smithy_status look_at_tags(run_context *run, const catalog_group *group, smithy_str *why) {
    const exporter_tag_list *wanted = &run->settings->group_tags;
    logs_list_tags_for_resource_output output;
    smithy_call *call = run_fresh_call(run);
    const smithy_status status = logs_list_tags_for_resource(
        run->logs, &(logs_list_tags_for_resource_input){.resource_arn = group->arn}, &output, call);
    if (status != SMITHY_OK && smithy_error_has_code(smithy_call_error(call), "ResourceNotFoundException")) {
        *why = SMITHY_STR("it was deleted since the groups were listed");
        return SMITHY_OK;
    }
    SMITHY_TRY(status);
    for (size_t i = 0; i < wanted->count && !why->ptr; i++)
        if (!has_tag(&output.tags, &wanted->items[i]))
            *why = smithy_call_format(run->memory, "it does not have the tag %.*s=%.*s, which LogGroupTags asks for",
                                      SMITHY_STR_ARG(wanted->items[i].key), SMITHY_STR_ARG(wanted->items[i].value));
    return smithy_call_status(run->memory);
}

smithy_status filter_why_excluded(run_context *run, const catalog_group *group, smithy_str *why) {
    const smithy_str_list *patterns = &run->settings->exclude_groups;
    *why = (smithy_str){0};
    for (size_t i = 0; i < patterns->count; i++) {
        if (!filter_matches(patterns->items[i], group->name)) continue;
        *why =
            smithy_call_format(run->memory, "ExcludeLogGroups \"%.*s\" matches it", SMITHY_STR_ARG(patterns->items[i]));
        return smithy_call_status(run->memory);
    }
    return run->settings->group_tags.count > 0 ? look_at_tags(run, group, why) : SMITHY_OK;
}

void filter_explain_failure(const run_context *run, const catalog_group *group, char *text, size_t size) {
    char error[RUN_ERROR_TEXT];
    const smithy_error *last = smithy_call_error(run->call);
    const bool is_denied = last->http_status == 403 || smithy_error_has_code(last, "AccessDeniedException");
    (void)run_error_text(run, error, sizeof error);
    if (is_denied && !strstr(error, "logs:ListTagsForResource")) /* IAM does not always say which action it was. */
        (void)snprintf(
            text, size,
            "LogGroupTags needs its tags, which may not be read: allow logs:ListTagsForResource on %.*s (%s)",
            SMITHY_STR_ARG(group->arn), error);
    else
        (void)snprintf(text, size, "reading its tags, which LogGroupTags needs: %s", error);
}
