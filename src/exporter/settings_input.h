/* What a user gave, as written: from an event, from flags and from the environment, before any of it is judged. */
#ifndef EXPORTER_SETTINGS_INPUT_H
#define EXPORTER_SETTINGS_INPUT_H

#include "settings_keys.h"

#define SETTINGS_UNKNOWN_MAX 16   /* Unknown keys that are told one by one. */
#define SETTINGS_LIST_MAX    1000 /* Items of a list. */
#define SETTINGS_EVENT_MAX   (256 * 1024)
#define SETTINGS_SHOWN_MAX   96 /* Of a value in a message. */

typedef struct settings_value {
    smithy_str name;      /* The key as the user wrote it; absent: not given. */
    smithy_str text;      /* Present unless `items` is. */
    smithy_str_list list; /* Of a JSON list. */
} settings_value;

typedef struct settings_input {
    exporter_host host;
    settings_value values[SETTINGS_KEY_COUNT];
    smithy_str unknown[SETTINGS_UNKNOWN_MAX]; /* Keys of the event that nobody knows. */
    size_t unknown_count;
} settings_input;

static inline bool settings_is_given(const settings_input *input, settings_key key) {
    return smithy_str_is_set(input->values[key].name);
}

/* Each fills in what it finds; SMITHY_ERROR_CONFIG with one line for what cannot be read at all. */
smithy_status settings_input_from_event(settings_input *input, smithy_str event, smithy_call *call) SMITHY_NODISCARD;
smithy_status settings_input_from_args(settings_input *input, const exporter_settings_source *source,
                                       smithy_call *call) SMITHY_NODISCARD;
/* Only keys that nothing has set yet; an empty variable counts as none. */
void settings_input_from_environment(settings_input *input, const smithy_system *system);

/* ---- shared by all who write messages ---- */

/* A user's text as a message may hold it: cut, and without control characters. */
typedef struct settings_shown {
    char text[SETTINGS_SHOWN_MAX + 4];
} settings_shown;
settings_shown settings_show(smithy_str text);

/* SMITHY_ERROR_CONFIG: `SettleDelay "12" cannot be used: give <allowed>`. */
smithy_status settings_refuse(const settings_value *value, const char *allowed, smithy_call *call) SMITHY_NODISCARD;

/* A JSON array of texts, as a list in the arena. SMITHY_ERROR_CONFIG names `name` for anything else. */
smithy_status settings_list_from_json(smithy_str name, smithy_str text, smithy_str_list *list,
                                      smithy_call *call) SMITHY_NODISCARD;

#endif
