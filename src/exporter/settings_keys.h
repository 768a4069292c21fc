/* The names of the settings in their three spellings, and how near a misspelt one comes. */
#ifndef EXPORTER_SETTINGS_KEYS_H
#define EXPORTER_SETTINGS_KEYS_H

#include "settings.h"

typedef enum settings_key {
    SETTINGS_DESTINATION_S3_BUCKET = 0,
    SETTINGS_SOURCE_LOG_GROUP_PREFIXES,
    SETTINGS_STATE_STORE_TYPE,
    SETTINGS_STORE_DSN,
    SETTINGS_LOG_LEVEL,
    SETTINGS_SETTLE_DELAY,
    SETTINGS_TIMEOUT_RESERVE,
    SETTINGS_EXPORT_UNIT,
    SETTINGS_DESTINATION_PREFIX,
    SETTINGS_EXCLUDE_LOG_GROUPS,
    SETTINGS_LOG_GROUP_TAGS,
    SETTINGS_LOG_STREAM_NAME_PREFIX,
    SETTINGS_REGION,
    SETTINGS_PROFILE,
    SETTINGS_ROLE_ARN,
    SETTINGS_EXTERNAL_ID,
    SETTINGS_TIMEOUT,
    SETTINGS_LATE_EVENTS,
    SETTINGS_LATE_HORIZON,
    SETTINGS_METRICS,
    SETTINGS_KEY_COUNT
} settings_key;

typedef struct settings_key_names {
    const char *event;    /* "SettleDelay"; NULL: not of events. */
    const char *flag;     /* "--settle-delay" */
    const char *variable; /* "SETTLE_DELAY"; NULL: not of the environment. */
    bool is_list;         /* A JSON list of texts is taken too. */
} settings_key_names;

extern const settings_key_names SETTINGS_KEYS[SETTINGS_KEY_COUNT];

/* Whether a command of that need, or a run of this host, cannot go without the key. */
bool settings_key_is_required(settings_key key, exporter_host host, exporter_settings_need need);
/* How a message for this host spells the key. */
const char *settings_key_spelling(settings_key key, exporter_host host);

/* The key of an event: case, '-' and '_' do not matter. SETTINGS_KEY_COUNT: none. */
settings_key settings_key_of_event(smithy_str name);
/* The key of a flag, exactly as spelt. SETTINGS_KEY_COUNT: none. */
settings_key settings_key_of_flag(smithy_str flag);

/* How many letters have to be put in, left out, changed or swapped with a neighbour to make one of the other; case, '-'
 * and '_' do not count. SIZE_MAX where one is too long to be a name. */
size_t settings_name_distance(smithy_str a, smithy_str b);
/* The known name that a misspelt one is nearest to, for this host; NULL where none is near. */
const char *settings_nearest_name(smithy_str name, exporter_host host);

#endif
