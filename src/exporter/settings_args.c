/* Settings from a command line: `--flag value` and `--flag=value`. */
#include "settings_input.h"

static const smithy_str FLAG_START = SMITHY_STR_INIT("--");

static bool is_own_flag(const exporter_settings_source *source, smithy_str flag) {
    for (const char *const *own = source->own_flags; own && *own; own++)
        if (smithy_str_equal(flag, smithy_str_from(*own))) return true;
    return false;
}

static const char *nearest_flag(const exporter_settings_source *source, smithy_str flag) {
    for (const char *const *own = source->own_flags; own && *own; own++)
        if (settings_name_distance(flag, smithy_str_from(*own)) <= 1) return *own;
    return settings_nearest_name(flag, EXPORTER_HOST_COMMAND);
}

static smithy_status refuse_flag(const exporter_settings_source *source, smithy_str flag, smithy_call *call) {
    const settings_shown shown = settings_show(flag);
    const char *nearest = nearest_flag(source, flag);
    if (!nearest)
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is not a flag of this command: see `help %s`",
                                shown.text, source->command ? source->command : "run");
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is not a flag of this command: did you mean %s?", shown.text,
                            nearest);
}

/* `--flag=value` in its two parts; the value is absent where there is no '='. */
static void split(smithy_str arg, smithy_str *flag, smithy_str *value) {
    const char *equals = memchr(arg.ptr, '=', arg.len);
    *flag = arg;
    *value = (smithy_str){0};
    if (!equals) return;
    flag->len = (size_t)(equals - arg.ptr);
    *value = (smithy_str){equals + 1, arg.len - flag->len - 1};
}

/* Reads the flag at *index, and moves it to the last argument that the flag took. */
static smithy_status read_flag(settings_input *input, const exporter_settings_source *source, size_t *index,
                               smithy_call *call) {
    smithy_str flag, text;
    split(smithy_str_from(source->args[*index]), &flag, &text);
    const settings_key key = settings_key_of_flag(flag);
    if (key == SETTINGS_KEY_COUNT) return refuse_flag(source, flag, call);
    if (!smithy_str_is_set(text) && *index + 1 < source->arg_count) {
        const smithy_str next = smithy_str_from(source->args[*index + 1]);
        if (!smithy_str_starts_with(next, FLAG_START)) {
            text = next;
            (*index)++;
        }
    }
    if (!smithy_str_is_set(text))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s has no value: give %s VALUE or %s=VALUE", flag.ptr,
                                SETTINGS_KEYS[key].flag, SETTINGS_KEYS[key].flag);
    if (settings_is_given(input, key))
        return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s is given twice: give it once", SETTINGS_KEYS[key].flag);
    input->values[key] = (settings_value){.name = smithy_str_from(SETTINGS_KEYS[key].flag), .text = text};
    return SMITHY_OK;
}

smithy_status settings_input_from_args(settings_input *input, const exporter_settings_source *source,
                                       smithy_call *call) {
    for (size_t i = 0; i < source->arg_count; i++) {
        const smithy_str arg = smithy_str_from(source->args[i]);
        if (is_own_flag(source, arg)) continue;
        if (arg.len == 0 || arg.ptr[0] != '-')
            return smithy_call_fail(call, SMITHY_ERROR_CONFIG,
                                    "\"%s\" stands alone: settings are given as --flag VALUE", settings_show(arg).text);
        SMITHY_TRY(read_flag(input, source, &i, call));
    }
    return SMITHY_OK;
}
