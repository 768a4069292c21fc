/* show_profiles CONFIG CREDENTIALS …: what each pair of files says together, a line of JSON for each. */
#include "aws/config/profiles.h"

#include <cjson/cJSON.h>

#include <stdio.h>

static void add_section(cJSON *kinds, const smithy_profile *section) {
    static const char *const KINDS[] = {"profiles", "sso_sessions", "services"};
    cJSON *kind = cJSON_GetObjectItemCaseSensitive(kinds, KINDS[section->kind]);
    if (!kind) kind = cJSON_AddObjectToObject(kinds, KINDS[section->kind]);
    cJSON *keys = cJSON_AddObjectToObject(kind, section->name.ptr);
    for (size_t i = 0; i < section->entry_count; i++)
        cJSON_AddStringToObject(keys, section->entries[i].key.ptr, section->entries[i].value.ptr);
}

static smithy_status read_both(profile_set *set, char **paths, smithy_call *call) {
    bool exists;
    SMITHY_TRY(profile_set_read(set, PROFILE_CONFIG_FILE, smithy_str_from(paths[0]), &exists, call));
    SMITHY_TRY(profile_set_read(set, PROFILE_CREDENTIALS_FILE, smithy_str_from(paths[1]), &exists, call));
    return profile_set_finish(set, call);
}

static bool show(char **paths, smithy_call *call) {
    profile_set set;
    profile_set_init(&set, smithy_system_default());
    const bool read = read_both(&set, paths, call) == SMITHY_OK;
    cJSON *kinds = cJSON_CreateObject();
    for (size_t i = 0; i < set.section_count; i++) add_section(kinds, &set.sections[i]);
    char *text = cJSON_PrintUnformatted(kinds);
    if (read && text) puts(text);
    if (!read) fprintf(stderr, "%s\n", smithy_call_error(call)->message);
    cJSON_free(text);
    cJSON_Delete(kinds);
    profile_set_deinit(&set);
    return read && text;
}

int main(int count, char **arguments) {
    smithy_call *call = smithy_call_create(NULL);
    bool good = call && count % 2 == 1;
    for (int i = 1; good && i < count; i += 2) good = show(&arguments[i], call);
    smithy_call_destroy(call);
    return good ? 0 : 1;
}
