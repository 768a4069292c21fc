#include "aws/config/location.h"

static smithy_str variable(const smithy_system *system, const char *name) {
    const smithy_str value = smithy_str_from(system->env(system->context, name));
    return value.len ? value : (smithy_str){0};
}

static smithy_status join(smithy_arena *arena, smithy_str home, smithy_str rest, smithy_str *path, smithy_call *call) {
    void *memory = NULL;
    while (home.len && home.ptr[home.len - 1] == '/') home.len--;
    const smithy_status status = smithy_arena_take(arena, home.len + rest.len + 1, 1, &memory);
    if (status != SMITHY_OK) return smithy_call_fail(call, status, "no memory for the path of a file");
    char *text = memory;
    if (home.len) memcpy(text, home.ptr, home.len);
    memcpy(text + home.len, rest.ptr, rest.len);
    text[home.len + rest.len] = '\0';
    *path = (smithy_str){text, home.len + rest.len};
    return SMITHY_OK;
}

smithy_status profile_path(const smithy_system *system, smithy_arena *arena, bool is_config, smithy_str option,
                           smithy_str *path, smithy_call *call) {
    const char *name = is_config ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE";
    const smithy_str home = variable(system, "HOME");
    *path = option.ptr ? option : variable(system, name);
    if (!path->ptr) {
        const smithy_str place = is_config ? SMITHY_STR("/.aws/config") : SMITHY_STR("/.aws/credentials");
        return home.ptr ? join(arena, home, place, path, call) : SMITHY_OK;
    }
    const bool at_home = smithy_str_equal(*path, SMITHY_STR("~")) || smithy_str_starts_with(*path, SMITHY_STR("~/"));
    if (!at_home) return SMITHY_OK;
    const smithy_str rest = {path->ptr + 1, path->len - 1};
    if (home.ptr) return join(arena, home, rest, path, call);
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is %.*s, but HOME is not set",
                            option.ptr ? "the path of a file" : name, SMITHY_STR_ARG(*path));
}
