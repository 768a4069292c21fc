/* The cases of the AWS SDKs for profile files and their places, where the folder with them is at hand. */
#include "check.h"
#include "fake_system.h"

#include "aws/config/location.h"
#include "aws/config/profiles.h"

#include <cjson/cJSON.h>

#include <stdio.h>

#define MAX_VECTORS ((size_t)4 * 1024 * 1024)

static cJSON *read_vectors(const char *name) {
    char path[512];
    smithy_buffer text;
    bool exists = false;
    snprintf(path, sizeof path, "%s/%s", SMITHY_VECTORS, name);
    smithy_buffer_init(&text, NULL, MAX_VECTORS);
    const smithy_system *system = smithy_system_default();
    assert_int_equal(system->file_read(system->context, path, &text, &exists), SMITHY_OK);
    cJSON *document = exists ? cJSON_Parse(text.ptr) : NULL;
    smithy_buffer_deinit(&text);
    if (!document) print_message("skipped: there is no %s\n", path);
    return document;
}

static const char *text_in(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* ---- what the files say ---- */

static size_t count_sections(const profile_set *set, section_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < set->section_count; i++) count += set->sections[i].kind == kind;
    return count;
}

static bool agrees(const profile_set *set, section_kind kind, const cJSON *expected) {
    const cJSON *section, *property;
    if (count_sections(set, kind) != (size_t)cJSON_GetArraySize(expected)) return false;
    cJSON_ArrayForEach(section, expected) {
        const smithy_profile *found = profile_set_find(set, kind, smithy_str_from(section->string));
        if (!found || found->entry_count != (size_t)cJSON_GetArraySize(section)) return false;
        cJSON_ArrayForEach(property, section) {
            const smithy_setting setting = smithy_profile_get(found, property->string);
            if (!setting.value.ptr || strcmp(setting.value.ptr, cJSON_GetStringValue(property)) != 0) return false;
            if (setting.value.len != strlen(setting.value.ptr)) return false;
        }
    }
    return true;
}

static bool parses_as_expected(const cJSON *test) {
    const cJSON *input = cJSON_GetObjectItem(test, "input"), *output = cJSON_GetObjectItem(test, "output");
    const char *texts[PROFILE_FILES] = {text_in(input, "configFile"), text_in(input, "credentialsFile")};
    fake_system fake;
    profile_set set;
    bool exists;
    fake_system_init(&fake, 1);
    const smithy_call_options options = {.system = &fake.system};
    smithy_call *call = smithy_call_create(&options);
    assert_non_null(call);
    profile_set_init(&set, &fake.system);
    smithy_status status = SMITHY_OK;
    for (profile_file file = PROFILE_CONFIG_FILE; status == SMITHY_OK && file < PROFILE_FILES; file++) {
        if (texts[file]) fake_system_put_file(&fake, "/file", texts[file], strlen(texts[file]));
        if (texts[file]) status = profile_set_read(&set, file, SMITHY_STR("/file"), &exists, call);
    }
    if (status == SMITHY_OK) status = profile_set_finish(&set, call);
    const char *problem = text_in(output, "errorContaining");
    const cJSON *config = cJSON_GetObjectItem(output, "config");
    const cJSON *sessions = cJSON_GetObjectItem(config, "sso_sessions");
    bool good;
    if (problem)
        good = status == SMITHY_ERROR_CONFIG && strstr(smithy_call_error(call)->message, problem);
    else
        good = status == SMITHY_OK && agrees(&set, SECTION_PROFILE, cJSON_GetObjectItem(config, "profiles")) &&
               (!sessions || agrees(&set, SECTION_SSO_SESSION, sessions));
    if (!good) print_error("%s: %s\n", text_in(test, "name"), smithy_call_error(call)->message);
    profile_set_deinit(&set);
    smithy_call_destroy(call);
    fake_system_deinit(&fake);
    return good;
}

static void files_say_what_the_sdks_read_in_them(void **state) {
    (void)state;
    cJSON *document = read_vectors("profile-parser/profile-parser-tests.json");
    if (!document) skip();
    const cJSON *test;
    size_t wrong = 0, count = 0;
    cJSON_ArrayForEach(test, cJSON_GetObjectItem(document, "tests")) {
        wrong += !parses_as_expected(test);
        count++;
    }
    cJSON_Delete(document);
    print_message("%zu cases\n", count);
    assert_true(count >= 60);
    assert_int_equal(wrong, 0);
}

/* ---- where they are ---- */

static bool is_at(const smithy_system *system, smithy_call *call, bool is_config, const char *expected) {
    smithy_arena arena;
    smithy_str path;
    smithy_arena_init(&arena, system, 65536);
    const smithy_status status = profile_path(system, &arena, is_config, (smithy_str){0}, &path, call);
    const bool good = status == SMITHY_OK && path.ptr && strcmp(path.ptr, expected) == 0;
    if (!good) print_error("%s instead of %s\n", path.ptr ? path.ptr : "nothing", expected);
    smithy_arena_deinit(&arena);
    return good;
}

static bool places_are_as_expected(const cJSON *test) {
    fake_system fake;
    const cJSON *variable;
    bool named;
    fake_system_init(&fake, 1);
    cJSON_ArrayForEach(variable, cJSON_GetObjectItem(test, "environment"))
        fake_system_set_env(&fake, variable->string, cJSON_GetStringValue(variable));
    const smithy_call_options options = {.system = &fake.system};
    smithy_call *call = smithy_call_create(&options);
    assert_non_null(call);
    smithy_config *config = smithy_config_create(NULL, call);
    assert_non_null(config);
    const char *profile = text_in(test, "profile");
    const bool good = is_at(&fake.system, call, true, text_in(test, "configLocation")) &&
                      is_at(&fake.system, call, false, text_in(test, "credentialsLocation")) &&
                      smithy_str_equal(smithy_config_profile_name(config, &named),
                                       profile ? smithy_str_from(profile) : SMITHY_STR("default"));
    if (!good) print_error("%s\n", text_in(test, "name"));
    smithy_config_destroy(config);
    smithy_call_destroy(call);
    fake_system_deinit(&fake);
    return good;
}

static void files_are_where_the_sdks_look_for_them(void **state) {
    (void)state;
    cJSON *document = read_vectors("profile-parser/file-location-tests.json");
    if (!document) skip();
    const cJSON *test;
    size_t wrong = 0, count = 0;
    cJSON_ArrayForEach(test, cJSON_GetObjectItem(document, "tests")) {
        if (strcmp(text_in(test, "platform"), "linux") != 0) continue;
        wrong += !places_are_as_expected(test);
        count++;
    }
    cJSON_Delete(document);
    print_message("%zu cases\n", count);
    assert_true(count > 0);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_say_what_the_sdks_read_in_them),
        cmocka_unit_test(files_are_where_the_sdks_look_for_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
