#include "settings_input.h"

settings_shown settings_show(smithy_str text) {
    settings_shown shown;
    const size_t kept = text.len > SETTINGS_SHOWN_MAX ? SETTINGS_SHOWN_MAX : text.len;
    for (size_t i = 0; i < kept; i++) shown.text[i] = text.ptr[i] >= ' ' && text.ptr[i] <= '~' ? text.ptr[i] : '?';
    memcpy(shown.text + kept, text.len > kept ? "..." : "", text.len > kept ? 4 : 1);
    return shown;
}

smithy_status settings_refuse(const settings_value *value, const char *allowed, smithy_call *call) {
    return smithy_call_fail(call, SMITHY_ERROR_CONFIG, "%s \"%s\" cannot be used: give %s",
                            settings_show(value->name).text, settings_show(value->text).text, allowed);
}

void settings_input_from_environment(settings_input *input, const smithy_system *system) {
    for (int key = 0; key < SETTINGS_KEY_COUNT; key++) {
        const char *variable = SETTINGS_KEYS[key].variable;
        if (!variable || settings_is_given(input, (settings_key)key)) continue;
        const smithy_str text = smithy_str_from(system->env(system->context, variable));
        if (text.len == 0) continue;
        input->values[key] = (settings_value){.name = smithy_str_from(variable), .text = text};
    }
}
